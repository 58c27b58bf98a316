// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/view_transform.h"

#include <algorithm>

namespace lamscope::ui {

namespace {

constexpr double largestZoom = 64.0;

}  // namespace

ViewTransform::ViewTransform(QObject* parent)
    : QObject(parent) {}

double ViewTransform::fittingZoom(QSizeF size) const {
    if (size.isEmpty() || viewport_.isEmpty()) {
        return 1.0;
    }
    return std::min(viewport_.width() / size.width(), viewport_.height() / size.height());
}

bool ViewTransform::wholeSuffices() const {
    // In panes too small for the region, an image in which as much can be seen as in the region is not cut.
    return fittingZoom() >= std::min(leastZoom_, fittingZoom(region_.size()));
}

QRectF ViewTransform::visible() const {
    const QSizeF size = viewport_ / zoom_;
    return QRectF(centre_ - QPointF(0.5 * size.width(), 0.5 * size.height()), size) & QRectF({}, scene_);
}

double ViewTransform::allowed(double zoom) const {
    const double fitting = fittingZoom();
    return std::clamp(zoom, 0.5 * std::min(fitting, 1.0), std::max(largestZoom, fitting));
}

void ViewTransform::apply(double zoom, QPointF centre) {
    if (zoom <= fittingZoom()) {
        centre = {0.5 * scene_.width(), 0.5 * scene_.height()};
    } else {
        centre = {std::clamp(centre.x(), 0.0, scene_.width()), std::clamp(centre.y(), 0.0, scene_.height())};
    }
    if (zoom != zoom_ || centre != centre_) {
        zoom_ = zoom;
        centre_ = centre;
        emit changed();
    }
}

void ViewTransform::setSceneSize(QSizeF size) {
    if (size == scene_) {
        return;
    }
    const double factor = scene_.isEmpty() || size.isEmpty() ? 1.0 : size.width() / scene_.width();
    scene_ = size;
    region_ = {region_.topLeft() * factor, region_.size() * factor};
    leastZoom_ /= factor;
    if (keeps_ == Keeps::Place) {
        apply(allowed(zoom_ / factor), centre_ * factor);
    } else {
        showKept();
    }
}

void ViewTransform::setViewport(QSizeF size) {
    if (size == viewport_) {
        return;
    }
    viewport_ = size;
    if (keeps_ == Keeps::Place) {
        apply(allowed(zoom_), centre_);
    } else {
        showKept();
    }
}

void ViewTransform::keep(Keeps what, const QRectF& region, double leastZoom) {
    keeps_ = what;
    region_ = region;
    leastZoom_ = leastZoom;
    showKept();
}

void ViewTransform::showKept() {
    if (isFitted()) {
        apply(fittingZoom(), {0.5 * scene_.width(), 0.5 * scene_.height()});
        return;
    }
    const double zoom = allowed(std::max({fittingZoom(region_.size()), fittingZoom(), leastZoom_}));
    // Nothing beside the image where the region lies at its border.
    const auto within = [zoom](double centre, double shown, double whole) {
        const double half = std::min(0.5 * shown / zoom, 0.5 * whole);
        return std::clamp(centre, half, whole - half);
    };
    const auto middle = region_.center();
    apply(zoom, {within(middle.x(), viewport_.width(), scene_.width()),
                 within(middle.y(), viewport_.height(), scene_.height())});
}

void ViewTransform::setZoom(double zoom, QPointF anchor) {
    keeps_ = Keeps::Place;
    zoom = allowed(zoom);
    apply(zoom, anchor + (centre_ - anchor) * (zoom_ / zoom));
}

void ViewTransform::pan(QPointF devicePixels) {
    keeps_ = Keeps::Place;
    apply(zoom_, centre_ - devicePixels / zoom_);
}

void ViewTransform::centreOn(QPointF scenePoint) {
    keeps_ = Keeps::Place;
    apply(zoom_, scenePoint);
}

}  // namespace lamscope::ui
