"""Reference values of log densities and of the gamma function's derivatives.

usage: make_reference.py [FOLDER]   (needs mpmath and SciPy; writes two text files)

Densities are written down here from their definitions, with 60 digits by mpmath, apart
from the engine's sources; where SciPy has the distribution, its value must agree to 9
digits. Parameterisations are Stan's (Functions Reference).
"""

import math
import pathlib
import sys

import mpmath as mp
import scipy.stats as st

mp.mp.dps = 60
L, G, E = mp.log, mp.gamma, mp.exp


def lbinom(n, k):
    return mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)


def lbeta(a, b):
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def normal(y, m, s):
    return L(mp.npdf(y, m, s))


def student(y, v, m, s):
    c = G((v + 1) / 2) / (G(v / 2) * mp.sqrt(v * mp.pi) * s)
    return L(c * (1 + ((y - m) / s) ** 2 / v) ** (-(v + 1) / 2))


def negative_binomial(y, shape, p):
    """y failures before `shape` successes of probability p."""
    return mp.loggamma(y + shape) - mp.loggamma(shape) - mp.loggamma(y + 1) \
        + shape * L(p) + (y * L(1 - p) if y else 0)


def bernoulli(y, p):
    return L(p if y else 1 - p)


def binomial(y, n, p):
    return lbinom(n, y) + (y * L(p) if y else 0) + ((n - y) * L(1 - p) if n > y else 0)


def inv_logit(x):
    return 1 / (1 + E(-x))


def skew(y, xi, w, a):
    z = (y - xi) / w
    return L(2 / w * mp.npdf(z) * mp.erfc(-a * z / mp.sqrt(2)) / 2)


def exp_mod(y, m, s, r):
    # the convolution's closed form
    return L(r / 2 * E(r / 2 * (2 * m + r * s * s - 2 * y))
             * mp.erfc((m + r * s * s - y) / (mp.sqrt(2) * s)))


def sp(d):
    return lambda y, *a: d(*a).logpdf(y)


def spd(d):
    return lambda y, *a: d(*a).logpmf(y)


