"""What lesson 13 says about weights that widen: by which data, and in which block."""

import math
import statistics

from app import sentences
from app.i18n import T
from app.lesson import Prediction, Readout
from app.theme import number
from pages import figures_13_spread as spread
from pages.verdict_13 import four

ALIKE, LESS = 0.8, 0.1  # noise against text: above ALIKE as much, below LESS not at all
MORE = 1.25  # and above this, more
TINY = 0.3  # ×10⁻⁴: growth below this is the rounding of what is stored, and nothing to compare
SEEN = 0.01  # of the std at the start: noise that widens the weights by less does not widen them
LEADS = 2.0  # times the median of the others: a block that leads

# --- widening --------------------------------------------------------------------------------------------------------


def growth(result):
    """Mean over blocks of the growth of QKV's std, ×10⁻⁴."""
    return 1e4 * result.final("growth")


def of_kind(view, data):
    """The first arm that reads this kind of data."""
    return next((a.result for a in view.arms if a.arm.config.data == data), None)


def noise_share(view):
    """Growth on uniform noise over growth on text, None while either is missing."""
    text, noise = of_kind(view, "text"), of_kind(view, "uniform")
    if text is None or noise is None or not view.done or text.diverged or noise.diverged:
        return None
    share = growth(noise) / growth(text) if growth(text) > 0 else math.nan
    return share if math.isfinite(share) else None


def outside(view):
    """Largest share of a block's QKV weights beyond the course's axis of ±0.1 at the last step."""
    return max((v for v in view.main.table("spread").get("outside", ()) if v is not None), default=0.0)


def narrower(text, noise):
    """Of weights that have not widened on text."""
    line = T(
        "On text the weights have not widened: {text} ×10⁻⁴ (mean over blocks).",
        "Trên văn bản, trọng số không rộng thêm: {text} ×10⁻⁴ (trung bình các khối).",
    )
    if noise is not None and not noise.diverged and math.isfinite(growth(noise)):
        more = T(" On uniform noise: {noise}.", " Trên nhiễu đều: {noise}.")
        line = T(line.en + more.en, line.vi + more.vi)
    return line.format(text=number(growth(text)), noise="" if noise is None else number(growth(noise)))


def growth_verdict(view):
    if not view.done:
        return []
    said, share = sentences.any_diverged(view.arms), noise_share(view)
    if view.main.diverged:
        return said
    text, noise = of_kind(view, "text"), of_kind(view, "uniform")
    if text is not None and not growth(text) > 0 and math.isfinite(growth(text)):
        said.append(narrower(text, noise))
    if share is not None:
        facts = {"text": number(growth(text)), "noise": number(growth(noise))}
        if share > MORE:
            line = T(
                "Uniform noise widens the weights more than text does ({noise} against {text} ×10⁻⁴, means over blocks), and there is nothing to learn in it. Here widening says nothing about learning.",
                "Nhiễu đều làm trọng số rộng thêm nhiều hơn cả văn bản ({noise} so với {text} ×10⁻⁴, trung bình các khối), mà trong nó chẳng có gì để học. Ở đây rộng thêm không nói gì về việc học.",
            )
        elif share > ALIKE:
            line = T(
                "Uniform noise widens the weights as much as text does ({noise} against {text} ×10⁻⁴, means over blocks), and there is nothing to learn in it. Here widening says nothing about learning.",
                "Nhiễu đều làm trọng số rộng thêm ngang văn bản ({noise} so với {text} ×10⁻⁴, trung bình các khối), mà trong nó chẳng có gì để học. Ở đây rộng thêm không nói gì về việc học.",
            )
        else:
            line = T(
                "Text widens the weights by {text} ×10⁻⁴ (mean over blocks), uniform noise by {noise}, and noise has nothing to teach: only the difference can be learning.",
                "Văn bản làm trọng số rộng thêm {text} ×10⁻⁴ (trung bình các khối), nhiễu đều {noise}, mà nhiễu chẳng dạy gì: chỉ phần chênh mới có thể là học.",
            )
        said.append(line.format(**facts))
    if outside(view) > 0.02:
        said.append(
            T(
                "{p} % of a block's QKV weights lie outside ±0.1: the course's fixed axis would drop them silently. The histogram here reaches to ±5σ.",
                "{p} % trọng số QKV của một khối nằm ngoài ±0.1: trục cố định của khóa học sẽ lặng lẽ bỏ chúng. Biểu đồ ở đây vươn tới ±5σ.",
            ).format(p=number(100 * outside(view)))
        )
    return said


