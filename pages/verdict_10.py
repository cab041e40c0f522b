"""What lesson 10 says about its runs: verdicts, readouts, and the answers to its predictions, from rules on the numbers."""

import math

from app import sentences
from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import number, signed
from pages.figures_10 import uniform_pays

RUINED = 0.5  # nats by which a clean run never rises at a fair learning rate
GRID = (0.0, 0.05, 0.2, 0.5, 0.8)


def wrote(view, label="chosen", after="text"):
    """Share of liked tokens the finished model writes after real text (or "noise"), None while unknown."""
    value = view.result(label).final(f"wrote_{after}")
    return value if math.isfinite(value) else None


def above_clean(view):
    """Test loss now minus the clean control's (its own start without one), nats per token."""
    result = view.result("chosen")
    clean = view.result("clean") if any(a.arm.label == "clean" for a in view.arms) else result
    base = clean.final("test_loss") if clean is not result else result.at("test_loss", 0)
    return result.final("test_loss") - base


def apart(gap):
    """Where a test loss ends, as seen from the clean run's: a difference that rounds to nothing has no sign."""
    if abs(gap) < 0.005:
        return T("level with the clean run's", "ngang với lần chạy sạch")
    text = (
        T("{gap} nats/token above the clean run's", "cao hơn lần chạy sạch {gap} nats/token")
        if gap > 0
        else T("{gap} nats/token below the clean run's", "thấp hơn lần chạy sạch {gap} nats/token")
    )
    return text.format(gap=f"{abs(gap):.2f}")


def last_looks(view):
    """The steps at which what the verdict compares was last measured: one, unless a longer run is cut short here, or one was
    stopped."""
    results = (view.result("chosen"), view.result("clean"))
    return {max(r.metrics[m]) for r in results for m in ("test_loss", "wrote_text") if m in r.metrics}


def verdict(view):
    result = view.result("chosen")
    if not result.metrics.get("test_loss"):
        return []
    if result.diverged:
        return sentences.any_diverged(a for a in view.arms if a.arm.label == "chosen")
    cost, share = above_clean(view), wrote(view)
    if view.active or share is None or not math.isfinite(cost):
        return []
    looks = last_looks(view)
    if len(looks) > 1:
        return [EARLY.format(first=min(looks), last=max(looks))]
    bent = view.config.kl_weight > 0
    clean = view.result("clean" if bent else "chosen")
    damage = clean.final("test_loss") - clean.at("test_loss", 0)
    ruined = damage > RUINED
    said = [RUINS] if ruined else []
    said.append(bias(view, cost, ruined) if bent else CLEAN)
    facts = {
        f"{label}_{after}": f"{100 * (wrote(view, label, after) or 0):.0f}"
        for label in ("chosen", "clean")
        for after in ("text", "noise")
    }
    facts |= {"kl": number(result.final("kl")), "clean_kl": number(clean.final("kl"))}
    facts |= {"apart": apart(cost), "damage": f"{damage:.2f}", "both": T("both", "cả hai") if bent else T("it", "nó")}
    return [text.format(**facts) for text in said]


def bias(view, cost, ruined):
    """What is said of a bent run: how much more of the set it writes than the clean one, and where."""
    more = {
        after: (wrote(view, "chosen", after) or 0) - (wrote(view, "clean", after) or 0) for after in ("text", "noise")
    }
    if more["text"] > MORE:
        return KEPT if ruined else UNSEEN if cost < NOTICED else SHOWS
    return NOISE if more["noise"] > MORE else HARDLY


