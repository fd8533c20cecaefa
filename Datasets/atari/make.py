"""Makes sets of Atari frames with the boxes of the visible objects: <out>/<Game>.h5, and <out>/joint.h5 with --joint.

    python make.py --out DIR [--games SpaceInvaders,MsPacman] [--joint] [--train 8000 --validation 500 --test 500]

Run by `tessera data make atari`, which makes the environment of requirements.txt. See README.md.
"""

import argparse
import hashlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "makers"))

from games import GAMES, JOINT, named  # noqa: E402

SPLITS = ("train", "validation", "test")


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, help="folder of the files; made if it is not there")
    parser.add_argument("--games", default="", help="names with commas; without it the ten of the joint set")
    parser.add_argument("--joint", action="store_true", help="one file of all games, joint.h5, instead of one each")
    parser.add_argument("--train", type=int, default=8000, help="frames a game")
    parser.add_argument("--validation", type=int, default=500, help="frames a game")
    parser.add_argument("--test", type=int, default=500, help="frames a game")
    parser.add_argument("--side", type=int, default=128, help="height and width in pixels")
    parser.add_argument("--every", type=int, default=8, help="keep about every n-th step of 4 emulator frames")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="processes")
    parser.add_argument("--bgr", action="store_true", help="blue, green, red, as the released images are")
    parser.add_argument("--png", action="store_true", help="also folders of PNG files in the original's format")
    parser.add_argument("--name", default="", help="the file's name without .h5, for one file only")
    chosen = parser.parse_args()
    try:
        chosen.games = [named(name).name for name in chosen.games.split(",")] if chosen.games else list(JOINT)
    except KeyError as unknown:
        known = ", ".join(game.name for game in GAMES)
        parser.error(f"--games: expected names among {known}, found {unknown}")
    for split in SPLITS:
        if getattr(chosen, split) < 0:
            parser.error(f"--{split}: expected a number from 0, found {getattr(chosen, split)}")
    if chosen.side < 8 or chosen.every < 1 or chosen.threads < 1:
        parser.error("expected --side from 8, --every and --threads from 1")
    if chosen.train + chosen.validation + chosen.test == 0:
        parser.error("--train, --validation, --test: expected a frame at least, found none")
    if chosen.name and not chosen.joint and len(chosen.games) > 1:
        parser.error("--name: expected one game or --joint, found several files to write")
    return chosen


PLAYERS = {}


def play(task):
    """One episode of a game; runs in any process."""
    from play import Player

    name, seed, every, side, bgr = task
    if name not in PLAYERS:
        PLAYERS[name] = Player(name)
    return PLAYERS[name].episode(seed, every, side, bgr)


def episodes(chosen, game, split):
    """The endless tasks of a split: every episode has a seed of its own, which no other split has."""
    number = 0
    while True:
        seed = [chosen.seed, [each.name for each in GAMES].index(game), SPLITS.index(split), number]
        yield (game, seed, chosen.every, chosen.side, chosen.bgr)
        number += 1


def fill(scenes, pictures, chosen, game, source, split, known, progress):
    """Plays whole episodes of a game until its split is full; the rest of the last one is dropped."""
    from working import ordered

    wanted, have, empty = getattr(chosen, split), 0, 0
    if wanted == 0:
        return
    first = 1_000_000 * source + 100_000 * SPLITS.index(split)
    results = ordered(play, episodes(chosen, game, split), chosen.threads)
    for number, (frames, boxes) in enumerate(results):
        fresh = []
        for index in range(len(frames)):
            digest = hashlib.blake2b(frames[index].tobytes(), digest_size=16).digest()
            if digest not in known and len(fresh) < wanted - have:
                known.add(digest)
                fresh.append(index)
        empty = 0 if fresh else empty + 1
        if empty == 50:
            raise SystemExit(
                f"atari: {game}, {split}: expected {wanted} different frames, found {have} and none new in 50 "
                f"episodes; ask for fewer, or keep frames more often (--every {max(1, chosen.every // 2)})")
        if fresh:
            chosen_boxes = [boxes[index] for index in fresh]
            scenes.add(split, frames[fresh], chosen_boxes, source, first + number)
            for index, found in zip(fresh, chosen_boxes):
                if pictures is not None:
                    pictures.add(split, game, frames[index], found)
            have += len(fresh)
            progress.show(sum(scenes.count(each) for each in SPLITS), f" ({game}, {split})")
        if have == wanted:
            results.close()
            return


def make(chosen, name, games):
    """Writes one file of these games."""
    import ale_py
    from pictures import AtariPictures, replace_folder
    from scenefile import SceneFile
    from working import Progress

    path = os.path.join(chosen.out, f"{name}.h5")
    attributes = {
        "name": f"atari-{name}", "order": "BGR" if chosen.bgr else "RGB", "seed": chosen.seed,
        "generator": f"tessera Datasets/atari, ale-py {ale_py.__version__}, ocatari 2.2.1, every {chosen.every}",
        "licence": "frames of commercial games, for research; not to be passed on",
    }
    place = path.removesuffix(".h5")
    folder = f"{place}.partial-{os.getpid()}" if chosen.png else None
    pictures = AtariPictures(folder) if folder else None
    total = len(games) * (chosen.train + chosen.validation + chosen.test)
    with SceneFile(path, chosen.side, attributes, games, extra=folder) as scenes:
        progress = Progress(f"atari: {name}.h5", total)
        for source, game in enumerate(games):
            known = set()
            for split in SPLITS:
                fill(scenes, pictures, chosen, game, source, split, known, progress)
    if folder:
        replace_folder(folder, place)
    print(path)


def main():
    from working import stop_on_signals

    chosen = options()
    stop_on_signals()
    try:
        if chosen.joint:
            make(chosen, chosen.name or "joint", chosen.games)
        else:
            for game in chosen.games:
                make(chosen, chosen.name or game, [game])
    except KeyboardInterrupt:
        print("atari: interrupted; files that were not whole are removed", file=sys.stderr)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
