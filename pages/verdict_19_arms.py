"""What lesson 19 says where it counts or compares: the census, which rows move, and the masks."""

import math

from app import sentences
from app.i18n import T
from app.lesson import Prediction
from app.theme import number, whole
from pages.figures_19 import END
from pages.verdict_19 import LONGER, LOWER, NOTHING_UNUSED, PEAK, SINK, geometry, last, nats, together

# --- the census ------------------------------------------------------------------------------------------------------


def census_verdict(view):
    result = view.main
    if "tokens" not in result.metrics:
        return []
    used, size = int(result.final("used")), int(result.final("vocabulary"))
    facts = {"used": f"{used:,}", "v": f"{size:,}", "share": f"{100 * used / size:.3g}"}
    facts |= {"once": int(result.final("once")), "top": f"{100 * result.final('share'):.0f}"}
    facts |= {"drawn": f"{100 * result.final('share_drawn'):.0f}", "none": int(result.final("unused_common"))}
    facts |= {"k": result.facts["sizes"]["common"]}
    said = [
        T(
            "{used} of {v} tokens occur ({share} %), {once} of them once. The {k} most common make up {top} % of the text.",
            "{used} trong {v} token có xuất hiện ({share} %), trong đó {once} token đúng một lần. {k} token thường gặp nhất chiếm {top} % văn bản.",
        ).format(**facts)
    ]
    overlap = int(result.final("overlap_common"))
    if overlap < 0.9 * facts["k"]:
        said.append(
            T(
                "The notebook's “most common” share {o} of {k} with them, cover {drawn} % of the text, and {none} never occur.",
                "Nhóm “thường gặp nhất” của notebook trùng {o} trên {k}, chiếm {drawn} % văn bản, và {none} token không hề xuất hiện.",
            ).format(o=overlap, **facts)
        )
    else:
        said.append(
            T(
                "Here the notebook's slip does no harm: nearly every id below the last used one occurs, so places and ids agree.",
                "Ở đây sơ suất của notebook vô hại: gần như id nào cũng có mặt, nên vị trí và id trùng nhau.",
            )
        )
    return said


def census_answer(view):
    """Open where another vocabulary, or not the whole training text, is counted."""
    share, config = view.main.final("used_share"), view.config
    asked = config.tokenizer == "bpe" and not config.keep and not config.whole
    return 100 * share if asked and math.isfinite(share) else None


CENSUS_PREDICTIONS = (
    Prediction(
        "used",
        T(
            "The tokenizer knows 2,000 tokens. How many percent of them does the whole training text use at all?",
            "Bộ tách token biết 2,000 token. Toàn bộ văn bản huấn luyện dùng đến bao nhiêu phần trăm trong số đó?",
        ),
        census_answer,
        lambda view: T(
            "{share} %. A vocabulary is made for many texts, and this is one of them. In Gulliver's Travels GPT-2 uses a fifth of its own.",
            "{share} %. Từ vựng được làm cho nhiều văn bản, đây chỉ là một. Với Gulliver du ký, GPT-2 chỉ dùng một phần năm.",
        ).format(share=f"{census_answer(view):.0f}"),
        kind="number",
        low=0,
        high=100,
        step=5,
        tolerance=10,
        unit=T("%", "%"),
    ),
)

# --- which rows move -------------------------------------------------------------------------------------------------


