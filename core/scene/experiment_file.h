// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "scene/experiment.h"

namespace lamscope {

/// The experiment as a JSON object. Files are named relative to `folder` where that is possible, or as they are for an
/// empty one.
[[nodiscard]] nlohmann::ordered_json jsonOf(const Experiment& experiment, const std::filesystem::path& folder = {});

/// The text of a session file (`*.lamscope`) that will lie in `folder`: jsonOf() with the program's version, ending
/// with a newline.
[[nodiscard]] std::string toJson(const Experiment& experiment, const std::filesystem::path& folder);

/// The inverse, for the text of `file`; also reads what 0.1.0 wrote. `options`, `view`, `figure` and
/// `workspaces` are read by those whose they are. Throws Error(BadFile) naming the file and what is wrong with it.
[[nodiscard]] Experiment experimentFromText(const std::string& text, const std::filesystem::path& file);

/// The inverse of jsonOf(), for a part of a document that lies in `folder`. Throws Error saying what is wrong with
/// it, without a file's name.
[[nodiscard]] Experiment experimentFromJson(const nlohmann::ordered_json& json, const std::filesystem::path& folder);

/// Reads a session file; relative paths are resolved against its folder. Thread-safe. Throws Error(BadFile) saying what
/// is wrong with it.
[[nodiscard]] Experiment readExperiment(const std::filesystem::path& file);

/// Writes it whole or not at all. Thread-safe. Throws Error(WriteFailed).
void writeExperiment(const Experiment& experiment, const std::filesystem::path& file);

}  // namespace lamscope
