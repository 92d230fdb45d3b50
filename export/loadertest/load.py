"""Loads what gesturekit exports, unchanged, with the loaders that people use.

    python load.py gesturekit

Exports a run of the embedded default, with augmented images, and compares what each loader finds
with manifest.csv, sample by sample: how many, in which role, with which label and columns.
"""

import collections
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROLES = ("train", "validation", "test")


def main():
    binary = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as tmp:
        os.environ.update(HF_HOME=tmp + "/hf", HF_HUB_OFFLINE="1", KERAS_BACKEND="jax", JAX_PLATFORMS="cpu", MPLCONFIGDIR=tmp)
        os.chdir(tmp)
        settings = (
            "--synth.persons 8 --synth.sessions 1 --synth.frames 2 --augment.copies 1 --export.name Hands --export.license CC0-1.0 "
            "--export.description drawn --export.creator nobody --export.url https://example.org --export.published 2026-01-31 "
            "--export.version 1.0.0"
        ).split()
        subprocess.run([binary, "synth", "--quiet", *settings], check=True)
        settings += ["--ingest.groups.file", times("run/synth/captures")]
        for kind, place in (("folder", "hands"), ("webdataset", "shards"), ("parquet", "hands.parquet")):
            extra = ["--export.shard_size", "500000"] if kind == "webdataset" else []
            subprocess.run([binary, "export", kind, "--quiet", *settings, *extra, place], check=True)
        want = Manifest("hands")
        checks = [torchvision_imagefolder, huggingface_imagefolder, huggingface_card, keras_directory, fastai_csv, webdataset_tar,
                  webdataset_wids, parquet_table, croissant_records]
        failed = 0
        for check in checks:
            try:
                print(f"{check.__name__}: {check(want)}", flush=True)
            except Exception as e:  # each loader is a test of its own
                failed += 1
                print(f"{check.__name__}: FAILED: {type(e).__name__}: {e}", flush=True)
        # No loader may have changed or added a file.
        subprocess.run([binary, "verify", "--quiet", "hands"], check=True)
        print(f"{len(checks) - failed} passed, {failed} failed")
        sys.exit(failed > 0)


