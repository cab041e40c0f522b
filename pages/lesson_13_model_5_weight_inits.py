"""Lesson 13: what apply does to shared weights, what a tie is, and whether widening weights mean learning."""

from dataclasses import replace

from app.i18n import T
from app.lesson import Arm, Lesson, Playground, Preset
from core.experiments import apply_order, weight_growth
from pages import figures_13 as figures
from pages import figures_13_spread as spread
from pages import verdict_13 as rules
from pages import verdict_13_growth
from pages.claims_13 import CLAIMS
from pages.controls_13 import CONTROLS

APPLY = apply_order.Config()
POSITIONS = 0.0442  # √(2/(256 + 768)): what Xavier gives the positions at the course's size
TIED = weight_growth.Config(position_std=POSITIONS, blocks=2, context=32)
GROWTH = weight_growth.Config(position_std=POSITIONS)
LAYERS = weight_growth.Config(position_std=POSITIONS, blocks=8, context=32)
COURSE_TIE = {"tying": "course", "moved": True}


def single(config, values):
    return (Arm("main", T("your model", "mô hình của bạn"), config, 0),)


WAYS = (
    ("same", T("true tie", "dùng chung thật"), {"tying": "same", "moved": False}, 0),
    ("course", T("the course's, on the CPU", "của khóa học, trên CPU"), {"tying": "course", "moved": False}, 1),
    ("moved", T("the course's, moved", "của khóa học, đã chuyển"), COURSE_TIE, 5),
    ("untied", T("untied", "không dùng chung"), {"tying": "untied", "moved": False}, 2),
)


def ways(config, values):
    """Four ways to hang the output layer on the embedding: same text, same batches."""
    return tuple(Arm(label, name, replace(config, **way), color) for label, name, way, color in WAYS)


KINDS = (
    ("text", T("text", "văn bản"), 0),
    ("uniform", T("uniform random tokens", "token ngẫu nhiên đều"), 1),
    ("shuffled", T("shuffled tokens", "token xáo trộn"), 2),
)


def kinds(config, values):
    """The same model on text and on what it is set against: noise, the text's tokens without their order."""
    against = str(values.get("against", "uniform")).split(",")
    shown = [kind for kind in KINDS if kind[0] == "text" or kind[0] in against]
    return tuple(Arm(code, name, replace(config, data=code), color) for code, name, color in shown)


def recipes(config, values):
    """The course's recipe and a plain GPT's: same text, same batches; `seeds` times each."""
    course = replace(config, **COURSE_TIE, divide_logits=True)
    plain = replace(config, tying="same", moved=False, divide_logits=False, position_std=0.02)
    arms = []
    for n in range(int(values.get("seeds", 1))):
        tail = f"/{n}" if n else ""
        seed = config.seed + n
        arms.append(
            Arm(f"course{tail}", T("the course's recipe", "công thức của khóa học"), replace(course, seed=seed), 1)
        )
        arms.append(
            Arm(
                f"plain{tail}",
                T("true tie, logits as they are", "dùng chung thật, logits giữ nguyên"),
                replace(plain, seed=seed),
                0,
            )
        )
    return tuple(arms)


