"""Lesson 1 in words: what the runs say, and how the learner's predictions are decided."""

import math

from app import sentences
from app.i18n import T
from app.lesson import Readout
from app.theme import number
from core import compute, pretrained
from core.cards import card
from pages.figures_01 import SCRATCH, TUNED, crossing, donor_steps, times
from pages.figures_01_costs import power

EARLY = 80  # steps of the fine-tuned run in the first prediction
EQUAL = 0.05  # nats that count as the same
BY_HEART = 0.1  # nats of test loss given back since the best evaluation


def best_step(result, metric: str = "test_loss") -> int:
    points = {s: v for s, v in result.metrics.get(metric, {}).items() if math.isfinite(v)}
    return min(points, key=points.get)


def start_verdict(view) -> list[T]:
    """Divergence first; then what the donor is worth here; then who has learned the text by heart."""
    if fallen := sentences.any_diverged(view.arms):
        return fallen
    if not view.done:
        return []
    tuned, scratch = view.result(TUNED), view.result(SCRATCH)
    zero, best, end = tuned.at("test_loss", 0), tuned.best("test_loss"), tuned.final("test_loss")
    other, found = scratch.best("test_loss"), crossing(view)
    whole = found[1] if found else scratch.step
    facts = {"zero": number(zero), "best": number(best), "end": number(end), "other": number(other), "whole": whole}
    facts |= {"n": f"{min(view.config.text_tokens, tuned.facts['train_tokens']):,}", "at": best_step(tuned)}
    facts |= {"uniform": number(tuned.facts["references"]["uniform"]), "gain": number(abs(other - best))}
    said = []
    if best > zero - 0.01 and end < zero + EQUAL:
        said.append(
            T(
                "Fine-tuning has hardly moved it: {zero} before the first step, {end} at the end. The steps are too short or too few to say what it is worth.",
                "Tinh chỉnh gần như không làm nó đổi: {zero} trước bước đầu, {end} lúc cuối. Bước quá ngắn hoặc quá ít nên chưa nói được gì.",
            )
        )
    elif best > zero - 0.01 and tuned.final("read_loss") < tuned.at("read_loss", 0):
        said.append(
            T(
                "Leave it alone: every evaluation after step 0 is worse. The donor starts at {zero}; {n} tokens are too few to teach it and enough to make it forget ({end} at the end).",
                "Đừng đụng vào: mọi lần đánh giá sau bước 0 đều tệ hơn. Mô hình cho xuất phát ở {zero}; {n} token quá ít để dạy nó nhưng đủ để nó quên (cuối cùng {end}).",
            )
        )
    elif best > zero - 0.01:
        said.append(
            T(
                "Every evaluation after step 0 is worse, on the text it reads as well: {zero} before, {end} at the end. The learning rate is too high.",
                "Mọi lần đánh giá sau bước 0 đều tệ hơn, cả trên văn bản nó đọc: trước {zero}, cuối cùng {end}. Tốc độ học quá cao.",
            )
        )
    elif zero > tuned.facts["references"]["uniform"]:
        said.append(
            T(
                "A bad donor: it starts at {zero}, worse than guessing ({uniform}), sure of the wrong words. Fine-tuned it gets to {best}; scratch to {other}.",
                "Mô hình cho không hợp: nó xuất phát ở {zero}, tệ hơn đoán đều ({uniform}) vì tin chắc những từ sai. Tinh chỉnh rồi nó đạt {best}; từ đầu đạt {other}.",
            )
        )
    elif found and found[0] == 0:
        said.append(
            T(
                "Before its first step the donor ({zero}) is already below everything scratch reaches. At its best, step {at}, it stands at {best}; scratch never gets below {other}.",
                "Ngay trước bước đầu, mô hình cho ({zero}) đã thấp hơn mọi mức lần từ đầu đạt được. Tốt nhất ở bước {at}: {best}; từ đầu không bao giờ xuống dưới {other}.",
            )
        )
    elif found and whole <= found[0]:
        facts |= {"first": found[0]}
        said.append(
            T(
                "Fine-tuning saves no steps here: it needs {first} to get where scratch is at its best, after {whole}. At their best they stand at {best} and {other}.",
                "Ở đây tinh chỉnh không tiết kiệm bước nào: phải mất {first} bước mới tới mức tốt nhất mà lần từ đầu đạt sau {whole} bước. Lúc tốt nhất: {best} và {other}.",
            )
        )
    elif found:
        facts |= {"first": found[0], "times": times(found)}
        said.append(
            T(
                "At step {first} the fine-tuned run is where scratch is at its best, at step {whole}: {times} times fewer, on the same text. At their best they stand at {best} and {other}.",
                "Ở bước {first}, lần tinh chỉnh đã tới mức tốt nhất mà lần từ đầu phải mất {whole} bước: ít hơn {times} lần, trên cùng văn bản. Lúc tốt nhất: {best} và {other}.",
            )
        )
    elif best <= other:
        said.append(
            T(
                "From scratch no evaluation is better than the first ({other}): there is nothing to compare the donor with. Fine-tuned it gets to {best}.",
                "Từ đầu thì không lần đánh giá nào tốt hơn lần đầu ({other}): chưa có gì để so với mô hình cho. Tinh chỉnh đạt {best}.",
            )
        )
    else:
        said.append(
            T(
                "This donor does not pay: fine-tuned it gets to {best}, scratch to {other}.",
                "Mô hình cho này không đáng: tinh chỉnh đạt {best}, từ đầu đạt {other}.",
            )
        )
    worst, when = max((v, s) for s, v in tuned.metrics["test_loss"].items() if s <= 40 and math.isfinite(v))
    if best <= zero - 0.01 and worst > zero + BY_HEART:
        facts |= {"worst": number(worst), "when": when}
        said.append(
            T(
                "It forgot faster than it learned: from {zero} up to {worst} at step {when} before it came down. A smaller learning rate keeps what the donor knew.",
                "Nó quên nhanh hơn học: từ {zero} vọt lên {worst} ở bước {when} rồi mới giảm. Tốc độ học nhỏ hơn sẽ giữ được điều mô hình cho đã biết.",
            )
        )
    at = facts["at"]
    if best <= zero - 0.01 and end > best + BY_HEART and tuned.final("read_loss") < tuned.at("read_loss", at):
        said.append(
            T(
                "Since step {at} it learns your text by heart: the held-out loss has risen from {best} to {end}. Stop earlier.",
                "Từ bước {at} nó học thuộc văn bản của bạn: loss để dành tăng từ {best} lên {end}. Hãy dừng sớm hơn.",
            )
        )
    return [line.format(**facts) for line in said]


