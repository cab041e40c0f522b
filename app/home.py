"""The first page: what this is, one suggested first step, the lessons as cards, and what this machine offers."""

import streamlit as st

from app import charts, shell
from app.i18n import T
from app.lesson import GROUPS, discover, quick, start, unreadable
from app.view import View, look
from core import device, network, runs

TEXT = {
    "title": T("Pretraining Playground", "Sân chơi tiền huấn luyện"),
    "lead": T(
        "Change one thing, train a real language model, and see whether you were right.",
        "Thay đổi một thứ, huấn luyện một mô hình ngôn ngữ thật, và xem bạn đoán có đúng không.",
    ),
    "first": T("Start here", "Bắt đầu ở đây"),
    "first_why": T(
        "The smallest language model there is learns from simple stories, in a few seconds. Predict where it must stop.",
        "Mô hình ngôn ngữ nhỏ nhất học từ những câu chuyện đơn giản, chỉ trong vài giây. Hãy đoán nó phải dừng ở đâu.",
    ),
    "unreadable": T(
        "Lesson {n} cannot be read ({error}), all others work. The server's terminal says where; mend its file and reload.",
        "Không đọc được bài {n} ({error}), các bài khác vẫn chạy. Cửa sổ dòng lệnh của máy chủ cho biết lỗi ở đâu; hãy sửa "
        "tệp của bài rồi tải lại.",
    ),
    "machine": T(
        "This machine: {device}, {cores} cores, {memory} GB memory, {network} · {runs} runs stored here",
        "Máy này: {device}, {cores} nhân, bộ nhớ {memory} GB, {network} · đã lưu {runs} lần chạy",
    ),
    "curve": T(
        "A stored run: the loss falls to the lowest line its kind can reach. Yours will be drawn live.",
        "Một lần chạy có sẵn: loss giảm tới đường thấp nhất mà loại mô hình này đạt được. Lần chạy của bạn sẽ được vẽ trực tiếp.",
    ),
    "library": T(
        "Texts and weights: novels, web pages, your own words ▸",
        "Văn bản và trọng số: truyện, trang web, chữ của chính bạn ▸",
    ),
    "ran": T("{n} runs stored", "đã lưu {n} lần chạy"),
    "minutes": T("{m} min", "{m} phút"),
}
NETWORK = {
    True: T("online", "có mạng"),
    False: T("offline: every lesson here works without a network", "không có mạng: mọi bài ở đây vẫn chạy được"),
    None: T("lessons need no network", "các bài học không cần mạng"),  # nobody knows yet
}


def show() -> None:
    lang, lessons = shell.lang(), discover()
    pages = st.session_state["pages"]
    st.title(TEXT["title"](lang), anchor=False)
    st.markdown(TEXT["lead"](lang))
    first = 5 if 5 in lessons else next(iter(lessons))
    with st.container(border=True, key="first_step"):
        words, picture = st.columns([2, 3], gap="medium", vertical_alignment="center")
        words.markdown(f"**{TEXT['first'](lang)}**  \n{TEXT['first_why'](lang)}")
        label = f"{first:02d} {lessons[first].title(lang)} ▸"
        words.page_link(pages[f"{first:02d}-{lessons[first].slug}"], label=label)
        with picture:
            _first_curve(lessons[first], lang)
    counts = runs.counts()
    for group, name in GROUPS.items():
        members = {n: one for n, one in lessons.items() if one.group == group}
        if not members:
            continue
        st.subheader(name(lang), anchor=False)
        for column, (number, lesson) in zip(st.columns(3) * 7, members.items(), strict=False):
            with column.container(border=True, key=f"card_{number:02d}"):
                st.page_link(pages[f"{number:02d}-{lesson.slug}"], label=f"**{number:02d}  {lesson.title(lang)}**")
                st.markdown(lesson.question(lang))
                kinds = {type(p.config).experiment for p in lesson.playgrounds}
                ran = sum(counts.get(kind, 0) for kind in kinds)
                minutes = TEXT["minutes"].format(m=lesson.minutes)(lang)
                st.caption(f"{minutes} · {TEXT['ran'].format(n=ran)(lang)}" if ran else minutes)
    for number, slip in unreadable().items():
        st.warning(TEXT["unreadable"].format(n=f"{number:02d}", error=f"{type(slip).__name__}: {slip}"[:160])(lang))
    known = [name for name, reason in device.remembered().items() if not reason]
    facts = {
        "device": " + ".join(known),
        "cores": device.cores(),
        "memory": f"{device.memory():.0f}",
        "runs": sum(counts.values()),
        "network": NETWORK[network.online()],
    }
    st.caption(TEXT["machine"].format(**facts)(lang))
    st.page_link(pages["library"], label=TEXT["library"](lang))


def _first_curve(lesson, lang: str) -> None:
    """The stored run of the first step: something is drawn before anybody touches anything. It also brings the browser's
    charting code in while the learner reads, so that the first lesson opens without that wait."""
    playground = lesson.playgrounds[0]
    arms = tuple(look(arm) for arm in quick(lesson, playground)[:1])
    view = View(arms, start(lesson, playground), lang, shell.size())
    if view.main.metrics:
        spec = charts.specification(charts.loss_chart(view, base=230, references=("uniform", "unigram", "bigram")))
        said = " ".join(line(lang) for line in playground.verdict(view))
        st.vega_lite_chart(charts.loss_rows(view), spec, width="stretch", alt=said, key="first_curve")
        st.caption(TEXT["curve"](lang))