def growth_readouts(view):
    result = view.main
    tables = result.tables.get("spread", {})
    if 0 not in tables or max(tables) == 0:
        return []
    first, last = tables[0]["qkv"], result.table("spread")["qkv"]
    if any(v is None for v in (*first, *last)) or not math.isfinite(result.final("kurtosis")):
        return []  # a log has null for what is no number
    rows = [
        Readout(
            T("std of QKV, start → now", "độ lệch chuẩn QKV, đầu → nay"),
            f"{four(sum(first) / len(first))} → {four(sum(last) / len(last))}",
            T("Mean over the blocks of your model.", "Trung bình các khối của mô hình bạn."),
        ),
        Readout(
            T("kurtosis", "độ nhọn (kurtosis)"),
            number(result.final("kurtosis")),
            T("3: a normal distribution. More: longer tails.", "3: phân phối chuẩn. Hơn: đuôi dài hơn."),
        ),
        Readout(
            T("attention at the start", "chú ý lúc đầu"),
            number(result.at("entropy", 0)),
            T(
                "Entropy of a row of attention over that of looking everywhere alike. 1: nothing is saturated.",
                "Entropy của một hàng chú ý chia cho entropy khi nhìn đều khắp nơi. 1: không gì bão hòa.",
            ),
        ),
    ]
    share = noise_share(view)
    if share is not None:
        text, noise = (growth(of_kind(view, kind)) for kind in ("text", "uniform"))
        rows.insert(
            1,
            Readout(
                T("growth, text − noise", "tăng, văn bản − nhiễu"),
                T(f"{number(text - noise)} ×10⁻⁴", f"{number(text - noise)} ×10⁻⁴"),
                T("What widening beyond that on noise there is.", "Phần rộng thêm vượt quá trên nhiễu."),
            ),
        )
    return rows


def noise_answer(view):
    """None away from the model the question is about: in the course's recipe the answer is another one."""
    share, c = noise_share(view), view.config
    usual = type(c)()
    told = all(getattr(c, field) == getattr(usual, field) for field in ("lr", "weight_decay", "linear_std"))
    if share is None or c.divide_logits or c.tying != "same" or c.steps < 200 or not told:
        return None
    stays = growth(of_kind(view, "uniform")) < 1e4 * SEEN * c.linear_std
    return "no" if share < LESS and stays else "less" if share < ALIKE else "same"


def noise_why(view):
    return T(
        "{p} % of what text did, and the loss on noise stays at ln V. Adam moves every weight by about the learning rate, whatever the gradient says; steps in random directions widen too.",
        "Bằng {p} % so với văn bản, mà loss trên nhiễu vẫn ở ln V. Adam dời mỗi trọng số khoảng bằng tốc độ học, bất kể gradient nói gì; những bước ngẫu nhiên cũng làm rộng ra.",
    ).format(p=number(100 * noise_share(view)))


NOISE_PREDICTION = Prediction(
    "noise",
    T(
        "True tie, logits not divided, 200 steps. The same model on uniform random tokens, fresh at every step, has nothing to learn. Will its QKV weights widen?",
        "Dùng chung thật, không chia logits, 200 bước. Cùng mô hình trên token ngẫu nhiên đều, bốc mới mỗi bước, không có gì để học. Trọng số QKV có rộng thêm không?",
    ),
    noise_answer,
    noise_why,
    (
        ("no", T("no", "không")),
        ("less", T("yes, but less than on text", "có, nhưng ít hơn trên văn bản")),
        ("same", T("as much as on text", "nhiều như trên văn bản")),
    ),
    given_by="picture",
)

# --- layers ----------------------------------------------------------------------------------------------------------


def lead(result):
    """Growth of the first block over the median of the others."""
    found = spread.growths(result, "qkv")
    if not found or max(found) == 0 or None in found[max(found)]:
        return math.nan
    median = of_others(found[max(found)], 0)
    return found[max(found)][0] / median if median > 0 else math.nan


def of_others(grown, place):
    """Median growth of the blocks but the one at `place`."""
    return statistics.median([g for i, g in enumerate(grown) if i != place])


def leader(grown):
    """Place of the block that widens LEADS times as much as the median of the others, None where none does."""
    place = grown.index(max(grown))
    return place if grown[place] >= LEADS * of_others(grown, place) else None


