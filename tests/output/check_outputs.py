"""Reads the files of write_outputs with ArviZ, xarray and cmdstanpy. usage: FOLDER"""
import json
import os
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore", category=FutureWarning)
import arviz as az
import cmdstanpy
import logging
import xarray as xr

logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
folder = sys.argv[1]
CHAINS, WARMUP, DRAWS = 4, 30, 100
OFFSET = {"mu": 0, "theta": 1, "Beta": 5, "count": 17, "lp": 19, "acceptance_rate": 20,
          "step_size": 21, "energy": 22, "tree_depth": 23, "n_steps": 24, "diverging": 25,
          "reached_max_treedepth": 26, "log_lik": 27, "y_rep": 31, "q": 35}


def uniform(first_draw, draws, offset, n):
    c, d, o = np.meshgrid(np.arange(CHAINS), first_draw + np.arange(draws),
                          offset + np.arange(n), indexing="ij")
    x = ((c * 7919 + d * 104729 + o * 1299709 + 12345) & 0xFFFFFFFF).astype(np.uint64)
    m = np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(16)
    x = (x * np.uint64(0x7FEB352D)) & m
    x ^= x >> np.uint64(15)
    x = (x * np.uint64(0x846CA68B)) & m
    x ^= x >> np.uint64(16)
    return (x + 0.5) / 4294967296.0


def expected(name, shape=(), first_draw=WARMUP, draws=DRAWS):
    u = uniform(first_draw, draws, OFFSET[name], int(np.prod(shape, dtype=int)))
    return u.reshape((CHAINS, draws) + tuple(shape))


def check_groups(get, groups, draws, warmup):
    post, stats = get("posterior"), get("sample_stats")
    assert post["theta"].dims == ("chain", "draw", "school"), post["theta"].dims
    assert list(post["school"].values) == ["Choate", "Deerfield", "Phillips", "Ährenfeld"]
    assert post["Beta"].dims == ("chain", "draw", "school", "Beta_dim_1")
    assert post["count"].dims == ("chain", "draw", "mu_dim")
    assert post["chain"].dtype == np.int64 and list(post["draw"].values) == list(range(draws))
    np.testing.assert_array_equal(post["theta"], expected("theta", (4,), draws=draws))
    np.testing.assert_array_equal(post["Beta"], expected("Beta", (4, 3), draws=draws))
    np.testing.assert_array_equal(post["mu"], expected("mu", (1,), draws=draws)[..., 0])
    assert post["mu"].attrs["long_name"] == "population mean"
    assert post["count"].dtype == np.int64
    np.testing.assert_array_equal(post["count"],
                                  np.floor(1 + 9 * expected("count", (2,), draws=draws)))
    assert stats["diverging"].dtype == bool and stats["tree_depth"].dtype == np.int64
    np.testing.assert_array_equal(stats["diverging"],
                                  expected("diverging", (1,), draws=draws)[..., 0] < 0.05)
    np.testing.assert_array_equal(stats["lp"], expected("lp", (1,), draws=draws)[..., 0])
    assert stats["inverse_metric"].dims == ("chain", "unconstrained")
    np.testing.assert_allclose(stats["inverse_metric"][2], 3 + 0.1 * np.arange(6), rtol=1e-15)
    np.testing.assert_array_equal(get("log_likelihood")["y"],
                                  expected("log_lik", (4,), draws=draws))
    np.testing.assert_array_equal(get("posterior_predictive")["y"],
                                  expected("y_rep", (4,), draws=draws))
    np.testing.assert_array_equal(get("unconstrained_posterior")["q"],
                                  expected("q", (6,), draws=draws))
    np.testing.assert_array_equal(get("observed_data")["y"], [28, 8, -3, np.nan])
    n = get("constant_data")["n"]
    assert n.dtype == np.int64 and list(n.values) == [1, 2, 3, 4]
    assert ("warmup_posterior" in groups) == warmup
    if warmup:
        for group, name, shape in (("warmup_posterior", "theta", (4,)),
                                   ("warmup_unconstrained_posterior", "q", (6,))):
            np.testing.assert_array_equal(get(group)[name], expected(name, shape, 0, WARMUP))


