// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/area_layer.h"

#include "view/derived_pictures.h"
#include "view/image_layer.h"
#include "view/map_layer.h"

namespace lamscope::ui {

PanePicture AreaLayer::picture(const LayerInput& input) const {
    PanePicture picture;
    addImage(picture, input, BaseImage::SrOrLr);
    if (!input.entry.result) {
        return picture;
    }
    addMap(picture, input);
    const auto& before = input.before.map;
    if (const auto area = input.pictures.area(input.entry.result)) {
        picture.map.colours = &colourMap(input.view().colourMap);
        picture.map.trouble = area->trouble;
        for (const auto& band : area->bands) {
            picture.map.areas.push_back({picture.map.colours->at(band.level), band.outline});
        }
    } else if (before.picture.isNull() && (!before.areas.empty() || !before.trouble.isEmpty())) {
        picture.map = before;  // the last one, as what it is, until the new one is there
        picture.dimmed = true;
    }
    return picture;
}

QString AreaLayer::notice(const LayerInput& input, const PanePicture& picture) const {
    return noticeOfMap(input.entry, picture);
}

ColourScale AreaLayer::scale(const LayerInput& /*input*/, const PanePicture& picture) const {
    return {.colours = picture.map.areas.empty() ? nullptr : picture.map.colours,
            .caption = QObject::tr("density"),
            .dimmed = picture.dimmed};
}

}  // namespace lamscope::ui
