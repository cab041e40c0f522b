"""All runs of a playground's experiment that are kept on this machine, newest first."""

import pandas as pd
import streamlit as st

from app import controls
from app.i18n import T
from app.spot import Spot
from app.view import read
from core import runs
from core.problem import Problem

NONE = T(
    "Nothing trained here yet. Stored runs that come with the app are not listed.",
    "Chưa huấn luyện gì ở đây. Các lần chạy có sẵn đi kèm ứng dụng không nằm trong danh sách.",
)
HEADS = (
    T("run", "lần chạy"),
    T("differs from quick in", "khác “nhanh” ở"),
    T("state", "trạng thái"),
    T("step", "bước"),
    T("test loss", "loss kiểm thử"),
)
STATES = {
    "absent": T("not begun", "chưa bắt đầu"),
    "queued": T("waiting", "đang chờ"),
    "running": T("training", "đang chạy"),
    "yielded": T("waiting", "đang chờ"),
    "interrupted": T("interrupted", "bị ngắt"),
    "paused": T("paused", "tạm dừng"),
    "stopped": T("stopped", "đã dừng"),
    "diverged": T("diverged", "phân kỳ"),
    "failed": T("failed", "lỗi"),
    "done": T("done", "xong"),
}


def draw(spot: Spot) -> None:
    """The newest runs of this playground's experiment in the store."""
    names = {type(arm.config).experiment for arm in spot.arms}
    mine = [run for run in runs.all_runs() if run.id.partition("-")[0] in names]
    heads, rows = [head(spot.lang) for head in HEADS], []
    for run in mine[:200]:
        try:
            config = run.config()
        except Problem:
            continue
        result, state = read(run), run.status().state
        quick = spot.playground.config if isinstance(config, type(spot.playground.config)) else config
        what = controls.differing(spot.lesson, config, quick)
        rows.append(
            (run.id, what(spot.lang) if what else "–", STATES[state](spot.lang), result.step, result.final("test_loss"))
        )
    if rows:
        short = {heads[-1]: st.column_config.NumberColumn(format="%.4g")}
        table = pd.DataFrame(rows, columns=heads)
        st.dataframe(table, hide_index=True, width="stretch", column_config=short, placeholder="–")
    else:
        st.caption(NONE(spot.lang))
