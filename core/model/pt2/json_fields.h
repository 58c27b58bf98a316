// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "model/pt2/program.h"

namespace lamscope::pt2 {

using Json = nlohmann::json;

// Bounds of what is read from the JSON of an archive.
inline constexpr std::size_t largestJson = std::size_t{64} << 20U;  ///< bytes
inline constexpr int deepestJson = 64;
inline constexpr std::size_t mostJsonValues = std::size_t{10} << 20U;
inline constexpr std::size_t mostItems = 4096;    ///< of a list in an argument
inline constexpr std::size_t longestName = 1024;  ///< of anything, bytes
inline constexpr std::size_t highestRank = 8;

/// Throws FormatError: `what` is wrong in the program or in a list of its tensors.
[[noreturn]] void damagedJson(std::string_view what);

/// Parses JSON within the bounds. `what` names the member in messages. Throws FormatError.
[[nodiscard]] Json parseJson(std::string_view text, std::string_view what);

/// The member of an object. Throws FormatError where there is none.
[[nodiscard]] const Json& member(const Json& object, const char* key);

/// The member of an object; nullptr where there is none or it is null.
[[nodiscard]] const Json* memberIfAny(const Json& object, const char* key);

/// The member, a list of at most `most` items. Throws FormatError.
[[nodiscard]] const Json& listIn(const Json& object, const char* key, std::size_t most);

/// The member, a name. Throws FormatError.
[[nodiscard]] std::string nameIn(const Json& object, const char* key);

/// A text without control characters, of at most `longestName` bytes. Throws FormatError.
[[nodiscard]] std::string nameFrom(const Json& value);

/// Throws FormatError if the value is of another kind; `wholeFrom` also for numbers beyond 64 bits.
[[nodiscard]] std::int64_t wholeFrom(const Json& value);
[[nodiscard]] bool truthFrom(const Json& value);

/// Any number, or one of the texts that stand for numbers which JSON lacks: Infinity, -Infinity, NaN.
[[nodiscard]] double numberFrom(const Json& value);

/// The file's unions are objects of one member, whose key tells the kind. Throws FormatError on anything else.
[[nodiscard]] std::pair<const std::string&, const Json&> kindAndValue(const Json& value);

/// Throws UnsupportedProgram for types, layouts and formats that are not read.
[[nodiscard]] ScalarType scalarTypeFrom(const Json& value);
[[nodiscard]] MemoryFormat memoryFormatFrom(const Json& value);
void checkLayout(const Json& value);

/// A size or stride, which may be symbolic.
[[nodiscard]] Extent extentFrom(const Json& value);

}  // namespace lamscope::pt2
