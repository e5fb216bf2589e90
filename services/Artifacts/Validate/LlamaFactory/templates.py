"""Writes templates.tsv: the names of LLaMA-Factory's chat templates. Run it by the Python of the LLaMA-Factory that is pinned:

    python3 templates.py templates.tsv
"""

import sys

from llamafactory.data.template import TEMPLATES
from llamafactory.extras.env import VERSION

with open(sys.argv[1], "w", encoding="utf-8") as table:
    print(f"# LLaMA-Factory {VERSION}: names of chat templates. Made by templates.py.", file=table)
    for name in sorted(TEMPLATES):
        print(name, file=table)
print(f"{len(TEMPLATES)} templates")
