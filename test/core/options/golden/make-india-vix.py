"""Writes india-vix.csv beside this file: the worked example of NSE's white paper on India VIX (quotes in nse-near.csv and nse-next.csv, futures at
5129 and 5115, 12960 and 53280 minutes, 3.90 % and 4.65 %), with the natural spline of scipy. Run by hand: python3 make-india-vix.py (scipy
1.17). The tests only read the tables.
"""
import csv
import math
import os

from scipy.interpolate import CubicSpline

HERE = os.path.dirname(os.path.abspath(__file__))
YEAR, MONTH = 525600, 43200


def term(name, forward, minutes, rate):
    with open(os.path.join(HERE, name)) as file:
        quotes = [{key: float(cell) for key, cell in row.items()} for row in csv.DictReader(file)]
    base = max(quote["strike"] for quote in quotes if quote["strike"] <= forward)
    years = minutes / YEAR

    def spline(side, wanted):
        points = []
        for quote in quotes:
            bid, ask = quote[side + "_bid"], quote[side + "_ask"]
            if wanted(quote["strike"]) and (ask - bid) <= 0.3 * (ask + bid) / 2:
                points.append((quote["strike"], (ask + bid) / 2))
        return CubicSpline(*zip(*points), bc_type="natural", extrapolate=False)

    put, call = spline("put", lambda strike: strike <= base), spline("call", lambda strike: strike >= base)
    strip = []
    for strike in (quote["strike"] for quote in quotes):
        price = put(strike) if strike < base else call(strike) if strike > base else (put(strike) + call(strike)) / 2
        if not math.isnan(price):
            strip.append((strike, float(price)))
    strikes = [strike for strike, _ in strip]
    widths = [strikes[1] - strikes[0]] + [(b - a) / 2 for a, b in zip(strikes, strikes[2:])] + [strikes[-1] - strikes[-2]]
    total = sum(width / strike**2 * math.exp(rate * years) * price for width, (strike, price) in zip(widths, strip))
    return 2 / years * total - (forward / base - 1) ** 2 / years


near, after = (5129, 12960, 0.039), (5115, 53280, 0.0465)
variances = term("nse-near.csv", *near), term("nse-next.csv", *after)
parts = [
    near[1] / YEAR * variances[0] * (after[1] - MONTH) / (after[1] - near[1]),
    after[1] / YEAR * variances[1] * (MONTH - near[1]) / (after[1] - near[1]),
]
with open(os.path.join(HERE, "india-vix.csv"), "w", newline="\n") as file:
    file.write("near,next,vix\n%r,%r,%r\n" % (*variances, 100 * math.sqrt(sum(parts) * YEAR / MONTH)))
