#!/usr/bin/env python3
"""symbol_cases.py DYLENS [CASE...]

Small controlled cases for each clause of the binding rules, built with gcc (and musl-gcc where it is there), and asked
of the real loader: a program opens the files of a case in order and calls `probe()` of the last one.

glibc: `LD_DEBUG=bindings` says what each symbol of the last file is bound to, and the exit code whether it loads.  musl:
what `probe()` returns says who answered, as every provider returns its own number; and dlerror names what is missing.
Both are compared with `dylens symbols --alone`.  Cases of a rule ask whether the last file loads at all, and compare that with
what `dylens check` finds by the rule.

Only the Python standard library is used.  Exit code 1 on any difference.
"""
import collections
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

HOST = r"""
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
    void *last = 0;
    for (int at = 1; at < argc; at++) {
        int mode = !strncmp(argv[at], "global:", 7) ? RTLD_NOW | RTLD_GLOBAL : RTLD_NOW;
        last = dlopen(strchr(argv[at], ':') + 1, mode);
        if (!last) { fprintf(stderr, "%s\n", dlerror()); return 1; }
    }
    int (*probe)(void) = last ? (int (*)(void)) dlsym(last, "probe") : 0;
    if (probe) printf("%d\n", probe());
    return 0;
}
"""
F = "int f(void) { return ID; }"
PROBE = "int f(void); int probe(void) { return f(); }"
OWN = F + " int probe(void) { return f(); }"
DATA = "extern int v; int probe(void) { return v; }"
VERSION = lambda *names: "".join(f"{name} {{ }};\n" for name in names)
BINDING = re.compile(r"\tbinding file (.*?) \[0\] to (.*?) \[0\]: (?:normal|protected) symbol `(.*?)'(?: \[(.*)\])?$", re.M)
UNDEFINED = re.compile(r"undefined symbol: (\S+?)(?:,|$)|symbol (\S+) version \S+ not defined|: (\S+): symbol not found", re.M)

CASES = []


class Lib:
    """A library: its source, what it needs of the case's other libraries, linker flags, and what is patched afterwards."""

    def __init__(self, source, needs=(), flags=(), script=None, patch=(), built_as=None):
        self.source, self.needs, self.flags, self.script, self.patch = source, needs, flags, script, patch
        # (source, script) of the library as the others were linked against it
        self.built_as = built_as


def case(clause, name, libs, steps=(), program=None, program_flags=(), program_needs=(), libc="both", file="mod", rule=None):
    CASES.append(dict(clause=clause, name=name, libs=libs, steps=steps, program=program, program_flags=program_flags,
                      program_needs=program_needs, libc=libc, file=file, rule=rule))


EXPORTING = (HOST + F, ("-rdynamic",))
UNIQUE = ("__asm__(\".type u, @gnu_unique_object\\n.globl u\\n.data\\nu: .long %d\\n.size u, 4\\n.text\");"
          " extern int u; int probe%s(void) { return u; }")

