"""What lesson 19 says about a run, in words: rules on the numbers, predictions, readouts."""

import math

from app.i18n import T
from app.lesson import Prediction, Readout
from app.theme import number
from pages.figures_19 import END, points, table_at

PEAK = 0.5  # nats: less is no rise and no fall


def nats(value: float) -> str:
    """One digit behind the point and a minus sign as it is printed: −6.8."""
    return f"{value:.1f}".replace("-", "−")


def line(result, group, metric="log_p"):
    """[(step, value)] of one group in one measure, the group's own inputs left out."""
    return [(step, value) for step, name, value in points(result, metric, True) if name == group]


def last(result, group, metric="log_p"):
    values = line(result, group, metric)
    return values[-1][1] if values else math.nan


def geometry(result, group, matrix, column, moment=END):
    """A number of the table "geometry", nan where there is none."""
    _, table = table_at(result, "geometry", moment)
    for i, key in enumerate(zip(table.get("group", ()), table.get("matrix", ()), strict=True)):
        if key == (group, matrix):
            return table[column][i]
    return math.nan


def broke(view):
    return any(a.result.finished and a.result.finished.reason == "diverged" for a in view.arms)


DIVERGED = T(
    "Diverged: the learning rate is too high for this optimizer. Try a tenth of it.",
    "Phân kỳ: tốc độ học quá cao với thuật toán này. Hãy thử một phần mười.",
)


def path(result, group="common"):
    """How a group's curve went: "upfall", "up", "down" or "same"; None before there are three points."""
    values = [v for _, v in line(result, group)]
    if len(values) < 3:
        return None
    start, peak, end = values[0], max(values), values[-1]
    if peak - start > PEAK and peak - end > PEAK:
        return "upfall"
    return "up" if end - start > PEAK else "down" if start - end > PEAK else "same"


def follow_verdict(view):
    result = view.main
    if broke(view):
        return [DIVERGED]
    common, rare, never = (last(result, group) for group in ("common", "rare", "never"))
    if math.isnan(common) or "vocabulary" not in result.facts:
        return []
    said, facts = [], {"c": nats(common), "r": nats(rare), "n": nats(never)}
    start = [v for g in ("common", "rare", "never") for v in [v for _, v in line(result, g)][:1]]
    chance = -math.log(result.facts["vocabulary"])
    if start and max(abs(v - chance) for v in start) > 1:
        said.append(
            T(
                "The start is not chance: with embeddings this large the untrained model is already sure, at ln p = {v} instead of {c}.",
                "Điểm xuất phát không phải đoán đều: embedding lớn thế này thì mô hình chưa học đã chắc chắn, ở ln p = {v} thay vì {c}.",
            ).format(v=nats(start[0]), c=nats(chance))
        )
    if math.isnan(never):
        said.append(
            T(
                "Nothing is unused here: shorten the training text (“training tokens kept”) to get unused tokens.",
                "Ở đây không có token nào bị bỏ không: hãy rút ngắn văn bản (“số token huấn luyện giữ lại”) để có token không dùng.",
            )
        )
    elif abs(common - never) < PEAK:
        said.append(
            T(
                "The groups are still together: common {c}, rare {r}, never used {n}. Train longer, or with a higher learning rate.",
                "Các nhóm vẫn dính nhau: thường gặp {c}, hiếm {r}, không dùng {n}. Hãy chạy lâu hơn hoặc tăng tốc độ học.",
            ).format(**facts)
        )
    else:
        said.append(
            T(
                "Mean of ln p: common {c}, rare {r}, never used {n}. The unused rows moved as one, cosine {cos}, although each began somewhere else.",
                "Trung bình của ln p: thường gặp {c}, hiếm {r}, không dùng {n}. Các hàng không dùng đi cùng một hướng, cosine {cos}, dù mỗi hàng xuất phát một nơi.",
            ).format(cos=number(geometry(result, "never", "out", "cosine")), **facts)
        )
    if path(result) == "upfall":
        step, peak = max(line(result, "common"), key=lambda point: point[1])
        said.append(
            T(
                "Common tokens peaked at {peak} (step {step}), then sank: the surer the model is of one word, the smaller ln p of all others. Their mean p did not sink: switch the measure.",
                "Token thường gặp đạt đỉnh {peak} (bước {step}) rồi chìm xuống: càng chắc về một từ, ln p của mọi từ khác càng nhỏ. p trung bình của chúng không giảm: hãy đổi thước đo.",
            ).format(peak=nats(peak), step=step)
        )
    if view.values.get("indices") != "correct":
        found = result.facts["notebook"]
        said.append(
            T(
                "With the notebook's indices “common” ends at {v}: of its {k} ids {u} never occur in the text, so the common look suppressed.",
                "Với chỉ số của notebook, “thường gặp” dừng ở {v}: trong {k} id của nó có {u} id không hề xuất hiện, nên nhóm thường gặp trông như bị đè xuống.",
            ).format(
                v=nats(last(result, "notebook_common")),
                k=result.facts["sizes"]["common"],
                u=int(found["unused_common"]),
            )
        )
    return said


