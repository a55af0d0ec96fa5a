#!/usr/bin/env bash
# Runs every target of this folder and of s3-cors-formats for a while, 20 seconds each unless told
# otherwise, from the seeds and the kept corpora on. A crash's input then lies in artifacts/.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-20}

../../../.ci/need cargo-fuzz nightly python3
export PATH=$PWD/../../../target/tools/bin:$PATH
python3 seed.py

# One folder for both, because most of what is compiled is the same.
built=$PWD/target
# No sanitizer: there is no unsafe code to watch, and without one far more inputs are tried.
fuzz() { cargo +nightly fuzz "$1" --sanitizer none --target-dir "$built" "${@:2}"; }

run() {
    local dictionary=() log
    log=$(mktemp)
    cd "$1"
    [ ! -e "$2.dict" ] || dictionary=(-dict="$2.dict")
    if fuzz run "$2" -- -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=512 \
        -verbosity=0 -print_final_stats=1 "${dictionary[@]}" >"$log" 2>&1; then
        printf '%s: %s\n' "$2" "$(grep number_of_executed_units "$log")"
    else
        printf '\n=== %s\n' "$2"
        cat "$log"
        return 1
    fi
}

export built seconds
export -f fuzz run
for folder in . ../../s3-cors-formats/fuzz; do
    (cd "$folder" && fuzz build)
done
for folder in . ../../s3-cors-formats/fuzz; do
    cargo +nightly fuzz list --fuzz-dir "$folder" | sed "s|^|$folder |"
done | xargs -P "$(nproc)" -L 1 bash -c 'run "$@"' run
