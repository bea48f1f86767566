"""Writes statistics.json.gz beside this file: what other people's programs, or definitions written out at 40 digits, say of the same numbers.

Run by hand: python3 make-statistics.py, with statsmodels 0.15.0, scikit-learn 1.9.1, arch 8.0.0, scipy 1.17.1, numpy 2.4.6 and mpmath 1.3. The tests
only read the table. None of it is made with our formulas: Wilson, Benjamini-Hochberg and Holm are those of statsmodels; Brier score, log loss and
isotonic regression of scikit-learn; the tests of White and Hansen and the variance of the stationary bootstrap of arch, fed with the
very same rows; moments of scipy; quantiles of numpy. Platt's curve is the root of the gradient of its likelihood, and the Sharpe ratios are
their formulas, at 40 digits. Uniqueness counts unit by unit of time, and the probability of overfitting walks through every split, as their
papers say it.
"""
import gzip
import itertools
import json
import os

import mpmath as mp
import numpy as np
from arch.bootstrap import SPA
from scipy import stats
from sklearn.calibration import _sigmoid_calibration
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

mp.mp.dps = 40
HERE = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(20251006)
number = lambda value: float(mp.nstr(value, 20)) if isinstance(value, mp.mpf) else float(value)
numbers = lambda values: [number(value) for value in values]


def wilson():
    alpha = 2 * stats.norm.sf(1.959963985)
    pairs = [(12, 20), (0, 10), (10, 10), (1, 1), (480, 800)] + [(int(random.integers(0, n + 1)), int(n)) for n in random.integers(1, 3000, 40)]
    return [[hits, n, *numbers(proportion_confint(hits, n, alpha, "wilson"))] for hits, n in pairs]


def multiple():
    lists = [random.uniform(0, 1, n) * scale for n, scale in [(1, 0.1), (5, 0.1), (21, 0.2), (21, 1), (60, 0.05)]]
    lists.append(np.array([0.01, 0.02, 0.02, 0.02, 0.5, 0.5, 1, 0.001]))
    rows = []
    for p in lists:
        p = np.round(p, 6)
        row = {"p": numbers(p)}
        for name, method, level in [("bh", "fdr_bh", 0.1), ("holm", "holm", 0.05)]:
            rejected, adjusted, _, _ = multipletests(p, level, method)
            row[name] = {"adjusted": numbers(adjusted), "rejected": [bool(one) for one in rejected]}
        rows.append(row)
    return rows


def forecasts(n):
    p = np.round(random.uniform(0.55, 1, n), 2)
    y = (random.uniform(0, 1, n) < 0.2 + 0.5 * p).astype(int)
    return p, y


def scores():
    rows = []
    for n in [3, 50, 400]:
        p, y = forecasts(n)
        y[:2] = [0, 1]
        rows.append({"p": numbers(p), "y": y.tolist(), "brier": brier_score_loss(y, p), "log_loss": log_loss(y, np.minimum(p, 1 - 1e-15))})
    return rows


def isotonic():
    rows = []
    for n in [1, 8, 300]:
        p, y = forecasts(n)
        grid = np.linspace(0.4, 1, 61)
        fit = IsotonicRegression(out_of_bounds="clip").fit(p, y)
        rows.append({"p": numbers(p), "y": y.tolist(), "grid": numbers(grid), "fitted": numbers(fit.predict(grid))})
    return rows


def platt():
    rows = []
    for n in [40, 300]:
        p, y = forecasts(n)
        hits = int(y.sum())
        targets = [mp.mpf(hits + 1) / (hits + 2) if one else mp.mpf(1) / (n - hits + 2) for one in y]
        scores_ = [mp.mpf(float(one)) for one in p]
        chance = lambda a, b, s: 1 / (1 + mp.exp(a * s + b))
        gradient = lambda a, b: [mp.fsum((t - chance(a, b, s)) * s for s, t in zip(scores_, targets)), mp.fsum(t - chance(a, b, s) for s, t in zip(scores_, targets))]
        slope, offset = mp.findroot(gradient, (mp.mpf(-1), mp.mpf(0)))
        assert np.allclose(_sigmoid_calibration(p, y), [float(slope), float(offset)], rtol=1e-3), "scikit-learn agrees"
        rows.append({"p": numbers(p), "y": y.tolist(), "slope": number(slope), "offset": number(offset)})
    return rows


def snooping():
    rows = []
    for sessions, drift, block in [(40, 0.0, 5), (40, 0.45, 5), (60, -0.2, 8)]:
        noise = random.standard_normal((sessions, 6))
        series = noise.copy()
        for t in range(1, sessions):
            series[t] += 0.3 * series[t - 1]
        series += np.array([0, 0.1, drift, -0.9, 0.05, -0.2])
        series[:, 1] *= 5
        series = np.round(series, 4)
        draws = 120
        seed = 7
        tests = {}
        plain = SPA(np.zeros(sessions), -series, block_size=block, reps=draws, seed=seed)
        plain.compute()
        variances = plain._loss_diff_var
        resampled = np.array([positions for positions in indices(plain, draws)])
        scaled = SPA(np.zeros(sessions), -series / np.sqrt(variances), block_size=block, reps=draws, seed=seed)
        scaled.compute()
        tests["reality_check"] = number(plain.pvalues["upper"])
        for name in ["lower", "consistent", "upper"]:
            tests[name] = number(scaled.pvalues[name])
        rows.append({"mean_block": block, "returns": series.T.tolist(), "rows": resampled.tolist(), "variances": numbers(variances), "p": tests})
    return rows


