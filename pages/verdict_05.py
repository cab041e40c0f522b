"""Lesson 5 in words: what the numbers of its runs say, and how the learner's predictions are decided."""

import math
from typing import NamedTuple

from app import sentences
from app.i18n import T, same
from app.lesson import Readout
from app.theme import number, percent
from pages.figures_05 import floor

AT_FLOOR = 0.1  # nats above its floor that still count as having reached it (five seeds of the quick run: 0.03)
FALLING = 0.02  # nats per 100 steps (the quick run ends at 0.003 or less)
EARLY = 200  # steps: in fewer, good settings too are still on their way (the quick run falls 0.16 nats from step 100 to 200)
THROWN = 0.3  # nats above its own best, on the text it is trained on: no run goes back so far by learning by heart
RISEN = 0.05  # nats that the test loss has risen since its lowest and its own text's has fallen (both waver by less)
LEARNED = 0.5  # nats below the unigram line: less than that is no ground for comparing distances (quick run: 2.9, manual: 1.3)
SETTLED = 0.3  # nats above the exact floor of Tales at which a loss still speaks of the text (quick run: 0.07 or less)
HARMLESS = 0.5  # a real difference in writing, whatever the losses: share of known pairs

# Weight decay that alone keeps the quick run, 16 or 64 wide, off its floor, and equally far off at other learning rates: AdamW
# with 0.3 ends 0.10 above, with 1 0.14 to 0.55, with 10 5.7; Adam with 1e-3 0.19, with 1e-2 3.5; SGD with 1e-3 0.30, with 1e-2 3.6.
# A third of it, or a tenth, ends on the floor. All of that up to the TAME learning rates: these arrive without decay.
HARD = {"adamw": 0.3, "adam": 1e-3, "sgd": 1e-3}
TAME = {"adamw": 0.3, "adam": 0.3, "sgd": 10.0}
# Numbers per token that hold the table of pairs. Tales, the best of many learning rates: 2 end 1.45 nats above the floor, 4 0.15,
# 8 0.02. Python's manual: 8 end 1.5 above, 16 0.9, 32 0.5, 64 0.3.
FITS = {"test_loss": 8, "text_loss": 32}


class Pace(NamedTuple):
    """How a loss went lately: from step `since` to `seen`, the last at which it was measured, it fell `fell` nats. gained: how
    far it is below everything it had been at until `since`, nats per 100 steps; negative where it only comes back down."""

    since: int
    seen: int
    fell: float
    gained: float


def pace(points: dict[int, float]) -> Pace:
    """Of {step: loss}: over the last 100 steps, in a short run over its second half."""
    seen = max(points)
    before = {s: v for s, v in points.items() if s <= (seen - 100 if seen >= EARLY else seen / 2)}
    since = max(before)
    gained = (min(before.values()) - points[seen]) * 100 / (seen - since)
    return Pace(since, seen, before[since] - points[seen], gained)


def read_loss(config, result) -> float:
    """Where tokens are skipped: the mean training loss of the last pass, thus over what the run reads and no more. The last
    batch of a pass is smaller and left out. nan where nothing is skipped."""
    length = result.facts.get("epoch_steps", math.inf)
    points = result.metrics.get("train_loss", {}).items()
    last = [v for s, v in points if s > result.step - length and (s % length or length == 1)]
    return sum(last) / len(last) if last and config.stride > config.context else math.nan


def over(a) -> bool:
    """Has this arm come to an end, whichever?"""
    return a.result.finished is not None or a.status.state in ("done", "stopped", "diverged")


def verdict(view) -> list[T]:
    said = []
    for a in view.arms:
        if over(a) and a.result.metrics.get("test_loss"):
            said += judge(a.arm, a.result, brief=bool(said))
    if view.done:
        said += twins(view)
    return said


# --- one run: where it stands, and why ----------------------------------------------------------------------------

