#!/usr/bin/env python3
"""cases.py DYLENS [--only WORD] [--keep FOLDER] [--musl]

Small environments, each built with the C compiler around one rule of a loader, each asked of the real loader and of
dylens: the same file for every need, or "not found" on both sides.  The interpreter of these environments is a small C
program that opens a module and says what every name then stands for (ASK).  glibc's cases are always run, musl's where
its compiler is there (with --musl they must be).

Only the Python standard library, gcc and musl-gcc are used.  Exit code 1 on any difference.
"""
import argparse
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

# ASK MODULE NAME...: opens the module as Python would, then prints `NAME<tab>PATH` for each name that is loaded
# (RTLD_NOLOAD), `=<tab>PATH` for each object of the process, `!<tab>ERROR` where the module does not load.
ASK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
static int each(struct dl_phdr_info *info, size_t size, void *data) { printf("=\t%s\n", info->dlpi_name); return 0; }
int main(int argc, char **argv) {
    if (!dlopen(argv[1], RTLD_NOW)) { printf("!\t%s\n", dlerror()); return 0; }
    for (int i = 2; i < argc; i++) {
        struct link_map *map;
        void *handle = dlopen(argv[i], RTLD_LAZY | RTLD_NOLOAD);
        if (handle && dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0) printf("%s\t%s\n", argv[i], map->l_name);
    }
    dl_iterate_phdr(each, 0);
    return 0;
}
"""
MUSL = "/lib/ld-musl-x86_64.so.1"
DT_RUNPATH, DT_AUXILIARY = 29, 0x7FFFFFFD


class Env:
    """One environment: a folder with an interpreter, and the libraries of one case."""

    def __init__(self, root, cc):
        self.root, self.cc = root, cc
        self.version = "3.11"
        self.site = os.path.join(root, "lib", "python" + self.version, "site-packages")
        os.makedirs(self.site)
        os.makedirs(os.path.join(root, "bin"))
        self.stubs = os.path.join(root, ".stubs")
        os.makedirs(self.stubs)
        self.modules = []
        self.settings = {}
        self.work = root
        self.program()

    def program(self, *flags):
        """Builds the interpreter."""
        bin_ = os.path.join(self.root, "bin")
        with open(os.path.join(self.root, "pyvenv.cfg"), "w") as config:
            config.write(f"home = {bin_}\nversion = {self.version}.1\n")
        self.compile(ASK, os.path.join(bin_, "python3"), "-ldl", *flags)

    def compile(self, source, out, *flags):
        os.makedirs(os.path.dirname(out), exist_ok=True)
        subprocess.run([self.cc, "-x", "c", "-", "-x", "none", "-o", out, "-Wl,--no-as-needed", *flags],
                       input=source, text=True, check=True)

    def at(self, path):
        return os.path.join(self.site, path)

    def lib(self, path, needs=(), soname=None, rpath=None, runpath=None, flags=(), source="", both=None):
        """Builds a library. `both`: an RPATH besides the RUNPATH, which no linker writes any more."""
        out = self.at(path)
        link = list(flags)
        if soname:
            link.append(f"-Wl,-soname,{soname}")
        if rpath is not None:
            link.append(f"-Wl,--disable-new-dtags,-rpath,{rpath}")
        if runpath is not None:
            link.append(f"-Wl,--enable-new-dtags,-rpath,{runpath}")
        if both is not None:
            link.append(f"-Wl,--disable-new-dtags,-rpath,{both[0]},-f,{both[1]}")
        name = re.sub(r"\W", "_", os.path.basename(path))
        self.compile(source or f"int {name}_;", out, "-shared", "-nostdlib", "-fPIC", *link, *map(self.stub, needs))
        if both is not None:
            retag(out, DT_AUXILIARY, DT_RUNPATH)
        return out

    def module(self, name="ext", needs=(), folder="", **more):
        """Builds an extension module: what a case asks about."""
        path = os.path.join(folder, name + ".so")
        self.modules.append(self.at(path))
        return self.lib(path, needs, source=f"void *PyInit_{name}(void) {{ return 0; }}", **more)

    def stub(self, name):
        """A library to link against so that `name` stands in the list of needs."""
        stub = os.path.join(self.stubs, name.replace("/", "%") + ".stub")
        if not os.path.exists(stub):
            self.compile("int stub_;", stub, "-shared", "-nostdlib", "-fPIC", "-Wl,-soname," + name)
        return stub

    def write(self, path, data):
        out = self.at(path)
        os.makedirs(os.path.dirname(out), exist_ok=True)
        if os.path.lexists(out):
            os.unlink(out)
        with open(out, "wb") as file:
            file.write(data)
        return out

    def patch(self, path, offset, data):
        """Overwrites some bytes of a file."""
        with open(self.at(path), "r+b") as file:
            file.seek(offset)
            file.write(data)

    def link(self, path, target):
        out = self.at(path)
        os.makedirs(os.path.dirname(out), exist_ok=True)
        os.symlink(target, out)

    def library_path(self, *folders, separator=":"):
        self.settings["LD_LIBRARY_PATH"] = separator.join(map(self.at, folders))

    def environment(self):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LD_", "PYTHON", "VIRTUAL_ENV", "CONDA"))}
        return {**clean, **self.settings}


def dynamic(data):
    """(offset of each dynamic entry, tag, value) and the segments, of a 64-bit little-endian image"""
    phoff, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    loads, entries = [], []
    for i in range(count):
        kind, _, offset, address, _, length, _, _ = struct.unpack_from("<IIQQQQQQ", data, phoff + i * size)
        if kind == 1:
            loads.append((address, offset, length))
        if kind == 2:
            for at in range(offset, offset + length, 16):
                tag, value = struct.unpack_from("<QQ", data, at)
                if tag == 0:
                    break
                entries.append((at, tag, value))
    return entries, loads


def retag(path, old, new):
    with open(path, "r+b") as file:
        for at, tag, _ in dynamic(file.read())[0]:
            if tag == old:
                file.seek(at)
                file.write(struct.pack("<Q", new))


def needed(path):
    """The names that an image needs; none of a file that is no image."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        entries, loads = dynamic(data) if data[:5] == b"\x7fELF\x02" else ([], [])
        table = next((value for _, tag, value in entries if tag == 5), 0)
        base = next((table - address + offset for address, offset, size in loads if address <= table < address + size), 0)
        return [data[base + value:data.index(b"\0", base + value)].decode() for _, tag, value in entries if tag == 1]
    except (OSError, struct.error, ValueError):
        return []


