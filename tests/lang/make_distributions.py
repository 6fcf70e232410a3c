"""Writes distributions.txt: log density and log cdf of every distribution at a few
points, from SciPy's implementations (parameterised anew). Usage: make_distributions.py"""
import math
from scipy import stats as s
from scipy.special import expit

REAL = [-3.7, -0.2, 0.9, 4.1]
POSITIVE = [0.05, 0.8, 2.3, 9.0]
UNIT = [0.02, 0.3, 0.77, 0.99]
COUNT = [0, 1, 4, 13]




# name: (argument sets, points, function of the arguments giving a SciPy distribution)
CASES = {
    "normal": ([(0.3, 1.7)], REAL, lambda m, g: s.norm(m, g)),
    "student_t": ([(4, 0.3, 1.7), (1.5, -1, 0.4)], REAL, lambda n, m, g: s.t(n, m, g)),
    "cauchy": ([(0.3, 1.7)], REAL, lambda m, g: s.cauchy(m, g)),
    "laplace": ([(0.3, 1.7)], REAL, lambda m, g: s.laplace(m, g)),
    "logistic": ([(0.3, 1.7)], REAL, lambda m, g: s.logistic(m, g)),
    "gumbel": ([(0.3, 1.7)], REAL, lambda m, g: s.gumbel_r(m, g)),
    "skew_normal": ([(0.3, 1.7, -2.0)], REAL, lambda x, w, a: s.skewnorm(a, x, w)),
    "exp_mod_normal": ([(0.3, 1.7, 0.8)], REAL, lambda m, g, l: s.exponnorm(1 / (g * l), m, g)),
    "half_normal": ([(1.7,)], POSITIVE, lambda g: s.halfnorm(0, g)),
    "half_cauchy": ([(1.7,)], POSITIVE, lambda g: s.halfcauchy(0, g)),
    "half_student_t": ([(3, 1.7)], POSITIVE, lambda n, g: s.t(n, 0, g)),
    "lognormal": ([(0.3, 0.7)], POSITIVE, lambda m, g: s.lognorm(g, 0, math.exp(m))),
    "exponential": ([(1.7,)], POSITIVE, lambda b: s.expon(0, 1 / b)),
    "gamma": ([(2.5, 1.7), (0.4, 0.3)], POSITIVE, lambda a, b: s.gamma(a, 0, 1 / b)),
    "inv_gamma": ([(2.5, 1.7)], POSITIVE, lambda a, b: s.invgamma(a, 0, b)),
    "chi_square": ([(3.5,)], POSITIVE, lambda n: s.chi2(n)),
    "inv_chi_square": ([(3.5,)], POSITIVE, lambda n: s.invgamma(n / 2, 0, 0.5)),
    "scaled_inv_chi_square": ([(3.5, 1.3)], POSITIVE,
                              lambda n, t: s.invgamma(n / 2, 0, n * t * t / 2)),
    "weibull": ([(1.6, 2.2)], POSITIVE, lambda a, g: s.weibull_min(a, 0, g)),
    "frechet": ([(1.6, 2.2)], POSITIVE, lambda a, g: s.invweibull(a, 0, g)),
    "rayleigh": ([(1.7,)], POSITIVE, lambda g: s.rayleigh(0, g)),
    "pareto": ([(0.6, 1.7)], [0.8, 2.3, 9.0], lambda m, a: s.pareto(a, 0, m)),
    "beta": ([(2.5, 1.7), (0.5, 0.5)], UNIT, lambda a, b: s.beta(a, b)),
    "beta_proportion": ([(0.3, 5.0)], UNIT, lambda m, k: s.beta(m * k, (1 - m) * k)),
    "uniform": ([(-1.5, 2.5)], [-1.4, 0.0, 2.4], lambda a, b: s.uniform(a, b - a)),
    "bernoulli": ([(0.3,)], [0, 1], lambda p: s.bernoulli(p)),
    "bernoulli_logit": ([(-1.3,)], [0, 1], lambda a: s.bernoulli(expit(a))),
    "binomial": ([(15, 0.3)], COUNT, lambda n, p: s.binom(n, p)),
    "binomial_logit": ([(15, -1.3)], COUNT, lambda n, a: s.binom(n, expit(a))),
    "beta_binomial": ([(15, 2.5, 1.7)], COUNT, lambda n, a, b: s.betabinom(n, a, b)),
    "poisson": ([(3.3,)], COUNT, lambda l: s.poisson(l)),
    "poisson_log": ([(1.2,)], COUNT, lambda a: s.poisson(math.exp(a))),
    "neg_binomial": ([(2.5, 1.7)], COUNT, lambda a, b: s.nbinom(a, b / (b + 1))),
    "neg_binomial_2": ([(3.3, 1.7)], COUNT, lambda m, f: s.nbinom(f, f / (m + f))),
    "neg_binomial_2_log": ([(1.2, 1.7)], COUNT,
                           lambda e, f: s.nbinom(f, f / (math.exp(e) + f))),
    "geometric": ([(0.3,)], COUNT, lambda p: s.geom(p, -1)),
}

with open("distributions.txt", "w") as out:
    out.write("# name, number of arguments, arguments, y, log density, log cdf, log ccdf\n")
    for name, (sets, points, make) in CASES.items():
        for args in sets:
            d = make(*args)
            for y in points:
                lp = d.logpdf(y) if hasattr(d.dist, "logpdf") else d.logpmf(y)
                cdf, ccdf = d.logcdf(y), d.logsf(y)
                if name == "half_student_t":
                    lp += math.log(2)
                    cdf, ccdf = math.log(2 * (d.cdf(y) - 0.5)), ccdf + math.log(2)
                out.write(f"{name} {len(args)} {' '.join(map(repr, args))} {y!r} "
                          f"{float(lp)!r} {float(cdf)!r} {float(ccdf)!r}\n")
