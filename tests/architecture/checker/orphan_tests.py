# SPDX-License-Identifier: Apache-2.0
"""Tests: a *_test.cpp that no target compiles is a test that nobody runs."""

from .dependencies import compiled_sources
from .model import Tree, Violation


def check(tree: Tree) -> list[Violation]:
    compiled = {tree.relative(source) for source in compiled_sources(tree)}
    return [
        Violation(file, 1, "test-without-target", file.rsplit("/", 1)[-1],
                  "no target compiles this test, so nobody runs it",
                  f"List it in {file.rsplit('/', 1)[0]}/CMakeLists.txt (banyan_add_test).")
        for file in tree.files("tests/**/*_test.cpp", "app/*/tests/**/*_test.cpp")
        if file not in compiled
    ]