# ------------------------------------------------------------------------------------------------ glibc's cases

CASES = []


def case(build):
    """A case: its name is the rule, its text says what has to come out."""
    CASES.append(build)
    return build


@case
def rpath_of_the_module(e):
    """found"""
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], rpath="$ORIGIN/libs")


@case
def runpath_of_the_module(e):
    """found"""
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")


@case
def no_path_at_all(e):
    """not found"""
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"])


@case
def rpath_is_inherited(e):
    """libb found by the module's rpath"""
    e.lib("libs/libb.so")
    e.lib("libs/liba.so", needs=["libb.so"])
    e.module(needs=["liba.so"], rpath="$ORIGIN/libs")


@case
def rpath_is_inherited_over_two_steps(e):
    """libc1 found by the module's rpath"""
    e.lib("libs/libc1.so")
    e.lib("libs/libb.so", needs=["libc1.so"])
    e.lib("libs/liba.so", needs=["libb.so"])
    e.module(needs=["liba.so"], rpath="$ORIGIN/libs")


@case
def runpath_is_not_inherited(e):
    """libb not found"""
    e.lib("libs/libb.so")
    e.lib("libs/liba.so", needs=["libb.so"])
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")


@case
def rpath_is_ignored_under_runpath(e):
    """not found: the rpath has it, the runpath counts"""
    e.lib("good/liba.so")
    e.module(needs=["liba.so"], both=("$ORIGIN/good", "$ORIGIN/empty"))


@case
def runpath_beside_a_rpath(e):
    """found by the runpath"""
    e.lib("good/liba.so")
    e.lib("bad/liba.so")
    e.module(needs=["liba.so"], both=("$ORIGIN/bad", "$ORIGIN/good"))


@case
def inherited_rpath_is_ignored_under_own_runpath(e):
    """libb not found: liba's runpath shuts out the module's rpath"""
    e.lib("libs/libb.so")
    e.lib("libs/liba.so", needs=["libb.so"], runpath="$ORIGIN/nowhere")
    e.module(needs=["liba.so"], rpath="$ORIGIN/libs")


@case
def chain_passes_over_an_object_with_runpath(e):
    """libc1 found by the module's rpath, although liba between has a runpath"""
    e.lib("libs/libc1.so")
    e.lib("more/libb.so", needs=["libc1.so"])
    e.lib("libs/liba.so", needs=["libb.so"], runpath="$ORIGIN/../more")
    e.module(needs=["liba.so"], rpath="$ORIGIN/libs")


@case
def own_rpath_before_inherited(e):
    """libb from near"""
    e.lib("near/libb.so")
    e.lib("libs/libb.so")
    e.lib("libs/liba.so", needs=["libb.so"], rpath="$ORIGIN/../near")
    e.module(needs=["liba.so"], rpath="$ORIGIN/libs")


@case
def inherited_rpath_is_the_first_importers(e):
    """libc1 as the module that brings libb in first finds it: by liba's rpath"""
    for folder in ("one", "two"):
        e.lib(folder + "/libz1.so")
    e.lib("libs/libb.so", needs=["libz1.so"])
    e.lib("libs/liba.so", needs=["libb.so"], rpath="$ORIGIN:$ORIGIN/../one")
    e.module(needs=["liba.so", "libb.so"], rpath="$ORIGIN/libs:$ORIGIN/two")


