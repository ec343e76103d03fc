#!/usr/bin/env python3
"""numpy.py DYLENS DIR [REQUIREMENT...] [--install] [--list] [--sample N --seed S]

Compares dylens with what really happened when packages met NumPy (tests/fixtures/numpy.jsonl): 350 imports and first uses
under NumPy 1.26 and 2, damaged ones, and none.  DYLENS is the program; DIR the folder of the environments (REQUIREMENT: only
those of packages that begin so).  What DIR lacks is installed with pip; with --install nothing else is done.

Each package is installed once, by itself, into an environment of its own; the NumPys, each with its damage, are moved in
and out.  Nothing of them is ever imported: the files alone are judged.

What is compared, for each row: an import that failed is an error that says so, a first use that failed one that says
that; what worked is in peace.  Rows whose reason lies in Python code that no text tells are named in `UNTOLD`, and must not
be told wrong either: they are errors or silence.

Only the Python standard library and pip are used.  Exit code 1 on any difference.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import sample
from check import Checks, say

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = os.path.join(os.path.dirname(HERE), "fixtures", "numpy.jsonl")

# What is done to a NumPy: the folders and files that go, below `numpy`.
DAMAGE = {
    "without its numpy/_core forward shim": ["_core"],
    "without numpy/core/_multiarray_umath*.so": ["core/_multiarray_umath."],
    "without numpy/core/multiarray.py": ["core/multiarray.py"],
    "without numpy/core/": ["core"],
    "without numpy/core/_multiarray_umath.py": ["core/_multiarray_umath.py"],
    "without numpy/_core/_multiarray_umath*.so": ["_core/_multiarray_umath."],
}


def read_rows(beginnings):
    with open(ROWS) as lines:
        rows = [json.loads(line) for line in lines]
    chosen = [row for row in rows if not beginnings or row["requirement"].startswith(tuple(beginnings))]
    if not chosen:
        raise SystemExit(f"{ROWS}: no row of a requirement that begins with: {' '.join(beginnings)}")
    return chosen


# ------------------------------------------------------------------------------------------------ the environments

def install(requirement, folder):
    """Installs one package without what it requires; returns what went wrong, or None."""
    if os.path.isdir(folder):
        return None
    half = folder + ".half"
    shutil.rmtree(half, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "install", "-q", "--no-deps",
         "--no-compile", "--only-binary=:all:", "--target", half, requirement],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        return f"{requirement} cannot be installed: {done.stdout.strip()}"
    os.rename(half, folder)
    return None


def site(folder):
    return os.path.join(folder, "lib", "python3.11", "site-packages")


def make_environment(folder):
    """A virtual environment around what was installed: its interpreter and nothing else."""
    os.makedirs(os.path.join(folder, "bin"), exist_ok=True)
    python = os.path.realpath(sys.executable)
    link = os.path.join(folder, "bin", "python3")
    if not os.path.lexists(link):
        os.symlink(python, link)
    with open(os.path.join(folder, "pyvenv.cfg"), "w") as config:
        config.write(f"home = {os.path.dirname(python)}\ninclude-system-site-packages = false\nversion = 3.11\n")


def make_numpy(name, folder):
    """Lays a NumPy out as a row names it: a release, and what was taken from it. Files are shared between them."""
    _, release, *damage = name.split(" ", 2)
    whole = os.path.join(folder, f"numpy-{release}")
    path = os.path.join(folder, name.replace("/", "|"))
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(whole, path, copy_function=os.link, symlinks=True)
    for gone in (gone for words in damage for gone in DAMAGE[words]):
        below, start = os.path.split(os.path.join(path, "numpy", gone))
        hit = [entry for entry in os.listdir(below)
               if (entry.startswith(start) and entry.endswith(".so") if start.endswith(".") else entry == start)]
        if not hit:
            raise SystemExit(f"{name}: {gone} is not there to be taken")
        for entry in hit:
            entry = os.path.join(below, entry)
            shutil.rmtree(entry) if os.path.isdir(entry) else os.remove(entry)
    return path


def install_all(rows, folder):
    """Installs what is not there yet; returns what went wrong."""
    os.makedirs(folder, exist_ok=True)
    requirements = sorted({row["requirement"] for row in rows})
    numpys = sorted({row["numpy"].split()[1] for row in rows if row["numpy"] != "no numpy"})
    for requirement in requirements:
        os.makedirs(os.path.dirname(site(os.path.join(folder, requirement))), exist_ok=True)
        make_environment(os.path.join(folder, requirement))
    wanted = [(f"numpy=={release}", os.path.join(folder, f"numpy-{release}")) for release in numpys]
    wanted += [(requirement, site(os.path.join(folder, requirement))) for requirement in requirements]
    with ThreadPoolExecutor(3) as pool:
        return [wrong for wrong in pool.map(lambda one: install(*one), wanted) if wrong]


# ------------------------------------------------------------------------------------------------ dylens

def judged(program, environment):
    """What dylens says of an environment."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(("LD_", "PYTHON")) and k not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    done = subprocess.run([program, "check", "--format", "json", environment], env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{environment}: exit code {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)["findings"]


