// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "model/pt2/survey.h"

namespace lamscope {

/// The program of an archive of torch.export, as in the results of `info --json`.
[[nodiscard]] nlohmann::ordered_json jsonOf(const pt2::Survey& program);

/// The same as indented lines for a person: who wrote it, what it takes, its operators with counts, and what is outside
/// of the white list with the line of the network's code that calls it.
[[nodiscard]] std::string toText(const pt2::Survey& program);

}  // namespace lamscope
