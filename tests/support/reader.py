"""A page as a reader sees it: parsed, with its visible text and its links."""

import re
from functools import cached_property

import html5lib
from lxml import etree

INVISIBLE = {"script", "style", "head", "template"}


class Page:
    """A parsed response. The faults in its HTML are in `faults`."""

    def __init__(self, response):
        self.response = response
        self.html = response.content.decode()
        self.root = etree.HTML(response.content, etree.HTMLParser(encoding="utf-8"))

    @cached_property
    def faults(self):
        # This parser is as strict as the standard, and thirty times as slow as lxml's.
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        ids = [element.get("id") for element in parser.parse(self.html).iter() if element.get("id")]
        twice = [f"id {name} twice" for name in set(ids) if ids.count(name) > 1]
        return [str(error) for error in parser.errors] + twice

    def all(self, name, **attributes):
        """The elements of that name that have these attributes (class_ for class)."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            element
            for element in self.root.iter(name)
            if all(value in (element.get(key) or "").split() for key, value in wanted.items())
        ]

    def one(self, name, **attributes):
        (element,) = self.all(name, **attributes)
        return element

    @cached_property
    def title(self):
        return text(self.one("title"))

    @cached_property
    def main(self):
        return text(self.one("main"))

    @cached_property
    def text(self):
        return text(self.root.find("body"))

    @cached_property
    def lines(self):
        """The numbers a reader can press: the link's address and its text."""
        return [
            (link.get("href"), text(bdi))
            for link in self.all("a")
            if (link.get("href") or "").startswith(("tel:", "sms:"))
            for bdi in link.iter("bdi")
        ]

    @cached_property
    def cards(self):
        """The cards of numbers and services, and the rows of the table of numbers."""
        return self.all("li", class_="card") + [
            row for table in self.all("table", class_="numbers") for row in table.iter("tr")
        ]

    @cached_property
    def internal_links(self):
        return {
            link.get("href")
            for link in self.all("a")
            if (link.get("href") or "").startswith(("/", "#"))
        }


def text(element):
    """The visible text of an element, with white space folded."""

    def parts(node):
        if node.tag not in INVISIBLE and isinstance(node.tag, str) and node.get("hidden") is None:
            yield node.text or ""
            for child in node:
                yield from parts(child)
                yield child.tail or ""

    return re.sub(r"\s+", " ", "".join(parts(element))).strip()


def form_values(page):
    """What a browser would send if an officer pressed Save now."""
    values = {}
    in_the_head = {box for form in page.all("form", role="search") for box in form.iter()}
    for field in page.root.iter():
        name = field.get("name")
        if not name or field.get("disabled") is not None or field in in_the_head:
            continue
        if field.tag == "textarea":
            # A parser should drop the first line break after the tag, but lxml's does not.
            values[name] = (field.text or "").removeprefix("\n")
        elif field.tag == "input" and field.get("type") in ("checkbox", "radio"):
            if field.get("checked") is not None:
                values.setdefault(name, []).append(field.get("value", "on"))
        elif field.tag == "input" and field.get("type") != "submit":
            values[name] = field.get("value") or ""
        elif field.tag == "select":
            chosen = [o.get("value") for o in field.iter("option") if o.get("selected") is not None]
            values[name] = chosen if field.get("multiple") is not None else "".join(chosen[:1])
    return values
