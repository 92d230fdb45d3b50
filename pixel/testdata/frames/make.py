"""Writes the animations and WebP images of the tests and what Pillow makes of them.

These files are of Pillow 13.0.0 with libwebp 1.6.0.
    python make.py
Every NAME.png has the frames of NAME over white, one below the other.
"""
import struct
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
PALETTE = bytes([250, 250, 250, 200, 30, 40, 20, 160, 60, 10, 60, 220, 240, 200, 0, 0, 0, 0, 120, 0, 130, 90, 90, 90])
LOCAL = bytes(255 - v for v in PALETTE)


def scene(w, h, step, alpha=False):
    m = Image.new("RGBA" if alpha else "RGB", (w, h))
    for y in range(h):
        for x in range(w):
            c = (255 * x // w, 255 * y // h, (40 + 3 * x + 5 * y + 60 * step) % 256)
            m.putpixel((x, y), c + ((x * 9 + step * 40) % 256,) if alpha else c)
    return m


def lzw(pixels):
    """Codes of four bits for three bits of pixel, with a clear code before they grow."""
    codes = []
    for i, p in enumerate(pixels):
        if i % 4 == 0:
            codes.append(8)
        codes.append(p)
    codes.append(9)
    if len(codes) % 2:
        codes.append(0)
    data = bytes(a | b << 4 for a, b in zip(codes[::2], codes[1::2]))
    parts = [data[i:i + 255] for i in range(0, len(data), 255)]
    return b"\x03" + b"".join(bytes([len(p)]) + p for p in parts) + b"\0"


def gif_frame(x, y, w, h, pixel, dispose=0, clear=None, local=None, interlaced=False):
    """A frame whose pixels are pixel(x, y), 0 to 7."""
    flags = dispose << 2 | (clear is not None)
    out = b"\x21\xf9\x04" + bytes([flags, 10, 0, clear or 0, 0])
    out += b"\x2c" + struct.pack("<4HB", x, y, w, h, (0x82 if local else 0) | (0x40 if interlaced else 0)) + (local or b"")
    rows = list(range(h))
    if interlaced:
        rows = rows[0::8] + rows[4::8] + rows[2::4] + rows[1::2]
    return out + lzw([pixel(i, j) for j in rows for i in range(w)])


def gif(name, w, h, frames, background=0):
    data = b"GIF89a" + struct.pack("<2H3B", w, h, 0x82, background, 0) + PALETTE
    data += b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0" + b"\x21\xfe\x05hello\0" + b"".join(frames) + b";"
    (HERE / name).write_bytes(data)


def golden(name):
    m = Image.open(HERE / name)
    shown = []
    for i in range(getattr(m, "n_frames", 1)):
        m.seek(i)
        f = m.convert("RGBA")
        shown.append(Image.alpha_composite(Image.new("RGBA", f.size, "white"), f).convert("RGB"))
    out = Image.new("RGB", (shown[0].width, shown[0].height * len(shown)))
    for i, f in enumerate(shown):
        out.paste(f, (0, i * f.height))
    out.save(HERE / (name + ".png"), optimize=True)


def blots(step):
    return lambda x, y: (x // 3 + y // 2 + step) % 8


full = gif_frame(0, 0, 20, 14, blots(0))
gif("leave.gif", 20, 14, [full, gif_frame(3, 2, 9, 7, blots(1), 1, clear=4), gif_frame(8, 5, 12, 9, blots(2), 0, clear=1)])
gif("clear.gif", 20, 14, [gif_frame(0, 0, 20, 14, blots(0), 2, clear=7), gif_frame(3, 2, 9, 7, blots(1), 2, clear=4), gif_frame(8, 5, 12, 9, blots(2), 2, clear=4), gif_frame(1, 1, 4, 4, blots(3), 0, clear=4)])
gif("restore.gif", 20, 14, [full, gif_frame(3, 2, 9, 7, blots(1), 3, clear=4), gif_frame(5, 3, 9, 7, blots(4), 3), gif_frame(8, 5, 12, 9, blots(2), 1, clear=1), gif_frame(0, 0, 2, 2, blots(5))])
gif("local.gif", 20, 14, [full, gif_frame(3, 2, 9, 11, blots(1), local=LOCAL, interlaced=True), gif_frame(0, 0, 20, 14, blots(6), interlaced=True)])

scene(37, 23, 0).save(HERE / "lossy.webp", quality=80)
scene(38, 24, 0, alpha=True).save(HERE / "lossy-alpha.webp", quality=80)
scene(38, 24, 0, alpha=True).save(HERE / "lossless-alpha.webp", lossless=True)
Image.new("RGB", (5, 1), (200, 40, 90)).save(HERE / "thin.webp", quality=90)
Image.new("RGB", (1, 5), "black").save(HERE / "narrow.webp", quality=90)


def moving(alpha):
    out = []
    for i in range(5):
        m = scene(40, 30, 0, False).convert("RGBA")
        m.paste(scene(12, 8, i, alpha), (4 + 5 * i, 3 + 4 * i))
        if alpha:
            m.paste((0, 0, 0, 0), (20, 2 * i, 30, 2 * i + 9))
        out.append(m)
    return out


for name, o in {"lossless": {"lossless": True}, "lossy": {"quality": 70}, "mixed": {"allow_mixed": True, "quality": 60}}.items():
    for alpha in (False, True):
        first, *others = moving(alpha)
        first.save(HERE / f"moving-{name}{'-alpha' if alpha else ''}.webp", save_all=True, append_images=others, duration=100, **o)

for f in sorted(HERE.iterdir()):
    if f.suffix in (".gif", ".webp"):
        golden(f.name)
