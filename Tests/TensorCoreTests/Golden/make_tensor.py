"""Golden values for TensorCore, computed by NumPy, SciPy and mpmath.

Writes six small .npz files beside this script. Every array is float64 or int64, C-ordered; key names read
`case.quantity`. Inputs of the elementwise functions are exactly representable in float32, so one file serves both
scalar types; their outputs are the float64 numbers nearest to the true values (mpmath, 60 digits).

  elementwise.npz    exp, log, tanh, sigmoid, sin, … on wide ranges, and IEEE special values
  arithmetic.npz     + - * / with broadcasting; gather, concatenate, slices, permutations
  reductions.npz     sum, mean, max, min, argmax, variance (ddof 0 and 1), log-sum-exp, softmax
  products.npz       matmul in all four transpositions, batched matmul
  linearAlgebra.npz  Cholesky, triangular solve, eigh (all, a range), SVD, QR
  philox.npz         Philox-4x32-10: the three known answers of Random123, and a longer block of counters

Signs: eigenvectors and singular vectors are defined up to a sign; here the entry of largest magnitude in each column of
`vectors` (of `u` for the SVD) is positive. QR is written with a positive diagonal of R.

Run:   python3 -m venv venv && venv/bin/pip install numpy==2.4.6 scipy==1.17.1 mpmath==1.3.0
       venv/bin/python make_tensor.py
Made with Python 3.11, NumPy 2.4.6, SciPy 1.17.1, mpmath 1.3.0. A re-run with the same versions gives the same files.
"""

import pathlib

import mpmath
import numpy as np
import scipy.linalg
import scipy.special

here = pathlib.Path(__file__).resolve().parent
mpmath.mp.dps = 60


def save(name, values):
    """Writes one file: arrays only, float64 or int64, C order."""
    arrays = {}
    for key, value in values.items():
        value = np.asarray(value)
        value = value.astype(np.int64 if value.dtype.kind in "iu" else np.float64)
        arrays[key] = np.require(value, requirements="C")
    path = here / name
    np.savez_compressed(path, **arrays)
    print(f"{name}: {len(arrays)} arrays, {path.stat().st_size} bytes")


def single(x):
    """`x` rounded to float32 and back, so that both scalar types see the same number."""
    return np.asarray(x, dtype=np.float32).astype(np.float64)


def exactly(function, x):
    """`function`, evaluated with 60 digits and rounded once to float64."""
    return np.array([float(function(mpmath.mpf(float(v)))) for v in x])


def grid(random, low, high, count=120):
    """Evenly spaced and uniformly drawn points of [low, high], in float32."""
    return single(np.concatenate([np.linspace(low, high, count), random.uniform(low, high, count)]))


def elementwise():
    random = np.random.default_rng(11)
    tiny = np.array([1e-30, -1e-30, 1e-12, -1e-12, 1e-6, -1e-6, 1e-3, -1e-3, 0.5, -0.5])
    signed = np.concatenate([10.0 ** random.uniform(-8, 2, 60), -(10.0 ** random.uniform(-8, 2, 60))])
    wide = single(np.concatenate([grid(random, -30, 30), tiny, signed]))
    positive = single(np.concatenate([10.0 ** random.uniform(-37, 38, 160), grid(random, 0.5, 2.0, 40)]))
    angles = single(np.concatenate([grid(random, -10, 10), tiny, random.uniform(-1e4, 1e4, 60)]))
    m = mpmath
    cases = {
        # `exp` fits float32 without overflow or denormals; `expWide` is for Double alone.
        "exp": (single(np.concatenate([grid(random, -87, 88), tiny])), m.exp),
        "expWide": (single(np.concatenate([grid(random, -707, 709), tiny])), m.exp),
        "log": (positive, m.log),
        "sqrt": (positive, m.sqrt),
        "tanh": (wide, m.tanh),
        "sigmoid": (wide, lambda v: 1 / (1 + m.exp(-v))),
        "softplus": (wide, lambda v: m.log1p(m.exp(v)) if v < 0 else v + m.log1p(m.exp(-v))),
        "sin": (angles, m.sin),
        "cos": (angles, m.cos),
    }
    values = {}
    for name, (x, function) in cases.items():
        values[f"{name}.x"] = x
        values[f"{name}.y"] = exactly(function, x)
    x = wide
    values |= {"abs.x": x, "abs.y": np.abs(x), "relu.x": x, "relu.y": np.maximum(x, 0)}
    values |= {"square.x": x, "square.y": x * x}
    # IEEE behaviour at the edges; these are what IEEE 754 and the C library say.
    inf, nan = np.inf, np.nan
    edge = np.array([0.0, -0.0, inf, -inf, nan])
    values["special.x"] = edge
    values["special.exp"] = np.array([1, 1, inf, 0, nan])
    values["special.log"] = np.array([-inf, -inf, inf, nan, nan])
    values["special.tanh"] = np.array([0.0, -0.0, 1, -1, nan])
    values["special.sigmoid"] = np.array([0.5, 0.5, 1, 0, nan])
    values["special.sin"] = np.array([0.0, -0.0, nan, nan, nan])
    # Beyond the range of Double, then of Float: infinity and zero, never garbage.
    values["overflow.x"] = np.array([710.0, 1000.0, 1e30, -746.0, -1000.0, -1e30])
    values["overflow.exp"] = np.array([inf, inf, inf, 0, 0, 0])
    values["overflowFloat.x"] = np.array([89.0, 1000.0, 1e30, -104.0, -1000.0, -1e30])
    values["overflowFloat.exp"] = np.array([inf, inf, inf, 0, 0, 0])
    save("elementwise.npz", values)


