//! Which format a file is in, and what else it is if it is in none.

use std::path::Path;
use std::rc::Rc;

use s3_cors::limits::MAX_TEXT_BYTES;

use crate::finding::{Finding, FindingCode};
use crate::parse::{self, SyntaxError};
use crate::read::{Source, syntax};
use crate::tree::{Kind, Node};

/// A file's format, and its tree where one was needed to tell.
pub(crate) enum Recognised {
    S3,
    Hcl,
    TerraformJson(Rc<Node>),
    TerraformShow(Rc<Node>),
    Templates(Vec<Rc<Node>>),
    Google(Rc<Node>),
    R2(Rc<Node>),
    AzureXml,
    AzureJson(Rc<Node>),
}

pub(crate) fn recognise(file: &Path, source: &Source<'_>) -> Result<Recognised, Box<Finding>> {
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let text = source.text;
    let start = text.trim_start();
    let broken =
        |language: &str, error: &SyntaxError| Box::new(syntax(language, error, source.lines));
    if name.ends_with(".tf") || name.ends_with(".tofu") || name.ends_with(".hcl") {
        return not_long(text).map(|()| Recognised::Hcl);
    }
    if start.starts_with('<') {
        let azure = ["<CorsRule>", "<StorageServiceProperties"];
        return match azure.iter().any(|mark| start.contains(mark)) {
            true if !start.contains("<CORSConfiguration") => Ok(Recognised::AzureXml),
            _ => Ok(Recognised::S3),
        };
    }
    if start.starts_with(['{', '[']) {
        return match parse::json::parse(text, source.lines) {
            Ok(root) => json(&name, root),
            // YAML that begins with a bracket.
            Err(_) if is_yaml(&name) && !name.ends_with(".json") => {
                not_long(text)?;
                match parse::yaml::parse(text) {
                    Ok(roots) => yaml(&roots),
                    Err(error) => Err(broken("YAML", &error)),
                }
            }
            Err(error) if error.message.starts_with("nested") => Err(broken("JSON", &error)),
            // The engine finds more words for it, but reads no longer texts.
            Err(error) if text.len() > MAX_TEXT_BYTES => Err(broken("JSON", &error)),
            Err(_) => Ok(Recognised::S3),
        };
    }
    not_long(text)?;
    if looks_like_hcl(start) && !is_yaml(&name) {
        return Ok(Recognised::Hcl);
    }
    if let Some(language) = program(&name) {
        return Err(other(
            FindingCode::ProgramText,
            &format!("is {language}, which cannot be read without running it"),
            "give what it makes: the template in `cdk.out`, what `terraform show -json` prints, or \
             what `aws s3api get-bucket-cors` prints",
        ));
    }
    match parse::yaml::parse(text) {
        Ok(roots)
            if roots
                .iter()
                .any(|root| matches!(root.kind, Kind::Map(_) | Kind::List(_))) =>
        {
            yaml(&roots)
        }
        Err(error) if is_yaml(&name) => Err(broken("YAML", &error)),
        // The engine names what people take for JSON.
        _ => Ok(Recognised::S3),
    }
}

/// What people write is short. Its parsers take up to 200 times the room of the text.
const MOST_WRITTEN: usize = 2 * 1024 * 1024;

fn not_long(text: &str) -> Result<(), Box<Finding>> {
    if text.len() <= MOST_WRITTEN {
        return Ok(());
    }
    Err(other(
        FindingCode::TooLong,
        "is longer than 2 MiB, and not JSON",
        "give a file with less around the rules, such as one module or one stack",
    ))
}

fn is_yaml(name: &str) -> bool {
    [".yaml", ".yml", ".template", ".json"]
        .iter()
        .any(|end| name.ends_with(end))
}

fn program(name: &str) -> Option<&'static str> {
    [
        (".ts", "TypeScript"),
        (".js", "JavaScript"),
        (".mjs", "JavaScript"),
        (".py", "Python"),
        (".go", "Go"),
        (".bicep", "Bicep"),
        (".sh", "a shell script"),
    ]
    .into_iter()
    .find(|(end, _)| name.ends_with(end))
    .map(|(_, language)| language)
}

