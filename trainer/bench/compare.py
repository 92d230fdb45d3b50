"""Time training steps and inference beside PyTorch and onnxruntime on the CPU, in turns.

usage: python compare.py NN_TEST [rounds]

NN_TEST is the test binary of trainer/nn (go test -c). All sides do the same work:
float32; forward, sigmoid BCE, backward for a step, without an optimiser; forward in
evaluation mode for inference. Prints medians over the rounds; the ratio is to
PyTorch's best variant, of both memory formats and, for inference, batch
normalisation folded in. With two cores, also how many times as fast as one of our
workers two are, in turns after every batch.
"""
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version

HERE = os.path.dirname(os.path.abspath(__file__))
CPUS = sorted(os.sched_getaffinity(0))[:2]
SIZES = {"tiny": 64, "slim-resnet": 64, "xresnet18": 128}
SECONDS = 0.5


def pinned(cpus):
    return lambda: os.sched_setaffinity(0, set(cpus))


class Torch:
    """A PyTorch process of its own."""

    def __init__(self, threads):
        env = dict(os.environ, OMP_NUM_THREADS=str(threads))
        self.child = subprocess.Popen([sys.executable, os.path.join(HERE, "torch_side.py"), str(threads)], env=env, text=True,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=pinned(CPUS[:threads]))

    def ask(self, *words):
        print(*words, file=self.child.stdin, flush=True)
        return json.loads(self.child.stdout.readline())

    def close(self):
        self.child.stdin.close()
        self.child.wait()


def ours(binary, name, mode, batch, workers, seconds=SECONDS):
    """Images a second and the peak memory of the process in MiB."""
    bench = f"Step/{name}$/workers={workers}$" if mode == "train" else f"Predict/{name}$/batch={batch}$/workers={workers}$"
    return benchmark(binary, bench, "img/s", workers, seconds)


def benchmark(binary, bench, unit, workers, seconds):
    env = dict(os.environ, GOMAXPROCS=str(workers))
    p = subprocess.Popen([binary, "-test.run=^$", f"-test.bench={bench}", f"-test.benchtime={seconds}s"], env=env, text=True,
                         stdout=subprocess.PIPE, preexec_fn=pinned(CPUS[:workers]))
    out = p.stdout.read()
    _, _, usage = os.wait4(p.pid, 0)
    return float(re.search(rf"([\d.]+) {unit}", out).group(1)), usage.ru_maxrss / 1024


def medians(turns):
    return {k: statistics.median(t[k] for t in turns) for k in turns[0]}


def throughput(binary, rounds, threads):
    """One line a network and mode; returns PyTorch's best variants."""
    torch, best = Torch(threads), {}
    for name in SIZES:
        for mode in ["train", "infer"]:
            turns = []
            for _ in range(rounds if name != "xresnet18" else min(rounds, 3)):
                turn = torch.ask(name, mode, 32, SECONDS)
                turn["gesturekit"], _ = ours(binary, name, mode, 32, threads)
                if threads > 1:
                    turn["to one"], _ = benchmark(binary, f"TwoWorkers/{name}$/{mode}$", "times", 2, 4 * SECONDS)
                turns.append(turn)
            med = medians(turns)
            mine, to_one = med.pop("gesturekit"), med.pop("to one", None)
            top = best[name, mode] = max(med, key=med.get)
            # The speed of the machine drifts, so ratios are taken turn by turn.
            ratio = statistics.median(t["gesturekit"] / t[top] for t in turns)
            print(f"{name:12} {SIZES[name]:3} {mode}  gesturekit {mine:7.1f} img/s  " +
                  "  ".join(f"{k} {v:.1f}" for k, v in med.items()) + f"  ratio {ratio:.2f} to {top}" +
                  (f", {to_one:.2f} to one worker" if to_one else ""), flush=True)
    torch.close()
    return best


def latency(binary, rounds):
    import numpy
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    torch = Torch(1)
    before = os.sched_getaffinity(0)
    for name, size in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "net.onnx")
            torch.ask("onnx", name, path)
            session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        feed = {session.get_inputs()[0].name: numpy.random.randn(1, 3, size, size).astype(numpy.float32)}
        turns = []
        for _ in range(rounds):
            turn = {f"PyTorch {k}": 1e3 / v for k, v in torch.ask(name, "infer", 1, SECONDS / 2).items()}
            turn["gesturekit"] = 1e3 / ours(binary, name, "infer", 1, 1)[0]
            os.sched_setaffinity(0, {CPUS[0]})
            for _ in range(3):
                session.run(None, feed)
            start, n = time.perf_counter(), 0
            while time.perf_counter() - start < SECONDS / 2:
                session.run(None, feed)
                n += 1
            turn["onnxruntime"] = 1e3 * (time.perf_counter() - start) / n
            os.sched_setaffinity(0, before)
            turns.append(turn)
        med = medians(turns)
        top = min((k for k in med if k.startswith("PyTorch")), key=med.get)
        print(f"{name:12} {size:3}  gesturekit {med['gesturekit']:.2f} ms  onnxruntime {med['onnxruntime']:.2f} ms  {top} {med[top]:.2f} ms"
              f"  ratio {med['onnxruntime'] / med['gesturekit']:.2f} to onnxruntime", flush=True)
    torch.close()


def memory(binary, best):
    for (name, mode), variant in best.items():
        torch = Torch(1)
        theirs = torch.ask("one", name, mode, 32, variant)
        torch.close()
        print(f"{name:12} {mode}  gesturekit {ours(binary, name, mode, 32, 1, 0.05)[1]:.0f} MiB  PyTorch {variant} {theirs:.0f} MiB", flush=True)


def main():
    binary, rounds = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    # Nothing large is imported here before memory: a child's peak begins with its parent's size.
    print(f"torch {version('torch')}, onnxruntime {version('onnxruntime')}, {rounds} rounds, batch 32")
    print("\none core")
    best = throughput(binary, rounds, 1)
    print("\ntwo cores")
    if len(CPUS) == 2:
        throughput(binary, min(rounds, 3), 2)
    print("\npeak memory of the process")
    memory(binary, best)
    print("\none image, one core")
    latency(binary, rounds)


main()
