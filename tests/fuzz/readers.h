// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace lamscope::test {

/// What is fuzzed: the readers of model files, each on bytes in memory.
enum class Reader {
    Pickle,       ///< legacy PyTorch files; other bytes as the data.pkl of a zip file whose values are all zero
    Zip,          ///< PyTorch's zip files
    Safetensors,  ///< safetensors files
    Export,       ///< archives of torch.export
    Program,      ///< the JSON of a program of torch.export, with tensors of zeros of the shapes that it names
};

inline constexpr std::array readers{Reader::Pickle, Reader::Zip, Reader::Safetensors, Reader::Export, Reader::Program};

/// "pickle", "zip", "safetensors", "export" or "program": the name of a target, and of the folders of its inputs.
[[nodiscard]] std::string_view nameOf(Reader reader);

/// Reads `bytes` as a file. True if they were read, false if they were refused with a message. Everything else is a
/// finding and leaves as an exception: a failure of another kind, a result that contradicts itself, a message that
/// cannot be shown, one allocation beyond twice the file's size and 1 MiB, or far more memory in all.
bool feed(Reader reader, std::span<const std::byte> bytes);

}  // namespace lamscope::test
