// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_records.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_text.h"
#include "base/version.h"
#include "report/doctor.h"
#include "scene/document_blocks.h"
#include "study/studies/store_access.h"
#include "study/studies/store_schema.h"

namespace lamscope {

namespace {

/// Numbers that are not finite become null, as in JSON.
void bindValue(SQLite::Statement& statement, int place, const ResultValue& value) {
    const auto* number = std::get_if<double>(&value);
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        statement.bind(place, *whole);
    } else if (const auto* words = std::get_if<std::string>(&value)) {
        statement.bind(place, *words);
    } else if (number != nullptr && std::isfinite(*number)) {
        statement.bind(place, *number);
    } else {
        statement.bind(place);
    }
}

/// A key, which is given in hexadecimal digits, takes half the room as bytes.
void bindKey(SQLite::Statement& statement, int place, const std::string& key) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < key.size(); i += 2) {
        unsigned byte = 0;
        std::from_chars(key.data() + i, key.data() + i + 2, byte, 16);
        bytes += static_cast<char>(byte);
    }
    statement.bind(place, bytes.data(), static_cast<int>(bytes.size()));
}

void keepMap(SQLite::Database& database, const PackedMap& map) {
    SQLite::Statement insert(database, "INSERT INTO map VALUES (?, ?, ?, ?)");
    insert.bind(1, database.getLastInsertRowid());
    insert.bind(2, map.height);
    insert.bind(3, map.width);
    insert.bind(4, map.float16.data(), static_cast<int>(map.float16.size()));
    insert.exec();
}

std::int64_t taskOf(SQLite::Database& database, const std::string& key) {
    SQLite::Statement find(database, "SELECT id FROM task WHERE key = ?");
    bindKey(find, 1, key);
    if (!find.executeStep()) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the store has no task {}", key));
    }
    return find.getColumn(0).getInt64();
}

/// Removes the errors of a task, and its maps too unless they stay.
void clearTask(SQLite::Database& database, std::int64_t task, bool mapsStay) {
    for (const auto* text :
         {"DELETE FROM map WHERE result IN (SELECT id FROM result WHERE task = ?1 AND (error IS NOT NULL OR NOT ?2))",
          "DELETE FROM result WHERE task = ?1 AND (error IS NOT NULL OR NOT ?2)"}) {
        SQLite::Statement remove(database, text);
        remove.bind(1, task);
        remove.bind(2, mapsStay ? 1 : 0);
        remove.exec();
    }
}

/// Without `seconds`, what was known of the time stays.
void endTask(SQLite::Database& database, std::int64_t task, const char* state, std::optional<double> seconds) {
    SQLite::Statement update(database,
                             "UPDATE task SET state = ?1, maps = (SELECT count(*) FROM result WHERE task = ?3 AND "
                             "error IS NULL), seconds = coalesce(?2, seconds, 0.0) WHERE id = ?3");
    update.bind(1, state);
    if (seconds) {
        update.bind(2, *seconds);
    }
    update.bind(3, task);
    update.exec();
}

/// A statement that inserts a result. Its values are the task's number, the error, the version, those of
/// studyColumns().
std::string resultInsertion() {
    std::string places;
    for (std::size_t i = 0; i < studyColumns().size(); ++i) {
        places += fmt::format(", ?{}", i + 4);
    }
    return fmt::format(
        "INSERT INTO result (task, image, network, options, error, version, {}) SELECT id, image, network, "
        "options, ?2, ?3{} FROM task WHERE id = ?1",
        resultColumnNames(), places);
}

void keepImages(SQLite::Database& database, const StudyPlan& plan) {
    SQLite::Statement insert(
        database,
        "INSERT INTO image (key, sha256, file, reference, source, width, height) VALUES (?, ?, ?, ?, "
        "?, NULLIF(?, 0), NULLIF(?, 0)) ON CONFLICT (key) DO UPDATE SET file = excluded.file, "
        "reference = excluded.reference");
    for (const auto& image : plan.images) {
        insert.bind(1, image.key);
        insert.bind(2, image.scene.sha256);
        insert.bind(3, image.scene.image.string());
        if (image.scene.reference.empty()) {
            insert.bind(4);
        } else {
            insert.bind(4, image.scene.reference.string());
        }
        insert.bind(5, std::string(toString(image.scene.role)));
        insert.bind(6, image.width);
        insert.bind(7, image.height);
        insert.exec();
        insert.reset();
    }
}

void keepNetworks(SQLite::Database& database, const StudyPlan& plan) {
    SQLite::Statement insert(database,
                             "INSERT INTO network (key, sha256, name, file) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO "
                             "UPDATE SET name = excluded.name, file = excluded.file");
    for (const auto& network : plan.networks) {
        insert.bind(1, network.key);
        insert.bind(2, network.sha256);
        insert.bind(3, network.name);
        insert.bind(4, network.spec.withoutToken().toString());
        insert.exec();
        insert.reset();
    }
}

void keepTasks(SQLite::Database& database, const StudyPlan& plan) {
    database.exec("UPDATE task SET planned = 0");
    SQLite::Statement insert(
        database,
        "INSERT INTO task (key, image, network, options, cost, planned) VALUES (?1, (SELECT id FROM image WHERE key = "
        "?2), (SELECT id FROM network WHERE key = ?3), (SELECT id FROM options WHERE key = ?4), ?5, 1) ON CONFLICT "
        "(key) "
        "DO UPDATE SET cost = excluded.cost, planned = 1");
    for (const auto& task : plan.tasks) {
        bindKey(insert, 1, task.key);
        insert.bind(2, plan.images[task.image].key);
        insert.bind(3, plan.networks[task.network].key);
        insert.bind(4, plan.optionsKey);
        insert.bind(5, task.cost);
        insert.exec();
        insert.reset();
    }
}

}  // namespace

