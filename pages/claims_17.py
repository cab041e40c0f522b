"""What lesson 17 of the course says, and how each statement is measured here."""

import math
from dataclasses import replace
from statistics import fmean, stdev

from app.i18n import T, same
from app.lesson import Claim
from core.claims import above, below, between, depends, fails, near, runs
from core.experiment import encode
from core.experiments import attention_time, coverage, dropout_calls, eval_mode, model5

SOURCE = same("CodeChallenge: fine dropout in Model 5 (part 1)")
OURS = T("ours", "của chúng tôi")
SHORT = model5.Config(corpus="manual", init="gpt2", steps=100)
NONE = replace(SHORT, steps=300)
TENTH, FOUR_TENTHS = replace(NONE, dropout=0.1), replace(NONE, dropout=0.4)
SHUT = replace(SHORT, drop_attention=1.0, drop_mlp=1.0, drop_residual=1.0)
CALLED = 100_000  # numbers handed to each call
READ = model5.Config(tokenizer="words", init="gpt2", width=48, lr=3e-3, steps=300, dropout=0.1)
STEP_T, LAST = 512, 40


def readings(*names):
    """The same trained model read in these modes."""

    def needs(seed):
        parent = encode(replace(READ, seed=seed))
        return {name: eval_mode.Config(parent=parent, mode=name, seed=seed) for name in names}

    return needs


def rise(results) -> float:
    """Final test loss of "dropped" minus that of "none", nats."""
    return results["dropped"].final("test_loss") - results["none"].final("test_loss")


def apart(one, other) -> float:
    """Largest difference of two runs' training losses, step by step, nats."""
    a, b = (result.metrics["train_loss"] for result in (one, other))
    return max(abs(a[step] - b[step]) for step in a)


def last(result) -> list[float]:
    return list(result.metrics["train_loss"].values())[-LAST:]


def passes(result) -> list[float]:
    return list(result.metrics["test_loss"].values())


def still(results) -> float:
    """Scatter of the readings in training mode; nan where evaluation mode scatters as well."""
    return math.nan if stdev(passes(results["eval"])) else stdev(passes(results["train"]))


def bias(results) -> float:
    """How far training mode lies above evaluation mode, in standard deviations of a reading."""
    return (fmean(passes(results["train"])) - passes(results["eval"])[0]) / stdev(passes(results["train"]))


def both(results) -> float:
    """The smaller of: what the division costs at init 0.02, what it saves at N(0, 1), nats."""
    end = {name: result.final("test_loss") for name, result in results.items()}
    return min(end["small_cut"] - end["small"], end["unit"] - end["unit_cut"])


def temperature_lost(_results) -> float:
    """Largest difference between softmax(z / t) and softmax(log_softmax(z) / t), t from 0.5 to 2."""
    z = [3.0, 1.0, 0.2, -2.0]

    def softmax(values):
        top = max(values)
        parts = [math.exp(v - top) for v in values]
        return [part / sum(parts) for part in parts]

    log_p = [math.log(p) for p in softmax(z)]
    pairs = [(softmax([v / t for v in z]), softmax([v / t for v in log_p])) for t in (0.5, 1.0, 1.1, 2.0)]
    return max(abs(a - b) for one, two in pairs for a, b in zip(one, two, strict=True))


def counted_twice(_results) -> float:
    """Distinct tokens of Python's manual, by set() and by numpy.unique: their difference."""
    import numpy as np

    from core import corpora

    tokens = corpora.tokens("manual", "bpe", "train")
    return float(len(set(tokens.tolist())) - len(np.unique(tokens)))


