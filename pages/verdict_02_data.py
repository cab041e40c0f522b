"""Lesson 2 in words: what a text costs, and how far a buffer mixes."""

import math

from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import number, percent
from core.experiments.token_bench import Config as Sentence
from pages.verdict_02 import said_notes

# --- tokenizers --------------------------------------------------------------------------------------------------


def token_verdict(view) -> list[T]:
    columns = view.main.table("costs")
    lines = []
    if not columns or not columns["tokenizer"]:
        return [T("Nothing to cut yet: type a word.", "Chưa có gì để cắt: hãy gõ một từ.")]
    cost = {
        (t, s): (w, whole)
        for t, s, w, whole in zip(*(columns[c] for c in ("tokenizer", "text", "word", "whole")), strict=True)
    }
    for name, title in (("gpt2", "GPT-2"), ("bpe", "BPE")):
        if (name, "en") in cost and (name, "vi") in cost:
            lines.append(
                T(
                    "**{title}**: {en} tokens per English word or mark, {vi} per Vietnamese syllable or mark.",
                    "**{title}**: {en} token cho mỗi từ hoặc dấu câu tiếng Anh, {vi} cho mỗi âm tiết hoặc dấu câu tiếng Việt.",
                ).format(title=title, en=number(cost[name, "en"][0]), vi=number(cost[name, "vi"][0]))
            )
    broken = sorted({side for (_, side), (_, whole) in cost.items() if not whole})
    if broken:
        which = (
            T("English text", "văn bản tiếng Anh") if broken == ["en"] else T("Vietnamese text", "văn bản tiếng Việt")
        )
        which = which if len(broken) == 1 else T("texts", "cả hai văn bản")
        lines.append(
            T(
                "The word tokenizer does not give the {which} back: a word it never met becomes ⟨?⟩, and what is lost is lost.",
                "Bộ tách theo từ không trả lại nguyên {which}: từ chưa gặp thành ⟨?⟩, mất là mất hẳn.",
            ).format(which=which)
        )
    else:
        lines.append(
            T("Every text comes back whole, byte for byte.", "Mọi văn bản đều quay lại nguyên vẹn, đúng từng byte.")
        )
    return lines + said_notes(view)


def token_readouts(view) -> list[Readout]:
    columns = view.main.table("costs")
    out = []
    if columns:
        for name, side, tokens, characters in zip(
            *(columns[c] for c in ("tokenizer", "text", "tokens", "characters")), strict=True
        ):
            if name == "bpe":
                label = (
                    T("English: characters per token", "Tiếng Anh: ký tự mỗi token")
                    if side == "en"
                    else T("Vietnamese: characters per token", "Tiếng Việt: ký tự mỗi token")
                )
                out.append(Readout(label, f"{characters / tokens:.2f} (BPE)"))
    return out


SENTENCE = (Sentence().english, Sentence().vietnamese)


def bytes_answer(view):
    """Decided by the sentence that stands there in both languages; None for a text of the learner's own."""
    english, vietnamese = view.main.final("bytes_en"), view.main.final("bytes_vi")
    if math.isnan(english + vietnamese) or (view.config.english, view.config.vietnamese) != SENTENCE:
        return None
    return "more" if vietnamese > english else "less"


TOKEN_PREDICTIONS = (
    Prediction(
        "bytes",
        T(
            "A Vietnamese syllable has fewer letters than an English word. In bytes, per syllable or word, Vietnamese takes",
            "Âm tiết tiếng Việt ít chữ cái hơn từ tiếng Anh. Tính theo byte cho mỗi âm tiết hoặc từ, tiếng Việt tốn",
        ),
        bytes_answer,
        lambda view: T(
            "A letter like ở is three bytes in UTF-8, and a tokenizer that never saw them together pays for each.",
            "Một chữ như ở gồm ba byte trong UTF-8; bộ tách chưa từng thấy chúng đi cùng nhau phải trả giá cho từng byte.",
        ),
        (("less", T("less", "ít hơn")), ("more", T("more", "nhiều hơn"))),
    ),
)


# --- rows --------------------------------------------------------------------------------------------------------


def row_verdict(view) -> list[T]:
    r = view.main
    if math.isnan(r.final("rows")):
        return []
    f = {
        "reach": percent(r.final("reach")),
        "wait": f"{r.final('wait'):.0f}",
        "rows": f"{r.final('rows'):.0f}",
        "mixed": percent(max(0.0, min(1.0, r.final("mixed")))),
        "beside": percent(r.final("neighbours")),
    }
    if view.config.buffer <= 1:
        text = T(
            "A buffer of one row shuffles nothing: the rows come as they lie in the file.",
            "Bộ đệm một dòng không xáo trộn gì: các dòng đến đúng như nằm trong tệp.",
        )
    elif r.final("wait") >= r.final("rows"):
        text = T(
            "Well mixed, at the price of streaming: all {rows} rows are read and held before the first is served.",
            "Trộn đều, nhưng mất cái lợi của đọc luồng: phải đọc và giữ cả {rows} dòng rồi mới đưa ra dòng đầu.",
        )
    else:
        text = T(
            "The first batch of 32 comes from the first {reach} of the file. {wait} rows are held in memory; the order is {mixed} mixed.",
            "Lô 32 dòng đầu đến từ {reach} đầu tệp. Giữ {wait} dòng trong bộ nhớ; thứ tự được trộn {mixed}.",
        )
    beside = T(
        "{beside} of the test rows lie next to a training row.", "{beside} dòng kiểm thử nằm sát một dòng huấn luyện."
    )
    return [text.format(**f), beside.format(**f), *said_notes(view)]


def row_readouts(view) -> list[Readout]:
    r = view.main
    if math.isnan(r.final("rows")):
        return []
    return [
        Readout(T("splits that came with it", "phần chia có sẵn"), same("train")),
        Readout(T("rows", "số dòng"), f"{r.final('rows'):.0f}"),
        Readout(T("characters", "số ký tự"), f"{r.final('characters'):,.0f}"),
        Readout(T("repeated rows", "dòng bị lặp"), f"{r.final('repeats'):.0f}"),
    ]


def reach_answer(view):
    if view.config.buffer != 30 or view.main.final("rows") != 300:
        return None
    reach = view.main.final("reach")
    return "fifth" if reach < 0.35 else "half" if reach < 0.8 else "all"


ROW_PREDICTIONS = (
    Prediction(
        "reach",
        T(
            "300 rows stream through a shuffle buffer of 30. The first batch of 32 rows comes from",
            "300 dòng chảy qua bộ đệm xáo trộn 30 dòng. Lô 32 dòng đầu tiên đến từ",
        ),
        reach_answer,
        lambda view: T(
            "When the 32nd row is served, only 32 + 30 rows have been read at all.",
            "Khi dòng thứ 32 được đưa ra, mới chỉ đọc nhiều nhất 32 + 30 dòng.",
        ),
        (
            ("fifth", T("the first fifth of the file", "một phần năm đầu tệp")),
            ("half", T("the first half", "nửa đầu tệp")),
            ("all", T("everywhere", "khắp tệp")),
        ),
    ),
)
