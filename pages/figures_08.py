"""The pictures of lesson 8's training: the loss against counting, where in the window it sits, and the writing."""

import math

import altair as alt
import pandas as pd

from app.charts import (
    BEGUN,
    NATS,
    STEP,
    Chart,
    arm_color,
    beyond,
    diverged,
    height,
    room,
    rules,
    step_axis,
    thin,
    under,
)
from app.i18n import T
from app.lesson import Figure
from app.theme import GREY

EMPTY = pd.DataFrame({"x": pd.Series(dtype=float)})


def tables(view, name):
    """The last table of that name in every arm, one row per entry, with step and the arm's name."""
    frames = []
    for a in view.arms:
        found = a.result.tables.get(name, {})
        if found:
            step = max(found)
            frames.append(pd.DataFrame(found[step]).assign(step=step, arm=a.arm.label, name=a.arm.name(view.lang)))
    return pd.concat(frames, ignore_index=True) if frames else EMPTY


# --- the loss, and what counting can do --------------------------------------------------------------------------

LINES = {
    "uniform": T("uniform guess, ln V", "đoán đều, ln V"),
    "unigram_table": T("token frequencies", "tần suất token"),
    "bigram_table": T("table of counted word pairs", "bảng đếm cặp từ"),
    "oracle": T("best possible on these windows", "tốt nhất có thể trên các cửa sổ này"),
}
AXES = {
    "step": T("step", "bước"),
    "tokens": T("training tokens seen", "số token huấn luyện đã thấy"),
    "seconds": T("seconds of training", "giây huấn luyện"),
}
BEATS = ("unigram_table", "bigram_table")  # the lines that counting draws: where a run first beats them is marked
COLUMNS = ["x", "y", "low", "high", "what", "name", "run", "role", "step", "text", "under", "at"]
NEAR = 0.09  # of the x axis: two steps written there would lie on each other
STRUCK = 0.1  # of the y axis: a name above a place so close below its line would be struck through by it
LATE = 0.7  # of the x axis: from there on the names of the lines stand above them


def axis(view):
    chosen = str(view.values.get("x") or "step")
    return chosen if chosen in AXES else "step"


def loss_rows(view, x=None):
    """Train points thinned, test points with their two standard errors, and where each line is first beaten."""
    x = x or axis(view)
    frame = thin(view.frame("train_loss", "test_loss"))
    if frame.empty:
        return pd.DataFrame(columns=COLUMNS)
    ghost = (frame["role"] == "pinned") & (frame["metric"] == "train_loss")
    frame = frame[~ghost].assign(what=frame["metric"].map({"train_loss": "train", "test_loss": "test"}))
    errors = {(e.run, e.step): e.value for e in view.frame("test_se").itertuples()}
    error = pd.Series([errors.get((e.run, e.step)) or 0.0 for e in frame.itertuples()], index=frame.index)
    frame = frame.assign(low=frame["value"] - 2 * error, high=frame["value"] + 2 * error, text="")
    window = {
        a.run_id: getattr(a.arm.config, "batch", 0) * getattr(a.arm.config, "context", 0)
        for a in (*view.arms, *view.pinned)
    }
    places = {
        "step": frame["step"],
        "tokens": frame["step"] * frame["run"].map(window).fillna(0),
        "seconds": frame["seconds"].fillna(0.0),  # nan: no step has been made yet
    }
    frame = frame.assign(x=places[x], y=frame["value"], under=False, at=frame["value"])
    marks = apart(crossings(view, frame), frame["x"].max(), frame["y"].max())
    return (pd.concat([frame, pd.DataFrame(marks)], ignore_index=True) if marks else frame)[COLUMNS]


