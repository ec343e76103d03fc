#!/usr/bin/env python3
"""Asks dylens about every wheel of a folder, one process a question, and writes what it says as Parquet.

    scan.py WHEELS OUT [--scheduler ADDRESS] [--workers N] [--with WHEEL] [--dylens PROGRAM]

Dask hands the questions out: to a cluster on this machine, or to the scheduler at ADDRESS, whose workers must see WHEELS
at the same path. OUT gets `wheels.parquet`, `needs.parquet` (who needs what, and where it was found) and
`findings.parquet`; `questions.sql` asks them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from dask.distributed import Client, LocalCluster, as_completed

# What is asked of each wheel, and the arguments that ask it; {with} is another wheel, installed beside it.
QUESTIONS = {
    "needs": ["export", "--format", "jsonl", "{wheel}"],
    "tag": ["check", "--for", "auditwheel", "--select", "wheel-policy", "--format", "json", "{wheel}"],
    "with": ["check", "--format", "json", "--fail-on", "never", "{wheel}", "{with}"],
}

WHEELS = pa.schema([("wheel", pa.string()), ("question", pa.string()), ("seconds", pa.float64()), ("problem", pa.string())])
NEEDS = pa.schema([(name, pa.string()) for name in ("wheel", "file", "need", "kind", "status", "path", "step")])
FINDINGS = pa.schema(
    [(name, pa.string()) for name in ("wheel", "question", "rule", "severity", "file", "subject", "message")]
    + [("breaks", pa.int64())]
)


def ask(program: str, wheel: str, question: str, beside: str) -> dict:
    """One process: its rows, or what it complained of."""
    words = [word.format(**{"wheel": wheel, "with": beside}) for word in QUESTIONS[question]]
    start = time.perf_counter()
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=600)
    answer = {"wheel": Path(wheel).name, "question": question, "seconds": time.perf_counter() - start}
    if done.returncode == 2:
        return {**answer, "problem": done.stderr.strip(), "rows": []}
    if question == "needs":
        rows = [json.loads(line) for line in done.stdout.splitlines()]
    else:
        rows = json.loads(done.stdout)["findings"]
    return {**answer, "problem": None, "rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scheduler")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--with", dest="beside", help="a wheel of NumPy 2, say: every other is judged beside it, too")
    parser.add_argument("--dylens", default="dylens")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    beside = str(Path(given.beside).resolve()) if given.beside else ""

    # A worker waits for one process at a time: a thread each, in one process where the cluster is local.
    cluster = given.scheduler or LocalCluster(
        n_workers=1, threads_per_worker=given.workers, processes=False, dashboard_address=None
    )
    with Client(cluster) as client:
        wheels = sorted(str(path.resolve()) for path in given.wheels.glob("*.whl"))
        questions = [question for question in QUESTIONS if question != "with" or beside]
        asked = [(wheel, question) for wheel in wheels for question in questions if (wheel, question) != (beside, "with")]
        start = time.perf_counter()
        answers = [client.submit(ask, given.dylens, wheel, question, beside, pure=False) for wheel, question in asked]
        with (
            pq.ParquetWriter(given.out / "wheels.parquet", WHEELS) as times,
            pq.ParquetWriter(given.out / "needs.parquet", NEEDS) as needs,
            pq.ParquetWriter(given.out / "findings.parquet", FINDINGS) as findings,
        ):
            busy = 0.0
            for _, answer in as_completed(answers, with_results=True):
                rows, question = answer.pop("rows"), answer["question"]
                busy += answer["seconds"]
                times.write_table(pa.Table.from_pylist([answer], schema=WHEELS))
                table, schema = (needs, NEEDS) if question == "needs" else (findings, FINDINGS)
                named = [{"wheel": answer["wheel"], "question": question, **row} for row in rows]
                if named:
                    table.write_table(pa.Table.from_pylist(named, schema=schema))
        wall = time.perf_counter() - start
        workers = sum(client.nthreads().values())
    print(f"{len(wheels)} wheels, {len(asked)} processes on {workers} workers: {wall:.1f} s, {busy / wall / workers:.0%} busy")


if __name__ == "__main__":
    main()
