"""The pictures of lesson 2: who loads what, a file as a ruler of bytes, a pickle's instructions, time to open."""

import altair as alt
import pandas as pd

from app import charts
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, LIGHT, TEST
from core.experiments import revisions

DONE = {
    "first": T("first upload", "tải lên lần đầu"),
    "more": T("more data", "thêm dữ liệu"),
    "half": T("half precision", "nửa chính xác"),
    "vocabulary": T("new vocabulary order", "đổi thứ tự từ vựng"),
    "repair": T("repair, v1.0 moved", "sửa lại, dời v1.0"),
}
LAST = len(revisions.PUSHES) - 1
WANTED = ARMS[1]
KINDS = {  # colours of a tensor's part
    "embedding": T("embeddings", "embedding"),
    "block": T("blocks", "khối"),
    "mask": T("masks (no parameters)", "mặt nạ (không phải tham số)"),
    "rest": T("the rest", "phần còn lại"),
}
TINTS = (TEST, "#009E73", "#b9bec4", "#CC79A7")


def chart_of(field: str):
    """A chart of the rows that have this field: an empty table must not put a label “undefined” on an axis."""
    return charts.Chart().transform_filter(f"isValid(datum.{field})")


# --- who loads what ----------------------------------------------------------------------------------------------


def load_rows(view):
    rows = []
    for a in view.arms:
        name, first = a.arm.name(view.lang), None
        columns = (a.result.tables.get("loads") or {}).get(getattr(a.arm.config, "pushes", 0))
        for push, what, commit in (
            zip(*(columns[c] for c in ("push", "what", "loaded")), strict=True) if columns else ()
        ):
            changed = a.result.at("changed", push) > 0
            first = first or commit
            rows.append(
                (push, DONE[what](view.lang), a.arm.label, name, a.result.at("test_loss", push), commit[:7], changed)
            )
    return pd.DataFrame(rows, columns=["push", "what", "arm", "name", "loss", "commit", "changed"])


def push_axis(view):
    labels = [DONE[what](view.lang) for what in revisions.PUSHES]
    return alt.X(
        "push:Q",
        title=T("commits, in the order of their pushes", "các commit, theo thứ tự đẩy")(view.lang),
        scale=alt.Scale(domain=[-0.45, LAST + 0.45], nice=False),
        axis=alt.Axis(
            values=list(range(LAST + 1)),
            labelExpr=f"{labels}[datum.value]",
            grid=False,
            labelAngle=0,
            labelLimit=150,
        ),
    )


def load_chart(view):
    """Lines may lie one over the other: the pinned one is wide and below, the tag's dashed, main's thin and above."""
    x, y = (
        push_axis(view),
        alt.Y(
            "loss:Q",
            title=T("test loss (nats/word)", "loss kiểm thử (nats/từ)")(view.lang),
            scale=alt.Scale(zero=True),
            axis=alt.Axis(grid=False),
        ),
    )
    tip = ["name:N", "what:N", "commit:N", alt.Tooltip("loss:Q", format=".3f")]
    layers = charts.rules(view, ("uniform",))
    for arm, width, dash in (("hash", 10, []), ("tag", 5, [10, 6]), ("main", 2.5, []), ("branch", 2.5, [])):
        base = chart_of("name").transform_filter(alt.datum.arm == arm)
        base = base.encode(x=x, y=y, color=charts.arm_color(view), tooltip=tip)
        layers += [
            base.mark_line(strokeWidth=width * view.size, strokeDash=dash, opacity=0.9),
            base.mark_point(filled=True, opacity=1, size=(22 * width + 40) * view.size),
        ]
    return alt.layer(*layers).properties(height=charts.height(view, 330), width="container")


def strip_chart(view):
    names = [a.arm.name(view.lang) for a in view.arms]
    base = chart_of("name").encode(
        x=push_axis(view), y=alt.Y("name:N", sort=names, title=None, axis=alt.Axis(labelLimit=240))
    )
    cell = base.transform_calculate(a="datum.push - 0.44", b="datum.push + 0.44").mark_rect(
        cornerRadius=4, opacity=0.85
    )
    cell = cell.encode(
        x=alt.X("a:Q", scale=alt.Scale(domain=[-0.45, LAST + 0.45], nice=False), title=None),
        x2="b:Q",
        color=alt.condition(alt.datum.changed, alt.value(WANTED), alt.value(LIGHT)),
        tooltip=["name:N", "what:N", "commit:N"],
    )
    text = base.mark_text(fontSize=13 * view.size, font="monospace", color="#111").encode(text="commit:N")
    return alt.layer(cell, text).properties(height=charts.height(view, 46 * len(names) + 40), width="container")


