"""What lesson 15 says about the runs: rules on their numbers, the numbers to read aloud, and the answers to its questions."""

import math

from app import sentences
from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import knob, number, percent
from core.experiments.output_cost import FORMS as COST_FORMS
from pages.claims_15 import more_tables
from pages.controls_15 import WIRINGS
from pages.figures_15 import WAYS
from pages.figures_15_trained import FORMS, limits

EQUAL = 5e-6  # probabilities closer than this differ by float32 rounding alone
SAME_LOSS = 1e-3  # nats: curves closer than this at every step count as one
CLOSE = 0.05  # nats: test losses closer than this are not told apart
SHARED = ("log_softmax_nll", "log_softmax_ce")  # what ought to be the same as logits with cross-entropy
COURSE = (64, 256, 50_257)  # the course's batch, context and vocabulary


def refusal(view) -> list[T]:
    end = view.main.finished
    if end is None or end.reason != "failed":
        return []
    facts = {k: v for k, v in end.facts.items() if k != "code"}
    return [sentences.say(end.facts.get("code", "internal"), facts)]


def rounding(view) -> float:
    """How far apart rounding alone may put two probabilities: a logit moved by `offset` keeps fewer digits, and a small T
    makes what is lost larger."""
    largest = max(map(abs, view.main.table("tokens").get("z", ())), default=0.0)
    return max(EQUAL, 2**-23 * largest / max(view.config.temperature, 0.01))


def of_100(share: float) -> str:
    """How many of 100: whole, and 0 only where it is none."""
    return f"{100 * share:.0f}" if share == 0 or share >= 0.01 else number(100 * share)


# --- twins ---------------------------------------------------------------------------------------------------------


def twins_verdict(view):
    if lines := refusal(view):
        return lines
    result, config = view.main, view.config
    if "gap" not in result.metrics:
        return []
    gap, frozen, power = (result.final(name) for name in ("gap", "tv_frozen", "tv_power"))
    facts = {"gap": number(gap), "t": knob(config.temperature), "frozen": f"{100 * frozen:.0f}"}
    if gap >= rounding(view):
        lines.append(
            T(
                "At T = {t} the two outputs differ by {gap}: more than rounding. That should not happen.",
                "Ở T = {t}, hai đầu ra chênh {gap}: quá mức làm tròn. Lẽ ra không được thế.",
            )
        )
    elif config.temperature == 0:
        lines.append(
            T(
                "T = 0 is taken as argmax: both outputs have the same largest entry, so both pick the same token.",
                "T = 0 được hiểu là argmax: hai đầu ra có cùng phần tử lớn nhất nên chọn cùng một token.",
            )
        )
    elif config.temperature == 1:
        lines.append(
            T(
                "Both outputs give the same probabilities, to within {gap}. At T = 1 that says nothing: a frozen T would give them too. Move T.",
                "Hai đầu ra cho cùng xác suất, lệch tối đa {gap}. Ở T = 1 điều đó chưa nói lên gì: T có bị đóng băng thì cũng ra vậy. Hãy đổi T.",
            )
        )
    else:
        lines.append(
            T(
                "Not frozen: at T = {t} both outputs give the same probabilities, to within {gap}, the rounding of float32.",
                "Không hề đóng băng: ở T = {t}, hai đầu ra cho cùng xác suất, lệch tối đa {gap}, tức mức làm tròn của float32.",
            )
        )
    if frozen > 0.01:
        lines.append(
            T(
                "Code that takes exp(output) and stops has chosen T = 1, without top-k and top-p: in {frozen} of 100 draws it would have to take another token.",
                "Mã chỉ lấy exp(đầu ra) rồi dừng là đã tự chọn T = 1, không top-k, không top-p: cứ 100 lần rút thì {frozen} lần nó phải lấy token khác.",
            )
        )
    if power > 0.001:
        lines.append(
            T(
                "Probabilities, unlike their logarithms, do lose something: {zero} of 100 have underflowed to 0, and p^(1/T) cannot bring them back (wrong in {power} of 100 draws).",
                "Xác suất, khác với logarit của chúng, thì mất mát thật: {zero} trên 100 đã tụt về 0 và p^(1/T) không gọi lại được (sai {power} trong 100 lần rút).",
            ).format(zero=of_100(result.final("underflow")), power=of_100(power))
        )
    if config.top_k > view.main.facts["vocabulary"]:
        lines.append(T("top-k is larger than V: it keeps every token.", "top-k lớn hơn V: giữ lại mọi token."))
    return [line.format(**facts) if "{" in line.en else line for line in lines]


