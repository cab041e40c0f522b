"""Lesson 18: grade every position of a window or only the last, and find out what the saved effort costs."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, Probe, single
from core.experiment import encode
from core.experiments import ask, gradient_signal, head_cost, prompt_lengths
from pages.claims_18 import CLAIMS, QUICK
from pages.controls_18 import CONTROLS
from pages.figures_18 import meter, place, race, triangle
from pages.figures_18_costs import cost, signal, texts
from pages.presets_18 import COST_PRESETS, RACE_PRESETS, SIGNAL_PRESETS, TEXT_PRESETS, WHERE_PRESETS
from pages.verdict_18 import PREDICTIONS, place_verdict, readouts, verdict
from pages.verdict_18_costs import COST_PREDICTION, cost_verdict, signal_readouts, signal_verdict, text_verdict

COLORS = {"all": 0, 1: 1, 16: 2, 4: 3}  # in every picture the same


def graded(config, k: int):
    """The same run with k graded positions; all of them is one run, whatever stood beside it."""
    if k >= config.context:
        return replace(config, graded=0, graded_at="last", head_at="all")
    return replace(config, graded=k)


def arm(config, k: int):
    if k >= config.context:
        return Arm("all", T(f"all {config.context} positions", f"cả {config.context} vị trí"), graded(config, k), 0)
    how = {"last": T("last", "cuối"), "random": T("random", "ngẫu nhiên"), "every": T("spaced", "cách đều")}[
        config.graded_at
    ]
    name = T(
        f"{how.en} {k}" if k > 1 else f"{how.en} one only",
        f"{k} vị trí {how.vi}" if k > 1 else f"chỉ 1 vị trí {how.vi}",
    )
    return Arm(str(k), name, graded(config, k), COLORS.get(k, 4))


def race_arms(config, values):
    """The chosen number of graded positions first, then all, then those drawn beside it; same start, same batches."""
    k, whole = config.graded or config.context, config.context
    wanted = str(values.get("beside") or "").split(",")
    others = [whole] * ("all" in wanted) + [n for n in (16, 4, 1) if str(n) in wanted and n < whole]
    return tuple(arm(config, n) for n in dict.fromkeys([min(k, whole), *others]))


def two_arms(config, values):
    """The chosen number of graded positions against all."""
    return race_arms(config, {"beside": "all"})


TEXT_NAMES = {
    "manual": T("Python's manual", "sách hướng dẫn Python"),
    "docs-python": T("web pages", "trang web"),
    "tales-en": same("Tales"),
}


def text_arms(config, values):
    """Two texts, each graded everywhere and at the end only."""
    second = str(values.get("second") or "docs-python")
    arms = []
    for text, colors in ((config.corpus, (0, 4)), (second, (1, 5))):
        for (label, k, how), color in zip(
            (("all", config.context, T("all", "tất cả")), ("last", 1, T("last", "cuối"))), colors, strict=True
        ):
            name = T(f"{TEXT_NAMES[text].en}, {how.en}", f"{TEXT_NAMES[text].vi}, {how.vi}")
            arms.append(Arm(f"{text}/{label}", name, replace(graded(config, k), corpus=text), color))
    return tuple(arms)


def signal_arms(config, values):
    """The warmed-up model, and the same one untrained."""
    return (
        Arm("warm", T(f"after {config.warm} steps", f"sau {config.warm} bước"), config, 0),
        Arm("untrained", T("untrained", "chưa huấn luyện"), replace(config, warm=0), 7),
    )


def ask_config(arm, values):
    return ask.Config(parent=encode(arm.config), prompt=values["prompt"], temperature=float(values["temperature"]))


def prompt_config(arm, values):
    return prompt_lengths.Config(
        parent=encode(arm.config),
        short=int(values["short"]),
        temperature=float(values["temperature"]),
        left_on=bool(values["left_on"]),
    )


LESSON = Lesson(
    slug="final-token-loss",
    group="signal",
    title=T(
        "Fine dropout in model 5, part 2: loss on the final token only",
        "Dropout trong Mô hình 5, phần 2: chỉ tính loss ở token cuối",
    ),
    question=T(
        "What is lost when only the last position of each window is graded, and does that really reflect inference better?",
        "Mất gì khi chỉ chấm vị trí cuối của mỗi cửa sổ, và như vậy có thật sự giống lúc suy luận hơn không?",
    ),
    after=(
        T(
            "With a causal mask every position is already a next-token prediction from its own past; grading all T positions is T exercises for one forward pass, the last one included.",
            "Với mặt nạ nhân quả, mọi vị trí vốn đã là một dự đoán token kế tiếp từ quá khứ của nó; chấm cả T vị trí là T bài tập cho một lượt tính tới, kể cả vị trí cuối.",
        ),
        T(
            "Final-token training loses even on the final token, because it has had T times fewer graded predictions.",
            "Chỉ chấm token cuối thì thua ngay cả ở token cuối, vì số dự đoán được chấm ít đi T lần.",
        ),
        T(
            "It is not T times cheaper: the body costs the same; only the output layer can be skipped, and the course's code does not skip it.",
            "Nó không rẻ đi T lần: thân mô hình tốn như cũ; chỉ tầng ra là bỏ được, mà mã của khóa học lại không bỏ.",
        ),
        T(
            "A jumpy loss curve is partly the meter: averaging 64 numbers instead of 16,384.",
            "Đường loss giật một phần do thước đo: lấy trung bình 64 số thay vì 16,384 số.",
        ),
    ),
    minutes=8,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "graded",
            T("Grade fewer positions", "Chấm ít vị trí hơn"),
            T(
                "All runs start from the same weights and read the same windows. They differ only in how many predictions of a window enter the loss.",
                "Mọi lần chạy bắt đầu từ cùng trọng số và đọc cùng các cửa sổ. Chúng chỉ khác ở chỗ bao nhiêu dự đoán của một cửa sổ được tính vào loss.",
            ),
            QUICK,
            RACE_PRESETS,
            race_arms,
            (race, triangle),
            ("graded", "graded_at", "x"),
            verdict,
            PREDICTIONS,
            readouts,
            ("story",),
            (
                Probe(
                    "ask",
                    T("Ask the models", "Hỏi các mô hình"),
                    ask_config,
                    ("prompt", "temperature"),
                    samples=("answer",),
                ),
            ),
            (
                "experiments.model5.graded_loss",
                "batches.place_numbers",
                "models.Model5",
                "crossing.first_below",
                "train.train",
            ),
        ),
        Playground(
            "where",
            T("Where in the window?", "Ở đâu trong cửa sổ?"),
            T(
                "Every prompt is shorter than the window at first: generation asks the early positions. And how surely can the loss of one position be measured at all?",
                "Câu mồi nào lúc đầu cũng ngắn hơn cửa sổ: sinh văn bản hỏi các vị trí đầu. Và loss của một vị trí đo được chắc đến đâu?",
            ),
            QUICK,
            WHERE_PRESETS,
            two_arms,
            (place, meter),
            ("graded", "meter_windows", "short"),
            place_verdict,
            probes=(
                Probe(
                    "prompts",
                    T("A short and a long prompt", "Câu mồi ngắn và câu mồi dài"),
                    prompt_config,
                    ("short", "temperature", "left_on"),
                    samples=("short prompt", "long prompt"),
                ),
            ),
            code=(
                "close_look.last_losses",
                "close_look.events",
                "batches.overlapping_rows",
                "experiments.prompt_lengths.run",
            ),
        ),
        Playground(
            "signal",
            T("What one step hears", "Một bước nghe được gì"),
            T(
                "Gradients of independent batches, the model standing still. What they share is signal; the rest is noise.",
                "Gradient của các lô độc lập, mô hình đứng yên. Phần chung là tín hiệu; phần còn lại là nhiễu.",
            ),
            gradient_signal.Config(),
            SIGNAL_PRESETS,
            signal_arms,
            (signal,),
            ("warm", "batch", "graded_at"),
            signal_verdict,
            readouts=signal_readouts,
            code=("gradient_noise.Meter", "experiments.gradient_signal.measure", "gradient_noise.gradient"),
        ),
        Playground(
            "cost",
            T("What it saves", "Tiết kiệm được gì"),
            T(
                "One forward and backward pass, three ways: everything graded; the course's slice of all logits; the output layer on the graded positions alone.",
                "Một lượt tính tới và lan ngược, ba cách: chấm tất cả; cắt từ toàn bộ logits như khóa học; tầng ra chỉ tính ở vị trí được chấm.",
            ),
            head_cost.Config(),
            COST_PRESETS,
            single,
            (cost,),
            ("vocabulary", "width", "graded"),
            cost_verdict,
            (COST_PREDICTION,),
            code=("experiments.head_cost.run", "experiments.head_cost.multiply_adds", "models.Model5"),
        ),
        Playground(
            "texts",
            T("The text or the grading?", "Tại văn bản hay tại cách chấm?"),
            T(
                "The course changed both at once and named both as causes. Here each is changed alone.",
                "Khóa học đổi cả hai cùng lúc và cho rằng cả hai là nguyên nhân. Ở đây mỗi lần chỉ đổi một.",
            ),
            QUICK,
            TEXT_PRESETS,
            text_arms,
            (texts,),
            ("unit", "second", "steps"),
            text_verdict,
            fixed=("corpus", "graded", "graded_at", "head_at"),
            samples=("story",),
            code=("experiments.model5.graded_loss", "experiments.model5.examine", "documents.python"),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "When is final-only right? Where a task has one answer, at the end. Fine-tuning on answers grades only the answer for that reason. "
        "Look for the boundary: on “Grade fewer positions” take T = 8 and k = 1, then k = 4, and watch the gap close as the window holds fewer exercises.",
        "Khi nào chỉ chấm cuối là đúng? Khi bài toán chỉ có một đáp án, ở cuối. Tinh chỉnh theo câu trả lời chỉ chấm câu trả lời vì lẽ đó. "
        "Hãy tìm ranh giới: ở “Chấm ít vị trí hơn”, lấy T = 8 và k = 1, rồi k = 4, và xem khoảng cách hẹp lại khi cửa sổ chứa ít bài tập hơn.",
    ),
    further=(
        T(
            "Weighted positions: let the weight of a position rise from the first to the last, and read the loss by position.",
            "Vị trí có trọng số: cho trọng số tăng dần từ vị trí đầu đến cuối, rồi đọc loss theo vị trí.",
        ),
        T(
            "Multi-token prediction: grade t+1 and t+2 from the same position, and compare the gain per graded prediction.",
            "Dự đoán nhiều token: chấm t+1 và t+2 từ cùng một vị trí, rồi so lợi ích trên mỗi dự đoán được chấm.",
        ),
    ),
    formula=same(
        r"L_k=-\frac{1}{Bk}\sum_{b=1}^{B}\sum_{t\in\mathcal{G}}\ln p(x_{b,t+1}\mid x_{b,\le t}),\quad |\mathcal{G}|=k\qquad \mathrm{SNR}=\frac{\lVert\mathbb{E}\,g\rVert^2}{\mathbb{E}\,\lVert g-\mathbb{E}\,g\rVert^2}"
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
