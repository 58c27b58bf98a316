// SPDX-License-Identifier: GPL-3.0-or-later
// The files of a study as a window reads and writes them, on any thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "study/studies/study_description.h"
#include "study/studies/study_pictures.h"
#include "study/studies/study_places.h"
#include "study/studies/study_plots.h"
#include "study/studies/study_status.h"
#include "study/studies/study_tables.h"

namespace lamscope::ui {

/// What a store says at one moment.
struct StudySnapshot {
    StudyStatus status;
    std::optional<StudyDescription> description;  ///< that of its latest run; unset where it cannot be read
    std::vector<NetworkNumbers> networks;         ///< as networkNumbers()
    std::vector<StudyPlot> plots;                 ///< as studyPlots()
    std::map<std::string, std::vector<StudyPicture>> pictures;  ///< as picturesOf(), by the names of the plots
    std::vector<StudyPlace> places;                             ///< the first mostPlaces

    static constexpr std::size_t mostPlaces = 5000;
};

/// What was found when a store was looked at.
struct StoreReading {
    std::shared_ptr<const StudySnapshot> snapshot;  ///< null: nothing has changed
    std::string state;                              ///< of its files; empty where there are none
    int milliseconds = 0;                           ///< that the reading took
};

/// Reads a store unless it is as it was. The state is taken before the reading: what is written meanwhile is seen the
/// next time.
/// @param seen    the state that was read before; empty: none.
/// @param before  what was read then, of the same store, whose pictures are taken over; null: none.
/// Throws Error(BadFile, WriteFailed) as the store does.
[[nodiscard]] StoreReading readStore(const std::filesystem::path& file, const std::string& seen = {},
                                     const StudySnapshot* before = nullptr);

/// Writes a description beside the store unless it is there already. Throws Error: WriteFailed, also where store or
/// description are those of another study or the file is no description; InvalidArgument as checkDescription(); BadFile
/// where the store cannot be read.
void keepDescription(const StudyDescription& description, const std::filesystem::path& store);

/// The description beside a store; nullopt where there is none that can be read.
[[nodiscard]] std::optional<StudyDescription> describedBeside(const std::filesystem::path& store);

/// Takes the log of a store, which nobody writes, into its file. A reader that had the file open when its run ended has
/// kept the log there: then the results may all lie in the log, and a copy of the file would have none. Throws Error as
/// the store does.
void closeLog(const std::filesystem::path& store);

}  // namespace lamscope::ui
