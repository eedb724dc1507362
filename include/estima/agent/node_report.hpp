// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string_view>
#include <utility>

#include <estima/agent/communicator.hpp>

namespace estima::inline v0_1 {

/// What a node tells rank 0 of its part, as bytes of fixed size: a failure as soon as it is known, and its end.
struct node_report {
    char node[256]{};      ///< as the settings of the target name it
    char id[16]{};         ///< of the error; empty: all is well
    char message[1024]{};  ///< of the error
    bool is_last = false;

    static node_report of(std::string_view node, std::string_view id = {}, std::string_view message = {}) {
        node_report r;
        put(r.node, node), put(r.id, id), put(r.message, message);
        return r;
    }
    bool is_failure() const { return id[0] != '\0'; }
    std::string_view bytes() const { return {reinterpret_cast<char const*>(this), sizeof *this}; }

private:
    template <std::size_t Size>
    static void put(char (&to)[Size], std::string_view text) {
        text.copy(to, Size - 1);
    }
};

/// The reports of all ranks come together on rank 0, which answers when all have told their last.
class node_reports {
public:
    explicit node_reports(mpi_ranks const& ranks) : ranks_{ranks} {
        if (ranks_.rank() == 0)
            next();
        else
            answer_in_ = ranks_.receive(0, answer_tag, &answer_, 1);
    }

    void send(node_report const& report) {
        auto& one = out_.emplace_back(report, mpi_request{});
        one.second = ranks_.send(0, report_tag, one.first.bytes());
    }
    /// On rank 0: `take` is called with a report if one has come; whether one has.
    template <class Take>
    bool look(Take const& take) {
        if (are_all() || !in_.test()) return false;
        if (incoming_.is_last) ++ended_;
        take(incoming_);
        next();
        return true;
    }
    bool are_all() const { return ended_ == ranks_.count() - 1; }

    /// On rank 0, when all have told their last: they are told how it went. On the others: whether all went well.
    bool agree(bool is_well = false) {
        answer_ = ranks_.rank() == 0 && is_well ? 1 : 0;
        if (ranks_.rank() == 0)
            for (int rank = 1; rank < ranks_.count(); ++rank)
                out_.emplace_back(node_report{}, ranks_.send(rank, answer_tag, {&answer_, 1}));
        for (mpi_patience patience; !is_over();) patience.nothing_happened();
        return answer_ == 1;
    }

private:
    static constexpr int report_tag = 2, answer_tag = 3;

    void next() {
        if (!are_all())
            in_ = ranks_.receive(mpi_ranks::anyone, report_tag, reinterpret_cast<char*>(&incoming_), sizeof incoming_);
    }
    bool is_over() {
        while (!out_.empty() && out_.front().second.test()) out_.pop_front();
        if (ranks_.rank() != 0 && !has_answer_) has_answer_ = static_cast<bool>(answer_in_.test());
        return out_.empty() && (ranks_.rank() == 0 || has_answer_);
    }

    mpi_ranks const& ranks_;
    node_report incoming_{};
    mpi_request in_{}, answer_in_{};
    std::deque<std::pair<node_report, mpi_request>> out_{};  // what is sent has to stay
    char answer_ = 0;
    bool has_answer_ = false;
    int ended_ = 0;
};

}  // namespace estima::inline v0_1
