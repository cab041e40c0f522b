"""The pictures of lesson 1 that come from sums: models and what they cost, and where the money goes."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY
from core.cards import STATUSES, cards

STATUS = {
    "card": T("model card or repository", "thẻ mô hình hoặc kho mã"),
    "paper": T("paper", "bài báo"),
    "estimate": T("estimate of others", "người khác ước tính"),
    "rumour": T("rumour", "tin đồn"),
}
STATUS_COLORS = (ARMS[2], ARMS[0], ARMS[1], BROKEN)
YOU = T("you", "bạn")
LABELLED = {  # on which side its name stands; the others speak when pointed at
    "nanoGPT (GPT-2 124M)": "right",
    "Transformer (2017)": "left",
    "TinyLlama 1.1B": "right",
    "BLOOM 176B": "right",
    "PaLM 540B": "left",
    "GPT-3 175B": "left",
    "DeepSeek-V3": "right",
    "Llama 3.1 405B": "right",
    "GPT-4 (rumour)": "left",
    "Gemini Ultra": "left",
}
CROWDED = {"BLOOM 176B": "none"}  # where the height is dollars, others stand on its name


def money(value: float) -> str:
    """Dollars as one reads them: $3.00, $1,540, $62.7 million is $62.7M."""
    for size, letter in ((1e9, "B"), (1e6, "M")):
        if value >= size:
            return f"${value / size:,.3g}{letter}" if value < 1000 * size else f"${value / size:,.0f}{letter}"
    if 0 < value < 0.005:
        return f"${value:.2g}" if value >= 1e-4 else f"${power(value)}"
    return f"${value:,.0f}" if value >= 100 else f"${value:.2f}"


def power(value: float) -> str:
    """1.86e18 as people write it: 1.86 × 10¹⁸."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "∞"
    exponent = math.floor(math.log10(value))
    digits = str(exponent).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
    return f"{value / 10**exponent:.2f} × 10{digits}"


def short(value: float) -> str:
    """124M, 37B, 15T."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size * 0.9995:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


# --- models ----------------------------------------------------------------------------------------------------------


def height(card, config, tonnes: bool) -> float:
    return card.tonnes if tonnes else card.cost(config.price)


def models_rows(view):
    """One row per published model, the learner's own, and three lines of equal price per operation."""
    config, result = view.config, view.main
    tonnes, rows = view.values.get("cost_axis") == "tonnes", []
    unit = T("tonnes of CO2 (log)", "tấn CO2 (thang log)") if tonnes else T("dollars (log)", "đô la (thang log)")
    for card in cards():
        y = height(card, config, tonnes)
        if math.isnan(y) or math.isnan(card.training):
            continue
        rows.append(
            {
                "kind": "card",
                "flop": card.training,
                "y": y,
                "name": card.name,
                "status": STATUS[card.status](view.lang),
                "shape": "MoE" if card.sparse else "dense",
                "source": card.source,
                "side": (LABELLED if tonnes else LABELLED | CROWDED).get(card.name, "none"),
            }
        )
    flop, y = result.final("flop"), result.final("tonnes" if tonnes else "dollars")
    if flop > 0 and y > 0:
        for factor in (0.1, 1, 10):
            for end in (1e17, 1e27):
                rows.append({"kind": "rate", "flop": end, "y": factor * end * y / flop, "name": f"{factor}"})
        name = T("{factor}× your rate", "{factor}× mức của bạn")
        for factor, kind in ((0.1, "rate_below"), (10, "rate_above")):
            rows.append(
                {
                    "kind": kind,
                    "flop": 1e21,
                    "y": factor * 1e21 * y / flop,
                    "name": name.format(factor=f"{factor:g}")(view.lang),
                }
            )
        said = f"{YOU(view.lang)}: {power(flop)} FLOP"
        rows.append({"kind": "you", "flop": flop, "y": y, "name": said})
    for a in view.pinned:
        pinned = a.result.final("flop"), a.result.final("tonnes" if tonnes else "dollars")
        if min(pinned) > 0:
            rows.append({"kind": "pin", "flop": pinned[0], "y": pinned[1], "name": a.arm.name(view.lang)})
    rows.append({"kind": "unit", "flop": 1e17, "y": 1.0, "name": unit(view.lang)})
    return pd.DataFrame(rows)


