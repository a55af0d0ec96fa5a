//! Places where an adapter is used: whole apps, parts of a router, nested routers and scopes, servers
//! without a framework, and bodies of other kinds.

mod compile;
mod default_body;

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use bytes::buf::Chain;
use bytes::{Buf, Bytes};
use conformance::answer::Answer;
use conformance::raw_http;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::BodyExt;
use s3_cors::CorsPolicy;
use tower::{ServiceExt, service_fn};
use tower_s3_cors::S3CorsLayer;

const ONE: [(&str, &str); 1] = [("Origin", "https://one.example")];
const TWO: [(&str, &str); 1] = [("Origin", "https://two.example")];
const GET_OF_ONE: [(&str, &str); 2] = [ONE[0], ("Access-Control-Request-Method", "GET")];

fn policy(name: &str) -> CorsPolicy {
    let text = format!(
        r#"[{{"AllowedOrigins": ["https://{name}.example"], "AllowedMethods": ["GET", "POST"]}}]"#
    );
    CorsPolicy::from_text(&text).expect("a configuration")
}

fn layer(name: &str) -> S3CorsLayer {
    S3CorsLayer::new(policy(name))
}

/// The origin that a response allows.
#[track_caller]
fn allowed(answer: &Answer) -> Option<&str> {
    let origin = answer.header("access-control-allow-origin");
    assert_eq!(
        answer.cors_lines().is_empty(),
        origin.is_none(),
        "{answer:?}"
    );
    origin
}

#[tokio::main(flavor = "current_thread")]
async fn ask_axum(router: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.expect("a response");
    let status = response.status().as_u16();
    let lines = response.headers().iter();
    Answer {
        status,
        headers: lines
            .map(|(name, v)| (name.to_string(), v.as_bytes().to_vec()))
            .collect(),
        body: response
            .into_body()
            .collect()
            .await
            .expect("a body")
            .to_bytes()
            .to_vec(),
    }
}

#[test]
fn router_layer_covers_the_routes_before_it_and_no_others() {
    let router = Router::new()
        .route("/with", get("with"))
        .layer(layer("one"))
        .route("/without", get("without"));
    let with = ask_axum(&router, "GET", "/with", &ONE);
    assert_eq!(
        (with.status, allowed(&with)),
        (200, Some("https://one.example"))
    );
    let without = ask_axum(&router, "GET", "/without", &ONE);
    assert_eq!((without.status, allowed(&without)), (200, None));
    // A preflight is handled where there is a layer, and gets axum's 405 where there is none.
    assert_eq!(
        ask_axum(&router, "OPTIONS", "/with", &GET_OF_ONE).status,
        200
    );
    assert_eq!(
        ask_axum(&router, "OPTIONS", "/without", &GET_OF_ONE).status,
        405
    );
}

#[test]
fn a_layer_around_nested_routers_covers_them_and_their_404() {
    let inner = Router::new().route("/{name}", get("inner"));
    let router = Router::new().nest("/api/v1", inner).layer(layer("one"));
    for (path, status) in [("/api/v1/x", 200), ("/api/v1/x/y", 404), ("/", 404)] {
        let answer = ask_axum(&router, "GET", path, &ONE);
        assert_eq!(
            (answer.status, allowed(&answer)),
            (status, Some("https://one.example"))
        );
        let preflight = ask_axum(&router, "OPTIONS", path, &GET_OF_ONE);
        assert_eq!(
            (preflight.status, allowed(&preflight)),
            (200, Some("https://one.example"))
        );
    }
}

#[test]
fn nested_routers_have_policies_of_their_own() {
    let bucket = |name| {
        Router::new()
            .route("/", get("list"))
            .route("/{key}", get("object"))
            .layer(layer(name))
    };
    let router = Router::new()
        .nest("/one", bucket("one"))
        .nest("/two", bucket("two"));
    for (path, headers, origin) in [
        ("/one/key", ONE, Some("https://one.example")),
        ("/one/key", TWO, None),
        ("/two/key", TWO, Some("https://two.example")),
        ("/two/key", ONE, None),
        ("/key", ONE, None),
    ] {
        let answer = ask_axum(&router, "GET", path, &headers);
        assert_eq!(allowed(&answer), origin, "{path} {headers:?}");
    }
    assert_eq!(
        ask_axum(&router, "OPTIONS", "/one/key", &GET_OF_ONE).status,
        200
    );
    let refused = ask_axum(&router, "OPTIONS", "/two/key", &GET_OF_ONE);
    assert_eq!(refused.status, 403);
    assert_eq!(refused.error().expect("XML")["ResourceType"], "OBJECT");
}