@case
def entries_in_order(e):
    """from one"""
    e.lib("one/liba.so")
    e.lib("two/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/none:$ORIGIN/one:$ORIGIN/two")


@case
def breadth_first(e):
    """libz1 of both from one: liba is first"""
    e.lib("one/libz1.so")
    e.lib("two/libz1.so")
    e.lib("libs/liba.so", needs=["libz1.so"], runpath="$ORIGIN/../one")
    e.lib("libs/libb.so", needs=["libz1.so"], runpath="$ORIGIN/../two")
    e.module(needs=["liba.so", "libb.so"], runpath="$ORIGIN/libs")


@case
def breadth_before_depth(e):
    """libz1 from two: the module's own needs come before liba's"""
    e.lib("one/libz1.so")
    e.lib("two/libz1.so")
    e.lib("libs/liba.so", needs=["libz1.so"], runpath="$ORIGIN/../one")
    e.module(needs=["liba.so", "libz1.so"], runpath="$ORIGIN/libs:$ORIGIN/two")


@case
def library_path_after_rpath(e):
    """from rpath"""
    e.lib("libs/liba.so")
    e.lib("env/liba.so")
    e.module(needs=["liba.so"], rpath="$ORIGIN/libs")
    e.library_path("env")


@case
def library_path_before_runpath(e):
    """from env"""
    e.lib("libs/liba.so")
    e.lib("env/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")
    e.library_path("env")


@case
def library_path_in_order(e):
    """from one"""
    e.lib("one/liba.so")
    e.lib("two/liba.so")
    e.module(needs=["liba.so"])
    e.library_path("none", "one", "two")


@case
def library_path_with_semicolons(e):
    """from one"""
    e.lib("one/liba.so")
    e.module(needs=["liba.so"])
    e.library_path("none", "one", separator=";")


@case
def library_path_shadows_the_system(e):
    """libm from env: LD_LIBRARY_PATH is searched before the cache"""
    e.lib("env/libm.so.6")
    e.module(needs=["libm.so.6"])
    e.library_path("env")


@case
def library_path_with_origin(e):
    """$ORIGIN in LD_LIBRARY_PATH is the program's"""
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"])
    e.settings["LD_LIBRARY_PATH"] = "$ORIGIN/../lib/python3.11/site-packages/libs"


@case
def library_path_with_an_empty_entry(e):
    """found behind it"""
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"])
    e.settings["LD_LIBRARY_PATH"] = ":" + e.at("libs") + "::"


@case
def program_has_a_rpath(e):
    """found by the program's rpath, though the module was opened by dlopen"""
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"])
    e.program(f"-Wl,--disable-new-dtags,-rpath,{e.at('libs')}")


@case
def program_has_a_rpath_and_the_module_a_runpath(e):
    """not found"""
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/nowhere")
    e.program(f"-Wl,--disable-new-dtags,-rpath,{e.at('libs')}")


@case
def program_has_a_runpath(e):
    """not found: a runpath is for the program's own needs"""
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"])
    e.program(f"-Wl,--enable-new-dtags,-rpath,{e.at('libs')}")


@case
def program_has_loaded_it(e):
    """the program's own liba, not the one in the module's rpath"""
    e.lib("theirs/liba.so", soname="liba.so")
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], rpath="$ORIGIN/libs")
    e.program(e.at("theirs/liba.so"), f"-Wl,-rpath,{e.at('theirs')}")


