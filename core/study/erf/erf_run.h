// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "method/erf/erf.h"
#include "method/erf/erf_document.h"
#include "scene/experiment.h"

namespace lamscope {

/// What a run needs beside its experiment: the machine and the files that are written.
struct ErfRunSettings {
    std::string device = "cpu";                    ///< as returned by resolveDevice()
    std::vector<std::filesystem::path> outputs{};  ///< files that will be written: see checkOutputFiles()
    std::filesystem::path arrayFolder{};           ///< where addErfArrays() will write; empty if it will not
};

/// Where a run stands.
struct ErfRunProgress {
    std::size_t model = 0;   ///< index of the network at work
    std::size_t models = 0;  ///< of all
    std::string name;        ///< of that network
    ErfProgress images{};    ///< of that network
};

using ErfRunCallback = std::function<void(const ErfRunProgress&)>;

/// Computes an experiment of the method ERF: reads the networks that are not hidden and the images, and measures one
/// network after the other. A scene's first box says where in its image, by the box's centre; without a box it is the
/// middle. Scenes whose image does not hold the crop at the scale of every network are left out, with a warning, so
/// that all networks are measured on the same images: the first of the experiment, as many as the options ask for.
///
/// @param progress called on the calling thread after each batch of images; must not throw; may be empty.
/// @return nullopt when stopped. Throws Error(InvalidArgument) for an experiment without scenes or networks and where
/// no image is left, and as erfOptionsOf(), readImage(), loadModel(), checkOutputFiles() (before the first pass) and
/// computeErf().
[[nodiscard]] std::optional<ErfDocument> runErf(const Experiment& experiment, const ErfRunSettings& settings = {},
                                                const std::stop_token& stop = {}, const ErfRunCallback& progress = {});

}  // namespace lamscope
