"""What lesson 19 of the course says, and how each statement is measured here."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Claim
from core.claims import above, below, between, depends, fails, near, once, runs
from core.experiment import encode
from core.experiments import census, rescue, unused_tokens
from pages.verdict_19 import geometry, last, line

BASE = unused_tokens.Config()
SHORT = replace(BASE, steps=150)
UNTIED = replace(SHORT, tying="untied")
SGD_RATE = 300  # SGD with momentum learns about as fast as AdamW at 300 times its rate
SGD = replace(SHORT, optimizer="sgd", lr=BASE.lr * SGD_RATE, weight_decay=0.0)
MASKED = replace(SHORT, mask="logits")
MANUAL = census.Config()
GULLIVER = census.Config(corpus="book-829-cr", tokenizer="gpt2", whole=True)
COURSE_TEXT = same("CodeChallenge: What happens to unused tokens?")
BOOK = ("gpt2", "gulliver")


def farthest_from_chance(r):
    """Largest distance of a group's mean ln p from -ln V before the first step."""
    start = [line(r["run"], group)[0][1] for group in ("common", "rare", "never")]
    return max(abs(value + math.log(r["run"].facts["vocabulary"])) for value in start)


def smaller_gap(r):
    """The smaller of the two gaps never < rare < chance at the end, nats."""
    chance = -math.log(r["run"].facts["vocabulary"])
    rare, never = last(r["run"], "rare"), last(r["run"], "never")
    return min(rare - never, chance - rare)


def mask_effect(r):
    """How much leaving out a group's own inputs changes its mean ln p at the end, the largest of the groups, as a share
    of the smaller gap between the groups."""
    table = r["run"].tables["curves"][max(r["run"].tables["curves"])]
    values = dict(zip(zip(table["group"], table["masked"], strict=True), table["log_p"], strict=True))
    return max(abs(values[g, True] - values[g, False]) for g in ("common", "rare", "never")) / smaller_gap(r)


def relative_movement(result):
    """How far unused output rows moved, in units of what the common ones moved, after 150 steps."""
    return geometry(result, "never", "out", "moved", 150) / geometry(result, "common", "out", "moved", 150)


def at_equal_loss(r):
    """Mean ln p of unused tokens: AdamW's at the first look where its test loss is as low as SGD's last, minus SGD's."""
    goal = r["sgd"].final("test_loss")
    step = next((s for s, loss in r["adam"].metrics["test_loss"].items() if loss <= goal), math.nan)
    return dict(line(r["adam"], "never")).get(step, math.nan) - last(r["sgd"], "never")


def first_half(r):
    """The fine-tuning step from which the new token is the likeliest at half of its places; 1000 where it never is."""
    return next((s for s, share in r["rescue"].metrics["first"].items() if share >= 0.5), 1000)


def single_bytes(r):
    """Share of single bytes in the notebook's never group minus their share among all unused tokens of the picture."""
    drawn, picked = r["census"].tables["ranks"][1], r["census"].tables["picked"][1]

    def share(table):
        ids = [i for i, group in zip(table["id"], table["group"], strict=True) if group == "never"]
        return sum(i < 256 for i in ids) / len(ids)

    return share(picked) - share(drawn)


