"""Golden values of the image layers, in float64, from PyTorch.

Writes images.npz and distributions.npz beside this file: convolutions plain and transposed, normalisations, activations, pooling, an LSTM cell,
spatial transforms; and divergences, relaxed presences, mixtures. Arrays are channels-last, as the library has them.

    python -m venv .venv
    .venv/bin/pip install numpy "torch==2.13.0+cpu"
    .venv/bin/python make_images.py
Made with Python 3.11, NumPy 2.4.6, PyTorch 2.13.0+cpu. A re-run with the same versions gives the same files.
"""

import numpy as np
import torch
import torch.nn.functional as F

from make_layers import gradients, leaf, save

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def last(x):
    """[batch, channels, height, width] with its channels last."""
    return x.permute(0, 2, 3, 1).contiguous()


def cotangent(random, y):
    return torch.tensor(random.normal(size=tuple(y.shape)))


def convolutions(random, values):
    # name: batch, height, width, inputs, outputs, kernel, strides, padding
    cases = {
        "conv": (2, 7, 9, 3, 5, (3, 3), (1, 1), (1, 1)),
        "convOne": (1, 5, 6, 4, 3, (1, 1), (1, 1), (0, 0)),
        "convStrided": (2, 9, 8, 3, 17, (4, 4), (2, 2), (1, 1)),
        "convOdd": (3, 8, 11, 2, 18, (3, 2), (2, 3), (1, 0)),
        "convWhole": (3, 4, 4, 5, 33, (4, 4), (1, 1), (0, 0)),
        "convSparse": (1, 7, 7, 2, 3, (1, 2), (3, 2), (0, 1)),
    }
    for name, (n, h, w, c, o, k, s, p) in cases.items():
        x, weight, bias = leaf(random, n, c, h, w), leaf(random, o, c, *k), leaf(random, o)
        y = F.conv2d(x, weight, bias, s, p)
        dy = cotangent(random, y)
        dx, dw, db = gradients(y, dy, x, weight, bias)
        values |= {f"{name}.x": last(x), f"{name}.weight": weight.permute(2, 3, 1, 0), f"{name}.bias": bias}
        values |= {f"{name}.y": last(y), f"{name}.dy": last(dy), f"{name}.dx": last(dx)}
        values |= {f"{name}.dWeight": dw.permute(2, 3, 1, 0), f"{name}.dBias": db}
        values |= {f"{name}.strides": s, f"{name}.padding": p}
    # … and the output padding
    cases = {
        "transposed": (2, 5, 4, 3, 6, (3, 3), (1, 1), (1, 1), (0, 0)),
        "transposedStrided": (2, 4, 5, 5, 17, (4, 3), (2, 3), (1, 0), (1, 2)),
        "transposedGaps": (1, 3, 4, 2, 3, (1, 2), (3, 2), (0, 0), (1, 0)),
    }
    for name, (n, h, w, c, o, k, s, p, extra) in cases.items():
        x, weight, bias = leaf(random, n, c, h, w), leaf(random, c, o, *k), leaf(random, o)
        y = F.conv_transpose2d(x, weight, bias, s, p, extra)
        dy = cotangent(random, y)
        dx, dw, db = gradients(y, dy, x, weight, bias)
        values |= {f"{name}.x": last(x), f"{name}.weight": weight.permute(2, 3, 0, 1), f"{name}.bias": bias}
        values |= {f"{name}.y": last(y), f"{name}.dy": last(dy), f"{name}.dx": last(dx)}
        values |= {f"{name}.dWeight": dw.permute(2, 3, 0, 1), f"{name}.dBias": db}
        values |= {f"{name}.strides": s, f"{name}.padding": p, f"{name}.outputPadding": extra}


