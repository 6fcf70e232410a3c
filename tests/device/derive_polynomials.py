#!/usr/bin/env python3
"""Derives the polynomial coefficients of core/device/elementary.h.

Each entry approximates a function g on [a, b] by a polynomial of given degree so that
the largest |weight(x) * (p(x) - g(x))| is least (Remez exchange on a dense grid, in
60-digit arithmetic). The lowest coefficients are then rounded to double one by one, the
rest being fitted again each time, so that rounding costs next to nothing (fix=0 where 0
lies inside [a, b]: without the constant the powers are no Chebyshev system there).

    python3 derive_polynomials.py            all entries
    python3 derive_polynomials.py exp log    some of them
    python3 derive_polynomials.py --c exp    as lines of C, too

Prints the coefficients, lowest first, and log2 of the weighted error. Needs mpmath
(gmpy2 makes it faster).
"""
import sys
import mpmath as mp

mp.mp.dps = 60


def remez(xs, fs, ws, powers):
    """Weighted minimax fit over the grid; returns coefficients and the error."""
    n = len(powers)
    m = len(xs)
    # start from Chebyshev-like positions in the index of the (Chebyshev) grid, where the
    # weight isn't negligible
    wmax = max(ws)
    good = [i for i in range(m) if ws[i] > wmax / 1000]
    ref = [good[round(i * (len(good) - 1) / n)] for i in range(n + 1)]
    best = None
    for _ in range(40):
        A = mp.matrix(n + 1, n + 1)
        b = mp.matrix(n + 1, 1)
        for r, i in enumerate(ref):
            for c, p in enumerate(powers):
                A[r, c] = ws[i] * xs[i] ** p
            A[r, n] = (-1) ** r
            b[r] = ws[i] * fs[i]
        sol = mp.lu_solve(A, b)
        coef = [sol[i] for i in range(n)]
        level = abs(sol[n])
        err = []
        for i in range(m):
            v = mp.mpf(0)
            for c, p in zip(coef, powers):
                v += c * xs[i] ** p
            err.append(ws[i] * (v - fs[i]))
        # extrema of alternating sign
        ext = []
        for i in range(m):
            if ws[i] == 0:
                continue
            if ext and (err[i] > 0) == (err[ext[-1]] > 0):
                if abs(err[i]) > abs(err[ext[-1]]):
                    ext[-1] = i
            else:
                ext.append(i)
        top = max(abs(e) for e in err)
        if best is None or top < best[1]:
            best = (coef, top)
        if len(ext) < n + 1:
            break
        while len(ext) > n + 1:
            if len(ext) == n + 2:
                if abs(err[ext[0]]) < abs(err[ext[-1]]):
                    ext.pop(0)
                else:
                    ext.pop()
            else:
                j = min(range(len(ext)), key=lambda k: abs(err[ext[k]]))
                if j in (0, len(ext) - 1):
                    ext.pop(j)
                else:
                    k = j - 1 if abs(err[ext[j - 1]]) < abs(err[ext[j + 1]]) else j + 1
                    for q in sorted((j, k), reverse=True):
                        ext.pop(q)
        ref = ext
        if level > 0 and top / level < 1.001:
            break
    return best


