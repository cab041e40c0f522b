"""What lesson 15 of the course says, and how each statement is measured here."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core.claims import above, below, depends, fails, once
from core.experiment import encode
from core.experiments import log_precision, model5, output_cost, output_forms, sampling_twins

SOURCE = T("lesson 15, “logits or log-softmax?”", "bài 15, “logits hay log-softmax?”")
FORMS = output_forms.Config(source="normal", std=3.0, rows=200)
TEMPERATURES = (0.1, 0.5, 0.7, 1.0, 1.5, 5.0)
WIRED = model5.Config(
    corpus="manual", init="gpt2", divide_logits="no", context=64, batch=16, lr=1e-3, steps=100, wiring="ce"
)
PRECISION = log_precision.Config(rows=200)


def wired(*wirings):
    """needs() of a claim that looks at these wirings, one set per seed."""
    return lambda seed: {w: replace(WIRED, wiring=w, seed=seed) for w in wirings}


def temperatures(seed):
    """Both outputs at six temperatures, and 60 tokens written from both by a trained model at two."""
    forms = {f"T {t:g}": replace(FORMS, temperature=t, seed=seed) for t in TEMPERATURES}
    parent = encode(replace(WIRED, seed=seed))
    twins = {f"60 tokens, T {t:g}": sampling_twins.Config(parent, temperature=t, seed=seed) for t in (0.7, 1.5)}
    return forms | twins


def thaw(r) -> float:
    """Largest difference of a probability at any temperature; 1 for every written token that differs."""
    gap = max(result.final("gap") for label, result in r.items() if label.startswith("T "))
    return gap + sum(result.final("differ_log-softmax") for label, result in r.items() if label.startswith("60"))


def apart(r, metric="train_loss") -> float:
    """Largest difference of any wiring from the first, at any step."""
    base, *others = (result.metrics[metric] for result in r.values())
    return max(abs(other[s] - base[s]) for other in others for s in base)


def first_step(r) -> float:
    """Largest difference of the losses of the same logits and the same batch: before any update."""
    base, *others = (result.at("train_loss", 1) for result in r.values())
    return max(abs(other - base) for other in others)


def forgotten(r) -> float:
    """How much worse the true loss is, where the reported one is below 0 (else 0)."""
    if r["raw_nll"].final("train_loss") >= 0:
        return 0.0
    return r["raw_nll"].final("test_loss") - r["ce"].final("test_loss")


def worse_than_guessing(r) -> float:
    run = r["softmax_ce"]
    return run.final("test_loss") - run.facts["references"]["uniform"]


def more_tables(result) -> float:
    """Tables of logits that log-softmax with cross-entropy holds beyond what logits with cross-entropy hold."""
    extra = result.final("log_softmax_ce_bytes") - result.final("ce_bytes")
    return extra / result.facts["logit_bytes"]


CLAIMS = (
    Claim(
        "15.1",
        T(
            "After log-softmax the temperature is frozen at 1: it can no longer be applied.",
            "Sau log-softmax, nhiệt độ bị đóng băng ở 1: không áp dụng được nữa.",
        ),
        SOURCE,
        T("in words", "bằng lời"),
        "training",
        measure=thaw,
        judge=fails(below(5e-6)),
        needs=temperatures,
        unit=T(
            "largest difference of a probability at six T, plus tokens of 60 that differ at T 0.7 and 1.5",
            "chênh lệch xác suất lớn nhất ở sáu T, cộng số token khác nhau trong 60 ở T 0.7 và 1.5",
        ),
        explain=T(
            "log-softmax(z) = z − c with one c for the row. Dividing by T gives z/T − c/T, and softmax does not see a constant. Top-k, top-p and argmax only compare, "
            "and comparing does not see it either. Only code that takes exp(output) and stops has T = 1, and that is the code's choice.",
            "log-softmax(z) = z − c với một c cho cả hàng. Chia cho T được z/T − c/T, mà softmax không thấy hằng số. Top-k, top-p và argmax chỉ so sánh, "
            "nên cũng không thấy. Chỉ mã lấy exp(đầu ra) rồi dừng mới có T = 1, và đó là lựa chọn của mã.",
        ),
        digits=2,
    ),
    Claim(
        "15.2",
        T(
            "Softmax is irreversible: the original logits cannot be recovered.",
            "Softmax không đảo ngược được: không lấy lại được logits ban đầu.",
        ),
        SOURCE,
        T("in words", "bằng lời"),
        "exact",
        measure=lambda r: r["forms"].final("constant_spread"),
        judge=depends(
            below(1e-5),
            T(
                "true and irrelevant: one constant per position is lost, and no probability depends on it",
                "đúng nhưng không quan trọng: chỉ mất một hằng số mỗi vị trí, mà không xác suất nào phụ thuộc nó",
            ),
        ),
        needs=once(forms=FORMS),
        seeds=(0,),
        unit=T(
            "nats: largest spread of z − log-softmax(z) within a row",
            "nats: độ trải lớn nhất của z − log-softmax(z) trong một hàng",
        ),
        explain=T(
            "z − log-softmax(z) is the same for all 2,048 tokens of a row: all differences between logits are still there.",
            "z − log-softmax(z) như nhau cho cả 2,048 token trong một hàng: mọi hiệu số giữa các logit vẫn còn.",
        ),
        digits=2,
    ),
    Claim(
        "15.3",
        T("CrossEntropyLoss is LogSoftmax followed by NLLLoss.", "CrossEntropyLoss là LogSoftmax rồi NLLLoss."),
        SOURCE,
        T("in words", "bằng lời"),
        "training",
        measure=first_step,
        judge=below(1e-5),
        needs=wired("ce", "log_softmax_nll", "log_softmax_ce"),
        unit=T(
            "nats: largest difference of three wirings on the same logits and targets",
            "nats: chênh lệch lớn nhất của ba cách nối trên cùng logits và đích",
        ),
        explain=T(
            "And CrossEntropyLoss on log-probabilities is the same once more, because log-softmax of a log-softmax changes nothing.",
            "Và CrossEntropyLoss trên log-xác suất cũng lại như thế, vì log-softmax của log-softmax không đổi gì.",
        ),
        digits=2,
    ),
    Claim(
        "15.4",
        T(
            "With log-softmax inside the model training is more stable; logits need careful handling.",
            "Có log-softmax trong mô hình thì học ổn định hơn; logits cần xử lý cẩn thận.",
        ),
        SOURCE,
        T("in words", "bằng lời"),
        "training",
        measure=apart,
        judge=fails(below(1e-3)),
        needs=wired("ce", "log_softmax_nll", "log_softmax_ce"),
        unit=T(
            "nats: largest difference of the training losses at any of 100 steps",
            "nats: chênh lệch lớn nhất của loss huấn luyện ở bất kỳ bước nào trong 100",
        ),
        explain=T(
            "cross_entropy calls the same careful log_softmax. The curves are one curve: what little differs is float32 rounding, carried along.",
            "cross_entropy gọi chính log_softmax cẩn thận ấy. Các đường là một đường: phần lệch nhỏ xíu là làm tròn float32 được mang theo.",
        ),
        digits=2,
    ),
    Claim(
        "15.5",
        T(
            "Forgetting log-softmax before the loss is a serious error.",
            "Quên log-softmax trước loss là lỗi nghiêm trọng.",
        ),
        SOURCE,
        T("in words", "bằng lời"),
        "training",
        measure=forgotten,
        judge=depends(
            above(0.1),
            T(
                "true for NLLLoss; CrossEntropyLoss wants the logits, so nothing is forgotten there",
                "đúng với NLLLoss; CrossEntropyLoss cần chính logits nên chẳng quên gì",
            ),
        ),
        needs=wired("ce", "raw_nll"),
        unit=T(
            "nats worse in true test loss after 100 steps, while the reported loss is below 0",
            "nats tệ hơn ở loss kiểm thử thật sau 100 bước, trong khi loss được báo đã dưới 0",
        ),
        explain=T(
            "NLLLoss only takes the minus sign and the mean. On raw logits it has no bottom: a negative loss of a classifier is the alarm.",
            "NLLLoss chỉ đổi dấu và lấy trung bình. Trên logits thô nó không có đáy: loss phân lớp mà âm chính là chuông báo.",
        ),
    ),
    Claim(
        "15.6",
        T(
            "Softmax before CrossEntropyLoss trains on while it looks stuck, and ends worse than guessing.",
            "Đặt softmax trước CrossEntropyLoss: trông như kẹt, vẫn cứ học, và kết thúc tệ hơn đoán đều.",
        ),
        None,
        same("—"),
        "training",
        measure=worse_than_guessing,
        judge=above(0.0),
        needs=wired("softmax_ce"),
        unit=T("nats above ln V in true test loss after 100 steps", "nats trên ln V ở loss kiểm thử thật sau 100 bước"),
        explain=T(
            "Probabilities are taken for logits: the best possible report is ln(e + V − 1) − 1, the worst ln(e + V − 1). "
            "With 2,048 tokens that is 6.63 to 7.63, with 50,257 it is 9.82 to 10.82. The real mistake of this topic, and the course does not name it.",
            "Xác suất bị coi là logits: mức báo tốt nhất là ln(e + V − 1) − 1, tệ nhất là ln(e + V − 1). "
            "Với 2,048 token là 6.63 đến 7.63, với 50,257 là 9.82 đến 10.82. Đây mới là lỗi thật của chủ đề này, mà khóa học không nhắc tới.",
        ),
    ),
    Claim(
        "15.7",
        T("Log-softmax avoids overflow and underflow.", "Log-softmax tránh được tràn trên và tràn dưới."),
        SOURCE,
        T("in words", "bằng lời"),
        "exact",
        measure=lambda r: min(
            r["float32"].final("broken_two_steps") - r["float32"].final("broken_fused"),
            r["float16"].final("broken_two_steps") - r["float16"].final("broken_fused"),
        ),
        judge=above(0.4),
        needs=once(float32=PRECISION, float16=replace(PRECISION, dtype="float16", std=10.0)),
        seeds=(0,),
        unit=T(
            "share of results that two steps lose and log_softmax does not: the smaller of float32 at std 30 and float16 at std 10",
            "phần kết quả mà hai bước làm mất còn log_softmax thì không: số nhỏ hơn giữa float32 ở 30 và float16 ở 10",
        ),
        explain=T(
            "The fused function is finite in every cell of the map. This is about log(softmax(z)) in two steps, not about returning logits: cross_entropy is fused as well.",
            "Hàm gộp cho số hữu hạn ở mọi ô của bản đồ. Chuyện này nói về log(softmax(z)) hai bước, không phải về việc trả logits: cross_entropy cũng là hàm gộp.",
        ),
    ),
    Claim(
        "15.8",
        T(
            "Classification wants log-softmax, generation wants logits.",
            "Phân lớp thì cần log-softmax, sinh văn bản thì cần logits.",
        ),
        SOURCE,
        T("in words", "bằng lời"),
        "citation",
        explain=T(
            "No basis for a difference: both outputs hold the same information (15.1, 15.2). Hugging Face's transformers return logits in both cases: "
            "see SequenceClassifierOutput and CausalLMOutput in its documentation.",
            "Không có cơ sở để phân biệt: hai đầu ra chứa cùng thông tin (15.1, 15.2). Thư viện transformers của Hugging Face trả logits trong cả hai trường hợp: "
            "xem SequenceClassifierOutput và CausalLMOutput trong tài liệu của nó.",
        ),
    ),
    Claim(
        "15.9",
        T("With log-softmax inside, code is simpler.", "Có log-softmax bên trong thì mã gọn hơn."),
        SOURCE,
        T("in words", "bằng lời"),
        "device",
        measure=lambda r: more_tables(r["cost"]),
        judge=depends(
            above(0.5),
            T(
                "a matter of taste; but with CrossEntropyLoss after it, it costs time and one more table of logits",
                "tùy gu; nhưng nếu sau đó là CrossEntropyLoss thì tốn thêm thời gian và một bảng logits",
            ),
        ),
        needs=once(cost=output_cost.Config()),
        seeds=(0,),
        unit=T(
            "more tables of logits alive at once: log-softmax → CE against logits → CE",
            "bảng logits nhiều hơn cùng tồn tại: log-softmax → CE so với logits → CE",
        ),
        explain=T(
            "And one more pass over it in time (“What it costs” measures both). At the course's batch of 64 × 256 with 50,257 tokens one table has 3.29 GB. Log-softmax with NLLLoss costs nothing extra: cross_entropy makes that table itself.",
            "Và thêm một lượt đi qua nó về thời gian (“Giá phải trả” đo cả hai). Với lô 64 × 256 và 50,257 token của khóa học, một bảng nặng 3.29 GB. Log-softmax với NLLLoss thì không tốn thêm: chính cross_entropy cũng tạo bảng đó.",
        ),
    ),
    Claim(
        "15.10",
        T(
            "Stored in half precision, logits and log-probabilities are no longer equal: log-probabilities keep more.",
            "Lưu bằng nửa độ chính xác thì logits và log-xác suất không còn như nhau: log-xác suất giữ được nhiều hơn.",
        ),
        None,
        same("—"),
        "exact",
        measure=lambda r: min(one.final("stored_logits") / one.final("stored_logs") for one in r.values()),
        judge=above(2.0),
        needs=once(
            bfloat16=replace(PRECISION, dtype="bfloat16", std=3.0), float16=replace(PRECISION, dtype="float16", std=3.0)
        ),
        seeds=(0,),
        unit=T(
            "× more wrong draws at T = 0.5 from stored logits; the smaller of bfloat16 and float16",
            "× số lần rút sai nhiều hơn ở T = 0.5 khi lưu logits; số nhỏ hơn giữa bfloat16 và float16",
        ),
        explain=T(
            "The one honest point for log-probabilities, and not the course's: floating point is finest near 0, and the likely tokens' log p lie there, while their logits are the largest numbers of the row. Measured at std 3, as in a trained model; at std 1, where all logits lie near 0, it is the other way round.",
            "Điểm cộng thật duy nhất của log-xác suất, và không phải của khóa học: dấu phẩy động mịn nhất gần 0, nơi có log p của các token khả dĩ, còn logits của chúng lại là những số lớn nhất hàng. Đo ở độ lệch chuẩn 3, như mô hình đã học; ở 1, khi mọi logit nằm gần 0, thì ngược lại.",
        ),
    ),
)
