"""Lesson 6, many runs in one picture: more text, a contaminated test, few or many test windows."""

import math

import altair as alt
import pandas as pd

from app import charts
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, GREY, REFERENCES, percent
from pages.figures_06 import best

# --- more text, less gap -----------------------------------------------------------------------------------------

CURVES = {
    "last": (T("test, last step", "kiểm thử, bước cuối"), ARMS[5]),
    "best": (T("test, best step", "kiểm thử, bước tốt nhất"), ARMS[0]),
    "train": (T("train, last step", "huấn luyện, bước cuối"), ARMS[4]),
}


def size_rows(view):
    rows = []
    for a in (*view.arms, *view.pinned):
        if not a.result.facts.get("train_predictions") or a.result.step == 0:
            continue
        step, low = best(a.result)
        values = {"last": a.result.final("test_loss"), "best": low, "train": a.result.final("same_loss")}
        for code, value in values.items():
            if math.isfinite(value):
                rows.append((a.result.facts["train_predictions"], CURVES[code][0](view.lang), value, step))
    return pd.DataFrame(rows, columns=["tokens", "curve", "loss", "step"])


def size_chart(view):
    names, colors = zip(*((title(view.lang), color) for title, color in CURVES.values()), strict=True)
    lines = (
        charts.Chart()
        .mark_line(strokeWidth=3 * view.size, point=alt.OverlayMarkDef(size=90 * view.size))
        .encode(
            x=alt.X(
                "tokens:Q",
                scale=alt.Scale(type="log", nice=False),
                title=T("training tokens", "số token huấn luyện")(view.lang),
            ),
            y=alt.Y("loss:Q", scale=alt.Scale(zero=False), title=charts.NATS(view.lang)),
            color=alt.Color(
                "curve:N",
                scale=alt.Scale(domain=list(names), range=list(colors)),
                legend=alt.Legend(title=None, orient="top", labelLimit=300),
            ),
            tooltip=["curve:N", "tokens:Q", alt.Tooltip("loss:Q", format=".3f"), alt.Tooltip("step:Q", title="best")],
        )
    )
    marks = [*charts.rules(view, ("uniform",), REFERENCES), lines]
    return alt.layer(*marks).properties(height=charts.height(view, 400), width="container")


size = Figure(
    "size",
    T("The gap closes from both sides", "Khoảng cách khép lại từ hai phía"),
    T(
        "Loss against the number of training tokens: test at the last step, test at its best step, train at the last step. {now}",
        "Loss theo số token huấn luyện: kiểm thử ở bước cuối, kiểm thử ở bước tốt nhất, huấn luyện ở bước cuối. {now}",
    ),
    size_rows,
    size_chart,
    help=T(
        "One model per size, all tested on the same last part of the manual. Red minus light blue is the gap.",
        "Mỗi cỡ một mô hình, tất cả kiểm thử trên cùng phần cuối sách hướng dẫn. Đỏ trừ xanh nhạt là khoảng chênh.",
    ),
)

# --- a contaminated test -----------------------------------------------------------------------------------------

DOSES = {
    "reported": (T("reported test loss", "loss kiểm thử được báo cáo"), ARMS[0]),
    "clean": (T("on what was not slipped in", "trên phần không bị lọt"), ARMS[2]),
    "detector": (T("8-token overlap detector", "máy dò trùng 8 token"), ARMS[5]),
}


def dose_rows(view):
    rows = []
    for a in sorted(view.arms, key=lambda a: a.arm.config.dose):
        result, dose = a.result, a.arm.config.dose
        clean = result.final("test_clean") if dose else result.final("test_loss")
        values = {"reported": result.final("test_loss"), "clean": clean, "detector": result.facts.get("passages")}
        for code, value in values.items():
            if value is not None and math.isfinite(value):
                rows.append((dose, percent(dose), DOSES[code][0](view.lang), code, value))
    return pd.DataFrame(rows, columns=["dose", "name", "curve", "code", "value"])


def dose_chart(view):
    doses = [percent(d) for d in sorted({a.arm.config.dose for a in view.arms})]

    def panel(codes, title, axis, height):
        titles = [DOSES[c][0](view.lang) for c in codes]
        x_title = T("share of the test set slipped into training", "phần tập kiểm thử lọt vào huấn luyện")
        return (
            charts.Chart()
            .transform_filter(alt.FieldOneOfPredicate("code", list(codes)))
            .mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=90))
            .encode(
                x=alt.X(
                    "name:O",
                    scale=alt.Scale(domain=doses),
                    title=None if len(codes) > 1 else x_title(view.lang),
                    axis=alt.Axis(labelAngle=0),
                ),
                y=alt.Y("value:Q", title=title(view.lang), scale=alt.Scale(zero=len(codes) == 1), axis=axis),
                color=alt.Color(
                    "curve:N",
                    scale=alt.Scale(domain=titles, range=[DOSES[c][1] for c in codes]),
                    legend=alt.Legend(title=None, orient="top", labelLimit=300),
                ),
                tooltip=["curve:N", "name:O", alt.Tooltip("value:Q", format=".3f")],
            )
            .properties(height=height * view.size, width="container")
        )

    return (
        panel(("reported", "clean"), charts.NATS, alt.Axis(), 300),
        panel(("detector",), T("passages found", "đoạn bị tìm thấy"), alt.Axis(format="%", tickCount=4), 270),
    )


