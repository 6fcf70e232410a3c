#!/usr/bin/env python3
"""Makes reference.bin: values of the elementary functions by mpmath (60 digits or more).

    python3 make_reference.py reference.bin

For each function: name (16 bytes), number of arguments and of points (int32 each), then a
record a point: the arguments and the value rounded to nearest (doubles), and what the
value exceeds it by, in ulp of the rounded value (double). Little endian.
"""
import math
import random
import struct
import sys
import mpmath as mp

mp.mp.dps = 60
random.seed(20240229)
TINY, LEAST, MOST = 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308


def near(*points):
    """The points, their neighbours and values a little away."""
    out = []
    for p in points:
        for d in (0, 1, 2, 7):
            a = b = p
            for _ in range(d):
                a, b = math.nextafter(a, math.inf), math.nextafter(b, -math.inf)
            out += [a, b]
    return out


def spread(lo, hi, n):
    return [random.uniform(lo, hi) for _ in range(n)]


def decades(lo, hi, n):
    s = math.copysign(1, lo)
    a, b = math.log(abs(lo)), math.log(abs(hi))
    return [s * math.exp(min(max(random.uniform(a, b), -744.4), 709.78)) for _ in range(n)]


def both(points):
    return [s * p for p in points for s in (1, -1)]


SMALL = [TINY, 3 * TINY, 1e-310, LEAST, 1e-300, 1e-160, 1e-100, 1e-30, 1e-17, 1e-16, 1e-9, 1e-8]
ANGLES = (both(SMALL) + near(0.7853981633974483, 1.5707963267948966, 3.141592653589793,
                             6.283185307179586, 1073741824.0, 1e6, 1e22) +
          [6381956970095103 * 2.0 ** 797, 5.319372648326541e255, MOST, 2.0 ** 1023, 2.0 ** 30, 2.0 ** 52, 2.0 ** 53] +
          spread(-1, 1, 40) + spread(-20, 20, 60) + decades(1, 1e6, 60) +
          [-x for x in decades(1e6, 1e15, 40)] + decades(1e15, 1.7e308, 60) +
          [float(mp.mpf(k) * mp.pi / 2) for k in (1, 2, 3, 5, 11, 101, 1001, 355, 710, 102943, 10 ** 6, 10 ** 9)])
GAMMA = (SMALL + near(0.1, 0.25, 1.0, 1.1, 1.25, 1.4616321449683622, 1.5, 2.0, 2.1, 2.25, 3.0, 3.1, 3.25, 4.0)
         + spread(0.9, 1.1, 30) + spread(1.9, 2.1, 30) + spread(1.4, 1.5, 30) + spread(0.1, 4, 80)
         + spread(3, 40, 40) + decades(1e-300, 1, 40) + decades(1, 2e305, 60))
exp, log = mp.exp, mp.log


def digamma(x):
    with mp.workdps(90):
        return +mp.digamma(x)


def lgamma(x):
    with mp.workdps(400 if x < 1e-3 else 90):
        return +mp.loggamma(x)


def pow_arguments():
    out = []
    for _ in range(150):
        x = math.exp(random.uniform(-700, 700))
        y = random.uniform(-745, 709) / math.log(x)
        out.append((x, y))
    for _ in range(100):
        x = 1 + random.uniform(-1, 1) * 10.0 ** random.uniform(-15, -0.5)
        out.append((x, random.uniform(-745, 709) / math.log1p(x - 1) if x != 1 else 3.0))
    for _ in range(60):
        out.append((random.uniform(0, 20), float(random.randint(-9, 9))))
    for _ in range(40):
        out.append((-random.uniform(0, 20), float(random.randint(-99, 99))))
    out += [(2.0, -1074.0), (2.0, -1023.0), (2.0, 1023.0), (TINY, 0.5), (TINY, 0.9), (MOST, 0.999), (10.0, 308.0),
            (10.0, -323.0), (1 + 2.0 ** -52, 2.0 ** 61), (1 - 2.0 ** -53, 2.0 ** 62), (3.0, 40.0), (0.5, 1074.0)]
    return out


