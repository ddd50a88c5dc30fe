"""Names in a Word file, whichever of its two sets of namespaces it uses."""


def local(element):
    """An element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def value(element, name="val"):
    """An attribute, or None."""
    for key, found in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return found
    return None


def child(element, name):
    """The first child of this name, or None."""
    if element is None:
        return None
    return next((item for item in element if local(item) == name), None)


def elements(parent, name, through=()):
    """The children of this name, and those within wrappers."""
    for item in parent:
        found = local(item)
        if found == name:
            yield item
        elif found in through:
            yield from elements(item, name, through)


def is_on(element):
    """Whether a setting is there and not switched off."""
    return element is not None and value(element) not in ("0", "false", "off", "none")
