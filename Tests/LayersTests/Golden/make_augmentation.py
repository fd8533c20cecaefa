"""Golden values of random crops and flips, in float64, from PyTorch.

Writes augmentation.npz beside this file: images padded by reflection and cut out at a place each, and images in a mirror, with the
gradients. Arrays are channels-last, as the library has them.

    python -m venv .venv
    .venv/bin/pip install numpy "torch==2.13.0+cpu"
    .venv/bin/python make_augmentation.py
Made with Python 3.11, NumPy 2.4.6, PyTorch 2.13.0+cpu. A re-run with the same versions gives the same file.
"""

import numpy as np
import torch
import torch.nn.functional as F

from make_layers import gradients, leaf, save
from make_images import cotangent, last

torch.set_default_dtype(torch.float64)

if __name__ == "__main__":
    random, values = np.random.default_rng(47), {}
    # name: height, width, channels, padding, and a place for each image
    cases = {
        "crop": (9, 7, 3, 4, [(0, 0), (8, 8), (4, 4), (3, 7)]),
        "cropOne": (5, 6, 2, 2, [(1, 4)]),
        "cropLeast": (3, 4, 1, 2, [(0, 4), (4, 0)]),
    }
    for name, (h, w, c, p, places) in cases.items():
        x = leaf(random, len(places), c, h, w)
        padded = F.pad(x, (p, p, p, p), mode="reflect")
        y = torch.stack([padded[i, :, r:r + h, k:k + w] for i, (r, k) in enumerate(places)])
        dy = cotangent(random, y)
        (dx,) = gradients(y, dy, x)
        values |= {f"{name}.x": last(x), f"{name}.y": last(y), f"{name}.dy": last(dy), f"{name}.dx": last(dx)}
        values |= {f"{name}.padding": [p], f"{name}.places": places}
    x = leaf(random, 3, 2, 4, 5)
    y = torch.stack([x[0], x[1].flip(2), x[2].flip(2)])
    dy = cotangent(random, y)
    (dx,) = gradients(y, dy, x)
    values |= {"flip.x": last(x), "flip.y": last(y), "flip.dy": last(dy), "flip.dx": last(dx)}
    save("augmentation.npz", values)
