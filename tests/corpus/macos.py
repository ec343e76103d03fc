#!/usr/bin/env python3
"""macos.py DYLENS WHEELS [WHEEL...] [--env DIR] [--download] [--sample N --seed S]

Compares dylens with what is known of real wheels for macOS (tests/fixtures/macos.jsonl), read in place, on any machine.
DYLENS is the program; WHEELS the folder of the wheels (WHEEL: only those whose names begin so).  What WHEELS lacks is
downloaded with pip; with --download nothing else is done.  With --env DIR, a healthy folder of packages for macOS
(`make_envs.sh` calls it mac) is judged too.

What is compared, for each file and each processor it is made for: module or not, its name, the install name and its
class, the kind of file, rpaths, needs in their order, Rust or not, the tools that made the wheel, and that no need is
missing.  Then, for each version of Nuitka that was run on the file, whether it stops, and with which words.  These
wheels import, so that every finding about a symbol is a false alarm.  At last that the program writes the same bytes
wherever it runs.

Only the Python standard library and pip are used.  Exit code 1 on any difference.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import sample
from check import Checks, errors, say, told

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = os.path.join(os.path.dirname(HERE), "fixtures", "macos.jsonl")
# The Python that the rows speak of: Nuitka was run under it.
PYTHON = (3, 11)
INSTALL_NAME_RULES = ("rust-install-name", "install-name")
SYMBOL_RULES = ("symbol-undefined", "symbol-missing", "python-symbol-missing")
FILETYPES = {"bundle": "MH_BUNDLE", "dylib": "MH_DYLIB"}


def read_rows(beginnings):
    with open(ROWS) as lines:
        rows = list(map(json.loads, lines))
    chosen = [row for row in rows if not beginnings or row["wheel"].startswith(tuple(beginnings))]
    if not chosen:
        raise SystemExit(f"{ROWS}: no row of a wheel whose name begins with: {' '.join(beginnings)}")
    return chosen


# ------------------------------------------------------------------------------------------------ the wheels

def pip_arguments(wheel):
    """What makes pip choose this very file: its tags, and a Python that its project still supports."""
    name, version, *_, pythons, abis, platforms = wheel[:-len(".whl")].split("-")
    tag = max(tuple(map(int, re.fullmatch(r"cp(\d)(\d+)", python).groups())) for python in pythons.split("."))
    # A file for both processors says so in one tag (`universal2`); its other tags are other files' tags too.
    platforms = platforms.split(".")
    platforms = [platform for platform in platforms if platform.endswith("_universal2")] or platforms
    arguments = ["--python-version", ".".join(map(str, max(tag, PYTHON))), "--implementation", "cp"]
    for option, values in (("--abi", abis.split(".")), ("--platform", platforms)):
        for value in values:
            arguments += [option, value]
    return [*arguments, f"{name}=={version}"]


def download(wheel, size, folder):
    """Downloads one wheel; returns what went wrong, or None."""
    path = os.path.join(folder, wheel)
    wrong = None
    for _ in range(2):
        # Each in a folder of its own, so that nothing half done is ever taken for a wheel.
        with tempfile.TemporaryDirectory(dir=folder, prefix=".half-") as half:
            done = subprocess.run(
                [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "download", "-q",
                 "--no-deps", "--only-binary=:all:", "--dest", half, *pip_arguments(wheel)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            got = {name: os.path.getsize(os.path.join(half, name)) for name in os.listdir(half)}
            if got == {wheel: size}:
                os.replace(os.path.join(half, wheel), path)
                return None
            wrong = f"{wheel}: {size} bytes are wanted, pip brought {got or 'nothing'}\n{done.stdout.strip()}"
    return wrong


def download_all(rows, folder):
    """Downloads what is not there yet; returns what went wrong."""
    os.makedirs(folder, exist_ok=True)
    sizes = {row["wheel"]: row["wheel_bytes"] for row in rows}

    def is_there(wheel):
        path = os.path.join(folder, wheel)
        return os.path.exists(path) and os.path.getsize(path) == sizes[wheel]

    wanted = [wheel for wheel in sizes if not is_there(wheel)]
    if wanted:
        say(f"downloading {len(wanted)} of {len(sizes)} wheels, {sum(sizes[w] for w in wanted) / 1e6:.0f} MB")
    with ThreadPoolExecutor(4) as pool:
        return [wrong for wrong in pool.map(lambda wheel: download(wheel, sizes[wheel], folder), wanted) if wrong]


# ------------------------------------------------------------------------------------------------ dylens

class Dylens:
    """The program under test."""

    def __init__(self, program):
        self.program = program
        # What runs this test is no part of the question; what `bytes_are_the_same` says of that is.
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith(("LD_", "DYLD_", "PYTHON")) and k not in ("VIRTUAL_ENV", "CONDA_PREFIX")}

    def bytes(self, *args, env=None, cwd=None):
        """What a command writes; exit code 1 says of `check` that something is wrong."""
        done = subprocess.run([self.program, *args], env=self.env if env is None else env, cwd=cwd,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode not in ((0, 1) if args[0] == "check" else (0,)):
            raise SystemExit(f"dylens {' '.join(args)}: exit code {done.returncode}\n{done.stderr.decode()}")
        return done.stdout

    def json(self, *args):
        return json.loads(self.bytes(*args))


class Export:
    """The graph of one wheel, as `export --format json` tells it for one processor."""

    def __init__(self, document):
        self.nodes = {node["id"]: node for node in document["nodes"]}
        self.generators = {it["id"]: it["generator"] for it in document["distributions"]}
        self.rules = {}
        for finding in document["findings"]:
            for file in finding["files"]:
                self.rules.setdefault(file, set()).add(finding["rule"])
        self.edges = {}
        # Bonds to NumPy's C API and imports of Python code are no needs, and have no place in a list of them.
        needs = [edge for edge in document["edges"] if edge["kind"] not in ("numpy", "import")]
        for edge in sorted(needs, key=lambda edge: edge["index"]):
            self.edges.setdefault(edge["source"], []).append(edge)

    def fact(self, file):
        """What a row tells of a file, in the row's own words."""
        node = self.nodes.get(file)
        if node is None or node["mach"] is None:
            return None
        mach, edges = node["mach"], self.edges.get(file, [])
        # A need comes out once for each way in which the imports see it.
        needs = {edge["index"]: edge["need"] for edge in edges}
        is_module = node["kind"] == "module"
        return {
            "slice": node["arch"],
            "filetype": FILETYPES.get(mach["filetype"], mach["filetype"]),
            "extension_module": is_module,
            "module": node["module"],
            "id": mach["install_name"],
            "id_class": mach["install_name_class"],
            # Libraries are read to their end only where something is to be said of them: a rule's name tells then.
            "rust": node["rust"] is not None if is_module else "rust-install-name" in self.rules.get(file, ()),
            "built_with": self.generators[node["distribution"]],
            "rpaths": mach["rpaths"],
            "needs": [needs[index] for index in sorted(needs)],
            "missing": [edge["need"] for edge in edges if edge["status"] == "missing"],
        }


