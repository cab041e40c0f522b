"""The pictures of lesson 1 that come from live runs: two starts on one text, and what more text of one's own changes."""

import math

import altair as alt
import pandas as pd

from app import charts
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY
from core import pretrained
from core.experiments import transfer

TUNED, SCRATCH, FROZEN = "pretrained", "scratch", "frozen"
REFERENCES = ("uniform", "unigram_table", "bigram_table", "donor")
UNTOUCHED = T("the donor untouched", "mô hình cho, để nguyên")
NAMES = {
    TUNED: T("fine-tuned from the donor", "tinh chỉnh từ mô hình cho"),
    SCRATCH: T("from scratch", "từ đầu"),
    FROZEN: T("fine-tuned, embedding frozen", "tinh chỉnh, khóa embedding"),
}
COLORS = {TUNED: 0, SCRATCH: 1, FROZEN: 2}


def donor_steps(config) -> int:
    """Steps somebody paid before this run began (of the same 512 pairs); 0 from scratch."""
    if config.start == SCRATCH:
        return 0
    return pretrained.card("house-model1")["steps"] if config.donor == "docstrings" else transfer.taught(config).steps


def crossing(view) -> tuple[int, int] | None:
    """(step of the fine-tuned run, step of the scratch run): when the first is where the second is at its best. None
    where it never is, or nothing is decided."""
    scratch, tuned = view.result(SCRATCH), view.result(TUNED)
    target = scratch.best("test_loss")
    whole = next((s for s, v in scratch.metrics.get("test_loss", {}).items() if v == target), 0)
    if math.isnan(target) or not whole:
        return None
    first = next((s for s, v in tuned.metrics.get("test_loss", {}).items() if v <= target), None)
    return None if first is None else (first, whole)


def times(found: tuple[int, int]) -> str:
    """How many times fewer steps that is: 10, 2.5, 1.3 (never a bare 1)."""
    ratio = found[1] / found[0]
    if ratio >= 10:
        return f"{ratio:.0f}"
    return f"{ratio:.1f}".removesuffix(".0") if ratio >= 1.05 else f"{ratio:.2f}"


# --- two starts ------------------------------------------------------------------------------------------------------


def curve_rows(view):
    frame = charts.loss_rows(view)
    if frame.empty:
        return frame
    shift = 1 if view.values.get("donor_bill") else 0
    before = {a.run_id: shift * donor_steps(a.arm.config) for a in (*view.arms, *view.pinned)}
    frame["step"] = frame["step"] + frame["run"].map(before)
    found = crossing(view) if view.done else None
    if found and not shift:
        first, whole = found
        level = view.result(SCRATCH).best("test_loss")
        text = (
            T("below it before the first step", "thấp hơn ngay trước bước đầu")
            if first == 0
            else T("{n} times fewer steps", "ít bước hơn {n} lần").format(n=times(found))
            if whole > first
            else T("no fewer steps", "không ít bước hơn")
        )
        mark = {"kind": "cross", "role": "mark", "name": "", "value": level, "step": first, "end": whole}
        said = {
            "kind": "said",
            "role": "mark",
            "name": "",
            "value": level + 0.9,
            "step": 0.6 * view.result(SCRATCH).step,
        }
        frame = pd.concat([frame, pd.DataFrame([mark, said | {"label": text(view.lang)}])])
    return frame


def curve_chart(view):
    chart = charts.loss_chart(view, references=REFERENCES, labels={"donor": UNTOUCHED}, base=410)
    cross = charts.Chart().transform_filter(alt.datum.kind == "cross")
    y = alt.Y("value:Q", scale=alt.Scale(zero=False, nice=True))
    line = cross.mark_rule(color=BROKEN, strokeWidth=2, strokeDash=[2, 3]).encode(x="step:Q", x2="end:Q", y=y)
    dot = cross.mark_point(color=BROKEN, size=140, strokeWidth=2.5).encode(x="step:Q", y=y)
    text = charts.Chart().transform_filter(alt.datum.kind == "said")
    text = text.mark_text(color=BROKEN, fontSize=16 * view.size, fontWeight="bold").encode(
        x="step:Q", y=y, text="label:N"
    )
    return (chart + line + dot + text).properties(width="container")


curves = Figure(
    "curves",
    T("One new text, three starts", "Một văn bản mới, ba điểm xuất phát"),
    T(
        "Test loss over the steps: fine-tuned from a donor, from scratch, and fine-tuned with a frozen embedding; lines for guessing, counting and the donor untouched. {now}",
        "Loss kiểm thử theo bước: tinh chỉnh từ mô hình cho, từ đầu, và tinh chỉnh với embedding cố định; các đường cho đoán đều, đếm, và mô hình cho để nguyên. {now}",
    ),
    curve_rows,
    curve_chart,
    help=T(
        "Bold: loss on the held-out tenth of your text. Faint: the batches. Ring: where the fine-tuned run reaches the best that scratch ever does. Counted tables read the same tokens as the models.",
        "Đậm: loss trên một phần mười để dành. Nhạt: các lô huấn luyện. Vòng tròn: nơi lần tinh chỉnh đạt mức tốt nhất của lần từ đầu. Bảng đếm đọc đúng số token như mô hình.",
    ),
)


