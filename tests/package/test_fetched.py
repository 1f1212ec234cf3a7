# SPDX-License-Identifier: Apache-2.0
"""Banyan as a part of somebody else's build: what docs/how-to/install.md says of FetchContent."""

import tempfile
import unittest
from pathlib import Path

from tools import ROOT, run, whole

HERE = Path(__file__).resolve().parent


class FetchContent(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.build = Path(temporary.name) / "build"
        # This tree in place of the one that would be downloaded.
        run("cmake", "-G", "Ninja", "-S", HERE / "fetched", "-B", self.build,
            f"-DFETCHCONTENT_SOURCE_DIR_BANYAN={ROOT}", "-DCMAKE_CXX_FLAGS=-O0")

    def test_installs_nothing_along_with_what_is_installed_of_others(self):
        run("cmake", "--install", self.build, "--prefix", self.build / "prefix")
        self.assertFalse((self.build / "prefix").exists())

    def test_gives_its_targets(self):
        whole()
        run("cmake", "--build", self.build, "--target", "shop")
        run(self.build / "shop")


if __name__ == "__main__":
    unittest.main()
