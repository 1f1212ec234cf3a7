# SPDX-License-Identifier: Apache-2.0
"""What the proxy forwards is read in the same way by nginx, HAProxy, a second proxy and the shop.

Every request of the corpus that is forwarded is captured at the origin, byte for byte. The bytes are
sent to each reader with a sentinel behind them; what the reader passes on must be these two, no more
and no less, with the same method, target, Host and body."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from harness import corpus, known
from harness.origin import Origin
from harness.proxy import Client, Proxy, free_port
from harness.wire import PATIENCE, read_answer

SENTINEL = b"GET /sentinel HTTP/1.1\r\nHost: conformance.test\r\n\r\n"

NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off; client_max_body_size 0; large_client_header_buffers 8 64k; underscores_in_headers on;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{origin}; proxy_http_version 1.1;
      proxy_set_header Host $http_host; proxy_set_header Connection "";
    }}
  }}
}}
"""

HAPROXY = """
global
  tune.bufsize 65536
defaults
  mode http
  timeout client 30s
  timeout connect 5s
  timeout server 30s
listen all
  bind 127.0.0.1:{port}
  server origin 127.0.0.1:{origin}
"""

# Refused by the reader, which is safe: nothing is understood in another way.
REFUSES = {
    "nginx": {
        "method-lower-case": "knows no methods in lower case",
        "method-odd-token": "knows no methods with other characters than letters, '-' and '_'",
        "trace": "refuses TRACE",
        "target-nul-escaped": "takes no %00",
        "target-percent-alone": "takes no % that begins no escape",
        "target-percent-one-digit": "takes no % that begins no escape",
        "target-percent-bad": "takes no % that begins no escape",
        "target-above-the-root": "takes no path that leaves the root",
    },
    "haproxy": {
        "cl-long-name": "takes no field name of more than 255 bytes, since CVE-2021-40346",
        "many-fields-100": "takes no more than 101 fields, and the proxy has added some",
        "target-utf8": "takes no bytes beyond ASCII",
    },
    "banyan": {"many-fields-100": "takes no more than 100 fields, and the proxy has added some"},
    # Answers without reading the body and closes, which RFC 9110 §10.1.1 and §9.3 of RFC 9112 allow.
    "shop": {
        "expect-plain": "", "expect-other-case": "", "expect-chunked": "", "expect-empty-body": "",
        "expect-holds-request": "", "expect-in-1.0": "", "large-body": "",
    },
}


class Program:
    """A server of this machine, configured by one file, from when it listens until the `with` ends."""

    def __init__(self, words, configuration, origin):
        self.port = free_port()
        self._folder = tempfile.TemporaryDirectory(prefix="banyan-conformance-")
        file = Path(self._folder.name) / "configuration"
        file.write_text(configuration.format(folder=self._folder.name, port=self.port, origin=origin))
        self._output = Path(self._folder.name) / "output"
        with open(self._output, "wb") as output:
            self._process = subprocess.Popen([*words, file], stdout=output, stderr=subprocess.STDOUT)

    def __enter__(self):
        end = time.monotonic() + 3 * PATIENCE
        while True:
            try:
                Client(self.port).close()
                return self
            except OSError:
                if self._process.poll() is not None or time.monotonic() > end:
                    self.__exit__()
                    raise RuntimeError("it does not start") from None
                time.sleep(0.02)

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()