@case
def another_machine_is_passed_over(e):
    """from two"""
    e.lib("one/liba.so")
    e.patch("one/liba.so", 18, b"\xb7\0")
    e.lib("two/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def another_machine_only(e):
    """not found"""
    e.lib("one/liba.so")
    e.patch("one/liba.so", 18, b"\xb7\0")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one")


@case
def another_class_is_passed_over(e):
    """from two"""
    header = b"\x7fELF\1\1\1" + bytes(9) + struct.pack("<HHIIIIIHHHHHH", 3, 3, 1, 0, 52, 0, 0, 52, 32, 1, 40, 0, 0)
    segment = struct.pack("<IIIIIIII", 1, 0, 0, 0, 84, 84, 5, 4096)
    e.write("one/liba.so", header + segment + bytes(400))
    e.lib("two/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def another_byte_order(e):
    """whatever the loader says of a big-endian file"""
    e.lib("one/liba.so")
    e.patch("one/liba.so", 5, b"\2")
    e.lib("two/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def another_abi(e):
    """an OS ABI that the loader does not know stops"""
    e.lib("one/liba.so")
    e.patch("one/liba.so", 7, b"\x09")
    e.lib("two/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def gnu_abi(e):
    """found: ELFOSABI_GNU is known"""
    e.lib("one/liba.so")
    e.patch("one/liba.so", 7, b"\x03")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one")


@case
def text_stops(e):
    """not found, although two has it"""
    e.write("one/liba.so", b"/* GNU ld script */\nGROUP ( /lib/liba.so.6 )\n" * 40)
    e.lib("two/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def empty_file_stops(e):
    """not found, although two has it"""
    e.write("one/liba.so", b"")
    e.lib("two/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def cut_header_stops(e):
    """not found, although two has it"""
    with open(e.lib("two/liba.so"), "rb") as file:
        e.write("one/liba.so", file.read(40))
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def directory_stops(e):
    """not found, although two has it"""
    os.makedirs(e.at("one/liba.so"))
    e.lib("two/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def object_file_stops(e):
    """not found, although two has it"""
    e.lib("two/liba.so")
    subprocess.run([e.cc, "-c", "-x", "c", "-", "-o", e.at("two/liba.o")], input="int a;", text=True, check=True)
    os.makedirs(e.at("one"))
    os.rename(e.at("two/liba.o"), e.at("one/liba.so"))
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def program_as_a_library_stops(e):
    """not found, although two has it: a position-independent program"""
    e.lib("two/liba.so")
    e.compile("int main(void) { return 0; }", e.at("one/liba.so"), "-pie")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def not_to_be_opened(e):
    """-z nodlopen: whatever the loader says where the need, not the dlopen, names it"""
    e.lib("one/liba.so", flags=["-Wl,-z,nodlopen"])
    e.lib("two/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def dangling_link_is_passed_over(e):
    """from two"""
    e.link("one/liba.so", "../gone/liba.so")
    e.lib("two/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def link_loop_leaves_the_list(e):
    """not found in two: the rest of the list is given up"""
    e.link("one/liba.so", "liba.so")
    e.lib("two/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def link_loop_leaves_only_the_list(e):
    """from env's follower: the search goes on with the runpath after LD_LIBRARY_PATH is given up"""
    e.link("env/liba.so", "liba.so")
    e.lib("two/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/two")
    e.library_path("env")


@case
def link_loop_in_own_rpath(e):
    """the inherited rpath after a loop in the own one"""
    e.link("own/libb.so", "libb.so")
    e.lib("libs/libb.so")
    e.lib("libs/liba.so", needs=["libb.so"], rpath="$ORIGIN/../own")
    e.module(needs=["liba.so"], rpath="$ORIGIN/libs")


@case
def file_in_place_of_a_folder(e):
    """from two: ENOTDIR is as good as absent"""
    e.write("one", b"")
    e.lib("two/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/one:$ORIGIN/two")


@case
def origin_is_of_the_link(e):
    """not found: $ORIGIN is the folder of the link, the library lies by its target"""
    e.lib("real/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN", folder="real")
    e.modules = [e.at("ext.so")]
    os.rename(e.at("real/ext.so"), e.at("real/body.bin"))
    e.link("ext.so", "real/body.bin")


@case
def origin_beside_the_link(e):
    """found beside the link"""
    e.lib("liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN", folder="real")
    e.modules = [e.at("ext.so")]
    os.rename(e.at("real/ext.so"), e.at("real/body.bin"))
    e.link("ext.so", "real/body.bin")


@case
def origin_of_a_library_link(e):
    """libb not found: liba is opened by a link in another folder than its body"""
    e.lib("body/libb.so")
    e.lib("body/liba.so.1", needs=["libb.so"], runpath="$ORIGIN")
    e.link("libs/liba.so", "../body/liba.so.1")
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")


@case
def folder_link_with_dots(e):
    """.. behind a link leads up from its target"""
    os.makedirs(e.at("far/deep"))
    e.link("near", "far/deep")
    e.lib("far/libs/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/near/../libs")


@case
def soname_of_a_loaded_library(e):
    """libfoo.so.1 is liba.so, by its soname"""
    e.lib("libs/liba.so", soname="libfoo.so.1")
    e.module(needs=["liba.so", "libfoo.so.1"], runpath="$ORIGIN/libs")


@case
def soname_before_it_is_loaded(e):
    """libfoo.so.1 not found: liba.so comes after it"""
    e.lib("libs/liba.so", soname="libfoo.so.1")
    e.module(needs=["libfoo.so.1", "liba.so"], runpath="$ORIGIN/libs")


@case
def soname_beats_a_file_of_that_name(e):
    """libfoo.so.1 is liba.so, not the file"""
    e.lib("libs/liba.so", soname="libfoo.so.1")
    e.lib("libs/libfoo.so.1")
    e.module(needs=["liba.so", "libfoo.so.1"], runpath="$ORIGIN/libs")


@case
def file_name_is_no_soname(e):
    """libs/libb.so is searched for: an object answers to what it was asked for and to its soname only"""
    e.lib("other/libb.so", soname="libx.so")
    e.link("other/liba.so", "libb.so")
    e.lib("libs/libb.so")
    e.module(needs=["liba.so", "libb.so"], runpath="$ORIGIN/other/none:$ORIGIN/libs:$ORIGIN/other")


@case
def same_file_under_two_names(e):
    """both are one object"""
    e.lib("libs/liba.so.1")
    e.link("libs/liba.so", "liba.so.1")
    e.module(needs=["liba.so", "liba.so.1"], runpath="$ORIGIN/libs")


@case
def same_file_by_hard_link(e):
    """both are one object"""
    e.lib("libs/liba.so")
    os.link(e.at("libs/liba.so"), e.at("libs/libb.so"))
    e.module(needs=["liba.so", "libb.so"], runpath="$ORIGIN/libs")


@case
def same_file_answers_to_its_second_name(e):
    """libc1 needs libb.so without any path: the object answers to that name since the module asked for it"""
    e.lib("libs/liba.so")
    os.link(e.at("libs/liba.so"), e.at("libs/libb.so"))
    e.lib("libs/libc1.so", needs=["libb.so"])
    e.module(needs=["liba.so", "libb.so", "libc1.so"], runpath="$ORIGIN/libs")


@case
def copy_is_another_object(e):
    """two objects"""
    e.lib("libs/liba.so")
    shutil.copy(e.at("libs/liba.so"), e.at("libs/libb.so"))
    e.module(needs=["liba.so", "libb.so"], runpath="$ORIGIN/libs")


@case
def module_is_needed_by_its_own_library(e):
    """ext.so as a need is the module: the library's search comes to the same file"""
    e.lib("libs/liba.so", needs=["ext.so"], runpath="$ORIGIN/..")
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")


@case
def module_by_its_soname(e):
    """libext.so is the module, by its soname"""
    e.lib("libs/liba.so", needs=["libext.so"])
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs", soname="libext.so")


@case
def cycle(e):
    """ends"""
    e.lib("libs/liba.so", needs=["libb.so"], runpath="$ORIGIN")
    e.lib("libs/libb.so", needs=["liba.so"], runpath="$ORIGIN")
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")


@case
def need_of_itself(e):
    """is itself"""
    e.lib("libs/liba.so", needs=["liba.so"])
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")


@case
def path_as_a_need(e):
    """opened as it stands"""
    e.lib("libs/liba.so")
    e.module(needs=[e.at("libs/liba.so")])


@case
def path_with_origin_as_a_need(e):
    """$ORIGIN is expanded in names as well"""
    e.lib("libs/liba.so")
    e.module(needs=["$ORIGIN/libs/liba.so"])


@case
def path_that_is_gone(e):
    """not found: a path is not searched for"""
    e.lib("libs/liba.so")
    e.module(needs=[e.at("gone/liba.so")], rpath="$ORIGIN/libs")


@case
def path_and_name_of_one_file(e):
    """one object: the search comes to the same file"""
    e.lib("libs/liba.so")
    e.module(needs=[e.at("libs/liba.so"), "liba.so"], runpath="$ORIGIN/libs")


@case
def default_directories_ruled_out(e):
    """-z nodefaultlib: libm not found"""
    e.module(needs=["libm.so.6"], flags=["-Wl,-z,nodefaultlib"])


@case
def default_directories_of_the_importer(e):
    """libm found: the library that needs it has no -z nodefaultlib itself"""
    e.lib("libs/liba.so", needs=["libm.so.6"])
    e.module(needs=["liba.so"], flags=["-Wl,-z,nodefaultlib"], runpath="$ORIGIN/libs")


@case
def cache(e):
    """the system's libm"""
    e.module(needs=["libm.so.6"])


@case
def copy_of_a_system_library(e):
    """libm from rpath: it is not loaded yet"""
    e.lib("libs/libm.so.6")
    e.module(needs=["libm.so.6"], rpath="$ORIGIN/libs")


@case
def copy_of_what_is_loaded(e):
    """the system's libc: it is loaded already"""
    e.lib("libs/libc.so.6")
    e.module(needs=["libc.so.6"], rpath="$ORIGIN/libs")


@case
def copy_of_the_loader(e):
    """the loader itself: it is loaded already"""
    e.lib("libs/ld-linux-x86-64.so.2")
    e.module(needs=["ld-linux-x86-64.so.2"], rpath="$ORIGIN/libs")


@case
def linker_script_of_the_system(e):
    """libc.so is none of the loader's names; what it finds depends on the system"""
    e.module(needs=["libc.so"])


@case
def hwcaps_before_the_folder(e):
    """from glibc-hwcaps/x86-64-v2 where the processor has it"""
    e.lib("libs/liba.so")
    e.lib("libs/glibc-hwcaps/x86-64-v2/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")


@case
def hwcaps_best_first(e):
    """from the best level that the processor has"""
    for level in ("v2", "v3", "v4"):
        e.lib(f"libs/glibc-hwcaps/x86-64-{level}/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")


@case
def hwcaps_in_the_library_path(e):
    """from glibc-hwcaps/x86-64-v2 where the processor has it"""
    e.lib("env/liba.so")
    e.lib("env/glibc-hwcaps/x86-64-v2/liba.so")
    e.module(needs=["liba.so"])
    e.library_path("env")


@case
def unknown_hwcaps(e):
    """from the folder itself"""
    e.lib("libs/glibc-hwcaps/x86-64-v9/liba.so")
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")


@case
def legacy_tls_folder(e):
    """searched before 2.37 only"""
    e.lib("libs/tls/liba.so")
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")


@case
def legacy_platform_folder(e):
    """searched before 2.37 only; which name depends on the processor"""
    for platform in ("haswell", "xeon_phi", "x86_64"):
        e.lib(f"libs/{platform}/liba.so")
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")


@case
def lib_token(e):
    """$LIB"""
    for lib in ("lib", "lib64", "lib/x86_64-linux-gnu"):
        e.lib(f"{lib}/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/$LIB")


@case
def platform_token(e):
    """$PLATFORM"""
    for platform in ("haswell", "xeon_phi", "x86_64"):
        e.lib(f"{platform}/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/${PLATFORM}")


@case
def braces_around_origin(e):
    """found"""
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], runpath="${ORIGIN}/libs")


@case
def origin_in_the_middle(e):
    """whatever the loader makes of it"""
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], runpath="/.$ORIGIN/libs")


@case
def unknown_token(e):
    """from libs: an unknown token stays as it is"""
    e.lib("$NOTHING/liba.so")
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN/$NOTHING:$ORIGIN/libs")


@case
def slashes_in_excess(e):
    """found"""
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], runpath="$ORIGIN//libs/./")


@case
def relative_entry(e):
    """found by the entry after it"""
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], runpath="nowhere:$ORIGIN/libs")


@case
def version_that_is_not_there(e):
    """found; that the version is missing is another matter"""
    e.compile("int f(void) { return 1; }", e.at("new/liba.so"), "-shared", "-fPIC", "-nostdlib", "-Wl,-soname,liba.so",
              "-Wl,--version-script=" + e.write("new/map", b"A_2 { global: f; };"))
    e.lib("libs/liba.so", soname="liba.so")
    e.module(flags=["-Wl,-u,f", e.at("new/liba.so")], runpath="$ORIGIN/libs")
    shutil.rmtree(e.at("new"))


@case
def auxiliary_that_is_not_there(e):
    """liba loads without it"""
    e.lib("libs/libb.so")
    e.lib("libs/liba.so", needs=["libb.so"], flags=["-Wl,-f,libgone.so"], runpath="$ORIGIN")
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")


@case
def filter_that_is_not_there(e):
    """whatever the loader says of an absent filtee"""
    e.lib("libs/liba.so", flags=["-Wl,-F,libgone.so"], runpath="$ORIGIN")
    e.module(needs=["liba.so"], runpath="$ORIGIN/libs")


@case
def auxiliary_that_is_there(e):
    """libaux is loaded before what comes after it: libz1 as libaux finds it"""
    e.lib("one/libz1.so")
    e.lib("two/libz1.so")
    e.lib("libs/libaux.so", needs=["libz1.so"], runpath="$ORIGIN/../one")
    e.lib("libs/liba.so", flags=["-Wl,-f,libaux.so"], runpath="$ORIGIN")
    e.lib("libs/libb.so", needs=["libz1.so"], runpath="$ORIGIN/../two")
    e.module(needs=["liba.so", "libb.so"], runpath="$ORIGIN/libs")


@case
def preload(e):
    """the preloaded one"""
    e.lib("first/liba.so", soname="liba.so")
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], rpath="$ORIGIN/libs")
    e.settings["LD_PRELOAD"] = e.at("first/liba.so")