def check_netcdf(name, draws, warmup):
    path = os.path.join(folder, name)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        data = az.from_netcdf(path)
    groups = data.groups()
    check_groups(lambda g: data[g], groups, draws, warmup)
    for engine in ("netcdf4", "h5netcdf"):
        tree = xr.open_datatree(path, engine=engine)
        check_groups(lambda g: tree[g].to_dataset(), list(tree.children), draws, warmup)
        assert tree.attrs["creation_library"] == "Ergode" and tree.attrs["model"] == "eight_schools"
        assert tree.attrs["seed"] == "18446744073709551615"
        assert tree.attrs["note"] == "of a test" and tree.attrs["lanes"] == 8
        assert tree.attrs["schema_version"] == 1
        tree.close()
    return data


def check_csv(name, draws, warmup):
    fit = cmdstanpy.from_csv([os.path.join(folder, f"{name}_{c + 1}.csv") for c in range(CHAINS)])
    assert fit.chains == CHAINS and fit.num_draws_sampling == draws
    turn = lambda x: x.reshape((CHAINS * draws,) + x.shape[2:])
    for var, shape in (("theta", (4,)), ("Beta", (4, 3)), ("log_lik", (4,)), ("y_rep", (4,))):
        np.testing.assert_array_equal(fit.stan_variable(var), turn(expected(var, shape, draws=draws)))
    method = fit.method_variables()
    np.testing.assert_array_equal(method["energy__"][-draws:], expected("energy", (1,), draws=draws)[..., 0].T)
    diverging = expected("diverging", (1,), draws=draws)[..., 0] < 0.05
    np.testing.assert_array_equal(fit.divergences, diverging.sum(axis=1))
    np.testing.assert_allclose(fit.step_size, 0.25 + np.arange(CHAINS))
    metric = 1 + np.arange(CHAINS)[:, None] + 0.1 * np.arange(6)
    np.testing.assert_allclose(fit.inv_metric if hasattr(fit, "inv_metric") else fit.metric, metric)
    assert fit.time[3]["sampling" if "sampling" in fit.time[3] else "Sampling"] == 4
    if warmup:
        assert fit.draws(inc_warmup=True).shape[0] == WARMUP + draws
    text = open(os.path.join(folder, f"{name}_1.csv")).read()
    assert "fixed_param" not in text


data = check_netcdf("full.nc", DRAWS, True)
check_netcdf("plain.nc", DRAWS, False)
ragged = check_netcdf("ragged.nc", DRAWS - 15, False)
assert ragged.posterior.sizes["draw"] == DRAWS - 15
check_csv("full", DRAWS, True)
check_csv("plain", DRAWS, False)
check_csv("ragged", DRAWS - 15, False)
assert not [f for f in os.listdir(folder) if f.endswith((".part", ".cut")) and "killed" not in f]

# A killed run: what was written, NaN for what wasn't.
killed = az.from_netcdf(os.path.join(folder, "killed.nc.part"))
lp = killed.sample_stats["lp"].values
for c in range(CHAINS):
    n = 40 - 3 * c
    np.testing.assert_array_equal(lp[c, :n], expected("lp", (1,), draws=40)[c, :n, 0])
    assert np.isnan(lp[c, n:]).all()

# The JSON summary against ArviZ on the same draws.
text = open(os.path.join(folder, "full.json")).read()
summary = json.loads(text)
assert summary["schema_version"] == 1 and summary["kind"] == "summary"
assert summary["draws_per_chain"] == DRAWS and summary["timing"]["total_seconds"] is None
rows = {q["name"]: q for q in summary["quantities"]}
assert rows["theta[2]"]["coordinates"] == {"school": "Deerfield"}
x = data.posterior["theta"].values[:, :, 1]
for key, value in (("mean", x.mean()), ("sd", x.std(ddof=1)), ("r_hat", az.rhat(x)),
                   ("ess_bulk", az.ess(x)), ("ess_tail", az.ess(x, method="tail")),
                   ("mcse_mean", az.mcse(x)), ("q5", np.quantile(x, 0.05))):
    np.testing.assert_allclose(rows["theta[2]"][key], value, rtol=1e-10)
np.testing.assert_allclose(summary["sampler"]["bfmi"], az.bfmi(data), rtol=1e-10)
assert summary["sampler"]["divergent_draws"] == list(data.sample_stats["diverging"].sum("draw").values)
report = open(os.path.join(folder, "full.md")).read()
assert "# eight_schools" in report and "theta[Ährenfeld]" in report and "## Verdict" in report
print("outputs read by ArviZ", az.__version__, "xarray", xr.__version__, "cmdstanpy",
      cmdstanpy.__version__)
