# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 read as RFC 9112 writes it, with no leniency at all, from one end of a connection.

Independent of the engine under test on purpose: nothing here is shared with adapters/http.
"""

import fcntl
import re
import socket
import termios
from dataclasses import dataclass, field

from . import problems

# How long a peer may keep us waiting before it counts as hanging. Nothing waits this long when all is well.
PATIENCE = 10.0

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
REQUEST_LINE = re.compile(rb"(%s) (/[!-~\x80-\xff]*|\*) HTTP/1\.1" % TOKEN)
STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) ([\t\x20-\x7e\x80-\xff]*)")
FIELD_LINE = re.compile(rb"(%s):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*" % TOKEN)
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[-A-Za-z0-9._~!$&'()*+,;=%]*)(:[0-9]*)?")


class Malformed(Exception):
    """Bytes that the RFC does not allow."""


class Cut(Exception):
    """The connection ended inside a message."""


class Hangs(Exception):
    """Neither bytes nor an end came in time."""


class Wire:
    """A socket with what was received and not yet read, and all that ever was."""

    def __init__(self, sock):
        self.socket = sock
        self.socket.settimeout(PATIENCE)
        self.unread = b""
        self.received = b""
        self.was_reset = False

    def fill(self):
        """Waits for more; False at the end."""
        try:
            more = self.socket.recv(65536)
        except TimeoutError:
            raise Hangs(f"nothing came for {PATIENCE} s; unread: {self.unread[:200]!r}") from None
        except OSError:
            self.was_reset = True
            return False
        self.unread += more
        self.received += more
        return bool(more)

    def peek(self):
        """Waits for more and leaves it where it is; False at the end."""
        try:
            return bool(self.socket.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def has_bytes(self):
        """Whether there are some in the socket."""
        try:
            return fcntl.ioctl(self.socket, termios.FIONREAD, b"\0\0\0\0") != b"\0\0\0\0"
        except (OSError, ValueError):
            return False  # whoever reads it has just closed it

    def take(self, size):
        while len(self.unread) < size:
            if not self.fill():
                raise Cut(f"{len(self.unread)} of {size} bytes came")
        taken, self.unread = self.unread[:size], self.unread[size:]
        return taken

    def line(self):
        """Up to CRLF. A bare CR or LF is not let through."""
        while b"\n" not in self.unread:
            if len(self.unread) > 1 << 20:
                raise Malformed("a line without end")
            if not self.fill():
                raise Cut(f"inside the line {self.unread[:100]!r}")
        line, _, self.unread = self.unread.partition(b"\n")
        if not line.endswith(b"\r"):
            raise Malformed(f"a bare line feed after {line[-60:]!r}")
        if b"\r" in line[:-1]:
            raise Malformed(f"a bare carriage return in {line[:100]!r}")
        return line[:-1]

    def to_the_end(self):
        while self.fill():
            pass
        rest, self.unread = self.unread, b""
        return rest

    def ended(self):
        """Whether the peer closes, and sends nothing more before it does."""
        return not self.unread and not self.fill()

    def send(self, data):
        """Sends; a peer that has closed already is no error here, since its answer tells more."""
        try:
            self.socket.sendall(data)
            return True
        except TimeoutError:
            raise Hangs("the peer takes nothing more") from None
        except OSError:
            return False

    def close(self):
        self.socket.close()

    def half_close(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def reset(self):
        """Closes with RST in place of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()


class Fields(list):
    """(name, value) pairs in their order, as text of which each character is a byte."""

    def all(self, name):
        return [value for each, value in self if each.lower() == name.lower()]

    def one(self, name):
        """The value of a field that must not come twice; None when it is not there."""
        values = self.all(name)
        if len(values) > 1:
            raise Malformed(f"{name} comes {len(values)} times: {values}")
        return values[0] if values else None

    def tokens(self, name):
        return [token.strip().lower() for value in self.all(name) for token in value.split(",") if token.strip()]


def read_fields(wire):
    fields = Fields()
    while line := wire.line():
        match = FIELD_LINE.fullmatch(line)
        if not match:
            raise Malformed(f"no field line: {line[:100]!r}")
        fields.append((match[1].decode("latin-1"), match[2].decode("latin-1")))
    return fields


