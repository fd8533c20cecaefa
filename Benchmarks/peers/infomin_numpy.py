#!/usr/bin/env python3
"""The max-step of the sliced estimator, dense form, in NumPy float32: features, two whitenings, a full SVD.

One call does what one max-step of the authors' program does: split by position (80 % fit, 20 % held out), draw fresh
slices, build the n × (3S + 1) feature matrices of both sides with their column of zeros, form the three covariances,
take two symmetric eigendecompositions and one full SVD, and evaluate the objective on both parts. The result is one
canonical pair.

Run:   python infomin_numpy.py [--threads N] [--repeat N] [--case NAME] [--list]
Case names: solve-n<rows>-D<columns of Z>-d<columns of T>-S<slices>; `onehot3` means T is a one-hot label of 3 classes.
Prints a JSON array of {case, threads, seconds, peer}; seconds is the median of one call.
"""

import peer

CASES = {
    "solve-n500-D80-d1-S100": (500, 80, 1, 100),
    "solve-n500-D80-d1-S200": (500, 80, 1, 200),
    "solve-n20000-D80-d1-S100": (20000, 80, 1, 100),
    "solve-n10000-D256-onehot3-S250": (10000, 256, 3, 250),
    "solve-n10000-D256-onehot2-S250": (10000, 256, 2, 250),
    "solve-n5256-D128-d128-S100": (5256, 128, 128, 100),
}

if __name__ == "__main__":
    options, selected = peer.arguments(__doc__.splitlines()[0], list(CASES), repeat=5)

import numpy as np

RIDGE = np.float32(1e-3)


def standardised(x):
    return (x - x.mean(0)) / x.std(0, ddof=1)


def sphere(random, count, columns):
    directions = random.standard_normal((count, columns), dtype=np.float32)
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)


def features(x, directions):
    """[rows, 3·slices + 1]: the column of zeros, then tanh of each slice, its square, its cube."""
    a = np.tanh(x @ directions.T)
    squared = a * a  # `a**3` would go through powf, a hundred times slower than two products
    return np.concatenate([np.zeros((len(x), 1), np.float32), a, squared, squared * a], axis=1)


def inverse_root(matrix):
    eigenvalues, vectors = np.linalg.eigh(matrix)
    return (vectors * eigenvalues ** np.float32(-0.5)) @ vectors.T


def canonical_pair(f, g):
    n = len(f)
    mean_f, mean_g = f.mean(0), g.mean(0)
    f, g = f - mean_f, g - mean_g
    scale = np.float32(1 / (n - 1))
    across = scale * (f.T @ g)
    within_f = scale * (f.T @ f) + RIDGE * np.identity(f.shape[1], np.float32)
    within_g = scale * (g.T @ g) + RIDGE * np.identity(g.shape[1], np.float32)
    whiten_f, whiten_g = inverse_root(within_f), inverse_root(within_g)
    u, _, vt = np.linalg.svd(whiten_f @ across @ whiten_g)
    return mean_f, mean_g, whiten_f @ u[:, :1], whiten_g @ vt[:1].T


def objective(z, t, theta, phi, pair):
    mean_f, mean_g, w1, w2 = pair
    p = (features(standardised(z), theta) - mean_f) @ w1
    q = (features(standardised(t), phi) - mean_g) @ w2
    return abs((standardised(p) * standardised(q)).mean())


def max_step(random, z, t, slices):
    """Draws slices, solves on the first 80 % of the rows, returns the objective on both parts."""
    fit = len(z) * 8 // 10
    theta, phi = sphere(random, slices, z.shape[1]), sphere(random, slices, t.shape[1])
    f, g = features(standardised(z[:fit]), theta), features(standardised(t[:fit]), phi)
    pair = canonical_pair(f, g)
    return objective(z[:fit], t[:fit], theta, phi, pair), objective(z[fit:], t[fit:], theta, phi, pair)


def data(name, random):
    rows, columns, targets, slices = CASES[name]
    z = random.standard_normal((rows, columns), dtype=np.float32)
    if "onehot" in name:
        t = np.eye(targets, dtype=np.float32)[random.integers(0, targets, rows)]
    else:
        t = random.standard_normal((rows, targets), dtype=np.float32)
    z[:, 0] += t[:, 0] ** 2  # something to find, as in training
    return z, t, slices


def main():
    seconds = {}
    for name in selected:
        random = np.random.default_rng(0)
        z, t, slices = data(name, random)
        seconds[name] = peer.measure(lambda: max_step(random, z, t, slices), options.repeat)
    peer.report(f"NumPy {np.__version__}", options, seconds)


if __name__ == "__main__":
    main()
