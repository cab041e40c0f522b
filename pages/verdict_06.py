"""Lesson 6 in words: what a split says, and how the learner's predictions are decided."""

import math

from app import sentences
from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import number, percent
from pages.figures_06 import CLEAR, best, ended, running, stopped

TURNED = 0.05  # nats above its best: memorising (five seeds of the quick run: 0.08 to 0.11)
CLOSE = 0.5  # nats between test and train that still count as close (the random split: 0.1)
LEAKS = 0.05  # share of the test predictions known from training that makes a test worthless
LEARNED = 0.3  # nats below a uniform guess: from there on a run has learned something
NOISY = 0.1  # standard error, nats, above which a test says little
EARLY = 50  # steps before which nothing is judged
EQUAL = 0.01  # nats between test and train at the same weights that are neither below nor above
NEW = 0.05  # share of the test's pairs never met in training from which it does hold something new


def by_label(view, label):
    """The finished Result of that arm, None before its end."""
    a = next((a for a in view.arms if a.arm.label == label), None)
    return a.result if a and ended(a) and a.result.metrics.get("test_loss") else None


# --- the main playground -----------------------------------------------------------------------------------------


def verdict(view) -> list[T]:
    said = []
    for a in view.arms:
        if ended(a) and a.result.metrics.get("test_loss"):
            said += judge(view, a)
    return said + illusion(view)