loads = Figure(
    "loads",
    T("What each program gets after each push", "Mỗi chương trình nhận được gì sau mỗi lần đẩy"),
    T(
        "Test loss of the loaded model after each push. {now}",
        "Loss kiểm thử của mô hình tải được sau mỗi lần đẩy. {now}",
    ),
    load_rows,
    load_chart,
    help=T(
        "x: the author's commits. y: mean loss of the loaded model on unseen stories. Dashed: a uniform guess.",
        "x: các commit của tác giả. y: loss trung bình của mô hình tải được trên truyện chưa thấy. Nét đứt: đoán đều.",
    ),
)
strip = Figure(
    "strip",
    T("Which commit that was", "Đó là commit nào"),
    T("The commit each program loads. {now}", "Commit mà mỗi chương trình tải. {now}"),
    load_rows,
    strip_chart,
    help=T(
        "The first seven digits of the loaded commit's hash. Orange: no longer the weights of day one.",
        "Bảy chữ số đầu của mã băm commit được tải. Cam: không còn là trọng số của ngày đầu.",
    ),
)


# --- a file as bytes ---------------------------------------------------------------------------------------------


def kind(name: str, mask: bool) -> str:
    if mask:
        return "mask"
    return "embedding" if name.startswith(("wte", "wpe")) else "block" if name.startswith("h.") else "rest"


def ruler_rows(view):
    """Rectangles on one ruler: the parts above, the wanted stretches below. Bytes as shares of the file."""
    tensors, spans, size = view.main.table("tensors"), view.main.table("spans"), view.main.final("bytes")
    rows = []
    if tensors:
        header = view.main.final("header")
        label = T("header", "phần đầu")(view.lang)
        rows.append(("file", 0.0, header / size, KINDS["rest"](view.lang), label, f"{header:,.0f}", ""))
        columns = zip(*(tensors[c] for c in ("name", "start", "bytes", "mask", "shape")), strict=True)
        for name, start, length, mask, shape in columns:
            part = KINDS[kind(name, mask)](view.lang)
            rows.append(("file", start / size, (start + length) / size, part, name, f"{length:,}", shape))
        for a, b in zip(spans["start"], spans["stop"], strict=True):
            rows.append(("wanted", a / size, b / size, "", T("asked for", "được yêu cầu")(view.lang), f"{b - a:,}", ""))
        rows.append(("wanted", 0.0, header / size, "", label, f"{header:,.0f}", ""))
    return pd.DataFrame(rows, columns=["row", "a", "b", "part", "name", "bytes", "shape"])


def ruler_chart(view):
    x = alt.X(
        "a:Q",
        title=T("place in the file (share of its bytes)", "vị trí trong tệp (tỉ lệ số byte)")(view.lang),
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", grid=False),
    )
    labels = {"file": T("the file", "tệp")(view.lang), "wanted": T("read", "được đọc")(view.lang)}
    y = alt.Y("row:N", sort=["file", "wanted"], title=None, axis=alt.Axis(labelExpr=f"{labels}[datum.value]"))
    tip = ["name:N", "shape:N", "bytes:N"]
    names = [k(view.lang) for k in KINDS.values()]
    color = alt.Color(
        "part:N",
        scale=alt.Scale(domain=names, range=list(TINTS)),
        legend=alt.Legend(title=None, orient="top", labelLimit=300),
    )
    base = chart_of("row")
    file = (
        base.transform_filter(alt.datum.row == "file")
        .mark_bar(height=alt.RelativeBandSize(0.8))
        .encode(x=x, x2="b:Q", y=y, color=color, tooltip=tip, stroke=alt.value("white"), strokeWidth=alt.value(0.4))
    )
    wanted = base.transform_filter(alt.datum.row == "wanted").mark_bar(
        height=alt.RelativeBandSize(0.8), color=WANTED, stroke=WANTED, strokeWidth=1.5
    )
    return alt.layer(file, wanted.encode(x=x, x2="b:Q", y=y, tooltip=tip)).properties(
        height=charts.height(view, 190), width="container"
    )


