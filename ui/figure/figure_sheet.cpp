// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/figure_sheet.h"

#include <QFont>
#include <QFontMetricsF>
#include <QObject>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <utility>

namespace lamscope::ui {

namespace {

// Qt takes sizes of letters in whole pixels: they are set a hundred times as large and painted at a hundredth.
constexpr double fontScale = 100.0;

QFont fontOf(const SheetStyle& style) {
    QFont font(style.family);
    font.setPixelSize(static_cast<int>(std::lround(style.size * fontScale)));
    font.setBold(style.bold);
    font.setHintingPreference(QFont::PreferNoHinting);
    font.setStyleHint(QFont::SansSerif);
    return font;
}

class Painting {
public:
    Painting(QPainter& painter, bool wholePixels)
        : painter_(painter)
        , wholePixels_(wholePixels) {}

    void operator()(const SheetPicture& picture) const {
        auto place = picture.place;
        if (wholePixels_) {
            const auto& transform = painter_.transform();
            place = transform.inverted().mapRect(QRectF(transform.mapRect(place).toRect()));
        }
        painter_.drawImage(place, picture.image);
    }

    void operator()(const SheetPath& item) const {
        painter_.setBrush(item.fill.isValid() ? QBrush(item.fill) : QBrush(Qt::NoBrush));
        if (item.line.isValid()) {
            QPen pen(item.line, item.width, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin);
            if (item.dashed) {
                pen.setDashPattern({3.0, 2.0});
            }
            painter_.setPen(pen);
        } else {
            painter_.setPen(Qt::NoPen);
        }
        painter_.drawPath(item.path);
    }

    void operator()(const SheetText& text) const {
        painter_.save();
        painter_.translate(text.start);
        painter_.rotate(text.upwards ? -90.0 : 0.0);
        painter_.scale(1.0 / fontScale, 1.0 / fontScale);
        painter_.setFont(fontOf(text.style));
        painter_.setPen(text.style.colour);
        painter_.drawText(QPointF(0.0, 0.0), text.text);
        painter_.restore();
    }

private:
    QPainter& painter_;
    bool wholePixels_;
};

}  // namespace

SheetFont::SheetFont(SheetStyle style)
    : style_(std::move(style)) {}

double SheetFont::width(const QString& text) const {
    return QFontMetricsF(fontOf(style_)).horizontalAdvance(text) / fontScale;
}

double SheetFont::capHeight() const {
    return QFontMetricsF(fontOf(style_)).capHeight() / fontScale;
}

QRectF SheetFont::extent(const QString& text) const {
    const auto rect = QFontMetricsF(fontOf(style_)).tightBoundingRect(text);
    return {rect.topLeft() / fontScale, rect.size() / fontScale};
}

QString SheetFont::elided(const QString& text, double width) const {
    constexpr double rounding = 0.01;  // room measured for this very text is enough for it
    return QFontMetricsF(fontOf(style_)).elidedText(text, Qt::ElideMiddle, (width + rounding) * fontScale);
}

QRectF SheetText::extent() const {
    const auto rect = SheetFont(style).extent(text);
    // Upwards, what was to the right is above.
    return upwards ? QRectF(start.x() + rect.top(), start.y() - rect.right(), rect.height(), rect.width())
                   : rect.translated(start);
}

double onGrid(double points) {
    return std::round(2.0 * points) / 2.0;
}

double downToGrid(double points) {
    return std::floor(2.0 * points) / 2.0;
}

void FigureSheet::addLine(const QPointF& from, const QPointF& to, const QColor& colour, double width, bool dashed) {
    QPainterPath path(from);
    path.lineTo(to);
    items.emplace_back(SheetPath{.path = path, .fill = {}, .line = colour, .width = width, .dashed = dashed});
}

void FigureSheet::addFrame(const QRectF& rect, const QColor& colour, double width) {
    QPainterPath path;
    path.addRect(rect);
    items.emplace_back(SheetPath{.path = path, .fill = {}, .line = colour, .width = width});
}

void FigureSheet::addFilled(const QRectF& rect, const QColor& colour) {
    QPainterPath path;
    path.addRect(rect);
    items.emplace_back(SheetPath{.path = path, .fill = colour, .line = {}});
}

void FigureSheet::addText(const QRectF& rect, Qt::Alignment alignment, const QString& text, const SheetStyle& style) {
    if (text.isEmpty()) {
        return;
    }
    const QFontMetricsF metrics(fontOf(style));
    for (const char32_t letter : text.toUcs4()) {
        if (!metrics.inFontUcs4(letter)) {
            warnings.push_back(
                QObject::tr("No typeface of this machine has the letter \"%1\" of \"%2\": install one that "
                            "has it, e.g. fonts-noto-cjk")
                    .arg(QString::fromUcs4(&letter, 1), text));
            break;
        }
    }
    const SheetFont font(style);
    const auto shown = font.elided(text, rect.width());
    const double spare = rect.width() - font.width(shown);
    double x = rect.left();
    if (alignment.testFlag(Qt::AlignRight)) {
        x += spare;
    } else if (alignment.testFlag(Qt::AlignHCenter)) {
        x += spare / 2.0;
    }
    items.emplace_back(SheetText{{x, rect.center().y() + font.capHeight() / 2.0}, shown, style, false});
}

void FigureSheet::addTextUpwards(const QRectF& rect, const QString& text, const SheetStyle& style) {
    const SheetFont font(style);
    const auto shown = font.elided(text, rect.height());
    const double y = rect.center().y() + font.width(shown) / 2.0;
    items.emplace_back(SheetText{{rect.center().x() + font.capHeight() / 2.0, y}, shown, style, true});
}

void paintSheet(QPainter& painter, const FigureSheet& sheet, bool wholePixels) {
    painter.save();
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing | QPainter::LosslessImageRendering);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.fillRect(QRectF(QPointF(), sheet.size), Qt::white);
    const Painting painting(painter, wholePixels);
    for (const auto& item : sheet.items) {
        std::visit(painting, item);
    }
    painter.restore();
}

}  // namespace lamscope::ui
