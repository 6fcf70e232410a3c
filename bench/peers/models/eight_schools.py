"""models/eight_schools.toml"""
from models import group, normal, numpyro_group, pymc_group, stan_group

FORMS = ("centred", "non-centred")
PARAMETERS = ("mu", "tau", "theta")
POSITIVE = {"tau"}
LOCATION_SCALE = {"theta": ("mu", "tau")}


def prepare(raw):
    return {"y": raw["y"], "sigma": raw["sigma"]}


def shapes(data):
    return {"mu": (), "tau": (), "theta": (len(data["y"]),)}


def pymc(pm, data, form):
    mu = pm.Normal("mu", 0, 5)
    tau = pm.HalfCauchy("tau", 5)
    theta = pymc_group(pm, form, "theta", mu, tau, len(data["y"]))
    pm.Normal("y", theta, data["sigma"], observed=data["y"])


def numpyro(npr, dist, data, form):
    mu = npr.sample("mu", dist.Normal(0, 5))
    tau = npr.sample("tau", dist.HalfCauchy(5))
    theta = numpyro_group(npr, dist, form, "theta", mu, tau, len(data["y"]))
    npr.sample("y", dist.Normal(theta, data["sigma"]), obs=data["y"])


def log_density(np, data, form, v):
    theta, prior = group(np, form, v, "theta", v["mu"], v["tau"])
    return (normal(np, v["mu"], 0.0, 5.0) - np.log1p((v["tau"] / 5.0) ** 2) + prior +
            normal(np, data["y"], theta, data["sigma"]))


def stan(form):
    return stan_group(form, """
data { int J; vector[J] y; vector<lower=0>[J] sigma; }
parameters { real mu; real<lower=0> tau; @parameter@ }
@define@
model { mu ~ normal(0, 5); tau ~ cauchy(0, 5); @prior@ y ~ normal(theta, sigma); }
""", "theta", "mu", "tau", "J")


def stan_data(data):
    return {"J": len(data["y"]), "y": data["y"], "sigma": data["sigma"]}
