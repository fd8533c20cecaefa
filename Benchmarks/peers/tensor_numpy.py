#!/usr/bin/env python3
"""The primitives of TensorCore, in NumPy float32: products, elementwise functions, reductions, factorisations.

Run:   python tensor_numpy.py [--threads N] [--repeat N] [--case NAME] [--list]
Prints a JSON array of {case, threads, seconds, peer}; seconds is the median of one call.
"""

import peer

SIZES = (512, 1024, 2048)
CASES = [f"matmul-{n}" for n in SIZES] + ["exp-1e6", "tanh-1e6", "sum-1e6", "softmax-1000x1000", "cholesky-512", "eigh-256"]

if __name__ == "__main__":
    options, selected = peer.arguments(__doc__.splitlines()[0], CASES, repeat=7)

import numpy as np


def softmax(x):
    """Row by row, less the row's maximum."""
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def positive_definite(random, n):
    x = random.standard_normal((2 * n, n), dtype=np.float32)
    return x.T @ x / np.float32(2 * n) + np.float32(0.1) * np.identity(n, np.float32)


def prepared(name, random):
    """The case as a function without arguments; its inputs are made here, outside the stopwatch."""
    kind, size = name.split("-")
    if kind == "matmul":
        a, b = (random.standard_normal((int(size), int(size)), dtype=np.float32) for _ in range(2))
        return lambda: a @ b
    if kind in ("cholesky", "eigh"):
        matrix = positive_definite(random, int(size))
        return lambda: getattr(np.linalg, kind)(matrix)
    if kind == "softmax":
        x = random.standard_normal((1000, 1000), dtype=np.float32)
        return lambda: softmax(x)
    x = random.standard_normal(int(float(size)), dtype=np.float32)
    return lambda: getattr(np, kind)(x)


def main():
    seconds = {}
    for name in selected:
        seconds[name] = peer.measure(prepared(name, np.random.default_rng(0)), options.repeat)
    peer.report(f"NumPy {np.__version__}", options, seconds)


if __name__ == "__main__":
    main()
