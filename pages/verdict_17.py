"""What lesson 17 says about its runs: verdicts, readouts, and the answers to its predictions, from rules on the numbers."""

import math
from statistics import fmean, stdev

from app import sentences
from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import number, signed
from pages.controls_17 import ALL, PLACES
from pages.figures_17 import common_step, costs, first_seed, probabilities, split, step_times
from pages.figures_17_modes import REPEATS, repeats

NOTICED = 0.02  # nats: below it a difference of two short runs is called none
EARLY = 20  # steps before which nothing is judged
LAST = 40  # training losses whose scatter is compared
ASKED = 0.4  # the p that the questions about places speak of
SPREAD = 1.0  # std of the first logits: below it they start small
DRAWN = (349_000, 16, 64, 250, "random")  # the text, batches and sampler that the question about coverage speaks of


def name(site: str) -> T:
    return ALL if site == "all" else PLACES[site].name


def sure(deltas: dict[int, float]) -> bool:
    """Whether every seed says the same sign, and there are at least three."""
    return len(deltas) >= 3 and (min(deltas.values()) > 0 or max(deltas.values()) < 0)


# --- site by site ------------------------------------------------------------------------------------------------


def diverged(view) -> list[T]:
    said = []
    for a in view.arms:
        advice = T(
            "The last finite test loss was {value}. Try a tenth of the learning rate.",
            "Loss kiểm thử hữu hạn cuối là {value}. Hãy thử tốc độ học bằng một phần mười.",
        )
        said += sentences.diverged(a.arm.name, a.result, advice.format(value=number(finite(a.result))))
    return said


def finite(result) -> float:
    return next((v for v in reversed(result.metrics.get("test_loss", {}).values()) if math.isfinite(v)), math.nan)


def places_verdict(view):
    said = diverged(view)
    found, step = costs(view), common_step(view)
    if not found or step < EARLY:
        return said
    means = {site: fmean(deltas.values()) for site, deltas in found.items()}
    seeds = len(next(iter(found.values())))
    if "all" in means:
        value = means["all"]
        text = (
            T(
                "All four together: {by} nats on fresh text after {step} steps. Dropout costs here; it does not help.",
                "Cả bốn chỗ: {by} nats trên văn bản mới sau {step} bước. Ở đây dropout tốn kém, không giúp gì.",
            )
            if value > NOTICED
            else T(
                "All four together: {by} nats on fresh text after {step} steps: this text is read so often that dropout helps.",
                "Cả bốn chỗ: {by} nats trên văn bản mới sau {step} bước: văn bản này bị đọc nhiều lần đến mức dropout có ích.",
            )
            if value < -NOTICED and turned_up(view)
            else T(
                "All four together: {by} nats on fresh text after {step} steps: dropout helps, though without it the test loss has not turned up.",
                "Cả bốn chỗ: {by} nats trên văn bản mới sau {step} bước: dropout có ích, dù không có nó loss kiểm thử vẫn chưa quay đầu tăng.",
            )
            if value < -NOTICED
            else T(
                "All four together: {by} nats on fresh text after {step} steps, too little to see.",
                "Cả bốn chỗ: {by} nats trên văn bản mới sau {step} bước, quá nhỏ để thấy.",
            )
        )
        said.append(text.format(by=signed(value, 3), step=step))
    single = {site: value for site, value in means.items() if site in PLACES}
    if len(single) > 1:
        dear, cheap = max(single, key=single.get), min(single, key=single.get)
        text = (
            T(
                "Alone, {dear} costs most ({most} nats), {cheap} least ({least}).",
                "Riêng từng chỗ, {dear} đắt nhất ({most} nats), {cheap} rẻ nhất ({least}).",
            )
            if single[dear] > 0
            else T(
                "Alone, no place costs anything here: {cheap} gains most ({least} nats), {dear} least ({most}).",
                "Riêng từng chỗ, ở đây không chỗ nào tốn: {cheap} lợi nhất ({least} nats), {dear} ít nhất ({most}).",
            )
        )
        said.append(
            text.format(
                dear=name(dear), cheap=name(cheap), most=signed(single[dear], 3), least=signed(single[cheap], 3)
            )
        )
        said.append(doubt(found, seeds))
    return said


def turned_up(view) -> bool:
    """Whether, without dropout, the test loss stands clearly above its lowest point: the text is being learned by heart."""
    points, until = first_seed(view).arms[0].result.metrics.get("test_loss", {}), common_step(view)
    seen = [value for step, value in points.items() if step <= until]
    return bool(seen) and seen[-1] > min(seen) + NOTICED


