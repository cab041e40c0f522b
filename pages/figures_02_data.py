"""More pictures of lesson 2: what a text costs under each tokenizer, and in which order a stream's rows come."""

import altair as alt
import pandas as pd

from app.charts import Chart, height
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY, TEST
from pages.figures_02 import chart_of

# --- tokens ------------------------------------------------------------------------------------------------------

NAMES = {
    "gpt2": T("GPT-2 (50,257)", "GPT-2 (50,257)"),
    "bpe": T("byte pairs (2,000)", "cặp byte (2,000)"),
    "words": T("words of Tales", "từ của Tales"),
    "characters": T("characters", "ký tự"),
    "bytes": T("bytes (256)", "byte (256)"),
}
SIDES = {"en": T("English", "Tiếng Anh"), "vi": T("Vietnamese", "Tiếng Việt")}
ROW = 84  # columns of the strip


def cost_rows(view):
    columns = view.main.table("costs")
    names = ("tokenizer", "text", "tokens", "hundred", "word", "whole")
    rows = []
    for tokenizer, side, tokens, hundred, word, whole in (
        zip(*(columns[c] for c in names), strict=True) if columns else ()
    ):
        mark = "" if whole else " ✗"
        rows.append(
            (NAMES[tokenizer](view.lang), SIDES[side](view.lang), tokens, hundred, word, f"{hundred:.0f}{mark}")
        )
    return pd.DataFrame(rows, columns=["tokenizer", "text", "tokens", "hundred", "word", "label"])


def cost_chart(view):
    order, sides = [n(view.lang) for n in NAMES.values()], [s(view.lang) for s in SIDES.values()]
    base = chart_of("tokenizer").encode(
        x=alt.X(
            "hundred:Q",
            title=T("tokens per 100 characters", "số token trên 100 ký tự")(view.lang),
            axis=alt.Axis(grid=False),
        ),
        y=alt.Y("tokenizer:N", sort=order, title=None, axis=alt.Axis(labelLimit=240)),
        yOffset=alt.YOffset("text:N", sort=sides),
        color=alt.Color(
            "text:N", scale=alt.Scale(domain=sides, range=list(ARMS[:2])), legend=alt.Legend(title=None, orient="top")
        ),
        tooltip=["tokenizer:N", "text:N", "tokens:Q", alt.Tooltip("word:Q", format=".2f")],
    )
    text = base.mark_text(align="left", dx=5, fontSize=13 * view.size, color=GREY).encode(
        text="label:N", color=alt.value(GREY)
    )
    return alt.layer(base.mark_bar(), text).properties(height=height(view, 330), width="container")


def piece_rows(side):
    def rows(view):
        columns = view.main.table("pieces")
        names = ("tokenizer", "text", "piece", "start", "stop", "odd")
        out = []
        for tokenizer, text, piece, start, stop, odd in (
            zip(*(columns[c] for c in names), strict=True) if columns else ()
        ):
            if text == side and stop <= ROW / view.size:
                out.append((NAMES[tokenizer](view.lang), piece.replace(" ", "·"), start, stop, odd))
        return pd.DataFrame(out, columns=["tokenizer", "piece", "start", "stop", "odd"])

    return rows


def piece_chart(view):
    order = [n(view.lang) for n in NAMES.values()]
    base = chart_of("tokenizer").encode(y=alt.Y("tokenizer:N", sort=order, title=None, axis=alt.Axis(labelLimit=240)))
    scale = alt.Scale(domain=[0, ROW / view.size], nice=False)
    cell = base.mark_bar(height=alt.RelativeBandSize(0.8), stroke="white", strokeWidth=1).encode(
        x=alt.X("start:Q", scale=scale, axis=None),
        x2="stop:Q",
        color=alt.Color("odd:N", scale=alt.Scale(domain=[0, 1], range=["#bfdcee", "#f6dca6"]), legend=None),
        tooltip=["tokenizer:N", "piece:N"],
    )
    text = base.transform_calculate(mid="(datum.start + datum.stop) / 2").mark_text(
        font="monospace", fontSize=11 * view.size**0.5, color="#111"
    )
    text = text.encode(x=alt.X("mid:Q", scale=scale), text="piece:N")
    return alt.layer(cell, text).properties(height=height(view, 200), width="container")