# ---- the order of scopes
case("scope", "breadth-first", dict(c=Lib(F), b=Lib(F), a=Lib("", ["c"]), mod=Lib(PROBE, ["a", "b"])))
case("scope", "breadth-first-near", dict(c=Lib(F), b=Lib(F), a=Lib("", ["c"]), mod=Lib(PROBE, ["b", "a"])))
case("scope", "second-level", dict(c=Lib(F), d=Lib(F), a=Lib("", ["c"]), b=Lib("", ["d"]), mod=Lib(PROBE, ["b", "a"])))
case("scope", "program-first", dict(a=Lib(F), mod=Lib(PROBE, ["a"])), program=EXPORTING[0], program_flags=EXPORTING[1])
case("scope", "program-does-not-export", dict(a=Lib(F), mod=Lib(PROBE, ["a"])), program=HOST + "static " + F)
case("scope", "own-before-needs", dict(a=Lib(F), mod=Lib(OWN, ["a"])))
case("scope", "loaded-but-not-needed", dict(x=Lib(F), mod=Lib(PROBE)), steps=["now:x"])
case("scope", "loaded-and-needed", dict(x=Lib(F), a=Lib(F), mod=Lib(PROBE, ["x"])), steps=["now:a", "now:x"])
case("scope", "program-needs-it", dict(x=Lib(F), a=Lib(F), mod=Lib(PROBE, ["a"])), program_needs=["x"])
# ---- RTLD_GLOBAL
case("global", "opened-global", dict(x=Lib(F), mod=Lib(PROBE)), steps=["global:x"])
case("global", "needs-of-global", dict(y=Lib(F), x=Lib("", ["y"]), mod=Lib(PROBE)), steps=["global:x"])
case("global", "global-before-own-needs", dict(x=Lib(F), a=Lib(F), mod=Lib(PROBE, ["a"])), steps=["global:x"])
case("global", "global-before-own", dict(x=Lib(F), mod=Lib(OWN)), steps=["global:x"])
case("global", "first-global-wins", dict(x=Lib(F), y=Lib(F), mod=Lib(PROBE)), steps=["global:y", "global:x"])
case("global", "opened-local", dict(x=Lib(F), y=Lib(""), mod=Lib(PROBE)), steps=["now:x", "global:y"])
# ---- DT_SYMBOLIC
case("symbolic", "own-first", dict(mod=Lib(OWN, patch=["symbolic"])), program=EXPORTING[0], program_flags=EXPORTING[1])
case("symbolic", "flag", dict(mod=Lib(OWN, patch=["df_symbolic"])), program=EXPORTING[0], program_flags=EXPORTING[1])
case("symbolic", "not-symbolic", dict(mod=Lib(OWN)), program=EXPORTING[0], program_flags=EXPORTING[1])
case("symbolic", "goes-on", dict(a=Lib(F), mod=Lib(PROBE, ["a"], patch=["symbolic"])), program=EXPORTING[0],
     program_flags=EXPORTING[1])
case("symbolic", "another-is", dict(a=Lib(F, patch=["symbolic"]), mod=Lib(OWN, ["a"])), program=EXPORTING[0],
     program_flags=EXPORTING[1])
# ---- protected
case("protected", "own", dict(mod=Lib(OWN, patch=["visibility f 3"])), program=EXPORTING[0], program_flags=EXPORTING[1])
case("protected", "default", dict(mod=Lib(OWN, patch=["visibility f 0"])), program=EXPORTING[0], program_flags=EXPORTING[1])
case("protected", "of-another", dict(a=Lib(F, patch=["visibility f 3"]), b=Lib(F), mod=Lib(PROBE, ["a", "b"])))
case("protected", "of-another-behind", dict(a=Lib(F, patch=["visibility f 3"]), mod=Lib(PROBE, ["a"])),
     program=EXPORTING[0], program_flags=EXPORTING[1])
# ---- hidden
case("hidden", "passed-over", dict(a=Lib(F, patch=["visibility f 2"]), b=Lib(F), mod=Lib(PROBE, ["a", "b"])))
case("hidden", "internal", dict(a=Lib(F, patch=["visibility f 1"]), b=Lib(F), mod=Lib(PROBE, ["a", "b"])))
case("hidden", "nothing-else", dict(a=Lib(F, patch=["visibility f 2"]), mod=Lib(PROBE, ["a"])))
case("hidden", "own", dict(mod=Lib(OWN, patch=["visibility f 2"])), program=EXPORTING[0], program_flags=EXPORTING[1])
# ---- weak
WEAK = "int f(void) __attribute__((weak)); int probe(void) { return f ? f() : -1; }"
case("weak", "undefined", dict(mod=Lib(WEAK)))
case("weak", "defined", dict(a=Lib(F), mod=Lib(WEAK, ["a"])))
case("weak", "weak-definition-first", dict(a=Lib("__attribute__((weak)) " + F), b=Lib(F), mod=Lib(PROBE, ["a", "b"])))
case("weak", "strong-undefined", dict(mod=Lib(PROBE)))
case("weak", "weak-data", dict(mod=Lib("extern int v __attribute__((weak)); int probe(void) { return &v ? v : -1; }")))
# ---- versions
case("version", "right", dict(a=Lib(F, script="V1 { f; };"), mod=Lib(PROBE, ["a"])))
case("version", "missing", dict(a=Lib(F, script="V1 { f; };", built_as=(F, "V1 { }; V2 { f; } V1;")), mod=Lib(PROBE, ["a"])),
     libc="both")
