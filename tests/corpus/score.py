#!/usr/bin/env python3
"""score.py DYLENS [--wheels FOLDER] [--rows FILE] [--least N] [--verbose]

How often the first incident of a public thread's log names the guilty file, the cause and a remedy that works.  The rows are
tests/fixtures/threads-2.jsonl (or --rows), each with its truth: `file`, `cause` (ids, any of them), `fix` (its kind), words
that the sentence must hold (`says`), words that the remedy and its commands must hold (`must`: each, `|` for either) and
must not hold (`must_not`).

Without --wheels each log is read alone.  With it the wheels that rows name are downloaded into FOLDER (with pip, once),
what rows build is built there (with gcc), and each such log is read beside it as well.

Only the Python standard library, pip and gcc are used.  Exit code 1 where fewer than --least rows are right in all.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from check import say

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = os.path.join(os.path.dirname(HERE), "fixtures", "threads-2.jsonl")


def first_incident(program, log, *paths):
    """The first incident, and the exit code."""
    done = subprocess.run([program, "log", "--format", "json", "-", *paths], input=log.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, cwd="/")
    if done.returncode not in (0, 1):
        return {}, done.returncode
    incidents = json.loads(done.stdout)["incidents"]
    return (incidents[0] if incidents else {}), done.returncode


def holds(wanted, text):
    """Is one of the alternatives in the text?"""
    return any(word.lower() in text.lower() for word in wanted.split("|"))


def judged(truth, first):
    """What is right: guilty file, cause, remedy."""
    if not first:
        return False, False, False
    text = " ".join(filter(None, (first[key] for key in ("file", "node", "needed_by", "accused", "sentence"))))
    untagged = lambda name: re.sub(r"cpython-\d+", "cpython-*", name)
    file = any(untagged(name).lower() in untagged(text).lower() for name in truth["file"].split("|"))
    cause = first["cause"] in truth["cause"] and all(holds(word, first["sentence"]) for word in truth["says"])
    remedy = " ".join([first["remedy"]] + [command["text"] for command in first["commands"]])
    mends = all(holds(word, remedy) for word in truth["must"])
    misleads = any(re.search(re.escape(word).replace(r"\$", "$"), remedy, re.I) for word in truth["must_not"])
    return file, cause, mends and not misleads


def wheel(row, folder):
    """The path of a row's wheel, downloaded where it is not there; none where it cannot be."""
    wanted = row.get("wheel")
    if not wanted:
        return None
    place = os.path.join(folder, re.sub(r"\W+", "-", row["key"]))
    found = glob.glob(os.path.join(glob.escape(place), "*.whl"))
    if not found:
        platforms = [word for platform in wanted["platforms"] for word in ("--platform", platform)]
        with tempfile.TemporaryDirectory(dir=folder) as half:
            subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "-q", "--no-deps",
                            "--only-binary=:all:", "--dest", half, "--implementation", "cp",
                            "--python-version", wanted["python"], *platforms, wanted["requirement"]],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            os.makedirs(place, exist_ok=True)
            for name in os.listdir(half):
                os.replace(os.path.join(half, name), os.path.join(place, name))
        found = glob.glob(os.path.join(glob.escape(place), "*.whl"))
    return found[0] if found else None


def world(row, folder):
    """The environment that a row builds."""
    if "world" not in row:
        return None
    place = os.path.join(folder, "world-" + re.sub(r"\W+", "-", row["key"]))
    if not os.path.isdir(place):
        os.makedirs(place)
        script = os.path.join(place, "make.sh")
        with open(script, "w") as out:
            out.write(row["world"])
        subprocess.run(["sh", script], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return next((path for path in glob.glob(os.path.join(place, "**", "env"), recursive=True)), None)


def tell(name, row, first, code, right):
    missed = " ".join(word for word, ok in zip(("FILE", "CAUSE", "REMEDY"), right) if not ok)
    say(f"--- {row['key']} {name}: {missed or 'right'} (exit {code})")
    if first:
        commands = [command["text"] for command in first["commands"]]
        say(f"    {first['tool']}/{first['id']} [{first['cause']}] {first['file'] or first['needed_by'] or first['accused']}")
        say(f"    {first['sentence']}\n    > {first['remedy']} {commands}")
    if missed:
        say(f"    wanted: {row['truth']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("dylens")
    parser.add_argument("--wheels")
    parser.add_argument("--rows", default=ROWS)
    parser.add_argument("--least", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    program = os.path.abspath(args.dylens)
    with open(args.rows) as lines:
        rows = [row for row in map(json.loads, lines) if row["log"] and args.only in row["key"]]
    places = {}
    if args.wheels:
        folder = os.path.abspath(args.wheels)
        os.makedirs(folder, exist_ok=True)
        with ThreadPoolExecutor(4) as pool:
            found = pool.map(lambda row: world(row, folder) or wheel(row, folder), rows)
            places = {row["key"]: place for row, place in zip(rows, found) if place}
    least = None
    for name in ["alone", "beside"][: 2 if places else 1]:
        asked = [row for row in rows if name == "alone" or row["key"] in places]
        counts = Counter()
        for row in asked:
            paths = [places[row["key"]]] if name == "beside" else []
            first, code = first_incident(program, row["log"], *paths)
            right = judged(row["truth"], first)
            counts["recognized"] += bool(first)
            for word, ok in zip(("file", "cause", "remedy", "all"), (*right, all(right))):
                counts[word] += ok
            if args.verbose or not all(right):
                tell(name, row, first, code, right)
        say(f"{name}: of {len(asked)} rows " + ", ".join(f"{counts[word]} {word}" for word in ("recognized", "file", "cause", "remedy", "all")))
        least = counts["all"] if least is None else least
    sys.exit(1 if least < args.least else 0)


if __name__ == "__main__":
    main()
