"""What lesson 14 says about trained models: two worlds of text, and one mask against many."""

import math

from app import sentences
from app.i18n import T
from app.lesson import Prediction, Readout
from app.theme import knob, number
from pages.figures_14_trained import WORLDS, best_point, passes, world

SAME = 0.02  # nats/token: two runs closer than this count as the same


# --- two worlds ------------------------------------------------------------------------------------------------------


def pair(view, place: str):
    """(run with p = 0, run with the learner's p) of that world; None where one has no test point after the start."""
    found = [view.result(f"{place} {which}") for which in ("0", "p")]
    return found if all(best_point(r) and not r.diverged for r in found) else None


def gains(view, place: str) -> tuple[float, float] | None:
    """(best, end): how much lower the run with dropout is than the one without, nats/token."""
    both = pair(view, place)
    if both is None:
        return None
    none, some = both
    return best_point(none)[1] - best_point(some)[1], none.final("test_loss") - some.final("test_loss")


def _finished(view, place: str) -> bool:
    return all(a.complete for a in view.arms if world(a.arm.config) == place and a.arm.label.split()[1] in ("0", "p"))


def worlds_verdict(view):
    said = sentences.any_diverged(view.arms)
    if not view.config.dropout:
        return [
            *said,
            T(
                "p = 0 everywhere: raise p to have something to compare.",
                "p = 0 ở mọi nơi: hãy tăng p để có cái mà so.",
            ),
        ]
    if (little := gains(view, "little")) and _finished(view, "little"):
        none, some = pair(view, "little")
        facts = {
            "p": knob(view.config.dropout),
            "r": f"{passes(none, view.config):.3g}",
            "end0": number(none.final("test_loss")),
            "end": number(some.final("test_loss")),
            "best0": number(best_point(none)[1]),
            "best": number(best_point(some)[1]),
            "step": best_point(none)[0],
        }
        best, end = little
        if end > SAME and best < -SAME:
            text = T(
                "Little text, read {r} times: at the end p = {p} wins, {end} against {end0}. But without dropout the test loss was once {best0} "
                "(step {step}), with it never below {best}: stopping early beats dropout.",
                "Ít văn bản, đọc {r} lượt: cuối cùng p = {p} thắng, {end} so với {end0}. Nhưng không dropout từng đạt {best0} "
                "(bước {step}), còn có dropout chưa bao giờ dưới {best}: dừng sớm thắng dropout.",
            )
        elif end > SAME:
            text = T(
                "Little text, read {r} times: p = {p} ends lower, {end} against {end0}; the best points are {best} and {best0}.",
                "Ít văn bản, đọc {r} lượt: p = {p} kết thúc thấp hơn, {end} so với {end0}; điểm tốt nhất là {best} và {best0}.",
            )
        elif end < -SAME:
            text = T(
                "Little text, read {r} times: dropout costs loss here, {end} against {end0} without it. Either it is not yet learned by heart, or p is too large.",
                "Ít văn bản, đọc {r} lượt: ở đây dropout làm thiệt, {end} so với {end0} khi không có. Hoặc chưa kịp học thuộc, hoặc p quá lớn.",
            )
        else:
            text = T(
                "Little text, read {r} times: both end alike, {end} and {end0}. Train longer or take less text.",
                "Ít văn bản, đọc {r} lượt: hai bên kết thúc như nhau, {end} và {end0}. Hãy huấn luyện lâu hơn hoặc lấy ít văn bản hơn.",
            )
        said.append(text.format(**facts))
    if (much := gains(view, "much")) and _finished(view, "much"):
        none, some = pair(view, "much")
        facts = {
            "p": knob(view.config.dropout),
            "r": f"{passes(none, view.config):.2g}",
            "end0": f"{none.final('test_loss'):.3f}",
            "end": f"{some.final('test_loss'):.3f}",
            "same": f"{SAME:g}",
        }
        costs = (
            T(
                "Much text, number of passes {r}: there is nothing to learn by heart, and dropout only costs: {end} against {end0}.",
                "Nhiều văn bản, {r} lượt: chẳng có gì để học thuộc, dropout chỉ làm thiệt: {end} so với {end0}.",
            )
            if passes(none, view.config) < 1
            else T(
                "Much text, number of passes {r}: dropout costs loss here, {end} against {end0}.",
                "Nhiều văn bản, {r} lượt: ở đây dropout làm thiệt, {end} so với {end0}.",
            )
        )
        text = {
            "none": costs,
            "same": T(
                "Much text, number of passes {r}: dropout does not cost anything that counts, {end} against {end0} (less than {same} apart).",
                "Nhiều văn bản, {r} lượt: dropout không làm thiệt gì đáng kể, {end} so với {end0} (cách nhau chưa đến {same}).",
            ),
            "some": T(
                "Much text, number of passes {r}: here dropout ends lower, {end} against {end0}.",
                "Nhiều văn bản, {r} lượt: ở đây dropout kết thúc thấp hơn, {end} so với {end0}.",
            ),
        }[winner(much[1])]
        said.append(text.format(**facts))
    return said


