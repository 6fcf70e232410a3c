"""One peer, one form of the model, in a process of its own.

Reads a job as JSON on standard input; writes draws (NPZ: chain, draw, ...) and the times of
its stages. Every peer gets the same data, double precision, chains over the same number of
cores, and the settings of the job; all else is the peer's default.
"""
import time

START = time.perf_counter()
import json
import os
import sys

import numpy as np


def stan(job, data):
    import stan as pystan
    imported = time.perf_counter()
    centred = """
    data { int N; int G; array[N] int g; vector[N] y; }
    parameters { real mu_pop; real<lower=0> sigma_pop; real<lower=0> sigma_obs;
                 vector[G] mu_group; }
    model { mu_pop ~ normal(50, 20); sigma_pop ~ normal(0, 15); sigma_obs ~ normal(0, 5);
            mu_group ~ normal(mu_pop, sigma_pop); y ~ normal(mu_group[g], sigma_obs); }
    """
    noncentred = centred.replace(
        "vector[G] mu_group; }\n", "vector[G] z; }\n"
        "    transformed parameters { vector[G] mu_group = mu_pop + sigma_pop * z; }\n"
    ).replace("mu_group ~ normal(mu_pop, sigma_pop)", "z ~ std_normal()")
    y, g = data
    posterior = pystan.build(
        centred if job["form"] == "centred" else noncentred,
        data={"N": len(y), "G": int(g.max()) + 1, "g": (g + 1).tolist(), "y": y.tolist()},
        random_seed=job["seed"])
    compiled = time.perf_counter()
    fit = posterior.sample(num_chains=job["chains"], num_warmup=job["warmup"],
                           num_samples=job["draws"], delta=job["target_accept"])
    sampled = time.perf_counter()
    draws = {}
    for name in NAMES:
        flat = fit[name]  # [..., draw * chain], chains fastest
        flat = flat.reshape(flat.shape[0], job["draws"], job["chains"])
        draws[name] = np.moveaxis(flat, 0, -1).swapaxes(0, 1)
        if name != "mu_group":
            draws[name] = draws[name][..., 0]
    steps = fit["n_leapfrog__"].sum()
    return imported, compiled, sampled, draws, int(fit["divergent__"].sum()), int(steps)


def pymc_model(job, data):
    import pymc as pm
    y, g = data
    with pm.Model() as model:
        mu_pop = pm.Normal("mu_pop", 50, 20)
        sigma_pop = pm.HalfNormal("sigma_pop", 15)
        sigma_obs = pm.HalfNormal("sigma_obs", 5)
        groups = int(g.max()) + 1
        if job["form"] == "centred":
            mu_group = pm.Normal("mu_group", mu_pop, sigma_pop, shape=groups)
        else:
            z = pm.Normal("z", 0, 1, shape=groups)
            mu_group = pm.Deterministic("mu_group", mu_pop + sigma_pop * z)
        pm.Normal("y", mu_group[g], sigma_obs, observed=y)
    return model


def from_arviz(idata):
    draws = {name: np.asarray(idata.posterior[name]) for name in NAMES}
    stats = idata.sample_stats
    return draws, int(np.asarray(stats["diverging"]).sum()), int(
        np.asarray(stats["n_steps"]).sum())


def nutpie(job, data):
    import nutpie as peer
    import pymc  # noqa: F401
    imported = time.perf_counter()
    model = peer.compile_pymc_model(pymc_model(job, data))
    compiled = time.perf_counter()
    idata = peer.sample(model, draws=job["draws"], tune=job["warmup"], chains=job["chains"],
                        cores=job["cores"], seed=job["seed"], progress_bar=False,
                        target_accept=job["target_accept"])
    sampled = time.perf_counter()
    return (imported, compiled, sampled, *from_arviz(idata))


def pymc(job, data):
    import pymc as pm
    imported = time.perf_counter()
    with pymc_model(job, data):
        idata = pm.sample(draws=job["draws"], tune=job["warmup"], chains=job["chains"],
                          cores=job["cores"], random_seed=job["seed"], progressbar=False,
                          target_accept=job["target_accept"], nuts_sampler="pymc",
                          compute_convergence_checks=False)
    sampled = time.perf_counter()
    compiled = sampled - float(idata.posterior.attrs["sampling_time"])
    return (imported, compiled, sampled, *from_arviz(idata))


def jax_ready(job):
    flags = f"--xla_force_host_platform_device_count={job['chains']}"
    os.environ["XLA_FLAGS"] = flags
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    jax.config.update("jax_enable_x64", True)
    return jax


