#!/usr/bin/env python3
"""Recomputes every derived figure of bench.json from its runs, and holds report.html against it.

  recompute_bench.py bench.json [report.html]

Shares nothing with Ergode but the definitions in docs/schema/bench.schema.json. Says each
difference; exit code 1 where there is one. Not recomputed: break_even_draws, imbalance,
straggler, speedup of weak scaling.

Intervals: Ergode draws 10,000 resamples, so the share of them below an end of its interval has
the standard error sqrt(0.025 * 0.975 / 10000) = 0.0016. An end must lie between the quantiles
0.025 +- 5 such errors (0.975 +- 5) of a bootstrap of our own with 200,000 resamples.
"""
import functools
import json
import math
import re
import sys
from html.parser import HTMLParser

import numpy as np

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


def interval_fits(values, low, high):
    if len(values) < 3:
        return low is None and high is None
    if low is None or high is None:
        return False
    medians = resampled(tuple(values))
    for end, share in ((low, 0.025), (high, 0.975)):
        least, most = np.quantile(medians, (share - ERRORS, share + ERRORS))
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
        if (peak["backend"], peak["device"], peak["threads"]) == (
                row["backend"], row["devices"][0]["id"], row["threads"]):
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
        if point["verdict"] == "first":
            first = seconds
            continue
        if curve["kind"] == "strong" and first and not near(point["speedup"], first / seconds):
            say(f"{where}: speedup {point['speedup']}, recomputed {first / seconds}")
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
            value = member(document, path)
        except (KeyError, IndexError, ValueError, TypeError):
            row = document["rows"][int(parts[1])] if parts[0] == "rows" else {}
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
    if len(paths) not in (1, 2):
        sys.exit(__doc__)
    with open(paths[0], encoding="utf-8") as file:
        document = json.load(file)
    said = check_document(document)
    if len(paths) == 2:
        with open(paths[1], encoding="utf-8") as file:
            said += check_page(document, file.read())
    print("\n".join(said) or "every figure recomputed")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
