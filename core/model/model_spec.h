// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lamscope {

/// Values, by name, that a publication states and no file holds: see ModelCard::assumed.
using Assumptions = std::map<std::string, std::vector<double>>;

/// All names that networks here make assumptions by: residual_scale, slope, …
[[nodiscard]] std::span<const std::string_view> assumptionNames();

/// Settings that override what is detected in a model file.
struct ModelSettings {
    std::optional<int> scale;                 ///< SR side / LR side, 1…8
    std::optional<double> range;              ///< value range of input and output, 1 or 255 in practice, > 0
    std::optional<std::string> name;          ///< display name
    std::optional<std::string> weights;       ///< which set of a file that holds several, e.g. "params_ema"
    std::optional<std::string> architecture;  ///< e.g. "rfdn": take this family and say why it does not fit

    Assumptions assumptions;  ///< overrides of what no shape tells, names from assumptionNames()

    friend bool operator==(const ModelSettings&, const ModelSettings&) = default;
};

/// A model as named on a command line: a file, or "bicubic" for the analytic network, with settings.
struct ModelSpec {
    std::filesystem::path file;
    ModelSettings settings;

    /// Parses `FILE[:key=value[,key=value…]]` with the keys scale, range, name, weights, arch, and
    /// assumptionNames(), whose values are numbers joined by "/". A colon that is not
    /// followed by `key=` belongs to the file's name. Throws Error(InvalidArgument) on an unknown key or a bad value.
    static ModelSpec parse(const std::string& text);

    /// The inverse of parse().
    [[nodiscard]] std::string toString() const;

    /// True for the built-in bicubic network, whose name is "bicubic" when no such file exists.
    [[nodiscard]] bool isAnalytic() const;

    friend bool operator==(const ModelSpec&, const ModelSpec&) = default;
};

/// The files that are read for these models, the parts and indices of sharded ones included: for checkOutputFiles(). A
/// model that cannot be found stands for itself: whoever loads it says what is wrong with it. Thread-safe.
[[nodiscard]] std::vector<std::filesystem::path> filesOf(std::span<const ModelSpec> models);

}  // namespace lamscope
