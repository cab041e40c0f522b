"""Lesson 3: where the weight decay enters, what Adam's division does to it, and when that matters."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, Prediction, Probe
from core.experiment import encode
from core.experiments import anatomy, decay, decay_map, model1, row_norms
from pages.claims_03 import CLAIMS
from pages.controls_03 import CONTROLS, MAP, MODEL, NOISE, STEP, WEIGHT, elsewhere
from pages.figures_03 import bars, noise, numbers, path, weight
from pages.figures_03_trained import cell, course, heat, loss, norms
from pages.verdict_03 import (
    decay_answer,
    decay_why,
    noise_readouts,
    noise_verdict,
    quiet_answer,
    quiet_why,
    rate_answer,
    rate_why,
    scale_answer,
    scale_why,
    step_readouts,
    step_verdict,
    weight_readouts,
    weight_verdict,
)
from pages.verdict_03_trained import (
    map_answer,
    map_readouts,
    map_verdict,
    map_why,
    model_answer,
    model_readouts,
    model_verdict,
    model_why,
)

ADAMW, L2, SGD = same("AdamW"), same("Adam + L2"), same("SGD + L2")
WRITTEN_OUT = ("optimizers.adamw_step", "optimizers.adam_step", "optimizers.sgd_step")
SILENT = decay.Config()
NOISY = decay.Config(noise=10.0, copies=200, steps=500)
QUICK = model1.Config(corpus="manual", lr=2e-2, weight_decay=0.2, steps=300)


def three(config, values):
    """The same weight under three optimizers."""
    return (
        Arm("adamw", ADAMW, replace(config, optimizer="adamw"), 0),
        Arm("adam", L2, replace(config, optimizer="adam"), 1),
        Arm("sgd", SGD, replace(config, optimizer="sgd"), 2, dash=True),
    )


def four(config, values):
    """AdamW and Adam + L2, each with the chosen noise and with one `ratio` times smaller."""
    quiet = config.noise / float(values.get("ratio", 100))
    loud, still = T("loud", "ồn"), T("quiet", "yên")
    return tuple(
        Arm(
            f"{optimizer}_{label}",
            T(f"{name.en}, {how.en}", f"{name.vi}, {how.vi}"),
            replace(config, optimizer=optimizer, noise=level),
            color,
            dash=how is still,
        )
        for optimizer, name, colors in (("adamw", ADAMW, (0, 4)), ("adam", L2, (1, 6)))
        for label, how, level, color in (("loud", loud, config.noise, colors[0]), ("quiet", still, quiet, colors[1]))
    )


def two(config, values):
    return three(config, values)[:2]


def decays(config, values):
    """AdamW with the chosen decay, Adam + L2 with its own, and no decay at all."""
    return (
        Arm("adamw", T("AdamW, with decay", "AdamW, có suy giảm"), replace(config, optimizer="adamw"), 0),
        Arm("l2", L2, replace(config, optimizer="adam", weight_decay=float(values.get("l2", 3e-5))), 1),
        Arm("none", T("no decay", "không suy giảm"), replace(config, optimizer="adamw", weight_decay=0.0), 7),
    )


def norms_config(arm, values):
    return row_norms.Config(parent=encode(arm.config))


WAYS = (
    ("smaller", T("smaller", "nhỏ hơn")),
    ("same", T("the same", "như cũ")),
    ("larger", T("larger", "lớn hơn")),
)
RATE = Prediction(
    "rate",
    T(
        "AdamW, gradient 0, wd 0.1, 100 steps from w = 1. Raise lr from 0.01 to 0.1. The final weight?",
        "AdamW, gradient 0, wd 0.1, 100 bước từ w = 1. Tăng lr từ 0.01 lên 0.1. Trọng số cuối?",
    ),
    rate_answer,
    rate_why,
    WAYS,
)
DECAY = Prediction(
    "decay",
    T(
        "Adam + L2, gradient 0, lr 0.01. Make wd ten times smaller, 0.1 to 0.01. The final weight?",
        "Adam + L2, gradient 0, lr 0.01. Giảm wd mười lần, từ 0.1 xuống 0.01. Trọng số cuối?",
    ),
    decay_answer,
    decay_why,
    WAYS,
)
QUIET = Prediction(
    "quiet",
    T(
        "Two weights, the same wd, gradients of pure noise: one a hundred times louder. Which one does Adam + L2 decay harder?",
        "Hai trọng số, cùng wd, gradient thuần nhiễu: một bên ồn gấp trăm. Adam + L2 làm suy giảm bên nào mạnh hơn?",
    ),
    quiet_answer,
    quiet_why,
    (
        ("loud", T("the loud one", "bên ồn")),
        ("same", T("both alike", "như nhau")),
        ("quiet", T("the quiet one", "bên yên")),
    ),
)
SCALE = Prediction(
    "scale",
    T(
        "Multiply the loss by 1,000 and change nothing else. The first step of AdamW becomes?",
        "Nhân loss với 1,000, ngoài ra giữ nguyên. Bước đầu tiên của AdamW sẽ?",
    ),
    scale_answer,
    scale_why,
    (
        ("longer", T("1,000 times longer", "dài gấp 1,000")),
        ("same", T("as before", "như cũ")),
        ("shorter", T("1,000 times shorter", "ngắn đi 1,000 lần")),
    ),
)
BEST = Prediction(
    "best",
    T(
        "Linear regression, every pair of lr and wd tried. Whose best cell has the lower test error?",
        "Hồi quy tuyến tính, thử mọi cặp lr và wd. Ô tốt nhất của bên nào có lỗi kiểm thử thấp hơn?",
    ),
    map_answer,
    map_why,
    (("adamw", ADAMW), ("same", T("about equal", "gần bằng nhau")), ("adam", L2)),
    given_by="picture",
)
LANGUAGE = Prediction(
    "language",
    T(
        "A small language model on real prose, three runs. Which ends with the lowest test loss?",
        "Một mô hình ngôn ngữ nhỏ trên văn thật, ba lần chạy. Lần nào có loss kiểm thử cuối thấp nhất?",
    ),
    model_answer,
    model_why,
    (
        ("adamw", same("AdamW, wd 0.2")),
        ("l2", same("Adam + L2, 3e-5")),
        ("none", T("no decay", "không suy giảm")),
    ),
)

LESSON = Lesson(
    slug="adamw",
    group="foundations",
    title=T("The AdamW optimizer", "Thuật toán AdamW: tách suy giảm trọng số khỏi gradient"),
    question=T(
        "What exactly is different between Adam with L2 and AdamW, and when does it matter?",
        "Adam kèm L2 và AdamW khác nhau chính xác ở đâu, và khi nào thì điều đó quan trọng?",
    ),
    after=(
        T(
            "Adam divides the gradient by its recent size, so a step is about lr whatever the scale of the loss; bias correction makes the very first step exactly lr.",
            "Adam chia gradient cho độ lớn gần đây của nó, nên mỗi bước dài cỡ lr dù loss ở thang nào; hiệu chỉnh lúc đầu khiến bước đầu tiên đúng bằng lr.",
        ),
        T(
            "Adam + L2 sends the decay through the same division: weights with small gradients are decayed hardest. AdamW shrinks every weight by the same factor, 1 − lr·wd.",
            "Adam + L2 cho suy giảm đi qua cùng phép chia đó: trọng số có gradient nhỏ bị suy giảm mạnh nhất. AdamW thu nhỏ mọi trọng số theo cùng hệ số 1 − lr·wd.",
        ),
        T(
            "AdamW's decay does depend on lr, step by step; its clock is 1/(lr·wd) steps. What is meant by decoupled is that the decay no longer meets the gradient.",
            "Suy giảm của AdamW có phụ thuộc lr ở từng bước; đồng hồ của nó là 1/(lr·wd) bước. “Tách rời” nghĩa là suy giảm không còn gặp gradient.",
        ),
        T(
            "With wd = 0 the two are one algorithm, bit for bit. Which one generalises better is an experiment, not a theorem.",
            "Khi wd = 0 hai thuật toán là một, đến từng bit. Bên nào tổng quát hóa tốt hơn là chuyện thí nghiệm, không phải định lý.",
        ),
    ),
    minutes=7,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "weight",
            T("Decay alone", "Chỉ suy giảm"),
            T(
                "One weight, no data, no gradient. Whatever moves it is weight decay.",
                "Một trọng số, không dữ liệu, không gradient. Thứ làm nó dời đi chỉ có thể là suy giảm trọng số (weight decay).",
            ),
            SILENT,
            WEIGHT,
            three,
            (weight,),
            ("lr", "weight_decay", "steps"),
            weight_verdict,
            (RATE, DECAY),
            weight_readouts,
            code=(*WRITTEN_OUT, "experiments.decay.step", "optimizers.build"),
            fixed=("optimizer", "noise", "copies", "start", "seed", *elsewhere("weight")),
        ),
        Playground(
            "noise",
            T("Loud and quiet", "Ồn và yên"),
            T(
                "Two kinds of weight under the same decay. Their gradients are pure noise; one is a hundred times louder.",
                "Hai loại trọng số cùng một mức suy giảm. Gradient của chúng chỉ là nhiễu; một bên ồn gấp trăm.",
            ),
            NOISY,
            NOISE,
            four,
            (noise,),
            ("ratio", "weight_decay", "lr"),
            noise_verdict,
            (QUIET,),
            noise_readouts,
            code=("experiments.decay.step", *WRITTEN_OUT),
            fixed=("optimizer", "copies", "start", *elsewhere("noise")),
        ),
        Playground(
            "step",
            T("One step, taken apart", "Tháo rời một bước"),
            T(
                "Every move is two pieces: what the gradient wants and what the decay takes. Here they lie side by side.",
                "Mỗi lần dời gồm hai mảnh: điều gradient muốn và phần suy giảm lấy đi. Ở đây chúng nằm cạnh nhau.",
            ),
            anatomy.Config(),
            STEP,
            three,
            (bars, path, numbers),
            ("at", "scale", "correction"),
            step_verdict,
            (SCALE,),
            step_readouts,
            code=("step_parts.parts", *WRITTEN_OUT),
            fixed=("optimizer", "start", "target", "steps", *elsewhere("step")),
        ),
        Playground(
            "map",
            T("The map", "Bản đồ"),
            T(
                "220 settings trained at once on a small regression: which decay suits which learning rate?",
                "220 thiết lập huấn luyện cùng lúc trên một bài hồi quy nhỏ: suy giảm nào hợp với tốc độ học nào?",
            ),
            decay_map.Config(),
            MAP,
            two,
            (heat, cell, course),
            ("truth", "spread", "stage"),
            map_verdict,
            (BEST,),
            map_readouts,
            code=("experiments.decay_map.run", "experiments.decay_map.problem", *WRITTEN_OUT[:2]),
            fixed=("optimizer", *elsewhere("map")),
        ),
        Playground(
            "model",
            T("A language model", "Một mô hình ngôn ngữ"),
            T(
                "Model 1 (lesson 5) on Python's manual, which it begins to learn by heart. Does decay help, and whose?",
                "Mô hình 1 (bài 5) trên sách hướng dẫn Python, thứ nó bắt đầu học thuộc. Suy giảm có giúp không, và của ai?",
            ),
            QUICK,
            MODEL,
            decays,
            (loss,),
            ("weight_decay", "l2", "lr"),
            model_verdict,
            (LANGUAGE,),
            model_readouts,
            ("story",),
            (
                Probe(
                    "norms",
                    T("What did the decay do to rare tokens?", "Suy giảm đã làm gì với token hiếm?"),
                    norms_config,
                    (),
                    figures=(norms,),
                    automatic=True,
                ),
            ),
            ("optimizers.build", *WRITTEN_OUT[:2], "experiments.row_norms.by_count", "models.Model1"),
            fixed=("optimizer", *elsewhere("model")),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "**Find the clock.** On “Decay alone” pin the quick run, then choose another lr and wd: the curves part. Set “time in” to "
        "units of 1/(lr·wd): they are one curve. So pick wd by asking how many steps a weight should remember: wd = 1/(lr · steps). "
        "Then train “A language model” yourself and open “Look inside”: rows of tokens that never occur obey the same clock.",
        "**Tìm chiếc đồng hồ.** Ở “Chỉ suy giảm”, ghim lần chạy nhanh rồi chọn lr và wd khác: hai đường tách ra. Đổi “thời gian tính bằng” "
        "sang đơn vị 1/(lr·wd): chúng nhập làm một. Vậy hãy chọn wd bằng cách hỏi trọng số nên nhớ bao nhiêu bước: wd = 1/(lr · số bước). "
        "Sau đó tự huấn luyện “Một mô hình ngôn ngữ” và mở “Nhìn vào bên trong”: hàng của token không bao giờ xuất hiện cũng theo chiếc đồng hồ ấy.",
    ),
    further=(
        T(
            "Which parameters should not decay? Biases, LayerNorm gains and rare embeddings are often left out; lesson 19 meets tokens that are never used.",
            "Tham số nào không nên suy giảm? Độ chệch, hệ số LayerNorm và embedding hiếm thường được chừa ra; bài 19 gặp các token không bao giờ dùng.",
        ),
        T(
            "Beat the map: before looking, choose 20 cells at random. How near do you come to the star with each optimizer?",
            "Đấu với bản đồ: trước khi nhìn, chọn bừa 20 ô. Với mỗi thuật toán bạn đến gần ngôi sao bao nhiêu?",
        ),
        T(
            "A parameter whose gradient is None is skipped; one whose gradient is a tensor of zeros still decays (claim 3.16). Where does that bite? Lesson 7.",
            "Tham số có gradient None thì bị bỏ qua; tham số có gradient toàn số 0 thì vẫn suy giảm (khẳng định 3.16). Chuyện này gây hại ở đâu? Bài 7.",
        ),
    ),
    formula=same(
        r"w \leftarrow (1-\mathrm{lr}\cdot\mathrm{wd})\,w \;-\; \mathrm{lr}\,\frac{\hat m}{\sqrt{\hat v}+\varepsilon},\qquad "
        r"m \leftarrow \beta_1 m+(1-\beta_1)g,\quad v \leftarrow \beta_2 v+(1-\beta_2)g^2,\qquad "
        r"\hat m=\frac{m}{1-\beta_1^t},\quad \hat v=\frac{v}{1-\beta_2^t}"
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
