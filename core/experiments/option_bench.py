"""Each optimization option against the same baseline, in turn, on this machine: speed, memory, and whether the result is
the same (course lesson 20)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from core import training_options
from core.events import Event, Finished, Metric, Note, Snapshot, Started, Table
from core.experiment import Experiment, knob

USUAL = "accumulate,as_torch_comes,bfloat16,checkpoint,clip,dropout,int32,loop,manual,modern,muon,padded,untied"
SLOW = 6.0  # times the baseline's time, above which an option is timed in few passes only
FEW = 3


@dataclass(frozen=True)
class Config:
    """options: codes of training_options.BENCHED, joined by commas. steps: passes, each times everything once.
    Random tokens stand in for text: they time alike."""

    experiment: ClassVar[str] = "option_bench"
    options: str = knob(USUAL, pattern="[a-z0-9_,]*", choices=())
    steps: int = knob(12, low=2, high=200)
    vocabulary: int = knob(2000, low=16, high=60_000)
    width: int = knob(64, low=8, high=1024)
    blocks: int = knob(2, low=1, high=24)
    heads: int = knob(4, low=1, high=32)
    context: int = knob(64, low=2, high=1024)
    batch: int = knob(16, low=1, high=256)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


def chosen(config: Config) -> dict[str, dict]:
    """{code: fields} of the options that this device can do."""
    named = [code for code in training_options.BENCHED if code in config.options.split(",")]
    found = {code: training_options.BENCHED[code] for code in named}
    if config.device != "cuda":
        found = {code: fields for code, fields in found.items() if code not in training_options.NEED_GPU}
    if training_options.no_compiler():
        found.pop("compiled", None)
    return found


def options_of(config: Config, fields: dict) -> training_options.Options:
    from core import device

    if fields.get("threads") == -1:
        fields = fields | {"threads": device.cores()}
    return training_options.of(config, **fields)


class Bench:
    """A stepper with its own batch, ready to be timed."""

    def __init__(self, config: Config, options: training_options.Options):
        import torch

        from core import rng
        from core.stepper import Stepper

        draw = rng.stream(config.seed, "data")
        ids = torch.randint(config.vocabulary, (options.batch, options.context + 1), generator=draw)
        self.x, self.y = ids[:, :-1].contiguous(), ids[:, 1:].contiguous()
        model = training_options.build_model(options, config.vocabulary, config.seed)
        self.stepper, self.number, self.watches = Stepper(options, model, 10_000, config.device), 0, []

    def __call__(self):
        """One whole step, from the ids in memory to the loss as a number."""
        from core import stepper

        watch = stepper.Stopwatch(self.stepper.device)
        self.number += 1
        with stepper.threads(self.stepper.options.threads):
            with watch.part("data"):
                x, y = self.stepper.place(self.x, self.y)
            self.stepper.step(x, y, self.number, watch=watch).item()
        self.watches.append(watch.seconds)

    def memory(self) -> dict[str, float]:
        from core import memory

        x, y = self.stepper.place(self.x, self.y)
        peak = memory.peak(self.stepper, lambda: self.stepper.step(x, y, self.number))
        return {
            "peak": float(peak),
            "saved": float(self.stepper.saved_bytes(x, y)),
            "optimizer": float(self.stepper.optimizer_bytes()),
        }

    def parts(self) -> dict[str, float]:
        """Median milliseconds of each part, the warm-up left out."""
        import statistics

        timed = self.watches[1:] or self.watches
        return {name: 1000 * statistics.median(w[name] for w in timed) for name in timed[0]}


def gaps(config: Config, options: training_options.Options) -> tuple[float, float]:
    """(gradient_gap, update_gap): how far the gradient and the weights' move of one step lie from the baseline's, from the
    same weights on the same batch, over the baseline's length. nan where the two have not the same weights or batch."""
    import torch

    def one(options):
        bench = Bench(config, options)
        stepper = bench.stepper
        if options.compiled:
            stepper.call = stepper.model  # a compiler's rounding is looked at in the timing run; not twice
        before = [p.detach().float().clone() for p in stepper.model.parameters()]
        torch.manual_seed(0)
        stepper.gradients(*stepper.place(bench.x, bench.y))
        scale = stepper.scaler.get_scale() if stepper.scaler else 1.0
        gradient = torch.cat([p.grad.detach().float().flatten() / scale for p in stepper.model.parameters()])
        stepper.set_rates(1)
        stepper.update()
        after = torch.cat([(p - b).flatten() for p, b in zip(stepper.model.parameters(), before, strict=True)])
        return gradient.detach(), after.detach()

    base = options_of(config, {})
    if [options.tying, options.positions, options.qk_norm, options.batch] != [
        base.tying,
        base.positions,
        base.qk_norm,
        base.batch,
    ] or training_options.vocabulary(options, config.vocabulary) != config.vocabulary:
        return float("nan"), float("nan")
    (g, u), (h, v) = one(base), one(replace(options, lr=base.lr))
    return float((h - g).norm() / g.norm()), float((v - u).norm() / u.norm())


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Table "options" after every pass: option ("baseline" first), milliseconds of a step (low, ms, high: quartiles),
    speed over the baseline by tokens per second (speed_low, speed, speed_high: quartiles over the passes), tokens_per_second,
    peak, saved and optimizer (bytes), gradient_gap, update_gap, passes. Table "parts" at the end: option, part, ms.
    Metrics: pass by pass speed_<option>; at the end noise (quartile range of the baseline over its median) and, for
    compiled, compile_seconds (its first step) and pays_after (steps until that is earned back, inf where never).
    Notes: needs_gpu, no_compiler, parts_snapped."""
    import time

    from core import timing

    fields, opened = chosen(config), time.perf_counter()
    yield Started(config.steps, {"options": list(fields)})
    asked = config.options.split(",")
    if config.device != "cuda" and (lacking := [code for code in training_options.NEED_GPU if code in asked]):
        yield Note(0, "needs_gpu", {"options": ", ".join(lacking)})
    if "compiled" in asked and "compiled" not in fields:
        yield Note(0, "no_compiler", {"program": training_options.no_compiler()})
    benches = {code: Bench(config, options_of(config, values)) for code, values in {"baseline": {}, **fields}.items()}
    facts, first = {}, {}
    for code, bench in benches.items():
        began = time.perf_counter()
        bench()
        first[code] = time.perf_counter() - began
        gap = (0.0, 0.0) if code == "baseline" else gaps(config, bench.stepper.options)
        facts[code] = bench.memory() | {"gradient_gap": gap[0], "update_gap": gap[1]}
        yield Metric(0, f"peak_{code}", facts[code]["peak"])
        yield Snapshot(0)
    began = time.perf_counter()
    benches["baseline"]()
    usual = time.perf_counter() - began
    slow = set()
    for code, bench in benches.items():
        began = time.perf_counter()
        bench()
        if time.perf_counter() - began > SLOW * usual:
            slow.add(code)
    taken: dict[str, list] = {code: [] for code in benches}
    for number in range(1, config.steps + 1):
        now = {c: b for c, b in benches.items() if c not in slow or number <= FEW}
        for result in timing.interleaved(now, 1, device=config.device, seed=number, warm=False):
            for code, seconds in result.items():
                taken[code] += seconds
        table = columns(config, benches, taken, facts)
        yield Table(number, "options", table)
        for code, speed in zip(table["option"], table["speed"], strict=True):
            yield Metric(number, f"speed_{code}", speed, time.perf_counter() - opened)
        yield Snapshot(number)
    rows = [(code, part, ms) for code, bench in benches.items() for part, ms in bench.parts().items()]
    yield Table(
        config.steps, "parts", dict(zip(("option", "part", "ms"), map(list, zip(*rows, strict=True)), strict=True))
    )
    yield Metric(config.steps, "noise", timing.noise(taken["baseline"]))
    if "compiled" in benches:
        gain = timing.quartiles(taken["baseline"])[1] - timing.quartiles(taken["compiled"])[1]
        yield Metric(config.steps, "compile_seconds", first["compiled"])
        yield Metric(config.steps, "pays_after", first["compiled"] / gain if gain > 0 else float("inf"))
    yield Finished(config.steps, "done")


def columns(config: Config, benches: dict, taken: dict, facts: dict) -> dict[str, list]:
    from core import timing

    out: dict[str, list] = {}
    for code, bench in benches.items():
        seconds = taken[code]
        tokens = bench.stepper.options.batch * bench.stepper.options.context
        mine = benches["baseline"].stepper.options
        share = tokens / (mine.batch * mine.context)
        ratios = [share * base / own for base, own in zip(taken["baseline"], seconds, strict=False)]
        low, middle, high = (1000 * s for s in timing.quartiles(seconds))
        slow, speed, fast = timing.quartiles(ratios)
        row = {"option": code, "low": low, "ms": middle, "high": high, "speed_low": slow, "speed": speed}
        row |= {"speed_high": fast, "tokens_per_second": 1000 * tokens / middle, "passes": len(seconds)} | facts[code]
        for name, value in row.items():
            out.setdefault(name, []).append(value)
    return out


EXPERIMENT = Experiment("option_bench", 2, Config, run, lane="alone", machine=True)
