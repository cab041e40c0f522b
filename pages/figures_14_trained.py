"""The pictures of lesson 14 that need trained models: two worlds of text, one mask against many."""

import math

import altair as alt
import pandas as pd

from app.charts import STEP, Chart, fitting, height, step_axis
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, GREY, knob
from core.experiments import mask_ensemble

BLUE, GREEN = ARMS[0], ARMS[2]
WORLDS = {"little": T("little text", "ít văn bản"), "much": T("much text", "nhiều văn bản")}
SETTLED = 50  # steps: the first fall from ln V and would squeeze everything else


# --- two worlds ------------------------------------------------------------------------------------------------------


def world(config) -> str:
    return "little" if config.keep else "much"


def best_point(result) -> tuple[int, float] | None:
    """(step, loss) of the lowest test loss after the start, None before there is one."""
    points = {s: v for s, v in result.metrics.get("test_loss", {}).items() if s > 0 and math.isfinite(v)}
    return min(points.items(), key=lambda point: point[1]) if points else None


def passes(result, config) -> float:
    """How often the run has read its text so far."""
    tokens = result.facts.get("train_tokens")
    return result.step * config.batch * config.context / tokens if tokens else math.nan


def line_name(arm_view, lang: str) -> str:
    """p = 0.2; a pinned run by its pin."""
    return (
        arm_view.arm.name(lang) if arm_view.arm.label.startswith("pin") else f"p = {knob(arm_view.arm.config.dropout)}"
    )


def world_rows(view):
    """kind: test, train (mean of 20 steps), best, end, gap, fact (what the panel says of its text), anchor (the same
    heights in both panels)."""
    rows, gap = [], bool(view.values.get("gap"))
    seen = [a for a in (*view.arms, *view.pinned) if a.result.metrics.get("test_loss")]
    late = any(a.result.step >= 2 * SETTLED for a in seen)
    for a in seen:
        place, name, result = world(a.arm.config), line_name(a, view.lang), a.result
        pinned = a.arm.label.startswith("pin")
        test = {s: v for s, v in result.metrics["test_loss"].items() if math.isfinite(v) and (s >= SETTLED or not late)}
        train = pd.Series(result.metrics.get("train_loss", {}), dtype=float).rolling(20, min_periods=1).mean()
        if gap:
            rows += [(place, name, "gap", s, v - train[s], "", pinned) for s, v in test.items() if s in train.index]
            continue
        rows += [(place, name, "test", s, v, "", pinned) for s, v in test.items()]
        if not pinned:
            shown = train[[s for s in train.index if s % 5 == 0 and (s >= SETTLED or not late)]].dropna()
            rows += [(place, name, "train", int(s), float(v), "", pinned) for s, v in shown.items()]
        best = best_point(result)
        if late and best and test and not pinned:  # a young run beside old ones: all its tests are in what is left out
            last = max(test)
            named = a.arm.label.split()[1] in ("0", "p")  # further values of p have their points, and no numbers
            rows.append((place, name, "end", last, test[last], f"● {test[last]:.2f}" if named else "", pinned))
            if best[0] != last:
                rows.append((place, name, "best", *best, f"◆ {best[1]:.2f}" if named else "", pinned))
    frame = pd.DataFrame(rows, columns=["world", "name", "kind", "step", "value", "label", "pinned"])
    if frame.empty:
        return frame
    anchors = [
        (place, "", "anchor", int(frame["step"].max()), value, "", False)
        for place in WORLDS
        for value in (frame["value"].min(), frame["value"].max())
    ]
    facts, marks = [], frame["kind"].isin(["best", "end"]) & (frame["label"] != "")
    top = frame[marks].groupby(["world", "kind"])["value"].transform("max")
    frame["above"] = frame["value"] == top.reindex(frame.index)  # its number stands above, the lower run's below
    for place in WORLDS:
        one = next((a for a in view.arms if world(a.arm.config) == place and a.result.step), None)
        if one is not None:
            count, read = one.result.facts.get("train_tokens", 0), passes(one.result, one.arm.config)
            said = T("{n:,} tokens, read {r} times so far", "{n:,} token, đến giờ đã đọc {r} lượt")
            facts.append((place, "", "fact", 0, None, said.format(n=count, r=f"{read:.3g}")(view.lang), False))
    extra = pd.DataFrame(anchors + facts, columns=frame.columns[:-1]).assign(above=False)
    return pd.concat([frame, extra], ignore_index=True)


def line_colors(view):
    """One colour for each p, the same in both panels; pinned runs take the next."""
    names = {}
    for a in view.arms:
        names.setdefault(line_name(a, view.lang), ARMS[a.arm.color % len(ARMS)])
    for i, a in enumerate(view.pinned):
        names.setdefault(line_name(a, view.lang), ARMS[(len(names) + i) % len(ARMS)])
    columns = fitting(list(names), view.size, 4)
    shown = alt.Legend(title=None, orient="top", labelLimit=260, columns=columns, offset=32)
    return alt.Color("name:N", scale=alt.Scale(domain=list(names), range=list(names.values())), legend=shown)