def apart(marks: list[dict], end: float, top: float) -> list[dict]:
    """Late crossings are named below their place, and of such as lie close to each other every second; but a step that
    several take over one line is named once: above at the last of them, below at the first, clear of all their curves. A
    name above stands above the line as well ("at"). end, top: of the axes."""
    last, under = None, False
    for mark in sorted(marks, key=lambda mark: mark["x"]):
        near = last is not None and mark["x"] - last["x"] < NEAR * end
        if near and (mark["text"], mark["line"]) == (last["text"], last["line"]):
            (mark if under else last)["text"] = ""
        else:
            under = not under if near else mark["x"] > LATE * end
        mark["under"], last = under, mark
        if not under and mark["line"] - mark["y"] < STRUCK * top:
            mark["at"] = mark["line"]
    return marks


def crossings(view, frame) -> list[dict]:
    """The first evaluated step of each arm below the token frequencies, and below the table of pairs."""
    rows, tests = [], frame[frame["what"] == "test"]
    for a in view.arms:
        mine = tests[tests["run"] == a.run_id]
        lines, values = a.result.facts.get("references", {}), mine["value"].to_numpy()
        for name in BEATS:
            below = (values < lines.get(name, -math.inf)).nonzero()[0]
            if len(below):
                first = mine.iloc[below[0]].to_dict()
                text = f"{STEP(view.lang)} {int(first['step'])}"
                rows.append(first | {"what": "crossing", "text": text, "line": lines[name]})
    return rows


def loss_chart(view, x=None, names=tuple(LINES), left=()):
    """left: the lines whose names stand at the left end."""
    chosen = x or axis(view)
    whole = {} if chosen == "seconds" else {"tickMinStep": 1, "format": ",d"}
    begun = alt.Undefined if chosen == "seconds" else BEGUN
    x = alt.X("x:Q", title=AXES[chosen](view.lang), scale=begun, axis=alt.Axis(grid=False, tickCount=8, **whole))
    name = NATS(view.lang)
    y = alt.Y("drawn:Q", title=name, scale=room(view, names), axis=alt.Axis(grid=False))
    color, font = arm_color(view), {"fontSize": 12 * view.size}

    def part(what, role="arm"):
        base = Chart().transform_filter((alt.datum.what == what) & (alt.datum.role == role))
        return base.transform_calculate(drawn=under(view, "y")).encode(x=x, y=y, color=color, detail="run:N")

    named = part("crossing").transform_calculate(drawn=under(view, "at"))
    named = named.encode(text="text:N", color=alt.value(GREY))  # the orange of an arm is pale on white
    tip = [
        "name:N",
        "step:Q",
        alt.Tooltip("y:Q", title="nats/token", format=".3f"),
        alt.Tooltip("perplexity:Q", title=T("perplexity", "độ rối (perplexity)")(view.lang), format=".3g"),
    ]
    marks = [
        *rules(view, tuple(n for n in names if n not in left), LINES),
        *rules(view, left, LINES, left=True),
        part("train").mark_line(opacity=0.3, strokeWidth=1),
        part("test", "pinned").mark_line(strokeDash=[5, 4], strokeWidth=2, opacity=0.8),
        part("test")
        .transform_calculate(**{"from": under(view, "low"), "to": under(view, "high")})
        .mark_rule(strokeWidth=2)
        .encode(y=alt.Y("from:Q", title=name), y2=alt.Y2("to:Q", title=None)),
        part("test").mark_line(strokeWidth=3 * view.size),
        part("test")
        .transform_calculate(perplexity="exp(datum.y)")
        .mark_point(filled=True, size=45 * view.size, opacity=1)
        .encode(tooltip=tip),
        part("crossing").mark_point(shape="diamond", size=150, filled=False, strokeWidth=2),
        named.transform_filter(~alt.datum.under).mark_text(align="left", dx=9, dy=-9, **font),
        named.transform_filter(alt.datum.under).mark_text(align="right", dx=-9, dy=11, **font),
        *beyond(view, y, "y"),
    ]
    if chosen == "step":
        marks += diverged(view)
    return alt.layer(*marks).properties(height=height(view, 400), width="container")


