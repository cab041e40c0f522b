"""What lesson 8 says about its runs: verdicts, readouts, and the answers to its predictions, from rules on the numbers."""

import math

from app import sentences
from app.i18n import T
from app.lesson import Prediction, Readout
from app.theme import number, percent
from pages.claims_08 import at_seconds

HEART = 0.1  # nats that the training loss lies below the test loss where a run learns by heart
RISEN = 0.03  # nats by which a test loss has gone up again
STDS = (0.02, 0.1, 0.2, 0.4, 0.7, 1.0)


# --- rules on the numbers ----------------------------------------------------------------------------------------


def arm_names(view):
    return {a.arm.label: a.arm.name for a in view.arms}


def line(result, name):
    value = result.facts.get("references", {}).get(name)
    return math.nan if value is None else value  # an older log has null for what was infinite


def crossing(result, name):
    """The first evaluated step with a test loss below that line, None where there is none."""
    value = line(result, name)
    return next((s for s, v in result.metrics.get("test_loss", {}).items() if v < value), None)


def slope(result):
    """Change of the test loss over the last 100 steps, nats; nan for shorter runs."""
    last = max(result.metrics.get("test_loss", {0: 0}))
    return result.final("test_loss") - result.at("test_loss", last - 100) if last >= 200 else math.nan


def verdict(view):
    said = []
    for place, a in enumerate(view.arms):
        result = a.result
        if result.diverged:
            said += sentences.diverged(a.arm.name, result)
        elif a.status.state in ("done", "stopped") or result.finished:
            said += judge(a.arm, result)[: None if place == 0 else 1]  # the details of the main arm only
    if len(view.arms) == 2 and view.done:
        said += [gap(view)]
    return [s for s in said if s]


def judge(arm, result):
    """Sentences about one finished run."""
    test, table, unigram = result.final("test_loss"), line(result, "bigram_table"), line(result, "unigram_table")
    if math.isnan(test) or math.isnan(table):
        return []
    facts = {
        "name": arm.name,
        "test": number(test),
        "table": number(table),
        "unigram": number(unigram),
        "away": number(abs(test - table)),
    }
    oracle = line(result, "oracle")
    if test > line(result, "uniform"):
        text = T(
            "{name}: {test} nats, worse than guessing every token equally.",
            "{name}: {test} nats, tệ hơn đoán đều mọi token.",
        )
    elif test > unigram:
        text = T(
            "{name}: {test} nats. It has not even learned how often each token occurs ({unigram}).",
            "{name}: {test} nats. Ngay cả tần suất từng token ({unigram}) nó cũng chưa học được.",
        )
    elif test > table:
        text = T(
            "{name}: {test} nats. Better than token frequencies, but {away} nats behind a table of word pairs counted in a tenth of a second.",
            "{name}: {test} nats. Hơn tần suất token, nhưng còn kém bảng cặp từ đếm trong một phần mười giây {away} nats.",
        )
    else:
        facts["step"] = crossing(result, "bigram_table")
        text = T(
            "{name}: {test} nats. It passed the table of word pairs ({table}) by step {step}: from there on it uses more than one token of context.",
            "{name}: {test} nats. Đến bước {step} nó đã vượt bảng cặp từ ({table}): từ đó nó dùng nhiều hơn một token ngữ cảnh.",
        )
    said = [text.format(**facts)]
    if not math.isnan(oracle) and test < table:
        facts |= {"regret": number(test - oracle), "best": number(oracle), "context": arm.config.context}
        said.append(
            T(
                "{regret} nats above the best that is possible on these windows of {context} tokens ({best}).",
                "Còn cao hơn {regret} nats so với mức tốt nhất có thể trên các cửa sổ {context} token này ({best}).",
            ).format(**facts)
            if test - oracle > 0.05
            else T("Within {regret} nats of perfect.", "Chỉ cách hoàn hảo {regret} nats.").format(**facts)
        )
    falling = slope(result)
    if falling < -0.05:
        said.append(
            T(
                "Still falling, {by} nats in the last 100 steps: not converged.",
                "Vẫn đang giảm, {by} nats trong 100 bước cuối: chưa hội tụ.",
            ).format(by=number(-falling))
        )
    elif falling > RISEN:
        said.append(
            T("The test loss is rising: it learns by heart.", "Loss kiểm thử đang tăng: nó học thuộc lòng.")
            if result.lately("train_loss") < test - HEART
            else T(
                "The test loss is rising, and the training loss is no lower: the steps are too long. Try a tenth of the learning rate.",
                "Loss kiểm thử đang tăng mà loss huấn luyện cũng chẳng thấp hơn: bước đi quá dài. Hãy thử một phần mười tốc độ học.",
            )
        )
    return said


