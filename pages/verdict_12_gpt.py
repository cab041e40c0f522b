"""What lesson 12 says about the start of a small GPT and of a deep one."""

import math

from app import sentences
from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import number
from pages.verdict_12 import names

LUCK = 0.2  # nats: as far as runs of one start end apart over seeds (σ 0.02: 5.95, 6.18 and 6.23 after 120 steps)

# --- a small GPT -----------------------------------------------------------------------------------------------------


def finals(view):
    """[(arm view, first loss, last loss)], finished runs only, the main arm first."""
    out = []
    for a in view.arms:
        if a.result.finished and a.result.metrics.get("test_loss"):
            out.append((a, a.result.at("test_loss", 0), a.result.final("test_loss")))
    return out


def means(rows):
    """One such row a start: means over its seeds."""
    groups = {}
    for row in rows:
        groups.setdefault(row[0].arm.name, []).append(row)
    return [(g[0][0], *(sum(row[i] for row in g) / len(g) for i in (1, 2))) for g in groups.values()]


def lowest(best, rows, seeds):
    """Who ends lowest, and who is too close to it to be told apart."""
    luck = LUCK / math.sqrt(seeds)
    close = [a for a, _, last in rows if a is not best[0] and last - best[2] < luck]
    what = T("mean of {n} seeds, ", "trung bình {n} hạt giống, ").format(n=seeds) if seeds > 1 else same("")
    text = T("Lowest here: {name}, {what}{last} nats.", "Thấp nhất ở đây: {name}, {what}{last} nats.")
    if close:
        more = T(
            " Too close to tell apart from it: {names} (less than {luck} nats apart, which may be luck).",
            " Quá sát để phân biệt: {names} (chênh chưa đến {luck} nats, có thể chỉ là may rủi).",
        )
        text = T(text.en + more.en, text.vi + more.vi).format(
            names=names(close), luck=f"{luck:.2g}", name="{name}", what="{what}", last="{last}"
        )
    return text.format(name=best[0].arm.name, what=what, last=number(best[2]))


def gpt_verdict(view):
    done, uniform = finals(view), view.references.get("uniform", math.nan)
    if not view.done or len(done) < len(view.arms) or not done:
        return []
    said = sentences.any_diverged(a for a, _, _ in done)
    alive = [row for row in done if not row[0].result.diverged]
    if not alive:
        return said
    alive = means(alive)
    best, trained = min(alive, key=lambda row: row[2]), view.config.steps > 0
    if trained:
        said.append(lowest(best, alive, len(done) // len(means(done))))
    else:
        said.append(T("No step yet: these are the losses at the start.", "Chưa có bước nào: đây là loss lúc đầu."))
    bad = [row for row in alive if row[1] > uniform + 3]
    for a, first, last in bad[:1]:
        text = T(
            "{name}: bad start, no overflow. LayerNorm rescued the way up, yet the loss begins at {first} instead of ln V = {uniform}",
            "{name}: khởi đầu tồi, không tràn số. LayerNorm cứu đường đi lên, nhưng loss bắt đầu ở {first} thay vì ln V = {uniform}",
        )
        behind = same(".")
        if trained and a is not best[0]:
            behind = (
                T(" and is still {gap} nats behind.", " và vẫn kém {gap} nats.")
                if last - best[2] > LUCK
                else T("; by now it has caught up.", "; đến giờ nó đã đuổi kịp.")
            )
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
    if trained and len(view.arms) > 2 and not bad and not dead:
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
            "Nó bắt đầu ở {first} rồi hỏng, không còn là số (bước {n}): tầng ra dùng chung biến trọng số lớn thành logits lớn và sai, mà bước đi lại quá dài.",
        ).format(first=number(one[1]), n=one[0].result.finished.step)
    return T(
        "{first} → {last}. LayerNorm keeps every number finite, but the tied head turns large weights into large, wrong logits that must first be unlearned.",
        "{first} → {last}. LayerNorm giữ mọi số hữu hạn, nhưng tầng ra dùng chung biến trọng số lớn thành logits lớn và sai, trước hết phải học quên chúng đi.",
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
