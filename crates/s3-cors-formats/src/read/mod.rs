//! A file → its buckets and their rules.

mod azure;
mod cloudformation;
mod google;
mod names;
mod r2;
mod rules;
mod s3;
mod terraform;

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use s3_cors::files::open_regular;
use s3_cors::{ConfigError, CorsConfiguration};

use crate::document::{Document, Format};
use crate::finding::{Finding, FindingCode};
use crate::foreign::shown;
use crate::parse::{self, SyntaxError};
use crate::position::Lines;
use crate::recognise::{self, Recognised};
use crate::variables::Variables;
pub(crate) use names::name_of;
pub(crate) use terraform::show::AFTER_APPLY;

/// The most bytes of a file that are read. Templates may have 1 MB, and what `terraform show` prints
/// has more around it.
pub const MAX_FILE_BYTES: usize = 8 * 1024 * 1024;

/// Why a file holds no rules that can be used: what is wrong with it, or what else it is.
///
/// Its `Display` form is one line for each finding: file, line, column, text and help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    file: PathBuf,
    findings: Vec<Finding>,
}

impl ReadError {
    /// For a file that cannot be read at all.
    #[must_use]
    pub fn unreadable(file: impl AsRef<Path>, error: std::io::Error) -> Self {
        Self {
            file: file.as_ref().to_owned(),
            findings: s3::problems(&ConfigError::unreadable(error), None),
        }
    }

    /// For what is not a file and cannot be read: why, and what to do.
    #[must_use]
    pub fn unavailable(
        source: impl AsRef<Path>,
        text: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            file: source.as_ref().to_owned(),
            findings: vec![Finding::new(FindingCode::Unreadable, None, text, help)],
        }
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What is wrong, at least one.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 100;
        for (index, finding) in self.findings.iter().take(MOST).enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            let separator = if finding.span.is_some() { ":" } else { ": " };
            write!(
                f,
                "{}{separator}{finding}",
                shown(&self.file.to_string_lossy())
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for ReadError {}

/// Reads the buckets and their rules from a file's content. The file's name helps to tell what it
/// is; its content decides.
///
/// Every rule, member and entry keeps its place in the file. What is known only when deployed is
/// kept as that, and `variables` fills it in.
///
/// # Errors
///
/// If the file is none of the [formats](Format) or is something else: what it is, and what to do.
/// If it breaks its format's syntax: where.
///
/// ```
/// use s3_cors_formats::{Variables, read};
///
/// let text = r#"
/// resource "aws_s3_bucket_cors_configuration" "site" {
///   bucket = aws_s3_bucket.site.id
///   cors_rule {
///     allowed_origins = ["https://${var.domain}", "https://example.com/"]
///     allowed_methods = ["GET", "HEAD"]
///   }
/// }
/// "#;
/// let document = read("main.tf", text.as_bytes(), &Variables::default())?;
/// let bucket = &document.buckets()[0];
/// assert_eq!(bucket.name(), "aws_s3_bucket_cors_configuration.site");
/// let origins = &bucket.rules()[0].allowed_origins;
/// assert_eq!(origins.entries[0].value.to_string(), "https://${var.domain}");
/// assert_eq!(origins.entries[1].span.start.to_string(), "5:49");
/// assert!(document.findings().iter().any(|f| f.code == "origin-trailing-slash"));
/// # Ok::<(), s3_cors_formats::ReadError>(())
/// ```
pub fn read(
    file: impl AsRef<Path>,
    content: &[u8],
    variables: &Variables,
) -> Result<Document, ReadError> {
    let file = file.as_ref();
    let refused = |findings| ReadError {
        file: file.to_owned(),
        findings,
    };
    let failed = |finding: Box<Finding>| refused(vec![*finding]);
    let text = text(content).map_err(refused)?;
    let lines = Lines::new(text);
    let source = Source {
        text,
        lines: &lines,
        variables,
    };
    let broken = |language: &str| {
        let language = language.to_owned();
        let lines = &lines;
        move |error: SyntaxError| failed(Box::new(syntax(&language, &error, lines)))
    };
    let recognised = recognise::recognise(file, &source).map_err(failed)?;
    let mut document = match recognised {
        Recognised::S3 => s3::document(&source).map_err(refused)?,
        Recognised::Hcl => {
            let body = parse::hcl::parse(text).map_err(broken("HCL"))?;
            terraform::hcl::document(&body, &source)
        }
        Recognised::TerraformJson(root) => terraform::json::document(&root, &source),
        Recognised::TerraformShow(root) => terraform::show::document(&root, &source),
        Recognised::Templates(roots) => cloudformation::document(&roots, &source),
        Recognised::Google(list) => google::document(&list, &source),
        Recognised::R2(root) => r2::document(&root, &source),
        Recognised::AzureXml => azure::xml(&source).map_err(broken("XML"))?,
        Recognised::AzureJson(list) => azure::json(&list, &source),
    };
    if document.buckets.is_empty() {
        let finding = nothing_here(&document);
        document.findings.push(finding);
        return Err(refused(document.findings));
    }
    Ok(document)
}

/// Reads [rules of an app's own](s3_cors::AppRules), which are always in one of S3's own forms.
///
/// # Errors
///
/// What is wrong, as [`AppRules::from_slice`](s3_cors::AppRules::from_slice) finds it.
///
/// ```
/// use s3_cors_formats::read_app_rules;
///
/// let text = r#"[{"AllowedOrigins": ["https://app.example.com/"], "AllowedMethods": ["PATCH"]}]"#;
/// let document = read_app_rules("app-cors.json", text.as_bytes())?;
/// assert!(document.findings().iter().any(|f| f.code == "origin-trailing-slash"));
/// # Ok::<(), s3_cors_formats::ReadError>(())
/// ```
pub fn read_app_rules(file: impl AsRef<Path>, content: &[u8]) -> Result<Document, ReadError> {
    let file = file.as_ref();
    let refused = |findings| ReadError {
        file: file.to_owned(),
        findings,
    };
    let text = text(content).map_err(refused)?;
    s3::app_rules(&Source {
        text,
        lines: &Lines::new(text),
        variables: &Variables::default(),
    })
    .map_err(refused)
}

/// Reads a regular file. A pipe or a device may have no end, so it is
/// [refused before it is opened](open_regular).
///
/// # Errors
///
/// As [`read()`], and when the file cannot be read.
///
/// ```
/// use s3_cors_formats::{Variables, read_path};
///
/// let error = read_path("no/such/main.tf", &Variables::default()).unwrap_err();
/// assert!(error.to_string().starts_with("no/such/main.tf: cannot be read: "));
/// ```
pub fn read_path(file: impl AsRef<Path>, variables: &Variables) -> Result<Document, ReadError> {
    let path = file.as_ref();
    let mut content = Vec::new();
    let limit = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX) + 1;
    let outcome = open_regular(path).and_then(|file| file.take(limit).read_to_end(&mut content));
    match outcome {
        Ok(_) => read(path, &content, variables),
        Err(error) => Err(ReadError::unreadable(path, error)),
    }
}

/// What every reader needs.
pub(crate) struct Source<'t> {
    pub(crate) text: &'t str,
    pub(crate) lines: &'t Lines<'t>,
    pub(crate) variables: &'t Variables,
}

