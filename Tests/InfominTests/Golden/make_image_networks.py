"""Golden values of the networks on images and of their training steps, in float64, from PyTorch.

Writes image_networks.npz beside this file: the terms of both objectives on a small batch, with narrow nets, representations,
images, running statistics, and the gradient of every parameter. Parameters and images follow a formula (`numbers`) that the test repeats, so that
the file holds results alone. Arrays are laid out as the library has them: channels last, weights
[height, width, in, out] and [in, out].

    python -m venv .venv
    .venv/bin/pip install numpy "torch==2.13.0+cpu"
    .venv/bin/python make_image_networks.py
Made with Python 3.11, NumPy 2.4.6, PyTorch 2.13.0+cpu. A re-run with the same versions gives the same file.
"""

import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

# channels, and what ends a block: "" nothing, "pool", or the block whose input is added
DESIGNS = {
    "disentangling": [(64, "pool"), (128, "pool"), (128, "pool"), (128, ""), (128, 3), (256, "pool"), (256, "pool"),
                      (256, ""), (256, 7)],
    "adapting": [(64, ""), (128, "pool"), (128, ""), (128, 2), (256, "pool"), (512, "pool"), (512, ""), (512, 6),
                 (768, "pool"), (768, 9), (768, "pool"), (768, 11)],
}


def numbers(shape, seed):
    """sin(12.9898 i + 78.233 seed) for the i-th number."""
    return torch.sin(12.9898 * torch.arange(int(np.prod(shape))) + 78.233 * seed).reshape(shape)


class Parameters:
    """Leaves by name, made in the order in which they are asked for first."""

    def __init__(self):
        self.leaves, self.statistics = {}, {}

    def __call__(self, name, shape, kind, fan=1):
        if name not in self.leaves:
            value = numbers(shape, len(self.leaves) + 1)
            value = {"scale": 1 + 0.3 * value, "shift": 0.2 * value, "weight": value / fan**0.5}[kind]
            self.leaves[name] = value.requires_grad_()
        return self.leaves[name]

    def norm(self, name, x, statistics, channels):
        """x is [batch, channels, ...]; `statistics` is the name of the running ones."""
        mean, variance = torch.zeros(channels), torch.ones(channels)
        y = F.batch_norm(x, mean, variance, self(f"{name}.scale", [channels], "scale"),
                         self(f"{name}.shift", [channels], "shift"), training=True)
        self.statistics[f"{statistics}.mean"], self.statistics[f"{statistics}.variance"] = mean, variance
        return y

    def dense(self, name, x, outputs):
        inputs = x.shape[1]
        return x @ self(f"{name}.weight", [inputs, outputs], "weight", inputs) + self(
            f"{name}.bias", [outputs], "weight", inputs)


def encoder(p, name, state, design, x, outputs, divisor):
    inputs = []
    for index, (width, end) in enumerate(DESIGNS[design]):
        inputs.append(x)
        stage, channels = f"{name}.convolutions.{index}", width // divisor
        fan = 9 * x.shape[1]
        weight = p(f"{stage}.convolution.weight", [3, 3, x.shape[1], channels], "weight", fan)
        bias = p(f"{stage}.convolution.bias", [channels], "weight", fan)
        x = F.conv2d(x, weight.permute(3, 2, 0, 1).contiguous(), bias, padding=1)
        x = F.mish(p.norm(f"{stage}.norm", x, f"{state}.{index}", channels))
        if end == "pool":
            x = F.max_pool2d(x, 2)
        elif end != "":
            x = x + inputs[end]
    return p.dense(f"{name}.dense", x.flatten(1), outputs)


def decoder(p, name, state, code, channels, divisor):
    x = F.leaky_relu(p.dense(f"{name}.first", code, code.shape[1]), 0.2)
    x = p.norm(f"{name}.norm", x, f"{state}.0", code.shape[1])
    x = p.dense(f"{name}.second", x, code.shape[1])[:, :, None, None]
    for index, width in enumerate([512, 512, 128]):
        stage, outputs = f"{name}.convolutions.{index}", width // divisor
        fan = 16 * outputs
        weight = p(f"{stage}.convolution.weight", [4, 4, x.shape[1], outputs], "weight", fan)
        bias = p(f"{stage}.convolution.bias", [outputs], "weight", fan)
        x = F.conv_transpose2d(x, weight.permute(2, 3, 0, 1).contiguous(), bias, *((1, 0) if index == 0 else (2, 1)))
        x = F.relu(p.norm(f"{stage}.norm", x, f"{state}.{index + 1}", outputs))
    fan = 16 * channels
    weight = p(f"{name}.last.weight", [4, 4, x.shape[1], channels], "weight", fan)
    bias = p(f"{name}.last.bias", [channels], "weight", fan)
    return torch.sigmoid(F.conv_transpose2d(x, weight.permute(2, 3, 0, 1).contiguous(), bias, 2, 1))


