#!/usr/bin/env python3
"""Fills the corpora of the fuzz targets: the cases of tests/cases and the files of s3-cors-formats
as seeds, and what long runs have found, which is kept in `kept/`.

`seed.py keep TARGET FOLDER` keeps a folder of inputs for a target.
"""

import hashlib
import io
import json
import pathlib
import sys
import tarfile
from xml.sax.saxutils import escape

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE.parents[2] / "tests" / "cases"
FORMATS = HERE.parents[1] / "s3-cors-formats"

# The targets of s3-cors-formats, and the endings of the files that seed them.
OF_FORMATS = {
    "azure": [".xml"],
    "convert": [],
    "hcl": [".tf"],
    "json": [".json"],
    "template": [".json", ".yaml", ".yml"],
}

# What libFuzzer tries by itself; a longer seed would make it try longer inputs, and slower.
LONGEST = 4096


# What is kept of a target, before it is compressed: the shortest inputs come first.
KEPT = 60_000


def corpus(target):
    fuzz = FORMATS / "fuzz" if target in OF_FORMATS else HERE
    return fuzz / "corpus" / target


def keep(target, folder):
    """Packs inputs into an archive that is the same for the same inputs."""
    inputs = sorted((file.read_bytes() for file in pathlib.Path(folder).iterdir()), key=lambda i: (len(i), i))
    archive, size = HERE / "kept" / f"{target}.tar.xz", 0
    archive.parent.mkdir(exist_ok=True)
    with tarfile.open(archive, "w:xz", preset=9) as tar:
        for content in inputs:
            size += len(content)
            if size > KEPT:
                break
            info = tarfile.TarInfo(hashlib.sha1(content).hexdigest())
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    print(f"{target}: {archive.stat().st_size} bytes")


def unpack(archive):
    target = archive.name.removesuffix(".tar.xz")
    with tarfile.open(archive) as tar:
        for info in tar:
            write(target, tar.extractfile(info).read())


def write(target, seed):
    """Named by its content, as libFuzzer does it, so that no seed is written twice."""
    if len(seed) <= LONGEST:
        folder = corpus(target)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


# How `arbitrary` reads its primitives, for the structures of fuzz_targets/decide.rs.


def variant(index, count, fields=b""):
    """An enum's variant: a fraction of 32 bits."""
    return (-(-(index << 32) // count)).to_bytes(4, "little") + fields


def several(items):
    """A Vec: a true before each item, a false at the end."""
    return b"".join(b"\x01" + item for item in items) + b"\x00"


def optional(item):
    return b"\x00" if item is None else b"\x01" + item


def line(value):
    return value + b"\n"


METHODS = ["GET", "PUT", "HEAD", "POST", "DELETE", "PATCH", "OPTIONS"]
HEADERS = ["origin", "access-control-request-method", "access-control-request-headers"]


def method(value):
    names = [name.encode() for name in METHODS]
    if value in names:
        return variant(names.index(value), 8)
    return variant(7, 8, line(value))


def header(name, value):
    if name not in HEADERS:
        return variant(3, 4, line(value))
    encode = method if name == "access-control-request-method" else line
    return variant(HEADERS.index(name), 4, encode(value))


def rule(rule):
    def lines(key):
        return several(line(entry.encode()) for entry in rule.get(key, []))

    seconds = rule.get("MaxAgeSeconds")
    return b"".join(
        [
            lines("AllowedOrigins"),
            several(method(entry.encode()) for entry in rule["AllowedMethods"]),
            lines("AllowedHeaders"),
            lines("ExposeHeaders"),
            optional(None if seconds is None else seconds.to_bytes(8, "little", signed=True)),
        ]
    )


def bucket(case):
    if not case["bucket_exists"]:
        return variant(0, 3)
    if case["cors"] is None:
        return variant(1, 3)
    return variant(2, 3, b"\x00" + several(map(rule, case["cors"]["CORSRules"])))


def header_lines(request):
    for name, values in request["headers"].items():
        for value in [values] if isinstance(values, str) else values:
            yield name.lower(), value.encode("latin-1")


def decision(case, letters):
    request = case["request"]
    return b"".join(
        [
            variant(letters, 2),
            bucket(case),
            method(request["method"].encode()),
            several(header(*line) for line in header_lines(request)),
            b"\x01" if request["path"] == "bucket" else b"\x00",
        ]
    )


def xml(config):
    """Every member an element, every list its entries; what is no configuration is as welcome."""
    text = "<CORSConfiguration>"
    for rule in config["CORSRules"]:
        text += "<CORSRule>"
        for key, value in rule.items():
            entries, name = (value, key[:-1]) if isinstance(value, list) else ([value], key)
            text += "".join(f"<{name}>{escape(str(entry))}</{name}>" for entry in entries)
        text += "</CORSRule>"
    return text + "</CORSConfiguration>"


def main():
    for file in sorted(CASES.glob("*.json")):
        for case in json.loads(file.read_text(encoding="utf-8"))["vectors"]:
            config = case.get("cors") or case.get("config")
            if config:
                write("configuration_text", json.dumps(config).encode())
                write("xml", xml(config).encode())
            if case["kind"] == "load":
                write("configuration_text", case["text"].encode())
                if case["text"].lstrip().startswith("<"):
                    write("xml", case["text"].encode())
            if case["kind"] == "eval":
                for letters in [0, 1]:
                    write("decide", decision(case, letters))
                lines = [value for name, value in header_lines(case["request"]) if name == HEADERS[2]]
                write("requested_headers", b"\n".join(lines))
    for target, endings in OF_FORMATS.items():
        for file in sorted((FORMATS / "tests" / "corpus").rglob("*")):
            if file.suffix in endings:
                write(target, file.read_bytes())
    for archive in sorted((HERE / "kept").glob("*.tar.xz")):
        unpack(archive)
    for fuzz in [HERE, FORMATS / "fuzz"]:
        for folder in sorted((fuzz / "corpus").iterdir()):
            print(f"{folder.name}: {len(list(folder.iterdir()))} seeds")


if __name__ == "__main__":
    if sys.argv[1:2] == ["keep"]:
        keep(*sys.argv[2:])
    else:
        main()
