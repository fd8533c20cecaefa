"""Golden values for Infomin: dependence objectives and their gradients, by PyTorch's autograd in float64.

Writes four .npz files beside this script. Every array is float64 or int64, C-ordered; key names read `case.quantity`.
Weights of a dense layer are stored as `[inputs, outputs]`. `dX` is the gradient of `value` with respect to `X`.
Each function below is written from its formula, in the plainest form (n×n matrices, no shared sub-expressions), so that
it can judge a faster one.

  dependence.npz  mean absolute correlation; distance correlation: U-centred (clamped at 0) and the authors' form
  neural.npz      neural Rényi (one-sided, deep, two-sided), total correlation with fixed permutations, CLUB
  slices.npz      the sliced objective with given slices and weights
  canonical.npz   the regularised joint canonical correlation of sliced features by two whitenings and a full SVD, and
                  the pairwise form by brute force: scalar T, one-hot T (with repeats), vector T, fewer rows than features

Run:   python3 -m venv venv && venv/bin/pip install numpy==2.4.6
       venv/bin/pip install torch==2.13.0+cpu   (from PyTorch's own CPU index)
       venv/bin/python make_infomin.py
Made with Python 3.11, NumPy 2.4.6, PyTorch 2.13.0+cpu. A re-run with the same versions gives the same files.
"""

import pathlib

import numpy as np
import torch
import torch.nn.functional as F

here = pathlib.Path(__file__).resolve().parent
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def save(name, values):
    """Writes one file: arrays only, float64 or int64, C order."""
    arrays = {}
    for key, value in values.items():
        value = value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
        value = value.astype(np.int64 if value.dtype.kind in "iu" else np.float64)
        assert np.isfinite(value).all(), key
        arrays[key] = np.require(value, requirements="C")
    path = here / name
    np.savez_compressed(path, **arrays)
    print(f"{name}: {len(arrays)} arrays, {path.stat().st_size} bytes")


def leaf(value):
    return torch.tensor(np.asarray(value, dtype=np.float64), requires_grad=True)


def record(values, name, objective, **inputs):
    """Stores inputs, the value of `objective` and its gradient with respect to every input."""
    value = objective(**inputs)
    derivatives = torch.autograd.grad(value, tuple(inputs.values()), allow_unused=True)
    values[f"{name}.value"] = value
    for (key, tensor), derivative in zip(inputs.items(), derivatives):
        values[f"{name}.{key}"] = tensor
        derivative = torch.zeros_like(tensor) if derivative is None else derivative
        values[f"{name}.d{key[0].upper()}{key[1:]}"] = derivative


def standardised(x):
    """Columns less their mean, over their unbiased standard deviation."""
    return (x - x.mean(0)) / x.std(0, unbiased=True)


def correlated(random, n, columns, targets, strength=1.0):
    """Z and T that share a non-linear part."""
    z = random.normal(size=(n, columns))
    t = random.normal(size=(n, targets))
    z[:, 0] += strength * (t[:, 0] ** 2 - 1)
    z[:, -1] += strength * np.sin(t[:, -1])
    return z, t


# Pearson and distance correlation


def pearson(z, t):
    """The mean over all pairs of columns of the absolute sample correlation."""
    return (standardised(z).T @ standardised(t) / (len(z) - 1)).abs().mean()


def distances(x):
    """Euclidean distances between rows; a distance of 0 has gradient 0."""
    squared = ((x[:, None, :] - x[None, :, :]) ** 2).sum(-1)
    apart = squared > 0
    return torch.where(apart, torch.sqrt(torch.where(apart, squared, torch.ones_like(squared))), 0.0)


def u_centred(a, zero_diagonal):
    n = len(a)
    rows, columns = a.sum(1, keepdim=True), a.sum(0, keepdim=True)
    centred = a - rows / (n - 2) - columns / (n - 2) + a.sum() / ((n - 1) * (n - 2))
    return centred * (1 - torch.eye(n)) if zero_diagonal else centred


def distance_correlation(z, t, zero_diagonal):
    """sqrt(max(V_zt, 0)) / (V_z V_t)^(1/4) of U-centred distances; the authors' form keeps the diagonal."""
    n = len(z)
    a, b = u_centred(distances(z), zero_diagonal), u_centred(distances(t), zero_diagonal)

    def product(x, y):
        return (x * y).sum() / (n * (n - 3))

    covariance = product(a, b)
    if covariance <= 0:
        return 0.0 * (z.sum() + t.sum())
    return torch.sqrt(covariance) / (product(a, a) * product(b, b)) ** 0.25


