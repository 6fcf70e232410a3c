#!/usr/bin/env python3
"""Recomputes every derived figure of bench.json from its runs, and holds its views against it.

  recompute_bench.py bench.json [report.html] [report.md] [report.csv] [terminal.txt]
  recompute_bench.py --compare compare.json a.json b.json    what `ergode bench compare` says

Shares nothing with Ergode but the definitions in docs/schema/bench.schema.json and
docs/benchmarks.md. Says each difference; exit code 1 where there is one.

Intervals: of three to five values Student's, to rounding. Of more a bootstrap: Ergode draws
10,000 resamples, so the share of them below an end of its interval has the standard error
sqrt(0.025 * 0.975 / 10000) = 0.0016. An end must lie between the quantiles 0.025 +- 5 such errors
(0.975 +- 5) of a bootstrap of our own with 200,000 resamples.
"""
import functools
import json
import math
import re
import sys
from html.parser import HTMLParser

import numpy as np
from scipy import stats

import check_views

RELATIVE = 1e-9  # of sums and quotients of doubles
ERRORS = 5 * math.sqrt(0.025 * 0.975 / 10_000)


def near(a, b):
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=1e-300)


@functools.lru_cache(maxsize=None)
def resampled(values):
    random = np.random.default_rng(20240229)
    return np.median(random.choice(np.array(values), (200_000, len(values))), axis=1)


@functools.lru_cache(maxsize=None)
def bounds(values):
    """Between which the lower end must lie, and the upper one."""
    return [np.quantile(resampled(values), (share - ERRORS, share + ERRORS))
            for share in (0.025, 0.975)]


def student(values):
    """Of few values: Student's interval of the mean of their logarithms."""
    logs = min(values) > 0
    x = np.log(values) if logs else np.array(values)
    ends = np.mean(x) + np.array((-1, 1)) * stats.t.ppf(0.975, len(x) - 1) * stats.sem(x)
    return np.exp(ends) if logs else ends


def interval_fits(values, low, high):
    if len(values) < 3:
        return low is None and high is None
    if low is None or high is None:
        return False
    if len(values) < 6:
        return near(low, student(values)[0]) and near(high, student(values)[1])
    for end, (least, most) in zip((low, high), bounds(tuple(values))):
        if not least * (1 - RELATIVE) <= end <= most * (1 + RELATIVE):
            return False
    return True


def outliers(values):
    """Modified z-scores above 3.5 (Iglewicz & Hoaglin 1993), from five values on."""
    if len(values) < 5:
        return 0
    off = np.abs(np.array(values) - np.median(values))
    spread = np.median(off) / 0.6745 or 1.253314 * np.mean(off)
    return int(np.sum(off > 3.5 * spread)) if spread else 0


def lesser(run):
    both = run["min_ess_bulk"], run["min_ess_tail"]
    return None if None in both else min(both)


def over(a, b):
    return None if a is None or b is None or b == 0 else a / b


def peak_of(document, row):
    if len(row["devices"]) != 1:
        return None
    for peak in document["peaks"]:
        if ((peak["backend"], peak["device"]) == (row["backend"], row["devices"][0]["id"])
                and peak["threads"] in (0, row["threads"])):
            return peak
    return None


def figures_of_run(document, row, run):
    stages = run["stages"]
    total = stages["total_s"]
    warmup, sampling = stages["warmup_s"], stages["sampling_s"]
    work = None if None in (warmup, sampling) else warmup + sampling
    gradients = run["gradients"]
    # Without those of warm-up, gradients are the draws' alone; 0: not counted.
    rate = over(gradients, work) if gradients and run["warmup_gradients"] is not None else None
    ess = lesser(run)
    kept = gradients - (run["warmup_gradients"] or 0) if gradients else None
    per_gradient = over(ess, kept)
    peak = peak_of(document, row) or {"read_gb_s": None, "gflops": None}
    counts = document["workloads"][row["workload"]]["counts"] or {}

    def share(count, most):
        if rate is None or counts.get(count) is None or peak[most] is None:
            return None
        return counts[count] * rate / (1e9 * peak[most])

    telemetry = run["telemetry"] or {}
    joules = [telemetry[k] for k in ("joules_host", "joules_device")
              if telemetry.get(k) is not None]
    return {
        "gradients_s": rate, "us_gradient": over(1e6, rate),
        "bulk_s": over(run["min_ess_bulk"], work), "tail_s": over(run["min_ess_tail"], work),
        "square_s": over(run["min_ess_square"], work), "lp_s": over(run["ess_lp"], work),
        "ess_s": over(ess, work),
        "ess_1000_gradients": None if per_gradient is None else 1000 * per_gradient,
        "cached_s": total, "ess_whole_s": over(ess, total), "converged_s": run["converged_s"],
        "bandwidth_share": share("bytes_gradient", "read_gb_s"),
        "flops_share": share("flops_gradient", "gflops"),
        "ess_joule": over(ess, sum(joules) if joules else None),
    }


