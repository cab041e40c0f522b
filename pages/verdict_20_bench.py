"""What lesson 20's stopwatch says in words: options against a baseline, and single operations against their rivals."""

import math
from statistics import median

from app.i18n import T, same
from app.lesson import Readout
from app.theme import number, percent
from core.timing import NOISY
from pages.controls_20 import OPTION_NAMES
from pages.figures_20_bench import badge

# --- options against the baseline ------------------------------------------------------------------------------------


def _names(codes) -> T:
    return T(", ".join(OPTION_NAMES[c].en for c in codes), ", ".join(OPTION_NAMES[c].vi for c in codes))


def bench(view) -> list[T]:
    table = view.main.table("options")
    if not table or view.main.finished is None or view.main.finished.reason != "done":
        return []
    noise = view.main.final("noise")
    if noise > NOISY:
        return [
            T(
                "Too noisy to name a winner: the baseline itself varies by {n} %. Close other programs, or raise the passes.",
                "Quá nhiễu để gọi tên kẻ thắng: riêng mốc đã dao động {n} %. Hãy đóng chương trình khác hoặc tăng số lượt.",
            ).format(n=f"{100 * noise:.0f}")
        ]
    rows = [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)]
    rows = [r for r in rows if r["option"] != "baseline"]
    if not rows:
        return [
            T(
                "Only the baseline was timed: choose options to hold against it.",
                "Mới chỉ bấm giờ mốc: hãy chọn các lựa chọn để so với nó.",
            )
        ]
    kinds = {r["option"]: badge(r["gradient_gap"], r["update_gap"]) for r in rows}
    faster = sorted((r for r in rows if r["speed_low"] > 1), key=lambda r: -r["speed"])
    slower = [r["option"] for r in rows if r["speed_high"] < 1]
    level = [r["option"] for r in rows if r["speed_low"] <= 1 <= r["speed_high"]]
    said = []
    free = [r for r in faster if kinds[r["option"]] in ("same", "rounding")]
    if free:
        said.append(
            T(
                "Faster here for the same training: {what}.", "Nhanh hơn ở đây mà vẫn là cùng một huấn luyện: {what}."
            ).format(
                what=T(
                    ", ".join(f"{OPTION_NAMES[r['option']].en} ({r['speed']:.2f} ×)" for r in free),
                    ", ".join(f"{OPTION_NAMES[r['option']].vi} ({r['speed']:.2f} ×)" for r in free),
                )
            )
        )
    else:
        said.append(
            T(
                "No option that keeps the training as it is makes it clearly faster here.",
                "Không lựa chọn nào giữ nguyên cách huấn luyện mà làm nó nhanh hơn rõ rệt ở đây.",
            )
        )
    if level:
        said.append(
            T("Within the noise of this machine: {what}.", "Nằm trong nhiễu của máy này: {what}.").format(
                what=_names(level)
            )
        )
    if slower:
        said.append(
            T(
                "Slower here: {what}. They must pay in memory or in loss.",
                "Chậm hơn ở đây: {what}. Chúng phải bù bằng bộ nhớ hoặc bằng loss.",
            ).format(what=_names(slower))
        )
    return said + compile_words(view)


def compile_words(view) -> list[T]:
    after, seconds = view.main.final("pays_after"), view.main.final("compile_seconds")
    if math.isnan(after):
        return []
    if math.isinf(after):
        return [
            T(
                "torch.compile: {s} s for its first step, and no faster afterwards: it never pays here.",
                "torch.compile: bước đầu mất {s} giây, sau đó không nhanh hơn: ở đây không bao giờ hòa vốn.",
            ).format(s=number(seconds))
        ]
    return [
        T(
            "torch.compile: {s} s for its first step; paid back after {n} steps.",
            "torch.compile: bước đầu mất {s} giây; hòa vốn sau {n} bước.",
        ).format(s=number(seconds), n=f"{after:,.0f}")
    ]