def dependence():
    random = np.random.default_rng(31)
    values = {}
    samples = {
        "scalar": correlated(random, 14, 4, 1),
        "vector": correlated(random, 17, 3, 2),
        "strong": correlated(random, 12, 1, 1, strength=4.0),
    }
    z, t = correlated(random, 13, 3, 2)
    z[5], t[9] = z[2], t[4]  # repeated rows: distances of exactly 0
    samples["repeated"] = (z, t)
    labels = np.arange(15) % 3
    z = random.normal(size=(15, 4)) + 3 * np.eye(4)[labels]
    samples["oneHot"] = (z, np.eye(3)[labels])
    # Independent draws, searched for a negative U-centred covariance: the clamp gives value 0 and gradient 0.
    for _ in range(1000):
        z, t = random.normal(size=(12, 3)), random.normal(size=(12, 1))
        if distance_correlation(leaf(z), leaf(t), True) == 0:
            break
    samples["clamped"] = (z, t)
    for name, (z, t) in samples.items():
        record(values, f"pearson.{name}", pearson, z=leaf(z), t=leaf(t))
        for form, zero_diagonal in (("uCentred", True), ("official", False)):
            record(values, f"{form}.{name}", lambda z, t: distance_correlation(z, t, zero_diagonal), z=leaf(z), t=leaf(t))
    assert values["uCentred.clamped.value"].item() == 0 and values["official.clamped.value"].item() > 0
    save("dependence.npz", values)


# The parametric rivals


def dense(random, inputs, outputs):
    """A weight and a bias, uniform in ±1/sqrt(inputs) as PyTorch draws them."""
    bound = inputs**-0.5
    return leaf(random.uniform(-bound, bound, size=(inputs, outputs))), leaf(random.uniform(-bound, bound, size=outputs))


def correlation(a, b):
    """|(1/n) Σ Â_i B̂_i| averaged over columns; standard deviations are unbiased, so this is (n-1)/n of |correlation|."""
    return (standardised(a) * standardised(b)).mean(0).abs().mean()


def renyi(z, t, weight1, bias1, weight2):
    hidden = F.leaky_relu(standardised(z) @ weight1 + bias1, 0.01)
    return correlation(hidden @ weight2, t)


def renyi_deep(z, t, weight1, bias1, weight2, bias2, weight3):
    hidden = F.leaky_relu(standardised(z) @ weight1 + bias1, 0.01)
    hidden = F.leaky_relu(hidden @ weight2 + bias2, 0.01)
    return correlation(hidden @ weight3, t)


def two_sided(z, t, weight1, bias1, weight2, targetWeight1, targetBias1, targetWeight2):
    """|correlation| of one function of Z with one function of T, both networks."""
    h = F.leaky_relu(standardised(z) @ weight1 + bias1, 0.01) @ weight2
    g = F.leaky_relu(standardised(t) @ targetWeight1 + targetBias1, 0.01) @ targetWeight2
    return correlation(h, g)


def total_correlation(z, t, permutations, weight1, bias1, weight2, bias2, weight3, bias3):
    """-½ (CE(c(z, t), 0) + CE(c(z_p1, t_p2), 1)): -ln 2 where the classifier knows nothing."""

    def classify(z, t):
        hidden = torch.relu(torch.cat([z, t], 1) @ weight1 + bias1)
        return F.leaky_relu(hidden @ weight2 + bias2, 0.01) @ weight3 + bias3

    zeros = torch.zeros(len(z), dtype=torch.long)
    joint = F.cross_entropy(classify(z, t), zeros)
    product = F.cross_entropy(classify(z[permutations[0]], t[permutations[1]]), zeros + 1)
    return -0.5 * (joint + product)


def club_networks(z, w):
    mean = F.leaky_relu(z @ w["meanWeight1"] + w["meanBias1"], 0.2) @ w["meanWeight2"] + w["meanBias2"]
    spread = F.leaky_relu(z @ w["varianceWeight1"] + w["varianceBias1"], 0.2) @ w["varianceWeight2"]
    return mean, torch.tanh(spread + w["varianceBias2"])


def club_bound(z, t, **weights):
    """mean_i Σ_k { -(μ_ik - t_ik)² + mean_j (t_jk - μ_ik)² } / (2 exp l_ik), the inner mean written out over all j."""
    mean, log_variance = club_networks(z, weights)
    inner = ((t[None, :, :] - mean[:, None, :]) ** 2).mean(1)
    return ((inner - (mean - t) ** 2) / (2 * torch.exp(log_variance))).sum(1).mean()


