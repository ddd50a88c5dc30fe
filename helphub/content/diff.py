"""Compares words, to show an officer what changed."""

import difflib
from collections.abc import Sequence


def word_difference(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    """Words kept, removed and added: (what, text), with a few words around each change."""
    parts = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for operation, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        if operation == "equal":
            words = old[from_old:to_old]
            if len(words) > 12:
                words = [*words[:6], "…", *words[-6:]]
            parts.append(("same", " ".join(words)))
            continue
        if to_old > from_old:
            parts.append(("out", " ".join(old[from_old:to_old])))
        if to_new > from_new:
            parts.append(("in", " ".join(new[from_new:to_new])))
    return parts
