// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_places.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "scene/experiment.h"
#include "study/studies/store_access.h"
#include "study/studies/store_schema.h"
#include "study/studies/study_plan.h"

namespace lamscope {

namespace {

std::optional<double> optionalNumber(const SQLite::Column& column) {
    return column.isNull() ? std::nullopt : std::optional(column.getDouble());
}

/// A query of the places that are asked for: ?1 the network's name, ?2 the image's number, ?3 how many. It leaves out
/// the few tasks that are not planned: to look for those that are would read all results before the first. A store of
/// an older version, which is only read, may lack columns.
std::string queryOf(const std::vector<std::string>& columns, bool ofNetwork, bool ofImage) {
    const auto orNull = [&](const char* column) {
        return std::ranges::find(columns, column) == columns.end() ? std::string("NULL")
                                                                   : fmt::format("result.{}", column);
    };
    return fmt::format(
        "SELECT result.id, image.id, image.file, network.name, {0}, {1}, {2}, {3}, {4}, {5}, result.error FROM result "
        "JOIN image ON image.id = result.image JOIN network ON network.id = result.network WHERE result.task NOT IN "
        "(SELECT id FROM task WHERE planned = 0){6}{7} ORDER BY result.image, result.network, {1}, {0}, result.id "
        "LIMIT ?3",
        orNull("patch_x"), orNull("patch_y"), orNull("patch_size"), orNull("di"), orNull("psnr_y"),
        orNull("psnr_patch"), ofNetwork ? " AND result.network IN (SELECT id FROM network WHERE name = ?1)" : "",
        ofImage ? " AND result.image = ?2" : "");
}

/// How many of the last parts of two paths are the same: at most all of the shorter one.
std::ptrdiff_t commonEnding(const std::filesystem::path& path, const std::filesystem::path& other) {
    const std::vector<std::filesystem::path> parts(path.begin(), path.end());
    const std::vector<std::filesystem::path> others(other.begin(), other.end());
    const auto [end, otherEnd] = std::mismatch(parts.rbegin(), parts.rend(), others.rbegin(), others.rend());
    return std::distance(parts.rbegin(), end);
}

}  // namespace

std::vector<StudyPlace> placesOf(const StudyStore& store, const std::string& network, std::optional<std::int64_t> image,
                                 std::size_t most) {
    return storeAccess(store.file(), [&] {
        auto& database = store.database();
        SQLite::Statement query(database,
                                queryOf(resultColumnsOf(database, "main"), !network.empty(), image.has_value()));
        if (!network.empty()) {
            query.bind(1, network);
        }
        if (image) {
            query.bind(2, *image);
        }
        constexpr std::size_t mostOfAll = std::numeric_limits<std::int64_t>::max();
        query.bind(3, static_cast<std::int64_t>(std::min(most, mostOfAll)));
        std::vector<StudyPlace> places;
        while (query.executeStep()) {
            StudyPlace place{.result = query.getColumn(0).getInt64(),
                             .image = query.getColumn(1).getInt64(),
                             .imageFile = query.getColumn(2).getString(),
                             .network = query.getColumn(3).getString(),
                             .di = optionalNumber(query.getColumn(7)),
                             .psnrY = optionalNumber(query.getColumn(8)),
                             .psnrPatch = optionalNumber(query.getColumn(9)),
                             .error = query.getColumn(10).getString()};
            if (!query.getColumn(4).isNull()) {
                place.patch = Patch{.x = query.getColumn(4).getInt(),
                                    .y = query.getColumn(5).getInt(),
                                    .size = query.getColumn(6).getInt()};
            }
            places.push_back(std::move(place));
        }
        return places;
    });
}

StudyDescription descriptionIn(const StudyStore& store) {
    const auto text = storeAccess(store.file(), [&] {
        SQLite::Statement query(store.database(), "SELECT description FROM study");
        return query.executeStep() ? query.getColumn(0).getString() : std::string();
    });
    if (text.empty()) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: holds no study", store.file().string()));
    }
    return studyDescriptionFromText(text, store.file(), store.descriptionFolder());
}

std::optional<Scene> sceneOf(const StudyDescription& description, const std::string& imageFile) {
    // The store may come from a machine where the same files lie in other folders.
    std::ptrdiff_t best = 0;
    std::optional<Scene> found;
    for (const auto& scene : description.experiment.scenes) {
        if (scene.image == imageFile) {
            return scene;
        }
        if (const auto common = commonEnding(scene.image, imageFile); common > best) {
            best = common;
            found = scene;
        } else if (common == best) {
            found.reset();  // it could be either
        }
    }
    return found;
}

std::optional<ModelSpec> networkOf(const StudyDescription& description, const std::string& network) {
    const auto specs = shownNetworks(description.experiment);
    const auto names = namesInStudy(specs);
    const auto found = std::ranges::find(names, network);
    return found == names.end() ? std::nullopt : std::optional(specs[static_cast<std::size_t>(found - names.begin())]);
}

std::map<std::string, std::size_t> placesOfNetworks(const StudyDescription& description,
                                                    const std::vector<std::string>& networks) {
    const auto named = namesInStudy(shownNetworks(description.experiment));
    std::map<std::string, std::size_t> places;
    for (const auto& network : networks) {
        places[network] = static_cast<std::size_t>(std::ranges::find(named, network) - named.begin());
    }
    std::size_t next = named.size();
    for (auto& [network, place] : places) {
        place = place == named.size() ? next++ : place;
    }
    return places;
}

}  // namespace lamscope