bars = Figure(
    "costs",
    T("What a text costs", "Một văn bản tốn bao nhiêu"),
    T(
        "Tokens per 100 characters by tokenizer and language. {now}",
        "Số token trên 100 ký tự theo bộ tách và ngôn ngữ. {now}",
    ),
    cost_rows,
    cost_chart,
    help=T(
        "Shorter is cheaper. ✗: the text does not come back whole from its tokens.",
        "Càng ngắn càng rẻ. ✗: từ token không dựng lại được nguyên văn bản.",
    ),
    constant=True,
)
english = Figure(
    "english",
    T("Where English is cut", "Tiếng Anh bị cắt ở đâu"),
    T(
        "The first tokens of the English text under each tokenizer.",
        "Các token đầu của văn bản tiếng Anh theo mỗi bộ tách.",
    ),
    piece_rows("en"),
    piece_chart,
    help=T(
        "Each box is a token, · a space, ⟨e1 ba⟩ bytes that are only part of a letter. As much as fits one line.",
        "Mỗi ô là một token, · là dấu cách, ⟨e1 ba⟩ là các byte mới chỉ là một phần chữ cái. Vẽ vừa một dòng.",
    ),
    constant=True,
)
vietnamese = Figure(
    "vietnamese",
    T("Where Vietnamese is cut", "Tiếng Việt bị cắt ở đâu"),
    T(
        "The first tokens of the Vietnamese text under each tokenizer.",
        "Các token đầu của văn bản tiếng Việt theo mỗi bộ tách.",
    ),
    piece_rows("vi"),
    piece_chart,
    constant=True,
)


# --- rows --------------------------------------------------------------------------------------------------------


def order_rows(view):
    columns = view.main.table("order")
    frame = pd.DataFrame(columns or {"served": [], "row": [], "test": []})
    sides = {True: T("test", "kiểm thử")(view.lang), False: T("train", "huấn luyện")(view.lang)}
    frame["side"] = [sides[bool(t)] for t in frame["test"]]
    return frame


def order_chart(view):
    sides = [T("train", "huấn luyện")(view.lang), T("test", "kiểm thử")(view.lang)]
    x = alt.X("served:Q", title=T("served as the …th row", "được đưa ra thứ …")(view.lang), axis=alt.Axis(grid=False))
    y = alt.Y("row:Q", title=T("row of the file", "dòng thứ … trong tệp")(view.lang), axis=alt.Axis(grid=False))
    points = (
        Chart()
        .mark_point(filled=True, size=34 * view.size, opacity=0.8)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "side:N",
                scale=alt.Scale(domain=sides, range=list(ARMS[:2])),
                legend=alt.Legend(title=None, orient="top"),
            ),
            tooltip=["served:Q", "row:Q", "side:N"],
        )
    )
    line = Chart().mark_line(color=GREY, strokeDash=[6, 4]).encode(x=x, y=alt.Y("served:Q"))
    return alt.layer(line, points).properties(height=height(view, 330), width="container")


def length_rows(view):
    columns = view.main.table("lengths")
    context = int(view.values.get("context", 64))
    frame = pd.DataFrame(columns or {"tokens": []})
    frame["context"] = context
    frame["label"] = T("context {n}", "ngữ cảnh {n}").format(n=context)(view.lang)
    return frame


def length_chart(view):
    base = Chart()
    hist = (
        base.transform_calculate(l="log(datum.tokens) / log(2)")
        .transform_bin("bin", "l", bin=alt.Bin(step=0.25))
        .transform_aggregate(count="count()", groupby=["bin", "bin_end"])
        .transform_calculate(a="pow(2, datum.bin)", b="pow(2, datum.bin_end)")
        .mark_rect(color=TEST, opacity=0.85, stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X(
                "a:Q",
                scale=alt.Scale(type="log", base=2, domain=[4, 1024]),
                axis=alt.Axis(values=[4, 8, 16, 32, 64, 128, 256, 512, 1024], grid=False),
                title=T("tokens of a row (log scale)", "số token của một dòng (thang log)")(view.lang),
            ),
            x2="b:Q",
            y2=alt.datum(0),
            y=alt.Y("count:Q", title=T("rows", "số dòng")(view.lang), axis=alt.Axis(grid=False)),
        )
    )
    one = base.transform_aggregate(n="count()", groupby=["context", "label"])
    rule = one.mark_rule(strokeDash=[6, 4], color=BROKEN, strokeWidth=2).encode(x="context:Q")
    text = one.mark_text(align="left", dx=5, color=BROKEN, fontSize=13 * view.size).encode(
        x="context:Q", y=alt.value(-8), text="label:N"
    )
    return alt.layer(hist, rule, text).properties(height=height(view, 220), width="container")


order = Figure(
    "order",
    T("In which order the rows come", "Các dòng đến theo thứ tự nào"),
    T(
        "Each row by its place in the file and when it is served. {now}",
        "Mỗi dòng theo vị trí trong tệp và lúc được đưa ra. {now}",
    ),
    order_rows,
    order_chart,
    help=T(
        "On the dashed line nothing moved. A point may lie above it by at most the buffer's length.",
        "Nằm trên đường đứt là chưa xê dịch. Một điểm chỉ có thể cao hơn đường ấy nhiều nhất bằng độ dài bộ đệm.",
    ),
    constant=True,
)
lengths = Figure(
    "lengths",
    T("How long the rows are", "Các dòng dài bao nhiêu"),
    T("Histogram of tokens per row.", "Biểu đồ số token mỗi dòng."),
    length_rows,
    length_chart,
    help=T(
        "Built-in byte pairs, first 400 rows. Rows right of the dashed line do not fit into one context.",
        "Cặp byte có sẵn, 400 dòng đầu. Dòng bên phải vạch đứt không vừa một ngữ cảnh.",
    ),
    constant=True,
)