def layers_verdict(view):
    if not view.done:
        return []
    said = sentences.any_diverged(view.arms)
    for a in view.arms:
        value, found = lead(a.result), spread.growths(a.result, "qkv")
        grown = found[max(found)] if found else [None]
        if a.result.diverged or None in grown:
            continue
        if max(grown) < TINY:
            text = T(
                "“{name}”, seed {seed}: no block has widened (at most {most} ×10⁻⁴), so none comes first.",
                "“{name}”, hạt giống {seed}: chưa khối nào rộng thêm (nhiều nhất {most} ×10⁻⁴), nên không khối nào đi trước.",
            )
            said.append(text.format(name=a.arm.name, seed=a.arm.config.seed, most=number(max(grown))))
            continue
        place = leader(grown)
        facts = {"name": a.arm.name, "seed": a.arm.config.seed, "lead": number(value), "most": number(max(grown))}
        facts["block"] = grown.index(max(grown)) + 1
        if not math.isfinite(value):
            text = T(
                "“{name}”, seed {seed}: block {block} widens most, by {most} ×10⁻⁴; half of the others or more have not widened.",
                "“{name}”, hạt giống {seed}: khối {block} rộng thêm nhiều nhất, {most} ×10⁻⁴; một nửa các khối kia hoặc hơn không rộng thêm.",
            )
            said.append(text.format(**facts))
            continue
        if place:
            text = T(
                "“{name}”, seed {seed}: block {block} widens most, so there is no clear leader at the embedding; block 1 at {lead} times the median of the others.",
                "“{name}”, hạt giống {seed}: khối {block} rộng thêm nhiều nhất, nên không ai dẫn rõ ở phía embedding; khối 1 bằng {lead} lần trung vị của các khối kia.",
            )
            said.append(text.format(**facts))
            continue
        text = (
            T(
                "“{name}”, seed {seed}: block 1 widens {lead} times as much as the median of the others.",
                "“{name}”, hạt giống {seed}: khối 1 rộng thêm gấp {lead} lần trung vị của các khối kia.",
            )
            if place == 0
            else T(
                "“{name}”, seed {seed}: no clear leader, block 1 at {lead} times the median of the others.",
                "“{name}”, hạt giống {seed}: không ai dẫn rõ, khối 1 bằng {lead} lần trung vị của các khối kia.",
            )
        )
        said.append(text.format(**facts))
    return said


def layers_answer(view):
    result = view.result("course")
    found = spread.growths(result, "qkv")
    if not view.done or not found or max(found) == 0 or len(found[0]) < 4 or result.diverged:
        return None
    values = found[max(found)]
    if None in values or view.config.blocks != 8 or max(values) < TINY:  # the question's, and something to answer it
        return None
    place = leader(values)
    if place is None:
        return "alike"
    return "first" if place == 0 else "last" if place == len(values) - 1 else "middle"


def layers_why(view):
    course, plain = lead(view.result("course")), lead(view.result("plain"))
    if layers_answer(view) != "first":
        return T(
            "With these settings no block next to the embedding leads: the chart shows how much each has widened.",
            "Với thiết lập này, khối cạnh embedding không dẫn đầu: biểu đồ cho thấy mỗi khối rộng thêm bao nhiêu.",
        )
    text = T("Block 1 by a factor of {lead}.", "Khối 1, gấp {lead} lần.")
    if plain < course:
        more = T(
            " Then look at the other recipe: same text, same batches, and the order is weaker or gone.",
            " Giờ nhìn công thức kia: cùng văn bản, cùng lô, mà thứ tự yếu đi hoặc mất hẳn.",
        )
        text = T(text.en + more.en, text.vi + more.vi)
    return text.format(lead=number(course)) if math.isfinite(course) else T("Block 1.", "Khối 1.")


LAYERS_PREDICTION = Prediction(
    "layers",
    T(
        "The course's recipe (its tie, moved to a device; logits ÷ √d), 8 blocks. Which block's QKV widens most?",
        "Công thức của khóa học (cách dùng chung của nó, đã chuyển thiết bị; logits ÷ √d), 8 khối. QKV của khối nào rộng thêm nhiều nhất?",
    ),
    layers_answer,
    layers_why,
    (
        ("first", T("the first, next to the embedding", "khối đầu, cạnh embedding")),
        ("middle", T("one in the middle", "một khối ở giữa")),
        ("last", T("the last", "khối cuối")),
        ("alike", T("all alike", "mọi khối như nhau")),
    ),
)
