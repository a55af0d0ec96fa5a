//! Foreign bytes: whatever files, arguments and servers hold, a terminal shows it and does nothing
//! else.

use s3_cors::sanitize::is_unsafe;

use crate::fake_server::{Response, Server};
use crate::run::{Directory, Ran};

/// Begins a line of its own if a line end in front of it gets through.
const FORGED: &str = "FORGED: all is well";

/// Every character that could change how the rest is displayed.
fn unsafe_characters() -> Vec<char> {
    let all: Vec<char> = ('\0'..='\u{ffff}').filter(|c| is_unsafe(*c)).collect();
    assert!(all.len() > 70, "{all:?}");
    for known in
        "\0\t\n\r\u{1b}\u{7f}\u{85}\u{9b}\u{61c}\u{200e}\u{2028}\u{2029}\u{202e}\u{2066}".chars()
    {
        assert!(all.contains(&known), "{known:?}");
    }
    all
}

/// Those that XML can hold, and so a configuration.
fn in_configurations() -> String {
    let all = unsafe_characters().into_iter();
    let all: String = all.filter(|c| s3_cors::is_xml_character(*c)).collect();
    format!("{all}\n{FORGED}")
}

#[track_caller]
fn check(what: &str, ran: &Ran) {
    for text in [&ran.stdout, &ran.stderr] {
        // What the tool itself colours with.
        let mut bare = String::new();
        let mut rest = &text[..];
        while let Some((before, after)) = rest.split_once("\u{1b}[") {
            let end = after.find(|c: char| !c.is_ascii_digit() && c != ';');
            let end = end.unwrap_or_else(|| panic!("{what}: {text}"));
            assert!(after[end..].starts_with('m'), "{what}: {text:?}");
            bare.push_str(before);
            rest = &after[end + 1..];
        }
        bare.push_str(rest);
        let found = bare.chars().find(|c| is_unsafe(*c) && *c != '\n');
        assert_eq!(found, None, "{what}: {bare:?}");
        // A line end in a value of an XML document is a line end.
        let forged = bare.lines().any(|line| line.starts_with(FORGED));
        let forged = forged && !bare.contains("<?xml");
        assert!(!forged, "{what}: {bare}");
    }
}

fn json_string(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

fn configurations() -> Vec<(&'static str, String)> {
    let odd = json_string(&in_configurations());
    let raw = in_configurations();
    let xml = raw.replace('<', "");
    let element = |inside: &str| {
        format!("<CORSConfiguration><CORSRule>{inside}</CORSRule></CORSConfiguration>")
    };
    vec![
        (
            "good.json",
            format!(
                r#"[{{"ID": {odd}, "AllowedOrigins": [{odd}, "https://a.test"],
                "AllowedMethods": ["GET"], "AllowedHeaders": [{odd}]}}]"#
            ),
        ),
        (
            "good.xml",
            element(&format!(
                "<ID>{xml}</ID><AllowedOrigin>{xml}</AllowedOrigin>\
                 <AllowedOrigin>https://b.test</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"
            )),
        ),
        (
            "bad.json",
            format!(
                r#"[{{{odd}: 1, "ID": [{odd}], "AllowedOrigins": [{odd}, "*{raw}*"],
                "AllowedMethods": [{odd}], "ExposeHeaders": [{odd}]}}]"#
            ),
        ),
        (
            "values.json",
            format!(
                r#"[{{"AllowedOrigins": ["**", {odd}], "AllowedMethods": [{odd}], "ExposeHeaders": [{odd}], {odd}: {odd}}}]"#
            ),
        ),
        (
            "bad.xml",
            element(&format!(
                "{xml}<a\u{202e}b/><AllowedMethod>{xml}</AllowedMethod><ExposeHeader>{xml}</ExposeHeader>"
            )),
        ),
        ("root.xml", format!("<a xmlns='{xml}'/>")),
        (
            "template.json",
            format!(
                r#"{{"Resources": {{{odd}: {{"Type": "AWS::S3::Bucket", "Properties": {{"CorsConfiguration":
                {{"CorsRules": [{{"AllowedOrigins": [{odd}, {{"Ref": {odd}}}], "AllowedMethods": ["GET"],
                {odd}: 1}}]}}}}}}, "B": {{"Type": {odd}, "Properties": {{"CorsConfiguration": {odd}}}}}}}}}"#
            ),
        ),
        (
            "two.json",
            format!(
                r#"{{"resource": {{"aws_s3_bucket_cors_configuration": {{{odd}: {{"cors_rule":
                {{"allowed_origins": [{odd}], "allowed_methods": ["GET"]}}}},
                "b": {{"cors_rule": {{"allowed_origins": ["${{var.x}}{odd_inner}"]}}}}}}}}}}"#,
                odd_inner = odd.trim_matches('"')
            ),
        ),
        (
            "google.json",
            format!(
                r#"[{{"origin": [{odd}], "method": ["GET"], "responseHeader": [{odd}], {odd}: 1}}]"#
            ),
        ),
        ("raw.tf", format!("resource \"a\" \"b\" {{\n{raw}\n}}\n")),
        ("syntax.json", format!("[{raw}")),
        ("nothing", raw.clone()),
    ]
}

