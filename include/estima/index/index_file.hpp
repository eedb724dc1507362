// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <estima/index/sqlite.hpp>
#include <estima/system/share_as_folder.hpp>

namespace estima::inline v0_1::detail {

/// Which tables there are and what they mean. A file of an older format is emptied and built anew; one of a newer
/// format is left alone, and an index of this format is kept beside it.
inline constexpr std::int64_t index_format = 4;
inline constexpr std::int64_t index_application = 0x65737469;  // "esti", in the header of the file

inline constexpr char const* index_tables = R"(
CREATE TABLE state(one INTEGER PRIMARY KEY CHECK(one = 1), is_complete INTEGER NOT NULL, log_offset INTEGER NOT NULL,
                   log_check INTEGER NOT NULL, stamp INTEGER NOT NULL, boot BLOB NOT NULL);
INSERT INTO state VALUES(1, 0, 0, 0, 0, x'');
CREATE TABLE awaited(id BLOB PRIMARY KEY, since REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE runs(number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, block INTEGER NOT NULL, place INTEGER NOT NULL,
                  is_watched INTEGER NOT NULL, stamp INTEGER NOT NULL, record BLOB NOT NULL);
CREATE INDEX runs_loose ON runs(stamp) WHERE block = 0;
CREATE INDEX runs_watched ON runs(number) WHERE is_watched = 1;
CREATE TABLE columns(number INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name BLOB NOT NULL, UNIQUE(kind, name));
CREATE TABLE blocks(number INTEGER PRIMARY KEY, count INTEGER NOT NULL, low REAL, high REAL, dead BLOB NOT NULL,
                    sum INTEGER NOT NULL);
CREATE TABLE cells(place INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE bounds(place INTEGER PRIMARY KEY, low REAL, high REAL, sum INTEGER NOT NULL);
)";

inline std::int64_t pragma(sqlite_database& database, char const* name) {
    sqlite_statement ask = database.prepare(std::string{"PRAGMA "} + name);
    return ask.step() ? ask.integer(0) : 0;
}

/// Empties a database, whatever its file holds, under SQLite's own locks: other processes may have it open.
inline void empty_database(sqlite_database& database) {
    ::sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_RESET_DATABASE, 1, nullptr);
    int const code = ::sqlite3_exec(database.handle(), "VACUUM", nullptr, nullptr, nullptr);
    ::sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_RESET_DATABASE, 0, nullptr);
    if (code != SQLITE_OK) throw sqlite_failure{code, ::sqlite3_errmsg(database.handle())};
}

inline void make_tables(sqlite_database& database) {
    sqlite_transaction write{database, "IMMEDIATE"};
    sqlite_statement ask = database.prepare("SELECT count(*) FROM sqlite_schema");
    bool const is_empty = ask.step() && ask.integer(0) == 0;
    ask.reset();
    if (is_empty) {  // otherwise another process was faster
        database.run(index_tables);
        database.run("PRAGMA application_id = " + std::to_string(index_application));
        database.run("PRAGMA user_version = " + std::to_string(index_format));
    }
    write.commit();
}

/// An open index.
struct index_file {
    std::string path;  ///< ":memory:" for one that nobody else sees
    std::unique_ptr<sqlite_database> database{};

    bool is_in_memory() const { return path == ":memory:"; }

