// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "model/checkpoint/checkpoint.h"
#include "model/checkpoint/tensor_listing.h"

namespace lamscope {

namespace detail {
class TensorFile;
}

/// Tensors of a model file that may be the weights of one network: all tensors of a dictionary, or those whose names
/// have one prefix. A dictionary is a (nested) dictionary of the file, a whole pickled module, or a whole safetensors
/// file.
struct WeightGroup {
    std::size_t dictionary = 0;        ///< index of the dictionary in the file
    std::vector<std::string> nesting;  ///< the keys under which the dictionary lies
    std::string prefix;                ///< the prefix of all names, which is taken off
    bool withoutCompanions = false;    ///< leaves out averages, discriminators, losses and metrics beside the network
    std::vector<std::string> path;     ///< the keys that tell the group from others
    std::size_t depth = 0;             ///< how deep the parts are nested by their names; 0: the whole dictionary
    std::size_t tensors = 0;
};

/// The weights of a group.
struct GroupContent {
    /// `warnings` say which of several sets this is, how to choose another, and what was left out, combined or
    /// converted.
    Checkpoint checkpoint;
    /// Why some of the tensors cannot be converted to float32 (quantised, sparse…) and what to do, as the predicate of
    /// a sentence about the file. Empty if all can be converted.
    std::string refusal;
};

/// Whether archives of TorchScript are opened for the tensors in them, or refused as programs.
enum class Programs { Refused, ReadAsData };

/// A model file, opened: the names of its tensors are known. The values are read group by group, within the memory
/// bounds of readCheckpoint(). All members throw Error(BadFile), naming the file, if something cannot be read. Not
/// thread-safe.
class CheckpointFile {
public:
    /// Opens a weight file, or the files that modelFiles() finds for `file`.
    explicit CheckpointFile(const std::filesystem::path& file, Programs programs = Programs::Refused);

    /// The tensors of `file` as another reader has opened it; never null, with at least one tensor.
    CheckpointFile(const std::filesystem::path& file, std::unique_ptr<detail::TensorFile> tensors);

    CheckpointFile(const CheckpointFile&) = delete;
    CheckpointFile& operator=(const CheckpointFile&) = delete;
    CheckpointFile(CheckpointFile&&) = delete;
    CheckpointFile& operator=(CheckpointFile&&) = delete;
    ~CheckpointFile();

    /// All groups, the likeliest to be the network first: averaged weights (EMA) before others; discriminators, losses
    /// and metrics last. With `weightSet`, only the groups of that name; throws if there are none.
    [[nodiscard]] std::vector<WeightGroup> groups(const std::string& weightSet = "") const;

    /// The weights of a group. Weights that are stored in parts (weight and spectral normalisation, pruning) are
    /// combined. Counters of operations and complex tables are left out; the result may then be empty.
    [[nodiscard]] GroupContent read(const WeightGroup& group);

    /// The names of a group's tensors without its prefix, before parts of weights are combined; in the file's order.
    [[nodiscard]] std::vector<std::string> names(const WeightGroup& group) const;

    /// The file as it was given.
    [[nodiscard]] const std::filesystem::path& path() const;

    /// Every tensor of the file. Their values are not read.
    [[nodiscard]] TensorListing listing() const;

private:
    struct Content;
    std::unique_ptr<Content> content_;
};

}  // namespace lamscope