def twins_readouts(view):
    result = view.main
    if "gap" not in result.metrics:
        return []
    kept = f"{result.final('kept_logits'):,.0f} / {result.final('kept_logs'):,.0f}"
    return [
        Readout(
            T("largest difference", "chênh lệch lớn nhất"),
            number(result.final("gap")),
            T(
                "Of any of the V probabilities: from log-softmax against from logits.",
                "Của bất kỳ xác suất nào trong V: từ log-softmax so với từ logits.",
            ),
        ),
        Readout(
            T("the constant it took", "hằng số bị lấy đi"),
            f"{result.final('constant'):.3f}",
            T(
                "z − log-softmax(z) = ln Σ exp z, the same for all tokens of the row.",
                "z − log-softmax(z) = ln Σ exp z, như nhau cho mọi token trong hàng.",
            ),
        ),
        Readout(
            T("tokens kept, both", "số token giữ lại, hai bên"),
            kept,
            T("By top-k and top-p: from logits / from log-softmax.", "Qua top-k và top-p: từ logits / từ log-softmax."),
        ),
        Readout(
            same("entropy"),
            f"{result.final('entropy_logits'):.3f} / {result.final('entropy_logs'):.3f} nats",
            T("From logits / from log-softmax, at your T.", "Từ logits / từ log-softmax, ở T của bạn."),
        ),
    ]


TWINS_PREDICTIONS = (
    Prediction(
        "frozen",
        T(
            "The model returns log-softmax(z). Can you still sample at T = 0.5 and get exactly what the logits would have given?",
            "Mô hình trả về log-softmax(z). Bạn còn rút mẫu ở T = 0.5 và được đúng như từ logits không?",
        ),
        lambda view: "yes" if view.main.final("gap") < EQUAL and view.config.temperature == 0.5 else None,
        lambda view: T(
            "log-softmax(z) is z less one constant. Divided by T it is a constant still, and softmax does not see constants: the largest difference here is {gap}.",
            "log-softmax(z) là z trừ một hằng số. Chia cho T thì vẫn là hằng số, mà softmax không thấy hằng số: chênh lệch lớn nhất ở đây là {gap}.",
        ).format(gap=number(view.main.final("gap"))),
        (
            ("yes", T("yes, the same", "được, như nhau")),
            ("near", T("only roughly", "chỉ gần đúng")),
            ("no", T("no, T is frozen at 1", "không, T bị đóng băng ở 1")),
        ),
    ),
)

# --- wirings -------------------------------------------------------------------------------------------------------


def last(result, name, steps=10):
    """Mean of a metric over the last steps, nan while there are none. What ships has not logged every one of them."""
    points = result.metrics.get(name, {})
    values = [value for step, value in points.items() if step > max(points) - steps]
    return sum(values) / len(values) if values else math.nan


def apart(view, label) -> float:
    """Largest difference of the training losses from logits with cross-entropy at any step, nan while unknown."""
    base, other = (view.result(name).metrics.get("train_loss", {}) for name in ("ce", label))
    return max((abs(other[s] - base[s]) for s in base.keys() & other.keys()), default=math.nan)


