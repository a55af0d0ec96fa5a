//! What the page gets.

use serde_json::{Value, json};

use super::{SITE, Serving};
use crate::run::{Directory, run};

#[test]
fn the_page_is_served_at_its_address_and_loads_nothing_else() {
    let directory = Directory::new();
    let serving = Serving::start(directory.path(), &[]);
    let host = serving.host();
    for host in [host.clone(), host.replace("127.0.0.1", "localhost")] {
        let target = format!("/{}/", serving.token);
        let got = serving.raw("GET", &target, &[("Host", &host)], "");
        assert_eq!(got.status, 200, "{got:?}");
        for line in [
            "content-security-policy: default-src 'none'; script-src 'nonce-",
            "frame-ancestors 'none'",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "cross-origin-resource-policy: same-origin",
            "x-content-type-options: nosniff",
        ] {
            assert!(got.head.contains(line), "{line}: {}", got.head);
        }
        for reference in ["src=", "url(", "@import", "import(", "https://cdn"] {
            assert!(!got.body.contains(reference), "{reference}");
        }
    }
}

#[test]
fn every_endpoint_responds_to_the_page() {
    let directory = Directory::with(SITE);
    let serving = Serving::start(directory.path(), &["cors.json"]);
    for (method, endpoint, body) in serving.endpoints() {
        let host = serving.host();
        let headers = [
            ("Host", &host[..]),
            ("Origin", &format!("http://{host}")),
            ("Content-Type", "application/json"),
        ];
        let target = format!("/{}/{endpoint}", serving.token);
        let got = serving.raw(method, &target, &headers, &body);
        // The version is not the file's.
        let expected = if method == "PUT" { 409 } else { 200 };
        assert_eq!(got.status, expected, "{method} {endpoint}: {got:?}");
    }
}

#[cfg(unix)]
#[test]
fn saving_keeps_permissions_and_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let directory = Directory::with(SITE);
    let file = directory.path().join("cors.json");
    let permissions = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(&file, permissions).expect("permissions");
    symlink("cors.json", directory.path().join("link.json")).expect("a link");
    let serving = Serving::start(directory.path(), &["link.json"]);
    let now = serving.ask("GET", "file", &Value::Null);
    let now: Value = serde_json::from_str(&now.body).expect("JSON");
    let saved = json!({"text": "[ ]", "version": now["version"]});
    assert_eq!(serving.ask("PUT", "file", &saved).status, 200);
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), "[ ]");
    let mode = std::fs::metadata(&file)
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    let link = std::fs::symlink_metadata(directory.path().join("link.json"));
    assert!(link.expect("a link").is_symlink());
}

#[test]
fn what_the_page_gets_is_what_the_commands_print() {
    let directory = Directory::with(SITE);
    let other = SITE.replace("PUT", "GET");
    directory.write("after", &other);
    directory.write("before", SITE);
    let serving = Serving::start(directory.path(), &["cors.json"]);
    let printed = |arguments: &[&str]| {
        let arguments: Vec<&str> = arguments
            .iter()
            .copied()
            .chain(["--format", "json"])
            .collect();
        run(directory.path(), &arguments).json()
    };
    let text = json!({"text": SITE});
    assert_eq!(
        serving.document("check", &text),
        printed(&["check", "cors.json"])
    );
    assert_eq!(
        serving.document("show", &text),
        printed(&["show", "cors.json"])
    );
    let compared = json!({"before": SITE, "after": other});
    assert_eq!(
        serving.document("diff", &compared),
        printed(&["diff", "before", "after"])
    );
    for form in ["console", "cli", "cli-input", "cloudformation", "xml"] {
        let asked = json!({"text": SITE, "to": form});
        let expected = printed(&["convert", "cors.json", "--to", form]);
        assert_eq!(serving.document("convert", &asked), expected);
    }

    let asked = json!({
        "text": SITE, "origin": "https://app.example.com/", "url": "https://b.example/",
        "method": "PUT", "headers": ["x-a: 1"], "credentials": "include",
    });
    let conversation = serving.document("converse", &asked);
    let fetch = [
        "explain",
        "cors.json",
        "--fetch",
        "--origin",
        "https://app.example.com",
        "--url",
        "https://b.example/",
        "--method",
        "PUT",
        "--header",
        "x-a: 1",
        "--credentials",
        "include",
    ];
    assert_eq!(conversation["fetch"], printed(&fetch));
    let sent = [
        "explain",
        "cors.json",
        "--origin",
        "https://app.example.com",
        "--method",
        "PUT",
    ];
    let preflight = printed(&[&sent[..], &["--header", "x-a"]].concat());
    for member in [
        "allowed",
        "text",
        "rules",
        "suggestion",
        "alternative",
        "s3_error",
    ] {
        assert_eq!(
            conversation["preflight"][member], preflight[member],
            "{member}"
        );
    }
    let request = printed(&[&sent[..], &["--actual"]].concat());
    for member in ["allowed", "text", "rules", "suggestion", "outcome"] {
        assert_eq!(conversation["request"][member], request[member], "{member}");
    }
    let applied = [&sent[..], &["--header", "x-a", "--apply", "console"]].concat();
    assert_eq!(serving.document("apply", &asked), printed(&applied));

    // Also what goes wrong.
    directory.write("cors.json", "[{");
    let text = json!({"text": "[{"});
    assert_eq!(
        serving.document("check", &text),
        printed(&["check", "cors.json"])
    );
    assert_eq!(
        serving.document("show", &text),
        printed(&["show", "cors.json"])
    );
}

