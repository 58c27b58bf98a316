// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/measured_path.h"

#include <array>
#include <cstdint>

#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Below this Euclidean length the path does not move: the image equals its baseline up to rounding.
constexpr double shortestPath = 1e-6;
/// Path images that are kept: all that refinement to 243 nodes asks for on 64x64 pixels.
constexpr std::int64_t keptPathBytes = 64L * 1024 * 1024;

}  // namespace

MeasuredPath::MeasuredPath(const Image& lr, const LamPlan& plan, const Image& clean)
    : path_(makeImagePath(lr, plan.options, clean)) {
    if (plan.options.path == PathKind::Blur) {  // the points of a straight path cost as little as a copy
        path_ = withKeptPoints(path_, keptPathBytes);
    }
}

bool MeasuredPath::measure(const std::stop_token& stop) const {
    const std::scoped_lock lock(mutex_);
    if (!length_) {
        length_ = measureArcLength(*path_, stop);
    }
    return length_.has_value();
}

const ArcLength& MeasuredPath::length() const {
    measure({});
    return *length_;
}

bool MeasuredPath::moves() const {
    const std::scoped_lock lock(mutex_);
    if (!moves_) {
        constexpr std::array ends{0.0, 1.0};
        const auto points = path_->at(ends).front();
        moves_ = (points[1] - points[0]).norm().item<double>() > shortestPath;
    }
    return *moves_;
}

std::vector<double> MeasuredPath::speed(const Nodes& nodes) const {
    auto speed = path_->distances(nodes.edge);
    for (std::size_t k = 0; k < speed.size(); ++k) {
        const double width = nodes.edge[k + 1] - nodes.edge[k];
        speed[k] = width > 0.0 ? speed[k] / width : 0.0;
    }
    return speed;
}

bool samePath(const LamOptions& a, const LamOptions& b) {
    return a.path == b.path && a.sigma == b.sigma && a.kernel == b.kernel;
}

Image cleanFor(const LamPlan& plan, const Image* clean, const Rect& region) {
    return plan.options.path == PathKind::Rain && clean != nullptr ? clean->cropped(region) : Image();
}

std::shared_ptr<const MeasuredPath> SharedPaths::pathFor(const std::shared_ptr<const Image>& lr,
                                                         const std::shared_ptr<const Image>& clean, const Rect& region,
                                                         const LamPlan& plan, const std::stop_token& stop) {
    const auto from = plan.options.path == PathKind::Rain ? clean : nullptr;
    std::erase_if(known_, [](const Known& known) { return known.path.expired(); });
    std::shared_ptr<const MeasuredPath> path;
    for (const auto& known : known_) {
        if (known.lr == lr && known.clean == from && known.region == region && samePath(known.options, plan.options)) {
            path = known.path.lock();
        }
    }
    if (!path) {
        path = std::make_shared<const MeasuredPath>(lr->cropped(region), plan, cleanFor(plan, from.get(), region));
        known_.push_back({lr, from, region, plan.options, path});
    }
    return stop.stop_requested() || (plan.usesArcLength() && !path->measure(stop)) ? nullptr : path;
}

}  // namespace lamscope