def derive(name, g, a, b, degree, weight, fix=4, grid=None, split=False):
    grid = grid or 24 * (degree + 2)
    a, b = mp.mpf(a), mp.mpf(b)
    xs = [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * (i + mp.mpf(1) / 3) / (grid - mp.mpf(1) / 3))
          for i in range(grid)]
    fs = [mp.mpf(g(x)) for x in xs]
    ws = [mp.mpf(weight(x)) for x in xs]
    powers = list(range(degree + 1))
    done = []
    rest = list(fs)
    while powers and len(done) < fix:
        coef, top = remez(xs, rest, ws, powers)
        c = float(coef[0])
        done.append(c)
        p = powers.pop(0)
        rest = [r - mp.mpf(c) * x ** p for r, x in zip(rest, xs)]
    if powers:
        coef, top = remez(xs, rest, ws, powers)
        low = mp.mpf(coef[0]) - mp.mpf(float(coef[0])) if split else mp.mpf(0)
        done += [float(c) for c in coef]
    else:
        low = mp.mpf(0)
    worst = mp.mpf(0)
    for x, f, w in zip(xs, fs, ws):
        v = mp.mpf(0)
        for c in reversed(done):
            v = v * x + mp.mpf(c)
        v += low
        worst = max(worst, abs(w * (v - f)))
    print(f"{name}: degree {degree} on [{mp.nstr(a, 6)}, {mp.nstr(b, 6)}], "
          f"weighted error 2^{mp.nstr(mp.log(worst, 2), 5)}")
    for c in done:
        print(f"  {c!r}")
    if split:
        print(f"  and {float(low)!r} to the first")
    if AS_C:
        print_c(done)
    sys.stdout.flush()
    return done


AS_C = False


def print_c(c):
    """The polynomial as elementary.h writes it: pairs, Horner in w = x^2."""
    pairs = [c[i:i + 2] for i in range(0, len(c), 2)]
    def pair(q):
        return f"erg_fmak_(x, erg_splat({q[1]!r}), {q[0]!r})" if len(q) == 2 else f"erg_splat({q[0]!r})"
    print(f"  p = {pair(pairs[-1])};")
    for q in reversed(pairs[:-1]):
        print(f"  p = erg_fma(w, p, {pair(q)});")


def series(f, n):
    """Taylor coefficients of f at 0."""
    return mp.taylor(f, 0, n)


ENTRIES = {}


def entry(f):
    ENTRIES[f.__name__] = f
    return f


@entry
def exp():
    """(exp(r) - 1 - r) / r^2; the weight r makes it good for expm1, too."""
    def g(r):
        return mp.mpf(1) / 2 if r == 0 else (mp.expm1(r) - r) / r ** 2
    derive("exp", g, -0.34665, 0.34665, 9, lambda r: abs(r) + mp.mpf(2) ** -20, fix=0)


@entry
def log():
    """(log((1+s)/(1-s)) / s - 2) / s^2 in z = s^2."""
    def g(z):
        s = mp.sqrt(z)
        return (mp.log((1 + s) / (1 - s)) / s - 2) / z
    derive("log", g, mp.mpf(2) ** -60, 0.029438, 6, lambda z: z / 2 + mp.mpf(2) ** -30)


@entry
def reciprocal():
    """1/(2 + f), f = m - 1, m in [sqrt(1/2), sqrt(2)]: the start of log's division."""
    derive("reciprocal", lambda f: 1 / (2 + f), mp.sqrt(0.5) - 1, mp.sqrt(2) - 1, 2,
           lambda f: 2 + f, fix=0)


@entry
def sin():
    """(sin(r)/r - 1) / r^2 in z = r^2, |r| <= pi/4 + a little."""
    def g(z):
        r = mp.sqrt(z)
        return (mp.sin(r) / r - 1) / z
    derive("sin", g, mp.mpf(2) ** -60, 0.6185, 5, lambda z: z + mp.mpf(2) ** -30)


