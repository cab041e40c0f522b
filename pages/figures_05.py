"""The pictures of lesson 5: the loss above its floor, which token is the target, the model's table against the counts,
where the loss starts, and how far one token can see."""

import math

import altair as alt
import pandas as pd

from app import charts
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY
from core import start_loss
from core.experiments import model1

LINES = {
    "uniform": T("uniform guess, ln V", "đoán đều, ln V"),
    "unigram": T("token frequencies, H(x)", "tần suất token, H(x)"),
    "after": T("best one token can do, two ahead", "tốt nhất với một token, đoán cách hai"),
    "next": T("best one token can do, next", "tốt nhất với một token, đoán kế tiếp"),
    "bigram": T("best one token can do, k ahead", "tốt nhất với một token, đoán cách k"),
}
SHARE = alt.Axis(format="%")
STAGES = (*model1.STAGES, 8900)  # when a run looks at its table; it does so at its end as well: the course's run
LAST = 600


def pieces(values) -> list[str]:
    """Tokens as they can be read: a line end as ⏎, the space before a word as it is."""
    return [str(v).replace("\n", "⏎").replace("\r", "␍") for v in values]


def last_table(view, result, name: str) -> tuple[int, dict]:
    """(step, columns) of the run's last such table at or before the chosen stage; (0, {}) before there is one."""
    found = result.tables.get(name, {})
    stage = int(view.values.get("stage", LAST))
    step = max((s for s in found if s <= stage), default=min(found, default=0))
    return step, found.get(step, {})


# --- the loss ----------------------------------------------------------------------------------------------------


def loss_chart(view):
    names = ["uniform", "unigram", "after", "next"]
    if view.references.get("bigram") not in (view.references.get("next"), view.references.get("after")):
        names.append("bigram")
    return charts.loss_chart(view, references=tuple(names), labels=LINES)


loss = Figure(
    "loss",
    T("Loss, and the lines it cannot cross", "Loss, và những đường nó không thể vượt"),
    T(
        "Loss against steps, one colour per target; dashed lines: uniform guess, token frequencies, and the lowest loss that any model of one token can have. {now}",
        "Loss theo bước, mỗi đích một màu; đường gạch: đoán đều, tần suất token, và loss thấp nhất mà mô hình một token có thể đạt. {now}",
    ),
    charts.loss_rows,
    loss_chart,
    help=T(
        "nats/token: ln of how many equally likely choices are left. The dashed lines are counted or computed, not trained.",
        "nats/token: ln của số lựa chọn đều nhau còn lại. Các đường gạch do đếm hoặc tính ra, không phải huấn luyện.",
    ),
)


def floor(result) -> tuple[str, float]:
    """(metric, its floor): on Tales the test part and the best model of one token on that very text; on other texts
    the training part and what was counted there, since nobody knows the true table of a real text."""
    best = result.facts.get("references", {}).get("best")
    return ("test_loss", best) if best is not None else ("text_loss", result.facts.get("counted_floor", math.nan))


def gap_rows(view):
    rows = []
    for a in view.arms:
        metric, least = floor(a.result)
        rows += [
            (step, value - least, a.arm.name(view.lang), a.run_id)
            for step, value in a.result.metrics.get(metric, {}).items()
            if step and math.isfinite(value) and value > least
        ]
    return pd.DataFrame(rows, columns=["step", "gap", "name", "run"])


def gap_chart(view):
    return (
        charts.Chart()
        .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=45))
        .encode(
            x=alt.X("step:Q", scale=alt.Scale(type="log"), title=T("step", "bước")(view.lang)),
            y=alt.Y(
                "gap:Q",
                scale=alt.Scale(type="log"),
                title=T("nats above the floor of its own target", "nats cao hơn mức sàn của chính đích đó")(view.lang),
            ),
            color=charts.arm_color(view),
            tooltip=["name:N", "step:Q", alt.Tooltip("gap:Q", format=".3f")],
        )
        .properties(height=300 * view.size, width="container")
    )


gap = Figure(
    "gap",
    T("How much is left to learn", "Còn lại bao nhiêu để học"),
    T(
        "Distance of the loss from the floor of its own target, both axes logarithmic. {now}",
        "Khoảng cách từ loss đến mức sàn của chính đích đó, hai trục logarit. {now}",
    ),
    gap_rows,
    gap_chart,
    help=T(
        "On Tales: the test text against the exact table. On other texts: the training text against its own counts.",
        "Trên Tales: văn bản kiểm thử so với bảng chính xác. Trên văn bản khác: văn bản huấn luyện so với chính số đếm của nó.",
    ),
    folded=True,
)

# --- the board: which token is the target ------------------------------------------------------------------------


