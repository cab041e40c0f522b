"""Lesson 2 in words: what each playground shows, and how the learner's predictions are decided."""

import math
from pathlib import Path

from app import sentences
from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import number, percent
from pages.figures_02 import DONE

NO_BRACES = str.maketrans("", "", "{}")

QUOTED = 90  # characters of a written text
WITHIN = 0.01  # share by which card and header may differ


def size(value: float) -> str:
    """Bytes as people read them."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= step:
            return f"{value / step:.3g} {unit}"
    return f"{value:.0f} byte"


def said_notes(view) -> list[T]:
    """What the run noted; the learner's own folder as ~."""
    home = str(Path.home())
    return [
        sentences.say(n.code, {k: v.replace(home, "~") if isinstance(v, str) else v for k, v in n.facts.items()})
        for n in view.main.notes
    ]


# --- what a revision is ------------------------------------------------------------------------------------------


def story(result) -> str:
    samples = result.samples.get("story", {})
    return " ".join(samples[max(samples)].text.split())[:QUOTED] if samples else ""


def revisions_verdict(view) -> list[T]:
    lines = said_notes(view)
    pushes = int(view.config.pushes)
    hashed = view.result("hash")
    if not pushes:
        if not view.main.metrics.get("test_loss"):
            return lines
        loss = number(view.main.final("test_loss"))
        return [
            T(
                "All three load the same file: {loss} nats/word. Now let the author push.",
                "Cả ba tải cùng một tệp: {loss} nats/từ. Giờ hãy để tác giả đẩy.",
            ).format(loss=loss)
        ]
    for a in view.arms:
        values = a.result.metrics.get("test_loss", {})
        if not values:
            continue
        f = {"name": a.arm.name, "then": number(values[0]), "now": number(values[max(values)])}
        changed = a.result.final("changed") > 0
        uniform = a.result.facts["references"]["uniform"]
        if a.result.final("test_loss") > uniform:
            text = T(
                "**{name}**: loads without an error, and {now} nats/word is worse than a uniform guess ({uniform}): the words were numbered anew, the weights were not.",
                "**{name}**: tải không báo lỗi, mà {now} nats/từ còn tệ hơn đoán đều ({uniform}): từ được đánh số lại, trọng số thì không.",
            ).format(**f, uniform=number(uniform))
        elif changed:
            text = T(
                "**{name}**: another model than on day one, {then} → {now} nats/word. Nobody touched the program.",
                "**{name}**: mô hình khác ngày đầu, {then} → {now} nats/từ. Không ai đụng vào chương trình.",
            ).format(**f)
        else:
            text = T(
                "**{name}**: the same weights as on day one, {now} nats/word, byte for byte.",
                "**{name}**: vẫn trọng số của ngày đầu, {now} nats/từ, đúng từng byte.",
            ).format(**f)
        lines.append(text)
    main = view.result("main")
    if main.final("changed") > 0 and story(main) != story(hashed):
        lines.append(
            T(
                "Same seed, two texts. main: “{main} …” the hash: “{hash} …”",
                "Cùng hạt giống, hai văn bản. main: “{main} …” mã băm: “{hash} …”",
            ).format(main=same(story(main)), hash=same(story(hashed)))
        )
    return lines


def revisions_readouts(view) -> list[Readout]:
    columns = view.main.tables.get("loads", {}).get(int(view.config.pushes))
    if not columns or not columns["loaded"]:
        return []
    commit = columns["loaded"][-1]
    kept = view.main.final("changed") == 0
    fixed = view.config.revision == "hash"
    yes = T("yes: pinned", "có: đã ghim")
    lucky = T("so far, by luck", "đến giờ thì có, nhờ may")
    no = T("no: it moved", "không: đã bị dời")
    return [
        Readout(T("last push", "lần đẩy cuối"), DONE[columns["what"][-1]]),
        Readout(T("your commit", "commit của bạn"), commit[:12]),
        Readout(T("weights file", "tệp trọng số"), size(view.main.final("bytes"))),
        Readout(
            T("reproducible", "lặp lại được"),
            (yes if fixed else lucky) if kept else no,
            T(
                "Only a commit's hash names the same bytes for ever: it is computed from them.",
                "Chỉ mã băm của commit mới gọi đúng những byte ấy mãi mãi: nó được tính từ chính các byte.",
            ),
        ),
    ]


def push_answer(view):
    if not view.config.pushes or "changed" not in view.result("main").metrics:
        return None
    moved = {name: view.result(name).final("changed") > 0 for name in ("main", "hash")}
    return "both" if all(moved.values()) else "main" if moved["main"] else "hash" if moved["hash"] else "neither"


def push_why(view):
    return T(
        "main is a text file with a hash in it, and a push rewrites that file. The hash itself is computed from the content.",
        "main chỉ là một tệp văn bản chứa mã băm, và mỗi lần đẩy lại ghi đè tệp ấy. Còn mã băm được tính từ nội dung.",
    )


