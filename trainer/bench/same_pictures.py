"""Trains slim-resnet by gesturekit and by PyTorch on the same pictures and tests
both on the same images: every training image and its augmented copies are written
once, and each is seen once by both.

usage: python same_pictures.py GESTUREKIT CONFIG OUT SEEDS [LOSS...]

CONFIG says captures and partition; OUT is a folder for the runs, which are kept;
SEEDS is how many, from 1. LOSS is bce-na, bcena, ce-na or eos; all of them if none
is named. Wants torch, numpy and pillow. Prints, as mean and standard deviation over
the seeds, the share of known, unknown and unseen test images that come out right at
the mission's 0.4, of all, and the AUROC of known against unseen by the largest known
probability; then gesturekit less PyTorch on the same pictures, as mean and standard
error.
"""
import csv
import json
import os
import subprocess
import sys

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from torch_side import network

COPIES, BATCH, PEAK, DECAY, WARMUP = 15, 32, 3e-3, 0.01, 0.25


def gesturekit(binary, config, out, seed, loss):
    settings = {"seed": seed, "augment.copies": COPIES, "augment.quality": 100, "train.loss": loss, "train.epochs": 1, "train.batch": BATCH,
                "train.learning_rate": PEAK, "train.weight_decay": DECAY, "train.warmup": WARMUP, "train.score": "max-probability",
                "train.known_recall": 0, "train.threshold": 0.4, "validate.bootstrap": 0}
    flags = [x for k, v in settings.items() for x in ("--" + k, str(v))]
    subprocess.run([binary, "run", "--quiet", "--config", config, "--out", out, *flags], check=True)
    with open(os.path.join(out, "labels", "classes.json")) as f:
        labels = json.load(f)["labels"]
    with open(os.path.join(out, "labels", "manifest.csv")) as f:
        paths = {r["id"]: r["path"] for r in csv.DictReader(f)}
    with open(os.path.join(out, "validate", "predictions.csv")) as f:
        rows = [r for r in csv.DictReader(f) if r["role"] == "test"]
    for r in rows:
        r["path"], r["label"] = paths[r["id"]], labels.index(r["target"])
    return rows, np.array([[float(r.get("p_" + name) or 0) for name in labels] for r in rows])


def images(out, paths):
    """[images][3][side][side] of 0..1."""
    pixels = [np.asarray(Image.open(os.path.join(out, p)).convert("RGB")) for p in paths]
    return torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2).float() / 255


def initialise(net):
    """The initial weights of gesturekit's networks; see nn.New."""
    for m in net.modules():
        if isinstance(m, nn.Conv2d):
            nn.init.kaiming_uniform_(m.weight, nonlinearity="relu")
        if hasattr(m, "body") and isinstance(m.body[-1], nn.BatchNorm2d):
            nn.init.zeros_(m.body[-1].weight)


def objective(loss, logits, labels, columns):
    """labels are 0 for na and k for the k-th known category."""
    if loss == "ce-na":
        return F.cross_entropy(logits, labels)
    if loss == "eos":  # softmax over the known; unknown images aim at equal shares
        target = torch.full((len(labels), columns), 1 / columns)
        known = labels > 0
        target[known] = F.one_hot(labels[known] - 1, columns).float()
        return F.cross_entropy(logits, target)
    target = F.one_hot(labels, columns).float()
    if loss == "bcena":
        target[:, 0] = 0
    return F.binary_cross_entropy_with_logits(logits, target)


def pytorch(out, seed, loss, rows):
    """The probabilities of the test images in rows' order, [images][columns]."""
    torch.manual_seed(seed)
    with open(os.path.join(out, "augment", "manifest.csv")) as f:
        manifest = list(csv.DictReader(f))
    train = [r for r in manifest if r["role"] == "train"]
    x, labels = images(out, [r["path"] for r in train]), torch.tensor([int(r["label"]) for r in train])
    mean, std = x.mean((0, 2, 3), keepdim=True), x.std((0, 2, 3), keepdim=True)
    x = ((x - mean) / std).contiguous(memory_format=torch.channels_last)
    known = int(labels.max())
    columns = known if loss == "eos" else known + 1
    net = network("slim-resnet")
    net[-1] = nn.Linear(net[-1].in_features, columns)
    initialise(net)
    net = net.to(memory_format=torch.channels_last).train()
    weights = [p for p in net.parameters() if p.dim() > 1]
    others = [p for p in net.parameters() if p.dim() <= 1]
    optimiser = torch.optim.AdamW([{"params": weights, "weight_decay": DECAY}, {"params": others, "weight_decay": 0}], lr=PEAK)
    steps = len(x) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK, total_steps=steps, pct_start=WARMUP, cycle_momentum=False)
    for batch in torch.randperm(len(x))[:steps * BATCH].split(BATCH):
        optimiser.zero_grad()
        objective(loss, net(x[batch]), labels[batch], columns).backward()
        optimiser.step()
        schedule.step()
    net.eval()
    test = (images(out, [r["path"] for r in rows]) - mean) / std
    with torch.no_grad():
        logits = torch.cat([net(b) for b in test.split(256)])
    p = logits.softmax(1) if loss in ("ce-na", "eos") else logits.sigmoid()
    return (torch.cat([torch.zeros(len(p), 1), p], 1) if loss == "eos" else p).numpy()


def measure(p, rows):
    """p is [images][na and known]; na wins by its column, or where all lie below 0.4."""
    truth = np.array([int(r["label"]) for r in rows])
    named = np.where(p.max(1) < 0.4, 0, p.argmax(1))
    right = named == truth
    part = np.array([r["partition"] for r in rows])
    score = p[:, 1:].max(1)
    a, b = score[part == "known"], score[part == "unseen"]
    auroc = (a[:, None] > b).mean() + (a[:, None] == b).mean() / 2
    return [right[part == k].mean() for k in ("known", "unknown", "unseen")] + [right.mean(), auroc]


def main():
    binary, config, folder, seeds = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    print("known, unknown, unseen, all, AUROC")
    for loss in sys.argv[5:] or ["bce-na", "bcena", "ce-na", "eos"]:
        ours, theirs = [], []
        for seed in range(1, seeds + 1):
            out = os.path.join(folder, f"{seed}")
            rows, p = gesturekit(binary, config, out, seed, loss)
            ours.append(measure(p, rows))
            theirs.append(measure(pytorch(out, seed, loss, rows), rows))
        differences = np.array(ours) - theirs
        show(loss, "gesturekit", np.mean(ours, 0), np.std(ours, 0, ddof=1))
        show(loss, "PyTorch", np.mean(theirs, 0), np.std(theirs, 0, ddof=1))
        show(loss, "difference", differences.mean(0), differences.std(0, ddof=1) / seeds**0.5)


def show(loss, who, means, spreads):
    print(f"{loss:7} {who:10} " + "  ".join(f"{m:.3f} ± {s:.3f}" for m, s in zip(means, spreads)), flush=True)


main()
