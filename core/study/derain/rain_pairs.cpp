// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/derain/rain_pairs.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "study/image_pairs.h"

namespace lamscope {

namespace {

using Path = std::filesystem::path;

constexpr std::array<std::string_view, 2> layerMarks{"_rain", "_streak"};
constexpr std::array<std::string_view, 3> besideMarks{"_rain", "_streak", "_mask"};

std::string keyOf(const Path& file) {
    auto key = file.stem().string();
    std::ranges::transform(key, key.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return key;
}

/// The images of a folder by their keys.
class ImagesByKey {
public:
    ImagesByKey(const Path& folder, ImageRole role)
        : folder_(folder) {
        for (const auto& file : imagesOfRole(folder, role)) {
            files_[keyOf(file)].push_back(file);
        }
    }

    /// The image of the first key that there is, none of `others` among them.
    [[nodiscard]] Path find(const std::vector<std::string>& keys, const std::vector<Path>& others,
                            std::string_view what) const {
        for (const auto& key : keys) {
            const auto found = files_.find(key);
            if (found == files_.end()) {
                continue;
            }
            auto files = found->second;
            std::erase_if(files, [&](const Path& file) {
                std::error_code ignored;
                return std::ranges::any_of(
                    others, [&](const Path& other) { return std::filesystem::equivalent(file, other, ignored); });
            });
            if (files.size() > 1) {
                throw Error(ErrorCode::InvalidArgument,
                            fmt::format("{} and {} could both be the {} of {}; keep one of them", files[0].string(),
                                        files[1].filename().string(), what, others.front().string()));
            }
            if (!files.empty()) {
                return files.front();
            }
        }
        throw Error(ErrorCode::BadFile, fmt::format("{}: no {} for it in {} (looked for '{}')", others.front().string(),
                                                    what, folder_.string(), fmt::join(keys, "', '")));
    }

private:
    Path folder_;
    std::map<std::string, std::vector<Path>> files_;
};

/// Whether a file is of the same kind as the rainy images, by what lies beside it.
bool isRainy(const std::string& key, const std::vector<std::string>& keys) {
    const auto lies = [&](const std::string& other) { return std::ranges::find(keys, other) != keys.end(); };
    const bool isOfAnother = std::ranges::any_of(besideMarks, [&](std::string_view mark) {
        return key.ends_with(mark) && lies(key.substr(0, key.size() - mark.size()));
    });
    const bool isClean = key.starts_with("norain") && lies(key.substr(2));
    return !isOfAnother && !isClean;
}

}  // namespace

std::vector<RainPair> rainPairs(const Path& rainyFolder, const Path& cleanFolder, const Path& layerFolder) {
    const auto rainy = imagesOfRole(rainyFolder, ImageRole::Lr);
    const ImagesByKey clean(cleanFolder, ImageRole::Hr);
    std::optional<ImagesByKey> layers;
    if (!layerFolder.empty()) {
        layers.emplace(layerFolder, ImageRole::Lr);
    }
    std::vector<std::string> keys;
    std::ranges::transform(rainy, std::back_inserter(keys), keyOf);
    std::vector<RainPair> pairs;
    for (std::size_t i = 0; i < rainy.size(); ++i) {
        const auto& key = keys[i];
        if (!isRainy(key, keys)) {
            continue;
        }
        std::vector<std::string> cleanKeys{key};
        if (key.starts_with("rain")) {
            cleanKeys.push_back("no" + key);
        }
        RainPair pair{.rainy = rainy[i], .clean = clean.find(cleanKeys, {rainy[i]}, "clean image")};
        if (layers) {
            std::vector<std::string> layerKeys;
            for (const auto mark : layerMarks) {
                layerKeys.push_back(key + std::string(mark));
            }
            layerKeys.push_back(key);
            pair.layer = layers->find(layerKeys, {pair.rainy, pair.clean}, "rain layer");
        }
        pairs.push_back(std::move(pair));
    }
    return pairs;
}

}  // namespace lamscope
