"""Lesson 20: which options really make pretraining faster on this machine, which change memory or quality, which nothing."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, Prediction, Preset
from core.experiments import data_parallel, micro_bench, option_bench, step_budget
from core.training_options import BENCHED
from pages import figures_20 as race
from pages import figures_20_bench as bench
from pages import figures_20_machine
from pages import recipes_20 as recipes
from pages import verdict_20 as verdict
from pages import verdict_20_bench as timed
from pages.claims_20 import CLAIMS
from pages.controls_20 import CONTROLS

PLAIN = {"lr": 1e-3, "schedule": "constant", "warmup": 0.0}  # what the baseline has, over the quick preset

RACE_PRESETS = (
    Preset(
        "quick",
        T("quick: the usual advice", "nhanh: lời khuyên thường gặp"),
        {},
        T(
            "AdamW 1e-3 with warm-up and cosine, against the same rate held constant, and against everything on.",
            "AdamW 1e-3 có khởi động dần (warm-up) và cosine, so với cùng tốc độ giữ nguyên, và với bật tất cả.",
        ),
    ),
    Preset(
        "muon",
        T("Muon alone", "chỉ Muon"),
        PLAIN | {"optimizer": "muon"},
        T(
            "One thing changed over the baseline. It loses a little in every step's time; look where it is after the same seconds.",
            "Chỉ đổi một thứ so với mốc. Mỗi bước nó mất thêm chút thời gian; hãy xem sau cùng số giây nó ở đâu.",
        ),
    ),
    Preset(
        "high",
        T("a higher rate: 3e-3", "tốc độ cao hơn: 3e-3"),
        {"lr": 3e-3},
        T(
            "Now the schedule has something to tame. Try other seeds too: high rates sometimes sit on a plateau for long.",
            "Giờ lịch mới có thứ để thuần hóa. Hãy thử cả hạt giống khác: tốc độ cao đôi khi mắc lại lâu trên một thềm.",
        ),
    ),
    Preset(
        "half",
        T("half the batch", "nửa lô"),
        PLAIN | {"batch": 8},
        T(
            "Half the tokens in every step. Switch the axis: behind by steps, and by seconds?",
            "Mỗi bước nửa số token. Đổi trục: theo bước thì thua, còn theo giây?",
        ),
    ),
    Preset(
        "mixed",
        T("bfloat16, mixed precision", "bfloat16, độ chính xác hỗn hợp"),
        PLAIN | {"precision": "bfloat16"},
        T(
            "The same curve by steps. Whether it is faster depends on the width and on this processor.",
            "Theo bước thì cùng một đường. Có nhanh hơn không là tùy độ rộng và CPU này.",
        ),
    ),
    Preset(
        "memory",
        T("save memory: 4 micro-batches, checkpointing", "tiết kiệm bộ nhớ: 4 lô nhỏ, checkpointing"),
        PLAIN | {"accumulate": 4, "checkpoint": True},
        T(
            "Lies on the baseline by steps: the same training. Look at peak memory, and at the step's time.",
            "Theo bước thì trùng với đường mốc: cùng một huấn luyện. Hãy xem bộ nhớ đỉnh và thời gian mỗi bước.",
        ),
    ),
    Preset(
        "course",
        T("course: GPT-2, 124M", "khóa học: GPT-2, 124M"),
        {"width": 768, "blocks": 12, "heads": 12, "context": 1024, "batch": 8, "lr": 6e-4, "precision": "bfloat16"},
        T("The course's size. The same three arms.", "Cỡ của khóa học. Cùng ba đường."),
        needs=T(
            "a GPU; on a processor about half a minute for every step", "một GPU; trên CPU mỗi bước mất khoảng nửa phút"
        ),
    ),
    Preset(
        "bad",
        T("broken: one bad batch, nothing clipped", "hỏng: một lô hỏng, không cắt"),
        PLAIN | {"bad_batch": True, "optimizer": "sgd", "lr": 0.1},
        T(
            "Half way, random tokens at ten times the rate, with SGD. Then set clipping to 0.25 and train again.",
            "Giữa chừng là token ngẫu nhiên với tốc độ gấp mười, dùng SGD. Sau đó đặt cắt gradient 0.25 và huấn luyện lại.",
        ),
        broken=True,
    ),
    Preset(
        "forgot",
        T("broken: forgot to divide", "hỏng: quên chia"),
        PLAIN | {"optimizer": "sgd", "lr": 0.3, "accumulate": 16, "divide": False},
        T(
            "16 micro-batches whose losses are added up: SGD takes steps 16 times as long. With AdamW hardly anybody would notice.",
            "16 lô nhỏ mà loss bị cộng dồn: SGD đi bước dài gấp 16. Với AdamW thì gần như chẳng ai nhận ra.",
        ),
        broken=True,
    ),
    Preset(
        "hot",
        T("broken: learning rate 10, SGD", "hỏng: tốc độ học 10, SGD"),
        PLAIN | {"optimizer": "sgd", "lr": 10.0},
        T(
            "It ends as no number; the seconds until then are spent.",
            "Kết thúc không còn là số; số giây đã tốn vẫn mất.",
        ),
        broken=True,
    ),
)

BENCH_PRESETS = (
    Preset(
        "quick",
        T("quick: twelve options", "nhanh: mười hai lựa chọn"),
        {},
        T(
            "Raise your hand before each dot: faster, slower, or hollow?",
            "Giơ tay đoán trước mỗi chấm: nhanh hơn, chậm hơn, hay rỗng?",
        ),
    ),
    Preset(
        "compile",
        same("torch.compile"),
        {"options": "compiled", "steps": 15},
        T(
            "Its first step takes half a minute or so. How many steps until that is earned back?",
            "Bước đầu mất chừng nửa phút. Bao nhiêu bước thì hòa vốn?",
        ),
    ),
    Preset(
        "wide",
        T("a wider model", "mô hình rộng hơn"),
        {"width": 256, "options": "accumulate,bfloat16,checkpoint,muon,pure_bfloat16,untied", "steps": 7},
        T("Products grow with d²: does bfloat16 pay now?", "Phép nhân tăng theo d²: giờ bfloat16 có lợi chưa?"),
    ),
    Preset(
        "all",
        T("every option", "mọi lựa chọn"),
        {"options": ",".join(sorted(c for c in BENCHED if c != "compiled")), "steps": 7},
        T("Those that need a GPU are named below the button.", "Những cái cần GPU được nêu dưới nút bấm."),
    ),
    Preset(
        "float16",
        T("broken: float16 where nothing is made for it", "hỏng: float16 nơi không có gì hỗ trợ"),
        {"options": "bfloat16,float16", "steps": 5},
        T(
            "Fewer bits, and many times slower on most processors: the format must exist in the hardware.",
            "Ít bit hơn mà chậm gấp nhiều lần trên phần lớn CPU: định dạng phải có trong phần cứng.",
        ),
        broken=True,
    ),
)

OPERATION_PRESETS = (
    Preset(
        "quick",
        T("quick: attention", "nhanh: attention"),
        {},
        T("Four kernels, context by context.", "Bốn kernel, từng ngữ cảnh."),
    ),
    Preset(
        "batch",
        T("62, 63, 64, 65 …", "62, 63, 64, 65 …"),
        {"what": "batch", "batch": 64, "context": 32, "steps": 7},
        T("Powers of two in another colour. Do they stand out?", "Lũy thừa của hai khác màu. Chúng có nổi bật không?"),
    ),
    Preset(
        "vocabulary",
        T("50,257 or 50,304 columns", "50,257 hay 50,304 cột"),
        {"what": "vocabulary"},
        T("Odd against even.", "Lẻ so với chẵn."),
    ),
    Preset(
        "product",
        T("products by format", "phép nhân theo định dạng"),
        {"what": "product"},
        T("What the hardware could do.", "Điều phần cứng có thể làm."),
    ),
    Preset(
        "layout",
        T("rows and columns", "hàng và cột"),
        {"what": "layout"},
        T("The same numbers, another order.", "Cùng các con số, thứ tự khác."),
    ),
    Preset(
        "update",
        T("AdamW's loops", "các vòng lặp AdamW"),
        {"what": "update"},
        T("Compare with a whole step.", "Hãy so với cả một bước."),
    ),
    Preset(
        "index",
        T("broken: token ids as floats", "hỏng: id token là số thực"),
        {"what": "index"},
        T("torch refuses, and says why.", "torch từ chối, và nói vì sao."),
        broken=True,
    ),
)

BUDGET_PRESETS = (
    Preset(
        "quick",
        T("quick: GPT-2, 124M", "nhanh: GPT-2, 124M"),
        {},
        T("The course's model on one H100.", "Mô hình của khóa học trên một H100."),
    ),
    Preset(
        "small",
        T("this lesson's model", "mô hình của bài này"),
        {
            "d_model": 64,
            "layers": 2,
            "vocabulary": 2000,
            "window": 64,
            "windows": 16,
            "hardware": "cpu",
            "tokens_per_second": 30_000.0,
        },
        T(
            "The logits outweigh weights, gradients and optimizer together: V is large beside d.",
            "Logits nặng hơn cả trọng số, gradient và thuật toán tối ưu cộng lại: V lớn so với d.",
        ),
    ),
    Preset(
        "days",
        T("580 days?", "580 ngày?"),
        {"saved_ms": 50.0, "updates": 1e9},
        T(
            "The course's multiplication. Now slide the steps to what real runs have.",
            "Phép nhân của khóa học. Giờ kéo số bước về mức của lần chạy thật.",
        ),
    ),
    Preset(
        "broken",
        T("broken: attention by hand at 8,192 tokens", "hỏng: attention viết tay với 8,192 token"),
        {"kernel": "manual", "window": 8192},
        T("The scores alone outgrow any GPU.", "Riêng điểm số đã vượt mọi GPU."),
        broken=True,
    ),
)

PARALLEL_PRESETS = (
    Preset(
        "quick", T("quick: two processes", "nhanh: hai tiến trình"), {}, T("Two curves, or one?", "Hai đường, hay một?")
    ),
    Preset(
        "wide",
        T("more work for each exchange", "nhiều việc hơn cho mỗi lần trao đổi"),
        {"batch": 64, "steps": 20},
        T("A larger share for each: waiting weighs less.", "Mỗi bên nhiều việc hơn: thời gian đợi nhẹ đi."),
    ),
    Preset(
        "odd",
        T("broken: a batch that cannot be shared", "hỏng: lô không chia đều được"),
        {"batch": 15},
        T("15 windows for two: it takes 14, and says so.", "15 cửa sổ cho hai: nó lấy 14, và nói ra."),
        broken=True,
    ),
)

ORDER = Prediction(
    "order",
    T(
        "After the same seconds: which has the lowest loss? Tap all three, lowest first.",
        "Sau cùng số giây: cái nào có loss thấp nhất? Chạm cả ba, thấp nhất trước.",
    ),
    verdict.order_answer,
    verdict.order_why,
    (
        ("baseline", T("AdamW 1e-3, constant", "AdamW 1e-3, giữ nguyên")),
        ("yours", T("AdamW 1e-3, warm-up + cosine", "AdamW 1e-3, khởi động dần + cosine")),
        ("everything", T("everything on, slower steps", "bật tất cả, bước chậm hơn")),
    ),
    kind="ranking",
)
COMPILE = Prediction(
    "compile",
    T(
        "torch.compile spends its time before the first step. After how many steps has it paid off on this machine?",
        "torch.compile tốn thời gian trước bước đầu. Trên máy này sau bao nhiêu bước thì hòa vốn?",
    ),
    timed.compile_answer,
    timed.compile_why,
    (
        ("few", T("under 100", "dưới 100")),
        ("some", T("100 to 1,000", "100 đến 1,000")),
        ("many", T("1,000 to 100,000", "1,000 đến 100,000")),
        ("never", T("never", "không bao giờ")),
    ),
    decided_by="compile",
)
BATCH = Prediction(
    "batch",
    T("A batch of 64 against 62, in tokens per second?", "Lô 64 so với 62, tính theo token mỗi giây?"),
    timed.batch_answer,
    timed.batch_why,
    (
        ("faster", T("faster", "nhanh hơn")),
        ("level", T("within the noise", "trong mức nhiễu")),
        ("slower", T("slower", "chậm hơn")),
    ),
    decided_by="batch",
)
MEMORY = Prediction(
    "memory",
    T(
        "GPT-2, 124M parameters, float32, AdamW. How many GB before the first activation?",
        "GPT-2, 124 triệu tham số, float32, AdamW. Bao nhiêu GB trước kích hoạt đầu tiên?",
    ),
    verdict.memory_answer,
    verdict.memory_why,
    (("0.5", same("0.5")), ("1", same("1")), ("2", same("2")), ("8", same("8"))),
)
PARALLEL = Prediction(
    "parallel",
    T(
        "Two processes share every batch. Their loss, step by step, against that of one process?",
        "Hai tiến trình chia nhau mỗi lô. Loss từng bước so với một tiến trình?",
    ),
    verdict.parallel_answer,
    verdict.parallel_why,
    (
        ("same", T("the same", "như nhau")),
        ("near", T("slightly different", "hơi khác")),
        ("other", T("clearly different", "khác rõ")),
    ),
)


def one_arm(config, values):
    return (Arm("chosen", T("this machine", "máy này"), config, 0),)


def shared(config, values):
    """Several processes, and one with the same batch."""
    many = Arm("many", T("{n} processes", "{n} tiến trình").format(n=config.processes), config, 1)
    one = Arm("one", T("one process", "một tiến trình"), replace(config, processes=1), 0)
    return (many, one) if config.processes > 1 else (one,)


LESSON = Lesson(
    slug="optimization-options",
    group="data",
    title=T("Optimization options", "Các lựa chọn tối ưu hóa"),
    question=T(
        "Which options really make pretraining faster on my machine, which only change memory or quality, and which are "
        "folklore?",
        "Lựa chọn nào thật sự làm tiền huấn luyện nhanh hơn trên máy tôi, cái nào chỉ đổi bộ nhớ hay chất lượng, và cái nào là "
        "truyền miệng?",
    ),
    after=(
        T(
            "I measure: tokens per second, step time, memory, and loss at equal time. The four rank options differently.",
            "Tôi đo: token mỗi giây, thời gian bước, bộ nhớ, và loss ở cùng thời gian. Bốn thước đo xếp hạng khác nhau.",
        ),
        T(
            "Some options must not change the result (accumulation, data parallel, fused kernels, checkpointing): I can check "
            "that they do not.",
            "Có lựa chọn không được phép đổi kết quả (tích lũy, song song dữ liệu, kernel hợp nhất, checkpointing): tôi kiểm tra được.",
        ),
        T(
            "64 is not faster than 62. What matters is enough work for each kernel and friendly matrix sizes, on some hardware.",
            "64 không nhanh hơn 62. Quan trọng là đủ việc cho mỗi kernel và cỡ ma trận thuận, trên một số phần cứng.",
        ),
        T(
            "Saved seconds times the number of steps: I first ask how many steps a real run has.",
            "Số giây tiết kiệm nhân số bước: trước hết tôi hỏi một lần chạy thật có bao nhiêu bước.",
        ),
    ),
    minutes=12,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "race",
            T("The race", "Cuộc đua"),
            T(
                "Your recipe, the baseline and everything on read the same batches. Change one option, then switch the axis.",
                "Công thức của bạn, mốc và bật tất cả đọc cùng các lô. Đổi một lựa chọn, rồi đổi trục.",
            ),
            recipes.QUICK,
            RACE_PRESETS,
            recipes.arms,
            (race.race, race.costs, race.schedule),
            ("optimizer", "lr", "axis"),
            verdict.race,
            (ORDER,),
            verdict.race_readouts,
            ("story",),
            code=(
                "stepper.accumulate",
                "stepper.Stepper",
                "muon.orthogonalise",
                "muon.Muon",
                "muon.split",
                "training_options.build_optimizers",
                "schedules.factor",
                "memory.peak",
            ),
        ),
        Playground(
            "options",
            T("Options", "Từng lựa chọn"),
            T(
                "One option at a time over the same baseline, timed in turn so that whatever else the machine does hits both.",
                "Từng lựa chọn một trên cùng một mốc, bấm giờ xen kẽ để mọi việc khác của máy ảnh hưởng cả hai như nhau.",
            ),
            option_bench.Config(),
            BENCH_PRESETS,
            one_arm,
            (bench.speed, bench.anatomy, bench.memory),
            ("width", "batch", "steps"),
            timed.bench,
            (COMPILE,),
            timed.bench_readouts,
            code=(
                "timing.interleaved",
                "experiments.option_bench.gaps",
                "memory.saved_for_backward",
                "training_options.Options",
            ),
            fixed=("axis",),
        ),
        Playground(
            "operations",
            T("Operations", "Phép tính"),
            T(
                "One operation and its rivals: where a gain comes from, and where it stops.",
                "Một phép tính và các đối thủ: cái lợi từ đâu ra, và dừng ở đâu.",
            ),
            micro_bench.Config(),
            OPERATION_PRESETS,
            one_arm,
            (bench.cases,),
            ("what", "width", "context"),
            timed.operations,
            (BATCH,),
            code=(
                "timing.interleaved",
                "blocks.manual_attention",
                "blocks.Attention",
                "experiments.micro_bench.layout",
            ),
            fixed=("axis",),
        ),
        Playground(
            "budget",
            T("Budget", "Ngân sách"),
            T(
                "Memory, operations and days by counting alone: what an option can save before it is tried.",
                "Bộ nhớ, phép tính và số ngày chỉ bằng cách đếm: một lựa chọn tiết kiệm được gì trước khi thử.",
            ),
            step_budget.Config(),
            BUDGET_PRESETS,
            one_arm,
            (figures_20_machine.stack, figures_20_machine.operations),
            ("d_model", "windows", "precision"),
            verdict.budget,
            (MEMORY,),
            verdict.budget_readouts,
            code=(
                "step_costs.memory",
                "step_costs.activation_bytes",
                "step_costs.flops_per_token",
                "experiments.flop_count.run",
            ),
            fixed=("axis",),
        ),
        Playground(
            "parallel",
            T("Two processes", "Hai tiến trình"),
            T(
                "torchrun starts real processes here. Each reads its share of every batch; then they average their gradients.",
                "torchrun khởi động các tiến trình thật ở đây. Mỗi cái đọc phần của mình trong lô; rồi lấy trung bình gradient.",
            ),
            data_parallel.Config(),
            PARALLEL_PRESETS,
            shared,
            (figures_20_machine.parallel, figures_20_machine.clock),
            ("processes", "batch", "width"),
            verdict.parallel,
            (PARALLEL,),
            verdict.parallel_readouts,
            code=("data_parallel.launch",),
            fixed=("axis",),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "A pocket speedrun: agree in class on a test loss (say 1.0), take “The race” with any stack, and read off the second "
        "at which your curve crosses it. The link in the address bar holds the stack; the median of three seeds counts.",
        "Cuộc đua bỏ túi: cả lớp chọn một loss kiểm thử (chẳng hạn 1.0), vào “Cuộc đua” với bất kỳ tổ hợp nào, và đọc giây mà "
        "đường của bạn cắt nó. Đường dẫn trên thanh địa chỉ giữ tổ hợp; tính trung vị của ba hạt giống.",
    ),
    further=(
        T(
            "Roofline of your laptop: from “Operations” take the product's peak and the speed of an addition, and place every "
            "operation of the step between them. Which options can pay at all?",
            "Biểu đồ mái nhà (roofline) của máy bạn: từ “Phép tính” lấy đỉnh của phép nhân và tốc độ của phép cộng, đặt từng phép tính của bước vào "
            "giữa. Lựa chọn nào có thể có lợi?",
        ),
        T(
            "Averaging every H steps instead of every step (local SGD): how much waiting is saved, and what does it cost in loss?",
            "Lấy trung bình sau mỗi H bước thay vì mỗi bước (local SGD): bớt đợi được bao nhiêu, và tốn bao nhiêu loss?",
        ),
        T(
            "Take “everything on” apart: switch its five parts off one by one. Which one is worth most?",
            "Tháo rời “bật tất cả”: tắt lần lượt năm phần. Phần nào đáng giá nhất?",
        ),
    ),
    formula=T(
        r"\begin{gathered} \text{Muon: } W \leftarrow W - \eta\,\sqrt{\max(1, m/n)}\;\mathrm{NS}_5(M),\quad \mathrm{NS}: X \leftarrow aX + (bA + cA^2)X,\ A = XX^\top \\[1ex]"
        r"\text{MFU} = \frac{\text{tokens/s} \cdot [\,6(12\,L d^2 + dV) + 12\,L T d\,]}{\text{peak FLOP/s}} \end{gathered}",
        r"\begin{gathered} \text{Muon: } W \leftarrow W - \eta\,\sqrt{\max(1, m/n)}\;\mathrm{NS}_5(M),\quad \mathrm{NS}: X \leftarrow aX + (bA + cA^2)X,\ A = XX^\top \\[1ex]"
        r"\text{MFU} = \frac{\text{token/giây} \cdot [\,6(12\,L d^2 + dV) + 12\,L T d\,]}{\text{tốc độ đỉnh (FLOP/s)}} \end{gathered}",
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
