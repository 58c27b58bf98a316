// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lamscope::detail {

/// The types of stored values. Values of the types from Complex64 on cannot be converted to float32.
enum class DType {
    Float32,
    Float64,
    Float16,
    BFloat16,
    Int64,
    Int32,
    Int16,
    Int8,
    UInt64,
    UInt32,
    UInt16,
    UInt8,
    Bool,
    Complex64,
    Complex128,
    QInt8,
    QUInt8,
    QInt32,
    Float8E4M3,
    Float8E5M2,
    Untyped,
};

/// Bytes per value.
[[nodiscard]] std::size_t itemSize(DType dtype);

/// The usual name, e.g. "float32".
[[nodiscard]] std::string dtypeName(DType dtype);

/// The type of that name, as dtypeName() gives it.
[[nodiscard]] std::optional<DType> dtypeNamed(std::string_view name);

/// The type of a PyTorch storage class such as "FloatStorage".
[[nodiscard]] std::optional<DType> dtypeOfStorageClass(std::string_view name);

/// The type with that name in a safetensors header, e.g. "F32".
[[nodiscard]] std::optional<DType> dtypeOfSafetensors(std::string_view name);

/// Reads one little-endian value, at any alignment.
using ValueReader = float (*)(const std::byte*);

/// The reader for a type; nullptr for types that cannot be converted to float32.
[[nodiscard]] ValueReader readerOf(DType dtype);

}  // namespace lamscope::detail
