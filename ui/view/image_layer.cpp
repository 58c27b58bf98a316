// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/image_layer.h"

#include <algorithm>
#include <utility>

#include "view/derived_pictures.h"

namespace lamscope::ui {

QRectF placeOfImage(const Image& image, double pixel) {
    return {0.0, 0.0, image.width() * pixel, image.height() * pixel};
}

void addImage(PanePicture& picture, const LayerInput& input, BaseImage which, bool grey) {
    const auto& entry = input.entry;
    const bool wantsLr = which == BaseImage::Hr || (which == BaseImage::SrOrLr && input.view().overlayOnLr);
    const auto hr = input.hr();
    const bool takesHr = which == BaseImage::Hr && hr != nullptr;
    const bool takesLr = !takesHr && (wantsLr || !entry.sr);
    const auto image = takesHr ? hr : takesLr ? entry.lr : entry.sr;
    if (!image) {
        return;
    }
    const auto pyramid = [&](const std::shared_ptr<const Image>& of) {
        return grey ? input.pictures.greyPyramid(of) : input.pictures.pyramid(of);
    };
    picture.image = image;
    picture.basePlace = placeOfImage(*image, takesHr ? input.hrPixel() : takesLr ? input.lrPixel() : input.srPixel());
    picture.base = pyramid(image);
    // Until it is there, or there in the other colours: no flash of an empty pane.
    if (const auto& before = input.before; !picture.base && before.image == image) {
        picture.base = before.base;
    } else if (!picture.base && image == entry.sr && before.image == entry.lr && before.base) {
        picture.image = before.image;
        picture.base = before.base;
        picture.basePlace = before.basePlace;
        picture.parts = before.parts;
    }
    if (!wantsLr && !entry.sr) {
        addParts(picture, input, [&](const live::SrPart& part) { return pyramid(part.sr); });
    }
}

void addParts(PanePicture& picture, const LayerInput& input, const MakePyramid& pyramid) {
    const auto add = [&](const live::SrPart& known) {
        const auto& [x, y, width, height] = known.place;
        const double pixel = input.lrPixel();
        PicturePart part{.image = known.sr,
                         .hr = known.hr,
                         .base = pyramid(known),
                         .place = {x * pixel, y * pixel, width * pixel, height * pixel}};
        if (!part.base) {
            const auto& before = input.before.parts;
            if (const auto same = std::ranges::find(before, part.place, &PicturePart::place); same != before.end()) {
                part.base = same->base;  // of the map before, or in other colours
            }
        }
        picture.parts.push_back(std::move(part));
    };
    if (const auto& result = input.entry.result; result && !result->sr.empty()) {
        add({.place = result->context,
             .sr = {result, &result->sr},
             .hr = result->hr.empty() ? nullptr : std::shared_ptr<const Image>(result, &result->hr)});
    }
    for (const auto& part : input.entry.srParts) {
        add(part);
    }
}

PanePicture ImageLayer::picture(const LayerInput& input) const {
    PanePicture picture;
    addImage(picture, input, which_);
    return picture;
}

}  // namespace lamscope::ui
