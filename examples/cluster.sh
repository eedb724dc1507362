#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# bash examples/cluster.sh [SECTION...]     needs root
# Shows runs on several machines: makes them on this one (network, process and mount namespaces, each with its own name,
# file system and sshd), shows one section after the other, and takes them down again, also when it is interrupted.
# Sections: ssh_hosts (training on two of three hosts, and what happens when one loses its power), backends (PyTorch over gloo,
# Boost.MPI in C++, TF_CONFIG), cancel, agent (a large source directory for two hosts at once), slurm (the same hosts as a Slurm
# cluster with its REST API). $ESTIMA_BUILD names a build with examples that is taken as it is.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${ESTIMA_BUILD:-$root/build/quickstart}
log=$build/build.log

[ "$(id -u)" -eq 0 ] || { echo "This needs root: it makes hosts out of namespaces. Nothing was done." >&2; exit 1; }
sections=("$@")
[ ${#sections[@]} -gt 0 ] || sections=(ssh_hosts backends cancel agent slurm)
for section in "${sections[@]}"; do
    [[ $(sed -n 's/^show_\([a-z_]*\)() {$/\1/p' "$0") == *"$section"* ]] || { echo "no such section: $section" >&2; exit 2; }
done

# shellcheck source-path=SCRIPTDIR/..
source "$root/cmake/packages.sh"
estima_install_packages cluster
mkdir -p "$build"
programs=(checkpointing on_hosts slurm estima-launch estima-cli)
[ ! -f /usr/include/boost/mpi.hpp ] || programs+=(estima-agent)
[ -f "$build/bin/estima" ] || echo "Building (this takes some minutes, once)"
if [ -z "${ESTIMA_BUILD:-}" ] && ! { cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DESTIMA_BUILD_TESTS=OFF -DESTIMA_BUILD_BENCHMARKS=OFF \
    -DESTIMA_BUILD_EXAMPLES=ON && cmake --build "$build" --target "${programs[@]}"; } >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    exit 1
fi

testbed() { python3 -B "$root/tests/cluster/testbed/testbed.py" "$@"; }
hosts=$(mktemp -d /var/tmp/estima_hosts_XXXXXX)
own=$(mktemp -d /tmp/estima_user_XXXXXX)  # the hosts have a /tmp of their own: they do not see it
# shellcheck disable=SC2317  # called by the trap
take_down() {
    testbed down "$hosts" || true
    rm -rf "$hosts" "$own"
    echo "The hosts are taken down."
}
trap take_down EXIT

echo "Three hosts come up: n1, n2 and n3, which share no file system but the folder of the programs"
testbed up "$hosts" --hosts 3 --slurm
mkdir "$hosts/bin"
cp "$build/libexec/estima/estima-launch" "$build/bin/estima" "$build"/examples/programs/{checkpointing,on_hosts,slurm} "$hosts/bin/"
[ ! -x "$build/libexec/estima/estima-agent" ] || cp "$build/libexec/estima/estima-agent" "$hosts/bin/"
export PATH="$hosts/bin:$PATH" ESTIMA_LAUNCH="$hosts/bin/estima-launch"
export ESTIMA_WORKSPACE="$own/workspace" ESTIMA_TARGETS="$own/targets.json"

title() { printf '\n== %s\n' "$*"; }
# Shows a command, and runs it where a user would sit.
user() {
    printf '\n$ %s\n' "$*"
    testbed exec "$hosts" ctl -- "$@" || true
}
# Waits until a command succeeds; its output is not shown.
until_ok() {
    local tries
    for ((tries = 0; tries < 1200; ++tries)); do
        testbed exec "$hosts" ctl -- "$@" >/dev/null 2>&1 && return
        sleep 0.1
    done
    echo "It took too long: $*" >&2
    exit 1
}

write_targets() {
    cat >"$ESTIMA_TARGETS" <<JSON
{"lab": {"kind": "ssh_hosts", "hosts": ["n1", "n2", "n3"], "config": "$hosts/ssh_config",
         "folder": "$hosts/local/%u/%h", "silence_seconds": 5${1:-}}}
JSON
}

show_ssh_hosts() {
    title "Hosts that ssh reaches"
    echo "A target is a name for hosts, in a targets file:"
    write_targets
    cat "$ESTIMA_TARGETS"
    user ssh -F "$hosts/ssh_config" n2 hostname

    title "A training on two of them"
    echo "The job is examples/checkpointing.cpp: 2 hosts x 2 ranks of mpi4py, tried again when a host is lost"
    user checkpointing lab
    # shellcheck disable=SC2016  # the shell there expands it
    until_ok sh -c 'grep -q "\"step\": 40," "$ESTIMA_WORKSPACE"/runs/checkpointing_*/metrics/rank_0.jsonl'
    user estima runs
    user estima logs latest --all-ranks
    user estima metrics latest accuracy -n 5

    title "n2 loses its power"
    testbed kill "$hosts" n2
    echo "(all its processes have ended; the run notices, and goes on on n3 from the last checkpoint)"
    user estima logs -f latest --all-ranks
    user estima show latest

    title "It is whole again"
    testbed start "$hosts" n2
    user ssh -F "$hosts/ssh_config" n2 hostname
    echo
    echo "docs/ssh.md has all settings of such a target, and what is said when something fails."
}

show_backends() {
    write_targets
    title "PyTorch over gloo, 2 hosts x 2 processes"
    user on_hosts gloo
    if [ -x "$build/examples/boost_mpi/train_boost_mpi" ]; then
        title "A training in C++ with Boost.MPI, 2 hosts x 2 ranks"
        user on_hosts boost_mpi
    fi
    title "TF_CONFIG: 4 workers, each opens its server and connects to all"
    write_targets ', "imports": ["json"]'  # else the hosts would have to have tensorflow
    user on_hosts tf_config
}

# Two programs of the shell: a folder with them.
write_programs() {
    mkdir -p "$own/programs"
    # shellcheck disable=SC2016  # the shell there expands it
    printf '#!/bin/sh\ntrap "echo rank $OMPI_COMM_WORLD_RANK was asked to end; exit 1" TERM\necho it waits; sleep 1000 & wait\n' \
        >"$own/programs/wait.sh"
    # shellcheck disable=SC2016
    printf '#!/bin/sh\necho "$(hostname): $(sha256sum <large.bin | cut -c1-16)"\n' >"$own/programs/sum.sh"
    chmod +x "$own/programs/"*.sh
}

show_cancel() {
    write_targets
    write_programs
    title "A run is canceled"
    testbed exec "$hosts" ctl -- on_hosts program "$own/programs" wait.sh >"$own/waits.txt" 2>&1 &
    # shellcheck disable=SC2016  # the shell there expands it
    until_ok sh -c '[ "$(grep -c "it waits" "$1")" = 4 ]' sh "$own/waits.txt"
    cat "$own/waits.txt"
    user estima cancel latest --wait
    wait
    user estima logs latest --all-ranks
    user ssh -F "$hosts/ssh_config" n2 "pgrep -l wait.sh || echo nothing of it is left on n2"
}

show_agent() {
    write_targets
    write_programs
    title "A source directory of 100 MB for two hosts at once"
    echo "estima-agent sends it once, from host to host; the second run finds it there (docs/agent.md)"
    head -c 100000000 /dev/urandom >"$own/programs/large.bin"
    user on_hosts program "$own/programs" sum.sh
    user sh -c "grep -h '\"staged\"' $own/workspace/runs/programs_*/events.jsonl | tail -1"
    user on_hosts program "$own/programs" sum.sh
    user sh -c "grep -h '\"staged\"' $own/workspace/runs/programs_*/events.jsonl | tail -1"
    rm "$own/programs/large.bin"
}

show_slurm() {
    title "A Slurm cluster"
    echo "The same hosts are nodes of a Slurm cluster. Its target tells where slurmrestd is, and who may submit:"
    export ESTIMA_WORKSPACE=$hosts/shared/workspace  # on a file system that all nodes share
    export SLURM_CONF=$hosts/slurm/slurm.conf
    testbed exec "$hosts" ctl -- scontrol token lifespan=3600 >"$own/token"
    chmod 600 "$own/token"
    cat >"$ESTIMA_TARGETS" <<JSON
{"main": {"kind": "slurm", "url": "http://10.77.0.254:6820", "user": "root", "token_file": "$own/token"}}
JSON
    cat "$ESTIMA_TARGETS"
    user sinfo
    title "A training on two nodes"
    echo "The job is examples/slurm.cpp: 2 nodes x 2 ranks of mpi4py, started by Slurm"
    user slurm
    user estima show latest
    until_ok sh -c 'estima runs --json | grep -q Completed'
    echo
    echo "docs/slurm.md has all settings of such a target, and what is said when something fails."
}

for section in "${sections[@]}"; do "show_$section"; done
