"""What lesson 20 of the course says, and how each statement is measured here."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core import training_options
from core.claims import above, below, depends, fails, near, once, runs
from core.experiments import accumulation, data_parallel, flop_count, micro_bench, option_bench, recipe
from core.step_costs import saved_days
from pages.figures_20 import at_seconds
from pages.verdict_20_bench import batch_gain

BASE = recipe.Config()
WARM = {"warmup": 0.1, "schedule": "cosine"}
RACE = {
    "constant": BASE,
    "decayed": replace(BASE, **WARM),
    "clipped": replace(BASE, clip=1.0),
    "warm": replace(BASE, lr=2e-3, warmup=0.1),
    "muon": replace(BASE, optimizer="muon"),
    "muon_warm": replace(BASE, optimizer="muon", lr=2e-3, warmup=0.1),
    "modern": replace(BASE, **training_options.MODERN),
    "modern_constant": replace(BASE, **(training_options.MODERN | {"schedule": "constant"})),
    "bad": replace(BASE, bad_batch=True),
    "bad_clipped": replace(BASE, bad_batch=True, clip=1.0),
}
ADAMW = ("constant", "decayed", "warm")  # the recipes that everything on is held against
COURSE = same("CodeChallenge: optimization options")
ADVICE = T("advice without a figure", "lời khuyên, không kèm số liệu")
BENCH = option_bench.Config(options="accumulate,bfloat16,untied", steps=15)
DEEP = option_bench.Config(options="checkpoint", steps=9, width=96, blocks=4)
GPU = option_bench.Config(
    options="bfloat16,pinned", steps=15, vocabulary=50_257, width=768, blocks=12, heads=12, context=512, device="cuda"
)
SCAN = micro_bench.Config(what="batch", batch=64, reach=2, context=32, steps=15)
TWO = data_parallel.Config()
FRESH = (20, 21, 22)  # for what was asked in another way after a first look


def races(*names):
    """needs() of a claim that looks at these recipes, one set per seed."""
    return lambda seed: {name: replace(RACE[name], seed=seed) for name in names}


def timed(what):
    """The bench of one operation, once a seed: a time measured once has no spread to judge it by."""
    return runs(bench=replace(micro_bench.Config(), what=what))


def option(result, code: str, column: str) -> float:
    """This column of this option in the bench's last table."""
    table = result.table("options")
    value = table[column][table["option"].index(code)]
    return math.nan if value is None else value


