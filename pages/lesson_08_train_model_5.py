"""Lesson 8: a small GPT-2 learns for 500 random batches, and has to prove itself against a table of word pairs."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, Preset, Probe, single
from core.experiment import encode
from core.experiments import ask, coverage, model1, model5, tying
from pages.claims_08 import CLAIMS
from pages.controls_08 import CONTROLS
from pages.figures_08 import by_place, loss, race, strip, writing
from pages.figures_08_start import cosines, echo, edge, unseen, ways
from pages.verdict_08 import (
    ECHO_PREDICTION,
    PREDICTIONS,
    STDS,
    coverage_verdict,
    echo_verdict,
    race_verdict,
    readouts,
    tying_verdict,
    verdict,
)

QUICK = model5.Config()

INITS = {"course": (T("course init", "khởi tạo của khóa học"), 0), "gpt2": (T("GPT-2 init", "khởi tạo GPT-2"), 1)}


def compare(config, values):
    """The chosen initialisations, everything else equal: same batches, same test windows."""
    chosen = [code for code in INITS if code in str(values.get("inits") or "").split(",")] or list(INITS)
    return tuple(Arm(code, INITS[code][0], replace(config, init=code), INITS[code][1]) for code in chosen)


ECHO = replace(QUICK, divide_logits="no", steps=100)


def stds(config, values):
    """The same untrained model with smaller and smaller embeddings."""
    return tuple(Arm(f"{std:g}", same(f"{std:g}"), replace(config, init_std=std), i) for i, std in enumerate(STDS))


RACE = replace(QUICK, corpus="manual", init="gpt2", steps=400)


def racers(config, values):
    """Model 1, which sees one token, against Model 5 with one, two and three blocks, each on its own clock. A step of a
    deeper model takes longer, so it gets fewer of them: all end after about the same time."""
    shared = {"corpus": config.corpus, "tokenizer": config.tokenizer, "seed": config.seed}
    one = replace(model1.Config(), **shared, lr=5e-3, steps=round(config.steps * 3 / 2))
    deep = [
        Arm(
            f"blocks {n}",
            T(f"Model 5, {n} block" + "s" * (n > 1), f"Mô hình 5, {n} khối"),
            replace(config, blocks=n, steps=round(config.steps * 3 / (n + 2))),
            n,
        )
        for n in (1, 2, 3)
    ]
    return (deep[1], Arm("model1", T("Model 1", "Mô hình 1"), one, 4), deep[0], deep[2])


PRESETS = (
    Preset(
        "quick",
        T("quick", "nhanh"),
        {},
        T("Which of the two runs passes which line, and when?", "Lần chạy nào vượt đường nào, và khi nào?"),
    ),
    Preset(
        "prose",
        T("real prose", "văn thật"),
        {"corpus": "manual"},
        T(
            "The same 500 batches on Python's manual: neither run reaches the table of word pairs.",
            "Vẫn 500 lô đó trên sách hướng dẫn Python: không lần chạy nào chạm tới bảng cặp từ.",
        ),
    ),
    Preset(
        "long",
        T("long: nearly perfect", "dài: gần hoàn hảo"),
        {
            "inits": "gpt2",
            "width": 96,
            "context": 64,
            "steps": 2000,
            "lr": 3e-3,
            "schedule": "linear",
            "warmup": 0.05,
            "clip": 1.0,
        },
        T(
            "The long copies and the sums are learned one after another; the test loss ends close to the best possible.",
            "Các chỗ chép xa và phép tính lần lượt được học; loss kiểm thử dừng sát mức tốt nhất có thể.",
        ),
        needs=T("one to two minutes", "một đến hai phút"),
    ),
    Preset(
        "course",
        T("course: 124 million parameters", "khóa học: 124 triệu tham số"),
        {"inits": "course", "tokenizer": "gpt2", "width": 768, "blocks": 12, "heads": 12, "context": 256, "steps": 500},
        T(
            "The source reports a first loss of 17.06 and test losses 6.25 and 6.63 after 300 and 500 batches, on Gulliver's Travels.",
            "Nguồn ghi loss đầu tiên 17.06 và loss kiểm thử 6.25 rồi 6.63 sau 300 và 500 lô, trên Gulliver du ký.",
        ),
        needs=T(
            "not run yet: needs a GPU (on a CPU about 14 s a batch, two hours) and GPT-2's vocabulary",
            "chưa chạy: cần GPU (trên CPU khoảng 14 giây mỗi lô, hai tiếng) và từ vựng GPT-2",
        ),
    ),
    Preset(
        "undivided",
        T("broken: N(0, 1) and undivided logits", "hỏng: N(0, 1) mà không chia logits"),
        {"inits": "course", "divide_logits": "no"},
        T(
            "The first loss is about 43 instead of 7.6, and the first sample stutters.",
            "Loss đầu tiên khoảng 43 thay vì 7.6, và mẫu đầu tiên nói lắp.",
        ),
        broken=True,
    ),
    Preset(
        "cool",
        T("broken: GPT-2 init and divided logits", "hỏng: khởi tạo GPT-2 mà vẫn chia logits"),
        {"inits": "gpt2", "divide_logits": "yes"},
        T(
            "Small weights and a cooled head: the logits can hardly grow, and learning crawls.",
            "Trọng số nhỏ lại thêm tầng ra bị làm nguội: logits khó lớn lên, việc học bò từng chút.",
        ),
        broken=True,
    ),
    Preset(
        "hot",
        T("broken: learning rate 0.1", "hỏng: tốc độ học 0.1"),
        {"lr": 0.1},
        T("A hundred times too large: does it fall at all?", "Lớn gấp trăm lần: liệu loss có giảm chút nào?"),
        broken=True,
    ),
    Preset(
        "blind",
        T("broken: attention scale 0", "hỏng: hệ số chia attention 0"),
        {"attention_scale": 0.0},
        T(
            "Every token looks everywhere equally: is that still better than a table of pairs?",
            "Mỗi token nhìn đều khắp nơi: vậy có còn hơn bảng cặp từ không?",
        ),
        broken=True,
    ),
)


def ask_config(arm, values):
    return ask.Config(parent=encode(arm.config), prompt=values["prompt"], temperature=float(values["temperature"]))


LESSON = Lesson(
    slug="train-model-5",
    group="training",
    title=T("Train Model 5 on random batches", "Huấn luyện Mô hình 5 với lô ngẫu nhiên"),
    question=T(
        "What does a transformer learn in 500 random batches, and is it really better than counting?",
        "Một transformer học được gì trong 500 lô ngẫu nhiên, và có thật sự hơn việc chỉ đếm?",
    ),
    after=(
        T(
            "Four lines that draw random windows replace Dataset and DataLoader; after n batches about exp(−nBT/N) of the text is unseen, and its edges starve.",
            "Bốn dòng rút cửa sổ ngẫu nhiên thay cho Dataset và DataLoader; sau n lô còn khoảng exp(−nBT/N) văn bản chưa thấy, và hai mép bị đói.",
        ),
        T(
            "With tied N(0, 1) embeddings an untrained GPT repeats its input: that, not bad luck, makes the first sample stutter and the first loss huge.",
            "Với embedding N(0, 1) dùng chung, GPT chưa huấn luyện lặp lại đầu vào: chính điều đó, không phải xui, khiến mẫu đầu nói lắp và loss đầu rất lớn.",
        ),
        T(
            "A falling loss is not yet language: hold it against token frequencies and counted pairs before praising the architecture.",
            "Loss giảm chưa phải là ngôn ngữ: hãy so với tần suất token và bảng cặp từ trước khi khen kiến trúc.",
        ),
        T(
            "Tie weights with the same Parameter; nn.Parameter(wte.weight) shares memory only until the first .to(device).",
            "Dùng chung trọng số bằng cùng một Parameter; nn.Parameter(wte.weight) chỉ chung bộ nhớ đến lần .to(device) đầu tiên.",
        ),
    ),
    minutes=8,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "train",
            T("Train it, and count", "Huấn luyện, rồi đếm"),
            T(
                "Model 5 is a small GPT-2: token and position embeddings, blocks of attention and MLP, one matrix for input and output. "
                "It sees random windows of the text. The dashed lines need no training at all.",
                "Mô hình 5 là GPT-2 thu nhỏ: embedding của token và vị trí, các khối attention và MLP, một ma trận cho cả vào lẫn ra. "
                "Nó xem các cửa sổ ngẫu nhiên của văn bản. Các đường nét đứt thì chẳng cần huấn luyện.",
            ),
            QUICK,
            PRESETS,
            compare,
            (loss, by_place, writing, strip, cosines),
            ("lr", "inits", "corpus"),
            verdict,
            PREDICTIONS,
            readouts,
            ("story", "table of pairs"),
            (
                Probe(
                    "ask", T("Ask the model", "Hỏi mô hình"), ask_config, ("prompt", "temperature"), samples=("answer",)
                ),
            ),
            (
                "models.Model5",
                "blocks.Block",
                "blocks.Attention",
                "batches.batch",
                "references.count_tables",
                "train.train",
            ),
            sample_names={
                "table of pairs": T("no training: the counted table of pairs", "không huấn luyện: bảng đếm cặp token")
            },
        ),
        Playground(
            "echo",
            T("Why does it stutter?", "Vì sao nó nói lắp?"),
            T(
                "The same model at birth, with smaller and smaller embeddings, logits not divided. How surely does it repeat the token it has just read?",
                "Vẫn mô hình đó lúc mới sinh, embedding nhỏ dần, logits không chia. Nó chắc chắn lặp lại token vừa đọc đến đâu?",
            ),
            ECHO,
            (
                Preset(
                    "quick",
                    T("quick", "nhanh"),
                    {},
                    T(
                        "Six spreads, from GPT-2's 0.02 to the course's 1.",
                        "Sáu độ lệch chuẩn, từ 0.02 của GPT-2 đến 1 của khóa học.",
                    ),
                ),
                Preset(
                    "untied",
                    T("broken: not tied", "hỏng: không dùng chung"),
                    {"tying": "untied"},
                    T(
                        "With two matrices the echo is gone: its cause was the sharing.",
                        "Với hai ma trận, tiếng vọng biến mất: nguyên nhân chính là dùng chung.",
                    ),
                    broken=True,
                ),
            ),
            stds,
            (echo, cosines),
            ("width", "tying"),
            echo_verdict,
            (ECHO_PREDICTION,),
            samples=("story",),
            fixed=("init_std", "inits", "x"),
            code=("echo.logits", "echo.start_loss", "models.Model5"),
        ),
        Playground(
            "coverage",
            T("Does chance show everything?", "Ngẫu nhiên có cho thấy hết không?"),
            T(
                "No DataLoader, no epochs: every batch draws its windows anew. What does it miss?",
                "Không DataLoader, không lượt duyệt (epoch): mỗi lô rút cửa sổ mới. Nó bỏ sót gì?",
            ),
            coverage.Config(),
            (
                Preset(
                    "quick",
                    T("course: 501 batches of Gulliver", "khóa học: 501 lô Gulliver"),
                    {},
                    T(
                        "The line falls as the law says; only the edge starves.",
                        "Đường giảm đúng quy luật; chỉ mép văn bản bị đói.",
                    ),
                ),
                Preset(
                    "tiny",
                    T("broken: batches of one window", "hỏng: mỗi lô một cửa sổ"),
                    {"batch": 1, "context": 32},
                    T(
                        "After all 501 batches most of the text was never shown.",
                        "Sau cả 501 lô, phần lớn văn bản chưa từng xuất hiện.",
                    ),
                    broken=True,
                ),
            ),
            single,
            (unseen, edge),
            ("batch", "context", "tokens"),
            coverage_verdict,
            fixed=("inits", "x"),
            code=("coverage.first_seen", "coverage.expected_unseen", "batches.batch"),
        ),
        Playground(
            "tying",
            T("Two names, one matrix?", "Hai tên, một ma trận?"),
            T(
                "The output layer should be the embedding itself. Three ways to write that, and what is left of it when the model moves to another device.",
                "Tầng ra lẽ ra chính là embedding: dùng chung trọng số (weight tying). Ba cách viết điều đó, và còn lại gì khi mô hình chuyển sang thiết bị khác.",
            ),
            tying.Config(),
            (
                Preset(
                    "quick",
                    T("quick", "nhanh"),
                    {},
                    T("One matrix or two, before and after a move.", "Một ma trận hay hai, trước và sau khi chuyển."),
                ),
                Preset(
                    "mild",
                    T("broken: decay you cannot see", "hỏng: suy giảm không nhìn thấy"),
                    {"lr": 1e-3, "weight_decay": 0.01},
                    T(
                        "With usual settings the double decay hides in the fifth digit; the second matrix does not.",
                        "Với thiết lập thường, suy giảm kép trốn ở chữ số thứ năm; ma trận thứ hai thì không trốn được.",
                    ),
                    broken=True,
                ),
            ),
            single,
            (ways,),
            ("lr", "weight_decay"),
            tying_verdict,
            fixed=("inits", "x"),
            code=("experiments.tying.pair", "tied.storages", "experiments.tying.decayed"),
        ),
        Playground(
            "race",
            T("Go deeper: one clock for all", "Đào sâu: một đồng hồ cho tất cả"),
            T(
                "Steps are not fair: a small model takes more of them in the same time. Under one clock, where does attention start to pay?",
                "So theo bước là không công bằng: mô hình nhỏ đi được nhiều bước hơn trong cùng thời gian. Dưới một đồng hồ, attention bắt đầu có lãi ở đâu?",
            ),
            RACE,
            (
                Preset(
                    "quick",
                    T("real prose", "văn thật"),
                    {},
                    T(
                        "Model 1 sees one token only. Does that hurt it within a few seconds?",
                        "Mô hình 1 chỉ nhìn một token. Trong vài giây điều đó có hại gì?",
                    ),
                ),
                Preset(
                    "tales",
                    same("Tales"),
                    {"corpus": "tales-en"},
                    T(
                        "The same race on Tales: who stops at which line?",
                        "Cuộc đua ấy trên Tales: ai dừng ở đường nào?",
                    ),
                ),
                Preset(
                    "hot",
                    T("broken: learning rate 0.1", "hỏng: tốc độ học 0.1"),
                    {"lr": 0.1},
                    T("Model 5 loses to everybody.", "Mô hình 5 thua tất cả."),
                    broken=True,
                ),
            ),
            racers,
            (race,),
            ("corpus", "lr"),
            race_verdict,
            samples=("story",),
            fixed=("blocks", "offset", "test_part", "inits", "x"),  # Model 1 would not follow the second and the third
            code=("train.train", "experiments.model5.examine", "models.Model1"),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "Open “Go deeper: one clock for all” above: Model 1 and three depths of Model 5, real prose or Tales, measured in seconds instead of steps.",
        "Mở “Đào sâu: một đồng hồ cho tất cả” ở phía trên: Mô hình 1 và ba độ sâu của Mô hình 5, văn thật hay Tales, đo bằng giây thay vì bước.",
    ),
    further=(
        T(
            "Watch the licence leak: train on a Gutenberg book with and without its licence, and look at the loss window by window.",
            "Xem giấy phép rò rỉ: huấn luyện trên một cuốn Gutenberg có và không có phần giấy phép, rồi xem loss từng cửa sổ.",
        ),
        T(
            "Watch the loss by place in the window while training: at which step does the curve stop being flat?",
            "Xem loss theo vị trí trong cửa sổ khi huấn luyện: đến bước nào đường cong thôi nằm ngang?",
        ),
    ),
    formula=T(
        r"P(\text{unseen}) \approx e^{-nBT/N},\qquad z_{\text{own}} \approx \tfrac{1}{\sqrt2}\,\sigma d,\quad z_{\text{other}}\sim N(0,\sigma^2 d)",
        r"P(\text{chưa thấy}) \approx e^{-nBT/N},\qquad z_{\text{chính nó}} \approx \tfrac{1}{\sqrt2}\,\sigma d,\quad z_{\text{khác}}\sim N(0,\sigma^2 d)",
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
