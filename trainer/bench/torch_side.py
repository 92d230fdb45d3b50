"""PyTorch's side of compare.py: reads lines "NETWORK MODE BATCH SECONDS" and
answers each with a JSON object of images a second by variant; MODE is train or
infer. "one NETWORK MODE BATCH VARIANT" runs only that variant, and answers with
the peak memory of the process in MiB. "onnx NETWORK PATH" exports a network.

usage: python torch_side.py THREADS
"""
import copy
import json
import resource
import sys
import time
import warnings

import torch
from torch import nn

warnings.filterwarnings("ignore")
OUTPUTS = 6
FORMATS = {"": torch.contiguous_format, " channels_last": torch.channels_last}


def conv(i, o, k, s):
    return [nn.Conv2d(i, o, k, s, k // 2, bias=False), nn.BatchNorm2d(o)]


class Block(nn.Module):
    """A residual block; its shortcut has the stride in an average, as xresnet's."""

    def __init__(self, i, o, s=1):
        super().__init__()
        self.body = nn.Sequential(*conv(i, o, 3, s), nn.ReLU(True), *conv(o, o, 3, 1))
        short = [nn.AvgPool2d(s, ceil_mode=True)] if s != 1 else []
        if i != o:
            short += conv(i, o, 1, 1)
        self.short = nn.Sequential(*short) if short else nn.Identity()

    def forward(self, x):
        return torch.relu_(self.body(x) + self.short(x))


def network(name):
    layers, c = [], 3
    stem, widths = {"tiny": ([16, 32, 64, 64, 128, 128], []), "slim-resnet": ([16], [16, 32, 64, 128]), "xresnet18": ([32, 32, 64], [64, 128, 256, 512])}[name]
    for n, o in enumerate(stem):
        layers += conv(c, o, 3, 1 if n else 2) + [nn.ReLU(True)]
        c = o
        if name == "tiny" and n % 2 == 0:
            layers.append(nn.MaxPool2d(2, ceil_mode=True))
    if name == "xresnet18":
        layers.append(nn.MaxPool2d(3, 2, 1))
    for stage, o in enumerate(widths):
        if name == "slim-resnet" and stage:
            layers.append(nn.MaxPool2d(2, ceil_mode=True))
        layers += [Block(c, o, 2 if name == "xresnet18" and stage else 1), Block(o, o)]
        c = o
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, OUTPUTS))


def side(name):
    return 128 if name == "xresnet18" else 64


def steps(name, mode, batch):
    """The step functions by variant: both memory formats, and for inference also
    batch normalisation folded by torch.fx and by optimize_for_inference."""
    torch.manual_seed(1)
    x, y = torch.randn(batch, 3, side(name), side(name)), torch.rand(batch, OUTPUTS).round()
    net, loss, out = network(name).train(mode == "train"), nn.BCEWithLogitsLoss(), {}
    for label, fmt in FORMATS.items():
        n, xx = copy.deepcopy(net).to(memory_format=fmt), x.contiguous(memory_format=fmt)
        if mode == "train":
            def step(n=n, xx=xx):
                n.zero_grad(set_to_none=True)
                loss(n(xx), y).backward()
            out["eager" + label] = step
            continue
        from torch.fx.experimental.optimization import fuse
        folded = fuse(copy.deepcopy(net)).to(memory_format=fmt)
        out["eager" + label] = lambda n=n, xx=xx: n(xx)
        out["folded" + label] = lambda n=folded, xx=xx: n(xx)
    if mode == "infer":
        frozen = torch.jit.optimize_for_inference(torch.jit.trace(net, x))
        out["optimize_for_inference"] = lambda: frozen(x)
    return out


def rate(step, mode, batch, seconds):
    with torch.inference_mode(mode == "infer"):
        step()
        start, n = time.perf_counter(), 0
        while n == 0 or time.perf_counter() - start < seconds:
            step()
            n += 1
        return batch * n / (time.perf_counter() - start)


def main():
    torch.set_num_threads(int(sys.argv[1]))
    made = {}
    for line in sys.stdin:
        words = line.split(maxsplit=4)
        if words[0] == "onnx":
            name, path = words[1], words[2]
            torch.onnx.export(network(name).eval(), torch.randn(1, 3, side(name), side(name)), path, dynamo=False)
            answer = True
        elif words[0] == "one":
            name, mode, batch, variant = words[1], words[2], int(words[3]), words[4].strip()
            for _ in range(3):
                rate(steps(name, mode, batch)[variant], mode, batch, 0)
            answer = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        else:
            name, mode, batch, seconds = words[0], words[1], int(words[2]), float(words[3])
            key = name, mode, batch
            if key not in made:
                made.clear()
                made[key] = steps(*key)
            answer = {variant: rate(step, mode, batch, seconds) for variant, step in made[key].items()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
