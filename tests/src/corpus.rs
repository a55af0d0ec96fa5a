//! The corpus: all files under `cases/`, read at run time, so that a new file needs no new code.
//!
//! Members that are not known are skipped; a file that cannot be read, a case of an unknown kind
//! and an id that occurs twice fail.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use s3_cors::{CorsConfiguration, CorsPolicy, CorsRule, ResourceType};
use serde::Deserialize;
use serde_json::Value;

/// All cases, by kind, in the order of the files.
#[derive(Debug, Default)]
pub struct Corpus {
    /// Requests and their answers.
    pub evals: Vec<Eval>,
    /// Configurations as `PutBucketCors` takes or refuses them.
    pub apis: Vec<Api>,
    /// Texts as they are read or refused.
    pub loads: Vec<Load>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Case {
    Eval(Eval),
    Api(Api),
    Load(Load),
}

/// A request against a configuration, and the answer to it.
#[derive(Debug, Clone, Deserialize)]
pub struct Eval {
    /// Names the case.
    pub id: String,
    /// The configuration in force, in the CLI's form; `None` if there is none.
    pub cors: Option<Value>,
    /// Whether the bucket exists.
    #[serde(default = "yes")]
    pub bucket_exists: bool,
    /// The request.
    pub request: Request,
    /// The answer.
    pub expect: EvalExpect,
}

/// A request.
#[derive(Debug, Clone, Deserialize)]
pub struct Request {
    /// Its method.
    pub method: String,
    /// What its path names.
    pub path: PathKind,
    /// Its headers, by name.
    #[serde(default)]
    pub headers: BTreeMap<String, Lines>,
}

/// What a path names.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PathKind {
    /// The bucket's root.
    Bucket,
    /// An object.
    Object,
}

/// A header's value, or the values of its lines.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Lines {
    /// One line.
    One(Latin1),
    /// Any number of lines.
    Several(Vec<Latin1>),
}

/// The bytes of a header's value, one for each character.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Latin1(pub Vec<u8>);

/// The answer a case expects.
#[derive(Debug, Clone, Deserialize)]
pub struct EvalExpect {
    /// The status; that of requests other than `OPTIONS` is the app's own.
    pub status: u16,
    /// The headers among the checked ones, exactly.
    #[serde(default)]
    pub headers: BTreeMap<String, Latin1>,
    /// Names, or beginnings of names with a `*` behind them.
    #[serde(default)]
    pub headers_checked: Vec<String>,
    /// The elements of the error's XML among `Code`, `Message`, `Method` and `ResourceType`,
    /// exactly.
    pub error: Option<BTreeMap<String, String>>,
    /// The body.
    pub body: Option<String>,
}

/// A configuration that S3 accepts or refuses.
#[derive(Debug, Clone, Deserialize)]
pub struct Api {
    /// Names the case.
    pub id: String,
    config: Option<Value>,
    config_repeat: Option<Repeat>,
    /// What S3 answers.
    pub expect: ApiExpect,
}

#[derive(Debug, Clone, Deserialize)]
struct Repeat {
    rule: Value,
    times: usize,
}

/// What S3 answers to a configuration.
#[derive(Debug, Clone, Deserialize)]
pub struct ApiExpect {
    /// 200 or 400.
    pub status: u16,
    /// The error's code and text, as far as they are proved.
    pub error: Option<ApiError>,
    /// What is stored, in the CLI's form.
    pub get: Option<Value>,
}

/// An error of `PutBucketCors`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ApiError {
    /// The code.
    pub code: Option<String>,
    /// The text.
    pub message: Option<String>,
}

/// A text that holds a configuration, or not quite.
#[derive(Debug, Clone, Deserialize)]
pub struct Load {
    /// Names the case.
    pub id: String,
    /// The text.
    pub text: String,
    /// What becomes of it.
    pub expect: LoadExpect,
}

/// What becomes of a text.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoadExpect {
    /// It is read as this configuration, in the CLI's form.
    Config(Value),
    /// It is refused, with these problems among others.
    Problems(Vec<ExpectedProblem>),
}

/// A problem that must be found.
#[derive(Debug, Clone, Deserialize)]
pub struct ExpectedProblem {
    /// Its place.
    pub place: Option<String>,
    /// What its help says, in lower case.
    #[serde(default)]
    pub contains: Vec<String>,
    /// S3's code.
    pub code: Option<String>,
}

/// A configuration, with every list optional, as a case may leave out what a rule must have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Config {
    /// The rules.
    #[serde(rename = "CORSRules")]
    pub rules: Vec<Rule>,
}

/// A rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Rule {
    /// `ID`
    #[serde(rename = "ID")]
    pub id: Option<String>,
    /// `AllowedHeaders`
    pub allowed_headers: Vec<String>,
    /// `AllowedMethods`
    pub allowed_methods: Vec<String>,
    /// `AllowedOrigins`
    pub allowed_origins: Vec<String>,
    /// `ExposeHeaders`
    pub expose_headers: Vec<String>,
    /// `MaxAgeSeconds`
    pub max_age_seconds: Option<i64>,
}

