"""Lesson 17: where exactly dropout sits in a GPT, what each place costs, and what eval, ÷ √d and random windows do."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, Probe, single
from core.experiment import encode
from core.experiments import attention_time, coverage, dropout_calls, eval_mode, model5
from pages import presets_17 as presets
from pages.claims_17 import CLAIMS
from pages.controls_17 import ALL, CONTROLS, NONE, PLACES
from pages.figures_17 import block, loss, probabilities
from pages.figures_17_modes import calls, divide, draws, masks, modes, spread, times, unseen
from pages.verdict_17 import (
    COVERAGE_PREDICTION,
    DIVIDE_PREDICTION,
    MODES_PREDICTION,
    PLACES_PREDICTIONS,
    coverage_verdict,
    divide_readouts,
    divide_verdict,
    modes_readouts,
    modes_verdict,
    places_readouts,
    places_verdict,
    time_verdict,
)

QUICK = replace(model5.Config(), corpus="manual", init="gpt2", dropout=0.4, steps=100)
DIVIDED = replace(model5.Config(), corpus="manual", init="gpt2", init_std=0.02, steps=100)
READER = replace(model5.Config(), init="gpt2", width=48, lr=3e-3, steps=300)


def at(config, p: dict[str, float]):
    """The run that drops with these probabilities, written so that equal runs have one name."""
    plain = replace(config, dropout=0.0, **{f"drop_{place}": -1.0 for place in PLACES})
    p = {place: value for place, value in p.items() if value}
    if len(p) == len(PLACES) and len(set(p.values())) == 1:
        return replace(plain, dropout=next(iter(p.values())))
    return replace(plain, **{f"drop_{place}": value for place, value in p.items()})


def sites(config, values):
    """No dropout; each chosen place alone; all four: same weights at the start, same batches. For every seed."""
    opened = probabilities(config)
    chosen = str(values.get("sites") or "").split(",")
    wanted = {place: {place: opened[place]} for place in PLACES if place in chosen}
    if "all" in chosen:
        wanted["all"] = opened
    arms = []
    for seed in range(config.seed, config.seed + int(values.get("seeds") or 1)):
        mine = replace(config, seed=seed)
        arms.append(Arm(f"none {seed}", named(NONE, seed, config), at(mine, {}), 7))
        for site, p in wanted.items():
            name, color = (ALL, 5) if site == "all" else (PLACES[site].name, PLACES[site].color)
            arms.append(Arm(f"{site} {seed}", named(name, seed, config), at(mine, p), color))
    return tuple(arms)


def named(name: T, seed: int, config) -> T:
    if seed == config.seed:
        return name
    return T(f"{name.en}, seed {seed}", f"{name.vi}, seed {seed}")


def readings(config, values):
    """One trained model in three modes, and the five ways to write dropout."""
    corpus = str(values.get("corpus") or "tales-en")
    parent = replace(
        READER,
        corpus=corpus,
        tokenizer="words" if corpus.startswith("tales-") else "bpe",
        dropout=float(values.get("dropout", 0.2)),
        steps=int(values.get("steps", READER.steps)),
        seed=config.seed,
    )
    config = replace(config, parent=encode(parent))
    return (
        Arm("eval", T("evaluation mode", "chế độ đánh giá"), replace(config, mode="eval"), 0),
        Arm("train", T("left in training mode", "để ở chế độ huấn luyện"), replace(config, mode="train"), 5),
        Arm("attention", T("attention forgets eval", "attention quên eval"), replace(config, mode="attention"), 1),
        Arm(
            "calls",
            T("the calls", "các lời gọi"),
            dropout_calls.Config(p=parent.dropout, n=100_000, seed=config.seed),
            7,
        ),
    )


def four(config, values):
    """Small and unit embeddings, each with and without the division: same batches."""

    def pair(size, std, color):
        name = same(f"std {std:g}")
        plain = replace(config, init_std=std, divide_logits="no", divisor=0.0)
        cut = replace(plain, divisor=config.divisor) if config.divisor else replace(plain, divide_logits="yes")
        by = f"{config.divisor:g}" if config.divisor else "√d"
        return (
            Arm(f"{size} plain", same(f"{name.en}, z"), plain, color),
            Arm(f"{size} divided", same(f"{name.en}, z/{by}"), cut, color, dash=True),
        )

    small = pair("small", config.init_std or 0.02, 0)
    return small if config.init_std == 1.0 else (*small, *pair("unit", 1.0, 5))


def mode_config(arm, values):
    how = {"mode": values["mode"], "prompt": values["prompt"], "temperature": float(values["temperature"])}
    return eval_mode.Config(parent=encode(arm.config), masks=eval_mode.REPEATS, **how)


ONLY_PLACES = ("dropout_at", "divisor", "offset", "test_part")

LESSON = Lesson(
    slug="dropout-in-model-5",
    group="signal",
    title=T("Fine dropout in Model 5, part 1", "Dropout trong Mô hình 5, phần 1"),
    question=T(
        "Where exactly does dropout go in a GPT, which of those places costs what, and what does eval() change?",
        "Dropout nằm chính xác ở đâu trong GPT, chỗ nào tốn bao nhiêu, và eval() thay đổi điều gì?",
    ),
    after=(
        T(
            "Four places: after token + position, on the attention probabilities, after the attention output, after the MLP; the last two just before a residual sum.",
            "Bốn chỗ: sau token + vị trí, trên xác suất attention, sau đầu ra attention, sau MLP; hai chỗ cuối ngay trước phép cộng residual.",
        ),
        T(
            "Attention dropout is an argument of a function that knows nothing about eval: I pass 0 myself when self.training is false.",
            "Dropout của attention là đối số của một hàm không biết gì về eval: tôi tự truyền 0 khi self.training là False.",
        ),
        T(
            "Forgetting eval adds noise and a larger bias to the test loss: a few hundredths of a nat at p = 0.1.",
            "Quên eval làm loss kiểm thử thêm nhiễu và một độ chệch lớn hơn: vài phần trăm nat ở p = 0.1.",
        ),
        T(
            "Dividing logits by √d rescued embeddings of std 1; with init 0.02 it makes a short run much worse.",
            "Chia logits cho √d cứu được embedding có std 1; với khởi tạo 0.02 thì làm một lần chạy ngắn tệ hơn nhiều.",
        ),
    ),
    minutes=8,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "places",
            T("Place by place", "Từng chỗ một"),
            T(
                "Every run starts from the same weights and reads the same batches. Only the taps differ. The test never drops anything.",
                "Mọi lần chạy xuất phát từ cùng trọng số và đọc cùng các lô. Chỉ các van khác nhau. Khi kiểm thử không bỏ gì.",
            ),
            QUICK,
            presets.PLACES,
            sites,
            (block, loss),
            ("dropout", "sites", "seeds"),
            places_verdict,
            PLACES_PREDICTIONS,
            places_readouts,
            probes=(
                Probe(
                    "mode",
                    T("Read these models in another mode", "Đọc các mô hình này ở chế độ khác"),
                    mode_config,
                    ("mode", "prompt", "temperature"),
                    figures=(modes,),
                    samples=("story",),
                ),
            ),
            code=(
                "blocks.Attention",
                "blocks.Block",
                "models.Model5",
                "train.evaluated",
                "batches.batch",
                "batches.epoch_batch",
            ),
            fixed=ONLY_PLACES,
        ),
        Playground(
            "modes",
            T("Eval, or not?", "Eval hay không?"),
            T(
                "One model, trained with dropout, read three ways: after model.eval(); without it; and with an attention that passes its dropout_p on regardless.",
                "Một mô hình huấn luyện có dropout, đọc theo ba cách: sau model.eval(); không gọi; và với attention cứ truyền dropout_p bất kể chế độ.",
            ),
            replace(eval_mode.Config(), prompt="One day, a"),
            presets.MODES,
            readings,
            (modes, calls, masks),
            ("dropout", "temperature", "steps"),
            modes_verdict,
            (MODES_PREDICTION,),
            modes_readouts,
            ("story",),
            code=(
                "experiments.eval_mode.set_mode",
                "train.evaluated",
                "writing.generate",
                "experiments.eval_mode.averaged",
            ),
            fixed=("mode", "parent"),
        ),
        Playground(
            "divide",
            T("÷ √d", "÷ √d"),
            T(
                "The course divides the logits by √d. Two initial sizes of the embeddings, with and without: dashed lines are divided.",
                "Khóa học chia logits cho √d. Hai cỡ khởi tạo của embedding, có và không chia: nét đứt là có chia.",
            ),
            DIVIDED,
            presets.DIVIDE,
            four,
            (divide, spread),
            ("init_std", "divisor", "lr"),
            divide_verdict,
            (DIVIDE_PREDICTION,),
            divide_readouts,
            code=("models.Model5", "initializers.gpt2", "experiments.model5.divisor"),
            fixed=("divide_logits", "dropout", *(f"drop_{place}" for place in PLACES)),
        ),
        Playground(
            "coverage",
            T("What chance misses", "Ngẫu nhiên bỏ sót gì"),
            T(
                "Random windows have no memory: some stretches come again before others come at all.",
                "Cửa sổ ngẫu nhiên không nhớ gì: chỗ này đến lần nữa trong khi chỗ kia chưa đến lần nào.",
            ),
            replace(coverage.Config(), tokens=349_000, context=64, steps=250),
            presets.COVERAGE,
            single,
            (draws, unseen),
            ("steps", "tokens", "sampler"),
            coverage_verdict,
            (COVERAGE_PREDICTION,),
            code=("batches.batch", "batches.epoch_batch", "coverage.draws_law", "coverage.expected_unseen"),
        ),
        Playground(
            "time",
            T("Is it free?", "Có miễn phí không?"),
            T(
                "Dropping attention probabilities needs those probabilities one by one. How long does that take on this machine?",
                "Muốn bỏ xác suất attention thì phải có từng xác suất. Trên máy này mất bao lâu?",
            ),
            replace(attention_time.Config(), context=512),
            presets.TIME,
            single,
            (times,),
            ("context", "p", "heads"),
            time_verdict,
            code=("experiments.attention_time.run", "blocks.Attention"),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "**÷ √d is a learning rate in disguise.** In “÷ √d”, pin the quick run. Then choose the preset “the same curve by learning rate” (8e-3, which is √64 times 1e-3) and train. "
        "The divided run with std 0.02 now follows the pinned undivided run for about 50 steps: AdamW moves every weight by about lr, so the logits move by lr·√d without the division and by lr with it. "
        "After that they part: the larger rate is too large for attention and MLP, which nobody divided. Move the divisor from √d to 2 and see the cost shrink.",
        "**÷ √d là một tốc độ học trá hình.** Trong “÷ √d”, ghim lần chạy nhanh. Rồi chọn thiết lập “cùng đường cong nhờ tốc độ học” (8e-3, tức √64 lần 1e-3) và huấn luyện. "
        "Lần chạy có chia với std 0.02 giờ đi theo lần không chia đã ghim trong khoảng 50 bước: AdamW dời mỗi trọng số chừng lr, nên logits dời lr·√d nếu không chia và lr nếu chia. "
        "Sau đó chúng tách ra: tốc độ lớn hơn ấy quá lớn với attention và MLP, vốn không bị chia. Kéo số chia từ √d về 2 và xem cái giá nhỏ lại.",
    ),
    further=(
        T(
            "Another p for every block (rising, falling, constant) at the same mean: which wins on little text?",
            "Mỗi khối một p (tăng, giảm, đều) với cùng trung bình: kiểu nào thắng khi ít văn bản?",
        ),
        T(
            "Switch single heads off at test time: does dropout in training really make parts replaceable?",
            "Tắt từng đầu chú ý khi kiểm thử: dropout khi huấn luyện có thật sự khiến các phần thay thế được cho nhau?",
        ),
        T(
            "Lesson 14 asks how little text there must be before dropout pays; lesson 15 what returning logits changes (nothing about temperature); lesson 16 counts distinct tokens without NumPy.",
            "Bài 14 hỏi cần ít văn bản đến đâu thì dropout có lợi; bài 15: trả về logits thay đổi gì (với nhiệt độ thì không gì cả); bài 16 đếm token khác nhau mà không cần NumPy.",
        ),
    ),
    formula=same(
        r"h_0 = \mathrm{drop}_p(E_x + P) \qquad h' = h + \mathrm{drop}_p\big(\mathrm{drop}_p(\mathrm{softmax}(QK^\top/\sqrt{d_h}))\,V\,W_o\big) \qquad h'' = h' + \mathrm{drop}_p(\mathrm{MLP}(h'))"
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
