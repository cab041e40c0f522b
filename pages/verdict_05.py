"""Lesson 5 in words: what the numbers of its runs say, and how the learner's predictions are decided."""

import math

from app import sentences
from app.i18n import T, same
from app.lesson import Readout
from app.theme import number, percent
from pages.figures_05 import floor

AT_FLOOR = 0.1  # nats above its floor that still count as having reached it (five seeds of the quick run: 0.03)
FALLING = -0.02  # nats per 100 steps (the quick run ends at -0.003 or less)
THROWN = 0.3  # nats above its own best, on the text it is trained on: no run goes back so far by learning by heart
LEARNED = 0.5  # nats below the unigram line: less than that is no ground for comparing distances (quick run: 2.9, manual: 1.3)
SETTLED = 0.3  # nats above the exact floor of Tales at which a loss still speaks of the text (quick run: 0.07 or less)
HARMLESS = 0.5  # a real difference in writing, whatever the losses: share of known pairs


def slope(result) -> float:
    """Change of the test loss over the last 100 steps, nats; nan for runs of fewer than 200."""
    last = max(result.metrics.get("test_loss", {0: 0}))
    return result.final("test_loss") - result.at("test_loss", last - 100) if last >= 200 else math.nan


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


def judge(arm, result, *, brief: bool = False) -> list[T]:
    """Sentences about one finished run, the first rule that fits first. brief: the run beside it said the rest already."""
    config, test, first = arm.config, result.final("test_loss"), result.at("test_loss", 0)
    metric, least = floor(result)
    away, uniform, steep = result.final(metric) - least, result.facts["references"]["uniform"], slope(result)
    own = result.final("text_loss")
    f = {"name": arm.name, "test": number(test), "away": number(away), "step": result.step, "lr": f"{config.lr:g}"}
    f |= {"uniform": number(uniform), "fell": number(first - test), "by": number(-steep)}
    if fallen := sentences.diverged(arm.name, result):
        return fallen
    if config.lr == 0:
        return [
            T(
                "{name}: with learning rate 0 nothing moves. {test} nats is where chance put it.",
                "{name}: tốc độ học 0 thì không gì thay đổi. {test} nats là chỗ ngẫu nhiên đã đặt nó.",
            ).format(**f)
        ]
    if result.step < 50:
        return [
            T(
                "{name}: {test} nats at step {step}. Too early to judge.",
                "{name}: {test} nats ở bước {step}. Còn quá sớm để kết luận.",
            ).format(**f)
        ]
    said, thrown = [], test > uniform and test > first
    if thrown:
        text = T(
            "{name}: {test} nats, worse than where it started and worse than guessing ({uniform}). Steps of this size throw it about; try a learning rate ten times smaller.",
            "{name}: {test} nats, tệ hơn lúc xuất phát và tệ hơn đoán đều ({uniform}). Bước dài cỡ này chỉ hất nó qua lại; hãy thử tốc độ học nhỏ hơn mười lần.",
        )
    elif first - test < 0.15 * (first - least):
        text = T(
            "{name}: dead start. {step} steps have brought only {fell} nats; it will arrive, but not today. Raise the learning rate.",
            "{name}: giậm chân tại chỗ. {step} bước mới giảm {fell} nats; rồi cũng sẽ tới, nhưng không phải hôm nay. Hãy tăng tốc độ học.",
        )
    elif away <= AT_FLOOR:
        text = T("{name}: at its floor, {away} nats above it.", "{name}: đã chạm sàn, cao hơn sàn {away} nats.")
        if not brief:
            text = T(
                "{name}: at its floor, {away} nats above the best any model of one token can do. More steps or layers would not help: it cannot see further.",
                "{name}: đã chạm sàn, chỉ cao hơn mức tốt nhất của mọi mô hình một token {away} nats. Thêm bước hay thêm tầng đều vô ích: nó không nhìn xa hơn được.",
            )
    elif own - min(result.metrics.get("text_loss", {0: own}).values()) > THROWN:
        f["at"], f["low"] = min(result.metrics["test_loss"].items(), key=lambda point: point[1])
        f["low"] = number(f["low"])
        text = T(
            "{name}: {test} nats, {away} above its floor; at step {at} it had been at {low}. Steps of this size jump over the goal and back; try a learning rate ten times smaller.",
            "{name}: {test} nats, cao hơn sàn {away}; ở bước {at} nó từng xuống tới {low}. Bước dài cỡ này cứ nhảy qua đích rồi nhảy lại; hãy thử tốc độ học nhỏ hơn mười lần.",
        )
    elif steep < FALLING:
        text = T(
            "{name}: still falling, {by} nats in the last 100 steps, and {away} nats above its floor. Give it more steps.",
            "{name}: vẫn đang giảm, {by} nats trong 100 bước cuối, còn cao hơn sàn {away} nats. Hãy cho nó thêm bước.",
        )
    elif config.width < 32:
        f["width"] = config.width
        text = T(
            "{name}: it stopped {away} nats above its floor. Everything it knows must pass through {width} numbers per token; the table of pairs does not fit.",
            "{name}: nó dừng khi còn cao hơn sàn {away} nats. Mọi điều nó biết phải đi qua {width} con số cho mỗi token; bảng cặp token không lọt qua nổi.",
        )
    else:
        text = T(
            "{name}: it stopped {away} nats above its floor. The optimizer's settings hold it there (learning rate, weight decay, optimizer), not the model.",
            "{name}: nó dừng khi còn cao hơn sàn {away} nats. Chính thiết lập tối ưu giữ nó ở đó (tốc độ học, suy giảm trọng số, thuật toán), không phải mô hình.",
        )
    said.append(text.format(**f))
    return said + wrong_target(arm, result) + ([] if thrown else unseen(arm, result))


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


def unseen(arm, result) -> list[T]:
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
        "It measured {first}; {expected} was expected. V = {v} tokens, all about equally likely: ln {v} = {uniform}. The rest is the unrest of the random outputs: half their variance.",
        "Đo được {first}; lý thuyết cho {expected}. V = {v} token, gần như đều nhau: ln {v} = {uniform}. Phần dư là sự xáo động của đầu ra ngẫu nhiên: nửa phương sai của chúng.",
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
    if not math.isfinite(unigram):
        return []
    tales = view.config.corpus.startswith("tales")
    away = max(r.final(metric) - least for r in (by[1], by[8]) for metric, least in (floor(r),)) if tales else 0.0
    share = (unigram - far) / (unigram - near) if unigram > near else 0.0
    facts = {"near": number(near), "far": number(far), "unigram": number(unigram), "share": percent(max(share, 0.0))}
    facts |= {"away": number(away), "text": IN_PROSE if view.config.corpus == "manual" else IN_TEXT}
    if near > unigram - LEARNED:
        text = T(
            "One ahead {near}, eight ahead {far}; the token frequencies alone give {unigram}. These runs have not learned enough to say how far one token sees. Give them more steps, or another learning rate.",
            "Cách một: {near}, cách tám: {far}; riêng tần suất token đã cho {unigram}. Các lần chạy này chưa học đủ để nói một token nhìn xa được bao nhiêu. Hãy cho chúng thêm bước, hoặc đổi tốc độ học.",
        )
    elif away > SETTLED:
        text = T(
            "One ahead {near}, eight ahead {far}, up to {away} nats above the floor of its target: so far the points measure the training, not the text. Give it more steps, or another learning rate.",
            "Cách một: {near}, cách tám: {far}, còn cao hơn sàn của đích tới {away} nats: lúc này các chấm đo việc huấn luyện chứ chưa đo văn bản. Hãy cho thêm bước, hoặc đổi tốc độ học.",
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
