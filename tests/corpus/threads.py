#!/usr/bin/env python3
"""threads.py DYLENS WHEELS [--download]

Asks dylens to explain the logs of public threads (tests/fixtures/threads.jsonl) beside the wheels that they are about,
read in place on any machine.  DYLENS is the program; WHEELS the folder of the wheels.  What WHEELS lacks is downloaded
with pip; with --download nothing else is done.

The first incident has to name the guilty file, the cause and the remedy that helped; and the same without the wheel, as
far as the log alone tells.

Only the Python standard library and pip are used.  Exit code 1 on any difference.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from check import Checks, say

HERE = os.path.dirname(os.path.abspath(__file__))
THREADS = os.path.join(os.path.dirname(HERE), "fixtures", "threads.jsonl")


def read_threads():
    with open(THREADS) as lines:
        return list(map(json.loads, lines))


def wheel_of(thread, folder):
    """The path of the thread's wheel, if it is there."""
    found = glob.glob(os.path.join(glob.escape(folder), thread["wheel"]))
    return found[0] if found else None


def download(thread, folder):
    """Downloads one wheel; returns what went wrong, or None."""
    if wheel_of(thread, folder):
        return None
    arguments = []
    for platform in thread["platforms"]:
        arguments += ["--platform", platform]
    done = None
    for _ in range(2):
        # In a folder of its own, so that nothing half done is ever taken for a wheel.
        with tempfile.TemporaryDirectory(dir=folder, prefix=".half-") as half:
            done = subprocess.run(
                [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "download", "-q",
                 "--no-deps", "--only-binary=:all:", "--dest", half, "--implementation", "cp",
                 "--python-version", thread["python"], *arguments, thread["requirement"]],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if os.listdir(half) == [thread["wheel"]]:
                os.replace(os.path.join(half, thread["wheel"]), os.path.join(folder, thread["wheel"]))
                return None
    return f"{thread['wheel']} could not be downloaded\n{done.stdout.strip()}"


def explained(program, thread, *paths):
    """The first incident of a thread's log, as dylens tells it."""
    tool = ["--for", thread["tool"].replace(" ", "=")]
    done = subprocess.run([program, *tool, "log", "--format", "json", "-", *paths], input=thread["log"].encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/")
    if done.returncode != 1:
        raise SystemExit(f"{thread['thread']}: exit code {done.returncode}\n{done.stderr.decode()}")
    return json.loads(done.stdout)["incidents"][0]


def compare(program, thread, wheel, checks):
    name = thread["thread"]
    wanted = thread["expected"]
    for where, paths in (("beside its wheel", [wheel]), ("alone", [])):
        first = explained(program, thread, *paths)
        said = json.dumps(first, indent=1, ensure_ascii=False)
        checks.that(first["cause"] == wanted["cause"], f"{name} {where}: the cause is not {wanted['cause']}:\n{said}")
        for word in wanted["sentence"]:
            checks.that(word in first["sentence"], f"{name} {where}: {word!r} is not in the sentence:\n{said}")
        for word in wanted["remedy"]:
            mends = " ".join([first["remedy"]] + [command["text"] for command in first["commands"]])
            checks.that(word in mends, f"{name} {where}: {word!r} is not in the remedy:\n{said}")
        if paths:
            guilty = re.sub(r"cpython-\d+", "cpython-*", first["file"] or "")
            checks.that(guilty.startswith(re.sub(r"cpython-\d+", "cpython-*", thread["guilty"])),
                        f"{name}: the guilty file is not {thread['guilty']}:\n{said}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("dylens")
    parser.add_argument("folder", metavar="wheels")
    parser.add_argument("--download", action="store_true", help="download the wheels and stop")
    args = parser.parse_args()
    threads, folder = read_threads(), os.path.abspath(args.folder)
    os.makedirs(folder, exist_ok=True)
    with ThreadPoolExecutor(4) as pool:
        wrong = [what for what in pool.map(lambda thread: download(thread, folder), threads) if what]
    if wrong:
        raise SystemExit("\n".join(wrong))
    if args.download:
        return
    checks = Checks()
    for thread in threads:
        compare(os.path.abspath(args.dylens), thread, wheel_of(thread, folder), checks)
    say(f"{len(threads)} threads")
    say(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
