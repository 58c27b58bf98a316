// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/lam_run.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/output_files.h"
#include "base/sha256.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/lam_experiment.h"
#include "method/lam/mask_mass.h"
#include "method/lam/patch_scan.h"
#include "method/lam/path_gradients.h"
#include "runtime/device.h"
#include "scene/document_blocks.h"
#include "scene/network_input.h"
#include "study/run_maps.h"

namespace lamscope {

class LamRun::Inside {
public:
    Inside(Experiment experiment, LamRunSettings settings)
        : experiment_(std::move(experiment))
        , settings_(std::move(settings))
        , plan_(makePlan(lamOptionsOf(experiment_)))
        , specs_(shownNetworks(experiment_))
        , batches_(BatchCalibration::defaultFile())
        , evaluation_(settings_.evaluation) {
        if (!evaluation_.batch && evaluation_.batches == nullptr) {
            evaluation_.batches = &batches_;
        }
        if (experiment_.scenes.empty() || specs_.empty()) {
            throw Error(ErrorCode::InvalidArgument,
                        "there is no image or no network that is shown: nothing to compute");
        }
        for (const auto& scene : experiment_.scenes) {
            if (scene.boxes.empty() && !experiment_.gridStride) {
                throw Error(ErrorCode::InvalidArgument,
                            fmt::format("there is no patch in {}: nothing to compute", scene.image.string()));
            }
        }
        if (!settings_.load) {
            settings_.load = [device = settings_.device](const ModelSpec& spec) {
                return std::make_shared<const SrModel>(loadModel(spec, device));
            };
        }
    }

    [[nodiscard]] bool finished() const { return documents_.size() == experiment_.scenes.size(); }

    bool next(const std::stop_token& stop, const LamRunCallback& progress) {
        if (stop.stop_requested()) {
            return false;
        }
        // Images and networks come before the long work.
        if (images_.size() < experiment_.scenes.size()) {
            images_.push_back(readImages(experiment_.scenes[images_.size()]));
        } else if (models_.size() < specs_.size()) {
            load(specs_[models_.size()]);
        } else if (!document_) {
            beginScene();
        } else if (!advance(stop, progress)) {
            return false;
        }
        return true;
    }

    [[nodiscard]] std::vector<LamDocument> take() { return std::move(documents_); }

private:
    /// One network on one scene, as far as it has come.
    struct NetworkRun {
        std::unique_ptr<PatchScan> scan;  // null before it has begun
        std::vector<LamResult> results;   // once the scan has finished
        std::size_t withGradients = 0;    // of `results`
        std::unique_ptr<DiMapScan> grid;
    };

    void load(const ModelSpec& spec) {
        models_.push_back(settings_.load(spec));
        cards_.push_back(models_.back()->card());
        if (models_.size() < specs_.size()) {
            return;
        }
        std::vector<ModelCard*> names;
        for (auto& card : cards_) {
            names.push_back(&card);
        }
        makeNamesUnique(names);
    }

    /// To be called once the networks are loaded, whose names are part of the files'.
    void checkOutputs() const {
        auto outputs = settings_.outputs;
        if (!settings_.arrayFolder.empty()) {
            for (const auto& scene : experiment_.scenes) {
                for (const auto& card : cards_) {
                    std::ranges::move(lamArrayFiles({card.name}, patchesOf(scene, card.scale),
                                                    experiment_.gridStride.has_value(), settings_.arrayFolder),
                                      std::back_inserter(outputs));
                }
            }
        }
        checkOutputFiles(outputs, filesOf(experiment_));
    }

