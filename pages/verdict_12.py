"""What lesson 12 says about its runs: verdicts, readouts, and the answers to its predictions, from rules on the numbers."""

import math

from app import sentences
from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import number

KEPT = (0.05, 100.0)  # a signal whose spread ends in here counts as kept


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
            T(
                "The factor of one linear layer; ReLU divides it by √2.",
                "Hệ số của một tầng tuyến tính; ReLU chia nó cho √2.",
            ),
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
                    "Độ lệch chuẩn của trọng số, bốc được và theo công thức; trong ngoặc là biên của cách đều.",
                ),
            )
        )
    return rows


# --- a small GPT -----------------------------------------------------------------------------------------------------


def finals(view):
    """[(arm view, first loss, last loss)], finished runs only, the main arm first."""
    out = []
    for a in view.arms:
        if a.result.finished and a.result.metrics.get("test_loss"):
            out.append((a, a.result.at("test_loss", 0), a.result.final("test_loss")))
    return out


def gpt_verdict(view):
    done, uniform = finals(view), view.references.get("uniform", math.nan)
    if len(done) < len(view.arms) or not done:
        return []
    said = sentences.any_diverged(a for a, _, _ in done)
    alive = [row for row in done if not row[0].result.diverged]
    if not alive:
        return said
    best = min(alive, key=lambda row: row[2])
    said.append(
        T("Lowest here: {name}, {last} nats.", "Thấp nhất ở đây: {name}, {last} nats.").format(
            name=best[0].arm.name, last=number(best[2])
        )
    )
    bad = [row for row in alive if row[1] > uniform + 3]
    for a, first, last in bad[:1]:
        text = T(
            "{name}: bad start, no overflow. LayerNorm rescued the way up, yet the loss begins at {first} instead of ln V = {uniform}",
            "{name}: khởi đầu tồi, không tràn số. LayerNorm cứu đường đi lên, nhưng loss bắt đầu ở {first} thay vì ln V = {uniform}",
        )
        behind = T(" and is still {gap} nats behind.", " và vẫn kém {gap} nats.") if a is not best[0] else same(".")
        said.append(
            T(text.en + behind.en, text.vi + behind.vi).format(
                name=a.arm.name, first=number(first), uniform=number(uniform), gap=number(last - best[2])
            )
        )
    stuck = [a for a, first, last in alive if abs(first - last) < 1e-3 and a.result.step]
    dead = [a for a in stuck if not a.result.final("gradient") > 0]
    slow = [a for a in stuck if a not in dead]
    if slow:
        said.append(
            T(
                "{names}: hardly moved so far. The gradient is not zero, only the steps are too few or too short.",
                "{names}: đến giờ gần như chưa nhúc nhích. Gradient không bằng 0, chỉ là bước quá ít hoặc quá ngắn.",
            ).format(names=names(slow))
        )
    if dead:
        said.append(
            T(
                "{names}: the loss has not moved. Every gradient is exactly zero, so no learning rate and no number of steps will help.",
                "{names}: loss không nhúc nhích. Mọi gradient đều đúng bằng 0, nên tốc độ học nào, bao nhiêu bước cũng vô ích.",
            ).format(names=names(dead))
        )
    clones = [a for a, _, _ in alive if a.result.final("rows") == 1 and a not in stuck and a.result.step]
    if clones:
        said.append(
            T(
                "{names}: learning, but the units inside a block are copies of one another and get the same gradient for ever; only the embeddings learn freely.",
                "{names}: có học, nhưng các nút trong một khối là bản sao của nhau và mãi nhận cùng một gradient; chỉ embedding học tự do.",
            ).format(names=names(clones))
        )
    if len(view.arms) > 2 and not bad and not dead:
        worst = max(alive, key=lambda row: row[2])
        said.append(
            T("From best to worst: {gap} nats.", "Từ tốt nhất đến tệ nhất: {gap} nats.").format(
                gap=number(worst[2] - best[2])
            )
        )
    return said


