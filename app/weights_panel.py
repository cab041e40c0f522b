"""The weights on this machine: what the house models are and how good, and where GPT-2 is or how to get it."""

import pandas as pd
import streamlit as st

from app import errand_box, sentences
from app.i18n import T, same
from core import errands, gpt2, gpt2_download, pretrained
from core.problem import Problem

HOUSE = {
    "house": (
        T("House model: a small GPT", "Mô hình có sẵn: một GPT nhỏ"),
        T(
            "Model 5 under GPT-2's names. It stands in for GPT-2 in every lesson that needs trained weights.",
            "Mô hình 5 với tên tensor của GPT-2. Nó thay cho GPT-2 ở mọi bài cần trọng số đã huấn luyện.",
        ),
    ),
    "house-model1": (
        T("House donor: Model 1", "Mô hình cho (donor) có sẵn: Mô hình 1"),
        T(
            "An embedding and a head to borrow in lessons 1 and 7.",
            "Một embedding và một tầng ra để mượn trong bài 1 và bài 7.",
        ),
    ),
}
TEXTS = {
    "docstrings": T("Python's docstrings", "docstring của Python"),
    "tales-en": T("Tales, English", "Tales tiếng Anh"),
    "tales-vi": T("Tales, Vietnamese", "Tales tiếng Việt"),
    "manual": T("Python's manual (never read)", "sách hướng dẫn Python (chưa từng đọc)"),
}
PARTS = {
    "norms": T("all 50 LayerNorm vectors (lesson 11)", "cả 50 vector LayerNorm (bài 11)"),
    "positions": T("position embedding", "embedding vị trí"),
    "embedding": T("token embedding (lesson 7)", "embedding token (bài 7)"),
    "all": T("the whole model", "toàn bộ mô hình"),
}
TEXT = {
    "lead": T(
        "Training from nothing is slow; most people start from somebody else's weights. These are here, or can be.",
        "Huấn luyện từ con số không rất chậm; hầu hết mọi người bắt đầu từ trọng số của người khác. Đây là những "
        "gì có sẵn hoặc "
        "có thể tải.",
    ),
    "made": T(
        "{parameters} parameters, {size} MB · width {width}, {blocks} blocks, context {context} · {steps} steps "
        "over {tokens} "
        "tokens on {date} · SHA-256 {sha}",
        "{parameters} tham số, {size} MB · độ rộng {width}, {blocks} khối, ngữ cảnh {context} · {steps} bước qua "
        "{tokens} token, "
        "ngày {date} · SHA-256 {sha}",
    ),
    "made1": T(
        "{parameters} parameters, {size} MB · width {width} · {steps} steps over {tokens} tokens on {date} · "
        "SHA-256 {sha}",
        "{parameters} tham số, {size} MB · độ rộng {width} · {steps} bước qua {tokens} token, ngày {date} · "
        "SHA-256 {sha}",
    ),
    "text": T("text (unseen part)", "văn bản (phần chưa thấy)"),
    "loss": same("loss (nats/token)"),
    "pairs": T("table of pairs", "bảng cặp token"),
    "best": T("best possible", "tốt nhất có thể"),
    "read": T(
        "Losses on text it never saw. Table of pairs: what counting neighbouring tokens in that text's own "
        "training part "
        "gives.",
        "Loss trên văn bản nó chưa từng thấy. Bảng cặp token: mức đạt được nhờ đếm các token đứng cạnh nhau "
        "trong phần huấn "
        "luyện của chính văn bản đó.",
    ),
    "unknown": T("not known", "không biết"),
    "gpt2": T("GPT-2 (124 million parameters)", "GPT-2 (124 triệu tham số)"),
    "here": T("On this machine: {path} ({size} MB).", "Có trên máy này: {path} ({size} MB)."),
    "absent": T(
        "Not on this machine. A lesson that wants it uses the house model and says so. Download only what you need:",
        "Chưa có trên máy này. Bài nào cần sẽ dùng mô hình có sẵn và nói rõ. Chỉ tải phần bạn cần:",
    ),
    "part_here": T("here", "đã có"),
    "download": T("Download ({size})", "Tải về ({size})"),
    "by_hand": T("A file you have already", "Tệp bạn đã có sẵn"),
    "by_hand_help": T(
        "Full path of model.safetensors, or of its folder: on a USB stick, say. It is read where it lies. "
        "Downloaded elsewhere, "
        "it comes from {address} and may also be put into {folder}.",
        "Đường dẫn đầy đủ của model.safetensors hoặc thư mục chứa nó, chẳng hạn trên USB. Tệp được đọc tại chỗ. "
        "Nếu tải ở nơi "
        "khác: lấy từ {address}; cũng có thể đặt vào {folder}.",
    ),
    "use": T("Use this file", "Dùng tệp này"),
    "leave": T("No longer use this file", "Không dùng tệp này nữa"),
    "check": T("Check every byte", "Kiểm tra từng byte"),
    "whole": T("Every byte is that of the original.", "Từng byte đều đúng như bản gốc."),
}


