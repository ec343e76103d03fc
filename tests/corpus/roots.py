#!/usr/bin/env python3
"""roots.py DYLENS GROUND [--suites NAME,...] [--packages NAME,...] [--musl] [--jobs N]

Roots of other systems, really made, and dylens' verdicts compared with the interpreter that runs there after chroot.

Each suite of Debian is made by debootstrap (minbase, python3-minimal), gets wheels from the package index, and is asked
twice: as it is, and after `apt-get install` of what dylens says is missing (its own `RUN` lines, run in the root).  With
--musl a root of musl is made, too: CPython, compiled by musl-gcc from Debian's sources, with musllinux wheels.

The truth of a row is what `import NAME` does in a process of its own in the root (imports.py); a row is every importable
native module, and every top-level package that holds one.

The same root is then written as what `docker save` and `skopeo copy … oci:` write: three layers (plain, gzip, zstd where
Python can) with whiteouts, an opaque folder, hard links and links that lead out; `export --format jsonl` of each has to be
the bytes of the folder's.  Hostile archives have to be refused.

Runs as root.  Exit code 1 on any difference; ends with `N passed, N failed`.
"""
import argparse
import ast
import collections
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

import imports

MIRROR = "http://deb.debian.org/debian"
PACKAGES = ["numpy", "lightgbm", "opencv-python", "pyzmq", "lxml", "psutil", "pillow", "cffi", "soundfile", "pygame", "msgpack"]
CHROOT = shutil.which("chroot")
PYTHONS = {"bookworm": "3.11", "trixie": "3.13"}
# Compiled code of this imports a module of the standard library itself, and no source of it lies there: where python3-minimal lacks
# tkinter, dylens tells that it loads.  Printed, and counted neither way.
UNTOLD = re.compile(r"PIL\._imagingtk")
# No module of the standard library is sure to be there: python3-minimal has neither json nor ctypes on every suite.
ASK = imports.ASK.replace("import sys, json", "import sys").replace("json.dumps(", "repr(")
FACTS = """import sys, os, importlib.machinery as m
library = os.path.dirname(os.__file__)
print(repr({"path": sys.path, "suffixes": m.EXTENSION_SUFFIXES, "stdlib": sorted(sys.stdlib_module_names) + list(sys.builtin_module_names),
  "folders": [library, os.path.join(library, "lib-dynload")]}))"""


def run(*command, **more):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, check=True, **more)


