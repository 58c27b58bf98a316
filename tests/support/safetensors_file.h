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

/// IMDN's signature and nothing else of it: no network that is known.
inline std::string unknownNetworkFile() {
    constexpr std::int64_t features = 64;
    const auto zeros = [](std::vector<std::int64_t> shape, std::int64_t count) {
        return TensorData{.shape = std::move(shape),
                          .values = std::vector<float>(static_cast<std::size_t>(count)),
                          .dtype = "float32"};
    };
    return safetensorsFile({{"IMDB1.c1.weight", zeros({features, features, 3, 3}, features * features * 9)},
                            {"IMDB1.c1.bias", zeros({features}, features)}});
}

}  // namespace lamscope::test
