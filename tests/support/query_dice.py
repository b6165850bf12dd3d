"""Random queries: what is meant, as plain data, and one of the many ways to write it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import query_world
from query_world import Dice

Meant = Any
"""A `Cond`, or ``("and" | "or", [meant, ...])``, or ``("not", meant)``."""
ORDERS = ("<", "<=", ">", ">=")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-:/@+")
ALIASES = {
    "name": ["name", "run", "run_name", "attributes.run_name"],
    "component": ["component", "Component"],
    "created_by": ["created_by", "user_id", "attr.user"],
    "started": ["started", "start_time", "attributes.start_time"],
    "ended": ["ended", "END_TIME"],
    "status": ["status", "attribute.status", "run.Status"],
    "duration": ["duration", "duration_s"],
}
FAMILIES = {
    "param": ["params", "param", "parameter", "Parameters"],
    "metric": ["metrics", "metric"],
    "tag": ["tags", "tag"],
    "artifact": ["artifacts", "Artifact"],
}
FIXED_TEXTS = {
    "name": [
        "Run1",
        "tmp-7",
        "Tmp-7",
        "RUN1",
        "lr0.05 (b)",
        "Größe 1",
        "tmp-12",
        "run3",
        "TMP-3",
        "other5",
        "e1-run3",
    ],
    "component": ["e1-run3", "E1-Run5", "e1-tmp-1", "other7", "E1-run3"],
    "experiment": ["e1", "E1", "E2", "e3"],
    "group": ["g1", "G1", "G2", "g3", "Default-Run-Group-e1"],
    "message": ["out of memory", "Fine", "fine", "7", "a,b", ""],
    "created_by": ["me", "7"],
    "notes": ["see ticket 7", "good, keep", "See", "see\nticket 7", "\\nu good", "\\", "n", "\n"],
    "parent": ["e1-run1", "e1-tmp-3", "e1-x"],
    "status": ["Completed", "FINISHED", "running", "Failed", "killed", "Stopping"],
}
FIXED_TEXTS["name"] += [
    shape.format(number) for number in range(15) for shape in ("run{}", "Run{}", "tmp-{}", "RUN{}")
]
PATTERNS = [
    "%",
    "%t%",
    "tmp%",
    "%7",
    "_a%",
    "%a_b%",
    "adam",
    "4",
    "%50\\%",
    "%\\_b",
    "%,%",
    "s3://%",
    "%日%",
    "%RUN%",
    "run1",
]
PATTERNS += [
    "C%ed",
    "e1-%",
    "%o%m%",
    "",
    "%'s",
    "Größe%",
    "%1",
    "%-%",
    "7",
    "g_",
    "%\n%",
    "%\\\\nu%",
    "%ee\nt%",
    "%\\\\%",
    "n%",
    "% %",
    "_______",
]


OTHERS = ["artifact", "name", "time", "fixed", "duration"]


@dataclass(frozen=True)
class Cond:
    """A condition that is not negated: `values` are ``("num" | "text" | "ago", spelling)``."""

    kind: str
    name: str
    statistic: str
    sign: str
    values: tuple[tuple[str, str], ...] = field(default=())


def random_meant(dice: Dice, depth: int = 3) -> Meant:
    if depth == 0 or dice.likely(0.3):
        return random_condition(dice)
    word = dice.choice(["and", "or", "not"])
    if word == "not":
        return ("not", random_meant(dice, depth - 1))
    return (word, [random_meant(dice, depth - 1) for _ in range(dice.choice([2, 2, 3]))])


def random_condition(dice: Dice, kind: str = "") -> Cond:
    kind = kind or dice.choice(["param"] * 5 + ["metric"] * 4 + ["tag"] * 2 + [*OTHERS, "time"])
    if kind == "time":
        return _time(dice, dice.choice(["created", "started", "ended", "modified"]))
    if kind == "fixed":
        kind = dice.choice([one for one in FIXED_TEXTS if one != "name"])
    pool = {
        "param": query_world.PARAMS,
        "metric": query_world.METRICS,
        "tag": query_world.TAGS,
        "artifact": query_world.ARTIFACTS,
    }.get(kind, [""])
    name = dice.choice([*pool, "nobody"]) if kind in FAMILIES else ""
    name = dice.choice([name, name, name.upper(), name.lower()])
    statistic = dice.choice(["last", "last", "min", "max", "avg", "std", "count"]) if kind == "metric" else ""
    return _compared(dice, kind, name, statistic)


def _compared(dice: Dice, kind: str, name: str, statistic: str) -> Cond:
    signs = ["=", "=", "in", "null"]
    if kind in {"param", "metric", "duration"}:
        signs += ["<", ">=", dice.choice(ORDERS), "between"]
    if kind not in {"metric", "duration"}:
        signs += ["like", "like", "ilike"]
    sign = dice.choice(signs)
    if sign == "null":
        values: list[tuple[str, str]] = []
    elif sign in {"like", "ilike"}:
        values = [("text", dice.choice(PATTERNS))]
    elif sign in ORDERS or sign == "between":
        values = [_number(dice, kind) for _ in range(2 if sign == "between" else 1)]
        values = [("num", one[1]) for one in values] if kind == "param" else values
    else:
        count = dice.choice([1, 2, 3, 6]) if sign == "in" else 1
        values = [_value(dice, kind) for _ in range(count)]
    return Cond(kind, name, statistic, sign, tuple(values))


def _value(dice: Dice, kind: str) -> tuple[str, str]:
    if kind in {"metric", "duration"}:
        return _number(dice, kind)
    if kind == "status":
        return "text", dice.choice(FIXED_TEXTS["status"])
    if dice.likely(0.3):
        return _number(dice, kind) if kind == "param" else ("num", dice.choice(["7", "4", "-1"]))
    texts = {
        "tag": ["red", "Red", "RED", "", "a:b c", "a,b", "7"],
        "artifact": ["s3://b/x", "s3://b/Y", "7", ""],
    }
    return "text", dice.choice(texts.get(kind) or FIXED_TEXTS.get(kind) or query_world.TEXTS)


def _number(dice: Dice, kind: str) -> tuple[str, str]:
    pool = [
        "-1",
        "0",
        "0.001",
        "1e-3",
        "0.1",
        ".25",
        "1",
        "4",
        "4.0",
        "4.50",
        "6",
        "+7",
        "1_000",
        "1e9",
        "2.5",
        "3",
        "5",
    ]
    if kind == "duration":
        pool = ["400", "0", "43600", "-42800.5", "400.5"]
    return ("text" if kind == "metric" and dice.likely(0.1) else "num"), dice.choice(
        [one for one in pool if one != "1_000" or kind != "metric"]
    )


def _time(dice: Dice, kind: str) -> Cond:
    sign = dice.choice(["=", "in", "null", "between", *ORDERS])
    count = {"null": 0, "in": dice.choice([1, 2]), "between": 2}.get(sign, 1)
    return Cond(kind, "", "", sign, tuple(_moment(dice) for _ in range(count)))


def _moment(dice: Dice) -> tuple[str, str]:
    at = query_world.START + dice.randrange(6) * 43_200 + dice.choice([0, 0, 0.5, 0.125, 400, 3600])
    shape = dice.choice(["num", "ms", "ago", "day", "month", "minute", "hour", "second", "fraction", "zone"])
    if shape == "num":
        return "num", f"{at}"
    if shape == "ms":
        return "num", f"{int(at * 1000)}"
    if shape == "ago":
        return "ago", dice.choice(["10d", "2w", "12.5d", "300h", "1000000s", "20000m"])
    moment = datetime.fromtimestamp(at, tz=timezone.utc)
    if shape == "zone":
        return "text", (moment + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")
    shapes = {"day": "%Y-%m-%d", "month": "%Y-%m", "minute": "%Y-%m-%d %H:%M", "hour": "%Y-%m-%dT%H"}
    shapes |= {"second": "%Y-%m-%dT%H:%M:%SZ", "fraction": "%Y-%m-%dT%H:%M:%S.%f"}
    return "text", moment.strftime(shapes[shape])


# -- writing it ------------------------------------------------------------------------------------------------
def written(dice: Dice, meant: Meant) -> str:
    """One way to write what is meant."""
    if isinstance(meant, Cond):
        return _condition(dice, meant, negated=False)
    word, inner = meant
    if word == "not":
        if isinstance(inner, Cond) and inner.sign not in ORDERS and dice.likely(0.6):
            return _condition(dice, inner, negated=True)
        return f"{_cased(dice, 'not')} {_wrapped(dice, inner)}"
    return f" {_cased(dice, word)} ".join(
        _wrapped(dice, part) if not isinstance(part, Cond) else written(dice, part) for part in inner
    )


def _wrapped(dice: Dice, meant: Meant) -> str:
    bare = isinstance(meant, Cond) and dice.likely(0.7)
    return written(dice, meant) if bare else f"({written(dice, meant)})"


def _condition(dice: Dice, cond: Cond, *, negated: bool) -> str:
    path = _path(dice, cond)
    values = [_literal(dice, value) for value in cond.values]
    word = f"{_cased(dice, 'not')} " if negated else ""
    if cond.sign == "null":
        return f"{path} {_cased(dice, 'is')} {word}{_cased(dice, 'null')}"
    if cond.sign == "in":
        return f"{path} {word}{_cased(dice, 'in')} ({','.join(values)})"
    if cond.sign == "between":
        return f"{path} {word}{_cased(dice, 'between')} {values[0]} {_cased(dice, 'and')} {values[1]}"
    if cond.sign in {"like", "ilike"}:
        return f"{path} {word}{_cased(dice, cond.sign)} {values[0]}"
    sign = cond.sign
    if sign == "=":
        sign = dice.choice(["!=", "<>"]) if negated else dice.choice(["=", "=="])
    blank = dice.choice(["", " ", "  "])
    return f"{path}{blank}{sign}{blank}{values[0]}"


def _path(dice: Dice, cond: Cond) -> str:
    if cond.kind not in FAMILIES:
        return dice.choice(ALIASES.get(cond.kind, [cond.kind, cond.kind.upper()]))
    last = cond.name.rpartition(".")[2]
    statistic = cond.statistic
    bare = statistic == "last" and dice.likely(0.5)
    stat_like = (
        cond.kind == "metric"
        and "." in cond.name
        and last.lower() in {"last", "min", "max", "avg", "std", "count"}
    )
    plain = all(part and (set(part) <= PLAIN or part.isalnum()) for part in cond.name.split("."))
    if not plain or (bare and stat_like) or dice.likely(0.2):
        mark = dice.choice('`"')
        name = f"{mark}{cond.name.replace(mark, mark * 2)}{mark}"
    else:
        name = cond.name
    ending = "" if bare or not statistic else f".{_cased(dice, statistic)}"
    return f"{dice.choice(FAMILIES[cond.kind])}.{name}{ending}"


def _literal(dice: Dice, value: tuple[str, str]) -> str:
    shape, spelling = value
    if shape == "num":
        return spelling
    if shape == "ago":
        return f"-{spelling}"
    mark = dice.choice("''\"")
    return f"{mark}{spelling.replace(mark, mark * 2)}{mark}"


def _cased(dice: Dice, word: str) -> str:
    return dice.choice([word.upper(), word.upper(), word.lower(), word.title()])
