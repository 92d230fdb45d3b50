"""Write a manifest of N samples in N/10 groups and 100 categories, sorted by id."""

import hashlib
import sys


def rows(samples: int):
    groups, categories = samples // 10, 100
    for c in range(categories):
        for g in range(c % 10, groups, 10):
            name = f"c{c:03d}-p{g:07d}-{(c * groups + g) & 0xFFFFFFFF:08x}"
            digest = hashlib.sha256(name.encode()).hexdigest()
            yield f"{name},ingest/images/c{c:03d}/{name}.jpg,c{c:03d},p{g:07d},c{c:03d}/p{g:07d}/1.jpg,{digest},,,,,,,\n"


def main() -> None:
    with open(sys.argv[2], "w") as out:
        out.write("id,path,category,group,source,sha256,parent,partition,role,label,trace,taken_at,camera\n")
        out.writelines(rows(int(sys.argv[1])))


main()