dose = Figure(
    "dose",
    T("A little of the test in the training set", "Một ít đề kiểm tra lọt vào tập huấn luyện"),
    T(
        "Above: reported test loss and the loss on what was not slipped in, for every dose. Below: what share of the test passages a search for 8 equal tokens finds in the training set. {now}",
        "Trên: loss kiểm thử được báo cáo và loss trên phần không bị lọt, theo từng mức. Dưới: phép tìm 8 token giống hệt thấy bao nhiêu phần trăm đoạn kiểm thử trong tập huấn luyện. {now}",
    ),
    dose_rows,
    dose_chart,
    help=T(
        "The detector sees the text, not the model: it finds what was copied, long before the loss shows it.",
        "Máy dò chỉ nhìn văn bản, không nhìn mô hình: nó thấy phần bị chép từ rất lâu trước khi loss lộ ra.",
    ),
)

# --- how many test windows ---------------------------------------------------------------------------------------

MODES = {
    "eval": (T("model.eval(): dropout off", "model.eval(): tắt dropout"), ARMS[0]),
    "train": (T("forgotten: dropout still on", "quên: dropout vẫn bật"), ARMS[5]),
}


def estimates_rows(view):
    table = view.main.table("estimates")
    if not table:
        return pd.DataFrame(columns=["x", "windows", "mode", "loss", "what", "low", "high"])
    frame = pd.DataFrame(table).assign(what="dot", low=0.0, high=0.0)
    mean, sd = view.main.final("eval_loss"), view.main.final("window_sd")
    count = int(frame["windows"].max())
    curve = [n for n in (4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768) if n < count] + [count]
    fan = [(n, n, "eval", mean, "fan", mean - 2 * sd / n**0.5, mean + 2 * sd / n**0.5) for n in curve]
    frame["x"] = frame["windows"] * frame["mode"].map({"eval": 0.96, "train": 1.04})  # side by side
    frame["mode"] = frame["mode"].map({code: title(view.lang) for code, (title, _) in MODES.items()})
    return pd.concat([frame, pd.DataFrame(fan, columns=["x", "windows", "mode", "loss", "what", "low", "high"])])


def estimates_chart(view):
    names, colors = zip(*((title(view.lang), color) for title, color in MODES.values()), strict=True)
    x = alt.X(
        "x:Q",
        scale=alt.Scale(type="log", base=2, nice=False),
        title=T("test windows in the estimate", "số cửa sổ kiểm thử trong ước lượng")(view.lang),
    )
    scale = alt.Scale(zero=False)
    fan = charts.Chart().transform_filter(alt.datum.what == "fan")
    dots = charts.Chart().transform_filter(alt.datum.what == "dot")
    y = alt.Y("loss:Q", scale=scale, title=charts.NATS(view.lang))
    return alt.layer(
        fan.mark_area(color=GREY, opacity=0.2).encode(x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q"),
        fan.mark_line(color=GREY, strokeDash=[6, 4]).encode(x=x, y=y),
        dots.mark_point(filled=True, size=60 * view.size, opacity=0.75).encode(
            x=x,
            y=y,
            color=alt.Color(
                "mode:N",
                scale=alt.Scale(domain=list(names), range=list(colors)),
                legend=alt.Legend(title=None, orient="top", labelLimit=320),
            ),
            tooltip=["mode:N", "windows:Q", alt.Tooltip("loss:Q", format=".3f")],
        ),
    ).properties(height=charts.height(view, 400), width="container")


estimates = Figure(
    "estimates",
    T(
        "The same finished model, measured with few or many windows",
        "Cùng một mô hình đã xong, đo bằng ít hay nhiều cửa sổ",
    ),
    T(
        "Eight estimates of the test loss for each number of windows, in evaluation mode and in training mode; the funnel is two standard errors wide. {now}",
        "Tám ước lượng loss kiểm thử cho mỗi số cửa sổ, ở chế độ đánh giá và chế độ huấn luyện; cái phễu rộng hai sai số chuẩn. {now}",
    ),
    estimates_rows,
    estimates_chart,
    help=T(
        "Dashed: the mean over all test windows. Grey: two standard errors, sd/√n. Noise shrinks with more windows, the error of a forgotten eval() does not.",
        "Nét gạch: trung bình trên mọi cửa sổ kiểm thử. Xám: hai sai số chuẩn, sd/√n. Nhiễu nhỏ đi khi thêm cửa sổ, còn sai số do quên eval() thì không.",
    ),
)
