#!/usr/bin/env python3
"""wine.py DYLENS [--only WORD] [--keep FOLDER] [--packages FOLDER [--sample N --seed S]]

Small installations of Python for Windows, each built with MinGW around one rule of Windows' loader, each asked of Wine's
loader and of dylens: the same verdict on the module, and the same DLLs of the installation loaded with it.  The
interpreter is a small program that hands to Windows what CPython 3.8 and later hand to it (HOST); its `python311.dll`
has the names that the modules ask for, and does nothing.

--packages FOLDER asks the same about every module of the real packages in FOLDER/site-packages (windows.py installs them),
with the DLLs that no Windows has hidden from Wine's own System32.

Wine's loader is no Windows: what it is known to answer otherwise is not asked (KnownDLLs, exports that are missing).
Only the Python standard library, MinGW and Wine are used.  Exit code 1 on any difference.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import sample

# A job has a line for each thing to do, in order: `A FOLDER` is os.add_dll_directory, `L FILE` loads as an import or
# ctypes.CDLL do (Python/dynload_win.c, Modules/_ctypes/callproc.c).  After each load, every module of the process.
HOST = r"""
#include <windows.h>
#include <psapi.h>
#include <stdio.h>
static void wide(const char *in, wchar_t *out) { MultiByteToWideChar(CP_UTF8, 0, in, -1, out, 4096); }
static void modules(void) {
    HMODULE all[2048]; DWORD size = 0; wchar_t path[4096]; char name[8192];
    EnumProcessModules(GetCurrentProcess(), all, sizeof all, &size);
    for (unsigned i = 0; i < size / sizeof *all; i++) {
        GetModuleFileNameW(all[i], path, 4096);
        WideCharToMultiByte(CP_UTF8, 0, path, -1, name, sizeof name, 0, 0);
        printf("=\t%s\n", name);
    }
}
int main(int argc, char **argv) {
    char line[8192]; wchar_t path[4096];
    FILE *job = fopen(argv[1], "rb");
    freopen(argv[2], "wb", stdout);
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX);
    while (job && fgets(line, sizeof line, job)) {
        line[strcspn(line, "\r\n")] = 0;
        wide(line + 2, path);
        if (line[0] == 'A' && !AddDllDirectory(path)) printf("!\tAddDllDirectory %lu\n", GetLastError());
        if (line[0] == 'L' && !LoadLibraryExW(path, 0, LOAD_LIBRARY_SEARCH_DEFAULT_DIRS | LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR))
            printf("!\t%lu %s\n", GetLastError(), line + 2);
    }
    modules();
    printf(".\n");
    return 0;
}
"""
CC = {"x86_64": "x86_64-w64-mingw32-gcc", "i686": "i686-w64-mingw32-gcc"}
DLLTOOL = {"x86_64": "x86_64-w64-mingw32-dlltool", "i686": "i686-w64-mingw32-dlltool"}
NOTHING = "int __stdcall DllMain(void *module, unsigned reason, void *reserved) { return 1; }\n"


def build(source, out, *flags, arch="x86_64"):
    os.makedirs(os.path.dirname(out), exist_ok=True)
    subprocess.run([CC[arch], "-x", "c", "-", "-x", "none", "-o", out, *flags], input=source, text=True, check=True)


def library(out, exports, needs=(), delayed=(), arch="x86_64"):
    """Builds a DLL without any runtime. Exports are lines of a definition file; needs are (DLL, [function, …])."""
    work = tempfile.mkdtemp(prefix="dll")
    try:
        links, calls = [], []
        for number, (dll, functions) in enumerate([*needs, *delayed]):
            definition, archive = os.path.join(work, f"{number}.def"), os.path.join(work, f"{number}.a")
            with open(definition, "w") as file:
                file.write("EXPORTS\n" + "".join(f"  {function}\n" for function in functions))
            kind = "--output-delaylib" if number >= len(needs) else "--output-lib"
            subprocess.run([DLLTOOL[arch], "-d", definition, "-D", dll, kind, archive], check=True)
            links.append(archive)
            calls += [re.split(r"[ =@]", function)[0] for function in functions]
        own = os.path.join(work, "own.def")
        with open(own, "w") as file:
            file.write(f"LIBRARY \"{os.path.basename(out)}\"\nEXPORTS\n" + "".join(f"  {line}\n" for line in exports))
        source = NOTHING + "int nothing(void) { return 0; }\n"
        if delayed:
            source += "void *__delayLoadHelper2(void *descriptor, void *address) { return 0; }\n"
        source += "".join(f"__declspec(dllimport) int {name}(void);\n" for name in calls)
        source += "int calls(void) { return 0" + "".join(f" + {name}()" for name in calls) + "; }\n"
        build(source, out, own, "-shared", "-nostdlib", "-Wl,--entry," + ("DllMain" if arch == "x86_64" else "_DllMain@12"), *links, arch=arch)
    finally:
        shutil.rmtree(work)


class Installation:
    """Python for Windows, with the modules of one case in its site-packages."""

    def __init__(self, root, python):
        self.root = root
        self.site = os.path.join(root, "Lib", "site-packages")
        os.makedirs(self.site)
        for name in os.listdir(python):
            shutil.copy(os.path.join(python, name), root)
        with open(os.path.join(root, "Lib", "os.py"), "w"):
            pass
        self.job, self.code, self.asked = [], {}, None
        self.path = None

    def at(self, path):
        return os.path.normpath(os.path.join(self.site, path))

    def dll(self, path, needs=(), exports=(), delayed=(), arch="x86_64"):
        stem = re.sub(r"\W", "_", os.path.basename(path).lower())
        needs = [need if isinstance(need, tuple) else (need, [function(need)]) for need in needs]
        delayed = [(need, [function(need)]) for need in delayed]
        library(self.at(path), [*exports, f"f_{stem}=nothing"], needs, delayed, arch)
        return self.at(path)

    def module(self, path, needs=(), **more):
        """The extension module that the case asks about."""
        self.asked = path
        name = os.path.basename(path).split(".")[0]
        self.dll(path, [("python311.dll", ["Py_Initialize"]), *needs], exports=[f"PyInit_{name}=nothing", *more.pop("exports", ())], **more)

    def write(self, path, text):
        os.makedirs(os.path.dirname(self.at(path)), exist_ok=True)
        with open(self.at(path), "w") as file:
            file.write(text)

    def says(self, package, line, *job):
        """A line of a package's code, and what it has Windows do."""
        self.code.setdefault(package, ["import ctypes, os"]).append(line)
        self.job += job

    def adds(self, package, folder):
        where = "os.path.join(os.path.dirname(__file__), " + ", ".join(map(repr, folder.split("/"))) + ")"
        self.says(package, f"os.add_dll_directory({where})", "A " + windows(self.at(os.path.join(package, folder))))

    def loads(self, package, file):
        where = "os.path.join(os.path.dirname(__file__), " + ", ".join(map(repr, file.split("/"))) + ")"
        self.says(package, f"ctypes.CDLL({where})", "L " + windows(self.at(os.path.join(package, file))))

    def finish(self):
        for package, lines in self.code.items():
            self.write(os.path.join(package, "__init__.py"), "\n".join(lines) + "\n")
        package = os.path.dirname(self.asked)
        if package and not os.path.exists(self.at(os.path.join(package, "__init__.py"))):
            self.write(os.path.join(package, "__init__.py"), "")
        self.job.append("L " + windows(self.at(self.asked)))


