"""What lesson 14 says about numbers and about calls: verdicts, readouts and answers, from rules on the numbers."""

import math

from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import knob, number, percent
from core import dropout
from core.experiments.forgotten_train import FIRST_TEST
from pages.figures_14 import law

# --- numbers ---------------------------------------------------------------------------------------------------------


def numbers_verdict(view):
    main, config = view.result("mask"), view.config
    if not main.metrics:
        return []
    facts = {
        name: number(main.final(name)) for name in ("mean_before", "mean_after", "std_before", "std_after", "survivor")
    }
    zeros = int(main.final("zeros"))
    facts |= {"zeros": zeros, "n": f"{config.n:,}", "p": knob(config.p)}
    if config.mode == "eval":
        text = T(
            "Eval mode: nothing is dropped and nothing is rescaled. What goes in comes out.",
            "Chế độ eval: không bỏ gì, không nhân bù gì. Vào sao ra vậy.",
        )
        if not config.rescale:
            text = T(
                "Eval mode: nothing is dropped. But without rescaling the layer behind was trained on a mean of {trained}, and now meets {mean_before}.",
                "Chế độ eval: không bỏ gì. Nhưng vì không nhân bù, tầng phía sau đã học với trung bình {trained}, giờ lại gặp {mean_before}.",
            )
            facts["trained"] = number(dropout.moments(config.mean, config.std, config.p, False)[0])
    elif config.p == 1:
        text = T(
            "Every number is dropped: all zeros, and no error from PyTorch. A block with this p passes only its residual on.",
            "Mọi số đều bị bỏ: toàn số 0, và PyTorch không báo lỗi. Khối có p này chỉ còn truyền phần residual.",
        )
    elif config.p == 0:
        text = T("p = 0: every number passes. Raise p.", "p = 0: mọi số đều qua. Hãy tăng p.")
    elif config.mean == config.std == 0:
        text = T(
            "Zeros alone go in, and dropout makes nothing else of them. Give them a mean or a spread.",
            "Đầu vào toàn số 0, dropout không biến chúng thành gì khác. Hãy cho chúng một trung bình hay độ phân tán.",
        )
    elif zeros == config.n:
        text = T(
            "With p = {p} this mask has dropped all {n}, by luck: nothing passes, as with p = 1. Draw another mask, or take more numbers.",
            "Với p = {p}, tình cờ mặt nạ này bỏ cả {n} số: không gì đi qua, như với p = 1. Hãy rút mặt nạ khác, hoặc lấy nhiều số hơn.",
        )
    elif not zeros:
        text = T(
            "By luck this mask dropped none of {n}: {becomes}. Draw another mask, or take more numbers.",
            "Tình cờ mặt nạ này không bỏ số nào trong {n} số: {becomes}. Hãy rút mặt nạ khác, hoặc lấy nhiều số hơn.",
        )
        facts["becomes"] = (
            T("all are multiplied by {survivor}", "mọi số đều nhân với {survivor}").format(**facts)
            if config.rescale
            else T("all pass as they are", "mọi số đi qua nguyên vẹn")
        )
    elif config.rescale:
        text = T(
            "{zeros} of {n} dropped. Survivors are multiplied by {survivor}, so the mean is kept up to luck ({mean_before} → {mean_after}); "
            "the spread is not ({std_before} → {std_after}).",
            "{zeros} trên {n} số bị bỏ. Số sống sót nhân với {survivor} nên trung bình được giữ, sai khác do may rủi ({mean_before} → {mean_after}); "
            "độ phân tán thì không ({std_before} → {std_after}).",
        )
    elif config.mean == 0:
        text = T(
            "{zeros} of {n} dropped and nothing done about it. A mean of 0 has nothing to lose; the spread shrinks ({std_before} → {std_after}). "
            "In eval mode it would jump back, and the next layer would meet numbers it was not trained on.",
            "{zeros} trên {n} số bị bỏ và không bù lại. Trung bình 0 thì không mất gì; độ phân tán co lại ({std_before} → {std_after}). "
            "Sang eval nó nhảy về như cũ, và tầng sau gặp những con số nó chưa từng học.",
        )
    else:
        text = T(
            "{zeros} of {n} dropped and nothing done about it: the mean {goes}. In eval mode it would jump "
            "back, and the next layer would meet numbers it was not trained on.",
            "{zeros} trên {n} số bị bỏ và không bù lại: trung bình {goes}. Sang eval nó nhảy về như cũ, "
            "và tầng sau gặp những con số nó chưa từng học.",
        )
        facts["goes"] = (
            T("sinks from {mean_before} to {mean_after}", "tụt từ {mean_before} xuống {mean_after}")
            if main.final("mean_after") < main.final("mean_before")
            else T("goes from {mean_before} to {mean_after}", "đổi từ {mean_before} sang {mean_after}")
        ).format(**facts)
    said = [text.format(**facts)]
    spread = main.final("std_after") > main.final("std_before")
    if config.mode == "train" and config.rescale and 0.9 <= config.p < 1 and spread:
        said.append(
            T(
                "Look at the spread: so few survive that each of them is multiplied by {survivor}.",
                "Hãy nhìn độ phân tán: sống sót ít đến nỗi mỗi số bị nhân với {survivor}.",
            ).format(**facts)
        )
    return said


