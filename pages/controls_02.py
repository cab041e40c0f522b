"""The controls of lesson 2."""

from app.i18n import T, same
from app.knobs import SEED, TEXTS, own_texts
from app.lesson import Choice, Slider, Text

CALL = (
    ("print", same("builtins.print")),
    ("system", same("os.system")),
    ("eval", same("builtins.eval")),
)

CONTROLS = (
    # what a revision is
    Slider(
        "pushes",
        T("the author has pushed", "tác giả đã đẩy (push)"),
        T(
            "Commits after the first: more data, half precision, a new vocabulary order, its repair. Each moves main.",
            "Số commit sau commit đầu: thêm dữ liệu, độ chính xác một nửa, đổi thứ tự từ vựng, sửa lại. Mỗi lần đẩy dời main.",
        ),
        low=0,
        high=4,
        unit=T("times", "lần"),
    ),
    Choice(
        "revision",
        T("your program asks for", "chương trình của bạn yêu cầu"),
        T(
            "main: a branch, moved by every push. v1.0: a tag, moved when the author likes. A hash: one commit, for ever.",
            "main: nhánh, dời theo mỗi lần đẩy. v1.0: thẻ (tag), dời khi tác giả muốn. Mã băm (hash): một commit, mãi mãi.",
        ),
        (
            ("main", same("main")),
            ("tag", same("v1.0")),
            ("hash", T("a hash", "mã băm")),
            ("branch", T("experiment (deleted)", "experiment (đã xóa)")),
        ),
    ),
    Slider(
        "tokens",
        T("words the first model has read", "số từ mô hình đầu tiên đã đọc"),
        T("The second commit has read ten times as many.", "Commit thứ hai đọc gấp mười."),
        values=(200, 500, 1000, 2000, 5000),
    ),
    Choice(
        "tale",
        T("language", "ngôn ngữ"),
        T("Which stories the tiny model was counted on.", "Mô hình nhỏ được đếm trên truyện nào."),
        (("tales-en", same("Tales (English)")), ("tales-vi", same("Tales (tiếng Việt)"))),
    ),
    SEED,
    # what a header tells
    Choice(
        "source",
        T("file", "tệp"),
        T(
            "The two models that ship with this app, or GPT-2: the sizes are those of its published file, the order is ours.",
            "Hai mô hình đi kèm ứng dụng, hoặc GPT-2: kích thước đúng như tệp đã công bố, còn thứ tự là của chúng tôi.",
        ),
        (
            ("house", T("house GPT (1.3 MB)", "GPT có sẵn (1.3 MB)")),
            ("house-model1", T("house Model 1 (1.0 MB)", "Mô hình 1 có sẵn (1.0 MB)")),
            ("gpt2", same("GPT-2 (548 MB)")),
        ),
    ),
    Choice(
        "fetch",
        T("I want only", "tôi chỉ cần"),
        T(
            "Which tensors to read. Each orange stretch of the ruler is one ranged request.",
            "Cần đọc tensor nào. Mỗi đoạn màu cam trên thước là một yêu cầu theo khoảng byte (ranged request).",
        ),
        (
            ("header", T("the names and shapes", "tên và kích thước")),
            ("norms", T("all LayerNorm vectors", "mọi vector LayerNorm")),
            ("positions", T("the position embedding", "embedding vị trí")),
            ("embedding", T("the token embedding", "embedding token")),
            ("block", T("one block", "một khối")),
            ("all", T("everything", "tất cả")),
        ),
    ),
    Slider(
        "block",
        T("which block", "khối nào"),
        T(
            "Used by “one block”. The house GPT has 4 (0 to 3), GPT-2 has 12.",
            "Dùng với “một khối”. GPT có sẵn gồm 4 khối (0 đến 3), GPT-2 có 12.",
        ),
        low=0,
        high=11,
    ),
    Choice(
        "arrived",
        T("what arrived", "thứ đã tải về"),
        T(
            "A file may bear the name model.safetensors and be something else. The reader says what.",
            "Một tệp có thể mang tên model.safetensors mà thực ra là thứ khác. Bộ đọc sẽ nói đó là gì.",
        ),
        (
            ("whole", T("the whole file", "trọn tệp")),
            ("cut", T("the first 100 kB", "100 kB đầu")),
            ("html", T("a web page", "một trang web")),
            ("pointer", T("a git-lfs note", "ghi chú git-lfs")),
            ("pickle", T("a pickle", "một pickle")),
            ("long", T("an absurd header", "phần đầu vô lý")),
        ),
    ),
    # what a pickle does
    Choice(
        "payload",
        T("the file calls", "tệp gọi hàm"),
        T(
            "What somebody put into it. All three are harmless, and this page only reads them.",
            "Thứ ai đó cài vào. Cả ba đều vô hại, và trang này chỉ đọc chứ không chạy.",
        ),
        (("none", T("only what tensors need", "chỉ những gì tensor cần")), *CALL),
    ),
    Choice(
        "format",
        T("format", "định dạng"),
        T(
            "A pickle is a program that builds objects. A safetensors file is a table and numbers.",
            "Pickle là một chương trình dựng lại đối tượng. Tệp safetensors là một bảng và các con số.",
        ),
        (("pickle", same("pickle (.pt, .bin)")), ("safetensors", same("safetensors"))),
    ),
    Choice(
        "protocol",
        T("pickle protocol", "phiên bản pickle"),
        T(
            "torch.save writes 2 and imports with GLOBAL; Python's own 4 uses STACK_GLOBAL. Only the dishonest file changes.",
            "torch.save ghi bản 2, nhập hàm bằng GLOBAL; bản 4 của Python dùng STACK_GLOBAL. Chỉ tệp gian lận thay đổi.",
        ),
        ((2, same("2")), (4, same("4"))),
    ),
    Slider(
        "tensors",
        T("tensors in the honest file", "số tensor trong tệp tử tế"),
        T("Each needs two calls to come back.", "Mỗi tensor cần hai lời gọi hàm để dựng lại."),
        low=1,
        high=6,
    ),
    # how long opening takes
    Slider(
        "width",
        T("columns of the matrix", "số cột của ma trận"),
        T(
            "50,257 rows times so many numbers of 4 bytes: 8 columns are 1.6 MB, 512 are 103 MB.",
            "50,257 hàng nhân chừng ấy số 4 byte: 8 cột là 1.6 MB, 512 cột là 103 MB.",
        ),
        values=(8, 16, 32, 64, 128, 256, 512),
    ),
    Choice(
        "calls",
        T("the pickle calls", "pickle gọi hàm"),
        T("Handed to torch.load with weights_only=True.", "Đưa cho torch.load với weights_only=True."),
        CALL,
    ),
    # tokenizers
    Text(
        "english",
        T("English", "Tiếng Anh"),
        T("Any text, up to 400 characters.", "Văn bản bất kỳ, tối đa 400 ký tự."),
        max_chars=400,
    ),
    Text(
        "vietnamese",
        T("Vietnamese", "Tiếng Việt"),
        T(
            "The same thing said in Vietnamese, or anything else.",
            "Cùng nội dung bằng tiếng Việt, hoặc bất cứ gì khác.",
        ),
        max_chars=400,
    ),
    # rows
    Slider(
        "buffer",
        T("shuffle buffer", "bộ đệm xáo trộn"),
        T(
            "Rows held in memory; each row served is drawn from them. 1: the order of the file.",
            "Số dòng giữ trong bộ nhớ; mỗi dòng đưa ra được rút từ đó. 1: đúng thứ tự tệp.",
        ),
        values=(1, 3, 10, 30, 100, 300, 1000, 3000, 10_000),
        unit=T("rows", "dòng"),
    ),
    Slider(
        "rows",
        T("rows", "số dòng"),
        T("How many rows of the text the data set has.", "Bộ dữ liệu có bao nhiêu dòng của văn bản."),
        values=(50, 100, 300, 600, 1000, 2000),
    ),
    Choice(
        "corpus",
        T("text", "văn bản"),
        T(
            "A row is a story of Tales, or a paragraph of the manual.",
            "Một dòng là một truyện Tales, hoặc một đoạn tài liệu.",
        ),
        TEXTS,
        more=own_texts,
    ),
    Choice(
        "split",
        T("test rows", "dòng kiểm thử"),
        T(
            "The last rows, or any rows (orange in the picture). Neighbours resemble each other: lesson 6.",
            "Các dòng cuối, hoặc dòng bất kỳ (màu cam trong hình). Các dòng cạnh nhau thường giống nhau: bài 6.",
        ),
        (("contiguous", T("the end", "phần cuối")), ("random", T("at random", "ngẫu nhiên"))),
    ),
    Slider(
        "share",
        T("share of the test set", "tỉ lệ tập kiểm thử"),
        T("Most text sets come without one: you cut it.", "Đa số bộ văn bản không có sẵn: bạn tự cắt."),
        low=0.01,
        high=0.5,
        step=0.01,
    ),
    Slider(
        "context",
        T("context length", "độ dài ngữ cảnh"),
        T("The dashed line of the lengths. It changes nothing else.", "Vạch đứt trên hình độ dài. Không đổi gì khác."),
        values=(32, 64, 128, 256, 512),
        unit=T("tokens", "token"),
        default=64,
    ),
)
