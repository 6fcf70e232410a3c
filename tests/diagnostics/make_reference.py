"""Writes reference.txt (stored) from ArviZ: tests/python/venv.sh gives the Python to run it.

usage: make_reference.py FILE           the fixed cases
       make_reference.py FILE SEED N    N random cases
"""
import sys

import numpy as np

import cases

with open(sys.argv[1], "w") as out:
    if len(sys.argv) == 2:
        for name, x in cases.fixed_cases().items():
            cases.write(out, name, x)
    else:
        rng = np.random.default_rng(int(sys.argv[2]))
        for i in range(int(sys.argv[3])):
            chains, draws = int(rng.integers(1, 9)), int(rng.integers(4, 700))
            x = cases.ar1(rng, chains, draws, rng.uniform(-0.9, 0.995))
            kind = i % 4
            if kind == 1:
                x = np.round(x * rng.uniform(0.5, 5))
            elif kind == 2:
                x = np.exp(rng.uniform(0.1, 3) * x)
            elif kind == 3:
                x = x + rng.uniform(0, 1) * rng.normal(size=(chains, 1))
            cases.write(out, f"random_{i}", x)