CLAIMS = (
    Claim(
        "19.1",
        T(
            "About 20 % of GPT-2's vocabulary occurs in Gulliver's Travels.",
            "Khoảng 20 % từ vựng của GPT-2 xuất hiện trong Gulliver du ký.",
        ),
        COURSE_TEXT,
        same("≈ 20 %"),
        "exact",
        requires=BOOK,
        measure=lambda r: 100 * r["census"].final("used_share"),
        judge=between(19.0, 21.0),
        needs=once(census=GULLIVER),
        seeds=(0,),
        unit=same("%"),
        explain=T(
            "Counted elsewhere: 10,270 tokens (20.4 %) on the file with Gutenberg's licence, 9,786 (19.5 %) on the body alone, 3,397 of these once. Here it is counted as soon as the book and the vocabulary are present.",
            "Đã đếm ở nơi khác: 10,270 token (20.4 %) trên tệp kèm giấy phép Gutenberg, 9,786 (19.5 %) nếu chỉ tính thân sách, trong đó 3,397 token đúng một lần. Ở đây sẽ đếm ngay khi có sách và bộ từ vựng.",
        ),
    ),
    Claim(
        "19.2",
        T("Before training all three groups are alike, at −ln V.", "Trước huấn luyện ba nhóm như nhau, ở −ln V."),
        COURSE_TEXT,
        same("−10.8 … −11 (ln 50,257 = 10.82)"),
        "training",
        measure=farthest_from_chance,
        judge=below(0.05),
        needs=runs(run=BASE),
        unit=T("nats from −ln V, the farthest group", "nats cách −ln V, nhóm xa nhất"),
        explain=T(
            "With init std 0.02. With the large embeddings of lesson 8 the untrained model is far from chance.",
            "Với độ lệch chuẩn khởi tạo 0.02. Với embedding lớn ở bài 8 thì mô hình chưa học đã xa mức đoán đều.",
        ),
    ),
    Claim(
        "19.3",
        T(
            "After training the common tokens stay near chance in log space, and yet they have high probability.",
            "Sau huấn luyện token thường gặp vẫn gần mức đoán đều ở thang log, vậy mà xác suất lại cao.",
        ),
        COURSE_TEXT,
        T("seen in the plots", "thấy trên hình"),
        "training",
        measure=lambda r: last(r["run"], "common", "log_mean") - last(r["run"], "common"),
        judge=depends(
            above(1.0),
            T(
                "it depends on which average is taken: ln of the mean, or mean of the ln",
                "tùy lấy trung bình nào: ln của trung bình, hay trung bình của ln",
            ),
        ),
        needs=runs(run=BASE),
        unit=T("nats between ln of mean p and mean of ln p", "nats giữa ln của p trung bình và trung bình của ln p"),
        explain=T(
            "No paradox. The mean of p settles at the tokens' frequency. The mean of ln p first rises by two nats and then sinks back towards chance with longer training, because a sharper model gives a common word almost nothing wherever another word belongs.",
            "Không có nghịch lý. Trung bình của p dừng ở tần suất của token. Trung bình của ln p thì tăng hai nats rồi lại chìm dần về mức đoán đều khi huấn luyện lâu hơn, vì mô hình càng sắc thì ở chỗ của từ khác nó cho từ thường gặp gần như bằng không.",
        ),
    ),
    Claim(
        "19.4",
        T(
            "The groups plotted are the 100 most and 100 least common tokens.",
            "Các nhóm được vẽ là 100 token thường gặp nhất và 100 token ít gặp nhất.",
        ),
        COURSE_TEXT,
        same("100 / 100"),
        "exact",
        measure=lambda r: r["census"].final("overlap_common"),
        judge=fails(below(90)),
        needs=once(census=MANUAL),
        seeds=(0,),
        unit=T(
            "of 100 “most common” are among the true ones (Python's manual)",
            "trên 100 token “thường gặp nhất” thuộc nhóm thật (sách hướng dẫn Python)",
        ),
        explain=T(
            "The printed list is right; the plots are not. Positions in the sorted list of unique tokens are used as token ids. Playground “Who is never used?” shows what they hit instead.",
            "Danh sách in ra thì đúng; hình vẽ thì không. Vị trí trong danh sách token không lặp bị dùng làm id. Sân chơi “Ai không được dùng?” cho thấy chúng trúng vào đâu.",
        ),
    ),
    Claim(
        "19.5",
        T(
            "Rare tokens fall, tokens that never occur fall most.",
            "Token hiếm giảm, token không bao giờ xuất hiện giảm nhiều nhất.",
        ),
        COURSE_TEXT,
        T("curves", "đường cong"),
        "training",
        measure=smaller_gap,
        judge=above(0.5),
        needs=runs(run=BASE),
        unit=T(
            "nats, the smaller of the gaps never < rare < chance",
            "nats, khoảng nhỏ hơn trong không dùng < hiếm < đoán đều",
        ),
        explain=T(
            "With the right indices the order is clear, and the gaps grow with training.",
            "Với chỉ số đúng thì thứ tự rõ ràng, và khoảng cách lớn dần khi huấn luyện.",
        ),
    ),
    Claim(
        "19.6",
        T(
            "Tokens that never occur are suppressed by backpropagation through the softmax.",
            "Token không bao giờ xuất hiện bị lan truyền ngược qua softmax đè xuống.",
        ),
        COURSE_TEXT,
        same("—"),
        "training",
        measure=lambda r: geometry(r["run"], "never", "out", "cosine"),
        judge=above(0.9),
        needs=runs(run=BASE),
        unit=T("mean cosine of their displacements", "cosine trung bình của các độ dời"),
        explain=T(
            "True, and sharper than told: all of them are pushed the same way, −p·h, so they end as one bundle. Common rows end in many directions.",
            "Đúng, và sắc hơn lời kể: tất cả bị đẩy về cùng một phía, −p·h, nên cuối cùng thành một bó. Hàng của token thường gặp thì tỏa nhiều hướng.",
        ),
    ),
    Claim(
        "19.7",
        T(
            "The gradient reaches the embedding of every token, used or not.",
            "Gradient đến được embedding của mọi token, dùng hay không.",
        ),
        COURSE_TEXT,
        same("—"),
        "training",
        measure=lambda r: geometry(r["untied"], "never", "in", "moved", 150),
        judge=depends(
            below(0.01),
            T(
                "only through a head that shares the embedding's matrix",
                "chỉ qua tầng ra dùng chung ma trận với embedding",
            ),
        ),
        needs=runs(untied=UNTIED),
        unit=T(
            "distance moved by unused input rows, untied, 150 steps",
            "quãng đường của hàng đầu vào không dùng, không dùng chung, 150 bước",
        ),
        digits=2,
        explain=T(
            "Untied, an unused input row is never read and gets no gradient; what is measured here is weight decay, and without it the row does not move at all.",
            "Khi tách rời, hàng đầu vào không dùng chẳng bao giờ được đọc nên không có gradient; số đo ở đây là do suy giảm trọng số, bỏ nó đi thì hàng không nhúc nhích.",
        ),
    ),
    Claim(
        "19.8",
        T(
            "Adam makes the suppression faster than such tiny probabilities suggest.",
            "Adam khiến việc đè xuống nhanh hơn so với các xác suất tí hon ấy.",
        ),
        COURSE_TEXT,
        same("—"),
        "training",
        measure=lambda r: relative_movement(r["adam"]) - relative_movement(r["sgd"]),
        judge=depends(
            above(0.5),
            T(
                "in distance, yes; in probability at the same test loss no difference shows (19.14)",
                "xét quãng đường thì đúng; xét xác suất ở cùng loss kiểm thử thì không thấy khác biệt (19.14)",
            ),
        ),
        needs=runs(adam=BASE, sgd=SGD),
        unit=T(
            "movement of unused rows over common rows, AdamW minus SGD",
            "quãng đường hàng không dùng chia hàng thường gặp, AdamW trừ SGD",
        ),
        explain=T(
            "Adam divides the gradient by its own size, so a push of 0.0003 moves a row as far as a pull of 0.04. SGD moves unused rows a third as far as common ones.",
            "Adam chia gradient cho chính độ lớn của nó, nên lực đẩy 0.0003 cũng đưa một hàng đi xa như lực kéo 0.04. SGD chỉ đưa hàng không dùng đi chừng một phần ba hàng thường gặp.",
        ),
    ),
    Claim(
        "19.9",
        T(
            "Leaving out places whose input is of the group makes the comparison fair.",
            "Bỏ các vị trí có đầu vào thuộc nhóm thì so sánh mới công bằng.",
        ),
        COURSE_TEXT,
        same("—"),
        "training",
        measure=mask_effect,
        judge=fails(below(0.5)),
        needs=runs(run=BASE),
        seeds=(20, 21, 22),  # fresh: how it is judged was changed after a look at 10 to 12
        unit=T(
            "of the smaller gap between groups: what the mask shifts",
            "khoảng cách nhỏ hơn giữa các nhóm: phần mặt nạ làm lệch",
        ),
        explain=T(
            "The mask looks at the token that is read, not at the one that is asked for, so it shifts a curve by little and changes no order. Places where it would matter are those where the group is the answer.",
            "Mặt nạ nhìn token đang đọc chứ không nhìn token được hỏi, nên chỉ làm lệch đường cong chút ít và không đổi thứ tự. Chỗ đáng kể là nơi nhóm đó làm đáp án.",
        ),
    ),
    Claim(
        "19.10",
        T(
            "Imbalance explains what models do not know about rare topics; fine-tuning restores it.",
            "Mất cân bằng giải thích vì sao mô hình không biết các chủ đề hiếm; tinh chỉnh sẽ khôi phục.",
        ),
        COURSE_TEXT,
        T("discussion", "thảo luận"),
        "training",
        measure=first_half,
        judge=depends(
            below(51),
            T(
                "for one token in twenty sentences; knowledge of a topic is not measured by that",
                "với một token trong hai mươi câu; kiến thức về một chủ đề không đo bằng cách ấy",
            ),
        ),
        needs=lambda seed: {"rescue": rescue.Config(parent=encode(replace(BASE, seed=seed)), seed=seed)},
        unit=T(
            "fine-tuning steps until it is the likeliest at half of its places",
            "bước tinh chỉnh đến khi nó khả dĩ nhất ở một nửa số chỗ của nó",
        ),
        explain=T(
            "An unused token comes back within fifty steps, and the test loss on everything else rises meanwhile. A token is not a topic: from a hundred tokens nothing follows about knowledge.",
            "Một token không dùng trở lại trong năm mươi bước, nhưng loss kiểm thử ở mọi thứ khác tăng theo. Token không phải chủ đề: từ một trăm token không suy ra được gì về kiến thức.",
        ),
    ),
    Claim(
        "19.11",
        T(
            "The never-used group is representative of all unused tokens.",
            "Nhóm không dùng đại diện cho mọi token không dùng.",
        ),
        COURSE_TEXT,
        T("implied", "hàm ý"),
        "exact",
        measure=single_bytes,
        judge=fails(above(0.2)),
        needs=once(census=MANUAL),
        seeds=(0,),
        unit=T("more single bytes than in a random draw (share)", "nhiều byte đơn hơn so với rút ngẫu nhiên (tỉ lệ)"),
        explain=T(
            "It takes the first free ids, and the first ids of such a vocabulary are single bytes. In GPT-2 they are ids 1 to 166. We draw at random.",
            "Nó lấy các id trống đầu tiên, mà các id đầu của loại từ vựng này là byte đơn. Ở GPT-2 đó là id 1 đến 166. Ở đây ta rút ngẫu nhiên.",
        ),
    ),
    Claim(
        "19.12",
        T(
            "The ln of the mean p of common tokens settles at their counted frequency.",
            "ln của p trung bình của token thường gặp dừng ở tần suất đếm được.",
        ),
        None,
        T("the unigram line", "đường unigram"),
        "training",
        measure=lambda r: last(r["run"], "common", "log_mean") - r["run"].facts["unigram"]["common"],
        judge=near(0.0, 0.15),
        needs=runs(run=BASE),
        unit=T("nats above counting", "nats cao hơn mức chỉ đếm"),
        explain=T(
            "Calibration of the simplest kind: on average the model says common as often as it is so.",
            "Dạng hiệu chuẩn đơn giản nhất: tính trung bình, mô hình nói từ thường gặp đúng bằng tần suất của nó.",
        ),
    ),
    Claim(
        "19.13",
        T(
            "On the course's own file the notebook's “most common” are the 100 most common.",
            "Trên chính tệp của khóa học, nhóm “thường gặp nhất” của notebook là 100 token thường gặp nhất.",
        ),
        COURSE_TEXT,
        same("100"),
        "exact",
        requires=BOOK,
        measure=lambda r: r["census"].final("overlap_common"),
        judge=fails(below(90)),
        needs=once(census=GULLIVER),
        seeds=(0,),
        unit=T("of 100 (body of the book)", "trên 100 (thân sách)"),
        explain=T(
            "Counted elsewhere on the file as downloaded (158,347 tokens without the byte order mark, 158,350 with it): 10 of 100 overlap, 33 never occur in the book, and they cover 11.8 % of the text instead of 58.2 %.",
            "Đã đếm ở nơi khác trên tệp tải về (158,347 token không kèm dấu BOM, 158,350 nếu kèm): trùng 10 trên 100, 33 token không hề có trong sách, và chúng chiếm 11.8 % văn bản thay vì 58.2 %.",
        ),
    ),
    Claim(
        "19.14",
        T(
            "At the same test loss Adam has pushed unused tokens further down than SGD.",
            "Ở cùng loss kiểm thử, Adam đã đè token không dùng xuống thấp hơn SGD.",
        ),
        None,
        T("a reading of 19.8", "một cách hiểu 19.8"),
        "training",
        measure=at_equal_loss,
        judge=fails(above(-0.3)),
        seeds=(10, 11, 12, 13, 14),
        needs=runs(adam=BASE, sgd=SGD),
        unit=T("nats, AdamW minus SGD", "nats, AdamW trừ SGD"),
        explain=T(
            "Adam is faster at everything, so it must be asked at equal loss. There the mean difference is smaller than the spread over seeds: SGD's unused rows move less, but the rest of its logits grows instead.",
            "Adam nhanh hơn ở mọi thứ, nên phải hỏi ở cùng mức loss. Ở đó chênh lệch trung bình nhỏ hơn độ dao động giữa các hạt giống: hàng không dùng của SGD đi ít hơn, nhưng các logits còn lại lớn lên thay vào.",
        ),
    ),
    Claim(
        "19.15",
        T(
            "Masked while training, unused tokens keep about chance when the mask comes off.",
            "Che khi huấn luyện thì lúc bỏ mặt nạ, token không dùng vẫn ở cỡ đoán đều.",
        ),
        None,
        same("−ln V"),
        "training",
        measure=lambda r: last(r["masked"], "never", "log_mean") + math.log(r["masked"].facts["vocabulary"]),
        judge=near(0.0, 0.4),
        needs=runs(masked=MASKED),
        unit=T("nats above chance", "nats cao hơn đoán đều"),
        explain=T(
            "Nothing pushed them. A mask used in training must be used in writing too.",
            "Không gì đẩy chúng. Đã che khi huấn luyện thì khi viết cũng phải che.",
        ),
    ),
    Claim(
        "19.16",
        T(
            "Unused tokens can be found from the weights, without the text they are missing from.",
            "Có thể tìm token không dùng từ trọng số, không cần văn bản mà chúng vắng mặt.",
        ),
        None,
        same("—"),
        "training",
        measure=lambda r: r["run"].final("cone_found"),
        judge=above(0.9),
        needs=runs(run=BASE),
        unit=T("of the suspects are truly unused (share)", "token bị nghi thật sự không dùng (tỉ lệ)"),
        explain=T(
            "As many suspects as there are unused tokens, those whose output rows lean furthest from the mean state. This is how glitch tokens are hunted in large models.",
            "Số token bị nghi bằng số token không dùng, là những token có hàng đầu ra ngả xa trạng thái trung bình nhất. Người ta săn token lỗi (glitch token) ở mô hình lớn theo cách này.",
        ),
    ),
)
