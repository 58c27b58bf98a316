// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/study_benchmark.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_text.h"
#include "base/temporary_folder.h"
#include "base/version.h"
#include "bench/timing.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "image/low_resolution.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/lam.h"
#include "method/lam/lam_experiment.h"
#include "study/studies/study_run.h"
#include "study/studies/study_status.h"

namespace lamscope {

namespace {

constexpr int patchSize = 16;

/// Patches of a grid that spans an image of `extent` SR pixels a side.
std::vector<Box> gridOver(int extent, int perSide) {
    const int last = extent - patchSize - 1;  // the detector reads one pixel more
    const auto at = [&](int index) { return perSide == 1 ? last / 2 : index * last / (perSide - 1); };
    std::vector<Box> boxes;
    for (int row = 0; row < perSide; ++row) {
        for (int column = 0; column < perSide; ++column) {
            boxes.push_back({at(column), at(row), patchSize});
        }
    }
    return boxes;
}

/// One image with the maps that are computed of it.
class StudyRound {
public:
    StudyRound(const StudyBenchmarkOptions& options, const std::vector<std::shared_ptr<const SrModel>>& models,
               const std::filesystem::path& folder, std::filesystem::path image, Image hr)
        : options_(options)
        , models_(models)
        , folder_(folder)
        , image_(std::move(image))
        , hr_(std::move(hr)) {}

    /// The seconds of a study into a new file; those of each network go to `networks`. Nullopt when stopped.
    [[nodiscard]] std::optional<double> study(const std::vector<Box>& boxes, const std::stop_token& stop,
                                              std::vector<StudyNetworkTime>* networks) const {
        StudyDescription description;
        description.experiment.scenes = {{.image = image_, .boxes = boxes}};
        for (const auto& spec : options_.models) {
            description.experiment.networks.push_back({.spec = spec});
        }
        setLamOptions(description.experiment, options_.lam);
        description.patches.kind = PatchRule::Kind::List;
        description.id = newStudyId(description);
        StudyRunSettings settings{.device = options_.device};
        settings.load = [this](const ModelSpec& spec) {
            const auto found = std::ranges::find(options_.models, spec);
            return models_[static_cast<std::size_t>(found - options_.models.begin())];
        };
        const auto file = folder_ / "study.sqlite";
        std::size_t left = 0;
        const double seconds = secondsOf([&] {
            const auto plan = planStudy(description, folder_);
            if (plan.tasks.size() != options_.models.size()) {
                throw Error(ErrorCode::InvalidArgument, "a network is named twice");
            }
            StudyStore store(file, StudyStore::Access::Write);
            std::size_t ended = 0;
            auto begun = Clock::now();
            const auto watch = [&](const StudyRunProgress& state) {
                const auto now = Clock::now();
                if (state.done + state.failed > ended) {
                    if (networks != nullptr) {
                        (*networks)[ended].shared.study += std::chrono::duration<double>(now - begun).count();
                    }
                    ended = state.done + state.failed;
                    begun = now;
                }
            };
            const auto outcome = runStudy(plan, store, settings, stop, watch);
            left = outcome.left;
            if (outcome.failed > 0) {
                const auto failure = statusOf(store).failures.front();
                throw Error(ErrorCode::ModelFailure, fmt::format("{}: {}", failure.network, failure.error));
            }
        });
        std::filesystem::remove(file);
        return left > 0 ? std::nullopt : std::optional(seconds);
    }

    /// The seconds of the maps one by one, by network and patch. Nullopt when stopped.
    [[nodiscard]] std::optional<std::vector<std::vector<double>>> separate(const std::vector<Box>& boxes,
                                                                           BatchCalibration& batches,
                                                                           const std::stop_token& stop) const {
        std::vector<std::vector<double>> seconds;
        for (const auto& model : models_) {
            const auto pair = makeLowResolution(hr_, model->card().scale, Reduction::Pillow);
            auto& ofNetwork = seconds.emplace_back();
            for (const auto& box : boxes) {
                auto options = options_.lam;
                options.patch = {box.x, box.y, box.size};
                bool complete = false;
                ofNetwork.push_back(secondsOf([&] {
                    complete =
                        computeLam(*model, pair.lr, &pair.hr, options, stop, {}, {.batches = &batches}).has_value();
                }));
                if (!complete) {
                    return std::nullopt;
                }
            }
        }
        return seconds;
    }

private:
    const StudyBenchmarkOptions& options_;
    const std::vector<std::shared_ptr<const SrModel>>& models_;
    const std::filesystem::path& folder_;
    std::filesystem::path image_;
    Image hr_;
};

nlohmann::ordered_json jsonOf(const StudyTime& time, const std::vector<double>& ratios) {
    return {{"study_seconds", time.study},
            {"separate_seconds", time.separate},
            {"ratio", time.ratio()},
            {"median_ratio", median(ratios)}};
}

/// The side of the scene of which all images are parts, each moved by a patch against the one before.
int checkedSceneSide(const StudyBenchmarkOptions& options, int scale) {
    const int side = options.side * scale + patchSize * options.images;
    if (side < smallestDrawnScene || side > largestDrawnScene) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} images of {}x{} LR pixels at scale {} are parts of a drawn scene of {} pixels a "
                                "side, which can have {} to {}: choose other --images or --side",
                                options.images, options.side, options.side, scale, side, smallestDrawnScene,
                                largestDrawnScene));
    }
    return side;
}

}  // namespace

