//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
An S3 server for development, whose CORS is set with the AWS CLI and works as on AWS.

usage: local-s3 [--root DIR] [--listen ADDR] [--domain NAME]

  --root DIR      where buckets are, a folder each (default: local-s3-data)
  --listen ADDR   where to listen (default: 127.0.0.1:9000)
  --domain NAME   buckets are at BUCKET.NAME, too, and their websites at
                  BUCKET.s3-website.NAME (default: localhost)";

#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) root: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) domain: String,
}

/// The arguments; or what is wrong with them, empty if help was asked for.
pub(crate) fn args(mut given: impl Iterator<Item = String>) -> Result<Args, String> {
    let mut args = Args {
        root: "local-s3-data".into(),
        listen: SocketAddr::from(([127, 0, 0, 1], 9000)),
        domain: "localhost".into(),
    };
    while let Some(flag) = given.next() {
        if matches!(flag.as_str(), "--help" | "-h") {
            return Err(String::new());
        }
        let value = given.next();
        let value = || value.clone().ok_or_else(|| format!("{flag} needs a value"));
        match flag.as_str() {
            "--root" => args.root = value()?.into(),
            "--domain" => args.domain = value()?,
            "--listen" => {
                let value = value()?;
                let wrong =
                    |_| format!("--listen {value}: write an address, such as 127.0.0.1:9000");
                args.listen = value.parse().map_err(wrong)?;
            }
            _ => return Err(format!("{flag}: unknown")),
        }
    }
    Ok(args)
}
