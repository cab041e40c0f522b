"""What lesson 19 says about the run it follows, in words: rules on the numbers, predictions, readouts."""

import math

from app import sentences
from app.i18n import T
from app.lesson import Prediction, Readout
from app.theme import number, percent
from pages.figures_19 import END, points, table_at

PEAK = 0.5  # nats: less is no rise and no fall


SINK = 0.1  # nats: ln of mean p that has fallen by no more than this has not sunk
TOGETHER = 0.9  # cosine: rows that moved more alike than this went one way


def nats(value: float) -> str:
    """One digit behind the point and a minus sign as it is printed: −6.8."""
    return f"{round(value, 1) + 0:.1f}".replace("-", "−")


def line(result, group, metric="log_p"):
    """[(step, value)] of one group in one measure, the group's own inputs left out."""
    return [(step, value) for step, name, value in points(result, metric, True) if name == group]


def last(result, group, metric="log_p", until=END):
    values = [value for step, value in line(result, group, metric) if step <= until]
    return values[-1] if values else math.nan


def together(view, table="curves"):
    """The last step that every run has in this table: where they can be compared. -1 while one has not begun."""
    return min(max(a.result.tables.get(table, ()), default=-1) for a in view.arms)


def geometry(result, group, matrix, column, moment=END):
    """A number of the table "geometry", nan where there is none."""
    _, table = table_at(result, "geometry", moment)
    for i, key in enumerate(zip(table.get("group", ()), table.get("matrix", ()), strict=True)):
        if key == (group, matrix):
            return table[column][i]
    return math.nan


LOWER = T(
    "The learning rate is too high for this optimizer: try a tenth of it.",
    "Tốc độ học quá cao với thuật toán này: hãy thử một phần mười.",
)
LONGER = T(" Train longer, or with a higher learning rate.", " Hãy chạy lâu hơn hoặc tăng tốc độ học.")
NOTHING_UNUSED = T(
    "Nothing is unused here: shorten the training text (“training tokens kept”) to get unused tokens.",
    "Ở đây không có token nào bị bỏ không: hãy rút ngắn văn bản (“số token huấn luyện giữ lại”) để có token không dùng.",
)


def path(result, group="common"):
    """How a group's curve went: "upfall", "up", "down" or "same"; None before there are three points, or with one that is
    no number."""
    values = [v for _, v in line(result, group)]
    if len(values) < 3 or not all(map(math.isfinite, values)):
        return None
    start, peak, end = values[0], max(values), values[-1]
    if peak - start > PEAK and peak - end > PEAK:
        return "upfall"
    return "up" if end - start > PEAK else "down" if start - end > PEAK else "same"


def memorised(result, step: int) -> bool:
    """Whether the training loss has gone on falling since this step: then the model is surer, if only of its own text."""
    return result.at("train_loss", step) - result.lately("train_loss") > PEAK