std::optional<StudyBenchmark> measureStudy(const StudyBenchmarkOptions& options, const std::stop_token& stop,
                                           const std::function<void(const std::string&)>& progress) {
    const auto say = [&](const std::string& line) {
        if (progress) {
            progress(line);
        }
    };
    static_cast<void>(checkedSceneSide(options, 1));
    std::vector<std::shared_ptr<const SrModel>> models;
    StudyBenchmark benchmark{
        .images = options.images, .patches = options.patchesPerSide * options.patchesPerSide, .side = options.side};
    for (const auto& spec : options.models) {
        models.push_back(options.load ? options.load(spec)
                                      : std::make_shared<const SrModel>(loadModel(spec, options.device)));
        benchmark.networks.push_back({.network = models.back()->card().name, .shared = {}});
    }
    const int sceneSide = checkedSceneSide(options, models.front()->card().scale);
    const auto plan = makePlan(options.lam);
    benchmark.context = plan.context;
    benchmark.nodes = plan.nodes;
    benchmark.refined = plan.tolerance.has_value();
    const int extent = options.side * models.front()->card().scale;
    int common = extent;  // of the SR images
    for (const auto& model : models) {
        common = std::min(common, extent / model->card().scale * model->card().scale);
    }
    const auto boxes = gridOver(common, options.patchesPerSide);
    const auto single = boxes.size() / 2;
    const TemporaryFolder folder("bench");
    const auto large = drawScene(sceneSide);
    BatchCalibration batches(BatchCalibration::defaultFile());
    for (int i = 0; i < options.images; ++i) {
        const auto file = folder.path() / fmt::format("image{}.png", i);
        writeImage(file, large.cropped({patchSize * i, patchSize * i, extent, extent}));
        const StudyRound round(options, models, folder.path(), file, readImage(file).image);
        if (i == 0) {
            // The first evaluation of a size tries batches.
            say("one map of each network");
            if (!round.separate({boxes[single]}, batches, stop)) {
                return std::nullopt;
            }
        }
        say(fmt::format("image {} of {}", i + 1, options.images));
        const bool studyFirst = i % 2 == 0;
        auto alone = studyFirst ? std::nullopt : round.separate(boxes, batches, stop);
        const auto shared = round.study(boxes, stop, &benchmark.networks);
        const auto ofOne = round.study({boxes[single]}, stop, nullptr);
        if (studyFirst) {
            alone = round.separate(boxes, batches, stop);
        }
        if (!alone || !shared || !ofOne) {
            return std::nullopt;
        }
        StudyTime all{.study = *shared};
        StudyTime one{.study = *ofOne};
        for (std::size_t n = 0; n < models.size(); ++n) {
            const auto& seconds = (*alone)[n];
            const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
            benchmark.networks[n].shared.separate += sum;
            all.separate += sum;
            one.separate += seconds[single];
        }
        benchmark.sharedRatios.push_back(all.ratio());
        benchmark.singleRatios.push_back(one.ratio());
        benchmark.shared.study += all.study;
        benchmark.shared.separate += all.separate;
        benchmark.single.study += one.study;
        benchmark.single.separate += one.separate;
    }
    return benchmark;
}

std::string toJson(const StudyBenchmark& benchmark) {
    nlohmann::ordered_json json;
    json["lamscope"] = {{"version", version()}};
    json["images"] = benchmark.images;
    json["patches"] = benchmark.patches;
    json["side"] = benchmark.side;
    json["context"] = benchmark.context;
    json["nodes"] = benchmark.nodes;
    json["refined"] = benchmark.refined;
    json["networks"] = nlohmann::ordered_json::array();
    for (const auto& [network, shared] : benchmark.networks) {
        json["networks"].push_back({{"network", network},
                                    {"study_seconds", shared.study},
                                    {"separate_seconds", shared.separate},
                                    {"ratio", shared.ratio()}});
    }
    json["shared"] = jsonOf(benchmark.shared, benchmark.sharedRatios);
    json["single"] = jsonOf(benchmark.single, benchmark.singleRatios);
    return dumpJson(json);
}

std::string toText(const StudyBenchmark& benchmark) {
    auto text = fmt::format(
        "{} images of {}x{} LR pixels, {} patches each, {} networks, {} {} nodes, {}\n", benchmark.images,
        benchmark.side, benchmark.side, benchmark.patches, benchmark.networks.size(),
        benchmark.refined ? "at most" : "exactly", benchmark.nodes,
        benchmark.context == 0 ? "the whole image as context" : fmt::format("a context of {0}x{0}", benchmark.context));
    for (const auto& [network, shared] : benchmark.networks) {
        text += fmt::format("  {}: {:.1f} s as a study, {:.1f} s map by map: {:.2f}\n", network, shared.study,
                            shared.separate, shared.ratio());
    }
    text += fmt::format(
        "all patches of an image at once: {:.1f} s, map by map {:.1f} s: {:.2f} (median of images {:.2f})\n",
        benchmark.shared.study, benchmark.shared.separate, benchmark.shared.ratio(), median(benchmark.sharedRatios));
    text += fmt::format("one patch an image: {:.1f} s, the maps alone {:.1f} s: {:.2f} (median of images {:.2f})\n",
                        benchmark.single.study, benchmark.single.separate, benchmark.single.ratio(),
                        median(benchmark.singleRatios));
    return text;
}

}  // namespace lamscope
