// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_records.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <zlib.h>

#include <fmt/format.h>

#include "base/error.h"
#include "base/half_float.h"
#include "base/json_text.h"
#include "base/version.h"
#include "report/doctor.h"
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

std::string packed(const std::vector<double>& map) {
    std::vector<std::uint16_t> halves;
    halves.reserve(map.size());
    for (const double value : map) {
        halves.push_back(halfFromFloat(static_cast<float>(value)));
    }
    const auto bytes = halves.size() * sizeof(std::uint16_t);
    auto size = compressBound(bytes);
    std::string blob(size, '\0');
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): zlib's type of bytes
    if (compress(reinterpret_cast<Bytef*>(blob.data()), &size, reinterpret_cast<const Bytef*>(halves.data()), bytes)
        != Z_OK) {
        throw Error(ErrorCode::OutOfMemory, "a map could not be packed for want of memory");
    }
    blob.resize(size);
    return blob;
}

void keepMap(SQLite::Database& database, const LamResult& map) {
    const auto blob = packed(map.map);
    SQLite::Statement insert(database, "INSERT INTO map VALUES (?, ?, ?, ?)");
    insert.bind(1, database.getLastInsertRowid());
    insert.bind(2, map.context.height);
    insert.bind(3, map.context.width);
    insert.bind(4, blob.data(), static_cast<int>(blob.size()));
    insert.exec();
}

/// The number of a task; whatever was there of it is gone.
std::int64_t clearedTask(SQLite::Database& database, const std::string& key) {
    SQLite::Statement find(database, "SELECT id FROM task WHERE key = ?");
    bindKey(find, 1, key);
    if (!find.executeStep()) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the store has no task {}", key));
    }
    const auto task = find.getColumn(0).getInt64();
    for (const auto* text : {"DELETE FROM map WHERE result IN (SELECT id FROM result WHERE task = ?)",
                             "DELETE FROM result WHERE task = ?"}) {
        SQLite::Statement remove(database, text);
        remove.bind(1, task);
        remove.exec();
    }
    return task;
}

void endTask(SQLite::Database& database, std::int64_t task, const char* state, std::size_t maps, double seconds) {
    SQLite::Statement update(database, "UPDATE task SET state = ?, maps = ?, seconds = ? WHERE id = ?");
    update.bind(1, state);
    update.bind(2, static_cast<std::int64_t>(maps));
    update.bind(3, seconds);
    update.bind(4, task);
    update.exec();
}

/// A statement that inserts a result; its first values are the task's number, the error and the version.
std::string resultInsertion(const std::string& columns, std::size_t count) {
    std::string places;
    for (std::size_t i = 0; i < count; ++i) {
        places += fmt::format(", ?{}", i + 4);
    }
    return fmt::format(
        "INSERT INTO result (task, image, network, options, error, version{}) SELECT id, image, network, "
        "options, ?2, ?3{} FROM task WHERE id = ?1",
        columns, places);
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
        insert.bind(4, network.spec.toString());
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
                    fmt::format("{}: holds another study ({}, not {}); name another file with --out",
                                store.file().string(), id, plan.description.id));
    }
    storeAccess(store.file(), [&] {
        auto& database = store.database();
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        database.exec("DELETE FROM study");
        SQLite::Statement study(database, "INSERT INTO study VALUES (?, ?, ?)");
        study.bind(1, plan.description.id);
        study.bind(2, plan.descriptionText);
        study.bind(3, version());
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

void keepResults(StudyStore& store, const std::string& taskKey, std::span<const StudyResult> results, double seconds,
                 bool withMaps) {
    static const auto text = resultInsertion(", " + resultColumnNames(), studyColumns().size());
    storeAccess(store.file(), [&] {
        auto& database = store.database();
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        const auto task = clearedTask(database, taskKey);
        SQLite::Statement insert(database, text);
        for (const auto& result : results) {
            insert.bind(1, task);
            insert.bind(2);
            insert.bind(3, version());
            int place = 4;
            for (const auto& column : studyColumns()) {
                bindValue(insert, place, column.value(result));
                ++place;
            }
            insert.exec();
            insert.reset();
            if (withMaps) {
                keepMap(database, result.map);
            }
        }
        endTask(database, task, "done", results.size(), seconds);
        transaction.commit();
    });
}

void keepFailure(StudyStore& store, const std::string& taskKey, const std::string& message) {
    storeAccess(store.file(), [&] {
        auto& database = store.database();
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        const auto task = clearedTask(database, taskKey);
        SQLite::Statement insert(database, resultInsertion("", 0));
        insert.bind(1, task);
        insert.bind(2, message);
        insert.bind(3, version());
        insert.exec();
        endTask(database, task, "failed", 0, 0.0);
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
        StoredMap map{.height = query.getColumn(0).getInt(), .width = query.getColumn(1).getInt(), .values = {}};
        const auto blob = query.getColumn(2);
        std::vector<std::uint16_t> halves(static_cast<std::size_t>(std::max(map.height, 0))
                                          * static_cast<std::size_t>(std::max(map.width, 0)));
        auto size = static_cast<uLongf>(halves.size() * sizeof(std::uint16_t));
        const auto expected = size;
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): zlib's type of bytes
        if (uncompress(reinterpret_cast<Bytef*>(halves.data()), &size, static_cast<const Bytef*>(blob.getBlob()),
                       static_cast<uLong>(blob.getBytes()))
                != Z_OK
            || size != expected) {
            throw Error(ErrorCode::BadFile,
                        fmt::format("{}: the map of result {} is damaged", store.file().string(), result));
        }
        for (const auto half : halves) {
            map.values.push_back(floatFromHalf(half));
        }
        return map;
    });
}

}  // namespace lamscope
