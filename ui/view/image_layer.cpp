// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/image_layer.h"

#include "view/derived_pictures.h"

namespace lamscope::ui {

QRectF placeOfImage(const Image& image, double pixel) {
    return {0.0, 0.0, image.width() * pixel, image.height() * pixel};
}

void addImage(PanePicture& picture, const LayerInput& input, BaseImage which, bool grey) {
    const auto& entry = input.entry;
    const bool wantsLr = which == BaseImage::Hr || (which == BaseImage::SrOrLr && input.view().overlayOnLr);
    const bool takesHr = which == BaseImage::Hr && input.hasHr();
    const bool takesLr = !takesHr && (wantsLr || !entry.sr);
    const auto image = takesHr ? input.session.image().pixels : takesLr ? entry.lr : entry.sr;
    if (!image) {
        return;
    }
    const auto pyramid = [&](const std::shared_ptr<const Image>& of) {
        return grey ? input.pictures.greyPyramid(of) : input.pictures.pyramid(of);
    };
    picture.image = image;
    picture.basePlace = placeOfImage(*image, takesHr ? 1.0 : takesLr ? input.lrPixel() : input.srPixel());
    picture.base = pyramid(image);
    if (!picture.base && input.before.image == image) {
        picture.base = input.before.base;  // until it is there in the other colours: no flash of an empty pane
    }
    if (!wantsLr && !entry.sr) {
        addPart(picture, input, pyramid);
    }
}

void addPart(PanePicture& picture, const LayerInput& input, const MakePyramid& pyramid) {
    const auto& result = input.entry.result;
    if (!result || result->sr.empty()) {
        return;
    }
    const auto& context = result->context;
    const double pixel = input.lrPixel();
    picture.part = std::shared_ptr<const Image>(result, &result->sr);
    picture.partPlace = {context.x * pixel, context.y * pixel, context.width * pixel, context.height * pixel};
    picture.partBase = pyramid(picture.part);
    const auto& before = input.before;
    if (!picture.partBase && before.partBase && before.partPlace == picture.partPlace && before.part != nullptr) {
        picture.partBase = before.partBase;  // of the map before, or in other colours
    }
}

PanePicture ImageLayer::picture(const LayerInput& input) const {
    PanePicture picture;
    addImage(picture, input, which_);
    return picture;
}

}  // namespace lamscope::ui
