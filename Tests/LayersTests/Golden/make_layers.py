"""Golden values for Layers, computed by PyTorch in float64.

Writes three .npz files beside this script. Every array is float64 or int64, C-ordered; key names read `case.quantity`.
A Dense weight is stored as `[inputs, outputs]` (PyTorch's Linear keeps the transpose). A gradient is `d` + the name of
what it is of; `dy` is the cotangent that was fed to the backward pass.

  layers.npz      dense, activations, column standardisation, cross-entropy, mean squared error, Gaussian log-likelihood
  optimisers.npz  SGD, Adam, RMSprop: the parameter after each of 20 steps on `gradients`; gradient-norm clipping
  schedules.npz   ReduceLROnPlateau and StepLR: the learning rate after each epoch

Run:   python3 -m venv venv && venv/bin/pip install numpy==2.4.6
       venv/bin/pip install torch==2.13.0+cpu   (from PyTorch's own CPU index)
       venv/bin/python make_layers.py
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
        arrays[key] = np.require(value, requirements="C")
    path = here / name
    np.savez_compressed(path, **arrays)
    print(f"{name}: {len(arrays)} arrays, {path.stat().st_size} bytes")


def gradients(y, dy, *inputs):
    """The gradients of `sum(y * dy)` with respect to `inputs`."""
    return torch.autograd.grad((y * dy).sum(), inputs)


def leaf(random, *shape, scale=1.0, shift=0.0):
    return torch.tensor(random.normal(size=shape) * scale + shift, requires_grad=True)


def standardised(x):
    """Columns less their mean, over their unbiased standard deviation."""
    return (x - x.mean(0)) / x.std(0, unbiased=True)


def layers():
    random = np.random.default_rng(21)
    values = {}

    for name, (batch, inputs, outputs) in {"dense": (5, 4, 3), "denseOne": (1, 3, 2), "denseColumn": (7, 6, 1)}.items():
        x = leaf(random, batch, inputs)
        linear = torch.nn.Linear(inputs, outputs)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(random.normal(size=(outputs, inputs))))
            linear.bias.copy_(torch.tensor(random.normal(size=outputs)))
        y = linear(x)
        dy = torch.tensor(random.normal(size=(batch, outputs)))
        dx, d_weight, d_bias = gradients(y, dy, x, linear.weight, linear.bias)
        values |= {f"{name}.x": x, f"{name}.weight": linear.weight.T, f"{name}.bias": linear.bias, f"{name}.y": y}
        values |= {f"{name}.dy": dy, f"{name}.dx": dx, f"{name}.dWeight": d_weight.T, f"{name}.dBias": d_bias}

    # Away from 0, where the one-sided derivatives of the rectifiers differ, and into the saturated tails.
    x = random.normal(size=(6, 5)) * 2
    x += np.sign(x) * 0.05
    x[0] = [-60.0, -25.0, 18.0, 25.0, 60.0]
    activations = {
        "sin": torch.sin,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "relu": torch.relu,
        "leakyRelu02": lambda v: F.leaky_relu(v, 0.2),
        "leakyRelu001": lambda v: F.leaky_relu(v, 0.01),
        # PyTorch switches to the identity above a threshold (20 by default); the function itself does not.
        "softplus": lambda v: F.softplus(v, threshold=1e9),
    }
    for name, function in activations.items():
        z = torch.tensor(x, requires_grad=True)
        y = function(z)
        dy = torch.tensor(random.normal(size=x.shape))
        values |= {f"{name}.x": z, f"{name}.y": y, f"{name}.dy": dy, f"{name}.dx": gradients(y, dy, z)[0]}

    for name, (n, columns) in {"standardise": (9, 4), "standardiseTwoRows": (2, 3)}.items():
        x = leaf(random, n, columns, scale=3.0, shift=5.0)
        y = standardised(x)
        dy = torch.tensor(random.normal(size=(n, columns)))
        values |= {f"{name}.x": x, f"{name}.y": y, f"{name}.dy": dy, f"{name}.dx": gradients(y, dy, x)[0]}
        values |= {f"{name}.mean": x.mean(0), f"{name}.deviation": x.std(0, unbiased=True)}

    logits = leaf(random, 7, 4, scale=3.0)
    with torch.no_grad():
        logits[1] += 500.0
        logits[2] -= 500.0
    labels = torch.tensor(random.integers(0, 4, size=7))
    loss = F.cross_entropy(logits, labels)
    values |= {"softmaxCrossEntropy.logits": logits, "softmaxCrossEntropy.labels": labels}
    values |= {"softmaxCrossEntropy.loss": loss, "softmaxCrossEntropy.dLogits": torch.autograd.grad(loss, logits)[0]}
    values["softmaxCrossEntropy.perRow"] = F.cross_entropy(logits, labels, reduction="none")
    logits = leaf(random, 6, 3)
    targets = torch.softmax(torch.tensor(random.normal(size=(6, 3))), 1)
    loss = F.cross_entropy(logits, targets)
    values |= {"softTargets.logits": logits, "softTargets.targets": targets, "softTargets.loss": loss}
    values["softTargets.dLogits"] = torch.autograd.grad(loss, logits)[0]

    prediction, target = leaf(random, 5, 3), leaf(random, 5, 3)
    loss = F.mse_loss(prediction, target)
    d_prediction, d_target = torch.autograd.grad(loss, (prediction, target))
    values |= {"meanSquaredError.prediction": prediction, "meanSquaredError.target": target}
    values |= {"meanSquaredError.loss": loss, "meanSquaredError.dPrediction": d_prediction}
    values["meanSquaredError.dTarget"] = d_target

    x, mean, log_variance = leaf(random, 6, 3), leaf(random, 6, 3), leaf(random, 6, 3)
    log_density = torch.distributions.Normal(mean, torch.exp(log_variance / 2)).log_prob(x)
    dy = torch.tensor(random.normal(size=(6, 3)))
    values |= {"gaussian.x": x, "gaussian.mean": mean, "gaussian.logVariance": log_variance}
    # `y` element by element with the cotangent `dy`; `value` is the sum over columns, averaged over rows.
    values |= {"gaussian.y": log_density, "gaussian.dy": dy, "gaussian.value": log_density.sum(1).mean()}
    for prefix, (y, cotangent) in {"dy": (log_density, dy), "value": (log_density.sum(1).mean(), 1.0)}.items():
        dx, d_mean, d_log_variance = torch.autograd.grad(
            (y * cotangent).sum(), (x, mean, log_variance), retain_graph=True
        )
        values |= {f"gaussian.{prefix}.dx": dx, f"gaussian.{prefix}.dMean": d_mean}
        values[f"gaussian.{prefix}.dLogVariance"] = d_log_variance
    save("layers.npz", values)


def optimisers():
    random = np.random.default_rng(22)
    start = torch.tensor(random.normal(size=(3, 4)))
    sequence = torch.tensor(random.normal(size=(20, 3, 4)) * np.exp(random.normal(size=(20, 1, 1))))
    sequence[7] = 0.0  # a step without gradient: moments decay, the parameter still moves
    values = {"start": start, "gradients": sequence}
    sgd, adam, rms = torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop
    cases = {
        "sgd": (sgd, dict(lr=0.1)),
        "sgdWeightDecay": (sgd, dict(lr=0.1, weight_decay=0.05)),
        "sgdMomentum": (sgd, dict(lr=0.05, momentum=0.9)),
        "sgdDampening": (sgd, dict(lr=0.05, momentum=0.9, dampening=0.3)),
        "sgdNesterov": (sgd, dict(lr=0.05, momentum=0.9, nesterov=True)),
        "sgdNesterovWeightDecay": (sgd, dict(lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.02)),
        "adam": (adam, dict(lr=1e-3)),
        "adamImages": (adam, dict(lr=5e-4, betas=(0.5, 0.999))),
        "adamShort": (adam, dict(lr=0.02, betas=(0.8, 0.9), eps=1e-3)),
        "adamNoMomentum": (adam, dict(lr=0.01, betas=(0.0, 0.99))),
        "adamWeightDecay": (adam, dict(lr=0.01, weight_decay=0.1)),
        "adamAmsgrad": (adam, dict(lr=0.01, amsgrad=True)),
        "adamw": (torch.optim.AdamW, dict(lr=0.01, weight_decay=0.1)),
        "rmsprop": (rms, dict(lr=0.01)),
        "rmspropSmoothing": (rms, dict(lr=0.01, alpha=0.9, eps=1e-4)),
        "rmspropCentred": (rms, dict(lr=0.01, centered=True)),
        "rmspropMomentum": (rms, dict(lr=0.01, momentum=0.9)),
        "rmspropWeightDecay": (rms, dict(lr=0.01, weight_decay=0.1)),
        "rmspropAll": (rms, dict(lr=0.01, alpha=0.95, momentum=0.7, centered=True, weight_decay=0.05)),
    }
    spelled = {"lr": "learningRate", "weight_decay": "weightDecay", "centered": "centred"}
    for name, (make, options) in cases.items():
        parameter = start.clone().requires_grad_()
        optimiser = make([parameter], foreach=False, **options)
        after = []
        for gradient in sequence:
            parameter.grad = gradient.clone()
            optimiser.step()
            after.append(parameter.detach().clone())
        values[f"{name}.parameters"] = torch.stack(after)
        for option, value in options.items():
            values[f"{name}.{spelled.get(option, option)}"] = np.asarray(value, dtype=np.float64)

    # A gradient that depends on the parameter, and a learning rate that changes on the way.
    scale = torch.tensor(random.uniform(0.5, 3.0, size=(3, 4)))
    values["quadratic.scale"] = scale
    for name, make in {"sgd": sgd, "adam": adam, "rmsprop": rms}.items():
        parameter = start.clone().requires_grad_()
        optimiser = make([parameter], lr=0.05, foreach=False)
        after = []
        for step in range(20):
            if step == 10:
                optimiser.param_groups[0]["lr"] = 0.005
            parameter.grad = scale * parameter.detach()
            optimiser.step()
            after.append(parameter.detach().clone())
        values[f"quadratic.{name}"] = torch.stack(after)

    for name, limit in {"clip": 1.5, "clipLoose": 1e3, "clipTiny": 1e-3}.items():
        a, b = torch.tensor(random.normal(size=(3, 2))), torch.tensor(random.normal(size=4))
        parameters = [torch.zeros(3, 2, requires_grad=True), torch.zeros(4, requires_grad=True)]
        parameters[0].grad, parameters[1].grad = a.clone(), b.clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
        values |= {f"{name}.a": a, f"{name}.b": b, f"{name}.maximum": np.array(limit), f"{name}.norm": norm}
        values |= {f"{name}.clippedA": parameters[0].grad, f"{name}.clippedB": parameters[1].grad}
    save("optimisers.npz", values)


def schedules():
    random = np.random.default_rng(23)
    values = {}

    def optimiser(rate):
        return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)

    noisy = np.round(1.0 / np.arange(1, 61) + 0.05 * random.normal(size=60), 6)
    flat = np.concatenate([np.linspace(1, 0.5, 6), np.full(34, 0.5)])
    rising = np.concatenate([np.linspace(0, 1, 10), np.full(20, 1.0), [1.5], np.full(19, 1.2)])
    nearly = 1.0 - 5e-5 * np.arange(40)  # improves each time, but by less than the threshold
    plateau = {
        "plateau": (noisy, dict(patience=3)),
        "plateauFlat": (flat, dict(patience=5, factor=0.5)),
        "plateauRising": (rising, dict(mode="max", patience=4, factor=0.1)),
        "plateauCooldown": (flat, dict(patience=2, cooldown=4, factor=0.5)),
        "plateauMinimum": (flat, dict(patience=1, factor=0.1, min_lr=1e-3)),
        "plateauThreshold": (nearly, dict(patience=3)),
        "plateauAbsolute": (noisy, dict(patience=2, threshold=0.02, threshold_mode="abs")),
        "plateauZero": (noisy, dict(patience=0, factor=0.7)),
        "plateauNegative": (noisy - 2.0, dict(patience=2, threshold=0.01)),
        "plateauEps": (flat, dict(patience=0, factor=0.1, eps=1e-4)),
        "plateauNaN": (np.where(np.arange(40) == 8, np.nan, flat), dict(patience=3)),
    }
    defaults = dict(mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel", cooldown=0, min_lr=0.0, eps=1e-8)
    for name, (losses, options) in plateau.items():
        options = {**defaults, **options}
        step = optimiser(0.1)
        schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(step, **options)
        rates = []
        for loss in losses:
            schedule.step(float(loss))
            rates.append(step.param_groups[0]["lr"])
        values |= {f"{name}.losses": losses, f"{name}.rates": rates, f"{name}.initialRate": 0.1}
        values |= {f"{name}.factor": options["factor"], f"{name}.patience": options["patience"]}
        values |= {f"{name}.threshold": options["threshold"], f"{name}.cooldown": options["cooldown"]}
        values |= {f"{name}.minimumRate": options["min_lr"], f"{name}.minimumChange": options["eps"]}
        values[f"{name}.isMaximum"] = int(options["mode"] == "max")
        values[f"{name}.isAbsolute"] = int(options["threshold_mode"] == "abs")
    for name, (size, gamma) in {"step": (40, 0.1), "stepShort": (3, 0.5), "stepOne": (1, 0.9)}.items():
        step = optimiser(5e-4)
        schedule = torch.optim.lr_scheduler.StepLR(step, size, gamma)
        rates = [step.param_groups[0]["lr"]]  # rates[e] is the rate used during epoch e
        for _ in range(99):
            step.step()
            schedule.step()
            rates.append(step.param_groups[0]["lr"])
        values |= {f"{name}.rates": rates, f"{name}.size": size, f"{name}.factor": gamma, f"{name}.initialRate": 5e-4}
    save("schedules.npz", values)


if __name__ == "__main__":
    layers()
    optimisers()
    schedules()
