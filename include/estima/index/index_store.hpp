// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <estima/index/cells.hpp>
#include <estima/index/index_file.hpp>
#include <estima/index/index_rows.hpp>
#include <estima/index/indexed_run.hpp>

namespace estima::inline v0_1::detail {

/// The tables of the index. New and changed runs are loose rows; when there are many, the least recently changed become
/// a block: per column one cell with the values of all its runs. Blocks do not change: a run of a block that changes
/// dies there and is loose again. So a change costs one row, and a search reads a cell for a thousand runs.
class index_store {
public:
    static constexpr std::int64_t loose_at_most = 1500;

    explicit index_store(index_file file) : file_{std::move(file)} {}

    index_file const& file() const { return file_; }
    sqlite_database& database() { return *file_.database; }

    index_state state() {
        sqlite_statement& ask = state_.of(database());
        if (!ask.with().step()) throw_damaged("the index has no state");
        index_state s{ask.integer(0) != 0, ask.integer(1), ask.integer(2), ask.integer(3), std::string{ask.bytes(4)}};
        ask.reset();
        return s;
    }
    void set_state(index_state const& s) {
        set_state_.of(database())
            .with(std::int64_t{s.is_complete}, s.log_offset, s.log_check, s.stamp, std::string_view{s.boot})
            .run();
    }

    std::optional<stored_run> find(std::string_view id) {
        sqlite_statement& ask = find_.of(database());
        if (!ask.with(id).step()) return std::nullopt;
        stored_run r{ask.integer(0), ask.integer(1), ask.integer(2), ask.integer(3),
                     ask.integer(4) != 0, std::string{ask.bytes(5)}};
        ask.reset();
        return r;
    }
    std::string record(std::int64_t number) {
        sqlite_statement& ask = record_.of(database());
        if (!ask.with(number).step()) throw_damaged("a run of a block is not there");
        std::string bytes{ask.bytes(0)};
        ask.reset();
        return bytes;
    }

    std::vector<std::string> watched() { return ids("SELECT id FROM runs WHERE is_watched = 1"); }
    std::vector<std::string> loose() { return ids("SELECT id FROM runs WHERE block = 0"); }
    std::vector<loose_run> loose_runs() {
        sqlite_statement ask = database().prepare("SELECT number, id, record FROM runs WHERE block = 0");
        std::vector<loose_run> all;
        while (ask.step()) all.push_back({ask.integer(0), std::string{ask.bytes(1)}, std::string{ask.bytes(2)}});
        return all;
    }
    std::unordered_set<std::string> all_ids() {
        std::vector<std::string> const all = ids("SELECT id FROM runs");
        return {all.begin(), all.end()};
    }
    /// Runs that were told and are not there yet, with the time when that was seen.
    std::map<std::string, double> awaited() {
        sqlite_statement ask = database().prepare("SELECT id, since FROM awaited");
        std::map<std::string, double> all;
        while (ask.step()) all.emplace(ask.bytes(0), ask.number(1).value_or(0));
        return all;
    }
    void await(std::string_view id, double since) {
        database().prepare("INSERT OR IGNORE INTO awaited VALUES(?1, ?2)").with(id, std::optional{since}).run();
    }
    void stop_awaiting(std::string_view id) { database().prepare("DELETE FROM awaited WHERE id = ?1").with(id).run(); }

    /// Stores a loose run. `before` is what find() gave.
    void put(run_to_store const& run, std::optional<stored_run> const& before, std::int64_t stamp) {
        std::int64_t const watched = run.is_watched ? 1 : 0;
        if (!before) {
            insert_.of(database())
                .with(std::string_view{run.id}, std::int64_t{0}, std::int64_t{0}, watched, stamp,
                      std::string_view{run.record})
                .run();
        } else {
            kill(*before);
            update_.of(database()).with(watched, stamp, std::string_view{run.record}, before->number).run();
        }
    }
    void remove(stored_run const& run) {
        kill(run);
        database().prepare("DELETE FROM runs WHERE number = ?1").with(run.number).run();
    }

    /// Whether each of these runs is stored.
    bool has_all(std::vector<std::string> const& ids) {
        for (std::string const& id : ids) {
            sqlite_statement& ask = has_.of(database());
            if (!ask.with(std::string_view{id}).step()) return false;
            ask.reset();
        }
        return true;
    }

    /// Stores new runs as a block with these cells. Those that are there meanwhile are left as they are; the others are
    /// loose then.
    void put_block(std::vector<run_to_store> const& runs, std::vector<cell> const& cells, std::int64_t stamp) {
        std::vector<std::int64_t> numbers;
        std::int64_t const block = next_block();
        for (run_to_store const& run : runs) {
            insert_or_ignore_.of(database())
                .with(std::string_view{run.id}, block, static_cast<std::int64_t>(numbers.size()),
                      std::int64_t{run.is_watched}, stamp, std::string_view{run.record})
                .run();
            if (::sqlite3_changes(database().handle()) == 1)
                numbers.push_back(::sqlite3_last_insert_rowid(database().handle()));
        }
        if (numbers.size() == runs.size()) return put_cells(block, numbers, cells);
        for (std::int64_t const number : numbers) make_loose(number);
        gather_loose();
    }

