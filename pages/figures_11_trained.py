"""The pictures of lesson 11 that look into trained models: losses, attention heads, LayerNorm gains."""

import altair as alt
import pandas as pd

from app.charts import Chart, arm_color, loss_chart, loss_rows, step_axis
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY, INPUT
from pages.figures_11 import EMPTY

loss = Figure(
    "loss",
    T("Does the division pay?", "Phép chia có đáng không?"),
    T(
        "Test loss bold and training loss faint for every run: initial sizes, with the division and with the chosen scale. {now}",
        "Loss kiểm thử đậm, loss huấn luyện mờ của mọi lần chạy: các cỡ khởi tạo, có phép chia và với hệ số đã chọn. {now}",
    ),
    loss_rows,
    lambda view: loss_chart(view, references=("uniform", "unigram")),
    help=T(
        "All runs read the same batches. Dashed lines need no training.",
        "Mọi lần chạy đọc cùng các lô. Đường gạch không cần huấn luyện.",
    ),
)

INNER = (
    ("entropy", T("entropy / ln n", "entropy / ln n"), "linear"),
    ("score_std", T("std of scores (log)", "std điểm số (log)"), "log"),
    ("qk_gradient", T("gradient (log)", "gradient (log)"), "log"),
)


def inner_rows(view):
    frame = view.frame(*(name for name, *_ in INNER))
    return frame[frame["value"].fillna(0) > 0] if len(frame) else frame


def inner_chart(view):
    def panel(metric, title, scale):
        domain = {"domain": [0, 1]} if metric == "entropy" else {}
        base = (
            Chart()
            .transform_filter(alt.datum.metric == metric)
            .encode(
                x=step_axis(view),
                y=alt.Y(
                    "value:Q",
                    title=title(view.lang),
                    scale=alt.Scale(type=scale, **domain),
                    axis=alt.Axis(format="~g", tickCount=5),
                ),
                color=arm_color(view, legend=metric == "entropy"),
                detail="run:N",
            )
        )
        dots = base.mark_point(filled=True, size=36 * view.size, opacity=1).encode(
            tooltip=["name:N", "step:Q", alt.Tooltip("value:Q", format=".3g")]
        )
        height = 280 if metric == "entropy" else 210  # the first also holds the legend
        return alt.layer(base.mark_line(strokeWidth=2.5), dots).properties(height=height * view.size, width="container")

    return tuple(panel(*each) for each in INNER)


inner = Figure(
    "inner",
    T("Why: what the heads do meanwhile", "Vì sao: trong lúc đó các đầu chú ý làm gì"),
    T(
        "Three panels over the steps: how spread attention is, how large the scores are, and the gradient of the query and key weights. {now}",
        "Ba khung theo bước: attention trải rộng đến đâu, điểm số lớn thế nào, và gradient của trọng số truy vấn và khóa. {now}",
    ),
    inner_rows,
    inner_chart,
    help=T(
        "From top to bottom: entropy of attention, std of the scores, gradient of the query and key weights. Entropy 1: every token looks at its whole past equally. Near 0: each token stares at one other, and hardly learns to look elsewhere.",
        "Từ trên xuống: entropy của attention, độ lệch chuẩn của điểm số, gradient của trọng số truy vấn và khóa. Entropy 1: mỗi token nhìn đều cả quá khứ. Gần 0: mỗi token chỉ nhìn chằm chằm một token khác và khó học nhìn chỗ khác.",
    ),
)


def head_rows(view):
    frames = []
    for a in view.arms:
        found = a.result.tables.get("heads", {})
        for step in sorted({min(found, default=0), max(found, default=0)} & set(found)):
            moment = T("before training", "trước huấn luyện") if step == 0 else T("now", "bây giờ")
            frames.append(pd.DataFrame(found[step]).assign(moment=moment(view.lang), name=a.arm.name(view.lang)))
    return pd.concat(frames, ignore_index=True) if frames else EMPTY


