//! Files in which people keep rules, in every command: Terraform, CloudFormation and the rest.

use serde_json::Value;

use crate::run::Directory;

/// A file's name and text, in each format. All of them say the same.
const FILES: [(&str, &str, &str); 9] = [
    ("cors.json", CORS, "s3"),
    (
        "main.tf",
        r#"resource "aws_s3_bucket_cors_configuration" "site" {
  cors_rule {
    allowed_origins = ["https://app.example.com"]
    allowed_methods = ["GET", "HEAD"]
    allowed_headers = ["content-type"]
    expose_headers  = ["content-type"]
    max_age_seconds = 600
  }
}
"#,
        "terraform",
    ),
    (
        "main.tf.json",
        r#"{"resource": {"aws_s3_bucket_cors_configuration": {"site": {"cors_rule": [{
            "allowed_origins": ["https://app.example.com"], "allowed_methods": ["GET", "HEAD"],
            "allowed_headers": ["content-type"], "expose_headers": ["content-type"],
            "max_age_seconds": 600}]}}}}"#,
        "terraform",
    ),
    (
        "show.json",
        r#"{"values": {"root_module": {"resources": [{"address": "aws_s3_bucket_cors_configuration.site",
            "type": "aws_s3_bucket_cors_configuration", "values": {"cors_rule": [{"id": "",
            "allowed_origins": ["https://app.example.com"], "allowed_methods": ["GET", "HEAD"],
            "allowed_headers": ["content-type"], "expose_headers": ["content-type"],
            "max_age_seconds": 600}]}}]}}}"#,
        "terraform-show",
    ),
    (
        "template.yaml",
        "Resources:
  Site:
    Type: AWS::S3::Bucket
    Properties:
      CorsConfiguration:
        CorsRules:
          - AllowedOrigins: ['https://app.example.com']
            AllowedMethods: [GET, HEAD]
            AllowedHeaders: [content-type]
            ExposedHeaders: [content-type]
            MaxAge: '600'
",
        "cloudformation",
    ),
    (
        "Stack.template.json",
        r#"{"Resources": {"Site": {"Type": "AWS::S3::Bucket", "Properties": {"CorsConfiguration":
            {"CorsRules": [{"AllowedOrigins": ["https://app.example.com"],
            "AllowedMethods": ["GET", "HEAD"], "AllowedHeaders": ["content-type"],
            "ExposedHeaders": ["content-type"], "MaxAge": 600}]}}}}}"#,
        "cloudformation",
    ),
    (
        "google.json",
        r#"[{"origin": ["https://app.example.com"], "method": ["GET", "HEAD"],
            "responseHeader": ["content-type"], "maxAgeSeconds": 600}]"#,
        "gcs",
    ),
    (
        "r2.json",
        r#"{"rules": [{"allowed": {"origins": ["https://app.example.com"],
            "methods": ["GET", "HEAD"], "headers": ["content-type"]},
            "exposeHeaders": ["content-type"], "maxAgeSeconds": 600}]}"#,
        "r2",
    ),
    (
        "azure.xml",
        "<Cors><CorsRule><AllowedOrigins>https://app.example.com</AllowedOrigins>
         <AllowedMethods>GET,HEAD</AllowedMethods><AllowedHeaders>content-type</AllowedHeaders>
         <ExposedHeaders>content-type</ExposedHeaders><MaxAgeInSeconds>600</MaxAgeInSeconds>
         </CorsRule></Cors>",
        "azure",
    ),
];

const CORS: &str = r#"[{"AllowedOrigins": ["https://app.example.com"],
    "AllowedMethods": ["GET", "HEAD"], "AllowedHeaders": ["content-type"],
    "ExposeHeaders": ["content-type"], "MaxAgeSeconds": 600}]"#;

const TWO: &str = "\
Parameters:
  Domain: {Type: String}
