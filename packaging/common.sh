# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Sourced by the scripts of this folder: messages, the failure trap, and the folders.

set -Eeuo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
program=packaging/$(basename -- "$0")
# What the script is about to do; the failure message names it.
step="starting"

say() {
    printf '%s: %s\n' "$program" "$*" >&2
}

die() {
    say "error: $*"
    exit 1
}

usageError() {
    say "$*; see $program --help"
    exit 2
}

# The comment at the top of the script is its help text.
printHelp() {
    sed -n '3,/^$/{s/^# \{0,1\}//;p}' "$0"
}

begin() {
    step=$*
    say "$step"
}

failed() {
    local code=$1 line=$2
    say "error: stopped (exit code $code, line $line) while $step; the reason is above"
}
trap 'failed "$?" "$LINENO"' ERR

# Prints the version of the program. CMakeLists.txt is the only place where it stands.
projectVersion() {
    sed -n 's/^project(lamscope VERSION \([0-9.]*\) .*/\1/p' "$root/CMakeLists.txt"
}

# Prints the time that files of a package get, in seconds since 1970: SOURCE_DATE_EPOCH, or when the newest change was
# committed.
packageTime() {
    printf '%s\n' "${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}"
}

# Prints how many jobs to run at once: one for each core, at most `$1`, with 2 GiB of free memory for each. Compilers of
# torch headers and tests of large networks need up to 2 GiB.
parallelJobs() {
    local jobs cores available
    cores=$(nproc)
    jobs=${1:-$cores}
    available=$(awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo)
    if [[ $jobs -gt $cores ]]; then jobs=$cores; fi
    if [[ $jobs -gt $((available / 2)) ]]; then jobs=$((available / 2)); fi
    if [[ $jobs -lt 1 ]]; then jobs=1; fi
    printf '%s\n' "$jobs"
}

# Relative folders start at the caller's working folder. An empty variable counts as unset.
for variable in LAMSCOPE_CACHE LAMSCOPE_LIBTORCH LAMSCOPE_DATA; do
    if [[ -z ${!variable:-} ]]; then
        unset "$variable"
    else
        declare -x "$variable=$(realpath -m -- "${!variable}")"
    fi
done
if [[ -z ${LAMSCOPE_CACHE:-} ]]; then
    [[ -n ${HOME:-} ]] || die "neither HOME nor LAMSCOPE_CACHE is set: set LAMSCOPE_CACHE to a folder for LibTorch"
    export LAMSCOPE_CACHE=$HOME/.cache/lamscope
fi
# Test and demo data are not part of the repository; by default they lie beside the checkout.
if [[ -z ${LAMSCOPE_DATA:-} && -d $root/../shared/data ]]; then
    LAMSCOPE_DATA=$(cd -- "$root/../shared/data" && pwd -P)
    export LAMSCOPE_DATA
fi

cd -- "$root"