def follow_verdict(view):
    result = view.main
    if said := sentences.any_diverged(view.arms, LOWER):
        return said
    common, rare, never = (last(result, group) for group in ("common", "rare", "never"))
    if math.isnan(common) or "vocabulary" not in result.facts:
        return []
    said, facts = [], {"c": nats(common), "r": nats(rare), "n": nats(never)}
    start = [found[0][1] for g in ("common", "rare", "never") if (found := line(result, g))]
    chance = -math.log(result.facts["vocabulary"])
    if start and max(abs(v - chance) for v in start) > 1:
        said.append(
            T(
                "The start is not chance: with embeddings this large the untrained model is already sure, at ln p = {v} instead of {c}.",
                "Điểm xuất phát không phải đoán đều: embedding lớn thế này thì mô hình chưa học đã chắc chắn, ở ln p = {v} thay vì {c}.",
            ).format(v=nats(start[0]), c=nats(chance))
        )
    if math.isnan(never):
        said.append(NOTHING_UNUSED)
    elif abs(common - never) < PEAK:
        said.append(
            T(
                "The groups are still together: common {c}, rare {r}, never used {n}.{advice}",
                "Các nhóm vẫn dính nhau: thường gặp {c}, hiếm {r}, không dùng {n}.{advice}",
            ).format(advice=LONGER if view.done else "", **facts)
        )
    else:
        said.append(
            T(
                "Mean of ln p: common {c}, rare {r}, never used {n}.",
                "Trung bình của ln p: thường gặp {c}, hiếm {r}, không dùng {n}.",
            ).format(**facts)
        )
        moved, cosine = (geometry(result, "never", "out", column) for column in ("moved", "cosine"))
        if moved > 0 and math.isfinite(cosine):  # one row alone has no cosine
            text = (
                T(
                    "{before} The unused rows moved as one, cosine {cos}, although each began somewhere else.",
                    "{before} Các hàng không dùng đi cùng một hướng, cosine {cos}, dù mỗi hàng xuất phát một nơi.",
                )
                if cosine > TOGETHER
                else T(
                    "{before} The unused rows have not moved as one so far: mean cosine of their paths {cos}.",
                    "{before} Đến đây các hàng không dùng chưa đi cùng một hướng: cosine trung bình giữa các đường đi là {cos}.",
                )
            )
            said[-1] = text.format(before=said[-1], cos=number(cosine))
    if result.final("test_loss") > result.at("test_loss", 0) + PEAK and path(result) != "upfall":  # that says so itself
        said.append(
            T(
                "The test loss has risen from {a} to {b}: this model predicts worse than before training.",
                "Loss kiểm thử đã tăng từ {a} lên {b}: mô hình này dự đoán kém hơn cả trước khi huấn luyện.",
            ).format(a=number(result.at("test_loss", 0)), b=number(result.final("test_loss")))
        )
        train = list(result.metrics.get("train_loss", {}).values())
        if train and train[-1] > train[0]:  # not overfitting: it does not even learn its own text
            said.append(LOWER)
    if path(result) == "upfall":
        step, peak = max(line(result, "common"), key=lambda point: point[1])
        facts = {"peak": nats(peak), "step": step}
        if result.final("test_loss") > result.at("test_loss", step) + SINK and not memorised(result, step):
            said.append(  # not surer: worse
                T(
                    "Common tokens peaked at {peak} (step {step}), then sank, and the test loss has risen since: this model has got worse, not surer.",
                    "Token thường gặp đạt đỉnh {peak} (bước {step}) rồi chìm xuống, và từ đó loss kiểm thử tăng: mô hình này kém đi chứ không chắc hơn.",
                ).format(**facts)
            )
        else:
            said.append(
                T(
                    "Common tokens peaked at {peak} (step {step}), then sank: the surer the model is of one word, the smaller ln p of all others.",
                    "Token thường gặp đạt đỉnh {peak} (bước {step}) rồi chìm xuống: càng chắc về một từ, ln p của mọi từ khác càng nhỏ.",
                ).format(**facts)
            )
            means = dict(line(result, "common", "log_mean"))
            if last(result, "common", "log_mean") > means[step] - SINK:
                said[-1] = T(
                    "{before} Their mean p did not sink: switch the measure.",
                    "{before} p trung bình của chúng không giảm: hãy đổi thước đo.",
                ).format(before=said[-1])
            if memorised(result, step) and result.final("test_loss") > result.at("test_loss", step) - SINK:
                said.append(
                    T(
                        "Since then the training loss went from {a} to {b}, the test loss from {c} to {d}: the model is surer of its own text only.",
                        "Từ đó loss huấn luyện đi từ {a} đến {b}, loss kiểm thử từ {c} đến {d}: mô hình chỉ chắc hơn về văn bản của chính nó.",
                    ).format(
                        a=number(result.at("train_loss", step)),
                        b=number(result.lately("train_loss")),
                        c=number(result.at("test_loss", step)),
                        d=number(result.final("test_loss")),
                    )
                )
    found = result.facts["notebook"]
    if view.values.get("indices") != "correct" and not found["unused_common"]:
        said.append(
            T(
                "With the notebook's indices “common” ends at {v}: here each of its {k} ids does occur in the text.",
                "Với chỉ số của notebook, “thường gặp” dừng ở {v}: ở đây cả {k} id của nó đều có xuất hiện.",
            ).format(v=nats(last(result, "notebook_common")), k=result.facts["sizes"]["common"])
        )
    elif view.values.get("indices") != "correct":
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
        ("mass", T("probability on unused tokens", "xác suất trên token không dùng"), lambda v: f"{100 * v:.2g} %" if 1e-5 < v < 0.99 else percent(v),
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
        if math.isfinite(value):
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
    if common_answer(view) != "upfall":
        return T("It began at {start} and ended at {end}.", "Nó bắt đầu ở {start} và dừng ở {end}.").format(
            start=nats(line(view.main, "common")[0][1]), end=nats(last(view.main, "common"))
        )
    return T(
        "It reached {peak} at step {step} and ended at {end}. First the model learns who is common; then it learns where each belongs, and everywhere else its ln p falls.",
        "Nó đạt {peak} ở bước {step} rồi dừng ở {end}. Trước hết mô hình học ai là thường gặp; sau đó học chỗ của từng từ, và ở mọi chỗ khác ln p giảm.",
    ).format(peak=nats(peak), step=step, end=nats(last(view.main, "common")))


def together_answer(view):
    cosine = geometry(view.main, "never", "out", "cosine")
    if not view.done or math.isnan(cosine):
        return None
    return "same" if cosine > TOGETHER else "own" if geometry(view.main, "never", "out", "moved") > 0.05 else "still"


def together_why(view):
    if together_answer(view) != "same":
        return T(
            "Mean cosine of their paths: {cos}; mean distance moved: {moved}.",
            "Cosine trung bình giữa các đường đi: {cos}; quãng đường trung bình: {moved}.",
        ).format(
            cos=number(geometry(view.main, "never", "out", "cosine")),
            moved=number(geometry(view.main, "never", "out", "moved")),
        )
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