# ------------------------------------------------------------------------------------------------ the comparison

def same_facts(row, export, checks):
    """What the file says of itself."""
    name = f"{row['file']} ({row['slice']}) of {row['wheel']}"
    ours = export.fact(row["file"])
    if ours is None:
        checks.that(False, f"{name}: not a Mach-O file of the graph")
        return
    wanted = {key: row[key] for key in ours if key != "missing"} | {"missing": []}
    differences = [f"{key}: {ours[key]!r}, not {wanted[key]!r}" for key in ours if ours[key] != wanted[key]]
    checks.that(not differences, f"{name}:\n    " + "\n    ".join(differences))


def same_verdict(row, version, findings, path, checks):
    """Whether this version of Nuitka stops at the file, and, for the first that does, what it prints."""
    name = f"{row['file']} ({row['slice']}) of {row['wheel']}, Nuitka {version}"
    own = [finding for finding in errors(findings)
           if finding["rule"] in INSTALL_NAME_RULES and row["file"] in finding["files"]]
    dies = row["nuitka"]["dies"]
    if version not in dies:
        checks.that(not own, f"{name} goes on, but:\n    " + "\n    ".join(map(told, own)))
        return
    checks.that(own, f"{name} stops, but no error says so")
    message = row["nuitka"].get("message")
    if version == dies[0] and message is not None:
        said = [finding["message"].replace(path, "<site-packages>").replace("FATAL: ", "") for finding in own]
        if " from '" not in message:
            said = [re.sub(r" from (package )?'[^']*'", "", text) for text in said]
        checks.that(any(message in text for text in said),
                    f"{name} prints\n    {message}\n  but dylens says\n    " + "\n    ".join(said or ["nothing"]))


