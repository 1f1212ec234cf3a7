#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does what docs/how-to/strangle-the-legacy-shop.md says, and compares what is printed with what the page
shows. Only the ports are others.

BANYAN_PROGRAM is the proxy under test; the two shops are beside it.
"""

import unittest
from pathlib import Path

import test_front_an_application as front
from test_front_an_application import blocks, listens, wait

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/strangle-the-legacy-shop.md"


class TheHowTo(front.HowTo):
    def test_every_command_does_what_the_page_shows(self):
        said, compared = None, 0
        for info, text in blocks(PAGE):
            text = self.here(text)
            if info.startswith("toml "):
                Path(self.folder.name, info.split()[1]).write_text(text)
            elif info == "sh before":
                for line in text.splitlines():
                    self.serve("exec " + line.removesuffix("&"))
                wait(lambda: all(listens(int(self.ports[each])) for each in ("3000", "3001")), "the shops")
            elif info == "sh serve":
                self.serve("exec " + text)
                wait(lambda: listens(int(self.ports["8080"])), "the proxy")
            elif info in ("sh", "sh made"):
                said = self.run_all(text)
            elif info == "text":
                self.compare(said, text)
                compared += 1
        self.assertEqual(compared, 9, "the page has other steps now")


if __name__ == "__main__":
    unittest.main()
