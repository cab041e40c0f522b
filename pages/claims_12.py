"""What lesson 12 of the course says, and how each statement is measured here."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core.claims import above, below, between, depends, fails, runs
from core.experiments import flight, initial_weights, one_layer

SOURCE = same("CodeChallenge: weight initializations")
STACK = flight.Config(activation="gelu")
GPT = initial_weights.Config()
SANE = replace(GPT, std=0.1)  # the best spread at width 64, where 1/sqrt(64) = 0.125
NAMED = replace(GPT, embeddings="gpt2")
DEEP = replace(GPT, blocks=8, steps=0)
EIGHT = replace(NAMED, blocks=8, steps=300)
FIVE, MANY = tuple(range(10, 15)), tuple(range(10, 20))


def loss(r, name):
    return r[name].final("test_loss")


def best_of(r, which):
    """The largest or smallest (`which`: max, min) of the test losses that the three methods end with."""
    return which(loss(r, name) for name in ("normal", "xavier", "he"))


def gap(r, worse, better):
    """nats/token by which `worse` ends above `better`."""
    return loss(r, worse) - loss(r, better)


def overflow(r):
    """Layer of the first infinity in the plain stack; nan if LayerNorm let one through, or a residual alone did not."""
    clean = all("overflow" not in r[name].metrics for name in ("norm", "both"))
    return r["plain"].final("overflow") if clean and "overflow" in r["residual"].metrics else math.nan


def matched(r):
    """The smaller of He + ReLU and Xavier + tanh after 50 layers; nan if Xavier + ReLU survives as well."""
    return min(r["he"].final("last"), r["xavier"].final("last")) if r["wrong"].final("last") < 1e-6 else math.nan


CLAIMS = (
    Claim(
        "12.a",
        T("Var(y) = n · Var(w) · Var(x).", "Var(y) = n · Var(w) · Var(x)."),
        SOURCE,
        T("derivation", "chứng minh"),
        "exact",
        measure=lambda r: r["layer"].final("law"),
        judge=between(0.97, 1.03),
        needs=runs(layer=one_layer.Config()),
        seeds=MANY,
        unit=T("× what the formula says", "× điều công thức nói"),
        explain=T(
            "True for independent weights around zero. Everything else in this lesson is this line, applied again and again.",
            "Đúng khi trọng số độc lập và có trung bình 0. Mọi điều khác trong bài chỉ là dòng này, lặp đi lặp lại.",
        ),
    ),
    Claim(
        "12.b",
        T(
            "PyTorch's default for nn.Linear is Kaiming (He) uniform.",
            "Mặc định của PyTorch cho nn.Linear là Kaiming (He) đều.",
        ),
        SOURCE,
        same("kaiming_uniform_"),
        "exact",
        measure=lambda r: (r["he"].final("measured") / r["default"].final("measured")) ** 2,
        judge=fails(between(5.5, 6.5)),
        needs=runs(
            he=one_layer.Config(layer_scheme="he_uniform", n_in=50, n_out=50),
            default=one_layer.Config(layer_scheme="pytorch", n_in=50, n_out=50),
        ),
        seeds=(10,),
        unit=T("× the default's variance", "× phương sai của mặc định"),
        explain=T(
            "The function called is that one, but with a = √5, which turns 2/n into 1/(3n): U(±1/√n). The notebook's own layer shows it: std 0.082 against 0.200.",
            "Hàm được gọi đúng là hàm đó, nhưng với a = √5, biến 2/n thành 1/(3n): U(±1/√n). Chính tầng trong notebook cho thấy: 0.082 so với 0.200.",
        ),
    ),
    Claim(
        "12.c",
        T("Xavier for tanh and He for ReLU keep the signal.", "Xavier cho tanh và He cho ReLU giữ được tín hiệu."),
        SOURCE,
        same("—"),
        "training",
        measure=matched,
        judge=depends(
            between(0.05, 2.0),
            T("on the pair: Xavier with ReLU leaves about 10⁻⁸", "vào cặp ghép: Xavier với ReLU chỉ còn khoảng 10⁻⁸"),
        ),
        needs=runs(
            he=replace(STACK, scheme="he_normal", activation="relu"),
            xavier=replace(STACK, scheme="xavier_normal", activation="tanh"),
            wrong=replace(STACK, scheme="xavier_normal", activation="relu"),
        ),
        seeds=MANY,
        unit=T("of spread 1 after 50 layers (the weaker pair)", "còn lại từ độ lệch chuẩn 1 sau 50 tầng (cặp yếu hơn)"),
        explain=T(
            "He with ReLU stays near 0.8. Xavier with tanh sinks slowly, to a tenth, because tanh bends every number a little towards zero.",
            "He với ReLU giữ quanh 0.8. Xavier với tanh chìm dần, còn một phần mười, vì tanh kéo mọi số về 0 một chút.",
        ),
    ),
    Claim(
        "12.d",
        T("Very large weights lead quickly to numerical overflow.", "Trọng số rất lớn nhanh chóng gây tràn số."),
        SOURCE,
        same("—"),
        "exact",
        measure=overflow,
        judge=depends(
            below(40),
            T(
                "without LayerNorm; with it no layer overflows even at σ = 3. A residual alone changes nothing",
                "khi không có LayerNorm; có nó thì đến σ = 3 cũng không tầng nào tràn. Riêng nối tắt không đổi gì",
            ),
        ),
        needs=runs(
            plain=replace(STACK, std=1.0),
            residual=replace(STACK, std=1.0, residual=True),
            norm=replace(STACK, std=3.0, layernorm=True),
            both=replace(STACK, std=3.0, residual=True, layernorm=True),
        ),
        seeds=(10, 11, 12),
        unit=T(
            "layer of the first infinity at σ = 1 (GELU, width 256)",
            "tầng có vô cực đầu tiên với σ = 1 (GELU, rộng 256)",
        ),
        explain=T(
            "The factor per layer is σ·√width, times 0.7 for GELU. A modern transformer normalises before every multiplication.",
            "Hệ số mỗi tầng là σ·√độ rộng, với GELU thì nhân thêm 0.7. Transformer hiện đại chuẩn hóa trước mỗi phép nhân.",
        ),
    ),
    Claim(
        "12.e",
        T("Very small weights mean slow convergence.", "Trọng số rất nhỏ thì hội tụ chậm."),
        SOURCE,
        same("—"),
        "training",
        measure=lambda r: gap(r, "tiny", "sane"),
        judge=above(0.15),
        needs=runs(tiny=replace(GPT, std=1e-4), sane=SANE),
        unit=T("nats/token behind σ = 0.1 after 120 steps", "nats/token kém σ = 0.1 sau 120 bước"),
        explain=T(
            "The blocks hardly answer at first; only token frequencies are learned. The extreme is all zeros, which never starts.",
            "Lúc đầu các khối hầu như không trả lời; chỉ tần suất token được học. Cực đoan là toàn số 0: không bao giờ khởi động.",
        ),
    ),
    Claim(
        "12.f",
        T(
            "Xavier and Kaiming are balanced choices for language models.",
            "Xavier và Kaiming là lựa chọn cân bằng cho mô hình ngôn ngữ.",
        ),
        SOURCE,
        same("—"),
        "training",
        measure=lambda r: max(gap(r, "xavier", "normal"), gap(r, "he", "normal")),
        judge=below(0.1),
        needs=runs(
            xavier=replace(NAMED, matrices="xavier_normal"), he=replace(NAMED, matrices="he_normal"), normal=GPT
        ),
        unit=T(
            "nats/token of the worse of the two above N(0, 0.02)",
            "nats/token mà cách kém hơn trong hai thua N(0, 0.02)",
        ),
        explain=T(
            "At width 64 they are at least as good as 0.02: their spread, 0.09 to 0.18 here, fits the width, while 0.02 was chosen for a network twelve times as wide.",
            "Ở độ rộng 64 chúng không thua 0.02: độ lệch chuẩn của chúng, ở đây 0.09 đến 0.18, hợp với độ rộng ấy, còn 0.02 được chọn cho mạng rộng gấp mười hai.",
        ),
    ),
    Claim(
        "12.g",
        T(
            "In very deep models the exact method matters less than a sane scale.",
            "Với mô hình rất sâu, cách cụ thể ít quan trọng hơn một thang hợp lý.",
        ),
        SOURCE,
        same("—"),
        "training",
        measure=lambda r: (loss(r, "one") - best_of(r, max)) - (best_of(r, max) - best_of(r, min)),
        judge=above(0.0),
        needs=runs(
            normal=EIGHT,
            xavier=replace(EIGHT, matrices="xavier_normal"),
            he=replace(EIGHT, matrices="he_normal"),
            one=replace(EIGHT, std=1.0),
        ),
        seeds=(20, 21, 22, 23, 24),  # fresh: the comparison was changed after a look at others
        unit=T(
            "nats/token: what σ = 1 costs above the worst of N(0, 0.02), Xavier and He, less what those three differ by (8 blocks)",
            "nats/token: phần σ = 1 thua cách tệ nhất trong N(0, 0.02), Xavier, He, trừ đi khoảng cách giữa ba cách ấy (8 khối)",
        ),
        explain=T(
            "The methods differ in little but the scale they give. All three scales are sane, and given some hundred steps they end alike; one ten times larger stays behind.",
            "Các cách ít khác nhau ngoài thang mà chúng cho. Cả ba thang đều hợp lý, và sau vài trăm bước thì về gần như nhau; thang lớn gấp mười thì tụt lại.",
        ),
    ),
    Claim(
        "12.h",
        T(
            "A proper start keeps the size of the gradient constant across layers.",
            "Khởi tạo đúng giữ độ lớn gradient không đổi qua các tầng.",
        ),
        SOURCE,
        same("—"),
        "training",
        measure=lambda r: r["deep"].final("gradient_ratio"),
        judge=depends(
            between(0.1, 1.0),
            T("to within a factor of a few, at σ = 0.02", "sai khác vài lần, với σ = 0.02"),
        ),
        needs=runs(deep=DEEP),
        unit=T("× the first block's gradient, in the last of 8", "× gradient của khối đầu, ở khối cuối trong 8"),
        explain=T(
            "Norms over all parameters of a block, before the first step. The stream grows with every block, and each LayerNorm divides the gradient by its size.",
            "Chuẩn trên mọi tham số của khối, trước bước đầu. Dòng residual phình sau mỗi khối, và mỗi LayerNorm chia gradient cho độ lớn của nó.",
        ),
    ),
    Claim(
        "12.i",
        T("Biases matter little: zeros are fine.", "Độ chệch (bias) ít quan trọng: để 0 là được."),
        SOURCE,
        same("0"),
        "training",
        measure=lambda r: gap(r, "biased", "sane"),
        judge=between(-0.1, 0.1),
        needs=runs(biased=replace(SANE, bias_std=0.02), sane=SANE),
        seeds=FIVE,  # the effect is small against the luck of the draw
        unit=T("nats/token of biases N(0, 0.02) above zeros", "nats/token mà bias N(0, 0.02) thua bias 0"),
        explain=T(
            "A bias is one number among hundreds that an output sums, and it learns like any other.",
            "Bias chỉ là một trong hàng trăm số hạng của một đầu ra, và nó học như mọi số khác.",
        ),
    ),
    Claim(
        "12.j",
        T(
            "AdamW softens a bad start but cannot repair an extreme one.",
            "AdamW làm dịu khởi đầu tồi nhưng không cứu được khởi đầu cực đoan.",
        ),
        SOURCE,
        same("—"),
        "training",
        measure=lambda r: gap(r, "one", "sane"),
        judge=depends(
            above(1.5),
            T(
                "the second half is measured, over 120 steps; that it softens is not seen: plain SGD comes further (12.k)",
                "nửa sau đo được, trong 120 bước; còn việc làm dịu thì không thấy: SGD thường đi xa hơn (12.k)",
            ),
        ),
        needs=runs(one=replace(GPT, std=1.0), sane=SANE),
        unit=T("nats/token of σ = 1 behind σ = 0.1 after 120 steps", "nats/token mà σ = 1 kém σ = 0.1 sau 120 bước"),
        explain=T(
            "Adam moves every weight by about the learning rate per step, whatever the gradient: weights of size 1 need hundreds of steps to forget where they were.",
            "Mỗi bước Adam dời mỗi trọng số khoảng bằng tốc độ học, bất kể gradient: trọng số cỡ 1 cần hàng trăm bước mới quên chỗ cũ.",
        ),
    ),
    Claim(
        "12.k",
        T(
            "From a bad start, AdamW at 0.003 recovers better than plain SGD at 0.1.",
            "Từ khởi đầu tồi, AdamW với 0.003 hồi phục tốt hơn SGD thường với 0.1.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: gap(r, "sgd", "adamw"),
        judge=fails(below(-0.3)),
        needs=runs(adamw=replace(GPT, std=1.0), sgd=replace(GPT, std=1.0, optimizer="sgd", lr=0.1)),
        unit=T(
            "nats/token of SGD (lr 0.1) above AdamW (lr 0.003), σ = 1",
            "nats/token mà SGD (lr 0.1) thua AdamW (lr 0.003), σ = 1",
        ),
        explain=T(
            "At σ = 1 the gradient is some twenty times larger, and SGD's steps grow with it. What AdamW divides away is exactly what would have helped here.",
            "Với σ = 1 gradient lớn gấp khoảng hai mươi lần, và bước của SGD lớn theo. Thứ AdamW chia mất lại chính là thứ có ích ở đây.",
        ),
    ),
    Claim(
        "12.l",
        T("All-zero weights only learn slowly.", "Trọng số toàn 0 chỉ là học chậm."),
        None,
        T("a common belief", "một niềm tin phổ biến"),
        "exact",
        measure=lambda r: (
            max(r["zeros"].metrics["train_loss"].values()) - min(r["zeros"].metrics["train_loss"].values())
        ),
        judge=fails(below(1e-6)),
        needs=runs(zeros=replace(GPT, matrices="zeros")),
        seeds=(0,),
        unit=T("nats by which the loss moved in 120 steps", "nats mà loss nhúc nhích trong 120 bước"),
        explain=T(
            "They never learn. Each gradient is a product with a weight or an activation that is zero, so every gradient is exactly zero, at every step.",
            "Chúng không bao giờ học. Mỗi gradient là tích với một trọng số hay kích hoạt bằng 0, nên bước nào mọi gradient cũng đúng bằng 0.",
        ),
    ),
    Claim(
        "12.m",
        T("He's scheme keeps the signal with GELU too.", "Cách của He cũng giữ được tín hiệu với GELU."),
        None,
        T("often taken for granted", "thường được coi là hiển nhiên"),
        "training",
        measure=lambda r: math.log10(r["gelu"].final("last")),
        judge=fails(below(-1.0)),
        needs=runs(gelu=replace(STACK, scheme="he_normal")),
        seeds=MANY,
        unit=T(
            "= log₁₀ of what is left of spread 1 after 50 layers", "= log₁₀ phần còn lại từ độ lệch chuẩn 1 sau 50 tầng"
        ),
        explain=T(
            "For small numbers GELU halves, for large ones it passes: a knife edge, so seeds scatter by up to a factor of ten. GELU would need a gain of its own; GPT relies on LayerNorm instead.",
            "Với số nhỏ GELU chia đôi, với số lớn nó cho qua: như đứng trên lưỡi dao, nên các hạt giống lệch nhau tới mười lần. GELU cần hệ số riêng; GPT thì dựa vào LayerNorm.",
        ),
    ),
    Claim(
        "12.n",
        T("0.02 is the right spread for any GPT.", "0.02 là độ lệch chuẩn đúng cho mọi GPT."),
        None,
        same("N(0, 0.02)"),
        "training",
        measure=lambda r: gap(r, "gpt2", "sane"),
        judge=fails(above(0.05)),
        needs=runs(gpt2=GPT, sane=SANE),
        seeds=FIVE,
        unit=T("nats/token of σ = 0.02 behind σ = 0.1 at width 64", "nats/token mà σ = 0.02 kém σ = 0.1 ở độ rộng 64"),
        explain=T(
            "1/√width is 0.036 at GPT-2's 768 and 0.125 at our 64. The sane scale follows the width, as Xavier says.",
            "1/√độ rộng là 0.036 với 768 của GPT-2 và 0.125 với 64 của ta. Thang hợp lý đi theo độ rộng, đúng như Xavier nói.",
        ),
    ),
    Claim(
        "12.o",
        T(
            "With σ = 1 the weights of the late blocks get a far smaller first gradient than those of the early ones.",
            "Với σ = 1, trọng số các khối sau nhận gradient đầu tiên nhỏ hơn hẳn so với các khối đầu.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["deep"].final("gradient_ratio"),
        judge=below(0.02),
        needs=runs(deep=replace(DEEP, std=1.0)),
        unit=T("× the first block's gradient, in the last of 8", "× gradient của khối đầu, ở khối cuối trong 8"),
        explain=T(
            "Finite everywhere, and yet lopsided: the stream has grown some hundredfold, and LayerNorm divides the gradient by as much.",
            "Chỗ nào cũng hữu hạn mà vẫn lệch: dòng residual đã phình trăm lần, và LayerNorm chia gradient đi chừng ấy.",
        ),
    ),
)
