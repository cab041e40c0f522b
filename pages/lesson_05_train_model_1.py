"""Lesson 5: the smallest language model there is, where its loss starts, where it must stop, and a bug a floor can find."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, Prediction, Preset, Probe
from core import bpe
from core.experiment import encode
from core.experiments import ask, model1
from pages.claims_05 import CLAIMS
from pages.controls_05 import CONTROLS, PRESETS
from pages.figures_05 import ahead, bars, board, gap, loss, pairs, start
from pages.verdict_05 import (
    ahead_verdict,
    readouts,
    start_answer,
    start_verdict,
    start_why,
    twins_answer,
    twins_why,
    verdict,
    writing_answer,
    writing_why,
)

QUICK = model1.Config()
NAMES = {1: T("next token", "token kế tiếp"), 2: T("two ahead (the course's loop)", "cách hai (vòng lặp khóa học)")}


def arm(config):
    """The run for this target, with the colour that target has everywhere in the lesson."""
    k = config.offset
    return Arm(f"k{k}", NAMES.get(k) or T(f"{k} ahead", f"cách {k}"), config, min(k, 3) - 1)


def targets(config, values):
    """The chosen target, and beside it the next token (or, where that is chosen, the course's loop)."""
    return arm(config), arm(replace(config, offset=2 if config.offset == 1 else 1))


STDS = (0.02, 0.14, 0.5, 2.0, 3.0, 5.0)


def spreads(config, values):
    """Untrained models: the chosen spread of the embedding, and six others for the picture."""
    others = [std for std in STDS if not math.isclose(std, config.init_std)]
    return tuple(
        Arm(f"{std:g}", same(f"std {std:g}"), replace(config, init_std=std), i)
        for i, std in enumerate([config.init_std, *others])
    )


def distances(config, values):
    """Eight models, each for its own distance."""
    return tuple(Arm(f"k{k}", T(f"{k} ahead", f"cách {k}"), replace(config, offset=k), k - 1) for k in range(1, 9))


def guess(share: float) -> str:
    """An answer to the first question, as a number read aloud: a share of ln V."""
    return f"{share * math.log(bpe.SIZE):.1f}".removesuffix(".0")


PREDICTIONS = (
    Prediction(
        "start",
        T("V = {v} tokens. The loss before any training?", "V = {v} token. Loss trước khi huấn luyện?").format(
            v=f"{bpe.SIZE:,}"
        ),
        start_answer,
        start_why,
        (("zero", same("0")), ("half", same(guess(0.5))), ("lnv", same(guess(1.0))), ("more", same(guess(1.5)))),
        given_by="numbers",
    ),
    Prediction(
        "twins",
        T(
            "Same model, same data. Target: the next token, or the one after it. Whose loss ends lower?",
            "Cùng mô hình, cùng dữ liệu. Đích: token kế tiếp, hoặc token sau nữa. Loss của bên nào cuối cùng thấp hơn?",
        ),
        twins_answer,
        twins_why,
        (
            ("much", T("next token, by more than 1", "token kế tiếp, hơn 1 nat")),
            ("little", T("next token, by less than 1", "token kế tiếp, chưa tới 1 nat")),
            ("same", T("the same", "như nhau")),
            ("two", T("two ahead", "cách hai")),
        ),
    ),
    Prediction(
        "writing",
        T(
            "Now both write text. Of 100 neighbouring words the two-ahead model writes, how many pairs occur in the training text?",
            "Giờ cả hai viết văn. Trong 100 cặp từ liền nhau mà mô hình “cách hai” viết, bao nhiêu cặp có trong văn bản huấn luyện?",
        ),
        writing_answer,
        writing_why,
        kind="number",
        low=0,
        high=100,
        step=5,
        tolerance=10,
        unit=T("of 100", "trên 100"),
    ),
)


def ask_config(arm, values):
    return ask.Config(
        parent=encode(arm.config),
        prompt=values["prompt"],
        temperature=float(values["temperature"]),
        seed=arm.config.seed,
    )


LESSON = Lesson(
    slug="train-model-1",
    group="training",
    title=T("Train Model 1", "Huấn luyện Mô hình 1"),
    question=T(
        "What can the smallest possible language model learn, where does its loss start, where must it stop, and why?",
        "Mô hình ngôn ngữ nhỏ nhất có thể học được gì, loss bắt đầu ở đâu, phải dừng ở đâu, và vì sao?",
    ),
    after=(
        T(
            "The loss starts a little above ln V; the excess is half the variance of the outputs, and I can predict it before running.",
            "Loss bắt đầu cao hơn ln V một chút; phần dư là nửa phương sai của đầu ra, và tôi tính được trước khi chạy.",
        ),
        T(
            "Model 1 sees one token, so its best loss is the bigram entropy of the text; a context of 8 gives more examples per batch, not more context.",
            "Mô hình 1 chỉ thấy một token, nên loss tốt nhất của nó là entropy bigram của văn bản; ngữ cảnh 8 cho thêm ví dụ mỗi lô, không phải thêm ngữ cảnh.",
        ),
        T(
            "(B, T, V) and (B, T) are flattened to (B·T, V) and (B·T); and X, y are already shifted once.",
            "(B, T, V) và (B, T) được làm phẳng thành (B·T, V) và (B·T); còn X, y vốn đã dịch một lần.",
        ),
        T(
            "The course's loop shifts twice and learns the token after next. Its loss looks healthy; its floor and its samples give it away.",
            "Vòng lặp của khóa học dịch hai lần nên học token sau nữa. Loss trông khỏe mạnh; mức sàn và mẫu viết thì tố cáo nó.",
        ),
    ),
    minutes=6,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "train",
            T("Train it", "Huấn luyện"),
            T(
                "Embedding, GELU, unembedding: one token in, a guess about another out. Trained twice on the same batches, for the next token and for the one after.",
                "Vector nhúng (embedding), GELU, giải nhúng (unembedding): một token vào, một phỏng đoán ra. Huấn luyện hai lần trên cùng các lô: cho token kế tiếp và cho token sau nữa.",
            ),
            QUICK,
            PRESETS,
            targets,
            (loss, board, bars, pairs, gap),
            ("lr", "width", "offset"),
            verdict,
            PREDICTIONS,
            readouts,
            ("story",),
            (
                Probe(
                    "ask", T("Ask the model", "Hỏi mô hình"), ask_config, ("prompt", "temperature"), samples=("answer",)
                ),
            ),
            (
                "models.Model1",
                "batches.epoch_batch",
                "losses.nll_of_log_softmax",
                "blocked_loss.BlockedCrossEntropy",
                "references.conditional_entropy",
                "train.train",
                "writing.generate",
            ),
        ),
        Playground(
            "start",
            T("Where does it start?", "Bắt đầu ở đâu?"),
            T(
                "No training at all: the same model with smaller and larger random embeddings, and a formula that knows the first loss.",
                "Không huấn luyện gì: vẫn mô hình đó với embedding ngẫu nhiên nhỏ hơn và lớn hơn, và một công thức biết trước loss đầu tiên.",
            ),
            replace(QUICK, steps=0),
            (
                Preset(
                    "quick",
                    T("quick", "nhanh"),
                    {},
                    T(
                        "Which spread costs nothing, and which costs a whole nat?",
                        "Độ tản nào không mất gì, độ tản nào mất cả một nat?",
                    ),
                ),
                Preset(
                    "linear",
                    T("without GELU", "không có GELU"),
                    {"nonlinearity": "none"},
                    T(
                        "GELU throws away almost half of the numbers' size; without it the start is higher.",
                        "GELU bỏ đi gần nửa độ lớn của các số; không có nó thì điểm xuất phát cao hơn.",
                    ),
                ),
                Preset(
                    "wide",
                    T("broken: init std 5", "hỏng: độ lệch chuẩn khởi tạo 5"),
                    {"init_std": 5.0},
                    T("Surely wrong instead of unsure.", "Sai một cách chắc chắn thay vì phân vân."),
                    broken=True,
                ),
            ),
            spreads,
            (start,),
            ("init_std", "nonlinearity", "width"),
            start_verdict,
            fixed=("rank", "stage"),
            code=(
                "start_loss.start_loss",
                "start_loss.logit_variance",
                "start_loss.mean_square",
                "initializers.torch_default",
            ),
        ),
        Playground(
            "ahead",
            T("Go deeper: how far ahead can one token see?", "Đào sâu: một token nhìn xa được bao nhiêu?"),
            T(
                "Eight models, each trained for a target k places ahead. On Tales the floor H(x[t+k] | x[t]) is exact and says how fast the text forgets; on a real text it is counted on what the models read, and flatters.",
                "Tám mô hình, mỗi mô hình học đích cách k chỗ. Với Tales, mức sàn H(x[t+k] | x[t]) là chính xác và cho biết văn bản quên nhanh đến đâu; với văn bản thật, nó được đếm trên chính phần mô hình đọc nên quá lạc quan.",
            ),
            replace(QUICK, lr=1e-2, steps=200),
            (
                Preset(
                    "quick",
                    same("Tales"),
                    {},
                    T(
                        "Stories with a firm plan: does the eighth token still know the first?",
                        "Truyện có dàn ý chặt: token thứ tám có còn biết token đầu?",
                    ),
                ),
                Preset(
                    "prose",
                    T("real prose", "văn thật"),
                    {"corpus": "manual"},
                    T(
                        "Python's manual: how soon do the points meet the unigram line?",
                        "Sách hướng dẫn Python: bao lâu thì các chấm chạm đường unigram?",
                    ),
                ),
                Preset(
                    "hot",
                    T("broken: learning rate 1", "hỏng: tốc độ học 1"),
                    {"lr": 1.0},
                    T(
                        "The points leave the curve: now they measure the optimizer, not the text.",
                        "Các chấm rời đường cong: giờ chúng đo thuật toán tối ưu chứ không đo văn bản.",
                    ),
                    broken=True,
                ),
            ),
            distances,
            (ahead,),
            ("corpus", "lr"),
            ahead_verdict,
            samples=("story",),
            fixed=("offset", "rank", "stage"),
            code=("references.conditional_entropy", "models.Model1", "batches.epoch_batch"),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "Hunt the bug: choose “broken: two tokens ahead”, cover the legend, and show a friend only the floor lines, the samples and the board. "
        "Can they name the line of code? A floor as a bug detector works for any model. Then open “How far ahead can one token see?”.",
        "Săn lỗi: chọn “hỏng: đoán cách hai token”, che chú thích đi, chỉ cho bạn mình xem các đường sàn, mẫu viết và bảng mũi tên. "
        "Bạn ấy có chỉ ra được dòng mã sai không? Dùng mức sàn để bắt lỗi thì mô hình nào cũng được. Rồi mở “Một token nhìn xa được bao nhiêu?”.",
    ),
    further=(
        T(
            "No training at all: count the table of pairs, sample from it, and compare it with the network. Which d does the network need?",
            "Không huấn luyện gì: đếm bảng cặp token, lấy mẫu từ nó, rồi so với mạng. Mạng cần d bao nhiêu?",
        ),
        T(
            "On Python's manual, find the d with the best test loss: a narrow network must generalise (lesson 6).",
            "Trên sách hướng dẫn Python, tìm d có loss kiểm thử tốt nhất: mạng hẹp buộc phải tổng quát hóa (bài 6).",
        ),
    ),
    formula=same(
        r"L_0 \approx \ln V + \tfrac16\,\mathbb{E}\!\left[\mathrm{gelu}(\sigma z)^2\right],\qquad "
        r"L \;\ge\; H(x_{t+k}\mid x_t) = -\sum_{a,b} p(a,b)\,\ln p(b\mid a)"
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