REACHED = T(
    "{name}: at its floor, {away} nats above the best any model of one token can do. More steps or layers would not help: it cannot see further.",
    "{name}: đã chạm sàn, chỉ cao hơn mức tốt nhất của mọi mô hình một token {away} nats. Thêm bước hay thêm tầng đều vô ích: nó không nhìn xa hơn được.",
)
REACHED_TOO = T("{name}: at its floor, {away} nats above it.", "{name}: đã chạm sàn, cao hơn sàn {away} nats.")
SKIPPED = T(
    "{name}: {away} nats above its floor. With stride {stride} and context length {context} it reads {share} of the text, by now {passes} times over: its loss is {read} there, {own} on the whole text and {test} on unseen text. It learns that part by heart; with a stride no longer than the context it reads everything.",
    "{name}: còn cao hơn sàn {away} nats. Với bước nhảy {stride} và độ dài ngữ cảnh {context}, nó chỉ đọc {share} văn bản, đến giờ đã {passes} lượt: ở phần đó loss là {read}, trên cả văn bản là {own}, trên văn bản chưa thấy là {test}. Nó học thuộc phần ấy; bước nhảy không dài hơn ngữ cảnh thì nó đọc hết.",
)
BY_HEART = T(
    "{name}: learning by heart since step {at}. On unseen text it was at {low} then and is at {test} now; on its own text it went on falling, to {own}. It needs a longer text or fewer steps, not more.",
    "{name}: học thuộc từ bước {at}. Trên văn bản chưa thấy, lúc ấy nó ở {low}, giờ là {test}; trên văn bản của mình thì vẫn giảm, còn {own}. Nó cần văn bản dài hơn hoặc ít bước hơn, chứ không phải thêm bước.",
)
WORSE = T(
    "{name}: {test} nats, worse than where it started and worse than guessing ({uniform}). Steps of this size throw it about; try a learning rate ten times smaller.",
    "{name}: {test} nats, tệ hơn lúc xuất phát và tệ hơn đoán đều ({uniform}). Bước dài cỡ này chỉ hất nó qua lại; hãy thử tốc độ học nhỏ hơn mười lần.",
)
SOON = T(
    "{name}: {was} nats above its floor at step {since}, {away} at step {seen}. Too early to say where it will stop. {more}",
    "{name}: còn cao hơn sàn {was} nats ở bước {since}, {away} ở bước {seen}. Quá sớm để nói nó sẽ dừng ở đâu. {more}",
)
HELD = T(
    "{name}: {away} nats above its floor, and it gets hardly any closer. Weight decay {decay} holds it there: {how}. Neither more steps nor another learning rate will help; less decay will.",
    "{name}: còn cao hơn sàn {away} nats và gần như không xuống gần hơn nữa. Suy giảm trọng số {decay} giữ nó ở đó: {how}. Thêm bước hay đổi tốc độ học đều không giúp được; bớt suy giảm thì được.",
)
PULLED = T(
    "it pulls every weight back to zero as fast as the text pushes it away",
    "văn bản đẩy các trọng số ra bao nhiêu, nó kéo về 0 bấy nhiêu",
)
DROWNED = T(
    "this optimizer adds it to the gradient, where it drowns what rare tokens say (AdamW keeps the two apart: compare)",
    "thuật toán này cộng nó vào gradient, lấn át điều các token hiếm muốn nói (AdamW để riêng hai thứ: hãy so sánh)",
)
DEAD = T(
    "{name}: dead start. {step} steps have brought only {fell} nats, {by} of them since step {since}: slow, not stuck. {more}",
    "{name}: giậm chân tại chỗ. {step} bước mới giảm {fell} nats, trong đó {by} là từ bước {since}: chậm, chứ không kẹt. {more}",
)
RAISE = T("Raise the learning rate.", "Hãy tăng tốc độ học.")
RAISE_BOTH = T(
    "Raise the learning rate, and take less weight decay.", "Hãy tăng tốc độ học, và giảm bớt suy giảm trọng số."
)
JUMPING = T(
    "{name}: {away} nats above its floor. On unseen text it is at {test}; at step {at} it had been at {low}. Steps of this size jump over the goal and back; try a learning rate ten times smaller.",
    "{name}: còn cao hơn sàn {away} nats. Trên văn bản chưa thấy, nó ở {test}; ở bước {at} nó từng xuống tới {low}. Bước dài cỡ này cứ nhảy qua đích rồi nhảy lại; hãy thử tốc độ học nhỏ hơn mười lần.",
)
STILL = T(
    "{name}: still falling{there}, {by} nats from step {since} to {seen}, and {away} nats above its floor. {more}",
    "{name}: vẫn đang giảm{there}, {by} nats từ bước {since} đến {seen}, còn cao hơn sàn {away} nats. {more}",
)
ON_ITS_OWN = T(" on its own text", " trên văn bản của mình")
NO_MORE = T(
    "On unseen text it falls no longer: more steps would only be learned by heart.",
    "Trên văn bản chưa thấy thì không giảm nữa: thêm bước chỉ là học thuộc thêm.",
)
NARROW = T(
    "{name}: it stopped {away} nats above its floor. Everything it knows must pass through {width} numbers per token; the table of pairs does not fit.",
    "{name}: nó dừng khi còn cao hơn sàn {away} nats. Mọi điều nó biết phải đi qua {width} con số cho mỗi token; bảng cặp token không lọt qua nổi.",
)
NARROW_AND_WILD = T(
    f"{NARROW.en} Learning rate {{lr}} may cost more on top: try a tenth of it.",
    f"{NARROW.vi} Tốc độ học {{lr}} có thể còn làm mất thêm: hãy thử một phần mười.",
)
SETTINGS = T(
    "{name}: it stopped {away} nats above its floor. The optimizer's settings hold it there (learning rate, weight decay, optimizer), not the model.",
    "{name}: nó dừng khi còn cao hơn sàn {away} nats. Chính thiết lập tối ưu giữ nó ở đó (tốc độ học, suy giảm trọng số, thuật toán), không phải mô hình.",
)


