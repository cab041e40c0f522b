"""Each lesson as a student walks it: predict, change, train, watch, stop, resume, pin, switch language, reload."""

import re

import pytest

from app.bench import STILL
from app.lesson import discover
from core import experiment

TRAINED = [
    number for number, lesson in discover().items() if experiment.of(lesson.playgrounds[0].config).lane != "inline"
]
INLINE = [number for number in discover() if number not in TRAINED]
SLOWLY = 15_000  # milliseconds a busy machine may take for what usually takes one


def longest(number: int) -> int:
    """The most steps that this lesson's slider offers."""
    return next(int(max(c.values or [c.high])) for c in discover()[number].controls if c.field == "steps")


def settle(page):
    page.wait_for_timeout(300)
    page.wait_for_selector(STILL, timeout=SLOWLY)


def enter(page, number: int):
    page.locator("[data-testid=stSidebarNavLink]").filter(has_text=f"{number:02d}").click()
    page.get_by_role("heading", level=1).filter(has_text=f"{number:02d}").wait_for(timeout=SLOWLY)
    settle(page)


def button(page, key: str):
    return page.locator(f".st-key-{key} button").first


def prefix(number: int, place: int = 0) -> str:
    """What the keys of this playground's elements begin with."""
    slug = discover()[number].playgrounds[place].slug
    return f"l{number:02d}_{slug}_" if place else f"l{number:02d}_"


def chart_key(number: int, place: int = 0) -> str:
    return f".st-key-{prefix(number, place)}fig_{discover()[number].playgrounds[place].figures[0].name}"


def main_chart(page, number: int, place: int = 0):
    key = chart_key(number, place)
    return page.locator(f"{key} canvas, {key} svg.marks").first


def picture(page, number: int, place: int = 0) -> bytes:
    """The main chart's part of the window. Not the element itself: a rerun may put another canvas in its place."""
    return page.screenshot(clip=page.locator(chart_key(number, place)).first.bounding_box())


def choose(page, number: int, place: int):
    """Go to this playground of the lesson."""
    name = discover()[number].playgrounds[place].heading.en
    switch = page.get_by_role("radio", name=name, exact=True).or_(page.get_by_role("button", name=name, exact=True))
    switch.first.click()
    main_chart(page, number, place).wait_for(timeout=SLOWLY)
    settle(page)


def nudge(page, number: int, stops: int = 1):
    """Move the first knob in view by one stop, a slider by `stops`; the link must follow. A slider where there is one (a
    question may be a slider too), else the first choice."""
    before = page.evaluate("location.href")  # page.url may lag behind
    box = page.locator("[class*=_knobs]").first
    knobs = ("stSlider", "stButtonGroup", "stSelectbox", "stTextInput")
    there = box.locator(", ".join(f"[data-testid={knob}]" for knob in knobs))
    there.first.wait_for(timeout=SLOWLY)
    seen = 0
    while seen != (seen := there.count()):  # each kind of knob comes with code of its own, some a moment later
        page.wait_for_timeout(500)
    if box.locator("[data-testid=stSlider]").count():
        slider = box.get_by_role("slider").first  # comes a moment after its box
        slider.focus()
        way = "ArrowRight" if slider.evaluate("e => e.value === e.min") else "ArrowLeft"
        for _ in range(stops):
            slider.press(way)
    elif box.locator("[data-testid=stButtonGroup]").count():
        box.locator("[data-testid=stButtonGroup]").first.locator(
            "[aria-checked=false], [aria-pressed=false]"
        ).first.click()
    elif box.locator("[data-testid=stTextInput]").count():
        box.get_by_role("textbox").first.fill("another text")
        box.get_by_role("textbox").first.press("Enter")
    else:
        box.get_by_role("combobox").first.press("ArrowDown")
        page.get_by_role("option").last.click()
    page.wait_for_function("was => location.href !== was", arg=before, timeout=SLOWLY)  # or back to what is usual
    settle(page)


def another(page, number: int, than: str) -> str:
    """The picture as soon as it is another one; after half a minute as it is."""
    for _ in range(60):
        if (now := picture(page, number)) != than:
            return now
        page.wait_for_timeout(500)
    return than


@pytest.mark.parametrize("number", TRAINED)
def test_a_student_trains_in_this_lesson(page, number):
    start = f"l{number:02d}_"
    # long enough to be caught in the act; opened at its own address, as a shared link is
    page.goto(f"/{number:02d}-{discover()[number].slug}?{start}steps={longest(number)}&lang=en")
    page.get_by_role("heading", level=1).filter(has_text=f"{number:02d}").wait_for(timeout=SLOWLY)
    settle(page)

    option = page.locator("[data-testid=stRadio] label").nth(1)
    if option.count():  # predict first
        option.click()
        settle(page)
        page.get_by_role("button", name="Lock it in").first.click()
        settle(page)

    nudge(page, number)
    train = page.locator(f".st-key-{start}train button, .st-key-{start}yourself button").first
    main_chart(page, number).wait_for(timeout=SLOWLY)
    stored = picture(page, number)  # the run that stands in until there is a point
    train.click()
    button(page, f"{start}pause").wait_for(timeout=SLOWLY)
    early = another(page, number, stored)
    assert another(page, number, early) != early, "the curve moves while it trains"
    marks = ", ".join(f".role-mark.mark-{kind} path[d*='M']" for kind in ("line", "symbol", "rect", "area", "arc"))
    assert main_chart(page, number).locator(marks).count(), "it is the data that is drawn, not axes and lines alone"
    assert not page.locator("svg.marks text", has_text="undefined").count(), "and nothing beside the data"
    clear = "name => getComputedStyle(document.querySelector(name)).opacity === '1'"  # what stood in for it was faded
    page.wait_for_function(clear, arg=f".st-key-{start}picture", timeout=SLOWLY)

    button(page, f"{start}pause").click()
    button(page, f"{start}resume").wait_for(timeout=SLOWLY)
    page.reload()
    button(page, f"{start}resume").wait_for(timeout=SLOWLY)  # a reload loses nothing
    button(page, f"{start}resume").click()
    button(page, f"{start}stop").wait_for(timeout=SLOWLY)
    button(page, f"{start}stop").click()
    page.get_by_text("Stopped at step").first.wait_for(timeout=SLOWLY)
    pin = button(page, f"{start}pin")
    pin.wait_for(timeout=SLOWLY)
    settle(page)
    pin.click()
    settle(page)

    page.get_by_role("radio", name="Tiếng Việt").or_(page.get_by_role("button", name="Tiếng Việt")).first.click()
    page.get_by_text(discover()[number].question.vi).first.wait_for(timeout=SLOWLY)
    page.reload()
    page.get_by_text(discover()[number].question.vi).first.wait_for(timeout=SLOWLY)
    main_chart(page, number).wait_for(timeout=SLOWLY)


