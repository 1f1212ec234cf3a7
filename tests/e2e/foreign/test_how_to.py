#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does what docs/how-to/strangle-a-foreign-application.md says, and compares what is printed with what the page
shows. Only the ports are others."""

import os
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/docs"))
import applications  # noqa: E402
import test_front_an_application as front  # noqa: E402
from fronted import BANYAN  # noqa: E402
from test_front_an_application import blocks, listens, wait  # noqa: E402

PAGE = ROOT / "docs/how-to/strangle-a-foreign-application.md"
SKIPPED = 77


class TheHowTo(front.HowTo):
    def test_every_command_does_what_the_page_shows(self):
        Path(self.folder.name, "tests").symlink_to(ROOT / "tests")
        Path(self.folder.name, "build/dev").mkdir(parents=True)
        Path(self.folder.name, "build/dev/bin").symlink_to(BANYAN.parent)
        said, compared = None, 0
        for info, text in blocks(PAGE):
            text = self.here(text)
            if info.startswith("toml "):
                Path(self.folder.name, info.split()[1]).write_text(text)
            elif info.startswith("sh serve"):
                self.serve("exec " + text.replace("\\\n", " ").strip().removesuffix("&"))
                port = self.ports[info.split()[2]]
                wait(lambda: listens(int(port)), f"who listens at {port}")
            elif info == "sh mended":
                self.stop_last()
                self.serve("exec " + text.replace("\\\n", " ").strip().removesuffix("&"))
                wait(lambda: listens(int(self.ports["3001"])), "the next version")
            elif info == "sh":
                said = self.run_all(text)
            elif info == "text":
                self.compare(said, text)
                compared += 1
        self.assertEqual(compared, SHOWN, "the page has other steps now")

    def stop_last(self):
        """The new side on its copy: begun before the proxy."""
        service = self.running.pop(1)
        os.killpg(service.pid, front.signal.SIGTERM)
        service.wait(front.PATIENCE)


SHOWN = 6

if __name__ == "__main__":
    if lacking := applications.missing():
        print(f"skipped: {', '.join(lacking)} not installed; ./dev foreign installs what is missing and runs this")
        sys.exit(SKIPPED)
    os.environ["BANYAN_PROGRAM"] = str(BANYAN)
    unittest.main()
