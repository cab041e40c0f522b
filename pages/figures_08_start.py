"""The pictures of lesson 8 without training: the echo of an untrained model, which tokens chance shows, and ties."""

import altair as alt
import pandas as pd

from app.charts import Chart, arm_color, step_axis
from app.i18n import T, same
from app.lesson import Figure
from app.theme import ARMS, GREY, INPUT
from pages.figures_08 import DASHES, EMPTY, dash_legend, dashed, tables


def ends(points: dict) -> list[int]:
    """The first and the last step of {step: ...}."""
    return sorted({min(points), max(points)}) if points else []


# --- the echo ----------------------------------------------------------------------------------------------------


def echo_rows(view):
    rows = []
    for a in view.arms:
        points = a.result.metrics.get("p_repeat", {})
        for step in ends(points):
            rows.append((float(a.arm.label), points[step], step))
    return pd.DataFrame(rows, columns=["std", "repeat", "step"])


def echo_chart(view):
    color = alt.Color("step:O", title=T("step", "bước")(view.lang), scale=alt.Scale(range=[INPUT, ARMS[0]]))
    base = Chart().encode(
        x=alt.X(
            "std:Q",
            scale=alt.Scale(type="log"),
            title=T("init std of the embeddings", "độ lệch chuẩn khởi tạo của embedding")(view.lang),
        ),
        y=alt.Y(
            "repeat:Q",
            axis=alt.Axis(format="%"),
            scale=alt.Scale(domain=[0, 1]),
            title=T("P(next token = this token)", "P(token kế tiếp = chính token này)")(view.lang),
        ),
        color=color,
        tooltip=["std:Q", "step:O", alt.Tooltip("repeat:Q", format=".2%")],
    )
    return alt.layer(base.mark_line(strokeWidth=2.5), base.mark_point(filled=True, size=90, opacity=1)).properties(
        height=360 * view.size, width="container"
    )


echo = Figure(
    "echo",
    T("How surely it repeats its input", "Nó chắc chắn lặp lại đầu vào đến đâu"),
    T(
        "Probability of repeating the current token against the init std, before training and at the last step. {now}",
        "Xác suất lặp lại token hiện tại theo độ lệch chuẩn khởi tạo, trước huấn luyện và ở bước cuối. {now}",
    ),
    echo_rows,
    echo_chart,
)


def cosine_rows(view):
    frames = []
    for a in view.arms:
        found = a.result.tables.get("echo", {})
        for step in ends(found):
            frames.append(pd.DataFrame(found[step]).assign(step=step, name=a.arm.name(view.lang)))
    return pd.concat(frames, ignore_index=True) if frames else EMPTY


def cosine_chart(view):
    base = Chart().encode(
        x=alt.X("block:O", title=T("after block", "sau khối")(view.lang)),
        y=alt.Y(
            "cosine:Q",
            scale=alt.Scale(domain=[-0.2, 1]),
            title=T("cosine with the input embedding", "cosine với embedding đầu vào")(view.lang),
        ),
        color=arm_color(view),
        tooltip=["name:N", "step:O", "block:O", alt.Tooltip("cosine:Q", format=".3f")],
    )
    scale, title = alt.Scale(range=list(DASHES[:2])), T("step", "bước")(view.lang)
    dash = alt.StrokeDash("step:O", scale=scale, legend=dash_legend(title=title))
    return dashed(base, dash, view.size).properties(height=300 * view.size, width="container")


cosines = Figure(
    "cosines",
    T("The residual stream still points at its token", "Dòng residual vẫn chỉ về token của nó"),
    T(
        "Cosine between the stream after each block and the token's embedding, first and last step. {now}",
        "Cosine giữa dòng residual sau mỗi khối và embedding của token, bước đầu và bước cuối. {now}",
    ),
    cosine_rows,
    cosine_chart,
    folded=True,
)


# --- coverage ----------------------------------------------------------------------------------------------------


def unseen_names(view) -> dict[str, str]:
    random = view.config.sampler == "random"
    law = T("law: exp(−nBT/N)", "quy luật: exp(−nBT/N)") if random else T("law: 1 − nBT/N", "quy luật: 1 − nBT/N")
    return {"unseen": T("counted", "đếm được")(view.lang), "expected": law(view.lang)}


def unseen_rows(view):
    frame = view.frame("unseen", "expected")
    return frame.assign(what=frame["metric"].map(unseen_names(view)))[frame["value"] > 0]


