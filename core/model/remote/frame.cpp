// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/remote/frame.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lamscope::remote {

static_assert(std::endian::native == std::endian::little, "payloads cross as they lie in memory");

namespace {

constexpr std::string_view magic = "LSB1";
constexpr std::size_t mostTensors = 4096;
constexpr std::size_t mostDimensions = 8;
constexpr std::int64_t longestSide = 0x7FFFFFFF;

template <typename Number>
Number numberAt(std::span<const std::byte, prefixBytes> bytes, std::size_t offset) {
    Number value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof(value));
    return value;
}

template <typename Number>
void append(std::string& text, Number value) {
    text.append(std::string_view(reinterpret_cast<const char*>(&value), sizeof(value)));
}

std::uint64_t itemBytes(TensorEntry::Type type) {
    return type == TensorEntry::Type::Float32 ? 4 : 2;
}

std::string_view nameOf(TensorEntry::Type type) {
    return type == TensorEntry::Type::Float32 ? "float32" : "float16";
}

const nlohmann::json& memberOf(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) {
        throw ProtocolError(fmt::format("leaves out \"{}\"", name));
    }
    return *found;
}

/// Throws where the tensor takes more than `left` bytes.
TensorEntry entryFrom(const nlohmann::json& json, std::uint64_t left) {
    if (!json.is_object()) {
        throw ProtocolError("lists a tensor that is no object");
    }
    TensorEntry entry{.name = textMember(json, "name"), .shape = {}};
    const auto type = textMember(json, "dtype");
    if (type == nameOf(TensorEntry::Type::Float16)) {
        entry.type = TensorEntry::Type::Float16;
    } else if (type != nameOf(TensorEntry::Type::Float32)) {
        throw ProtocolError(fmt::format("sends a tensor of the unknown type \"{}\"", type));
    }
    const auto& shape = memberOf(json, "shape");
    if (!shape.is_array() || shape.size() > mostDimensions) {
        throw ProtocolError(fmt::format("sends a tensor whose shape is no list of up to {} numbers", mostDimensions));
    }
    const auto isSide = [](const nlohmann::json& side) {
        return side.is_number_unsigned() && side.get<std::uint64_t>() <= static_cast<std::uint64_t>(longestSide);
    };
    if (!std::ranges::all_of(shape, isSide)) {
        throw ProtocolError("sends a tensor with a side that is no whole number from 0 to 2147483647");
    }
    const bool isEmpty = std::ranges::any_of(shape, [](const nlohmann::json& side) { return side == 0; });
    std::uint64_t bytes = itemBytes(entry.type);
    for (const auto& side : shape) {
        const auto length = side.get<std::uint64_t>();
        entry.shape.push_back(static_cast<std::int64_t>(length));
        if (!isEmpty && bytes > left / length) {
            throw ProtocolError("lists tensors that are larger than what it sends");
        }
        bytes = isEmpty ? 0 : bytes * length;
    }
    if (bytes > left) {
        throw ProtocolError("lists tensors that are larger than what it sends");
    }
    return entry;
}

}  // namespace

std::uint64_t TensorEntry::bytes() const {
    auto total = itemBytes(type);
    for (const auto side : shape) {
        total *= static_cast<std::uint64_t>(side);
    }
    return total;
}

FramePrefix parsePrefix(std::span<const std::byte, prefixBytes> bytes, std::uint64_t mostPayload) {
    if (std::memcmp(bytes.data(), magic.data(), magic.size()) != 0) {
        throw ProtocolError("does not speak the protocol of Lamscope's bridge: what it sends does not begin with LSB1");
    }
    const FramePrefix prefix{.headerBytes = numberAt<std::uint32_t>(bytes, magic.size()),
                             .payloadBytes = numberAt<std::uint64_t>(bytes, magic.size() + sizeof(std::uint32_t))};
    if (prefix.headerBytes > mostHeaderBytes) {
        throw ProtocolError(
            fmt::format("announces a header of {} bytes; {} are allowed", prefix.headerBytes, mostHeaderBytes));
    }
    if (prefix.payloadBytes > mostPayload) {
        throw ProtocolError(
            fmt::format("announces {} bytes of values; {} are allowed", prefix.payloadBytes, mostPayload));
    }
    return prefix;
}

nlohmann::json parseHeader(std::span<const std::byte> bytes) {
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    auto header = nlohmann::json::parse(text, text + bytes.size(), nullptr, /*allow_exceptions=*/false);
    if (!header.is_object()) {
        throw ProtocolError("sends a header that is no JSON object");
    }
    return header;
}

std::vector<TensorEntry> parseTensors(const nlohmann::json& header, std::uint64_t payloadBytes) {
    std::vector<TensorEntry> tensors;
    const auto found = header.find("tensors");
    auto left = payloadBytes;
    if (found != header.end() && !found->is_null()) {
        if (!found->is_array() || found->size() > mostTensors) {
            throw ProtocolError(fmt::format("sends tensors that are no list of up to {}", mostTensors));
        }
        for (const auto& each : *found) {
            tensors.push_back(entryFrom(each, left));
            left -= tensors.back().bytes();
        }
    }
    if (left > 0) {
        throw ProtocolError(
            fmt::format("sends {} bytes of values, of which its tensors are {}", payloadBytes, payloadBytes - left));
    }
    return tensors;
}

std::string frameBefore(const nlohmann::json& header, std::span<const TensorEntry> tensors) {
    auto whole = header;
    std::uint64_t payload = 0;
    if (!tensors.empty()) {
        auto& list = whole["tensors"] = nlohmann::json::array();
        for (const auto& tensor : tensors) {
            list.push_back({{"name", tensor.name}, {"dtype", nameOf(tensor.type)}, {"shape", tensor.shape}});
            payload += tensor.bytes();
        }
    }
    const auto text = whole.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    std::string frame(magic);
    append(frame, static_cast<std::uint32_t>(text.size()));
    append(frame, payload);
    return frame + text;
}

std::string shownText(std::string_view text, std::size_t most) {
    constexpr auto firstPrintable = static_cast<unsigned char>(' ');
    constexpr unsigned char deleted = 0x7F;
    constexpr unsigned char continuation = 0x80;
    constexpr unsigned char continuationMask = 0xC0;
    auto length = std::min(text.size(), most);
    while (length < text.size() && length > 0
           && (static_cast<unsigned char>(text[length]) & continuationMask) == continuation) {
        --length;  // never in the middle of a character
    }
    std::string shown(text.substr(0, length));
    for (auto& c : shown) {
        const auto byte = static_cast<unsigned char>(c);
        c = byte < firstPrintable || byte == deleted ? ' ' : c;
    }
    return shown;
}

std::int64_t wholeNumber(const nlohmann::json& object, const char* name, std::int64_t low, std::int64_t high) {
    const auto& value = memberOf(object, name);
    // Unsigned numbers beyond the largest signed one would wrap.
    const bool isWhole = value.is_number_unsigned() ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(high)
                                                    : value.is_number_integer();
    if (!isWhole || value.get<std::int64_t>() < low || value.get<std::int64_t>() > high) {
        throw ProtocolError(fmt::format("sends a \"{}\" that is no whole number from {} to {}", name, low, high));
    }
    return value.get<std::int64_t>();
}

std::string textMember(const nlohmann::json& object, const char* name, std::size_t most) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) {
        return {};
    }
    if (!found->is_string()) {
        throw ProtocolError(fmt::format("sends a \"{}\" that is no text", name));
    }
    return shownText(found->get_ref<const std::string&>(), most);
}

}  // namespace lamscope::remote
