"""What lesson 4 says about its runs: winners, regimes, and where theory and measurement meet. Rules on numbers."""

import math
from dataclasses import replace
from functools import lru_cache

from app.i18n import T, same
from app.lesson import Readout
from app.theme import number
from core.experiments import lr_sweep, one_parameter, two_weights
from pages.controls_04 import NAMES
from pages.verdict_04_swings import (
    EXPLODED,
    exploded,
    forgets,
    measured,
    moves,
    places,
    regime,
    sums,
    swings,
    unmoved,
    where,
)

RACE, SWEEP, TWO = one_parameter.Config(), lr_sweep.Config(), two_weights.Config()
NEVER = replace(RACE, reset="never", steps=150)
NEVER_FOR_GOOD = T("not yet", "chưa đến")
GONE = 1e-20  # a loss below this has all but vanished: how far below says nothing of the way there
LONG = 20_000  # steps AdamW is walked on for, to see whether it comes to rest: five times what the page can show


# --- the race -------------------------------------------------------------------------------------------------------------


def limits(view) -> list[T]:
    """What must be said before anything else: SGD past its limit, a race that starts at its end, a mistake made twice."""
    config, said = view.config, []
    if config.start == config.target:
        said.append(at_home(view))
    if one_parameter.never(config, "sgd") and config.momentum:
        said.append(
            T(
                "Never reset and momentum together: the gradient is summed up twice, once in w.grad and once in the optimizer.",
                "Không bao giờ đặt lại cùng với quán tính: gradient bị cộng dồn hai lần, một lần trong w.grad, một lần trong "
                "thuật toán tối ưu.",
            )
        )
    if not forgets(config, "sgd") and not unmoved(config):
        said += past_limit(view)
    return said


def at_home(view) -> T:
    """What becomes of three that start at the target."""
    config = view.config
    decay = config.weight_decay * (config.lr_adam or config.lr)
    if config.noise:
        return T(
            "They start at the target, but the noise in the gradient moves them: after {n:,} steps {places}.",
            "Tất cả xuất phát ngay tại đích, nhưng nhiễu trong gradient đẩy chúng đi: sau {n:,} bước {places}.",
        ).format(n=config.steps, places=places(view))
    if config.target == 0:
        return T(
            "They start at the target, where the gradient is 0, and nobody moves; not even AdamW, for at 0 there is nothing to "
            "decay.",
            "Tất cả xuất phát ngay tại đích, nơi gradient bằng 0, và không ai rời đi; cả AdamW cũng không, vì tại 0 chẳng có gì "
            "để suy giảm.",
        )
    if config.weight_decay == 0:
        return T(
            "They start at the target, where the gradient is 0, and nobody moves; not even AdamW, for its decay is 0.",
            "Tất cả xuất phát ngay tại đích, nơi gradient bằng 0, và không ai rời đi; cả AdamW cũng không, vì hệ số suy giảm "
            "bằng 0.",
        )
    if exploded(view, "adamw") is not None and decay > 2:
        return T(
            "They start at the target, where the gradient is 0: SGD and Adam stay. AdamW explodes (a million at step {n}): with "
            "lr × decay = {decay} every step throws the weight across 0, further than it was.",
            "Tất cả xuất phát ngay tại đích, nơi gradient bằng 0: SGD và Adam đứng yên. AdamW nổ tung (một triệu ở bước {n}): "
            "với lr × hệ số suy giảm = {decay}, mỗi bước ném trọng số sang bên kia số 0, xa hơn trước.",
        ).format(n=exploded(view, "adamw"), decay=number(decay))
    return T(
        "They start at the target, where the gradient is 0: SGD and Adam stay. AdamW leaves, because its decay pulls at "
        "the weight anyway; it now stands {away} away.",
        "Tất cả xuất phát ngay tại đích, nơi gradient bằng 0: SGD và Adam đứng yên. AdamW vẫn rời đi, vì suy giảm "
        "trọng số cứ kéo w; giờ nó cách đích {away}.",
    ).format(away=number(view.main.final("error_adamw")))


