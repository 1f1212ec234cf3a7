# SPDX-License-Identifier: Apache-2.0
"""What newcomers notice: nothing of a server that answers each, and else what it did to them."""

import shutil
import socket
import sys
import threading
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
# pylint: disable=wrong-import-position
from newcomers import Newcomers  # noqa: E402

GOOD = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
HALF = GOOD[:-1]


def refused_here() -> int:
    """Connections that this machine's system has tried to make in vain."""
    names, figures = (line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Tcp:"))
    return int(figures[names.index("AttemptFails")])


class AServer:
    """Answers each connection with `answer`, which may be set at any time, and closes it."""

    def __init__(self):
        self.answer, self.answered = GOOD, 0
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with client:
                client.recv(4096)
                client.sendall(self.answer)
            self.answered += 1

    def serve(self, more=200):
        until, wanted = time.monotonic() + 20, self.answered + more
        while self.answered < wanted:
            if time.monotonic() > until:
                raise AssertionError("nobody comes")
            time.sleep(0.01)

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class TheNewcomers(unittest.TestCase):
    def setUp(self):
        self.server = AServer()
        self.newcomers = Newcomers(self.server.port, "/")
        self.addCleanup(self.newcomers.kill)
        self.server.serve()

    def test_notice_nothing_of_a_server_that_answers_each(self):
        told, noticed = self.newcomers.end()
        self.assertEqual(noticed, [])
        self.assertRegex(told, r"^[\d,]+ new connections, [\d,]+ a second, longest answer .+; refused 0, cut 0$")

    def test_notice_an_answer_that_is_not_whole(self):
        self.server.answer = HALF
        self.server.serve(5)
        self.server.answer = GOOD
        self.server.serve()
        self.assertIn("were cut", "; ".join(self.newcomers.end()[1]))

    def test_notice_an_answer_that_is_none_for_them(self):
        self.server.answer = BUSY
        self.server.serve()  # more than are on the way at once, so that wrk has read some of them
        self.assertIn("got an answer that was not 200", "; ".join(self.newcomers.end()[1]))

    def test_notice_that_nobody_listens_any_more(self):
        before = refused_here()
        self.server.close()
        until = time.monotonic() + 20
        while refused_here() < before + 100 and time.monotonic() < until:
            time.sleep(0.01)
        noticed = "; ".join(self.newcomers.end()[1])
        self.assertRegex(noticed, "were refused|were cut")


if __name__ == "__main__":
    if shutil.which("wrk") is None:
        print("skipped: wrk is not installed; ./dev restarts installs it")
        sys.exit(77)
    unittest.main()
