//! The command line.

use std::path::PathBuf;

use lexopt::prelude::*;

pub(crate) const HELP: &str = "\
The two buckets of S3's CORS documentation, on your own machine.

Usage: two-buckets [--port N] [--cors FILE | --walkthrough FILE]

Options:
  --port N     port of the website; the two buckets use N+1 and N+2.
               0 chooses three free ports. Default: 8080
  --cors FILE  CORS configuration of the second bucket, in any JSON form
               of S3; changes to the file are applied at once. Default: a
               configuration that allows this machine
  --walkthrough FILE
               like --cors, but FILE need not exist yet: the second bucket
               starts without a configuration, and the page shows what to
               save
  --help       print this help
";

pub(crate) enum Command {
    Serve(Options),
    Help,
}

pub(crate) struct Options {
    /// The port of the website; 0 chooses three free ports.
    pub(crate) port: u16,
    pub(crate) cors: Option<PathBuf>,
    /// Whether the file may be created later.
    pub(crate) walkthrough: bool,
}

pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    let mut options = Options {
        port: 8080,
        cors: None,
        walkthrough: false,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("port") => options.port = parser.value()?.parse_with(port)?,
            Long("cors") => {
                options.cors = Some(parser.value()?.into());
                options.walkthrough = false;
            }
            Long("walkthrough") => {
                options.cors = Some(parser.value()?.into());
                options.walkthrough = true;
            }
            Short('h') | Long("help") => return Ok(Command::Help),
            _ => return Err(arg.unexpected()),
        }
    }
    Ok(Command::Serve(options))
}

fn port(text: &str) -> Result<u16, String> {
    const LAST: u16 = u16::MAX - 2;
    match text.parse() {
        Ok(port) if port <= LAST => Ok(port),
        _ => Err(format!("the port must be a number from 0 to {LAST}")),
    }
}
