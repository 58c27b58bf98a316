// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/sr_error_layer.h"

#include "session/scale_words.h"
#include "view/derived_pictures.h"
#include "view/image_layer.h"
#include "view/sr_error.h"

namespace lamscope::ui {

PanePicture SrErrorLayer::picture(const LayerInput& input) const {
    const auto& entry = input.entry;
    PanePicture picture;
    const auto hr = input.hr();
    if (!hr || (!entry.sr && !entry.lr)) {
        addImage(picture, input, BaseImage::Hr);
    } else if (entry.sr) {
        picture.image = entry.sr;
        picture.base = input.pictures.srError(entry.sr, hr);
        picture.basePlace = placeOfImage(*entry.sr, input.srPixel());
        if (const auto& before = input.before; !picture.base && before.image == entry.lr && before.base) {
            picture.image = before.image;  // no flash of an empty pane
            picture.base = before.base;
            picture.basePlace = before.basePlace;
            picture.parts = before.parts;
        }
    } else {
        picture.image = entry.lr;
        picture.base = input.pictures.greyPyramid(entry.lr);
        picture.basePlace = placeOfImage(*entry.lr, input.lrPixel());
        addParts(picture, input, [&](const live::SrPart& part) {
            return part.hr ? input.pictures.srError(part.sr, part.hr) : nullptr;
        });
    }
    return picture;
}

QString SrErrorLayer::notice(const LayerInput& input, const PanePicture& picture) const {
    if (!input.hr()) {
        return input.entry.card.scale == 1
                   ? QObject::tr("There is no reference: degrade the image (Ctrl+D), or open the clean one beside it.")
                   : QObject::tr("There is no HR image: the image that is open is the LR image.");
    }
    const bool keepsSize = input.entry.card.scale == 1;
    if (input.entry.sr) {
        return {};
    }
    if (picture.parts.empty()) {
        return inScaleWords(QObject::tr("The SR image is not computed yet."), keepsSize);
    }
    return inScaleWords(input.entry.srParts.empty()
                            ? QObject::tr("Outside of the context the SR image is not computed yet.")
                            : QObject::tr("The rest of the SR image is not computed yet."),
                        keepsSize);
}

ColourScale SrErrorLayer::scale(const LayerInput& input, const PanePicture& picture) const {
    const bool known = input.hr() && picture.image != nullptr;
    return {.colours = known ? &divergingColourMap() : nullptr,
            .caption = QObject::tr("8-bit levels"),
            .lowest = QStringLiteral("\u2212%1").arg(srErrorRange),
            .highest = QStringLiteral("+%1").arg(srErrorRange)};
}

QString SrErrorLayer::readout(const LayerInput& input, const PanePicture& picture, QPointF scene) const {
    std::optional<double> error;
    const auto read = [&](const Image& sr, const Image& hr, const QRectF& place) {
        if (const auto at = pixelAt(scene, place, input.srPixel())) {
            error = srErrorAt(sr, hr, *at);
        }
    };
    const auto& sr = input.entry.sr;
    if (const auto hr = input.hr(); sr && hr && picture.image == sr) {
        read(*sr, *hr, picture.basePlace);
    }
    for (const auto& part : picture.parts) {
        if (part.hr) {
            read(*part.image, *part.hr, part.place);
        }
    }
    return error ? inScaleWords(QObject::tr("SR − HR %1"), input.entry.card.scale == 1).arg(*error, 0, 'f', 1)
                 : QString();
}

std::optional<HeaderMeasure> SrErrorLayer::measure(const NetworkEntry& entry) const {
    if (!entry.result) {
        return std::nullopt;
    }
    return HeaderMeasure{QObject::tr("PSNR %1 dB"), entry.result->psnrPatch, entry.stale};
}

}  // namespace lamscope::ui
