#!/usr/bin/env python3
"""glibc.py DYLENS TOOLS WHEELS [NAME...]

What `check --glibc` says of wheels, compared with the symbol versions that auditwheel reads in them: the newest GLIBC_x is
reported for every older release, and nothing is for that one; versions that are weak do not count.  TOOLS is a virtual environment, into which auditwheel is
installed; WHEELS a folder for the wheels of NAME (default: 30 packages), which pip downloads.

Ends with `N passed, N failed`; exit code 1 where one failed.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile

NAMES = ("aiohttp bcrypt brotli cbor2 coverage cramjam gevent greenlet h3 hiredis httptools kiwisolver levenshtein lz4 markupsafe mypy numexpr orjson"
         " pycryptodome pynacl pyyaml regex rapidfuzz simplejson tiktoken tornado ujson uvloop watchfiles zstandard").split()
ASK = """
import inspect, json, pathlib, sys
from auditwheel.wheel_abi import analyze_wheel_abi
known = {"exclude": frozenset(), "disable_isa_ext_check": True, "allow_graft": True}
try:
    from auditwheel.architecture import Architecture
    from auditwheel.libc import Libc
    known.update(libc=Libc.GLIBC, architecture=Architecture.x86_64)
except ImportError:
    pass
for path in sys.argv[1:]:
    given = {"wheel_fn": pathlib.Path(path), **known}
    asked = inspect.signature(analyze_wheel_abi).parameters
    try:
        found = analyze_wheel_abi(**{name: value for name, value in given.items() if name in asked}).versioned_symbols
    except Exception as error:
        print(json.dumps([path, None, repr(error)]))
        continue
    print(json.dumps([path, sorted({version for versions in found.values() for version in versions}), ""]))
"""


def number(version):
    return tuple(int(part) for part in version.removeprefix("GLIBC_").split("."))


def strong(path):
    """The versions that some file of a wheel cannot do without: glibc loads a file without those that are weak
    (_dl_check_map_versions), and auditwheel does not tell them apart."""
    found = set()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            if ".so" in os.path.basename(name):
                read = subprocess.run(["readelf", "-W", "--version-info", wheel.extract(name, folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                found.update(re.findall(r"Name: (GLIBC_\S+)  Flags: none  Version", read.stdout))
    return found


def told(dylens, wheel, release):
    done = subprocess.run([dylens, "check", "--format", "json", "--select", "glibc-too-new", "--glibc", release, wheel], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return sorted((finding["subject"] for finding in json.loads(done.stdout)["findings"]), key=number)


def main():
    dylens, tools, wheels, *names = [os.path.abspath(word) for word in sys.argv[1:4]] + sys.argv[4:]
    names = names or NAMES
    if not os.path.exists(os.path.join(tools, "bin", "auditwheel")):
        if not os.path.exists(os.path.join(tools, "bin", "pip")):
            subprocess.run([sys.executable, "-m", "venv", tools], check=True)
        subprocess.run([os.path.join(tools, "bin", "pip"), "install", "-q", "auditwheel"], check=True)
    os.makedirs(wheels, exist_ok=True)
    for name in names:
        folder = os.path.join(wheels, name)
        if not os.path.isdir(folder):
            subprocess.run([os.path.join(tools, "bin", "pip"), "download", "-q", "--no-deps", "--only-binary=:all:", "-d", folder, name], check=False)
    found = [os.path.join(wheels, name, wheel) for name in names if os.path.isdir(os.path.join(wheels, name)) for wheel in os.listdir(os.path.join(wheels, name))]
    found = [path for path in found if path.endswith("x86_64.whl")]
    asked = subprocess.run([os.path.join(tools, "bin", "python"), "-c", ASK, *found], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True,
                           env={**os.environ, "PATH": os.path.join(tools, "bin") + ":" + os.environ["PATH"]})
    passed = failed = 0
    for path, versions, error in map(json.loads, asked.stdout.splitlines()):
        name = os.path.basename(path)
        if versions is None:
            print(f"    set apart  {name}: auditwheel: {error[:160]}")
            continue
        wanted = strong(path)
        newest = max((version for version in versions if version.startswith("GLIBC_2") and version in wanted), key=number, default=None)
        if newest is None:
            is_right, why = told(dylens, path, "2.0") == [], "none"
        else:
            release = newest.removeprefix("GLIBC_")
            all_of_them = told(dylens, path, "2.0")
            is_right = all_of_them[-1:] == [newest] and told(dylens, path, release) == []
            why = f"{newest}, dylens: {all_of_them}"
        passed, failed = passed + is_right, failed + (not is_right)
        if not is_right:
            print(f"    DIFFERENT  {name}: {why}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
