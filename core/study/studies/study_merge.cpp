// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_merge.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <algorithm>
#include <iterator>
#include <optional>
#include <sqlite3.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/version.h"
#include "scene/document_blocks.h"
#include "study/studies/store_access.h"
#include "study/studies/store_schema.h"

namespace lamscope {

namespace {

/// The shard under the name `shard` while this object lives.
class AttachedShard {
public:
    AttachedShard(SQLite::Database& database, const std::filesystem::path& file)
        : database_(database) {
        SQLite::Statement attach(database, "ATTACH ? AS shard");
        attach.bind(1, file.string());
        attach.exec();
    }
    AttachedShard(const AttachedShard&) = delete;
    AttachedShard& operator=(const AttachedShard&) = delete;
    ~AttachedShard() { database_.tryExec("DETACH shard"); }

private:
    SQLite::Database& database_;
};

/// Networks, images and options that the store lacks, and cards and sizes that it does not know.
constexpr auto mergeSubjects = R"(
INSERT INTO main.image (key, sha256, file, reference, source, width, height)
    SELECT key, sha256, file, reference, source, width, height FROM shard.image WHERE true
    ON CONFLICT (key) DO UPDATE SET width = coalesce(width, excluded.width), height = coalesce(height, excluded.height);
INSERT INTO main.network (key, sha256, name, file, architecture, scale, parameters, receptive_field, card)
    SELECT key, sha256, name, file, architecture, scale, parameters, receptive_field, card FROM shard.network WHERE true
    ON CONFLICT (key) DO UPDATE SET architecture = excluded.architecture, scale = excluded.scale,
        parameters = excluded.parameters, receptive_field = excluded.receptive_field, card = excluded.card
        WHERE network.card IS NULL;
INSERT OR IGNORE INTO main.options (key, json) SELECT key, json FROM shard.options;
)";

/// Tasks that only the shard has; `planned` is that of the shard where it made the store, otherwise 0.
constexpr auto mergeTasks = R"(
INSERT OR IGNORE INTO main.task (key, image, network, options, cost, planned)
    SELECT theirs.key, ourimage.id, ournetwork.id, ouroptions.id, theirs.cost, theirs.planned AND ?
    FROM shard.task AS theirs
        JOIN shard.image AS theirimage ON theirimage.id = theirs.image
        JOIN shard.network AS theirnetwork ON theirnetwork.id = theirs.network
        JOIN shard.options AS theiroptions ON theiroptions.id = theirs.options
        JOIN main.image AS ourimage ON ourimage.key = theirimage.key
        JOIN main.network AS ournetwork ON ournetwork.key = theirnetwork.key
        JOIN main.options AS ouroptions ON ouroptions.key = theiroptions.key
    WHERE true;
)";

/// What the shard has and the store lacks: numbers of tasks there and here.
constexpr auto chooseTasks = R"(
CREATE TEMP TABLE moved AS SELECT theirs.id AS theirs, ours.id AS ours, ours.planned AS planned
    FROM shard.task AS theirs JOIN main.task AS ours ON ours.key = theirs.key
    WHERE (theirs.state = 'done' AND ours.state != 'done') OR (theirs.state = 'failed' AND ours.state = 'left')
        OR (theirs.state = 'done' AND ours.state = 'done'
            AND EXISTS (SELECT 1 FROM shard.result AS r JOIN shard.map AS m ON m.result = r.id WHERE r.task = theirs.id)
            AND NOT EXISTS (SELECT 1 FROM main.result AS r JOIN main.map AS m ON m.result = r.id
                WHERE r.task = ours.id));
DELETE FROM main.map WHERE result IN (SELECT id FROM main.result WHERE task IN (SELECT ours FROM moved));
DELETE FROM main.result WHERE task IN (SELECT ours FROM moved);
CREATE TEMP TABLE renumbered AS SELECT result.id AS theirs, moved.ours AS task,
    row_number() OVER (ORDER BY result.id) + (SELECT coalesce(max(id), 0) FROM main.result) AS ours
    FROM shard.result JOIN moved ON moved.theirs = result.task;
)";

constexpr auto mergeStates = R"(
INSERT INTO main.map SELECT renumbered.ours, map.h, map.w, map.float16 FROM shard.map JOIN renumbered ON
    renumbered.theirs = map.result;
UPDATE main.task SET state = theirs.state, maps = theirs.maps, seconds = theirs.seconds
    FROM moved JOIN shard.task AS theirs ON theirs.id = moved.theirs WHERE task.id = moved.ours;
)";

