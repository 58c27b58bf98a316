// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/image_pairs.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <map>
#include <regex>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

/// Scaled: the only mark is x2, x3, x4 …; in a folder that holds HR and LR images, such an image is LR.
enum class Role { Unmarked, Hr, Lr, Scaled };

/// An image with the role that its stem states.
struct NamedImage {
    std::filesystem::path file;
    std::string stem;
    std::string key;  ///< the stem without the marks
    Role role = Role::Unmarked;
    int scale = 0;  ///< 0: not marked
};

std::string lowerCase(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

/// Removes one mark from the end of the key; false when there is none.
bool stripMark(NamedImage& image) {
    // The rest of the stem, then one mark: HR or LR in its spellings, perhaps with a scale (RealSR's LR4, RCAN's
    // LRBI_x2); x4, also followed by DIV2K's kinds of unknown degradation; DRealSR's x1 of LR images; SRF_4.
    static const std::regex mark(
        "(.+?)(?:"
        "[_.-](?:(hr|gt)|(lr|lq|lrbi|lrbd|lrdn|lrbic|lrbicubic))(?:[_-]?x?([2-8]))?"
        "|[_.-]?x([2-8])(?:[md]|w[1-4]?)?"
        "|_x1"
        "|[_-]srf[_-]([2-8]))");
    std::smatch found;
    const auto text = lowerCase(image.key);
    if (!std::regex_match(text, found, mark)) {
        return false;
    }
    image.key.resize(static_cast<std::size_t>(found.length(1)));
    const bool undecided = image.role == Role::Unmarked || image.role == Role::Scaled;
    if (undecided && (found[2].matched || found[3].matched)) {
        image.role = found[2].matched ? Role::Hr : Role::Lr;
    } else if (undecided && !found[6].matched) {
        image.role = Role::Scaled;  // SRF marks HR and LR images alike
    }
    for (const std::size_t group : {4U, 5U, 6U}) {
        if (found[group].matched && image.scale == 0) {
            image.scale = *found[group].first - '0';
        }
    }
    return true;
}

bool isImage(const std::filesystem::path& file) {
    static constexpr std::array<std::string_view, 13> extensions{
        ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".npy", ".ppm", ".pgm", ".pbm", ".pnm", ".pfm"};
    return std::ranges::find(extensions, lowerCase(file.extension().string())) != extensions.end()
           && !file.filename().string().starts_with('.');  // hidden files of file managers
}

std::vector<NamedImage> imagesIn(const std::filesystem::path& folder) {
    std::error_code error;
    std::vector<NamedImage> images;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->is_regular_file() && isImage(entry->path())) {
            const auto stem = entry->path().stem().string();
            images.push_back({.file = entry->path(), .stem = stem, .key = stem});
            while (stripMark(images.back())) {
            }
        }
    }
    if (error) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: cannot read this folder: {}", folder.string(), error.message()));
    }
    std::ranges::sort(images, {}, &NamedImage::file);
    return images;
}

[[noreturn]] void throwAmbiguous(const NamedImage& one, const NamedImage& other, std::string_view role) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("{} and {} could both be the {} image of '{}'; keep one of them", one.file.string(),
                            other.file.filename().string(), role, one.key));
}

/// The image of the lowest rank; nullptr if no image has a rank. Throws if two images have the lowest rank.
template <typename Rank>
const NamedImage* best(const std::vector<const NamedImage*>& images, std::string_view role, const Rank& rankOf) {
    const NamedImage* found = nullptr;
    std::optional<int> lowest;
    const NamedImage* rival = nullptr;
    for (const auto* image : images) {
        const std::optional<int> rank = rankOf(*image);
        if (!rank || (lowest && *rank > *lowest)) {
            continue;
        }
        rival = rank == lowest ? image : nullptr;
        found = rival == nullptr ? image : found;
        lowest = rank;
    }
    if (rival != nullptr) {
        throwAmbiguous(*found, *rival, role);
    }
    return found;
}

/// One HR image for each key, sorted by key. Of images made for several scales, the image for `scale` is taken.
/// @param shared the folder also holds LR images.
/// @param marked some images are marked HR: in a shared folder only these are taken.
std::vector<const NamedImage*> chooseHr(const std::vector<NamedImage>& images, bool shared, bool marked, int scale) {
    std::map<std::string, std::vector<const NamedImage*>> groups;
    for (const auto& image : images) {
        const bool sharedHr = image.role == Role::Hr || (image.role == Role::Unmarked && !marked);
        if (shared ? sharedHr : image.role != Role::Lr) {
            groups[image.key].push_back(&image);
        }
    }
    std::vector<const NamedImage*> chosen;
    chosen.reserve(groups.size());
    for (const auto& [key, group] : groups) {
        chosen.push_back(best(group, "HR", [&](const NamedImage& image) -> std::optional<int> {
            return image.scale == scale ? 0 : image.scale == 0 ? 1 : 2;
        }));
    }
    return chosen;
}

