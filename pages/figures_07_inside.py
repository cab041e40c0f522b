"""Lesson 7, inside: which rows moved, who their neighbours are, and whose memory it is."""

import altair as alt
import pandas as pd

from app.charts import Chart
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY, TEST
from core.experiments.borrowed import WORDS

GROUPS = (
    ("frequent", T("20 times or more", "từ 20 lần"), ARMS[0]),
    ("rare", T("1 to 19 times", "1 đến 19 lần"), ARMS[4]),
    ("unseen", T("never", "chưa lần nào"), ARMS[7]),
)
NAMES = {code: name for code, name, _ in GROUPS}


# --- movement ----------------------------------------------------------------------------------------------------


def movement_rows(view):
    table = view.main.table("movement")
    if not table:
        return pd.DataFrame()
    frame = pd.DataFrame(table)
    code = frame["count"].map(lambda n: "frequent" if n >= 20 else "rare" if n else "unseen")
    frame["group"] = code.map(lambda c: NAMES[c](view.lang))
    frame["x"] = frame["count"].clip(lower=0.5)
    return frame


def movement_chart(view):
    names, colors = [n(view.lang) for _, n, _ in GROUPS], [c for *_, c in GROUPS]

    def panel(field, title):
        return (
            Chart()
            .mark_point(filled=True, size=45 * view.size, opacity=0.75)
            .encode(
                x=alt.X(
                    "x:Q",
                    scale=alt.Scale(type="log"),
                    axis=alt.Axis(grid=False, tickCount=4),
                    title=T("times in the training tokens (0 at 0.5)", "số lần trong token huấn luyện (0 ở 0.5)")(
                        view.lang
                    ),
                ),
                y=alt.Y(f"{field}:Q", scale=alt.Scale(zero=False), title=title(view.lang)),
                color=alt.Color(
                    "group:N",
                    scale=alt.Scale(domain=names, range=colors),
                    legend=alt.Legend(title=None, orient="top", symbolOpacity=1),
                ),
                tooltip=["piece:N", "count:Q", alt.Tooltip(f"{field}:Q", format=".3f")],
            )
            .properties(height=280 * view.size, width="container")
        )

    return (
        panel("cosine", T("cosine with its start", "cosine với lúc đầu")),
        panel("norm", T("length now ÷ at the start", "độ dài bây giờ ÷ lúc đầu")),
    )


movement = Figure(
    "movement",
    T("Which rows of your embedding moved", "Những hàng nào của embedding đã dịch chuyển"),
    T(
        "Each dot is a token: how often it occurs, and how far its row turned and grew. {now}",
        "Mỗi chấm là một token: số lần xuất hiện, hàng của nó xoay và dài ra bao nhiêu. {now}",
    ),
    movement_rows,
    movement_chart,
    help=T(
        "Only tokens that occur get a gradient. Nothing turns the others; only weight decay can shorten them, and the stronger it is, the more it does.",
        "Chỉ token có xuất hiện mới nhận gradient. Không gì làm số còn lại xoay đi; chỉ suy giảm trọng số mới làm chúng ngắn lại, càng mạnh càng ngắn.",
    ),
    folded=True,
    beside=True,
)

# --- neighbours --------------------------------------------------------------------------------------------------

PLACES = (
    ("yours", "start", T("yours, at the start", "của bạn, lúc đầu")),
    ("yours", "now", T("yours, after training", "của bạn, sau huấn luyện")),
    ("shuffled", "start", T("shuffled", "xáo trộn")),
)


def neighbour_rows(view):
    rows = []
    for label, when, title in PLACES:
        table = view.result(label).table("neighbours")
        if not table:
            continue
        frame = pd.DataFrame(table)
        for word, part in frame[frame["when"] == when].groupby("word", sort=False):
            near = part.sort_values("rank")["neighbour"].head(3)
            rows.append((word.strip(), title(view.lang), " · ".join(n.strip() or "␣" for n in near)))
    return pd.DataFrame(rows, columns=["word", "place", "near"])


def neighbour_chart(view):
    places, words = [title(view.lang) for *_, title in PLACES], [word.strip() for word in WORDS]
    top = alt.Axis(orient="top", labelAngle=0, labelLimit=240, domain=False, ticks=False)
    bare = alt.Axis(domain=False, ticks=False)
    return (
        Chart()
        .transform_filter("isValid(datum.word)")
        .mark_text(fontSize=14 * view.size)
        .encode(
            x=alt.X("place:N", sort=places, scale=alt.Scale(domain=places), title=None, axis=top),
            y=alt.Y("word:N", sort=words, scale=alt.Scale(domain=words), title="token", axis=bare),
            text="near:N",
        )
        .properties(height=360 * view.size, width="container")
    )


