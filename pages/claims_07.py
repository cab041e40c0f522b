"""What lesson 7 of the course says, and how each statement is measured here."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core import pretrained
from core.claims import above, below, depends, fails, near, once, runs
from core.experiments import copying
from pages.controls_07 import ARMS, QUICK

COURSE = same("CodeChallenge: train Model 1 with GPT-2's embeddings")
FEW, SOME, MANY = 2000, 5000, 50_000
NATS = T("nats/token", "nats/token")


def run(kind, keep, **fields):
    return replace(QUICK, keep=keep, **(ARMS[kind][0] | fields))


def gap(a, b, metric="test_loss"):
    """measure(): the last value of run a minus that of run b."""
    return lambda r: r[a].final(metric) - r[b].final(metric)


def early(a, b, step=50):
    return lambda r: r[a].at("test_loss", step) - r[b].at("test_loss", step)


def embedding():
    return pretrained.embedding("gpt2")


PAIR = {"frozen": run("frozen", SOME), "free": run("free", SOME)}
DEMO = copying.Config()

CLAIMS = (
    Claim(
        "7.1",
        T("A frozen embedding has the higher train loss.", "Embedding đóng băng có loss huấn luyện cao hơn."),
        COURSE,
        T("table of both runs", "bảng của hai lần chạy"),
        "training",
        measure=gap("frozen", "free", "same_loss"),
        judge=above(0.0),
        needs=runs(**PAIR),
        unit=T(
            "nats/token of train loss, frozen minus trainable", "nats/token loss huấn luyện, đóng băng trừ huấn luyện"
        ),
        explain=T(
            "Fewer numbers to fit the training text with. Only strong weight decay, which wears down what is trained, can turn it round.",
            "Ít con số hơn để khớp văn bản huấn luyện. Chỉ suy giảm trọng số mạnh, vốn bào mòn những gì được huấn luyện, mới đảo ngược được điều này.",
        ),
    ),
    Claim(
        "7.1b",
        T("A frozen embedding has the higher test loss.", "Embedding đóng băng có loss kiểm thử cao hơn."),
        COURSE,
        T("table of both runs", "bảng của hai lần chạy"),
        "training",
        measure=gap("frozen", "free"),
        judge=depends(
            below(0.0),
            T(
                "only where there is enough text: with 5,000 tokens it is lower",
                "chỉ khi đủ văn bản: với 5,000 token thì lại thấp hơn",
            ),
        ),
        needs=runs(**PAIR),
        unit=T("nats/token of test loss at 5,000 tokens", "nats/token loss kiểm thử với 5,000 token"),
        explain=T(
            "The train loss falls further because the free rows learn the training text by heart. Claims 7.2 and 7.2b show both sides.",
            "Loss huấn luyện giảm sâu hơn vì các hàng tự do học thuộc văn bản. Mục 7.2 và 7.2b cho thấy cả hai phía.",
        ),
    ),
    Claim(
        "7.2",
        T(
            "Freezing helps when the new data are few and similar.",
            "Đóng băng có lợi khi dữ liệu mới ít và tương tự.",
        ),
        COURSE,
        T("discussion", "thảo luận"),
        "training",
        measure=gap("free", "frozen"),
        judge=above(0.2),
        needs=runs(frozen=run("frozen", FEW), free=run("free", FEW)),
        unit=T("nats/token won by freezing at 2,000 tokens", "nats/token thắng nhờ đóng băng với 2,000 token"),
        explain=T(
            "Much of it is protection against training too long: look at the best step in “How much text?”, and the gain shrinks.",
            "Phần lớn là nhờ chống huấn luyện quá lâu: xem bước tốt nhất ở “Bao nhiêu văn bản?” thì phần lợi nhỏ lại.",
        ),
    ),
    Claim(
        "7.2b",
        T("With much new text freezing costs.", "Với nhiều văn bản mới, đóng băng thì thiệt."),
        COURSE,
        T("discussion", "thảo luận"),
        "training",
        measure=gap("frozen", "free"),
        judge=above(0.05),
        needs=runs(frozen=run("frozen", MANY), free=run("free", MANY)),
        unit=T("nats/token lost by freezing at 50,000 tokens", "nats/token mất vì đóng băng với 50,000 token"),
    ),
    Claim(
        "7.3",
        T(
            "Copying an embedding makes use of what it learned.",
            "Sao chép embedding là dùng lại điều nó đã học.",
        ),
        COURSE,
        T("text", "lời văn"),
        "training",
        measure=gap("shuffled", "free"),
        judge=above(0.1),
        needs=runs(shuffled=run("shuffled", MANY), free=run("free", MANY)),
        unit=T("nats/token, shuffled minus borrowed", "nats/token, xáo trộn trừ mượn"),
        explain=T(
            "The shuffled control has the same vectors, so their size and distribution are equal: what is left is meaning.",
            "Bản đối chứng xáo trộn có đúng các vector ấy nên độ lớn và phân phối bằng nhau: phần còn lại là ý nghĩa.",
        ),
    ),
    Claim(
        "7.4",
        T(
            "GPT-2's embedding beats a random one because it is pretrained.",
            "Embedding GPT-2 tốt hơn ngẫu nhiên vì đã được tiền huấn luyện.",
        ),
        COURSE,
        same("3.626 (GPT-2, d 768) < 3.684 (d 512)"),
        "training",
        measure=gap("random", "small"),
        judge=depends(
            above(0.05),
            T(
                "the two runs differ in scale as well, and scale alone gives this much",
                "hai lần chạy còn khác thang đo, mà chỉ thang đo đã cho chừng này",
            ),
        ),
        needs=runs(random=run("random", MANY), small=run("random-small", MANY)),
        unit=T(
            "nats/token won by a random start at std 0.14 over std 1", "nats/token mà std 0.14 ngẫu nhiên thắng std 1"
        ),
        explain=T(
            "The course compares std 0.144 and width 768 with std 1 and width 512. A fair control has the same spread and width.",
            "Khóa học so std 0.144, rộng 768 với std 1, rộng 512. Đối chứng công bằng phải cùng độ phân tán và độ rộng.",
        ),
    ),
    Claim(
        "7.4b",
        T(
            "At equal scale the meaning of a borrowed embedding still counts.",
            "Cùng thang đo thì ý nghĩa của embedding đi mượn vẫn có giá trị.",
        ),
        None,
        same("—"),
        "training",
        measure=gap("noise", "borrowed"),
        judge=above(0.05),
        needs=runs(noise=run("random-small", MANY), borrowed=run("small", MANY)),
        unit=T("nats/token, random minus borrowed, both at std 0.14", "nats/token, ngẫu nhiên trừ mượn, cùng std 0.14"),
    ),
    Claim(
        "7.4c",
        T("GPT-2's own rows help Model 1 here.", "Chính các hàng của GPT-2 giúp được Mô hình 1 ở đây."),
        None,
        same("—"),
        "training",
        measure=gap("shuffled", "gpt2"),
        judge=above(0.1),
        needs=runs(
            shuffled=run("shuffled", SOME, donor="gpt2", std=1.0), gpt2=run("free", SOME, donor="gpt2", std=1.0)
        ),
        requires=("gpt2_embedding", "gpt2"),
        unit=T("nats/token, shuffled minus borrowed, 64 directions", "nats/token, xáo trộn trừ mượn, 64 hướng"),
    ),
    Claim(
        "7.5",
        T("A borrowed start learns faster.", "Khởi đầu đi mượn học nhanh hơn."),
        COURSE,
        T("“converges quickly”", "“hội tụ nhanh”"),
        "training",
        measure=early("random", "free"),
        judge=depends(above(0.2), T("at equal spread (7.5b)", "khi cùng độ phân tán (7.5b)")),
        needs=runs(random=run("random", MANY), free=run("free", MANY)),
        unit=T("nats/token ahead of random at step 50", "nats/token hơn ngẫu nhiên ở bước 50"),
    ),
    Claim(
        "7.5b",
        T(
            "At GPT-2's spread of 0.14 a borrowed start is the slower one.",
            "Với độ phân tán 0.14 như GPT-2, khởi đầu đi mượn lại chậm hơn.",
        ),
        None,
        T("executed copy, epoch 1: 7.395 against 6.047", "bản đã chạy, lượt 1: 7.395 so với 6.047"),
        "training",
        measure=early("small", "random"),
        judge=above(0.2),
        needs=runs(random=run("random", MANY), small=run("small", MANY)),
        unit=T("nats/token behind random N(0, 1) at step 50", "nats/token thua ngẫu nhiên N(0, 1) ở bước 50"),
        explain=T(
            "Small rows give small logits and small gradients for the head: the first steps go into growing them.",
            "Hàng nhỏ cho logit nhỏ và gradient nhỏ ở tầng ra: những bước đầu chỉ để phóng to chúng.",
        ),
    ),
    Claim(
        "7.6",
        T("Frozen parameters do not change.", "Tham số đóng băng không thay đổi."),
        COURSE,
        T("text", "lời văn"),
        "exact",
        measure=lambda r: r["demo"].final("off_change"),
        judge=near(0.0, 0.0),
        needs=once(demo=DEMO),
        seeds=(0,),
        unit=T(
            "largest change after a step with requires_grad=False",
            "thay đổi lớn nhất sau một bước với requires_grad=False",
        ),
    ),
    Claim(
        "7.6b",
        T("The gradient does not pass through a frozen layer.", "Gradient không đi qua tầng bị đóng băng."),
        COURSE,
        T("text", "lời văn"),
        "exact",
        measure=lambda r: r["demo"].final("passes"),
        judge=fails(above(0.0)),
        needs=once(demo=DEMO),
        seeds=(0,),
        unit=T("largest gradient that reaches the layer before it", "gradient lớn nhất tới được tầng phía trước"),
        explain=T(
            "Frozen weights get none themselves, but layers before them still learn. Only an embedding has nothing before it.",
            "Trọng số đóng băng thì không nhận, nhưng các tầng phía trước vẫn học. Chỉ embedding mới không có gì phía trước.",
        ),
    ),
    Claim(
        "7.7",
        T("A difference of 0 proves that the copy worked.", "Hiệu bằng 0 chứng tỏ đã chép đúng."),
        COURSE,
        same("Δ = 0"),
        "exact",
        measure=lambda r: r["demo"].final("alias_donor_change"),
        judge=fails(above(1e-3)),
        needs=once(demo=DEMO),
        seeds=(0,),
        unit=T("change of the donor after one step on its alias", "mức mô hình cho bị đổi sau một bước trên alias"),
        explain=T(
            "The difference is 0 for a copy and for an alias. The solution notebook assigns `.data = .data`, which is an alias; compare addresses, or train one step.",
            "Hiệu bằng 0 với cả bản chép lẫn bí danh (alias). Notebook lời giải gán `.data = .data`, tức là alias; hãy so địa chỉ, hoặc huấn luyện một bước.",
        ),
    ),
    Claim(
        "7.8",
        T("`.data` removes gradients and metadata.", "`.data` bỏ gradient và siêu dữ liệu."),
        COURSE,
        T("text", "lời văn"),
        "citation",
        explain=T(
            "Imprecise: `.data` is another tensor on the same memory that autograd does not watch. PyTorch advises `with torch.no_grad(): w.copy_(src)`.",
            "Chưa chính xác: `.data` là một tensor khác trên cùng vùng nhớ mà autograd không theo dõi. PyTorch khuyên dùng `with torch.no_grad(): w.copy_(src)`.",
        ),
    ),
    Claim(
        "7.9",
        T(
            "In language, embeddings depend strongly on context.",
            "Trong ngôn ngữ, embedding phụ thuộc mạnh vào ngữ cảnh.",
        ),
        COURSE,
        T("section 6.2", "mục 6.2"),
        "exact",
        measure=lambda r: r["demo"].final("lookup_gap"),
        judge=fails(near(0.0, 0.0)),
        needs=once(demo=DEMO),
        seeds=(0,),
        unit=T("difference of one token's vector in two contexts", "khác biệt của vector một token trong hai ngữ cảnh"),
        explain=T(
            "The token embedding is a table: same token, same row. Context comes in at the attention layers.",
            "Embedding token là một bảng tra: cùng token, cùng hàng. Ngữ cảnh chỉ vào từ các tầng attention.",
        ),
    ),
    Claim(
        "7.10",
        T("Fine-tuning reduces the generalisation error.", "Tinh chỉnh làm giảm sai số tổng quát hóa."),
        COURSE,
        T("text", "lời văn"),
        "training",
        measure=lambda r: (
            (r["free"].final("test_loss") - r["free"].final("same_loss"))
            - (r["frozen"].final("test_loss") - r["frozen"].final("same_loss"))
        ),
        judge=fails(above(0.1)),
        needs=runs(**PAIR),
        unit=T(
            "nats/token: gap test − train, trainable minus frozen", "nats/token: khoảng chênh, huấn luyện trừ đóng băng"
        ),
        explain=T(
            "The gap grows when more numbers may move. What fine-tuning can lower, with enough text, is the test loss itself.",
            "Càng nhiều con số được dời thì khoảng chênh càng lớn. Điều tinh chỉnh có thể hạ, khi đủ văn bản, là chính loss kiểm thử.",
        ),
    ),
    Claim(
        "7.11",
        T("GPT-2's embedding has 768 columns.", "Embedding của GPT-2 có 768 cột."),
        COURSE,
        same("768"),
        "exact",
        measure=lambda r: embedding().shape[1],
        judge=near(768, 0),
        seeds=(0,),
        requires=("gpt2_embedding",),
        unit=T("columns in the file", "cột trong tệp"),
        digits=0,
    ),
    Claim(
        "7.11b",
        T(
            "The numbers of GPT-2's embedding have standard deviation 0.144.",
            "Các số trong embedding của GPT-2 có độ lệch chuẩn 0.144.",
        ),
        None,
        same("0.144"),
        "exact",
        measure=lambda r: embedding().std(),
        judge=near(0.144, 0.001),
        seeds=(0,),
        requires=("gpt2_embedding",),
        unit=same("std"),
    ),
    Claim(
        "7.12",
        T("AdamW goes on decaying frozen weights.", "AdamW vẫn làm suy giảm trọng số đóng băng."),
        None,
        same("—"),
        "exact",
        measure=lambda r: r["demo"].final("zero_factor") / r["demo"].final("off_factor"),
        judge=depends(
            near(0.95, 1e-3),
            T(
                "only when their gradient is zeros; with requires_grad=False it is None, and they are skipped",
                "chỉ khi gradient của chúng là 0; với requires_grad=False thì là None và chúng được bỏ qua",
            ),
        ),
        needs=once(demo=DEMO),
        seeds=(0,),
        unit=T(
            "length left after a step with zeros (lr 0.1, decay 0.5)",
            "độ dài còn lại sau một bước với gradient 0 (lr 0.1, suy giảm 0.5)",
        ),
    ),
)