def worlds_readouts(view):
    rows = []
    for a in view.arms:
        best = best_point(a.result)
        if best is None:
            continue
        rows.append(
            Readout(
                T("{w}, p = {p}", "{w}, p = {p}").format(w=WORLDS[world(a.arm.config)], p=knob(a.arm.config.dropout)),
                f"◆ {number(best[1])}  ● {number(a.result.final('test_loss'))}",
                T(
                    "Best test loss (step {s}) and the last one, nats/token; {r} passes through the text.",
                    "Loss kiểm thử tốt nhất (bước {s}) và cuối cùng, nats/token; {r} lượt qua văn bản.",
                ).format(s=best[0], r=f"{passes(a.result, a.arm.config):.3g}"),
            )
        )
    return rows


def winner(difference: float | None) -> str | None:
    if difference is None:
        return None
    return "some" if difference > SAME else "none" if difference < -SAME else "same"


def _decided(view, place: str, which: int):
    if not (view.config.dropout and view.config.keep and _finished(view, place)):
        return None
    found = gains(view, place)
    return winner(found[which]) if found else None


def _pair_words(view, place: str, which: int) -> dict:
    values = [best_point(r)[1] if which == 0 else r.final("test_loss") for r in pair(view, place)]
    return {"zero": f"{values[0]:.3f}", "some": f"{values[1]:.3f}", "p": knob(view.config.dropout)}


OPTIONS = (
    ("none", T("without dropout (p = 0)", "không dropout (p = 0)")),
    ("some", T("with dropout", "có dropout")),
    ("same", T("no difference", "không khác nhau")),
)

END = Prediction(
    "end",
    T(
        "A thousand tokens, read 200 times. Which run has the lower test loss at the end?",
        "Một nghìn token, đọc 200 lượt. Lần chạy nào có loss kiểm thử thấp hơn lúc kết thúc?",
    ),
    lambda view: _decided(view, "little", 1),
    lambda view: T(
        "At the end: {zero} without, {some} with p = {p}. Dropout slows learning by heart.",
        "Lúc kết thúc: {zero} khi không có, {some} với p = {p}. Dropout làm chậm việc học thuộc.",
    ).format(**_pair_words(view, "little", 1)),
    OPTIONS,
)

BEST = Prediction(
    "best",
    T(
        "The same two runs: which of them ever reached the lower test loss?",
        "Vẫn hai lần chạy ấy: lần nào từng đạt loss kiểm thử thấp hơn?",
    ),
    lambda view: _decided(view, "little", 0),
    lambda view: T(
        "Best ever: {zero} without, {some} with p = {p}. A run that stops at its best point does not need dropout here.",
        "Tốt nhất từng có: {zero} khi không có, {some} với p = {p}. Dừng ở điểm tốt nhất thì ở đây không cần dropout.",
    ).format(**_pair_words(view, "little", 0)),
    OPTIONS,
)

MUCH = Prediction(
    "much",
    T(
        "And with all of the text, not even read once: which ends lower?",
        "Còn với toàn bộ văn bản, chưa đọc hết một lượt: bên nào kết thúc thấp hơn?",
    ),
    lambda view: _decided(view, "much", 1),
    lambda view: T(
        "{zero} without, {some} with p = {p}. Text that is never read twice cannot be learned by heart.",
        "{zero} khi không có, {some} với p = {p}. Văn bản không đọc lại lần hai thì không thể học thuộc.",
    ).format(**_pair_words(view, "much", 1)),
    OPTIONS,
)


# --- an ensemble of masks --------------------------------------------------------------------------------------------


