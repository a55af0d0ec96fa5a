"""HTTP/1.1 over a bare socket: exactly the bytes asked for."""

import http.client
import socket


def ask(port, host, method, path, headers=(), body=b""):
    """Status, header lines with names in lower case, and body."""
    lines = [f"{method} {path} HTTP/1.1".encode(), f"Host: {host}:{port}".encode()]
    lines += [name.encode("latin-1") + b": " + value.encode("latin-1") for name, value in headers]
    if method in ("PUT", "POST", "PATCH"):
        lines.append(b"Content-Length: %d" % len(body))
    with socket.create_connection(("127.0.0.1", port), timeout=30) as stream:
        stream.sendall(b"\r\n".join([*lines, b"Connection: close", b"", body]))
        response = http.client.HTTPResponse(stream, method=method)
        response.begin()
        found = [(name.lower(), value) for name, value in response.getheaders()]
        return response.status, found, response.read()