def head_chart(view):
    x = alt.X(
        "expected:Q",
        scale=alt.Scale(type="log"),
        title=T("if q and k were independent: σ_q σ_k √d (log)", "nếu q và k độc lập: σ_q σ_k √d (log)")(view.lang),
        axis=alt.Axis(format="~g"),
    )
    y = alt.Y(
        "raw:Q",
        scale=alt.Scale(type="log"),
        title=T("std of q·k, measured (log)", "độ lệch chuẩn của q·k, đo được (log)")(view.lang),
        axis=alt.Axis(format="~g"),
    )
    moments = [T("before training", "trước huấn luyện")(view.lang), T("now", "bây giờ")(view.lang)]
    line = Chart(alt.Data(values=[{"x": v} for v in (0.05, 20)])).mark_line(strokeDash=[6, 4], color=GREY)
    points = (
        Chart()
        .mark_point(size=110 * view.size, strokeWidth=2, opacity=0.9)
        .encode(
            x=x,
            y=y,
            color=arm_color(view),
            shape=alt.Shape(
                "moment:N",
                sort=moments,
                scale=alt.Scale(domain=moments, range=["circle", "triangle-up"]),
                legend=alt.Legend(title=None, orient="bottom"),
            ),
            tooltip=[
                "name:N",
                "moment:N",
                "block:Q",
                "head:Q",
                alt.Tooltip("raw:Q", format=".3g"),
                alt.Tooltip("expected:Q", format=".3g"),
                alt.Tooltip("entropy:Q", format=".2f"),
            ],
        )
    )
    return alt.layer(line.encode(x="x:Q", y="x:Q"), points).properties(height=360 * view.size, width="container")


heads = Figure(
    "heads",
    T("Go deeper: whose assumption breaks?", "Đào sâu: giả định nào sụp đổ?"),
    T(
        "Each head as a point: expected std of q·k if independent against the measured one, before training and now; dashed: equal. {now}",
        "Mỗi đầu chú ý là một điểm: độ lệch chuẩn kỳ vọng của q·k nếu độc lập so với đo được, trước huấn luyện và bây giờ; đường gạch: bằng nhau. {now}",
    ),
    head_rows,
    head_chart,
    help=T(
        "On the dashed line a head's queries and keys know nothing of each other. Above it they have learned to point the same way.",
        "Trên đường gạch, truy vấn và khóa không biết gì về nhau. Phía trên, chúng đã học cách chỉ cùng hướng.",
    ),
    folded=True,
)


# --- LayerNorm -------------------------------------------------------------------------------------------------------

BAND = (0.2, 0.4)  # where the course sees GPT-2's gains
PARTS = (("gain", T("gain γ", "hệ số γ"), 1.0), ("shift", T("shift β", "độ dời β"), 0.0))


def norm_names(view):
    """Every norm in order; the final one last."""
    blocks = getattr(view.config, "blocks", 2)
    return [f"{i}.ln_{j}" for i in range(1, blocks + 1) for j in (1, 2)] + ["ln_f"]


def norm_rows(view):
    table = pd.DataFrame(view.main.table("norms"))
    if table.empty:
        return EMPTY
    parts = [
        table[["norm"]].assign(
            value=table[name],
            low=table[name] - table[f"{name}_std"],
            high=table[name] + table[f"{name}_std"],
            part=name,
        )
        for name, *_ in PARTS
    ]
    return pd.concat(parts, ignore_index=True)


