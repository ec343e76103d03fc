"""`python -m dylens`: the program, with this interpreter's environment where none is named."""

from __future__ import annotations

import os
import sys

from . import find_dylens


def main() -> None:
    try:
        command = [find_dylens(), *sys.argv[1:]]
    except FileNotFoundError as error:
        sys.exit(f"dylens: {error}")
    if os.name != "nt":
        os.execv(command[0], command)
    # Windows has no exec: the program is waited for, and Ctrl-C is its own.
    import subprocess

    try:
        sys.exit(subprocess.run(command).returncode)
    except KeyboardInterrupt:
        sys.exit(2)


if __name__ == "__main__":
    main()
