"""How often find's first answer is right, on queries from real life. Run by hand.

Whoever wrote the queries had not seen the index. A page counts as right if their file names it. If
/near/ is right, so is the page of any town. Name other files of queries to ask those instead.
"""

import os
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import django

django.setup()

from helphub.search import views  # noqa: E402
from helphub.search.build import build_index  # noqa: E402
from helphub.search.index import Index, place  # noqa: E402
from helphub.search.results import search_in  # noqa: E402

QUERIES = sorted(Path(__file__).parent.glob("queries*.txt"))
MOST = 5


def main():
    build_index()
    for path in map(Path, sys.argv[1:] or QUERIES):
        print(path.name)
        measure(path)


def measure(path):
    asked, first, within = Counter(), Counter(), Counter()
    misses = []
    with closing(Index(place())) as index:
        for line in path.read_text().splitlines():
            if line.startswith("#"):
                continue
            kind, words, right = line.split("\t")
            groups = views.grouped(search_in(index, words, "en").hits)
            found = [entry.get_absolute_url() for group in groups for entry in group.entries]
            ranks = [rank for rank, page in enumerate(found) if is_right(page, right.split(" or "))]
            asked[kind] += 1
            first[kind] += ranks[:1] == [0]
            within[kind] += bool(ranks) and ranks[0] < MOST
            if ranks[:1] != [0]:
                misses.append((kind, words, right, ranks[:1], found[:3]))
    print(f"{'':16}{'asked':>7}{'first':>7}{f'in {MOST}':>7}")
    for kind in asked:
        print(f"{kind:16}{asked[kind]:7}{first[kind]:7}{within[kind]:7}")
    total = asked.total()
    print(f"{'all':16}{total:7}{first.total() / total:7.0%}{within.total() / total:7.0%}")
    print("Not first:")
    for kind, words, right, ranks, found in misses:
        place_of_right = f"number {ranks[0] + 1}" if ranks else "not found"
        print(f"  {kind}: {words}\n    {right}: {place_of_right}")
        print(f"    after {', '.join(found) or 'nothing'}")


def is_right(page, right):
    # All towns have the same page for now.
    is_near = any(path.startswith("/near/") for path in right)
    return page in right or (is_near and page.startswith("/near/"))


if __name__ == "__main__":
    main()
