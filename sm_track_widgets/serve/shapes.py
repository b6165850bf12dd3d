"""How botocore's shapes name and repeat members on the wire, and how they spell times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any


def wire_name(shape: Any, member: str) -> str:
    """Return what a member is called on the wire; a repeated element is called as the list's members are."""
    if repeated(shape) and shape.member.serialization.get("name"):
        return str(shape.member.serialization["name"])
    return str(shape.serialization.get("name", member))


def repeated(shape: Any) -> bool:
    """Whether a list is written as its elements alone, without one around them."""
    return shape.type_name == "list" and bool(shape.serialization.get("flattened"))


def member_names(structure: Any) -> Mapping[str, str]:
    """Return names on the wire -> members, of those members that stand in the body."""
    return {
        wire_name(shape, member): member
        for member, shape in structure.members.items()
        if "location" not in shape.serialization
    }


def http_time(moment: datetime) -> str:
    """``Thu, 01 Jan 1970 00:00:00 GMT``."""
    return format_datetime(moment.astimezone(timezone.utc).replace(microsecond=0), usegmt=True)


def iso_time(moment: datetime) -> str:
    """``1970-01-01T00:00:00.000Z``."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