def board_rows(view):
    """Words of the first window on two rows, and for every arm an arrow from each input to its target."""
    rows, words, inputs = [], {}, 0
    for a in view.arms:
        table = a.result.tables.get("board", {}).get(0)
        if not table:
            continue
        k, n, name = a.arm.config.offset, len(table["x"]), a.arm.name(view.lang)
        words |= dict(enumerate(table["x"])) | dict(enumerate(table["y"], k))  # a window may be shorter than k
        inputs = max(inputs, n)
        rows += [("arrow", i, i + k, "", 1.0, 0.0, name) for i in range(n)]
    for i, word in zip(sorted(words), pieces(words[i] for i in sorted(words)), strict=True):
        rows.append(("word", i, i, word, 0.0, 0.0, ""))
        if i < inputs:
            rows.append(("word", i, i, word, 1.0, 1.0, ""))
    return pd.DataFrame(rows, columns=["what", "from", "to", "word", "y", "y2", "name"])


def board_chart(view):
    """Slanted words: level ones would lie on each other where the target is far ahead."""
    last = max(min(a.arm.config.context, 8) - 1 + a.arm.config.offset for a in view.arms)
    slot = last / 0.82  # places in the whole width: 14 % are kept for what stands on the left, 4 % on the right
    x = alt.X("from:Q", axis=None, scale=alt.Scale(domain=[-0.14 * slot, last + 0.04 * slot], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.72, 1.72], nice=False))
    arrows = (
        charts.Chart()
        .transform_filter(alt.datum.what == "arrow")
        .transform_calculate(top="datum.y - 0.1", bottom="datum.y2 + 0.1")
        .mark_rule(strokeWidth=2.5, opacity=0.85)
        .encode(x=x, x2="to:Q", y=alt.Y("top:Q", axis=None), y2="bottom:Q", color=charts.arm_color(view))
    )
    words = [
        charts.Chart()
        .transform_filter((alt.datum.what == "word") & (alt.datum.y == row))
        .mark_text(fontSize=14 * view.size, font="monospace", angle=320, align=align, limit=100 * view.size)
        .encode(x=x, y=y, text="word:N")
        for row, align in ((1.0, "left"), (0.0, "right"))
    ]
    sides = alt.Data(
        values=[
            {"y": 1.0, "word": T("it reads", "nó đọc")(view.lang)},
            {"y": 0.0, "word": T("target", "đích")(view.lang)},
        ]
    )
    names = (
        charts.Chart(sides)
        .mark_text(align="left", color=GREY, fontSize=12 * view.size)
        .encode(x=alt.value(2), y=y, text="word:N")
    )
    return alt.layer(arrows, *words, names).properties(height=260 * view.size, width="container")


board = Figure(
    "board",
    T("Which token is the target?", "Token nào là đích?"),
    T(
        "The first window of the first batch; an arrow from each token to the one the loss asks for. {now}",
        "Cửa sổ đầu tiên của lô đầu tiên; mũi tên từ mỗi token đến token mà loss đòi. {now}",
    ),
    board_rows,
    board_chart,
    help=T(
        "y is X moved by one place already. The course's loop compares log_probs[:, :-1] with y[:, 1:] and so moves it once more.",
        "y vốn đã là X dịch một chỗ. Vòng lặp của khóa học so log_probs[:, :-1] với y[:, 1:], tức là dịch thêm lần nữa.",
    ),
)

# --- the table inside the model ----------------------------------------------------------------------------------


def bars_rows(view):
    rank, rows = int(view.values.get("rank") or 1), []
    for number, a in enumerate(view.arms):
        step, table = last_table(view, a.result, "bars")
        for i in range(len(table.get("rank", []))):
            if table["rank"][i] != rank:
                continue
            context, token = pieces((table["context"][i], table["token"][i]))
            if number == 0:
                rows.append((token, table["counted"][i], "counted", "", context, step))
            rows.append((token, table["model"][i], "model", a.arm.name(view.lang), context, step))
    return pd.DataFrame(rows, columns=["token", "share", "what", "name", "context", "step"])


