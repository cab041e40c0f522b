"""Lesson 12: what random weights should look like before the first step, and which mistakes a transformer forgives."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, Preset
from app.theme import knob
from core.experiments import flight, initial_weights, one_layer
from pages import figures_12 as figures
from pages import figures_12_gpt, verdict_12_gpt
from pages import verdict_12 as rules
from pages.claims_12 import CLAIMS
from pages.controls_12 import CONTROLS, NAMES

FLIGHT = flight.Config()
RIVALS = (("xavier_normal", 1), ("he_normal", 2), ("pytorch", 3))
FREE = ("normal", "uniform", "truncated", "constant")  # schemes that take σ


def named(scheme, config):
    """The scheme's name, with its σ where it takes one."""
    sigma = f", σ = {knob(config.std)}" if scheme in FREE else ""
    return T(f"{NAMES[scheme].en.split(',')[0]}{sigma}", f"{NAMES[scheme].vi.split(',')[0]}{sigma}")


def fly(config, values):
    """Your scheme against the three everybody names; the same inputs for all."""
    arms = [Arm("yours", named(config.scheme, config), config, 0)]
    for scheme, color in RIVALS:
        rival = replace(config, scheme=scheme, gain=1.0, lsuv=False)
        if rival != config:
            arms.append(Arm(scheme, NAMES[scheme], rival, color))
    return tuple(arms)


COMBINATIONS = (
    ("plain", T("plain stack", "chồng tầng thường"), False, False, 5),
    ("residual", T("with residual", "có nối tắt (residual)"), True, False, 1),
    ("layernorm", T("with LayerNorm", "có LayerNorm"), False, True, 0),
    ("both", T("with both", "có cả hai"), True, True, 2),
)


def rescue(config, values):
    """The same weights with and without residual and LayerNorm."""
    return tuple(
        Arm(label, name, replace(config, residual=residual, layernorm=norm), color, dash=label == "residual")
        for label, name, residual, norm, color in COMBINATIONS
    )


def layers(config, values):
    """Your scheme against the three in one histogram."""
    arms = [Arm("yours", named(config.layer_scheme, config), config, 0)]
    for scheme, color in (("he_uniform", 2), ("xavier_normal", 1), ("pytorch", 3)):
        rival = replace(config, layer_scheme=scheme, gain=1.0)
        if rival != config:
            arms.append(Arm(scheme, NAMES[scheme], rival, color))
    return tuple(arms)


GPT = initial_weights.Config()
SIGMAS = (1.0, 1e-4, 0.002, 0.02, 0.1, 0.3)  # the order in which they run
DEEP_SIGMAS = (0.002, 0.02, 0.1, 1.0)
COLORS = {1.0: 5, 1e-4: 4, 0.002: 2, 0.02: 0, 0.1: 1, 0.3: 3}
DEAD = (
    ("zeros", T("all zero", "tất cả bằng 0"), {"matrices": "zeros"}, 5),
    (
        "zero blocks",
        T("zero blocks", "khối bằng 0"),
        {"matrices": "zeros", "embeddings": "gpt2"},
        3,
    ),
    (
        "equal blocks",
        T("equal blocks", "khối bằng nhau"),
        {"matrices": "constant", "embeddings": "gpt2"},
        1,
    ),
)
SCHEMES = (("xavier_normal", 1), ("he_normal", 2), ("pytorch", 3))


def spread_arm(config, std, main=False):
    return Arm(
        f"{std:g}",
        same(f"σ {knob(std)}"),
        replace(config, std=std),
        7 if main and std not in COLORS else COLORS.get(std, 7),
    )


