// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/faig/faig_run.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/output_files.h"
#include "base/sha256.h"
#include "image/image_file.h"
#include "method/faig/filter_ranking.h"
#include "method/faig/filter_readout.h"
#include "runtime/device.h"
#include "study/image_pairs.h"

namespace lamscope {

namespace {

using FaigClock = std::chrono::steady_clock;

constexpr std::array pictureKinds{"lr", "target", "masked", "baseline"};

std::vector<std::string> namesOf(const FaigOptions& options) {
    std::vector<std::string> names;
    std::ranges::transform(options.degradations, std::back_inserter(names), &FaigDegradation::name);
    return names;
}

/// The centred square; the whole image for a side of 0.
Image centred(const Image& image, int side, const std::filesystem::path& file) {
    if (side == 0) {
        return image;
    }
    if (std::min(image.width(), image.height()) < side) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} has {}x{} pixels and holds no square of {}; choose a smaller side", file.string(),
                                image.width(), image.height(), side));
    }
    auto square = image.cropped({(image.width() - side) / 2, (image.height() - side) / 2, side, side});
    square.file = image.file;
    return square;
}

/// Two networks over images, step by step.
class FaigRun {
public:
    FaigRun(const Experiment& experiment, const FaigRunSettings& settings, const std::stop_token& stop,
            const FaigRunCallback& progress)
        : experiment_(experiment)
        , settings_(settings)
        , stop_(stop)
        , progress_(progress)
        , start_(FaigClock::now()) {
        document_.options = faigOptionsOf(experiment);
        document_.inputs = {.readout = settings.readout, .folders = {}, .side = settings.side, .order = settings.order};
        for (const auto& [degradation, folder] : settings.folders) {
            document_.inputs.folders.emplace_back(degradation, folder);
        }
        const auto specs = shownNetworks(experiment);
        if (specs.size() != 2) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{} networks are there; a baseline and its target are needed", specs.size()));
        }
        if (experiment.scenes.empty() || document_.options.degradations.empty()) {
            throw Error(ErrorCode::InvalidArgument,
                        "there is no HR image or no degradation: give at least one of each, such as blur=blur:2:21");
        }
        if (!settings_.readout.empty() && !settings_.folders.empty()) {
            throw Error(ErrorCode::InvalidArgument,
                        "readout images are degraded by recipes; with folders of LR images masks are read out on the "
                        "images of the scores");
        }
        if (settings_.side != 0 && !settings_.folders.empty()) {
            throw Error(
                ErrorCode::InvalidArgument,
                "a square of each HR image is to be cut, but LR images are read from folders: use whole images");
        }
        if (document_.options.rank == FilterRule::Order && settings_.order.empty()) {
            throw Error(ErrorCode::InvalidArgument, "filters are to be taken in an order; give the file that lists it");
        }
    }

    /// nullopt when stopped.
    std::optional<FaigDocument> run() {
        loadPair();
        checkOutputs();
        if (stop_.stop_requested() || !readImages() || !score() || !rank() || !prepareReadout() || !mask()) {
            return std::nullopt;
        }
        finish();
        return std::move(document_);
    }