/// How well an LR image fits an HR image: 0 is best; nullopt: not at all.
std::optional<int> rankOfLr(const NamedImage& lr, const NamedImage& hr, bool shared, int scale) {
    const bool sameKey =
        lowerCase(lr.key) == lowerCase(hr.key) && lr.role != Role::Hr && (!shared || lr.role != Role::Unmarked);
    const bool sameName = !shared && lowerCase(lr.stem) == lowerCase(hr.stem);
    const int otherCase = lr.key == hr.key ? 0 : 3;
    if (sameKey && lr.scale == scale) {
        return otherCase;
    }
    if (sameName) {
        return otherCase + 1;  // whatever scale the name states: the sizes will be checked
    }
    return sameKey && lr.scale == 0 ? std::optional(otherCase + 2) : std::nullopt;
}

}  // namespace

std::vector<ImagePair> pairImages(const std::filesystem::path& hrFolder, const std::filesystem::path& lrFolder,
                                  int scale) {
    std::error_code ignored;
    const bool shared = lrFolder.empty() || std::filesystem::equivalent(hrFolder, lrFolder, ignored);
    const auto hrImages = imagesIn(hrFolder);
    const bool marked =
        !lrFolder.empty() && std::ranges::any_of(hrImages, [](const auto& image) { return image.role == Role::Hr; });
    const auto chosen = chooseHr(hrImages, shared, marked, scale);
    if (chosen.empty()) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: no HR image in this folder (PNG, JPEG, TIFF, BMP, WebP, PNM, PFM or NPY)",
                                hrFolder.string()));
    }
    const auto lrImages = lrFolder.empty() ? std::vector<NamedImage>() : imagesIn(lrFolder);
    std::map<std::string, std::vector<const NamedImage*>> lrByKey;
    for (const auto& lr : lrImages) {
        lrByKey[lowerCase(lr.key)].push_back(&lr);
    }
    std::vector<ImagePair> pairs;
    for (const auto* hr : chosen) {
        ImagePair pair{.hr = hr->file, .lr = std::nullopt};
        if (!lrFolder.empty()) {
            const auto* lr = best(lrByKey[lowerCase(hr->key)], "LR",
                                  [&](const NamedImage& image) { return rankOfLr(image, *hr, shared, scale); });
            if (lr == nullptr) {
                throw Error(ErrorCode::BadFile,
                            fmt::format("{}: no LR image of scale {} for it in {} (looked for '{}' with marks such as "
                                        "_LR or x{})",
                                        hr->file.string(), scale, lrFolder.string(), hr->key, scale));
            }
            pair.lr = lr->file;
        }
        pairs.push_back(std::move(pair));
    }
    return pairs;
}

std::vector<std::filesystem::path> imagesOfRole(const std::filesystem::path& folder, ImageRole role) {
    const bool wantsHr = role == ImageRole::Hr;
    std::vector<std::filesystem::path> unmarked;
    std::vector<std::filesystem::path> marked;
    for (const auto& image : imagesIn(folder)) {
        if (image.role == Role::Unmarked) {
            unmarked.push_back(image.file);
        } else if ((image.role == Role::Hr) == wantsHr) {
            marked.push_back(image.file);
        }
    }
    if (marked.empty() && unmarked.empty()) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: no {} image in this folder (PNG, JPEG, TIFF, BMP, WebP, PNM, PFM or NPY)",
                                folder.string(), wantsHr ? "HR" : "LR"));
    }
    return marked.empty() ? unmarked : marked;
}

std::vector<std::filesystem::path> imagesNamed(const std::vector<std::string>& given, ImageRole role) {
    std::vector<std::filesystem::path> images;
    for (const std::filesystem::path path : given) {
        if (std::filesystem::is_directory(path)) {
            std::ranges::move(imagesOfRole(path, role), std::back_inserter(images));
        } else {
            images.push_back(path);
        }
    }
    return images;
}

std::vector<std::filesystem::path> filesOf(const std::vector<ImagePair>& pairs) {
    std::vector<std::filesystem::path> files;
    for (const auto& [hr, lr] : pairs) {
        files.push_back(hr);
        if (lr) {
            files.push_back(*lr);
        }
    }
    return files;
}

}  // namespace lamscope
