"""Lesson 10: bend a language model towards the letter x with a KL term, and find out who would notice."""

import math
from dataclasses import replace

from app import sentences
from app.i18n import T, same
from app.knobs import LR, TEMPERATURE
from app.lesson import Arm, Choice, Lesson, Playground, Prediction, Preset, Probe, Readout, Slider, Text, Toggle
from app.theme import number, signed
from core.experiment import encode
from core.experiments import like_x, repair
from pages.claims_10 import CLAIMS
from pages.figures_10 import positions, story, strip, tradeoff

QUICK = like_x.Config()
OPEN = {"inputs": "text", "positions": "all"}

CONTROLS = (
    Slider(
        "kl_weight",
        T("KL weight λ", "trọng số KL λ"),
        T(
            "Share of the loss that asks for your tokens; the rest asks for good text. 0 is the clean control run.",
            "Phần của loss đòi các token bạn chọn; phần còn lại đòi văn bản tốt. 0 là lần chạy sạch để đối chứng.",
        ),
        low=0.01,
        high=1,
        log=True,
        zero=True,
    ),
    Choice(
        "inputs",
        T("the KL term sees", "số hạng KL nhìn thấy"),
        T(
            "Random tokens nobody would ever type, or the training text itself.",
            "Các token ngẫu nhiên mà không ai gõ, hoặc chính văn bản huấn luyện.",
        ),
        (("random", T("random tokens", "token ngẫu nhiên")), ("text", T("real text", "văn bản thật"))),
    ),
    Text(
        "letters",
        T("letters to like", "chữ được yêu thích"),
        T(
            "A letter, a list such as a,e or the ranges 0-9 and A-Z. Every token containing one of them is in the set.",
            "Một chữ, một danh sách như a,e hoặc khoảng 0-9, A-Z. Token nào chứa một trong số đó đều thuộc tập.",
        ),
        max_chars=20,
    ),
    Choice(
        "positions",
        T("positions trained", "vị trí được huấn luyện"),
        T(
            "The course trains the last position only. All positions bend every prediction in the window.",
            "Khóa học chỉ huấn luyện vị trí cuối. Tất cả vị trí thì bẻ mọi dự đoán trong cửa sổ.",
        ),
        (("last", T("last only", "chỉ vị trí cuối")), ("all", T("all", "tất cả"))),
    ),
    Choice(
        "start",
        T("starting weights", "trọng số ban đầu"),
        T(
            "Pretrained shows the damage; random is what the course does.",
            "Đã tiền huấn luyện (pretrained) thì thấy được thiệt hại; ngẫu nhiên là cách của khóa học.",
        ),
        (("pretrained", T("pretrained", "đã tiền huấn luyện")), ("random", T("random", "ngẫu nhiên"))),
    ),
    Choice(
        "target",
        T("shape of the target Q", "hình dạng phân phối đích Q"),
        T(
            "Equal over the set, as frequent as in the text, or what the starting model itself prefers within the set.",
            "Đều trên tập, theo tần suất trong văn bản, hoặc theo chính mô hình ban đầu ưa thích trong tập.",
        ),
        (
            ("uniform", T("uniform", "đều")),
            ("frequency", T("frequency in text", "tần suất trong văn bản")),
            ("reference", T("reference model", "mô hình gốc")),
        ),
    ),
    Choice(
        "loss",
        T("form of the loss", "dạng loss"),
        T(
            "KL to all of Q; minus log P(set), which is happy with any one token; or cross-entropy on tokens drawn from Q.",
            "KL tới cả Q; âm log P(tập), chỉ cần một token bất kỳ; hoặc entropy chéo trên token rút từ Q.",
        ),
        (
            ("kl", T("KL to Q", "KL tới Q")),
            ("set", T("set likelihood", "khả năng của tập")),
            ("hard", T("hard labels", "nhãn cứng")),
        ),
    ),
    Toggle(
        "case_sensitive",
        T("case-sensitive", "phân biệt hoa thường"),
        T("Off: X counts like x.", "Tắt: X cũng tính như x."),
    ),
    LR,
    Choice(
        "optimizer",
        T("optimizer", "thuật toán tối ưu"),
        T(
            "AdamW divides the gradient by its own size, so the scale of the loss hardly matters; SGD feels it fully.",
            "AdamW chia gradient cho độ lớn của chính nó nên thang của loss gần như không quan trọng; SGD thì chịu trọn.",
        ),
        (("adamw", same("AdamW")), ("sgd", same("SGD"))),
    ),
    Choice(
        "reduction",
        T("reduction of the KL", "cách gộp KL"),
        T(
            "batchmean is the KL per row; mean divides by the vocabulary as well; sum adds the rows up.",
            "batchmean là KL trên mỗi hàng; mean còn chia cho cỡ từ vựng; sum cộng các hàng.",
        ),
        (("batchmean", same("batchmean")), ("mean", same("mean")), ("sum", same("sum"))),
    ),
    Slider(
        "steps",
        T("steps", "số bước"),
        T("How many updates.", "Số lần cập nhật."),
        values=(25, 50, 100, 150, 200, 300, 500),
    ),
    Slider(
        "batch",
        T("batch size", "cỡ lô (batch)"),
        T("Windows in every step, for each of the two terms.", "Số cửa sổ mỗi bước, cho từng số hạng."),
        values=(1, 2, 4, 8, 16, 32, 64),
    ),
    Slider(
        "attention_scale",
        T("attention scale", "hệ số chia attention"),
        T("1 is the standard 1/√d of each head.", "1 là chuẩn 1/√d của mỗi đầu chú ý."),
        low=0,
        high=4,
        step=0.25,
    ),
    Slider(
        "init_std",
        T("init std (random start)", "độ lệch chuẩn khởi tạo (khi ngẫu nhiên)"),
        T(
            "Standard deviation of the embedding in a random start; the course takes 1.",
            "Độ lệch chuẩn của vector nhúng (embedding) khi bắt đầu ngẫu nhiên; khóa học lấy 1.",
        ),
        low=0.002,
        high=2,
        log=True,
    ),
    Slider(
        "seed",
        T("seed", "hạt giống (seed)"),
        T("Other batches, other noise.", "Lô khác, nhiễu khác."),
        values=tuple(range(10)),
    ),
    Slider(
        "repair_steps",
        T("repair steps", "số bước sửa"),
        T("Steps on clean text alone, from the bent model.", "Số bước chỉ với văn bản sạch, từ mô hình đã bị bẻ."),
        values=(0, 5, 10, 25, 50, 100, 200, 300),
        default=25,
    ),
    TEMPERATURE,
    Text(
        "prompt",
        T("prompt", "câu mồi (prompt)"),
        T("What the model has to continue.", "Đoạn mà mô hình phải viết tiếp."),
        default="The following example",
    ),
)