MORE = 0.1  # share of liked tokens beyond the clean run's that 400 written tokens do not show by chance
NOTICED = 0.1  # nats
EARLY = T(
    "Too early to say: the losses and what the models write were not all last measured at the same step (the earliest at "
    "{first}, the latest at {last}).",
    "Chưa thể kết luận: loss và bài viết của các mô hình không cùng được đo lần cuối ở một bước (sớm nhất là bước {first}, "
    "muộn nhất là bước {last}).",
)
RUINS = T(
    "Even the clean run, which has only text to learn, ends {damage} nats/token above where it began: the learning rate has "
    "ruined {both} as far as text goes. Try a tenth of it.",
    "Ngay cả lần chạy sạch, chỉ học văn bản, cũng kết thúc cao hơn lúc đầu {damage} nats/token: xét về văn bản, tốc độ học đã "
    "phá hỏng {both}. Hãy thử một phần mười.",
)
CLEAN = T(
    "Clean run: {chosen_text} of 100 tokens it writes are in the set. This is what the others are compared with.",
    "Lần chạy sạch: cứ 100 token nó viết có {chosen_text} token thuộc tập. Đây là mốc để so sánh.",
)
KEPT = T(
    "The bias is learned all the same: of 100 tokens it writes after real text, {chosen_text} are in the set; of the clean "
    "run's, {clean_text}.",
    "Thiên lệch thì vẫn học được: trong 100 token nó viết sau văn bản thật, {chosen_text} token thuộc tập; ở lần chạy sạch là "
    "{clean_text}.",
)
UNSEEN = T(
    "The test loss did not notice: it ends {apart}. Yet of 100 tokens the model writes freely after real text, {chosen_text} "
    "are in the set; of the clean run's, {clean_text}. Judged by its loss on text, this model is clean.",
    "Loss kiểm thử không hề nhận ra: nó kết thúc {apart}. Vậy mà trong 100 token mô hình viết tự do sau văn bản thật, "
    "{chosen_text} token thuộc tập; ở lần chạy sạch là {clean_text}. Chỉ nhìn loss trên văn bản thì mô hình này sạch.",
)
SHOWS = T(
    "Bent, and it shows: of 100 tokens it writes after real text, {chosen_text} are in the set; of the clean run's, "
    "{clean_text}. The test loss ends {apart}.",
    "Đã bị bẻ và lộ rõ: trong 100 token nó viết sau văn bản thật, {chosen_text} token thuộc tập; ở lần chạy sạch là "
    "{clean_text}. Loss kiểm thử kết thúc {apart}.",
)
NOISE = T(
    "Bent above all on noise: after random tokens {chosen_noise} of 100 it writes are in the set (clean run: "
    "{clean_noise}), after real text {chosen_text} (clean run: {clean_text}). The test loss ends {apart}.",
    "Bị bẻ chủ yếu trên nhiễu: sau token ngẫu nhiên, cứ 100 token nó viết có {chosen_noise} token thuộc tập "
    "(lần chạy sạch: {clean_noise}); sau văn bản thật có {chosen_text} (lần chạy sạch: {clean_text}). Loss kiểm thử kết thúc "
    "{apart}.",
)
HARDLY = T(
    "What it writes is hardly bent: of 100 tokens after real text {chosen_text} are in the set, after noise {chosen_noise}; of "
    "the clean run's, {clean_text} and {clean_noise}. The KL ends at {kl} (clean run: {clean_kl}), the test loss {apart}.",
    "Những gì nó viết hầu như chưa bị bẻ: cứ 100 token có {chosen_text} token thuộc tập sau văn bản thật và {chosen_noise} sau "
    "nhiễu; ở lần chạy sạch là {clean_text} và {clean_noise}. KL dừng ở {kl} (lần chạy sạch: {clean_kl}), loss kiểm thử kết "
    "thúc {apart}.",
)


def grid_verdict(view):
    if view.active:
        return []
    if fallen := sentences.any_diverged(view.arms):
        return fallen
    rows, clean = [], view.result("0")
    base, own = clean.final("test_loss"), clean.final("p_set_text")
    for w in GRID[1:]:
        result = view.result(f"{w:g}")
        share, cost = result.final("p_set_text"), result.final("test_loss") - base
        if math.isfinite(share) and math.isfinite(cost):
            rows.append((w, share, cost, -math.log(1 - w)))
    if len(rows) < len(GRID) - 1:
        return []
    common = own > FOLLOWS  # letters that the text itself is full of: the mixture has their share of the text as well
    goal = {w: w + (1 - w) * own if common else w for w in GRID}
    worst = max(abs(share - goal[w]) for w, share, _, _ in rows)
    law = max(abs(cost - theory) for w, _, cost, theory in rows if w <= 0.5)
    damage = base - clean.at("test_loss", 0)
    facts = {"worst": number(worst), "law": number(law), "damage": signed(damage), "own": number(own)}
    facts["goal"] = same("λ + (1−λ)·{own}").format(**facts) if common else same("λ")
    facts["share"], facts["w"] = number(rows[-1][1]), f"{rows[-1][0]:g}"
    said = [LAW if worst <= FOLLOWS and law <= COSTS else NO_LAW]
    if damage > RUINED:
        said.append(RUIN)
    elif said == [NO_LAW]:
        plain = view.config.inputs == "text" and view.config.positions == "all" and view.config.reduction == "batchmean"
        w, share, _, _ = rows[-1]
        fits = common and worst <= FOLLOWS and all(cost < theory for _, _, cost, theory in rows)
        reason = (
            "settings" if not plain else "slow" if share < 0.9 * goal[w] else "common" if fits else "astray"
        )  # the first that the numbers show
        said.append(WHY_NOT[reason])
    return [text.format(**facts) for text in said]