def past_limit(view) -> list[T]:
    """SGD that resets at every step, with a learning rate at which that does not help."""
    config, step = view.config, exploded(view, "sgd")
    past, limit = config.lr * config.scale, 1 + config.momentum
    at_limit = math.isclose(past, limit, rel_tol=1e-9)
    if past < limit and not at_limit:
        return []
    if at_limit:
        return [at_the_limit(config)]
    when = T("", "")
    if step is not None:
        when = T(" It passed a million at step {n}.", " Nó vượt một triệu ở bước {n}.").format(n=step)
    if config.momentum:
        line = T(
            "Past the stability limit: lr·c = {past}, and with this momentum SGD holds together only below {limit}.{when}",
            "Quá giới hạn ổn định: lr·c = {past}, mà với quán tính này SGD chỉ ổn định khi lr·c nhỏ hơn {limit}.{when}",
        )
        return [line.format(past=number(past), limit=number(limit), when=when)]
    line = T(
        "Past the stability limit: lr·c = {past}, and SGD's error is multiplied by |1 − 2·lr·c| = {factor} at every step.{when}",
        "Quá giới hạn ổn định: lr·c = {past}, mỗi bước sai số của SGD bị nhân với |1 − 2·lr·c| = {factor}.{when}",
    )
    if config.noise:
        line = T(
            "Past the stability limit: lr·c = {past}, and at every step SGD's error is multiplied by |1 − 2·lr·c| = {factor}, "
            "noise included, and new noise is added.{when}",
            "Quá giới hạn ổn định: lr·c = {past}, mỗi bước sai số của SGD, kể cả phần do nhiễu, bị nhân với |1 − 2·lr·c| = "
            "{factor} rồi lại thêm nhiễu mới.{when}",
        )
    return [line.format(past=number(past), factor=number(abs(one_parameter.contraction(config))), when=when)]


def at_the_limit(config) -> T:
    """SGD that resets at every step, at exactly lr c = 1 + momentum: it neither comes nearer nor runs away."""
    line = T(
        "Exactly at the stability limit: lr·c = {limit}, and every step of SGD only changes the sign of its error. It neither "
        "shrinks nor grows.",
        "Đúng ngay giới hạn ổn định: lr·c = {limit}, mỗi bước của SGD chỉ đổi dấu sai số. Sai số không nhỏ đi, cũng không lớn "
        "lên.",
    )
    if config.noise:
        line = T(
            "Exactly at the stability limit: lr·c = {limit}. What is left of SGD's error never dies out, so the noise of all "
            "steps adds up.",
            "Đúng ngay giới hạn ổn định: lr·c = {limit}. Sai số của SGD không bao giờ tắt, nên nhiễu của mọi bước cứ cộng dồn.",
        )
    elif config.momentum == 1:
        line = T(
            "Exactly at the stability limit: with momentum 1 that is lr·c = {limit}. SGD's error changes its sign at every step "
            "and grows by the same amount each time.",
            "Đúng ngay giới hạn ổn định: với quán tính 1, đó là lr·c = {limit}. Mỗi bước sai số của SGD đổi dấu và lớn thêm "
            "một lượng như nhau.",
        )
    elif config.momentum:
        line = T(
            "Exactly at the stability limit: with this momentum that is lr·c = {limit}. After a few steps SGD's error only "
            "changes its sign: it neither shrinks nor grows.",
            "Đúng ngay giới hạn ổn định: với quán tính này, đó là lr·c = {limit}. Sau vài bước, sai số của SGD chỉ còn đổi dấu: "
            "không nhỏ đi, cũng không lớn lên.",
        )
    return line.format(limit=number(1 + config.momentum))