case("version", "symbol-of-that-version", dict(
    a=Lib("int g(void) { return ID; }", script="V1 { g; };", built_as=(F + "int g(void) { return ID; }", "V1 { f; g; };")),
    mod=Lib(PROBE, ["a"])))
case("version", "weak-symbol-of-that-version", dict(
    a=Lib("int g(void) { return ID; }", script="V1 { g; };", built_as=(F + "int g(void) { return ID; }", "V1 { f; g; };")),
    mod=Lib(WEAK, ["a"])))
case("version", "unversioned-before", dict(
    a=Lib(F, script="V1 { f; };"), b=Lib(F), mod=Lib(PROBE, ["a"])), program_needs=["b"])
case("version", "other-version-before", dict(
    a=Lib(F, script="V1 { f; };"), b=Lib(F, script="V2 { f; };"), mod=Lib(PROBE, ["a"])), program_needs=["b"])
case("version", "no-tables", dict(a=Lib(F, built_as=(F, "V1 { f; };")), mod=Lib(PROBE, ["a"])))
case("version", "no-tables-nor-symbol", dict(a=Lib("", built_as=(F, "V1 { f; };")), b=Lib(F), mod=Lib(PROBE, ["a", "b"])))
TWO = '__asm__(".symver f1, f@V1"); __asm__(".symver f2, f@@V2"); int f1(void) { return ID; } int f2(void) { return 100 + ID; }'
case("version", "default-of-two", dict(a=Lib(TWO, script="V1 { }; V2 { } V1;"), mod=Lib(PROBE, ["a"])))
case("version", "old-of-two", dict(
    a=Lib(TWO, script="V1 { }; V2 { } V1;", built_as=(F, "V1 { f; };")), mod=Lib(PROBE, ["a"])))
case("version", "none-wanted-of-two", dict(
    a=Lib(TWO, script="V1 { }; V2 { } V1;", built_as=(F, None)), mod=Lib(PROBE, ["a"])))
OLD = '__asm__(".symver f1, f@V1"); int f1(void) { return ID; }'
case("version", "none-wanted-hidden-only", dict(
    a=Lib(OLD, script="V1 { };", built_as=(F, None)), b=Lib(F), mod=Lib(PROBE, ["a", "b"])))
THIRD = '__asm__(".symver f3, f@V3"); int f3(void) { return ID; }'
case("version", "none-wanted-hidden-third", dict(
    a=Lib(THIRD, script="V1 { }; V2 { } V1; V3 { } V2;", built_as=(F, None)), b=Lib(F), mod=Lib(PROBE, ["a", "b"])))
case("version", "none-wanted-default-third", dict(
    a=Lib(F, script="V1 { }; V2 { } V1; V3 { f; } V2;", built_as=(F, None)), b=Lib(F), mod=Lib(PROBE, ["a", "b"])))
case("version", "base", dict(
    a=Lib(F + "int g(void) { return 0; }", script="V1 { g; };", built_as=(F + "int g(void) { return 0; }", "V1 { f; g; };")),
    mod=Lib(PROBE, ["a"])))
case("version", "own-version", dict(mod=Lib(OWN, script="V1 { f; probe; };")))
# ---- STB_GNU_UNIQUE
case("unique", "first-that-was-bound", dict(a=Lib(UNIQUE % (7, "_a")), mod=Lib(UNIQUE % (8, ""))), steps=["now:a"])
case("unique", "weak-is-not-unique", dict(a=Lib("__attribute__((weak)) int u = 7; int probe_a(void) { return u; }"),
                                          mod=Lib("__attribute__((weak)) int u = 8; int probe(void) { return u; }")), steps=["now:a"])
