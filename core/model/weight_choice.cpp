// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/weight_choice.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/checkpoint/format_error.h"
#include "model/checkpoint/weight_names.h"

namespace lamscope {

namespace {

/// The share of the checkpoint's tensors that the closest network does not have in that shape. Tensors that the
/// checkpoint lacks do not count: a small network would lack few of them in any checkpoint.
double distance(const Checkpoint& checkpoint, const std::optional<KeyDifference>& nearest) {
    if (!nearest) {
        return 1.0;
    }
    const auto differing = nearest->extra.size() + nearest->mismatched.size();
    return static_cast<double>(differing) / static_cast<double>(checkpoint.tensors.size());
}

bool isAveraged(const WeightGroup& group) {
    return detail::roleOf(group.path) == detail::WeightRole::Averaged;
}

void describeLeftOut(const std::vector<std::string>& names, std::vector<std::string>& warnings) {
    constexpr std::size_t shown = 5;
    if (names.empty()) {
        return;
    }
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), shown));
    warnings.push_back(fmt::format("{} beside the weights {} left out, as the network does not use {}: {}{}.",
                                   names.size() == 1 ? "1 tensor" : fmt::format("{} tensors", names.size()),
                                   names.size() == 1 ? "was" : "were", names.size() == 1 ? "it" : "them",
                                   fmt::join(names.begin(), end, ", "), names.size() > shown ? ", ..." : ""));
}

}  // namespace

ChosenWeights chooseWeights(CheckpointFile& file, const ModelSettings& settings, ModelCard& card) {
    std::optional<ChosenWeights> closest;
    std::string refused;
    std::string averagedRefused;
    std::optional<Error> unusable;  // of a set whose network is known
    for (const WeightGroup& group : file.groups(settings.weights.value_or(""))) {
        auto [checkpoint, refusal] = file.read(group);
        if (!refusal.empty() && refused.empty() && !closest) {
            refused = refusal;
        }
        if (!refusal.empty() && averagedRefused.empty() && isAveraged(group)) {
            averagedRefused = fmt::format("The averaged weights ({}) were not used: the file {}.",
                                          detail::printable(fmt::format("{}", fmt::join(group.path, "."))), refusal);
        }
        if (!refusal.empty() || checkpoint.tensors.empty()) {
            continue;
        }
        if (group.depth > 0 && !looksLikeANetwork(checkpoint, settings)) {
            continue;
        }
        card.warnings = checkpoint.warnings;
        Recognition recognition;
        try {
            recognition = recognise(checkpoint, settings, card);
        } catch (const Error& error) {
            // Another set of the file may do: averaged weights need not hold what is no weight, such as counted
            // centres.
            if (error.code() != ErrorCode::UnsupportedModel) {
                throw;
            }
            if (!unusable) {
                unusable = error;
            }
            if (averagedRefused.empty() && isAveraged(group)) {
                averagedRefused =
                    fmt::format("The averaged weights ({}) were not used: {}",
                                detail::printable(fmt::format("{}", fmt::join(group.path, "."))), error.what());
            }
            continue;
        }
        const bool fits = recognition.network != nullptr;
        const bool isCloser = !closest
                              || (!fits
                                  && distance(checkpoint, recognition.nearest)
                                         < distance(closest->checkpoint, closest->recognition.nearest));
        if (fits || isCloser) {
            closest.emplace(ChosenWeights{std::move(checkpoint), std::move(recognition)});
        }
        if (fits) {
            describeLeftOut(closest->recognition.leftOut, card.warnings);
            if (!averagedRefused.empty() && !isAveraged(group)) {
                card.warnings.push_back(std::move(averagedRefused));
            }
            return std::move(*closest);
        }
    }
    if (unusable && !closest) {
        throw Error(*unusable);
    }
    if (!closest || !refused.empty()) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("The file '{}' {}.", card.file,
                                refused.empty() ? "holds no weights: save the network's state_dict()" : refused));
    }
    card.warnings = closest->checkpoint.warnings;
    return std::move(*closest);
}

}  // namespace lamscope
