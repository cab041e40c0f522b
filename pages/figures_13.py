"""The pictures of lesson 13, first part: who wrote a matrix last, and whether two matrices are one."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, arm_color, height, step_axis
from app.i18n import T, same
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY

NAMES = {
    "wte": T("tokens (wte)", "token (wte)"),
    "wpe": T("positions (wpe)", "vị trí (wpe)"),
    "c_attn": same("QKV (c_attn)"),
    "attn.c_proj": T("attention out (c_proj)", "chú ý ra (c_proj)"),
    "c_fc": T("MLP in (c_fc)", "MLP vào (c_fc)"),
    "mlp.c_proj": T("MLP out (c_proj)", "MLP ra (c_proj)"),
    "head": T("output layer (lm_head)", "tầng ra (lm_head)"),
}
RULES = {
    "linear": T("the rule for Linear", "quy tắc cho Linear"),
    "embedding": T("the rule for embeddings", "quy tắc cho embedding"),
    "pytorch": T("nobody yet: PyTorch's default", "chưa ai: mặc định của PyTorch"),
}
STATIONS = {"wte": ("wte",), "wpe": ("wpe",), "blocks": tuple(NAMES)[2:6], "head": ("head",)}
TIES = {
    "same": T("one object", "một đối tượng"),
    "shared": T("two Parameters, one memory", "hai Parameter, một vùng nhớ"),
    "apart": T("two matrices", "hai ma trận"),
}


def font(view, base=12):
    return base * view.size


# --- who wins ----------------------------------------------------------------------------------------------------


def as_printed(std):
    """A std as the course prints it: 0.0200; from 0.1 on three digits."""
    return f"{std:.4f}" if std < 0.1 else f"{std:.3f}"


def visited(view):
    return int(view.values.get("visited", 4))


def tie(view):
    """How the tokens and the output layer hang together: same | shared | apart."""
    if view.main.final("matrices") == 2:
        return "apart"
    return "same" if view.config.tying == "same" else "shared"


def inventory_rows(view):
    """kind: matrix (one row per matrix and block), name (one per matrix: its visit and its std in words), tie."""
    tables = view.main.tables
    table, seen = tables["inventory"][visited(view)], tables["stations"][0]["station"]
    turn = {m: i for i, station in enumerate(seen, 1) for m in STATIONS[station]}
    rows, order = [], {name: NAMES[name](view.lang) for name in NAMES}
    for i, matrix in enumerate(table["matrix"]):
        rule = RULES[table["rule"][i]](view.lang)
        rows.append(("matrix", order[matrix], rule, table["measured"][i], table["formula"][i], table["block"][i], ""))
    for matrix, title in order.items():
        mine = [i for i, name in enumerate(table["matrix"]) if name == matrix]
        stds, rule = [table["measured"][i] for i in mine], RULES[table["rule"][mine[0]]](view.lang)
        rows.append(("name", title, rule, sum(stds) / len(stds), None, 0, as_printed(sum(stds) / len(stds))))
        mark = "✓" if turn[matrix] <= visited(view) else "·"
        rows.append(("turn", title, "", None, None, 0, f"{turn[matrix]} {mark}"))
    kind = tie(view)
    for end in ("wte", "head"):
        rows.append((kind, order[end], "", None, None, 0, TIES[kind](view.lang) if end == "head" else ""))
    return pd.DataFrame(rows, columns=["kind", "matrix", "rule", "std", "formula", "block", "label"])


def inventory_chart(view):
    y = alt.Y(
        "matrix:N",
        sort=[n(view.lang) for n in NAMES.values()],
        title=None,
        axis=alt.Axis(labelLimit=230, labelFontSize=font(view, 13), grid=True),
    )

    def x(column):
        return alt.X(
            f"{column}:Q",
            title=T("std of the matrix (log scale)", "độ lệch chuẩn của ma trận (thang log)")(view.lang),
            scale=alt.Scale(type="log", domain=[8e-4, 5], nice=False, clamp=True),
            axis=alt.Axis(
                values=[0.001, 0.003, 0.006, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1], format="~g", labelOverlap=True
            ),
        )

    names = [r(view.lang) for r in RULES.values()]
    color = alt.Color(
        "rule:N",
        scale=alt.Scale(domain=names, range=[ARMS[0], ARMS[1], GREY]),
        legend=alt.Legend(title=T("last written by", "ai ghi sau cùng")(view.lang), orient="top", labelLimit=260),
    )

    def of(kind):
        return Chart().transform_filter(alt.datum.kind == kind)

    place = alt.value("width")
    tip = ["matrix:N", "rule:N", "block:Q", alt.Tooltip("std:Q", format=".4f"), alt.Tooltip("formula:Q", format=".4f")]
    marks = [
        of("matrix").mark_tick(thickness=3, size=30 * view.size, color=GREY).encode(x=x("formula"), y=y),
        of("matrix")
        .mark_point(filled=True, size=150 * view.size, opacity=0.75)
        .encode(x=x("std"), y=y, color=color, tooltip=tip),
        of("name")
        .mark_text(align="left", dx=13, fontSize=font(view, 14), fontWeight="bold")
        .encode(x=x("std"), y=y, color=color, text="label:N"),
        of("turn")
        .mark_text(align="left", dx=6, fontSize=font(view, 13), color=GREY)
        .encode(x=alt.value(0), y=y, text="label:N"),
    ]
    for kind, dash, shade in (("same", [1, 0], ARMS[2]), ("shared", [7, 5], ARMS[1])):
        marks.append(
            of(kind)
            .mark_line(strokeWidth=4 * view.size, strokeDash=dash, color=shade, xOffset=-12)
            .encode(x=place, y=y)
        )
    for kind, shade in (("same", ARMS[2]), ("shared", ARMS[1]), ("apart", BROKEN)):
        marks.append(
            of(kind)
            .mark_text(align="right", dx=-22, dy=14 * view.size, fontSize=font(view, 12), color=shade)
            .encode(x=place, y=y, text="label:N")
        )
    return alt.layer(*marks).properties(height=height(view, 400), width="container")


inventory = Figure(
    "inventory",
    T("Every matrix, and who wrote it last", "Mọi ma trận, và ai ghi sau cùng"),
    T(
        "Std of every matrix on a logarithmic scale, coloured by the rule that wrote it last. {now}",
        "Độ lệch chuẩn của mọi ma trận trên thang log, tô màu theo quy tắc ghi sau cùng. {now}",
    ),
    inventory_rows,
    inventory_chart,
    T(
        "Dot: std of 4,096 numbers of the matrix, one dot per block. Grey tick: what the rule wants. Number at the left: its turn in apply, ✓ once visited. Line at the right: tokens and output are one memory.",
        "Chấm: độ lệch chuẩn của 4,096 số trong ma trận, mỗi khối một chấm. Vạch xám: điều quy tắc muốn. Số bên trái: lượt của nó trong apply, ✓ khi đã ghé. Đường bên phải: token và tầng ra là một vùng nhớ.",
    ),
    constant=True,
)

# --- ties ----------------------------------------------------------------------------------------------------------

PARTS = {"wte": T("embedding", "embedding"), "head": T("output layer", "tầng ra")}


def tie_rows(view):
    rows = []
    for a in (*view.arms, *view.pinned):
        for part, title in PARTS.items():
            points = a.result.metrics.get(part, {})
            rows += [(a.arm.name(view.lang), title(view.lang), s, v) for s, v in points.items() if math.isfinite(v)]
    return pd.DataFrame(rows, columns=["name", "part", "step", "std"])


def tie_chart(view):
    names = [t(view.lang) for t in PARTS.values()]
    dash = alt.StrokeDash(
        "part:N",
        scale=alt.Scale(domain=names, range=[[1, 0], [6, 5]]),
        legend=alt.Legend(title=None, orient="top", symbolStrokeColor=GREY),
    )
    return (
        Chart()
        .mark_line(strokeWidth=3 * view.size)
        .encode(
            x=step_axis(view),
            y=alt.Y(
                "std:Q",
                title=T("std of the matrix", "độ lệch chuẩn của ma trận")(view.lang),
                scale=alt.Scale(zero=False),
            ),
            color=arm_color(view),
            strokeDash=dash,
            tooltip=["name:N", "part:N", "step:Q", alt.Tooltip("std:Q", format=".4f")],
        )
        .properties(height=height(view, 380), width="container")
    )


ties = Figure(
    "ties",
    T("Embedding and output layer: one matrix or two?", "Embedding và tầng ra: một ma trận hay hai?"),
    T(
        "Std of the embedding (solid) and of the output layer (dashed) over the steps, one colour per way of tying. {now}",
        "Độ lệch chuẩn của embedding (nét liền) và tầng ra (nét đứt) theo bước, mỗi cách dùng chung một màu. {now}",
    ),
    tie_rows,
    tie_chart,
    T(
        "Where solid and dashed of one colour part, the model has two matrices. Where they stay one line, it has one.",
        "Nơi nét liền và nét đứt cùng màu tách nhau, mô hình có hai ma trận. Nơi chúng là một đường, nó có một.",
    ),
)

QUESTIONS = (
    ("same", T("one object?", "là một?")),
    ("counted", T("counted", "đếm được")),
    ("built", T("at the start", "lúc đầu")),
    ("moved", same(".to(…)")),
    ("copied", same("deepcopy")),
    ("loaded", T("save, load", "lưu, tải")),
)


def audit_rows(view):
    rows = []
    fewest = min((a.result.final("audit_counted") for a in view.arms), default=math.nan)
    for a in view.arms:
        for code, question in QUESTIONS:
            value = a.result.final(f"audit_{code}")
            if math.isnan(value):
                continue
            good = value == {"same": 1, "counted": fewest}.get(code, 1)
            yes = T("yes", "có") if value else T("no", "không")
            label = yes(view.lang) if code == "same" else f"{value:,.0f}"
            rows.append((a.arm.name(view.lang), question(view.lang), label, "one" if good else "two"))
    return pd.DataFrame(rows, columns=["name", "question", "label", "state"])


def audit_chart(view):
    questions = [q(view.lang) for _, q in QUESTIONS]
    names = [a.arm.name(view.lang) for a in view.arms]
    base = (
        Chart()
        .transform_filter("isValid(datum.label)")
        .encode(
            x=alt.X(
                "question:N",
                sort=questions,
                scale=alt.Scale(domain=questions),
                title=None,
                axis=alt.Axis(orient="top", labelAngle=0, labelOverlap=False, labelFontSize=font(view, 12)),
            ),
            y=alt.Y(
                "name:N",
                sort=names,
                scale=alt.Scale(domain=names),
                title=None,
                axis=alt.Axis(labelLimit=220, labelFontSize=font(view, 12)),
            ),
        )
    )
    shade = alt.Color("state:N", scale=alt.Scale(domain=["one", "two"], range=[ARMS[0], "#b35900"]), legend=None)
    return alt.layer(
        base.mark_rect(stroke="white", strokeWidth=3).encode(color=shade),
        base.mark_text(fontSize=font(view, 14), color="white").encode(text="label:N"),
    ).properties(height=height(view, 220), width="container")


audit = Figure(
    "audit",
    T("Six questions to a tie: how many matrices are there?", "Sáu câu hỏi cho một liên kết: có bao nhiêu ma trận?"),
    T(
        "For every way of tying: same object, numbers counted, and matrices in memory at four moments. {now}",
        "Với mỗi cách dùng chung: có cùng đối tượng, số tham số đếm được, và số ma trận trong bộ nhớ ở bốn thời điểm. {now}",
    ),
    audit_rows,
    audit_chart,
    T(
        "One object, numbers torch counts, then matrices in memory: at the start, after a move, a deep copy, and a save. Blue: as a tied model should be. The last column loads the saved weights into a new model built the same way.",
        "Một đối tượng, số tham số torch đếm được, rồi số ma trận trong bộ nhớ: lúc đầu, sau khi chuyển, chép sâu, và lưu. Xanh: đúng như một mô hình dùng chung trọng số. Cột cuối tải trọng số đã lưu vào một mô hình mới tạo cùng cách.",
    ),
)
