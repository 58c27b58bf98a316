// SPDX-License-Identifier: GPL-3.0-or-later
#include "json_fields.h"

#include "model/device.h"
#include "version.h"

namespace lamscope {

nlohmann::ordered_json programJson(const std::string& device) {
    return {{"version", version()}, {"libtorch", libtorchVersion()}, {"device", device}};
}

nlohmann::ordered_json modelJson(const ModelCard& card) {
    return {{"name", card.name},
            {"file", card.file},
            {"sha256", card.sha256},
            {"architecture", card.architecture},
            {"scale", card.scale},
            {"range", card.range},
            {"parameters", card.parameters}};
}

std::string dumpJson(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', /*ensure_ascii=*/false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace lamscope