def verdict(view) -> list[T]:
    """Limits first; then who is closest and by how much, or what has become of those who forget to reset; where there is
    noise, how far the law reaches."""
    said = result(view)
    if view.config.noise and view.config.reset == "1" and view.config.start != view.config.target:
        said += shaken(view)
    return said


def shaken(view) -> list[T]:
    """How far SGD's law reaches where the gradient is noisy; nothing where no law brings it home."""
    how = regime(view.config)
    if how in ("grows", "free"):
        return []
    again = T("", "")
    if how in ("creep", "one") and not math.isnan(view.main.final("period_sgd")):
        again = T(" and crosses the target again and again", ", cứ băng qua đích rồi quay lại")
    return [
        T(
            "With noise in the gradient SGD's law holds only for the mean of many such races; this one is shaken about "
            "it{again}.",
            "Khi gradient có nhiễu, định luật của SGD chỉ đúng cho trung bình của nhiều cuộc đua như vậy; riêng cuộc đua này bị "
            "rung quanh trung bình đó{again}.",
        ).format(again=again)
    ]


def result(view) -> list[T]:
    """Limits, and what has become of all three."""
    config, said = view.config, limits(view)
    if config.reset != "1":
        return said + (swings if config.reset == "never" else sums)(view)
    if config.start == config.target:
        return said
    error = measured(view, "error")
    first, second, third = sorted(error, key=error.get)
    facts = {"first": NAMES[first], "second": NAMES[second], "error": number(error[first]), "steps": config.steps}
    facts |= {"third": NAMES[third], "then": where(view, second), "last": where(view, third)}
    if error[second] < max(1.1 * error[first], 1e-9):
        near = T(
            "After {steps:,} steps {first} and {second} are about equally close: {error} from the target. {third} {last}.",
            "Sau {steps:,} bước, {first} và {second} gần như nhau: cách đích {error}. {third} {last}.",
        )
        return [*said, near.format(**facts)]
    if error[first] < 1e-12:
        there = T(
            "After {steps:,} steps {first} is closest: on the target to rounding. {second} {then}.",
            "Sau {steps:,} bước, {first} gần đích nhất: đúng tại đích, chỉ sai do làm tròn. {second} {then}.",
        )
        return [*said, there.format(**facts)]
    if exploded(view, second) is not None:
        alone = T(
            "After {steps:,} steps {first} is closest: {error} from the target. {second} {then}, {third} {last}.",
            "Sau {steps:,} bước, {first} gần đích nhất: còn cách {error}. {second} {then}, {third} {last}.",
        )
        return [*said, alone.format(**facts)]
    won = T(
        "After {steps:,} steps {first} is closest: {error} from the target, {ratio} times as close as {second}.",
        "Sau {steps:,} bước, {first} gần đích nhất: còn cách {error}, gần hơn {second} {ratio} lần.",
    )
    return [*said, won.format(**facts, ratio=number(error[second] / error[first]))]


def steps_to(value: float) -> T:
    return NEVER_FOR_GOOD if math.isnan(value) else T("step {n:,}", "bước {n:,}").format(n=int(value))


def readouts(view) -> list[Readout]:
    config, facts = view.config, view.main.facts
    rows = [
        keeps(config, facts["contraction"]),
        Readout(
            T("SGD moves like this", "SGD chuyển động kiểu"),
            moves(config),
            T(
                "Read off the roots of x² − (1 + m − 2·lr·c)·x + m, where m is the momentum (1: never reset); with a reset every "
                "few steps, off what those steps make of an error.",
                "Đọc từ nghiệm của x² − (1 + m − 2·lr·c)·x + m, với m là quán tính (1: không bao giờ đặt lại); nếu vài bước mới đặt "
                "lại thì đọc từ việc các bước ấy biến sai số thành bao nhiêu.",
            ),
        ),
    ]
    for name, label in NAMES.items():
        rows.append(
            Readout(
                T(f"{label} arrived", f"{label} đến nơi"),
                steps_to(view.main.final(f"arrived_{name}")),
                T(
                    "From here on it stays within {x} of the target.",
                    "Từ đây nó luôn ở trong khoảng {x} quanh đích.",
                ).format(x=number(config.tolerance)),
            )
        )
    if config.start != config.target:
        rows.append(
            Readout(
                T("Adam shoots past by", "Adam lố đà"),
                number(view.main.final("overshoot_adam")),
                T("Furthest point beyond the target.", "Điểm xa nhất phía sau đích."),
            )
        )
    return [*rows, *ends_of_adamw(view)]


