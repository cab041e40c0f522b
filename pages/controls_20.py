"""The controls of lesson 20: every optimization option, one line each."""

from dataclasses import replace

from app.i18n import T, same
from app.knobs import (
    BLOCKS,
    CLIP,
    CONTEXT,
    DROPOUT,
    HEADS,
    LR,
    SCHEDULE,
    SEED,
    TEXTS,
    TOKENIZER,
    WARMUP,
    WEIGHT_DECAY,
    WIDTH,
    own_texts,
)
from app.lesson import Choice, Many, Slider, Toggle
from core import device

# what an option of training_options.BENCHED is called
OPTION_NAMES = {
    "baseline": T("baseline", "mốc so sánh"),
    "accumulate": T("4 micro-batches", "4 lô nhỏ"),
    "bfloat16": T("bfloat16, mixed", "bfloat16, hỗn hợp"),
    "float16": T("float16, mixed", "float16, hỗn hợp"),
    "pure_bfloat16": T("bfloat16 weights", "trọng số bfloat16"),
    "manual": T("attention by hand", "attention viết tay"),
    "math": T("attention: math", "attention: math"),
    "packed": T("q, k, v copied", "chép q, k, v"),
    "int32": T("int32 ids", "id token int32"),
    "checkpoint": T("checkpointing", "checkpointing"),
    "foreach": T("AdamW foreach", "AdamW foreach"),
    "loop": T("AdamW loop", "AdamW vòng lặp"),
    "sgd": same("SGD"),
    "muon": same("Muon"),
    "untied": T("untied head", "tầng ra riêng"),
    "padded": T("V to ×64", "V tròn 64"),
    "dropout": same("dropout 0.1"),
    "clip": T("clipping", "cắt gradient"),
    "rotary": T("rotary positions", "vị trí xoay"),
    "qk_norm": same("QK-norm"),
    "squared_relu": same("ReLU²"),
    "modern": T("everything on", "bật tất cả"),
    "threads": T("all cores", "mọi lõi CPU"),
    "as_torch_comes": T("float32 as torch comes", "float32 mặc định"),
    "compiled": same("torch.compile"),
    "pinned": T("pinned memory", "bộ nhớ ghim"),
    "efficient": T("attention: efficient", "attention: efficient"),
    "cudnn": T("attention: cuDNN", "attention: cuDNN"),
}

AXIS = Choice(
    "axis",
    T("horizontal axis", "trục ngang"),
    T(
        "The same runs against training seconds, steps or tokens read. The order of the curves may change.",
        "Cùng các lần chạy theo giây huấn luyện, theo bước hay theo số token đã đọc. Thứ tự các đường có thể đổi.",
    ),
    (("seconds", T("seconds", "giây")), ("step", T("steps", "bước")), ("tokens", T("tokens", "token"))),
    default="seconds",
)

