#!/usr/bin/env bash
# Runs every target for a while, 20 seconds each unless told otherwise, from the seeds on; stops at
# the first crash, whose input then lies in artifacts/.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-20}

../../../.ci/need cargo-fuzz nightly python3
PATH=$PWD/../../../target/tools/bin:$PATH
python3 seed.py
# No sanitizer: there is no unsafe code to watch, and without one far more inputs are tried.
cargo +nightly fuzz build --sanitizer none
for target in $(cargo +nightly fuzz list); do
    printf '\n=== %s\n' "$target"
    dictionary=()
    [ ! -e "$target.dict" ] || dictionary=(-dict="$target.dict")
    cargo +nightly fuzz run --sanitizer none "$target" -- -max_total_time="$seconds" \
        -max_len=4096 -timeout=10 -rss_limit_mb=512 -verbosity=0 -print_final_stats=1 "${dictionary[@]}"
done
