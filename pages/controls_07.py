"""The knobs, the arms and the presets of lesson 7."""

from dataclasses import replace

from app.i18n import T, same
from app.knobs import SEED, TEXTS, TOKENIZER, own_texts
from app.lesson import Arm, Choice, Many, Preset, Slider
from core.experiments import borrowed

QUICK = borrowed.Config()

# what one run of the comparison changes, its name, the colour of its donor, and whether its embedding is frozen
ARMS = {
    "frozen": ({"freeze": "always"}, T("borrowed, frozen", "mượn, đóng băng"), 0, True),
    "free": ({}, T("borrowed, trainable", "mượn, huấn luyện tiếp"), 0, False),
    "random": ({"rows": "random"}, T("random, trainable", "ngẫu nhiên, huấn luyện"), 7, False),
    "random-frozen": ({"rows": "random", "freeze": "always"}, T("random, frozen", "ngẫu nhiên, đóng băng"), 7, True),
    "shuffled": ({"shuffle": 1.0}, T("shuffled, trainable", "xáo trộn, huấn luyện"), 1, False),
    "shuffled-frozen": (
        {"shuffle": 1.0, "freeze": "always"},
        T("shuffled, frozen", "xáo trộn, đóng băng"),
        1,
        True,
    ),
    "gauss": ({"rows": "gauss"}, T("noise of the donor's spread", "nhiễu cùng độ phân tán với mô hình cho"), 3, False),
    "small": ({"std": 0.14}, T("borrowed at std 0.14", "mượn, thu về std 0.14"), 4, False),
    "random-small": ({"rows": "random", "std": 0.14}, T("random at std 0.14", "ngẫu nhiên, std 0.14"), 6, False),
    "head": ({"head": "borrowed"}, T("borrowed with its head", "mượn cả tầng ra"), 2, False),
    "late": ({"freeze": "100"}, T("borrowed, free from step 100", "mượn, thả từ bước 100"), 5, False),
}
SHOWN = "frozen,random,shuffled"
OWN = ("rows", "head", "freeze", "ratio", "std", "shuffle", "dropout")  # fields of your run alone


def plain(config):
    """The settings that every run of a comparison shares: yours, without what you did to the embedding."""
    return replace(config, **{name: getattr(QUICK, name) for name in OWN})


def against(config, values):
    """Your run first, then the chosen comparisons; one that equals yours is left out and gives it its name."""
    base = plain(config)
    made = {label: replace(base, **how) for label, (how, *_) in ARMS.items()}
    same_as = next((label for label, one in made.items() if one == config), None)
    name, color, dash = T("your setting", "thiết lập của bạn"), 2, config.freeze == "always"
    if same_as:
        _, name, color, dash = ARMS[same_as]
    arms = [Arm("yours", name, config, color, dash)]
    chosen = str(values.get("arms", SHOWN)).split(",")
    for label, (_, name, color, dash) in ARMS.items():
        if label in chosen and label != same_as:
            arms.append(Arm(label, name, made[label], color, dash))
    return tuple(arms)


MOST = 100_000  # training tokens
AMOUNTS = (2000, 5000, 15_000, 50_000)
KINDS = ("frozen", "free", "random")
TIE = 0.03  # nats below which freezing neither wins nor loses (seeds of one setting differ by 0.02)


def amounts(config, values):
    """Three ways to start at four amounts of training text."""
    out = []
    for kind in KINDS:
        how, name, color, dash = ARMS[kind]
        for n in AMOUNTS:
            label = T(f"{name.en}, {n:,} tokens", f"{name.vi}, {n:,} token")
            out.append(Arm(f"{kind} {n}", label, replace(config, keep=n, **how), color, dash))
    return tuple(out)


RATIOS = (0.0, 0.1, 1.0, 3.0, 10.0)


def dial(config, values):
    """One run for each learning rate of the embedding."""
    return tuple(Arm(f"{r:g}", same(f"r = {r:g}"), replace(config, ratio=r), i) for i, r in enumerate(RATIOS))