private:
    void say(const std::string& what, double done) const {
        if (progress_) {
            progress_({what, done});
        }
    }

    void loadPair() {
        const auto specs = shownNetworks(experiment_);
        pair_.emplace(specs[0], specs[1], settings_.device);
        document_.experiment = experiment_;
        document_.baseline = pair_->baseline();
        document_.target = pair_->target();
        document_.filters = pair_->filters();
        document_.warnings = pair_->warnings();
        for (const auto* card : {&document_.baseline, &document_.target}) {
            for (const auto& warning : card->warnings) {
                document_.warnings.push_back(fmt::format("{}: {}", card->name, warning));
            }
        }
        noteNetworkHashes(document_.experiment, {document_.baseline.sha256, document_.target.sha256});
        if (!settings_.order.empty()) {
            document_.ranking.order = readOrder(settings_.order, document_.filters.size());
        }
    }

    void checkOutputs() const {
        auto outputs = settings_.outputs;
        for (const auto& [name, recipe] : document_.options.degradations) {
            if (!settings_.arrayFolder.empty()) {
                outputs.push_back(settings_.arrayFolder / (name + ".scores.npy"));
            }
        }
        if (!settings_.srFolder.empty()) {
            addPictureFiles(outputs);
        }
        auto inputs = filesOf(experiment_);
        inputs.insert(inputs.end(), settings_.readout.begin(), settings_.readout.end());
        for (const auto& folder : settings_.folders) {
            inputs.push_back(folder.folder);
        }
        if (!settings_.order.empty()) {
            inputs.push_back(settings_.order);
        }
        checkOutputFiles(outputs, inputs);
    }

    [[nodiscard]] std::filesystem::path pictureFile(const std::string& image, const std::string& degradation,
                                                    const char* what) const {
        return settings_.srFolder / fmt::format("{}.{}.{}.png", image, degradation, what);
    }

    /// Two images of one stem would have the same.
    void addPictureFiles(std::vector<std::filesystem::path>& outputs) const {
        std::vector<std::filesystem::path> images = settings_.readout;
        if (images.empty()) {
            for (const auto& scene : experiment_.scenes) {
                if (std::ssize(images) < document_.options.images) {
                    images.push_back(scene.image);
                }
            }
        }
        for (const auto& image : images) {
            for (const auto& [name, recipe] : document_.options.degradations) {
                for (const auto* what : pictureKinds) {
                    outputs.push_back(pictureFile(image.stem().string(), name, what));
                }
            }
        }
    }

    /// The LR file of each HR file, by degradation.
    void pairFolders() {
        const int scale = pair_->target().scale;
        for (const auto& [name, recipe] : document_.options.degradations) {
            const auto folder = std::ranges::find(settings_.folders, name, &FaigFolder::degradation);
            if (folder == settings_.folders.end()) {
                continue;
            }
            for (const auto& scene : experiment_.scenes) {
                const auto parent = scene.image.parent_path();
                if (lrOf_[name].contains(scene.image)) {
                    continue;
                }
                for (const auto& [hr, lr] : pairImages(parent.empty() ? "." : parent, folder->folder, scale)) {
                    if (lr) {
                        lrOf_[name][hr] = *lr;
                        lrOf_[name][parent / hr.filename()] = *lr;
                    }
                }
                if (!lrOf_[name].contains(scene.image)) {
                    throw Error(ErrorCode::BadFile,
                                fmt::format("{} has no LR image of its stem in {} (degradation '{}')",
                                            scene.image.string(), folder->folder.string(), name));
                }
            }
        }
        if (!lrOf_.empty() && lrOf_.size() < document_.options.degradations.size()) {
            throw Error(ErrorCode::InvalidArgument,
                        "some degradations have a recipe and some a folder of LR images: give recipes to all, or "
                        "folders to all");
        }
    }

    Image readOne(const std::filesystem::path& file, const ImageReading& reading) {
        auto loaded = readImage(file, reading);
        std::ranges::move(loaded.warnings, std::back_inserter(document_.warnings));
        return std::move(loaded.image);
    }

    bool readImages() {
        pairFolders();
        auto& used = document_.experiment.scenes;
        if (std::ssize(used) > document_.options.images) {
            used.resize(static_cast<std::size_t>(document_.options.images));
        }
        std::vector<std::filesystem::path> files;
        for (const auto& scene : used) {
            files.push_back(scene.image);
            for (auto& [name, lrs] : lrOf_) {
                files.push_back(lrs.at(scene.image));
            }
        }
        const auto reading = sharedReading(used.front().reading, files, stop_);
        if (!reading) {
            return false;
        }
        reading_ = *reading;
        for (auto& scene : used) {
            if (stop_.stop_requested()) {
                return false;
            }
            say("reading the images", -1.0);
            const auto hr = centred(readOne(scene.image, reading_), settings_.side, scene.image);
            scene.sha256 = sha256OfFile(scene.image);
            images_.push_back(imagesOf(hr, scene.image));
            for (const auto& lr : images_.back().lr) {
                pair_->checkSizes(lr, images_.back().hr);
            }
        }
        return true;
    }

    FaigImages imagesOf(const Image& hr, const std::filesystem::path& file) {
        const int scale = pair_->target().scale;
        const auto name = file.stem().string();
        if (lrOf_.empty()) {
            return degradedImages(hr, name, scale, document_.options);
        }
        std::vector<Image> lr;
        for (const auto& degradation : document_.options.degradations) {
            lr.push_back(readOne(lrOf_.at(degradation.name).at(file), reading_));
        }
        return pairedImages(hr, name, scale, std::move(lr), document_.options.reduction);
    }

    [[nodiscard]] bool usesFaig() const {
        return document_.options.rank == FilterRule::Faig && settings_.order.empty();
    }
    [[nodiscard]] bool usesPixelIg() const {
        return (document_.options.rank == FilterRule::PixelIg && settings_.order.empty()) || settings_.rivals.shown;
    }

    /// Scores of every image and degradation, as far as the ranking needs them.
    bool score() {
        const auto& options = document_.options;
        const auto of = rankedDegradations(options).first;
        for (std::size_t d = 0; d < options.degradations.size(); ++d) {
            FaigDegradationResult result{.degradation = options.degradations[d], .images = {}, .scores = {}};
            for (std::size_t i = 0; i < images_.size(); ++i) {
                const auto what = fmt::format("{}, {}", images_[i].name, result.degradation.name);
                const auto all = static_cast<double>(images_.size() * options.degradations.size());
                const double before = static_cast<double>(d * images_.size() + i) / all;
                const auto within = [&](int done, int planned) {
                    say(what, before + static_cast<double>(done) / static_cast<double>(planned) / all);
                };
                if (!scoreImage(result, d, i, within)) {
                    return false;
                }
                if (d == of && usesPixelIg() && !addPixelIg(result, d, i)) {
                    return false;
                }
            }
            describe(result);
            document_.degradations.push_back(std::move(result));
        }
        return true;
    }

    bool scoreImage(FaigDegradationResult& result, std::size_t d, std::size_t i,
                    const std::function<void(int, int)>& within) {
        const auto& image = images_[i];
        FaigImageResult one{.file = document_.experiment.scenes[i].image.string(), .scores = {}};
        if (usesFaig()) {
            FaigScoring scoring(*pair_, image.lr[d], image.hr, document_.options);
            if (!scoring.run(stop_, within)) {
                return false;
            }
            one.scores = *scoring.result();
            if (result.scores.empty()) {
                result.scores.assign(one.scores.scores.size(), 0.0);
            }
            std::ranges::transform(result.scores, one.scores.scores, result.scores.begin(), std::plus<>());
            one.scores.scores.clear();
        } else {
            one.scores.lossTarget = pair_->loss(image.lr[d], image.hr);
            one.scores.lossBaseline = pair_->baselineLoss(image.lr[d], image.hr);
            one.scores.attributionSum = std::numeric_limits<double>::quiet_NaN();
        }
        const int border = pair_->target().scale;
        const auto target = pair_->upscale(image.lr[d], {}, stop_);
        const auto baseline = target ? pair_->upscaleBaseline(image.lr[d], stop_) : std::nullopt;
        if (!baseline) {
            return false;
        }
        const auto count = static_cast<double>(images_.size());
        result.psnrTarget += psnrOfSr(*target, image.hr, border) / count;
        result.psnrBaseline += psnrOfSr(*baseline, image.hr, border) / count;
        result.images.push_back(std::move(one));
        return true;
    }

    bool addPixelIg(FaigDegradationResult& result, std::size_t d, std::size_t i) {
        say(fmt::format("{}, pixel IG", images_[i].name), -1.0);
        PixelIgScoring scoring(*pair_, images_[i].clean, images_[i].lr[d]);
        if (!scoring.run(stop_)) {
            return false;
        }
        const auto scores = scoring.scores();
        result.pixelIg.resize(scores.size(), 0.0);
        std::ranges::transform(result.pixelIg, scores, result.pixelIg.begin(), std::plus<>());
        return true;
    }

    void describe(FaigDegradationResult& result) {
        for (auto& score : result.scores) {
            score /= static_cast<double>(images_.size());
        }
        if (!result.scores.empty()) {
            result.perLayer = scoresOfLayers(document_.filters, result.scores);
        }
        std::ranges::move(warningsAbout(result), std::back_inserter(document_.warnings));
    }

    bool rank() {
        auto& ranking = document_.ranking;
        if (settings_.order.empty()) {
            ranking = rankFilters(document_.options, document_.degradations, weightChanges(*pair_));
        } else {
            ranking.of = document_.options.degradations[rankedDegradations(document_.options).first].name;
            ranking.rule = FilterRule::Order;
            ranking.orderFile = settings_.order;
        }
        return !stop_.stop_requested();
    }

    /// The images that masks are read out on.
    bool prepareReadout() {
        if (settings_.readout.empty()) {
            return true;
        }
        if (!lrOf_.empty()) {
            throw Error(ErrorCode::InvalidArgument,
                        "readout images are degraded by recipes; with folders of LR images masks are read out on the "
                        "images of the scores");
        }
        images_.clear();
        for (const auto& file : settings_.readout) {
            if (stop_.stop_requested()) {
                return false;
            }
            images_.push_back(imagesOf(centred(readOne(file, reading_), settings_.side, file), file));
        }
        return true;
    }

    bool mask() {
        const auto& options = document_.options;
        if (options.mask.empty() && settings_.srFolder.empty()) {
            return true;
        }
        say("target and baseline", -1.0);
        auto references = referencesOf(*pair_, images_, stop_);
        if (!references) {
            return false;
        }
        references_ = std::move(*references);
        for (std::size_t d = 0; d < references_.size(); ++d) {
            document_.degradations[d].readoutTarget = references_[d].psnrTarget;
            document_.degradations[d].readoutBaseline = references_[d].psnrBaseline;
        }
        for (const double percent : options.mask) {
            if (!add(document_.masking, document_.ranking, percent, 0.0)) {
                return false;
            }
        }
        for (const double lambda : options.lambdas ? lambdasOf(*options.lambdas) : std::vector<double>()) {
            if (!add(document_.reweighting, document_.ranking, options.mask.front(), lambda)) {
                return false;
            }
        }
        return maskByRivals() && stagePictures();
    }

    bool maskByRivals() {
        if (!settings_.rivals.shown) {
            return true;
        }
        std::vector<FaigOptions> rivals;
        for (const auto rule : {FilterRule::Faig, FilterRule::PixelIg, FilterRule::Change}) {
            auto options = document_.options;
            if (rule == FilterRule::Faig) {
                if (!usesFaig() || !document_.ranking.against) {
                    continue;
                }
                options.against = document_.ranking.of;  // alone
            } else if (rule == options.rank) {
                continue;
            }
            options.rank = rule;
            rivals.push_back(std::move(options));
        }
        for (int k = 0; k < settings_.rivals.randomSeeds; ++k) {
            auto options = document_.options;
            options.rank = FilterRule::Random;
            if (options.seed > std::numeric_limits<int>::max() - k) {
                break;
            }
            options.seed += k;
            rivals.push_back(std::move(options));
        }
        for (const auto& options : rivals) {
            const auto ranking = rankFilters(options, document_.degradations, weightChanges(*pair_));
            for (const double percent : options.mask) {
                if (!add(document_.masking, ranking, percent, 0.0)) {
                    return false;
                }
                if (options.rank == FilterRule::Random) {
                    document_.masking.back().seed = static_cast<std::uint64_t>(options.seed);
                }
            }
        }
        return true;
    }

    bool add(std::vector<FaigMasking>& masks, const FaigRanking& ranking, double percent, double lambda) {
        say(lambda == 0.0 ? fmt::format("masking {:g} % by {}", percent, toString(ranking.rule))
                          : fmt::format("re-weighting {:g} % by {:g}", percent, lambda),
            -1.0);
        const auto change = topChange(document_.filters, ranking.order, percent, lambda, document_.options.biases);
        auto readouts = readOut(*pair_, change, images_, namesOf(document_.options), references_,
                                gradientPlaneOf(document_.options.preset, document_.target), stop_);
        if (!readouts) {
            return false;
        }
        masks.push_back({.percent = percent,
                         .filters = static_cast<int>(change.filters.size()),
                         .rule = ranking.rule,
                         .against = ranking.against,
                         .seed = std::nullopt,
                         .lambda = lambda,
                         .readouts = std::move(*readouts)});
        if (ranking.rule == FilterRule::Random) {
            masks.back().seed = static_cast<std::uint64_t>(document_.options.seed);
        }
        return true;
    }

    bool stagePictures() {
        if (settings_.pictures == nullptr || settings_.srFolder.empty()) {
            return true;
        }
        settings_.pictures->makeFolder(settings_.srFolder);
        const auto names = namesOf(document_.options);
        const auto change = document_.options.mask.empty()
                                ? FilterChange{}
                                : topChange(document_.filters, document_.ranking.order, document_.options.mask.front(),
                                            0.0, document_.options.biases);
        for (const auto& image : images_) {
            for (std::size_t d = 0; d < names.size(); ++d) {
                const auto stage = [&](const char* what, const Image& picture) {
                    settings_.pictures->add(pictureFile(image.name, names[d], what),
                                            std::span<const std::byte>(encodePng(picture)));
                };
                const auto target = pair_->upscale(image.lr[d], {}, stop_);
                const auto masked = target ? pair_->upscale(image.lr[d], change, stop_) : std::nullopt;
                const auto baseline = masked ? pair_->upscaleBaseline(image.lr[d], stop_) : std::nullopt;
                if (!baseline) {
                    return false;
                }
                stage("lr", image.lr[d]);
                stage("target", *target);
                stage("masked", *masked);
                stage("baseline", *baseline);
            }
        }
        return true;
    }

    void finish() {
        document_.device = settings_.device;
        document_.threads = computeThreads();
        document_.seconds = std::chrono::duration<double>(FaigClock::now() - start_).count();
    }

    const Experiment& experiment_;
    const FaigRunSettings& settings_;
    const std::stop_token& stop_;
    const FaigRunCallback& progress_;
    FaigClock::time_point start_;
    std::optional<FaigPair> pair_;
    ImageReading reading_;
    std::map<std::string, std::map<std::filesystem::path, std::filesystem::path>> lrOf_;  // by degradation, HR file
    std::vector<FaigImages> images_;
    std::vector<FaigReference> references_;
    FaigDocument document_;
};

}  // namespace

