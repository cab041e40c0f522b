"""Lesson 16: what is in a web corpus, what the famous filters throw away, and whether throwing it away pays."""

import math
from dataclasses import fields, replace

from app.i18n import T
from app.lesson import Arm, Lesson, Playground, Prediction, Preset
from app.theme import percent
from core.experiments import own_page, page_census, page_copies, page_filters, page_training
from core.web_filters import NOTHING, PUBLISHED
from pages import figures_16 as figures
from pages import figures_16_pages as collections
from pages import figures_16_trained as trained
from pages import verdict_16 as verdict
from pages.claims_16 import CLAIMS
from pages.controls_16 import CONTROLS, FIELDS
from pages.names_16 import POOLS

COLORS = {"raw": 1, "filtered": 4, "dedup": 0, "clean": 2, "removed": 5}


def alone(config, values):
    return (Arm("one", T("your thresholds", "ngưỡng của bạn"), config, 0),)


def pools(config, values):
    """One run per chosen pool; the filtered, deduplicated one first. Without labels there is no clean pool."""
    chosen = str(values.get("pools") or "raw").split(",")
    order = [p for p in ("dedup", "raw", "filtered", "clean", "removed") if p in chosen]
    order = [p for p in order if p != "clean" or config.corpus == "docs-web"] or ["raw"]
    return tuple(Arm(p, POOLS[p], replace(config, pool=p), COLORS[p]) for p in order)


def skew_answer(view):
    mean, median = view.main.final("mean"), view.main.final("median")
    return None if mean != mean else "half" if median < 0.75 * mean else "same" if median < 1.25 * mean else "more"


def skew_why(view):
    mean, median = view.main.final("mean"), view.main.final("median")
    facts = {"median": f"{median:,.0f}", "mean": f"{mean:,.0f}"}
    if skew_answer(view) != "half":
        return T(
            "The middle page has {median}, the mean is {mean}: in this collection no few long pages carry the mean.",
            "Trang ở giữa có {median}, trung bình là {mean}: trong bộ này không có vài trang dài nào kéo trung bình lên.",
        ).format(**facts)
    lengths = view.main.tables["lengths"][1]["tokens"]
    return T(
        "The middle page has {median}, the mean is {mean}: a few very long pages carry the mean, and {below} of the pages are below it.",
        "Trang ở giữa có {median}, trung bình là {mean}: vài trang rất dài kéo trung bình lên, {below} số trang nằm dưới nó.",
    ).format(**facts, below=percent(sum(n < mean for n in lengths) / len(lengths)))


def both(view, measure):
    """ "raw" or "dedup", whichever has the lower number; None while one is missing."""
    if not view.done:
        return None
    raw, dedup = measure(view.result("raw")), measure(view.result("dedup"))
    return None if not (math.isfinite(raw) and math.isfinite(dedup)) else "raw" if raw < dedup else "dedup"


def train_answer(view):
    return both(view, verdict.last_train)


def train_why(view):
    text = (
        T(
            "Menus, spam and copies are easy to predict: {raw} nats/token on raw pages, {dedup} on filtered ones. A low training loss praises the text, not the model.",
            "Menu, rác và bản sao rất dễ đoán: {raw} nats/token trên trang thô, {dedup} trên trang đã lọc. Loss huấn luyện thấp là khen văn bản, không phải khen mô hình.",
        )
        if train_answer(view) == "raw"
        else T(
            "{raw} nats/token on raw pages, {dedup} on filtered ones: here the raw pages were no easier to predict. Each is graded on its own text.",
            "{raw} nats/token trên trang thô, {dedup} trên trang đã lọc: ở đây trang thô không dễ đoán hơn. Mỗi bên được chấm trên văn bản của chính nó.",
        )
    )
    return text.format(
        raw=f"{verdict.last_train(view.result('raw')):.2f}", dedup=f"{verdict.last_train(view.result('dedup')):.2f}"
    )


def test_answer(view):
    return both(view, lambda r: r.final("test_loss"))


