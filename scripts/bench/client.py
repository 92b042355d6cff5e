"""A screen at the door: keep-alive, cookie, token and fresh request ids, as the page sends them."""

import re
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import uuid4

HOST = "127.0.0.1"
_TOKEN = re.compile(rb'name="csrf-token" content="([^"]+)"')
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: ([^;\r]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    @property
    def size(self) -> int:
        """Return the bytes on the wire."""
        return len(self.head) + 4 + len(self.body)


@dataclass(slots=True)
class Screen:
    """One browser at one server. Each request returns its answer and its milliseconds."""

    port: int
    cookie: str = ""
    token: str = ""
    _socket: socket.socket | None = None
    _rest: bytes = b""

    def open(self, path: str = "/") -> Answer:
        """Load a page as a browser does, and keep its cookie and token."""
        answer = self.ask(self.request("GET", path, page=True))
        found = _TOKEN.search(answer.body)
        if found:
            self.token = found[1].decode()
        return answer

    def scan(self, code: str) -> tuple[Answer, float]:
        return self.post("/scan", {"code": code, "request_id": str(uuid4())})

    def post(self, path: str, form: dict[str, str]) -> tuple[Answer, float]:
        return self.timed(self.request("POST", path, form))

    def get(self, path: str, *, page: bool = False) -> tuple[Answer, float]:
        return self.timed(self.request("GET", path, page=page))

    def timed(self, message: bytes) -> tuple[Answer, float]:
        start = time.perf_counter()
        answer = self.ask(message)
        return answer, (time.perf_counter() - start) * 1000

    def request(
        self, method: str, path: str, form: dict[str, str] | None = None, *, page: bool = False
    ) -> bytes:
        """Return the bytes of a request, so that making them is not measured."""
        body = urlencode(form or {}).encode()
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {HOST}:{self.port}",
            "Connection: keep-alive",
            "Accept-Encoding: gzip",
            "Sec-Fetch-Site: same-origin",
            f"Sec-Fetch-Mode: {'navigate' if page else 'cors'}",
        ]
        if not page:
            lines.append("HX-Request: true")
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if form is not None:
            lines += [
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
                f"X-CSRFToken: {self.token}",
            ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def ask(self, message: bytes) -> Answer:
        try:
            self.connection().sendall(message)
            answer = self._read()
        except OSError:  # the server closes what was idle for five seconds
            self.close()
            self.connection().sendall(message)
            answer = self._read()
        return answer

    def connection(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self.port), timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._rest = b""
        return self._socket

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _read(self) -> Answer:
        while (answer := self.take(self._more())) is None:
            pass
        return answer

    def _more(self) -> bytes:
        received = self.connection().recv(65536)
        if not received:
            raise ConnectionResetError
        return received

    def take(self, received: bytes) -> Answer | None:
        """Return the answer that `received` completes, or None."""
        self._rest += received
        head, parted, body = self._rest.partition(b"\r\n\r\n")
        if not parted:
            return None
        length = _LENGTH.search(head)
        wanted = 0 if length is None else int(length[1])
        if len(body) < wanted:
            return None
        self._rest = b""
        cookie = _COOKIE.search(head)
        if cookie:
            self.cookie = cookie[1].decode()
        return Answer(status=int(head[9:12]), head=head, body=body)


@dataclass(slots=True)
class Crowd:
    """Screens that ask at once, each as soon as it was answered, all from one thread."""

    screens: list[Screen]
    times_ms: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def scan(self, codes: Iterator[str]) -> float:
        """Scan all codes; return the answers per second."""
        chooser = selectors.DefaultSelector()
        sent: dict[int, float] = {}
        start = time.perf_counter()
        for screen in self.screens:
            connection = screen.connection()
            chooser.register(connection, selectors.EVENT_READ, screen)
            self._send(screen, codes, sent)
        while sent:
            for key, _ in chooser.select(timeout=30):
                screen = key.data
                answer = screen.take(screen.connection().recv(65536))
                if answer is None:
                    continue
                self.times_ms.append((time.perf_counter() - sent.pop(id(screen))) * 1000)
                self.statuses.append(answer.status)
                self._send(screen, codes, sent)
        chooser.close()
        return len(self.times_ms) / (time.perf_counter() - start)

    @staticmethod
    def _send(screen: Screen, codes: Iterator[str], sent: dict[int, float]) -> None:
        code = next(codes, None)
        if code is None:
            return
        form = {"code": code, "request_id": str(uuid4())}
        message = screen.request("POST", "/scan", form)
        sent[id(screen)] = time.perf_counter()
        screen.connection().sendall(message)