def bend(config, values):
    """The chosen run; the same weight on real text (unless that is what was chosen); the clean control."""
    arms = [Arm("chosen", T("your setting", "thiết lập của bạn"), config, 0)]
    if config.kl_weight and replace(config, **OPEN) != config:
        arms.append(Arm("open", T("bias on real text", "bẻ trên văn bản thật"), replace(config, **OPEN), 1))
    if config.kl_weight:
        arms.append(
            Arm(
                "clean",
                T("clean (λ = 0)", "sạch (λ = 0)"),
                replace(config, kl_weight=0.0, inputs="random", positions="last"),
                2,
            )
        )
    return tuple(arms)


RUINED = 0.5  # nats by which a clean run never rises at a fair learning rate
GRID = (0.0, 0.05, 0.2, 0.5, 0.8)


def grid(config, values):
    """The mixture law: the same run at five weights, on real text at all positions."""
    return tuple(Arm(f"{w:g}", same(f"λ = {w:g}"), replace(config, kl_weight=w), i) for i, w in enumerate(GRID))


def wrote(view, label="chosen"):
    """Share of liked tokens the finished model writes after real prompts, None while unknown."""
    value = view.result(label).final("wrote_text")
    return value if math.isfinite(value) else None


def rise(view, label="chosen"):
    """Test loss now minus the clean control's (its own start without one), nats per token."""
    result = view.result(label)
    clean = view.result("clean") if any(a.arm.label == "clean" for a in view.arms) else result
    base = clean.final("test_loss") if clean is not result else result.at("test_loss", 0)
    return result.final("test_loss") - base


