"""What follows from the runs of a benchmark: figures, medians' intervals, verdicts.

Intervals: of three to five values Student's, to rounding. Of more a bootstrap: Ergode draws
10,000 resamples, so the share of them below an end of its interval has the standard error
sqrt(0.025 * 0.975 / 10000) = 0.0016. An end must lie between the quantiles 0.025 +- 5 such errors
(0.975 +- 5) of a bootstrap of our own with 200,000 resamples.
"""
import functools
import math

import numpy as np
from scipy import stats

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
