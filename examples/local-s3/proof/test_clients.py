"""boto3 and the AWS CLI set, read, delete and break configurations."""

import json
import signal
import socket
import subprocess
import threading
from hashlib import sha256

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from conftest import EXECUTABLE, KEYS, Server
from raw import ask

RULE = {"AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["GET"]}
MALFORMED = (
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
)

LONG_ID = "The ID of a CORS rule must not exceed 255 characters."


def rules(count=1, **changes):
    return {"CORSRules": [{**RULE, **changes}] * count}


def refused(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    answer = error.value.response
    return (
        answer["ResponseMetadata"]["HTTPStatusCode"],
        answer["Error"]["Code"],
        answer["Error"].get("Message"),
    )


def signed(server, method, path, body, headers=(("Content-MD5", "x"),)):
    """A request with a signature, whatever its body: status and body."""
    url = f"http://127.0.0.1:{server.port}{path}"
    request = AWSRequest(method, url, data=body, headers=dict(headers))
    credentials = Credentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"])
    request.headers["X-Amz-Content-SHA256"] = sha256(body).hexdigest()
    SigV4Auth(credentials, "s3", "us-east-1").add_auth(request)
    headers = [(name, value) for name, value in request.headers.items() if name != "Host"]
    status, _, answer = ask(server.port, "127.0.0.1", method, path, headers, body)
    return status, answer.decode()


@pytest.mark.parametrize("style", ["path", "virtual"])
def test_boto3_sets_reads_and_deletes_a_configuration(server, style):
    client = server.client(style)
    client.create_bucket(Bucket="photos")
    missing = (404, "NoSuchCORSConfiguration", "The CORS configuration does not exist")
    assert refused(client.get_bucket_cors, Bucket="photos") == missing
    full = rules(AllowedHeaders=["X-Amz-*"], ExposeHeaders=["ETag"], MaxAgeSeconds=5, ID="one")
    done = client.put_bucket_cors(Bucket="photos", CORSConfiguration=full)
    assert done["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert client.get_bucket_cors(Bucket="photos")["CORSRules"] == full["CORSRules"]
    for _ in range(2):
        done = client.delete_bucket_cors(Bucket="photos")
        assert done["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(client.get_bucket_cors, Bucket="photos") == missing
    none = (404, "NoSuchBucket", "The specified bucket does not exist")
    for call in (client.get_bucket_cors, client.delete_bucket_cors):
        assert refused(call, Bucket="missing") == none
    assert refused(client.put_bucket_cors, Bucket="missing", CORSConfiguration=full) == none


def test_what_breaks_a_configuration_is_refused_and_the_rules_in_force_stay(server):
    client = server.client()
    client.create_bucket(Bucket="photos")
    client.put_bucket_cors(Bucket="photos", CORSConfiguration=rules(100))
    long = [f"https://{number:04}.{'x' * 80}.example" for number in range(600)]
    for broken, code, message in [
        (
            rules(101),
            "InvalidRequest",
            "The number of CORS rules should not exceed allowed limit of 100 rules.",
        ),
        (rules(AllowedOrigins=long), "MaxMessageLengthExceeded", "Your request was too big."),
        (
            rules(AllowedMethods=["GET", "PATCH"]),
            "InvalidRequest",
            "Found unsupported HTTP method in CORS config. Unsupported method is PATCH",
        ),
        (
            rules(AllowedOrigins=["*example*.com"]),
            "InvalidRequest",
            'AllowedOrigin "*example*.com" can not have more than one wildcard.',
        ),
        (rules(ID="i" * 256), "InvalidRequest", LONG_ID),
        (rules(ID="é" * 256), "InvalidRequest", LONG_ID),
        (rules(0), *MALFORMED),
    ]:
        found = refused(client.put_bucket_cors, Bucket="photos", CORSConfiguration=broken)
        assert found == (400, code, message)
    for body in (b"", b"hello", b'[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]', b"<a/>"):
        status, answer = signed(server, "PUT", "/photos?cors", body)
        assert status == 400 and f"<Code>{MALFORMED[0]}</Code>" in answer, answer
        assert f"<Message>{MALFORMED[1]}</Message>" in answer
    assert len(client.get_bucket_cors(Bucket="photos")["CORSRules"]) == 100


@pytest.mark.parametrize("letter", ["i", "é"])
def test_an_id_of_255_characters_is_stored(server, letter):
    client = server.client()
    client.create_bucket(Bucket="photos")
    longest = rules(ID=letter * 255)
    client.put_bucket_cors(Bucket="photos", CORSConfiguration=longest)
    assert client.get_bucket_cors(Bucket="photos")["CORSRules"] == longest["CORSRules"]


def test_a_configuration_needs_keys_and_a_checksum(server):
    client = server.client()
    client.create_bucket(Bucket="photos")
    status, _, body = ask(server.port, "127.0.0.1", "PUT", "/photos?cors", [("Content-MD5", "x")])
    assert status == 403 and b"AccessDenied" in body
    wrong = server.client()
    wrong._request_signer._credentials = Credentials("local", "wrong")
    code = refused(wrong.put_bucket_cors, Bucket="photos", CORSConfiguration=rules())[1]
    assert code == "SignatureDoesNotMatch"
    status, answer = signed(server, "PUT", "/photos?cors", b"<a/>", headers=())
    message = "<Message>Missing required header for this request: Content-MD5</Message>"
    assert status == 400 and message in answer, answer


def test_the_aws_cli_sets_reads_deletes_and_breaks_a_configuration(server, tmp_path):
    def put(document, **more):
        file = tmp_path / "cors.json"
        file.write_text(json.dumps(document))
        given = ["--bucket", "photos", "--cors-configuration", f"file://{file}"]
        return server.aws("s3api", "put-bucket-cors", *given, **more)

    server.aws("s3", "mb", "s3://photos")
    get = ["s3api", "get-bucket-cors", "--bucket", "photos"]
    assert "(NoSuchCORSConfiguration) when calling the GetBucketCors operation: The CORS" in (
        server.aws(*get, fails=True)
    )
    assert put(rules(100)) == ""
    assert len(json.loads(server.aws(*get))["CORSRules"]) == 100
    assert "(InvalidRequest) when calling the PutBucketCors operation: The number of CORS" in (
        put(rules(101), fails=True)
    )
    assert "Unsupported method is PATCH" in put(rules(AllowedMethods=["PATCH"]), fails=True)
    assert f"(InvalidRequest) when calling the PutBucketCors operation: {LONG_ID}" in (
        put(rules(ID="i" * 256), fails=True)
    )
    assert "(MaxMessageLengthExceeded) when calling the PutBucketCors operation: Your request" in (
        put(rules(AllowedOrigins=[f"https://{n:04}.{'x' * 80}.example" for n in range(600)]), fails=True)
    )
    assert 'AllowedOrigin "*example*.com" can not have more than one wildcard.' in (
        put(rules(AllowedOrigins=["*example*.com"]), fails=True)
    )
    assert len(json.loads(server.aws(*get))["CORSRules"]) == 100
    assert put(rules(ID="i" * 255)) == ""
    assert json.loads(server.aws(*get))["CORSRules"][0]["ID"] == "i" * 255
    server.aws("s3api", "delete-bucket-cors", "--bucket", "photos")
    server.aws(*get, fails=True)


def preflight(server, bucket):
    headers = [("Origin", RULE["AllowedOrigins"][0]), ("Access-Control-Request-Method", "GET")]
    status, found, _ = ask(server.port, "127.0.0.1", "OPTIONS", f"/{bucket}/key", headers)
    return status, dict(found).get("access-control-expose-headers")


def test_rules_survive_a_restart_and_go_with_their_bucket(server):
    client = server.client()
    for name in ("photos", "drafts"):
        client.create_bucket(Bucket=name)
    client.put_bucket_cors(Bucket="photos", CORSConfiguration=rules(ExposeHeaders=["ETag"]))
    assert preflight(server, "photos") == (200, "ETag")
    (server.root / "by-hand").mkdir()
    assert preflight(server, "by-hand") == (403, None)
    server.stop()
    again = Server(server.root)
    try:
        assert preflight(again, "photos") == (200, "ETag")
        again.client().delete_bucket(Bucket="photos")
        again.client().create_bucket(Bucket="photos")
        assert preflight(again, "photos") == (403, None)
        assert not (server.root / ".local-s3/photos").exists()
    finally:
        again.stop()


def test_killed_in_the_middle_of_puts_the_store_holds_old_rules_or_new_ones(tmp_path):
    """Each put's rules say the same number in 60 places."""
    root = tmp_path / "root"
    last, seen = 0, set()
    for round_ in range(4):
        server = Server(root)
        client = server.client()
        if round_ == 0:
            client.create_bucket(Bucket="photos")
        stored = None
        if last:
            stored = client.get_bucket_cors(Bucket="photos")["CORSRules"]
            numbers = {rule["MaxAgeSeconds"] for rule in stored}
            assert len(stored) == 60 and len(numbers) == 1
            # What was acknowledged is there; what was under way may be.
            assert numbers <= {last, last + 1}
            seen |= numbers
            last = numbers.pop()
        done = threading.Event()

        def kill():
            done.wait(timeout=60)
            server.process.send_signal(signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            for number in range(50 + 7 * round_):
                client.put_bucket_cors(
                    Bucket="photos", CORSConfiguration=rules(60, MaxAgeSeconds=last + 1)
                )
                last += 1
            done.set()
            while True:
                client.put_bucket_cors(
                    Bucket="photos", CORSConfiguration=rules(60, MaxAgeSeconds=last + 1)
                )
                last += 1
        except Exception as error:  # noqa: BLE001
            assert done.is_set(), error
        killer.join()
        server.stop()
    assert last >= 200 and len(seen) == 3


def test_what_keeps_it_from_starting_is_told(server, tmp_path):
    def start(*arguments):
        done = subprocess.run([EXECUTABLE, *arguments], text=True, capture_output=True, timeout=30)
        return done.returncode, done.stderr

    taken = f"127.0.0.1:{server.port}"
    code, said = start("--root", tmp_path / "other", "--listen", taken)
    assert code == 2 and f"{taken}: " in said and "choose another address" in said
    code, said = start("--root", "/proc/nowhere")
    assert code == 2 and "/proc/nowhere: cannot be made" in said
    code, said = start("--domain", "http://localhost")
    assert code == 2 and "is not a host name" in said
    assert start("--port", "1")[0] == 2

    root = tmp_path / "broken"
    folder = root / ".local-s3/photos"
    folder.mkdir(parents=True)
    (root / "photos").mkdir()
    (folder / "cors.xml").write_text("<CORSConfiguration><CORSRule>")
    code, said = start("--root", root, "--listen", "127.0.0.1:0")
    assert code == 2 and "photos/cors.xml:1:" in said and "nothing was changed" in said, said
    assert (folder / "cors.xml").read_text() == "<CORSConfiguration><CORSRule>"


def test_preflights_need_no_signature_and_the_service_itself_has_no_cors(server):
    client = server.client()
    client.create_bucket(Bucket="photos")
    client.put_bucket_cors(Bucket="photos", CORSConfiguration=rules())
    assert preflight(server, "photos")[0] == 200
    status, _, body = ask(
        server.port,
        "127.0.0.1",
        "OPTIONS",
        "/",
        [("Origin", "https://www.example.com"), ("Access-Control-Request-Method", "GET")],
    )
    assert status == 403 and b"<Message>CORSResponse: Bucket not found</Message>" in body


def test_the_port_is_free_again_after_it_was_stopped(server):
    server.stop()
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", server.port))