def more(config, result, hard: bool = False) -> T:
    """What to do with a run that is not through. hard: its weight decay would keep it off its floor in the end."""
    if hard:
        text = (
            "Weight decay {decay} slows it and will hold it up: take less.",
            "Suy giảm trọng số {decay} làm nó chậm và sẽ giữ nó lại: hãy giảm bớt.",
        )
    elif result.step < config.steps and (result.finished is None or result.finished.reason == "stopped"):
        text = "You stopped it at step {step}: let it run on.", "Bạn đã dừng nó ở bước {step}: hãy để nó chạy tiếp."
    else:
        text = "Give it more steps.", "Hãy cho nó thêm bước."
    return T(*text).format(decay=f"{config.weight_decay:g}", step=result.step)


def judge(arm, result, *, brief: bool = False) -> list[T]:
    """Sentences about one finished run, the first rule that fits first. brief: the run beside it said the rest already."""
    f = {"name": arm.name, "test": number(result.final("test_loss")), "step": result.step}
    if fallen := sentences.diverged(arm.name, result):
        return fallen
    if arm.config.lr == 0:
        return [
            T(
                "{name}: with learning rate 0 nothing moves. {test} nats is where chance put it.",
                "{name}: tốc độ học 0 thì không gì thay đổi. {test} nats là chỗ ngẫu nhiên đã đặt nó.",
            ).format(**f)
        ]
    if result.step < 50:
        return [
            T(
                "{name}: {test} nats at step {measured}. Too early to judge.",
                "{name}: {test} nats ở bước {measured}. Còn quá sớm để kết luận.",
            ).format(**f, measured=max(result.metrics["test_loss"]))
        ]
    text, numbers, lacks_pairs = cause(arm.config, result, brief)
    said = [text.format(**f, **numbers)]
    return said + wrong_target(arm, result) + (unseen(result) if lacks_pairs else [])


