"""The main pictures of lesson 6: the losses on both sides of a split, and what the test loss is made of."""

import math

import altair as alt
import pandas as pd

from app import charts
from app.i18n import T, same
from app.lesson import Figure
from app.theme import BROKEN

FIRST = 20  # the fall from ln V in the first steps would flatten all that matters
CLEAR = 0.02  # nats above its best that count as having turned up
LINES = {
    "unigram_table": T("counted token table", "bảng đếm token"),
    "bigram_table": T("counted pair table", "bảng đếm cặp"),
    "bigram": T("lowest possible train loss", "loss huấn luyện thấp nhất có thể"),
}


# --- what several figures read -----------------------------------------------------------------------------------


def running(result) -> dict[int, float]:
    """{step: mean loss of the training batches since the last test}: what the course calls the train loss."""
    losses, out, last = result.metrics.get("train_loss", {}), {}, 0
    for step in result.metrics.get("test_loss", {}):
        part = [v for s, v in losses.items() if last < s <= step]
        if part:
            out[step] = sum(part) / len(part)
        last = step
    return out


def best(result) -> tuple[int, float]:
    """(step, loss) of the lowest test loss, (0, nan) without one."""
    points = {s: v for s, v in result.metrics.get("test_loss", {}).items() if math.isfinite(v)}
    step = min(points, key=points.get, default=0)
    return step, points.get(step, math.nan)


def stopped(result, patience: int) -> tuple[int, int] | None:
    """(where early stopping ends the training, the step it keeps); None if it never does. Tests before step 100 do not
    count: they lie closer together."""
    low, kept, waited = math.inf, 0, 0
    for step, value in result.metrics.get("test_loss", {}).items():
        if step < 100:
            continue
        if value < low:
            low, kept, waited = value, step, 0
        else:
            waited += 1
            if patience and waited >= patience:
                return step, kept
    return None


def ended(a) -> bool:
    """Has this arm come to an end, whichever?"""
    return a.result.finished is not None or a.status.state in ("done", "stopped", "diverged")


# --- the losses --------------------------------------------------------------------------------------------------

COLUMNS = ["step", "value", "low", "high", "name", "set", "what", "label", "run"]


def loss_rows(view):
    rows, wanted = [], view.values.get("train_as", "both")
    for place, a in enumerate((*view.arms, *view.pinned)):
        result, name, pin = a.result, a.arm.name(view.lang), place >= len(view.arms)
        tests = result.metrics.get("test_loss", {})
        first = FIRST if result.step >= 100 else 0
        for step, value in tests.items():
            if step >= first and math.isfinite(value):
                band = 2 * result.metrics.get("test_se", {}).get(step, 0.0)
                what = "pin" if pin else "line"
                rows.append((step, value, value - band, value + band, name, "test", what, "", a.run_id))
        lines = {"same": result.metrics.get("same_loss", {}), "running": running(result) if place == 0 else {}}
        for code, points in lines.items():
            if not pin and wanted in (code, "both"):
                rows += [
                    (s, v, v, v, name, code, "line", "", a.run_id)
                    for s, v in points.items()
                    if s >= first and math.isfinite(v)
                ]
        step, low = best(result)
        if not pin and first <= step < max(tests, default=0) and result.final("test_loss") > low + CLEAR:
            label = T("best: step {n}", "tốt nhất: bước {n}").format(n=step)(view.lang)
            rows.append((step, low, low, low, name, "test", "best", label, a.run_id))
        stop = stopped(result, int(view.values.get("patience", 0))) if not pin else None
        if stop:
            label = T("stops here", "dừng ở đây")(view.lang)
            at = result.at("test_loss", stop[0])
            rows.append((stop[0], at, at, at, name, "test", "stop", label, a.run_id))
    return pd.DataFrame(rows, columns=COLUMNS)


def loss_chart(view):
    x = charts.step_axis(view)
    y = alt.Y("value:Q", title=charts.NATS(view.lang), scale=alt.Scale(zero=False), axis=alt.Axis(grid=False))
    color = charts.arm_color(view)
    tip = [
        "name:N",
        "step:Q",
        alt.Tooltip("value:Q", title="nats/token", format=".3f"),
        alt.Tooltip("perplexity:Q", title=T("perplexity", "độ rối (perplexity)")(view.lang), format=".1f"),
    ]

    def part(what, code="test"):
        return (
            charts.Chart()
            .transform_filter((alt.datum.what == what) & (alt.datum.set == code))
            .transform_calculate(perplexity="exp(datum.value)")
        )

    band = part("line").mark_area(opacity=0.15)
    marks = [
        *charts.rules(view, tuple(LINES), LINES),
        band.encode(x=x, y=alt.Y("low:Q", scale=alt.Scale(zero=False)), y2="high:Q", color=color, detail="run:N"),
        part("line", "running")
        .mark_line(strokeDash=[2, 3], strokeWidth=1.8)
        .encode(x=x, y=y, color=color, detail="run:N", tooltip=tip),
        part("line", "same")
        .mark_line(strokeDash=[7, 4], strokeWidth=1.8)
        .encode(x=x, y=y, color=color, detail="run:N", tooltip=tip),
        part("pin").mark_line(strokeWidth=2, opacity=0.5).encode(x=x, y=y, color=color, detail="run:N"),
        part("line").mark_line(strokeWidth=3 * view.size).encode(x=x, y=y, color=color, detail="run:N"),
        part("line").mark_point(filled=True, size=45 * view.size, opacity=1).encode(x=x, y=y, color=color, tooltip=tip),
    ]
    for what, shape, dy in (("best", "circle", -22), ("stop", "square", 24)):
        at = part(what)
        marks.append(at.mark_point(shape=shape, size=240, strokeWidth=2.5, color=BROKEN).encode(x=x, y=y, tooltip=tip))
        marks.append(
            at.mark_text(dy=dy * view.size, fontSize=13 * view.size, fontWeight="bold", color=BROKEN).encode(
                x=x, y=y, text="label:N"
            )
        )
    marks += charts.diverged(view)
    return alt.layer(*marks).properties(height=charts.height(view, 400), width="container")


