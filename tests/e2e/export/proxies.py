# SPDX-License-Identifier: Apache-2.0
"""Starts Banyan, HAProxy, nginx, and two upstreams that say which one they are; each at an address that
nobody else on the machine has."""

import random
import shutil
import socket
import subprocess
import time
from pathlib import Path

UPSTREAMS = """daemon off;
pid {folder}/upstreams.pid;
error_log stderr;
worker_processes 1;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  large_client_header_buffers 8 32k;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {servers}
}}
"""
UPSTREAM = """server {{
    listen {address};
    merge_slashes off;
    location / {{
      add_header X-Target $request_uri;
      add_header X-Said "$http_x_forwarded_for|$http_x_real_ip|$http_true_client_ip|$http_banyan_routing|$http_host";
      return 200 {name};
    }}
  }}
"""


def own_host() -> str:
    """A loopback address at which nobody else listens: any port of it is free."""
    return f"127.{random.randrange(16, 250)}.{random.randrange(1, 250)}.{random.randrange(1, 250)}"


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise AssertionError(f"{name} is not installed; ./dev installs it")
    return found


class Running:
    """A program that listens at `address` until it is stopped."""

    def __init__(self, words, address: str, folder: Path, name: str):
        self.name = name
        self.address = address
        self._log = folder / f"{name}.log"
        with self._log.open("w") as log:
            # pylint: disable=consider-using-with
            self._process = subprocess.Popen(
                [str(word) for word in words], cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        self._await()

    def _await(self):
        host, port = self.address.rsplit(":", 1)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise AssertionError(f"{self.name} ended at once:\n{self.said()}")
            try:
                socket.create_connection((host, int(port)), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise AssertionError(f"{self.name} does not listen at {self.address}:\n{self.said()}")

    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def kill(self):
        """As kill -9 does."""
        self._process.kill()
        self._process.wait()

    def stop(self):
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def upstreams(folder: Path, addresses: dict) -> Running:
    text = UPSTREAMS.format(
        folder=folder,
        servers="".join(UPSTREAM.format(name=name, address=address) for name, address in addresses.items()))
    (folder / "upstreams.conf").write_text(text)
    return Running(
        [program("nginx"), "-c", folder / "upstreams.conf"], next(iter(addresses.values())), folder, "upstreams")


def haproxy(exported: Path, address: str, name: str = "haproxy") -> Running:
    return Running([program("haproxy"), "-db", "-f", exported / "haproxy.cfg"], address, exported.parent, name)


def nginx(exported: Path, address: str, name: str = "nginx") -> Running:
    """With the exported file as it is, but for where bodies are kept: as who is not root, too."""
    temporary = "".join(
        f"  {kind}_temp_path {exported}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    main = (exported / "nginx.conf").read_text()
    (exported / "started.conf").write_text(main.replace("http {\n", "http {\n" + temporary, 1))
    words = f"daemon off; pid {exported}/nginx.pid; error_log stderr;"
    return Running([program("nginx"), "-c", exported / "started.conf", "-g", words], address, exported.parent, name)


def free_port() -> int:
    """One of 127.0.0.1 that was free a moment ago, for who may not listen at another address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
