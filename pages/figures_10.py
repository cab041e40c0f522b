"""The pictures of lesson 10: the two losses, where the bias shows, and what each weight costs."""

import math

import altair as alt
import pandas as pd

from app.charts import BEGUN, STEP, Chart, arm_color, height, step_axis
from app.i18n import T, same
from app.lesson import Figure
from app.theme import ARMS, GREY, INPUT

PLACES = (
    ("p_set_first", T("noise, first position", "nhiễu, vị trí đầu")),
    ("p_set_last", T("noise, last position", "nhiễu, vị trí cuối")),
    ("p_set_text", T("real text, reading", "văn bản thật, khi đọc")),
    ("wrote_text", T("writing after real text", "viết sau văn bản thật")),
    ("wrote_noise", T("writing after noise", "viết sau nhiễu")),
)


def uniform_pays(config) -> str:
    """KL(Q || P) of a P that gives every token 1/V, as a formula."""
    return "ln(V/K)" if config.target == "uniform" else "ln V − H(Q)"


def story_rows(view):
    return view.frame("kl", "test_loss")


def story_chart(view):
    def panel(metric, title, rules, first):
        x = step_axis(view, None if first else STEP, scale=BEGUN)
        base = Chart().transform_filter(alt.datum.metric == metric)
        lines = base.mark_line(strokeWidth=2.5 * view.size).encode(
            x=x,
            y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(format=".3~f")),
            color=arm_color(view, legend=first),
            detail="run:N",
        )
        dots = base.mark_point(filled=True, size=40 * view.size, opacity=1).encode(
            x=x,
            y="value:Q",
            color=arm_color(view, legend=first),
            tooltip=["name:N", "step:Q", alt.Tooltip("value:Q", format=".3f")],
        )
        marks = [lines, dots]
        if rules:
            data = alt.Data(values=[{"y": v, "label": label} for label, v in rules])
            marks.append(Chart(data).mark_rule(strokeDash=[6, 4], color=GREY).encode(y="y:Q"))
            marks.append(
                Chart(data)
                .mark_text(align="right", baseline="bottom", dy=-3, color=GREY, fontSize=12 * view.size)
                .encode(y="y:Q", x=alt.value("width"), text="label:N")
            )
        return alt.layer(*marks).properties(height=height(view, 290 if first else 270), width="container")

    uniform = T("a uniform model, {kl}", "mô hình đoán đều, {kl}").format(kl=uniform_pays(view.config))(view.lang)
    kl_rules = [(uniform, value) for name, value in view.references.items() if name == "uniform_kl"]
    return (
        panel("kl", T("KL to Q (nats)", "KL tới Q (nats)")(view.lang), kl_rules, True),
        panel("test_loss", T("test loss (nats/token)", "loss kiểm thử (nats/token)")(view.lang), [], False),
    )


story = Figure(
    "story",
    T("What you asked for, and what it cost", "Điều bạn đòi, và cái giá"),
    T(
        "Two panels over the training steps: KL to the target above, test loss on real text below, one line per run. {now}",
        "Hai khung theo bước huấn luyện: KL tới đích ở trên, loss kiểm thử trên văn bản thật ở dưới, mỗi lần chạy một đường. {now}",
    ),
    story_rows,
    story_chart,
)


def positions_rows(view):
    rows = []
    for a in view.arms:
        result = a.result
        for metric, place in PLACES:
            for moment, value in (("before", result.at(metric, 0)), ("now", result.final(metric))):
                if not math.isnan(value):
                    rows.append((a.arm.name(view.lang), place(view.lang), moment, value))
    return pd.DataFrame(rows, columns=["name", "place", "moment", "value"])


def positions_chart(view):
    order = [place(view.lang) for _, place in PLACES]
    y = alt.Y("place:N", sort=order, title=None, axis=alt.Axis(labelLimit=260))
    x = alt.X(
        "value:Q",
        title=T("share of liked tokens", "tỉ lệ token được thích")(view.lang),
        axis=alt.Axis(format="%"),
        scale=alt.Scale(domain=[0, 1]),
    )
    offset = alt.YOffset("name:N", sort=[a.arm.name(view.lang) for a in view.arms])
    now = (
        Chart()
        .transform_filter(alt.datum.moment == "now")
        .mark_bar()
        .encode(
            x=x,
            y=y,
            yOffset=offset,
            color=arm_color(view),
            tooltip=["name:N", "place:N", alt.Tooltip("value:Q", format=".1%")],
        )
    )
    before = (
        Chart()
        .transform_filter(alt.datum.moment == "before")
        .mark_tick(color=GREY, thickness=2)
        .encode(x=x, y=y, yOffset=offset)
    )
    return alt.layer(now, before).properties(height=340 * view.size, width="container")


