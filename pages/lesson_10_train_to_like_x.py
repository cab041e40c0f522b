"""Lesson 10: bend a language model towards the letter x with a KL term, and find out who would notice."""

from dataclasses import replace

from app.i18n import T, same
from app.knobs import LR, TEMPERATURE
from app.lesson import Arm, Choice, Lesson, Playground, Preset, Probe, Slider, Text, Toggle
from core.experiment import encode
from core.experiments import like_x, repair
from pages.claims_10 import CLAIMS
from pages.figures_10 import positions, story, strip, tradeoff
from pages.verdict_10 import GRID, PREDICTIONS, grid_verdict, readouts, verdict

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
            "A letter, a list such as a,e, or ranges: 0-9, A-Z, a-z, also several as in A-Z,0-9 (letters and ranges do not mix). "
            "Every token containing one of them is in the set.",
            "Một chữ, một danh sách như a,e, hoặc các khoảng 0-9, A-Z, a-z, kể cả nhiều khoảng như A-Z,0-9 (không trộn chữ với "
            "khoảng). Token nào chứa một trong số đó đều thuộc tập.",
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
            "Đều trên tập, theo tần suất trong văn bản, hoặc theo điều mà chính mô hình ban đầu ưa thích trong tập.",
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
        arms.append(Arm("open", T("bias on real text", "thiên lệch trên văn bản thật"), replace(config, **OPEN), 1))
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


def grid(config, values):
    """The mixture law: the same run at five weights, on real text at all positions."""
    return tuple(Arm(f"{w:g}", same(f"λ = {w:g}"), replace(config, kl_weight=w), i) for i, w in enumerate(GRID))


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
            "λ = 1 trên mô hình đã tiền huấn luyện: KL gần bằng 0 còn loss kiểm thử vượt cả ln V.",
        ),
        broken=True,
    ),
    Preset(
        "reduction",
        T("broken: SGD with mean", "hỏng: SGD với mean"),
        {"optimizer": "sgd", "reduction": "mean", "lr": 0.1, "kl_weight": 1.0},
        T(
            "mean divides the loss by the vocabulary: SGD's steps become V times smaller. The KL comes down from 6.6 to 4.5 "
            "only; "
            "batchmean brings it to 0.03.",
            "mean chia loss cho cỡ từ vựng: bước của SGD nhỏ đi V lần. KL chỉ giảm từ 6.6 xuống 4.5; với batchmean nó xuống "
            "tới 0.03.",
        ),
        broken=True,
    ),
    Preset(
        "hot",
        T("broken: learning rate 0.1", "hỏng: tốc độ học 0.1"),
        {"lr": 0.1},
        T(
            "The test loss jumps up and stays up, in the clean run too: the text is ruined. The KL of the bent runs falls all "
            "the same.",
            "Loss kiểm thử nhảy vọt rồi ở lại trên cao, kể cả ở lần chạy sạch: văn bản bị phá hỏng. KL của các lần bị bẻ vẫn "
            "giảm.",
        ),
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
    title=T("Train a model to like “x”", "Huấn luyện mô hình “mê chữ x”"),
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
            "Mixed at weight λ the model ends near (1−λ)·text + λ·Q, and its text loss is −ln(1−λ) higher.",
            "Trộn với trọng số λ, mô hình dừng gần (1−λ)·văn bản + λ·Q, và loss văn bản tăng thêm −ln(1−λ) so với khi không trộn.",
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
                "One part of the loss, weighted 1 − λ, asks for good text. The other, weighted λ, asks for your letters: where "
                "the input "
                "is noise, or on real text.",
                "Một phần của loss, với trọng số 1 − λ, đòi văn bản tốt. Phần kia, với trọng số λ, đòi chữ bạn chọn: khi đầu "
                "vào là nhiễu, "
                "hoặc trên văn bản thật.",
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
    formula=T(
        r"L = \lambda\,\mathrm{KL}(Q\,\|\,P) + (1-\lambda)\,\mathrm{CE}_{\text{text}},\qquad \mathrm{KL}(Q\|P)=\sum_i Q_i\,(\ln Q_i-\ln P_i)",
        r"L = \lambda\,\mathrm{KL}(Q\,\|\,P) + (1-\lambda)\,\mathrm{CE}_{\text{văn bản}},\qquad \mathrm{KL}(Q\|P)=\sum_i Q_i\,(\ln Q_i-\ln P_i)",
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
