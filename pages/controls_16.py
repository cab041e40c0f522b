"""The controls of lesson 16: one slider per threshold of the published pipeline, and what surrounds them."""

from dataclasses import replace

from app.i18n import T, same
from app.knobs import BATCH, BLOCKS, CONTEXT, HEADS, LR, OTHER_TEXTS, SEED, WIDTH, own_texts
from app.lesson import Choice, Many, Slider, Text, Toggle
from core.web_filters import RULES as CHECKS
from pages.names_16 import POOLS, RULES

SHARE = {"low": 0, "high": 1, "step": 0.01}
FIELDS = {rule.name: rule.field for rule in CHECKS}  # which slider belongs to a rule


def threshold(field, label, help, **scale):
    return Slider(field, label, help, **(SHARE | scale))


def run_of(n, field, published):
    words = {"top": ("most frequent run", "cụm hay gặp nhất"), "dup": ("repeated runs", "cụm lặp lại")}[field]
    return threshold(
        f"{field}_{n}_max",
        T(f"{words[0]}, {n} words (at most)", f"{words[1]}, {n} từ (nhiều nhất)"),
        T(
            f"Share of the page's characters they may cover. Gopher: {published}.",
            f"Phần ký tự của trang mà chúng được phép chiếm. Gopher: {published}.",
        ),
    )