def atan2_arguments():
    out = []
    for _ in range(250):
        x = both([math.exp(random.uniform(-30, 30))])[random.randint(0, 1)]
        out.append((x * random.uniform(-3, 3), x))
    for _ in range(100):
        out.append((math.ldexp(random.uniform(-1, 1), random.randint(-1070, 1020)),
                    math.ldexp(random.uniform(-1, 1), random.randint(-1070, 1020))))
    return out + [(MOST, MOST), (TINY, TINY), (TINY, -TINY), (TINY, MOST), (MOST, TINY), (-1.0, -1.0), (LEAST, 3.0)]


def fmod_arguments():
    out = [(5.5, 2.0), (-5.5, 2.0), (5.5, -2.0), (MOST, TINY), (MOST, 3.0), (1.0, TINY), (1e-300, 3e-310), (6.0, 3.0),
           (-6.0, 3.0), (1e22, 3.141592653589793), (LEAST, TINY), (1e-305, 7e-320), (2.0, 3.0)]
    for _ in range(100):
        out.append((random.uniform(-100, 100), random.uniform(-10, 10)))
    for _ in range(150):
        out.append((math.ldexp(random.uniform(-1, 1), random.randint(-1070, 1020)),
                    math.ldexp(random.uniform(-1, 1), random.randint(-1070, 1020))))
    return out


def fmod(x, y):
    """Exact, by integers."""
    a, b = x.as_integer_ratio(), y.as_integer_ratio()
    n, m = abs(a[0]) * b[1], abs(b[0]) * a[1]
    r = mp.mpf(n % m) / (a[1] * b[1])
    return -r if x < 0 else r


