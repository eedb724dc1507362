// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/agent/communicator.hpp>
#include <estima/agent/node_report.hpp>
#include <estima/agent/object_stream.hpp>
#include <estima/agent/relay.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/snapshot/store_receiver.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

/// Brings a snapshot from the store of rank 0 into the stores of all other ranks, each of which takes what it lacks.
class stage {
public:
    using tell = std::function<void(json)>;

    /// `say` is told, on rank 0, what a supervisor wants to know.
    stage(mpi_ranks const& ranks, std::filesystem::path root, std::string snapshot_id, std::string node, tell say)
        : ranks_{ranks},
          layout_{std::move(root)},
          id_{std::move(snapshot_id)},
          node_{std::move(node)},
          say_{std::move(say)},
          reports_{ranks} {}

    /// False if a node failed; the others have the snapshot all the same. EST-207, EST-208, EST-301 on rank 0: its
    /// store does not have it.
    bool run() {
        // All there is to it where nothing is lacking.
        bool const has_it = is_source() || ::access(layout_.tree(id_).c_str(), R_OK) == 0;
        if (ranks_.largest(has_it ? 0 : 1) == 0) return end(0);
        std::string manifest;
        if (is_source()) {
            (void)open_manifest(layout_, id_);
            manifest = read_file(layout_.tree(id_));
        }
        ranks_.give_all(manifest);
        if (!has_it) guarded([&] { receiver_ = std::make_unique<store_receiver>(layout_.root, id_, manifest); });
        std::vector<lacking_object> const objects = receiver_ ? receiver_->objects() : objects_of(manifest);
        object_set lacking{objects, wanted()};
        ranks_.unite(lacking.data(), lacking.word_count());
        std::vector<lacking_object> const sent = lacking.of(objects);
        pass_on(sent);
        return end(bytes_of(sent));
    }

private:
    bool is_source() const { return ranks_.rank() == 0; }
    std::vector<lacking_object> wanted() const {
        return receiver_ ? receiver_->lacking() : std::vector<lacking_object>{};
    }
    std::vector<lacking_object> objects_of(std::string const& manifest) const {
        file_descriptor file{::memfd_create("manifest", MFD_CLOEXEC)};
        if (!file || !write_all_at(file.get(), manifest, 0)) throw_file_error("cannot write", "memory");
        return distinct_objects({std::move(file), id_});
    }

    void pass_on(std::vector<lacking_object> const& sent) {
        std::optional<store_sender> sender;
        if (is_source()) sender.emplace(layout_.root, sent);
        wanted_bytes parts{sent, wanted()};
        auto const fill = [&](char* to, std::size_t size) {
            std::string const bytes = sender->next(size);
            std::copy(bytes.begin(), bytes.end(), to);
            if ((passed_ += size) >= told_ + told_each) told_ = passed_, say_({{"say", "beat"}});
        };
        auto const take = [&](std::string_view bytes) {
            guarded([&] {
                parts.next(bytes, [&](std::string_view part) {
                    if (receiver_) receiver_->put(part);
                });
            });
        };
        relay{ranks_, bytes_of(sent), 1}.run(fill, take, [this] { return look(); });
    }

    /// On rank 0: takes what nodes report.
    bool look() {
        return is_source() && reports_.look([this](node_report const& r) {
            if (!r.is_failure()) return;
            has_failed_ = true;
            say_({{"say", "failed"}, {"node", r.node}, {"id", r.id}, {"message", r.message}});
        });
    }

    bool end(std::uint64_t bytes) {
        if (!is_source()) {
            guarded([&] {
                if (receiver_) receiver_->finish();
            });
            node_report last = node_report::of(node_);
            last.is_last = true;
            reports_.send(last);
            return reports_.agree();
        }
        for (mpi_patience patience; !reports_.are_all();)
            look() ? patience.something_happened() : patience.nothing_happened();
        say_({{"say", "staged"}, {"sent", bytes}, {"all", !has_failed_}});
        return reports_.agree(!has_failed_) || !has_failed_;
    }

    /// A failure of this node ends its own part; what it has to pass on it passes on.
    template <class Work>
    void guarded(Work const& work) {
        if (has_failed_) return;
        try {
            return work();
        } catch (error const& e) {
            reports_.send(node_report::of(node_, e.id(), to_run_error(e).message));
        } catch (std::exception const& e) {
            reports_.send(node_report::of(node_, "EST-429", e.what()));
        }
        has_failed_ = true;
        receiver_.reset();
    }

    static constexpr std::uint64_t told_each = std::uint64_t{4} << 20U;

    mpi_ranks const& ranks_;
    store_layout layout_;
    std::string id_, node_;
    tell say_;
    node_reports reports_;
    std::unique_ptr<store_receiver> receiver_{};
    std::uint64_t passed_ = 0, told_ = 0;
    bool has_failed_ = false;  // here; on rank 0: a node
};

}  // namespace estima::inline v0_1
