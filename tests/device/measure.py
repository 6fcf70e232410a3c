#!/usr/bin/env python3
"""Measures accuracy and speed of the elementary functions on this machine and writes
docs/results/elementary.json.

    python3 tests/device/measure.py [points per range, 1000000]

Needs gcc with libquadmath (the reference, 113 bits) and a processor with AVX-512 or AVX2.
The times are the least of many rounds, one thread, arguments in the first-level cache.
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FLAGS = "-O2 -std=gnu11 -ffp-contract=off -fno-math-errno -fno-trapping-math -Wno-psabi"
points = sys.argv[1] if len(sys.argv) > 1 else "1000000"
program = "/tmp/ergode-measure"
command = f"gcc {FLAGS} -march=native -Icore tests/device/measure.c -o {program} -lquadmath -lm"
subprocess.run(command.split(), cwd=ROOT, check=True)
result = json.loads(subprocess.run([program, points], capture_output=True, check=True, text=True).stdout)
with open("/proc/cpuinfo") as f:
    model = next(line.split(":")[1].strip() for line in f if line.startswith("model name"))
compiler = subprocess.run(["gcc", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
out = {"about": "largest error in ulp against libquadmath over the ranges of measure_table.h; time per element",
       "command": f"python3 tests/device/measure.py {points}", "compiler": compiler, "flags": FLAGS + " -march=native",
       "processor": model, "points_per_range": int(points), "functions": result["functions"]}
folder = os.path.join(ROOT, "docs", "results")
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "elementary.json"), "w") as f:
    json.dump(out, f, indent=1)
    f.write("\n")
for e in result["functions"]:
    print(f"| {e['name']} | {e['max_ulp']:.2f} | {e['ns']:.2f} |")
