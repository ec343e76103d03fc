"""A program with a native module, to be bundled."""

import markupsafe._speedups

print(markupsafe._speedups.__name__)