def framing(fields):
    """"chunked", a length, or None; anything that two readers could understand in two ways is malformed."""
    codings, lengths = fields.all("Transfer-Encoding"), fields.all("Content-Length")
    if codings and lengths:
        raise Malformed("Transfer-Encoding beside Content-Length")
    if len(codings) > 1 or codings and codings[0].lower() != "chunked":
        raise Malformed(f"Transfer-Encoding: {codings}")
    if len(lengths) > 1 or lengths and not re.fullmatch("[0-9]{1,19}", lengths[0]):
        raise Malformed(f"Content-Length: {lengths}")
    return "chunked" if codings else int(lengths[0]) if lengths else None


def chunks(wire, trailers):
    """The pieces of a chunked body."""
    while True:
        line = wire.line()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", line):
            raise Malformed(f"no chunk size: {line[:100]!r}")
        size = int(line, 16)
        if size == 0:
            trailers += read_fields(wire)
            return
        data = wire.take(size)
        if wire.take(2) != b"\r\n":
            raise Malformed("a chunk that no line end follows")
        yield data


@dataclass
class Request:
    """A request as an origin received it."""

    method: str = ""
    target: str = ""
    fields: Fields = field(default_factory=Fields)
    body: bytes = b""
    trailers: Fields = field(default_factory=Fields)
    raw: bytes = b""  # exactly what came, the body with it
    complete: bool = False
    malformed: str = ""
    connection: int = 0

    @property
    def expects_continue(self):
        return "100-continue" in self.fields.tokens("Expect")

    def what(self):
        return (self.method, self.target, self.body.decode("latin-1"))


def read_request_head(wire, request):
    """Fills a request but for its body. False when the connection ended before a first byte."""
    if not wire.unread and not wire.fill():
        return False
    line = wire.line()
    match = REQUEST_LINE.fullmatch(line)
    if not match or b"#" in match[2]:
        raise Malformed(f"no request line: {line[:200]!r}")
    try:
        match[2].decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed(f"bytes that are no UTF-8: {line[:200]!r}") from None
    request.method, request.target = match[1].decode(), match[2].decode("latin-1")
    request.fields += read_fields(wire)
    hosts = request.fields.all("Host")
    if len(hosts) != 1 or not HOST.fullmatch(hosts[0]):
        raise Malformed(f"HTTP/1.1 with Host: {hosts}")
    framing(request.fields)
    return True


def body_pieces(wire, request):
    form = framing(request.fields)
    if form == "chunked":
        yield from chunks(wire, request.trailers)
    left = form if isinstance(form, int) else 0
    while left:
        if not wire.unread and not wire.fill():
            raise Cut(f"{left} bytes of the body are missing")
        piece = wire.take(min(left, len(wire.unread)))
        left -= len(piece)
        yield piece


@dataclass
class Answer:
    """An answer as a client received it."""

    status: int = 0
    reason: str = ""
    fields: Fields = field(default_factory=Fields)
    body: bytes = b""
    trailers: Fields = field(default_factory=Fields)
    whole: bool = True  # False: visibly cut
    interim: list = field(default_factory=list)  # the 1xx answers before it


def read_answer_head(wire):
    """The next head, interim or final."""
    line = wire.line()
    match = STATUS_LINE.fullmatch(line)
    if not match:
        raise Malformed(f"no status line: {line[:200]!r}")
    answer = Answer(int(match[1]), match[2].decode("latin-1"), read_fields(wire))
    form = framing(answer.fields)
    if (answer.status < 200 or answer.status == 204) and form is not None:
        raise Malformed(f"a {answer.status} that announces a body")
    return answer


def answer_pieces(wire, answer, method):
    """The body of a final answer, piece by piece; sets `whole`."""
    if method == "HEAD" or answer.status in (204, 304):
        return
    form = framing(answer.fields)
    try:
        if form == "chunked":
            yield from chunks(wire, answer.trailers)
        elif form is not None:
            while form:
                if not wire.unread and not wire.fill():
                    raise Cut("the body is short")
                piece = wire.take(min(form, len(wire.unread)))
                form -= len(piece)
                yield piece
        else:
            while wire.unread or wire.fill():
                yield wire.take(len(wire.unread))
            if wire.was_reset:
                raise Cut("reset inside a body that ends with the connection")
    except Cut:
        answer.whole = False


def read_answer(wire, method="GET"):
    """The next final answer with all before it. Raises Cut when the connection ends inside a head."""
    interim = []
    while True:
        answer = read_answer_head(wire)
        if answer.status >= 200 or answer.status == 101:
            break
        interim.append(answer)
    answer.interim = interim
    if answer.status != 101:
        answer.body = b"".join(answer_pieces(wire, answer, method))
    if wrong := problems.note(answer):
        raise Malformed(f"a problem document that is none: {wrong}: {answer.body!r}")
    return answer
