//! An app on each framework that answers by a policy that can be replaced, on a real socket.

use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread;

use actix_web::{HttpResponse, HttpServer, web};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;
use s3_cors::SharedPolicy;

pub(crate) const NAMES: [&str; 2] = ["axum", "actix-web"];

/// Starts both, on threads that end with the process, and says where they listen.
pub(crate) fn start(policy: &SharedPolicy) -> [SocketAddr; 2] {
    [on_axum(policy.clone()), on_actix(policy.clone())]
}

fn on_axum(policy: SharedPolicy) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    listener.set_nonblocking(true).expect("a socket");
    let router = Router::new()
        .route("/", any("from the app"))
        .route("/missing", any((StatusCode::NOT_FOUND, "no such key")));
    let router = Router::new().fallback_service(tower_s3_cors::S3Cors::new(router, policy));
    thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
            axum::serve(listener, router).await
        })
    });
    address
}

fn on_actix(policy: SharedPolicy) -> SocketAddr {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let app = move || {
            actix_web::App::new()
                .route("/", web::to(async || "from the app"))
                .route(
                    "/missing",
                    web::to(async || HttpResponse::NotFound().body("no such key")),
                )
                .wrap(actix_s3_cors::S3Cors::new(&policy))
        };
        let server = HttpServer::new(app).workers(2).disable_signals();
        let server = server.bind("127.0.0.1:0").expect("a free port");
        send.send(server.addrs()[0]).expect("the test");
        actix_web::rt::System::new().block_on(server.run())
    });
    receive.recv().expect("a server")
}
