"""Time a training step and inference beside PyTorch on the CPU, in turns.

usage: python compare.py NN_TEST [rounds]

NN_TEST is the test binary of trainer/nn (go test -c). Both sides do the same
work on one core: batch 32, 64x64, float32; forward, sigmoid BCE, backward for a
step; forward in evaluation mode for inference. PyTorch runs in the better of
its two memory formats. Prints medians over the rounds.
"""
import os
import re
import statistics
import subprocess
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
os.sched_setaffinity(0, {0})
import torch  # noqa: E402  (after the thread count)
from torch import nn  # noqa: E402

torch.set_num_threads(1)
BATCH, SIZE, OUTPUTS = 32, 64, 6


def conv(i, o, k, s):
    return [nn.Conv2d(i, o, k, s, k // 2, bias=False), nn.BatchNorm2d(o)]


class Block(nn.Module):
    def __init__(self, i, o, s):
        super().__init__()
        self.body = nn.Sequential(*conv(i, o, 3, s), nn.ReLU(True), *conv(o, o, 3, 1))
        self.short = nn.Sequential(*conv(i, o, 1, s)) if s != 1 or i != o else nn.Identity()

    def forward(self, x):
        return torch.relu_(self.body(x) + self.short(x))


def network(name):
    layers, c = [], 3
    if name == "tiny":
        for o, s in [(16, 2), (32, 2), (64, 2), (64, 1), (128, 2), (128, 1)]:
            layers += conv(c, o, 3, s) + [nn.ReLU(True)]
            c = o
    else:
        layers, c = conv(3, 16, 3, 2) + [nn.ReLU(True)], 16
        for stage, o in enumerate([16, 32, 64, 128]):
            for block in range(2):
                layers.append(Block(c, o, 2 if stage and not block else 1))
                c = o
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, OUTPUTS))


def torch_rate(name, train, fmt, steps):
    torch.manual_seed(1)
    net = network(name).to(memory_format=fmt).train(train)
    x = torch.randn(BATCH, 3, SIZE, SIZE).contiguous(memory_format=fmt)
    y = torch.rand(BATCH, OUTPUTS).round()
    loss = nn.BCEWithLogitsLoss()

    def step():
        if not train:
            with torch.inference_mode():
                net(x)
            return
        net.zero_grad(set_to_none=True)
        loss(net(x), y).backward()

    for _ in range(3):
        step()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return BATCH * steps / (time.perf_counter() - start)


def ours(binary, name, train, steps):
    what = "Step" if train else "Predict"
    out = subprocess.run([binary, "-test.run=^$", f"-test.bench={what}/{name}$/workers=1$", f"-test.benchtime={steps}x"],
                         capture_output=True, text=True, check=True).stdout
    return float(re.search(r"([\d.]+) img/s", out).group(1))


def main():
    binary, rounds = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 7
    print(f"torch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}, {rounds} rounds, one core")
    for name in ["tiny", "slim-resnet"]:
        for train in [True, False]:
            steps = 20 if train else 40
            rates = {"gesturekit": [], "torch": [], "torch channels_last": []}
            for _ in range(rounds):
                rates["gesturekit"].append(ours(binary, name, train, steps))
                rates["torch"].append(torch_rate(name, train, torch.contiguous_format, steps))
                rates["torch channels_last"].append(torch_rate(name, train, torch.channels_last, steps))
            med = {k: statistics.median(v) for k, v in rates.items()}
            ratio = med["gesturekit"] / max(med["torch"], med["torch channels_last"])
            print(f"{name:12} {'train' if train else 'infer'}  " + "  ".join(f"{k} {v:7.0f} img/s" for k, v in med.items()) + f"  ratio {ratio:.2f}")


main()
