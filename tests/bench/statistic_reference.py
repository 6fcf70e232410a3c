#!/usr/bin/env python3
"""References of test_statistic.c, computed apart from the C code:
    python3 statistic_reference.py > statistic_reference.h
Philox4x32-10 from the paper (checked here against its published vectors), medians,
deviations and quantiles from Python's own library."""
import math
import statistics

MASK = 0xFFFFFFFF
RESAMPLES, BOOTSTRAP = 10000, 19


def philox(key, counter):
    k0, k1 = key
    a, b, c, d = counter
    for _ in range(10):
        p, q = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (q >> 32) ^ b ^ k0, q & MASK, (p >> 32) ^ d ^ k1, p & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return a, b, c, d


assert philox((0, 0), (0,) * 4) == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
assert philox((MASK,) * 2, (MASK,) * 4) == (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)


def words():
    own = philox((0, 0), (0, BOOTSTRAP << 24, 0, 0))
    i = 0
    while True:
        yield from philox(own[:2], (i, 0, own[2], own[3]))
        i += 1


STUDENT = {3: 4.302652729911275, 4: 3.182446305284263, 5: 2.7764451051977987}  # 0.975


def interval(values):
    n = len(values)
    if n < 3:
        return math.nan, math.nan
    if n < 6:
        logs = min(values) > 0
        x = [math.log(v) for v in values] if logs else values
        mean, half = statistics.mean(x), STUDENT[n] * statistics.stdev(x) / math.sqrt(n)
        ends = mean - half, mean + half
        return tuple(map(math.exp, ends)) if logs else ends
    v, w = sorted(values), words()
    medians = [statistics.median(v[next(w) * len(v) >> 32] for _ in v)
               for _ in range(RESAMPLES)]
    cuts = statistics.quantiles(medians, n=40, method="inclusive")
    return cuts[0], cuts[-1]


def outliers(values):
    if len(values) < 5:
        return 0
    m = statistics.median(values)
    away = [abs(x - m) for x in values]
    mad = statistics.median(away)
    if mad:
        return sum(0.6745 * d / mad > 3.5 for d in away)
    mean = statistics.mean(away)
    return sum(d / (1.253314 * mean) > 3.5 for d in away) if mean else 0


def verdict(r, low, high):
    if len(r) < 3:
        return "AMBIGUOUS"
    if low > 1.02:
        return "FASTER"
    if high < 1 / 1.02:
        return "SLOWER"
    return "SAME" if low >= 1 / 1.05 and high <= 1.05 else "AMBIGUOUS"


CASES = {
    "one": [3.5],
    "not_all_positive": [0.0, 1.5, 2.0, 4.0],
    "two": [1.0, 2.0],
    "three": [2.0, 1.0, 4.0],
    "five": [10.1, 9.9, 10.0, 10.3, 9.8],
    "outlier": [10.1, 9.9, 10.0, 10.3, 9.8, 14.0],
    "equal_but_one": [1.0] * 9 + [5.0],
    "two_of_five": [1.0, 1.0, 1.0, 5.0, 5.0],
    "far_but_within": [10.0, 10.1, 9.9, 10.2, 9.8, 10.7],
    "many_medians": [3.1, 47.0, 8.9, 1.7, 96.3, 22.4, 150.8, 61.2, 13.6, 33.33],
    "all_equal": [2.0] * 6,
    "ten": [812.0, 799.0, 805.5, 790.25, 821.0, 808.0, 803.0, 797.5, 815.0, 801.0],
    "faster": [1.10, 1.20, 1.15, 1.08, 1.12],
    "slower": [0.90, 0.85, 0.95, 0.92, 0.88],
    "same": [1.01, 0.99, 1.00, 1.02, 0.98, 1.005, 0.995],
    "wide": [0.80, 1.20, 1.00, 1.30, 0.70],
    "small_but_certain": [1.03, 1.031, 1.029, 1.0305, 1.0295],
}


def c(x):
    return "NAN" if math.isnan(x) else repr(x)


def main():
    print("/* Made by statistic_reference.py. */")
    print("static const struct {\n  const char *name;\n  int n;\n  double values[10];\n"
          "  double median, low, high, variation;\n  int outliers;\n"
          "  const char *verdict;\n} references[] = {")
    for name, v in CASES.items():
        low, high = interval(v)
        cv = statistics.stdev(v) / statistics.mean(v) if len(v) > 1 else math.nan
        print(f'    {{"{name}", {len(v)}, {{{", ".join(map(c, v))}}},\n     '
              f'{c(statistics.median(v))}, {c(low)}, {c(high)}, {c(cv)}, {outliers(v)}, '
              f'"{verdict(v, low, high)}"}},')
    print("};")


main()