def numbers_readouts(view):
    main, config = view.result("mask"), view.config
    if not main.metrics:
        return []
    p = config.p if config.mode == "train" else 0.0
    counted = T("over {m} masks ± spread", "qua {m} mặt nạ ± dao động").format(m=f"{int(main.final('counted')):,}")
    return [
        Readout(
            T("dropped by this mask", "mặt nạ này bỏ"),
            f"{int(main.final('zeros'))} / {config.n:,}",
            T("Zeros in one draw. It scatters by √(np(1−p)).", "Số 0 trong một lần rút. Dao động √(np(1−p))."),
        ),
        Readout(
            counted,
            f"{100 * main.final('share'):.2f} ± {100 * main.final('share_sd'):.2f} %",
            T("The law: p ± √(p(1−p)/n) = {law}.", "Quy luật: p ± √(p(1−p)/n) = {law}.").format(law=law(p, config.n)),
        ),
        Readout(
            T("a surviving 1 becomes", "số 1 sống sót thành"),
            number(main.final("survivor")),
            T(
                "1/(1−p). Multiplied by 1 − p again it is {back}.", "1/(1−p). Nhân lại với 1 − p thì được {back}."
            ).format(back=number(main.final("back"))),
        ),
        Readout(
            T("sum", "tổng"),
            f"{hundredths(main.final('sum_before'))} → {hundredths(main.final('sum_after'))}",
            T("Before → after this mask.", "Trước → sau mặt nạ này."),
        ),
    ]


def hundredths(value: float) -> str:
    """A sum to the hundredth: 96.25. In three digits it would be 96.2, beside a mean of 0.963 over a hundred numbers."""
    return f"{round(value, 2) + 0:,.2f}".rstrip("0").rstrip(".").replace("-", "−")


ZEROS = Prediction(
    "zeros",
    T("100 ones, p = 0.2. How many zeros will one mask make?", "100 số 1, p = 0.2. Một mặt nạ tạo ra bao nhiêu số 0?"),
    lambda view: (
        view.result("mask").final("zeros")
        if (view.config.n, view.config.p, view.config.mode) == (100, 0.2, "train") and view.result("mask").metrics
        else None
    ),
    lambda view: T(
        "20 on average, and the luck of one mask scatters by √(100·0.2·0.8) = 4. Draw again and see.",
        "Trung bình 20, và may rủi của một mặt nạ dao động √(100·0.2·0.8) = 4. Rút lại để xem.",
    ),
    kind="number",
    low=0,
    high=60,
    step=1,
    tolerance=8,
)

SURVIVOR = Prediction(
    "survivor",
    T("And what does a 1 become that is not dropped?", "Còn số 1 không bị bỏ thì thành bao nhiêu?"),
    lambda view: (
        knob(view.result("mask").final("survivor"))
        if view.config.p == 0.2 and view.config.mode == "train" and view.config.rescale and view.result("mask").metrics
        else None
    ),
    lambda view: T(
        "1/(1 − 0.2): four fifths survive, so each must carry five quarters for the sum to stay.",
        "1/(1 − 0.2): bốn phần năm sống sót, nên mỗi số phải gánh năm phần tư để tổng không đổi.",
    ),
    (("0.8", same("0.8")), ("1", same("1")), ("1.25", same("1.25"))),
)


# --- who obeys eval --------------------------------------------------------------------------------------------------


def reported(result) -> float:
    """Mean training loss of the steps after the first evaluation, nan before there are any."""
    after = [v for s, v in result.metrics.get("train_loss", {}).items() if s > FIRST_TEST]
    return sum(after) / len(after) if after else math.nan


CLOSE = 0.05  # nats/token: test losses nearer than this tell nobody which of two runs forgot


