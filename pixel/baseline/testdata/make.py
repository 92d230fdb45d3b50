"""Write jpeg.zip: small JPEG files of every kind that package baseline decodes, and some that it must leave alone.

usage: python make.py   (Pillow 13.0.0; ffmpeg for brightness halved downwards only)
"""
import io
import random
import subprocess
import zipfile

from PIL import Image

random.seed(1)
SIZES = [(1, 1), (16, 16), (17, 9), (33, 40)]


def scene(w, h, noise):
    m = Image.new("RGB", (w, h))
    m.putdata([tuple(min(255, max(0, v + random.randint(-noise, noise))) for v in (255 * x // w, 255 * y // h, 255 * (x + y) // (w + h)))
               for y in range(h) for x in range(w)])
    return m


def jpeg(m, **how):
    b = io.BytesIO()
    m.save(b, "JPEG", **how)
    return b.getvalue()


def by_ffmpeg(m, sampling):
    return subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "%dx%d" % m.size, "-i", "-", "-pix_fmt", sampling,
                           "-strict", "unofficial", "-q:v", "3", "-f", "mjpeg", "-"], input=m.tobytes(), capture_output=True, check=True).stdout


with zipfile.ZipFile("jpeg.zip", "w", zipfile.ZIP_DEFLATED) as z:
    def add(name, data):
        z.writestr(zipfile.ZipInfo(name), data)
    for w, h in SIZES:
        for noise in (0, 3, 200):
            m, end = scene(w, h, noise), f"-{w}x{h}-{noise}.jpg"
            for sampling in ("4:4:4", "4:2:2", "4:2:0"):
                name = sampling.replace(":", "") + end
                add("plain" + name, jpeg(m, quality=90, subsampling=sampling))
                add("finest" + name, jpeg(m, quality=100, subsampling=sampling, optimize=True))
                add("coarse" + name, jpeg(m, quality=3, subsampling=sampling))
                add("restart" + name, jpeg(m, quality=80, subsampling=sampling, restart_marker_blocks=1))
            add("grey" + end, jpeg(m.convert("L"), quality=90, restart_marker_rows=1))
            if w > 1:
                add("440" + end, by_ffmpeg(m, "yuvj440p"))
    m = scene(40, 33, 3)
    add("left-progressive.jpg", jpeg(m, progressive=True))
    add("left-cmyk.jpg", jpeg(m.convert("CMYK")))
    add("left-rgb.jpg", jpeg(m, keep_rgb=True))
