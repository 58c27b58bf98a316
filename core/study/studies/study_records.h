// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "model/model_card.h"
#include "study/studies/study_columns.h"
#include "study/studies/study_plan.h"
#include "study/studies/study_store.h"

namespace lamscope {

// What a run writes into a store. Each function is one transaction. They throw Error(WriteFailed) where the file cannot
// be written.

enum class TaskState { Left, Done, Failed };

/// Makes the study of `plan` that of the store: its description, images, networks and tasks. Results stay; tasks that
/// are no longer planned are kept aside. Throws Error(InvalidArgument) where the store holds another study.
void keepPlan(StudyStore& store, const StudyPlan& plan);

/// The states of the planned tasks, by their keys.
[[nodiscard]] std::map<std::string, TaskState> taskStates(const StudyStore& store);

/// The keys of the planned tasks that are done and lack maps.
[[nodiscard]] std::set<std::string> tasksWithoutMaps(const StudyStore& store);

/// Ends a planned task with its rows, in place of those that were there. A task with an error among its rows counts as
/// failed. Where no row is a map, the maps that the task had before stay.
/// @param seconds  that the task took: each map gets its share.
void keepResults(StudyStore& store, const std::string& taskKey, std::span<const StudyRow> rows, double seconds);

/// What is known of a network once it is loaded.
void keepCard(StudyStore& store, const StudyNetwork& network, const ModelCard& card);

/// What is known of an image once it is read.
void keepSize(StudyStore& store, const StudyImage& image, int width, int height);

/// A map of a store.
struct StoredMap {
    int height = 0;
    int width = 0;
    std::vector<float> values;  ///< height x width, 0…1, rounded to 11 bits
};

/// The map of a row of `result`; nullopt where it was not kept. Throws Error(BadFile) where it is damaged.
[[nodiscard]] std::optional<StoredMap> readMap(const StudyStore& store, std::int64_t result);

}  // namespace lamscope
