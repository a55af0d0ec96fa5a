"""The corpus and the recorded cases over a real socket, with the rules set through PutBucketCors."""

import json
import xml.etree.ElementTree as xml

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from conftest import HERE
from raw import ask

CASES = [
    case
    for file in sorted((HERE / "../../../tests/cases").resolve().glob("*.json"))
    for case in json.loads(file.read_text())["vectors"]
]


def differences(case, port, host, path):
    expect, request = case["expect"], case["request"]
    headers = [
        (name, line)
        for name, lines in request.get("headers", {}).items()
        for line in ([lines] if isinstance(lines, str) else lines)
    ]
    status, found, body = ask(port, host, request["method"], path, headers)
    is_options = request["method"] == "OPTIONS"

    def is_checked(name):
        ours = is_options or name == "vary" or name.startswith("access-control-")
        patterns = [pattern.lower() for pattern in expect.get("headers_checked", [])]
        matches = (
            name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
            for pattern in patterns
        )
        return ours and any(matches)

    wanted = {name.lower(): value for name, value in expect.get("headers", {}).items()}
    seen = {}
    for name, value in found:
        seen.setdefault(name, []).append(value)
    for name in sorted(set(seen) | set(wanted)):
        if is_checked(name):
            wants = [wanted[name]] if name in wanted else []
            if seen.get(name, []) != wants:
                yield f"{name} {seen.get(name)}, not {wants}"
    if is_options:
        if status != expect["status"]:
            yield f"status {status}, not {expect['status']}"
        if expect.get("error"):
            root = xml.fromstring(body)
            error = {child.tag: child.text or "" for child in root}
            for name in ("Code", "Message", "Method", "ResourceType"):
                if error.get(name) != expect["error"].get(name):
                    yield f"{name} {error.get(name)}, not {expect['error'].get(name)}"
        if expect.get("body") is not None and body != expect["body"].encode():
            yield f"body {body}"


@pytest.mark.parametrize("style", ["path", "virtual"])
def test_every_request_of_the_corpus_is_treated_as_by_s3(server, style):
    client = server.client(style)
    client.create_bucket(Bucket="corpus")
    groups = {}
    for case in CASES:
        if case["kind"] == "eval":
            exists = case.get("bucket_exists", True)
            key = (exists, json.dumps(case["cors"], sort_keys=True))
            groups.setdefault(key, []).append(case)
    failed, run = [], 0
    for (exists, cors), cases in groups.items():
        bucket = "corpus" if exists else "missing"
        rules = json.loads(cors)
        if exists and rules:
            client.put_bucket_cors(Bucket=bucket, CORSConfiguration=rules)
        elif exists:
            client.delete_bucket_cors(Bucket=bucket)
        for case in cases:
            key = "/" if case["request"]["path"] == "bucket" else "/photos/cat.jpg"
            host, path = ("127.0.0.1", f"/{bucket}{key}")
            if style == "virtual":
                host, path = (f"{bucket}.localhost", key)
            run += 1
            failed += [f"{case['id']}: {what}" for what in differences(case, server.port, host, path)]
    print(f"{run} requests, {len(groups)} configurations, {style}")
    assert run >= 600 and not failed, "\n".join(failed)


@pytest.mark.parametrize("style", ["path", "virtual"])
def test_every_configuration_of_the_corpus_is_stored_or_refused_as_by_s3(server, style):
    client = server.client(style)
    client.create_bucket(Bucket="corpus")
    failed, run, unsendable = [], 0, 0
    for case in CASES:
        if case["kind"] != "api":
            continue
        rules = case.get("config")
        if rules is None:
            repeat = case["config_repeat"]
            rules = {"CORSRules": [repeat["rule"]] * repeat["times"]}
        expect = case["expect"]
        try:
            client.put_bucket_cors(Bucket="corpus", CORSConfiguration=rules)
            status, error = 200, {}
        except ParamValidationError:
            # The SDK itself refuses it.
            unsendable += 1
            continue
        except ClientError as refused:
            status = refused.response["ResponseMetadata"]["HTTPStatusCode"]
            error = refused.response["Error"]
        run += 1
        found = [status, error.get("Code"), error.get("Message")]
        wanted = expect.get("error") or {}
        wants = [expect["status"], wanted.get("Code"), wanted.get("Message")]
        for has, want in zip(found, wants):
            if want is not None and has != want:
                failed.append(f"{case['id']}: {found}, not {wants}")
                break
        if status == 200 and expect.get("get"):
            stored = client.get_bucket_cors(Bucket="corpus")["CORSRules"]
            if stored != expect["get"]["CORSRules"]:
                failed.append(f"{case['id']}: stored {stored}")
    print(f"{run} configurations, {unsendable} that the SDK does not send, {style}")
    assert run >= 60 and not failed, "\n".join(failed)