#[test]
fn a_layer_on_one_method_router_covers_that_route() {
    let router = Router::new()
        .route("/with", get("with").layer(layer("one")))
        .route("/without", get("without"));
    assert_eq!(
        allowed(&ask_axum(&router, "GET", "/with", &ONE)),
        Some("https://one.example")
    );
    assert_eq!(
        ask_axum(&router, "OPTIONS", "/with", &GET_OF_ONE).status,
        200
    );
    assert_eq!(allowed(&ask_axum(&router, "GET", "/without", &ONE)), None);
}

/// Runs a server on a socket of its own until the requests have been sent.
fn with_server<S: Future<Output = ()>>(
    server: impl FnOnce(tokio::net::TcpListener) -> S,
    questions: impl FnOnce(SocketAddr) + Send + 'static,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("its address");
        let asked = tokio::task::spawn_blocking(move || questions(address));
        tokio::select! {
            () = server(listener) => panic!("the server ended"),
            asked = asked => asked.expect("the responses are right"),
        }
    });
}

#[track_caller]
fn ask_socket(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let lines = headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()));
    raw_http::exchange(address, &raw_http::request(method, path, lines)).expect("a response")
}

#[test]
fn a_hyper_server_without_a_framework_follows_its_policy() {
    let server = async |listener: tokio::net::TcpListener| {
        let app = service_fn(async |_: Request<hyper::body::Incoming>| {
            Ok::<_, Infallible>(Response::new(String::from("from the app")))
        });
        let service =
            hyper_util::service::TowerToHyperService::new(layer("one").wrap_body().wrap(app));
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            let stream = hyper_util::rt::TokioIo::new(stream);
            let connection = hyper::server::conn::http1::Builder::new();
            let served = connection.serve_connection(stream, service.clone());
            served.await.expect("a request");
        }
    };
    with_server(server, |address| {
        let answer = ask_socket(address, "GET", "/", &ONE);
        assert_eq!(
            (answer.status, allowed(&answer)),
            (200, Some("https://one.example"))
        );
        assert_eq!(answer.body, b"from the app");
        // Without a framework in between, header lines are sent in S3's order.
        let preflight = ask_socket(address, "OPTIONS", "/", &GET_OF_ONE);
        let names = preflight.headers.iter().map(|(name, _)| &name[..]);
        assert_eq!(
            names.take(4).collect::<Vec<_>>().join(" "),
            "access-control-allow-origin access-control-allow-methods \
             access-control-allow-credentials vary"
        );
        assert_eq!(
            (preflight.status, preflight.header("content-length")),
            (200, Some("0"))
        );
        let refused = ask_socket(address, "OPTIONS", "/", &TWO);
        assert_eq!(refused.status, 403);
        assert_eq!(refused.error().expect("XML")["Method"], "OPTIONS");
    });
}

/// A tonic service, as generated code would have it.
#[derive(Debug, Clone)]
struct Greeter;

impl tonic::server::NamedService for Greeter {
    const NAME: &'static str = "greeter.Greeter";
}

impl tower::Service<Request<tonic::body::Body>> for Greeter {
    type Response = Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<tonic::body::Body>) -> Self::Future {
        let status = tonic::Status::not_found("nobody there");
        std::future::ready(Ok(status.into_http()))
    }
}

#[test]
fn a_tonic_server_takes_the_layer() {
    let server = async |listener: tokio::net::TcpListener| {
        tonic::transport::Server::builder()
            // grpc-web, which browsers speak, comes over HTTP/1.1.
            .accept_http1(true)
            .layer(layer("one").wrap_body())
            .add_service(Greeter)
            .serve_with_incoming(tonic::transport::server::TcpIncoming::from(listener))
            .await
            .expect("a server");
    };
    with_server(server, |address| {
        let path = "/greeter.Greeter/Hello";
        let post_of_one = [ONE[0], ("Access-Control-Request-Method", "POST")];
        let preflight = ask_socket(address, "OPTIONS", path, &post_of_one);
        assert_eq!(
            (preflight.status, allowed(&preflight)),
            (200, Some("https://one.example"))
        );
        let call = [ONE[0], ("Content-Type", "application/grpc")];
        for (path, grpc_status) in [(path, "5"), ("/no.Such/Call", "12")] {
            let answer = ask_socket(address, "POST", path, &call);
            assert_eq!(answer.header("grpc-status"), Some(grpc_status));
            assert_eq!(allowed(&answer), Some("https://one.example"));
        }
        assert_eq!(allowed(&ask_socket(address, "POST", path, &TWO)), None);
    });
}

