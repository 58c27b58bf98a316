// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/stored_tensor.h"

#include "runtime/torch_headers.h"

namespace lamscope::pt2 {

torch::ScalarType torchType(ScalarType type) {
    switch (type) {
        case ScalarType::Byte:
            return torch::kUInt8;
        case ScalarType::Char:
            return torch::kInt8;
        case ScalarType::Short:
            return torch::kInt16;
        case ScalarType::Int:
            return torch::kInt32;
        case ScalarType::Long:
            return torch::kInt64;
        case ScalarType::Half:
            return torch::kFloat16;
        case ScalarType::Float:
            return torch::kFloat32;
        case ScalarType::Double:
            return torch::kFloat64;
        case ScalarType::ComplexHalf:
            return torch::kComplexHalf;
        case ScalarType::ComplexFloat:
            return torch::kComplexFloat;
        case ScalarType::ComplexDouble:
            return torch::kComplexDouble;
        case ScalarType::Bool:
            return torch::kBool;
        case ScalarType::BFloat16:
            return torch::kBFloat16;
    }
    return torch::ScalarType::Undefined;
}

torch::MemoryFormat torchFormat(MemoryFormat format) {
    switch (format) {
        case MemoryFormat::Contiguous:
            return torch::MemoryFormat::Contiguous;
        case MemoryFormat::ChannelsLast:
            return torch::MemoryFormat::ChannelsLast;
        case MemoryFormat::ChannelsLast3d:
            return torch::MemoryFormat::ChannelsLast3d;
        case MemoryFormat::Preserve:
            return torch::MemoryFormat::Preserve;
    }
    return torch::MemoryFormat::Preserve;
}

torch::Tensor makeTensor(const StoredTensor& stored) {
    const auto options = torch::TensorOptions().dtype(torchType(stored.type));
    if (stored.numel() == 0) {
        return torch::empty(stored.sizes, options);
    }
    // from_blob() wants memory that may be written; the clone is what anybody sees.
    auto* const data = const_cast<std::byte*>(stored.record->data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    const auto values = static_cast<std::int64_t>(stored.record->size() / itemSize(stored.type));
    return torch::from_blob(data, {values}, options)
        .as_strided(stored.sizes, stored.strides, stored.offset)
        .clone(torch::MemoryFormat::Preserve);
}

}  // namespace lamscope::pt2