loss = Figure(
    "loss",
    T("Loss, against mere counting", "Loss, so với chỉ đếm"),
    T(
        "Train loss faint, test loss bold with two standard errors, one colour per run; dashed lines: uniform guess, token frequencies, counted pairs, best possible. {now}",
        "Loss huấn luyện mờ, loss kiểm thử đậm kèm hai sai số chuẩn, mỗi lần chạy một màu; đường gạch: đoán đều, tần suất, cặp từ, tốt nhất có thể. {now}",
    ),
    loss_rows,
    loss_chart,
    help=T(
        "A diamond marks where a run first beats a line of counting, with the step. The table of pairs needs no gradient at all.",
        "Hình thoi đánh dấu chỗ một lần chạy lần đầu vượt một đường của phép đếm, kèm số bước. Bảng cặp từ không cần gradient nào.",
    ),
)


def race_chart(view):
    """On prose all runs come down to the table's line at the right end, on Tales a quick one crosses it at the left."""
    left = () if view.config.corpus.startswith("tales") else ("bigram_table",)
    return loss_chart(view, "seconds", ("unigram_table", "bigram_table", "oracle"), left)


race = Figure(
    "race",
    T("One clock for all", "Một đồng hồ cho tất cả"),
    T(
        "Test loss against seconds of training for Model 1 and Model 5 with one to three blocks. {now}",
        "Loss kiểm thử theo giây huấn luyện của Mô hình 1 và Mô hình 5 một đến ba khối. {now}",
    ),
    lambda view: loss_rows(view, "seconds"),
    race_chart,
)


# --- where attention helps: loss by place in the window ----------------------------------------------------------


def place_rows(view):
    return tables(view, "by_place")


def place_chart(view):
    x = alt.X(
        "place:Q",
        title=T(
            "place in the window (tokens before it, plus one)", "vị trí trong cửa sổ (số token đứng trước nó, cộng một)"
        )(view.lang),
    )
    y = alt.Y(
        "loss:Q",
        title=T("test loss (nats/token)", "loss kiểm thử (nats/token)")(view.lang),
        scale=alt.Scale(zero=False),
    )
    line = (
        Chart()
        .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=24))
        .encode(x=x, y=y, color=arm_color(view), tooltip=["name:N", "place:Q", alt.Tooltip("loss:Q", format=".3f")])
    )
    marks = [line, *rules(view, ("bigram",))]
    return alt.layer(*marks).properties(height=320 * view.size, width="container")


by_place = Figure(
    "by_place",
    T("Where attention helps: loss by place in the window", "Attention giúp ở đâu: loss theo vị trí trong cửa sổ"),
    T(
        "Test loss for every place in the window, one line per run. A model that looks at one token only is flat. {now}",
        "Loss kiểm thử theo từng vị trí trong cửa sổ, mỗi lần chạy một đường. Mô hình chỉ nhìn một token thì đường nằm ngang. {now}",
    ),
    place_rows,
    place_chart,
    help=T(
        "The first place has no past to look at: there even a perfect transformer is a table of pairs.",
        "Vị trí đầu không có quá khứ để nhìn: ở đó transformer hoàn hảo cũng chỉ bằng bảng cặp từ.",
    ),
    folded=True,
)


# --- the test part, window by window ----------------------------------------------------------------------------


def strip_rows(view):
    rows = tables(view, "windows")
    texts = next((t[0] for t in (a.result.tables.get("texts") for a in view.arms) if t), None)
    if texts is None or "window" not in rows:
        return EMPTY
    return rows.merge(pd.DataFrame(texts).rename_axis("window").reset_index(), on="window")


