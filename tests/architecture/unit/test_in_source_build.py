# SPDX-License-Identifier: Apache-2.0
"""A build among the sources is refused before anything of it begins."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

LISTS = Path(__file__).resolve().parents[3] / "CMakeLists.txt"


class InSourceBuild(unittest.TestCase):
    def test_is_refused_with_the_way_to_build(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(LISTS, folder)
            done = subprocess.run(["cmake", "-G", "Ninja", "."], cwd=folder, text=True, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("cmake --preset release", done.stdout)
        self.assertNotIn("compiler identification", done.stdout)


if __name__ == "__main__":
    unittest.main()
