"""BlackJAX: window adaptation and NUTS, a chain a device, compiled ahead."""
import numpy as np

from engines.numpyro_ import MOST_DEVICES
from engines.numpyro_ import begin as begin_jax
from models import engine_names, to_engine, to_natural

PACKAGES = ("blackjax", "jax", "jaxlib")


def begin(job):
    begin_jax(job)
    import blackjax  # noqa: F401


def target(job):
    """(values of unconstrained coordinates, their log density)"""
    import jax.numpy as jnp
    data = {k: jnp.asarray(v) if np.ndim(v) else v for k, v in job.data.items()}
    positive = job.model.POSITIVE

    def values(q):
        return {n: jnp.exp(x) if n in positive else x for n, x in q.items()}

    def log_density(q):
        jacobian = sum(jnp.sum(q[n]) for n in positive)
        return job.model.log_density(jnp, data, job.form, values(q)) + jacobian

    return values, log_density


def sample(job, clock):
    import blackjax
    import jax
    values, log_density = target(job)
    shapes = job.model.shapes(job.data)
    names = engine_names(job.model, job.form)

    def chain(key):
        start, warm, run = jax.random.split(key, 3)
        q = {n: jax.random.uniform(k, shapes[n.removesuffix("_z") if n not in shapes else n],
                                   minval=-2.0, maxval=2.0)
             for n, k in zip(names, jax.random.split(start, len(names)))}
        adapt = blackjax.window_adaptation(
            blackjax.nuts, log_density, target_acceptance_rate=job.target_accept,
            adaptation_info_fn=lambda state, info, adaptation: info.num_integration_steps)
        (state, parameters), warm_steps = adapt.run(warm, q, num_steps=job.warmup)
        step = blackjax.nuts(log_density, **parameters).step

        def one(state, key):
            state, info = step(key, state)
            natural = to_natural(job.model, job.form, values(state.position))
            return state, (natural, info.is_divergent, info.num_integration_steps)

        _, out = jax.lax.scan(one, state, jax.random.split(run, job.draws))
        return (*out, warm_steps)

    keys = jax.random.split(jax.random.PRNGKey(job.seed), job.chains)
    over = jax.pmap if job.chains <= MOST_DEVICES else lambda f: jax.jit(jax.vmap(f))
    compiled = over(chain).lower(keys).compile()
    clock("compiled")
    draws, divergent, steps, warm_steps = jax.block_until_ready(compiled(keys))
    clock("sampled")
    job.counts = {"divergent": int(np.asarray(divergent).sum()),
                  "gradients": int(np.asarray(steps).sum()),
                  "warmup_gradients": int(np.asarray(warm_steps).sum())}
    return {n: np.asarray(draws[n]) for n in job.model.PARAMETERS}


def density(job, points):
    _, log_density = target(job)
    out = []
    for point in points:
        v, log_jacobian = to_engine(job.model, job.form, point)
        q = {n: np.log(x) if n in job.model.POSITIVE else np.asarray(x) for n, x in v.items()}
        of_logs = sum(float(np.sum(q[n])) for n in job.model.POSITIVE)
        out.append(float(log_density(q)) - of_logs + log_jacobian)
    return out
