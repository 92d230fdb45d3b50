"""Writes the profiles of the tests and what LittleCMS makes of them.

Needs Pillow with LittleCMS: these files are of Pillow 13.0.0, LittleCMS 2.19.
    python make.py
Every NAME.png is the image of the test (see icc_test.go), taken from NAME.icc to
sRGB, relative colorimetric, without LittleCMS's optimisations for 8 bits.
"""
import io
import struct

from PIL import Image, ImageCms


def fixed(*values):
    return b"".join(struct.pack(">i", round(v * 65536)) for v in values)


def xyz(*v):
    return b"XYZ \0\0\0\0" + fixed(*v)


def para(kind, *v):
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + fixed(*v)


def curv(*points):
    return b"curv\0\0\0\0" + struct.pack(">I", len(points)) + struct.pack(">%dH" % len(points), *points)


def mluc(text):
    data = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(data), 28) + data


def profile(name, space, tags):
    tags = {"desc": mluc(name), "cprt": mluc("CC0"), "wtpt": xyz(0.9642, 1, 0.8249), **tags}
    table, body, at = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for sig, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += struct.pack(">4sII", sig.encode(), at + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"\0\0\0\0", 0x04200000, b"mntr", space, b"XYZ ")
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + fixed(0.9642, 1, 0.8249) + b"\0" * 48
    assert len(head) == 128
    return head + table + body


def rgb(name, r, g, b, *trc):
    trc = trc * 3 if len(trc) == 1 else trc
    return profile(name, b"RGB ", {"rXYZ": xyz(*r), "gXYZ": xyz(*g), "bXYZ": xyz(*b), "rTRC": trc[0], "gTRC": trc[1], "bTRC": trc[2]})


SRGB_CURVE = para(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
P3 = (0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)
ADOBE = (0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)
PROPHOTO = (0.79767, 0.28804, 0), (0.13519, 0.71188, 0), (0.03134, 0.00009, 0.82491)
SRGB = (0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)

profiles = {
    "display-p3": rgb("P3", *P3, SRGB_CURVE),
    "adobe-rgb": rgb("Adobe", *ADOBE, curv(563)),
    "prophoto": rgb("ProPhoto", *PROPHOTO, para(3, 1.8, 1, 0, 1 / 16, 0.03125)),
    "three-curves": rgb("three", *SRGB, para(0, 1.8), curv(*(round(65535 * (i / 20) ** 2.6) for i in range(21))), curv()),
    "lifted": rgb("lifted", *P3, para(1, 2.0, 1.1, -0.1), para(2, 2.2, 0.8, 0.02, 0.15), para(4, 2.4, 0.9, 0.05, 0.2, 0.1, 0.02, 0.03)),
    "grey-22": profile("grey", b"GRAY", {"kTRC": curv(563)}),
    "grey-dots": profile("grey", b"GRAY", {"kTRC": curv(*(round(65535 * (i / 255) ** 1.6) for i in range(256)))}),
    "srgb": rgb("sRGB", *SRGB, SRGB_CURVE),
}

cube = Image.new("RGB", (40, 25))
cube.putdata([(i // 100 * 28 + (i // 100 > 8) * 3, i // 10 % 10 * 28 + (i // 10 % 10 > 8) * 3, i % 10 * 28 + (i % 10 > 8) * 3) for i in range(1000)])
ramp = Image.new("L", (256, 1))
ramp.putdata(range(256))
for name, data in profiles.items():
    with open(name + ".icc", "wb") as f:
        f.write(data)
    src = ramp if name.startswith("grey") else cube
    t = ImageCms.buildTransform(io.BytesIO(data), ImageCms.createProfile("sRGB"), src.mode, "RGB",
                                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, flags=ImageCms.Flags.NOOPTIMIZE)
    out = ImageCms.applyTransform(src, t)
    out.info.pop("icc_profile", None)
    out.save(name + ".png", optimize=True)
