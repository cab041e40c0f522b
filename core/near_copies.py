"""Near-copies by MinHash (Broder 1997) and locality-sensitive hashing, with datasketch: FineWeb's deduplication.

A page is the set of its runs of n words. Two pages of Jaccard similarity s agree in each of their minimal hashes with
probability s, in all of r with s^r, and in at least one of b bands of r with 1 - (1 - s^r)^b.
"""

from functools import lru_cache

from core.web_words import WORD

MOST = 400  # hashes kept a page: bands times rows may not be more


def curve(s, bands: int, rows: int):
    """Chance that a pair of similarity s becomes a candidate; s may be an array."""
    return 1 - (1 - s**rows) ** bands


def threshold(bands: int, rows: int) -> float:
    """Where the curve is steepest, about: (1/b)^(1/r)."""
    return (1 / bands) ** (1 / rows)


def shingles(text: str, n: int) -> frozenset[str]:
    """The runs of n words of a page, lower case, marks left out. A shorter page is one run, an empty one none."""
    words = [w for w in WORD.findall(text.lower()) if w[0].isalnum()]
    if not words:
        return frozenset()
    return frozenset(" ".join(words[i : i + n]) for i in range(max(1, len(words) - n + 1)))


def signatures(sets, count: int = MOST, seed: int = 1):
    """The `count` minimal hashes of every set: numpy array (N, count), uint32."""
    import numpy as np
    from datasketch import MinHash

    known = [[run.encode() for run in sorted(s)] for s in sets]
    made = MinHash.generator(known, num_perm=count, seed=seed)
    return np.stack([m.hashvalues for m in made]) if known else np.zeros((0, count), dtype=np.uint32)


def pairs(signature, bands: int, rows: int, empty=()) -> set[tuple[int, int]]:
    """Candidate pairs (i < j): pages that share a bucket in one of `bands` bands of `rows` hashes. empty: pages without a
    run, which are nobody's copy. datasketch's index keeps the buckets."""
    from itertools import combinations

    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=bands * rows, params=(bands, rows))
    skip, found = set(empty), set()
    shape = MinHash(num_perm=bands * rows).permutations
    for i, row in enumerate(signature):
        if i not in skip:
            short = MinHash(hashvalues=row[: bands * rows], permutations=shape, scheme="affine32")
            index.insert(i, short, check_duplication=False)
    for table in index.hashtables:
        for bucket in list(table.keys()):
            members = sorted(table.get(bucket))
            found.update(combinations(members, 2))
    return found


def clusters(found, count: int):
    """(N,): the smallest page each page is linked with over candidate pairs; itself where it has no copy."""
    parent = list(range(count))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, j in found:
        a, b = root(i), root(j)
        parent[max(a, b)] = min(a, b)
    return [root(i) for i in range(count)]


def similar(sets, least: float = 0.2) -> dict[tuple[int, int], float]:
    """{(i, j): true Jaccard similarity} of all pairs that reach `least`, counted over the runs that pages share."""
    import numpy as np
    from scipy import sparse

    ids: dict[str, int] = {}
    columns = [ids.setdefault(run, len(ids)) for s in sets for run in s]
    sizes = np.array([len(s) for s in sets])
    edges = np.concatenate([[0], np.cumsum(sizes)])
    table = sparse.csr_matrix(
        (np.ones(len(columns), dtype=np.int32), columns, edges), shape=(len(sets), max(1, len(ids)))
    )
    shared = sparse.triu(table @ table.T, k=1).tocoo()
    s = shared.data / (sizes[shared.row] + sizes[shared.col] - shared.data)
    keep = s >= least
    rows = zip(shared.row[keep].tolist(), shared.col[keep].tolist(), s[keep].tolist(), strict=True)
    return {(i, j): value for i, j, value in rows}


def agreement(signature, i: int, j: int, count: int) -> float:
    """Share of the first `count` hashes in which two pages agree: the estimate of their similarity."""
    return float((signature[i, :count] == signature[j, :count]).mean())


@lru_cache(maxsize=6)
def sketch(texts: tuple[str, ...], n: int) -> tuple:
    """(shingle sets, signatures) of pages, counted once for all bands and rows."""
    sets = tuple(shingles(text, n) for text in texts)
    return sets, signatures(sets)


@lru_cache(maxsize=16)
def candidates(texts: tuple[str, ...], n: int, bands: int, rows: int) -> frozenset[tuple[int, int]]:
    """`pairs` of these pages, kept."""
    sets, signature = sketch(texts, n)
    return frozenset(pairs(signature, bands, rows, [i for i, s in enumerate(sets) if not s]))


def first_of_each(found, stays) -> list[int]:
    """The pages of `stays` (indices, ascending) that remain when of every cluster among them only the first is kept."""
    among = set(stays)
    linked = clusters([(i, j) for i, j in found if i in among and j in among], max(among, default=-1) + 1)
    return [i for i in stays if linked[i] == i]
