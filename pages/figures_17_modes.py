"""The pictures of lesson 17's other playgrounds: evaluation mode or not, ÷ √d, the draws of random windows, and time."""

import math
from statistics import fmean

import altair as alt
import pandas as pd

from app.charts import NATS, Chart, arm_color, height, rules, step_axis, thin
from app.i18n import T, same
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY
from core.experiments.dropout_calls import CODE

# --- evaluation mode, or not -------------------------------------------------------------------------------------

TEXTS = {"test_loss": T("held-out text", "văn bản để dành"), "seen_loss": T("text it learned from", "văn bản đã học")}
REPEATS = 6  # of every reading that is drawn


def repeats(result, metric: str = "test_loss") -> list[float]:
    """The losses of the first REPEATS passes, each with fresh masks where dropout is on."""
    return [v for step, v in result.metrics.get(metric, {}).items() if step <= REPEATS]


def mode_rows(view):
    rows = []
    calm = repeats(view.result("eval")) if view.arms[0].arm.label == "eval" else []
    for a in view.arms:
        for metric, text in TEXTS.items():
            values = repeats(a.result, metric)
            if len(values) < REPEATS and a.arm.label != "eval":
                continue  # half of the readings would give the answer away, and no spread
            name = a.arm.name(view.lang)
            rows += [(name, text(view.lang), "pass", value, value, "") for value in values]
            if values:
                mean = fmean(values)
                gap = mean - calm[0] if calm and metric == "test_loss" and a.arm.label != "eval" else 0
                label = f"{mean:.3f}" + (f"  (+{gap:.3f})" if gap > 0 else "")
                rows.append((name, text(view.lang), "mean", mean, max(values), label))
    return pd.DataFrame(rows, columns=["name", "set", "kind", "value", "top", "label"])


def mode_chart(view):
    names = [a.arm.name(view.lang) for a in view.arms if a.arm.label != "calls"]
    sets = [text(view.lang) for text in TEXTS.values()]
    x = alt.X("name:N", sort=names, title=None, axis=alt.Axis(labelAngle=0, labelLimit=260))
    y = alt.Y("value:Q", title=NATS(view.lang), scale=alt.Scale(zero=False, padding=26), axis=alt.Axis(grid=False))
    offset = alt.XOffset("set:N", sort=sets)
    shape = alt.Shape(
        "set:N",
        scale=alt.Scale(domain=sets, range=["circle", "square"]),
        legend=alt.Legend(
            title=None, orient="bottom", labelLimit=280, symbolFillColor=GREY, symbolStrokeColor=GREY, symbolOpacity=1
        ),
    )
    passes = Chart().transform_filter(alt.datum.kind == "pass")
    means = Chart().transform_filter(alt.datum.kind == "mean")
    colors = alt.Color(
        "name:N",
        scale=alt.Scale(domain=names, range=[ARMS[a.arm.color] for a in view.arms if a.arm.label != "calls"]),
        legend=None,
    )
    return alt.layer(
        means.mark_tick(thickness=3, size=46 * view.size).encode(x=x, xOffset=offset, y=y, color=colors),
        passes.mark_point(filled=True, size=70 * view.size, opacity=0.65).encode(
            x=x,
            xOffset=offset,
            y=y,
            color=colors,
            shape=shape,
            tooltip=["name:N", "set:N", alt.Tooltip("value:Q", format=".4f")],
        ),
        means.mark_text(dy=-14 * view.size, fontSize=12.5 * view.size).encode(
            x=x, xOffset=offset, y=alt.Y("top:Q"), text="label:N", color=colors
        ),
    ).properties(height=360 * view.size, width="container")


modes = Figure(
    "modes",
    T("The same model, read six times in each mode", "Cùng một mô hình, đọc sáu lần ở mỗi chế độ"),
    T(
        "Six losses for each mode, on held-out text and on the text it learned from; bars are means. {now}",
        "Sáu loss cho mỗi chế độ, trên văn bản để dành và văn bản đã học; vạch là trung bình. {now}",
    ),
    mode_rows,
    mode_chart,
    help=T(
        "In evaluation mode the six points lie on each other. In brackets: how far the mean lies above evaluation mode.",
        "Ở chế độ đánh giá, sáu điểm trùng nhau. Trong ngoặc: trung bình cao hơn chế độ đánh giá bao nhiêu.",
    ),
)


