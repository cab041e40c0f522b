"""Lesson 14: what dropout does to numbers, what train and eval switch, and when it helps a language model."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground
from app.theme import knob
from core.experiments import (
    dropout_calls,
    dropout_mask,
    dropout_moments,
    dropout_softmax,
    forgotten_train,
    mask_ensemble,
)
from pages.claims_14 import CLAIMS
from pages.controls_14 import CONTROLS
from pages.figures_14 import entropy, moments, share, strip
from pages.figures_14_calls import forgotten, obey, outputs
from pages.figures_14_trained import ensemble, sweep, worlds
from pages.presets_14 import CALL_PRESETS, NUMBER_PRESETS, READ_PRESETS, WORLD_PRESETS
from pages.verdict_14 import (
    AGAIN,
    BARE,
    SURVIVOR,
    ZEROS,
    calls_readouts,
    calls_verdict,
    numbers_readouts,
    numbers_verdict,
)
from pages.verdict_14_trained import (
    BEST,
    END,
    MUCH,
    READ_LITTLE,
    READ_MUCH,
    ensemble_readouts,
    ensemble_verdict,
    worlds_readouts,
    worlds_verdict,
)

QUICK = mask_ensemble.trained(mask_ensemble.Config())  # the run that the last playground reads is one of these
MORE = (0.1, 0.4, 0.6)  # the sweep over p


def numbers_arms(config, values):
    """One mask; mean and spread for every p; the softmax behind it. Each press of “again” is another seed."""
    seed = config.seed + int(values.get("again", 0))
    vectors = max(2, min(8, 20_000 // config.n))
    law = dropout_moments.Config(config.n, config.mean, config.std, config.rescale, vectors, seed)
    return (
        Arm("mask", T("this mask", "mặt nạ này"), replace(config, seed=seed), 0),
        Arm("moments", T("all p", "mọi p"), law, 1),
        Arm("softmax", T("softmax behind it", "softmax phía sau"), dropout_softmax.Config(seed=config.seed), 7),
    )


def calls_arms(config, values):
    """The six calls; and a training that puts the model back into training mode beside one that forgets to."""
    train = forgotten_train.Config(p=min(config.p, 0.99), seed=config.seed)
    return (
        Arm("calls", T("six calls", "sáu lời gọi"), config, 0),
        Arm("right", T("train() is called again", "có gọi lại train()"), train, 0),
        Arm("forgot", T("train() is forgotten", "quên gọi train()"), replace(train, forget=True), 5),
    )


def worlds_arms(config, values):
    """The learner's p and p = 0, with little text and with all of it; on wish more values of p."""
    ps = {config.dropout: "p"} | ({0.0: "0"} if config.dropout else {})
    if values.get("sweep"):
        ps |= {p: knob(p) for p in MORE if p not in ps}
    worlds = {"little": config.keep} if config.keep else {}
    arms = []
    for world, keep in (worlds | {"much": 0}).items():
        for i, (p, label) in enumerate(ps.items()):
            text = T(f"p = {knob(p)}, little text", f"p = {knob(p)}, ít văn bản")
            if world == "much":
                text = T(f"p = {knob(p)}, much text", f"p = {knob(p)}, nhiều văn bản")
            color = 0 if p == 0 else max(1, i)
            arms.append(Arm(f"{world} {label}", text, replace(config, keep=keep, dropout=p), color))
    return tuple(arms)


def masks_arms(config, values):
    """The model that learned from little text, and the one that had all of it."""
    arms = [Arm("little", T("little text", "ít văn bản"), config, 0)] if config.keep else []
    return (*arms, Arm("much", T("much text", "nhiều văn bản"), replace(config, keep=0), 2))


ONLY_NUMBERS, ONLY_CALLS, ONLY_WORLDS = ("again",), ("call",), ("gap", "sweep")

