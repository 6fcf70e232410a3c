"""models/logistic_regression.toml"""
from models import normal

FORMS = ("",)
PARAMETERS = ("alpha", "beta")
POSITIVE = set()
LOCATION_SCALE = {}


def prepare(raw):
    return {"x": raw["x"], "y": raw["y"].astype(int)}


def shapes(data):
    return {"alpha": (), "beta": (data["x"].shape[1],)}


def pymc(pm, data, form):
    alpha = pm.Normal("alpha", 0, 2)
    beta = pm.Normal("beta", 0, 1, shape=data["x"].shape[1])
    pm.Bernoulli("y", logit_p=alpha + pm.math.dot(data["x"], beta), observed=data["y"])


def numpyro(npr, dist, data, form):
    alpha = npr.sample("alpha", dist.Normal(0, 2))
    beta = npr.sample("beta", dist.Normal(0, 1).expand([data["x"].shape[1]]).to_event(1))
    npr.sample("y", dist.Bernoulli(logits=alpha + data["x"] @ beta), obs=data["y"])


def log_density(np, data, form, v):
    eta = v["alpha"] + data["x"] @ v["beta"]
    return (normal(np, v["alpha"], 0.0, 2.0) + normal(np, v["beta"], 0.0, 1.0) +
            np.sum(data["y"] * eta - np.logaddexp(0.0, eta)))


def stan(form):
    return """
data { int N; int K; matrix[N, K] x; array[N] int y; }
parameters { real alpha; vector[K] beta; }
model { alpha ~ normal(0, 2); beta ~ normal(0, 1); y ~ bernoulli_logit_glm(x, alpha, beta); }
"""


def stan_data(data):
    return {"N": len(data["y"]), "K": data["x"].shape[1], "x": data["x"], "y": data["y"]}
