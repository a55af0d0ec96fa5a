//! Opens an address in the user's browser.

use std::io;
use std::process::{Command, Stdio};
use std::thread;

pub(super) fn in_browser(address: &str) -> Result<(), String> {
    let mut command = opener(address);
    let name = command.get_program().to_string_lossy().into_owned();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match child {
        Ok(mut child) => {
            // Some programs of this kind run as long as the browser does.
            thread::spawn(move || child.wait());
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(format!(
            "no browser was opened, because there is no program {name}: open the address yourself"
        )),
        Err(error) => Err(format!(
            "no browser was opened ({name}: {error}): open the address yourself"
        )),
    }
}

#[cfg(target_os = "macos")]
fn opener(address: &str) -> Command {
    let mut command = Command::new("open");
    command.arg(address);
    command
}

#[cfg(windows)]
fn opener(address: &str) -> Command {
    let mut command = Command::new("rundll32");
    command.args(["url.dll,FileProtocolHandler", address]);
    command
}

#[cfg(not(any(target_os = "macos", windows)))]
fn opener(address: &str) -> Command {
    let mut command = Command::new("xdg-open");
    command.arg(address);
    command
}
