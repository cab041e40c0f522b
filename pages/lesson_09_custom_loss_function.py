"""Lesson 9: what the shape of a loss makes a weight do, and how to write a loss of one's own that trains."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, Preset
from core.experiments import lm_losses, loss_logits, loss_path, loss_points
from pages.claims_09 import CLAIMS
from pages.controls_09 import CONTROLS, LOSSES, OBJECTIVES, TRAINED
from pages.figures_09 import arrivals, balance, distance, path, shape, strip
from pages.figures_09_classes import bars, calibration, effect, model_loss, own, scores
from pages.verdict_09 import (
    POINTS_PREDICTIONS,
    RACE_PREDICTIONS,
    own_verdict,
    path_readouts,
    path_verdict,
    points_readouts,
    points_verdict,
)
from pages.verdict_09_classes import (
    LOGITS_PREDICTIONS,
    MODEL_PREDICTIONS,
    logits_readouts,
    logits_verdict,
    model_readouts,
    model_verdict,
)

QUICK = loss_path.Config()
PULLED = ("l1", "l2", "huber", "log_cosh", "pinball", "custom")


def arms_of(codes, table: dict, config, field: str) -> tuple[Arm, ...]:
    return tuple(Arm(code, table[code][0], replace(config, **{field: code}), table[code][1]) for code in codes)


def chosen(values: dict, field: str, table: dict, otherwise: tuple) -> list[str]:
    """The codes that are switched on, in the table's order."""
    wanted = str(values.get(field) or "").split(",")
    return [code for code in table if code in wanted] or list(otherwise)


def race(config, values):
    return arms_of(chosen(values, "losses", LOSSES, ("l1", "l2")), LOSSES, config, "loss")


def mine(config, values):
    return arms_of(("custom", "l1", "l2"), LOSSES, config, "loss")


def pull(config, values):
    return arms_of(PULLED, LOSSES, config, "loss")


def push(config, values):
    return arms_of(chosen(values, "objectives", OBJECTIVES, ("ce",)), OBJECTIVES, config, "objective")


def models(config, values):
    """One run a loss. A knob that a loss does not use stays at its default there, so that moving it trains nothing anew."""
    own = {"smoothing": ("smoothing",), "focal": ("gamma",), "extra": ("extra", "extra_weight")}
    knobs = ("smoothing", "gamma", "extra", "extra_weight")
    usual = vars(lm_losses.Config())
    out = []
    for code, (name, color) in TRAINED.items():
        if code == "extra" and config.extra_weight == 0:
            continue  # that is cross-entropy itself
        idle = {knob: usual[knob] for knob in knobs if knob not in own.get(code, ())}
        out.append(Arm(code, name, replace(config, objective=code, **idle), color))
    return tuple(out)


LOSS_VIEWS = ("losses", "objectives", "moment")  # each playground hides those that mean nothing in it


