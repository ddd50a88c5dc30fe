"""How often find's first answer is right, on 300 queries from real life. Run by hand.

Whoever wrote queries.txt had not seen the index. A page counts as right if that file names it. If
/near/ is right, so is the page of any town.
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

QUERIES = Path(__file__).with_name("queries.txt")
MOST = 5


def main():
    build_index()
    asked, first, within = Counter(), Counter(), Counter()
    misses = []
    with closing(Index(place())) as index:
        for line in QUERIES.read_text().splitlines():
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
                misses.append((kind, words, right, found[:3]))
    print(f"{'':16}{'asked':>7}{'first':>7}{f'in {MOST}':>7}")
    for kind in asked:
        print(f"{kind:16}{asked[kind]:7}{first[kind]:7}{within[kind]:7}")
    total = asked.total()
    print(f"{'all':16}{total:7}{first.total() / total:7.0%}{within.total() / total:7.0%}")
    print("Not first:")
    for kind, words, right, found in misses:
        print(f"  {kind}: {words}\n    {right}\n    not {', '.join(found) or 'anything'}")


def is_right(page, right):
    return page in right or ("/near/" in right and page.startswith("/near/"))


if __name__ == "__main__":
    main()
