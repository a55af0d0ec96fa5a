//! Opens files for readers that must come to an end.

use std::fs::{self, File, FileType};
use std::io::{self, ErrorKind};
use std::path::Path;

/// Opens a regular file. Pipes, sockets, devices and directories are refused before they are
/// opened: whoever opens a named pipe waits for somebody who writes, and a device may have no end.
/// On Windows, only directories are told apart.
///
/// # Errors
///
/// If there is no such file, if it may not be read, or if it is not a regular file: then the error
/// says what it is.
///
/// ```
/// use s3_cors::files::open_regular;
///
/// assert!(open_regular(".").is_err());
/// assert!(open_regular("Cargo.toml").is_ok());
/// ```
pub fn open_regular(path: impl AsRef<Path>) -> io::Result<File> {
    let path = path.as_ref();
    regular(fs::metadata(path)?.file_type())?;
    let file = File::open(path)?;
    // It may have been replaced in between.
    regular(file.metadata()?.file_type())?;
    Ok(file)
}

fn regular(kind: FileType) -> io::Result<()> {
    if kind.is_file() {
        return Ok(());
    }
    if kind.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let what = format!("it is {}", name(kind));
    Err(io::Error::new(ErrorKind::InvalidInput, what))
}

#[cfg(unix)]
fn name(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_char_device() || kind.is_block_device() {
        "a device"
    } else {
        "no regular file"
    }
}

#[cfg(not(unix))]
fn name(_: FileType) -> &'static str {
    "no regular file"
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::ErrorKind;

    use super::open_regular;

    #[test]
    fn a_device_is_refused_by_its_kind() {
        let error = open_regular("/dev/null").expect_err("a device");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.to_string(), "it is a device");
        let error = open_regular("/dev").expect_err("a directory");
        assert_eq!(error.kind(), ErrorKind::IsADirectory);
    }
}