def start_readouts(view) -> list[Readout]:
    tuned, scratch = view.result(TUNED), view.result(SCRATCH)
    facts = tuned.facts
    if "flop_per_step" not in facts or not tuned.step:
        return []
    flop, seconds = facts["flop_per_step"] * tuned.step, next(reversed(tuned.seconds.values()), math.nan)
    shipped = view.config.donor == "docstrings"
    begun = scratch.at("test_loss", 0)
    untrained = [] if math.isnan(begun) else [begun]  # the run from scratch may still wait
    rows = [
        *(
            Readout(
                T("untrained, against ln V", "chưa huấn luyện, so với ln V"),
                f"{value:.2f} / {facts['references']['uniform']:.2f}",
                T("Loss of random weights, and of guessing.", "Loss của trọng số ngẫu nhiên, và của đoán đều."),
            )
            for value in untrained
        ),
        Readout(
            T("donor untouched", "mô hình cho để nguyên"),
            f"{facts['zero_shot']:.2f} nats",
            T(
                "Zero-shot: its loss on your text before a single step.",
                "Zero-shot: loss trên văn bản của bạn khi chưa học bước nào.",
            ),
        ),
        Readout(
            T("this run used 6ND", "lần chạy này dùng 6ND"),
            f"{power(flop)} FLOP",
            T(
                "N: the {n} weights that multiply (looking up an embedding is free). D: {d} pairs.",
                "N: {n} trọng số tham gia phép nhân (tra embedding thì miễn phí). D: {d} cặp.",
            ).format(n=f"{facts['multiplying']:,}", d=f"{facts['pairs_per_step'] * tuned.step:,}"),
        ),
        Readout(
            T("GPT-3 used that", "GPT-3 dùng gấp"),
            T("{x} times", "{x} lần").format(x=power(card("GPT-3 175B").training / flop)),
            T("Its 3.14e23 FLOP, divided by yours.", "3.14e23 FLOP của nó, chia cho của bạn."),
        ),
        Readout(
            T("donor's own training", "huấn luyện của mô hình cho"),
            T("{n} tokens", "{n} token").format(
                n=f"{pretrained.card('house-model1')['tokens_seen'] if shipped else donor_steps(view.config) * facts['pairs_per_step']:,}"
            ),
            T(
                "Pairs the shipped donor read once, for everybody after it. Tick “count the donor's own steps”.",
                "Số cặp mô hình đi kèm đã đọc một lần, cho mọi người sau nó. Hãy bật “tính cả bước của mô hình cho”.",
            )
            if shipped
            else T(
                "Pairs this donor read in lesson 5. Tick “count the donor's own steps”.",
                "Số cặp mô hình cho này đã đọc ở bài 5. Hãy bật “tính cả bước của mô hình cho”.",
            ),
        ),
    ]
    if not math.isnan(seconds):
        rows.append(
            Readout(
                T("energy, about", "năng lượng, khoảng"),
                f"{number(seconds * compute.CORE_WATTS)} J",
                T(
                    "Training seconds times an assumed 10 W for one busy core.",
                    "Số giây huấn luyện nhân 10 W giả định cho một nhân bận.",
                ),
            )
        )
    return rows


def first_answer(view):
    """None unless the runs are those of the question: 50,000 tokens, 400 steps, a donor of another text."""
    config = view.config
    if not view.done or config.text_tokens != 50_000 or config.steps != 400 or config.donor == config.corpus:
        return None
    if any(a.result.diverged for a in view.arms):
        return None
    tuned, scratch = view.result(TUNED).at("test_loss", EARLY), view.result(SCRATCH).final("test_loss")
    if not math.isfinite(tuned + scratch):
        return None
    return "same" if abs(tuned - scratch) < EQUAL else "tuned" if tuned < scratch else "scratch"


