"""Where the program lies that was installed with this package."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

__all__ = ["find_dylens"]


def find_dylens() -> str:
    """Returns the path of the program; raises FileNotFoundError where it is missing."""
    name = "dylens" + (sysconfig.get_config_var("EXE") or "")
    folders = [folder / name for folder in _folders()]
    for path in folders:
        if path.is_file():
            return str(path)
    raise FileNotFoundError("program not found: " + ", ".join(map(str, folders)) + "; reinstall dylens")


def _folders() -> list[Path]:
    """The folders that installers put programs into."""
    user = "nt_user" if os.name == "nt" else "osx_framework_user" if sys.platform == "darwin" else "posix_user"
    site = Path(__file__).resolve().parent.parent
    scripts = "Scripts" if os.name == "nt" else "bin"
    # PREFIX/Lib/site-packages on Windows, PREFIX/lib/pythonX.Y/site-packages elsewhere: `pip install --prefix`, overlays of uv.
    prefix = site.parent.parent if os.name == "nt" else site.parent.parent.parent
    schemes = [sysconfig.get_path("scripts"), sysconfig.get_path("scripts", user)]
    return [*map(Path, schemes), prefix / scripts, site / "bin"]
