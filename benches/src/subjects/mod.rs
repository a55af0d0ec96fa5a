//! What is measured, behind one small interface.

pub mod actix;
pub mod axum;
pub mod by_hand;
pub mod configuration;
pub mod rivals;
pub mod shared;
pub mod tower;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::cases::Case;
use crate::refusal::Refused;

/// The framework around the middleware.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// A tower service alone.
    Tower,
    /// An axum router.
    Axum,
    /// An actix-web app.
    Actix,
}

/// What handles the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The service without middleware.
    Bare,
    /// A middleware that does nothing.
    Noop,
    /// tower-http's or actix-cors.
    Rival,
    /// Written by hand for exactly these policies.
    Floor,
    /// This project's.
    Ours,
    /// This project's with rules that can be replaced.
    Shared,
    /// A loop over the rules.
    Naive,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 3] = [Self::Tower, Self::Axum, Self::Actix];

    /// The name on command lines, in files and in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tower => "tower",
            Self::Axum => "axum",
            Self::Actix => "actix",
        }
    }

    /// The group with a name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }

    /// The rival's name.
    #[must_use]
    pub const fn rival(self) -> &'static str {
        match self {
            Self::Tower | Self::Axum => "tower-http",
            Self::Actix => "actix-cors",
        }
    }
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Bare,
        Self::Noop,
        Self::Rival,
        Self::Floor,
        Self::Ours,
        Self::Shared,
        Self::Naive,
    ];

    /// The name on command lines and in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Noop => "noop",
            Self::Rival => "rival",
            Self::Floor => "floor",
            Self::Ours => "ours",
            Self::Shared => "ours-shared",
            Self::Naive => "naive",
        }
    }

    /// The kind with a name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is measured in a case: the rivals where they can express the policy, the loop
    /// over the rules where they cannot.
    #[must_use]
    pub fn suits(self, case: &Case) -> bool {
        match self {
            Self::Rival => case.suits_rivals(),
            Self::Naive => !case.suits_rivals(),
            Self::Shared => case.guarded,
            _ => true,
        }
    }
}

/// Handles one request repeatedly.
pub trait Subject {
    /// Prepares the next requests, which is not measured.
    fn prepare(&mut self, count: usize);

    /// Sends a prepared request and drops the response, which is measured. Returns the status of the
    /// response.
    fn call(&mut self) -> u16;

    /// Sends a request and returns the response, for tests.
    fn respond(&mut self) -> SentResponse;
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentResponse {
    /// The status.
    pub status: u16,
    /// Names and values, sorted.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A subject for a case.
#[must_use]
pub fn subject(group: Group, kind: Kind, case: &Case) -> Box<dyn Subject> {
    match group {
        Group::Tower => tower::subject(kind, case),
        Group::Axum => axum::subject(kind, case),
        Group::Actix => actix::subject(kind, case),
    }
}

/// The request headers that decide.
#[derive(Debug, Clone, Copy)]
pub enum RequestHeader {
    /// `Origin`
    Origin,
    /// `Access-Control-Request-Method`
    Method,
    /// `Access-Control-Request-Headers`
    Headers,
}

/// A request as the floor and the loop see it.
pub trait Asked<'a, V: 'a> {
    /// The method.
    fn method(&self) -> &str;

    /// Whether the path names the bucket.
    fn is_bucket(&self) -> bool;

    /// The first line of a header.
    fn header(&self, header: RequestHeader) -> Option<&'a V>;

    /// All lines of a header.
    fn lines(&self, header: RequestHeader) -> impl Iterator<Item = &'a V>;
}

/// What the floor and the loop make of a request.
#[derive(Debug)]
pub enum Verdict<H> {
    /// Forward it and add nothing.
    Nothing,
    /// Forward it and add headers.
    Allowed(H),
    /// Respond with headers.
    Preflight(H),
    /// Respond with S3's error.
    Refused(Refused),
}

/// Runs a future that waits for nothing.
#[inline]
fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
