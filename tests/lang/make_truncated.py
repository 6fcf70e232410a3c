"""Writes truncated.txt: log density of truncated priors, from SciPy's implementations:
their log density less the log of their probability between the bounds, taken on the tail
in which the bounds lie. Usage: make_truncated.py"""
import math
from scipy import stats as s

INF = math.inf
DISTRIBUTIONS = {
    "normal": lambda m, g: s.norm(m, g),
    "student_t": lambda n, m, g: s.t(n, m, g),
    "cauchy": lambda m, g: s.cauchy(m, g),
    "laplace": lambda m, g: s.laplace(m, g),
    "logistic": lambda m, g: s.logistic(m, g),
    "gumbel": lambda m, g: s.gumbel_r(m, g),
    "exp_mod_normal": lambda m, g, l: s.exponnorm(1 / (g * l), m, g),
    "half_normal": lambda g: s.halfnorm(0, g),
    "half_cauchy": lambda g: s.halfcauchy(0, g),
    "half_student_t": lambda n, g: s.t(n, 0, g),
    "lognormal": lambda m, g: s.lognorm(g, 0, math.exp(m)),
    "exponential": lambda b: s.expon(0, 1 / b),
    "gamma": lambda a, b: s.gamma(a, 0, 1 / b),
    "inv_gamma": lambda a, b: s.invgamma(a, 0, b),
    "chi_square": lambda n: s.chi2(n),
    "inv_chi_square": lambda n: s.invgamma(n / 2, 0, 0.5),
    "scaled_inv_chi_square": lambda n, t: s.invgamma(n / 2, 0, n * t * t / 2),
    "weibull": lambda a, g: s.weibull_min(a, 0, g),
    "frechet": lambda a, g: s.invweibull(a, 0, g),
    "rayleigh": lambda g: s.rayleigh(0, g),
    "pareto": lambda m, a: s.pareto(a, 0, m),
    "beta": lambda a, b: s.beta(a, b),
    "beta_proportion": lambda m, k: s.beta(m * k, (1 - m) * k),
    "uniform": lambda a, b: s.uniform(a, b - a),
}

