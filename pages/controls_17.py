"""The controls of lesson 17, and the four places where Model 5 can drop."""

from dataclasses import dataclass, replace

from app import knobs
from app.i18n import T, same
from app.lesson import Choice, Many, Slider, Text


@dataclass(frozen=True)
class Place:
    """One place of dropout in a block. code: the line that does it. shape: what is dropped from."""

    name: T
    color: int
    code: str
    shape: str


PLACES = {
    "embedding": Place(
        T("token + position", "token + vị trí"), 0, "h = F.dropout(wte(x) + wpe, p, self.training)", "B × T × C"
    ),
    "attention": Place(
        T("attention probabilities", "xác suất attention"),
        1,
        "dropout_p = p if self.training else 0.0",
        "B × H × T × T",
    ),
    "residual": Place(
        T("attention output", "đầu ra attention"), 2, "x + F.dropout(attn(ln_1(x)), p, self.training)", "B × T × C"
    ),
    "mlp": Place(T("MLP output", "đầu ra MLP"), 3, "x + F.dropout(mlp(ln_2(x)), p, self.training)", "B × T × C"),
}
NONE, ALL = T("no dropout", "không dropout"), T("all four", "cả bốn chỗ")
OWN = (-1.0, 0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def own(place: str, en: str, vi: str) -> Slider:
    """p at one place; at the left end it follows the p of all."""
    name = PLACES[place].name
    return Slider(
        f"drop_{place}",
        T(f"p: {name.en}", f"p: {name.vi}"),
        T(
            f"{en} Left end: the p of all places. 1 shuts the tap.",
            f"{vi} Đầu trái: theo p chung. 1 là khóa hẳn van.",
        ),
        values=OWN,
        words=((-1.0, T("as above", "như p chung")),),
    )


GPT2_STD = ((0, T("0.02, as GPT-2", "0.02 như GPT-2")),)

CONTROLS = (
    replace(
        knobs.DROPOUT,
        label=T("dropout p, all places", "xác suất bỏ p (dropout), mọi chỗ"),
        help=T(
            "Chance that a number becomes 0 in training; the others grow by 1/(1 − p). PyTorch's p is what is dropped, not what is kept.",
            "Xác suất một số thành 0 khi huấn luyện; các số còn lại nhân 1/(1 − p). p của PyTorch là phần bị bỏ, không phải phần giữ lại.",
        ),
        high=0.9,
        default=0.2,
    ),
    Many(
        "sites",
        T("runs", "các lần chạy"),
        T(
            "Each place alone, and all together. The run without dropout is always there.",
            "Từng chỗ một mình, và tất cả cùng lúc. Luôn có lần chạy không dropout.",
        ),
        (*((code, place.name) for code, place in PLACES.items()), ("all", ALL)),
    ),
    own("embedding", "Whole features of a token go missing.", "Mất vài đặc trưng của token."),
    own("attention", "A token does not see some of its past.", "Token không thấy một phần quá khứ."),
    own("residual", "Before the first sum of a block.", "Trước phép cộng đầu tiên của khối."),
    own("mlp", "Before the second sum of a block.", "Trước phép cộng thứ hai của khối."),
    Slider(
        "seeds",
        T("seeds", "số hạt giống (seed)"),
        T(
            "Repeats of every run with other weights and batches: what a difference is worth.",
            "Lặp lại mọi lần chạy với trọng số và lô khác: để biết một khác biệt đáng tin đến đâu.",
        ),
        values=(1, 2, 3, 5),
        default=1,
    ),
    Slider(
        "steps",
        T("steps", "số bước"),
        T("Batches. More steps continue the same run.", "Số lô. Thêm bước là chạy tiếp chính lần chạy đó."),
        values=(20, 50, 100, 200, 250, 300, 500, 800, 1234, 2000),
        default=300,
    ),
    Choice(
        "corpus",
        T("text", "văn bản"),
        T(
            "Real prose, or Tales with its few words and firm rules. Web pages stand in for FineWeb.",
            "Văn thật, hoặc Tales ít từ mà luật chặt. Các trang web thay cho FineWeb.",
        ),
        knobs.TEXTS,
        more=knobs.own_texts,
    ),
    knobs.KEEP,
    replace(knobs.LR, high=1e-2),
    replace(knobs.WEIGHT_DECAY, high=1),
    Slider(
        "init_std",
        T("init std of the embeddings", "độ lệch chuẩn khởi tạo của embedding"),
        T(
            "The embedding is the head as well: it sets how wide the first logits are. Left end: GPT-2's 0.02.",
            "Embedding cũng là tầng ra: nó quyết định logits ban đầu rộng đến đâu. Đầu trái: 0.02 của GPT-2.",
        ),
        low=0.005,
        high=1,
        log=True,
        zero=True,
        words=GPT2_STD,
    ),
    Slider(
        "linear_std",
        T("init std of the Linear layers", "độ lệch chuẩn khởi tạo của các tầng Linear"),
        T("Left end: GPT-2's 0.02.", "Đầu trái: 0.02 của GPT-2."),
        low=1e-3,
        high=1,
        log=True,
        zero=True,
        words=GPT2_STD,
    ),
    Slider(
        "divisor",
        T("divide the logits by", "chia logits cho"),
        T(
            "What the dashed runs divide by. The course: √d. Anything below is a gentler division.",
            "Số chia của các lần chạy vẽ nét đứt. Khóa học: √d. Nhỏ hơn là chia nhẹ tay hơn.",
        ),
        values=(0.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 16.0),
        words=((0.0, same("√d")),),
    ),
    knobs.DIVIDE_LOGITS,
    replace(knobs.ATTENTION_SCALE, low=0.25, high=8),
    knobs.BATCH,
    replace(knobs.CONTEXT, values=(16, 32, 64, 128, 256, 512, 1024)),
    knobs.WIDTH,
    knobs.BLOCKS,
    knobs.HEADS,
    knobs.SAMPLER,
    knobs.SEED,
    Slider(
        "tokens",
        T("tokens in the text N", "số token trong văn bản N"),
        T("The course: nine tenths of about 750,000.", "Khóa học: chín phần mười của khoảng 750,000."),
        low=1000,
        high=2_000_000,
        log=True,
    ),
    Choice(
        "mode",
        T("read it in", "đọc ở"),
        T(
            "Evaluation switches dropout off. An attention that forgets passes its p on whatever the mode.",
            "Chế độ đánh giá tắt dropout. Attention hay quên thì vẫn truyền p, bất kể chế độ.",
        ),
        (
            ("eval", T("evaluation mode", "chế độ đánh giá")),
            ("train", T("training mode", "chế độ huấn luyện")),
            ("attention", T("attention forgets eval", "attention quên eval")),
        ),
        default="train",
    ),
    Slider(
        "masks",
        T("masks averaged M", "số mặt nạ lấy trung bình M"),
        T(
            "Passes with fresh dropout whose probabilities are averaged.",
            "Số lượt có dropout mới, lấy trung bình các xác suất.",
        ),
        values=(6, 8, 16, 32, 64),
    ),
    Text(
        "prompt",
        T("prompt", "câu mồi (prompt)"),
        T(
            "The model continues it; only the last T tokens count. Empty: it starts from a line break.",
            "Mô hình viết tiếp; chỉ T token cuối có tác dụng. Để trống: bắt đầu từ dấu xuống dòng.",
        ),
        default="One day, a",
    ),
    knobs.TEMPERATURE,
    Slider(
        "p",
        T("dropout p on attention", "xác suất bỏ p (dropout) của attention"),
        T(
            "The time hardly depends on it, only on whether it is 0.",
            "Thời gian hầu như không phụ thuộc nó, chỉ phụ thuộc nó có bằng 0 không.",
        ),
        values=(0.05, 0.1, 0.2, 0.5, 0.9),
    ),
    Slider(
        "head_width",
        T("numbers per head", "số con số mỗi đầu"),
        T("Channels of each attention head.", "Số kênh của mỗi đầu chú ý."),
        values=(8, 16, 32, 64),
    ),
)
