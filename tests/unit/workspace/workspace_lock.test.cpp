// SPDX-License-Identifier: BSL-1.0
// Workspaces on file systems whose locks are not those of a local disk. What the system would say there is said here by
// a flock() of this program's own.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <string>

#include <estima/workspace/collect_garbage.hpp>
#include <estima/workspace/copy_workspace.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"

namespace {
enum class locks { local, of_nfs, none };
std::atomic<locks> locks_here = locks::local;
std::atomic<int> held_alone = 0;

struct with_locks {
    explicit with_locks(locks how) { locks_here = how, held_alone = 0; }
    with_locks(with_locks const&) = delete;
    with_locks& operator=(with_locks const&) = delete;
    ~with_locks() { locks_here = locks::local; }
};
}  // namespace

// NOLINTNEXTLINE: the system's own name
extern "C" int flock(int fd, int how) noexcept {
    bool const is_alone = (how & LOCK_EX) != 0;
    int const refused = locks_here == locks::none ? ENOLCK
                        : locks_here == locks::of_nfs && is_alone && (::fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY
                            ? EBADF
                            : 0;
    if (refused != 0) {
        errno = refused;
        return -1;
    }
    auto const result = static_cast<int>(::syscall(SYS_flock, fd, how));
    if (result == 0 && is_alone) ++held_alone;
    return result;
}

TEST_CASE("on NFS, where only who may write to a file can lock it alone, a collection holds the workspace's lock") {
    estima_test::fake_run fake;
    fake.start();
    fake.complete();
    delete_run(fake.workspace(), fake.directory().run_id());
    with_locks const here{locks::of_nfs};
    CHECK(collect_garbage(fake.workspace(), {.older_than = estima::seconds(0)}).runs == 1);
    CHECK(held_alone == 1);
}

TEST_CASE("where there are no locks, nothing is collected, and that is told; all else goes on") {
    estima_test::fake_run fake;
    fake.start();
    fake.complete();
    std::string const id = fake.directory().run_id();
    with_locks const here{locks::none};
    delete_run(fake.workspace(), id);
    for (bool const is_trial : {true, false}) {
        std::string const told = estima_test::error_of([&] {
            collect_garbage(fake.workspace(), {.older_than = estima::seconds(0), .is_trial = is_trial});
        });
        CHECK(told.starts_with("[EST-301] cannot lock " + (fake.workspace().path() / "workspace.json").string()));
        CHECK(told.find("No locks available") != std::string::npos);
    }
    CHECK(restore_run(fake.workspace(), id).status() == estima::run_status::completed);
    CHECK(copy_workspace(fake.workspace(), fake / "there").runs == 1);
}
