"""What lesson 3 of the course says, and how each statement is measured here."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core.claims import above, below, depends, fails, near, once, runs
from core.experiments import anatomy, decay, decay_map, model1, optimizer_check
from pages.verdict_03_trained import decades

COURSE = T("The AdamW optimizer (text of the lesson)", "Thuật toán AdamW (bài đọc)")
STILL = decay.Config()
NOISY = decay.Config(noise=1.0, copies=200, steps=500)
BOWL = anatomy.Config(weight_decay=0.0, steps=50)
MAP = decay_map.Config()
MODEL = model1.Config(corpus="manual", lr=2e-2, steps=300)
ONCE = (0,)


MAPS = runs(adamw=MAP, adam=replace(MAP, optimizer="adam"))
DENSE = runs(adamw=replace(MAP, truth="dense"), adam=replace(MAP, truth="dense", optimizer="adam"))
CHECK = once(check=optimizer_check.Config())
LANGUAGE = runs(
    w1=replace(MODEL, weight_decay=0.1),
    w2=replace(MODEL, weight_decay=0.2),
    a1=replace(MODEL, optimizer="adam", weight_decay=1e-5),
    a2=replace(MODEL, optimizer="adam", weight_decay=3e-5),
)


def advantage(r) -> float:
    """Best Adam + L2 minus best AdamW on the language model, nats."""
    return min(r[k].final("test_loss") for k in ("a1", "a2")) - min(r[k].final("test_loss") for k in ("w1", "w2"))


def last_difference(r) -> float:
    return max(abs(r["a"].metrics["weight"][t] - r["b"].metrics["weight"][t]) for t in r["a"].metrics["weight"])


CLAIMS = (
    Claim(
        "3.1",
        T(
            "AdamW's weight decay does not depend on the learning rate.",
            "Suy giảm trọng số của AdamW không phụ thuộc tốc độ học.",
        ),
        COURSE,
        T("table: “No”", "bảng: “Không”"),
        "arithmetic",
        measure=lambda r: r["slow"].final("weight") / r["fast"].final("weight"),
        judge=fails(above(1.01)),
        needs=once(slow=replace(STILL, lr=1e-3), fast=replace(STILL, lr=0.1)),
        seeds=ONCE,
        unit=T(
            "× more weight left after 100 steps with lr 0.001 than with 0.1",
            "× trọng số còn lại sau 100 bước, lr 0.001 so với 0.1",
        ),
        explain=T(
            "The factor per step is 1 − lr·wd; the formula in the same text has the lr in it. Decoupled means: apart from the gradient, not from lr.",
            "Hệ số mỗi bước là 1 − lr·wd; chính công thức trong bài có lr. “Tách rời” nghĩa là rời khỏi gradient, không phải rời khỏi lr.",
        ),
    ),
    Claim(
        "3.2",
        T(
            "For AdamW the best weight decay moves less with the learning rate than for Adam + L2.",
            "Với AdamW, suy giảm tốt nhất dời theo tốc độ học ít hơn so với Adam + L2.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: decades(r["adam"], 0.02) - decades(r["adamw"], 0.02),
        judge=depends(
            above(0.25),
            T(
                "with a sparse truth, and through learning rates above 0.2; below, Adam + L2 is as level",
                "khi trọng số thật thưa, và nhờ các tốc độ học trên 0.2; dưới đó Adam + L2 cũng phẳng như vậy",
            ),
        ),
        needs=MAPS,
        unit=T("decades more for Adam + L2 (lr 0.02 to 1)", "bậc mười nhiều hơn ở Adam + L2 (lr 0.02 đến 1)"),
        explain=T(
            "This is what decoupling is meant to buy. On “The map” look where the white lines are level, then choose the dense truth.",
            "Đây là điều người ta mong đợi ở việc tách rời. Ở “Bản đồ”, xem đường trắng nằm ngang ở đâu, rồi chọn trọng số thật đặc.",
        ),
    ),
    Claim(
        "3.3",
        T(
            "In Adam + L2 the strength of the decay depends on the gradient.",
            "Trong Adam + L2, mức suy giảm phụ thuộc vào gradient.",
        ),
        COURSE,
        T("text", "bài đọc"),
        "training",
        measure=lambda r: r["loud"].final("weight") - r["quiet"].final("weight"),
        judge=above(0.3),
        needs=runs(loud=replace(NOISY, optimizer="adam"), quiet=replace(NOISY, optimizer="adam", noise=0.01)),
        unit=T(
            "difference of the weights left: noise 1 minus noise 0.01",
            "chênh lệch trọng số còn lại: nhiễu 1 trừ nhiễu 0.01",
        ),
        explain=T(
            "Strongly so: after 500 steps the quiet weight is gone, the loud one keeps more than half. AdamW leaves both alike (claim 3.14).",
            "Rất mạnh: sau 500 bước trọng số yên đã mất, trọng số ồn giữ hơn nửa. AdamW để cả hai như nhau (khẳng định 3.14).",
        ),
    ),
    Claim(
        "3.4",
        T(
            "Without a gradient, Adam + L2 does not care how large wd is.",
            "Khi không có gradient, Adam + L2 không quan tâm wd lớn bao nhiêu.",
        ),
        None,
        same("—"),
        "arithmetic",
        measure=lambda r: abs(r["a"].final("weight") - r["b"].final("weight")),
        judge=below(1e-4),
        needs=once(a=replace(STILL, optimizer="adam"), b=replace(STILL, optimizer="adam", weight_decay=0.01)),
        seeds=ONCE,
        unit=T("difference of the final weights, wd 0.1 and 0.01", "chênh lệch trọng số cuối, wd 0.1 và 0.01"),
        explain=T(
            "The penalty is the whole gradient, and Adam divides a gradient by its own size: a step of about lr remains.",
            "Phần phạt là toàn bộ gradient, mà Adam chia gradient cho độ lớn của chính nó: còn lại một bước cỡ lr.",
        ),
    ),
    Claim(
        "3.5",
        T(
            "Adam and AdamW differ only where there is regularization.",
            "Adam và AdamW chỉ khác nhau khi có điều chuẩn.",
        ),
        COURSE,
        T("text", "bài đọc"),
        "exact",
        measure=last_difference,
        judge=below(1e-300),
        needs=once(
            a=replace(NOISY, weight_decay=0.0, steps=200),
            b=replace(NOISY, weight_decay=0.0, steps=200, optimizer="adam"),
        ),
        seeds=ONCE,
        unit=T("largest difference in 200 random steps, wd 0", "chênh lệch lớn nhất trong 200 bước ngẫu nhiên, wd 0"),
        explain=T("Bit for bit the same.", "Giống nhau đến từng bit."),
    ),
    Claim(
        "3.6",
        T("AdamW applies the decay after the update.", "AdamW áp dụng suy giảm sau khi cập nhật."),
        COURSE,
        T("order of the formulas", "thứ tự công thức"),
        "exact",
        measure=lambda r: r["check"].final("after"),
        judge=fails(above(1e-6)),
        needs=CHECK,
        seeds=ONCE,
        unit=T(
            "largest difference from torch.optim.AdamW when the decay comes after",
            "chênh lệch lớn nhất so với torch.optim.AdamW khi suy giảm đặt sau",
        ),
        explain=T(
            "PyTorch shrinks the weight first, then steps: with that order the difference is mere rounding (claim 3.18). One step differs only by lr²·wd times the step, so little is lost.",
            "PyTorch thu nhỏ trọng số trước rồi mới bước: theo thứ tự ấy thì chỉ lệch do làm tròn (khẳng định 3.18). Mỗi bước chỉ chênh lr²·wd nhân bước đi, nên chẳng mất gì nhiều.",
        ),
    ),
    Claim(
        "3.7",
        T("Adam depends little on the learning rate.", "Adam ít phụ thuộc tốc độ học."),
        COURSE,
        T("text", "bài đọc"),
        "arithmetic",
        measure=lambda r: r["fast"].final("w") - r["slow"].final("w"),
        judge=fails(above(0.5)),
        needs=once(slow=replace(BOWL, optimizer="adam", lr=0.005), fast=replace(BOWL, optimizer="adam", lr=0.1)),
        seeds=ONCE,
        unit=T(
            "difference after 50 steps, lr 0.1 against 0.005, on a way of 3",
            "chênh lệch sau 50 bước, lr 0.1 so với 0.005, trên quãng đường 3",
        ),
        explain=T(
            "The step is lr: nothing depends on it more. What Adam ignores is the scale of the loss (claim 3.15).",
            "Bước dài đúng cỡ lr: không gì phụ thuộc lr hơn. Thứ Adam bỏ qua là thang của loss (khẳng định 3.15).",
        ),
    ),
    Claim(
        "3.8",
        T("Adam is m, v and their quotient, as written.", "Adam là m, v và thương của chúng, đúng như đã viết."),
        COURSE,
        T("formulas without bias correction and eps", "công thức thiếu hiệu chỉnh và eps"),
        "arithmetic",
        measure=lambda r: r["bare"].metrics["move"][1] / r["full"].metrics["move"][1],
        judge=fails(above(1.5)),
        needs=once(full=BOWL, bare=replace(BOWL, correction=False)),
        seeds=ONCE,
        unit=T("× longer first step without the correction", "× bước đầu dài hơn khi không hiệu chỉnh"),
        explain=T(
            "m begins at 0.1·g, √v at 0.032·g: without dividing by 1 − βᵗ the first step is 3.2 lr. The formulas are incomplete.",
            "m bắt đầu ở 0.1·g, √v ở 0.032·g: không chia cho 1 − βᵗ thì bước đầu dài 3.2 lr. Công thức còn thiếu.",
        ),
    ),
    Claim(
        "3.9",
        T("The L2 penalty is λ·‖w‖².", "Phần phạt L2 là λ·‖w‖²."),
        COURSE,
        T("formula", "công thức"),
        "arithmetic",
        measure=lambda r: (3.0 - r["step"].final("weight")) / (0.1 * 3.0),
        judge=fails(near(1.0, 1e-6)),
        needs=once(step=decay.Config(optimizer="sgd", start=3.0, lr=1.0, weight_decay=0.1, steps=1)),
        seeds=ONCE,
        unit=T(
            "times wd·w is what one step of SGD takes at lr 1; λ·‖w‖² would take 2",
            "lần wd·w là phần một bước SGD lấy đi với lr 1; λ·‖w‖² thì lấy 2",
        ),
        explain=T(
            "The optimizers add wd·w, the gradient of wd/2·‖w‖². A factor of two between books and code: check before you copy a number.",
            "Các thuật toán cộng wd·w, tức gradient của wd/2·‖w‖². Sách và mã lệch nhau hai lần: hãy kiểm tra trước khi chép số.",
        ),
    ),
    Claim(
        "3.10",
        T("AdamW generalises better than Adam + L2.", "AdamW tổng quát hóa tốt hơn Adam + L2."),
        COURSE,
        T("“superior”", "“vượt trội”"),
        "training",
        measure=lambda r: advantage(r) if r["adam"].final("best") < r["adamw"].final("best") else math.nan,
        judge=depends(
            above(0.01),
            T(
                "yes on the language model; on the regression Adam + L2 wins (claim 3.17)",
                "đúng với mô hình ngôn ngữ; ở bài hồi quy thì Adam + L2 thắng (khẳng định 3.17)",
            ),
        ),
        needs=lambda seed: LANGUAGE(seed) | MAPS(seed),
        unit=T(
            "nats/token of test loss won by the best AdamW over the best Adam + L2",
            "nats/token loss kiểm thử mà AdamW tốt nhất hơn Adam + L2 tốt nhất",
        ),
        explain=T(
            "Two decays tried for each. It depends on whether weights with small gradients deserve to be punished hardest.",
            "Mỗi bên thử hai mức suy giảm. Còn tùy trọng số có gradient nhỏ có đáng bị phạt nặng nhất hay không.",
        ),
    ),
    Claim(
        "3.11",
        T("wd = 0.01 keeps overfitting in check.", "wd = 0.01 kiềm chế được quá khớp."),
        COURSE,
        T("the value in every later lesson", "giá trị ở mọi bài sau"),
        "training",
        measure=lambda r: (
            (r["none"].final("test_loss") - r["little"].final("test_loss"))
            / (r["none"].final("test_loss") - r["more"].final("test_loss"))
        ),
        judge=fails(below(0.33)),
        needs=runs(
            none=replace(MODEL, weight_decay=0.0),
            little=replace(MODEL, weight_decay=0.01),
            more=replace(MODEL, weight_decay=0.2),
        ),
        unit=T("of what wd 0.2 gains is gained by wd 0.01", "phần lợi của wd 0.2 mà wd 0.01 đạt được"),
        explain=T(
            "Its clock 1/(lr·wd) is 5,000 steps here and 100,000 at the course's lr 1e-3: in a short run it hardly acts.",
            "Đồng hồ 1/(lr·wd) của nó ở đây là 5,000 bước, với lr 1e-3 của khóa học là 100,000: lần chạy ngắn thì nó gần như chưa làm gì.",
        ),
    ),
    Claim(
        "3.12",
        T(
            "AdamW is the default in Transformers, Lightning, DeepSpeed and Fairseq.",
            "AdamW là mặc định trong Transformers, Lightning, DeepSpeed và Fairseq.",
        ),
        COURSE,
        T("a list of four", "danh sách bốn thư viện"),
        "citation",
        explain=T(
            "Partly, by their own documentation: Transformers' Trainer, yes. Lightning has none: it takes what configure_optimizers returns, and warns that it “will run with no optimizer” otherwise. DeepSpeed takes the type written in your configuration. Fairseq was not looked up.",
            "Đúng một phần, theo tài liệu của chính họ: Trainer của Transformers thì đúng. Lightning không có mặc định: nó dùng thứ configure_optimizers trả về, nếu không có thì báo “will run with no optimizer”. DeepSpeed lấy loại ghi trong cấu hình của bạn. Fairseq thì chưa tra.",
        ),
    ),
    Claim(
        "3.13",
        T("For SGD, L2 and decoupled decay are the same.", "Với SGD, L2 và suy giảm tách rời là một."),
        COURSE,
        T("text", "bài đọc"),
        "exact",
        measure=last_difference,
        judge=below(1e-13),
        needs=once(a=replace(NOISY, optimizer="sgd", steps=50), b=replace(NOISY, optimizer="sgdw", steps=50)),
        seeds=ONCE,
        unit=T("largest difference in 50 steps", "chênh lệch lớn nhất trong 50 bước"),
        explain=T(
            "lr·(g + wd·w) and wd·lr·w taken first are the same subtraction, up to rounding. Adam's division breaks this.",
            "lr·(g + wd·w) và trừ lr·wd·w trước là cùng một phép trừ, chỉ khác làm tròn. Phép chia của Adam phá vỡ điều này.",
        ),
    ),
    Claim(
        "3.14",
        T(
            "AdamW decays weights with loud and quiet gradients alike.",
            "AdamW làm suy giảm trọng số có gradient ồn và yên như nhau.",
        ),
        COURSE,
        T("text", "bài đọc"),
        "training",
        measure=lambda r: abs(r["loud"].final("weight") - r["quiet"].final("weight")),
        judge=below(0.05),
        needs=lambda seed: {
            "loud": replace(NOISY, seed=seed),
            "quiet": replace(NOISY, noise=0.01, seed=seed + 1000),  # other noise, not the same one scaled
        },
        unit=T("difference of the weights left", "chênh lệch trọng số còn lại"),
        explain=T(
            "The decay multiplies the weight and never sees v.",
            "Suy giảm nhân thẳng vào trọng số, không bao giờ gặp v.",
        ),
    ),
    Claim(
        "3.15",
        T("Adam does not see the scale of the loss.", "Adam không thấy thang của loss."),
        None,
        same("—"),
        "arithmetic",
        measure=lambda r: abs(r["small"].final("w") - r["large"].final("w")),
        judge=below(1e-3),
        needs=once(
            small=replace(BOWL, optimizer="adam", scale=0.01), large=replace(BOWL, optimizer="adam", scale=1000.0)
        ),
        seeds=ONCE,
        unit=T(
            "difference after 50 steps, loss × 0.01 against × 1,000",
            "chênh lệch sau 50 bước, loss × 0.01 so với × 1,000",
        ),
        explain=T(
            "SGD at the same settings hardly moves, or is thrown out of the world. Only eps ever tells Adam how large a loss is.",
            "SGD cùng thiết lập thì hầu như đứng yên, hoặc văng khỏi thế giới. Chỉ eps mới cho Adam biết loss lớn cỡ nào.",
        ),
    ),
    Claim(
        "3.16",
        T(
            "AdamW decays a weight even where its gradient is zero.",
            "AdamW làm suy giảm cả trọng số có gradient bằng 0.",
        ),
        None,
        same("—"),
        "exact",
        measure=lambda r: r["check"].final("zero_gradient"),
        judge=below(0.999),
        needs=CHECK,
        seeds=ONCE,
        unit=T("of the weight left after one step, lr 0.1, wd 0.5", "trọng số còn lại sau một bước, lr 0.1, wd 0.5"),
        explain=T(
            "Only a gradient of None is skipped (lesson 7). Rows of tokens that never occur shrink this way.",
            "Chỉ gradient None mới bị bỏ qua (bài 7). Hàng của token không bao giờ xuất hiện co lại theo cách này.",
        ),
    ),
    Claim(
        "3.17",
        T(
            "On the regression the best Adam + L2 beats the best AdamW.",
            "Ở bài hồi quy, Adam + L2 tốt nhất thắng AdamW tốt nhất.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["adamw"].final("best") / r["adam"].final("best"),
        judge=above(1.0),
        seeds=(10, 11, 12, 13, 14),
        needs=DENSE,
        unit=T("× the test error (dense truth, best cells)", "× lỗi kiểm thử (thật đặc, ô tốt nhất)"),
        explain=T(
            "Small gradients belong to small features here, and holding those back is right. The sparse truth says the same.",
            "Ở đây gradient nhỏ thuộc về đặc trưng nhỏ, kìm chúng lại là đúng. Trọng số thật thưa cũng cho kết quả như vậy.",
        ),
    ),
    Claim(
        "3.18",
        T(
            "The AdamW written out on this page is torch.optim.AdamW.",
            "AdamW viết ra trên trang này chính là torch.optim.AdamW.",
        ),
        None,
        same("—"),
        "exact",
        measure=lambda r: r["check"].final("adamw"),
        judge=below(1e-12),
        needs=CHECK,
        seeds=ONCE,
        unit=T("largest difference after 50 steps (float64)", "chênh lệch lớn nhất sau 50 bước (float64)"),
        explain=T("So what you read is what trained.", "Vậy mã bạn đọc chính là mã đã chạy."),
    ),
)