REVISION_PREDICTIONS = (
    Prediction(
        "push",
        T(
            "One program loads revision=“main”, another a commit's hash. The author pushes a new version. Whose result changes?",
            "Một chương trình tải revision=“main”, chương trình kia tải theo mã băm commit. Tác giả đẩy bản mới. Kết quả của ai thay đổi?",
        ),
        push_answer,
        push_why,
        (
            ("main", same("main")),
            ("hash", T("the hash", "mã băm")),
            ("both", T("both", "cả hai")),
            ("neither", T("neither", "không ai")),
        ),
        decided_by="push",
    ),
)


# --- what a header tells -----------------------------------------------------------------------------------------


def header_verdict(view) -> list[T]:
    result = view.main
    if result.final("opened") == 0:
        return said_notes(view)
    if math.isnan(result.final("tensors")):
        return []
    whole, header, fetched = (result.final(n) for n in ("bytes", "header", "fetched"))
    f = {
        "header": f"{header:,.0f}",
        "tensors": f"{result.final('tensors'):.0f}",
        "share": percent(header / whole),
        "size": size(whole),
    }
    lines = [
        T(
            "**{header} bytes** name every one of its {tensors} tensors: {share} of {size}.",
            "**{header} byte** nêu tên đủ {tensors} tensor: {share} của {size}.",
        ).format(**f)
    ]
    if fetched:
        f = {"bytes": f"{fetched:,.0f}", "share": percent(fetched / whole)}
        stretches = result.final("requests")
        f["n"] = T("one stretch", "một đoạn") if stretches == 1 else T("{n} stretches", "{n} đoạn")
        f["n"] = f["n"].format(n=f"{stretches:.0f}")
        rest = T(" The rest need not be fetched.", " Phần còn lại không cần tải.")
        f["rest"] = rest if fetched < 0.95 * whole else T("", "")
        lines.append(
            T(
                "What you want are {bytes} bytes in {n}: {share} of the file.{rest}",
                "Thứ bạn cần là {bytes} byte, gồm {n}: {share} của tệp.{rest}",
            ).format(**f)
        )
    elif view.config.fetch != "header":
        lines.append(
            T(
                "This file has none of that: the header says so before a single number is read.",
                "Tệp này không có thứ đó: phần đầu cho biết trước khi phải đọc con số nào.",
            )
        )
    if result.final("masks"):
        f = {
            "all": f"{result.final('elements'):,.0f}",
            "stated": f"{result.final('stated'):,.0f}",
            "masks": f"{result.final('masks'):.0f}",
            "more": percent(result.final("elements") / result.final("stated") - 1),
        }
        lines.append(
            T(
                "Counted blindly it has {all} numbers, {more} more than the model's {stated} parameters: {masks} of the tensors are causal masks.",
                "Đếm bừa thì có {all} con số, nhiều hơn {more} so với {stated} tham số của mô hình: {masks} tensor là mặt nạ nhân quả.",
            ).format(**f)
        )
    return lines


def header_readouts(view) -> list[Readout]:
    r = view.main
    if r.final("opened") != 1:
        return []
    agree = abs(r.final("parameters") / r.final("stated") - 1) < WITHIN
    return [
        Readout(T("file", "tệp"), f"{r.final('bytes'):,.0f} byte"),
        Readout(T("tensors", "số tensor"), f"{r.final('tensors'):.0f}"),
        Readout(T("parameters (header)", "tham số (phần đầu)"), f"{r.final('parameters'):,.0f}"),
        Readout(
            T("parameters (card)", "tham số (thẻ mô hình)"),
            T(
                f"{r.final('stated'):,.0f} ({'agrees' if agree else 'differs'})",
                f"{r.final('stated'):,.0f} ({'khớp' if agree else 'lệch'})",
            ),
            T(
                "What the model card states, beside what the file itself says. They should differ by less than 1 %.",
                "Thẻ mô hình (model card) nói, so với chính tệp nói. Chênh lệch nên dưới 1 %.",
            ),
        ),
    ]


def header_answer(view):
    if view.config.source != "gpt2" or view.config.arrived != "whole":
        return None
    share = view.main.final("header") / view.main.final("bytes")
    return "tiny" if share < 1e-3 else "some" if share < 0.1 else "all"


def header_why(view):
    return T(
        "Eight bytes say how long the header is; the header is a table of names, shapes and places.",
        "Tám byte cho biết phần đầu dài bao nhiêu; phần đầu là bảng tên, kích thước và vị trí.",
    )


HEADER_PREDICTIONS = (
    Prediction(
        "header",
        T(
            "GPT-2's weights are 548 MB. How much of the file must be read to know every tensor's name and shape?",
            "Trọng số GPT-2 nặng 548 MB. Phải đọc bao nhiêu để biết tên và kích thước của mọi tensor?",
        ),
        header_answer,
        header_why,
        (
            ("tiny", T("14 kB", "14 kB")),
            ("some", T("5 MB", "5 MB")),
            ("all", T("all of it", "toàn bộ")),
        ),
        decided_by="course",
    ),
)


# --- what a pickle does ------------------------------------------------------------------------------------------