def club_likelihood(z, t, **weights):
    """mean_i Σ_k { -(μ_ik - t_ik)² exp(-l_ik) - l_ik }: what the inner loop maximises."""
    mean, log_variance = club_networks(z, weights)
    return (-((mean - t) ** 2) * torch.exp(-log_variance) - log_variance).sum(1).mean()


def named(random, sizes, bias_of_last=True, prefix=""):
    """Weights `weight1, bias1, …` of a perceptron with these layer sizes."""
    weights = {}
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:]), 1):
        weight, bias = dense(random, inputs, outputs)
        first = prefix + "weight" if not prefix else prefix + "Weight"
        second = prefix + "bias" if not prefix else prefix + "Bias"
        weights[f"{first}{i}"] = weight
        if bias_of_last or i < len(sizes) - 1:
            weights[f"{second}{i}"] = bias
    return weights


def neural():
    random = np.random.default_rng(32)
    values = {}
    for suffix, (n, columns, targets, hidden) in {"Scalar": (11, 4, 1, 6), "Vector": (13, 3, 2, 7)}.items():
        z, t = correlated(random, n, columns, targets)
        z = z * 3 + 1  # columns that are not standardised already
        weights = named(random, (columns, hidden, targets), bias_of_last=False)
        record(values, f"renyi{suffix}", renyi, z=leaf(z), t=leaf(t), **weights)
        weights = named(random, (columns, hidden, hidden + 1, targets), bias_of_last=False)
        record(values, f"renyiDeep{suffix}", renyi_deep, z=leaf(z), t=leaf(t), **weights)
        weights = named(random, (columns, hidden, 1), bias_of_last=False)
        weights |= named(random, (targets, 5, 1), bias_of_last=False, prefix="target")
        record(values, f"twoSided{suffix}", two_sided, z=leaf(z), t=leaf(t), **weights)

        permutations = np.stack([random.permutation(n), random.permutation(n)])
        weights = named(random, (columns + targets, hidden, hidden + 2, 2))

        def objective(**inputs):
            return total_correlation(permutations=permutations, **inputs)

        record(values, f"totalCorrelation{suffix}", objective, z=leaf(z), t=leaf(t), **weights)
        values[f"totalCorrelation{suffix}.permutations"] = permutations

        weights = named(random, (columns, hidden, targets), prefix="mean")
        weights |= named(random, (columns, hidden, targets), prefix="variance")
        record(values, f"club{suffix}", club_bound, z=leaf(z), t=leaf(t), **weights)
        inputs = {"z": leaf(z), "t": leaf(t), **weights}
        record(values, f"clubLikelihood{suffix}", club_likelihood, **inputs)
    save("neural.npz", values)


# The sliced estimator


def sphere(random, count, columns):
    directions = random.normal(size=(count, columns))
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)


def sliced_objective(z, t, theta, phi, zWeights, tWeights):
    """|(1/n) Σ P̂_i Q̂_i|; p = Σ_k Σ_power w[power, k] tanh(slice k)^power, `zWeights` of shape [3, slices]."""

    def feature(x, directions, weights):
        a = torch.tanh(standardised(x) @ directions.T)
        return a @ weights[0] + a**2 @ weights[1] + a**3 @ weights[2]

    p, q = feature(z, theta, zWeights), feature(t, phi, tWeights)
    return (standardised(p[:, None]) * standardised(q[:, None])).mean().abs()


def slices():
    random = np.random.default_rng(33)
    values = {}
    cases = {"scalar": (12, 5, 1, 6), "vector": (15, 4, 3, 7), "oneSlice": (9, 2, 1, 1), "sameValue": (10, 3, 3, 4)}
    for name, (n, columns, targets, count) in cases.items():
        z, t = correlated(random, n, columns, targets)
        theta, phi = sphere(random, count, columns), sphere(random, count, targets)
        w1, w2 = random.normal(size=(3, count)), random.normal(size=(3, count))
        if name == "sameValue":  # T = Z with the same slices and weights: correlation 1, gradient 0
            t, phi, w2 = z, theta, w1
        z, t = z * np.arange(1, columns + 1) + 2, t * 0.5 - 1
        given = {"theta": leaf(theta), "phi": leaf(phi), "zWeights": leaf(w1), "tWeights": leaf(w2)}
        record(values, name, sliced_objective, z=leaf(z), t=leaf(t), **given)
    save("slices.npz", values)


