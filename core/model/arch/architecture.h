// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/arch/layers.h"
#include "model/model_card.h"

namespace lamscope {

/// A network built from a checkpoint, with what its family knows about it. Assumptions are in the builder's account.
struct BuiltNetwork {
    std::unique_ptr<NativeNetwork> network;
    std::string name;  ///< the family's name with its variant, e.g. "CARN-M"
    std::vector<std::pair<std::string, std::string>> hyperparameters;
    /// What the file can do; the first is the default.
    std::vector<int> scales;
    /// Files of all these scales have the same shapes: the loader decides by the file's name or by a probe.
    bool scaleIsOpen = false;
    std::optional<double> defaultRange;  ///< nullopt: published files disagree, ask the probe
    std::vector<double> mean;            ///< RGB, [0, 1], subtracted inside the network; empty: none
    /// The network takes sides that are multiples of this. The loader pads by reflection and crops.
    int sizeMultiple = 1;
    int minimumSide = 1;
    ReceptiveField receptiveField;
    Cropping cropping;  ///< by default the network sees images whole; what a family claims is tried on loading
    std::vector<SideInput> sideInputs;  ///< see ModelCard
    std::string routing;                ///< see ModelCard; such a network states that it has no secant rules
    std::string randomness;             ///< see ModelCard
};

/// One network family: how to know it by its keys and how to build it. Each lies in a file NAME.cpp of the families
/// folder and comes from a function NAME::architecture() there: such a file is all that a new family needs.
struct Architecture {
    std::string_view key;  ///< lower case, as in the setting arch=
    bool (*matches)(const LayerBuilder& layers);
    /// `scale` is the wanted output scale, 0 for the file's default. Never throws for missing or misshapen tensors:
    /// those are in the builder's account.
    BuiltNetwork (*build)(LayerBuilder& layers, int scale);
};

/// All native families. Their order does not matter: a file is one whose keys and shapes match exactly.
[[nodiscard]] std::span<const Architecture> architectures();

}  // namespace lamscope