@case
def preload_without_soname(e):
    """the one in libs: the preloaded one answers to its path only"""
    e.lib("first/liba.so")
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], rpath="$ORIGIN/libs")
    e.settings["LD_PRELOAD"] = e.at("first/liba.so")


@case
def preload_that_is_not_there(e):
    """ignored"""
    e.lib("libs/liba.so")
    e.module(needs=["liba.so"], rpath="$ORIGIN/libs")
    e.settings["LD_PRELOAD"] = e.at("first/gone.so")


@case
def second_need_after_a_missing_one(e):
    """the first is not found"""
    e.lib("libs/libb.so")
    e.module(needs=["liba.so", "libb.so"], runpath="$ORIGIN/libs")


@case
def two_modules_two_contexts(e):
    """libb as each module's rpath finds it"""
    for name in ("one", "two"):
        e.lib(f"{name}/libb.so")
        e.module(name, needs=["liba.so"], rpath=f"$ORIGIN/libs:$ORIGIN/{name}")
    e.lib("libs/liba.so", needs=["libb.so"])


@case
def module_in_a_package(e):
    """found two folders up"""
    e.lib("x.libs/liba.so")
    e.module(needs=["liba.so"], rpath="$ORIGIN/../../x.libs", folder="x/deep")


# ------------------------------------------------------------------------------------------------ musl's cases