loss = Figure(
    "loss",
    T(
        "Test loss (bold), train loss at the same weights (dashed), running mean (dotted)",
        "Loss kiểm thử (đậm), loss huấn luyện cùng trọng số (gạch), trung bình chạy (chấm)",
    ),
    T(
        "Loss against steps, one colour per split: test loss with a band of two standard errors, train loss dashed, its running mean dotted; a ring marks the best test. {now}",
        "Loss theo bước, mỗi cách chia một màu: loss kiểm thử kèm dải hai sai số chuẩn, loss huấn luyện nét gạch, trung bình chạy nét chấm; vòng tròn đánh dấu lần kiểm thử tốt nhất. {now}",
    ),
    loss_rows,
    loss_chart,
    help=T(
        "Each colour is one split and one model. Band: two standard errors of the test loss, tokens taken in stretches of T. Grey lines are counted, not trained, the tables on the first split's test text. The first 20 steps are left out.",
        "Mỗi màu là một cách chia và một mô hình. Dải: hai sai số chuẩn của loss kiểm thử, tính theo từng đoạn T token. Đường xám do đếm, không huấn luyện; các bảng tính trên văn bản kiểm thử của cách chia đầu tiên. Bỏ qua 20 bước đầu.",
    ),
)

# --- what the test loss is made of -------------------------------------------------------------------------------


PARTS = {
    "seen": (T("pairs met in training", "cặp đã gặp khi huấn luyện"), "#7fb8d8"),
    "unseen": (T("pairs never met", "cặp chưa từng gặp"), "#e8955f"),
}


def parts_rows(view):
    rows = []
    for a in view.arms:
        known, start = a.result.facts.get("known_pairs"), 0.0
        if known is None or not a.result.metrics.get("test_loss"):
            continue
        for kind, share in (("seen", known), ("unseen", 1 - known)):
            mean = a.result.final(f"test_{kind}")
            if share > 0 and math.isfinite(mean):
                label = same("{share} × {mean} nats").format(share=f"{100 * share:.0f} %", mean=f"{mean:.2f}")
                words = label(view.lang) if share * mean > 1 else ""
                title, end = PARTS[kind][0](view.lang), start + share * mean
                rows.append((a.arm.name(view.lang), title, start, end, share, mean, words))
                start = end
    return pd.DataFrame(rows, columns=["name", "part", "start", "end", "share", "mean", "label"])


def parts_chart(view):
    names = [a.arm.name(view.lang) for a in view.arms]
    y = alt.Y("name:N", title=None, scale=alt.Scale(domain=names), axis=alt.Axis(labelLimit=260))
    x = alt.X(
        "start:Q",
        title=T("part of the test loss (nats/token)", "phần trong loss kiểm thử (nats/token)")(view.lang),
        axis=alt.Axis(grid=False),
    )
    titles, colors = zip(*((title(view.lang), color) for title, color in PARTS.values()), strict=True)
    color = alt.Color(
        "part:N",
        scale=alt.Scale(domain=list(titles), range=list(colors)),
        legend=alt.Legend(title=None, orient="top", labelLimit=300),
    )
    tip = ["name:N", "part:N", alt.Tooltip("share:Q", format=".1%"), alt.Tooltip("mean:Q", format=".2f")]
    bars = charts.Chart().mark_bar().encode(x=x, x2="end:Q", y=y, color=color, tooltip=tip)
    text = (
        charts.Chart()
        .mark_text(align="left", dx=6, color="#111111", fontSize=13 * view.size)
        .encode(x="start:Q", y=y, text="label:N")
    )
    return alt.layer(bars, text).properties(height=(120 + 46 * len(view.arms)) * view.size, width="container")


parts = Figure(
    "parts",
    T("What the test loss is made of", "Loss kiểm thử gồm những gì"),
    T(
        "For every split the test loss as two bars: predictions whose pair of tokens occurs in training, and those whose pair does not. {now}",
        "Với mỗi cách chia, loss kiểm thử gồm hai thanh: dự đoán có cặp token đã gặp khi huấn luyện và dự đoán có cặp chưa gặp. {now}",
    ),
    parts_rows,
    parts_chart,
    help=T(
        "Share of the predictions × their mean loss. A one-token model can only know pairs it has met. In the quick run the honest test is full of others; the leaked one has hardly any.",
        "Tỉ lệ dự đoán × loss trung bình của chúng. Mô hình một token chỉ biết những cặp đã gặp. Ở lần chạy “nhanh”, phép thử trung thực đầy cặp lạ; phép thử bị rò rỉ hầu như không có.",
    ),
)
