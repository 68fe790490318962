"""Pictures drawn on the server."""

from __future__ import annotations

from django.template import Context, Template

from casebook.templatetags.casebook_charts import BAR_HEIGHT, SPARE_STUB, bar_shapes


def render(source: str, **context: object) -> str:
    return Template("{% load casebook_charts %}" + source).render(Context(context))


def test_the_tallest_bar_fills_the_picture_and_an_empty_bucket_is_a_stub() -> None:
    low, high, none = bar_shapes([("15:54", 30), {"label": "15:55", "count": 60, "tone": "warn"}, ("15:56", 0)])
    assert (high["height"], high["y"], high["tone"]) == (BAR_HEIGHT, 0, "warn")
    assert low["height"] == BAR_HEIGHT / 2
    assert none["height"] == SPARE_STUB


def test_a_histogram_of_nothing_but_zeros_does_not_divide_by_zero() -> None:
    assert {shape["height"] for shape in bar_shapes([("a", 0), ("b", 0)])} == {SPARE_STUB}


def test_bars_read_without_eyes() -> None:
    html = render('{% bars buckets "attempts by minute" %}', buckets=[("15:54", 3), ("15:55", 60)])
    assert 'aria-label="attempts by minute: 15:54 to 15:55, most 60 at 15:55"' in html
    assert "<title>15:54: 3</title>" in html
    assert "style=" not in html
    assert render("{% bars buckets %}", buckets=[]).strip() == ""


def test_a_share_shows_met_missed_and_running_apart() -> None:
    html = render("{% share 6 3 1 %}")
    assert 'aria-label="6 met, 3 missed, 1 running"' in html
    assert '<rect class="good" x="0.0" y="0" width="60.0"' in html
    assert '<rect class="act-ink" x="90.0" y="0" width="10.0"' in html
    assert "<rect" not in render("{% share 0 0 0 %}")
