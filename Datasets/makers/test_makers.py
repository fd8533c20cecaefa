"""Tests of what the makers of image sets compute: boxes, resize, splits, files. Needs NumPy; Pillow and h5py where there.

    python test_makers.py
"""

import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "rooms"), os.path.join(HERE, os.pardir, "atari")]

import numpy as np  # noqa: E402

import boxes  # noqa: E402
import games  # noqa: E402
import scenes  # noqa: E402
import working  # noqa: E402

try:
    import PIL  # noqa: F401
except ImportError:
    PIL = None
try:
    import h5py
except ImportError:
    h5py = None


class Boxes(unittest.TestCase):
    def test_clipping_keeps_the_part_inside(self):
        self.assertEqual(boxes.clipped((-2, 3, 5, 4), 10, 6), (0, 3, 3, 3))
        self.assertIsNone(boxes.clipped((-2, 3, 2, 4), 10, 6))
        self.assertIsNone(boxes.clipped((10, 0, 2, 2), 10, 6))

    def test_a_box_is_what_is_seen_in_it_and_its_margin(self):
        support = np.zeros((8, 9), bool)
        support[2:5, 3:7] = True
        self.assertEqual(boxes.tight(support), (3, 2, 4, 3))
        self.assertEqual(boxes.seen((4, 3, 2, 1), support), (4, 3, 2, 1))
        self.assertEqual(boxes.seen((4, 3, 2, 1), support, (1, 1, 0, 5)), (3, 2, 3, 3))
        self.assertIsNone(boxes.seen((4, 3, 2, 1), support, least=3))
        self.assertIsNone(boxes.seen((0, 0, 3, 2), support))
        self.assertEqual(boxes.seen((-5, -5, 30, 30), support), (3, 2, 4, 3))

    def test_fractions_are_of_width_and_height(self):
        found = boxes.fractions([(0, 0, 160, 210), (40, 21, 8, 10)], 160, 210)
        np.testing.assert_allclose(found, [[0.5, 0.5, 1, 1], [44 / 160, 26 / 210, 8 / 160, 10 / 210]], rtol=1e-6)
        self.assertEqual((found.dtype, boxes.fractions([], 160, 210).shape), (np.float32, (0, 4)))

    def test_pieces_join_what_is_near(self):
        mask = np.zeros((10, 12), bool)
        mask[0, 0] = mask[1, 1] = True  # corner to corner
        mask[0, 6:8] = mask[3, 6] = True  # two rows between them
        mask[6, 0:5:4] = mask[8, 0:5] = True  # joined from below
        self.assertEqual(boxes.pieces(mask), [(0, 0, 2, 2), (6, 0, 2, 1), (6, 3, 1, 1), (0, 6, 1, 1), (4, 6, 1, 1),
                                              (0, 8, 5, 1)])
        self.assertEqual(boxes.pieces(mask, gap=2)[2:], [(6, 3, 1, 1), (0, 6, 5, 3)])
        self.assertEqual(boxes.pieces(mask, gap=3), [(0, 0, 2, 2), (0, 0, 8, 9)])
        self.assertEqual(boxes.pieces(np.zeros((3, 4), bool)), [])

    def test_pieces_agree_with_flooding(self):
        random = np.random.default_rng(0)
        for gap in (1, 2):
            mask = random.random((23, 31)) < (0.25 if gap == 1 else 0.08)
            left, found = set(zip(*map(list, np.nonzero(mask)))), []
            while left:
                front, piece = [left.pop()], []
                while front:
                    row, column = front.pop()
                    piece.append((row, column))
                    near = {(r, c) for r, c in left if abs(r - row) <= gap and abs(c - column) <= gap}
                    left -= near
                    front += near
                rows, columns = zip(*piece)
                found.append((min(columns), min(rows), max(columns) - min(columns) + 1, max(rows) - min(rows) + 1))
            self.assertEqual(sorted(map(tuple, boxes.pieces(mask, gap))), sorted((int(a), int(b), int(c), int(d))
                                                                               for a, b, c, d in found))


class Games(unittest.TestCase):
    def test_names_are_found_in_any_spelling(self):
        for name in ("MsPacman", "mspacman", "ms_pacman", "MsPacman-v0"):
            self.assertEqual(games.named(name).name, "MsPacman")
        self.assertRaises(KeyError, games.named, "Pong")
        self.assertEqual(len({games.named(name).name for name in games.JOINT}), 10)


class Rooms(unittest.TestCase):
    def test_counts_and_places(self):
        for name, kind in scenes.KINDS.items():
            for number in range(20):
                scene = scenes.drawn(kind, np.random.default_rng(number))
                self.assertTrue(kind.least <= len(scene.things) <= kind.most, name)
                self.assertNotEqual(scene.wall, scene.floor)
                places = np.array([thing.place for thing in scene.things])
                self.assertLess(np.abs(places[:, :2]).max(), scenes.FLOOR)
                self.assertLess(0, places[:, 2].min())

    def test_the_point_looked_at_is_in_the_middle(self):
        scene = scenes.drawn(scenes.KINDS["small"], np.random.default_rng(3))
        point = scenes.projected(np.array([scene.look]), scene, 45.0, 64)
        np.testing.assert_allclose(point, [[32, 32]], atol=1e-9)
        higher = scenes.projected(np.array([scene.look]) + [[0, 0, 0.1]], scene, 45.0, 64)
        self.assertLess(higher[0, 1], 32)

    def test_hull_area(self):
        random = np.random.default_rng(1)
        square = np.array([(0, 0), (3, 0), (3, 2), (0, 2)], float)
        inside = random.random((50, 2)) * [3, 2]
        self.assertAlmostEqual(scenes.hull_area(np.concatenate([inside, square])), 6.0)


