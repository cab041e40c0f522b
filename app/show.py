"""The one renderer of all lessons: header, predict, change one thing, train, the picture, and one fold of everything else."""

import streamlit as st

from app import all_runs, claims_panel, controls, run_panel, sentences, share, shell, theme
from app import source as source_text
from app.i18n import T
from app.lesson import Lesson, Playground, discover
from app.predict import ask as ask_prediction
from app.spot import arms_of
from core import experiment
from core.problem import Problem

TEXT = {
    "section": T("What to look at", "Phần muốn xem"),
    "minutes": T("about {m} min to read", "đọc khoảng {m} phút"),
    "trains": T("trains in {t}", "huấn luyện {t}"),
    "instant": T("answers at once", "trả lời ngay"),
    "change": T("2 · Change one thing", "2 · Thay đổi một thứ"),
    "presets": T(
        "Try a preset: quick, course, broken on purpose …", "Thử một thiết lập sẵn: nhanh, khóa học, cố ý hỏng …"
    ),
    "more": T("More settings ({n})", "Thiết lập khác ({n})"),
    "back": T("Back to quick", "Về thiết lập nhanh"),
    "play": T("Playground", "Sân chơi"),
    "claims": T("What the course says, measured", "Khóa học nói gì, đo được gì"),
    "code": T("The code that ran", "Mã đã chạy"),
    "inside": T("Look inside", "Nhìn vào bên trong"),
    "deeper": T("Go deeper", "Đi sâu hơn"),
    "runs": T("All runs", "Mọi lần chạy"),
    "after": T("Afterwards you can say", "Sau bài này bạn nói được"),
    "ideas": T("Ideas to try on your own", "Ý tưởng để tự thử"),
    "moved": T("Changed: {what}", "Đã đổi: {what}"),
    "needs": T("Needs: {what}", "Cần: {what}"),
    "library": T("Texts and weights ▸", "Văn bản và trọng số ▸"),
}


def show(lesson: Lesson) -> None:
    """Draw this lesson. What goes wrong inside becomes a sentence (app/shell.py guards the page)."""
    number = next(n for n, one in discover().items() if one.slug == lesson.slug)
    lang = shell.lang()
    head = st.container()
    playground = choose(number, lesson, lang)
    values, complaints = controls.load(number, lesson, playground, lang)
    with head:
        place = header(number, lesson, playground, values, lang)
    for complaint in complaints:
        st.info(complaint)
    alone = at_once(playground) and st.session_state.get(_section(number)) != "inside"
    (shell.fragment(laboratory) if alone else laboratory)(number, lesson, playground, values, lang)
    try:
        spot = spot_of(number, lesson, playground, values, lang)
    except Problem:
        return  # said where the picture would be
    if not shell.projector():
        with place:
            share.buttons(spot)
        shell.fragment(below)(spot, alone)  # another section is not another page
        neighbours(number, lang)


def laboratory(number: int, lesson: Lesson, playground: Playground, values: dict, lang: str) -> None:
    """Predict, change, train on the left, the picture on the right. Of what is computed at once this is a fragment: a moved
    knob then redraws this and nothing else of the page."""
    left, right = st.columns([36, 64], gap="medium")
    with left:
        if not shell.projector():
            ask_prediction(number, lesson, playground, values, lang)
        change(number, lesson, playground, values, lang)
    try:
        spot = spot_of(number, lesson, playground, values, lang)
    except Problem as problem:
        with right:
            names = {c.field: c.label(lang) for c in lesson.controls}
            field = problem.facts.get("field")
            facts = problem.facts | ({"field": names[field]} if field in names else {})
            st.warning(sentences.say(problem.code, facts)(lang))
            if problem.code.endswith("_missing") and "library" in st.session_state.get("pages", {}):
                st.page_link(st.session_state["pages"]["library"], label=TEXT["library"](lang))
        return
    with left:
        run_panel.train_box(spot)
    with right, st.container(key=f"{spot.prefix}picture"):
        run_panel.picture(spot)
    controls.save_link(number, lesson, playground, values)


