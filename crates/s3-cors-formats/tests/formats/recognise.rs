//! Which format a file is taken for, and what else it is said to be.

use s3_cors_formats::{Format, Variables, read};

/// A file's name, its content, and its format.
const FORMATS: [(&str, &str, Format); 16] = [
    (
        "cors.json",
        r#"[{"AllowedOrigins":["*"],"AllowedMethods":["GET"]}]"#,
        Format::S3,
    ),
    (
        "cors.json",
        r#"{"CORSRules":[{"AllowedOrigins":["*"],"AllowedMethods":["GET"]}]}"#,
        Format::S3,
    ),
    (
        "x",
        r#"{"CorsConfiguration":{"CorsRules":[{"AllowedOrigins":["*"],"AllowedMethods":["GET"]}]}}"#,
        Format::S3,
    ),
    (
        "cors.xml",
        "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
        Format::S3,
    ),
    (
        "cors.json",
        r#"[{"origin":["*"],"method":["GET"]}]"#,
        Format::GoogleCloudStorage,
    ),
    (
        "bucket.json",
        r#"{"cors":[{"origin":["*"],"method":["GET"]}]}"#,
        Format::GoogleCloudStorage,
    ),
    (
        "cors.json",
        r#"{"rules":[{"allowed":{"origins":["*"],"methods":["GET"]}}]}"#,
        Format::R2,
    ),
    (
        "azure.xml",
        "<Cors><CorsRule><AllowedOrigins>*</AllowedOrigins></CorsRule></Cors>",
        Format::Azure,
    ),
    (
        "azure.json",
        r#"[{"AllowedOrigins":"*","AllowedMethods":"GET","MaxAgeInSeconds":5,"Service":"blob"}]"#,
        Format::Azure,
    ),
    (
        "azure.json",
        r#"{"resources":[{"properties":{"cors":{"corsRules":[{"allowedOrigins":["*"],"maxAgeInSeconds":1}]}}}]}"#,
        Format::Azure,
    ),
    (
        "stdin",
        "resource \"aws_s3_bucket_cors_configuration\" \"a\" {\n  cors_rule {}\n}\n",
        Format::Terraform,
    ),
    (
        "main.tf.json",
        r#"{"resource":{"aws_s3_bucket_cors_configuration":{"a":{"cors_rule":{"allowed_origins":["*"]}}}}}"#,
        Format::Terraform,
    ),
    (
        "-",
        r#"{"values":{"root_module":{"resources":[{"type":"aws_s3_bucket","values":{"cors_rule":[{}]}}]}}}"#,
        Format::TerraformShow,
    ),
    (
        "t.yml",
        "Resources: {B: {Type: AWS::S3::Bucket, Properties: {CorsConfiguration: {CorsRules: [{}]}}}}",
        Format::CloudFormation,
    ),
    (
        "t.json",
        r#"{"Resources":{"B":{"Type":"AWS::S3::Bucket","Properties":{"CorsConfiguration":{"CorsRules":[{}]}}}}}"#,
        Format::CloudFormation,
    ),
    (
        "t.template",
        "---\nResources: {B: {Type: 'AWS::S3::Bucket', Properties: {CorsConfiguration: {CorsRules: [{}]}}}}",
        Format::CloudFormation,
    ),
];

#[test]
fn a_file_is_recognised_by_its_content() {
    for (file, text, expected) in FORMATS {
        match read(file, text.as_bytes(), &Variables::default()) {
            Ok(document) => assert_eq!(document.format(), expected, "{text}"),
            Err(error) => panic!("{text}: {error}"),
        }
    }
}

