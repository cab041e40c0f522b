"""What lesson 13 says about its initialisers and about tied weights: verdicts, readouts, and answers to predictions."""

import math

from app import sentences
from app.i18n import T
from app.lesson import Prediction, Readout
from app.theme import number
from pages import figures_13 as figures

ONE = 0.01  # a gap below this counts as one matrix
NEAR = 0.05  # nats: losses closer than this count as equal
YOUNG = 0.2  # nats: and above the token frequencies closer than this, where no tie has shown what it can do yet


def four(value):
    """A std as the course prints it: 0.0200."""
    return f"{value:.4f}" if math.isfinite(value) else number(value)


def joined(parts):
    """ "A, B" in both languages."""
    return T(", ".join(p.en for p in parts), ", ".join(p.vi for p in parts))


# --- who wins --------------------------------------------------------------------------------------------------------


def entry(view, name):
    """(measured, formula, rule) of a matrix outside the blocks at the station in view."""
    table = view.main.tables["inventory"][figures.visited(view)]
    i = table["matrix"].index(name)
    return table["measured"][i], table["formula"][i], table["rule"][i]


LEFT = T(
    "nobody yet: N(0, 1), from when it was the tokens' matrix too",
    "chưa ai: N(0, 1), từ lúc còn chung ma trận với token",
)


def apply_verdict(view):
    if not view.main.finished:
        return []
    stop, kind = figures.visited(view), figures.tie(view)
    (tokens, want, rule), (head, head_want, head_rule) = entry(view, "wte"), entry(view, "head")
    facts = {
        "tokens": four(tokens),
        "want": four(want),
        "rule": figures.RULES[rule],
        "head": four(head),
        "head_want": four(head_want),
        "head_rule": LEFT if view.config.tying != "untied" and head_rule == "pytorch" else figures.RULES[head_rule],
    }
    if stop == 0:
        if view.config.tying != "untied":
            return [
                T(
                    "apply has visited nobody: embeddings are N(0, 1), the output layer with them, for it was tied when it was made; every other Linear is U(±1/√inputs). Move the slider, one station at a time.",
                    "apply chưa ghé ai: embedding là N(0, 1), tầng ra cũng vậy, vì ngay lúc được tạo ra, nó đã dùng chung trọng số với embedding token; mọi Linear khác là U(±1/√số đầu vào). Hãy kéo thanh trượt, mỗi lần một trạm.",
                )
            ]
        return [
            T(
                "apply has visited nobody: embeddings are N(0, 1), every Linear is U(±1/√inputs). Move the slider, one station at a time.",
                "apply chưa ghé ai: embedding là N(0, 1), mọi Linear là U(±1/√số đầu vào). Hãy kéo thanh trượt, mỗi lần một trạm.",
            )
        ]
    if kind == "apart":
        line = T(
            "Two matrices, each with its own rule: tokens {tokens} ({rule}), output layer {head} ({head_rule}).",
            "Hai ma trận, mỗi cái một quy tắc: token {tokens} ({rule}), tầng ra {head} ({head_rule}).",
        )
    elif stop < 4:
        line = T(
            "Tokens and output layer share one memory: both stand at {tokens} now, written by {rule}. apply is not done yet.",
            "Token và tầng ra chung một vùng nhớ: giờ cả hai ở {tokens}, do {rule} ghi. apply chưa xong.",
        )
    else:
        line = T(
            "Tokens and output layer end at {tokens}: the last to write was {rule}, which wants {want}. What stood there before is gone.",
            "Token và tầng ra kết thúc ở {tokens}: lần ghi cuối là của {rule}, muốn {want}. Những gì ghi trước đó đã mất.",
        )
    said = [line.format(**facts)]
    if stop == 4 and head_want >= 0.3:  # it is the output layer that makes the loss start high
        said.append(
            T(
                "A std of {wide} in the output layer is no start for training: in lesson 12 the loss of a small GPT begins at 10.5 with 0.3 and near 28 with 1.",
                "Độ lệch chuẩn {wide} ở tầng ra không phải chỗ bắt đầu tốt: ở bài 12, loss của một GPT nhỏ bắt đầu ở 10.5 với 0.3 và quanh 28 với 1.",
            ).format(wide=number(head_want))
        )
    return said


