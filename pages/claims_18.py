"""What part 2 of the course's dropout challenge says about grading the final token, and how each statement is measured."""

import statistics
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core import crossing
from core.claims import above, below, between, depends, fails, runs
from core.experiments import gradient_signal, head_cost, model5

QUICK = model5.Config(corpus="manual", init="gpt2", context=64, graded=1, steps=100, close=512)
LONG = replace(QUICK, steps=300, head_at="graded")
EVERY = replace(LONG, graded=0, head_at="all")
WEB = {"corpus": "docs-python", "steps": 100}
SIGNAL = gradient_signal.Config(windows=768)  # enough for the signal of single positions
SOURCE = same("CodeChallenge: fine dropout in model 5 (part 2)")


PAIR = runs(last=LONG, every=EVERY)


def gap(results, metric="last_loss"):
    return results["last"].final(metric) - results["every"].final(metric)


def early(result) -> float:
    """Mean test loss over positions 1 to 7 at the end of the run."""
    return statistics.fmean(result.table("places")["loss"][:7])


def meter_ratio(results) -> float:
    """Spread of one window's reading by its last position over that by all its positions, the model standing still."""
    table = results["every"].table("close")
    return statistics.stdev(table["last"]) / statistics.stdev(table["all"])


def steps_ratio(results) -> float:
    """Steps of the final-only run over the steps the other needs for its last loss."""
    points = results["every"].metrics["last_loss"]
    return 300 / crossing.first_below(points, results["last"].final("last_loss"))


def equal_seconds(results) -> float:
    """Final-only minus all at the last position, at the same training seconds, the head computing graded places only."""
    curves = {}
    for name, result in results.items():
        points = result.metrics["last_loss"]
        curves[name] = dict(zip(result.when([*points]).tolist(), points.values(), strict=True))
    end = min(max(points) for points in curves.values())
    return crossing.at(curves["last"], end) - crossing.at(curves["every"], end)


def snr_share(results) -> float:
    """How much of the factor T the signal over noise loses."""
    return results["signal"].final("snr_all") / results["signal"].final("snr_last") / SIGNAL.context


def per_byte(results) -> float:
    """Web minus manual, graded everywhere, nats per byte of held-out text."""
    from pages.figures_18_costs import bytes_per_token

    web, book = (
        results[n].final("test_loss") / bytes_per_token(c, "bpe")
        for n, c in (("web", "docs-python"), ("book", "manual"))
    )
    return web - book


