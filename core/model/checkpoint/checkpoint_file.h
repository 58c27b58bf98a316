// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "model/checkpoint/checkpoint.h"

namespace lamscope {

/// Tensors of a model file that may be one network's: a dictionary of the file (a nested one, a whole pickled module,
/// the whole of a safetensors file), or those of its tensors whose names begin alike.
struct WeightGroup {
    std::size_t dictionary = 0;        ///< which
    std::vector<std::string> nesting;  ///< the keys under which the dictionary lies
    std::string prefix;                ///< what the names begin with, taken off
    bool withoutCompanions = false;    ///< leaves out what belongs to a discriminator, a loss or a metric
    std::vector<std::string> path;     ///< the keys that distinguish the group from others
    std::size_t depth = 0;             ///< 0: all of the dictionary
    std::size_t tensors = 0;
};

/// The weights of a group.
struct GroupContent {
    /// Its `warnings` say which of several sets this is and how to choose another, and what was left out, combined or
    /// converted.
    Checkpoint checkpoint;
    /// Why some of its tensors cannot be converted to float32 (quantised, sparse…): the predicate of a sentence about
    /// the file that says what to do. Empty where all can.
    std::string refusal;
};

/// A model file opened: what its tensors are called. Their values are read group by group, within the same bounds as by
/// readCheckpoint(). All members throw Error(BadFile), naming the file, for everything that cannot be read. One thread
/// at a time.
class CheckpointFile {
public:
    /// Opens a weight file, or the files that modelFiles() finds in its place. Refuses TorchScript archives.
    explicit CheckpointFile(const std::filesystem::path& file);
    CheckpointFile(const CheckpointFile&) = delete;
    CheckpointFile& operator=(const CheckpointFile&) = delete;
    CheckpointFile(CheckpointFile&&) = delete;
    CheckpointFile& operator=(CheckpointFile&&) = delete;
    ~CheckpointFile();

    /// All groups, the likeliest to be the network first: averaged weights (EMA) before others, what is beside a
    /// network in its training last. With `weightSet`, those that it names; throws where there are none.
    [[nodiscard]] std::vector<WeightGroup> groups(const std::string& weightSet = "") const;

    /// The weights of a group. Those stored in parts (weight and spectral normalisation, pruning) are combined;
    /// counters of operations and complex tables are left out, after which nothing may remain.
    [[nodiscard]] GroupContent read(const WeightGroup& group);

private:
    struct Content;
    std::unique_ptr<Content> content_;
};

}  // namespace lamscope
