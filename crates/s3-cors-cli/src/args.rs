//! The command line.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use s3_cors::Dialect;
use s3_cors_formats::Target;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Cyan.on_default().bold())
    .usage(AnsiColor::Cyan.on_default().bold())
    .literal(AnsiColor::Green.on_default())
    .placeholder(AnsiColor::Yellow.on_default());

const EXIT_CODES: &str = "\
Exit codes:
  0  success: no problems, allowed, equivalent, converted
  1  problems: errors or lints, a refusal, differences
  2  failure: wrong usage, an unreadable file, an invalid configuration,
     an endpoint that never responds";

const EXAMPLES: &str = "\
Examples:
  s3-cors check cors.json
  s3-cors explain cors.json --origin https://app.example.com --method PUT --header content-type
  s3-cors diff old.json new.json
  s3-cors convert cors.json --to xml
  s3-cors probe https://bucket.s3.eu-west-1.amazonaws.com/photo.jpg --config cors.json
  aws s3api get-bucket-cors --bucket BUCKET | s3-cors check -";

/// Checks, explains, compares and converts the CORS configuration of an S3 bucket, and probes live
/// endpoints against it.
///
/// A FILE holds what the S3 console shows, what `aws s3api get-bucket-cors` prints, the REST API's
/// XML, or a file in which people keep rules: Terraform (.tf, .tf.json, `terraform show -json`),
/// CloudFormation, SAM, serverless.yml, the templates in cdk.out, and the CORS files of Google Cloud
/// Storage, Cloudflare R2 and Azure Storage. The form is detected from the content. `-` reads
/// standard input, `s3://BUCKET` a live bucket.
#[derive(Debug, Parser)]
#[command(
    name = "s3-cors",
    version,
    styles = STYLES,
    after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"),
    subcommand_required = true,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Output format: `text` for people, `json` for programs (see `s3-cors schema`); for `check`
    /// also `sarif` for code scanning and `github` for annotations in GitHub Actions
    #[arg(long, global = true, value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) format: OutputFormat,

    /// When to use colours: `auto` uses them on a terminal unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find what S3 would reject in a configuration, and what does not work as intended
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),

    /// Show how S3 responds to a request and why, and the smallest change that would allow it
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),

    /// Show which requests gain or lose access between two configurations
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(Diff),

    /// Convert a configuration to another form
    #[command(after_help = CONVERT_EXAMPLES)]
    Convert(Convert),

    /// Send requests to one or two live endpoints and report where they differ from the configuration
    #[command(after_help = PROBE_EXAMPLES)]
    Probe(Probe),

    /// Show who may do what: each class of origins, by method
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Show),

    /// Open a page in the browser that shows all of this for a configuration as you edit it
    #[command(after_help = UI_EXAMPLES)]
    Ui(Ui),

    /// Print the JSON Schema of what `--format json` prints
    #[command(after_help = "\
Examples:
  s3-cors schema > s3-cors.schema.json")]
    Schema,

    /// Print shell completions
    #[command(after_help = "\
Examples:
  s3-cors completions bash > ~/.local/share/bash-completion/completions/s3-cors
  s3-cors completions zsh  > ~/.zfunc/_s3-cors
  s3-cors completions fish > ~/.config/fish/completions/s3-cors.fish")]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },

    /// Print the man page, or write one per command to a directory
    #[command(after_help = "\
Examples:
  s3-cors man | man -l -
  s3-cors man ~/.local/share/man/man1")]
    Man {
        /// Where to write `s3-cors.1`, `s3-cors-check.1`, …
        directory: Option<PathBuf>,
    },
}

