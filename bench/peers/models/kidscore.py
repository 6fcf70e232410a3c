"""models/kidscore.toml"""
from models import normal

FORMS = ("",)
PARAMETERS = ("beta", "sigma")
POSITIVE = {"sigma"}
LOCATION_SCALE = {}


def prepare(raw):
    return {"y": raw["kid_score"], "hs": raw["mom_hs"], "iq": raw["mom_iq"]}


def shapes(data):
    return {"beta": (4,), "sigma": ()}


def mean(beta, data):
    hs, iq = data["hs"], data["iq"]
    return beta[0] + beta[1] * hs + beta[2] * iq + beta[3] * hs * iq


def pymc(pm, data, form):
    beta = pm.Flat("beta", shape=4)
    sigma = pm.HalfCauchy("sigma", 2.5)
    pm.Normal("y", mean(beta, data), sigma, observed=data["y"])


def numpyro(npr, dist, data, form):
    beta = npr.sample("beta", dist.ImproperUniform(dist.constraints.real_vector, (), (4,)))
    sigma = npr.sample("sigma", dist.HalfCauchy(2.5))
    npr.sample("y", dist.Normal(mean(beta, data), sigma), obs=data["y"])


def log_density(np, data, form, v):
    return (-np.log1p((v["sigma"] / 2.5) ** 2) +
            normal(np, data["y"], mean(v["beta"], data), v["sigma"]))


def stan(form):
    return """
data { int N; vector[N] y; vector[N] hs; vector[N] iq; }
transformed data { vector[N] hs_iq = hs .* iq; }
parameters { vector[4] beta; real<lower=0> sigma; }
model {
  sigma ~ cauchy(0, 2.5);
  y ~ normal(beta[1] + beta[2] * hs + beta[3] * iq + beta[4] * hs_iq, sigma);
}
"""


def stan_data(data):
    return {"N": len(data["y"]), "y": data["y"], "hs": data["hs"], "iq": data["iq"]}
