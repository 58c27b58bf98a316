// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/start_card.h"

#include <QDir>
#include <QFileInfo>
#include <QPainter>
#include <QPainterPath>
#include <QTextLayout>

#include "dialogs/theme.h"

namespace lamscope::ui {

namespace {

constexpr int pictureHeight = 124;
constexpr int leastWidth = 150;
constexpr int padding = 10;
constexpr double corner = 6.0;
constexpr int descriptionLines = 3;

/// Frame and background of everything that can be clicked on the page.
void drawBackground(QPainter& painter, const QAbstractButton& button, const QColor& resting) {
    const auto& palette = button.palette();
    const auto accent = palette.color(QPalette::Highlight);
    const double share = button.isDown() ? 0.22 : button.underMouse() ? 0.10 : 0.0;
    const bool marked = button.underMouse() || button.hasFocus();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(marked ? QPen(accent, button.hasFocus() ? 2.0 : 1.0) : QPen(resting, 1.0));
    painter.setBrush(mixed(palette.color(QPalette::Base), accent, share));
    painter.drawRoundedRect(QRectF(button.rect()).adjusted(1.0, 1.0, -1.0, -1.0), corner, corner);
}

/// Wrapped text; what does not fit ends in an ellipsis.
void drawLines(QPainter& painter, const QRect& place, QString text) {
    text.replace(QLatin1Char('\n'), QChar::LineSeparator);
    const auto metrics = painter.fontMetrics();
    QTextLayout layout(text, painter.font());
    layout.beginLayout();
    for (int line = 0; line < descriptionLines; ++line) {
        auto wrapped = layout.createLine();
        if (!wrapped.isValid()) {
            break;
        }
        wrapped.setLineWidth(place.width());
        const bool last = line + 1 == descriptionLines;
        auto part = text.mid(wrapped.textStart(), last ? -1 : wrapped.textLength());
        part.replace(QChar::LineSeparator, QLatin1Char(' '));
        const auto shown = metrics.elidedText(part.trimmed(), Qt::ElideRight, place.width());
        painter.drawText(place.left(), place.top() + line * metrics.lineSpacing() + metrics.ascent(), shown);
    }
    layout.endLayout();
}

QFont bold(QFont font) {
    font.setBold(true);
    return font;
}

}  // namespace

SampleCard::SampleCard(const QString& title, QString description, QImage thumbnail, QWidget* parent)
    : QAbstractButton(parent)
    , description_(std::move(description))
    , thumbnail_(std::move(thumbnail)) {
    setText(title);
    setAccessibleDescription(description_);
    setToolTip(description_);
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize SampleCard::sizeHint() const {
    return {220, pictureHeight + textHeight() + 3 * padding};
}

QSize SampleCard::minimumSizeHint() const {
    return {leastWidth, sizeHint().height()};
}

int SampleCard::textHeight() const {
    return QFontMetrics(bold(font())).lineSpacing() + descriptionLines * fontMetrics().lineSpacing() + 2;
}

void SampleCard::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    drawBackground(painter, *this, palette().color(QPalette::Mid));
    drawPicture(painter, QRect(padding, padding, width() - 2 * padding, pictureHeight));

    const QRect texts(padding, pictureHeight + 2 * padding, width() - 2 * padding, textHeight());
    const auto titleFont = bold(font());
    const QFontMetrics titleMetrics(titleFont);
    painter.setFont(titleFont);
    painter.setPen(palette().color(QPalette::Text));
    painter.drawText(texts, Qt::AlignLeft | Qt::AlignTop,
                     titleMetrics.elidedText(text(), Qt::ElideRight, texts.width()));
    painter.setFont(font());
    painter.setPen(quietText(palette()));
    drawLines(painter, texts.adjusted(0, titleMetrics.lineSpacing() + 2, 0, 0), description_);
}

void SampleCard::drawPicture(QPainter& painter, const QRect& frame) {
    const auto size = (QSizeF(frame.size()) * devicePixelRatioF()).toSize();
    if (picture_.size() != size && !thumbnail_.isNull()) {
        // The middle of the picture, filling the frame.
        const auto scaled = thumbnail_.scaled(size, Qt::KeepAspectRatioByExpanding, Qt::SmoothTransformation);
        const QRect middle(QPoint((scaled.width() - size.width()) / 2, (scaled.height() - size.height()) / 2), size);
        picture_ = QPixmap::fromImage(scaled.copy(middle));
    }
    QPainterPath outline;
    outline.addRoundedRect(frame, corner / 2.0, corner / 2.0);
    painter.save();
    painter.setClipPath(outline);
    painter.fillRect(frame, palette().color(QPalette::Midlight));
    if (!picture_.isNull()) {
        painter.drawPixmap(frame, picture_);
    }
    painter.restore();
}

RecentFileButton::RecentFileButton(QString file, QWidget* parent)
    : QAbstractButton(parent)
    , file_(std::move(file)) {
    setText(QFileInfo(file_).fileName());
    setToolTip(QDir::toNativeSeparators(file_));
    setAccessibleDescription(QDir::toNativeSeparators(file_));
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize RecentFileButton::sizeHint() const {
    return {260, fontMetrics().lineSpacing() + 12};
}

void RecentFileButton::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    if (underMouse() || hasFocus() || isDown()) {
        drawBackground(painter, *this, Qt::transparent);
    }
    auto folder = QDir::toNativeSeparators(QFileInfo(file_).absolutePath());
    if (const auto home = QDir::toNativeSeparators(QDir::homePath()); folder.startsWith(home) && home.size() > 1) {
        folder.replace(0, home.size(), QStringLiteral("~"));
    }
    const auto metrics = fontMetrics();
    const auto line = rect().adjusted(padding, 0, -padding, 0);
    const auto name = metrics.elidedText(text(), Qt::ElideMiddle, line.width());
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(line, Qt::AlignVCenter | Qt::AlignLeft, name);
    const auto rest = line.adjusted(metrics.horizontalAdvance(name) + 12, 0, 0, 0);
    painter.setPen(quietText(palette()));
    painter.drawText(rest, Qt::AlignVCenter | Qt::AlignLeft, metrics.elidedText(folder, Qt::ElideMiddle, rest.width()));
}

}  // namespace lamscope::ui