def function(dll):
    return "f_" + re.sub(r"\W", "_", os.path.basename(dll.replace("\\", "/")).lower())


def windows(path):
    """The name of a file of this machine in Wine, whose drive Z: is the root."""
    return "Z:" + os.path.abspath(path).replace("/", "\\")


# ------------------------------------------------------------------------------------------------ the rules, one a case

def beside(e):
    """The module's own folder is searched."""
    e.dll("p/b.dll")
    e.module("p/m.pyd", ["b.dll"])


def above(e):
    """The folder above the module is not searched."""
    e.dll("b.dll")
    e.module("p/m.pyd", ["b.dll"])


def below_the_module_s_folder(e):
    """A DLL beside the module finds what lies beside the module."""
    e.dll("p/c.dll")
    e.dll("p/b.dll", ["c.dll"])
    e.module("p/m.pyd", ["b.dll"])


def added(e):
    """A folder that code adds is searched."""
    e.dll("p/libs/b.dll")
    e.adds("p", "libs")
    e.module("p/m.pyd", ["b.dll"])


def not_added(e):
    """One that no code adds is not."""
    e.dll("p/libs/b.dll")
    e.module("p/m.pyd", ["b.dll"])


def added_by_what_is_imported(e):
    """One that another package adds is, where the package imports that."""
    e.dll("q/libs/b.dll")
    e.adds("q", "libs")
    e.says("p", "import q")
    e.module("p/m.pyd", ["b.dll"])