def arithmetic():
    random = np.random.default_rng(12)
    values = {}
    shapes = {
        "same": ((3, 4), (3, 4)),
        "row": ((3, 4), (4,)),
        "column": ((3, 4), (3, 1)),
        "outer": ((5, 1), (1, 3)),
        "scalar": ((2, 3), (1,)),
        "rank3": ((2, 3, 4), (3, 1)),
        "both": ((2, 1, 4), (3, 1)),
        "rank4": ((2, 1, 3, 1), (5, 1, 2)),
        "empty": ((0, 3), (3,)),
    }
    for name, (left, right) in shapes.items():
        a, b = random.normal(size=left), random.normal(size=right) + 3
        values |= {f"{name}.a": a, f"{name}.b": b, f"{name}.sum": a + b, f"{name}.difference": a - b}
        values |= {f"{name}.product": a * b, f"{name}.quotient": a / b, f"{name}.reversed": b - a}
    x = random.normal(size=(7, 3, 4))
    rows = np.array([6, 0, 3, 3, 5])
    values |= {"gather.x": x, "gather.rows": rows, "gather.y": x[rows]}
    dy = random.normal(size=(5, 3, 4))
    scattered = np.zeros_like(x)
    np.add.at(scattered, rows, dy)
    values |= {"scatter.dy": dy, "scatter.rows": rows, "scatter.dx": scattered}
    a, b, c = (random.normal(size=(2, n, 3)) for n in (1, 4, 2))
    values |= {"concatenate1.a": a, "concatenate1.b": b, "concatenate1.c": c}
    values["concatenate1.y"] = np.concatenate([a, b, c], axis=1)
    a, b = random.normal(size=(2, 5)), random.normal(size=(3, 5))
    values |= {"concatenate0.a": a, "concatenate0.b": b, "concatenate0.y": np.concatenate([a, b])}
    a, b = random.normal(size=(4, 2)), random.normal(size=(4, 3))
    values |= {"concatenateLast.a": a, "concatenateLast.b": b}
    values["concatenateLast.y"] = np.concatenate([a, b], axis=-1)
    x = random.normal(size=(4, 5, 3))
    values |= {"slice.x": x, "slice.axis0": x[1:3], "slice.axis1": x[:, 2:5], "slice.axis2": x[:, :, 1:2]}
    x = random.normal(size=(2, 3, 4, 5))
    for order in ((3, 2, 1, 0), (0, 2, 1, 3), (1, 3, 0, 2), (0, 1, 2, 3)):
        values["permute.y" + "".join(map(str, order))] = x.transpose(order)
    values["permute.x"] = x
    matrix = random.normal(size=(6, 9))
    values |= {"transpose.x": matrix, "transpose.y": matrix.T}
    save("arithmetic.npz", values)


