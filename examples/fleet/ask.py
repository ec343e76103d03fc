#!/usr/bin/env python3
"""Answers questions.sql from the Parquet files that scan.py has written: ask.py OUT"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import duckdb

QUESTIONS = Path(__file__).with_name("questions.sql")


def main() -> None:
    statements = QUESTIONS.read_text().split(";\n")
    os.chdir(sys.argv[1])
    for statement in filter(str.strip, statements):
        question = re.findall(r"^-- (.*)$", statement, re.MULTILINE)[-1]
        answer = duckdb.sql(statement)
        print(question)
        for row in answer.fetchall():
            print("   ", *row, sep="  ")


if __name__ == "__main__":
    main()
