"""The foreign side of the round trips in StorageTests.

    formats.py make FOLDER    writes files that the tests read
    formats.py check FOLDER   reads files that the tests wrote and compares every element
    formats.py make-odd FOLDER  writes an HDF5 file with objects that cannot be used beside good ones
    formats.py check-events, make-png, check-png FOLDER   likewise for event files and pictures

The interpreter is the one named by TESSERA_PYTHON, or python3. To make one with what is needed:

    python3 -m venv .venv && .venv/bin/pip install numpy h5py safetensors tensorboard pillow
"""

import struct
import sys
import zipfile
import zlib

import h5py
import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file


def expected():
    """The arrays that both sides know, by a rule and not by a file."""
    n = np.arange(24)
    return {
        "doubles": (n.reshape(2, 3, 4) * 0.1 - 1.0).astype("f8"),
        "singles": (n.reshape(4, 6) * 0.25 - 3.0).astype("f4"),
        "halves": (n.reshape(24) * 0.125 - 1.0).astype("f2"),
        "longs": (n.reshape(6, 4) * 1_000_000_007 - 5).astype("i8"),
        "ints": (n.reshape(3, 8) * 7 - 50).astype("i4"),
        "bytes": (n.reshape(24, 1) * 11 % 256).astype("u1"),
        "flags": (n.reshape(8, 3) % 3 == 0),
        "scalar": np.array(2.5, "f8"),
        "empty": np.zeros((0, 5), "f4"),
    }


def same(name, ours):
    theirs = expected()[name]
    assert ours.dtype == theirs.dtype, (name, ours.dtype, theirs.dtype)
    assert ours.shape == theirs.shape, (name, ours.shape, theirs.shape)
    assert np.array_equal(ours, theirs), (name, ours, theirs)


def make(folder):
    arrays = expected()
    np.savez(f"{folder}/stored.npz", **arrays)
    np.savez_compressed(f"{folder}/deflated.npz", **arrays)
    np.savez(f"{folder}/pickled.npz", bad=np.array([{"a": 1}], dtype=object), good=arrays["ints"])
    np.save(f"{folder}/fortran.npy", np.asfortranarray(arrays["doubles"]))
    np.save(f"{folder}/big_endian.npy", arrays["doubles"].astype(">f8"))
    np.save(f"{folder}/big_fortran.npy", np.asfortranarray(arrays["ints"].astype(">i4")))
    np.save(f"{folder}/structured.npy", np.zeros(3, dtype=[("a", "f4"), ("b", "i4")]))
    save_file(arrays, f"{folder}/arrays.safetensors", metadata={"origin": "Zürich \"quoted\"\n"})
    with h5py.File(f"{folder}/arrays.h5", "w") as file:
        for name, array in arrays.items():
            file[f"group/inner/{name}"] = array
        big = np.arange(100 * 7, dtype="f4").reshape(100, 7)
        file.create_dataset("chunked", data=big, chunks=(16, 4), compression="gzip", shuffle=True)
        file.create_dataset("swapped", data=arrays["doubles"].astype(">f8"))
        file.create_dataset("shorts", data=np.array([-3, 300], "i2"))
        file.create_dataset("unsigned", data=np.array([0, 4_000_000_000], "u4"))
        file.create_dataset("words", data=["αβγ", "", "three"], dtype=h5py.string_dtype())
        file.create_dataset("fixed", data=np.array([b"one", b"three"]))
        file.create_dataset("records", data=np.zeros(2, dtype=[("a", "f4"), ("b", "i4")]))
        file.attrs["title"] = "Größe"
        file.attrs["tags"] = ["a", "bc"]
        file["group"].attrs["count"] = np.int64(-7)
        file["chunked"].attrs["scale"] = np.array([0.5, 2.0])
        file["chunked"].attrs["flag"] = True


