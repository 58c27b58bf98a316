// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "image/low_resolution.h"
#include "method/cem/cem_document.h"
#include "method/cem/cem_scan.h"
#include "scene/experiment.h"

namespace lamscope {

/// What a network of this scale gets of a scene, and how foreign content comes into it. At scale 1, what the scene's
/// degradation adds to an HR image counts as what the network removes: noise is drawn afresh on what is pasted, rain is
/// added again. Of an LR file nothing is known about what it was: content is pasted as it is.
/// @param pair  the scene's images at that scale; no rain where it has none.
/// Throws Error(InvalidArgument) for a degradation at scale 1 that is neither noise nor rain alone.
[[nodiscard]] CemInput cemInputOf(const Scene& scene, LowResolutionPair pair, int scale);

/// What a run needs beside its experiment: the machine and the files that are written.
struct CemRunSettings {
    std::string device = "cpu";                    ///< as returned by resolveDevice()
    std::vector<std::filesystem::path> outputs{};  ///< files that will be written: see checkOutputFiles()
    std::filesystem::path arrayFolder{};           ///< where addCemArrays() will write; empty if it will not
};

/// Where a run stands.
struct CemRunProgress {
    std::size_t model = 0;   ///< index of the network at work
    std::size_t models = 0;  ///< of all
    std::string name;        ///< of that network
    CemScan::Phase phase = CemScan::Phase::Origin;
    std::int64_t done = 0;     ///< forward passes of that phase
    std::int64_t planned = 0;  ///< of that phase
};

using CemRunCallback = std::function<void(const CemRunProgress&)>;

/// Computes an experiment of the method CEM: reads the image of its first scene, the patches and the networks that are
/// not hidden, and computes one map after the other, of the scene's first box.
///
/// @param progress called on the calling thread after each batch; must not throw; may be empty.
/// @return nullopt when stopped. Throws Error(InvalidArgument) for an experiment without a scene, a box or networks,
/// and as cemOptionsOf(), readImages(), readInterventions(), loadModel(), checkOutputFiles() (before the first pass)
/// and CemScan.
[[nodiscard]] std::optional<CemDocument> runCem(const Experiment& experiment, const CemRunSettings& settings = {},
                                                const std::stop_token& stop = {}, const CemRunCallback& progress = {});

}  // namespace lamscope