fn text(content: &[u8]) -> Result<&str, Vec<Finding>> {
    let error = |code, text: &str, help: &str| vec![Finding::new(code, None, text, help)];
    if content.len() > MAX_FILE_BYTES {
        return Err(error(
            FindingCode::TooLong,
            "is longer than 8 MiB",
            "give a file with less around the rules, such as one module or one stack",
        ));
    }
    if content.starts_with(b"PK\x03\x04") {
        return Err(error(
            FindingCode::TerraformPlan,
            "is a plan as Terraform saves it, or another archive",
            "give what `terraform show -json FILE` prints",
        ));
    }
    // The engine tells encodings apart.
    let encoding = || {
        let refused = CorsConfiguration::from_slice(content).err();
        let problems = refused.map(|error| s3::problems(&error, None));
        problems.unwrap_or_else(|| {
            error(
                FindingCode::Rejected,
                "is not UTF-8",
                "save the file as UTF-8",
            )
        })
    };
    match std::str::from_utf8(content) {
        Ok(text) if !matches!(content, [0, ..] | [_, 0, ..]) => {
            Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
        }
        _ => Err(encoding()),
    }
}

pub(crate) fn syntax(language: &str, error: &SyntaxError, lines: &Lines<'_>) -> Finding {
    let span = lines.span(&(error.offset..error.offset + 1));
    let text = format!("is not {language}: {}", shown(&error.message));
    Finding::new(FindingCode::Syntax, Some(span), text, "correct the syntax")
}

fn nothing_here(document: &Document) -> Finding {
    let (what, help) = match document.format {
        Format::Terraform => (
            "has no bucket with CORS rules",
            "give the file with the `aws_s3_bucket_cors_configuration`",
        ),
        Format::TerraformShow => (
            "has no bucket with CORS rules",
            "give the plan or the state of the configuration with the bucket",
        ),
        Format::CloudFormation => (
            "has no AWS::S3::Bucket with a CorsConfiguration",
            "give the template with the bucket",
        ),
        _ => ("has no CORS rules", "give the file with the rules"),
    };
    let text = format!("is {}, and {what}", document.format.name());
    Finding::new(FindingCode::NoBucket, None, text, help)
}
