"""Holds what `ergode bench compare` says of two documents against their runs.

Matches rows by id and runs by repeat and seed, and recomputes every ratio, interval and verdict,
and what has drifted. Shares nothing with Ergode.
"""
import numpy as np

from run_figures import figures_of_run, interval_fits, near, verdict_of

FACTS = {
    "cpu": "processor", "sockets": "sockets", "cores": "cores to use",
    "cores_physical": "physical cores", "smt": "SMT", "governor": "governor",
    "clock_mhz_max": "highest MHz", "memory_bytes": "bytes of memory", "os": "system",
    "kernel": "kernel", "libc": "C library", "ergode_version": "version of Ergode",
    "commit": "commit", "built_by": "compiler of Ergode", "build_flags": "flags of Ergode"}
SETTINGS = {"set": "set", "preset": "preset", "warmup": "warm-up draws", "draws": "draws",
            "seed": "first seed", "repeats": "repeats", "target_accept": "target acceptance"}
OF_DEVICES = {"name": "device", "driver": "driver of", "driver_version": "driver version of",
              "memory_bytes": "bytes of memory of", "clock_mhz": "MHz of", "ecc": "ECC of"}
OF_ROWS = {"backend_version": "version of", "compiler": "compiler of models for",
           "compiler_flags": "flags of models for"}


def drift_of(a, b):
    """What differs, by the names that a comparison has for it."""
    names = {name for where, facts in (("environment", FACTS), ("settings", SETTINGS))
             for key, name in facts.items() if a[where].get(key) != b[where].get(key)}
    load = [d["environment"]["load_average_before"] for d in (a, b)]
    if None not in load and abs(load[0] - load[1]) > 0.5:
        names.add("load before")
    hashes = [{p["id"]: p["sha256"] for p in d["environment"]["plugins"]} for d in (a, b)]
    names |= {f"plug-in {k}" for k in {*hashes[0], *hashes[1]}
              if hashes[0].get(k) != hashes[1].get(k)}
    files = [{c["path"].split("/")[-1]: c["sha256"] for c in d["environment"]["configs"]}
             for d in (a, b)]
    names |= {f"file {k}" for k in {*files[0]} & {*files[1]} if files[0][k] != files[1][k]}
    models = [{w["name"]: w["model_sha256"] for w in d["workloads"]} for d in (a, b)]
    names |= {f"model of {k}" for k in {*models[0]} & {*models[1]} if models[0][k] != models[1][k]}
    peaks = [{(p["backend"], p["device"], p["threads"]): p for p in d["peaks"]} for d in (a, b)]
    for key in {*peaks[0]} & {*peaks[1]}:
        for member_, name in (("read_gb_s", "memory bandwidth"), ("gflops", "arithmetic peak")):
            x, y = peaks[0][key][member_], peaks[1][key][member_]
            if x and y and abs(y / x - 1) > 0.1:
                names.add(f"{name} of {key[1]}, {key[2]} thread{'' if key[2] == 1 else 's'}")
    others = {row["id"]: row for row in b["rows"]}
    for row in a["rows"]:
        other = others.get(row["id"])
        if other is None:
            continue
        names |= {f"{name} {row['backend']}" for key, name in OF_ROWS.items()
                  if row[key] != other[key]}
        names |= {f"{name} of {row['backend']}" for name in row["versions"]
                  if row["versions"][name] != other["versions"].get(name)}
        for x, y in zip(row["devices"], other["devices"]):
            names |= {f"{name} {x['id']}" for key, name in OF_DEVICES.items() if x[key] != y[key]}
    return names


def is_invalid(a, b, row, other):
    same = all(row[key] == other[key] for key in ("data_sha256", "chains", "threads")) and all(
        a["settings"][key] == b["settings"][key] for key in ("draws", "warmup", "target_accept"))
    return not same or row["verdict"] != "valid" or other["verdict"] != "valid"


def paired(row, other, kind):
    there = {(run["repeat"], run["seed"]): run for run in other["runs"] if run["kind"] == kind}
    return [(run, there[run["repeat"], run["seed"]]) for run in row["runs"]
            if run["kind"] == kind and (run["repeat"], run["seed"]) in there]


