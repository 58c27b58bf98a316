// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "model/sr_model.h"

namespace lamscope {

/// The document of `info --json`, with a final newline.
[[nodiscard]] std::string toJson(const std::vector<ModelReport>& reports);

/// One report as lines for a person.
[[nodiscard]] std::string toText(const ModelReport& report);

}  // namespace lamscope