def norms(random, values):
    for name, (n, h, w, c, groups) in {"group": (2, 3, 5, 12, 4), "groupPixel": (3, 1, 1, 20, 2), "groupAll": (1, 4, 3, 6, 1)}.items():
        x, scale, shift = leaf(random, n, c, h, w, scale=2.0, shift=3.0), leaf(random, c), leaf(random, c)
        y = F.group_norm(x, groups, scale, shift)
        dy = cotangent(random, y)
        dx, ds, dt = gradients(y, dy, x, scale, shift)
        values |= {f"{name}.x": last(x), f"{name}.scale": scale, f"{name}.shift": shift, f"{name}.groups": groups}
        values |= {f"{name}.y": last(y), f"{name}.dy": last(dy), f"{name}.dx": last(dx), f"{name}.dScale": ds, f"{name}.dShift": dt}
    x = leaf(random, 3, 5, 4, 6, scale=2.0, shift=-1.0)
    scale, shift = leaf(random, 5), leaf(random, 5)
    mean, variance = torch.tensor(random.normal(size=5)), torch.tensor(random.uniform(0.5, 2.0, size=5))
    values |= {"batch.x": last(x), "batch.scale": scale, "batch.shift": shift, "batch.mean": mean, "batch.variance": variance}
    for name, training in {"batchTraining": True, "batchEvaluation": False}.items():
        m, v = mean.clone(), variance.clone()
        y = F.elu(F.batch_norm(x, m, v, scale, shift, training, 0.1, 1e-5))
        dy = cotangent(random, y)
        dx, ds, dt = gradients(y, dy, x, scale, shift)
        values |= {f"{name}.y": last(y), f"{name}.dy": last(dy), f"{name}.dx": last(dx), f"{name}.dScale": ds}
        values |= {f"{name}.dShift": dt, f"{name}.mean": m, f"{name}.variance": v}


def elementwise(random, values):
    x = random.normal(size=(6, 5)) * 2
    x += np.sign(x) * 0.05
    x[0] = [-60.0, -25.0, 18.0, 25.0, 60.0]
    x[1, 0] = 1e-9
    x[1, 1] = -1e-9
    functions = {"elu": F.elu, "elu07": lambda v: F.elu(v, 0.7), "celu": F.celu, "celu25": lambda v: F.celu(v, 2.5), "mish": F.mish}
    for name, function in functions.items():
        z = torch.tensor(x, requires_grad=True)
        y = function(z)
        dy = cotangent(random, y)
        values |= {f"{name}.x": z, f"{name}.y": y, f"{name}.dy": dy, f"{name}.dx": gradients(y, dy, z)[0]}
    x = leaf(random, 2, 12, 3, 2)
    y = F.pixel_shuffle(x, 2)
    dy = cotangent(random, y)
    values |= {"shuffle.x": last(x), "shuffle.y": last(y), "shuffle.dy": last(dy), "shuffle.dx": last(gradients(y, dy, x)[0])}
    pools = {
        "average": lambda v: F.avg_pool2d(v, 2),
        "averagePadded": lambda v: F.avg_pool2d(v, (3, 2), (2, 1), (1, 1)),
        "largest": lambda v: F.max_pool2d(v, 2),
        "largestPadded": lambda v: F.max_pool2d(v, (3, 2), (2, 1), (1, 1)),
    }
    for name, function in pools.items():
        x = leaf(random, 2, 3, 7, 5)
        y = function(x)
        dy = cotangent(random, y)
        values |= {f"{name}.x": last(x), f"{name}.y": last(y), f"{name}.dy": last(dy), f"{name}.dx": last(gradients(y, dy, x)[0])}


