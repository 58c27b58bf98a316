// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/store_schema.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "study/studies/study_columns.h"
#include "study/studies/study_store.h"

namespace lamscope {

namespace {

constexpr auto tables = R"(
CREATE TABLE IF NOT EXISTS study (id TEXT NOT NULL, description TEXT NOT NULL, version TEXT NOT NULL, folder TEXT);
CREATE TABLE IF NOT EXISTS image (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL,
    file TEXT NOT NULL, reference TEXT, source TEXT NOT NULL, width INTEGER, height INTEGER);
CREATE TABLE IF NOT EXISTS network (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL,
    name TEXT NOT NULL, file TEXT NOT NULL, architecture TEXT, scale INTEGER, parameters INTEGER, receptive_field,
    card TEXT);
CREATE TABLE IF NOT EXISTS options (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS task (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, image INTEGER NOT NULL,
    network INTEGER NOT NULL, options INTEGER NOT NULL, cost REAL NOT NULL, planned INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'left', maps INTEGER, seconds REAL);
CREATE TABLE IF NOT EXISTS result (id INTEGER PRIMARY KEY, task INTEGER NOT NULL, image INTEGER NOT NULL,
    network INTEGER NOT NULL, options INTEGER NOT NULL, error TEXT, version TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS map (result INTEGER PRIMARY KEY, h INTEGER NOT NULL, w INTEGER NOT NULL,
    float16 BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS readme (name TEXT PRIMARY KEY, unit TEXT NOT NULL, explanation TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS task_of_state ON task (planned, state, cost, maps, seconds);
CREATE INDEX IF NOT EXISTS result_of_task ON result (task);
CREATE INDEX IF NOT EXISTS result_of_network ON result (network, image);
CREATE INDEX IF NOT EXISTS result_of_image ON result (image);
)";

struct Explanation {
    std::string_view name;
    std::string_view unit;
    std::string_view text;
};

/// Of what is not a column of results.
constexpr auto explanations = std::to_array<Explanation>({
    {"study", "", "One row: the study's id, its description, the program that wrote last"},
    {"study.folder", "", "To which the description names files: relative to the folder of this file; null: the same"},
    {"image", "", "Files as they were given, with what identifies them"},
    {"image.width", "px", "Of the file; null before it was read"},
    {"image.height", "px", "The same"},
    {"network", "", "Networks with their cards; of one that was never loaded only file and name"},
    {"options", "", "Options of the method as they were used, with the rule of patches"},
    {"task", "", "One network on the patches of one image"},
    {"task.key", "", "SHA-256 over image, network, options, patches and the version of results: 32 bytes"},
    {"task.cost", "s", "Estimated time"},
    {"task.planned", "", "1: of the study as its description is now; 0: of an earlier state of it"},
    {"task.state", "", "left, done, or failed: as a whole or at some of its patches"},
    {"task.maps", "", "Maps that came of the task, also of one that failed in part; null before it ended"},
    {"task.seconds", "s", "Time that the task took, 0 of one without maps"},
    {"result", "", "A row a map; a row with an error for each patch, or task, that failed"},
    {"results", "", "A view: the results of planned tasks with the names of network and image"},
    {"result.error", "", "Why there is no map; null where there is one"},
    {"result.version", "", "Version of the program that computed the map"},
    {"map", "", "The maps themselves, if they were asked for: h x w numbers 0…1"},
    {"map.float16", "", "Row by row, IEEE 754 binary16, little-endian, packed by zlib"},
});

std::set<std::string> columnsOf(SQLite::Database& database, const std::string& attached, std::string_view table) {
    std::set<std::string> names;
    SQLite::Statement query(database, fmt::format("PRAGMA {}.table_info({})", attached, table));
    while (query.executeStep()) {
        names.insert(query.getColumn(1).getString());
    }
    return names;
}

void explain(SQLite::Database& database) {
    SQLite::Statement insert(database, "INSERT OR REPLACE INTO readme VALUES (?, ?, ?)");
    const auto add = [&](std::string_view name, std::string_view unit, const std::string& text) {
        insert.bind(1, std::string(name));
        insert.bind(2, std::string(unit));
        insert.bind(3, text);
        insert.exec();
        insert.reset();
    };
    for (const auto& [name, unit, text] : explanations) {
        add(name, unit, std::string(text));
    }
    for (const auto& column : studyColumns()) {
        add(fmt::format("result.{}", column.name), column.unit, column.explanation);
    }
}

}  // namespace

std::string resultColumnNames(const std::string& prefix) {
    std::vector<std::string> names;
    for (const auto& column : studyColumns()) {
        names.push_back(fmt::format("{}{}", prefix, column.name));
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<std::string> resultColumnsOf(SQLite::Database& database, const std::string& attached) {
    const auto present = columnsOf(database, attached, "result");
    std::vector<std::string> names;
    for (const auto& column : studyColumns()) {
        if (const std::string name(column.name); present.contains(name)) {
            names.push_back(name);
        }
    }
    return names;
}

bool hasStudyFolder(SQLite::Database& database) {
    return columnsOf(database, "main", "study").contains("folder");
}

void bringUpToDate(SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(tables);
    const auto present = columnsOf(database, "main", "result");
    bool changed = database.execAndGet("PRAGMA user_version").getInt() != studySchemaVersion;
    if (!hasStudyFolder(database)) {
        database.exec("ALTER TABLE study ADD COLUMN folder TEXT");
    }
    for (const auto& column : studyColumns()) {
        if (!present.contains(std::string(column.name))) {
            database.exec(fmt::format("ALTER TABLE result ADD COLUMN {}", column.name));
            changed = true;
        }
    }
    if (changed) {
        explain(database);
        database.exec("DROP VIEW IF EXISTS results");
        database.exec(fmt::format(
            "CREATE VIEW results AS SELECT network.name AS network, image.file AS image, {}, result.error AS error, "
            "result.version AS version, lower(hex(task.key)) AS key FROM result JOIN task ON task.id = result.task "
            "JOIN network ON "
            "network.id = result.network JOIN image ON image.id = result.image WHERE task.planned",
            resultColumnNames("result.")));
        database.exec(fmt::format("PRAGMA user_version = {}", studySchemaVersion));
    }
    transaction.commit();
}

}  // namespace lamscope