def apply_readouts(view):
    result = view.main
    if not result.finished:
        return []
    tokens, positions = entry(view, "wte"), entry(view, "wpe")
    return [
        Readout(
            T("tokens, measured / rule", "token, đo / quy tắc"),
            f"{four(tokens[0])} / {four(tokens[1])}",
            T(
                "On 4,096 numbers of the matrix: good to two or three percent.",
                "Trên 4,096 số của ma trận: chính xác đến hai, ba phần trăm.",
            ),
        ),
        Readout(
            T("positions, measured / rule", "vị trí, đo / quy tắc"),
            f"{four(positions[0])} / {four(positions[1])}",
            position_rule(view.config, positions[2]),
        ),
        Readout(
            T("numbers counted / stored", "tham số đếm được / thật sự lưu"),
            f"{result.final('counted'):,.0f} / {result.final('stored'):,.0f}",
            counts(figures.tie(view)),
        ),
    ]


def position_rule(config, written):
    """Where the std of the positions comes from at this station."""
    if written == "pytorch":
        return T("Not visited yet: PyTorch's N(0, 1).", "Chưa ghé: N(0, 1) của PyTorch.")
    if config.position_std:
        return T("N(0, σ) with a σ of their own.", "N(0, σ) với σ riêng.")
    if config.embedding_init == "xavier_normal":
        return T("Xavier normal: √(2/(T + d)).", "Xavier chuẩn: √(2/(T + d)).")
    return T("By the rule for embeddings.", "Theo quy tắc cho embedding.")


def counts(kind):
    """Why torch counts as many numbers as are stored, or more."""
    return {
        "same": T(
            "One Parameter under two names: counted once, stored once.",
            "Một Parameter với hai tên: đếm một lần, lưu một lần.",
        ),
        "shared": T(
            "torch adds up Parameters; the course's way of tying has two over one memory, so it counts V·d numbers twice.",
            "torch cộng các Parameter; cách dùng chung của khóa học có hai cái trên một vùng nhớ nên V·d con số bị đếm hai lần.",
        ),
        "apart": T(
            "Two matrices: counted twice and stored twice.",
            "Hai ma trận: đếm hai lần và cũng lưu hai lần.",
        ),
    }[kind]


def asked(view, order):
    """Is this the model the question is about, and has apply come to its end?"""
    c = view.config
    usual = c.tying != "untied" and not c.moved_first and c.embedding_init == "xavier_normal"
    course = (c.vocabulary, c.width, c.linear_std) == (50_257, 768, 0.02)
    return usual and course and c.order == order and figures.visited(view) == 4 and view.main.finished


def winner(order):
    """The candidate that the measured std of the tokens is nearest to."""
    candidates = {"xavier": 0.0063, "linear": 0.02, "mean": 0.0131}

    def answer(view):
        if not asked(view, order):
            return None
        measured = entry(view, "wte")[0]
        return min(candidates, key=lambda code: abs(candidates[code] - measured))

    return answer


def winner_why(view):
    measured, _, rule = entry(view, "wte")
    return T(
        "{std}: one memory, written twice, and {rule} wrote last. The tie itself decides nothing; the order of registration does.",
        "{std}: một vùng nhớ, ghi hai lần, và {rule} ghi sau cùng. Bản thân việc dùng chung không quyết định gì; thứ tự đăng ký quyết định.",
    ).format(std=four(measured), rule=figures.RULES[rule])


