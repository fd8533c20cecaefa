"""Boxes of what can be seen: from pixels to fractions of an image. Pure functions; NumPy only.

A box in pixels is (left, top, width, height): it covers the columns left ... left + width - 1. A box in fractions is
(cx, cy, w, h) with 0 at the outer edge of the first pixel and 1 at that of the last.
"""

import numpy as np


def clipped(box, width, height):
    """The part of a pixel box inside an image, or None if there is none."""
    left, top = max(int(box[0]), 0), max(int(box[1]), 0)
    right = min(int(box[0]) + int(box[2]), width)
    bottom = min(int(box[1]) + int(box[3]), height)
    return (left, top, right - left, bottom - top) if right > left and bottom > top else None


def grown(box, margin):
    """A pixel box with (left, top, right, bottom) pixels added at its sides."""
    left, top, right, bottom = margin
    return (box[0] - left, box[1] - top, box[2] + left + right, box[3] + top + bottom)


def tight(support):
    """The smallest pixel box that holds every true pixel of a [height, width] array, or None if there is none."""
    rows, columns = np.flatnonzero(support.any(axis=1)), np.flatnonzero(support.any(axis=0))
    if not len(rows):
        return None
    return (
        int(columns[0]), int(rows[0]),
        int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1))


def seen(box, support, margin=(0, 0, 0, 0), least=1):
    """The smallest box of the true pixels of `support` within a pixel box and a margin around it.

    None if fewer than `least` of them are there: the object is off the screen, hidden, or not drawn in this frame.
    """
    height, width = support.shape
    inside = clipped(grown(box, margin), width, height)
    if inside is None:
        return None
    left, top, w, h = inside
    part = support[top : top + h, left : left + w]
    if int(part.sum()) < least:
        return None
    found = tight(part)
    return (left + found[0], top + found[1], found[2], found[3])


def fractions(boxes, width, height):
    """Pixel boxes as float32 [n, 4] of (cx, cy, w, h), fractions of an image of this width and height."""
    if not len(boxes):
        return np.zeros((0, 4), np.float32)
    left, top, w, h = np.asarray(boxes, np.float64).T
    return np.stack(
        [(left + w / 2) / width, (top + h / 2) / height, w / width, h / height], axis=1
    ).astype(np.float32)


def pieces(mask, gap=1):
    """The pixel boxes of the connected pieces of a [height, width] array, in order of their first pixel by rows.

    Pixels belong together if their rows and columns differ by at most `gap` each. Runs of a row are joined with the
    runs they touch in the `gap` rows above, by union and find.
    """
    runs, parents = [], []

    def root(index):
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    by_row = []
    for row in range(mask.shape[0]):
        here = []
        if mask[row].any():
            edges = np.flatnonzero(np.diff(np.concatenate([[0], mask[row].view(np.uint8), [0]])))
            for start, end in zip(edges[::2].tolist(), edges[1::2].tolist()):
                index = len(runs)
                runs.append((row, start, end))
                parents.append(index)
                if here and start - runs[here[-1]][2] < gap:
                    parents[index] = root(here[-1])
                for above in by_row[max(0, row - gap) :]:
                    for other in above:
                        if runs[other][1] < end + gap and start < runs[other][2] + gap:
                            first, second = sorted((root(other), root(index)))
                            parents[second] = first
                here.append(index)
        by_row.append(here)
    boxes = {}
    for index, (row, start, end) in enumerate(runs):
        box = boxes.setdefault(root(index), [start, row, end, row + 1])
        box[0], box[2], box[3] = min(box[0], start), max(box[2], end), row + 1
    return [(l, t, r - l, b - t) for l, t, r, b in boxes.values()]