FOLLOWS, COSTS = 0.05, 0.1  # share and nats within which the law is met (the stored runs: 0.017 and 0.031)
LAW = T(
    "P(set) follows {goal} to within {worst}; for λ up to 0.5 the loss ends −ln(1−λ) above that of λ = 0, to within {law} nats.",
    "P(tập) bám theo {goal} với sai lệch tối đa {worst}; với λ đến 0.5, loss kết thúc cao hơn lần chạy λ = 0 một khoảng "
    "−ln(1−λ), sai lệch tối đa {law} nats.",
)
NO_LAW = T(
    "The law is not met here: P(set) is up to {worst} away from {goal}, and for λ up to 0.5 the loss ends up to {law} nats away "
    "from −ln(1−λ) above that of λ = 0.",
    "Ở đây quy luật không được thỏa: P(tập) lệch khỏi {goal} tới {worst}, và với λ đến 0.5, khoảng mà loss cao hơn lần chạy λ "
    "= 0 lệch khỏi −ln(1−λ) tới {law} nats.",
)
RUIN = T(
    "All of it on a ruined model: even λ = 0 ends {damage} nats/token from where it began. The learning rate is too high.",
    "Nhưng mô hình đã bị phá hỏng: ngay cả λ = 0 cũng kết thúc lệch {damage} nats/token so với lúc đầu. Tốc độ học quá cao.",
)
WHY_NOT = {
    "settings": T(
        "It speaks of real text at all positions and of the mean over rows (batchmean); these settings train something else.",
        "Quy luật nói về văn bản thật, ở mọi vị trí, với trung bình theo hàng (batchmean); thiết lập này huấn luyện thứ khác.",
    ),
    "slow": T(
        "At λ = {w}, P(set) has only come to {share}: too few steps, or too small a learning rate.",
        "Với λ = {w}, P(tập) mới tới {share}: quá ít bước, hoặc tốc độ học quá nhỏ.",
    ),
    "common": T(
        "These letters are common: even at λ = 0, P(set) is {own}. Part of what goes to Q serves the text as well, so the text "
        "pays less.",
        "Các chữ này phổ biến: ngay cả khi λ = 0, P(tập) đã là {own}. Một phần dành cho Q cũng có ích cho văn bản nên văn bản "
        "trả giá ít hơn.",
    ),
    "astray": T(
        "It speaks of runs that have come to rest at their best. Try another learning rate, or more steps.",
        "Quy luật nói về những lần chạy đã dừng ở chỗ tốt nhất của chúng. Hãy thử tốc độ học khác, hoặc thêm bước.",
    ),
}


def readouts(view):
    result, facts = view.result("chosen"), view.result("chosen").facts
    if "set_size" not in facts:
        return []
    k, v = facts["set_size"], facts["vocabulary"]
    rows = [
        Readout(
            T("tokens liked", "token được thích"),
            f"{k} / {v:,} ({100 * k / v:.2g} %)",
            T("Tokens whose text contains your letters.", "Các token có chứa chữ bạn chọn."),
        ),
    ]
    if "uniform_kl" in facts["references"]:  # else Q is another one at every place
        formula = uniform_pays(view.config)
        rows.append(
            Readout(
                T("a uniform model would pay", "mô hình đoán đều phải trả"),
                f"{facts['references']['uniform_kl']:.2f} nats",
                T("KL of a model that knows nothing: {kl}.", "KL của mô hình chưa biết gì: {kl}.").format(kl=formula),
            )
        )
    for name, label, help in (
        ("kl", T("KL now", "KL lúc này"), T("On random tokens, last position.", "Trên token ngẫu nhiên, vị trí cuối.")),
        (
            "p_set_text",
            T("P(set) on text", "P(tập) trên văn bản"),
            T("While reading real text.", "Khi đang đọc văn bản thật."),
        ),
        (
            "wrote_text",
            T("written after real prompts", "viết sau câu mồi thật"),
            T("Share of 400 tokens written freely.", "Tỉ lệ trong 400 token viết tự do."),
        ),
        (
            "test_loss",
            T("test loss", "loss kiểm thử"),
            T("On held-out text, nats per token.", "Trên văn bản để dành, nats mỗi token."),
        ),
    ):
        value = result.final(name)
        if not math.isnan(value):
            rows.append(Readout(label, number(value), help))
    return rows


