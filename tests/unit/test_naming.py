"""Names: accepted by the service, told apart, kept readable."""

from __future__ import annotations

import random
import re

import pytest

from sm_track_widgets._errors import UsageError
from sm_track_widgets._names import ENTITY_PATTERN, MAX_PART
from sm_track_widgets.tracking import naming

NOW = 1_790_000_000.0


def test_names_are_those_of_the_sdk() -> None:
    names = naming.choose("My Exp", "XGB lr=0.05", None, now=NOW)
    assert names.ref.experiment == "my-exp"
    assert names.ref.run == "xgb-lr-0p05"
    assert names.ref.component == "my-exp-xgb-lr-0p05"
    assert names.ref.group == "Default-Run-Group-my-exp"
    assert names.asked == "XGB lr=0.05"
    assert (names.experiment_display, names.run_display) == ("My-Exp", "XGB-lr-0p05")
    assert not names.auto
    assert names.notes == ()


def test_a_named_group_keeps_its_capitals() -> None:
    assert naming.choose("e", "r", "Sweep 1", now=NOW).ref.group == "Sweep-1"


@pytest.mark.parametrize(
    "name", ["x" * 60, "y" * 500, "a.b_c d" * 20, "\N{ROCKET}", "-", "...", "été", "1.5.2"]
)
def test_every_text_becomes_a_name_of_the_service(name: str) -> None:
    ref = naming.choose(name, name, name, now=NOW).ref
    for part in (ref.experiment, ref.run, ref.component, ref.group):
        assert ENTITY_PATTERN.fullmatch(part), part
    assert len(ref.experiment) <= MAX_PART
    assert len(ref.run) <= MAX_PART


def test_long_names_stay_two_and_say_so() -> None:
    one, other = (naming.choose("e", "x" * 80 + end, None, now=NOW) for end in "ab")
    assert one.ref.run != other.ref.run
    assert "59" in one.notes[0]


@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_names_are_refused(blank: str) -> None:
    for names in [(blank, "r", None), ("e", blank, None), ("e", "r", blank)]:
        with pytest.raises(UsageError, match="empty name"):
            naming.choose(*names, now=NOW)


def test_made_up_names_are_new_each_time_and_leave_the_users_seed_alone() -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    names = {naming.choose("e", None, None, now=NOW).ref.run for _ in range(200)}
    assert random.random() == expected
    assert len(names) == 200
    assert all(re.fullmatch(r"[a-z]+-[a-z]+-\d{4}-\d{4}-[a-z0-9]{4}", name) for name in names)
    assert naming.choose("e", None, None, now=NOW).auto


def test_numbers_fit() -> None:
    assert naming.numbered("run", "2") == "run-2"
    long = naming.numbered("x" * 59, "12")
    assert len(long) == 59
    assert long.endswith("x-12")
    assert naming.numbered("x" * 55 + "-abc", "2") == "x" * 55 + "-a-2"


def test_display_names_take_the_services_characters_only() -> None:
    assert naming.display("My run!", "own") == "My-run"
    assert naming.display(None, "own") == "own"
