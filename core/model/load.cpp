// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"
#include "base/sha256.h"
#include "model/loaders.h"
#include "model/probe/cropping_probe.h"
#include "model/probe/range_probe.h"
#include "model/probe/receptive_field_probe.h"
#include "model/recognition.h"
#include "model/sr_model.h"
#include "model/sr_model_implementation.h"
#include "model/stored_tensors.h"
#include "runtime/process_memory.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Above this, the probe's residual speaks against a range; see RangeProbe.
constexpr double clearlyWrong = 0.01;

/// Above this, a family that fits by its keys is refused: what comes out is farther from the picture than any picture
/// could be. Black is off by 0.53, and an untrained network by about as much.
constexpr double beyondDoubt = 1.0;

/// Published files whose value range no key tells and their authors state.
std::optional<double> rangeOfPublishedFile(const std::string& sha256) {
    struct Entry {
        std::string_view sha256;
        double range;
    };
    static constexpr std::array entries{
        Entry{"11af8ec8ebd68689e90ef1e29044f9804c72d3bd9f7573820b7b26035782760c", 255.0},
        Entry{"ca81b7757708ce749ac3766589690db6c2729961d026c0137e7659924ec36622", 255.0},
    };
    const auto* found = std::ranges::find(entries, std::string_view(sha256), &Entry::sha256);
    return found == entries.end() ? std::nullopt : std::optional(found->range);
}

/// What a network of another kind gives in place of an enlarged or restored picture; empty where the probe does not say
/// that it is one.
std::string whatItGivesInstead(const RangeProbe& probe, int scale) {
    const char* const task = scale == 1 ? "restore" : "enlarge";
    const double better = std::min(probe.residual1, probe.residual255);
    if (better <= clearlyWrong) {
        return "";
    }
    if (!std::isfinite(better)) {
        return "it gives no finite picture, at [0, 1] and at [0, 255]. It is probably another network with the same "
               "layers, or damaged";
    }
    if (probe.withoutInput < clearlyWrong) {
        return fmt::format(
            "it does not {}: it gives the picture with the input added once more. It is probably another network with "
            "the same layers and one skip connection less, from the input",
            task);
    }
    if (better <= beyondDoubt) {
        return "";
    }
    return fmt::format(
        "it does not {}: a smooth picture comes out wrong by {:.2g} times the value range at [0, 1] and {:.2g} "
        "times at [0, 255]. It is probably another network with the same layers (another skip connection, an input "
        "that was enlarged before), or damaged",
        task, probe.residual1, probe.residual255);
}

/// A restoration network changes pictures, and one that takes noise away hardly changes a smooth one in either range:
/// the probe cannot choose between ranges, unless one of them alone gives a picture at all.
double rangeOfRestoration(const RangeProbe& probe) {
    return probe.residual1 > beyondDoubt && probe.residual255 < clearlyWrong ? 255.0 : 1.0;
}

/// What speaks against a restoration network: colours that move as a whole.
void warnOfColourShift(const Candidate& candidate, const RangeProbe& probe, std::vector<std::string>& warnings) {
    constexpr double visible = 0.03;
    const double shift = probe.colourShift(candidate.card.range);
    if (shift <= visible) {
        return;
    }
    auto text =
        fmt::format("the network moves the colours of a smooth picture by up to {:.2g} of the value range", shift);
    if (const auto twin = twinOf(candidate.family)) {
        text += fmt::format(
            ": if they look wrong, the file may be that of another network with the same layers, which "
            "arch={} takes",
            *twin);
    }
    warnings.push_back(std::move(text));
}

/// The order of evidence for the value range; the probe runs unless the user decided, if only to check the others.
void chooseRange(Candidate& candidate, const ModelSettings& settings) {
    auto& card = candidate.card;
    if (settings.range) {
        card.range = *settings.range;
        card.rangeEvidence = "given by the user";
        return;
    }
    const bool isRestoration = card.scale == 1;
    const auto usual = candidate.defaultRange ? checkProbeSize : usualProbeSize;
    const auto probe = probeRange(*candidate.network, card.scale, probeSize(card, usual));
    const auto residuals =
        fmt::format("probe residual {:.2g} at [0, 1], {:.2g} at [0, 255]", probe.residual1, probe.residual255);
    if (const auto published = rangeOfPublishedFile(card.sha256)) {
        card.range = *published;
        card.rangeEvidence = "published file known by its hash; " + residuals;
    } else if (candidate.defaultRange) {
        card.range = *candidate.defaultRange;
        card.rangeEvidence = candidate.defaultRangeEvidence + "; " + residuals;
    } else if (isRestoration) {
        card.range = rangeOfRestoration(probe);
        card.rangeEvidence = "usual for restoration; " + residuals;
    } else {
        card.range = probe.better();
        card.rangeEvidence = residuals;
    }
    if (!isRestoration && probe.better() != card.range && probe.residual(card.range) > clearlyWrong) {
        card.warnings.push_back(
            fmt::format("the value range [0, {}] does not agree with the probe ({}); if the pictures look wrong, set "
                        "range={}",
                        card.range, residuals, probe.better()));
    }
    const double better = std::min(probe.residual1, probe.residual255);
    const bool isNative = !candidate.family.empty();
    const std::string instead = isNative && !settings.architecture ? whatItGivesInstead(probe, card.scale) : "";
    if (!instead.empty()) {
        candidate.refusal = fmt::format(
            "{}: its tensors have the names and shapes of {}, but as {} {}; arch={} insists. To use another network, "
            "export it as TorchScript: see docs/your-network.md",
            card.file, card.architecture, card.architecture, instead, candidate.family);
        card.warnings.push_back(candidate.refusal);
    } else if (isRestoration) {
        warnOfColourShift(candidate, probe, card.warnings);
    } else if (better > clearlyWrong) {
        card.warnings.push_back(
            fmt::format("the network does not reproduce a smooth picture at either value range "
                        "({}): is it a super-resolution network, and is it trained?",
                        residuals));
    }
}