impl Corpus {
    /// Reads all files.
    ///
    /// # Panics
    ///
    /// If a file or a case cannot be read, or a kind has no case at all.
    #[must_use]
    pub fn load() -> Self {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
        let mut files: Vec<_> = std::fs::read_dir(&directory)
            .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
            .map(|entry| entry.expect("a directory entry").path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        files.sort();
        let mut corpus = Self::default();
        let mut ids = BTreeSet::new();
        for file in &files {
            for case in cases(file) {
                let id = match &case {
                    Case::Eval(case) => &case.id,
                    Case::Api(case) => &case.id,
                    Case::Load(case) => &case.id,
                };
                assert!(
                    ids.insert(id.clone()),
                    "{}: {id} occurs twice",
                    file.display()
                );
                match case {
                    Case::Eval(case) => corpus.evals.push(case),
                    Case::Api(case) => corpus.apis.push(case),
                    Case::Load(case) => corpus.loads.push(case),
                }
            }
        }
        let counts = [corpus.evals.len(), corpus.apis.len(), corpus.loads.len()];
        assert!(!counts.contains(&0), "a kind without cases: {counts:?}");
        corpus
    }
}

fn cases(file: &Path) -> Vec<Case> {
    #[derive(Deserialize)]
    struct File {
        vectors: Vec<Value>,
    }
    let shown = file.display();
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{shown}: {error}"));
    let file: File = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{shown}: {error}"));
    let read = |value: Value| {
        let id = value["id"].to_string();
        serde_json::from_value(value).unwrap_or_else(|error| panic!("{shown}: {id}: {error}"))
    };
    file.vectors.into_iter().map(read).collect()
}

fn yes() -> bool {
    true
}

impl Eval {
    /// The policy of the case's bucket.
    ///
    /// # Panics
    ///
    /// If the configuration is refused.
    #[must_use]
    pub fn policy(&self) -> CorsPolicy {
        match &self.cors {
            _ if !self.bucket_exists => CorsPolicy::without_bucket(),
            None => CorsPolicy::without_configuration(),
            Some(config) => CorsPolicy::from_text(&config.to_string())
                .unwrap_or_else(|error| panic!("{}: {error}", self.id)),
        }
    }

    /// Whether CORS alone decides about the answer: `OPTIONS` never reaches an app.
    #[must_use]
    pub fn is_options(&self) -> bool {
        self.request.method == "OPTIONS"
    }
}

impl Request {
    /// The path in a virtual-hosted-style URL.
    #[must_use]
    pub fn path(&self) -> &'static str {
        match self.path {
            PathKind::Bucket => "/",
            PathKind::Object => "/photos/cat.jpg",
        }
    }

    /// The path's kind as the engine knows it.
    #[must_use]
    pub fn resource_type(&self) -> ResourceType {
        match self.path {
            PathKind::Bucket => ResourceType::Bucket,
            PathKind::Object => ResourceType::Object,
        }
    }

    /// The header lines, names as the case spells them.
    pub fn header_lines(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter().flat_map(|(name, lines)| {
            let lines = match lines {
                Lines::One(line) => std::slice::from_ref(line),
                Lines::Several(lines) => lines,
            };
            lines.iter().map(|line| (name.as_str(), &line.0[..]))
        })
    }
}

impl Api {
    /// The configuration in the CLI's form.
    ///
    /// # Panics
    ///
    /// If the case has none.
    #[must_use]
    pub fn config(&self) -> Value {
        match (&self.config, &self.config_repeat) {
            (Some(config), None) => config.clone(),
            (None, Some(Repeat { rule, times })) => {
                serde_json::json!({ "CORSRules": vec![rule; *times] })
            }
            _ => panic!("{}: `config` or `config_repeat`, not both", self.id),
        }
    }
}

impl Config {
    /// Reads the CLI's form, with every list optional.
    ///
    /// # Errors
    ///
    /// If it is of another form.
    pub fn of(value: &Value) -> serde_json::Result<Self> {
        Self::deserialize(value)
    }
}

impl From<&Config> for CorsConfiguration {
    fn from(config: &Config) -> Self {
        Self::new(config.rules.iter().map(CorsRule::from))
    }
}

impl From<&Rule> for CorsRule {
    fn from(rule: &Rule) -> Self {
        let rule = rule.clone();
        let mut read = Self::new(rule.allowed_origins, rule.allowed_methods)
            .allowed_headers(rule.allowed_headers)
            .expose_headers(rule.expose_headers);
        read.id = rule.id;
        read.max_age_seconds = rule.max_age_seconds;
        read
    }
}

impl TryFrom<String> for Latin1 {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let byte = |c: char| u8::try_from(u32::from(c)).map_err(|_| format!("{c:?} is no byte"));
        text.chars().map(byte).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Latin1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}
