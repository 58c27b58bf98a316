// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/image_pairs.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "error.h"

namespace lamscope {

namespace {

/// Scaled: marked x2, x3, x4 or x8 alone, which means LR in a folder that holds both.
enum class Role { Unmarked, Hr, Lr, Scaled };

/// What a file's stem says about its role.
struct MarkedStem {
    std::string key;  ///< without the marks
    Role role = Role::Unmarked;
    int scale = 0;  ///< 0: not marked
};

bool endsWithIgnoringCase(std::string_view text, std::string_view suffix) {
    return text.size() > suffix.size()
           && std::ranges::equal(text.substr(text.size() - suffix.size()), suffix,
                                 [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

/// Removes one mark from the end; false when there is none.
bool stripMark(MarkedStem& stem) {
    const auto strip = [&](std::string_view mark) {
        if (!endsWithIgnoringCase(stem.key, mark)) {
            return false;
        }
        stem.key.resize(stem.key.size() - mark.size());
        return true;
    };
    if (strip("_HR")) {
        stem.role = Role::Hr;
        return true;
    }
    if (strip("_LR")) {
        stem.role = Role::Lr;
        return true;
    }
    for (const int scale : {2, 3, 4, 8}) {
        if (strip(fmt::format("_SRF_{}", scale))) {
            stem.scale = scale;  // marks HR and LR alike
            return true;
        }
        if (strip(fmt::format("_x{}", scale)) || strip(fmt::format("x{}", scale))) {
            stem.scale = scale;
            if (stem.role == Role::Unmarked) {
                stem.role = Role::Scaled;
            }
            return true;
        }
    }
    return false;
}

MarkedStem readStem(const std::filesystem::path& file) {
    MarkedStem stem{.key = file.stem().string(), .role = Role::Unmarked, .scale = 0};
    while (stripMark(stem)) {
    }
    return stem;
}

bool isImage(const std::filesystem::path& file) {
    static constexpr std::array<std::string_view, 8> extensions{".png",  ".jpg", ".jpeg", ".tif",
                                                                ".tiff", ".bmp", ".webp", ".npy"};
    auto extension = file.extension().string();
    std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
    return std::ranges::find(extensions, extension) != extensions.end();
}

std::vector<std::filesystem::path> imagesIn(const std::filesystem::path& folder) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->is_regular_file() && isImage(entry->path())) {
            files.push_back(entry->path());
        }
    }
    if (error) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: cannot read this folder: {}", folder.string(), error.message()));
    }
    std::ranges::sort(files);
    return files;
}

using FilesByKey = std::map<std::string, std::filesystem::path>;

/// The files of `folder` that can play `wanted`, by key.
FilesByKey filesOfRole(const std::filesystem::path& folder, Role wanted, bool shared, int scale) {
    FilesByKey found;
    for (const auto& file : imagesIn(folder)) {
        const auto stem = readStem(file);
        const bool plain = stem.role == Role::Unmarked || stem.role == Role::Scaled;
        const auto sharedRole = stem.role == Role::Scaled ? Role::Lr : Role::Hr;
        const bool fits = plain ? !shared || sharedRole == wanted : stem.role == wanted;
        if (!fits || (wanted == Role::Lr && stem.scale != 0 && stem.scale != scale)) {
            continue;
        }
        const auto [place, inserted] = found.emplace(stem.key, file);
        if (!inserted) {
            throw Error(
                ErrorCode::InvalidArgument,
                fmt::format("{} and {} could both be the {} image of '{}'; keep one of them", place->second.string(),
                            file.filename().string(), wanted == Role::Hr ? "HR" : "LR", stem.key));
        }
    }
    return found;
}

}  // namespace

std::vector<ImagePair> pairImages(const std::filesystem::path& hrFolder, const std::filesystem::path& lrFolder,
                                  int scale) {
    std::error_code ignored;
    const bool shared = lrFolder.empty() || std::filesystem::equivalent(hrFolder, lrFolder, ignored);
    const auto hrFiles = filesOfRole(hrFolder, Role::Hr, shared, scale);
    if (hrFiles.empty()) {
        throw Error(
            ErrorCode::BadFile,
            fmt::format("{}: no HR image in this folder (PNG, JPEG, TIFF, BMP, WebP or NPY)", hrFolder.string()));
    }
    const auto lrFiles = lrFolder.empty() ? FilesByKey() : filesOfRole(lrFolder, Role::Lr, shared, scale);
    std::vector<ImagePair> pairs;
    for (const auto& [key, hr] : hrFiles) {
        ImagePair pair{.hr = hr, .lr = std::nullopt};
        if (!lrFolder.empty()) {
            const auto lr = lrFiles.find(key);
            if (lr == lrFiles.end()) {
                throw Error(ErrorCode::BadFile,
                            fmt::format("{}: no LR image of scale {} for it in {} (looked for '{}' with marks such as "
                                        "_LR or x{})",
                                        hr.string(), scale, lrFolder.string(), key, scale));
            }
            pair.lr = lr->second;
        }
        pairs.push_back(std::move(pair));
    }
    return pairs;
}

}  // namespace lamscope