case("unique", "not-named-before", dict(
    a=Lib(UNIQUE.replace("extern int u; int probe%s(void) { return u; }", "") % 7), mod=Lib(UNIQUE % (8, ""))), steps=["now:a"])
case("unique", "bound-first-by-symbolic-need", dict(a=Lib(UNIQUE % (7, "_a"), patch=["symbolic"]), mod=Lib(UNIQUE % (8, ""), ["a"])))
case("unique", "bound-first-by-plain-need", dict(a=Lib(UNIQUE % (7, "_a")), mod=Lib(UNIQUE % (8, ""), ["a"])))
case("unique", "bound-before-symbolic-need", dict(
    b=Lib(UNIQUE % (6, "_b")), a=Lib(UNIQUE % (7, "_a"), ["b"], patch=["symbolic"]), mod=Lib(UNIQUE % (8, ""), ["a"])))
case("unique", "of-its-group", dict(a=Lib(UNIQUE % (7, "_a")), mod=Lib("extern int u; int probe(void) { return u; }", ["a"])))
case("unique", "unique-and-plain", dict(
    a=Lib(UNIQUE % (7, "_a")), b=Lib("int u = 9;"), mod=Lib("extern int u; int probe(void) { return u; }", ["b"])), steps=["now:a"])
# ---- IFUNC
IFUNC = "static int real(void) { return ID; } static void *pick(void) { return real; } int f(void) __attribute__((ifunc(\"pick\")));"
case("ifunc", "of-another", dict(a=Lib(IFUNC), mod=Lib(PROBE, ["a"])), libc="glibc")
case("ifunc", "before-a-function", dict(a=Lib(IFUNC), b=Lib(F), mod=Lib(PROBE, ["a", "b"])), libc="glibc")
case("ifunc", "own", dict(mod=Lib(IFUNC + "int probe(void) { return f(); }")), libc="glibc")
case("ifunc", "passed-over", dict(a=Lib(F, patch=["kind f 10"]), b=Lib(F), mod=Lib(PROBE, ["a", "b"])), libc="musl")
case("ifunc", "nothing-else", dict(a=Lib(F, patch=["kind f 10"]), mod=Lib(PROBE, ["a"])), libc="musl")
case("ifunc", "kind-is-no-code", dict(a=Lib(F, patch=["kind f 3"]), b=Lib(F), mod=Lib(PROBE, ["a", "b"])))
# ---- copy relocations, and the address that a program gives to a function
V = "int v = ID; int f(void) { return ID; }"
COPY = "extern int v; int keep(void) { return v; }" + HOST
case("copy", "program-has-the-copy", dict(a=Lib(V), mod=Lib(DATA, ["a"])), program=COPY,
     program_flags=("-no-pie", "-fno-pic"), program_needs=["a"])
case("copy", "no-copy", dict(a=Lib(V), mod=Lib(DATA, ["a"])), program=COPY, program_flags=("-fPIC", "-pie"), program_needs=["a"])
case("copy", "of-the-program", dict(a=Lib(V), mod=Lib(DATA, ["a"])), program=COPY, program_flags=("-no-pie", "-fno-pic"),
     program_needs=["a"], file="python", libc="glibc")
ADDRESS = "int f(void); int (*address)(void) = f;" + HOST
case("copy", "address-of-function", dict(
    a=Lib(V), mod=Lib("int f(void); int (*p)(void) = f; int probe(void) { return p(); }", ["a"])), program=ADDRESS,
     program_flags=("-no-pie", "-fno-pic"), program_needs=["a"], libc="glibc")
case("copy", "call-of-function", dict(a=Lib(V), mod=Lib(PROBE, ["a"])), program=ADDRESS,
     program_flags=("-no-pie", "-fno-pic"), program_needs=["a"])
