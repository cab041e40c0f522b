"""Tales: two small story languages, English and Vietnamese, whose every regularity is known because we wrote it.

A story is a template with slots. A slot is a draw (the first time it is printed its value is drawn from a table,
later it repeats that value: a copy over a long distance) or an agreement (a fixed function of earlier draws:
a pronoun, a sum). Every draw can be read off the text where it is first printed, so the state of the generator is
a function of the text so far, and its entropy is known exactly (core/floors.py computes it).

Lessons 5, 6, 8, 14, 17, 18 draw that entropy as "the best possible"; lesson 19 uses the words that are rare or
never printed on purpose.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from functools import cached_property

VERSION = 1  # raise when the sampler's draws change, so that stored runs do not pass for new ones
PIECE = re.compile(r" ?[^\s.,]+|[.,]|\s")  # a word with the space before it, a mark, or a line end
SLOT = re.compile(r" ?\{(\w+)\}| ?[^\s.,{}]+|[.,]|\n")
KINDS = ("pronoun", "name", "object", "place", "sum", "friend", "mood")  # the agreements a story keeps


@dataclass(frozen=True)
class Story:
    """One kind of story.

    text: the template. draws: slot -> {value: weight}, or {parent's value: {value: weight}} for a slot in `given`.
    given: slot -> the earlier draw it depends on. agree: slot -> (draws it reads, {their values joined by "|": text}).
    kinds: slot -> which of KINDS it shows when it agrees with what came before.
    """

    text: str
    draws: dict
    given: dict
    agree: dict
    kinds: dict

    def table(self, slot: str, parent: str | None = None) -> dict[str, float]:
        """{value: probability} of a draw, given its parent's value if it has a parent."""
        table = self.draws[slot][parent] if slot in self.given else self.draws[slot]
        total = sum(table.values())
        return {value: weight / total for value, weight in table.items()}

    def values(self, slot: str) -> list[str]:
        """Every text the slot can print, whatever came before, longest first."""
        if slot in self.agree:
            found = set(self.agree[slot][1].values())
        elif slot in self.given:
            found = {value for table in self.draws[slot].values() for value in table}
        else:
            found = set(self.draws[slot])
        return sorted(found, key=lambda value: (-len(value), value))

    def steps(self) -> list[tuple[str, str, bool]]:
        """The template as (space before or "", literal text or slot name, is it a slot)."""
        out = []
        for match in SLOT.finditer(self.text):
            piece = match.group()
            space = " " if piece.startswith(" ") else ""
            out.append((space, match.group(1) or piece[len(space) :], match.group(1) is not None))
        return out


@dataclass(frozen=True)
class Language:
    """A language is its stories (each told equally often) and the words of its vocabulary that no story prints."""

    name: str
    code: str
    stories: tuple[Story, ...]
    unused: tuple[str, ...]
    rare: tuple[str, ...] = field(default=())

    @cached_property
    def fingerprint(self) -> str:
        """12 hex digits that change when any rule of the language does."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(f"{VERSION}/{text}".encode()).hexdigest()[:12]

    def vocabulary(self) -> list[str]:
        """Every piece as printed (" girl", ",", "One"), in the order of the templates; then the unused words."""
        found: dict[str, None] = {}
        for story in self.stories:
            for space, name, is_slot in story.steps():
                for value in sorted(story.values(name)) if is_slot else [name]:
                    found.update(dict.fromkeys(PIECE.findall(space + value)))
        found.update(dict.fromkeys(" " + word for word in self.unused))
        return list(found)


def zipf(words: str, rare: str = "") -> dict[str, float]:
    """Weights 1, 1/2, 1/3, ...: the few common and many seldom words of real language; `rare` gets 0.01."""
    table = {word: 1 / (place + 1) for place, word in enumerate(words.split("/"))}
    return table | ({rare: 0.01} if rare else {})


def flat(words: str) -> dict[str, float]:
    return dict.fromkeys(words.split("/"), 1.0)


def _left(numbers: str, answer: str) -> dict[str, str]:
    """How many of 4 to 6 remain after giving 1 or 2 away, when the answer was `answer` (yes), else all of them."""
    word = numbers.split("/")
    table = {}
    for n in (4, 5, 6):
        for gone in (1, 2):
            table[f"{word[n - 1]}|{word[gone - 1]}|yes"] = word[n - gone - 1]
            table[f"{word[n - 1]}|{word[gone - 1]}|no"] = word[n - 1]
    no, yes = ("no", "yes") if answer == "yes" else ("không", "có")
    return {key.replace("|yes", f"|{yes}").replace("|no", f"|{no}"): value for key, value in table.items()}


# --- English ----------------------------------------------------------------------------------------------------

GIRLS, BOYS = zipf("Mia/Nora/Lucy/Ada/Ella/Rose", "Zelda"), zipf("Tom/Leo/Ben/Sam/Hugo/Finn", "Igor")
EN_SHARED = dict(
    place=zipf("river/market/forest/castle/harbour/garden", "lighthouse"),
    friend=zipf("fox/bear/crow/pirate/rabbit/farmer", "hedgehog"),
    n=flat("four/five/six"),
    gone=flat("one/two"),
    adj=flat("red/tiny/golden/old/shiny/strange"),
    answer={"yes": 7, "no": 3},
    mood={"yes": {"happy": 8, "proud": 2}, "no": {"sad": 7, "angry": 3}},
)
EN_LEFT = (("n", "gone", "answer"), _left("one/two/three/four/five/six", "yes"))
EN_FIND = Story(
    text=(
        "One {time}, a {age} {kind} named {name} took a {pet} to the {place}. Behind the {thing}, {she} found {n} "
        "{adj} {object}. A {friend} asked for {gone}. {name} said {answer}, so the {friend} felt {mood}, and {left} "
        "{object} were left. At night {name} told {her} {who} about the {place}, the {friend} and the {adj} "
        "{object}, while the {pet} slept.\n"
    ),
    draws=EN_SHARED
    | dict(
        time=zipf("morning/afternoon/evening/day"),
        age=zipf("little/young/clever/quiet"),
        kind=flat("girl/boy"),
        name={"girl": GIRLS, "boy": BOYS},
        pet=flat("dog/goat/parrot/turtle"),
        thing=flat("bridge/well/big tree/wall/small boat"),
        object=zipf("shells/keys/stones/coins/lamps/books/masks/drums", "astrolabes"),
        who=zipf("mother/father/sister/teacher"),
    ),
    given={"name": "kind", "mood": "answer"},
    agree={
        "she": (("kind",), {"girl": "she", "boy": "he"}),
        "her": (("kind",), {"girl": "her", "boy": "his"}),
        "left": EN_LEFT,
    },
    kinds=dict(
        name="name", she="pronoun", her="pronoun", object="object", adj="object", place="place", friend="friend",
        pet="friend", mood="mood", left="sum",
    ),
)  # fmt: skip
EN_MAKE = Story(
    text=(
        "Last {season} a {job} called {name} made {n} {adj} {object} and carried them past the {place}. Halfway, {she} "
        "met a {friend} who wanted {gone}. {name} answered {answer}, the {friend} looked {mood}, and {left} {object} "
        "were left. Back home {she} wrote a {letter} letter about the {friend}, the {adj} {object} and the {place}.\n"
    ),
    draws=EN_SHARED
    | dict(
        season=flat("spring/summer/autumn/year"),
        job=flat("baker/potter/weaver"),
        name={name: weight for name, weight in (GIRLS | BOYS).items()},
        object={
            "baker": zipf("pies/cakes/loaves"),
            "potter": zipf("bowls/cups/plates"),
            "weaver": zipf("scarves/rugs/hats"),
        },
        letter=zipf("long/short/funny"),
    ),
    given={"object": "job", "mood": "answer"},
    agree={"she": (("name",), dict.fromkeys(GIRLS, "she") | dict.fromkeys(BOYS, "he")), "left": EN_LEFT},
    kinds=dict(
        name="name", she="pronoun", object="object", adj="object", place="place", friend="friend", mood="mood",
        left="sum",
    ),
)  # fmt: skip
EN = Language(
    name="tales-en",
    code="en",
    stories=(EN_FIND, EN_MAKE),
    unused=("dragon", "winter", "seven", "purple", "whisper", "engine", "violin", "comet", "island", "thunder"),
    rare=("Zelda", "Igor", "lighthouse", "hedgehog", "astrolabes"),
)

# --- Vietnamese -------------------------------------------------------------------------------------------------

CO, CAU = zipf("Mai/Lan/Hoa/Linh/Thảo/Vy", "Xuân"), zipf("Nam/Minh/Sơn/Hùng/Tuấn/Phúc", "Khôi")
VI_SHARED = dict(
    place=zipf("bờ sông/khu chợ/khu rừng/nhà ga/bãi biển/khu vườn", "ngọn hải đăng"),
    friend=zipf("chú cáo/bác gấu/cô quạ/ông lão/bạn thỏ/bà cụ", "anh nhím"),
    n=flat("bốn/năm/sáu"),
    gone=flat("một/hai"),
    adj=flat("màu đỏ/nhỏ xíu/màu vàng/cũ kỹ/lấp lánh/kỳ lạ"),
    answer={"có": 7, "không": 3},
    mood={"có": {"vui": 8, "tự hào": 2}, "không": {"buồn": 7, "tức giận": 3}},
)
VI_LEFT = (("n", "gone", "answer"), _left("một/hai/ba/bốn/năm/sáu", "có"))
VI_FIND = Story(
    text=(
        "Một {time} nọ, {kind} {name} {age} dẫn {pet} ra {place}. Phía sau {thing}, {kind} tìm thấy {n} {object} "
        "{adj}. Rồi {friend} đến xin {gone}. {name} nói {answer}, nên {friend} thấy {mood}, và còn lại {left} "
        "{object}. Đêm ấy, {name} kể cho {who} nghe về {place}, {friend} và {object} {adj}, còn {pet} thì ngủ say.\n"
    ),
    draws=VI_SHARED
    | dict(
        time=zipf("buổi sáng/buổi chiều/buổi trưa/ngày"),
        kind=flat("cô bé/cậu bé"),
        name={"cô bé": CO, "cậu bé": CAU},
        age=zipf("thông minh/trầm lặng/nghịch ngợm"),
        pet=flat("con chó/con dê/con vẹt/con rùa"),
        thing=flat("cây cầu/giếng nước/gốc đa/bức tường/chiếc thuyền"),
        object=zipf("vỏ ốc/chìa khóa/viên đá/đồng xu/cây đèn/quyển sách/mặt nạ/cái trống", "kính thiên văn"),
        who=zipf("mẹ/bố/chị/thầy"),
    ),
    given={"name": "kind", "mood": "answer"},
    agree={"left": VI_LEFT},
    kinds=dict(
        kind="pronoun", name="name", object="object", adj="object", place="place", friend="friend", pet="friend",
        mood="mood", left="sum",
    ),
)  # fmt: skip
VI_MAKE = Story(
    text=(
        "Mùa {season} năm ngoái, một {job} tên {name} làm {n} {object} {adj} rồi mang qua {place}. Giữa đường, {she} "
        "gặp {friend} muốn xin {gone}. {name} đáp {answer}, {friend} trông {mood}, và còn lại {left} {object}. Về nhà, "
        "{she} viết một lá thư {letter} về {friend}, {object} {adj} và {place}.\n"
    ),
    draws=VI_SHARED
    | dict(
        season=flat("xuân/hè/thu/mưa"),
        job=flat("thợ bánh/thợ gốm/thợ dệt"),
        name={name: weight for name, weight in (CO | CAU).items()},
        object={
            "thợ bánh": zipf("ổ bánh mì/cái bánh ngọt/hộp kẹo"),
            "thợ gốm": zipf("cái bát/chiếc cốc/bình hoa"),
            "thợ dệt": zipf("tấm thảm/khăn quàng/chiếc mũ"),
        },
        letter=zipf("dài/ngắn/vui nhộn"),
    ),
    given={"object": "job", "mood": "answer"},
    agree={"she": (("name",), dict.fromkeys(CO, "chị ấy") | dict.fromkeys(CAU, "anh ấy")), "left": VI_LEFT},
    kinds=dict(
        name="name", she="pronoun", object="object", adj="object", place="place", friend="friend", mood="mood",
        left="sum",
    ),
)  # fmt: skip
VI = Language(
    name="tales-vi",
    code="vi",
    stories=(VI_FIND, VI_MAKE),
    unused=("rồng", "bảy", "tím", "đàn", "sấm", "sét", "cuối", "tuần", "xe", "đạp"),
    rare=("Xuân", "Khôi", "hải", "đăng", "nhím", "thiên", "văn"),
)
LANGUAGES = {"tales-en": EN, "tales-vi": VI}


# --- telling and judging ----------------------------------------------------------------------------------------


def tell(language: Language, count: int, rng) -> str:
    """`count` stories, one a line, drawn with a numpy Generator. 6,000 stories take some 50 ms."""
    import numpy as np

    which = rng.integers(len(language.stories), size=count)
    told = np.empty(count, dtype=object)
    for number, story in enumerate(language.stories):
        rows = np.flatnonzero(which == number)
        column: dict[str, np.ndarray] = {}
        for slot in story.draws:  # parents are drawn first: they are earlier in the dict, or independent
            _draw(story, slot, column, len(rows), rng)
        for slot, (reads, table) in story.agree.items():
            keys = zip(*(column[read] for read in reads), strict=True)
            column[slot] = [table["|".join(key)] for key in keys]
        order = re.findall(r"\{(\w+)\}", story.text)
        form = re.sub(r"\{\w+\}", "%s", story.text.replace("%", "%%"))  # a story's own "%" is no place to fill
        told[rows] = [form % row for row in zip(*(column[slot] for slot in order), strict=True)]
    return "".join(told)


def _draw(story: Story, slot: str, column: dict, count: int, rng) -> None:
    import numpy as np

    if slot in column:
        return
    parent = story.given.get(slot)
    if parent is not None:
        _draw(story, parent, column, count, rng)
    uniform = rng.random(count)
    column[slot] = np.empty(count, dtype=object)
    for value in story.draws[slot] if parent is not None else [None]:
        rows = slice(None) if parent is None else np.flatnonzero(column[parent] == value)
        table = story.table(slot, value)
        edges = np.cumsum(list(table.values()))[:-1]
        column[slot][rows] = np.array(list(table), dtype=object)[np.searchsorted(edges, uniform[rows], side="right")]
