// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/derain/derain_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/output_files.h"
#include "image/image_file.h"
#include "method/restoration/degraded_pair.h"
#include "model/sr_model.h"
#include "runtime/device.h"
#include "scene/document_blocks.h"
#include "study/derain/rain_pairs.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;
using Path = std::filesystem::path;

constexpr int smallestSsimSide = 11;  // pixels, the window of compareImages()

/// A degraded image with what it is measured against.
struct DegradedImage {
    Image input;  ///< O, what networks see
    DegradedPair pair;
};

/// What is known of a network on a range so far.
struct Cell {
    std::vector<RestorationMoments> moments{};
    DerainResult result{};
};

std::optional<double> ifFinite(double value) {
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// PSNR and SSIM; SSIM is unset for an image that is smaller than its window.
std::pair<std::optional<double>, std::optional<double>> qualityOf(const Image& image, const Image& clean,
                                                                  Channel channel) {
    if (std::min(image.width(), image.height()) < smallestSsimSide) {
        return {ifFinite(peakSignalToNoise(image, clean, channel)), std::nullopt};
    }
    const auto quality = compareImages(image, clean, channel, /*border=*/0);
    return {ifFinite(quality.psnr), quality.ssim};
}

Image clippedOutput(Image output) {
    for (float& value : output.values()) {
        value = std::clamp(value, 0.0F, 1.0F);
    }
    return output;
}

std::optional<double> meanOver(const std::vector<DerainImage>& images, std::optional<double> DerainImage::*member) {
    double sum = 0.0;
    for (const auto& image : images) {
        if (!(image.*member)) {
            return std::nullopt;
        }
        sum += *(image.*member);
    }
    return images.empty() ? std::nullopt : std::optional(sum / static_cast<double>(images.size()));
}

class DerainRun {
public:
    DerainRun(const DerainRunInput& input, const DerainOptions& options)
        : input_(input) {
        checkDerainOptions(options);
        if (input.networks.empty()) {
            throw Error(ErrorCode::InvalidArgument, "there is no network to measure");
        }
        const bool hasRecipes = !input.clean.empty() && !input.degradations.empty();
        if (hasRecipes == !input.rainyFolder.empty()) {
            throw Error(ErrorCode::InvalidArgument,
                        "degraded images are made of clean images and recipes, or are read from a folder: give either");
        }
        document_.options = options;
        document_.blurLine = input.blurLine;
        document_.device = input.device;
        document_.threads = computeThreads();
        document_.clean = input.clean;
        if (hasRecipes) {
            addRecipes();
        } else {
            addPairs();
        }
    }

    /// False when stopped.
    bool loadNetworks(const std::stop_token& stop) {
        auto files = filesOf(input_.networks);
        std::ranges::copy(allImages(), std::back_inserter(files));
        checkOutputFiles(input_.outputs, files);
        for (const auto& spec : input_.networks) {
            if (stop.stop_requested()) {
                return false;
            }
            models_.push_back(loadModel(spec, input_.device));
            const auto& card = models_.back().card();
            if (card.scale != 1) {
                throw Error(ErrorCode::InvalidArgument,
                            fmt::format("{} enlarges by {}: removal of rain is measured on networks that keep the size "
                                        "of the image (scale 1)",
                                        card.name, card.scale));
            }
            cards_.push_back(card);
        }
        std::vector<ModelCard*> names;
        std::ranges::transform(cards_, std::back_inserter(names), [](ModelCard& card) { return &card; });
        makeNamesUnique(names);
        cells_.resize(models_.size(), std::vector<Cell>(document_.ranges.size()));
        blurs_.resize(document_.ranges.size(),
                      std::vector<std::vector<RestorationMoments>>(input_.blurLine ? blurLineSigmas().size() : 0));
        failed_.resize(models_.size());
        return true;
    }

    /// False when stopped.
    bool measure(const std::stop_token& stop, const DerainRunCallback& progress) {
        const auto reading = sharedReading(input_.reading, allImages(), stop);
        if (!reading) {
            return false;
        }
        document_.reading = *reading;
        const std::size_t images = pairs_.empty() ? input_.clean.size() : pairs_.size();
        for (std::size_t i = 0; i < images; ++i) {
            const auto& file = pairs_.empty() ? input_.clean[i] : pairs_[i].rainy;
            auto cleanImage = read(pairs_.empty() ? file : pairs_[i].clean);
            if (pairs_.empty() && input_.middle > 0) {
                cleanImage = middleSquare(cleanImage, input_.middle);
            }
            const auto degraded = degradedOf(i, cleanImage, stop);
            if (!degraded) {
                return false;
            }
            addBlurs(*degraded);
            for (std::size_t m = 0; m < models_.size(); ++m) {
                if (progress) {
                    progress({.image = file.filename().string(),
                              .name = cards_[m].name,
                              .share = static_cast<double>(i * models_.size() + m)
                                       / static_cast<double>(images * models_.size())});
                }
                if (!failed_[m] && !guarded(m, [&] { return restore(m, file, cleanImage, *degraded, stop); })) {
                    return false;
                }
            }
        }
        return true;
    }

    [[nodiscard]] DerainDocument document() {
        for (std::size_t m = 0; m < models_.size(); ++m) {
            for (std::size_t r = 0; r < document_.ranges.size() && !failed_[m]; ++r) {
                document_.results.push_back(finished(m, r));
            }
        }
        addDerainWarnings(document_);
        return std::move(document_);
    }

private:
    void addRecipes() {
        for (const auto& [name, degradation] : input_.degradations) {
            DerainRange range{.name = name, .recipe = toString(degradation)};
            if (degradation.rain) {
                range.amplitude = degradation.rain->amplitude;
            }
            document_.ranges.push_back(std::move(range));
        }
    }

    void addPairs() {
        pairs_ = rainPairs(input_.rainyFolder, input_.cleanFolder, input_.layerFolder);
        const auto name = (input_.rainyFolder / "").parent_path().filename().string();
        document_.ranges.push_back(
            {.name = name.empty() ? "rainy" : name, .rainy = input_.rainyFolder, .layer = input_.layerFolder});
        std::ranges::transform(pairs_, std::back_inserter(document_.clean), &RainPair::clean);
    }

    [[nodiscard]] std::vector<Path> allImages() const {
        auto files = document_.clean;
        for (const auto& pair : pairs_) {
            files.push_back(pair.rainy);
            if (pair.layer) {
                files.push_back(*pair.layer);
            }
        }
        return files;
    }

    Image read(const Path& file) {
        auto loaded = readImage(file, document_.reading);
        for (auto& warning : loaded.warnings) {
            if (std::ranges::find(document_.warnings, warning) == document_.warnings.end()) {
                document_.warnings.push_back(std::move(warning));
            }
        }
        return std::move(loaded.image);
    }

    Image readLike(const Path& file, const Image& clean, const Path& cleanFile) {
        auto image = read(file);
        if (image.width() != clean.width() || image.height() != clean.height()) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{} has {}x{} pixels and {} has {}x{}: a pair must have one size", file.string(),
                                    image.width(), image.height(), cleanFile.string(), clean.width(), clean.height()));
        }
        return image;
    }

    /// The degraded images of a clean one, one a range; nullopt when stopped.
    std::optional<std::vector<DegradedImage>> degradedOf(std::size_t i, const Image& clean,
                                                         const std::stop_token& stop) {
        std::vector<DegradedImage> images;
        const double threshold = document_.options.maskThreshold;
        const auto seed = static_cast<std::uint64_t>(document_.options.seed);
        if (!pairs_.empty()) {
            const auto& pair = pairs_[i];
            auto input = readLike(pair.rainy, clean, pair.clean);
            const auto layer = pair.layer ? readLike(*pair.layer, clean, pair.clean) : Image();
            auto measured = degradedPair(input, clean, &layer, DegradationSource::Files, threshold);
            if (!measured.isAdditive()) {
                document_.warnings.push_back(fmt::format(
                    "{} is darker than {} in {:.0f} % of the pixels: this is not additive rain; E_R is measured, the "
                    "transmission is not",
                    pair.rainy.string(), pair.clean.string(), 100.0 * measured.darkened));
            }
            images.push_back({.input = std::move(input), .pair = std::move(measured)});
        }
        for (const auto& [name, degradation] : input_.degradations) {
            if (stop.stop_requested()) {
                return std::nullopt;
            }
            auto pair = degrade(clean, /*scale=*/1, Reduction::Pillow, degradation, seed);
            auto measured = degradedPair(pair.lr, clean, &pair.rain, DegradationSource::Recipe, threshold);
            images.push_back({.input = std::move(pair.lr), .pair = std::move(measured)});
        }
        return images;
    }

    void addBlurs(const std::vector<DegradedImage>& degraded) {
        for (std::size_t r = 0; r < degraded.size(); ++r) {
            for (std::size_t s = 0; s < blurs_[r].size(); ++s) {
                blurs_[r][s].push_back(blurMomentsOf(degraded[r].pair, blurLineSigmas()[s]));
            }
        }
    }

    /// What a network makes of an image, clipped to [0, 1], with the seconds that it took. An output that is not finite
    /// is unset, and noted. `stopped` is set when stopped.
    std::optional<std::pair<Image, double>> outputOf(std::size_t m, const Image& image, bool& stopped,
                                                     const std::stop_token& stop, std::vector<std::string>& warnings) {
        const auto start = Clock::now();
        auto output = models_[m].upscale(image, stop);
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        stopped = !output || stop.stop_requested();
        if (stopped) {
            return std::nullopt;
        }
        const auto name = Path(image.file).filename().string();
        if (!std::ranges::all_of(output->values(), [](float value) { return std::isfinite(value); })) {
            warnings.push_back(fmt::format("{}: the output has values that are not finite, and is left out", name));
            return std::nullopt;
        }
        const auto [low, high] = std::ranges::minmax(output->values());
        constexpr float lowest = -0.5F;
        constexpr float highest = 1.5F;
        if (low < lowest || high > highest) {
            warnings.push_back(
                fmt::format("{}: the output goes from {:.3g} to {:.3g} where 0 to 1 is usual; is the value range right "
                            "(--model FILE:range=…)?",
                            name, low, high));
        }
        return std::pair(clippedOutput(*std::move(output)), seconds);
    }

    /// One image by one network. False when stopped.
    bool restore(std::size_t m, const Path& file, const Image& cleanImage, const std::vector<DegradedImage>& degraded,
                 const std::stop_token& stop) {
        bool stopped = false;
        const auto ofClean = outputOf(m, cleanImage, stopped, stop, cells_[m].front().result.warnings);
        if (stopped) {
            return false;
        }
        const auto restoredClean = ofClean ? std::optional(clippedImage(ofClean->first)) : std::nullopt;
        for (std::size_t r = 0; r < degraded.size(); ++r) {
            auto& cell = cells_[m][r];
            const auto output = outputOf(m, degraded[r].input, stopped, stop, cell.result.warnings);
            if (stopped) {
                return false;
            }
            if (output) {
                addImage(cell, file, cleanImage, degraded[r], *output, restoredClean ? &*restoredClean : nullptr);
            }
        }
        return true;
    }

    void addImage(Cell& cell, const Path& file, const Image& cleanImage, const DegradedImage& degraded,
                  const std::pair<Image, double>& output, const RealImage* restoredClean) const {
        const auto channel = document_.options.channel;
        const auto moments = momentsOf(degraded.pair, clippedImage(output.first), restoredClean);
        cell.moments.push_back(moments);
        DerainImage image{.file = file.string(), .measures = restorationMeasures({&moments, 1})};
        const auto [psnr, ssim] = qualityOf(output.first, cleanImage, channel);
        image.ssim = ssim;
        if (channel == Channel::Y) {
            image.measures.psnr = psnr;
        }
        image.psnrInput = ifFinite(peakSignalToNoise(degraded.input, cleanImage, channel));
        image.seconds = output.second;
        cell.result.images.push_back(std::move(image));
    }

    /// The result of a network on a range, of all its images.
    DerainResult finished(std::size_t m, std::size_t r) {
        auto& cell = cells_[m][r];
        auto& result = cell.result;
        result.card = cards_[m];
        result.range = r;
        result.measures = restorationMeasures(cell.moments);
        result.ssim = meanOver(result.images, &DerainImage::ssim);
        result.psnrInput = meanOver(result.images, &DerainImage::psnrInput);
        if (document_.options.channel == Channel::Y) {
            double sum = 0.0;
            bool all = !result.images.empty();
            for (const auto& image : result.images) {
                all = all && image.measures.psnr.has_value();
                sum += image.measures.psnr.value_or(0.0);
            }
            result.measures.psnr = all ? std::optional(sum / static_cast<double>(result.images.size())) : std::nullopt;
        }
        for (const auto& image : result.images) {
            result.seconds += image.seconds;
        }
        for (std::size_t s = 0; s < blurs_[r].size(); ++s) {
            result.blurLine.push_back({.sigma = blurLineSigmas()[s], .measures = restorationMeasures(blurs_[r][s])});
        }
        return std::move(result);
    }

    /// What a step returns; true, and the network is out, where it fails and another is left.
    template <typename Step>
    bool guarded(std::size_t m, const Step& step) {
        try {
            return step();
        } catch (const Error& error) {
            failed_[m] = true;
            if (std::ranges::find(failed_, false) == failed_.end()) {
                throw;
            }
            document_.warnings.push_back(fmt::format("{} is left out: {}", cards_[m].name, error.what()));
            return true;
        }
    }

    const DerainRunInput& input_;
    std::vector<RainPair> pairs_;  // empty for recipes
    std::vector<SrModel> models_;
    std::vector<ModelCard> cards_;
    std::vector<bool> failed_;
    std::vector<std::vector<Cell>> cells_;                             // by network and range
    std::vector<std::vector<std::vector<RestorationMoments>>> blurs_;  // by range, σ and image
    DerainDocument document_;
};

}  // namespace

std::vector<NamedDegradation> usualDerainRanges() {
    std::vector<NamedDegradation> ranges;
    for (const auto& range : rainRanges()) {
        Degradation degradation;
        degradation.rain = Degradation::Rain{.range = range};
        ranges.push_back({.name = range.name, .degradation = degradation});
    }
    return ranges;
}

Image middleSquare(const Image& image, int side) {
    if (std::min(image.width(), image.height()) < side) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} has {}x{} pixels, less than the middle square of {} that is to be measured; leave "
                                "it out or choose a smaller square",
                                image.file, image.width(), image.height(), side));
    }
    return image.cropped(
        {.x = (image.width() - side) / 2, .y = (image.height() - side) / 2, .width = side, .height = side});
}

std::optional<DerainDocument> runDerain(const DerainRunInput& input, const DerainOptions& options,
                                        const std::stop_token& stop, const DerainRunCallback& progress) {
    DerainRun run(input, options);
    if (!run.loadNetworks(stop) || !run.measure(stop, progress)) {
        return std::nullopt;
    }
    return run.document();
}

}  // namespace lamscope
