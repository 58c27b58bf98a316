// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace lamscope {

/// Makes the tables of a new file, and adds to an older one what it lacks. Throws SQLite::Exception.
void bringUpToDate(SQLite::Database& database);

/// Whether the table `study` states the folder of the description: one of an older version does not. Throws
/// SQLite::Exception.
[[nodiscard]] bool hasStudyFolder(SQLite::Database& database);

/// The names of studyColumns() in their order, separated by commas; `prefix` stands before each, e.g. "result.".
[[nodiscard]] std::string resultColumnNames(const std::string& prefix = "");

/// Those of them that the results of an attached database have: one of an older version may have fewer. Throws
/// SQLite::Exception.
[[nodiscard]] std::vector<std::string> resultColumnsOf(SQLite::Database& database, const std::string& attached);

}  // namespace lamscope