def touch_verdict(view):
    if said := sentences.any_diverged(view.arms, LOWER):
        return said
    at = min(view.values.get("moment", END), together(view, "geometry"))
    tied, untied, sgd = (view.result(label) for label in ("tied", "untied", "sgd"))
    still = geometry(untied, "never", "in", "moved", at)
    shared = geometry(tied, "never", "in", "moved", at)
    if math.isnan(still) or math.isnan(shared):
        return [] if math.isnan(last(tied, "common")) or not math.isnan(last(tied, "never")) else [NOTHING_UNUSED]
    if not shared:
        return [T("At step 0 no row has moved yet.", "Ở bước 0 chưa hàng nào di chuyển.")]
    text = (
        T(
            "Input rows of unused tokens: tied they moved {a}, because they are output rows too; untied {b}, weight decay alone.",
            "Hàng đầu vào của token không dùng: khi dùng chung chúng đi {a}, vì cũng là hàng đầu ra; khi tách rời chỉ {b}, toàn do suy giảm trọng số.",
        )
        if view.config.weight_decay
        else T(
            "Input rows of unused tokens: tied they moved {a}, because they are output rows too; untied {b}: no gradient reaches them, and nothing decays.",
            "Hàng đầu vào của token không dùng: khi dùng chung chúng đi {a}, vì cũng là hàng đầu ra; khi tách rời {b}: không gradient nào đến được chúng, cũng không có suy giảm.",
        )
    )
    said = [text.format(a=number(shared), b=number(still))]
    ratios = [
        geometry(r, "never", "out", "moved", at) / (geometry(r, "common", "out", "moved", at) or math.nan)
        for r in (tied, sgd)
    ]
    if not any(math.isnan(r) for r in ratios):
        text = (
            T(
                "With AdamW the unused rows moved {a} times as far as the common ones, with SGD {b} times: Adam divides a tiny push by its own size.",
                "Với AdamW, hàng không dùng đi xa gấp {a} lần hàng thường gặp; với SGD là {b} lần: Adam chia lực đẩy tí hon cho chính độ lớn của nó.",
            )
            if ratios[0] > ratios[1]
            else T(
                "With AdamW the unused rows moved {a} times as far as the common ones, with SGD {b} times.",
                "Với AdamW, hàng không dùng đi xa gấp {a} lần hàng thường gặp; với SGD là {b} lần.",
            )
        )
        said.append(text.format(a=number(ratios[0]), b=number(ratios[1])))
    return said


def touch_answer(view):
    moved = geometry(view.result("untied"), "never", "in", "moved")
    common = geometry(view.result("untied"), "common", "in", "moved")
    if not view.done or math.isnan(moved) or not common > 0:
        return None
    return "not" if moved < 0.02 * common else "little" if moved < 0.5 * common else "lot"


TOUCH_PREDICTIONS = (
    Prediction(
        "untied",
        T(
            "Reading and writing use two different matrices (untied). How far did the input rows of unused tokens move?",
            "Đọc và viết dùng hai ma trận khác nhau (không dùng chung). Hàng đầu vào của token không dùng đã đi bao xa?",
        ),
        touch_answer,
        lambda view: T(
            "{a}, against {b} for common tokens. An input row gets a gradient only when its token is read, and these are never read.",
            "{a}, so với {b} của token thường gặp. Hàng đầu vào chỉ nhận gradient khi token được đọc, mà các token này không bao giờ được đọc.",
        ).format(
            a=number(geometry(view.result("untied"), "never", "in", "moved")),
            b=number(geometry(view.result("untied"), "common", "in", "moved")),
        ),
        (
            ("lot", T("as far as the common ones", "xa như token thường gặp")),
            ("little", T("less, but clearly", "ít hơn, nhưng thấy rõ")),
            ("not", T("practically not", "gần như không")),
        ),
        given_by="picture",
    ),
)

# --- masks -----------------------------------------------------------------------------------------------------------