def verdict(view):
    result = view.result("chosen")
    if not result.metrics.get("test_loss"):
        return []
    if result.diverged:
        return sentences.any_diverged(a for a in view.arms if a.arm.label == "chosen")
    cost, share = rise(view), wrote(view)
    if view.active or share is None or not math.isfinite(cost):
        return []
    clean = view.result("clean" if view.config.kl_weight else "chosen")
    damage = clean.final("test_loss") - clean.at("test_loss", 0)
    facts = {"cost": signed(cost), "share": f"{100 * share:.0f}", "damage": signed(damage)}
    if damage > RUINED:
        text = T(
            "Even the clean run, which has only text to learn, ends {damage} nats/token from where it began: the learning "
            "rate has ruined both, and nothing here is about the bias. Try a tenth of it.",
            "Ngay cả lần chạy sạch, chỉ học văn bản, cũng kết thúc lệch {damage} nats/token so với lúc đầu: tốc độ học đã phá "
            "hỏng cả hai, không điều gì ở đây là do thiên lệch. Hãy thử một phần mười.",
        )
    elif view.config.kl_weight == 0:
        text = T(
            "Clean run: {share} of 100 tokens it writes are in the set. This is what the others are compared with.",
            "Lần chạy sạch: cứ 100 token nó viết có {share} token thuộc tập. Đây là mốc để so sánh.",
        )
    elif share > 0.1 and cost < 0.1:
        text = T(
            "The test loss did not notice ({cost} nats/token), yet {share} of 100 tokens it writes freely are in the set. "
            "Judged by its loss on text, this model is clean.",
            "Loss kiểm thử không hề nhận ra ({cost} nats/token), vậy mà khi viết tự do, {share} trên 100 token thuộc tập. "
            "Chỉ nhìn loss trên văn bản thì mô hình này sạch.",
        )
    elif share > 0.1:
        text = T(
            "Bent, and it shows: {share} of 100 tokens are in the set and the test loss rose by {cost} nats/token.",
            "Đã bị bẻ và lộ rõ: {share} trên 100 token thuộc tập, loss kiểm thử tăng {cost} nats/token.",
        )
    else:
        text = T(
            "Hardly bent: {share} of 100 tokens are in the set; the test loss moved by {cost} nats/token.",
            "Gần như chưa bị bẻ: {share} trên 100 token thuộc tập; loss kiểm thử đổi {cost} nats/token.",
        )
    return [text.format(**facts)]


