"""What lesson 2 of the course says about Hugging Face, and how each statement is measured here."""

from app.i18n import T, same
from app.lesson import Claim
from core.claims import above, below, between, depends, fails
from core.experiments import hub_offline, opening, pickle_steps, revisions, stream_rows, token_bench, weights_header

COURSE = T("The course on Hugging Face", "Khóa học, phần Hugging Face")
PUSHED = {name: revisions.Config(revision=name, pushes=4) for name in ("main", "hash", "tag")}
EVIL, CLEAN = pickle_steps.Config(payload="system"), pickle_steps.Config(format="safetensors")
LARGE = opening.Config(width=512)
SILENT, LOCAL = hub_offline.Config(ask="retries"), hub_offline.Config(ask="local_files_only")


def constant(**configs):
    """The same runs whatever the seed."""
    return lambda seed: configs


def differing(result) -> float:
    """After how many pushes the loaded weights are not those of day one."""
    return sum(v for step, v in result.metrics["changed"].items() if step > 0)


def disagreement(result) -> float:
    """How far all the numbers of a file are from the card's count of parameters, relative."""
    return abs(result.final("elements") / result.final("stated") - 1)


CLAIMS = (
    Claim(
        "2.1",
        T(
            "Models and data in one central place make results reproducible.",
            "Mô hình và dữ liệu để ở một nơi chung giúp kết quả lặp lại được.",
        ),
        COURSE,
        T("said, not measured", "nói, không đo"),
        "exact",
        measure=lambda r: differing(r["main"]) - differing(r["hash"]),
        judge=depends(above(0.5), T("only where the commit's hash is given", "chỉ khi ghi mã băm của commit")),
        needs=constant(main=PUSHED["main"], hash=PUSHED["hash"]),
        seeds=(10,),
        unit=T(
            "of 4 pushes change what main loads, and not what the hash loads",
            "trên 4 lần đẩy làm đổi thứ main tải, mà không đổi thứ mã băm tải",
        ),
        explain=T(
            "One place makes things easy to find. Without revision= you ask for main, which every push moves; a tag holds until its author moves it.",
            "Một nơi chung thì dễ tìm. Không ghi revision= là bạn xin main, thứ bị dời theo mỗi lần đẩy; thẻ thì đứng yên cho đến khi tác giả dời.",
        ),
    ),
    Claim(
        "2.2",
        T(
            "Gemma 4B comes with its source code; the course's models are public, not gated.",
            "Gemma 4B đi kèm mã nguồn; các mô hình của khóa học là công khai, không cần xin phép (gated).",
        ),
        COURSE,
        T(
            "its own card: accept Google's licence first; files listed, not accessible",
            "thẻ của chính nó: phải chấp nhận giấy phép của Google trước; thấy tên tệp nhưng không tải được",
        ),
        "citation",
        explain=T(
            "The two halves contradict its card. Open weights are not open source: nobody gets the training code or the data.",
            "Hai vế đều trái với thẻ của nó. Trọng số mở không phải mã nguồn mở: không ai nhận được mã huấn luyện hay dữ liệu.",
        ),
    ),
    Claim(
        "2.3",
        T("Gated means that one must log in.", "Gated nghĩa là phải đăng nhập."),
        COURSE,
        T("a table of access rights", "bảng quyền truy cập"),
        "citation",
        explain=T(
            "Imprecise. Gated: login, accepted terms, sometimes the author's approval, and a token in your program. Private is a third kind: not listed at all.",
            "Chưa chính xác. Gated: đăng nhập, chấp nhận điều khoản, đôi khi tác giả duyệt, và token trong chương trình. Riêng tư (private) là loại thứ ba: không hề hiện ra.",
        ),
    ),
    Claim(
        "2.4",
        T("Loading is automatic: a name is enough.", "Việc tải là tự động: chỉ cần tên."),
        COURSE,
        T("said, not measured", "nói, không đo"),
        "device",
        measure=lambda r: r["silent"].final("seconds") - r["local"].final("seconds"),
        judge=depends(
            above(2.0),
            T("online; offline it tries again in silence", "khi có mạng; không mạng thì nó lặng lẽ thử lại"),
        ),
        needs=constant(silent=SILENT, local=LOCAL),
        seeds=(10,),
        unit=T(
            "s of silent retries until the error, saved by local_files_only=True",
            "s lặng lẽ thử lại trước khi báo lỗi, tránh được nhờ local_files_only=True",
        ),
        explain=T(
            "Asked here of an address where nobody listens. With local_files_only=True or HF_HUB_OFFLINE=1 the same error comes at once.",
            "Ở đây hỏi một địa chỉ không ai nghe. Với local_files_only=True hoặc HF_HUB_OFFLINE=1, cùng lỗi đó đến ngay.",
        ),
        digits=3,
    ),
    Claim(
        "2.5",
        T("datasets gives you training and test splits.", "datasets cho bạn sẵn tập huấn luyện và tập kiểm thử."),
        COURSE,
        T("said, not measured", "nói, không đo"),
        "exact",
        measure=lambda r: r["text"].final("splits"),
        judge=depends(
            between(0.5, 1.5),
            T(
                "where the author made them; a text file has only “train”",
                "khi tác giả đã chia; tệp văn bản chỉ có “train”",
            ),
        ),
        needs=constant(text=hub_offline.Config(ask="text")),
        seeds=(10,),
        unit=T("split(s) of a text file", "phần chia của một tệp văn bản"),
        explain=T(
            "Half true. You cut the test set yourself, and lesson 6 shows what goes wrong: train_test_split draws at random.",
            "Đúng một nửa. Bạn tự cắt tập kiểm thử, và bài 6 cho thấy điều gì có thể sai: train_test_split rút ngẫu nhiên.",
        ),
    ),
    Claim(
        "2.6",
        T("There are data sets of tens of terabytes.", "Có những bộ dữ liệu hàng chục terabyte."),
        COURSE,
        T("FineWeb's card: 43.1 TB; its sample-10BT 27.6 GB", "thẻ của FineWeb: 43.1 TB; mẫu sample-10BT 27.6 GB"),
        "citation",
        explain=T(
            "True by its card. Nobody downloads that: it is streamed, row by row, through a shuffle buffer.",
            "Đúng theo thẻ của nó. Không ai tải hết: người ta đọc luồng từng dòng qua bộ đệm xáo trộn.",
        ),
    ),
    Claim(
        "2.7",
        T("The Hub has hundreds of thousands of models.", "Hub có hàng trăm nghìn mô hình."),
        COURSE,
        T("said, without a date", "nói, không ghi ngày"),
        "citation",
        explain=T(
            "A count goes out of date; the Hub's own has passed a million. A number without its date is half a number.",
            "Con số kiểu này mau cũ; chính Hub đã vượt một triệu. Con số không kèm ngày chỉ là nửa con số.",
        ),
    ),
    Claim(
        "2.8",
        T("A model's card describes the model.", "Thẻ mô hình mô tả đúng mô hình."),
        COURSE,
        T("implied", "hàm ý"),
        "exact",
        measure=lambda r: disagreement(r["gpt2"]) - disagreement(r["house"]),
        judge=depends(
            above(0.01),
            T("once masks and tied copies are not counted", "khi không đếm mặt nạ và bản sao dùng chung"),
        ),
        needs=constant(gpt2=weights_header.Config(source="gpt2"), house=weights_header.Config()),
        seeds=(10,),
        unit=T(
            "more numbers in GPT-2's file than parameters (share); house GPT: none",
            "số dư trong tệp GPT-2 so với tham số (tỉ lệ); GPT có sẵn: không dư",
        ),
        explain=T(
            "GPT-2's file has 160 tensors: 148 hold its 124,439,808 parameters, 12 are causal masks of 1,024 × 1,024.",
            "Tệp GPT-2 có 160 tensor: 148 chứa 124,439,808 tham số, 12 là mặt nạ nhân quả 1,024 × 1,024.",
        ),
    ),
    Claim(
        "2.9",
        T(
            "With models of the community the risk is their quality.",
            "Với mô hình của cộng đồng, rủi ro là chất lượng.",
        ),
        COURSE,
        T("said, not measured", "nói, không đo"),
        "exact",
        measure=lambda r: r["evil"].final("strangers") - r["clean"].final("calls"),
        judge=depends(
            above(0.5),
            T(
                "only half of it: the larger risk is code that runs on loading",
                "mới một nửa: rủi ro lớn hơn là mã chạy ngay khi tải",
            ),
        ),
        needs=constant(evil=EVIL, clean=CLEAN),
        seeds=(10,),
        unit=T(
            "function(s) a tiny pickle could run; safetensors: 0",
            "hàm mà một pickle tí hon có thể chạy; safetensors: 0",
        ),
        explain=T(
            "A bad model writes bad text. A bad pickle runs what it likes on your machine before there is a model.",
            "Mô hình tồi viết ra văn tồi. Pickle xấu thì chạy bất cứ gì trên máy bạn trước khi có mô hình.",
        ),
    ),
    Claim(
        "2.10",
        T(
            "The names and shapes in 103 MB of weights are read in less than a millisecond.",
            "Đọc tên và kích thước trong 103 MB trọng số mất chưa tới một mili giây.",
        ),
        None,
        same("0.13 ms"),
        "device",
        measure=lambda r: 1000 * r["large"].final("header_seconds"),
        judge=below(1.0),
        needs=constant(large=LARGE),
        seeds=(10,),
        unit=same("ms"),
        explain=T(
            "It reads 8 bytes and a short table, whatever the size of the file.",
            "Chỉ đọc 8 byte và một bảng ngắn, tệp lớn thế nào cũng vậy.",
        ),
    ),
    Claim(
        "2.11",
        T("torch.load runs whatever a pickle tells it to.", "torch.load chạy mọi thứ pickle bảo."),
        None,
        T("often said", "người ta hay nói"),
        "exact",
        measure=lambda r: r["large"].final("refused"),
        judge=fails(above(0.5)),
        needs=constant(large=LARGE),
        seeds=(10,),
        unit=T("of 1 such pickle refused", "trên 1 pickle như thế bị từ chối"),
        explain=T(
            "Not since weights_only=True became the default (PyTorch 2.6): it has a reader of its own with a short list. With weights_only=False it is still true.",
            "Không còn đúng từ khi weights_only=True là mặc định (PyTorch 2.6): nó có bộ đọc riêng với danh sách ngắn. Với weights_only=False thì vẫn đúng.",
        ),
    ),
    Claim(
        "2.12",
        T("A shuffled stream is a shuffled data set.", "Luồng đã xáo trộn là bộ dữ liệu đã xáo trộn."),
        None,
        T("suggested by the name shuffle()", "tên hàm shuffle() gợi ý thế"),
        "training",
        measure=lambda r: r["small"].final("mixed"),
        judge=fails(below(0.5)),
        needs=lambda seed: {"small": stream_rows.Config(corpus="tales-en", rows=1000, buffer=100, seed=seed)},
        unit=T(
            "mixed, with a buffer of a tenth (1 = drawn from a hat)",
            "mức trộn, với bộ đệm một phần mười (1 = rút từ mũ)",
        ),
        explain=T(
            "A row cannot come before it was read: what lies at the end of the file comes last, whatever the seed.",
            "Dòng chưa đọc thì không thể đưa ra: phần cuối tệp luôn đến sau cùng, hạt giống nào cũng vậy.",
        ),
    ),
    Claim(
        "2.13",
        T(
            "GPT-2 takes about three tokens for a Vietnamese syllable or mark.",
            "GPT-2 tốn khoảng ba token cho một âm tiết hoặc dấu câu tiếng Việt.",
        ),
        None,
        same("3.1"),
        "exact",
        measure=lambda r: r["texts"].final("gpt2_vi"),
        judge=between(2.5, 3.7),
        needs=constant(texts=token_bench.Config()),
        seeds=(10,),
        requires=("gpt2",),
        unit=T("tokens per syllable or mark", "token mỗi âm tiết hoặc dấu câu"),
        explain=T(
            "Its byte pairs were counted on English; a letter with two marks falls apart into bytes.",
            "Các cặp byte của nó được đếm trên tiếng Anh; chữ có hai dấu bị vỡ thành từng byte.",
        ),
    ),
)
