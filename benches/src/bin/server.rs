//! A server for one subject, for the measurement end to end. Prints its address.

use std::process::ExitCode;

use ::axum::ServiceExt;
use ::axum::extract::Request;
use actix_web::{App, HttpServer};
use s3_cors_bench::subjects::{actix, axum, rivals, tower};
use s3_cors_bench::{Case, Group, Kind};
use tower_layer::Layer;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [group, kind, case, threads] = &arguments[..] else {
        return usage();
    };
    let (Some(group), Some(kind), Some(case), Ok(threads)) = (
        Group::by_name(group),
        Kind::by_name(kind),
        Case::by_id(case),
        threads.parse(),
    ) else {
        return usage();
    };
    let served = match group {
        Group::Tower => return usage(),
        Group::Axum => serve_axum(kind, case, threads),
        Group::Actix => serve_actix(kind, case, threads),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve_axum(kind: Kind, case: &Case, threads: usize) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()?;
    macro_rules! serve {
        ($app:expr) => {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
                println!("{}", listener.local_addr()?);
                let app = ServiceExt::<Request>::into_make_service($app);
                ::axum::serve(listener, app).await
            })
        };
    }
    let router = axum::router(case);
    match kind {
        Kind::Bare => serve!(router),
        Kind::Rival => serve!(rivals::tower_http(case).layer(router)),
        Kind::Floor => serve!(axum::floor(case)),
        Kind::Ours | Kind::Shared => {
            serve!(tower::ours(case, kind == Kind::Shared).layer(router))
        }
        Kind::Noop | Kind::Naive => Err(not_served()),
    }
}

fn serve_actix(kind: Kind, case: &'static Case, threads: usize) -> std::io::Result<()> {
    macro_rules! serve {
        ($app:expr) => {{
            let server = HttpServer::new($app)
                .workers(threads)
                .disable_signals()
                .bind("127.0.0.1:0")?;
            for address in server.addrs() {
                println!("{address}");
            }
            actix_web::rt::System::new().block_on(server.run())
        }};
    }
    match kind {
        Kind::Bare => serve!(|| App::new().configure(actix::routes(case.app))),
        Kind::Rival => serve!(move || {
            App::new()
                .wrap(rivals::actix_cors(case))
                .configure(actix::routes(case.app))
        }),
        Kind::Ours | Kind::Shared => {
            let ours = actix::ours(case, kind == Kind::Shared);
            serve!(move || App::new()
                .wrap(ours.clone())
                .configure(actix::routes(case.app)))
        }
        Kind::Floor => {
            serve!(move || {
                App::new()
                    .wrap(actix::floor(case))
                    .configure(actix::routes(case.app))
            })
        }
        Kind::Noop | Kind::Naive => Err(not_served()),
    }
}

fn not_served() -> std::io::Error {
    std::io::Error::other("only bare, rival, floor, ours and ours-shared are served")
}

fn usage() -> ExitCode {
    eprintln!("usage: server axum|actix bare|rival|floor|ours|ours-shared CASE THREADS");
    ExitCode::from(2)
}