MUSL_CASES = [
    rpath_of_the_module, runpath_of_the_module, no_path_at_all, rpath_is_inherited, rpath_is_inherited_over_two_steps,
    rpath_is_ignored_under_runpath, runpath_beside_a_rpath, own_rpath_before_inherited, entries_in_order, breadth_first,
    breadth_before_depth, library_path_before_runpath, library_path_in_order, program_has_a_rpath, program_has_a_runpath,
    program_has_loaded_it, text_stops, empty_file_stops, directory_stops, dangling_link_is_passed_over,
    link_loop_leaves_the_list, file_in_place_of_a_folder, origin_is_of_the_link, origin_beside_the_link,
    origin_of_a_library_link, folder_link_with_dots, soname_of_a_loaded_library, soname_before_it_is_loaded,
    soname_beats_a_file_of_that_name, file_name_is_no_soname, same_file_under_two_names, same_file_by_hard_link,
    same_file_answers_to_its_second_name, copy_is_another_object, module_is_needed_by_its_own_library, cycle,
    need_of_itself, path_as_a_need, path_that_is_gone, path_and_name_of_one_file, lib_token, braces_around_origin,
    unknown_token, slashes_in_excess, preload, preload_without_soname, two_modules_two_contexts, module_in_a_package,
    auxiliary_that_is_not_there,
]
# Not another_machine_is_passed_over: musl does not look at the processor at all and fails only when it relocates what a
# real library of another processor has, which the bytes patched here have not.