def bench_readouts(view) -> list[Readout]:
    table = view.main.table("options")
    if not table:
        return []
    rows = [
        Readout(
            T("baseline step", "một bước của mốc"),
            f"{number(table['ms'][0])} ms",
            T("AdamW fused, float32, one thread.", "AdamW hợp nhất, float32, một luồng."),
        ),
        Readout(
            T("baseline speed", "tốc độ của mốc"),
            T("{r} tokens/s", "{r} token/giây").format(r=f"{table['tokens_per_second'][0]:,.0f}"),
            T("Median over the passes.", "Trung vị qua các lượt."),
        ),
        Readout(
            T("baseline's peak memory", "bộ nhớ đỉnh của mốc"),
            f"{table['peak'][0] / 1e6:.1f} MB",
            T(
                "On a CPU: every allocation of one step by PyTorch's profiler, on top of weights, gradients and optimizer.",
                "Trên CPU: mọi lần cấp phát trong một bước theo profiler của PyTorch, cộng trọng số, gradient và thuật toán tối ưu.",
            ),
        ),
    ]
    noise = view.main.final("noise")
    if not math.isnan(noise):
        rows.append(
            Readout(
                T("noise of the baseline", "nhiễu của mốc"),
                f"{100 * noise:.0f} %",
                T("Middle half of its passes over their median.", "Nửa giữa các lượt chia cho trung vị."),
            )
        )
    return rows


def compile_answer(view):
    after = view.main.final("pays_after")
    if math.isnan(after) or view.main.final("noise") > NOISY:  # as in `bench`: no winner where it is too noisy
        return None
    return "never" if after > 1e5 else "many" if after > 1000 else "some" if after > 100 else "few"


def compile_why(view) -> T:
    words = compile_words(view)
    return words[0] if words else same("–")


# --- single operations -----------------------------------------------------------------------------------------------


CLEAR = 1.2  # times: below it nothing is explained


def cell(view, series: str, x: float) -> float:
    """Milliseconds of this case, nan before the end."""
    return view.main.final(f"{series}/{x:g}")


def operations(view) -> list[T]:
    if view.main.finished is None or view.main.finished.reason != "done":
        return []
    noise = median(view.main.final(name) for name in view.main.metrics if name.startswith("spread/"))
    shaky = [
        T(
            "Take no digit for certain: half of the passes spread over {n} % here. Close other programs, or raise the passes.",
            "Đừng tin từng chữ số: ở đây nửa số lượt trải trên {n} %. Hãy đóng chương trình khác hoặc tăng số lượt.",
        ).format(n=f"{100 * noise:.0f}")
    ]
    found = {
        "attention": _attention,
        "batch": _batch,
        "vocabulary": _vocabulary,
        "product": _product,
        "layout": _layout,
        "update": _update,
        "index": _index,
    }[view.config.what](view)
    return found + (shaky if noise > NOISY else [])


def _attention(view):
    short, long = (cell(view, "manual", t) / cell(view, "flash", t) for t in (64, 1024))
    if math.isnan(long):
        return [T("This device has no flash kernel to choose.", "Thiết bị này không có kernel flash để chọn.")]
    text = (
        T(
            "Flash is {a} × as fast as attention by hand at T = 64 and {b} × at T = 1,024: it never writes the T² scores down.",
            "Flash nhanh gấp {a} lần attention viết tay ở T = 64 và {b} lần ở T = 1,024: nó không bao giờ ghi T² điểm số ra.",
        )
        if long > CLEAR
        else T(
            "Flash has {a} × the speed of attention by hand at T = 64 and {b} × at T = 1,024.",
            "Flash có tốc độ gấp {a} lần attention viết tay ở T = 64 và {b} lần ở T = 1,024.",
        )
        if long > 1
        else T(
            "Flash has {a} × the speed of attention by hand at T = 64 and {b} × at T = 1,024: over long contexts it does not pay here.",
            "Flash có tốc độ gấp {a} lần attention viết tay ở T = 64 và {b} lần ở T = 1,024: với ngữ cảnh dài, ở đây nó không có lợi.",
        )
    )
    said = [text.format(a=number(short), b=number(long))]
    dropped = cell(view, "auto, dropout", 1024) / cell(view, "flash", 1024)
    if not math.isnan(dropped):
        text = (
            T(
                "With dropout inside attention the same call takes {c} × flash's time at T = 1,024: on a CPU the fused kernel "
                "cannot drop.",
                "Có dropout bên trong attention, cùng lệnh gọi mất {c} lần thời gian của flash ở T = 1,024: trên CPU kernel hợp nhất không biết bỏ.",
            )
            if view.config.device == "cpu" and dropped > CLEAR
            else T(
                "With dropout inside attention the same call takes {c} × flash's time at T = 1,024.",
                "Có dropout bên trong attention, cùng lệnh gọi mất {c} lần thời gian của flash ở T = 1,024.",
            )
        )
        said.append(text.format(c=number(dropped)))
    return said