def tree_rows(view):
    """The file as a map: a column per part of the network, as wide as its bytes; in it a tensor is as high as its own."""
    tensors = view.main.table("tensors")
    rows = []
    if tensors:
        parts: dict[str, list] = {}
        for name, part, length, shape, mask in zip(
            *(tensors[c] for c in ("name", "part", "bytes", "shape", "mask")), strict=True
        ):
            parts.setdefault(part, []).append((name, length, shape, mask))
        total, left = sum(tensors["bytes"]), 0.0
        for part, members in parts.items():
            wide, low = sum(m[1] for m in members), 0.0
            for i, (name, length, shape, mask) in enumerate(sorted(members, key=lambda m: -m[1])):
                high = low + length / wide
                label = part if i == 0 and wide > 0.045 * total else ""
                colour = KINDS[kind(name, mask)](view.lang)
                share = length / total
                rows.append((left, left + wide / total, low, high, colour, name, shape, f"{length:,}", share, label))
                low = high
            left += wide / total
    return pd.DataFrame(rows, columns=["a", "b", "low", "high", "part", "name", "shape", "bytes", "share", "label"])


def tree_chart(view):
    unit = alt.Scale(domain=[0, 1])
    names = [k(view.lang) for k in KINDS.values()]
    base = chart_of("name")
    x, y = alt.X("a:Q", scale=unit, axis=None), alt.Y("low:Q", scale=unit, axis=None)
    tip = ["name:N", "shape:N", "bytes:N", alt.Tooltip("share:Q", format=".2%")]
    color = alt.Color(
        "part:N",
        scale=alt.Scale(domain=names, range=list(TINTS)),
        legend=None,
    )
    cells = base.mark_rect(stroke="white", strokeWidth=0.7).encode(
        x=x, x2="b:Q", y=y, y2="high:Q", color=color, tooltip=tip
    )
    text = (
        base.transform_filter("datum.label != ''")
        .transform_calculate(mid="(datum.a + datum.b) / 2", up="(datum.low + datum.high) / 2")
        .mark_text(fontSize=13 * view.size, fontWeight="bold", color="white")
        .encode(x=alt.X("mid:Q", scale=unit), y=alt.Y("up:Q", scale=unit), text="label:N")
    )
    return alt.layer(cells, text).properties(height=charts.height(view, 250), width="container")


ruler = Figure(
    "ruler",
    T("The file from its first byte to its last", "Tệp từ byte đầu đến byte cuối"),
    T(
        "A ruler of the file's bytes; what is read is orange. {now}",
        "Thước các byte của tệp; phần được đọc màu cam. {now}",
    ),
    ruler_rows,
    ruler_chart,
    help=T(
        "Above: header and tensors in the order of their bytes. Below, orange: what must be read. Hover for names.",
        "Trên: phần đầu và các tensor theo thứ tự byte. Dưới, màu cam: phần phải đọc. Rê chuột để xem tên.",
    ),
    constant=True,
)
tree = Figure(
    "tree",
    T("Where the bytes are", "Byte nằm ở đâu"),
    T("Areas as large as the bytes of each tensor.", "Diện tích tỉ lệ với số byte của mỗi tensor."),
    tree_rows,
    tree_chart,
    help=T(
        "A column is a part of the network, as wide as its bytes; inside, each tensor is as high as its share.",
        "Mỗi cột là một phần của mạng, rộng theo số byte; bên trong, mỗi tensor cao theo tỉ lệ của nó.",
    ),
    constant=True,
)


# --- a pickle's instructions -------------------------------------------------------------------------------------

ROLES = {
    "data": T("data", "dữ liệu"),
    "import": T("fetches a function", "lấy một hàm"),
    "call": T("calls it", "gọi hàm đó"),
}


def step_rows(view):
    columns = view.main.table("steps")
    rows = []
    if columns:
        names = ("place", "opcode", "argument", "name", "role")
        for i, (place, opcode, argument, name, role) in enumerate(zip(*(columns[c] for c in names), strict=True)):
            what = name or argument.replace("\n", " ")
            rows.append((i, place, f"{place:>4}  {opcode}", f"{opcode}  {what}"[:74], ROLES[role](view.lang)))
            if len(rows) == 40:
                break
    return pd.DataFrame(rows, columns=["order", "place", "opcode", "shown", "role"])


