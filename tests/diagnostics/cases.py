"""Draws with known peculiarities, and ArviZ's numbers for them."""
import logging
import warnings

warnings.filterwarnings("ignore")
import arviz as az
import numpy as np

logging.getLogger("arviz").setLevel(logging.CRITICAL)
np.seterr(all="ignore")


def ar1(rng, chains, draws, rho, scale=1.0, offset=0.0):
    e = rng.normal(size=(chains, draws)) * np.sqrt(1 - rho * rho)
    x = np.empty_like(e)
    x[:, 0] = rng.normal(size=chains)
    for t in range(1, draws):
        x[:, t] = rho * x[:, t - 1] + e[:, t]
    return offset + scale * x


def fixed_cases():
    rng = np.random.default_rng(20241)
    c = {}
    c["independent"] = rng.normal(size=(4, 200))
    c["ar_09"] = ar1(rng, 4, 400, 0.9)
    c["ar_099"] = ar1(rng, 4, 300, 0.99)
    c["antithetic"] = ar1(rng, 4, 250, -0.7)
    c["odd"] = ar1(rng, 4, 251, 0.5, 3.0, 10.0)
    c["odd_ties"] = np.round(ar1(rng, 3, 181, 0.6, 2.0))
    c["counts"] = rng.poisson(3.0, size=(4, 200)).astype(float)
    c["binary"] = (rng.random((4, 150)) < 0.3).astype(float)
    c["signed_zero"] = np.where(rng.random((2, 60)) < 0.5, -0.0, 0.0) + rng.integers(0, 2, (2, 60))
    c["one_chain"] = ar1(rng, 1, 300, 0.4)
    c["two_chains"] = ar1(rng, 2, 100, 0.3)
    c["many_chains"] = rng.normal(size=(32, 20))
    c["apart"] = ar1(rng, 4, 100, 0.3) + np.arange(4)[:, None]
    c["scales_apart"] = ar1(rng, 4, 100, 0.3) * np.array([1, 1, 4, 0.3])[:, None]
    c["trend"] = ar1(rng, 4, 120, 0.3) + np.linspace(0, 2, 120)
    c["cauchy"] = rng.standard_cauchy(size=(4, 200))
    c["lognormal"] = np.exp(3 * rng.normal(size=(4, 150)))
    c["tiny_scale"] = 1e-6 * rng.normal(size=(4, 100))
    c["large_offset"] = 1e3 + rng.normal(size=(4, 100))
    c["constant"] = np.full((4, 50), 2.5)
    c["constant_tenth"] = np.full((4, 51), 0.1)
    c["one_nan"] = rng.normal(size=(4, 50))
    c["one_nan"][2, 7] = np.nan
    c["all_nan"] = np.full((2, 10), np.nan)
    c["one_inf"] = rng.normal(size=(4, 50))
    c["one_inf"][1, 3] = np.inf
    c["minus_inf"] = rng.normal(size=(2, 41))
    c["minus_inf"][0, 0] = -np.inf
    for n in (3, 4, 5, 6, 7, 8, 9, 10, 11):
        c[f"short_{n}"] = rng.normal(size=(4, n))
    c["short_one_chain"] = rng.normal(size=(1, 5))
    return c


def numbers(x):
    out = {"r_hat": az.rhat(x)}
    for method in ("bulk", "tail", "mean", "sd"):
        out["ess_" + method] = az.ess(x, method=method)
    for q in (0.05, 0.5, 0.95):
        out[f"ess_quantile_{q}"] = az.ess(x, method="quantile", prob=q)
    out["mcse_mean"] = az.mcse(x, method="mean")
    out["mcse_sd"] = az.mcse(x, method="sd")
    for q in (0.05, 0.5, 0.95):
        try:
            out[f"mcse_quantile_{q}"] = az.mcse(x, method="quantile", prob=q)
        except (ValueError, IndexError):
            pass
    for c, value in enumerate(az.bfmi(x)):
        out[f"bfmi_{c}"] = value
    out["mean"] = np.mean(x)
    out["sd"] = np.std(x, ddof=1)
    if np.isfinite(x).all():
        for name, q in (("q5", 0.05), ("median", 0.5), ("q95", 0.95), ("low89", 0.055),
                        ("high89", 0.945)):
            out[name] = np.quantile(x, q)
        out["mad"] = 1.4826 * np.median(np.abs(x - np.median(x)))
    if x.size and (x == x.flat[0]).all():
        # Errors of constants are 0 here (docs/diagnostics.md), rounding errors or NaN there.
        skip = ("mcse_mean", "mcse_sd", "sd", "bfmi")
        out = {k: v for k, v in out.items() if not k.startswith(skip)}
    return {k: float(v) for k, v in out.items()}


def write(out, name, x):
    out.write(f"case {name} {x.shape[0]} {x.shape[1]}\n")
    for row in x:
        out.write(" ".join(repr(float(v)) for v in row) + "\n")
    for key, value in numbers(x).items():
        out.write(f"expect {key} {value!r}\n")