#[test]
fn grpc_web_outside_of_the_layer_refuses_preflights() {
    // tonic's last layer is the innermost, so this is the wrong order.
    let server = async |listener: tokio::net::TcpListener| {
        tonic::transport::Server::builder()
            .accept_http1(true)
            .layer(tonic_web::GrpcWebLayer::new())
            .layer(layer("one").wrap_body())
            .add_service(Greeter)
            .serve_with_incoming(tonic::transport::server::TcpIncoming::from(listener))
            .await
            .expect("a server");
    };
    with_server(server, |address| {
        let post_of_one = [ONE[0], ("Access-Control-Request-Method", "POST")];
        let preflight = ask_socket(address, "OPTIONS", "/greeter.Greeter/Hello", &post_of_one);
        assert_eq!((preflight.status, allowed(&preflight)), (400, None));
    });
}

/// A body whose data is not `Bytes`, without a default.
struct TwoParts(Option<Chain<&'static [u8], Bytes>>, Option<HeaderMap>);

impl http_body::Body for TwoParts {
    type Data = Chain<&'static [u8], Bytes>;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Infallible>>> {
        if let Some(data) = self.0.take() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        Poll::Ready(self.1.take().map(|trailers| Ok(Frame::trailers(trailers))))
    }
}

#[tokio::test]
async fn bodies_of_other_data_pass_unchanged_with_their_trailers() {
    let app = service_fn(async |_: Request<()>| {
        let data = b"one "[..].chain(Bytes::from_static(b"two"));
        let trailers = HeaderMap::from_iter([(http::header::ETAG, "\"1\"".parse().expect("text"))]);
        Ok::<_, Infallible>(Response::new(TwoParts(Some(data), Some(trailers))))
    });
    for method in ["GET", "OPTIONS"] {
        let mut request = Request::builder().method(method);
        for (name, value) in GET_OF_ONE {
            request = request.header(name, value);
        }
        let request = request.body(()).expect("a request");
        let response = layer("one")
            .wrap_body()
            .wrap(app)
            .oneshot(request)
            .await
            .expect("a response");
        assert_eq!(response.status(), StatusCode::OK);
        assert!(
            response
                .headers()
                .contains_key("access-control-allow-origin")
        );
        let body = response.into_body().collect().await.expect("a body");
        let trailers = body.trailers().cloned();
        let (expected, has_trailers) = match method {
            "GET" => (&b"one two"[..], true),
            _ => (&b""[..], false),
        };
        assert_eq!(
            trailers.is_some_and(|trailers| trailers.contains_key("etag")),
            has_trailers
        );
        assert_eq!(body.to_bytes(), expected);
    }
}

#[tokio::test]
async fn errors_of_the_inner_service_pass_unchanged() {
    let app = service_fn(async |_: Request<()>| Err::<Response<String>, _>("down"));
    let request = Request::builder()
        .header(ONE[0].0, ONE[0].1)
        .body(())
        .expect("a request");
    assert_eq!(
        layer("one")
            .wrap_body()
            .wrap(app)
            .oneshot(request)
            .await
            .err(),
        Some("down")
    );
}

mod on_actix {
    use actix_s3_cors::S3Cors;
    use actix_web::dev::Service;
    use actix_web::http::Method;
    use actix_web::test::{TestRequest, init_service};
    use actix_web::{App, HttpResponse, guard, web};
    use conformance::raw_http::{exchange, request};

    use super::{GET_OF_ONE, ONE, TWO, policy};

    fn cors() -> S3Cors {
        S3Cors::new(policy("one"))
    }

