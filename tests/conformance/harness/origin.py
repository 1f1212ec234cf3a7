# SPDX-License-Identifier: Apache-2.0
"""An origin that takes nothing but strict HTTP/1.1 and remembers every byte."""

import json
import socket
import threading
import time

from .wire import PATIENCE, Cut, Hangs, Malformed, Request, Wire, body_pieces, read_request_head


class Call:
    """One request being answered, in a thread of its connection."""

    def __init__(self, origin, wire, request, began):
        self.origin, self.wire, self.request = origin, wire, request
        self.began = began
        self.stays_open = True

    def _read(self):
        return len(self.wire.received) - len(self.wire.unread)

    def pieces(self):
        """The body as it comes. Whoever takes them all has a complete request."""
        for piece in body_pieces(self.wire, self.request):
            self.request.body += piece
            yield piece
        self.origin.note(self.request, complete=True, raw=self.wire.received[self.began:self._read()])

    def body(self):
        if not self.request.complete:
            for _ in self.pieces():
                pass
        return self.request.body

    def send(self, data):
        return self.wire.send(data)

    def answer(self, status=200, body=b"", fields="", reason="OK"):
        length = "" if status == 204 else f"Content-Length: {len(body)}\r\n"
        head = f"HTTP/1.1 {status} {reason}\r\n{length}{fields}\r\n"
        self.send(head.encode("latin-1") + (b"" if self.request.method == "HEAD" else body))

    def close(self):
        self.stays_open = False
        self.wire.close()

    def reset(self):
        self.stays_open = False
        self.wire.reset()

    def until_closed(self):
        """Waits till the proxy ends the connection."""
        self.stays_open = False
        self.wire.to_the_end()


def echo(call):
    """Says what it was asked, as JSON."""
    if call.request.expects_continue:
        call.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = call.body().decode("latin-1")
    said = {"method": call.request.method, "target": call.request.target, "body": body,
            "host": call.request.fields.one("Host"), "connection": call.request.connection}
    call.answer(body=json.dumps(said).encode(), fields="Content-Type: application/json\r\n")


class Origin:
    """Answers by the first path whose handler was set with `on`, else with an echo."""

    def __init__(self):
        self.requests = []
        self._handlers = {}
        self._changed = threading.Condition()
        self._open = {}
        self._busy = set()
        self._threads = []
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def on(self, path, handler):
        """For requests to this path, and to what lies below it."""
        self._handlers[path] = handler

    def note(self, request, **facts):
        with self._changed:
            for name, value in facts.items():
                setattr(request, name, value)
            self._changed.notify_all()

    def wait(self, condition, what):
        """Until a condition on the list of all requests holds."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self.requests), PATIENCE):
                seen = [(each.what(), each.complete, each.malformed) for each in self.requests[-5:]]
                raise Hangs(f"waited for {what}; the last requests: {seen}")

    def mark(self):
        with self._changed:
            return len(self.requests)

    def since(self, mark):
        with self._changed:
            return self.requests[mark:]

    def settle(self):
        """Until nothing that was sent to it is unread or being answered."""
        end = time.monotonic() + PATIENCE
        while True:
            with self._changed:
                if not self._busy and not any(wire.has_bytes() for wire in self._open.values()):
                    return
            if time.monotonic() > end:
                raise Hangs("a request has neither its end nor been given up")
            time.sleep(0.001)

    def close(self):
        with self._changed:
            self._closed = True
            wires = list(self._open.values())
        self._listener.close()
        for wire in wires:
            try:
                wire.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self._threads:
            thread.join(PATIENCE)

    def _accept(self):
        number = 0
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            number += 1
            # What is sent late must not wait for the acknowledgement of what was sent before.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wire = Wire(sock)
            # A kept connection may rest for as long as a test module runs.
            wire.socket.settimeout(10 * PATIENCE)
            with self._changed:
                self._open[number] = wire
                self._changed.notify_all()
            thread = threading.Thread(target=self._serve, args=(number, wire), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, number, wire):
        try:
            while not self._closed and self._serve_one(number, wire):
                pass
        except (Cut, Hangs, OSError):
            pass
        finally:
            wire.close()
            with self._changed:
                del self._open[number]
                self._busy.discard(number)
                self._changed.notify_all()

    def _serve_one(self, number, wire):
        request = Request(connection=number)
        began = len(wire.received) - len(wire.unread)
        # Looked at, not yet taken: settle() finds either the bytes or this connection among the busy.
        if not wire.unread and not wire.peek():
            return False
        with self._changed:
            self._busy.add(number)
            self.requests.append(request)
        try:
            try:
                read_request_head(wire, request)
                # Whoever waits for a request may look at its head from now on.
                self.note(request)
                call = Call(self, wire, request, began)
                self._handler(request.target)(call)
                if call.stays_open:
                    call.body()
            finally:
                request.raw = request.raw or wire.received[began:len(wire.received) - len(wire.unread)]
        except Malformed as fault:
            self.note(request, malformed=str(fault))
            wire.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return False
        with self._changed:
            self._busy.discard(number)
        return call.stays_open

    def _handler(self, target):
        path = target.partition("?")[0]
        for prefix, handler in self._handlers.items():
            if path == prefix or path.startswith(prefix + "/"):
                return handler
        return echo