def sound(result) -> bool:
    """Whether a run came to an end that is still a number."""
    return not result.diverged and math.isfinite(result.final("test_loss") + last(result, "train_loss"))


def wirings_verdict(view):
    complete = [a for a in view.arms if a.complete]
    lines = sentences.any_diverged(complete)
    ended = {a.arm.label: a.result for a in complete if sound(a.result)}
    twins = [label for label in SHARED if label in ended and "ce" in ended and math.isfinite(apart(view, label))]
    if twins:
        gap = max(apart(view, label) for label in twins)
        names = T(" and ".join(WIRINGS[t][0].en for t in twins), " và ".join(WIRINGS[t][0].vi for t in twins))
        line = (
            T(
                "{names}: the same run as logits → CE, to within {gap} nats at every step. Nothing is more stable, nothing less.",
                "{names}: cùng một lần chạy với logits → CE, lệch tối đa {gap} nats ở mọi bước. Chẳng bên nào ổn định hơn.",
            )
            if gap < SAME_LOSS
            else T(
                "{names}: up to {gap} nats from logits → CE at some step; rounding has grown in a run as wild as this one.",
                "{names}: có bước lệch đến {gap} nats so với logits → CE; sai số làm tròn đã lớn lên trong lần chạy dữ dội này.",
            )
        )
        lines.append(line.format(names=names, gap=number(gap)))
    uniform = view.references.get("uniform", math.nan)
    base = ended["ce"].final("test_loss") if "ce" in ended else math.nan
    if "softmax_ce" in ended and limits(view):
        low, high = limits(view)
        true = ended["softmax_ce"].final("test_loss")
        where = softmax_words(true, base, uniform)
        lines.append(
            T(
                "softmax → CE reports {seen}, and cannot leave {low} to {high} whatever it learns. Its true loss is {true}{where}.",
                "softmax → CE báo {seen}, và không thể ra khỏi {low} đến {high} dù học được gì. Loss thật của nó là {true}{where}.",
            ).format(
                seen=f"{last(ended['softmax_ce'], 'train_loss'):.2f}",
                low=f"{low:.2f}",
                high=f"{high:.2f}",
                true=f"{true:.2f}",
                where=where,
            )
        )
    if "raw_nll" in ended:
        facts = {
            "seen": number(last(ended["raw_nll"], "train_loss")),
            "true": f"{ended['raw_nll'].final('test_loss'):.2f}",
            "base": f"{base:.2f}",
        }
        line = T(
            "logits → NLL reports {seen}: the optimizer is winning another game, it only ever raises the right logit and is never asked to lower another. True loss {true}",
            "logits → NLL báo {seen}: thuật toán tối ưu đang thắng một trò khác, nó chỉ nâng logit đúng và không bao giờ bị đòi hạ logit nào khác. Loss thật {true}",
        ).format(**facts)
        against = T(", against {base}.", ", so với {base}.").format(**facts) if "ce" in ended else same(".")
        if last(ended["raw_nll"], "train_loss") >= 0:
            line = T(
                "logits → NLL reports {seen}. True loss {true}", "logits → NLL báo {seen}. Loss thật {true}"
            ).format(**facts)
        lines.append(T(line.en + against.en, line.vi + against.vi))
    return lines


def softmax_words(true: float, base: float, uniform: float) -> T:
    """What the true loss of softmax → CE is worth, beside guessing and beside logits → CE (nan: not drawn)."""
    if true <= base + CLOSE:  # so few or so short steps that nobody has got anywhere
        return T(": so far no worse than logits → CE", ": đến giờ chưa tệ hơn logits → CE")
    if true > uniform + CLOSE:
        return T(": worse than guessing", ": tệ hơn đoán đều")
    if math.isnan(base):
        return same("")
    return T(": {by} nats above logits → CE", ": cao hơn logits → CE {by} nats").format(by=number(true - base))


