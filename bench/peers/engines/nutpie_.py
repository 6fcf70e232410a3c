"""nutpie on a PyMC model, its numba backend."""
from engines import pymc_

PACKAGES = ("nutpie", "pymc", "pytensor", "numba")


def begin(job):
    import nutpie  # noqa: F401
    import pymc  # noqa: F401


def sample(job, clock):
    import nutpie
    compiled = nutpie.compile_pymc_model(pymc_.build(job))
    clock("compiled")
    idata = nutpie.sample(compiled, draws=job.draws, tune=job.warmup, chains=job.chains,
                          cores=job.cores, seed=job.seed, progress_bar=False,
                          target_accept=job.target_accept,
                          low_rank_modified_mass_matrix=job.engine == "nutpie-low-rank")
    clock("sampled")
    return pymc_.take(job, idata)


density = pymc_.density