/// A block or an assignment, which is nothing in YAML.
fn looks_like_hcl(start: &str) -> bool {
    const BLOCKS: [&str; 8] = [
        "resource",
        "module",
        "terraform",
        "provider",
        "variable",
        "locals",
        "data",
        "output",
    ];
    let lines = start.lines().map(str::trim).take(200);
    lines.filter(|line| line.ends_with('{')).any(|line| {
        let word = line.split([' ', '"', '{']).next().unwrap_or_default();
        BLOCKS.contains(&word)
    })
}

fn other(code: FindingCode, text: &str, help: &str) -> Box<Finding> {
    Box::new(Finding::new(code, None, text, help))
}

fn json(name: &str, root: Rc<Node>) -> Result<Recognised, Box<Finding>> {
    if let Kind::List(elements) = &root.kind {
        let has = |key: &str| elements.iter().any(|one| one.has(key));
        if has("corsRuleName") || has("allowedOperations") {
            return Err(backblaze());
        }
        if has("MaxAgeInSeconds") || has("maxAgeInSeconds") {
            return Ok(Recognised::AzureJson(root));
        }
        if has("origin") || has("responseHeader") || has("method") {
            return Ok(Recognised::Google(root));
        }
        return Ok(Recognised::S3);
    }
    if root.has("planned_values")
        || root.has("resource_changes")
        || root.at(&["values", "root_module"]).is_some()
    {
        return Ok(Recognised::TerraformShow(root));
    }
    if root.has("terraform_version") && root.has("serial") {
        return Err(other(
            FindingCode::TerraformState,
            "is a state as Terraform saves it",
            "give what `terraform show -json` prints",
        ));
    }
    if name.ends_with(".tf.json")
        || root
            .get("resource")
            .is_some_and(|r| !r.members().is_empty())
    {
        return Ok(Recognised::TerraformJson(root));
    }
    if let Some(azure) = azure(&root) {
        return Ok(Recognised::AzureJson(azure));
    }
    if let Some(entries) = root
        .get("cors")
        .filter(|cors| matches!(cors.kind, Kind::List(_)))
    {
        return Ok(Recognised::Google(Rc::clone(entries)));
    }
    let r2 = |rules: &&Rc<Node>| rules.elements().iter().any(|rule| rule.has("allowed"));
    if root.get("rules").filter(r2).is_some() {
        return Ok(Recognised::R2(root));
    }
    object(root, false)
}

/// The list of rules of an ARM template or of a part of one.
fn azure(root: &Rc<Node>) -> Option<Rc<Node>> {
    let within = |node: &Rc<Node>| {
        let paths: [&[&str]; 4] = [
            &["properties", "cors", "corsRules"],
            &["cors", "corsRules"],
            &["corsRules"],
            &["properties", "corsRules"],
        ];
        paths.into_iter().find_map(|path| node.at(path)).cloned()
    };
    let is_azure = |list: &Rc<Node>| {
        let keys = ["maxAgeInSeconds", "exposedHeaders"];
        list.elements()
            .iter()
            .any(|rule| keys.iter().any(|key| rule.has(key)))
    };
    let children = |node: &Rc<Node>| {
        let list = node.get("resources").map(|list| list.elements());
        list.unwrap_or_default().to_vec()
    };
    // A service may stand within its account.
    let mut nodes = vec![Rc::clone(root)];
    for child in children(root) {
        nodes.extend(children(&child));
        nodes.push(child);
    }
    let mut found = nodes.iter().filter_map(within);
    found.find(is_azure)
}

fn yaml(roots: &[Rc<Node>]) -> Result<Recognised, Box<Finding>> {
    for root in roots {
        if let Some(finding) = named(root) {
            return Err(finding);
        }
    }
    // S3's own names, but in YAML: as good as the JSON that the engine reads.
    if let [root] = roots {
        let rules = root.get("CORSRules").unwrap_or(root);
        if rules
            .elements()
            .iter()
            .any(|rule| rule.has("AllowedOrigins"))
        {
            return Err(other(
                FindingCode::S3InYaml,
                "has S3's rules in YAML, which S3 does not take",
                "write it as JSON, such as with `yq -o json`",
            ));
        }
    }
    match roots {
        [root] => object(Rc::clone(root), true),
        _ => Ok(Recognised::Templates(roots.to_vec())),
    }
}

