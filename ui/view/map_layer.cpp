// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/map_layer.h"

#include "view/image_layer.h"

namespace lamscope::ui {

void addMap(PanePicture& picture, const LayerInput& input, const NetworkEntry* reference) {
    const auto& entry = input.entry;
    if (!entry.result) {
        return;
    }
    PlacedResult other;
    if (reference != nullptr) {
        other = {reference->currentResult(), input.session.lrPixel(*reference)};
    }
    picture.map = makeLayer({entry.result.get(), input.lrPixel()}, other, input.view(),
                            input.shared ? input.shared->largest : 0.0);
    if (entry.stale) {
        dim(picture);
    }
}

QString noticeOfMap(const NetworkEntry& entry, const PanePicture& picture) {
    return entry.stale ? QString() : picture.map.trouble;
}

PanePicture MapLayer::picture(const LayerInput& input) const {
    PanePicture picture;
    addImage(picture, input, BaseImage::Sr);
    picture.opaqueMap = true;
    addMap(picture, input);
    return picture;
}

QString MapLayer::notice(const LayerInput& input, const PanePicture& picture) const {
    return noticeOfMap(input.entry, picture);
}

ColourScale MapLayer::scale(const LayerInput& input, const PanePicture& picture) const {
    return {.colours = picture.map.colours,
            .caption = input.shared ? QObject::tr("shared scale") : QObject::tr("own scale"),
            .dimmed = picture.dimmed};
}

QString MapLayer::readout(const LayerInput& /*input*/, const PanePicture& picture, QPointF scene) const {
    const auto at = picture.map.indexAt(scene);
    if (!at) {
        return {};
    }
    const auto text = picture.dimmed ? QObject::tr("map %1 (old)") : QObject::tr("map %1");
    return text.arg(picture.map.values[*at], 0, 'f', 3);
}

std::optional<LayerRange> MapLayer::range(const NetworkEntry& entry) const {
    const double maximum = entry.result ? attributionMaximum(*entry.result) : 0.0;
    return maximum > 0.0 ? std::optional(LayerRange{{0.0, maximum}, entry.stale}) : std::nullopt;
}

PanePicture OverlayLayer::picture(const LayerInput& input) const {
    PanePicture picture;
    // A red map over a red image would be lost; half and half is the paper's, in the image's own colours.
    addImage(picture, input, BaseImage::SrOrLr,
             input.view().overlay == OverlayStyle::FollowMap && input.entry.result != nullptr);
    addMap(picture, input);
    return picture;
}

PanePicture DifferenceLayer::picture(const LayerInput& input) const {
    PanePicture picture;
    addImage(picture, input, BaseImage::Sr);
    picture.opaqueMap = true;
    const auto reference = input.session.reference();
    if (reference != input.entry.id) {
        addMap(picture, input, input.session.network(reference));
    }
    return picture;
}

QString DifferenceLayer::notice(const LayerInput& input, const PanePicture& picture) const {
    return input.session.reference() == input.entry.id
               ? QObject::tr("The reference: the other maps are compared with this one's.")
               : noticeOfMap(input.entry, picture);
}

}  // namespace lamscope::ui
