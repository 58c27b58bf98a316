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
    bool empty = false;             ///< it has no study yet: its run was ended before it had begun
    bool otherDescription = false;  ///< its study was described otherwise; tasks that only it plans stay unplanned
    std::int64_t added = 0;         ///< tasks that were not in the store, had failed there, or have maps only here
    std::int64_t known = 0;         ///< tasks that the store has already
    std::int64_t unplanned = 0;     ///< of those added: no longer part of the study as the store describes it
    std::int64_t other = 0;         ///< of those added: computed by another version of the program
};

/// Adds the results of shards to a store, each shard in one transaction. Merging a shard again changes nothing. A new
/// store takes its study from the first shard that has one; where descriptions differ, the store keeps its own, and
/// keepPlan() takes another one over.
///
/// Throws Error: BadFile (a shard is missing, not a study's, or of a newer version of the program), InvalidArgument (a
/// shard of another study, a shard that is the store itself); shards before it are merged then.
[[nodiscard]] std::vector<MergedShard> mergeShards(StudyStore& store, const std::vector<std::filesystem::path>& shards);

}  // namespace lamscope
