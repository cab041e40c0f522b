"""The four tokenizers side by side on two texts: where each cuts, and what a word or a Vietnamese syllable costs."""

import html

import altair as alt
import streamlit as st

from app import errand_box, sentences, shell
from app.charts import Chart
from app.i18n import T, same
from app.theme import ARMS, GREY
from core import errands, rng, tales, token_costs, tokenizers
from core.problem import Problem

SHOWN, LONGEST = 300, 3000  # tokens drawn, characters read
TINTS = tuple(f"rgba({int(c[1:3], 16)},{int(c[3:5], 16)},{int(c[5:7], 16)},.30)" for c in ARMS[:4])
NAMES = {
    "bpe": T("built-in byte pairs (2,000)", "cặp byte có sẵn (2,000)"),
    "words": T("words of Tales", "từ của Tales"),
    "bytes": T("bytes (256)", "byte (256)"),
    "gpt2": T("GPT-2's byte pairs (50,257)", "cặp byte của GPT-2 (50,257)"),
}
SIDES = {  # column: (title, Tales language, an everyday sentence)
    "en": (
        T("English", "Tiếng Anh"),
        "tales-en",
        "My grandmother sold noodles at the market, and every morning she got up before the sun.",
    ),
    "vi": (
        T("Vietnamese", "Tiếng Việt"),
        "tales-vi",
        "Bà tôi bán phở ngoài chợ, và sáng nào bà cũng dậy trước mặt trời.",
    ),
}
SAMPLES = {
    "tales": T("a story of Tales", "một truyện Tales"),
    "everyday": T("an everyday sentence", "một câu thường ngày"),
}
TEXT = {
    "lead": T(
        "A model never sees letters, only token numbers. Where the text is cut decides how long it is for the "
        "model, and how "
        "much a language costs. Type what you like.",
        "Mô hình không thấy chữ, chỉ thấy id của token. Cắt ở đâu thì quyết định văn bản dài bao nhiêu với mô "
        "hình, và một "
        "ngôn ngữ tốn bao nhiêu. Bạn cứ gõ gì tùy thích.",
    ),
    "sample": T("start from", "bắt đầu từ"),
    "axis": T("tokens per word, syllable or mark", "số token cho mỗi từ, âm tiết hoặc dấu câu"),
    "chart": T(
        "Bars: how many tokens each tokenizer spends on a word (English), a syllable (Vietnamese) or a punctuation "
        "mark.",
        "Thanh: mỗi bộ tách tốn bao nhiêu token cho một từ (tiếng Anh), một âm tiết (tiếng Việt) hoặc một dấu câu.",
    ),
    "counts": T(
        "**{tokens}** tokens, {distinct} different · {per} characters per token · **{cost}** tokens per {word}",
        "**{tokens}** token, {distinct} loại · {per} ký tự mỗi token · **{cost}** token cho mỗi {word}",
    ),
    "word": T("word or mark", "từ hoặc dấu câu"),
    "syllable": T("syllable or mark", "âm tiết hoặc dấu câu"),
    "unknown": T(" · {n} unknown", " · {n} từ lạ"),
    "more": T("The first {n} tokens are drawn.", "Chỉ vẽ {n} token đầu."),
    "empty": T("Nothing to cut yet: type a word.", "Chưa có gì để cắt: hãy gõ một từ."),
    "ratio": T(
        "The same Vietnamese costs GPT-2 **{ratio} times** what it costs the built-in tokenizer, which was trained "
        "on it too: "
        "that much less text fits into GPT-2's window, and every batch carries that much less.",
        "Cũng đoạn tiếng Việt này, GPT-2 tốn gấp **{ratio} lần** bộ tách có sẵn (vốn được luyện trên cả tiếng "
        "Việt): cửa sổ của "
        "GPT-2 chứa được ít văn bản đi chừng ấy lần, và mỗi lô cũng vậy.",
    ),
    "download": T("Download GPT-2's vocabulary (0.8 MB)", "Tải từ vựng GPT-2 (0.8 MB)"),
    "hint": T(
        "Every colour change is a cut. ⟨e1 ba⟩ is a token of two bytes that is only part of a letter; ↵ is a line end.",
        "Mỗi lần đổi màu là một chỗ cắt. ⟨e1 ba⟩ là token hai byte, chỉ là một phần của một chữ; ↵ là cuối dòng.",
    ),
}


