// SPDX-License-Identifier: GPL-3.0-or-later
// The frames of the bridge's protocol, see docs/bridge-protocol.md: 16 bytes with a magic and two lengths, a header,
// which is a JSON object, and a payload, the tensors that the header lists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace lamscope::remote {

/// Bytes that do not follow the protocol. what() is the predicate of a sentence whose subject is the server ("sends a
/// header of 2097152 bytes …").
class ProtocolError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Of a frame, before its header.
constexpr std::size_t prefixBytes = 16;
constexpr std::uint32_t mostHeaderBytes = std::uint32_t{1} << 20U;
/// Of an answer: the client says so in its `hello`. Of a request before the server has said its own limit.
constexpr std::uint64_t mostPayloadBytes = std::uint64_t{256} << 20U;

struct FramePrefix {
    std::uint32_t headerBytes = 0;
    std::uint64_t payloadBytes = 0;
};

/// A tensor of a payload.
struct TensorEntry {
    enum class Type { Float32, Float16 };

    std::string name;
    Type type = Type::Float32;
    std::vector<std::int64_t> shape;  ///< each from 0 to 2³¹ - 1

    /// In the payload. The shapes that parseTensors() accepts do not overflow it.
    [[nodiscard]] std::uint64_t bytes() const;
};

/// The two lengths. Throws ProtocolError for another magic, a header over mostHeaderBytes, and a payload over
/// `mostPayload` bytes.
[[nodiscard]] FramePrefix parsePrefix(std::span<const std::byte, prefixBytes> bytes, std::uint64_t mostPayload);

/// The header, a JSON object. Throws ProtocolError for anything else.
[[nodiscard]] nlohmann::json parseHeader(std::span<const std::byte> bytes);

/// The tensors that a header lists, which fill `payloadBytes` bytes exactly. Throws ProtocolError for an unknown type,
/// for a shape that is none, and for tensors that do not fit the payload.
[[nodiscard]] std::vector<TensorEntry> parseTensors(const nlohmann::json& header, std::uint64_t payloadBytes);

/// A frame up to its payload, which holds `tensors`: prefix and header. `header` is an object; its member `tensors` is
/// written here.
[[nodiscard]] std::string frameBefore(const nlohmann::json& header, std::span<const TensorEntry> tensors);

/// Text of a server, made fit to be shown: without control characters, at most `most` bytes, valid UTF-8.
[[nodiscard]] std::string shownText(std::string_view text, std::size_t most = 500);

/// The member of an object as a whole number. Throws ProtocolError where it is none from `low` to `high`.
[[nodiscard]] std::int64_t wholeNumber(const nlohmann::json& object, const char* name, std::int64_t low,
                                       std::int64_t high);

/// The member of an object as text, shownText(); empty where it is missing or null. Throws ProtocolError for another
/// type.
[[nodiscard]] std::string textMember(const nlohmann::json& object, const char* name, std::size_t most = 500);

}  // namespace lamscope::remote
