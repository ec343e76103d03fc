"""A part of a large corpus, chosen by a seed that is printed: the same seed chooses the same part.

Scripts that can do with a part take `--sample N --seed S`: one of N of what they have, and all of it without these.
"""
import random


def add_options(parser):
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="only one of N, chosen by the seed")
    parser.add_argument("--seed", type=int, default=0)


def chosen(options, names, what):
    """One of `options.sample` of these names, which are in order, and at least one; says how many."""
    names = list(names)
    if options.sample <= 1 or not names:
        return names
    count = max(1, len(names) // options.sample)
    picked = set(random.Random(options.seed).sample(range(len(names)), count))
    print(f"{count} of {len(names)} {what}, by the seed {options.seed}", flush=True)
    return [name for at, name in enumerate(names) if at in picked]