def bars_chart(view):
    y = alt.Y(
        "token:N",
        sort=None,
        title=T("what follows", "token theo sau")(view.lang),
        axis=alt.Axis(labelFontSize=13 * view.size, labelOverlap=False),
    )
    x = alt.X("share:Q", axis=SHARE, title=T("probability", "xác suất")(view.lang))
    tip = ["context:N", "token:N", "name:N", alt.Tooltip("share:Q", format=".1%"), "step:Q"]
    counted = charts.Chart().transform_filter(alt.datum.what == "counted").mark_bar(color=GREY, opacity=0.45)
    model = charts.Chart().transform_filter(alt.datum.what == "model").mark_point(filled=True, size=110, opacity=0.9)
    head = (
        charts.Chart()
        .transform_aggregate(context="min(context)", step="max(step)")
        .transform_calculate(
            label=T(
                "'after “' + datum.context + '”, step ' + datum.step",
                "'sau “' + datum.context + '”, bước ' + datum.step",
            )(view.lang)
        )
        .mark_text(align="right", color=GREY, fontSize=14 * view.size, dy=-6)
        .encode(x=alt.value("width"), y=alt.value("height"), text="label:N")
    )
    marks = [
        counted.encode(x=x, y=y, tooltip=tip),
        model.encode(x=x, y=y, color=charts.arm_color(view), tooltip=tip),
        head,
    ]
    return alt.layer(*marks).properties(height=alt.Step(20 * view.size), width="container")


bars = Figure(
    "bars",
    T("What follows this token?", "Sau token này là gì?"),
    T(
        "Followers of one context token: bars counted in the text, points the models. {now}",
        "Các token theo sau một token ngữ cảnh: cột là đếm trong văn bản, chấm là mô hình. {now}",
    ),
    bars_rows,
    bars_chart,
    help=T(
        "Grey bars: how often each token follows in the training text, at the distance of the main run's target. Choose the token and the moment under More settings.",
        "Cột xám: tần suất mỗi token theo sau trong văn bản huấn luyện, theo khoảng cách đích của lần chạy chính. Chọn token và thời điểm trong Thiết lập khác.",
    ),
    folded=True,
)


def pairs_rows(view):
    frames = []
    for a in view.arms:
        step, table = last_table(view, a.result, "pairs")
        if table:
            frame = pd.DataFrame(table).assign(name=a.arm.name(view.lang), step=step)
            frame["pair"] = [
                f"{x} → {y}" for x, y in zip(pieces(frame["context"]), pieces(frame["token"]), strict=True)
            ]
            frames.append(frame[frame["model"] > 0])
    return (
        pd.concat(frames, ignore_index=True)
        if frames
        else pd.DataFrame(columns=["counted", "model", "count", "name", "pair", "step"])
    )


def pairs_chart(view):
    log = alt.Scale(type="log", domain=[1e-5, 1], clamp=True)
    line = charts.Chart(alt.Data(values=[{"v": 1e-5}, {"v": 1.0}])).mark_line(color=GREY, strokeDash=[6, 4])
    dots = charts.Chart().mark_circle(opacity=0.55)
    diagonal = line.encode(x=alt.X("v:Q", scale=log), y=alt.Y("v:Q", scale=log))
    return alt.layer(
        diagonal,
        dots.encode(
            x=alt.X("model:Q", scale=log, title=T("the model's probability", "xác suất của mô hình")(view.lang)),
            y=alt.Y("counted:Q", scale=log, title=T("counted share", "tần suất đếm được")(view.lang)),
            size=alt.Size("count:Q", legend=None, scale=alt.Scale(range=[15, 400])),
            color=charts.arm_color(view),
            tooltip=[
                "pair:N",
                "count:Q",
                alt.Tooltip("counted:Q", format=".2%"),
                alt.Tooltip("model:Q", format=".2%"),
                "step:Q",
            ],
        ),
    ).properties(height=360 * view.size, width="container")


pairs = Figure(
    "pairs",
    T("The table inside the model", "Cái bảng bên trong mô hình"),
    T(
        "Frequent pairs of tokens: the model's probability against the counted one; on the diagonal they agree. {now}",
        "Các cặp token hay gặp: xác suất của mô hình so với đếm được; trên đường chéo là trùng nhau. {now}",
    ),
    pairs_rows,
    pairs_chart,
    help=T(
        "Each run is held against the pairs at its own distance: with a wrong target the points are on the diagonal too. It learned well, but the wrong table.",
        "Mỗi lần chạy được so với các cặp ở đúng khoảng cách đích của nó: đích sai thì chấm vẫn nằm trên đường chéo. Nó học tốt, nhưng học nhầm bảng.",
    ),
    folded=True,
)

# --- where the loss starts ---------------------------------------------------------------------------------------

CURVE = tuple(10 ** (i / 12) for i in range(-36, 10))  # init std from 0.001 to 5.6


def start_rows(view):
    config, rows = view.config, []
    vocabulary = view.arms[0].result.facts.get("vocabulary")
    if vocabulary:
        for std in CURVE:
            expected = start_loss.start_loss(vocabulary, std, config.width, config.bias, config.nonlinearity)
            rows.append(("curve", std, expected, "", 0.0))
    for i, a in enumerate(view.arms):
        measured = a.result.metrics.get("test_loss", {}).get(0)
        if measured is not None and math.isfinite(measured):
            kind = "ring" if i == 0 else "dot"
            rows.append(
                (kind, max(a.arm.config.init_std, 1e-3), measured, a.arm.name(view.lang), a.result.facts["start_loss"])
            )
    return pd.DataFrame(rows, columns=["what", "std", "loss", "name", "expected"])


