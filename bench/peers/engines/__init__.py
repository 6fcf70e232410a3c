"""One module an engine: nutpie, numpyro, blackjax, pymc, stan.

A module gives

    PACKAGES             distributions whose versions are recorded
    begin(job)           imports the engine
    sample(job, clock)   -> dict of draws by natural name, arrays [chain, draw, ...]; calls
                         clock("compiled"), clock("warmed") where it can tell, and
                         clock("sampled"); sets job.counts
    density(job, points) -> log densities at natural points, up to one constant

`job` has model, data, form, chains, warmup, draws, seed, target_accept, cores, out.
`job.counts` has divergent, gradients (of the draws), warmup_gradients (None: not told).
Double precision, `cores` processors, all else as the engine has it by default.
"""
import importlib

# Name on the command line -> (module, what it is).
ENGINES = {
    "nutpie": ("nutpie_", "PyMC model, numba backend, diagonal metric"),
    "nutpie-low-rank": ("nutpie_", "PyMC model, numba backend, low-rank metric"),
    "numpyro": ("numpyro_", "JAX"),
    "blackjax": ("blackjax_", "JAX, window adaptation"),
    "pymc": ("pymc_", "PyTensor"),
    "stan": ("stan_", "CmdStan where one is found, otherwise PyStan"),
}


def load(name):
    if name not in ENGINES:
        raise LookupError(f"no engine '{name}': there are {', '.join(ENGINES)}")
    return importlib.import_module(f"engines.{ENGINES[name][0]}")
