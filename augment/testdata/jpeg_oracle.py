"""Prints jpeg_libjpeg.json: digests of what libjpeg-turbo, through Pillow, makes of pictures.

Usage: python jpeg_oracle.py > jpeg_libjpeg.json
"""
import hashlib, io, json
import numpy as np
from PIL import Image, features


def picture(w, h):
    """Draws op_test.go's picture with texture added: hard edges and strong colours."""
    y, x = np.mgrid[0:h, 0:w]
    rgb = np.stack([40 + 160 * x // w, 60 + 120 * y // h, 90 + (x * 7 + y * 13) % 31], -1)
    disc = (x - w // 2) ** 2 + (y - h // 2) ** 2 < w * h // 16
    rgb[disc] = np.stack([0 * y + 210, 160 - 40 * y // h, 0 * y + 130], -1)[disc]
    rgb[(x * x + 3 * y * x + 5 * y) % 97 < 20] ^= 0xFF
    return rgb.astype(np.uint8)


cases = []
for w, h in [(1, 1), (1, 9), (17, 1), (8, 8), (16, 16), (31, 45), (64, 37), (224, 224)]:
    for quality in [1, 2, 5, 10, 24, 25, 37, 49, 50, 51, 66, 75, 80, 90, 95, 98, 99, 100]:
        file = io.BytesIO()
        Image.fromarray(picture(w, h)).save(file, "JPEG", quality=quality, subsampling="4:2:0")
        out = np.array(Image.open(file))
        cases.append([w, h, quality, hashlib.sha256(out.tobytes()).hexdigest()[:16]])
rows = ",\n".join(json.dumps(c) for c in cases)
print(f'{{"libjpeg": "turbo {features.version("libjpeg_turbo")}", "cases": [\n{rows}\n]}}')
