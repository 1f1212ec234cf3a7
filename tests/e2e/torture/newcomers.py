# SPDX-License-Identifier: Apache-2.0
"""As many new connections as go, one request over each, by wrk: whoever is refused or cut was noticed."""
import re
import signal
import subprocess
import time

AT_ONCE = 64
LONGEST = 3_600  # seconds, should nobody end it


class Newcomers:
    """They come from the beginning on until they are told to end."""

    def __init__(self, port: int, path: str):
        self._begun = time.monotonic()
        self._wrk = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "wrk", "-t1", f"-c{AT_ONCE}", f"-d{LONGEST}s", "--timeout", "60s", "-H", "Connection: close",
             f"http://127.0.0.1:{port}{path}"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def end(self) -> tuple[str, list[str]]:
        """What there is to tell of them, and what they have noticed."""
        seconds = time.monotonic() - self._begun
        self._wrk.send_signal(signal.SIGINT)
        try:
            said, _ = self._wrk.communicate(timeout=70)
        except subprocess.TimeoutExpired:
            self._wrk.kill()
            return "", ["wrk does not end"]
        count = re.search(r"(\d+) requests in", said)
        if not count:
            return "", [f"wrk ended with {self._wrk.returncode}: {said.strip()[-1000:]}"]
        longest = re.search(r"(?m)^\s+Latency\s+\S+\s+\S+\s+(\S+)", said)
        told = (f"{int(count[1]):,} new connections, {int(count[1]) / seconds:,.0f} a second, longest answer "
                f"{longest[1] if longest else '?'}")
        noticed = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
        refused = int(noticed[1]) + int(noticed[3]) if noticed else 0
        cut = int(noticed[2]) if noticed else 0
        late = int(noticed[4]) if noticed else 0
        failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        bad = int(failed[1]) if failed else 0
        problems = [f"{times} of the new connections {what}" for times, what in
                    ((refused, "were refused"), (cut, "were cut"), (late, "waited longer than 60 s"),
                     (bad, "got an answer that was not 200")) if times]
        if int(count[1]) == bad:
            problems.append("no new connection was answered")
        return f"{told}; refused {refused}, cut {cut}", problems

    def kill(self) -> None:
        """When nobody wants to know any more."""
        if self._wrk.poll() is None:
            self._wrk.kill()
        self._wrk.wait()
