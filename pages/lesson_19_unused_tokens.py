"""Lesson 19: tokens that never occur, what training does to them all the same, and how to measure it."""

from dataclasses import replace

from app.i18n import T
from app.lesson import Arm, Lesson, Playground, Preset, Probe
from core.experiment import encode
from core.experiments import census, glitch, rescue, unused_tokens
from pages import figures_19 as figures
from pages import figures_19_arms as compared
from pages import verdict_19 as words
from pages import verdict_19_arms
from pages.claims_19 import CLAIMS, SGD_RATE
from pages.controls_19 import CONTROLS

QUICK = unused_tokens.Config()
SHORT = replace(QUICK, steps=150)
SEEN_ONLY_IN_CURVES = ("metric", "indices", "masked")


def single(config, values):
    return (Arm("run", T("your setting", "thiết lập của bạn"), config, 0),)


def ways(config, values):
    """One matrix or two under AdamW, and one matrix under SGD with momentum at SGD_RATE times the rate, undecayed: at
    that rate the decay alone would shrink every row by a third."""
    sgd = replace(config, tying="same", optimizer="sgd", lr=min(10.0, SGD_RATE * config.lr), weight_decay=0.0)
    return (
        Arm("tied", T("tied, AdamW", "dùng chung, AdamW"), replace(config, tying="same", optimizer="adamw"), 0),
        Arm("untied", T("untied, AdamW", "tách rời, AdamW"), replace(config, tying="untied", optimizer="adamw"), 1),
        Arm("sgd", T("tied, SGD with momentum", "dùng chung, SGD có quán tính"), sgd, 2),
    )


def masks(config, values):
    """Nothing; unused logits out of the softmax; rare answers ungraded; smoothed labels, unless nothing is smoothed."""
    plain = replace(config, mask="none", smoothing=0.0)
    found = (
        Arm("plain", T("plain", "thường"), plain, 0),
        Arm("logits", T("unused logits masked", "che logits không dùng"), replace(plain, mask="logits"), 1),
        Arm("loss", T("rare answers not graded", "không chấm đáp án hiếm"), replace(plain, mask="loss"), 2),
        Arm("smooth", T("labels smoothed", "làm mềm nhãn"), replace(plain, smoothing=config.smoothing), 3),
    )
    return found if config.smoothing else found[:3]


def rescue_config(arm, values):
    return rescue.Config(
        parent=encode(arm.config),
        sentences=int(values["sentences"]),
        steps=int(values["rescue_steps"]),
        seed=arm.config.seed,
    )


def glitch_config(arm, values):
    return glitch.Config(parent=encode(arm.config))


