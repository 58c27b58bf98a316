// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace lamscope::test {

/// The rows of a query, their values separated by bars: numbers with all their digits.
inline std::vector<std::string> rowsOf(const std::filesystem::path& file, const std::string& query) {
    const SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
    SQLite::Statement statement(database, query);
    std::vector<std::string> rows;
    while (statement.executeStep()) {
        std::string row;
        for (int i = 0; i < statement.getColumnCount(); ++i) {
            const auto value = statement.getColumn(i);
            if (std::string(value.getName()) != "seconds") {
                row += value.isFloat() ? std::to_string(value.getDouble() * 1e9) : value.getString();
                row += '|';
            }
        }
        rows.push_back(row);
    }
    return rows;
}

/// All results of a study but for the times.
inline std::vector<std::string> resultsOf(const std::filesystem::path& file) {
    auto rows = rowsOf(file, "SELECT * FROM results ORDER BY key, patch_x, patch_y");
    std::ranges::sort(rows);
    return rows;
}

/// Runs statements on a file.
inline void change(const std::filesystem::path& file, const std::string& statements) {
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec(statements);
}

}  // namespace lamscope::test