def cause(config, result, brief: bool) -> tuple[T, dict, bool]:
    """(why the run stands where it stands, the numbers of that sentence, whether pairs it never met may add to its test loss)."""
    metric, least = floor(result)
    points, tests = result.metrics[metric], result.metrics["test_loss"]
    first, last, test, own = points[0], result.final(metric), result.final("test_loss"), result.final("text_loss")
    away, read, uniform = last - least, read_loss(config, result), result.facts["references"]["uniform"]
    lately, best = pace(points), min(tests, key=tests.get)
    falling = lately.gained > FALLING
    hard = config.weight_decay >= HARD[config.optimizer] and config.lr <= TAME[config.optimizer]
    f = {"away": away, "was": points[lately.since] - least, "fell": first - last, "by": lately.fell, "uniform": uniform}
    f = {name: number(value) for name, value in (f | {"low": tests[best], "own": own, "read": read}).items()}
    f |= {"since": lately.since, "seen": lately.seen, "at": best, "width": config.width}
    f |= {"decay": f"{config.weight_decay:g}", "lr": f"{config.lr:g}"}
    if away <= AT_FLOOR:
        return REACHED_TOO if brief else REACHED, f, True
    if not falling and own - read > away / 4:
        passes = f"{result.step / result.facts['epoch_steps']:.0f}"
        f |= {"stride": config.stride, "context": config.context, "share": percent(config.context / config.stride)}
        return SKIPPED, f | {"passes": passes}, False
    if min(test - tests[best], result.at("text_loss", best) - own) > RISEN:
        return BY_HEART, f, False
    if test > uniform and test > tests[0]:
        return WORSE, f, False
    if lately.seen < EARLY:
        return SOON, f | {"more": more(config, result, hard)}, True
    if hard and not falling:
        return HELD, f | {"how": PULLED if config.optimizer == "adamw" else DROWNED}, True
    if first - last < 0.15 * (first - least) and lately.gained > 0:
        return DEAD, f | {"more": RAISE_BOTH if hard else RAISE}, True
    if own - result.best("text_loss") > THROWN:
        return JUMPING, f, True
    if falling:
        there = same("") if metric == "test_loss" else ON_ITS_OWN
        todo = more(config, result, hard) if pace(tests).gained > 0 else NO_MORE
        return STILL, f | {"there": there, "more": todo}, True
    if config.width < FITS[metric]:
        return NARROW if config.lr <= TAME[config.optimizer] else NARROW_AND_WILD, f, True
    return SETTINGS, f, True


def wrong_target(arm, result) -> list[T]:
    """Where the target is not the next token: what the run is worth as a language model."""
    k, asked = arm.config.offset, result.final("test_loss_next")
    if k == 1 or math.isnan(asked) or asked < result.final("test_loss") + 0.3:
        return []
    facts = {"name": arm.name, "k": k, "asked": number(asked), "uniform": number(result.facts["references"]["uniform"])}
    worse = asked > result.facts["references"]["uniform"]
    return [
        (
            T(
                "Wrong target: it learned the token {k} places on. Asked for the next one its loss is {asked}, worse than guessing ({uniform}).",
                "Sai đích: nó học token cách {k} chỗ. Hỏi token kế tiếp thì loss là {asked}, tệ hơn đoán đều ({uniform}).",
            )
            if worse
            else T(
                "Wrong target: it learned the token {k} places on. Asked for the next one its loss is {asked}.",
                "Sai đích: nó học token cách {k} chỗ. Hỏi token kế tiếp thì loss là {asked}.",
            )
        ).format(**facts)
    ]


def unseen(result) -> list[T]:
    """On real text: pairs that the training part never showed."""
    gap = result.final("test_loss") - result.final("text_loss")
    if not gap > 0.3:
        return []
    return [
        T(
            "On unseen text {test}, on its own {text}: {gap} nats are pairs it has simply never met. No table can know those.",
            "Trên văn bản chưa thấy {test}, trên văn bản của mình {text}: {gap} nats là những cặp nó chưa từng gặp. Không bảng nào biết được chúng.",
        ).format(test=number(result.final("test_loss")), text=number(result.final("text_loss")), gap=number(gap))
    ]


def pair(view):
    """The Results of the arms for the next token and for the one after it, (None, None) unless both are there and learned."""
    by = {a.arm.config.offset: a.result for a in view.arms}
    right, wrong = by.get(1), by.get(2)
    done = right and wrong and "pairs_known" in right.metrics and "pairs_known" in wrong.metrics
    return (right, wrong) if done and not right.diverged and not wrong.diverged else (None, None)


def twins(view) -> list[T]:
    right, wrong = pair(view)
    names = {a.arm.config.offset: a.arm.name for a in view.arms}
    if (
        right is None
        or math.isnan(right.final("pairs_known"))
        or right.final("pairs_known") - wrong.final("pairs_known") < HARMLESS
    ):
        return []
    return [
        T(
            "Losses: {right} {a}, {wrong} {b}, one line of code apart. Of the word pairs that “{right}” writes, {pa} occur in the text; of those of “{wrong}”, {pb}. The loss does not show a wrong target; a sample does.",
            "Loss: {right} {a}, {wrong} {b}, chỉ khác một dòng mã. Trong các cặp từ mà “{right}” viết, {pa} có trong văn bản; của “{wrong}” chỉ {pb}. Loss không lộ ra đích sai; mẫu viết thì có.",
        ).format(
            right=names[1],
            wrong=names[2],
            a=number(right.final("test_loss")),
            b=number(wrong.final("test_loss")),
            pa=percent(right.final("pairs_known")),
            pb=percent(wrong.final("pairs_known")),
        )
    ]