/// An object in YAML or JSON.
fn object(root: Rc<Node>, yaml: bool) -> Result<Recognised, Box<Finding>> {
    if let Some(finding) = named(&root) {
        return Err(finding);
    }
    let property = root.has("CorsConfiguration") || root.has("CorsRules");
    if yaml && property {
        return Err(other(
            FindingCode::TemplatePart,
            "is a part of a CloudFormation template",
            "give the whole template, with `Resources:`",
        ));
    }
    let resources = root.get("Resources").or_else(|| root.get("resources"));
    if resources.is_some() || root.has("AWSTemplateFormatVersion") || root.has("service") {
        return Ok(Recognised::Templates(vec![root]));
    }
    Ok(Recognised::S3)
}

/// What people have in the same place, and what to do with it.
fn named(root: &Node) -> Option<Box<Finding>> {
    let text_at = |key: &str| {
        root.get(key)
            .and_then(|node| node.text())
            .unwrap_or_default()
    };
    let origins = |node: &Node| {
        ["AllowOrigins", "allowOrigins"]
            .iter()
            .any(|key| node.has(key))
    };
    if origins(root)
        || root
            .get("CorsConfiguration")
            .is_some_and(|cors| origins(cors))
    {
        return Some(other(
            FindingCode::ApiCors,
            "is the CORS configuration of an AWS::ApiGatewayV2::Api or a Lambda function URL, not \
             a bucket's",
            "write a bucket's rules, and convert them with the target `http-api` or `function-url`",
        ));
    }
    if root.has("allowedOperations")
        || root.get("corsRules").is_some_and(|rules| {
            rules
                .elements()
                .iter()
                .any(|rule| rule.has("allowedOperations"))
        })
    {
        return Some(backblaze());
    }
    if text_at("apiVersion").contains("crossplane") || text_at("apiVersion").contains("upbound") {
        return Some(other(
            FindingCode::Crossplane,
            "is a resource of Crossplane, which is not read",
            "give what `aws s3api get-bucket-cors` prints for its bucket",
        ));
    }
    let pulumi = |node: &Node| {
        let of_type = |resource: &Node| {
            resource
                .get("type")
                .and_then(|t| t.text())
                .is_some_and(|t| t.starts_with("aws:s3"))
        };
        node.members().iter().any(|member| of_type(&member.node))
    };
    if root
        .get("resources")
        .is_some_and(|resources| pulumi(resources))
        || text_at("runtime") == "yaml"
    {
        return Some(other(
            FindingCode::Pulumi,
            "is a program of Pulumi, which is not read",
            "give what `aws s3api get-bucket-cors` prints for its bucket",
        ));
    }
    let mut tasks = root.elements().iter().flat_map(|play| {
        let inner = play
            .get("tasks")
            .map(|tasks| tasks.elements())
            .unwrap_or_default();
        [play].into_iter().chain(inner)
    });
    let ansible = [
        "community.aws.s3_cors",
        "aws_s3_cors",
        "s3_cors",
        "s3_bucket_cors",
    ];
    if tasks.any(|task| ansible.iter().any(|module| task.has(module))) {
        return Some(other(
            FindingCode::Ansible,
            "is a playbook of Ansible, which is not read",
            "give what `aws s3api get-bucket-cors` prints for its bucket",
        ));
    }
    if root.has("hosting")
        && (root.has("firestore") || root.has("functions") || root.has("storage"))
    {
        return Some(other(
            FindingCode::FirebaseJson,
            "is Firebase's own configuration, which has no CORS rules for a bucket",
            "give the file that `gcloud storage buckets update --cors-file` takes",
        ));
    }
    if root.has("app") && root.has("context") && root.has("watch") {
        return Some(other(
            FindingCode::CdkJson,
            "is the CDK's own configuration",
            "run `cdk synth`, and give `cdk.out/NAME.template.json`",
        ));
    }
    None
}

fn backblaze() -> Box<Finding> {
    other(
        FindingCode::BackblazeB2,
        "is Backblaze B2's own format, which is not read",
        "B2 takes S3's form, too: give what `aws s3api get-bucket-cors` prints for the bucket",
    )
}
