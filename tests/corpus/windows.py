#!/usr/bin/env python3
"""windows.py DYLENS FOLDER [--install]

Compares dylens with an independent reader (pefile) on real packages for Windows, and with what is known of what they lack.
DYLENS is the program; FOLDER is where the packages are installed by pip, with --install and nothing else, or where they are
already.  Nothing of them is run, on any machine.

What is compared, for each PE file: every need in its order and whether it is delayed, the name it exports under, and the
processor.  Then what becomes of each need: nothing is missing but what nobody ships (MISSING), what is found bears the name
that was asked for, and what Windows and Python bring is told from what they do not.  At last, a DLL is taken away, and the
finding names it with the import that fails.

Only pip is used besides the Python standard library.  Exit code 1 on any difference.
"""
import argparse
import json
import os
import subprocess
import sys

from check import Checks, errors, say, told

PACKAGES = """
bcrypt==5.0.0 cryptography==50.0.2 debugpy==1.8.22 gevent==26.9.0 greenlet==3.5.6 h5py==3.16.0 lightgbm==4.7.0 lxml==6.1.3
numba==0.68.1 numpy==2.4.6 pillow==13.0.0 psycopg2-binary==2.9.13 pythonnet==3.2.1 pywin32==312 pyzmq==27.3.0
scikit-learn==1.9.1 shapely==2.2.0 tables==3.11.1 ujson==6.1.0
""".split()
READER = "pefile==2024.8.26"
# What these packages need and nobody of them ships, in lower case: the Visual C++ runtime; Intel's TBB, which numba asks for where
# it may fail; a module that pywin32's code imports first; what tables' second copy of blosc2 needs, where the first is loaded.
MISSING = {
    "vcomp140.dll": ("lightgbm", "numba"), "msvcp140.dll": ("debugpy", "lightgbm", "numba", "win32comext"), "mfc140u.dll": ("pythonwin",),
    "tbb12.dll": ("numba",), "axscript.pyd": ("win32comext",),
    "lz4.dll": ("tables",), "zstd.dll": ("tables",), "zlib-ng2.dll": ("tables",),
}
MACHINES = {0x8664: "x86_64", 0x14C: "i686", 0xAA64: "aarch64"}


