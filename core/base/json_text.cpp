// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json_text.h"

namespace lamscope {

std::string dumpJson(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', /*ensure_ascii=*/false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace lamscope