    /// Makes blocks while there are too many loose runs.
    void gather_loose() {
        sqlite_statement count = database().prepare("SELECT count(*) FROM runs WHERE block = 0");
        while (count.with().step() && count.integer(0) > loose_at_most) {
            count.reset();
            std::vector<std::int64_t> numbers;
            std::vector<indexed_run> runs;
            sqlite_statement oldest = database().prepare(
                "SELECT number, record FROM runs WHERE block = 0 ORDER BY stamp, number LIMIT ?1");
            oldest.with(static_cast<std::int64_t>(block_size));
            while (oldest.step()) {
                numbers.push_back(oldest.integer(0));
                runs.push_back(indexed_run_from(oldest.bytes(1)));
            }
            cell_builder builder;
            for (indexed_run const& run : runs) builder.add(run.summary);
            std::int64_t const block = next_block();
            sqlite_statement place = database().prepare("UPDATE runs SET block = ?1, place = ?2 WHERE number = ?3");
            for (std::size_t i = 0; i < numbers.size(); ++i)
                place.with(block, static_cast<std::int64_t>(i), numbers[i]).run();
            put_cells(block, numbers, builder.build());
        }
        count.reset();
    }

    std::vector<block_row> blocks() {
        sqlite_statement ask = database().prepare("SELECT number, count, dead, low, high, sum FROM blocks");
        std::vector<block_row> all;
        while (ask.step()) {
            block_row row{ask.integer(0), {}, ask.number(3), ask.number(4)};
            std::int64_t const count = ask.integer(1);
            require_sum(ask.integer(5), sum_of(row.number, row.low, row.high, count, ask.bytes(2)));
            if (count < 0 || count > static_cast<std::int64_t>(block_size)) throw_damaged("a block has no such size");
            row.live = run_set::first(static_cast<std::size_t>(count)) & ~run_set::from(ask.bytes(2));
            all.push_back(row);
        }
        return all;
    }

    /// The number of a column; nothing if no run of a block has it.
    std::optional<std::int64_t> column(column_kind kind, std::string_view name) {
        sqlite_statement& ask = column_.of(database());
        std::optional<std::int64_t> number;
        if (ask.with(static_cast<std::int64_t>(kind), name).step()) number = ask.integer(0);
        ask.reset();
        return number;
    }

    /// Calls `see(bytes)` if that block has a cell of that column.
    template <class See>
    void see_cell(std::int64_t block, std::int64_t column, See see) {
        sqlite_statement& ask = cell_.of(database());
        if (ask.with(cell_place(block, column)).step()) see(ask.bytes(0));
        ask.reset();
    }

    /// Between which numbers the cells of a column lie, by block; none for a column of texts. They are apart from the
    /// cells: a search reads all those of a column at once, before any cell.
    std::unordered_map<std::int64_t, cell_bounds> bounds(std::int64_t column) {
        sqlite_statement& ask = bounds_.of(database());
        std::unordered_map<std::int64_t, cell_bounds> all;
        ask.with(cell_place(0, column), cell_place(0, column + 1));
        while (ask.step()) {
            cell_bounds const bounds{ask.number(1), ask.number(2)};
            require_sum(ask.integer(3), sum_of(ask.integer(0), bounds.low, bounds.high));
            all.emplace(ask.integer(0) - cell_place(0, column), bounds);
        }
        return all;
    }

private:
    std::vector<std::string> ids(char const* sql) {
        sqlite_statement ask = database().prepare(sql);
        std::vector<std::string> all;
        while (ask.step()) all.emplace_back(ask.bytes(0));
        return all;
    }
    std::int64_t next_block() {
        sqlite_statement ask = database().prepare("SELECT coalesce(max(number), 0) + 1 FROM blocks");
        return ask.step() ? ask.integer(0) : 1;
    }
    std::int64_t column_for(column_name const& name) {
        if (auto const number = column(name.kind, name.name)) return *number;
        database()
            .prepare("INSERT INTO columns(kind, name) VALUES(?1, ?2)")
            .with(static_cast<std::int64_t>(name.kind), std::string_view{name.name})
            .run();
        return ::sqlite3_last_insert_rowid(database().handle());
    }
    void put_cell(std::int64_t block, cell const& one) {
        std::int64_t const place = cell_place(block, column_for(one.column));
        insert_cell_.of(database()).with(place, std::string_view{one.bytes}).run();
        if (one.is_text) return;
        auto const& [low, high] = one.bounds;
        insert_bounds_.of(database()).with(place, low, high, sum_of(place, low, high)).run();
    }
    void make_loose(std::int64_t number) {
        database().prepare("UPDATE runs SET block = 0, place = 0 WHERE number = ?1").with(number).run();
    }
    void put_cells(std::int64_t block, std::vector<std::int64_t> const& numbers, std::vector<cell> const& cells) {
        cell_builder number_cell;
        for (std::int64_t const number : numbers) {
            number_cell.add_number(column_kind::attribute, "number", static_cast<double>(number));
            number_cell.next();
        }
        for (cell const& one : number_cell.build()) put_cell(block, one);
        std::optional<double> low, high;
        for (cell const& one : cells) {
            put_cell(block, one);
            if (one.column == column_name{column_kind::attribute, "created_time"})
                low = one.bounds.low, high = one.bounds.high;
        }
        database()
            .prepare("INSERT INTO blocks(number, count, low, high, dead, sum) VALUES(?1, ?2, ?3, ?4, x'', ?5)")
            .with(block, std::int64_t{std::ssize(numbers)}, low, high, sum_of(block, low, high, std::ssize(numbers)))
            .run();
    }

