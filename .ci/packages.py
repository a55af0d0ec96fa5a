"""What `cargo metadata` says of the packages that are published."""

import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Shared, so that what other stages compiled is not compiled again.
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()


def metadata(*arguments, directory=ROOT):
    command = ["cargo", "metadata", "--locked", "--format-version", "1", *arguments]
    return json.loads(subprocess.check_output(command, cwd=directory))


def published(described):
    """The packages of this workspace that are published, by name."""
    members = set(described["workspace_members"])
    # `[]` is what `publish = false` becomes.
    found = [p for p in described["packages"] if p["id"] in members and p["publish"] != []]
    return {p["name"]: p for p in sorted(found, key=lambda p: p["name"])}


def is_library(package):
    return any("lib" in target["kind"] for target in package["targets"])