def ensemble_verdict(view):
    said = []
    if not view.config.dropout:
        return [T("p = 0: all masks are equal. Raise p.", "p = 0: mọi mặt nạ đều như nhau. Hãy tăng p.")]
    for a in view.arms:
        if best_reading(a) is None:
            continue
        names = ("single", "averaged", "eval_loss")
        facts = {name: f"{a.result.final(name):.3f}" for name in names}
        facts |= {"m": a.arm.config.masks, "world": WORLDS[world(a.arm.config)]}
        text = {
            "none": T(
                "{world}: one mask {single}, the average of {m} {averaged}, no mask at all {eval_loss}: the cheapest way is the best.",
                "{world}: một mặt nạ {single}, trung bình {m} mặt nạ {averaged}, không mặt nạ nào {eval_loss}: cách rẻ nhất là tốt nhất.",
            ),
            "many": T(
                "{world}: one mask {single}, no mask {eval_loss}, but the average of {m} masks {averaged}: sub-networks that were each too sure correct one another.",
                "{world}: một mặt nạ {single}, không mặt nạ {eval_loss}, nhưng trung bình {m} mặt nạ {averaged}: các mạng con, mạng nào cũng quá tự tin, sửa sai cho nhau.",
            ),
            "one": T(
                "{world}: one mask {single} is not worse than the average of {m} ({averaged}) or no mask ({eval_loss}).",
                "{world}: một mặt nạ {single} không kém trung bình {m} mặt nạ ({averaged}) hay không mặt nạ ({eval_loss}).",
            ),
        }[best_reading(a)]
        line = text.format(**facts)
        said.append(T(line.en[0].upper() + line.en[1:], line.vi[0].upper() + line.vi[1:]))
    return said


def best_reading(arm_view) -> str | None:
    """Which way of reading has the lowest loss: one | many | none; None before the model was read."""
    result = arm_view.result
    if math.isnan(result.final("averaged")):
        return None
    found = {"none": result.final("eval_loss"), "many": result.final("averaged"), "one": result.final("single")}
    return min(found, key=found.get)


def ensemble_readouts(view):
    rows = []
    for a in view.arms:
        result, place = a.result, WORLDS[world(a.arm.config)]
        if math.isnan(result.final("averaged")):
            continue
        rows += [
            Readout(
                T("{w}: training text, dropout off / on", "{w}: văn bản huấn luyện, tắt / bật dropout").format(w=place),
                f"{number(result.final('train_eval'))} / {number(result.final('train_single'))} nats",
                T(
                    "The training loss that a run reports is measured with dropout on: it looks worse than the model is.",
                    "Loss huấn luyện mà lần chạy báo được đo khi bật dropout: trông xấu hơn mô hình thật.",
                ),
            ),
            Readout(
                T("{w}: guessed right, training / test", "{w}: đoán đúng, huấn luyện / kiểm thử").format(w=place),
                f"{100 * result.final('train_accuracy'):.0f} / {100 * result.final('eval_accuracy'):.0f} %",
                T(
                    "Share of next tokens that are the model's first choice, dropout off.",
                    "Tỉ lệ token kế tiếp đúng là lựa chọn đầu của mô hình, khi tắt dropout.",
                ),
            ),
        ]
    return rows


def _reading(label: str):
    def answer(view):
        found = next((a for a in view.arms if a.arm.label == label), None)
        if found is None or not view.done or not view.config.dropout or view.config.masks < 8:
            return None
        return best_reading(found)

    return answer


def _reading_why(label: str):
    def why(view):
        names = ("single", "averaged", "eval_loss")
        return T(
            "{single} with one mask, {averaged} with the average of {m}, {eval_loss} without any.",
            "{single} với một mặt nạ, {averaged} với trung bình {m} mặt nạ, {eval_loss} khi không có.",
        ).format(m=view.config.masks, **{k: f"{view.result(label).final(k):.3f}" for k in names})

    return why


READINGS = (
    ("one", T("one random mask, as in training", "một mặt nạ ngẫu nhiên, như khi huấn luyện")),
    ("many", T("the average over 16 masks", "trung bình trên 16 mặt nạ")),
    ("none", T("no mask at all (eval)", "không mặt nạ nào (eval)")),
)

READ_MUCH = Prediction(
    "read_much",
    T(
        "A model trained on much text reads new text. Which way gives the lowest loss?",
        "Một mô hình học từ nhiều văn bản đọc văn bản mới. Cách nào cho loss thấp nhất?",
    ),
    _reading("much"),
    _reading_why("much"),
    READINGS,
    given_by="picture",
)

READ_LITTLE = Prediction(
    "read_little",
    T("And a model that knows its 1,000 tokens by heart?", "Còn một mô hình đã học thuộc 1,000 token của nó?"),
    _reading("little"),
    _reading_why("little"),
    READINGS,
    given_by="picture",
)
