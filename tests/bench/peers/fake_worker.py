#!/usr/bin/env python3
"""A worker that draws correlated_normal exactly, or goes wrong on purpose, by its engine.

Plain Python: bench/peers/README.md has the protocol that it speaks. It appends its options to
$FAKE_LOG, a line of JSON a run.
"""
import array
import json
import math
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

PAIRS, SLOPE = 25, 0.95
ENGINES = ("right", "forms", "stuck", "biased", "density", "uncheckable", "crashes", "hangs",
           "error", "silent", "short", "renamed", "nan")


def offer():
    for name in ENGINES:
        print("engine", name, f"{name}=1.2", "base=3.4", sep="\t")
    print("missing", "absent", "ModuleNotFoundError: no absent", sep="\t")
    print("model", "correlated_normal", "centred", "non-centred", sep="\t")
    print("model", "groups", "centred", sep="\t")


def draw(engine, form, chains, draws, seed):
    """[chain][draw][x1 ... x25, y1 ... y25]"""
    rng = random.Random(seed)
    sd = math.sqrt(1 - SLOPE ** 2)
    stuck = engine == "stuck" or (engine == "forms" and form == "non-centred")
    out = array.array("d")
    for _ in range(chains):
        start = rng.gauss(0, 1)
        for _ in range(draws):
            x = [rng.gauss(0, 1) for _ in range(PAIRS)]
            if stuck:  # each chain stays where it began
                x[0] = start + 0.01 * x[0]
            if engine == "biased":
                x[0] += 0.5
            if engine == "nan":
                x[0] = math.nan
            y = [rng.gauss(SLOPE * v, sd) for v in x]
            out.extend(x + y)
    return out


def density(engine, points):
    """At each point, less a constant."""
    out = []
    for x, y in zip(points["x"], points["y"]):
        z = [(b - SLOPE * a) / math.sqrt(1 - SLOPE ** 2) for a, b in zip(x, y)]
        lp = -0.5 * sum(a * a for a in x) - 0.5 * sum(v * v for v in z)
        out.append(lp + (1e-3 * x[0] if engine == "density" else 0) + 17)
    return out


def check(engine, file):
    points = json.loads(pathlib.Path(file).read_text())
    got, want = density(engine, points), points["log_density"]
    constant = got[0] - want[0]
    errors = [abs(g - w - constant) / max(1, s) for g, w, s in zip(got, want, points["scale"])]
    worst = max(range(len(errors)), key=lambda i: errors[i])
    return {"points": len(errors), "worst": errors[worst], "worst_point": worst + 1,
            "log_density": got[worst] - constant, "expected": want[worst]}


def values_of(shapes):
    return array.array("d", pathlib.Path(shapes).with_suffix(".bin").read_bytes())


def main():
    if sys.argv[1:] == ["--list"]:
        return offer()
    given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    with open(os.environ["FAKE_LOG"], "a") as f:
        f.write(json.dumps(given | {"pid": os.getpid(), "data": pathlib.Path(given["--data"]).
                                    read_text(), "values": list(values_of(given["--data"])),
                            "cache": os.environ["XDG_CACHE_HOME"]}) + "\n")
    out, engine = pathlib.Path(given["--out"]), given["--engine"]
    if "--check" in given and engine == "uncheckable":
        (out / "result.json").write_text('{"error": "no log density"}')
        return sys.exit(1)
    if "--check" in given:
        (out / "result.json").write_text(json.dumps(check(engine, given["--check"])))
        return None
    if engine == "crashes":
        os.kill(os.getpid(), signal.SIGSEGV)
    if engine == "hangs":
        child = subprocess.Popen(["sleep", "1000"])
        pathlib.Path(os.environ["FAKE_LOG"] + ".child").write_text(str(child.pid))
        time.sleep(1000)
    if engine == "error":
        (out / "result.json").write_text('{"error": "ValueError: no such \\"prior\\""}')
        return sys.exit(1)
    if engine == "silent":
        print("a line of talk\nthe last words\n\n")
        return sys.exit(3)
    chains, draws = int(given["--chains"]), int(given["--draws"])
    values = draw(engine, given["--form"], chains, draws, int(given["--seed"]))
    if engine == "short":
        values.pop()
    with open(out / "draws.bin", "wb") as f:
        values.tofile(f)
    (out / "result.json").write_text(json.dumps({
        "names": ["x", "z" if engine == "renamed" else "y"], "sizes": [PAIRS, PAIRS],
        "start_s": 0.25, "load_s": 0.125, "compile_s": 0.5, "sampling_s": 2.0, "output_s": 0.0625,
        "gradients": 7 * chains * draws, "divergent": 3,
        **({"warmup_s": 1.0, "warmup_gradients": 1000} if engine == "right" else {})}))
    return None


if __name__ == "__main__":
    main()