#[test]
fn the_file_is_followed() {
    let directory = Directory::with(SITE);
    let serving = Serving::start(directory.path(), &["cors.json"]);
    let file = |known: &str| -> Value {
        let got = serving.ask("GET", &format!("file?version={known}"), &Value::Null);
        serde_json::from_str(&got.body).expect("JSON")
    };
    let first = file("");
    assert_eq!(
        (&first["text"], &first["file"]),
        (&json!(SITE), &json!("cors.json"))
    );
    let version = first["version"].as_str().expect("a version");
    assert_eq!(file(version).get("text"), None);
    directory.write("cors.json", "[]");
    assert_eq!(file(version)["text"], "[]");
    std::fs::remove_file(directory.path().join("cors.json")).expect("it is there");
    assert!(file(version)["error"].is_string());
}

#[test]
fn what_cannot_be_served_is_reported() {
    let directory = Directory::new();
    let ran = directory.run(&["ui", "--no-open", "missing.json"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("missing.json: "), "{}", ran.stderr);
    let ran = directory.run(&["ui", "--no-open", "--link", "https://example.com/"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr
            .contains("the link was not copied from this page"),
        "{}",
        ran.stderr
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let ran = directory.run(&["ui", "--no-open", "--port", &port, "--format", "json"]);
    assert!(
        ran.json()["failure"]["message"]
            .as_str()
            .is_some_and(|text| text.contains(&port))
    );
}

#[cfg(target_os = "linux")]
#[test]
fn the_page_is_opened_in_the_browser_unless_told_otherwise() {
    use std::io::{BufRead, BufReader};
    use std::os::unix::fs::PermissionsExt;
    use std::process::Stdio;

    let directory = Directory::new();
    directory.write(
        "xdg-open",
        "#!/bin/sh\necho \"$1\" > opened.new\nmv opened.new opened\n",
    );
    let opener = directory.path().join("xdg-open");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&opener, executable).expect("permissions");
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", directory.path().display());
    let opened = directory.path().join("opened");
    let start = |more: &[&str]| {
        let mut process = crate::run::tool()
            .arg("ui")
            .args(more)
            .env("PATH", &path)
            .current_dir(directory.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the tool");
        let stdout = BufReader::new(process.stdout.take().expect("it is piped"));
        let line = stdout.lines().next().expect("a line").expect("UTF-8");
        (process, line.replace("The page is at ", ""))
    };
    let (mut process, _) = start(&["--no-open"]);
    process
        .kill()
        .and_then(|()| process.wait())
        .expect("it runs");
    assert!(!opened.exists());
    let (mut process, address) = start(&["--link", "http://127.0.0.1:1/#e30"]);
    while !opened.exists() {
        assert_eq!(process.try_wait().expect("a process"), None);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let (page, state) = address.split_once('#').expect("a state");
    assert_eq!(state, "e30");
    let rest = page.strip_prefix("http://127.0.0.1:").expect("an address");
    let (port, token) = rest.split_once('/').expect("a token");
    let serving = Serving {
        process,
        port: port.parse().expect("a port"),
        token: token.trim_end_matches('/').into(),
    };

    // Others may see the address that the browser is started with: it is good for one use.
    let opened = std::fs::read_to_string(opened).expect("a file");
    let opened = opened.trim_end();
    assert!(!opened.contains(&serving.token), "{opened}");
    let host = serving.host();
    let target = opened.strip_prefix(&format!("http://{host}"));
    let target = target.and_then(|target| target.strip_suffix("#e30"));
    let target = target.expect("an address");
    let foreign = [("Host", &host[..]), ("Origin", "https://a.example")];
    assert_eq!(serving.raw("GET", target, &foreign, "").status, 403);
    let other = [("Host", "a.example")];
    assert_eq!(serving.raw("GET", target, &other, "").status, 403);
    let own = [("Host", &host[..])];
    assert_eq!(serving.raw("GET", "/open//", &own, "").status, 403);
    let got = serving.raw("GET", target, &own, "");
    assert_eq!(got.status, 303, "{got:?}");
    let location = format!("location: /{}/", serving.token);
    assert!(got.head.contains(&location), "{got:?}");
    assert_eq!(serving.raw("GET", target, &own, "").status, 403);
}

const TEMPLATE: &str = "Resources:
  Site: {Type: AWS::S3::Bucket, Properties: {CorsConfiguration: {CorsRules: [{AllowedOrigins: ['*'], AllowedMethods: [GET, HEAD], MaxAge: 60}]}}}
  Uploads: {Type: AWS::S3::Bucket, Properties: {CorsConfiguration: {CorsRules: [{AllowedOrigins: ['https://app.example.com'], AllowedMethods: [PUT], AllowedHeaders: [x-a], MaxAge: 60}]}}}
";

#[test]
fn a_template_is_shown_by_bucket_and_never_written_over() {
    let directory = Directory::new();
    directory.write("template.yaml", TEMPLATE);
    let serving = Serving::start(directory.path(), &["template.yaml"]);
    let checked = serving.document("check", &json!({"text": TEMPLATE}));
    let resources = checked["files"][0]["resources"].as_array();
    assert_eq!(resources.map(Vec::len), Some(2));
    let all = serving.document("show", &json!({"text": TEMPLATE}));
    let message = all["failure"]["message"].as_str().expect("a message");
    assert!(message.contains("Site, Uploads"), "{message}");
    let one = json!({"text": TEMPLATE, "resource": "Uploads"});
    let shown = serving.document("show", &one);
    assert_eq!(shown["rows"][0]["entries"][0], "https://app.example.com");
    assert_eq!(shown["source"]["resource"], "Uploads");
    let asked = json!({
        "text": TEMPLATE, "resource": "Uploads", "origin": "https://app.example.com",
        "url": "https://b.example/", "method": "PUT", "headers": ["x-b: 1"], "credentials": "omit",
    });
    let conversation = serving.document("converse", &asked);
    let change = &conversation["preflight"]["suggestion"]["changes"][0];
    assert_eq!(change["kind"], "add-header");
    assert_eq!(change["place"]["line"], 3);
    let applied = serving.document("apply", &asked);
    let message = applied["failure"]["message"].as_str().expect("a message");
    assert!(message.contains("make the change in the text"), "{message}");
    let converted = json!({"text": TEMPLATE, "resource": "Uploads", "to": "cli"});
    let converted = serving.document("convert", &converted);
    assert!(
        converted["text"]
            .as_str()
            .is_some_and(|text| text.contains("x-a"))
    );
}

#[test]
fn what_the_page_gets_with_an_apps_own_rules_is_what_the_commands_print() {
    let directory = Directory::with(SITE);
    directory.write("after", SITE.replace("PUT", "GET"));
    directory.write("before", SITE);
    let app =
        r#"[{"AllowedOrigins": ["https://app.example.com"], "AllowedMethods": ["PATCH", "GET"]}]"#;
    directory.write("app.json", app);
    let serving = Serving::start(directory.path(), &["cors.json", "--app", "app.json"]);
    let printed = |arguments: &[&str]| {
        let more = ["--app", "app.json", "--format", "json"];
        run(directory.path(), &[arguments, &more].concat()).json()
    };
    let text = json!({"text": SITE});
    assert_eq!(
        serving.document("check", &text),
        printed(&["check", "cors.json"])
    );
    let shown = printed(&["show", "cors.json"]);
    assert_eq!(shown["methods"][5], "PATCH");
    assert_eq!(serving.document("show", &text), shown);
    let compared = json!({"before": SITE, "after": SITE.replace("PUT", "GET")});
    assert_eq!(
        serving.document("diff", &compared),
        printed(&["diff", "before", "after"])
    );
    let asked = json!({
        "text": SITE, "origin": "https://app.example.com", "url": "https://b.example/",
        "method": "PATCH", "headers": [], "credentials": "omit",
    });
    let conversation = serving.document("converse", &asked);
    let origin = [
        "explain",
        "cors.json",
        "--origin",
        "https://app.example.com",
    ];
    let patch = [&origin[..], &["--method", "PATCH"]].concat();
    assert_eq!(conversation["preflight"]["rules"], printed(&patch)["rules"]);
    assert_eq!(conversation["preflight"]["list"], "app");
}

#[test]
fn a_probe_for_a_page_is_what_the_command_prints() {
    let policy = s3_cors::CorsPolicy::from_text(SITE).expect("a configuration");
    let server = crate::fake_server::Server::bucket(policy);
    let url = server.url();
    let directory = Directory::new();
    let serving = Serving::start(directory.path(), &[]);
    let asked = json!({"text": "", "url": url, "origin": "https://app.example.com/index.html"});
    let mut state = serving.document("probe", &asked);
    let id = state["id"].clone();
    while state.get("report").is_none() {
        std::thread::sleep(std::time::Duration::from_millis(50));
        let got = serving.ask("GET", &format!("probe/{id}"), &Value::Null);
        state = serde_json::from_str(&got.body).expect("JSON");
    }
    let arguments = [
        "probe",
        &url,
        "--origin",
        "https://app.example.com",
        "--format",
        "json",
    ];
    assert_eq!(state["report"], run(directory.path(), &arguments).json());
    assert_eq!(state["cells"], json!([]));
    assert_eq!(
        (&state["planned"], &state["sent"]),
        (&json!(16), &json!(16))
    );
}
