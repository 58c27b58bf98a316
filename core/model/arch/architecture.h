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

/// A network built from a checkpoint, with what its family knows about it.
struct BuiltNetwork {
    std::unique_ptr<NativeNetwork> network;
    std::string name;  ///< the family's name with its variant, e.g. "CARN-M"
    std::vector<std::pair<std::string, std::string>> hyperparameters;
    std::vector<std::string> assumed;
    std::vector<int> scales;             ///< what the file can do; the first is the default
    std::optional<double> defaultRange;  ///< nullopt: published files disagree, ask the probe
    std::vector<double> mean;
    int minimumSide = 1;
    ReceptiveField receptiveField;
};

/// One network family: how to know it by its keys and how to build it.
struct Architecture {
    std::string_view key;  ///< lower case, as in the setting arch=
    bool (*matches)(const LayerBuilder& layers);
    /// `scale` is the wanted output scale, 0 for the file's default. Never throws for missing or misshapen tensors:
    /// those are in the builder's account.
    BuiltNetwork (*build)(LayerBuilder& layers, int scale);
};

/// All native families, the most specific signature first. A new family is one new file and one line in registry.cpp.
[[nodiscard]] std::span<const Architecture> architectures();

extern const Architecture imdnArchitecture;
extern const Architecture rfdnArchitecture;
extern const Architecture panArchitecture;
extern const Architecture carnArchitecture;
extern const Architecture rlfnArchitecture;
extern const Architecture bsrnArchitecture;

}  // namespace lamscope
