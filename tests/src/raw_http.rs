//! HTTP/1.1 over a bare socket: what is sent are exactly the bytes asked for, and what comes back
//! is seen before any library makes it tidy.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::answer::Answer;

/// A server that does not answer at all fails the test instead of stopping it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The bytes of a request without content.
#[must_use]
pub fn request<'h>(
    method: &str,
    path: &str,
    headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
) -> Vec<u8> {
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: bucket.example\r\n").into_bytes();
    if matches!(method, "POST" | "PUT" | "PATCH") {
        bytes.extend_from_slice(b"Content-Length: 0\r\n");
    }
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"Connection: close\r\n\r\n");
    bytes
}

/// Sends a request and reads the answer to it.
///
/// # Errors
///
/// If the connection fails or the answer is no HTTP.
pub fn exchange(address: SocketAddr, request: &[u8]) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut reader = BufReader::new(stream);
    read_answer(&mut reader, request.starts_with(b"HEAD "))
}

/// A connection on which one request after the other is sent.
#[derive(Debug)]
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Opens one.
    ///
    /// # Errors
    ///
    /// If nobody listens there.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a [`request`], without its wish to close the connection, and reads the answer to it.
    ///
    /// # Errors
    ///
    /// If the connection fails or has been closed, or the answer is no HTTP.
    pub fn exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        const CLOSE: &[u8] = b"Connection: close\r\n\r\n";
        let stream = self.0.get_mut();
        match request.strip_suffix(CLOSE) {
            Some(request) => stream.write_all(&[request, b"\r\n"].concat())?,
            None => stream.write_all(request)?,
        }
        read_answer(&mut self.0, request.starts_with(b"HEAD "))
    }
}

fn read_answer(reader: &mut impl BufRead, head: bool) -> io::Result<Answer> {
    let status_line = line(reader)?;
    let status = match &status_line[..] {
        [
            b'H',
            b'T',
            b'T',
            b'P',
            b'/',
            b'1',
            b'.',
            b'1',
            b' ',
            digits @ ..,
        ] => digits.get(..3),
        _ => None,
    };
    let status = status
        .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok())
        .ok_or_else(|| fault(&status_line))?;
    let mut headers = Vec::new();
    loop {
        let line = line(reader)?;
        if line.is_empty() {
            break;
        }
        let colon = line
            .iter()
            .position(|&byte| byte == b':')
            .ok_or_else(|| fault(&line))?;
        let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
        headers.push((name, line[colon + 1..].trim_ascii().to_vec()));
    }
    let mut answer = Answer {
        status,
        headers,
        body: Vec::new(),
    };
    if !head && !matches!(status, 204 | 304) {
        answer.body = read_body(reader, &answer)?;
    }
    Ok(answer)
}

fn read_body(reader: &mut impl BufRead, answer: &Answer) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if answer.header("transfer-encoding") == Some("chunked") {
        loop {
            let size = line(reader)?;
            let digits = size.split(|&byte| byte == b';').next().unwrap_or_default();
            let size = std::str::from_utf8(digits)
                .ok()
                .and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok())
                .ok_or_else(|| fault(&size))?;
            exactly(reader, size, &mut body)?;
            line(reader)?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
    match answer.header("content-length") {
        Some(length) => {
            let length = length.parse().map_err(|_| fault(length.as_bytes()))?;
            exactly(reader, length, &mut body)?;
        }
        None => drop(reader.read_to_end(&mut body)?),
    }
    Ok(body)
}

fn exactly(reader: &mut impl BufRead, length: u64, body: &mut Vec<u8>) -> io::Result<()> {
    if reader.take(length).read_to_end(body)? as u64 == length {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn line(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    match line.strip_suffix(b"\r\n") {
        Some(line) => Ok(line.to_vec()),
        None => Err(fault(&line)),
    }
}

fn fault(line: &[u8]) -> io::Error {
    io::Error::other(format!("no HTTP/1.1: \"{}\"", line.escape_ascii()))
}