def added_and_what_it_needs(e):
    """A DLL in an added folder finds its own needs in added folders."""
    e.dll("p/libs/c.dll")
    e.dll("p/libs/b.dll", ["c.dll"])
    e.adds("p", "libs")
    e.module("p/m.pyd", ["b.dll"])


def folder_of_a_dependency(e):
    """The folder of a DLL that is not what was asked for is not searched."""
    e.dll("p/deep/c.dll")
    e.dll("p/libs/b.dll", ["c.dll"])
    e.adds("p", "libs")
    e.module("p/m.pyd", ["b.dll"])


def module_before_program(e):
    """The module's folder comes before that of the program."""
    e.dll("p/b.dll")
    e.dll("../../b.dll")
    e.module("p/m.pyd", ["b.dll"])


def program(e):
    """The program's folder is searched."""
    e.dll("../../b.dll")
    e.module("p/m.pyd", ["b.dll"])


def dlls_of_python(e):
    """Its folder DLLs is not: no module of the standard library loads it for others."""
    e.dll("../../DLLs/b.dll")
    e.module("p/m.pyd", ["b.dll"])


def program_before_added(e):
    """The program's folder comes before the added ones."""
    e.dll("../../b.dll")
    e.dll("p/libs/b.dll")
    e.adds("p", "libs")
    e.module("p/m.pyd", ["b.dll"])


def module_before_added(e):
    """The module's folder comes before the added ones."""
    e.dll("p/b.dll")
    e.dll("p/libs/b.dll")
    e.adds("p", "libs")
    e.module("p/m.pyd", ["b.dll"])


def path_variable(e):
    """PATH is not searched."""
    e.dll("elsewhere/b.dll")
    e.path = windows(e.at("elsewhere"))
    e.module("p/m.pyd", ["b.dll"])


def loaded_already(e):
    """What is loaded under that name is taken, wherever it came from."""
    e.dll("q/b.dll")
    e.loads("q", "b.dll")
    e.dll("p/b.dll")
    e.says("p", "import q")
    e.module("p/m.pyd", ["b.dll"])


def loaded_already_in_another_case(e):
    """Names are compared without regard to case."""
    e.dll("p/libs/B.DLL")
    e.loads("p", "libs/B.DLL")
    e.module("p/m.pyd", ["b.dll"])


def loaded_with_what_it_needs(e):
    """A DLL that is loaded by its path finds what lies beside it, and that is loaded for later ones."""
    e.dll("p/libs/c.dll")
    e.dll("p/libs/b.dll", ["c.dll"])
    e.loads("p", "libs/b.dll")
    e.module("p/m.pyd", ["c.dll"])


def loaded_under_another_name(e):
    """Another name is another DLL."""
    e.dll("p/libs/b-1.dll")
    e.loads("p", "libs/b-1.dll")
    e.module("p/m.pyd", ["b.dll"])


def other_case(e):
    """The file may be spelled otherwise than the need."""
    e.dll("p/LibB.dll")
    e.module("p/m.pyd", ["LIBB.DLL"])


def without_an_ending(e):
    """A need without a dot is one for .dll."""
    e.dll("p/b.dll")
    e.module("p/m.pyd", [("b", ["f_b_dll"])])


def with_another_ending(e):
    """A need with a dot stands as it is."""
    e.dll("p/b.1")
    e.module("p/m.pyd", ["b.1"])


def with_another_ending_and_dll(e):
    """Nothing is appended to it."""
    e.dll("p/b.1.dll")
    e.module("p/m.pyd", [("b.1", ["f_b_1_dll"])])


def gone_below(e):
    """What a DLL needs and does not find keeps the module from being loaded."""
    e.dll("p/b.dll", ["gone.dll"])
    e.module("p/m.pyd", ["b.dll"])


def delayed(e):
    """A delayed import is not loaded with the module."""
    e.dll("p/b.dll")
    e.module("p/m.pyd", delayed=["b.dll"])


def delayed_and_gone(e):
    """And may be missing."""
    e.module("p/m.pyd", delayed=["gone.dll"])


def circle(e):
    """Two DLLs may need each other."""
    e.dll("p/c.dll", ["b.dll"])
    e.dll("p/b.dll", ["c.dll"])
    e.module("p/m.pyd", ["b.dll"])