def indices(test, draws):
    """Rows that the bootstrap of `test` takes, from its beginning."""
    test.bootstrap.reset()
    for _ in range(draws):
        yield np.asarray(test.bootstrap.update_indices()).tolist()


def moments():
    returns = np.round(random.standard_t(4, 250) / 100 + 0.0005, 6)
    return {
        "returns": numbers(returns),
        "sharpe": number(returns.mean() / returns.std(ddof=1)),
        "skew": number(stats.skew(returns)),
        "kurtosis": number(stats.kurtosis(returns, fisher=False)),
    }


def sharpe():
    rows = []
    quantile = lambda p: mp.sqrt(2) * mp.erfinv(2 * p - 1)
    for _ in range(40):
        sr, benchmark = [float(round(one, 4)) for one in random.uniform([0, 0], [0.3, 0.1])]
        skew, kurtosis = float(round(random.uniform(-2, 1), 3)), float(round(random.uniform(5, 12), 3))
        periods, trials, variance = int(random.integers(20, 2000)), int(random.integers(2, 5000)), float(round(random.uniform(0.0005, 0.01), 6))
        spread = 1 - mp.mpf(skew) * sr + (mp.mpf(kurtosis) - 1) / 4 * mp.mpf(sr) ** 2
        psr = lambda against: mp.ncdf((mp.mpf(sr) - against) * mp.sqrt(periods - 1) / mp.sqrt(spread))
        most = mp.sqrt(variance) * ((1 - mp.euler) * quantile(1 - mp.mpf(1) / trials) + mp.euler * quantile(1 - 1 / (trials * mp.e)))
        length = 1 + spread * (quantile(mp.mpf("0.95")) / (mp.mpf(sr) - benchmark)) ** 2
        rows.append({
            "sharpe": sr, "benchmark": benchmark, "skew": skew, "kurtosis": kurtosis, "periods": periods, "trials": trials, "variance": variance,
            "psr": number(psr(mp.mpf(benchmark))), "most": number(most), "dsr": number(psr(most)), "length": number(length) if sr > benchmark else None,
        })
    return rows


def uniqueness():
    rows = []
    for n, length in [(1, 5), (12, 20), (60, 100)]:
        spans = [(start, start + int(random.integers(1, 15))) for start in map(int, random.integers(0, length, n))]
        alive = lambda t: sum(start <= t < end for start, end in spans)
        rows.append({"spans": spans, "uniqueness": [number(np.mean([1 / alive(t) for t in range(start, end)])) for start, end in spans]})
    return rows


def overfitting():
    rows = []
    for sessions, configurations, blocks, measure in [(64, 7, 16, "sharpe"), (50, 6, 8, "mean"), (11, 5, 4, "sharpe"), (16, 4, 16, "mean")]:
        returns = np.round(random.standard_normal((sessions, configurations)) + np.linspace(0, 0.3, configurations), 3)
        returns[:, -1] = returns[:, 0] if blocks == 8 else returns[:, -1]
        edges = [block * sessions // blocks for block in range(blocks + 1)]
        parts = [returns[a:b] for a, b in zip(edges, edges[1:])]
        score = lambda rows_: rows_.mean(0) if measure == "mean" else rows_.mean(0) / rows_.std(0, ddof=1)
        logits = []
        for chosen in itertools.combinations(range(blocks), blocks // 2):
            inside = np.concatenate([parts[n] for n in chosen])
            outside = np.concatenate([parts[n] for n in range(blocks) if n not in chosen])
            best = int(np.argmax(np.round(score(inside), 12)))
            rank = stats.rankdata(np.round(score(outside), 12))[best]
            share = rank / (configurations + 1)
            logits.append(np.log(share / (1 - share)))
        logits = np.array(logits)
        rows.append({
            "blocks": blocks, "measure": measure, "returns": returns.T.tolist(), "splits": len(logits),
            "probability": number((logits <= 1e-12).mean()), "median_logit": number(np.median(logits)),
        })
    return rows


def quantiles():
    values = np.sort(np.round(random.standard_normal(37), 4))
    shares = [0, 0.025, 0.1, 1 / 3, 0.5, 0.975, 1]
    return {"values": numbers(values), "shares": shares, "quantiles": numbers(np.quantile(values, shares))}


PARTS = [wilson, multiple, scores, isotonic, platt, snooping, moments, sharpe, uniqueness, overfitting, quantiles]
made = {part.__name__: part() for part in PARTS}
text = "{\n" + ",\n".join(f'"{name}": {json.dumps(value, separators=(",", ":"))}' for name, value in made.items()) + "\n}\n"
with gzip.GzipFile(os.path.join(HERE, "statistics.json.gz"), "wb", mtime=0) as file:
    file.write(text.encode())