def reductions():
    random = np.random.default_rng(13)
    values = {}
    tensors = {
        "matrix": random.normal(size=(9, 5)),
        "rank3": random.normal(size=(4, 6, 5)) + 2,
        # A mean a million standard deviations from zero: the one-pass variance formula loses every digit.
        "offset": random.normal(size=(50, 3)) + 1e6,
        "single": random.normal(size=(1, 4)),
    }
    for name, x in tensors.items():
        values[f"{name}.x"] = x
        values |= {f"{name}.sum": x.sum(), f"{name}.mean": x.mean(), f"{name}.max": x.max(), f"{name}.min": x.min()}
        for axis in range(x.ndim):
            values[f"{name}.sum{axis}"] = x.sum(axis)
            values[f"{name}.sumKept{axis}"] = x.sum(axis, keepdims=True)
            values[f"{name}.mean{axis}"] = x.mean(axis)
            values[f"{name}.max{axis}"] = x.max(axis)
            values[f"{name}.argmax{axis}"] = x.argmax(axis)
            values[f"{name}.populationVariance{axis}"] = x.var(axis, ddof=0)
            if x.shape[axis] > 1:
                values[f"{name}.variance{axis}"] = x.var(axis, ddof=1)
            values[f"{name}.logSumExp{axis}"] = scipy.special.logsumexp(x, axis)
    ties = np.array([[1.0, 3.0, 3.0, 2.0], [5.0, 5.0, 5.0, 5.0], [0.0, -1.0, -2.0, 0.0]])
    values |= {"ties.x": ties, "ties.argmax1": ties.argmax(1)}
    x = random.normal(size=(6, 11)) * 4
    x[1] += 700  # overflows without subtracting the maximum
    x[2] -= 700
    x[3, :] = 0.25
    values |= {"softmax.x": x, "softmax.y": scipy.special.softmax(x, 1), "softmax.log": scipy.special.log_softmax(x, 1)}
    values |= {"softmax.logSumExp": scipy.special.logsumexp(x, 1)}
    # Cancellation: the exact sum (fsum) of numbers of very different size.
    x = np.concatenate([random.normal(size=400) * 1e8, random.normal(size=400)])
    random.shuffle(x)
    values |= {"cancellation.x": x, "cancellation.sum": np.array(float(mpmath.fsum(map(float, x))))}
    save("reductions.npz", values)


def products():
    random = np.random.default_rng(14)
    values = {}
    for name, (m, k, n) in {"small": (3, 4, 5), "odd": (17, 33, 9), "vector": (1, 7, 1), "thin": (40, 2, 3)}.items():
        a, b = random.normal(size=(m, k)), random.normal(size=(k, n))
        values |= {f"{name}.a": a, f"{name}.b": b, f"{name}.aTransposed": a.T, f"{name}.bTransposed": b.T}
        values[f"{name}.y"] = a @ b
    a, b = random.normal(size=(4, 3, 5)), random.normal(size=(4, 5, 2))
    values |= {"batched.a": a, "batched.b": b, "batched.y": a @ b}
    a, b = random.normal(size=(2, 3, 4, 5)), random.normal(size=(2, 3, 5, 2))
    values |= {"batched4.a": a, "batched4.b": b, "batched4.y": a @ b}
    a, b = random.normal(size=(4, 3, 5)), random.normal(size=(5, 2))
    values |= {"shared.a": a, "shared.b": b, "shared.y": a @ b}
    x = random.normal(size=(30, 6))
    values |= {"gram.x": x, "gram.y": x.T @ x, "covariance.y": np.cov(x, rowvar=False)}
    save("products.npz", values)


def signed(vectors, *others):
    """Columns flipped so that the entry of largest magnitude is positive; `others` get the same flips."""
    signs = np.sign(vectors[np.abs(vectors).argmax(0), np.arange(vectors.shape[1])])
    return [v * signs for v in (vectors, *others)]