def numpyro(job, data):
    jax = jax_ready(job)
    import numpyro as npr
    import numpyro.distributions as dist
    from numpyro.infer import MCMC, NUTS
    imported = time.perf_counter()
    y, g = data
    groups = int(g.max()) + 1

    def model():
        mu_pop = npr.sample("mu_pop", dist.Normal(50, 20))
        sigma_pop = npr.sample("sigma_pop", dist.HalfNormal(15))
        sigma_obs = npr.sample("sigma_obs", dist.HalfNormal(5))
        with npr.plate("group", groups):
            if job["form"] == "centred":
                mu_group = npr.sample("mu_group", dist.Normal(mu_pop, sigma_pop))
            else:
                z = npr.sample("z", dist.Normal(0, 1))
                mu_group = npr.deterministic("mu_group", mu_pop + sigma_pop * z)
        npr.sample("y", dist.Normal(mu_group[g], sigma_obs), obs=y)

    mcmc = MCMC(NUTS(model, target_accept_prob=job["target_accept"]),
                num_warmup=job["warmup"], num_samples=job["draws"], num_chains=job["chains"],
                chain_method="parallel", progress_bar=False)
    # It compiles within its run, chain after chain of functions: JAX tells when.
    spans = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda event, seconds, **_: spans.append((time.perf_counter() - seconds,
                                                  time.perf_counter()))
        if event.startswith("/jax/core/compile/") else None)
    mcmc.run(jax.random.PRNGKey(job["seed"]), extra_fields=("num_steps", "diverging"))
    samples = jax.block_until_ready(mcmc.get_samples(group_by_chain=True))
    sampled = time.perf_counter()
    compiled = imported + covered([s for s in spans if s[0] >= imported])
    extra = mcmc.get_extra_fields(group_by_chain=True)
    return (imported, compiled, sampled, {n: np.asarray(samples[n]) for n in NAMES},
            int(np.asarray(extra["diverging"]).sum()), int(np.asarray(extra["num_steps"]).sum()))


def covered(spans):
    """Length of the union of intervals: tracing nests."""
    total, end = 0.0, 0.0
    for a, b in sorted(spans):
        total += max(0.0, b - max(a, end))
        end = max(end, b)
    return total


def blackjax(job, data):
    jax = jax_ready(job)
    import blackjax as peer
    import jax.numpy as jnp
    from jax.scipy.stats import norm
    imported = time.perf_counter()
    y, g = jnp.asarray(data[0]), jnp.asarray(data[1])
    groups = int(g.max()) + 1

    def natural(q):
        sigma_pop, sigma_obs = jnp.exp(q["log_sigma_pop"]), jnp.exp(q["log_sigma_obs"])
        mu_group = q["a"] if job["form"] == "centred" else q["mu_pop"] + sigma_pop * q["a"]
        return {"mu_pop": q["mu_pop"], "sigma_pop": sigma_pop, "sigma_obs": sigma_obs,
                "mu_group": mu_group}

    def logp(q):
        v = natural(q)
        prior = (norm.logpdf(v["mu_pop"], 50, 20) + norm.logpdf(v["sigma_pop"], 0, 15) +
                 norm.logpdf(v["sigma_obs"], 0, 5) + q["log_sigma_pop"] + q["log_sigma_obs"])
        if job["form"] == "centred":
            prior += norm.logpdf(q["a"], v["mu_pop"], v["sigma_pop"]).sum()
        else:
            prior += norm.logpdf(q["a"]).sum()
        return prior + norm.logpdf(y, v["mu_group"][g], v["sigma_obs"]).sum()

    def chain(key):
        start, warm, run = jax.random.split(key, 3)
        k = jax.random.split(start, 4)
        u = lambda key, shape: jax.random.uniform(key, shape, minval=-2.0, maxval=2.0)
        q = {"mu_pop": u(k[0], ()), "log_sigma_pop": u(k[1], ()),
             "log_sigma_obs": u(k[2], ()), "a": u(k[3], (groups,))}
        adapt = peer.window_adaptation(peer.nuts, logp,
                                       target_acceptance_rate=job["target_accept"])
        (state, parameters), _ = adapt.run(warm, q, num_steps=job["warmup"])
        step = peer.nuts(logp, **parameters).step

        def one(state, key):
            state, info = step(key, state)
            return state, (natural(state.position), info.is_divergent,
                           info.num_integration_steps)

        _, out = jax.lax.scan(one, state, jax.random.split(run, job["draws"]))
        return out

    keys = jax.random.split(jax.random.PRNGKey(job["seed"]), job["chains"])
    program = jax.pmap(chain).lower(keys).compile()
    compiled = time.perf_counter()
    draws, divergent, steps = jax.block_until_ready(program(keys))
    sampled = time.perf_counter()
    return (imported, compiled, sampled, {n: np.asarray(draws[n]) for n in NAMES},
            int(np.asarray(divergent).sum()), int(np.asarray(steps).sum()))


NAMES = ("mu_pop", "sigma_pop", "sigma_obs", "mu_group")
PEERS = {"nutpie": nutpie, "numpyro": numpyro, "blackjax": blackjax, "pymc": pymc, "stan": stan}


def main():
    job = json.load(sys.stdin)
    with open(job["data"]) as f:
        raw = json.load(f)
    data = np.asarray(raw["y"], float), np.asarray(raw["group_of"], int) - 1
    imported, compiled, sampled, draws, divergent, steps = PEERS[job["peer"]](job, data)
    np.savez(job["out"], **draws)
    with open(job["times"], "w") as f:
        json.dump({"start_s": imported - START, "compile_s": compiled - imported,
                   "sampling_s": sampled - compiled, "divergent": divergent,
                   "sampling_gradients": steps}, f)


if __name__ == "__main__":
    main()