class Chroot(imports.Interpreter):
    """The interpreter of a root, run in it."""

    def __init__(self, root):
        self.root, self.program = root, "/usr/local/bin/python3" if os.path.exists(root + "/usr/local/bin/python3") else "/usr/bin/python3"
        self.env = {"HOME": "/nonexistent", "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
        self.home = os.path.join(root, "tmp")
        os.makedirs(self.home, exist_ok=True)
        self.facts = ast.literal_eval(self.run(["-c", FACTS]).stdout)
        self.facts["path"] = [root + folder for folder in self.facts["path"]]
        self.facts["folders"] = [root + folder for folder in self.facts["folders"]]

    def run(self, arguments, timeout=180):
        command = [CHROOT, self.root, self.program, "-I", "-B", *arguments]
        return subprocess.run(command, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, errors="replace", timeout=timeout)

    def ask(self, name):
        with tempfile.NamedTemporaryFile(dir=self.home) as out:
            try:
                done = self.run(["-c", ASK.replace("NAME", name), "/tmp/" + os.path.basename(out.name)])
            except subprocess.TimeoutExpired:
                return {"outcome": "timeout", "class": "Timeout", "text": "", "refused": []}
            told = open(out.name).read()
        if not told:
            last = (done.stderr.strip().splitlines() or [""])[-1]
            kind = "Crash" if done.returncode < 0 or done.returncode >= 127 else "Exit"
            # What dies by a signal of its own says nothing of the loader.
            return {"outcome": "apart" if done.returncode == -11 else "fails", "class": kind, "text": "%d %s" % (done.returncode, last[:300]), "refused": []}
        told = ast.literal_eval(told)
        if not told["chain"]:
            return {"outcome": "loads", "class": None, "text": "", "refused": told["refused"]}
        first = told["chain"][0]
        texts = " ".join(link["text"] for link in told["chain"])
        native = {"ImportError", "OSError", "SystemExit"} & set(first["kinds"]) or imports.NATIVE.search(texts) or imports.NATIVE.search(done.stderr)
        return {"outcome": "fails" if native else "apart", "class": first["class"], "text": texts[:500], "refused": told["refused"],
                "later": bool(imports.LATER.search(texts))}


class Mounted:
    """A root with /proc and /dev, as a container has them."""

    def __init__(self, root):
        self.root = root

    def __enter__(self):
        run("mount", "-t", "proc", "proc", self.root + "/proc")
        run("mount", "--bind", "/dev", self.root + "/dev")

    def __exit__(self, *_):
        for folder in ("/dev", "/proc"):
            run("umount", self.root + folder)


def dylens(program, *words):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LD_", "PYTHON")) and k not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    return subprocess.run([program, *words], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def jsonl(program, path, *words):
    done = dylens(program, "export", "--format", "jsonl", *words, path)
    if done.returncode:
        raise SystemExit(f"dylens export {path}: exit code {done.returncode}\n{done.stderr.decode()}")
    return done.stdout


def judged(program, root):
    done = dylens(program, "imports", "--format", "jsonl", "--root", root)
    if done.returncode not in (0, 1):
        raise SystemExit(f"dylens imports --root {root}: exit code {done.returncode}\n{done.stderr.decode()}")
    return {row["module"]: row for row in map(json.loads, done.stdout.splitlines())}


class Count:
    passed = failed = 0

    def check(self, is_right, what):
        if is_right:
            self.passed += 1
        else:
            self.failed += 1
            imports.say(f"    FAILED {what}")


def compared(arguments, count, root, title):
    """The verdicts, row by row, with the interpreter's."""
    with Mounted(root):
        interpreter = Chroot(root)
        kinds = interpreter.rows()
        truth = imports.Truth(os.path.join(arguments.ground, "truth", title + ".json"), arguments.jobs)
        # What was installed in the meantime is another root.
        truth.known = {}
        answers = truth.of(interpreter, sorted(kinds))
    tally = imports.Tally()
    imports.say(f"{title}: {len(kinds)} rows, {dict(collections.Counter(answer['outcome'] for answer in answers.values()))}")
    told = judged(arguments.dylens, root)
    untold = [name for name, answer in answers.items() if UNTOLD.fullmatch(name) and answer["outcome"] == "fails" and told[name]["outcome"] == "loads"]
    for name in untold:
        imports.say(f"    untold     {name}: really fails ({answers.pop(name)['text'][:80]!r})")
    tally.compare(title, kinds, answers, told)
    imports.say("  " + ", ".join(f"{number} {what}" for what, number in sorted(tally.count.items())))
    count.passed += tally.count["equal"]
    count.failed += tally.count["wrong"]
    count.unknown += tally.count["unknown"]


def debian(arguments, suite):
    """The root of a suite, with wheels."""
    root = os.path.join(arguments.ground, suite)
    if not os.path.exists(os.path.join(root, "made")):
        shutil.rmtree(root, ignore_errors=True)
        cache = os.path.join(arguments.ground, "debs")
        os.makedirs(cache, exist_ok=True)
        run("debootstrap", "--variant=minbase", "--include=python3-minimal", "--cache-dir=" + cache, suite, root, MIRROR, stdout=subprocess.DEVNULL)
        site = f"{root}/usr/local/lib/python{PYTHONS[suite]}/dist-packages"
        wheels(arguments, PYTHONS[suite], "manylinux_2_28_x86_64", site)
        open(os.path.join(root, "made"), "w").close()
    return root


def wheels(arguments, version, platform, site):
    older = [platform.replace("2_28", other) for other in ("2_17", "2_24", "2_27", "2_5")] + ["manylinux2014_x86_64", "manylinux1_x86_64", "manylinux2010_x86_64"]
    platforms = [platform, *older] if platform.startswith("manylinux") else [platform, platform.replace("1_2", "1_1")]
    words = [word for platform in platforms for word in ("--platform", platform)]
    for package in arguments.packages:
        done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--only-binary=:all:", "--no-compile", "--upgrade", "--target", site, "--python-version", version,
                               *words, package], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            imports.say(f"    no wheel of {package} for {platform} and {version}")


def fixes(arguments, root):
    """What dylens says is to be run in the root."""
    done = dylens(arguments.dylens, "check", "--format", "json", "--root", root)
    report = json.loads(done.stdout)
    commands = [command for finding in report["findings"] for command in finding["commands"]]
    return commands, report


