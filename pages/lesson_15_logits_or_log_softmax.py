"""Lesson 15: what a model should return, logits or log-softmax, and which of the usual worries are real."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, Preset, Probe
from core.experiment import encode
from core.experiments import log_precision, output_cost, output_forms, sampling_twins
from pages import figures_15 as figures
from pages import figures_15_trained as trained
from pages import verdict_15 as rules
from pages.claims_15 import CLAIMS, WIRED
from pages.controls_15 import CONTROLS, WIRINGS


def alone(config, values):
    return (Arm("main", T("your settings", "thiết lập của bạn"), config, 0),)


def wirings(config, values):
    """One run for each chosen wiring, all from the same start on the same batches; logits with cross-entropy first."""
    chosen = set(str(values.get("wirings") or "ce").split(","))
    return tuple(
        Arm(code, name, replace(config, wiring=code), color, dash)
        for code, (name, color, dash) in WIRINGS.items()
        if code in chosen
    )


def twins_config(arm, values):
    """The sampling twins of the run with logits and cross-entropy; of the others there is nothing else to see."""
    if arm.config.wiring != "ce":
        return None
    fields = {name: values[name] for name in ("prompt", "top_k", "top_p")}
    return sampling_twins.Config(
        encode(arm.config), temperature=float(values["temperature"]), seed=arm.config.seed, **fields
    )


LESSON = Lesson(
    slug="logits-or-log-softmax",
    group="signal",
    title=T("Should you output logits or log-softmax?", "Đầu ra nên là logits hay log-softmax?"),
    question=T(
        "Does it matter whether forward returns z or log-softmax(z): for training, for temperature, and for bugs?",
        "forward trả về z hay log-softmax(z) thì có khác gì: khi học, khi đổi nhiệt độ, và khi có lỗi?",
    ),
    after=(
        T(
            "log-softmax(z) = z − c with one constant per position, so softmax(log-softmax(z)/T) = softmax(z/T): temperature, top-k, top-p and argmax all still work.",
            "log-softmax(z) = z − c với một hằng số mỗi vị trí, nên softmax(log-softmax(z)/T) = softmax(z/T): nhiệt độ, top-k, top-p và argmax vẫn dùng được.",
        ),
        T(
            "log-softmax twice is log-softmax once: CrossEntropyLoss on log-probabilities is only wasteful. Softmax before CrossEntropyLoss is a real bug, NLLLoss on raw logits is one whose loss runs to −∞.",
            "log-softmax hai lần bằng một lần: CrossEntropyLoss trên log-xác suất chỉ phí công. Softmax trước CrossEntropyLoss là lỗi thật; NLLLoss trên logits thô là lỗi mà loss chạy về −∞.",
        ),
        T(
            "What can hurt is log(softmax(z)) in two steps, above all in half precision.",
            "Thứ có thể gây hại là log(softmax(z)) tính hai bước, nhất là ở nửa độ chính xác.",
        ),
        T(
            "Return logits: the loss fuses the rest. Where memory is short it takes the head too, a chunk of tokens at a time.",
            "Hãy trả về logits: loss gộp phần còn lại. Khi thiếu bộ nhớ, nó gộp luôn cả tầng ra, từng khúc token một.",
        ),
    ),
    minutes=7,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "twins",
            T("Is T frozen?", "T có bị đóng băng?"),
            T(
                "The same row of numbers leaves the model in two forms. Slide T: does the second still follow?",
                "Cùng một hàng số rời mô hình ở hai dạng. Hãy kéo T: dạng thứ hai có còn đi theo?",
            ),
            output_forms.Config(temperature=0.5),
            (
                Preset(
                    "quick",
                    T("quick: T = 0.5", "nhanh: T = 0.5"),
                    {},
                    T(
                        "Blue and orange agree; the red tick is what a frozen T would give.",
                        "Xanh và cam khớp nhau; vạch đỏ là kết quả nếu T đóng băng.",
                    ),
                ),
                Preset(
                    "course",
                    T("course: T = 1", "khóa học: T = 1"),
                    {"temperature": 1.0},
                    T(
                        "At T = 1 nothing can be told apart: leave it and see who stays behind.",
                        "Ở T = 1 không phân biệt được gì: hãy rời khỏi đó và xem ai đứng lại.",
                    ),
                ),
                Preset(
                    "filters",
                    T("top-k and top-p", "top-k và top-p"),
                    {"temperature": 0.7, "top_k": 20, "top_p": 0.9},
                    T("Both outputs let the same tokens through.", "Hai đầu ra cho qua đúng các token như nhau."),
                ),
                Preset(
                    "shift",
                    T("add 100 to every logit", "cộng 100 vào mọi logit"),
                    {"offset": 100.0},
                    T(
                        "The constant grows by 100, no bar moves. “Look inside” shows the slide.",
                        "Hằng số tăng 100, không cột nào động. “Nhìn vào bên trong” cho thấy cú trượt.",
                    ),
                ),
                Preset(
                    "underflow",
                    T("broken: return probabilities", "hỏng: trả về xác suất"),
                    {"source": "normal", "std": 100.0, "temperature": 100.0},
                    T(
                        "Logits so far apart that most probabilities are 0 in float32. The logarithms can still be warmed up, the probabilities cannot: read the verdict.",
                        "Logits cách xa đến mức đa số xác suất bằng 0 trong float32. Logarit vẫn hâm nóng được, xác suất thì không: hãy đọc kết luận.",
                    ),
                    broken=True,
                ),
                Preset(
                    "banned",
                    T("broken: every token banned", "hỏng: cấm mọi token"),
                    {"banned": 5000},
                    T("Nothing is left to draw, and it says so.", "Không còn gì để rút, và nó nói thẳng như vậy."),
                    broken=True,
                ),
            ),
            alone,
            (figures.twins, figures.entropy, figures.constant),
            ("temperature", "offset", "source"),
            rules.twins_verdict,
            rules.TWINS_PREDICTIONS,
            rules.twins_readouts,
            code=("sampling.probabilities", "sampling.kept", "spread.log_softmax", "experiments.output_forms.run"),
            fixed=("wirings",),
        ),
        Playground(
            "wirings",
            T("Five wirings", "Năm cách nối"),
            T(
                "One model, the same start, the same batches. Only what happens between its logits and the loss differs. Which of the five is a bug, and would you notice?",
                "Một mô hình, cùng điểm xuất phát, cùng các lô. Chỉ khác ở đoạn giữa logits và loss. Cách nào trong năm cách là lỗi, và bạn có nhận ra không?",
            ),
            replace(WIRED, steps=80),
            (
                Preset(
                    "quick",
                    T("quick: five wirings", "nhanh: năm cách nối"),
                    {},
                    T(
                        "Left, the lowest curve belongs to a broken model. Right, three curves are one.",
                        "Bên trái, đường thấp nhất thuộc về mô hình hỏng. Bên phải, ba đường là một.",
                    ),
                ),
                Preset(
                    "course",
                    T("course: its own two forms", "khóa học: hai dạng của chính nó"),
                    {"wirings": "ce,log_softmax_nll", "init": "course", "divide_logits": "yes"},
                    T(
                        "Its models 1 to 5 return log-softmax for NLLLoss, later ones logits. Embeddings N(0, 1), logits ÷ √d.",
                        "Mô hình 1 đến 5 trả log-softmax cho NLLLoss, về sau trả logits. Embedding N(0, 1), logits ÷ √d.",
                    ),
                ),
                Preset(
                    "smooth",
                    T("label smoothing", "làm mềm nhãn"),
                    {"wirings": "ce,smoothing"},
                    T(
                        "A reported loss can rise by more than the true one does: compare the two panels.",
                        "Loss được báo có thể tăng nhiều hơn loss thật: hãy so hai khung.",
                    ),
                ),
                Preset(
                    "bugs",
                    T("broken: let the bugs run on", "hỏng: để lỗi chạy tiếp"),
                    {"wirings": "ce,raw_nll,softmax_ce", "steps": 300},
                    T(
                        "One report has no bottom, the other no way out of its band.",
                        "Một bản báo cáo không có đáy, bản kia không có lối ra khỏi dải của nó.",
                    ),
                    broken=True,
                ),
                Preset(
                    "hot",
                    T("broken: learning rate 1e-2", "hỏng: tốc độ học 1e-2"),
                    {"wirings": "ce,log_softmax_nll,log_softmax_ce,raw_nll", "lr": 1e-2},
                    T(
                        "Too fast for the three that should be equal, and for all three alike: log-softmax makes nothing more stable. Only logits → NLL runs away.",
                        "Quá nhanh cho ba cách lẽ ra bằng nhau, và cả ba như nhau: log-softmax chẳng làm gì ổn định hơn. Chỉ logits → NLL là chạy mất.",
                    ),
                    broken=True,
                ),
            ),
            wirings,
            (trained.losses, trained.apart),
            ("wirings", "lr", "steps"),
            rules.wirings_verdict,
            rules.WIRING_PREDICTIONS,
            rules.wirings_readouts,
            probes=(
                Probe(
                    "twins",
                    T("Sampling twins: the same luck, three times", "Ba lần viết với cùng vận may"),
                    twins_config,
                    ("prompt", "temperature", "top_k", "top_p"),
                    samples=("logits", "log-softmax", "exp"),
                ),
            ),
            code=(
                "losses.cross_entropy",
                "losses.nll_of_log_softmax",
                "losses.label_smoothing",
                "sampling.draw",
                "experiments.sampling_twins.run",
            ),
            fixed=("wiring", "source", "word", "std", "offset", "banned", "dtype", "tokens", "vocabulary", "chunk"),
            sample_names={
                "logits": T("from the logits", "từ logits"),
                "log-softmax": T("from log-softmax", "từ log-softmax"),
                "exp": T("exp(output), T ignored", "exp(đầu ra), bỏ qua T"),
            },
        ),
        Playground(
            "precision",
            T("Precision lab", "Phòng đo độ chính xác"),
            T(
                "Three ways to write log(softmax(z)) that are equal on paper. In a number format of the machine they are not.",
                "Ba cách viết log(softmax(z)) bằng nhau trên giấy. Trong định dạng số của máy thì không.",
            ),
            log_precision.Config(),
            (
                Preset(
                    "quick",
                    T("quick: float32, std 30", "nhanh: float32, độ lệch chuẩn 30"),
                    {},
                    T("Which of the three maps has no red?", "Bản đồ nào trong ba không có màu đỏ?"),
                ),
                Preset(
                    "trained",
                    T("course: logits as a trained model has them", "khóa học: logits như của mô hình đã học"),
                    {"std": 3.0},
                    T(
                        "In float32 all three ways are right: the worry is about extremes and half precision.",
                        "Ở float32 cả ba cách đều đúng: chỉ đáng lo ở các cực trị và nửa độ chính xác.",
                    ),
                ),
                Preset(
                    "half",
                    T("float16, std 10", "float16, độ lệch chuẩn 10"),
                    {"dtype": "float16", "std": 10.0},
                    T(
                        "Two steps lose nearly everything that is not likely.",
                        "Hai bước làm mất gần như mọi token có xác suất thấp.",
                    ),
                ),
                Preset(
                    "store",
                    T("keep the outputs in bfloat16", "lưu đầu ra bằng bfloat16"),
                    {"dtype": "bfloat16", "std": 3.0},
                    T(
                        "“Look inside”, last picture: this once the two forms differ. Which is better, and why?",
                        "“Nhìn vào bên trong”, hình cuối: lần này hai dạng khác nhau. Dạng nào hơn, và vì sao?",
                    ),
                ),
                Preset(
                    "shift",
                    T("broken: all logits + 100", "hỏng: mọi logit + 100"),
                    {"std": 1.0, "offset": 100.0},
                    T(
                        "Harmless logits, moved together: exp(100) does not fit into a float32.",
                        "Logits hiền lành, cùng dời đi: exp(100) không vừa trong float32.",
                    ),
                    broken=True,
                ),
            ),
            alone,
            (figures.precision, figures.row, figures.stored),
            ("std", "dtype", "offset"),
            rules.precision_verdict,
            rules.PRECISION_PREDICTIONS,
            rules.precision_readouts,
            code=(
                "experiments.log_precision.by_hand",
                "experiments.log_precision.two_steps",
                "experiments.log_precision.fused",
                "spread.log_softmax",
                "signal.rounded",
            ),
            fixed=("wirings",),
        ),
        Playground(
            "cost",
            T("What it costs", "Giá phải trả"),
            T(
                "The table of logits is the largest thing in a small model's step. Every form of the output is paid for in copies of it; measured here, on this machine.",
                "Bảng logits là thứ lớn nhất trong một bước của mô hình nhỏ. Dạng đầu ra nào cũng trả giá bằng số bản sao của bảng ấy; đo ngay trên máy này.",
            ),
            output_cost.Config(),
            (
                Preset(
                    "quick",
                    T("quick: 1,024 × 2,048", "nhanh: 1,024 × 2,048"),
                    {},
                    T(
                        "Count the tables: who holds three, who four, who almost none?",
                        "Hãy đếm số bảng: ai giữ ba, ai bốn, ai gần như không?",
                    ),
                ),
                Preset(
                    "course",
                    T("course: GPT-2's vocabulary", "khóa học: từ vựng của GPT-2"),
                    {"tokens": 256, "vocabulary": 50257},
                    T(
                        "256 of the course's 16,384 tokens: there, one table of logits has 64 times the megabytes it has here.",
                        "256 trong số 16,384 token của khóa học: ở đó một bảng logits nặng gấp 64 lần ở đây.",
                    ),
                    needs=T("about half a minute", "khoảng nửa phút"),
                ),
                Preset(
                    "crumbs",
                    T("broken: chunks of 8 tokens", "hỏng: khúc chỉ 8 token"),
                    {"chunk": 8},
                    T(
                        "No less memory than chunks of 32 need, and the time goes into starting small multiplications.",
                        "Bộ nhớ không ít hơn khúc 32 token, còn thời gian thì mất vào việc khởi động các phép nhân nhỏ.",
                    ),
                    broken=True,
                ),
            ),
            alone,
            (trained.cost, trained.chunks),
            ("tokens", "vocabulary", "chunk"),
            rules.cost_verdict,
            (),
            rules.cost_readouts,
            code=("chunked_loss.ChunkedCrossEntropy", "experiments.output_cost.loss", "memory.allocated"),
            fixed=("wirings",),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "“What it costs” is the long version of the last point: slide the chunk, and the table of logits shrinks from the largest thing in memory to nothing, at equal gradients. "
        "At the course's size one table has 3.29 GB. Whoever returns the table, as logits or as log-probabilities, has formed it already; so with a large vocabulary the loss is given the hidden states, and the head with them.",
        "“Giá phải trả” là phiên bản sâu của ý cuối: kéo độ dài khúc, bảng logits teo từ thứ lớn nhất trong bộ nhớ thành gần như không, gradient vẫn bằng nhau. "
        "Ở cỡ của khóa học, một bảng nặng 3.29 GB. Ai trả về cả bảng, dù là logits hay log-xác suất, thì đã tạo nó rồi; vì thế khi từ vựng lớn, người ta đưa cho loss các trạng thái ẩn kèm luôn tầng ra.",
    ),
    further=(
        T(
            "What the constant is for: add 1e-4 · logsumexp² to the loss (z-loss) and watch the constant that log-softmax throws away. With log-softmax as the output you could not even see it drift.",
            "Hằng số ấy để làm gì: cộng 1e-4 · logsumexp² vào loss (z-loss) và theo dõi hằng số mà log-softmax vứt đi. Nếu đầu ra là log-softmax, bạn còn không thấy nó trôi.",
        ),
        T(
            "Temperature at training time: on “Five wirings”, divide the logits by √d. Does the model undo it? Predict the best sampling T first.",
            "Nhiệt độ lúc học: ở “Năm cách nối”, chia logits cho √d. Mô hình có bù lại không? Hãy đoán trước T tốt nhất khi rút mẫu.",
        ),
    ),
    formula=same(
        r"\log\operatorname{softmax}(z)=z-c,\quad c=\ln\textstyle\sum_j e^{z_j},\qquad \operatorname{softmax}\!\left(\tfrac{z-c}{T}\right)=\operatorname{softmax}\!\left(\tfrac{z}{T}\right)"
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