def wirings_readouts(view):
    rows = []
    for a in view.arms:
        seen, true = last(a.result, "train_loss"), a.result.final("test_loss")
        if math.isfinite(seen) and math.isfinite(true):
            rows.append(
                Readout(
                    a.arm.name,
                    f"{number(seen)} → {number(true)}",
                    T(
                        "Reported to the optimizer (mean of the last 10 steps) → true test loss, nats per token.",
                        "Báo cho thuật toán tối ưu (trung bình 10 bước cuối) → loss kiểm thử thật, nats mỗi token.",
                    ),
                )
            )
    return rows


RANKED = ("ce", "raw_nll", "softmax_ce")


def order_answer(view):
    """None where one has diverged, or two are too close to be ranked (nobody has got anywhere yet)."""
    found = {label: view.result(label).final("test_loss") for label in RANKED}
    if not view.done or not all(sound(view.result(label)) for label in RANKED):
        return None
    order = sorted(found, key=found.get)
    near = any(found[b] - found[a] < CLOSE for a, b in zip(order, order[1:], strict=False))
    return None if near else ",".join(order)


def order_why(view):
    found = {label: view.result(label).final("test_loss") for label in RANKED}
    order = sorted(found, key=found.get)
    listed = T(
        *(", ".join(f"{WIRINGS[label][0](lang)} {found[label]:.2f}" for label in order) for lang in ("en", "vi"))
    )
    text = T("True test loss: {listed}.", "Loss kiểm thử thật: {listed}.").format(listed=listed)
    if order_answer(view) == ",".join(RANKED):
        more = T(
            " Raw NLL still learns which tokens go together; cross-entropy on probabilities bets more and more on one token, and hardly corrects a mistake it is sure of.",
            " NLL thô vẫn học token nào đi với token nào; entropy chéo trên xác suất thì ngày càng dồn cược vào một token, và hầu như không sửa lỗi mà nó đã chắc.",
        )
        text = T(text.en + more.en, text.vi + more.vi)
    return text


def twice_answer(view):
    """None in a run so wild that rounding decides."""
    gap = apart(view, "log_softmax_ce")
    both = sound(view.result("log_softmax_ce")) and sound(view.result("ce"))
    return "same" if view.done and both and gap < SAME_LOSS else None


WIRING_PREDICTIONS = (
    Prediction(
        "order",
        T(
            "Which ends with the lowest true test loss? Best first.",
            "Cách nào kết thúc với loss kiểm thử thật thấp nhất? Tốt nhất trước.",
        ),
        order_answer,
        order_why,
        tuple((code, WIRINGS[code][0]) for code in ("softmax_ce", "ce", "raw_nll")),
        kind="ranking",
    ),
    Prediction(
        "twice",
        T(
            "CrossEntropyLoss on an output that is log-softmax already, so log-softmax is applied twice. Against logits → CE, the true loss is …",
            "CrossEntropyLoss trên đầu ra đã là log-softmax, tức áp log-softmax hai lần. So với logits → CE, loss thật …",
        ),
        twice_answer,
        lambda view: T(
            "log-softmax of a log-softmax changes nothing: its probabilities already add up to 1, so the constant taken away is 0. Largest difference at any step: {gap} nats.",
            "log-softmax của log-softmax không đổi gì: các xác suất đã có tổng bằng 1 nên hằng số bị trừ là 0. Chênh lệch lớn nhất ở mọi bước: {gap} nats.",
        ).format(gap=number(apart(view, "log_softmax_ce"))),
        (
            ("worse", T("worse", "tệ hơn")),
            ("same", T("the same", "như nhau")),
            ("better", T("better", "tốt hơn")),
        ),
    ),
)

# --- precision -----------------------------------------------------------------------------------------------------


def overflows(config) -> bool:
    """Whether the sum of exp z goes beyond the format: of 2,048 normal numbers the largest lies some 3.5 std up."""
    largest = config.offset + 3.5 * config.std
    return largest + math.log(2048) > (11.0 if config.dtype == "float16" else 88.0)