FOLLOW = Playground(
    "follow",
    T("Follow three groups of tokens", "Theo dõi ba nhóm token"),
    T(
        "One model, one text. A hundred tokens it sees all the time, a hundred it hardly sees, a hundred it never sees. What becomes of each?",
        "Một mô hình, một văn bản. Một trăm token nó gặp luôn, một trăm token hiếm khi gặp, một trăm token không bao giờ gặp. Mỗi nhóm rồi sẽ ra sao?",
    ),
    QUICK,
    (
        Preset(
            "quick",
            T("quick: Python's manual", "nhanh: sách hướng dẫn Python"),
            {},
            T(
                "Three curves leave chance together. Switch the measure, then the indices: the same run tells three stories.",
                "Ba đường cùng rời mức đoán đều. Đổi thước đo, rồi đổi chỉ số: cùng một lần chạy kể ba câu chuyện.",
            ),
        ),
        Preset(
            "tales",
            T("Tales, word by word", "Tales, từng từ một"),
            {"corpus": "tales-en", "tokenizer": "words", "steps": 150},
            T(
                "A small vocabulary of words: eleven are never printed. Here the notebook's indices do almost no harm: hardly an id is missing.",
                "Từ vựng nhỏ, mỗi từ một token: mười một từ không bao giờ được in. Ở đây chỉ số của notebook gần như vô hại: hầu như không id nào bị thiếu.",
            ),
        ),
        Preset(
            "course",
            T("course: Gulliver, 124 million parameters", "khóa học: Gulliver, 124 triệu tham số"),
            {
                "corpus": "book-829-cr",
                "tokenizer": "gpt2",
                "tying": "course",
                "divide_logits": "yes",
                "init_std": 1.0,
                "width": 768,
                "blocks": 12,
                "heads": 12,
                "context": 256,
                "steps": 500,
            },
            T(
                "The course trains 13 passes over the book and follows 100 / 100 / 100 tokens of GPT-2's 50,257.",
                "Khóa học huấn luyện 13 lượt qua cuốn sách và theo dõi 100 / 100 / 100 trong 50,257 token của GPT-2.",
            ),
            needs=T(
                "not run yet: needs a GPU, Gulliver's Travels and GPT-2's vocabulary",
                "chưa chạy: cần GPU, Gulliver du ký và bộ từ vựng GPT-2",
            ),
        ),
        Preset(
            "cooled",
            T("broken: logits divided by √d", "hỏng: chia logits cho √d"),
            {"divide_logits": "yes"},
            T(
                "The course's cooled softmax at GPT-2's small weights: the curves part three to five times slower.",
                "Softmax nguội của khóa học với trọng số nhỏ kiểu GPT-2: các đường tách nhau chậm đi ba đến năm lần.",
            ),
            broken=True,
        ),
        Preset(
            "loud",
            T("broken: embeddings N(0, 0.5²)", "hỏng: embedding N(0, 0.5²)"),
            {"init_std": 0.5},
            T(
                "The start is not chance: ln p begins near −22, and training must first undo a certainty nobody taught.",
                "Điểm xuất phát không phải đoán đều: ln p bắt đầu gần −22, và việc học trước hết phải gỡ một sự chắc chắn không ai dạy.",
            ),
            broken=True,
        ),
    ),
    single,
    (figures.curves, figures.cone, figures.forces, figures.calibration),
    ("metric", "indices", "moment"),
    words.follow_verdict,
    words.FOLLOW_PREDICTIONS,
    words.follow_readouts,
    ("forty tokens",),
    (
        Probe(
            "rescue",
            T("Can it come back? Teach one unused token", "Có trở lại được không? Dạy một token không dùng"),
            rescue_config,
            ("sentences", "rescue_steps"),
            (compared.saved,),
            ("a sentence that needs it",),
        ),
        Probe(
            "glitch",
            T("Go deeper: glitch tokens", "Đào sâu: token lỗi (glitch token)"),
            glitch_config,
            (),
            (figures.prompts, figures.detectors),
            ("a rare token", "an unused token"),
        ),
    ),
    (
        "frequency_groups.frequency_groups",
        "frequency_groups.notebook_groups",
        "experiments.unused_tokens.group_curves",
        "row_geometry.push_and_pull",
        "row_geometry.row_geometry",
        "train.train",
    ),
    fixed=("smoothing", "mask"),
    sample_names={
        "forty tokens": T(
            "forty tokens written; marked: tokens the text never had",
            "bốn mươi token viết ra; đánh dấu: token văn bản chưa từng có",
        ),
    },
)

CENSUS = Playground(
    "census",
    T("Who is never used?", "Ai không được dùng?"),
    T(
        "Before any training: count. And see what happens to the groups when places in a list are taken for token ids.",
        "Trước khi huấn luyện: hãy đếm. Và xem các nhóm ra sao khi lấy vị trí trong danh sách làm id của token.",
    ),
    census.Config(),
    (
        Preset(
            "quick",
            T("quick: Python's manual", "nhanh: sách hướng dẫn Python"),
            {},
            T(
                "Look up “ the”, then “the”: two tokens. The bars show whom the notebook picks.",
                "Tra “ the” rồi “the”: hai token khác nhau. Các cột cho thấy notebook chọn trúng ai.",
            ),
        ),
        Preset(
            "short",
            T("a short text", "văn bản ngắn"),
            {"keep": 5000},
            T(
                "With 5,000 tokens more than half of the vocabulary is unused.",
                "Với 5,000 token, hơn một nửa từ vựng không được dùng.",
            ),
        ),
        Preset(
            "course",
            T("course: Gulliver with GPT-2's tokens", "khóa học: Gulliver với token của GPT-2"),
            {"corpus": "book-829-cr", "tokenizer": "gpt2", "whole": True, "word": " Lilliput"},
            T(
                "The course counts about 20 % of the vocabulary used.",
                "Khóa học đếm được khoảng 20 % từ vựng được dùng.",
            ),
            needs=T("needs Gulliver's Travels and GPT-2's vocabulary", "cần Gulliver du ký và bộ từ vựng GPT-2"),
        ),
        Preset(
            "bytes",
            T("broken: bytes as tokens", "hỏng: lấy byte làm token"),
            {"tokenizer": "bytes", "word": "a"},
            T(
                "There are no three groups of 100 among 256 bytes: each group shrinks, and most unused bytes are parts of letters the text does not have.",
                "Trong 256 byte không có ba nhóm 100: mỗi nhóm co lại, và đa số byte không dùng là mảnh của các chữ không có trong văn bản.",
            ),
            broken=True,
        ),
    ),
    lambda config, values: (Arm("census", T("this text", "văn bản này"), config, 0),),
    (compared.zipf, compared.picked),
    ("word", "keep", "group"),
    verdict_19_arms.census_verdict,
    verdict_19_arms.CENSUS_PREDICTIONS,
    code=("frequency_groups.frequency_groups", "frequency_groups.notebook_groups", "frequency_groups.audit"),
    fixed=(*SEEN_ONLY_IN_CURVES, "moment"),
)

