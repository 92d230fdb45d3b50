# Multinomial logistic regression on the pixels of a run: how far does a linear classifier come?
# usage: python docs/linear.py RUN
import csv, sys, numpy as np
from PIL import Image
from sklearn.linear_model import LogisticRegression
run = sys.argv[1]
rows = [r for r in csv.DictReader(open(f"{run}/labels/manifest.csv"))]
role = {r["group"]: r["role"] for r in rows if r["partition"] != "unseen"}
def data(keep):
    rs = [r for r in rows if keep(r)]
    x = np.array([np.asarray(Image.open(f"{run}/{r['path']}").resize((32, 32), Image.BOX), dtype=np.float32).ravel() / 255 for r in rs])
    return x, np.array([r["category"] for r in rs]), np.array([role[r["group"]] for r in rs])
for name, keep in [("all categories", lambda r: True), ("known only", lambda r: r["partition"] == "known")]:
    x, y, s = data(keep)
    train, test = s == "train", s == "test"
    mean = x[train].mean(0)
    for c in [1e-3, 1e-2, 1e-1]:
        m = LogisticRegression(C=c, max_iter=500).fit(x[train] - mean, y[train])
        print(name, f"C={c} train {m.score(x[train]-mean, y[train]):.3f} test {m.score(x[test]-mean, y[test]):.3f} of {test.sum()}, chance {1/len(set(y)):.3f}")
