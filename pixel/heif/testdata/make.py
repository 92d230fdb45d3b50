"""Writes the images of the tests and what others make of them.

    python make.py
These are of Pillow 13.0.0 with libavif 1.4.2, and pillow-heif 1.8.1 with libheif
1.23.6 and x265. NAME.png is what they decode NAME to: upright, no profile applied.
"""
import pathlib

import numpy as np
import pillow_heif
from PIL import Image, ImageOps

pillow_heif.register_heif_opener()
here = pathlib.Path(__file__).parent
p3 = (here / "../../icc/testdata/display-p3.icc").read_bytes()


def scene(w, h):
    y, x = np.mgrid[0:h, 0:w]
    a = np.stack([255 * x // w, 255 * y // h, 60 + 60 * (np.sin(x / 9) + np.cos(y / 11) / 2)], -1)
    return Image.fromarray(a.clip(0, 255).astype(np.uint8))


m = scene(80, 48)
clear = Image.new("RGBA", m.size)
clear.paste(m)
clear.putalpha(Image.fromarray((np.mgrid[0:48, 0:80][1] * 3).astype(np.uint8)))
exif = Image.Exif()
exif[0x010F], exif[0x0110] = "Apple", "iPhone 15"
exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
turned = Image.Exif()
turned[0x0112] = 5
heic = dict(
    plain=dict(exif=exif), p3=dict(icc_profile=p3), limited=dict(matrix_coefficients=1, full_range_flag=0), y444=dict(chroma=444)
)
for name, options in heic.items():
    m.save(here / f"{name}.heic", quality=90, **options)
m.convert("L").save(here / "grey.heic", quality=90)
scene(37, 21).save(here / "small.heic", quality=90)
clear.save(here / "alpha.heic", quality=90)
for name, options in dict(plain=dict(exif=exif), p3=dict(icc_profile=p3), y444=dict(subsampling="4:4:4"), turned=dict(exif=turned)).items():
    m.save(here / f"{name}.avif", quality=90, speed=6, **options)
m.convert("L").save(here / "grey.avif", quality=90, speed=6)
scene(37, 21).save(here / "small.avif", quality=90, speed=6)
clear.save(here / "alpha.avif", quality=90, speed=6)
for f in sorted(here.glob("*.heic")) + sorted(here.glob("*.avif")):
    im = ImageOps.exif_transpose(Image.open(f))
    im = im.convert("RGBA" if "alpha" in f.name else "RGB")
    im.info.clear()
    im.save(f"{f}.png", optimize=True)
