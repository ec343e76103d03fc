#!/usr/bin/env python3
"""benches/symbols.py DYLENS ENV [--runs N]

How long `dylens symbols` takes to bind all symbols of an environment, as ratios within one run: to `cat` of its native files, and
to `ldd -r` of each of them.  Everything is warm, the best of several runs counts, and the processor time of all children is told
besides the clock.  DYLENS is a release build.  It wants a quiet machine, and is no test.
"""
import argparse
import os
import resource
import subprocess
import time


def took(runs, *commands):
    """The best of some runs of commands one after the other: seconds on the clock, and computed."""
    best = None
    for _ in range(runs):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        for command in commands:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        clock, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        computed = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = min(best or (clock, computed), (clock, computed))
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dylens")
    parser.add_argument("env")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    files = []
    for folder, _, names in os.walk(arguments.env):
        files += [os.path.join(folder, name) for name in names if name.endswith(".so") or ".so." in name]
    files = [file for file in files if os.path.isfile(file) and not os.path.islink(file)]
    symbols = [arguments.dylens, "symbols", arguments.env, "--format", "jsonl"]
    rows = {
        "dylens symbols": took(arguments.runs, symbols),
        "dylens symbols --undefined": took(arguments.runs, [*symbols, "--undefined"]),
        "dylens symbols --find": took(arguments.runs, [arguments.dylens, "symbols", arguments.env, "--find", "cblas_dgemm"]),
        "dylens tree": took(arguments.runs, [arguments.dylens, "tree", arguments.env]),
        "cat": took(arguments.runs, ["cat", *files]),
        "ldd -r": took(1, *(["ldd", "-r", file] for file in files)),
    }
    base = rows["dylens symbols --undefined"]
    print(f"{len(files)} files\n\n| | seconds | of computing | clock, to --undefined |\n|---|---|---|---|")
    for what, (clock, computed) in rows.items():
        print(f"| `{what}` | {clock:.2f} | {computed:.2f} | {clock / base[0]:.2f} |")
    cat, ldd = rows["cat"], rows["ldd -r"]
    print(f"\nall symbols bound, to `cat`: {base[0] / cat[0]:.2f} by the clock, {base[1] / max(cat[1], 1e-9):.2f} of computing")
    print(f"`ldd -r` of each file, to all symbols bound: {ldd[0] / base[0]:.0f} by the clock, {ldd[1] / max(base[1], 1e-9):.0f} of computing")


if __name__ == "__main__":
    main()
