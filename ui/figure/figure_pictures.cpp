// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/figure_pictures.h"

#include <QPainter>
#include <QTransform>
#include <algorithm>
#include <cmath>
#include <memory>

#include "method/lam/path_image.h"
#include "view/areas_of_interest.h"
#include "view/layers.h"
#include "view/pyramid.h"

namespace lamscope::ui {

namespace {

/// The picture with each pixel as a square of `factor` pixels.
QImage enlarged(const QImage& picture, int factor) {
    return picture.scaled(picture.size() * factor, Qt::IgnoreAspectRatio, Qt::FastTransformation);
}

double largest(const PathGradient& gradient) {
    return gradient.map.empty() ? 0.0 : *std::ranges::max_element(gradient.map);
}

QImage laidOver(const QImage& base, const QImage& translucent) {
    QImage result = base;
    QPainter painter(&result);
    painter.drawImage(0, 0, translucent);
    painter.end();
    return result;
}

}  // namespace

FigurePictures::FigurePictures(const NamedLamResult& named, const FigureLayout& layout, double sharedMaximum)
    : named_(named)
    , layout_(layout)
    , sharedMaximum_(sharedMaximum) {
    const auto& result = named.result;
    const int scale = named.card.scale;
    const Patch inContext{result.patch.x - result.context.x * scale, result.patch.y - result.context.y * scale,
                          result.patch.size};
    boxSr_ = QRectF(inContext.x, inContext.y, inContext.size, inContext.size);
    shown_ = contextAround(inContext, scale, result.context.width, result.context.height, layout.crop);
}

bool FigurePictures::hasHr() const {
    return !named_.result.hr.empty();
}

FigurePicture FigurePictures::cropped(const QImage& context, int finer) const {
    const QRect part(shown_.x * finer, shown_.y * finer, shown_.width * finer, shown_.height * finer);
    const double ratio = static_cast<double>(finer) / named_.card.scale;
    const QRectF box(boxSr_.topLeft() * ratio - QPointF(part.topLeft()), boxSr_.size() * ratio);
    return {.image = context.copy(part), .box = box};
}

FigurePicture FigurePictures::around(const Image& context, int finer, double sides) const {
    const double ratio = static_cast<double>(finer) / named_.card.scale;
    const QRectF box(boxSr_.topLeft() * ratio, boxSr_.size() * ratio);
    const int smallest = std::min(context.width(), context.height());
    const int side = std::clamp(static_cast<int>(std::lround(sides * box.width())), 1, smallest);
    const auto start = [side](double from, double length, int extent) {
        return std::clamp(static_cast<int>(std::floor(from + (length - side) / 2.0)), 0, extent - side);
    };
    const QRect part(start(box.x(), box.width(), context.width()), start(box.y(), box.height(), context.height()), side,
                     side);
    FigurePicture picture{.image = toQImage(context).copy(part), .box = box.translated(-QPointF(part.topLeft()))};
    if (box.width() >= side) {
        picture.box = {};  // it would only frame the picture
    }
    return picture;
}

FigurePicture FigurePictures::scene() const {
    return hasHr() ? cropped(toQImage(named_.result.hr), named_.card.scale) : lr();
}

FigurePicture FigurePictures::lr() const {
    return cropped(toQImage(named_.result.lr), 1);
}

FigurePicture FigurePictures::sr() const {
    return cropped(toQImage(named_.result.sr), named_.card.scale);
}

FigurePicture FigurePictures::scenePatch() const {
    return hasHr() ? around(named_.result.hr, named_.card.scale, layout_.surroundings)
                   : around(named_.result.lr, 1, layout_.surroundings);
}

FigurePicture FigurePictures::inset() const {
    return hasHr() ? around(named_.result.hr, named_.card.scale, 1.0) : around(named_.result.lr, 1, 1.0);
}

FigurePicture FigurePictures::pathImage(const LamOptions& options, double alpha) const {
    auto picture = cropped(toQImage(lamscope::pathImage(named_.result.lr, named_.result.hr, options, alpha)), 1);
    picture.box = {};
    return picture;
}

FigurePicture FigurePictures::patch() const {
    return around(named_.result.sr, named_.card.scale, layout_.surroundings);
}

FigurePicture FigurePictures::map() const {
    const ViewSettings view{.layer = Layer::Map, .colourMap = layout_.colourMap};
    const auto layer = makeLayer({.result = &named_.result}, {}, view, sharedMaximum_);
    auto picture = layer.picture;
    if (picture.isNull()) {  // the map vanishes
        picture = QImage(named_.result.context.width, named_.result.context.height, QImage::Format_RGB32);
        picture.fill(colourMap(layout_.colourMap).at(0.0));
    }
    return croppedMap(picture);
}

FigurePicture FigurePictures::pathGradient(const PathGradient& gradient, double sharedMaximum) const {
    const auto& context = named_.result.context;
    const double maximum = sharedMaximum > 0.0 ? sharedMaximum : largest(gradient);
    const auto& colours = colourMap(layout_.colourMap);
    QImage picture(context.width, context.height, QImage::Format_RGB32);
    auto value = gradient.map.begin();
    for (int y = 0; y < context.height; ++y) {
        for (int x = 0; x < context.width; ++x) {
            picture.setPixel(x, y, colours.at(maximum > 0.0 ? *value / maximum : 0.0));
            ++value;
        }
    }
    return croppedMap(picture);
}

FigurePicture FigurePictures::croppedMap(const QImage& map) const {
    auto shown = cropped(map.convertToFormat(QImage::Format_RGB32), 1);
    shown.box = {};
    shown.framed = true;
    return shown;
}

FigurePicture FigurePictures::overlay() const {
    const int scale = named_.card.scale;
    auto base = toQImage(named_.result.sr);
    // makeLayer() halves the opacity of this style.
    const ViewSettings view{.layer = Layer::Overlay,
                            .overlay = OverlayStyle::HalfAndHalf,
                            .opacity = 2.0 * layout_.opacity,
                            .colourMap = layout_.colourMap};
    const auto layer = makeLayer({.result = &named_.result}, {}, view, sharedMaximum_);
    if (!layer.picture.isNull()) {
        base = laidOver(base, enlarged(layer.picture, scale));
    }
    auto picture = cropped(base, scale);
    picture.box = {};  // it would hide the map where it is strongest; the scene beside it has one
    return picture;
}

FigurePicture FigurePictures::area() const {
    auto picture = lr();
    picture.box = {};  // as over the map
    const auto area = areaOfContribution(named_.result);
    QPainterPath inside;
    inside.addRect(QRectF(picture.image.rect()));
    const auto toShown = QTransform::fromTranslate(-shown_.x, -shown_.y);
    const bool whole = shown_.width == named_.result.context.width && shown_.height == named_.result.context.height;
    for (const auto& band : area.bands) {
        constexpr float opacity = 0.4F;
        QColor colour = QColor::fromRgb(colourMap(layout_.colourMap).at(band.level));
        colour.setAlphaF(opacity);
        const auto outline = toShown.map(band.outline);
        // No device has to clip: SVG of Qt 6.4 cannot.
        picture.bands.push_back({whole ? outline : outline.intersected(inside), colour});
    }
    return picture;
}

FigurePicture FigurePictures::cell(FigureCell cell) const {
    switch (cell) {
        case FigureCell::Patch:
            return patch();
        case FigureCell::Map:
            return map();
        case FigureCell::Overlay:
            return overlay();
        case FigureCell::Area:
            return area();
    }
    return {};
}

double sharedMaximum(const std::vector<LamDocument>& documents, const FigureLayout& layout) {
    double maximum = 0.0;
    if (layout.normalisation == Normalisation::Shared) {
        for (const auto& document : documents) {
            for (const auto& named : document.results) {
                maximum = std::max(maximum, attributionMaximum(named.result));
            }
        }
    }
    return maximum;
}

double sharedGradientMaximum(const std::vector<LamDocument>& documents, const FigureLayout& layout) {
    double maximum = 0.0;
    if (layout.normalisation == Normalisation::Shared) {
        for (const auto& document : documents) {
            for (const auto& named : document.results) {
                for (const auto& gradient : named.result.pathGradients) {
                    maximum = std::max(maximum, largest(gradient));
                }
            }
        }
    }
    return maximum;
}

bool sharesGrid(const NamedLamResult& named, const NamedLamResult& other) {
    return named.card.scale == other.card.scale && named.result.context == other.result.context;
}

FigurePicture interestPicture(const LamDocument& document, const FigureLayout& layout) {
    const auto& first = document.results.front();
    std::vector<std::shared_ptr<const MassSet>> sets;
    for (const auto& named : document.results) {
        if (sharesGrid(named, first)) {
            sets.push_back(std::make_shared<const MassSet>(massSet(named.result)));
        }
    }
    auto picture = FigurePictures(first, layout, 0.0).lr();
    picture.box = {};  // as over the map
    const auto areas = areasPicture(areasOfInterest(sets));
    if (!areas.isNull()) {
        const auto shown = FigurePictures(first, layout, 0.0).shown();
        picture.image = laidOver(picture.image, areas.copy(shown.x, shown.y, shown.width, shown.height));
    }
    return picture;
}

}  // namespace lamscope::ui