def models_chart(view):
    x = alt.X(
        "flop:Q",
        title=T("training compute (FLOP, log)", "khối lượng tính huấn luyện (FLOP, thang log)")(view.lang),
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(format=".0e", grid=False, tickCount=8),
    )
    short_labels = "replace(format(datum.value, '~s'), 'G', 'B')"
    y = alt.Y(
        "y:Q",
        title=None,
        scale=alt.Scale(type="log"),
        axis=alt.Axis(labelExpr=short_labels, grid=False, tickCount=8),
    )
    names = [STATUS[s](view.lang) for s in STATUSES]
    color = alt.Color(
        "status:N",
        scale=alt.Scale(domain=names, range=list(STATUS_COLORS)),
        legend=alt.Legend(orient="top", title=None, labelLimit=240, columns=4),
    )
    shape = alt.Shape(
        "shape:N",
        scale=alt.Scale(domain=["dense", "MoE"], range=["circle", "triangle-up"]),
        legend=alt.Legend(orient="top", title=None, symbolFillColor=GREY, symbolStrokeColor=GREY),
    )

    def only(kind):
        return Chart().transform_filter(alt.datum.kind == kind)

    tip = ["name:N", alt.Tooltip("flop:Q", format=".3g"), alt.Tooltip("y:Q", format=",.4~g"), "status:N", "source:N"]
    marks = [
        only("rate")
        .mark_line(color=GREY, strokeDash=[5, 4], strokeWidth=1, opacity=0.6, clip=True)
        .encode(x=x, y=y, detail="name:N"),
        only("rate_above")
        .mark_text(color=GREY, align="right", dy=-12, fontSize=12 * view.size)
        .encode(x=x, y=y, text="name:N"),
        only("rate_below")
        .mark_text(color=GREY, align="left", dy=14, fontSize=12 * view.size)
        .encode(x=x, y=y, text="name:N"),
        only("pin")
        .mark_point(shape="diamond", size=220 * view.size, color=ARMS[3], strokeWidth=2)
        .encode(x=x, y=y, tooltip=["name:N"]),
        only("card")
        .mark_point(filled=True, size=110 * view.size, opacity=0.95)
        .encode(x=x, y=y, color=color, shape=shape, tooltip=tip),
        only("you")
        .mark_point(filled=True, shape="diamond", size=380 * view.size, color=ARMS[3], opacity=1)
        .encode(x=x, y=y, tooltip=["name:N"]),
        only("you")
        .mark_text(color=ARMS[3], fontWeight="bold", dy=-20, fontSize=14 * view.size)
        .encode(x=x, y=y, text="name:N"),
        only("unit")
        .mark_text(align="left", dx=2, dy=0, fontSize=14 * view.size, fontWeight="bold", color=GREY)
        .encode(x=alt.value(4), y=alt.value(8), text="name:N"),
    ]
    for side, align, dx in (("left", "right", -10), ("right", "left", 10)):
        marks.append(
            only("card")
            .transform_filter(alt.datum.side == side)
            .mark_text(align=align, dx=dx, color=GREY, fontSize=12 * view.size)
            .encode(x=x, y=y, text="name:N")
        )
    return alt.layer(*marks).properties(height=430 * (1 + (view.size - 1) * 0.5), width="container")


models = Figure(
    "models",
    T("What was paid for how much compute", "Đã trả bao nhiêu cho bấy nhiêu phép tính"),
    T(
        "Published models by training compute and cost or CO2, coloured by how well the number is known; your run as a diamond. {now}",
        "Các mô hình đã công bố theo khối lượng tính và chi phí hoặc CO2, màu theo mức chắc chắn; lần chạy của bạn là hình thoi. {now}",
    ),
    models_rows,
    models_chart,
    help=T(
        "Dollars as published, else the published hours at your rent. Dashed: everything that costs the same per operation as your run, and ten times more or less. Point at a model for its source.",
        "Đô la theo công bố, nếu không có thì số giờ công bố nhân giá thuê của bạn. Đường gạch: mọi thứ có giá mỗi phép tính như lần chạy của bạn, và gấp hoặc kém mười lần. Rê chuột vào mô hình để xem nguồn.",
    ),
    constant=True,
)

# --- where the money goes ----------------------------------------------------------------------------------------------

# Cottier et al. 2024 for frontier models: middles of staff 29-49 %, servers 15-22 %, interconnect 9-13 %, energy 2-6 %;
# chips are what is left.
STUDY = {"staff": 39.0, "servers": 18.5, "cables": 11.0, "energy": 4.0}
PARTS = {
    "staff": (T("staff", "con người"), ARMS[3]),
    "chips": (T("chips", "chip"), ARMS[0]),
    "servers": (T("servers, building", "máy chủ, nhà xưởng"), ARMS[4]),
    "cables": (T("interconnect", "mạng nối"), ARMS[2]),
    "energy": (T("electricity", "điện"), ARMS[1]),
}


def money_rows(view):
    result, config = view.main, view.config
    study = STUDY | {"chips": 100 - sum(STUDY.values())}
    share, bill = result.final("share"), result.final("power_bill")
    chips = share / (1 + config.infrastructure)
    own = {"chips": chips, "servers": share - chips, "energy": bill}
    bars = (
        (T("frontier models, study of 2024", "mô hình hàng đầu, nghiên cứu 2024"), study, sum(study.values())),
        (T("your run, if you own the cluster", "lần chạy của bạn, nếu mua cụm máy"), own, sum(own.values())),
    )
    rows = []
    for bar, parts, total in bars:
        begin = 0.0
        for code, (name, _) in PARTS.items():
            if not parts.get(code):
                continue
            width = parts[code] / total
            text = f"{100 * width:.0f} %" if width > 0.03 else ""
            rows.append((bar(view.lang), name(view.lang), begin, begin + width, begin + width / 2, text))
            begin += width
    return pd.DataFrame(rows, columns=["bar", "part", "begin", "end", "middle", "label"])


