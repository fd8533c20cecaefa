"""Writes resize.npz: pictures and what Pillow's bilinear resize makes of them.

Make an environment with `python3 -m venv .venv && .venv/bin/pip install numpy 'pillow<13'`, then run this file with it.
Written with Pillow 12.3.0. From 13 on Pillow resizes columns before rows where the height shrinks much more than the
width, which rounds otherwise by one; the data sets of the papers were made with earlier ones.

For each case `<n>.in` uint8 [h, w, channels], `<n>.out` likewise; channels 1 to 4 are the modes L, LA, RGB and RGBA. Cases of
`shorter.<n>` are torchvision's Resize(size) for a picture: the rule for the longer side is in `shorter` below.
"""

import pathlib

import numpy as np
from PIL import Image

MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def picture(height, width, channels, seed):
    """Noise, a ramp and sharp edges: saturated values too."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    ramp = (x * 255 / max(width - 1, 1))[..., None] * np.ones(channels)
    noise = random.integers(0, 256, (height, width, channels))
    edges = np.where(((x // 3 + y // 2) % 2 == 0)[..., None], 255, 0) * np.ones(channels)
    kind = (y * 3 // max(height, 1))[..., None]
    return np.choose(kind, [ramp, noise, edges]).round().astype("u1")


def resize(array, height, width):
    channels = array.shape[2]
    image = Image.fromarray(array[..., 0] if channels == 1 else array, MODES[channels])
    out = np.asarray(image.resize((width, height), Image.BILINEAR))
    return out.reshape(height, width, channels)


def shorter(height, width, size):
    """torchvision.transforms.functional._compute_resized_output_size for one number."""
    short, long = (width, height) if width <= height else (height, width)
    new_long = int(size * long / short)
    return (new_long, size) if width <= height else (size, new_long)


def main():
    arrays = {}
    cases = [
        (21, 16, 3, 13, 9), (13, 9, 3, 29, 31), (64, 48, 3, 32, 32), (7, 11, 1, 7, 5), (5, 4, 1, 16, 4),
        (30, 31, 4, 17, 8), (9, 8, 4, 20, 23), (19, 14, 2, 6, 10), (1, 1, 3, 4, 3), (40, 3, 3, 1, 1), (33, 50, 3, 33, 50),
    ]
    for n, (h, w, c, newh, neww) in enumerate(cases):
        array = picture(h, w, c, n)
        arrays[f"{n}.in"], arrays[f"{n}.out"] = array, resize(array, newh, neww)
    for n, (h, w, size) in enumerate([(42, 32, 16), (25, 37, 16), (24, 24, 31), (100, 33, 32)]):
        array = picture(h, w, 3, 100 + n)
        arrays[f"shorter.{n}.in"] = array
        arrays[f"shorter.{n}.out"] = resize(array, *shorter(h, w, size))
        arrays[f"shorter.{n}.size"] = np.array([size], "i4")
    np.savez_compressed(pathlib.Path(__file__).with_name("resize.npz"), **arrays)


if __name__ == "__main__":
    main()
