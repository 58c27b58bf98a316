// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/curves_panel.h"

#include <QBuffer>
#include <QCursor>
#include <QHBoxLayout>
#include <QLabel>
#include <QPdfWriter>
#include <QScreen>
#include <QStackedLayout>
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <qcustomplot.h>

#include "base/atomic_file.h"
#include "panels/curve_plot.h"
#include "panels/muted_label.h"
#include "panels/number_text.h"
#include "panels/panel_colours.h"
#include "session/scale_words.h"

namespace lamscope::ui {

namespace {

// Of one plot on paper, in pixels of the screen.
constexpr int printedWidth = 330;
constexpr int printedHeight = 240;

/// The value at α on the line between two nodes; NaN before the first and after the last.
double valueAt(const PathCurve& curve, double position) {
    const auto& [alpha, values] = curve;
    const auto next = std::ranges::lower_bound(alpha, position);
    if (next == alpha.end() || (next == alpha.begin() && *next != position)) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const auto i = static_cast<std::size_t>(next - alpha.begin());
    if (i == 0) {
        return values.front();
    }
    const double share = (position - alpha[i - 1]) / (alpha[i] - alpha[i - 1]);
    return (1.0 - share) * values[i - 1] + share * values[i];
}

bool hasCurves(const NetworkEntry& entry) {
    return entry.shown && entry.result && !entry.result->curves.alpha.empty();
}

/// At its nodes: what the path does beyond them is told by `restsFrom`.
PathCurve speedCurve(const LamResult& result) {
    return {.alpha = result.curves.alpha, .values = result.curves.pathSpeed};
}

/// In the order of the plots.
std::array<PathCurve, 3> curvesOf(const LamResult& result) {
    return {detectorCurve(result), speedCurve(result), cumulativeCurve(result)};
}

}  // namespace

CurvesPanel::CurvesPanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , session_(session)
    , plots_{new CurvePlot(tr("Detector along the path"), tr("D(F(γ(α)))")),
             new CurvePlot(tr("Speed of the path"), tr("‖∂γ/∂α‖ (values 0…1)")),
             new CurvePlot(tr("Cumulative attribution"), tr("Σ (dashed: ΔD)"))}
    , stack_(new QStackedLayout(this))
    , readout_(new QLabel(this, Qt::ToolTip)) {
    auto* empty = new MutedLabel(tr("The curves along the path appear here with the first map of a network"));
    empty->setAlignment(Qt::AlignCenter);
    empty->setWordWrap(true);
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(4, 2, 4, 4);
    layout->setSpacing(4);
    for (auto* plot : plots_) {
        layout->addWidget(plot, 1);
        connect(plot, &CurvePlot::hovered, this, &CurvesPanel::hover);
        connect(plot, &CurvePlot::left, this, &CurvesPanel::leave);
    }
    plots_.front()->setLegendAllowed(true);
    plots_[1]->setRestNamed(true);
    stack_->addWidget(empty);
    stack_->addWidget(row);

    readout_->setMargin(5);
    readout_->setFrameShape(QFrame::Box);
    readout_->setForegroundRole(QPalette::ToolTipText);
    readout_->setBackgroundRole(QPalette::ToolTipBase);
    readout_->setTextFormat(Qt::RichText);

    connect(&session_, &Session::networkListChanged, this, &CurvesPanel::refresh);
    connect(&session_, &Session::networkChanged, this, &CurvesPanel::refresh);
    connect(&session_, &Session::selectionChanged, this, &CurvesPanel::refresh);
    refresh();
}

void CurvesPanel::refresh() {
    std::array<std::vector<Curve>, plotCount> curves;
    for (const auto& entry : session_.networks()) {
        if (!hasCurves(entry)) {
            continue;
        }
        const auto& result = *entry.result;
        auto points = curvesOf(result);
        for (std::size_t i = 0; i < points.size(); ++i) {
            curves.at(i).push_back({.name = entry.name(),
                                    .digit = session_.digitOf(entry.id),
                                    .colour = entry.colour,
                                    .stale = entry.stale,
                                    .selected = entry.id == session_.selected(),
                                    .points = std::move(points.at(i)),
                                    .target = {}});
        }
        curves[2].back().target = result.detectorImage - result.detectorBaseline;
    }
    const auto rest = restsFrom();
    for (std::size_t i = 0; i < curves.size(); ++i) {
        plots_.at(i)->setCurves(curves.at(i));
        plots_.at(i)->setRest(rest);
    }
    stack_->setCurrentIndex(curves[0].empty() ? 0 : 1);
    if (hovered_) {
        readout_->setText(readoutHtml(*hovered_));
        readout_->adjustSize();
    }
}

std::optional<double> CurvesPanel::restsFrom() const {
    // Networks that see the same LR image share its path.
    const NetworkEntry* shown = nullptr;
    for (const auto& entry : session_.networks()) {
        if (hasCurves(entry) && (shown == nullptr || entry.id == session_.selected())) {
            shown = &entry;
        }
    }
    return shown != nullptr ? shown->result->curves.restsFrom : std::nullopt;
}

void CurvesPanel::hover(double alpha) {
    hovered_ = alpha;
    for (auto* plot : plots_) {
        plot->setCursor(alpha);
    }
    showReadout(alpha);
    emit pathPositionHovered(alpha);
}

void CurvesPanel::leave() {
    if (!hovered_) {
        return;
    }
    hovered_.reset();
    for (auto* plot : plots_) {
        plot->setCursor(std::nullopt);
    }
    readout_->hide();
    emit pathPositionLeft();
}

void CurvesPanel::hideEvent(QHideEvent* event) {
    leave();
    QWidget::hideEvent(event);
}

void CurvesPanel::showReadout(double alpha) {
    constexpr int distance = 16;
    readout_->setText(readoutHtml(alpha));
    readout_->adjustSize();
    const auto mouse = QCursor::pos();
    const auto area = screen()->availableGeometry();
    auto place = mouse + QPoint(distance, -readout_->height() - distance);
    if (place.x() + readout_->width() > area.right()) {
        place.setX(mouse.x() - distance - readout_->width());
    }
    place.setY(std::max(place.y(), area.top()));
    readout_->move(place);
    readout_->show();
}

QString CurvesPanel::readoutHtml(double alpha) const {
    auto html = QStringLiteral("<b>α %1</b>").arg(fixedText(alpha, 3));
    if (session_.options().path == PathKind::Blur) {
        // The blur path's width falls linearly to 0.
        html += inScaleWords(tr("&nbsp;&nbsp; σ %1 LR pixels"), session_.keepsSize())
                    .arg(fixedText(session_.options().sigma * (1.0 - alpha), 2));
    }
    if (const auto rest = restsFrom(); rest && alpha >= *rest) {
        html += tr("&nbsp;&nbsp; the path is at rest");
    }
    const auto cell = QStringLiteral("<td align='right' style='padding-left:10px'>%1</td>");
    html += QStringLiteral("<table cellspacing='0'><tr><td></td><td></td>") + cell.arg(QStringLiteral("D"))
            + cell.arg(tr("speed")) + cell.arg(tr("Σ attr.")) + QStringLiteral("</tr>");
    for (const auto& entry : session_.networks()) {
        if (!hasCurves(entry)) {
            continue;
        }
        const auto name = QFontMetrics(readout_->font()).elidedText(entry.name(), Qt::ElideMiddle, 180);
        const auto text = readout_->palette().color(QPalette::ToolTipText);
        const auto shade =
            entry.stale ? mixedColour(text, readout_->palette().color(QPalette::ToolTipBase), 0.5) : text;
        html += QStringLiteral("<tr style='color:%1'><td><span style='color:%2'>■</span> %3</td><td>&nbsp;%4</td>")
                    .arg(shade.name(), entry.colour.name(), session_.digitOf(entry.id), name.toHtmlEscaped());
        for (const auto& curve : curvesOf(*entry.result)) {
            html += cell.arg(fixedText(valueAt(curve, alpha), 2));
        }
        html += QStringLiteral("</tr>");
    }
    return html + QStringLiteral("</table>");
}

void CurvesPanel::paintPlots(QCPPainter& painter) const {
    for (auto* plot : plots_) {
        plot->paintForPrint(painter, {printedWidth, printedHeight});
        painter.translate(printedWidth, 0);
    }
}

void CurvesPanel::savePdf(const std::filesystem::path& file) const {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        // Fonts and lines are laid out in pixels of the screen.
        writer.setResolution(logicalDpiX());
        const double points = 72.0 / logicalDpiX();
        writer.setPageSize(
            QPageSize(QSizeF(plotCount * printedWidth * points, printedHeight * points), QPageSize::Point));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        QCPPainter painter(&writer);
        painter.setMode(QCPPainter::pmVectorized);
        painter.setMode(QCPPainter::pmNoCaching);
        paintPlots(painter);
    }
    const auto& bytes = buffer.data();
    writeFileAtomically(file, std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
}

QImage CurvesPanel::picture(double scale) const {
    QImage image(qRound(plotCount * printedWidth * scale), qRound(printedHeight * scale), QImage::Format_RGB32);
    image.fill(Qt::white);
    QCPPainter painter;
    painter.begin(&image);
    painter.setMode(QCPPainter::pmNoCaching);
    painter.scale(scale, scale);
    paintPlots(painter);
    painter.end();
    return image;
}

}  // namespace lamscope::ui