GOPHER = (
    threshold(
        "language_min",
        T("language score (above)", "điểm ngôn ngữ (lớn hơn)"),
        T(
            "How sure the detector must be that this is the profile's language. FineWeb: 0.65, strictly above.",
            "Bộ nhận dạng phải chắc đến mức nào rằng đây là ngôn ngữ đã chọn. FineWeb: lớn hơn 0.65.",
        ),
    ),
    threshold(
        "dup_paragraphs_max",
        T("paragraphs seen before (at most)", "đoạn lặp lại (nhiều nhất)"),
        T("Share of paragraphs. Gopher: 0.30.", "Tỉ lệ số đoạn. Gopher: 0.30."),
    ),
    threshold(
        "dup_paragraph_chars_max",
        T("… by characters", "… tính theo ký tự"),
        T("Share of characters in such paragraphs. Gopher: 0.20.", "Tỉ lệ ký tự trong các đoạn đó. Gopher: 0.20."),
    ),
    threshold(
        "dup_lines_max",
        T("lines seen before (at most)", "dòng lặp lại (nhiều nhất)"),
        T("Share of lines. Gopher: 0.30.", "Tỉ lệ số dòng. Gopher: 0.30."),
    ),
    threshold(
        "dup_line_chars_max",
        T("… by characters (Gopher)", "… tính theo ký tự (Gopher)"),
        T("Share of characters in such lines. Gopher: 0.20.", "Tỉ lệ ký tự trong các dòng đó. Gopher: 0.20."),
    ),
    *(run_of(n, "top", p) for n, p in ((2, 0.2), (3, 0.18), (4, 0.16))),
    *(run_of(n, "dup", p) for n, p in ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.1))),
    Slider(
        "words_min",
        T("words (at least)", "số từ (ít nhất)"),
        T("A page with fewer goes. Gopher: 50.", "Trang ít hơn thì bị loại. Gopher: 50."),
        low=1,
        high=1000,
        log=True,
        zero=True,
    ),
    Slider(
        "words_max",
        T("words (at most)", "số từ (nhiều nhất)"),
        T("A page with more goes. Gopher: 100,000.", "Trang nhiều hơn thì bị loại. Gopher: 100,000."),
        values=(100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000),
    ),
    threshold(
        "word_length_min",
        T("mean word length (at least)", "độ dài từ trung bình (ít nhất)"),
        T("Characters. Gopher: 3.", "Ký tự. Gopher: 3."),
        high=20,
        step=0.1,
    ),
    threshold(
        "word_length_max",
        T("mean word length (at most)", "độ dài từ trung bình (nhiều nhất)"),
        T("Characters. Gopher: 10.", "Ký tự. Gopher: 10."),
        low=1,
        high=20,
        step=0.1,
    ),
    threshold(
        "symbols_max",
        T("# or … per word (at most)", "# hoặc … mỗi từ (nhiều nhất)"),
        T("One threshold for both signs. Gopher: 0.1.", "Một ngưỡng cho cả hai dấu. Gopher: 0.1."),
    ),
    threshold(
        "bullets_max",
        T("bullet lines (at most)", "dòng gạch đầu dòng (nhiều nhất)"),
        T("Share of lines that begin with • or -. Gopher: 0.9.", "Tỉ lệ dòng bắt đầu bằng • hoặc -. Gopher: 0.9."),
    ),
    threshold(
        "ellipsis_lines_max",
        T("lines ending in … (at most)", "dòng kết thúc bằng … (nhiều nhất)"),
        T("Share of lines. Gopher: 0.3.", "Tỉ lệ dòng. Gopher: 0.3."),
    ),
    threshold(
        "letters_min",
        T("words with a letter (at least)", "từ có chữ cái (ít nhất)"),
        T(
            "Share of tokens, marks counted as tokens: that is why prose lies near the cut. Gopher: 0.8.",
            "Tỉ lệ trong các token, dấu câu cũng là token: vì vậy văn xuôi nằm sát ngưỡng. Gopher: 0.8.",
        ),
    ),
    Slider(
        "stop_words_min",
        T("different stop words (at least)", "số từ dừng khác nhau (ít nhất)"),
        T(
            "Of the profile's eight, in English: the, be, to, of, and, that, have, with. Gopher: 2.",
            "Trong tám từ của hồ sơ, tiếng Anh là: the, be, to, of, and, that, have, with. Gopher: 2.",
        ),
        values=tuple(range(9)),
    ),
)
PROFILE = Choice(
    "profile",
    T("profile", "hồ sơ ngôn ngữ"),
    T(
        "Whose stop words, and which language may stay. The published rules are for English.",
        "Từ dừng của ngôn ngữ nào, và ngôn ngữ nào được ở lại. Các quy tắc đã công bố là cho tiếng Anh.",
    ),
    (("en", T("English", "tiếng Anh")), ("vi", T("Vietnamese", "tiếng Việt"))),
)
C4 = (
    Toggle("lorem", T("remove lorem ipsum", "loại lorem ipsum"), T("C4: the page goes.", "C4: loại cả trang.")),
    Toggle(
        "curly",
        T("remove curly brackets", "loại ngoặc nhọn"),
        T("C4: the page goes, as code would.", "C4: loại cả trang, vì giống mã lệnh."),
    ),
    Slider(
        "line_words",
        T("words of a line (at least)", "số từ của dòng (ít nhất)"),
        T("A shorter line is dropped, the page stays. C4: 3.", "Dòng ngắn hơn bị bỏ, trang ở lại. C4: 3."),
        values=tuple(range(0, 21)),
    ),
    Toggle(
        "javascript",
        T("drop lines with javascript", "bỏ dòng có javascript"),
        T("The line goes, the page stays.", "Dòng bị bỏ, trang ở lại."),
    ),
    Toggle(
        "policy",
        T("drop cookie and policy lines", "bỏ dòng cookie, chính sách"),
        T("“uses cookies”, “privacy policy” and their like.", "“uses cookies”, “privacy policy” và tương tự."),
    ),
    Toggle(
        "end_mark",
        T("drop lines without end mark", "bỏ dòng không có dấu kết"),
        T("C4's strictest rule. FineWeb left it out.", "Quy tắc gắt nhất của C4. FineWeb không dùng."),
    ),
    Slider(
        "sentences_min",
        T("sentences left (at least)", "số câu còn lại (ít nhất)"),
        T("After the line rules. C4: 5.", "Sau các quy tắc dòng. C4: 5."),
        values=(0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50),
    ),
)
FINEWEB = (
    threshold(
        "punct_lines_min",
        T("lines ending in . ! ? (at least)", "dòng kết thúc bằng . ! ? (ít nhất)"),
        T("Share of lines. FineWeb: 0.12.", "Tỉ lệ dòng. FineWeb: 0.12."),
    ),
    threshold(
        "short_lines_max",
        T("lines of ≤ 30 characters (at most)", "dòng ≤ 30 ký tự (nhiều nhất)"),
        T("Share of lines. FineWeb: 0.67.", "Tỉ lệ dòng. FineWeb: 0.67."),
    ),
    threshold(
        "dup_chars_max",
        T("characters in repeated lines (at most)", "ký tự trong dòng lặp (nhiều nhất)"),
        T(
            "Share of characters. The code says 0.01, the write-up 0.1: try both.",
            "Tỉ lệ ký tự. Mã lệnh ghi 0.01, bài viết ghi 0.1: hãy thử cả hai.",
        ),
        high=0.5,
        step=0.005,
    ),
    threshold(
        "newlines_max",
        T("newlines per word (at most)", "số xuống dòng mỗi từ (nhiều nhất)"),
        T("FineWeb: 0.3.", "FineWeb: 0.3."),
    ),
)
CORPUS = Choice(
    "corpus",
    T("pages", "các trang"),
    T(
        "The simulated web has hidden labels, so that filters can be scored; Python's documentation is real. More under "
        "“Texts and weights”: FineWeb itself by streaming, or a file of yours.",
        "Web mô phỏng có nhãn ẩn nên chấm điểm được bộ lọc; tài liệu Python là thật. Thêm nữa ở “Văn bản và trọng số”: "
        "chính FineWeb, hoặc tệp của bạn.",
    ),
    tuple((name, OTHER_TEXTS[name]) for name in ("docs-web", "docs-python")),
    more=own_texts,
)
CONTROLS = (
    Choice(
        "rule",
        T("rule to look at", "quy tắc cần xem"),
        T("One number of every page, and a cut.", "Một con số của mỗi trang, và một ngưỡng."),
        tuple(RULES.items()),
    ),
    Slider(
        "page",
        T("read another one", "đọc trang khác"),
        T(
            "1 is the page nearest to the cut (or the pair most alike), higher numbers lie further away.",
            "1 là trang gần ngưỡng nhất (hoặc cặp giống nhau nhất), số lớn hơn thì xa hơn.",
        ),
        values=tuple(range(1, 41)),
    ),
    Text(
        "text",
        T("your page", "trang của bạn"),
        T(
            "Paste a page with its line ends; nothing leaves this machine.",
            "Dán một trang, giữ nguyên xuống dòng; không gì rời khỏi máy này.",
        ),
        max_chars=20_000,
        lines=9,
    ),
    PROFILE,
    CORPUS,
    Slider(
        "junk",
        T("junk on the web", "rác trên web"),
        T(
            "Simulated web: share of the pages that are menus, spam, copies and the like.",
            "Web mô phỏng: tỉ lệ trang là menu, rác, bản sao và tương tự.",
        ),
        low=0,
        high=0.9,
        step=0.1,
    ),
    Slider(
        "documents",
        T("pages read", "số trang đọc"),
        T("The first so many of the collection.", "Bấy nhiêu trang đầu của bộ."),
        values=(50, 100, 200, 300, 565, 1000, 2000),
    ),
    Choice(
        "unit",
        T("count", "đếm theo"),
        T(
            "Words (no list ends them), the built-in 2,000 byte pairs, or GPT-2's 50,257 where its file is here.",
            "Từ (không có danh sách nào giới hạn), 2,000 cặp byte có sẵn, hoặc 50,257 của GPT-2 nếu máy có tệp.",
        ),
        (("word", T("words", "từ")), ("bpe", T("byte pairs", "cặp byte")), ("gpt2", same("GPT-2"))),
    ),
    Many(
        "pools",
        T("train on", "huấn luyện trên"),
        T("One run each, same steps, same test.", "Mỗi loại một lần chạy, cùng số bước, cùng bài kiểm thử."),
        tuple(POOLS.items()),
        default="clean,dedup,filtered,raw",
    ),
    Slider(
        "bands",
        T("bands b", "số dải b"),
        T(
            "Chances to be caught: more bands, more candidates. FineWeb: 14.",
            "Số cơ hội bị bắt: nhiều dải, nhiều ứng viên. FineWeb: 14.",
        ),
        values=(2, 4, 8, 10, 14, 20, 30, 40, 50),
    ),
    Slider(
        "rows",
        T("hashes per band r", "số hash mỗi dải r"),
        T(
            "How many must agree at once: more, stricter. FineWeb: 8.",
            "Phải trùng cùng lúc bao nhiêu: càng nhiều càng gắt. FineWeb: 8.",
        ),
        values=(1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20),
    ),
    Slider(
        "ngram",
        T("words in a run n", "số từ mỗi cụm n"),
        T("A page is the set of its runs of n words. FineWeb: 5.", "Một trang là tập các cụm n từ của nó. FineWeb: 5."),
        values=tuple(range(1, 11)),
    ),
    replace(LR, low=1e-4, high=1e-2),
    Slider(
        "steps",
        T("steps", "số bước"),
        T("Updates of each run.", "Số lần cập nhật của mỗi lần chạy."),
        values=(20, 50, 80, 150, 250, 400, 600),
    ),
    BATCH,
    CONTEXT,
    WIDTH,
    BLOCKS,
    HEADS,
    *FINEWEB,
    *C4,
    *GOPHER,
    SEED,
)