# --- predictions -------------------------------------------------------------------------------------------------


def start_answer(view):
    """Which of 0, half of ln V, ln V, one and a half ln V is nearest to the first loss."""
    first, uniform = view.main.at("test_loss", 0), view.main.facts.get("references", {}).get("uniform")
    if uniform is None or not math.isfinite(first):
        return None
    return min(
        (("zero", 0.0), ("half", uniform / 2), ("lnv", uniform), ("more", 1.5 * uniform)),
        key=lambda option: abs(option[1] - first),
    )[0]


def start_why(view):
    return T(
        "It measured {first}; {expected} was expected. V = {v:,} tokens, all about equally likely: ln {v:,} = {uniform}. The rest is the unrest of the random outputs: half their variance.",
        "Đo được {first}; lý thuyết cho {expected}. V = {v:,} token, gần như đều nhau: ln {v:,} = {uniform}. Phần dư là sự xáo động của đầu ra ngẫu nhiên: nửa phương sai của chúng.",
    ).format(
        first=number(view.main.at("test_loss", 0)),
        expected=number(view.main.facts.get("start_loss", math.nan)),
        v=view.main.facts.get("vocabulary", 0),
        uniform=number(view.references.get("uniform", math.nan)),
    )


def twins_answer(view):
    right, wrong = pair(view)
    if right is None or not view.done:
        return None
    gap = wrong.final("test_loss") - right.final("test_loss")
    return (
        None if math.isnan(gap) else "much" if gap > 1 else "little" if gap > 0.05 else "same" if gap > -0.05 else "two"
    )


def twins_why(view):
    right, wrong = pair(view)
    return T(
        "{a} for the next token, {b} for the one after it. Both stand on their own floor, {fa} and {fb}: counting alone could tell that in advance.",
        "{a} với token kế tiếp, {b} với token sau nó. Cả hai đều đứng trên sàn của mình, {fa} và {fb}: chỉ cần đếm là biết trước.",
    ).format(
        a=number(right.final("test_loss")),
        b=number(wrong.final("test_loss")),
        fa=number(right.facts["references"]["next"]),
        fb=number(right.facts["references"]["after"]),
    )


def writing_answer(view):
    _, wrong = pair(view)
    return (
        None
        if wrong is None or not view.done or math.isnan(wrong.final("pairs_known"))
        else 100 * wrong.final("pairs_known")
    )


def writing_why(view):
    right, wrong = pair(view)
    return T(
        "{wrong} of 100; the correct loop {right}; tokens drawn by frequency alone {chance}. It puts the word after next where the next belongs, so every word skips one.",
        "{wrong} trên 100; vòng lặp đúng: {right}; rút token chỉ theo tần suất: {chance}. Nó đặt từ sau nữa vào chỗ của từ kế tiếp, nên cứ mỗi từ lại nhảy mất một từ.",
    ).format(
        wrong=f"{100 * wrong.final('pairs_known'):.0f}",
        right=f"{100 * right.final('pairs_known'):.0f}",
        chance=f"{100 * wrong.facts['pairs_by_chance']:.0f}",
    )


# --- readouts ----------------------------------------------------------------------------------------------------