def calls_verdict(view):
    main, config = view.result("calls"), view.config
    said = []
    if main.metrics:
        said.append(
            T(
                "In eval mode nn.Dropout and everything that is told self.training drop {obey}. F.dropout(x, p) drops {p}, attention's "
                "dropout_p {attention}, and F.dropout(x) {bare}: its own default is p = 0.5.",
                "Ở chế độ eval, nn.Dropout và mọi lời gọi được báo self.training bỏ {obey}. F.dropout(x, p) bỏ {p}, dropout_p của attention "
                "{attention}, và F.dropout(x) {bare}: mặc định của nó là p = 0.5.",
            ).format(
                obey=percent(max(main.final(f"{name}_eval") for name in ("module", "training", "attention_training"))),
                **{name: percent(main.final(f"{name}_eval")) for name in ("p", "attention", "bare")},
            )
        )
        if config.forget:
            said.append(
                T(
                    "train() was forgotten: nn.Dropout now drops {n} while the model goes on training.",
                    "train() bị quên: nn.Dropout giờ bỏ {n} trong khi mô hình vẫn đang huấn luyện.",
                ).format(n=percent(main.final("module_again")))
            )
    right, forgot = view.result("right"), view.result("forgot")
    if not (math.isnan(reported(right)) or math.isnan(reported(forgot))) and view.done and config.p:
        lower = right.final("test_loss") - forgot.final("test_loss")
        end = (
            T("would not have told you", "thì không mách bạn điều đó")
            if abs(lower) < CLOSE
            else T(
                "is lower too: it has trained without the dropout that so large a p makes costly",
                "cũng thấp hơn: nó đã học không có dropout, mà p lớn thế này thì dropout rất đắt",
            )
            if lower > 0
            else T("is higher: the dropout it left out was of use", "thì cao hơn: phần dropout bị bỏ qua vốn có ích")
        )
        drawn = view.arms[-1].arm.config.p
        said.append(
            T(
                "{trained}The run that forgets reports a training loss of {forgot} instead of {right}, because it no longer drops anything. "
                "Its test loss ({forgot_test} against {right_test}) {end}.",
                "{trained}Lần chạy quên báo loss huấn luyện {forgot} thay vì {right}, vì nó chẳng còn bỏ gì. "
                "Loss kiểm thử ({forgot_test} so với {right_test}) {end}.",
            ).format(
                trained=T("", "")
                if drawn == config.p
                else T(
                    "With p = {p} nothing would be left to learn from; the two runs train with {drawn}. ",
                    "Với p = {p} thì không còn gì để học; hai lần chạy huấn luyện với {drawn}. ",
                ).format(p=knob(config.p), drawn=knob(drawn)),
                end=end,
                forgot=number(reported(forgot)),
                right=number(reported(right)),
                forgot_test=number(forgot.final("test_loss")),
                right_test=number(right.final("test_loss")),
            )
        )
    return said


def calls_readouts(view):
    main = view.result("calls")
    if not main.metrics:
        return []
    shares = lambda name: " · ".join(percent(main.final(f"{name}_{stage}")) for stage in ("train", "eval", "again"))  # noqa: E731
    help = T(
        "Zeros in train, in eval, and after train() again.", "Tỉ lệ số 0 khi train, khi eval, và sau khi train() lại."
    )
    return [
        Readout(same("nn.Dropout(p)"), shares("module"), help),
        Readout(same("F.dropout(x)"), shares("bare"), help),
        Readout(same("attention dropout_p"), shares("attention"), help),
        Readout(
            T("two eval passes of attention", "hai lượt eval của attention"),
            number(main.final("attention_eval_difference")),
            T(
                "Largest difference of an attention weight; 0 would mean equal.",
                "Chênh lệch lớn nhất của một trọng số attention; 0 là như nhau.",
            ),
        ),
    ]


def bare_answer(view):
    zeros = view.result("calls").final("bare_eval")
    return None if math.isnan(zeros) else "none" if zeros == 0 else "half" if zeros > 0.35 else "fifth"


BARE = Prediction(
    "bare",
    T(
        "model.eval(), then F.dropout(x) in forward. How much does it drop?",
        "model.eval(), rồi F.dropout(x) trong forward. Nó bỏ bao nhiêu?",
    ),
    bare_answer,
    lambda view: T(
        "It dropped {n}. A function does not know the model's mode: it must be told, training=self.training, and its p is 0.5 unless you say otherwise.",
        "Nó bỏ {n}. Một hàm không biết chế độ của mô hình: phải báo cho nó training=self.training, và p của nó là 0.5 nếu bạn không nói gì.",
    ).format(n=percent(view.result("calls").final("bare_eval"))),
    (("none", T("nothing", "không gì")), ("fifth", same("20 %")), ("half", same("50 %"))),
    given_by="picture",
)


def again_answer(view):
    zeros = view.result("calls").final("module_again")
    return None if math.isnan(zeros) or view.config.p in (0, 1) or view.config.forget else "on" if zeros else "off"


AGAIN = Prediction(
    "again",
    T("After eval() comes train() again. Is nn.Dropout on?", "Sau eval() lại đến train(). nn.Dropout có bật không?"),
    again_answer,
    lambda view: T(
        "It dropped {n}. The comment in the course's notebook says “still off”; its own numbers say otherwise.",
        "Nó bỏ {n}. Chú thích trong notebook của khóa học ghi “vẫn tắt”; chính các con số ở đó nói khác.",
    ).format(n=percent(view.result("calls").final("module_again"))),
    (("on", T("on", "bật")), ("off", T("still off", "vẫn tắt"))),
    given_by="picture",
)
