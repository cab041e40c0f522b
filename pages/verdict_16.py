"""What lesson 16 says about its numbers: verdicts and readouts, each a rule on what was measured."""

import math

from app import sentences
from app.i18n import T
from app.lesson import Readout
from app.theme import number, percent, signed
from core.uploads import language_of
from core.web_filters import NAMES
from pages.names_16 import POOLS, RULES, of


def good_pages(result) -> int:
    """How many pages of the collection carry the label of prose; 0 where there are no labels."""
    return sum(kind in ("prose", "banner") for kind in result.tables.get("pages", {}).get(1, {}).get("kind", ()))


def lost_pages(result) -> tuple[float, float]:
    """Shares of the good pages that the rules remove, and that go afterwards because a near-copy of them stays."""
    found = result.tables["funnel"][1]
    good = {}
    for step, kind, n in zip(found["step"], found["kind"], found["documents"], strict=True):
        good[step] = good.get(step, 0) + n * (kind in ("prose", "banner"))
    return 1 - good["fineweb"] / good["start"], (good["fineweb"] - good["copies"]) / good["start"]


def filters(view):
    main = view.main
    if not main.metrics.get("documents"):
        return []
    total, tokens = main.final("documents"), main.final("tokens")
    gone, gone_tokens = main.final("alone_documents"), main.final("alone_tokens")
    facts = {
        "rule": RULES[view.config.rule],
        "n": f"{gone:,.0f}",
        "docs": percent(gone / total),
        "tokens": percent(gone_tokens / max(1, tokens)),
        "kept": f"{main.final('kept_documents'):,.0f}",
        "total": f"{total:,.0f}",
    }
    removed = (
        T(
            "“{rule}” alone removes one page ({docs} of the pages, {tokens} of the tokens).",
            "Riêng “{rule}” loại một trang ({docs} số trang, {tokens} số token).",
        )
        if gone == 1
        else T(
            "“{rule}” alone removes {n} pages ({docs} of the pages, {tokens} of the tokens).",
            "Riêng “{rule}” loại {n} trang ({docs} số trang, {tokens} số token).",
        )
    )
    said = [removed.format(**facts)]
    if main.final("kept_documents") == 0:
        said.append(
            T(
                "0 pages are left. The first rule to loosen: {rule}.", "Còn 0 trang. Quy tắc nên nới trước: {rule}."
            ).format(rule=of(RULES, main.facts.get("loosen", "")))
        )
    elif not good_pages(main):  # no labels, or nobody to lose
        said.append(
            T("All rules together leave {kept} of {total}.", "Tất cả quy tắc để lại {kept} trên {total}.").format(
                **facts
            )
        )
    else:
        rules, copied = lost_pages(main)
        said.append(
            T(
                "All rules together, and the removal of copies, leave {kept} of {total}: {good} of these are prose worth keeping. Of the good pages {lost} were lost: {rules} to the rules, {copies} because a near-copy stays.",
                "Tất cả quy tắc và việc bỏ bản sao để lại {kept} trên {total}: {good} trong đó là văn xuôi đáng giữ. Trong các trang tốt, {lost} đã mất: {rules} do quy tắc, {copies} vì một bản gần trùng ở lại.",
            ).format(
                **facts,
                good=percent(main.final("precision")),
                lost=percent(1 - main.final("recall")),
                rules=percent(rules),
                copies=percent(copied),
            )
        )
    return said


def filter_readouts(view):
    main = view.main
    if not main.metrics.get("documents"):
        return []
    out = [
        Readout(
            T("pages left", "trang còn lại"),
            f"{main.final('kept_documents'):,.0f} / {main.final('documents'):,.0f}",
            T("After all rules and deduplication.", "Sau mọi quy tắc và bỏ bản sao."),
        ),
        Readout(
            T("tokens left", "token còn lại"),
            percent(main.final("kept_tokens") / max(1, main.final("tokens"))),
            T("Built-in byte pairs.", "Theo cặp byte có sẵn."),
        ),
    ]
    if good_pages(main):
        out += [
            Readout(
                T("precision", "độ chính xác (precision)"),
                percent(main.final("precision")),
                T("Share of what is left that is labelled prose.", "Trong phần còn lại, bao nhiêu mang nhãn văn xuôi."),
            ),
            Readout(
                T("recall", "độ phủ (recall)"),
                percent(main.final("recall")),
                T("Share of the labelled prose that is left.", "Trong văn xuôi có nhãn, bao nhiêu được giữ."),
            ),
        ]
    return out


