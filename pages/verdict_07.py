"""Lesson 7 in words: what the numbers of its runs say, and how the learner's predictions are decided."""

import math

from app import sentences
from app.i18n import T
from app.lesson import Prediction, Readout
from app.theme import number, signed
from core.experiments.copying import WAYS
from pages.controls_07 import AMOUNTS, ARMS, GIVERS, MOST, QUICK, RATIOS, TIE, plain
from pages.figures_07 import about, crossing, crossover_points, ended, finished, ratio_name, score

SAME = 0.1  # nats below which shuffled and random count as equal (five seeds: 0.04 at most)
TURNED = 0.1  # nats above its best test loss: it learns by heart
EARLY = 50  # steps before which nothing is judged


def done(view, label):
    """The finished Result of that arm (yours, where yours is that arm), None before its end or after a failure."""
    for a in view.arms:
        config = a.arm.config
        is_it = a.arm.label == label or (
            a.arm.label == "yours" and label in ARMS and vars(config) == vars(plain(config)) | ARMS[label][0]
        )
        whole = is_it and ended(a) and not a.result.diverged and a.result.step >= EARLY
        if whole and math.isfinite(a.result.final("test_loss")):
            return a.result
    return None


def alike(*results) -> bool:
    """Whether all of these runs are there and as long as each other: else they are no comparison."""
    return all(results) and len({r.step for r in results}) == 1


def hopeless_all(*results) -> bool:
    """Whether all of these runs end worse than guessing every token equally: what differs between them says nothing."""
    return all(r.final("test_loss") > r.facts["references"]["uniform"] for r in results)


def best_step(result) -> int:
    points = {s: v for s, v in result.metrics["test_loss"].items() if math.isfinite(v)}
    return min(points, key=points.get)


def turned(result) -> bool:
    """Whether its test loss has risen well above its best."""
    return result.final("test_loss") - result.best("test_loss") > TURNED


def by_heart(result) -> bool:
    """Whether its own text has become easier for it than the test text: the last batches against the test."""
    return result.lately("train_loss") < result.final("test_loss") - TURNED


def falling(result) -> bool:
    """Whether its test loss has come down from its start and is lowest at the end: it is late, not thrown off."""
    return result.final("test_loss") < result.at("test_loss", 0) - TURNED and best_step(result) == result.step


# --- the comparison ----------------------------------------------------------------------------------------------


SMALLER = T(
    "The learning rate is too high for this embedding: try a tenth of it, or a smaller r.",
    "Tốc độ học quá cao với embedding này: hãy thử một phần mười, hoặc r nhỏ hơn.",
)


