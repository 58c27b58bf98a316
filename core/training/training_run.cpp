// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/training_run.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/output_files.h"
#include "image/colour.h"
#include "image/image_file.h"
#include "metrics/psnr_ssim.h"
#include "model/checkpoint/safetensors_writer.h"
#include "study/derain/derain_run.h"
#include "study/evaluate.h"
#include "study/image_pairs.h"
#include "training/curve_picture.h"
#include "training/initial_weights.h"
#include "training/trainer.h"
#include "training/training_card.h"
#include "training/training_images.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double secondsBetweenStates = 60.0;

const std::string stateName = "state.safetensors";
const std::string logName = "log.jsonl";
const std::string curveName = "curve.png";
const std::string cardName = "card.json";
const std::string weightsExtension = ".safetensors";

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The files in `run.out`.
std::vector<std::filesystem::path> outputsOf(const TrainingRun& run) {
    std::vector<std::filesystem::path> files;
    for (const auto& name : {stateName, logName, curveName, cardName, run.options.name + weightsExtension}) {
        files.push_back(run.out / name);
    }
    return files;
}

/// All files that the run reads, except those that the run itself has written.
std::vector<std::filesystem::path> inputsOf(const TrainingRun& run) {
    std::vector<std::filesystem::path> files{run.config, run.options.initialWeights};
    const auto add = [&](const std::filesystem::path& hr, const std::filesystem::path& lr) {
        std::ranges::move(filesOf(pairImages(hr, lr, run.options.scale)), std::back_inserter(files));
    };
    add(run.data, {});
    for (const auto& set : run.tests) {
        add(set.hrFolder, set.lrFolder);
    }
    return files;
}

/// The state from which to continue; nullopt if there is none. Throws if the state belongs to another description.
std::optional<TrainingState> stateToGoOnFrom(const TrainingRun& run, const std::filesystem::path& file) {
    if (run.restart) {
        return std::nullopt;
    }
    auto state = readTrainingState(file);
    if (state && !trainTheSame(state->options, run.options.json)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: this is the state of a training with another description; choose another folder "
                                "for the output, or begin anew with --restart",
                                file.string()));
    }
    return state;
}

double validationPsnr(const Trainer& trainer, const TrainingImages& images) {
    const auto& model = trainer.averaged().model();
    double sum = 0.0;
    for (const auto& pair : images.validation()) {
        const auto sr = model.upscale(pair.lr);
        sum += compareImages(quantise8(*sr), pair.hr, Channel::Y, model.card().scale).psnr;
    }
    return sum / static_cast<double>(images.validation().size());
}

/// One run, with its state, log and files in the output folder.
class RunningTraining {
public:
    RunningTraining(const TrainingRun& run, const TrainingCallback& progress)
        : run_(run)
        , options_(run.options)
        , progress_(progress)
        , images_(run.data, run.options)
        , trainer_(run.options, initialWeights(run.options))
        , stateFile_(run.out / stateName) {
        StagedFiles folder;
        folder.makeFolder(run.out);
        folder.commit();
        if (const auto state = stateToGoOnFrom(run, stateFile_)) {
            trainer_.restore(*state);
            lossSum_ = state->lossSum;
            secondsBefore_ = state->seconds;
        }
        log_.emplace(run.out / logName, trainer_.stepsDone(), images_.about());
        start_ = lastState_ = Clock::now();
        stepsBefore_ = trainer_.stepsDone();
    }

    /// Makes the remaining steps; false when stopped.
    bool train(const std::stop_token& stop) {
        if (const auto about = images_.about(); !about.empty() && progress_) {
            progress_({.step = trainer_.stepsDone(), .steps = options_.steps, .about = about});
        }
        while (trainer_.stepsDone() < options_.steps) {
            if (stop.stop_requested()) {
                saveState();
                return false;
            }
            lossSum_ += trainer_.step(images_.batch(trainer_.stepsDone()));
            const auto done = trainer_.stepsDone();
            if (done % options_.reportEvery == 0 || done == options_.steps) {
                report();
            } else {
                tell(nullptr);
            }
            if (secondsSince(lastState_) > secondsBetweenStates) {
                saveState();
            }
        }
        saveState();
        return true;
    }