def head(p, name, state, z, classes):
    z = F.mish(p.norm(f"{name}.hidden.norm", p.dense(f"{name}.hidden.dense", z, z.shape[1]), f"{state}.0", z.shape[1]))
    return p.dense(f"{name}.output", z, classes)


def pearson(z, t):
    def standardized(x):
        return (x - x.mean(0)) / x.std(0)
    return (standardized(z).T @ standardized(t) / (len(z) - 1)).abs().mean()


def images(count, channels, seed):
    """[count, channels, 32, 32] in 0..1, numbered as [count, 32, 32, channels]."""
    return (0.5 + 0.5 * numbers([count, 32, 32, channels], seed)).permute(0, 3, 1, 2)


def finish(values, case, p, total):
    total.backward()
    values |= {f"{case}.d/{name}": leaf.grad for name, leaf in p.leaves.items()}
    values |= {f"{case}.state/{name}": value for name, value in p.statistics.items()}


def disentangling(values, case, double_softmax):
    p = Parameters()
    x, labels = images(5, 2, 0), torch.tensor([0, 2, 1, 1, 2])
    # In the order of the model's parameters: content, label, head, decoder.
    z = encoder(p, "content", "content", "disentangling", x, 6, 64)
    logits = p.dense("head.output", encoder(p, "label", "label", "disentangling", x, 6, 64), 3)
    target = F.one_hot(labels, 3).to(x.dtype)
    image = decoder(p, "decoder", "decoder", torch.cat([z, target], 1), 2, 64)
    losses = [F.mse_loss(image, x), F.cross_entropy(logits.softmax(1) if double_softmax else logits, labels),
              pearson(z, target)]
    values |= {f"{case}.losses": torch.stack(losses)}
    if not double_softmax:
        values |= {f"{case}.z": z, f"{case}.image": image.permute(0, 2, 3, 1)[:1]}
    finish(values, case, p, 1.3 * losses[0] + 0.7 * losses[1] + 0.4 * losses[2])
    if double_softmax:
        for name in list(values):
            if name.startswith(case) and "head" not in name and "losses" not in name:
                del values[name]


def adapting(values, case, including_target):
    p = Parameters()
    source, target = images(4, 3, 0), images(3, 3, 1)
    labels, domains = torch.tensor([3, 0, 1, 2]), torch.tensor([0, 0, 0, 0, 1, 1, 1])
    x = torch.cat([source, target])
    content = encoder(p, "content", "content", "adapting", x, 5, 64)
    domain = encoder(p, "domain", "domain", "adapting", x, 5, 64)
    losses = [F.cross_entropy(head(p, "contentHead", "contentHead", content[:4], 4), labels),
              F.cross_entropy(head(p, "domainHead", "domainHead", domain, 2), domains),
              pearson(content, domain if including_target else domain.detach())]
    values |= {f"{case}.losses": torch.stack(losses)}
    if including_target:
        values |= {f"{case}.content": content, f"{case}.domain": domain}
    finish(values, case, p, 0.9 * losses[0] + 1.1 * losses[1] + 0.5 * losses[2])
    for name in list(values):
        # The two encoders are one network; the largest gradients would only fill the file.
        keeps = "/domain." not in name and ".8." not in name and ".10." not in name if including_target else False
        if name.startswith(case) and not keeps and "domain.dense" not in name and "losses" not in name:
            del values[name]


values = {}
disentangling(values, "disentangling", False)
disentangling(values, "doubleSoftmax", True)
adapting(values, "adapting", True)
adapting(values, "contentOnly", False)
file = pathlib.Path(__file__).with_name("image_networks.npz")
np.savez_compressed(file, **{name: value.detach().numpy().astype(np.float32) if value.numel() > 500
                             else value.detach().numpy() for name, value in values.items()})
print(file.name, file.stat().st_size)
