# What is checked before a change lands. `just` lists the recipes; `.ci/run` runs all stages.

# Every stage of `.ci/run`, cheapest first. Each is a recipe below. `docs` comes after what uses other
# toolchains, because cargo removes the pages of another one, and `readme` needs them.
stages := "format packages deny lints features packaged oldest api docs examples live-bucket instructions fuzz local-s3 sdks readme"

# What `.ci/need` installs lies here.
export PATH := justfile_directory() / "target/tools/bin" + (if os_family() == "windows" { ";" } else { ":" }) + env("PATH")

[private]
list:
    @just --list --unsorted

# Format, lints, each set of features, docs
check: format lints features docs

# The README's second command
test:
    cargo test --workspace

# Everything .ci/run does
full:
    .ci/run

# Are all programs there? CI=true installs those that are missing
packages: (need "cargo-check-external-types" "cargo-deny" "cargo-fuzz" "cargo-hack" "chromedriver" "chromium" "curl" "nightly" "python3" "valgrind" "venv")

# rustfmt changes nothing
format:
    cargo fmt --all --check

# No warning of clippy's, in anything
lints:
    cargo clippy --workspace --all-targets --all-features --locked -- -D warnings

# Licences, sources and bans of deny.toml; `just deny advisories` asks RustSec's database
deny +checks="bans licenses sources": (need "cargo-deny")
    cargo deny --locked check {{ checks }}

# No warning of clippy's in a library with any set of its features
features: (need "cargo-hack" "python3")
    # `aws-config` adds a single function, and each set with it compiles the AWS SDK again: one is enough.
    cargo hack clippy --feature-powerset --exclude-features default,aws-config --lib --locked -q \
        $(.ci/libraries | sed 's/^/-p /') -- -D warnings
    cargo clippy -p s3-cors-sources --lib --all-features --locked -q -- -D warnings

# What would be published is complete, holds no stray file, and builds outside the workspace
packaged: (need "python3")
    .ci/packaged

# Each crate builds with the Rust version it names and the oldest dependencies it allows
oldest *tested="s3-cors tower-s3-cors": (need "nightly" "python3")
    .ci/oldest {{ tested }}

# No warning of rustdoc's, without features and with all of them
docs: (need "python3")
    #!/usr/bin/env bash
    set -euo pipefail
    export RUSTDOCFLAGS="-D warnings"
    for crate in $(.ci/libraries); do
        echo "$crate without features"
        cargo doc -q -p "$crate" --no-deps --no-default-features --locked
    done
    # Last, for a test follows the links of the pages that docs.rs will show. With `--examples`, of which
    # there are none, cargo takes the dependencies of `lints`, with those of tests. All binaries but
    # s3-cors, whose pages would overwrite those of the library.
    cargo doc --workspace --no-deps --all-features --locked -q --lib --examples --bin '[!s]*' --bin 's[!3]*'

# No library shows types of another crate in its API, but those its Cargo.toml allows
api: (need "cargo-check-external-types" "nightly" "python3")
    #!/usr/bin/env bash
    set -euo pipefail
    for crate in $(.ci/libraries); do
        echo "$crate"
        cargo +nightly check-external-types --all-features --manifest-path "crates/$crate/Cargo.toml"
    done

# Each example compiles after it is copied out of the workspace
examples:
    #!/usr/bin/env bash
    set -euo pipefail
    root=$PWD
    export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
    copies=$(mktemp -d)
    trap 'rm -rf "$copies"' EXIT
    for example in examples/*/; do
        name=$(basename "$example")
        # A workspace of its own already.
        [ "$name" = local-s3 ] && continue
        echo "$name"
        cp -r "$example" "$copies/$name"
        sed -i "s|path = \"../../|path = \"$root/|" "$copies/$name/Cargo.toml"
        cp Cargo.lock "$copies/$name/"
        (cd "$copies/$name" && cargo check -q)
    done

# The tool reads a live bucket, here a server on loopback, where it is built to
live-bucket:
    # The whole workspace, so that dependencies have the features that they have in `readme`.
    cargo test -q --workspace --features s3-cors-cli/s3 --locked --test cli live

# The main cases take no more instructions than benches/baseline.json allows
instructions: (need "valgrind")
    cargo run -q --release --locked -p s3-cors-bench --bin measure -- guard

# Runs each fuzz target for a while
fuzz seconds="10": (need "cargo-fuzz" "nightly" "python3")
    crates/s3-cors/fuzz/smoke.sh {{ seconds }}

# The local S3 server against the corpus, boto3, the AWS CLI and Chromium
local-s3: (need "chromedriver" "chromium" "npm" "venv")
    cargo fmt --manifest-path examples/local-s3/Cargo.toml --check
    cargo clippy -q --manifest-path examples/local-s3/Cargo.toml --all-targets --locked -- -D warnings
    S3_CORS_REQUIRE_BROWSER=1 examples/local-s3/proof/run

# What s3-cors-formats writes against the types of Google's, Azure's and AWS's SDKs, and Azurite
sdks: (need "npm" "venv")
    cargo fmt --manifest-path crates/s3-cors-formats/sdks/Cargo.toml --check
    crates/s3-cors-formats/sdks/run

# The README's two commands, word for word, on a fresh clone of the last commit
readme: (need "chromedriver" "chromium" "curl" "venv")
    .ci/readme

# The pages as docs.rs builds them, with nightly Rust
docs-rs: (need "nightly" "python3")
    RUSTDOCFLAGS="-D warnings --cfg docsrs" cargo +nightly doc -q --no-deps --all-features --locked $(.ci/libraries | sed 's/^/-p /')

# Nothing that was released breaks, unless the version says so; needs a first release
semver: (need "cargo-semver-checks")
    cargo semver-checks --workspace --all-features

# Publishes all crates, each after those that it needs; `just publish --dry-run` only tries
publish *flags:
    cargo publish --workspace --locked {{ flags }}

# The tool for a release, in target/release-assets
archive target:
    cargo build --release --locked -p s3-cors-cli --target {{ target }}
    .ci/archive {{ target }} "target/{{ target }}/release/s3-cors{{ if os_family() == "windows" { ".exe" } else { "" } }}"

[private]
need +programs:
    @.ci/need {{ programs }}
