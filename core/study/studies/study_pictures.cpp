// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_pictures.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "image/image_file.h"
#include "image/resize.h"
#include "study/studies/store_access.h"
#include "study/studies/study_places.h"

namespace lamscope {

namespace {

constexpr int shownSide = 256;    // of the image
constexpr int pictureSide = 128;  // of the picture

/// The patch of an image in SR pixels, which HR has too; nullopt where it has several.
std::optional<Rect> onlyPatch(const StudyStore& store, std::int64_t image) {
    return storeAccess(store.file(), [&]() -> std::optional<Rect> {
        SQLite::Statement query(store.database(),
                                "SELECT DISTINCT patch_x, patch_y, patch_size FROM result WHERE image = ? AND error IS "
                                "NULL AND task NOT IN (SELECT id FROM task WHERE planned = 0) LIMIT 2");
        query.bind(1, image);
        if (!query.executeStep()) {
            return std::nullopt;
        }
        const int side = query.getColumn(2).getInt();
        const Rect patch{query.getColumn(0).getInt(), query.getColumn(1).getInt(), side, side};
        return query.executeStep() ? std::nullopt : std::optional(patch);
    });
}

/// The square that is shown: around the patch, or in the middle.
Rect shownPart(const Image& image, const std::optional<Rect>& patch) {
    const int shorter = std::min(image.width(), image.height());
    if (!patch) {
        return {(image.width() - shorter) / 2, (image.height() - shorter) / 2, shorter, shorter};
    }
    const int side = std::min(std::max(shownSide, patch->width), shorter);
    const auto start = [side](int at, int size, int length) {
        return std::clamp(at + size / 2 - side / 2, 0, length - side);
    };
    return {start(patch->x, patch->width, image.width()), start(patch->y, patch->height, image.height()), side, side};
}

StudyPicture pictureOf(const Scene& scene, const std::optional<Rect>& srPatch) {
    const bool isSr = scene.role == ImageRole::Hr || !scene.reference.empty();
    const auto image = readImage(scene.reference.empty() ? scene.image : scene.reference, scene.reading).image;
    const auto patch = isSr ? srPatch : std::nullopt;
    const auto part = shownPart(image, patch);
    const int side = std::min(part.width, pictureSide);
    StudyPicture picture;
    picture.picture = resizeBicubicPillow(image.cropped(part), side, side);
    if (patch) {
        const auto reduced = [&](int pixels) { return pixels * side / part.width; };
        picture.patch = Rect{reduced(patch->x - part.x), reduced(patch->y - part.y), std::max(reduced(patch->width), 1),
                             std::max(reduced(patch->height), 1)};
    }
    return picture;
}

}  // namespace

std::vector<StudyPicture> picturesOf(const StudyStore& store, const StudyPlot& plot) {
    std::vector<StudyPicture> pictures;
    std::optional<StudyDescription> description;
    for (const auto& shown : plot.images) {
        try {
            if (!description) {
                description = descriptionIn(store);
            }
            const auto scene = sceneOf(*description, shown.file);
            if (!scene) {
                throw Error(ErrorCode::BadFile, fmt::format("{}: no longer in the study's description", shown.file));
            }
            pictures.push_back(pictureOf(*scene, onlyPatch(store, shown.image)));
        } catch (const Error& error) {
            pictures.push_back({.picture = {}, .patch = {}, .trouble = error.what()});
        }
    }
    return pictures;
}

}  // namespace lamscope