TOUCH = Playground(
    "touch",
    T("Which rows move, and who moves them?", "Hàng nào di chuyển, và ai đẩy chúng?"),
    T(
        "Every token has a row for reading and a row for writing; tied, they are one. An unused token is never read and never the answer.",
        "Mỗi token có một hàng để đọc và một hàng để viết; dùng chung thì là một. Token không dùng thì không bao giờ được đọc, cũng không bao giờ là đáp án.",
    ),
    SHORT,
    (
        Preset(
            "quick",
            T("quick: tied, untied, SGD", "nhanh: dùng chung, tách rời, SGD"),
            {},
            T(
                "Upper panel, bottom row: the untied unused rows. Then compare AdamW's bars with SGD's in the lower one.",
                "Khung trên, hàng dưới cùng: các hàng không dùng khi tách rời. Rồi so cột của AdamW với SGD ở khung dưới.",
            ),
        ),
        Preset(
            "undecayed",
            T("no weight decay", "không suy giảm trọng số"),
            {"weight_decay": 0.0},
            T(
                "Now the untied unused input rows do not move at all: exactly 0.",
                "Giờ thì hàng đầu vào không dùng khi tách rời không nhúc nhích: đúng bằng 0.",
            ),
        ),
        Preset(
            "shrink",
            T("broken: weight decay 3", "hỏng: suy giảm trọng số 3"),
            {"weight_decay": 3.0},
            T(
                "Rows nobody reads now shrink by (1 − lr·wd) at every step: decay is the only hand that touches them.",
                "Các hàng không ai đọc giờ co lại (1 − lr·wd) mỗi bước: suy giảm là bàn tay duy nhất chạm vào chúng.",
            ),
            broken=True,
        ),
        Preset(
            "hot",
            T("broken: SGD at rate 3", "hỏng: SGD với tốc độ 3"),
            {"lr": 0.01},
            T(
                "SGD gets 300 times AdamW's rate. At 3 it blows up: what a tiny push needs, a large pull cannot stand.",
                "SGD nhận tốc độ gấp 300 lần AdamW. Đến 3 thì nó nổ: mức mà lực đẩy tí hon cần thì lực kéo lớn không chịu nổi.",
            ),
            broken=True,
        ),
    ),
    ways,
    (compared.moved, compared.fall),
    ("weight_decay", "lr", "moment"),
    verdict_19_arms.touch_verdict,
    verdict_19_arms.TOUCH_PREDICTIONS,
    code=(
        "experiments.unused_tokens.matrices",
        "row_geometry.row_geometry",
        "optimizers.adamw_step",
        "optimizers.sgd_step",
    ),
    fixed=("tying", "optimizer", "mask", "smoothing", *SEEN_ONLY_IN_CURVES),
)

MASKS = Playground(
    "masks",
    T("What does a mask change?", "Mặt nạ thay đổi điều gì?"),
    T(
        "If the push down comes from the softmax, take the unused tokens out of it. Or take away the answers of rare tokens. Or give every token a little of every answer.",
        "Nếu lực đẩy xuống đến từ softmax, hãy đưa token không dùng ra khỏi đó. Hoặc bỏ đáp án của token hiếm. Hoặc chia cho mọi token một chút của mỗi đáp án.",
    ),
    replace(SHORT, smoothing=0.1, steps=120),
    (
        Preset(
            "quick",
            T("quick: four ways", "nhanh: bốn cách"),
            {},
            T(
                "Bottom row: the masked run stays at chance. Middle row: ungraded rare tokens join the unused ones.",
                "Hàng dưới: lần chạy che logits ở nguyên mức đoán đều. Hàng giữa: token hiếm không được chấm nhập bọn với token không dùng.",
            ),
        ),
        Preset(
            "fewer",
            T("a tenth of the text", "một phần mười văn bản"),
            {"keep": 7000},
            T(
                "More unused tokens, so the masked model wastes even more of its probability on them.",
                "Nhiều token không dùng hơn, nên mô hình che logits lãng phí càng nhiều xác suất cho chúng.",
            ),
        ),
        Preset(
            "thick",
            T("broken: ε = 0.3", "hỏng: ε = 0.3"),
            {"smoothing": 0.3},
            T(
                "The floor ε/V holds every unused token up, at the price of nearly a third of every answer.",
                "Sàn ε/V nâng mọi token không dùng lên, với giá gần một phần ba của mỗi đáp án.",
            ),
            broken=True,
        ),
    ),
    masks,
    (compared.remedies, compared.fall),
    ("smoothing", "keep"),
    verdict_19_arms.mask_verdict,
    verdict_19_arms.MASK_PREDICTIONS,
    code=("experiments.unused_tokens.masked_loss",),
    fixed=("mask", *SEEN_ONLY_IN_CURVES, "moment"),
)

