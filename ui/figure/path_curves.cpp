// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/path_curves.h"

#include <QObject>
#include <cmath>
#include <utility>

#include "method/lam/path_curve.h"
#include "method/lam/path_image.h"

namespace lamscope::ui {

namespace {

const LamResult& resultOf(const LamDocument& document) {
    return document.results.front().result;
}

/// ‖∂γ/∂α‖ over the first or the last piece of the path.
double speedAtEnd(const LamDocument& document, bool atImage) {
    constexpr double piece = 1.0 / 256.0;
    const auto& result = resultOf(document);
    const auto from = pathImage(result.lr, result.hr, document.plan.options, atImage ? 1.0 - piece : 0.0);
    const auto to = pathImage(result.lr, result.hr, document.plan.options, atImage ? 1.0 : piece);
    double squared = 0.0;
    for (std::size_t i = 0; i < to.values().size(); ++i) {
        const double difference = static_cast<double>(to.values()[i]) - from.values()[i];
        squared += difference * difference;
    }
    return std::sqrt(squared) / piece;
}

FigurePlot plotOf(PathCurve curve) {
    return {.alpha = std::move(curve.alpha), .values = std::move(curve.values), .axis = {}, .target = {}};
}

void shareAxis(CurveColumn& column) {
    std::vector<double> values;
    for (const auto& curve : column.curves) {
        values.insert(values.end(), curve.values.begin(), curve.values.end());
        if (curve.target) {
            values.push_back(*curve.target);
        }
    }
    for (auto& curve : column.curves) {
        curve.axis = PlotAxis::around(values);
    }
}

}  // namespace

std::vector<CurveColumn> curveColumns(const std::vector<LamDocument>& documents) {
    CurveColumn detector{.title = QStringLiteral("D(F(γ(α)))"), .curves = {}};
    CurveColumn speed{.title = QStringLiteral("‖∂γ/∂α‖"), .curves = {}};
    CurveColumn cumulative{.title = QObject::tr("cumulative"), .curves = {}};
    for (const auto& document : documents) {
        const auto& result = resultOf(document);
        const auto& curves = result.curves;
        detector.curves.push_back(plotOf(detectorCurve(result)));
        speed.curves.push_back(
            plotOf(withEnds(curves, curves.pathSpeed, speedAtEnd(document, false), speedAtEnd(document, true))));
        speed.curves.back().axis = PlotAxis::around(speed.curves.back().values);
        cumulative.curves.push_back(plotOf(cumulativeCurve(result)));
        cumulative.curves.back().target = result.detectorImage - result.detectorBaseline;
    }
    shareAxis(detector);
    shareAxis(cumulative);
    return {std::move(detector), std::move(speed), std::move(cumulative)};
}

}  // namespace lamscope::ui