CLAIMS = (
    Claim(
        "18.1",
        T(
            "Graded at the end only, the loss is higher than with all tokens graded.",
            "Chỉ chấm token cuối thì loss cao hơn so với chấm mọi token.",
        ),
        SOURCE,
        T("others reach 3–4", "người khác đạt 3–4"),
        "training",
        measure=lambda r: gap(r, "test_loss"),
        judge=above(0.5),
        needs=PAIR,
        unit=T(
            "nats/token over all positions, after 300 equal steps", "nats/token trên mọi vị trí, sau 300 bước như nhau"
        ),
        explain=T(
            "64 exercises a window against one, from the same forward pass.",
            "64 bài tập mỗi cửa sổ so với một, từ cùng một lượt tính tới.",
        ),
    ),
    Claim(
        "18.2",
        T(
            "Training on the final token reflects inference better.",
            "Huấn luyện ở token cuối phản ánh suy luận tốt hơn.",
        ),
        SOURCE,
        T("“high”", "“Cao”"),
        "training",
        measure=gap,
        judge=fails(above(0.0)),
        needs=PAIR,
        unit=T(
            "nats at the last position itself, final-only minus all", "nats tại chính vị trí cuối, chỉ-cuối trừ tất-cả"
        ),
        explain=T(
            "Even where it was graded and nowhere else, it loses. With a causal mask every position predicts its next token from its own past, exactly as in generation; the last position is one of those exercises.",
            "Ngay ở chỗ duy nhất được chấm, nó vẫn thua. Nhờ mặt nạ nhân quả, mọi vị trí đều đoán token kế tiếp từ quá khứ của mình, đúng như khi sinh văn bản; vị trí cuối chỉ là một trong các bài tập đó.",
        ),
    ),
    Claim(
        "18.3",
        T(
            "Training on the final token suits generation from a short prompt.",
            "Huấn luyện ở token cuối hợp với việc sinh văn bản từ câu mồi ngắn.",
        ),
        SOURCE,
        T("implied", "hàm ý"),
        "training",
        measure=lambda r: early(r["last"]) - early(r["every"]),
        judge=fails(above(0.0)),
        needs=PAIR,
        unit=T("nats at positions 1–7, final-only minus all", "nats ở vị trí 1–7, chỉ-cuối trừ tất-cả"),
        explain=T(
            "A prompt of seven tokens is answered from positions that this training never graded.",
            "Câu mồi bảy token được trả lời từ những vị trí mà cách huấn luyện này chưa từng chấm.",
        ),
    ),
    Claim(
        "18.4",
        T("The computation of a final-token loss is low.", "Loss ở token cuối có chi phí tính toán thấp."),
        SOURCE,
        T("“low”", "“Thấp”"),
        "device",
        measure=lambda r: r["cost"].final("slice_ratio"),
        judge=fails(above(0.6)),
        needs=runs(cost=head_cost.Config()),
        unit=T(
            "of the full step's time, slicing after the full head as the course does",
            "thời gian của bước đầy đủ, cắt sau tầng ra đầy đủ như khóa học",
        ),
        explain=T(
            "The body costs the same, and the course computes all logits before it throws them away. Only the output layer can be skipped.",
            "Thân mô hình tốn như cũ, và khóa học tính hết logits rồi mới bỏ. Chỉ tầng ra là có thể không tính.",
        ),
    ),
    Claim(
        "18.5",
        T(
            "At the course's size skipping the output layer could save half.",
            "Ở cỡ của khóa học, bỏ tầng ra có thể tiết kiệm một nửa.",
        ),
        None,
        same("—"),
        "arithmetic",
        measure=lambda r: course_head_share(),
        judge=fails(below(0.5)),
        seeds=(0,),
        unit=T("of the forward multiply-adds are the head", "số phép nhân-cộng lượt tiến thuộc tầng ra"),
        explain=T(
            "38.6 of 128 million multiply-adds per token: three tenths is the ceiling.",
            "38.6 trên 128 triệu phép nhân-cộng mỗi token: ba phần mười là trần.",
        ),
    ),
    Claim(
        "18.6",
        T(
            "The learning signal is reduced as many times as there are positions (256×).",
            "Tín hiệu học giảm đúng số lần bằng số vị trí (256×).",
        ),
        SOURCE,
        same("≈ 256×"),
        "training",
        measure=snr_share,
        judge=depends(
            between(0.5, 2.0),
            T(
                "roughly, in signal over noise of one gradient of a young model; in progress far less (18.7)",
                "gần đúng, với tín hiệu trên nhiễu của một gradient ở mô hình còn non; về tiến độ thì ít hơn nhiều (18.7)",
            ),
        ),
        needs=runs(signal=SIGNAL),
        seeds=(20, 21, 22),  # unseen when the limit and the length of the warm-up were chosen
        unit=T(
            "of the factor T = 64 is lost in signal over noise", "của hệ số T = 64 bị mất trong tín hiệu trên nhiễu"
        ),
        explain=T(
            "Predictions: yes, T times fewer. Signal over noise: somewhat less than that, for neighbouring positions share their past and say partly the same. In an older model, whose signal is weaker, the factor is smaller still: move the warm-up in “What one step hears”.",
            "Số dự đoán: đúng, ít đi T lần. Tín hiệu trên nhiễu: giảm ít hơn một chút, vì các vị trí cạnh nhau chung quá khứ và nói phần nào cùng một điều. Ở mô hình già hơn, tín hiệu yếu hơn, hệ số còn nhỏ hơn: hãy đổi số bước huấn luyện trước ở “Một bước nghe được gì”.",
        ),
    ),
    Claim(
        "18.7",
        T(
            "To get equally far, training on the final token needs far fewer than T times the steps.",
            "Để đi xa bằng nhau, huấn luyện ở token cuối cần nhiều bước hơn, nhưng còn lâu mới gấp T lần.",
        ),
        None,
        same("—"),
        "training",
        measure=steps_ratio,
        judge=below(16.0),
        needs=PAIR,
        unit=T(
            "× as many steps for the same loss at the last position (T = 64, 300 steps)",
            "× số bước để cùng loss ở vị trí cuối (T = 64, 300 bước)",
        ),
        explain=T(
            "A step that is 64 times better informed is not 64 times longer. The factor grows with the length of the run: try “long”.",
            "Một bước được thông tin tốt gấp 64 lần không dài gấp 64 lần. Hệ số tăng theo độ dài lần chạy: hãy thử “dài”.",
        ),
    ),
    Claim(
        "18.8",
        T(
            "A position of one window is worth less than a prediction from a window of its own.",
            "Một vị trí trong cùng cửa sổ đáng giá ít hơn một dự đoán từ cửa sổ riêng.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["signal"].final("snr_one_window") / r["signal"].final("snr_many_windows"),
        judge=below(1.0),
        needs=runs(signal=SIGNAL),
        seeds=(20, 21, 22),  # unseen when the limit and the length of the warm-up were chosen
        unit=T(
            "worth of a position: 1 × 64 against 64 × 1 predictions", "giá trị một vị trí: 1 × 64 so với 64 × 1 dự đoán"
        ),
        explain=T(
            "But it is nearly free, while 64 windows cost 64 forward passes.",
            "Nhưng nó gần như miễn phí, còn 64 cửa sổ tốn 64 lượt tính tới.",
        ),
    ),
    Claim(
        "18.9",
        T(
            "At equal time, with the head really skipped, final-only training still loses.",
            "Cùng thời gian, thật sự bỏ tầng ra, chỉ chấm cuối vẫn thua.",
        ),
        None,
        same("—"),
        "training",
        measure=equal_seconds,
        judge=above(0.0),
        needs=PAIR,
        unit=T("nats at the last position at equal measured seconds", "nats ở vị trí cuối với cùng số giây đo được"),
        explain=T(
            "The cheaper step does not make up for what it no longer hears.",
            "Bước rẻ hơn không bù được những gì nó không còn nghe thấy.",
        ),
    ),
    Claim(
        "18.10",
        T("The loss fluctuates because the gradient is noisy.", "Loss dao động mạnh vì gradient nhiễu."),
        SOURCE,
        T("curve", "đường cong"),
        "training",
        measure=meter_ratio,
        judge=depends(
            above(4.0),
            T(
                "in part: with the model frozen a reading of last tokens alone scatters already",
                "một phần: mô hình đứng yên mà số đọc chỉ ở token cuối cũng đã tản mát",
            ),
        ),
        needs=PAIR,
        unit=T("× the scatter of a reading, with NO training", "× độ tản của số đọc, KHÔNG huấn luyện"),
        explain=T(
            "A test of 64 last tokens averages 64 numbers instead of 16,384. Read a jumpy curve with its standard error.",
            "Phép thử với 64 token cuối chỉ lấy trung bình 64 số thay vì 16,384. Hãy đọc đường cong giật kèm sai số chuẩn của nó.",
        ),
    ),
    Claim(
        "18.11",
        T(
            "The diversity of web text is the second cause of the high loss.",
            "Tính đa dạng của văn bản web là nguyên nhân thứ hai của loss cao.",
        ),
        SOURCE,
        T("FineWeb", "FineWeb"),
        "training",
        measure=per_byte,
        judge=depends(
            above(0.0),
            T(
                "per byte; per token these pages are the easier text",
                "tính mỗi byte; tính mỗi token thì các trang này lại dễ hơn",
            ),
        ),
        needs=runs(web=replace(QUICK, **WEB, graded=0), book=replace(QUICK, graded=0)),
        unit=T(
            "nats/byte, built-in web pages minus manual, all positions graded",
            "nats/byte, trang web có sẵn trừ sách hướng dẫn, chấm mọi vị trí",
        ),
        explain=T(
            "The course changed text and grading at once. Taken apart, on the built-in pages: the text makes each byte harder, but a token of them is shorter. FineWeb itself is not measured here.",
            "Khóa học đổi văn bản và cách chấm cùng lúc. Tách ra, trên các trang có sẵn: mỗi byte khó hơn, nhưng token lại ngắn hơn. Chính FineWeb thì chưa đo ở đây.",
        ),
    ),
    Claim(
        "18.12",
        T("The generated text is poor.", "Văn bản sinh ra kém."),
        SOURCE,
        T("tokens glued together", "token dính liền"),
        "training",
        measure=lambda r: r["every"].final("pairs_known") - r["last"].final("pairs_known"),
        judge=above(0.0),
        needs=PAIR,
        unit=T(
            "more of the pairs it writes occur in the training text when all positions are graded",
            "phần cặp token nó viết có trong văn bản huấn luyện, hơn được khi chấm mọi vị trí",
        ),
        explain=T(
            "Expected at such a loss. The notebook adds two faults of its own: dropout stays on while it writes, and temperature 1.1.",
            "Với loss như vậy thì đúng thế. Notebook còn thêm hai lỗi riêng: dropout vẫn bật khi viết, và nhiệt độ 1.1.",
        ),
    ),
    Claim(
        "18.13",
        T(
            "NLLLoss needs log-softmax: without it, a serious error.",
            "NLLLoss cần log-softmax: thiếu là lỗi nghiêm trọng.",
        ),
        SOURCE,
        T("“serious error”", "“lỗi nghiêm trọng”"),
        "training",
        measure=lambda r: r["raw"].final("train_loss"),
        judge=below(0.0),
        needs=runs(raw=replace(QUICK, wiring="raw_nll")),
        unit=T("nats reported: a cross-entropy can never be negative", "nats được báo: entropy chéo không bao giờ âm"),
        explain=T(
            "The model learns to make every logit large. F.cross_entropy has log-softmax inside and needs nothing.",
            "Mô hình học cách làm mọi logit lớn lên. F.cross_entropy đã có log-softmax bên trong, không cần gì thêm.",
        ),
    ),
    Claim(
        "18.14",
        T(
            "With 1,234 steps dropout is needed against overfitting.",
            "Với 1,234 bước thì cần dropout để chống quá khớp.",
        ),
        SOURCE,
        same("p = 0.1"),
        "arithmetic",
        measure=lambda r: 1234 * 64 / 675_000,
        judge=fails(below(1.0)),
        seeds=(0,),
        unit=T("graded predictions per training token", "dự đoán được chấm trên mỗi token huấn luyện"),
        explain=T(
            "1,234 × 64 = 78,976 graded predictions for 675,000 tokens: most tokens are never asked for once, although each is read 30 times.",
            "1,234 × 64 = 78,976 dự đoán được chấm cho 675,000 token: phần lớn token chưa từng bị hỏi lần nào, dù mỗi token được đọc 30 lần.",
        ),
    ),
    Claim(
        "18.15",
        T("Model and batch must be on the same device.", "Mô hình và lô phải ở cùng thiết bị."),
        SOURCE,
        same("—"),
        "citation",
        explain=T(
            "True; PyTorch refuses with a message that names both devices.",
            "Đúng; PyTorch từ chối với thông báo nêu tên cả hai thiết bị.",
        ),
    ),
)


def course_head_share() -> float:
    """Share of the head in the forward multiply-adds of the course's model: V 50,257, d 768, 12 blocks, T 256."""
    body, head = head_cost.multiply_adds(
        head_cost.Config(vocabulary=50_257, width=768, blocks=12, heads=12, context=256)
    )
    return head / (body + head)
