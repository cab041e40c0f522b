"""What lesson 13 says about its runs: verdicts, readouts, and the answers to its predictions, from rules on the numbers."""

import math

from app import sentences
from app.i18n import T
from app.lesson import Prediction, Readout
from app.theme import number
from pages import figures_13 as figures
from pages import figures_13_spread as spread

ONE = 0.01  # a gap below this counts as one matrix
NEAR = 0.05  # nats: losses closer than this count as equal
ALIKE, LESS = 0.8, 0.1  # noise against text: above ALIKE as much, below LESS not at all
MORE = 1.25  # and above this, more
LEADS = 2.0  # times the median of the others: a block that leads


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
        "head_rule": figures.RULES[head_rule],
    }
    if stop == 0:
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
    wide = view.config.linear_std
    if stop == 4 and wide >= 0.3:
        said.append(
            T(
                "A std of {wide} is no start for training: at 1, lesson 12 shows losses near 28.",
                "Độ lệch chuẩn {wide} không phải chỗ bắt đầu tốt: ở mức 1, bài 12 cho thấy loss quanh 28.",
            ).format(wide=number(wide))
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
                "On 4,096 numbers of the matrix: good to about 1 percent.",
                "Trên 4,096 số của ma trận: chính xác khoảng 1 phần trăm.",
            ),
        ),
        Readout(
            T("positions, measured / rule", "vị trí, đo / quy tắc"),
            f"{four(positions[0])} / {four(positions[1])}",
            T("Xavier normal: √(2/(T + d)).", "Xavier chuẩn: √(2/(T + d))."),
        ),
        Readout(
            T("numbers counted / stored", "tham số đếm được / thật sự lưu"),
            f"{result.final('counted'):,.0f} / {result.final('stored'):,.0f}",
            T(
                "torch adds up Parameters; the course's way of tying has two over one memory, so it counts V·d numbers twice.",
                "torch cộng các Parameter; cách dùng chung của khóa học có hai cái trên một vùng nhớ nên V·d con số bị đếm hai lần.",
            ),
        ),
    ]


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
    best = min(sound, key=lambda a: a.result.final("test_loss"))
    behind = same.final("test_loss") - best.result.final("test_loss")
    if behind > NEAR:
        said.append(
            T(
                "Here the true tie is {d} nats behind “{name}”: two matrices, or one updated twice, get further in {n} steps. So the loss does not give the fault away, it hides it.",
                "Ở đây dùng chung thật kém “{name}” {d} nats: hai ma trận, hoặc một ma trận cập nhật hai lần, đi xa hơn trong {n} bước. Vậy loss không tố cáo lỗi mà còn che nó.",
            ).format(d=number(behind), name=best.arm.name, n=view.config.steps)
        )
    elif behind <= NEAR:
        said.append(
            T(
                "The true tie is within {d} nats of the best, with {n} numbers fewer.",
                "Dùng chung thật chỉ cách cách tốt nhất {d} nats, mà ít hơn {n} tham số.",
            ).format(
                d=number(max(behind, 0.0)),
                n=f"{view.result('untied').final('audit_counted') - same.final('audit_counted'):,.0f}",
            )
        )
    return said


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
                T("Two stds: two matrices.", "Hai độ lệch chuẩn: hai ma trận."),
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

# --- widening --------------------------------------------------------------------------------------------------------


def growth(result):
    """Mean over blocks of the growth of QKV's std, ×10⁻⁴."""
    return 1e4 * result.final("growth")


def of_kind(view, data):
    """The first arm that reads this kind of data."""
    return next((a.result for a in view.arms if a.arm.config.data == data), None)


def noise_share(view):
    """Growth on uniform noise over growth on text, None while either is missing."""
    text, noise = of_kind(view, "text"), of_kind(view, "uniform")
    if text is None or noise is None or not view.done or text.diverged or noise.diverged:
        return None
    share = growth(noise) / growth(text) if growth(text) > 0 else math.nan
    return share if math.isfinite(share) else None


def outside(view):
    """Largest share of a block's QKV weights beyond the course's axis of ±0.1 at the last step."""
    tables = view.main.tables.get("spread", {})
    return max((v for v in tables[max(tables)]["outside"] if v is not None), default=0.0) if tables else 0.0