def mask_rows(view):
    last = max((a.result.step for a in view.arms), default=0)
    rows = []
    for a in view.arms:
        points = a.result.metrics.get("masks_loss", {})
        if a.arm.label == "eval" and points and last:
            points = {1: points[1], last: points[1]}
        rows += [(a.arm.name(view.lang), count, value) for count, value in points.items()]
    return pd.DataFrame(rows, columns=["name", "count", "value"])


def mask_chart(view):
    return (
        Chart()
        .mark_line(strokeWidth=2.5 * view.size, point=alt.OverlayMarkDef(size=35))
        .encode(
            x=alt.X("count:Q", title=T("masks averaged M", "số mặt nạ lấy trung bình M")(view.lang)),
            y=alt.Y("value:Q", title=NATS(view.lang), scale=alt.Scale(zero=False)),
            color=arm_color(view),
            tooltip=["name:N", "count:Q", alt.Tooltip("value:Q", format=".4f")],
        )
        .properties(height=280 * view.size, width="container")
    )


masks = Figure(
    "masks",
    T("Can averaging over masks replace eval?", "Lấy trung bình nhiều mặt nạ có thay được eval không?"),
    T(
        "Loss of the mean of 1 to M distributions, each with its own dropout mask, against evaluation mode. {now}",
        "Loss của trung bình 1 đến M phân phối, mỗi phân phối một mặt nạ dropout, so với chế độ đánh giá. {now}",
    ),
    mask_rows,
    mask_chart,
    folded=True,
)

CALLS = {name: same(code) for name, code in CODE.items() if name != "bare"}  # lesson 14 shows its p of 0.5


def call_rows(view):
    table = view.result("calls").tables.get("obedience", {})
    if not table:
        return pd.DataFrame(columns=["call", "mode", "zeros", "name"])
    frame = pd.DataFrame(next(iter(table.values()))).query("stage != 'again' and call != 'bare'")
    names = {"train": "model.train()", "eval": "model.eval()"}
    return frame.assign(name=[CALLS[c](view.lang) for c in frame["call"]], mode=frame["stage"].map(names))


def call_chart(view):
    order = [name(view.lang) for name in CALLS.values()]
    axis = alt.Axis(labelLimit=420, labelFont="monospace")
    y = alt.Y("name:N", scale=alt.Scale(domain=order), title=None, axis=axis)
    x = alt.X("zeros:Q", title=T("share set to 0", "tỉ lệ bị đặt về 0")(view.lang), axis=alt.Axis(format="%"))
    kinds = ["model.train()", "model.eval()"]
    color = alt.Color(
        "mode:N", scale=alt.Scale(domain=kinds, range=[GREY, BROKEN]), legend=alt.Legend(title=None, orient="top")
    )
    bars = Chart().encode(x=x, y=y, yOffset=alt.YOffset("mode:N", sort=kinds))
    return alt.layer(
        bars.mark_bar().encode(color=color),
        bars.mark_text(align="left", dx=4, fontSize=12 * view.size, color=GREY).encode(
            text=alt.Text("zeros:Q", format=".1%")
        ),
    ).properties(height=300 * view.size, width="container")


calls = Figure(
    "calls",
    T("Who listens to model.eval()?", "Ai nghe lời model.eval()?"),
    T(
        "Share of numbers set to 0 by five ways to drop, in training and in evaluation mode. {now}",
        "Tỉ lệ số bị đặt về 0 bởi năm cách viết dropout, ở chế độ huấn luyện và đánh giá. {now}",
    ),
    call_rows,
    call_chart,
    help=T(
        "A module knows its mode. A function knows only what you pass: F.dropout drops unless told otherwise, and scaled_dot_product_attention (attention) drops whenever dropout_p is above 0.",
        "Module biết chế độ của mình. Hàm chỉ biết những gì bạn truyền vào: F.dropout cứ bỏ nếu không được bảo khác, còn scaled_dot_product_attention (attention) bỏ bất cứ khi nào dropout_p lớn hơn 0.",
    ),
)

