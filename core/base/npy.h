// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace lamscope {

/// An array read from a NumPy file: `values` in C order (the last index runs fastest), whatever the order in the file.
/// An empty shape is a scalar, which has one value.
struct NpyArray {
    std::vector<std::int64_t> shape;
    std::vector<double> values;  ///< the product of `shape` many, as stored: widening is exact
    int maxLevel = 0;            ///< 255 or 65535 where the file holds uint8 or uint16; 0: floating point
};

/// Whether a file can be read and begins as a NumPy array file does, whatever its name.
[[nodiscard]] bool isNpy(const std::filesystem::path& path);

/// Reads a NumPy array file (.npy, format versions 1.0 to 3.0) of float16, float32, float64, uint8 or uint16, in either
/// byte order, in C or Fortran order. Non-finite values are returned as they are. Source: the format's description,
/// NumPy's numpy.lib.format.
///
/// @param checkShape called with the shape of a file that is as long as its header says, before anything is allocated
///                   for the values; what it throws is passed on. May be empty.
/// Throws Error(BadFile), naming the file, when it is missing, unreadable, not a NumPy file, of another type of values,
/// or longer or shorter than its header says. Thread-safe.
[[nodiscard]] NpyArray readNpy(const std::filesystem::path& path,
                               const std::function<void(std::span<const std::int64_t>)>& checkShape = {});

/// Writes float32 values (in C order) as a NumPy file of format version 1.0; whole or not at all.
///
/// Throws Error(InvalidArgument) when the product of `shape` is not the number of values, Error(WriteFailed) when the
/// file cannot be written (see writeFileAtomically). Thread-safe.
void writeNpy(const std::filesystem::path& path, std::span<const std::int64_t> shape, std::span<const float> values);

/// What writeNpy() writes, as bytes.
[[nodiscard]] std::string encodeNpy(std::span<const std::int64_t> shape, std::span<const float> values);

}  // namespace lamscope
