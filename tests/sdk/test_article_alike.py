"""The two articles are one: only imports, and the classes behind a few functions, differ between SDK 2.x and 3.x."""

from __future__ import annotations

import ast
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"
MAY_DIFFER = {"connect", "start_job", "register"}
"""`connect`: SDK 3.x's ModelTrainer does not link the run that is open, which 2.x's Estimator.fit does."""

MOVED = {
    "sagemaker": "sagemaker.core",
    "sagemaker.analytics": "sagemaker.core.analytics",
    "sagemaker.experiments.run": "sagemaker.core.experiments.run",
    "sagemaker.s3": "sagemaker.core.s3",
    "sagemaker.session": "sagemaker.core.helper.session_helper",
}
"""Module of 2.x -> module of 3.x that holds the same names."""

REPLACED_2 = {"sagemaker.inputs", "sagemaker.model", "sagemaker.sklearn"}
REPLACED_3 = {
    "sagemaker.core.shapes",
    "sagemaker.train",
    "sagemaker.train.configs",
}
"""Where the classes are that took the place of others."""


def tree(major: int) -> ast.Module:
    return ast.parse((EXAMPLES / f"article_sdk{major}.py").read_text("utf-8"))


def functions(module: ast.Module) -> dict[str, str]:
    return {each.name: ast.dump(each) for each in module.body if isinstance(each, ast.FunctionDef)}


def imports(module: ast.Module) -> dict[str, set[str]]:
    """Module -> names taken from it."""
    found: dict[str, set[str]] = {}
    for each in module.body:
        if isinstance(each, ast.ImportFrom):
            found.setdefault(str(each.module), set()).update(name.name for name in each.names)
        elif isinstance(each, ast.Import):
            found.update((name.name, set()) for name in each.names)
    return found


def test_functions_are_the_same_but_for_the_named_few():
    second, third = functions(tree(2)), functions(tree(3))
    assert set(third) == set(second)
    assert {name for name in second if second[name] != third[name]} == MAY_DIFFER


def test_the_rest_of_the_module_is_the_same():
    def rest(major: int) -> list[str]:
        kept = (ast.FunctionDef, ast.Import, ast.ImportFrom)
        body = [each for each in tree(major).body[1:] if not isinstance(each, kept)]
        return [ast.dump(each) for each in body]

    assert rest(2) == rest(3)


def test_imports_differ_as_the_sdks_do():
    second, third = imports(tree(2)), imports(tree(3))
    for module, names in second.items():
        if module in MOVED:
            assert third[MOVED[module]] == names, module
        elif module not in REPLACED_2:
            assert third[module] == names, module
    assert set(third) - set(second) - set(MOVED.values()) == REPLACED_3 | {"sm_track_widgets"}
