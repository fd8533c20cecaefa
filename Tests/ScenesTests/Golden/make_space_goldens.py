"""Golden values for SPACE at sizes other than the authors': loss, terms and gradients by PyTorch's autograd in float64.

Writes one .npz a case beside this script; space_goldens.md says what is in them. The model is Benchmarks/peers/space_torch.py,
which is itself judged by golden values of the authors' program (--judge FILE.h5; needs h5py).

Run:   python3 -m venv venv && venv/bin/pip install numpy==2.4.6
       venv/bin/pip install torch==2.13.0+cpu   (from PyTorch's own CPU index)
       venv/bin/python make_space_goldens.py [--judge space_g4_k3_b2.h5]
Made with Python 3.11, NumPy 2.4.6, PyTorch 2.13.0+cpu. A re-run with the same versions gives the same files.
"""

import argparse
import pathlib
import sys

import numpy as np
import torch

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[2] / "Benchmarks" / "peers"))

from space_torch import SPACE, Architecture, Draws, Stage  # noqa: E402

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

# Architecture(side, grid, components, glimpse, width divisor, aligns corners); batch; deviations; stage
CASES = {
    "space_s32_g4_k1": (
        Architecture(32, 4, 1, 8, 4, False),
        3,
        (0.15, 0.15),
        Stage(presence=0.085, scale_mean=-1.0, scale_std=0.1, tau=2.0, boundary=True),
    ),
    "space_s48_g6_k2": (
        Architecture(48, 6, 2, 16, 2, True),
        2,
        (0.2, 0.1),
        Stage(presence=0.05, scale_mean=-1.5, scale_std=0.2, tau=1.25, fixed_alpha=0.1),
    ),
}
EVALUATED = "space_s32_g4_k1"


def numbered(model):
    """(number, name, parameter) in the order of registration; one number between the modules is left out."""
    number = 0
    for module in ("fg_module", "bg_module"):
        for name, parameter in getattr(model, module).named_parameters(prefix=module):
            number += 1
            yield number, name, parameter
        number += 1  # the authors' frozen placeholder


def fill(model, rounded=False):
    """The analytic weights."""
    with torch.no_grad():
        for number, name, parameter in numbered(model):
            wave = np.sin(12.9898 * np.arange(1, parameter.numel() + 1) + 78.233 * number)
            if parameter.dim() > 1:
                wave = wave / np.sqrt(parameter.numel() / parameter.shape[0])
            else:
                wave = 1 + 0.2 * wave if name.endswith("weight") else 0.1 * wave
            wave = wave.astype(np.float32) if rounded else wave
            parameter.copy_(torch.tensor(wave, dtype=torch.float64).reshape(parameter.shape))


def images(batch, side, random):
    """A gradient, a square and noise, in multiples of 1/255, which compress."""
    line = np.linspace(0, 1, side)
    x = np.empty((batch, 3, side, side))
    for image in x:
        for channel, slope in zip(image, random.uniform(-0.3, 0.3, 3)):
            channel[:] = 0.5 + slope * (line + line[:, None] - 1)
        size, top, left = side // 4, *random.integers(0, side - side // 4, 2)
        image[:, top : top + size, left : left + size] = random.uniform(0, 1, (3, 1, 1))
    x += np.round(random.normal(size=x.shape)) * 0.02
    return torch.tensor(np.round(x.clip(0, 1) * 255) / 255)


def drawn(sizes, batch, random):
    """What a forward pass draws, in its order; multiples of 1/64 (normal) and odd ones of 1/512 (uniform)."""
    k, n = sizes.components, sizes.grid**2
    shapes = [(batch, 32)] * k + [(batch * k, 32), (batch, n, 1), (batch, n, 1), (batch, n, 2), (batch, n, 2)]
    draws = [np.round(random.normal(size=shape) * 64) / 64 for shape in [*shapes, (batch * n, 32)]]
    draws[k + 1] = (2 * random.integers(0, 256, draws[k + 1].shape) + 1) / 512
    return [torch.tensor(draw) for draw in draws]