# --- the logits divided by √d ------------------------------------------------------------------------------------

DIVIDE_LINES = {
    "uniform": T("uniform guess, ln V", "đoán đều, ln V"),
    "unigram_table": T("token frequencies", "tần suất token"),
}


def divide_rows(view):
    frame = thin(view.frame("test_loss", "train_loss", "logit_std"))
    dashed = {a.run_id: a.arm.dash for a in (*view.arms, *view.pinned)}
    sizes = {a.run_id: f"{getattr(a.arm.config, 'init_std', 0) or 0.02:g}" for a in (*view.arms, *view.pinned)}
    how = {False: PLAIN(view.lang), True: CUT(view.lang)}
    return frame.assign(way=frame["run"].map(dashed).map(how), size=frame["run"].map(sizes), time=frame["step"] + 1)


WIDE = 0.3  # initial std from which the undivided loss starts far above ln V
PLAIN, CUT = T("z, as it is", "z, để nguyên"), T("z divided", "z có chia")


def time_axis(view):
    return alt.X(
        "time:Q",
        title=T("step + 1 (log)", "bước + 1 (log)")(view.lang),
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(grid=False, format="~s", tickCount=4),
    )


def ways(view):
    """Dashed: divided."""
    domain = [PLAIN(view.lang), CUT(view.lang)]
    legend = alt.Legend(title=None, orient="top", symbolStrokeWidth=3, symbolSize=500)
    return alt.StrokeDash("way:N", scale=alt.Scale(domain=domain, range=[[1, 0], [6, 4]]), legend=legend)


def divide_chart(view):
    colors = {f"{a.arm.config.init_std or 0.02:g}": ARMS[a.arm.color] for a in view.arms}

    def panel(std, color):
        base = Chart().transform_filter(alt.datum.size == std).encode(x=time_axis(view), detail="run:N")
        title = T(f"test loss, std {std} (nats/token)", f"loss kiểm thử, std {std} (nats/token)")(view.lang)
        y = alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(grid=False, tickCount=6))
        lines = tuple(DIVIDE_LINES) if float(std) < WIDE else ("uniform",)  # on a wide scale the two would be one
        test = base.transform_filter(alt.datum.metric == "test_loss")
        tip = ["name:N", "step:Q", alt.Tooltip("value:Q", format=".3f")]
        return alt.layer(
            *rules(view, lines, DIVIDE_LINES),
            base.transform_filter(alt.datum.metric == "train_loss")
            .mark_line(strokeWidth=1, opacity=0.25, color=color)
            .encode(y=y),
            test.mark_line(strokeWidth=3 * view.size, color=color).encode(y=y, strokeDash=ways(view)),
            test.mark_point(filled=True, size=45 * view.size, opacity=1, color=color).encode(y=y, tooltip=tip),
        ).properties(height=height(view, 340), width="container")

    return tuple(panel(std, color) for std, color in colors.items())


divide = Figure(
    "divide",
    T("Two initial sizes, with and without the division", "Hai cỡ khởi tạo, có và không chia"),
    T(
        "Test loss over the steps, one panel for each initial size of the embeddings; dashed: logits divided. {now}",
        "Loss kiểm thử theo bước, mỗi cỡ khởi tạo của embedding một khung; nét đứt: logits có chia. {now}",
    ),
    divide_rows,
    divide_chart,
    help=T(
        "Same batches everywhere. Mind the scales: with std 1 and no division the loss starts far above ln V.",
        "Cùng các lô ở mọi nơi. Chú ý thang đo: với std 1 và không chia, loss bắt đầu cao hơn ln V nhiều.",
    ),
    beside=True,
)