    /// Checks the patches of all networks before the first is evaluated.
    void beginScene() {
        const auto scene = documents_.size();
        const auto& asked = experiment_.scenes[scene];
        const auto& images = images_[scene];
        pairs_.clear();
        placed_.clear();
        for (const auto& card : cards_) {
            pairs_.push_back(imagesFor(images, asked, card.scale));
            placed_.push_back(
                placePatches(card, pairs_.back().lr, referenceOf(pairs_.back()), plan_, patchesOf(asked, card.scale)));
        }
        if (scene == 0) {
            checkOutputs();
        }
        document_ = documentOf(asked);
        document_->lrWidth = pairs_.front().lr.width();
        document_->lrHeight = pairs_.front().lr.height();
        document_->warnings = images.warnings;
        std::ranges::move(inputWarnings(asked), std::back_inserter(document_->warnings));
        network_ = 0;
    }

    /// Goes on with the network at work. False when stopped.
    bool advance(const std::stop_token& stop, const LamRunCallback& progress) {
        const ReportGradients report = [&](std::int64_t done, std::int64_t planned) {
            if (progress) {
                progress({documents_.size() * models_.size() + network_, experiment_.scenes.size() * models_.size(),
                          cards_[network_].name, done, planned});
            }
        };
        const auto& pair = pairs_[network_];
        if (settings_.givenMap) {
            for (const auto& patch : placed_[network_]) {
                run_.results.push_back(settings_.givenMap(patch, pair.lr, pair.hr));
            }
            endNetwork();
            return true;
        }
        if (!run_.scan) {
            run_.scan = std::make_unique<PatchScan>(*models_[network_], pair.lr, referenceOf(pair), plan_,
                                                    placed_[network_], evaluation_);
        }
        if (!run_.scan->finished()) {
            const bool complete = run_.scan->next(
                stop, [&](const LamsProgress& state) { report(state.gradientsDone, state.gradientsPlanned); });
            if (!complete) {
                return false;
            }
        }
        if (!run_.scan->finished()) {
            return true;
        }
        if (run_.results.empty()) {
            run_.results = run_.scan->take();
            const auto mask = rainMaskOf(pairs_[network_], inputRecipeOf(document_->scene()), cards_[network_].scale);
            for (auto& result : run_.results) {
                addMaskMass(result, mask);
            }
        }
        if (!addGradients(stop) || !advanceGrid(stop, report)) {
            return false;
        }
        if (!run_.grid || run_.grid->finished()) {
            endNetwork();
        }
        return true;
    }

    /// False when stopped: the gradients of one map are not kept by halves.
    bool addGradients(const std::stop_token& stop) {
        for (; !settings_.gradientsAt.empty() && run_.withGradients < run_.results.size(); ++run_.withGradients) {
            auto& result = run_.results[run_.withGradients];
            const auto& pair = pairs_[network_];
            auto gradients = computePathGradients(*models_[network_], pair.lr, referenceOf(pair), planFor(result.patch),
                                                  settings_.gradientsAt, stop);
            if (!gradients) {
                return false;
            }
            result.pathGradients = *std::move(gradients);
        }
        return true;
    }

    /// False when stopped.
    bool advanceGrid(const std::stop_token& stop, const ReportGradients& report) {
        if (!experiment_.gridStride) {
            return true;
        }
        const auto& card = cards_[network_];
        if (!run_.grid) {
            const auto patches = patchesOf(document_->scene(), card.scale);
            const auto& pair = pairs_[network_];
            run_.grid = std::make_unique<DiMapScan>(*models_[network_], std::make_shared<const Image>(pair.lr),
                                                    planFor(patches.empty() ? Patch() : patches.front()).options,
                                                    *experiment_.gridStride, evaluation_,
                                                    pair.hr.empty() ? nullptr : std::make_shared<const Image>(pair.hr));
        }
        return run_.grid->next(
            stop, [&](const DiMapProgress& state) { report(state.gradientsDone, state.gradientsPlanned); });
    }

    void endNetwork() {
        const auto& card = cards_[network_];
        for (auto& result : run_.results) {
            document_->results.push_back({card, std::move(result), {}, {}});
        }
        if (run_.grid) {
            document_->grids.push_back({card, run_.grid->map(), {}});
        }
        run_ = {};
        ++network_;
        if (network_ == models_.size()) {
            documents_.push_back(*std::move(document_));
            document_.reset();
        }
    }