def spot_of(number: int, lesson: Lesson, playground: Playground, values: dict, lang: str) -> run_panel.Spot:
    """Where the learner stands with these values. Raises Problem."""
    arms = arms_of(playground, values)
    for arm in arms:
        experiment.run_id(arm.config)  # refuses a text that is not on this machine
    return run_panel.Spot(number, lesson, playground, values, arms, lang, shell.size(), shell.me())


def at_once(playground: Playground) -> bool:
    """Whether its runs are computed in the page itself, while a knob moves."""
    return experiment.of(playground.config).lane == "inline"


def _section(number: int) -> str:
    return f"l{number:02d}_section"


def choose(number: int, lesson: Lesson, lang: str) -> Playground:
    """Which playground: from the link at first, then from the switch near the top."""
    slugs = [p.slug for p in lesson.playgrounds]
    key, linked = f"l{number:02d}_play", st.query_params.get(f"l{number:02d}_play")
    memory = st.session_state.setdefault(f"state_{number}", {})
    if linked in slugs and memory.get("play_link") != linked:
        memory["play"] = linked
        st.session_state.pop(key, None)
    memory["play_link"] = linked
    now = memory.get("play", slugs[0])
    if len(slugs) > 1:
        st.session_state.setdefault(key, now)
        names = {p.slug: p.heading(lang) for p in lesson.playgrounds}
        now = (
            st.segmented_control(
                TEXT["play"](lang),
                slugs,
                key=key,
                default=st.session_state[key],
                format_func=names.get,
                label_visibility="collapsed",
                required=True,
            )
            or now
        )
    memory["play"] = now
    return lesson.playgrounds[slugs.index(now)]


def header(number: int, lesson: Lesson, playground: Playground, values: dict, lang: str):
    """Number, title, the one question, and how long it takes. Returns the place for what is taken along."""
    left, right = st.columns([5, 1])
    left.title(f"{number:02d}  {lesson.title(lang)}", anchor=False)
    place = right.container(horizontal=True, horizontal_alignment="right")
    try:
        arms = arms_of(playground, values)
        seconds = run_panel.estimate(lesson, playground, arms)
    except Problem:
        seconds = None
    cost = [TEXT["minutes"].format(m=lesson.minutes)(lang)]
    if seconds is not None:
        cost.append((TEXT["instant"] if seconds == 0 else TEXT["trains"].format(t=theme.duration(seconds)))(lang))
    with st.container(key=f"l{number:02d}_question"):
        st.markdown(
            f"**{lesson.question(lang)}** &nbsp; <span class='cap'>{' · '.join(cost)}</span>",
            unsafe_allow_html=True,
        )
    return place


