"""Lesson 11: why attention divides by √d, when that matters, and what the size of a LayerNorm's gain tells (nothing)."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, Preset, single
from app.theme import knob
from core.experiments import attention_scale, dot_growth, dot_products, exponent_map, gains, softmax_spread
from pages.claims_11 import CLAIMS
from pages.controls_11 import CONTROLS
from pages.figures_11 import cells, exponents, growth, jacobian, negative, profile, strips
from pages.figures_11_trained import flow, heads, inner, loss, norms, rescale
from pages.verdict_11 import LENGTH, SPLIT, dots_readouts, dots_verdict, softmax_readouts, softmax_verdict
from pages.verdict_11_trained import BIRTH, STILL, gains_readouts, gains_verdict, train_readouts, train_verdict

GPT2_STD = 0.02


def dots_arms(config, values):
    """The vectors of the sliders, and the law over all lengths for the same entries."""
    law = dot_growth.Config(mean=config.mean, std=config.std, product=config.product, seed=config.seed)
    return (
        Arm("dots", T("these vectors", "các vector này"), config, 0),
        Arm("growth", T("all lengths", "mọi độ dài"), law, 1),
    )


def softmax_arms(config, values):
    """The chosen exponent, the undivided scores of the same vectors, and the map of all exponents and lengths."""
    arms = [Arm("chosen", T("divided by d^α", "chia cho d^α"), config, 0)]
    if config.exponent:
        arms.append(Arm("raw", T("not divided (α = 0)", "không chia (α = 0)"), replace(config, exponent=0.0), 5))
    whole = exponent_map.Config(std=config.std, attention_scale=config.attention_scale, seed=config.seed)
    return (*arms, Arm("map", T("all exponents", "mọi số mũ"), whole, 7))


def train_arms(config, values):
    """With the division and with the chosen scale, at the chosen initial size and at GPT-2's: same batches."""

    def arm(label, std, scale, color):
        what = "÷ √d" if label.endswith("divided") else f"s = {knob(scale)}"
        name = T(f"init {knob(std)}, {what}", f"khởi tạo {knob(std)}, {what}")
        return Arm(label, name, replace(config, init_std=std, attention_scale=scale), color)

    arms = (
        arm("unit other", config.init_std, config.attention_scale, 5),
        arm("unit divided", config.init_std, 1.0, 0),
        arm("small other", GPT2_STD, config.attention_scale, 1),
        arm("small divided", GPT2_STD, 1.0, 2),
    )
    kept, seen = [], set()
    for arm in arms:  # where the sliders stand on a reference, it is one run, not two
        if arm.config not in seen:
            kept.append(arm)
            seen.add(arm.config)
    return tuple(kept)


DOT_PRESETS = (
    Preset(
        "quick",
        T("course: n 50, d 50", "khóa học: n 50, d 50"),
        {},
        T(
            "Move d from 50 to 200 and watch which strips grow. Then move σ.",
            "Kéo d từ 50 đến 200 và xem dải nào rộng ra. Rồi kéo σ.",
        ),
    ),
    Preset(
        "mean",
        T("broken: entries with mean 1", "hỏng: phần tử có trung bình 1"),
        {"mean": 1.0, "d": 64},
        T(
            "√64 = 8, but the scores spread almost 14: the rule has a condition nobody said aloud.",
            "√64 = 8, nhưng điểm số phân tán gần 14: quy luật có một điều kiện không ai nói ra.",
        ),
        broken=True,
    ),
    Preset(
        "alike",
        T("trained heads: q and k look alike", "đầu đã huấn luyện: q và k giống nhau"),
        {"correlation": 0.5, "d": 256},
        T(
            "Orange: a query with its own key. It grows like d, not like √d.",
            "Màu cam: truy vấn với khóa của chính nó. Nó tăng theo d, không phải √d.",
        ),
    ),
    Preset(
        "overflow",
        T("broken: float16 overflows", "hỏng: float16 tràn số"),
        {"dtype": "float16", "std": 15.0, "d": 4096, "correlation": 0.9},
        T(
            "The scores of like pairs become infinite. Look inside for the red cells, then divide before the product.",
            "Điểm số của các cặp giống nhau thành vô cực. Xem ô đỏ ở phần bên trong, rồi chia trước khi nhân.",
        ),
        broken=True,
    ),
    Preset(
        "star",
        T("broken: * in place of @", "hỏng: * thay cho @"),
        {"product": "elementwise"},
        T(
            "The usual slip: no error message, only no sum. Move d: nothing grows.",
            "Lỗi hay gặp: không báo lỗi, chỉ là không có phép cộng. Kéo d: chẳng gì tăng.",
        ),
        broken=True,
    ),
)

