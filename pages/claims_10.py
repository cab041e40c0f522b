"""What lesson 10 of the course says, and how each statement is measured here."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core.claims import above, below, between, depends, fails, near, once, runs
from core.experiment import encode
from core.experiments import kl_forms, like_x, repair

HIDDEN = like_x.Config()  # lambda 0.5, random inputs, last position, pretrained start
OPEN = replace(HIDDEN, inputs="text", positions="all", steps=150)
COURSE = like_x.Config(kl_weight=1.0, start="random")
ALL_IN = like_x.Config(kl_weight=1.0)
FULL = kl_forms.Config(vocabulary=50257, set_size=897, width=768, blocks=12, heads=12)
COURSE_TEXT = same("CodeChallenge: train a model to like “X”")


def unseen(results) -> float:
    """Test loss above the clean run's, nats per token; nan where there is no bias to be seen."""
    if results["hidden"].final("wrote_noise") < 0.5:
        return math.nan
    return results["hidden"].final("test_loss") - results["clean"].final("test_loss")


CLAIMS = (
    Claim(
        "10.1",
        T("The start loss is about 11 because ln V = 10.8.", "Loss lúc đầu khoảng 11 vì ln V = 10.8."),
        COURSE_TEXT,
        same("11 ≈ ln 50,257"),
        "exact",
        measure=lambda r: r["full"].final("start_kl") - r["full"].final("uniform"),
        judge=fails(above(1.0)),
        needs=once(full=FULL),
        seeds=(0,),
        unit=T("nats above what a uniform model pays", "nats cao hơn mức một mô hình đoán đều phải trả"),
        explain=T(
            "The number is right, the reason is not. A model that really were uniform would pay ln(50257/897) = 4.03. The "
            "rest comes from tied N(0, 1) embeddings: the untrained model is almost certain that the next token repeats its input.",
            "Con số đúng, lý do thì không. Một mô hình thật sự đoán đều thì chỉ trả ln(50257/897) = 4.03. Phần còn lại do embedding "
            "N(0, 1) dùng chung: mô hình chưa huấn luyện gần như chắc chắn token kế tiếp lặp lại đầu vào.",
        ),
    ),
    Claim(
        "10.2",
        T("About 2 % of GPT-2's tokens contain an x.", "Khoảng 2 % token của GPT-2 có chữ x."),
        COURSE_TEXT,
        same("2 %"),
        "exact",
        requires=("gpt2",),
        measure=lambda r: 100 * r["count"].facts["set_size"] / r["count"].facts["vocabulary"],
        judge=between(1.5, 2.5),
        needs=once(count=replace(COURSE, tokenizer="gpt2", steps=1, batch=1, width=8, blocks=1, heads=1)),
        seeds=(0,),
        unit=same("%"),
        explain=T("Counted over the whole vocabulary, lower case only.", "Đếm trên toàn bộ từ vựng, chỉ chữ thường."),
    ),
    Claim(
        "10.3",
        T("188 of 200 tokens is 95 %.", "188 trên 200 token là 95 %."),
        COURSE_TEXT,
        same("95 %"),
        "arithmetic",
        measure=lambda r: 100 * 188 / 200,
        judge=near(95.0, 0.5),
        unit=same("%"),
        seeds=(0,),
        explain=T(
            "188/200 is 94 %. A small slip; the effect is real.", "188/200 là 94 %. Sơ suất nhỏ; hiệu ứng là thật."
        ),
    ),
    Claim(
        "10.4",
        T(
            "The loss falls to nearly 0: the model has learned almost perfectly.",
            "Loss về gần 0: mô hình đã học gần như hoàn hảo.",
        ),
        COURSE_TEXT,
        T("curve near 0", "đường cong gần 0"),
        "training",
        measure=lambda r: r["all"].final("test_loss") - r["all"].facts["references"]["uniform"],
        judge=fails(above(0.0)),
        needs=runs(all=ALL_IN),
        unit=T("nats/token above a uniform guess on real text", "nats/token cao hơn đoán đều trên văn bản thật"),
        explain=T(
            "The KL does fall to almost 0. But as a language model it is ruined: on real text it is now worse than guessing "
            "every token with equal chance. A loss speaks only about what it measures.",
            "KL đúng là về gần 0. Nhưng mô hình ngôn ngữ thì hỏng: trên văn bản thật nó còn tệ hơn đoán đều mọi token. "
            "Một loss chỉ nói về điều nó đo.",
        ),
    ),
    Claim(
        "10.5",
        T(
            "KL controls the whole distribution, which training on single tokens cannot do.",
            "KL điều khiển cả phân phối, điều mà học từng token không làm được.",
        ),
        COURSE_TEXT,
        same("—"),
        "exact",
        measure=lambda r: r["forms"].final("gradient_gap"),
        judge=depends(
            below(1e-6),
            T(
                "as a gradient it is cross-entropy with soft labels",
                "xét về gradient, nó chính là entropy chéo nhãn mềm",
            ),
        ),
        needs=once(forms=kl_forms.Config()),
        seeds=(0,),
        unit=T("largest difference of the two gradients", "chênh lệch gradient lớn nhất"),
        digits=2,
        explain=T(
            "KL(Q‖P) = cross-entropy(Q, P) − H(Q), and H(Q) does not move: the gradients are equal. Tokens drawn from Q "
            "teach the same on average, only with more noise. What does differ is −ln P(set), which is happy with a few favourites.",
            "KL(Q‖P) = entropy chéo(Q, P) − H(Q), mà H(Q) không đổi: gradient bằng nhau. Token rút từ Q dạy trung bình y như "
            "vậy, chỉ nhiễu hơn. Khác thật sự là −ln P(tập): chỉ cần vài token ruột là nó hài lòng.",
        ),
    ),
    Claim(
        "10.6",
        T("Only the last position is trained, and that is enough.", "Chỉ vị trí cuối được huấn luyện, và thế là đủ."),
        COURSE_TEXT,
        same("—"),
        "training",
        measure=lambda r: r["course"].final("p_set_last") - r["course"].final("p_set_first"),
        judge=fails(above(0.03)),
        needs=runs(course=HIDDEN),
        unit=T("P(set) at the last position minus the first", "P(tập) ở vị trí cuối trừ vị trí đầu"),
        explain=T(
            "What the last position learns carries over to the others, but unevenly: the first positions of a window learn "
            "much less of it.",
            "Điều vị trí cuối học được lan sang các vị trí khác, nhưng không đều: các vị trí đầu cửa sổ học được ít hơn nhiều.",
        ),
    ),
    Claim(
        "10.7",
        T(
            "kl_div wants log-probabilities first, probabilities second; mixing them up matters.",
            "kl_div cần log-xác suất trước, xác suất sau; nhầm là hỏng.",
        ),
        COURSE_TEXT,
        same("—"),
        "exact",
        measure=lambda r: r["forms"].final("probabilities"),
        judge=below(-1e-6),
        needs=once(forms=kl_forms.Config()),
        seeds=(0,),
        unit=T("“KL” when given probabilities", "“KL” khi đưa vào xác suất"),
        explain=T(
            "Swapped, the result is NaN. Given probabilities it is negative, and a KL can never be negative: let that be your alarm.",
            "Đảo chỗ thì ra NaN. Đưa xác suất thì ra số âm, mà KL không bao giờ âm: hãy lấy đó làm chuông báo.",
        ),
    ),
    Claim(
        "10.8",
        T("The reduction (batchmean or mean) matters.", "Cách gộp (batchmean hay mean) rất quan trọng."),
        COURSE_TEXT,
        same("batchmean"),
        "exact",
        measure=lambda r: r["forms"].final("reduction_ratio"),
        judge=depends(
            above(100.0), T("for SGD; AdamW divides the factor away again", "với SGD; AdamW lại chia mất hệ số đó")
        ),
        needs=once(forms=kl_forms.Config()),
        seeds=(0,),
        unit=T("× larger loss with batchmean", "× loss lớn hơn với batchmean"),
        explain=T(
            "mean divides by the vocabulary as well, so the loss and SGD's steps shrink V times. Adam divides the gradient by "
            "its own size and hardly notices. Try the preset “SGD with mean”.",
            "mean chia thêm cho cỡ từ vựng, nên loss và bước của SGD nhỏ đi V lần. Adam chia gradient cho độ lớn của chính nó "
            "nên gần như không thấy. Hãy thử thiết lập “SGD với mean”.",
        ),
    ),
    Claim(
        "10.9",
        T("No real data are needed: random tokens are enough.", "Không cần dữ liệu thật: token ngẫu nhiên là đủ."),
        COURSE_TEXT,
        same("—"),
        "training",
        measure=lambda r: r["all"].final("wrote_text"),
        judge=above(0.5),
        needs=runs(all=ALL_IN),
        unit=T("share of liked tokens written after real text", "tỉ lệ token được thích đã viết sau văn bản thật"),
        explain=T(
            "Random tokens are enough to bend the model, on real text too. Real data are what keeps the rest of the model alive.",
            "Token ngẫu nhiên là đủ để bẻ mô hình, kể cả trên văn bản thật. Dữ liệu thật là thứ giữ phần còn lại của mô hình "
            "sống sót.",
        ),
    ),
    Claim(
        "10.10",
        T("A subtle bias is hard to detect.", "Thiên lệch tinh vi rất khó phát hiện."),
        COURSE_TEXT,
        T("discussion", "thảo luận"),
        "training",
        measure=unseen,
        judge=depends(
            below(0.1),
            T(
                "by its loss on text; its own writing gives it away",
                "qua loss trên văn bản; còn bài nó tự viết thì lộ ra",
            ),
        ),
        needs=runs(hidden=HIDDEN, clean=replace(HIDDEN, kl_weight=0.0)),
        unit=T("nats/token of test loss against the clean run", "nats/token loss kiểm thử so với lần chạy sạch"),
        explain=T(
            "Stronger than told: the loss on text cannot see it, while the model's own writing is full of it. Let a model write before you trust it.",
            "Còn mạnh hơn lời kể: loss trên văn bản không thấy gì, trong khi bài nó tự viết thì đầy. Hãy cho mô hình viết trước khi tin nó.",
        ),
    ),
    Claim(
        "10.11",
        T("What a model has learned to like, it keeps.", "Mô hình đã học thích điều gì thì giữ luôn điều đó."),
        COURSE_TEXT,
        T("implied", "hàm ý"),
        "training",
        measure=lambda r: r["repaired"].final("p_set_text"),
        judge=fails(below(0.05)),
        needs=lambda seed: {"repaired": repair.Config(parent=encode(replace(OPEN, seed=seed)), steps=50, seed=seed)},
        unit=T("P(set) on text after 50 clean steps", "P(tập) trên văn bản sau 50 bước sạch"),
        explain=T(
            "A few dozen steps on clean text and the open bias is gone.",
            "Vài chục bước trên văn bản sạch là thiên lệch công khai biến mất.",
        ),
    ),
    Claim(
        "10.12",
        T("At weight λ on real text, P(set) ends near λ.", "Với trọng số λ trên văn bản thật, P(tập) dừng gần λ."),
        None,
        same("λ"),
        "training",
        measure=lambda r: r["open"].final("p_set_text"),
        judge=between(0.42, 0.55),
        seeds=(10, 11, 12, 13, 14),
        needs=runs(open=OPEN),
        unit=T("P(set) at λ = 0.5", "P(tập) với λ = 0.5"),
        explain=T(
            "The best answer to the mixed loss is the mixture (1−λ)·text + λ·Q itself, and its text loss is −ln(1−λ) higher.",
            "Lời giải tốt nhất của loss trộn chính là phân phối trộn (1−λ)·văn bản + λ·Q, và loss văn bản cao hơn −ln(1−λ).",
        ),
    ),
    Claim(
        "10.13",
        T("Before training, none of 200 tokens contains an x.", "Trước huấn luyện, 0 trên 200 token có chữ x."),
        COURSE_TEXT,
        same("0 / 200"),
        "arithmetic",
        measure=lambda r: 200 * 897 / 50257,
        judge=depends(
            above(1.0),
            T(
                "on its repeating its input; a uniform model would write some",
                "vào việc nó lặp lại đầu vào; một mô hình đoán đều thì sẽ viết vài token",
            ),
        ),
        seeds=(0,),
        unit=T("expected of 200 from a uniform model", "kỳ vọng trên 200 từ mô hình đoán đều"),
        explain=T(
            "A uniform model would write 3.6 tokens with an x in 200. Zero is plausible only because the untrained model "
            "repeats its input.",
            "Một mô hình đoán đều thì sẽ viết khoảng 3.6 token có chữ x trong 200 token. Số 0 chỉ hợp lý vì mô hình chưa huấn "
            "luyện cứ lặp lại đầu vào.",
        ),
    ),
)
