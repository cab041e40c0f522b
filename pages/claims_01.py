"""What lesson 1 of the course says, and how each statement is measured here."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core import compute, reductions
from core.cards import card, cards
from core.claims import above, below, between, depends, fails, near, runs
from core.experiments import model1, transfer

SOURCE = same("What is pretraining?")
MANY = transfer.Config(text_tokens=50_000, steps=400)
FEW = transfer.Config(text_tokens=5000, steps=200)
TINY = transfer.Config(text_tokens=1000, steps=200)
GPT4 = {"gpus": 25_000, "chip": 10_000, "infrastructure": 0.8}
HOURS = 95 * 24  # of the rumoured run


def both(config):
    return runs(tuned=replace(config, start="pretrained"), scratch=replace(config, start="scratch"))


def fewer(results: dict) -> float:
    """Share of the scratch run's steps that the fine-tuned run needs to reach its final loss; infinite where it never does."""
    target, tuned = results["scratch"].final("test_loss"), results["tuned"].metrics["test_loss"]
    first = next((step for step, value in tuned.items() if value <= target), math.inf)
    return first / results["scratch"].step


def shifted(results: dict) -> float:
    """Share of the targets of one window that are simply the next input of that window."""
    board = results["run"].tables["board"][0]
    hits = [y == x for y, x in zip(board["y"], board["x"][1:], strict=False)]
    return sum(hits) / len(hits)


def purchase_over_run(results: dict) -> float:
    capital = compute.owned(GPT4["gpus"], GPT4["chip"], GPT4["infrastructure"])
    return capital / (GPT4["gpus"] * HOURS * 1.10)


def one_factor(results: dict) -> float:
    grids = [c.grid for c in cards() if c.name.startswith("Llama 2 ")]
    return 100 * (max(grids) - min(grids)) / min(grids)