LESSON = Lesson(
    slug="unused-tokens",
    group="data",
    title=T("What happens to unused tokens?", "Điều gì xảy ra với token không được dùng?"),
    question=T(
        "A token never appears in the training text. Does training still change it, how, and how do we measure that without fooling ourselves?",
        "Một token không bao giờ xuất hiện trong văn bản huấn luyện. Huấn luyện có thay đổi nó không, bằng cách nào, và đo sao cho khỏi tự lừa mình?",
    ),
    after=(
        T(
            "Every softmax pushes every token: a token that is never the answer only ever gets pushed, by p·h at each place.",
            "Softmax nào cũng đẩy mọi token: token không bao giờ là đáp án chỉ có bị đẩy, p·h ở mỗi vị trí.",
        ),
        T(
            "All unused tokens get the same push, so their output rows end up pointing the same way: a cone, the home of glitch tokens.",
            "Mọi token không dùng nhận cùng một lực đẩy, nên hàng đầu ra của chúng rốt cuộc chỉ cùng một phía: một chiếc nón, quê nhà của token lỗi (glitch token).",
        ),
        T(
            "With an untied head the unused input rows receive no gradient at all; only weight decay touches them.",
            "Khi tầng ra không dùng chung trọng số, hàng đầu vào không dùng chẳng nhận gradient nào; chỉ suy giảm trọng số chạm đến chúng.",
        ),
        T(
            "Mean of ln p and ln of mean p tell different stories, and one wrong index tells a third.",
            "Trung bình của ln p và ln của p trung bình kể hai câu chuyện khác nhau, và một chỉ số sai kể câu chuyện thứ ba.",
        ),
    ),
    minutes=8,
    controls=CONTROLS,
    playgrounds=(FOLLOW, CENSUS, TOUCH, MASKS),
    claims=CLAIMS,
    deeper=T(
        "Train the first playground yourself, open “Look inside” and ask for glitch tokens: put an unused token into the prompt, and hunt all unused tokens from the weights alone, scored against the truth.",
        "Hãy tự huấn luyện sân chơi đầu, mở “Nhìn vào bên trong” và hỏi về token lỗi (glitch token): đặt một token không dùng vào câu mồi, rồi săn mọi token không dùng chỉ từ trọng số, có chấm điểm theo sự thật.",
    ),
    further=(
        T(
            "Closed form: under SGD the path of an unused row is the sum of lr·p·h. Predict ln p from it, and see why Adam breaks the prediction.",
            "Công thức đóng: với SGD, đường đi của một hàng không dùng là tổng của lr·p·h. Hãy dự đoán ln p từ đó, và xem vì sao Adam phá vỡ dự đoán.",
        ),
        T(
            "Vocabulary pruning: cut the unused rows out. “Gained by cutting them out” says what the loss wins; count the parameters and time a step.",
            "Tỉa từ vựng: cắt bỏ các hàng không dùng. “Lợi khi cắt bỏ chúng” cho biết loss được lợi bao nhiêu; hãy đếm tham số và bấm giờ một bước.",
        ),
    ),
    formula=T(
        r"\frac{\partial L}{\partial w_v} = \frac1N\sum_t \big(p_v(t) - \mathbb 1[y_t = v]\big)\,h_t, \qquad v \text{ never the answer} \Rightarrow \Delta w_v \propto -\sum_t p_v(t)\,h_t",
        r"\frac{\partial L}{\partial w_v} = \frac1N\sum_t \big(p_v(t) - \mathbb 1[y_t = v]\big)\,h_t, \qquad v \text{ không bao giờ là đáp án} \Rightarrow \Delta w_v \propto -\sum_t p_v(t)\,h_t",
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
