// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/study_files.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "study/studies/study_command_line.h"

namespace lamscope::ui {

namespace {

namespace fs = std::filesystem;

/// Sizes and times of the files that change when results are added: the store and its log.
std::string stateOf(const fs::path& store) {
    std::string state;
    for (const auto* ending : {"", "-wal"}) {
        std::error_code failed;
        const auto file = fs::path(store.string() + ending);
        const auto size = fs::file_size(file, failed);
        if (!failed) {
            state += fmt::format("{} {};", size, fs::last_write_time(file, failed).time_since_epoch().count());
        }
    }
    return state;
}

/// Whether a plot shows the pictures that it showed before.
bool hasPicturesOf(const StudyPlot& plot, const StudySnapshot& before) {
    const auto old = std::ranges::find(before.plots, plot.name, &StudyPlot::name);
    return old != before.plots.end()
           && std::ranges::equal(plot.images, old->images, {}, &StudyPlotImage::image, &StudyPlotImage::image);
}

/// @param before  of the same store; null: none.
std::shared_ptr<const StudySnapshot> readSnapshot(const StudyStore& store, const StudySnapshot* before) {
    StudySnapshot snapshot;
    snapshot.status = statusOf(store);
    try {
        snapshot.description = descriptionIn(store);
    } catch (const Error&) {
        // The numbers can be shown all the same.
    }
    snapshot.networks = networkNumbers(store);
    snapshot.plots = studyPlots(store, snapshot.networks);
    snapshot.places = placesOf(store, {}, std::nullopt, StudySnapshot::mostPlaces);
    for (const auto& plot : snapshot.plots) {
        if (!plot.images.empty()) {
            const bool known = before != nullptr && hasPicturesOf(plot, *before);
            snapshot.pictures[plot.name] = known ? before->pictures.at(plot.name) : picturesOf(store, plot);
        }
    }
    return std::make_shared<const StudySnapshot>(std::move(snapshot));
}

void refuseAnother(const std::string& found, const StudyDescription& description, const fs::path& file) {
    if (!found.empty() && found != description.id) {
        throw Error(ErrorCode::WriteFailed,
                    fmt::format("{}: belongs to another study; save this one under another name", file.string()));
    }
}

}  // namespace

StoreReading readStore(const fs::path& file, const std::string& seen, const StudySnapshot* before) {
    StoreReading reading{.snapshot = nullptr, .state = stateOf(file)};
    if (reading.state.empty() || reading.state == seen) {
        return reading;
    }
    const auto begin = std::chrono::steady_clock::now();
    reading.snapshot = readSnapshot(StudyStore(file, StudyStore::Access::Read), before);
    reading.milliseconds = static_cast<int>(
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count());
    return reading;
}

void keepDescription(const StudyDescription& description, const fs::path& store) {
    checkDescription(description);
    if (fs::exists(store)) {
        refuseAnother(StudyStore(store, StudyStore::Access::Read).studyId(), description, store);
    }
    const auto file = descriptionBeside(store);
    if (fs::exists(file)) {
        try {
            const auto there = readStudyDescription(file);
            if (there == description) {
                return;
            }
            refuseAnother(there.id, description, file);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::BadFile) {
                throw;
            }
            throw Error(ErrorCode::WriteFailed,
                        fmt::format("{}; the description of this study would take its place: move that file away, or "
                                    "save the study under another name",
                                    error.what()));
        }
    }
    writeStudyDescription(description, file);
}

std::optional<StudyDescription> describedBeside(const fs::path& store) {
    try {
        return readStudyDescription(descriptionBeside(store));
    } catch (const Error&) {
        return std::nullopt;
    }
}

void closeLog(const fs::path& store) {
    if (fs::exists(store.string() + "-wal")) {
        const StudyStore writer(store, StudyStore::Access::Write);  // at its end the log is no more
    }
}

}  // namespace lamscope::ui
