#!/usr/bin/env python3
"""Makes the book: the pages of this folder, and those that are made of dylens' own tables. Needs mkdocs.

    build.py DYLENS FOLDER

FOLDER gets `pages` and `site`. Every link is checked.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def main() -> None:
    dylens, out = sys.argv[1], Path(sys.argv[2]).resolve()
    shutil.rmtree(out, ignore_errors=True)
    pages = out / "pages"
    pages.mkdir(parents=True)
    shutil.copytree(ROOT / "assets" / "screens", pages / "screens")
    # What lies outside the book is named without a link: no repository is named yet.
    for page in HERE.glob("*.md"):
        text = page.read_text().replace("(../assets/screens/", "(screens/")
        (pages / page.name).write_text(re.sub(r"\[([^\]]+)\]\(\.\./[^)]+\)", r"\1", text))
    ids = re.findall(r"^\| `([a-z0-9-]+)` \|", (pages / "rules.md").read_text(), re.MULTILINE)
    for page in pages.glob("*.md"):
        page.write_text(re.sub(r"^\| `([a-z0-9-]+)` \|", link_to_rule(ids), page.read_text(), flags=re.MULTILINE))
    (pages / "rule").mkdir()
    for id in ids:
        (pages / "rule" / f"{id}.md").write_text(rule(dylens, id))
    (pages / "messages.md").write_text(messages(ids))
    shutil.copy(HERE / "mkdocs.yml", out / "mkdocs.yml")
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--config-file", out / "mkdocs.yml"], check=True)
    print(f"{len(list(pages.rglob('*.md')))} pages, {len(ids)} rules with an example each")


def link_to_rule(ids: list[str]):
    return lambda found: f"| [`{found[1]}`](rule/{found[1]}.md) |" if found[1] in ids else found[0]


def run(dylens: str, *words: str) -> str:
    return subprocess.run([Path(dylens).resolve(), *words], cwd="/", capture_output=True, text=True).stdout


def rule(dylens: str, id: str) -> str:
    """What `dylens explain` says, and what `dylens check` prints where the rule's own tests find such a thing."""
    head, title, *rest = run(dylens, "explain", id).splitlines()
    text = f"# {head.split()[0]}\n\n{title} · {head.split()[-1].strip('()')}\n"
    for line in rest:
        is_title = line and not line.startswith(" ")
        text += f"\n## {line}\n\n" if is_title else line.strip() + "\n"
    example = (HERE / "examples" / f"{id}.txt").read_text().strip()
    return f"{text}\n## Example\n\n```text\n$ dylens check\n{example}\n```\n"


def messages(ids: list[str]) -> str:
    """The index of messages: what tools and loaders print, and the rule behind it."""
    text = "# My build failed with …\n\nWhat dylens knows of what tools and loaders print; `dylens log build.log .venv` finds these in a log and\n"
    text += "says what is behind them in your environment. `…` stands for a name.\n"
    for table in sorted((ROOT / "assets" / "buildlog").glob("*.toml")):
        known = tomllib.loads(table.read_text()).get("message", [])
        text += f"\n## {table.stem.replace('_', '-')}\n\n| it prints | rule |\n|---|---|\n" if known else ""
        # What only its kind tells has no words of its own.
        for message in (message for message in known if "texts" in message):
            cause = message.get("cause", "")
            cause = f"[`{cause}`](rule/{cause}.md)" if cause in ids else cause.replace("-", " ")
            printed = re.sub(r"\{[^}]*\}", "…", message["texts"][0]).strip().replace("|", "\\|").replace("\n", " ")
            text += f"| ``{printed}`` | {cause} |\n"
    return text


if __name__ == "__main__":
    main()
