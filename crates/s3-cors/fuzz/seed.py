#!/usr/bin/env python3
"""Writes the cases of tests/cases as seeds into the corpora of the fuzz targets."""

import hashlib
import json
import pathlib
from xml.sax.saxutils import escape

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE.parents[2] / "tests" / "cases"

# What libFuzzer tries by itself; a longer seed would make it try longer inputs, and slower.
LONGEST = 4096


def write(target, seed):
    """Named by its content, as libFuzzer does it, so that no seed is written twice."""
    if len(seed) <= LONGEST:
        folder = HERE / "corpus" / target
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
    for folder in sorted((HERE / "corpus").iterdir()):
        print(f"{folder.name}: {len(list(folder.iterdir()))} seeds")


if __name__ == "__main__":
    main()