def world_chart(view):
    gap = bool(view.values.get("gap"))
    title = (
        T("test − training loss (nats/token)", "loss kiểm thử − huấn luyện (nats/token)")
        if gap
        else T("loss (nats/token)", "loss (nats/token)")
    )

    def panel(place):
        world = T(f"{STEP.en} · {WORLDS[place].en}", f"{STEP.vi} · {WORLDS[place].vi}")
        x = step_axis(view, world, ticks=4, scale=alt.Scale(zero=False))
        y = alt.Y("value:Q", title=title(view.lang), scale=alt.Scale(zero=False, nice=True))
        base = Chart().transform_filter(alt.datum.world == place)
        kind = lambda name: base.transform_filter(alt.datum.kind == name)  # noqa: E731
        color = line_colors(view)
        tip = ["name:N", "step:Q", alt.Tooltip("value:Q", title="nats/token", format=".3f")]
        live = kind("gap" if gap else "test").transform_filter("!datum.pinned")
        ghost = kind("gap" if gap else "test").transform_filter("datum.pinned")
        layers = [
            kind("anchor").mark_point(opacity=0).encode(x=x, y=y),
            kind("train").mark_line(strokeDash=[3, 3], strokeWidth=1.6, opacity=0.75).encode(x=x, y=y, color=color),
            ghost.mark_line(strokeDash=[7, 4], strokeWidth=2, opacity=0.7).encode(x=x, y=y, color=color),
            live.mark_line(strokeWidth=3 * view.size).encode(x=x, y=y, color=color),
            live.mark_point(filled=True, size=30 * view.size, opacity=1).encode(x=x, y=y, color=color, tooltip=tip),
            kind("fact")
            .mark_text(align="right", color=GREY, fontSize=12 * view.size)
            .encode(x=alt.value("width"), y=alt.value(-16), text="label:N"),
        ]
        for name, shape, size, side in (("best", "diamond", 190, "center"), ("end", "circle", 110, "right")):
            points = kind(name).encode(x=x, y=y, color=color)
            layers.append(
                points.mark_point(shape=shape, filled=True, size=size * view.size, opacity=1, stroke="white").encode(
                    tooltip=tip
                )
            )
            for test, dy in (("datum.above", -16), ("!datum.above", 18)):
                words = {"align": side, "dy": dy * view.size, "fontWeight": "bold", "fontSize": 14 * view.size}
                layers.append(points.transform_filter(test).mark_text(**words).encode(text="label:N"))
        return alt.layer(*layers).properties(height=height(view, 400), width="container")

    return panel("little"), panel("much")


worlds = Figure(
    "worlds",
    T("Two worlds: the same model, the same number of steps", "Hai thế giới: cùng mô hình, cùng số bước"),
    T(
        "Two panels over the steps, little text and much text; test loss solid, training loss dashed, best points and ends marked. {now}",
        "Hai khung theo bước, ít và nhiều văn bản; loss kiểm thử liền nét, loss huấn luyện nét đứt, điểm tốt nhất và điểm cuối có dấu. {now}",
    ),
    world_rows,
    world_chart,
    help=T(
        "◆ the best test loss a run ever had, ● where it ends. Dashed: training loss, mean of 20 steps, measured with dropout on, so at p > 0 it looks worse than "
        "the model is. The first 50 steps are left out.",
        "◆ loss kiểm thử tốt nhất từng có, ● nơi kết thúc. Nét đứt: loss huấn luyện, trung bình 20 bước, đo khi đang bật dropout nên với p > 0 trông xấu hơn "
        "mô hình thật. Bỏ qua 50 bước đầu.",
    ),
    beside=True,
)


def sweep_rows(view):
    rows = []
    for a in view.arms:
        best = best_point(a.result)
        if best is None or not a.complete:
            continue
        for what, value in (("best", best[1]), ("end", a.result.final("test_loss"))):
            rows.append((world(a.arm.config), a.arm.config.dropout, what, value))
    frame = pd.DataFrame(rows, columns=["world", "p", "what", "loss"])
    names = {"best": T("◆ best", "◆ tốt nhất")(view.lang), "end": T("● end", "● cuối")(view.lang)}
    frame["name"] = [f"{WORLDS[w](view.lang)}, {names[k]}" for w, k in zip(frame["world"], frame["what"], strict=True)]
    return frame


