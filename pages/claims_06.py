"""What lesson 6 of the course says, and how each statement is measured here.

Thresholds come from seeds 0 to 4 on Python's manual; the seeds that judge are others (10, 11, 12).
"""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core import splits as cuts
from core.claims import above, below, depends, fails, near, runs
from core.experiments import evaluation, no_grad, overlap, splits
from pages.figures_06 import best

SOURCE = T("CodeChallenge: Add a test set", "CodeChallenge: Thêm tập kiểm thử")
QUICK = splits.Config()
COURSE_SPLIT = overlap.Config(split="random", keep=100_000)  # T 8, stride 2, one window in ten, as in the notebook
SMALL = replace(QUICK, batch=16, steps=600)
SIZES = (2000, 5000, 15_000, 40_000)
PLACE, LOT = replace(QUICK, split="contiguous"), replace(QUICK, split="random")
TOKENS = 45_295  # The Time Machine in GPT-2's tokens, as an executed notebook printed it


def turn(result) -> float:
    """Last test loss minus the lowest one, nats."""
    return result.final("test_loss") - best(result)[1]


def gap(result) -> float:
    return result.final("test_loss") - result.final("same_loss")


def order(results) -> float:
    """Spearman's rank correlation of the gap with the number of training tokens (no ties)."""
    ranked = sorted(SIZES, key=lambda n: gap(results[str(n)]))
    n, away = len(SIZES), sum((i - ranked.index(size)) ** 2 for i, size in enumerate(SIZES))
    return 1 - 6 * away / (n * (n * n - 1))