    /// Takes a run out of its block. A block in which few live is taken apart.
    void kill(stored_run const& run) {
        if (run.block == 0) return;
        sqlite_statement ask = database().prepare("SELECT count, dead, low, high FROM blocks WHERE number = ?1");
        if (!ask.with(run.block).step()) throw_damaged("a run has no block");
        std::int64_t const count = ask.integer(0);
        run_set dead = run_set::from(ask.bytes(1));
        std::optional<double> const low = ask.number(2), high = ask.number(3);
        ask.reset();
        if (run.place < 0 || run.place >= count) throw_damaged("a run has no place in its block");
        dead.set(static_cast<std::size_t>(run.place));
        std::string const bytes = dead.bytes();
        sqlite_statement mark = database().prepare("UPDATE blocks SET dead = ?1, sum = ?2 WHERE number = ?3");
        mark.with(std::string_view{bytes}, sum_of(run.block, low, high, count, bytes), run.block).run();
        if (static_cast<std::int64_t>(dead.count()) * 4 < count * 3) return;
        std::vector<double> living;
        see_cell(run.block, column(column_kind::attribute, "number").value_or(0), [&](std::string_view cell) {
            cell_reader{cell}.for_each_number([&](std::size_t place, double number) {
                if (!dead[place]) living.push_back(number);
            });
        });
        for (double const number : living) make_loose(static_cast<std::int64_t>(number));
        database().prepare("DELETE FROM blocks WHERE number = ?1").with(run.block).run();
        sqlite_statement columns = database().prepare("SELECT number FROM columns");
        sqlite_statement take_out = database().prepare("DELETE FROM cells WHERE place = ?1");
        sqlite_statement take_bounds_out = database().prepare("DELETE FROM bounds WHERE place = ?1");
        while (columns.step())
            for (sqlite_statement* one : {&take_out, &take_bounds_out})
                one->with(cell_place(run.block, columns.integer(0))).run();
    }

    index_file file_;
    sqlite_lazy_statement state_{"SELECT is_complete, log_offset, log_check, stamp, boot FROM state WHERE one = 1"},
        set_state_{"UPDATE state SET is_complete = ?1, log_offset = ?2, log_check = ?3, stamp = ?4, boot = ?5"},
        find_{"SELECT number, block, place, stamp, is_watched, record FROM runs WHERE id = ?1"},
        record_{"SELECT record FROM runs WHERE number = ?1"},
        has_{"SELECT 1 FROM runs WHERE id = ?1"},
        insert_{"INSERT INTO runs(id, block, place, is_watched, stamp, record) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"},
        insert_or_ignore_{"INSERT OR IGNORE INTO runs(id, block, place, is_watched, stamp, record) "
                          "VALUES(?1, ?2, ?3, ?4, ?5, ?6)"},
        update_{"UPDATE runs SET block = 0, place = 0, is_watched = ?1, stamp = ?2, record = ?3 WHERE number = ?4"},
        column_{"SELECT number FROM columns WHERE kind = ?1 AND name = ?2"},
        cell_{"SELECT bytes FROM cells WHERE place = ?1"},
        bounds_{"SELECT place, low, high, sum FROM bounds WHERE place >= ?1 AND place < ?2"},
        insert_cell_{"INSERT INTO cells(place, bytes) VALUES(?1, ?2)"},
        insert_bounds_{"INSERT INTO bounds(place, low, high, sum) VALUES(?1, ?2, ?3, ?4)"};
};

}  // namespace estima::inline v0_1::detail