neighbours = Figure(
    "neighbours",
    T("The three nearest rows of some tokens", "Ba hàng gần nhất của vài token"),
    T("A table of nearest neighbours by cosine. {now}", "Bảng các hàng xóm gần nhất theo cosine. {now}"),
    neighbour_rows,
    neighbour_chart,
    help=T(
        "Nearest by cosine, among tokens the text has at least twice. The donor that ships began as noise and learned 800 steps, so most of a row is still noise: expect traces (can, cannot), not a dictionary. What is followed by the same words moved the same way, and that shared part is what the head uses.",
        "Gần nhất theo cosine, trong các token có ít nhất hai lần trong văn bản. Mô hình cho có sẵn bắt đầu từ nhiễu và chỉ học 800 bước nên phần lớn mỗi hàng vẫn là nhiễu: chỉ thấy dấu vết (can, cannot), chưa phải từ điển. Các token hay có cùng từ theo sau đã dời về cùng một phía, và tầng ra dùng chính phần chung ấy.",
    ),
    folded=True,
)

# --- map ---------------------------------------------------------------------------------------------------------


def map_rows(view):
    table = view.main.table("map")
    if not table:
        return pd.DataFrame()
    frame = pd.DataFrame(table)
    frame["name"] = frame["piece"].str.strip().replace("", "␣")
    return frame


def map_chart(view):
    x_title = T("strongest direction of the starting rows", "hướng mạnh nhất của các hàng lúc đầu")(view.lang)
    y_title = T("second direction", "hướng thứ hai")(view.lang)
    axis = alt.Axis(grid=False)
    x0, y0 = alt.X("x0:Q", title=x_title, axis=axis), alt.Y("y0:Q", title=y_title, axis=axis)
    base = Chart()
    return alt.layer(
        base.mark_rule(color=GREY, strokeWidth=1.5, opacity=0.8).encode(x=x0, y=y0, x2="x1:Q", y2="y1:Q"),
        base.mark_point(filled=True, color=TEST, size=35 * view.size, opacity=1).encode(
            x=alt.X("x1:Q", title=x_title), y=alt.Y("y1:Q", title=y_title), tooltip=["piece:N"]
        ),
        base.mark_text(dx=5, align="left", fontSize=11 * view.size, color=GREY).encode(
            x=alt.X("x1:Q", title=x_title), y=alt.Y("y1:Q", title=y_title), text="name:N"
        ),
    ).properties(height=440 * view.size, width="container")


chart_map = Figure(
    "map",
    T("The most frequent tokens, before and after", "Các token hay gặp nhất, trước và sau"),
    T(
        "Frequent tokens in the two strongest directions of their starting rows; a line leads from the start to now. {now}",
        "Các token hay gặp theo hai hướng mạnh nhất của hàng ban đầu; đoạn thẳng nối từ lúc đầu đến bây giờ. {now}",
    ),
    map_rows,
    map_chart,
    help=T(
        "A line's free end is where the row started, the dot is where it is now. Frozen rows have no line.",
        "Đầu trống của đoạn thẳng là chỗ bắt đầu, chấm là chỗ hiện tại. Hàng đóng băng không có đoạn thẳng.",
    ),
    folded=True,
)

# --- memory ------------------------------------------------------------------------------------------------------

WAYS = {
    "copy_": T("with no_grad: w.copy_(src)", "with no_grad: w.copy_(src)"),
    "alias": T("w.data = src.data", "w.data = src.data"),
    "assign": T("model.wte.weight = src", "model.wte.weight = src"),
    "late": T("new Parameter, too late", "Parameter mới, quá muộn"),
}
BOXES = (
    ("difference", T("difference", "hiệu")),
    ("shared", T("same address?", "cùng địa chỉ?")),
    ("held", T("in optimizer?", "trong optimizer?")),
    ("model_change", T("model moved", "mô hình đổi")),
    ("donor_change", T("donor moved", "bên cho đổi")),
)
FINE, WRONG, PLAIN = "fine", "wrong", "plain"