def verdict(view) -> list[T]:
    result = view.main
    if result.diverged:
        return sentences.any_diverged(view.arms[:1], SMALLER)
    if not result.metrics.get("test_loss") or result.step == 0:
        return []
    if result.step < EARLY:
        return [T("Too early to judge.", "Còn quá sớm để kết luận.")]
    said = []
    yours, free, frozen = done(view, "yours"), done(view, "free"), done(view, "frozen")
    shuffled, fresh = done(view, "shuffled"), done(view, "random")
    if yours and yours.final("test_loss") > yours.facts["references"]["uniform"] + 0.5:
        text = (
            T(
                "Yours ends at {loss} nats, worse than guessing every token equally ({uniform}): what it learned by heart misleads it.",
                "Của bạn dừng ở {loss} nats, tệ hơn đoán đều mọi token ({uniform}): những gì học thuộc đang dẫn nó lạc lối.",
            )
            if by_heart(yours)
            else T(
                "Yours ends at {loss} nats, worse than guessing every token equally ({uniform}), but it began at {start} and is on its way down: give it more steps or a larger learning rate.",
                "Của bạn dừng ở {loss} nats, tệ hơn đoán đều mọi token ({uniform}), nhưng nó bắt đầu từ {start} và đang đi xuống: hãy cho thêm bước hoặc tốc độ học lớn hơn.",
            )
            if falling(yours)
            else T(
                "Yours ends at {loss} nats, worse than guessing every token equally ({uniform}), and no better on the text it was trained on: the learning rate is too high. Try a tenth of it.",
                "Của bạn dừng ở {loss} nats, tệ hơn đoán đều mọi token ({uniform}), và trên chính văn bản đã học cũng chẳng hơn: tốc độ học quá cao. Hãy thử một phần mười.",
            )
        )
        said.append(
            text.format(
                loss=number(yours.final("test_loss")),
                uniform=number(yours.facts["references"]["uniform"]),
                start=number(yours.at("test_loss", 0)),
            )
        )
    if alike(free, shuffled) and not hopeless_all(free, shuffled):
        gain = shuffled.final("test_loss") - free.final("test_loss")
        text = (
            T(
                "The right vectors at the right tokens are worth {gain} nats; the same vectors at the wrong tokens",
                "Vector đúng ở đúng token đáng giá {gain} nats; cũng các vector ấy đặt sai token",
            )
            if gain > SAME
            else T(
                "At the wrong tokens the vectors do better by {gain} nats: in these runs the loan is no help.",
                "Đặt sai token, các vector lại cho kết quả tốt hơn {gain} nats: ở những lần chạy này, thứ đi mượn không giúp gì.",
            )
            if gain < -SAME
            else T(
                "Right and wrong tokens end only {gain} nats apart: in these runs the loan does not show.",
                "Đúng hay sai token chỉ cách nhau {gain} nats lúc cuối: ở những lần chạy này chưa thấy tác dụng của thứ đi mượn.",
            )
        ).format(gain=f"{abs(gain):.2f}" if abs(gain) >= 0.005 else number(abs(gain)))
        rest = T(" show it.", " cho thấy điều đó.") if gain > SAME else T("", "")
        if alike(shuffled, fresh):
            d = shuffled.final("test_loss") - fresh.final("test_loss")
            if gain <= SAME:  # a sentence of its own
                text = T(text.en + " The shuffled vectors", text.vi + " Bản xáo trộn")
            rest = (
                T(" are no better than noise ({d}).", " chẳng hơn gì nhiễu ({d}).")
                if abs(d) <= SAME
                else T(" differ from a random start by {d}.", " lệch so với khởi đầu ngẫu nhiên {d}.")
            ).format(d=signed(d))
        said.append(T(text.en + rest.en, text.vi + rest.vi))
    if alike(free, frozen) and not hopeless_all(free, frozen):
        said.append(freezing(frozen.final("test_loss") - free.final("test_loss"), view.config.keep, turned(free)))
    if yours:
        step, low = best_step(yours), yours.best("test_loss")
        if turned(yours) and by_heart(yours):
            said.append(
                T(
                    "Yours was best at step {step} ({low}); since then it learns by heart.",
                    "Của bạn tốt nhất ở bước {step} ({low}); từ đó nó học thuộc lòng.",
                ).format(step=step, low=number(low))
            )
    return said


def hopeless(tokens: int, uniform: float) -> T:
    """Where even the best of a comparison is worse than no model at all."""
    return T(
        "With {n} tokens all of them end worse than guessing every token equally ({uniform} nats): that is no comparison. Try "
        "a tenth of the learning rate.",
        "Với {n} token, tất cả đều kết thúc tệ hơn đoán đều mọi token ({uniform} nats): so sánh vô nghĩa. Hãy thử một phần mười "
        "tốc độ học.",
    ).format(n=f"{tokens:,}", uniform=number(uniform))