def lowest(result):
    """The lowest test loss it had, nats."""
    return min(result.metrics.get("test_loss", {}).values(), default=math.nan)


def thrown(result):
    """Whether its test loss ends above the lowest it had, though it has learned nothing by heart: its steps are too long."""
    test = result.final("test_loss")
    return test - lowest(result) > RISEN and result.lately("train_loss") >= test - HEART


def gap(view):
    """The two starts compared. Left to the scheme, the course's comes with divided logits and GPT-2's without."""
    better, worse = sorted(view.arms, key=lambda a: a.result.final("test_loss"))
    by = worse.result.final("test_loss") - better.result.final("test_loss")
    if any(a.result.diverged for a in view.arms) or not math.isfinite(by):
        return None
    facts = {"name": better.arm.name, "by": number(by)}
    lost = next((a for a in view.arms if thrown(a.result)), None)
    if lost is not None:
        return T(
            "Same architecture, same batches: {name} ends {by} nats lower. But the steps are too long to compare two starts: "
            "with them {lost} had come down to {low} nats and has gone up again.",
            "Cùng kiến trúc, cùng các lô: {name} kết thúc thấp hơn bên kia {by} nats. Nhưng bước đi quá dài nên chưa so được hai điểm xuất "
            "phát: {lost} từng xuống {low} nats rồi lại tăng.",
        ).format(**facts, lost=lost.arm.name, low=number(lowest(lost.result)))
    text = (
        T(
            "Same architecture, same batches: {name} ends {by} nats lower. The starts differ in the initial weights, and in the "
            "logits, which the course divides by √d and GPT-2 does not.",
            "Cùng kiến trúc, cùng các lô: {name} kết thúc thấp hơn bên kia {by} nats. Hai điểm xuất phát khác nhau ở trọng số ban đầu, và ở "
            "logits, thứ mà khóa học chia cho √d còn GPT-2 thì không.",
        )
        if view.config.divide_logits == "scheme"
        else T(
            "Same architecture, same batches: {name} ends {by} nats lower, through the initial weights alone.",
            "Cùng kiến trúc, cùng các lô: {name} kết thúc thấp hơn bên kia {by} nats, chỉ nhờ trọng số ban đầu.",
        )
    )
    return text.format(**facts)


def echo_verdict(view):
    large, small = (view.result(f"{std:g}") for std in (STDS[-1], STDS[0]))
    if not large.metrics.get("p_repeat") or not small.metrics.get("p_repeat"):
        return []
    first = {"large": number(large.at("p_repeat", 0)), "small": number(small.at("p_repeat", 0))}
    if view.config.tying == "untied":
        return [
            T(
                "Untrained it repeats its input with probability {large}, with std 0.02 {small}; any token has 1/V = {chance}. An output "
                "matrix of its own knows nothing of the input's: the echo came from the sharing.",
                "Chưa huấn luyện, nó lặp lại đầu vào với xác suất {large}, với độ lệch chuẩn 0.02 là {small}; token nào cũng có 1/V = {chance}. Ma "
                "trận đầu ra riêng không biết gì về ma trận đầu vào: tiếng vọng là do dùng chung.",
            ).format(**first, chance=number(math.exp(-line(large, "uniform"))))
        ]
    return [
        T(
            "Untrained with std 1 it repeats its input with probability {large}; with 0.02 only {small}. Nobody taught it to stutter: "
            "its output matrix is its input matrix, and a long vector resembles itself most.",
            "Chưa huấn luyện, với độ lệch chuẩn 1 nó lặp lại đầu vào với xác suất {large}; với 0.02 chỉ {small}. Không ai dạy nó nói lắp: "
            "ma trận đầu ra chính là ma trận đầu vào, và một vector dài thì giống chính nó nhất.",
        ).format(**first)
    ]


def race_verdict(view):
    if not view.done:
        return []
    clock = min(max(a.result.seconds.values(), default=0) for a in view.arms)
    scores = {a.arm.label: at_seconds(a.result, clock) for a in view.arms}
    best = min((label for label in scores if not math.isnan(scores[label])), key=scores.get, default=None)
    if best is None:
        return []
    table = line(view.main, "bigram_table")
    return [
        T(
            "After {clock} s each, {name} leads with {test} nats; the counted table stands at {table} after a tenth of a second.",
            "Sau {clock} giây mỗi bên, {name} dẫn đầu với {test} nats; bảng đếm thì đứng ở {table} sau một phần mười giây.",
        ).format(clock=f"{clock:.1f}", name=arm_names(view)[best], test=number(scores[best]), table=number(table))
    ]


