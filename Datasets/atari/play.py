"""Plays an episode and returns its frames with the boxes of what can be seen. Needs ale-py, OCAtari, NumPy and Pillow.

The policy is no trained agent: none can be had without downloads of unknown terms. `sticky`: four emulator frames a
step, each step keeps its action with probability 3/4 and draws another of the game's minimal set otherwise. `flier`, for
River Raid, fires and steers along the river: by chance alone the ship is wrecked in seconds.
"""

import importlib
import importlib.util
import os
import sys
import types

import numpy as np

from boxes import fractions, pieces, seen
from games import named
from pictures import resized

STEP = 4
LONGEST = 20_000
#: River Raid's water and ship, and the rows ahead of the ship that are looked at.
WATER, SHIP, LOOK_AHEAD = 0x2D32B8, 0xE8E84A, slice(105, 135, 5)
#: Pieces that are wider are no objects: the widest is a bridge of 33 pixels, the line on a road is longer.
WIDEST = 40


def _ram_module(name):
    """`ocatari.ram.<name>` alone.

    The package's own `__init__` files load every game's module and with them OpenCV, scikit-image and pygame, which the
    reading of memory does not use: empty packages with the same folders stand in for them.
    """
    if "ocatari" not in sys.modules:
        home = importlib.util.find_spec("ocatari").submodule_search_locations[0]
        for package in ("ocatari", "ocatari.ram"):
            module = types.ModuleType(package)
            module.__path__ = [os.path.join(home, *package.split(".")[1:])]
            sys.modules[package] = module
        for unused in ("ocatari.vision", "ocatari.vision.utils"):
            sys.modules[unused] = types.ModuleType(unused)
        sys.modules["ocatari.vision.utils"].match_objects = None
    return importlib.import_module(f"ocatari.ram.{name}")


class Screen:
    """The boxes of one game's frames."""

    def __init__(self, game):
        self.game = game
        self.module = _ram_module(game.module) if game.module else None
        self.objects = None
        #: 0xRRGGBB of each entry of the machine's palette that was met, -1 of the others.
        self.palette = np.full(256, -1, np.int64)

    def reset(self):
        self.objects = self.module._init_objects_ram(False) if self.module else None

    def read(self, ram):
        """Follows the objects in the machine's memory; to be called after every step, as some keep a history."""
        if not self.module:
            return
        for thing in self.objects:
            if thing:
                thing._save_prev()
        # Python's numbers: the machine's bytes would overflow where the modules add them.
        self.module._detect_objects_ram(self.objects, ram.tolist(), False)

    def boxes(self, indices, frame):
        """The pixel boxes of the objects that a frame shows.

        indices uint8 [height, width] are the entries of the palette, frame uint8 [height, width, 3] their colours.
        """
        counts = np.bincount(indices.ravel(), minlength=256)
        for entry in np.flatnonzero((counts > 0) & (self.palette < 0)):
            row, column = np.argwhere(indices == entry)[0]
            red, green, blue = frame[row, column].tolist()
            self.palette[entry] = red << 16 | green << 8 | blue
        background = np.append(self.game.background, self.palette[np.argmax(counts)])
        foreground = ~np.isin(self.palette, background)[indices]
        supports = {(): foreground}
        if not self.module:
            return self._pieces(foreground)
        found = []
        for thing in self.objects:
            way = self.game.objects.get(type(thing).__name__)
            if way is None or not thing or not thing.visible:
                continue
            if way.colors not in supports:
                supports[way.colors] = np.isin(self.palette, way.colors)[indices]
            box = seen(thing.xywh, supports[way.colors], way.margin, way.least)
            if box is not None and box not in found:
                found.append(box)
        return found

    def _pieces(self, foreground):
        way = self.game.objects["Piece"]
        left, top, right, bottom = self.game.area
        part = foreground[top:bottom, left:right]
        return [
            (left + x, top + y, w, h) for x, y, w, h in pieces(part, gap=way.margin[0])
            if w <= WIDEST and int(part[y : y + h, x : x + w].sum()) >= way.least]


class Player:
    """One emulator with its game, kept by a process from episode to episode."""

    def __init__(self, name):
        import ale_py
        import ale_py.roms

        ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
        self.game = named(name)
        self.ale = ale_py.ALEInterface()
        self.ale.setFloat("repeat_action_probability", 0.0)
        self.rom = ale_py.roms.get_rom_path(self.game.rom)
        self.screen = Screen(self.game)

    def episode(self, seed, every, side, bgr):
        """Frames uint8 [n, side, side, 3] and their boxes, n float32 [k, 4] in fractions of the frame.

        One frame in about `every` steps is kept: the gap is drawn from 4 * every to 4 * every + 3 emulator frames,
        because a game that draws its objects in turns would always be met at the same turn otherwise.
        """
        random = np.random.default_rng(seed)
        self.ale.setInt("random_seed", int(random.integers(1 << 31)))
        self.ale.loadROM(self.rom)
        actions = list(self.ale.getMinimalActionSet())
        self.screen.reset()
        frames, boxes = [], []
        action, due = actions[0], int(random.integers(STEP * every)) + 1
        for step in range(LONGEST):
            if self.ale.game_over():
                break
            action = self._action(action, actions, random)
            for _ in range(STEP):
                self.ale.act(action)
                due -= 1
                if due == 0:
                    due = STEP * every + int(random.integers(STEP))
                    # Twice: some modules show what appears only after they have seen where it was before.
                    self.screen.read(self.ale.getRAM())
                    self.screen.read(self.ale.getRAM())
                    frame = self.ale.getScreenRGB()
                    found = self.screen.boxes(self.ale.getScreen(), frame)
                    height, width = frame.shape[:2]
                    boxes.append(fractions(found, width, height))
                    small = resized(frame, side)
                    frames.append(small[:, :, ::-1] if bgr else small)
            self.screen.read(self.ale.getRAM())
        shape = (0, side, side, 3)
        return (np.stack(frames) if frames else np.zeros(shape, np.uint8)), boxes

    def _action(self, action, actions, random):
        if self.game.policy == "flier":
            return self._flown(actions, random)
        if random.random() < 0.25:
            return actions[int(random.integers(len(actions)))]
        return action

    def _flown(self, actions, random):
        """Fires, and steers to the middle of the water some way ahead of the ship; one step in ten is any action."""
        if random.random() < 0.1:
            return actions[int(random.integers(len(actions)))]
        frame = self.ale.getScreenRGB().astype(np.int32) @ np.array([65536, 256, 1], np.int32)
        ship = np.flatnonzero((frame[137:158, 8:] == SHIP).any(axis=0)) + 8
        water = np.flatnonzero((frame[LOOK_AHEAD, 8:] == WATER).all(axis=0)) + 8
        names = {action.name: action for action in actions}
        if not len(ship) or not len(water):
            return names["FIRE"]
        # Of several arms of the river, the one that the ship is in or next to.
        here = ship.mean()
        arms = np.split(water, np.flatnonzero(np.diff(water) > 8) + 1)
        arm = min(arms, key=lambda columns: np.abs(columns - here).min())
        away = arm.mean() - here
        return names["FIRE" if abs(away) < 3 else "RIGHTFIRE" if away > 0 else "LEFTFIRE"]