def batch_gain(result, size: int = 64, other: int = 62) -> float:
    """Tokens per second at `size` over those at `other`, nan where one was not measured."""
    a, b = result.final(f"step/{size}"), result.final(f"step/{other}")
    return (size / a) / (other / b)


def _batch(view):
    gain = batch_gain(view.main)
    spread = view.main.final("spread/step/64")
    if math.isnan(gain):
        return [
            T(
                "Tokens per second by batch size. Powers of two are marked: look whether they stand out.",
                "Token mỗi giây theo cỡ lô. Lũy thừa của hai được tô màu: hãy xem chúng có nổi bật không.",
            )
        ]
    clear = abs(gain - 1) > spread
    text = (
        T(
            "64 against 62: {g} × the tokens per second, {w} the noise ({n} %). ",
            "64 so với 62: {g} × token mỗi giây, {w} nhiễu ({n} %). ",
        )
    ).format(
        g=f"{gain:.2f}",
        w=T("beyond", "vượt quá") if clear else T("within", "nằm trong"),
        n=f"{100 * spread:.0f}",
    )
    length = view.config.context
    why = (
        T(
            "The products have B·T rows: at T = {t}, 62 windows make {n} rows, not 62.",
            "Các phép nhân có B·T hàng: với T = {t}, 62 cửa sổ cho {n} hàng, không phải 62.",
        )
        if 62 * length % 64
        else T(
            "The products have B·T rows: at T = {t}, 62 windows make {n} = {k} · 64, a multiple of 64 like any other.",
            "Các phép nhân có B·T hàng: với T = {t}, 62 cửa sổ cho {n} = {k} · 64, cũng là bội của 64 như ai.",
        )
    ).format(t=f"{length:,}", n=f"{62 * length:,}", k=f"{62 * length // 64:,}")
    return [T(text.en + why.en, text.vi + why.vi)]


def _vocabulary(view):
    a, b = (1 - cell(view, kind, 50_304) / cell(view, kind, 50_257) for kind in ("bfloat16", "float32"))

    def change(gain) -> T:
        text = T("{p} less time", "bớt {p} thời gian") if gain >= 0 else T("{p} more time", "thêm {p} thời gian")
        return text.format(p=percent(abs(gain)))

    return [
        T(
            "50,304 columns instead of GPT-2's 50,257: {a} in bfloat16, {b} in float32.",
            "50,304 cột thay cho 50,257 của GPT-2: {a} ở bfloat16, {b} ở float32.",
        ).format(a=change(a), b=change(b))
    ]


