//! Prints what is written for a target as a JSON list of texts: `s3-cors-formats-sdks function-url`.

use s3_cors_formats::Target;
use s3_cors_formats_sdks::written;

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    let Some(target) = Target::named(&name) else {
        eprintln!("usage: s3-cors-formats-sdks TARGET");
        std::process::exit(2);
    };
    let texts = written(target).into_iter().map(|one| one.output);
    println!("{}", serde_json::Value::from_iter(texts));
}