std::optional<FaigDocument> runFaig(const Experiment& experiment, const FaigRunSettings& settings,
                                    const std::stop_token& stop, const FaigRunCallback& progress) {
    return FaigRun(experiment, settings, stop, progress).run();
}

std::optional<std::vector<FaigReference>> referencesOf(FaigPair& pair, const std::vector<FaigImages>& images,
                                                       const std::stop_token& stop) {
    std::vector<FaigReference> references(images.empty() ? 0 : images.front().lr.size());
    const auto count = static_cast<double>(images.size());
    const int border = pair.target().scale;
    for (std::size_t d = 0; d < references.size(); ++d) {
        for (const auto& image : images) {
            auto sr = pair.upscale(image.lr[d], {}, stop);
            if (!sr) {
                return std::nullopt;
            }
            references[d].psnrTarget += psnrOfSr(*sr, image.hr, border) / count;
            references[d].target.push_back(*std::move(sr));
        }
    }
    for (std::size_t d = 0; d < references.size(); ++d) {
        for (const auto& image : images) {
            const auto sr = pair.upscaleBaseline(image.lr[d], stop);
            if (!sr) {
                return std::nullopt;
            }
            references[d].psnrBaseline += psnrOfSr(*sr, image.hr, border) / count;
        }
    }
    return references;
}