def _product(view):
    gain = cell(view, "float32", 1024) / cell(view, "bfloat16", 1024)
    library = cell(view, "float32, as torch comes", 1024) / cell(view, "float32", 1024)
    text = (
        T(
            "A bfloat16 product of 1,024 × 1,024 is {g} × as fast as a float32 one here. A whole small model gains far less.",
            "Ở đây phép nhân bfloat16 1,024 × 1,024 nhanh gấp {g} lần float32. Cả một mô hình nhỏ thì lợi ít hơn nhiều.",
        )
        if gain > CLEAR
        else T(
            "A bfloat16 product of 1,024 × 1,024 has {g} × the speed of a float32 one here.",
            "Ở đây phép nhân bfloat16 1,024 × 1,024 có tốc độ gấp {g} lần float32.",
        )
        if gain > 1
        else T(
            "A bfloat16 product of 1,024 × 1,024 has {g} × the speed of a float32 one here: this hardware gains nothing by it.",
            "Ở đây phép nhân bfloat16 1,024 × 1,024 có tốc độ gấp {g} lần float32: phần cứng này không được lợi gì.",
        )
    )
    said = [text.format(g=number(gain))]
    if library > CLEAR and view.config.device == "cpu":
        said.append(
            T(
                "The library matters as much as the format: the very same float32 product takes {x} × as long with torch's own "
                "choice (MKL, which leaves this processor's widest vectors alone). The runs here use the other one (oneDNN).",
                "Thư viện cũng quan trọng như định dạng: cùng phép nhân float32 ấy mất gấp {x} lần thời gian với lựa chọn mặc định "
                "của torch (MKL, không dùng các thanh ghi vector rộng nhất của bộ xử lý này). Các lần chạy ở đây dùng thư viện kia "
                "(oneDNN).",
            ).format(x=number(library))
        )
    return said


def _layout(view):
    gain = cell(view, "rows + columns", 1) / cell(view, "rows + rows", 0)
    product = cell(view, "product, columns", 4) / cell(view, "product, rows", 3)
    text = (
        T(
            "Adding a transposed matrix takes {g} × as long; multiplying by one takes {p} ×: products read in blocks anyway.",
            "Cộng với ma trận chuyển vị mất gấp {g} lần; nhân với nó mất {p} lần: phép nhân vốn đọc theo khối.",
        )
        if product < CLEAR < gain
        else T(
            "Adding a transposed matrix takes {g} × as long; multiplying by one takes {p} ×.",
            "Cộng với ma trận chuyển vị mất gấp {g} lần; nhân với nó mất {p} lần.",
        )
    )
    return [text.format(g=number(gain), p=number(product))]


def _update(view):
    gain = cell(view, "loop", 0) / cell(view, "fused", 2)
    text = (
        T(
            "The fused step is {g} × as fast as the loop: {a} instead of {b} ms. Compare that with a whole step before you cheer.",
            "Bước hợp nhất nhanh gấp {g} lần vòng lặp: {a} thay vì {b} ms. Hãy so với cả một bước huấn luyện trước khi mừng.",
        )
        if gain > 1
        else T(
            "The fused step has {g} × the speed of the loop: {a} instead of {b} ms. Here it does not pay.",
            "Bước hợp nhất có tốc độ gấp {g} lần vòng lặp: {a} thay vì {b} ms. Ở đây nó không có lợi.",
        )
    )
    return [text.format(g=number(gain), a=number(cell(view, "fused", 2)), b=number(cell(view, "loop", 0)))]


def _index(view):
    said = view.main.samples.get("float32", {}).get(0)
    return [
        T(
            "int32 takes {g} × the time of int64. Floats are not slower, they are impossible: {e}",
            "int32 mất {g} lần thời gian của int64. Số thực không chậm hơn, mà là không thể: {e}",
        ).format(g=number(cell(view, "int32", 1) / cell(view, "int64", 0)), e=said.text if said else "–")
    ]


def batch_answer(view):
    gain, spread = batch_gain(view.main), view.main.final("spread/step/64")
    if view.config.what != "batch" or math.isnan(gain) or math.isnan(spread):
        return None
    return "level" if abs(gain - 1) <= spread else "faster" if gain > 1 else "slower"


def batch_why(view) -> T:
    return _batch(view)[0]
