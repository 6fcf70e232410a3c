"""The same bits from every compiler, machine and level: builds bits.c in many ways and
compares the hashes of all functions.

    python3 test_dialect_bits.py CORE_FOLDER WORK_FOLDER [--full]

Skips (exit 77) where fewer than two ways can be built and run.
"""
import itertools
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FLAGS = ["-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-w", "-Wno-psabi"]
MACHINES = {
    "avx512": (["-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw", "-mfma", "-mavx2"],
               ["avx512f", "avx512dq", "avx512vl", "avx512bw"]),
    "avx2": (["-mavx2", "-mfma"], ["avx2", "fma"]),
    "pair": (["-DBITS_PAIR", "-mavx2", "-mfma"], ["avx2", "fma"]),
    "baseline": ([], []),
    "scalar": (["-DBITS_SCALAR"], []),
    "scalar-fma": (["-DBITS_SCALAR", "-mfma"], ["fma"]),
}
CXX = {"gcc": "g++", "clang": "clang++"}
FEW = [("gcc", "pair", 2), ("clang", "pair", 3), ("gcc", "avx512", 2), ("gcc", "avx2", 3), ("gcc", "baseline", 1), ("gcc", "scalar", 2),
       ("clang", "avx512", 1), ("clang", "avx2", 2), ("clang", "baseline", 3), ("clang", "scalar-fma", 3)]


def processor():
    try:
        with open("/proc/cpuinfo") as f:
            return set(next(line for line in f if line.startswith("flags")).split())
    except (OSError, StopIteration):
        return set()


def main():
    core, work = sys.argv[1:3]
    ways = FEW
    if "--full" in sys.argv:
        ways = list(itertools.product(("gcc", "clang"), MACHINES, (1, 2, 3)))
    os.makedirs(work, exist_ok=True)
    has = processor()
    first, first_name, built, failed = None, "", 0, False
    for compiler, machine, level in ways:
        name = f"{compiler} {machine} -O{level}"
        flags, needs = MACHINES[machine]
        language = ["-std=gnu11"]
        if machine == "pair":
            compiler, language = CXX[compiler], ["-std=gnu++17", "-x", "c++"]
        if not shutil.which(compiler):
            print(f"skipped {name}: no {compiler} on this machine")
            continue
        lacking = [n for n in needs if n not in has]
        if lacking:
            print(f"skipped {name}: the processor lacks {' '.join(lacking)}")
            continue
        program = os.path.join(work, "bits-" + name.replace(" ", ""))
        if os.path.exists(program):
            os.remove(program)
        subprocess.run([compiler, f"-O{level}", *language, *FLAGS, *flags, f"-I{core}", os.path.join(HERE, "bits.c"),
                        "-o", program, "-lm"], check=True)
        lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout.split("\n")
        built += 1
        if first is None:
            first, first_name = lines, name
            print(f"{name}: {len(lines) - 1} functions")
            continue
        wrong = [a.split()[0] for a, b in zip(first, lines) if a != b]
        if len(first) != len(lines):
            wrong.append("number of lines")
        print(f"{name}: {'differs from ' + first_name + ' in ' + ' '.join(wrong) if wrong else 'the same bits'}")
        failed = failed or bool(wrong)
    if failed:
        return 1
    if built < 2:
        print("skipped: fewer than two ways to build")
        return 77
    return 0


sys.exit(main())
