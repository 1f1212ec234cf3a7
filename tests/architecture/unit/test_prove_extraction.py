# SPDX-License-Identifier: Apache-2.0
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).parent
COMPILER = "c++"


class ExtractionProof(unittest.TestCase):
    """One archive with a module, and programs that do and do not hold it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = Path(cls.folder.name)
        cls.write("catalog.cpp", """
            namespace catalog {
            namespace { int hidden_table[4] = {1, 2, 3, 4}; }
            inline int published() { return 7; }
            int price_of(int track) { return hidden_table[track] + published(); }
            }""")
        cls.write("remote.cpp", """
            namespace catalog { inline int published() { return 7; } }
            int ask_elsewhere() { return catalog::published(); }""")
        cls.write("plain.cpp", "namespace catalog { int price_of(int); } int main() { return catalog::price_of(0); }")
        cls.write("extracted.cpp", "int ask_elsewhere(); int main() { return ask_elsewhere(); }")
        cls.run_tool(COMPILER, "-c", "catalog.cpp", "-o", "catalog.o")
        cls.run_tool(COMPILER, "-c", "remote.cpp", "-o", "remote.o")
        cls.run_tool("ar", "rcs", "libcatalog.a", "catalog.o")
        cls.run_tool("ar", "rcs", "libremote.a", "remote.o")
        cls.run_tool(COMPILER, "plain.cpp", "libcatalog.a", "-o", "plain")
        cls.run_tool(COMPILER, "extracted.cpp", "libremote.a", "-o", "extracted")
        cls.run_tool(COMPILER, "plain.cpp", "libcatalog.a", "-s", "-o", "stripped")
        cls.write("modules.json", json.dumps({
            "modules": [{"name": "catalog", "archives": [str(cls.root / "libcatalog.a")]}],
            "kit_archives": [str(cls.root / "libremote.a")], "app_archives": []}))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def write(cls, name, text):
        (cls.root / name).write_text(text)

    @classmethod
    def run_tool(cls, *command):
        subprocess.run(command, check=True, cwd=cls.root)

    def prove(self, extracted, control, module="catalog"):
        done = subprocess.run(
            [sys.executable, HERE.parent / "prove_extraction.py", "--manifest", "modules.json", "--module", module,
             "--extracted", extracted, "--control", control],
            cwd=self.root, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout

    def test_holds_for_a_program_without_the_module(self):
        code, said = self.prove("extracted", "plain")
        self.assertEqual(code, 0, said)
        self.assertIn("extracted holds 0", said)

    def test_fails_for_a_program_that_still_holds_it_and_names_what_is_left(self):
        code, said = self.prove("plain", "plain")
        self.assertEqual(code, 1, said)
        self.assertIn("left: catalog::price_of(int)", said)
        self.assertIn("hidden_table", said)
        self.assertNotIn("published", said)

    def test_cannot_tell_when_the_control_shows_nothing(self):
        code, said = self.prove("extracted", "stripped")
        self.assertEqual(code, 2, said)
        self.assertIn("is it stripped", said)

    def test_cannot_tell_about_a_module_that_is_not_there(self):
        code, said = self.prove("extracted", "plain", module="payments")
        self.assertEqual(code, 2, said)
        self.assertIn("there is no module 'payments'", said)


if __name__ == "__main__":
    unittest.main()