def follow_readouts(view):
    result, facts = view.main, view.main.facts
    if "used" not in facts:
        return []
    rows = [
        Readout(
            T("vocabulary used", "từ vựng được dùng"),
            f"{facts['used']:,} / {facts['vocabulary']:,} ({100 * facts['used'] / facts['vocabulary']:.0f} %)",
            T("Tokens that occur in the training text.", "Số token có xuất hiện trong văn bản huấn luyện."),
        )
    ]
    found = (
        ("mass", T("probability on unused tokens", "xác suất trên token không dùng"), lambda v: f"{100 * v:.2g} %",
         T("All unused tokens together, mean over held-out places.", "Mọi token không dùng cộng lại, trung bình trên các vị trí để dành.")),
        ("gain", T("gained by cutting them out", "lợi khi cắt bỏ chúng"), lambda v: f"{number(v)} nats",
         T("How much the loss falls if their probability is shared out among the rest.", "Loss giảm bao nhiêu nếu chia xác suất của chúng cho phần còn lại.")),
        ("cone_found", T("found by their lean", "tìm ra nhờ độ ngả"), lambda v: f"{100 * v:.0f} %",
         T("Of as many suspects as there are unused tokens: those whose rows lean furthest from the mean state.", "Trong số token bị nghi, bằng đúng số token không dùng: những hàng ngả xa trạng thái trung bình nhất.")),
        ("test_loss", T("test loss", "loss kiểm thử"), number,
         T("On held-out text, nats per token.", "Trên văn bản để dành, nats mỗi token.")),
    )  # fmt: skip
    for name, label, say, help in found:
        value = result.final(name)
        if not math.isnan(value):
            rows.append(Readout(label, say(value), help))
    rows.append(
        Readout(
            T("rare tokens that tie", "token hiếm đồng hạng"),
            f"{facts['ties']:,}",
            T(
                "Tokens that occur exactly as often as the most frequent of the rare group: a seeded draw decided among them.",
                "Số token xuất hiện đúng bằng token nhiều nhất của nhóm hiếm: chọn ai trong số đó là do rút thăm theo hạt giống.",
            ),
        )
    )
    return rows


def common_answer(view):
    return path(view.main) if view.done else None


def common_why(view):
    step, peak = max(line(view.main, "common"), key=lambda point: point[1])
    return T(
        "It reached {peak} at step {step} and ended at {end}. First the model learns who is common; then it learns where each belongs, and everywhere else its ln p falls.",
        "Nó đạt {peak} ở bước {step} rồi dừng ở {end}. Trước hết mô hình học ai là thường gặp; sau đó học chỗ của từng từ, và ở mọi chỗ khác ln p giảm.",
    ).format(peak=nats(peak), step=step, end=nats(last(view.main, "common")))


def together_answer(view):
    cosine = geometry(view.main, "never", "out", "cosine")
    if not view.done or math.isnan(cosine):
        return None
    return "same" if cosine > 0.9 else "own" if geometry(view.main, "never", "out", "moved") > 0.05 else "still"


def together_why(view):
    return T(
        "Mean cosine of their paths: {cos}. None is ever the answer, so each gets the same push, −p·h at every place: away from where the model usually is.",
        "Cosine trung bình giữa các đường đi: {cos}. Không token nào là đáp án, nên token nào cũng nhận cùng một lực đẩy −p·h ở mọi vị trí: ra xa nơi mô hình hay đứng.",
    ).format(cos=number(geometry(view.main, "never", "out", "cosine")))


