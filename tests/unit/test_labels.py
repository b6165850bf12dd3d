"""Notes and tags of runs, open and closed: what is written is read again, on both homes."""

from __future__ import annotations

import random

import pytest
from botocore.exceptions import ClientError
from run_home import embedded

from sm_track_widgets._errors import NotFoundError, ServiceRefusedError, UsageError
from sm_track_widgets._names import told_notes
from sm_track_widgets.actions.labels import set_notes, set_tags
from sm_track_widgets.reading import analytics, runs
from sm_track_widgets.reading.narrowing import matching
from sm_track_widgets.reading.run_facts import stored_facts
from sm_track_widgets.tracking import values
from sm_track_widgets.tracking.run import Run

ATTACK = '<img src=x onerror="window.attacked=1"> \'" \u202e עברית 🎉'
NOTES = f"# Why\n\nlr was *too* high: $\\nabla$ \\\\ C:\\new\n{ATTACK}"


def read(place, name="a", experiment="exp"):
    return stored_facts(place, name, experiment)


@pytest.fixture
def closed(place):
    with Run("exp", "a", notes="first", tags={"team": "x"}, connection=place) as run:
        run.log_parameter("lr", 0.1)
    return place


def test_any_text_is_kept_as_one_line_and_told_as_it_was():
    dice = random.Random(5)
    for _ in range(3000):
        text = "".join(dice.choice("\\\\\\nnr\n\nab🎉") for _ in range(dice.randrange(9)))
        stored = values.notes(text)
        assert "\n" not in stored
        assert told_notes(stored) == text
    assert told_notes(values.notes("a\r\nb\u2028c")) == "a\nb\nc"


# -- notes -------------------------------------------------------------------------------------------------------
def test_notes_of_a_closed_run(closed):
    assert read(closed).notes == "first"
    set_notes("a", NOTES, "exp", connection=closed)
    facts = read(closed)
    assert (facts.notes, facts.parameters, facts.tags) == (NOTES, {"lr": 0.1}, {"team": "x"})
    set_notes("a", "", connection=closed)
    assert read(closed).notes == ""
    assert "notes" not in runs("exp", connection=closed).columns


def test_notes_of_an_open_run_go_its_own_way(place):
    with Run("exp", "a", notes="first", connection=place) as run:
        run.set_notes("second\nline")
        assert run.notes == "second\nline"
        set_notes("a", NOTES, connection=place)
        assert run.notes == NOTES
    assert read(place).notes == NOTES
    with Run("exp", "b", notes="first", connection=place) as run:
        run.set_notes("gone soon")
        run.set_notes("")
    assert read(place, "b").notes == ""
    with pytest.raises(UsageError, match="closed"):
        run.set_notes("late")
    set_notes(run, "late", connection=place)
    assert read(place, "b").notes == "late"


def test_too_long_notes_are_refused_and_change_nothing(closed):
    for text in ("x" * 2501, "\n" * 1251):
        with pytest.raises(UsageError, match=r"characters; SageMaker keeps 2,500. Shorten them"):
            set_notes("a", text, connection=closed)
    assert read(closed).notes == "first"
    set_notes("a", "x" * 2500, connection=closed)
    assert read(closed).notes == "x" * 2500


def test_what_the_service_refuses_is_said(closed):
    reason = {"Code": "AccessDeniedException", "Message": "not authorized: sagemaker:UpdateTrialComponent"}

    def refuse(**_: object) -> None:
        raise ClientError(
            {"Error": reason, "ResponseMetadata": {"HTTPStatusCode": 400}}, "UpdateTrialComponent"
        )

    events = closed.single("sagemaker").meta.events
    events.register("provide-client-params.sagemaker.UpdateTrialComponent", refuse)
    with pytest.raises(ServiceRefusedError, match=r"exp-a was not changed: .*not authorized"):
        set_notes("a", "second", connection=closed)
    events.unregister("provide-client-params.sagemaker.UpdateTrialComponent", refuse)
    with pytest.raises(NotFoundError, match="no run 'nope'"):
        set_notes("nope", "second", connection=closed)
    with pytest.raises(UsageError, match="name of the run is missing"):
        set_notes("", "second", connection=closed)
    assert read(closed).notes == "first"


def test_frames_have_a_column_of_notes_where_any_run_has_them(closed):
    with Run("exp", "b", connection=closed):
        pass
    before = analytics("exp", connection=closed)
    set_notes("a", NOTES, connection=closed)
    frame = runs("exp", connection=closed)
    assert dict(zip(frame["run"], frame["notes"], strict=True)) == {"a": NOTES, "b": ""}
    assert list(frame.columns).index("notes") == list(frame.columns).index("created_by") + 1
    after = analytics("exp", connection=closed)
    assert sorted(after.columns) == sorted(before.columns)
    assert runs("exp", connection=closed, columns=["notes"]).columns.tolist() == ["run", "notes"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("notes LIKE '%too*%'", ["a"]),
        ("notes LIKE '%Why\n%'", ["a"]),
        ("notes LIKE '%onerror=\"%'", ["a"]),
        ("notes ILIKE '%WHY%'", ["a"]),
        (f"notes = '{NOTES.replace(chr(39), chr(39) * 2)}'", ["a"]),
        ("notes IS NULL", ["b"]),
        ("notes IS NOT NULL AND notes NOT LIKE '%\n\n%'", ["c"]),
        ("notes != 'plain'", ["a"]),
    ],
)
def test_notes_are_found_by_queries_alike_on_runs_and_on_frames(tmp_path, query, found):
    place = embedded(tmp_path)
    for name, notes in (("a", NOTES), ("b", None), ("c", "plain")):
        with Run("exp", name, notes=notes, connection=place):
            pass
    assert sorted(runs("exp", query, connection=place)["run"]) == found
    assert sorted(matching(runs("exp", connection=place), query)["run"]) == found


# -- tags --------------------------------------------------------------------------------------------------------
def test_tags_of_a_closed_run_are_set_and_taken_away(closed):
    notes = set_tags("a", {"team": None, "stage": "prod", "odd": "a<b"}, connection=closed)
    assert len(notes) == 1
    assert "was stored as" in notes[0]
    assert read(closed).tags == {"stage": "prod", "odd": "a_b"}
    with pytest.raises(UsageError, match="cannot be used"):
        set_tags("a", {"x": "1", "sm_track:archived": "true"}, connection=closed)
    assert "x" not in read(closed).tags


def test_tags_of_an_open_run(place):
    with Run("exp", "a", tags={"team": "x", "stage": "test"}, connection=place) as run:
        run.set_tag("other", 1)
        run.remove_tag("team")
        assert set_tags("exp-a", {"other": "", "stage": "prod", "new": 2}, connection=place) == []
        assert run.tags == {"stage": "prod", "new": "2"}
        run.remove_tag("never set")
    assert read(place).tags == {"stage": "prod", "new": "2"}