def change(number: int, lesson: Lesson, playground: Playground, values: dict, lang: str) -> None:
    """The presets, two or three knobs in view, the rest folded."""
    start = controls.prefix(number, lesson, playground)
    st.subheader(TEXT["change"](lang), anchor=False)
    names = {p.name: p for p in playground.presets}
    # The browser holds a choice by its label: in another language that would be no choice of this list, so each has its own.
    key, memory = f"{start}preset_{lang}", st.session_state[f"state_{number}"]
    taken = f"preset_{playground.slug}"

    def chosen():
        name = memory[taken] = st.session_state[key]
        if name in names:
            controls.apply(number, lesson, playground, names[name].values)

    if not shell.projector():
        st.selectbox(
            TEXT["presets"](lang),
            list(names),
            index=list(names).index(memory[taken]) if memory.get(taken) in names else None,
            key=key,
            format_func=lambda n: names[n].label(lang),
            on_change=chosen,
            placeholder=TEXT["presets"](lang),
            label_visibility="collapsed",
        )
        preset = names.get(st.session_state.get(key))
        if preset is not None and all(values.get(f) == v for f, v in preset.values.items()):
            needs = f" {TEXT['needs'].format(what=preset.needs)(lang)}" if preset.needs else ""
            st.caption(preset.look_for(lang) + needs)
        elif playground.prose(lang):
            st.caption(playground.prose(lang))
    hidden = st.session_state.get("hide", ())
    shown = [c for c in controls.belonging(lesson, playground) if c.field not in hidden]
    probe = controls.probe_fields(playground)
    front = sorted((c for c in shown if c.field in playground.front), key=lambda c: playground.front.index(c.field))
    room, waiting = (2 if shell.projector() else 3), list(front)
    with st.container(key=f"{start}knobs"):
        while waiting and room > 0:
            control = waiting.pop(0)
            controls.draw(control, start + control.field, values, lang)
            room -= 1
            if control is front[0] and playground.follow:  # asked now: the knob just drawn has its new value
                behind = [c for c in shown if c.field in playground.follow(values) and c not in front]
                waiting, front = behind + waiting, front + behind
                room += 0 if shell.projector() else len(behind)
    rest = [c for c in shown if c not in front and c.field not in probe]
    if rest and not shell.projector():
        with st.expander(TEXT["more"].format(n=len(rest))(lang)):
            for control in rest:
                controls.draw(control, start + control.field, values, lang)
            moved = controls.changed(number, lesson, playground, values)
            if moved:
                say = lambda c, value: sentences.plain(controls.spoken(c, value, lang))  # noqa: E731
                what = ", ".join(f"{c.label(lang)} {say(c, was)} → {say(c, now)}" for c, was, now in moved)
                st.caption(TEXT["moved"].format(what=what)(lang))
            st.button(
                TEXT["back"](lang),
                key=f"{start}back",
                on_click=lambda: controls.apply(number, lesson, playground, {}),
                disabled=not moved,
            )


def below(spot, alone: bool = False) -> None:
    """Everything else, one thing at a time. alone: knobs redraw only the laboratory, which "inside" would not notice."""
    lang, lesson = spot.lang, spot.lesson
    sections = ["claims", "code", "inside", "deeper", "runs"]
    if spot.inline:
        sections.remove("runs")  # nothing is stored of what is computed at once
    if not spot.playground.probes and not any(figure.folded for figure in spot.playground.figures):
        sections.remove("inside")
    key = _section(spot.number)
    if st.session_state.get(key) not in sections:
        st.session_state[key] = "claims"
    chosen = st.segmented_control(
        TEXT["section"](lang),
        sections,
        key=key,
        default=st.session_state[key],
        format_func=lambda s: TEXT[s](lang),
        label_visibility="collapsed",
        required=True,
    )
    if at_once(spot.playground) and alone == (chosen == "inside"):
        st.rerun()  # the whole page, once
    if chosen == "claims":
        claims_panel.draw(lesson.claims, lang)
    elif chosen == "code":
        for name in spot.playground.code:
            where, text = source_text.source(name)
            st.caption(where)
            st.code(text, language="python")
    elif chosen == "inside":
        run_panel.inside(spot)
        controls.save_link(spot.number, lesson, spot.playground, spot.values)
    elif chosen == "deeper":
        st.subheader(TEXT["after"](lang), anchor=False)
        st.markdown("\n".join(f"- {line(lang)}" for line in lesson.after))
        if lesson.formula:
            st.latex(lesson.formula(lang))
        st.subheader(TEXT["deeper"](lang), anchor=False)
        st.markdown(lesson.deeper(lang))
        if lesson.further:
            st.subheader(TEXT["ideas"](lang), anchor=False)
            st.markdown("\n".join(f"- {idea(lang)}" for idea in lesson.further))
    else:
        all_runs.draw(spot)


def neighbours(number: int, lang: str) -> None:
    """Links to the lessons before and after."""
    lessons = discover()
    order, place = list(lessons), list(lessons).index(number)
    pages = st.session_state.get("pages", {})
    left, right = st.columns(2)
    for column, step, mark in ((left, -1, "◂ {}"), (right, 1, "{} ▸")):
        if 0 <= place + step < len(order):
            other = order[place + step]
            page = pages.get(f"{other:02d}-{lessons[other].slug}")
            if page is not None:
                column.page_link(page, label=mark.format(f"{other:02d} {lessons[other].title(lang)}"))
