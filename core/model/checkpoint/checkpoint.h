// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamscope {

/// How a model file stores its weights. The file's content tells this, never the file's extension.
enum class Container {
    TorchLegacy,      ///< PyTorch before 1.6: pickles followed by raw storages
    TorchZip,         ///< PyTorch since 1.6: a zip archive with a pickle and one entry per storage
    TorchScript,      ///< a zip archive that also holds code; readCheckpoint() refuses it
    ExportedProgram,  ///< a zip archive of torch.export (.pt2) with a graph; readCheckpoint() refuses it
    Safetensors,      ///< a JSON header followed by raw values
};

/// The container's name for users, e.g. "PyTorch (legacy)".
[[nodiscard]] std::string toString(Container container);

/// The container's name in documents, e.g. "torch-legacy".
[[nodiscard]] std::string nameInDocuments(Container container);

/// Finds the container of a model file. Throws Error(BadFile) if the file is no model file; the message says what the
/// file is instead (missing, empty, a folder, a Git LFS pointer, a web page, a tar archive…) and what to do about it.
[[nodiscard]] Container sniffContainer(const std::filesystem::path& file);

/// One array of numbers, converted to float32.
struct TensorData {
    std::vector<std::int64_t> shape;  ///< empty for a single value
    std::vector<float> values;        ///< row-major and contiguous, also where the file has other strides
    std::string dtype;                ///< the type in the file: float32, float16, bfloat16, float64, int64, bool…

    [[nodiscard]] std::int64_t numel() const noexcept { return static_cast<std::int64_t>(values.size()); }
};

/// The weights of one model file, named as in the network's state dictionary.
struct Checkpoint {
    Container container = Container::TorchZip;
    /// The keys under which the weights lie in the file, outermost first, e.g. {"params_ema"} or {"model"}; empty at
    /// the top.
    std::vector<std::string> nesting;
    /// Other weight sets of the file that readCheckpoint() would accept as `weightSet`, e.g. {"params"}.
    std::vector<std::string> alternatives;
    /// The prefix that every name in the file had and that was taken off, e.g. "module."; empty if there is none.
    std::string prefix;
    /// In the file's order; names are unique, valid UTF-8 without control characters.
    std::vector<std::pair<std::string, TensorData>> tensors;
    /// Complete sentences for the user: values converted to float32 with loss, entries left out.
    std::vector<std::string> warnings;

    /// The tensor of that name, or nullptr.
    [[nodiscard]] const TensorData* find(std::string_view name) const noexcept;
};

/// Reads the weights of a model file without knowing the network (see CheckpointFile for the choice by a network). The
/// dictionary of averaged weights is taken; else the one under the first key present of model_state_dict, state_dict,
/// params_ema, params-ema, params, model, net, generator; else the only or outermost one. `weightSet` names another.
/// The prefixes "module.", "_orig_mod.", "netG.", "net_g.", "generator.", "model." and "net." are taken off if every
/// name has them; the last four are kept before a number.
///
/// Nothing in the file is executed: pickled classes and functions become inert data. Whatever the file claims, memory
/// stays within about the file's size plus twice the values it holds, plus some MiB; no single allocation exceeds twice
/// the file's size plus 1 MiB. Throws Error(BadFile), naming the file, for a file that cannot be read, for a
/// TorchScript archive, if the choice of a set is unclear, and if tensors of the set are of a kind that cannot be
/// converted to float32.
[[nodiscard]] Checkpoint readCheckpoint(const std::filesystem::path& file, const std::string& weightSet = "");

}  // namespace lamscope