FUNCTIONS = {
    "exp": (lambda x: exp(x), both(SMALL) + near(0.34657359027997264, -0.34657359027997264, 709.782712893384, -708.3964185322641,
            -745.1332191019411, -744.4400719213812) + spread(-2, 2, 80) + spread(-745, 709.7, 120) + spread(-745, -708, 60)),
    "expm1": (lambda x: mp.expm1(x), both(SMALL) + near(0.34657359027997264, -0.34657359027997264, 709.782712893384, -37.5, -1e-17)
              + spread(-2, 2, 120) + spread(-40, 709.7, 80) + decades(1e-20, 1, 30) + decades(-1e-20, -1, 30)),
    "log": (lambda x: log(x), SMALL + near(1.0, 0.7071067811865476, 1.4142135623730951, 2.0, LEAST, MOST / 2) + [MOST]
            + spread(0.5, 2, 120) + decades(5e-324, 1.7e308, 120) + spread(0.99, 1.01, 30)),
    "log1p": (lambda x: mp.log1p(x) if abs(x) > 1e-40 else mp.mpf(x) - mp.mpf(x) ** 2 / 2,
              both(SMALL) + near(-0.2928932188134524, 0.41421356237309503, 1e300) + [MOST, -1 + 2.0 ** -53]
              + spread(-1, 1, 120) + decades(1e-15, 1.7e308, 80) + decades(1, 1e17, 40) + decades(-1e-15, -1, 40)),
    "rsqrt": (lambda x: 1 / mp.sqrt(x), SMALL + near(1.0, 4.0, LEAST) + [MOST] + spread(1, 4, 100) + decades(5e-324, 1.7e308, 120)),
    "sin": (lambda x: mp.sin(x), ANGLES),
    "cos": (lambda x: mp.cos(x), ANGLES),
    "tan": (lambda x: mp.tan(x), ANGLES),
    "atan": (lambda x: mp.atan(x), both(SMALL) + both(near(0.41421356237309503, 2.414213562373095, 1.0)) + [MOST, -MOST]
             + spread(-1, 1, 80) + spread(-5, 5, 80) + decades(1e-12, 1e20, 60)),
    "tanh": (lambda x: mp.tanh(x), both(SMALL) + spread(-1, 1, 100) + spread(-23, 23, 80) + decades(1e-12, 1, 60) + [22.0, 19.06, 100.0]),
    "inv_logit": (lambda x: 1 / (1 + exp(-x)), both(SMALL) + spread(-2, 2, 80) + spread(-745, 40, 100) + spread(-745, -708, 40)
                  + near(36.7, -745.1, -708.4)),
    "log1p_exp": (lambda x: mp.log1p(exp(x)) if x < -40 else log(1 + exp(x)), both(SMALL) + spread(-2, 2, 80) + spread(-745, 800, 100)
                  + spread(-745, -708, 40) + near(-36.7, 36.7, -745.1) + [MOST, 1e10]),
    "log1m_exp": (lambda x: log(-mp.expm1(x)) if x > -1 else mp.log1p(-exp(x)), [-x for x in SMALL] + near(-0.6931471805599453, -1.0, -1e-17, -40.0)
                  + spread(-2, 0, 100) + spread(-745, -1, 80) + spread(-745, -708, 30) + decades(-1e-12, -1, 30)),
    "erf": (lambda x: mp.erf(x), both(SMALL) + both(near(1.0, 0.7)) + spread(-1, 1, 80) + spread(-6.5, 6.5, 80) + [27.0, 1e300]),
    "erfc": (lambda x: mp.erfc(x), both(SMALL) + both(near(1.0, 0.7)) + spread(-1, 1, 80) + spread(-6.5, 26.5, 120) + spread(25, 27.22, 40)
             + near(27.226)),
    "Phi": (lambda x: mp.erfc(-mp.mpf(x) / mp.sqrt(2)) / 2, both(SMALL) + both(near(1.0, 0.98)) + spread(-1.1, 1.1, 80) + spread(-38, 9, 120)
            + spread(-38.48, -37, 40)),
    "lgamma": (lgamma, GAMMA + [2.55e305]),
    "digamma": (digamma, [x for x in GAMMA if x > 1e-308] + near(1.4616321449683622) + [MOST]),
    "trigamma": (lambda x: mp.psi(1, x) if x > 1e-15 else 1 / mp.mpf(x) ** 2 + mp.pi ** 2 / 6, [x for x in GAMMA if 1e-153 < x < 1e300]),
    "pow": (lambda x, y: mp.power(x, y) if x > 0 else mp.power(-x, y) * (-1) ** int(y), pow_arguments()),
    "atan2": (lambda y, x: mp.atan2(y, x), atan2_arguments()),
    "fmod": (fmod, fmod_arguments()),
}


def rounded(v):
    """Nearest double and the rest in ulp."""
    if abs(v) >= mp.mpf(2) ** 1024 - mp.mpf(2) ** 970:
        return math.copysign(math.inf, v), 0.0
    m, e = mp.frexp(v)
    e = max(int(e) - 53, -1074)
    n = mp.nint(mp.ldexp(v, -e))
    r = math.ldexp(int(n), e) if abs(n) < 2 ** 60 else float(v)
    u = max(math.frexp(r)[1] - 53, -1074)
    return r, float(mp.ldexp(v - mp.mpf(r), -u))


with open(sys.argv[1], "wb") as out:
    for name, (f, points) in FUNCTIONS.items():
        records = b""
        count = 0
        arguments = 2 if isinstance(points[0], tuple) else 1
        for p in dict.fromkeys(points):
            p = p if arguments == 2 else (p,)
            big = max(abs(p[0]), 1)
            with mp.workdps(60 + int(math.log10(big)) if name in ("sin", "cos", "tan") else 60 + 320 * (name in ("log1p", "expm1", "log1m_exp", "tanh"))):
                if name == "fmod":
                    with mp.workdps(700):
                        r, rest = rounded(f(*p))
                else:
                    r, rest = rounded(f(*map(mp.mpf, p)))
            if name == "pow" and r == 0 and p[0] == 0:
                continue
            records += struct.pack("<%dd" % (arguments + 2), *p, r, rest)
            count += 1
        out.write(struct.pack("<16sii", name.encode(), arguments, count) + records)
