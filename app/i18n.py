"""Two languages, one type: text is written in both at once, so a missing translation cannot be written."""

from typing import NamedTuple

LANGUAGES = {"en": "English", "vi": "Tiếng Việt"}


class T(NamedTuple):
    """A visible string in English and Vietnamese."""

    en: str
    vi: str

    def __call__(self, lang: str) -> str:
        return self.vi if lang == "vi" else self.en

    def format(self, **values) -> "T":
        """Both languages filled with the same values; a value that is itself a T is filled language by language."""

        def pick(lang):
            return {k: v(lang) if isinstance(v, T) else v for k, v in values.items()}

        return T(self.en.format(**pick("en")), self.vi.format(**pick("vi")))


def same(text: str) -> T:
    """For what is equal in both languages on purpose: names, symbols, numbers, formulas."""
    return T(text, text)
