"""The pictures of lesson 14 about PyTorch's calls: who obeys eval, what comes out, a training that forgets train()."""

import altair as alt
import pandas as pd

from app.charts import Chart, height, step_axis
from app.i18n import T, same
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY, percent
from core.experiments.dropout_calls import CELLS, CODE, STAGES
from core.experiments.forgotten_train import FIRST_TEST
from pages.figures_14 import first

BLUE = ARMS[0]
SHOWN = 50  # the training is drawn from this step on: before, it falls from ln V
STAGE_NAMES = {
    "train": same("model.train()"),
    "eval": same("model.eval()"),
    "again": T("model.train() again", "lại model.train()"),
    "forgotten": T("train() forgotten", "quên train()"),
}


# --- who obeys eval --------------------------------------------------------------------------------------------------


def stages(view) -> list[str]:
    """What the three columns are called."""
    last = "forgotten" if view.config.forget else "again"
    return [STAGE_NAMES[stage](view.lang) for stage in ("train", "eval", last)]


def wrong(call: str, stage: str, zeros: float, forget: bool) -> bool:
    """Drops in eval mode, or no longer drops where it should."""
    return bool(zeros) if stage == "eval" else stage == "again" and forget and not zeros


def obey_rows(view):
    table = first(view.result("calls"), "obedience")
    if not table:
        return pd.DataFrame()
    names = dict(zip(STAGES, stages(view), strict=True))
    drops, passes = T("drops {n}", "bỏ {n}"), T("passes", "cho qua")
    differ, equal = T("two passes differ", "hai lượt khác nhau"), T("two passes equal", "hai lượt như nhau")
    rows = []
    for call, stage, zeros, gap in zip(*(table[k] for k in ("call", "stage", "zeros", "difference")), strict=True):
        word = drops.format(n=percent(zeros)) if zeros else passes
        bad = wrong(call, stage, zeros, view.config.forget)
        state = "bad" if bad else "drops" if zeros else "passes"
        mark = " !" if bad else ""
        rows.append(
            (CODE[call], names[stage], state, word(view.lang) + mark, (differ if gap else equal)(view.lang), zeros, gap)
        )
    return pd.DataFrame(rows, columns=["call", "stage", "state", "word", "note", "zeros", "gap"])


def obey_chart(view):
    x = alt.X(
        "stage:N",
        sort=None,
        scale=alt.Scale(domain=stages(view)),
        title=None,
        axis=alt.Axis(
            orient="top",
            labelAngle=0,
            labelFontSize=14 * view.size,
            labelLimit=260,
            domain=False,
            ticks=False,
        ),
    )
    y = alt.Y(
        "call:N",
        sort=None,
        scale=alt.Scale(domain=list(CODE.values())),
        title=None,
        axis=alt.Axis(labelFontSize=13 * view.size, labelLimit=330, domain=False, ticks=False),
    )
    color = alt.Color(
        "state:N", scale=alt.Scale(domain=["drops", "passes", "bad"], range=[BLUE, "#8a929a", BROKEN]), legend=None
    )
    base = Chart().transform_filter("isValid(datum.word)").encode(x=x, y=y)  # before the rows come there are none
    tip = ["call:N", "stage:N", alt.Tooltip("zeros:Q", format=".1%"), alt.Tooltip("gap:Q", format=".3g")]
    return alt.layer(
        base.mark_rect(cornerRadius=4, stroke="white", strokeWidth=3, opacity=0.9).encode(color=color, tooltip=tip),
        base.mark_text(dy=-7 * view.size, color="white", fontWeight="bold", fontSize=15 * view.size).encode(
            text="word:N"
        ),
        base.mark_text(dy=11 * view.size, color="white", fontSize=12 * view.size).encode(text="note:N"),
    ).properties(height=height(view, 400), width="container")


obey = Figure(
    "obey",
    T(
        "Share of zeros in the output, and whether two passes agree",
        "Tỉ lệ số 0 ở đầu ra, và hai lượt có như nhau không",
    ),
    T(
        "A table of six calls by three stages; each cell says drops or passes and whether two passes agree. {now}",
        "Bảng sáu lời gọi và ba giai đoạn; mỗi ô ghi bỏ hay cho qua, và hai lượt có như nhau không. {now}",
    ),
    obey_rows,
    obey_chart,
    help=T(
        "Drops: some numbers come out as 0. Red with an exclamation mark: it drops in eval mode, or has stopped dropping in training.",
        "Bỏ: một số con số ra 0. Đỏ kèm dấu chấm than: bỏ khi đang eval, hoặc đã thôi bỏ khi huấn luyện.",
    ),
)


