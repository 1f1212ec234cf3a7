# SPDX-License-Identifier: Apache-2.0
"""Users who ask a proxy over kept connections, many requests at once, and what they were answered."""

import re
import socket
from dataclasses import dataclass, field

BATCH = 64
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
HEADER = re.compile(rb"\r\n(x-target|x-said): *([^\r]*)", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    fields: tuple = ()

    def wire(self) -> bytes:
        body = "" if self.method in ("GET", "HEAD") else "x"
        length = (("Content-Length", str(len(body))),) if body else ()
        lines = "".join(f"{name}: {value}\r\n" for name, value in (("Host", "shop.test"), *length, *self.fields))
        return f"{self.method} {self.target} HTTP/1.1\r\n{lines}\r\n{body}".encode()


@dataclass(frozen=True)
class Answer:
    """Who answered ("old", "new", or a status), and what they saw."""

    by: str
    target: str = ""
    said: str = field(default="", compare=False)


class Connection:
    def __init__(self, address: str, source: str | None = None):
        host, port = address.rsplit(":", 1)
        self._socket = socket.create_connection((host, int(port)), 30, (source, 0) if source else None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def close(self):
        self._socket.close()

    def ask(self, requests) -> list[Answer]:
        """All of them at once; the answers in their order."""
        self._socket.sendall(b"".join(each.wire() for each in requests))
        return [self._answer(each) for each in requests]

    def _more(self):
        got = self._socket.recv(1 << 16)
        if not got:
            raise AssertionError(f"the connection was closed; what was left: {self._rest[:200]!r}")
        self._rest += got

    def _answer(self, request: Request) -> Answer:
        while (end := self._rest.find(b"\r\n\r\n")) < 0:
            self._more()
        head, self._rest = self._rest[: end + 2], self._rest[end + 4 :]
        length = LENGTH.search(head)
        size = int(length.group(1)) if length and request.method != "HEAD" else 0
        while len(self._rest) < size:
            self._more()
        body, self._rest = self._rest[:size], self._rest[size:]
        status = head.split(b" ", 2)[1].decode()
        seen = {name.lower(): value.decode() for name, value in HEADER.findall(head)}
        if status != "200":
            return Answer(status)
        by = body.decode() if request.method != "HEAD" else "200"
        return Answer(by, seen.get(b"x-target", ""), seen.get(b"x-said", ""))


def ask(address: str, requests, source: str | None = None) -> list[Answer]:
    """Over one connection, in batches."""
    connection = Connection(address, source)
    answers = []
    for begin in range(0, len(requests), BATCH):
        answers += connection.ask(requests[begin : begin + BATCH])
    connection.close()
    return answers


def ask_each_anew(address: str, requests, source: str | None = None) -> list[Answer]:
    """A connection for each, for requests after whose refusal it may be closed."""
    answers = []
    for each in requests:
        connection = Connection(address, source)
        answers += connection.ask([each])
        connection.close()
    return answers