def freezing(gap: float, tokens: int, late: bool) -> T:
    """gap: test loss frozen minus trainable. late: the trainable one had been better before: it is not the text that helps."""
    facts = {"n": f"{tokens:,}", "gap": f"{abs(gap):.2f}"}
    if gap < -TIE:
        text = T("With {n} tokens freezing wins by {gap} nats.", "Với {n} token thì đóng băng thắng {gap} nats.")
    elif gap > TIE and late:
        text = T("With {n} tokens freezing loses by {gap} nats.", "Với {n} token thì đóng băng thua {gap} nats.")
    elif gap > TIE:
        text = T(
            "With {n} tokens freezing loses by {gap} nats: the text is enough to improve on the loan.",
            "Với {n} token thì đóng băng thua {gap} nats: văn bản đủ để làm tốt hơn thứ đi mượn.",
        )
    else:
        text = T(
            "With {n} tokens freezing makes no difference you can trust ({gap}).",
            "Với {n} token thì đóng băng hay không cũng không khác biệt đáng tin ({gap}).",
        )
    return text.format(**facts)


def readouts(view):
    result = view.main
    facts = result.facts
    if "start_std" not in facts:
        return []
    rows = [
        Readout(
            T("trainable parameters", "tham số huấn luyện được"),
            f"{facts['trainable']:,} / {facts['parameters']:,}",
            T(
                "Of your run at its start. GPT-2's size would be 38.6 of 77.2 million when frozen.",
                "Của lần chạy của bạn lúc đầu. Cỡ GPT-2 khi đóng băng là 38.6 trên 77.2 triệu.",
            ),
        ),
        Readout(
            T("std at the start", "std lúc đầu"),
            number(facts["start_std"]) + (f" ({number(facts['donor_std'])})" if facts["donor_std"] else ""),
            T("Of your embedding; in brackets the donor's.", "Của embedding của bạn; trong ngoặc là của mô hình cho."),
        ),
        Readout(
            T("tokens that occur", "token có xuất hiện"),
            f"{facts['kinds']:,} / {facts['vocabulary']:,}",
            T(
                "Different tokens in the training text. The rows of the others never get a gradient.",
                "Số token khác nhau trong văn bản huấn luyện. Hàng của các token còn lại không bao giờ nhận gradient.",
            ),
        ),
    ]
    if math.isfinite(sum(result.final(n) for n in ("test_loss", "same_loss"))) and result.step:
        rows.append(
            Readout(
                T("yours: test, best test, train", "của bạn: kiểm thử, tốt nhất, huấn luyện"),
                " · ".join(
                    number(v) for v in (result.final("test_loss"), result.best("test_loss"), result.final("same_loss"))
                ),
                T(
                    "Nats per token; the train loss is taken over all n training tokens.",
                    "Nats mỗi token; loss huấn luyện lấy trên toàn bộ n token huấn luyện.",
                ),
            )
        )
    return rows


# --- the crossover -----------------------------------------------------------------------------------------------


def crossover_verdict(view) -> list[T]:
    points = crossover_points(view)
    both = sorted(points["frozen"].keys() & points["free"].keys())
    if len(both) < len(AMOUNTS):
        return []
    small, large = both[0], both[-1]
    uniform = view.references.get("uniform", math.inf)
    said = [
        freezing(points["frozen"][n] - points["free"][n], n, turned(view.result(f"free {n}")))
        if min(points["frozen"][n], points["free"][n]) < uniform
        else hopeless(n, uniform)
        for n in (small, large)
    ]
    n = crossing(points, uniform)
    if math.isfinite(n):
        said.append(
            T("The lines cross at about {n} tokens.", "Hai đường cắt nhau ở khoảng {n} token.").format(n=about(n))
        )
    return said


def crossover_readouts(view):
    points = crossover_points(view)
    rows = []
    for n in sorted(points["frozen"].keys() & points["free"].keys()):
        gap = points["frozen"][n] - points["free"][n]
        rows.append(
            Readout(
                T(f"{n:,} tokens", f"{n:,} token"),
                signed(gap),
                T(
                    "Frozen minus trainable, nats per token. Below zero: freezing wins.",
                    "Đóng băng trừ huấn luyện tiếp, nats mỗi token. Dưới 0: đóng băng thắng.",
                ),
            )
        )
    return rows


