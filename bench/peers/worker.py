#!/usr/bin/env python3
"""One run of another engine, in a process of its own; README.md has the protocol.

    worker.py --engine nutpie --form centred --model hierarchical_normal --data data.json
              --chains 4 --warmup 1000 --draws 1000 --seed 1 --target-accept 0.8 --cores 2
              --out DIR [--check points.json]
    worker.py --list
"""
import time

BEGAN = time.monotonic()
import argparse
import json
import math
import os
import pathlib
import sys
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import engines
import models


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--list", action="store_true",
                   help="engines with their versions, and models with their forms")
    p.add_argument("--engine")
    p.add_argument("--form", default="")
    p.add_argument("--model")
    p.add_argument("--data", help="shapes; the values lie beside them in .bin")
    p.add_argument("--chains", type=int, default=4)
    p.add_argument("--warmup", type=int, default=1000)
    p.add_argument("--draws", type=int, default=1000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--target-accept", type=float, default=0.8)
    p.add_argument("--cores", type=int, default=1)
    p.add_argument("--out", type=pathlib.Path, help="folder for draws.bin and result.json")
    p.add_argument("--check", help="points and log densities: compare, draw nothing")
    return p.parse_args()


def versions(engine):
    from importlib import metadata
    module = engines.load(engine)
    out = {n: metadata.version(n) for n in module.PACKAGES}
    return out | (module.other_versions() if hasattr(module, "other_versions") else {})


def show_list():
    """What could run here: the parent asks once. Fields are divided by tabs."""
    for name in engines.ENGINES:
        try:
            print("engine", name, *(f"{k}={v}" for k, v in versions(name).items()), sep="\t")
        except Exception as e:  # a package that is missing says which
            print("missing", name, f"{type(e).__name__}: {e}", sep="\t")
    for name in models.names():
        print("model", name, *models.load(name).FORMS, sep="\t")


def set_caches():
    """Below XDG_CACHE_HOME, so that whoever gives a fresh one gets a cold run. JAX keeps
    nothing by itself; here it does, as the others. Font lists aren't what is timed."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.path.join(base, "ergode-peers")
    os.environ["PYTENSOR_FLAGS"] = f"base_compiledir={folder}/pytensor"
    os.environ["NUMBA_CACHE_DIR"] = f"{folder}/numba"
    os.environ["JAX_COMPILATION_CACHE_DIR"] = f"{folder}/jax"
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"
    os.environ["MPLCONFIGDIR"] = os.path.join(sys.prefix, "matplotlib")


def hold_to_cores(n):
    """Not more processors than the others get; which, the system decides."""
    try:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:n])
    except (AttributeError, OSError):
        pass
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, str(n))


def read_data(path):
    import numpy as np
    values = np.fromfile(pathlib.Path(path).with_suffix(".bin"), dtype="<f8")
    with open(path) as f:
        shapes = json.load(f)
    return {k: values[v["first"]:][:math.prod(v["shape"])].reshape(v["shape"])
            for k, v in shapes.items()}


def read_points(path):
    import numpy as np
    with open(path) as f:
        return {k: np.asarray(v, dtype=float) for k, v in json.load(f).items()}


class Clock:
    """Times at which stages ended."""

    def __init__(self):
        self.at = {}

    def __call__(self, name, when=None):
        self.at[name] = time.monotonic() if when is None else when

    def between(self, a, b):
        return self.at[b] - self.at[a] if a in self.at and b in self.at else None


def draw(job, engine, clock):
    import numpy as np
    draws = engine.sample(job, clock)
    blocks = []
    shapes = job.model.shapes(job.data)
    for name, shape in shapes.items():
        block = np.asarray(draws[name], dtype=float)
        if block.shape != (job.chains, job.draws, *shape):
            raise ValueError(f"draws of {name} have shape {block.shape}")
        blocks.append(block.reshape(job.chains, job.draws, -1))
    np.concatenate(blocks, axis=2).astype("<f8").tofile(job.out / "draws.bin")
    warmed = "warmed" in clock.at
    return {
        "names": list(shapes),
        "sizes": [int(np.prod(shape)) for shape in shapes.values()],
        "start_s": clock.between("began", "imported"),
        "load_s": clock.between("imported", "loaded"),
        "compile_s": clock.between("loaded", "compiled"),
        "warmup_s": clock.between("compiled", "warmed"),
        "sampling_s": clock.between("warmed" if warmed else "compiled", "sampled"),
        "output_s": time.monotonic() - clock.at["sampled"],
        "gradients": job.counts["gradients"],
        "warmup_gradients": job.counts["warmup_gradients"],
        "divergent": job.counts["divergent"],
    }


def check(job, engine):
    """Log densities less those expected: the same constant at every point."""
    import numpy as np
    asked = read_points(job.check)
    n = len(asked["log_density"])
    shapes = job.model.shapes(job.data)
    points = [{name: asked[name][i].reshape(shape) for name, shape in shapes.items()}
              for i in range(n)]
    got = np.asarray(engine.density(job, points))
    difference, scale = got - asked["log_density"], np.maximum(1, asked["scale"])
    # The constant is that of the point with the least to add up.
    base = int(np.argmin(scale))
    error = np.abs(difference - difference[base]) / scale
    error[np.isnan(error)] = np.inf
    worst = int(np.argmax(error))
    return {"points": n, "worst": float(error[worst]), "worst_point": worst + 1,
            "log_density": float(got[worst] - difference[base]),
            "expected": float(asked["log_density"][worst])}


def first_line(error):
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"


def main():
    job = arguments()
    if job.list:
        return show_list()
    job.out.mkdir(parents=True, exist_ok=True)
    clock = Clock()
    clock("began", BEGAN)
    try:
        hold_to_cores(job.cores)
        set_caches()
        job.model = models.load(job.model)
        if job.form not in job.model.FORMS:
            raise LookupError(f"the model has the forms {', '.join(job.model.FORMS)}")
        engine = engines.load(job.engine)
        engine.begin(job)
        clock("imported")
        job.data = job.model.prepare(read_data(job.data))
        clock("loaded")
        result = check(job, engine) if job.check else draw(job, engine, clock)
    except Exception as e:
        traceback.print_exc()
        result = {"error": first_line(e)}
    with open(job.out / "result.json", "w") as f:
        json.dump({k: v for k, v in result.items() if v is not None}, f, indent=1)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1 if "error" in result else 0)  # threads of engines may not end by themselves


if __name__ == "__main__":
    main()
