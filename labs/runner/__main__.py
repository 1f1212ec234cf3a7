#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The labs: `./dev lab` calls this. It needs Python 3.11 and nothing else; `./dev lab help` explains."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from lab.command_line import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
