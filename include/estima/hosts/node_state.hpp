// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace estima::inline v0_1 {

/// Where a host is on its way through a run, in this order.
enum class node_state {
    waiting,  ///< to be connected again
    connecting,
    checking,  ///< its clock and what it has
    checked,
    reaching,  ///< it tries other hosts
    reached,
    comparing,  ///< what its store lacks of the snapshot
    compared,
    staging,  ///< it gets that
    laying_out,
    ready,    ///< for the script
    listing,  ///< what is to be brought
    listed,
    bringing,
    done,
    lost
};

}  // namespace estima::inline v0_1