def cached(row):
    return [run for run in row["runs"] if run["kind"] == "cached"]


def check_row(document, row, say):
    figures = row["figures"]
    if row["verdict"] != "valid":
        if figures is not None:
            say(f"{row['id']}: figures of a row that is {row['verdict']}")
        return
    if figures is None:
        say(f"{row['id']}: valid, but without figures")
        return
    by_run = [figures_of_run(document, row, run) for run in cached(row)]
    wanted = {name: [f[name] for f in by_run if f[name] is not None]
              for name in (by_run[0] if by_run else ())}
    wanted["cold_s"] = [run["stages"]["total_s"] for run in row["runs"]
                        if run["kind"] == "cold" and run["stages"]["total_s"] is not None][:1]
    for name in sorted(set(figures) - set(wanted)):
        say(f"{row['id']}: {name}: no such figure")
    for name, values in wanted.items():
        estimate, where = figures.get(name), f"{row['id']}: {name}"
        if not values or estimate is None:
            if values or estimate is not None:
                say(f"{where}: {estimate}, runs give {values}")
            continue
        if not near(estimate["median"], float(np.median(values))):
            say(f"{where}: median {estimate['median']}, recomputed {np.median(values)}")
        if estimate["n"] != len(values):
            say(f"{where}: n {estimate['n']}, recomputed {len(values)}")
        if estimate["outliers"] != outliers(values):
            say(f"{where}: outliers {estimate['outliers']}, recomputed {outliers(values)}")
        if not interval_fits(values, estimate["low"], estimate["high"]):
            say(f"{where}: interval {estimate['low']} to {estimate['high']} of {values}")


TIMES = {"us_gradient", "cached_s", "converged_s", "cold_s"}  # less is better


def verdict_of(figure, low, high, pairs):
    if pairs < 3:
        return "AMBIGUOUS"
    if figure in TIMES:
        low, high = 1 / high, 1 / low
    if low > 1.02:
        return "FASTER"
    if high < 1 / 1.02:
        return "SLOWER"
    return "SAME" if low >= 1 / 1.05 and high <= 1.05 else "AMBIGUOUS"


def break_even(a, b):
    """Kept draws from which a, begun with empty caches, is done before b."""
    def median(row):
        each = [over(run["stages"]["sampling_s"], run["kept"]) for run in cached(row)]
        each = [value for value in each if value is not None]
        return float(np.median(each)) if each else None

    def setup(row):
        cold = [run["stages"] for run in row["runs"] if run["kind"] == "cold"]
        known = cold and None not in (cold[0]["total_s"], cold[0]["sampling_s"])
        return cold[0]["total_s"] - cold[0]["sampling_s"] if known else None
    numbers = median(a), median(b), setup(a), setup(b)
    if None in numbers or numbers[1] <= numbers[0]:
        return None
    return max(0.0, numbers[2] - numbers[3]) / (numbers[1] - numbers[0])


def check_pair(document, pair, rows, say):
    where = f"pair {pair['a']} / {pair['b']}: {pair['figure']}"
    if pair["a"] not in rows or pair["b"] not in rows:
        say(f"{where}: names a row that isn't there")
        return
    both = rows[pair["a"]], rows[pair["b"]]
    if any(row["verdict"] != "valid" for row in both):
        if pair["verdict"] != "INVALID" or pair["ratio"] is not None:
            say(f"{where}: {pair['verdict']} with a row that is not valid")
        return
    a, b = ({run["repeat"]: figures_of_run(document, row, run)[pair["figure"]]
             for run in cached(row)} for row in both)
    ratios = [a[k] / b[k] for k in sorted(a) if a[k] is not None and b.get(k)]
    if not ratios:
        if pair["ratio"] is not None:
            say(f"{where}: ratio {pair['ratio']} of no pairs")
        return
    if not near(pair["ratio"], float(np.median(ratios))):
        say(f"{where}: ratio {pair['ratio']}, recomputed {np.median(ratios)}")
    if not interval_fits(ratios, pair["low"], pair["high"]):
        say(f"{where}: interval {pair['low']} to {pair['high']} of {ratios}")
    else:
        wanted = verdict_of(pair["figure"], pair["low"], pair["high"], len(ratios))
        if pair["verdict"] != wanted:
            say(f"{where}: {pair['verdict']}, recomputed {wanted}")
    wanted = break_even(*both) if pair["figure"] in TIMES else None
    got = pair["break_even_draws"]
    # A difference of seconds that nearly cancel loses digits.
    if (got is None) != (wanted is None) or (
            wanted is not None and not math.isclose(got, wanted, rel_tol=1e-6, abs_tol=1e-6)):
        say(f"{where}: break-even {got}, recomputed {wanted}")


