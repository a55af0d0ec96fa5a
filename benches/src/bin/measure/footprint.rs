//! What it costs to depend on each middleware: crates, seconds of compiling and bytes of the binary,
//! over the same app without CORS.
//!
//! Each app is a package of its own, as its author would write it, with the features that the READMEs
//! name and Cargo's default profiles. The compiler's time is counted crate by crate as processor
//! time, so that other programs on the machine hardly change it. What several apps have in common is
//! compiled once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::table::thousands;
use crate::{PACKAGE, Result};

struct App {
    framework: &'static str,
    /// The crate that is added; none for the app without CORS.
    added: Option<&'static str>,
    dependencies: &'static str,
    main: &'static str,
}

const AXUM: &str = "axum = \"0.8\"\n\
     tokio = { version = \"1\", features = [\"macros\", \"net\", \"rt-multi-thread\"] }\n";
const ACTIX: &str = "actix-web = \"4\"\n";

/// The app without CORS comes first in each framework.
const APPS: [App; 6] = [
    App {
        framework: "axum",
        added: None,
        dependencies: AXUM,
        main: r#"use axum::{Router, routing::get};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let router = Router::new().route("/", get(|| async { "hello" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, router).await?;
    Ok(())
}
"#,
    },
    App {
        framework: "axum",
        added: Some("tower-http"),
        dependencies: "tower-http = { version = \"0.7\", features = [\"cors\"] }\n",
        main: r#"use axum::http::{HeaderValue, Method, header};
use axum::{Router, routing::get};
use tower_http::cors::CorsLayer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cors = CorsLayer::new()
        .allow_origin(["https://www.example.com".parse::<HeaderValue>()?])
        .allow_methods([Method::GET, Method::HEAD, Method::PUT])
        .allow_headers([header::CONTENT_TYPE])
        .expose_headers([header::ETAG])
        .allow_credentials(true)
        .max_age(std::time::Duration::from_secs(3000));
    let router = Router::new().route("/", get(|| async { "hello" })).layer(cors);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, router).await?;
    Ok(())
}
"#,
    },
    App {
        framework: "axum",
        added: Some("tower-s3-cors"),
        dependencies: "tower-s3-cors = { path = \"CRATES/tower-s3-cors\" }\n",
        main: r#"use axum::extract::Request;
use axum::{Router, ServiceExt, routing::get};
use tower_s3_cors::{CorsPolicy, S3Cors};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let policy = CorsPolicy::from_path("cors.json")?;
    let router = Router::new().route("/", get(|| async { "hello" }));
    let app = S3Cors::new(router, policy);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    let app = ServiceExt::<Request>::into_make_service(app);
    axum::serve(listener, app).await?;
    Ok(())
}
"#,
    },
    App {
        framework: "actix-web",
        added: None,
        dependencies: ACTIX,
        main: r#"use actix_web::{App, HttpServer, web};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = || App::new().route("/", web::get().to(async || "hello"));
    HttpServer::new(app).bind("127.0.0.1:3000")?.run().await?;
    Ok(())
}
"#,
    },
    App {
        framework: "actix-web",
        added: Some("actix-cors"),
        dependencies: "actix-cors = \"0.7\"\n",
        main: r#"use actix_cors::Cors;
use actix_web::{App, HttpServer, web};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = || {
        let cors = Cors::default()
            .allowed_origin("https://www.example.com")
            .allowed_methods(["GET", "HEAD", "PUT"])
            .allowed_header("content-type")
            .expose_headers(["ETag"])
            .supports_credentials()
            .max_age(3000);
        App::new().route("/", web::get().to(async || "hello")).wrap(cors)
    };
    HttpServer::new(app).bind("127.0.0.1:3000")?.run().await?;
    Ok(())
}
"#,
    },
    App {
        framework: "actix-web",
        added: Some("actix-s3-cors"),
        dependencies: "actix-s3-cors = { path = \"CRATES/actix-s3-cors\" }\n",
        main: r#"use actix_s3_cors::S3Cors;
use actix_web::{App, HttpServer, web};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cors = S3Cors::from_path("cors.json")?;
    let app = move || {
        App::new()
            .route("/", web::get().to(async || "hello"))
            .wrap(cors.clone())
    };
    HttpServer::new(app).bind("127.0.0.1:3000")?.run().await?;
    Ok(())
}
"#,
    },
];

/// Runs the compiler and notes the package, the crate and the processor time.
const WRAPPER: &str = r#"#!/usr/bin/env bash
TIMEFORMAT='%U %S'
crate=none
for ((i = 1; i < $#; i++)); do
    if [ "${!i}" = --crate-name ]; then next=$((i + 1)); crate=${!next}; fi
done
exec {out}>&1 {err}>&2
spent=$({ time "$@" 1>&$out 2>&$err; } 2>&1)
status=$?
echo "$CARGO_PKG_NAME@$CARGO_PKG_VERSION/$crate $spent" >>"$FOOTPRINT_LOG"
exit $status
"#;

/// What an app costs as a whole.
struct Cost {
    crates: BTreeSet<String>,
    debug: f64,
    release: f64,
    bytes: i64,
}

/// Builds all apps and returns the table.
pub(crate) fn run() -> Result<String> {
    let this = std::env::current_exe()?;
    let target = this.ancestors().nth(2).ok_or("no target directory")?;
    let folder = target.join("footprint");
    fs::create_dir_all(&folder)?;
    let wrapper = folder.join("wrapper");
    fs::write(&wrapper, WRAPPER)?;
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755))?;

    let mut text = String::from(
        "| over the app without CORS | crates | debug build, s | release build, s | stripped binary, KB |\n\
         |---|--:|--:|--:|--:|\n",
    );
    let mut bare: Option<Cost> = None;
    // Of the crates that were compiled before, by framework and profile.
    let mut known = BTreeMap::new();
    for app in &APPS {
        let cost = measure(app, &folder, &wrapper, &mut known)?;
        match (app.added, &bare) {
            (Some(added), Some(bare)) => {
                let _ = writeln!(
                    text,
                    "| {} + `{added}` | +{} | {:+.1} | {:+.1} | {} |",
                    app.framework,
                    cost.crates.difference(&bare.crates).count(),
                    cost.debug - bare.debug,
                    cost.release - bare.release,
                    signed((cost.bytes - bare.bytes + 500) / 1000),
                );
            }
            _ => bare = Some(cost),
        }
    }
    Ok(text)
}