def linear_algebra():
    random = np.random.default_rng(15)
    values = {}
    x = random.normal(size=(30, 8))
    a = x.T @ x / 29 + 1e-3 * np.eye(8)
    lower = np.linalg.cholesky(a)
    b = random.normal(size=(8, 3))
    values |= {"cholesky.a": a, "cholesky.lower": lower}
    values |= {"triangular.lower": lower, "triangular.b": b}
    values["triangular.forward"] = scipy.linalg.solve_triangular(lower, b, lower=True)
    values["triangular.transposed"] = scipy.linalg.solve_triangular(lower, b, lower=True, trans="T")
    values["triangular.upper"] = scipy.linalg.solve_triangular(lower.T, b, lower=False)
    c = random.normal(size=(5, 8))
    values |= {"triangular.c": c, "triangular.right": scipy.linalg.solve_triangular(lower, c.T, lower=True, trans="T").T}
    values["cholesky.solve"] = np.linalg.solve(a, b)
    values["cholesky.logDeterminant"] = np.array(np.linalg.slogdet(a)[1])
    values["notPositive.a"] = np.array([[1.0, 2.0, 0.5], [2.0, 1.0, 0.3], [0.5, 0.3, 4.0]])
    s = random.normal(size=(9, 9))
    s = (s + s.T) / 2
    eigenvalues, vectors = np.linalg.eigh(s)
    (vectors,) = signed(vectors)
    values |= {"eigh.a": s, "eigh.values": eigenvalues, "eigh.vectors": vectors}
    values |= {"eighTop.values": eigenvalues[-2:], "eighTop.vectors": vectors[:, -2:]}
    values |= {"eighMiddle.values": eigenvalues[3:6], "eighMiddle.vectors": vectors[:, 3:6]}
    values |= {"eighMiddle.first": 3, "eighMiddle.end": 6}
    # A repeated eigenvalue: compare values and reconstruction, not vectors.
    q, _ = np.linalg.qr(random.normal(size=(5, 5)))
    repeated = (q * np.array([1.0, 2.0, 2.0, 2.0, 3.0])) @ q.T
    values |= {"eighRepeated.a": (repeated + repeated.T) / 2, "eighRepeated.values": [1.0, 2.0, 2.0, 2.0, 3.0]}
    for name, shape in {"svdTall": (9, 4), "svdWide": (3, 7), "svdSquare": (5, 5)}.items():
        m = random.normal(size=shape)
        u, singular, vt = np.linalg.svd(m, full_matrices=False)
        u, v = signed(u, vt.T)
        values |= {f"{name}.a": m, f"{name}.u": u, f"{name}.s": singular, f"{name}.vTransposed": v.T}
    deficient = random.normal(size=(6, 2)) @ random.normal(size=(2, 5))
    values |= {"svdRank2.a": deficient, "svdRank2.s": np.linalg.svd(deficient, compute_uv=False)}
    for name, shape in {"qrTall": (9, 4), "qrSquare": (5, 5)}.items():
        m = random.normal(size=shape)
        q, r = np.linalg.qr(m)
        signs = np.sign(np.diag(r))
        values |= {f"{name}.a": m, f"{name}.q": q * signs, f"{name}.r": r * signs[:, None]}
    save("linearAlgebra.npz", values)


def philox4x32(counter, key, rounds=10):
    """Philox-4x32 after Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3" (SC 2011)."""
    c0, c1, c2, c3 = map(int, counter)
    k0, k1 = map(int, key)
    mask = 0xFFFFFFFF
    for _ in range(rounds):
        low, high = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (high >> 32) ^ c1 ^ k0, high & mask, (low >> 32) ^ c3 ^ k1, low & mask
        k0, k1 = (k0 + 0x9E3779B9) & mask, (k1 + 0xBB67AE85) & mask
    return [c0, c1, c2, c3]


def philox():
    # Random123's file kat_vectors, lines "philox4x32 10": counter, key, output, as published.
    published = [
        "00000000 00000000 00000000 00000000 00000000 00000000 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        "ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff 408f276d 41c83b0e a20bc7c6 6d5451fd",
        "243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0 d16cfe09 94fdcceb 5001e420 24126ea1",
    ]
    words = np.array([[int(w, 16) for w in line.split()] for line in published])
    for row in words:
        assert philox4x32(row[:4], row[4:6]) == list(row[6:]), "Philox disagrees with the published vectors"
    values = {"known.counter": words[:, :4], "known.key": words[:, 4:6], "known.output": words[:, 6:]}
    random = np.random.default_rng(16)
    counters, keys = random.integers(0, 2**32, size=(64, 4)), random.integers(0, 2**32, size=(64, 2))
    counters[:8] = [[i, 0, 0, 0] for i in range(8)]
    keys[:8] = [42, 0]
    values |= {"block.counter": counters, "block.key": keys}
    values["block.output"] = np.array([philox4x32(c, k) for c, k in zip(counters, keys)])
    save("philox.npz", values)


if __name__ == "__main__":
    elementwise()
    arithmetic()
    reductions()
    products()
    linear_algebra()
    philox()
