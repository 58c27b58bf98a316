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

/// Values, by name, that a publication states and no weight file holds: see ModelCard::assumed.
using Assumptions = std::map<std::string, std::vector<double>>;

/// The names of all assumptions that networks make: residual_scale, slope, …
[[nodiscard]] std::span<const std::string_view> assumptionNames();

/// Settings that override what is detected in a model file.
struct ModelSettings {
    std::optional<int> scale;                 ///< SR side / LR side, 1…8
    std::optional<double> range;              ///< value range of input and output, 0.001…1e6; in practice 1 or 255
    std::optional<std::string> name;          ///< display name
    std::optional<std::string> weights;       ///< the weight set to use, if the file holds several, e.g. "params_ema"
    std::optional<std::string> colour;        ///< of a network of one channel: "y" or "each", see ModelCard::Colour
    std::optional<std::string> architecture;  ///< e.g. "rfdn": the only family to try; a message says why it fails

    Assumptions assumptions;  ///< values to use for what no shape tells, by names from assumptionNames()

    friend bool operator==(const ModelSettings&, const ModelSettings&) = default;
};

/// A model as named on a command line: a file, "bicubic" for the analytic network, or the address of a server in whose
/// process the network runs (see remote::Address), and settings.
struct ModelSpec {
    std::filesystem::path file;  ///< or the address, as it was given
    ModelSettings settings;

    /// Parses `FILE[:key=value[,key=value…]]`. The keys are scale, range, name, weights, colour, arch, and
    /// assumptionNames(), whose values are numbers joined by "/". A colon that is not followed by `key=` belongs to the
    /// file's name. Throws Error(InvalidArgument) on an unknown key or a bad value, and on an address that is none.
    static ModelSpec parse(const std::string& text);

    /// The inverse of parse().
    [[nodiscard]] std::string toString() const;

    /// True for the built-in bicubic network: `file` is "bicubic", and no file of that name exists.
    [[nodiscard]] bool isAnalytic() const;

    /// True for a network that runs on a server: `file` is an address.
    [[nodiscard]] bool isRemote() const;

    /// For a network whose server is started over ssh: the command and the machine in words, for whoever is asked
    /// first.
    [[nodiscard]] std::optional<std::string> scriptStarted() const;

    /// The same without the token that an address may have, for what others may read.
    [[nodiscard]] ModelSpec withoutToken() const;

    /// What the network is called before it is loaded: by the name it is given, or else by its file's, or
    /// by that of the server's network, socket or script.
    [[nodiscard]] std::string displayName() const;

    friend bool operator==(const ModelSpec&, const ModelSpec&) = default;
};

/// The files that are read for these models, the parts and indices of sharded ones included: for checkOutputFiles(). A
/// model that cannot be found stands for itself: whoever loads it says what is wrong with it. Thread-safe.
[[nodiscard]] std::vector<std::filesystem::path> filesOf(std::span<const ModelSpec> models);

}  // namespace lamscope