def precision_verdict(view):
    result, config = view.main, view.config
    broken = {way: result.final(f"broken_{way}") for way in WAYS}
    if any(math.isnan(v) for v in broken.values()):
        return []
    facts = {way: of_100(share) for way, share in broken.items()} | {
        "std": knob(config.std),
        "dtype": config.dtype,
    }
    lines = [
        T(
            "{dtype}, std {std}: of 100 results, no longer numbers are {by_hand} by hand, {two_steps} in two steps, {fused} from log_softmax.",
            "{dtype}, độ lệch chuẩn {std}: trong 100 kết quả, số kết quả hỏng là {by_hand} khi tính tay, {two_steps} khi tính hai bước, {fused} với log_softmax.",
        ).format(**facts)
    ]
    if broken["by_hand"] > 0 and broken["two_steps"] == 0:
        lines.append(
            T(
                "Only the formula of the book breaks: exp(z), or its sum, overflows before it is divided. Taking the largest logit away first costs nothing and prevents it.",
                "Chỉ công thức sách giáo khoa hỏng: exp(z), hoặc tổng của chúng, tràn trước khi kịp chia. Trừ logit lớn nhất đi trước không tốn gì mà tránh được.",
            )
            if overflows(config)
            else T(
                "Only the formula of the book breaks: so far below 0, exp(z) is rounded to 0 before it is divided. Taking the largest logit away first costs nothing and prevents it.",
                "Chỉ công thức sách giáo khoa hỏng: z âm đến mức exp(z) bị làm tròn về 0 trước khi kịp chia. Trừ logit lớn nhất đi trước không tốn gì mà tránh được.",
            )
        )
    elif broken["two_steps"] > 0:
        lines.append(
            T(
                "The softmax itself is fine; a small probability is rounded to 0, and log 0 = −∞. The log must come before the rounding, which is what log_softmax does.",
                "Bản thân softmax không sao; xác suất nhỏ bị làm tròn về 0, mà log 0 = −∞. Phải lấy log trước khi làm tròn: log_softmax làm đúng như vậy.",
            )
        )
    return lines


def precision_readouts(view):
    result = view.main
    if math.isnan(result.final("zeros")):
        return []

    return [
        Readout(
            T("largest error, log_softmax", "sai số lớn nhất, log_softmax"),
            f"{number(result.final('error_fused'))} nats",
            T("Against float64.", "So với float64."),
        ),
        Readout(
            T("exp(log p) that are 0", "exp(log p) bằng 0"),
            percent(result.final("zeros")),
            T("Probabilities too small for the format.", "Xác suất quá nhỏ so với định dạng."),
        ),
        Readout(
            T("stored logits, wrong draws", "lưu logits, rút sai"),
            percent(result.final("stored_logits")),
            T(
                "Total variation of p_T after storing in this format.",
                "Khoảng cách biến phân của p_T sau khi lưu bằng định dạng này.",
            ),
        ),
        Readout(
            T("stored log p, wrong draws", "lưu log p, rút sai"),
            percent(result.final("stored_logs")),
            T("The same, with log-probabilities stored.", "Như trên, khi lưu log-xác suất."),
        ),
    ]


def lost(view):
    """None away from the format, the std and the offset the question is about."""
    c = view.config
    if "broken_two_steps" not in view.main.metrics or (c.dtype, c.std, c.offset) != ("float32", 30.0, 0.0):
        return None
    return 100 * view.main.final("broken_two_steps")