APPLY_PRESETS = (
    Preset(
        "quick",
        T("quick: the first visit", "nhanh: lượt ghé đầu tiên"),
        {},
        T(
            "apply has visited the embedding. The output layer has changed with it: one memory, two names.",
            "apply đã ghé embedding. Tầng ra đổi theo: một vùng nhớ, hai tên.",
        ),
    ),
    Preset(
        "done",
        T("course: apply to the end", "khóa học: apply tới cùng"),
        {"visited": 4},
        T(
            "Watch the tokens' row on the last station: its dot jumps and changes colour.",
            "Nhìn hàng token ở trạm cuối: chấm của nó nhảy và đổi màu.",
        ),
    ),
    Preset(
        "turned",
        T("output layer registered first", "tầng ra đăng ký trước"),
        {"visited": 4, "order": "head"},
        T("Two lines of __init__ change places. Who wins now?", "Hai dòng trong __init__ đổi chỗ. Giờ ai thắng?"),
    ),
    Preset(
        "parted",
        T("broken: to the device first, then apply", "hỏng: chuyển thiết bị trước, rồi apply"),
        {"visited": 4, "moved_first": True},
        T(
            "The course's tie has come apart before apply arrives: the tokens keep 0.0063. A true tie would not mind.",
            "Liên kết của khóa học đã đứt trước khi apply tới: token giữ 0.0063. Dùng chung thật thì không sao.",
        ),
        broken=True,
    ),
    Preset(
        "long",
        T("GPT-2's own context, 1,024", "ngữ cảnh của chính GPT-2, 1,024"),
        {"visited": 4, "context": 1024},
        T(
            "163,037,184 counted: the number that torchinfo prints and the course corrects by hand. 124,439,808 are there.",
            "Đếm được 163,037,184: đúng con số torchinfo in ra và khóa học sửa bằng tay. Thật sự có 124,439,808.",
        ),
    ),
    Preset(
        "wide",
        T("broken: Linear at std 1", "hỏng: Linear với độ lệch chuẩn 1"),
        {"visited": 4, "linear_std": 1.0},
        T(
            "The tie carries the Linear's mistake into the embedding.",
            "Liên kết mang lỗi của Linear sang cả embedding.",
        ),
        broken=True,
    ),
)
TIE_PRESETS = (
    Preset(
        "quick",
        T("quick: four ways", "nhanh: bốn cách"),
        {},
        T(
            "Solid and dashed of one colour: do they stay together?",
            "Nét liền và nét đứt cùng màu: chúng có đi cùng nhau không?",
        ),
    ),
    Preset(
        "tales",
        T("on Tales, where learning is fast", "trên Tales, học nhanh"),
        {"corpus": "tales-en"},
        T("Which way is ahead here, and by how much?", "Ở đây cách nào dẫn trước, hơn bao nhiêu?"),
    ),
    Preset(
        "course",
        T("course: logits ÷ √d, context 64", "khóa học: logits ÷ √d, ngữ cảnh 64"),
        {"divide_logits": True, "context": 64},
        T(
            "Divided logits make the output layer grow to reach its size. Tied, the embedding must grow with it.",
            "Logits bị chia khiến tầng ra phải lớn lên. Nếu dùng chung, embedding phải lớn theo.",
        ),
        needs=T("about 20 s", "khoảng 20 giây"),
    ),
    Preset(
        "hot",
        T("broken: learning rate 0.05", "hỏng: tốc độ học 0.05"),
        {"lr": 0.05},
        T(
            "Updated twice a step, the course's CPU version takes steps twice as long. Who suffers first?",
            "Bị cập nhật hai lần mỗi bước, bản CPU của khóa học bước dài gấp đôi. Ai chịu trước?",
        ),
        broken=True,
    ),
)
GROWTH_PRESETS = (
    Preset(
        "quick",
        T("quick: text against noise", "nhanh: văn bản đấu nhiễu"),
        {},
        T(
            "Both widen. Only one of them has something to learn.",
            "Cả hai đều rộng thêm. Chỉ một có thứ để học.",
        ),
    ),
    Preset(
        "order",
        T("the text without its order, too", "thêm văn bản mất thứ tự"),
        {"against": "shuffled,uniform"},
        T(
            "Shuffled tokens keep their frequencies: something to learn, but little. Where does that line run?",
            "Token xáo trộn giữ nguyên tần suất: có thứ để học, nhưng ít. Đường ấy nằm ở đâu?",
        ),
    ),
    Preset(
        "course",
        T("course: its tie, logits ÷ √d", "khóa học: cách dùng chung của nó, logits ÷ √d"),
        {"divide_logits": True, **COURSE_TIE},
        T(
            "Count blocks 2 to 4 only: can you still tell text from noise?",
            "Chỉ xét các khối 2 đến 4: còn phân biệt được văn bản với nhiễu không?",
        ),
    ),
    Preset(
        "slow",
        T("learning rate 10⁻⁴", "tốc độ học 10⁻⁴"),
        {"lr": 1e-4},
        T(
            "Ten times smaller steps, far less widening. How much of it was the text?",
            "Bước nhỏ đi mười lần, rộng thêm ít hẳn. Bao nhiêu phần là nhờ văn bản?",
        ),
    ),
    Preset(
        "decay",
        T("weight decay 3", "suy giảm trọng số 3"),
        {"weight_decay": 3.0},
        T("A hand that narrows while learning widens.", "Một bàn tay thu hẹp trong khi việc học làm rộng ra."),
    ),
    Preset(
        "long",
        T("long: 500 steps", "dài: 500 bước"),
        {"steps": 500},
        T(
            "Text goes on widening. Noise slows down, and starts again near the end. Look inside for the tails.",
            "Văn bản rộng thêm mãi. Nhiễu chậm dần rồi gần cuối lại rộng ra. Nhìn vào bên trong để xem đuôi.",
        ),
        needs=T("about half a minute", "khoảng nửa phút"),
    ),
    Preset(
        "wide",
        T("broken: every Linear at std 1", "hỏng: mọi Linear có độ lệch chuẩn 1"),
        {"linear_std": 1.0},
        T(
            "The loss starts far above ln V, and the course's histogram axis would show almost nothing of these weights.",
            "Loss bắt đầu cao hơn ln V rất xa, và trục biểu đồ của khóa học hầu như không chứa trọng số nào.",
        ),
        broken=True,
    ),
    Preset(
        "sharp",
        T("broken: attention scale × 10, std 0.1", "hỏng: hệ số chia attention × 10, độ lệch chuẩn 0.1"),
        {"linear_std": 0.1, "attention_scale": 10.0},
        T(
            "Saturated attention from the first step: read the readout of its entropy.",
            "Chú ý bão hòa ngay từ bước đầu: hãy đọc con số entropy của nó.",
        ),
        broken=True,
    ),
)
LAYER_PRESETS = (
    Preset(
        "quick",
        T("quick: two recipes, one seed", "nhanh: hai công thức, một hạt giống"),
        {},
        T("One line falls from left to right. Does the other?", "Một đường dốc từ trái sang phải. Đường kia thì sao?"),
    ),
    Preset(
        "seeds",
        T("three seeds each", "mỗi công thức ba hạt giống"),
        {"seeds": 3},
        T(
            "What repeats is the recipe; what changes is luck.",
            "Cái lặp lại là công thức; cái thay đổi là may rủi.",
        ),
        needs=T("half a minute", "nửa phút"),
    ),
    Preset(
        "hot",
        T("broken: learning rate 0.03", "hỏng: tốc độ học 0.03"),
        {"lr": 0.03},
        T(
            "Large steps widen every block by a multiple, learning or not.",
            "Bước lớn làm mọi khối rộng ra gấp bội, học được hay không.",
        ),
        broken=True,
    ),
)
SIZES = ("vocabulary",)
ALONE = ("visited", "moved_first", *SIZES)
SEEN = ("matrix", "block_at", "seeds", "against")

