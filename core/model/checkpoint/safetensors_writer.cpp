// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/safetensors_writer.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <numeric>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

/// The format is little-endian, like every machine for which this program is built.
template <typename Number>
void append(std::string& bytes, Number value) {
    std::array<char, sizeof(Number)> raw{};
    std::memcpy(raw.data(), &value, sizeof(Number));
    bytes.append(raw.data(), raw.size());
}

void appendValues(std::string& bytes, const TensorData& data) {
    for (const float value : data.values) {
        if (data.dtype == "int64") {
            append(bytes, static_cast<std::int64_t>(std::llround(value)));
        } else {
            append(bytes, value);
        }
    }
}

}  // namespace

void writeSafetensors(const std::filesystem::path& path, const std::vector<std::pair<std::string, TensorData>>& tensors,
                      const std::map<std::string, std::string>& metadata) {
    auto header = Json::object();
    if (!metadata.empty()) {
        header["__metadata__"] = metadata;
    }
    std::string values;
    for (const auto& [name, data] : tensors) {
        const auto expected =
            std::accumulate(data.shape.begin(), data.shape.end(), std::int64_t{1}, std::multiplies<>());
        if (expected != data.numel() || header.contains(name)) {
            throw Error(
                ErrorCode::InvalidArgument,
                fmt::format("{}: the tensor {} {}", path.string(), name,
                            expected != data.numel() ? "has another number of values than its shape" : "comes twice"));
        }
        const auto begin = values.size();
        appendValues(values, data);
        header[name] = {{"dtype", data.dtype == "int64" ? "I64" : "F32"},
                        {"shape", data.shape},
                        {"data_offsets", {begin, values.size()}}};
    }
    auto text = header.dump();
    constexpr std::size_t alignment = 8;  // bytes; readers that map the file expect aligned values
    text.append((alignment - text.size() % alignment) % alignment, ' ');
    std::string bytes;
    bytes.reserve(sizeof(std::uint64_t) + text.size() + values.size());
    append(bytes, static_cast<std::uint64_t>(text.size()));
    bytes += text;
    bytes += values;
    writeFileAtomically(path, bytes);
}

std::map<std::string, std::string> readSafetensorsMetadata(const std::filesystem::path& path) {
    const auto damaged = [&] {
        return Error(ErrorCode::BadFile, fmt::format("{}: the header of this safetensors file cannot be read; it is "
                                                     "damaged or not such a file",
                                                     path.string()));
    };
    std::ifstream file(path, std::ios::binary);
    std::array<char, sizeof(std::uint64_t)> raw{};
    std::error_code failed;
    const auto size = std::filesystem::file_size(path, failed);
    if (failed || !file.read(raw.data(), raw.size())) {
        throw damaged();
    }
    std::uint64_t length = 0;
    std::memcpy(&length, raw.data(), raw.size());
    if (length > size) {
        throw damaged();
    }
    std::string text(length, '\0');
    if (!file.read(text.data(), static_cast<std::streamsize>(length))) {
        throw damaged();
    }
    const auto header = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!header.is_object()) {
        throw damaged();
    }
    std::map<std::string, std::string> result;
    if (const auto found = header.find("__metadata__"); found != header.end() && found->is_object()) {
        for (const auto& [key, value] : found->items()) {
            if (value.is_string()) {
                result.emplace(key, value.get<std::string>());
            }
        }
    }
    return result;
}

}  // namespace lamscope