def pickle_verdict(view) -> list[T]:
    columns = view.main.table("steps")
    if not columns:
        return []
    if view.config.format == "safetensors":
        return [
            T(
                "No instruction at all: a length, a table, numbers. The worst a bad file can do is to be refused.",
                "Không có lệnh nào: một độ dài, một bảng, các con số. Tệp xấu đến mấy cũng chỉ bị từ chối.",
            )
        ]
    calls = f"{view.main.final('calls'):.0f}"
    names = [n for n, role in zip(columns["name"], columns["role"], strict=True) if role == "import"]
    if view.main.final("strangers"):
        return [
            T(
                "Opening this file would fetch **{name}** and call it, before any tensor exists. Refuse it; ask for safetensors.",
                "Mở tệp này sẽ lấy **{name}** rồi gọi nó, trước khi có tensor nào. Hãy từ chối và xin bản safetensors.",
            ).format(name=same(names[0]))
        ]
    return [
        T(
            "{calls} calls, all of functions that build tensors. An honest pickle calls, too: so “does it call?” is no test, “what does it call?” is.",
            "{calls} lời gọi, đều là hàm dựng tensor. Pickle tử tế cũng gọi hàm: nên đừng hỏi “có gọi không?”, hãy hỏi “gọi gì?”.",
        ).format(calls=calls)
    ]


def pickle_readouts(view) -> list[Readout]:
    if "calls" not in view.main.metrics:
        return []
    strangers = int(view.main.final("strangers"))
    return [
        Readout(T("functions fetched", "số hàm được lấy"), f"{view.main.final('imports'):.0f}"),
        Readout(T("calls", "số lời gọi"), f"{view.main.final('calls'):.0f}"),
        Readout(
            T("that no tensor needs", "mà không tensor nào cần"),
            f"{strangers}",
            T(
                "Functions outside a short list: torch's own rebuilders and storages, and OrderedDict.",
                "Các hàm ngoài danh sách ngắn: hàm dựng lại và storage của torch, cùng OrderedDict.",
            ),
        ),
        Readout(T("bytes", "số byte"), f"{view.main.final('bytes'):.0f}"),
    ]


def honest_answer(view):
    config = view.config
    if config.payload != "none" or config.format != "pickle" or config.tensors != 1:
        return None
    return "none" if view.main.final("calls") == 0 else "some"


PICKLE_PREDICTIONS = (
    Prediction(
        "honest",
        T(
            "An honest file of torch.save with one tensor: does opening it call any function?",
            "Một tệp torch.save tử tế, có một tensor: mở nó có gọi hàm nào không?",
        ),
        honest_answer,
        lambda view: T(
            "A pickle is a little program: it rebuilds objects by calling functions it names.",
            "Pickle là một chương trình nhỏ: nó dựng lại đối tượng bằng cách gọi các hàm mà nó nêu tên.",
        ),
        (("none", T("none", "không")), ("some", T("yes, some", "có"))),
        decided_by="honest",
    ),
)


# --- time to open ------------------------------------------------------------------------------------------------


def opening_verdict(view) -> list[T]:
    r = view.main
    if "header_seconds" not in r.metrics:
        return []
    f = {
        "header": number(1000 * r.final("header_seconds")),
        "whole": number(1000 * r.final("torch_seconds")),
        "times": number(r.final("torch_seconds") / r.final("header_seconds")),
        "size": size(r.final("bytes")),
    }
    lines = [
        T(
            "{size}: the header takes {header} ms, torch.load {whole} ms: {times} times as long. The header's time does not know how large the file is.",
            "{size}: đọc phần đầu mất {header} ms, torch.load mất {whole} ms: lâu gấp {times} lần. Thời gian đọc phần đầu không phụ thuộc độ lớn của tệp.",
        ).format(**f)
    ]
    said = view.main.table("said") or {"case": [], "text": []}  # in a library's own words, its sets without braces
    titles = {
        "pickle": T("torch.load refused the pickle that calls", "torch.load từ chối pickle có lời gọi"),
        "tied": T(
            "safetensors refused to write one tensor under two names (tied weights, lesson 8)",
            "safetensors từ chối ghi một tensor dưới hai tên (trọng số dùng chung, bài 8)",
        ),
    }
    for case, text in zip(said["case"], said["text"], strict=True):
        lines.append(
            T("{title}: `{text}`", "{title}: `{text}`").format(title=titles[case], text=same(text.translate(NO_BRACES)))
        )
    return lines


def time_answer(view):
    """None unless the file is as large as the question says: 51 MB."""
    seconds = view.main.final("header_seconds")
    if math.isnan(seconds) or view.config.width != 256:
        return None
    return "fast" if seconds < 2e-3 else "middle" if seconds < 0.5 else "slow"


OPENING_PREDICTIONS = (
    Prediction(
        "time",
        T(
            "A weights file of 51 MB: how long to learn every tensor's name and shape?",
            "Một tệp trọng số 51 MB: mất bao lâu để biết tên và kích thước mọi tensor?",
        ),
        time_answer,
        header_why,
        (("fast", same("0.1 ms")), ("middle", same("50 ms")), ("slow", same("5 s"))),
    ),
)