const CHECK_EXAMPLES: &str = "\
Examples:
  s3-cors check cors.json
  s3-cors check buckets/*.json --format json
  s3-cors check cors.json --format sarif > s3-cors.sarif
  s3-cors check main.tf --var domain=example.com
  s3-cors check cors.json --app app-cors.json
  aws s3api get-bucket-cors --bucket BUCKET | s3-cors check -

Exit codes:
  0  no errors, and no lint at or above the severity of --fail-on
  1  an error that S3 would reject, or a lint at or above the severity of --fail-on
  2  a file could not be read";

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Configuration files; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) pick: Pick,

    /// A file of the app's own rules to check as well: they are tried after all rules of the bucket, and
    /// may also allow PATCH; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) app: Option<PathBuf>,

    /// The lowest severity that makes the exit code 1; errors that S3 would reject always do
    #[arg(long, value_enum, default_value_t = FailOn::Warning, value_name = "SEVERITY")]
    pub(crate) fail_on: FailOn,
}

/// Which of a file's buckets, and what the file leaves open.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Pick {
    /// In a template with several buckets: the one to use, by its address or logical ID
    #[arg(long, value_name = "NAME")]
    pub(crate) resource: Option<String>,

    /// The value of a variable, parameter or condition of the template; can be repeated
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) variables: Vec<(String, String)>,
}

fn variable(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err("write NAME=VALUE"),
    }
}

/// The severities of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum FailOn {
    Info,
    Warning,
    Error,
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  s3-cors explain cors.json --origin https://app.example.com --method PUT --header content-type
  s3-cors explain cors.json --origin https://app.example.com --actual
  s3-cors explain cors.json --origin https://app.example.com --fetch --credentials include
  s3-cors explain cors.json --origin https://app.example.com --fetch \\
      --method PUT --header 'content-type: text/plain'
  s3-cors explain cors.json --origin https://app.example.com --method PUT --apply cli > new.json
  s3-cors explain cors.json --app app-cors.json --origin https://app.example.com --method PATCH

Exit codes:
  0  allowed; with --fetch, the script can read the response
  1  not allowed; with --fetch, the script cannot read the response
  2  wrong usage, an unreadable file, or a configuration that S3 would reject";

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The configuration file; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) pick: Pick,

    /// A file of the app's own rules, which are tried after all rules of the bucket
    #[arg(long, value_name = "FILE")]
    pub(crate) app: Option<PathBuf>,

    /// The value of the Origin header; without this option the request has none
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) origin: Option<String>,

    /// The method of the request
    #[arg(long, short = 'X', value_name = "METHOD", default_value = "GET")]
    pub(crate) method: String,

    /// A header that the script sets, "name" or "name: value"; can be repeated
    #[arg(long = "header", short = 'H', value_name = "NAME")]
    pub(crate) headers: Vec<String>,

    /// Explain the actual request instead of its preflight
    #[arg(long)]
    pub(crate) actual: bool,

    /// Apply the smallest change and print the new configuration in this form instead
    #[arg(long, value_parser = dialects(), value_name = "FORM")]
    pub(crate) apply: Option<Dialect>,

    /// Explain what a browser does when a page of this origin calls `fetch()`: whether it sends a
    /// preflight, what the script can read, and what the console says
    #[arg(long, requires = "origin", conflicts_with_all = ["actual", "apply"])]
    pub(crate) fetch: bool,

    /// With --fetch, the URL to fetch
    #[arg(
        long,
        requires = "fetch",
        value_name = "URL",
        default_value = "https://bucket.s3.amazonaws.com/key"
    )]
    pub(crate) url: String,

    /// With --fetch, the `credentials` mode: whether the browser sends cookies and other credentials
    #[arg(long, requires = "fetch", value_enum, value_name = "MODE",
        default_value_t = CredentialsMode::SameOrigin)]
    pub(crate) credentials: CredentialsMode,
}

/// The `credentials` of a `fetch()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CredentialsMode {
    Omit,
    SameOrigin,
    Include,
}

const DIFF_EXAMPLES: &str = "\
Examples:
  s3-cors diff old.json new.json
  s3-cors diff old.json new.json --app app-cors.json
  aws s3api get-bucket-cors --bucket BUCKET | s3-cors diff - cors.json

Exit codes:
  0  S3 would respond to every request the same way with both
  1  S3 would respond differently to some requests
  2  a file could not be read, or is a configuration that S3 would reject";

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The old configuration; `-` reads standard input
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,

    /// The new configuration
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,

    #[command(flatten)]
    pub(crate) pick: Pick,

    /// A file of the app's own rules, which are tried after all rules of both configurations
    #[arg(long, value_name = "FILE")]
    pub(crate) app: Option<PathBuf>,
}

const CONVERT_EXAMPLES: &str = "\
Examples:
  s3-cors convert cors.json --to xml > cors.xml
  s3-cors convert template.yaml --resource Uploads --to cli
  s3-cors convert main.tf --var domain=example.com --to http-api --format json
  aws s3api get-bucket-cors --bucket BUCKET | s3-cors convert - --to console

What another service would do differently is reported on standard error, with a request that shows
it. The output goes to standard output.

Exit codes:
  0  converted
  1  the service would allow requests that the rules do not allow (--allow-widening converts all the
     same)
  2  the file could not be read, its rules are not all known, S3 would reject them, or the service
     cannot take them";

#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// The configuration file; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) pick: Pick,

    /// The form or the service to convert to
    #[arg(long, value_parser = forms(), value_name = "FORM")]
    pub(crate) to: Target,

    /// Also write what allows requests that the rules do not allow
    #[arg(long)]
    pub(crate) allow_widening: bool,
}

/// The dialects, each with its description.
fn dialects() -> impl TypedValueParser<Value = Dialect> {
    let value = |dialect: Dialect| PossibleValue::new(dialect.as_str()).help(dialect.description());
    PossibleValuesParser::new(Dialect::ALL.map(value)).try_map(|name| name.parse::<Dialect>())
}

/// The dialects and the targets, each with its description.
fn forms() -> impl TypedValueParser<Value = Target> {
    let value = |target: Target| PossibleValue::new(target.name()).help(target.description());
    PossibleValuesParser::new(Target::all().map(value))
        .try_map(|name| Target::named(&name).ok_or("unknown form"))
}

const PROBE_EXAMPLES: &str = "\
Examples:
  s3-cors probe https://bucket.s3.eu-west-1.amazonaws.com/photo.jpg --config cors.json
  s3-cors probe http://127.0.0.1:3000/ --config cors.json --rate 200
  s3-cors probe https://bucket.s3.eu-west-1.amazonaws.com/a https://cdn.example.com/a \\
      --config cors.json
  s3-cors probe https://cdn.example.com/a --config cors.json --dry-run
  s3-cors probe https://api.example.com/a --origin https://app.example.com

Only OPTIONS, GET and HEAD are sent unless --include-writes is given. Redirects are reported but
not followed. HTTPS_PROXY, HTTP_PROXY and NO_PROXY are respected.

Exit codes:
  0  every response is as expected (and two endpoints agree); with --origin, the page can read
     the response to GET, and no fault was found
  1  a response differs, is missing, or is a redirect; with --origin, it cannot, or one was
  2  failure: wrong usage, an unusable configuration, or no response at all";

#[derive(Debug, Args)]
pub(crate) struct Probe {
    /// The endpoint: the URL of an object, which need not exist, or of a route of an app
    #[arg(value_name = "URL")]
    pub(crate) url: String,

    /// A second endpoint to compare with the first
    #[arg(value_name = "URL2")]
    pub(crate) other: Option<String>,

    /// The configuration that the endpoint is expected to follow; `-` reads standard input
    #[arg(long, value_name = "FILE", required_unless_present = "origin")]
    pub(crate) config: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) pick: Pick,

    /// Without --config: the origin of a page, to learn what the endpoint lets its scripts do and
    /// whether it lets in pages that only resemble it
    #[arg(long, value_name = "ORIGIN", conflicts_with_all =
        ["config", "other", "exact", "max_requests", "include_writes", "all"])]
    pub(crate) origin: Option<String>,

    /// Also count differences that browsers ignore: the order, case and spacing of lists, the exact
    /// status, the error code
    #[arg(long)]
    pub(crate) exact: bool,

    /// The maximum number of requests per endpoint; the most informative are sent first
    #[arg(long, default_value_t = 200, value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) max_requests: u32,

    /// The maximum number of requests per second and endpoint
    #[arg(long, default_value_t = 20, value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) rate: u32,

    /// How many seconds to wait for a response
    #[arg(long, default_value_t = 10, value_name = "SECONDS",
        value_parser = clap::value_parser!(u32).range(1..=600))]
    pub(crate) timeout: u32,

    /// Also send PUT, POST and DELETE with an empty body: this OVERWRITES AND DELETES the resource
    /// at the URL, because CORS does not prevent writes
    #[arg(long)]
    pub(crate) include_writes: bool,

    /// Print the requests instead of sending them
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// List every request whose response differs, not just one of each kind
    #[arg(long)]
    pub(crate) all: bool,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  s3-cors show cors.json
  s3-cors show cors.json --app app-cors.json
  aws s3api get-bucket-cors --bucket BUCKET | s3-cors show -

Exit codes:
  0  shown
  2  the file could not be read, or is a configuration that S3 would reject";

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The configuration file; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) pick: Pick,

    /// A file of the app's own rules, which are tried after all rules of the bucket
    #[arg(long, value_name = "FILE")]
    pub(crate) app: Option<PathBuf>,
}

const UI_EXAMPLES: &str = "\
Examples:
  s3-cors ui
  s3-cors ui cors.json
  s3-cors ui cors.json --app app-cors.json
  s3-cors ui --no-open --port 8080
  s3-cors ui --link 'http://127.0.0.1:4000/#eyJ0ZXh0Ijoi…'

The page is served on 127.0.0.1 only, and only at the address that is printed: the address contains a
random token. It follows FILE, and writes to it only after you confirm. Ctrl-C stops it.

Exit codes:
  2  the address is in use, or FILE could not be read";

#[derive(Debug, Args)]
pub(crate) struct Ui {
    /// The configuration file to follow; `-` reads standard input once
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) pick: Pick,

    /// A file of the app's own rules, which are tried after all rules of the bucket; it is followed as
    /// well, but not edited
    #[arg(long, value_name = "FILE")]
    pub(crate) app: Option<PathBuf>,

    /// The port on 127.0.0.1; 0 is any free one
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    pub(crate) port: u16,

    /// Print the address instead of opening it in the browser
    #[arg(long)]
    pub(crate) no_open: bool,

    /// Show what a link shows that was copied from this page
    #[arg(long, value_name = "LINK")]
    pub(crate) link: Option<String>,
}

/// The output format as given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    Text,
    Json,
    Sarif,
    Github,
}

/// The output format of all commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

impl OutputFormat {
    /// `None` for a format that only `check` has.
    pub(crate) fn of_all_commands(self) -> Option<Format> {
        match self {
            Self::Text => Some(Format::Text),
            Self::Json => Some(Format::Json),
            Self::Sarif | Self::Github => None,
        }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    pub(crate) fn apply(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}