def memory_rows(view):
    rows = []
    for a in view.arms:
        metrics = a.result.metrics
        for step, value in metrics.get("test_loss", {}).items():
            if step in metrics.get("read_loss", {}):  # of a run that is being written it may not be there yet
                rows.append((step, value - metrics["read_loss"][step], a.arm.name(view.lang), a.run_id))
    return pd.DataFrame(rows, columns=["step", "gap", "name", "run"])


def memory_chart(view):
    title = T("held-out minus read text (nats/token)", "văn bản để dành trừ văn bản đã đọc (nats/token)")
    return charts.lines(view, "step", "gap", x_title=charts.STEP, y_title=title, height=300)


memory = Figure(
    "memory",
    T(
        "Learned by heart: how much better it knows what it has read",
        "Học thuộc: nó thuộc văn bản đã đọc hơn bao nhiêu",
    ),
    T(
        "Test loss minus loss on the tokens it may read, over the steps, one line per run. {now}",
        "Loss kiểm thử trừ loss trên các token được đọc, theo bước, mỗi lần chạy một đường. {now}",
    ),
    memory_rows,
    memory_chart,
    help=T("0: it knows both equally well.", "0: hai bên nó biết như nhau."),
    folded=True,
)

# --- how much text ---------------------------------------------------------------------------------------------------


def size_rows(view):
    rows = []
    for a in view.arms:
        config, result = a.arm.config, a.result
        if config.start not in (TUNED, SCRATCH) or not result.metrics.get("test_loss"):
            continue
        points = {"best": result.best("test_loss"), "end": result.final("test_loss")}
        name = NAMES[config.start](view.lang)
        rows += [(config.text_tokens, value, name, what, result.step) for what, value in points.items()]
    for a in view.arms:
        if a.arm.config.start == TUNED and "zero_shot" in a.result.facts:
            zero = a.result.facts["zero_shot"]
            rows.append((a.arm.config.text_tokens, zero, UNTOUCHED(view.lang), "zero", 0))
    return pd.DataFrame(rows, columns=["tokens", "value", "name", "what", "step"])


def size_chart(view):
    names = [NAMES[TUNED](view.lang), NAMES[SCRATCH](view.lang), UNTOUCHED(view.lang)]
    color = alt.Color(
        "name:N",
        scale=alt.Scale(domain=names, range=[ARMS[0], ARMS[1], GREY]),
        legend=alt.Legend(orient="top", title=None, labelLimit=280),
    )
    x = alt.X(
        "tokens:Q",
        title=T("tokens of your own text (log)", "số token văn bản của bạn (thang log)")(view.lang),
        scale=alt.Scale(type="log", domain=[850, 60_000], nice=False),
        axis=alt.Axis(values=[1000, 2000, 5000, 10_000, 20_000, 50_000], format="~s", grid=False),
    )
    y = alt.Y("value:Q", title=charts.NATS(view.lang), scale=alt.Scale(zero=False), axis=alt.Axis(grid=False))
    tip = ["name:N", "tokens:Q", "step:Q", alt.Tooltip("value:Q", format=".3f")]

    def only(what):
        return charts.Chart().transform_filter(alt.datum.what == what)

    last = charts.Chart().transform_filter("datum.what == 'end' && datum.tokens == 1000")
    said = T("after the last step", "sau bước cuối")(view.lang)
    return alt.layer(
        only("zero").mark_line(strokeDash=[6, 4], strokeWidth=2).encode(x=x, y=y, color=color),
        only("end").mark_line(strokeWidth=1.5, strokeDash=[2, 3]).encode(x=x, y=y, color=color),
        only("end").mark_point(size=40 * view.size).encode(x=x, y=y, color=color, tooltip=tip),
        last.mark_text(align="left", dx=10, dy=-2, fontSize=12 * view.size).encode(
            x=x, y=y, color=color, text=alt.value(said)
        ),
        only("best").mark_line(strokeWidth=3 * view.size).encode(x=x, y=y, color=color),
        only("best").mark_point(filled=True, size=90 * view.size, opacity=1).encode(x=x, y=y, color=color, tooltip=tip),
    ).properties(height=420 * (1 + (view.size - 1) * 0.5), width="container")


sizes = Figure(
    "sizes",
    T(
        "The best each start ever reached, by how much text it had",
        "Mức tốt nhất mỗi cách đạt được, theo lượng văn bản",
    ),
    T(
        "Lowest test loss against tokens of own text, for both starts; dotted: after the last step; dashed: the donor untouched. {now}",
        "Loss kiểm thử thấp nhất theo số token văn bản, cho hai cách xuất phát; chấm: sau bước cuối; gạch: mô hình cho để nguyên. {now}",
    ),
    size_rows,
    size_chart,
    help=T(
        "Solid: stopped at its best evaluation. Dotted: what was left after the last step, when it had learned the text by heart.",
        "Liền: dừng ở lần đánh giá tốt nhất. Chấm: còn lại gì sau bước cuối, khi nó đã học thuộc văn bản.",
    ),
)
