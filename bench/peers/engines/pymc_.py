"""PyMC, with its own sampler."""
import time

import numpy as np

from models import to_engine

PACKAGES = ("pymc", "pytensor", "numba")


def begin(job):
    import pymc  # noqa: F401


def build(job):
    import pymc as pm
    with pm.Model() as model:
        job.model.pymc(pm, job.data, job.form)
    return model


def n_steps(stats):
    return int(np.asarray(stats["n_steps"]).sum())


def take(job, idata):
    """Draws of ArviZ's form, and the counts."""
    stats = idata.sample_stats
    job.counts = {"divergent": int(np.asarray(stats["diverging"]).sum()),
                  "gradients": n_steps(stats),
                  "warmup_gradients": n_steps(idata.warmup_sample_stats)}
    return {n: np.asarray(idata.posterior[n]) for n in job.model.PARAMETERS}


def sample(job, clock):
    import pymc as pm
    with build(job):
        idata = pm.sample(draws=job.draws, tune=job.warmup, chains=job.chains, cores=job.cores,
                          random_seed=job.seed, progressbar=False, nuts_sampler="pymc",
                          target_accept=job.target_accept, compute_convergence_checks=False,
                          discard_tuned_samples=False)
    sampled = time.monotonic()
    # Its own time of warm-up and sampling; what remains of the call is preparing.
    clock("compiled", sampled - float(idata.posterior.attrs["sampling_time"]))
    clock("sampled", sampled)
    return take(job, idata)


def density(job, points):
    model = build(job)
    log_density = model.compile_logp(jacobian=False)
    out = []
    for point in points:
        values, log_jacobian = to_engine(job.model, job.form, point)
        at = {}
        for v in model.value_vars:
            value = np.asarray(values[model.values_to_rvs[v].name], dtype=float)
            at[v.name] = np.log(value) if v.name.endswith("_log__") else value
        out.append(float(log_density(at)) + log_jacobian)
    return out
