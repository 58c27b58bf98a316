// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/task_maps.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <new>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/sha256.h"
#include "method/lam/mask_mass.h"
#include "model/stoppable_evaluation.h"

namespace lamscope {

namespace {

/// LR images made for another scale would be compared with the wrong part of the HR image.
void checkPair(const RunImages& images, const Scene& scene, int scale) {
    const auto& hr = images.reference;
    const int width = images.image.width() * scale;
    const int height = images.image.height() * scale;
    if (!hr.empty() && (hr.width() >= width + scale || hr.height() >= height + scale)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} has {}x{} pixels, which is not {} times the {}x{} of {}; is the scale right?",
                                scene.reference.string(), hr.width(), hr.height(), scale, images.image.width(),
                                images.image.height(), scene.image.string()));
    }
}

Error changedError(const std::filesystem::path& file) {
    return {ErrorCode::BadFile, fmt::format("{}: has changed since the run began; run the study again", file.string())};
}

/// False when stopped. Throws where the file is another one than was planned.
bool isUnchanged(const std::filesystem::path& file, const std::string& planned, const std::stop_token& stop) {
    const auto hash = sha256OfFiles({file}, stop);
    if (hash && *hash != planned) {
        throw changedError(file);
    }
    return hash.has_value();
}

/// Why a map says nothing: the network gives NaN or infinity. Empty where it says something.
std::string troubleOf(const LamResult& map) {
    const bool broken = !std::isfinite(map.detectorImage) || !std::isfinite(map.detectorBaseline)
                        || (!map.diffusionIndex && map.nonfiniteGradients > 0);
    return broken ? fmt::format("the network gives NaN or infinity at the patch ({}, {})", map.patch.x, map.patch.y)
                  : std::string();
}

}  // namespace

StudyInputs::StudyInputs(const StudyPlan& plan, const StudyRunSettings& settings)
    : plan_(plan)
    , load_(settings.load)
    , batches_(BatchCalibration::defaultFile())
    , evaluation_(settings.evaluation)
    , networks_(plan.networks.size()) {
    if (!evaluation_.batch && evaluation_.batches == nullptr) {
        evaluation_.batches = &batches_;
    }
    if (!load_) {
        load_ = [device = settings.device](const ModelSpec& spec) {
            return std::make_shared<const SrModel>(loadModel(spec, device));
        };
    }
}

bool StudyInputs::readImage(std::size_t index, const std::stop_token& stop) {
    const auto& image = plan_.images[index];
    if (!image.trouble.empty()) {
        throw Error(ErrorCode::BadFile, image.trouble);
    }
    if (read_ != index) {
        read_.reset();
        isChecked_ = false;
        images_ = readImages(image.scene);
        read_ = index;
        return true;
    }
    isChecked_ = isUnchanged(image.scene.image, image.scene.sha256, stop)
                 && (image.scene.reference.empty() || isUnchanged(image.scene.reference, image.referenceSha256, stop));
    return isChecked_;
}

void StudyInputs::loadNetwork(std::size_t index) {
    const auto& network = plan_.networks[index];
    auto& [model, trouble, weights] = networks_[index];
    if (trouble.empty()) {
        try {
            if (!network.trouble.empty()) {
                throw Error(ErrorCode::BadFile, network.trouble);
            }
            auto loaded = load_(network.spec);
            if (const auto& found = loaded->card().sha256; !found.empty() && found != network.sha256) {
                throw changedError(network.spec.withoutToken().file);
            }
            model = std::move(loaded);
            weights.emplace(model->implementation());
            return;
        } catch (const Error& error) {
            if (error.code() == ErrorCode::ConnectionLost) {
                throw;  // it may be there again for the next attempt
            }
            trouble = error.what();
        } catch (const std::bad_alloc&) {
            trouble = fmt::format("{}: not enough memory to load it", network.spec.withoutToken().file.string());
        } catch (const std::exception& error) {
            trouble = error.what();
        }
    }
    throw Error(ErrorCode::BadFile, trouble);
}

void StudyInputs::checkWeights(std::size_t index) const {
    networks_[index].weights->check();
}

TaskMaps::TaskMaps(StudyInputs& inputs, const StudyTask& task, std::size_t most, Take take, Refuse refuse)
    : inputs_(inputs)
    , task_(task)
    , most_(most)
    , take_(std::move(take))
    , refuse_(std::move(refuse)) {}

bool TaskMaps::next(const std::stop_token& stop, const LamsProgressCallback& report) {
    if (stop.stop_requested()) {
        return false;
    }
    if (scan_) {
        return advance(stop, report);
    }
    if (!inputs_.hasImage(task_.image)) {
        return inputs_.readImage(task_.image, stop);
    }
    if (!inputs_.hasNetwork(task_.network)) {
        inputs_.loadNetwork(task_.network);
    } else {
        begin();
    }
    return true;
}

void TaskMaps::begin() {
    const auto& plan = inputs_.plan();
    const auto& images = inputs_.image();
    const auto& model = inputs_.network(task_.network);
    const auto& scene = plan.images[task_.image].scene;
    const int scale = model.card().scale;
    checkPair(images, scene, scale);
    pair_ = imagesFor(images, scene, scale);
    const bool hr = scene.role == ImageRole::Hr;
    const auto* reference = referenceOf(pair_);
    mask_ = rainMaskOf(pair_, inputRecipeOf(scene), scale);
    auto patches = patchesOf(plan.description.patches, scene, pair_, scale, plan.lam.options.detector,
                             hr ? images.image.width() : 0, hr ? images.image.height() : 0);
    patches.resize(std::min(patches.size(), most_));
    std::vector<PlacedPatch> placed;
    std::vector<std::pair<std::size_t, std::string>> refused;
    for (std::size_t i = 0; i < patches.size(); ++i) {
        try {
            placed.push_back(
                placePatches(model.card(), pair_.lr, reference, plan.lam, std::span(&patches[i], 1)).front());
            indices_.push_back(i);
        } catch (const Error& error) {
            refused.emplace_back(i, error.what());
        }
    }
    if (placed.empty() && !refused.empty()) {
        throw Error(ErrorCode::InvalidArgument, refused.front().second);
    }
    for (const auto& [index, why] : refused) {
        refuse_(index, patches[index], why);
    }
    scan_.emplace(model, pair_.lr, reference, plan.lam, placed, inputs_.evaluation());
}

bool TaskMaps::advance(const std::stop_token& stop, const LamsProgressCallback& report) {
    try {
        const StoppableEvaluation stoppable(stop);
        if (!scan_->next(stop, report)) {
            return false;
        }
    } catch (const EvaluationStopped&) {
        return false;
    }
    for (auto& [index, map] : scan_->takeComplete()) {
        addMaskMass(map, mask_);
        if (const auto why = troubleOf(map); why.empty()) {
            take_(indices_[index], map);
        } else {
            refuse_(indices_[index], map.patch, why);
        }
    }
    return true;
}

}  // namespace lamscope