def recurrent(random, values):
    cell = torch.nn.LSTMCell(5, 3)
    parameters = [leaf(random, *p.shape) for p in cell.parameters()]
    x, h, c = leaf(random, 4, 5), leaf(random, 4, 3), leaf(random, 4, 3)
    names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
    h1, c1 = torch.func.functional_call(cell, dict(zip(names, parameters)), (x, (h, c)))
    dh, dc = cotangent(random, h1), cotangent(random, c1)
    found = torch.autograd.grad((h1 * dh).sum() + (c1 * dc).sum(), [x, h, c] + parameters)
    values |= {"lstm.x": x, "lstm.h": h, "lstm.c": c, "lstm.nextH": h1, "lstm.nextC": c1, "lstm.dNextH": dh, "lstm.dNextC": dc}
    ours = ["inputWeight", "hiddenWeight", "inputBias", "hiddenBias"]
    for name, value, gradient in zip(ours, parameters, found[3:]):
        transposed = value.ndim == 2
        values[f"lstm.{name}"] = value.T if transposed else value
        values[f"lstm.d.{name}"] = gradient.T if transposed else gradient
    values |= {"lstm.dx": found[0], "lstm.dh": found[1], "lstm.dc": found[2]}


def transforms(random, values):
    # Small, larger than the image, across its border, wholly outside, about its size; (sx, sy, tx, ty). No sample falls on
    # a pixel, where the derivative has two values.
    boxes = np.array(
        [
            [[0.2137, 0.3391, -0.1173, 0.4219], [1.7331, 2.3177, 0.2093, -0.3119], [0.5171, 0.2593, 0.9517, -0.9043]],
            [[0.1531, 0.2069, 2.0371, 0.1033], [0.9133, 1.0591, 0.0717, -0.0337], [0.3149, 0.6113, -0.7727, 0.6421]],
        ]
    )
    for name, aligned in {"aligned": True, "unaligned": False}.items():
        images = leaf(random, 2, 3, 11, 13)
        box = torch.tensor(boxes, requires_grad=True)
        flat = box.reshape(6, 4)
        zero = torch.zeros(6)
        theta = torch.stack([flat[:, 0], zero, flat[:, 2], zero, flat[:, 1], flat[:, 3]], 1).reshape(6, 2, 3)
        grid = F.affine_grid(theta, (6, 3, 5, 4), align_corners=aligned)
        y = F.grid_sample(images.repeat_interleave(3, 0), grid, align_corners=aligned)
        dy = cotangent(random, y)
        d_images, d_boxes = gradients(y, dy, images, box)
        values |= {f"read.{name}.images": last(images), f"read.{name}.boxes": box, f"read.{name}.dBoxes": d_boxes}
        values |= {f"read.{name}.y": last(y).reshape(2, 3, 5, 4, 3), f"read.{name}.dy": last(dy).reshape(2, 3, 5, 4, 3)}
        values[f"read.{name}.dImages"] = last(d_images)
        glimpses = leaf(random, 6, 2, 5, 4)
        box = torch.tensor(boxes, requires_grad=True)
        flat = box.reshape(6, 4)
        scale = 1 / (flat[:, :2] + 1e-9)
        theta = torch.stack([scale[:, 0], zero, -flat[:, 2] * scale[:, 0], zero, scale[:, 1], -flat[:, 3] * scale[:, 1]], 1)
        grid = F.affine_grid(theta.reshape(6, 2, 3), (6, 2, 11, 13), align_corners=aligned)
        y = F.grid_sample(glimpses, grid, align_corners=aligned)
        dy = cotangent(random, y)
        d_glimpses, d_boxes = gradients(y, dy, glimpses, box)
        values |= {f"write.{name}.glimpses": last(glimpses).reshape(2, 3, 5, 4, 2), f"write.{name}.boxes": box}
        values |= {f"write.{name}.y": last(y).reshape(2, 3, 11, 13, 2), f"write.{name}.dy": last(dy).reshape(2, 3, 11, 13, 2)}
        values |= {f"write.{name}.dGlimpses": last(d_glimpses).reshape(2, 3, 5, 4, 2), f"write.{name}.dBoxes": d_boxes}


