"""The pictures of lesson 13, second part: how weights spread while a model learns, block by block."""

import math
from functools import partial

import altair as alt
import pandas as pd

from app.charts import Chart, arm_color, height, loss_chart, loss_rows, step_axis
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY, number
from pages.figures_13 import font

# std of h.<block>.attn.c_attn.weight in the published file of GPT-2 (124M), Radford et al. 2019
GPT2_STDS = (0.200, 0.140, 0.153, 0.142, 0.146, 0.128, 0.127, 0.129, 0.127, 0.126, 0.127, 0.128)


def matrix(view):
    return view.values.get("matrix", "qkv")


def growths(result, name):
    """{step: [growth of the std of that matrix since the start, ×10⁴, per block]}."""
    tables = result.tables.get("spread", {})
    if 0 not in tables:
        return {}
    start = tables[0][name]
    return {
        step: [
            None if now is None or was is None else 1e4 * (now - was) for now, was in zip(t[name], start, strict=True)
        ]
        for step, t in sorted(tables.items())
    }


def growth_rows(view):
    """One row per arm, block and step; block 0: the mean over the blocks."""
    rows = []
    for a in (*view.arms, *view.pinned):
        name, seed = a.arm.name(view.lang), str(getattr(a.arm.config, "seed", 0))
        for step, values in growths(a.result, matrix(view)).items():
            known = [v for v in values if v is not None]
            if known:
                rows.append((name, seed, step, 0, sum(known) / len(known)))
            rows += [(name, seed, step, block, v) for block, v in enumerate(values, 1) if v is not None]
    return pd.DataFrame(rows, columns=["name", "seed", "step", "block", "growth"])


GROWTH = T("growth of the std, ×10⁻⁴", "độ lệch chuẩn tăng thêm, ×10⁻⁴")


def growth_chart(view):
    room = alt.Scale(nice=False, padding=16)  # for the numbers of the blocks
    x = step_axis(view, scale=room)
    y = alt.Y("growth:Q", title=GROWTH(view.lang))
    tip = ["name:N", "block:Q", "step:Q", alt.Tooltip("growth:Q", format=".1f")]
    blocks = Chart().transform_filter(alt.datum.block > 0)
    mean = Chart().transform_filter(alt.datum.block == 0)
    last = blocks.transform_joinaggregate(end="max(step)", groupby=["name", "seed"]).transform_filter(
        "datum.step == datum.end && datum.end > 0"
    )
    return alt.layer(
        Chart(alt.Data(values=[{"y": 0}])).mark_rule(color=GREY, strokeDash=[6, 4]).encode(y="y:Q"),
        blocks.mark_line(strokeWidth=1.2, opacity=0.55).encode(
            x=x, y=y, color=arm_color(view), detail=["block:N", "seed:N"], tooltip=tip
        ),
        last.mark_text(align="left", dx=4, fontSize=font(view, 11)).encode(
            x=x, y=y, color=arm_color(view), text="block:Q"
        ),
        mean.mark_line(strokeWidth=4 * view.size).encode(x=x, y=y, color=arm_color(view), detail="seed:N", tooltip=tip),
    ).properties(height=height(view, 400), width="container")


growth = Figure(
    "growth",
    T("How much wider the weights have become", "Trọng số đã rộng thêm bao nhiêu"),
    T(
        "Growth of the std of the chosen matrix over the steps: thick the mean over the blocks, thin each block. {now}",
        "Độ lệch chuẩn của ma trận được chọn tăng thêm theo bước: nét đậm là trung bình các khối, nét mảnh là từng khối. {now}",
    ),
    growth_rows,
    growth_chart,
    T(
        "Thick: mean over the blocks. Thin, with its number at the end: one block. 20 on this axis: a std that began at 0.0200 is now 0.0220.",
        "Nét đậm: trung bình các khối. Nét mảnh, có số ở cuối: một khối. 20 trên trục này: độ lệch chuẩn khởi đầu ở 0.0200 nay là 0.0220.",
    ),
)


def profile_rows(view):
    rows = []
    for a in (*view.arms, *view.pinned):
        found = growths(a.result, matrix(view))
        if found and max(found) > 0:
            seed = str(getattr(a.arm.config, "seed", 0))
            rows += [(a.arm.name(view.lang), seed, b, v) for b, v in enumerate(found[max(found)], 1) if v is not None]
    return pd.DataFrame(rows, columns=["name", "seed", "block", "growth"])


