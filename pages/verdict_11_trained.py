"""What lesson 11 says about trained models: with and without the division by √d, and with LayerNorm's gains rescaled."""

import math

from app import sentences
from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import knob, number, signed

MOVED = 0.2  # std of the gains of a LayerNorm: they all start at 1, where it is 0
FLAT = 0.1  # nats/token: two runs closer than this count as the same
LUCK = (
    0.25  # and so far apart one seed may set them: at lr 0.01 the pair of init 0.02 parts by +0.21, −0.03, +0.06, −0.14
)

# --- training --------------------------------------------------------------------------------------------------------


def gap(view, size):
    """Test loss without the division minus with it, nats/token; nan while unknown. size: "small" or "unit"."""
    return view.result(f"{size} other").final("test_loss") - view.result(f"{size} divided").final("test_loss")


SEEDS = T(
    " That may be the luck of this seed: try another.",
    " Đó có thể chỉ là may rủi của hạt giống này: hãy thử hạt giống khác.",
)
CALMER = T(
    "Try a tenth of the learning rate, or switch on “normalise q and k”.",
    "Hãy thử một phần mười tốc độ học, hoặc bật “chuẩn hóa q và k”.",
)


def young(view, pair):
    """Whether neither run is below the token frequencies yet: until then attention has had nothing to add."""
    line = view.references.get("unigram", math.inf)
    return all(r.final("test_loss") > line for r in pair)


def train_verdict(view):
    said = sentences.any_diverged(view.arms, sentences.TENTH if view.config.qk_norm else CALMER)
    if said or not view.done:
        return said
    if view.config.attention_scale == 1:
        return [
            T(
                "s = 1 is the division by √d itself: move s to compare. {root} takes it back, 0 makes every token average its past.",
                "s = 1 chính là phép chia cho √d: hãy đổi s để so sánh. {root} là bỏ phép chia, 0 khiến mỗi token lấy trung bình quá khứ.",
            ).format(root=f"{math.sqrt(view.config.width / view.config.heads):.3g}")
        ]
    for size, std in (("unit", view.config.init_std), ("small", 0.02)):
        other, difference = view.result(f"{size} other"), gap(view, size)
        if not math.isfinite(difference):
            continue
        pair = (other, view.result(f"{size} divided"))
        if all(r.final("test_loss") > r.at("test_loss", 0) - FLAT for r in pair):
            said.append(
                T(
                    "Init {std}: neither run has learned anything yet, so nothing here speaks for or against the division. Try more steps or another learning rate.",
                    "Khởi tạo {std}: chưa lần chạy nào học được gì, nên chưa thể nói phép chia tốt hay xấu. Hãy thử thêm bước hoặc tốc độ học khác.",
                ).format(std=knob(std))
            )
            continue
        facts = {
            "std": knob(std),
            "gap": signed(difference, 3) if abs(difference) >= 0.0005 else "0",
            "scores": number(other.at("score_std", 0)),
            "entropy": number(other.at("entropy", 0)),
            "s": knob(view.config.attention_scale),
        }
        if difference > FLAT:
            text = T(
                "Init {std}: s = {s} costs {gap} nats/token. Its scores start at std {scores} and the entropy of its attention at {entropy} of the uniform one.",
                "Khởi tạo {std}: s = {s} mất {gap} nats/token. Điểm số của nó khởi đầu với độ lệch chuẩn {scores}, entropy của attention bằng {entropy} lần mức đều.",
            )
        elif difference < -FLAT:
            text = T(
                "Init {std}: s = {s} is better here ({gap} nats/token). Scores start at std {scores}, the entropy of its attention at {entropy} of the uniform one.",
                "Khởi tạo {std}: ở đây s = {s} lại tốt hơn ({gap} nats/token). Điểm số khởi đầu với độ lệch chuẩn {scores}, entropy của attention bằng {entropy} lần mức đều.",
            )
        elif young(view, pair):
            text = T(
                "Init {std}: too early to say ({gap} nats/token). Neither run is below the token frequencies yet, and up to there attention has nothing to add. Try more steps or another learning rate.",
                "Khởi tạo {std}: còn quá sớm để nói ({gap} nats/token). Chưa lần chạy nào xuống dưới mức tần suất token, mà đến đó thì attention chưa góp được gì. Hãy thử thêm bước hoặc tốc độ học khác.",
            )
        else:
            text = T(
                "Init {std}: s = {s} makes no difference one run could show ({gap} nats/token). Scores start at std {scores}, the entropy of its attention at {entropy} of the uniform one.",
                "Khởi tạo {std}: s = {s} không tạo khác biệt mà một lần chạy thấy được ({gap} nats/token). Điểm số khởi đầu với độ lệch chuẩn {scores}, entropy của attention bằng {entropy} lần mức đều.",
            )
        if FLAT < abs(difference) < LUCK:
            text = T(text.en + SEEDS.en, text.vi + SEEDS.vi)
        said.append(text.format(**facts))
    return said