#[test]
fn what_files_hold_is_shown_harmlessly_by_every_command() {
    let directory = Directory::new();
    for (name, text) in configurations() {
        directory.write(name, text);
    }
    let mut commands: Vec<Vec<&str>> = Vec::new();
    for (name, _) in configurations() {
        commands.push(vec!["check", name]);
        commands.push(vec!["diff", "good.json", name]);
        commands.push(vec!["diff", name, "good.xml"]);
        for form in [
            "terraform",
            "cloudformation-yaml",
            "azure-blob",
            "cloudfront-function",
        ] {
            commands.push(vec!["convert", name, "--to", form, "--allow-widening"]);
        }
        commands.push(vec!["show", name]);
        for command in [
            vec!["check", "good.json"],
            vec!["diff", "good.json", "good.xml"],
            vec!["explain", "good.json", "--origin", "https://b.test"],
            vec!["show", "good.json"],
        ] {
            commands.push([command, vec!["--app", name]].concat());
        }
        for form in ["console", "cli", "cli-input", "cloudformation", "xml"] {
            commands.push(vec!["convert", name, "--to", form]);
            commands.push(vec![
                "explain",
                name,
                "--origin",
                "https://c.test",
                "--apply",
                form,
            ]);
        }
        commands.push(vec![
            "explain",
            name,
            "--origin",
            "https://b.test",
            "--header",
            "x-a",
        ]);
        commands.push(vec![
            "explain",
            name,
            "--origin",
            "https://b.test",
            "--fetch",
        ]);
        commands.push(vec![
            "probe",
            "http://127.0.0.1:1/",
            "--config",
            name,
            "--dry-run",
        ]);
    }
    for command in commands {
        for format in ["text", "json"] {
            let more = ["--color", "always", "--format", format];
            let ran = directory.run(&[&command[..], &more].concat());
            check(&format!("{command:?} {format}"), &ran);
        }
    }
}

#[test]
fn what_is_converted_means_the_same_and_is_shown_harmlessly() {
    let directory = Directory::new();
    let (name, text) = configurations().remove(0);
    directory.write(name, &text);
    for form in ["console", "cli", "cli-input", "cloudformation", "xml"] {
        let mut before = s3_cors::CorsConfiguration::from_text(&text).expect("a configuration");
        if form == "cloudformation" {
            // What CloudFormation makes of a member that is left out.
            before.cors_rules[0].max_age_seconds = Some(0);
        }
        let ran = directory.run(&["convert", name, "--to", form]);
        let after = s3_cors::CorsConfiguration::from_text(&ran.stdout).expect("a configuration");
        assert_eq!(after, before, "{form}");
    }
}