def spread_chart(view):
    y = alt.Y(
        "value:Q",
        title=T("std of the logits (log)", "độ lệch chuẩn logits (log)")(view.lang),
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(grid=False, format="~g", tickCount=5),
    )
    base = (
        Chart()
        .transform_filter(alt.datum.metric == "logit_std")
        .encode(x=time_axis(view), y=y, color=arm_color(view), detail="run:N")
    )
    word = T("↑ what starts small must grow", "↑ cái nào khởi đầu nhỏ thì phải lớn lên")(view.lang)
    note = Chart(alt.Data(values=[{"text": word}]))
    return alt.layer(
        base.mark_line(strokeWidth=2.5 * view.size).encode(strokeDash=ways(view).legend(None)),
        base.mark_point(filled=True, size=40 * view.size, opacity=1).encode(
            tooltip=["name:N", "step:Q", alt.Tooltip("value:Q", format=".3f")]
        ),
        note.mark_text(align="left", color=GREY, fontSize=13 * view.size).encode(
            x=alt.value(10), y=alt.value(14), text="text:N"
        ),
    ).properties(height=250 * view.size, width="container")


spread = Figure(
    "spread",
    T("How far the logits spread", "Logits tản ra đến đâu"),
    T(
        "Standard deviation of the logits over the vocabulary, over the steps; dashed: divided. {now}",
        "Độ lệch chuẩn của logits trên từ vựng theo bước; nét đứt: có chia. {now}",
    ),
    lambda view: divide_rows(view).query("metric == 'logit_std'"),
    spread_chart,
    help=T(
        "Logits that are all alike mean equal probabilities: ln V. To know something, they must spread out.",
        "Logits giống nhau cả nghĩa là xác suất bằng nhau: ln V. Muốn biết điều gì, chúng phải tản ra.",
    ),
)

# --- the draws of random windows ---------------------------------------------------------------------------------


def draw_rows(view):
    table = view.main.tables.get("draws", {})
    if not table:
        return pd.DataFrame(columns=["count", "share", "law"])
    frame = pd.DataFrame(next(iter(table.values())))
    shown = frame[(frame["share"] > 5e-4) | (frame["law"] > 5e-4)]
    return frame.loc[: shown.index.max()] if len(shown) else frame


def draw_chart(view):
    title = T("times a token was drawn", "số lần một token được rút")(view.lang)
    left = alt.X("left:Q", title=title, axis=alt.Axis(tickMinStep=1))
    y = alt.Y("share:Q", title=T("share of the tokens", "tỉ lệ token")(view.lang), axis=alt.Axis(format="%"))
    word = T("never seen", "chưa từng thấy")(view.lang)
    base = Chart().transform_calculate(
        left="datum.count - 0.4",
        right="datum.count + 0.4",
        zero="0",
        label=f"format(datum.share, '.1%') + ' {word}'",
    )
    unseen = alt.condition(alt.datum.count == 0, alt.value(BROKEN), alt.value(ARMS[0]))
    law = base.encode(x="count:Q", y=alt.Y("law:Q"))
    return alt.layer(
        base.mark_rect().encode(
            x=left,
            x2="right:Q",
            y=y,
            y2="zero:Q",
            color=unseen,
            tooltip=["count:Q", alt.Tooltip("share:Q", format=".2%")],
        ),
        law.mark_line(color=ARMS[1], strokeWidth=1.5, strokeDash=[4, 3]),
        law.mark_point(filled=True, size=70 * view.size, color=ARMS[1], opacity=1).encode(
            tooltip=["count:Q", alt.Tooltip("law:Q", format=".2%")]
        ),
        base.transform_filter(alt.datum.count == 0)
        .mark_text(align="left", dx=22, dy=-8, fontSize=13 * view.size, color=BROKEN)
        .encode(x="count:Q", y="share:Q", text="label:N"),
    ).properties(height=340 * view.size, width="container")


draws = Figure(
    "draws",
    T("How often was each token drawn?", "Mỗi token được rút mấy lần?"),
    T(
        "Bars: share of the training tokens drawn 0, 1, 2 … times; points: the law of chance. {now}",
        "Cột: tỉ lệ token huấn luyện được rút 0, 1, 2 … lần; điểm: quy luật ngẫu nhiên. {now}",
    ),
    draw_rows,
    draw_chart,
    help=T(
        "Orange: Poisson's law for random windows; for shuffled passes the two whole numbers beside the mean.",
        "Cam: luật Poisson cho cửa sổ ngẫu nhiên; với lượt duyệt xáo trộn là hai số nguyên cạnh trung bình.",
    ),
    constant=True,
)


