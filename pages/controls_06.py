"""The knobs and the presets of lesson 6."""

from app.i18n import T, same
from app.knobs import SEED, TEXTS, TOKENIZER, WEIGHT_DECAY, own_texts
from app.lesson import Choice, Many, Preset, Slider

WAYS = {
    "contiguous": T("last part of the book", "phần cuối cuốn sách"),
    "random": T("random windows", "cửa sổ ngẫu nhiên"),
    "blocks": T("random blocks", "khối ngẫu nhiên"),
    "other": T("another book", "cuốn sách khác"),
}

CONTROLS = (
    Many(
        "splits",
        T("test set taken from", "tập kiểm thử lấy từ"),
        T(
            "Each choice trains its own model with the same settings; only the split differs. “Another book” trains like the first.",
            "Mỗi lựa chọn huấn luyện một mô hình riêng với cùng thiết lập; chỉ cách chia khác nhau. “Cuốn sách khác” huấn luyện như lựa chọn đầu.",
        ),
        tuple(WAYS.items()),
        default="contiguous,random",
    ),
    Choice(
        "split",
        T("test set taken from", "tập kiểm thử lấy từ"),
        T(
            "Which windows of the text become the test set.",
            "Những cửa sổ nào của văn bản thành tập kiểm thử.",
        ),
        tuple((code, WAYS[code]) for code in ("random", "contiguous", "blocks")),
    ),
    Slider(
        "stride",
        T("stride", "bước nhảy (stride)"),
        T(
            "Distance between the starts of two windows. Below T the windows overlap.",
            "Khoảng cách giữa đầu hai cửa sổ. Nhỏ hơn T thì các cửa sổ chồng lên nhau.",
        ),
        values=(1, 2, 4, 8, 16),
        unit=T("tokens", "token"),
    ),
    Slider(
        "keep",
        T("training tokens kept", "số token huấn luyện giữ lại"),
        T(
            "How much text there is beside the test set. The course's book has about 40,000; the manual 63,000, so the right end means all of it.",
            "Có bao nhiêu văn bản ngoài tập kiểm thử. Sách của khóa học có khoảng 40,000; sách hướng dẫn có 63,000, nên đầu phải nghĩa là tất cả.",
        ),
        values=(2000, 5000, 10_000, 20_000, 40_000, 100_000),
        unit=T("tokens", "token"),
    ),
    Slider(
        "context",
        T("context length T", "độ dài ngữ cảnh T"),
        T(
            "Predictions in one window. The model itself still sees one token at a time.",
            "Số dự đoán trong một cửa sổ. Bản thân mô hình vẫn chỉ thấy từng token một.",
        ),
        values=(1, 2, 4, 8, 16, 32),
        unit=T("tokens", "token"),
    ),
    Slider(
        "dose",
        T("share of the test set slipped into training", "phần tập kiểm thử lọt vào huấn luyện"),
        T(
            "Runs of 32 test windows are copied into the training set, as happens when a benchmark is on the web.",
            "Từng dãy 32 cửa sổ kiểm thử bị chép vào tập huấn luyện, như khi một bộ đề kiểm tra nằm sẵn trên mạng.",
        ),
        values=(0.0, 0.01, 0.03, 0.1, 0.3, 0.6, 1.0),
    ),
    Slider(
        "dropout",
        T("dropout p on the embedding", "xác suất bỏ p ở embedding"),
        T(
            "Chance that a number of the embedding is dropped. On in training mode, off in evaluation mode.",
            "Xác suất mỗi con số của embedding bị bỏ. Bật ở chế độ huấn luyện, tắt ở chế độ đánh giá.",
        ),
        low=0,
        high=0.9,
        step=0.1,
    ),
    Slider(
        "window",
        T("test window looked at", "cửa sổ kiểm thử đang xem"),
        T("Forty test windows, spread over the book.", "Bốn mươi cửa sổ kiểm thử, rải đều cuốn sách."),
        values=tuple(range(1, 41)),
    ),
    Slider(
        "share",
        T("test share", "tỉ lệ kiểm thử"),
        T(
            "Share of the text for the test set. Small: a noisy test. Large: less to learn from.",
            "Phần văn bản dành cho kiểm thử. Nhỏ: phép đo nhiễu. Lớn: ít dữ liệu để học.",
        ),
        values=(0.02, 0.05, 0.1, 0.2, 0.3, 0.5),
    ),
    Slider(
        "gap",
        T("gap at the cut", "khoảng trống ở chỗ cắt"),
        T(
            "Tokens left out between the two parts. Below T − stride, the windows at the cut share predictions.",
            "Số token bỏ trống giữa hai phần. Nhỏ hơn T − stride thì các cửa sổ ở chỗ cắt có chung dự đoán.",
        ),
        values=(0, 2, 4, 8, 16, 32, 64),
        unit=T("tokens", "token"),
    ),
    Slider(
        "block",
        T("block length", "độ dài khối"),
        T("Tokens in a block, for random blocks.", "Số token mỗi khối, với khối ngẫu nhiên."),
        values=(16, 32, 64, 128, 256, 512, 1024, 2048, 4096),
        unit=T("tokens", "token"),
    ),
    Choice(
        "train_as",
        T("train loss measured", "loss huấn luyện đo"),
        T(
            "Running mean: batch losses since the last test, each with the weights of its moment, as the course does. Same weights: the whole training text, when the test is measured.",
            "Trung bình chạy: loss các lô từ lần kiểm thử trước, mỗi lô với trọng số lúc đó, như khóa học làm. Cùng trọng số: toàn bộ văn bản huấn luyện, đúng lúc đo kiểm thử.",
        ),
        (
            ("both", T("both", "cả hai")),
            ("same", T("same weights", "cùng trọng số")),
            ("running", T("running mean", "trung bình chạy")),
        ),
        default="both",
    ),
    Slider(
        "patience",
        T("early stopping: patience", "dừng sớm: số lần kiên nhẫn"),
        T(
            "Stop after so many tests without a new best. It only marks where, the run goes on.",
            "Dừng sau ngần ấy lần kiểm thử không có kỷ lục mới. Chỉ đánh dấu chỗ dừng, lần chạy vẫn tiếp tục.",
        ),
        values=(0, 1, 2, 3, 4, 5, 7, 10),
        words=((0, T("never", "không bao giờ")),),
        default=0,
    ),
    Slider(
        "width",
        T("embedding dimension d", "số chiều embedding d"),
        T("More room to memorise pairs of tokens.", "Thêm chỗ để học thuộc các cặp token."),
        values=(4, 8, 16, 32, 64, 128, 256, 512),
    ),
    Slider(
        "lr",
        T("learning rate", "tốc độ học"),
        T("How far each step goes, and how soon it overfits.", "Mỗi bước đi xa bao nhiêu, và quá khớp sớm đến đâu."),
        low=1e-4,
        high=1,
        log=True,
    ),
    WEIGHT_DECAY,
    Choice(
        "corpus",
        T("text", "văn bản"),
        T(
            "Python's manual is real prose. Tales has so few pairs of words that a test set learns nothing new: try it.",
            "Sách hướng dẫn Python là văn thật. Tales có ít cặp từ đến mức tập kiểm thử không còn gì mới: hãy thử.",
        ),
        TEXTS,
        more=own_texts,
    ),
    TOKENIZER,
    Slider(
        "batch",
        T("batch size B", "cỡ lô (batch) B"),
        T("Windows in every step.", "Số cửa sổ mỗi bước."),
        values=(8, 16, 32, 64, 128, 256),
    ),
    Slider(
        "steps",
        T("steps", "số bước"),
        T(
            "How long it trains. More steps continue the same run.",
            "Huấn luyện bao lâu. Thêm bước là chạy tiếp chính lần chạy đó.",
        ),
        values=(100, 150, 200, 300, 500, 600, 900, 1500, 2000, 3200),
    ),
    SEED,
)

