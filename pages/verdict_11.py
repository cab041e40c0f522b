"""What lesson 11 says about dot products and softmax: verdicts, readouts and answers, from rules on the numbers."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import knob, number
from app.view import inline

SPLIT_OFF = 0.1  # so many more of the rows dead: the gradient has gone to some rows and left others


# --- dot products ----------------------------------------------------------------------------------------------------


def dots_verdict(view):
    main, config = view.result("dots"), view.config
    if not main.metrics:
        return []
    said = []
    facts = {
        "d": config.d,
        "std": number(main.final("std")),
        "expected": number(main.final("expected")),
        "scaled": number(main.final("scaled")),
        "entry": knob(config.std),
        "root": number(math.sqrt(config.d)),
        "plain": number(config.std**2 * math.sqrt(config.d)),
    }
    if config.product == "elementwise":
        said.append(
            T(
                "Q * K multiplies entry by entry and adds up nothing: its std is {std} however long the vectors are. "
                "It is no attention score.",
                "Q * K nhân từng phần tử và không cộng gì: độ lệch chuẩn {std} dù vector dài bao nhiêu. Đó không phải điểm số attention.",
            ).format(**facts)
        )
    elif main.final("overflow"):  # what is measured then is the spread of the scores that are left
        said.append(
            T(
                "By the law, entries like these make dot products of std {expected}; {dtype} loses the largest of them, and the scores "
                "it can hold have std {std}.",
                "Theo quy luật, các phần tử như thế cho tích vô hướng với độ lệch chuẩn {expected}; {dtype} làm mất những số lớn nhất, "
                "các điểm số nó chứa được có độ lệch chuẩn {std}.",
            ).format(dtype=config.dtype, **facts)
        )
    elif main.final("expected") > 1.03 * config.std**2 * math.sqrt(config.d):
        said.append(
            T(
                "Entries with mean {mean} make dot products of std {std}, not σ²√d = {plain}: the mean adds up as well. The full "
                "rule √(d(σ⁴ + 2μ²σ²)) says {expected}.",
                "Phần tử có trung bình {mean} cho tích vô hướng với độ lệch chuẩn {std} chứ không phải σ²√d = {plain}: trung bình "
                "cũng cộng dồn. Quy luật đầy đủ √(d(σ⁴ + 2μ²σ²)) cho {expected}.",
            ).format(mean=knob(config.mean), **facts)
        )
    else:
        left = (
            T("they are back at {scaled}", "chúng trở lại {scaled}")
            if config.std == 1
            else T("σ² is what is left of them: {scaled}", "chỉ còn lại σ²: {scaled}")
        )
        said.append(
            T(
                "Entries of std {entry} make dot products of std {std}; the rule σ²√d says {plain}. After division by √{d} = {root}, {left}.",
                "Phần tử có độ lệch chuẩn {entry} cho tích vô hướng với độ lệch chuẩn {std}; quy luật σ²√d cho {plain}. Chia cho "
                "√{d} = {root}, {left}.",
            ).format(left=left.format(**facts), **facts)
        )
    if config.correlation and config.product == "matrix" and math.isfinite(main.final("diagonal")):
        law = round(main.final("expected_diagonal"), 9)  # that of ρ = −0.49 and μ = 0.7 is 0 but for rounding
        said.append(
            T(
                "A query and its own key have no direction in common on average: ρσ²d + dμ² = 0.",
                "Truy vấn và khóa của chính nó tính trung bình không có hướng chung: ρσ²d + dμ² = 0.",
            )
            if law == 0
            else T(
                "A query and its own key now {how}: their scores (orange) sit at {diagonal}, ρσ²d + dμ² = {law}. "
                "Such scores grow with d itself: divided by √{d} they are still {left}.",
                "Truy vấn và khóa của chính nó giờ {how}: điểm số của chúng (màu cam) nằm ở {diagonal}, ρσ²d + dμ² = {law}. "
                "Các điểm này tăng theo chính d: chia cho √{d} rồi vẫn còn {left}.",
            ).format(
                how=T("share a direction", "cùng hướng") if law > 0 else T("point against each other", "ngược hướng"),
                diagonal=number(main.final("diagonal")),
                law=number(law),
                left=number(law / math.sqrt(config.d)),
                d=config.d,
            )
        )
    if main.final("overflow"):
        said.append(overflowing(main, config).format(share=number(100 * main.final("overflow")), dtype=config.dtype))
    return said


def overflowing(main, config):
    """What can be done for scores beyond the number format, and what cannot."""
    if not main.final("scaled_overflow"):
        return T(
            "{share} % of the undivided scores overflow {dtype}. With q and k divided by d^¼ first, none does.",
            "{share} % điểm số chưa chia vượt {dtype}. Khi chia q và k cho d^¼ trước, không còn điểm nào.",
        )
    if inline(replace(config, divide="before")).final("scaled_overflow"):
        return T(
            "{share} % of the undivided scores are beyond {dtype}'s largest number, and dividing q and k by d^¼ first does not save "
            "all of them: take a smaller σ or another number format.",
            "{share} % điểm số chưa chia vượt số lớn nhất của {dtype}, và chia q, k cho d^¼ trước cũng không cứu được hết: hãy giảm σ "
            "hoặc đổi định dạng số.",
        )
    return T(
        "{share} % of the scores are beyond {dtype}'s largest number. Dividing afterwards cannot bring them back: set “divide by √d” "
        "to before.",
        "{share} % điểm số vượt số lớn nhất của {dtype}. Chia sau đó không cứu lại được: hãy đặt “chia cho √d” thành trước.",
    )


def dots_readouts(view):
    main, growth, config = view.result("dots"), view.result("growth"), view.config
    if not main.metrics:
        return []
    matrix = config.product == "matrix"
    law, formula = main.final("expected"), same("√(d(σ⁴ + 2μ²σ²))")
    if not matrix:  # one product, and q may know its k
        likeness = config.correlation
        law = math.sqrt(config.std**4 * (1 + likeness**2) + 2 * config.mean**2 * config.std**2 * (1 + likeness))
        formula = same("√(σ⁴(1 + ρ²) + 2μ²σ²(1 + ρ))")
    rows = [
        Readout(
            T("std of the scores", "độ lệch chuẩn của điểm số"),
            number(main.final("std")) + (f" ± {number(main.final('std_sd'))}" if main.final("std_sd") else ""),
            T(
                "Mean and spread over fresh draws of Q and K, {which}.",
                "Trung bình và độ dao động qua các lần rút mới của Q và K, {which}.",
            ).format(which=T("pairs i ≠ j", "các cặp i ≠ j") if matrix else T("entry by entry", "từng phần tử")),
        ),
        Readout(T("the law says", "quy luật nói"), number(law), formula),
        Readout(
            T("times larger than Q", "lớn gấp mấy lần Q"),
            f"{number(main.final('std') / main.final('std_q'))} ×",
            T(
                "The std of the scores over the std of the entries of Q.",
                "Độ lệch chuẩn của điểm số chia cho độ lệch chuẩn của phần tử Q.",
            ),
        ),
    ]
    if growth.metrics:
        rows.append(
            Readout(
                T("slope in the growth chart", "độ dốc trong biểu đồ tăng trưởng"),
                f"{growth.final('slope'):.3f} ± {growth.final('slope_se'):.3f}",
                T("Of log std against log d. √d means 0.5.", "Của log độ lệch chuẩn theo log d. √d nghĩa là 0.5."),
            )
        )
    return rows


def at_200(view):
    config, growth = view.config, view.result("growth")
    plain = config.mean == 0 and config.std == 1 and config.product == "matrix"
    value = growth.metrics.get("raw", {}).get(200)
    return value if plain else None


def at_200_why(view):
    return T(
        "Four times as long, twice as large: √200 = 14.1. Independent terms partly cancel, so a sum of d of them grows like √d.",
        "Dài gấp bốn, lớn gấp hai: √200 = 14.1. Các số hạng độc lập triệt tiêu bớt nhau, nên tổng của d số hạng tăng như √d.",
    )


LENGTH = Prediction(
    "length",
    T(
        "Entries of variance 1, d = 50: the scores QKᵀ have std 7. And at d = 200?",
        "Phần tử có phương sai 1, d = 50: điểm số QKᵀ có độ lệch chuẩn 7. Còn ở d = 200?",
    ),
    at_200,
    at_200_why,
    kind="number",
    low=5,
    high=60,
    step=1,
    tolerance=1.4,
)


# --- softmax ---------------------------------------------------------------------------------------------------------


def softmax_verdict(view):
    chosen, raw = view.result("chosen"), view.result("raw")
    if not chosen.metrics:
        return []
    facts = {
        "top": number(100 * chosen.final("top")),
        "keys": number(chosen.final("effective")),
        "dead": number(100 * chosen.final("dead")),
        "all": view.config.n if view.config.form == "rows" else view.config.n**2,
        "alpha": knob(view.config.exponent),
        "rows": T("rows", "hàng")
        if view.config.form == "rows"
        else T("draws, one softmax each,", "lần rút, mỗi lần một softmax,"),
    }
    said = [
        T(
            "With α = {alpha} the best key gets {top} %, the attention is spread over {keys} of {all} keys, and {dead} % of the {rows} are dead.",
            "Với α = {alpha}, khóa tốt nhất nhận {top} %, attention trải trên {keys} trong {all} khóa, và {dead} % {rows} đã chết.",
        ).format(**facts)
    ]
    if raw.metrics:
        more = raw.final("jacobian_mean") > 1.1 * chosen.final("jacobian_mean")
        split = more and raw.final("dead") > chosen.final("dead") + SPLIT_OFF
        facts |= {
            "rtop": number(100 * raw.final("top")),
            "rdead": number(100 * raw.final("dead")),
            "rmean": number(raw.final("jacobian_mean")),
            "mean": number(chosen.final("jacobian_mean")),
        }
        said.append(
            (
                T(
                    "Undivided, the best key gets {rtop} % and {rdead} % are dead; yet the mean gradient is larger ({rmean} against {mean}). It does "
                    "not vanish, it splits: nothing where one key is sure, a lot where a row is torn between two.",
                    "Không chia, khóa tốt nhất nhận {rtop} % và {rdead} % đã chết; vậy mà gradient trung bình lại lớn hơn ({rmean} so với {mean}). Nó "
                    "không biến mất mà phân hóa: nơi đã chắc một khóa thì không được gì, nơi lưỡng lự giữa hai khóa được rất nhiều.",
                )
                if split
                else T(
                    "Undivided, the best key gets {rtop} % and {rdead} % are dead; mean gradient {rmean} against {mean}.",
                    "Không chia, khóa tốt nhất nhận {rtop} % và {rdead} % đã chết; gradient trung bình {rmean} so với {mean}.",
                )
            ).format(**facts)
        )
    if chosen.final("entropy") > 0.995:
        said.append(
            T(
                "Almost uniform: every key looks alike, and attention is a plain average.",
                "Gần như đều: khóa nào cũng như nhau, attention chỉ còn là phép lấy trung bình.",
            )
        )
    return said


def softmax_readouts(view):
    result = view.result("chosen")
    if not result.metrics:
        return []
    return [
        Readout(
            T("best key gets", "khóa tốt nhất nhận"),
            f"{number(100 * result.final('top'))} %",
            T("Mean over all rows.", "Trung bình trên mọi hàng."),
        ),
        Readout(
            T("effective keys 1/Σp²", "số khóa hiệu dụng 1/Σp²"),
            number(result.final("effective")),
            T("n if all are equal, 1 if one has everything.", "n nếu đều nhau, 1 nếu một khóa giữ tất cả."),
        ),
        Readout(
            T("dead rows", "hàng chết"),
            f"{number(100 * result.final('dead'))} %",
            T("Rows whose softmax passes a gradient below 0.01.", "Hàng mà softmax cho qua gradient dưới 0.01."),
        ),
        Readout(
            T("keys that hold 90 %", "số khóa giữ 90 %"),
            number(result.final("cells90")),
            T("How many probabilities add up to 0.9.", "Bao nhiêu xác suất cộng lại được 0.9."),
        ),
    ]


def split_answer(view):
    raw, chosen = view.result("raw"), view.result("chosen")
    c = view.config
    asked = (c.exponent, c.d, c.std, c.attention_scale, c.form) == (0.5, 50, 1.0, 1.0, "rows")
    if not raw.metrics or not chosen.metrics or not asked:
        return None
    ratio = raw.final("jacobian_mean") / chosen.final("jacobian_mean")
    return "larger" if ratio > 1.1 else "gone" if ratio < 0.1 else "smaller"


def split_why(view):
    raw = view.result("raw")
    return T(
        "{dead} % of the undivided rows are dead, but rows torn between two keys get a gradient near 0.5: the mean is {mean}.",
        "{dead} % hàng không chia đã chết, nhưng hàng lưỡng lự giữa hai khóa có gradient gần 0.5: trung bình là {mean}.",
    ).format(dead=number(100 * raw.final("dead")), mean=number(raw.final("jacobian_mean")))


SPLIT = Prediction(
    "split",
    T(
        "Leave out the division at d = 50. The gradient softmax lets through, on average over rows, becomes …",
        "Bỏ phép chia ở d = 50. Gradient mà softmax cho qua, trung bình trên các hàng, sẽ …",
    ),
    split_answer,
    split_why,
    (
        ("gone", T("almost zero", "gần bằng không")),
        ("smaller", T("smaller", "nhỏ hơn")),
        ("larger", T("larger", "lớn hơn")),
    ),
)
