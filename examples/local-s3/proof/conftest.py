"""A local-s3 of a test's own, and clients for it."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys

import boto3
import pytest
from botocore.config import Config

HERE = pathlib.Path(__file__).resolve().parent
EXECUTABLE = pathlib.Path(os.environ.get("LOCAL_S3", HERE.parent / "target/debug/local-s3"))
KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local-secret"}

# Browsers and curl know that every name below localhost is this machine; resolvers often do not.
_getaddrinfo = socket.getaddrinfo


def _localhost(host, *rest, **more):
    if isinstance(host, str) and host.endswith(".localhost"):
        host = "127.0.0.1"
    return _getaddrinfo(host, *rest, **more)


socket.getaddrinfo = _localhost


class Server:
    """A process, and where it listens."""

    def __init__(self, root, port=0):
        self.root = root
        self.process = subprocess.Popen(
            [EXECUTABLE, "--root", root, "--listen", f"127.0.0.1:{port}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in self.process.stdout:
            if line.startswith("listening on http://"):
                self.port = int(line.strip().rsplit(":", 1)[1])
                return
        raise AssertionError(f"it ended with {self.process.wait()}")

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(timeout=30)
        self.process.stdout.close()

    def client(self, style="path", **more):
        host = "127.0.0.1" if style == "path" else "localhost"
        return boto3.client(
            "s3",
            endpoint_url=f"http://{host}:{self.port}",
            region_name="us-east-1",
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
            config=Config(s3={"addressing_style": style}, retries={"max_attempts": 0}, **more),
        )

    def aws(self, *arguments, fails=False):
        """The AWS CLI: what it prints, or what it says of a failure."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            **KEYS,
        }
        aws = pathlib.Path(sys.executable).parent / "aws"
        done = subprocess.run([aws, *arguments], env=environment, text=True, capture_output=True)
        assert (done.returncode != 0) == fails, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stderr if fails else done.stdout


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path / "root")
    yield server
    if server.process.poll() is None:
        server.stop()
    shutil.rmtree(tmp_path, ignore_errors=True)