def coverage_verdict(view):
    result = view.result("main")
    if math.isnan(result.final("unseen")):
        return []
    passes = result.final("passes")
    text = (
        T(
            "After {steps} batches {unseen} of the tokens were never shown, though the text has been read {passes} times over. "
            "The first token of the text is ever shown with a chance of {first}.",
            "Sau {steps} lô, {unseen} số token chưa từng xuất hiện, dù cả văn bản đã được đọc {passes} lần. "
            "Token đầu tiên của văn bản có {first} cơ hội được thấy.",
        )
        if passes > 1
        else T(
            "After {steps} batches as many tokens were drawn as {share} of the text has; {unseen} of the text was never shown. "
            "The first token is ever shown with a chance of {first}.",
            "Sau {steps} lô, số token đã rút bằng {share} độ dài văn bản; {unseen} văn bản chưa từng xuất hiện. "
            "Token đầu tiên có {first} cơ hội được thấy.",
        )
    )
    return [
        text.format(
            steps=result.step,
            unseen=percent(result.final("unseen")),
            passes=number(passes),
            share=percent(passes),
            first=percent(result.final("first")),
        )
    ]


def tying_verdict(view):
    result = view.result("main")
    if "course_moved" not in result.metrics:
        return []
    course, same = result.final("course_decay"), result.final("same_decay")
    digits = next((d for d in (4, 6, 8) if round(course, d) != round(same, d)), None)  # as many as show the difference
    said = T(
        "nn.Parameter(wte.weight) is one matrix only until the model moves: then there are {n}. Before that the optimizer updates the "
        "shared memory twice a step",
        "nn.Parameter(wte.weight) chỉ là một ma trận cho đến khi mô hình chuyển chỗ: sau đó có {n}. Trước đó thuật toán tối ưu cập nhật "
        "vùng nhớ chung hai lần mỗi bước",
    ).format(n=int(result.final("course_moved")))
    if digits is None:
        decay = T(
            ", but learning rate × weight decay is so small here that nothing of it shows.",
            ", nhưng ở đây tốc độ học × suy giảm trọng số nhỏ đến mức không thấy được gì.",
        )
    else:
        decay = T(
            ": weight decay leaves {course} instead of {same}.", ": suy giảm trọng số để lại {course} thay vì {same}."
        ).format(course=f"{course:.{digits}f}", same=f"{same:.{digits}f}")
    return [T(said.en + decay.en, said.vi + decay.vi)]


# --- predictions -------------------------------------------------------------------------------------------------


def table_answer(view):
    if not view.done:
        return None
    best = min(a.result.final("test_loss") for a in view.arms)
    return None if math.isnan(best) else "model" if best < line(view.main, "bigram_table") else "table"


def table_why(view):
    result = view.arms[-1].result
    facts = {"table": number(line(result, "bigram_table")), "test": number(result.final("test_loss"))}
    if table_answer(view) == "model":
        return T(
            "{test} against the table's {table}. Tales has few words and firm rules, so attention pays within a few hundred batches. "
            "Now switch the text to Python's manual and ask again.",
            "{test} so với {table} của bảng. Tales ít từ và quy luật chặt nên attention có lãi chỉ sau vài trăm lô. "
            "Giờ hãy đổi văn bản sang sách hướng dẫn Python rồi hỏi lại.",
        ).format(**facts)
    return T(
        "{test} against the table's {table}: on real prose 500 batches are not enough to catch up with counting.",
        "{test} so với {table} của bảng: trên văn thật, 500 lô chưa đủ để đuổi kịp phép đếm.",
    ).format(**facts)


def init_answer(view):
    if len(view.arms) < 2:
        return None
    a, b = (x.result.metrics.get("test_loss", {}).get(100, math.nan) for x in view.arms)
    return None if math.isnan(a - b) else "small" if abs(a - b) < 0.2 else "large" if abs(a - b) > 0.6 else "middle"


def init_why(view):
    a, b = (x.result.at("test_loss", 100) for x in view.arms)
    return T(
        "{a} with the course's, {b} with GPT-2's. Large tied embeddings must first unlearn to repeat their input.",
        "{a} với khởi tạo của khóa học, {b} với khởi tạo của GPT-2. Embedding lớn dùng chung trước hết phải quên việc lặp lại đầu vào.",
    ).format(a=number(a), b=number(b))


def echo_answer(view):
    p = view.result(f"{STDS[-1]:g}").metrics.get("p_repeat", {}).get(0)
    return None if p is None else "repeat" if p > 0.5 else "random"


def echo_why(view):
    return T(
        "It repeats its input with probability {p}. The stream still points along the token's own embedding, and the head is that same "
        "matrix: the own logit is about 0.7·d, every other one has spread √d.",
        "Nó lặp lại đầu vào với xác suất {p}. Dòng residual vẫn hướng theo embedding của chính token, mà tầng ra lại là chính ma trận "
        "đó: logit của nó khoảng 0.7·d, còn các logit khác chỉ dao động cỡ √d.",
    ).format(p=number(view.result(f"{STDS[-1]:g}").at("p_repeat", 0)))


