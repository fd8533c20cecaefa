"""Writes a set of scenes as HDF5, format "tessera-scenes" version 1. Needs NumPy and h5py.

A group a split (train, validation, test), each with images uint8 [n, side, side, 3], boxes float32 [n, most, 4] as
(cx, cy, w, h) in fractions of the image, boxCounts int32 [n], source int32 [n], episode int32 [n] and, where given,
masks uint8 [n, side, side] (k is the pixel of box k - 1). The file is written aside and renamed when it is whole.
"""

import os
import re
import shutil

import h5py
import numpy as np

SPLITS = ("train", "validation", "test")
CHUNK_BYTES = 256 * 1024


class SceneFile:
    """A set being written. Used in a `with`: the file appears at its end, and not at all after an exception."""

    def __init__(self, path, side, attributes, sources, masks=False, compression=4, extra=None):
        """`extra` is a folder that is written at the same time and goes with the file when making it fails."""
        self.path, self.side, self.has_masks, self.extra = path, side, masks, extra
        self.compression = compression
        self.rows = {}
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        remove_abandoned(path)
        if extra:
            remove_abandoned(os.path.join(os.path.dirname(extra), os.path.basename(extra).split(".partial-")[0]))
        self.aside = f"{path}.partial-{os.getpid()}"
        self.file = h5py.File(self.aside, "w")
        self.file.attrs["format"] = "tessera-scenes"
        self.file.attrs["version"] = np.int64(1)
        self.file.attrs["sources"] = np.array(sources, dtype=h5py.string_dtype())
        for name, value in attributes.items():
            self.file.attrs[name] = value

    def add(self, split, images, boxes, source, episode, masks=None):
        """Appends images uint8 [n, side, side, 3] with a float32 [k, 4] array of boxes each; masks [n, side, side].

        `source` is a number; `episode` is one, or one for each image.
        """
        if split not in self.rows:
            self._begin(split)
        group, rows = self.file[split], self.rows[split]
        start = group["images"].shape[0]
        group["images"].resize(start + len(images), axis=0)
        group["images"][start:] = images
        if self.has_masks:
            group["masks"].resize(start + len(images), axis=0)
            group["masks"][start:] = masks
        rows["boxes"].extend(boxes)
        rows["source"].extend([source] * len(images))
        rows["episode"].extend(np.broadcast_to(episode, len(images)).tolist())

    def count(self, split):
        return self.file[split]["images"].shape[0] if split in self.rows else 0

    def _begin(self, split):
        side = self.side
        self.rows[split] = {"boxes": [], "source": [], "episode": []}
        group = self.file.create_group(split)
        chunk = max(1, CHUNK_BYTES // (side * side * 3))
        group.create_dataset(
            "images", (0, side, side, 3), np.uint8, maxshape=(None, side, side, 3),
            chunks=(chunk, side, side, 3), compression="gzip", compression_opts=self.compression)
        if self.has_masks:
            group.create_dataset(
                "masks", (0, side, side), np.uint8, maxshape=(None, side, side),
                chunks=(chunk, side, side), compression="gzip", compression_opts=self.compression)

    def _finish(self):
        for split, rows in self.rows.items():
            group, boxes = self.file[split], rows["boxes"]
            counts = np.array([len(found) for found in boxes], np.int32)
            table = np.zeros((len(boxes), max(1, int(counts.max(initial=0))), 4), np.float32)
            for row, found in enumerate(boxes):
                table[row, : len(found)] = found
            group.create_dataset("boxes", data=table, compression="gzip", compression_opts=4)
            group.create_dataset("boxCounts", data=counts)
            group.create_dataset("source", data=np.array(rows["source"], np.int32))
            group.create_dataset("episode", data=np.array(rows["episode"], np.int32))
        self.file.close()
        with open(self.aside, "rb") as written:
            os.fsync(written.fileno())
        os.replace(self.aside, self.path)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self._finish()
        else:
            self.file.close()
            os.unlink(self.aside)
            if self.extra:
                shutil.rmtree(self.extra, ignore_errors=True)
        return False


def remove_abandoned(path):
    """Removes what makers that were killed left beside `path`: partial files and folders of processes that are gone."""
    folder, name = os.path.split(os.path.abspath(path))
    for entry in os.listdir(folder):
        match = re.fullmatch(re.escape(name) + r"\.partial-(\d+)", entry)
        if match and not os.path.exists(f"/proc/{match.group(1)}"):
            left = os.path.join(folder, entry)
            shutil.rmtree(left) if os.path.isdir(left) else os.unlink(left)
