"""Ingest as one would write it in Python: OpenCV and Pillow in a pool of processes, with the checks of gesturekit.

usage: python peer.py CAPTURES OUT PROCESSES

Each capture is read once. SHA-256 (exact duplicates), size by the header, EXIF orientation, time and camera, decoding (by OpenCV at the
smallest of 1, 1/2, 1/4, 1/8 that need not be enlarged), ICC profile to sRGB (by Pillow, which OpenCV lacks), middle crop, reduction
by area to 64x64, JPEG of quality 95, and of what was written percentiles, blur, entropy and a perceptual hash. In the end near-duplicates by hash, up to six bits
apart, then correlation; and the tables.
"""
import csv
import hashlib
import io
import os
import sys
from collections import defaultdict
from multiprocessing import Pool

import cv2
import numpy as np
from PIL import Image, ImageCms

SIZE = 64
TURNS = {2: (1, None), 3: (None, cv2.ROTATE_180), 4: (0, None), 5: (1, cv2.ROTATE_90_COUNTERCLOCKWISE), 6: (None, cv2.ROTATE_90_CLOCKWISE),
         7: (1, cv2.ROTATE_90_CLOCKWISE), 8: (None, cv2.ROTATE_90_COUNTERCLOCKWISE)}
REDUCED = [cv2.IMREAD_COLOR, cv2.IMREAD_REDUCED_COLOR_2, cv2.IMREAD_REDUCED_COLOR_4, cv2.IMREAD_REDUCED_COLOR_8]
SRGB = ImageCms.createProfile("sRGB")
transforms = {}


def start():
    cv2.setNumThreads(1)
    try:  # else its large blocks fault anew for every picture
        import ctypes
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-3, 1 << 30)
        libc.mallopt(-1, 1 << 30)
    except OSError:
        pass


def to_srgb(img, profile):
    if profile not in transforms:
        transforms[profile] = ImageCms.buildTransform(ImageCms.ImageCmsProfile(io.BytesIO(profile)), SRGB, "RGB", "RGB")
    rgb = Image.fromarray(cv2.cvtColor(img, cv2.COLOR_BGR2RGB))
    return cv2.cvtColor(np.asarray(ImageCms.applyTransform(rgb, transforms[profile])), cv2.COLOR_RGB2BGR)


def take(job):
    root, out, path = job
    try:
        with open(os.path.join(root, path), "rb") as f:
            data = f.read()
        digest = hashlib.sha256(data).hexdigest()
        head = Image.open(io.BytesIO(data))
        w, h = head.size
        if w * h > 50_000_000 or len(data) > 64 << 20 or min(w, h) < 16:
            return path, "size", None
        exif = head.getexif()
        orientation, camera, when = exif.get(274, 1), exif.get(272, ""), exif.get_ifd(34665).get(36867, "")
        halvings = 0
        while halvings < 3 and min(w, h) >> halvings + 1 >= SIZE:
            halvings += 1
        img = cv2.imdecode(np.frombuffer(data, np.uint8), REDUCED[halvings] | cv2.IMREAD_IGNORE_ORIENTATION)
        if img is None:
            return path, "unreadable", None
        if profile := head.info.get("icc_profile"):
            img = to_srgb(img, profile)
        if orientation in TURNS:
            flip, turn = TURNS[orientation]
            img = cv2.flip(img, flip) if flip is not None else img
            img = cv2.rotate(img, turn) if turn is not None else img
        y, x = img.shape[:2]
        side = min(x, y)
        img = img[(y - side) // 2:(y - side) // 2 + side, (x - side) // 2:(x - side) // 2 + side]
        img = cv2.resize(img, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
        coded = cv2.imencode(".jpg", img, [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
        category, name = path.split(os.sep, 1)
        target = os.path.join(out, "images", category, name.split("-")[0] + "-" + digest[:8] + ".jpg")
        with open(target + ".tmp", "wb") as f:
            f.write(coded)
        os.replace(target + ".tmp", target)
        small = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        low, high = np.percentile(small, [5, 95])
        blur = cv2.Laplacian(grey, cv2.CV_32F).var() / max(1.0, grey.var())
        p = np.bincount(grey.ravel(), minlength=256) / grey.size
        entropy = -(p[p > 0] * np.log2(p[p > 0])).sum()
        dct = cv2.dct(cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32))[:8, :8]
        phash = int.from_bytes(np.packbits(dct > np.median(dct)).tobytes(), "big")
        return path, "", (target, digest, w, h, int(low), int(high), float(blur), float(entropy), phash, when, camera, cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA).tobytes())
    except Exception as e:
        return path, repr(e), None


def near(rows):
    """For each picture the first earlier one that is nearly the same: hashes in bands of 9 bits, of which seven hold one without a change."""
    bands = [defaultdict(list) for _ in range(7)]
    hashes = [r[2][8] for r in rows]
    thumbs = np.stack([np.frombuffer(r[2][11], np.uint8) for r in rows]).astype(np.float32)
    thumbs -= thumbs.mean(1, keepdims=True)
    thumbs /= np.maximum(np.linalg.norm(thumbs, axis=1, keepdims=True), 1e-6)
    found = {}
    for i, h in enumerate(hashes):
        candidates = set()
        for b, band in enumerate(bands):
            key = h >> 9 * b & 511 if b < 6 else h >> 54
            candidates.update(j for j in band[key] if (h ^ hashes[j]).bit_count() <= 6)
            band[key].append(i)
        if candidates:
            c = sorted(candidates)
            s = thumbs[c] @ thumbs[i]
            best = int(s.argmax())
            if s[best] >= 0.995:
                found[i] = (c[best], float(s[best]))
                for b, band in enumerate(bands):  # one of a kind is enough to compare with
                    key = h >> 9 * b & 511 if b < 6 else h >> 54
                    band[key].pop()
    return found


def main(root, out, processes):
    files = sorted(os.path.relpath(os.path.join(d, f), root) for d, _, fs in os.walk(root) for f in fs)
    for category in {f.split(os.sep)[0] for f in files}:
        os.makedirs(os.path.join(out, "images", category), exist_ok=True)
    with Pool(processes, start) as pool:
        results = pool.map(take, [(root, out, f) for f in files], chunksize=64)
    seen, rows, aside = {}, [], []
    for path, fault, r in results:
        if r is None or r[1] in seen:
            aside.append((path, fault or "duplicate"))
        else:
            seen[r[1]] = path
            rows.append((path, fault, r))
    pairs = near(rows)
    with open(os.path.join(out, "captures.csv"), "w", newline="") as f:
        w = csv.writer(f)
        for i, (path, _, r) in enumerate(rows):
            w.writerow([path, *r[:11], rows[pairs[i][0]][0] if i in pairs else ""])
        w.writerows(aside)
    print(len(rows), "kept,", len(aside), "set aside,", len(pairs), "near-duplicates")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
