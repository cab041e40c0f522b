"""Lesson 1: what pretraining buys, what it costs, and why nearly everybody starts from someone else's model."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, Prediction
from core.experiments import compute_cost, cost_spread, transfer
from pages.claims_01 import CLAIMS
from pages.controls_01 import CONTROLS, COST, DOUBT, MAP, START, SWEEP
from pages.figures_01 import COLORS, FROZEN, NAMES, SCRATCH, TUNED, curves, memory, sizes
from pages.figures_01_costs import implied, models, spent
from pages.figures_01_plane import plane, spread, tornado
from pages.verdict_01 import first_answer, first_why, size_verdict, start_readouts, start_verdict, tiny_answer, tiny_why
from pages.verdict_01_costs import (
    cost_readouts,
    cost_verdict,
    doubt_answer,
    doubt_readouts,
    doubt_verdict,
    doubt_why,
    fits_answer,
    fits_why,
    grid_answer,
    grid_why,
    map_readouts,
    map_verdict,
)

QUICK = transfer.Config(text_tokens=50_000, steps=400)
SIZES = (1000, 5000, 20_000, 50_000)
VIEWS = ("donor_bill", "cost_axis", "fit")  # controls that only redraw: each belongs to one playground


def arm(config, start: str) -> Arm:
    return Arm(start, NAMES[start], replace(config, start=start), COLORS[start], dash=start == FROZEN)


def starts(config, values):
    """The donor fine-tuned, nothing, and the donor with its embedding held fixed: the same batches."""
    return tuple(arm(config, start) for start in (TUNED, SCRATCH, FROZEN))


def growing(config, values):
    """Both starts on more and more text of one's own."""
    return tuple(
        Arm(
            f"{start}{n}",
            T("{name}, {n} tokens", "{name}, {n} token").format(name=NAMES[start], n=f"{n:,}"),
            replace(config, start=start, text_tokens=n),
            2 * i + COLORS[start],
        )
        for i, n in enumerate(SIZES)
        for start in (TUNED, SCRATCH)
    )


def alone(config, values):
    """One bill for one setting."""
    return (Arm("you", T("your run", "lần chạy của bạn"), config, 3),)


def only(*own: str) -> tuple[str, ...]:
    return tuple(name for name in VIEWS if name not in own)


FIRST = Prediction(
    "first",
    T(
        "50,000 tokens of a new text. (a) 400 steps from scratch, (b) 80 steps from a model pretrained on another text. Which has the lower test loss?",
        "50,000 token văn bản mới. (a) 400 bước từ đầu, (b) 80 bước từ mô hình đã tiền huấn luyện trên văn bản khác. Loss kiểm thử của bên nào thấp hơn?",
    ),
    first_answer,
    first_why,
    (
        ("scratch", T("a, from scratch", "a, từ đầu")),
        ("tuned", T("b, from the donor", "b, từ mô hình cho (donor)")),
        ("same", T("equal within 0.05", "bằng nhau, sai lệch dưới 0.05")),
    ),
)
TINY = Prediction(
    "tiny",
    T(
        "You have 1,000 tokens of your own. What ends with the lowest test loss after 200 steps?",
        "Bạn chỉ có 1,000 token của mình. Sau 200 bước, cách nào có loss kiểm thử thấp nhất?",
    ),
    tiny_answer,
    tiny_why,
    (
        ("scratch", T("train from scratch", "huấn luyện từ đầu")),
        ("tuned", T("fine-tune the donor", "tinh chỉnh mô hình cho")),
        ("leave", T("leave the donor alone", "để nguyên mô hình cho")),
    ),
    given_by="picture",
)
GRID = Prediction(
    "grid",
    T(
        "The same run moves from a grid with 410 g CO2 per kWh to one with 57. The bill stays. The CO2 falls by a factor of?",
        "Cùng lần chạy ấy chuyển từ lưới điện 410 g CO2 mỗi kWh sang lưới 57 g. Hóa đơn giữ nguyên. CO2 giảm mấy lần?",
    ),
    grid_answer,
    grid_why,
    (("one", same("1")), ("two", same("2")), ("seven", same("7.2")), ("fifty", same("50"))),
)
FITS = Prediction(
    "fits",
    T(
        "Two papers fit the same formula to the same runs, the second to those that could be read off a figure of the first. How far apart is their advice on tokens per parameter, at Chinchilla's compute?",
        "Hai bài báo khớp cùng một công thức với cùng các lần chạy, bài sau dùng những điểm đọc được từ hình của bài trước. Ở khối lượng tính của Chinchilla, lời khuyên của họ về token mỗi tham số chênh nhau bao nhiêu?",
    ),
    fits_answer,
    fits_why,
    (
        ("same", T("hardly", "gần như không")),
        ("two", T("twofold", "gấp hai")),
        ("five", T("fivefold", "gấp năm")),
    ),
)
HEADLINE = Prediction(
    "headline",
    T(
        "Size, tokens, utilisation and price are each known to a factor of 1.3 to 2. How well is their product known, nine times in ten?",
        "Cỡ, số token, mức tận dụng và giá đều chỉ biết đến hệ số 1.3 đến 2. Tích của chúng, chín trên mười lần, biết chính xác đến đâu?",
    ),
    doubt_answer,
    doubt_why,
    (
        ("fifth", T("× or ÷ 1.2", "× hoặc ÷ 1.2")),
        ("two", T("× or ÷ 1.7", "× hoặc ÷ 1.7")),
        ("three", T("× or ÷ 3", "× hoặc ÷ 3")),
    ),
)

