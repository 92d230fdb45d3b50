"""Write captures to time ingest with: copies of a folder of JPEG files, no two with the same bytes, and mosaics of them at 1280x720.

usage: python captures.py FROM TO COPIES MOSAICS

FROM has one folder per category; TO gets <category>/<person>-<session>-<number>.jpg.
"""
import io
import os
import random
import sys

from PIL import Image


def copies(source, to, n):
    files = sorted(os.path.join(d, f) for d, _, fs in os.walk(source) for f in fs if f.lower().endswith((".jpg", ".jpeg")))
    for i in range(n):
        name = files[i % len(files)]
        with open(name, "rb") as f:
            data = f.read()
        comment = b"%012d" % i
        write(to, os.path.basename(os.path.dirname(name)), i, data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:])
    return files


def mosaics(files, to, n, start):
    random.seed(1)
    tiles = [Image.open(f).convert("RGB").resize((100, 100)) for f in random.sample(files, 400)]
    for i in range(n):
        m = Image.new("RGB", (1280, 720))
        for y in range(0, 720, 100):
            for x in range(0, 1280, 100):
                m.paste(random.choice(tiles), (x, y))
        b = io.BytesIO()
        m.save(b, "JPEG", quality=90)
        write(to, os.path.basename(os.path.dirname(files[i * 7 % len(files)])), start + i, b.getvalue())


def write(to, category, i, data):
    folder = os.path.join(to, category)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"p{i % 211:03d}-s{i // 211}-{i:06d}.jpg"), "wb") as f:
        f.write(data)


if __name__ == "__main__":
    source, to, n, m = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    mosaics(copies(source, to, n), to, m, n)