    /// The document of a scene, without results: what was asked for, and which files were found.
    [[nodiscard]] LamDocument documentOf(const Scene& scene) const {
        LamDocument document;
        document.experiment = experiment_;
        document.experiment.scenes = {scene};
        auto& found = document.experiment.scenes.front();
        found.sha256 = sha256OfFile(scene.image);
        const bool sameScale =
            std::ranges::all_of(cards_, [this](const auto& card) { return card.scale == cards_.front().scale; });
        if (found.gridScale == 0 && sameScale) {
            found.gridScale = cards_.front().scale;
        }
        std::vector<std::string> hashes;
        std::ranges::transform(cards_, std::back_inserter(hashes), &ModelCard::sha256);
        noteNetworkHashes(document.experiment, hashes);
        document.device = settings_.device;
        document.threads = computeThreads();
        const auto patches = patchesOf(scene, cards_.front().scale);
        // Where networks differ in their rules, each result states its own.
        const bool hasSecantRules =
            std::ranges::any_of(models_, [](const auto& model) { return model->hasSecantRules(); });
        document.plan = patches.empty() ? diMapPlan(plan_.options, hasSecantRules)
                                        : planFor(patches.front()).forNetwork(hasSecantRules);
        return document;
    }

    /// Said once: an image that somebody called HR is no reference at scale 1.
    [[nodiscard]] std::vector<std::string> inputWarnings(const Scene& scene) const {
        const auto one = std::ranges::find(cards_, 1, &ModelCard::scale);
        if (one == cards_.end() || scene.role == ImageRole::Lr || !scene.reference.empty()
            || !isInputItself(inputRecipeOf(scene), 1)) {
            return {};
        }
        return {fmt::format(
            "{}: {} does not enlarge, so the image is its input and not its own reference: PSNR is not known; degrade "
            "the image where it is a clean one, or give the clean one beside it",
            scene.image.string(), one->name)};
    }

    [[nodiscard]] LamPlan planFor(const Patch& patch) const {
        auto plan = plan_;
        plan.options.patch = patch;
        return plan;
    }

    Experiment experiment_;
    LamRunSettings settings_;
    LamPlan plan_;  // of all scenes and networks; the patch of its options is unused
    std::vector<ModelSpec> specs_;
    BatchCalibration batches_;
    EvaluationOptions evaluation_;
    std::vector<RunImages> images_;
    std::vector<std::shared_ptr<const SrModel>> models_;
    std::vector<ModelCard> cards_;  // of `models_`, with names that are unique

    std::optional<LamDocument> document_;           // of the scene at work
    std::vector<LowResolutionPair> pairs_;          // of that scene, network by network
    std::vector<std::vector<PlacedPatch>> placed_;  // the same
    std::size_t network_ = 0;                       // at work
    NetworkRun run_;                                // of that network; its parts look at those above
    std::vector<LamDocument> documents_;            // of the scenes that are done
};

LamRun::LamRun(Experiment experiment, LamRunSettings settings)
    : inside_(std::make_unique<Inside>(std::move(experiment), std::move(settings))) {}
LamRun::LamRun(LamRun&&) noexcept = default;
LamRun& LamRun::operator=(LamRun&&) noexcept = default;
LamRun::~LamRun() = default;

bool LamRun::finished() const {
    return inside_->finished();
}

bool LamRun::next(const std::stop_token& stop, const LamRunCallback& progress) {
    return finished() || inside_->next(stop, progress);
}

std::vector<LamDocument> LamRun::take() {
    return inside_->take();
}

std::optional<std::vector<LamDocument>> runLam(const Experiment& experiment, const LamRunSettings& settings,
                                               const std::stop_token& stop, const LamRunCallback& progress) {
    LamRun run(experiment, settings);
    while (!run.finished()) {
        if (!run.next(stop, progress)) {
            return std::nullopt;
        }
    }
    return run.take();
}

}  // namespace lamscope