def draw(lang: str) -> None:
    """The house models' cards, then GPT-2."""
    st.markdown(TEXT["lead"](lang))
    for source in HOUSE:
        with st.container(border=True, key=f"weights_{source}"):
            try:
                _card(source, lang)
            except Problem as problem:
                st.warning(sentences.say(problem.code, problem.facts)(lang))
    with st.container(border=True, key="weights_gpt2"):
        _gpt2(lang)


def _card(source: str, lang: str) -> None:
    title, use = HOUSE[source]
    card, size = pretrained.card(source), pretrained.find(source).path.stat().st_size
    st.markdown(f"**{title(lang)}** &nbsp; {use(lang)}")
    recipe = card["recipe"]
    facts = {
        "parameters": f"{card['parameters']:,}",
        "size": f"{size / 1e6:.1f}",
        "steps": f"{card['steps']:,}",
        "tokens": f"{card['tokens_seen']:,}",
        "date": card["date"],
        "sha": card["sha256"][:12],
    } | {name: recipe[name] for name in ("width", "blocks", "context")}
    st.caption(TEXT["made" if recipe["blocks"] else "made1"].format(**facts)(lang))
    rows = []
    for result in card["results"]:
        lines = result["references"]
        best = lines.get("oracle", lines.get("bigram"))
        rows.append(
            {
                TEXT["text"](lang): TEXTS[result["text"]](lang),
                TEXT["loss"](lang): f"{result['test_loss']:.3f}",
                TEXT["pairs"](lang): f"{lines['bigram_table']:.3f}",
                TEXT["best"](lang): TEXT["unknown"](lang) if best is None else f"{best:.3f}",
            }
        )
    st.table(pd.DataFrame(rows).set_index(TEXT["text"](lang)))
    st.caption(TEXT["read"](lang))


def _gpt2(lang: str) -> None:
    st.markdown(f"**{TEXT['gpt2'](lang)}**")
    try:
        weights = pretrained.find("gpt2")
    except Problem as problem:
        if problem.code == "weights_needed":
            st.markdown(TEXT["absent"](lang))
        else:
            st.warning(sentences.say(problem.code, problem.facts)(lang))
        for part in PARTS:
            _part(part, lang)
    else:
        size = f"{weights.path.stat().st_size / 1e6:.0f}"
        st.success(TEXT["here"].format(path=same(short(weights.path)), size=size)(lang))
        if st.button(TEXT["check"](lang), key="weights_check"):
            try:
                pretrained.verify(weights.path)
                st.caption(TEXT["whole"](lang))
            except Problem as problem:
                st.warning(sentences.say(problem.code, problem.facts)(lang))
    _by_hand(lang)


def _part(part: str, lang: str) -> None:
    """A row: what it is, and whether it is here or a button."""
    what, how = st.columns([3, 2], vertical_alignment="center")
    what.markdown(f"{PARTS[part](lang)}")
    names = None if part == "all" else gpt2.RELEASE.shape.parts()[part]
    with how:
        if names and pretrained.has("gpt2", names):
            st.markdown(f":green[✓] {TEXT['part_here'](lang)}")
            return
        size = gpt2_download.size(part)
        words = same(f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e6:.2f} MB")
        label = TEXT["download"].format(size=words)
        errand_box.draw(f"gpt2-{part}", label, lambda: fetch(part), lang, kept=gpt2_download.kept(part))


def fetch(part: str) -> None:
    """Start the download of GPT-2, or of a part of it, in the background."""

    def work(progress, cancelled):
        return {"path": str(gpt2_download.download(part, progress=progress, cancelled=cancelled))}

    errands.start(f"gpt2-{part}", work)


def _by_hand(lang: str) -> None:
    facts = {"address": gpt2.RELEASE.address, "folder": short(pretrained.folder())}
    state = st.session_state
    with st.form("weights_by_hand", border=False):
        help = TEXT["by_hand_help"].format(**facts)(lang)
        path = st.text_input(
            TEXT["by_hand"](lang),
            key="weights_path",
            help=help,
            placeholder="…/model.safetensors",
            persist_state="session",
        )
        if st.form_submit_button(TEXT["use"](lang)) and path.strip():
            try:
                pretrained.choose(path)
                state.pop("weights_problem", None)
                st.rerun()
            except Problem as problem:
                state["weights_problem"] = (problem.code, problem.facts)
    if "weights_problem" in state:
        st.warning(sentences.say(*state["weights_problem"])(lang))
    if pretrained.chosen():
        st.button(TEXT["leave"](lang), key="weights_leave", on_click=lambda: pretrained.choose(None), type="tertiary")


def short(path) -> str:
    """A path with the user's own folder as `~`: what is projected on a wall need not name anybody."""
    from pathlib import Path

    path = Path(path)
    return f"~/{path.relative_to(Path.home())}" if path.is_relative_to(Path.home()) else str(path)
