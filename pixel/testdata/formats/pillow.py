"""Writes, for each file named on standard input, "width height" or "0 0" if Pillow does not read it, and its pixels over white."""
import sys

from make import seen

for name in sys.stdin.read().split("\n"):
    try:
        with open(name, "rb") as f:
            m = seen(f.read())
    except Exception:
        m = None
    sys.stdout.buffer.write(b"%d %d\n" % m.size + m.tobytes() if m else b"0 0\n")