def starts(config, values):
    """Yours first, then the others of the chosen family; `seeds` times each. Same batches for every arm."""
    arms, family = [spread_arm(config, config.std, main=True)], values.get("starts", "sweep")
    if family == "sweep":
        arms += [spread_arm(config, std) for std in SIGMAS if std != config.std]
    elif family == "schemes":
        arms += [
            Arm(scheme, NAMES[scheme], replace(config, matrices=scheme, embeddings="gpt2"), color)
            for scheme, color in SCHEMES
        ]
    else:
        arms += [Arm(label, name, replace(config, **start), color) for label, name, start, color in DEAD]
    again = [
        replace(arm, label=f"{arm.label}/{n}", config=replace(arm.config, seed=arm.config.seed + n))
        for n in range(1, int(values.get("seeds", 1)))
        for arm in arms
    ]
    return tuple(arms + again)


def deep(config, values):
    """One look at an untrained, deep GPT per spread."""
    others = [spread_arm(config, std) for std in DEEP_SIGMAS if std != config.std]
    return (spread_arm(config, config.std, main=True), *others)


FLIGHT_PRESETS = (
    Preset(
        "quick",
        T("quick: GPT-2's 0.02 in a plain stack", "nhanh: 0.02 của GPT-2 trong chồng tầng thường"),
        {},
        T(
            "0.02 is the most famous σ there is. Fifty plain layers, and almost nothing of the signal is left.",
            "0.02 là σ nổi tiếng nhất. Qua năm mươi tầng thường, tín hiệu gần như không còn gì.",
        ),
    ),
    Preset(
        "race",
        T("race to infinity: σ = 1", "đua tới vô cực: σ = 1"),
        {"std": 1.0},
        T(
            "×16 per layer: read off where the line hits the ceiling, and what the norm says long before.",
            "Mỗi tầng ×16: đọc xem đường chạm trần ở đâu, và chuẩn (norm) đã báo gì từ lâu trước đó.",
        ),
        broken=True,
    ),
    Preset(
        "half",
        T("σ = 1 in float16", "σ = 1 trong float16"),
        {"std": 1.0, "dtype": "float16"},
        T(
            "float16 ends at 65,504 = 16⁴. Now switch to bfloat16: the same layer as float32.",
            "float16 dừng ở 65,504 = 16⁴. Rồi chuyển sang bfloat16: cùng tầng với float32.",
        ),
        broken=True,
    ),
    Preset(
        "relu",
        T("who fits ReLU?", "ai hợp với ReLU?"),
        {"activation": "relu", "std": 0.05},
        T(
            "He stays flat, Xavier loses √2 per layer. Which σ is He's at width 256?",
            "He đi ngang, Xavier mất √2 mỗi tầng. Ở độ rộng 256, σ của He là bao nhiêu?",
        ),
    ),
    Preset(
        "gelu",
        T("who fits GELU?", "ai hợp với GELU?"),
        {"activation": "gelu", "std": 0.1},
        T(
            "Nobody quite: small signals are halved, large ones pass. Try other seeds: He's line may shift by a factor of ten and more.",
            "Không cách nào hợp hẳn: tín hiệu nhỏ bị giảm một nửa, tín hiệu lớn thì đi qua. Hãy đổi hạt giống: đường của He có thể lệch mười lần hoặc hơn.",
        ),
    ),
    Preset(
        "lsuv",
        T("go deeper: repair any start on one batch", "đào sâu: chữa mọi khởi đầu bằng một lô"),
        {"lsuv": True, "activation": "relu", "std": 1.0},
        T(
            "LSUV: one pass upward, every layer divided by the spread it produced. Flat, whatever σ was.",
            "LSUV: một lượt đi lên, mỗi tầng chia cho độ lệch chuẩn nó tạo ra. Phẳng, dù σ là bao nhiêu.",
        ),
    ),
    Preset(
        "zeros",
        T("broken: all zero", "hỏng: tất cả bằng 0"),
        {"scheme": "zeros"},
        T(
            "The line ends at layer 1: nothing goes up, nothing comes down.",
            "Đường dừng ở tầng 1: không gì đi lên, không gì đi xuống.",
        ),
        broken=True,
    ),
    Preset(
        "clones",
        T("broken: all weights equal", "hỏng: mọi trọng số bằng nhau"),
        {"scheme": "constant", "activation": "tanh", "std": 0.004},
        T(
            "All 256 units of a layer compute the same number: look inside, at any layer.",
            "Cả 256 nút của một tầng tính ra cùng một số: hãy nhìn vào bên trong, tầng nào cũng vậy.",
        ),
        broken=True,
    ),
)
GPT_ONLY = ("starts", "seeds")
NO_RESCUE = ("residual", "layernorm", "lsuv")

