"""Take it along: a link to these settings with its QR code, the numbers as CSV, and the experiment as a Python file."""

from functools import lru_cache
from urllib.parse import urlencode, urlsplit

import streamlit as st

from app.i18n import T
from app.spot import Spot, drawn, make_view
from core import experiment

TEXT = {
    "link": T("Link", "Liên kết"),
    "export": T("Export", "Xuất"),
    "here": T(
        "This address works on this computer only: the dashboard answers to nobody else.",
        "Địa chỉ này chỉ dùng được trên máy này: bảng điều khiển không trả lời máy khác.",
    ),
    "settings": T("Opens this page with exactly these settings.", "Mở trang này với đúng các thiết lập này."),
    "csv": T("Numbers (CSV)", "Số liệu (CSV)"),
    "script": T("This experiment (.py)", "Thí nghiệm này (.py)"),
    "about": T(
        "The CSV holds every point of every curve. The Python file, put beside the README of this project, trains the same "
        "runs again from nothing and ends with the same losses. The chart itself: the arrow above it, at its right corner.",
        "Tệp CSV chứa mọi điểm của mọi đường. Tệp Python, đặt cạnh README của dự án này, huấn luyện lại đúng các lần chạy từ "
        "đầu và kết thúc với cùng các loss. Còn biểu đồ: dùng mũi tên ở góc trên bên phải của nó.",
    ),
    "nothing": T("Nothing has run yet.", "Chưa có gì chạy."),
}

SCRIPT = '''"""{title}, as set up in the Pretraining Playground.

Put this file beside README.md of that project and run it with the Python of its .venv. It trains from nothing, parents
first, and prints the last value of every metric; on the machine that made it they agree to the last digit.
"""

from core import events, experiment, runner, runs

CONFIGS = {{
{configs}
}}

if __name__ == "__main__":
    for name, text in CONFIGS.items():
        config = experiment.decode(text)
        for event in runner.run_here(config, fresh=True):
            if event.kind == "metric" and event.name != "train_loss":
                print(name, events.to_json(event))
        result = runs.find(config).result(getattr(config, "steps", None))
        print(name, {{metric: result.final(metric) for metric in result.metrics}})
'''


def buttons(spot: Spot) -> None:
    """Two small buttons; what they hold is made when they are opened."""
    lang = spot.lang
    with st.popover(TEXT["link"](lang), key=f"l{spot.number:02d}_link", on_change="rerun", type="tertiary") as link:
        if link.open:
            address = address_of(st.context.url or "", dict(st.query_params.items()), spot.number)
            st.caption(TEXT["settings"](lang))
            st.code(address, language=None, wrap_lines=True)
            st.html(f'<img alt="QR" src="{qr(address)}">')  # a drawing in the page itself would be taken out
            if urlsplit(address).hostname in ("localhost", "127.0.0.1", "::1"):
                st.caption(TEXT["here"](lang))
    with st.popover(TEXT["export"](lang), key=f"l{spot.number:02d}_export", on_change="rerun", type="tertiary") as box:
        if box.open:
            export(spot)


def export(spot: Spot) -> None:
    lang, view = spot.lang, drawn(spot, make_view(spot))
    frame = view.frame()
    if frame.empty:
        st.caption(TEXT["nothing"](lang))
        return
    name = f"{spot.number:02d}-{spot.playground.slug}"
    st.caption(TEXT["about"](lang))
    key = f"l{spot.number:02d}_save"
    st.download_button(TEXT["csv"](lang), frame.to_csv(index=False), f"{name}.csv", "text/csv", key=f"{key}_csv")
    text = script(spot.lesson.title.en, {a.arm.label: a.arm.config for a in view.arms})
    st.download_button(TEXT["script"](lang), text, f"{name}.py", "text/x-python", key=f"{key}_py")


def script(title: str, configs: dict) -> str:
    """A Python file that trains these configs again: {name: Config}."""
    lines = [f"    {name!r}: {experiment.encode(config)!r}," for name, config in configs.items()]
    return SCRIPT.format(title=title.replace("\\", "").replace('"', "'"), configs="\n".join(lines))


def address_of(url: str, query: dict, number: int) -> str:
    """The page's address with what differs from quick and the language; whoever opens it is somebody else."""
    kept = {k: v for k, v in query.items() if k.startswith(f"l{number:02d}_") or k in ("lang", "hide", "projector")}
    return url.split("?")[0] + (f"?{urlencode(kept)}" if kept else "")


@lru_cache(maxsize=64)
def qr(address: str) -> str:
    """The address as a QR code on white: the address of an SVG picture."""
    import segno

    return segno.make(address, micro=False).svg_data_uri(scale=4, border=4, light="#fff")