def readouts(view) -> list[Readout]:
    result, rows = view.main, []
    facts, config = result.facts, view.config
    if "start_loss" not in facts:
        return []
    first, test = result.at("test_loss", 0), result.final("test_loss")
    if math.isfinite(first):
        rows.append(
            Readout(
                T("first loss", "loss đầu tiên"),
                T("{first}, expected {expected}", "{first}, lý thuyết {expected}").format(
                    first=number(first), expected=number(facts["start_loss"])
                ),
                T(
                    "Expected: ln V plus half the variance of the untrained outputs.",
                    "Lý thuyết: ln V cộng nửa phương sai của đầu ra chưa huấn luyện.",
                ),
            )
        )
    metric, least = floor(result)
    if math.isfinite(test) and result.step:
        rows.append(
            Readout(
                T("above its floor", "cao hơn sàn"),
                same("{gap} nats/token").format(gap=number(result.final(metric) - least)),
                T(
                    "Its loss minus the lowest that a model of one token can have for this target.",
                    "Loss của nó trừ đi mức thấp nhất mà mô hình một token có thể đạt với đích này.",
                ),
            )
        )
        rows.append(
            Readout(
                T("perplexity, bits per character", "độ rối (perplexity), bit mỗi ký tự"),
                f"{number(math.exp(min(test, 50)))}, {number(test / math.log(2) / facts['letters_per_token'])}",
                T(
                    "e to the loss: among how many equally likely tokens it hesitates. Bits per character compare across tokenizers.",
                    "e mũ loss: nó phân vân giữa bao nhiêu token đều nhau. Bit mỗi ký tự so sánh được giữa các bộ tách token.",
                ),
            )
        )
        rows.append(
            Readout(
                T("asked for the next token / the one after", "hỏi token kế tiếp / token sau nữa"),
                f"{number(result.final('test_loss_next'))} / {number(result.final('test_loss_after'))}",
                T(
                    "The same finished model, two questions. A model that was taught the right target answers the first.",
                    "Cùng một mô hình, hai câu hỏi. Mô hình học đúng đích thì trả lời tốt câu đầu.",
                ),
            )
        )
    shapes = facts["shapes"]
    b, t, v = shapes["log_probs"]
    rows += [
        Readout(
            T("parameters", "tham số"),
            f"{facts['parameters']:,}",
            T(
                "2·V·d: one row per token going in, one per token coming out.",
                "2·V·d: mỗi token một hàng đi vào, một hàng đi ra.",
            ),
        ),
        Readout(
            T("shapes", "kích thước"),
            f"X, y ({b}, {t}) → log_probs ({b}, {t}, {v}) → ({b * t:,}, {v})",
            T("Without flattening, PyTorch says: {error}", "Nếu không làm phẳng, PyTorch báo: {error}").format(
                error=facts["unflattened"] or "–"
            ),
        ),
    ]
    if result.seconds and result.step:
        seconds = max(result.seconds.values())
        rows.append(
            Readout(
                T("speed", "tốc độ"),
                T("{ms} ms/step, {epochs} epochs so far", "{ms} ms/bước, đã qua {epochs} lượt duyệt").format(
                    ms=number(1000 * seconds / result.step), epochs=number(result.step / facts["epoch_steps"])
                ),
                T(
                    "{n} tokens read; training only, without evaluation. Device: {device}.",
                    "Đã đọc {n} token; chỉ tính huấn luyện, không tính đánh giá. Thiết bị: {device}.",
                ).format(n=f"{result.step * config.batch * config.context:,}", device=config.device),
            )
        )
    return rows


# --- the other two playgrounds -----------------------------------------------------------------------------------

IN_PROSE, IN_TEXT = T("in real prose", "Trong văn thật"), T("in this text", "Trong văn bản này")


def start_verdict(view) -> list[T]:
    result = view.main
    first = result.at("test_loss", 0)
    if not math.isfinite(first) or "start_loss" not in result.facts:
        return []
    over = result.facts["start_loss"] - result.facts["references"]["uniform"]
    passed = {"gelu": same("GELU"), "relu": same("ReLU")}.get(view.config.nonlinearity)
    way = (
        T("pass {f}", "qua {f}").format(f=passed)
        if passed
        else T("go straight to the outputs", "đi thẳng tới các đầu ra")
    )
    return [
        T(
            "Init std {std}: {first} measured, {expected} expected, {over} of it above ln V. The embedding's numbers {way}, their squares add up in every output, and half that variance is the price.",
            "Độ lệch chuẩn khởi tạo {std}: đo được {first}, lý thuyết {expected}, trong đó {over} là phần trên ln V. Các số của embedding {way}, bình phương của chúng cộng dồn ở mỗi đầu ra, và nửa phương sai ấy là cái giá phải trả.",
        ).format(
            std=f"{view.config.init_std:g}",
            first=number(first),
            expected=number(result.facts["start_loss"]),
            over=number(over),
            way=way,
        )
    ]