LESSON = Lesson(
    slug="dropout",
    group="signal",
    title=T("Dropout in theory and in PyTorch", "Dropout: lý thuyết và PyTorch"),
    question=T(
        "What does dropout do to numbers, what do train and eval switch, and when does it help a language model?",
        "Dropout làm gì với các con số, train và eval bật tắt điều gì, và khi nào nó giúp một mô hình ngôn ngữ?",
    ),
    after=(
        T(
            "PyTorch's p is the probability of dropping. Survivors are divided by 1 − p, so the mean is kept; the spread is not: the mean square grows by 1/(1 − p).",
            "p của PyTorch là xác suất bị bỏ. Số sống sót chia cho 1 − p nên trung bình được giữ; độ phân tán thì không: trung bình bình phương tăng 1/(1 − p) lần.",
        ),
        T(
            "nn.Dropout obeys eval(); F.dropout and attention's dropout_p do not, unless they are told, and F.dropout's default is p = 0.5.",
            "nn.Dropout tuân theo eval(); F.dropout và dropout_p của attention thì không, trừ khi được báo, và mặc định của F.dropout là p = 0.5.",
        ),
        T(
            "Dropout slows learning by heart. It helps where little text is read many times; with fresh text it only costs loss.",
            "Dropout làm chậm việc học thuộc. Nó giúp khi ít văn bản được đọc nhiều lượt; với văn bản mới nó chỉ làm tăng loss.",
        ),
        T(
            "At a fixed number of steps dropout looked better; against the best point of a run stopped early it was not.",
            "Với số bước cố định, dropout trông tốt hơn; so với điểm tốt nhất của lần chạy dừng sớm thì không.",
        ),
    ),
    minutes=9,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "numbers",
            T("What it does to numbers", "Nó làm gì với các con số"),
            T(
                "Each number is dropped with probability p; the survivors are made larger.",
                "Mỗi con số bị bỏ với xác suất p; số sống sót được nhân lên.",
            ),
            dropout_mask.Config(),
            NUMBER_PRESETS,
            numbers_arms,
            (strip, share, moments, entropy),
            ("p", "again", "n"),
            numbers_verdict,
            (ZEROS, SURVIVOR),
            numbers_readouts,
            code=(
                "dropout.keep_mask",
                "dropout.inverted_dropout",
                "dropout.moments",
                "dropout.share_sd",
                "experiments.dropout_softmax.run",
            ),
            fixed=ONLY_CALLS + ONLY_WORLDS,
        ),
        Playground(
            "obey",
            T("Who obeys eval?", "Ai tuân theo eval?"),
            T(
                "Six ways to write dropout, asked in train, in eval, and in train again. Then a training in which somebody forgets the last one.",
                "Sáu cách viết dropout, hỏi khi train, khi eval, rồi khi train lại. Sau đó là một lần huấn luyện mà ai đó quên bước cuối.",
            ),
            dropout_calls.Config(),
            CALL_PRESETS,
            calls_arms,
            (obey, outputs, forgotten),
            ("p", "call", "forget"),
            calls_verdict,
            (BARE, AGAIN),
            calls_readouts,
            ("p = 1.1",),
            code=(
                "experiments.dropout_calls.calls",
                "experiments.dropout_calls.attend",
                "train.evaluated",
                "experiments.forgotten_train.run",
            ),
            fixed=ONLY_NUMBERS + ONLY_WORLDS + ("n",),
        ),
        Playground(
            "worlds",
            T("Little text, much text", "Ít văn bản, nhiều văn bản"),
            T(
                "One small GPT, with your p and with p = 0: on a few tokens read over and over, and on all of the text.",
                "Một GPT nhỏ, với p của bạn và với p = 0: trên vài token đọc đi đọc lại, và trên toàn bộ văn bản.",
            ),
            QUICK,
            WORLD_PRESETS,
            worlds_arms,
            (worlds, sweep),
            ("dropout", "keep", "steps"),
            worlds_verdict,
            (END, BEST, MUCH),
            worlds_readouts,
            ("story",),
            code=("models.Model5", "blocks.Block", "blocks.Attention", "train.train", "experiments.model5.parts"),
            fixed=ONLY_NUMBERS + ONLY_CALLS,
        ),
        Playground(
            "masks",
            T("One mask or many", "Một mặt nạ hay nhiều"),
            T(
                "Two finished models, one from little and one from much text, read new text: with one mask, with many averaged, and with none.",
                "Hai mô hình đã xong, một từ ít, một từ nhiều văn bản, đọc văn bản mới: bằng một mặt nạ, bằng trung bình nhiều mặt nạ, và không mặt nạ.",
            ),
            mask_ensemble.Config(),
            READ_PRESETS,
            masks_arms,
            (ensemble,),
            ("masks", "dropout", "keep"),
            ensemble_verdict,
            (READ_MUCH, READ_LITTLE),
            ensemble_readouts,
            ("dropout off", "dropout on"),
            code=(
                "experiments.mask_ensemble.masked",
                "experiments.mask_ensemble.on_targets",
                "writing.generate",
            ),
            fixed=ONLY_NUMBERS + ONLY_CALLS + ONLY_WORLDS,
            sample_names={
                "dropout off": T("dropout off", "tắt dropout"),
                "dropout on": T("dropout on", "bật dropout"),
            },
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "Early stopping against dropout: in “Little text, much text” move the number of training tokens, and note for each who has the lower ◆ and who the lower ●. "
        "Is there a text size at which dropout wins both? Every run is kept and shared, so a class can fill the table together. The switch for more values of p draws the whole column.",
        "Dừng sớm đấu với dropout: ở “Ít văn bản, nhiều văn bản”, hãy đổi số token huấn luyện và ghi lại mỗi lần ai có ◆ thấp hơn, ai có ● thấp hơn. "
        "Có cỡ văn bản nào mà dropout thắng cả hai không? Mọi lần chạy đều được giữ và dùng chung, nên cả lớp có thể cùng điền bảng. Công tắc thêm giá trị p vẽ cả một cột.",
    ),
    further=(
        T(
            "Variance shift: dropout before or after a LayerNorm, and each block's spread in train against eval; the target is 1.",
            "Lệch phương sai: dropout trước hay sau LayerNorm, và độ phân tán của từng khối khi train so với eval; đích là 1.",
        ),
        T(
            "Structured noise: the same p for single numbers, whole tokens, whole heads or whole blocks (stochastic depth).",
            "Nhiễu có cấu trúc: cùng p cho từng con số, cả token, cả đầu chú ý hay cả khối (stochastic depth).",
        ),
    ),
    formula=same(
        r"y_i=\frac{m_i\,x_i}{1-p},\quad m_i\sim\mathrm{Bernoulli}(1-p);\qquad \mathbb{E}[y]=\mu,\qquad \mathbb{E}[y^2]=\frac{\sigma^2+\mu^2}{1-p}"
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
