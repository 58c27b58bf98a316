// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "model/model_spec.h"

namespace lamscope::test {

/// A model file with its settings, e.g. ":scale=3,range=255".
inline ModelSpec specOf(const std::filesystem::path& file, const std::string& settings = "") {
    return ModelSpec::parse(file.string() + settings);
}

}  // namespace lamscope::test
