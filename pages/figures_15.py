"""The pictures of lesson 15 that need no training: the twins, their constant, and the map of what is still a number."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, height
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY
from core.experiments.log_precision import FORMATS, STDS

LOWEST_GAP = 1e-10  # differences below this, 0 too, are drawn here
ROUNDING = 2**-24  # half a unit in the last place of a float32 near 1
OUTPUTS = {
    "logits": (T("from z / T", "từ z / T"), ARMS[0]),
    "logs": (T("from log-softmax(z) / T", "từ log-softmax(z) / T"), ARMS[1]),
    "frozen": (T("exp(output), T ignored", "exp(đầu ra), bỏ qua T"), BROKEN),
}


def output_color(view, legend=True, names=tuple(OUTPUTS)):
    domain = [OUTPUTS[n][0](view.lang) for n in names]
    shown = alt.Legend(title=None, orient="top", labelLimit=320, symbolOpacity=1) if legend else None
    return alt.Color("output:N", scale=alt.Scale(domain=domain, range=[OUTPUTS[n][1] for n in names]), legend=shown)


# --- twins ---------------------------------------------------------------------------------------------------------


def twin_rows(view):
    columns, rows = view.main.table("tokens"), []
    for rank, token in enumerate(columns.get("token", ())):
        for output in OUTPUTS:
            p, gap = columns[output][rank], abs(columns[output][rank] - columns["logits"][rank])
            facts = (columns["z"][rank], columns["log_p"][rank], max(gap, LOWEST_GAP))
            rows.append((token, rank, output, OUTPUTS[output][0](view.lang), p, *facts))
    return pd.DataFrame(rows, columns=["token", "rank", "kind", "output", "p", "z", "log_p", "gap"])


def twin_chart(view):
    x = alt.X("token:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelLimit=70))
    tip = [
        "token:N",
        "output:N",
        alt.Tooltip("p:Q", format=".6f"),
        alt.Tooltip("z:Q", format=".3f"),
        alt.Tooltip("log_p:Q", title="log p", format=".3f"),
    ]
    base = Chart()
    inside = base.transform_filter(alt.datum.kind != "frozen")
    bars = inside.mark_bar().encode(
        x=x,
        xOffset=alt.XOffset("output:N", sort=[OUTPUTS[n][0](view.lang) for n in ("logits", "logs")]),
        y=alt.Y("p:Q", title=T("probability", "xác suất")(view.lang), axis=alt.Axis(grid=False, format=".0%")),
        color=output_color(view),
        tooltip=tip,
    )
    frozen = (
        base.transform_filter(alt.datum.kind == "frozen")
        .mark_tick(thickness=3, size=36 * view.size)
        .encode(x=x, y="p:Q", color=output_color(view), tooltip=tip)
    )
    gaps = (
        base.transform_filter(alt.datum.kind != "logits")
        .mark_point(filled=True, size=80 * view.size, opacity=1)
        .encode(
            x=x,
            y=alt.Y(
                "gap:Q",
                title=T("difference", "chênh lệch")(view.lang),
                scale=alt.Scale(type="log", domain=[LOWEST_GAP, 1]),
                axis=alt.Axis(format=".0e", values=[1e-9, 1e-7, 1e-5, 1e-3, 1e-1]),
            ),
            color=output_color(view, legend=False),
            tooltip=["token:N", "output:N", alt.Tooltip("gap:Q", format=".1e")],
        )
    )
    words = T("the rounding of float32, 6e-8", "mức làm tròn của float32, 6e-8")(view.lang)
    line = Chart(alt.Data(values=[{"gap": ROUNDING, "t": words}]))
    rule = line.mark_rule(strokeDash=[6, 4], color=GREY).encode(y="gap:Q")
    text = line.mark_text(align="right", baseline="bottom", dx=-4, dy=-3, color=GREY, fontSize=12 * view.size).encode(
        y="gap:Q", x=alt.value("width"), text="t:N"
    )
    return (
        alt.layer(bars, frozen).properties(height=height(view, 290), width="container"),
        alt.layer(rule, text, gaps).properties(height=height(view, 150), width="container"),
    )


twins = Figure(
    "twins",
    T("Two outputs, one set of probabilities", "Hai đầu ra, một bộ xác suất"),
    T(
        "Bars: probabilities of the twelve likeliest tokens at T, from the logits and from the log-softmax; a red tick where exp(output) stays. Below: how far the second and the tick are from the first, on a log axis. {now}",
        "Cột: xác suất của mười hai token khả dĩ nhất ở T, từ logits và từ log-softmax; vạch đỏ là chỗ exp(đầu ra) đứng yên. Bên dưới: cái thứ hai và vạch đỏ cách cái thứ nhất bao xa, trục log. {now}",
    ),
    twin_rows,
    twin_chart,
    help=T(
        "Slide T. Blue: softmax of logits / T. Orange: softmax of log-softmax / T. Red: what code shows that takes exp(output) and forgets T. ␣ is a space. Differences below 1e-10 are drawn at 1e-10.",
        "Hãy kéo T. Xanh: softmax của logits / T. Cam: softmax của log-softmax / T. Đỏ: kết quả của mã chỉ lấy exp(đầu ra) và quên T. ␣ là dấu cách. Chênh lệch dưới 1e-10 được vẽ ở 1e-10.",
    ),
    constant=True,
)


def entropy_rows(view):
    columns, rows = view.main.table("entropy"), []
    for output in ("logits", "logs"):
        for t, nats in zip(columns.get("temperature", ()), columns.get(output, ()), strict=False):
            rows.append((t, nats, output, OUTPUTS[output][0](view.lang), ""))
    if not rows:
        return pd.DataFrame(columns=["temperature", "entropy", "kind", "output", "label"])
    rows.append((None, math.log(view.main.facts["vocabulary"]), "ceiling", "", T("all equal: ln V", "đều nhau: ln V")))
    if view.config.temperature:
        rows.append((view.config.temperature, view.main.final("entropy_logits"), "now", "", ""))
    frame = pd.DataFrame(rows, columns=["temperature", "entropy", "kind", "output", "label"])
    frame["label"] = [label(view.lang) if isinstance(label, T) else label for label in frame["label"]]
    return frame


def entropy_chart(view):
    base = Chart()
    x = alt.X(
        "temperature:Q", title=T("temperature T", "nhiệt độ T")(view.lang), scale=alt.Scale(type="log", nice=False)
    )
    y = alt.Y("entropy:Q", title=T("entropy (nats)", "entropy (nats)")(view.lang))
    of = {k: base.transform_filter(alt.datum.kind == k) for k in ("logits", "logs", "ceiling", "now")}
    color = output_color(view, names=("logits", "logs"))
    return alt.layer(
        of["ceiling"].mark_rule(strokeDash=[6, 4], color=GREY).encode(y=y),
        of["ceiling"]
        .mark_text(align="left", baseline="top", dx=6, dy=4, color=GREY, fontSize=12 * view.size)
        .encode(y=y, x=alt.value(0), text="label:N"),
        of["logits"].mark_line(strokeWidth=6 * view.size, opacity=0.55).encode(x=x, y=y, color=color),
        of["logs"].mark_line(strokeWidth=2.5 * view.size, strokeDash=[8, 6]).encode(x=x, y=y, color=color),
        of["now"].mark_point(filled=True, size=130 * view.size, opacity=1, color=BROKEN).encode(x=x, y=y),
    ).properties(height=height(view, 300), width="container")


entropy = Figure(
    "entropy",
    T("Entropy against temperature", "Entropy theo nhiệt độ"),
    T(
        "Entropy at temperatures from 0.05 to 100, from both outputs: the two lines lie on each other and end at ln V. {now}",
        "Entropy ở nhiệt độ từ 0.05 đến 100, từ cả hai đầu ra: hai đường nằm chồng lên nhau và kết thúc ở ln V. {now}",
    ),
    entropy_rows,
    entropy_chart,
    help=T(
        "How undecided the model is. Wide line: from the logits; dashed on top of it: from the log-softmax; the dot: your T (with your top-k and top-p).",
        "Mô hình phân vân đến đâu. Đường rộng: từ logits; nét đứt đè lên: từ log-softmax; chấm: T của bạn (kèm top-k, top-p của bạn).",
    ),
    folded=True,
    constant=True,
)


def constant_rows(view):
    columns = view.main.table("points")
    rows = [(z, p, "now") for z, p in zip(columns.get("z", ()), columns.get("log_p", ()), strict=False)]
    for before in view.last[:1]:
        old = before.result.tables.get("points", {}).get(0, {})
        rows += [(z, p, "before") for z, p in zip(old.get("z", ()), old.get("log_p", ()), strict=False)]
    return pd.DataFrame(rows, columns=["z", "log_p", "kind"])


def constant_chart(view):
    x = alt.X("z:Q", title=T("logit z", "logit z")(view.lang), scale=alt.Scale(zero=False), axis=alt.Axis(grid=False))
    y = alt.Y("log_p:Q", title="log-softmax(z)", scale=alt.Scale(zero=False), axis=alt.Axis(grid=False))
    base = Chart()
    return alt.layer(
        base.transform_filter(alt.datum.kind == "before").mark_point(color=GREY, opacity=0.4, size=24).encode(x=x, y=y),
        base.transform_filter(alt.datum.kind == "now")
        .mark_point(filled=True, color=ARMS[0], opacity=0.8, size=36 * view.size)
        .encode(x=x, y=y, tooltip=[alt.Tooltip("z:Q", format=".3f"), alt.Tooltip("log_p:Q", format=".3f")]),
    ).properties(height=height(view, 300), width="container")


constant = Figure(
    "constant",
    T("What log-softmax takes away", "log-softmax lấy đi thứ gì"),
    T(
        "Log-softmax against the logit for 200 tokens of one row: a straight line of slope 1. {now}",
        "Log-softmax theo logit của 200 token trong một hàng: một đường thẳng hệ số góc 1. {now}",
    ),
    constant_rows,
    constant_chart,
    help=T(
        "Every point is a token. Slope 1: all differences are kept, one constant is gone. Move c: the points slide sideways, no probability changes. Grey: before the last change.",
        "Mỗi điểm là một token. Hệ số góc 1: mọi hiệu số còn nguyên, chỉ mất một hằng số. Đổi c: các điểm trượt ngang, không xác suất nào đổi. Xám: trước lần đổi vừa rồi.",
    ),
    folded=True,
    constant=True,
)

# --- precision -----------------------------------------------------------------------------------------------------

WAYS = {
    "by_hand": (T("by hand: log(exp z / Σ exp z)", "tự tay: log(exp z / Σ exp z)"), BROKEN),
    "two_steps": (T("two steps: log(softmax(z))", "hai bước: log(softmax(z))"), ARMS[1]),
    "fused": (T("one step: log_softmax(z)", "một bước: log_softmax(z)"), ARMS[0]),
}

SHORT = {
    "by_hand": T("by hand", "tự tay"),
    "two_steps": T("two steps", "hai bước"),
    "fused": T("one step: log_softmax", "một bước: log_softmax"),
}
INITIALS = "datum.label == 'bfloat16' ? 'bf16' : replace(datum.label, 'loat', 'p')"


def map_rows(view):
    frame = pd.DataFrame(view.main.table("map"), columns=["way", "dtype", "std", "share"])
    near = min(STDS, key=lambda s: abs(math.log(max(view.config.std, 1e-9) / s)))
    frame["chosen"] = (frame["dtype"] == view.config.dtype) & (frame["std"] == near)
    frame["std"] = frame["std"].map(lambda s: f"{s:g}")
    return frame.assign(percent=[f"{100 * s:.0f} %" for s in frame["share"]])


def map_chart(view):
    def panel(way, first):
        x = alt.X(
            "dtype:N",
            sort=list(FORMATS),
            title=SHORT[way](view.lang),
            axis=alt.Axis(labelAngle=0, orient="top", labelExpr=INITIALS, labelOverlap=False),
        )
        y = alt.Y(
            "std:N",
            sort=[f"{s:g}" for s in STDS],
            title=T("std of the logits", "độ lệch chuẩn của logits")(view.lang) if first else None,
        )
        base = Chart().transform_filter(alt.datum.way == way)
        cells = base.mark_rect(stroke="white").encode(
            x=x,
            y=y,
            color=alt.Color(
                "share:Q", scale=alt.Scale(domain=[0, 1], range=["#cfe3f1", BROKEN], interpolate="rgb"), legend=None
            ),
            tooltip=["dtype:N", "std:N", "percent:N"],
        )
        frame = (
            base.transform_filter(alt.datum.chosen).mark_rect(fillOpacity=0, stroke="black", strokeWidth=3)
        ).encode(x=x, y=y)
        words = base.mark_text(fontSize=13 * view.size, color="black").encode(x=x, y=y, text="percent:N")
        return alt.layer(cells, frame, words).properties(height=height(view, 330), width="container")

    return tuple(panel(way, i == 0) for i, way in enumerate(WAYS))


precision = Figure(
    "precision",
    T("Which cells are still numbers?", "Ô nào vẫn còn là số?"),
    T(
        "Three maps, one for each way to write log(softmax(z)): number format across, spread of the logits down; in each cell the share of results that are −∞ or not a number. {now}",
        "Ba bản đồ, mỗi cách viết log(softmax(z)) một cái: ngang là định dạng số, dọc là độ trải của logits; mỗi ô ghi tỉ lệ kết quả là −∞ hoặc không phải số. {now}",
    ),
    map_rows,
    map_chart,
    help=T(
        "By hand: log(exp z / Σ exp z). Two steps: log(softmax(z)). Percent of results that are no finite number. Black frame: the cell nearest to your settings. Everything is rounded to the format between two operations, as PyTorch does.",
        "Tự tay: log(exp z / Σ exp z). Hai bước: log(softmax(z)). Phần trăm kết quả không phải số hữu hạn. Khung đen: ô gần thiết lập của bạn nhất. Giữa hai phép tính mọi thứ được làm tròn về định dạng, như PyTorch làm.",
    ),
    beside=True,
    constant=True,
)


def row_rows(view):
    frame = pd.DataFrame(view.main.table("row"), columns=["way", "exact", "found"])
    return frame.assign(name=[WAYS[way][0](view.lang) for way in frame["way"]], broken=frame["found"].isna())


def row_chart(view):
    names = [name(view.lang) for name, _ in WAYS.values()]
    color = alt.Color(
        "name:N",
        scale=alt.Scale(domain=names, range=[c for _, c in WAYS.values()]),
        legend=alt.Legend(title=None, orient="top", labelLimit=320),
    )
    shape = alt.Shape("name:N", scale=alt.Scale(domain=names, range=["triangle-up", "square", "circle"]), legend=None)
    x = alt.X("exact:Q", title=T("exact log p (nats)", "log p chính xác (nats)")(view.lang), axis=alt.Axis(grid=False))
    y = alt.Y(
        "found:Q", title=T("computed log p (nats)", "log p tính được (nats)")(view.lang), axis=alt.Axis(grid=False)
    )
    base = Chart()
    return alt.layer(
        base.transform_filter(~alt.datum.broken)
        .mark_point(filled=True, size=45 * view.size, opacity=0.75)
        .encode(x=x, y=y, color=color, shape=shape, tooltip=["name:N", "exact:Q", "found:Q"]),
        base.transform_filter(alt.datum.broken & (alt.datum.way == "two_steps"))
        .mark_text(text="✕", fontSize=13 * view.size)
        .encode(x=x, y=alt.value(8), color=color),
        base.transform_filter(alt.datum.broken & (alt.datum.way == "by_hand"))
        .mark_text(text="✕", fontSize=13 * view.size)
        .encode(x=x, y=alt.value(22), color=color),
    ).properties(height=height(view, 300), width="container")


row = Figure(
    "row",
    T("One row, three spellings", "Một hàng, ba cách viết"),
    T(
        "Computed against exact log-probability for tokens of one row; ✕ at the top where the result is no number. {now}",
        "Log-xác suất tính được so với chính xác của các token trong một hàng; ✕ ở trên cùng là chỗ kết quả không phải số. {now}",
    ),
    row_rows,
    row_chart,
    help=T(
        "On the diagonal: right. ✕: no number any more. The unlikely tokens, at the left, go first.",
        "Nằm trên đường chéo: đúng. ✕: không còn là số. Các token hiếm, bên trái, hỏng trước.",
    ),
    folded=True,
    constant=True,
)

FORMS = {"logits": (T("stored: logits", "lưu logits"), ARMS[0]), "logs": (T("stored: log p", "lưu log p"), ARMS[1])}


def stored_rows(view):
    frame = pd.DataFrame(view.main.table("stored"), columns=["form", "temperature", "distance"])
    frame["distance"] = frame["distance"].clip(lower=1e-9)
    return frame.assign(name=[FORMS[form][0](view.lang) for form in frame["form"]])


def stored_chart(view):
    color = alt.Color(
        "name:N",
        scale=alt.Scale(domain=[n(view.lang) for n, _ in FORMS.values()], range=[c for _, c in FORMS.values()]),
        legend=alt.Legend(title=None, orient="top"),
    )
    return (
        Chart()
        .mark_line(strokeWidth=2.5 * view.size, point=alt.OverlayMarkDef(size=50))
        .encode(
            x=alt.X(
                "temperature:Q",
                title=T("temperature T", "nhiệt độ T")(view.lang),
                scale=alt.Scale(type="log", nice=False),
            ),
            y=alt.Y(
                "distance:Q",
                title=T("share of draws that go wrong", "tỉ lệ lần rút bị sai")(view.lang),
                scale=alt.Scale(type="log"),
                axis=alt.Axis(format="~e"),
            ),
            color=color,
            tooltip=["name:N", "temperature:Q", alt.Tooltip("distance:Q", format=".2e")],
        )
        .properties(height=height(view, 300), width="container")
    )


stored = Figure(
    "stored",
    T("Written down in this format, then sampled from", "Ghi lại bằng định dạng này rồi rút mẫu"),
    T(
        "Total variation between the right p_T and what is left of it after storing logits, or log-probabilities, in the chosen format, against T. {now}",
        "Khoảng cách biến phân giữa p_T đúng và p_T sau khi lưu logits, hoặc log-xác suất, bằng định dạng đã chọn, theo T. {now}",
    ),
    stored_rows,
    stored_chart,
    help=T(
        "Half precision has finer steps near 0. Logits spread as in a trained model (std 3 and more): the likely tokens' log p lie near 0, and log-probabilities keep more. Logits that hardly differ (std 1 and less, c = 0): they lie near 0 themselves, and keep more.",
        "Nửa độ chính xác có bước mịn hơn gần 0. Logits trải như ở mô hình đã học (độ lệch chuẩn từ 3): log p của các token khả dĩ nằm gần 0, và log-xác suất giữ được nhiều hơn. Logits gần như bằng nhau (độ lệch chuẩn đến 1, c = 0): chính chúng nằm gần 0, và giữ được nhiều hơn.",
    ),
    folded=True,
    constant=True,
)