def train_readouts(view):
    rows = []
    for a in view.arms:
        loss = a.result.final("test_loss")
        if math.isfinite(loss):
            rows.append(
                Readout(
                    a.arm.name,
                    f"{number(loss)} nats",
                    T("Test loss now, nats per token.", "Loss kiểm thử lúc này, nats mỗi token."),
                )
            )
    return rows


def birth_answer(view):
    other, c = view.result("small other"), view.config
    entropy = other.at("entropy", 0)
    if math.isnan(entropy) or (c.attention_scale, c.qk_norm, c.heads, c.width) != (4, False, 4, 64):
        return None
    return "even" if entropy > 0.9 else "few" if entropy > 0.3 else "one"


def birth_why(view):
    other = view.result("small other")
    return T(
        "Entropy {entropy} of uniform. With weights of 0.02 and width 64 the queries have std 0.16, not 1, and q·k only {raw}, "
        "not √16 = 4: there is nothing to tame. At GPT-2's own width, 768, it would be 2.5.",
        "Entropy bằng {entropy} lần mức đều. Với trọng số 0.02 và độ rộng 64, truy vấn có độ lệch chuẩn 0.16 chứ không phải 1, và q·k "
        "chỉ {raw} chứ không phải √16 = 4: chẳng có gì phải kìm. Với độ rộng 768 của chính GPT-2 thì sẽ là 2.5.",
    ).format(entropy=number(other.at("entropy", 0)), raw=number(other.at("raw_std", 0)))


BIRTH = Prediction(
    "birth",
    T(
        "GPT-2's init (0.02) in our GPT of width 64, no division by √d, before any training. Where does a head look?",
        "Khởi tạo của GPT-2 (0.02) trong GPT rộng 64 của ta, không chia √d, trước mọi huấn luyện. Một đầu chú ý nhìn vào đâu?",
    ),
    birth_answer,
    birth_why,
    (
        ("one", T("at one token", "một token")),
        ("few", T("at a few tokens", "vài token")),
        ("even", T("at all of them evenly", "đều khắp mọi token")),
    ),
)


# --- LayerNorm -------------------------------------------------------------------------------------------------------


def rescaled(view, way):
    """Loss at the chosen c, that way; nan while unknown."""
    table, factor = view.main.table("rescale"), float(view.values.get("factor", 1.0))
    for f, w, loss in zip(*(table.get(column, ()) for column in ("factor", "way", "loss")), strict=True):
        if w == way and math.isclose(f, factor, rel_tol=0.01):
            return math.nan if loss is None else loss  # a log has null for what is no number
    return math.nan


NO_MODEL = T(
    "There is no trained model to rescale: try a tenth of the learning rate.",
    "Không có mô hình đã huấn luyện nào để đổi tỉ lệ: hãy thử một phần mười tốc độ học.",
)


