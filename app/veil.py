"""Predict first: a stored run shows only how it begins until the learner has committed, trained, or asked to see it."""

from dataclasses import replace

import streamlit as st

from app import predict, shell
from app.i18n import T
from app.spot import Spot
from app.view import ArmView, View
from core import runs
from core.result import Result

LEVELS = ("", "end", "numbers", "picture")  # each keeps back what those before it do, and more
TEXT = {
    "end": T(
        "The beginning of a stored run. Predict first: lock in what you think, on the left, or train it yourself; then the "
        "rest appears.",
        "Đây là đoạn đầu của một lần chạy có sẵn. Hãy dự đoán trước: chốt ý kiến của bạn ở bên trái, hoặc tự huấn luyện; phần "
        "còn lại sẽ hiện ra.",
    ),
    "numbers": T(
        "The beginning of a stored run, without its numbers. Predict first: lock in what you think, on the left, or train it "
        "yourself; then the numbers appear.",
        "Đây là đoạn đầu của một lần chạy có sẵn, chưa có con số. Hãy dự đoán trước: chốt ý kiến của bạn ở bên trái, hoặc tự "
        "huấn luyện; các con số sẽ hiện ra.",
    ),
    "picture": T(
        "A stored run is here, and its picture gives the answer away. Predict first: lock in what you think, on the left, or "
        "train it yourself; then it appears.",
        "Có sẵn một lần chạy, và hình của nó cho biết luôn câu trả lời. Hãy dự đoán trước: chốt ý kiến của bạn ở bên trái, "
        "hoặc tự huấn luyện; hình sẽ hiện ra.",
    ),
    "show": T("Show it now", "Cho xem ngay"),
}
SHARE = 0.1  # of the run's steps


def hides(spot: Spot, view: View) -> str:
    """What the picture must keep back, as an open question asks for (`LEVELS`; "": nothing). Never of a run of the
    learner's own, of what is computed at once, nor on the projector, where the teacher asks. What somebody else here has
    trained is, like what ships, a stored run."""
    lifted = st.session_state.get(_key(spot), False) or spot.inline or shell.projector()
    if lifted or view.active or view.pinned or not any(a.result.events for a in view.arms):
        return ""
    if any(_own(spot, a) for a in view.arms):
        return ""
    unanswered = predict.unanswered(spot.number, spot.playground)
    asked = [p.given_by for p in unanswered if p.decided_by == "quick"]
    return max(asked, key=LEVELS.index, default="")


def _own(spot: Spot, a: ArmView) -> bool:
    return a.source not in ("stored", "none") and (a.source != "live" or runs.Run(a.run_id).asked_by(spot.me))


def behind(view: View) -> View:
    """The same view at the beginning of its runs."""
    return replace(view, arms=tuple(replace(a, result=beginning(a.result)) for a in view.arms), pinned=())


def beginning(result: Result) -> Result:
    """The first tenth of a run, and at least its first two evaluations."""
    points = sorted(result.metrics.get("test_loss", {}))
    until = max(round(SHARE * result.step), *points[1:2], 0)
    return Result(tuple(e for e in result.events if e.kind != "finished" and getattr(e, "step", 0) <= until), until)


def say(spot: Spot, level: str) -> None:
    """Why so little is shown, and the button that lifts the veil."""
    st.caption(TEXT[level](spot.lang))
    if st.button(TEXT["show"](spot.lang), key=f"{spot.prefix}unveil"):
        st.session_state[_key(spot)] = True
        st.rerun()


def _key(spot: Spot) -> str:
    return f"unveiled_{spot.number}_{spot.playground.slug}"
