"""What lesson 14 of the course says, and how each statement is measured here."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core.claims import above, below, depends, fails, near, once, runs
from core.experiments import (
    dropout_calls,
    dropout_mask,
    dropout_moments,
    dropout_softmax,
    forgotten_train,
    mask_ensemble,
)
from pages.figures_14_trained import best_point

COURSE = same("Dropout in theory and in PyTorch")
NOTEBOOK = T("the course's notebook on dropout", "notebook về dropout của khóa học")
P = 0.4  # of the trained claims; at 0.2 the cost on much text is smaller than the scatter over seeds
READ = mask_ensemble.Config(dropout=P, windows=128)
TRAINED = mask_ensemble.trained(READ)
NOISE = dropout_moments.Config(n=10_000, mean=0.0, std=1.0, vectors=20)


def spread_at(result, p: float) -> float:
    """Measured standard deviation after dropout at this p."""
    law = result.tables["law"][0]
    return law["std_measured"][law["p"].index(p)]


def entropy_at(result, way: str, p: float) -> float:
    table = result.tables["entropy"][0]
    return table[way][table["p"].index(p)]


LITTLE = {"none": replace(TRAINED, dropout=0.0), "some": TRAINED}
MUCH = {name: replace(config, keep=0) for name, config in LITTLE.items()}
READINGS = {"none": replace(READ, dropout=0.0), "some": READ}

CLAIMS = (
    Claim(
        "14.1",
        T("At p = 0.2 the survivors grow from 1 to 1.25.", "Với p = 0.2, số sống sót tăng từ 1 lên 1.25."),
        COURSE,
        same("1.25"),
        "exact",
        measure=lambda r: r["mask"].final("survivor"),
        judge=near(1.25, 1e-9),
        needs=once(mask=dropout_mask.Config()),
        seeds=(0,),
        explain=T("1/(1 − 0.2), exactly.", "Đúng bằng 1/(1 − 0.2)."),
    ),
    Claim(
        "14.2",
        T("In the long run the dropped share is p.", "Về lâu dài, tỉ lệ bị bỏ là p."),
        COURSE,
        same("20 %"),
        "exact",
        measure=lambda r: 100 * r["mask"].final("share"),
        judge=near(20.0, 0.2),
        needs=once(mask=dropout_mask.Config()),
        seeds=(0,),
        unit=T("% dropped, over 2,000 masks of 100 numbers", "% bị bỏ, qua 2,000 mặt nạ 100 số"),
        digits=4,
        explain=T(
            "One mask of 100 scatters by 4 numbers, the binomial √(np(1−p)); 2,000 of them settle.",
            "Một mặt nạ 100 số dao động 4 số, đúng √(np(1−p)) của nhị thức; 2,000 mặt nạ thì ổn định.",
        ),
    ),
    Claim(
        "14.3",
        T(
            "Inverted dropout keeps the magnitude of the activations.",
            "Inverted dropout giữ nguyên độ lớn của kích hoạt.",
        ),
        COURSE,
        T("kept", "được giữ"),
        "exact",
        measure=lambda r: spread_at(r["law"], 0.5) / spread_at(r["law"], 0.0),
        judge=depends(above(1.3), T("true of the mean only", "chỉ đúng với trung bình")),
        needs=once(law=NOISE),
        seeds=(0,),
        unit=T("× the spread, at p = 0.5 and mean 0", "× độ phân tán, với p = 0.5 và trung bình 0"),
        explain=T(
            "The mean is kept. The mean square grows by 1/(1 − p): at mean 0 the spread is 1.05 times as large at p = 0.1, √2 times at 0.5, more than 3 times at 0.9. "
            "A network is trained on noisier activations than it meets at test time.",
            "Trung bình được giữ. Trung bình bình phương tăng 1/(1 − p) lần: với trung bình 0, độ phân tán lớn gấp 1.05 ở p = 0.1, √2 ở 0.5, hơn 3 ở 0.9. "
            "Mạng được huấn luyện trên kích hoạt nhiễu hơn lúc kiểm thử.",
        ),
    ),
    Claim(
        "14.4",
        T("Without the rescaling the softmax suffers.", "Không nhân bù thì softmax bị ảnh hưởng."),
        COURSE,
        same("—"),
        "exact",
        measure=lambda r: entropy_at(r["softmax"], "plain", 0.5) - r["softmax"].final("none"),
        judge=above(0.1),
        needs=once(softmax=dropout_softmax.Config(rows=64)),
        seeds=(0,),
        unit=T(
            "nats of entropy more than without dropout, p = 0.5", "nats entropy nhiều hơn khi không dropout, p = 0.5"
        ),
        explain=T(
            "True, and two-sided: not rescaled, the logits shrink and the softmax is less sure; rescaled, their spread grows and it is surer (about half a nat less) "
            "than it will be in eval mode.",
            "Đúng, và có hai phía: không nhân bù thì logits nhỏ lại và softmax kém chắc; nhân bù thì độ phân tán tăng và nó chắc hơn (bớt khoảng nửa nat) "
            "so với lúc eval.",
        ),
    ),
    Claim(
        "14.5",
        T("eval() silences nn.Dropout but not F.dropout.", "eval() tắt nn.Dropout nhưng không tắt F.dropout."),
        COURSE,
        same("0 % / 20 %"),
        "exact",
        measure=lambda r: 100 * (r["calls"].final("p_eval") - r["calls"].final("module_eval")),
        judge=above(15.0),
        needs=once(calls=dropout_calls.Config(n=10_000)),
        seeds=(0,),
        unit=T("% more zeros in eval mode", "% số 0 nhiều hơn ở chế độ eval"),
        explain=T(
            "True. The same holds for dropout_p of scaled_dot_product_attention, which the lesson does not name: it drops in eval mode too, unless you pass 0.",
            "Đúng. dropout_p của scaled_dot_product_attention, bài học không nhắc, cũng thế: ở chế độ eval nó vẫn bỏ, trừ khi bạn truyền 0.",
        ),
    ),
    Claim(
        "14.6",
        T("After train() is called again, dropout is “still off”.", "Sau khi gọi lại train(), dropout “vẫn tắt”."),
        NOTEBOOK,
        T("comment: still off", "chú thích: vẫn tắt"),
        "exact",
        measure=lambda r: 100 * r["calls"].final("module_again"),
        judge=fails(above(1.0)),
        needs=once(calls=dropout_calls.Config(n=10_000)),
        seeds=(0,),
        unit=T("% zeros after train()", "% số 0 sau train()"),
        explain=T(
            "The comment is wrong, the code is right: dropout is on again. The same notebook calls F.dropout(x), which drops a half, not the fifth of the lesson.",
            "Chú thích sai, mã đúng: dropout đã bật lại. Cũng notebook đó gọi F.dropout(x), bỏ một nửa chứ không phải một phần năm như bài học.",
        ),
    ),
    Claim(
        "14.7",
        T(
            "The mask is m ~ Bernoulli(p): p is the probability of keeping (as lesson 17 writes it).",
            "Mặt nạ m ~ Bernoulli(p): p là xác suất giữ lại (như bài 17 viết).",
        ),
        T(
            "lesson 17 of the course; this lesson writes Bernoulli(1 − p)",
            "bài 17 của khóa học; bài này viết Bernoulli(1 − p)",
        ),
        T("80 % zeros at p = 0.2", "80 % số 0 khi p = 0.2"),
        "exact",
        measure=lambda r: 100 * r["calls"].final("module_train"),
        judge=near(80.0, 5.0),
        needs=once(calls=dropout_calls.Config(n=10_000)),
        seeds=(0,),
        unit=T("% zeros from nn.Dropout(0.2)", "% số 0 từ nn.Dropout(0.2)"),
        explain=T(
            "The two lessons contradict each other. PyTorch follows this one: p is the probability of dropping, and m ~ Bernoulli(1 − p).",
            "Hai bài mâu thuẫn nhau. PyTorch theo bài này: p là xác suất bị bỏ, và m ~ Bernoulli(1 − p).",
        ),
    ),
    Claim(
        "14.8",
        T("With dropout, test accuracy rises.", "Có dropout, độ chính xác kiểm thử tăng."),
        COURSE,
        T("test accuracy up", "kiểm thử tăng"),
        "training",
        measure=lambda r: 100 * (r["some"].final("eval_accuracy") - r["none"].final("eval_accuracy")),
        judge=above(0.5),
        needs=runs(**{name: replace(config, masks=1, windows=512) for name, config in READINGS.items()}),
        unit=T(
            "percentage points of tokens guessed right in new text (Tales, 1,000 tokens, p = 0.4)",
            "điểm phần trăm token đoán đúng trong văn bản mới (Tales, 1,000 token, p = 0.4)",
        ),
        explain=T(
            "On the little text where dropout helps most, the share of right guesses hardly moves. What falls clearly is the test loss (14.17): the model with dropout "
            "is not right more often, it is less sure when it is wrong. And on much text even the loss is worse (14.13).",
            "Trên ít văn bản, nơi dropout giúp nhiều nhất, tỉ lệ đoán đúng hầu như không nhúc nhích. Giảm rõ là loss kiểm thử (14.17): mô hình có dropout "
            "không đoán đúng nhiều hơn, mà bớt tự tin khi sai. Còn với nhiều văn bản thì cả loss cũng xấu hơn (14.13).",
        ),
    ),
    Claim(
        "14.9",
        T(
            "Language models use p of 2 to 10 %, vision models 30 to 50 %.",
            "Mô hình ngôn ngữ dùng p từ 2 đến 10 %, thị giác từ 30 đến 50 %.",
        ),
        COURSE,
        same("2–10 % / 30–50 %"),
        "citation",
        explain=T(
            "True of its time: GPT-2 was trained with 0.1. Models that read their text about once have mostly given it up; nanoGPT's configuration says 0 for pretraining, 0.1 or more for "
            "fine-tuning. “Much text” shows why.",
            "Đúng vào thời của nó: GPT-2 huấn luyện với 0.1. Mô hình chỉ đọc văn bản khoảng một lượt nay hầu như bỏ; cấu hình nanoGPT ghi 0 khi tiền huấn luyện, từ 0.1 trở lên khi "
            "tinh chỉnh. “Nhiều văn bản” cho thấy vì sao.",
        ),
    ),
    Claim(
        "14.10",
        T(
            "Dropout averages very many sub-networks; eval() stands for their average.",
            "Dropout lấy trung bình rất nhiều mạng con; eval() thay cho trung bình đó.",
        ),
        COURSE,
        T("exponentially many", "nhiều theo hàm mũ"),
        "training",
        measure=lambda r: r["read"].final("eval_loss") - r["read"].final("averaged"),
        judge=depends(
            above(0.05),
            T(
                "not after learning by heart, where 16 masks do better than eval(); with much text eval() is the better of the two (14.16)",
                "không còn đúng sau khi học thuộc, khi 16 mặt nạ tốt hơn eval(); với nhiều văn bản thì eval() tốt hơn (14.16)",
            ),
        ),
        needs=runs(read=READ),
        unit=T(
            "nats/token: eval() above the average of 16 masks (1,000 tokens, p = 0.4)",
            "nats/token: eval() cao hơn trung bình 16 mặt nạ (1,000 token, p = 0.4)",
        ),
        explain=T(
            "eval() is one network with all its numbers, not an average of predictions. A model that has learned its text by heart is too sure of itself; averaged "
            "over masks it is less sure, and that helps on new text. A single mask is always worse than the average.",
            "eval() là một mạng với đủ mọi con số, không phải trung bình các dự đoán. Mô hình đã học thuộc thì quá tự tin; lấy trung bình "
            "trên các mặt nạ làm nó bớt tự tin, và điều đó có ích với văn bản mới. Một mặt nạ thì luôn kém trung bình.",
        ),
    ),
    Claim(
        "14.11",
        T("Dropout is worth more in fine-tuning.", "Dropout có giá trị hơn khi tinh chỉnh."),
        COURSE,
        same("—"),
        "citation",
        explain=T(
            "Plausible, because fine-tuning means little text and several passes. This page measures only that (“Little text”), from random weights; it fine-tunes nothing.",
            "Hợp lý, vì tinh chỉnh nghĩa là ít văn bản và vài lượt. Trang này chỉ đo đúng điều đó (“Ít văn bản”), từ trọng số ngẫu nhiên; nó không tinh chỉnh gì.",
        ),
    ),
    Claim(
        "14.12",
        T(
            "Dropout also beats a run that is stopped at its best point.",
            "Dropout cũng thắng lần chạy được dừng ở điểm tốt nhất.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: best_point(r["none"])[1] - best_point(r["some"])[1],
        judge=above(0.0),
        needs=runs(**LITTLE),
        unit=T(
            "nats/token of best test loss gained with p = 0.4", "nats/token loss kiểm thử tốt nhất được lợi với p = 0.4"
        ),
        explain=T(
            "The same runs as 14.17, each at its own best step: now the run without dropout is ahead. Its best point comes early, so it is cheaper too.",
            "Vẫn các lần chạy của 14.17, mỗi lần ở bước tốt nhất của nó: giờ lần chạy không dropout dẫn trước. Điểm tốt nhất của nó đến sớm nên còn rẻ hơn.",
        ),
    ),
    Claim(
        "14.13",
        T(
            "Where no text is read twice, dropout costs loss.",
            "Nơi không văn bản nào đọc hai lần, dropout làm tăng loss.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["some"].final("test_loss") - r["none"].final("test_loss"),
        judge=above(0.01),
        needs=runs(**MUCH),
        unit=T(
            "nats/token of test loss lost (all of Tales, half a pass, p = 0.4)",
            "nats/token loss kiểm thử bị thiệt (toàn bộ Tales, nửa lượt, p = 0.4)",
        ),
        explain=T(
            "There is nothing to learn by heart, so slowing that down buys nothing. At p = 0.2 the cost is smaller than the scatter over seeds at this length.",
            "Không có gì để học thuộc, nên làm chậm việc đó chẳng được gì. Với p = 0.2, cái giá nhỏ hơn độ dao động giữa các hạt giống ở độ dài này.",
        ),
    ),
    Claim(
        "14.14",
        T(
            "With dropout, training accuracy falls (dropout off while measuring).",
            "Có dropout, độ chính xác huấn luyện giảm (đo khi tắt dropout).",
        ),
        COURSE,
        T("training accuracy down", "huấn luyện giảm"),
        "training",
        measure=lambda r: 100 * (r["some"].final("train_accuracy") - r["none"].final("train_accuracy")),
        judge=below(0.0),
        needs=runs(**READINGS),
        unit=T(
            "percentage points of tokens guessed right in the training text",
            "điểm phần trăm token đoán đúng trong văn bản huấn luyện",
        ),
        explain=T(
            "Measured fairly, with dropout off. The training loss a run reports is measured with dropout on and exaggerates the fall.",
            "Đo công bằng, khi tắt dropout. Loss huấn luyện mà lần chạy báo được đo khi bật dropout nên phóng đại mức giảm.",
        ),
    ),
    Claim(
        "14.15",
        T("A forgotten model.train() shows in the training loss.", "Quên model.train() thì lộ ra ở loss huấn luyện."),
        None,
        same("—"),
        "training",
        measure=lambda r: (
            (
                sum(v for s, v in r["right"].metrics["train_loss"].items() if s > forgotten_train.FIRST_TEST)
                - sum(v for s, v in r["forgot"].metrics["train_loss"].items() if s > forgotten_train.FIRST_TEST)
            )
            / (r["right"].step - forgotten_train.FIRST_TEST)
        ),
        judge=above(0.02),
        needs=lambda seed: {
            "right": forgotten_train.Config(p=0.2, seed=seed),
            "forgot": forgotten_train.Config(p=0.2, forget=True, seed=seed),
        },
        unit=T(
            "nats/token lower training loss after the first evaluation (Model 1, p = 0.2)",
            "nats/token loss huấn luyện thấp hơn sau lần đánh giá đầu (Mô hình 1, p = 0.2)",
        ),
        explain=T(
            "It falls because nothing is dropped any more: the reported number becomes the one of eval mode. Put eval() and train() around every evaluation, as train.evaluated does.",
            "Nó giảm vì không còn gì bị bỏ: con số báo ra trở thành con số của chế độ eval. Hãy đặt eval() và train() quanh mỗi lần đánh giá, như train.evaluated.",
        ),
    ),
    Claim(
        "14.16",
        T(
            "With much text, one pass in eval mode is at least as good as the average of 16 masks.",
            "Với nhiều văn bản, một lượt eval không kém trung bình 16 mặt nạ.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["read"].final("eval_loss") - r["read"].final("averaged"),
        judge=below(0.0),
        needs=runs(read=replace(READ, keep=0)),
        unit=T(
            "nats/token: eval() above the average of 16 masks (all of Tales, p = 0.4)",
            "nats/token: eval() cao hơn trung bình 16 mặt nạ (toàn bộ Tales, p = 0.4)",
        ),
        explain=T(
            "And at a sixteenth of the work: this is why everybody evaluates with dropout off.",
            "Mà chỉ tốn một phần mười sáu công: vì thế ai cũng đánh giá khi tắt dropout.",
        ),
    ),
    Claim(
        "14.17",
        T(
            "With little text read many times, dropout lowers the test loss.",
            "Với ít văn bản đọc nhiều lượt, dropout làm giảm loss kiểm thử.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["none"].final("test_loss") - r["some"].final("test_loss"),
        judge=depends(
            above(0.05),
            T(
                "compared at the end of a fixed number of steps; not against the best point (14.12)",
                "so ở cuối một số bước cố định; không đúng nếu so với điểm tốt nhất (14.12)",
            ),
        ),
        needs=runs(**LITTLE),
        unit=T(
            "nats/token of test loss gained at the end (Tales, 1,000 tokens, p = 0.4)",
            "nats/token loss kiểm thử được lợi ở cuối (Tales, 1,000 token, p = 0.4)",
        ),
        explain=T(
            "By the end the run without dropout has read its text 200 times, knows it by heart, and pays for its certainty on new text.",
            "Đến cuối, lần chạy không dropout đã đọc văn bản 200 lượt, thuộc lòng, và trả giá cho sự chắc chắn đó trên văn bản mới.",
        ),
    ),
)
