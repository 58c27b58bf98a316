// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lamscope {

/// The rows of a comma-separated text (RFC 4180): fields may be quoted, lines end with LF or CRLF. Empty lines are left
/// out; rows may differ in length. Throws Error(BadFile) for a quote that is not closed.
[[nodiscard]] std::vector<std::vector<std::string>> csvRows(std::string_view text);

}  // namespace lamscope
