"""The games: their ROM, their OCAtari module, which objects count, and by which colours each is seen. Standard library.

OCAtari reads positions from the machine's memory. Memory says where an object is, not whether this frame draws it (many
games draw an object only every second frame), nor how much of it is on the screen; and its sizes are those of the full
sprite. So each position is looked up in the frame: the pixels within the box, grown by a margin, that are not of a
background colour (or, where listed, that are of the object's own colours) make the box, and an object with fewer than
`least` such pixels is not there. The background colours of a frame are the listed ones and its most frequent one.

Scores, lives, ammunition and time are not objects. Neither is scenery: platforms, ladders, walls, cubes, pills.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Seen:
    """How an object of a category is found in the frame."""

    #: Its colours as 0xRRGGBB, or empty for all that are not background.
    colors: tuple = ()
    #: Pixels left, above, right and below the box of the memory that may still belong to it.
    margin: tuple = (1, 1, 1, 1)
    #: It is there if it has this many pixels.
    least: int = 3


@dataclasses.dataclass(frozen=True)
class Game:
    """A game of the original's lists."""

    name: str
    rom: str
    #: The module of ocatari.ram; empty where the boxes are the connected pieces of what is not background.
    module: str
    #: Background colours as 0xRRGGBB.
    background: tuple
    #: Category of OCAtari -> how it is seen. Categories that are not listed are no objects.
    objects: dict
    #: (left, top, right, bottom) of the native frame in which the pieces of a game without a module are looked for;
    #: its one category, Piece, says by its margin how far apart the pixels of one object may lie.
    area: tuple = (0, 0, 0, 0)
    #: The policy of play.py.
    policy: str = "sticky"


_TIGHT = (0, 0, 0, 0)

