"""What lesson 9 of the course says, and how each statement is measured here."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core.claims import above, below, depends, fails, near, once, runs
from core.experiments import lm_losses, loss_calls, loss_logits, loss_path, loss_points

COURSE_TEXT = same("CodeChallenge: create a custom loss function")
PATH = loss_path.Config()
L1, L2 = replace(PATH, loss="l1"), replace(PATH, loss="l2")
FIVE = loss_points.Config()
FOUR = replace(FIVE, outliers=0)
MODEL = lm_losses.Config()


RATES = (0.005, 0.02, 0.05, 0.2, 0.5)
# a start whose distance is no multiple of any of the rates, so that no step can land on the target by chance
SWINGS = {f"{lr:g}": replace(L1, lr=lr, start=0.987, steps=500) for lr in RATES}


def swing_over_rate(r) -> float:
    """Swing of the last ten steps divided by the learning rate: the rate at which that is farthest from 1."""
    ratios = [r[f"{lr:g}"].final("swing") / lr for lr in RATES]
    return max(ratios, key=lambda ratio: abs(ratio - 1))


def shift(r, loss: str) -> float:
    """How far one outlier moves the place where this loss rests."""
    return abs(r[f"{loss}_five"].final("rest") - r[f"{loss}_four"].final("rest"))


def steps(result) -> float:
    """Steps until it stays within the tolerance, infinite where it does not."""
    return result.final("arrival") if result.final("arrival") >= 0 else math.inf


def apart(r, rule: str) -> float:
    """Mean distance between the paths of L1 and L2 under this rule, all steps."""
    a, b = (r[f"{rule}_{loss}"].metrics["w"] for loss in ("l1", "l2"))
    return sum(abs(a[s] - b[s]) for s in a) / len(a)


CLAIMS = (
    Claim(
        "9.1",
        T("Prediction 2, target 5: L1 is 3 and L2 is 9.", "Dự đoán 2, đích 5: L1 là 3 và L2 là 9."),
        COURSE_TEXT,
        same("3; 9"),
        "arithmetic",
        measure=lambda r: max(abs(r["l1"].at("loss", 0) - 3), abs(r["l2"].at("loss", 0) - 9)),
        judge=below(1e-6),
        needs=once(l1=replace(L1, target=5.0), l2=replace(L2, target=5.0)),
        seeds=(0,),
        unit=T("largest difference from 3 and 9", "chênh lệch lớn nhất so với 3 và 9"),
        explain=T("|2 − 5| and (2 − 5)².", "|2 − 5| và (2 − 5)²."),
    ),
    Claim(
        "9.2",
        T("L1 oscillates around its target.", "L1 dao động quanh đích."),
        COURSE_TEXT,
        T("seen in the plot", "thấy trên hình"),
        "exact",
        measure=lambda r: r["course"].final("swing"),
        judge=near(0.05, 0.0005),
        needs=once(course=L1),
        seeds=(0,),
        unit=T("swing of the last ten steps, at lr 0.05", "dao động mười bước cuối, với lr 0.05"),
        explain=T(
            "Its slope never shrinks, so neither do its steps. It would stop only by landing on the target exactly, where PyTorch "
            "counts the slope as 0: with lr 0.5 it does. With 0.05 twenty steps add up to 1 on paper, but not in floating point.",
            "Độ dốc của nó không bao giờ nhỏ đi nên bước cũng vậy. Nó chỉ dừng khi rơi đúng vào đích, nơi PyTorch coi độ dốc là 0: "
            "với lr 0.5 thì đúng thế. Với 0.05, hai mươi bước cộng lại là 1 trên giấy, nhưng không phải trong số dấu phẩy động.",
        ),
    ),
    Claim(
        "9.3",
        T(
            "L1 oscillates because its slope jumps at 0 and the learning rate is large.",
            "L1 dao động vì độ dốc của nó nhảy ở 0 và tốc độ học lớn.",
        ),
        COURSE_TEXT,
        same("lr 0.05"),
        "exact",
        measure=swing_over_rate,
        judge=depends(
            near(1.0, 0.02),
            T(
                "the jump, yes; any constant learning rate swings, a small one only less",
                "cú nhảy thì đúng; tốc độ học cố định nào cũng dao động, nhỏ thì chỉ dao động ít hơn",
            ),
        ),
        needs=once(**SWINGS),
        seeds=(0,),
        unit=T(
            "swing / learning rate, the farthest from 1 of five rates",
            "dao động / tốc độ học, xa 1 nhất trong năm tốc độ",
        ),
        explain=T(
            "From 0.005 to 0.5 the swing equals the learning rate. “Large” is not the point, “constant” is: set the decay to linear and it fades.",
            "Từ 0.005 đến 0.5, dao động bằng đúng tốc độ học. Vấn đề không phải “lớn” mà là “cố định”: đặt giảm dần tuyến tính thì nó tắt.",
        ),
    ),
    Claim(
        "9.4",
        T("L2 converges faster, L1 is slow.", "L2 hội tụ nhanh hơn, L1 chậm."),
        COURSE_TEXT,
        T("table: L2 fast, L1 slow", "bảng: L2 nhanh, L1 chậm"),
        "exact",
        measure=lambda r: r["near_l1"].final("arrival") / r["near_l2"].final("arrival"),
        judge=depends(
            below(1.0),
            T(
                "on the distance: far from the target L2 is first, near it L1",
                "vào khoảng cách: xa đích thì L2 trước, gần đích thì L1 trước",
            ),
        ),
        needs=once(near_l1=L1, near_l2=L2),
        seeds=(0,),
        unit=T(
            "steps of L1 / steps of L2 in the course's own setting",
            "số bước của L1 / số bước của L2 trong đúng thiết lập của khóa học",
        ),
        explain=T(
            "In the course's own setting L1 is there first. It needs about distance / lr steps, L2 ln(distance / tolerance) / −ln(1 − 2 lr): "
            "a straight line against a logarithm. They cross a little above distance 1.6; open the map in “Look inside”.",
            "Trong đúng thiết lập của khóa học, L1 tới trước. Nó cần khoảng (khoảng cách / lr) bước, L2 cần ln(khoảng cách / dung sai) / −ln(1 − 2 lr): "
            "đường thẳng so với logarit. Hai bên bằng nhau ở khoảng cách nhỉnh hơn 1.6; hãy mở bản đồ trong “Nhìn vào bên trong”.",
        ),
    ),
    Claim(
        "9.5",
        T("L2's gradient fades as it nears the target.", "Gradient của L2 nhỏ dần khi tới gần đích."),
        COURSE_TEXT,
        T("in words", "bằng lời"),
        "exact",
        measure=lambda r: (r["l2"].at("w", 21) - 3) / (r["l2"].at("w", 20) - 3),
        judge=near(0.9, 1e-3),
        needs=once(l2=L2),
        seeds=(0,),
        unit=T(
            "of the error is left after one step (1 − 2 lr = 0.9)", "phần sai số còn lại sau một bước (1 − 2 lr = 0.9)"
        ),
        explain=T(
            "Slope 2e: every step removes a tenth of what is left.",
            "Độ dốc 2e: mỗi bước bớt đi một phần mười của phần còn lại.",
        ),
    ),
    Claim(
        "9.6",
        T("L1 is robust to outliers, L2 is sensitive.", "L1 vững trước giá trị ngoại lai, L2 nhạy cảm."),
        COURSE_TEXT,
        T("table", "bảng"),
        "exact",
        measure=lambda r: shift(r, "l2") / shift(r, "l1"),
        judge=above(5.0),
        needs=once(
            l1_five=replace(FIVE, loss="l1"),
            l1_four=replace(FOUR, loss="l1"),
            l2_five=replace(FIVE, loss="l2"),
            l2_four=replace(FOUR, loss="l2"),
        ),
        seeds=(0,),
        unit=T("× farther does one outlier (20) move L2", "× xa hơn là mức một giá trị ngoại lai (20) kéo L2 đi"),
        explain=T("L2 rests at the mean, L1 at the median.", "L2 nghỉ ở trung bình, L1 ở trung vị."),
    ),
    Claim(
        "9.7",
        T("L2 is more stable than L1.", "L2 ổn định hơn L1."),
        COURSE_TEXT,
        T("table", "bảng"),
        "exact",
        measure=lambda r: abs(r["l2"].final("w") - 3) / abs(r["l1"].final("w") - 3),
        judge=depends(
            above(100.0),
            T(
                "only for learning rates below 1; beyond it L2 diverges and L1 cannot",
                "chỉ khi tốc độ học dưới 1; vượt quá thì L2 phân kỳ còn L1 thì không thể",
            ),
        ),
        needs=once(l1=replace(L1, lr=1.1), l2=replace(L2, lr=1.1)),
        seeds=(0,),
        unit=T(
            "× farther from the target is L2 after 50 steps at lr 1.1", "× xa đích hơn là L2 sau 50 bước với lr 1.1"
        ),
        explain=T(
            "At lr 1 L2 jumps from 2 to 4 and back for ever; beyond 1 each jump is longer. L1's slope is never more than 1, so it can only swing. Try the preset “broken: too large a step”.",
            "Ở lr 1, L2 nhảy mãi giữa 2 và 4; trên 1 thì mỗi cú nhảy dài hơn. Độ dốc của L1 không bao giờ quá 1 nên nó chỉ có thể dao động. Hãy thử “hỏng: bước quá lớn”.",
        ),
    ),
    Claim(
        "9.8",
        T(
            "CrossEntropyLoss and NLLLoss are nearly equivalent; NLL wants log-softmax.",
            "CrossEntropyLoss và NLLLoss gần như tương đương; NLL cần log-softmax.",
        ),
        COURSE_TEXT,
        T("in words", "bằng lời"),
        "exact",
        measure=lambda r: r["calls"].final("gap"),
        judge=below(1e-6),
        needs=once(calls=loss_calls.Config()),
        seeds=(0,),
        unit=T("largest difference of the three", "chênh lệch lớn nhất giữa ba cách"),
        explain=T(
            "The same number, and cross-entropy of a log-softmax is the same once more: softmax of a log-softmax changes nothing.",
            "Cùng một số, và entropy chéo của log-softmax cũng vậy: softmax của log-softmax không đổi gì.",
        ),
    ),
    Claim(
        "9.9",
        T("NLL on raw logits has no bottom.", "NLL trên logits thô không có đáy."),
        None,
        same("—"),
        "exact",
        measure=lambda r: r["long"].final("loss") - r["short"].final("loss"),
        judge=below(-1.0),
        needs=once(
            short=loss_logits.Config(objective="raw", steps=200), long=loss_logits.Config(objective="raw", steps=400)
        ),
        seeds=(0,),
        unit=T("change of the loss from step 200 to 400", "loss thay đổi từ bước 200 đến 400"),
        explain=T(
            "As far again as in the first 200 steps. A negative loss of a class is a message.",
            "Lại đi xa thêm đúng bằng 200 bước đầu. Loss phân lớp mà âm là một lời nhắn.",
        ),
    ),
    Claim(
        "9.10",
        T(
            "The article's class, which returns abs(yHat − y), is a usable loss.",
            "Lớp trong bài viết, trả về abs(yHat − y), dùng được làm loss.",
        ),
        COURSE_TEXT,
        T("code in the article", "mã trong bài viết"),
        "exact",
        measure=lambda r: r["calls"].final("no_reduction_many") - r["calls"].final("no_reduction_one"),
        judge=depends(
            above(0.5),
            T(
                "for one value only; for more it lacks the mean, which the notebook has",
                "chỉ với một giá trị; nhiều hơn thì thiếu phép trung bình, mà notebook thì có",
            ),
        ),
        needs=once(calls=loss_calls.Config()),
        seeds=(0,),
        unit=T(
            "(1: backward fails on three values and works on one)", "(1: backward hỏng với ba giá trị và chạy với một)"
        ),
        explain=T(
            "PyTorch: “grad can be implicitly created only for scalar outputs”. Choose reduction “none” under “Which value wins?”.",
            "PyTorch: “grad can be implicitly created only for scalar outputs”. Hãy chọn cách gộp “none” ở “Giá trị nào thắng?”.",
        ),
    ),
    Claim(
        "9.11",
        T("A loss should have a continuous derivative.", "Một loss nên có đạo hàm liên tục."),
        COURSE_TEXT,
        T("advice", "lời khuyên"),
        "exact",
        measure=lambda r: max(steps(r[name]) for name in ("l1", "zone", "pinball")) / steps(r["smooth"]),
        judge=depends(
            below(1.0),
            T(
                "where the minimum must be met exactly at a fixed rate: to come near it a kink is no hindrance",
                "khi phải dừng đúng cực tiểu với tốc độ cố định: còn để tới gần thì góc gãy không cản trở",
            ),
        ),
        needs=once(
            l1=L1,
            zone=replace(PATH, loss="epsilon"),
            pinball=replace(PATH, loss="pinball"),
            smooth=replace(PATH, loss="huber", steps=100),
        ),
        seeds=(0,),
        unit=T(
            "steps of the slowest of L1, dead zone and pinball / steps of smooth Huber",
            "số bước của loss chậm nhất trong L1, vùng chết, pinball / số bước của Huber trơn",
        ),
        explain=T(
            "Overstated: all three losses with a kink come within 0.06 of it, none later than Huber, whose slope is no steeper. What they do not do is rest: they swing by rate × slope until the rate decays. ReLU has a kink too.",
            "Hơi quá lời: cả ba loss có góc gãy đều tới cách nó 0.06, không cái nào muộn hơn Huber, loss trơn có độ dốc không hơn. Điều chúng không làm được là đứng yên: chúng dao động bằng tốc độ × độ dốc cho tới khi tốc độ giảm. ReLU cũng có góc gãy.",
        ),
    ),
    Claim(
        "9.12",
        T("corrcoef(yHat, y) can be used as a correlation loss.", "corrcoef(yHat, y) dùng được làm loss tương quan."),
        COURSE_TEXT,
        T("commented code", "mã bị chú thích"),
        "exact",
        measure=lambda r: r["calls"].final("correlation"),
        judge=fails(above(0.5)),
        needs=once(calls=loss_calls.Config()),
        seeds=(0,),
        unit=T("(1: PyTorch raises a TypeError)", "(1: PyTorch báo TypeError)"),
        explain=T(
            "torch.corrcoef takes one argument: stack the two first. And even then it is blind to scale and shift: 100·y + 7 counts as perfect.",
            "torch.corrcoef chỉ nhận một đối số: phải xếp chồng hai cái trước. Mà kể cả thế nó vẫn mù với tỉ lệ và độ dời: 100·y + 7 cũng được coi là hoàn hảo.",
        ),
    ),
    Claim(
        "9.13",
        T(
            "Under Adam the shape of the loss matters as much as under SGD.",
            "Với Adam, hình dạng của loss cũng quan trọng như với SGD.",
        ),
        None,
        same("—"),
        "exact",
        measure=lambda r: apart(r, "adam") / apart(r, "sgd"),
        judge=fails(below(0.3)),
        needs=once(
            adam_l1=replace(L1, optimizer="adam", target=10.0, steps=200),
            adam_l2=replace(L2, optimizer="adam", target=10.0, steps=200),
            sgd_l1=replace(L1, target=10.0, steps=200),
            sgd_l2=replace(L2, target=10.0, steps=200),
        ),
        seeds=(0,),
        unit=T("distance of the two paths under Adam / under SGD", "khoảng cách hai đường đi với Adam / với SGD"),
        explain=T(
            "Adam divides the slope by its own recent size: what is left is mostly its sign, and that L1 and L2 share.",
            "Adam chia độ dốc cho độ lớn gần đây của chính nó: còn lại chủ yếu là dấu, mà dấu thì L1 và L2 giống nhau.",
        ),
    ),
    Claim(
        "9.14",
        T(
            "A language model trained with label smoothing pays for it in plain test loss.",
            "Mô hình ngôn ngữ học với làm mềm nhãn phải trả giá bằng loss kiểm thử thường.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["smoothing"].final("test_loss") - r["ce"].final("test_loss"),
        judge=above(0.03),
        needs=runs(ce=replace(MODEL, objective="ce"), smoothing=replace(MODEL, objective="smoothing")),
        unit=T(
            "nats/token more than cross-entropy, Model 1 on Tales, ε = 0.1",
            "nats/token cao hơn entropy chéo, Mô hình 1 trên Tales, ε = 0.1",
        ),
        explain=T(
            "It holds back a tenth of the probability for tokens that never come. Plain cross-entropy is judged by what it was trained on.",
            "Nó giữ lại một phần mười xác suất cho những token không bao giờ đến. Entropy chéo thường thì được chấm đúng bằng cái nó học.",
        ),
    ),
    Claim(
        "9.15",
        T(
            "Train on what you will be judged by: the model trained on squared probabilities has the lowest of them.",
            "Được chấm bằng gì thì hãy học bằng cái đó: mô hình học bình phương xác suất có giá trị ấy thấp nhất.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["squares"].final("own_squares") - r["ce"].final("own_squares"),
        judge=depends(
            above(0.0),
            T(
                "on how long it trains: after 300 steps cross-entropy is ahead, in runs three times as long the two are level",
                "vào việc huấn luyện bao lâu: sau 300 bước entropy chéo dẫn trước, chạy dài gấp ba thì hai bên ngang nhau",
            ),
        ),
        seeds=(10, 11, 12, 13, 14),
        needs=runs(ce=replace(MODEL, objective="ce"), squares=replace(MODEL, objective="squares")),
        unit=T(
            "squared probabilities more than the model trained on cross-entropy",
            "bình phương xác suất cao hơn mô hình học entropy chéo",
        ),
        explain=T(
            "Right in the end, not on the way. The slope of the squared loss carries a factor p, so a token the model thinks "
            "unlikely teaches it little: common pairs are learned fast, rare ones late. By the plain test loss it stays behind even then.",
            "Đúng ở đích, không đúng trên đường. Độ dốc của loss bình phương mang thừa số p, nên token mà mô hình cho là khó xảy ra "
            "dạy nó rất ít: cặp thường gặp học nhanh, cặp hiếm học muộn. Còn theo loss kiểm thử thường thì ngay cả khi ấy nó vẫn thua.",
        ),
    ),
    Claim(
        "9.16",
        T("Focal loss makes a model too modest.", "Loss focal làm mô hình quá khiêm tốn."),
        None,
        same("—"),
        "training",
        measure=lambda r: r["focal"].final("confidence") - r["focal"].final("accuracy"),
        judge=below(-0.01),
        needs=runs(focal=replace(MODEL, objective="focal")),
        unit=T("confidence minus accuracy, γ = 2", "độ chắc chắn trừ độ chính xác, γ = 2"),
        explain=T(
            "What is already likely counts less, so the model stops early on easy tokens: it is right more often than it says.",
            "Cái gì đã khả dĩ thì được tính nhẹ đi, nên mô hình dừng sớm ở token dễ: nó đúng nhiều hơn nó nói.",
        ),
    ),
)