def growth_verdict(view):
    if not view.done:
        return []
    said, share = sentences.any_diverged(view.arms), noise_share(view)
    if view.main.diverged:
        return said
    if share is not None:
        facts = {"text": number(growth(of_kind(view, "text"))), "noise": number(growth(of_kind(view, "uniform")))}
        if share > MORE:
            line = T(
                "Uniform noise widens the weights more than text does ({noise} against {text} ×10⁻⁴, means over blocks), and there is nothing to learn in it. Here widening says nothing about learning.",
                "Nhiễu đều làm trọng số rộng thêm nhiều hơn cả văn bản ({noise} so với {text} ×10⁻⁴, trung bình các khối), mà trong nó chẳng có gì để học. Ở đây rộng thêm không nói gì về việc học.",
            )
        elif share > ALIKE:
            line = T(
                "Uniform noise widens the weights as much as text does ({noise} against {text} ×10⁻⁴, means over blocks), and there is nothing to learn in it. Here widening says nothing about learning.",
                "Nhiễu đều làm trọng số rộng thêm ngang văn bản ({noise} so với {text} ×10⁻⁴, trung bình các khối), mà trong nó chẳng có gì để học. Ở đây rộng thêm không nói gì về việc học.",
            )
        else:
            line = T(
                "Text widens the weights by {text} ×10⁻⁴ (mean over blocks), uniform noise by {noise}, and noise has nothing to teach: only the difference can be learning.",
                "Văn bản làm trọng số rộng thêm {text} ×10⁻⁴ (trung bình các khối), nhiễu đều {noise}, mà nhiễu chẳng dạy gì: chỉ phần chênh mới có thể là học.",
            )
        said.append(line.format(**facts))
    if outside(view) > 0.02:
        said.append(
            T(
                "{p} % of a block's QKV weights lie outside ±0.1: the course's fixed axis would drop them silently. The histogram here reaches to ±5σ.",
                "{p} % trọng số QKV của một khối nằm ngoài ±0.1: trục cố định của khóa học sẽ lặng lẽ bỏ chúng. Biểu đồ ở đây vươn tới ±5σ.",
            ).format(p=number(100 * outside(view)))
        )
    return said


def growth_readouts(view):
    result = view.main
    tables = result.tables.get("spread", {})
    if not tables or max(tables) == 0:
        return []
    if 0 not in tables:
        return []
    first, last = tables[0]["qkv"], tables[max(tables)]["qkv"]
    if any(v is None for v in (*first, *last)) or not math.isfinite(result.final("kurtosis")):
        return []  # a log has null for what is no number
    rows = [
        Readout(
            T("std of QKV, start → now", "độ lệch chuẩn QKV, đầu → nay"),
            f"{four(sum(first) / len(first))} → {four(sum(last) / len(last))}",
            T("Mean over the blocks of your model.", "Trung bình các khối của mô hình bạn."),
        ),
        Readout(
            T("kurtosis", "độ nhọn (kurtosis)"),
            number(result.final("kurtosis")),
            T("3: a normal distribution. More: longer tails.", "3: phân phối chuẩn. Hơn: đuôi dài hơn."),
        ),
        Readout(
            T("attention at the start", "chú ý lúc đầu"),
            number(result.at("entropy", 0)),
            T(
                "Entropy of a row of attention over that of looking everywhere alike. 1: nothing is saturated.",
                "Entropy của một hàng chú ý chia cho entropy khi nhìn đều khắp nơi. 1: không gì bão hòa.",
            ),
        ),
    ]
    share = noise_share(view)
    if share is not None:
        text, noise = (growth(of_kind(view, kind)) for kind in ("text", "uniform"))
        rows.insert(
            1,
            Readout(
                T("growth, text − noise", "tăng, văn bản − nhiễu"),
                T(f"{number(text - noise)} ×10⁻⁴", f"{number(text - noise)} ×10⁻⁴"),
                T("What widening beyond that on noise there is.", "Phần rộng thêm vượt quá trên nhiễu."),
            ),
        )
    return rows


def noise_answer(view):
    """None away from the model the question is about: in the course's recipe the answer is another one."""
    share, c = noise_share(view), view.config
    usual = type(c)()
    told = all(getattr(c, field) == getattr(usual, field) for field in ("lr", "weight_decay", "linear_std"))
    if share is None or c.divide_logits or c.tying != "same" or c.steps < 200 or not told:
        return None
    return "no" if share < LESS else "less" if share < ALIKE else "same"


def noise_why(view):
    return T(
        "{p} % of what text did, and the loss on noise stays at ln V. Adam moves every weight by about the learning rate, whatever the gradient says; steps in random directions widen too.",
        "Bằng {p} % so với văn bản, mà loss trên nhiễu vẫn ở ln V. Adam dời mỗi trọng số khoảng bằng tốc độ học, bất kể gradient nói gì; những bước ngẫu nhiên cũng làm rộng ra.",
    ).format(p=number(100 * noise_share(view)))