CANDIDATES = (
    ("xavier", T("0.0063, Xavier's", "0.0063, của Xavier")),
    ("mean", T("0.0131, the average", "0.0131, trung bình")),
    ("linear", T("0.02, Linear's", "0.02, của Linear")),
)
APPLY_PREDICTIONS = (
    Prediction(
        "wins",
        T(
            "apply gives the embedding (50,257 × 768) Xavier's std 0.0063, and every Linear 0.02. The output layer is a Linear and shares the embedding's memory. Where do the tokens end? Lock it, then move the slider to 4.",
            "apply cho embedding (50,257 × 768) độ lệch chuẩn Xavier 0.0063, và mọi Linear 0.02. Tầng ra là Linear và chung vùng nhớ với embedding. Token kết thúc ở đâu? Chốt rồi kéo thanh trượt tới 4.",
        ),
        winner("embedding"),
        winner_why,
        CANDIDATES,
        decided_by="done",
    ),
    Prediction(
        "turned",
        T(
            "And if __init__ makes the output layer first? Lock it, then register the output layer first.",
            "Còn nếu __init__ tạo tầng ra trước? Chốt rồi cho tầng ra đăng ký trước.",
        ),
        winner("head"),
        winner_why,
        CANDIDATES,
        decided_by="turned",
    ),
)

# --- ties ------------------------------------------------------------------------------------------------------------


def gap(result):
    return result.final("gap")


def tie_verdict(view):
    if not view.done:
        return []
    said = sentences.any_diverged(view.arms)
    sound = [a for a in view.arms if math.isfinite(a.result.final("test_loss")) and not a.result.diverged]
    moved = view.result("moved")
    if ONE < gap(moved) < math.inf:
        said.append(
            T(
                "The course's model, once moved, is not tied: embedding {wte}, output layer {head}, and their difference is {gap} times as large as the embedding. No error, no warning.",
                "Mô hình của khóa học, sau khi chuyển thiết bị, không còn dùng chung: embedding {wte}, tầng ra {head}, và hiệu của chúng lớn gấp {gap} lần embedding. Không lỗi, không cảnh báo.",
            ).format(wte=four(moved.final("wte")), head=four(moved.final("head")), gap=number(gap(moved)))
        )
    course, same = view.result("course"), view.result("same")
    both = {"same", "course"} <= {a.arm.label for a in sound}
    if both and gap(course) <= ONE and course.final("audit_counted") > same.final("audit_counted"):
        said.append(
            T(
                "On the CPU it stays one memory under two Parameters: every step updates it twice. Test loss {course}, with a true tie {same}.",
                "Trên CPU nó vẫn là một vùng nhớ dưới hai Parameter: mỗi bước cập nhật hai lần. Loss kiểm thử {course}, còn dùng chung thật là {same}.",
            ).format(course=number(course.final("test_loss")), same=number(same.final("test_loss")))
        )
    if len(sound) < len(view.arms):  # who is behind whom says nothing of ties here
        return said
    if all(a.result.final("test_loss") > a.result.at("test_loss", 0) - NEAR for a in sound):
        return [
            *said,
            T(
                "None of these models has learned anything yet, so their losses say nothing about ties. Try more steps or another learning rate.",
                "Chưa mô hình nào ở đây học được gì nên loss chưa nói lên điều gì về việc dùng chung. Hãy thử thêm bước hoặc tốc độ học khác.",
            ),
        ]
    ends = [a.result.final("test_loss") for a in sound]
    if min(ends) > view.references.get("unigram", math.inf) and max(ends) - min(ends) < YOUNG:
        return [
            *said,
            T(
                "None of these models is below the token frequencies yet: too early to say which tie gets further. Try more steps or another learning rate.",
                "Chưa mô hình nào xuống dưới mức tần suất token: còn quá sớm để nói cách dùng chung nào đi xa hơn. Hãy thử thêm bước hoặc tốc độ học khác.",
            ),
        ]
    best = min(sound, key=lambda a: a.result.final("test_loss"))
    behind = same.final("test_loss") - best.result.final("test_loss")
    if behind > NEAR:
        said.append(
            T(
                "Here the true tie is {d} nats behind “{name}” after {n} steps.",
                "Ở đây, sau {n} bước, dùng chung thật kém “{name}” {d} nats.",
            ).format(d=number(behind), name=best.arm.name, n=view.config.steps)
        )
        said.append(betrayed(moved.final("test_loss") - same.final("test_loss")))
    else:
        near = (
            T(
                "The true tie is within {d} nats of the best, with {n} numbers fewer.",
                "Dùng chung thật chỉ kém cách tốt nhất {d} nats, mà ít hơn {n} tham số.",
            )
            if behind > 0
            else T(
                "The true tie ends lowest, with {n} numbers fewer.",
                "Dùng chung thật kết thúc thấp nhất, mà còn ít hơn {n} tham số.",
            )
        )
        said.append(
            near.format(
                d=number(behind),
                n=f"{view.result('untied').final('audit_counted') - same.final('audit_counted'):,.0f}",
            )
        )
    return said