def step_chart(view):
    names = [r(view.lang) for r in ROLES.values()]
    base = chart_of("opcode").encode(
        y=alt.Y(
            "order:O",
            title=T("byte of the file", "byte thứ mấy của tệp")(view.lang),
            axis=alt.Axis(labels=False, ticks=False),
        )
    )
    bar = base.mark_bar(height=alt.RelativeBandSize(0.9), opacity=0.9, cornerRadius=3).encode(
        x=alt.value(0),
        x2=alt.value("width"),
        color=alt.Color(
            "role:N",
            scale=alt.Scale(domain=names, range=["#dfe6ec", ARMS[1], BROKEN]),
            legend=alt.Legend(title=None, orient="top"),
        ),
        tooltip=["place:Q", "shown:N", "role:N"],
    )
    common = {"align": "left", "font": "monospace", "fontSize": 13 * view.size, "color": "#111"}
    place = base.mark_text(**common).encode(x=alt.value(8), text="place:Q")
    text = base.mark_text(**common).encode(x=alt.value(48 * view.size), text="shown:N")
    return alt.layer(bar, place, text).properties(height=alt.Step(24 * view.size), width="container")


instructions = Figure(
    "steps",
    T("The file, instruction by instruction (read, not run)", "Tệp, từng lệnh một (chỉ đọc, không chạy)"),
    T("The instructions of the file in order. {now}", "Các lệnh của tệp theo thứ tự. {now}"),
    step_rows,
    step_chart,
    help=T(
        "Each line is an opcode at its byte. Amber fetches a function by name, vermillion calls it. At most 40 lines.",
        "Mỗi dòng là một lệnh (opcode) kèm vị trí byte. Vàng cam: lấy một hàm theo tên; đỏ cam: gọi hàm đó. Tối đa 40 dòng.",
    ),
    constant=True,
)


# --- time to open ------------------------------------------------------------------------------------------------

WAYS = {
    "header_seconds": T("header: every name and shape", "phần đầu: mọi tên và kích thước"),
    "row_seconds": T("one row of the matrix", "một hàng của ma trận"),
    "safetensors_seconds": T("all of it, safetensors", "toàn bộ, safetensors"),
    "torch_seconds": T("all of it, torch.load", "toàn bộ, torch.load"),
}


def time_rows(view):
    rows = [
        (a.arm.name(view.lang), title(view.lang), 1000 * a.result.final(name))
        for a in (*view.arms, *view.pinned)
        for name, title in WAYS.items()
        if name in a.result.metrics
    ]
    return pd.DataFrame(rows, columns=["name", "way", "ms"])


def time_chart(view):
    order = [t(view.lang) for t in WAYS.values()]
    base = chart_of("way").encode(
        x=alt.X(
            "ms:Q",
            title=T("time on this machine (ms, log scale)", "thời gian trên máy này (ms, thang log)")(view.lang),
            scale=alt.Scale(type="log", domain=[0.001, 10_000]),
            axis=alt.Axis(values=[0.001, 0.01, 0.1, 1, 10, 100, 1000, 10_000], format="~g", grid=True),
        ),
        y=alt.Y("way:N", sort=order, title=None, axis=alt.Axis(labelLimit=320)),
        color=charts.arm_color(view),
        tooltip=["name:N", "way:N", alt.Tooltip("ms:Q", format=".3g")],
    )
    point = base.mark_point(filled=True, size=220 * view.size, opacity=1)
    text = base.mark_text(align="left", dx=14, fontSize=13 * view.size).encode(text=alt.Text("ms:Q", format=".2~g"))
    return alt.layer(point, text).properties(height=charts.height(view, 230), width="container")


times = Figure(
    "times",
    T("How long it takes to open", "Mở mất bao lâu"),
    T("Time of four ways to open the file. {now}", "Thời gian của bốn cách mở tệp. {now}"),
    time_rows,
    time_chart,
    help=T("Best of three, file just written (in memory).", "Tốt nhất trong ba lần, tệp vừa ghi (còn trong bộ nhớ)."),
)
