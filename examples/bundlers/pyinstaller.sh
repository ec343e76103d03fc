#!/bin/sh
# Bundles app.py with PyInstaller and checks the bundle: pyinstaller.sh ENV
set -eu
# Where the build fails, what it printed is explained.
dylens run -- "$1/bin/python" -m PyInstaller --noconfirm --log-level WARN app.py
# The bundle as its own program would find things.
dylens check dist/app
# What the environment has and the bundle left behind, with the option that takes it along.
dylens diff --fail-on never "$1" dist/app