positions = Figure(
    "positions",
    T("Where the bias shows", "Thiên lệch lộ ra ở đâu"),
    T(
        "Bars: share of liked tokens by situation and run; grey ticks: before training. {now}",
        "Cột: tỉ lệ token được thích theo tình huống và lần chạy; vạch xám: trước huấn luyện. {now}",
    ),
    positions_rows,
    positions_chart,
    folded=True,
)


def strip_rows(view):
    table = view.result("chosen").tables.get("last_position", {})
    if not table:
        return pd.DataFrame(columns=["token", "piece", "p", "liked", "moment"])
    frames = []
    for moment, step in (("before", min(table)), ("now", max(table))):
        frames.append(pd.DataFrame(table[step]).assign(moment=moment))
    return pd.concat(frames)


def strip_chart(view):
    names = {"before": T("before", "trước")(view.lang), "now": T("now", "bây giờ")(view.lang)}
    return (
        Chart()
        .transform_calculate(panel=f"datum.moment == 'before' ? '{names['before']}' : '{names['now']}'")
        .mark_bar(width=1.5)
        .encode(
            x=alt.X("token:Q", title=T("token id", "id của token")(view.lang), scale=alt.Scale(nice=False, padding=2)),
            y=alt.Y("p:Q", title=same("P")(view.lang)),
            color=alt.condition(alt.datum.liked, alt.value(INPUT), alt.value(GREY)),
            row=alt.Row("panel:N", title=None, sort=list(names.values())),
            tooltip=["piece:N", alt.Tooltip("p:Q", format=".4f")],
        )
        .properties(height=110 * view.size, width=900)
    )


strip = Figure(
    "strip",
    T("The whole vocabulary at the last position", "Cả từ vựng ở vị trí cuối"),
    T(
        "Probability of every token after noise, before and now; liked tokens in orange. {now}",
        "Xác suất của mọi token sau nhiễu, trước và bây giờ; token được thích màu cam. {now}",
    ),
    strip_rows,
    strip_chart,
    folded=True,
)


def tradeoff_rows(view):
    rows, base = [], view.result("0").final("test_loss")
    for a in view.arms:
        result = a.result
        weight, share, cost = a.arm.config.kl_weight, result.final("p_set_text"), result.final("test_loss") - base
        if not (math.isnan(share) or math.isnan(cost)):
            rows.append((weight, share, cost, a.arm.label))
    return pd.DataFrame(rows, columns=["weight", "share", "cost", "arm"])


def tradeoff_chart(view):
    law = alt.Data(values=[{"share": i / 100, "cost": -math.log(1 - i / 100)} for i in range(0, 91, 2)])
    x = alt.X(
        "share:Q",
        title=T("P(set) while reading real text", "P(tập) khi đọc văn bản thật")(view.lang),
        axis=alt.Axis(format="%"),
    )
    y = alt.Y(
        "cost:Q",
        title=T("test loss above that of λ = 0 (nats/token)", "loss kiểm thử cao hơn λ = 0 (nats/token)")(view.lang),
    )
    curve = Chart(law).mark_line(strokeDash=[6, 4], color=GREY).encode(x=x, y=y)
    name = (
        Chart(alt.Data(values=[{"share": 0.7, "cost": -math.log(0.3), "label": "−ln(1−λ)"}]))
        .mark_text(align="right", dx=-8, dy=-8, color=GREY)
        .encode(x=x, y=y, text="label:N")
    )
    dots = (
        Chart()
        .mark_point(filled=True, size=140, color=ARMS[0], opacity=1)
        .encode(
            x=x, y=y, tooltip=["weight:Q", alt.Tooltip("share:Q", format=".1%"), alt.Tooltip("cost:Q", format="+.3f")]
        )
    )
    said = Chart().transform_calculate(label="'λ = ' + datum.weight").encode(x=x, y=y, text="label:N")
    beside = said.transform_filter(alt.datum.weight > 0).mark_text(align="left", dx=12, dy=4)
    above = said.transform_filter(alt.datum.weight == 0).mark_text(align="left", dx=-6, dy=-16 * view.size)
    return alt.layer(curve, name, dots, beside, above).properties(height=400 * view.size, width="container")


tradeoff = Figure(
    "tradeoff",
    T("What each share of Q costs", "Mỗi phần dành cho Q tốn bao nhiêu"),
    T(
        "One dot per weight λ: share of liked tokens against how far the test loss ends above that of λ = 0, with the curve "
        "−ln(1−λ). {now}",
        "Mỗi chấm một trọng số λ: tỉ lệ token được thích so với khoảng mà loss kiểm thử cao hơn lần chạy λ = 0, cùng đường "
        "cong −ln(1−λ). {now}",
    ),
    tradeoff_rows,
    tradeoff_chart,
)
