# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2034
# The Debian packages that each command needs, in this place only. Sourced by examples/quickstart.sh, tests/run.sh and
# benchmarks/run.sh, which call `estima_install_packages GROUP...`.

# To build programs that use the library. git: a run records the state of its source tree.
estima_packages_build="g++ cmake ninja-build libboost-dev nlohmann-json3-dev libssl-dev libyaml-cpp-dev libsqlite3-dev
    libsimdjson-dev libcli11-dev libarchive-dev libcurl4-openssl-dev git"

# The first training run: scikit-learn and 70,000 real images.
estima_packages_quickstart="$estima_packages_build python3 python3-sklearn dataset-fashion-mnist"

# Everything that the tests and the examples touch.
estima_packages_tests="$estima_packages_quickstart clang libclang-rt-14-dev clang-19 ccache catch2
    openssl libboost-mpi-dev libboost-serialization-dev zlib1g-dev openmpi-bin libopenmpi-dev
    python3-torch python3-mpi4py python3-ruamel.yaml python3-yaml python3-packaging chromium
    openssh-server openssh-client iproute2 procps bindfs task-spooler munge slurmctld slurmd slurm-client slurmrestd slurm-wlm-jwt-plugin"

estima_packages_benchmarks="$estima_packages_build clang python3 openmpi-bin libopenmpi-dev libboost-mpi-dev libboost-serialization-dev
    openssh-server openssh-client iproute2 procps munge slurmctld slurmd slurm-client slurmrestd slurm-wlm-jwt-plugin"

# examples/cluster.sh: hosts in namespaces of this machine, and what trains on them.
estima_packages_cluster="$estima_packages_build python3 python3-sklearn python3-mpi4py openmpi-bin
    openssh-server openssh-client iproute2 procps munge slurmctld slurmd slurm-client slurmrestd slurm-wlm-jwt-plugin"

# Prints those of the packages that are not installed.
estima_missing_packages() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
}

# Installs what is missing of the groups. Asks nobody anything and, when nothing is missing, touches no network.
# Returns 1 when it may not install or cannot; the names are printed then.
estima_install_packages() {
    local group list wanted=() missing=() as_root=()
    for group in "$@"; do
        list="estima_packages_$group"
        # shellcheck disable=SC2206  # split on purpose
        wanted+=(${!list})
    done
    if ! command -v dpkg-query >/dev/null; then
        echo "This is no Debian, so nothing was installed. Needed are these packages, or what they are here:" >&2
        echo "  ${wanted[*]}" >&2
        return 0
    fi
    mapfile -t missing < <(estima_missing_packages "${wanted[@]}" | sort -u)
    [ ${#missing[@]} -gt 0 ] || return 0

    if [ "$(id -u)" -ne 0 ]; then
        if sudo -n true 2>/dev/null || { [ -t 0 ] && command -v sudo >/dev/null; }; then
            as_root=(sudo)
        else
            echo "These packages are missing, and installing them needs root:" >&2
            echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
            return 1
        fi
    fi
    echo "Installing ${missing[*]}"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    local log
    log=$(mktemp)
    # Daemons that come along (sshd, Slurm: the tests start their own) are not started: Debian asks policy-rc.d.
    if ! (
        policy=/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            trap '"${as_root[@]}" rm -f "$policy"' EXIT
            printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" && "${as_root[@]}" chmod 755 "$policy"
        fi
        "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"
    ) >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rm -f "$log"
        echo "apt-get could not install: ${missing[*]}" >&2
        return 1
    fi
    rm -f "$log"
}