GIVERS = (
    ("house", T("Python's docstrings", "docstring của Python"), {}, 0),
    ("half", T("the same, half of it shuffled", "như trên, xáo một nửa"), {"shuffle": 0.5}, 4),
    ("all", T("the same, all of it shuffled", "như trên, xáo hết"), {"shuffle": 1.0}, 1),
    ("tales-en", T("stories in English", "truyện tiếng Anh"), {"donor": "tales-en"}, 2),
    ("tales-vi", T("stories in Vietnamese", "truyện tiếng Việt"), {"donor": "tales-vi"}, 5),
    ("none", T("nobody: random start", "không ai: ngẫu nhiên"), {"rows": "random"}, 7),
)


def givers(config, values):
    """The same training from six donors."""
    return tuple(Arm(label, name, replace(config, **how), color) for label, name, how, color in GIVERS)


CONTROLS = (
    Slider(
        "keep",
        T("training tokens n", "số token huấn luyện n"),
        T(
            "How much new text there is to learn from. The test part is always the same.",
            "Có bao nhiêu văn bản mới để học. Phần kiểm thử luôn giữ nguyên.",
        ),
        values=(500, 1000, 2000, 5000, 10_000, 15_000, 25_000, 50_000, MOST),
        unit=T("tokens", "token"),
    ),
    Choice(
        "freeze",
        T("your embedding is", "embedding của bạn"),
        T(
            "Trainable from the start, frozen for some steps first (gradual unfreezing), or frozen to the end.",
            "Huấn luyện ngay từ đầu, đóng băng một số bước trước (thả dần), hoặc đóng băng đến hết.",
        ),
        (
            ("never", T("trainable", "huấn luyện được")),
            ("50", T("frozen for 50 steps", "đóng băng 50 bước")),
            ("100", T("frozen for 100 steps", "đóng băng 100 bước")),
            ("150", T("frozen for 150 steps", "đóng băng 150 bước")),
            ("always", T("frozen", "đóng băng")),
        ),
    ),
    Many(
        "arms",
        T("compared with", "so với"),
        T(
            "Each is a run of its own: same text, same batches, same learning rate. Colour: whose vectors. Dashes: frozen.",
            "Mỗi mục là một lần chạy riêng: cùng văn bản, cùng lô, cùng tốc độ học. Màu: vector của ai. Nét đứt: đóng băng.",
        ),
        tuple((label, name) for label, (_, name, _, _) in ARMS.items()),
        default=SHOWN,
    ),
    Choice(
        "score",
        T("show the test loss", "hiện loss kiểm thử"),
        T(
            "At the last step, or at its best step, as if you had stopped in time.",
            "Ở bước cuối, hoặc ở bước tốt nhất như thể bạn dừng đúng lúc.",
        ),
        (("final", T("at the last step", "ở bước cuối")), ("best", T("at its best step", "ở bước tốt nhất"))),
        default="final",
    ),
    Slider(
        "ratio",
        T("embedding lr ÷ head lr, r", "lr embedding ÷ lr tầng ra, r"),
        T(
            "0 is frozen, 1 is trained like the rest: one dial between the two.",
            "0 là đóng băng, 1 là huấn luyện như phần còn lại: một núm xoay nối hai cực.",
        ),
        low=1e-3,
        high=10,
        log=True,
        zero=True,
    ),
    Slider(
        "lr",
        T("learning rate", "tốc độ học"),
        T("Step size of AdamW, for all runs.", "Độ dài bước của AdamW, cho mọi lần chạy."),
        low=1e-4,
        high=1e-1,
        log=True,
    ),
    Slider(
        "shuffle",
        T("share of rows shuffled", "phần hàng bị xáo"),
        T(
            "These rows change places: the same vectors, at the wrong tokens.",
            "Các hàng này đổi chỗ cho nhau: vẫn những vector ấy, nhưng sai token.",
        ),
        low=0,
        high=1,
        step=0.05,
    ),
    Slider(
        "std",
        T("rescale to std", "đổi về std"),
        T(
            "Spread of all numbers of the starting embedding. GPT-2's is 0.144, PyTorch's default is 1.",
            "Độ phân tán của mọi số trong embedding ban đầu. Của GPT-2 là 0.144, mặc định của PyTorch là 1.",
        ),
        low=0.01,
        high=3,
        log=True,
        zero=True,
        words=((0, T("as it is", "giữ nguyên")),),
    ),
    Choice(
        "rows",
        T("your embedding starts as", "embedding của bạn bắt đầu là"),
        T(
            "The donor's rows, noise of the donor's spread, or PyTorch's N(0, 1).",
            "Các hàng của mô hình cho, nhiễu cùng độ phân tán, hoặc N(0, 1) của PyTorch.",
        ),
        (
            ("borrowed", T("borrowed", "mượn")),
            ("gauss", T("matched noise", "nhiễu tương ứng")),
            ("random", T("random", "ngẫu nhiên")),
        ),
    ),
    Choice(
        "head",
        T("your output layer", "tầng ra của bạn"),
        T(
            "Random, the donor's as well, or the donor's kept frozen.",
            "Ngẫu nhiên, mượn luôn của mô hình cho, hoặc mượn rồi đóng băng.",
        ),
        (
            ("random", T("random", "ngẫu nhiên")),
            ("borrowed", T("borrowed", "mượn")),
            ("frozen", T("borrowed, frozen", "mượn, đóng băng")),
        ),
    ),
    Slider(
        "dropout",
        T("dropout on your embedding", "dropout trên embedding của bạn"),
        T(
            "Share of its numbers dropped in training: another way against learning by heart.",
            "Phần con số bị bỏ khi huấn luyện: một cách khác để chống học thuộc.",
        ),
        low=0,
        high=0.8,
        step=0.05,
    ),
    Slider(
        "weight_decay",
        T("weight decay", "suy giảm trọng số"),
        T(
            "AdamW's. A frozen embedding has no gradient (None), so it is not decayed either.",
            "Của AdamW. Embedding đóng băng không có gradient (None) nên cũng không bị suy giảm.",
        ),
        low=1e-4,
        high=3,
        log=True,
        zero=True,
    ),
    Choice(
        "donor",
        T("donor", "mô hình cho"),
        T(
            "Whose embedding. Shipped: Model 1 after 800 steps on the docstrings of Python's library. Tales: trained first, here. GPT-2: where its weights are on this machine.",
            "Embedding của ai. Có sẵn: Mô hình 1 sau 800 bước trên docstring của thư viện Python. Tales: huấn luyện trước, tại đây. GPT-2: nếu máy này có trọng số.",
        ),
        (
            ("house", T("docstrings (ships)", "docstring (có sẵn)")),
            ("tales-en", same("Tales (English)")),
            ("tales-vi", same("Tales (tiếng Việt)")),
            ("gpt2", same("GPT-2")),
        ),
    ),
    Slider(
        "donor_steps",
        T("steps of the Tales donors", "số bước của mô hình cho Tales"),
        T(
            "How long a donor trained here learns its stories first. 0: it knows nothing.",
            "Mô hình cho huấn luyện tại đây học truyện bao lâu trước. 0: chưa biết gì.",
        ),
        values=(0, 50, 100, 300, 600),
    ),
    Choice(
        "corpus",
        T("new text", "văn bản mới"),
        T(
            "What is learned now. The shipped donor has never seen the manual.",
            "Điều được học bây giờ. Mô hình cho có sẵn chưa từng thấy sách hướng dẫn.",
        ),
        TEXTS,
        more=own_texts,
    ),
    TOKENIZER,
    Slider(
        "width",
        T("embedding width d", "độ rộng embedding d"),
        T(
            "The shipped donor has 64 columns, GPT-2 768. Another width needs a projection.",
            "Mô hình cho có sẵn có 64 cột, GPT-2 có 768. Độ rộng khác thì phải chiếu.",
        ),
        values=(2, 4, 8, 16, 32, 64, 128, 768),
    ),
    Choice(
        "fit",
        T("projection, where widths differ", "phép chiếu khi độ rộng khác nhau"),
        T(
            "The donor's strongest directions (PCA), or random ones.",
            "Các hướng mạnh nhất của mô hình cho (PCA), hoặc hướng ngẫu nhiên.",
        ),
        (("pca", same("PCA")), ("random", T("random", "ngẫu nhiên"))),
    ),
    Slider(
        "steps",
        T("steps", "số bước"),
        T("How many updates.", "Số lần cập nhật."),
        values=(50, 100, 150, 200, 250, 300, 400, 500),
    ),
    Slider(
        "updates",
        T("training steps after copying", "số bước huấn luyện sau khi chép"),
        T(
            "AdamW steps of the model. 0: look before anything moves.",
            "Số bước AdamW của mô hình. 0: nhìn trước khi có gì dời đi.",
        ),
        values=(0, 1, 2, 5, 10, 50),
    ),
    SEED,
)

