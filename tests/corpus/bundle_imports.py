#!/usr/bin/env python3
"""Compares what `dylens imports` says of a bundle with what its program does, one file removed at a time.

    bundle_imports.py DYLENS BUNDLE PROGRAM [--damages N] [--seed S] [--rows N] [--pattern GLOB]...

The program of the bundle imports each name that it is given, and prints `ok NAME` or `FAIL NAME …`. Before anything is removed
all rows have to agree. Each damage removes one file of the bundle (native files and compiled modules, half of each where both
lie as files); asked are all packages, the rows that do not load, and some others, each in a process of its own.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TIMEOUT = 90


def rows(dylens, bundle):
    run = subprocess.run([dylens, "imports", "--format", "jsonl", bundle], capture_output=True, text=True)
    return {row["module"]: row for row in map(json.loads, run.stdout.splitlines())}, run.stderr


def truth(program, names):
    clean = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "OPENBLAS_NUM_THREADS": "1"}

    def ask(name):
        try:
            run = subprocess.run([program, name], capture_output=True, text=True, timeout=TIMEOUT, env=clean)
        except subprocess.TimeoutExpired:
            return None
        lines = [line for line in run.stdout.splitlines() if line.startswith(("ok ", "FAIL "))]
        # A program that does not come to its script imports nothing.
        return lines[0] if lines else "FAIL " + (run.stderr.strip().splitlines() or ["?"])[-1]

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(names, pool.map(ask, names)))


def compare(dylens, bundle, program, choice, count):
    told, words = rows(dylens, bundle)
    picked = {name for name, row in told.items() if row["kind"] == "package"}
    bad = [name for name, row in told.items() if row["outcome"] != "loads" and name not in picked]
    others = [name for name in told if name not in picked and name not in bad]
    picked |= set(choice.sample(bad, min(count, len(bad)))) | set(choice.sample(others, min(count, len(others))))
    score = {"right": 0, "unknown": 0, "false health": 0, "false alarm": 0}
    for name, line in truth(program, sorted(picked)).items():
        row, is_fine = told[name], bool(line) and line.startswith("ok ")
        if line is None:
            continue
        if row["outcome"] == "unknown":
            kind = "unknown"
        elif (row["outcome"] in ("loads", "guarded")) == is_fine:
            kind = "right"
        else:
            kind = "false alarm" if is_fine else "false health"
        score[kind] += 1
        if kind != "right":
            print(f"    {kind}: {name}: {row['outcome']} {row['because'] or ''}; really {line[:160]}")
    if not told:
        print("    no rows:", words.strip()[:200])
    return score


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dylens")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("program")
    parser.add_argument("--damages", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, default=12)
    parser.add_argument("--pattern", action="append", default=[])
    args = parser.parse_args()
    choice = random.Random(args.seed)
    sums = compare(args.dylens, args.bundle, args.bundle / args.program, choice, args.rows)
    print("healthy:", sums)
    files = [it for it in args.bundle.rglob("*") if it.is_file() and not it.is_symlink()]
    native = sorted(it for it in files if ".so" in it.name)
    compiled = sorted(it for it in files if it.suffix == ".pyc" and "site-packages" not in it.parts)
    kinds = [kind for kind in (native, compiled) if kind]
    victims = [choice.choice(kinds[place % len(kinds)]) for place in range(args.damages)] if kinds else []
    victims += [it for pattern in args.pattern for it in sorted(args.bundle.rglob(pattern))[:1]]
    for victim in victims:
        with tempfile.TemporaryDirectory(dir=args.bundle.parent) as place:
            copy = Path(place) / args.bundle.name
            shutil.copytree(args.bundle, copy, symlinks=True, copy_function=os.link)
            (copy / victim.relative_to(args.bundle)).unlink()
            # A link of that name at the top leads to the same file.
            for link in copy.rglob(victim.name):
                if link.is_symlink() and not link.exists():
                    link.unlink()
            score = compare(args.dylens, copy, copy / args.program, choice, args.rows)
            print(f"without {victim.relative_to(args.bundle)}:", score, flush=True)
            sums = {kind: sums[kind] + score[kind] for kind in sums}
    print("all:", sums)
    return 1 if sums["false health"] or sums["false alarm"] else 0


if __name__ == "__main__":
    sys.exit(main())
