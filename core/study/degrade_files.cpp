// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/degrade_files.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/output_files.h"
#include "image/image_file.h"
#include "scene/document_blocks.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;
using Path = std::filesystem::path;

/// The files of an image, whose names begin alike.
class ImageFiles {
public:
    ImageFiles(const DegradeOptions& options, const NamedDegradation& entry, const Path& image)
        : folder_(options.flat ? options.outputFolder : options.outputFolder / entry.name)
        , stem_(image.stem().string())
        , hasRain_(entry.degradation.rain.has_value())
        , hasDocument_(options.flat) {}

    [[nodiscard]] Path degraded() const { return with(".png"); }
    [[nodiscard]] Path rain() const { return with("_rain.png"); }
    [[nodiscard]] Path mask() const { return with("_mask.png"); }
    [[nodiscard]] Path document() const { return with(".json"); }

    [[nodiscard]] std::vector<Path> all() const {
        std::vector<Path> files{degraded()};
        if (hasRain_) {
            files.insert(files.end(), {rain(), mask()});
        }
        if (hasDocument_) {
            files.push_back(document());
        }
        return files;
    }

private:
    [[nodiscard]] Path with(const char* ending) const { return folder_ / (stem_ + ending); }

    Path folder_;
    std::string stem_;
    bool hasRain_;
    bool hasDocument_;
};

/// All files that will be written, in the order in which they are named to the user.
std::vector<Path> outputsOf(const DegradeOptions& options) {
    std::vector<Path> outputs;
    for (const auto& entry : options.degradations) {
        for (const auto& image : options.images) {
            const auto files = ImageFiles(options, entry, image).all();
            outputs.insert(outputs.end(), files.begin(), files.end());
        }
    }
    if (!options.flat) {
        outputs.push_back(options.outputFolder / "degrade.json");
    }
    return outputs;
}

void checkDegradeOptions(const DegradeOptions& options) {
    if (options.images.empty() || options.degradations.empty()) {
        throw Error(ErrorCode::InvalidArgument, "at least one image and one degradation are needed");
    }
    if (options.flat && options.degradations.size() > 1) {
        throw Error(ErrorCode::InvalidArgument, "several degradations need a folder each");
    }
    std::set<std::string> stems;
    for (const auto& image : options.images) {
        if (!stems.insert(image.stem().string()).second) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("two images are called {}; their results would overwrite each other",
                                    image.stem().string()));
        }
    }
    checkOutputFiles(outputsOf(options), options.images);
}

Json rainJson(const Degradation::Rain& rain, const Image& layer) {
    const auto drawn = drawnRain(rain.range, 0, "");  // the range holds what was drawn
    const auto levels = layer.plane(0);
    const auto pixels = static_cast<double>(levels.size());
    return {{"range", rain.range.name},
            {"amplitude", rain.amplitude},
            {"quantity", drawn.quantity},
            {"kernel_width", drawn.kernelWidth},
            {"length", drawn.length},
            {"angle", drawn.angle},
            {"streak_px", streakLength(drawn.length)},
            {"mean", std::accumulate(levels.begin(), levels.end(), 0.0) / pixels},
            {"covered",
             static_cast<double>(std::ranges::count_if(levels, [](float value) { return value > 0.0F; })) / pixels}};
}

/// What an image is made of, with the numbers that it drew.
Json imageJson(const DegradeOptions& options, const NamedDegradation& entry, const Path& image, const Image& rain) {
    const auto drawn = drawnFor(entry.degradation, options.seed, image.stem().string());
    Json json{{"file", image.string()}, {"recipe", toString(drawn)}};
    if (drawn.rain) {
        json["rain"] = rainJson(*drawn.rain, rain);
    }
    return json;
}

/// What every document begins with.
Json headJson(const DegradeOptions& options) {
    Json json;
    json["lamscope"] = programJson("cpu");
    json["options"] = {
        {"scale", options.scale}, {"reduce", std::string(toString(options.reduction))}, {"seed", options.seed}};
    addReading(json["options"], options.reading);
    return json;
}

Image maskOf(const Image& rain) {
    Image mask(rain.width(), rain.height());
    std::ranges::transform(rain.values(), mask.values().begin(),
                           [](float value) { return value > 0.0F ? 1.0F : 0.0F; });
    return mask;
}

void add(StagedFiles& files, const Path& path, const Image& image, int bitDepth = 8) {
    files.add(path, std::span<const std::byte>(encodePng(image, bitDepth)));
}

}  // namespace

std::optional<DegradeSummary> degradeFiles(const DegradeOptions& options, const std::stop_token& stop,
                                           const std::function<void(std::size_t, std::size_t)>& progress) {
    checkDegradeOptions(options);
    const auto reading = sharedReading(options.reading, options.images, stop);
    if (!reading) {
        return std::nullopt;
    }
    DegradeSummary summary;
    StagedFiles files;
    files.makeFolder(options.outputFolder);
    auto document = headJson(options);
    for (const auto& entry : options.degradations) {
        if (!options.flat) {
            files.makeFolder(options.outputFolder / entry.name);
        }
        document["degradations"].push_back(
            {{"name", entry.name}, {"recipe", toString(entry.degradation)}, {"images", Json::array()}});
    }
    for (std::size_t i = 0; i < options.images.size(); ++i) {
        const auto& path = options.images[i];
        const auto loaded = readImage(path, *reading);
        summary.warnings.insert(summary.warnings.end(), loaded.warnings.begin(), loaded.warnings.end());
        for (std::size_t d = 0; d < options.degradations.size(); ++d) {
            if (stop.stop_requested()) {
                return std::nullopt;
            }
            const auto& entry = options.degradations[d];
            const ImageFiles names(options, entry, path);
            const auto pair = degrade(loaded.image, options.scale, options.reduction, entry.degradation, options.seed);
            add(files, names.degraded(), pair.lr);
            if (const auto& rain = entry.degradation.rain) {
                add(files, names.rain(), pair.rain, rain->amplitude == 1.0 ? 8 : 16);
                add(files, names.mask(), maskOf(pair.rain));
            }
            const auto json = imageJson(options, entry, path, pair.rain);
            if (options.flat) {
                auto whole = headJson(options);
                whole.update(json);
                files.add(names.document(), dumpJson(whole));
            }
            document["degradations"][d]["images"].push_back(json);
        }
        if (progress) {
            progress(i + 1, options.images.size());
        }
    }
    summary.written = outputsOf(options);
    if (!options.flat) {
        files.add(summary.written.back(), dumpJson(document));
    }
    files.commit();
    return summary;
}

}  // namespace lamscope
