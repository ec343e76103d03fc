#!/usr/bin/env python3
"""The licenses of everything that is compiled into dylens: writes THIRD-PARTY.md, or says with --check that it is stale.

    third_party.py [--check]

What counts are the crates of the program on every system that it is built for, and the license files that they ship;
a text that several share stands there once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "THIRD-PARTY.md"
NAMES = ("license", "licence", "copying", "notice", "unlicense", "copyright")
# What is in a crate and is not its own: C code with a license file of its own.
BUNDLED = {"zstd-sys": ["zstd/LICENSE"], "libmimalloc-sys": ["c_src/mimalloc/LICENSE", "c_src/mimalloc/v3/LICENSE"]}
HEAD = """# Third-party notices

The programs that dylens releases contain these works. Made by `.ci/third_party.py`; do not edit.
"""


def crates() -> list[dict]:
    """The crates that are linked into a release for any system."""
    tree = cargo("tree", "--edges", "normal,no-proc-macro", "--target", "all", "--prefix", "none", "--format", "{p}")
    linked = {tuple(line.split()[:2]) for line in tree.splitlines() if line.strip()}
    packages = json.loads(cargo("metadata", "--format-version", "1"))["packages"]
    chosen = [package for package in packages if (package["name"], "v" + package["version"]) in linked]
    return sorted((package for package in chosen if package["source"]), key=lambda package: package["id"])


def cargo(*words: str) -> str:
    command = ["cargo", words[0], "--locked", *words[1:]]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def texts(package: dict) -> list[str]:
    folder = Path(package["manifest_path"]).parent
    files = [path for path in folder.iterdir() if path.is_file() and path.name.lower().startswith(NAMES)]
    files += [folder / name for name in BUNDLED.get(package["name"], []) if (folder / name).is_file()]
    read = ("\n".join(map(str.rstrip, path.read_text(errors="replace").splitlines())) for path in sorted(files))
    return [text.strip("\n") for text in read]


def main() -> int:
    # Texts that differ in their line breaks alone are one.
    holders: dict[str, list[str]] = defaultdict(list)
    originals: dict[str, str] = {}
    lines = [HEAD]
    for package in crates():
        name = f"{package['name']} {package['version']}"
        lines.append(f"- {name}: {package['license']}, {package['repository'] or 'no repository named'}")
        for text in texts(package):
            folded = " ".join(text.split())
            originals.setdefault(folded, text)
            holders[folded].append(name)
    for folded, names in holders.items():
        text = originals[folded]
        lines += ["", "## " + ", ".join(dict.fromkeys(names)), "", "````text", text, "````"]
    written = "\n".join(lines) + "\n"
    if "--check" not in sys.argv:
        FILE.write_text(written)
        return 0
    if not FILE.is_file() or FILE.read_text() != written:
        print("THIRD-PARTY.md is stale: run .ci/third_party.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
