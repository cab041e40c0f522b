"""What lesson 4 of the course says, and how each statement is measured here: all of it at once, nothing is trained."""

from app.i18n import T, same
from app.lesson import Claim
from core.claims import above, below, depends, fails, once
from core.experiments import accumulation, lr_sweep, one_parameter, two_weights

COURSE = same("CodeChallenge: SGD vs. Adam vs. AdamW")
RACE = one_parameter.Config


def difference(a, b) -> float:
    """Largest difference of SGD's two paths."""

    def path(result):
        table = list(result.tables["path"].values())[-1]
        return [w for w, name in zip(table["weight"], table["optimizer"], strict=True) if name == "sgd"]

    return max(abs(x - y) for x, y in zip(path(a), path(b), strict=True))


CLAIMS = (
    Claim(
        "4.1",
        T("SGD reaches the target faster than Adam and AdamW.", "SGD đến đích nhanh hơn Adam và AdamW."),
        COURSE,
        T("exercise 1: SGD first", "bài tập 1: SGD đầu tiên"),
        "exact",
        measure=lambda r: r["race"].final("error_adam") / r["race"].final("error_sgd"),
        judge=depends(
            above(5.0),
            T("at lr 0.05, this loss and 50 steps, yes", "với lr 0.05, loss này và 50 bước thì đúng"),
        ),
        needs=once(race=RACE()),
        seeds=(0,),
        unit=T("× as far from the target: Adam against SGD", "× xa đích hơn: Adam so với SGD"),
        explain=T(
            "True at these settings, and only because the gradient is larger than 1 there: SGD steps lr·6, Adam lr.",
            "Đúng với thiết lập này, và chỉ vì gradient ở đó lớn hơn 1: SGD bước lr·6, Adam bước lr.",
        ),
    ),
    Claim(
        "4.2",
        T(
            "The race on one weight shows that SGD suits simple models and Adam complex ones.",
            "Cuộc đua trên một trọng số cho thấy SGD hợp với mô hình đơn giản, Adam hợp với mô hình phức tạp.",
        ),
        COURSE,
        T("conclusion of the race", "kết luận từ cuộc đua"),
        "exact",
        measure=lambda r: r["small"].final("error_sgd") / r["small"].final("error_adam"),
        judge=fails(above(1.0)),
        needs=once(small=RACE(scale=0.2), hot=RACE(lr=1.0)),
        seeds=(0,),
        unit=T("× as far from the target: SGD against Adam, loss × 0.2", "× xa đích hơn: SGD so với Adam, loss × 0.2"),
        explain=T(
            "Whatever holds in general, this race does not show it: the same simple model with its loss multiplied by 0.2, or "
            "with lr 1, and Adam wins.",
            "Dù điều đó nói chung đúng hay sai, cuộc đua này không chứng minh được: vẫn mô hình đơn giản đó, chỉ nhân loss với "
            "0.2 hoặc lấy lr 1, là Adam thắng.",
        ),
    ),
    Claim(
        "4.3",
        T(
            "Adam is slower than SGD, but smooth and hardly oscillates.",
            "Adam chậm hơn SGD, nhưng mượt và hầu như không dao động.",
        ),
        COURSE,
        same("—"),
        "exact",
        measure=lambda r: r["race"].final("overshoot_adam"),
        judge=fails(above(0.1)),
        needs=once(race=RACE(lr=0.1)),
        seeds=(0,),
        unit=T("beyond the target at lr 0.1", "vượt quá đích với lr 0.1"),
        explain=T(
            "From lr 0.1 on it runs past the target and has to come back. To stay within 0.01 it needs 97 to 127 steps at every lr "
            "of “Sweep” from 0.05 to 3: its memory β₁ sets that time, not lr (with β₁ 0.95 it needs 200 to 229).",
            "Từ lr 0.1 trở lên nó chạy quá đích rồi phải quay lại. Để ở lại trong 0.01 nó cần 97 đến 127 bước với mọi lr của “Quét "
            "lr” từ 0.05 đến 3: thời gian đó do trí nhớ β₁ quyết định, không phải lr (với β₁ 0.95 nó cần 200 đến 229).",
        ),
    ),
    Claim(
        "4.4",
        T(
            "SGD's path is exact: w(t) = target + (w₀ − target)·(1 − 2·lr)^t.",
            "Lối đi của SGD tính được chính xác: w(t) = đích + (w₀ − đích)·(1 − 2·lr)^t.",
        ),
        None,
        same("π·(1 − 0.98¹⁵⁰)"),
        "exact",
        measure=lambda r: abs(r["race"].final("weight_sgd") - 3.14 * (1 - 0.98**150)),
        judge=below(1e-5),
        needs=once(race=RACE(lr=0.01, start=0.0, target=3.14, steps=150)),
        seeds=(0,),
        unit=T("from the formula after 150 steps", "lệch khỏi công thức sau 150 bước"),
        explain=T(
            "One step is enough at lr 0.5; at lr 1 it jumps between two points for ever; beyond, it grows.",
            "Với lr 0.5 chỉ cần một bước; với lr 1 nó nhảy mãi giữa hai điểm; lớn hơn nữa thì tăng mãi.",
        ),
    ),
    Claim(
        "4.5",
        T("Adam and AdamW nearly coincide.", "Adam và AdamW gần như trùng nhau."),
        COURSE,
        T("a small difference", "khác biệt nhỏ"),
        "exact",
        measure=lambda r: abs(r["race"].final("weight_adam") - r["race"].final("weight_adamw")),
        judge=below(0.1),
        needs=once(race=RACE(), none=RACE(weight_decay=0.0)),
        seeds=(0,),
        unit=T("between them after 50 steps", "giữa hai bên sau 50 bước"),
        explain=T(
            "And the whole difference is PyTorch's default weight decay of 0.01, which nobody set. At decay 0 they are equal to "
            "the last digit.",
            "Và toàn bộ khác biệt là suy giảm trọng số mặc định 0.01 của PyTorch mà không ai đặt. Với hệ số 0, hai bên giống "
            "nhau đến chữ số cuối.",
        ),
    ),
    Claim(
        "4.6",
        T("AdamW ends at the target.", "AdamW dừng đúng tại đích."),
        COURSE,
        T("implied", "hàm ý"),
        "exact",
        measure=lambda r: abs(r["strong"].final("weight_adamw") - 5.0),
        judge=depends(
            above(0.1),
            T(
                "only while decay × |target| < 1, and after thousands of steps",
                "chỉ khi hệ số suy giảm × |đích| < 1, và sau hàng nghìn bước",
            ),
        ),
        needs=once(strong=RACE(weight_decay=1.0, steps=4000), usual=RACE(steps=4000), sweep=lr_sweep.Config()),
        seeds=(0,),
        unit=T("from the target after 4,000 steps at decay 1", "cách đích sau 4,000 bước với hệ số 1"),
        explain=T(
            "With the default 0.01 it creeps there as √v forgets: 0.055 off after 150 steps, 0.003 after 4,000; within 500 steps "
            "no learning rate brings it within 0.01 for good. With a decay above 1/target it ends at 1/decay instead.",
            "Với mặc định 0.01 nó bò dần tới khi √v quên: lệch 0.055 sau 150 bước, 0.003 sau 4,000; trong 500 bước không tốc độ "
            "học nào đưa nó vào hẳn trong 0.01. Nếu hệ số lớn hơn 1/đích thì nó dừng ở 1/hệ số.",
        ),
    ),
    Claim(
        "4.7",
        T(
            "Without zero_grad: SGD very poor, Adam medium, AdamW good.",
            "Không có zero_grad: SGD rất tệ, Adam trung bình, AdamW tốt.",
        ),
        COURSE,
        T("table of exercise 3", "bảng của bài tập 3"),
        "exact",
        measure=lambda r: r["never"].final("swing_adamw") / r["never"].final("swing_sgd"),
        judge=fails(above(1.0)),
        needs=once(
            never=RACE(steps=4000, reset="never"), executed=RACE(steps=150, reset="never", forgetful="adam,sgd")
        ),
        seeds=(0,),
        unit=T(
            "× as wide: AdamW's swing against SGD's, 4,000 steps", "× rộng hơn: biên độ AdamW so với SGD, 4,000 bước"
        ),
        explain=T(
            "The other way round: SGD's swing stays, Adam's and AdamW's grow. In the executed copy of the notebook AdamW alone "
            "still resets its gradient; so it ends at 4.945 and looks good. Rebuild it with the preset “as executed”.",
            "Ngược lại mới đúng: biên độ của SGD giữ nguyên, của Adam và AdamW lớn dần. Trong bản notebook đã chạy, riêng AdamW "
            "vẫn đặt lại gradient; vì thế nó dừng ở 4.945 và trông tốt. Hãy dựng lại bằng thiết lập “như đã chạy”.",
        ),
    ),
    Claim(
        "4.8",
        T("Without zero_grad SGD becomes unstable.", "Không có zero_grad, SGD trở nên mất ổn định."),
        COURSE,
        same("—"),
        "exact",
        measure=lambda r: r["long"].final("swing_sgd") / r["short"].final("swing_sgd"),
        judge=fails(below(1.05)),
        needs=once(long=RACE(steps=4000, reset="never"), short=RACE(steps=150, reset="never")),
        seeds=(0,),
        unit=T("× as wide after 4,000 steps as after 150", "× biên độ sau 4,000 bước so với sau 150"),
        explain=T(
            "Undamped, not unstable: it swings by 3.04 for ever, 19.8 steps a swing. It is even stable up to lr 2, where honest SGD "
            "ends at lr 1.",
            "Không tắt dần, chứ không phải mất ổn định: nó dao động mãi với biên độ 3.04, mỗi chu kỳ 19.8 bước. Nó còn ổn định "
            "đến tận lr 2, trong khi SGD đúng cách chỉ đến lr 1.",
        ),
    ),
    Claim(
        "4.9",
        T("Not resetting the gradient is gradient accumulation.", "Không đặt lại gradient chính là tích lũy gradient."),
        COURSE,
        T("section 6", "mục 6"),
        "exact",
        measure=lambda r: r["parts"].final("gap_kept"),
        judge=fails(above(0.1)),
        needs=once(parts=accumulation.Config()),
        seeds=(0,),
        unit=T("relative distance from the big batch's gradient", "khoảng cách tương đối tới gradient của cả lô"),
        explain=T(
            "Two things with one name. Accumulation adds k small batches, divides by k, steps, and then resets: that is the big "
            "batch to 16 digits.",
            "Hai chuyện khác nhau bị gọi cùng tên. Tích lũy là cộng k lô nhỏ, chia cho k, bước, rồi đặt lại: đúng bằng cả lô đến "
            "16 chữ số.",
        ),
    ),
    Claim(
        "4.10",
        T("Adam is the stable one in large spaces.", "Adam là thuật toán ổn định trong không gian lớn."),
        COURSE,
        same("—"),
        "exact",
        measure=lambda r: r["turned"].final("loss_adam") / r["turned"].final("loss_momentum"),
        judge=depends(
            above(10.0),
            T(
                "for weights of different scale; not when the bowl is turned",
                "khi các trọng số khác thang; không đúng khi lòng chảo bị xoay",
            ),
        ),
        needs=once(turned=two_weights.Config(rotation=22.0), straight=two_weights.Config()),
        seeds=(0,),
        unit=T("× momentum's final loss, κ 1,000 turned by 22°", "× loss cuối của quán tính, κ 1,000 xoay 22°"),
        explain=T(
            "Along the axes Adam beats momentum by thousands of times, because it gives every weight its own step size. Turn the bowl "
            "and the advantage is gone; SGD and momentum do not notice the turn. 150 steps from (1, 1), best of 30 learning rates.",
            "Dọc theo trục, Adam hơn quán tính hàng nghìn lần vì cho mỗi trọng số một độ dài bước riêng. Xoay lòng chảo là mất lợi "
            "thế; SGD và quán tính không hề hay biết. 150 bước từ (1, 1), tốt nhất trong 30 tốc độ học.",
        ),
    ),
    Claim(
        "4.11",
        T(
            "In the course's exercises SGD gets close to its target, 5.",
            "Trong các bài tập của khóa học, SGD đến gần đích của nó là 5.",
        ),
        COURSE,
        T("close to 5", "gần 5"),
        "exact",
        measure=lambda r: max(r["one"].final("error_sgd"), r["two"].final("error_sgd")),
        judge=below(0.05),
        needs=once(one=RACE(), two=RACE(lr=0.04, lr_adam=0.1)),
        seeds=(0,),
        unit=T("from 5, the further of the two exercises", "cách 5, bài tập xa hơn trong hai bài"),
        explain=T("4.985 at lr 0.05 and 4.954 at lr 0.04.", "4.985 với lr 0.05 và 4.954 với lr 0.04."),
    ),
    Claim(
        "4.12",
        T("Never resetting is exactly momentum 1.", "Không bao giờ đặt lại chính là quán tính (momentum) 1."),
        None,
        same("0"),
        "exact",
        measure=lambda r: difference(r["never"], r["momentum"]),
        judge=below(1e-12),
        needs=once(never=RACE(steps=300, reset="never"), momentum=RACE(steps=300, momentum=1.0)),
        seeds=(0,),
        unit=T("largest difference of the two paths", "chênh lệch lớn nhất giữa hai lối đi"),
        explain=T(
            "The sum of all gradients stands in w.grad in one case, in the optimizer's buffer in the other.",
            "Tổng mọi gradient nằm trong w.grad ở trường hợp này, nằm trong bộ nhớ của thuật toán ở trường hợp kia.",
        ),
    ),
    Claim(
        "4.13",
        T(
            "k small batches of equal size, each loss divided by k, add up to the big batch's gradient.",
            "k lô nhỏ cỡ bằng nhau, mỗi loss chia cho k, cộng lại đúng bằng gradient của cả lô lớn.",
        ),
        None,
        same("0"),
        "exact",
        measure=lambda r: r["parts"].final("gap_divided"),
        judge=below(1e-12),
        needs=once(parts=accumulation.Config()),
        seeds=(0,),
        unit=T("relative difference of the gradients", "chênh lệch tương đối của gradient"),
        explain=T(
            "Equal to rounding, as long as the pieces are equally large.",
            "Bằng nhau tới mức làm tròn, miễn là các phần to bằng nhau.",
        ),
    ),
    Claim(
        "4.14",
        T(
            "k small batches of unequal size, each loss divided by k, add up to the big batch's gradient.",
            "k lô nhỏ cỡ khác nhau, mỗi loss chia cho k, cộng lại đúng bằng gradient của cả lô lớn.",
        ),
        None,
        same("30 + 20 + 10 + 4"),
        "training",
        measure=lambda r: r["parts"].final("gap_unequal"),
        judge=fails(above(0.02)),
        seeds=tuple(range(10, 20)),
        needs=lambda seed: {"parts": accumulation.Config(seed=seed)},
        unit=T("relative difference of the gradients", "chênh lệch tương đối của gradient"),
        explain=T(
            "A mean of means gives the small piece too much say. Weigh each loss by its share of the rows (in a language model: of "
            "the tokens) and it is exact again.",
            "Trung bình của các trung bình cho phần nhỏ quá nhiều tiếng nói. Hãy nhân mỗi loss với tỉ lệ hàng của nó (với mô hình "
            "ngôn ngữ: tỉ lệ token) thì lại chính xác.",
        ),
    ),
)
