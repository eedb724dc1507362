// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace estima::inline v0_1::detail {

/// What SQLite refused. Caught by run_index, which mends what it can.
class sqlite_failure : public std::runtime_error {
public:
    sqlite_failure(int code, std::string const& text) : std::runtime_error{text}, code_{code & 0xFF} {}

    int code() const noexcept { return code_; }
    /// What the file holds is not what was written to it.
    bool is_damage() const noexcept { return code_ == SQLITE_CORRUPT || code_ == SQLITE_NOTADB; }
    /// This user may not write there.
    bool is_read_only() const noexcept { return code_ == SQLITE_READONLY; }
    /// Somebody else holds a lock.
    bool is_locked() const noexcept { return code_ == SQLITE_BUSY || code_ == SQLITE_LOCKED; }

private:
    int code_;
};

/// Something that was read back is not what was written.
[[noreturn]] inline void throw_damaged(char const* what) { throw sqlite_failure{SQLITE_CORRUPT, what}; }

/// A statement that was compiled once. Numbers of parameters start at 1, those of columns at 0.
class sqlite_statement {
public:
    sqlite_statement() = default;
    sqlite_statement(::sqlite3* database, std::string_view sql) {
        int const code = ::sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                              SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
        if (code != SQLITE_OK) throw sqlite_failure{code, ::sqlite3_errmsg(database)};
    }
    sqlite_statement(sqlite_statement&& other) noexcept : statement_{std::exchange(other.statement_, nullptr)} {}
    sqlite_statement& operator=(sqlite_statement&& other) noexcept {
        std::swap(statement_, other.statement_);
        return *this;
    }
    ~sqlite_statement() { ::sqlite3_finalize(statement_); }

    /// Texts and blobs are not copied: they must live until the statement has run.
    template <class... Values>
    sqlite_statement& with(Values const&... values) {
        ::sqlite3_reset(statement_);
        int at = 0;
        (bind(++at, values), ...);
        return *this;
    }

    /// True when there is a row. At the end the statement lets its locks go.
    bool step() {
        int const code = ::sqlite3_step(statement_);
        if (code == SQLITE_ROW) return true;
        ::sqlite3* const database = ::sqlite3_db_handle(statement_);
        std::string const text = code == SQLITE_DONE ? "" : ::sqlite3_errmsg(database);
        ::sqlite3_reset(statement_);
        if (code != SQLITE_DONE) throw sqlite_failure{code, text};
        return false;
    }
    void run() {
        while (step()) {
        }
    }
    /// Lets the row go, when not all rows were asked for.
    void reset() { ::sqlite3_reset(statement_); }

    std::int64_t integer(int column) const { return ::sqlite3_column_int64(statement_, column); }
    std::optional<double> number(int column) const {
        if (::sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
        return ::sqlite3_column_double(statement_, column);
    }
    /// Valid until the next step.
    std::string_view bytes(int column) const {
        void const* const data = ::sqlite3_column_blob(statement_, column);
        if (data == nullptr) return {};
        return {static_cast<char const*>(data), static_cast<std::size_t>(::sqlite3_column_bytes(statement_, column))};
    }

private:
    void bind(int at, std::int64_t value) { check(::sqlite3_bind_int64(statement_, at, value)); }
    void bind(int at, std::optional<double> value) {
        check(value ? ::sqlite3_bind_double(statement_, at, *value) : ::sqlite3_bind_null(statement_, at));
    }
    void bind(int at, std::string_view blob) {
        check(::sqlite3_bind_blob64(statement_, at, blob.data() == nullptr ? "" : blob.data(), blob.size(),
                                    SQLITE_STATIC));
    }
    void check(int code) {
        if (code != SQLITE_OK) throw sqlite_failure{code, ::sqlite3_errstr(code)};
    }

    ::sqlite3_stmt* statement_ = nullptr;
};

/// A connection to a database. Used by one thread at a time.
class sqlite_database {
public:
    /// `flags` as for sqlite3_open_v2. ":memory:" is a database of its own.
    sqlite_database(std::string const& path, int flags) {
        int const code = ::sqlite3_open_v2(path.c_str(), &database_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
        if (code == SQLITE_OK) return;
        sqlite_failure const failure{code, database_ != nullptr ? ::sqlite3_errmsg(database_) : "out of memory"};
        ::sqlite3_close_v2(database_);
        throw failure;
    }
    sqlite_database(sqlite_database const&) = delete;
    sqlite_database& operator=(sqlite_database const&) = delete;
    ~sqlite_database() { ::sqlite3_close_v2(database_); }

    void run(std::string const& sql) {
        int const code = ::sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) throw sqlite_failure{code, ::sqlite3_errmsg(database_)};
    }
    sqlite_statement prepare(std::string_view sql) const { return {database_, sql}; }
    ::sqlite3* handle() const { return database_; }

private:
    ::sqlite3* database_ = nullptr;
};

/// A statement that is compiled when it is needed first.
struct sqlite_lazy_statement {
    char const* sql;
    std::optional<sqlite_statement> made{};
    sqlite_statement& of(sqlite_database const& database) {
        if (!made) made.emplace(database.handle(), sql);
        return *made;
    }
};

/// Undoes what was not committed.
class sqlite_transaction {
public:
    /// `kind`: "DEFERRED" to read, "IMMEDIATE" to write.
    sqlite_transaction(sqlite_database& database, char const* kind) : database_{database} {
        database_.run(std::string{"BEGIN "} + kind);
    }
    sqlite_transaction(sqlite_transaction const&) = delete;
    sqlite_transaction& operator=(sqlite_transaction const&) = delete;
    ~sqlite_transaction() {
        if (!is_over_) ::sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
    void commit() {
        database_.run("COMMIT");
        is_over_ = true;
    }

private:
    sqlite_database& database_;
    bool is_over_ = false;
};

}  // namespace estima::inline v0_1::detail
