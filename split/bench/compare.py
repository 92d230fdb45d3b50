"""Time `gesturekit split assign`, and scikit-learn's StratifiedGroupKFold on the
same categories and groups, and two that know no groups: Datumaro's classification
split of the same list, and split-folders on a tree of empty files with the same
names, by links. Print a table. Sizes, in samples: SIZES, for scikit-learn
SCIKIT_SIZES, for Datumaro DATUMARO_SIZES, for split-folders FOLDER_SIZES."""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))

SCIKIT = """
import csv, sys
from sklearn.model_selection import StratifiedGroupKFold
with open(sys.argv[1], newline="") as f:
    rows = [(r["category"], r["group"]) for r in csv.DictReader(f)]
y = [r[0] for r in rows]
groups = [r[1] for r in rows]
next(StratifiedGroupKFold(n_splits=5, shuffle=True, random_state=1).split(y, y, groups))
"""

DATUMARO = """
import csv, sys
from datumaro.components.annotation import Label
from datumaro.components.dataset import Dataset
from datumaro.components.dataset_base import DatasetItem
with open(sys.argv[1], newline="") as f:
    rows = [(r["id"], r["category"]) for r in csv.DictReader(f)]
names = sorted({c for _, c in rows})
number = {c: i for i, c in enumerate(names)}
data = Dataset.from_iterable([DatasetItem(i, annotations=[Label(number[c])]) for i, c in rows], categories=names)
data.transform("split", task="classification", splits=[("train", 0.65), ("val", 0.15), ("test", 0.2)], seed=1)
if {item.subset for item in data} != {"train", "val", "test"}:
    sys.exit("nothing was split")
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
    ours = sizes("SIZES", "100000 1000000 3000000 10000000")
    scikit, datumaro = sizes("SCIKIT_SIZES", "100000 1000000"), sizes("DATUMARO_SIZES", "100000 1000000")
    folders = sizes("FOLDER_SIZES", "100000")
    print("| samples | groups | program | seconds | processor seconds | MiB |")
    print("|---:|---:|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        manifest = os.path.join(folder, "manifest.csv")
        for size in sorted({*ours, *scikit, *datumaro, *folders}):
            subprocess.run([sys.executable, os.path.join(HERE, "generate.py"), str(size), manifest], check=True)
            runs = []
            if size in ours:
                runs.append(("gesturekit", [binary, "split", "assign", "--into", os.path.join(folder, "out"), manifest]))
            if size in scikit:
                runs.append(("StratifiedGroupKFold", [sys.executable, "-c", SCIKIT, manifest]))
            if size in datumaro:
                runs.append(("Datumaro", [sys.executable, "-c", DATUMARO, manifest]))
            if size in folders:
                runs.append(("split-folders", [sys.executable, "-c", FOLDERS, *plant(manifest, os.path.join(folder, "tree"))]))
            for name, command in runs:
                wall, cpu, memory = measure(command)
                print(f"| {size:,} | {size // 10:,} | {name} | {wall:.1f} | {cpu:.1f} | {memory:.0f} |", flush=True)


main()
