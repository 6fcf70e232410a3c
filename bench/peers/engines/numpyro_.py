"""NumPyro's NUTS: a device a chain, as its manual advises for processors."""
import os
import time

import numpy as np

from models import to_engine

PACKAGES = ("numpyro", "jax", "jaxlib")
MOST_DEVICES = 16  # beyond it chains run side by side in one program


def begin(job):
    devices = min(job.chains, MOST_DEVICES)
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={devices}"
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    jax.config.update("jax_enable_x64", True)
    import numpyro  # noqa: F401


def program(job):
    import numpyro as npr
    import numpyro.distributions as dist
    return lambda: job.model.numpyro(npr, dist, job.data, job.form)


def covered(spans):
    """Length of the union of intervals: tracing nests."""
    total, end = 0.0, 0.0
    for a, b in sorted(spans):
        total += max(0.0, b - max(a, end))
        end = max(end, b)
    return total


def sample(job, clock):
    import jax
    from numpyro.infer import MCMC, NUTS
    began, spans = time.monotonic(), []
    # It compiles within its run, function after function: JAX tells when.
    jax.monitoring.register_event_duration_secs_listener(
        lambda event, seconds, **_: spans.append((time.monotonic() - seconds, time.monotonic()))
        if event.startswith("/jax/core/compile/") else None)
    mcmc = MCMC(NUTS(program(job), target_accept_prob=job.target_accept), num_warmup=job.warmup,
                num_samples=job.draws, num_chains=job.chains, progress_bar=False,
                chain_method="parallel" if job.chains <= MOST_DEVICES else "vectorized")
    mcmc.run(jax.random.PRNGKey(job.seed), extra_fields=("num_steps", "diverging"))
    draws = jax.block_until_ready(mcmc.get_samples(group_by_chain=True))
    sampled = time.monotonic()
    clock("compiled", began + covered([s for s in spans if s[0] >= began]))
    clock("sampled", sampled)
    extra = mcmc.get_extra_fields(group_by_chain=True)
    job.counts = {"divergent": int(np.asarray(extra["diverging"]).sum()),
                  "gradients": int(np.asarray(extra["num_steps"]).sum()),
                  "warmup_gradients": None}
    return {n: np.asarray(draws[n]) for n in job.model.PARAMETERS}


def density(job, points):
    from numpyro.infer.util import log_density
    out = []
    for point in points:
        values, log_jacobian = to_engine(job.model, job.form, point)
        out.append(float(log_density(program(job), (), {}, values)[0]) + log_jacobian)
    return out
