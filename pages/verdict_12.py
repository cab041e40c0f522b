"""What lesson 12 says about the flight of a signal and about one matrix: rules on the numbers."""

import math

from app.i18n import T
from app.lesson import Prediction, Readout
from app.theme import number

KEPT = (0.05, 100.0)  # a signal whose spread ends in here counts as kept
NEAR = (0.3, 3.0)  # and in here as kept without another word


def names(arms):
    """ "A, B and C" in both languages."""

    def joined(lang, last):
        words = [a.arm.name(lang) for a in arms]
        return words[0] if len(words) == 1 else ", ".join(words[:-1]) + last + words[-1]

    return T(joined("en", " and "), joined("vi", " và "))


def layer(result, name):
    """A layer the flight reports (overflow, vanished, ...), None where there was none."""
    value = result.final(name)
    return None if math.isnan(value) else int(value)


# --- the flight ------------------------------------------------------------------------------------------------------


def fate(a):
    """One sentence: what became of this arm's signal."""
    result, name = a.result, a.arm.name
    facts = {"name": name, "last": number(result.final("last")), "depth": a.arm.config.depth}
    overflow, vanished, law = layer(result, "overflow"), layer(result, "vanished"), layer(result, "expected_overflow")
    if overflow is not None:
        text = T("{name}: ∞ at layer {layer}; theory had said {law}.", "{name}: ∞ ở tầng {layer}; lý thuyết nói {law}.")
        return text.format(
            **facts, layer=overflow, law=law if law is not None else T("no such layer", "không tầng nào")
        )
    if vanished is not None:
        return T("{name}: nothing but zeros from layer {layer} on.", "{name}: toàn số 0 kể từ tầng {layer}.").format(
            **facts, layer=vanished
        )
    if not KEPT[0] <= result.final("last") <= KEPT[1]:
        gone = result.final("last") < 1
        text = (
            T(
                "{name}: of a spread of 1, {last} is left at layer {depth}.",
                "{name}: từ độ lệch chuẩn 1, đến tầng {depth} còn {last}.",
            )
            if gone
            else T(
                "{name}: a spread of 1 has become {last} at layer {depth}.",
                "{name}: từ độ lệch chuẩn 1, đến tầng {depth} thành {last}.",
            )
        )
        return text.format(**facts)
    if not NEAR[0] <= result.final("last") <= NEAR[1]:  # a bare "kept" beside 65 would be read as 1
        return T(
            "{name}: kept within bounds ({low} to {high}), {last} at layer {depth}.",
            "{name}: giữ được trong giới hạn ({low} đến {high}), {last} ở tầng {depth}.",
        ).format(**facts, low=number(KEPT[0]), high=number(KEPT[1]))
    return T("{name}: kept, {last} at layer {depth}.", "{name}: giữ được, {last} ở tầng {depth}.").format(**facts)


def kept(a):
    last = a.result.final("last")
    return layer(a.result, "overflow") is None and KEPT[0] <= last <= KEPT[1]


def flight_verdict(view):
    if not view.main.finished:
        return []
    main, said = view.arms[0], [fate(view.arms[0])]
    if main.arm.config.scheme == "constant":
        said.append(
            T(
                "All units of a layer are copies of one: it is as wide as a single unit.",
                "Mọi nút trong tầng là bản sao của nhau: tầng chỉ rộng bằng một nút.",
            )
        )
    good = [a for a in view.arms[1:] if kept(a)]
    if not kept(main) and good:
        said.append(
            T("Kept by the same layers with: {names}.", "Vẫn các tầng đó, giữ được với: {names}.").format(
                names=names(good)
            )
        )
    elif not kept(main) and len(view.arms) > 1:
        free = main.arm.config.scheme in ("normal", "uniform", "truncated")
        said.append(
            T("No scheme here keeps it: find a σ that does.", "Ở đây không cách nào giữ được: hãy tìm σ giữ được.")
            if free
            else T(
                "No scheme here keeps it: choose “normal” and find a σ that does.",
                "Ở đây không cách nào giữ được: hãy chọn cách “chuẩn” và tìm σ giữ được.",
            )
        )
    return said


def rescue_verdict(view):
    if not view.done:
        return []
    return [fate(a) for a in view.arms]


def growth(result):
    """Factor on the std per layer, over the layers that still have a number."""
    table = result.tables.get("stack", {}).get(0, {})
    stds = [s for s in table.get("forward", ()) if s]
    return (stds[-1] / stds[0]) ** (1 / (len(stds) - 1)) if len(stds) > 1 else math.nan