def doubt(found, seeds: int) -> T:
    """What this many seeds allow to be said about single places."""
    if seeds < 3:
        return T(
            "One or two seeds can put two places in the wrong order: run three before you rank them.",
            "Một hai hạt giống có thể đảo thứ tự hai chỗ: hãy chạy ba hạt giống rồi mới xếp hạng.",
        )
    clear = [name(site) for site, deltas in found.items() if site in PLACES and sure(deltas)]
    if not clear:
        return T(
            "Over {n} seeds no single place has a sign of its own.", "Qua {n} hạt giống, chưa chỗ nào có dấu rõ ràng."
        ).format(n=seeds)
    names = T(", ".join(n.en for n in clear), ", ".join(n.vi for n in clear))
    return T("The same sign for all {n} seeds: {names}.", "Cùng một dấu với cả {n} hạt giống: {names}.").format(
        n=seeds, names=names
    )


def scatter(result) -> float:
    """sd of the last training losses: what "stabilises" would make smaller. nan where not every one of them was logged: the
    few that ship reach back to the first fall, and would show that instead."""
    points = result.metrics.get("train_loss", {})
    values = [value for step, value in points.items() if step > max(points) - LAST]
    return stdev(values) if len(values) == LAST and all(map(math.isfinite, values)) else math.nan


def places_readouts(view):
    found, times = costs(view), step_times(view)
    out = []
    first = {split(a.arm.label)[0]: a.result for a in first_seed(view).arms}
    if "none" in first and math.isfinite(first["none"].at("test_loss", common_step(view))):
        out.append(
            Readout(
                T("test loss, no dropout", "loss kiểm thử, không dropout"),
                T("{v} nats", "{v} nats").format(v=number(first["none"].at("test_loss", common_step(view)))),
                T("Zero of the right-hand picture.", "Điểm 0 của hình bên phải."),
            )
        )
    if "all" in found:
        out.append(
            Readout(
                T("Δ all four", "Δ cả bốn chỗ"),
                T("{v} nats", "{v} nats").format(v=signed(fmean(found["all"].values()), 3)),
                T("Mean over the seeds.", "Trung bình các hạt giống."),
            )
        )
    if "none" in times and "attention" in times:
        out.append(
            Readout(
                T("a step: none, attention", "một bước: không, attention"),
                T("{a} and {b} ms", "{a} và {b} ms").format(a=number(times["none"]), b=number(times["attention"])),
                T(
                    "Measured while other runs were going on: a hint, not a benchmark.",
                    "Đo khi các lần chạy khác cũng đang chạy: chỉ gợi ý, không phải phép đo chuẩn.",
                ),
            )
        )
    loud = [scatter(first[site]) for site in ("none", "all") if site in first]
    if len(loud) == 2 and all(math.isfinite(v) for v in loud):
        out.append(
            Readout(
                T("scatter in training", "độ tản mát khi học"),
                T("{a} → {b}", "{a} → {b}").format(a=number(loud[0]), b=number(loud[1])),
                T(
                    "Standard deviation of the last 40 training losses, without dropout → with all four. Both move with the texts of the batches.",
                    "Độ lệch chuẩn của 40 loss huấn luyện cuối, không dropout → cả bốn chỗ. Cả hai thay đổi theo văn bản của các lô.",
                ),
            )
        )
    return out


# --- evaluation mode, or not -------------------------------------------------------------------------------------


def gap(view, label: str) -> float:
    """Mean loss in that mode minus evaluation mode, held-out text, nats; nan while a reading is missing."""
    calm, other = repeats(view.result("eval")), repeats(view.result(label))
    return fmean(other) - calm[0] if calm and len(other) == REPEATS else math.nan