def profile_chart(view):
    x = alt.X(
        "block:O",
        title=T("block (1: nearest the embedding)", "khối (1: gần embedding nhất)")(view.lang),
        scale=alt.Scale(domain=list(range(1, view.config.blocks + 1))),
        axis=alt.Axis(labelAngle=0),
    )
    y = alt.Y("growth:Q", title=GROWTH(view.lang))
    base = Chart().encode(x=x, y=y, color=arm_color(view), detail="seed:N")
    return alt.layer(
        base.mark_line(strokeWidth=2.5 * view.size, opacity=0.7),
        base.mark_point(filled=True, size=110 * view.size, opacity=1).encode(
            tooltip=["name:N", "block:O", "seed:N", alt.Tooltip("growth:Q", format=".1f")]
        ),
    ).properties(height=height(view, 360), width="container")


PROFILE = (
    T("The same, block by block, at the last step", "Vẫn thế, từng khối, ở bước cuối"),
    T(
        "Growth of the std against the number of the block, at the last step. {now}",
        "Độ lệch chuẩn tăng thêm theo số thứ tự khối, ở bước cuối. {now}",
    ),
    profile_rows,
    profile_chart,
    T(
        "A flat line: all blocks widen alike. Several lines of one colour are several seeds.",
        "Đường ngang: mọi khối rộng thêm như nhau. Nhiều đường cùng màu là nhiều hạt giống.",
    ),
)
profile = Figure("profile", *PROFILE)

RIDGES = 6  # snapshots drawn at most
LIFT = 1.9  # height of a ridge, in steps of the ladder


def normal_share(z, width):
    return width * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def ridge_rows(view):
    """kind: now (main arm), noise (the first arm that reads uniform tokens), start (N(0, σ)); base and top: y."""
    block, std = int(view.values.get("block_at", 1)), view.config.linear_std
    block = min(block, view.config.blocks)
    noise = next((a for a in view.arms[1:] if getattr(a.arm.config, "data", "") == "uniform"), None)
    main = view.main.tables.get("histogram", {})
    steps = sorted(main)
    steps = steps if len(steps) <= RIDGES else [*steps[: RIDGES - 1], steps[-1]]
    peak, rows = normal_share(0, 0.1), []
    for level, step in enumerate(steps):
        base = -float(level)
        label = T("step {n}", "bước {n}").format(n=step)(view.lang)
        for kind, table in (
            ("now", main[step]),
            ("noise", noise and noise.result.tables.get("histogram", {}).get(step)),
        ):
            if table:
                mine = zip(table["block"], table["weight"], table["share"], strict=True)
                found = {w: s for b, w, s in mine if b == block}
                for i in range(100):
                    z = round((2 * i + 1) / 20 - 5, 3)
                    rows.append((kind, label, z * std, base, base + LIFT * found.get(z, 0.0) / peak / 2))
        for i in range(100):
            z = round((2 * i + 1) / 20 - 5, 3)
            rows.append(("start", label, z * std, base, base + LIFT * normal_share(z, 0.1) / peak / 2))
        rows.append(("label", label, None, base, base))
    return pd.DataFrame(rows, columns=["kind", "label", "weight", "base", "top"])


def ridge_chart(view):
    x = alt.X("weight:Q", title=T("weight", "trọng số")(view.lang))
    y = alt.Y("top:Q", axis=None)

    def of(kind):
        return Chart().transform_filter(alt.datum.kind == kind)

    group = "label:N"
    return alt.layer(
        of("now")
        .mark_area(opacity=0.35, color=ARMS[0], interpolate="step")
        .encode(x=x, y=y, y2="base:Q", detail=group),
        of("now")
        .mark_line(color=ARMS[0], strokeWidth=1.8 * view.size, interpolate="step")
        .encode(x=x, y=y, detail=group),
        of("noise")
        .mark_line(color=ARMS[1], strokeWidth=1.6 * view.size, interpolate="step")
        .encode(x=x, y=y, detail=group),
        of("start").mark_line(color=GREY, strokeDash=[5, 4], strokeWidth=1.4).encode(x=x, y=y, detail=group),
        of("label")
        .mark_text(align="left", dx=4, dy=-9, fontSize=font(view, 12), color=GREY)
        .encode(x=alt.value(0), y=y, text=group),
    ).properties(height=height(view, 380), width="container")