def forwarded(e):
    """A function that is forwarded brings the DLL that has it."""
    e.dll("p/c.dll")
    e.dll("p/b.dll", exports=["g=c.f_c_dll"])
    e.module("p/m.pyd", [("b.dll", ["g"])])


def forwarded_and_gone(e):
    """Where that DLL is missing, the module is not loaded."""
    e.dll("p/b.dll", exports=["g=gone.f_gone_dll"])
    e.module("p/m.pyd", [("b.dll", ["g"])])


def forwarded_but_not_asked_for(e):
    """A forwarder that nobody asks for brings nothing."""
    e.dll("p/c.dll")
    e.dll("p/b.dll", exports=["g=c.f_c_dll"])
    e.module("p/m.pyd", ["b.dll"])


def by_ordinal(e):
    """A function may be asked for by its number."""
    e.dll("p/b.dll", exports=["g=nothing @7"])
    e.module("p/m.pyd", [("b.dll", ["g @7 NONAME"])])


def api_set(e):
    """API sets are a part of Windows."""
    e.module("p/m.pyd", [("api-ms-win-crt-runtime-l1-1-0.dll", ["_getpid"]), ("kernel32.dll", ["GetTickCount"])])


def system(e):
    """System32 is searched."""
    e.module("p/m.pyd", [("winmm.dll", ["timeGetTime"]), ("ws2_32.dll", ["WSAGetLastError"])])


def beside_before_system(e):
    """The module's folder comes before System32, for what is no KnownDLL."""
    e.dll("p/version.dll")
    e.module("p/m.pyd", ["version.dll"])


def another_module(e):
    """A module may need another module beside it."""
    e.dll("p/n.pyd", [("python311.dll", ["Py_Initialize"])], exports=["PyInit_n=nothing"])
    e.module("p/m.pyd", ["n.pyd"])


def another_module_elsewhere(e):
    """One in another folder is not found."""
    e.dll("q/n.pyd", [("python311.dll", ["Py_Initialize"])], exports=["PyInit_n=nothing"])
    e.module("p/m.pyd", ["n.pyd"])


def no_dll(e):
    """A file that is no DLL is not passed over."""
    e.write("p/b.dll", "nothing of the kind\n")
    e.dll("p/libs/b.dll")
    e.adds("p", "libs")
    e.module("p/m.pyd", ["b.dll"])


def for_another_processor(e):
    """A DLL for another processor is ignored."""
    e.dll("p/b.dll", arch="i686")
    e.dll("p/libs/b.dll")
    e.adds("p", "libs")
    e.module("p/m.pyd", ["b.dll"])


def for_another_processor_alone(e):
    """Where there is no other, the module is not loaded."""
    e.dll("p/b.dll", arch="i686")
    e.module("p/m.pyd", ["b.dll"])


def both_of_two(e):
    """Each need is answered by itself."""
    e.dll("p/b.dll")
    e.dll("p/libs/c.dll", ["b.dll"])
    e.adds("p", "libs")
    e.module("p/m.pyd", ["b.dll", "c.dll"])


CASES = [beside, above, below_the_module_s_folder, added, not_added, added_by_what_is_imported, added_and_what_it_needs, folder_of_a_dependency,
         module_before_program, program, dlls_of_python, program_before_added, module_before_added, path_variable, loaded_already,
         loaded_already_in_another_case, loaded_with_what_it_needs, loaded_under_another_name, other_case,
         without_an_ending, with_another_ending, with_another_ending_and_dll, gone_below, delayed, delayed_and_gone,
         circle, forwarded, forwarded_and_gone, forwarded_but_not_asked_for, by_ordinal, api_set, system,
         beside_before_system, another_module, another_module_elsewhere, no_dll, for_another_processor,
         for_another_processor_alone, both_of_two]


# ------------------------------------------------------------------------------------------------ the two who are asked

