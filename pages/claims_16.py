"""What lesson 16, the course's notebook and FineWeb's authors say, and how each statement is measured here."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core.claims import above, below, between, depends, fails, near, once, runs
from core.experiments import array_costs, page_census, page_copies, page_filters, page_training
from pages.verdict_16 import last_train

NOTEBOOK = T("the course's FineWeb notebook", "notebook FineWeb của khóa học")
LESSON_17 = T("lesson 17 of the course", "bài 17 của khóa học")
PAPER = T("FineWeb's write-up (Penedo et al. 2024)", "bài viết về FineWeb (Penedo và cộng sự 2024)")
REAL = {"corpus": "fineweb", "documents": 1000}
CENSUS = page_census.Config(unit="gpt2", **REAL)
FILTERS = page_filters.Config(**REAL)
LONG = page_training.Config(steps=250)


def removed(result) -> float:
    """Share of tokens the looked-at rule removes by itself, in percent."""
    return 100 * result.final("alone_tokens") / result.final("tokens")


CLAIMS = (
    Claim(
        "16.a",
        T("Each document has about 750 tokens.", "Mỗi tài liệu có khoảng 750 token."),
        NOTEBOOK,
        same("≈ 750"),
        "exact",
        requires=("fineweb", "gpt2"),
        measure=lambda r: r["census"].final("median"),
        judge=fails(below(600)),
        needs=once(census=CENSUS),
        seeds=(0,),
        unit=T("tokens in the middle document", "token ở tài liệu đứng giữa"),
        explain=T(
            "As a mean it is right: 719 over the first 300 real documents. The one in the middle has about half, since a tenth of the documents holds 44 % of the tokens.",
            "Nếu là trung bình thì đúng: 719 trên 300 tài liệu thật đầu tiên. Tài liệu đứng giữa chỉ bằng nửa, vì một phần mười tài liệu giữ 44 % số token.",
        ),
    ),
    Claim(
        "16.a2",
        T("The mean says what a typical page is like.", "Trung bình cho biết một trang điển hình trông ra sao."),
        None,
        same("—"),
        "exact",
        measure=lambda r: r["census"].final("median") / r["census"].final("mean"),
        judge=fails(below(0.75)),
        needs=once(census=page_census.Config()),
        seeds=(0,),
        unit=T("median / mean, Python's documentation", "trung vị / trung bình, tài liệu Python"),
        explain=T(
            "Lengths of pages are skewed wherever people write freely: the same picture on Python's own documentation.",
            "Ở đâu người ta viết tự do thì độ dài trang cũng lệch: tài liệu của chính Python cũng vậy.",
        ),
    ),
    Claim(
        "16.b",
        T(
            "1,000 documents are about 750,000 tokens, 35,000 of them different.",
            "1,000 tài liệu là khoảng 750,000 token, 35,000 loại khác nhau.",
        ),
        LESSON_17,
        same("35,000"),
        "exact",
        requires=("fineweb", "gpt2"),
        measure=lambda r: r["census"].final("thousand"),
        judge=between(26_000, 44_000),
        needs=once(census=CENSUS),
        seeds=(0,),
        unit=T(
            "different tokens in 1,000 documents by Heaps' law", "token khác nhau trong 1,000 tài liệu theo luật Heaps"
        ),
        explain=T(
            "Within a quarter. The power law overshoots, because the vocabulary ends at 50,257.",
            "Sai không quá một phần tư. Luật lũy thừa vượt quá, vì từ vựng dừng ở 50,257.",
        ),
    ),
    Claim(
        "16.c",
        T(
            "Counting the different tokens of a tensor needs NumPy.",
            "Đếm token khác nhau của một tensor thì cần NumPy.",
        ),
        LESSON_17,
        T("np.append in a loop, then np.unique", "np.append trong vòng lặp, rồi np.unique"),
        "exact",
        measure=lambda r: r["arrays"].final("tensor_unique"),
        judge=fails(near(2, 0)),
        needs=once(arrays=array_costs.Config()),
        seeds=(0,),
        unit=T(
            "different values tensor.unique() finds in [1, 1, 2]",
            "giá trị khác nhau mà tensor.unique() thấy trong [1, 1, 2]",
        ),
        explain=T(
            "set() of a tensor compares objects and says 3; tensor.unique() says 2. The np.append loop also turns the tokens into float64: 8 bytes each instead of 2.",
            "set() của tensor so các đối tượng nên ra 3; tensor.unique() ra 2. Vòng lặp np.append còn biến token thành float64: 8 byte mỗi token thay vì 2.",
        ),
    ),
    Claim(
        "16.d",
        T(
            "FineWeb's own rules remove 10.1, 12.5 and 3.7 % of the tokens, 22 % together.",
            "Các quy tắc riêng của FineWeb loại 10.1, 12.5 và 3.7 % số token, tổng cộng 22 %.",
        ),
        PAPER,
        same("10.14 / 12.47 / 3.73 %"),
        "citation",
        explain=T(
            "Measured by its authors on the crawl of 2019-18, before these rules. It cannot be measured on FineWeb, which has passed them.",
            "Tác giả đo trên đợt thu thập 2019-18, trước khi áp quy tắc. Không đo được trên FineWeb, vì nó đã qua các quy tắc này.",
        ),
    ),
    Claim(
        "16.d2",
        T(
            "On FineWeb itself the published thresholds remove nothing.",
            "Trên chính FineWeb, các ngưỡng đã công bố không loại gì nữa.",
        ),
        None,
        same("0"),
        "exact",
        requires=("fineweb",),
        measure=lambda r: (
            100 * (1 - r["filters"].tables["funnel"][1]["documents"][-2] / r["filters"].final("documents"))
        ),
        judge=below(1),
        needs=once(filters=FILTERS),
        seeds=(0,),
        unit=T("% of the documents removed", "% số tài liệu bị loại"),
        explain=T(
            "Nearly: but “words with a letter” counts marks as words in today's code, and by that count nearly one page in five would go. Either the program that made FineWeb cut its words otherwise, or it ran without this rule: the pages alone do not tell.",
            "Gần như vậy: nhưng “từ có chữ cái” trong mã hiện nay tính dấu câu là từ, và theo cách đó cứ năm trang thì mất gần một. Hoặc chương trình đã làm ra FineWeb cắt từ theo cách khác, hoặc nó chạy không có quy tắc này: chỉ nhìn các trang thì không biết được.",
        ),
    ),
    Claim(
        "16.e",
        T("The code and the write-up agree.", "Mã lệnh và bài viết khớp nhau."),
        PAPER,
        T("0.1 of the characters in repeated lines", "0.1 số ký tự trong dòng lặp"),
        "exact",
        requires=("fineweb",),
        measure=lambda r: max(r["filters"].tables["pages"][1]["value"]),
        judge=fails(below(0.02)),
        needs=once(filters=replace(FILTERS, rule="dup_chars")),
        seeds=(0,),
        unit=T("largest share of characters in repeated lines", "tỉ lệ ký tự trong dòng lặp lớn nhất"),
        explain=T(
            "datatrove's default is 0.01, the text says 0.1. No real document lies between the two, so the code's value was used.",
            "Mặc định của datatrove là 0.01, bài viết ghi 0.1. Không tài liệu thật nào nằm giữa hai mức, vậy mức trong mã đã được dùng.",
        ),
    ),
    Claim(
        "16.f",
        T(
            "The share of equal minimal hashes estimates the Jaccard similarity.",
            "Tỉ lệ hash nhỏ nhất trùng nhau ước lượng được độ giống Jaccard.",
        ),
        PAPER,
        T("112 hashes", "112 hash"),
        "training",
        measure=lambda r: r["copies"].final("error"),
        judge=below(0.05),
        needs=runs(copies=page_copies.Config()),
        unit=T("mean distance from the true similarity", "khoảng cách trung bình tới độ giống thật"),
        explain=T(
            "112 coin throws of chance s have a standard deviation of √(s(1−s)/112): 0.038 at s = 0.8.",
            "112 lần tung đồng xu với xác suất s có độ lệch chuẩn √(s(1−s)/112): 0.038 khi s = 0.8.",
        ),
    ),
    Claim(
        "16.g",
        T("14 bands of 8 catch the near-copies.", "14 dải, mỗi dải 8 hash, bắt được các bản gần trùng."),
        PAPER,
        T("92 % at s = 0.8", "92 % khi s = 0.8"),
        "training",
        measure=lambda r: r["copies"].final("found"),
        judge=above(0.92),
        needs=runs(copies=page_copies.Config()),
        unit=T("share of the pairs with s ≥ 0.8 that were caught", "tỉ lệ cặp có s ≥ 0.8 bị bắt"),
        explain=T(
            "The formula gives 5 % at s = 0.5, 65 % at 0.72 and 92 % at 0.8; most near-copies are closer still.",
            "Công thức cho 5 % khi s = 0.5, 65 % khi 0.72 và 92 % khi 0.8; phần lớn bản gần trùng còn giống hơn thế.",
        ),
    ),
    Claim(
        "16.h",
        T(
            "Filtering and deduplicating makes a better model at equal steps.",
            "Lọc và bỏ bản sao cho mô hình tốt hơn với cùng số bước.",
        ),
        PAPER,
        T("higher benchmark scores", "điểm đánh giá cao hơn"),
        "training",
        measure=lambda r: r["dedup"].final("test_loss") - r["raw"].final("test_loss"),
        judge=depends(below(-0.03), T("on a web of which much is junk", "khi trên web có nhiều rác")),
        needs=runs(raw=replace(LONG, pool="raw"), dedup=replace(LONG, pool="dedup")),
        unit=T(
            "nats/token on clean held-out prose, against raw pages",
            "nats/token trên văn xuôi sạch để dành, so với trang thô",
        ),
        explain=T(
            "Every step on a menu is a step not spent on prose. Claim 16.h3 asks the same of a web with a sixth of the junk.",
            "Bước nào học menu thì không học văn xuôi. Khẳng định 16.h3 hỏi điều tương tự trên một web chỉ có một phần sáu số rác.",
        ),
    ),
    Claim(
        "16.h3",
        T(
            "On a web with little junk, too, filtering and deduplicating makes a better model.",
            "Trên một web ít rác, lọc và bỏ bản sao cũng cho mô hình tốt hơn.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["dedup"].final("test_loss") - r["raw"].final("test_loss"),
        judge=below(-0.03),
        needs=runs(raw=replace(LONG, junk=0.1, pool="raw"), dedup=replace(LONG, junk=0.1, pool="dedup")),
        unit=T(
            "nats/token on clean held-out prose, against raw pages, junk 0.1",
            "nats/token trên văn xuôi sạch để dành, so với trang thô, rác 0.1",
        ),
        explain=T(
            "Nine pages in ten are prose then, and filtering and deduplicating leave only half of all pages: no more can be won back than the junk had cost.",
            "Khi đó cứ mười trang thì chín là văn xuôi, mà lọc và bỏ bản sao chỉ để lại một nửa số trang: chỉ lấy lại được nhiều nhất là phần rác đã làm mất.",
        ),
    ),
    Claim(
        "16.h2",
        T(
            "The model with the lower training loss is the better one.",
            "Mô hình có loss huấn luyện thấp hơn là mô hình tốt hơn.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: last_train(r["raw"]) - last_train(r["dedup"]),
        judge=fails(below(-0.1)),
        needs=runs(raw=replace(LONG, pool="raw"), dedup=replace(LONG, pool="dedup")),
        unit=T("training loss of raw minus filtered (nats/token)", "loss huấn luyện của thô trừ đã lọc (nats/token)"),
        explain=T(
            "Raw pages are easier to predict, so the worse model reports the lower loss. Only a shared test compares.",
            "Trang thô dễ đoán hơn, nên mô hình kém hơn lại báo loss thấp hơn. Chỉ bài kiểm thử chung mới so được.",
        ),
    ),
    Claim(
        "16.i",
        T("The more is deduplicated, the better.", "Bỏ bản sao càng nhiều càng tốt."),
        T("common belief", "niềm tin phổ biến"),
        T(
            "its authors: across all 96 dumps was worse than dump by dump",
            "tác giả: gộp cả 96 đợt thì kém hơn từng đợt",
        ),
        "citation",
        explain=T(
            "FineWeb's authors tried: deduplicating across all crawls left the oldest ones with the worst tenth of their pages. They deduplicate each crawl by itself.",
            "Tác giả FineWeb đã thử: bỏ bản sao xuyên mọi đợt khiến các đợt cũ chỉ còn một phần mười tệ nhất. Họ bỏ bản sao trong từng đợt.",
        ),
    ),
)
