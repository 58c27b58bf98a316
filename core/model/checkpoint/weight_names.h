// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lamscope::detail {

/// What the words of a key say about the weights under it.
enum class WeightRole : std::uint8_t {
    Averaged,   ///< a running average of a network's weights (EMA, SWA): what is published and measured
    Network,    ///< any other weights of a network
    Companion,  ///< a discriminator, a loss network, a metric: used beside a network in its training
};

[[nodiscard]] WeightRole roleOf(std::string_view segment);

/// The role of weights that lie under several nested keys.
[[nodiscard]] WeightRole roleOf(const std::vector<std::string>& path);

/// True for a key under which states of optimisers or of learning-rate schedules lie.
[[nodiscard]] bool belongsToOptimiser(std::string_view key);

/// The rank of a nested dictionary's key in the order of search: 0 for the most usual key.
[[nodiscard]] std::size_t orderOfWrapperKey(std::string_view key);
[[nodiscard]] bool isWrapperKey(std::string_view key);

/// The prefix that every name has because the network was saved inside something else: data-parallel ("module."),
/// compiled ("_orig_mod."), or an attribute of a training class ("netG.", "net_g.", "generator.", "model.", "net.").
/// The last four are kept before a number: some networks name their own layers "model.0.weight".
[[nodiscard]] std::string commonPrefix(const std::vector<std::string_view>& names);

/// The parts of a name between its dots.
[[nodiscard]] std::vector<std::string> segmentsOf(std::string_view name);

}  // namespace lamscope::detail
