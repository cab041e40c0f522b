"""What models are said to have cost, each number with its source, and what the numbers imply about each other."""

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core import compute

STATUSES = ("card", "paper", "estimate", "rumour")  # from what the makers wrote to what nobody will sign


@dataclass(frozen=True)
class Card:
    """One published model; nan where nothing is published. parameters: those that multiply (of a mixture of experts the
    active ones), total: all of them. hours: of one accelerator. wall: hours by the clock. watts: of one accelerator."""

    name: str
    status: str
    source: str
    url: str
    parameters: float = math.nan
    total: float = math.nan
    tokens: float = math.nan
    flop: float = math.nan
    hours: float = math.nan
    wall: float = math.nan
    accelerator: str = ""
    watts: float = math.nan
    mwh: float = math.nan
    tonnes: float = math.nan
    dollars: float = math.nan

    @property
    def sparse(self) -> bool:
        return not math.isnan(self.total)

    @property
    def training(self) -> float:
        """FLOP: as published, else 6ND."""
        return compute.flops(self.parameters, self.tokens) if math.isnan(self.flop) else self.flop

    @property
    def mfu(self) -> float:
        """The share of the accelerator's peak that the published hours imply."""
        if not self.accelerator:
            return math.nan
        return compute.utilisation(self.training, self.hours, compute.ACCELERATORS[self.accelerator].peak)

    @property
    def grid(self) -> float:
        """kg CO2 for each kWh that the published figures imply; energy as published, else hours times watts."""
        kwh = self.hours * self.watts / 1000 if math.isnan(self.mwh) else 1000 * self.mwh
        return 1000 * self.tonnes / kwh

    def cost(self, price: float) -> float:
        """Dollars as published, else its hours at `price` dollars each."""
        return self.hours * price if math.isnan(self.dollars) else self.dollars


@cache
def cards() -> tuple[Card, ...]:
    text = (Path(__file__).parent / "model_cards.json").read_text(encoding="utf-8")
    return tuple(Card(**row) for row in json.loads(text))


def card(name: str) -> Card:
    return next(one for one in cards() if one.name == name)