# Rows that fail in Python code of their own accord, for reasons that no file tells: a version that the code compares with,
# a module that it imports in a function.  They must not be told wrong, but are not told.
UNTOLD = {
    ("numba==0.57.1", "numpy 1.26.4"): "its code refuses NumPy newer than 1.24",
    ("numba==0.57.1", "numpy 1.26.4 without its numpy/_core forward shim"): "its code refuses NumPy newer than 1.24",
    ("pandas==3.1.1", "numpy 1.26.4"): "its code refuses NumPy 1",
    ("pandas==3.1.1", "numpy 1.26.4 without its numpy/_core forward shim"): "its code refuses NumPy 1",
    ("scipy==1.17.1", "numpy 2.4.6 without numpy/core/"): "a function takes all of NumPy's names, the old package's among them",
    ("faiss-cpu==1.15.1", "numpy 1.26.4 without its numpy/_core forward shim"): "imported in a function",
}


def predicted(findings):
    """What is said: `import` and `use`, as often as either is said to fail."""
    said = set()
    for finding in findings:
        # A module of NumPy that Python code imports outright.
        if finding["rule"] == "module-missing" and finding["subject"].split(".")[0] == "numpy" and finding["severity"] == "error":
            said.add("import")
        # What a package can do without is told as information.
        if finding["rule"].startswith("numpy-") and finding["severity"] in ("error", "info"):
            if finding["severity"] == "error" and "import fails" in finding["message"]:
                said.add("import")
            if "first use of an array" in finding["message"]:
                said.add("use")
    return said


def happened(row):
    # The test of this package imported a module of another name than its own; its first use is valid.
    is_misnamed = "No module named 'ml_dtypes._ml_dtypes_ext'" in (row["on_import"]["error"] or "")
    if row["on_import"]["outcome"] != "ok" and not is_misnamed:
        return "import"
    return None if row["on_use"]["outcome"] == "ok" else "use"


def agree(said, happened):
    """Does what is said fit what happened?  A failed import takes the first use with it."""
    return not said if happened is None else happened in said


def compare(checks, program, rows, folder, verbose):
    numpys = {name: make_numpy(name, folder) for name in sorted({row["numpy"] for row in rows}) if name != "no numpy"}
    by_place = {}
    # A run that was broken off may have left one where it does not belong.
    for left in {os.path.join(site(os.path.join(folder, row["requirement"])), entry)
                 for row in rows for name in numpys.values() for entry in os.listdir(name) if entry != "bin"}:
        shutil.rmtree(left, ignore_errors=True)
    for row in rows:
        by_place.setdefault((row["requirement"], row["numpy"]), []).append(row)
    for (requirement, numpy), rows in by_place.items():
        environment = os.path.join(folder, requirement)
        moved = []
        if numpy in numpys:
            for entry in os.listdir(numpys[numpy]):
                # NumPy's programs are nobody's need, and other packages have theirs in the same place.
                if entry == "bin":
                    continue
                moved.append((os.path.join(numpys[numpy], entry), os.path.join(site(environment), entry)))
        for here, there in moved:
            os.rename(here, there)
        try:
            findings = judged(program, environment)
        finally:
            for here, there in moved:
                os.rename(there, here)
        said = predicted(findings)
        for row in rows:
            name = f"{requirement} ({row['imports']}), {numpy}"
            told = [f"{finding['rule']}: {finding['message']}" for finding in findings if finding["rule"][:6] == "numpy-"]
            error = row["on_import"]["error"] or row["on_use"]["error"]
            fits = agree(said, None if (requirement, numpy) in UNTOLD else happened(row))
            checks.that(fits, f"{name}: {happened(row)} failed ({error}), and this is said: {told}")
            if verbose:
                say(f"{name}: {happened(row)} {told}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("dylens")
    arguments.add_argument("folder")
    arguments.add_argument("requirement", nargs="*")
    arguments.add_argument("--install", action="store_true")
    arguments.add_argument("--list", action="store_true")
    sample.add_options(arguments)
    options = arguments.parse_args()
    rows = read_rows(options.requirement)
    packages = sample.chosen(options, sorted({row["requirement"] for row in rows}), "packages")
    rows = [row for row in rows if row["requirement"] in packages]
    wrong = install_all(rows, options.folder)
    for line in wrong:
        say(line)
    if wrong or options.install:
        return 1 if wrong else 0
    checks = Checks()
    compare(checks, options.dylens, rows, options.folder, options.list)
    say(f"NumPy's C API: {checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