# --- the dial, the donors, the memory ----------------------------------------------------------------------------


MORE = T(" Does more text change that?", " Thêm văn bản thì có khác không?")


def dial_verdict(view) -> list[T]:
    lost = [a for a in view.arms if ended(a) and a.result.diverged]
    if lost:
        return [
            T(
                "Diverged at r = {r}, step {step}: the learning rate is too high for that. Try a tenth of it.",
                "Phân kỳ ở r = {r}, bước {step}: tốc độ học quá cao. Hãy thử một phần mười.",
            ).format(r=ratio_name(lost[0].arm.config.ratio), step=lost[0].result.finished.step)
        ]
    runs = [a for a in view.arms if finished(a) and math.isfinite(score(a.result, view.values))]
    if len(runs) < len(RATIOS):
        return []
    at = {a.arm.config.ratio: score(a.result, {"score": "final"}) for a in runs}
    winner = min(at, key=at.get)
    uniform = runs[0].result.facts["references"]["uniform"]
    if at[winner] > uniform:
        return [hopeless(view.config.keep, uniform)]
    if max(at.values()) - at[winner] < TIE:
        return [
            T(
                "With {n} tokens r makes no difference you can trust: all five end at about {low} nats.",
                "Với {n} token, r không tạo khác biệt đáng tin: cả năm đều dừng ở khoảng {low} nats.",
            ).format(n=f"{view.config.keep:,}", low=number(at[winner]))
        ]
    said = [lowest(view.config, at, winner)]
    if equal := [ratio_name(r) for r in RATIOS if r != winner and at[r] - at[winner] < TIE]:
        said.append(
            T(
                "Within {tie} nats of it, no difference you can trust: r = {equal}.",
                "Cách nó dưới {tie} nats, chưa phải khác biệt đáng tin: r = {equal}.",
            ).format(tie=f"{TIE:g}", equal=", ".join(equal))
        )
    return said


def lowest(config, at: dict[float, float], winner: float) -> T:
    """at: the last test loss of each r."""
    facts = {"n": f"{config.keep:,}", "low": number(at[winner]), "r": ratio_name(winner)}
    if winner == 1.0:
        return T(
            "With {n} tokens the last test loss is lowest at r = 1 ({low} nats): {gain} below frozen.",
            "Với {n} token, loss kiểm thử cuối thấp nhất ở r = 1 ({low} nats): thấp hơn đóng băng {gain}.",
        ).format(**facts, gain=number(at[0.0] - at[1.0]))
    other = f"{at[1.0] - at[winner]:.2f}"
    if winner == 0.0:
        return T(
            "With {n} tokens the last test loss is lowest when frozen, r = 0 ({low} nats), {other} below r = 1.{more}",
            "Với {n} token, loss kiểm thử cuối thấp nhất khi đóng băng, r = 0 ({low} nats), thấp hơn r = 1 {other}.{more}",
        ).format(**facts, more=MORE if config.keep < MOST else "", other=other)
    return T(
        "With {n} tokens the last test loss is lowest at r = {r} ({low} nats): {gain} below frozen, {other} below r = 1.",
        "Với {n} token, loss kiểm thử cuối thấp nhất ở r = {r} ({low} nats): thấp hơn đóng băng {gain}, thấp hơn r = 1 {other}.",
    ).format(**facts, gain=f"{at[0.0] - at[winner]:.2f}", other=other)


