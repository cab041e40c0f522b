"""Lesson 6 in words, beyond the split: more text, a contaminated test, few test windows, and the mode of a test."""

import math
from itertools import pairwise

from app import sentences
from app.i18n import T, same
from app.lesson import Readout
from app.theme import number, percent
from pages.figures_06 import best, ended
from pages.verdict_06 import LEARNED

# --- the other playgrounds ---------------------------------------------------------------------------------------


def overlap_verdict(view) -> list[T]:
    result, config = view.main, view.config
    leaked = result.final("leaked")
    if math.isnan(leaked):
        return []
    f = {"leak": percent(leaked), "whole": percent(result.final("whole")), "law": percent(result.final("expected"))}
    f |= {"tests": f"{result.final('test_windows'):,.0f}", "lost": f"{result.final('lost_windows'):,.0f}"}
    if config.split == "random" and config.stride >= config.context:
        text = T(
            "Nothing leaks: with a stride of at least T no two windows share a prediction. For a one-token model the random split is now honest, though neighbours still talk of the same things.",
            "Không rò rỉ: bước nhảy từ T trở lên thì không hai cửa sổ nào chung dự đoán. Với mô hình một token, chia ngẫu nhiên nay là trung thực, dù các cửa sổ cạnh nhau vẫn nói cùng chuyện.",
        )
    elif config.split == "random":
        text = T(
            "{leak} of the test predictions are training predictions, and {whole} of the {tests} test windows are known completely. The law for random windows says {law}.",
            "{leak} dự đoán kiểm thử cũng là dự đoán huấn luyện, và {whole} trong {tests} cửa sổ kiểm thử đã biết trọn vẹn. Công thức cho cửa sổ ngẫu nhiên: {law}.",
        )
    elif leaked > 0:
        text = T(
            "Only the windows at the cut overlap across it: {leak} of the test predictions. A gap of T − stride tokens removes even that.",
            "Chỉ các cửa sổ ở chỗ cắt chồng qua nhau: {leak} dự đoán kiểm thử. Khoảng trống T − stride token sẽ xóa nốt.",
        )
    elif result.final("lost_windows") < 1:
        text = T(
            "Nothing leaks: no prediction is on both sides, and no window had to be dropped.",
            "Không rò rỉ: không dự đoán nào ở cả hai bên, và không phải bỏ cửa sổ nào.",
        )
    elif result.final("lost_windows") == 1:
        text = T(
            "Nothing leaks: no prediction is on both sides. The price: one window at the border is dropped.",
            "Không rò rỉ: không dự đoán nào ở cả hai bên. Cái giá: bỏ một cửa sổ ở biên.",
        )
    else:
        text = T(
            "Nothing leaks: no prediction is on both sides. The price: {lost} windows at the border are dropped.",
            "Không rò rỉ: không dự đoán nào ở cả hai bên. Cái giá: bỏ {lost} cửa sổ ở biên.",
        )
    return [text.format(**f)]


def ruined(view) -> list[T]:
    """A sentence where the runs of a comparison diverged or learned nothing, so that it shows nothing else."""
    if fallen := sentences.any_diverged(view.arms):
        return fallen
    uniform = view.references.get("uniform", math.inf)
    if all(best(a.result)[1] > uniform - LEARNED for a in view.arms):
        return [
            T(
                "None of them has come below a guess ({uniform} nats) by more than {by}: nothing to compare. Try another learning rate or more steps.",
                "Không lần nào thấp hơn đoán đều ({uniform} nats) quá {by}: chưa có gì để so. Hãy thử tốc độ học khác hoặc thêm bước.",
            ).format(uniform=number(uniform), by=number(LEARNED))
        ]
    return []


def size_verdict(view) -> list[T]:
    if view.done and (said := ruined(view)):
        return said
    rows = sorted(
        (
            a.result.facts["train_predictions"],
            a.result.final("test_loss") - a.result.final("same_loss"),
            *best(a.result),
        )
        for a in view.arms
        if ended(a) and a.result.metrics.get("test_loss")
    )
    if not view.done or len(rows) < 3:
        return []
    falls = all(later[1] < sooner[1] for sooner, later in pairwise(rows))
    text = T(
        "From {few} to {many} training tokens the gap goes from {wide} to {narrow} nats, and the best honest test loss from {worst} (step {early}) to {best} (step {late}).{note}",
        "Từ {few} lên {many} token huấn luyện, khoảng chênh đi từ {wide} {way} {narrow} nats, và loss kiểm thử trung thực tốt nhất từ {worst} (bước {early}) {to} {best} (bước {late}).{note}",
    )
    note = T(" More text, less to gain from learning by heart.", " Càng nhiều văn bản, học thuộc càng ít lợi.")
    (few, wide, early, worst), (many, narrow, late, low) = rows[0], rows[-1]
    return [
        text.format(
            few=f"{few:,}",
            many=f"{many:,}",
            wide=number(wide),
            narrow=number(narrow),
            worst=number(worst),
            best=number(low),
            early=early,
            late=late,
            note=note if falls else T("", ""),
            way="xuống" if narrow < wide else "lên",
            to="xuống" if low < worst else "lên",
        )
    ]