def test_why(view):
    text = (
        T(
            "On the same clean prose: raw {raw}, filtered and deduplicated {dedup}. Equal steps spent on prose teach more prose.",
            "Trên cùng văn xuôi sạch: thô {raw}, đã lọc và bỏ bản sao {dedup}. Cùng số bước, bước nào dùng cho văn xuôi thì học văn xuôi nhiều hơn.",
        )
        if test_answer(view) == "dedup"
        else T(
            "On the same clean prose: raw {raw}, filtered and deduplicated {dedup}. Here filtering has brought nothing.",
            "Trên cùng văn xuôi sạch: thô {raw}, đã lọc và bỏ bản sao {dedup}. Ở đây việc lọc không mang lại gì.",
        )
    )
    return text.format(
        raw=f"{view.result('raw').final('test_loss'):.2f}", dedup=f"{view.result('dedup').final('test_loss'):.2f}"
    )


def lost_answer(view):
    """The question is about the published rules: at other thresholds, and where no page is good, it stays open."""
    published = all(getattr(view.config, f.name) == getattr(PUBLISHED, f.name) for f in fields(PUBLISHED))
    return 100 * (1 - view.main.final("recall")) if published and verdict.good_pages(view.main) else None


def lost_why(view):
    rules, copies = verdict.lost_pages(view.main)
    return T(
        "{lost} of 100 good pages are gone. {rules} by the rules: too short, too few sentences, a bracket, too many marks. {copies} because a near-copy of them stays. The published rules are made for a web so large that losing good pages is cheap; {good} of 100 pages that are left are good.",
        "Mất {lost} trên 100 trang tốt. {rules} do quy tắc: quá ngắn, quá ít câu, một dấu ngoặc, quá nhiều dấu câu. {copies} vì một bản gần trùng của chúng ở lại. Các quy tắc này dành cho một web lớn đến mức mất bớt trang tốt vẫn rẻ; trong 100 trang còn lại có {good} trang tốt.",
    ).format(
        lost=f"{lost_answer(view):.0f}",
        rules=f"{100 * rules:.0f}",
        copies=f"{100 * copies:.0f}",
        good=f"{100 * view.main.final('precision'):.0f}",
    )


SIDES = (("raw", T("raw pages", "trang thô")), ("dedup", T("filtered pages", "trang đã lọc")))
PYTHON = {"corpus": "docs-python"}
QUICK = T("quick", "nhanh")

