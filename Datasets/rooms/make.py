"""Makes sets of rooms with objects, their boxes and masks, drawn by MuJoCo: <out>/small.h5 and <out>/large.h5.

    python make.py --out DIR [--sets small,large] [--train 6000 --validation 300 --test 300] [--side 128]

Run by `tessera data make rooms`, which makes the environment of requirements.txt. See README.md.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "makers"))

import numpy as np  # noqa: E402

from boxes import fractions, tight  # noqa: E402
from scenes import KINDS, drawn, hull_area, projected  # noqa: E402

SPLITS = ("train", "validation", "test")
#: Pictures and segments are drawn this many times larger than asked for, and then reduced.
FINER = 2
#: A scene is drawn anew while an object shows less than this share of itself.
LEAST_VISIBLE = 0.25
BLOCK = 8


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, help="folder of the files; made if it is not there")
    parser.add_argument("--sets", default="small,large", help="small, large, or both with a comma")
    parser.add_argument("--train", type=int, default=6000, help="images")
    parser.add_argument("--validation", type=int, default=300, help="images")
    parser.add_argument("--test", type=int, default=300, help="images")
    parser.add_argument("--side", type=int, default=128, help="height and width in pixels, at most 512")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="processes")
    parser.add_argument("--bgr", action="store_true", help="blue, green, red")
    parser.add_argument("--png", action="store_true", help="also folders of PNG and box files in the original's format")
    parser.add_argument("--name", default="", help="the file's name without .h5, for one set only")
    chosen = parser.parse_args()
    chosen.sets = chosen.sets.split(",")
    for name in chosen.sets:
        if name not in KINDS:
            parser.error(f"--sets: expected names among {', '.join(KINDS)}, found {name!r}")
    for split in SPLITS:
        if getattr(chosen, split) < 0:
            parser.error(f"--{split}: expected a number from 0, found {getattr(chosen, split)}")
    if chosen.train + chosen.validation + chosen.test == 0:
        parser.error("--train, --validation, --test: expected an image at least, found none")
    if not 8 <= chosen.side <= 512 or chosen.threads < 1:
        parser.error("expected --side from 8 to 512 and --threads from 1")
    if chosen.name and len(chosen.sets) > 1:
        parser.error("--name: expected one set, found several files to write")
    return chosen


def check_drawing():
    """Makes sure that MuJoCo can draw here: with EGL, or else with OSMesa, or else says what to install.

    The way is chosen by a variable that is read when mujoco is imported, so a second way needs a new process.
    """
    if "MUJOCO_GL" not in os.environ:
        os.environ["MUJOCO_GL"] = "egl"
        os.environ["TESSERA_ROOMS_MAY_FALL_BACK"] = "1"
    try:
        from draw import Painter

        Painter(16)
    except Exception as error:  # What is raised differs by what is missing: imports, attributes, GL errors.
        if os.environ.pop("TESSERA_ROOMS_MAY_FALL_BACK", ""):
            os.environ["MUJOCO_GL"] = "osmesa"
            os.execv(sys.executable, [sys.executable, *sys.argv])
        raise SystemExit(
            f"rooms: expected MuJoCo to draw without a screen (MUJOCO_GL={os.environ['MUJOCO_GL']}), found: {error}; "
            "install Mesa's software EGL (apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri) or OSMesa "
            "(apt-get install libosmesa6)") from error


PAINTERS = {}


def paint(task):
    """A block of images of a split: their pictures, masks and boxes. Runs in any process."""
    from draw import FIELD, Painter
    from pictures import resized

    kind, seed, split, first, count, side, bgr = task
    fine = FINER * side
    if fine not in PAINTERS:
        PAINTERS[fine] = Painter(fine)
    images, masks, boxes = [], [], []
    for index in range(first, first + count):
        random = np.random.default_rng([seed, list(KINDS).index(kind), SPLITS.index(split), index])
        while True:
            scene = drawn(KINDS[kind], random)
            picture, labels = PAINTERS[fine].draw(scene)
            areas = np.bincount(labels.ravel(), minlength=len(scene.things) + 1)[1:]
            whole = np.array([hull_area(projected(thing.corners(), scene, FIELD, fine)) for thing in scene.things])
            if np.all(areas >= LEAST_VISIBLE * whole) and np.all(areas >= FINER * FINER):
                break
        small = resized(picture, side)
        images.append(small[:, :, ::-1] if bgr else small)
        masks.append(labels[FINER // 2 :: FINER, FINER // 2 :: FINER].astype(np.uint8))
        found = [tight(labels == number + 1) for number in range(len(scene.things))]
        boxes.append(fractions(found, fine, fine))
    return np.stack(images), np.stack(masks), boxes


def make(chosen, name):
    """Writes one file."""
    import mujoco
    from pictures import RoomPictures, replace_folder
    from scenefile import SceneFile
    from working import Progress, ordered

    path = os.path.join(chosen.out, f"{chosen.name or name}.h5")
    attributes = {
        "name": f"rooms-{name}", "order": "BGR" if chosen.bgr else "RGB", "seed": chosen.seed,
        "generator": f"tessera Datasets/rooms, mujoco {mujoco.__version__}, {os.environ['MUJOCO_GL']}",
        "licence": "that of this package",
    }
    place = path.removesuffix(".h5")
    folder = f"{place}.partial-{os.getpid()}" if chosen.png else None
    pictures = RoomPictures(folder) if folder else None
    progress = Progress(f"rooms: {os.path.basename(path)}", chosen.train + chosen.validation + chosen.test)
    with SceneFile(path, chosen.side, attributes, [f"rooms-{name}"], masks=True, extra=folder) as scenes:
        episode = 0
        for split in SPLITS:
            total = getattr(chosen, split)
            tasks = [
                (name, chosen.seed, split, first, min(BLOCK, total - first), chosen.side, chosen.bgr)
                for first in range(0, total, BLOCK)]
            for images, masks, boxes in ordered(paint, tasks, chosen.threads):
                episodes = list(range(episode, episode + len(images)))
                episode += len(images)
                scenes.add(split, images, boxes, 0, episodes, masks)
                for image, found in zip(images, boxes):
                    if pictures is not None:
                        pictures.add(split, name, image, found)
                progress.show(sum(scenes.count(each) for each in SPLITS), f" ({split})")
    if folder:
        replace_folder(folder, place)
    print(path)


def main():
    from working import stop_on_signals

    chosen = options()
    check_drawing()
    stop_on_signals()
    try:
        for name in chosen.sets:
            make(chosen, name)
    except KeyboardInterrupt:
        print("rooms: interrupted; files that were not whole are removed", file=sys.stderr)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
