#!/usr/bin/env python3
"""pyinstaller_truth.py linux|darwin|windows ROOT

Asks the real PyInstaller (on PYTHONPATH, with macholib and pefile) which libraries it would miss, were every native file below ROOT
collected: its own `binary_dependency_analysis`, told that it runs on that system.  One line of JSON each: name, file, the warning.
"""
import json
import logging
import os
import sys

ENDINGS = {"linux": (".so",), "darwin": (".so", ".dylib"), "windows": (".pyd", ".dll")}


class Taken(logging.Handler):
    """The warnings about libraries that were not found."""

    def emit(self, record):
        if record.msg.startswith("Library not found"):
            print(json.dumps([*record.args, record.getMessage()]))


class Windows:
    major = 10


def main():
    system, root = sys.argv[1:]
    files = []
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if (name.lower().endswith(ENDINGS[system]) or ".so." in name) and not os.path.islink(path):
                files.append(path)
    import PyInstaller.compat as compat
    compat.is_linux = compat.is_unix = system == "linux"
    compat.is_darwin, compat.is_win = system == "darwin", system == "windows"
    if system != "linux":
        # The interpreter is one of the same system: any file that leads nowhere.
        sys.executable = compat.python_executable = files[0]
    if system == "windows":
        import PyInstaller.utils.win32.winutils as winutils
        winutils.get_windows_dir = lambda: "/nonexistent/Windows"
        sys.getwindowsversion = lambda: Windows
    from PyInstaller.depend import bindepend
    bindepend.logger.addHandler(Taken())
    toc = [(os.path.relpath(path, root), path, "EXTENSION" if path.endswith((".so", ".pyd")) else "BINARY") for path in files]
    bindepend.binary_dependency_analysis(toc, symlink_suppression_patterns=set())


if __name__ == "__main__":
    main()
