// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "study/studies/study_store.h"

namespace lamscope {

/// What a shard brought.
struct MergedShard {
    std::filesystem::path file;
    std::int64_t added = 0;      ///< tasks that were not in the store, or had failed there and not here
    std::int64_t known = 0;      ///< tasks that the store has already
    std::int64_t unplanned = 0;  ///< of those added: no longer part of the study as the store describes it
    std::int64_t other = 0;      ///< of those added: computed by another version of the program
};

/// Adds the results of shards to a store, each shard in one transaction. Merging a shard again changes nothing. A new
/// store takes its study from the first shard.
///
/// Throws Error: BadFile (a shard is missing, not a study's, or of a newer version of the program), InvalidArgument (a
/// shard of another study, a shard that is the store itself); shards before it are merged then.
[[nodiscard]] std::vector<MergedShard> mergeShards(StudyStore& store, const std::vector<std::filesystem::path>& shards);

}  // namespace lamscope
