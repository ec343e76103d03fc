"""Every native module of this environment is a test: it fails where the import would, and says why. Nothing is imported.

Copy the file into your tests; `pip install dylens` beside pytest. DYLENS names another program.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

# Modules that may fail here, with the reason.
EXPECTED: dict[str, str] = {}


def outcomes() -> list[dict]:
    command = [os.environ.get("DYLENS", "dylens"), "imports", "--format", "jsonl", sys.prefix]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 2:
        pytest.exit(done.stderr.strip(), returncode=2)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("outcome", outcomes(), ids=lambda outcome: outcome["module"])
def test_import(outcome: dict) -> None:
    if outcome["module"] in EXPECTED:
        pytest.xfail(EXPECTED[outcome["module"]])
    assert outcome["outcome"] != "fails", outcome