def own(view):
    main = view.main
    first = main.final("first")
    if math.isnan(first):
        return []
    if first == -2:
        return [
            T("An empty page: the reason is “empty”. Paste something.", "Trang rỗng: lý do là “rỗng”. Hãy dán gì đó.")
        ]
    if first == -1:
        return [
            (
                T(
                    "Your page stays: {words} words; {kept} of its {lines} lines are kept.",
                    "Trang của bạn ở lại: {words} từ; giữ {kept} trên {lines} dòng.",
                )
                if main.final("lines") != 1
                else T(
                    "Your page stays; number of words: {words}. Its only line is kept.",
                    "Trang của bạn ở lại: {words} từ; giữ dòng duy nhất của nó.",
                )
                if main.final("kept_lines") == 1
                else T(
                    "Your page stays; number of words: {words}. Its only line is dropped.",
                    "Trang của bạn ở lại: {words} từ; nhưng dòng duy nhất của nó bị bỏ.",
                )
            ).format(
                words=f"{main.final('words'):.0f}",
                kept=f"{main.final('kept_lines'):.0f}",
                lines=f"{main.final('lines'):.0f}",
            )
        ]
    rule = NAMES[int(first)]
    said = [
        T(
            "Removed by “{rule}”. Of {all} rules, {n} would remove it.",
            "Bị loại bởi “{rule}”. Trong {all} quy tắc, {n} sẽ loại nó.",
        ).format(rule=RULES[rule], n=f"{main.final('dead'):.0f}", all=len(NAMES))
    ]
    if rule == "language" and view.config.profile == "en" and language_of(view.config.text) == "vi":
        said.append(
            T(
                "Its letters are Vietnamese and the profile is English. Switch the profile and see whether it stays.",
                "Chữ là tiếng Việt còn hồ sơ là tiếng Anh. Hãy đổi hồ sơ rồi xem nó có ở lại không.",
            )
        )
    return said


def copies(view):
    main = view.main
    if not main.metrics.get("documents"):
        return []
    if main.final("pairs") == 0:
        return [
            T("No two pages here share a fifth of their runs.", "Không hai trang nào ở đây chung một phần năm số cụm.")
        ]
    facts = {
        "hashes": f"{main.final('hashes'):.0f}",
        "n": f"{main.final('candidates'):,.0f}",
        "left": f"{main.final('left'):,.0f}",
        "total": f"{main.final('documents'):,.0f}",
    }
    said = [
        T(
            "Candidate pairs: {n}; numbers a page: {hashes}. Keeping one of every cluster leaves {left} of {total} pages.",
            "Cặp ứng viên: {n}; con số mỗi trang: {hashes}. Giữ một trang mỗi nhóm thì còn {left} trên {total} trang.",
        ).format(**facts)
    ]
    if main.final("near"):
        said.append(
            (
                T(
                    "Of the {n} pairs with s ≥ 0.8, {found} were caught; the curve expects {expected}.",
                    "Trong {n} cặp có s ≥ 0.8, bắt được {found}; đường cong dự đoán {expected}.",
                )
                if main.final("near") > 1
                else T(
                    "The only pair with s ≥ 0.8 was caught; the curve gives it a chance of {expected}.",
                    "Đã bắt được cặp duy nhất có s ≥ 0.8; theo đường cong, khả năng bắt được là {expected}.",
                )
                if main.final("found") == 1
                else T(
                    "The only pair with s ≥ 0.8 was missed; the curve gives it a chance of {expected}.",
                    "Cặp duy nhất có s ≥ 0.8 đã lọt lưới; theo đường cong, khả năng bắt được là {expected}.",
                )
            ).format(
                n=f"{main.final('near'):.0f}",
                found=percent(main.final("found")),
                expected=percent(main.final("expected")),
            )
        )
    return said


def copy_readouts(view):
    main = view.main
    if math.isnan(main.final("hashes")):
        return []
    return [
        Readout(
            T("numbers per page", "con số mỗi trang"),
            f"{main.final('hashes'):.0f}",
            T("bands × hashes per band (at most 400 here).", "số dải × số hash mỗi dải (ở đây tối đa 400)."),
        ),
        Readout(
            T("error of the estimate", "sai số ước lượng"),
            number(main.final("error")) if main.metrics.get("error") else "–",
            T("Mean distance from the true similarity.", "Khoảng cách trung bình tới độ giống thật."),
        ),
        Readout(
            T("clusters", "số nhóm"),
            f"{main.final('clusters'):.0f}",
            T("Groups of linked pages.", "Nhóm các trang nối với nhau."),
        ),
        Readout(
            T("caught at s = 0.8", "bắt được ở s = 0.8"),
            percent(main.final("curve_0.8")),
            T("By the formula.", "Theo công thức."),
        ),
    ]