def imbalance(row, parts):
    """Greatest sum of a device's gradients over the mean, and whose; chains are dealt in order."""
    runs = [run["chain_gradients"] for run in cached(row)]
    chains = row["chains"]
    if not runs or None in runs or parts < 1 or chains < parts:
        return None, None
    sums = [sum(sum(run[chains * k // parts:chains * (k + 1) // parts]) for run in runs)
            for k in range(parts)]
    if sum(sums) == 0:
        return None, None
    return max(sums) * parts / sum(sums), sums.index(max(sums))


def check_scaling(curve, rows, say):
    first = None
    for point in curve["points"]:
        where = f"{curve['kind']} scaling of {curve['backend']}, {point['n']} {curve['axis']}"
        if point["verdict"] == "skipped":
            if point["seconds"] is not None or not point["reason"]:
                say(f"{where}: skipped with seconds, or without a reason")
            continue
        if point["row"] not in rows:
            say(f"{where}: names a row that isn't there")
            continue
        work = [run["stages"]["warmup_s"] + run["stages"]["sampling_s"]
                for run in cached(rows[point["row"]])
                if None not in (run["stages"]["warmup_s"], run["stages"]["sampling_s"])]
        if not work:
            say(f"{where}: its row has no timed run")
            continue
        seconds = float(np.median(work))
        if not near(point["seconds"], seconds):
            say(f"{where}: seconds {point['seconds']}, recomputed {seconds}")
        # Threads take chains as they come: nobody is late by the deal.
        wanted = imbalance(rows[point["row"]], point["n"]) if curve["axis"] == "devices" else \
            (None, None)
        if not near(point["imbalance"], wanted[0]) or point["straggler"] != wanted[1]:
            say(f"{where}: imbalance {point['imbalance']}, straggler {point['straggler']}, "
                f"recomputed {wanted}")
        if point["verdict"] == "first":
            first = seconds
            continue
        times = first and (point["n"] if curve["kind"] == "weak" else 1) * first / seconds
        if first and not near(point["speedup"], times):
            say(f"{where}: speedup {point['speedup']}, recomputed {times}")
        if not near(point["efficiency"], over(point["speedup"], point["n"])):
            say(f"{where}: efficiency {point['efficiency']} is not speedup over n")
        if point["band"] and point["speedup"] is not None:
            low, high = point["band"]
            # What a speedup above the band is called is not laid down: either will do there.
            if point["speedup"] <= high and (low <= point["speedup"]) != (
                    point["verdict"] == "pass"):
                say(f"{where}: {point['verdict']} at {point['speedup']} of {point['band']}")


def check_document(document):
    said = []
    ids = [row["id"] for row in document["rows"]]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        said.append(f"{name}: id of more than one row")
    rows = {row["id"]: row for row in document["rows"]}
    for row in document["rows"]:
        check_row(document, row, said.append)
    for pair in document["pairs"]:
        check_pair(document, pair, rows, said.append)
    for curve in document["scaling"]:
        check_scaling(curve, rows, said.append)
    return said


# --- two documents: ergode bench compare ---------------------------------------------------

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


# --- report.html --------------------------------------------------------------------------


class Cells(HTMLParser):
    """Texts of elements with data-path, texts of table cells without, and what is fetched."""

    EMPTY = {"meta", "br", "hr", "img", "link", "input", "col", "source"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.shown, self.bare, self.fetched = [], [], [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        for name in ("src", "href", "xlink:href", "srcset", "data"):
            value = attributes.get(name) or ""
            if value and not value.startswith(("#", "data:")) and tag != "a":
                self.fetched.append(f"<{tag} {name}={value}>")
        if tag not in self.EMPTY:
            self.open.append([tag, attributes.get("data-path"), ""])

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.EMPTY:
            self.handle_endtag(tag)

    def handle_data(self, text):
        for element in reversed(self.open):
            element[2] += text
            if element[1] is not None:
                break  # not the table cell's around it
        if self.open and self.open[-1][0] == "style":
            self.fetched += re.findall(r"url\((?!['\"]?(?:data:|#))[^)]*\)|@import[^;]*", text)

    def handle_endtag(self, tag):
        while self.open:
            name, path, text = self.open.pop()
            if path is not None:
                self.shown.append((path, text.strip()))
            elif name == "td":
                self.bare.append(text.strip())
            if name == tag:
                break


def member(document, path):
    for part in path.split("/"):
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document


def optional(document, path):
    """Figures of a valid row may be left out: null."""
    parts = path.split("/")
    if parts[0] == "rows" and "figures" in parts:
        figures = member(document, "/".join(parts[:3]))
        if isinstance(figures, dict) and parts[3] not in figures:
            return None
    return member(document, path)


def value_of(document, place):
    """What a data-path says: PATH, "median PATH" (runs/cached: over the cached runs), "inverse
    PATH", "ratio PATH PATH", "product PATH PATH"."""
    what, *paths = place.split(" ")
    if not paths:
        return optional(document, place)
    if what == "median":
        before, after = paths[0].split("/cached/")
        values = [member(run, after) for run in member(document, before)
                  if run["kind"] == "cached"]
        values = [v for v in values if v is not None]
        return float(np.median(values)) if values else None
    values = [optional(document, path) for path in paths]
    if None in values:
        return None
    return {"inverse": lambda a: 1 / a, "ratio": lambda a, b: a / b,
            "product": lambda a, b: a * b}[what](*values)


NUMBER = re.compile(r"([-+−]?[\d,]+(?:\.(\d+))?(?:e([-+]?\d+))?)\s*(%|[kMG](?=\b|$))?")
UNIT = {None: 1, "%": 0.01, "k": 1e3, "M": 1e6, "G": 1e9}


def shows(text, value):
    """Whether the text is the value, rounded as it is written."""
    if value is None:
        return text in ("", "–", "—", "-", "unavailable", "n/a")
    if isinstance(value, bool):
        return text in (("no", "yes")[value], str(value).lower())
    if isinstance(value, str):
        return " ".join(text.split()) == " ".join(value.split())
    found = NUMBER.match(text)
    if not found:
        return False
    number, decimals, exponent, unit = found.groups()
    scale = UNIT[unit]
    half = 0.5 * 10.0 ** (int(exponent or 0) - len(decimals or "")) * scale
    number = float(number.replace(",", "").replace("−", "-")) * scale
    return abs(number - value) <= half * (1 + 1e-6) + abs(value) * 1e-12


def check_page(document, text):
    said, cells = [], Cells()
    cells.feed(text)
    said += [f"page: fetches {what}" for what in cells.fetched]
    if not cells.shown:
        said.append("page: no element has a data-path")
    for path, shown in cells.shown:
        parts = path.split("/")
        try:
            value = value_of(document, path)
        except (KeyError, IndexError, ValueError, TypeError):
            row = document["rows"][int(parts[1])] if parts[0].split(" ")[-1] == "rows" else {}
            reason = " of a row that is not valid" if row.get("verdict", "valid") != "valid" else ""
            said.append(f"page: {path}{reason}: no such member")
            continue
        if not shows(shown, value):
            said.append(f"page: {path}: shows {shown!r}, the document has {value!r}")
    said += [f"page: a number without a data-path: {text!r}" for text in cells.bare
             if re.match(r"^[-+−]?[\d,.]+(e[-+]?\d+)?\s*(%|[kMG]|ms|s)?$", text)]
    named = {path for path, _ in cells.shown}
    for k, row in enumerate(document["rows"]):
        wanted = (f"rows/{k}/figures/ess_s/median" if row["verdict"] == "valid"
                  and row["figures"].get("ess_s") else f"rows/{k}/reason")
        if row["verdict"] != "valid" and wanted not in named:
            said.append(f"page: {row['id']} is not valid, and its reason isn't shown")
        elif wanted not in named:
            said.append(f"page: ESS/s of {row['id']} isn't shown")
    return said


def main(paths):
    if len(paths) == 4 and paths[0] == "--compare":
        documents = []
        for path in paths[1:]:
            with open(path, encoding="utf-8") as file:
                documents.append(json.load(file))
        said = check_comparison(*documents)
        print("\n".join(said) or "every figure recomputed")
        return 1 if said else 0
    checks = {"html": check_page, "md": check_views.check_markdown,
              "txt": check_views.check_terminal,
              "csv": lambda document, text: check_views.check_csv(document, text,
                                                                  figures_of_run)}
    kinds = [path.rpartition(".")[2] for path in paths[1:]]
    if not paths or not set(kinds) <= set(checks):
        sys.exit(__doc__)
    with open(paths[0], encoding="utf-8") as file:
        document = json.load(file)
    said = check_document(document)
    for path, kind in zip(paths[1:], kinds):
        with open(path, encoding="utf-8", newline="") as file:
            said += checks[kind](document, file.read())
    print("\n".join(said) or "every figure recomputed")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