ridge = Figure(
    "ridge",
    T("The histogram of one block's QKV, step by step", "Biểu đồ tần suất QKV của một khối, qua từng bước"),
    T(
        "Histograms of the QKV weights of the chosen block at several steps, one below the other. {now}",
        "Biểu đồ tần suất trọng số QKV của khối được chọn ở nhiều bước, xếp từ trên xuống. {now}",
    ),
    ridge_rows,
    ridge_chart,
    T(
        "Blue: your model. Orange: the same model on uniform random tokens. Dashed grey: N(0, σ), the start. Axis: ±5σ, ±0.1 where σ is 0.02, as in the course.",
        "Xanh: mô hình của bạn. Cam: cùng mô hình trên token ngẫu nhiên đều. Xám nét đứt: N(0, σ), lúc đầu. Trục: ±5σ, tức ±0.1 khi σ là 0.02, như khóa học.",
    ),
)


def curves_rows(view):
    frame = loss_rows(view)
    batch = view.frame("one_batch").assign(kind="batch", mean=None)
    parts = [f for f in (frame, batch) if len(f)]
    return pd.concat(parts) if parts else frame


def curves_chart(view):
    x = alt.X("step:Q")
    hollow = (
        Chart()
        .transform_filter((alt.datum.kind == "batch") & (alt.datum.role == "arm"))
        .mark_point(size=70 * view.size, strokeWidth=1.6, filled=False)
        .encode(x=x, y="value:Q", color=arm_color(view, legend=False), tooltip=["name:N", "step:Q", "value:Q"])
    )
    whole = loss_chart(view, references=("uniform", "unigram"), base=340)
    return whole + hollow


LOSS = (
    T("The loss, and the course's single test batch", "Loss, và lô kiểm thử duy nhất của khóa học"),
    T(
        "Test loss over the steps, one line per model; hollow: one random test batch, as the course measures. {now}",
        "Loss kiểm thử theo bước, mỗi mô hình một đường; vòng rỗng: một lô kiểm thử ngẫu nhiên, như khóa học đo. {now}",
    ),
    curves_rows,
    curves_chart,
    T(
        "Each model is tested on its own kind of data: held-out text, its tokens shuffled, or fresh uniform tokens. Hollow rings: one random batch each time.",
        "Mỗi mô hình được kiểm thử trên loại dữ liệu của nó: văn bản để dành, token xáo trộn, hay token đều mới. Vòng rỗng: mỗi lần một lô ngẫu nhiên.",
    ),
)
curves = Figure("curves", *LOSS)
curves_folded = Figure("curves_folded", *LOSS, folded=True)


def column_rows(view, name):
    rows = []
    for a in (*view.arms, *view.pinned):
        for step, table in a.result.tables.get("spread", {}).items():
            seed = str(getattr(a.arm.config, "seed", 0))
            rows += [
                (a.arm.name(view.lang), seed, step, b, v)
                for b, v in zip(table["block"], table[name], strict=True)
                if v is not None
            ]
    return pd.DataFrame(rows, columns=["name", "seed", "step", "block", "value"])


def column_chart(view, title, line, words):
    tip = ["name:N", "block:Q", "step:Q", alt.Tooltip("value:Q", format=".3f")]
    mark = Chart(alt.Data(values=[{"y": line, "t": words(view.lang)}]))
    return alt.layer(
        mark.mark_rule(color=GREY, strokeDash=[6, 4]).encode(y="y:Q"),
        mark.mark_text(align="right", dx=-4, dy=-8, color=GREY, fontSize=font(view)).encode(
            y="y:Q", x=alt.value("width"), text="t:N"
        ),
        Chart()
        .mark_line(strokeWidth=1.6 * view.size, opacity=0.8, point=alt.OverlayMarkDef(size=18))
        .encode(
            x=step_axis(view),
            y=alt.Y("value:Q", title=title(view.lang), scale=alt.Scale(zero=False)),
            color=arm_color(view),
            detail=["block:N", "seed:N"],
            tooltip=tip,
        ),
    ).properties(height=height(view, 300), width="container")