def make_odd(folder):
    with h5py.File(f"{folder}/odd.h5", "w", libver=("earliest", "v110")) as file:
        file["good"] = np.arange(3.0)
        file.create_dataset("lzf", data=np.arange(1000), chunks=(64,), compression="lzf")
        file["records"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
        file["complex"] = np.array([1j])
        file["words"] = ["a", "b"]
        file["long"] = np.array([1], np.longdouble)
        file["nothing"] = h5py.Empty("f4")
        file["opaque"] = np.void(b"abc")
        file["type"] = np.dtype("f8")
        file.create_dataset("lists", (2,), h5py.vlen_dtype("i4"))
        file.create_dataset("references", (2,), h5py.ref_dtype)
        file.create_dataset("levels", data=np.array([0, 5]), dtype=h5py.enum_dtype({"low": 0, "high": 5}, "i1"))
        file.create_dataset("two", data=np.array([0, 1]), dtype=h5py.enum_dtype({"red": 0, "blue": 1}, "i1"))
        file["gone"] = h5py.SoftLink("/nowhere")
        file["again"] = h5py.SoftLink("/good")
        file["outside"] = h5py.ExternalLink("gone.h5", "/x")
        group = file.create_group("group")
        group["inner"] = np.arange(2, dtype="i2")
        group["loop"] = group
        layout = h5py.VirtualLayout((3,), "f8")
        layout[:] = h5py.VirtualSource("gone.h5", "x", (3,))
        file.create_virtual_dataset("virtual", layout, fillvalue=7)
        layout = h5py.VirtualLayout((3,), "f8")
        layout[:] = h5py.VirtualSource(file["good"])
        file.create_virtual_dataset("mirror", layout, fillvalue=7)
        group.attrs["units"] = "m"
    file = h5py.File(f"{folder}/writing.h5", "w", libver="latest")
    file["a"] = np.arange(3)
    file.swmr_mode = True
    file.flush()
    with open(f"{folder}/writing.h5", "rb") as source, open(f"{folder}/open.h5", "wb") as target:
        target.write(source.read())
    file.close()


def check(folder):
    for archive in ["stored.npz", "deflated.npz"]:
        assert zipfile.ZipFile(f"{folder}/{archive}").testzip() is None
        with np.load(f"{folder}/{archive}", allow_pickle=False) as file:
            assert sorted(file.files) == sorted(expected()), file.files
            for name in file.files:
                same(name, file[name])
    same("doubles", np.load(f"{folder}/doubles.npy", allow_pickle=False))

    loaded = load_file(f"{folder}/arrays.safetensors")
    assert sorted(loaded) == sorted(expected()), list(loaded)
    for name, array in loaded.items():
        same(name, array)
    with safe_open(f"{folder}/arrays.safetensors", "numpy") as file:
        assert file.metadata() == {"origin": "Zürich \"quoted\"\n"}, file.metadata()

    with h5py.File(f"{folder}/arrays.h5", "r") as file:
        for name in expected():
            same(name, file[f"group/inner/{name}"][()])
        chunked = file["chunked"]
        assert chunked.chunks == (16, 4) and chunked.compression == "gzip", chunked
        assert np.array_equal(chunked[()], np.arange(700, dtype="f4").reshape(100, 7))
        blocks = file["blocks"][()]
        assert blocks.dtype == np.dtype("i4") and blocks.shape == (6, 2)
        assert np.array_equal(blocks, [[0, 0], [1, 2], [3, 4], [0, 0], [0, 0], [0, 0]]), blocks
        assert file["words"].asstr()[()].tolist() == ["αβγ", "", "three"]
        assert file.attrs["title"] == "Größe"
        assert file.attrs["tags"].tolist() == ["a", "bc"]
        assert file["group"].attrs["count"] == -7
        assert file["chunked"].attrs["scale"].tolist() == [0.5, 2.0]


def pixels(png):
    """The bytes of an unfiltered, uninterlaced RGB picture, chunk by chunk."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n", png[:8]
    place, chunks = 8, {}
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place:place + 8])
        chunks[kind] = png[place + 8:place + 8 + length]
        place += 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    rows = zlib.decompress(chunks[b"IDAT"])
    lines = [rows[i * (3 * width + 1):(i + 1) * (3 * width + 1)] for i in range(height)]
    assert all(line[0] == 0 for line in lines), lines
    return [value for line in lines for value in line[1:]]


def check_events(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0, "images": 0}).Reload()
    loss = [(e.step, e.wall_time, e.value) for e in events.Scalars("loss/total")]
    assert loss == [(0, 100.5, 2.0), (1, 101.5, 1.0), (300, 102.5, 0.5)], loss
    rate = [(e.step, e.value) for e in events.Scalars("rate")]
    assert rate == [(300, np.float32(0.1))], rate
    text = events.Tensors("note")
    assert text[0].tensor_proto.string_val == ["**bold** Größe".encode()], text
    (image,) = events.Images("pictures/scene")
    assert (image.step, image.wall_time, image.width, image.height) == (7, 104.5, 3, 2), image
    assert pixels(image.encoded_image_string) == list(range(0, 3)) + list(range(20, 23)) + list(
        range(40, 43)) + list(range(60, 63)) + list(range(80, 83)) + list(range(100, 103))
    assert events.Tags()["images"] == ["pictures/scene"], events.Tags()
    assert events.Tags()["scalars"] == ["loss/total", "rate"], events.Tags()


MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def picture(channels):
    """The picture that both sides know, [5, 7, channels]."""
    return ((np.arange(35 * channels) * 37 + 11) % 256).astype("u1").reshape(5, 7, channels)


def assembled(path, samples, depth, interlaced):
    """Writes a PNG file byte by byte, for what Pillow cannot write: Adam7 and colours of 16 bits."""
    height, width, channels = samples.shape
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    body = b""
    for row, column, down, right in passes if interlaced else [(0, 0, 1, 1)]:
        part = samples[row::down, column::right]
        if part.size:
            body += b"".join(b"\0" + line.astype(f">u{depth // 8}").tobytes() for line in part)

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, depth, {1: 0, 3: 2}[channels], 0, 0, interlaced)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b""))


def make_png(folder):
    from PIL import Image

    def mode(array):
        return Image.frombytes(MODES[array.shape[2]], (7, 5), array.tobytes())

    for channels in MODES:
        mode(picture(channels)).save(f"{folder}/{channels}.png")
    n = np.arange(35).reshape(5, 7)
    mode(np.where(n % 3 == 0, 255, 0).astype("u1")[..., None]).convert("1").save(f"{folder}/bits.png")
    palette = Image.frombytes("P", (7, 5), (n * 3 % 40).astype("u1").tobytes())
    palette.putpalette([value for i in range(40) for value in (i * 5, 255 - i, i)])
    palette.save(f"{folder}/palette.png")
    palette.save(f"{folder}/clear.png", transparency=6)
    deep = (np.arange(105) * 1871 + 17) % 65536
    assembled(f"{folder}/deep.png", deep.reshape(5, 7, 3), 16, False)
    assembled(f"{folder}/deep-grey.png", deep[:35].reshape(5, 7, 1), 16, False)
    assembled(f"{folder}/interlaced.png", picture(3), 8, True)
    assert np.array_equal(np.asarray(Image.open(f"{folder}/interlaced.png")), picture(3))


def check_png(folder):
    from PIL import Image

    for channels, mode in MODES.items():
        with Image.open(f"{folder}/{channels}.png") as image:
            image.load()
            assert image.mode == mode, (image.mode, mode)
            assert np.array_equal(np.asarray(image).reshape(5, 7, channels), picture(channels)), mode


if __name__ == "__main__":
    {
        "make": make, "make-odd": make_odd, "check": check, "check-events": check_events, "make-png": make_png, "check-png": check_png,
    }[sys.argv[1]](sys.argv[2])
    print("ok")