def memory_rows(view):
    table = view.main.table("ways")
    if not table:
        return pd.DataFrame()
    yes, no = T("yes", "có")(view.lang), T("no", "không")(view.lang)
    rows = []
    for i, way in enumerate(table["way"]):
        for column, title in BOXES:
            value = table[column][i]
            text = (yes if value else no) if isinstance(value, bool) else f"{value:.3g}"
            bad = {
                "shared": bool(value),
                "held": not value,
                "donor_change": value > 0,
                "model_change": value == 0 and view.config.updates > 0,
            }
            state = PLAIN if column == "difference" else WRONG if bad[column] else FINE
            rows.append((WAYS[way](view.lang), title(view.lang), text, state))
    return pd.DataFrame(rows, columns=["way", "column", "text", "state"])


def memory_chart(view):
    columns = [title(view.lang) for _, title in BOXES]
    x = alt.X(
        "column:N",
        sort=columns,
        scale=alt.Scale(domain=columns, paddingInner=0.06),
        title=None,
        axis=alt.Axis(orient="top", labelAngle=0, labelLimit=120, labelOverlap=False, domain=False, ticks=False),
    )
    ways = [name(view.lang) for name in WAYS.values()]
    y = alt.Y(
        "way:N",
        sort=ways,
        title=None,
        scale=alt.Scale(domain=ways, paddingInner=0.12),
        axis=alt.Axis(labelLimit=260, domain=False, ticks=False),
    )
    color = alt.Color(
        "state:N", scale=alt.Scale(domain=[FINE, WRONG, PLAIN], range=[ARMS[2], BROKEN, GREY]), legend=None
    )
    base = Chart().transform_filter("isValid(datum.way)")
    box = base.mark_rect(cornerRadius=6, opacity=0.2).encode(x=x, y=y, color=color)
    text = base.mark_text(fontSize=15 * view.size, fontWeight=600).encode(x=x, y=y, color=color, text="text:N")
    return alt.layer(box, text).properties(height=300 * view.size, width="container")


memory = Figure(
    "memory",
    T("Who owns the memory?", "Vùng nhớ là của ai?"),
    T("Four ways to hand over an embedding, one row each. {now}", "Bốn cách trao embedding, mỗi cách một hàng. {now}"),
    memory_rows,
    memory_chart,
    help=T(
        "Green is what you want, red is not. The first column is the course's test: it is 0 for all four.",
        "Xanh là điều bạn muốn, đỏ thì không. Cột đầu là phép thử của khóa học: cả bốn đều bằng 0.",
    ),
)

FREEZES = {
    "off": T("requires_grad = False", "requires_grad = False"),
    "none": T("gradient set to None", "gradient đặt thành None"),
    "zero": T("gradient set to zeros", "gradient đặt thành 0"),
}


def freeze_rows(view):
    table = view.main.table("freezes")
    if not table:
        return pd.DataFrame()
    frame = pd.DataFrame(table)
    frame["name"] = frame["way"].map(lambda way: FREEZES[way](view.lang))
    return frame


def freeze_chart(view):
    names = [name(view.lang) for name in FREEZES.values()]
    y = alt.Y("name:N", sort=names, scale=alt.Scale(domain=names), title=None, axis=alt.Axis(labelLimit=260))
    x = alt.X(
        "factor:Q",
        scale=alt.Scale(zero=True),
        title=T("length of the frozen embedding ÷ before", "độ dài embedding đóng băng ÷ lúc trước")(view.lang),
    )
    bars = Chart().mark_bar(color=TEST, height={"band": 0.5}).encode(x=x, y=y)
    number = alt.Text("factor:Q", format=".4f")
    texts = [  # in the bar; beside it where it is too short
        Chart()
        .transform_filter(where)
        .mark_text(fontWeight=600, fontSize=14 * view.size, **how)
        .encode(x=x, y=y, text=number)
        for where, how in (
            ("datum.factor >= 0.25", {"align": "right", "dx": -8, "color": "white"}),
            ("datum.factor < 0.25", {"align": "left", "dx": 8, "color": GREY}),
        )
    ]
    return alt.layer(bars, *texts).properties(height=190 * view.size, width="container")


freezing = Figure(
    "freezing",
    T("Three ways to freeze under AdamW", "Ba cách đóng băng dưới AdamW"),
    T("What is left of a frozen embedding's length. {now}", "Độ dài còn lại của embedding đóng băng. {now}"),
    freeze_rows,
    freeze_chart,
    help=T(
        "AdamW skips a parameter whose gradient is None. A gradient of zeros is not skipped: the weight decay goes on.",
        "AdamW bỏ qua tham số có gradient None. Gradient bằng 0 thì không bị bỏ qua: suy giảm trọng số vẫn tiếp tục.",
    ),
)