def features(x, directions):
    """[n, 3·slices]: tanh of every slice of the standardised columns, then its square, then its cube."""
    x = (x - x.mean(0)) / x.std(0, ddof=1)
    a = np.tanh(x @ directions.T)
    return np.concatenate([a, a**2, a**3], axis=1)


def inverse_root(matrix):
    eigenvalues, vectors = np.linalg.eigh(matrix)
    return (vectors * eigenvalues**-0.5) @ vectors.T


def canonical_pair(f, g, ridge):
    """The first canonical correlation of two feature matrices with ridge, and its two weight vectors."""
    n = len(f)
    f, g = f - f.mean(0), g - g.mean(0)
    whiten_f = inverse_root(f.T @ f / (n - 1) + ridge * np.eye(f.shape[1]))
    whiten_g = inverse_root(g.T @ g / (n - 1) + ridge * np.eye(g.shape[1]))
    u, s, vt = np.linalg.svd(whiten_f @ (f.T @ g / (n - 1)) @ whiten_g)
    w1, w2 = whiten_f @ u[:, 0], whiten_g @ vt[0]
    sign = np.sign(w1[np.abs(w1).argmax()])  # the pair is defined up to a common sign
    return s, sign * w1, sign * w2


def canonical():
    random = np.random.default_rng(34)
    values = {}
    ridge = 1e-3
    z, t = correlated(random, 60, 5, 1)
    cases = {"scalar": (z, t, 8)}
    cases["vector"] = (*correlated(random, 80, 4, 3), 6)
    labels = random.permutation(np.arange(60) % 3)
    cases["oneHot"] = (random.normal(size=(60, 4)) + 2 * np.eye(4)[labels], np.eye(3)[labels], 7)
    labels = random.permutation(np.arange(50) % 2)
    cases["binary"] = (random.normal(size=(50, 3)) + labels[:, None], np.eye(2)[labels], 6)
    levels = np.array([-1.0, 0.5, 2.0, 7.0])[random.permutation(np.arange(48) % 4)]
    cases["levels"] = (random.normal(size=(48, 3)) + levels[:, None] ** 2 / 10, levels[:, None], 5)
    cases["fewRowsVector"] = (*correlated(random, 20, 6, 2), 12)
    cases["fewRowsScalar"] = (*correlated(random, 18, 6, 1), 15)
    for name, (z, t, count) in cases.items():
        theta, phi = sphere(random, count, z.shape[1]), sphere(random, count, t.shape[1])
        s, w1, w2 = canonical_pair(features(z, theta), features(t, phi), ridge)
        values |= {f"{name}.z": z, f"{name}.t": t, f"{name}.theta": theta, f"{name}.phi": phi}
        # `correlation` is the regularised canonical value; `objective` that of the fitted pair on the same rows.
        values |= {f"{name}.ridge": ridge, f"{name}.correlation": s[0], f"{name}.secondCorrelation": s[1]}
        values |= {f"{name}.zWeights": w1.reshape(3, count), f"{name}.tWeights": w2.reshape(3, count)}
        given = [leaf(v) for v in (z, t, theta, phi, w1.reshape(3, count), w2.reshape(3, count))]
        value = sliced_objective(*given)
        d_z, d_t = torch.autograd.grad(value, given[:2])
        values |= {f"{name}.objective": value, f"{name}.dZ": d_z, f"{name}.dT": d_t}
        # The published form: the best pair of one slice of Z and one of T, by trying all.
        best = (-1.0, 0, 0)
        every = np.zeros((count, count))
        for i in range(count):
            for j in range(count):
                pair, _, _ = canonical_pair(features(z, theta[i : i + 1]), features(t, phi[j : j + 1]), ridge)
                every[i, j] = pair[0]
                if pair[0] > best[0] * (1 + 1e-9):
                    best = (pair[0], i, j)
        _, v1, v2 = canonical_pair(
            features(z, theta[best[1] : best[1] + 1]), features(t, phi[best[2] : best[2] + 1]), ridge
        )
        values |= {f"{name}.pairCorrelations": every, f"{name}.pairCorrelation": best[0]}
        values |= {f"{name}.pairSlices": np.array(best[1:]), f"{name}.pairZWeights": v1, f"{name}.pairTWeights": v2}
    save("canonical.npz", values)


if __name__ == "__main__":
    dependence()
    neural()
    slices()
    canonical()