@pytest.mark.parametrize("number", [5, 10])  # what they show first ships with the app
def test_the_first_click_of_all_trains(page, number):
    """A link is opened and nothing touched but Train, as soon as it is there."""
    start = prefix(number)
    page.goto(f"/{number:02d}-{discover()[number].slug}?lang=en")
    button(page, f"{start}yourself").click(timeout=SLOWLY)
    page.get_by_text(re.compile(r"step [1-9][\d,]* of")).first.wait_for(timeout=SLOWLY)
    button(page, f"{start}stop").click(timeout=SLOWLY)
    page.get_by_text("Stopped at step").first.wait_for(timeout=SLOWLY)
    main_chart(page, number).wait_for(timeout=SLOWLY)
    button(page, f"{start}on").click(timeout=SLOWLY)
    button(page, f"{start}longer").wait_for(timeout=4 * SLOWLY)  # it has gone on to its end


@pytest.mark.parametrize("number", INLINE)
def test_a_student_plays_in_this_lesson(page, number):
    enter(page, number)
    assert page.get_by_role("button", name="Train (").count() == 0, "nothing to train"
    for place, playground in enumerate(discover()[number].playgrounds):
        if experiment.of(playground.config).lane != "inline":
            continue
        choose(page, number, place)
        before = picture(page, number, place)
        nudge(page, number, stops=4)  # a frame on a map of cells does not move with every stop
        for _ in range(25):
            page.wait_for_timeout(200)
            if picture(page, number, place) != before:
                break
        assert picture(page, number, place) != before, f"the picture of “{playground.heading.en}” follows the knob"

        assert page.get_by_text("could not be drawn").count() == 0

    choose(page, number, 0)
    button(page, f"{prefix(number)}pin").click()
    settle(page)
    nudge(page, number)
    first = discover()[number].playgrounds[0]
    if hasattr(first.config, first.front[0]):  # another run: what was pinned stays beside it
        page.get_by_role("button", name="unpin").first.wait_for(timeout=SLOWLY)

    page.get_by_role("radio", name="Tiếng Việt").or_(page.get_by_role("button", name="Tiếng Việt")).first.click()
    page.get_by_text(discover()[number].question.vi).first.wait_for(timeout=SLOWLY)
    page.locator(".st-key-projector_choice label").first.click()
    button(page, "leave_projector").wait_for(timeout=SLOWLY)
    main_chart(page, number).wait_for(timeout=SLOWLY)


def test_a_hostile_link_becomes_sentences_and_the_page_works(page):
    long = "x" * 10_000
    page.goto(f"/05-train-model-1?l05_lr=abc&l05_width=1e99&l05_bogus=1&l05_seed=3&l05_corpus={long}&lang=en")
    page.get_by_role("heading", level=1).wait_for(timeout=SLOWLY)
    settle(page)
    said = " ".join(page.locator("[data-testid=stAlert]").all_inner_texts())
    for asked in ("abc", "1e+99", "xxxx", "l05_bogus"):
        assert asked in said, said
    assert long not in said and "l05_bogus" not in page.url
    button(page, "l05_train").wait_for(timeout=SLOWLY)  # of a seed that no other walk has trained


def test_a_link_is_there_as_a_picture_to_point_a_phone_at(page):
    enter(page, 5)
    page.locator(".st-key-l05_link button").first.click()
    picture = page.locator("img[alt=QR]")
    picture.wait_for(timeout=SLOWLY)
    assert picture.bounding_box()["width"] > 100


def test_projector_mode_hides_the_side_and_offers_the_way_out(page):
    enter(page, 5)
    page.locator(".st-key-projector_choice label").first.click()
    leave = button(page, "leave_projector")
    leave.wait_for(timeout=SLOWLY)
    settle(page)
    size = page.evaluate("getComputedStyle(document.documentElement).fontSize")
    assert float(size.removesuffix("px")) >= 24
    # With the mouse where it is: a click of Playwright's would scroll it out from under the header.
    box = leave.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator(".st-key-projector_choice").wait_for(timeout=SLOWLY)
    page.wait_for_function("document.querySelector('[data-testid=stMain]').getBoundingClientRect().x > 200")


def test_a_closed_sidebar_gives_its_room_to_the_page(page):
    enter(page, 5)
    page.mouse.move(100, 30)  # its button shows under the mouse
    page.locator("[data-testid=stSidebarCollapseButton] button").click()
    page.wait_for_function("document.querySelector('[data-testid=stMain]').getBoundingClientRect().x === 0")
    page.locator("[data-testid=stExpandSidebarButton]").click()
    page.wait_for_function("document.querySelector('[data-testid=stMain]').getBoundingClientRect().x > 200")
