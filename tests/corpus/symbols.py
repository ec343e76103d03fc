#!/usr/bin/env python3
"""symbols.py DYLENS ENV... [--jobs N] [--only TEXT]

Compares `dylens symbols` with the real loader, symbol by symbol.

For every extension module of each environment a fresh interpreter opens it: `python -I -S` with ctypes, RTLD_NOW, under
LD_DEBUG=bindings.  What the loader says of the
module's own symbols is compared with what dylens says: the distinct symbols with their versions that are bound to each
provider.  Where the loader refuses the module, dylens must name the symbol of the loader's message as undefined, or
the message must be about no symbol.

Only the Python standard library is used.  Exit code 1 on any difference, and where nothing was compared.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

OPEN = "import ctypes, os, sys\nctypes.CDLL(sys.argv[1], os.RTLD_NOW)\n"
BINDING = re.compile(rb"\tbinding file (.*?) \[0\] to (.*?) \[0\]: (?:normal|protected) symbol `(.*?)'(?: \[(.*)\])?$")
MESSAGE = re.compile(r"undefined symbol: (\S+?)(?:, version (\S+))?$|symbol (\S+) version (\S+) not defined in file", re.M)


def clean():
    """Python's virtual environments and the loader's variables of whoever runs this test are no part of the question."""
    names = ("VIRTUAL_ENV", "CONDA_PREFIX")
    return {k: v for k, v in os.environ.items() if not k.startswith(("LD_", "PYTHON")) and k not in names}


def modules(root, suffixes):
    for folder, _, names in os.walk(os.path.join(root, "lib")):
        for name in names:
            if name.endswith(suffixes) and re.fullmatch(r"\w+", name.split(".")[0]):
                yield os.path.join(folder, name)


def loader(python, program, path):
    """({provider: {(symbol, version)}}, what the loader complains about or None)"""
    with tempfile.TemporaryDirectory() as folder:
        env = dict(clean(), LD_DEBUG="bindings,files", LD_DEBUG_OUTPUT=os.path.join(folder, "out"))
        done = subprocess.run([python, "-I", "-S", "-c", OPEN, path], env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=300)
        bound = collections.defaultdict(set)
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), "rb") as lines:
                for line in lines:
                    # What its own code looks up later (dlsym) is no relocation's.
                    if bound and b"\tcalling init: " in line:
                        break
                    found = BINDING.search(line.rstrip(b"\n"))
                    if found and os.fsdecode(found[1]) == path:
                        provider = os.fsdecode(found[2])
                        version = found[4].decode() if found[4] else None
                        bound[program if provider == python else provider].add((os.fsdecode(found[3]), version))
        error = None
        if done.returncode != 0:
            error = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            error = error[0] if error else "exit code %d" % done.returncode
        return bound, error


def asked(dylens, root, path, *options):
    """({provider: {(symbol, version)}}, {(symbol, version)} undefined)"""
    done = subprocess.run([dylens, "symbols", root, path, "--format", "jsonl", *options], env=clean(),
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    if done.returncode != 0:
        return {}, {("exit code %d" % done.returncode, done.stderr.decode("utf-8", "replace").strip())}
    bound, undefined = collections.defaultdict(set), set()
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        row = json.loads(line)
        symbol = (row["symbol"], row["version"])
        if row["status"] == "bound":
            bound[row["provider"]].add(symbol)
        elif row["binding"] == "strong":
            undefined.add(symbol)
    return bound, undefined


def compare(dylens, root, python, program, path):
    """(differences, symbols compared, does it load)"""
    truth, error = loader(python, program, path)
    ours, undefined = asked(dylens, root, path, "--alone")
    lines = []
    if error is None:
        for provider in sorted(set(truth) | set(ours)):
            theirs, mine = truth.get(provider, set()), ours.get(provider, set())
            if theirs != mine:
                few = lambda symbols: sorted(symbols, key=str)[:5]
                lines.append(f"{provider}: the loader {len(theirs)}, dylens {len(mine)}; "
                             f"only the loader {few(theirs - mine)}, only dylens {few(mine - theirs)}")
        if undefined:
            lines.append(f"it loads, but dylens says undefined: {sorted(undefined, key=str)[:5]}")
    else:
        named = MESSAGE.search(error)
        if named:
            symbol = (named[1] or named[3], named[2] or named[4])
            # The library that lacks it is bound as the imports that bring it in do.
            wanting = re.search(r"(/[^:]*): (?:undefined symbol|symbol )", error)
            if wanting and os.path.realpath(wanting[1]) != os.path.realpath(path):
                _, undefined = asked(dylens, root, os.path.realpath(wanting[1]))
            if symbol not in undefined:
                lines.append(f"the loader: {error}; dylens says undefined: {sorted(undefined, key=str)[:5]}")
    return lines, sum(map(len, truth.values())) if error is None else 0, error


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("dylens")
    parser.add_argument("envs", nargs="+")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="modules whose path has this")
    args = parser.parse_args()
    dylens = os.path.abspath(args.dylens)
    differing = compared = 0
    for root in map(os.path.abspath, args.envs):
        python = os.path.join(root, "bin", "python")
        ask = "import importlib.machinery as m; print(*m.EXTENSION_SUFFIXES)"
        suffixes = tuple(subprocess.run([python, "-I", "-c", ask], capture_output=True, text=True).stdout.split())
        program = os.path.realpath(python)
        paths = sorted(path for path in modules(root, suffixes) if args.only in path)
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            results = list(pool.map(lambda path: compare(dylens, root, python, program, path), paths))
        symbols = failing = wrong = 0
        for path, (lines, count, error) in zip(paths, results):
            symbols += count
            failing += error is not None
            if error is not None:
                print(f"  {os.path.relpath(path, root)} does not load: {error}")
            if lines:
                wrong += 1
                print(f"  {os.path.relpath(path, root)}")
                for line in lines:
                    print(f"    {line}")
        compared += len(paths)
        differing += wrong
        print(f"{os.path.basename(root)}: {len(paths) - wrong} of {len(paths)} modules as the real loader, "
              f"{symbols} symbols bound, {failing} modules do not load", flush=True)
    if not compared:
        print("nothing was compared")
    sys.exit(1 if differing or not compared else 0)


if __name__ == "__main__":
    main()
