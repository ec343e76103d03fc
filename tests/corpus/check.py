#!/usr/bin/env python3
"""check.py DYLENS ENVS [NAME...] [--truths DIR] [--broken FILE]

Compares dylens with the real loader, need by need.  DYLENS is the program, ENVS the folder that make_envs.sh built
(NAME: which of its environments; all that have a truth or can be asked, where none is named).

For each environment the real loader is asked about every native file (loader_truth.py); its answers are kept in DIR
(default: ENVS/.truths) and used again as long as they are there.  With --broken FILE, the environments that
make_broken.py damaged are judged too; FILE is what it wrote, its environments lie next to it.

What is compared: an importable module as imported first in a fresh interpreter; a library as its importers bring it in
(a vendored library relies on the rpath of whoever loads it); a library that nobody brings in, by itself.  Per need:
the same file, or "not found" on both sides.

Only the Python standard library is used.  Exit code 1 on any difference, and where nothing was compared.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def say(text):
    print(text, flush=True)


# ------------------------------------------------------------------------------------------------ dylens

class Dylens:
    """The program under test, run on one environment."""

    def __init__(self, program, root, setenv=()):
        self.program, self.root = program, root
        # Python's virtual environments and the loader's variables of whoever runs this test are no part of the question.
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith(("LD_", "PYTHON")) and k not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
        for setting in setenv:
            name, value = setting.split("=", 1)
            self.env[name] = value.replace("{ENV}", root)

    def run(self, *args):
        return subprocess.run([self.program, *args, self.root], env=self.env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def real(self, path):
        """The real path of a path as dylens shows it: relative to the environment, or absolute."""
        return None if path is None else os.path.realpath(os.path.join(self.root, path))

    def needs(self):
        """{real path of the file: {need: [path or None, ...]}}"""
        done = self.run("export", "--format", "jsonl")
        if done.returncode != 0:
            raise SystemExit(f"dylens export {self.root}: exit code {done.returncode}\n{done.stderr}")
        needs = {}
        for line in done.stdout.splitlines():
            row = json.loads(line)
            is_met = row["status"] != "missing"
            if is_met != (row["path"] is not None) and row["status"] != "builtin":
                raise SystemExit(f"dylens export {self.root}: status and path contradict each other: {line}")
            answers = needs.setdefault(self.real(row["file"]), {}).setdefault(row["need"], [])
            answers.append(self.real(row["path"]))
        return needs

    def findings(self):
        """What `check` finds; it exits 0 where nothing is wrong and 1 where something is."""
        done = self.run("check", "--format", "json")
        if done.returncode not in (0, 1):
            raise SystemExit(f"dylens check {self.root}: exit code {done.returncode}\n{done.stderr}")
        return json.loads(done.stdout)["findings"]


# ------------------------------------------------------------------------------------------------ the real loader

def ends(dlopen, name):
    """Is this need the one that a failed load names in its error?"""
    file, _, _ = dlopen.get("error", "").partition(": ")
    return not dlopen["ok"] and os.path.basename(file) == name


class Truth:
    """What the real loader answered about one environment."""

    def __init__(self, path, root):
        with open(path) as lines:
            head, *self.records = map(json.loads, lines)
        self.root = os.path.realpath(root)
        python = os.path.realpath(os.path.join(root, "bin", "python"))
        self.base = os.path.dirname(os.path.dirname(python))
        self.glibc = head.get("glibc")
        self.traces = [r for r in self.records if r["kind"] != "library" and "libs" in r.get("trace", {})]

    def path(self, text):
        """The real path that a placeholder stands for; None for "not found"."""
        if text in (None, "None"):
            return None
        return os.path.realpath(text.replace("{ENV}", self.root).replace("{PY}", self.base))

    def needs(self):
        """(file, need, [possible answers] or None where the loader was not asked), each need of each file once"""
        for record in self.records:
            context = self.in_context(record)
            for need in record.get("needed", []):
                name = need["name"]
                if name in context:
                    answers = [self.path(path) for path in context[name]]
                elif need["via"] == "unknown":
                    # The load ended early; its error tells of the need that ended it, and of none that comes after.
                    answers = [None] if ends(record["dlopen"], name) else None
                else:
                    answers = [self.path(need["path"])]
                yield record["file"], name, answers

    def in_context(self, record):
        """{need: [path, ...]} of a library as its importers bring it in; empty where nobody does."""
        if record["kind"] != "library":
            return {}
        if "in_context" in record:
            return record["in_context"]["needed"]
        # Where every import that brings it in fails, the loader's own listing of these imports still tells.
        me = os.path.realpath(os.path.join(self.root, record["file"]))
        context = {}
        for trace in self.traces:
            libs = trace["trace"]["libs"]
            if any(path is not None and self.path(path) == me for path in libs.values()):
                for need in record["needed"]:
                    if need["name"] in libs:
                        context.setdefault(need["name"], []).append(libs[need["name"]])
        return context


def ask(root, truth):
    """Asks the real loader, unless its answer is there already."""
    if not os.path.exists(truth):
        os.makedirs(os.path.dirname(truth), exist_ok=True)
        script = os.path.join(HERE, "loader_truth.py")
        python = os.path.join(root, "bin", "python")
        half = truth + ".half"
        subprocess.run([sys.executable, script, root, python, "--no-bindings", "--no-import", "--out", half], check=True)
        os.replace(half, truth)
    return Truth(truth, root)


# ------------------------------------------------------------------------------------------------ the comparison

def compare(name, dylens, truth):
    """Prints every difference; returns (how many needs agree, how many were compared)."""
    ours = dylens.needs()
    shown = lambda path: "not found" if path is None else path.replace(truth.root + "/", "")
    compared = agreed = 0
    not_asked = 0
    for file, need, wanted in truth.needs():
        if wanted is None:
            not_asked += 1
            continue
        compared += 1
        got = ours.get(os.path.realpath(os.path.join(truth.root, file)), {}).get(need)
        # A library that several modules bring in may come out differently in each: dylens tells every outcome.
        if got is not None and got and all(path in wanted for path in got):
            agreed += 1
            continue
        say(f"  {name}: {file} needs {need}")
        say(f"    the loader: {', '.join(sorted({shown(path) for path in wanted}))}")
        say(f"    dylens:     {', '.join(map(shown, got)) if got else 'no such edge'}")
    more = f" ({not_asked} needs not asked)" if not_asked else ""
    say(f"{name}: {agreed} of {compared} edges as the real loader{more}")
    return agreed, compared


def errors(findings):
    return [finding for finding in findings if finding["severity"] == "error"]


def told(finding):
    return f"{finding['rule']}: {finding.get('file')}: {finding['message']}"


class Checks:
    """Counts what passed and what failed."""

    def __init__(self):
        self.passed = self.failed = 0

    def that(self, is_so, what):
        if is_so:
            self.passed += 1
        else:
            self.failed += 1
            say(f"  FAILED: {what}")

    def edges(self, name, dylens, truth, may_be_empty=False):
        """`may_be_empty`: the loader was asked about files that are no images any more, so that there is nothing to
        compare."""
        agreed, compared = compare(name, dylens, truth)
        self.that(compared > 0 or may_be_empty, f"{name}: no edge was compared")
        self.that(agreed == compared, f"{name}: {compared - agreed} edges differ from the real loader")


def healthy(name, dylens, checks):
    bad = errors(dylens.findings())
    checks.that(not bad, f"{name} is healthy, but:\n    " + "\n    ".join(map(told, bad)))


def broken(listing, program, checks):
    """The environments that make_broken.py damaged."""
    folder = os.path.dirname(os.path.abspath(listing))
    with open(listing) as lines:
        mutations = list(map(json.loads, lines))
    checks.that(mutations, f"{listing}: no damaged environment was judged")
    for mutation in mutations:
        name = mutation["name"]
        root = os.path.join(folder, name)
        dylens = Dylens(program, root, mutation.get("setenv", ()))
        truth = Truth(os.path.join(folder, name + ".jsonl"), root)
        has_no_image = bool(truth.records) and all(r["elf"].get("format") != "elf" for r in truth.records)
        checks.edges(name, dylens, truth, has_no_image)
        bad = errors(dylens.findings())
        failing = [record for record in mutation["truth"]["files"]
                   if record["kind"] != "library" and not record["dlopen"]["ok"]]
        if failing:
            said = json.dumps([[f.get("file"), f.get("subject"), f["message"]] for f in bad])
            named = guilty(mutation, failing)
            checks.that(any(word in said for word in named),
                        f"{name}: no error names any of {sorted(named)}; dylens says: {list(map(told, bad))}")
        elif mutation["truth"]["run"]["rc"] == 0:
            checks.that(not bad, f"{name}: nothing fails, but dylens says: {list(map(told, bad))}")


def guilty(mutation, failing):
    """The names of which an error has to say at least one: what was changed, what fails, what is missing."""
    names = {os.path.basename(path) for path, _ in mutation["changed"]}
    for record in failing:
        names.add(os.path.basename(record["file"]))
        names.update(need["name"] for need in record["needed"] if need["path"] is None)
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("dylens")
    parser.add_argument("envs")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--truths", help="where the real loader's answers are kept")
    parser.add_argument("--broken", help="what make_broken.py wrote")
    parser.add_argument("--no-check", action="store_true", help="compare needs only, do not run `dylens check`")
    args = parser.parse_args()
    program = shutil.which(args.dylens)
    if program is None:
        raise SystemExit(f"{args.dylens}: no such program; build it with: cargo build --release")
    program = os.path.abspath(program)
    envs = os.path.abspath(args.envs)
    truths = args.truths or os.path.join(envs, ".truths")
    names = args.names or sorted(n for n in os.listdir(envs) if os.path.exists(os.path.join(envs, n, "pyvenv.cfg")))
    if not names and not args.broken:
        raise SystemExit(f"no environment in {envs}; build some with: tests/corpus/make_envs.sh {envs}")
    checks = Checks()
    for name in names:
        root = os.path.join(envs, name)
        if not os.path.exists(os.path.join(root, "bin", "python")):
            raise SystemExit(f"no environment {root}; build it with: tests/corpus/make_envs.sh {envs} {name}")
        dylens = Dylens(program, root)
        checks.edges(name, dylens, ask(root, os.path.join(truths, name + ".jsonl")))
        if not args.no_check:
            healthy(name, dylens, checks)
    if args.broken:
        broken(args.broken, program, checks)
    say(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