def norm_chart(view):
    x = alt.X(
        "norm:N",
        sort=norm_names(view),
        title=T("LayerNorm, from the first block to the last", "LayerNorm, từ khối đầu đến khối cuối")(view.lang),
        axis=alt.Axis(labelAngle=0),
    )

    begins = T("where training starts", "nơi huấn luyện bắt đầu")(view.lang)

    def panel(part, title, start):
        y = alt.Y(
            "value:Q",
            title=title(view.lang),
            scale=alt.Scale(  # at least so far, and as far as the gains have gone
                domain=alt.DomainUnionWith(unionWith=[0, 1.5] if part == "gain" else [-0.6, 0.6]), nice=True
            ),
            axis=alt.Axis(tickCount=5),
        )
        base = Chart().transform_filter(alt.datum.part == part).encode(x=x)
        ruler = Chart(alt.Data(values=[{"y": start, "label": begins if part == "gain" else ""}]))
        marks = [
            ruler.mark_rule(color=GREY, strokeDash=[6, 4]).encode(y="y:Q"),
            ruler.mark_text(align="right", dx=-4, dy=-8, color=GREY, fontSize=13 * view.size).encode(
                x=alt.value("width"), y="y:Q", text="label:N"
            ),
            base.mark_rule(strokeWidth=2.5, color=ARMS[0]).encode(y="low:Q", y2="high:Q"),
            base.mark_point(filled=True, size=110 * view.size, opacity=1, color=ARMS[0]).encode(
                y=y, tooltip=["norm:N", alt.Tooltip("value:Q", format=".3f")]
            ),
        ]
        if part == "gain":
            band = Chart(
                alt.Data(
                    values=[
                        {
                            "low": BAND[0],
                            "high": BAND[1],
                            "label": T("GPT-2, says the course: 0.2 to 0.4", "GPT-2, theo khóa học: 0.2 đến 0.4")(
                                view.lang
                            ),
                        }
                    ]
                )
            )
            marks = [
                band.mark_rect(opacity=0.18, color=INPUT).encode(y=alt.Y("low:Q", title=title(view.lang)), y2="high:Q"),
                band.mark_text(align="right", dx=-4, dy=-10, fontSize=13 * view.size, color=GREY).encode(
                    x=alt.value("width"), y="low:Q", text="label:N"
                ),
                *marks,
            ]
        return alt.layer(*marks).properties(height=(250 if part == "gain" else 190) * view.size, width="container")

    return tuple(panel(*each) for each in PARTS)


norms = Figure(
    "norms",
    T("γ and β of the trained model", "γ và β của mô hình đã huấn luyện"),
    T(
        "Mean and standard deviation of gain and shift of every LayerNorm; a band marks 0.2 to 0.4. {now}",
        "Trung bình và độ lệch chuẩn của γ và β ở mọi LayerNorm; dải màu đánh dấu 0.2 đến 0.4. {now}",
    ),
    norm_rows,
    norm_chart,
    help=T(
        "Dot: mean over the 64 entries. Line: one standard deviation each way.",
        "Chấm: trung bình trên 64 phần tử. Vạch: một độ lệch chuẩn mỗi phía.",
    ),
)

WAYS = (
    ("gain", T("γ alone", "chỉ γ"), BROKEN),
    ("gain and weights", T("γ, and the next weights ÷ c", "γ, và trọng số kế tiếp ÷ c"), INPUT),
    ("all three", T("γ, β, and the next weights ÷ c", "γ, β, và trọng số kế tiếp ÷ c"), ARMS[0]),
)


def rescale_rows(view):
    table = pd.DataFrame(view.main.table("rescale"))
    if table.empty:
        return EMPTY
    names = {code: name(view.lang) for code, name, _ in WAYS}
    return table.assign(name=table["way"].map(names))