class Shop:
    """recordshop with an empty database."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="banyan-conformance-")
        self._ready = Path(self._folder.name) / "ready"
        database = Path(self._folder.name) / "shop.db"
        subprocess.run([os.environ["BANYAN_SHOP_DATA_PROGRAM"], "generate", "--database", database, "--tracks", "10"],
                       check=True, stdout=subprocess.DEVNULL)
        self._process = subprocess.Popen(
            [os.environ["BANYAN_SHOP_PROGRAM"], "--port=0", f"--database={database}", f"--ready-file={self._ready}",
             f"--log-file={self._folder.name}/log"], stdout=subprocess.DEVNULL)

    def __enter__(self):
        end = time.monotonic() + 6 * PATIENCE
        while not (self._ready.exists() and self._ready.read_text().strip()):
            if self._process.poll() is not None or time.monotonic() > end:
                self.__exit__()
                raise RuntimeError("the shop does not start")
            time.sleep(0.02)
        self.port = int(self._ready.read_text())
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()


def capture():
    """(id, request as the origin got it) for all that is forwarded."""
    captured = []
    with Origin() as origin, Proxy(origin.port) as proxy:
        for case in corpus.cases("requests.jsonl"):
            if not case["forwarded"] or "refused" in case or case.get("incomplete"):
                continue
            mark = origin.mark()
            with proxy.connect() as client:
                client.send(corpus.to_bytes(case["bytes"]))
                for method, *_ in case["forwarded"]:
                    read_answer(client, method)
            captured += [(case["id"], each) for each in origin.since(mark) if each.complete and not each.malformed]
    return captured


def meaning(request):
    return (request.method, request.target, request.fields.all("Host"), request.body)


@known.mark
class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.captured = capture()

    def compare(self, reader, name, origin):
        self.assertGreater(len(self.captured), 100)
        for number, (case, request) in enumerate(self.captured):
            with self.subTest(case=case, number=number, raw=request.raw[:300]):
                mark = origin.mark()
                refused = not self.ask(reader.port, request)
                self.assertEqual(refused, case in REFUSES.get(name, {}), "refused" if refused else "not refused")
                seen = origin.since(mark)
                self.assertEqual([each.malformed for each in seen if each.malformed], [])
                due = [] if refused else [meaning(request), ("GET", "/sentinel", ["conformance.test"], b"")]
                self.assertEqual([meaning(each) for each in seen], due)

    def ask(self, port, request):
        """Sends the bytes and the sentinel; False when the reader refuses and closes."""
        with Client(port) as client:
            client.send(request.raw + SENTINEL)
            answer = read_answer(client, request.method)
            if answer.status in (400, 405, 431, 501):
                return False
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(read_answer(client).status, 200)
            client.half_close()
            self.assertTrue(client.ended(), "there are more than two answers")
        return True

    def test_nginx(self):
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        if not os.path.exists(nginx):
            self.skipTest("there is no nginx here; `./dev deps test` installs it")
        with Origin() as origin, Program([nginx, "-c"], NGINX, origin.port) as reader:
            self.compare(reader, "nginx", origin)

    def test_haproxy(self):
        haproxy = shutil.which("haproxy") or "/usr/sbin/haproxy"
        if not os.path.exists(haproxy):
            self.skipTest("there is no haproxy here; `./dev deps test` installs it")
        with Origin() as origin, Program([haproxy, "-db", "-f"], HAPROXY, origin.port) as reader:
            self.compare(reader, "haproxy", origin)

    def test_a_second_proxy(self):
        with Origin() as origin, Proxy(origin.port) as reader:
            self.compare(reader, "banyan", origin)

    def test_the_shop(self):
        """It answers rather than passes on: as many answers as there are messages, the last one the
        sentinel's."""
        with Shop() as shop:
            for case, request in self.captured:
                with self.subTest(case=case, raw=request.raw[:300]), Client(shop.port) as client:
                    client.send(request.raw + b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                    first = read_answer(client, request.method)
                    self.assertNotIn(first.status, (500, 505))
                    if case in REFUSES["shop"]:
                        self.assertIn("close", first.fields.tokens("Connection"))
                    else:
                        second = read_answer(client)
                        self.assertEqual(second.fields.all("Content-Type"), ["application/health+json"])
                        client.half_close()
                    self.assertTrue(client.ended(), "there are more answers than messages")


if __name__ == "__main__":
    unittest.main()
