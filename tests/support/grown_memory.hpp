// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace estima_test {

/// By how many MB the memory of a process of its own grows, at most, while it does some work.
template <class Work>
long grown_megabytes(Work const& work) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error{"no pipe"};
    pid_t const child = ::fork();
    if (child == 0) {
        try {
            rusage before{}, after{};
            ::getrusage(RUSAGE_SELF, &before);
            work();
            ::getrusage(RUSAGE_SELF, &after);
            long const grown = (after.ru_maxrss - before.ru_maxrss) / 1024;
            if (::write(ends[1], &grown, sizeof grown) == sizeof grown) ::_exit(0);
        } catch (...) {
        }
        ::_exit(1);
    }
    ::close(ends[1]);
    long grown = 0;
    bool const is_told = ::read(ends[0], &grown, sizeof grown) == sizeof grown;
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    if (!is_told) throw std::runtime_error{"the work failed"};
    return grown;
}

}  // namespace estima_test