def forward_backward(model, x, draws, stage, values):
    """Stores what came in, the terms, and each gradient as [number, elements, norm, sum, sum of magnitudes, first 16]."""
    model.zero_grad()
    loss, out, objects = model(x, stage, Draws(draws))
    loss.backward()
    values["x"], values["loss"] = x, loss.detach()
    for i, draw in enumerate(draws):
        values[f"draws/{i:02d}"] = draw
    for name in ("log_like", "boundary", "mse", "kl_pres", "kl_depth", "kl_scale", "kl_shift", "kl_what", "kl_mask", "kl_comp"):
        values[f"log/{name}"] = out[name]
    for name in ("logits", "pres", "where", "depth"):
        values[f"log/{name}"] = objects[name]
    for name in ("y", "fg", "alpha", "masks", "comps"):
        values[f"log/{name}"] = out[name][0].to(torch.float32)
    for number, name, parameter in numbered(model):
        gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        g = gradient.numpy().ravel()
        summary = [number, g.size, np.sqrt((g * g).sum()), g.sum(), np.abs(g).sum()]
        values[f"grad/{name}"] = np.concatenate([summary, g[:16]])


def state(model):
    """The running statistics."""
    return {f"buffer/{name}": value.clone() for name, value in model.named_buffers() if "running" in name}


def save(name, values):
    """Writes one file; maps of the first image as float32, all else float64, C order."""
    arrays = {}
    for key, value in values.items():
        value = value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
        assert np.isfinite(value).all(), key
        arrays[key] = np.require(value, requirements="C")
    path = here / f"{name}.npz"
    np.savez_compressed(path, **arrays)
    print(f"{path.name}: {len(arrays)} arrays, {path.stat().st_size} bytes, loss {float(values['loss'])!r}")


def make(name):
    sizes, batch, deviations, stage = CASES[name]
    random = np.random.default_rng(sizes.side)
    x, draws = images(batch, sizes.side, random), drawn(sizes, batch, random)
    model = SPACE(sizes, *deviations)
    fill(model)
    values = {}
    forward_backward(model, x, draws, stage, values)
    save(name, values | state(model))
    if name == EVALUATED:
        statistics = state(model)
        model.eval()
        values = {}
        evaluated = Stage(presence=0.01, scale_mean=-2.0, scale_std=0.1, tau=0.5)
        forward_backward(model, x, draws, evaluated, values)
        save(f"{name}_evaluation", values | statistics)


def judge(path):
    """Stands the model beside the authors' program; its weights were rounded to float32, and its scale deviation too."""
    import h5py

    model = SPACE(Architecture(128, 4, 3, 32))
    fill(model, rounded=True)
    stage = Stage(presence=0.085, scale_mean=-1.0, scale_std=float(np.float32(0.1)), tau=2.0, boundary=True)
    with h5py.File(path) as file:
        draws = [torch.tensor(file[f"draws/{i:02d}"][:]) for i in range(9)]
        loss, out, _ = model(torch.tensor(file["x"][:]), stage, Draws(draws))
        loss.backward()
        worst = abs(loss.item() / file["loss"][()] - 1)
        print(f"loss: relative error {worst:.1e}")
        errors = []
        for number, name, parameter in numbered(model):
            expected = file["grad/" + name]
            assert expected.attrs["index"] == number and tuple(expected.attrs["shape"]) == tuple(parameter.shape), name
            g = parameter.grad.numpy().ravel()
            scale = max(expected.attrs["abssum"], 1e-3)
            first = np.abs(g[: expected.size] - expected[:].ravel()).max() / max(np.abs(expected[:]).max(), 1e-3)
            norm = abs(np.sqrt((g * g).sum()) - expected.attrs["norm"]) / max(expected.attrs["norm"], 1e-3)
            errors.append((max(first, norm, abs(g.sum() - expected.attrs["sum"]) / scale), name))
        print("largest relative error of a gradient: {:.1e} ({})".format(*max(errors)))
        assert worst < 1e-8 and max(errors)[0] < 1e-7


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--judge", metavar="FILE", help="first compare the model with the authors' golden values")
    options = parser.parse_args()
    if options.judge:
        judge(options.judge)
    for name in CASES:
        make(name)