PREDICTIONS = (
    Prediction(
        "table",
        T(
            "Count word pairs in the training text: a tenth of a second, no gradients. Or train the transformer for 500 batches. Lower test loss?",
            "Đếm các cặp từ trong văn bản huấn luyện: một phần mười giây, không gradient. Hay huấn luyện transformer 500 lô. Loss kiểm thử nào thấp hơn?",
        ),
        table_answer,
        table_why,
        (("table", T("the counted table", "bảng đếm")), ("model", T("the transformer", "transformer"))),
    ),
    Prediction(
        "init",
        T(
            "Two runs differ only in their start: the course's initialisation, or GPT-2's. After 100 batches, how far apart are their test losses?",
            "Hai lần chạy chỉ khác điểm xuất phát: khởi tạo của khóa học hay của GPT-2. Sau 100 lô, loss kiểm thử cách nhau bao nhiêu?",
        ),
        init_answer,
        init_why,
        (
            ("small", T("less than 0.2 nats", "dưới 0.2 nats")),
            ("middle", T("0.2 to 0.6 nats", "0.2 đến 0.6 nats")),
            ("large", T("more than 0.6 nats", "trên 0.6 nats")),
        ),
    ),
)
ECHO_PREDICTION = Prediction(
    "echo",
    T(
        "Model 5 before any training, N(0, 1) embeddings used for input and output, logits not divided: what will it write?",
        "Mô hình 5 chưa huấn luyện, embedding N(0, 1) dùng chung cho vào và ra, logits không chia: nó sẽ viết gì?",
    ),
    echo_answer,
    echo_why,
    (
        ("random", T("random tokens", "token ngẫu nhiên")),
        ("repeat", T("one token, again and again", "một token lặp đi lặp lại")),
        ("prompt", T("the prompt, copied", "chép lại câu mồi")),
    ),
    given_by="picture",
)


def readouts(view):
    rows = []
    for a in view.arms:
        result, name = a.result, a.arm.name
        facts = result.facts
        if "parameters" not in facts:
            continue
        if a is view.arms[0]:
            both = facts["parameters"] == facts["counted"]
            rows.append(
                Readout(
                    T("parameters", "tham số"),
                    f"{facts['parameters']:,}" if both else f"{facts['parameters']:,} / {facts['counted']:,}",
                    T(
                        "Numbers in memory; where tying makes two names for one matrix, what an optimizer would count stands second.",
                        "Số con số trong bộ nhớ; nếu dùng chung trọng số tạo hai tên cho một ma trận, số thứ hai là số thuật toán tối ưu đếm.",
                    ),
                )
            )
        start = result.metrics.get("test_loss", {}).get(0)
        if start is not None:
            rows.append(
                Readout(
                    T("first loss, {name}", "loss đầu tiên, {name}").format(name=name),
                    T("{loss}, predicted {predicted}", "{loss}, dự tính {predicted}").format(
                        loss=number(start), predicted=number(facts["start_loss"])
                    ),
                    T(
                        "Predicted from the size of the logits alone, before any computing (code: echo.start_loss).",
                        "Tính trước chỉ từ độ lớn của logits (mã: echo.start_loss).",
                    ),
                )
            )
        if not math.isnan(result.final("test_loss")):
            rows.append(
                Readout(
                    T("test loss, {name}", "loss kiểm thử, {name}").format(name=name),
                    f"{number(result.final('test_loss'))} ± {2 * result.final('test_se'):.2g}",
                    T(
                        "Two standard errors of the fixed test windows.",
                        "Hai sai số chuẩn của các cửa sổ kiểm thử cố định.",
                    ),
                )
            )
        if result.finished and result.seconds and result.step:
            seconds = max(result.seconds.values()) / result.step
            config = a.arm.config
            rows.append(
                Readout(
                    T("speed, {name}", "tốc độ, {name}").format(name=name),
                    T("{ms} ms/step, {rate} tokens/s", "{ms} ms/bước, {rate} token/giây").format(
                        ms=number(1000 * seconds), rate=f"{config.batch * config.context / seconds:,.0f}"
                    ),
                    T("Training only, without the test.", "Chỉ tính huấn luyện, không tính kiểm thử."),
                )
            )
    first = view.main
    if first.facts.get("train_tokens") and first.step:
        config = view.arms[0].arm.config
        rows.append(
            Readout(
                T("passes over the text", "số lượt qua văn bản"),
                number(first.step * config.batch * config.context / first.facts["train_tokens"]),
                T(
                    "Training tokens shown so far, divided by the tokens there are.",
                    "Số token đã cho xem chia cho số token hiện có.",
                ),
            )
        )
    return rows