SOFTMAX_PRESETS = (
    Preset(
        "quick",
        T("quick", "nhanh"),
        {},
        T(
            "Same vectors, with and without the division. Then drag d to 1,024.",
            "Cùng các vector, có và không chia. Rồi kéo d lên 1,024.",
        ),
    ),
    Preset(
        "course",
        T("course: one softmax over all 2,500 scores", "khóa học: một softmax trên cả 2,500 điểm số"),
        {"form": "course", "n": 50},
        T(
            "The notebook flattens the matrix. The contrast is the same, but no query has its own attention.",
            "Notebook trải phẳng ma trận. Tương phản vẫn vậy, nhưng không truy vấn nào có attention riêng.",
        ),
    ),
    Preset(
        "raw",
        T("broken: d = 1,024, not divided", "hỏng: d = 1,024, không chia"),
        {"d": 1024, "exponent": 0.0},
        T(
            "One key takes nearly everything; about seven rows in ten are dead.",
            "Một khóa lấy gần hết; cứ mười hàng thì khoảng bảy hàng chết.",
        ),
        broken=True,
    ),
    Preset(
        "mup",
        T("μP: divide by d", "μP: chia cho d"),
        {"exponent": 1.0, "d": 256},
        T(
            "Too flat at birth; it is meant for trained heads, whose queries and keys point the same way.",
            "Quá phẳng lúc mới sinh; nó dành cho đầu đã huấn luyện, khi truy vấn và khóa cùng hướng.",
        ),
    ),
)

TRAIN = attention_scale.Config(attention_scale=4.0, init_std=0.125)

TRAIN_PRESETS = (
    Preset(
        "quick",
        T("quick: no division (s = 4)", "nhanh: không chia (s = 4)"),
        {},
        T(
            "Which of the two pairs parts, and which stays together?",
            "Cặp nào tách ra, cặp nào dính nhau?",
        ),
    ),
    Preset(
        "longer",
        T("longer: 300 steps", "dài hơn: 300 bước"),
        {"steps": 300},
        T("With unit queries the gap keeps growing.", "Với truy vấn phương sai 1, khoảng cách cứ lớn dần."),
        needs=T("about half a minute", "khoảng nửa phút"),
    ),
    Preset(
        "blind",
        T("broken: s = 0, everybody averages", "hỏng: s = 0, ai cũng lấy trung bình"),
        {"attention_scale": 0.0},
        T(
            "No token can choose where to look. How much does that cost in so few steps?",
            "Không token nào chọn được nơi nhìn. Trong ngần ấy bước, mất bao nhiêu?",
        ),
        broken=True,
    ),
    Preset(
        "onehot",
        T("broken: init 0.3, s = 8", "hỏng: khởi tạo 0.3, s = 8"),
        {"init_std": 0.3, "attention_scale": 8.0},
        T(
            "Each token stares at one other. Then switch on “normalise q and k” and compare.",
            "Mỗi token nhìn chằm chằm một token khác. Rồi bật “chuẩn hóa q và k” và so sánh.",
        ),
        broken=True,
    ),
    Preset(
        "logits",
        T("broken: init 0.5, logits not divided", "hỏng: khởi tạo 0.5, không chia logits"),
        {"init_std": 0.5},
        T(
            "The loss starts far above ln V: the head's dot products are too large. Divide the logits and look again.",
            "Loss khởi đầu cao hơn hẳn ln V: tích vô hướng ở tầng ra quá lớn. Hãy chia logits rồi xem lại.",
        ),
        broken=True,
    ),
    Preset(
        "course",
        T("course size: 12 blocks of 768", "cỡ khóa học: 12 khối rộng 768"),
        {"width": 768, "blocks": 12, "heads": 12, "context": 256, "attention_scale": 8.0, "init_std": 0.02},
        T(
            "The course does not train in this lesson; this is its Model 5. With 64 numbers in a head, s = 8 is no division.",
            "Bài này của khóa học không huấn luyện; đây là Mô hình 5 của nó. Đầu có 64 số thì s = 8 là không chia.",
        ),
        needs=T("not run yet: needs a GPU", "chưa chạy: cần GPU"),
    ),
)

