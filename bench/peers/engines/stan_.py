"""Stan: CmdStan through cmdstanpy where one is found, otherwise PyStan."""
import hashlib
import json
import os
import pathlib

import numpy as np

from models import engine_names, to_engine


def cmdstan():
    """Path of a CmdStan, or None."""
    try:
        import cmdstanpy
        return cmdstanpy.cmdstan_path()
    except (ImportError, ValueError):
        return None


PACKAGES = ("cmdstanpy",) if cmdstan() else ("pystan", "httpstan")


def other_versions():
    path = cmdstan()
    return {"cmdstan": pathlib.Path(path).name.removeprefix("cmdstan-")} if path else {}


def begin(job):
    if cmdstan():
        import logging
        logging.getLogger("cmdstanpy").setLevel(logging.WARNING)
    else:
        import stan  # noqa: F401


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(base) / "ergode-peers" / "cmdstan"


def compile_cmdstan(job):
    """The program, compiled once a text: the cache is CmdStan's own, by file and time."""
    import cmdstanpy
    code = job.model.stan(job.form)
    folder = cache_folder() / hashlib.sha256(code.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "model.stan"
    if not file.exists():
        file.write_text(code)
    return cmdstanpy.CmdStanModel(stan_file=file)


def plain(data):
    return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in data.items()}


def sample_cmdstan(job, clock):
    model = compile_cmdstan(job)
    data = job.out / "stan_data.json"
    data.write_text(json.dumps(plain(job.model.stan_data(job.data))))
    clock("compiled")
    fit = model.sample(data=str(data), chains=job.chains, parallel_chains=job.cores,
                       iter_warmup=job.warmup, iter_sampling=job.draws, seed=job.seed,
                       adapt_delta=job.target_accept, save_warmup=False, show_progress=False,
                       sig_figs=17, output_dir=job.out / "stan")
    clock("sampled")
    of_method = fit.method_variables()
    job.counts = {"divergent": int(of_method["divergent__"].sum()),
                  "gradients": int(of_method["n_leapfrog__"].sum()), "warmup_gradients": None}
    shapes = job.model.shapes(job.data)
    return {n: fit.stan_variable(n).reshape(job.chains, job.draws, *shapes[n])
            for n in job.model.PARAMETERS}


def build_pystan(job):
    import stan
    return stan.build(job.model.stan(job.form), data=plain(job.model.stan_data(job.data)),
                      random_seed=job.seed)


def sample_pystan(job, clock):
    posterior = build_pystan(job)
    clock("compiled")
    fit = posterior.sample(num_chains=job.chains, num_warmup=job.warmup, num_samples=job.draws,
                           delta=job.target_accept)
    clock("sampled")
    job.counts = {"divergent": int(fit["divergent__"].sum()),
                  "gradients": int(fit["n_leapfrog__"].sum()), "warmup_gradients": None}
    shapes, draws = job.model.shapes(job.data), {}
    for n in job.model.PARAMETERS:
        flat = fit[n]  # [..., draw * chain], chains fastest
        flat = flat.reshape(-1, job.draws, job.chains).transpose(2, 1, 0)
        draws[n] = flat.reshape(job.chains, job.draws, *shapes[n])
    return draws


def sample(job, clock):
    return (sample_cmdstan if cmdstan() else sample_pystan)(job, clock)


def density(job, points):
    posterior = None if cmdstan() else build_pystan(job)
    model = compile_cmdstan(job) if cmdstan() else None
    out = []
    for point in points:
        values, log_jacobian = to_engine(job.model, job.form, point)
        if model:
            lp = model.log_prob({n: np.asarray(v).tolist() for n, v in values.items()},
                                data=plain(job.model.stan_data(job.data)), jacobian=False,
                                sig_figs=17)["lp__"][0]
        else:
            q = [np.ravel(np.log(values[n]) if n in job.model.POSITIVE else values[n])
                 for n in engine_names(job.model, job.form)]
            lp = posterior.log_prob(np.concatenate(q).tolist(), adjust_transform=False)
        out.append(float(lp) + log_jacobian)
    return out
