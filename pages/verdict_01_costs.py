"""Lesson 1 in words, beyond the runs: what a model costs, what size fits a budget, and how sure such sums are."""

import math

from app.i18n import T, same
from app.lesson import Readout
from app.theme import number, percent
from core import compute
from core.experiments import compute_cost
from pages.figures_01_costs import money, power, short
from pages.figures_01_plane import INPUTS, said_loss

CHINCHILLA = 5.76e23  # FLOP of the model that gave the fits their name (Hoffmann et al. 2022)

# --- sums --------------------------------------------------------------------------------------------------------------


def days(value: float) -> T:
    if 86_400 * value < 1e-3:
        return T("less than 1 ms", "chưa tới 1 ms")
    if value < 1 / 1440:
        return T(f"{number(86_400 * value)} s", f"{number(86_400 * value)} giây")
    if value < 1 / 24:
        return T(f"{1440 * value:.3g} minutes", f"{1440 * value:.3g} phút")
    if value < 2:
        text = f"{24 * value:.3g}"
        return T(f"{text} hours", f"{text} giờ")
    if value < 800:
        return T(f"{value:.3g} days", f"{value:.3g} ngày")
    return T(f"{amount(value / 365)} years", f"{amount(value / 365)} năm")


def amount(value: float) -> str:
    """25,100 and 0.713: three digits below a thousand, whole numbers above."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def electricity(kwh: float) -> str:
    return f"{amount(kwh / 1000)} MWh" if kwh >= 1000 else f"{kwh:.3g} kWh" if kwh >= 1e-4 else f"{power(kwh)} kWh"


def weight(tonnes: float) -> str:
    if tonnes < 1e-7:
        return f"{power(1000 * tonnes)} kg"
    return f"{amount(tonnes)} t" if tonnes >= 1 else f"{1000 * tonnes:.3g} kg"


def cost_verdict(view) -> list[T]:
    result, config = view.main, view.config
    facts = {
        "dollars": money(result.final("dollars")),
        "days": days(result.final("days")),
        "gpus": T("one accelerator", "một bộ tăng tốc")
        if config.gpus == 1
        else T("{n} accelerators", "{n} bộ tăng tốc").format(n=f"{config.gpus:,}"),
        "capital": money(result.final("capital")),
        "share": money(result.final("share")),
        "rent": money(result.final("rent")),
        "years": T("one year", "một năm")
        if config.years == 1
        else T("{n} years", "{n} năm").format(n=f"{config.years:g}"),
    }
    said = []
    if result.final("days") > 3650:
        said.append(
            T(
                "{days} on {gpus}: nobody waits for that. More accelerators change the days, only a cheaper operation changes the bill.",
                "{days} với {gpus}: không ai đợi nổi. Thêm bộ tăng tốc thì đổi số ngày; chỉ phép tính rẻ hơn mới đổi hóa đơn.",
            )
        )
    elif result.final("share") >= result.final("capital") and config.buy == "buy":
        said.append(
            T(
                "The cluster costs {capital} to buy and is worth nothing after {years}, before this run of {days} has ended.",
                "Mua cụm máy hết {capital}, và sau {years} nó hết giá trị, khi lần chạy dài {days} này còn chưa xong.",
            )
        )
    elif config.buy == "buy" or result.final("capital") > 1e8:
        said.append(
            T(
                "The cluster costs {capital} to buy, but this run uses up {share} of it in {days} (worth nothing after {years}); rented it would be {rent}. The price of the machine is not the price of the run.",
                "Mua cụm máy hết {capital}, nhưng lần chạy này chỉ dùng hết {share} trong {days} (hết giá trị sau {years}); nếu thuê thì {rent}. Giá cỗ máy không phải giá một lần chạy.",
            )
        )
    else:
        said.append(T("About {dollars}, {days} on {gpus}.", "Khoảng {dollars}, {days} với {gpus}."))
    if config.served:
        times = result.final("served_flop") / result.final("flop")
        facts["times"] = amount(times) if times < 1e6 else power(times)
        facts["share_of"] = percent(times)
        said.append(
            T(
                "Answering has used {times} times the operations of training; it overtakes at three times the training tokens.",
                "Trả lời đã dùng số phép tính gấp {times} lần huấn luyện; nó vượt lên khi đạt ba lần số token huấn luyện.",
            )
            if times >= 1
            else T(
                "Answering has used {share_of} of the operations of training; it overtakes at three times the training tokens.",
                "Trả lời đã dùng {share_of} số phép tính của huấn luyện; nó vượt lên khi đạt ba lần số token huấn luyện.",
            )
        )
    return [line.format(**facts) for line in said]


def cost_readouts(view) -> list[Readout]:
    result = view.main
    if not result.metrics:
        return []
    facts = result.facts
    return [
        Readout(T("compute 6ND", "khối lượng tính 6ND"), f"{power(result.final('flop'))} FLOP"),
        Readout(
            T("hours of one accelerator", "giờ của một bộ tăng tốc"),
            f"{result.final('hours'):,.0f}" if result.final("hours") >= 100 else number(result.final("hours")),
            T("{chip}: peak {peak} FLOP/s, {watts} W.", "{chip}: đỉnh {peak} FLOP/s, {watts} W.").format(
                chip=facts["chip"], peak=f"{facts['peak']:.3g}", watts=f"{facts['watts']:.0f}"
            ),
        ),
        Readout(T("time on all of them", "thời gian khi dùng tất cả"), days(result.final("days"))),
        Readout(
            T("this run costs", "lần chạy này tốn"),
            money(result.final("dollars")),
            T("Rented, or the part of your own cluster used up.", "Tiền thuê, hoặc phần cụm máy của bạn hao đi."),
        ),
        Readout(T("electricity", "điện"), electricity(result.final("kwh"))),
        Readout(T("CO2", "CO2"), weight(result.final("tonnes"))),
        Readout(
            T("lifetimes of reading", "số đời người để đọc"),
            amount(result.final("lifetimes")),
            T("250 words a minute, 8 hours a day, 60 years.", "250 từ mỗi phút, 8 giờ mỗi ngày, 60 năm."),
        ),
        Readout(
            T("memory while training", "bộ nhớ khi huấn luyện"),
            f"{amount(result.final('memory_gb'))} GB",
            T(
                "16 bytes a parameter: weight, gradient, two moments of AdamW.",
                "16 byte mỗi tham số: trọng số, gradient, hai moment của AdamW.",
            ),
        ),
    ]


DIRTY, CLEAN = 410.0, 57.0


def grid_answer(view):
    import dataclasses

    bills = [compute_cost.bill(dataclasses.replace(view.config, grid=g)) for g in (DIRTY, CLEAN)]
    assert bills[0]["dollars"] == bills[1]["dollars"]
    ratio = bills[0]["tonnes"] / bills[1]["tonnes"]
    return min(GRIDS, key=lambda code: abs(math.log(ratio / GRIDS[code])))


GRIDS = {"one": 1.0, "two": 2.0, "seven": 7.2, "fifty": 50.0}


def grid_why(view):
    return T(
        "CO2 is energy times grams per kWh: {a} ÷ {b} = {x}. The hours, and so the bill, do not know where the plug is.",
        "CO2 là năng lượng nhân gam mỗi kWh: {a} ÷ {b} = {x}. Số giờ, và do đó hóa đơn, không biết ổ cắm ở đâu.",
    ).format(a=f"{DIRTY:.0f}", b=f"{CLEAN:.0f}", x=f"{DIRTY / CLEAN:.1f}")


# --- the map -----------------------------------------------------------------------------------------------------------


def map_verdict(view) -> list[T]:
    result, config = view.main, view.config
    chosen = compute.FITS[view.values.get("fit", "besiroglu")]
    tokens = result.facts["tokens"]
    name = same(chosen.name)
    loss = said_loss(chosen, config.parameters, tokens)
    if chosen.loss(config.parameters, tokens) > compute.CEILING:
        return [
            T(
                "Outside the fitted range: {name} would say more than a uniform guess pays. It knows nothing about runs this small.",
                "Ngoài vùng đã khớp: {name} sẽ nói cao hơn mức của đoán đều. Nó không biết gì về các lần chạy nhỏ thế này.",
            ).format(name=name)
        ]
    best_n, best_d = chosen.best(result.final("flop"))
    gap = chosen.loss(config.parameters, tokens) - chosen.loss(best_n, best_d)
    facts = {
        "name": name,
        "loss": loss,
        "mine": number(tokens / config.parameters),
        "best": number(best_d / best_n),
        "gap": T("a loss {gap} nats lower", "loss giảm được {gap} nats").format(gap=number(gap))
        if gap >= 0.001
        else T("the same loss, to 0.001 nats", "cùng loss, sai khác chưa tới 0.001 nats"),
        "n": short(best_n),
        "d": short(best_d),
    }
    return [
        T(
            "{name} predicts {loss}. You give each parameter {mine} tokens; for the same compute it advises {n} parameters and {d} tokens, {best} each: {gap}.",
            "{name} dự đoán {loss}. Bạn cho mỗi tham số {mine} token; cùng khối lượng tính, nó khuyên {n} tham số và {d} token, mỗi tham số {best}: {gap}.",
        ).format(**facts)
    ]


def map_readouts(view) -> list[Readout]:
    result, config = view.main, view.config
    if not result.metrics:
        return []
    rows = [
        Readout(T("compute 6ND", "khối lượng tính 6ND"), f"{power(result.final('flop'))} FLOP"),
        Readout(T("your tokens per parameter", "token mỗi tham số của bạn"), number(result.final("per_parameter"))),
    ]
    for code, fit in compute.FITS.items():
        n, d = result.final(f"best_parameters_{code}"), result.final(f"best_tokens_{code}")
        rows.append(
            Readout(
                T(f"{fit.name} advises", f"{fit.name} khuyên"),
                T("{x} per parameter", "{x} mỗi tham số").format(x=number(d / n)),
                T("N = {n}, D = {d} for this compute.", "N = {n}, D = {d} với khối lượng tính này.").format(
                    n=short(n), d=short(d)
                ),
            )
        )
    for fit in compute.FITS.values():
        rows.append(
            Readout(
                T(f"loss by {fit.name}", f"loss theo {fit.name}"),
                said_loss(fit, config.parameters, result.facts["tokens"]),
            )
        )
    return rows


def fits_answer(view):
    ratios = [d / n for n, d in (fit.best(CHINCHILLA) for fit in compute.FITS.values())]
    apart = max(ratios) / min(ratios)
    return "same" if apart < 1.5 else "two" if apart < 3.2 else "five"


def fits_why(view):
    said = ", ".join(f"{fit.name}: {d / n:.1f}" for fit in compute.FITS.values() for n, d in (fit.best(CHINCHILLA),))
    return T(
        "{said}. Chinchilla itself was trained with 20. The first fit had stopped too early; the formula looks the same, the advice does not.",
        "{said}. Chính Chinchilla được huấn luyện với 20. Lần khớp đầu đã dừng quá sớm; công thức trông như nhau, lời khuyên thì không.",
    ).format(said=said)


# --- doubt -------------------------------------------------------------------------------------------------------------


def doubt_verdict(view) -> list[T]:
    result = view.main
    low, high = result.final("low"), result.final("high")
    if high / low < 1.02:
        return [
            T(
                "No doubt, one number: {x}. Ask which of the four inputs you really know.",
                "Không nghi ngờ, một con số: {x}. Hãy tự hỏi trong bốn đầu vào bạn thật sự biết cái nào.",
            ).format(x=money(result.final("middle")))
        ]
    table = result.tables["swings"][0]
    share, widest = max(zip(table["share"], table["input"], strict=True))
    return [
        T(
            "Nine in ten draws lie between {low} and {high}, a factor of {factor}; the headline says {middle}. The doubt about {widest} makes up {share} % of it.",
            "Chín phần mười lần rút nằm giữa {low} và {high}, gấp nhau {factor} lần; con số trên báo là {middle}. Riêng nghi ngờ về {widest} chiếm {share} %.",
        ).format(
            low=money(low),
            high=money(high),
            factor=number(high / low),
            middle=money(result.final("middle")),
            widest=INPUTS[widest],
            share=f"{100 * share:.0f}",
        )
    ]


def doubt_readouts(view) -> list[Readout]:
    result = view.main
    if not result.metrics:
        return []
    return [
        Readout(T("every input at its middle", "mọi đầu vào ở giữa"), money(result.final("middle"))),
        Readout(T("5 % are below", "5 % thấp hơn"), money(result.final("low"))),
        Readout(T("95 % are below", "95 % thấp hơn"), money(result.final("high"))),
        Readout(
            T("mean", "trung bình"),
            money(result.final("mean")),
            T("Above the middle: the expensive tail is long.", "Cao hơn số giữa: đuôi đắt rất dài.")
            if result.final("mean") > 1.001 * result.final("middle")
            else None,
        ),
    ]


def doubt_answer(view):
    """None where a knob says something else than the question: factors of 1.3 to 2."""
    if not all(1.3 <= getattr(view.config, f"by_{name}") <= 2 for name in INPUTS):
        return None
    half = math.sqrt(view.main.final("high") / view.main.final("low"))
    sizes = {"fifth": 1.2, "two": 1.7, "three": 3.0}
    return min(sizes, key=lambda code: abs(math.log(half / sizes[code])))


def doubt_why(view):
    return T(
        "From {low} to {high}. Doubts multiply: their logarithms add like the sides of a right angle.",
        "Từ {low} đến {high}. Các nghi ngờ nhân lên nhau: logarit của chúng cộng như hai cạnh góc vuông.",
    ).format(low=money(view.main.final("low")), high=money(view.main.final("high")))