real, plus, counts = [-7.5, -0.375, 0.0, 1.25, 30.0], [1e-3, 0.25, 1.0, 3.5, 60.0], [0, 1, 2, 7, 40]
units = [1e-4, 0.125, 0.5, 0.875, 0.9375]
location = [(0.0, 1.0), (1.5, 0.25), (-3.0, 10.0)]
# name: (values, arguments, log density, SciPy's or None)
table = {
    "normal": (real, location, normal, sp(lambda m, s: st.norm(m, s))),
    "student_t": (real, [(1.0, 0.0, 1.0), (4.0, 1.5, 0.5), (30.5, -1.0, 2.0)], student,
                  sp(lambda v, m, s: st.t(v, m, s))),
    "cauchy": (real, location, lambda y, m, s: L(1 / (mp.pi * s * (1 + ((y - m) / s) ** 2))),
               sp(lambda m, s: st.cauchy(m, s))),
    "laplace": (real, location, lambda y, m, s: L(E(-abs(y - m) / s) / (2 * s)),
                sp(lambda m, s: st.laplace(m, s))),
    "logistic": (real, location,
                 lambda y, m, s: L(E(-(y - m) / s) / (s * (1 + E(-(y - m) / s)) ** 2)),
                 sp(lambda m, s: st.logistic(m, s))),
    "gumbel": ([-2.5, -0.375, 0.0, 1.25, 30.0], [(0.0, 1.0), (1.5, 0.75), (-3.0, 10.0)],
               lambda y, m, b: L(1 / b) - (y - m) / b - E(-(y - m) / b),
               sp(lambda m, b: st.gumbel_r(m, b))),
    "skew_normal": ([-2.5, -0.375, 0.0, 1.25, 6.0],
                    [(0.0, 1.0, 0.0), (0.5, 1.5, 2.0), (0.0, 2.0, -1.5)], skew,
                    sp(lambda x, w, a: st.skewnorm(a, x, w))),
    "exp_mod_normal": ([-2.5, -0.375, 0.0, 1.25, 30.0],
                       [(0.0, 1.0, 1.0), (0.5, 0.5, 2.0), (-1.0, 2.0, 0.25)], exp_mod,
                       sp(lambda m, s, r: st.exponnorm(1 / (r * s), m, s))),
    "half_normal": (plus, [(1.0,), (2.5,)], lambda y, s: L(2) + normal(y, 0, s),
                    sp(lambda s: st.halfnorm(0, s))),
    "half_cauchy": (plus, [(1.0,), (2.5,)],
                    lambda y, s: L(2 / (mp.pi * s * (1 + (y / s) ** 2))),
                    sp(lambda s: st.halfcauchy(0, s))),
    "half_student_t": (plus, [(3.0, 1.0), (7.5, 2.5)],
                       lambda y, v, s: L(2) + student(y, v, 0, s), None),
    "lognormal": (plus, location, lambda y, m, s: normal(L(y), m, s) - L(y),
                  sp(lambda m, s: st.lognorm(s, 0, math.exp(m)))),
    "exponential": (plus, [(1.0,), (0.125,), (3.5,)], lambda y, b: L(b * E(-b * y)),
                    sp(lambda b: st.expon(0, 1 / b))),
    "gamma": (plus, [(1.0, 1.0), (0.25, 2.0), (25.0, 4.0)],
              lambda y, a, b: L(b ** a / G(a) * y ** (a - 1) * E(-b * y)),
              sp(lambda a, b: st.gamma(a, 0, 1 / b))),
    "inv_gamma": (plus, [(1.0, 1.0), (0.25, 2.0), (25.0, 4.0)],
                  lambda y, a, b: L(b ** a / G(a) * y ** (-a - 1) * E(-b / y)),
                  sp(lambda a, b: st.invgamma(a, 0, b))),
    "chi_square": (plus, [(1.0,), (3.5,), (20.0,)],
                   lambda y, v: L(y ** (v / 2 - 1) * E(-y / 2) / (2 ** (v / 2) * G(v / 2))),
                   sp(lambda v: st.chi2(v))),
    "inv_chi_square": (plus, [(1.0,), (3.5,), (20.0,)],
                       lambda y, v: L(2 ** (-v / 2) / G(v / 2) * y ** (-v / 2 - 1)
                                      * E(-1 / (2 * y))),
                       sp(lambda v: st.invgamma(v / 2, 0, 0.5))),
    "scaled_inv_chi_square": (plus, [(1.0, 1.0), (3.5, 0.5), (20.0, 2.0)],
                              lambda y, v, s: L((v / 2) ** (v / 2) / G(v / 2) * s ** v
                                                * y ** (-v / 2 - 1) * E(-v * s * s / (2 * y))),
                              sp(lambda v, s: st.invgamma(v / 2, 0, v * s * s / 2))),
    "weibull": (plus, [(1.0, 1.0), (0.5, 2.0), (3.5, 40.0)],
                lambda y, a, s: L(a / s * (y / s) ** (a - 1) * E(-(y / s) ** a)),
                sp(lambda a, s: st.weibull_min(a, 0, s))),
    "frechet": (plus, [(1.0, 1.0), (0.5, 2.0), (1.5, 0.125)],
                lambda y, a, s: L(a / s) - (a + 1) * L(y / s) - (y / s) ** -a,
                sp(lambda a, s: st.invweibull(a, 0, s))),
    "rayleigh": (plus, [(1.0,), (0.5,), (12.0,)],
                 lambda y, s: L(y / s ** 2) - y ** 2 / (2 * s ** 2),
                 sp(lambda s: st.rayleigh(0, s))),
    "pareto": ([1.0, 1.5, 3.5, 60.0], [(1.0, 1.0), (0.5, 3.5), (0.125, 0.25)],
               lambda y, m, a: L(a * m ** a / y ** (a + 1)),
               sp(lambda m, a: st.pareto(a, 0, m))),
    "beta": (units, [(1.0, 1.0), (0.25, 3.0), (20.0, 2.5)],
             lambda y, a, b: (a - 1) * L(y) + (b - 1) * L(1 - y) - lbeta(a, b),
             sp(lambda a, b: st.beta(a, b))),
    "beta_proportion": (units, [(0.5, 2.0), (0.125, 4.0), (0.75, 30.0)],
                        lambda y, m, k: (m * k - 1) * L(y) + ((1 - m) * k - 1) * L(1 - y)
                        - lbeta(m * k, (1 - m) * k),
                        sp(lambda m, k: st.beta(m * k, (1 - m) * k))),
    "uniform": ([0.0, 0.25, 1.0], [(-1.0, 1.0), (-3.0, 7.5)], lambda y, a, b: -L(b - a),
                sp(lambda a, b: st.uniform(a, b - a))),
    "bernoulli": ([0, 1], [(0.125,), (0.5,), (0.9375,)], bernoulli, spd(st.bernoulli)),
    "bernoulli_logit": ([0, 1], [(-40.0,), (-0.5,), (0.0,), (3.0,)],
                        lambda y, x: L(inv_logit(x if y else -x)), None),
    "binomial": (counts, [(40.0, 0.125), (41.0, 0.5), (1000.0, 0.03125)], binomial,
                 spd(st.binom)),
    "binomial_logit": (counts, [(40.0, -2.0), (41.0, 0.25), (1000.0, -3.0)],
                       lambda y, n, x: binomial(y, n, inv_logit(x)), None),
    "beta_binomial": (counts, [(40.0, 1.0, 1.0), (41.0, 0.25, 3.0), (1000.0, 20.0, 2.5)],
                      lambda y, n, a, b: lbinom(n, y) + lbeta(y + a, n - y + b) - lbeta(a, b),
                      spd(st.betabinom)),
    "poisson": (counts, [(0.125,), (4.0,), (60.0,)],
                lambda y, m: (y * L(m) if y else 0) - m - mp.loggamma(y + 1), spd(st.poisson)),
    "poisson_log": (counts, [(-2.0,), (1.5,), (4.0,)],
                    lambda y, x: y * x - E(x) - mp.loggamma(y + 1), None),
    "neg_binomial": (counts, [(1.0, 1.0), (0.25, 0.125), (30.0, 4.0)],
                     lambda y, a, b: negative_binomial(y, a, b / (1 + b)),
                     spd(lambda a, b: st.nbinom(a, b / (1 + b)))),
    "neg_binomial_2": (counts, [(1.0, 1.0), (0.25, 0.125), (30.0, 4.0)],
                       lambda y, m, f: negative_binomial(y, f, f / (m + f)),
                       spd(lambda m, f: st.nbinom(f, f / (m + f)))),
    "neg_binomial_2_log": (counts, [(0.0, 1.0), (-1.5, 0.125), (3.5, 4.0)],
                           lambda y, x, f: negative_binomial(y, f, f / (E(x) + f)), None),
    "geometric": (counts, [(0.125,), (0.5,), (0.9375,)],
                  lambda y, p: L(p) + (y * L(1 - p) if y else 0),
                  spd(lambda p: st.geom(p, loc=-1))),
}


