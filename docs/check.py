#!/usr/bin/env python3
"""Tries every command and link in README.md and this folder: console blocks are run and compared, others are parsed.

    check.py DYLENS            says what is different; prints `N passed, N failed`
    check.py DYLENS --update   writes what is printed now into the console blocks

In a console block a line that begins with `$ ` is a command, and what follows is what it prints.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGES = [HERE.parent / "README.md", HERE.parent / "CONTRIBUTING.md", *sorted(HERE.glob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
BLOCK = re.compile(r"^```(console|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main() -> int:
    dylens, update = str(Path(sys.argv[1]).resolve()), "--update" in sys.argv
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "dylens").symlink_to(dylens)
        environment = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": folder, "LC_ALL": "C.UTF-8"}

        def printed(line: str) -> str:
            done = subprocess.run(
                ["bash", "-c", line], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            return done.stdout

        for page in PAGES:
            text = page.read_text()
            # `messages.md` is made with the book.
            for target in LINK.findall(text):
                if target != "messages.md" and not (page.parent / target).exists():
                    failed += 1
                    print(f"{page.name}: no such file: {target}")
            for kind, block in BLOCK.findall(text):
                if kind == "sh":
                    wrong = [line for line in block.splitlines() if line.startswith("dylens") and not parses(line, printed)]
                    right = sum(line.startswith("dylens") for line in block.splitlines()) - len(wrong)
                else:
                    commands = [line for line in block.splitlines() if line.startswith("$ ")]
                    now = "".join(f"{line}\n{printed(line[2:])}" for line in commands)
                    if update:
                        text = text.replace(f"```console\n{block}```", f"```console\n{now}```")
                    wrong = [] if now == block or update else commands
                    right = len(commands) - len(wrong)
                passed, failed = passed + right, failed + len(wrong)
                for line in wrong:
                    print(f"{page.name}: it is otherwise now: {line}")
            if update:
                page.write_text(text)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def parses(line: str, printed) -> bool:
    """Is every word of the command one that dylens takes? `--help` comes last, and ends it well where all before it is known."""
    command = line.split(" #")[0].split(" | ")[0].split(" > ")[0].split(" >> ")[0].strip()
    own, dashes, _ = command.partition(" -- ")
    words = [*shlex.split(own), "--help"]
    return "Usage:" in printed(shlex.join(words))


if __name__ == "__main__":
    sys.exit(main())