def judge(view, a) -> list[T]:
    """Sentences about one finished run, the first rule that fits."""
    result = a.result
    test, train, error = result.final("test_loss"), result.final("same_loss"), result.final("test_se")
    step, low = best(result)
    f = {"name": a.arm.name, "test": number(test), "train": number(train), "step": step, "last": result.step}
    uniform = result.facts["references"]["uniform"]
    f |= {"uniform": number(uniform)}
    f |= {"leak": percent(result.facts["leaked"]), "rose": number(test - low), "low": number(low)}
    f |= {"fell": number(result.at("same_loss", step) - train), "error": number(2 * error)}
    new = 1 - result.facts["known_pairs"]
    f |= {"new": percent(new)}
    if fallen := sentences.diverged(a.arm.name, result):
        return fallen
    if result.step < EARLY:
        return [
            T(
                "{name}: {test} nats at step {measured}. Too early to judge.",
                "{name}: {test} nats ở bước {measured}. Còn quá sớm để kết luận.",
            ).format(**f, measured=max(result.metrics["test_loss"]))
        ]
    fell = result.at("same_loss", step) - train
    if min(test, train) > uniform - LEARNED:
        text = (
            T(
                "{name}: test {test}, train {train}, a guess {uniform}: it has learned next to nothing. Take a larger learning rate or more steps.",
                "{name}: kiểm thử {test}, huấn luyện {train}, đoán đều {uniform}: nó gần như chưa học được gì. Hãy tăng tốc độ học hoặc thêm bước.",
            )
            if test < uniform + LEARNED
            else T(
                "{name}: test {test}, train {train}, both worse than a guess ({uniform}): the learning rate is too high. Try a tenth of it.",
                "{name}: kiểm thử {test}, huấn luyện {train}, đều tệ hơn đoán đều ({uniform}): tốc độ học quá cao. Hãy thử một phần mười.",
            )
        )
    elif result.facts["leaked"] > LEAKS and test - train > CLOSE:
        text = T(
            "{name}: test {test}, train {train}. It is no honest test: {leak} of its predictions were trained.",
            "{name}: kiểm thử {test}, huấn luyện {train}. Phép thử không trung thực: {leak} dự đoán của nó đã được huấn luyện.",
        )
    elif result.facts["leaked"] > LEAKS:
        text = T(
            "{name}: test {test}, close to train {train}. It means nothing: {leak} of its predictions were trained.",
            "{name}: kiểm thử {test}, sát huấn luyện {train}. Chẳng nói lên gì: {leak} dự đoán của nó đã được huấn luyện.",
        )
    elif test > result.facts["references"]["uniform"]:
        text = T(
            "{name}: test {test} nats, worse than guessing every token equally. What it learned by heart misleads it here.",
            "{name}: kiểm thử {test} nats, tệ hơn đoán đều mọi token. Những gì học thuộc đang dẫn nó lạc lối.",
        )
    elif test - low >= TURNED and step < result.step and fell < 0:
        text = T(
            "{name}: best at step {step} ({low}); since then the loss has risen on the test ({test}) and on its own text ({train}). The learning rate throws it back; try a tenth of it.",
            "{name}: tốt nhất ở bước {step} ({low}); từ đó loss tăng cả ở kiểm thử ({test}) lẫn trên văn bản của nó ({train}). Tốc độ học hất nó ngược lại; hãy thử một phần mười.",
        )
    elif test - low >= TURNED and step < result.step:
        text = T(
            "{name}: memorising since step {step}. From there train fell by {fell} and test rose by {rose}. The best model is the one of step {step} ({low}).",
            "{name}: học thuộc từ bước {step}. Từ đó loss huấn luyện giảm {fell} còn kiểm thử tăng {rose}. Mô hình tốt nhất là ở bước {step} ({low}).",
        )
    elif test < train - 2 * error:
        text = T(
            "{name}: test {test} below train {train}, though nothing leaks. Both are measured with dropout off, so its test part is the easier text.",
            "{name}: kiểm thử {test} thấp hơn huấn luyện {train} dù không rò rỉ. Cả hai đều đo khi tắt dropout, vậy phần kiểm thử là văn bản dễ hơn.",
        )
    elif (
        test - train < 0.1 and new > NEW
    ):  # too little learned, or held back by weight decay: the chart does not say which
        text = T(
            "{name}: test {test}, train {train}. An honest test, and no gap yet: {new} of its pairs never occurred in training, but so far the model has learned nothing by heart either.",
            "{name}: kiểm thử {test}, huấn luyện {train}. Phép thử trung thực, chưa có chênh lệch: {new} số cặp của nó chưa từng có khi huấn luyện, nhưng đến giờ mô hình cũng chưa học thuộc gì.",
        )
    elif test - train < 0.1:
        text = T(
            "{name}: test {test}, train {train}. An honest test, and no gap: this text holds nothing that its training part had not shown.",
            "{name}: kiểm thử {test}, huấn luyện {train}. Phép thử trung thực mà không chênh lệch: văn bản này không còn gì mà phần huấn luyện chưa cho thấy.",
        )
    elif step >= 0.6 * result.step and test - low <= CLEAR:  # above it the chart rings the best step
        text = T(
            "{name}: test {test}, train {train}. The gap is honest and the test has not turned up yet: its best is still near the end (step {step}).",
            "{name}: kiểm thử {test}, huấn luyện {train}. Khoảng chênh là thật và loss kiểm thử chưa quay lên: mức tốt nhất vẫn gần cuối (bước {step}).",
        )
    else:
        text = T(
            "{name}: test {test}, train {train}. The gap is honest. Since step {step} ({low}) the test loss has hardly changed.",
            "{name}: kiểm thử {test}, huấn luyện {train}. Khoảng chênh là thật. Từ bước {step} ({low}) loss kiểm thử hầu như không đổi.",
        )
    said = [text.format(**f)]
    if error > NOISY:
        said.append(
            T(
                "Its test loss is known to ± {error} only: differences below {error} nats are inside the noise.",
                "Loss kiểm thử của nó chỉ chính xác đến ± {error}: chênh lệch dưới {error} nats nằm trong nhiễu.",
            ).format(**f)
        )
    if result.facts["leaked"] <= LEAKS and result.facts["paragraphs"] > 0.02:
        said.append(
            T(
                "{share} of its test text are passages of 20 tokens that stand word for word in the training text: near-duplicates leak too.",
                "{share} văn bản kiểm thử là những đoạn 20 token có nguyên văn trong văn bản huấn luyện: gần trùng lặp cũng rò rỉ.",
            ).format(share=percent(result.facts["paragraphs"]))
        )
    stop = stopped(result, int(view.values.get("patience", 0)))
    if stop:
        said.append(
            T(
                "Early stopping ends it at step {at} and keeps step {kept}.",
                "Dừng sớm kết thúc ở bước {at} và giữ lại bước {kept}.",
            ).format(at=stop[0], kept=stop[1])
        )
    return said


