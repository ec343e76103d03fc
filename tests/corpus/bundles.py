#!/usr/bin/env python3
"""Builds a small program with bundlers, damages what they made one file at a time, and compares what dylens says with
what happens when the program is run.

    bundles.py DYLENS PLACE --build    builds the environment and the bundles below PLACE
    bundles.py DYLENS PLACE            damages, runs, compares; ends with `N passed; N failed`

The program imports numpy, cryptography and tsdownsample, and uses each; every step prints a line, so that it can be told
which one failed. PyInstaller makes a folder and one file, cx_Freeze and Nuitka a folder. Nuitka does not compile NumPy: it stays bytecode
in the program, as compiling it takes longer than all other tests together.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = ["numpy==2.4.6", "tsdownsample==0.1.3", "cryptography==50.0.2", "pyinstaller==6.22.3", "nuitka==4.3.3", "cx_Freeze==8.7.3", "setuptools"]
PROGRAM = """\
import sys

def step(name, work):
    try:
        work()
        print("ok", name, flush=True)
    except BaseException as error:
        print("FAIL", name, type(error).__name__, str(error).splitlines()[:1], flush=True)

def numpy():
    import numpy
    assert numpy.arange(3).sum() == 3

def linear():
    import numpy
    assert abs(numpy.linalg.det(numpy.eye(2)) - 1) < 1e-9

def random():
    import numpy.random
    numpy.random.default_rng(1).random(3)

def cryptography():
    import secret
    secret.encrypt(b"x")

def tsdownsample():
    import numpy
    from tsdownsample import MinMaxDownsampler
    assert len(MinMaxDownsampler().downsample(numpy.arange(1000.0), n_out=10)) == 10

for name in ["numpy", "linear", "random", "cryptography", "tsdownsample"]:
    step(name, globals()[name])
"""
# A module of the program's own: what it imports outright, `check` follows without the environment.
SECRET = """\
from cryptography.fernet import Fernet

def encrypt(data):
    return Fernet(Fernet.generate_key()).encrypt(data)
