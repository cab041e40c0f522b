"""What a pickle would do, read without doing it: a list of instructions, some of which import and call functions.

pickletools only names the opcodes; nothing is imported, called or built. PyTorch's .pt and .bin files are a zip with
such a pickle inside, or (old ones) the pickle itself.
"""

import io
import pickletools
import re
import zipfile
from dataclasses import dataclass

from core.problem import Problem

IMPORTS = ("GLOBAL", "STACK_GLOBAL", "INST", "EXT1", "EXT2", "EXT4")
CALLS = ("REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "BUILD")
PUTS, GETS = ("MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"), ("GET", "BINGET", "LONG_BINGET")
# what a file of weights has good reason to name; all of `torch.` would let torch.hub.load through
TENSORS = re.compile(
    r"torch\._utils\._rebuild_\w+|torch\.\w+Storage|torch\.b?float\d+|torch\.u?int\d+|collections\.OrderedDict"
)
MOST = 10_000  # instructions read


@dataclass(frozen=True)
class Step:
    """One instruction. name: the function an import names. role: "import" | "call" | "data"."""

    place: int
    opcode: str
    argument: str
    name: str
    role: str


def steps(data: bytes) -> list[Step]:
    """The instructions of a pickle, or of the one inside a PyTorch zip. Raises Problem("pickle_strange")."""
    out, strings, memo, top = [], [], {}, None  # top: of the stack, where it is a text
    try:
        if data.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                data = packed.read(next(name for name in packed.namelist() if name.endswith("data.pkl")))
        for opcode, argument, place in pickletools.genops(data):
            name = ""
            if opcode.name == "STACK_GLOBAL":
                name = ".".join(strings[-2:])
            elif opcode.name in ("GLOBAL", "INST"):
                name = str(argument).replace(" ", ".")
            if opcode.name in PUTS:
                memo[len(memo) if argument is None else argument] = top
            elif opcode.name != "FRAME":  # which may stand between a text and its MEMOIZE
                text = memo.get(argument) if opcode.name in GETS else argument
                top = text if isinstance(text, str) and opcode.name not in IMPORTS else None
                strings += [] if top is None else [top]
            role = "import" if opcode.name in IMPORTS else "call" if opcode.name in CALLS else "data"
            shown = "" if argument is None else str(argument)
            out.append(Step(place or 0, opcode.name, shown[:60], name, role))
            if len(out) == MOST:
                break
    except (ValueError, StopIteration, KeyError, zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise Problem("pickle_strange", reason=type(error).__name__) from None
    return out


def strangers(found: list[Step]) -> list[str]:
    """The functions named that no file of weights needs: the reason not to open it."""
    return [step.name for step in found if step.role == "import" and not TENSORS.fullmatch(step.name)]


def calling(module: str, function: str, text: str, protocol: int = 2) -> bytes:
    """A pickle that calls module.function(text) when it is opened, written opcode by opcode and opened by nobody here.

    protocol 2, torch.save's, imports with GLOBAL; protocol 4, Python's own, with STACK_GLOBAL.
    """

    def word(value: str) -> bytes:
        raw = value.encode()
        return b"X" + len(raw).to_bytes(4, "little") + raw  # BINUNICODE

    imports = f"c{module}\n{function}\n".encode() if protocol == 2 else word(module) + word(function) + b"\x93"
    return (
        b"\x80" + bytes([protocol]) + imports + word(text) + b"\x85R."
    )  # PROTO, import, argument, TUPLE1, REDUCE, STOP