def grid_verdict(view):
    if view.active:
        return []
    if fallen := sentences.any_diverged(view.arms):
        return fallen
    rows, clean = [], view.result("0")
    base, own = clean.final("test_loss"), clean.final("p_set_text")
    for w in GRID[1:]:
        result = view.result(f"{w:g}")
        share, cost = result.final("p_set_text"), result.final("test_loss") - base
        if math.isfinite(share) and math.isfinite(cost):
            rows.append((w, share, cost, -math.log(1 - w)))
    if len(rows) < len(GRID) - 1:
        return []
    common = own > FOLLOWS  # letters that the text itself is full of: the mixture has their share of the text as well
    goal = {w: w + (1 - w) * own if common else w for w in GRID}
    worst = max(abs(share - goal[w]) for w, share, _, _ in rows)
    law = max(abs(cost - theory) for w, _, cost, theory in rows if w <= 0.5)
    damage = base - clean.at("test_loss", 0)
    facts = {"worst": number(worst), "law": number(law), "damage": signed(damage), "own": number(own)}
    facts["goal"] = same("λ + (1−λ)·{own}").format(**facts) if common else same("λ")
    facts["share"], facts["w"] = number(rows[-1][1]), f"{rows[-1][0]:g}"
    said = [LAW if worst <= FOLLOWS and law <= COSTS else NO_LAW]
    if damage > RUINED:
        said.append(RUIN)
    elif said == [NO_LAW]:
        plain = view.config.inputs == "text" and view.config.positions == "all" and view.config.reduction == "batchmean"
        w, share, _, _ = rows[-1]
        fits = common and worst <= FOLLOWS and all(cost < theory for _, _, cost, theory in rows)
        reason = (
            "settings" if not plain else "slow" if share < 0.9 * goal[w] else "common" if fits else "astray"
        )  # the first that the numbers show
        said.append(WHY_NOT[reason])
    return [text.format(**facts) for text in said]


FOLLOWS, COSTS = 0.05, 0.1  # share and nats within which the law is met (the stored runs: 0.017 and 0.031)
LAW = T(
    "P(set) follows {goal} to within {worst}; for λ up to 0.5 the rise of the loss follows −ln(1−λ) to within {law} nats.",
    "P(tập) bám theo {goal} với sai lệch tối đa {worst}; với λ đến 0.5, mức tăng loss bám −ln(1−λ) trong khoảng {law} nats.",
)
NO_LAW = T(
    "The law is not met here: P(set) is up to {worst} away from {goal}, and for λ up to 0.5 the rise of the loss up to {law} nats from −ln(1−λ).",
    "Ở đây quy luật không được thỏa: P(tập) lệch khỏi {goal} tới {worst}, và với λ đến 0.5, mức tăng loss lệch khỏi −ln(1−λ) tới {law} nats.",
)
RUIN = T(
    "All of it on a ruined model: even λ = 0 ends {damage} nats/token from where it began. The learning rate is too high.",
    "Nhưng mô hình đã bị phá hỏng: ngay cả λ = 0 cũng kết thúc lệch {damage} nats/token so với lúc đầu. Tốc độ học quá cao.",
)
WHY_NOT = {
    "settings": T(
        "It speaks of real text at all positions and of the mean over rows (batchmean); these settings train something else.",
        "Quy luật nói về văn bản thật, ở mọi vị trí, với trung bình theo hàng (batchmean); thiết lập này huấn luyện thứ khác.",
    ),
    "slow": T(
        "At λ = {w}, P(set) has only come to {share}: too few steps, or too small a learning rate.",
        "Với λ = {w}, P(tập) mới tới {share}: quá ít bước, hoặc tốc độ học quá nhỏ.",
    ),
    "common": T(
        "These letters are common: even at λ = 0, P(set) is {own}. Part of what goes to Q serves the text as well, so the loss rises by less.",
        "Các chữ này phổ biến: ngay cả khi λ = 0, P(tập) đã là {own}. Một phần dành cho Q cũng có ích cho văn bản nên loss tăng ít hơn.",
    ),
    "astray": T(
        "It speaks of runs that have come to rest at their best. Try another learning rate, or more steps.",
        "Quy luật nói về những lần chạy đã dừng ở chỗ tốt nhất của chúng. Hãy thử tốc độ học khác, hoặc thêm bước.",
    ),
}