def modes_verdict(view):
    left, forgets = gap(view, "train"), gap(view, "attention")
    calm = repeats(view.result("eval"))
    if len(calm) < REPEATS:
        return []
    said = [
        T(
            "Evaluation mode: {n} readings, one number, {loss}.",
            "Chế độ đánh giá: đọc {n} lần, chỉ một con số, {loss}.",
        ).format(n=len(calm), loss=f"{calm[0]:.4f}")
        if len(set(calm)) == 1
        else T("Evaluation mode gives different numbers here.", "Ở đây chế độ đánh giá cho các số khác nhau.")
    ]
    if math.isfinite(left):
        said.append(
            T(
                "Left in training mode: {gap} nats worse, and every reading differs by about {sd}. The bias is {ratio} times the noise.",
                "Để ở chế độ huấn luyện: kém {gap} nats, và mỗi lần đọc lệch khoảng {sd}. Độ chệch gấp {ratio} lần độ nhiễu.",
            ).format(
                gap=number(left),
                sd=number(stdev(repeats(view.result("train")))),
                ratio=number(left / max(1e-9, stdev(repeats(view.result("train"))))),
            )
            if left > 1e-6
            else T(
                "Left in training mode: {gap} nats lower here. That is the exception: usually it reads too high.",
                "Để ở chế độ huấn luyện: ở đây loss đo được thấp hơn {gap} nats. Đó là ngoại lệ: thường thì loss đo được lại quá cao.",
            ).format(gap=number(-left))
            if left < -1e-6
            else T("Training mode changes nothing: p is 0.", "Chế độ huấn luyện không đổi gì: p bằng 0.")
        )
    if math.isfinite(forgets) and forgets > 1e-5:
        steady = view.result("attention").final("steady")
        said.append(
            T(
                "The attention that forgets: {gap} nats worse after eval(), with no message.",
                "Attention hay quên: kém {gap} nats dù đã gọi eval(), không một lời báo.",
            ).format(gap=number(forgets))
        )
        if steady == steady and steady < 60:
            said.append(
                T(
                    "At temperature 0 it answers the same prompt twice and differs from token {n} on.",
                    "Ở nhiệt độ 0, cùng một câu mồi hỏi hai lần, câu trả lời khác nhau từ token {n}.",
                ).format(n=int(steady) + 1)
            )
    return said


def modes_readouts(view):
    out = []
    for a in view.arms:
        share = a.result.final("pairs_known")
        if not math.isnan(share):
            out.append(
                Readout(
                    T(f"pairs known: {a.arm.name.en}", f"cặp quen: {a.arm.name.vi}"),
                    f"{share:.1%}",
                    T(
                        "Of what it writes (32 texts of 60 tokens): share of neighbouring tokens that also stand side by side in the training text.",
                        "Trong những gì nó viết (32 đoạn 60 token): tỉ lệ cặp token kề nhau cũng đứng cạnh nhau trong văn bản huấn luyện.",
                    ),
                )
            )
    masks = view.result("train").final("masks_loss")
    if not math.isnan(masks):
        out.append(
            Readout(
                T("mean of M masks", "trung bình M mặt nạ"),
                T("{v} nats", "{v} nats").format(v=number(masks)),
                T(
                    "Loss of the averaged probabilities. Look inside for the curve.",
                    "Loss của các xác suất lấy trung bình. Đường cong ở phần bên trong.",
                ),
            )
        )
    return out


# --- ÷ √d --------------------------------------------------------------------------------------------------------


def gain(view, size: str) -> float:
    """Test loss with the division minus without, at the last common test: above 0, the division hurts. nan where either
    is no number."""
    step = common_step(view)
    value = view.result(f"{size} divided").at("test_loss", step) - view.result(f"{size} plain").at("test_loss", step)
    return value if math.isfinite(value) else math.nan


def divide_verdict(view):
    said = diverged(view)
    if common_step(view) < EARLY:
        return said
    stds = {a.arm.label.split()[0]: a.arm.config.init_std for a in view.arms}
    for size in ("small", "unit"):
        value = gain(view, size)
        if math.isnan(value) or size not in stds:
            continue
        facts = {"std": f"{stds[size]:g}", "by": number(abs(value))}
        said.append(division_words(value, view.result(f"{size} plain").at("logit_std", 0)).format(**facts))
    return said


def division_words(value: float, width: float) -> T:
    """What the division does (value: divided minus undivided, nats), with its reason where the logits' first spread is one."""
    if abs(value) < 0.05:
        return T("Init {std}: the division makes no difference.", "Khởi tạo {std}: chia hay không cũng vậy.")
    if value > 0 and not width > SPREAD:
        return T(
            "Init {std}: dividing costs {by} nats. The logits started small, and the division keeps them small.",
            "Khởi tạo {std}: chia thì thiệt {by} nats. Logits vốn đã nhỏ, chia càng giữ chúng nhỏ.",
        )
    if value > 0:
        return T("Init {std}: dividing costs {by} nats.", "Khởi tạo {std}: chia thì thiệt {by} nats.")
    if width < SPREAD:
        return T(
            "Init {std}: dividing saves {by} nats, though the logits started small.",
            "Khởi tạo {std}: chia thì lợi {by} nats, dù logits ban đầu nhỏ.",
        )
    return T(
        "Init {std}: dividing saves {by} nats. The logits started far too large.",
        "Khởi tạo {std}: chia thì lợi {by} nats. Logits ban đầu quá lớn.",
    )


