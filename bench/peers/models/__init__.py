"""One module a model: the density of models/NAME.toml, written for each engine.

A module gives

    FORMS           ("centred", "non-centred"), or ("",) where there is nothing to choose
    PARAMETERS      names of Ergode's quantities, in Ergode's order
    POSITIVE        those sampled on the log scale
    LOCATION_SCALE  {"theta": ("mu", "tau")}: what the form is about
    prepare(raw)    arrays of the data file -> what the functions below take
    shapes(data)    {"theta": (8,), "mu": ()}
    pymc(pm, data, form)            builds the model inside `with pm.Model()`
    numpyro(npr, dist, data, form)  the body of a NumPyro model
    log_density(np, data, form, v)  v: values by engine_names(); np: jax.numpy
    stan(form)      Stan program; its parameters are engine_names(), in that order
    stan_data(data)

In the non-centred form an engine samples theta_z ~ normal(0, 1) in the place of theta,
which is location + scale * theta_z. The helpers below write that for each engine.
"""
import importlib
import pathlib


def names():
    here = pathlib.Path(__file__).parent
    return sorted(p.stem for p in here.glob("*.py") if p.stem != "__init__")


def load(name):
    if name not in names():
        raise LookupError(f"no model '{name}' for other engines: there are {', '.join(names())}")
    return importlib.import_module(f"models.{name}")


def engine_names(model, form):
    """What an engine samples, in order."""
    standard = model.LOCATION_SCALE if form == "non-centred" else {}
    return [f"{n}_z" if n in standard else n for n in model.PARAMETERS]


def to_natural(model, form, v):
    """From an engine's values (of any array library) to Ergode's quantities."""
    out = {n: v[n] for n in model.PARAMETERS if n in v}
    if form == "non-centred":
        for name, (location, scale) in model.LOCATION_SCALE.items():
            out[name] = v[location] + v[scale] * v[f"{name}_z"]
    return {n: out[n] for n in model.PARAMETERS}


def to_engine(model, form, point):
    """From a natural point to (an engine's values, log |d engine / d natural|)."""
    import numpy as np
    out, log_jacobian = dict(point), 0.0
    if form == "non-centred":
        for name, (location, scale) in model.LOCATION_SCALE.items():
            value = out.pop(name)
            out[f"{name}_z"] = (value - point[location]) / point[scale]
            log_jacobian -= np.size(value) * float(np.log(point[scale]))
    return {n: out[n] for n in engine_names(model, form)}, log_jacobian


def pymc_group(pm, form, name, location, scale, n):
    if form == "centred":
        return pm.Normal(name, location, scale, shape=n)
    z = pm.Normal(f"{name}_z", 0, 1, shape=n)
    return pm.Deterministic(name, location + scale * z)


def numpyro_group(npr, dist, form, name, location, scale, n):
    with npr.plate(f"{name}_plate", n):
        if form == "centred":
            return npr.sample(name, dist.Normal(location, scale))
        z = npr.sample(f"{name}_z", dist.Normal(0, 1))
        return npr.deterministic(name, location + scale * z)


def normal(np, x, location, scale):
    """Log density, summed, without the constant."""
    z = (x - location) / scale
    return np.sum(-0.5 * z * z - np.log(scale))


def group(np, form, v, name, location, scale):
    """(values, log density) of a group in log_density()."""
    if form == "centred":
        return v[name], normal(np, v[name], location, scale)
    return location + scale * v[f"{name}_z"], normal(np, v[f"{name}_z"], 0.0, 1.0)


def stan_group(form, program, name, location, scale, size):
    """Fills @parameter@, @define@ and @prior@ of a Stan program."""
    if form == "centred":
        parts = (f"vector[{size}] {name};", "",
                 f"{name} ~ normal({location}, {scale});")
    else:
        parts = (f"vector[{size}] {name}_z;",
                 f"transformed parameters {{ vector[{size}] {name} = {location} + "
                 f"{scale} * {name}_z; }}", f"{name}_z ~ std_normal();")
    for word, text in zip(("@parameter@", "@define@", "@prior@"), parts):
        program = program.replace(word, text)
    return program
