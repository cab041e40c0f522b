"""What the rules, steps and kinds of page of lesson 16 are called."""

from app.i18n import T, same
from app.theme import ARMS, BROKEN, GREY

RULES = {
    "language": T("language score", "điểm ngôn ngữ"),
    "dup_paragraphs": T("paragraphs seen before", "đoạn lặp lại"),
    "dup_paragraph_chars": T("characters in repeated paragraphs", "ký tự trong đoạn lặp"),
    "dup_lines": T("lines seen before", "dòng lặp lại"),
    "dup_line_chars": T("characters in repeated lines (Gopher)", "ký tự trong dòng lặp (Gopher)"),
    **{f"top_{n}": T(f"most frequent {n} words in a row", f"cụm {n} từ hay gặp nhất") for n in (2, 3, 4)},
    **{f"dup_{n}": T(f"repeated runs of {n} words", f"cụm {n} từ lặp lại") for n in (5, 6, 7, 8, 9, 10)},
    "few_words": T("words (at least)", "số từ (ít nhất)"),
    "many_words": T("words (at most)", "số từ (nhiều nhất)"),
    "short_words": T("mean word length (at least)", "độ dài từ trung bình (ít nhất)"),
    "long_words": T("mean word length (at most)", "độ dài từ trung bình (nhiều nhất)"),
    "hashes": T("# per word", "dấu # mỗi từ"),
    "ellipses": T("… per word", "dấu … mỗi từ"),
    "bullets": T("bullet lines", "dòng gạch đầu dòng"),
    "ellipsis_lines": T("lines ending in …", "dòng kết thúc bằng …"),
    "letters": T("words with a letter", "từ có chữ cái"),
    "stop_words": T("different stop words", "số từ dừng khác nhau"),
    "lorem": same("lorem ipsum"),
    "curly": T("curly brackets", "dấu ngoặc nhọn"),
    "sentences": T("sentences left by the line rules", "số câu còn lại sau quy tắc dòng"),
    "punct_lines": T("lines ending in . ! ?", "dòng kết thúc bằng . ! ?"),
    "short_lines": T("lines of at most 30 characters", "dòng không quá 30 ký tự"),
    "dup_chars": T("characters in repeated lines (FineWeb)", "ký tự trong dòng lặp (FineWeb)"),
    "newlines": T("newlines per word", "số xuống dòng mỗi từ"),
}
STEPS = {
    "start": T("all pages", "mọi trang"),
    "language": T("language", "ngôn ngữ"),
    "repetition": T("Gopher: repetition", "Gopher: lặp lại"),
    "quality": T("Gopher: quality", "Gopher: chất lượng"),
    "c4": same("C4"),
    "fineweb": same("FineWeb"),
    "copies": T("one of each copy", "bỏ bản sao"),
}
KINDS = {
    "prose": T("prose", "văn xuôi"),
    "banner": T("prose with banners", "văn xuôi kèm biểu ngữ"),
    "copy": T("near-copy", "bản gần trùng"),
    "menu": T("menu", "menu"),
    "spam": T("link spam", "rác liên kết"),
    "prices": T("price list", "bảng giá"),
    "script": T("script", "mã script"),
    "stub": T("empty page", "trang rỗng"),
    "spun": T("spun text", "văn xào"),
    "foreign": T("Vietnamese", "tiếng Việt"),
    "page": T("pages", "trang"),
}
COLORS = {
    "prose": ARMS[0],
    "banner": ARMS[4],
    "copy": ARMS[2],
    "menu": ARMS[1],
    "spam": BROKEN,
    "prices": ARMS[3],
    "script": "#8c6bb1",
    "stub": "#b8b8b8",
    "spun": "#9a8c00",
    "foreign": "#5b4636",
    "page": GREY,
}
POOLS = {
    "raw": T("raw pages", "trang thô"),
    "filtered": T("filtered", "đã lọc"),
    "dedup": T("filtered, no copies", "đã lọc, bỏ bản sao"),
    "clean": T("labelled clean (oracle)", "nhãn sạch (biết trước)"),
    "removed": T("what was thrown away", "phần bị vứt đi"),
}


def of(names: dict, code: str) -> T:
    """The name of a code, itself where it has none."""
    return names.get(code, same(code))
