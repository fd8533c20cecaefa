"""Draws a scene with MuJoCo: picture, and which pixel shows which object. Needs mujoco and NumPy.

One model serves all scenes: its geoms are rewritten in place, as compiling one takes half a second.
"""

import mujoco
import numpy as np

from scenes import FLOOR, OBJECT_COLORS, ROOM_COLORS, WALL_HEIGHT, camera_frame

FIELD = 45.0
MOST = 24
#: The height at which what a scene does not have is put: far below, out of every view.
AWAY = -50.0
_TYPES = {
    "sphere": mujoco.mjtGeom.mjGEOM_SPHERE, "box": mujoco.mjtGeom.mjGEOM_BOX,
    "cylinder": mujoco.mjtGeom.mjGEOM_CYLINDER,
}
#: The walls: where, half sides, and the direction that leads out of the room through them.
_WALLS = (
    ((FLOOR, 0), (0.02, FLOOR), (1, 0)), ((-FLOOR, 0), (0.02, FLOOR), (-1, 0)),
    ((0, FLOOR), (FLOOR, 0.02), (0, 1)), ((0, -FLOOR), (FLOOR, 0.02), (0, -1)))


def _model():
    walls = "".join(
        f'<geom name="wall{number}" type="box" pos="{x} {y} {WALL_HEIGHT / 2}" size="{w} {d} {WALL_HEIGHT / 2}"/>'
        for number, ((x, y), (w, d), _) in enumerate(_WALLS))
    things = "".join(
        f'<geom name="thing{number}" type="sphere" size="0.1 0.1 0.1" pos="0 0 0.1"/>' for number in range(MOST))
    return mujoco.MjModel.from_xml_string(f"""
<mujoco>
  <visual>
    <global offwidth="1024" offheight="1024" fovy="{FIELD}"/>
    <quality shadowsize="1024" offsamples="4"/>
    <headlight ambient="0.42 0.42 0.42" diffuse="0.28 0.28 0.28" specular="0.05 0.05 0.05"/>
    <map znear="0.05" zfar="30"/>
  </visual>
  <statistic extent="2" center="0 0 0"/>
  <asset>
    <texture name="sky" type="skybox" builtin="flat" rgb1="1 1 1" rgb2="1 1 1" width="8" height="8"/>
  </asset>
  <worldbody>
    <light directional="true" pos="1 -1.5 4" dir="-0.25 0.35 -1" diffuse="0.45 0.45 0.45" specular="0.15 0.15 0.15"/>
    <geom name="floor" type="box" pos="0 0 -0.02" size="{FLOOR} {FLOOR} 0.02"/>
    {walls}{things}
  </worldbody>
</mujoco>""")


class Painter:
    """A renderer of square pictures of `side` pixels. Raises what MuJoCo raises where there is no way to draw."""

    def __init__(self, side):
        self.model = _model()
        self.data = mujoco.MjData(self.model)
        self.renderer = mujoco.Renderer(self.model, side, side)
        self.camera = mujoco.MjvCamera()
        self.camera.type = mujoco.mjtCamera.mjCAMERA_FREE
        self.things = [self.model.geom(f"thing{number}").id for number in range(MOST)]
        self.walls = [self.model.geom(f"wall{number}").id for number in range(4)]
        # Otherwise a geom's frame is taken to be its body's, and an edited place is ignored.
        self.model.geom_sameframe[:] = 0

    def draw(self, scene):
        """The picture uint8 [side, side, 3], and int32 [side, side]: k for a pixel of object k - 1, 0 elsewhere."""
        self._set(scene)
        self.renderer.update_scene(self.data, self.camera)
        picture = self.renderer.render().copy()
        self.renderer.enable_segmentation_rendering()
        self.renderer.update_scene(self.data, self.camera)
        labels = self.renderer.render()
        self.renderer.disable_segmentation_rendering()
        of_geom = np.zeros(self.model.ngeom + 1, np.int32)
        for number in range(len(scene.things)):
            of_geom[self.things[number]] = number + 1
        is_geom = labels[:, :, 1] == int(mujoco.mjtObj.mjOBJ_GEOM)
        return picture, np.where(is_geom, of_geom[np.where(is_geom, labels[:, :, 0], 0)], 0)

    def _set(self, scene):
        model = self.model
        model.geom_rgba[model.geom("floor").id] = (*ROOM_COLORS[scene.floor], 1)
        place, _, _, _ = camera_frame(scene)
        for wall, ((x, y), _, outward) in zip(self.walls, _WALLS):
            # A wall that the camera is behind would hide the room: it is left out.
            hides = (place[0] - x) * outward[0] + (place[1] - y) * outward[1] > 0
            model.geom_rgba[wall] = (*ROOM_COLORS[scene.wall], 1)
            model.geom_pos[wall] = (x, y, AWAY if hides else WALL_HEIGHT / 2)
        for number, geom in enumerate(self.things):
            if number >= len(scene.things):
                model.geom_pos[geom] = (0, 0, AWAY)
                continue
            thing = scene.things[number]
            model.geom_type[geom] = _TYPES[thing.shape]
            model.geom_size[geom] = thing.size
            model.geom_pos[geom] = thing.place
            model.geom_quat[geom] = (np.cos(thing.turn / 2), 0, 0, np.sin(thing.turn / 2))
            model.geom_rgba[geom] = (*OBJECT_COLORS[thing.color], 1)
            # The radius by which what is out of view is left out: it has to grow with the object.
            model.geom_rbound[geom] = float(np.linalg.norm(thing.size)) + 0.01
        self._paint_sky(scene.sky)
        mujoco.mj_forward(model, self.data)
        self.camera.lookat[:] = scene.look
        self.camera.distance = scene.distance
        self.camera.azimuth = scene.azimuth
        self.camera.elevation = -scene.elevation

    def _paint_sky(self, color):
        texture = self.model.texture("sky").id
        pixels = self.model.tex_data.reshape(-1, 3)
        pixels[:] = np.round(255 * np.array(ROOM_COLORS[color]))
        if self.renderer._gl_context:
            self.renderer._gl_context.make_current()
        mujoco.mjr_uploadTexture(self.model, self.renderer._mjr_context, texture)
