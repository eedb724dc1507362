// SPDX-License-Identifier: BSL-1.0
// In the programs that the thread sanitizer watches: tests fork, and their children wait for runs, which starts threads.
extern "C" char const* __tsan_default_options() { return "die_after_fork=0"; }  // NOLINT: the sanitizer's own name
