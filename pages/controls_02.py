"""The controls and presets of lesson 2."""

from app.i18n import T, same
from app.knobs import SEED, TEXTS
from app.lesson import Choice, Preset, Slider, Text

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
            "The two models that ship with this app, or GPT-2 by the layout of its published file.",
            "Hai mô hình đi kèm ứng dụng, hoặc GPT-2 theo bố cục tệp đã công bố.",
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
            "50.257 hàng nhân chừng ấy số 4 byte: 8 cột là 1.6 MB, 512 cột là 103 MB.",
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
        T("share of the test set", "tỷ lệ tập kiểm thử"),
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

REVISIONS = (
    Preset(
        "quick",
        T("day one", "ngày đầu"),
        {},
        T("Three programs, one result. Now let the author push.", "Ba chương trình, một kết quả. Giờ để tác giả đẩy."),
    ),
    Preset(
        "push",
        T("the author pushes once", "tác giả đẩy một lần"),
        {"pushes": 1},
        T(
            "Which line moves? Nobody touched your program.",
            "Đường nào dời đi? Không ai đụng vào chương trình của bạn.",
        ),
    ),
    Preset(
        "course",
        T("the course: no revision given", "khóa học: không ghi phiên bản"),
        {"pushes": 2, "revision": "main"},
        T(
            "Without revision= you ask for main: a better model, but another one than in your notes.",
            "Không ghi revision= tức là yêu cầu main: mô hình tốt hơn, nhưng không phải cái trong ghi chép của bạn.",
        ),
    ),
    Preset(
        "vocabulary",
        T("broken: new tokenizer, old weights", "hỏng: bộ tách mới, trọng số cũ"),
        {"pushes": 3},
        T(
            "No error anywhere, and a loss above guessing. What still works?",
            "Không báo lỗi ở đâu cả, mà loss còn cao hơn đoán bừa. Cái nào vẫn chạy đúng?",
        ),
        broken=True,
    ),
    Preset(
        "tag",
        T("a tag that moves", "một thẻ bị dời"),
        {"pushes": 4, "revision": "tag"},
        T("v1.0 held for three pushes. Then?", "v1.0 đứng yên qua ba lần đẩy. Rồi sao nữa?"),
    ),
    Preset(
        "branch",
        T("broken: a deleted branch", "hỏng: nhánh đã xóa"),
        {"revision": "branch", "pushes": 1},
        T("The program stops, with a list of what there is.", "Chương trình dừng, kèm danh sách những gì hiện có."),
        broken=True,
    ),
)
HEADERS = (
    Preset(
        "quick",
        T("the house GPT's LayerNorms", "các LayerNorm của GPT có sẵn"),
        {},
        T("How little of the file is orange?", "Phần màu cam nhỏ đến đâu?"),
    ),
    Preset(
        "course",
        T("GPT-2's LayerNorms", "các LayerNorm của GPT-2"),
        {"source": "gpt2"},
        T(
            "153,600 of 548,105,171 bytes: lesson 11 downloads no more than that. Look at the twelve masks, too.",
            "153.600 trên 548.105.171 byte: bài 11 chỉ tải chừng đó. Hãy nhìn cả mười hai mặt nạ (mask).",
        ),
    ),
    Preset(
        "embedding",
        T("GPT-2's token embedding", "embedding token của GPT-2"),
        {"source": "gpt2", "fetch": "embedding"},
        T("One request, and more than a quarter of the file.", "Một yêu cầu, và hơn một phần tư tệp."),
    ),
    Preset(
        "cut",
        T("broken: the download was cut", "hỏng: tải bị đứt"),
        {"arrived": "cut"},
        T("The header alone tells how long the file must be.", "Chỉ phần đầu đã cho biết tệp phải dài bao nhiêu."),
        broken=True,
    ),
    Preset(
        "html",
        T("broken: a web page with that name", "hỏng: trang web mang tên ấy"),
        {"arrived": "html"},
        T(
            "What a browser saves when a model is gated and you are not logged in.",
            "Thứ trình duyệt lưu khi mô hình cần xin phép (gated) mà bạn chưa đăng nhập.",
        ),
        broken=True,
    ),
)
PICKLES = (
    Preset(
        "quick",
        T("a call to print", "một lời gọi print"),
        {},
        T("Eight instructions. Which two are dangerous?", "Tám lệnh. Hai lệnh nào nguy hiểm?"),
    ),
    Preset(
        "honest",
        T("an honest file of torch.save", "tệp tử tế của torch.save"),
        {"payload": "none", "protocol": 2},
        T("It calls functions, too: that is how a pickle works.", "Nó cũng gọi hàm: pickle vốn làm việc như thế."),
    ),
    Preset(
        "system",
        T("broken on purpose: os.system", "cố ý hỏng: os.system"),
        {"payload": "system"},
        T("Any command of yours, run by opening a file.", "Một lệnh bất kỳ, chạy chỉ vì mở một tệp."),
        broken=True,
    ),
    Preset(
        "safe",
        T("the same as safetensors", "cùng nội dung, dạng safetensors"),
        {"format": "safetensors"},
        T("A length, a table, numbers. Nothing to call.", "Một độ dài, một bảng, các con số. Không có gì để gọi."),
    ),
)
OPENINGS = (
    Preset(
        "quick",
        T("a matrix of 51 MB", "ma trận 51 MB"),
        {},
        T("Four bars over five powers of ten.", "Bốn thanh trải trên năm lũy thừa của mười."),
    ),
    Preset(
        "course",
        T("103 MB", "103 MB"),
        {"width": 512},
        T("Which bars grow with the file, which do not?", "Thanh nào dài theo tệp, thanh nào không?"),
    ),
    Preset(
        "system",
        T("broken: the pickle calls os.system", "hỏng: pickle gọi os.system"),
        {"calls": "system", "width": 8},
        T("torch refuses in other words: this module is blocked.", "torch từ chối bằng lời khác: module này bị chặn."),
        broken=True,
    ),
)
TOKENS = (
    Preset(
        "quick",
        T("one sentence, two languages", "một câu, hai ngôn ngữ"),
        {},
        T("In which language is each tokenizer cheaper?", "Mỗi bộ tách rẻ hơn ở ngôn ngữ nào?"),
    ),
    Preset(
        "tales",
        T("a sentence of Tales", "một câu của Tales"),
        {
            "english": "Last year a weaver called Mia made six shiny scarves.",
            "vietnamese": "Năm ngoái, một cô bé tên Lan tìm thấy ba cái bát.",
        },
        T("The word tokenizer was made for this.", "Bộ tách theo từ sinh ra cho văn này."),
    ),
    Preset(
        "numbers",
        T("numbers and code", "số và mã"),
        {"english": "x = 3.14159 * 2**10  # 1,000,000", "vietnamese": "x = 3,14159 * 2**10  # một triệu: 1.000.000"},
        T("Where do the digits fall apart?", "Các chữ số bị cắt ở đâu?"),
    ),
    Preset(
        "unknown",
        T("broken: words nobody taught it", "hỏng: từ chưa ai dạy"),
        {"english": "Pretraining transformers is fun.", "vietnamese": "Tiền huấn luyện transformer rất vui."},
        T("Which texts do not come back whole?", "Văn bản nào không quay lại nguyên vẹn?"),
        broken=True,
    ),
)
ROWS = (
    Preset(
        "quick",
        T("a buffer of a tenth", "bộ đệm một phần mười"),
        {},
        T("The points hug the diagonal.", "Các điểm bám sát đường chéo."),
    ),
    Preset(
        "full",
        T("a buffer as large as the file", "bộ đệm lớn bằng tệp"),
        {"buffer": 300},
        T(
            "Mixed at last, but nothing streams: every row is read before the first is served.",
            "Trộn đều rồi, nhưng đâu còn là đọc luồng: phải đọc mọi dòng mới đưa ra dòng đầu tiên.",
        ),
    ),
    Preset(
        "random",
        T("a random test set", "tập kiểm thử ngẫu nhiên"),
        {"split": "random"},
        T(
            "Orange everywhere: each test row between two training rows.",
            "Màu cam khắp nơi: mỗi dòng kiểm thử nằm giữa hai dòng huấn luyện.",
        ),
    ),
    Preset(
        "none",
        T("broken: shuffle with a buffer of 1", "hỏng: xáo trộn với bộ đệm 1"),
        {"buffer": 1},
        T("shuffle() was called and nothing moved.", "Đã gọi shuffle() mà không gì xê dịch."),
        broken=True,
    ),
)