def gains_verdict(view):
    table = view.main.table("norms")
    base, alone, same_ = view.main.final("base_loss"), rescaled(view, "gain"), rescaled(view, "all three")
    if not table or not all(map(math.isfinite, (base, alone, same_))):
        return sentences.any_diverged(view.arms, NO_MODEL)
    inside = [g for g, name in zip(table["gain"], table["norm"], strict=True) if name != "ln_f" and g is not None]
    if not inside:
        return sentences.any_diverged(view.arms, NO_MODEL)
    factor, steps = float(view.values.get("factor", 1.0)), max(view.main.tables["norms"])
    scatter = max(s for s, name in zip(table["gain_std"], table["norm"], strict=True) if name != "ln_f")
    first = view.main.table("small")
    said = [
        T(
            "After {steps} steps the mean γ of a block's LayerNorm lies between {low} and {high}: they started at 1 and have hardly moved.",
            "Sau {steps} bước, γ trung bình của các LayerNorm trong khối nằm giữa {low} và {high}: chúng khởi đầu ở 1 và hầu như chưa đi đâu.",
        ).format(steps=steps, low=number(min(inside)), high=number(max(inside)))
        if min(inside) > 0.8 and max(inside) < 1.25 and scatter < MOVED
        else T(
            "After {steps} steps the mean γ of a block's LayerNorm lies between {low} and {high}, its entries with a std of up to {scatter}; all of them started at 1.",
            "Sau {steps} bước, γ trung bình của các LayerNorm trong khối nằm giữa {low} và {high}, các phần tử có độ lệch chuẩn đến {scatter}; tất cả khởi đầu ở 1.",
        ).format(steps=steps, low=number(min(inside)), high=number(max(inside)), scatter=number(scatter)),
        T(
            "c = 1 leaves everything as it was trained: the loss is {base}. Move c.",
            "c = 1 để nguyên mọi thứ như đã huấn luyện: loss là {base}. Hãy kéo c.",
        ).format(base=number(base))
        if factor == 1
        else T(
            "c = {c}: γ alone moves the loss {far}; when β and the next weights change with it, the loss stays at {same}: the same network.",
            "c = {c}: chỉ đổi γ thì loss {far}; khi β và trọng số kế tiếp cùng đổi, nó vẫn là {same}: cùng một mạng.",
        ).format(
            c=knob(factor),
            same=number(same_),
            far=T("from {base} to {alone}", "đi từ {base} đến {alone}").format(base=number(base), alone=number(alone))
            if number(base) != number(alone)
            else T("by no more than 0.01", "đổi không quá 0.01"),
        ),
    ]
    if first and first["before"][0] is not None and first["after"][0] is not None:
        before, after = first["before"][0], first["after"][0]
        said.append(
            T(
                "With every γ at 0.3 the first LayerNorm still {does} its input: std {before} in, {after} out.",
                "Với mọi γ bằng 0.3, LayerNorm đầu tiên vẫn {does} đầu vào: vào {before}, ra {after}.",
            ).format(
                does=T("amplifies", "khuếch đại") if after > before else T("shrinks", "thu nhỏ"),
                before=number(before),
                after=number(after),
            )
        )
    return said


def gains_readouts(view):
    base = view.main.final("base_loss")
    if not math.isfinite(base):
        return []
    rows = [Readout(T("test loss as trained", "loss kiểm thử như đã huấn luyện"), f"{base:.6f}", same("c = 1"))]
    for way, label in (
        ("gain", T("γ alone × c", "chỉ γ × c")),
        ("gain and weights", T("γ × c, next W ÷ c", "γ × c, W kế tiếp ÷ c")),
        ("all three", T("γ × c, β × c, next W ÷ c", "γ × c, β × c, W kế tiếp ÷ c")),
    ):
        if math.isfinite(rescaled(view, way)):
            rows.append(Readout(label, f"{rescaled(view, way):.6f}", T("nats per token", "nats mỗi token")))
    return rows


def still_answer(view):
    """Rounding grows with the loss: what counts is the change as a share of it."""
    gap_, base = view.main.final("same_gap"), view.main.final("base_loss")
    if not math.isfinite(gap_) or not math.isfinite(base):
        return None
    return "same" if gap_ < 1e-4 * max(1.0, base) else "other"


def still_why(view):
    text = (
        T(
            "Over all c from 0.1 to 10 the loss moves by at most {gap}: rounding. W/c (cγz + cβ) + b = W (γz + β) + b.",
            "Với mọi c từ 0.1 đến 10, loss chỉ đổi tối đa {gap}: do làm tròn. W/c (cγz + cβ) + b = W (γz + β) + b.",
        )
        if still_answer(view) == "same"
        else T(
            "Over all c from 0.1 to 10 the loss moves by up to {gap}. Exact arithmetic would not move it at all, W/c (cγz + cβ) + b = W (γz + β) + b: float32 rounds, and a model with weights as large as here magnifies it.",
            "Với mọi c từ 0.1 đến 10, loss đổi tối đa {gap}. Tính chính xác thì nó không đổi, W/c (cγz + cβ) + b = W (γz + β) + b: float32 làm tròn, và mô hình có trọng số lớn như ở đây khuếch đại sai số ấy.",
        )
    )
    return text.format(gap=number(view.main.final("same_gap")))


STILL = Prediction(
    "still",
    T(
        "Make every γ and β three times smaller and the next weights three times larger. What happens to the loss?",
        "Cho mọi γ và β nhỏ đi ba lần, trọng số kế tiếp lớn lên ba lần. Loss sẽ ra sao?",
    ),
    still_answer,
    still_why,
    (("other", T("it gets worse", "tệ đi")), ("same", T("nothing", "không đổi"))),
)