Resources:
  Uploads:
    Type: AWS::S3::Bucket
    Properties:
      CorsConfiguration:
        CorsRules:
          - AllowedOrigins: ['https://app.example.com/']
            AllowedMethods: [PUT, POST]
            AllowedHeaders: ['*']
            ExposedHeaders: [ETag]
  Site:
    Type: AWS::S3::Bucket
    Properties:
      CorsConfiguration:
        CorsRules:
          - AllowedOrigins: [!Sub 'https://${Domain}']
            AllowedMethods: [GET, HEAD]
            MaxAge: 60
";

fn directory() -> Directory {
    let directory = Directory::new();
    for (name, text, _) in FILES {
        directory.write(name, text);
    }
    directory.write("two.yaml", TWO);
    directory
}

fn json(directory: &Directory, arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = arguments
        .iter()
        .copied()
        .chain(["--format", "json"])
        .collect();
    directory.run(&arguments).json()
}

#[test]
fn every_command_reads_every_format() {
    let directory = directory();
    let console = directory.run(&["convert", "cors.json", "--to", "console"]);
    for (file, _, format) in FILES {
        let checked = json(&directory, &["check", file, "--fail-on", "error"]);
        assert_eq!(checked["files"][0]["format"], format, "{file}");
        assert_eq!(checked["files"][0]["rules"], 1, "{file}: {checked:#}");
        assert_eq!(checked["exit_code"], 0, "{file}: {checked:#}");
        let ran = directory.run(&["convert", file, "--to", "console"]);
        assert_eq!(ran.stdout, console.stdout, "{file}: {}", ran.stderr);
        let asked = ["explain", file, "--origin", "https://app.example.com"];
        let explained = json(&directory, &asked);
        assert_eq!(explained["allowed"], true, "{file}");
        let foreign = explained["source"]["format"].as_str();
        assert_eq!(foreign.unwrap_or("s3"), format, "{file}");
        let fetched = json(&directory, &[&asked[..], &["--fetch"]].concat());
        assert_eq!(fetched["readable"], true, "{file}");
        let shown = json(&directory, &["show", file]);
        assert_eq!(shown["rows"].as_array().map(Vec::len), Some(2), "{file}");
        let alike = json(&directory, &["diff", "cors.json", file]);
        assert_eq!(alike["equivalent"], true, "{file}");
        let url = "http://127.0.0.1:1/";
        let planned = json(&directory, &["probe", url, "--config", file, "--dry-run"]);
        let requests = planned["requests"].as_array().map_or(0, Vec::len);
        assert!(requests > 20, "{file}: {requests}");
    }
}

#[test]
fn a_finding_is_on_the_line_of_the_users_own_file() {
    let directory = directory();
    let ran = directory.run(&["check", "two.yaml", "--resource", "Uploads"]);
    let expected = r#"info[max-age-left-out]: MaxAge is left out, and CloudFormation makes it 0, so browsers send a preflight each time
 --> two.yaml:9:13
  |
9 |           - AllowedOrigins: ['https://app.example.com/']
  |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Uploads: CORSRules[0].MaxAgeSeconds
  |
  = help: write MaxAge, such as 3600
  = note: the bucket gets {"AllowedHeaders":["*"],"AllowedMethods":["PUT","POST"],"AllowedOrigins":["https://app.example.com/"],"ExposeHeaders":["ETag"],"MaxAgeSeconds":0}

error[origin-trailing-slash]: "https://app.example.com/" ends with a slash, which no browser's Origin does
 --> two.yaml:9:30
  |
9 |           - AllowedOrigins: ['https://app.example.com/']
  |                              ^^^^^^^^^^^^^^^^^^^^^^^^^^ Uploads: CORSRules[0].AllowedOrigins[0]
  |
  = help: write "https://app.example.com"

two.yaml: a CloudFormation template, 1 bucket, 1 rule, 1 error, 1 note
"#;
    assert_eq!(ran.stdout, expected);
    assert_eq!(ran.code, Some(1));
}

