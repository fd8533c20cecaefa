"""Golden values for metrics of factors, in float64, by NumPy and scikit-learn.

Writes factors.npz beside this script: codes that mix three factors in part, their mutual information with the factors
(scikit-learn's mutual_info_score over numpy.histogram's bins), the mutual information gap and modularity from it by their
formulas; one-feature predictors (scikit-learn's nearest centroid and squared correlation); feature importances of a tree
(scikit-learn's DecisionTreeClassifier by entropy, three deep); disentanglement and completeness of a known importance.

    python -m venv .venv
    .venv/bin/pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    .venv/bin/python make_factors.py
Made with Python 3.11. A re-run with the same versions gives the same file.
"""

import pathlib

import numpy as np
from scipy.stats import entropy
from sklearn.metrics import balanced_accuracy_score, mutual_info_score
from sklearn.neighbors import NearestCentroid
from sklearn.tree import DecisionTreeClassifier

here = pathlib.Path(__file__).resolve().parent
random = np.random.default_rng(20)
n, bins = 600, 20

factors = np.stack([random.integers(0, k, n) for k in (2, 3, 5)])
codes = np.stack([
    factors[0] + 0.3 * random.normal(size=n),
    factors[1] - 0.4 * factors[0] + 0.4 * random.normal(size=n),
    np.sin(factors[2]) + 0.1 * random.normal(size=n),
    factors[2] / 2 + factors[1] / 3 + 0.2 * random.normal(size=n),
    random.normal(size=n),
], axis=1).round(6)

binned = np.stack([
    np.digitize(column, np.histogram(column, bins)[1][:-1]) for column in codes.T])
information = np.array([[mutual_info_score(f, z) for f in factors] for z in binned])
entropies = np.array([mutual_info_score(f, f) for f in factors])
ordered = np.sort(information, axis=0)[::-1]
gaps = (ordered[0] - ordered[1]) / entropies
squares = information ** 2
largest = squares.max(axis=1)
modularities = 1 - (squares.sum(axis=1) - largest) / (largest * (len(factors) - 1))

half = n // 2
scores = np.zeros((codes.shape[1], len(factors)))
explained = np.zeros_like(scores)
for j in range(codes.shape[1]):
    for k, factor in enumerate(factors):
        column = codes[:, [j]]
        found = NearestCentroid().fit(column[:half], factor[:half]).predict(column[half:])
        scores[j, k] = balanced_accuracy_score(factor[half:], found)
        explained[j, k] = np.corrcoef(codes[:, j], factor)[0, 1] ** 2
ranked = np.sort(scores, axis=0)[::-1]

# Few values, so that a tree sees every threshold; noise on labels, so that no split is perfect.
coarse = np.stack([
    2 * factors[0] + random.integers(0, 2, n), factors[1] + random.integers(0, 3, n),
    factors[2] + random.integers(0, 2, n), random.integers(0, 9, n)], axis=1).astype(float)
importances = np.array([
    DecisionTreeClassifier(criterion="entropy", max_depth=3, random_state=0)
    .fit(coarse, factor).feature_importances_ for factor in factors]).T

known = random.random((4, 3)) ** 3
known[2] = 0
rows, columns = known.sum(axis=1), known.sum(axis=0)
disentanglement = sum(
    rows[j] / rows.sum() * (1 - entropy(known[j], base=3)) for j in range(4) if rows[j] > 0)
completeness = sum(columns[k] / columns.sum() * (1 - entropy(known[:, k], base=4)) for k in range(3))

np.savez_compressed(
    here / "factors.npz", codes=codes, factors=factors, information=information, entropies=entropies,
    gaps=gaps, modularities=modularities, scores=scores, scoreGaps=ranked[0] - ranked[1],
    explained=explained, coarse=coarse, importances=importances, known=known,
    concentrations=np.array([disentanglement, completeness]))