# name, arguments, lower and upper bound
CASES = [
    ("normal", (0.3, 1.7), 1, INF), ("normal", (0.3, 1.7), -INF, 1),
    ("normal", (0.3, 1.7), -1, 2.5), ("normal", (0, 1), 9, 11), ("normal", (0, 1), -14, -12),
    ("normal", (0, 1), 30, INF), ("normal", (0, 1), -INF, -35), ("normal", (-2, 0.5), 0, INF),
    ("student_t", (4, 0.3, 1.7), 1, INF), ("student_t", (4, 0.3, 1.7), -INF, -2),
    ("student_t", (2.5, 0.3, 1.7), -1, 3), ("student_t", (1.5, -1, 0.4), 40, INF),
    ("student_t", (30, 0, 1), 0.001, 0.002), ("student_t", (3, 1, 2), 0, INF),
    *(("student_t", (n, 0.3, 1.7), *bounds) for n in range(1, 11)
      for bounds in ((-1, INF), (-INF, -2), (9, 12), (300, INF))),
    ("cauchy", (0.3, 1.7), 1, INF), ("cauchy", (0.3, 1.7), -INF, -1e6),
    ("cauchy", (0, 1), 1e5, 1e7), ("cauchy", (0.3, 1.7), -1, 2),
    ("laplace", (0.3, 1.7), 1, INF), ("laplace", (0.3, 1.7), -40, -30),
    ("laplace", (0.3, 1.7), -1, 2), ("logistic", (0.3, 1.7), 1, INF),
    ("logistic", (0.3, 1.7), -INF, -60), ("logistic", (0.3, 1.7), -1, 2),
    ("gumbel", (0.3, 1.7), 1, INF), ("gumbel", (0.3, 1.7), 60, 90),
    ("gumbel", (0.3, 1.7), -INF, -1), ("exp_mod_normal", (0.3, 1.7, 0.8), 1, INF),
    ("exp_mod_normal", (0.3, 1.7, 0.8), -INF, 2), ("exp_mod_normal", (0.3, 1.7, 0.8), -1, 4),
    ("half_normal", (1.7,), 1, INF), ("half_normal", (1.7,), 0, 0.5),
    ("half_cauchy", (1.7,), 1, INF), ("half_cauchy", (1.7,), 0, 25),
    ("half_student_t", (3, 1.7), 1, INF), ("half_student_t", (3, 1.7), 0, 2),
    ("lognormal", (0.3, 0.7), 1, INF), ("lognormal", (0.3, 0.7), 0, 2),
    ("lognormal", (0.3, 0.7), 0.1, 9), ("exponential", (1.7,), 1, INF),
    ("exponential", (1.7,), 0, 0.01), ("exponential", (1.7,), 20, 25),
    ("gamma", (2.5, 1.7), 1, INF), ("gamma", (2.5, 1.7), 0, 1), ("gamma", (0.4, 0.3), 0.5, 2),
    ("gamma", (250, 3), 0, 40), ("gamma", (2, 0.5), 60, INF),
    *(("gamma", (n, 1.7), *bounds) for n in (1, 2, 5, 10)
      for bounds in ((0, 0.01), (0, 3), (2, 4), (20, INF))),
    ("inv_gamma", (3, 1.7), 0, 0.1), ("inv_gamma", (3, 1.7), 2, INF),
    ("chi_square", (6,), 1, INF), ("scaled_inv_chi_square", (4, 1.3), 1, 4),
    ("inv_gamma", (2.5, 1.7), 1, INF), ("inv_gamma", (2.5, 1.7), 0, 1),
    ("chi_square", (3.5,), 1, INF), ("chi_square", (3.5,), 0, 2),
    ("inv_chi_square", (3.5,), 1, INF), ("inv_chi_square", (3.5,), 0, 0.2),
    ("scaled_inv_chi_square", (3.5, 1.3), 1, INF),
    ("scaled_inv_chi_square", (3.5, 1.3), 0, 2), ("weibull", (1.6, 2.2), 1, INF),
    ("weibull", (1.6, 2.2), 0, 1e-9), ("weibull", (1.6, 2.2), 1, 4),
    ("frechet", (1.6, 2.2), 1, INF), ("frechet", (1.6, 2.2), 0, 3),
    ("rayleigh", (1.7,), 1, INF), ("rayleigh", (1.7,), 0, 2), ("pareto", (0.6, 1.7), 1, INF),
    ("pareto", (0.6, 1.7), 0.7, 4), ("beta", (2.5, 1.7), 0.2, 1), ("beta", (2.5, 1.7), 0, 0.6),
    ("beta", (0.5, 0.5), 0.1, 0.9), ("beta", (40, 3), 0, 0.5),
    ("beta_proportion", (0.3, 5.0), 0.2, 1), ("beta_proportion", (0.3, 5.0), 0.1, 0.6),
    ("uniform", (-1.5, 2.5), -1, 2),
]


def log_between(d, low, high):
    if high == INF:
        return d.logsf(low)
    if low == -INF:
        return d.logcdf(high)
    upper = d.cdf(low) > 0.5
    a, b = (d.logsf(low), d.logsf(high)) if upper else (d.logcdf(high), d.logcdf(low))
    return a + math.log(-math.expm1(b - a))


with open("truncated.txt", "w") as out:
    out.write("# name, number of arguments, arguments, bounds, y, log density\n")
    for name, args, low, high in CASES:
        d = DISTRIBUTIONS[name](*args)
        for share in (0.1, 0.6):
            y = (low + share * (high - low) if -INF < low and high < INF
                 else low + 3 * share if high == INF else high - 3 * share)
            lp = d.logpdf(y) - log_between(d, low, high)
            out.write(f"{name} {len(args)} {' '.join(map(repr, args))} {low!r} {high!r} {y!r} "
                      f"{float(lp)!r}\n")
