// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <array>
#include <optional>
#include <sqlite3.h>
#include <sys/vfs.h>

#include <fmt/format.h>

#include "scene/document_blocks.h"
#include "study/studies/store_access.h"
#include "study/studies/store_schema.h"
#include "study/studies/writer_lock.h"

namespace lamscope {

namespace {

/// How long a transaction waits for a program that reads or copies the file, milliseconds.
constexpr int patience = 20000;

/// File systems of other machines, where a write-ahead log cannot share its memory: the numbers of statfs(2) of NFS,
/// SMB, CIFS, SMB2, AFS, Ceph, Lustre, GPFS, BeeGFS, FUSE (sshfs), 9p.
bool isOnSharedStorage(const std::filesystem::path& file) {
    constexpr std::array<unsigned long, 11> shared{0x6969,     0x517B,     0xFF534D42, 0xFE534D42,
                                                   0x5346414F, 0x00C36400, 0x0BD00BD0, 0x47504653,
                                                   0x19830326, 0x65735546, 0x01021997};
    struct statfs about {};
    const auto folder = std::filesystem::absolute(file).parent_path();
    return statfs(folder.c_str(), &about) != 0
           || std::ranges::find(shared, static_cast<unsigned long>(about.f_type) & 0xFFFFFFFFUL) != shared.end();
}

int schemaVersionOf(SQLite::Database& database) {
    return database.execAndGet("PRAGMA user_version").getInt();
}

bool hasTables(SQLite::Database& database) {
    return database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() > 0;
}

void checkSchema(SQLite::Database& database, const std::filesystem::path& file) {
    const int found = schemaVersionOf(database);
    if (found > studySchemaVersion) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: was written by a newer Lamscope (tables of version {}, this program knows {}); "
                                "update the program",
                                file.string(), found, studySchemaVersion));
    }
    if (hasTables(database) && (found == 0 || !database.tableExists("study") || !database.tableExists("task"))) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: a database, but not of a study", file.string()));
    }
}

std::string onlyText(SQLite::Database& database, const std::string& query) {
    SQLite::Statement statement(database, query);
    return statement.executeStep() ? statement.getColumn(0).getString() : std::string();
}

}  // namespace

void throwStoreError(const std::filesystem::path& file, const SQLite::Exception& error) {
    auto code = ErrorCode::WriteFailed;
    std::string what;
    switch (error.getErrorCode()) {
        case SQLITE_FULL:
            what = "the disk is full; make room and run the study again, nothing is lost";
            break;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw StoreLocked(
                ErrorCode::WriteFailed,
                fmt::format(
                    "{}: another program has locked it for too long; close it and run the study again, nothing is lost",
                    file.string()));
        case SQLITE_READONLY:
        case SQLITE_PERM:
            what = "it may not be written; check the permissions of file and folder";
            break;
        case SQLITE_IOERR:
            what = fmt::format(
                "the system could not read or write it ({}): the disk may fail, or a quota be used up; run the same "
                "command again when that is mended, nothing is lost",
                error.what());
            break;
        case SQLITE_CANTOPEN:
            code = ErrorCode::BadFile;
            what = "cannot be opened; check the folder and the permissions";
            break;
        default:
            code = ErrorCode::BadFile;
            what = fmt::format("not the database of a study, or damaged ({})", error.what());
    }
    throw Error(code, fmt::format("{}: {}", file.string(), what));
}

class StudyStore::Inside {
public:
    Inside(std::filesystem::path path, Access access)
        : file(std::move(path)) {
        const bool writes = access == Access::Write;
        if (!writes && !std::filesystem::exists(file)) {
            throw Error(ErrorCode::BadFile, fmt::format("{}: there is no such file", file.string()));
        }
        if (writes) {
            lock.emplace(file);
            made = !std::filesystem::exists(file);
        }
        try {
            storeAccess(file, [&] { open(writes); });
        } catch (...) {
            if (made) {
                removeFiles();
            }
            throw;
        }
    }

    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() {
        if (made && database && isWithoutStudy()) {
            // Whatever refused to fill it said why: an empty file would say less.
            removeFiles();
        } else if (lock && database) {
            // Without a log, a file that nobody writes is one file, and can be read where nothing may be written. While
            // others read it, the log stays.
            database->tryExec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE");
        }
    }

    void open(bool writes) {
        try {
            openDatabase(writes);
        } catch (const SQLite::Exception& error) {
            if (error.getExtendedErrorCode() != SQLITE_READONLY_ROLLBACK) {
                throw;
            }
            // A program was killed while it wrote. Whoever opens the file for writing takes back what it began.
            SQLite::Database(file.string(), SQLite::OPEN_READWRITE, patience).execAndGet("PRAGMA user_version");
            openDatabase(writes);
        }
        if (writes) {
            database->exec(isOnSharedStorage(file) ? "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL"
                                                   : "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
            bringUpToDate(*database);
        } else if (!hasTables(*database)) {
            throw Error(ErrorCode::BadFile, fmt::format("{}: an empty database", file.string()));
        }
    }

    void openDatabase(bool writes) {
        database.emplace(file.string(), writes ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE : SQLite::OPEN_READONLY,
                         patience);
        checkSchema(*database, file);
    }

    void removeFiles() {
        database.reset();
        for (const auto* ending : {"", "-wal", "-shm", "-journal"}) {
            std::error_code ignored;
            std::filesystem::remove(file.string() + ending, ignored);
        }
    }

    [[nodiscard]] bool isWithoutStudy() {
        try {
            return database->execAndGet("SELECT count(*) FROM study").getInt() == 0;
        } catch (const SQLite::Exception&) {
            return false;
        }
    }

    std::filesystem::path file;
    bool made = false;  // by this object
    std::optional<WriterLock> lock;
    std::optional<SQLite::Database> database;  // closed before the lock is given up
};

StudyStore::StudyStore(const std::filesystem::path& file, Access access)
    : inside_(std::make_unique<Inside>(file, access)) {}
StudyStore::StudyStore(StudyStore&&) noexcept = default;
StudyStore& StudyStore::operator=(StudyStore&&) noexcept = default;
StudyStore::~StudyStore() = default;

const std::filesystem::path& StudyStore::file() const {
    return inside_->file;
}

std::string StudyStore::studyId() const {
    return storeAccess(file(), [&] { return onlyText(database(), "SELECT id FROM study"); });
}

std::filesystem::path StudyStore::descriptionFolder() const {
    const auto name = storeAccess(file(), [&] {
        return hasStudyFolder(database()) ? onlyText(database(), "SELECT folder FROM study WHERE folder IS NOT NULL")
                                          : std::string();
    });
    const auto own = std::filesystem::absolute(file()).parent_path();
    return name.empty() ? own : fileInDocument(name, own);
}

void StudyStore::setPatience(std::chrono::milliseconds patience) {
    storeAccess(file(), [&] { database().setBusyTimeout(static_cast<int>(patience.count())); });
}

SQLite::Database& StudyStore::database() const {
    return *inside_->database;
}

}  // namespace lamscope