tails = Figure(
    "tails",
    T("Longer tails? The kurtosis of Q, K and V", "Đuôi dài hơn? Độ nhọn (kurtosis) của Q, K và V"),
    T(
        "Kurtosis of every block's queries, keys and values (their mean) over the steps; 3 is a normal distribution. {now}",
        "Độ nhọn của truy vấn, khóa và giá trị từng khối (lấy trung bình) theo bước; 3 là phân phối chuẩn. {now}",
    ),
    partial(column_rows, name="kurtosis"),
    partial(
        column_chart,
        title=T("kurtosis", "độ nhọn (kurtosis)"),
        line=3,
        words=T("a normal distribution: 3", "phân phối chuẩn: 3"),
    ),
    T(
        "Mean fourth power over squared mean square. Above 3: more very large weights than a normal distribution has.",
        "Trung bình lũy thừa bốn chia bình phương của trung bình bình phương. Trên 3: số trọng số rất lớn nhiều hơn ở phân phối chuẩn.",
    ),
    folded=True,
)
meter = Figure(
    "meter",
    T("Go deeper: the size of one step", "Đào sâu: độ lớn của một bước"),
    T(
        "Logarithm of the std of one step over the std of the weights, every block, over the steps. {now}",
        "Logarit của độ lệch chuẩn một bước chia độ lệch chuẩn trọng số, từng khối, theo bước. {now}",
    ),
    partial(column_rows, name="update"),
    partial(
        column_chart,
        title=T("log₁₀ (std of the step ÷ std of the weights)", "log₁₀ (độ lệch chuẩn của bước ÷ của trọng số)"),
        line=-3,
        words=T("a thousandth per step: a usual aim", "một phần nghìn mỗi bước: đích thường dùng"),
    ),
    T(
        "One step of Adam moves a weight by about the learning rate, whatever it learned: 0.001 on 0.02 is a twentieth, −1.3 here.",
        "Một bước của Adam dời mỗi trọng số khoảng bằng tốc độ học, dù nó học được gì: 0.001 trên 0.02 là một phần hai mươi, −1.3 ở đây.",
    ),
    folded=True,
)


def gpt2_rows(view):
    return pd.DataFrame({"block": range(1, 13), "std": GPT2_STDS, "label": [number(s) for s in GPT2_STDS]})


def gpt2_chart(view):
    base = (
        Chart()
        .transform_filter("isValid(datum.label)")
        .encode(
            x=alt.X(
                "block:O",
                title=T("block of GPT-2", "khối của GPT-2")(view.lang),
                scale=alt.Scale(domain=list(range(1, 13))),
                axis=alt.Axis(labelAngle=0),
            ),
            y=alt.Y("std:Q", title=T("std of QKV (c_attn)", "độ lệch chuẩn của QKV (c_attn)")(view.lang)),
        )
    )
    start = Chart(alt.Data(values=[{"y": 0.02, "t": T("start: 0.02", "lúc đầu: 0.02")(view.lang)}]))
    return alt.layer(
        base.mark_bar(color=ARMS[0], opacity=0.4),
        base.mark_text(dy=-8, fontSize=font(view, 12), color=GREY).encode(text="label:N"),
        start.mark_rule(color=BROKEN, strokeDash=[6, 4], strokeWidth=2).encode(y="y:Q"),
        start.mark_text(align="right", dx=-4, dy=-9, color=BROKEN, fontSize=font(view, 13), fontWeight="bold").encode(
            y="y:Q", x=alt.value("width"), text="t:N"
        ),
    ).properties(height=height(view, 260), width="container")


gpt2 = Figure(
    "gpt2",
    T("GPT-2 today (cited, not measured here)", "GPT-2 hôm nay (trích dẫn, không đo ở đây)"),
    T(
        "Std of the QKV matrix of each of GPT-2's twelve blocks, as published; the start was 0.02.",
        "Độ lệch chuẩn ma trận QKV của mười hai khối GPT-2, theo bản công bố; lúc đầu là 0.02.",
    ),
    gpt2_rows,
    gpt2_chart,
    T(
        "The published weights of GPT-2 (124M). Block 1 is widest, the rest nearly equal.",
        "Trọng số GPT-2 (124M) đã công bố. Khối 1 rộng nhất, các khối còn lại gần bằng nhau.",
    ),
)