def giver_verdict(view) -> list[T]:
    at = {a.arm.label: score(a.result, view.values) for a in view.arms if finished(a)}
    if len(at) < len(GIVERS) or not all(map(math.isfinite, at.values())):
        return []
    uniform = view.references.get("uniform", math.inf)
    if min(at.values()) > uniform:
        return [hopeless(view.config.keep, uniform)]
    gains = {label: at["none"] - value for label, value in at.items()}
    near = T(
        "A donor of the same kind of text is worth {house} nats, half shuffled {half}, all shuffled {all}. ",
        "Mô hình cho cùng loại văn bản đáng giá {house} nats, xáo một nửa {half}, xáo hết {all}. ",
    )
    if view.config.corpus != QUICK.corpus:  # docstrings are the same kind of text as the manual, and as no other
        near = T(
            "A donor that has read docstrings is worth {house} nats, half shuffled {half}, all shuffled {all}. ",
            "Mô hình cho đã đọc docstring đáng giá {house} nats, xáo một nửa {half}, xáo hết {all}. ",
        )
    far = T("English stories bring {en}, Vietnamese ones {vi}", "Truyện tiếng Anh đem lại {en}, truyện tiếng Việt {vi}")
    met = T(": a donor helps with the tokens it has met.", ": mô hình cho chỉ giúp được với token nó đã gặp.")
    if not gains["house"] > SAME > gains["all"]:
        met = T(".", ".")
    far = T(far.en + met.en, far.vi + met.vi)
    facts = {label.removeprefix("tales-"): signed(gain) for label, gain in gains.items()}
    return [T(near.en + far.en, near.vi + far.vi).format(**facts)]


def memory_verdict(view) -> list[T]:
    result = view.main
    if "alias_donor_change" not in result.metrics:
        return []
    n = view.config.updates
    zero = number(max(result.final(f"{way}_difference") for way in WAYS))
    if n == 0:
        return [
            T(
                "Nothing is trained yet, and the difference is {zero} in all four ways: it tells none of them from the others. Take one step.",
                "Chưa huấn luyện gì, và hiệu bằng {zero} ở cả bốn cách: nó không phân biệt được cách nào. Hãy bước một bước.",
            ).format(zero=zero)
        ]
    said = [
        T(
            "After copying, the difference is {zero} in all four ways, so it proves nothing. After {steps} of training the alias has changed the donor by {alias}; the copy left it alone.",
            "Chép xong, hiệu bằng {zero} ở cả bốn cách, nên chẳng chứng minh gì. Sau {steps} huấn luyện, bí danh (alias) đã làm mô hình cho đổi {alias}; bản chép thì không đụng tới nó.",
        ).format(
            zero=zero,
            steps=T("one step", "một bước") if n == 1 else T("{n} steps", "{n} bước").format(n=n),
            alias=number(result.final("alias_donor_change")),
        )
    ]
    if not result.final("late_held"):
        said.append(
            T(
                "The Parameter put in after the optimizer was built moved by {late}: the optimizer still holds the old one.",
                "Parameter thay vào sau khi đã tạo thuật toán tối ưu chỉ đổi {late}: thuật toán tối ưu vẫn giữ cái cũ.",
            ).format(late=number(result.final("late_model_change")))
        )
    return said


# --- predictions -------------------------------------------------------------------------------------------------


def shuffle_answer(view):
    shuffled, fresh = done(view, "shuffled"), done(view, "random")
    if not (view.done and alike(shuffled, fresh)):
        return None
    d = shuffled.final("test_loss") - fresh.final("test_loss")
    return "same" if abs(d) <= SAME else "worse" if d > 0 else "better"


def shuffle_why(view):
    """What was worth something is named only where the borrowed run shows that it was."""
    shuffled, fresh, free = done(view, "shuffled"), done(view, "random"), done(view, "free")
    text = T("{a} against {b} nats.", "{a} so với {b} nats.")
    if alike(shuffled, free) and shuffled.final("test_loss") - free.final("test_loss") > SAME:
        worth = T(
            " At their own tokens the same numbers end at {c}; what was worth something is which token has which neighbours.",
            " Ở đúng token của mình, vẫn những con số ấy dừng ở {c}; thứ có giá trị là token nào ở cạnh token nào.",
        ).format(c=number(free.final("test_loss")))
        text = T(text.en + worth.en, text.vi + worth.vi)
    return text.format(a=number(shuffled.final("test_loss")), b=number(fresh.final("test_loss")))


