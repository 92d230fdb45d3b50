# Makes density.json: relative Mahalanobis distances by scikit-learn's OAS covariance.
import json, numpy as np
from sklearn.covariance import OAS

rng = np.random.default_rng(7)
cases = []
for rows, features in ((60, 5), (12, 20)):  # more and fewer rows than features
    mix = rng.normal(size=(features, features))
    labels = np.arange(rows) % 4  # 0 is na: two categories, a and b
    categories = ["ab"[i // 4 % 2] if l == 0 else "xyz"[l - 1] for i, l in enumerate(labels)]
    x = np.array([3 * np.cos(np.arange(features) + "abxyz".index(c)) for c in categories])
    x = (x + rng.normal(size=(rows, features)) @ mix).astype(np.float32)
    probes = (5 * rng.normal(size=(8, features))).astype(np.float32)
    c = np.array(categories)
    mean = {k: x[c == k].mean(0) for k in set(categories)}
    within = OAS(assume_centered=True).fit(x - np.array([mean[k] for k in categories])).covariance_
    total = OAS(assume_centered=True).fit(x - x.mean(0)).covariance_
    square = lambda d, cov: float(d @ np.linalg.solve(cov, d))
    want = [[square(p - x[labels == l].mean(0), within) - square(p - x.mean(0), total) for l in (1, 2, 3)] for p in probes.astype(float)]
    cases.append({"rows": x.tolist(), "categories": categories, "labels": labels.tolist(), "probes": probes.tolist(), "distances": want})
json.dump(cases, open("density.json", "w"))