def keeps(config, contraction: float) -> Readout:
    """The share of its error that SGD keeps at a step; with noise that is a law of the mean."""
    label = T("SGD keeps of its error", "SGD giữ lại phần sai số")
    share = f"{contraction:+,.6g}".replace("-", "−") if contraction else T("nothing", "không gì")
    if config.momentum or forgets(config, "sgd"):
        share = T("no fixed share", "không cố định")
    elif config.noise:
        return Readout(
            label,
            T("{share} on average", "trung bình {share}").format(share=share),
            T(
                "Factor per step, 1 − 2·lr·c, for the mean of many runs: the noise adds something to the error of each, up or "
                "down, at every step.",
                "Hệ số mỗi bước, 1 − 2·lr·c, cho trung bình của nhiều lần chạy: ở mỗi bước, nhiễu cộng thêm vào sai số của từng "
                "lần chạy, lúc lên lúc xuống.",
            ),
        )
    return Readout(
        label,
        share,
        T(
            "Factor per step: 1 − 2·lr·c. 0 is there in one step; −1 and below never arrives.",
            "Hệ số mỗi bước: 1 − 2·lr·c. 0 là tới ngay; −1 trở xuống là không bao giờ tới.",
        ),
    )


@lru_cache(maxsize=256)
def unrest(config) -> tuple[float, float] | None:
    """(lowest, highest) weight of AdamW in the last quarter of a long walk, where it goes to and fro there; None where it
    has come to rest to three digits, or is still on its way."""
    walked = one_parameter.walk("adamw", replace(config, steps=LONG), [0.0] * LONG)[0][3 * LONG // 4 :]
    low, high = min(walked), max(walked)
    one_way = walked in (sorted(walked), sorted(walked, reverse=True))
    return None if one_way or number(low) == number(high) or high - low < 1e-4 else (low, high)


def ends_of_adamw(view) -> list[Readout]:
    """Where AdamW is bound for, whether it rests there, and how far it is off; without the law that says so, where it
    stands."""
    config, weight, limit = view.config, view.main.final("weight_adamw"), view.main.facts["limit"]
    law = not forgets(config, "adamw") and not config.noise
    if law and config.weight_decay * (config.lr_adam or config.lr) < 2 and math.isfinite(weight):
        there, ends = number(limit), unrest(config)
        if ends:
            line = T("{there}, swinging from {low} to {high}", "{there}, dao động từ {low} đến {high}")
            there = line.format(there=there, low=number(ends[0]), high=number(ends[1]))
        return [
            Readout(
                T("AdamW heads for", "AdamW hướng tới"),
                there,
                T(
                    "In very many steps: the target while decay × |target| < 1, else 1/decay (with the target's sign). Near it √v "
                    "forgets the large gradients, and the steps may stay too long to come to rest: a swing named here is that of "
                    "steps 15,000 to 20,000.",
                    "Sau rất nhiều bước: tới đích nếu hệ số suy giảm × |đích| < 1, nếu không thì tới 1/hệ số (cùng dấu với đích). Ở "
                    "gần đó √v quên dần các gradient lớn, nên bước có thể vẫn quá dài để dừng hẳn: dao động ghi ở đây là của các "
                    "bước 15,000 đến 20,000.",
                ),
            ),
            Readout(
                T("AdamW is now off by", "AdamW hiện còn cách"),
                number(abs(weight - limit)),
                T(
                    "Distance from there after T steps: with the usual decay the last bit takes thousands.",
                    "Khoảng cách tới nơi đó sau T bước: với suy giảm thường dùng, chút cuối cần hàng nghìn bước.",
                ),
            ),
        ]
    return [
        Readout(
            T("AdamW now stands at", "AdamW đang ở"),
            number(weight) if exploded(view, "adamw") is None else EXPLODED,
            T(
                "After T steps. Where it would end nobody can say by a formula: that takes a reset at every step, no noise, and "
                "lr × decay below 2.",
                "Sau T bước. Không có công thức nào cho nơi nó sẽ dừng: muốn vậy phải đặt lại ở mỗi bước, không nhiễu, và lr × hệ "
                "số suy giảm nhỏ hơn 2.",
            ),
        )
    ]


def against(then, now) -> T:
    """A pinned race beside the one in front."""

    def end(result, name: str) -> T:
        error = result.final(f"error_{name}")
        return same(number(error)) if error < one_parameter.BLOWN else EXPLODED

    line = same("{label} {then} → {now}")
    parts = [line.format(label=label, then=end(then, n), now=end(now, n)) for n, label in NAMES.items()]
    return T("distance at the end, pinned → now: {parts}", "khoảng cách lúc cuối, đã ghim → bây giờ: {parts}").format(
        parts=T(*(", ".join(part(lang) for part in parts) for lang in ("en", "vi")))
    )


# --- the sweep ------------------------------------------------------------------------------------------------------------


def sweep_verdict(view) -> list[T]:
    result, said = view.main, []
    median = T(" (median of 8 noisy runs)", " (trung vị của 8 lần chạy có nhiễu)") if view.config.noise else ""
    best = {n: (result.final(f"best_{n}"), result.final(f"best_lr_{n}")) for n in NAMES}
    arrived = [n for n in NAMES if not math.isnan(best[n][0])]
    if unmoved(view.config):
        said.append(
            T(
                "They start at the target, where the gradient is 0: at any learning rate whoever is not pulled away has arrived.",
                "Tất cả xuất phát ngay tại đích, nơi gradient bằng 0: với tốc độ học nào thì ai không bị kéo đi cũng đã đến nơi.",
            )
        )
    elif arrived and not any(best[n][0] for n in arrived):
        said.append(
            T(
                "They start within {tol} of the target, and {names} can stay there from the start, for one at learning rate {lr}: "
                "there is nothing to race for. Take a smaller tolerance or another start.",
                "Tất cả xuất phát đã ở trong khoảng {tol} quanh đích, và {names} có thể ở lại đó ngay từ đầu, chẳng hạn với tốc độ "
                "học {lr}: chẳng có gì để đua. Hãy giảm khoảng được coi là đến nơi, hoặc chọn điểm xuất phát khác.",
            ).format(
                tol=number(view.config.tolerance),
                names=", ".join(NAMES[n] for n in arrived),
                lr=number(best[arrived[0]][1]),
            )
        )
    elif arrived:
        each = ", ".join(
            f"{NAMES[n]} {best[n][0]:g} (lr {number(best[n][1])})" for n in sorted(arrived, key=lambda n: best[n][0])
        )
        said.append(
            T(
                "Each at its own best learning rate, steps to arrive{median}: {each}.",
                "Mỗi thuật toán với tốc độ học tốt nhất, số bước để đến nơi{median}: {each}.",
            ).format(each=each, median=median)
        )
    for name in [n for n in NAMES if n not in arrived]:
        line = T(
            "{name} never stays within {tol} at any of the 60 learning rates; its closest end is {least} away (lr {lr}).",
            "{name} không ở lại trong khoảng {tol} với tốc độ nào trong 60 tốc độ học; lúc cuối gần nhất còn cách {least} (lr {lr}).",
        )
        if view.config.noise:
            line = T(
                "At none of the 60 learning rates does {name} stay within {tol} in more than half of its 8 noisy runs; at best "
                "they end {least} from the target on average (lr {lr}).",
                "Trong 60 tốc độ học, không tốc độ nào giúp {name} ở lại trong khoảng {tol} được quá nửa số lần chạy (8 lần, có "
                "nhiễu); tốt nhất thì lúc cuối vẫn cách đích trung bình {least} (lr {lr}).",
            )
        said.append(
            line.format(
                name=NAMES[name],
                tol=number(view.config.tolerance),
                least=f"{result.final(f'least_{name}'):.4g}",
                lr=number(result.final(f"least_lr_{name}")),
            )
        )
    return said


def sweep_readouts(view) -> list[Readout]:
    rows, lr = [], T("lr {lr}", "lr {lr}")
    for name, label in NAMES.items():
        least, where = view.main.final(f"least_{name}"), view.main.final(f"least_lr_{name}")
        rows.append(
            Readout(
                T(f"{label}: closest end", f"{label}: gần nhất lúc cuối"),
                same("{least}, {lr}").format(least=number(least), lr=lr.format(lr=number(where))),
                T(
                    "Smallest distance after T steps, and its learning rate.",
                    "Khoảng cách nhỏ nhất sau T bước, và tốc độ học tương ứng.",
                ),
            )
        )
    rows.append(
        Readout(
            T("SGD's limit", "giới hạn của SGD"),
            number(view.main.facts["limit"]),
            T(
                "(1 + momentum)/c: beyond it every step overshoots by more than it came.",
                "(1 + quán tính)/c: quá mức này mỗi bước lố xa hơn quãng đã đi.",
            ),
        )
    )
    return rows


# --- accumulation ---------------------------------------------------------------------------------------------------------


def parts_verdict(view) -> list[T]:
    result, k = view.main, view.config.parts
    final = {way: result.final(f"loss_{way}") for way in ("batch", "forgot", "kept")}
    said = [
        T(
            "One part is the whole batch: there is nothing to add up yet, and nothing to divide by. Cut it into more.",
            "Một phần chính là cả lô: chưa có gì để cộng, cũng chưa có gì để chia. Hãy cắt thành nhiều phần hơn.",
        )
        if k == 1
        else T(
            "Divided by k the small batches give the big batch's gradient to rounding ({gap}).",
            "Chia cho k thì các lô nhỏ cho đúng gradient của cả lô, chỉ sai do làm tròn ({gap}).",
        ).format(gap=number(result.final("gap_divided")))
    ]
    if k > 1:
        said.append(
            T(
                "Not divided, the gradient is {k} times as long: the same as a learning rate of {lr}{end}.",
                "Quên chia thì gradient dài gấp {k}: y như tốc độ học {lr}{end}.",
            ).format(
                k=k,
                lr=number(k * view.config.lr),
                end=T(", and it diverges", ", và nó phân kỳ") if math.isinf(final["forgot"]) else T("", ""),
            )
        )
    if math.isinf(final["kept"]) and math.isinf(final["batch"]):
        both = T(
            "At this learning rate even the whole batch diverges, and so does whoever never resets: both losses have passed a "
            "million within {n} steps.",
            "Với tốc độ học này, ngay cả khi dùng cả lô cũng phân kỳ, không bao giờ đặt lại cũng vậy: cả hai loss đều vượt một "
            "triệu trong vòng {n} bước.",
        )
        return [*said, both.format(n=view.config.updates)]
    said.append(
        T(
            "Never reset is something else altogether: after {n} steps its loss is {kept}, the batch's {batch}.",
            "Không bao giờ đặt lại là chuyện khác hẳn: sau {n} bước loss của nó là {kept}, còn cả lô là {batch}.",
        ).format(n=view.config.updates, kept=height(final["kept"]), batch=height(final["batch"]))
    )
    return said


def height(loss: float) -> T:
    """A loss, or that it has left the picture."""
    return same(number(loss)) if math.isfinite(loss) else T("past a million", "hơn một triệu")


def parts_readouts(view) -> list[Readout]:
    rows = []
    for way, label, help in (
        ("divided", T("÷ k: off by", "÷ k: sai lệch"), T("Relative, first step.", "Tương đối, bước đầu.")),
        (
            "forgot",
            T("not divided: off by", "quên chia: sai lệch"),
            T("k − 1: it is k times too long.", "k − 1: dài gấp k lần.")
            if view.config.parts > 1
            else T("One part: there is nothing to divide by yet.", "Một phần: chưa có gì để chia."),
        ),
        (
            "unequal",
            T("unequal, ÷ 4: off by", "không đều, ÷ 4: sai lệch"),
            T(
                "A row in the chunk of 4 counts as much as 7.5 rows in the chunk of 30.",
                "Một hàng trong phần 4 hàng nặng bằng 7.5 hàng trong phần 30 hàng.",
            ),
        ),
        (
            "kept",
            T("never reset: off by", "không đặt lại: sai lệch"),
            T("Second step: last step's gradient is still in it.", "Bước hai: gradient bước trước vẫn còn trong đó."),
        ),
    ):
        rows.append(Readout(label, number(view.main.final(f"gap_{way}")), help))
    return rows


# --- two weights ------------------------------------------------------------------------------------------------------------


def both_verdict(view) -> list[T]:
    loss = {name: view.main.final(f"loss_{name}") for name in ("sgd", "momentum", "adam")}
    said = [
        T(
            "After {n} steps, each at its best learning rate: SGD {sgd}, with momentum {momentum}, Adam {adam}.",
            "Sau {n} bước, mỗi thuật toán với tốc độ học tốt nhất: SGD {sgd}, có quán tính {momentum}, Adam {adam}.",
        ).format(n=view.config.horizon, **{name: number(value) for name, value in loss.items()})
    ]
    straight = view.result("straight")
    if straight.events:
        was = {name: straight.final(f"loss_{name}") for name in loss}
        said.append(
            T(
                "Turning the bowl changes nothing for SGD and momentum, and here next to nothing for Adam: {was} along the axes, "
                "{now} turned.",
                "Xoay lòng chảo không đổi gì với SGD và quán tính, và ở đây gần như cũng không đổi gì với Adam: {was} dọc theo "
                "trục, {now} khi xoay.",
            ).format(was=number(was["adam"]), now=number(loss["adam"]))
            if was["adam"] / 1.1 < loss["adam"] < 1.1 * was["adam"] or max(was["adam"], loss["adam"]) < GONE
            else T(
                "Turning the bowl changes nothing for SGD and momentum; Adam's loss goes from {was} to {now}: its step sizes "
                "belong to the axes, not to the bowl.",
                "Xoay lòng chảo không đổi gì với SGD và quán tính; loss của Adam đi từ {was} thành {now}: độ dài bước của nó "
                "gắn với các trục, không gắn với lòng chảo.",
            ).format(was=number(was["adam"]), now=number(loss["adam"]))
        )
    return said


def both_readouts(view) -> list[Readout]:
    rows = [
        Readout(
            T(f"{label.en}: best lr", f"{label.vi}: lr tốt nhất"),
            number(view.main.final(f"lr_{name}")),
            T(
                "Best of 30 between 1e-5 and 3, by the final loss.",
                "Tốt nhất trong 30 giá trị từ 1e-5 đến 3, theo loss cuối.",
            ),
        )
        for name, label in (("sgd", same("SGD")), ("momentum", T("momentum", "quán tính")), ("adam", same("Adam")))
    ]
    return [
        *rows,
        Readout(
            T("start", "xuất phát"),
            same("(1, 1)"),
            T(
                "In the bowl's own axes; it turns with the bowl.",
                "Theo trục riêng của lòng chảo; nó xoay cùng lòng chảo.",
            ),
        ),
    ]
