// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/cem/intervention_files.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/npy.h"
#include "base/portable_random.h"
#include "base/sha256.h"
#include "image/colour.h"
#include "image/image_file.h"
#include "study/image_pairs.h"

namespace lamscope {

namespace {

namespace fs = std::filesystem;

constexpr int side = CemInterventions::patchSide;

void addPatch(std::vector<std::uint8_t>& values, const Image& image, int left, int top) {
    for (int y = top; y < top + side; ++y) {
        for (int x = left; x < left + side; ++x) {
            for (int colour = 0; colour < Image::channels; ++colour) {
                values.push_back(
                    static_cast<std::uint8_t>(nearestLevel(static_cast<double>(image.at(colour, y, x)), 255)));
            }
        }
    }
}

/// `patches` of an image, at places of its own.
void addPatches(std::vector<std::uint8_t>& values, const Image& image, std::size_t patches, int seed,
                std::size_t index) {
    const PortableRandom random(fmt::format("cem.places/{}/{}", seed, index));
    const auto place = [&](std::uint64_t k, int extent) {
        return static_cast<int>(random.integer(k) % static_cast<std::uint32_t>(extent - side + 1));
    };
    for (std::uint64_t k = 0; k < patches; ++k) {
        const int x = place(2 * k, image.width());
        addPatch(values, image, x, place(2 * k + 1, image.height()));
    }
}

CemInterventions recordIn(const fs::path& file) {
    const auto array = readNpy(file, [&](std::span<const std::int64_t> shape) {
        if (shape.size() != 4 || shape[0] < 1 || shape[1] < 1 || shape[1] != shape[2] || shape[3] != 3) {
            throw Error(ErrorCode::BadFile,
                        fmt::format("{}: recorded blocks have the shape [draw, side, side, 3], found [{}]",
                                    file.string(), fmt::join(shape, ", ")));
        }
    });
    constexpr int ofBytes = 255;
    if (array.maxLevel != ofBytes) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: recorded blocks are of uint8, found another type of values", file.string()));
    }
    CemInterventions record{.side = static_cast<int>(array.shape[1]), .isRecord = true};
    std::ranges::transform(array.values, std::back_inserter(record.values),
                           [](double value) { return static_cast<std::uint8_t>(value); });
    return record;
}

/// Of images of one kind.
class PatchReader {
public:
    PatchReader(const std::vector<fs::path>& files, int seed)
        : files_(files)
        , seed_(seed) {}

    void add(std::size_t index) {
        const auto& file = files_[index];
        auto loaded = readImage(file);
        const auto& image = loaded.image;
        if (image.width() < side || image.height() < side) {
            throw Error(ErrorCode::BadFile, fmt::format("{}: patches have {}x{} pixels, the image has {}x{}; leave it "
                                                        "out",
                                                        file.string(), side, side, image.width(), image.height()));
        }
        const bool isPatch = image.width() == side && image.height() == side;
        if (index == 0) {
            ofPatches_ = isPatch;
        } else if (isPatch != ofPatches_) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{} has {}x{} pixels and {} {}: give either patches of {}x{} or larger images",
                                    file.string(), image.width(), image.height(), files_.front().string(),
                                    ofPatches_ ? "is a patch" : "more", side, side));
        }
        if (isPatch) {
            addPatch(patches_.values, image, 0, 0);
        } else {
            const auto upTo = [this](std::size_t images) { return patchesFromImages * images / files_.size(); };
            addPatches(patches_.values, image, upTo(index + 1) - upTo(index), seed_, index);
        }
        std::ranges::move(loaded.warnings, std::back_inserter(patches_.warnings));
    }

    [[nodiscard]] CemInterventions take() { return std::move(patches_); }

private:
    const std::vector<fs::path>& files_;
    int seed_;
    bool ofPatches_ = false;
    CemInterventions patches_;
};

}  // namespace

std::optional<CemInterventions> readInterventions(const std::vector<fs::path>& given, int seed,
                                                  const std::stop_token& stop) {
    std::vector<std::string> names;
    std::ranges::transform(given, std::back_inserter(names), [](const fs::path& path) { return path.string(); });
    const auto files = imagesNamed(names, ImageRole::Hr);
    if (files.empty()) {
        throw Error(ErrorCode::InvalidArgument,
                    "there is nothing to replace blocks with: say where patches come from with --interventions, a "
                    "folder of 8x8 images, images to cut patches from, or a record");
    }
    const auto record = std::ranges::find_if(files, isNpy);
    if (record != files.end() && files.size() > 1) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} is an array, a record of what was pasted: it stands alone", record->string()));
    }
    CemInterventions result;
    if (record != files.end()) {
        result = recordIn(*record);
    } else {
        PatchReader reader(files, seed);
        for (std::size_t i = 0; i < files.size(); ++i) {
            if (stop.stop_requested()) {
                return std::nullopt;
            }
            reader.add(i);
        }
        result = reader.take();
    }
    result.source = fmt::format("{}", fmt::join(names, ", "));
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the bytes are hashed
    const std::string_view bytes(reinterpret_cast<const char*>(result.values.data()), result.values.size());
    result.sha256 = sha256OfText(bytes);
    return result;
}

}  // namespace lamscope