TRAINING = (
    Choice(
        "optimizer",
        T("optimizer", "thuật toán tối ưu"),
        T(
            "SGD with momentum; AdamW; or Muon for the matrices inside the blocks, with AdamW for all the rest.",
            "SGD có quán tính; AdamW; hoặc Muon cho các ma trận trong khối, phần còn lại dùng AdamW.",
        ),
        (("sgd", same("SGD")), ("adamw", same("AdamW")), ("muon", same("Muon"))),
    ),
    LR,
    AXIS,
    Slider(
        "batch",
        T("batch B", "cỡ lô B"),
        T("Windows in every step: any whole number.", "Số cửa sổ mỗi bước: số nguyên bất kỳ."),
        low=1,
        high=256,
        step=1,
    ),
    Choice(
        "precision",
        T("number format", "định dạng số"),
        T(
            "Mixed: products in 16 bits, weights in 32 (float16 with a loss scaler). Last: the weights too are bfloat16.",
            "Hỗn hợp (mixed precision): phép nhân 16 bit, trọng số 32 bit (float16 kèm hệ số nhân loss). Cuối: cả trọng số là bfloat16.",
        ),
        (
            ("float32", same("float32")),
            ("bfloat16", T("bfloat16, mixed", "bfloat16, hỗn hợp")),
            ("float16", T("float16, mixed", "float16, hỗn hợp")),
            ("pure_bfloat16", T("bfloat16 throughout", "bfloat16 hoàn toàn")),
        ),
    ),
    Slider(
        "accumulate",
        T("accumulation: micro-batches", "tích lũy: số lô nhỏ"),
        T(
            "The batch is cut into so many parts, one after the other: memory of one part, gradient of all.",
            "Lô được cắt thành bấy nhiêu phần, làm lần lượt: bộ nhớ của một phần, gradient của tất cả.",
        ),
        values=(1, 2, 4, 8, 16, 32),
    ),
    Toggle(
        "divide",
        T("divide by their number", "chia cho số lô nhỏ"),
        T(
            "Off: the classic slip, the gradient comes out k times as long.",
            "Tắt: lỗi kinh điển, gradient dài gấp k lần.",
        ),
    ),
    Slider(
        "matrix_lr",
        T("Muon's learning rate", "tốc độ học của Muon"),
        T(
            "For the matrices only: the size of a step in units of an orthogonal matrix.",
            "Chỉ cho các ma trận: độ dài bước tính theo ma trận trực giao.",
        ),
        low=1e-3,
        high=1e-1,
        log=True,
    ),
    WEIGHT_DECAY,
    replace(SCHEDULE, options=(*SCHEDULE.options, ("wsd", T("late decay (WSD)", "giảm cuối (WSD)")))),
    replace(WARMUP, high=0.3),
    replace(CLIP, values=(0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)),
    Choice(
        "update",
        T("AdamW's loop", "vòng lặp của AdamW"),
        T(
            "One kernel for everything, one per operation, or one per tensor. The result is the same.",
            "Một kernel cho tất cả, một cho mỗi phép tính, hay một cho mỗi tensor. Kết quả như nhau.",
        ),
        (("fused", T("fused", "hợp nhất")), ("foreach", same("foreach")), ("loop", T("loop", "vòng lặp"))),
    ),
    Toggle(
        "compiled",
        same("torch.compile"),
        T(
            "The model is translated into fused kernels before its first step; that step takes the time of hundreds.",
            "Mô hình được dịch thành các kernel hợp nhất trước bước đầu; riêng bước ấy tốn thời gian bằng hàng trăm bước.",
        ),
    ),
    Slider(
        "threads",
        T("threads", "số luồng"),
        T("Processor cores one step may use.", "Số lõi CPU mà một bước được dùng."),
        values=tuple(range(1, max(2, device.cores()) + 1)),
    ),
)

