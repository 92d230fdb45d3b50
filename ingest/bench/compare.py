"""Time ingest beside the same work in Python, in turns on two cores.

usage: python compare.py GESTUREKIT CAPTURES [rounds]

CAPTURES is a folder of JPEG files by category, such as gesturekit fetch sign-digits gives. From it come 8,000 copies, no two of the same
bytes, and 2,000 pictures of 1280x720. With GROW=1 also 1,000, 10,000 and 100,000 copies for the memory, and a second run over them.
"""
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version

HERE = os.path.dirname(os.path.abspath(__file__))
CPUS = sorted(os.sched_getaffinity(0))[:2]


def run(*args):
    """Wall seconds, processor seconds and MiB of the largest process."""
    start = time.perf_counter()
    child = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=lambda: os.sched_setaffinity(0, set(CPUS)))
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{args}: {said.decode()[-2000:]}")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def captures(source, to, copies, mosaics):
    subprocess.run([sys.executable, os.path.join(HERE, "captures.py"), source, to, str(copies), str(mosaics)], check=True)


def main(gesturekit, source, rounds=5):
    dir = tempfile.mkdtemp(prefix="ingestbench")
    raw = os.path.join(dir, "raw")
    outs = (os.path.join(dir, f"out{i}") for i in itertools.count())  # a new one each time, and none removed before the end: else ext4 is slow at making files
    ingest = [gesturekit, "ingest", "--workers", str(len(CPUS)), "--ingest.captures", raw, "--out"]
    try:
        print(f"opencv {version('opencv-python-headless')}, Pillow {version('pillow')}, {len(CPUS)} cores, {rounds} rounds", flush=True)
        captures(source, raw, 8000, 2000)
        sides = {"gesturekit, codec: turbo": lambda out: [*ingest, out, "--codec", "turbo"], "gesturekit, codec: go": lambda out: [*ingest, out],
                 "Python": lambda out: [sys.executable, os.path.join(HERE, "peer.py"), raw, out, str(len(CPUS))]}
        walls = {name: [] for name in sides}
        for i in range(rounds + 1):
            for name, args in sides.items():
                wall, used, most = run(*args(next(outs)))
                if i:  # the first fills the page cache
                    walls[name].append(wall)
                print(f"  {name}: {wall:.1f} s, {used:.1f} s of processor time, {most:.0f} MiB", flush=True)
        python = statistics.median(walls["Python"])
        for name, w in walls.items():
            m = statistics.median(w)
            print(f"| {name} | {m:.1f} s | {10000 / m:.0f} images/s | {python / m:.2f} |", flush=True)
        if os.environ.get("GROW"):
            for n in [1000, 10_000, 100_000]:
                shutil.rmtree(raw)
                captures(source, raw, n, 0)
                for codec in ["turbo", "go"]:
                    args = [*ingest, next(outs), "--codec", codec]
                    wall, _, most = run(*args)
                    again, _, less = run(*args)
                    print(f"| {n:,}, {codec} | {wall:.1f} s | {most:.0f} MiB | again: {again:.2f} s | {less:.0f} MiB |", flush=True)
    finally:
        shutil.rmtree(dir)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