# ---- lazy and now
GONE = Lib("int g(void) { return ID; }", built_as=("int absent(void) { return 1; } int data = 1; int g(void) { return 2; }", None))
UNCALLED = "int absent(void); int volatile never; int call(void) { return never ? absent() : 0; }" + HOST
case("lazy", "call-is-deferred", dict(a=GONE, mod=Lib("int probe(void) { return 1; }")), program=UNCALLED,
     program_flags=("-Wl,-z,lazy", "-fPIC", "-pie"), program_needs=["a"], file="python", libc="glibc")
case("lazy", "bound-now", dict(a=GONE, mod=Lib("int probe(void) { return 1; }")), program=UNCALLED,
     program_flags=("-Wl,-z,now", "-fPIC", "-pie"), program_needs=["a"], file="python", libc="glibc")
case("lazy", "data-does-not-wait", dict(a=GONE, mod=Lib("int probe(void) { return 1; }")),
     program="extern int data; int call(void) { return data; }" + HOST,
     program_flags=("-Wl,-z,lazy", "-fPIC", "-pie"), program_needs=["a"], file="python", libc="glibc")
case("lazy", "opened-now", dict(mod=Lib("int absent(void); int probe(void) { return 1; } int call(void) { return absent(); }",
                                        flags=["-Wl,-z,lazy"])))
case("lazy", "need-of-what-is-opened-now", dict(
    a=Lib("int absent(void); int call(void) { return absent(); } int g(void) { return ID; }", flags=["-Wl,-z,lazy"]),
    mod=Lib("int g(void); int probe(void) { return g(); }", ["a"])), file="mod")
# ---- absolute, thread-local and section symbols
case("kind", "thread-local", dict(a=Lib("__thread int v = ID;"), mod=Lib("extern __thread int v; int probe(void) { return v; }", ["a"])))
case("kind", "thread-local-undefined", dict(mod=Lib("extern __thread int v; int probe(void) { return v; }")))
case("kind", "sysv-hash", dict(a=Lib(F, flags=["-Wl,--hash-style=sysv"]), b=Lib(F), mod=Lib(PROBE, ["a", "b"])))
case("kind", "sysv-hash-lacks-it", dict(a=Lib("", flags=["-Wl,--hash-style=sysv"]), b=Lib(F), mod=Lib(PROBE, ["a", "b"])))

# ---- thread-local storage at a fixed distance from the thread's pointer
MODULE = "int PyInit_mod(void) { return 0; } "
TLS = MODULE + "__attribute__((tls_model(\"%s\"))) static __thread char x[%d]; int probe(void) { x[0] = 1; return x[0]; }"
for bytes_, model in ((16, "initial-exec"), (1024, "initial-exec"), (1664, "initial-exec"), (2048, "initial-exec"),
                      (65536, "initial-exec"), (16, "global-dynamic"), (65536, "global-dynamic"), (65536, "local-dynamic")):
    case("tls", f"own-{bytes_}-{model}", dict(mod=Lib(TLS % (model, bytes_))), rule="static-tls")
EXTERN = MODULE + "extern __thread char y[] __attribute__((tls_model(\"initial-exec\"))); int probe(void) { return y[0]; }"
BLOCK = "__thread char y[%d];"
case("tls", "of-another", dict(a=Lib(BLOCK % 64), mod=Lib(EXTERN, ["a"])), rule="static-tls")
case("tls", "of-another-large", dict(a=Lib(BLOCK % 8192), mod=Lib(EXTERN, ["a"])), rule="static-tls")
case("tls", "of-the-program", dict(mod=Lib(EXTERN)), program=HOST + BLOCK % 8192, program_flags=("-rdynamic",), rule="static-tls")
case("tls", "of-what-the-program-needs", dict(a=Lib(BLOCK % 8192), mod=Lib(EXTERN, ["a"])), program_needs=["a"], rule="static-tls")
PART = TLS.replace(MODULE, "").replace("probe", "part%s")
for bytes_ in (512, 1024):
    case("tls", f"two-of-{bytes_}", dict(
        a=Lib(PART.replace("%s\"", "initial-exec\"") % (bytes_, "_a")), b=Lib(PART.replace("%s\"", "initial-exec\"") % (bytes_, "_b")),
        mod=Lib(MODULE + "int probe(void) { return 1; }", ["a", "b"])), rule="static-tls")
