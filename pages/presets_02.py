"""The presets of lesson 2."""

from app.i18n import T
from app.lesson import Preset

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
            "Không báo lỗi ở đâu cả, mà loss còn cao hơn đoán đều. Cái nào vẫn chạy đúng?",
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
            "153,600 trên 548,105,171 byte: bài 11 chỉ tải chừng đó. Hãy nhìn cả mười hai mặt nạ (mask).",
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
        T("Four bars over several powers of ten.", "Bốn thanh trải trên mấy lũy thừa của mười."),
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
