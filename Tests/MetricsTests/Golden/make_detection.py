"""Golden values for boxes and segmentations, in float64, by NumPy alone.

Writes detection.npz beside this script: forty images of random boxes and predictions around them, some without objects,
some without predictions, with tied confidences; their average precision at each threshold, precision and recall, counts
and recall by size; six label images with their adjusted Rand index and coverings. Every figure is worked out from its definition in
the plainest form: the Rand index by looking at all pairs of pixels, average precision by looking at all points for each
recall, so that it can judge a faster form.

    python -m venv .venv
    .venv/bin/pip install numpy==2.4.6
    .venv/bin/python make_detection.py
Made with Python 3.11, NumPy 2.4.6. A re-run with the same versions gives the same file.
"""

import itertools
import pathlib

import numpy as np

here = pathlib.Path(__file__).resolve().parent


def edges(box):
    x, y, width, height = box[:4]
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def overlap(a, b):
    al, at, ar, ab = edges(a)
    bl, bt, br, bb = edges(b)
    shared = max(0.0, min(ar, br) - max(al, bl)) * max(0.0, min(ab, bb) - max(at, bt))
    return shared / ((ar - al) * (ab - at) + (br - bl) * (bb - bt) - shared)


def scene(random, objects, spurious):
    """Boxes of some objects, and predictions: most objects once, some twice, some moved, some made up."""
    truth = np.column_stack([
        random.uniform(0.05, 0.95, (objects, 2)), random.uniform(0.03, 0.35, (objects, 2))])
    predictions = []
    for box in truth:
        for _ in range(random.choice([0, 1, 1, 1, 1, 2])):
            moved = box + random.normal(0, 0.12, 4) * np.array([box[2], box[3], box[2], box[3]])
            moved[2:] = np.maximum(moved[2:], 0.01)
            predictions.append([*moved, random.uniform(0.4, 1)])
    for _ in range(spurious):
        predictions.append([
            *random.uniform(0, 1, 2), *random.uniform(0.02, 0.3, 2), random.uniform(0.3, 0.9)])
    predictions = np.array(predictions).reshape(-1, 5)
    # Two decimals make ties within and across images.
    predictions[:, 4] = predictions[:, 4].round(2)
    return truth, predictions[random.permutation(len(predictions))]


def hits(images, threshold):
    """(hit, confidence) of each prediction in the order of images, and which objects were found."""
    told, found = [], []
    for truth, predictions in images:
        used = [False] * len(truth)
        order = sorted(range(len(predictions)), key=lambda i: -predictions[i][4])
        for i in order:
            values = [overlap(predictions[i], box) for box in truth]
            best = int(np.argmax(values)) if values else None
            hit = best is not None and values[best] > threshold and not used[best]
            if hit:
                used[best] = True
            told.append((hit, predictions[i][4]))
        found += used
    return told, found


def curve(images, threshold):
    told, found = hits(images, threshold)
    ranked = sorted(told, key=lambda pair: -pair[1])
    count = sum(len(truth) for truth, _ in images)
    gathered = np.cumsum([hit for hit, _ in ranked])
    precision = gathered / np.arange(1, len(ranked) + 1)
    recall = gathered / count
    levels = [precision[recall >= r].max(initial=0) for r in np.linspace(0, 1, 11)]
    return np.mean(levels), recall, precision, np.array(found)


def boxes(values):
    random = np.random.default_rng(11)
    images = [
        scene(random, 0 if i % 9 == 4 else int(random.integers(1, 12)), int(random.integers(0, 4)))
        for i in range(40)]
    images[7] = (images[7][0], np.zeros((0, 5)))
    values["truth"] = np.concatenate([truth for truth, _ in images])
    values["truthCounts"] = np.array([len(truth) for truth, _ in images])
    values["predictions"] = np.concatenate([predictions for _, predictions in images])
    values["predictionCounts"] = np.array([len(predictions) for _, predictions in images])
    results = [curve(images, t) for t in np.linspace(0.5, 0.95, 10)]
    values["averagePrecision"] = np.array([r[0] for r in results])
    for index, name in [(0, "half"), (5, "threeQuarters")]:
        values[f"{name}.recall"], values[f"{name}.precision"] = results[index][1:3]
    sides = np.sqrt(values["truth"][:, 2] * values["truth"][:, 3])
    classes = [sides < 0.1, (sides >= 0.1) & (sides < 0.2), sides >= 0.2]
    values["sizeCounts"] = np.array([c.sum() for c in classes])
    values["sizeFound"] = np.array([[(r[3] & c).sum() for c in classes] for r in results])
    pairs = [(len(p), len(t)) for t, p in images]
    values["errorRate"] = np.array(np.mean([abs(p - t) / t for p, t in pairs if t > 0]))
    values["counts"] = np.array([
        sum(p == t for p, t in pairs), sum(p > t for p, t in pairs), sum(p < t for p, t in pairs),
        sum(t == 0 for _, t in pairs)])


def rand_index(a, b):
    """Hubert and Arabie's index from the four kinds of pairs of elements."""
    both = first = second = total = 0
    for i, j in itertools.combinations(range(len(a)), 2):
        same_a, same_b = a[i] == a[j], b[i] == b[j]
        both += same_a and same_b
        first += same_a
        second += same_b
        total += 1
    chance = first * second / total
    return (both - chance) / ((first + second) / 2 - chance)


def segments(values):
    random = np.random.default_rng(5)
    truths, predictions, indices, plain, weighted = [], [], [], [], []
    for i in range(6):
        truth = np.zeros((14, 17), int)
        for label in range(1, 3 + i % 3):
            y, x = random.integers(0, 9), random.integers(0, 12)
            truth[y:y + random.integers(3, 7), x:x + random.integers(3, 7)] = label
        # Labels of the prediction are other numbers; the objects are moved and some pixels are wrong.
        predicted = np.roll(truth, (i % 2, 1), axis=(0, 1)) * 7 + 3
        wrong = random.uniform(size=truth.shape) < 0.05 * i
        predicted[wrong] = random.integers(0, 30, wrong.sum())
        truth, predicted = truth.ravel(), predicted.ravel()
        inside = truth != 0
        indices.append(rand_index(truth[inside], predicted[inside]))
        best, pixels = [], []
        for label in sorted(set(truth) - {0}):
            region = truth == label
            best.append(max(
                (region & (predicted == s)).sum() / (region | (predicted == s)).sum()
                for s in set(predicted)))
            pixels.append(region.sum())
        plain.append(np.mean(best))
        weighted.append(np.average(best, weights=pixels))
        truths.append(truth)
        predictions.append(predicted)
    values["segmentTruth"] = np.array(truths)
    values["segmentPredicted"] = np.array(predictions)
    values["randIndices"] = np.array(indices)
    values["covering"] = np.array(np.mean(plain))
    values["weightedCovering"] = np.array(np.mean(weighted))


def main():
    values = {}
    boxes(values)
    segments(values)
    arrays = {
        key: np.require(value, np.int64 if value.dtype.kind in "iub" else np.float64, "C")
        for key, value in values.items()}
    path = here / "detection.npz"
    np.savez_compressed(path, **arrays)
    print(f"{path.name}: {len(arrays)} arrays, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
