"""Predict, run, reveal: the learner commits before training, the run decides, one line says why."""

import streamlit as st

from app import learner, shell
from app.controls import settings
from app.i18n import T
from app.lesson import Lesson, Playground, Prediction, quick
from app.spot import Spot

TEXT = {
    "predict": T("1 · Predict", "1 · Dự đoán"),
    "lock": T("Lock it in", "Chốt"),
    "locked": T("Locked: {answer}. Now let a run decide.", "Đã chốt: {answer}. Giờ để lần chạy quyết định."),
    "preset": T(
        "Locked: {answer}. Now let a run decide: try the preset “{preset}”.",
        "Đã chốt: {answer}. Giờ để lần chạy quyết định: thử thiết lập “{preset}”.",
    ),
    "all": T("All predictions are in.", "Đã dự đoán xong."),
    "right": T("You predicted {answer}: right.", "Bạn đoán {answer}: đúng."),
    "close": T(
        "You predicted {answer}; the run says {truth}: close.", "Bạn đoán {answer}; lần chạy cho {truth}: gần đúng."
    ),
    "wrong": T(
        "You predicted {answer}; the run says {truth}. That is worth a thought.",
        "Bạn đoán {answer}; lần chạy cho {truth}. Đáng suy nghĩ đấy.",
    ),
    "elsewhere": T(
        "You predicted {answer}. That was about the preset “{preset}”; these settings are another question.",
        "Bạn đoán {answer}. Đó là về thiết lập “{preset}”; thiết lập này là một câu hỏi khác.",
    ),
    "order": T("Tap in your order, first to last", "Chạm theo thứ tự của bạn, từ đầu đến cuối"),
}


def _key(number: int, prediction: Prediction) -> str:
    return f"{number:02d}/{prediction.id}"


def answers() -> dict:
    """This learner's locked answers."""
    if "predictions" not in st.session_state:
        st.session_state["predictions"] = learner.load(shell.me())["predictions"]
    return st.session_state["predictions"]


def unanswered(number: int, playground: Playground) -> list[Prediction]:
    """The questions this learner has not committed to yet."""
    return [p for p in playground.predictions if _key(number, p) not in answers()]


def ask(number: int, lesson: Lesson, playground: Playground, values: dict, lang: str) -> None:
    """The first question not yet answered; nobody is kept from training."""
    if not playground.predictions:
        return
    st.subheader(TEXT["predict"](lang), anchor=False)
    left = unanswered(number, playground)
    if not left:
        st.caption(TEXT["all"](lang))
        return
    prediction = left[0]
    key = f"l{number:02d}_predict_{prediction.id}"
    unit = f" ({prediction.unit(lang)})" if prediction.unit else ""
    names = {code: label(lang) for code, label in prediction.options}
    if prediction.kind == "number":
        whole = float(prediction.step).is_integer()
        cast = int if whole else float
        st.slider(
            prediction.question(lang) + unit,
            cast(prediction.low),
            cast(prediction.high),
            step=cast(prediction.step),
            key=key,
        )
    elif prediction.kind == "ranking":
        st.pills(
            prediction.question(lang),
            list(names),
            key=key,
            selection_mode="multi",
            format_func=names.get,
            help=TEXT["order"](lang),
        )
    else:
        st.radio(
            prediction.question(lang),
            list(names),
            key=key,
            format_func=names.get,
            index=None,
            horizontal=sum(map(len, names.values())) < 42,
        )
    value = st.session_state.get(key)
    if prediction.kind == "ranking":
        value = ",".join(value or [])
    st.button(
        TEXT["lock"](lang),
        key=f"{key}_lock",
        disabled=value in (None, ""),
        on_click=commit,
        args=(number, prediction, value),
    )


def commit(number: int, prediction: Prediction, value) -> None:
    """Keep this answer for good, in the learner's file."""
    from core.problem import Problem

    def lock(data: dict) -> None:
        data["predictions"].setdefault(_key(number, prediction), value)  # what another tab has locked stands

    try:
        st.session_state["predictions"] = learner.change(shell.me(), lock)["predictions"]
    except Problem as problem:
        lock({"predictions": answers()})
        st.session_state["problem"] = (problem.code, problem.facts)


def decides(spot: Spot, prediction: Prediction, view) -> bool:
    """Whether the runs in view are the ones the question was about; another seed is none of its business.

    Only what the quick preset decides is looked at: any other question, and one about what is computed at once, says
    itself when it is answered.
    """
    if prediction.decided_by != "quick" or spot.inline:
        return True

    def asked(arm) -> dict:
        return {k: v for k, v in settings(arm.config).items() if k not in ("seed", "device")}

    return [asked(a.arm) for a in view.arms] == [asked(arm) for arm in quick(spot.lesson, spot.playground)]


def reveal(spot: Spot, view) -> None:
    """For every locked answer that the runs have decided: what was said, what happened, why."""
    lang, playground = spot.lang, spot.playground
    labels = {p.name: p.label for p in playground.presets}
    for prediction in playground.predictions:
        said = answers().get(_key(spot.number, prediction))
        if said is None:
            continue
        truth = prediction.answer(view)
        names = {code: label(lang) for code, label in prediction.options}
        unit = f" {prediction.unit(lang)}" if prediction.unit else ""

        def spoken(value, names=names, unit=unit, prediction=prediction):
            if prediction.kind == "number":
                return f"{float(value):.3g}{unit}"
            if prediction.kind == "ranking":
                order = value.split(",") if isinstance(value, str) else value
                return " → ".join(names.get(v, v) for v in order)
            return names.get(value, str(value))

        preset = labels.get(prediction.decided_by, "")
        if not decides(spot, prediction, view):
            st.caption(TEXT["elsewhere"].format(answer=spoken(said), preset=preset)(lang))
            continue
        if truth is None:
            which = "preset" if preset and prediction.decided_by != "quick" else "locked"
            st.caption(TEXT[which].format(answer=spoken(said), preset=preset)(lang))
            continue
        if prediction.kind == "number":
            right = abs(float(said) - float(truth)) <= prediction.tolerance
            line = TEXT["close" if right else "wrong"]
        else:
            same = said == (truth if isinstance(truth, str) else ",".join(truth))
            line = TEXT["right" if same else "wrong"]
        st.markdown(f"{line.format(answer=spoken(said), truth=spoken(truth))(lang)} {prediction.why(view)(lang)}")