"""
# What is deleted, as a pattern below the contents of a bundle, and the step that dies of it; `*` is the whole program. An
# empty name means that the program does not mind: the machine has the library, or nothing of the program needs the file.
DAMAGES = {
    "pyinstaller": [
        ("numpy/_core/_multiarray_umath.*", "numpy"),
        ("numpy/linalg/_umath_linalg.*", "numpy"),
        ("numpy.libs/libscipy_openblas64_*", "numpy"),
        ("numpy/random/_pcg64.*", "random"),
        ("cryptography/hazmat/bindings/_rust.*", "cryptography"),
        ("tsdownsample/_rust/_tsdownsample_rs.*", "tsdownsample"),
        ("libpython3.11.so.1.0", "*"),
        ("base_library.zip", "*"),
        ("numpy/_core/_multiarray_tests.*", ""),
    ],
    "cx_freeze": [
        ("numpy/_core/_multiarray_umath.*", "numpy"),
        ("numpy/linalg/_umath_linalg.*", "numpy"),
        ("cryptography/hazmat/bindings/_rust.*", "cryptography"),
        ("tsdownsample/_rust/_tsdownsample_rs.*", "tsdownsample"),
        ("numpy/_core/_multiarray_tests.*", ""),
    ],
    "nuitka": [
        ("numpy/_core/_multiarray_umath.*", "numpy"),
        ("libscipy_openblas64_*", "numpy"),
        ("cryptography/hazmat/bindings/_rust.*", "cryptography"),
        ("tsdownsample/_rust/_tsdownsample_rs.*", "tsdownsample"),
    ],
}
# What `check` alone tells of these, by the bundle's own compiled code.
BY_ITSELF = {
    "numpy/_core/_multiarray_umath.*": "numpy._core._multiarray_umath",
    "numpy/linalg/_umath_linalg.*": "numpy.linalg._umath_linalg",
    "numpy/random/_pcg64.*": "numpy.random._pcg64",
    "cryptography/hazmat/bindings/_rust.*": "cryptography.hazmat.bindings._rust",
    "tsdownsample/_rust/_tsdownsample_rs.*": "tsdownsample._rust._tsdownsample_rs",
}


def python():
    return os.environ.get("PY311") or sys.executable


def build(place):
    place.mkdir(parents=True, exist_ok=True)
    env = place / "env"
    if not (env / "bin/pip").exists():
        subprocess.run([python(), "-m", "venv", env], check=True)
        subprocess.run([env / "bin/pip", "install", "-q", *REQUIREMENTS], check=True)
    (place / "prog.py").write_text(PROGRAM)
    (place / "secret.py").write_text(SECRET)
    common = ["--noconfirm", "--log-level=WARN", "--specpath", place / "spec"]
    tool = [env / "bin/pyinstaller", *common]
    for option, name in [("--onedir", "folder"), ("--onefile", "one")]:
        run = [*tool, option, "--distpath", place / name, "--workpath", place / f"work-{name}", "prog.py"]
        subprocess.run(run, check=True, cwd=place)
    # With the option that dylens tells, the program lives.
    mended = [*tool, "--onedir", "--hidden-import=numpy.core.multiarray", "--distpath", place / "mended"]
    subprocess.run([*mended, "--workpath", place / "work-mended", "prog.py"], check=True, cwd=place)
    # Libraries that patchelf has changed do not bear strip.
    stripped = [*tool, "--onedir", "--strip", "--distpath", place / "stripped", "--workpath", place / "work-stripped"]
    subprocess.run([*stripped, "prog.py"], check=True, cwd=place)
    frozen = [env / "bin/cxfreeze", "--script=prog.py", "build_exe", f"--build-exe={place / 'frozen'}"]
    subprocess.run([*frozen, "--includes=numpy.core.multiarray", "--silent"], check=True, cwd=place)
    nuitka = [env / "bin/python", "-m", "nuitka", "--standalone", "--jobs=2", "--lto=no", "--assume-yes-for-downloads"]
    nuitka += [f"--output-dir={place / 'nuitka'}", "--static-libpython=no", "--nofollow-import-to=numpy.f2py,numpy.testing"]
    nuitka += ["--noinclude-custom-mode=numpy:bytecode", "prog.py"]
    subprocess.run(nuitka, check=True, cwd=place)


def run(program):
    """The steps that failed; all of them, as `*`, where the program does not start."""
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/root"), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([program], capture_output=True, text=True, timeout=120, env=clean)
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith(("ok ", "FAIL "))]
    if len(lines) < 5:
        return {"*"}, done.stdout[-300:] + done.stderr[-300:]
    return {line[1] for line in lines if line[0] == "FAIL"}, done.stdout


def told(dylens, env, bundle):
    """What dylens says of a bundle: the errors of `check`, and what `diff` says was left behind."""
    check = subprocess.run([dylens, "check", "--format", "json", bundle], capture_output=True, text=True)
    findings = json.loads(check.stdout)["findings"]
    diff = subprocess.run([dylens, "diff", "--format", "json", env, bundle], capture_output=True, text=True)
    left = [change for change in json.loads(diff.stdout)["changes"] if change["kind"] == "left-behind"]
    errors = [finding for finding in findings if finding["severity"] == "error"]
    return errors, [change for change in left if change["regression"] == "error"]


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def expect(self, name, holds, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {name}\n    {detail}")


def compare(dylens, place):
    tally = Tally()
    env = place / "env"
    whole = {
        "pyinstaller": (place / "folder/prog", "prog", "_internal"),
        "cx_freeze": (place / "frozen", "prog", "lib"),
        "nuitka": (place / "nuitka/prog.dist", "prog.bin", "."),
    }
    shim = "numpy.core.multiarray"
    for bundle, program in [(place / "folder/prog", place / "folder/prog/prog"), (place / "one/prog", place / "one/prog")]:
        failing, output = run(program)
        errors, left = told(dylens, env, bundle)
        tally.expect(f"{bundle}: only the shim is missed", failing == {"tsdownsample"}, output)
        tally.expect(f"{bundle}: check", [it["subject"] for it in errors] == [shim], errors)
        tally.expect(f"{bundle}: diff", [it["subject"] for it in left] == [shim] and "--hidden-import=" + shim in left[0]["to"], left)
    for bundle, program in [(place / "mended/prog", "prog"), whole["cx_freeze"][:2], whole["nuitka"][:2]]:
        failing, output = run(bundle / program)
        errors, left = told(dylens, env, bundle)
        tally.expect(f"{bundle}: runs", not failing, output)
        tally.expect(f"{bundle}: is left in peace", not errors and not left, (errors, left))
    failing, output = run(place / "stripped/prog/prog")
    errors, _ = told(dylens, env, place / "stripped/prog")
    is_told = any(it["rule"] == "not-an-image" and "openblas" in it["subject"] for it in errors)
    tally.expect("stripped: dylens says what the loader refuses", is_told == ("numpy" in failing), (errors, output))
    # One bundle below a folder stands for it.
    below = subprocess.run([dylens, "check", place / "mended"], capture_output=True, text=True)
    tally.expect("mended: taken for its bundle", "the only bundle in" in below.stdout, below.stdout[:200] + below.stderr)
    for tool, damages in DAMAGES.items():
        source, program, contents = whole[tool] if tool != "pyinstaller" else (place / "mended/prog", "prog", "_internal")
        for pattern, dies in damages:
            copy = place / "damaged"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(source, copy, symlinks=True)
            victims = list((copy / contents).glob(pattern))
            name = f"{tool} without {pattern}"
            tally.expect(f"{name}: something to damage", len(victims) >= 1, pattern)
            # A link of that name at the top leads to the same file.
            for victim in victims + [it for it in (copy / contents).glob(pattern.split("/")[-1]) if it.is_symlink()]:
                victim.unlink(missing_ok=True)
            failing, output = run(copy / program)
            errors, left = told(dylens, env, copy)
            subjects = {it["subject"] for it in errors} | {it["subject"] for it in left}
            tally.expect(f"{name}: {dies or 'nothing'} dies", (dies in failing) if dies else not failing, output)
            stem = pattern.split("/")[-1].split(".")[0].rstrip("*_")
            is_told = any(stem in subject for subject in subjects)
            tally.expect(f"{name}: dylens says so", is_told == bool(dies), sorted(subjects))
            missed = {it["subject"] for it in errors if it["rule"] == "bundle-incomplete"}
            expected = {BY_ITSELF[pattern]} if dies and tool != "nuitka" and pattern in BY_ITSELF else set()
            tally.expect(f"{name}: check says by itself", missed == expected, sorted(missed))
    print(f"{tally.passed} passed; {tally.failed} failed")
    return tally.failed


def main():
    dylens, place = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    if "--build" in sys.argv:
        build(place)
        return 0
    return 1 if compare(dylens, place) else 0


if __name__ == "__main__":
    sys.exit(main())