std::optional<std::vector<FaigReadout>> readOut(FaigPair& pair, const FilterChange& change,
                                                const std::vector<FaigImages>& images,
                                                const std::vector<std::string>& degradations,
                                                const std::vector<FaigReference>& references,
                                                const std::optional<GradientPlane>& plane,
                                                const std::stop_token& stop) {
    std::vector<FaigReadout> readouts;
    const auto count = static_cast<double>(images.size());
    const int border = pair.target().scale;
    for (std::size_t d = 0; d < degradations.size(); ++d) {
        FaigReadout readout{.degradation = degradations[d]};
        double difference = 0.0;
        for (std::size_t i = 0; i < images.size(); ++i) {
            const auto sr = pair.upscale(images[i].lr[d], change, stop);
            if (!sr) {
                return std::nullopt;
            }
            readout.psnr += psnrOfSr(*sr, images[i].hr, border) / count;
            if (plane) {
                difference += gradientMse(references[d].target[i], *sr, *plane) / count;
            }
        }
        if (plane) {
            readout.gradientMse = difference;
        }
        readout.gainLost = gainLost(references[d].psnrTarget, readout.psnr, references[d].psnrBaseline);
        readouts.push_back(std::move(readout));
    }
    return readouts;
}

FilterChange topChange(const FilterIndex& filters, const std::vector<int>& order, double percent, double lambda,
                       bool biases) {
    const auto count = std::min(order.size(), static_cast<std::size_t>(topCount(filters.size(), percent)));
    return {.filters = {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count)},
            .lambda = lambda,
            .biases = biases};
}

}  // namespace lamscope