def census(view):
    main = view.main
    if not main.metrics.get("mean"):
        return []
    if not main.final("mean"):
        return [T("There is no token on these pages.", "Các trang này không có token nào.")]
    skewed = main.final("median") < 0.75 * main.final("mean")
    return [
        (
            T(
                "Mean {mean}, median {median}: the middle page has {ratio} of the mean, because the longest tenth holds {top} of all tokens.",
                "Trung bình {mean}, trung vị {median}: trang ở giữa chỉ bằng {ratio} mức trung bình, vì một phần mười dài nhất giữ {top} số token.",
            )
            if skewed
            else T(
                "Mean {mean}, median {median}: the middle page has {ratio} of the mean; the longest tenth holds {top} of all tokens.",
                "Trung bình {mean}, trung vị {median}: trang ở giữa bằng {ratio} mức trung bình; một phần mười dài nhất giữ {top} số token.",
            )
        ).format(
            mean=f"{main.final('mean'):,.0f}",
            median=f"{main.final('median'):,.0f}",
            ratio=percent(main.final("median") / main.final("mean")),
            top=percent(main.final("top_share")),
        ),
        T(
            "{distinct} different ones in {tokens}; {once} of them occur once.",
            "{distinct} token khác nhau trong {tokens}; {once} trong số đó chỉ gặp một lần.",
        ).format(
            distinct=f"{main.final('distinct'):,.0f}",
            tokens=f"{main.final('tokens'):,.0f}",
            once=percent(main.final("once")),
        ),
    ]


def census_readouts(view):
    main = view.main
    if not main.metrics.get("mean"):
        return []
    pages = T("{n} pages", "{n} trang").format(n=f"{main.final('documents'):,.0f}")
    return [
        Readout(T("read", "đã đọc"), pages, T("At most as many as the slider says.", "Nhiều nhất bằng thanh trượt.")),
        Readout(T("longest page", "trang dài nhất"), f"{main.final('largest'):,.0f}", T("Tokens.", "Token.")),
        Readout(
            T("growth exponent", "số mũ tăng"),
            number(main.final("exponent")),
            T("Distinct ∝ read to this power, second half.", "Số khác nhau ∝ số đã đọc lũy thừa số này, nửa sau."),
        ),
        Readout(
            T("1,000 pages by that law", "1,000 trang theo luật đó"),
            f"{main.final('thousand'):,.0f}",
            T(
                "Different tokens; no vocabulary is larger than its list.",
                "Số token khác nhau; không từ vựng nào lớn hơn danh sách của nó.",
            ),
        ),
    ]


def last_train(result) -> float:
    """Mean of the last 15 training losses, nan where there are none."""
    found = list(result.metrics.get("train_loss", {}).values())[-15:]
    return sum(found) / len(found) if found else math.nan


def gain(view, pool: str) -> float:
    """Clean test loss of this pool minus raw's, nats per token; nan while unknown."""
    return view.result(pool).final("test_loss") - view.result("raw").final("test_loss")


NOISE = 0.03  # nats/token: two seeds of one pool differ by about this much


def lowest(arms, loss) -> T:
    """The name of the arm with the lowest loss(result), with all that lie no further off than two seeds do."""
    best = min(loss(a.result) for a in arms)
    close = [a.arm.name for a in arms if loss(a.result) < best + NOISE]
    return T(" = ".join(n.en for n in close), " = ".join(n.vi for n in close))


def ended(result) -> float:
    return result.final("test_loss")


def training(view):
    said = sentences.any_diverged(view.arms)
    whole = [a for a in view.arms if math.isfinite(ended(a.result)) and math.isfinite(last_train(a.result))]
    over = all(
        a.complete or a.status.state == "failed" for a in view.arms
    )  # rules that leave no page end an arm at once
    if not over or len(whole) < 2:
        return said
    said.append(
        T(
            "Lowest training loss: {a}. Lowest loss on clean prose: {b}.",
            "Loss huấn luyện thấp nhất: {a}. Loss thấp nhất trên văn xuôi sạch: {b}.",
        ).format(a=lowest(whole, last_train), b=lowest(whole, ended))
    )
    for pool in ("dedup", "filtered", "removed"):
        change = gain(view, pool)
        if math.isfinite(change):
            size = (
                T("less than two seeds differ", "nhỏ hơn mức hai hạt giống khác nhau")
                if abs(change) < NOISE
                else T("at equal steps", "với cùng số bước")
            )
            said.append(
                T(
                    "{pool}: {change} nats/token against raw on clean prose, {size}.",
                    "{pool}: {change} nats/token so với trang thô trên văn xuôi sạch, {size}.",
                ).format(pool=POOLS[pool], change=signed(change) if abs(change) >= 0.005 else number(change), size=size)
            )
            break
    return said


def training_readouts(view):
    out = []
    for a in view.arms[:4]:
        facts = a.result.facts
        if facts:
            out.append(
                Readout(
                    a.arm.name,
                    (
                        T(
                            "{pages} pages, {tokens} tokens, {passes} passes",
                            "{pages} trang, {tokens} token, {passes} lượt",
                        )
                        if facts["pages"] != 1
                        else T("one page, {tokens} tokens, {passes} passes", "một trang, {tokens} token, {passes} lượt")
                    ).format(
                        pages=f"{facts['pages']:,}",
                        tokens=f"{facts['train_tokens']:,}",
                        passes=f"{facts['passes']:.1f}" if facts["passes"] >= 0.1 else number(facts["passes"]),
                    ),
                    T("Passes: how often the run reads its pool.", "Lượt: lần chạy đọc dữ liệu của nó bao nhiêu lần."),
                )
            )
    return out