GAMES = (
    Game(
        "AirRaid", "air_raid", "airraid", background=(0x000000,),
        objects={
            "Player": Seen(), "Enemy25": Seen(), "Enemy50": Seen(), "Enemy75": Seen(), "Enemy100": Seen(),
            "Building": Seen(margin=_TIGHT), "Missile": Seen(least=1),
        }),
    Game(
        "Asterix", "asterix", "asterix",
        background=(0x000000, 0x545CD6, 0x181AA7, 0x2D32B8, 0x331AA3, 0x4248C8, 0x4E32B5, 0x6848C6),
        objects={"Player": Seen(), "Enemy": Seen(), "Reward": Seen(), "Consumable": Seen()}),
    Game(
        "Atlantis", "atlantis", "atlantis",
        background=(0x000000, 0x48A048, 0x1A661A, 0x003064, 0x65D1AE, 0x185080, 0x4288B0),
        objects={
            "Projectile": Seen(least=1), "Sentry": Seen(margin=_TIGHT), "AcropolisCommandPost": Seen(margin=_TIGHT),
            "Generator": Seen(margin=_TIGHT), "DomedPalace": Seen(margin=_TIGHT), "BridgedBazaar": Seen(margin=_TIGHT),
            "AquaPlane": Seen(margin=_TIGHT), "GorgonShip": Seen(), "BanditBomber": Seen(), "Deathray": Seen(),
        }),
    Game(
        "Carnival", "carnival", "carnival", background=(0x000000, 0xAAAAAA),
        objects={
            "Player": Seen((0x429E82,)), "PlayerMissile": Seen((0xB7C25F,), margin=_TIGHT, least=1),
            "Rabbit": Seen((0xC0C0C0,)), "Duck": Seen((0xBBBB35,)), "ExtraBullets": Seen((0xC0C0C0,)),
            "Owl": Seen((0xD65C5C,)), "Wheel": Seen(margin=_TIGHT), "FlyingDuck": Seen((0xBBBB35,), margin=(3, 4, 3, 4)),
        }),
    Game(
        "DoubleDunk", "double_dunk", "doubledunk", background=(0x000000, 0x6F6F6F, 0x4A4A4A),
        objects={
            "Player_Small": Seen(), "Player_Big": Seen(), "Opponent_Small": Seen(), "Opponent_Big": Seen(),
            "Ball": Seen((0x904811,)), "Basket": Seen((0xA2A22A,)), "Backboard": Seen((0xD6D6D6, 0xA33915)),
        }),
    Game(
        "Kangaroo", "kangaroo", "kangaroo", background=(0x500084, 0xA26221, 0x000000),
        objects={
            "Player": Seen((0xDFB755,), margin=(3, 9, 3, 9)), "Child": Seen((0xDFB755,), margin=(4, 2, 4, 2)),
            "Monkey": Seen((0xE39759,), margin=(2, 8, 2, 8)), "Fruit": Seen(), "Bell": Seen(),
            "FallingCoconut": Seen((0xA26221,), margin=_TIGHT, least=2),
            "ThrownCoconut": Seen((0xE39759,), margin=_TIGHT, least=2),
        }),
    Game(
        "MontezumaRevenge", "montezuma_revenge", "montezumarevenge", background=(0x000000, 0x429E82, 0x183B9D),
        objects={
            "Player": Seen(margin=(2, 1, 2, 1)), "Key": Seen(), "Amulet": Seen(), "Sword": Seen(), "Torch": Seen(),
            "Ruby": Seen(), "Skull": Seen((0xECECEC,)), "Spider": Seen(), "Snake": Seen(), "Barrier": Seen(),
            "Beam": Seen(), "Rope": Seen(),
        }),
    Game(
        "MsPacman", "ms_pacman", "mspacman", background=(0x001C88, 0xE46F6F, 0x000000),
        objects={
            "Player": Seen(), "Ghost": Seen(least=6), "Fruit": Seen(least=6),
            "PowerPill": Seen((0xE46F6F,), margin=_TIGHT, least=12),
        }),
    Game(
        "Pooyan", "pooyan", "pooyan",
        background=(
            0x001C88, 0xB55328, 0xE8E84A, 0x88923E, 0x505916, 0xA33915, 0xA28638, 0xFCFC54, 0xE0EC7C, 0x000000,
            0xBB9F47),
        objects={
            "Player": Seen(), "Arrow": Seen(margin=(1, 2, 1, 2), least=1), "Bait": Seen(),
            "Balloon": Seen((0x7F5CD5, 0xA0AB4F, 0xD65C5C, 0xBBBB35, 0x5CBA5C, 0xECECEC), margin=(1, 2, 0, 3), least=6),
            "Enemy": Seen((0xC3903D,), margin=(1, 2, 1, 2)), "Stone": Seen(), "Rock": Seen(),
        }),
    Game(
        "Qbert", "qbert", "qbert", background=(0x000000, 0x54B899, 0x2D57B0, 0xD2D240),
        objects={
            "Player": Seen((0xB55328,), margin=(3, 8, 3, 8)), "Disk": Seen(),
            "PurpleBall": Seen((0x9246C0,), margin=(2, 6, 2, 6)), "RedBall": Seen(margin=(2, 4, 2, 4)),
            "GreenBall": Seen(margin=(2, 4, 2, 4)), "Coily": Seen((0x9246C0,), margin=(2, 8, 2, 6)),
            "Sam": Seen((0x328432,), margin=(2, 6, 2, 6)),
        }),
    Game(
        "RiverRaid", "riverraid", "",
        background=(0x6E9C42, 0x355F18, 0x2D32B8, 0x8E8E8E, 0x6F6F6F, 0xAAAAAA, 0xFCFC54, 0xA71A1A),
        objects={"Piece": Seen(margin=(3, 3, 3, 3), least=6)}, area=(8, 2, 160, 160), policy="flier"),
    Game(
        "SpaceInvaders", "space_invaders", "spaceinvaders", background=(0x000000, 0x505916),
        objects={
            "Player": Seen((0x328432,)), "Alien": Seen((0x86861D,)), "Satellite": Seen((0x97197A,)),
            "Shield": Seen((0xB55328,)), "Bullet": Seen((0x8E8E8E,)),
        }),
)


def named(name):
    """The game of a name, with or without the "-v0" of the original's folders, in any case."""
    key = name.removesuffix("-v0").replace("_", "").replace(" ", "").lower()
    for game in GAMES:
        if game.name.lower() == key:
            return game
    raise KeyError(name)


#: The ten games of the joint set.
JOINT = (
    "Atlantis", "Asterix", "Carnival", "DoubleDunk", "Kangaroo", "MontezumaRevenge", "MsPacman", "Pooyan", "Qbert",
    "SpaceInvaders")