/// What loading leaves out. False when stopped.
bool measureRest(const Network& network, torch::Device device, ModelCard& card, const std::stop_token& stop = {}) {
    // Attention over the whole image can cost minutes where convolutions cost a second.
    const auto usual = card.receptiveField.global ? checkProbeSize : usualProbeSize;
    const double agreement = agreementWithBicubic(network, device, card.scale, card.range, probeSize(card, usual));
    if (std::isfinite(agreement)) {  // it is infinite for bicubic enlargement itself
        card.bicubicAgreementDb = agreement;
    }
    if (!card.receptiveField.global && !card.receptiveField.radius) {
        const auto field = measureReceptiveField(network, device, card, stop);
        if (!field) {
            return false;
        }
        card.receptiveField = *field;
    }
    return true;
}

}  // namespace

std::optional<ModelCard> measuredCard(const SrModel& model, const std::stop_token& stop) {
    auto card = model.card();
    const auto& inside = model.implementation();
    return measureRest(inside.network(), inside.device(), card, stop) ? std::optional(std::move(card)) : std::nullopt;
}

SrModel loadModel(const ModelSpec& spec, const std::string& device) {
    if (device == "cpu") {
        prepareMemory();
    }
    auto candidate = readCandidate(spec);
    auto& card = candidate.card;
    if (!candidate.network) {
        throw Error(ErrorCode::UnsupportedModel, candidate.whyUnknown);
    }
    if (card.nonfiniteWeights > 0) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: {} of {} weights are NaN or infinite{}, so every output would be; the training "
                                "diverged or the file is damaged",
                                card.file, card.nonfiniteWeights, card.parameters,
                                candidate.nonfiniteTensors.empty() ? "" : " (in " + candidate.nonfiniteTensors + ")"));
    }
    if (!candidate.cardIsComplete) {
        chooseRange(candidate, spec.settings);
        if (!candidate.refusal.empty()) {
            throw Error(ErrorCode::UnsupportedModel, candidate.refusal);
        }
        card.cropping = probeCropping(*candidate.network, card);
    }
    return SrModel(std::make_unique<SrModel::Implementation>(std::move(candidate.network), std::move(card),
                                                             torch::Device(candidate.runsElsewhere ? "cpu" : device)));
}

namespace {

bool isExportedProgram(const ModelSpec& spec) {
    std::error_code ignored;
    return !spec.isAnalytic() && std::filesystem::is_regular_file(spec.file, ignored)
           && sniffContainer(spec.file) == Container::ExportedProgram;
}

/// Nothing of an archive whose program cannot be looked at: what loading says of it tells more.
std::optional<pt2::Survey> surveyOf(const ModelSpec& spec) {
    try {
        return pt2::surveyPt2(spec.file);
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// The card of a file that holds a program which cannot be used.
ModelCard cardOfRefused(const ModelSpec& spec) {
    ModelCard card;
    card.name = spec.displayName();
    card.file = spec.file.string();
    card.container = nameInDocuments(Container::ExportedProgram);
    card.sha256 = sha256OfFile(spec.file);
    try {
        for (const auto& set : listTensors(spec).listing.sets) {
            for (const auto& tensor : set.tensors) {
                ++card.tensors;
                card.parameters += tensor.numel();
            }
        }
    } catch (const Error& error) {
        card.warnings.emplace_back(error.what());
    }
    return card;
}

ModelReport inspectUsable(const ModelSpec& spec) {
    auto candidate = readCandidate(spec);
    auto& card = candidate.card;
    if (candidate.network && card.nonfiniteWeights == 0) {
        if (!candidate.cardIsComplete) {
            chooseRange(candidate, spec.settings);
            card.cropping = probeCropping(*candidate.network, card);
        }
        measureRest(*candidate.network, torch::kCPU, card);
    }
    return {.card = std::move(card), .nearest = std::move(candidate.nearest)};
}

}  // namespace

ModelReport inspectModel(const ModelSpec& spec) {
    const bool isExported = isExportedProgram(spec);
    ModelReport report;
    try {
        report = inspectUsable(spec);
    } catch (const Error& error) {
        if (!isExported || error.code() != ErrorCode::UnsupportedModel) {
            throw;
        }
        report = {.card = cardOfRefused(spec), .refusal = error.what()};
    }
    if (isExported) {
        report.program = surveyOf(spec);
    }
    return report;
}

}  // namespace lamscope
