#!/usr/bin/env python3
"""Recomputes every derived figure of bench.json from its runs, and holds its views against it.

  recompute_bench.py bench.json [report.html] [report.md] [report.csv] [terminal.txt]
  recompute_bench.py --compare compare.json a.json b.json    what `ergode bench compare` says

Shares nothing with Ergode but the definitions in docs/schema/bench.schema.json and
docs/benchmarks.md. Says each difference; exit code 1 where there is one.
"""
import json
import math
import sys

import numpy as np
from scipy import stats

import check_page
import check_views
from check_compare import check_comparison
from run_figures import (TIMES, cached, figures_of_run, interval_fits, near, outliers, over,
                     verdict_of)


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


FALSE_ALARM = 1e-4  # of a row


def check_difference(where, moment, say):
    value, error, reference, reference_error, z = moment
    if None in moment:
        if z is not None and (None not in (value, reference)) and value != reference:
            say(f"{where}: z {z} of numbers that aren't finite")
        return
    wanted = 0 if value == reference else (value - reference) / math.hypot(error, reference_error)
    if not math.isclose(z, wanted, rel_tol=1e-9, abs_tol=1e-9):
        say(f"{where}: z {z}, recomputed {wanted}")


def check_runs(document, row, say):
    """A row is valid where each of its runs is; a run isn't where a number misses its limit."""
    runs, checks = row["runs"], row["checks"]
    if not runs or any("verdict" not in run for run in runs):  # an earlier version's
        return
    where = row["id"]
    bad = [run for run in runs if run["verdict"] not in ("valid", None)]
    if row["verdict"] == "valid" and any(run["verdict"] != "valid" for run in runs):
        say(f"{where}: valid, with a run that is not")
    if bad and row["verdict"] == "valid" or any((run["reason"] == "") != (run not in bad)
                                                for run in runs):
        say(f"{where}: a verdict without its reason, or the other way round")
    seeds, failed = {run["seed"] for run in runs}, {run["seed"] for run in bad}
    said = f"{len(failed)} of {len(seeds)} seeds failed"
    if row["verdict"] == "not_converged" and len(seeds) > 1 and said not in row["reason"]:
        say(f"{where}: {row['reason']}, recomputed {said}")
    missed = {"r_hat": lambda run, limit: not run["max_r_hat"] < limit,
              "ess": lambda run, limit: min(run["min_ess_bulk"], run["min_ess_tail"]) < limit}
    for name, misses in missed.items():
        limit = checks[name]["limit"]
        for run in runs:
            known = None not in (limit, run["max_r_hat"], run["min_ess_bulk"],
                                 run["min_ess_tail"], run["verdict"])
            if known and misses(run, limit) and run not in bad:
                say(f"{where}: order {run['order']} is valid, with {name} beyond {limit}")
    for run in runs:
        beyond = run["limit_z"] is not None and not (
            run["worst_z"] is not None and run["worst_z"] <= run["limit_z"])
        if beyond and run not in bad:
            say(f"{where}: order {run['order']} is valid, with z {run['worst_z']}")
    for name, values in (("r_hat", [-run["max_r_hat"] for run in runs
                                    if run["max_r_hat"] is not None]),
                         ("ess", [min(run["min_ess_bulk"], run["min_ess_tail"]) for run in runs
                                  if None not in (run["min_ess_bulk"], run["min_ess_tail"])])):
        if len(values) == len(runs) and checks[name]["value"] != abs(min(values)):
            say(f"{where}: {name} {checks[name]['value']}, recomputed {abs(min(values))}")


def check_moments(document, row, say):
    """Every z, the worst, the limit and the bands. Of more quantities than a row keeps the worst
    are there, and the bands are counts of more."""
    moments = row["checks"]["moments"]
    if not moments or "quantities" not in moments:  # an earlier version's
        return
    where = f"{row['id']}: moments"
    if row["verdict"] == "valid" and not (moments["worst_z"] is not None and
                                          moments["worst_z"] <= moments["limit_z"]):
        say(f"{where}: valid, with z {moments['worst_z']}")
    kept = moments["quantities"]
    names = [quantity["name"] for quantity in kept]
    if len(set(names)) != len(names):
        say(f"{where}: a quantity is there twice")
    whole = moments["tests"] == 2 * len(kept)
    if not whole and not (len(kept) == 256 and moments["tests"] > 512):
        say(f"{where}: {len(kept)} quantities of {moments['tests']} tests")
    every = {}
    for quantity in kept:
        for key in ("mean", "sd"):
            check_difference(f"{where}: {key} of {quantity['name']}", quantity[key], say)
            z = quantity[key][4]
            every[f"{key} of {quantity['name']}"] = math.inf if z is None else abs(z)
        if "square" in quantity:
            where_square = f"{where}: square of {quantity['name']}"
            check_difference(where_square, quantity["square"], say)
            for k in (0, 2):  # of value and reference: at least the squared mean
                mean, sd, square = (quantity[key][k] for key in ("mean", "sd", "square"))
                # the variance of n draws is (n - 1) / n of that of sd; n is at least 8
                if None not in (mean, sd, square) and not (
                        mean ** 2 + 7 / 8 * sd ** 2 - 1e-9 * square <= square <=
                        (mean ** 2 + sd ** 2) * (1 + 1e-9)):
                    say(f"{where_square}: {square}, mean and sd give {mean ** 2 + sd ** 2}")
    if every:
        worst, said = max(every.values()), moments["worst_z"]
        if (math.inf if said is None else said) != worst or every.get(moments["name"]) != worst:
            say(f"{where}: worst {said} of {moments['name']}, recomputed {worst}")
    for key, member, share in (("mean", "mean_outside_5_percent", 0.05),
                               ("sd", "sd_outside_10_percent", 0.1)):
        outside = sum(None in quantity[key][:3:2] or
                      abs(quantity[key][0] - quantity[key][2]) > share * abs(quantity[key][2])
                      for quantity in kept)
        if outside != moments[member] if whole else outside > moments[member]:
            say(f"{where}: {member} {moments[member]}, recomputed {outside}")
    if moments["degrees_of_freedom"] is not None and moments["tests"]:
        judged = all("verdict" in run for run in row["runs"])
        tests = moments["tests"] * (document["settings"]["repeats"] if judged else 1)
        limit = stats.t.ppf(1 - FALSE_ALARM / (2 * tests), moments["degrees_of_freedom"])
        # Ergode's quantile is an expansion, good to 3e-4 at 50 degrees of freedom.
        if not math.isclose(moments["limit_z"], limit, rel_tol=3e-4):
            say(f"{where}: limit {moments['limit_z']}, recomputed {limit}")


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
        brief = point["band"] and first and max(first, seconds) < 0.1
        if point["verdict"] == "too_brief" and not brief:
            say(f"{where}: too brief at {first} and {seconds} s")
        if point["verdict"] == "no_band" and point["band"]:
            say(f"{where}: no band at {point['band']}")
        if point["band"] and point["speedup"] is not None and point["verdict"] != "too_brief":
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
        check_runs(document, row, said.append)
        check_moments(document, row, said.append)
    for pair in document["pairs"]:
        check_pair(document, pair, rows, said.append)
    for curve in document["scaling"]:
        check_scaling(curve, rows, said.append)
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
    checks = {"html": check_page.check_page, "md": check_views.check_markdown,
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