def _square(number):
    return number * number


class Work(unittest.TestCase):
    def test_the_order_is_that_of_the_tasks_for_any_number_of_processes(self):
        for processes in (1, 2):
            self.assertEqual(list(working.ordered(_square, range(7), processes)), [n * n for n in range(7)])

    def test_an_endless_list_can_be_left(self):
        import itertools

        results = working.ordered(_square, itertools.count(), 1)
        self.assertEqual([next(results) for _ in range(3)], [0, 1, 4])
        results.close()


@unittest.skipIf(PIL is None, "needs Pillow")
class Pictures(unittest.TestCase):
    def test_the_resize_averages_what_it_reduces(self):
        import pictures

        stripes = np.zeros((210, 160, 3), np.uint8)
        stripes[::2] = 200
        small = pictures.resized(stripes, 42)
        # Four taps would see one or two rows of five; a filter as wide as the scale sees them all.
        self.assertLess(np.abs(small[2:-2].astype(int) - 100).max(), 12)
        self.assertEqual(small.shape, (42, 42, 3))
        self.assertIs(pictures.resized(small, 42).dtype, small.dtype)

    def test_rooms_are_written_as_the_original_reads_them(self):
        import pictures

        with tempfile.TemporaryDirectory() as folder:
            rooms = pictures.RoomPictures(folder)
            rooms.add("validation", "small", np.zeros((64, 64, 3), np.uint8), np.array([[0.5, 0.25, 0.125, 0.0625]]))
            self.assertTrue(os.path.exists(os.path.join(folder, "val", "0-room.png")))
            with open(os.path.join(folder, "val", "bb", "bb_0.txt"), encoding="ascii") as text:
                self.assertEqual(text.read(), "64.000,32.000,16.000,8.000\n")


class Splits(unittest.TestCase):
    """A game of pretence: every episode has frames of its own and one that all share."""

    def test_no_frame_and_no_episode_is_in_two_splits(self):
        sys.modules.pop("make", None)
        import importlib.util

        spec = importlib.util.spec_from_file_location(
            "atari_make", os.path.join(HERE, os.pardir, "atari", "make.py"))
        make = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(make)

        def play(task):
            _, seed, _, side, _ = task
            frames = np.zeros((5, side, side, 3), np.uint8)
            frames[1:, 0, 0, 0] = seed[2] + 1
            frames[1:, 0, 0, 1] = seed[3] + 1
            frames[1:, 0, 0, 2] = range(4)
            return frames, [np.zeros((index, 4), np.float32) for index in range(5)]

        class Scenes:
            def __init__(self):
                self.rows = {split: [] for split in make.SPLITS}

            def add(self, split, images, found, source, episode):
                self.rows[split] += [
                    (image.tobytes(), len(each), episode) for image, each in zip(images, found)]

            def count(self, split):
                return len(self.rows[split])

        class Chosen:
            train, validation, test, seed, every, side, bgr, threads = 11, 6, 3, 0, 8, 4, False, 1

        class Silent:
            def show(self, count, note=""):
                pass

        make.play, written, known = play, Scenes(), set()
        for split in make.SPLITS:
            make.fill(written, None, Chosen, "SpaceInvaders", 0, split, known, Silent())
        self.assertEqual([len(written.rows[split]) for split in make.SPLITS], [11, 6, 3])
        frames = [row[0] for split in make.SPLITS for row in written.rows[split]]
        self.assertEqual(len(set(frames)), len(frames))
        episodes = [{row[2] for row in written.rows[split]} for split in make.SPLITS]
        self.assertEqual(sum(map(len, episodes)), len(set.union(*episodes)))
        self.assertEqual(written.rows["train"][0][1:], (0, 0))
        self.assertEqual(written.rows["validation"][0][1], 1)


@unittest.skipIf(h5py is None, "needs h5py")
class Files(unittest.TestCase):
    def write(self, path, fail=False):
        import scenefile

        with scenefile.SceneFile(path, 4, {"name": "x"}, ["x"], masks=True) as made:
            images = np.arange(2 * 48, dtype=np.uint8).reshape(2, 4, 4, 3)
            found = [np.full((1, 4), 0.5, np.float32), np.zeros((0, 4), np.float32)]
            made.add("test", images, found, 0, [7, 8], np.ones((2, 4, 4), np.uint8))
            if fail:
                raise KeyboardInterrupt
        return images

    def test_the_layout(self):
        with tempfile.TemporaryDirectory() as folder:
            images = self.write(folder + "/x.h5")
            with h5py.File(folder + "/x.h5") as file:
                self.assertEqual(file.attrs["format"], "tessera-scenes")
                self.assertEqual(list(file), ["test"])
                np.testing.assert_array_equal(file["test/images"], images)
                self.assertEqual(file["test/boxes"].shape, (2, 1, 4))
                np.testing.assert_array_equal(file["test/boxCounts"], [1, 0])
                np.testing.assert_array_equal(file["test/episode"], [7, 8])
            self.assertEqual(os.listdir(folder), ["x.h5"])

    def test_an_interruption_leaves_what_was_there(self):
        with tempfile.TemporaryDirectory() as folder:
            self.write(folder + "/x.h5")
            before = os.stat(folder + "/x.h5").st_mtime_ns
            open(folder + "/x.h5.partial-999999999", "w").close()
            with self.assertRaises(KeyboardInterrupt):
                self.write(folder + "/x.h5", fail=True)
            self.assertEqual(os.listdir(folder), ["x.h5"])
            self.assertEqual(os.stat(folder + "/x.h5").st_mtime_ns, before)


if __name__ == "__main__":
    unittest.main()