LESSON = Lesson(
    slug="model-5-weight-inits",
    group="signal",
    title=T("Train Model 5 with weight inits", "Huấn luyện Mô hình 5 với khởi tạo trọng số"),
    question=T(
        "What does self.apply(init) really do to a model with tied embeddings, and how do attention weights change while the model learns?",
        "self.apply(init) thật sự làm gì với mô hình dùng chung embedding (weight tying), và trọng số chú ý thay đổi ra sao khi mô hình học?",
    ),
    after=(
        T(
            "apply visits modules in the order of their registration, so of a shared matrix the last visitor's rule remains: the tokens end at 0.02, not at Xavier's 0.0063.",
            "apply ghé các mô-đun theo thứ tự đăng ký, nên ma trận dùng chung giữ quy tắc của người ghé cuối: token kết thúc ở 0.02, không phải 0.0063 của Xavier.",
        ),
        T(
            "nn.Parameter(other.weight) is not tying: it shares memory but is a second Parameter, counted twice, updated twice, and parted by .to(device).",
            "nn.Parameter(other.weight) không phải dùng chung trọng số: nó chung vùng nhớ nhưng là Parameter thứ hai, bị đếm hai lần, cập nhật hai lần, và bị .to(device) tách ra.",
        ),
        T(
            "A widening histogram does not prove learning: under Adam it widens on random tokens too, only less, and not always less.",
            "Biểu đồ tần suất rộng ra không chứng minh việc học: với Adam nó cũng rộng ra trên token ngẫu nhiên, chỉ ít hơn, và không phải lúc nào cũng ít hơn.",
        ),
        T(
            "Whether early layers widen first depends on the recipe (divided logits, a tie that came apart), not on a law.",
            "Các tầng đầu có rộng ra trước hay không là do công thức (logits bị chia, liên kết đã đứt), không phải một định luật.",
        ),
    ),
    minutes=8,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "apply",
            T("Who wins in apply?", "Ai thắng trong apply?"),
            T(
                "A function looks at each module and fills its weights by its type. One matrix has two owners of different types.",
                "Một hàm nhìn từng mô-đun và điền trọng số theo loại. Có một ma trận thuộc hai chủ khác loại.",
            ),
            APPLY,
            APPLY_PRESETS,
            single,
            (figures.inventory,),
            ("visited", "tying", "order"),
            rules.apply_verdict,
            rules.APPLY_PREDICTIONS,
            rules.apply_readouts,
            code=("initializers.by_visit", "visits.visits", "models.Model5", "tied.head_first"),
            fixed=SEEN,
        ),
        Playground(
            "ties",
            T("Three ways to tie, trained", "Ba cách dùng chung, đem huấn luyện"),
            T(
                "Lesson 8 showed that the course's tie comes apart. Here the same model is trained each way: what does that cost?",
                "Bài 8 cho thấy liên kết của khóa học bị đứt. Ở đây cùng mô hình được huấn luyện theo từng cách: cái giá là gì?",
            ),
            TIED,
            TIE_PRESETS,
            ways,
            (figures.ties, figures.audit, spread.curves),
            ("lr", "divide_logits", "steps"),
            rules.tie_verdict,
            (rules.TIE_PREDICTION,),
            rules.tie_readouts,
            code=("tied.audit", "tied.moved", "tied.gap", "models.Model5", "experiments.weight_growth.build"),
            fixed=("tying", "moved", *ALONE, *SEEN),
        ),
        Playground(
            "growth",
            T("Weights that widen", "Trọng số rộng dần"),
            T(
                "Attention weights spread out while a model reads. Is that knowledge? The same model on noise is the control.",
                "Trọng số chú ý giãn ra khi mô hình đọc. Đó có phải kiến thức? Cùng mô hình ấy đọc nhiễu làm đối chứng.",
            ),
            GROWTH,
            GROWTH_PRESETS,
            kinds,
            (spread.growth, spread.ridge, spread.profile, spread.curves_folded, spread.tails, spread.meter),
            ("lr", "attention_scale", "matrix"),
            verdict_13_growth.growth_verdict,
            (verdict_13_growth.NOISE_PREDICTION,),
            verdict_13_growth.growth_readouts,
            ("text",),
            code=(
                "growth.table",
                "growth.histograms",
                "growth.kurtosis",
                "experiments.weight_growth.windows",
                "initializers.by_visit",
                "train.train",
            ),
            fixed=(*ALONE, "seeds"),
        ),
        Playground(
            "layers",
            T("Which block first?", "Khối nào trước?"),
            T(
                "Eight blocks, two recipes, the same text. The course finds that early layers widen fastest.",
                "Tám khối, hai công thức, cùng văn bản. Khóa học thấy các tầng đầu rộng ra nhanh nhất.",
            ),
            LAYERS,
            LAYER_PRESETS,
            recipes,
            (spread.profile, spread.gpt2, spread.growth, spread.curves_folded),
            ("lr", "seeds", "matrix"),
            verdict_13_growth.layers_verdict,
            (verdict_13_growth.LAYERS_PREDICTION,),
            code=("growth.table", "experiments.weight_growth.build", "initializers.by_visit", "tied.moved"),
            fixed=("tying", "moved", "divide_logits", "block_at", "against", *ALONE),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "The size of one step: on “Weights that widen” open “Look inside”. The last chart divides the spread of each step by the spread of the weights. "
        "At the start a step of Adam is a twentieth of the weights (−1.3), whatever the data. Two hundred such steps in random directions must widen them. "
        "Lower the learning rate tenfold and watch the meter and the widening fall together. No story about knowledge is needed for that part.",
        "Độ lớn của một bước: ở “Trọng số rộng dần”, mở “Nhìn vào bên trong”. Biểu đồ cuối chia độ giãn của mỗi bước cho độ giãn của trọng số. "
        "Lúc đầu một bước của Adam bằng một phần hai mươi trọng số (−1.3), dữ liệu nào cũng vậy. Hai trăm bước như thế theo hướng ngẫu nhiên tất phải làm chúng rộng ra. "
        "Giảm tốc độ học mười lần rồi xem thước đo và độ rộng cùng giảm. Phần này không cần câu chuyện nào về kiến thức.",
    ),
    further=(
        T(
            "Bug hunt, for a class: given only the course's constructor, name the fault with five probes: is, data_ptr, the count, .to, one optimizer step.",
            "Săn lỗi, cho cả lớp: chỉ có hàm khởi tạo của khóa học, hãy chỉ ra lỗi bằng năm phép thử: is, data_ptr, số tham số, .to, một bước tối ưu.",
        ),
        T(
            "The spectrum: compare the singular values of QKV with those of a random matrix. Do any stand out after text, and none after noise?",
            "Phổ: so các giá trị kỳ dị của QKV với của ma trận ngẫu nhiên. Sau văn bản có giá trị nào nổi lên, còn sau nhiễu thì không?",
        ),
        T(
            "A trap to build yourself: give the noise a fixed pool of tokens instead of fresh ones. It is read again, learned by heart, and widens like text.",
            "Một cái bẫy tự dựng: cho nhiễu một kho token cố định thay vì bốc mới. Nó được đọc lại, bị học thuộc, và làm rộng ra như văn bản.",
        ),
    ),
    formula=T(
        r"\sigma_{\text{wte}}=\sqrt{\tfrac{2}{V+d}}=\sqrt{\tfrac{2}{50257+768}}=0.0063,\qquad \sigma_{\text{wpe}}=\sqrt{\tfrac{2}{T+d}}=\sqrt{\tfrac{2}{256+768}}=0.0442,\qquad \text{meter}=\log_{10}\frac{\mathrm{std}(\Delta W)}{\mathrm{std}(W)}",
        r"\sigma_{\text{wte}}=\sqrt{\tfrac{2}{V+d}}=\sqrt{\tfrac{2}{50257+768}}=0.0063,\qquad \sigma_{\text{wpe}}=\sqrt{\tfrac{2}{T+d}}=\sqrt{\tfrac{2}{256+768}}=0.0442,\qquad \text{thước đo}=\log_{10}\frac{\mathrm{std}(\Delta W)}{\mathrm{std}(W)}",
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
