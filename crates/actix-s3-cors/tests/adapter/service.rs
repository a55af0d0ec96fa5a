//! The middleware as a service of actix-web.

use std::cell::Cell;
use std::future::{Ready, ready};
use std::task::{Context, Poll, Waker};

use actix_web::Error;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::ErrorServiceUnavailable;

use crate::cors;

/// Waits at first, then is ready, then fails.
#[derive(Default)]
struct Scripted {
    polls: Cell<usize>,
}

impl Service<ServiceRequest> for Scripted {
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Ready<Result<ServiceResponse, Error>>;

    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.polls.set(self.polls.get() + 1);
        match self.polls.get() {
            1 => Poll::Pending,
            2 => Poll::Ready(Ok(())),
            _ => Poll::Ready(Err(ErrorServiceUnavailable("overloaded"))),
        }
    }

    fn call(&self, _: ServiceRequest) -> Self::Future {
        ready(Err(ErrorServiceUnavailable("down")))
    }
}

#[test]
fn readiness_is_the_inner_services() {
    let transformed = cors().new_transform(Scripted::default()).into_inner();
    let service = transformed.expect("it cannot fail");
    let poll = || {
        let readiness = service.poll_ready(&mut Context::from_waker(Waker::noop()));
        readiness.map_err(|error| error.to_string())
    };
    assert_eq!(poll(), Poll::Pending);
    assert_eq!(poll(), Poll::Ready(Ok(())));
    assert_eq!(poll(), Poll::Ready(Err("overloaded".to_owned())));
}
