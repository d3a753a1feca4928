"""The proxy fails as it is told to: what it is used to show stands on this."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.faults.proxy import Act, Proxy
from tests.services import free_port

WAIT_SECONDS = 5


class Echo(socketserver.ThreadingTCPServer):
    """Sends back what it gets, and remembers it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.got = bytearray()
        self.got_some = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(socketserver.BaseRequestHandler):
    server: Echo

    def handle(self) -> None:
        with suppress(OSError):
            while data := self.request.recv(1000):
                self.server.got += data
                self.server.got_some.set()
                self.request.sendall(data)


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with Proxy(*echo.server_address[:2]) as opened:  # type: ignore[arg-type]
        yield opened


@pytest.fixture
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with _connect(proxy) as opened:
        yield opened


def _connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=WAIT_SECONDS)


def _said(client: socket.socket, data: bytes) -> bytes:
    client.sendall(data)
    return client.recv(1000)


def test_lets_through_both_ways(proxy: Proxy, client: socket.socket) -> None:
    assert _said(client, b"Rosa") == b"Rosa"
    assert (proxy.connections, proxy.sent, proxy.cuts) == (1, 4, 0)


def test_an_end_is_passed_on(client: socket.socket) -> None:
    client.shutdown(socket.SHUT_WR)
    assert client.recv(10) == b""


def test_refusing_resets_what_is_open_and_lets_nobody_in(
    proxy: Proxy, client: socket.socket
) -> None:
    assert _said(client, b"1") == b"1"
    proxy.refuse()
    with pytest.raises(ConnectionResetError):
        client.recv(10)
    with pytest.raises(ConnectionRefusedError):
        _connect(proxy)


def test_lets_through_again_on_the_same_port(proxy: Proxy) -> None:
    proxy.refuse()
    proxy.let_through()
    with _connect(proxy) as client:
        assert _said(client, b"1") == b"1"


def test_a_black_hole_refuses_nothing_and_answers_nothing(
    proxy: Proxy, client: socket.socket
) -> None:
    proxy.black_hole()
    with _connect(proxy) as another:
        for one in (client, another):
            one.sendall(b"1")
            one.settimeout(0.2)
            with pytest.raises(TimeoutError):
                one.recv(10)


def test_what_was_swallowed_comes_late(proxy: Proxy, client: socket.socket) -> None:
    proxy.black_hole()
    client.sendall(b"1")
    proxy.let_through()
    assert client.recv(10) == b"1"


def test_a_forgotten_connection_stays_silent(proxy: Proxy, client: socket.socket) -> None:
    assert _said(client, b"1") == b"1"
    proxy.black_hole()
    proxy.forget()
    proxy.let_through()
    client.sendall(b"2")
    client.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.recv(10)
    with _connect(proxy) as another:
        assert _said(another, b"3") == b"3"


def test_slow_data_arrives_whole(proxy: Proxy, client: socket.socket) -> None:
    proxy.slow_seconds = 0.02
    assert _said(client, b"12345") == b"12345"


def test_a_cut_before_keeps_it_from_the_server(
    echo: Echo, proxy: Proxy, client: socket.socket
) -> None:
    proxy.rule = lambda data: Act.CUT_BEFORE if b"COMMIT" in data else Act.PASS
    assert _said(client, b"INSERT") == b"INSERT"
    client.sendall(b"COMMIT")
    with pytest.raises(ConnectionResetError):
        client.recv(10)
    assert (bytes(echo.got), proxy.cuts) == (b"INSERT", 1)


def test_a_cut_after_keeps_the_answer_from_the_client(
    echo: Echo, proxy: Proxy, client: socket.socket
) -> None:
    proxy.rule = lambda data: Act.CUT_AFTER if b"COMMIT" in data else Act.PASS
    client.sendall(b"COMMIT")
    with pytest.raises(ConnectionResetError):
        client.recv(10)
    assert (bytes(echo.got), proxy.cuts) == (b"COMMIT", 1)


def test_a_server_that_is_gone_is_a_reset() -> None:
    nobody = Proxy("127.0.0.1", free_port())
    with nobody as proxy, pytest.raises(ConnectionResetError), _connect(proxy) as client:
        client.recv(10)
