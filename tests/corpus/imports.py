#!/usr/bin/env python3
"""imports.py DYLENS ENV... [--damages N] [--rows K] [--seed S] [--cache DIR] [--jobs J] [--no-truth-cache]

Compares `dylens imports ENV --format jsonl` with the interpreter of ENV, module by module.

The truth of a row is what `python -I -c 'import NAME'` does in a process of its own: empty HOME, no display, a temporary
working directory, 90 seconds; a row whose answer differs twice is not counted.  Rows are all importable native modules on
the interpreter's sys.path and all top-level packages that hold one, the standard library left out.  A row is set apart only
by the interpreter's own exception: neither ImportError nor OSError nor one that is the loader's or NumPy's ABI's.

With --damages N, a copy of each ENV (hard links) is damaged N times in each of four ways: a vendored library, an
extension module, a Python module is hidden by a rename, and a vendored library is replaced by one that gcc makes: of the
same soname, with none or half of its symbols and their versions.  Of each damaged copy, dylens judges all rows and the
interpreter K of them: those in the package of what is damaged, those whose verdict dylens changes, others by chance.
Where both say that the loader refuses a file, dylens has to name what the loader complains of first.

Only the Python standard library is used, and gcc and readelf where libraries are replaced.  Exit code 1 on any difference, and where nothing was compared.
"""
import argparse
import collections
import concurrent.futures
import functools
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

# What follows the import statement runs after it: nothing is loaded before NAME is.
ASK = r"""
import sys, _imp
sys._refused = []
def _watch(real, told):
    def watched(*given):
        try:
            return real(*given)
        except ImportError as refused:
            told.append((given[0].name, str(refused)))
            raise
    return watched
_imp.create_dynamic = _watch(_imp.create_dynamic, sys._refused)
del _watch, _imp, sys
try:
    import NAME
except BaseException as failed:
    import sys, json
    chain, seen = [], set()
    while failed is not None and id(failed) not in seen and len(chain) < 20:
        seen.add(id(failed))
        kinds = [kind.__name__ for kind in type(failed).__mro__]
        chain.append({"class": kinds[0], "kinds": kinds, "text": str(failed)[:600], "name": getattr(failed, "name", None) if isinstance(failed, ImportError) else None})
        failed = failed.__cause__ or (None if failed.__suppress_context__ else failed.__context__)
    open(sys.argv[1], "w").write(json.dumps({"chain": chain, "refused": sys._refused}))
else:
    import sys, json
    open(sys.argv[1], "w").write(json.dumps({"chain": [], "refused": sys._refused}))
"""
FACTS = """import sys, json, importlib.machinery as m, sysconfig
print(json.dumps({"path": sys.path, "suffixes": m.EXTENSION_SUFFIXES, "stdlib": sorted(getattr(sys, "stdlib_module_names", ())) + list(sys.builtin_module_names),
  "folders": [sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["platstdlib"], sysconfig.get_config_var("DESTSHARED")]}))"""
# Exceptions that are neither ImportError nor OSError, and are still the loader's or NumPy's ABI's.
NATIVE = re.compile(r"module compiled against (ABI|API) version|compiled against NumPy C-API version|numpy\.\w+ size changed|compiled using NumPy 1"
                    r"|_ARRAY_API not found|multiarray failed to import|numpy C-API|does not define module export function|undefined symbol"
                    r"|cannot open shared object|invalid ELF header|version `.*' not found")
LATER = re.compile(r"undefined symbol|cannot dynamically load|only ET_DYN|does not define module export function|static TLS"
                   r"|cannot allocate memory in static|executable stack|object file has no")

# What ld.so says of what it refuses, and the rules that say so of a library, a version, a symbol.
COMPLAINT = re.compile(r"undefined symbol: ([^\s,]+)|symbol ([^\s,]+),? version \S+ not defined|version `([^']+)' not found"
                       r"|([^\s:]+): cannot open shared object file")
