"""Lesson 6: a test set is only as honest as its split; with an honest one the gap appears, and the turn."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, Preset, single
from app.theme import percent
from core.experiments import evaluation, overlap, splits
from pages.claims_06 import CLAIMS
from pages.controls_06 import CONTROLS, PRESETS, WAYS
from pages.figures_06 import loss, parts
from pages.figures_06_leaks import curve, strip, zoom
from pages.figures_06_sweeps import dose, estimates, size
from pages.verdict_06 import PREDICTIONS, readouts, verdict
from pages.verdict_06_studies import (
    dose_verdict,
    evaluation_readouts,
    evaluation_verdict,
    overlap_verdict,
    size_verdict,
)

QUICK = splits.Config()
FAST = replace(QUICK, batch=16, steps=600)
ONLY_VIEW = ("splits", "train_as", "patience")


def sides(config, values):
    """One run for every chosen way to split, the end of the book first."""
    chosen = [way for way in WAYS if way in str(values.get("splits") or "").split(",")] or ["contiguous"]
    order = list(WAYS)
    return tuple(Arm(way, WAYS[way], replace(config, split=way), order.index(way)) for way in chosen)


def sizes(config, values):
    """The chosen amount of training text, and four others."""
    others = [n for n in (2000, 5000, 15_000, 100_000) if n != config.keep]
    return tuple(
        Arm(f"{n}", T(f"{n:,} tokens", f"{n:,} token"), replace(config, keep=n), i % 8)
        for i, n in enumerate([config.keep, *others])
    )


def doses(config, values):
    """The chosen contamination, and none, a tenth, a third, all."""
    others = [d for d in (0.0, 0.1, 0.3, 1.0) if not math.isclose(d, config.dose)]
    return tuple(
        Arm(f"{d:g}", same(percent(d)), replace(config, dose=d), i % 8) for i, d in enumerate([config.dose, *others])
    )


LESSON = Lesson(
    slug="add-a-test-set",
    group="training",
    title=T("Add a test set", "Thêm tập kiểm thử"),
    question=T("Does my test set really test anything?", "Tập kiểm thử của tôi có thật sự kiểm thử điều gì không?"),
    after=(
        T(
            "A test set is only as independent as its split: drawing overlapping windows at random puts nearly every test prediction into the training set.",
            "Tập kiểm thử chỉ độc lập đến mức cách chia cho phép: rút ngẫu nhiên các cửa sổ chồng nhau là đưa gần như mọi dự đoán kiểm thử vào tập huấn luyện.",
        ),
        T(
            "With an honest split the gap between train and test appears, the test loss turns up again, and I can name the step of the best model.",
            "Chia trung thực thì khoảng chênh giữa huấn luyện và kiểm thử hiện ra, loss kiểm thử tăng trở lại, và tôi chỉ ra được bước có mô hình tốt nhất.",
        ),
        T(
            "Test below train in the first epochs comes from when the two are measured; at the same weights it disappears.",
            "Loss kiểm thử thấp hơn loss huấn luyện ở các lượt duyệt (epoch) đầu là do thời điểm đo; đo với cùng trọng số thì hiện tượng biến mất.",
        ),
        T(
            "I evaluate with no_grad and in eval mode, on all test tokens or with a standard error.",
            "Tôi đánh giá với no_grad và chế độ eval, trên mọi token kiểm thử hoặc kèm sai số chuẩn.",
        ),
    ),
    minutes=7,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "split",
            T("Two test sets", "Hai tập kiểm thử"),
            T(
                "Model 1 learns from about 40,000 tokens of Python's manual, as many as the course's book has. The same model, trained the same way, is tested on windows drawn at random (the course) and on the end of the text.",
                "Mô hình 1 học từ khoảng 40,000 token sách hướng dẫn Python, bằng cuốn sách của khóa học. Cùng một mô hình, huấn luyện như nhau, được kiểm thử (test) trên cửa sổ rút ngẫu nhiên (khóa học) và trên phần cuối văn bản.",
            ),
            QUICK,
            PRESETS,
            sides,
            (loss, parts),
            ("splits", "stride"),
            verdict,
            PREDICTIONS,
            readouts,
            ("story",),
            code=(
                "splits.at_random",
                "splits.contiguous",
                "splits.in_blocks",
                "leakage.shares",
                "train.evaluated",
                "models.Model1",
            ),
            fixed=("split", "dose"),
        ),
        Playground(
            "map",
            T("Where does it leak?", "Rò rỉ ở đâu?"),
            T(
                "No training: only counting. A test prediction has leaked when some training window makes the very same one.",
                "Không huấn luyện, chỉ đếm. Một dự đoán kiểm thử bị rò rỉ khi có cửa sổ huấn luyện chứa chính dự đoán ấy.",
            ),
            overlap.Config(),
            (
                Preset(
                    "quick",
                    T("the course: random windows", "khóa học: cửa sổ ngẫu nhiên"),
                    {},
                    T(
                        "How much blue (tested only) can you find?",
                        "Bạn tìm được bao nhiêu màu xanh đậm (chỉ kiểm thử)?",
                    ),
                ),
                Preset(
                    "end",
                    T("the last part of the book", "phần cuối cuốn sách"),
                    {"split": "contiguous"},
                    T("One clean cut. Now take the gap away.", "Một nhát cắt gọn. Giờ hãy bỏ khoảng trống đi."),
                ),
                Preset(
                    "blocks",
                    T("random blocks", "khối ngẫu nhiên"),
                    {"split": "blocks"},
                    T(
                        "Test stripes all over the book, and no pink. Make the blocks shorter: what do they cost?",
                        "Vạch kiểm thử rải khắp sách mà không có màu hồng. Thu ngắn khối lại: phải trả giá gì?",
                    ),
                ),
                Preset(
                    "dense",
                    T("broken: stride 1", "hỏng: bước nhảy 1"),
                    {"stride": 1},
                    T(
                        "Every token in eight windows: not one test prediction is new.",
                        "Mỗi token nằm trong tám cửa sổ: không một dự đoán kiểm thử nào mới.",
                    ),
                    broken=True,
                ),
            ),
            single,
            (strip, zoom, curve),
            ("split", "stride", "window"),
            overlap_verdict,
            fixed=ONLY_VIEW,
            code=("splits.at_random", "splits.in_blocks", "leakage.shares", "leakage.expected"),
        ),
        Playground(
            "size",
            T("More text", "Nhiều văn bản hơn"),
            T(
                "Five models, each with its own amount of training text, all tested on the same end of the manual.",
                "Năm mô hình, mỗi mô hình một lượng văn bản huấn luyện, cùng kiểm thử trên một phần cuối sách hướng dẫn.",
            ),
            FAST,
            (
                Preset(
                    "quick",
                    T("quick", "nhanh"),
                    {},
                    T("Which line moves more, test or train?", "Đường nào đổi nhiều hơn, kiểm thử hay huấn luyện?"),
                ),
                Preset(
                    "decay",
                    T("weight decay 1", "suy giảm trọng số 1"),
                    {"weight_decay": 1.0},
                    T("Does it save the small models?", "Nó có cứu được các mô hình ít dữ liệu không?"),
                ),
                Preset(
                    "drop",
                    T("dropout 0.5", "dropout 0.5"),
                    {"dropout": 0.5},
                    T(
                        "The train line rises, the gap shrinks: does the best test loss get better?",
                        "Đường huấn luyện nhích lên, khoảng chênh hẹp lại: loss kiểm thử tốt nhất có khá hơn?",
                    ),
                ),
                Preset(
                    "narrow",
                    T("broken: 4 numbers per token", "hỏng: mỗi token 4 con số"),
                    {"width": 4},
                    T(
                        "Too narrow to memorise much: from 40,000 tokens on hardly any gap, with 2,000 less than half of the quick one; and no good loss anywhere.",
                        "Hẹp quá nên khó học thuộc: từ 40,000 token trở lên gần như không chênh lệch, với 2,000 token còn chưa tới nửa khoảng chênh của “nhanh”; mà loss thì chẳng đâu tốt.",
                    ),
                    broken=True,
                ),
            ),
            sizes,
            (size,),
            ("keep", "dropout", "weight_decay"),
            size_verdict,
            fixed=("split", "dose", *ONLY_VIEW),
            code=("splits.book", "splits.contiguous", "train.train"),
        ),
        Playground(
            "measure",
            T("How to measure", "Đo thế nào"),
            T(
                "A short training with dropout, then one finished model, measured again and again: with few or many windows, with and without model.eval().",
                "Huấn luyện ngắn có dropout, rồi một mô hình đã xong được đo đi đo lại: ít hay nhiều cửa sổ, có hay không có model.eval().",
            ),
            evaluation.Config(),
            (
                Preset(
                    "quick",
                    T("quick", "nhanh"),
                    {},
                    T("Which error shrinks with more windows?", "Sai số nào nhỏ đi khi thêm cửa sổ?"),
                ),
                Preset(
                    "none",
                    T("without dropout", "không dropout"),
                    {"dropout": 0.0},
                    T("Both modes say the same.", "Hai chế độ cho cùng một số."),
                ),
                Preset(
                    "strong",
                    T("broken: dropout 0.7, eval forgotten", "hỏng: dropout 0.7, quên eval"),
                    {"dropout": 0.7},
                    T(
                        "The red points lie far off the truth, and more windows do not bring them nearer.",
                        "Các chấm đỏ nằm xa sự thật, thêm cửa sổ cũng không lại gần.",
                    ),
                    broken=True,
                ),
            ),
            single,
            (estimates,),
            ("dropout", "share", "steps"),
            evaluation_verdict,
            readouts=evaluation_readouts,
            fixed=ONLY_VIEW,
            code=("train.test_losses", "train.evaluated", "memory.saved_for_backward"),
        ),
        Playground(
            "dose",
            T("Go deeper: a contaminated test", "Đào sâu: bài kiểm thử nhiễm bẩn"),
            T(
                "A benchmark is on the web, the web is the training text. Slip a share of the test set into training: when does the reported loss show it?",
                "Bộ đề nằm trên mạng, mà mạng là văn bản huấn luyện. Cho một phần tập kiểm thử lọt vào huấn luyện: khi nào loss báo cáo mới lộ ra?",
            ),
            replace(FAST, dose=0.03),
            (
                Preset(
                    "quick",
                    T("quick", "nhanh"),
                    {},
                    T(
                        "Three percent hardly move the loss. Does the detector see them?",
                        "Ba phần trăm hầu như không làm loss nhúc nhích. Máy dò có thấy không?",
                    ),
                ),
                Preset(
                    "little",
                    T("with little text of its own", "khi văn bản riêng ít"),
                    {"keep": 5000},
                    T(
                        "A small training set makes every leaked window count more.",
                        "Tập huấn luyện nhỏ thì mỗi cửa sổ rò rỉ càng nặng ký.",
                    ),
                ),
                Preset(
                    "most",
                    T("broken: 60 % of the test known", "hỏng: 60 % bài kiểm thử đã biết"),
                    {"dose": 0.6},
                    T("The test loss comes close to the train loss.", "Loss kiểm thử tiến sát loss huấn luyện."),
                    broken=True,
                ),
            ),
            doses,
            (dose,),
            ("dose", "keep", "steps"),
            dose_verdict,
            fixed=("split", *ONLY_VIEW),
            code=("leakage.repeated", "leakage.ngrams", "experiments.splits.sides"),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "Open “Go deeper: a contaminated test”. The overlap detector is how benchmark makers look for leaks: it needs the training text, not the model. "
        "Then design a leak yourself in “Where does it leak?”: make the worst possible test set look perfect, and find the one setting that exposes it.",
        "Mở “Đào sâu: bài kiểm thử nhiễm bẩn”. Máy dò trùng lặp là cách người làm bộ đề tìm rò rỉ: nó cần văn bản huấn luyện, không cần mô hình. "
        "Rồi tự thiết kế một vụ rò rỉ trong “Rò rỉ ở đâu?”: làm cho tập kiểm thử tệ nhất trông hoàn hảo, và tìm thiết lập duy nhất vạch trần nó.",
    ),
    further=(
        T(
            "Three sets, not two: choose the best step on one part, report on another. Try fifty learning rates and see the winner's luck disappear.",
            "Ba tập chứ không phải hai: chọn bước tốt nhất trên một phần, báo cáo trên phần khác. Thử năm mươi tốc độ học và xem vận may của kẻ thắng biến mất.",
        ),
        T(
            "Upload a text of your own with a licence or a refrain in it: how many passages of 20 tokens stand on both sides of an honest cut?",
            "Tải lên một văn bản của bạn có phần giấy phép hay điệp khúc: bao nhiêu đoạn 20 token nằm ở cả hai bên của nhát cắt trung thực?",
        ),
    ),
    formula=T(
        r"P(\text{leaked}) = 1 - s^{\,T/\text{stride} - 1},\qquad "
        r"\mathrm{se} = \frac{1}{\sqrt{n}}\,\mathrm{sd}(\text{loss of a window}),\qquad "
        r"\text{gap} = L_\text{test}(\theta) - L_\text{train}(\theta)",
        r"P(\text{rò rỉ}) = 1 - s^{\,T/\text{bước nhảy} - 1},\qquad "
        r"\mathrm{se} = \frac{1}{\sqrt{n}}\,\mathrm{sd}(\text{loss của một cửa sổ}),\qquad "
        r"\text{khoảng chênh} = L_\text{kiểm thử}(\theta) - L_\text{huấn luyện}(\theta)",
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
