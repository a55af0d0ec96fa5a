//! `s3-cors convert`

use s3_cors::Dialect;
use serde::Serialize;

use crate::args::{Convert, Form, Format};
use crate::report::{Report, Verdict};
use crate::{json, usable};

#[derive(Serialize)]
struct Converted<'a> {
    file: &'a str,
    form: &'a str,
    text: String,
}

pub(crate) fn run(args: &Convert, format: Format) -> Report {
    let (file, configuration) = match usable::configuration("convert", &args.file, format) {
        Ok(usable) => usable,
        Err(report) => return report,
    };
    let (dialect, form) = match args.to {
        Form::Console => (Dialect::Console, "console"),
        Form::Cli => (Dialect::Cli, "cli"),
        Form::CliInput => (Dialect::CliInput, "cli-input"),
        Form::Cloudformation => (Dialect::CloudFormation, "cloudformation"),
        Form::Xml => (Dialect::Xml, "xml"),
    };
    let text = configuration.to_text(dialect);
    match format {
        Format::Text => Report::on_stdout(text, Verdict::Fine),
        Format::Json => {
            let file = &file;
            json::report("convert", Verdict::Fine, Converted { file, form, text })
        }
    }
}
