// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/hosts/frame.hpp>
#include <estima/hosts/host_channel.hpp>
#include <estima/hosts/hosts_task.hpp>
#include <estima/snapshot/store_receiver.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

/// What one host's store lacks of the run's snapshot, or of what earlier attempts left in ./outputs, and the way of
/// that through the host's channel.
class snapshot_delivery {
public:
    snapshot_delivery(hosts_task const& task, host_channel& channel) : task_{task}, channel_{channel} {}

    /// Asks what is lacking of the snapshot; `node` is the host's name in the settings of the target.
    void compare(std::string const& node) {
        is_of_outputs_ = false;
        channel_.say({{"do", "manifest"}, {"node", node}}, task_.manifest);
    }
    void compare_outputs() {
        is_of_outputs_ = true;
        channel_.say({{"do", "manifest"}, {"of", "outputs"}}, task_.outputs_manifest);
    }
    bool is_of_outputs() const { return is_of_outputs_; }

    /// The host's answer.
    void take_lacking(std::string const& list) {
        lacking_.clear();
        for (json const& one : json::parse(list)) lacking_.push_back({one.at(0), one.at(1)});
    }
    std::vector<lacking_object> const& lacking() const { return lacking_; }

    void begin() { sender_.emplace(is_of_outputs_ ? task_.outputs_store() : task_.run.snapshots(), lacking_); }
    /// Sends more while the channel takes it. EST-208, EST-301: it cannot be read here.
    void pour() {
        channel_.flush();
        while (sender_ && channel_.waiting() < largest_frame_body && !sender_->is_done())
            channel_.say({{"do", "put"}}, sender_->next(largest_frame_body / 4));
        if (!sender_ || !sender_->is_done()) return;
        sender_.reset();
        channel_.say({{"do", "staged"}});
    }

private:
    hosts_task const& task_;
    host_channel& channel_;
    std::vector<lacking_object> lacking_{};
    std::optional<store_sender> sender_{};
    bool is_of_outputs_ = false;
};

}  // namespace estima::inline v0_1
