"""How a page is cut into words, sentences and paragraphs before anything is counted on it.

Close to what datatrove's English filters do (spaCy's blank tokenizer and its sentencizer): a punctuation mark is a token of
its own, "don't" is two. On 300 pages of FineWeb the number of tokens differs by less than 1 %.
"""

import re
import unicodedata
from functools import lru_cache

WORD = re.compile(
    r"[^\W\d_]+(?=[ ,;\n])"  # four tokens in five
    r"|https?://\S+|[\w.+-]+@[\w-]+\.[\w.]+|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|info|tv|ca|de|uk)\b"  # addresses
    r"|(?:[^\W\d_]\.){2,}|\b[A-Z]\.(?=[\s),]|$)"  # U.S.; an initial
    r"|\b(?:Mr|Mrs|Ms|Dr|St|Jr|Sr|Inc|Ltd|Co|Corp|vs|Prof|Rev|Gen|Gov|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\."
    r"|\.{2,}|-{2,}|:-?\)|[^\W\d_]+-\d+\b|[^\W\d_]+-(?=\s)"  # an ellipsis, a smile, I-93
    r"|\.?\d[\d.,:/]*\d(?:st|nd|rd|th|s)?\b|\.?\d+(?:st|nd|rd|th|s)?\b"  # 1,000; 5th
    r"|['’](?:s|S|re|ve|ll|d|m)\b|[^\W_]+?(?=n['’]t\b)|n['’]t\b"  # it 's, do n't
    r"|\|*[^\W_]+(?:[_|`]+[^\W_]+)*\|*|_+|[^\w\s]"
)
# A full stop after an initial or a title ends no sentence, nor does one of an ellipsis.
_TITLES = r"(?<!\b[A-Z])(?<!\b[a-zA-Z]\.[a-zA-Z])(?<!\b(?:Mr|Ms|Dr|St|Jr|Sr|vs|Co))(?<!\b(?:Mrs|Inc|Ltd))(?<!\bProf)"
_END = re.compile(
    rf"(?:[!?]+|{_TITLES}(?<!\.)\.(?!\.))(?:[^\w\s]*(?=\s+\S*\w)|[\"'”’]?(?<=[a-z]..)(?=[A-Z])|(?=[A-Z]))"
)
_SYMBOLS = frozenset("$+<=>^`|~´►")  # signs that count as punctuation here, beside those of Unicode's category P


def words(text: str) -> list[str]:
    """The tokens of a text, punctuation marks included, in their order."""
    return WORD.findall(text)


def sentences(line: str) -> int:
    """How many sentences a line holds: 0 where it is blank, else one more than there are ends inside it."""
    return 1 + len(_END.findall(line)) if line.strip() else 0


@lru_cache(maxsize=200_000)
def is_word(token: str) -> bool:
    """Whether a token has anything but punctuation in it; only such tokens are counted as words."""
    return any(c not in _SYMBOLS and unicodedata.category(c)[0] not in "PCZ" for c in token)


@lru_cache(maxsize=200_000)
def has_letter(token: str) -> bool:
    return any(c.isalpha() for c in token)
