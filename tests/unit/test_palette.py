"""Colours and dash patterns of runs."""

import threading
from itertools import pairwise

import pytest

from sm_track_widgets.charts import markup, palette
from sm_track_widgets.charts.palette import BOTH, DARK, DASHES, LIGHT, Palette, mark


def luminance(colour):
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("colours", "grounds"),
    [(LIGHT, ["#ffffff"]), (DARK, ["#111111", "#212121"]), (BOTH, ["#ffffff", "#111111", "#212121"])],
)
def test_lines_stand_out_from_their_ground(colours, grounds):
    assert all(contrast(colour, ground) >= 3 for colour in colours for ground in grounds)


def mixed(colour, share, text, text_alpha):
    """What ``color-mix(in srgb, colour share, currentColor)`` is, and how opaque."""
    alpha = share + (1 - share) * text_alpha
    return [(c * share + text * (1 - share) * text_alpha) / alpha for c in channels(colour)], alpha


def channels(colour):
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def over(front, alpha, back):
    return [one * alpha + other * (1 - alpha) for one, other in zip(front, back, strict=True)]


def hexed(parts):
    return "#" + "".join(f"{round(part):02x}" for part in parts)


@pytest.mark.parametrize(
    ("ground", "text", "alpha"), [("#ffffff", 0, 0.87), ("#111111", 255, 1.0), ("#111111", 255, 0.9)]
)
@pytest.mark.parametrize("colour", [markup.GOOD, markup.BAD, markup.BUSY, markup.WARN, markup.IDLE])
def test_states_are_readable_on_light_and_dark(colour, ground, text, alpha):
    """The text of a pill on its tint, and of a note on the page: 4.5:1."""
    shown, opaque = mixed(colour, 0.6, text, alpha)
    assert f"{colour} 60%" in markup.tinted(colour)
    for tint in (0, 0x26 / 255):
        back = over(channels(colour), tint, channels(ground))
        assert contrast(hexed(over(shown, opaque, back)), hexed(back)) >= 4.5


def test_thirty_six_runs_look_different():
    marks = [mark(place) for place in range(37)]
    assert len(set(marks[:36])) == 36
    assert marks[36] == marks[0]
    assert all(one.colour != other.colour and one.dash != other.dash for one, other in pairwise(marks))
    assert len(DASHES) == len(LIGHT) == len(DARK) == len(BOTH) == 6


def test_a_run_keeps_its_mark():
    pal = Palette()
    first = pal.mark("exp-a")
    assert pal.marks(["exp-b", "exp-a", "exp-b"])[1] == first == mark(0)
    assert pal.place("exp-b") == 1


def test_threads_agree():
    pal = Palette()
    seen = []

    def ask():
        seen.extend((name, pal.place(name)) for name in map(str, range(200)))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 200
    assert sorted({place for _, place in seen}) == list(range(200))


def test_one_palette_for_all():
    assert isinstance(palette.PALETTE, Palette)