CLAIMS = (
    Claim(
        "17.1",
        T("The four places cover the whole flow of a block.", "Bốn chỗ bao trọn dòng chảy của một khối."),
        SOURCE,
        T("code", "mã nguồn"),
        "training",
        measure=lambda r: apart(r["small"], r["large"]),
        judge=below(1e-3),
        needs=runs(small=SHUT, large=replace(SHUT, linear_std=0.2)),
        digits=2,
        unit=T(
            "nats, the largest change of the loss when a block's weights start ten times larger, its taps shut",
            "nats, thay đổi lớn nhất của loss khi trọng số của khối khởi đầu lớn gấp mười, các van đều khóa",
        ),
        explain=T(
            "With the three taps inside a block at p = 1 nothing of it reaches the stream, whatever its weights: the losses are the same to the last digit. The fourth tap stands before the first block. "
            "The course uses one nn.Dropout object twice in a block: harmless, it has no state.",
            "Khi ba van trong khối đều p = 1, không gì của khối tới được dòng chính, trọng số thế nào cũng vậy: loss giống nhau đến chữ số cuối. Van thứ tư đứng trước khối đầu tiên. "
            "Khóa học dùng một đối tượng nn.Dropout hai lần trong khối: vô hại, vì nó không có trạng thái.",
        ),
    ),
    Claim(
        "17.2",
        T(
            "scaled_dot_product_attention does not switch its dropout off by itself.",
            "scaled_dot_product_attention không tự tắt dropout.",
        ),
        SOURCE,
        T("a remark in the code", "một ghi chú trong mã"),
        "exact",
        measure=lambda r: r["calls"].final("attention_eval_difference"),
        judge=above(0.0),
        needs=lambda seed: {"calls": dropout_calls.Config(p=0.5, n=CALLED)},
        seeds=(0,),
        unit=T(
            "largest difference of two calls on the same input after eval(), p = 0.5",
            "khác biệt lớn nhất giữa hai lần gọi cùng đầu vào sau eval(), p = 0.5",
        ),
        explain=T(
            "It is a function: it knows only what you pass. dropout_p=p if self.training else 0.0 is right.",
            "Nó là hàm: chỉ biết những gì bạn truyền. dropout_p=p if self.training else 0.0 là đúng.",
        ),
    ),
    Claim(
        "17.3",
        T(
            "Dropout multiplies by m ~ Bernoulli(p): each neuron is kept with probability p.",
            "Dropout nhân với m ~ Bernoulli(p): mỗi nơ-ron được giữ với xác suất p.",
        ),
        SOURCE,
        T("text", "văn bản"),
        "exact",
        measure=lambda r: r["calls"].final("module_train"),
        judge=fails(near(0.1, 0.005)),
        needs=lambda seed: {"calls": dropout_calls.Config(p=0.1, n=CALLED)},
        seeds=(0,),
        unit=T("share of zeros that nn.Dropout(0.1) makes", "tỉ lệ số 0 mà nn.Dropout(0.1) tạo ra"),
        explain=T(
            "PyTorch's p is what is dropped, as lesson 14 of the course says too. Read as “kept”, p = 0.1 would drop 90 %: try the broken preset.",
            "p của PyTorch là phần bị bỏ, như chính bài 14 của khóa học viết. Nếu hiểu là “giữ lại”, p = 0.1 sẽ bỏ 90 %: hãy thử thiết lập hỏng.",
        ),
    ),
    Claim(
        "17.4",
        T(
            "Dropout reduces overfitting and improves generalisation in this set-up.",
            "Dropout giảm quá khớp và cải thiện tổng quát hóa trong thiết lập này.",
        ),
        SOURCE,
        T("text, no figure", "văn bản, không có số"),
        "training",
        measure=rise,
        judge=fails(above(0.02)),
        needs=runs(none=NONE, dropped=TENTH),
        unit=T(
            "nats by which p = 0.1 at all four places raises the test loss, 300 steps",
            "nats mà p = 0.1 ở cả bốn chỗ làm tăng loss kiểm thử, 300 bước",
        ),
        explain=T(
            "At this length nothing is overfitted yet: each token of the text has been read about two and a half times. Dropout pays after many passes over little text: preset “little text”, and lesson 14.",
            "Ở độ dài này chưa có gì quá khớp: mỗi token chỉ mới được đọc khoảng hai lần rưỡi. Dropout có lợi sau nhiều lượt trên ít văn bản: thiết lập “ít văn bản”, và bài 14.",
        ),
    ),
    Claim(
        "17.5",
        T("Too much dropout slows the learning down.", "Dropout quá nhiều làm việc học chậm lại."),
        SOURCE,
        T("text", "văn bản"),
        "training",
        measure=rise,
        judge=above(0.1),
        needs=runs(none=NONE, dropped=FOUR_TENTHS),
        unit=T(
            "nats by which p = 0.4 raises the test loss, 300 steps", "nats mà p = 0.4 làm tăng loss kiểm thử, 300 bước"
        ),
        explain=T(
            "And not only “too much”: every p costs something here, in order of its size.",
            "Và không chỉ khi “quá nhiều”: ở đây p nào cũng tốn, p càng lớn càng tốn.",
        ),
    ),
    Claim(
        "17.6",
        T("Evaluation mode makes the results stable.", "Chế độ đánh giá làm kết quả ổn định."),
        SOURCE,
        T("text", "văn bản"),
        "training",
        measure=still,
        judge=above(0.0),
        needs=readings("eval", "train"),
        unit=T(
            "nats: sd of a reading in training mode, p = 0.1; in evaluation mode it is exactly 0",
            "nats: độ lệch chuẩn của một lần đọc ở chế độ huấn luyện, p = 0.1; ở chế độ đánh giá đúng bằng 0",
        ),
        digits=4,
        explain=T(
            "True, but the noise is the smaller half of the story: see 17.12.",
            "Đúng, nhưng nhiễu chỉ là phần nhỏ của câu chuyện: xem 17.12.",
        ),
    ),
    Claim(
        "17.7",
        T("Logits ÷ √d stabilise a short training.", "Logits ÷ √d làm ổn định một lần huấn luyện ngắn."),
        SOURCE,
        T("code and text", "mã và văn bản"),
        "training",
        measure=both,
        judge=depends(
            above(0.5),
            T(
                "with embeddings N(0, 1) it rescues; with this lesson's init 0.02 it costs about as much as it takes to learn the token frequencies",
                "với embedding N(0, 1) thì cứu được; với khởi tạo 0.02 của bài này thì thiệt cỡ bằng công học tần suất token",
            ),
        ),
        needs=runs(
            small=replace(SHORT, init_std=0.02, divide_logits="no"),
            small_cut=replace(SHORT, init_std=0.02, divide_logits="yes"),
            unit=replace(SHORT, init_std=1.0, divide_logits="no"),
            unit_cut=replace(SHORT, init_std=1.0, divide_logits="yes"),
        ),
        unit=T(
            "nats, the smaller of: the cost at init 0.02, the gain at N(0, 1), 100 steps",
            "nats, số nhỏ hơn trong hai: thiệt ở khởi tạo 0.02, lợi ở N(0, 1), 100 bước",
        ),
        explain=T(
            "At birth the logits have std 0.16 with init 0.02. Dividing by 8 leaves 0.02, and AdamW can only move them at an eighth of the pace. At d = 768 the divisor is 27.7.",
            "Lúc mới sinh, logits có std 0.16 với khởi tạo 0.02. Chia 8 còn 0.02, và AdamW chỉ dời chúng được với một phần tám tốc độ. Ở d = 768 số chia là 27.7.",
        ),
    ),
    Claim(
        "17.8",
        T("Attention dropout costs no time.", "Dropout của attention không tốn thời gian."),
        None,
        OURS,
        "device",
        measure=lambda r: r["time"].metrics["ratio"][STEP_T],
        judge=fails(above(1.3)),
        needs=runs(time=attention_time.Config(context=STEP_T)),
        digits=1,
        unit=T(
            "times as long with p = 0.1: one attention call of 512 tokens, forward and backward, this machine",
            "lần lâu hơn khi p = 0.1: một lần gọi attention 512 token, tiến và lùi, máy này",
        ),
        explain=T(
            "On a CPU it forces the slow path, which writes down all T × T probabilities. On a GPU the fused kernels draw the mask as they go.",
            "Trên CPU nó buộc đi đường chậm, phải ghi ra cả T × T xác suất. Trên GPU, các kernel hợp nhất rút mặt nạ ngay khi tính.",
        ),
    ),
    Claim(
        "17.9",
        T("Returning logits restores temperature.", "Trả về logits thì dùng lại được nhiệt độ."),
        SOURCE,
        T("text", "văn bản"),
        "arithmetic",
        measure=temperature_lost,
        judge=fails(below(1e-12)),
        seeds=(0,),
        unit=T(
            "largest difference of the probabilities at any temperature, from logits or from log-softmax",
            "khác biệt lớn nhất của xác suất ở mọi nhiệt độ, tính từ logits hay từ log-softmax",
        ),
        explain=T(
            "Nothing was lost: log-softmax only subtracts one number from all logits, and softmax does not see it. Lesson 15 shows it.",
            "Chẳng mất gì: log-softmax chỉ trừ cùng một số khỏi mọi logit, và softmax không nhận ra. Bài 15 cho thấy điều đó.",
        ),
    ),
    Claim(
        "17.10",
        T("Random windows repeat some of the text and miss some.", "Cửa sổ ngẫu nhiên lặp vài chỗ và bỏ sót vài chỗ."),
        SOURCE,
        T("a risk", "một rủi ro"),
        "training",
        measure=lambda r: 100 * r["cover"].final("unseen"),
        judge=depends(
            near(100 * math.exp(-250 * 16 * 64 / 349_000), 2.0),
            T(
                "e^(−draws per token): 48 % unseen in a short run, nothing at the course's 30 draws per token",
                "e^(−số lượt rút mỗi token): 48 % chưa thấy ở lần chạy ngắn, không sót gì ở 30 lượt mỗi token của khóa học",
            ),
        ),
        needs=runs(cover=coverage.Config(tokens=349_000, context=64, steps=250)),
        unit=T(
            "% of 349,000 tokens never drawn by 250 batches of 16 × 64",
            "% của 349,000 token chưa được 250 lô 16 × 64 rút tới",
        ),
        explain=T(
            "With the course's 1,234 batches of 64 × 256 on 675,000 tokens every token is read about 30 times, and chance misses none.",
            "Với 1,234 lô 64 × 256 trên 675,000 token như khóa học, mỗi token được đọc khoảng 30 lần, ngẫu nhiên không sót token nào.",
        ),
    ),
    Claim(
        "17.11",
        T("Counting the distinct tokens needs NumPy.", "Muốn đếm số token khác nhau thì cần NumPy."),
        SOURCE,
        T("text", "văn bản"),
        "exact",
        measure=counted_twice,
        judge=fails(between(0.0, 0.0)),
        seeds=(0,),
        digits=0,
        unit=T(
            "tokens: set() minus numpy.unique on Python's manual",
            "token: set() trừ numpy.unique trên sách hướng dẫn Python",
        ),
        explain=T(
            "len(set(tokens)) gives the same number. Lesson 16 times both.",
            "len(set(tokens)) cho cùng con số. Bài 16 đo thời gian của cả hai.",
        ),
    ),
    Claim(
        "17.12",
        T("Forgetting eval() only adds noise.", "Quên eval() chỉ thêm nhiễu."),
        None,
        OURS,
        "training",
        measure=bias,
        judge=fails(above(2.0)),
        needs=readings("eval", "train"),
        digits=1,
        unit=T(
            "standard deviations of a reading by which training mode lies too high, p = 0.1",
            "số lần độ lệch chuẩn mà chế độ huấn luyện cao hơn thực tế, p = 0.1",
        ),
        explain=T(
            "The bias is several times the noise, and repeating the test does not remove it. In nats it is a few hundredths: enough to turn a comparison of two models round.",
            "Độ chệch gấp vài lần độ nhiễu, đo lại nhiều lần cũng không hết. Tính bằng nats chỉ vài phần trăm: đủ để đảo ngược phép so sánh hai mô hình.",
        ),
    ),
    Claim(
        "17.13",
        T(
            "Averaging many dropout masks is as good as evaluation mode.",
            "Lấy trung bình nhiều mặt nạ dropout cũng tốt như chế độ đánh giá.",
        ),
        None,
        OURS,
        "training",
        measure=lambda r: r["train"].final("masks_loss") - passes(r["eval"])[0],
        judge=fails(above(0.002)),
        needs=readings("eval", "train"),
        unit=T(
            "nats by which the mean of 16 masks is worse than eval(), p = 0.1",
            "nats mà trung bình 16 mặt nạ kém eval(), p = 0.1",
        ),
        explain=T(
            "Sixteen passes cost sixteen times as much and are still worse: with all its numbers the network is simply better than any thinned copy.",
            "Mười sáu lượt tốn gấp mười sáu lần mà vẫn kém: đủ mọi con số, mạng đơn giản là tốt hơn các bản bị tỉa.",
        ),
    ),
    Claim(
        "17.14",
        T("Dropout costs the same wherever one drops.", "Đặt dropout ở đâu cũng tốn như nhau."),
        None,
        OURS,
        "training",
        measure=lambda r: r["mlp"].final("test_loss") - r["attention"].final("test_loss"),
        judge=fails(above(0.02)),
        needs=runs(attention=replace(SHORT, drop_attention=0.4), mlp=replace(SHORT, drop_mlp=0.4)),
        seeds=(10, 11, 12, 13, 14),
        unit=T(
            "nats by which p = 0.4 on the MLP's output costs more than on attention probabilities, 100 steps",
            "nats mà p = 0.4 ở đầu ra MLP tốn hơn ở xác suất attention, 100 bước",
        ),
        explain=T(
            "Attention has other tokens to look at; the MLP's output has no stand-in. Finer rankings, at p = 0.1, differ from seed to seed.",
            "Attention còn token khác để nhìn; đầu ra MLP không có gì thay thế. Xếp hạng chi tiết hơn, ở p = 0.1, mỗi hạt giống một khác.",
        ),
    ),
    Claim(
        "17.15",
        T("Dropout stabilises the loss.", "Dropout làm loss ổn định hơn."),
        SOURCE,
        T("text, no figure", "văn bản, không có số"),
        "training",
        measure=lambda r: stdev(last(r["dropped"])) / stdev(last(r["none"])),
        judge=fails(above(0.95)),
        needs=runs(none=NONE, dropped=TENTH),
        seeds=(20, 21, 22, 23, 24),  # fresh: this limit was moved once after a look at 10, 11 and 12
        digits=2,
        unit=T(
            "scatter of the last 40 training losses, p = 0.1 divided by none",
            "độ tản mát của 40 loss huấn luyện cuối, p = 0.1 chia cho không dropout",
        ),
        explain=T(
            "“Stabilises” would mean at least a twentieth less scatter. The batches scatter because texts differ, not because the model overfits: dropout does not touch that.",
            "“Ổn định hơn” phải là ít tản mát hơn ít nhất một phần hai mươi. Các lô tản mát vì văn bản khác nhau, không phải vì mô hình quá khớp: dropout không động đến điều đó.",
        ),
    ),
)