def dose_verdict(view) -> list[T]:
    by = {a.arm.config.dose: a.result for a in view.arms if ended(a) and a.result.metrics.get("test_loss")}
    dose = view.config.dose
    if view.done and (said := ruined(view)):
        return said
    if not view.done or 0.0 not in by or dose not in by or 1.0 not in by:
        return []
    clean, now, full = (by[d].final("test_loss") for d in (0.0, dose, 1.0))
    return [
        T(
            "With {dose} of the test set in training the reported loss moves by {by} nats; with all of it, by {all}. The overlap detector, which reads no loss, goes from {none} to {found}.",
            "Khi {dose} tập kiểm thử lọt vào huấn luyện, loss được báo cáo đổi {by} nats; khi lọt hết, đổi {all}. Máy dò trùng lặp, không nhìn loss nào, đi từ {none} lên {found}.",
        ).format(
            dose=percent(dose),
            by=number(now - clean),
            all=number(full - clean),
            none=percent(by[0.0].facts["passages"]),
            found=percent(by[dose].facts["passages"]),
        )
    ]


def evaluation_verdict(view) -> list[T]:
    result = view.main
    wrong, right, sd = (result.final(n) for n in ("train_mode_loss", "eval_loss", "window_sd"))
    if not math.isfinite(wrong + right + sd):
        return []
    f = {"wrong": number(wrong), "right": number(right), "more": number(wrong - right), "p": f"{view.config.dropout:g}"}
    f |= {"few": number(2 * sd / 4), "all": number(2 * sd / result.final("windows") ** 0.5)}
    said = T(
        "All test windows: {right} nats, ± {all}. Sixteen windows would say it only to ± {few}.",
        "Mọi cửa sổ kiểm thử: {right} nats, ± {all}. Mười sáu cửa sổ thì chỉ chính xác đến ± {few}.",
    )
    if view.config.dropout == 0:
        more = T(
            "With p = 0, forgetting model.eval() costs nothing: the same number.",
            "Với p = 0, quên model.eval() không mất gì: vẫn con số đó.",
        )
    elif wrong <= right:
        more = T(
            "Without model.eval(), dropout p = {p} stays on and the report is {wrong}: this model has learned too little for it to show.",
            "Quên model.eval() thì dropout p = {p} vẫn bật và báo cáo là {wrong}: mô hình này học quá ít nên không thấy khác biệt.",
        )
    else:
        more = T(
            "Without model.eval(), dropout p = {p} stays on and the report is {wrong}: {more} too high, however many windows. no_grad does not switch it off.",
            "Quên model.eval() thì dropout p = {p} vẫn bật và báo cáo là {wrong}: cao hơn {more}, dù đo bao nhiêu cửa sổ. no_grad không tắt nó.",
        )
    return [said.format(**f), more.format(**f)]


def evaluation_readouts(view) -> list[Readout]:
    result = view.main
    if "kept_bytes" not in result.metrics:
        return []
    return [
        Readout(
            T("kept for a backward pass", "giữ lại cho lượt lùi"),
            T("{a} MB per test batch; under no_grad {b}", "{a} MB mỗi lô kiểm thử; với no_grad: {b}").format(
                a=number(result.final("kept_bytes") / 1e6), b=number(result.final("kept_no_grad"))
            ),
            T(
                "Counted, not timed: what autograd stores in one forward pass, weights not included.",
                "Đếm chứ không bấm giờ: những gì autograd lưu trong một lượt tiến, không kể trọng số.",
            ),
        ),
        Readout(
            T("spread of one window", "độ tản của một cửa sổ"),
            same("{sd} nats").format(sd=number(result.final("window_sd"))),
            T("Standard error with n windows: this / √n.", "Sai số chuẩn với n cửa sổ: số này / √n."),
        ),
    ]