CLAIMS = (
    Claim(
        "6.1",
        T("The test set was never seen in training.", "Tập kiểm thử chưa từng được thấy khi huấn luyện."),
        SOURCE,
        T("what the text says", "điều bài viết nói"),
        "exact",
        measure=lambda r: 100 * (1 - r["split"].final("leaked")),
        judge=fails(below(99.0)),
        needs=runs(split=COURSE_SPLIT),
        seeds=(10,),
        unit=T(
            "% of the test predictions are in no training window",
            "% dự đoán kiểm thử không nằm trong cửa sổ huấn luyện nào",
        ),
        explain=T(
            "With windows of 8 every 2 tokens, each token lies in four windows; drawn at random, one of the four nearly always goes to training. No window is on both sides, and yet nothing in the test is new.",
            "Cửa sổ 8 token cách nhau 2 token thì mỗi token nằm trong bốn cửa sổ; rút ngẫu nhiên, gần như luôn có một trong bốn vào huấn luyện. Không cửa sổ nào ở cả hai bên, vậy mà trong bài kiểm thử không có gì mới.",
        ),
    ),
    Claim(
        "6.2",
        T(
            "Train and test loss both converge near 3, so the model generalises.",
            "Loss huấn luyện và kiểm thử cùng hội tụ gần 3, vậy mô hình tổng quát hóa được.",
        ),
        SOURCE,
        T("its table of losses", "bảng loss của bài"),
        "training",
        measure=lambda r: r["place"].final("test_loss") - r["lot"].final("test_loss"),
        judge=fails(above(0.5)),
        needs=runs(place=PLACE, lot=LOT),
        unit=T(
            "nats by which the end of the book is worse than random windows",
            "nats: phần cuối sách tệ hơn cửa sổ ngẫu nhiên",
        ),
        explain=T(
            "The agreement is made by the split. The same model with the same training, asked about the end of the book, is more than a nat worse.",
            "Sự khớp nhau đó do cách chia mà có. Cùng mô hình, cùng huấn luyện, hỏi phần cuối sách thì tệ hơn cả nat.",
        ),
    ),
    Claim(
        "6.3",
        T("Splitting at random reduces bias.", "Chia ngẫu nhiên làm giảm thiên lệch."),
        SOURCE,
        T("what the text says", "điều bài viết nói"),
        "training",
        measure=lambda r: r["blocks"].final("test_loss") - r["lot"].final("test_loss"),
        judge=depends(
            above(0.5), T("on drawing whole blocks instead of windows", "vào việc rút cả khối thay vì cửa sổ")
        ),
        needs=runs(blocks=replace(QUICK, split="blocks"), lot=LOT),
        unit=T(
            "nats by which random blocks are worse than random windows",
            "nats: khối ngẫu nhiên tệ hơn cửa sổ ngẫu nhiên",
        ),
        explain=T(
            "Drawing places at random does make the test part typical of the book. But draw whole blocks: random windows buy the same with a leak that is worth more than a nat.",
            "Rút vị trí ngẫu nhiên đúng là làm phần kiểm thử tiêu biểu cho cuốn sách. Nhưng hãy rút cả khối: rút cửa sổ thì kèm theo rò rỉ đáng giá hơn một nat.",
        ),
    ),
    Claim(
        "6.4",
        T("A test set reveals overfitting.", "Tập kiểm thử làm lộ quá khớp (overfitting)."),
        SOURCE,
        T("what the text says", "điều bài viết nói"),
        "training",
        measure=lambda r: turn(r["place"]),
        judge=depends(above(0.05), T("on an honest split", "vào cách chia trung thực")),
        needs=runs(place=PLACE),
        seeds=(10, 11, 12, 13, 14),
        unit=T("nats from the best test loss to the last one", "nats từ loss kiểm thử tốt nhất đến cuối"),
        explain=T(
            "At the end of the book the test loss turns up again after about 500 steps. On random windows it falls to the last step: that test set sees nothing.",
            "Ở cuối sách, loss kiểm thử quay lên sau khoảng 500 bước. Trên cửa sổ ngẫu nhiên nó giảm đến bước cuối: tập kiểm thử đó không thấy gì.",
        ),
    ),
    Claim(
        "6.5",
        T(
            "Test is below train at first because the train loss is averaged over the epoch.",
            "Lúc đầu kiểm thử thấp hơn huấn luyện vì loss huấn luyện được lấy trung bình cả lượt duyệt.",
        ),
        SOURCE,
        T("its explanation", "lời giải thích của bài"),
        "training",
        measure=lambda r: min(
            sum(r["lot"].metrics["train_loss"][s] for s in range(1, 101)) / 100 - r["lot"].at("same_loss", 100) - 0.3,
            r["lot"].at("test_loss", 100) - r["lot"].at("same_loss", 100),
        ),
        judge=above(0.0),
        needs=runs(lot=LOT),
        unit=T(
            "nats: the smaller of (mean of 100 steps − train at their end − 0.3) and (test − train at the same weights)",
            "nats: số nhỏ hơn giữa (trung bình 100 bước − huấn luyện ở cuối − 0.3) và (kiểm thử − huấn luyện cùng trọng số)",
        ),
        explain=T(
            "True. Measured with the same weights the order is the usual one, train below test. An executed notebook that measures both after every batch shows them equal from the start.",
            "Đúng. Đo với cùng trọng số thì thứ tự trở lại bình thường, huấn luyện thấp hơn kiểm thử. Một notebook đo cả hai sau mỗi lô cho thấy chúng bằng nhau ngay từ đầu.",
        ),
    ),
    Claim(
        "6.6",
        T("The loss is about 3 after 10 epochs.", "Loss khoảng 3 sau 10 lượt duyệt."),
        SOURCE,
        same("3.0"),
        "training",
        requires=("time_machine", "gpt2"),
        unit=same("nats/token"),
        explain=T(
            "Plausible: the counted floor of that text is 2.937. It is lower than lesson 5's 3.7 only because this notebook no longer shifts the targets twice.",
            "Hợp lý: mức sàn đếm được của văn bản đó là 2.937. Nó thấp hơn 3.7 của bài 5 chỉ vì notebook này không còn dịch đích hai lần.",
        ),
    ),
    Claim(
        "6.7",
        T(
            "There are about 21,000 training and 2,500 test windows.",
            "Có khoảng 21,000 cửa sổ huấn luyện và 2,500 cửa sổ kiểm thử.",
        ),
        SOURCE,
        T("21,000 + 2,500", "21,000 + 2,500"),
        "arithmetic",
        measure=lambda r: len(cuts.all_starts(TOKENS, 8, 2)),
        judge=near(23_500, 100),
        seeds=(0,),
        unit=T("windows in all, of 45,295 tokens", "cửa sổ tất cả, từ 45,295 token"),
        explain=T(
            "The executed notebook prints 20,380 and 2,264: PyTorch's random_split rounds both shares down and gives the window left over to the first.",
            "Notebook đã chạy in ra 20,380 và 2,264: random_split của PyTorch làm tròn xuống cả hai phần rồi đưa cửa sổ thừa cho phần đầu.",
        ),
    ),
    Claim(
        "6.8",
        T("torch.no_grad() saves time.", "torch.no_grad() tiết kiệm thời gian."),
        SOURCE,
        T("what the text says", "điều bài viết nói"),
        "device",
        measure=lambda r: r["pairs"].final("ratio"),
        judge=below(0.95),
        needs=runs(pairs=no_grad.Config()),
        unit=T(
            "× the time with gradients, forward passes in turn on this machine",
            "× thời gian khi có gradient, chạy xen kẽ trên máy này",
        ),
        explain=T(
            "A forward pass of this model is mostly the multiplication by 50,257 rows, done with gradients or without: expect a few percent. What no_grad surely saves is memory (6.12).",
            "Một lượt tiến của mô hình này chủ yếu là phép nhân với 50,257 hàng, có gradient hay không cũng phải làm: chỉ mong được vài phần trăm. Thứ no_grad chắc chắn tiết kiệm là bộ nhớ (6.12).",
        ),
    ),
    Claim(
        "6.9",
        T(
            "Large language models overfit less because they have so much data.",
            "Mô hình ngôn ngữ lớn ít quá khớp vì có rất nhiều dữ liệu.",
        ),
        SOURCE,
        T("what the text says", "điều bài viết nói"),
        "training",
        measure=order,
        judge=below(-0.8),
        needs=lambda seed: {str(n): replace(SMALL, keep=n, seed=seed) for n in SIZES},
        unit=T(
            "rank correlation of the gap with the number of training tokens",
            "tương quan hạng giữa khoảng chênh và số token huấn luyện",
        ),
        explain=T(
            "True for this model and four sizes of one text, all from scratch: the more text, the smaller the gap and the later the turn.",
            "Đúng với mô hình này và bốn cỡ của cùng một văn bản, đều học từ đầu: càng nhiều văn bản, khoảng chênh càng nhỏ và quay lên càng muộn.",
        ),
    ),
    Claim(
        "6.10",
        T(
            "exp of a log-softmax output is a valid distribution.",
            "exp của đầu ra log-softmax là một phân phối hợp lệ.",
        ),
        SOURCE,
        T("what the text says", "điều bài viết nói"),
        "exact",
        measure=lambda r: r["place"].final("row_sum"),
        judge=below(1e-5),
        needs=runs(place=PLACE),
        seeds=(10,),
        unit=T("largest distance of a row's sum from 1", "khoảng cách lớn nhất giữa tổng một hàng và 1"),
        explain=T(
            "Every row of the trained model's table sums to 1, up to float32 rounding over 2,000 tokens.",
            "Mọi hàng trong bảng của mô hình đã huấn luyện có tổng bằng 1, chỉ sai do làm tròn float32 trên 2,000 token.",
        ),
    ),
    Claim(
        "6.11",
        T(
            "The mean of the batch means is the mean test loss.",
            "Trung bình của các trung bình lô chính là loss kiểm thử trung bình.",
        ),
        SOURCE,
        T("its evaluation code", "mã đánh giá của bài"),
        "exact",
        measure=lambda r: abs(r["place"].final("batch_means") - r["place"].final("window_mean")),
        judge=depends(
            above(1e-6), T("on a last batch that is as full as the others", "vào lô cuối có đầy như các lô khác không")
        ),
        needs=runs(place=PLACE),
        seeds=(10,),
        unit=T("nats between the two means", "nats giữa hai trung bình"),
        explain=T(
            "The short last batch counts as much as a full one. Small here, but free to do right: weight by tokens.",
            "Lô cuối ngắn được tính ngang một lô đầy. Ở đây sai lệch nhỏ, nhưng làm đúng chẳng tốn gì: hãy lấy trọng số theo token.",
        ),
    ),
    Claim(
        "6.12",
        T("torch.no_grad() saves memory.", "torch.no_grad() tiết kiệm bộ nhớ."),
        SOURCE,
        T("what the text says", "điều bài viết nói"),
        "exact",
        measure=lambda r: (r["run"].final("kept_bytes") - r["run"].final("kept_no_grad")) / 1e6,
        judge=above(1.0),
        needs=runs(run=evaluation.Config()),
        seeds=(10,),
        unit=T("MB less kept per test batch", "MB ít hơn phải giữ cho mỗi lô kiểm thử"),
        explain=T(
            "With gradients the log-probabilities of all 2,000 tokens at all 512 places wait for a backward pass that never comes. Under no_grad nothing waits.",
            "Khi có gradient, log-xác suất của 2,000 token ở 512 vị trí nằm chờ một lượt lùi không bao giờ đến. Với no_grad thì không gì phải chờ.",
        ),
    ),
    Claim(
        "6.13",
        T(
            "Without model.eval(), dropout goes on under no_grad and the test loss is reported too high.",
            "Không gọi model.eval() thì dropout vẫn chạy dưới no_grad và loss kiểm thử bị báo cáo quá cao.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["run"].final("train_mode_loss") - r["run"].final("eval_loss"),
        judge=above(0.02),
        needs=runs(run=evaluation.Config()),
        unit=T("nats too high, dropout 0.2", "nats cao hơn thực, dropout 0.2"),
        explain=T(
            "no_grad and eval are two switches: one stops the bookkeeping for gradients, the other changes what the layers do.",
            "no_grad và eval là hai công tắc: một cái ngừng ghi sổ cho gradient, cái kia đổi cách các tầng hoạt động.",
        ),
    ),
)