PRESETS = (
    Preset(
        "quick",
        T("quick: 5,000 tokens", "nhanh: 5,000 token"),
        {},
        T(
            "Four lines start from the same vectors, in place or shuffled, or from noise. Which two cannot be told apart?",
            "Bốn đường bắt đầu từ cùng những vector, đúng chỗ hoặc bị xáo, hoặc từ nhiễu. Hai đường nào không phân biệt được?",
        ),
    ),
    Preset(
        "much",
        T("50,000 tokens", "50,000 token"),
        {"keep": 50_000},
        T("Now look at the dashed line again.", "Giờ hãy nhìn lại đường nét đứt."),
    ),
    Preset(
        "scale",
        T("GPT-2's scale, 50,000 tokens", "thang của GPT-2, 50,000 token"),
        {"keep": 50_000, "arms": "random,random-small,small"},
        T(
            "Everything at std 0.14 starts late. In the end noise has overtaken its twin at std 1, the borrowed rows have not. Which part is scale, which part is meaning?",
            "Mọi thứ ở std 0.14 đều xuất phát chậm. Cuối cùng nhiễu vượt bản std 1 của nó, còn các hàng mượn thì không. Phần nào do thang đo, phần nào do ý nghĩa?",
        ),
    ),
    Preset(
        "whole",
        T("the donor's head as well", "mượn cả tầng ra"),
        {"head": "borrowed"},
        T(
            "It begins lower than the others ever get, and still learns by heart in the end.",
            "Nó bắt đầu thấp hơn mức tốt nhất của các đường khác, mà cuối cùng vẫn học thuộc lòng.",
        ),
    ),
    Preset(
        "drop",
        T("dropout instead of freezing", "dropout thay cho đóng băng"),
        {"dropout": 0.5},
        T("Is it as good as the dashed line?", "Nó có tốt bằng đường nét đứt không?"),
    ),
    Preset(
        "gpt2",
        T("GPT-2's embedding, 64 directions", "embedding GPT-2, 64 hướng"),
        {"donor": "gpt2"},
        T(
            "GPT-2's rows for our 2,000 tokens, by PCA from 768 to 64 columns.",
            "Các hàng của GPT-2 cho 2,000 token của ta, rút từ 768 xuống 64 cột bằng PCA.",
        ),
        needs=T("GPT-2's embedding and vocabulary", "embedding và từ vựng của GPT-2"),
    ),
    Preset(
        "course",
        T("course: GPT-2 at full size", "khóa học: GPT-2 nguyên cỡ"),
        {
            "donor": "gpt2",
            "tokenizer": "gpt2",
            "width": 768,
            "lr": 1e-3,
            "keep": 50_000,
            "steps": 300,
            "arms": "frozen,random",
        },
        T(
            "77 million parameters, half of them borrowed. The course takes 3,500 steps.",
            "77 triệu tham số, một nửa là mượn. Khóa học chạy 3,500 bước.",
        ),
        needs=T(
            "GPT-2's embedding and vocabulary, and an hour or a GPU",
            "embedding và từ vựng của GPT-2, cùng một giờ hoặc một GPU",
        ),
    ),
    Preset(
        "hot",
        T("broken: r = 10 at lr 0.05", "hỏng: r = 10 với lr 0.05"),
        {"ratio": 10.0, "lr": 0.05},
        T(
            "The embedding runs ahead of the head: in twenty steps the rows that occur have turned away from the donor's (cosine 0.5), and the test loss never gets below a guess.",
            "Embedding chạy vượt tầng ra: sau hai mươi bước, hàng của các token có xuất hiện đã quay khỏi hàng của mô hình cho (cosine 0.5), và loss kiểm thử không lần nào xuống dưới đoán đều.",
        ),
        broken=True,
    ),
    Preset(
        "stuck",
        T("broken: everything frozen", "hỏng: đóng băng tất cả"),
        {"freeze": "always", "head": "frozen"},
        T(
            "No parameter left to train: read what the page says.",
            "Không còn tham số nào để huấn luyện: hãy đọc trang nói gì.",
        ),
        broken=True,
    ),
)
