"""Times from JPEG to JPEG: gesturekit, OpenCV, OpenCV with albumentations.

Started by make bench-augment, after compare.py, whose rules it keeps: one core,
turns, medians. All take eight JPEGs of 1280x720 in memory to 224x224, apply the
same perspective warp and gamma (albumentations: of the same kind) and encode
with quality 90. OpenCV decodes at half size and reduces by area, and writes into
pictures that exist wherever it can. Both sides have libjpeg-turbo's exact
transforms (ISLOW) both ways and chroma at half the resolution (4:2:0).
"""

import os
import sys
import tempfile
import time

import albumentations as A
import cv2
import numpy as np

from compare import GAMMA, JITTER, Ours, header, matrix, medians, picture, trace

WIDTH, HEIGHT, SIDE, QUALITY = 1280, 720, 224, 90
ENCODING = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]


class OpenCV:
    """Decode, reduce, augment, encode; augment is given a 224x224 picture."""

    def __init__(self, files, augment):
        self.files, self.augment = files, augment
        self.small = np.empty((SIDE, SIDE, 3), np.uint8)

    def once(self, i):
        half = cv2.imdecode(self.files[i % len(self.files)], cv2.IMREAD_REDUCED_COLOR_2)
        cv2.resize(half, (SIDE, SIDE), dst=self.small, interpolation=cv2.INTER_AREA)
        return cv2.imencode(".jpg", self.augment(self.small, i), ENCODING)[1]

    def __call__(self, n):
        start = time.perf_counter_ns()
        for i in range(n):
            self.once(i)
        return time.perf_counter_ns() - start


def warp_and_table(directions):
    matrices = [matrix(SIDE, SIDE, d) for d in directions]
    table = np.rint(255 * (np.arange(256) / 255) ** GAMMA).astype(np.uint8)
    warped, toned = np.empty((SIDE, SIDE, 3), np.uint8), np.empty((SIDE, SIDE, 3), np.uint8)

    def augment(img, i):
        cv2.warpPerspective(img, matrices[i % len(matrices)], (SIDE, SIDE), dst=warped,
                            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT_101)
        return cv2.LUT(warped, table, dst=toned)

    return augment


def albumentations():
    pipeline = A.Compose([
        A.Perspective(scale=(JITTER / 2, JITTER / 2), border_mode=cv2.BORDER_REFLECT_101, p=1),
        A.RandomGamma(gamma_limit=(100 * GAMMA, 100 * GAMMA), p=1),
    ])
    return lambda img, i: pipeline(image=img)["image"]


def check(ours, opencv, output):
    """Stops unless both make the same picture, but for filters and JPEG."""
    ours.ask(Save=output)
    got = cv2.imread(output).astype(float)
    rms = np.sqrt(np.mean((got - cv2.imdecode(opencv.once(0), cv2.IMREAD_COLOR)) ** 2))
    if rms > 6:
        sys.exit(f"the pictures differ by {rms:.2f} levels: not the same work")


def main():
    cv2.setNumThreads(1)
    r = np.random.default_rng(2)
    directions = r.uniform(-1, 1, (8, 4, 2))
    files = [cv2.imencode(".jpg", picture(WIDTH, HEIGHT, r), ENCODING)[1] for _ in range(8)]
    opencv = OpenCV(files, warp_and_table(directions))
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, f"{i}.jpg") for i in range(len(files))]
        for name, data in zip(names, files):
            data.tofile(name)
        peers = {}
        for codec in "turbo", "go":
            ours = Ours(sys.argv[1])
            ours.ask(JPEGs=names, Codec=codec, Side=SIDE, Quality=QUALITY, Traces=[trace(d) for d in directions])
            check(ours, opencv, os.path.join(folder, "output.jpg"))
            peers[f"gesturekit, codec {codec}"] = lambda n, ours=ours: ours.ask(Run=n)
        peers["OpenCV"] = opencv
        peers["OpenCV, albumentations"] = OpenCV(files, albumentations())
        header()
        print("| program | ms | img/s | codec turbo is | codec go is |\n|---|---:|---:|---:|---:|")
        result = medians(peers)
        turbo, go = list(result.values())[:2]
        for name, ms in result.items():
            print(f"| {name} | {ms:.3f} | {1e3 / ms:.0f} | {ms / turbo:.2f}x | {ms / go:.2f}x |")


if __name__ == "__main__":
    main()
