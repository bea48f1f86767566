"""Writes the tables beside this file: option mathematics at 60 digits by mpmath, from definitions and not from our formulas. Those of exp, log
and the normal distribution go to the tests of the statistics, where these functions live.

Greeks are numerical derivatives of the price, volatilities are found by bisection of the defining integral's closed form at 60 digits. Inputs
are doubles, printed so that they read back the same; results have 20 digits. Run by hand: python3 make.py (mpmath 1.3). The tests only
read the tables.
"""
import os
import random

import mpmath as mp

mp.mp.dps = 60
HERE = os.path.dirname(os.path.abspath(__file__))
N = mp.ncdf


def write(name, head, rows):
    with open(os.path.join(HERE, name), "w", newline="\n") as file:
        file.write(head + "\n")
        for row in rows:
            file.write(",".join(v if isinstance(v, str) else repr(v) if isinstance(v, float) else mp.nstr(v, 20) for v in row) + "\n")


def logarithms():
    for _ in range(300):
        x, y, z = random.uniform(-700, 700), float(mp.mpf(10) ** random.uniform(-300, 300)), random.uniform(-0.25, 0.25)
        yield x, mp.exp(mp.mpf(x)), y, mp.log(mp.mpf(y)), z, mp.log(1 + mp.mpf(z))
    for k in range(1, 18):
        x = 10.0**-k
        yield x, mp.exp(mp.mpf(x)), 1 + x, mp.log(mp.mpf(1 + x)), -x, mp.log(1 - mp.mpf(x))


def normal():
    xs = [i / 8 for i in range(-300, 80)] + [random.uniform(-38, 8) for _ in range(200)] + [10.0**-k for k in range(1, 20, 3)]
    for x in xs:
        m = mp.mpf(x)
        scaled = mp.exp(m * m) * mp.erfc(m) if x > -26 else mp.inf
        yield x, N(m), mp.npdf(m), mp.erf(m), mp.erfc(m), scaled


def inverse():
    ps = [10.0**-k for k in range(1, 300, 7)] + [random.random() for _ in range(200)] + [1 - 10.0**-k for k in range(1, 16)] + [0.075, 0.925, 0.5]
    for p in ps:
        low, high = mp.mpf(-40), mp.mpf(40)
        while high - low > mp.mpf(10) ** -40:
            middle = (low + high) / 2
            low, high = (middle, high) if N(middle) < p else (low, middle)
        yield p, low


def b(x, s):
    if x == 0:
        return mp.erf(s / mp.sqrt(8))
    return mp.exp(x / 2) * N(x / s + s / 2) - mp.exp(-x / 2) * N(x / s - s / 2)


def normalised():
    xs = [0.0, -1e-12, -1e-6, -1e-4, -0.001, -0.01, -0.03, -0.1, -0.3, -0.5, -1.0, -2.0, -3.0, -6.0]
    ss = [0.0005, 0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 0.99, 1.0, 1.01, 1.5, 2.0, 3.0, 4.0, 6.0]
    pairs = [(x, s) for x in xs for s in ss] + [(-random.uniform(0, 3), mp.mpf(10) ** random.uniform(-2.5, 0.6)) for _ in range(600)]
    for x, s in pairs:
        x, s = float(x), float(s)
        value = b(mp.mpf(x), mp.mpf(s))
        if value > mp.mpf(10) ** -290:
            yield x, s, value


def deviations():
    """beta -> s, betas down to 1e-250 and up to the last digits below the most."""
    for x in [0.0, -1e-9, -1e-5, -0.001, -0.02, -0.1, -0.5, -1.0, -2.0, -3.0]:
        most = mp.exp(mp.mpf(x) / 2)
        betas = [10.0**-k for k in (1, 2, 3, 4, 6, 8, 12, 20, 40, 80, 160, 250)] + [float(most * f) for f in (0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.99, 0.999)]
        for beta in betas:
            target = mp.mpf(beta)
            if target >= most:
                continue
            low, high = mp.mpf(10) ** -300, mp.mpf(50)
            while high / low > 1 + mp.mpf(10) ** -35:
                middle = mp.sqrt(low * high) if high / low > 4 else (low + high) / 2
                low, high = (middle, high) if b(mp.mpf(x), middle) < target else (low, middle)
            yield x, beta, low


def black76(sign, f, k, t, v, r):
    d1 = mp.log(f / k) / (v * mp.sqrt(t)) + v * mp.sqrt(t) / 2
    d2 = d1 - v * mp.sqrt(t)
    return mp.exp(-r * t) * sign * (f * N(sign * d1) - k * N(sign * d2))


def scholes(sign, s, k, t, v, r, q):
    d1 = (mp.log(s / k) + (r - q + v * v / 2) * t) / (v * mp.sqrt(t))
    d2 = d1 - v * mp.sqrt(t)
    return sign * (s * mp.exp(-q * t) * N(sign * d1) - k * mp.exp(-r * t) * N(sign * d2))


def greeks(price, level, t, v, r):
    """`price(level, t, v, r)`; theta is the derivative by the time that passes."""
    at = [mp.mpf(value) for value in (level, t, v, r)]
    d = lambda *orders: mp.diff(price, tuple(at), orders)
    return [price(*at), d(1, 0, 0, 0), d(2, 0, 0, 0), d(0, 0, 1, 0), -d(0, 1, 0, 0), d(0, 0, 0, 1), d(1, 0, 1, 0), d(0, 0, 2, 0)]


def next_to_the_money():
    # ln(F/K) has all its digits only if the difference is taken first.
    for strike in [25000.05, 24999.9, 25000.0000001]:
        for years in [1 / 525600, 60 / 525600]:
            yield 1, 25000.0, strike, years, 0.05, 0.065, 0.01


def terms():
    for _ in range(150):
        level = random.choice([100.0, 8.35, 25000.0, 56123.45])
        years = float(mp.mpf(10) ** random.uniform(-3.5, 0.5))
        volatility = random.uniform(0.05, 0.9)
        deviations_away = random.uniform(-4, 4)
        strike = float(level * mp.exp(deviations_away * volatility * mp.sqrt(years)))
        yield random.choice([1, -1]), level, strike, years, volatility, random.uniform(0, 0.1), random.uniform(0, 0.05)


def black76_rows():
    for sign, f, k, t, v, r, _ in [*terms(), *next_to_the_money()]:
        yield ["CE" if sign > 0 else "PE", f, k, t, v, r] + greeks(lambda *a: black76(sign, a[0], mp.mpf(k), *a[1:]), f, t, v, r)


def scholes_rows():
    for sign, s, k, t, v, r, q in terms():
        yield ["CE" if sign > 0 else "PE", s, k, t, v, r, q] + greeks(lambda *a: scholes(sign, a[0], mp.mpf(k), *a[1:], mp.mpf(q)), s, t, v, r)


random.seed(20251006)
GREEKS = "price,delta,gamma,vega,theta,rho,vanna,volga"
write("../../stats/golden/exp-log.csv", "x,exp,y,log,z,log1p", logarithms())
write("../../stats/golden/normal.csv", "x,cdf,pdf,erf,erfc,erfcx", normal())
write("../../stats/golden/inverse.csv", "p,x", inverse())
write("normalised.csv", "x,s,b", normalised())
write("deviations.csv", "x,beta,s", deviations())
write("black76.csv", "type,forward,strike,years,volatility,rate," + GREEKS, black76_rows())
write("black-scholes.csv", "type,spot,strike,years,volatility,rate,dividend_yield," + GREEKS, scholes_rows())