LESSON = Lesson(
    slug="custom-loss-function",
    group="signal",
    title=T("Create a custom loss function", "Tự viết hàm mất mát"),
    question=T(
        "What does the shape of a loss make the model do, and how do I write one that trains?",
        "Hình dạng của hàm mất mát (loss) khiến mô hình làm gì, và viết sao cho một loss huấn luyện được?",
    ),
    after=(
        T(
            "A loss is any function that returns one differentiable number; its slope, not its value, moves the weights.",
            "Loss là bất kỳ hàm nào trả về một số khả vi; chính độ dốc của nó, chứ không phải giá trị, làm trọng số chuyển động.",
        ),
        T(
            "L1 takes equal steps (time proportional to the distance), L2 shrinking ones (time proportional to its logarithm): who is faster depends on distance and tolerance.",
            "L1 đi những bước bằng nhau (thời gian tỉ lệ với khoảng cách), L2 đi những bước nhỏ dần (tỉ lệ với logarit của nó): ai nhanh hơn tùy khoảng cách và dung sai.",
        ),
        T(
            "L1 learns the median, L2 the mean; one outlier shows it.",
            "L1 học trung vị, L2 học trung bình; một giá trị ngoại lai là thấy ngay.",
        ),
        T(
            "CrossEntropy(logits) = NLL(log_softmax(logits)); NLL on raw logits has no bottom.",
            "CrossEntropy(logits) = NLL(log_softmax(logits)); NLL trên logits thô không có đáy.",
        ),
    ),
    minutes=7,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "race",
            T("A race to the target", "Cuộc đua tới đích"),
            T(
                "One weight, one target. Each loss pushes with its slope: L1's is always 1, L2's is twice the error. Change one thing and watch who arrives.",
                "Một trọng số, một đích. Loss nào cũng đẩy bằng độ dốc của mình: của L1 luôn là 1, của L2 là hai lần sai số. Đổi một thứ và xem ai tới.",
            ),
            QUICK,
            (
                Preset(
                    "quick",
                    T("course: from 2 to 3", "khóa học: từ 2 đến 3"),
                    {},
                    T("L1 is there first, and then cannot stand still.", "L1 tới trước, rồi không đứng yên được."),
                ),
                Preset(
                    "far",
                    T("far: from 2 to 10", "xa: từ 2 đến 10"),
                    {"target": 10.0, "steps": 200},
                    T("The same two losses, eight times as far.", "Vẫn hai loss ấy, xa gấp tám lần."),
                ),
                Preset(
                    "calm",
                    T("cure: let the learning rate fall", "chữa: cho tốc độ học giảm dần"),
                    {"decay": "linear"},
                    T("The swing of L1 fades with its steps.", "Dao động của L1 tắt dần theo bước."),
                ),
                Preset(
                    "all",
                    T("seven losses at once", "bảy loss một lúc"),
                    {
                        "losses": "epsilon,half_l2,huber,l1,l2,log_cosh,pinball",
                        "target": 6.0,
                        "steps": 200,
                        "moment": 20,
                    },
                    T(
                        "Which have a bounded slope, and which fade near the target?",
                        "Loss nào có độ dốc bị chặn, và loss nào nhạt dần gần đích?",
                    ),
                ),
                Preset(
                    "adam",
                    T("Adam hides the shape", "Adam che mất hình dạng"),
                    {"optimizer": "adam"},
                    T(
                        "Adam divides the slope by its own size: for ten steps the two paths are one. Only then, with momentum, does each swing in its own way.",
                        "Adam chia độ dốc cho chính độ lớn của nó: trong mười bước hai đường là một. Sau đó, theo quán tính, mỗi đường mới dao động một kiểu.",
                    ),
                ),
                Preset(
                    "edge",
                    T("broken: learning rate 1", "hỏng: tốc độ học 1"),
                    {"lr": 1.0},
                    T(
                        "L2 jumps from 2 to 4 and back for ever; L1 lands exactly and stops.",
                        "L2 nhảy mãi giữa 2 và 4; L1 rơi đúng đích và dừng.",
                    ),
                    broken=True,
                ),
                Preset(
                    "wild",
                    T("broken: too large a step", "hỏng: bước quá lớn"),
                    {"lr": 1.1},
                    T(
                        "Every step of L2 overshoots more. L1 cannot: its slope is bounded.",
                        "Mỗi bước của L2 vọt xa hơn. L1 thì không thể: độ dốc của nó bị chặn.",
                    ),
                    broken=True,
                ),
            ),
            race,
            (path, shape, arrivals, distance),
            ("losses", "lr", "target"),
            path_verdict,
            RACE_PREDICTIONS,
            path_readouts,
            code=(
                "error_losses.l1",
                "error_losses.l2",
                "error_losses.huber",
                "error_losses.pinball",
                "losses.L1Loss",
                "descent.descend",
                "experiments.loss_path.run",
            ),
            fixed=("loss", "objectives"),
        ),
        Playground(
            "own",
            T("Write your own", "Tự viết loss"),
            T(
                "Type a formula in e, the error. It is read, differentiated and raced against L1 and L2. Try `e**4`, `log(1 + e*e)`, `maximum(abs(e) - 0.5, 0)`, then break it.",
                "Gõ một công thức theo sai số e. Nó được đọc, lấy đạo hàm và cho đua với L1, L2. Hãy thử `e**4`, `log(1 + e*e)`, `maximum(abs(e) - 0.5, 0)`, rồi làm hỏng nó.",
            ),
            replace(QUICK, loss="custom", steps=100),
            (
                Preset(
                    "quick",
                    T("between L1 and L2", "giữa L1 và L2"),
                    {},
                    T("Power 1.5: steps that shrink, but slowly.", "Lũy thừa 1.5: bước nhỏ dần, nhưng chậm."),
                ),
                Preset(
                    "deaf",
                    T("deaf to outliers: log(1 + e²)", "điếc với ngoại lai: log(1 + e²)"),
                    {"expression": "log(1 + e*e)", "target": 10.0, "steps": 500},
                    T(
                        "Far away its slope fades: it sets out slowly and is the last to arrive.",
                        "Ở xa độ dốc của nó nhạt đi: nó khởi hành rất chậm và tới sau cùng.",
                    ),
                ),
                Preset(
                    "flat",
                    T("broken: a constant", "hỏng: một hằng số"),
                    {"expression": "3"},
                    T("A large loss with slope 0 moves nothing.", "Loss lớn mà độ dốc bằng 0 thì không đẩy được gì."),
                    broken=True,
                ),
                Preset(
                    "bottomless",
                    T("broken: no minimum", "hỏng: không có cực tiểu"),
                    {"expression": "e"},
                    T(
                        "The loss falls at every step, and the weight walks away for ever.",
                        "Loss giảm ở mọi bước, còn trọng số cứ đi xa mãi.",
                    ),
                    broken=True,
                ),
                Preset(
                    "crooked",
                    T("broken: lowest beside the target", "hỏng: thấp nhất bên cạnh đích"),
                    {"expression": "(e - 0.5)**2"},
                    T("It trains perfectly, to the wrong place.", "Nó học hoàn hảo, tới sai chỗ."),
                    broken=True,
                ),
                Preset(
                    "refused",
                    T("broken: a name it does not know", "hỏng: một tên lạ"),
                    {"expression": "abs(yhat - y)"},
                    T("Read what is refused, and why.", "Hãy đọc xem điều gì bị từ chối, và vì sao."),
                    broken=True,
                ),
            ),
            mine,
            (path, shape, distance),
            ("expression", "lr", "target"),
            own_verdict,
            (),
            path_readouts,
            code=("expressions.parse", "expressions.compiled", "error_losses.warnings", "losses.L1Loss"),
            fixed=("loss", "losses", "objectives", "delta", "q", "zone"),
        ),
        Playground(
            "points",
            T("Which value wins?", "Giá trị nào thắng?"),
            T(
                "Now one weight has to stand for several values, one of them far away. Every loss pulls to a statistic of its own.",
                "Giờ một trọng số phải đại diện cho nhiều giá trị, trong đó một giá trị ở rất xa. Mỗi loss kéo về một đại lượng thống kê riêng.",
            ),
            loss_points.Config(lr=0.1, steps=500),
            (
                Preset(
                    "quick",
                    T("one outlier", "một giá trị ngoại lai"),
                    {},
                    T("Who follows the outlier, and how far?", "Ai chạy theo giá trị ngoại lai, và bao xa?"),
                ),
                Preset(
                    "three",
                    T("three outliers", "ba giá trị ngoại lai"),
                    {"outliers": 3},
                    T(
                        "Three of seven: the median still holds, but only just.",
                        "Ba trên bảy: trung vị vẫn đứng vững, nhưng chỉ vừa đủ.",
                    ),
                ),
                Preset(
                    "quantile",
                    T("pinball at 0.9", "pinball ở 0.9"),
                    {"q": 0.9, "lr": 0.5},
                    T(
                        "Too low costs nine times too high: it goes to the upper end.",
                        "Thấp quá bị phạt gấp chín lần cao quá: nó lên phía trên.",
                    ),
                ),
                Preset(
                    "sum",
                    T("sum instead of mean", "tổng thay vì trung bình"),
                    {"reduction": "sum", "lr": 0.2},
                    T(
                        "Five values, five times the step: L2 jumps to and fro for ever, where the mean walked calmly.",
                        "Năm giá trị, bước dài gấp năm: L2 nhảy qua nhảy lại mãi, trong khi với trung bình nó đi rất êm.",
                    ),
                ),
                Preset(
                    "none",
                    T("broken: no reduction", "hỏng: không gộp"),
                    {"reduction": "none"},
                    T(
                        "The article's own mistake: five numbers instead of one.",
                        "Đúng lỗi của bài viết: năm số thay vì một.",
                    ),
                    broken=True,
                ),
            ),
            pull,
            (strip, balance),
            ("outlier", "outliers", "delta"),
            points_verdict,
            POINTS_PREDICTIONS,
            points_readouts,
            code=(
                "error_losses.l1",
                "error_losses.l2",
                "error_losses.huber",
                "error_losses.pinball",
                "error_losses.lowest",
                "experiments.loss_points.run",
            ),
            fixed=("loss", *LOSS_VIEWS),
        ),
        Playground(
            "logits",
            T("Ten logits, one answer", "Mười logit, một câu trả lời"),
            T(
                "A classifier's loss reads logits. All of these want the same class; what they do to the logits differs. One has no bottom.",
                "Loss của bộ phân lớp đọc logits. Tất cả đều muốn cùng một lớp; điều chúng làm với logits thì khác. Một loss không có đáy.",
            ),
            loss_logits.Config(),
            (
                Preset(
                    "quick",
                    T("from knowing nothing", "từ chỗ chưa biết gì"),
                    {},
                    T(
                        "Which curve crosses 0, and which never reaches it?",
                        "Đường nào vượt qua 0, đường nào không bao giờ tới?",
                    ),
                ),
                Preset(
                    "same",
                    T("three names, one loss", "ba tên, một loss"),
                    {"objectives": "ce,nll,twice"},
                    T(
                        "Cross-entropy, NLL of log-softmax, cross-entropy of log-softmax: three curves on top of each other.",
                        "Entropy chéo, NLL của log-softmax, entropy chéo của log-softmax: ba đường chồng lên nhau.",
                    ),
                ),
                Preset(
                    "sure",
                    T("broken: surely wrong, squared probabilities", "hỏng: chắc mà sai, bình phương xác suất"),
                    {"objectives": "ce,focal,smoothing,squares", "lead": 12.0},
                    T(
                        "The more surely wrong, the flatter the squared loss. Cross-entropy pushes hardest there.",
                        "Càng chắc mà sai thì loss bình phương càng phẳng. Entropy chéo lại đẩy mạnh nhất ở đó.",
                    ),
                    broken=True,
                ),
                Preset(
                    "label",
                    T("broken: a label that is no class", "hỏng: nhãn không phải là lớp"),
                    {"label": 10},
                    T("Ten classes are 0 to 9.", "Mười lớp là từ 0 đến 9."),
                    broken=True,
                ),
            ),
            push,
            (own, effect, bars),
            ("objectives", "lead", "smoothing"),
            logits_verdict,
            LOGITS_PREDICTIONS,
            logits_readouts,
            code=(
                "class_losses.cross_entropy",
                "class_losses.nll_of_log_softmax",
                "class_losses.focal",
                "class_losses.squared_probabilities",
                "losses.nll_of_log_softmax",
            ),
            fixed=("objective", "losses", "moment"),
        ),
        Playground(
            "model",
            T("In a language model", "Trong mô hình ngôn ngữ"),
            T(
                "Model 1 learns the same batches with five losses. Whatever it was trained on, it is judged by the plain test loss, and by whether it means what it says.",
                "Mô hình 1 học cùng các lô với năm loss. Dù học bằng gì, nó đều được chấm bằng loss kiểm thử thường, và bằng việc nó có nói thật lòng không.",
            ),
            lm_losses.Config(),
            (
                Preset(
                    "quick",
                    T("quick", "nhanh"),
                    {},
                    T("Five runs, equal batches: who wins where?", "Năm lần chạy, cùng các lô: ai thắng ở đâu?"),
                ),
                Preset(
                    "prose",
                    T("real prose", "văn thật"),
                    {"corpus": "manual"},
                    T(
                        "Python's manual: the differences shrink, but for squared probabilities.",
                        "Sách hướng dẫn Python: khác biệt nhỏ lại, trừ bình phương xác suất.",
                    ),
                ),
                Preset(
                    "doubt",
                    T("reward doubt", "thưởng cho phân vân"),
                    {"extra": "doubt", "extra_weight": 0.3},
                    T(
                        "Cross-entropy with an entropy bonus: where does it land in the calibration picture?",
                        "Entropy chéo kèm thưởng entropy: nó nằm ở đâu trong hình hiệu chuẩn?",
                    ),
                ),
                Preset(
                    "short",
                    T("broken: short tokens at any price", "hỏng: token ngắn bằng mọi giá"),
                    {"extra_weight": 3.0},
                    T("The extra term wins: read what it writes.", "Số hạng thêm thắng: hãy đọc xem nó viết gì."),
                    broken=True,
                ),
                Preset(
                    "mush",
                    T("broken: half of every label is noise", "hỏng: nửa mỗi nhãn là nhiễu"),
                    {"smoothing": 0.5},
                    T(
                        "Half of the probability goes to tokens that never come.",
                        "Một nửa xác suất dành cho những token không bao giờ đến.",
                    ),
                    broken=True,
                ),
            ),
            models,
            (model_loss, scores, calibration),
            ("smoothing", "gamma", "extra_weight"),
            model_verdict,
            MODEL_PREDICTIONS,
            model_readouts,
            samples=("story",),
            code=(
                "losses.label_smoothing",
                "losses.focal",
                "losses.squared_probabilities",
                "losses.expected_length",
                "losses.negative_entropy",
                "experiments.lm_losses.objective",
                "calibration.reliability",
            ),
            fixed=("objective", *LOSS_VIEWS),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "“In a language model” is the long version of this lesson: train on one loss, judge by all of them. Find a setting of ε, γ or the extra term "
        "that wins its own column of the table and loses every other one. Then look at what it writes.",
        "“Trong mô hình ngôn ngữ” là phiên bản sâu của bài này: học bằng một loss, chấm bằng tất cả. Hãy tìm ε, γ hoặc số hạng thêm sao cho "
        "nó thắng ở cột của mình và thua ở mọi cột khác. Rồi đọc xem nó viết gì.",
    ),
    further=(
        T(
            "Draw the slope, get the loss: choose six slopes, add them up to a loss, and write it with where(): does it beat L1 and L2 at every distance?",
            "Vẽ độ dốc, được loss: chọn sáu độ dốc, cộng dồn thành loss, viết bằng where(): nó có thắng L1 và L2 ở mọi khoảng cách không?",
        ),
        T(
            "What is a loss blind to? A correlation loss does not see scale and shift: add 0.01 × L2 and watch the prediction come back.",
            "Một loss mù với điều gì? Loss tương quan không thấy tỉ lệ và độ dời: thêm 0.01 × L2 và xem dự đoán trở lại.",
        ),
    ),
    formula=same(
        r"w \leftarrow w-\eta\,\frac{dL}{de},\qquad \frac{d|e|}{de}=\operatorname{sign}(e),\quad \frac{d\,e^2}{de}=2e,\quad e=\hat y-y"
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
