#!/bin/sh
# Bundles app.py with Nuitka and checks the bundle: nuitka.sh ENV
set -eu
# What that release of Nuitka stops at, before an hour of compiling.
dylens check --for nuitka "$1"
dylens run -- "$1/bin/python" -m nuitka --standalone --quiet --assume-yes-for-downloads app.py
dylens check app.dist
dylens diff --fail-on never "$1" app.dist
