"""Colours, names of lines, and how numbers are read aloud. Okabe & Ito's palette: told apart by colour-blind eyes."""

import math

from app.i18n import T
from core.experiment import digits

TEST, LIGHT = "#0072B2", "#7fb8d8"  # the test loss, and its tint for the training loss
BROKEN, PREDICTED, INPUT = "#D55E00", "#E69F00", "#E69F00"
GREY = "#727a82"  # floors, names, quiet marks: 4.3 to 1 on white as on near-black
# arms of a comparison, in order; the first is always the test blue
ARMS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#9a8c00", "#727a82")

REFERENCES = {
    "uniform": T("uniform guess, ln V", "đoán đều, ln V"),
    "unigram": T("unigram: token frequencies", "unigram: tần suất token"),
    "bigram": T("best any one-token model can do", "tốt nhất với mô hình một token"),
    "window": T("best possible with this context", "tốt nhất có thể với ngữ cảnh này"),
    "oracle": T("perfect predictor on these windows", "bộ dự đoán hoàn hảo trên các cửa sổ này"),
    "true": T("the language itself (exact)", "chính ngôn ngữ (chính xác)"),
    "unigram_table": T("counted token table", "bảng đếm token"),
    "bigram_table": T("counted pair table", "bảng đếm cặp token"),
}


def signed(value: float, digits: int = 2) -> str:
    """A difference with its sign, as it stands in a sentence: +0.70, −0.05."""
    return f"{value:+.{digits}f}".replace("-", "−")


def percent(share: float) -> str:
    """A share in three significant digits, whole percents whole: 45 %, 99.7 %, 0.312 %, 1,230 %."""
    text = number(100 * share)
    return f"{text.rstrip('0').rstrip('.') if '.' in text and 'e' not in text else text} %"


def whole(share: float) -> str:
    """A share in whole percents, with the digits it has where it is below one: 35 %, 0.312 %."""
    return f"{100 * share:.0f} %" if share >= 0.01 else percent(share)


def number(value: float) -> str:
    """Three significant digits as people read them: 1.23, 0.0457, 12,300, 1.20e-5. What is none is NaN in any language."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "NaN"
    size = float(f"{abs(value):.3g}")  # rounded first: 9.996 is 10.0, not 10.00
    if size == 0:
        return "0"
    sign = "−" if value < 0 else ""
    if size >= 1e6 or size < 1e-4:
        mantissa, exponent = f"{size:.2e}".split("e")
        return f"{sign}{mantissa}e{int(exponent)}"
    return sign + f"{abs(value) if size >= 100 else size:,.{max(0, 2 - math.floor(math.log10(size)))}f}"


def knob(value) -> str:
    """A setting as it stands in links and on sliders: 5e-3, 0.5, 64, gelu. ASCII, and reads back to the same number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, float) or value == 0:
        return str(value if value else 0) if not isinstance(value, str) else value
    if 0.01 <= abs(value) < 1000:
        return f"{value:.{digits(value)}g}"
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def duration(seconds: float | None) -> T:
    """ "about 9 s", "about 3 min": honest about how little an estimate knows."""
    if seconds is None:
        return T("time not known yet", "chưa biết thời gian")
    if seconds < 90:
        text = f"{max(1, round(seconds))} s"
        return T(f"about {text}", f"khoảng {max(1, round(seconds))} giây")
    if seconds < 5400:
        return T(f"about {round(seconds / 60)} min", f"khoảng {round(seconds / 60)} phút")
    return T(f"about {seconds / 3600:.1f} h", f"khoảng {seconds / 3600:.1f} giờ")