def mask_verdict(view):
    if said := sentences.any_diverged(view.arms, LOWER):
        return said
    at = together(view)
    values = {a.arm.label: last(a.result, "never", "log_mean", at) for a in view.arms}
    rare = {a.arm.label: last(a.result, "rare", "log_mean", at) for a in view.arms}
    if any(math.isnan(values.get(k, math.nan)) for k in ("plain", "logits", "loss")):
        return [] if math.isnan(rare.get("plain", math.nan)) or not math.isnan(values["plain"]) else [NOTHING_UNUSED]
    chance = -math.log(view.main.facts["vocabulary"])
    facts = {"p": nats(values["plain"]), "l": nats(values["logits"]), "c": nats(chance)}
    if values["plain"] > values["logits"] - PEAK and values["plain"] > chance - PEAK:
        return [
            T(
                "Unused tokens, ln of mean p: plain {p}, masked logits {l}; chance is {c}. So far nothing has been pushed.{advice}",
                "Token không dùng, ln của p trung bình: thường {p}, che logits {l}; đoán đều là {c}. Đến đây chưa gì bị đẩy.{advice}",
            ).format(advice=LONGER if view.done else "", **facts)
        ]
    text = (
        T(
            "Unused tokens, ln of mean p: plain {p}, masked logits {l}, smoothed {s}; chance is {c}. Whoever masks while training and not afterwards leaves {m} of the probability on tokens that never occur.",
            "Token không dùng, ln của p trung bình: thường {p}, che logits {l}, làm mềm {s}; đoán đều là {c}. Che khi huấn luyện mà sau đó không che thì {m} xác suất rơi vào token không bao giờ xuất hiện.",
        )
        if "smooth" in values
        else T(
            "Unused tokens, ln of mean p: plain {p}, masked logits {l}; chance is {c}. Whoever masks while training and not afterwards leaves {m} of the probability on tokens that never occur.",
            "Token không dùng, ln của p trung bình: thường {p}, che logits {l}; đoán đều là {c}. Che khi huấn luyện mà sau đó không che thì {m} xác suất rơi vào token không bao giờ xuất hiện.",
        )
    )
    mass = view.result("logits").at("mass", at)
    said = [text.format(s=nats(values.get("smooth", math.nan)), m=whole(mass), **facts)]
    facts = {"a": nats(rare["loss"]), "b": nats(rare["plain"]), "n": nats(values["loss"])}
    fell = rare["loss"] < rare["plain"] - SINK and abs(rare["loss"] - values["loss"]) < abs(
        rare["plain"] - values["loss"]
    )
    text = (
        T(
            "Rare tokens that are read but never the answer fell to {a} (plain: {b}), next to the unused {n}: what counts is being the answer.",
            "Token hiếm được đọc mà không bao giờ là đáp án rơi xuống {a} (thường: {b}), sát nhóm không dùng {n}: điều quyết định là có được làm đáp án hay không.",
        )
        if fell
        else T(
            "Rare tokens that are read but never the answer are at {a}, plain at {b}, the unused at {n}: not yet told apart.",
            "Token hiếm được đọc mà không bao giờ là đáp án ở {a}, thường ở {b}, nhóm không dùng ở {n}: chưa phân biệt được.",
        )
    )
    return [*said, text.format(**facts)]


def mask_answer(view):
    value, plain = (last(view.result(label), "never", "log_mean") for label in ("logits", "plain"))
    if not view.done or math.isnan(value) or math.isnan(plain):
        return None
    chance = -math.log(view.main.facts["vocabulary"])
    if plain > chance - PEAK:
        return None  # nothing was pushed down in either
    return "low" if value < plain + PEAK else "chance" if value > chance - PEAK else "between"


def mask_why(view):
    said = T("ln of mean p is {v}, chance {c}.", "ln của p trung bình là {v}, đoán đều {c}.").format(
        v=nats(last(view.result("logits"), "never", "log_mean")), c=nats(-math.log(view.main.facts["vocabulary"]))
    )
    if mask_answer(view) != "chance":
        return said
    return T(
        "{said} Nothing ever pushed them, so they stay as loud as on the first day: the push down is what silences a token.",
        "{said} Không gì từng đẩy chúng, nên chúng vẫn to tiếng như ngày đầu: chính lực đẩy mới làm một token im lặng.",
    ).format(said=said)


MASK_PREDICTIONS = (
    Prediction(
        "masked",
        T(
            "Train with the logits of unused tokens taken out of the softmax, then put them back. How likely are these tokens now?",
            "Huấn luyện khi đã đưa logits của token không dùng ra khỏi softmax, rồi trả lại. Bây giờ các token ấy có xác suất thế nào?",
        ),
        mask_answer,
        mask_why,
        (
            ("low", T("as unlikely as without the mask", "nhỏ như khi không che")),
            ("between", T("somewhere between", "ở khoảng giữa")),
            ("chance", T("about chance, 1/V", "cỡ đoán đều, 1/V")),
        ),
    ),
)