def unseen_rows(view):
    frame = view.frame("unseen", "expected")
    names = {"unseen": T("counted", "đếm được"), "expected": T("law", "quy luật")}
    return frame.assign(what=[names[m](view.lang) for m in frame["metric"]])


def unseen_chart(view):
    order = [T("counted", "đếm được")(view.lang), T("law", "quy luật")(view.lang)]
    return (
        Chart()
        .mark_line(strokeWidth=2.5)
        .encode(
            x=step_axis(view),
            y=alt.Y("value:Q", title=T("never seen so far", "chưa từng thấy")(view.lang), axis=alt.Axis(format="%")),
            color=alt.Color(
                "what:N",
                scale=alt.Scale(domain=order, range=[ARMS[0], ARMS[1]]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            strokeDash=alt.StrokeDash("what:N", scale=alt.Scale(domain=order, range=[[1, 0], [6, 4]]), legend=None),
            tooltip=["what:N", "step:Q", alt.Tooltip("value:Q", format=".2%")],
        )
        .properties(height=240 * view.size, width="container")
    )


unseen = Figure(
    "unseen",
    T("What no batch has shown yet", "Phần chưa lô nào cho thấy"),
    T(
        "Share of tokens never drawn, over the steps, counted and by the law.",
        "Tỉ lệ token chưa từng rút, theo bước, đếm được và theo quy luật.",
    ),
    unseen_rows,
    unseen_chart,
    constant=True,
)

# --- time --------------------------------------------------------------------------------------------------------

WAYS = {"without": (T("p = 0", "p = 0"), 0), "with": (T("p > 0", "p > 0"), 5)}


def time_rows(view):
    frame = view.frame("without", "with")
    ratio = view.main.metrics.get("ratio", {})
    labels = [
        f"{ratio.get(s, math.nan):.1f} ×" if m == "with" else ""
        for s, m in zip(frame["step"], frame["metric"], strict=True)
    ]
    return frame.assign(way=[WAYS[m][0](view.lang) for m in frame["metric"]], label=labels)


def time_chart(view):
    names = [name(view.lang) for name, _ in WAYS.values()]
    base = Chart().encode(
        x=alt.X(
            "step:Q",
            scale=alt.Scale(type="log", base=2),
            title=T("window length T (tokens, log)", "độ dài cửa sổ T (token, log)")(view.lang),
        ),
        y=alt.Y(
            "value:Q",
            scale=alt.Scale(type="log"),
            title=T("forward + backward (ms, log)", "tiến + lùi (ms, log)")(view.lang),
            axis=alt.Axis(format="~g"),
        ),
        color=alt.Color(
            "way:N",
            scale=alt.Scale(domain=names, range=[ARMS[c] for _, c in WAYS.values()]),
            legend=alt.Legend(title=None, orient="top"),
        ),
    )
    return alt.layer(
        base.mark_line(strokeWidth=2.5 * view.size, point=alt.OverlayMarkDef(size=60)).encode(
            tooltip=["way:N", "step:Q", alt.Tooltip("value:Q", format=".3g")]
        ),
        base.mark_text(dy=-14, fontSize=13 * view.size).encode(text="label:N"),
    ).properties(height=360 * view.size, width="container")


times = Figure(
    "times",
    T("One attention call, with and without dropout", "Một lần gọi attention, có và không dropout"),
    T(
        "Milliseconds of one attention call over the window length, with and without dropout. {now}",
        "Mili giây của một lần gọi attention theo độ dài cửa sổ, có và không dropout. {now}",
    ),
    time_rows,
    time_chart,
    help=T(
        "Medians on this machine. The numbers above the points: how many times longer with dropout.",
        "Trung vị trên máy này. Số trên các điểm: lâu hơn gấp mấy lần khi có dropout.",
    ),
)