class Wine:
    def __init__(self, folder):
        self.program = shutil.which("wine") or shutil.which("wine64")
        self.env = {**os.environ, "WINEPREFIX": os.path.join(folder, "prefix"), "WINEDEBUG": "-all",
                    # Nobody asks to install a browser.
                    "WINEDLLOVERRIDES": "mscoree,mshtml="}
        self.env.pop("DISPLAY", None)
        # Every program would start and end its server again.
        os.makedirs(self.env["WINEPREFIX"], exist_ok=True)
        subprocess.run(["wineserver", "-p"], env=self.env, check=True)
        done = subprocess.run([self.program, "wineboot", "-i"], env=self.env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if done.returncode:
            raise SystemExit(f"Wine does not start: exit code {done.returncode}")
        self.folder = folder

    def end(self):
        subprocess.run(["wineserver", "-k"], env=self.env)

    def become_windows(self):
        """Takes from Wine what Windows itself does not have, and gives what it has and Wine lacks."""
        system = os.path.join(self.env["WINEPREFIX"], "drive_c", "windows", "system32")
        gone = [name for name in os.listdir(system) if re.match(r"(msvcp1|vcomp|mfc1|concrt)", name)]
        for name in gone:
            os.unlink(os.path.join(system, name))
        self.env["WINEDLLOVERRIDES"] += ";" + ",".join(name.removesuffix(".dll") for name in gone) + "=n"
        if not os.path.exists(os.path.join(system, "bcryptprimitives.dll")):
            library(os.path.join(system, "bcryptprimitives.dll"), ["ProcessPrng=nothing"])

    def ask(self, root, job, path=None):
        """The error, or none; and the real paths of what is loaded of the installation."""
        file = os.path.join(self.folder, "job")
        with open(file, "w") as out:
            out.write("\n".join(job) + "\n")
        env = {**self.env, "WINEPATH": path} if path else self.env
        answer = file + ".answer"
        # Not through a pipe: Wine's services inherit it and keep it open.
        subprocess.run([self.program, os.path.join(root, "python.exe"), windows(file), windows(answer)], env=env, timeout=120,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(answer, encoding="utf-8", errors="replace") as answered:
            lines = answered.read().splitlines()
        os.unlink(answer)
        if not lines or lines[-1].strip() != ".":
            raise SystemExit(f"Wine ends early at {job[-1]}, after {lines}")
        errors = [line[2:] for line in lines if line.startswith("!")]
        loaded = [line[2:].strip().replace("\\", "/") for line in lines if line.startswith("=")]
        loaded = {path[2:].lower() for path in loaded if path[:2].lower() == "z:"}
        return errors[-1] if errors else None, loaded


class Dylens:
    """What dylens says of an installation."""

    def __init__(self, dylens, root):
        env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
        done = subprocess.run([dylens, "export", "--format", "jsonl", root], env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise SystemExit(f"dylens export {root}: {done.stderr}")
        self.root, self.rows = root, {}
        for line in done.stdout.splitlines():
            row = json.loads(line)
            self.rows.setdefault(self.real(row["file"]), []).append(row)

    def real(self, path):
        return os.path.normpath(os.path.join(self.root, path))

    def ask(self, module):
        """What is missing, and the paths of what is loaded with a module."""
        missing, seen, todo = [], set(), [module]
        while todo:
            file = todo.pop()
            if file in seen:
                continue
            seen.add(file)
            for row in self.rows.get(file, []):
                if row["kind"] == "delay":
                    continue
                if row["status"] in ("found", "loaded"):
                    todo.append(self.real(row["path"]))
                elif row["status"] != "builtin":
                    missing.append(row["need"])
        return missing, {path.lower() for path in seen}


def run(case, dylens, wine, folder, python):
    """What is answered differently."""
    root = os.path.join(folder, case.__name__)
    installation = Installation(root, python)
    case(installation)
    installation.finish()
    own = {os.path.join(root, name).lower() for name in os.listdir(python)}
    error, loaded = wine.ask(root, installation.job, installation.path)
    asked = installation.at(installation.asked)
    missing, with_it = Dylens(dylens, root).ask(asked)
    loaded = {path for path in loaded if path.startswith(root.lower() + "/") and path not in own}
    return compared(error, loaded, missing, {path for path in with_it if path not in own}, root)


# What the packages' own code does before a module of theirs is imported, read by a person: folders that are added, and
# DLLs that are loaded (`!`), from the folder of the package.
DONE = {
    "h5py": [], "lightgbm": [], "numba": [], "shapely": ["../shapely.libs"], "numpy": ["../numpy.libs"], "zmq": ["../pyzmq.libs"],
    "psycopg2": ["../psycopg2_binary.libs"], "PIL": ["../pillow.libs"], "tables": ["../tables.libs", "!../tables.libs/libblosc2.dll"],
    "sklearn": ["!.libs/vcomp140.dll", "!.libs/msvcp140.dll"],
    "win32": ["../pywin32_system32"], "win32com": ["../pywin32_system32"], "pythonwin": ["../pywin32_system32"],
    "win32comext": ["../pywin32_system32"],
}


def packages(dylens, wine, folder, site, python, reader, part):
    """Every module of real packages; says how many are answered alike, and what differs."""
    sys.path.insert(0, reader)
    import pefile
    wine.become_windows()
    modules, names = [], {"python311.dll": set(), "python3.dll": set()}
    for above, folders, files in os.walk(site):
        folders.sort()
        for file in sorted(files):
            if not file.lower().endswith((".pyd", ".dll")):
                continue
            pe = pefile.PE(os.path.join(above, file), fast_load=True)
            if file.lower().endswith(".pyd") and pe.FILE_HEADER.Machine == 0x8664:
                modules.append(os.path.join(above, file))
            pe.parse_data_directories([1])
            for entry in getattr(pe, "DIRECTORY_ENTRY_IMPORT", []):
                wanted = names.get(entry.dll.decode("latin1").lower())
                if wanted is not None:
                    wanted.update(each.name.decode() for each in entry.imports if each.name)
            pe.close()
    home = os.path.join(folder, "with-all-names")
    shutil.copytree(python, home, dirs_exist_ok=True)
    for dll, wanted in names.items():
        library(os.path.join(home, dll), [f"{name}=nothing" for name in sorted(wanted)] or ["nothing"])
    told, same, differences = Dylens(dylens, site), 0, []
    for module in part(modules):
        package = os.path.relpath(module, site).split(os.sep)[0]
        job = []
        for step in DONE.get(package, []):
            path = os.path.normpath(os.path.join(site, package, step.lstrip("!")))
            if os.path.exists(path):
                job.append(("L " if step.startswith("!") else "A ") + windows(path))
        error, loaded = wine.ask(home, [*job, "L " + windows(module)])
        missing, with_it = told.ask(module)
        found = compared(error, {path for path in loaded if path.startswith(site.lower() + "/")}, missing, with_it, site)
        differences += [f"{os.path.relpath(module, site)}: {difference}" for difference in found]
        same += not found
    return same, differences


def compared(error, loaded, missing, with_it, root):
    short = lambda paths: sorted(os.path.relpath(path, root.lower()) for path in paths)
    if bool(error) != bool(missing):
        return [f"Wine says {error or 'nothing'}, dylens misses {missing or 'nothing'}"]
    # What is loaded first by Python code stays loaded, and may not be needed at all.
    if not error and not with_it <= loaded:
        return [f"Wine does not load {short(with_it - loaded)}, but {short(loaded - with_it)}"]
    return []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dylens")
    parser.add_argument("--only", default="", metavar="WORD")
    parser.add_argument("--keep", metavar="FOLDER")
    parser.add_argument("--packages", metavar="FOLDER")
    sample.add_options(parser)
    args = parser.parse_args()
    dylens = shutil.which(args.dylens)
    if dylens is None:
        raise SystemExit(f"{args.dylens}: no such program; build it with: cargo build --release")
    for tool in [*CC.values(), *DLLTOOL.values()]:
        if shutil.which(tool) is None:
            raise SystemExit(f"{tool} is not there; install gcc-mingw-w64-x86-64-win32 and gcc-mingw-w64-i686-win32")
    if not (shutil.which("wine") or shutil.which("wine64")):
        raise SystemExit("wine is not there; install wine64")
    folder = os.path.realpath(args.keep or tempfile.mkdtemp(prefix="wine"))
    os.makedirs(folder, exist_ok=True)
    passed = failed = 0
    wine = Wine(folder)
    try:
        python = os.path.join(folder, "python")
        os.makedirs(python, exist_ok=True)
        build(HOST, os.path.join(python, "python.exe"), "-lpsapi")
        library(os.path.join(python, "python311.dll"), ["Py_Initialize=nothing"])
        for case in [case for case in CASES if args.only in case.__name__]:
            differences = run(case, os.path.abspath(dylens), wine, folder, python)
            if differences:
                failed += 1
                print(f"  FAILED: {case.__name__} ({case.__doc__})")
                for difference in differences:
                    print(f"    {difference}")
            else:
                passed += 1
        if args.packages:
            site = os.path.realpath(os.path.join(args.packages, "site-packages"))
            same, differences = packages(os.path.abspath(dylens), wine, folder, site, python, os.path.join(args.packages, "reader"),
                                         lambda modules: sample.chosen(args, modules, "modules"))
            for difference in differences:
                print(f"  FAILED: {difference}")
            passed, failed = passed + same, failed + len(differences) + (not same)
    finally:
        wine.end()
        if not args.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"Wine: {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
