"""Lesson 6, where a split leaks: the book as a strip, one test window beside its doubles, and the law of the stride."""

import altair as alt
import pandas as pd

from app.charts import Chart, height
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY
from core.experiments import overlap

KINDS = {
    "trained": (T("trained only", "chỉ huấn luyện"), ARMS[4]),
    "both": (T("trained and tested", "vừa huấn luyện vừa kiểm thử"), ARMS[3]),
    "tested": (T("tested only", "chỉ kiểm thử"), ARMS[0]),
    "neither": (T("neither", "không bên nào"), "#c8ccd0"),
}


def strip_rows(view):
    table = view.main.tables.get("strip", {}).get(0)
    if not table:
        return pd.DataFrame(columns=["cell", "end", "kind", "share", "order"])
    frame = pd.DataFrame(table)
    cells = frame["cell"].nunique()
    order = {kind: i for i, kind in enumerate(("both", "tested", "trained", "neither"))}
    names = {kind: title(view.lang) for kind, (title, _) in KINDS.items()}
    return frame.assign(end=frame["cell"] + 1 / cells, order=frame["kind"].map(order), kind=frame["kind"].map(names))


def strip_chart(view):
    names, colors = zip(*((title(view.lang), color) for title, color in KINDS.values()), strict=True)
    return (
        Chart()
        .transform_stack(stack="share", as_=["low", "high"], groupby=["cell"], sort=[alt.SortField("order")])
        .mark_rect()
        .encode(
            x=alt.X(
                "cell:Q",
                title=T("place in the book", "vị trí trong sách")(view.lang),
                axis=alt.Axis(format="%", grid=False),
                scale=alt.Scale(domain=[0, 1], nice=False),
            ),
            x2="end:Q",
            y=alt.Y(
                "low:Q",
                title=T("predictions there", "dự đoán ở đó")(view.lang),
                axis=alt.Axis(format="%", grid=False),
                scale=alt.Scale(domain=[0, 1]),
            ),
            y2="high:Q",
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=list(names), range=list(colors)),
                legend=alt.Legend(title=None, orient="top", labelLimit=300, columns=2 if view.size > 1 else 4),
            ),
            tooltip=["kind:N", alt.Tooltip("share:Q", format=".0%"), alt.Tooltip("cell:Q", format=".1%")],
        )
        .properties(height=height(view, 300), width="container")
    )


strip = Figure(
    "strip",
    T("The book, from its first word to its last", "Cuốn sách, từ chữ đầu đến chữ cuối"),
    T(
        "The text in 300 thin columns, each coloured by how many of its predictions are trained, tested, both or neither. {now}",
        "Văn bản chia thành 300 cột mảnh, tô màu theo tỉ lệ dự đoán được huấn luyện, kiểm thử, cả hai hoặc không. {now}",
    ),
    strip_rows,
    strip_chart,
    help=T(
        "A prediction is a place in the book: this token says what the next one is. An honest split shows no pink: nothing is both trained and tested.",
        "Một dự đoán là một vị trí trong sách: token này nói token kế tiếp là gì. Cách chia trung thực không có màu hồng: không gì vừa huấn luyện vừa kiểm thử.",
    ),
)

ZOOM = {
    "known": (T("asked in the test, and trained", "hỏi khi kiểm thử, đã huấn luyện"), ARMS[3]),
    "double": (T("the same prediction, in training", "chính dự đoán đó, trong huấn luyện"), "#e8c3d8"),
    "new": (T("asked in the test, never trained", "hỏi khi kiểm thử, chưa huấn luyện"), ARMS[4]),
    "read": (T("only read", "chỉ đọc"), "#c8ccd0"),
}


def zoom_rows(view):
    table = view.main.tables.get("zoom", {}).get(0)
    if not table:
        return pd.DataFrame(columns=["row", "place", "middle", "end", "piece", "kind"])
    frame = pd.DataFrame(table)
    frame["piece"] = [str(p).replace("\n", "⏎").strip() or "␣" for p in frame["piece"]]
    frame["middle"], frame["end"] = frame["place"] + 0.48, frame["place"] + 0.96
    frame["kind"] = frame["kind"].map({kind: title(view.lang) for kind, (title, _) in ZOOM.items()})
    return frame


