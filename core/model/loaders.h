// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/checkpoint/checkpoint.h"
#include "model/model_card.h"
#include "model/model_spec.h"
#include "model/network.h"

namespace lamscope {

/// A network on its way to an SrModel: what loading and inspecting have in common.
struct Candidate {
    std::unique_ptr<Network> network;  ///< null when no known network fits
    ModelCard card;
    bool cardIsComplete = false;  ///< range and cropping are known: nothing is to be probed
    std::optional<double> defaultRange;
    std::string defaultRangeEvidence;
    /// The closest family when `network` is null; nullopt if the tensors are known to be another network's, or have no
    /// name that a known network has.
    std::optional<KeyDifference> nearest;
    std::string whyUnknown;        ///< then: the message of the error
    std::string nonfiniteTensors;  ///< the first few of them by name; empty where there are none, or names
    std::string family;            ///< as in the setting arch=; empty where no family was recognised by its keys
    bool runsElsewhere = false;    ///< its input and output are on the CPU here, whatever device was asked for
    std::string refusal;  ///< why a network that fits by its keys is not this one; empty if nothing speaks against it
};

/// A model as the user names it, and what a glance at it tells.
struct ModelSource {
    ModelSpec spec;
    /// The files that hold it, and the container of the first; none before a loader was found by the spec alone.
    std::vector<std::filesystem::path> files;
    std::optional<Container> container;
};

/// One kind of model.
struct Loader {
    std::string_view name;
    /// Whether the model is of this kind. Asked first without files, so that specs that name none need none.
    bool (*recognises)(const ModelSource& source);
    /// Makes the network and writes to the card what is known about it: its scale at least. Where there are files, the
    /// card has name, file, container and hash before. Throws as loadModel().
    void (*load)(const ModelSource& source, Candidate& candidate);
};

/// All kinds of models, in the order of asking: a new one is a line here.
[[nodiscard]] std::span<const Loader> loaders();

/// Finds the loader of a model and loads. Throws as loadModel(), but leaves it to the caller to refuse networks that
/// are not known, and weights that are not finite.
[[nodiscard]] Candidate readCandidate(const ModelSpec& spec);

}  // namespace lamscope
