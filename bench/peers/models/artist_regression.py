"""models/artist_regression.toml"""
from models import group, normal, numpyro_group, pymc_group, stan_group

FORMS = ("centred", "non-centred")
PARAMETERS = ("mu_a", "sigma_a", "sigma", "beta", "a")
POSITIVE = {"sigma_a", "sigma"}
LOCATION_SCALE = {"a": ("mu_a", "sigma_a")}


def prepare(raw):
    g = raw["artist_of"].astype(int) - 1
    return {"x": raw["x"], "y": raw["y"], "g": g, "artists": int(g.max()) + 1}


def shapes(data):
    return {"mu_a": (), "sigma_a": (), "sigma": (), "beta": (data["x"].shape[1],),
            "a": (data["artists"],)}


def pymc(pm, data, form):
    mu_a = pm.Normal("mu_a", 0, 5)
    sigma_a = pm.HalfNormal("sigma_a", 2)
    sigma = pm.HalfNormal("sigma", 2)
    beta = pm.Normal("beta", 0, 2, shape=data["x"].shape[1])
    a = pymc_group(pm, form, "a", mu_a, sigma_a, data["artists"])
    pm.Normal("y", a[data["g"]] + pm.math.dot(data["x"], beta), sigma, observed=data["y"])


def numpyro(npr, dist, data, form):
    mu_a = npr.sample("mu_a", dist.Normal(0, 5))
    sigma_a = npr.sample("sigma_a", dist.HalfNormal(2))
    sigma = npr.sample("sigma", dist.HalfNormal(2))
    beta = npr.sample("beta", dist.Normal(0, 2).expand([data["x"].shape[1]]).to_event(1))
    a = numpyro_group(npr, dist, form, "a", mu_a, sigma_a, data["artists"])
    npr.sample("y", dist.Normal(a[data["g"]] + data["x"] @ beta, sigma), obs=data["y"])


def log_density(np, data, form, v):
    a, prior = group(np, form, v, "a", v["mu_a"], v["sigma_a"])
    return (normal(np, v["mu_a"], 0.0, 5.0) + normal(np, v["sigma_a"], 0.0, 2.0) +
            normal(np, v["sigma"], 0.0, 2.0) + normal(np, v["beta"], 0.0, 2.0) + prior +
            normal(np, data["y"], a[data["g"]] + data["x"] @ v["beta"], v["sigma"]))


def stan(form):
    return stan_group(form, """
data { int N; int A; int K; array[N] int g; matrix[N, K] x; vector[N] y; }
parameters {
  real mu_a; real<lower=0> sigma_a; real<lower=0> sigma; vector[K] beta; @parameter@
}
@define@
model {
  mu_a ~ normal(0, 5); sigma_a ~ normal(0, 2); sigma ~ normal(0, 2); beta ~ normal(0, 2);
  @prior@
  y ~ normal_id_glm(x, a[g], beta, sigma);
}
""", "a", "mu_a", "sigma_a", "A")


def stan_data(data):
    return {"N": len(data["y"]), "A": data["artists"], "K": data["x"].shape[1],
            "g": data["g"] + 1, "x": data["x"], "y": data["y"]}
