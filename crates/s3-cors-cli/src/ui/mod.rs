//! `s3-cors ui`: a page on this machine that shows what a configuration does while it is edited.
//!
//! Everything on the page comes from the JSON that the other commands print with `--format json`:
//! the page holds no rule of CORS.

mod api;
mod conversation;
mod file;
mod form;
mod guard;
mod open;
mod page;
mod probes;
mod server;
mod token;

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};

use serde::Serialize;

use self::file::Source;
use self::server::Shared;
use crate::args::{Format, Ui};
use crate::report::{Report, Verdict};
use crate::{json, paint, usable};

#[derive(Serialize)]
struct Serving<'a> {
    address: &'a str,
}

/// Serves the page until the process is stopped.
pub(crate) fn run(args: &Ui, format: Format) -> Report {
    match serve(args, format) {
        Ok(()) => Report::on_stdout(String::new(), Verdict::Fine),
        Err(message) => usable::failure("ui", &message, format),
    }
}

fn serve(args: &Ui, format: Format) -> Result<(), String> {
    let source = Source::open(args.file.as_deref())?;
    let fragment = args.link.as_deref().map(fragment).transpose()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port))
        .map_err(|error| format!("127.0.0.1:{}: {error}", args.port))?;
    let port = listener.local_addr().map_err(|error| words(&error))?.port();
    let token = token::random().map_err(|error| format!("no random token: {error}"))?;
    let address = format!("http://127.0.0.1:{port}/{token}/");
    let address = fragment.map_or_else(|| address.clone(), |state| format!("{address}#{state}"));
    announce(&address, format);
    let mut code = None;
    if !args.no_open {
        // Other users of this machine can read the browser's command line. What they read there
        // has been used by then.
        let once = token::random().map_err(|error| format!("no random token: {error}"))?;
        let opened = address.replace(&token, &format!("open/{once}"));
        code = Some(once);
        if let Err(error) = open::in_browser(&opened) {
            anstream::eprintln!("{} {error}", paint::paint(paint::ODD, "warning:"));
        }
    }
    let rules = (args.pick.clone(), args.app.clone());
    let shared = Shared::new(source, rules, token, code, port);
    server::run(listener, shared).map_err(|error| words(&error))
}

/// The state in a link: what follows `#`.
fn fragment(link: &str) -> Result<&str, String> {
    let state = link.split_once('#').map_or(link, |(_, state)| state);
    let is_state = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !state.is_empty() && state.bytes().all(is_state) {
        Ok(state)
    } else {
        Err("the link was not copied from this page, or not completely".into())
    }
}

fn announce(address: &str, format: Format) {
    let text = match format {
        Format::Text => format!(
            "The page is at {}\nThe address contains a secret: keep it to yourself. Ctrl-C stops the page.\n",
            paint::paint(paint::BOLD, address)
        ),
        Format::Json => json::report("ui", Verdict::Fine, Serving { address }).stdout,
    };
    // Without a reader, the browser still shows the page.
    let mut stdout = anstream::stdout();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

fn words(error: &io::Error) -> String {
    error.to_string()
}
