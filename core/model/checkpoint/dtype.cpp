// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/dtype.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "base/half_float.h"

namespace lamscope::detail {

static_assert(std::endian::native == std::endian::little, "stored values are little-endian and are copied as they are");

namespace {

template <typename Value>
Value load(const std::byte* source) {
    Value value;
    std::memcpy(&value, source, sizeof(Value));
    return value;
}

template <typename Value>
float readAs(const std::byte* source) {
    return static_cast<float>(load<Value>(source));
}

float readFloat16(const std::byte* source) {
    return floatFromHalf(load<std::uint16_t>(source));
}

float readBFloat16(const std::byte* source) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(load<std::uint16_t>(source)) << 16U);
}

float readBool(const std::byte* source) {
    return *source != std::byte{0} ? 1.0F : 0.0F;
}

struct DTypeInfo {
    DType dtype;
    std::size_t itemSize;
    std::string_view name;
    std::string_view storageClass;
    std::string_view safetensors;
    ValueReader reader;
};

constexpr std::array<DTypeInfo, 21> infos{{
    {DType::Float32, 4, "float32", "FloatStorage", "F32", readAs<float>},
    {DType::Float64, 8, "float64", "DoubleStorage", "F64", readAs<double>},
    {DType::Float16, 2, "float16", "HalfStorage", "F16", readFloat16},
    {DType::BFloat16, 2, "bfloat16", "BFloat16Storage", "BF16", readBFloat16},
    {DType::Int64, 8, "int64", "LongStorage", "I64", readAs<std::int64_t>},
    {DType::Int32, 4, "int32", "IntStorage", "I32", readAs<std::int32_t>},
    {DType::Int16, 2, "int16", "ShortStorage", "I16", readAs<std::int16_t>},
    {DType::Int8, 1, "int8", "CharStorage", "I8", readAs<std::int8_t>},
    {DType::UInt64, 8, "uint64", "", "U64", readAs<std::uint64_t>},
    {DType::UInt32, 4, "uint32", "", "U32", readAs<std::uint32_t>},
    {DType::UInt16, 2, "uint16", "", "U16", readAs<std::uint16_t>},
    {DType::UInt8, 1, "uint8", "ByteStorage", "U8", readAs<std::uint8_t>},
    {DType::Bool, 1, "bool", "BoolStorage", "BOOL", readBool},
    {DType::Complex64, 8, "complex64", "ComplexFloatStorage", "C64", nullptr},
    {DType::Complex128, 16, "complex128", "ComplexDoubleStorage", "C128", nullptr},
    {DType::QInt8, 1, "quantized int8", "QInt8Storage", "", nullptr},
    {DType::QUInt8, 1, "quantized uint8", "QUInt8Storage", "", nullptr},
    {DType::QInt32, 4, "quantized int32", "QInt32Storage", "", nullptr},
    {DType::Float8E4M3, 1, "float8 (F8_E4M3)", "", "F8_E4M3", nullptr},
    {DType::Float8E5M2, 1, "float8 (F8_E5M2)", "", "F8_E5M2", nullptr},
    {DType::Untyped, 1, "untyped bytes", "UntypedStorage", "", nullptr},
}};

const DTypeInfo& infoOf(DType dtype) {
    return infos[static_cast<std::size_t>(dtype)];
}

std::optional<DType> lookUp(std::string_view name, std::string_view DTypeInfo::*field) {
    for (const DTypeInfo& info : infos) {
        if (!name.empty() && info.*field == name) {
            return info.dtype;
        }
    }
    return std::nullopt;
}

}  // namespace

std::size_t itemSize(DType dtype) {
    return infoOf(dtype).itemSize;
}

std::string dtypeName(DType dtype) {
    return std::string(infoOf(dtype).name);
}

std::optional<DType> dtypeNamed(std::string_view name) {
    return lookUp(name, &DTypeInfo::name);
}

std::optional<DType> dtypeOfStorageClass(std::string_view name) {
    return lookUp(name, &DTypeInfo::storageClass);
}

std::optional<DType> dtypeOfSafetensors(std::string_view name) {
    return lookUp(name, &DTypeInfo::safetensors);
}

ValueReader readerOf(DType dtype) {
    return infoOf(dtype).reader;
}

}  // namespace lamscope::detail