def ahead_verdict(view) -> list[T]:
    by = {a.arm.config.offset: a.result for a in view.arms}
    if not view.done or 1 not in by or 8 not in by or not all(r.metrics.get("test_loss") for r in by.values()):
        return []
    if fallen := sentences.any_diverged(view.arms):
        return fallen
    near, far, unigram = by[1].final("test_loss"), by[8].final("test_loss"), view.references.get("unigram", math.nan)
    own = by[8].final("text_loss")
    if not math.isfinite(unigram):
        return []
    tales = view.config.corpus.startswith("tales")
    away = max(r.final(metric) - least for r in (by[1], by[8]) for metric, least in (floor(r),)) if tales else 0.0
    share = (unigram - far) / (unigram - near) if unigram > near else 0.0
    facts = {"near": number(near), "far": number(far), "unigram": number(unigram), "share": percent(max(share, 0.0))}
    facts |= {"away": number(away), "text": IN_PROSE if view.config.corpus == "manual" else IN_TEXT}
    facts |= {"own": number(own), "above": sum(r.final("test_loss") > unigram for r in by.values()), "all": len(by)}
    lost = far > unigram and not tales
    if near > unigram - LEARNED or (lost and own > unigram - AT_FLOOR):
        text = T(
            "One ahead {near}, eight ahead {far}; the token frequencies alone give {unigram}. These runs have not learned enough to say how far one token sees. Give them more steps, or another learning rate.",
            "Cách một: {near}, cách tám: {far}; riêng tần suất token đã cho {unigram}. Các lần chạy này chưa học đủ để nói một token nhìn xa được bao nhiêu. Hãy cho chúng thêm bước, hoặc đổi tốc độ học.",
        )
    elif away > SETTLED:
        text = T(
            "One ahead {near}, eight ahead {far}, up to {away} nats above the floor of its target: so far the points measure the training, not the text. Give it more steps, or another learning rate.",
            "Cách một: {near}, cách tám: {far}, còn cao hơn sàn của đích tới {away} nats: lúc này các chấm đo việc huấn luyện chứ chưa đo văn bản. Hãy cho thêm bước, hoặc đổi tốc độ học.",
        )
    elif lost:
        text = T(
            "One ahead {near}, eight ahead {far}, token frequencies alone {unigram}; points above that line: {above} of {all}. On the text it reads, eight ahead stands at {own}: it has learned pairs by heart that do not come back in unseen text. So neither these points nor the grey curve, counted on that very text, say how much a token still tells eight places on.",
            "Cách một: {near}, cách tám: {far}, riêng tần suất token: {unigram}; số chấm cao hơn đường ấy: {above} trên {all}. Trên văn bản nó đọc, cách tám chỉ còn {own}: nó học thuộc những cặp không gặp lại ở văn bản chưa thấy. Vì thế cả các chấm này lẫn đường xám, đếm trên chính văn bản đó, đều không cho biết cách tám chỗ một token còn nói được bao nhiêu.",
        )
    elif share > 0.2:
        text = T(
            "One ahead {near}, eight ahead {far}, knowing nothing {unigram}: eight places on, a token still keeps {share} of what it says about its neighbour.",
            "Cách một: {near}, cách tám: {far}, không biết gì: {unigram}. Cách tám chỗ, một token vẫn giữ {share} những gì nó nói về láng giềng.",
        )
        if tales:
            text = T(f"{text.en} These stories have firm plans.", f"{text.vi} Các truyện này có dàn ý chặt.")
    elif tales:
        text = T(
            "One ahead {near}, eight ahead {far}, knowing nothing {unigram}: eight places on, a token keeps only {share} of what it says about its neighbour.",
            "Cách một: {near}, cách tám: {far}, không biết gì: {unigram}. Cách tám chỗ, một token chỉ còn giữ {share} những gì nó nói về láng giềng.",
        )
    else:
        text = T(
            "One ahead {near}, eight ahead {far}, knowing nothing {unigram}: {text} a single token has forgotten almost everything eight places on. What is needed there is attention.",
            "Cách một: {near}, cách tám: {far}, không biết gì: {unigram}. {text}, một token đơn lẻ gần như quên sạch sau tám chỗ. Cái cần ở đó là attention.",
        )
    return [text.format(**facts)]