FOLLOW_PREDICTIONS = (
    Prediction(
        "common",
        T(
            "Take the 100 most common tokens and average ln p over all places. From step 0 to 300, this number …",
            "Lấy 100 token thường gặp nhất và tính trung bình ln p trên mọi vị trí. Từ bước 0 đến 300, con số này …",
        ),
        common_answer,
        common_why,
        (
            ("up", T("rises", "tăng")),
            ("upfall", T("rises, then falls", "tăng rồi giảm")),
            ("same", T("stays", "đứng yên")),
            ("down", T("falls", "giảm")),
        ),
    ),
    Prediction(
        "together",
        T(
            "100 tokens that never occur, each with a random row of its own. During training their output rows …",
            "100 token không bao giờ xuất hiện, mỗi token một hàng ngẫu nhiên riêng. Khi huấn luyện, các hàng đầu ra của chúng …",
        ),
        together_answer,
        together_why,
        (
            ("still", T("stay where they are", "đứng yên")),
            ("own", T("drift, each its own way", "trôi, mỗi hàng một hướng")),
            ("same", T("move together", "đi cùng nhau")),
        ),
    ),
)

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
    share = view.main.final("used_share")
    return None if math.isnan(share) else 100 * share


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
    if broke(view):
        return [DIVERGED]
    at = view.values.get("moment", END)
    tied, untied, sgd = (view.result(label) for label in ("tied", "untied", "sgd"))
    still = geometry(untied, "never", "in", "moved", at)
    shared = geometry(tied, "never", "in", "moved", at)
    if math.isnan(still) or math.isnan(shared):
        return []
    said = [
        T(
            "Input rows of unused tokens: tied they moved {a}, because they are output rows too; untied {b}, weight decay alone.",
            "Hàng đầu vào của token không dùng: khi dùng chung chúng đi {a}, vì cũng là hàng đầu ra; khi tách rời chỉ {b}, toàn do suy giảm trọng số.",
        ).format(a=number(shared), b=number(still))
    ]
    ratios = [
        geometry(r, "never", "out", "moved", at) / (geometry(r, "common", "out", "moved", at) or math.nan)
        for r in (tied, sgd)
    ]
    if not any(math.isnan(r) for r in ratios):
        said.append(
            T(
                "With AdamW the unused rows moved {a} times as far as the common ones, with SGD {b} times: Adam divides a tiny push by its own size.",
                "Với AdamW, hàng không dùng đi xa gấp {a} lần hàng thường gặp; với SGD là {b} lần: Adam chia lực đẩy tí hon cho chính độ lớn của nó.",
            ).format(a=number(ratios[0]), b=number(ratios[1]))
        )
    return said


def touch_answer(view):
    moved = geometry(view.result("untied"), "never", "in", "moved")
    common = geometry(view.result("untied"), "common", "in", "moved")
    if not view.done or math.isnan(moved):
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
    if broke(view):
        return [DIVERGED]
    values = {a.arm.label: last(a.result, "never", "log_mean") for a in view.arms}
    rare = {a.arm.label: last(a.result, "rare", "log_mean") for a in view.arms}
    if any(math.isnan(values.get(k, math.nan)) for k in ("plain", "logits", "loss", "smooth")):
        return []
    chance = -math.log(view.main.facts["vocabulary"])
    mass = view.result("logits").final("mass")
    return [
        T(
            "Unused tokens, ln of mean p: plain {p}, masked logits {l}, smoothed {s}; chance is {c}. Whoever masks while training and not afterwards leaves {m} % of the probability on tokens that do not exist.",
            "Token không dùng, ln của p trung bình: thường {p}, che logits {l}, làm mềm {s}; đoán đều là {c}. Che khi huấn luyện mà sau đó không che thì {m} % xác suất rơi vào token không tồn tại.",
        ).format(
            p=nats(values["plain"]),
            l=nats(values["logits"]),
            s=nats(values["smooth"]),
            c=nats(chance),
            m=f"{100 * mass:.0f}",
        ),
        T(
            "Rare tokens that are read but never the answer fell to {a} (plain: {b}), next to the unused {n}: what counts is being the answer.",
            "Token hiếm được đọc mà không bao giờ là đáp án rơi xuống {a} (thường: {b}), sát nhóm không dùng {n}: điều quyết định là có được làm đáp án hay không.",
        ).format(a=nats(rare["loss"]), b=nats(rare["plain"]), n=nats(values["loss"])),
    ]


def mask_answer(view):
    value = last(view.result("logits"), "never", "log_mean")
    if not view.done or math.isnan(value):
        return None
    if value < last(view.result("plain"), "never", "log_mean") + PEAK:
        return "low"
    return "chance" if value > -math.log(view.main.facts["vocabulary"]) - PEAK else "between"


MASK_PREDICTIONS = (
    Prediction(
        "masked",
        T(
            "Train with the logits of unused tokens taken out of the softmax, then put them back. How likely are these tokens now?",
            "Huấn luyện khi đã đưa logits của token không dùng ra khỏi softmax, rồi trả lại. Bây giờ các token ấy có xác suất thế nào?",
        ),
        mask_answer,
        lambda view: T(
            "ln of mean p is {v}, chance {c}. Nothing ever pushed them, so they stay as loud as on the first day: the push down is what silences a token.",
            "ln của p trung bình là {v}, đoán đều {c}. Không gì từng đẩy chúng, nên chúng vẫn to tiếng như ngày đầu: chính lực đẩy mới làm một token im lặng.",
        ).format(
            v=nats(last(view.result("logits"), "never", "log_mean")),
            c=nats(-math.log(view.main.facts["vocabulary"])),
        ),
        (
            ("low", T("as unlikely as without the mask", "nhỏ như khi không che")),
            ("between", T("somewhere between", "ở khoảng giữa")),
            ("chance", T("about chance, 1/V", "cỡ đoán đều, 1/V")),
        ),
    ),
)
