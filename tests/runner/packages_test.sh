#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# shellcheck disable=SC2016,SC2317
# packages_test.sh SOURCE_TREE: what cmake/packages.sh does on machines that differ, played by programs in PATH.
set -uo pipefail
tree=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

# machine NAME=TEXT...: a PATH with these programs only (TEXT is their shell code) and what the script itself needs.
machine() {
    rm -rf "${folder:?}/bin" "$folder/calls"
    mkdir "$folder/bin"
    : >"$folder/calls"
    local program
    for program in bash env sort cat rm mktemp; do ln -s "$(command -v "$program")" "$folder/bin/$program"; done
    for program in "$@"; do
        printf '#!/bin/bash\n%s\n' "${program#*=}" >"$folder/bin/${program%%=*}"
        chmod +x "$folder/bin/${program%%=*}"
    done
}
# install GROUP: sets status, output and calls
install() {
    output=$(PATH=$folder/bin CALLS=$folder/calls bash -c "source '$tree/cmake/packages.sh'; estima_install_packages $1" \
        2>&1 </dev/null)
    status=$?
    calls=$(cat "$folder/calls")
}
expect() { # expect SENTENCE CONDITION...
    local sentence=$1
    shift
    "$@" && return
    echo "NOT OK: $sentence"
    echo "  status $status, output: $output"
    echo "  calls: $calls"
    failures=$((failures + 1))
}
contains() { [[ $1 == *"$2"* ]]; }
lacks() { [[ $1 != *"$2"* ]]; }

all_installed='printf installed'
no_git='for name; do :; done; [ "$name" = git ] || printf installed'
apt='echo "apt-get $*" >>"$CALLS"'
root='echo 0'
user='echo 1000'

machine "dpkg-query=$all_installed" "apt-get=$apt" "id=$root"
install tests
expect "nothing missing: success" [ "$status" = 0 ]
expect "nothing missing: apt-get is not called" [ -z "$calls" ]
expect "nothing missing: nothing is said" [ -z "$output" ]

machine "dpkg-query=$no_git" "apt-get=$apt" "id=$root"
install quickstart
expect "root: success" [ "$status" = 0 ]
expect "root: the package lists are updated first" contains "${calls%%$'\n'*}" update
expect "root: what is missing is installed, alone" contains "$calls" "install -y --no-install-recommends git"

machine "dpkg-query=$no_git" "apt-get=$apt" "id=$user" 'sudo=if [ "$1" = -n ]; then shift; fi; exec "$@"' "true=:"
install quickstart
expect "sudo without a password: installed" contains "$calls" "install -y --no-install-recommends git"

machine "dpkg-query=$no_git" "apt-get=$apt" "id=$user" "sudo=exit 1"
install quickstart
expect "no root: failure" [ "$status" != 0 ]
expect "no root: the package is named" contains "$output" "install --no-install-recommends git"
expect "no root: apt-get is not called" [ -z "$calls" ]

machine "dpkg-query=$no_git" "apt-get=echo 'E: no such host'; exit 100" "id=$root"
install quickstart
expect "apt-get fails: failure" [ "$status" != 0 ]
expect "apt-get fails: its words are shown" contains "$output" "E: no such host"

machine "id=$user"
install build
expect "another system: the packages are named" contains "$output" "nlohmann-json3-dev"
expect "another system: the build may try" [ "$status" = 0 ]

machine "dpkg-query=exit 1" "apt-get=$apt" "id=$root"
install quickstart
expect "the quickstart needs no PyTorch" lacks "$calls" torch
expect "the quickstart needs scikit-learn" contains "$calls" python3-sklearn

[ "$failures" = 0 ] && echo "all as expected"
exit $((failures > 0))
