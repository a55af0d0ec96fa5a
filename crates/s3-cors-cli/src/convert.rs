//! `s3-cors convert`

use serde::Serialize;

use crate::args::{Convert, Format};
use crate::paint::escaped_configuration;
use crate::report::{Report, Verdict};
use crate::{json, usable};

#[derive(Serialize)]
struct Converted<'a> {
    file: &'a str,
    form: &'a str,
    text: String,
}

pub(crate) fn run(args: &Convert, format: Format) -> Report {
    let (input, configuration) = match usable::configuration("convert", &args.file, format) {
        Ok(usable) => usable,
        Err(report) => return report,
    };
    let form = args.to.as_str();
    let text = configuration.to_text(args.to);
    match format {
        Format::Text => Report::on_stdout(escaped_configuration(&text, args.to), Verdict::Fine),
        Format::Json => {
            let file = &input.name;
            json::report("convert", Verdict::Fine, Converted { file, form, text })
        }
    }
}
