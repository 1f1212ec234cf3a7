# SPDX-License-Identifier: Apache-2.0
"""A small load: readers who fetch sources of pages, each of which they know. An answer that is another, or none, is
kept as a failure."""

import threading
import time
from collections import Counter

from answers import Browser

PAUSE = 0.01


def side_of(answer) -> str:
    """Who has made the answer: the wiki says what it is made with, what it was asked by the new side too."""
    return "wiki" if answer.get("X-Powered-By") else "pages"


class Readers:
    def __init__(self, address: str, pages: dict[str, str], threads: int = 2):
        self._address, self._pages = address, pages
        self.sides, self.failures = Counter(), []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(i,)) for i in range(threads)]
        for each in self._threads:
            each.start()

    def _read(self, number: int):
        asked = 0
        browser = Browser(self._address)
        while not self._over.wait(PAUSE):
            asked += 1
            name, text = list(self._pages.items())[asked % len(self._pages)]
            try:
                answer = browser.ask("GET", f"/_export/raw/{name}", X_Reader=f"reader-{number}-{asked % 100}")
            except OSError as fault:
                self.failures.append(f"{name}: {fault!r}")
                browser.close()
                browser = Browser(self._address)
                continue
            browser.heard.clear()
            browser.cookies.clear()
            self.sides[side_of(answer)] += 1
            if answer.status != 200 or answer.text != text:
                self.failures.append(f"{name}: {answer.status} {answer.text[:80]!r}")
        browser.close()

    def hear(self, side: str, more: int = 20):
        """Waits until this side has answered so many more."""
        target, until = self.sides[side] + more, time.monotonic() + 60
        while self.sides[side] < target:
            if time.monotonic() > until:
                raise AssertionError(f"{side} does not answer readers: {self.sides}, {self.failures[:5]}")
            time.sleep(0.02)

    def stop(self):
        self._over.set()
        for each in self._threads:
            each.join()
