// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/sr_model.h"

namespace lamscope {

// Controls that stand beside the taps of a network: what goes in and what comes out.
inline constexpr std::string_view lrControl = "LR";
inline constexpr std::string_view srControl = "SR";

/// A place in a network where features are taken: the input of a layer or of a block of layers, which has the key of
/// that layer in the weight file.
struct TapPlace {
    std::string key;
    /// Of one patch's features: channels, height, width; of tokens, channels last. Where the network evaluates the
    /// layer repeatedly, of the last time, which counts.
    std::vector<std::int64_t> shape{};
    std::size_t dimension = 0;  ///< numbers in one patch's features
};

/// A tap with what it is in words, e.g. "half of the body".
struct ChosenTap {
    std::string key;
    std::string what;

    friend bool operator==(const ChosenTap&, const ChosenTap&) = default;
};

/// Where the features of a network can be taken.
struct TapSurvey {
    std::vector<TapPlace> taps{};          ///< in the order of evaluation; empty where the network tells none
    std::optional<std::size_t> deepest{};  ///< of taps: the last convolution that makes the image
    /// Whether the network adds its enlarged input to what that convolution makes, so that its features hold only what
    /// must be changed.
    bool addsInput = false;
    /// What is looked at unless taps are named: the first features, the quarters and the end of the blocks,
    /// before and after the last convolution of the body (where the long skip is, if there is one), after each
    /// enlargement, the deepest; LR pixels and SR around them.
    std::vector<ChosenTap> usual{};
};

/// Looks where features can be taken, and how large they are for patches of so many LR pixels. Takes the evaluation of
/// three patches. Throws Error as the network does: InvalidArgument (a side that it does not take), ModelFailure,
/// OutOfMemory.
[[nodiscard]] TapSurvey surveyTaps(const SrModel& model, int width, int height);
/// The same of square patches.
[[nodiscard]] TapSurvey surveyTaps(const SrModel& model, int side);

/// The taps that are meant: "auto" (TapSurvey::usual), "all", or keys with commas between, among which "deepest", "LR"
/// and "SR" may be. Each once, in the order of evaluation. Throws Error(InvalidArgument) for a key that the network
/// does not have, with the nearest ones, and where "deepest" is not there.
[[nodiscard]] std::vector<ChosenTap> chosenTaps(const TapSurvey& survey, std::string_view text,
                                                const std::string& network);

/// The one tap that is meant: "deepest" or a key. Throws as chosenTaps().
[[nodiscard]] std::string chosenTap(const TapSurvey& survey, std::string_view text, const std::string& network);

}  // namespace lamscope