MODEL = (
    Choice(
        "attention",
        T("attention kernel", "kernel attention"),
        T(
            "Written by hand, or PyTorch's own: math stores every score, flash none. Efficient and cuDNN: NVIDIA GPUs only.",
            "Viết tay, hoặc của PyTorch: math lưu mọi điểm số, flash không lưu. Efficient và cuDNN: chỉ GPU NVIDIA.",
        ),
        (
            ("auto", T("automatic", "tự động")),
            ("manual", T("by hand", "viết tay")),
            ("math", same("math")),
            ("flash", same("flash")),
            ("efficient", same("efficient")),
            ("cudnn", same("cuDNN")),
        ),
    ),
    Choice(
        "positions",
        T("positions", "vị trí"),
        T(
            "A learned vector per place, or rotary: queries and keys turn with their place.",
            "Một vector học được cho mỗi vị trí, hay xoay (rotary): query và key xoay theo vị trí.",
        ),
        (("learned", T("learned", "học được")), ("rotary", T("rotary", "xoay (rotary)"))),
    ),
    Toggle(
        "qk_norm",
        same("QK-norm"),
        T("A LayerNorm on every query and key.", "Một LayerNorm trên mỗi query và key."),
    ),
    Choice(
        "activation",
        T("in the MLP", "trong MLP"),
        T("GELU as GPT-2, or max(x, 0)².", "GELU như GPT-2, hoặc max(x, 0)²."),
        (("gelu", same("GELU")), ("squared_relu", same("ReLU²"))),
    ),
    Choice(
        "tying",
        T("weight tying", "dùng chung trọng số"),
        T(
            "One matrix for reading and writing, or two. The output product stays either way.",
            "Một ma trận cho cả đọc lẫn viết, hoặc hai. Phép nhân ở đầu ra thì vẫn còn.",
        ),
        (("same", T("tied", "dùng chung")), ("untied", T("untied", "riêng"))),
    ),
    Toggle(
        "padded",
        T("pad the vocabulary", "làm tròn từ vựng"),
        T("Up to a multiple of 64 columns, for the matrix units.", "Lên bội số của 64 cột, cho các khối nhân ma trận."),
    ),
    replace(DROPOUT, high=0.5),
    Toggle(
        "packed",
        T("copy q, k, v", "chép q, k, v"),
        T(
            "Into memory of their own before attention. Off: the kernel reads them inside the fused projection.",
            "Vào vùng nhớ riêng trước attention. Tắt: kernel đọc ngay trong phép chiếu gộp.",
        ),
    ),
    Toggle(
        "checkpoint",
        T("activation checkpointing", "tính lại kích hoạt (checkpointing)"),
        T(
            "Each block keeps its input only and is computed a second time for the backward pass.",
            "Mỗi khối chỉ giữ đầu vào và được tính lại lần hai cho lượt lùi.",
        ),
    ),
    Choice(
        "index",
        T("type of token ids", "kiểu của id token"),
        T(
            "8 or 4 bytes for each token in the batch. Anything else is refused.",
            "8 hay 4 byte cho mỗi token trong lô. Kiểu khác bị từ chối.",
        ),
        (("int64", same("int64")), ("int32", same("int32"))),
    ),
    Toggle(
        "pinned",
        T("pinned memory", "bộ nhớ ghim (pinned)"),
        T(
            "Copies to a GPU run beside the arithmetic. Needs a GPU; without one it says so and changes nothing.",
            "Việc chép sang GPU chạy song song với tính toán. Cần GPU; không có thì báo và không đổi gì.",
        ),
    ),
    Toggle(
        "bad_batch",
        T("one bad batch half way", "một lô hỏng ở giữa chừng"),
        T(
            "Random tokens, at ten times the learning rate: what clipping is for.",
            "Token ngẫu nhiên, với tốc độ học gấp mười: lý do có cắt gradient.",
        ),
    ),
)

SIZE = (
    Choice(
        "corpus",
        T("text", "văn bản"),
        T("What the runs are trained and tested on.", "Văn bản để huấn luyện và kiểm thử."),
        TEXTS,
        more=own_texts,
    ),
    TOKENIZER,
    replace(WIDTH, values=(32, 64, 96, 128, 192, 256, 384)),
    replace(BLOCKS, values=(1, 2, 3, 4, 6)),
    HEADS,
    replace(CONTEXT, values=(16, 32, 64, 128, 256)),
    Slider(
        "vocabulary",
        T("vocabulary V", "từ vựng V"),
        T("Columns of the output layer.", "Số cột của tầng ra."),
        values=(500, 2000, 8000, 32_000, 50_257),
    ),
    Slider(
        "steps",
        T("steps (of a measurement: passes)", "số bước (khi bấm giờ: số lượt)"),
        T(
            "Updates in every run; where things are timed, how often each one is: more is quieter.",
            "Số lần cập nhật của mỗi lần chạy; khi bấm giờ là số lần đo mỗi thứ: càng nhiều càng ít nhiễu.",
        ),
        values=(5, 7, 9, 11, 12, 15, 20, 30, 40, 60, 80, 100, 120, 200, 300, 600, 1000),
    ),
    SEED,
)

