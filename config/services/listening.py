"""The web's address, reserved before anything else is started. Standard library only."""

from __future__ import annotations

import errno
import socket
import time

from config.services.errors import ServiceError

RETRY_EVERY_S = 0.2


def reserve(bind: str, *, patience: float = 0.0) -> socket.socket:
    """A socket bound to `host:port` that does not listen yet; the web inherits it, so nobody can come between.

    Port 0 takes a free one. A taken port is tried again for `patience` seconds, then refused with the way out.
    """
    host, port = _host_and_port(bind)
    deadline = time.monotonic() + patience
    while True:
        try:
            return _bound(host, port)
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(RETRY_EVERY_S)
                continue
            raise ServiceError(_refusal(host, port, problem)) from None


def host_and_port(listener: socket.socket) -> tuple[str, int]:
    """Where a client on this machine reaches the socket."""
    host, port = listener.getsockname()[:2]
    every_address = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised, not bound
    return every_address.get(host, host), port


def url_of(listener: socket.socket) -> str:
    host, port = host_and_port(listener)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _host_and_port(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ServiceError(f"{bind!r} is no address to serve on: it must look like 127.0.0.1:8000")
    return host.strip("[]"), int(port)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Binding alone would succeed beside a server that listens on the same port of another address.
    if port:
        with socket.socket(family) as probe:
            probe.settimeout(1)
            if probe.connect_ex((host, port)) == 0:
                raise OSError(errno.EADDRINUSE, "taken")
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def _refusal(host: str, port: int, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken: choose another, as in `PORT={port + 1} make run`"
    if problem.errno == errno.EACCES:
        return f"port {port} on {host} may only be opened by root: choose another, as in `PORT=8000 make run`"
    return f"{host}:{port} cannot be served ({problem.strerror}): choose another with --bind"
