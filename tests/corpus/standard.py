#!/usr/bin/env python3
"""standard.py DYLENS PYTHON...   Is nothing told to fail that imports a module of the standard library which PYTHON imports?

For each interpreter an environment is made with one package for each module of the table (`assets/python/stdlib.tsv`), which
imports just that; the interpreter itself is asked the same. Modules that it cannot import and that are told to load are
counted, and are no failure: of most of them only the platform tells. Prints `N passed, N failed`.

Only the Python standard library is used.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

TABLE = Path(__file__).resolve().parents[2] / "assets" / "python" / "stdlib.tsv"
ASK = """
import importlib, json, sys
loads = {}
for name in json.load(sys.stdin):
    try:
        importlib.import_module(name)
        loads[name] = True
    except BaseException:
        loads[name] = False
sys.__stdout__.write("\\n" + json.dumps(loads))
"""


def main() -> int:
    dylens, pythons = str(Path(sys.argv[1]).resolve()), sys.argv[2:]
    passed = failed = 0
    for python in pythons:
        with tempfile.TemporaryDirectory() as folder:
            right, wrong, untold = judged(dylens, python, Path(folder) / "env")
        print(f"{python}: {right} as the interpreter, {untold} told to load that it cannot import")
        for name in wrong:
            print(f"  told to fail, and loads: {name}")
        passed, failed = passed + right, failed + len(wrong)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def judged(dylens: str, python: str, env: Path) -> tuple[int, list[str], int]:
    lines = (line for line in TABLE.read_text().splitlines() if line and not line.startswith("#"))
    names = sorted({line.split("\t")[0].strip() for line in lines})
    subprocess.run([python, "-m", "venv", "--without-pip", env], check=True)
    site = next(env.glob("lib/python3*/site-packages"))
    # Any extension module makes a package one that dylens tells of.
    library = subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('platstdlib'))"], capture_output=True, text=True)
    native = next((Path(library.stdout.strip()) / "lib-dynload").glob("_json.*.so"))
    packages = {f"imports_{at}": name for at, name in enumerate(names)}
    for package, name in packages.items():
        (site / package).mkdir()
        (site / package / "__init__.py").write_text(f"import {name}\n")
        (site / package / native.name).write_bytes(native.read_bytes())
    asked = subprocess.run([env / "bin" / "python", "-I", "-c", ASK], input=json.dumps(names), capture_output=True, text=True, env={"HOME": "/nowhere"})
    loads = json.loads(asked.stdout.splitlines()[-1])
    told = subprocess.run([dylens, "imports", "--format", "jsonl", env], capture_output=True, text=True).stdout
    right, wrong, untold = 0, [], 0
    for row in map(json.loads, told.splitlines()):
        name = packages.get(row["module"])
        if name is None:
            continue
        if loads[name] and row["outcome"] == "fails":
            wrong.append(name)
        elif not loads[name] and row["outcome"] != "fails":
            untold += 1
        else:
            right += 1
    return right, wrong, untold


if __name__ == "__main__":
    sys.exit(main())