/// The description in a store, but for the version of the program that wrote it.
nlohmann::json descriptionOf(const StudyStore& store) {
    const auto text = storeAccess(
        store.file(), [&] { return store.database().execAndGet("SELECT description FROM study").getString(); });
    auto description = nlohmann::json::parse(text, nullptr, false);
    if (description.is_object()) {
        description.erase("lamscope");
    }
    return description;
}

/// Shards are only read: what concerns writing is the store's.
bool isOfWriting(const SQLite::Exception& error) {
    const int code = error.getErrorCode();
    return code == SQLITE_FULL || code == SQLITE_READONLY || code == SQLITE_IOERR || code == SQLITE_BUSY
           || code == SQLITE_LOCKED || code == SQLITE_NOMEM;
}

std::int64_t countOf(SQLite::Database& database, const std::string& query) {
    return database.execAndGet(query).getInt64();
}

void mergeResults(SQLite::Database& database) {
    const auto columns = resultColumnsOf(database, "shard");
    database.exec(fmt::format(
        "INSERT INTO main.result (id, task, image, network, options, error, version, {}) SELECT renumbered.ours, "
        "ours.id, ours.image, ours.network, ours.options, theirs.error, theirs.version, theirs.{} FROM renumbered JOIN "
        "shard.result AS theirs ON theirs.id = renumbered.theirs JOIN main.task AS ours ON ours.id = renumbered.task",
        fmt::join(columns, ", "), fmt::join(columns, ", theirs.")));
}

/// @param folder  of the shard's description, as the store names it, where the store has no study yet.
MergedShard mergeAttached(SQLite::Database& database, const std::filesystem::path& file,
                          const std::optional<std::string>& folder) {
    const bool intoNew = folder.has_value();
    SQLite::Transaction transaction(database);
    if (intoNew) {
        SQLite::Statement study(database,
                                "INSERT INTO main.study (id, description, version, folder) SELECT id, description, "
                                "version, ? FROM shard.study");
        study.bind(1, *folder);
        study.exec();
    }
    database.exec(mergeSubjects);
    SQLite::Statement tasks(database, mergeTasks);
    tasks.bind(1, intoNew ? 1 : 0);
    tasks.exec();
    database.exec(chooseTasks);
    mergeResults(database);
    database.exec(mergeStates);
    MergedShard merged{.file = file};
    merged.added = countOf(database, "SELECT count(*) FROM moved");
    merged.known = countOf(database, "SELECT count(*) FROM shard.task WHERE state != 'left'") - merged.added;
    merged.unplanned = countOf(database, "SELECT count(*) FROM moved WHERE NOT planned");
    SQLite::Statement other(database,
                            "SELECT count(DISTINCT task) FROM result WHERE task IN (SELECT ours FROM moved) AND "
                            "version != ?");
    other.bind(1, version());
    merged.other = other.executeStep() ? other.getColumn(0).getInt64() : 0;
    other.reset();
    database.exec("DROP TABLE moved; DROP TABLE renumbered");
    transaction.commit();
    return merged;
}

MergedShard mergeShard(StudyStore& store, const std::filesystem::path& file) {
    std::error_code ignored;
    if (std::filesystem::equivalent(store.file(), file, ignored)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: is the file into which shards are merged", file.string()));
    }
    const auto ours = store.studyId();
    bool otherDescription = false;
    std::optional<std::string> folder;
    {
        const StudyStore shard(file, StudyStore::Access::Read);
        const auto theirs = shard.studyId();
        if (theirs.empty()) {
            return {.file = file, .empty = true};
        }
        if (!ours.empty() && theirs != ours) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{}: results of another study ({}, not {}); it was not merged", file.string(),
                                    theirs, ours));
        }
        otherDescription = !ours.empty() && descriptionOf(shard) != descriptionOf(store);
        if (ours.empty()) {
            folder = nameInDocument(shard.descriptionFolder(), std::filesystem::absolute(store.file()).parent_path());
        }
    }
    try {
        const AttachedShard attached(store.database(), file);
        auto merged = mergeAttached(store.database(), file, folder);
        merged.otherDescription = otherDescription;
        return merged;
    } catch (const SQLite::Exception& error) {
        throwStoreError(isOfWriting(error) ? store.file() : file, error);
    }
}

}  // namespace

std::vector<MergedShard> mergeShards(StudyStore& store, const std::vector<std::filesystem::path>& shards) {
    std::vector<MergedShard> merged;
    std::ranges::transform(shards, std::back_inserter(merged),
                           [&](const std::filesystem::path& shard) { return mergeShard(store, shard); });
    return merged;
}

}  // namespace lamscope