def illusion(view) -> list[T]:
    """What the leak hides: honest minus leaked test loss, once both are there."""
    gap = difference(view)
    if gap is None or gap < 0.1:
        return []
    return [
        T(
            "Same model, same training: {gap} nats of the random split's success are an illusion.",
            "Cùng mô hình, cùng huấn luyện: {gap} nats trong thành công của cách chia ngẫu nhiên là ảo.",
        ).format(gap=number(gap))
    ]


def difference(view):
    """Honest minus leaked test loss; None where nothing leaks, nothing was learned, one of the two was trained longer,
    or both were stopped too early to be judged."""
    honest, leaked = by_label(view, "contiguous"), by_label(view, "random")
    if honest is None or leaked is None or honest.step != leaked.step or honest.step < EARLY:
        return None
    if honest.diverged or leaked.diverged:
        return None
    if leaked.final("test_loss") > leaked.facts["references"]["uniform"] - LEARNED:
        return None
    gap = honest.final("test_loss") - leaked.final("test_loss")
    return gap if math.isfinite(gap) and leaked.facts["leaked"] > LEAKS else None


def readouts(view) -> list[Readout]:
    rows = []
    for a in view.arms[:2]:
        facts = a.result.facts
        if "leaked" not in facts:
            continue
        rows.append(
            Readout(
                T("leaked: {name}", "rò rỉ: {name}").format(name=a.arm.name),
                percent(facts["leaked"]),
                T(
                    "Share of the {n} test windows' predictions that a training window makes too.",
                    "Tỉ lệ dự đoán của {n} cửa sổ kiểm thử mà một cửa sổ huấn luyện cũng dự đoán.",
                ).format(n=f"{facts['test_windows']:,}"),
            )
        )
    main, facts = view.main, view.main.facts
    if "leaked" not in facts or not main.metrics.get("test_loss"):
        return rows
    test, train, error = (main.final(n) for n in ("test_loss", "same_loss", "test_se"))
    step, _ = best(main)
    if math.isfinite(test + train + error):
        rows.append(
            Readout(
                T("gap, test minus train", "chênh lệch, kiểm thử trừ huấn luyện"),
                same("{gap} nats").format(gap=number(test - train)),
                T(
                    "Of the first split, both at the same weights. Error of the test loss: ± {error}.",
                    "Của cách chia đầu tiên, cùng trọng số. Sai số của loss kiểm thử: ± {error}.",
                ).format(error=number(2 * error)),
            )
        )
    rows += [
        Readout(
            T("best step", "bước tốt nhất"),
            T("{step} of {last}", "{step} trên {last}").format(step=step, last=main.step),
            T("Where the test loss was lowest so far.", "Nơi loss kiểm thử thấp nhất từ đầu đến giờ."),
        ),
        Readout(
            T("windows: train, test", "cửa sổ: huấn luyện, kiểm thử"),
            f"{facts['train_windows']:,}, {facts['test_windows']:,}",
            T(
                "One epoch is {n}; {told} of the test passages of 8 tokens stand somewhere in the training text.",
                "Một lượt duyệt là {n}; {told} đoạn kiểm thử 8 token có ở đâu đó trong văn bản huấn luyện.",
            ).format(
                n=T("one step", "một bước")
                if facts["epoch_steps"] == 1
                else T("{n} steps", "{n} bước").format(n=facts["epoch_steps"]),
                told=percent(facts["passages"]),
            ),
        ),
    ]
    if math.isfinite(main.final("pairs")):
        rows.append(
            Readout(
                T("it writes: known pairs, copied text", "nó viết: cặp đã gặp, chép nguyên văn"),
                f"{percent(main.final('pairs'))}, {percent(main.final('copied'))}",
                T(
                    "Of what it writes: neighbouring tokens that stand in the training text, and runs of 8 tokens. A model of one token memorises pairs; it cannot recite.",
                    "Trong những gì nó viết: cặp token liền nhau có trong văn bản huấn luyện, và dãy 8 token. Mô hình một token thuộc các cặp; nó không đọc thuộc lòng được.",
                ),
            )
        )
    return rows


# --- its predictions ---------------------------------------------------------------------------------------------


def leak_answer(view):
    """None where the windows are others than the question's: 8 tokens, one every 2."""
    facts = view.result("random").facts
    if "leaked" not in facts or (view.config.context, view.config.stride) != (8, 2):
        return None
    return min((("tenth", 0.1), ("half", 0.5), ("all", 0.99)), key=lambda o: abs(o[1] - facts["leaked"]))[0]