LESSON = Lesson(
    slug="what-is-pretraining",
    group="foundations",
    title=T("What is pretraining, and what does it cost?", "Tiền huấn luyện là gì và tốn bao nhiêu?"),
    question=T(
        "What does pretraining buy, what does it cost, and why does nearly everybody start from someone else's model?",
        "Tiền huấn luyện (pretraining) mang lại gì, tốn bao nhiêu, và vì sao gần như ai cũng bắt đầu từ mô hình của người khác?",
    ),
    after=(
        T(
            "Pretraining is predicting the next token; the text supplies its own labels (self-supervised). The loss starts near ln V and cannot fall below the entropy of the text given its context.",
            "Tiền huấn luyện là đoán token kế tiếp; văn bản tự cho nhãn (tự giám sát). Loss bắt đầu gần ln V và không thể thấp hơn entropy của văn bản khi biết ngữ cảnh.",
        ),
        T(
            "Training takes about C = 6·N·D operations; hours, money, energy and CO2 follow by multiplication.",
            "Huấn luyện cần khoảng C = 6·N·D phép tính; giờ, tiền, năng lượng và CO2 suy ra bằng phép nhân.",
        ),
        T(
            "A donor that has read something alike saves most of the steps, and is worth the more the less text you have. With next to no text it is best left alone.",
            "Mô hình cho (donor) đã đọc thứ tương tự tiết kiệm phần lớn số bước, và bạn càng ít văn bản nó càng đáng giá. Gần như không có văn bản thì tốt nhất để nguyên nó.",
        ),
        T(
            "Some published costs were measured, some computed, some are rumours; and buying a cluster is not the cost of one run.",
            "Trong các chi phí đã công bố, có số đo được, có số tính ra, có số là tin đồn; và mua cụm máy không phải chi phí một lần chạy.",
        ),
    ),
    minutes=8,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "start",
            T("A head start", "Lợi thế xuất phát"),
            T(
                "Model 1 learns Python's manual twice: from random weights, and from weights that have read Python's docstrings, never the manual.",
                "Mô hình 1 học sách hướng dẫn Python hai lần: từ trọng số ngẫu nhiên, và từ trọng số đã đọc docstring của Python, chưa từng đọc sách này.",
            ),
            QUICK,
            START,
            starts,
            (curves, memory),
            ("text_tokens", "donor"),
            start_verdict,
            (FIRST,),
            start_readouts,
            ("story",),
            code=("experiments.transfer.begin", "experiments.transfer.run", "losses.cross_entropy", "models.Model1"),
            fixed=("start", *only("donor_bill")),
        ),
        Playground(
            "much",
            T("How much text of your own?", "Cần bao nhiêu văn bản?"),
            T(
                "The same two starts with 1,000 to 50,000 tokens. When does somebody else's model stop paying?",
                "Cùng hai cách xuất phát với 1,000 đến 50,000 token. Khi nào mô hình của người khác hết đáng giá?",
            ),
            replace(QUICK, steps=200),
            SWEEP,
            growing,
            (sizes,),
            ("donor", "lr"),
            size_verdict,
            (TINY,),
            code=("experiments.transfer.begin", "experiments.transfer.pair_loss"),
            fixed=("start", "text_tokens", *only()),
        ),
        Playground(
            "cost",
            T("The bill", "Hóa đơn"),
            T(
                "From two numbers, N and D, to operations, hours, dollars, electricity and CO2. Your run is the diamond.",
                "Từ hai con số N và D ra phép tính, giờ, đô la, điện và CO2. Lần chạy của bạn là hình thoi.",
            ),
            compute_cost.Config(),
            COST,
            alone,
            (models, spent, implied),
            ("parameters", "tokens", "cost_axis"),
            cost_verdict,
            (GRID,),
            cost_readouts,
            code=("compute.flops", "compute.gpu_hours", "compute.energy", "compute.co2", "compute.amortised"),
            fixed=("seed", "electricity", *only("cost_axis")),
        ),
        Playground(
            "map",
            T("Larger, or longer?", "To hơn, hay lâu hơn?"),
            T(
                "The same compute buys a larger model or a longer training. Two published formulas say how to split it.",
                "Cùng khối lượng tính mua được mô hình to hơn hoặc huấn luyện lâu hơn. Hai công thức đã công bố chỉ cách chia.",
            ),
            compute_cost.Config(parameters=7e10, tokens=1.4e12),
            MAP,
            alone,
            (plane,),
            ("parameters", "tokens", "fit"),
            map_verdict,
            (FITS,),
            map_readouts,
            code=("compute.Fit", "compute.fitted"),
            fixed=(
                *("seed", "hardware", "mfu", "gpus", "price", "buy", "chip", "infrastructure", "years", "electricity"),
                *("pue", "grid", "served", *only("fit")),
            ),
        ),
        Playground(
            "doubt",
            T("How wrong is that?", "Sai đến mức nào?"),
            T(
                "A headline is one number. Give each of its four inputs a range and draw ten thousand costs.",
                "Tít báo là một con số. Hãy cho mỗi đầu vào một khoảng rồi rút mười nghìn chi phí.",
            ),
            cost_spread.Config(),
            DOUBT,
            alone,
            (spread, tornado),
            ("by_parameters", "by_price", "by_tokens"),
            doubt_verdict,
            (HEADLINE,),
            doubt_readouts,
            code=("experiments.cost_spread.draws", "experiments.cost_spread.dollars"),
            fixed=only(),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "**Who paid?** On “A head start” tick “count the donor's own steps”: its curve now begins 800 steps later, and most of the gain is gone. "
        "Pretraining is dear once and cheap ever after. Then go to “How wrong is that?” and find the one input of the GPT-4 rumour that you would have to know to halve the range.",
        "**Ai đã trả tiền?** Ở “Lợi thế xuất phát”, bật “tính cả bước của mô hình cho”: đường của nó bắt đầu muộn 800 bước và phần lớn lợi thế biến mất. "
        "Tiền huấn luyện đắt một lần rồi rẻ mãi. Sau đó sang “Sai đến mức nào?” và tìm đầu vào nào của tin đồn GPT-4 mà nếu biết, bạn sẽ thu hẹp khoảng còn một nửa.",
    ),
    further=(
        T(
            "Your own scaling law: train Model 1 (lesson 5) with d = 2, 4, 8, 16, 32 on Tales, fit E + A/d^α with the floor as E, predict d = 64, then train it.",
            "Định luật tỉ lệ của riêng bạn: huấn luyện Mô hình 1 (bài 5) với d = 2, 4, 8, 16, 32 trên Tales, khớp E + A/d^α với E là mức sàn, đoán d = 64 rồi huấn luyện thử.",
        ),
        T(
            "Break-even: tokens saved per token of pretraining. After how many users has the donor paid for its 409,600 pairs?",
            "Điểm hòa vốn: số token tiết kiệm trên mỗi token tiền huấn luyện. Sau bao nhiêu người dùng thì mô hình cho hoàn lại 409,600 cặp của nó?",
        ),
        T(
            "A donor of another language starts above ln V. Which of its layers is worth keeping? Lesson 7 freezes an embedding.",
            "Mô hình cho khác ngôn ngữ xuất phát cao hơn ln V. Tầng nào của nó đáng giữ? Bài 7 cố định embedding.",
        ),
    ),
    formula=T(
        r"L=-\frac1T\sum_t \ln p(x_{t+1}\mid x_{\le t}),\qquad C = 6\,N\,D,\qquad \text{GPU-h}=\frac{C}{\text{peak}\cdot\text{MFU}\cdot 3600},\qquad "
        r"L(N,D)=E+\frac{A}{N^{\alpha}}+\frac{B}{D^{\beta}}",
        r"L=-\frac1T\sum_t \ln p(x_{t+1}\mid x_{\le t}),\qquad C = 6\,N\,D,\qquad \text{giờ GPU}=\frac{C}{\text{tốc độ đỉnh}\cdot\text{MFU}\cdot 3600},\qquad "
        r"L(N,D)=E+\frac{A}{N^{\alpha}}+\frac{B}{D^{\beta}}",
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