GAIN_PRESETS = (
    Preset(
        "quick",
        T("quick", "nhanh"),
        {},
        T(
            "Move c: one curve bends, one does not move at all.",
            "Kéo c: một đường uốn cong, một đường không nhúc nhích.",
        ),
    ),
    Preset(
        "longer",
        T("longer: 1,000 steps at 3e-3", "dài hơn: 1,000 bước với 3e-3"),
        {"steps": 1000, "lr": 3e-3},
        T("Do the gains drift towards GPT-2's 0.2 to 0.4?", "γ có trôi về 0.2 đến 0.4 như GPT-2 không?"),
        needs=T("about a minute", "khoảng một phút"),
    ),
    Preset(
        "hot",
        T("broken: learning rate 0.1", "hỏng: tốc độ học 0.1"),
        {"lr": 0.1},
        T(
            "Now the gains do move, some below 0; the network is no better for it.",
            "Giờ γ mới di chuyển, có cái xuống dưới 0; mạng chẳng tốt hơn nhờ vậy.",
        ),
        broken=True,
    ),
)

LESSON = Lesson(
    slug="numerical-scaling",
    group="signal",
    title=T("Numerical scaling in deep networks", "Vấn đề tỉ lệ số học trong mạng sâu"),
    question=T(
        "Why does attention divide by √d, when does it really matter, and what do LayerNorm's γ and β tell us?",
        "Vì sao attention chia cho √d, khi nào điều đó thật sự quan trọng, và γ, β của LayerNorm nói lên điều gì?",
    ),
    after=(
        T(
            "A dot product of d unit-variance numbers has standard deviation √d; with std σ it is σ²√d, and a mean other than zero makes it larger still.",
            "Tích vô hướng của d số phương sai 1 có độ lệch chuẩn √d; với độ lệch chuẩn σ là σ²√d, và trung bình khác 0 làm nó lớn hơn nữa.",
        ),
        T(
            "Big scores make softmax one-hot: most rows stop learning (median gradient near 0) while a few get a large one.",
            "Điểm số lớn khiến softmax dồn vào một chỗ: phần lớn hàng ngừng học (trung vị gradient gần 0) còn vài hàng nhận gradient lớn.",
        ),
        T(
            "Dividing by √d is a temperature. At init 0.02 and width 64 scores are tiny anyway, so it hardly changes a short run; with queries and keys of variance 1, or at GPT-2's own width, it has something to do.",
            "Chia cho √d là một nhiệt độ. Với khởi tạo 0.02 và độ rộng 64, điểm số vốn đã nhỏ nên nó hầu như không đổi một lần chạy ngắn; với truy vấn và khóa phương sai 1, hay ở độ rộng của chính GPT-2, thì nó có việc để làm.",
        ),
        T(
            "γ alone says nothing about size: γ·c and β·c with the next weights ÷ c is the same network.",
            "Riêng γ không nói gì về độ lớn: γ·c và β·c cùng trọng số kế tiếp ÷ c vẫn là cùng một mạng.",
        ),
    ),
    minutes=8,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "dots",
            T("Dot products grow", "Tích vô hướng lớn dần"),
            T(
                "An attention score is a dot product: d products, added up. Nothing is trained here; the vectors are random.",
                "Điểm số attention là một tích vô hướng: d tích cộng lại. Ở đây không huấn luyện gì; các vector là ngẫu nhiên.",
            ),
            dot_products.Config(),
            DOT_PRESETS,
            dots_arms,
            (strips, growth, cells),
            ("d", "std", "mean"),
            dots_verdict,
            (LENGTH,),
            dots_readouts,
            code=("dots.pair", "dots.products", "dots.expected_std", "dots.rounded", "experiments.dot_products.scores"),
            fixed=("factor", "n"),
        ),
        Playground(
            "softmax",
            T("What softmax makes of it", "Softmax biến nó thành gì"),
            T(
                "The same scores, turned into attention. One divided by d to the power α, one not divided.",
                "Vẫn các điểm số ấy, biến thành attention. Một bên chia cho d mũ α, một bên không chia.",
            ),
            softmax_spread.Config(),
            SOFTMAX_PRESETS,
            softmax_arms,
            (profile, jacobian, exponents, negative),
            ("d", "exponent", "attention_scale"),
            softmax_verdict,
            (SPLIT,),
            softmax_readouts,
            code=(
                "spread.softmax",
                "spread.effective",
                "spread.jacobian_norm",
                "experiments.softmax_spread.temperature_gap",
            ),
            fixed=("factor",),
        ),
        Playground(
            "train",
            T("Does it matter in training?", "Khi huấn luyện có quan trọng?"),
            T(
                "A small GPT reads. With four heads of d = 16, s = 4 takes the division back. At which initial size does it pay?",
                "Một GPT nhỏ đọc văn bản. Với bốn đầu chú ý, mỗi đầu d = 16, s = 4 là bỏ phép chia. Ở cỡ khởi tạo nào thì phép chia đáng giá?",
            ),
            TRAIN,
            TRAIN_PRESETS,
            train_arms,
            (loss, inner, heads),
            ("attention_scale", "init_std", "qk_norm"),
            train_verdict,
            (BIRTH,),
            train_readouts,
            ("story",),
            code=("blocks.Attention", "scores.heads", "models.Model5", "initializers.gpt2", "train.train"),
            fixed=("factor",),
        ),
        Playground(
            "gains",
            T("What γ and β tell", "γ và β nói gì"),
            T(
                "LayerNorm sets every token's std to 1, then multiplies by γ and adds β. Read them off a trained model, then rescale them.",
                "LayerNorm đưa độ lệch chuẩn của mỗi token về 1, rồi nhân γ và cộng β. Hãy đọc chúng từ một mô hình đã huấn luyện, rồi co giãn.",
            ),
            gains.Config(),
            GAIN_PRESETS,
            single,
            (norms, rescale, flow),
            ("factor", "steps", "lr"),
            gains_verdict,
            (STILL,),
            gains_readouts,
            code=("gains.rescale", "gains.set_gain", "gains.flow", "gains.norms"),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "Whose assumption breaks? In “Does it matter in training?”, look inside: each head's real spread of q·k against σ_q σ_k √d. Before "
        "training all heads lie on the line; train on, and see which ones leave it, and to which side. In “What softmax makes of it” "
        "the map over α and d shows why μP then divides by d.",
        "Giả định nào sụp đổ? Ở “Khi huấn luyện có quan trọng?”, hãy nhìn vào bên trong: độ phân tán thật của q·k ở mỗi đầu so với σ_q σ_k √d. "
        "Trước huấn luyện mọi đầu nằm trên đường; hãy huấn luyện tiếp và xem đầu nào rời đi, về phía nào. Ở “Softmax biến nó thành gì”, "
        "bản đồ theo α và d cho thấy vì sao μP khi đó chia cho d.",
    ),
    further=(
        T(
            "Max-score monitor: bound the scores with 30·tanh(z/30) or by clipping, and compare with normalised q and k at init 0.3, s = 8.",
            "Canh điểm số lớn nhất: chặn điểm số bằng 30·tanh(z/30) hoặc cắt, rồi so với chuẩn hóa q và k ở khởi tạo 0.3, s = 8.",
        ),
        T(
            "Read the 50 LayerNorm vectors of the real GPT-2: 150 kB of its 548 MB file are enough.",
            "Đọc 50 vector LayerNorm của GPT-2 thật: chỉ cần 150 kB trong tệp 548 MB.",
        ),
    ),
    formula=same(
        r"\mathrm{std}(q\cdot k)=\sqrt{d\,(\sigma^4+2\mu^2\sigma^2)},\qquad p=\mathrm{softmax}\!\left(\frac{s\,QK^{\top}}{\sqrt d}\right),\qquad "
        r"\frac{W}{c}\,(c\,\gamma z+c\,\beta)+b=W(\gamma z+\beta)+b"
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