def install(folder):
    """Installs what is not there yet; returns what went wrong."""
    stamp, wanted = os.path.join(folder, ".installed"), "\n".join([*PACKAGES, READER])
    if os.path.exists(stamp) and open(stamp).read() == wanted:
        return None
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-q", "--no-deps", "--no-compile", "--upgrade"]
    tags = ["--only-binary=:all:", "--platform", "win_amd64", "--python-version", "3.11", "--implementation", "cp"]
    for target, arguments in (("site-packages", [*tags, *PACKAGES]), ("reader", [READER])):
        done = subprocess.run([*pip, "--target", os.path.join(folder, target), *arguments],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            return done.stdout.strip()
    with open(stamp, "w") as file:
        file.write(wanted)
    return None


def read(path):
    """What pefile says of a file: machine, needs, name."""
    import pefile
    pe = pefile.PE(path, fast_load=True)
    pe.parse_data_directories([0, 1, 13])
    needs = [(entry.dll.decode("latin1"), kind)
             for kind, directory in (("normal", "DIRECTORY_ENTRY_IMPORT"), ("delay", "DIRECTORY_ENTRY_DELAY_IMPORT"))
             for entry in getattr(pe, directory, [])]
    exports = getattr(pe, "DIRECTORY_ENTRY_EXPORT", None)
    name = exports.name.decode("latin1") if exports and exports.name else None
    machine = MACHINES[pe.FILE_HEADER.Machine]
    pe.close()
    return machine, needs, name


def truths(root):
    for folder, folders, files in os.walk(root):
        folders.sort()
        for file in sorted(files):
            if file.lower().endswith((".pyd", ".dll")):
                path = os.path.join(folder, file)
                yield os.path.relpath(path, root), read(path)


def run(dylens, *arguments):
    env = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    done = subprocess.run([dylens, *arguments], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    if done.returncode not in (0, 1):
        raise SystemExit(f"dylens {' '.join(arguments)}: exit code {done.returncode}")
    return done.stdout.decode()


def compare(checks, dylens, root):
    rows, nodes = {}, {}
    for line in run(dylens, "export", "--format", "jsonl", root).splitlines():
        row = json.loads(line)
        rows.setdefault(row["file"], []).append(row)
    for node in json.loads(run(dylens, "export", "--format", "json", root))["nodes"]:
        nodes[node["id"]] = node
    for file, (machine, needs, name) in truths(root):
        node, own = nodes.get(file), rows.get(file, [])
        checks.that(node is not None, f"{file} is not told of")
        if node is None:
            continue
        checks.that(node["format"] == "PE" and node["arch"].replace("arm64", "aarch64") == machine,
                    f"{file}: {node['format']} {node['arch']} instead of PE {machine}")
        checks.that(node["soname"] == name, f"{file}: exports as {node['soname']} instead of {name}")
        got = [(row["need"], row["kind"]) for row in own]
        checks.that(got == needs, f"{file}: needs {got} instead of {needs}")
    return rows


def resolve(checks, rows):
    """What becomes of the needs."""
    missing, statuses = {}, {}
    for file, own in rows.items():
        for row in own:
            need = row["need"].lower()
            statuses.setdefault(row["status"], set()).add(row["step"])
            if row["status"] == "missing" and row["kind"] == "normal":
                missing.setdefault(need, set()).add(file)
            if row["status"] in ("found", "loaded"):
                checks.that(os.path.basename(row["path"]).lower() == need, f"{file}: {row['need']} got {row['path']}")
            if row["status"] == "builtin":
                is_runtime = need.startswith(("msvcp1", "vcomp", "mfc1", "concrt"))
                checks.that(not is_runtime, f"{file}: {row['need']} is no part of Windows")
    for need, files in sorted(missing.items()):
        is_known = all(file.startswith(MISSING.get(need, ())) for file in files)
        checks.that(is_known, f"{need} is missing in {sorted(files)[:3]}")
    for need, packages in MISSING.items():
        checks.that(need in missing, f"{need} of {', '.join(packages)} is not told as missing")
    steps = statuses.get("builtin", set()) | statuses.get("found", set())
    wanted = {"API set", "KnownDLLs", "System32", "program folder", "module folder", "add_dll_directory"}
    checks.that(wanted <= steps, f"no need was answered by {wanted - steps}")


def judge(checks, dylens, root):
    bad = errors(json.loads(run(dylens, "check", "--format", "json", root))["findings"])
    checks.that(not bad, "the packages are sound, but:\n    " + "\n    ".join(map(told, bad)))
    libraries = os.path.join(root, "numpy.libs")
    gone = next(name for name in sorted(os.listdir(libraries)) if "openblas" in name)
    os.rename(os.path.join(libraries, gone), os.path.join(libraries, "gone"))
    try:
        bad = errors(json.loads(run(dylens, "check", "--format", "json", root))["findings"])
    finally:
        os.rename(os.path.join(libraries, "gone"), os.path.join(libraries, gone))
    named = [finding for finding in bad if finding["rule"] == "library-missing" and finding["subject"] == gone]
    is_told = len(named) == 1 and "DLL load failed while importing" in named[0]["message"]
    checks.that(is_told, f"{gone} was taken away, and this is said: {list(map(told, bad))}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("dylens")
    arguments.add_argument("folder")
    arguments.add_argument("--install", action="store_true")
    options = arguments.parse_args()
    wrong = install(options.folder)
    if wrong:
        say(wrong)
    if wrong or options.install:
        return 1 if wrong else 0
    sys.path.insert(0, os.path.join(options.folder, "reader"))
    root = os.path.join(options.folder, "site-packages")
    checks = Checks()
    resolve(checks, compare(checks, options.dylens, root))
    judge(checks, options.dylens, root)
    say(f"Windows: {checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
