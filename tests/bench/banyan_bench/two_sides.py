# SPDX-License-Identifier: Apache-2.0
"""An old and a new side whose answers fail as often as they are told to, and readers who ask at a constant rate,
whatever the answers do: each request of another user. Wire and clock of all three are of one thread, so that their
times can be compared."""
import asyncio
import collections
import random
import re
import threading

from .contenders import BODY

CONNECTIONS = 64  # of the readers; who finds none free waits, which counts as time
PATH = "/albums/"

_REVISION = re.compile(rb"\r\nBanyan-Routing: catalog=\w+;rev=(\d+)")
_LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)


def _answer(status, body):
    return (f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()


_GOOD, _BAD = _answer("200 OK", BODY), _answer("500 Internal Server Error", '{"title": "out of order"}')


class Side:
    """An upstream. `failing` may be set at any time; what is counted since then begins anew."""

    def __init__(self, chance):
        self._chance = chance
        self.port = None
        self.fail(0)

    def fail(self, share):
        self._failing = share
        self.requests = self.failures = 0
        self.first_failure = self.last_request = None

    def answer(self, head, now):
        if PATH.encode() not in head.partition(b"\r\n")[0]:
            return _GOOD  # whether it is there
        self.requests += 1
        self.last_request = now
        self.heard(head, now)
        if self._chance.random() >= self._failing:
            return _GOOD
        self.failures += 1
        self.first_failure = self.first_failure or now
        return _BAD

    def heard(self, head, now):
        """For the old one."""


class OldSide(Side):
    """It hears the revision by which each request was routed: here, when that has changed first."""

    def __init__(self, chance):
        super().__init__(chance)
        self.revision, self.revised = 0, None

    def heard(self, head, now):
        told = _REVISION.search(head)
        if told and int(told[1]) > self.revision:
            self.revision, self.revised = int(told[1]), now


class _Served(asyncio.Protocol):
    def __init__(self, side, loop):
        self._side, self._loop, self._bytes = side, loop, b""

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._bytes += data
        while b"\r\n\r\n" in self._bytes:
            head, _, self._bytes = self._bytes.partition(b"\r\n\r\n")
            self._transport.write(self._side.answer(head, self._loop.time()))


class _Reader(asyncio.Protocol):
    """A connection that is kept."""

    def __init__(self, readers):
        self._readers, self._bytes, self._due = readers, b"", None

    def connection_made(self, transport):
        self._transport = transport
        self._readers.came(self)

    def close(self):
        self._transport.close()

    def ask(self, user, due):
        self._due = due
        self._transport.write(f"GET {PATH}1 HTTP/1.1\r\nHost: localhost\r\nCookie: session={user}\r\n\r\n".encode())

    def data_received(self, data):
        self._bytes += data
        head, end, body = self._bytes.partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if end else None
        if length and len(body) >= int(length[1]):
            status, due, self._bytes, self._due = int(head[9:12]), self._due, b"", None
            self._readers.answered(status, due)
            self._readers.is_free(self)

    def connection_lost(self, exc):
        self._readers.lost(self, asked=self._due is not None)


class Readers:
    """An open loop: a request is due when it is due."""

    def __init__(self, loop, port, rate, users):
        self._loop, self._port, self._every, self._users = loop, port, 1 / rate, users
        self._all, self._free, self._waiting = set(), collections.deque(), collections.deque()
        self._asked, self._ended = 0, False
        self.answers, self.unanswered, self.slowest = collections.Counter(), 0, 0.0

    async def begin(self):
        for _ in range(CONNECTIONS):
            await self._connect()
        self._next = self._loop.time()
        self._turn()

    def end(self):
        self._ended = True
        for each in list(self._all):
            each.close()

    def _turn(self):
        now = self._loop.time()
        while self._next <= now:
            self._waiting.append(self._next)
            self._next += self._every
        self._serve()
        if not self._ended:
            self._loop.call_at(self._next, self._turn)

    def _serve(self):
        while self._waiting and self._free and not self._ended:
            self._asked += 1
            self._free.popleft().ask(f"{self._users}-{self._asked}", self._waiting.popleft())

    async def _connect(self):
        try:
            await self._loop.create_connection(lambda: _Reader(self), "127.0.0.1", self._port)
        except OSError:
            self.unanswered += 1

    def came(self, reader):
        self._all.add(reader)
        self.is_free(reader)

    def is_free(self, reader):
        self._free.append(reader)
        self._serve()

    def answered(self, status, due):
        self.answers[status] += 1
        self.slowest = max(self.slowest, self._loop.time() - due)

    def lost(self, reader, asked):
        self._all.discard(reader)
        self.unanswered += asked and not self._ended
        if reader in self._free:
            self._free.remove(reader)
        if not self._ended:
            self._loop.create_task(self._connect())


class TwoSides:
    """Both sides and their readers, in a thread of their own from the begin of the `with` to its end."""

    def __init__(self, seed):
        chance = random.Random(seed)
        self.old, self.new, self.readers = OldSide(chance), Side(chance), None
        self._users = f"{chance.getrandbits(48):x}"
        self._loop, self._servers = asyncio.new_event_loop(), []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        for side in (self.old, self.new):
            self._run(self._serve(side))
        return self

    async def _serve(self, side):
        server = await self._loop.create_server(lambda: _Served(side, self._loop), "127.0.0.1", 0, backlog=1024)
        self._servers.append(server)
        side.port = server.sockets[0].getsockname()[1]

    def read(self, port, rate):
        self.readers = Readers(self._loop, port, rate, self._users)
        self._run(self.readers.begin())

    def stop_reading(self):
        self.at_once(self.readers.end)

    def now(self):
        return self._loop.time()

    def at_once(self, what):
        """On the thread of the sides, between two of their requests."""
        async def call():
            return what()
        return self._run(call())

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def _end(self):
        for each in self._servers:
            each.close()

    def __exit__(self, *_):
        self.at_once(self._end)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
