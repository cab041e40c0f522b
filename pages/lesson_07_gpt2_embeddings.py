"""Lesson 7: borrow somebody else's embedding; freeze it or not; and be sure that you copied it."""

from app.i18n import T
from app.lesson import Lesson, Playground, Preset, single
from core.experiments import copying
from pages.claims_07 import CLAIMS
from pages.controls_07 import CONTROLS, PRESETS, QUICK, against, amounts, dial, givers
from pages.figures_07 import crossover, dial_figure, givers_figure, loss
from pages.figures_07_inside import chart_map, freezing, memory, movement, neighbours
from pages.verdict_07 import (
    ALIAS,
    CROSSOVER,
    SHUFFLE,
    crossover_readouts,
    crossover_verdict,
    dial_verdict,
    giver_verdict,
    memory_verdict,
    readouts,
    verdict,
)

TALES_ONLY = ("donor_steps",)  # nothing to turn while the donor ships
VIEW = ("arms", "score")


LESSON = Lesson(
    slug="gpt2-embeddings",
    group="training",
    title=T("Model 1 with GPT-2's embeddings", "Mô hình 1 với embedding của GPT-2"),
    question=T(
        "Does somebody else's embedding help, and should I freeze it?",
        "Embedding của người khác có giúp gì không, và có nên đóng băng (freeze) nó?",
    ),
    after=(
        T(
            "A borrowed embedding helps because of which token lies near which: the same vectors at the wrong tokens help nothing.",
            "Embedding đi mượn có ích vì token nào nằm gần token nào: cùng những vector ấy đặt sai token thì vô ích.",
        ),
        T(
            "Freezing wins when the new text is short and loses when it is long; I can show where the lines cross.",
            "Đóng băng thắng khi văn bản mới ngắn và thua khi nó dài; tôi chỉ ra được chỗ hai đường cắt nhau.",
        ),
        T(
            "Scale is not meaning: GPT-2's rows have std 0.144, PyTorch's default is 1, and a fair control matches it.",
            "Thang đo không phải ý nghĩa: hàng của GPT-2 có std 0.144, mặc định của PyTorch là 1, đối chứng công bằng phải cho hai bên bằng nhau.",
        ),
        T(
            "Copying is not assigning: after `.data = other.data` both share memory, and training edits the donor.",
            "Sao chép không phải là gán: sau `.data = other.data` hai bên chung vùng nhớ, và huấn luyện sẽ sửa luôn mô hình cho.",
        ),
    ),
    minutes=6,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "borrow",
            T("Borrow", "Đi mượn"),
            T(
                "The donor is a Model 1 that read the docstrings of Python's library; now the same small model learns the manual, which the donor never saw. Only the starting embedding differs, and whether it may move. Where GPT-2's weights are on this machine, they can be the donor.",
                "Mô hình cho (donor) là một Mô hình 1 đã đọc docstring của thư viện Python; giờ cũng mô hình nhỏ ấy học sách hướng dẫn mà mô hình cho chưa từng thấy. Chỉ khác nhau ở embedding ban đầu và việc nó có được dời đi hay không. Nếu máy này có trọng số GPT-2 thì GPT-2 cũng cho mượn được.",
            ),
            QUICK,
            PRESETS,
            against,
            (loss, neighbours, movement, chart_map),
            ("keep", "freeze"),
            verdict,
            (SHUFFLE,),
            readouts,
            ("continued",),
            code=(
                "transplant.start_rows",
                "transplant.copy_rows",
                "transplant.shuffled",
                "experiments.borrowed.plant",
                "models.Model1",
                "optimizers.build",
            ),
            fixed=(*TALES_ONLY, "score"),
        ),
        Playground(
            "amount",
            T("How much text?", "Bao nhiêu văn bản?"),
            T(
                "Twelve runs: frozen, trainable and random, each on 2,000 to 50,000 tokens of the manual, always the same test part.",
                "Mười hai lần chạy: đóng băng, huấn luyện tiếp và ngẫu nhiên, mỗi loại trên 2,000 đến 50,000 token sách hướng dẫn, luôn cùng phần kiểm thử.",
            ),
            QUICK,
            (
                Preset(
                    "quick",
                    T("quick", "nhanh"),
                    {},
                    T(
                        "Where do the dashed and the solid blue line cross?",
                        "Đường xanh nét đứt và nét liền cắt nhau ở đâu?",
                    ),
                ),
                Preset(
                    "best",
                    T("stopped in time", "dừng đúng lúc"),
                    {"score": "best"},
                    T(
                        "The left side falls by one to two nats: most of freezing's gain was protection against training too long.",
                        "Bên trái hạ một đến hai nats: phần lớn cái lợi của đóng băng là chống huấn luyện quá lâu.",
                    ),
                ),
                Preset(
                    "decay",
                    T("weight decay 1", "suy giảm trọng số 1"),
                    {"weight_decay": 1.0},
                    T(
                        "Weight decay protects too. Does freezing still win anywhere?",
                        "Suy giảm trọng số cũng bảo vệ. Đóng băng còn thắng ở đâu không?",
                    ),
                ),
                Preset(
                    "hot",
                    T("broken: learning rate 0.1", "hỏng: tốc độ học 0.1"),
                    {"lr": 0.1},
                    T(
                        "Twenty times too fast: on little text everything is worse than guessing.",
                        "Nhanh gấp hai mươi lần: với ít văn bản thì tất cả đều tệ hơn đoán đều.",
                    ),
                    broken=True,
                ),
            ),
            amounts,
            (crossover,),
            ("score", "lr", "weight_decay"),
            crossover_verdict,
            (CROSSOVER,),
            crossover_readouts,
            code=("experiments.borrowed.run", "references.pair_tables"),
            fixed=("keep", "rows", "freeze", "arms", *TALES_ONLY),
        ),
        Playground(
            "memory",
            T("Copy or share?", "Chép hay dùng chung?"),
            T(
                "Four ways to hand over an embedding. All pass the course's test; two of them edit the donor, one trains nothing.",
                "Bốn cách trao một embedding. Cả bốn đều qua phép thử của khóa học; hai cách sửa luôn mô hình cho, một cách chẳng huấn luyện gì.",
            ),
            copying.Config(),
            (
                Preset(
                    "quick",
                    T("quick: one step", "nhanh: một bước"),
                    {},
                    T("Which rows have red in them?", "Những hàng nào có màu đỏ?"),
                ),
                Preset(
                    "before",
                    T("before any step", "trước bước đầu tiên"),
                    {"updates": 0},
                    T(
                        "Nothing has moved: only the addresses tell the copy from the alias.",
                        "Chưa gì thay đổi: chỉ địa chỉ mới phân biệt được bản chép với alias.",
                    ),
                ),
                Preset(
                    "gentle",
                    T("broken: a rate too small to notice", "hỏng: tốc độ nhỏ đến mức khó thấy"),
                    {"lr": 1e-4, "weight_decay": 0.01},
                    T(
                        "The alias changes the donor by a ten-thousandth: still wrong, only harder to see.",
                        "Alias làm mô hình cho đổi một phần vạn: vẫn sai, chỉ khó thấy hơn.",
                    ),
                    broken=True,
                ),
            ),
            single,
            (memory, freezing),
            ("updates", "lr", "weight_decay"),
            memory_verdict,
            (ALIAS,),
            code=("transplant.copy_rows", "experiments.copying.hand_over", "experiments.copying.held_by"),
            fixed=(*VIEW, "width"),
        ),
        Playground(
            "dial",
            T("Go deeper: one dial", "Đào sâu: một núm xoay"),
            T(
                "Frozen and free are the ends of one dial: the learning rate of the embedding over that of the rest. Five runs; change n and watch the lowest dot move.",
                "Đóng băng và tự do là hai đầu của một núm xoay: tốc độ học của embedding chia cho tốc độ học của phần còn lại. Năm lần chạy; đổi n và xem chấm thấp nhất dời đi.",
            ),
            QUICK,
            (
                Preset(
                    "quick",
                    T("quick: 5,000 tokens", "nhanh: 5,000 token"),
                    {},
                    T(
                        "With little text the dial belongs at the left end.",
                        "Với ít văn bản thì núm xoay nên ở đầu trái.",
                    ),
                ),
                Preset(
                    "much",
                    T("50,000 tokens", "50,000 token"),
                    {"keep": 50_000},
                    T("Now it wants more than r = 1.", "Giờ nó muốn hơn cả r = 1."),
                ),
                Preset(
                    "hot",
                    T("broken: learning rate 0.05", "hỏng: tốc độ học 0.05"),
                    {"lr": 0.05},
                    T(
                        "At r = 10 the test loss never gets below a guess: the loan is of no use.",
                        "Ở r = 10, loss kiểm thử không lần nào xuống dưới đoán đều: thứ đi mượn thành vô dụng.",
                    ),
                    broken=True,
                ),
            ),
            dial,
            (dial_figure,),
            ("keep", "lr", "steps"),
            dial_verdict,
            code=("experiments.borrowed.run", "optimizers.build"),
            fixed=("ratio", *VIEW, *TALES_ONLY),
        ),
        Playground(
            "donors",
            T("Whose embedding?", "Mượn của ai?"),
            T(
                "The same training from six donors: a near one, the same half or wholly shuffled, two that read only stories (trained first, here), and none.",
                "Cùng một cách huấn luyện, sáu nguồn: một nguồn gần gũi, chính nó bị xáo một nửa hay xáo hết, hai nguồn chỉ đọc truyện (huấn luyện trước, tại đây), và không mượn ai.",
            ),
            QUICK,
            (
                Preset(
                    "quick",
                    T("quick", "nhanh"),
                    {},
                    T(
                        "Half shuffled: does half of the gain stay?",
                        "Xáo một nửa: phần lợi có còn một nửa không?",
                    ),
                ),
                Preset(
                    "best",
                    T("stopped in time", "dừng đúng lúc"),
                    {"score": "best"},
                    T(
                        "The same two lead, at a lower loss; the other four stay close together.",
                        "Vẫn hai nguồn ấy dẫn đầu, loss thấp hơn; bốn nguồn còn lại vẫn sát nhau.",
                    ),
                ),
                Preset(
                    "empty",
                    T("broken: donors that learned nothing", "hỏng: mô hình cho chưa học gì"),
                    {"donor_steps": 0},
                    T(
                        "The stories' donors are noise now. Did they lend anything before?",
                        "Hai nguồn truyện giờ là nhiễu. Trước đó chúng có cho được gì không?",
                    ),
                    broken=True,
                ),
            ),
            givers,
            (givers_figure,),
            ("keep", "freeze", "score"),
            giver_verdict,
            code=("transplant.donor", "transplant.match", "transplant.shuffled"),
            fixed=("donor", "shuffle", "rows", "arms"),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "Open “Go deeper: one dial”. Give the embedding a learning rate of its own, r times the head's: 0 is frozen, 1 is free. "
        "Find the best r for 2,000, 15,000 and 50,000 tokens: the answer to “freeze or fine-tune?” is a number that grows with your text.",
        "Mở “Đào sâu: một núm xoay”. Cho embedding một tốc độ học riêng, gấp r lần tầng ra: 0 là đóng băng, 1 là tự do. "
        "Tìm r tốt nhất cho 2,000, 15,000 và 50,000 token: câu trả lời cho “đóng băng hay tinh chỉnh?” là một con số lớn dần theo văn bản của bạn.",
    ),
    further=(
        T(
            "What did it borrow? Set the width to 4, 8, 16, 32 in “Borrow”: PCA keeps the donor's strongest directions. How many carry the gain over random?",
            "Nó đã mượn cái gì? Đặt độ rộng 4, 8, 16, 32 ở “Đi mượn”: PCA giữ các hướng mạnh nhất của mô hình cho. Bao nhiêu hướng mang lại phần hơn so với ngẫu nhiên?",
        ),
        T(
            "Shuffle 10 % of the rows, then 20 %: how exact must a loan be? Compare with “Whose embedding?”.",
            "Xáo 10 % số hàng, rồi 20 %: mượn phải chính xác đến đâu? So với “Mượn của ai?”.",
        ),
        T(
            "Upload a text of your own as the new text: does an embedding of docstrings help a poem?",
            "Tải lên một văn bản của bạn làm văn bản mới: embedding từ docstring có giúp được một bài thơ không?",
        ),
    ),
    formula=T(
        r"E_{\text{start}} = E_{\text{donor}},\qquad "
        r"\eta_E = r\,\eta,\qquad "
        r"\text{geometry} = L_{\text{shuffled}} - L_{\text{borrowed}},\qquad "
        r"\text{scale} = L_{\mathcal N(0,1)} - L_{\mathcal N(0,\,0.14^2)}",
        r"E_{\text{ban đầu}} = E_{\text{mô hình cho}},\qquad "
        r"\eta_E = r\,\eta,\qquad "
        r"\text{hình học} = L_{\text{xáo trộn}} - L_{\text{mượn}},\qquad "
        r"\text{thang đo} = L_{\mathcal N(0,1)} - L_{\mathcal N(0,\,0.14^2)}",
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
