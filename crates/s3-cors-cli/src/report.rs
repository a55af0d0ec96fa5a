//! The result of a command: text for both streams, and the exit code.

use std::io::{self, Write};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// The command ran and found nothing.
    Fine,
    /// The command ran and found something.
    Found,
    /// The command could not run.
    Failed,
}

impl Verdict {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Found => 1,
            Self::Failed => 2,
        }
    }

    pub(crate) fn found(found: bool) -> Self {
        if found { Self::Found } else { Self::Fine }
    }
}

/// What a command prints, and how it ended.
#[derive(Debug)]
pub(crate) struct Report {
    /// The result.
    pub(crate) stdout: String,
    /// Errors and other messages.
    pub(crate) stderr: String,
    pub(crate) verdict: Verdict,
}

impl Report {
    pub(crate) fn on_stdout(stdout: String, verdict: Verdict) -> Self {
        let stderr = String::new();
        Self {
            stdout,
            stderr,
            verdict,
        }
    }

    pub(crate) fn failed(stderr: String) -> Self {
        Self {
            stdout: String::new(),
            stderr,
            verdict: Verdict::Failed,
        }
    }

    /// Prints both streams, without colours where they are not supported.
    pub(crate) fn print(self) -> Verdict {
        let stderr = write(anstream::stderr(), &self.stderr);
        let stdout = write(anstream::stdout(), &self.stdout);
        if let Err(error) = &stdout
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            let words = format!("error: the output could not be written: {error}\n");
            // If that cannot be written either, the exit code says it.
            let _ = write(anstream::stderr(), &words);
        }
        match stdout.and(stderr) {
            Ok(()) => self.verdict,
            // The reader, such as `head`, has closed the pipe: not an error.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.verdict,
            Err(_) => Verdict::Failed,
        }
    }
}

fn write(mut stream: impl Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}
