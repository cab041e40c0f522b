"""Lesson 2: what a model repository really holds, and how to load it so that the result is safe and stays the same."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, single
from core.experiments import opening, pickle_steps, revisions, stream_rows, token_bench, weights_header
from pages import presets_02 as presets
from pages import verdict_02 as words
from pages import verdict_02_data as data_words
from pages.claims_02 import CLAIMS
from pages.controls_02 import CONTROLS
from pages.figures_02 import instructions, loads, ruler, strip, times, tree
from pages.figures_02_data import bars, english, lengths, order, vietnamese

NAMES = {
    "main": (same("main"), 1),
    "hash": (T("a commit's hash", "mã băm commit"), 0),
    "tag": (T("the tag v1.0", "thẻ v1.0"), 2),
    "branch": (T("a deleted branch", "nhánh đã xóa"), 3),
}


def programs(config, values):
    """Three programs that differ in one word, the learner's first."""
    names = [config.revision, *(name for name in ("main", "hash", "tag") if name != config.revision)]
    return tuple(Arm(name, NAMES[name][0], replace(config, revision=name), NAMES[name][1]) for name in names)


ROWS_ONLY = ("context",)  # a line in one chart of the last playground

LESSON = Lesson(
    slug="hugging-face",
    group="foundations",
    title=T("Hugging Face: models, data sets, tokenizers", "Hugging Face: kho mô hình, dữ liệu và bộ tách token"),
    question=T(
        "What is really inside a repository, and how do I load it so that it is safe and stays the same?",
        "Trong một kho thật sự có gì, và tải thế nào cho an toàn và luôn ra cùng kết quả?",
    ),
    after=(
        T(
            "A repository is a history of commits; a branch and a tag are names that move, and only a commit's hash is reproducible.",
            "Kho là một lịch sử commit; nhánh và thẻ là những cái tên có thể dời, chỉ mã băm của commit mới lặp lại được.",
        ),
        T(
            "A safetensors file is a table and numbers: shapes are known at once, and one tensor is read without the rest. A pickle is a program.",
            "Tệp safetensors là một bảng và các con số: biết kích thước ngay, và đọc một tensor không cần phần còn lại. Pickle là một chương trình.",
        ),
        T(
            "A stream is mixed only as far as its buffer reaches, and most text sets come without a test split: I cut one.",
            "Luồng chỉ được trộn trong tầm bộ đệm, và đa số bộ văn bản không có sẵn tập kiểm thử: tôi tự cắt.",
        ),
        T(
            "Public, gated and private are three things; open weights are not open source.",
            "Công khai, cần xin phép (gated) và riêng tư là ba chuyện khác nhau; trọng số mở không phải mã nguồn mở.",
        ),
    ),
    minutes=8,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "push",
            T("The author pushes", "Tác giả đẩy bản mới"),
            T(
                "A tiny model lies in a real cache on this machine. Three programs load it: one asks for main, one for a tag, one for a commit's hash. Time passes; the author works on.",
                "Một mô hình nhỏ nằm trong bộ nhớ đệm (cache) thật trên máy này. Ba chương trình tải nó: một xin main, một xin thẻ (tag), một xin mã băm (hash) của commit. Thời gian trôi, tác giả vẫn làm tiếp.",
            ),
            revisions.Config(pushes=0),
            presets.REVISIONS,
            programs,
            (loads, strip),
            ("pushes", "revision"),
            words.revisions_verdict,
            words.REVISION_PREDICTIONS,
            words.revisions_readouts,
            fixed=ROWS_ONLY,
            code=("hub_cache.commit_of", "hub_cache.resolve", "hub_cache.point", "hub_cache.commit"),
        ),
        Playground(
            "file",
            T("Inside a weights file", "Bên trong tệp trọng số"),
            T(
                "Eight bytes of length, a table, then numbers. Say what you want and see which bytes it is.",
                "Tám byte độ dài, một bảng, rồi các con số. Bạn cần gì cứ nói, và xem đó là những byte nào.",
            ),
            weights_header.Config(),
            presets.HEADERS,
            single,
            (ruler, tree),
            ("source", "fetch", "arrived"),
            words.header_verdict,
            words.HEADER_PREDICTIONS,
            words.header_readouts,
            fixed=ROWS_ONLY,
            code=("weights_file.header", "weights_file.parse", "byte_map.spans", "download.ranged"),
        ),
        Playground(
            "pickle",
            T("Inside a pickle", "Bên trong một pickle"),
            T(
                "Many models still come as .bin or .pt: a pickle. Here it is read like a text; nothing opens it.",
                "Nhiều mô hình vẫn ở dạng .bin hoặc .pt: một pickle. Ở đây nó được đọc như văn bản; không gì mở nó ra.",
            ),
            pickle_steps.Config(),
            presets.PICKLES,
            single,
            (instructions,),
            ("payload", "format"),
            words.pickle_verdict,
            words.PICKLE_PREDICTIONS,
            words.pickle_readouts,
            fixed=ROWS_ONLY,
            code=("pickle_scan.steps", "pickle_scan.strangers", "pickle_scan.calling"),
        ),
        Playground(
            "open",
            T("Open it, and take the time", "Mở ra và bấm giờ"),
            T(
                "A worker writes one matrix in both formats, opens it four ways, and hands torch a pickle that calls.",
                "Một tiến trình ghi một ma trận ở cả hai định dạng, mở theo bốn cách, rồi đưa cho torch một pickle có lời gọi.",
            ),
            opening.Config(),
            presets.OPENINGS,
            single,
            (times,),
            ("width", "calls"),
            words.opening_verdict,
            words.OPENING_PREDICTIONS,
            fixed=ROWS_ONLY,
            code=("weights_file.read", "experiments.opening.run", "experiments.opening.refusal"),
        ),
        Playground(
            "tokens",
            T("Tokenizers, side by side", "Các bộ tách, cạnh nhau"),
            T(
                "A model comes with its tokenizer, and a language comes with a price. Type your own sentence.",
                "Mô hình đi kèm bộ tách token (tokenizer), và mỗi ngôn ngữ có một giá. Hãy gõ câu của bạn.",
            ),
            token_bench.Config(),
            presets.TOKENS,
            single,
            (bars, english, vietnamese),
            ("english", "vietnamese"),
            data_words.token_verdict,
            data_words.TOKEN_PREDICTIONS,
            data_words.token_readouts,
            fixed=ROWS_ONLY,
            code=("token_costs.cost", "token_costs.spell", "experiments.token_bench.run"),
        ),
        Playground(
            "rows",
            T("A data set, row by row", "Bộ dữ liệu, từng dòng"),
            T(
                "Nobody downloads terabytes: rows stream through a buffer that shuffles a little. How little, you choose.",
                "Không ai tải hàng terabyte: các dòng chảy qua một bộ đệm, được xáo trộn đôi chút. Ít hay nhiều do bạn chọn.",
            ),
            stream_rows.Config(),
            presets.ROWS,
            single,
            (order, lengths),
            ("buffer", "split", "share"),
            data_words.row_verdict,
            data_words.ROW_PREDICTIONS,
            data_words.row_readouts,
            code=("streaming.through_buffer", "streaming.cut", "streaming.mixed"),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "The line above is the whole format: 8 bytes of length, n of header, then for every tensor t the product of its sides s times b bytes a number.\n\n**One LayerNorm out of 548 MB.** In “Inside a weights file” choose GPT-2 and all LayerNorm vectors: the header says which 153,600 bytes they are, and that neighbouring vectors share a request. A server that knows `Range: bytes=a-b` sends those and no others; the library page of this app fetches them that way for lesson 11, 0.03 % of the file. Then choose one block, and the token embedding: which question about GPT-2 could you answer over a slow connection?",
        "Dòng trên là toàn bộ định dạng: 8 byte độ dài, n byte phần đầu, rồi với mỗi tensor t là tích các cạnh s nhân b byte mỗi số.\n\n**Một LayerNorm trong 548 MB.** Trong “Bên trong tệp trọng số”, chọn GPT-2 và mọi vector LayerNorm: phần đầu cho biết đó là 153,600 byte nào, và các vector cạnh nhau dùng chung một yêu cầu. Máy chủ hiểu `Range: bytes=a-b` sẽ gửi đúng chừng ấy; trang thư viện của ứng dụng tải chúng theo cách này cho bài 11, 0.03 % của tệp. Rồi chọn một khối, và embedding token: với đường truyền chậm, bạn trả lời được câu hỏi nào về GPT-2?",
    ),
    further=(
        T(
            "Card linter: read the card of a model you use and check it against its own files: licence, data, number of parameters, intended use. What is missing?",
            "Soát thẻ: đọc thẻ của một mô hình bạn dùng và đối chiếu với chính tệp của nó: giấy phép, dữ liệu, số tham số, mục đích sử dụng. Thiếu gì?",
        ),
        T(
            "Two commits, one diff: load two revisions of a model and list the norm of each tensor's difference. Which layers did the author really change?",
            "Hai commit, một phép so: tải hai phiên bản của một mô hình và liệt kê chuẩn của hiệu từng tensor. Tác giả thật sự đổi tầng nào?",
        ),
        T(
            "Your own cache: huggingface_hub's scan_cache_dir lists what lies on your disk. Which models are there twice, and at which commits?",
            "Bộ nhớ đệm của bạn: scan_cache_dir của huggingface_hub liệt kê những gì nằm trên đĩa. Mô hình nào có hai bản, ở commit nào?",
        ),
    ),
    formula=T(
        r"8 + n + \sum_t b_t \prod_i s_{t,i} = \text{bytes}",
        r"8 + n + \sum_t b_t \prod_i s_{t,i} = \text{số byte}",
    ),
)


if __name__ == "__main__":
    from app.show import show

    show(LESSON)