def start_chart(view):
    x = alt.X(
        "std:Q",
        scale=alt.Scale(type="log"),
        title=T("init std of the embedding", "độ lệch chuẩn khởi tạo của embedding")(view.lang),
    )
    y = alt.Y(
        "loss:Q",
        scale=alt.Scale(zero=False),
        title=T("loss before training (nats/token)", "loss trước khi huấn luyện (nats/token)")(view.lang),
    )
    tip = ["name:N", alt.Tooltip("loss:Q", format=".3f"), alt.Tooltip("expected:Q", format=".3f")]

    def part(what):
        return charts.Chart().transform_filter(alt.datum.what == what)

    marks = [
        *charts.rules(view, ("uniform",), LINES),
        part("curve").mark_line(color=GREY, strokeWidth=2.5).encode(x=x, y=y),
        part("dot").mark_point(filled=True, size=90, color=ARMS[0], opacity=1).encode(x=x, y=y, tooltip=tip),
        part("ring").mark_point(size=260, strokeWidth=3, color=BROKEN).encode(x=x, y=y, tooltip=tip),
    ]
    return alt.layer(*marks).properties(height=380 * view.size, width="container")


start = Figure(
    "start",
    T("Where the loss starts, predicted and measured", "Loss bắt đầu ở đâu: dự tính và đo được"),
    T(
        "Curve: expected first loss over the init std. Points: measured. Ring: the chosen value. {now}",
        "Đường: loss đầu tiên theo lý thuyết. Chấm: đo được. Vòng tròn: giá trị đang chọn. {now}",
    ),
    start_rows,
    start_chart,
    help=T(
        "The curve is what to expect on average; one seed scatters around it, by 0.1 nats and more at std 3.",
        "Đường cong là giá trị trung bình; một hạt giống dao động quanh nó, từ 0.1 nats trở lên khi độ lệch chuẩn là 3.",
    ),
)

# --- how far one token can see -----------------------------------------------------------------------------------


def ahead_rows(view):
    floors = next((a.result.facts["floors"] for a in view.arms if a.result.facts.get("floors")), [])
    rows = [("floor", k, value, "") for k, value in enumerate(floors, 1)]
    for a in view.arms:
        value = a.result.final("test_loss")
        if math.isfinite(value):
            rows.append(("model", a.arm.config.offset, value, a.arm.name(view.lang)))
    return pd.DataFrame(rows, columns=["what", "k", "loss", "name"])


def ahead_chart(view):
    x = alt.X(
        "k:Q",
        axis=alt.Axis(values=list(range(1, 9)), format="d"),
        title=T("target offset k (tokens ahead)", "độ lệch đích k (cách bao nhiêu token)")(view.lang),
    )
    y = alt.Y("loss:Q", title=T("loss (nats/token)", "loss (nats/token)")(view.lang))
    tip = ["k:Q", alt.Tooltip("loss:Q", format=".3f")]
    curve = (
        charts.Chart()
        .transform_filter(alt.datum.what == "floor")
        .mark_line(color=GREY, strokeWidth=2.5, point=alt.OverlayMarkDef(color=GREY))
    )
    dots = (
        charts.Chart()
        .transform_filter(alt.datum.what == "model")
        .mark_point(filled=True, size=120, color=ARMS[0], opacity=1)
    )
    names = ("uniform", "unigram")
    return alt.layer(
        *charts.rules(view, names, LINES), curve.encode(x=x, y=y, tooltip=tip), dots.encode(x=x, y=y, tooltip=tip)
    ).properties(height=380 * view.size, width="container")


ahead = Figure(
    "ahead",
    T("What one token knows about the token k places on", "Một token biết gì về token cách nó k chỗ"),
    T(
        "Grey curve: the floor for every distance. Points: eight models, each trained for its own distance. {now}",
        "Đường xám: mức sàn ở mỗi khoảng cách. Chấm: tám mô hình, mỗi mô hình học một khoảng cách. {now}",
    ),
    ahead_rows,
    ahead_chart,
    help=T(
        "Where the points meet the unigram line, the token says nothing any more. On a real text the curve is counted on the training part, where most pairs occur once: it flatters, and only the test points tell.",
        "Chỗ các chấm chạm đường unigram là chỗ token không còn nói lên điều gì. Với văn bản thật, đường xám đếm trên phần huấn luyện, nơi đa số cặp chỉ gặp một lần: nó quá lạc quan, chỉ các chấm kiểm thử mới đáng tin.",
    ),
)
