#!/usr/bin/env python3
"""Writes scikit.json: metrics by scikit-learn, for golden_test.go.

    pip install numpy==2.4.6 scikit-learn==1.9.1 && python3 scikit.py > scikit.json

Probabilities are multiples of 1/64 (ties) or 1/4096; labels are 0 = na, 1..K known.
"""
import json
import sys

import numpy as np
from sklearn import metrics as m
from sklearn.calibration import calibration_curve

BINS = 15


def case(name, seed, n, known, ties, negatives):
    r = np.random.default_rng(seed)
    target = np.where(r.random(n) < negatives, 0, r.integers(1, known + 1, n))
    kind = np.where(target > 0, "known", np.where(r.random(n) < 0.5, "unknown", "unseen"))
    p = r.random((n, known + 1))
    p[np.arange(n), target] += np.where(kind == "unseen", 0, r.random(n) / 2)
    p /= 2
    unit = 64 if ties else 4096
    p = np.floor(p * unit) / unit
    threshold = 0.5
    argmax, confidence = p.argmax(1), p.max(1)
    label = np.where(confidence < threshold, 0, argmax)
    score = p[:, 1:].max(1)
    labels = list(range(known + 1))
    occur = [l for l in labels[1:] if (target == l).any() or (label == l).any()]
    precision, recall, f1, _ = m.precision_recall_fscore_support(target, label, labels=labels, zero_division=np.nan)
    out = {
        "name": name, "threshold": threshold, "probabilities": p.tolist(), "target": target.tolist(), "kind": kind.tolist(),
        "confusion": m.confusion_matrix(target, label, labels=labels).tolist(),
        "precision": clean(precision), "recall": clean(recall), "f1": clean(f1),
        "open_macro_f1": m.f1_score(target, label, labels=occur, average="macro"),
        "accuracy": m.accuracy_score(target, label), "open_set": {}, "ece": {},
    }
    for against, other in (("all", kind != "known"), ("unknown", kind == "unknown"), ("unseen", kind == "unseen")):
        use = (kind == "known") | other
        y, s = (kind == "known")[use], score[use]
        fpr, tpr, _ = m.roc_curve(y, s, drop_intermediate=False)
        out["open_set"][against] = {
            "auroc": m.roc_auc_score(y, s),
            "aupr_in": m.average_precision_score(y, s),
            "aupr_out": m.average_precision_score(~y, -s),
            "fpr_at_95": fpr[np.argmax(tpr >= 0.95)],
        }
    for of, use in (("known", kind == "known"), ("all", np.full(n, True))):
        right, conf = (argmax == target)[use], confidence[use]
        truth, mean = calibration_curve(right, conf, n_bins=BINS, strategy="uniform")
        at = np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], conf)
        count = np.bincount(at, minlength=BINS)
        out["ece"][of] = {
            "ece": float(np.sum(np.abs(truth - mean) * count[count > 0]) / len(conf)),
            "count": count.tolist(), "accuracy": truth.tolist(), "confidence": mean.tolist(),
        }
    return out


def clean(values):
    return [None if np.isnan(v) else float(v) for v in values]


json.dump([
    case("continuous", 1, 160, 4, False, 0.4),
    case("ties", 2, 160, 4, True, 0.4),
    case("few negatives", 3, 120, 3, False, 0.06),
    case("many labels, few samples", 4, 40, 12, False, 0.5),
], sys.stdout)
sys.stdout.write("\n")