@entry
def cos():
    """(cos(r) - 1 + r^2/2) / r^4 in z = r^2."""
    def g(z):
        return (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z ** 2
    derive("cos", g, mp.mpf(2) ** -60, 0.6185, 5, lambda z: z ** 2 + mp.mpf(2) ** -30)


@entry
def pow_log():
    """(log((1+s)/(1-s)) / s - 2 - 2/3 z) / z^2 in z = s^2."""
    def g(z):
        s = mp.sqrt(z)
        return (mp.log((1 + s) / (1 - s)) / s - 2 - 2 * z / 3) / z ** 2
    derive("pow_log", g, mp.mpf(2) ** -40, 0.029438, 7, lambda z: z ** 2 / 2 + mp.mpf(2) ** -40)


@entry
def atan():
    """(atan(t)/t - 1) / t^2 in z = t^2, |t| <= sqrt(2) - 1."""
    def g(z):
        t = mp.sqrt(z)
        return (mp.atan(t) / t - 1) / z
    derive("atan", g, mp.mpf(2) ** -60, 0.17158, 10, lambda z: z + mp.mpf(2) ** -30)


@entry
def erf():
    """erf(x)/x in z = x^2, |x| <= 1."""
    def g(z):
        x = mp.sqrt(z)
        return mp.erf(x) / x
    derive("erf", g, mp.mpf(2) ** -60, 1.0, 14, lambda z: 1, fix=0, split=True)


@entry
def erfc():
    """(1 + 2x) exp(x^2) erfc(x) in t = (x - a)/(x + a), a = 4, x from 0.68 to 28."""
    a = mp.mpf(4)
    def x_of(t):
        return a * (1 + t) / (1 - t)
    def g(t):
        x = x_of(t)
        return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)
    lo, hi = mp.mpf(0.68), mp.mpf(28)
    derive("erfc", g, (lo - a) / (lo + a), (hi - a) / (hi + a), 20, lambda t: 1, fix=0, split=True)


@entry
def lgamma():
    """lgamma(2 + f) / (f (1 + f)), f in [-3/4, 1/4]."""
    def g(f):
        return mp.loggamma(2 + f) / (f * (1 + f))
    derive("lgamma", g, -0.75, 0.25, 20, lambda f: 1 / g(f), fix=0, split=True)


@entry
def lgamma_far():
    """x (lgamma(x) - (x - 1/2)(log x - 1) - log(2 pi)/2 + 1/2) in z = 1/x^2, x >= 3."""
    def g(z):
        x = 1 / mp.sqrt(z)
        return x * (mp.loggamma(x) - (x - mp.mpf(1) / 2) * (mp.log(x) - 1)
                    - mp.log(2 * mp.pi) / 2 + mp.mpf(1) / 2)
    derive("lgamma_far", g, mp.mpf(10) ** -9, 1 / mp.mpf(3.25) ** 2, 9,
           lambda z: mp.sqrt(z) / mp.loggamma(1 / mp.sqrt(z)))


DIGAMMA_ROOT = mp.findroot(mp.digamma, mp.mpf("1.4616"))


@entry
def digamma():
    """digamma(x) / (x - x0) in d = x - x0, x in [1.1, 2.1], x0 its root."""
    def g(d):
        return mp.digamma(DIGAMMA_ROOT + d) / d
    derive("digamma", g, mp.mpf(1.1) - DIGAMMA_ROOT, mp.mpf(2.1) - DIGAMMA_ROOT, 21,
           lambda d: 1 / g(d), fix=0, split=True)


@entry
def digamma_far():
    """(log x - 1/(2x) - digamma(x)) x^2 in z = 1/x^2, x >= 3."""
    def g(z):
        x = 1 / mp.sqrt(z)
        return (mp.log(x) - 1 / (2 * x) - mp.digamma(x)) / z
    derive("digamma_far", g, mp.mpf(10) ** -9, 1 / mp.mpf(3.1) ** 2, 10, lambda z: z)


@entry
def trigamma_far():
    """(trigamma(x) - 1/x - 1/(2x^2)) x^3 in z = 1/x^2, x >= 3."""
    def g(z):
        x = 1 / mp.sqrt(z)
        return (mp.psi(1, x) - 1 / x - z / 2) * x ** 3
    derive("trigamma_far", g, mp.mpf(10) ** -9, 1 / mp.mpf(3) ** 2, 13, lambda z: z)


if __name__ == "__main__":
    AS_C = "--c" in sys.argv
    for name in [a for a in sys.argv[1:] if a != "--c"] or ENTRIES:
        ENTRIES[name]()