    /// Behind the guard of its macro.
    #[actix_web::get("/guarded", wrap = "cors()")]
    async fn guarded() -> &'static str {
        "hello"
    }

    #[actix_web::get("/plain")]
    async fn plain() -> &'static str {
        "hello"
    }

    #[actix_web::test]
    async fn behind_a_guard_for_a_method_preflights_get_404() {
        let guards = App::new().service(guarded).service(
            web::resource("/guarded-resource")
                .guard(guard::Get())
                .wrap(cors())
                .route(web::get().to(HttpResponse::Ok)),
        );
        let guards = init_service(guards).await;
        for path in ["/guarded", "/guarded-resource"] {
            let preflight = preflight_of_one(path).to_request();
            let preflight = guards.call(preflight).await.expect("a response");
            assert_eq!(preflight.status(), 404, "{path}");
            let get = TestRequest::get().uri(path).insert_header(ONE[0]);
            let get = guards.call(get.to_request()).await.expect("a response");
            assert_eq!(get.status(), 200, "{path}");
            let headers = get.headers();
            assert!(headers.contains_key("access-control-allow-origin"));
        }

        // What to do instead.
        let around_the_app = init_service(App::new().service(plain).wrap(cors())).await;
        let preflight = preflight_of_one("/plain").to_request();
        let preflight = around_the_app.call(preflight).await.expect("a response");
        assert_eq!(preflight.status(), 200);
    }

    fn preflight_of_one(path: &str) -> TestRequest {
        let request = TestRequest::with_uri(path).method(Method::OPTIONS);
        GET_OF_ONE
            .into_iter()
            .fold(request, TestRequest::insert_header)
    }

    async fn panics() -> HttpResponse {
        panic!("on purpose")
    }

    #[test]
    fn a_handler_that_panics_closes_the_connection_and_the_app_goes_on() {
        let (send, receive) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = || {
                    let app = App::new().wrap(cors());
                    app.route("/panics", web::to(panics))
                        .route("/", web::to(HttpResponse::Ok))
                };
                let server = actix_web::HttpServer::new(app).workers(1);
                let server = server.bind("127.0.0.1:0").expect("a port");
                send.send(server.addrs()[0]).expect("the test waits");
                server.run().await
            })
        });
        let address = receive.recv().expect("the server's address");
        let lines = ONE.map(|(name, value)| (name, value.as_bytes()));
        let panicked = exchange(address, &request("GET", "/panics", lines));
        panicked.expect_err("no response");
        let answer = exchange(address, &request("GET", "/", lines)).expect("a response");
        assert_eq!(super::allowed(&answer), Some("https://one.example"));
    }

    #[actix_web::test]
    async fn scopes_and_resources_have_policies_of_their_own() {
        let app = App::new()
            .service(
                web::scope("/one")
                    .wrap(S3Cors::new(policy("one")))
                    .route("/key", web::get().to(HttpResponse::Ok))
                    .default_service(web::to(HttpResponse::NotFound)),
            )
            .service(
                web::resource("/two/key")
                    .wrap(S3Cors::new(policy("two")))
                    .route(web::get().to(HttpResponse::Ok)),
            )
            .route("/without", web::get().to(HttpResponse::Ok));
        let app = init_service(app).await;
        type Headers = [(&'static str, &'static str)];
        let rows: [(&str, &str, &Headers, u16, Option<&str>); 9] = [
            ("GET", "/one/key", &ONE, 200, Some("https://one.example")),
            ("GET", "/one/key", &TWO, 200, None),
            (
                "GET",
                "/one/nowhere",
                &ONE,
                404,
                Some("https://one.example"),
            ),
            (
                "OPTIONS",
                "/one/key",
                &GET_OF_ONE,
                200,
                Some("https://one.example"),
            ),
            ("GET", "/two/key", &TWO, 200, Some("https://two.example")),
            ("POST", "/two/key", &TWO, 405, Some("https://two.example")),
            ("OPTIONS", "/two/key", &GET_OF_ONE, 403, None),
            ("GET", "/without", &ONE, 200, None),
            ("OPTIONS", "/without", &GET_OF_ONE, 404, None),
        ];
        for (method, path, headers, status, origin) in rows {
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let mut request = TestRequest::with_uri(path).method(method.clone());
            for header in headers {
                request = request.append_header(*header);
            }
            let response = app.call(request.to_request()).await.expect("a response");
            let found = response.headers().get("access-control-allow-origin");
            let found = found.map(|origin| origin.to_str().expect("text"));
            let row = format!("{method} {path} {headers:?}");
            assert_eq!(
                (response.status().as_u16(), found),
                (status, origin),
                "{row}"
            );
        }
    }
}