def first_why(view):
    paid = T(
        " It has already paid for the grammar; only the new words are left to learn.",
        " Phần ngữ pháp nó đã trả từ trước, chỉ còn phải học từ mới.",
    )
    return T(
        "{a} nats from scratch, {b} after {early} steps from the donor.{paid}",
        "Từ đầu {a} nats; sau {early} bước từ mô hình cho {b} nats.{paid}",
    ).format(
        paid=T("", "") if first_answer(view) == "scratch" else paid,
        a=number(view.result(SCRATCH).final("test_loss")),
        b=number(view.result(TUNED).at("test_loss", EARLY)),
        early=EARLY,
    )


# --- how much text -----------------------------------------------------------------------------------------------------


def pairs(view) -> list[tuple]:
    """(tokens, Result of the fine-tuned run, Result from scratch) for every size that is finished."""
    by = {(a.arm.config.start, a.arm.config.text_tokens): a for a in view.arms if a.complete}
    sizes = sorted({n for _, n in by})
    return [(n, by[TUNED, n].result, by[SCRATCH, n].result) for n in sizes if (TUNED, n) in by and (SCRATCH, n) in by]


def size_verdict(view) -> list[T]:
    found = [(n, a, b) for n, a, b in pairs(view) if {a.finished.reason, b.finished.reason} == {"done"}]
    lost = [f"{n:,}" for n, a, b in pairs(view) if a.diverged or b.diverged]
    if lost:
        return [
            T(
                "Diverged with {n} tokens. Try a tenth of the learning rate.",
                "Phân kỳ với {n} token. Hãy thử tốc độ học bằng một phần mười.",
            ).format(n=", ".join(lost))
        ]
    if len(found) < 2:
        return []
    gaps = [(n, b.best("test_loss") - a.best("test_loss")) for n, a, b in found]
    (n0, first), (n1, last) = gaps[0], gaps[-1]
    text = (
        T(
            "With {n0} tokens the donor is worth {first} nats, with {n1} still {last}: the more text of your own, the less you need somebody else's.",
            "Với {n0} token, mô hình cho đáng giá {first} nats; với {n1} vẫn còn {last}: văn bản của bạn càng nhiều, bạn càng ít cần của người khác.",
        )
        if 0 < last < first - EQUAL
        else T(
            "With {n0} tokens the donor is worth {first} nats, with {n1}: {last}. A donor that has read something else is hardly a head start.",
            "Với {n0} token, mô hình cho đáng giá {first} nats; với {n1}: {last}. Mô hình cho đã đọc thứ khác thì khó gọi là lợi thế.",
        )
        if min(first, last) < EQUAL and view.config.donor != view.config.corpus
        else T(
            "With {n0} tokens the donor is worth {first} nats, with {n1}: {last}.",
            "Với {n0} token, mô hình cho đáng giá {first} nats; với {n1}: {last}.",
        )
    )
    said = [text.format(n0=f"{n0:,}", n1=f"{n1:,}", first=number(first), last=number(last))]
    harmed = [
        n
        for n, a, _ in found
        if a.best("test_loss") > a.at("test_loss", 0) - 0.01 and a.final("test_loss") > a.at("test_loss", 0) + EQUAL
    ]
    if harmed:
        said.append(
            T("With {n} tokens it is best left untouched.", "Với {n} token thì tốt nhất để nguyên nó.").format(
                n=", ".join(f"{n:,}" for n in harmed)
            )
        )
    return said


def tiny_answer(view):
    """None unless the runs are as long as the question says."""
    found = {n: (a, b) for n, a, b in pairs(view)}
    if 1000 not in found or view.config.steps != 200:
        return None
    tuned, scratch = found[1000]
    ends = {"tuned": tuned.final("test_loss"), "scratch": scratch.final("test_loss"), "leave": tuned.at("test_loss", 0)}
    if tuned.diverged or scratch.diverged or not math.isfinite(sum(ends.values())):
        return None
    return min(ends, key=ends.get)


def tiny_why(view):
    tuned, scratch = next((a, b) for n, a, b in pairs(view) if n == 1000)
    recites = T(
        " 200 steps show it each of the 1,000 tokens a hundred times: it recites them and forgets the rest.",
        " 200 bước cho nó xem mỗi token trong 1,000 token cả trăm lần: nó đọc thuộc chúng và quên phần còn lại.",
    )
    return T(
        "Untouched {zero}, fine-tuned {tuned}, from scratch {scratch} nats.{recites}",
        "Để nguyên {zero}, tinh chỉnh {tuned}, từ đầu {scratch} nats.{recites}",
    ).format(
        recites=recites if tuned.final("test_loss") > tuned.at("test_loss", 0) + EQUAL else T("", ""),
        zero=number(tuned.at("test_loss", 0)),
        tuned=number(tuned.final("test_loss")),
        scratch=number(scratch.final("test_loss")),
    )
