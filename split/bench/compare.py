"""Time `gesturekit split assign`, and scikit-learn's StratifiedGroupKFold on the
same categories and groups, and split-folders on a tree of empty files with the
same names, by links; it knows no groups. Print a table. Sizes, in samples: SIZES,
for scikit-learn PEER_SIZES, for split-folders FOLDER_SIZES."""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))

PEER = """
import csv, sys
from sklearn.model_selection import StratifiedGroupKFold
with open(sys.argv[1], newline="") as f:
    rows = [(r["category"], r["group"]) for r in csv.DictReader(f)]
y = [r[0] for r in rows]
groups = [r[1] for r in rows]
next(StratifiedGroupKFold(n_splits=5, shuffle=True, random_state=1).split(y, y, groups))
"""

FOLDERS = """
import sys, splitfolders
splitfolders.ratio(sys.argv[1], output=sys.argv[2], seed=1, ratio=(0.65, 0.15, 0.2), move="symlink")
"""


def plant(manifest, folder):
    """Makes an empty file for each sample, in a folder for each category."""
    shutil.rmtree(folder, ignore_errors=True)
    with open(manifest, newline="") as f:
        for row in csv.DictReader(f):
            name = os.path.join(folder, "in", row["category"], row["id"] + ".jpg")
            os.makedirs(os.path.dirname(name), exist_ok=True)
            open(name, "w").close()
    return [os.path.join(folder, "in"), os.path.join(folder, "out")]


def measure(command):
    before = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"failed: {command}")
    return time.perf_counter() - before, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def sizes(name, default):
    return [int(s) for s in os.environ.get(name, default).split()]


def main():
    binary = sys.argv[1]
    all_sizes, peer_sizes = sizes("SIZES", "100000 1000000 3000000 10000000"), sizes("PEER_SIZES", "100000 1000000")
    folder_sizes = sizes("FOLDER_SIZES", "100000")
    print("| samples | groups | program | seconds | processor seconds | MiB |")
    print("|---:|---:|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        manifest = os.path.join(folder, "manifest.csv")
        for size in sorted({*all_sizes, *peer_sizes, *folder_sizes}):
            subprocess.run([sys.executable, os.path.join(HERE, "generate.py"), str(size), manifest], check=True)
            runs = []
            if size in all_sizes:
                runs.append(("gesturekit", [binary, "split", "assign", "--into", os.path.join(folder, "out"), manifest]))
            if size in peer_sizes:
                runs.append(("StratifiedGroupKFold", [sys.executable, "-c", PEER, manifest]))
            if size in folder_sizes:
                runs.append(("split-folders", [sys.executable, "-c", FOLDERS, *plant(manifest, os.path.join(folder, "tree"))]))
            for name, command in runs:
                wall, cpu, memory = measure(command)
                print(f"| {size:,} | {size // 10:,} | {name} | {wall:.1f} | {cpu:.1f} | {memory:.0f} |", flush=True)


main()