def strip_chart(view):
    return (
        Chart()
        .mark_bar()
        .encode(
            x=alt.X(
                "part:Q",
                title=T("place in the held-out text", "vị trí trong văn bản để dành")(view.lang),
                axis=alt.Axis(format="%"),
            ),
            y=alt.Y("loss:Q", title=T("loss of the window (nats/token)", "loss của cửa sổ (nats/token)")(view.lang)),
            color=arm_color(view),
            tooltip=[
                "name:N",
                alt.Tooltip("loss:Q", format=".2f"),
                alt.Tooltip("text:N", title=T("text", "văn bản")(view.lang)),
            ],
        )
        .properties(height=240 * view.size, width="container")
    )


strip = Figure(
    "windows",
    T("The held-out text, window by window", "Văn bản để dành, từng cửa sổ một"),
    T(
        "Loss of each fixed test window along the held-out text; the text on hover. {now}",
        "Loss của từng cửa sổ kiểm thử cố định dọc văn bản để dành; di chuột để đọc văn bản. {now}",
    ),
    strip_rows,
    strip_chart,
    help=T(
        "One window says little: look how far they scatter.",
        "Một cửa sổ nói lên rất ít: hãy xem chúng tản mát đến đâu.",
    ),
    folded=True,
)


DASHES = ([1, 0], [12, 5], [2, 4], [10, 4, 2, 4])  # told apart at a glance


def dash_legend(**more):
    """A legend of dashes: strokes long enough to tell them apart, in a grey that both themes show. more: of alt.Legend.

    For a plain line: the points of an overlay would take the strokes' place in it.
    """
    return alt.Legend(
        symbolType="stroke", symbolSize=2500, symbolStrokeColor=GREY, symbolStrokeWidth=2, columnPadding=24, **more
    )


def dashed(base, dash, size: float):
    """The lines of `base`, dashed as `dash` says, and their points on them."""
    return alt.layer(
        base.mark_line(strokeWidth=2).encode(strokeDash=dash),
        base.mark_point(filled=True, opacity=1, size=50 * size).encode(detail=dash.shorthand),
    )


# --- the writing, measured ---------------------------------------------------------------------------------------

STAGES = (
    ("pairs_known", T("pairs that occur in the training text", "cặp token có trong văn bản huấn luyện")),
    ("agreements", T("agreements that hold (Tales)", "chỗ ăn khớp được giữ đúng (Tales)")),
    ("whitespace", T("white space", "khoảng trắng")),
    ("punctuation", T("punctuation", "dấu câu")),
)


def writing_rows(view):
    frame = view.frame(*(name for name, _ in STAGES))
    names = {code: label(view.lang) for code, label in STAGES}
    return frame.assign(what=frame["metric"].map(names))


def writing_chart(view):
    base = Chart().encode(
        x=step_axis(view),
        y=alt.Y(
            "value:Q",
            title=T("share of what it writes", "tỉ lệ trong văn bản nó viết")(view.lang),
            axis=alt.Axis(format="%"),
            scale=alt.Scale(domain=[0, 1]),
        ),
        color=arm_color(view),
        tooltip=["name:N", "what:N", "step:Q", alt.Tooltip("value:Q", format=".0%")],
    )
    dash = alt.StrokeDash(
        "what:N",
        scale=alt.Scale(domain=[label(view.lang) for _, label in STAGES], range=list(DASHES)),
        legend=dash_legend(title=None, orient="bottom", labelLimit=320, columns=2),
    )
    # with its two legends: half of it is for the lines
    return dashed(base, dash, view.size).properties(height=480 * view.size, width="container")


writing = Figure(
    "writing",
    T("What its writing has learned", "Văn nó viết đã học được gì"),
    T(
        "Shares counted in 8 pieces of writing at some steps and at the end: known pairs, agreements, white space, punctuation. {now}",
        "Các tỉ lệ đếm trên 8 đoạn tự viết ở một số bước và ở bước cuối: cặp quen, chỗ ăn khớp, khoảng trắng, dấu câu. {now}",
    ),
    writing_rows,
    writing_chart,
    folded=True,
)
