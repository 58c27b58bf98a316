#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes Lamscope known to the system: links to the programs and their man pages, completion for bash and zsh, and for the
# desktop an entry, an icon and the type of *.lamscope files. Everything links to this folder, which stays where it is.
# It needs no root where the prefix is a folder of yours.
#
# usage: ./install.sh [--prefix FOLDER] [--uninstall]
#
# --prefix     where the links go (default: ~/.local; /usr/local for everybody)
# --uninstall  remove what was made there; this folder stays
set -eu

root=$(dirname -- "$(readlink -f -- "$0")")
prefix=
uninstall=0

fail() {
    printf 'install.sh: error: %s\n' "$*" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    case $1 in
        --prefix)
            [ $# -ge 2 ] || fail "--prefix needs a folder"
            prefix=$2
            shift
            ;;
        --prefix=*) prefix=${1#*=} ;;
        --uninstall) uninstall=1 ;;
        -h | --help)
            sed -n '3,/^set/{s/^# \{0,1\}//;/^set/!p}' "$0"
            exit 0
            ;;
        *) fail "unknown argument $1; see ./install.sh --help" ;;
    esac
    shift
done
if [ -z "$prefix" ]; then
    [ -n "${HOME:-}" ] || fail "HOME is not set: give --prefix"
    prefix=$HOME/.local
fi

# Every file that is linked, relative to this folder and to the prefix alike.
linked() {
    (cd "$root" && find bin share/man share/bash-completion share/zsh share/icons share/mime share/metainfo -type f)
}

desktop=$prefix/share/applications/lamscope.desktop

refresh() {
    if command -v update-mime-database >/dev/null && [ -d "$prefix/share/mime" ]; then
        update-mime-database "$prefix/share/mime" || true
    fi
    if command -v update-desktop-database >/dev/null && [ -d "$prefix/share/applications" ]; then
        update-desktop-database "$prefix/share/applications" || true
    fi
}

if [ "$uninstall" = 1 ]; then
    linked | while IFS= read -r file; do
        # Only links that lead here: another version may have taken the place.
        if [ "$(readlink -- "$prefix/$file")" = "$root/$file" ]; then
            rm -f -- "$prefix/$file"
        fi
    done
    if [ -e "$desktop" ] && grep -qxF "X-Lamscope-Folder=$root" "$desktop"; then
        rm -f -- "$desktop"
    fi
    refresh
    printf 'removed from %s; to remove the program, delete %s\n' "$prefix" "$root"
    exit 0
fi

linked | while IFS= read -r file; do
    if [ -e "$prefix/$file" ] && [ ! -L "$prefix/$file" ]; then
        fail "$prefix/$file exists and is no link: remove it, or choose another prefix"
    fi
done
linked | while IFS= read -r file; do
    mkdir -p -- "$(dirname -- "$prefix/$file")"
    ln -sfn -- "$root/$file" "$prefix/$file"
done
mkdir -p -- "$prefix/share/applications"
# A desktop finds the program by its whole path: the prefix need not be in its PATH. In the value of Exec, the
# characters " ` $ \ are escaped inside quotes, and each backslash once more, as in all values.
command=$(printf '%s' "$root/bin/lamscope" | sed 's/[\\"`$]/\\&/g; s/\\/\\\\/g; s/%/%%/g')
while IFS= read -r line; do
    case $line in
        Exec=*) printf 'Exec="%s" %%F\n' "$command" ;;
        Icon=*) printf 'Icon=%s\n' "$root/share/icons/hicolor/scalable/apps/lamscope.svg" ;;
        *) printf '%s\n' "$line" ;;
    esac
done <"$root/share/applications/lamscope.desktop" >"$desktop"
printf 'X-Lamscope-Folder=%s\n' "$root" >>"$desktop"
refresh
printf 'installed in %s\n' "$prefix"
case :${PATH:-}: in
    *":$prefix/bin:"*) ;;
    *) printf 'to start it by name, add to your shell: export PATH="%s/bin:$PATH"\n' "$prefix" ;;
esac
