"""models/hierarchical_normal.toml"""
from models import group, normal, numpyro_group, pymc_group, stan_group

FORMS = ("centred", "non-centred")
PARAMETERS = ("mu_pop", "sigma_pop", "sigma_obs", "mu_group")
POSITIVE = {"sigma_pop", "sigma_obs"}
LOCATION_SCALE = {"mu_group": ("mu_pop", "sigma_pop")}


def prepare(raw):
    g = raw["group_of"].astype(int) - 1
    return {"y": raw["y"], "g": g, "groups": int(g.max()) + 1}


def shapes(data):
    return {"mu_pop": (), "sigma_pop": (), "sigma_obs": (), "mu_group": (data["groups"],)}


def pymc(pm, data, form):
    mu_pop = pm.Normal("mu_pop", 50, 20)
    sigma_pop = pm.HalfNormal("sigma_pop", 15)
    sigma_obs = pm.HalfNormal("sigma_obs", 5)
    mu_group = pymc_group(pm, form, "mu_group", mu_pop, sigma_pop, data["groups"])
    pm.Normal("y", mu_group[data["g"]], sigma_obs, observed=data["y"])


def numpyro(npr, dist, data, form):
    mu_pop = npr.sample("mu_pop", dist.Normal(50, 20))
    sigma_pop = npr.sample("sigma_pop", dist.HalfNormal(15))
    sigma_obs = npr.sample("sigma_obs", dist.HalfNormal(5))
    mu_group = numpyro_group(npr, dist, form, "mu_group", mu_pop, sigma_pop, data["groups"])
    npr.sample("y", dist.Normal(mu_group[data["g"]], sigma_obs), obs=data["y"])


def log_density(np, data, form, v):
    mu_group, prior = group(np, form, v, "mu_group", v["mu_pop"], v["sigma_pop"])
    return (normal(np, v["mu_pop"], 50.0, 20.0) + normal(np, v["sigma_pop"], 0.0, 15.0) +
            normal(np, v["sigma_obs"], 0.0, 5.0) + prior +
            normal(np, data["y"], mu_group[data["g"]], v["sigma_obs"]))


def stan(form):
    return stan_group(form, """
data { int N; int G; array[N] int g; vector[N] y; }
parameters { real mu_pop; real<lower=0> sigma_pop; real<lower=0> sigma_obs; @parameter@ }
@define@
model {
  mu_pop ~ normal(50, 20); sigma_pop ~ normal(0, 15); sigma_obs ~ normal(0, 5); @prior@
  y ~ normal(mu_group[g], sigma_obs);
}
""", "mu_group", "mu_pop", "sigma_pop", "G")


def stan_data(data):
    return {"N": len(data["y"]), "G": data["groups"], "g": data["g"] + 1, "y": data["y"]}
