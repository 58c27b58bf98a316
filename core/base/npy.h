// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace lamscope {

/// An array read from a NumPy file. `values` are in C order (the last index runs fastest), also where the file has
/// Fortran order. A scalar has an empty shape and one value.
struct NpyArray {
    std::vector<std::int64_t> shape;
    std::vector<double> values;  ///< one for each element of `shape`; the stored numbers, widened without loss
    int maxLevel = 0;            ///< the type's largest level: 255 for uint8, 65535 for uint16, 0 for floating point
};

/// True if the file can be read and begins with the signature of a NumPy array file. The file's name does not matter.
[[nodiscard]] bool isNpy(const std::filesystem::path& path);

/// Reads a NumPy array file (.npy, format versions 1.0 to 3.0) of float16, float32, float64, uint8 or uint16, in either
/// byte order, in C or Fortran order. Non-finite values are returned unchanged. Source: the description of the format
/// in NumPy's numpy.lib.format.
///
/// @param checkShape Called with the shape once the file's length has been found to match its header, before memory for
///                   the values is allocated. What `checkShape` throws is passed on. May be empty.
/// Throws Error(BadFile), naming the file, when it is missing, unreadable, not a NumPy file, of another type of values,
/// or longer or shorter than its header says. Thread-safe.
[[nodiscard]] NpyArray readNpy(const std::filesystem::path& path,
                               const std::function<void(std::span<const std::int64_t>)>& checkShape = {});

/// Writes float32 values (in C order) as a NumPy file of format version 1.0; whole or not at all.
///
/// Throws Error(InvalidArgument) when the product of `shape` is not the number of values, Error(WriteFailed) when the
/// file cannot be written (see writeFileAtomically). Thread-safe.
void writeNpy(const std::filesystem::path& path, std::span<const std::int64_t> shape, std::span<const float> values);

/// The bytes of the file that writeNpy() writes. Throws Error(InvalidArgument) as writeNpy() does.
[[nodiscard]] std::string encodeNpy(std::span<const std::int64_t> shape, std::span<const float> values);
/// The same of float64.
[[nodiscard]] std::string encodeNpy(std::span<const std::int64_t> shape, std::span<const double> values);

}  // namespace lamscope