QUICK = Preset(
    "quick",
    T("quick", "nhanh"),
    {},
    T(
        "Two test sets for the same training. One line turns up again: which, and at which step?",
        "Hai tập kiểm thử cho cùng một cách huấn luyện. Một đường quay đầu đi lên: đường nào, ở bước nào?",
    ),
)

PRESETS = (
    QUICK,
    Preset(
        "all",
        T("all four ways to split", "cả bốn cách chia"),
        {"splits": "blocks,contiguous,other,random"},
        T(
            "Random blocks are nearly as honest as the last part. Another book is a test of another kind: worse than guessing.",
            "Khối ngẫu nhiên gần như trung thực bằng phần cuối sách. Cuốn sách khác là phép thử kiểu khác: tệ hơn cả đoán đều.",
        ),
    ),
    Preset(
        "course",
        T("course", "khóa học"),
        {
            "splits": "contiguous,random",
            "tokenizer": "gpt2",
            "lr": 1e-3,
            "batch": 64,
            "steps": 3200,
        },
        T(
            "The course's settings: GPT-2's vocabulary, lr 1e-3, batches of 64, 10 epochs of about 320 steps. On The Time Machine it reports train and test both near 3; here the text is Python's manual.",
            "Thiết lập của khóa học: từ vựng GPT-2, lr 1e-3, lô 64, 10 lượt duyệt, mỗi lượt khoảng 320 bước. Trên The Time Machine, khóa học ghi cả huấn luyện lẫn kiểm thử gần 3; ở đây văn bản là sách hướng dẫn Python.",
        ),
        needs=T(
            "GPT-2's vocabulary, and about half an hour to an hour per run (0.4 to 0.9 s a step on one CPU thread)",
            "từ vựng GPT-2, và khoảng nửa tiếng đến một tiếng mỗi lần chạy (0.4 đến 0.9 giây một bước trên một luồng CPU)",
        ),
    ),
    Preset(
        "apart",
        T("stride 8: no overlap", "bước nhảy 8: không chồng"),
        {"stride": 8},
        T(
            "Windows no longer overlap, nothing leaks. The random windows now cost about a nat more than at stride 2, and their loss no longer falls to the end.",
            "Các cửa sổ hết chồng nhau, không còn rò rỉ. Loss trên cửa sổ ngẫu nhiên giờ cao hơn khoảng một nat so với bước nhảy 2, và không còn giảm đến cuối.",
        ),
    ),
    Preset(
        "tales",
        same("Tales"),
        {"corpus": "tales-en"},
        T(
            "A language of 118 words: the training text holds every pair there is. No gap and no turn: nothing is left to memorise.",
            "Một ngôn ngữ 118 từ: văn bản huấn luyện chứa đủ mọi cặp có thể. Không chênh lệch, không quay lên: chẳng còn gì để học thuộc.",
        ),
    ),
    Preset(
        "tiny",
        T("broken: 2,000 tokens to learn from", "hỏng: chỉ có 2,000 token để học"),
        {"keep": 2000},
        T(
            "The train loss goes below 2 while the honest test loss climbs past guessing (7.6). What does the random split say?",
            "Loss huấn luyện xuống dưới 2 trong khi loss kiểm thử trung thực vượt cả mức đoán đều (7.6). Cách chia ngẫu nhiên nói gì?",
        ),
        broken=True,
    ),
    Preset(
        "noisy",
        T("broken: a test set of 2 %", "hỏng: tập kiểm thử 2 %"),
        {"share": 0.02},
        T(
            "Some 1,400 tokens of test text: the band is wide, and the best step is partly luck.",
            "Chỉ khoảng 1,400 token kiểm thử: dải sai số rộng, và bước tốt nhất phần nào là may rủi.",
        ),
        broken=True,
    ),
    Preset(
        "hot",
        T("broken: learning rate 0.3", "hỏng: tốc độ học 0.3"),
        {"lr": 0.3},
        T(
            "Steps so long that both runs, test and train, end worse than a guess.",
            "Bước dài đến mức cả hai lần chạy, kiểm thử lẫn huấn luyện, đều kết thúc tệ hơn đoán đều.",
        ),
        broken=True,
    ),
)
