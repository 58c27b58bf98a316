// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/json_fields.h"

#include "base/version.h"
#include "runtime/device.h"

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

}  // namespace lamscope