def linear_factor(config):
    """What σ·√width says of these weights, and where it says nothing."""
    if config.lsuv:
        return T(
            "As drawn; LSUV then divides each layer's weights by the spread they produced, so it is no factor here.",
            "Như lúc bốc; LSUV sau đó chia trọng số mỗi tầng cho độ lệch chuẩn chúng tạo ra, nên ở đây nó không phải hệ số.",
        )
    if config.scheme == "constant":
        return T(
            "No factor here: equal weights do not cancel, they multiply the mean of the inputs by σ·width = {x}.",
            "Ở đây không phải hệ số: trọng số bằng nhau không triệt tiêu nhau mà nhân trung bình đầu vào với σ·độ rộng = {x}.",
        ).format(x=number(config.std * config.width))
    return T(
        "The factor of one linear layer; ReLU divides it by √2.",
        "Hệ số của một tầng tuyến tính; ReLU chia nó cho √2.",
    )


def flight_readouts(view):
    result, c = view.main, view.config
    if not result.finished:
        return []
    spread = result.final("weight_std")
    factor = growth(result)
    rows = [
        Readout(
            T("factor per layer", "hệ số mỗi tầng"),
            number(factor) if math.isfinite(factor) else T("nothing to measure", "không có gì để đo"),
            T(
                "By how much one layer multiplies the spread, as measured.",
                "Một tầng nhân độ lệch chuẩn lên bao nhiêu, theo phép đo.",
            ),
        ),
        Readout(
            T("σ·√width", "σ·√độ rộng"),
            number(spread * math.sqrt(c.width)),
            linear_factor(c),
        ),
    ]
    if (overflow := layer(result, "overflow")) is not None:
        expected = layer(result, "expected_overflow")
        rows.append(
            Readout(
                T("first infinity: run / theory", "vô cực đầu tiên: chạy / lý thuyết"),
                T(f"layer {overflow} / {expected or 'none'}", f"tầng {overflow} / {expected or 'không có'}"),
                T("The layer where the largest number no longer fits.", "Tầng mà số lớn nhất không còn chứa được."),
            )
        )
    if (meter := layer(result, "norm_overflow")) is not None and c.dtype != "float16":
        rows.append(
            Readout(
                T("a float32 norm fails at", "chuẩn (norm) tính bằng float32 hỏng ở"),
                T(f"layer {meter}", f"tầng {meter}"),
                T(
                    "A norm squares its numbers, so the meter is infinite at half the way, while every number is still finite.",
                    "Chuẩn (norm) bình phương các số, nên cái đo thành vô cực ở nửa đường, khi mọi con số vẫn còn hữu hạn.",
                ),
            )
        )
    first = result.final("first_gradient")
    if not math.isnan(first):
        rows.append(
            Readout(
                T("gradient at the bottom", "gradient ở đáy"),
                number(first),
                T(
                    "What is left of a gradient of spread 1 from the top.",
                    "Gradient có độ lệch chuẩn 1 từ đỉnh còn lại bao nhiêu.",
                ),
            )
        )
    return rows


def is_race(config, dtype):
    wanted = {"scheme": "normal", "std": 1.0, "width": 256, "activation": "linear", "lsuv": False}
    wanted |= {"layernorm": False, "residual": False}
    return config.dtype == dtype and config.depth >= 32 and all(getattr(config, k) == v for k, v in wanted.items())


def race_answer(dtype):
    return lambda view: layer(view.main, "overflow") if is_race(view.config, dtype) else None


def race_why(view):
    largest = view.main.facts.get("largest", 1)
    return T(
        "Each layer multiplies the spread by σ·√256 = 16, and {dtype} ends at {largest} = 16^{power}.",
        "Mỗi tầng nhân độ lệch chuẩn với σ·√256 = 16, mà {dtype} dừng ở {largest} = 16^{power}.",
    ).format(dtype=view.config.dtype, largest=number(largest), power=f"{math.log(largest, 16):.3g}")


def rescue_answer(view):
    """None away from the stack the question is about."""
    c = view.config
    asked = (c.activation, c.std, c.scheme, c.dtype, c.lsuv) == ("gelu", 1.0, "normal", "float32", False)
    lost = {a.arm.label: layer(a.result, "overflow") is not None for a in view.arms}
    if not asked or c.depth < 50 or not view.done or not lost.get("plain"):
        return None
    by = (not lost["residual"], not lost["layernorm"])
    return {(True, True): "either", (True, False): "residual", (False, True): "layernorm"}.get(by, "neither")