def work_of(pairs):
    kinds = set()
    for x, y in pairs:
        digests = x.get("draws_sha256"), y.get("draws_sha256")
        counts = [(run["gradients"], run["warmup_gradients"]) for run in (x, y)]
        if None not in digests:
            kinds.add("same_draws" if digests[0] == digests[1] else "other")
        elif counts[0][0] and counts[1][0]:
            kinds.add("same_counts" if counts[0] == counts[1] else "other")
        else:
            kinds.add("unknown")
    for kind in ("other", "unknown", "same_counts", "same_draws"):
        if kind in kinds:
            return kind
    return "unknown"


def check_compared(a, b, row, other, said, say):
    where = row["id"]
    if is_invalid(a, b, row, other):
        if said["verdict"] != "INVALID" or said["figures"]:
            say(f"{where}: {said['verdict']} of rows that can't be compared")
        return
    runs = paired(row, other, "cached")
    if said["pairs"] != len(runs) or said["work"] != work_of(runs):
        say(f"{where}: {said['pairs']} pairs of {said['work']} work, recomputed {len(runs)} of "
            f"{work_of(runs)}")
    figures = {f["figure"]: f for f in said["figures"]}
    first = "AMBIGUOUS"
    for name in ("cold_s", "cached_s", "gradients_s", "ess_s"):
        both = [(figures_of_run(a, row, x), figures_of_run(b, other, y))
                for x, y in (paired(row, other, "cold") if name == "cold_s" else runs)]
        key = "cached_s" if name == "cold_s" else name  # the whole time of a run
        values = [(x[key], y[key]) for x, y in both
                  if x[key] and y[key] and min(x[key], y[key]) > 0]
        figure = figures.pop(name, None)
        if not values or figure is None:
            if values or figure is not None:
                say(f"{where}: {name}: {figure}, runs give {values}")
            continue
        ratios = [y / x for x, y in values]
        for key, wanted in (("a", np.median([x for x, _ in values])),
                            ("b", np.median([y for _, y in values])), ("ratio", np.median(ratios))):
            if not near(figure[key], float(wanted)):
                say(f"{where}: {name}: {key} {figure[key]}, recomputed {wanted}")
        if figure["pairs"] != len(ratios):
            say(f"{where}: {name}: {figure['pairs']} pairs, recomputed {len(ratios)}")
        if not interval_fits(ratios, figure["low"], figure["high"]):
            say(f"{where}: {name}: interval {figure['low']} to {figure['high']} of {ratios}")
            continue
        wanted = verdict_of(name, figure["low"], figure["high"], len(ratios))
        if name == "cold_s" and len(ratios) < 3:
            wanted = None
        if figure["verdict"] != wanted:
            say(f"{where}: {name}: {figure['verdict']}, recomputed {wanted}")
        if name != "cold_s":
            first = wanted
    if said["verdict"] != first:
        say(f"{where}: {said['verdict']}, recomputed {first}")
    if figures:
        say(f"{where}: figures nobody knows: {sorted(figures)}")


def check_comparison(comparison, a, b):
    said = []
    rows, others = ({row["id"]: row for row in d["rows"]} for d in (a, b))
    for key, wanted in (("rows", [i for i in rows if i in others]),
                        ("only_a", [i for i in rows if i not in others]),
                        ("only_b", [i for i in others if i not in rows])):
        if [row["id"] for row in comparison[key]] != wanted:
            said.append(f"{key}: {[row['id'] for row in comparison[key]]}, recomputed {wanted}")
    for row in comparison["rows"]:
        if row["id"] in rows and row["id"] in others:
            check_compared(a, b, rows[row["id"]], others[row["id"]], row, said.append)
    verdicts = [row["verdict"] for row in comparison["rows"]]
    for verdict, n in comparison["counts"].items():
        if n != verdicts.count(verdict):
            said.append(f"{n} {verdict}, recomputed {verdicts.count(verdict)}")
    drift = {d["what"] for d in comparison["drift"]}
    if drift != drift_of(a, b):
        said.append(f"drift: not in both lists: {sorted(drift ^ drift_of(a, b))}")
    return said
