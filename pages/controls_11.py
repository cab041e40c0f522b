"""The controls of lesson 11."""

from app.i18n import T, same
from app.knobs import BLOCKS, SEED, TEXTS, own_texts
from app.lesson import Choice, Slider, Toggle
from core.experiments.gains import FACTORS

CONTROLS = (
    Slider(
        "d",
        T("vector length d", "độ dài vector d"),
        T(
            "How many entries a query and a key have. In GPT-2 a head has 64.",
            "Mỗi truy vấn (query) và khóa (key) có bao nhiêu phần tử. Một đầu chú ý của GPT-2 có 64.",
        ),
        values=(
            2,
            3,
            5,
            7,
            10,
            15,
            20,
            30,
            50,
            64,
            70,
            100,
            150,
            200,
            256,
            300,
            500,
            700,
            1024,
            1500,
            2048,
            3000,
            4096,
        ),
    ),
    Slider(
        "std",
        T("entry std σ", "độ lệch chuẩn của phần tử σ"),
        T(
            "Spread of every entry. Scores grow with its square: σ²√d.",
            "Độ phân tán của mỗi phần tử. Điểm số tăng theo bình phương của nó: σ²√d.",
        ),
        low=0.01,
        high=32,
        log=True,
    ),
    Slider(
        "mean",
        T("entry mean μ", "trung bình của phần tử μ"),
        T(
            "The rule √d assumes 0. Any other mean makes the scores larger: √(d(σ⁴ + 2μ²σ²)).",
            "Quy luật √d giả định bằng 0. Trung bình khác 0 làm điểm số lớn hơn: √(d(σ⁴ + 2μ²σ²)).",
        ),
        low=0.0,
        high=2,
        step=0.1,
    ),
    Slider(
        "correlation",
        T("likeness ρ of qᵢ and kᵢ", "độ giống nhau ρ của qᵢ và kᵢ"),
        T(
            "Correlation of each query with the key of the same row: their score moves to ρσ²d, not just √d. "
            "Training does this to a model.",
            "Tương quan giữa mỗi truy vấn với khóa cùng hàng: điểm số của chúng dời đến ρσ²d chứ không chỉ √d. "
            "Huấn luyện làm đúng điều này với mô hình.",
        ),
        low=-1.0,
        high=1,
        step=0.05,
    ),
    Choice(
        "product",
        T("product", "phép nhân"),
        T(
            "Q @ Kᵀ adds up d products. Q * K, a frequent slip, adds up nothing.",
            "Q @ Kᵀ cộng d tích lại. Q * K, một lỗi hay gặp, thì chẳng cộng gì.",
        ),
        (("matrix", same("Q @ Kᵀ")), ("elementwise", same("Q * K"))),
    ),
    Choice(
        "dtype",
        T("number format", "định dạng số"),
        T(
            "float16 ends at 65,504: larger scores become infinite. bfloat16 reaches as far as float32, with 8 bits of precision.",
            "float16 chỉ đến 65,504: điểm số lớn hơn thành vô cực. bfloat16 đi xa như float32 nhưng chỉ chính xác 8 bit.",
        ),
        (("float32", same("float32")), ("bfloat16", same("bfloat16")), ("float16", same("float16"))),
    ),
    Choice(
        "divide",
        T("divide by √d", "chia cho √d"),
        T(
            "After the product, as in the formula; or q and k each by d^¼ before it, so that nothing large ever appears.",
            "Sau phép nhân như trong công thức; hoặc chia q và k cho d^¼ trước khi nhân, để không bao giờ có số lớn.",
        ),
        (("after", T("after", "sau")), ("before", T("before", "trước"))),
    ),
    Slider(
        "exponent",
        T("exponent α in d^(−α)", "số mũ α trong d^(−α)"),
        T(
            "The scores are divided by d to this power: 0 not at all, ½ the paper's √d, 1 by d itself (μP).",
            "Điểm số được chia cho d mũ α: 0 là không chia, ½ là √d của bài báo, 1 là chia cho chính d (μP).",
        ),
        low=0.0,
        high=1,
        step=0.05,
    ),
    Slider(
        "attention_scale",
        T("attention scale s (× 1/√d)", "hệ số chia attention s (× 1/√d)"),
        T(
            "What the scores are multiplied with, on top of the division. In a head of 16, s = 4 takes the division back; 0 makes "
            "every token average its past.",
            "Điểm số được nhân thêm hệ số này sau khi chia. Với đầu 16 chiều, s = 4 là bỏ phép chia; 0 khiến mỗi token lấy "
            "trung bình quá khứ.",
        ),
        low=0.0625,
        high=32,
        zero=True,
        values=(0.0, 0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0),
    ),
    Choice(
        "form",
        T("softmax over", "softmax trên"),
        T(
            "Attention takes one softmax for each query. The course's notebook takes a single one over all n² scores.",
            "Attention lấy một softmax cho mỗi truy vấn. Notebook của khóa học lấy một softmax duy nhất trên cả n² điểm số.",
        ),
        (("rows", T("each row", "từng hàng")), ("course", T("all scores at once", "mọi điểm số cùng lúc"))),
    ),
    Slider(
        "n",
        T("vectors n", "số vector n"),
        T("Queries, and as many keys.", "Số truy vấn, và bấy nhiêu khóa."),
        values=(8, 16, 32, 50, 64, 100),
    ),
    Slider(
        "init_std",
        T("init std", "độ lệch chuẩn khởi tạo"),
        T(
            "Spread of every weight before training. GPT-2: 0.02. At width 64, 0.125 gives queries and keys of "
            "variance 1, the case the √d is made for.",
            "Độ phân tán của mọi trọng số trước huấn luyện. GPT-2: 0.02. Ở độ rộng 64, 0.125 cho truy vấn và khóa "
            "phương sai 1, đúng trường hợp mà √d nhắm tới.",
        ),
        values=(0.002, 0.005, 0.01, 0.02, 0.05, 0.07, 0.1, 0.125, 0.2, 0.3, 0.5, 1.0),
    ),
    Toggle(
        "qk_norm",
        T("normalise q and k", "chuẩn hóa q và k"),
        T(
            "A LayerNorm on every query and key (QK-norm): however large the weights, no score leaves ±√d.",
            "Một LayerNorm trên mỗi truy vấn và khóa (QK-norm): trọng số lớn đến đâu, điểm số cũng không vượt ±√d.",
        ),
    ),
    Toggle(
        "divide_logits",
        T("divide the logits by √width", "chia logits cho √(độ rộng)"),
        T(
            "The same rule at the other end: a logit is a dot product too, of as many numbers as the model is wide.",
            "Cùng quy luật ở đầu kia: logit cũng là tích vô hướng, dài bằng độ rộng mô hình.",
        ),
    ),
    Slider(
        "lr",
        T("learning rate", "tốc độ học"),
        T("Step size of AdamW.", "Độ dài bước của AdamW."),
        low=1e-5,
        high=1e-1,
        log=True,
    ),
    Slider(
        "steps",
        T("steps", "số bước"),
        T("How many updates.", "Số lần cập nhật."),
        values=(20, 50, 100, 200, 300, 400, 600, 1000),
    ),
    Slider(
        "heads",
        T("heads", "số đầu chú ý"),
        T(
            "They share the width of 64: four heads have d = 16 each. Must divide it.",
            "Chúng chia nhau độ rộng 64: bốn đầu thì mỗi đầu có d = 16. Phải là ước của 64.",
        ),
        values=(1, 2, 3, 4, 8),
    ),
    BLOCKS,
    Choice(
        "corpus",
        T("text", "văn bản"),
        T("What it reads: real prose or Tales.", "Nó đọc gì: văn thật hay Tales."),
        TEXTS,
        more=own_texts,
    ),
    SEED,
    Slider(
        "factor",
        T("rescale γ by c", "nhân γ với c"),
        T(
            "Every LayerNorm gain of the trained model times c. Watch what the loss does when β and the next weights go along.",
            "Mọi hệ số γ của LayerNorm trong mô hình đã huấn luyện được nhân với c. Xem loss ra sao khi β và trọng số kế tiếp cùng đổi.",
        ),
        values=FACTORS,
        default=0.3,
    ),
)