#[test]
fn what_arguments_hold_is_shown_harmlessly() {
    let directory =
        Directory::with(r#"[{"AllowedOrigins": ["https://a.test"], "AllowedMethods": ["GET"]}]"#);
    let all: String = unsafe_characters()
        .into_iter()
        .filter(|c| *c != '\0')
        .collect();
    let odd = &*format!("{all}\n{FORGED}");
    let url = &*format!("http://host/{odd}");
    for command in [
        vec!["check", odd],
        vec!["diff", "cors.json", odd],
        vec!["convert", odd, "--to", "xml"],
        vec!["convert", "cors.json", "--to", odd],
        vec![
            "explain",
            "cors.json",
            "--origin",
            odd,
            "--method",
            odd,
            "--header",
            odd,
        ],
        vec![
            "explain",
            "cors.json",
            "--origin",
            odd,
            "--method",
            odd,
            "--actual",
        ],
        vec!["explain", "cors.json", "--origin", odd, "--fetch"],
        vec![
            "explain",
            "cors.json",
            "--origin",
            "https://a.test",
            "--url",
            url,
            "--fetch",
        ],
        vec![
            "explain",
            "cors.json",
            "--origin",
            "https://a.test",
            "--fetch",
            "--method",
            odd,
        ],
        vec![
            "explain",
            "cors.json",
            "--origin",
            "https://a.test",
            "--fetch",
            "--header",
            odd,
        ],
        vec!["probe", url, "--config", "cors.json"],
        vec!["probe", odd, "--config", "cors.json"],
        vec!["probe", "http://127.0.0.1:1/", "--config", odd],
        vec![odd],
        vec!["check", "--fail-on", odd],
        vec!["completions", odd],
        vec!["man", odd],
    ] {
        for format in ["text", "json"] {
            let more = ["--color", "always", "--format", format];
            let ran = directory.run(&[&command[..], &more].concat());
            check(&format!("{command:?} {format}"), &ran);
        }
    }
}

#[cfg(unix)]
#[test]
fn names_of_files_that_are_there_are_shown_harmlessly() {
    let directory = Directory::new();
    let all: String = unsafe_characters()
        .into_iter()
        .filter(|c| *c != '\0')
        .collect();
    let name = &*format!("{all}\n{FORGED}.json");
    for text in [
        "[{}]",
        r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#,
    ] {
        directory.write(name, text);
        for command in [
            vec!["check", name],
            vec!["diff", name, name],
            vec!["show", name, "--app", name],
            vec!["explain", name, "--origin", "https://a.test"],
            vec!["probe", "http://127.0.0.1:1/", "--config", name],
        ] {
            for format in ["text", "json"] {
                let more = ["--color", "always", "--format", format];
                let ran = crate::run::run(directory.path(), &[&command[..], &more].concat());
                check(&format!("{command:?} {format}"), &ran);
            }
        }
    }
}

#[test]
fn what_servers_answer_is_shown_harmlessly() {
    let cors = r#"[{"AllowedOrigins": ["https://a.test"], "AllowedMethods": ["GET"]}]"#;
    // What a header can carry, and a body besides.
    let all = unsafe_characters().into_iter();
    let value: String = all
        .clone()
        .filter(|c| *c == '\t' || *c >= '\u{80}')
        .collect();
    let body: String = all.filter(|c| s3_cors::is_xml_character(*c)).collect();
    let server = Server::responding(move |_| {
        let body = format!("<Error><Code>{body}\n{FORGED}</Code><Message>{body}</Message></Error>");
        Response::new(403, &body)
            .with("access-control-allow-origin", &value)
            .with("access-control-allow-methods", &value)
            .with("location", &value)
            .with("server", &value)
            .with("via", &value)
            .with("x-cache", &value)
            .with("vary", &value)
    });
    let directory = Directory::with(cors);
    for format in ["text", "json"] {
        for exact in [&[][..], &["--exact", "--all"]] {
            let url = server.url();
            let command = ["probe", &url, "--config", "cors.json", "--rate", "10000"];
            let more = ["--color", "always", "--format", format];
            let ran = directory.run(&[&command[..], &more, exact].concat());
            assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
            check(&format!("{format} {exact:?}"), &ran);
        }
    }
}

#[test]
fn a_password_in_a_url_is_never_printed() {
    let cors = r#"[{"AllowedOrigins": ["https://a.test"], "AllowedMethods": ["GET"]}]"#;
    let directory = Directory::with(cors);
    let server = Server::responding(|_| Response::new(404, ""));
    let live = format!("http://user:pa55word@{}/", server.address);
    let other = "http://user:pa55word@127.0.0.1:1/";
    for command in [
        vec!["probe", &live, "--config", "cors.json", "--rate", "10000"],
        vec![
            "probe",
            &live,
            &live,
            "--config",
            "cors.json",
            "--rate",
            "10000",
        ],
        vec!["probe", other, "--config", "cors.json"],
        vec!["probe", other, "--config", "cors.json", "--dry-run"],
        vec![
            "probe",
            &live,
            "--config",
            "cors.json",
            "--include-writes",
            "--rate",
            "10000",
        ],
        vec!["probe", &live, "--origin", "https://a.test"],
        vec!["probe", other, "--origin", "https://a.test"],
        vec!["probe", other, "--origin", "https://a.test", "--dry-run"],
        vec!["probe", "user:pa55word@host/", "--config", "cors.json"],
        vec![
            "probe",
            "http://user:pa55word@host:99999/",
            "--config",
            "cors.json",
        ],
        vec![
            "probe",
            "http://user:pa55 word@host/",
            "--config",
            "cors.json",
        ],
        vec![
            "explain",
            "cors.json",
            "--fetch",
            "--origin",
            "https://a.test",
            "--url",
            other,
        ],
        vec!["explain", "cors.json", "--fetch", "--origin", other],
        vec!["explain", "cors.json", "--origin", other],
        vec!["explain", "cors.json", "--origin", "user:pa55word@host"],
        vec![
            "explain",
            "cors.json",
            "--fetch",
            "--origin",
            "user:pa55word@host",
        ],
        vec!["probe", &live, "--origin", other],
        vec!["probe", &live, "--origin", "user:pa55word@host"],
        vec![
            "explain",
            "cors.json",
            "--fetch",
            "--origin",
            "https://a.test",
            "--url",
            "http://user:pa55word@host:99999/",
        ],
    ] {
        for format in ["text", "json"] {
            let ran = directory.run(&[&command[..], &["--format", format]].concat());
            let said = ran.stdout + &ran.stderr;
            assert!(!said.contains("pa55"), "{command:?}: {said}");
        }
    }
}

#[test]
fn a_port_that_does_not_exist_is_refused() {
    let cors = r#"[{"AllowedOrigins": ["https://a.test"], "AllowedMethods": ["GET"]}]"#;
    let directory = Directory::with(cors);
    let ran = directory.run(&["probe", "http://127.0.0.1:99999/", "--config", "cors.json"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("ports go from 1 to 65535"),
        "{}",
        ran.stderr
    );
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_a_failure_that_is_told() {
    let directory = Directory::with("[{}]");
    for command in [
        &["check", "cors.json"][..],
        &["man"],
        &["check", "cors.json", "--format", "json"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let output = crate::run::tool()
            .args(command)
            .current_dir(directory.path())
            .stdout(full.expect("a device"))
            .output();
        let output = output.expect("the tool");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {told}");
        assert!(
            told.contains("the output could not be written"),
            "{command:?}: {told}"
        );
    }
}

#[test]
fn nothing_is_announced_where_the_plan_holds_no_write() {
    let cors = r#"[{"AllowedOrigins": ["https://a.test"], "AllowedMethods": ["GET"]}]"#;
    let directory = Directory::with(cors);
    let server = Server::responding(|_| Response::new(200, ""));
    let url = server.url();
    let command = ["probe", &url, "--config", "cors.json", "--include-writes"];
    let ran = directory.run(&[&command[..], &["--max-requests", "2", "--rate", "1000"]].concat());
    assert!(!ran.stderr.contains("writing"), "{}", ran.stderr);
}

#[test]
fn bodies_that_drip_use_up_the_patience() {
    use std::io::Write;
    use std::time::Duration;

    let cors = r#"[{"AllowedOrigins": ["https://a.test"], "AllowedMethods": ["GET"]}]"#;
    let directory = Directory::with(cors);
    let drips = Server::talking(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 403 No\r\nContent-Length: 10000\r\n\r\n");
        for _ in 0..100 {
            if stream.write_all(b"<").is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let url = drips.url();
    let command = ["probe", &url, "--config", "cors.json", "--timeout", "1"];
    let ran = directory.run(&[&command[..], &["--rate", "1000", "--format", "json"]].concat());
    let json = ran.json();
    assert_eq!(json["requests_sent"], 3, "{json}");
    assert_eq!(ran.code, Some(1));
}
