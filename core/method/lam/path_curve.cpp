// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/path_curve.h"

namespace lamscope {

PathCurve withEnds(const LamCurves& curves, const std::vector<double>& values, double atBaseline, double atImage) {
    PathCurve curve{.alpha = curves.alpha, .values = values};
    if (curve.alpha.empty()) {
        return curve;
    }
    if (curve.alpha.front() > 0.0) {
        curve.alpha.insert(curve.alpha.begin(), 0.0);
        curve.values.insert(curve.values.begin(), atBaseline);
    }
    if (curve.alpha.back() < 1.0) {  // the presets official and paper have a node there
        curve.alpha.push_back(1.0);
        curve.values.push_back(atImage);
    }
    return curve;
}

PathCurve detectorCurve(const LamResult& result) {
    auto curves = result.curves;
    if (curves.restsFrom && !curves.alpha.empty() && *curves.restsFrom > curves.alpha.back()) {
        curves.alpha.push_back(*curves.restsFrom);
        curves.detector.push_back(result.detectorImage);
    }
    return withEnds(curves, curves.detector, result.detectorBaseline, result.detectorImage);
}

PathCurve cumulativeCurve(const LamResult& result) {
    return withEnds(result.curves, result.curves.cumulative, 0.0, result.attributionSum);
}

}  // namespace lamscope
