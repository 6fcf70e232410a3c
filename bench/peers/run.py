#!/usr/bin/env python3
"""Ergode and its peers on hierarchical_normal, in one run on one machine.

    bench/peers/run.py --ergode build/ergode --json docs/results/peers.json

The first time it makes a virtual environment (.venv-peers at this project's top) with
the versions of requirements.txt: some 700 MB. Every run is a process of its own, one at a
time, in an order shuffled anew for each seed; Ergode is run with an empty cache and with a
filled one. ESS and R-hat are ArviZ's for all. A run counts if R-hat < 1.01.
"""
import argparse
import json
import os
import pathlib
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
VENV = HERE.parent.parent / ".venv-peers"
PEERS = ["nutpie", "numpyro", "blackjax", "pymc", "stan"]
FORMS = ["centred", "noncentred"]


def enter_environment():
    """Goes on in the virtual environment, which is made where it is missing."""
    python = VENV / "bin" / "python"
    if pathlib.Path(sys.prefix) == VENV:
        return
    if not (VENV / "ready").exists():
        print(f"making {VENV.name}: once, a few minutes", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "--disable-pip-version-check", "-r",
                        HERE / "requirements.txt"], check=True, stdout=sys.stderr)
        (VENV / "ready").touch()
    os.execv(python, [str(python), __file__, *sys.argv[1:]])


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--ergode", default="build/ergode", help="the program")
    p.add_argument("--peers", default=",".join(PEERS), help="separated by commas")
    p.add_argument("--forms", default=",".join(FORMS), help="of the peers' model")
    p.add_argument("--chains", type=int, default=4)
    p.add_argument("--warmup", type=int, default=1000)
    p.add_argument("--draws", type=int, default=2000)
    p.add_argument("--target-accept", type=float, default=0.95)
    p.add_argument("--seeds", type=int, default=1, help="runs of each, seeds 1, 2, ...")
    p.add_argument("--groups", type=int, default=100)
    p.add_argument("--json", help="file for the results")
    return p.parse_args()


