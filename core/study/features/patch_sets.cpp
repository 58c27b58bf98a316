// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/features/patch_sets.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/portable_random.h"
#include "image/image_file.h"
#include "study/image_pairs.h"

namespace lamscope {

namespace {

/// As many of the places as are wanted, chosen by the image's name and the seed, in reading order.
std::vector<Rect> chosenPlaces(std::vector<Rect> places, std::size_t wanted, std::uint64_t seed,
                               const std::string& stem) {
    const PortableRandom random(fmt::format("patches/{}/{}", seed, stem));
    for (std::size_t i = places.size(); i > 1; --i) {
        const double uniform = random.uniform(places.size() - i);
        std::swap(places[i - 1], places[std::min(static_cast<std::size_t>(uniform * static_cast<double>(i)), i - 1)]);
    }
    places.resize(std::min(places.size(), wanted));
    std::ranges::sort(places, {}, [](const Rect& place) { return std::pair(place.y, place.x); });
    return places;
}

void noteRepeated(PatchSets& result) {
    for (std::size_t s = 0; s < result.sets.size(); ++s) {
        std::set<std::string_view> seen;
        for (const auto& patch : result.lr[s]) {
            const auto values = patch.values();
            // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the bytes are compared
            seen.emplace(reinterpret_cast<const char*>(values.data()), values.size_bytes());
        }
        if (seen.size() < result.lr[s].size()) {
            result.warnings.push_back(fmt::format("{} of the {} patches of {} are equal to others of it",
                                                  result.lr[s].size() - seen.size(), result.lr[s].size(),
                                                  result.sets[s].name));
        }
    }
}

void addSet(PatchSets& result, FeatureSet set, std::vector<Image> patches) {
    set.patches = patches.size();
    set.width = patches.front().width();
    set.height = patches.front().height();
    result.sets.push_back(std::move(set));
    result.lr.push_back(std::move(patches));
}

/// The HR patches of all images. False when stopped.
bool cutPatches(PatchSets& result, const PatchSource& source, int scale, const std::stop_token& stop) {
    const int hrSide = source.side * scale;
    const auto images = source.hr.size();
    const auto wanted = static_cast<std::size_t>(source.patches);
    std::optional<ImageReading> reading = sharedReading(source.reading, source.hr, stop);
    if (!reading) {
        return false;
    }
    std::size_t used = 0;
    for (std::size_t i = 0; i < images; ++i) {
        if (stop.stop_requested()) {
            return false;
        }
        const auto until = (i + 1) * wanted / images;
        if (until <= result.hr.size()) {
            continue;
        }
        auto loaded = readImage(source.hr[i], *reading);
        std::ranges::move(loaded.warnings, std::back_inserter(result.warnings));
        const auto& path = source.hr[i];
        const auto places = chosenPlaces(patchPlaces(loaded.image.width(), loaded.image.height(), hrSide),
                                         until - result.hr.size(), source.seed, path.stem().string());
        used += places.empty() ? 0 : 1;
        for (const auto& place : places) {
            result.hr.push_back(loaded.image.cropped(place));
            result.hr.back().file =
                fmt::format("{}-{}-{}{}", path.stem().string(), place.x, place.y, path.extension().string());
            result.hr.back().bitDepth = loaded.image.bitDepth;
        }
    }
    if (result.hr.empty()) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("none of the {0} HR images holds a patch of {1}x{1} LR pixels at x{2}, which is {3}x{3} "
                        "HR pixels; choose a smaller side (--patch) or larger images",
                        images, source.side, scale, hrSide));
    }
    if (result.hr.size() < wanted) {
        result.warnings.push_back(fmt::format(
            "{} patches were asked for, there are {}: no more squares of {}x{} HR pixels lie side by side in "
            "the {} images that hold one",
            wanted, result.hr.size(), hrSide, hrSide, used));
    }
    return true;
}