#[test]
fn code_scanning_and_github_get_the_same_lines() {
    let directory = directory();
    let ran = directory.run(&["check", "two.yaml", "--format", "github"]);
    let line = "::error file=two.yaml,line=9,col=30,endColumn=56,title=s3-cors \
                origin-trailing-slash::";
    assert!(ran.stdout.contains(line), "{}", ran.stdout);
    let ran = directory.run(&["check", "two.yaml", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let result = results
        .iter()
        .find(|result| result["ruleId"] == "origin-trailing-slash")
        .expect("the finding");
    assert_eq!(
        result["locations"][0]["physicalLocation"]["region"]["startLine"],
        9
    );
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("each code is a rule");
        let rule = &sarif["runs"][0]["tool"]["driver"]["rules"][usize::try_from(index).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
    }
}

#[test]
fn check_takes_all_buckets_and_the_other_commands_one() {
    let directory = directory();
    let checked = json(&directory, &["check", "two.yaml"]);
    let resources = &checked["files"][0]["resources"];
    assert_eq!(resources[0]["name"], "Uploads");
    assert_eq!(resources[0]["line"], 4);
    assert_eq!(
        resources[0]["deployed"]["CORSRules"][0]["MaxAgeSeconds"], 0,
        "what CloudFormation sends"
    );
    assert_eq!(resources[1]["name"], "Site");
    assert_eq!(resources[1]["deployed"], Value::Null, "it is not known");
    for command in [
        &["show"][..],
        &["explain"],
        &["diff", "cors.json"],
        &["convert", "--to", "cli"],
        &["probe", "http://127.0.0.1:1/", "--dry-run", "--config"],
    ] {
        let ran = directory.run(&[command, &["two.yaml"]].concat());
        assert_eq!(ran.code, Some(2), "{command:?}");
        assert_eq!(
            ran.stderr,
            "error: two.yaml has 2 buckets with CORS rules: choose one with --resource; it has \
             Uploads, Site\n",
            "{command:?}"
        );
        let one = [command, &["two.yaml", "--resource", "Uploads"]].concat();
        let ran = directory.run(&one);
        assert!(matches!(ran.code, Some(0 | 1)), "{command:?}: {ran:?}");
        let ran = directory.run(&[command, &["two.yaml", "--resource", "Upload"]].concat());
        assert_eq!(ran.code, Some(2), "{command:?}");
        assert!(
            ran.stderr
                .contains("no bucket with CORS rules has the name Upload"),
            "{}",
            ran.stderr
        );
    }
    let ran = directory.run(&["check", "two.yaml", "--resource", "Upload"]);
    assert_eq!(ran.code, Some(2));
}

#[test]
fn what_is_known_only_when_deployed_is_said_and_can_be_given() {
    let directory = directory();
    let site = ["two.yaml", "--resource", "Site"];
    let ran = directory.run(&[&["show"], &site[..]].concat());
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    for part in [
        " --> two.yaml:18:30\n",
        "give its value with --var Domain=VALUE",
        "error: two.yaml: not all values are known before the file is deployed\n",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    let failed = json(&directory, &[&["show"], &site[..]].concat());
    assert_eq!(failed["failure"]["findings"][0]["code"], "not-known");
    let given = ["--var", "Domain=example.com"];
    let shown = json(&directory, &[&["show"], &site[..], &given].concat());
    assert_eq!(shown["rows"][0]["entries"][0], "https://example.com");
    // A value is checked when it is known.
    let slash = ["check", "two.yaml", "--var", "Domain=example.com/"];
    let ran = directory.run(&[&slash[..], &["--resource", "Site"]].concat());
    assert!(
        ran.stdout.contains("error[origin-trailing-slash]"),
        "{}",
        ran.stdout
    );
    let ran = directory.run(&["check", "two.yaml", "--var", "Domain"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("write NAME=VALUE"), "{}", ran.stderr);
}

#[test]
fn what_the_deployment_does_to_the_rules_is_part_of_them() {
    let directory = directory();
    directory.write("live.json", TWO_UPLOADS);
    let arguments = ["live.json", "two.yaml", "--resource", "Uploads"];
    let ran = directory.run(&[&["diff"], &arguments[..]].concat());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stdout.contains("access-control-max-age: 0"),
        "{}",
        ran.stdout
    );
    assert_eq!(
        ran.stderr,
        "note: two.yaml:9: MaxAge is left out, and CloudFormation makes it 0, so browsers send a \
         preflight each time\n"
    );
    let compared = json(&directory, &[&["diff"], &arguments[..]].concat());
    assert_eq!(compared["after_source"]["resource"], "Uploads");
    assert_eq!(compared["before_source"], Value::Null);
}

const TWO_UPLOADS: &str = r#"[{"AllowedOrigins": ["https://app.example.com/"],
    "AllowedMethods": ["PUT", "POST"], "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"]}]"#;