def gpt_readouts(view):
    result = view.main
    if not result.metrics.get("test_loss"):
        return []
    now = result.final("test_loss")
    rows = [
        Readout(
            T("loss at step 0", "loss ở bước 0"),
            number(result.at("test_loss", 0)),
            T("Of the first start.", "Của cách đầu tiên."),
        ),
        Readout(
            T("loss now", "loss bây giờ"),
            number(now) if math.isfinite(now) else T("no longer a number", "không còn là số"),
            T("Of the first start.", "Của cách đầu tiên."),
        ),
    ]
    ratio, distinct = result.final("gradient_ratio"), result.final("rows")
    if not math.isnan(ratio):
        rows.append(
            Readout(
                T("first gradient, last ÷ first block", "gradient đầu, khối cuối ÷ khối đầu"),
                number(ratio),
                T("1: the first batch pulls equally at all blocks.", "1: lô đầu tiên kéo mọi khối như nhau."),
            )
        )
    if math.isfinite(distinct):
        rows.append(
            Readout(
                T("different units in the first block", "số nút khác nhau ở khối đầu"),
                f"{int(distinct)} / {4 * view.config.width}",
                T(
                    "Rows of its MLP matrix that are not copies of another row.",
                    "Số hàng của ma trận MLP không phải bản sao của hàng khác.",
                ),
            )
        )
    return rows


def one_answer(view):
    """What became of the start with std 1: nan, flat, bad or fine."""
    one = next(
        (row for row in finals(view) if row[0].arm.config.std == 1 and row[0].arm.config.matrices == "normal"), None
    )
    c = view.config
    short = c.steps < 100 or (c.optimizer, c.lr) != ("adamw", 3e-3)  # then it is these that decide
    if one is None or len(finals(view)) < len(view.arms) or short or not view.done:
        return None
    a, first, last = one
    if a.result.diverged:
        return "nan"
    best = min((row[2] for row in finals(view) if math.isfinite(row[2])), default=math.nan)
    return "flat" if last > first - 1 else "bad" if last > best + 1 else "fine"


def one_why(view):
    one = next(row for row in finals(view) if row[0].arm.config.std == 1 and row[0].arm.config.matrices == "normal")
    if one_answer(view) == "nan":
        return T(
            "It starts at {first} and ends in numbers that are none (step {n}): the tied head turns large weights into large, wrong logits, and the steps were too long for them.",
            "Nó bắt đầu ở {first} rồi hỏng, không còn là số (bước {n}): đầu ra dùng chung biến trọng số lớn thành logits lớn và sai, mà bước đi lại quá dài.",
        ).format(first=number(one[1]), n=one[0].result.finished.step)
    return T(
        "{first} → {last}. LayerNorm keeps every number finite, but the tied head turns large weights into large, wrong logits that must first be unlearned.",
        "{first} → {last}. LayerNorm giữ mọi số hữu hạn, nhưng đầu ra dùng chung biến trọng số lớn thành logits lớn và sai, trước hết phải học quên chúng đi.",
    ).format(first=number(one[1]), last=number(one[2]))


GPT_PREDICTION = Prediction(
    "one",
    T(
        "A tiny GPT with LayerNorm, every weight from N(0, 1). What happens in training?",
        "Một GPT tí hon có LayerNorm, mọi trọng số từ N(0, 1). Huấn luyện sẽ ra sao?",
    ),
    one_answer,
    one_why,
    (
        ("nan", T("NaN", "NaN")),
        ("flat", T("it learns nothing", "không học được gì")),
        ("bad", T("it learns, but badly", "học được, nhưng tồi")),
        ("fine", T("no difference", "không khác gì")),
    ),
    given_by="picture",
)


def deep_verdict(view):
    if not view.done:
        return []
    ratios = {a.arm.name: a.result.final("gradient_ratio") for a in view.arms}
    listed = ", ".join(f"{name.en}: {number(r)}" for name, r in ratios.items() if math.isfinite(r))
    if not listed or view.config.blocks == 1:
        return [
            T(
                "One block: it is the first and the last, there is nothing to compare.",
                "Một khối: vừa là khối đầu vừa là khối cuối, không có gì để so.",
            )
            if view.config.blocks == 1
            else T("No gradient reaches the first block.", "Không gradient nào tới được khối đầu.")
        ]
    return [
        T(
            "Gradient of the last of {n} blocks as a share of the first block's: {listed}.",
            "Gradient của khối cuối trong {n} khối, so với khối đầu: {listed}.",
        ).format(n=view.config.blocks, listed=listed)
    ]
