#!/usr/bin/env python3
"""compare.py DYLENS ENV [--runs N] [--sample N] [--beside OTHER]

How long dylens takes for a whole environment, beside other tools on the same files: prints medians and ratios.  It is no
test: nothing is asserted of a time.

  floor      the least that any tool must do (benches/floor): walk, open, read the needs; nothing is resolved
  libtree    all native files in one call
  ldd        one call a file, on a sample; the time is scaled to all files
  lddtree    one call a file, on a sample; the time is scaled to all files

With --beside, another build of dylens is all that it is compared with: how much slower OTHER is, of the processors' time.

The runs are interleaved, so that what else the machine does falls on all alike; the first round only warms up.
"""
import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def native_files(env):
    files = []
    for folder, folders, names in os.walk(env):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if re.search(r"\.so(\.\d[^/]*)?$", name) and not os.path.islink(path):
                with open(path, "rb") as file:
                    if file.read(4) == b"\x7fELF":
                        files.append(path)
    return files


def took(command, each=None):
    """Seconds for a command, or for one call of it with each of some files."""
    start = time.perf_counter()
    for last in ([[]] if each is None else [[file] for file in each]):
        subprocess.run(command + last, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def floor():
    folder = os.path.join(HERE, "floor")
    target = os.path.join(os.path.dirname(HERE), "target", "floor")
    subprocess.run(["cargo", "build", "-q", "--release", "--manifest-path", os.path.join(folder, "Cargo.toml"),
                    "--target-dir", target], check=True)
    return os.path.join(target, "release", "floor")


def computed(command):
    """Seconds that the processors spend on a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    took(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def beside(program, other, env, runs):
    """Two builds of dylens, run in turn: of each command the ratio of the medians."""
    for words in (["export", "--format", "jsonl"], ["check"]):
        rounds = [[computed([it, *words, env]) for it in (program, other)] for _ in range(runs + 1)][1:]
        ours, theirs = (statistics.median(times) for times in zip(*rounds))
        print(f"dylens {words[0]}: {ours:.3f} s and {theirs:.3f} s of computing, ratio {theirs / ours:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("dylens")
    parser.add_argument("env")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--sample", type=int, default=40, help="files for the tools that take one at a time")
    parser.add_argument("--beside", metavar="OTHER", help="compare two builds of dylens, and nothing else")
    args = parser.parse_args()
    program = shutil.which(args.dylens) or sys.exit(f"{args.dylens}: no such program; build it with: cargo build --release")
    program = os.path.abspath(program)
    files = native_files(args.env)
    if not files:
        sys.exit(f"no native file in {args.env}")
    if args.beside:
        return beside(program, os.path.abspath(args.beside), args.env, args.runs)
    sample = files[::max(1, len(files) // args.sample)][:args.sample]
    scale = len(files) / len(sample)
    contenders = {
        "dylens export": (lambda: took([program, "export", "--format", "jsonl", args.env]), 1),
        "dylens check": (lambda: took([program, "check", args.env]), 1),
    }
    if shutil.which("cargo"):
        least = floor()
        contenders["floor"] = (lambda: took([least, str(os.cpu_count() or 1), args.env]), 1)
    if shutil.which("libtree"):
        contenders["libtree"] = (lambda: took(["libtree", *files]), 1)
    # Slow tools: fewer rounds say as much.
    slow = {}
    for tool in ("ldd", "lddtree"):
        if shutil.which(tool):
            slow[tool] = (lambda tool=tool: took([tool], sample), scale)
    for tool in ("libtree", "ldd", "lddtree"):
        if not shutil.which(tool):
            print(f"{tool} is not installed: left out", file=sys.stderr)
    times = {name: [] for name in [*contenders, *slow]}
    for round_ in range(args.runs + 1):
        for name, (run, factor) in [*contenders.items(), *(slow.items() if round_ < 3 else ())]:
            seconds = run() * factor
            if round_:
                times[name].append(seconds)
    median = {name: statistics.median(seconds) for name, seconds in times.items()}
    print(f"{len(files)} native files, {os.cpu_count()} processors, {args.runs} interleaved runs, medians")
    print(f"{'':16}{'seconds':>10}{'per file':>12}{'of dylens export':>20}")
    for name, seconds in median.items():
        note = f"   scaled from {len(sample)} files" if name in slow else ""
        ratio = seconds / median["dylens export"]
        print(f"{name:16}{seconds:>10.3f}{seconds / len(files) * 1e6:>9.0f} µs{ratio:>19.2f}x{note}")


if __name__ == "__main__":
    main()