def musl(build):
    """A case for musl alone."""
    MUSL_CASES.append(build)
    return build


@musl
def runpath_is_inherited(e):
    """libb found: musl knows no difference between the two"""
    runpath_is_not_inherited(e)


@musl
def library_path_before_rpath(e):
    """from env"""
    library_path_after_rpath(e)


@musl
def parts_of_the_c_library(e):
    """all of them are the C library, whatever lies about"""
    names = ["libc.so", "libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1"]
    for name in names:
        e.lib("libs/" + name)
    e.module(needs=names, rpath="$ORIGIN/libs")


@musl
def own_name_of_the_c_library(e):
    """libc.musl-x86_64.so.1 is the C library too"""
    e.module(needs=["libc.musl-x86_64.so.1"])


@musl
def almost_a_part_of_the_c_library(e):
    """libmy.so and libm-2.so are libraries like any other"""
    e.lib("libs/libmy.so")
    e.lib("libs/libm-2.so")
    e.module(needs=["libmy.so", "libm-2.so"], rpath="$ORIGIN/libs")


# ------------------------------------------------------------------------------------------------ asking

class MuslLoader:
    def ask(self, env, module, names):
        """As GlibcLoader.ask."""
        program = os.path.join(env.root, "bin", "python3")
        plain = [name for name in names if "/" not in name]
        done = subprocess.run([program, module, *plain], env=env.environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd="/")
        loaded, stands_for, error = spoken(done.stdout, program)
        answers = {}
        if error is None:
            for file in [module, *loaded]:
                for name in needed(file):
                    answer = stands_for.get(name) or by_file_name(name, loaded) or self.same_file(env, name, loaded)
                    answers[real(file), name] = answer
        elif match := re.match(r"Error loading shared library (.*): .* \(needed by (.*)\)", error):
            # The first need that is not met ends the load; of what was met before, nothing is told.
            answers[real(match[2]), match[1]] = None
        return answers, loaded

    def same_file(self, env, name, loaded):
        """The loaded object that a file of this name is: musl does not remember an object's second name, but where the
        load succeeded the name was met."""
        for folder, _, files in os.walk(env.root):
            path = os.path.join(folder, name)
            for other in loaded if name in files else ():
                if os.path.exists(path) and os.path.samefile(path, other):
                    return other
        return None


class GlibcLoader:
    def ask(self, env, module, names):
        """({(file, need): path or None}, files that were loaded)"""
        program = os.path.join(env.root, "bin", "python3")
        plain = [name for name in names if "/" not in name]
        debug = os.path.join(env.root, ".debug")
        done = subprocess.run([program, module, *plain], env={**env.environment(), "LD_DEBUG": "files,libs",
                              "LD_DEBUG_OUTPUT": debug}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, cwd="/")
        log = ""
        for name in [n for n in os.listdir(env.root) if n.startswith(".debug")]:
            with open(os.path.join(env.root, name)) as file:
                log += file.read()
            os.unlink(os.path.join(env.root, name))
        loaded, stands_for, error = spoken(done.stdout, program)
        answers = {}
        if error is None:
            for file in [module, *loaded]:
                for name in needed(file):
                    answers[real(file), name] = stands_for.get(name) or by_file_name(name, loaded)
            return answers, loaded
        # The load ended early: the debug text tells what was found so far, the error what ended it.
        found, asked = followed(log)
        failed = os.path.basename(error.split(": ")[0])
        # What lacks a version was found; any other error is about the file that was to be the answer.
        is_refusal = ": version `" not in error
        for by, name in asked:
            if os.path.basename(name) == failed and is_refusal:
                answers[real(by), name] = None
            elif (by, name) in found:
                answers[real(by), name] = real(found[by, name])
        return answers, []