# ---- versions of a library that is not needed
VERSIONED = Lib(F, script="V1 { f; };")
USER = MODULE + PROBE
case("unneeded", "needed", dict(a=VERSIONED, mod=Lib(USER, ["a"])), rule="version-missing")
case("unneeded", "not-loaded", dict(a=VERSIONED, mod=Lib(USER, ["a"], patch=["unneed a.so"])), rule="version-missing", libc="glibc")
case("unneeded", "by-another", dict(a=VERSIONED, b=Lib("", ["a"]), mod=Lib(USER, ["b", "a"], patch=["unneed a.so"])),
     rule="version-missing")
case("unneeded", "by-the-program", dict(a=VERSIONED, mod=Lib(USER, ["a"], patch=["unneed a.so"])), program_needs=["a"],
     rule="version-missing")
case("unneeded", "weak-and-not-loaded", dict(
    a=VERSIONED, mod=Lib(MODULE + WEAK, ["a"], patch=["unneed a.so"])), rule="version-missing")


# ------------------------------------------------------------------------------------------------ building

class Elf:
    """Just enough of a 64-bit little-endian ELF file to change entries of its dynamic segment and symbols."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.bytes = bytearray(file.read())
        at, count = struct.unpack_from("<Q", self.bytes, 32)[0], struct.unpack_from("<H", self.bytes, 56)[0]
        self.loads, self.dynamic = [], None
        for index in range(count):
            kind, _, offset, address, _, size, _, _ = struct.unpack_from("<IIQQQQQQ", self.bytes, at + 56 * index)
            if kind == 1:
                self.loads.append((address, offset, size))
            if kind == 2:
                self.dynamic = (offset, size)

    def entries(self):
        offset, size = self.dynamic
        for at in range(offset, offset + size, 16):
            yield at, *struct.unpack_from("<qQ", self.bytes, at)

    def value(self, tag):
        return next(value for _, known, value in self.entries() if known == tag)

    def place(self, address):
        return next(offset + address - start for start, offset, size in self.loads if start <= address < start + size)

    def add(self, tag, value):
        free = [at for at, known, _ in self.entries() if known == 0]
        if len(free) < 2:
            raise SystemExit(f"{self.path}: no room in the dynamic segment")
        struct.pack_into("<qQ", self.bytes, free[0], tag, value)

    def symbol(self, name):
        symbols, strings = self.place(self.value(6)), self.place(self.value(5))
        for at in range(symbols, strings, 24):
            start = strings + struct.unpack_from("<I", self.bytes, at)[0]
            if self.bytes[start:self.bytes.index(0, start)] == name.encode():
                return at
        raise SystemExit(f"{self.path}: no symbol {name}")

    def apply(self, patch):
        what, *words = patch.split()
        if what == "symbolic":
            self.add(16, 0)
        elif what == "df_symbolic":
            self.add(30, 2)
        elif what == "visibility":
            self.bytes[self.symbol(words[0]) + 5] = int(words[1])
        elif what == "unneed":
            strings = self.place(self.value(5))
            for at, tag, value in self.entries():
                start = strings + value
                if tag == 1 and self.bytes[start:self.bytes.index(0, start)] == words[0].encode():
                    # DT_DEBUG, which nobody reads of a library.
                    struct.pack_into("<qQ", self.bytes, at, 21, 0)
        elif what == "kind":
            at = self.symbol(words[0]) + 4
            self.bytes[at] = self.bytes[at] & 0xf0 | int(words[1])
        else:
            raise SystemExit(f"unknown patch {patch}")

    def save(self):
        with open(self.path, "wb") as file:
            file.write(self.bytes)


def run(*command, **more):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, **more)


def compile_(compiler, out, source, *flags):
    name = out + ".c"
    with open(name, "w") as file:
        file.write(source)
    done = run(compiler, "-O0", "-w", "-o", out, name, *flags)
    if done.returncode:
        raise SystemExit(f"{out}: {done.stderr}")


def library(compiler, folder, out, lib, source, script, number):
    flags = ["-shared", "-fPIC", f"-DID={number}", f"-Wl,-soname,{os.path.basename(out)}", "-Wl,--no-as-needed",
             "-Wl,-rpath,$ORIGIN", *lib.flags]
    if script:
        with open(out + ".map", "w") as file:
            file.write(script)
        flags.append(f"-Wl,--version-script,{out}.map")
    compile_(compiler, out, source, *flags, f"-L{folder}", *(f"-l:{need}.so" for need in lib.needs))


def build(case, compiler, root):
    """Lays out an environment: bin/python is the program, its site-packages has the libraries."""
    folder = os.path.join(root, "lib", "python3.11", "site-packages")
    os.makedirs(folder)
    os.makedirs(os.path.join(root, "bin"))
    with open(os.path.join(root, "pyvenv.cfg"), "w") as file:
        file.write(f"home = {os.path.join(root, 'bin')}\nversion = 3.11.7\n")
    for stage in ("linked", "real"):
        for number, (name, lib) in enumerate(case["libs"].items(), 1):
            out = os.path.join(folder, name + ".so")
            source, script = lib.built_as if lib.built_as and stage == "linked" else (lib.source, lib.script)
            if stage == "linked" or lib.built_as:
                library(compiler, folder, out, lib, source, script, number)
        if stage == "linked":
            compile_(compiler, os.path.join(root, "bin", "python"), case["program"] or HOST, "-DID=99", *case["program_flags"],
                     f"-Wl,-rpath,{folder}", f"-L{folder}", "-Wl,--no-as-needed",
                     *(f"-l:{need}.so" for need in case["program_needs"]), "-ldl")
    for name, lib in case["libs"].items():
        elf = Elf(os.path.join(folder, name + ".so"))
        for patch in lib.patch:
            elf.apply(patch)
        elf.save()
    return folder


# ------------------------------------------------------------------------------------------------ asking

def rows(dylens, root, case, folder, path):
    steps = []
    for step in case["steps"]:
        mode, name = step.split(":")
        steps += ["--after-global" if mode == "global" else "--after", os.path.join(folder, name + ".so")]
    done = run(dylens, "symbols", root, path, "--alone", "--format", "jsonl", *steps, env=CLEAN)
    if done.returncode:
        raise SystemExit(f"{case['name']}: dylens: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("LD_", "PYTHON")) and k not in ("VIRTUAL_ENV", "CONDA_PREFIX")}


def ask(case, root, folder, path, libc):
    """The process, run: its exit code, what it printed, what it complained about, and its bindings."""
    python = os.path.join(root, "bin", "python")
    steps = [step.split(":")[0] + ":" + os.path.join(folder, step.split(":")[1] + ".so") for step in case["steps"]]
    if case["file"] != "python":
        steps.append("now:" + path)
    debug = os.path.join(root, "debug")
    env = dict(CLEAN, LD_DEBUG="bindings", LD_DEBUG_OUTPUT=debug) if libc == "glibc" else CLEAN
    done = run(python, *steps, env=env)
    bound = collections.defaultdict(set)
    for name in os.listdir(root):
        if name.startswith("debug."):
            with open(os.path.join(root, name), errors="replace") as file:
                for who, to, symbol, version in BINDING.findall(file.read()):
                    if who == path:
                        bound[symbol, version or None].add(to)
    return done.returncode, done.stdout.strip(), done.stderr.strip(), bound


def differences(case, root, folder, libc, dylens):
    path = os.path.join(root, "bin", "python") if case["file"] == "python" else os.path.join(folder, case["file"] + ".so")
    if case["rule"]:
        return by_rule(case, root, folder, path, libc, dylens)
    code, printed, complaint, truth = ask(case, root, folder, path, libc)
    ours = rows(dylens, root, case, folder, path)
    fatal = [row for row in ours if row["status"] == "undefined" and row["binding"] == "strong"]
    lines = []
    named = UNDEFINED.search(complaint)
    if named:
        symbol = named[1] or named[2] or named[3]
        # The symbol may be wanted by a need of the file, which another row is about.
        wanted = [row for row in ours if row["symbol"] == symbol]
        if case["file"] == "python" and not wanted or wanted and wanted[0]["status"] != "undefined":
            lines.append(f"the loader: {complaint}; dylens: {wanted}")
    elif code == 0 and fatal:
        lines.append(f"it loads; dylens: {fatal}")
    if code == 0 and libc == "glibc":
        for row in ours:
            got = truth.pop((row["symbol"], row["version"]), set())
            lazy = case["file"] == "python" and not got
            if not lazy and got != ({row["provider"]} if row["provider"] else set()):
                lines.append(f"{row['symbol']}: the loader {sorted(got)}, dylens {row['status']} {row['provider']}")
        # The host's own dlsym, and what ld.so looks up for itself.
        for symbol in ("probe", None), *((name, "GLIBC_2.2.5") for name in ("malloc", "calloc", "realloc", "free")):
            truth.pop(symbol, None)
        if truth:
            lines.append(f"only the loader: {dict(truth)}")
    if code == 0 and printed and case["file"] == "mod":
        # Who answered says so by its number.
        number = int(printed) % 100
        names = list(case["libs"])
        for row in ours:
            if row["symbol"] in ("f", "v") and row["provider"]:
                name = os.path.basename(row["provider"])
                expected = "python" if number == 99 else names[number - 1] + ".so" if number <= len(names) else name
                if name != expected and case["clause"] != "copy":
                    lines.append(f"{row['symbol']}: {expected} answered, dylens says {name}")
    if code not in (0, 1) and not named and not fatal and "Assertion" in complaint:
        lines.append(f"the loader ends with {code}: {complaint}; dylens: {ours}")
    return lines, (f"loads, probe() = {printed}" if code == 0 else complaint.replace(root + "/", "")[-120:])


def by_rule(case, root, folder, path, libc, dylens):
    code, printed, complaint, _ = ask(case, root, folder, path, libc)
    done = run(dylens, "check", root, "--format", "json", "--select", case["rule"], env=CLEAN)
    if done.returncode == 2:
        raise SystemExit(f"{case['name']}: dylens: {done.stderr}")
    found = json.loads(done.stdout)["findings"]
    outcome = f"loads, probe() = {printed}" if code == 0 else complaint.replace(root + "/", "")[-120:]
    lines = [f"the loader: {outcome}; dylens: {found}"] if bool(code) != bool(found) else []
    return lines, outcome


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    dylens, only = os.path.abspath(sys.argv[1]), sys.argv[2:]
    compilers = {"glibc": shutil.which("gcc"), "musl": shutil.which("musl-gcc")}
    for libc, compiler in compilers.items():
        if compiler is None:
            print(f"no compiler for {libc}: its cases are left out")
    counts = collections.Counter()
    failed = 0
    for case in CASES:
        for libc in ("glibc", "musl") if case["libc"] == "both" else (case["libc"],):
            if compilers[libc] is None or only and case["name"] not in only:
                continue
            with tempfile.TemporaryDirectory() as root:
                root = os.path.realpath(root)
                folder = build(case, compilers[libc], root)
                lines, outcome = differences(case, root, folder, libc, dylens)
            counts[case["clause"], libc] += 1
            failed += bool(lines)
            print(f"{'FAILED' if lines else 'ok'}  {libc} {case['clause']}: {case['name']}: {outcome}")
            for line in lines:
                print(f"    {line}")
    for (clause, libc), count in sorted(counts.items()):
        print(f"{clause} ({libc}): {count} cases")
    print(f"{sum(counts.values()) - failed} of {sum(counts.values())} cases as the real loader")
    sys.exit(1 if failed or not counts else 0)


if __name__ == "__main__":
    main()