def zoom_chart(view):
    names, colors = zip(*((title(view.lang), color) for title, color in ZOOM.values()), strict=True)
    test, train = T("test", "kiểm thử")(view.lang), T("training", "huấn luyện")(view.lang)
    names_of_rows = f"datum.value == 0 ? '{test}' : '{train} ' + datum.value"
    most = min(overlap.ROWS, 2 * ((view.config.context - 1) // view.config.stride))  # training windows it can overlap
    axis = alt.Axis(ticks=False, domain=False, labelLimit=200, labelExpr=names_of_rows)
    y = alt.Y("row:O", title=None, scale=alt.Scale(domain=list(range(most + 1))), axis=axis)
    x = alt.X("place:Q", axis=None, scale=alt.Scale(nice=False, zero=False))
    boxes = (
        Chart()
        .mark_rect(cornerRadius=3)
        .encode(
            x=x,
            x2="end:Q",
            y=y,
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=list(names), range=list(colors)),
                legend=alt.Legend(title=None, orient="top", labelLimit=320, columns=2),
            ),
            tooltip=["row:O", "piece:N", "kind:N"],
        )
    )
    words = (
        Chart()
        .mark_text(fontSize=13 * view.size, limit=86 * view.size, color="#111111")
        .encode(x="middle:Q", y=y, text="piece:N")
    )
    return alt.layer(boxes, words).properties(height=(110 + 32 * most) * view.size, width="container")


zoom = Figure(
    "zoom",
    T(
        "One test window, and the training windows that ask the same",
        "Một cửa sổ kiểm thử và các cửa sổ huấn luyện hỏi y như vậy",
    ),
    T(
        "Words of one test window in the first row; below it, aligned, the training windows that make some of the same predictions. {now}",
        "Hàng đầu: các từ của một cửa sổ kiểm thử; bên dưới, thẳng cột: các cửa sổ huấn luyện có chung dự đoán. {now}",
    ),
    zoom_rows,
    zoom_chart,
    help=T(
        "Each box is a token to be predicted from the one before it. Choose another window with the slider.",
        "Mỗi ô là một token phải đoán từ token trước nó. Chọn cửa sổ khác bằng thanh trượt.",
    ),
)


def curve_rows(view):
    table = view.main.tables.get("curve", {}).get(0)
    if not table:
        return pd.DataFrame(columns=["ratio", "stride", "what", "leaked"])
    rows, config = [], view.config
    for stride, counted, expected in zip(table["stride"], table["counted"], table["expected"], strict=True):
        ratio = config.context / stride
        rows.append((ratio, stride, "law", expected))
        rows.append((ratio, stride, "ring" if stride == config.stride else "dot", counted))
    return pd.DataFrame(rows, columns=["ratio", "stride", "what", "leaked"])


def curve_chart(view):
    x = alt.X(
        "ratio:Q",
        scale=alt.Scale(type="log", base=2),
        title=T("windows that contain a token, T / stride", "số cửa sổ chứa một token, T / stride")(view.lang),
    )
    y = alt.Y(
        "leaked:Q",
        axis=alt.Axis(format="%"),
        scale=alt.Scale(domain=[0, 1]),
        title=T("test predictions also trained", "dự đoán kiểm thử đã huấn luyện")(view.lang),
    )
    tip = ["stride:Q", alt.Tooltip("leaked:Q", format=".2%")]

    def part(what):
        return Chart().transform_filter(alt.datum.what == what)

    law = part("law").mark_line(color=GREY, strokeDash=[6, 4], strokeWidth=2)
    name = Chart(alt.Data(values=[{"label": "1 − share^(T/stride − 1)"}])).mark_text(
        align="left", color=GREY, fontSize=13 * view.size, dx=8, dy=-8
    )
    return alt.layer(
        law.encode(x=x, y=y, order="ratio:Q"),
        name.encode(x=alt.value(8), y=alt.value(20), text="label:N"),
        part("dot").mark_point(filled=True, size=90, color=ARMS[0], opacity=1).encode(x=x, y=y, tooltip=tip),
        part("ring").mark_point(size=260, strokeWidth=3, color=BROKEN).encode(x=x, y=y, tooltip=tip),
        part("ring").mark_point(filled=True, size=90, color=ARMS[0], opacity=1).encode(x=x, y=y),
    ).properties(height=260 * view.size, width="container")


curve = Figure(
    "curve",
    T("The leak at other strides", "Rò rỉ ở các bước nhảy khác"),
    T(
        "Leaked share against T/stride: points counted for the chosen split, dashed line the law for random windows, ring the current stride. {now}",
        "Tỉ lệ rò rỉ theo T/stride: chấm là đếm với cách chia đang chọn, đường gạch là công thức cho cửa sổ ngẫu nhiên, vòng là bước nhảy hiện tại. {now}",
    ),
    curve_rows,
    curve_chart,
    help=T(
        "A token lies in T/stride windows. It stays unknown only if all the others went to the test set too: that has the chance share^(T/stride − 1).",
        "Một token nằm trong T/stride cửa sổ. Nó chỉ còn lạ nếu mọi cửa sổ kia cũng vào tập kiểm thử: xác suất là share^(T/stride − 1).",
    ),
)