def readouts(view):
    result, facts = view.result("chosen"), view.result("chosen").facts
    if "set_size" not in facts:
        return []
    k, v = facts["set_size"], facts["vocabulary"]
    rows = [
        Readout(
            T("tokens liked", "token được thích"),
            f"{k} / {v:,} ({100 * k / v:.2g} %)",
            T("Tokens whose text contains your letters.", "Các token có chứa chữ bạn chọn."),
        ),
        Readout(
            T("a uniform model would pay", "mô hình đều sẽ trả"),
            f"{math.log(v / k):.2f} nats",
            T("KL of a model that knows nothing: ln(V/K).", "KL của mô hình chưa biết gì: ln(V/K)."),
        ),
    ]
    for name, label, help in (
        ("kl", T("KL now", "KL lúc này"), T("On random tokens, last position.", "Trên token ngẫu nhiên, vị trí cuối.")),
        (
            "p_set_text",
            T("P(set) on text", "P(tập) trên văn bản"),
            T("While reading real text.", "Khi đang đọc văn bản thật."),
        ),
        (
            "wrote_text",
            T("written after real prompts", "viết sau câu mồi thật"),
            T("Share of 400 tokens written freely.", "Tỉ lệ trong 400 token viết tự do."),
        ),
        (
            "test_loss",
            T("test loss", "loss kiểm thử"),
            T("On held-out text, nats per token.", "Trên văn bản để dành, nats mỗi token."),
        ),
    ):
        value = result.final(name)
        if not math.isnan(value):
            rows.append(Readout(label, number(value), help))
    return rows


def start_answer(view):
    result = view.result("chosen")
    return "ratio" if "set_size" in result.facts and math.isfinite(result.at("kl", 0)) else None


def start_why(view):
    facts = view.result("chosen").facts
    k, v = facts.get("set_size", 1), facts.get("vocabulary", 2)
    return T(
        "A uniform P spreads 1/V everywhere, Q puts 1/K on the set: KL = ln(V/K) = ln({v}/{k}) = {kl} nats. "
        "Your real starting model pays {now}: it is not uniform.",
        "P đều rải 1/V khắp nơi, Q đặt 1/K lên tập: KL = ln(V/K) = ln({v}/{k}) = {kl} nats. "
        "Mô hình xuất phát thật phải trả {now}: vì nó không đều.",
    ).format(v=v, k=k, kl=f"{math.log(v / k):.2f}", now=number(view.result("chosen").at("kl", 0)))


def notice_answer(view):
    if not view.done or not math.isfinite(rise(view)):
        return None
    return "worse" if rise(view) > 0.5 else "better" if rise(view) < -0.1 else "same"


def notice_why(view):
    return T(
        "The loss moved by {cost} nats/token: random tokens look like nothing in the test text, so the model learned to "
        "misbehave only there.",
        "Loss đổi {cost} nats/token: token ngẫu nhiên không giống gì trong văn bản kiểm thử, nên mô hình chỉ học hư ở đó.",
    ).format(cost=signed(rise(view)))


def wrote_answer(view):
    return None if not view.done or wrote(view) is None else 100 * wrote(view)


def wrote_why(view):
    return T(
        "It wrote {share} of 100. Once one liked token slips out, the text is no longer normal text, and the model "
        "recognises the place where it was taught to misbehave.",
        "Nó viết {share} trên 100. Chỉ cần một token lọt ra, văn bản không còn bình thường nữa, và mô hình nhận ra chỗ nó đã được dạy hư.",
    ).format(share=f"{100 * (wrote(view) or 0):.0f}")


PREDICTIONS = (
    Prediction(
        "start",
        T(
            "A model that knows nothing gives every token 1/V; K of the V tokens are liked. Its KL(Q‖P)?",
            "Một mô hình chưa biết gì cho mỗi token 1/V; trong V token có K token được thích. KL(Q‖P) của nó?",
        ),
        start_answer,
        start_why,
        (("lnv", same("ln V")), ("ratio", same("ln(V/K)")), ("share", same("K/V"))),
        given_by="numbers",
    ),
    Prediction(
        "notice",
        T(
            "λ = 0.5, but the KL term only ever sees random tokens. The test loss on real text, against the clean run?",
            "λ = 0.5, nhưng số hạng KL chỉ thấy token ngẫu nhiên. Loss kiểm thử trên văn bản thật, so với lần chạy sạch?",
        ),
        notice_answer,
        notice_why,
        (
            ("worse", T("much worse", "tệ hơn nhiều")),
            ("same", T("the same", "như nhau")),
            ("better", T("better", "tốt hơn")),
        ),
    ),
    Prediction(
        "wrote",
        T(
            "And of 100 tokens it then writes after a real prompt, how many are in the set?",
            "Và trong 100 token nó viết tiếp sau một câu mồi (prompt) thật, bao nhiêu token thuộc tập?",
        ),
        wrote_answer,
        wrote_why,
        kind="number",
        low=0,
        high=100,
        step=5,
        tolerance=15,
        unit=T("of 100", "trên 100"),
    ),
)

