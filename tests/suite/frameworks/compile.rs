//! What compiles with the tower layer's default body, and what the compiler says where it does not.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A service with a body that cannot be made from bytes, given to a server.
const BOXED: &str = r#"
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::BoxBody;
use tower_s3_cors::S3CorsLayer;
use tower_service::Service;

type Body = BoxBody<Bytes, std::io::Error>;

pub fn serve(_: impl Service<Request<()>>) {}

pub fn main_of(app: impl Service<Request<()>, Response = Response<Body>>, cors: S3CorsLayer) {
    serve(cors.wrap(app));
}
"#;

/// Checks a library that depends on the layer, as an app outside the workspace does.
fn check(name: &str, source: &str) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace");
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compile");
    let package = scratch.join(name);
    std::fs::create_dir_all(package.join("src")).expect("a directory");
    let manifest = format!(
        "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n\
         [dependencies]\nbytes = \"1\"\nhttp = \"1\"\nhttp-body-util = \"0.1\"\n\
         tower-service = \"0.3\"\ntower-s3-cors = {{ path = {layer:?} }}\n\n[workspace]\n",
        layer = root.join("crates/tower-s3-cors"),
    );
    std::fs::write(package.join("Cargo.toml"), manifest).expect("a manifest");
    std::fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock")).expect("a lock file");
    std::fs::write(package.join("src/lib.rs"), source).expect("a source file");
    Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline", "--color", "never"])
        .current_dir(&package)
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        .output()
        .expect("cargo")
}

#[test]
fn the_error_for_a_body_that_cannot_be_made_from_bytes_says_to_wrap_it() {
    let output = check("boxed", BOXED);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "it compiles");
    for part in [
        "the layer cannot make a body of the type",
        "is not `Default + From<Bytes>`",
        "call `.wrap_body()` on the `S3CorsLayer`",
    ] {
        assert!(errors.contains(part), "{part:?} is not in\n{errors}");
    }
}

#[test]
fn a_wrapped_body_can_be_of_any_type() {
    let wrapped = BOXED.replace("cors.wrap(app)", "cors.wrap_body().wrap(app)");
    let output = check("wrapped", &wrapped);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}