def densities(out):
    print("# name y arguments (three, unused ones 0) log density; made by make_reference.py", file=out)
    for name, (values, arguments, density, check) in table.items():
        for args in arguments:
            for y in values:
                v = mp.re(density(mp.mpf(y), *map(mp.mpf, args)))
                other = float(check(y, *args)) if check else math.inf
                if math.isfinite(other):  # SciPy underflows in far tails
                    close = abs(other - float(v)) <= 1e-9 * (1 + abs(float(v)))
                    assert close, (name, y, args, float(v), other)
                padded = list(args) + [0.0] * (3 - len(args))
                print(name, repr(float(y)), *map(repr, padded), mp.nstr(v, 30), file=out)


def gamma_family(out):
    print("# x lgamma digamma trigamma tetragamma; made by make_reference.py", file=out)
    for x in [-7.3125, -0.5, 2.0**-20, 0.0625, 0.5, 1.0, 1.46875, 2.0, 3.25, 11.5, 23.75, 24.0, 100.0, 1e6]:
        m = mp.mpf(x)
        values = [L(abs(G(m)))] + [mp.polygamma(k, m) for k in range(3)]
        print(repr(x), *(mp.nstr(mp.re(v), 30) for v in values), file=out)


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    with open(folder / "densities.txt", "w") as out:
        densities(out)
    with open(folder / "gamma.txt", "w") as out:
        gamma_family(out)