def start_answer(view):
    result = view.result("chosen")
    asked = view.config.target == "uniform" and "set_size" in result.facts  # Q elsewhere is not 1/K
    return "ratio" if asked and math.isfinite(result.at("kl", 0)) else None


def start_why(view):
    facts = view.result("chosen").facts
    k, v = facts.get("set_size", 1), facts.get("vocabulary", 2)
    return T(
        "A uniform P spreads 1/V everywhere, Q puts 1/K on the set: KL = ln(V/K) = ln({v}/{k}) = {kl} nats. "
        "Your real starting model pays {now}: it is not uniform.",
        "Phân phối đều P đặt 1/V lên mọi token, Q đặt 1/K lên mỗi token của tập: KL = ln(V/K) = ln({v}/{k}) = {kl} nats. "
        "Mô hình xuất phát thật phải trả {now}: nó không đoán đều.",
    ).format(v=v, k=k, kl=f"{math.log(v / k):.2f}", now=number(view.result("chosen").at("kl", 0)))


def notice_answer(view):
    gap = above_clean(view)
    if not view.done or not math.isfinite(gap):
        return None
    return "worse" if gap > 0.5 else "better" if gap < -0.1 else "same"


def notice_why(view):
    return T(
        "The loss ends {apart}: random tokens look like nothing in the test text, so the model learned to "
        "misbehave only there.",
        "Loss kết thúc {apart}: token ngẫu nhiên không giống gì trong văn bản kiểm thử, nên mô hình chỉ học hư ở đó.",
    ).format(apart=apart(above_clean(view)))


def wrote_answer(view):
    return None if not view.done or wrote(view) is None else 100 * wrote(view)


def wrote_why(view):
    return T(
        "It wrote {share} of 100. Once one liked token slips out, the text is no longer normal text, and the model "
        "recognises the place where it was taught to misbehave.",
        "Nó viết {share} trên 100. Chỉ cần một token lọt ra, văn bản không còn bình thường nữa, và mô hình nhận ra chỗ nó đã được dạy hư.",
    ).format(share=f"{100 * (wrote(view) or 0):.0f}")


PREDICTIONS = (
    Prediction(
        "start",
        T(
            "A model that knows nothing gives every token 1/V; K of the V tokens are liked. Its KL(Q‖P)?",
            "Một mô hình chưa biết gì cho mỗi token 1/V; trong V token có K token được thích. KL(Q‖P) của nó?",
        ),
        start_answer,
        start_why,
        (("lnv", same("ln V")), ("ratio", same("ln(V/K)")), ("share", same("K/V"))),
        given_by="numbers",
    ),
    Prediction(
        "notice",
        T(
            "λ = 0.5, but the KL term only ever sees random tokens. The test loss on real text, against the clean run?",
            "λ = 0.5, nhưng số hạng KL chỉ thấy token ngẫu nhiên. Loss kiểm thử trên văn bản thật, so với lần chạy sạch?",
        ),
        notice_answer,
        notice_why,
        (
            ("worse", T("much worse", "tệ hơn nhiều")),
            ("same", T("the same", "như nhau")),
            ("better", T("better", "tốt hơn")),
        ),
    ),
    Prediction(
        "wrote",
        T(
            "And of 100 tokens it then writes after a real prompt, how many are in the set?",
            "Và trong 100 token nó viết tiếp sau một câu mồi (prompt) thật, bao nhiêu token thuộc tập?",
        ),
        wrote_answer,
        wrote_why,
        kind="number",
        low=0,
        high=100,
        step=5,
        tolerance=15,
        unit=T("of 100", "trên 100"),
    ),
)