fn signed(number: i64) -> String {
    let sign = if number < 0 { "" } else { "+" };
    format!("{sign}{}", thousands(number))
}

type Times = BTreeMap<String, f64>;

fn measure(
    app: &App,
    folder: &Path,
    wrapper: &Path,
    known: &mut BTreeMap<(&'static str, &'static str), Times>,
) -> Result<Cost> {
    let package = folder.join(app.added.unwrap_or(app.framework));
    write_package(app, &package)?;
    let crates = crates(&package)?;
    let mut times = [0.0; 2];
    for (profile, sum) in ["debug", "release"].into_iter().zip(&mut times) {
        let times = known.entry((app.framework, profile)).or_default();
        build(app, profile, &package, wrapper, times)?;
        // The app itself is one of them.
        *sum = times
            .iter()
            .filter(|(name, _)| {
                crates
                    .iter()
                    .any(|known| name.starts_with(&format!("{known}/")))
            })
            .map(|(_, time)| time)
            .sum();
    }
    let [debug, release] = times;
    let binary = target(app, &package, "release").join("release/app");
    let stripped = binary.with_extension("stripped");
    fs::copy(&binary, &stripped)?;
    let status = Command::new("strip").arg(&stripped).status()?;
    if !status.success() {
        return Err("strip failed".into());
    }
    Ok(Cost {
        crates,
        debug,
        release,
        bytes: i64::try_from(fs::metadata(stripped)?.len())?,
    })
}

fn write_package(app: &App, package: &Path) -> Result<()> {
    let of_crates = Path::new(PACKAGE).join("../crates").canonicalize()?;
    let bare = APPS.iter().find(|bare| bare.framework == app.framework);
    let dependencies = match app.added {
        Some(_) => bare.map_or("", |bare| bare.dependencies).to_owned() + app.dependencies,
        None => app.dependencies.to_owned(),
    };
    let dependencies = dependencies.replace("CRATES", &of_crates.display().to_string());
    fs::create_dir_all(package.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         {dependencies}\n[workspace]\n"
    );
    fs::write(package.join("Cargo.toml"), manifest)?;
    fs::write(package.join("src/main.rs"), app.main)?;
    // The versions that everything else here is measured with.
    let lock = Path::new(PACKAGE).join("../Cargo.lock");
    fs::copy(lock, package.join("Cargo.lock"))?;
    Ok(())
}

/// The packages that the app is built from, as `name@version`.
fn crates(package: &Path) -> Result<BTreeSet<String>> {
    let output = cargo()
        .args([
            "tree",
            "--prefix",
            "none",
            "--edges",
            "normal,build",
            "--format",
            "{p}",
        ])
        .current_dir(package)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let lines = String::from_utf8(output.stdout)?;
    let name = |line: &str| {
        let mut words = line.split_whitespace();
        let (name, version) = (words.next()?, words.next()?);
        Some(format!("{name}@{}", version.trim_start_matches('v')))
    };
    Ok(lines.lines().filter_map(name).collect())
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn target(app: &App, package: &Path, profile: &str) -> PathBuf {
    let folder = package.parent().unwrap_or(package);
    folder.join(format!("{}-{profile}", app.framework))
}

/// Builds the app and notes the time of each crate that had to be compiled.
fn build(
    app: &App,
    profile: &str,
    package: &Path,
    wrapper: &Path,
    times: &mut Times,
) -> Result<()> {
    let log = package.join(format!("{profile}.log"));
    // What is left of an earlier run would not be compiled again.
    if app.added.is_none() {
        let _ = fs::remove_dir_all(target(app, package, profile));
    }
    let _ = fs::remove_file(&log);
    let mut command = cargo();
    command.args(["build", "--quiet"]);
    if profile == "release" {
        command.arg("--release");
    }
    let status = command
        .current_dir(package)
        .env("CARGO_TARGET_DIR", target(app, package, profile))
        .env("RUSTC_WRAPPER", wrapper)
        .env("FOOTPRINT_LOG", &log)
        .env_remove("RUSTFLAGS")
        .status()?;
    if !status.success() {
        return Err(format!("{} cannot be built", package.display()).into());
    }
    // The app is a crate of the same name each time.
    for line in fs::read_to_string(&log)?.lines() {
        let mut words = line.split_whitespace();
        let (Some(name), Some(user), Some(system)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        if let (Ok(user), Ok(system)) = (user.parse::<f64>(), system.parse::<f64>()) {
            times.insert(name.to_owned(), user + system);
        }
    }
    Ok(())
}