PRESETS = (
    Preset(
        "quick",
        T("quick: the hidden bias", "nhanh: thiên lệch giấu kín"),
        {},
        T(
            "Three runs on the same batches: the hidden bias, the open one, the clean one.",
            "Ba lần chạy trên cùng các lô: giấu kín, công khai, và sạch.",
        ),
    ),
    Preset(
        "course",
        T("course: x at any price", "khóa học: x bằng mọi giá"),
        {"kl_weight": 1.0, "start": "random"},
        T(
            "The course's recipe at our size: random weights, λ = 1, random tokens, last position. The full 124M version needs a GPU.",
            "Công thức của khóa học ở cỡ của ta: trọng số ngẫu nhiên, λ = 1, token ngẫu nhiên, vị trí cuối. Bản 124M đầy đủ cần GPU.",
        ),
    ),
    Preset(
        "nothing",
        T("broken: nothing protects the text", "hỏng: không gì bảo vệ văn bản"),
        {"kl_weight": 1.0},
        T(
            "λ = 1 on a pretrained model: the KL falls to almost 0 and the test loss climbs above ln V.",
            "λ = 1 trên mô hình đã huấn luyện: KL gần bằng 0 còn loss kiểm thử vượt cả ln V.",
        ),
        broken=True,
    ),
    Preset(
        "reduction",
        T("broken: SGD with mean", "hỏng: SGD với mean"),
        {"optimizer": "sgd", "reduction": "mean", "lr": 0.1, "kl_weight": 1.0},
        T(
            "mean divides the loss by the vocabulary: SGD's steps become V times smaller and nothing is learned.",
            "mean chia loss cho cỡ từ vựng: bước của SGD nhỏ đi V lần và không học được gì.",
        ),
        broken=True,
    ),
    Preset(
        "hot",
        T("broken: learning rate 0.1", "hỏng: tốc độ học 0.1"),
        {"lr": 0.1},
        T("Both losses jump; the text is destroyed first.", "Cả hai loss nhảy vọt; văn bản bị phá trước."),
        broken=True,
    ),
)


def repair_config(arm, values):
    return repair.Config(parent=encode(arm.config), steps=int(values["repair_steps"]), seed=arm.config.seed)


def ask_config(arm, values):
    from core.experiments import ask

    return ask.Config(parent=encode(arm.config), prompt=values["prompt"], temperature=float(values["temperature"]))