BENCH = (
    Many(
        "options",
        T("options", "lựa chọn"),
        T("Each is timed in turn with the baseline.", "Mỗi lựa chọn được bấm giờ xen kẽ với mốc so sánh."),
        tuple((code, name) for code, name in OPTION_NAMES.items() if code != "baseline"),
    ),
    Choice(
        "what",
        T("what is timed", "bấm giờ cái gì"),
        T("One operation and its rivals, in turn.", "Một phép tính và các đối thủ của nó, xen kẽ."),
        (
            ("attention", T("attention kernels", "các kernel attention")),
            ("batch", T("batch sizes, one by one", "từng cỡ lô một")),
            ("vocabulary", T("columns of the output layer", "số cột của tầng ra")),
            ("product", T("matrix products by format", "phép nhân ma trận theo định dạng")),
            ("layout", T("rows and columns in memory", "hàng và cột trong bộ nhớ")),
            ("update", T("AdamW's three loops", "ba vòng lặp của AdamW")),
            ("index", T("type of token ids", "kiểu của id token")),
        ),
    ),
    Slider(
        "reach",
        T("batch sizes to each side", "số cỡ lô mỗi bên"),
        T("Of the chosen batch, for “batch sizes”.", "Quanh cỡ lô đã chọn, cho mục “từng cỡ lô”."),
        values=(2, 4, 6, 8, 12),
    ),
)

BUDGET = (
    Slider(
        "d_model",
        T("width d", "độ rộng d"),
        T("768 is GPT-2 small, 1,600 its largest.", "768 là GPT-2 nhỏ, 1,600 là bản lớn nhất."),
        values=(64, 128, 256, 512, 768, 1024, 1600, 4096, 8192),
    ),
    Slider(
        "layers",
        T("blocks", "số khối"),
        T("Attention plus MLP, stacked.", "Attention cộng MLP, xếp chồng."),
        values=(2, 4, 8, 12, 24, 48, 96),
    ),
    Slider(
        "window",
        T("context T", "ngữ cảnh T"),
        T("Tokens in a window.", "Số token trong một cửa sổ."),
        values=(64, 256, 512, 1024, 2048, 4096, 8192, 32_768),
    ),
    Slider(
        "windows",
        T("batch B", "cỡ lô B"),
        T("Windows in a step, on one device.", "Số cửa sổ mỗi bước, trên một thiết bị."),
        values=(1, 2, 4, 8, 16, 32, 64, 128),
    ),
    Choice(
        "kernel",
        T("attention", "attention"),
        T(
            "Written by hand keeps every score: B·heads·T² numbers.",
            "Viết tay thì giữ mọi điểm số: B·số đầu·T² con số.",
        ),
        (("flash", same("flash")), ("manual", T("by hand", "viết tay"))),
    ),
    Choice(
        "hardware",
        T("hardware", "phần cứng"),
        T(
            "Peak 16-bit operations per second, from the maker's sheet.",
            "Số phép tính 16 bit mỗi giây theo công bố của hãng.",
        ),
        (
            ("h100", same("H100")),
            ("a100", same("A100")),
            ("v100", same("V100")),
            ("4090", same("RTX 4090")),
            ("cpu", T("this processor", "CPU máy này")),
        ),
    ),
    Slider(
        "tokens_per_second",
        T("speed you reach", "tốc độ bạn đạt"),
        T("Tokens per second, of one device.", "Số token mỗi giây, của một thiết bị."),
        low=1e3,
        high=1e7,
        log=True,
    ),
    Slider(
        "saved_ms",
        T("saved in a step (ms)", "tiết kiệm mỗi bước (ms)"),
        T("What an option saves.", "Phần một lựa chọn tiết kiệm được."),
        low=0.1,
        high=1000,
        log=True,
    ),
    Slider(
        "updates",
        T("steps of the run", "số bước của lần chạy"),
        T("GPT-2 size runs have 10⁴ to 10⁶.", "Lần chạy cỡ GPT-2 có 10⁴ đến 10⁶ bước."),
        low=1e3,
        high=1e9,
        log=True,
    ),
)

PARALLEL = (
    Slider(
        "processes",
        T("processes", "số tiến trình"),
        T("They share every batch, and average their gradients.", "Chia nhau mỗi lô và lấy trung bình gradient."),
        values=(1, 2, 4),
    ),
)

CONTROLS = (*TRAINING, *MODEL, *SIZE, *BENCH, *BUDGET, *PARALLEL)