    /// Writes weights and card; false when stopped.
    bool finish(const std::stop_token& stop) {
        const auto weights = run_.out / (options_.name + weightsExtension);
        std::map<std::string, std::string> metadata{{"format", "pt"}, {"made_by", "lamscope-train"}};
        if (!options_.licence.empty()) {
            metadata["licence"] = options_.licence;
        }
        writeSafetensors(weights, trainer_.averagedWeights().tensors, metadata);
        ModelSpec spec{.file = weights, .settings = {}};
        spec.settings.scale = options_.scale;
        spec.settings.range = options_.range;
        const auto model = loadModel(spec);
        const auto bicubic = loadModel(ModelSpec::parse(fmt::format("bicubic:scale={}", options_.scale)));
        TrainingCard card{.model = *measuredCard(model),
                          .options = options_,
                          .command = run_.command,
                          .trainingImages = images_.trainingCount(),
                          .validationImages = images_.validationCount(),
                          .log = log_->entries(),
                          .tests = {},
                          .backgrounds = images_.backgrounds(),
                          .about = images_.about(),
                          .restoration = std::nullopt};
        for (const auto& set : run_.tests) {
            tell(nullptr, "testing on " + set.name);
            EvaluateOptions options;
            options.hrFolder = set.hrFolder;
            options.lrFolder = set.lrFolder;
            auto ofNetwork = evaluate(model, options, stop);
            auto ofBicubic = evaluate(bicubic, options, stop);
            if (!ofNetwork || !ofBicubic) {
                return false;
            }
            card.tests.push_back({set.name, std::move(*ofNetwork), std::move(*ofBicubic)});
        }
        if (!options_.evaluations.empty()) {
            card.restoration = restorationOf(weights, stop);
            if (!card.restoration) {
                return false;
            }
        }
        writeFileAtomically(run_.out / cardName, toJson(card));
        drawCurves();
        return true;
    }

private:
    /// Networks of several seeds meet the same rain: that of the seed 0.
    [[nodiscard]] std::optional<DerainDocument> restorationOf(const std::filesystem::path& weights,
                                                              const std::stop_token& stop) const {
        ModelSpec spec{.file = weights, .settings = {}};
        spec.settings.scale = options_.scale;
        spec.settings.range = options_.range;
        const DerainRunInput input{.networks = {spec},
                                   .clean = images_.validationFiles(),
                                   .degradations = options_.evaluations,
                                   .middle = options_.evaluationCrop,
                                   .blurLine = true};
        return runDerain(input, {}, stop,
                         [&](const DerainProgress& progress) { tell(nullptr, "measuring on " + progress.image); });
    }

    void report() {
        const auto done = trainer_.stepsDone();
        const auto since = done % options_.reportEvery == 0 ? options_.reportEvery : done % options_.reportEvery;
        TrainingLogEntry entry{.step = done,
                               .loss = lossSum_ / static_cast<double>(since),
                               .learningRate = learningRateAt(options_, done - 1),
                               .seconds = secondsBefore_ + secondsSince(start_),
                               .psnr = std::nullopt};
        lossSum_ = 0.0;
        const bool validates = done % options_.validateEvery == 0 || done == options_.steps;
        if (validates && !images_.validation().empty()) {
            entry.psnr = validationPsnr(trainer_, images_);
        }
        log_->append(entry);
        if (validates) {
            drawCurves();
        }
        tell(&entry);
    }

    void drawCurves() const { writeImage(run_.out / curveName, drawTrainingCurves(options_.name, log_->entries())); }

    void saveState() {
        auto state = trainer_.state();
        state.lossSum = lossSum_;
        state.seconds = secondsBefore_ + secondsSince(start_);
        writeTrainingState(stateFile_, state);
        lastState_ = Clock::now();
    }

    void tell(const TrainingLogEntry* line, const std::string& stage = {}) const {
        if (!progress_) {
            return;
        }
        const auto done = trainer_.stepsDone();
        const auto pace = static_cast<double>(done - stepsBefore_) / std::max(secondsSince(start_), 1e-6);
        const auto left = static_cast<double>(options_.steps - done);
        progress_({.step = done,
                   .steps = options_.steps,
                   .secondsLeft = pace > 0.0 ? left / pace : 0.0,
                   .line = line,
                   .stage = stage});
    }

    const TrainingRun& run_;
    const TrainingOptions& options_;
    const TrainingCallback& progress_;
    TrainingImages images_;
    Trainer trainer_;
    std::filesystem::path stateFile_;
    std::optional<TrainingLog> log_;
    double lossSum_ = 0.0;
    double secondsBefore_ = 0.0;
    std::int64_t stepsBefore_ = 0;
    Clock::time_point start_;
    Clock::time_point lastState_;
};

}  // namespace

bool runTraining(const TrainingRun& run, const std::stop_token& stop, const TrainingCallback& progress) {
    checkOutputFiles(outputsOf(run), inputsOf(run));
    RunningTraining training(run, progress);
    return training.train(stop) && training.finish(stop);
}

}  // namespace lamscope