def divide_readouts(view):
    return [
        Readout(
            T(f"logit std, {a.arm.name.en}", f"std logits, {a.arm.name.vi}"),
            T("{a} → {b}", "{a} → {b}").format(
                a=number(a.result.at("logit_std", 0)), b=number(a.result.final("logit_std"))
            ),
            T("Before training, and now.", "Trước huấn luyện, và bây giờ."),
        )
        for a in view.arms
        if "logit_std" in a.result.metrics
    ]


# --- coverage and time -------------------------------------------------------------------------------------------


def coverage_verdict(view):
    result = view.main
    if math.isnan(result.final("unseen")):
        return []
    return [
        T(
            "After {steps} batches {unseen} % of the tokens were never drawn (the law says {law} %). As many tokens were shown as in {passes} readings of the text.",
            "Sau {steps} lô, {unseen} % token chưa từng được rút (quy luật: {law} %). Tổng số token đã xem bằng {passes} lần đọc cả văn bản.",
        ).format(
            steps=result.step,
            unseen=number(100 * result.final("unseen")),
            law=number(100 * result.final("expected")),
            passes=number(result.final("passes")),
        )
    ]


def time_verdict(view):
    ratio = view.main.metrics.get("ratio", {})
    if not ratio:
        return []
    last = max(ratio)
    return [
        T(
            "At T = {t} attention takes {ratio} times as long with dropout: the fused kernel of this device has none, so the whole T × T matrix is written down.",
            "Ở T = {t}, attention có dropout lâu gấp {ratio} lần: kernel hợp nhất trên thiết bị này không có dropout nên phải ghi ra cả ma trận T × T.",
        ).format(t=last, ratio=number(ratio[last]))
        if ratio[last] > 1.3
        else T(
            "At T = {t} attention takes {ratio} times as long with dropout: nothing to worry about.",
            "Ở T = {t}, attention có dropout mất {ratio} lần thời gian: không đáng lo.",
        ).format(t=last, ratio=number(ratio[last]))
    ]


# --- predictions -------------------------------------------------------------------------------------------------


def dropped(view, *sites: str) -> bool:
    """Whether the runs dropped with the p that the questions name, 0.4."""
    ours = {"all": tuple(PLACES)}
    shown = {split(a.arm.label)[0]: probabilities(a.arm.config) for a in view.arms}
    return all(site in shown and all(shown[site][p] == ASKED for p in ours.get(site, (site,))) for site in sites)


def dearer(view):
    """None away from the p and the length that the question names."""
    if not view.done or common_step(view) != 100 or not dropped(view, "mlp", "attention"):
        return None
    found = costs(view)
    if not {"mlp", "attention"} <= set(found):
        return None
    difference = fmean(found["mlp"].values()) - fmean(found["attention"].values())
    return "same" if abs(difference) < NOTICED else "mlp" if difference > 0 else "attention"


def dearer_why(view):
    found = {site: signed(fmean(deltas.values()), 3) for site, deltas in costs(view).items()}
    text = T(
        "MLP output {mlp} nats, attention probabilities {attention}.",
        "Đầu ra MLP {mlp} nats, xác suất attention {attention}.",
    )
    if dearer(view) == "mlp":
        more = T(
            " A token has many others to look at; if some are hidden, the rest say almost the same. The MLP's output has no stand-in.",
            " Một token có nhiều token khác để nhìn; che vài cái thì phần còn lại nói gần như vậy. Đầu ra MLP thì không có ai thay.",
        )
        text = T(text.en + more.en, text.vi + more.vi)
    return text.format(mlp=found["mlp"], attention=found["attention"])


def together(view):
    found = costs(view).get("all") if view.done and dropped(view, "all") else None
    if not found:
        return None
    value = fmean(found.values())
    return "same" if abs(value) < NOTICED else "higher" if value > 0 else "lower"


def together_why(view):
    text = T(
        "{by} nats. Dropout helps a model that has begun to learn its text by heart.",
        "{by} nats. Dropout giúp mô hình đã bắt đầu học thuộc lòng.",
    )
    tokens, config = view.main.facts.get("train_tokens"), view.config
    if tokens:
        more = T(
            " This one has read as many tokens as {n} readings of its text.",
            " Mô hình này đã đọc số token bằng {n} lần đọc cả văn bản.",
        ).format(n=number(common_step(view) * config.batch * config.context / tokens))
        text = T(text.en + more.en, text.vi + more.vi)
    return text.format(by=signed(fmean(costs(view)["all"].values()), 3))


def left_on(view):
    """None away from the p that the question names."""
    value = gap(view, "train")
    trained = next((a.arm.config.p for a in view.arms if a.arm.label == "calls"), math.nan)
    if not view.done or math.isnan(value) or trained != 0.2:
        return None
    return "tiny" if value < 0.005 else "tenth" if value < 0.3 else "nat"