PRECISION_PREDICTIONS = (
    Prediction(
        "lost",
        T(
            "float32, logits with std 30: of 100 results of log(softmax(z)) in two steps, how many are −∞?",
            "float32, logits có độ lệch chuẩn 30: trong 100 kết quả của log(softmax(z)) tính hai bước, bao nhiêu là −∞?",
        ),
        lost,
        lambda view: T(
            "{n} of 100. The smallest float32 above 0 is about 1e-45, that is e^−103: whatever lies further below the largest logit is rounded to 0 first.",
            "{n} trên 100. Số float32 dương nhỏ nhất vào khoảng 1e-45, tức e^−103: token nào thấp hơn logit lớn nhất quá mức đó thì bị làm tròn về 0 trước.",
        ).format(n=f"{100 * view.main.final('broken_two_steps'):.0f}"),
        kind="number",
        low=0,
        high=100,
        step=5,
        tolerance=12,
        unit=T("of 100", "trên 100"),
    ),
)

# --- cost ----------------------------------------------------------------------------------------------------------


def cost_verdict(view):
    result = view.main
    seconds = {form: result.final(f"{form}_seconds") for form in COST_FORMS}
    if any(math.isnan(v) for v in seconds.values()) or "ratio" not in result.metrics:
        return []
    facts = {
        "ratio": f"{result.final('ratio'):.2f}",
        "copies": f"{more_tables(result):.1f}",
        "nll": f"{seconds['log_softmax_nll'] / seconds['ce']:.2f}",
        "less": f"{result.final('ce_bytes') / result.final('chunked_bytes'):.1f}",
        "time": f"{seconds['chunked'] / seconds['ce']:.2f}",
        "gap": number(max(result.final("hidden_gap"), result.final("weight_gap"))),
    }
    whole = view.config.chunk >= view.config.tokens
    return [
        T(
            "log-softmax → CE: {ratio} × the time of logits → CE, and {copies} more tables of logits alive. log-softmax → NLL: {nll} × the time and no more tables: cross-entropy makes that table too.",
            "log-softmax → CE: {ratio} × thời gian của logits → CE, và thêm {copies} bảng logits. log-softmax → NLL: {nll} × thời gian và không thêm bảng nào: chính entropy chéo cũng tạo bảng ấy.",
        ).format(**facts),
        T(
            "In chunks: one chunk holds the whole batch here, so the table is whole again: {time} × the time, gradients equal to {gap} of their largest entry. Take a smaller chunk.",
            "Chia khúc: ở đây một khúc chứa cả lô, nên bảng lại nguyên vẹn: thời gian {time} ×, gradient bằng nhau đến {gap} của phần tử lớn nhất. Hãy lấy khúc nhỏ hơn.",
        ).format(**facts)
        if whole
        else T(
            "In chunks: {less} × less memory, {time} × the time, gradients equal to {gap} of their largest entry. For this the loss must get the hidden states: once a whole table is returned, it is too late.",
            "Chia khúc: bộ nhớ ít hơn {less} lần, thời gian {time} ×, gradient bằng nhau đến {gap} của phần tử lớn nhất. Muốn vậy loss phải nhận các trạng thái ẩn: đã trả về cả bảng thì quá muộn.",
        ).format(**facts),
    ]


def cost_readouts(view):
    batch, context, vocabulary = COURSE
    course = 4 * batch * context * vocabulary
    rows = [
        Readout(
            T("one table at the course's size", "một bảng ở cỡ của khóa học"),
            f"{course / 1e9:.2f} GB",
            T("64 × 256 tokens × 50,257 × 4 bytes.", "64 × 256 token × 50,257 × 4 byte."),
        )
    ]
    if "logit_bytes" in view.main.facts:
        here = view.main.facts["logit_bytes"] / 1e6
        rows.insert(
            0, Readout(T("one table of logits here", "một bảng logits ở đây"), f"{here:.1f} MB", same("B · T · V · 4"))
        )
    for form in ("ce", "chunked"):
        size = view.main.final(f"{form}_bytes")
        if not math.isnan(size):
            label = T("most alive: {f}", "nhiều nhất: {f}").format(f=FORMS[form][0])
            rows.append(Readout(label, f"{size / 1e6:.1f} MB"))
    return rows
