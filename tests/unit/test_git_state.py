"""What git tells of the working tree: asked without starting anything of the user's."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from sm_track_widgets.tracking.capture.git import DIFF_BYTES, git_state
from sm_track_widgets.tracking.redact import MARK, Redactor

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "model.py").write_text("depth = 3\n")
    (folder / "ü b.txt").write_text("text\n")
    (folder / "book.ipynb").write_text("{}\n")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


def state(folder: Path, **options: object) -> dict[str, object]:
    found = git_state(folder, Redactor(), **options)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_a_clean_tree(tree: Path) -> None:
    git(tree, "remote", "add", "origin", "https://me:s3cr3t@host.example/team/repo.git")
    found = state(tree / "src")
    assert found == {
        "commit": git(tree, "rev-parse", "HEAD"),
        "branch": "main",
        "remote": "https://host.example/team/repo.git",
        "dirty": False,
        "changed": [],
        "untracked": [],
        "files_cut": False,
        "diff": "",
        "diff_cut": False,
    }


def test_a_changed_tree(tree: Path) -> None:
    (tree / "src" / "model.py").write_text('depth = 4\npassword = "hunter2"\n')
    (tree / "book.ipynb").write_text('{"cells": "large"}\n')
    git(tree, "mv", "ü b.txt", "c d.txt")
    (tree / "new.py").write_text("secret = 1\n")
    found = state(tree)
    assert found["dirty"] is True
    assert sorted(found["changed"]) == ["book.ipynb", "c d.txt", "src/model.py"]  # type: ignore[type-var]
    assert found["untracked"] == ["new.py"]
    diff = str(found["diff"])
    assert "+depth = 4" in diff
    assert f'+password = "{MARK}"' in diff
    assert "book.ipynb" not in diff
    assert "secret = 1" not in diff
    assert not found["diff_cut"]


def test_a_large_diff_is_cut_at_a_line(tree: Path) -> None:
    (tree / "src" / "model.py").write_text("".join(f"value = {number}\n" for number in range(20_000)))
    found = state(tree)
    diff = str(found["diff"])
    assert found["diff_cut"] is True
    assert DIFF_BYTES - 100 < len(diff) <= DIFF_BYTES
    assert diff.endswith("\n")


def test_before_the_first_commit_and_without_a_branch(tmp_path: Path, tree: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")
    found = state(empty)
    assert (found["commit"], found["branch"], found["diff"]) == ("", "main", "")
    git(tree, "checkout", "-q", "--detach")
    assert state(tree)["branch"] == ""


def test_no_tree_and_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git_state(tmp_path, Redactor()) is None
    assert git_state(tmp_path / "missing", Redactor()) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_state(tmp_path, Redactor()) is None


def test_nothing_of_the_users_is_started(tree: Path, tmp_path: Path) -> None:
    mark = tmp_path / "started"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\necho started >> {mark}\ncat\n")
    script.chmod(0o755)
    (tree / ".gitattributes").write_text("*.py diff=mine\n")
    for name in ("core.fsmonitor", "core.pager", "diff.external", "diff.mine.textconv", "diff.mine.command"):
        git(tree, "config", name, str(script))
    hook = tree / ".git" / "hooks" / "post-index-change"
    hook.write_text(script.read_text())
    hook.chmod(0o755)
    (tree / "src" / "model.py").write_text("depth = 4\n")
    os.utime(tree / "book.ipynb", (1, 1))
    index = (tree / ".git" / "index").read_bytes()
    environ = {**os.environ, "GIT_EXTERNAL_DIFF": str(script), "GIT_PAGER": str(script)}
    assert "+depth = 4" in str(state(tree, environ=environ)["diff"])
    assert not mark.exists()
    assert (tree / ".git" / "index").read_bytes() == index


def test_the_environment_does_not_take_the_question_elsewhere(tree: Path, tmp_path: Path) -> None:
    environ = {**os.environ, "GIT_DIR": str(tmp_path / "other"), "GIT_WORK_TREE": str(tmp_path)}
    assert state(tree, environ=environ)["commit"] == git(tree, "rev-parse", "HEAD")


def test_a_slow_git_is_given_up(tree: Path, tmp_path: Path) -> None:
    (tree / ".gitattributes").write_text("*.py filter=slow\n")
    git(tree, "config", "filter.slow.clean", "sleep 20; cat")
    (tree / "src" / "model.py").write_text("depth = 5\n")
    began = time.monotonic()
    git_state(tree, Redactor(), seconds=0.5)
    assert time.monotonic() - began < 5