def at_equal_time(runs: dict, one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """Test loss of the best of `one` minus the best of `other`, all after the shortest of their training times."""
    seconds = min(max(runs[n].seconds.values()) for n in (*one, *other))
    return min(at_seconds(runs[n], seconds) for n in one) - min(at_seconds(runs[n], seconds) for n in other)


def damage(runs: dict, hit: str, spared: str) -> float:
    """What the bad batch costs by the end, nats per token."""
    return runs[hit].final("test_loss") - runs[spared].final("test_loss")


def seconds_to(result, loss: float) -> float:
    """Training seconds until the test loss is first as low as this, nan where it never is."""
    return next((float(result.when(s)) for s, v in result.metrics["test_loss"].items() if v <= loss), math.nan)


def time_gain(runs: dict) -> float:
    """How many times sooner everything on reaches what the best AdamW recipe has at its end."""
    best = min((runs[name] for name in ADAMW), key=lambda result: result.final("test_loss"))
    goal = best.final("test_loss")
    return seconds_to(best, goal) / seconds_to(runs["modern"], goal)


def fused_gain(results: dict, context: int) -> float:
    """Time of attention step by step over that of the fused kernel, at this context."""
    return results["bench"].final(f"math/{context}") / results["bench"].final(f"flash/{context}")


def largest_gap(runs: dict) -> float:
    one, two = (runs[n].metrics["train_loss"] for n in ("one", "two"))
    return max(abs(one[s] - two[s]) for s in one)


CLAIMS = (
    Claim(
        "20.a",
        T(
            "A batch of 64 trains faster than one of 62, 128 faster than 120: take powers of two.",
            "Lô 64 huấn luyện nhanh hơn lô 62, 128 nhanh hơn 120: hãy dùng lũy thừa của hai.",
        ),
        COURSE,
        ADVICE,
        "device",
        measure=lambda r: batch_gain(r["bench"]),
        judge=above(1.05),
        needs=runs(bench=SCAN),
        unit=T("× the tokens per second of 62", "× token mỗi giây của lô 62"),
        explain=T(
            "The batch is no side of a matrix: the products have B·T rows, and 62 windows of 32 are 31 · 64 rows, a multiple "
            "of 64 like any other. What may matter is the width and the vocabulary, see below.",
            "Cỡ lô không phải một cạnh của ma trận: phép nhân có B·T hàng, và 62 cửa sổ dài 32 là 31 · 64 hàng, là bội của 64 như ai. "
            "Thứ có thể quan trọng là độ rộng và từ vựng, xem bên dưới.",
        ),
    ),
    Claim(
        "20.b",
        T("Low precision computes faster.", "Độ chính xác thấp tính nhanh hơn."),
        COURSE,
        ADVICE,
        "device",
        measure=lambda r: r["bench"].final("float32/1024") / r["bench"].final("bfloat16/1024"),
        judge=depends(
            above(1.3),
            T(
                "on products large enough, where the hardware has 16-bit units",
                "với phép nhân đủ lớn, trên phần cứng có khối 16 bit",
            ),
        ),
        needs=timed("product"),
        unit=T("× as fast, a product of 1,024 × 1,024 in bfloat16", "× nhanh, phép nhân 1,024 × 1,024 bằng bfloat16"),
        explain=T(
            "The product alone gains. A step also casts, normalises and updates, and those gain nothing.",
            "Riêng phép nhân thì lợi. Một bước còn phải ép kiểu, chuẩn hóa và cập nhật, những việc đó không lợi gì.",
        ),
    ),
    Claim(
        "20.b2",
        T("A small model trains faster in bfloat16.", "Mô hình nhỏ huấn luyện nhanh hơn với bfloat16."),
        COURSE,
        ADVICE,
        "device",
        measure=lambda r: option(r["bench"], "bfloat16", "speed"),
        judge=above(1.1),
        needs=runs(bench=BENCH),
        unit=T("× the baseline's tokens per second, d 64", "× token mỗi giây của mốc, d 64"),
        explain=T(
            "The gain is far below the bare product's (20.b): at this width the casts and all that is no product take most of a step. Memory does shrink.",
            "Phần lợi kém xa riêng phép nhân (20.b): với độ rộng này, ép kiểu và mọi thứ không phải phép nhân chiếm phần lớn một bước. Bộ nhớ thì có giảm.",
        ),
    ),
    Claim(
        "20.b3",
        T("On a GPU, GPT-2 trains faster in bfloat16.", "Trên GPU, GPT-2 huấn luyện nhanh hơn với bfloat16."),
        COURSE,
        ADVICE,
        "device",
        measure=lambda r: option(r["bench"], "bfloat16", "speed"),
        judge=above(1.3),
        needs=runs(bench=GPU),
        requires=("gpu",),
        unit=T("× the baseline's tokens per second", "× token mỗi giây của mốc"),
        explain=T("Wide products, and units made for them.", "Phép nhân rộng, và khối tính làm riêng cho chúng."),
    ),
    Claim(
        "20.c",
        T(
            "Integers instead of floats for indices save memory.",
            "Dùng số nguyên thay số thực cho chỉ số để tiết kiệm bộ nhớ.",
        ),
        COURSE,
        ADVICE,
        "exact",
        measure=lambda r: r["bench"].final("refused_float32"),
        judge=fails(above(0.5)),
        needs=timed("index"),
        unit=T("(1: torch refuses float ids)", "(1: torch từ chối số thực)"),
        explain=T(
            "There is nothing to save: an embedding refuses float ids, and int16 and uint16 too. uint16 is for the file on "
            "disk, a quarter of int64, and is cast when a batch is drawn.",
            "Không có gì để tiết kiệm: embedding từ chối chỉ số thực, cả int16 lẫn uint16. uint16 là để cất trên đĩa, bằng một "
            "phần tư int64, và được ép kiểu khi rút lô.",
        ),
    ),
    Claim(
        "20.d",
        T("Accumulation imitates a large batch.", "Tích lũy gradient bắt chước được lô lớn."),
        COURSE,
        ADVICE,
        "exact",
        measure=lambda r: option(r["bench"], "accumulate", "gradient_gap"),
        judge=below(1e-6),
        needs=runs(bench=BENCH),
        digits=2,
        unit=T("relative difference of the two gradients", "chênh lệch tương đối của hai gradient"),
        explain=T(
            "Four micro-batches of equal size, each counted a quarter: the same gradient to float32's last digits.",
            "Bốn lô nhỏ bằng nhau, mỗi lô tính một phần tư: gradient giống nhau đến những chữ số cuối của float32.",
        ),
    ),
    Claim(
        "20.d2",
        T(
            "Forgetting to divide by the number of micro-batches multiplies the gradient by exactly that.",
            "Quên chia cho số lô nhỏ thì gradient dài gấp đúng bấy nhiêu lần.",
        ),
        None,
        same("k"),
        "exact",
        measure=lambda r: r["regression"].final("ratio_forgot"),
        judge=near(4.0, 1e-6),
        needs=once(regression=accumulation.Config(parts=4)),
        seeds=(0,),
        unit=T("× as long with 4 parts", "× dài, với 4 phần"),
        explain=T(
            "AdamW divides by the gradient's size and hides the slip; SGD and clipping do not.",
            "AdamW chia cho độ lớn của gradient nên che mất lỗi này; SGD và cắt gradient thì không.",
        ),
    ),
    Claim(
        "20.e",
        T("Data parallelism turns months into weeks.", "Song song dữ liệu biến nhiều tháng thành vài tuần."),
        COURSE,
        ADVICE,
        "device",
        measure=lambda r: r["two"].final("tokens_per_second") / r["one"].final("tokens_per_second"),
        judge=depends(
            above(1.1),
            T(
                "as far as sharing the gradients lets it scale: two processes are not twice as fast",
                "trong chừng mực việc trao đổi gradient cho phép: hai tiến trình không nhanh gấp đôi",
            ),
        ),
        needs=runs(one=replace(TWO, processes=1), two=TWO),
        unit=T(
            "× the tokens per second of one process, two processes",
            "× token mỗi giây của một tiến trình, với hai tiến trình",
        ),
        explain=T(
            "True in kind. Two share the work of a step, and then wait for each other's gradients.",
            "Về bản chất là đúng. Hai tiến trình chia việc của một bước, rồi phải đợi gradient của nhau.",
        ),
    ),
    Claim(
        "20.e2",
        T(
            "A training divided among processes is still the same training.",
            "Một quá trình huấn luyện chia cho nhiều tiến trình thì vẫn là chính quá trình ấy.",
        ),
        None,
        ADVICE,
        "exact",
        measure=largest_gap,
        judge=below(1e-3),
        needs=once(one=replace(TWO, processes=1), two=TWO),
        seeds=(0,),
        digits=2,
        unit=T("nats, the largest difference of the losses", "nats, chênh lệch loss lớn nhất"),
        explain=T(
            "The mean of the parts' mean gradients is the batch's, where the parts are equal.",
            "Trung bình các gradient trung bình của từng phần chính là của cả lô, khi các phần bằng nhau.",
        ),
    ),
    Claim(
        "20.f",
        T("Learning-rate schedules improve quality a lot.", "Lịch tốc độ học cải thiện chất lượng rất nhiều."),
        COURSE,
        ADVICE,
        "training",
        measure=lambda r: r["constant"].final("test_loss") - r["decayed"].final("test_loss"),
        judge=above(0.0),
        needs=races("constant", "decayed"),
        seeds=FRESH,
        unit=T(
            "nats/token gained by warm-up and cosine, AdamW 1e-3, 120 steps",
            "nats/token lợi được nhờ khởi động dần và cosine, AdamW 1e-3, 120 bước",
        ),
        explain=T(
            "A schedule lets a high rate settle at the end of a long run. Here the rate is low and the run short: smaller steps "
            "only mean less learning. Say at which rate and length a schedule was tried before you praise it.",
            "Lịch giúp tốc độ cao lắng xuống ở cuối một lần chạy dài. Ở đây tốc độ thấp và lần chạy ngắn: bước nhỏ hơn chỉ là học "
            "ít hơn. Trước khi khen một lịch, hãy nói nó được thử ở tốc độ và độ dài nào.",
        ),
    ),
    Claim(
        "20.f2",
        T("With everything on, the late decay is worth a lot.", "Khi bật tất cả, phần giảm cuối đáng giá nhiều."),
        None,
        ADVICE,
        "training",
        measure=lambda r: r["modern_constant"].final("test_loss") - r["modern"].final("test_loss"),
        judge=above(0.05),
        needs=races("modern_constant", "modern"),
        seeds=FRESH,
        unit=T("nats/token gained by it", "nats/token lợi được"),
        explain=T(
            "By then the loss is nearly where this context lets it go: there is little left to settle.",
            "Lúc đó loss đã gần mức mà ngữ cảnh này cho phép: không còn mấy thứ để lắng.",
        ),
    ),
    Claim(
        "20.g",
        T("Contiguous memory is faster.", "Bộ nhớ liền mạch thì nhanh hơn."),
        COURSE,
        ADVICE,
        "device",
        measure=lambda r: r["bench"].final("rows + columns/1") / r["bench"].final("rows + rows/0"),
        judge=depends(
            above(5.0),
            T(
                "for elementwise operations; products need no copy",
                "với phép tính từng phần tử; phép nhân ma trận không cần chép",
            ),
        ),
        needs=timed("layout"),
        unit=T("× as long to add a transposed matrix", "× thời gian khi cộng ma trận chuyển vị"),
        explain=T(
            "Walking across rows fetches a whole line of memory for each number. A matrix product reads in blocks, whatever "
            "the order.",
            "Đi ngang các hàng thì mỗi con số phải lấy cả một dòng bộ nhớ. Phép nhân ma trận đọc theo khối, thứ tự nào cũng vậy.",
        ),
    ),
    Claim(
        "20.h",
        T(
            "Fused attention is faster, the more so the longer the context.",
            "Attention hợp nhất nhanh hơn, ngữ cảnh càng dài càng rõ.",
        ),
        COURSE,
        ADVICE,
        "device",
        measure=lambda r: min(fused_gain(r, 1024), fused_gain(r, 1024) / fused_gain(r, 64)),
        judge=above(1.2),
        needs=timed("attention"),
        unit=T(
            "× as fast at T = 1,024 as step by step, or × its gain at T = 64, whichever is less",
            "× nhanh so với tính từng bước ở T = 1,024, hoặc × mức lợi ở T = 64, lấy số nhỏ hơn",
        ),
        explain=T(
            "It computes the scores block by block and never stores T² of them. On a GPU, where memory is what attention waits for, that pays; on a CPU with a large cache it need not.",
            "Nó tính điểm số theo từng khối và không bao giờ lưu T² điểm. Trên GPU, nơi attention phải chờ bộ nhớ, điều đó đáng giá; trên CPU có bộ nhớ đệm lớn thì chưa chắc.",
        ),
    ),
    Claim(
        "20.i",
        T("Fused AdamW makes training faster.", "AdamW hợp nhất làm huấn luyện nhanh hơn."),
        COURSE,
        ADVICE,
        "device",
        measure=lambda r: r["bench"].final("loop/0") / r["bench"].final("fused/2"),
        judge=depends(
            above(2.0),
            T("for the update alone, a few hundredths of a step", "chỉ riêng bước cập nhật, vài phần trăm của cả bước"),
        ),
        needs=timed("update"),
        unit=T("× as fast, the update alone", "× nhanh, riêng bước cập nhật"),
        explain=T(
            "The update is a small part of a step here: look at the anatomy in “Options”.",
            "Ở đây cập nhật chỉ là phần nhỏ của một bước: hãy xem phần giải phẫu trong “Từng lựa chọn”.",
        ),
    ),
    Claim(
        "20.j",
        T("Weight tying cuts compute.", "Dùng chung trọng số giảm bớt tính toán."),
        COURSE,
        ADVICE,
        "device",
        measure=lambda r: 1 / option(r["bench"], "untied", "speed"),
        judge=fails(below(1.1)),
        needs=runs(bench=BENCH),
        unit=T("× the speed of the untied model", "× tốc độ của mô hình không dùng chung"),
        explain=T(
            "The product with the output matrix is done either way; only the optimizer has less to update. What shrinks is "
            "the number of parameters.",
            "Phép nhân với ma trận đầu ra vẫn phải làm; chỉ thuật toán tối ưu bớt việc. Cái giảm là số tham số.",
        ),
    ),
    Claim(
        "20.k",
        T("The cost of training grows as N · L² · d.", "Chi phí huấn luyện tăng theo N · L² · d."),
        COURSE,
        same("N · L² · d"),
        "exact",
        measure=lambda r: r["long"].final("counted") / r["short"].final("counted") / 4,
        judge=near(1.0, 0.1),
        needs=once(long=flop_count.Config(), short=flop_count.Config(context=256)),
        seeds=(0,),
        unit=T(
            "of that growth for each token of GPT-2, from T = 256 to 1,024",
            "của mức tăng đó trên mỗi token của GPT-2, từ T = 256 đến 1,024",
        ),
        explain=T(
            "L² is for each sequence: for each token attention grows with L, and the matrices, d², dwarf it. PyTorch's counter "
            "agrees with 6 · (12 · layers · d² + d · V) + 12 · layers · T · d.",
            "L² là trên mỗi chuỗi: trên mỗi token, attention tăng theo L, còn các ma trận, d², lớn hơn hẳn. Bộ đếm của PyTorch "
            "khớp với 6 · (12 · số tầng · d² + d · V) + 12 · số tầng · T · d.",
        ),
    ),
    Claim(
        "20.l",
        T(
            "0.05 s less in each of 10⁹ iterations saves about 580 days.",
            "Bớt 0.05 giây mỗi vòng trong 10⁹ vòng tiết kiệm khoảng 580 ngày.",
        ),
        COURSE,
        T("580 days", "580 ngày"),
        "arithmetic",
        measure=lambda r: saved_days(0.05, 1e9),
        judge=depends(
            near(580.0, 5.0),
            T(
                "on 10⁹ steps, which no run has; 10⁵ make 83 minutes",
                "vào 10⁹ bước, chẳng lần chạy nào có; 10⁵ bước là 83 phút",
            ),
        ),
        seeds=(0,),
        unit=T("days", "ngày"),
        explain=T("The multiplication is right, the premise is not.", "Phép nhân đúng, tiền đề thì không."),
    ),
    Claim(
        "20.m",
        T("Gradient clipping protects a run from a bad batch.", "Cắt gradient bảo vệ lần chạy khỏi một lô hỏng."),
        COURSE,
        ADVICE,
        "training",
        measure=lambda r: damage(r, "bad", "constant") - damage(r, "bad_clipped", "clipped"),
        judge=above(0.05),
        needs=races("bad", "constant", "bad_clipped", "clipped"),
        seeds=FRESH,
        unit=T(
            "nats/token that clipping takes off the damage, at the end of the run",
            "nats/token thiệt hại mà cắt gradient bớt được, ở cuối lần chạy",
        ),
        explain=T(
            "The damage is the final loss with one batch of noise at ten times the rate, minus that without it; once with the "
            "gradient clipped to length 1, once not.",
            "Thiệt hại là loss cuối khi có một lô nhiễu ở tốc độ gấp mười, trừ loss khi không có; một lần cắt gradient ở độ dài 1, một lần không.",
        ),
    ),
    Claim(
        "20.n",
        T(
            "Checkpointing needs much less memory and gives the same gradient.",
            "Checkpointing cần ít bộ nhớ hơn nhiều mà gradient như cũ.",
        ),
        None,
        ADVICE,
        "exact",
        measure=lambda r: (
            option(r["bench"], "checkpoint", "saved") / option(r["bench"], "baseline", "saved")
            if option(r["bench"], "checkpoint", "gradient_gap") < 1e-6
            else math.nan
        ),
        judge=below(0.4),
        needs=once(bench=DEEP),
        seeds=(0,),
        unit=T("of the bytes kept for the backward pass, 4 blocks", "số byte giữ cho lượt lùi, 4 khối"),
        explain=T(
            "A block keeps its input and is computed again: about a third more arithmetic.",
            "Mỗi khối chỉ giữ đầu vào và được tính lại: thêm khoảng một phần ba phép tính.",
        ),
    ),
    Claim(
        "20.o",
        T(
            "With all else at 1e-3, Muon is ahead of AdamW after the same time.",
            "Khi mọi thứ khác ở 1e-3, Muon dẫn trước AdamW sau cùng một thời gian.",
        ),
        None,
        ADVICE,
        "training",
        measure=lambda r: at_equal_time(r, ("constant",), ("muon",)),
        judge=above(0.0),
        needs=races("constant", "muon"),
        seeds=FRESH,
        unit=T("nats/token lower", "nats/token thấp hơn"),
        explain=T(
            "Its steps cost more, and move all directions of a matrix alike instead of the strongest few.",
            "Bước của nó tốn hơn, và dịch mọi hướng của ma trận như nhau thay vì chỉ vài hướng mạnh nhất.",
        ),
    ),
    Claim(
        "20.o2",
        T(
            "Where each gets the better of two learning rates, Muon is ahead of AdamW after the same time.",
            "Khi mỗi bên được chọn tốc độ học tốt hơn trong hai, Muon dẫn trước AdamW sau cùng một thời gian.",
        ),
        None,
        ADVICE,
        "training",
        measure=lambda r: at_equal_time(r, ("constant", "warm"), ("muon", "muon_warm")),
        judge=above(0.1),
        needs=races("constant", "warm", "muon", "muon_warm"),
        unit=T(
            "nats/token lower, each at the better of 1e-3 and 2e-3 with warm-up",
            "nats/token thấp hơn, mỗi bên lấy cái tốt hơn giữa 1e-3 và 2e-3 có khởi động dần",
        ),
        explain=T(
            "At 2e-3 AdamW leaves the plateau of token frequencies early with one seed and not at all with another: three seeds "
            "do not settle it.",
            "Ở 2e-3, AdamW rời thềm tần suất token sớm với hạt giống này và không rời nổi với hạt giống khác: ba hạt giống chưa đủ "
            "để kết luận.",
        ),
    ),
    Claim(
        "20.p",
        T("Padding GPT-2's vocabulary to 50,304 saves time.", "Làm tròn từ vựng GPT-2 lên 50,304 tiết kiệm thời gian."),
        None,
        ADVICE,
        "device",
        measure=lambda r: 100 * (1 - r["bench"].final("bfloat16/50304") / r["bench"].final("bfloat16/50257")),
        judge=above(3.0),
        needs=timed("vocabulary"),
        unit=T("% less time for the output product in bfloat16", "% thời gian bớt được ở phép nhân đầu ra, bfloat16"),
        explain=T(
            "50,257 is odd, and kernels may finish an odd edge slowly: on GPUs the advice has its place. Padding also means 47 columns more.",
            "50,257 là số lẻ, và kernel có thể xử lý phần lẻ chậm hơn: trên GPU lời khuyên có chỗ của nó. Làm tròn cũng là tính thêm 47 cột.",
        ),
    ),
    Claim(
        "20.q",
        T(
            "Everything on (Muon, rotary positions, QK-norm, ReLU², late decay, rate 3e-3) is as good in less than half the time "
            "as the best of three AdamW recipes at its end: 1e-3, 1e-3 with warm-up and cosine, 2e-3 with warm-up.",
            "Bật tất cả (Muon, vị trí xoay, QK-norm, ReLU², giảm cuối, tốc độ 3e-3) trong chưa tới nửa thời gian đã tốt bằng cách "
            "tốt nhất trong ba cách AdamW ở cuối: 1e-3, 1e-3 có khởi động dần và cosine, 2e-3 có khởi động dần.",
        ),
        None,
        ADVICE,
        "training",
        measure=time_gain,
        judge=above(2.0),
        needs=races("modern", *ADAMW),
        seeds=FRESH,
        unit=T("× sooner at the same test loss", "× sớm hơn ở cùng loss kiểm thử"),
        explain=T(
            "Together the parts make a step learn more than it costs more. How much depends on what it is held against: a rival "
            "that was not tuned is easily beaten.",
            "Gộp lại, các phần làm mỗi bước học được nhiều hơn phần nó tốn thêm. Bao nhiêu thì tùy so với ai: đối thủ chưa được "
            "tinh chỉnh thì dễ thắng.",
        ),
    ),
    Claim(
        "20.r",
        T("Pinned memory speeds up training on a GPU.", "Bộ nhớ ghim làm huấn luyện trên GPU nhanh hơn."),
        COURSE,
        ADVICE,
        "device",
        measure=lambda r: option(r["bench"], "pinned", "speed"),
        judge=above(1.03),
        needs=runs(bench=GPU),
        requires=("gpu",),
        unit=T("× the baseline's tokens per second", "× token mỗi giây của mốc"),
        explain=T(
            "A batch of token ids is some kilobytes: there is little to hurry.",
            "Một lô id token chỉ vài kilobyte: chẳng có mấy mà phải vội.",
        ),
    ),
)