def left_on_why(view):
    text = T("{by} nats.", "{by} nats.")
    if left_on(view) == "tenth":
        text = T(
            "{by} nats. Large enough to fool a comparison, too small to look like a bug.",
            "{by} nats. Đủ lớn để làm sai một so sánh, quá nhỏ để trông giống lỗi.",
        )
    return text.format(by=number(gap(view, "train")))


def undivided(view):
    """None away from the init, the divisor and the length that the question names."""
    value = gain(view, "small")
    cut = next((a.arm.config for a in view.arms if a.arm.label == "small divided"), None)
    if cut is None or (cut.init_std, cut.divisor, cut.steps) != (0.02, 0.0, 100):
        return None
    if not view.done or math.isnan(value):
        return None
    return "better" if value > 0.5 else "worse" if value < -0.5 else "same"


def drawn(view):
    """None away from the text, the batches and the sampler that the question names."""
    c = view.config
    asked = (c.tokens, c.batch, c.context, c.steps, c.sampler) == DRAWN
    return 100 * view.main.final("unseen") if asked and "unseen" in view.main.metrics else None


PLACES_PREDICTIONS = (
    Prediction(
        "place",
        T(
            "p = 0.4 at one place only, 100 steps. What costs more test loss: dropping attention probabilities, or the MLP's output?",
            "p = 0.4 chỉ ở một chỗ, 100 bước. Bỏ ở đâu làm loss kiểm thử tăng nhiều hơn: xác suất attention hay đầu ra MLP?",
        ),
        dearer,
        dearer_why,
        (
            ("attention", T("attention probabilities", "xác suất attention")),
            ("mlp", T("MLP output", "đầu ra MLP")),
            ("same", T("about the same", "gần như nhau")),
        ),
    ),
    Prediction(
        "together",
        T(
            "And p = 0.4 at all four places: what does it do to the loss on fresh text?",
            "Còn p = 0.4 ở cả bốn chỗ: loss trên văn bản mới sẽ ra sao?",
        ),
        together,
        together_why,
        (("lower", T("lower", "thấp hơn")), ("same", T("the same", "như cũ")), ("higher", T("higher", "cao hơn"))),
    ),
)
MODES_PREDICTION = Prediction(
    "left_on",
    T(
        "Trained with p = 0.2, then tested without calling eval(). How much higher is the test loss?",
        "Huấn luyện với p = 0.2, rồi kiểm thử mà quên gọi eval(). Loss kiểm thử cao hơn bao nhiêu?",
    ),
    left_on,
    left_on_why,
    (
        ("tiny", T("about 0.001 nats", "khoảng 0.001 nats")),
        ("tenth", T("about 0.1 nats", "khoảng 0.1 nats")),
        ("nat", T("about 1 nat", "khoảng 1 nat")),
    ),
    given_by="picture",
)
DIVIDE_PREDICTION = Prediction(
    "undivided",
    T(
        "Embeddings start at std 0.02. You remove ÷ √d from the logits. After 100 steps the test loss is …",
        "Embedding khởi tạo với std 0.02. Bạn bỏ ÷ √d ở logits. Sau 100 bước, loss kiểm thử sẽ …",
    ),
    undivided,
    lambda view: T(
        "Divided minus undivided: {by} nats. For the logits ÷ √d is a learning rate √d times smaller.",
        "Có chia trừ không chia: {by} nats. Đối với logits, ÷ √d chính là tốc độ học nhỏ đi √d lần.",
    ).format(by=signed(gain(view, "small"), 3)),
    (
        ("worse", T("worse by half a nat or more", "kém đi từ nửa nat trở lên")),
        ("same", T("about the same", "gần như cũ")),
        ("better", T("better by half a nat or more", "tốt hơn từ nửa nat trở lên")),
    ),
)
COVERAGE_PREDICTION = Prediction(
    "unseen",
    T(
        "250 random batches show 256,000 tokens of a text of 349,000. What share of the text was never drawn?",
        "250 lô ngẫu nhiên cho xem 256,000 token của một văn bản 349,000 token. Bao nhiêu phần trăm văn bản chưa từng được rút?",
    ),
    drawn,
    lambda view: T(
        "Chance draws some places twice and others never: e^(−{k}) = {law} %.",
        "Ngẫu nhiên rút chỗ này hai lần, chỗ kia không lần nào: e^(−{k}) = {law} %.",
    ).format(k=number(view.main.final("passes")), law=number(100 * view.main.final("expected"))),
    kind="number",
    low=0,
    high=100,
    step=1,
    tolerance=5,
    unit=same("%"),
)