CLAIMS = (
    Claim(
        "1.1",
        T("Pretraining is unsupervised.", "Tiền huấn luyện là học không giám sát."),
        SOURCE,
        T("“unsupervised”", "“không giám sát”"),
        "exact",
        measure=shifted,
        judge=depends(
            above(0.999),
            T(
                "no human writes labels, but the loss is ordinary supervised learning; the exact word is self-supervised",
                "không ai gán nhãn, nhưng loss là học có giám sát bình thường; từ chính xác là tự giám sát (self-supervised)",
            ),
        ),
        needs=lambda seed: {"run": model1.Config()},
        seeds=(0,),
        unit=T("of the targets are the next input, shifted by one", "số đích chính là đầu vào kế tiếp, lệch một chỗ"),
        explain=T(
            "Every input has one right answer, and the text supplies it: y is x moved by one place. “Unsupervised” would be learning without any answers, as in clustering.",
            "Mỗi đầu vào có đúng một đáp án, và chính văn bản cho đáp án đó: y là x dịch đi một chỗ. “Không giám sát” là học mà không có đáp án nào, như phân cụm.",
        ),
    ),
    Claim(
        "1.2",
        T(
            "Fine-tuning a pretrained model needs much less training than starting from scratch.",
            "Tinh chỉnh mô hình đã tiền huấn luyện cần ít huấn luyện hơn nhiều so với bắt đầu từ đầu.",
        ),
        SOURCE,
        T("said, not measured", "chỉ nói, không đo"),
        "training",
        measure=fewer,
        judge=below(1 / 3),
        needs=both(MANY),
        unit=T(
            "of the 400 steps from scratch, to the same test loss (50,000 tokens)",
            "của 400 bước từ đầu, để đạt cùng loss kiểm thử (50,000 token)",
        ),
        explain=T(
            "A donor that has read Python's docstrings, fine-tuned on Python's manual, is within a few dozen steps where 400 steps from scratch end. It holds for a donor that read something alike: one that read Vietnamese stories saves nothing (first playground, last preset).",
            "Mô hình cho đã đọc docstring của Python, tinh chỉnh trên sách hướng dẫn Python, chỉ vài chục bước đã tới chỗ 400 bước từ đầu kết thúc. Điều này đúng khi mô hình cho đọc thứ tương tự: mô hình đọc truyện tiếng Việt không tiết kiệm gì (sân chơi đầu, thiết lập cuối).",
        ),
    ),
    Claim(
        "1.3",
        T(
            "Training GPT-4 cost $250M of GPUs and $200M of infrastructure.",
            "Huấn luyện GPT-4 tốn 250 triệu đô tiền GPU và 200 triệu đô hạ tầng.",
        ),
        SOURCE,
        same("25,000 × $10,000 + $200M"),
        "arithmetic",
        measure=purchase_over_run,
        judge=fails(above(2.0)),
        seeds=(0,),
        unit=T(
            "times the rent of one run: $450M against $62.7M",
            "lần tiền thuê cho một lần chạy: 450 triệu đô so với 62.7 triệu đô",
        ),
        explain=T(
            "The multiplication is right; what it means is not. It is the price of a cluster, which trains many models. One run of 95 days uses up $29.3M of it (worth nothing after four years), or $62.7M at $1.10 an hour; the AI Index estimates $78.4M. And every input is unofficial.",
            "Phép nhân đúng, ý nghĩa thì không. Đó là giá của cả cụm máy, thứ huấn luyện được nhiều mô hình. Một lần chạy 95 ngày dùng hết 29.3 triệu đô trong đó (hết giá trị sau bốn năm), hoặc 62.7 triệu nếu thuê 1.10 đô mỗi giờ; AI Index ước tính 78.4 triệu. Và mọi đầu vào đều không chính thức.",
        ),
    ),
    Claim(
        "1.4",
        T(
            "Pretraining takes months, thousands of GPUs and millions of dollars.",
            "Tiền huấn luyện mất hàng tháng, hàng nghìn GPU và hàng triệu đô la.",
        ),
        SOURCE,
        T("said, not measured", "chỉ nói, không đo"),
        "arithmetic",
        measure=lambda r: card("GPT-2 grade, nanochat").dollars,
        judge=depends(
            below(1000.0),
            T(
                "true for the frontier (Llama 3.1 405B: 30.84M GPU-hours); a model as good as GPT-2 no longer needs that",
                "đúng với nhóm dẫn đầu (Llama 3.1 405B: 30.84M giờ GPU); mô hình ngang GPT-2 không còn cần đến thế",
            ),
        ),
        seeds=(0,),
        unit=T(
            "dollars: GPT-2's level in 1.65 h on 8 H100, by nanochat's repository",
            "đô la: ngang GPT-2 trong 1.65 giờ trên 8 H100, theo kho nanochat",
        ),
        explain=T(
            "In 2019 the same level took 168 hours and about $43,000. Better chips, better data and better recipes made it a thousand times cheaper; the frontier moved on by as much.",
            "Năm 2019 cùng mức đó mất 168 giờ và khoảng 43,000 đô. Chip tốt hơn, dữ liệu tốt hơn, công thức tốt hơn làm nó rẻ đi nghìn lần; nhóm dẫn đầu cũng đã đi xa bấy nhiêu.",
        ),
    ),
    Claim(
        "1.5",
        T(
            "Models read trillions of tokens, more than anybody reads in a lifetime.",
            "Mô hình đọc hàng nghìn tỉ token, nhiều hơn bất kỳ ai đọc cả đời.",
        ),
        SOURCE,
        T("said, not measured", "chỉ nói, không đo"),
        "arithmetic",
        measure=lambda r: compute.lifetimes(card("Llama 3.1 405B").tokens),
        judge=above(1.0),
        seeds=(0,),
        unit=T("lifetimes of reading in 15 trillion tokens", "đời người đọc trong 15 nghìn tỉ token"),
        explain=T(
            "A lifetime here: 250 words a minute, 8 hours a day, every day for 60 years, 0.75 words a token: 3.5 billion tokens.",
            "Một đời ở đây: 250 từ mỗi phút, 8 giờ mỗi ngày, không nghỉ suốt 60 năm, 0.75 từ mỗi token: 3.5 tỉ token.",
        ),
    ),
    Claim(
        "1.6",
        T("Pretraining is the most expensive phase.", "Tiền huấn luyện là giai đoạn đắt nhất."),
        SOURCE,
        T("said, not measured", "chỉ nói, không đo"),
        "arithmetic",
        measure=lambda r: compute.flops(1e9, 1e9) / compute.inference_flops(1e9, 1e9),
        judge=depends(
            near(3.0, 1e-6),
            T(
                "only until the model has served three times its training tokens",
                "chỉ cho đến khi mô hình đã phục vụ gấp ba số token huấn luyện",
            ),
        ),
        seeds=(0,),
        unit=T(
            "training tokens served for each one trained on, then answering costs as much",
            "token phục vụ cho mỗi token huấn luyện thì trả lời tốn ngang",
        ),
        explain=T(
            "Training is 6N operations a token, answering 2N. A popular model passes the point; the preset “a success” shows it. Usual, not a law.",
            "Huấn luyện là 6N phép tính mỗi token, trả lời là 2N. Mô hình được ưa chuộng sẽ vượt mốc đó; thiết lập “thành công” cho thấy. Thường thế, nhưng không phải định luật.",
        ),
    ),
    Claim(
        "1.7",
        T("The initial weights know nothing about language.", "Trọng số ban đầu không biết gì về ngôn ngữ."),
        SOURCE,
        T("said, not measured", "chỉ nói, không đo"),
        "training",
        measure=lambda r: r["scratch"].at("test_loss", 0) - r["scratch"].facts["references"]["uniform"],
        judge=between(-0.15, 0.15),
        needs=runs(scratch=replace(MANY, start="scratch")),
        unit=T("nats above a uniform guess, ln V", "nats trên mức đoán đều, ln V"),
        explain=T(
            "It even starts a little worse than guessing: random weights are sure of random things. Lesson 5 computes by how much.",
            "Nó còn xuất phát hơi tệ hơn đoán đều: trọng số ngẫu nhiên tin chắc những điều ngẫu nhiên. Bài 5 tính ra chính xác là bao nhiêu.",
        ),
    ),
    Claim(
        "1.8",
        T("The loss is L = −Σ log p.", "Loss là L = −Σ log p."),
        SOURCE,
        T("the formula", "công thức"),
        "exact",
        measure=lambda r: reductions.ratio(8) / 8,
        judge=near(1.0, 1e-4),
        seeds=(0,),
        unit=T(
            "× T: how much longer the sum's gradient is than the mean's (T = 8)",
            "× T: gradient của tổng dài hơn của trung bình (T = 8)",
        ),
        explain=T(
            "Sum or mean, the minimum is the same and the gradient points the same way; the sum's is T times longer, so the learning rate would have to be T times smaller. Code takes the mean, and this app reports nats per token.",
            "Tổng hay trung bình thì cực tiểu vẫn thế và gradient cùng hướng; của tổng dài gấp T lần nên tốc độ học phải nhỏ đi T lần. Mã nguồn lấy trung bình, và ứng dụng này báo nats mỗi token.",
        ),
    ),
    Claim(
        "1.9",
        T(
            "With 5,000 tokens, no amount of training from scratch comes near a fine-tuned donor.",
            "Với 5,000 token, huấn luyện từ đầu bao nhiêu cũng không tới gần mô hình cho đã tinh chỉnh.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["scratch"].best("test_loss") - r["tuned"].best("test_loss"),
        judge=above(0.5),
        needs=both(FEW),
        unit=T("nats between the best each ever reached", "nats giữa mức tốt nhất của mỗi bên"),
        explain=T(
            "From scratch the text is learned by heart within some 60 steps. What is missing is not steps but text, and the donor has read it.",
            "Từ đầu thì sau khoảng 60 bước đã học thuộc văn bản. Thứ thiếu không phải số bước mà là văn bản, và mô hình cho đã đọc rồi.",
        ),
    ),
    Claim(
        "1.10",
        T(
            "Fine-tuning a donor on your own text always helps.",
            "Tinh chỉnh mô hình cho trên văn bản của bạn lúc nào cũng có lợi.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["tuned"].final("test_loss") - r["tuned"].at("test_loss", 0),
        judge=fails(above(0.5)),
        needs=runs(tuned=TINY),
        unit=T("nats worse after 200 steps on 1,000 tokens", "nats tệ hơn sau 200 bước trên 1,000 token"),
        explain=T(
            "It recites your 1,000 tokens and forgets the rest of the language. Keep a held-out part and stop at its best (lesson 6).",
            "Nó đọc thuộc 1,000 token của bạn và quên phần còn lại của ngôn ngữ. Hãy để dành một phần và dừng ở chỗ tốt nhất (bài 6).",
        ),
    ),
    Claim(
        "1.11",
        T(
            "The CO2 on a model card is measured.",
            "Lượng CO2 trên thẻ mô hình là số đo được.",
        ),
        None,
        same("—"),
        "arithmetic",
        measure=one_factor,
        judge=fails(below(0.1)),
        seeds=(0,),
        unit=T(
            "% between the kg/kWh that three Llama 2 models imply",
            "% chênh lệch giữa kg/kWh suy ra từ ba mô hình Llama 2",
        ),
        explain=T(
            "Three runs, months apart, one factor to four digits (0.423): hours times 400 W times one number. Honest, and said so on the card, but no meter was read.",
            "Ba lần chạy, cách nhau hàng tháng, chung một hệ số đến bốn chữ số (0.423): giờ nhân 400 W nhân một con số. Thẳng thắn và có ghi trên thẻ, nhưng không ai đọc công tơ.",
        ),
    ),
    Claim(
        "1.12",
        T(
            "Chinchilla's published formula advises 20 tokens per parameter.",
            "Công thức Chinchilla đã công bố khuyên 20 token mỗi tham số.",
        ),
        None,
        same("20"),
        "arithmetic",
        measure=lambda r: compute.FITS["hoffmann"].best(5.76e23)[1] / compute.FITS["hoffmann"].best(5.76e23)[0],
        judge=fails(above(40.0)),
        seeds=(0,),
        unit=T(
            "tokens per parameter at Chinchilla's own compute",
            "token mỗi tham số ở chính khối lượng tính của Chinchilla",
        ),
        explain=T(
            "Its printed constants say 93. Fitted again in 2024 they say 18, in line with the paper's two other methods and with the 20 it is famous for.",
            "Các hằng số in trong bài nói 93. Khớp lại năm 2024 cho 18, hợp với hai phương pháp kia của bài báo và với con số 20 nổi tiếng.",
        ),
    ),
)
