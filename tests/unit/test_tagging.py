"""Tags of stored runs are changed from elsewhere, on both homes."""

from __future__ import annotations

import pandas as pd
import pytest

from sm_track_widgets import connection, reading
from sm_track_widgets._connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.tracking.tagging import change_tags


def tags(place: Connection) -> dict[str, str | None]:
    frame = reading.runs("tagged", connection=place)
    return dict(zip(frame["run"], frame["tags.team"], strict=True)) if "tags.team" in frame else {}


@pytest.fixture
def tagged(place: Connection) -> Connection:
    for name in ("a", "b", "c"):
        with Run("tagged", name, connection=place, tags={"team": "old"}):
            pass
    return place


def test_a_cached_table_sees_the_change(tagged):
    assert tags(tagged) == {"c": "old", "b": "old", "a": "old"}
    assert change_tags(["tagged-a", "tagged-c"], {"team": "new"}, connection=tagged) == {}
    assert tags(tagged) == {"c": "new", "b": "old", "a": "new"}
    assert change_tags(["tagged-b"], {"team": None}, connection=tagged) == {}
    assert tags(tagged)["b"] is None or pd.isna(tags(tagged)["b"])


def test_a_component_that_is_not_there_is_told_and_the_others_are_done(tagged):
    failed = change_tags(["tagged-a", "tagged-x"], {"team": "new"}, connection=tagged)
    assert list(failed) == ["tagged-x"]
    assert failed["tagged-x"].startswith("ResourceNotFound")
    assert tags(tagged)["a"] == "new"


def test_throttling_is_waited_out_and_a_refusal_is_not(tmp_path):
    home = EmbeddedSageMaker(tmp_path / "store")
    place = connection.connect("aws", session=home.boto_session())
    with Run("tagged", "a", connection=place, tags={"team": "old"}):
        pass
    home.fail_next("AddTags", "ThrottlingException", times=2)
    assert change_tags(["tagged-a"], {"team": "new"}, connection=place) == {}
    assert tags(place) == {"a": "new"}
    home.fail_next("AddTags", "AccessDeniedException", "not allowed")
    failed = change_tags(["tagged-a"], {"team": "newer"}, connection=place)
    assert failed == {"tagged-a": "AccessDeniedException: not allowed"}
    assert tags(place) == {"a": "new"}
    connection.reset()