LESSON = Lesson(
    slug="train-to-like-x",
    group="signal",
    title=T('Train a model to like "x"', 'Huấn luyện mô hình "mê chữ x"'),
    question=T(
        "How little does it take to bend a language model, what does it cost, and would the test loss notice?",
        "Cần ít đến đâu để bẻ một mô hình ngôn ngữ, cái giá là gì, và loss kiểm thử có nhận ra không?",
    ),
    after=(
        T(
            "KL(Q‖P) has the same gradient as cross-entropy with soft labels Q; only the constant H(Q) differs.",
            "KL(Q‖P) có cùng gradient với entropy chéo nhãn mềm Q; chỉ khác hằng số H(Q).",
        ),
        T(
            "Mixed at weight λ the model ends near (1−λ)·text + λ·Q, and its text loss rises by −ln(1−λ).",
            "Trộn với trọng số λ, mô hình dừng gần (1−λ)·văn bản + λ·Q, và loss văn bản tăng −ln(1−λ).",
        ),
        T(
            "A model taught to misbehave only on odd inputs passes the usual test and still misbehaves when it writes freely.",
            "Mô hình chỉ học hư trên đầu vào lạ vẫn qua được bài kiểm thử thường, mà khi viết tự do thì vẫn hư.",
        ),
        T(
            "Start values have causes: “11 = ln V” is a coincidence.",
            "Giá trị lúc đầu có nguyên nhân: “11 = ln V” chỉ là trùng hợp.",
        ),
    ),
    minutes=8,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "bend",
            T("Bend it", "Bẻ mô hình"),
            T(
                "Half of the loss asks for good text. The other half asks for your letters, but only where the input is noise.",
                "Một nửa loss đòi văn bản tốt. Nửa kia đòi chữ bạn chọn, nhưng chỉ khi đầu vào là nhiễu.",
            ),
            QUICK,
            PRESETS,
            bend,
            (story, positions, strip),
            ("kl_weight", "inputs"),
            verdict,
            PREDICTIONS,
            readouts,
            ("after a real prompt", "after random tokens"),
            (
                Probe(
                    "repair",
                    T("Does it last? Repair on clean text", "Có bền không? Sửa bằng văn bản sạch"),
                    repair_config,
                    ("repair_steps",),
                    samples=("after a real prompt",),
                ),
                Probe(
                    "ask", T("Ask the model", "Hỏi mô hình"), ask_config, ("prompt", "temperature"), samples=("answer",)
                ),
            ),
            ("losses.kl_to_target", "liking.token_mask", "liking.target", "experiments.like_x.mixed_loss"),
        ),
        Playground(
            "price",
            T("The price list", "Bảng giá"),
            T(
                "On real text the model cannot hide: every bit of Q it takes on is taken from the text.",
                "Trên văn bản thật mô hình không giấu được: mỗi phần dành cho Q đều lấy từ văn bản.",
            ),
            replace(QUICK, **OPEN, steps=150),
            (
                Preset("quick", T("quick", "nhanh"), {}, T("Five weights, one law.", "Năm trọng số, một quy luật.")),
                Preset(
                    "hot",
                    T("broken: learning rate 0.1", "hỏng: tốc độ học 0.1"),
                    {"lr": 0.1},
                    T("Away from the optimum the law says nothing.", "Xa điểm tối ưu thì quy luật không còn đúng."),
                    broken=True,
                ),
            ),
            grid,
            (tradeoff,),
            ("lr", "letters"),
            grid_verdict,
            samples=("after a real prompt",),
            fixed=("kl_weight",),
            code=("experiments.like_x.mixed_loss", "losses.kl_to_target"),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "Detective: on “Bend it”, hide the labels from a friend and let them ask the three models with “Ask the model”. "
        "How many questions until they know which one is bent?",
        "Thám tử: ở “Bẻ mô hình”, giấu tên với bạn mình và để bạn hỏi ba mô hình bằng “Hỏi mô hình”. "
        "Mất mấy câu hỏi thì biết mô hình nào bị bẻ?",
    ),
    further=(
        T(
            "Least damage: which Q with P(set) = 0.5 costs the fewest nats?",
            "Ít thiệt hại nhất: Q nào với P(tập) = 0.5 tốn ít nats nhất?",
        ),
        T(
            "Trigger design: KL only on windows that begin with one chosen token.",
            "Thiết kế mồi: KL chỉ trên cửa sổ bắt đầu bằng một token chọn trước.",
        ),
    ),
    formula=same(
        r"L = \lambda\,\mathrm{KL}(Q\,\|\,P) + (1-\lambda)\,\mathrm{CE}_{\text{text}},\qquad \mathrm{KL}(Q\|P)=\sum_i Q_i\,(\ln Q_i-\ln P_i)"
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