def followed(log):
    """What LD_DEBUG=files,libs tells: {(by, name): path} of what was mapped, and every (by, name) that was asked for."""
    found, asked, current, last = {}, [], None, None
    for line in log.splitlines():
        line = re.sub(r"^\s*\d+:\t", "", line)
        if match := re.match(r"file=(.*) \[0\];  needed by (.*) \[0\]", line):
            current, last = (match[2], match[1]), None
            asked.append(current)
        elif re.match(r"file=.* dynamically loaded by ", line):
            current = None
        elif match := re.match(r"  trying file=(.*)", line):
            last = match[1]
        elif "generating link map" in line and current:
            found[current] = last or current[1]
            current = None
    return found, asked


def spoken(text, program):
    """What ASK printed: the loaded objects, {name: path}, the error."""
    loaded, stands_for, error = [], {}, None
    for line in text.splitlines():
        name, _, path = line.partition("\t")
        if name == "!":
            error = path
        elif name == "=":
            loaded.append(real(path) if path.startswith("/") else program)
        elif path:
            stands_for[name] = real(path)
    return loaded, stands_for, error


def by_file_name(name, loaded):
    if "/" not in name:
        return None
    return next((path for path in loaded if os.path.basename(path) == os.path.basename(name)), None)


def real(path):
    return None if path is None else os.path.realpath(path)


def dylens_needs(program, env):
    """{(file, need): [path or None, ...]}"""
    done = subprocess.run([program, "export", "--format", "jsonl", env.root], env=env.environment(), text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit(f"dylens export: exit code {done.returncode}\n{done.stderr}")
    needs = {}
    for row in map(json.loads, done.stdout.splitlines()):
        path = None if row["path"] is None else real(os.path.join(env.root, row["path"]))
        # musl's own parts are no files; to the loader they all are the loader.
        path = real(MUSL) if row["status"] == "builtin" else path
        needs.setdefault((real(os.path.join(env.root, row["file"])), row["need"]), []).append(path)
    return needs


def run(build, cc, loader, program, folder):
    """Builds and compares one case; returns the differences and how many needs were compared."""
    root = os.path.join(folder, build.__name__)
    os.makedirs(root)
    env = Env(root, cc)
    build(env)
    shutil.rmtree(env.stubs)
    names = sorted({name for top, _, files in os.walk(root) for file in files for name in needed(os.path.join(top, file))})
    wanted = {}
    for module in env.modules:
        for key, path in loader.ask(env, module, names)[0].items():
            wanted.setdefault(key, set()).add(path)
    ours = dylens_needs(program, env)
    differences = []
    wanted = {key: paths for key, paths in wanted.items() if key[0].startswith(os.path.realpath(root) + "/")}
    for (file, name), paths in sorted(wanted.items()):
        got = set(ours.get((file, name), ["no such edge"]))
        # Where imports differ, dylens shows the outcome of most.
        if not got <= paths:
            short = lambda path: "not found" if path is None else path.replace(os.path.realpath(env.site) + "/", "")
            answer = lambda paths: ", ".join(sorted(map(short, paths)))
            differences.append(f"{short(file)} needs {name}: the loader: {answer(paths)}; dylens: {answer(got)}")
    return differences, len(wanted)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("dylens")
    parser.add_argument("--only", default="", help="cases whose name holds this word")
    parser.add_argument("--keep", help="a new folder to build the cases in, which is left there")
    parser.add_argument("--musl", action="store_true", help="fail where musl's compiler is not there")
    args = parser.parse_args()
    program = shutil.which(args.dylens)
    if program is None:
        raise SystemExit(f"{args.dylens}: no such program; build it with: cargo build --release")
    if shutil.which("gcc") is None:
        raise SystemExit("gcc is not there; install it with the system's package manager")
    has_musl = shutil.which("musl-gcc") is not None and os.path.exists(MUSL)
    if args.musl and not has_musl:
        raise SystemExit("musl-gcc is not there; install musl-tools with the system's package manager")
    if not has_musl:
        print("musl-gcc is not there (musl-tools): musl's cases are left out", file=sys.stderr)
    systems = [("glibc", "gcc", GlibcLoader(), CASES)] + [("musl", "musl-gcc", MuslLoader(), MUSL_CASES)] * has_musl
    folder = args.keep or tempfile.mkdtemp(prefix="cases")
    passed = failed = edges = 0
    try:
        for system, cc, loader, cases in systems:
            for build in [build for build in cases if args.only in build.__name__]:
                where = os.path.join(folder, system)
                differences, compared = run(build, cc, loader, os.path.abspath(program), where)
                edges += compared
                if compared == 0:
                    differences = ["no need was compared"]
                if differences:
                    failed += 1
                    print(f"  FAILED: {system}, {build.__name__} ({build.__doc__})")
                    for difference in differences:
                        print(f"    {difference}")
                else:
                    passed += 1
    finally:
        if not args.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{edges} needs of {passed + failed} cases compared")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
