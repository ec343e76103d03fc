#!/usr/bin/env python3
"""tables.py [--index FILE]

Asks whether the packages that dylens' tables name are there: the names of Debian 12 are asked of apt-cache, where this
machine runs it; the names of the Python package index are compared with FILE, a list of the index's names, one a line
(what follows a tab is ignored).  What this machine cannot be asked is said, and counts neither way.

Each table has to tell its source and its date, and each name has to stand in it once.

Only the Python standard library is used.  Exit code 1 on any difference.
"""
import argparse
import collections
import os
import re
import shutil
import subprocess
import sys
import tomllib

from check import Checks, say

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TABLES = os.path.join(ROOT, "assets", "loaders")
DEBIAN = "12"
# PEP 508.
NAME = re.compile(r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")


def table(name):
    with open(os.path.join(TABLES, name), "rb") as file:
        return tomllib.load(file)


def head(name):
    """The comments at the head of a table."""
    with open(os.path.join(TABLES, name)) as lines:
        return " ".join(line[1:].strip() for line in lines if line.startswith("#"))


def words(rows, key):
    """{each word of a column: a row that has it}"""
    return {word: row for row in rows for word in row.get(key, "").split()}


def cuda():
    """The wheels of CUDA's libraries, as the program puts their names together."""
    with open(os.path.join(ROOT, "src", "buildlog", "well_known.rs")) as file:
        text = file.read()
    found = set()
    for name, releases in re.findall(r'\("lib[\w]+(?:\.so)?", "(nvidia-[\w-]+)", &\[(.*?)\]\)', text):
        marks = {int(release) for release in re.findall(r'", (\d+)\)', releases)} or {12}
        found.update(name if mark == 13 else f"{name}-cu{mark}" for mark in marks)
    return found


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def is_debian():
    try:
        with open("/etc/os-release") as file:
            release = dict(line.rstrip().split("=", 1) for line in file if "=" in line)
    except OSError:
        return False
    return release.get("ID") == "debian" and release.get("VERSION_ID", "").strip('"') == DEBIAN


def candidates(names):
    """The names that apt-cache has a candidate of; None where it cannot be asked."""
    if not is_debian() or shutil.which("apt-cache") is None:
        return None
    done = subprocess.run(["apt-cache", "policy", *names], stdout=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C"})
    found, name = set(), None
    for line in done.stdout.splitlines():
        if line and not line.startswith(" "):
            name = line.rstrip(":")
        elif line.strip().startswith("Candidate:") and "(none)" not in line:
            found.add(name)
    # Without its lists apt knows what is installed, and nothing else.
    return found if len(found) > len(names) // 2 else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("--index", help="a list of the names on the Python package index")
    args = parser.parse_args()
    checks = Checks()
    packages, development = table("packages.toml")["library"], table("development.toml")["library"]
    companions, standard = table("companions.toml")["package"], table("standard-modules.toml")
    folders, programs = table("folders.toml")["folder"], table("programs.toml")["program"]

    for name in ("packages.toml", "development.toml", "programs.toml", "companions.toml", "standard-modules.toml", "folders.toml"):
        text = head(name)
        checks.that(re.search(r"\b(Source|Sources|Names): ", text), f"{name} does not tell its source")
        checks.that(re.search(r"\b(January|February|March|April|May|June|July|August|September|October|November|December) 20\d\d", text),
                    f"{name} does not tell its date")
    for what, names in (("packages.toml", [row["name"] for row in packages]),
                        ("development.toml", [name for row in development for name in row["names"]]),
                        ("programs.toml", [name for row in programs for name in row["names"]]),
                        ("folders.toml", [row["name"] for row in folders]),
                        ("companions.toml", [row["folder"] for row in companions])):
        twice = [name for name, count in collections.Counter(names).items() if count > 1]
        checks.that(not twice, f"{what} has names more than once: {twice}")

    names = open(os.path.join(TABLES, "debian-libraries.txt")).read().splitlines()
    libraries = [f"lib{name}" for name in names if not name.startswith("#")]
    checks.that(libraries == sorted(set(libraries)), "debian-libraries.txt is not sorted, or has names more than once")
    debian = {**words(packages, "apt"), **words(development, "apt"), **words(programs, "apt"), **words(companions, "apt"),
              **words(standard["module"], "apt")}
    there = candidates(sorted(debian))
    if there is None:
        say(f"not asked: {len(debian)} packages of Debian {DEBIAN}, which this machine's apt-cache does not know")
    else:
        for name in sorted(debian):
            checks.that(name in there, f"Debian {DEBIAN} has no package {name}")
        say(f"{len(debian)} packages of Debian {DEBIAN} asked")
        gone = set(libraries) - candidates(libraries)
        checks.that(not gone, f"Debian {DEBIAN} has no {sorted(gone)[:5]}")

    wheels = {re.split(r"[<>=!~]", name)[0] for name in {**words(packages, "pip"), **words(programs, "pip")}}
    wheels |= {row["distribution"] for row in folders if row.get("distribution")}
    wheels |= {row["instead"] for row in companions if row.get("instead")} | {row["distribution"] for row in companions if row.get("distribution")}
    wheels |= set(standard["successors"].values()) | cuda()
    for name in sorted(wheels):
        checks.that(NAME.match(name), f"{name} is no name of a distribution")
    if args.index is None:
        say(f"not asked: {len(wheels)} distributions of the Python package index (--index)")
    else:
        with open(args.index, errors="replace") as lines:
            index = {normalized(line.split("\t")[0].strip()) for line in lines}
        for name in sorted(wheels):
            checks.that(normalized(name) in index, f"the index has no {name}")
        say(f"{len(wheels)} distributions of the Python package index compared")
    say(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
