"""XML in and out, as S3 and the query protocol use it: elements and text, no attributes.

A document type is refused before it is read, and with it every entity: nothing expands, nothing is fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

MAX_DEPTH = 32
_SPECIAL = re.compile(r"[&<>\"\x00-\x1f\x7f]")


class XmlError(ValueError):
    """Text that is not XML, or more of XML than is taken here."""


@dataclass(slots=True)
class Node:
    """One element: its name without namespace, its text, its children."""

    name: str
    parts: list[str] = field(default_factory=list[str])
    children: list[Node] = field(default_factory=list["Node"])

    @property
    def text(self) -> str:
        """The text directly inside."""
        return "".join(self.parts)


def parse(content: bytes) -> Node:
    """Return the root element.

    Raises
    ------
    XmlError
        For what is malformed, has a document type or is nested deeper than 32.
    """
    root = Node("")
    path = [root]
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start(name: str, _attributes: object) -> None:
        if len(path) > MAX_DEPTH:
            raise XmlError("nested too deep")
        node = Node(name.rpartition(" ")[2])
        path[-1].children.append(node)
        path.append(node)

    def end(_name: str) -> None:
        path.pop()

    def characters(text: str) -> None:
        path[-1].parts.append(text)

    def refuse(*_declaration: object) -> None:
        raise XmlError("a document type is not taken")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat's own signature
    except (expat.ExpatError, UnicodeError, LookupError) as error:
        raise XmlError(str(error)) from error
    return root.children[0]


def element(name: str, inner: str, namespace: str | None = None) -> str:
    """Return an element around `inner`, which is XML already."""
    declared = "" if namespace is None else f' xmlns="{namespace}"'
    return f"<{name}{declared}>{inner}</{name}>"


def escape(text: str) -> str:
    """Return `text` as the content of an element; what XML forbids becomes a reference, as in S3's answers."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", text)


def document(root: str) -> bytes:
    """Return a whole document."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}'.encode()
