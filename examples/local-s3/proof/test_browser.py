"""Chromium: the walkthrough's page blocked, then loaded; uploads from a page."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from conftest import EXECUTABLE, HERE, _localhost  # noqa: F401

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
DRIVER = shutil.which("chromedriver")
REQUIRED = os.environ.get("S3_CORS_REQUIRE_BROWSER", "0") not in ("", "0")


@pytest.fixture
def browser(tmp_path):
    if not (CHROMIUM and DRIVER):
        assert not REQUIRED, "chromium and chromedriver are needed"
        pytest.skip("no chromium or chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ("headless=new", "no-sandbox", "disable-dev-shm-usage", f"user-data-dir={tmp_path}/b"):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=DRIVER)
    browser = webdriver.Chrome(options=options, service=service)
    yield browser
    browser.quit()


def until(browser, script):
    return WebDriverWait(browser, 30).until(lambda browser: browser.execute_script(script))


def test_the_walkthroughs_page_is_blocked_and_then_loaded(browser):
    aws = pathlib.Path(sys.executable).parent / "aws"
    environment = {**os.environ, "AWS": str(aws), "LOCAL_S3": str(EXECUTABLE)}
    script = subprocess.Popen(
        [HERE.parent / "walkthrough", "127.0.0.1:0"],
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    said = []

    def url_after(word):
        for line in script.stdout:
            said.append(line)
            if found := re.fullmatch(rf"{word} (http://\S+)\n", line):
                return found[1]
        raise AssertionError(f"it ended with {script.wait()}: {''.join(said)}")

    def go_on():
        script.stdin.write("\n")
        script.stdin.flush()

    page = "return document.querySelector('#loaded').textContent"
    browser.get(url_after("open"))
    until(browser, "return document.title === 'error'")
    assert browser.execute_script(page).startswith("Blocked")
    logged = " ".join(entry["message"] for entry in browser.get_log("browser"))
    assert "blocked by CORS policy: No 'Access-Control-Allow-Origin' header" in logged, logged
    go_on()
    url_after("refresh")
    browser.refresh()
    until(browser, "return document.title === 'success'")
    assert browser.execute_script(page).strip() == "This paragraph comes from the other bucket."
    go_on()
    rest = script.stdout.read()
    assert script.wait() == 0, "".join(said) + rest
    assert rest.rstrip().endswith("$ aws s3 ls\n\nDone."), rest


UPLOAD = """
const done = arguments[arguments.length - 1];
(async () => {
  const [urls, bodies] = arguments;
  const seen = [];
  for (let i = 0; i < urls.length; i++) {
    const response = await fetch(urls[i], {
      method: "PUT",
      body: bodies[i],
      headers: {"Content-Type": "text/plain"},
    });
    seen.push([response.status, response.headers.get("ETag")]);
  }
  return seen;
})().then(done, (error) => done(String(error)));
"""


def test_a_page_uploads_with_presigned_urls_and_reads_the_etags(browser, server):
    client = server.client("virtual", signature_version="s3v4")
    for bucket in ("app", "uploads"):
        client.create_bucket(Bucket=bucket)
    client.put_object(Bucket="app", Key="index.html", Body=b"<p>app", ContentType="text/html")
    client.put_bucket_policy(
        Bucket="app",
        Policy="""{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"},
            "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::app/*"}]}""",
    )
    client.put_bucket_website(
        Bucket="app", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}
    )
    origin = f"http://app.s3-website.localhost:{server.port}"
    rule = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["PUT"],
        "AllowedHeaders": ["content-type"],
    }

    def presigned(operation, **more):
        parameters = {"Bucket": "uploads", "Key": "file.txt", **more}
        return client.generate_presigned_url(operation, Params=parameters)

    def upload(urls, bodies):
        return browser.execute_async_script(UPLOAD, urls, bodies)

    browser.get(f"{origin}/")
    url = presigned("put_object")
    assert upload([url], ["hello"]) == "TypeError: Failed to fetch"

    client.put_bucket_cors(Bucket="uploads", CORSConfiguration={"CORSRules": [rule]})
    assert upload([url], ["hello"]) == [[200, None]]
    rule["ExposeHeaders"] = ["ETag"]
    client.put_bucket_cors(Bucket="uploads", CORSConfiguration={"CORSRules": [rule]})
    [[status, etag]] = upload([url], ["hello"])
    stored = client.get_object(Bucket="uploads", Key="file.txt")
    assert (status, etag, stored["Body"].read()) == (200, stored["ETag"], b"hello")

    # Three parts: all but the last of at least 5 MiB, as at AWS.
    parts = ["a" * (5 * 1024 * 1024), "b" * (5 * 1024 * 1024), "c"]
    begun = client.create_multipart_upload(Bucket="uploads", Key="file.txt")["UploadId"]
    urls = [
        presigned("upload_part", UploadId=begun, PartNumber=number) for number in (1, 2, 3)
    ]
    seen = upload(urls, parts)
    assert all(status == 200 and etag for status, etag in seen), seen
    client.complete_multipart_upload(
        Bucket="uploads",
        Key="file.txt",
        UploadId=begun,
        MultipartUpload={
            "Parts": [
                {"PartNumber": number, "ETag": etag}
                for number, (_, etag) in enumerate(seen, start=1)
            ]
        },
    )
    body = client.get_object(Bucket="uploads", Key="file.txt")["Body"].read()
    assert body == "".join(parts).encode()
