"""Pictures: the resize of the original data sets and PNG folders in their formats. Needs NumPy and Pillow."""

import os
import shutil

import numpy as np
from PIL import Image


def resized(frame, side):
    """A uint8 [height, width, 3] frame as [side, side, 3], by Pillow's BILINEAR.

    On reduction that is a triangle filter as wide as the scale, so antialiased; it is what the original data sets were
    made with. The aspect ratio is not kept, and so fractions of the frame stay fractions of the picture.
    """
    if frame.shape[0] == side and frame.shape[1] == side:
        return np.ascontiguousarray(frame)
    return np.asarray(Image.fromarray(frame).resize((side, side), Image.Resampling.BILINEAR))


class AtariPictures:
    """`<game>-v0/{train,validation,test}/<number>.png`, one folder a game, sorted by number."""

    splits = {"train": "train", "validation": "validation", "test": "test"}

    def __init__(self, folder):
        self.folder = folder
        self.counts = {}

    def add(self, split, source, image, boxes):
        folder = os.path.join(self.folder, f"{source}-v0", self.splits[split])
        number = self.counts.get(folder, 0)
        self.counts[folder] = number + 1
        os.makedirs(folder, exist_ok=True)
        Image.fromarray(image).save(os.path.join(folder, f"{number:05d}.png"))


class RoomPictures:
    """`{train,val,test}/<i>-room.png`, and `bb/bb_<i>.txt` with a line `cx,cy,w,h` a box.

    The numbers are in pixels of a picture of 128, whatever the side, as the original reads them.
    """

    splits = {"train": "train", "validation": "val", "test": "test"}

    def __init__(self, folder):
        self.folder = folder
        self.counts = {}

    def add(self, split, source, image, boxes):
        folder = os.path.join(self.folder, self.splits[split])
        number = self.counts.get(folder, 0)
        self.counts[folder] = number + 1
        os.makedirs(os.path.join(folder, "bb"), exist_ok=True)
        Image.fromarray(image).save(os.path.join(folder, f"{number}-room.png"))
        with open(os.path.join(folder, "bb", f"bb_{number}.txt"), "w", encoding="ascii") as text:
            for box in boxes:
                text.write(",".join(f"{float(value) * 128:.3f}" for value in box) + "\n")


def replace_folder(made, place):
    """Puts a finished folder where another may be; what was there goes last."""
    old = f"{place}.old-{os.getpid()}"
    if os.path.isdir(place):
        os.replace(place, old)
    os.replace(made, place)
    shutil.rmtree(old, ignore_errors=True)