void keepPlan(StudyStore& store, const StudyPlan& plan) {
    const auto id = store.studyId();
    if (!id.empty() && id != plan.description.id) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: holds another study ({}, not {}); choose another file for its results",
                                store.file().string(), id, plan.description.id));
    }
    storeAccess(store.file(), [&] {
        auto& database = store.database();
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        database.exec("DELETE FROM study");
        SQLite::Statement study(database, "INSERT INTO study (id, description, version, folder) VALUES (?, ?, ?, ?)");
        study.bind(1, plan.description.id);
        study.bind(2, plan.descriptionText);
        study.bind(3, version());
        study.bind(4, nameInDocument(plan.folder, std::filesystem::absolute(store.file()).parent_path()));
        study.exec();
        SQLite::Statement options(database, "INSERT OR IGNORE INTO options (key, json) VALUES (?, ?)");
        options.bind(1, plan.optionsKey);
        options.bind(2, dumpJson(plan.options));
        options.exec();
        keepImages(database, plan);
        keepNetworks(database, plan);
        keepTasks(database, plan);
        transaction.commit();
    });
}

std::map<std::string, TaskState> taskStates(const StudyStore& store) {
    return storeAccess(store.file(), [&] {
        std::map<std::string, TaskState> states;
        SQLite::Statement query(store.database(), "SELECT lower(hex(key)), state FROM task WHERE planned = 1");
        while (query.executeStep()) {
            const auto state = query.getColumn(1).getString();
            states[query.getColumn(0).getString()] = state == "done"     ? TaskState::Done
                                                     : state == "failed" ? TaskState::Failed
                                                                         : TaskState::Left;
        }
        return states;
    });
}

std::set<std::string> tasksWithoutMaps(const StudyStore& store) {
    return storeAccess(store.file(), [&] {
        std::set<std::string> keys;
        SQLite::Statement query(store.database(),
                                "SELECT DISTINCT lower(hex(task.key)) FROM task JOIN result ON result.task = task.id "
                                "LEFT JOIN map ON map.result = result.id WHERE task.planned = 1 AND task.state = "
                                "'done' AND map.result IS NULL");
        while (query.executeStep()) {
            keys.insert(query.getColumn(0).getString());
        }
        return keys;
    });
}

void keepResults(StudyStore& store, const std::string& taskKey, std::span<const StudyRow> rows, double seconds) {
    static const auto text = resultInsertion();
    const auto failed = std::ranges::count_if(rows, [](const StudyRow& row) { return !row.error.empty(); });
    const auto maps = std::ssize(rows) - failed;
    storeAccess(store.file(), [&] {
        auto& database = store.database();
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        const auto task = taskOf(database, taskKey);
        clearTask(database, task, maps == 0 && failed > 0);
        SQLite::Statement insert(database, text);
        for (const auto& row : rows) {
            insert.clearBindings();
            insert.bind(1, task);
            if (!row.error.empty()) {
                insert.bind(2, row.error);
            }
            insert.bind(3, version());
            for (std::size_t i = 0; i < row.values.size(); ++i) {
                const bool isShare = studyColumns()[i].name == "seconds" && row.error.empty();
                bindValue(insert, static_cast<int>(i) + 4,
                          isShare ? ResultValue(seconds / static_cast<double>(maps)) : row.values[i]);
            }
            insert.exec();
            insert.reset();
            if (row.map) {
                keepMap(database, *row.map);
            }
        }
        endTask(database, task, failed > 0 ? "failed" : "done", maps > 0 ? std::optional(seconds) : std::nullopt);
        transaction.commit();
    });
}

void keepCard(StudyStore& store, const StudyNetwork& network, const ModelCard& card) {
    const auto json = jsonOf(ModelReport{.card = card, .nearest = std::nullopt});
    const auto& field = json.at("receptive_field");
    storeAccess(store.file(), [&] {
        SQLite::Statement update(store.database(),
                                 "UPDATE network SET architecture = ?, scale = ?, parameters = ?, receptive_field = ?, "
                                 "card = ? WHERE key = ?");
        update.bind(1, card.architecture);
        update.bind(2, card.scale);
        update.bind(3, card.parameters);
        if (field.is_number()) {
            update.bind(4, field.get<std::int64_t>());
        } else if (field.is_string()) {
            update.bind(4, field.get<std::string>());
        } else {
            update.bind(4);
        }
        update.bind(5, dumpJson(json));
        update.bind(6, network.key);
        update.exec();
    });
}

void keepSize(StudyStore& store, const StudyImage& image, int width, int height) {
    storeAccess(store.file(), [&] {
        SQLite::Statement update(store.database(), "UPDATE image SET width = ?, height = ? WHERE key = ?");
        update.bind(1, width);
        update.bind(2, height);
        update.bind(3, image.key);
        update.exec();
    });
}

std::optional<StoredMap> readMap(const StudyStore& store, std::int64_t result) {
    return storeAccess(store.file(), [&]() -> std::optional<StoredMap> {
        SQLite::Statement query(store.database(), "SELECT h, w, float16 FROM map WHERE result = ?");
        query.bind(1, result);
        if (!query.executeStep()) {
            return std::nullopt;
        }
        const auto blob = query.getColumn(2);
        const PackedMap packed{
            .height = query.getColumn(0).getInt(), .width = query.getColumn(1).getInt(), .float16 = blob.getString()};
        auto values = unpackMap(packed);
        if (!values) {
            throw Error(ErrorCode::BadFile,
                        fmt::format("{}: the map of result {} is damaged", store.file().string(), result));
        }
        return StoredMap{.height = packed.height, .width = packed.width, .values = *std::move(values)};
    });
}

}  // namespace lamscope