def times(captures):
    """A groups file that gives some captures time and camera, which drawn ones have not."""
    with open("times.csv", "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f)
        out.writerow(["path", "person", "taken_at", "camera"])
        for i, path in enumerate(sorted(pathlib.Path(captures).rglob("*.jpg"))):
            out.writerow([path, path.name.split("-")[0], f"2024-05-01T10:{i // 60:02d}:{i % 60:02d}" if i % 2 else "", "Canon, EOS" if i % 3 else ""])
    return "times.csv"


class Manifest:
    """What manifest.csv and labels.txt say, read with nothing but Python."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.labels = (self.folder / "labels.txt").read_text().splitlines()
        with open(self.folder / "manifest.csv", newline="", encoding="utf-8") as f:
            self.rows = {row["id"]: row for row in csv.DictReader(f)}
        assert self.labels[0] == "na" and len(self.labels) > 2, self.labels
        partitions = collections.Counter((r["role"], r["partition"]) for r in self.rows.values())
        assert partitions["test", "unseen"] and partitions["train", "unknown"] and not partitions["train", "unseen"], partitions
        assert any(r["parent"] for r in self.rows.values()) and any(r["taken_at"] and r["camera"] for r in self.rows.values())

    def role(self, role):
        return {i: r for i, r in self.rows.items() if r["role"] == role}

    def label(self, row):
        return self.labels[int(row["label"])]


def same(got, want, what):
    """Compares two mappings by ID."""
    assert len(got) == len(want), f"{what}: {len(got)} samples, want {len(want)}"
    for i in want:
        assert got[i] == want[i], f"{what}: {i}: {got[i]}, want {want[i]}"


def stem(path):
    return pathlib.Path(path).stem


def torchvision_imagefolder(want):
    from torchvision.datasets import ImageFolder

    for role in ROLES:
        data = ImageFolder(want.folder / role)
        assert data.classes == sorted(want.labels), data.classes
        got = {stem(path): data.classes[y] for path, y in data.samples}
        same(got, {i: want.label(r) for i, r in want.role(role).items()}, role)
        for image, _ in data:
            assert image.size == (64, 64), image.size
    return f"{len(want.rows)} images"


def huggingface_imagefolder(want):
    import datasets

    datasets.disable_progress_bars()
    data = datasets.load_dataset("imagefolder", data_dir=str(want.folder))
    assert set(data) == set(ROLES), data
    for role in ROLES:
        names = data[role].features["label"].names
        assert names == sorted(want.labels), names
        paths = data[role].cast_column("image", datasets.Image(decode=False))
        got = {stem(s["image"]["path"]): names[s["label"]] for s in paths}
        same(got, {i: want.label(r) for i, r in want.role(role).items()}, role)
        assert data[role][0]["image"].size == (64, 64)
    columns = datasets.load_dataset("imagefolder", data_dir=str(want.folder), metadata_filenames=["samples.jsonl"])
    same_columns(columns, want)
    return "labels of folders, and every column with metadata_filenames"


def huggingface_card(want):
    import datasets

    data = datasets.load_dataset(str(want.folder))
    same_columns(data, want)
    labelled = data["test"].cast_column("label", datasets.ClassLabel(names=want.labels))
    assert [s["label"] for s in labelled] == [s["target"] for s in labelled]
    return "every column, told by README.md alone"


def same_columns(data, want):
    import datasets

    assert set(data) == set(ROLES), data
    for role in ROLES:
        got = {}
        for s in data[role].cast_column("image", datasets.Image(decode=False)):
            assert stem(s["image"]["path"]) == s["id"]
            got[s["id"]] = {k: v for k, v in s.items() if k != "image"}
        same(got, {i: columns(r, want) for i, r in want.role(role).items()}, role)


def columns(row, want):
    """A row of the manifest as samples.jsonl gives it."""
    out = {k: v for k, v in row.items() if k not in ("path", "label", "taken_at")}
    return out | {"target": int(row["label"]), "label": want.label(row)}


def keras_directory(want):
    import keras
    import numpy

    for role in ROLES:
        data = keras.utils.image_dataset_from_directory(
            str(want.folder / role), class_names=want.labels, image_size=(64, 64), shuffle=False, verbose=False, format="grain")
        assert data.class_names == want.labels
        labels = []
        for images, y in data:
            assert images.shape[1:] == (64, 64, 3)
            labels.extend(int(v) for v in numpy.asarray(y))
        same(dict(zip(map(stem, data.file_paths), labels, strict=True)), {i: int(r["label"]) for i, r in want.role(role).items()}, role)
    return f"{len(want.rows)} images, numbered as in labels.txt"


def fastai_csv(want):
    from fastai.vision.data import ImageDataLoaders

    data = ImageDataLoaders.from_csv(want.folder, "labels.csv", valid_col="is_valid", bs=8, num_workers=0)
    assert list(data.vocab) == sorted(want.labels), data.vocab
    for role, part in (("train", data.train_ds), ("validation", data.valid_ds)):
        got = {}
        for (_, row), (image, y) in zip(part.items.iterrows(), part, strict=True):
            assert tuple(image.size) == (64, 64)
            got[stem(row.iloc[0])] = data.vocab[y]
        same(got, {i: want.label(r) for i, r in want.role(role).items()}, role)
    x, y = data.one_batch()
    assert tuple(x.shape) == (8, 3, 64, 64) and len(y) == 8
    return f"{len(data.train_ds)} to train on, {len(data.valid_ds)} to validate"


def webdataset_tar(want):
    import webdataset

    shards = 0
    for role in ROLES:
        names = sorted(map(str, pathlib.Path("shards").glob(role + "-*.tar")))
        shards += len(names)
        got = {}
        for key, image, y, row in webdataset.WebDataset(names, shardshuffle=False).decode("pil").to_tuple("__key__", "jpg", "cls", "json"):
            assert image.size == (64, 64) and y == row["target"]
            got[key] = row
        same(got, {i: columns(r, want) for i, r in want.role(role).items()}, role)
    assert shards > 3, shards
    return f"{shards} shards"


def webdataset_wids(want):
    import wids

    for role in ROLES:
        data = wids.ShardListDataset(f"shards/{role}.json", base=os.path.abspath("shards"), cache_dir="wids", keep=True)
        got = {s[".json"]["id"]: s[".cls"] for s in (data[i] for i in range(len(data)))}
        same(got, {i: int(r["label"]) for i, r in want.role(role).items()}, role)
    return "by index"


def parquet_table(want):
    import pandas

    table = pandas.read_parquet("hands.parquet")
    with open("run/augment/manifest.csv", newline="", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    for row in rows:
        row["label"] = int(row["label"])
    assert table.to_dict("records") == rows
    return f"{len(rows)} rows, unused ones among them"


def croissant_records(want):
    import mlcroissant

    data = mlcroissant.Dataset(want.folder / "croissant.json")
    issues = data.metadata.issues
    assert not issues.errors, issues.report()
    assert all("citeAs" in w for w in issues.warnings), issues.report()
    labels = [text(r["labels/name"]) for r in data.records("labels")]
    assert labels == want.labels, labels
    got = {}
    for r in data.records("samples"):
        r = {k.removeprefix("samples/"): text(v) for k, v in r.items()}
        assert r.pop("image").size == (64, 64)
        got[r["id"]] = r | {"label": str(int(r["label"]))}
    same(got, want.rows, "samples")
    return f"{len(got)} records with their pictures"


def text(value):
    """Text that mlcroissant gives as bytes, and None for empty text."""
    return value.decode() if isinstance(value, bytes) else "" if value is None else value


if __name__ == "__main__":
    main()
