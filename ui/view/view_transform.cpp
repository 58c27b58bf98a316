// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/view_transform.h"

#include <algorithm>

namespace lamscope::ui {

namespace {

constexpr double largestZoom = 64.0;

}  // namespace

ViewTransform::ViewTransform(QObject* parent)
    : QObject(parent) {}

double ViewTransform::fittingZoom() const {
    if (scene_.isEmpty() || viewport_.isEmpty()) {
        return 1.0;
    }
    return std::min(viewport_.width() / scene_.width(), viewport_.height() / scene_.height());
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
    if (fitted_) {
        fit();
    } else {
        apply(allowed(zoom_ / factor), centre_ * factor);
    }
}

void ViewTransform::setViewport(QSizeF size) {
    if (size == viewport_) {
        return;
    }
    viewport_ = size;
    if (fitted_) {
        fit();
    } else {
        apply(allowed(zoom_), centre_);
    }
}

void ViewTransform::fit() {
    fitted_ = true;
    apply(fittingZoom(), {0.5 * scene_.width(), 0.5 * scene_.height()});
}

void ViewTransform::setZoom(double zoom, QPointF anchor) {
    fitted_ = false;
    zoom = allowed(zoom);
    apply(zoom, anchor + (centre_ - anchor) * (zoom_ / zoom));
}

void ViewTransform::pan(QPointF devicePixels) {
    fitted_ = false;
    apply(zoom_, centre_ - devicePixels / zoom_);
}

void ViewTransform::centreOn(QPointF scenePoint) {
    fitted_ = false;
    apply(zoom_, scenePoint);
}

}  // namespace lamscope::ui