std::optional<PatchSets> ofRecipes(const PatchSource& source, int scale, const std::stop_token& stop) {
    PatchSets result{.contentShared = true};
    if (!cutPatches(result, source, scale, stop)) {
        return std::nullopt;
    }
    for (const auto& [name, degradation] : source.degradations) {
        std::vector<Image> patches;
        for (const auto& hr : result.hr) {
            if (stop.stop_requested()) {
                return std::nullopt;
            }
            patches.push_back(degrade(hr, scale, source.reduction, degradation, source.seed).lr);
        }
        addSet(result, {.name = name, .recipe = toString(degradation)}, std::move(patches));
    }
    return result;
}

std::optional<PatchSets> ofFolders(const PatchSource& source, const std::stop_token& stop) {
    PatchSets result{.contentShared = true};
    std::vector<std::string> firstStems;
    for (const auto& [name, folder] : source.folders) {
        auto files = imagesOfRole(folder, ImageRole::Lr);
        files.resize(std::min(files.size(), static_cast<std::size_t>(source.patches)));
        const auto reading = sharedReading(source.reading, files, stop);
        if (!reading) {
            return std::nullopt;
        }
        std::vector<Image> patches;
        std::vector<std::string> stems;
        for (const auto& file : files) {
            if (stop.stop_requested()) {
                return std::nullopt;
            }
            auto loaded = readImage(file, *reading);
            std::ranges::move(loaded.warnings, std::back_inserter(result.warnings));
            stems.push_back(file.stem().string());
            patches.push_back(std::move(loaded.image));
            const auto& first = result.lr.empty() ? patches.front() : result.lr.front().front();
            const auto& patch = patches.back();
            if (patch.width() != first.width() || patch.height() != first.height()) {
                throw Error(
                    ErrorCode::InvalidArgument,
                    fmt::format("{} has {}x{} pixels, {} has {}x{}: all patches of all sets must have one size, "
                                "otherwise nothing is comparable",
                                file.string(), patch.width(), patch.height(), first.file, first.width(),
                                first.height()));
            }
        }
        firstStems = result.sets.empty() ? stems : firstStems;
        if (stems != firstStems) {
            result.contentShared = false;
            const std::set<std::string> first(firstStems.begin(), firstStems.end());
            const auto common =
                std::ranges::count_if(stems, [&](const std::string& stem) { return first.contains(stem); });
            result.warnings.push_back(fmt::format(
                "{} holds {} files and {} holds {}, of which {} have the same names: their contents do not "
                "count as the same",
                folder.string(), stems.size(), source.folders.front().folder.string(), firstStems.size(), common));
        }
        addSet(result, {.name = name, .folder = folder}, std::move(patches));
    }
    return result;
}

}  // namespace

std::vector<NamedFolder> namedFolders(const std::vector<std::string>& texts) {
    std::vector<NamedFolder> folders;
    for (const auto& text : texts) {
        const auto equals = text.find('=');
        NamedFolder folder;
        if (equals == std::string::npos) {
            folder = {(std::filesystem::path(text) / "").parent_path().filename().string(), text};
        } else {
            folder = {text.substr(0, equals), text.substr(equals + 1)};
        }
        if (folder.name.empty() || folder.folder.empty()) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' is not NAME=DIR", text));
        }
        if (std::ranges::find(folders, folder.name, &NamedFolder::name) != folders.end()) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("two sets have the name '{}': give one another, NAME=DIR", folder.name));
        }
        folders.push_back(std::move(folder));
    }
    return folders;
}

std::vector<Rect> patchPlaces(int width, int height, int hrSide) {
    std::vector<Rect> places;
    const int columns = width / hrSide;
    const int rows = height / hrSide;
    const int left = (width - columns * hrSide) / 2;
    const int top = (height - rows * hrSide) / 2;
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            places.push_back({left + column * hrSide, top + row * hrSide, hrSide, hrSide});
        }
    }
    return places;
}

std::optional<PatchSets> makePatchSets(const PatchSource& source, int scale, const std::stop_token& stop) {
    const bool recipes = !source.hr.empty() && !source.degradations.empty();
    if (recipes == !source.folders.empty()) {
        throw Error(ErrorCode::InvalidArgument,
                    "sets of patches are made of HR images and recipes, or of folders: give either");
    }
    auto result = recipes ? ofRecipes(source, scale, stop) : ofFolders(source, stop);
    if (result) {
        noteRepeated(*result);
    }
    return result;
}

}  // namespace lamscope