LESSON = Lesson(
    slug="the-fineweb-dataset",
    group="data",
    title=T("The FineWeb dataset", "Bộ dữ liệu FineWeb"),
    question=T(
        "What is in a web corpus, what do the famous filters throw away, and does throwing it away make a better model?",
        "Trong một kho web có gì, các bộ lọc nổi tiếng vứt đi những gì, và vứt đi có cho mô hình tốt hơn không?",
    ),
    after=(
        T(
            "FineWeb is Common Crawl: HTML to text, English above 0.65, Gopher's rules, C4's (without the end-mark rule), three and a half of its own, MinHash per dump, addresses masked; about 15 T tokens.",
            "FineWeb là Common Crawl: HTML thành văn bản, tiếng Anh trên 0.65, quy tắc Gopher, C4 (trừ quy tắc dấu kết), vài quy tắc riêng, MinHash theo từng đợt, che địa chỉ; khoảng 15 nghìn tỉ token.",
        ),
        T(
            "“750 tokens per document” is the mean of a very skewed distribution; the middle document has about half of that.",
            "“750 token mỗi tài liệu” là trung bình của một phân phối rất lệch; tài liệu ở giữa chỉ có khoảng một nửa.",
        ),
        T(
            "A filter is a threshold on a histogram; I can move it, read which pages die, and measure what a model gains or loses.",
            "Bộ lọc là một ngưỡng trên biểu đồ; tôi dời được nó, đọc trang nào chết, và đo mô hình được gì mất gì.",
        ),
        T(
            "MinHash finds near-copies with 112 numbers per page: P(caught) = 1 − (1 − s⁸)¹⁴.",
            "MinHash tìm bản gần trùng bằng 112 con số mỗi trang: P(bắt được) = 1 − (1 − s⁸)¹⁴.",
        ),
    ),
    minutes=10,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "filters",
            T("The filters", "Các bộ lọc"),
            T(
                "Choose a rule, move its cut, read who dies. The web here is simulated from a seed, so every page has a hidden label.",
                "Chọn một quy tắc, dời ngưỡng, đọc xem trang nào chết. Web ở đây được mô phỏng từ hạt giống (seed) nên trang nào cũng có nhãn ẩn.",
            ),
            page_filters.Config(),
            (
                Preset(
                    "quick",
                    T("quick: FineWeb's thresholds", "nhanh: ngưỡng của FineWeb"),
                    {},
                    T("Which kinds of page reach the last bar?", "Loại trang nào tới được cột cuối?"),
                ),
                Preset(
                    "writeup",
                    T("repeated lines: the write-up's 0.1", "dòng lặp: mức 0.1 của bài viết"),
                    {"rule": "dup_chars", "dup_chars_max": 0.1},
                    T(
                        "Code 0.01, write-up 0.1: ten times as lenient. How many pages does it save?",
                        "Mã 0.01, bài viết 0.1: rộng gấp mười. Cứu được bao nhiêu trang?",
                    ),
                ),
                Preset(
                    "endmark",
                    T("C4's end-mark rule on", "bật quy tắc dấu kết của C4"),
                    {"rule": "sentences", "end_mark": True},
                    T(
                        "Every line without an end mark goes; menus lose everything, and so do headings.",
                        "Dòng nào không có dấu kết đều bị bỏ; menu mất hết, tiêu đề cũng vậy.",
                    ),
                ),
                Preset(
                    "python",
                    T("real pages: Python's documentation", "trang thật: tài liệu Python"),
                    {**PYTHON, "rule": "curly"},
                    T(
                        "Real, useful text, and the rules throw most of it away. Curly brackets take few pages, but half of the tokens; which rule takes the most pages?",
                        "Văn bản thật, hữu ích, vậy mà quy tắc vứt phần lớn. Ngoặc nhọn loại ít trang nhưng mất nửa số token; quy tắc nào loại nhiều trang nhất?",
                    ),
                ),
                Preset(
                    "open",
                    T("broken: every rule open", "hỏng: mở mọi quy tắc"),
                    {**NOTHING, "rule": "short_lines", "line_words": 0, "javascript": False, "policy": False},
                    T(
                        "Nothing is removed but copies: precision falls to about the share of prose on the web.",
                        "Chỉ bỏ bản sao: độ chính xác rơi về khoảng tỉ lệ văn xuôi trên web.",
                    ),
                    broken=True,
                ),
                Preset(
                    "strict",
                    T("broken: 50 sentences or out", "hỏng: 50 câu, không thì loại"),
                    {"rule": "sentences", "sentences_min": 50, "words_min": 1000},
                    T(
                        "Clean, and almost nothing left: a filter has no opinion about how much you need.",
                        "Sạch, nhưng gần như chẳng còn gì: bộ lọc không biết bạn cần bao nhiêu.",
                    ),
                    broken=True,
                ),
            ),
            alone,
            (figures.histogram, figures.funnel, figures.rules),
            ("rule", "page"),
            verdict.filters,
            (
                Prediction(
                    "lost",
                    T(
                        "Of 100 pages of good prose on this web, how many does FineWeb's pipeline throw away?",
                        "Cứ 100 trang văn xuôi tốt trên web này, quy trình của FineWeb vứt đi bao nhiêu trang?",
                    ),
                    lost_answer,
                    lost_why,
                    kind="number",
                    low=0,
                    high=100,
                    step=5,
                    tolerance=10,
                    unit=T("of 100", "trên 100"),
                ),
            ),
            readouts=verdict.filter_readouts,
            samples=("removed", "kept"),
            sample_names={
                "removed": T(
                    "removed by this rule, nearest to the cut first", "bị quy tắc này loại, gần ngưỡng nhất trước"
                ),
                "kept": T("stays, nearest to the cut first", "ở lại, gần ngưỡng nhất trước"),
            },
            code=(
                "web_filters.Rule",
                "web_filters.Pages",
                "gopher.quality",
                "gopher.repeated_runs",
                "c4.clean",
                "c4.shape",
                "page_marks.mask",
            ),
            follow=lambda values: (FIELDS[values["rule"]],),
        ),
        Playground(
            "own",
            T("Your own page", "Trang của bạn"),
            T(
                "Paste any page and see which rule kills it. Marked: what the killing rule is about, or the lines that C4's rules drop.",
                "Dán một trang bất kỳ rồi xem quy tắc nào giết nó. Phần tô: điều quy tắc đó nhắm tới, hoặc các dòng bị quy tắc C4 bỏ.",
            ),
            own_page.Config(),
            (
                Preset(
                    "quick",
                    QUICK,
                    {},
                    T(
                        "A page with a menu around it: which lines are dropped?",
                        "Một trang có menu bao quanh: dòng nào bị bỏ?",
                    ),
                ),
                Preset(
                    "vietnamese",
                    T("broken: a Vietnamese page, English rules", "hỏng: trang tiếng Việt, quy tắc tiếng Anh"),
                    {
                        "text": "Ngọn hải đăng cũ đứng ở cuối bến cảng. Mỗi đêm nó được thắp sáng. Người giữ đèn sống trong ngôi nhà bên dưới cùng hai con chó. Mùa đông sóng tràn qua tường. Mùa hè du khách có thể leo lên đỉnh. Cảnh rất đẹp và đáng để leo."
                    },
                    T(
                        "Language first; then switch the profile: words are syllables here, and fifty of them are just enough.",
                        "Ngôn ngữ trước; rồi đổi hồ sơ: ở đây từ là âm tiết, và năm mươi từ là vừa đủ.",
                    ),
                    broken=True,
                ),
                Preset(
                    "code",
                    T("broken: good text about code", "hỏng: bài hay nhưng nói về mã"),
                    {
                        "text": "A dictionary in Python is written with braces, so {} is an empty one. It is one of the most useful types, and you will see that it is easy to work with. A dictionary keeps a value for every key, and to look a value up takes the same time however large the dictionary has become. The order of the keys is the order in which they were added. That has been so for many years and people rely on it. A loop over the dictionary gives the keys and a loop over its items gives pairs. If you want to know whether a key is there, ask for it with the word in."
                    },
                    T("One bracket, and the page is gone.", "Một dấu ngoặc là mất cả trang."),
                    broken=True,
                ),
            ),
            alone,
            (figures.own,),
            ("text", "profile"),
            verdict.own,
            samples=("page",),
            sample_names={"page": T("your page, marked", "trang của bạn, có tô")},
            code=("web_filters.first_reason", "web_filters.kills", "page_marks.marked"),
        ),
        Playground(
            "copies",
            T("Near-copies", "Bản gần trùng"),
            T(
                "Every page becomes b × r numbers. Two pages are candidates when all r numbers of some band agree.",
                "Mỗi trang thành b × r con số. Hai trang là ứng viên khi cả r con số của một dải nào đó trùng nhau.",
            ),
            page_copies.Config(),
            (
                Preset(
                    "quick",
                    T("quick: FineWeb's 14 × 8", "nhanh: 14 × 8 của FineWeb"),
                    {},
                    T(
                        "Where does the curve rise, and do the orange dots follow?",
                        "Đường cong dốc ở đâu, chấm cam có theo không?",
                    ),
                ),
                Preset(
                    "python",
                    T("real pages: Python's documentation", "trang thật: tài liệu Python"),
                    PYTHON,
                    T("Real pages that quote each other.", "Các trang thật trích dẫn lẫn nhau."),
                ),
                Preset(
                    "loose",
                    T("broken: everything is a copy", "hỏng: gì cũng là bản sao"),
                    {"bands": 50, "rows": 1},
                    T(
                        "One equal hash of fifty is enough: clusters swallow the web.",
                        "Trùng một trong năm mươi hash là đủ: các nhóm nuốt cả web.",
                    ),
                    broken=True,
                ),
                Preset(
                    "tight",
                    T("broken: only exact copies", "hỏng: chỉ bản sao y hệt"),
                    {"bands": 2, "rows": 20},
                    T(
                        "Twenty must agree at once: one changed word in sixty is enough to escape.",
                        "Hai mươi hash phải trùng cùng lúc: đổi một từ trong sáu mươi là thoát.",
                    ),
                    broken=True,
                ),
            ),
            alone,
            (collections.scurve, collections.estimates),
            ("bands", "rows", "page"),
            verdict.copies,
            readouts=verdict.copy_readouts,
            samples=("first", "second"),
            sample_names={
                "first": T("one page of a candidate pair", "một trang của cặp ứng viên"),
                "second": T("the other, differences marked", "trang kia, chỗ khác được tô"),
            },
            code=(
                "near_copies.shingles",
                "near_copies.signatures",
                "near_copies.pairs",
                "near_copies.curve",
                "near_copies.clusters",
            ),
        ),
        Playground(
            "census",
            T("Census", "Thống kê"),
            T(
                "How long are pages, and how many different tokens are met? Real pages: Python's own documentation.",
                "Trang dài bao nhiêu, gặp bao nhiêu token khác nhau? Trang thật: tài liệu của chính Python.",
            ),
            page_census.Config(documents=200),  # Python's documentation has 162: one stop to the left is felt
            (
                Preset(
                    "quick",
                    QUICK,
                    {},
                    T("How far apart are mean and median?", "Trung bình và trung vị cách nhau bao xa?"),
                ),
                Preset(
                    "ceiling",
                    T("byte pairs: the list ends", "cặp byte: danh sách có hạn"),
                    {"unit": "bpe"},
                    T(
                        "The curve bends: no power law goes beyond the vocabulary.",
                        "Đường cong gập lại: không luật lũy thừa nào vượt từ vựng.",
                    ),
                ),
                Preset(
                    "web",
                    T("the simulated web", "web mô phỏng"),
                    {"corpus": "docs-web", "documents": 565},
                    T(
                        "The lengths are drawn from a skewed distribution, as on the web.",
                        "Độ dài được rút từ một phân phối lệch, như trên web.",
                    ),
                ),
                Preset(
                    "few",
                    T("broken: 50 pages", "hỏng: 50 trang"),
                    {"documents": 50},
                    T(
                        "Change the seed: it only shuffles the order of reading, and with few pages the growth exponent jumps, and with it “1,000 pages by that law”.",
                        "Đổi hạt giống: nó chỉ xáo thứ tự đọc, vậy mà ít trang thì “số mũ tăng” nhảy lung tung, kéo theo “1,000 trang theo luật đó”.",
                    ),
                    broken=True,
                ),
            ),
            alone,
            (collections.lengths, collections.heaps),
            ("corpus", "unit", "documents"),
            verdict.census,
            (
                Prediction(
                    "skew",
                    T(
                        "A collection's mean is 750 tokens per page. How many does the page in the middle have?",
                        "Một bộ có trung bình 750 token mỗi trang. Trang đứng ở giữa có bao nhiêu?",
                    ),
                    skew_answer,
                    skew_why,
                    (
                        ("half", T("half or so", "khoảng một nửa")),
                        ("same", T("about 750", "khoảng 750")),
                        ("more", T("more", "nhiều hơn")),
                    ),
                ),
            ),
            verdict.census_readouts,
            code=("web_collection.load", "experiments.page_census.run", "documents.read"),
        ),
        Playground(
            "training",
            T("Does it pay?", "Có đáng không?"),
            T(
                "The same small GPT, the same number of steps, on raw pages, on what your thresholds leave, and on the truly clean ones.",
                "Cùng một GPT nhỏ, cùng số bước: trên trang thô, trên phần ngưỡng của bạn để lại, và trên phần thật sự sạch.",
            ),
            page_training.Config(),
            (
                Preset(
                    "quick",
                    QUICK,
                    {},
                    T("Compare the thin lines, then the bold ones.", "So các đường mảnh, rồi các đường đậm."),
                ),
                Preset(
                    "long",
                    T("long: 250 steps", "dài: 250 bước"),
                    {"steps": 250},
                    T(
                        "About three times as long. Do the pools drift apart or together?",
                        "Lâu gấp ba. Các loại dữ liệu xa nhau ra hay gần lại?",
                    ),
                ),
                Preset(
                    "clean_web",
                    T("a web with little junk", "web ít rác"),
                    {"junk": 0.1},
                    T(
                        "Little to throw away, and half of the pages go all the same: what is left to gain?",
                        "Chẳng có mấy để vứt, vậy mà nửa số trang vẫn mất: còn được lợi gì?",
                    ),
                ),
                Preset(
                    "invert",
                    T("the pipeline turned around", "lộn ngược quy trình"),
                    {"pools": "dedup,raw,removed"},
                    T(
                        "Train on what was thrown away; see “trained on × tested on” inside.",
                        "Huấn luyện trên phần bị vứt; xem bảng “huấn luyện × kiểm thử” bên trong.",
                    ),
                ),
                Preset(
                    "strict",
                    T("broken: a filter that leaves a crumb", "hỏng: bộ lọc chỉ để lại mẩu vụn"),
                    {"words_min": 500, "sentences_min": 20, "steps": 250},
                    T(
                        "So few pages that the model reads them over and over. At first it leads the raw pages on clean prose; how much of the lead is left at the end?",
                        "Còn ít trang đến mức mô hình đọc đi đọc lại. Lúc đầu nó dẫn trước trang thô trên văn xuôi sạch; đến cuối còn dẫn bao nhiêu?",
                    ),
                    broken=True,
                ),
                Preset(
                    "hot",
                    T("broken: learning rate 1e-2", "hỏng: tốc độ học 1e-2"),
                    {"lr": 1e-2},
                    T(
                        "Change the seed twice: how far does the gain of filtering move, compared with the usual rate?",
                        "Đổi hạt giống hai lần: lợi ích của việc lọc xê dịch bao xa, so với tốc độ thường dùng?",
                    ),
                    broken=True,
                ),
            ),
            pools,
            (trained.loss, trained.ends, trained.kinds),
            ("pools", "junk", "steps"),
            verdict.training,
            (
                Prediction(
                    "train",
                    T("Which run ends with the lower TRAINING loss?", "Lần chạy nào có loss HUẤN LUYỆN thấp hơn?"),
                    train_answer,
                    train_why,
                    SIDES,
                ),
                Prediction(
                    "test",
                    T(
                        "And the lower loss on clean text neither has seen?",
                        "Còn loss thấp hơn trên văn bản sạch mà cả hai chưa thấy?",
                    ),
                    test_answer,
                    test_why,
                    SIDES,
                ),
            ),
            verdict.training_readouts,
            ("page",),
            code=(
                "experiments.page_training.pool",
                "experiments.page_training.test_texts",
                "web_filters.Pages",
                "near_copies.first_of_each",
            ),
            fixed=("pool",),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "Invert the pipeline: in “Does it pay?” train on what was thrown away (preset “the pipeline turned around”). Then open “Look inside”: each row is a model, each column a kind of page. Which model is best at menus, and would you want it to be?",
        "Lộn ngược quy trình: trong “Có đáng không?”, hãy huấn luyện trên phần bị vứt đi (thiết lập “lộn ngược quy trình”). Rồi mở “Nhìn vào bên trong”: mỗi hàng một mô hình, mỗi cột một loại trang. Mô hình nào giỏi menu nhất, và bạn có muốn thế không?",
    ),
    further=(
        T(
            "Filter auction: each team sets thresholds, everyone trains for the same steps, the lowest clean test loss wins.",
            "Đấu giá bộ lọc: mỗi đội đặt ngưỡng, cùng số bước huấn luyện, loss sạch thấp nhất thắng.",
        ),
        T(
            "Your page through FineWeb: paste a Vietnamese article and switch the profile; write down which rules assume English.",
            "Trang của bạn qua FineWeb: dán một bài tiếng Việt rồi đổi hồ sơ; ghi lại quy tắc nào ngầm giả định tiếng Anh.",
        ),
        T(
            "Stream FineWeb under “Texts and weights” and choose it in every playground: at the published thresholds, which rules still remove pages?",
            "Tải FineWeb ở “Văn bản và trọng số” rồi chọn nó ở mọi sân chơi: với ngưỡng đã công bố, quy tắc nào vẫn loại trang?",
        ),
    ),
    formula=T(
        r"P(\text{candidate} \mid s) = 1 - (1 - s^{r})^{b},\qquad s = \frac{|A \cap B|}{|A \cup B|}",
        r"P(\text{ứng viên} \mid s) = 1 - (1 - s^{r})^{b},\qquad s = \frac{|A \cap B|}{|A \cup B|}",
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
