"""What lesson 8 of the course says, and how each statement is measured here."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core.claims import above, below, between, depends, fails, once, runs
from core.experiments import coverage, full_size, model1, model5, tying

SOURCE = same("CodeChallenge: train Model 5 with modifications")
TALES = model5.Config()
PROSE = model5.Config(corpus="manual")
PROSE_GPT2 = replace(PROSE, init="gpt2")
SMALL = replace(PROSE_GPT2, steps=1500, lr=2e-3)
UNDIVIDED = model5.Config(divide_logits="no", steps=0)
GPT2_START = model5.Config(init="gpt2", steps=0)


def reference(result, name):
    return result.facts["references"][name]


def at_seconds(result, clock):
    """The last test loss at or before so many seconds of training, nan if there is none."""
    return next(
        (v for s, v in reversed(result.metrics.get("test_loss", {}).items()) if result.when(s) <= clock), math.nan
    )


def race(results):
    """Model 5 minus Model 1 at the moment the faster of the two ends, nats."""
    clock = min(max(r.seconds.values()) for r in results.values())
    return at_seconds(results["five"], clock) - at_seconds(results["one"], clock)


def table_loss(result):
    return reference(result, "bigram_table")


def memorised(results):
    """Test loss minus the mean train loss of the last 100 steps, nats."""
    return results["prose"].final("test_loss") - results["prose"].lately("train_loss", 100)


def lead(results):
    """The smaller of: how far the table leads on prose, how far the transformer leads on Tales (nats)."""
    prose = results["prose"].final("test_loss") - reference(results["prose"], "bigram_table")
    tales = reference(results["tales"], "bigram_table") - results["tales"].final("test_loss")
    return min(prose, tales)


def either(results):
    """The smaller of two leads at the end, nats: GPT-2's weights with plain logits, the course's with divided ones."""
    end = {name: result.final("test_loss") for name, result in results.items()}
    return min(end["course"] - end["gpt2"], end["gpt2_cut"] - end["course_cut"])


CLAIMS = (
    Claim(
        "8.1",
        T(
            "A few hundred batches teach the “shape of language” and show the power of the transformer.",
            "Vài trăm lô là đủ học “hình hài ngôn ngữ” và cho thấy sức mạnh của transformer.",
        ),
        SOURCE,
        T("conclusion", "kết luận"),
        "training",
        measure=lead,
        judge=depends(
            above(0.2),
            T(
                "not on real prose, where a counted table of pairs is better; on Tales it is",
                "không đúng trên văn thật, nơi bảng đếm cặp từ tốt hơn; trên Tales thì đúng",
            ),
        ),
        needs=runs(prose=PROSE, tales=TALES),
        unit=T(
            "nats: the smaller of the table's lead on prose and the transformer's lead on Tales",
            "nats: số nhỏ hơn giữa mức bảng hơn trên văn thật và mức transformer hơn trên Tales",
        ),
        explain=T(
            "After 500 batches on Python's manual the run beats token frequencies and nothing else: the line breaks and commas it writes are a matter of "
            "frequency. On Tales, few words and firm rules, the same 500 batches pass every table.",
            "Sau 500 lô trên sách hướng dẫn Python, lần chạy chỉ hơn được tần suất token: xuống dòng và dấu phẩy nó viết chỉ là chuyện tần suất. "
            "Trên Tales, ít từ và quy luật chặt, cũng 500 lô đó vượt mọi bảng đếm.",
        ),
    ),
    Claim(
        "8.2",
        T("Even a small text is enough data.", "Một văn bản nhỏ cũng đủ dữ liệu."),
        SOURCE,
        T("158,000 tokens, read 14 times over", "158,000 token, đọc đi đọc lại 14 lần"),
        "training",
        measure=memorised,
        judge=depends(
            above(0.5),
            T(
                "enough to keep the training loss falling; what it learns there helps less and less on unseen text",
                "đủ để loss huấn luyện tiếp tục giảm; nhưng điều học được ngày càng ít giúp cho văn bản chưa thấy",
            ),
        ),
        needs=runs(prose=SMALL),
        unit=T(
            "nats between train and test loss after 12 passes over Python's manual",
            "nats giữa loss huấn luyện và kiểm thử sau 12 lượt qua sách hướng dẫn Python",
        ),
        explain=T(
            "501 batches of 16 × 256 tokens are 2.05 million, taken from a book with 142,515: 14.4 passes. In the executed copy the test loss rose "
            "from 6.25 to 6.63 between batches 300 and 500 (one test batch each). Here 12 passes over the manual pull the two losses apart.",
            "501 lô 16 × 256 token là 2.05 triệu, lấy từ cuốn sách có 142,515: 14.4 lượt. Trong bản đã chạy, loss kiểm thử tăng từ 6.25 lên 6.63 "
            "giữa lô 300 và 500 (mỗi lần một lô kiểm thử). Ở đây 12 lượt qua sách hướng dẫn kéo hai loss xa nhau.",
        ),
    ),
    Claim(
        "8.3",
        T("Random sampling may miss parts of the text.", "Lấy mẫu ngẫu nhiên có thể bỏ sót một phần văn bản."),
        SOURCE,
        T("a risk", "một rủi ro"),
        "training",
        measure=lambda r: 100 * r["cover"].metrics["unseen"][100],
        judge=depends(
            between(4.5, 7.5),
            T(
                "early on; after 501 batches only the two edges are missed",
                "lúc đầu; sau 501 lô chỉ còn hai mép bị sót",
            ),
        ),
        needs=runs(cover=coverage.Config()),
        seeds=(10, 11, 12, 13, 14),
        unit=T(
            "% of the tokens unseen after 100 batches (law: 5.6 %)", "% token chưa thấy sau 100 lô (quy luật: 5.6 %)"
        ),
        explain=T(
            "By the law exp(−nBT/N) 6 tokens in ten million are still unseen after 501 batches; counted in “Does chance show everything?” it is 0.03 %. Nearly all of these "
            "lie at the two edges of the text, which random windows rarely reach: only one window can show the first token, so it is ever seen with a chance of 5.5 %.",
            "Theo quy luật exp(−nBT/N), sau 501 lô chỉ còn 6 token trong mười triệu chưa được thấy; đếm thật ở “Ngẫu nhiên có cho thấy hết không?” thì còn 0.03 %. Gần như tất cả nằm ở hai mép "
            "văn bản, nơi cửa sổ ngẫu nhiên hiếm khi chạm tới: chỉ một cửa sổ chứa token đầu tiên, nên cơ hội nó được thấy chỉ là 5.5 %.",
        ),
    ),
    Claim(
        "8.4",
        T(
            "A test part at the end is biased, because endings differ.",
            "Phần kiểm thử ở cuối bị lệch, vì đoạn kết khác phần còn lại.",
        ),
        SOURCE,
        T("a remark", "một nhận xét"),
        "exact",
        measure=lambda r: min(table_loss(r["end"]), table_loss(r["middle"])) - table_loss(r["blocks"]),
        judge=depends(
            above(0.1),
            T(
                "any part in one piece differs, the middle as well: its neighbours share a topic",
                "phần nào liền một khối cũng khác, kể cả khúc giữa: các đoạn kề nhau cùng chủ đề",
            ),
        ),
        needs=once(**{part: replace(PROSE, test_part=part, steps=0) for part in ("end", "middle", "blocks")}),
        seeds=(0,),
        unit=T(
            "nats: the table of pairs on Python's manual, held out in one piece (end or middle, the easier) minus in scattered blocks",
            "nats: bảng cặp từ trên sách hướng dẫn Python, để dành liền khối (cuối hoặc giữa, phần dễ hơn) trừ các đoạn rải đều",
        ),
        explain=T(
            "In the course's file there is a simpler reason, counted there: 4,739 of the 15,835 test tokens (29.9 %) are Project Gutenberg's footer and "
            "licence. Not the ending of the novel differs, but the legal text after it.",
            "Trong tệp của khóa học có lý do đơn giản hơn, đếm được ngay: 4,739 trên 15,835 token kiểm thử (29.9 %) là phần cuối và giấy phép của Project "
            "Gutenberg. Không phải đoạn kết truyện khác, mà là văn bản pháp lý sau nó.",
        ),
    ),
    Claim(
        "8.5",
        T("Before training it repeats “ions ions ions”.", "Trước khi huấn luyện nó lặp “ions ions ions”."),
        SOURCE,
        same("ionsinionsinions"),
        "training",
        measure=lambda r: r["start"].at("p_repeat", 0),
        judge=above(0.9),
        needs=runs(start=UNDIVIDED),
        unit=T(
            "P(next token = this token), untrained, logits not divided",
            "P(token kế tiếp = token này), chưa huấn luyện, không chia logits",
        ),
        explain=T(
            "True, and no accident: with tied N(0, 1) rows the token's own logit is about 0.7·d, every other has spread √d. At full size it happens even "
            "with divided logits (8.6). With init std 0.02 the echo is gone.",
            "Đúng, và không phải tình cờ: với các hàng N(0, 1) dùng chung, logit của chính token khoảng 0.7·d, còn các logit khác dao động cỡ √d. "
            "Ở cỡ đầy đủ, chia logits vẫn vậy (8.6). Với độ lệch chuẩn 0.02 thì hết tiếng vọng.",
        ),
    ),
    Claim(
        "8.6",
        T("The first loss is very high.", "Loss đầu tiên rất cao."),
        SOURCE,
        same("17.06"),
        "training",
        measure=lambda r: r["course"].at("test_loss", 0) - reference(r["course"], "uniform"),
        judge=depends(
            above(10.0),
            T(
                "only with N(0, 1) embeddings; GPT-2's initialisation starts at ln V",
                "chỉ với embedding N(0, 1); khởi tạo của GPT-2 bắt đầu ngay tại ln V",
            ),
        ),
        needs=runs(course=UNDIVIDED),
        unit=T("nats above ln V, logits not divided", "nats cao hơn ln V, không chia logits"),
        explain=T(
            "It is surely wrong instead of unsure: it bets everything on its own input. GPT-2's initialisation starts within 0.05 of ln V (claim 8.12).",
            "Nó sai một cách chắc chắn thay vì phân vân: nó dồn hết cược vào chính đầu vào. Khởi tạo của GPT-2 bắt đầu cách ln V chưa đến 0.05 (khẳng định 8.12).",
        ),
    ),
    Claim(
        "8.7",
        T("It converges early.", "Mô hình hội tụ sớm."),
        SOURCE,
        T("curve flattens", "đường cong phẳng dần"),
        "training",
        measure=lambda r: r["prose"].at("test_loss", 400) - r["prose"].final("test_loss"),
        judge=fails(above(0.05)),
        needs=runs(prose=PROSE),
        unit=T("nats lost in the last 100 of 500 steps", "nats giảm trong 100 bước cuối của 500"),
        explain=T(
            "Still falling when the notebook stops. It did not converge, it ended.",
            "Vẫn đang giảm khi notebook dừng. Nó không hội tụ, nó chỉ kết thúc.",
        ),
    ),
    Claim(
        "8.8",
        T("The model has as many parameters as GPT-2, 124M.", "Mô hình có số tham số bằng GPT-2, 124M."),
        SOURCE,
        same("124M"),
        "exact",
        measure=lambda r: r["ways"].final("course_moved"),
        judge=depends(
            above(1.5),
            T(
                "until the model is moved to a GPU: then there are two embedding matrices, 162M numbers",
                "cho đến khi chuyển sang GPU: lúc đó có hai ma trận embedding, 162M con số",
            ),
        ),
        needs=once(ways=tying.Config()),
        seeds=(0,),
        digits=1,
        unit=T(
            "matrices after a move, tied the course's way", "ma trận sau khi chuyển, dùng chung theo cách của khóa học"
        ),
        explain=T(
            "nn.Parameter(wte.weight) makes a second Parameter over the same memory. Any move or dtype change copies both. On the CPU, the memory they "
            "share is updated twice a step, so weight decay counts double: 0.9025 instead of 0.95. Write head.weight = wte.weight.",
            "nn.Parameter(wte.weight) tạo Parameter thứ hai trên cùng vùng nhớ. Chuyển thiết bị hay đổi dtype là chép cả hai. Trên CPU, vùng nhớ chung "
            "bị cập nhật hai lần mỗi bước nên suy giảm trọng số tính gấp đôi: 0.9025 thay vì 0.95. Hãy viết head.weight = wte.weight.",
        ),
    ),
    Claim(
        "8.9",
        T(
            "A GPU is mandatory: 45 s against 1 s per forward pass.",
            "Bắt buộc có GPU: 45 giây so với 1 giây mỗi lượt tiến.",
        ),
        SOURCE,
        T("45 s on the CPU", "45 giây trên CPU"),
        "device",
        measure=lambda r: r["full"].final("batch_seconds"),
        judge=fails(below(45.0)),
        needs=once(full=full_size.Config()),
        seeds=(0,),
        unit=T(
            "s for a forward pass of 16 windows here, 124M parameters, one thread",
            "giây cho một lượt tiến 16 cửa sổ ở đây, 124M tham số, một luồng",
        ),
        explain=T(
            "Slow, not impossible: 500 batches with their backward passes take hours on a CPU. What you learn on this page needs a model 500 times smaller.",
            "Chậm chứ không phải không thể: 500 lô kèm lượt lùi mất vài giờ trên CPU. Những gì trang này dạy chỉ cần mô hình nhỏ hơn 500 lần.",
        ),
    ),
    Claim(
        "8.10",
        T(
            "One test batch every 100 steps shows how well it generalises.",
            "Cứ 100 bước xem một lô kiểm thử là biết nó tổng quát hóa ra sao.",
        ),
        SOURCE,
        T("code", "mã nguồn"),
        "training",
        measure=lambda r: r["prose"].final("test_se") * math.sqrt(r["prose"].facts["test_windows"] / 16),
        judge=fails(above(0.05)),
        needs=runs(prose=PROSE),
        unit=T(
            "nats: how far single test batches of 16 windows scatter",
            "nats: mức tản mát của từng lô kiểm thử 16 cửa sổ",
        ),
        explain=T(
            "One batch scatters about as much as the run improves in 100 steps, so two neighbouring points can stand in the wrong order. "
            "Here the same 192 windows are used every time: a third of the scatter, and none of it between steps.",
            "Một lô tản mát cỡ bằng mức tiến bộ của 100 bước, nên hai điểm kề nhau có thể đảo thứ tự. Ở đây luôn dùng đúng 192 cửa sổ ấy: "
            "tản mát còn một phần ba, và giữa các bước thì không có.",
        ),
    ),
    Claim(
        "8.11",
        T("The architecture does the learning.", "Chính kiến trúc tạo nên việc học."),
        SOURCE,
        T("implied", "hàm ý"),
        "training",
        measure=lambda r: r["course"].final("test_loss") - r["gpt2"].final("test_loss"),
        judge=depends(
            above(0.5),
            T(
                "also on the start: the same blocks, batches and steps",
                "vào cả điểm xuất phát: cùng các khối, cùng lô, cùng số bước",
            ),
        ),
        needs=runs(course=PROSE, gpt2=PROSE_GPT2),
        unit=T(
            "nats by which GPT-2's start is better after 500 steps on prose",
            "nats mà điểm xuất phát của GPT-2 tốt hơn sau 500 bước trên văn thật",
        ),
        explain=T(
            "The blocks are the same. The start differs in two things: the weights, and that the course divides its logits by √d. On prose it is worth more than everything the course's run learned after step 200. Claim 8.11b takes the two apart.",
            "Các khối y hệt nhau. Điểm xuất phát khác ở hai thứ: trọng số, và việc khóa học chia logits cho √d. Trên văn thật, nó đáng giá hơn tất cả những gì lần chạy của khóa học học được sau bước 200. Khẳng định 8.11b tách riêng hai thứ đó.",
        ),
    ),
    Claim(
        "8.11b",
        T("GPT-2's small weights are the better start.", "Trọng số nhỏ của GPT-2 là điểm xuất phát tốt hơn."),
        None,
        T("ours", "của chúng tôi"),
        "training",
        measure=either,
        judge=depends(
            above(0.05),
            T(
                "on the head: they win with plain logits, the course's with logits divided by √d",
                "vào tầng ra: logits để nguyên thì chúng thắng, logits chia √d thì trọng số của khóa học thắng",
            ),
        ),
        needs=runs(
            course=replace(PROSE, divide_logits="no"),
            gpt2=PROSE_GPT2,
            course_cut=PROSE,
            gpt2_cut=replace(PROSE_GPT2, divide_logits="yes"),
        ),
        unit=T(
            "nats, the smaller of: lead of GPT-2's weights with plain logits, lead of the course's with divided ones (500 steps on prose)",
            "nats, số nhỏ hơn trong hai: GPT-2 dẫn khi logits để nguyên, khóa học dẫn khi logits bị chia (500 bước trên văn thật)",
        ),
        explain=T(
            "Large tied embeddings make large logits, which the division cools; small ones start cool, and divided again they can hardly grow. Weights and head belong together: compare two starts with the head each was made for, and say so.",
            "Embedding lớn dùng chung làm logits lớn, phép chia hạ nhiệt chúng; embedding nhỏ vốn đã nguội, chia nữa thì logits khó lớn lên. Trọng số và tầng ra đi với nhau: hãy so mỗi cách khởi tạo với tầng ra nó được làm cho, và nói rõ điều đó.",
        ),
    ),
    Claim(
        "8.12",
        T(
            "GPT-2's initialisation starts at ln V: it knows nothing, and says so.",
            "Khởi tạo của GPT-2 bắt đầu tại ln V: nó chưa biết gì, và thừa nhận điều đó.",
        ),
        None,
        same("ln V + 0.013"),
        "training",
        measure=lambda r: r["start"].at("test_loss", 0) - reference(r["start"], "uniform"),
        judge=between(-0.05, 0.05),
        needs=runs(start=GPT2_START),
        unit=T("nats above ln V", "nats cao hơn ln V"),
        explain=T(
            "Its logits have a spread of 0.02·√d = 0.16: all tokens stay almost equally likely.",
            "Logits của nó chỉ dao động 0.02·√d = 0.16: mọi token gần như bằng nhau.",
        ),
    ),
    Claim(
        "8.13",
        T(
            "On real prose, a few seconds are better spent on Model 1 than on Model 5.",
            "Trên văn thật, với vài giây thì Mô hình 1 đáng dùng hơn Mô hình 5.",
        ),
        None,
        T("ours", "của chúng tôi"),
        "training",
        measure=race,
        judge=above(0.0),
        needs=runs(five=PROSE_GPT2, one=model1.Config(corpus="manual", lr=5e-3)),
        unit=T("nats by which Model 1 is ahead at equal seconds", "nats Mô hình 1 dẫn trước sau cùng số giây"),
        explain=T(
            "Model 1 can only become a table of pairs, but it becomes one fast. Attention pays when there is time, data, or a text with firm rules.",
            "Mô hình 1 chỉ có thể trở thành bảng cặp từ, nhưng thành rất nhanh. Attention có lãi khi có thời gian, dữ liệu, hoặc văn bản quy luật chặt.",
        ),
    ),
)
