"""Names that a piece of Python reads before it binds them itself."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, cast

_MAGICS_WITH_CODE = frozenset({"time", "timeit", "prun", "memit", "capture"})


def names_read(code: str) -> list[str]:
    """Return the names that `code` takes from the namespace around it, in the order of their first use.

    A name counts when it is read where the code cannot be sure to have bound it: ``x = x + 1`` reads ``x``, and so does
    what follows a loop that binds it. A function's body counts as read where it is written, except for what the code
    binds anywhere: it is called later. Code that does not parse reads nothing.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    reader = _Reader(_bound_anywhere(tree.body))
    try:
        reader.block(tree.body)
    except RecursionError:
        return []
    return list(reader.read)


_handlers: dict[type[ast.AST], Callable[[Any, Any], None]] = {}
_CONTEXTS = frozenset({ast.Load, ast.Store, ast.Del})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef, ast.Lambda)
_LEAVES = frozenset({*_CONTEXTS, ast.Constant})
_NAMED = (*_FUNCTIONS, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_BINDERS = (*_NAMED, *_IMPORTS, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping)


class _Reader:
    """Walks in the order of execution, with the names that are surely bound."""

    def __init__(self, later: set[str]) -> None:
        self.read: dict[str, None] = {}
        self._bound: set[str] = set()
        self._later = later
        """What the code binds anywhere."""

    def visit(self, node: ast.AST) -> None:
        """Visit one node; `ast.NodeVisitor` does the same in three times the time, and a cell waits for it."""
        kind = type(node)
        if kind not in _handlers:
            _handlers[kind] = getattr(_Reader, f"on_{kind.__name__.lower()}", _Reader.children)
        _handlers[kind](self, node)

    def children(self, node: ast.AST) -> None:
        """Visit what a node holds, in its order."""
        for name in node._fields:
            held = getattr(node, name, None)
            if type(held) is list:
                for one in cast("list[Any]", held):
                    if isinstance(one, ast.AST):
                        self.visit(one)
            elif isinstance(held, ast.AST) and type(held) not in _CONTEXTS:
                self.visit(held)

    def block(self, body: list[ast.stmt]) -> None:
        for node in body:
            self.visit(node)

    # -- names ---------------------------------------------------------------------------------------------------
    def on_name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._reads(node.id)
        elif isinstance(node.ctx, ast.Store):
            self._bound.add(node.id)
        else:
            self._reads(node.id)
            self._bound.discard(node.id)

    def on_augassign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self._reads(node.target.id)
        self.visit(node.target)

    def on_assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def on_annassign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def on_namedexpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.visit(node.target)

    def on_import(self, node: ast.Import | ast.ImportFrom) -> None:
        self._bound |= {(one.asname or one.name).partition(".")[0] for one in node.names}

    on_importfrom = on_import

    # -- branches ------------------------------------------------------------------------------------------------
    def on_if(self, node: ast.If) -> None:
        self.visit(node.test)
        self._either(node.body, node.orelse)

    def on_for(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        before = set(self._bound)
        self.visit(node.target)
        self.block(node.body)
        self._bound = before
        self.block(node.orelse)

    on_asyncfor = on_for

    def on_while(self, node: ast.While) -> None:
        self.visit(node.test)
        self._either(node.body, [])
        self.block(node.orelse)

    def on_try(self, node: Any) -> None:
        before = set(self._bound)
        self.block([*node.body, *node.orelse])
        ends = [self._bound]
        for handler in node.handlers:
            self._bound = before | ({handler.name} if handler.name else set())
            if handler.type is not None:
                self.visit(handler.type)
            self.block(handler.body)
            ends.append(self._bound)
        self._bound = set.intersection(*ends)
        self.block(node.finalbody)

    on_trystar = on_try  # except*, newer than Python 3.10

    def on_match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        before = set(self._bound)
        for case in node.cases:
            self._bound = before | _bound_anywhere([case])
            self.visit(case.pattern)
            if case.guard is not None:
                self.visit(case.guard)
            self.block(case.body)
        self._bound = before

    def _either(self, body: list[ast.stmt], other: list[ast.stmt]) -> None:
        before = set(self._bound)
        self.block(body)
        after, self._bound = self._bound, before
        self.block(other)
        self._bound &= after

    # -- scopes of their own -------------------------------------------------------------------------------------
    def on_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for part in (*node.decorator_list, *_defaults(node.args), *_annotations(node)):
            self.visit(part)
        self._inside(_arguments(node.args) | _bound_anywhere(node.body, function=True), node.body)
        self._bound.add(node.name)

    on_asyncfunctiondef = on_functiondef

    def on_lambda(self, node: ast.Lambda) -> None:
        for part in _defaults(node.args):
            self.visit(part)
        self._inside(_arguments(node.args), [ast.Expr(node.body)])

    def on_classdef(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases, *(word.value for word in node.keywords)):
            self.visit(part)
        before = set(self._bound)
        self.block(node.body)
        self._bound = before | {node.name}

    def on_listcomp(self, node: Any) -> None:
        before = set(self._bound)
        for part in node.generators:
            self.visit(part.iter)
            self.visit(part.target)
            for test in part.ifs:
                self.visit(test)
        for name in ("key", "value", "elt"):
            if hasattr(node, name):
                self.visit(getattr(node, name))
        self._bound = before

    on_setcomp = on_dictcomp = on_generatorexp = on_listcomp

    def on_call(self, node: ast.Call) -> None:
        """Look into ``%time f(x)`` too: IPython turns it into a call with the code as a text."""
        self.children(node)
        texts = [
            one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        named = isinstance(node.func, ast.Attribute) and node.func.attr in {
            "run_line_magic",
            "run_cell_magic",
        }
        if named and len(texts) > 1 and texts[0] in _MAGICS_WITH_CODE:
            for name in names_read(texts[-1]):
                self._reads(name)

    def _inside(self, local: set[str], body: list[ast.stmt]) -> None:
        inner = _Reader(self._later)
        inner._bound = local
        inner.block(body)
        for name in inner.read:
            if name not in self._later:
                self._reads(name)

    def _reads(self, name: str) -> None:
        if name not in self._bound:
            self.read.setdefault(name)


def _bound_anywhere(body: list[Any], *, function: bool = False) -> set[str]:
    """Return the names that statements bind in their own scope, wherever it is."""
    found: set[str] = set()
    outer: set[str] = set()
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if type(node) is ast.Name:
            if type(node.ctx) is ast.Store:
                found.add(node.id)
            continue
        if isinstance(node, _BINDERS):
            found |= _bound_by(node)
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            outer |= set(node.names)
        if isinstance(node, _SCOPES):
            continue
        waiting += (one for one in ast.iter_child_nodes(node) if type(one) not in _LEAVES)
    return found - outer if function else found


def _bound_by(node: ast.AST) -> set[str]:
    if isinstance(node, _NAMED):
        return {node.name}
    if isinstance(node, _IMPORTS):
        return {(one.asname or one.name).partition(".")[0] for one in node.names}
    name = getattr(node, "name", None) or getattr(node, "rest", None)  # handlers and patterns
    return {name} if isinstance(name, str) else set()


def _arguments(args: ast.arguments) -> set[str]:
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    return {one.arg for one in every if one is not None}


def _defaults(args: ast.arguments) -> list[ast.expr]:
    return [one for one in (*args.defaults, *args.kw_defaults) if one is not None]


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    args = node.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    found = [one.annotation for one in every if one is not None]
    return [one for one in (*found, node.returns) if one is not None]
