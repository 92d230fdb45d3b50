"""Writes formats.zip: an image of every kind, and NAME.png, what Pillow makes of it over white.

PNG files are put together here, as Pillow writes neither interlaced ones nor all depths.
This one is of Pillow 13.0.0.
    python make.py
"""
import io
import struct
import zipfile
import zlib
from pathlib import Path

from PIL import Image

W, H = 29, 19


def scene():
    m = Image.new("RGB", (W, H))
    m.putdata([(255 * x // W, 255 * y // H, (40 + 3 * x + 5 * y) % 256) for y in range(H) for x in range(W)])
    return m


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def rows(pixels, bits):
    """Scanlines without a filter; pixels are rows of tuples of samples."""
    out = b""
    for row in pixels:
        value, n = 0, 0
        for p in row:
            for s in p:
                value, n = value << bits | s, n + bits
        pad = -n % 8
        out += b"\0" + (value << pad).to_bytes((n + pad) // 8, "big")
    return out


def png(kind, bits, sample, interlaced, extra=b""):
    pixels = [[sample(x, y) for x in range(W)] for y in range(H)]
    raw = b""
    if interlaced:
        for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
            raw += rows([r[x0::dx] for r in pixels[y0::dy]], bits)
    else:
        raw = rows(pixels, bits)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, bits, kind, 0, 0, interlaced))
            + extra + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def pngs():
    def grey(bits):
        return lambda x, y: ((x * 2641 + y * 977) * (2 ** bits - 1) // (W * 2641 + H * 977),)

    def colour(bits):
        top = 2 ** bits - 1
        return lambda x, y: (top * x // W, top * y // H, (x * 411 + y * 5303) & top)

    def alpha(of, bits):
        return lambda x, y: of(x, y) + ((x * 2200 + y * 33) & 2 ** bits - 1,)

    for interlaced in (0, 1):
        tail = "-interlaced" if interlaced else ""
        for bits in (1, 2, 4, 8, 16):
            yield f"grey{bits}{tail}.png", png(0, bits, grey(bits), interlaced)
            if bits < 16:
                palette = bytes(v for i in range(2 ** bits) for v in (i * 37 % 256, 255 - i * 101 % 256, i * 5 % 256))
                yield f"palette{bits}{tail}.png", png(3, bits, lambda x, y: ((x + y * 3) % 2 ** bits,), interlaced, chunk(b"PLTE", palette))
            if bits >= 8:
                yield f"colour{bits}{tail}.png", png(2, bits, colour(bits), interlaced)
                yield f"grey{bits}-alpha{tail}.png", png(4, bits, alpha(grey(bits), bits), interlaced)
                yield f"colour{bits}-alpha{tail}.png", png(6, bits, alpha(colour(bits), bits), interlaced)
    palette = chunk(b"PLTE", bytes(range(0, 48))) + chunk(b"tRNS", bytes([0, 255, 128]))
    yield "palette4-clear.png", png(3, 4, lambda x, y: ((x + y) % 16,), 0, palette)
    yield "grey8-clear.png", png(0, 8, lambda x, y: ((x + y) % 9,), 0, chunk(b"tRNS", struct.pack(">H", 4)))
    yield "colour8-clear.png", png(2, 8, lambda x, y: (x % 3, y % 3, 7), 0, chunk(b"tRNS", struct.pack(">HHH", 1, 2, 7)))


def saved(m, form, **how):
    b = io.BytesIO()
    m.save(b, form, **how)
    return b.getvalue()


def others():
    m = scene()
    for name, image, how in [
        ("baseline", m, {}), ("progressive", m, {"progressive": True}), ("grey", m.convert("L"), {}), ("grey-progressive", m.convert("L"), {"progressive": True}),
        ("cmyk", m.convert("CMYK"), {}), ("restart", m, {"restart_marker_blocks": 2}), ("restart-rows", m, {"restart_marker_rows": 1, "progressive": True}),
    ]:
        yield name + ".jpg", saved(image, "JPEG", quality=95, subsampling=0, **how)
    for name, subsampling in [("422", 1), ("420", 2)]:
        yield f"smooth-{name}.jpg", saved(m.resize((4 * W, 4 * H), Image.BICUBIC), "JPEG", quality=95, subsampling=subsampling)
        yield f"smooth-{name}-progressive.jpg", saved(m.resize((4 * W, 4 * H), Image.BICUBIC), "JPEG", quality=95, subsampling=subsampling, progressive=True)
    yield "first.apng.png", saved(m, "PNG", save_all=True, append_images=[m.transpose(Image.FLIP_TOP_BOTTOM), m.rotate(180)])
    for mode in ["1", "L", "P", "RGB", "RGBA"]:
        yield f"{mode}.bmp", saved(m.convert(mode), "BMP")
    for mode in ["1", "L", "P", "RGB", "RGBA", "CMYK"]:
        for how in ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "group3", "group4"]:
            if mode == "1" or not how.startswith("group"):
                yield f"{mode}-{how}.tif", saved(m.convert(mode), "TIFF", compression=how)
    deep = Image.new("I;16", (W, H))
    for y in range(H):
        for x in range(W):
            deep.putpixel((x, y), (x * 2200 + y * 33) % 65536)
    yield "deep.tif", saved(deep, "TIFF")


def seen(data):
    m = Image.open(io.BytesIO(data))
    m.seek(0)
    if m.mode.startswith("I"):  # Pillow would cut these off at 255
        values = m.get_flattened_data() if hasattr(m, "get_flattened_data") else m.getdata()
        grey = Image.new("L", m.size)
        grey.putdata([(v * 255 + 32767) // 65535 for v in values])
        m = grey
    if m.mode in ("RGBA", "LA", "PA") or "transparency" in m.info:
        m = m.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", m.size, "white"), m).convert("RGB")
    return m.convert("RGB")


if __name__ == "__main__":
    with zipfile.ZipFile(Path(__file__).parent / "formats.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
        def put(name, data):
            z.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)

        for name, data in [*pngs(), *others()]:
            put(name, data)
            put("pillow/" + name + ".png", saved(seen(data), "PNG"))