def rescale_chart(view):
    names = [name(view.lang) for _, name, _ in WAYS]
    factor = float(view.values.get("factor", 1.0))
    x = alt.X(
        "factor:Q",
        title=T("c (log)", "c (log)")(view.lang),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(values=[0.1, 0.3, 1, 3, 10]),
    )
    y = alt.Y(
        "loss:Q",
        title=T("test loss (nats/token)", "loss kiểm thử (nats/token)")(view.lang),
        scale=alt.Scale(zero=False),
    )
    color = alt.Color(
        "name:N",
        scale=alt.Scale(domain=names, range=[c for *_, c in WAYS]),
        legend=alt.Legend(title=None, orient="top", labelLimit=320),
    )
    base = Chart().encode(x=x, y=y, color=color)
    now = Chart(alt.Data(values=[{"factor": factor, "label": f"c = {factor:g}"}]))
    return alt.layer(
        now.mark_rule(color=GREY, strokeWidth=1.5).encode(x=x),
        now.mark_text(color=GREY, align="left", dx=5, fontSize=13 * view.size).encode(
            x=x, y=alt.value(10), text="label:N"
        ),
        base.mark_line(strokeWidth=2.5),
        base.mark_point(filled=True, size=60 * view.size, opacity=1).encode(
            tooltip=["name:N", "factor:Q", alt.Tooltip("loss:Q", format=".5f")]
        ),
    ).properties(height=300 * view.size, width="container")


rescale = Figure(
    "rescale",
    T("Is it still the same network?", "Nó còn là cùng một mạng không?"),
    T(
        "Test loss against the factor c, when γ alone is rescaled, with the next weights, and with β too. {now}",
        "Loss kiểm thử theo hệ số c: khi chỉ nhân γ, khi cả trọng số kế tiếp, và khi thêm β. {now}",
    ),
    rescale_rows,
    rescale_chart,
    help=T(
        "A flat line: nothing has changed for any input.", "Đường nằm ngang: không gì thay đổi với bất kỳ đầu vào nào."
    ),
)


def flow_rows(view):
    rows = []
    for name, title in (
        ("norms", T("as trained", "như đã huấn luyện")),
        ("small", T("every γ forced to 0.3, same network", "mọi γ ép về 0.3, vẫn cùng mạng")),
    ):
        table = view.main.table(name)
        if table:
            for i, norm in enumerate(table["norm"]):
                for side, column in ((T("in", "vào"), "before"), (T("out", "ra"), "after")):
                    rows.append((norm, title(view.lang), side(view.lang), table[column][i]))
    return pd.DataFrame(rows, columns=["norm", "case", "side", "std"])


def flow_chart(view):
    order, sides = norm_names(view), [T("in", "vào")(view.lang), T("out", "ra")(view.lang)]

    def panel(title):
        return (
            Chart()
            .transform_filter(alt.datum.case == title)
            .mark_bar()
            .encode(
                x=alt.X("norm:N", sort=order, title=title, axis=alt.Axis(labelAngle=0)),
                xOffset=alt.XOffset("side:N", sort=sides),
                y=alt.Y("std:Q", title=T("std of the signal", "độ lệch chuẩn của tín hiệu")(view.lang)),
                color=alt.Color(
                    "side:N",
                    sort=sides,
                    scale=alt.Scale(domain=sides, range=[GREY, ARMS[0]]),
                    legend=alt.Legend(title=None, orient="top"),
                ),
                tooltip=["norm:N", "side:N", alt.Tooltip("std:Q", format=".3f")],
            )
            .properties(height=250 * view.size, width="container")
        )

    titles = (
        T("as trained", "như đã huấn luyện"),
        T("every γ forced to 0.3, same network", "mọi γ ép về 0.3, vẫn cùng mạng"),
    )
    return tuple(panel(t(view.lang)) for t in titles)


flow = Figure(
    "flow",
    T("What goes in, what comes out", "Cái gì vào, cái gì ra"),
    T(
        "Standard deviation of the signal before and after every LayerNorm, as trained and with every gain forced to 0.3. {now}",
        "Độ lệch chuẩn của tín hiệu trước và sau mỗi LayerNorm, như đã huấn luyện và khi mọi γ bị ép về 0.3. {now}",
    ),
    flow_rows,
    flow_chart,
    help=T("std(out) ≈ γ, where β is small beside it.", "std(ra) ≈ γ, khi β nhỏ so với nó."),
    folded=True,
)