def output_rows(view):
    table = first(view.result("calls"), "outputs")
    if not table:
        return pd.DataFrame()
    frame = pd.DataFrame(table)
    frame = frame[frame["call"] == view.values["call"]]
    frame["stage"] = frame["stage"].map(dict(zip(STAGES, stages(view), strict=True)))
    frame["word"] = ["×" if value == 0 else "" for value in frame["value"]]
    return frame


def output_chart(view):
    x = alt.X(
        "place:O",
        scale=alt.Scale(domain=list(range(1, CELLS + 1))),
        title=T("place in the output", "vị trí trong đầu ra")(view.lang),
        axis=alt.Axis(labels=False, ticks=False),
    )
    y = alt.Y(
        "stage:N",
        sort=None,
        scale=alt.Scale(domain=stages(view)),
        title=None,
        axis=alt.Axis(labelFontSize=13 * view.size, labelLimit=220),
    )
    base = Chart().transform_filter("isValid(datum.word)").encode(x=x, y=y)  # before the rows come there are none
    return alt.layer(
        base.mark_rect(stroke=GREY, strokeWidth=0.5).encode(
            color=alt.Color("value:Q", scale=alt.Scale(scheme="blueorange", domainMid=0), legend=None),
            opacity=alt.condition(alt.datum.value == 0, alt.value(0), alt.value(1)),
            tooltip=["place:O", "stage:N", alt.Tooltip("value:Q", format=".3f")],
        ),
        base.mark_text(color=GREY, fontWeight="bold", fontSize=13 * view.size).encode(text="word:N"),
    ).properties(height=170 * view.size, width="container")


outputs = Figure(
    "outputs",
    T("The first numbers that come out (× is 0)", "Các số đầu tiên đi ra (× là 0)"),
    T(
        "Three rows of cells, one for each stage: the first outputs of the chosen call, zeros marked with a cross. {now}",
        "Ba hàng ô, mỗi giai đoạn một hàng: các đầu ra đầu tiên của lời gọi đã chọn, số 0 ghi dấu chéo. {now}",
    ),
    output_rows,
    output_chart,
    help=T(
        "Blue negative, orange positive; the same input in all three rows. In train mode survivors are larger: divided by 1 − p.",
        "Xanh là âm, cam là dương; ba hàng cùng một đầu vào. Ở chế độ train, số sống sót lớn hơn: được chia cho 1 − p.",
    ),
)


def forgotten_rows(view):
    frame = view.frame("train_loss", "test_loss")
    frame = frame[frame["arm"].isin(["right", "forgot"]) & (frame["step"] >= SHOWN)].copy()
    runs = frame.groupby(["run", "metric"])["value"]
    frame["mean"] = runs.transform(lambda v: v.rolling(20, min_periods=1).mean())
    return frame.sort_values("step")


def forgotten_chart(view):
    x = step_axis(view, scale=alt.Scale(zero=False))
    y = alt.Y(
        "mean:Q",
        title=T("training loss (nats/token)", "loss huấn luyện (nats/token)")(view.lang),
        scale=alt.Scale(zero=False),
    )
    mark = Chart(alt.Data(values=[{"step": FIRST_TEST, "label": T("first evaluation", "lần đánh giá đầu")(view.lang)}]))
    line = Chart().transform_filter(alt.datum.metric == "train_loss")
    return alt.layer(
        mark.mark_rule(color=GREY, strokeDash=[5, 4]).encode(x="step:Q"),
        mark.mark_text(color=GREY, align="left", dx=5, fontSize=12 * view.size).encode(
            x="step:Q", y=alt.value(12), text="label:N"
        ),
        line.mark_line(strokeWidth=2.5).encode(
            x=x, y=y, color=two_colors(view), tooltip=["name:N", "step:Q", alt.Tooltip("mean:Q", format=".3f")]
        ),
    ).properties(height=height(view, 260), width="container")


def two_colors(view):
    """Colours and names of the two trainings."""
    arms = [a.arm for a in view.arms if a.arm.label in ("right", "forgot")]
    scale = alt.Scale(domain=[a.name(view.lang) for a in arms], range=[ARMS[a.color] for a in arms])
    return alt.Color("name:N", scale=scale, legend=alt.Legend(title=None, orient="top", labelLimit=320))


forgotten = Figure(
    "forgotten",
    T("A training that forgets model.train()", "Một lần huấn luyện quên model.train()"),
    T(
        "Training loss of two runs over the steps; after the first evaluation the one that forgets lies lower. {now}",
        "Loss huấn luyện của hai lần chạy theo bước; sau lần đánh giá đầu, lần quên nằm thấp hơn. {now}",
    ),
    forgotten_rows,
    forgotten_chart,
    help=T(
        "Mean of the last 20 steps. Same data, same masks, until the first evaluation at step 100.",
        "Trung bình 20 bước gần nhất. Cùng dữ liệu, cùng mặt nạ, cho đến lần đánh giá đầu ở bước 100.",
    ),
)
