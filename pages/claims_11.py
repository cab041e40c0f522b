"""What lesson 11 of the course says, and how each statement is measured here."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core.claims import above, below, depends, fails, near, runs
from core.experiments import attention_scale, dot_growth, dot_products, gains, softmax_spread

COURSE = same("CodeChallenge: Numerical scaling issues in DL models")
DOTS = dot_products.Config(redraws=200)
SHIFTED = replace(DOTS, mean=1.0, d=64, n=100, redraws=50)
GROWTH = dot_growth.Config()
DIVIDED = softmax_spread.Config()
RAW = replace(DIVIDED, exponent=0.0)
LONG = replace(RAW, d=256)
SMALL = attention_scale.Config()  # GPT-2's init, 0.02
SMALL_NONE = replace(SMALL, attention_scale=4.0)  # heads of 16: no division
UNIT = replace(SMALL, init_std=0.125)  # queries and keys of variance 1
UNIT_NONE = replace(SMALL_NONE, init_std=0.125)
GAINS = gains.Config()
SEEDS = (10, 11, 12, 13, 14)
FRESH = (20, 21, 22, 23, 24)  # 11.7 was reworded after a look at SEEDS: it is judged on others


def block_gains(result):
    table = result.table("norms")
    return [g for g, name in zip(table["gain"], table["norm"], strict=True) if name != "ln_f"]


def fallen(result):
    """How far the test loss has fallen, nats/token."""
    return result.at("test_loss", 0) - result.final("test_loss")


def slip(result):
    """How −1/log p, which the notebook plots, goes along with −log p: correlation of their ranks over one row."""
    p = [v for v in result.table("row")["p"] if 0 < v < 1]
    order = {v: i for i, v in enumerate(sorted({-1 / math.log(v) for v in p}))}
    right = {v: i for i, v in enumerate(sorted({-math.log(v) for v in p}))}
    pairs = [(order[-1 / math.log(v)], right[-math.log(v)]) for v in p]
    return _correlation(pairs)


def _correlation(pairs):
    n = len(pairs)
    ma, mb = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    top = sum((a - ma) * (b - mb) for a, b in pairs)
    return top / math.sqrt(sum((a - ma) ** 2 for a, _ in pairs) * sum((b - mb) ** 2 for _, b in pairs))


def widest_shift(norms: dict) -> float:
    """Largest root mean square of β over the LayerNorms in the blocks."""
    rows = zip(norms["norm"], norms["shift"], norms["shift_std"], strict=True)
    return max(math.hypot(mean, std) for name, mean, std in rows if name != "ln_f")


CLAIMS = (
    Claim(
        "11.1",
        T("The std of QKᵀ is about √d: √50 ≈ 7.", "Độ lệch chuẩn của QKᵀ khoảng √d: √50 ≈ 7."),
        COURSE,
        same("√50 ≈ 7"),
        "exact",
        measure=lambda r: r["dots"].final("std") / math.sqrt(50),
        judge=depends(
            near(1.0, 0.03),
            T(
                "for independent entries of mean 0 and variance 1",
                "với các phần tử độc lập, trung bình 0, phương sai 1",
            ),
        ),
        needs=runs(dots=DOTS),
        seeds=(10,),
        unit=T("× √50", "× √50"),
        explain=T(
            "Each of the d products has variance 1 and they are independent, so the variances add up to d. Nothing else is needed, and nothing less.",
            "Mỗi tích trong d tích có phương sai 1 và chúng độc lập, nên phương sai cộng lại thành d. Không cần gì hơn, và cũng không thể thiếu.",
        ),
    ),
    Claim(
        "11.2",
        T(
            "The std of the scores grows like √d as the vectors get longer.",
            "Độ lệch chuẩn của điểm số tăng như √d khi vector dài ra.",
        ),
        COURSE,
        T("curve over d = 2 to 99", "đường theo d = 2 đến 99"),
        "exact",
        measure=lambda r: r["growth"].final("slope"),
        judge=near(0.5, 0.02),
        needs=runs(growth=GROWTH),
        seeds=(10,),
        unit=T("slope of log std against log d", "độ dốc của log độ lệch chuẩn theo log d"),
    ),
    Claim(
        "11.3",
        T("With entries of mean 1 the rule √d is far off.", "Với phần tử có trung bình 1, quy luật √d sai xa."),
        None,
        same("√(d(σ⁴ + 2μ²σ²))"),
        "exact",
        measure=lambda r: r["shifted"].final("std") / 8,
        judge=near(math.sqrt(3), 0.1),
        needs=runs(shifted=SHIFTED),
        seeds=(10,),
        unit=T("× √64", "× √64"),
        explain=T(
            "Inside a network nothing keeps the mean at 0. With μ = σ = 1 every product has variance 3, not 1.",
            "Trong mạng, không gì giữ trung bình ở 0. Với μ = σ = 1, mỗi tích có phương sai 3 chứ không phải 1.",
        ),
    ),
    Claim(
        "11.4",
        T(
            "Unscaled, a few entries hold all the probability; scaled, it is spread.",
            "Không chia thì vài phần tử giữ hết xác suất; chia rồi thì trải đều hơn.",
        ),
        COURSE,
        T("two histograms", "hai biểu đồ tần suất"),
        "exact",
        measure=lambda r: r["raw"].final("top") / r["divided"].final("top"),
        judge=above(3.0),
        needs=runs(raw=RAW, divided=DIVIDED),
        seeds=(10,),
        unit=T(
            "× larger best probability without the division (d = 50)", "× xác suất lớn nhất khi không chia (d = 50)"
        ),
        explain=T(
            "The course takes one softmax over the whole matrix; here each query has its own, as in attention. Both show it.",
            "Khóa học lấy một softmax trên cả ma trận; ở đây mỗi truy vấn có softmax riêng như trong attention. Cả hai đều cho thấy điều đó.",
        ),
    ),
    Claim(
        "11.5",
        T("Large scores make the gradient through softmax vanish.", "Điểm số lớn làm gradient qua softmax biến mất."),
        COURSE,
        T("gradient ≈ 0", "gradient ≈ 0"),
        "exact",
        measure=lambda r: 100 * r["long"].final("dead"),
        judge=depends(
            above(20.0),
            T(
                "for part of the rows; others get a larger one than before",
                "với một phần số hàng; hàng khác nhận gradient lớn hơn trước",
            ),
        ),
        needs=runs(long=LONG),
        seeds=(10,),
        unit=T("% of rows dead at d = 256, not divided", "% hàng chết ở d = 256, không chia"),
        explain=T(
            "It splits. Rows that are sure of one key pass nothing on; rows torn between two pass on as much as is possible. Divided, no row is dead.",
            "Nó phân hóa. Hàng đã chắc một khóa thì không truyền gì; hàng lưỡng lự giữa hai khóa truyền nhiều hết mức. Chia rồi thì không hàng nào chết.",
        ),
    ),
    Claim(
        "11.6",
        T(
            "Without the division the average gradient is larger, not smaller (d = 50).",
            "Không chia thì gradient trung bình lớn hơn chứ không nhỏ hơn (d = 50).",
        ),
        None,
        same("—"),
        "exact",
        measure=lambda r: r["raw"].final("jacobian_mean") / r["divided"].final("jacobian_mean"),
        judge=above(1.05),
        needs=runs(raw=RAW, divided=DIVIDED),
        seeds=(10,),
        unit=T("× the mean Jacobian norm with the division", "× chuẩn Jacobian trung bình khi có chia"),
        explain=T(
            "The mean hides what the median shows: many rows get nothing, a few get a lot.",
            "Trung bình che mất điều mà trung vị cho thấy: nhiều hàng không được gì, vài hàng được rất nhiều.",
        ),
    ),
    Claim(
        "11.7",
        T("Dividing by √d is necessary for stable training.", "Chia cho √d là cần thiết để huấn luyện ổn định."),
        COURSE,
        T("said, not trained", "chỉ nói, không huấn luyện"),
        "training",
        measure=lambda r: 100 * fallen(r["none"]) / fallen(r["divided"]),
        judge=fails(above(90.0)),  # falling further without it refutes the statement too
        needs=runs(none=SMALL_NONE, divided=SMALL),
        seeds=FRESH,
        unit=T(
            "% of the loss's fall is there without the division (init 0.02)",
            "% mức giảm loss vẫn có khi không chia (khởi tạo 0.02)",
        ),
        explain=T(
            "Not at init 0.02 in a short run of a GPT of width 64, whose scores are small anyway. A single seed may win or lose 0.2 nats: the two runs leave the same plateau a little earlier or later.",
            "Không, với khởi tạo 0.02 trong một lần chạy ngắn của GPT rộng 64, vốn có điểm số nhỏ. Một hạt giống riêng lẻ có thể được hay mất 0.2 nats: hai lần chạy rời cùng một đoạn phẳng sớm hay muộn hơn chút ít.",
        ),
    ),
    Claim(
        "11.8",
        T(
            "With queries and keys of variance 1 the division does matter.",
            "Với truy vấn và khóa phương sai 1, phép chia có quan trọng.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["none"].final("test_loss") - r["divided"].final("test_loss"),
        judge=above(0.05),
        needs=runs(none=UNIT_NONE, divided=UNIT),
        seeds=SEEDS,
        unit=T("nats/token lost without it (init 0.125)", "nats/token mất đi khi không chia (khởi tạo 0.125)"),
        explain=T(
            "Here the scores start at std 4 and the entropy of attention at a third of the uniform one: the heads stare before they have learned where to look.",
            "Ở đây điểm số khởi đầu với độ lệch chuẩn 4, entropy của attention chỉ bằng một phần ba mức đều: các đầu nhìn chằm chằm trước khi học được nên nhìn đâu.",
        ),
    ),
    Claim(
        "11.9",
        T(
            "In a fresh GPT of width 64 the undivided scores are tiny, nowhere near √d_head.",
            "Trong một GPT rộng 64 mới khởi tạo, điểm số chưa chia rất nhỏ, cách xa √d_head.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["small"].at("raw_std", 0) / 4,
        judge=below(0.1),
        needs=runs(small=SMALL),
        unit=T("× √16 at init 0.02", "× √16 với khởi tạo 0.02"),
        explain=T(
            "Its queries have std 0.02·√width = 0.16, not 1. At GPT-2's own width, 768, they have 0.55, and undivided scores reach 2.5: there the division has something to do.",
            "Truy vấn của nó có độ lệch chuẩn 0.02·√(độ rộng) = 0.16 chứ không phải 1. Với độ rộng 768 của chính GPT-2 thì là 0.55, và điểm số chưa chia lên tới 2.5: ở đó phép chia mới có việc để làm.",
        ),
    ),
    Claim(
        "11.10",
        T(
            "GPT-2's LayerNorm gains γ lie mostly between 0.2 and 0.4.",
            "Hệ số γ trong LayerNorm của GPT-2 phần lớn nằm giữa 0.2 và 0.4.",
        ),
        COURSE,
        T("histogram of 19,200 values", "biểu đồ tần suất của 19,200 giá trị"),
        "citation",
        requires=("gpt2_weights",),
    ),
    Claim(
        "11.11",
        T(
            "After a short training of a small GPT the gains still stand near 1, far from 0.2 to 0.4.",
            "Sau khi huấn luyện ngắn một GPT nhỏ, γ vẫn gần 1, còn xa 0.2 đến 0.4.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: sum(block_gains(r["gains"])) / len(block_gains(r["gains"])),
        judge=near(1.0, 0.1),
        needs=runs(gains=GAINS),
        unit=T("mean γ in the blocks", "γ trung bình trong các khối"),
        explain=T(
            "Where gains end is a matter of how long, how fast and how deep a model is trained, not a law.",
            "γ dừng ở đâu tùy vào huấn luyện bao lâu, nhanh cỡ nào, sâu cỡ nào, chứ không phải quy luật.",
        ),
    ),
    Claim(
        "11.12",
        T("LayerNorm mainly shrinks the activations.", "LayerNorm chủ yếu thu nhỏ các kích hoạt."),
        COURSE,
        T("read off γ < 1", "suy từ γ < 1"),
        "training",
        measure=lambda r: r["gains"].table("small")["after"][0] / r["gains"].table("small")["before"][0],
        judge=depends(
            below(1.0),
            T(
                "on the size of what comes in: LayerNorm sets it to γ, whatever it was",
                "vào độ lớn của đầu vào: LayerNorm đưa nó về γ, bất kể trước đó là bao nhiêu",
            ),
        ),
        needs=runs(gains=GAINS),
        unit=T(
            "× larger after the first LayerNorm, with every γ forced to 0.3",
            "× lớn hơn sau LayerNorm đầu tiên, khi mọi γ bị ép về 0.3",
        ),
        explain=T(
            "LayerNorm first sets the std to 1, so what comes out has size γ whatever came in: a small input is amplified even by γ = 0.3.",
            "LayerNorm trước hết đưa độ lệch chuẩn về 1, nên đầu ra có cỡ γ bất kể đầu vào: đầu vào nhỏ vẫn được khuếch đại ngay cả với γ = 0.3.",
        ),
    ),
    Claim(
        "11.13",
        T(
            "γ·c and β·c with the next weights divided by c is the same network, for any c.",
            "γ·c và β·c cùng trọng số kế tiếp chia c là cùng một mạng, với mọi c.",
        ),
        None,
        same("W/c (cγz + cβ) + b"),
        "training",
        measure=lambda r: r["gains"].final("same_gap"),
        judge=below(1e-5),
        needs=runs(gains=GAINS),
        unit=T(
            "nats: largest change of the loss, c from 0.1 to 10", "nats: thay đổi lớn nhất của loss, c từ 0.1 đến 10"
        ),
        digits=2,
        explain=T(
            "So γ by itself has no size to speak of; γ times the next weights has. Not for ln_f with a tied head: its reader is the embedding.",
            "Vậy riêng γ không có độ lớn để nói; γ nhân trọng số kế tiếp mới có. Không áp dụng cho ln_f khi dùng chung trọng số: kẻ đọc nó chính là embedding.",
        ),
    ),
    Claim(
        "11.14",
        T("LayerNorm's β is clustered around 0.", "β của LayerNorm tụ quanh 0."),
        COURSE,
        T("read off GPT-2", "đọc từ GPT-2"),
        "training",
        measure=lambda r: widest_shift(r["gains"].table("norms")),
        judge=below(0.1),
        needs=runs(gains=GAINS),
        unit=T(
            "largest root mean square of β in a block of our small GPT",
            "căn trung bình bình phương lớn nhất của β trong các khối của GPT nhỏ ở đây",
        ),
        explain=T(
            "It starts at 0 and stays close to it beside a γ near 1. GPT-2's own β were not read here.",
            "Nó khởi đầu ở 0 và ở lại gần đó, bên cạnh γ gần 1. β của chính GPT-2 thì ở đây không đọc.",
        ),
    ),
    Claim(
        "11.15",
        T("Dividing by √d acts like a temperature.", "Chia cho √d hoạt động như nhiệt độ."),
        COURSE,
        same("T = √d"),
        "exact",
        measure=lambda r: r["raw"].final("temperature_gap"),
        judge=below(1e-7),
        needs=runs(raw=RAW),
        seeds=(10,),
        unit=T("largest difference of the probabilities", "chênh lệch xác suất lớn nhất"),
        digits=2,
        explain=T(
            "p^(1/T), made to add up to 1, is softmax(z/T): the same formula as when a model writes.",
            "p^(1/T), chuẩn hóa cho tổng bằng 1, chính là softmax(z/T): cùng công thức như khi mô hình viết văn bản.",
        ),
    ),
    Claim(
        "11.16",
        T("The notebook's plot shows the negative log-softmax.", "Biểu đồ trong notebook vẽ âm log-softmax."),
        COURSE,
        T("axis label", "nhãn trục"),
        "exact",
        measure=lambda r: slip(r["divided"]),
        judge=fails(below(0.0)),
        needs=runs(divided=DIVIDED),
        seeds=(10,),
        unit=T("rank correlation of what is plotted with −log p", "tương quan hạng giữa thứ được vẽ với −log p"),
        explain=T(
            "The code plots −1/log p: upside down, largest where the surprise is smallest. Both are drawn under “Look inside”.",
            "Mã vẽ −1/log p: lộn ngược, lớn nhất ở chỗ ít bất ngờ nhất. Cả hai được vẽ trong “Nhìn vào bên trong”.",
        ),
    ),
)
