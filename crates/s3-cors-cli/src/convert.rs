//! `s3-cors convert`

use s3_cors::Dialect;
use serde::Serialize;

use crate::args::{Convert, Format};
use crate::input::Input;
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
    report(Input::read(&args.file), args.to, format)
}

pub(crate) fn report(input: Input, to: Dialect, format: Format) -> Report {
    let (input, configuration) = match usable::of("convert", input, format) {
        Ok(usable) => usable,
        Err(report) => return report,
    };
    let form = to.as_str();
    let text = configuration.to_text(to);
    match format {
        Format::Text => Report::on_stdout(escaped_configuration(&text, to), Verdict::Fine),
        Format::Json => {
            let file = &input.name;
            json::report("convert", Verdict::Fine, Converted { file, form, text })
        }
    }
}
