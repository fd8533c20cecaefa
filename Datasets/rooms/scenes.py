"""Draws what is in a room: counts, shapes, sizes, places, colours and the camera. NumPy only, no drawing here.

Lengths are in metres; the floor is a square of side 2.4 around the origin, z points up.
"""

import dataclasses

import numpy as np

FLOOR = 1.2
WALL_HEIGHT = 0.7
SHAPES = ("sphere", "box", "cylinder")

#: The colours of objects.
OBJECT_COLORS = (
    (0.86, 0.12, 0.12), (0.10, 0.65, 0.16), (0.12, 0.26, 0.90), (0.95, 0.85, 0.10),
    (0.95, 0.48, 0.05), (0.58, 0.16, 0.75), (0.10, 0.80, 0.85), (0.95, 0.95, 0.95))

#: The colours of walls, floor and sky.
ROOM_COLORS = (
    (0.62, 0.57, 0.50), (0.44, 0.52, 0.58), (0.50, 0.60, 0.46), (0.66, 0.50, 0.47), (0.55, 0.50, 0.62))


@dataclasses.dataclass(frozen=True)
class Kind:
    """One of the two sets: how many objects and how large."""

    name: str
    least: int
    most: int
    #: Half of an object's width, from and to.
    radii: tuple


KINDS = {
    "small": Kind("small", 4, 8, (0.14, 0.27)),
    "large": Kind("large", 18, 24, (0.10, 0.17)),
}


@dataclasses.dataclass
class Thing:
    """An object standing on the floor."""

    shape: str
    #: (radius, half height) of a cylinder, (x, y, z half sides) of a box, (radius) of a sphere, filled up with zeros.
    size: tuple
    place: tuple
    #: Turn about the vertical, in radians.
    turn: float
    color: int

    def corners(self):
        """Points of the surface whose convex hull is the object, or nearly; float64 [n, 3]."""
        if self.shape == "sphere":
            angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
            rings = []
            for height in np.sin(np.linspace(-np.pi / 2, np.pi / 2, 9)):
                ring = np.sqrt(max(0.0, 1 - height * height))
                rings.append(np.stack([ring * np.cos(angle), ring * np.sin(angle), 0 * angle + height], 1))
            points = np.concatenate(rings) * self.size[0]
        elif self.shape == "cylinder":
            angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
            ring = np.stack([np.cos(angle), np.sin(angle)], 1) * self.size[0]
            points = np.concatenate(
                [np.c_[ring, 0 * angle + z] for z in (-self.size[1], self.size[1])])
        else:
            signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
            points = signs * np.array(self.size)
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        turned = points @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        return turned + np.array(self.place)


@dataclasses.dataclass
class Scene:
    """A room with its objects and the camera."""

    things: list
    wall: int
    floor: int
    sky: int
    #: Degrees about the vertical, degrees below the horizon, metres from the point looked at.
    azimuth: float
    elevation: float
    distance: float
    look: tuple


def drawn(kind, random):
    """A scene of a kind: objects do not touch each other or the walls."""
    count = int(random.integers(kind.least, kind.most + 1))
    while True:
        things = []
        for _ in range(200 * count):
            thing, reach = _thing(kind, random)
            limit = FLOOR - reach - 0.03
            x, y = random.uniform(-limit, limit, 2)
            if all(
                np.hypot(x - other.place[0], y - other.place[1]) > reach + far + 0.02
                for other, far in things):
                thing.place = (float(x), float(y), _height(thing))
                things.append((thing, reach))
                if len(things) == count:
                    break
        if len(things) == count:
            break
    wall, floor = random.choice(len(ROOM_COLORS), 2, replace=False)
    return Scene(
        things=[thing for thing, _ in things], wall=int(wall), floor=int(floor),
        sky=int(random.integers(len(ROOM_COLORS))), azimuth=float(random.uniform(0, 360)),
        elevation=float(random.uniform(25, 50)), distance=float(random.uniform(3.7, 4.1)),
        look=(float(random.uniform(-0.1, 0.1)), float(random.uniform(-0.1, 0.1)), 0.15))


def _thing(kind, random):
    radius = float(random.uniform(*kind.radii))
    shape = SHAPES[int(random.integers(3))]
    if shape == "sphere":
        size, reach = (radius, 0.0, 0.0), radius
    elif shape == "cylinder":
        size, reach = (0.85 * radius, float(random.uniform(0.7, 1.1)) * radius, 0.0), 0.85 * radius
    else:
        half = 0.8 * radius
        size = (half, half * float(random.uniform(0.8, 1.0)), half * float(random.uniform(0.8, 1.2)))
        reach = float(np.hypot(size[0], size[1]))
    turn = float(random.uniform(0, 2 * np.pi))
    return Thing(shape, size, (0.0, 0.0, 0.0), turn, int(random.integers(len(OBJECT_COLORS)))), reach


def _height(thing):
    return {"sphere": thing.size[0], "cylinder": thing.size[1], "box": thing.size[2]}[thing.shape]


def camera_frame(scene):
    """The camera's place and its axes (right, up, forward), each [3]."""
    azimuth, elevation = np.radians(scene.azimuth), np.radians(-scene.elevation)
    forward = np.array([
        np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    return np.array(scene.look) - scene.distance * forward, right, np.cross(right, forward), forward


def projected(points, scene, field, side):
    """Where points [n, 3] fall on a square picture of `side` pixels with a field of view in degrees; [n, 2] (x, y)."""
    place, right, up, forward = camera_frame(scene)
    away = points - place
    scale = side / (2 * np.tan(np.radians(field) / 2)) / (away @ forward)
    return np.stack([side / 2 + (away @ right) * scale, side / 2 - (away @ up) * scale], 1)


def hull_area(points):
    """The area of the convex hull of points [n, 2], by the monotone chain."""
    ordered = sorted(map(tuple, points.tolist()))

    def chain(sequence):
        found = []
        for x, y in sequence:
            while len(found) > 1 and (
                (found[-1][0] - found[-2][0]) * (y - found[-2][1])
                <= (found[-1][1] - found[-2][1]) * (x - found[-2][0])):
                found.pop()
            found.append((x, y))
        return found[:-1]

    outline = np.array(chain(ordered) + chain(reversed(ordered)))
    x, y = outline.T
    return 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))
