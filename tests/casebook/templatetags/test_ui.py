"""The components: what they show, how they read without eyes, and that nothing a sender wrote gets out of its place."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template

from casebook.templatetags.casebook_ui import ACTION_PROGRESS, defang, dom_id, initials, mark
from casebook.templatetags.casebook_words import TONES

HOSTILE = '"><script>alert(1)</script>'


def render(source: str, **context: object) -> str:
    return Template("{% load casebook_ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    "source",
    [
        "{% severity value %}",
        "{% chip value title=value url=value %}",
        '{% status "verdict" value title=value %}',
        "{% avatar value %}",
        "{% banner value detail=value url=value action=value key=value %}",
        "{% empty value text=value url=value action=value %}",
        "{% kbd value %}",
        "{% icon value %}",
        '{% mark "answered" value %}',
        "{% pager value value value %}",
        "{% progress4 value %}",
    ],
)
def test_nothing_written_by_a_sender_becomes_markup(source: str) -> None:
    assert "<script>" not in render(source, value=HOSTILE)


def test_an_icon_is_hidden_from_readers() -> None:
    assert 'aria-hidden="true"' in render('{% icon "clock" "s" %}')
    assert "icons/sprite" in render('{% icon "clock" %}')


def test_an_unknown_severity_reads_as_info() -> None:
    assert 'class="sev critical">Critical' in render('{% severity "critical" %}')
    assert 'class="sev info">Info' in render('{% severity "catastrophic" %}')


def test_a_chip_with_an_address_is_a_link() -> None:
    assert render('{% chip "Open" %}').startswith("<span")
    assert '<a class="chip on" href="/?state=open">' in render('{% chip "Open" tone="on" url="/?state=open" %}')


def test_a_mark_says_in_words_what_it_shows() -> None:
    answered = mark("answered", "yes", "suspicious")
    assert (answered["letter"], answered["tone"], answered["words"]) == ("Y", "bad", "answered yes")
    assert mark("answered", "cannot_tell")["letter"] == "?"
    assert mark("answered", "not_met")["tone"] == "good"
    assert mark("waiting")["words"] == "waiting for a log"
    assert mark("no_such_state") == mark("open")
    assert "proposed: </span>" in render('{% mark "proposed" %}')


@pytest.mark.parametrize(("name", "letters"), [("lina", "LI"), ("Lina Berg", "LB"), ("m.keller", "MK"), ("x", "X")])
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_an_avatar_names_its_person_and_nobody_is_a_dash() -> None:
    html = render("{% avatar who %}", who=SimpleNamespace(name="Lina Berg", username="lina"))
    assert 'title="Lina Berg"' in html
    assert ">LI<" in html
    assert ">TO<" in render("{% avatar who %}", who="tomas")
    assert "–" in render("{% avatar who %}", who=None)


def test_every_state_of_an_action_has_its_progress() -> None:
    assert set(ACTION_PROGRESS) == set(TONES["action"])


@pytest.mark.parametrize(
    ("state", "classes"),
    [
        ("requested", ["on", "", "", ""]),
        ("applying", ["on", "on", "on now", ""]),
        ("verified", ["ok", "ok", "ok", "ok"]),
        ("unknown", ["on", "on", "bad", ""]),
    ],
)
def test_four_steps_show_where_an_action_stands(state: str, classes: list[str]) -> None:
    html = render("{% progress4 state %}", state=state)
    assert [part.split('"')[0] for part in html.split('<li class="')[1:]] == classes


def test_an_alarm_is_announced_and_news_is_not() -> None:
    assert 'role="alert"' in render('{% banner "UNKNOWN" "alarm" %}')
    assert "role=" not in render('{% banner "3 new cases" %}')


def test_a_field_ties_label_help_and_errors_to_its_control() -> None:
    class RangeForm(forms.Form):
        cidr = forms.CharField(label="Range", help_text="as 10.0.0.0/8")
        critical = forms.BooleanField(required=False, label="Critical")

    html = render("{% field form.cidr %}{% field form.critical %}", form=RangeForm({}))
    assert '<label for="id_cidr">Range</label>' in html
    assert 'aria-describedby="id_cidr_helptext' in html
    assert 'id="id_cidr_helptext"' in html
    assert 'aria-invalid="true"' in html
    assert "This field is required." in html
    assert '<div class="check">' in html


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("24.151.103.17", "24[.]151[.]103[.]17"),
        ("https://evil.example/a.php?x=1", "hxxps://evil[.]example/a[.]php?x=1"),
        ("HTTP://EVIL.example", "hxxp://EVIL[.]example"),
        ("m.keller@corp.example", "m[.]keller[at]corp[.]example"),
        ("http://evil.example:8080", "hxxp://evil[.]example:8080"),
        ("2001:db8::1", "2001[:]db8[:][:]1"),
        ("evil[.]example", "evil[.]example"),
        ("elastic_user_0", "elastic_user_0"),
        (r"THESHIRE\pgustavo", r"THESHIRE\pgustavo"),
        ("d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e"),
    ],
)
def test_defanged_text_makes_no_link_and_defanging_twice_changes_nothing(value: str, safe: str) -> None:
    assert defang(value) == safe
    assert defang(safe) == safe


def test_an_element_id_is_stable_and_legal() -> None:
    assert dom_id("step-17") == "step-17"
    assert dom_id("question:9f3c") == dom_id("question:9f3c") != dom_id("question:9f3d")
    assert dom_id("question:9f3c").isalnum()
