// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/checkpoint/checkpoint.h"
#include "support/temporary_folder.h"

namespace lamscope::test {

using NamedTensors = std::vector<std::pair<std::string, TensorData>>;

/// Writes tensors as a safetensors file (float32), by the published layout.
inline void writeStateDict(const std::filesystem::path& file, const NamedTensors& tensors) {
    auto header = nlohmann::ordered_json::object();
    std::uint64_t offset = 0;
    for (const auto& [name, data] : tensors) {
        const auto end = offset + data.values.size() * sizeof(float);
        header[name] = {{"dtype", "F32"}, {"shape", data.shape}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    const auto text = header.dump();
    const std::uint64_t length = text.size();
    std::ofstream stream(file, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(&length), sizeof length);
    stream << text;
    for (const auto& [name, data] : tensors) {
        stream.write(reinterpret_cast<const char*>(data.values.data()),
                     static_cast<std::streamsize>(data.values.size() * sizeof(float)));
    }
}

}  // namespace lamscope::test