def compare(rows, dylens, folder, checks):
    """Every row, every version."""
    slices = sorted({(row["wheel"], row["slice"]) for row in rows})
    versions = sorted({version for row in rows for version in row["nuitka"]["dies"] + row["nuitka"]["copes"]})
    path = lambda wheel: os.path.join(folder, wheel)

    def ask(wheel, slice_):
        where = ("--format", "json", "--arch", slice_, path(wheel))
        checked = {version: dylens.json("check", "--for", f"nuitka={version}", *where)["findings"]
                   for version in versions}
        return Export(dylens.json("export", *where)), checked

    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(slices, pool.map(lambda it: ask(*it), slices)))
    for (wheel, slice_), (_, checked) in answers.items():
        alarms = [finding for finding in checked[versions[0]] if finding["rule"] in SYMBOL_RULES]
        checks.that(not alarms, f"{wheel} ({slice_}) imports, but:\n    " + "\n    ".join(map(told, alarms)))
    for row in rows:
        export, checked = answers[row["wheel"], row["slice"]]
        same_facts(row, export, checks)
        for version in row["nuitka"]["dies"] + row["nuitka"]["copes"]:
            same_verdict(row, version, checked[version], path(row["wheel"]), checks)


def healthy(dylens, root, checks):
    """A folder of packages for macOS in which every import would succeed."""
    rows = list(map(json.loads, dylens.bytes("export", "--format", "jsonl", root).splitlines()))
    missing = [f"{row['file']} needs {row['need']}" for row in rows if row["status"] == "missing"]
    checks.that(rows, f"{root}: no need of a native file")
    checks.that(not missing, f"{root} is healthy, but missing is:\n    " + "\n    ".join(missing))
    report = dylens.json("check", "--format", "json", root)
    counts, bad = report["counts"], errors(report["findings"])
    checks.that(counts["modules"] > 0 and counts["failing"] == 0,
                f"{root}: {counts['failing']} of {counts['modules']} modules would not load")
    checks.that(not bad, f"{root} is healthy, but:\n    " + "\n    ".join(map(told, bad)))


def bytes_are_the_same(dylens, path, checks):
    """Packages for macOS are judged alike whoever runs the program, and from wherever."""
    with tempfile.TemporaryDirectory() as elsewhere:
        strange = {
            "HOME": "/nonexistent", "PATH": "/opt/homebrew/bin:/nonexistent", "VIRTUAL_ENV": elsewhere,
            "CONDA_PREFIX": elsewhere, "LD_LIBRARY_PATH": elsewhere, "DYLD_LIBRARY_PATH": elsewhere,
            "DYLD_FALLBACK_LIBRARY_PATH": elsewhere, "DYLD_INSERT_LIBRARIES": "/usr/local/lib/libomp.dylib",
            # This machine's own loader complains of it on stderr, and goes on.
            "LD_PRELOAD": "/usr/local/lib/libomp.dylib",
            "PYTHONPATH": elsewhere, "TERM": "dumb", "COLUMNS": "20", "LANG": "tr_TR.UTF-8", "LC_ALL": "C",
            "TZ": "Pacific/Kiritimati",
        }
        for command in ("export", "check"):
            for more in ((), ("--for", "nuitka=1.0.1")):
                args = (command, "--format", "json", *more, path)
                once = dylens.bytes(*args)
                again = dylens.bytes(*args, env=strange, cwd=elsewhere)
                checks.that(once == again, f"dylens {' '.join(args)} writes other bytes in another environment")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("dylens")
    parser.add_argument("folder", metavar="wheels")
    parser.add_argument("beginnings", metavar="wheel", nargs="*", help="only the wheels whose names begin so")
    parser.add_argument("--env", help="a healthy folder of packages for macOS")
    parser.add_argument("--download", action="store_true", help="download the wheels and stop")
    sample.add_options(parser)
    args = parser.parse_args()
    rows = read_rows(args.beginnings)
    wheels = sample.chosen(args, sorted({row["wheel"] for row in rows}), "wheels")
    rows = [row for row in rows if row["wheel"] in wheels]
    folder = os.path.abspath(args.folder)
    wrong = download_all(rows, folder)
    if wrong:
        raise SystemExit("\n".join([*wrong, f"{len(wrong)} wheels could not be downloaded"]))
    if args.download:
        return
    program = shutil.which(args.dylens)
    if program is None:
        raise SystemExit(f"{args.dylens}: no such program; build it with: cargo build --release")
    dylens, checks = Dylens(os.path.abspath(program)), Checks()
    compare(rows, dylens, folder, checks)
    wheel = os.path.join(folder, rows[0]["wheel"])
    for path in (wheel, args.env and os.path.abspath(args.env)):
        if path:
            bytes_are_the_same(dylens, path, checks)
    if args.env:
        healthy(dylens, os.path.abspath(args.env), checks)
    say(f"{len(rows)} files of {len({row['wheel'] for row in rows})} wheels")
    say(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