def leak_why(view):
    facts = view.result("random").facts
    return T(
        "{leak}. Every token lies in T/stride windows, and it is enough that one of them went to training. The law says {law}.",
        "{leak}. Mỗi token nằm trong T/stride cửa sổ, chỉ cần một cửa sổ vào huấn luyện là đủ. Công thức cho {law}.",
    ).format(leak=percent(facts.get("leaked", math.nan)), law=percent(facts.get("expected", math.nan)))


def honest_answer(view):
    gap = difference(view)
    return None if gap is None else "same" if gap < 0.1 else "little" if gap < 1 else "much"


def honest_why(view):
    honest, leaked = by_label(view, "contiguous"), by_label(view, "random")
    new = T(
        " {new} of the pairs at the end never occurred before, and each costs {cost} nats.",
        " {new} số cặp ở cuối sách chưa từng xuất hiện, mỗi cặp tốn {cost} nats.",
    )
    if not math.isfinite(honest.final("test_unseen")):
        new = T("", "")
    text = T("{a} at the end of the book, {b} on random windows.", "{a} ở cuối sách, {b} trên cửa sổ ngẫu nhiên.")
    return T(text.en + new.en, text.vi + new.vi).format(
        a=number(honest.final("test_loss")),
        b=number(leaked.final("test_loss")),
        new=percent(1 - honest.facts["known_pairs"]),
        cost=number(honest.final("test_unseen")),
    )


def first_answer(view):
    """None before step 100, where that is no longer the first epoch, and where the two are equal."""
    result = view.result("random")
    test, train = result.at("test_loss", 100), result.at("same_loss", 100)
    if result.step < 100 or result.facts["epoch_steps"] < 100 or not abs(test - train) > EQUAL:
        return None
    return "below" if test < train else "above"


def first_why(view):
    result = view.result("random")
    text = T(
        "Step 100: test {test}, train at the same weights {train}, train as a running mean {mean}.",
        "Bước 100: kiểm thử {test}, huấn luyện cùng trọng số {train}, huấn luyện theo trung bình chạy {mean}.",
    )
    worse = T(
        " The mean still remembers the worse model of earlier steps.",
        " Trung bình ấy còn nhớ mô hình kém hơn của các bước trước.",
    )
    if not running(result).get(100, math.nan) > result.at("same_loss", 100):
        worse = T("", "")
    return T(text.en + worse.en, text.vi + worse.vi).format(
        test=number(result.at("test_loss", 100)),
        train=number(result.at("same_loss", 100)),
        mean=number(running(result).get(100, math.nan)),
    )


PREDICTIONS = (
    Prediction(
        "leak",
        T(
            "Windows of 8 tokens start every 2 tokens; a random part of them is the test set. What share of the test predictions is also a training target?",
            "Cửa sổ 8 token, cứ 2 token lại bắt đầu một cửa sổ; rút ngẫu nhiên một phần làm tập kiểm thử. Bao nhiêu dự đoán kiểm thử cũng là đích huấn luyện?",
        ),
        leak_answer,
        leak_why,
        (("tenth", same("10 %")), ("half", same("50 %")), ("all", same("99 %"))),
    ),
    Prediction(
        "honest",
        T(
            "Cut off the end of the book instead. After the same training, its test loss is:",
            "Thay vào đó, cắt phần cuối cuốn sách ra. Sau cùng một quá trình huấn luyện, loss kiểm thử của nó:",
        ),
        honest_answer,
        honest_why,
        (
            ("same", T("about the same", "gần như nhau")),
            ("little", T("up to 1 nat higher", "cao hơn, chưa tới 1 nat")),
            ("much", T("over 1 nat higher", "cao hơn trên 1 nat")),
        ),
    ),
    Prediction(
        "first",
        T(
            "In the first epoch the course sees test below train. Measure both with the same weights: test is then",
            "Ở lượt duyệt đầu, khóa học thấy kiểm thử thấp hơn huấn luyện. Đo cả hai với cùng trọng số: loss kiểm thử khi đó",
        ),
        first_answer,
        first_why,
        (
            ("below", T("still below train", "vẫn thấp hơn huấn luyện")),
            ("above", T("above train", "cao hơn huấn luyện")),
        ),
    ),
)