    /// Somebody deleted the file, or put another one in its place: this one is not the index any more.
    bool is_replaced() const {
        int has_moved = 0;
        ::sqlite3_file_control(database->handle(), "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
        return !is_in_memory() && has_moved != 0;
    }

    /// What was brought into the file until now is on the disk, also where another process did so without
    /// waiting for it.
    void sync() const {
        ::sqlite3_wal_checkpoint_v2(database->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
        ::sqlite3_file* file = nullptr;
        ::sqlite3_file_control(database->handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
        if (is_in_memory() || file == nullptr || file->pMethods == nullptr) return;
        if (int const code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL); code != SQLITE_OK)
            throw sqlite_failure{code, "the index cannot be synced"};
    }

    /// Before it is let go. Whoever opens the index when nobody else has it open reads all that is not in the file yet:
    /// that is kept short. Nobody is waited for.
    void tidy() const noexcept {
        struct stat status {};
        if (is_in_memory() || ::stat((path + "-wal").c_str(), &status) != 0 || status.st_size < 1'000'000) return;
        ::sqlite3_busy_timeout(database->handle(), 0);
        ::sqlite3_wal_checkpoint_v2(database->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    }
};

/// What SQLite keeps in files beside the database, and that itself, which comes last.
inline constexpr std::array<char const*, 4> database_file_ends{"-journal", "-wal", "-shm", ""};

/// Whoever opens a pipe in place of a file may wait for ever, and a link leads to what is somebody's own.
inline void require_files(std::string const& path) {
    struct stat status {};
    for (std::string const end : database_file_ends)
        if (::lstat((path + end).c_str(), &status) == 0 && !S_ISREG(status.st_mode))
            throw sqlite_failure{SQLITE_CANTOPEN, path + end + " is no file"};
}

/// What becomes of what a file holds.
enum class index_content {
    keep,        ///< it is used if that is possible
    empty,       ///< it is not used; a file of a newer format, or of another program, is left alone all the same
    empty_even,  ///< not even such a file is left alone
};

/// Opens an index and makes its tables, if they are not there. Nothing if the file is of a newer format, or no index.
inline std::optional<index_file> open_index_file(std::string const& path, index_content content) {
    bool must_empty = content != index_content::keep;
    index_file file{.path = path};
    // SQLite makes files that the group cannot write, whatever umask says. Without a descriptor: to close one would let
    // go the locks that this process holds on the file. What else SQLite makes has the mode of this file.
    if (!file.is_in_memory()) require_files(path);
    if (!file.is_in_memory()) (void)!::mknod(path.c_str(), S_IFREG | 0666, 0);
    // Of who has another umask, or made them before the folder was shared.
    for (char const* const end : {"", "-wal", "-shm"})
        if (!file.is_in_memory()) share_as_folder(path + end);
    file.database = std::make_unique<sqlite_database>(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    sqlite_database& database = *file.database;
    ::sqlite3_busy_timeout(database.handle(), 500);
    ::sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    ::sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    std::int64_t application = 0, format = 0, tables = 0;
    try {
        application = pragma(database, "application_id");
        format = pragma(database, "user_version");
        sqlite_statement ask = database.prepare("SELECT count(*) FROM sqlite_schema");
        tables = ask.step() ? ask.integer(0) : 0;
    } catch (sqlite_failure const& failure) {
        if (!failure.is_damage()) throw;
        must_empty = true;
    }
    if (tables > 0 && content != index_content::empty_even) {
        if (application != index_application || format > index_format) return std::nullopt;
        must_empty = must_empty || format < index_format;
    }
    if (must_empty) try {
            empty_database(database);
        } catch (sqlite_failure const& failure) {
            // Somebody else's, of no use to anybody: in a folder that the group may write another one takes its place,
            // which those who have this one open notice.
            if (!failure.is_read_only() || file.is_in_memory()) throw;
            file.database.reset();
            for (std::string const end : database_file_ends)
                if (::unlink((path + end).c_str()) != 0 && errno != ENOENT) throw;
            return open_index_file(path, index_content::keep);
        }
    if (!file.is_in_memory()) {
        database.run("PRAGMA page_size = 16384");  // of a new file: two cells of numbers
        database.run("PRAGMA journal_mode = WAL");
        // A loss of power may take the last changes, never the order of changes. The journals have them.
        database.run("PRAGMA synchronous = NORMAL");
        // Whoever opens the index when nobody has it open reads all of the log that is not in the file yet.
        database.run("PRAGMA wal_autocheckpoint = 64");
    }
    database.run("PRAGMA cache_size = -16384");
    if (must_empty || tables == 0) make_tables(database);
    return file;
}

/// The index of a workspace: `index.sqlite`, or beside it where that is of a newer format or something else.
inline index_file open_workspace_index(std::filesystem::path const& workspace, index_content content) {
    if (auto file = open_index_file((workspace / "index.sqlite").string(), content)) return std::move(*file);
    std::string const beside = "index." + std::to_string(index_format) + ".sqlite";
    if (auto file = open_index_file((workspace / beside).string(), content)) return std::move(*file);
    return *open_index_file((workspace / beside).string(), index_content::empty_even);
}

}  // namespace estima::inline v0_1::detail