def money_chart(view):
    names = [name(view.lang) for name, _ in PARTS.values()]
    color = alt.Color(
        "part:N",
        scale=alt.Scale(domain=names, range=[c for _, c in PARTS.values()]),
        legend=alt.Legend(orient="top", title=None),
    )
    y = alt.Y("bar:N", title=None, axis=alt.Axis(labelLimit=260, ticks=False))
    x = alt.X("begin:Q", title=T("share of the cost", "phần chi phí")(view.lang), axis=alt.Axis(format="%"))
    bars = Chart().mark_bar().encode(x=x, x2="end:Q", y=y, color=color, tooltip=["part:N", "label:N"])
    pale = alt.FieldOneOfPredicate("part", [PARTS[code][0](view.lang) for code in ("servers", "energy")])
    ink = alt.condition(pale, alt.value("#111111"), alt.value("white"))
    text = Chart().mark_text(fontWeight="bold", fontSize=13 * view.size)
    return alt.layer(bars, text.encode(x="middle:Q", y=y, text="label:N", color=ink)).properties(
        height=240 * view.size, width="container"
    )


spent = Figure(
    "spent",
    T("Where the money goes", "Tiền đi đâu"),
    T(
        "Two bars of shares: frontier models by a study of 2024, and your run on a cluster of your own. {now}",
        "Hai thanh chia phần: mô hình hàng đầu theo nghiên cứu 2024, và lần chạy của bạn trên cụm máy tự mua. {now}",
    ),
    money_rows,
    money_chart,
    help=T(
        "The study (Cottier et al. 2024) gives ranges; drawn are their middles, and chips are the rest to 100 %. Your bar has no staff: add your own.",
        "Nghiên cứu (Cottier và cộng sự 2024) cho các khoảng; hình vẽ điểm giữa, phần chip là phần còn lại đến 100 %. Thanh của bạn chưa có con người: hãy tự thêm.",
    ),
    folded=True,
    constant=True,
)


def implied_rows(view):
    rows = []
    for card in cards():
        for what, value in (("mfu", card.mfu), ("grid", card.grid)):
            if not math.isnan(value):
                rows.append((card.name, what, value, f"{value:.3f}" if what == "mfu" else f"{value:.4f}", card.source))
    return pd.DataFrame(rows, columns=["name", "what", "value", "label", "source"])


def implied_chart(view):
    def bars(what, title, color, top):
        base = Chart().transform_filter(alt.datum.what == what)
        scale = alt.Scale(domain=[0, top])
        x = alt.X("value:Q", title=title(view.lang), scale=scale, axis=alt.Axis(grid=False))
        axis = alt.Axis(labelLimit=190, labelOverlap=False)
        y = alt.Y("name:N", sort=[c.name for c in cards()], title=None, axis=axis)
        text = base.mark_text(align="left", dx=4, fontSize=12 * view.size, color=GREY)
        return alt.layer(
            base.mark_bar(color=color).encode(x=x, y=y, tooltip=["name:N", "label:N", "source:N"]),
            text.encode(x=x, y=y, text="label:N"),
        ).properties(height=400 * view.size, width="container")

    return (
        bars("mfu", T("MFU that the hours imply", "MFU suy ra từ số giờ"), ARMS[0], 0.6),
        bars("grid", T("kg CO2 per kWh implied", "kg CO2 mỗi kWh suy ra"), ARMS[2], 0.55),
    )


implied = Figure(
    "implied",
    T("Do the published numbers agree with each other?", "Các con số đã công bố có khớp nhau không?"),
    T(
        "Bars: the utilisation and the CO2 per kWh that published figures imply, model by model. {now}",
        "Cột: mức tận dụng và CO2 mỗi kWh suy ra từ số đã công bố, theo từng mô hình. {now}",
    ),
    implied_rows,
    implied_chart,
    help=T(
        "MFU = 6ND ÷ (hours · 3600 · peak). Three Llama 2 models share one CO2 factor to four digits: that column was computed, not metered. Llama 3.1 405B is counted with the card's 15T tokens (15.6T gives 0.346).",
        "MFU = 6ND ÷ (giờ · 3600 · đỉnh). Ba mô hình Llama 2 có chung một hệ số CO2 đến bốn chữ số: cột đó được tính ra, không phải đo. Llama 3.1 405B tính với 15T token theo thẻ (15.6T cho 0.346).",
    ),
    folded=True,
    beside=True,
    constant=True,
)