NOISE_PREDICTION = Prediction(
    "noise",
    T(
        "True tie, logits not divided, 200 steps. The same model on uniform random tokens, fresh at every step, has nothing to learn. Will its QKV weights widen?",
        "Dùng chung thật, không chia logits, 200 bước. Cùng mô hình trên token ngẫu nhiên đều, bốc mới mỗi bước, không có gì để học. Trọng số QKV có rộng thêm không?",
    ),
    noise_answer,
    noise_why,
    (
        ("no", T("no", "không")),
        ("less", T("yes, but less than on text", "có, nhưng ít hơn trên văn bản")),
        ("same", T("as much as on text", "nhiều như trên văn bản")),
    ),
    given_by="picture",
)

# --- layers ----------------------------------------------------------------------------------------------------------


def lead(result):
    """Growth of the first block over the median of the others."""
    found = spread.growths(result, "qkv")
    if not found or max(found) == 0 or None in found[max(found)]:
        return math.nan
    first, *others = found[max(found)]
    others = sorted(others)
    middle = len(others) // 2
    median = others[middle] if len(others) % 2 else (others[middle - 1] + others[middle]) / 2
    return first / median if median > 0 else math.nan


def layers_verdict(view):
    if not view.done:
        return []
    said = sentences.any_diverged(view.arms)
    for a in view.arms:
        value = lead(a.result)
        if not math.isfinite(value) or a.result.diverged:
            continue
        grown = spread.growths(a.result, "qkv")
        grown = grown[max(grown)]
        place, middle = grown.index(max(grown)), sorted(grown)[len(grown) // 2]
        facts = {"name": a.arm.name, "seed": a.arm.config.seed, "lead": number(value), "block": place + 1}
        if place and max(grown) >= LEADS * middle:
            text = T(
                "“{name}”, seed {seed}: block {block} widens most, so there is no clear leader at the embedding; block 1 at {lead} times the median of the others.",
                "“{name}”, hạt giống {seed}: khối {block} rộng thêm nhiều nhất, nên không ai dẫn rõ ở phía embedding; khối 1 bằng {lead} lần trung vị của các khối kia.",
            )
            said.append(text.format(**facts))
            continue
        text = (
            T(
                "“{name}”, seed {seed}: block 1 widens {lead} times as much as the median of the others.",
                "“{name}”, hạt giống {seed}: khối 1 rộng thêm gấp {lead} lần trung vị của các khối kia.",
            )
            if value >= LEADS
            else T(
                "“{name}”, seed {seed}: no clear leader, block 1 at {lead} times the median of the others.",
                "“{name}”, hạt giống {seed}: không ai dẫn rõ, khối 1 bằng {lead} lần trung vị của các khối kia.",
            )
        )
        said.append(text.format(**facts))
    return said


def layers_answer(view):
    result = view.result("course")
    found = spread.growths(result, "qkv")
    if not view.done or not found or max(found) == 0 or len(found[0]) < 4 or result.diverged:
        return None
    values = found[max(found)]
    if None in values or view.config.blocks != 8:  # the question's
        return None
    if max(values) < LEADS * sorted(values)[len(values) // 2]:
        return "alike"
    place = values.index(max(values))
    return "first" if place == 0 else "last" if place == len(values) - 1 else "middle"


def layers_why(view):
    course, plain = lead(view.result("course")), lead(view.result("plain"))
    if layers_answer(view) != "first":
        return T(
            "With these settings no block next to the embedding leads: the chart shows how much each has widened.",
            "Với thiết lập này, khối cạnh embedding không dẫn đầu: biểu đồ cho thấy mỗi khối rộng thêm bao nhiêu.",
        )
    text = T("Block 1 by a factor of {lead}.", "Khối 1, gấp {lead} lần.")
    if plain < course:
        more = T(
            " Then look at the other recipe: same text, same batches, and the order is weaker or gone.",
            " Giờ nhìn công thức kia: cùng văn bản, cùng lô, mà thứ tự yếu đi hoặc mất hẳn.",
        )
        text = T(text.en + more.en, text.vi + more.vi)
    return text.format(lead=number(course)) if math.isfinite(course) else T("Block 1.", "Khối 1.")


LAYERS_PREDICTION = Prediction(
    "layers",
    T(
        "The course's recipe (its tie, moved to a device; logits ÷ √d), 8 blocks. Which block's QKV widens most?",
        "Công thức của khóa học (cách dùng chung của nó, đã chuyển thiết bị; logits ÷ √d), 8 khối. QKV của khối nào rộng thêm nhiều nhất?",
    ),
    layers_answer,
    layers_why,
    (
        ("first", T("the first, next to the embedding", "khối đầu, cạnh embedding")),
        ("middle", T("one in the middle", "một khối ở giữa")),
        ("last", T("the last", "khối cuối")),
        ("alike", T("all alike", "mọi khối như nhau")),
    ),
)
