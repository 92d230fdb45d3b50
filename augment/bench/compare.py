"""Times a perspective warp and one tone table: gesturekit, OpenCV, albumentations.

Started by make bench-augment. One core, shared by all, who take turns; a time is
the median over rounds. The first three do the same work: bilinear, reflect-101,
the same eight homographies, gamma 0.8, into pictures that exist already.
albumentations draws homographies of the same kind and makes new pictures.
"""

import ctypes
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
CORE = max(os.sched_getaffinity(0))
os.sched_setaffinity(0, {CORE})  # before the libraries count cores

# Large blocks are kept and not given back to the system, whose pages would
# fault at every new picture: twice as slow, for OpenCV and albumentations.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
for option in M_TRIM_THRESHOLD, M_MMAP_THRESHOLD:
    if not ctypes.CDLL(None).mallopt(option, 1 << 30):
        sys.exit("mallopt refuses: the comparison would not be fair")

import albumentations as A
import cv2
import numpy as np

SIZES = [(1280, 720), (224, 224)]
JITTER, GAMMA, ROUNDS, SECONDS = 0.06, 0.8, int(os.environ.get("ROUNDS", 41)), 0.03
CORNERS = ["top_left", "top_right", "bottom_right", "bottom_left"]


class Ours:
    """The Go program, which answers a line with a line."""

    def __init__(self, binary):
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


def picture(w, h, r):
    """A smooth scene with edges and a little noise."""
    img = cv2.resize(r.integers(0, 256, (9, 16, 3), dtype=np.uint8), (w, h), interpolation=cv2.INTER_CUBIC)
    for _ in range(12):
        centre = int(r.integers(w)), int(r.integers(h))
        cv2.circle(img, centre, int(r.integers(h // 20, h // 5)), r.integers(0, 256, 3).tolist(), -1, cv2.LINE_AA)
    return cv2.add(img, r.integers(0, 8, img.shape, dtype=np.uint8))


def trace(directions):
    fields = ", ".join(f"{c}_{a}: {d!r}" for c, xy in zip(CORNERS, directions.tolist()) for a, d in zip("xy", xy))
    return f"- perspective: {{jitter: {JITTER}, {fields}}}\n- gamma: {{power: {GAMMA}}}"


def matrix(w, h, directions):
    """From a pixel of the output to the one of the source seen there."""
    corners = np.array([[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]], np.float32)
    seen = corners + np.float32(JITTER) * directions.astype(np.float32) * np.float32([w - 1, h - 1])
    return cv2.getPerspectiveTransform(corners, seen)


def opencv(img, matrices, table):
    size, warped, toned = img.shape[1::-1], np.empty_like(img), np.empty_like(img)

    def run(n):
        start = time.perf_counter_ns()
        for i in range(n):
            cv2.warpPerspective(img, matrices[i % len(matrices)], size, dst=warped,
                                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT_101)
            cv2.LUT(warped, table, dst=toned)
        return time.perf_counter_ns() - start

    return run, toned


def albumentations(img):
    pipeline = A.Compose([
        A.Perspective(scale=(JITTER / 2, JITTER / 2), border_mode=cv2.BORDER_REFLECT_101, p=1),
        A.RandomGamma(gamma_limit=(100 * GAMMA, 100 * GAMMA), p=1),
    ])

    def run(n):
        start = time.perf_counter_ns()
        for _ in range(n):
            pipeline(image=img)
        return time.perf_counter_ns() - start

    return run


def measure(ours, w, h, folder):
    r = np.random.default_rng(1)
    img, directions = picture(w, h, r), r.uniform(-1, 1, (8, 4, 2))
    matrices = [matrix(w, h, d) for d in directions]
    table = np.rint(255 * (np.arange(256) / 255) ** GAMMA).astype(np.uint8)
    rgba = cv2.cvtColor(img, cv2.COLOR_RGB2RGBA)
    rgba.tofile(source := os.path.join(folder, "source"))
    ours.ask(Picture=source, Width=w, Height=h, Traces=[trace(d) for d in directions])
    three, toned = opencv(img, matrices, table)
    four, _ = opencv(rgba, matrices, table)
    check(ours, three, toned, os.path.join(folder, "output"))
    peers = {"gesturekit": lambda n: ours.ask(Run=n), "OpenCV, 3 channels": three, "OpenCV, 4 channels": four,
             "albumentations": albumentations(img)}
    return medians(peers)


def medians(peers):
    """Milliseconds a picture, all in turns."""
    counts = {name: max(8, 8 * round(SECONDS * 1e9 / run(8))) for name, run in peers.items()}
    times = {name: [] for name in peers}
    for _ in range(ROUNDS):
        for name, run in peers.items():
            times[name].append(run(counts[name]) / counts[name] / 1e6)
    return {name: statistics.median(t) for name, t in times.items()}


def check(ours, three, toned, output):
    """Stops unless both make the same picture, but for OpenCV's rounding."""
    three(1)
    ours.ask(Save=output)
    got = np.fromfile(output, np.uint8).reshape(*toned.shape[:2], 4)[..., :3]
    rms = np.sqrt(np.mean((got.astype(float) - toned) ** 2))
    if rms > 1:
        sys.exit(f"the pictures differ by {rms:.2f} levels: not the same work")


def processor():
    with open("/proc/cpuinfo") as f:
        return next((line.split(":")[1].strip() for line in f if line.startswith("model name")), platform.machine())


def header():
    print(f"{processor()}, one core; {platform.python_implementation()} {platform.python_version()}, "
          f"OpenCV {cv2.__version__}, albumentations {A.__version__}\n")


def main():
    cv2.setNumThreads(1)
    ours = Ours(sys.argv[1])
    header()
    print("| size | program | ms | img/s | gesturekit is |\n|---|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for w, h in SIZES:
            result = measure(ours, w, h, folder)
            for name, ms in result.items():
                print(f"| {w}x{h} | {name} | {ms:.3f} | {1e3 / ms:.0f} | {ms / result['gesturekit']:.2f}x |")


if __name__ == "__main__":
    main()