COMPLAINTS = ("symbol-undefined", "symbol-missing", "version-missing", "library-missing")


def say(*texts):
    print(*texts, flush=True)


class Interpreter:
    """The interpreter of an environment."""

    def __init__(self, root, cache):
        self.root, self.program = root, os.path.join(root, "bin", "python")
        self.home = tempfile.mkdtemp(prefix="imports-home-")
        self.prefix = os.path.join(cache, "pycache")
        self.env = {"HOME": self.home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        self.facts = json.loads(self.run(["-c", FACTS]).stdout)

    def run(self, arguments, timeout=90):
        return subprocess.run([self.program, "-I", "-X", "pycache_prefix=" + self.prefix, *arguments], env=self.env, cwd=self.home,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", timeout=timeout)

    def ask(self, name):
        """What `import NAME` does."""
        with tempfile.NamedTemporaryFile(dir=self.home) as out:
            try:
                done = self.run(["-c", ASK.replace("NAME", name), out.name])
            except subprocess.TimeoutExpired:
                return {"outcome": "timeout", "class": "Timeout", "text": "", "refused": []}
            told = open(out.name).read()
        if not told:
            last = (done.stderr.strip().splitlines() or [""])[-1]
            kind = "Crash" if done.returncode < 0 or done.returncode == 127 else "Exit"
            return {"outcome": "fails", "class": kind, "text": "%d %s" % (done.returncode, last[:300]), "refused": []}
        told = json.loads(told)
        if not told["chain"]:
            return {"outcome": "loads", "class": None, "text": "", "refused": told["refused"]}
        first = told["chain"][0]
        texts = " ".join(link["text"] for link in told["chain"])
        native = {"ImportError", "OSError", "SystemExit"} & set(first["kinds"]) or NATIVE.search(texts) or NATIVE.search(done.stderr)
        return {"outcome": "fails" if native else "apart", "class": first["class"], "text": texts[:500], "refused": told["refused"],
                "later": bool(LATER.search(texts))}

    def asked(self, name):
        """The same, twice where it does not simply load."""
        first = self.ask(name)
        if first["outcome"] in ("apart", "timeout"):
            second = self.ask(name)
            if (second["outcome"], second["class"]) != (first["outcome"], first["class"]):
                return {**first, "outcome": "differs"}
        return first

    def rows(self):
        """{name: kind}: importable native modules, and top-level packages."""
        stdlib = {os.path.realpath(folder) for folder in self.facts["folders"] if folder}
        names = {}
        for folder in self.facts["path"]:
            if os.path.isdir(folder) and os.path.realpath(folder) not in stdlib:
                for name in self.below(folder, ""):
                    names.setdefault(name, "extension")
        names = {name: kind for name, kind in names.items() if name.split(".")[0] not in self.facts["stdlib"]}
        for name in list(names):
            names.setdefault(name.split(".")[0], "package")
        return names

    def below(self, folder, prefix):
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            if entry.name == "__pycache__":
                continue
            if entry.is_dir():
                if entry.name.isidentifier():
                    yield from self.below(entry.path, prefix + entry.name + ".")
                continue
            suffix = next((suffix for suffix in self.facts["suffixes"] if entry.name.endswith(suffix)), None)
            if suffix is None or not entry.name[:-len(suffix)].isidentifier():
                continue
            stem = entry.name[:-len(suffix)]
            if suffix != ".so" or defines(entry.path, stem):
                yield prefix + stem


def defines(path, stem):
    """Does a file that is only called .so have the function of a module?"""
    try:
        return ("PyInit_" + stem + "\0").encode() in open(path, "rb").read()
    except OSError:
        return False


class Truth:
    """Answers of an interpreter, kept in a file."""

    def __init__(self, file, jobs):
        self.file, self.jobs = file, jobs
        self.known = json.load(open(file)) if os.path.exists(file) else {}

    def of(self, interpreter, names, key=""):
        asked = [name for name in names if key + name not in self.known]
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            for count, (name, answer) in enumerate(zip(asked, pool.map(interpreter.asked, asked))):
                self.known[key + name] = answer
                if count % 50 == 49:
                    self.keep()
        if asked:
            self.keep()
        return {name: self.known[key + name] for name in names}

    def keep(self):
        os.makedirs(os.path.dirname(self.file), exist_ok=True)
        with open(self.file + ".new", "w") as out:
            json.dump(self.known, out)
        os.replace(self.file + ".new", self.file)


def judged(dylens, root):
    """{name: row} as dylens tells it."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LD_", "PYTHON")) and k not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    done = subprocess.run([dylens, "imports", root, "--format", "jsonl"], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"dylens imports {root}: exit code {done.returncode}\n{done.stderr}")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    names = [row["module"] for row in rows]
    if len(set(names)) != len(names):
        raise SystemExit(f"dylens imports {root}: a module has two rows")
    return {row["module"]: row for row in rows}


def complaint(answer):
    """What ld.so complains of, as it stands and demangled; nothing where the answer has no words of its."""
    found = [found for text in [answer["text"], *(text for _, text in answer["refused"])] if (found := COMPLAINT.search(text))]
    if not found:
        return None
    subject = next(group for group in found[0].groups() if group)
    return [subject, demangled(subject)]


@functools.lru_cache(None)
def demangled(symbol):
    return subprocess.run(["c++filt", symbol], stdout=subprocess.PIPE, text=True).stdout.strip()


class Tally:
    def __init__(self):
        self.count, self.reasons = collections.Counter(), collections.Counter()

    def compare(self, title, kinds, truth, told):
        """Prints each difference; says whether there is one."""
        wrong = []
        for name, answer in truth.items():
            row = told.get(name)
            outcome, real = row["outcome"] if row else "absent", answer["outcome"]
            self.count["rows"] += 1
            if real in ("apart", "timeout", "differs"):
                self.count["set apart"] += 1
                say(f"    set apart  {name}: {answer['class']}: {answer['text'][:100]}")
                continue
            if outcome == "unknown":
                if answer.get("later"):
                    self.count["unknown, the symbols' issue"] += 1
                else:
                    self.count["unknown"] += 1
                    self.reasons[f"{row['rule']}: {row['subject']}"] += 1
                    say(f"    unknown    {name} ({real}): {row['rule']} {row['file']} {row['subject']} {row['because']}")
                continue
            same = outcome in ("loads", "guarded") if real == "loads" else outcome == real
            if same and kinds.get(name) != row["kind"]:
                wrong.append(f"    KIND       {name}: {kinds.get(name)}, dylens: {row['kind']}")
            self.count["equal" if same else f"told {outcome}, really {real}"] += 1
            refused = [refused for refused in answer["refused"]]
            if real == "loads" and (outcome == "guarded") != bool(refused):
                self.count["guarded told otherwise"] += 1
                say(f"    guarded?   {name}: dylens {outcome} {row['because']}, refused on the way: {refused[:2]}")
            if not same:
                wrong.append(f"    DIFFERENT  {name}: really {real} ({answer['class']}: {answer['text'][:160]!r}), dylens: {outcome}"
                             + (f" {row['rule']} {row['file']} {row['subject']} {row['because']}" if row else ""))
            elif real == "fails" and row["rule"] in COMPLAINTS and (wanted := complaint(answer)):
                named = row["subject"] in wanted
                self.count["the loader's complaint" if named else "another complaint"] += 1
                if not named:
                    wrong.append(f"    COMPLAINT  {name}: really {wanted}, dylens: {row['rule']} {row['file']} {row['subject']}")
        for name in set(told) - set(kinds):
            wrong.append(f"    NO SUCH ROW {name}")
        for line in wrong:
            say(line)
        self.count["wrong"] += len(wrong)
        return bool(wrong)


def victims(root, interpreter, seed):
    """What can be hidden: (kind, path), in an order that the seed decides."""
    sites = [folder for folder in interpreter.facts["path"] if folder.startswith(root + os.sep)]
    found = {"library": [], "extension": [], "python": []}
    for site in sites:
        for folder, folders, files in os.walk(site):
            folders[:] = sorted(name for name in folders if name not in ("__pycache__", "tests", "test", "testing") and not name.endswith(".dist-info"))
            for name in sorted(files):
                path = os.path.join(folder, name)
                if any(name.endswith(suffix) for suffix in interpreter.facts["suffixes"] if suffix != ".so"):
                    found["extension"].append(path)
                elif re.search(r"\.so(\.\d+)*$", name):
                    found["library"].append(path)
                elif name.endswith(".py"):
                    found["python"].append(path)
    for kind, paths in found.items():
        random.Random(f"{seed} {kind} {os.path.basename(root)}").shuffle(paths)
    # Python modules: those beside native ones tell the most; half of them are drawn from these packages' folders.
    native = {os.path.dirname(path) for path in found["extension"]}
    beside = [path for path in found["python"] if os.path.dirname(path) in native]
    others = [path for path in found["python"] if os.path.dirname(path) not in native]
    found["python"] = [path for pair in zip(beside, others) for path in pair] or found["python"]
    return found


def replace(path, original, share, chance):
    """Makes a library with the soname of another, and a share of its symbols and their versions."""
    listed = subprocess.run(["readelf", "-dW", "--dyn-syms", original], stdout=subprocess.PIPE, text=True, check=True).stdout
    soname = re.search(r"soname: \[(.+)\]", listed)
    code, versions = [], collections.defaultdict(list)
    for line in listed.splitlines():
        words = line.split()
        if len(words) != 8 or words[4] not in ("GLOBAL", "WEAK") or words[6] in ("UND", "ABS") or words[3] == "TLS":
            continue
        name, _, version = words[7].partition("@@")
        if "@" in name or chance.random() >= share:
            continue
        is_function = words[3] == "FUNC"
        code.append(f'.section {".text" if is_function else ".data"}\n.globl "{name}"\n.type "{name}", @{"function" if is_function else "object"}'
                    f'\n"{name}": .zero 8\n.size "{name}", 8\n')
        if version:
            versions[version].append(f'"{name}";')
    with tempfile.TemporaryDirectory() as folder:
        source, script = os.path.join(folder, "it.s"), os.path.join(folder, "it.map")
        open(source, "w").write("".join(code) + '.section .note.GNU-stack,"",@progbits\n')
        open(script, "w").write("\n".join(f"{version} {{ {' '.join(names)} }};" for version, names in versions.items()))
        options = [f"-Wl,--version-script={script}"] if versions else []
        options += ["-Wl,-soname," + soname[1]] if soname else []
        subprocess.run(["gcc", "-shared", "-nostdlib", "-o", path, source, *options], check=True)


def damaged(arguments, root, tally):
    """Damages one file at a time in a copy of an environment."""
    copy = os.path.join(arguments.cache, "damaged", os.path.basename(root))
    shutil.rmtree(copy, ignore_errors=True)
    os.makedirs(os.path.dirname(copy), exist_ok=True)
    subprocess.run(["cp", "-al", root, copy], check=True)
    interpreter = Interpreter(copy, arguments.cache)
    rows = interpreter.rows()
    before = judged(arguments.dylens, copy)
    truth = Truth(os.path.join(arguments.cache, os.path.basename(root) + ".damaged.json"), arguments.jobs)
    is_wrong = False
    found = victims(copy, interpreter, arguments.seed)
    found["replaced library"] = found["library"][::-1]
    for kind, paths in found.items():
        for place, path in enumerate(paths[:arguments.damages]):
            shown = os.path.relpath(path, copy)
            os.rename(path, path + ".hidden")
            try:
                if kind == "replaced library":
                    shown, share = f"{shown} {arguments.seed}", place % 2 / 2
                    replace(path, path + ".hidden", share, random.Random(shown))
                after = judged(arguments.dylens, copy)
                kinds = interpreter.rows()
                chosen = choose(arguments, kinds, before, after, shown)
                key = hashlib.sha256(shown.encode()).hexdigest()[:16] + " "
                say(f"  {kind} {shown}: {sum(after[n]['outcome'] != before[n]['outcome'] for n in after if n in before)} changed, {len(chosen)} asked")
                is_wrong |= tally.compare(shown, kinds, truth.of(interpreter, chosen, key), after)
            finally:
                os.replace(path + ".hidden", path)
    return is_wrong


def choose(arguments, kinds, before, after, shown):
    """The rows that the interpreter is asked about."""
    chance = random.Random(f"{arguments.seed} {shown}")
    def some(names, count):
        names = sorted(names)
        return names if len(names) <= count else chance.sample(names, count)
    parts = re.sub(r"^.*(site|dist)-packages/", "", shown).split("/")
    top = re.sub(r"[-.].*|\.libs$", "", parts[0]).lower()
    folder = ".".join(parts[:-1])
    names = set(kinds)
    changed = {name for name in names if name in after and name in before and after[name]["outcome"] != before[name]["outcome"]}
    near = {name for name in names if name.split(".")[0].lower() == top}
    nearest = {name for name in near if name.startswith(folder)}
    count = arguments.rows
    chosen = set(some(changed, count)) | set(some(nearest - changed, count // 2)) | set(some(near - changed, count // 3))
    chosen |= {name for name in names if kinds[name] == "package"} & set(some({n for n in names if kinds[n] == "package"}, count // 2))
    chosen |= set(some(names - chosen, count // 2))
    return sorted(chosen)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dylens")
    parser.add_argument("envs", nargs="+")
    parser.add_argument("--damages", type=int, default=0)
    parser.add_argument("--rows", type=int, default=12)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--cache", default=os.path.join(tempfile.gettempdir(), "dylens-imports"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--truth-only", action="store_true", help="ask the interpreters, and keep what they say")
    parser.add_argument("--no-whole", action="store_true", help="leave out the undamaged environments")
    arguments = parser.parse_args()
    arguments.dylens, arguments.cache = os.path.abspath(arguments.dylens), os.path.abspath(arguments.cache)
    say(f"seed {arguments.seed}")
    is_wrong, total = False, Tally()
    for root in map(os.path.realpath, arguments.envs):
        tally = Tally()
        if not arguments.no_whole:
            interpreter = Interpreter(root, arguments.cache)
            kinds = interpreter.rows()
            where = os.path.join(arguments.cache, os.path.relpath(root, "/").replace("/", "_") + ".json")
            say(f"{root}: {len(kinds)} rows")
            if arguments.truth_only:
                answers = Truth(where, arguments.jobs).of(interpreter, sorted(kinds))
                say("  ", dict(collections.Counter(answer["outcome"] for answer in answers.values())))
                continue
            told = judged(arguments.dylens, root)
            is_wrong |= tally.compare(root, kinds, Truth(where, arguments.jobs).of(interpreter, sorted(kinds)), told)
        if arguments.damages:
            is_wrong |= damaged(arguments, root, tally)
        say("  " + ", ".join(f"{count} {what}" for what, count in sorted(tally.count.items())))
        total.count.update(tally.count)
        total.reasons.update(tally.reasons)
    asked = total.count["rows"] - total.count["set apart"] - total.count["unknown, the symbols' issue"]
    say("all: " + ", ".join(f"{count} {what}" for what, count in sorted(total.count.items())))
    say(f"unknown: {100 * total.count['unknown'] / max(asked, 1):.2f} % of {asked} rows")
    for reason, count in total.reasons.most_common():
        say(f"  {count} × {reason}")
    return 1 if is_wrong or not asked else 0


if __name__ == "__main__":
    sys.exit(main())