def processor_s():
    """Processor seconds of all processes that have ended: these tell on a busy machine, too."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def judge(draws):
    """Worst figures over all scalars, by ArviZ."""
    import arviz as az
    data = az.from_dict(posterior=draws)
    def worst(d, f):
        return float(f(float(f(d[n].values)) for n in d.data_vars))
    low = lambda v: min(v) if not hasattr(v, "min") else v.min()
    high = lambda v: max(v) if not hasattr(v, "max") else v.max()
    return {"min_ess_bulk": worst(az.ess(data, method="bulk"), low),
            "min_ess_tail": worst(az.ess(data, method="tail"), low),
            "max_r_hat": worst(az.rhat(data), high),
            "mean_mu_pop": float(draws["mu_pop"].mean()),
            "mean_sigma_pop": float(draws["sigma_pop"].mean())}


def finish(row):
    least = min(row["min_ess_bulk"], row["min_ess_tail"])
    row["min_ess"] = least
    row["ess_per_s_sampling"] = least / row["sampling_s"]
    row["ess_per_s_whole"] = least / row["whole_s"]
    row["ess_per_cpu_s_whole"] = least / row["whole_cpu_s"]
    row["ess_per_1000_gradients"] = 1000 * least / row["sampling_gradients"]
    row["valid"] = row["max_r_hat"] < 1.01
    return row


def run_peer(a, peer, form, seed, folder):
    import numpy as np
    job = {"peer": peer, "form": form, "seed": seed, "data": str(folder / "data.json"),
           "out": str(folder / "draws.npz"), "times": str(folder / "times.json"),
           "chains": a.chains, "warmup": a.warmup, "draws": a.draws,
           "target_accept": a.target_accept, "cores": len(os.sched_getaffinity(0))}
    begin, used = time.perf_counter(), processor_s()
    done = subprocess.run([sys.executable, HERE / "worker.py"], input=json.dumps(job), text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    whole = time.perf_counter() - begin
    row = {"engine": peer, "form": form, "seed": seed, "whole_cpu_s": processor_s() - used}
    if done.returncode:
        return row | {"valid": False, "reason": done.stderr.strip().split("\n")[-1][:300]}
    times = json.loads((folder / "times.json").read_text())
    draws = dict(np.load(folder / "draws.npz"))
    return finish(row | times | {"whole_s": whole} | judge(draws))


def run_ergode(a, cache, name, seed, folder):
    import xarray
    out = folder / f"ergode-{name}"
    command = [a.ergode, "sample", "hierarchical_normal", "--dim", f"group={a.groups}",
               "--backend", "cpu", "--chains", str(a.chains), "--warmup", str(a.warmup),
               "--draws", str(a.draws), "--target-accept", str(a.target_accept), "--seed",
               str(seed), "--out", str(out), "--quiet"]
    environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
    begin, used = time.perf_counter(), processor_s()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    whole = time.perf_counter() - begin
    used = processor_s() - used
    timing = json.loads((out / "summary.json").read_text())["timing"]
    # The same data, read by every peer.
    shutil.copy(out / "data.json", folder / "data.json")
    with xarray.open_dataset(out / "draws.nc", group="posterior", engine="h5netcdf") as d:
        draws = {n: d[n].values for n in ("mu_pop", "sigma_pop", "sigma_obs", "mu_group")}
    with xarray.open_dataset(out / "draws.nc", group="sample_stats", engine="h5netcdf") as d:
        divergent, steps = int(d["diverging"].values.sum()), int(d["n_steps"].values.sum())
    sampling = max(timing["chain_warmup_seconds"]) + max(timing["chain_sampling_seconds"])
    row = {"engine": "ergode", "form": "automatic", "cache": name, "seed": seed,
           "start_s": None, "compile_s": timing["compile_seconds"],
           "sampling_s": sampling, "whole_s": whole, "whole_cpu_s": used, "divergent": divergent,
           "sampling_gradients": steps}
    return finish(row | judge(draws))


def environment():
    import importlib.metadata as metadata
    pinned = (HERE / "requirements.txt").read_text().split()
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                if line.startswith("model name")), "")
    return {"cpu": cpu, "cores": len(os.sched_getaffinity(0)), "os": platform.platform(),
            "python": platform.python_version(), "load_average": os.getloadavg()[0],
            "versions": {p.split("==")[0]: metadata.version(p.split("==")[0]) for p in pinned}}


def medians(rows):
    """One entry an engine, form and cache."""
    groups = {}
    for row in rows:
        groups.setdefault((row["engine"], row["form"], row.get("cache")), []).append(row)
    out = []
    for (engine, form, cache), members in groups.items():
        good = [m for m in members if m["valid"]]
        entry = {"engine": engine, "form": form, "cache": cache, "runs": len(members),
                 "valid_runs": len(good)}
        ran = [m for m in members if "whole_s" in m]
        for key in ("start_s", "compile_s", "sampling_s", "whole_s", "whole_cpu_s", "min_ess", "max_r_hat",
                    "divergent", "ess_per_1000_gradients", "ess_per_s_sampling",
                    "ess_per_s_whole", "ess_per_cpu_s_whole"):
            values = [m[key] for m in ran if m[key] is not None]
            entry[key] = statistics.median(values) if values else None
        out.append(entry)
    return out


def ratios(table):
    """Ergode over the best valid run of any peer, whichever form serves it best."""
    peers = [e for e in table if e["engine"] != "ergode" and e["valid_runs"]]
    if not peers:
        return {}
    out = {}
    for cache in ("empty", "filled"):
        own = next(e for e in table if e["engine"] == "ergode" and e["cache"] == cache)
        for key in ("ess_per_s_sampling", "ess_per_s_whole", "ess_per_cpu_s_whole",
                    "ess_per_1000_gradients"):
            best = max(peers, key=lambda e: e[key])
            out[f"{key}_cache_{cache}"] = {
                "ratio": own[key] / best[key], "against": f"{best['engine']} {best['form']}"}
    return out


def show(table):
    print(f"{'engine':9} {'form':11} {'start':>6} {'compile':>8} {'sampling':>9} {'whole':>7} "
          f"{'min ESS':>8} {'R-hat':>6} {'ESS/1000 gr.':>12} {'ESS/s':>8} {'ESS/s whole':>11}")
    for e in sorted(table, key=lambda e: -(e["ess_per_s_whole"] or 0)):
        form = e["form"] if not e["cache"] else f"cache {e['cache']}"
        if e["whole_s"] is None:
            print(f"{e['engine']:9} {form:11} failed")
            continue
        number = lambda v, f: format(v, f) if v is not None else "-"
        mark = "" if e["valid_runs"] == e["runs"] else \
            f"  INVALID: R-hat in {e['runs'] - e['valid_runs']} of {e['runs']}"
        print(f"{e['engine']:9} {form:11} {number(e['start_s'], '6.2f'):>6} "
              f"{number(e['compile_s'], '8.2f'):>8} {e['sampling_s']:9.3f} {e['whole_s']:7.2f} "
              f"{e['min_ess']:8.0f} {e['max_r_hat']:6.3f} {e['ess_per_1000_gradients']:12.1f} "
              f"{e['ess_per_s_sampling']:8.0f} {e['ess_per_s_whole']:11.0f}{mark}")


def main():
    enter_environment()
    a = arguments()
    a.ergode = shutil.which(a.ergode) or str(pathlib.Path(a.ergode).resolve())
    where, rows = environment(), []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for seed in range(1, a.seeds + 1):
            cache = folder / f"cache-{seed}"
            for kind in ("empty", "filled"):
                print(f"seed {seed}: ergode, cache {kind}", file=sys.stderr)
                rows.append(run_ergode(a, cache, kind, seed, folder))
            jobs = [(p, f) for p in a.peers.split(",") for f in a.forms.split(",")]
            random.Random(seed).shuffle(jobs)
            for peer, form in jobs:
                print(f"seed {seed}: {peer}, {form}", file=sys.stderr)
                rows.append(run_peer(a, peer, form, seed, folder))
    table = medians(rows)
    show(table)
    report = {"schema_version": 1, "environment": where,
              "settings": {k: getattr(a, k) for k in ("chains", "warmup", "draws",
                                                      "target_accept", "seeds", "groups")},
              "ratios": ratios(table), "table": table, "rows": rows}
    for key, r in report["ratios"].items():
        print(f"{key}: {r['ratio']:.3g} times {r['against']}")
    if a.json:
        pathlib.Path(a.json).write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