def draw(lang: str) -> None:
    """The texts, the bars, then every tokenizer's cuts."""
    st.markdown(TEXT["lead"](lang))
    st.segmented_control(
        TEXT["sample"](lang),
        list(SAMPLES),
        format_func=lambda code: SAMPLES[code](lang),
        default="tales",
        key="tokens_sample",
        on_change=_fill,
    )
    if "tokens_text_en" not in st.session_state:
        _fill()
    texts = {}
    for column, (side, (title, _, _)) in zip(st.columns(2), SIDES.items(), strict=True):
        key = f"tokens_text_{side}"
        texts[side] = column.text_area(
            title(lang), st.session_state[key], key=key, height=110, max_chars=LONGEST, persist_state="session"
        )
    found, problems = {}, {}
    for name in tokenizers.NAMES:
        for side, text in texts.items():
            try:
                tokenizer = tokenizers.load(name, SIDES[side][1])
                found[name, side] = (tokenizer, token_costs.cost(tokenizer, text), text)
            except Problem as problem:
                problems[name] = problem
    if not any(text.strip() for text in texts.values()):
        st.info(TEXT["empty"](lang))
        return
    st.caption(TEXT["chart"](lang))
    st.altair_chart(_bars(found, lang, shell.size()), width="stretch", alt=TEXT["chart"](lang))
    if ("gpt2", "vi") in found and found["bpe", "vi"][1].tokens:
        ratio = found["gpt2", "vi"][1].tokens / found["bpe", "vi"][1].tokens
        if ratio > 1.2:
            st.markdown(TEXT["ratio"].format(ratio=f"{ratio:.1f}")(lang))
    st.caption(TEXT["hint"](lang))
    for name in tokenizers.NAMES:
        with st.container(border=True, key=f"tokens_{name}"):
            st.markdown(f"**{NAMES[name](lang)}**")
            if name in problems:
                _missing(problems[name], lang)
                continue
            for column, side in zip(st.columns(2), SIDES, strict=True):
                with column:
                    _cuts(*found[name, side], side, lang)


def _fill() -> None:
    """Put the chosen sample into both boxes."""
    state = st.session_state
    for side, (_, language, everyday) in SIDES.items():
        story = tales.tell(tales.LANGUAGES[language], 1, rng.numpy_stream(2, "sample")).strip()
        state[f"tokens_text_{side}"] = everyday if state.get("tokens_sample") == "everyday" else story


def _bars(found: dict, lang: str, size: float):
    rows = [
        {"tokenizer": NAMES[name](lang), "text": SIDES[side][0](lang), "cost": cost.tokens_per_word}
        for (name, side), (_, cost, _) in found.items()
        if cost.words
    ]
    names, sides = [NAMES[n](lang) for n in tokenizers.NAMES], [title(lang) for title, _, _ in SIDES.values()]
    base = Chart(alt.Data(values=rows)).encode(
        y=alt.Y("tokenizer:N", sort=names, title=None, axis=alt.Axis(labelLimit=260 * size, labelFontSize=13 * size)),
        x=alt.X("cost:Q", title=TEXT["axis"](lang), scale=alt.Scale(zero=True)),
        yOffset=alt.YOffset("text:N", sort=sides),
        color=alt.Color(
            "text:N", scale=alt.Scale(domain=sides, range=list(ARMS[:2])), legend=alt.Legend(title=None, orient="top")
        ),
        tooltip=["tokenizer:N", "text:N", alt.Tooltip("cost:Q", format=".2f", title=TEXT["axis"](lang))],
    )
    labels = base.mark_text(align="left", dx=4, fontSize=13 * size).encode(
        text=alt.Text("cost:Q", format=".2f"), color=alt.value(GREY)
    )
    return alt.layer(base.mark_bar(), labels).properties(
        height=(56 * len({row["tokenizer"] for row in rows}) + 60) * size
    )


def _missing(problem: Problem, lang: str) -> None:
    st.warning(sentences.say(problem.code, problem.facts)(lang))
    if problem.code in ("gpt2_missing", "gpt2_damaged"):
        errand_box.draw("gpt2-vocabulary", TEXT["download"], fetch_vocabulary, lang)


def fetch_vocabulary() -> None:
    """Start the download of GPT-2's vocabulary in the background."""

    def work(progress, cancelled):
        return {"path": str(tokenizers.download_gpt2(progress=progress, cancelled=cancelled))}

    errands.start("gpt2-vocabulary", work)


def _cuts(tokenizer, cost, text: str, side: str, lang: str) -> None:
    """Counts, and the text with every token on a colour of its own."""
    if not cost.tokens:
        return
    pieces = token_costs.spell(tokenizer, text, SHOWN)
    word = TEXT["syllable" if side == "vi" else "word"]
    per = {"per": f"{cost.characters_per_token:.2f}", "cost": f"{cost.tokens_per_word:.2f}"}
    line = TEXT["counts"].format(tokens=same(f"{cost.tokens:,}"), distinct=cost.distinct, word=word, **per)(lang)
    unknown = sum(piece == tokenizers.UNKNOWN for piece in pieces)
    st.markdown(line + (TEXT["unknown"].format(n=unknown)(lang) if unknown else ""))
    st.html(colored(pieces))
    if cost.tokens > SHOWN:
        st.caption(TEXT["more"].format(n=SHOWN)(lang))


def colored(pieces: list[str]) -> str:
    """Tokens as HTML, neighbours on different tints, spaces kept visible."""
    spans = []
    for i, piece in enumerate(pieces):
        shown = html.escape(piece).replace("\n", "↵<br>").replace("\t", "⇥")
        spans.append(f'<span style="background:{TINTS[i % len(TINTS)]};border-radius:3px">{shown}</span>')
    body = "".join(spans)
    return f'<div style="white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.75;font-size:1.02rem">{body}</div>'
