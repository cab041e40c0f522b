"""GPT-2 from the internet, when asked: the whole file, or by byte ranges only the tensors a lesson needs.

The embedding is 154 of its 548 MB, all LayerNorms together 0.15. Interrupted, a download goes on where it stopped.
"""

import math
from pathlib import Path

from core import byte_map, files, gpt2, weights_file
from core import download as http
from core.pretrained import folder
from core.problem import Problem
from core.weights_file import Entry

PARTS = ("all", "embedding", "positions", "norms")


def size(part: str = "all") -> int:
    """Bytes to download for GPT-2's whole file or one part of it."""
    shapes = gpt2.RELEASE.shape.tensors()
    return (
        gpt2.RELEASE.bytes if part == "all" else sum(4 * math.prod(shapes[n]) for n in gpt2.RELEASE.shape.parts()[part])
    )


def download(part: str = "all", *, progress=None, cancelled=None) -> Path:
    """Fetch GPT-2's whole file ("all"), or only "embedding", "positions" or "norms", into `folder()`.

    progress(bytes so far, bytes in all), cancelled() -> bool. Interrupted, the next call goes on where it stopped. The
    whole file is checked against its hash, a part against the header of the published file. Raises the Problems of
    core.download, weights_key and weights_shape.
    """
    if part == "all":
        path = folder() / "model.safetensors"
        return http.fetch(
            gpt2.RELEASE.address,
            path,
            size=gpt2.RELEASE.bytes,
            sha256=gpt2.RELEASE.sha256,
            progress=progress,
            cancelled=cancelled,
        )
    names, path = gpt2.RELEASE.shape.parts()[part], folder() / f"{part}.safetensors"
    entries = gpt2.plain(remote_header(cancelled))
    gpt2.check(entries, gpt2.RELEASE.shape, names, gpt2.RELEASE.address)
    wanted = sorted(((entries[name], name) for name in names), key=lambda pair: pair[0].start)
    total, done, pieces, raw = sum(entry.stop - entry.start for entry, _ in wanted), 0, {}, []
    for start, stop in byte_map.spans([entry for entry, _ in wanted]):
        file = path.with_name(f"{part}.{start}.raw")
        raw.append(file)
        if not (file.exists() and file.stat().st_size == stop - start):
            tell = (lambda got, _, before=done: progress(before + got, total)) if progress else None
            http.fetch(gpt2.RELEASE.address, file, span=(start, stop), progress=tell, cancelled=cancelled)
        data = file.read_bytes()
        for entry, name in wanted:
            if start <= entry.start < stop:
                pieces[name] = (entry.dtype, entry.shape, data[entry.start - start : entry.stop - start])
        done += stop - start
    files.write_atomic(path, weights_file.to_bytes(pieces))
    for file in raw:
        file.unlink(missing_ok=True)
    return path


def kept(part: str) -> int:
    """How many bytes an interrupted download of this part has left."""
    left = [folder() / "model.safetensors.part"] if part == "all" else folder().glob(f"{part}.*.raw*")
    return sum(path.stat().st_size for path in left if path.suffix != ".json" and path.exists())


def remote_header(cancelled=None) -> dict[str, Entry]:
    """The header of the published file: 14 kB of its 548 MB."""
    length = int.from_bytes(http.ranged(gpt2.RELEASE.address, 0, 8, cancelled=cancelled), "little")
    if not 2 <= length <= weights_file.LONGEST:
        raise Problem("weights_strange", path=gpt2.RELEASE.address)
    return weights_file.parse(
        http.ranged(gpt2.RELEASE.address, 8, 8 + length, cancelled=cancelled), gpt2.RELEASE.address
    )