def betrayed(worse):
    """Whether a tie that came apart shows in the loss: nats/token by which it ends above the true tie."""
    facts = {"d": number(abs(worse))}
    if worse > NEAR:
        return T(
            "The tie that came apart ends {d} nats above the true one: here the loss would give the fault away.",
            "Lúc kết thúc, liên kết đã đứt cao hơn dùng chung thật {d} nats: ở đây loss tố cáo được lỗi.",
        ).format(**facts)
    if worse < -NEAR:
        return T(
            "The tie that came apart ends {d} nats below the true one: the loss does not give the fault away, it hides it.",
            "Lúc kết thúc, liên kết đã đứt thấp hơn dùng chung thật {d} nats: loss không tố cáo lỗi mà còn che nó.",
        ).format(**facts)
    return T(
        "The tie that came apart ends {d} nats from the true one: the loss does not give the fault away.",
        "Lúc kết thúc, liên kết đã đứt chỉ chênh {d} nats so với dùng chung thật: loss không tố cáo lỗi.",
    ).format(**facts)


def tie_readouts(view):
    moved = view.result("moved")
    if not moved.finished:
        return []
    rows, counted = [], (view.result("same").final("audit_counted"), moved.final("audit_counted"))
    if math.isfinite(moved.final("wte")) and math.isfinite(moved.final("head")):
        rows.append(
            Readout(
                T("embedding / output, moved", "embedding / tầng ra, đã chuyển"),
                f"{four(moved.final('wte'))} / {four(moved.final('head'))}",
                T("Two stds: two matrices.", "Hai độ lệch chuẩn: hai ma trận.")
                if four(moved.final("wte")) != four(moved.final("head"))
                else T(
                    "Two matrices too, though their stds are still equal.",
                    "Cũng là hai ma trận, dù độ lệch chuẩn còn bằng nhau.",
                ),
            )
        )
    if all(map(math.isfinite, counted)):
        rows.append(
            Readout(
                T("counted, true tie / course", "đếm được, thật / khóa học"),
                "{:,.0f} / {:,.0f}".format(*counted),
                T("Numbers an optimizer is given.", "Số tham số mà thuật toán tối ưu nhận được."),
            )
        )
    return rows


def tie_answer(view):
    """None where the two are too young to differ: they are two whatever they hold."""
    moved, same = view.result("moved"), view.result("same")
    if not view.done or not math.isfinite(gap(moved)):
        return None
    parted = moved.final("audit_counted") > same.final("audit_counted")
    return "two" if gap(moved) > ONE else None if parted else "one"


TIE_PREDICTION = Prediction(
    "tie",
    T(
        "The course ties with nn.Parameter(wte.weight), moves the model to another device, then trains. Afterwards embedding and output layer are …",
        "Khóa học dùng chung bằng nn.Parameter(wte.weight), chuyển mô hình sang thiết bị khác rồi huấn luyện. Sau đó embedding và tầng ra …",
    ),
    tie_answer,
    lambda view: T(
        "nn.Parameter(…) shares the memory but is a second Parameter. A move copies each Parameter: from then on there are two, each with its own gradient.",
        "nn.Parameter(…) chung vùng nhớ nhưng là Parameter thứ hai. Chuyển thiết bị là chép từng Parameter: từ đó có hai, mỗi cái một gradient riêng.",
    ),
    (
        ("one", T("still one matrix", "vẫn là một ma trận")),
        ("two", T("two different matrices", "hai ma trận khác nhau")),
    ),
    given_by="picture",
)