/// Rules without order, in which a request matches two.
const OVERLAPPING: &str = r#"resource "aws_s3_bucket_cors_configuration" "site" {
  cors_rule {
    allowed_origins = ["https://app.example.com"]
    allowed_methods = ["GET", "HEAD"]
    expose_headers  = ["ETag"]
    max_age_seconds = 60
  }
  cors_rule {
    allowed_origins = ["https://app.example.com", "https://www.example.com"]
    allowed_methods = ["GET", "HEAD"]
    max_age_seconds = 60
  }
}
"#;

#[test]
fn rules_of_terraform_have_no_order() {
    let directory = Directory::new();
    directory.write("main.tf", OVERLAPPING);
    let ran = directory.run(&["check", "main.tf"]);
    for part in [
        "warning[rule-order-matters]: ",
        "main.tf:8:3\n",
        "write rules that do not overlap: GET, HEAD for https://app.example.com; GET, HEAD for \
         https://www.example.com",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    let ran = directory.run(&["explain", "main.tf", "--origin", "https://app.example.com"]);
    assert!(ran.stderr.contains("without their order"), "{}", ran.stderr);
}

/// What is no bucket's rules: the name, the text, what it is called, and what to do.
const FOREIGN: [(&str, &[u8], &str, &str); 9] = [
    (
        "plan.out",
        b"PK\x03\x04rest\xff",
        "a plan as Terraform saves it",
        "terraform show -json",
    ),
    (
        "api.json",
        br#"{"AllowOrigins": ["*"], "AllowMethods": ["GET"]}"#,
        "AWS::ApiGatewayV2::Api",
        "http-api",
    ),
    (
        "b2.json",
        br#"[{"corsRuleName": "a", "allowedOrigins": ["*"], "allowedOperations": ["s3_get"]}]"#,
        "Backblaze B2",
        "get-bucket-cors",
    ),
    (
        "stack.ts",
        b"new Bucket(this, 'B', {});",
        "TypeScript",
        "cdk.out",
    ),
    (
        "firebase.json",
        br#"{"hosting": {}, "storage": {"rules": "storage.rules"}}"#,
        "Firebase",
        "--cors-file",
    ),
    (
        "terraform.tfstate",
        br#"{"version": 4, "terraform_version": "1.9", "serial": 3, "resources": []}"#,
        "a state as Terraform saves it",
        "terraform show -json",
    ),
    (
        "queue.yaml",
        b"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n",
        "has no AWS::S3::Bucket with a CorsConfiguration",
        "the template with the bucket",
    ),
    (
        "provider.tf",
        b"provider \"aws\" {\n  region = \"eu-west-1\"\n}\n",
        "has no bucket with CORS rules",
        "aws_s3_bucket_cors_configuration",
    ),
    (
        "cors.yaml",
        b"- AllowedOrigins: ['*']\n  AllowedMethods: [GET]\n",
        "S3's rules in YAML",
        "yq",
    ),
];

#[test]
fn a_file_that_is_something_else_is_named_and_nothing_in_it_is_to_be_removed() {
    let directory = Directory::new();
    for (name, text, what, to_do) in FOREIGN {
        directory.write(name, text);
        for command in [&["check"][..], &["show"], &["convert", "--to", "cli"]] {
            let ran = directory.run(&[command, &[name]].concat());
            let said = ran.stdout.clone() + &ran.stderr;
            assert!(matches!(ran.code, Some(1 | 2)), "{name}: {said}");
            for part in [what, to_do] {
                assert!(said.contains(part), "{name}: {part}: {said}");
            }
            assert!(!said.contains("remove it"), "{name}: {said}");
        }
    }
    // Google's own file is read, and no advice spoils it.
    directory.write(
        "google.json",
        r#"[{"origin": ["https://a.example"], "method": ["GET"], "responseHeader": ["*"]}]"#,
    );
    let ran = directory.run(&["check", "google.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("a Google Cloud Storage CORS configuration, 1 rule"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("remove it"), "{}", ran.stdout);
}

#[test]
fn of_many_files_some_may_have_no_bucket() {
    let directory = directory();
    directory.write("provider.tf", "provider \"aws\" {\n}\n");
    let ran = directory.run(&["check", "provider.tf"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    let ran = directory.run(&["check", "main.tf", "provider.tf"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert!(ran.stdout.contains("info[no-bucket]: "), "{}", ran.stdout);
}

#[cfg(not(feature = "s3"))]
#[test]
fn without_the_feature_a_bucket_as_a_file_says_how_to_get_it() {
    let ran = Directory::new().run(&["check", "s3://assets"]);
    assert_eq!(ran.code, Some(2));
    for part in ["--features s3", "get-bucket-cors --bucket assets"] {
        assert!(ran.stdout.contains(part), "{}", ran.stdout);
    }
}

#[cfg(feature = "s3")]
mod live {
    use super::CORS;
    use crate::fake_server::{Response, Server};
    use crate::run::{Ran, ran, tool};

    fn run(server: &Server, arguments: &[&str]) -> Ran {
        let mut tool = tool();
        tool.args(arguments)
            .env("AWS_ENDPOINT_URL", format!("http://{}", server.address))
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_MAX_ATTEMPTS", "1")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        ran(tool.output().expect("the tool"))
    }

    #[test]
    fn a_bucket_is_a_file() {
        let rules = s3_cors::CorsConfiguration::from_text(CORS).expect("it is valid");
        let xml = rules.to_text(s3_cors::Dialect::Xml);
        let server = Server::responding(move |_| {
            Response::new(200, &xml).with("content-type", "application/xml")
        });
        let bucket = run(&server, &["show", "s3://assets"]);
        assert_eq!(bucket.code, Some(0), "{bucket:?}");
        assert!(bucket.stdout.contains("https://app.example.com"));
        let asked = server.requests();
        assert_eq!(asked[0].method, "GET");
        assert!(asked[0].path.starts_with("/assets"), "{}", asked[0].path);
        assert!(asked[0].path.contains("cors"), "{}", asked[0].path);
        assert!(asked[0].header("authorization").is_some());
        let directory = crate::run::Directory::with(CORS);
        let file = directory.path().join("cors.json");
        let same = run(
            &server,
            &["diff", "s3://assets", file.to_str().expect("UTF-8")],
        );
        assert_eq!(same.code, Some(0), "{same:?}");
    }

    #[test]
    fn a_bucket_without_rules_and_one_that_refuses_say_so() {
        for (status, code, expected) in [
            (
                404,
                "NoSuchCORSConfiguration",
                "the bucket has no CORS configuration",
            ),
            (403, "AccessDenied", "access denied"),
            (404, "NoSuchBucket", "no such bucket"),
        ] {
            let body = format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
            let server = Server::responding(move |_| {
                Response::new(status, &body).with("content-type", "application/xml")
            });
            let ran = run(&server, &["check", "s3://assets"]);
            assert_eq!(ran.code, Some(2), "{code}: {ran:?}");
            assert!(ran.stdout.contains(expected), "{code}: {}", ran.stdout);
        }
    }
}
