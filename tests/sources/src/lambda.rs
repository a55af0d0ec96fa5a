//! A Lambda function as a process of its own, and the runtime API that it gets its events from.
//!
//! Source: "Using the Lambda runtime API" in the Lambda developer guide.

use std::io::{BufRead, BufReader, Error, ErrorKind, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use conformance::apps::executable;
use serde_json::Value;

/// A function that does not respond at all fails the test instead of stopping it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running function; dropped, it ends.
#[derive(Debug)]
pub struct Function {
    process: Child,
    events: Sender<Value>,
    outcomes: Receiver<std::result::Result<Value, String>>,
}

impl Function {
    /// Starts an example, with a command that the caller completes.
    ///
    /// # Panics
    ///
    /// If it cannot be built or started.
    #[must_use]
    #[track_caller]
    pub fn start(name: &str, prepare: impl FnOnce(&mut Command)) -> Self {
        let (events, for_function) = channel();
        let (from_function, outcomes) = channel();
        let address = listen(for_function, from_function).expect("a port");
        let mut command = Command::new(executable(name));
        command
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/test")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "test");
        prepare(&mut command);
        Self {
            process: command.spawn().expect("an executable"),
            events,
            outcomes,
        }
    }

    /// Sends it an event and waits for its response.
    ///
    /// # Panics
    ///
    /// If it responds with an error, or not at all.
    #[must_use]
    #[track_caller]
    pub fn invoke(&self, event: Value) -> Value {
        self.events.send(event).expect("the runtime API runs");
        let outcome = self.outcomes.recv_timeout(PATIENCE);
        let outcome = outcome.expect("an outcome of the invocation");
        outcome.expect("a response of the function")
    }

    /// Stops its threads, as Lambda does between invocations, or lets them go on.
    ///
    /// # Panics
    ///
    /// If there is no program `kill`.
    pub fn freeze(&self, frozen: bool) {
        let signal = if frozen { "-STOP" } else { "-CONT" };
        let process = self.process.id().to_string();
        let killed = Command::new("kill").args([signal, &process]).status();
        assert!(killed.expect("the program kill").success());
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // Neither failure would tell anything about the function.
        let _ = self.process.kill().and_then(|()| self.process.wait());
    }
}

type Outcomes = Sender<std::result::Result<Value, String>>;

/// Serves the runtime API until the process ends.
fn listen(events: Receiver<Value>, outcomes: Outcomes) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let events = Arc::new(Mutex::new(events));
    thread::spawn(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            let (events, outcomes) = (Arc::clone(&events), outcomes.clone());
            // It ends with the connection, or when the function is dropped.
            thread::spawn(move || serve(&connection, &events, &outcomes));
        }
    });
    Ok(address)
}

fn serve(
    connection: &TcpStream,
    events: &Mutex<Receiver<Value>>,
    outcomes: &Outcomes,
) -> Result<()> {
    let mut reader = BufReader::new(connection);
    loop {
        let (method, path, body) = request(&mut reader)?;
        let (status, headers, body) = match (&*method, path.rsplit('/').next()) {
            ("GET", Some("next")) => {
                let event = events.lock().expect("no panic").recv();
                let event = event.map_err(Error::other)?;
                let headers = "lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
                    lambda-runtime-deadline-ms: 4102444800000\r\n\
                    lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:123456789012:function:test\r\n\
                    content-type: application/json\r\n";
                ("200 OK", headers, event.to_string())
            }
            ("POST", last) => {
                let body = String::from_utf8_lossy(&body).into_owned();
                let response = match last {
                    Some("response") => serde_json::from_str(&body).map_err(|_| body),
                    _ => Err(body),
                };
                outcomes.send(response).map_err(Error::other)?;
                ("202 Accepted", "", "{}".to_owned())
            }
            _ => ("404 Not Found", "", String::new()),
        };
        let length = body.len();
        let response =
            format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}");
        (&*connection).write_all(response.as_bytes())?;
    }
}

/// Its method, path and body.
fn request(reader: &mut impl BufRead) -> Result<(String, String, Vec<u8>)> {
    let mut line = String::new();
    let mut next = |reader: &mut dyn BufRead| -> Result<String> {
        line.clear();
        match reader.read_line(&mut line)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    };
    let first = next(reader)?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, path) = words
        .next()
        .zip(words.next())
        .ok_or(ErrorKind::InvalidData)?;
    let mut length = 0;
    loop {
        let line = next(reader)?.to_ascii_lowercase();
        match line.split_once(": ") {
            Some(("content-length", value)) => length = value.parse().map_err(Error::other)?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((method, path, body))
}