def rescue_why(view):
    at = layer(view.result("residual"), "overflow")
    if at is None:
        return T(
            "LayerNorm brings every input back to spread 1, so nothing can pile up. Here the stack with a residual has not overflowed either.",
            "LayerNorm đưa mọi đầu vào về độ lệch chuẩn 1 nên không gì dồn lên được. Ở đây chồng tầng có nối tắt cũng chưa tràn số.",
        )
    return T(
        "A residual adds the layer's output to its input: it cannot make it smaller (∞ at layer {at}). LayerNorm brings every input back to spread 1, so nothing can pile up.",
        "Nối tắt (residual) cộng đầu ra vào đầu vào: không thể làm nó nhỏ đi (∞ ở tầng {at}). LayerNorm đưa mọi đầu vào về độ lệch chuẩn 1 nên không gì dồn lên được.",
    ).format(at=at)


FLIGHT_PREDICTIONS = (
    Prediction(
        "race32",
        T(
            "50 linear layers of width 256, weights N(0, 1), float32 (largest number 3.4·10³⁸). At which layer does the first infinity appear? Lock it, then set σ to 1.",
            "50 tầng tuyến tính rộng 256, trọng số N(0, 1), float32 (số lớn nhất 3.4·10³⁸). Vô cực đầu tiên xuất hiện ở tầng nào? Chốt rồi đặt σ bằng 1.",
        ),
        race_answer("float32"),
        race_why,
        kind="number",
        low=1,
        high=50,
        step=1,
        tolerance=2,
        decided_by="race",
    ),
    Prediction(
        "race16",
        T(
            "And in float16 (largest number 65,504)? Lock it, then choose float16 with σ = 1.",
            "Còn với float16 (số lớn nhất 65,504)? Chốt rồi chọn float16 với σ = 1.",
        ),
        race_answer("float16"),
        race_why,
        kind="number",
        low=1,
        high=50,
        step=1,
        tolerance=1,
        decided_by="half",
    ),
)
RESCUE_PREDICTION = Prediction(
    "rescue",
    T(
        "50 GELU layers, σ = 1: the plain stack overflows. What alone prevents that?",
        "50 tầng GELU, σ = 1: chồng tầng thường bị tràn số. Chỉ riêng cái nào ngăn được?",
    ),
    rescue_answer,
    rescue_why,
    (
        ("residual", T("the residual", "nối tắt (residual)")),
        ("layernorm", T("LayerNorm", "LayerNorm")),
        ("either", T("either of them", "cái nào cũng được")),
        ("neither", T("only both together", "phải cả hai")),
    ),
)

# --- one matrix ------------------------------------------------------------------------------------------------------


def layer_verdict(view):
    main = view.arms[0]
    result, c = main.result, main.arm.config
    if not result.finished:
        return []
    said = [
        T(
            "{name}: the spread of the weights is {m}, the formula says {f}. One such layer multiplies a signal by {fw} on the way up and a gradient by {bw} on the way down.",
            "{name}: độ lệch chuẩn của trọng số là {m}, công thức nói {f}. Một tầng như thế nhân tín hiệu với {fw} trên đường lên và nhân gradient với {bw} trên đường xuống.",
        ).format(
            name=main.arm.name,
            m=number(result.final("measured")),
            f=number(result.final("formula")),
            fw=number(result.final("forward")),
            bw=number(result.final("backward")),
        )
    ]
    if c.layer_scheme == "zeros":
        said.append(T("Nothing gets through, in neither direction.", "Không gì lọt qua, cả hai chiều."))
    arms = {a.arm.config.layer_scheme: a.result for a in view.arms}
    if "he_uniform" in arms and "pytorch" in arms:
        ratio = (arms["he_uniform"].final("measured") / arms["pytorch"].final("measured")) ** 2
    else:
        ratio = math.nan
    if math.isfinite(ratio):
        said.append(
            T(
                "He's variance is {r} times that of PyTorch's default, though both are called Kaiming.",
                "Phương sai của He gấp {r} lần mặc định của PyTorch, dù cả hai đều mang tên Kaiming.",
            ).format(r=number(ratio))
        )
    return said


def layer_readouts(view):
    rows = []
    for a in view.arms[:4]:
        measured, formula = a.result.final("measured"), a.result.final("formula")
        bound = a.result.final("bound")
        edge = "" if math.isnan(bound) else f" (±{number(bound)})"
        rows.append(
            Readout(
                a.arm.name,
                T(
                    f"{number(measured)}, formula {number(formula)}{edge}",
                    f"{number(measured)}, công thức {number(formula)}{edge}",
                ),
                T(
                    "Standard deviation of the weights, drawn and by formula; in brackets the bound of a uniform scheme.",
                    "Độ lệch chuẩn của trọng số, bốc được và theo công thức; trong ngoặc là biên của cách khởi tạo đều.",
                ),
            )
        )
    return rows