def crossover_answer(view):
    """None where the score is another than the question's, the last loss, or two ends are as near as two seeds."""
    points = crossover_points(view)
    ends = (AMOUNTS[0], AMOUNTS[-1])
    if not view.done or any(n not in points[kind] for n in ends for kind in ("frozen", "free")):
        return None
    if view.values.get("score", "final") != "final":
        return None
    if any(abs(points["frozen"][n] - points["free"][n]) <= TIE for n in ends):
        return None
    return "-".join("frozen" if points["frozen"][n] < points["free"][n] else "free" for n in ends)


def crossover_why(view):
    points = crossover_points(view)
    few, many = ((points["frozen"][n], points["free"][n]) for n in (AMOUNTS[0], AMOUNTS[-1]))
    heart = T(
        " Little text teaches the moved rows by heart; much text teaches them something.",
        " Ít văn bản thì các hàng được dời chỉ học thuộc; nhiều văn bản mới dạy chúng được điều gì đó.",
    )
    return T(
        "Few tokens: frozen {a}, trainable {b}. Many: {c} and {d}.{heart}",
        "Ít token: đóng băng {a}, huấn luyện {b}. Nhiều token: {c} và {d}.{heart}",
    ).format(
        heart=heart if crossover_answer(view) == "frozen-free" else T("", ""),
        a=number(few[0]),
        b=number(few[1]),
        c=number(many[0]),
        d=number(many[1]),
    )


def alias_answer(view):
    result = view.main
    if "alias_donor_change" not in result.metrics or view.config.updates == 0:
        return None  # nothing is trained
    return "donor" if result.final("alias_donor_change") > 0 else "same"


def alias_why(view):
    return T(
        "The donor changed by {n}. Both names point to one piece of memory: training one edits the other.",
        "Mô hình cho đã đổi {n}. Hai tên chỉ cùng một vùng nhớ: huấn luyện cái này là sửa cái kia.",
    ).format(n=number(view.main.final("alias_donor_change")))


SHUFFLE = Prediction(
    "shuffle",
    T(
        "Give every token another token's borrowed vector. Test loss at the end, compared with a random start?",
        "Đưa cho mỗi token vector mượn của một token khác. Loss kiểm thử lúc cuối, so với khởi đầu ngẫu nhiên?",
    ),
    shuffle_answer,
    shuffle_why,
    (
        ("better", T("better by > 0.1", "tốt hơn > 0.1")),
        ("same", T("the same", "như nhau")),
        ("worse", T("worse by > 0.1", "tệ hơn > 0.1")),
    ),
)
CROSSOVER = Prediction(
    "crossover",
    T(
        "Borrowed embedding, frozen or trainable: which ends with the lower test loss on 2,000 new tokens, and which on 50,000?",
        "Embedding đi mượn, đóng băng hay huấn luyện tiếp: loại nào dừng ở loss kiểm thử thấp hơn với 2,000 token mới, và với 50,000?",
    ),
    crossover_answer,
    crossover_why,
    (
        ("frozen-frozen", T("frozen, both times", "đóng băng, cả hai")),
        ("frozen-free", T("frozen, then trainable", "đóng băng, rồi huấn luyện")),
        ("free-frozen", T("trainable, then frozen", "huấn luyện, rồi đóng băng")),
        ("free-free", T("trainable, both times", "huấn luyện, cả hai")),
    ),
)
ALIAS = Prediction(
    "alias",
    T(
        "You copy with `w.data = src.data`, check that the difference is 0, and train one step. The donor?",
        "Bạn chép bằng `w.data = src.data`, kiểm tra hiệu bằng 0, rồi huấn luyện một bước. Mô hình cho thì sao?",
    ),
    alias_answer,
    alias_why,
    (("same", T("stays as it was", "vẫn nguyên")), ("donor", T("has changed too", "cũng đổi theo"))),
    given_by="picture",
)