/// A file's name, its content, the code of what is said, and a part of that.
const OTHERS: [(&str, &str, &str, &str); 22] = [
    (
        "part.yaml",
        "CorsConfiguration:\n  CorsRules:\n    - AllowedOrigins: ['*']\n",
        "template-part",
        "Resources:",
    ),
    (
        "api.yaml",
        "CorsConfiguration:\n  AllowOrigins: ['*']\n",
        "api-cors",
        "http-api",
    ),
    (
        "plan.out",
        "PK\u{3}\u{4}rest",
        "terraform-plan",
        "terraform show -json",
    ),
    (
        "terraform.tfstate",
        r#"{"version":4,"terraform_version":"1.9","serial":3,"resources":[]}"#,
        "terraform-state",
        "terraform show -json",
    ),
    (
        "cors.json",
        r#"{"AllowOrigins":["*"],"AllowMethods":["GET"]}"#,
        "api-cors",
        "AWS::ApiGatewayV2::Api",
    ),
    (
        "b2.json",
        r#"[{"corsRuleName":"a","allowedOrigins":["*"],"allowedOperations":["s3_get"]}]"#,
        "backblaze-b2",
        "B2 takes S3's form",
    ),
    (
        "Pulumi.yaml",
        "name: a\nruntime: yaml\nresources:\n  c:\n    type: aws:s3:BucketCorsConfiguration\n",
        "pulumi",
        "get-bucket-cors",
    ),
    (
        "play.yml",
        "- hosts: all\n  tasks:\n    - community.aws.s3_cors:\n        rules: []\n",
        "ansible",
        "get-bucket-cors",
    ),
    (
        "xr.yaml",
        "apiVersion: s3.aws.crossplane.io/v1beta1\nkind: Bucket\n",
        "crossplane",
        "get-bucket-cors",
    ),
    (
        "cdk.json",
        r#"{"app":"npx ts-node","watch":{},"context":{}}"#,
        "cdk-json",
        "cdk synth",
    ),
    (
        "firebase.json",
        r#"{"hosting":{},"storage":{"rules":"storage.rules"}}"#,
        "firebase-json",
        "--cors-file",
    ),
    (
        "stack.ts",
        "new s3.Bucket(this, 'B', { cors: [] });",
        "program-text",
        "cdk.out",
    ),
    (
        "cors.yaml",
        "CORSRules:\n  - AllowedOrigins: ['*']\n    AllowedMethods: [GET]\n",
        "s3-in-yaml",
        "yq",
    ),
    (
        "main.tf",
        "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n",
        "no-bucket",
        "aws_s3_bucket_cors_configuration",
    ),
    (
        "main.tf",
        "resource \"aws_s3_bucket\" {",
        "syntax",
        "is not HCL",
    ),
    ("t.yaml", "Resources:\n  A: [\n", "syntax", "is not YAML"),
    (
        "t.json",
        r#"{"Resources": {"#,
        "rejected-configuration",
        "ends too early",
    ),
    (
        "t.yaml",
        "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n",
        "no-bucket",
        "AWS::S3::Bucket",
    ),
    (
        "show.json",
        r#"{"values":{"root_module":{}}}"#,
        "no-bucket",
        "the bucket",
    ),
    ("cors.json", "", "rejected-configuration", "is empty"),
    (
        "cors.json",
        "An error occurred (NoSuchBucket)",
        "rejected-configuration",
        "an error message of the AWS CLI",
    ),
    (
        "cors.json",
        r#"[{"AllowedOrigins":["*"],"AllowedMethods":["GET"],}]"#,
        "rejected-configuration",
        "trailing comma",
    ),
];

#[test]
fn something_else_is_named_with_what_to_do() {
    for (file, text, code, part) in OTHERS {
        let error = read(file, text.as_bytes(), &Variables::default()).expect_err(text);
        let said = error.to_string();
        assert!(
            error.findings().iter().any(|finding| finding.code == code),
            "{text}: {said}"
        );
        assert!(said.contains(part), "{text}: {said}");
        assert!(said.starts_with(file), "{said}");
        assert!(!said.contains("remove it"), "{said}");
    }
}

#[test]
fn lines_may_end_as_on_windows() {
    for (file, text, line) in [
        (
            "a.yaml",
            "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      CorsConfiguration:\n        CorsRules:\n          - AllowedOrigins: ['https://a/']\n            AllowedMethods: [GET]\n",
            7,
        ),
        (
            "a.tf",
            "resource \"aws_s3_bucket_cors_configuration\" \"b\" {\n  cors_rule {\n    allowed_origins = [\"https://a/\"]\n    allowed_methods = [\"GET\"]\n  }\n}\n",
            3,
        ),
    ] {
        let text = text.replace('\n', "\r\n");
        let document = read(file, text.as_bytes(), &Variables::default()).unwrap();
        let span = document.buckets()[0].rules()[0].allowed_origins.entries[0].span;
        assert_eq!(span.start.line, line);
        let found = &text[span.start.offset..span.end.offset];
        assert_eq!(found.trim_matches(['"', '\'']), "https://a/");
    }
}

#[test]
fn other_encodings_are_named_and_a_byte_order_mark_is_skipped() {
    let utf16 = "\u{feff}[]"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect::<Vec<u8>>();
    let error = read("cors.json", &utf16, &Variables::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cors.json: is UTF-16, not UTF-8; save it as UTF-8; in PowerShell, pipe to `Out-File \
         -Encoding utf8` instead of using `>` [rejected-configuration]"
    );
    let text =
        "\u{feff}[{\"origin\": [\"https://a/\"], \"method\": [\"GET\"], \"maxAgeSeconds\": 1}]";
    let document = read("cors.json", text.as_bytes(), &Variables::default()).unwrap();
    assert_eq!(
        document.findings()[0].span.unwrap().start.to_string(),
        "1:14"
    );
}
