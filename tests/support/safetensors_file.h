// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/checkpoint/checkpoint.h"
#include "support/bytes.h"

namespace lamscope::test {

/// The bytes of a safetensors file, by the published layout: the header's length, the header, the values.
inline std::string safetensorsFile(const std::string& header, const std::string& buffer) {
    return bytesOf(static_cast<std::uint64_t>(header.size())) + header + buffer;
}

using NamedTensors = std::vector<std::pair<std::string, TensorData>>;

/// The bytes of a safetensors file with these tensors as float32.
inline std::string safetensorsFile(const NamedTensors& tensors) {
    auto header = nlohmann::ordered_json::object();
    std::string buffer;
    for (const auto& [name, data] : tensors) {
        const auto begin = buffer.size();
        buffer += bytesOfAll(data.values);
        header[name] = {{"dtype", "F32"}, {"shape", data.shape}, {"data_offsets", {begin, buffer.size()}}};
    }
    return safetensorsFile(header.dump(), buffer);
}

}  // namespace lamscope::test
