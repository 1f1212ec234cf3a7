# SPDX-License-Identifier: Apache-2.0
"""The systemd unit of the proxy, as systemd reads it."""

import os
import tempfile
import unittest
from pathlib import Path

from tools import ROOT, need, run

UNIT = ROOT / "packaging/banyan-proxy.service"
# systemd's own measure, in tenths: 0 is "locked in", 100 "may do anything".
EXPOSURE = 20


class TheUnit(unittest.TestCase):
    def setUp(self):
        need("systemd-analyze")

    def complaints(self, text):
        # The program need not be installed where this runs.
        text = text.replace("/usr/bin/banyan", os.environ["BANYAN_PROGRAM"]).replace("/usr/lib/banyan/reload-proxy", "/bin/sh")
        with tempfile.TemporaryDirectory() as folder:
            unit = Path(folder) / UNIT.name
            unit.write_text(text)
            return run("systemd-analyze", "verify", "--man=no", unit, expect=None)

    def test_is_understood_whole(self):
        self.assertEqual(self.complaints(UNIT.read_text()), "")

    def test_a_key_that_systemd_does_not_know_is_noticed(self):
        self.assertIn("Unknown key", self.complaints(UNIT.read_text().replace("NoNewPrivileges=", "NoPrivileges=")))

    def test_gives_the_proxy_little_to_do_harm_with(self):
        run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", UNIT)

    def test_a_unit_that_may_do_anything_is_noticed(self):
        with tempfile.TemporaryDirectory() as folder:
            unit = Path(folder) / UNIT.name
            unit.write_text("[Service]\nExecStart=/bin/true\n")
            said = run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", unit,
                       expect=1)
        self.assertIn("UNSAFE", said)


if __name__ == "__main__":
    unittest.main()
