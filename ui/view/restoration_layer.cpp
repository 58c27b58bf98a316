// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/restoration_layer.h"

#include <QTransform>
#include <algorithm>
#include <array>

#include "session/layer_table.h"
#include "session/restoration_controller.h"
#include "view/derived_pictures.h"
#include "view/image_layer.h"

namespace lamscope::ui {

namespace {

/// The clean image and what it is compared with are known, of one size.
bool isKnown(const LayerInput& input) {
    const auto& entry = input.entry;
    const auto clean = input.hr();
    return entry.card.scale == 1 && knowsCleanImage(input.session) && entry.lr && clean
           && clean->width() == entry.lr->width() && clean->height() == entry.lr->height();
}

RestorationImages imagesOf(const LayerInput& input) {
    const bool isFiles = isInputItself(input.session.input().recipe(), /*scale=*/1);
    return {.degraded = input.entry.lr,
            .clean = input.hr(),
            .rain = input.entry.rain,
            .source = isFiles ? DegradationSource::Files : DegradationSource::Recipe};
}

const SignedPicture& pictureOf(const RestorationPictures& pictures, Layer layer) {
    return layer == Layer::Removed    ? pictures.removed
           : layer == Layer::LeftOver ? pictures.leftOver
                                      : pictures.background;
}

std::shared_ptr<const Pyramid> pyramidOf(const std::shared_ptr<const RestorationPictures>& pictures, Layer layer) {
    return pictures ? std::shared_ptr<const Pyramid>(pictures, &pictureOf(*pictures, layer).pyramid) : nullptr;
}

/// Where the network looks: outlines at a tenth and at half of the density of its map.
void addOutlines(PanePicture& picture, const LayerInput& input) {
    constexpr std::array levels{0.1, 0.5};
    const auto& result = input.entry.result;
    if (!result || input.entry.stale) {
        return;
    }
    const auto area = input.pictures.area(result);
    if (!area) {
        picture.map.outline = input.before.map.outline;  // until the new one is there
        return;
    }
    const double pixel = input.lrPixel();
    auto toGrid = QTransform::fromScale(pixel, pixel);
    toGrid.translate(result->context.x, result->context.y);
    for (const auto& band : area->bands) {
        if (std::ranges::find(levels, band.level) != levels.end()) {
            picture.map.outline.addPath(toGrid.map(band.outline));
        }
    }
}

}  // namespace

PanePicture RestorationLayer::picture(const LayerInput& input) const {
    const auto& entry = input.entry;
    PanePicture picture;
    if (!isKnown(input)) {
        addImage(picture, input, BaseImage::Sr);
        return picture;
    }
    const auto images = imagesOf(input);
    picture.image = entry.lr;
    picture.basePlace = placeOfImage(*entry.lr, input.lrPixel());
    if (isOfInput()) {
        if (const auto made = input.pictures.degradation(images)) {
            picture.base = {made, which_ == Layer::Rain ? &made->added.pyramid : &made->maskPyramid};
        }
    } else if (entry.sr) {
        picture.image = entry.sr;
        const Rect whole{0, 0, entry.sr->width(), entry.sr->height()};
        picture.base = pyramidOf(input.pictures.restoration(entry.sr, images, whole), which_);
    } else {
        picture.base = input.pictures.greyPyramid(entry.lr);
        addParts(picture, input, [&](const live::SrPart& part) {
            return pyramidOf(input.pictures.restoration(part.sr, images, part.place), which_);
        });
    }
    if (!picture.base) {
        picture.base = input.before.base;  // no flash of an empty pane
    }
    addOutlines(picture, input);
    return picture;
}

QString RestorationLayer::notice(const LayerInput& input, const PanePicture& picture) const {
    if (input.entry.card.scale != 1) {
        return QObject::tr("This network enlarges by %1: removal is measured at scale 1.").arg(input.entry.card.scale);
    }
    if (const auto why = whyNoRestoration(input.session); !why.isEmpty()) {
        return why;
    }
    const bool waits = !isOfInput() && !input.entry.sr && picture.parts.empty();
    return waits ? QObject::tr("The output is not computed yet.") : QString();
}

ColourScale RestorationLayer::scale(const LayerInput& input, const PanePicture& picture) const {
    if (which_ == Layer::RainMask || !isKnown(input) || !picture.base) {
        return {};
    }
    return {.colours = &divergingColourMap(),
            .caption = QObject::tr("8-bit levels"),
            .lowest = QStringLiteral("\u2212%1").arg(restorationRange),
            .highest = QStringLiteral("+%1").arg(restorationRange)};
}

QString RestorationLayer::readout(const LayerInput& input, const PanePicture& picture, QPointF scene) const {
    if (!isKnown(input)) {
        return {};
    }
    const auto images = imagesOf(input);
    const int width = images.degraded->width();
    const auto valueAt = [](const SignedPicture& map, const QPoint& at, int rowLength) {
        return map.levels.at(static_cast<std::size_t>(at.y()) * static_cast<std::size_t>(rowLength)
                             + static_cast<std::size_t>(at.x()));
    };
    std::optional<float> level;
    const auto whole = pixelAt(scene, placeOfImage(*images.degraded, input.lrPixel()), input.lrPixel());
    if (isOfInput()) {
        const auto made = whole ? input.pictures.degradation(images) : nullptr;
        if (!made) {
            return {};
        }
        if (which_ == Layer::RainMask) {
            const auto index = static_cast<std::size_t>(whole->y()) * static_cast<std::size_t>(width)
                               + static_cast<std::size_t>(whole->x());
            return made->mask.pixels.at(index) != 0 ? QObject::tr("in the mask") : QObject::tr("beside the mask");
        }
        level = valueAt(made->added, *whole, width);
    } else if (const auto& sr = input.entry.sr; sr && picture.image == sr) {
        const auto made = input.pictures.restoration(sr, images, {0, 0, sr->width(), sr->height()});
        if (whole && made) {
            level = valueAt(pictureOf(*made, which_), *whole, width);
        }
    }
    return level ? QObject::tr("%1 %2").arg(QObject::tr(layerRow(which_).shortTitle)).arg(*level, 0, 'f', 1)
                 : QString();
}

std::optional<HeaderMeasure> RestorationLayer::measure(const NetworkEntry& entry) const {
    const auto& image = entry.restoration.image;
    if (entry.card.scale != 1 || !image) {
        return std::nullopt;
    }
    const auto& measures = image->measures;
    const bool stale = entry.restoration.stale;
    switch (which_) {
        case Layer::Removed:
            return HeaderMeasure{QObject::tr("slope %1"), measures.removedSlope, stale};
        case Layer::Background:
            return HeaderMeasure{QObject::tr("E_B %1"), measures.eb, stale, 3};
        case Layer::LeftOver:
            return HeaderMeasure{QObject::tr("τ %1"), measures.transmission, stale};
        default:
            return HeaderMeasure{QObject::tr("E_R %1"), measures.er, stale, 3};
    }
}

}  // namespace lamscope::ui