def sweep_chart(view):
    names = [
        f"{WORLDS[w](view.lang)}, {k}"
        for w in WORLDS
        for k in (T("◆ best", "◆ tốt nhất")(view.lang), T("● end", "● cuối")(view.lang))
    ]
    color = alt.Color(
        "name:N",
        scale=alt.Scale(domain=names, range=[BLUE, BLUE, GREEN, GREEN]),
        legend=alt.Legend(title=None, orient="top", labelLimit=260, columns=2),
    )
    return (
        Chart()
        .mark_line(strokeWidth=2.5, point={"size": 70})
        .encode(
            x=alt.X("p:Q", title=T("dropout p", "xác suất bỏ p")(view.lang), axis=alt.Axis(grid=False)),
            y=alt.Y(
                "loss:Q",
                title=T("test loss (nats/token)", "loss kiểm thử (nats/token)")(view.lang),
                scale=alt.Scale(zero=False),
            ),
            color=color,
            strokeDash=alt.StrokeDash(
                "what:N", scale=alt.Scale(domain=["end", "best"], range=[[1, 0], [6, 4]]), legend=None
            ),
            tooltip=["name:N", "p:Q", alt.Tooltip("loss:Q", format=".3f")],
        )
        .properties(height=height(view, 300), width="container")
    )


sweep = Figure(
    "sweep",
    T("Best and end against p", "Tốt nhất và cuối theo p"),
    T(
        "Test loss against p, best point dashed and end solid, for little and for much text. {now}",
        "Loss kiểm thử theo p, điểm tốt nhất nét đứt, điểm cuối liền nét, cho ít và nhiều văn bản. {now}",
    ),
    sweep_rows,
    sweep_chart,
    help=T(
        "Each point is one finished run. The switch in “More settings” adds p = 0.1, 0.4 and 0.6.",
        "Mỗi điểm là một lần chạy đã xong. Công tắc trong “Thiết lập khác” thêm p = 0.1, 0.4 và 0.6.",
    ),
    folded=True,
)


# --- an ensemble of masks ----------------------------------------------------------------------------------------------


def ensemble_rows(view):
    rows = []
    for a in view.arms:
        place = world(a.arm.config)
        for table in a.result.tables.get("ensemble", {}).values():
            curve = list(zip(table["masks"], table["loss"], strict=True))
            rows += [(place, "curve", m, v, "") for m, v in curve]
            rows.append((place, "one", *curve[0], T("one mask", "một mặt nạ")(view.lang)))
            off = a.result.final("eval_loss")
            label = T("no mask (eval)  {v}", "không mặt nạ (eval)  {v}").format(v=f"{off:.3f}")(view.lang)
            rows.append((place, "eval", curve[-1][0], off, label))
    return pd.DataFrame(rows, columns=["world", "kind", "masks", "loss", "label"])


def ensemble_chart(view):
    def panel(place):
        y = alt.Y(
            "loss:Q",
            title=T("test loss (nats/token)", "loss kiểm thử (nats/token)")(view.lang),
            scale=alt.Scale(zero=False),
        )
        title = T("masks averaged", "số mặt nạ lấy trung bình")(view.lang)
        x = alt.X(
            "masks:Q",
            title=f"{title} · {WORLDS[place](view.lang)}",
            scale=alt.Scale(type="log", base=2),
            axis=alt.Axis(grid=False, tickCount=7),
        )
        base = Chart().transform_filter(alt.datum.world == place)
        kind = lambda name: base.transform_filter(alt.datum.kind == name)  # noqa: E731
        words = {"fontSize": 13 * view.size, "fontWeight": "bold"}
        return alt.layer(
            kind("eval").mark_rule(strokeDash=[6, 4], strokeWidth=2.5, color=GREEN).encode(y=y),
            kind("eval")
            .mark_text(align="right", baseline="bottom", dx=-4, dy=-4, color=GREEN, **words)
            .encode(y=y, x=alt.value("width"), text="label:N"),
            kind("curve")
            .mark_line(strokeWidth=3, color=BLUE, point={"size": 80, "color": BLUE})
            .encode(x=x, y=y, tooltip=["masks:Q", alt.Tooltip("loss:Q", format=".4f")]),
            kind("one").mark_text(align="left", dx=12, dy=-2, color=BLUE, **words).encode(x=x, y=y, text="label:N"),
        ).properties(height=height(view, 400), width="container")

    return panel("little"), panel("much")


ensemble = Figure(
    "ensemble",
    T("One mask, many masks, no mask", "Một mặt nạ, nhiều mặt nạ, không mặt nạ"),
    T(
        "Two panels, little and much text: test loss of the averaged prediction against the number of masks, and the loss without any mask as a line. {now}",
        "Hai khung, ít và nhiều văn bản: loss kiểm thử của dự đoán trung bình theo số mặt nạ, và loss khi không có mặt nạ là đường ngang. {now}",
    ),
    ensemble_rows,
    ensemble_chart,
    help=T(
        "M masks read the same {windows} windows; their probabilities for the right token are averaged. Dashed: one ordinary pass in eval mode. The test loss of the same model in “Little text, much text” is of more windows, so it is another.",
        "M mặt nạ đọc cùng {windows} cửa sổ; lấy trung bình xác suất cho token đúng. Nét đứt: một lượt bình thường ở chế độ eval. Loss kiểm thử của cùng mô hình ở “Ít văn bản, nhiều văn bản” tính trên nhiều cửa sổ hơn nên khác đi.",
    ).format(windows=mask_ensemble.Config.windows),
    beside=True,
)