def distributions():
    random = np.random.default_rng(32)
    values = {}
    logits = leaf(random, 3, 4, scale=4.0)
    uniform = torch.tensor(random.uniform(size=(3, 4)))
    z = torch.sigmoid((torch.log(uniform) - torch.log(1 - uniform) + logits) / 0.7)
    dz = cotangent(random, z)
    values |= {"relaxed.logits": logits, "relaxed.uniform": uniform, "relaxed.z": z, "relaxed.dz": dz}
    values["relaxed.dLogits"] = gradients(z, dz, logits)[0]
    for name, prior in {"bernoulli": 0.1, "bernoulliSmall": 1e-10}.items():
        logits = leaf(random, 3, 4, scale=3.0)
        p, e = torch.sigmoid(logits), 1e-15
        kl = p * (torch.log(p + e) - np.log(prior + e)) + (1 - p) * (torch.log(1 - p + e) - np.log(1 - prior + e))
        values |= {f"{name}.logits": logits, f"{name}.prior": prior, f"{name}.kl": kl}
        values[f"{name}.dLogits"] = torch.autograd.grad(kl.sum(), logits)[0]
    m, s, big_m, big_s = leaf(random, 3, 4), leaf(random, 3, 4), leaf(random, 3, 4), leaf(random, 3, 4)
    s, big_s = torch.exp(s).detach().requires_grad_(), torch.exp(big_s).detach().requires_grad_()
    normal = torch.distributions.Normal
    kl = torch.distributions.kl_divergence(normal(m, s), normal(big_m, big_s))
    found = torch.autograd.grad(kl.sum(), (m, s, big_m, big_s))
    names = ["mean", "deviation", "priorMean", "priorDeviation"]
    for name, value, gradient in zip(names, (m, s, big_m, big_s), found):
        values |= {f"normal.{name}": value, f"normal.d.{name}": gradient}
    values["normal.kl"] = kl

    x = torch.tensor(random.uniform(size=(2, 1, 3, 4, 3)))
    means, foreground = leaf(random, 2, 5, 3, 4, 3), leaf(random, 2, 3, 4, 3)
    masks = torch.tensor(random.uniform(size=(2, 4, 3, 4, 1)), requires_grad=True)
    alpha = torch.tensor(random.uniform(size=(2, 3, 4, 1)), requires_grad=True)
    left = torch.cumprod(torch.cat([torch.ones(2, 1, 3, 4, 1), 1 - masks], 1), 1)
    weights = torch.cat([masks, torch.ones(2, 1, 3, 4, 1)], 1) * left
    d_weights = cotangent(random, weights)
    values |= {"stick.masks": masks, "stick.weights": weights, "stick.dWeights": d_weights}
    values["stick.dMasks"] = gradients(weights, d_weights, masks)[0]
    weights = weights.detach().requires_grad_()
    background = torch.logsumexp(normal(means, 0.15).log_prob(x) + torch.log(weights + 1e-5), 1)
    d_background = cotangent(random, background)
    d_means, d_weights = gradients(background, d_background, means, weights)
    values |= {"mixture.x": x[:, 0], "mixture.means": means, "mixture.weights": weights, "mixture.y": background}
    values |= {"mixture.dy": d_background, "mixture.dMeans": d_means, "mixture.dWeights": d_weights}
    background = background.detach().requires_grad_()
    y = torch.logaddexp(
        normal(foreground, 0.2).log_prob(x[:, 0]) + torch.log(alpha + 1e-5), background + torch.log(1 - alpha + 1e-5)
    )
    dy = cotangent(random, y)
    d_foreground, d_alpha, d_background = gradients(y, dy, foreground, alpha, background)
    values |= {"layered.foreground": foreground, "layered.alpha": alpha, "layered.background": background, "layered.y": y}
    values |= {"layered.dy": dy, "layered.dForeground": d_foreground, "layered.dAlpha": d_alpha, "layered.dBackground": d_background}
    save("distributions.npz", values)


if __name__ == "__main__":
    random, values = np.random.default_rng(31), {}
    for part in (convolutions, norms, elementwise, recurrent, transforms):
        part(random, values)
    save("images.npz", values)
    distributions()
