// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"

namespace SQLite {
class Database;
}

namespace lamscope {

/// Another program had locked the store for too long. What was to be written can be written later.
class StoreLocked : public Error {
public:
    using Error::Error;
};

/// The results of a study: an SQLite file with the tables study, image, network, options, task, result, map and readme,
/// which explains the columns and their units; the view `results` has names in place of numbers.
///
/// A file has one writer at a time and any number of readers. What is written in one transaction is there as a whole
/// or not at all, whatever ends the program. Not thread-safe.
class StudyStore {
public:
    enum class Access {
        Read,  ///< a file that exists; it may grow meanwhile
        /// Makes the file where there is none, and brings one of an older version up to date. A file that it made and
        /// that got no study goes with the object.
        Write,
    };

    /// Throws Error: BadFile (missing, not a study's, of a newer version of the program), WriteFailed (another program
    /// writes it, the folder may not be written).
    StudyStore(const std::filesystem::path& file, Access access);
    StudyStore(StudyStore&&) noexcept;
    StudyStore& operator=(StudyStore&&) noexcept;
    ~StudyStore();

    [[nodiscard]] const std::filesystem::path& file() const;

    /// The id of its study; empty for a new file.
    [[nodiscard]] std::string studyId() const;
    /// The folder to which the description in the store names files, absolute. It moves with the store where both are
    /// moved together. Of a file of an older version, and of a new one, the store's own.
    [[nodiscard]] std::filesystem::path descriptionFolder() const;
    /// How long a transaction waits for a program that has locked the file; at first 20 s. Then it throws StoreLocked.
    void setPatience(std::chrono::milliseconds patience);
    /// For the functions of this folder; what they throw is translated by storeAccess().
    [[nodiscard]] SQLite::Database& database() const;

private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

/// The version of the tables, `PRAGMA user_version`. Raised with every column: a program that does not know it would
/// merge results without it. 2: result.lpips. 3: study.folder.
inline constexpr int studySchemaVersion = 3;

}  // namespace lamscope
