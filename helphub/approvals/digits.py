"""An old and a new number, compared digit by digit."""


def compared(old, new):
    """Two numbers in the groups of the new one, as groups of (digit, whether it differs)."""
    sizes = [len(group) for group in new.split()]
    old_digits, new_digits = old.replace(" ", ""), new.replace(" ", "")
    return _grouped(old_digits, sizes, new_digits), _grouped(new_digits, sizes, old_digits)


def _grouped(digits, sizes, other):
    marked = [
        (digit, place >= len(other) or digit != other[place]) for place, digit in enumerate(digits)
    ]
    groups, start = [], 0
    for size in sizes:
        groups.append(marked[start : start + size])
        start += size
    return [group for group in [*groups, marked[start:]] if group]


def differences(old, new):
    """The differing digits in words, for officers who hear the page or miss the marking."""
    old, new = old.replace(" ", ""), new.replace(" ", "")
    if not old or not new:
        return ""
    if len(old) != len(new):
        return f"The new number has {len(new)} digits; the old number had {len(old)}."
    places = [place for place in range(len(old)) if old[place] != new[place]]
    if not places:
        return "The digits are the same."
    return (
        "; ".join(
            f"digit {place + 1} changes from {old[place]} to {new[place]}" for place in places
        ).capitalize()
        + "."
    )
