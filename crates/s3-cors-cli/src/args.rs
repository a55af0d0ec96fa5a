//! The command line.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use s3_cors::Dialect;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Cyan.on_default().bold())
    .usage(AnsiColor::Cyan.on_default().bold())
    .literal(AnsiColor::Green.on_default())
    .placeholder(AnsiColor::Yellow.on_default());

const EXIT_CODES: &str = "\
Exit codes:
  0  fine: nothing found, allowed, alike, converted
  1  found: errors or lints, a refusal, differences
  2  could not run: wrong usage, an unreadable file, a configuration that cannot be used,
     an endpoint that never answers";

const EXAMPLES: &str = "\
Examples:
  s3-cors check cors.json
  s3-cors explain cors.json --origin https://app.example.com --method PUT --header content-type
  s3-cors diff old.json new.json
  s3-cors convert template.json --to xml
  s3-cors probe https://bucket.s3.eu-west-1.amazonaws.com/photo.jpg --config cors.json
  aws s3api get-bucket-cors --bucket BUCKET | s3-cors check -";

/// Why is it blocked? Checks, explains, compares and converts the CORS configuration of an S3
/// bucket, and probes live endpoints against it.
///
/// A FILE is what the S3 console shows, what `aws s3api get-bucket-cors` prints, the
/// CorsConfiguration of a CloudFormation bucket in JSON, or the REST API's XML; its form is
/// recognised by its content. `-` is the standard input.
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

    /// How to print: `text` for people, `json` for programs (see SCHEMA.md)
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// When to colour: `auto` does on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find what S3 would refuse in configurations, and what does not do what it looks like
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),

    /// Say what S3 answers to a request and why, and the smallest change that would allow it
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),

    /// Say who gains and who loses what from one configuration to another
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(Diff),

    /// Write a configuration in another form
    #[command(after_help = CONVERT_EXAMPLES)]
    Convert(Convert),

    /// Ask a live endpoint, or two, and report where the answers differ from the configuration
    #[command(after_help = PROBE_EXAMPLES)]
    Probe(Probe),

    /// Print completions for a shell
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

    /// Print the man page, or write one for each command into a directory
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
  aws s3api get-bucket-cors --bucket BUCKET | s3-cors check -

Exit codes:
  0  nothing found that is as bad as --fail-on says
  1  something found that S3 would refuse, or a lint at least as bad as --fail-on says
  2  a file could not be read";

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Files with configurations; `-` is the standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// The mildest finding that makes the exit code 1; errors S3 would refuse always do
    #[arg(long, value_enum, default_value_t = FailOn::Warning, value_name = "SEVERITY")]
    pub(crate) fail_on: FailOn,
}

/// The severities of findings, and none.
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

Exit codes:
  0  allowed; with --fetch, the script can read the answer
  1  not allowed; with --fetch, it cannot
  2  wrong usage, or the file could not be read, or is no configuration S3 accepts";

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The configuration; `-` is the standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// The page's origin, as in the header Origin; left out, the request has none
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) origin: Option<String>,

    /// The method of the request
    #[arg(long, short = 'X', value_name = "METHOD", default_value = "GET")]
    pub(crate) method: String,

    /// A header the script sets, "name" or "name: value"; may be given several times
    #[arg(long = "header", short = 'H', value_name = "NAME")]
    pub(crate) headers: Vec<String>,

    /// Explain the request itself instead of its preflight
    #[arg(long)]
    pub(crate) actual: bool,

    /// Print the configuration with the smallest change made, in this form, instead
    #[arg(long, value_parser = dialects(), value_name = "FORM")]
    pub(crate) apply: Option<Dialect>,

    /// Explain what a browser does with such a `fetch()` on a page of that origin: whether it
    /// asks with a preflight, what it lets the script read, and what its console says
    #[arg(long, requires = "origin", conflicts_with_all = ["actual", "apply"])]
    pub(crate) fetch: bool,

    /// With --fetch, the URL that is fetched
    #[arg(
        long,
        requires = "fetch",
        value_name = "URL",
        default_value = "https://bucket.s3.amazonaws.com/key"
    )]
    pub(crate) url: String,

    /// With --fetch, its `credentials`: whether cookies and the like are sent
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
  aws s3api get-bucket-cors --bucket BUCKET | s3-cors diff - cors.json

Exit codes:
  0  both answer every request alike, however they are written
  1  some request is answered differently
  2  a file could not be read, or is no configuration S3 accepts";

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The configuration before; `-` is the standard input
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,

    /// The configuration after
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,
}

const CONVERT_EXAMPLES: &str = "\
Examples:
  s3-cors convert cors.json --to xml > cors.xml
  aws s3api get-bucket-cors --bucket BUCKET | s3-cors convert - --to console

Exit codes:
  0  converted
  2  the file could not be read, or is no configuration S3 accepts";

#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// The configuration; `-` is the standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// The form to write
    #[arg(long, value_parser = dialects(), value_name = "FORM")]
    pub(crate) to: Dialect,
}

/// The dialects, each with what it is.
fn dialects() -> impl TypedValueParser<Value = Dialect> {
    let value = |dialect: Dialect| PossibleValue::new(dialect.as_str()).help(dialect.description());
    PossibleValuesParser::new(Dialect::ALL.map(value)).try_map(|name| name.parse::<Dialect>())
}

const PROBE_EXAMPLES: &str = "\
Examples:
  s3-cors probe https://bucket.s3.eu-west-1.amazonaws.com/photo.jpg --config cors.json
  s3-cors probe http://127.0.0.1:3000/ --config cors.json --rate 200
  s3-cors probe https://bucket.s3.eu-west-1.amazonaws.com/a https://cdn.example.com/a \\
      --config cors.json
  s3-cors probe https://cdn.example.com/a --config cors.json --dry-run

Only OPTIONS, GET and HEAD are sent unless you say --include-writes. Redirects are reported and
not followed. Proxies are taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY.

Exit codes:
  0  every answer is what the configuration says (and, of two endpoints, alike)
  1  some answer is not, or did not come, or is a redirect
  2  nothing could be asked: wrong usage, no usable configuration, no answer at all";

#[derive(Debug, Args)]
pub(crate) struct Probe {
    /// The endpoint: the URL of an object, existing or not, or of an app's route
    #[arg(value_name = "URL")]
    pub(crate) url: String,

    /// A second endpoint, to compare with the first side by side
    #[arg(value_name = "URL2")]
    pub(crate) other: Option<String>,

    /// The configuration the answers are expected from; `-` is the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,

    /// Also count differences that no browser notices: order, case and blanks of lists, the exact
    /// status, the error's code
    #[arg(long)]
    pub(crate) exact: bool,

    /// The number of requests to an endpoint; the most telling ones come first
    #[arg(long, default_value_t = 200, value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) max_requests: u32,

    /// The number of requests to an endpoint in a second, at most
    #[arg(long, default_value_t = 20, value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) rate: u32,

    /// The seconds to wait for an answer
    #[arg(long, default_value_t = 10, value_name = "SECONDS",
        value_parser = clap::value_parser!(u32).range(1..=600))]
    pub(crate) timeout: u32,

    /// Also send PUT, POST and DELETE, without content: this OVERWRITES AND DELETES what the URL
    /// names, as CORS does not stop writes
    #[arg(long)]
    pub(crate) include_writes: bool,

    /// Print the requests instead of sending them
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// List every request that is answered otherwise, not one of each kind
    #[arg(long)]
    pub(crate) all: bool,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

/// When to colour.
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