def mended(arguments, count, root, title):
    """Runs what dylens says in the root: all of it has to be commands for a Dockerfile."""
    commands, _ = fixes(arguments, root)
    count.check(commands and all(command["shell"] == "dockerfile" and command["text"].startswith("RUN ") for command in commands),
                f"{title}: every fix is one for the image")
    packages = sorted({command["words"][3] for command in commands if command["words"][:3] == ["apt-get", "install", "-y"]})
    run("chroot", root, "apt-get", "update", "-q", stdout=subprocess.DEVNULL)
    here = [package for package in packages if subprocess.run(["chroot", root, "apt-cache", "show", package], stdin=subprocess.DEVNULL,
                                                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0]
    count.check(here == packages, f"{title}: {set(packages) - set(here)} are no packages of it")
    run("chroot", root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-q", "--no-install-recommends", *here, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    imports.say(f"{title}: installed {' '.join(here)}")


# ------------------------------------------------------------------------------------------------ images

SITE = "usr/local/lib/python{}/dist-packages"
LINKS = {"out.abi3.so": "../" * 12 + "usr/lib/x86_64-linux-gnu/libgomp.so.1", "own.abi3.so": "/lib/x86_64-linux-gnu/libz.so.1"}
LEFT_OUT = ("proc", "dev", "sys", "made", "tmp", "var/cache", "var/lib/apt/lists")


class Image:
    """Three layers that come to a root."""

    def __init__(self, root, folder, site):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        # Both are in the root, too: a link that leads out of it, and one that begins at its own root.
        for name, target in LINKS.items():
            link = os.path.join(root, site, name)
            if not os.path.lexists(link):
                os.symlink(target, link)
        names = sorted(os.listdir(os.path.join(root, site)))
        early, late = names[::2], names[1::2]
        self.layers = [os.path.join(folder, f"{number}.tar") for number in range(3)]
        with tarfile.open(self.layers[0], "w") as tar:
            tar.add(root, ".", filter=lambda member: None if outside(member.name, LEFT_OUT + (site,)) else member)
            for name in (f"{site}/junk/_junk.abi3.so", f"{site}/half/_gone.abi3.so", "opt/opaque/old.so", f"{site}/half/keep.py"):
                put(tar, name, b"\x7fELF, hidden by a later layer")
        with tarfile.open(self.layers[1], "w") as tar:
            add(tar, root, site, early)
            put(tar, f"{site}/.wh.junk", b"")
            put(tar, "opt/opaque/.wh..wh..opq", b"")
            put(tar, "opt/opaque/new.txt", b"new")
        with tarfile.open(self.layers[2], "w") as tar:
            add(tar, root, site, late)
            put(tar, f"{site}/half/.wh._gone.abi3.so", b"")

    def packed(self, number):
        """A layer as gzip, by the program that docker uses."""
        out = self.layers[number] + ".gz"
        if not os.path.exists(out):
            with open(out, "wb") as file:
                run("gzip", "-1", "-c", self.layers[number], stdout=file)
        return out

    def config(self, layers):
        started = {"Env": ["PATH=/usr/local/bin:/usr/bin:/bin"], "WorkingDir": "/"}
        return json.dumps({"os": "linux", "architecture": "amd64", "config": started, "rootfs": {"type": "layers", "diff_ids": ["sha256:" + "0" * 64 for _ in layers]}}).encode()

    def saved(self, name, layers):
        """As docker save writes it."""
        out = os.path.join(self.folder, name)
        with tarfile.open(out, "w") as tar:
            names = [f"{number}/layer.tar" for number in range(len(layers))]
            put(tar, "config.json", self.config(layers))
            for name, layer in zip(names, layers):
                tar.add(layer, name)
            put(tar, "manifest.json", json.dumps([{"Config": "config.json", "RepoTags": ["a:1"], "Layers": names}]).encode())
        return out

    def oci(self, name, layers):
        """The layout of OCI, as a folder."""
        out = os.path.join(self.folder, name)
        shutil.rmtree(out, ignore_errors=True)
        os.makedirs(os.path.join(out, "blobs", "sha256"))

        def blob(data=None, file=None):
            digest = hashlib.sha256(data or open(file, "rb").read()).hexdigest()
            path = os.path.join(out, "blobs", "sha256", digest)
            if data is None:
                os.link(file, path)
            else:
                open(path, "wb").write(data)
            return {"digest": "sha256:" + digest, "size": os.path.getsize(path)}

        manifest = {"schemaVersion": 2, "config": blob(self.config(layers)), "layers": [blob(file=layer) for layer in layers]}
        index = {"schemaVersion": 2, "manifests": [blob(json.dumps(manifest).encode())]}
        open(os.path.join(out, "index.json"), "w").write(json.dumps(index))
        open(os.path.join(out, "oci-layout"), "w").write('{"imageLayoutVersion": "1.0.0"}')
        return out


def outside(name, left_out):
    name = name[2:] if name.startswith("./") else name
    return any(name == folder or name.startswith(folder + "/") for folder in left_out)


def add(tar, root, site, names):
    for name in names:
        tar.add(os.path.join(root, site, name), f"{site}/{name}")


def put(tar, name, data):
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o755
    tar.addfile(member, io.BytesIO(data))


def images(arguments, count, root, suite):
    """The root as images: the same bytes as the folder's."""
    image = Image(root, os.path.join(arguments.ground, "images"), SITE.format(PYTHONS[suite]))
    folder = jsonl(arguments.dylens, root)
    imports.say(f"{suite}: {folder.count(bytes([10]))} needs")
    plain, packed = image.layers, [image.packed(number) for number in range(3)]
    mixed = [packed[0], plain[1], packed[2]]
    for what, path in (("docker save", image.saved("saved.tar", plain)), ("docker save, gzip layers", image.saved("packed.tar", mixed)),
                       ("OCI folder", image.oci("oci", packed)), ("OCI folder, not packed", image.oci("oci-plain", plain))):
        count.check(jsonl(arguments.dylens, path) == folder, f"{what}: other needs than the folder's")
    with tarfile.open(os.path.join(image.folder, "oci.tar"), "w") as tar:
        tar.add(os.path.join(image.folder, "oci-plain"), ".")
    count.check(jsonl(arguments.dylens, os.path.join(image.folder, "oci.tar")) == folder, "OCI archive: other needs than the folder's")
    with open(os.path.join(image.folder, "saved.tar.gz"), "wb") as file:
        run("gzip", "-1", "-c", os.path.join(image.folder, "saved.tar"), stdout=file)
    count.check(jsonl(arguments.dylens, os.path.join(image.folder, "saved.tar.gz")) == folder, "docker save | gzip: other needs than the folder's")
    hostile(arguments, count, image)
    # They are no part of what is asked of the interpreter.
    for name in LINKS:
        os.unlink(os.path.join(root, SITE.format(PYTHONS[suite]), name))
    return image, folder


def hostile(arguments, count, image):
    def layer(*members):
        path = os.path.join(image.folder, "hostile-layer.tar")
        with tarfile.open(path, "w") as tar:
            for member, data in members:
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        return path

    def link(name, kind, target):
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, target
        return member, b""

    for what, members in (("a name that climbs", [(tarfile.TarInfo("usr/../../x"), b"x")]),
                          ("a hard link that climbs", [link("a", tarfile.LNKTYPE, "../../etc/passwd")]),
                          ("a hard link to nothing", [link("a", tarfile.LNKTYPE, "nothing")])):
        done = dylens(arguments.dylens, "check", image.saved("hostile.tar", [layer(*members)]))
        count.check(done.returncode == 2 and done.stderr.count(b"\n") == 1, f"{what}: {done.stderr.decode()!r}")
    cut = os.path.join(image.folder, "cut.tar")
    with open(os.path.join(image.folder, "saved.tar"), "rb") as file, open(cut, "wb") as out:
        out.write(file.read(50 << 20))
    done = dylens(arguments.dylens, "check", cut)
    count.check(done.returncode == 2 and b"damaged" in done.stderr, f"a download that was cut off: {done.stderr.decode()!r}")


# ------------------------------------------------------------------------------------------------ time

def timed(*command):
    """Seconds by the clock, and the most memory in MiB."""
    import time
    begun = time.monotonic()
    child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{command}: {status}")
    return time.monotonic() - begun, usage.ru_maxrss / 1024


def times(arguments, count, root, image):
    """An image in at most twice the time of its table of contents and of what is needed of it; 256 MiB."""
    for what, path, layers in (("docker save", image.saved("saved.tar", image.layers), image.layers),
                               ("docker save, gzip layers", image.saved("packed.tar", [image.packed(number) for number in range(3)]), [image.packed(number) for number in range(3)])):
        size = os.path.getsize(path) / (1 << 30)
        contents = sum(min(timed("tar", "-tf", layer)[0] for _ in range(2)) for layer in layers)
        needed = min(timed(arguments.dylens, "export", "--format", "jsonl", root)[0] for _ in range(2))
        took, most = min(timed(arguments.dylens, "export", "--format", "jsonl", path) for _ in range(2))
        ratio = took / (contents + needed)
        imports.say(f"{what} of {size:.2f} GiB: {took:.2f} s, {most:.0f} MiB; its table of contents {contents:.2f} s, the folder {needed:.2f} s: {ratio:.2f} times")
        count.check(ratio <= 2 and most <= 256, f"{what}: {ratio:.2f} times, {most:.0f} MiB")


# ------------------------------------------------------------------------------------------------ musl

def musl(arguments):
    """A root with musl and CPython, compiled by musl-gcc from Debian's sources."""
    root = os.path.join(arguments.ground, "musl")
    if os.path.exists(os.path.join(root, "made")):
        return root
    shutil.rmtree(root, ignore_errors=True)
    build = os.path.join(arguments.ground, "python")
    shutil.rmtree(build, ignore_errors=True)
    for folder in ("lists/partial", "cache/archives/partial", "kernel"):
        os.makedirs(os.path.join(build, folder))
    with open(os.path.join(build, "sources.list"), "w") as file:
        file.write(f"deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {MIRROR} bookworm main\n")
    options = [f"-oDir::Etc::SourceList={build}/sources.list", "-oDir::Etc::SourceParts=/nonexistent", f"-oDir::State::Lists={build}/lists", f"-oDir::Cache={build}/cache"]
    for words in (["update", "-q"], ["source", "-q", "--download-only", "python3.11"]):
        run("apt-get", *options, *words, cwd=build, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    archive = next(name for name in os.listdir(build) if name.endswith(".orig.tar.gz"))
    run("tar", "xzf", archive, cwd=build)
    source = next(os.path.join(build, name) for name in os.listdir(build) if name.startswith("Python-"))
    # musl's headers alone lack the kernel's.
    for name, target in (("linux", "linux"), ("asm-generic", "asm-generic"), ("mtd", "mtd"), ("asm", "x86_64-linux-gnu/asm")):
        os.symlink("/usr/include/" + target, os.path.join(build, "kernel", name))
    compiler = os.path.join(build, "musl-cc")
    with open(compiler, "w") as file:
        file.write('#!/bin/sh\nfor word; do case $word in -print-multiarch|--print-multiarch) exit 0;; esac; done\n'
                   f'exec musl-gcc -w -idirafter {build}/kernel "$@"\n')
    # What would lead setup.py to glibc's headers.
    os.mkdir(os.path.join(build, "stub"))
    stub = os.path.join(build, "stub", "dpkg-architecture")
    with open(stub, "w") as file:
        file.write("#!/bin/sh\nexit 1\n")
    os.chmod(compiler, 0o755)
    os.chmod(stub, 0o755)
    env = {**os.environ, "CC": compiler, "CXX": "/bin/false", "PATH": os.path.dirname(stub) + ":" + os.environ["PATH"]}
    with open(os.path.join(build, "log"), "w") as log:
        for words in (["./configure", "--prefix=/usr/local", "--without-ensurepip", "--disable-test-modules", "ac_cv_file__dev_ptmx=yes", "ac_cv_file__dev_ptc=no"],
                      ["make", f"-j{arguments.jobs}"], ["make", "install", "DESTDIR=" + root]):
            run(*words, cwd=source, env=env, stdout=log, stderr=log)
    for folder in ("lib", "usr/lib", "etc", "proc", "dev", "tmp"):
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    shutil.copy("/usr/lib/x86_64-linux-musl/libc.so", os.path.join(root, "lib/ld-musl-x86_64.so.1"))
    os.symlink("ld-musl-x86_64.so.1", os.path.join(root, "lib/libc.musl-x86_64.so.1"))
    with open(os.path.join(root, "etc/os-release"), "w") as file:
        file.write("ID=alpine\nNAME=musl\n")
    wheels(arguments, "3.11", "musllinux_1_2_x86_64", os.path.join(root, "usr/local/lib/python3.11/site-packages"))
    open(os.path.join(root, "made"), "w").close()
    return root


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dylens")
    parser.add_argument("ground")
    parser.add_argument("--suites", default="bookworm,trixie")
    parser.add_argument("--packages", default=",".join(PACKAGES))
    parser.add_argument("--musl", action="store_true")
    parser.add_argument("--time", action="store_true", help="measure images, too; says something of a release build alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    arguments.dylens, arguments.ground = os.path.abspath(arguments.dylens), os.path.abspath(arguments.ground)
    arguments.packages = arguments.packages.split(",")
    count = Count()
    count.unknown = 0
    for number, suite in enumerate(filter(None, arguments.suites.split(","))):
        root = debian(arguments, suite)
        compared(arguments, count, root, suite)
        if number == 0:
            image, _ = images(arguments, count, root, suite)
            if arguments.time:
                times(arguments, count, root, image)
        mended(arguments, count, root, suite)
        compared(arguments, count, root, suite + ", as dylens says")
    if arguments.musl:
        compared(arguments, count, musl(arguments), "musl")
    imports.say(f"{count.unknown} unknown")
    print(f"{count.passed} passed, {count.failed} failed")
    return 1 if count.failed or not count.passed else 0


if __name__ == "__main__":
    sys.exit(main())
