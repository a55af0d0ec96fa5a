//! Faults between a program and a server.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// What the proxy does to each connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Nobody listens.
    Refused,
    /// The connection stands, and nothing ever comes.
    Silent,
    /// The first byte of the server's response comes so late, the rest at once.
    SlowFirstByte(Duration),
    /// S3's own response to a fault of its own.
    ServerError,
    /// Half of the server's response, said to be all of it.
    Truncated,
    /// Half of the server's response, and then the connection ends.
    CutOff,
}

/// Listens on a port of its own and passes on to a server, until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    faults: mpsc::UnboundedSender<(Fault, oneshot::Sender<()>)>,
}

impl Proxy {
    /// Begins without a fault.
    ///
    /// # Panics
    ///
    /// If there is no free port.
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (faults, changes) = mpsc::unbounded_channel();
        tokio::spawn(run(listener, server, changes));
        Self { address, faults }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on behaves so; connections that stand are ended.
    ///
    /// # Panics
    ///
    /// If the proxy has panicked.
    pub async fn set(&self, fault: Fault) {
        let (done, is_done) = oneshot::channel();
        self.faults.send((fault, done)).expect("the proxy runs");
        is_done.await.expect("the proxy runs");
    }
}

async fn run(
    mut listener: TcpListener,
    server: SocketAddr,
    mut changes: mpsc::UnboundedReceiver<(Fault, oneshot::Sender<()>)>,
) {
    let address = listener.local_addr().expect("an address");
    let mut fault = Fault::None;
    let mut connections = JoinSet::new();
    loop {
        let change = tokio::select! {
            accepted = listener.accept() => {
                let (connection, _) = accepted.expect("a connection");
                connections.spawn(connect(connection, server, fault));
                continue;
            }
            change = changes.recv() => change,
        };
        let Some((next, done)) = change else { return };
        connections.shutdown().await;
        fault = next;
        if fault == Fault::Refused {
            drop(listener);
            // Bound, but not listening: connections are refused, and nobody else gets the port.
            let held = bound(address).await;
            done.send(()).expect("somebody waits");
            let Some((next, done)) = changes.recv().await else {
                return;
            };
            fault = next;
            listener = held.listen(64).expect("the port is ours");
            done.send(()).expect("somebody waits");
        } else {
            done.send(()).expect("somebody waits");
        }
    }
}

async fn bound(address: SocketAddr) -> TcpSocket {
    loop {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_reuseaddr(true).expect("an option");
        if socket.bind(address).is_ok() {
            return socket;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Errors are what faults are about; each ends the connection.
async fn connect(mut connection: TcpStream, server: SocketAddr, fault: Fault) {
    let _ = match fault {
        Fault::None | Fault::Refused => pass(&mut connection, server).await,
        Fault::Silent => std::future::pending().await,
        Fault::SlowFirstByte(wait) => slow(&mut connection, server, wait).await,
        Fault::ServerError => fail(&mut connection).await,
        Fault::Truncated => half(&mut connection, server, true).await,
        Fault::CutOff => half(&mut connection, server, false).await,
    };
}

async fn pass(connection: &mut TcpStream, server: SocketAddr) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    copy_bidirectional(connection, &mut server).await?;
    Ok(())
}

async fn slow(
    connection: &mut TcpStream,
    server: SocketAddr,
    wait: Duration,
) -> std::io::Result<()> {
    let response = ask(connection, server).await?;
    tokio::time::sleep(wait).await;
    connection.write_all(&response).await
}

async fn fail(connection: &mut TcpStream) -> std::io::Result<()> {
    head(connection).await?;
    let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>InternalError</Code>\
                <Message>We encountered an internal error. Please try again.</Message></Error>";
    let response = format!(
        "HTTP/1.1 500 Internal Server Error\r\nx-amz-request-id: PROXY500\r\ncontent-type: application/xml\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(response.as_bytes()).await
}

async fn half(
    connection: &mut TcpStream,
    server: SocketAddr,
    admitted: bool,
) -> std::io::Result<()> {
    let response = ask(connection, server).await?;
    let end = end_of_head(&response).expect("an response with a head");
    let body = &response[end..];
    let half = &body[..body.len() / 2];
    let said = if admitted { half.len() } else { body.len() };
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\ncontent-length: {said}\r\n\
         connection: close\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).await?;
    connection.write_all(half).await
}

/// The server's whole response to the request that comes.
async fn ask(connection: &mut TcpStream, server: SocketAddr) -> std::io::Result<Vec<u8>> {
    let request = head(connection).await?;
    let end = request.len() - 2;
    let mut server = TcpStream::connect(server).await?;
    server.write_all(&request[..end]).await?;
    server.write_all(b"connection: close\r\n\r\n").await?;
    let mut response = Vec::new();
    server.read_to_end(&mut response).await?;
    Ok(response)
}

/// Reads a request without a body.
pub(crate) async fn head(connection: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut request = Vec::new();
    while end_of_head(&request).is_none() {
        if connection.read_buf(&mut request).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(request)
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    end.map(|position| position + 4)
}