LESSON = Lesson(
    slug="weight-initialization",
    group="signal",
    title=T("Weight initialization", "Khởi tạo trọng số"),
    question=T(
        "What should random weights look like before the first step, and which mistakes does a modern transformer forgive?",
        "Trọng số ngẫu nhiên nên trông thế nào trước bước đầu tiên, và transformer hiện đại bỏ qua những lỗi nào?",
    ),
    after=(
        T(
            "One layer multiplies the signal's spread by g = σ·√fan_in, times a factor of the activation; depth turns g into g^L, so the layer of the overflow can be predicted.",
            "Một tầng nhân độ lệch chuẩn của tín hiệu với g = σ·√fan_in, nhân thêm hệ số của hàm kích hoạt; độ sâu biến g thành g^L, nên đoán trước được tầng nào tràn số.",
        ),
        T(
            "He, Xavier and PyTorch's default are three different variances; nn.Linear's default is not He's: it is six times smaller.",
            "He, Xavier và mặc định của PyTorch là ba phương sai khác nhau; mặc định của nn.Linear không phải của He: nhỏ hơn sáu lần.",
        ),
        T(
            "LayerNorm removes the overflow but not the bad start: with σ = 1 the loss begins near 28 instead of ln V = 7.6.",
            "LayerNorm xóa được tràn số nhưng không xóa khởi đầu tồi: với σ = 1, loss bắt đầu quanh 28 thay vì ln V = 7.6.",
        ),
        T(
            "All-zero weights do not learn slowly, they never learn: every gradient is exactly zero.",
            "Trọng số toàn 0 không phải học chậm mà không bao giờ học: mọi gradient đúng bằng 0.",
        ),
    ),
    minutes=8,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "flight",
            T("Fifty layers", "Năm mươi tầng"),
            T(
                "Random numbers of spread 1 enter at the left and are multiplied by one random matrix after another. How large are they at layer L?",
                "Các số ngẫu nhiên có độ lệch chuẩn 1 vào từ bên trái và lần lượt nhân với từng ma trận ngẫu nhiên. Đến tầng L chúng lớn bao nhiêu?",
            ),
            FLIGHT,
            FLIGHT_PRESETS,
            fly,
            (figures.flight, figures.backward, figures.shape),
            ("std", "activation", "dtype"),
            rules.flight_verdict,
            rules.FLIGHT_PREDICTIONS,
            rules.flight_readouts,
            code=("signal.flight", "signal.theory", "spreads.spread", "signal.rounded"),
            fixed=GPT_ONLY,
        ),
        Playground(
            "rescue",
            T("The rescue", "Cuộc giải cứu"),
            T(
                "The same fifty layers with the two inventions every transformer has. Which one saves the signal?",
                "Vẫn năm mươi tầng ấy, thêm hai phát minh mà transformer nào cũng có. Cái nào cứu tín hiệu?",
            ),
            replace(FLIGHT, std=1.0, activation="gelu"),
            (
                Preset(
                    "quick",
                    T("quick: σ = 1", "nhanh: σ = 1"),
                    {},
                    T(
                        "Two lines hit the ceiling together, two do not.",
                        "Hai đường cùng chạm trần, hai đường thì không.",
                    ),
                ),
                Preset(
                    "gpt2",
                    T("GPT-2's σ = 0.02", "σ = 0.02 của GPT-2"),
                    {"std": 0.02},
                    T(
                        "The plain stack dies; the residual alone carries the signal past every layer.",
                        "Chồng tầng thường chết; riêng nối tắt đã đưa tín hiệu qua mọi tầng.",
                    ),
                ),
                Preset(
                    "extreme",
                    T("broken: σ = 3, 100 layers", "hỏng: σ = 3, 100 tầng"),
                    {"std": 3.0, "depth": 100},
                    T(
                        "LayerNorm holds even here. Look at the gradient below.",
                        "Đến đây LayerNorm vẫn giữ được. Hãy xem gradient bên dưới.",
                    ),
                    broken=True,
                ),
            ),
            rescue,
            (figures.flight, figures.backward, figures.shape),
            ("std", "activation", "depth"),
            rules.rescue_verdict,
            (rules.RESCUE_PREDICTION,),
            code=("signal.flight", "signal.normalise", "signal.theory"),
            fixed=(*GPT_ONLY, *NO_RESCUE),
        ),
        Playground(
            "layer",
            T("One matrix", "Một ma trận"),
            T(
                "Three famous schemes are three formulas for one number, the spread of the weights.",
                "Ba cách nổi tiếng chỉ là ba công thức cho một con số: độ lệch chuẩn của trọng số.",
            ),
            one_layer.Config(),
            (
                Preset(
                    "quick",
                    T("quick", "nhanh"),
                    {},
                    T(
                        "256 inputs, 256 outputs: who is wide, who is narrow?",
                        "256 đầu vào, 256 đầu ra: ai rộng, ai hẹp?",
                    ),
                ),
                Preset(
                    "course",
                    T("course: three layers of 50 × 50", "khóa học: ba tầng 50 × 50"),
                    {"n_in": 50, "n_out": 50, "std": 3.0},
                    T(
                        "N(0, 3) is so wide that the others are spikes. Then take σ = 0.1 and compare He's 0.200 with PyTorch's 0.082.",
                        "N(0, 3) rộng đến mức các cách kia chỉ còn là gai nhọn. Rồi đặt σ = 0.1 và so 0.200 của He với 0.082 của PyTorch.",
                    ),
                ),
                Preset(
                    "unequal",
                    T("unequal sides: 512 in, 50 out", "hai phía lệch nhau: 512 vào, 50 ra"),
                    {"layer_scheme": "xavier_uniform", "n_in": 512, "n_out": 50},
                    T(
                        "The way up wants a variance of 1/512, the way down 1/50; Xavier's 2/562 lies between: signals grow, gradients shrink.",
                        "Đường lên muốn phương sai 1/512, đường xuống muốn 1/50; 2/562 của Xavier nằm giữa: tín hiệu lớn lên, gradient nhỏ đi.",
                    ),
                ),
                Preset(
                    "zeros",
                    T("broken: all zero", "hỏng: tất cả bằng 0"),
                    {"layer_scheme": "zeros"},
                    T("A spike at 0, and both factors are 0.", "Một gai ở 0, và cả hai hệ số đều bằng 0."),
                    broken=True,
                ),
            ),
            layers,
            (figures.layer,),
            ("layer_scheme", "std", "n_in"),
            rules.layer_verdict,
            (),
            rules.layer_readouts,
            code=(
                "spreads.xavier",
                "spreads.he",
                "spreads.pytorch",
                "initializers.xavier_uniform",
                "initializers.kaiming_normal",
            ),
            fixed=(*GPT_ONLY, "layer_at"),
        ),
        Playground(
            "gpt",
            T("A small GPT", "Một GPT nhỏ"),
            T(
                "Two blocks with LayerNorm and residuals, on real prose. Every weight from N(0, σ), six times σ, the same batches.",
                "Hai khối có LayerNorm và nối tắt, đọc văn thật. Mọi trọng số từ N(0, σ), sáu giá trị σ, cùng các lô.",
            ),
            GPT,
            (
                Preset(
                    "quick",
                    T("quick: six spreads", "nhanh: sáu giá trị σ"),
                    {},
                    T(
                        "A valley: too small wakes late, too large must first be unlearned.",
                        "Một thung lũng: quá nhỏ thì tỉnh giấc muộn, quá lớn thì trước hết phải học quên.",
                    ),
                ),
                Preset(
                    "schemes",
                    T("Xavier, He, PyTorch's default", "Xavier, He, mặc định của PyTorch"),
                    {"starts": "schemes"},
                    T(
                        "The matrices by the named schemes, embeddings N(0, 0.02): closer together than their fame.",
                        "Ma trận theo các cách có tên, embedding N(0, 0.02): gần nhau hơn danh tiếng của chúng.",
                    ),
                ),
                Preset(
                    "dead",
                    T("broken: dead starts", "hỏng: giậm chân tại chỗ"),
                    {"starts": "dead"},
                    T(
                        "All zero: the loss stays at ln V to the last digit. Zero or equal blocks under random embeddings: they learn something. What, and who is ahead?",
                        "Tất cả bằng 0: loss đứng ở ln V đến chữ số cuối. Khối bằng 0 hoặc bằng nhau dưới embedding ngẫu nhiên: vẫn học được gì đó. Gì vậy, và ai đang dẫn?",
                    ),
                    broken=True,
                ),
                Preset(
                    "sgd",
                    T("broken: plain SGD, lr 0.1", "hỏng: SGD thường, lr 0.1"),
                    {"optimizer": "sgd", "lr": 0.1},
                    T(
                        "From a good start SGD gets less far than AdamW did, yet from σ = 1 it recovers faster. Why?",
                        "Từ khởi đầu tốt, SGD không đi xa bằng AdamW, vậy mà từ σ = 1 lại hồi phục nhanh hơn. Vì sao?",
                    ),
                    broken=True,
                ),
                Preset(
                    "long",
                    T("long: does the start wash out?", "dài: dấu vết có phai không?"),
                    {"steps": 600},
                    T(
                        "Look inside: which start moves more, relative to its own size?",
                        "Nhìn vào bên trong: cách nào đi xa hơn so với chính độ lớn của nó?",
                    ),
                    needs=T("about a minute", "khoảng một phút"),
                ),
                Preset(
                    "seeds",
                    T("three seeds each", "mỗi cách ba hạt giống"),
                    {"seeds": 3},
                    T(
                        "Which differences are larger than the luck of the draw?",
                        "Khác biệt nào lớn hơn may rủi khi bốc?",
                    ),
                    needs=T("half a minute", "nửa phút"),
                ),
            ),
            starts,
            (figures_12_gpt.sweep, figures_12_gpt.curves, figures_12_gpt.blocks_folded, figures_12_gpt.moved),
            ("std", "lr", "starts"),
            verdict_12_gpt.gpt_verdict,
            (verdict_12_gpt.GPT_PREDICTION,),
            verdict_12_gpt.gpt_readouts,
            ("text",),
            code=(
                "initializers.fill",
                "initializers.kaiming_normal",
                "models.Model5",
                "experiments.initial_weights.first_look",
                "train.train",
            ),
            fixed=("layer_at", "matrices", "embeddings", "gain"),
        ),
        Playground(
            "deep",
            T("Eight blocks deep", "Sâu tám khối"),
            T(
                "No training, one batch: how hard does the first gradient pull at each block, and how large is the stream there?",
                "Không huấn luyện, một lô: gradient đầu tiên kéo từng khối mạnh đến đâu, và dòng residual ở đó lớn đến đâu?",
            ),
            replace(GPT, blocks=8, steps=0),
            (
                Preset(
                    "quick",
                    T("quick: four spreads", "nhanh: bốn giá trị σ"),
                    {},
                    T(
                        "Finite everywhere, and yet lopsided at σ = 1.",
                        "Chỗ nào cũng hữu hạn, vậy mà lệch hẳn với σ = 1.",
                    ),
                ),
                Preset(
                    "scaled",
                    T("GPT-2's extra rule", "quy tắc thêm của GPT-2"),
                    {"residual_scaling": True},
                    T(
                        "What blocks add is divided by √16: the stream grows less, the gradient evens out.",
                        "Phần các khối cộng thêm chia cho √16: dòng phình ít hơn, gradient đều hơn.",
                    ),
                ),
                Preset(
                    "course",
                    T("deeper and wider: 12 blocks, width 256", "sâu và rộng hơn: 12 khối, độ rộng 256"),
                    {"blocks": 12, "width": 256},
                    T("GPT-2's depth at a third of its width.", "Độ sâu của GPT-2 với một phần ba độ rộng."),
                ),
                Preset(
                    "huge",
                    T("broken: σ = 3", "hỏng: σ = 3"),
                    {"std": 3.0},
                    T("The first block gets nearly all of the gradient.", "Khối đầu nhận gần như toàn bộ gradient."),
                    broken=True,
                ),
            ),
            deep,
            (figures_12_gpt.blocks,),
            ("std", "blocks", "residual_scaling"),
            verdict_12_gpt.deep_verdict,
            code=("experiments.initial_weights.first_look", "initializers.fill", "models.Model5"),
            fixed=("layer_at", "matrices", "embeddings", "gain", "steps", "lr", "optimizer", "weight_decay", *GPT_ONLY),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "Race to infinity, for a class: on “Fifty layers” everybody votes for the layer of the overflow, then one person slides σ and changes the number format. "
        "Theory and ✕ agree to the layer. Second round: which meter lies? The readout of the float32 norm is infinite at half the way, while every number is still finite. "
        "Third round: the preset “repair any start on one batch”.",
        "Đua tới vô cực, cho cả lớp: ở “Năm mươi tầng”, mọi người bỏ phiếu cho tầng tràn số, rồi một người kéo σ và đổi định dạng số. "
        "Lý thuyết và ✕ khớp đến từng tầng. Vòng hai: cái đo nào nói dối? Chuẩn tính bằng float32 thành vô cực ở nửa đường, khi mọi con số còn hữu hạn. "
        "Vòng ba: thiết lập “chữa mọi khởi đầu bằng một lô”.",
    ),
    further=(
        T(
            "Find the gain that makes He's scheme flat for GELU at depth 50, and see whether it survives another seed.",
            "Tìm hệ số khuếch đại để cách của He đi phẳng với GELU ở độ sâu 50, rồi xem nó có chịu được hạt giống khác không.",
        ),
        T(
            "Does the start wash out? On “A small GPT”, preset “long”: predict which start moves farther relative to its size, then look inside.",
            "Dấu vết lúc đầu có phai không? Ở “Một GPT nhỏ”, thiết lập “dài”: đoán cách nào đi xa hơn so với độ lớn của nó, rồi nhìn vào bên trong.",
        ),
        T(
            "trunc_normal_ of PyTorch cuts at ±2, not at ±2σ: with std 0.02 it cuts nothing. Check it in the source.",
            "trunc_normal_ của PyTorch cắt ở ±2 chứ không phải ±2σ: với std 0.02 nó chẳng cắt gì. Hãy kiểm tra trong mã nguồn.",
        ),
    ),
    formula=same(
        r"g=\sigma\sqrt{n},\qquad \mathrm{std}_L=g^{L},\qquad \sigma_{\text{Xavier}}=\sqrt{\tfrac{2}{n_{\text{in}}+n_{\text{out}}}},\quad \sigma_{\text{He}}=\sqrt{\tfrac{2}{n_{\text{in}}}},\quad \sigma_{\text{PyTorch}}=\tfrac{1}{\sqrt{3\,n_{\text{in}}}}"
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