def unseen_chart(view):
    names = list(unseen_names(view).values())
    return (
        Chart()
        .mark_line(strokeWidth=2.5)
        .encode(
            x=step_axis(view, T("batches", "số lô")),
            y=alt.Y(
                "value:Q",
                scale=alt.Scale(type="log"),
                axis=alt.Axis(format="%"),
                title=T("tokens never shown", "token chưa từng xuất hiện")(view.lang),
            ),
            color=alt.Color(
                "what:N",
                scale=alt.Scale(domain=names, range=[ARMS[0], GREY]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            strokeDash=alt.StrokeDash("what:N", scale=alt.Scale(domain=names, range=[[1, 0], [6, 4]]), legend=None),
            tooltip=["what:N", "step:Q", alt.Tooltip("value:Q", format=".3g")],
        )
        .properties(height=360 * view.size, width="container")
    )


unseen = Figure(
    "unseen",
    T("How much of the text is still unseen", "Còn bao nhiêu văn bản chưa được thấy"),
    T(
        "Share of training tokens no batch has shown yet, counted and by the law, on a log axis. {now}",
        "Tỉ lệ token huấn luyện chưa lô nào cho thấy, đếm được và theo quy luật, trục log. {now}",
    ),
    unseen_rows,
    unseen_chart,
)


def edge_rows(view):
    return tables(view, "edge")


def edge_chart(view):
    return (
        Chart()
        .mark_area(opacity=0.6, color=ARMS[0], line=True)
        .encode(
            x=alt.X(
                "token:Q", title=T("token, counted from the start of the text", "token, tính từ đầu văn bản")(view.lang)
            ),
            y=alt.Y("windows:Q", title=T("windows that showed it", "số cửa sổ đã cho thấy nó")(view.lang)),
            tooltip=["token:Q", "windows:Q"],
        )
        .properties(height=280 * view.size, width="container")
    )


edge = Figure(
    "edge",
    T("The edge of the text", "Mép văn bản"),
    T(
        "Visits of the first tokens of the text. Drawn at random, the first can only ever start one window; in shuffled passes "
        "nothing starves there. {now}",
        "Số lần xuất hiện của các token đầu. Rút ngẫu nhiên thì token đầu tiên chỉ có thể nằm trong một cửa sổ; duyệt xáo trộn "
        "thì ở đó không có gì bị đói. {now}",
    ),
    edge_rows,
    edge_chart,
)


# --- tying -------------------------------------------------------------------------------------------------------

WAYS = {
    "same": T("same Parameter", "cùng một Parameter"),
    "course": same("nn.Parameter(wte.weight)"),
    "untied": T("not tied", "không dùng chung"),
}
COPIES = (
    ("before", T("as built, on the CPU", "lúc vừa tạo, trên CPU")),
    ("moved", T("after .to(…)", "sau .to(…)")),
    ("copied", T("after deepcopy", "sau deepcopy")),
)


def ways_rows(view):
    table = tables(view, "ways")
    if "way" not in table:
        return pd.DataFrame(columns=["way", "moment", "storages"])
    rows = [
        (WAYS[way](view.lang), label(view.lang), int(table.loc[i, column]))
        for i, way in enumerate(table["way"])
        for column, label in COPIES
    ]
    return pd.DataFrame(rows, columns=["way", "moment", "storages"])


def ways_chart(view):
    order = [label(view.lang) for _, label in COPIES]
    base = Chart().encode(
        x=alt.X("moment:N", sort=order, title=None, axis=alt.Axis(labelAngle=0, labelLimit=220)),
        y=alt.Y("way:N", sort=[w(view.lang) for w in WAYS.values()], title=None, axis=alt.Axis(labelLimit=260)),
    )
    cells = base.mark_rect(stroke="white", strokeWidth=4).encode(
        color=alt.Color("storages:O", scale=alt.Scale(domain=[1, 2], range=[ARMS[0], INPUT]), legend=None)
    )
    dark = alt.condition(alt.datum.storages == 1, alt.value("white"), alt.value("black"))  # on blue, on orange
    words = base.mark_text(fontSize=17 * view.size).encode(text="storages:O", color=dark)
    return alt.layer(cells, words).properties(height=240 * view.size, width="container")


ways = Figure(
    "ways",
    T("How many matrices there are", "Có bao nhiêu ma trận"),
    T(
        "Number of matrices in memory, for three ways of tying at three moments. {now}",
        "Số ma trận trong bộ nhớ, với ba cách dùng chung ở ba thời điểm. {now}",
    ),
    ways_rows,
    ways_chart,
)
