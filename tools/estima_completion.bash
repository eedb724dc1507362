# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash
# Completion of estima's commands for bash. What may stand at a place is told by the program itself.
_estima() {
    local IFS=$'\n'
    mapfile -t COMPREPLY < <("$1" __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _estima estima
