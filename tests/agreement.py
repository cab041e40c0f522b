"""Our web rules against datatrove's own, rule by rule: `python -m tests.agreement [FILE.jsonl]`.

Three collections: the documents of the file (FineWeb's nine columns; left out where none is named), the pages made to
break each rule, and the simulated web. A rule agrees on a page when both name it as the first reason, or neither does.
"""

import json
import sys

from core import simulated_web
from core.web_filters import NAMES, first_reason
from tests.test_web_filters import BREAKERS, datatrove_reason


def collections(file: str | None) -> dict[str, list[str]]:
    found = {"made to break a rule": list(BREAKERS.values()), "simulated web": list(simulated_web.web(565, 0, 0.6)[0])}
    if file:
        with open(file, encoding="utf-8") as lines:
            found = {"documents": [json.loads(line)["text"] for line in lines]} | found
    return found


def table(pages: dict[str, list[str]]) -> list[list]:
    """Rows: rule; then for each collection how many pages it removes first here, in datatrove, and on how many both
    agree."""
    reasons = {name: [(first_reason(t), datatrove_reason(t)) for t in texts] for name, texts in pages.items()}
    rows = []
    for rule in [*[n for n in NAMES if n != "language"], None]:
        row = ["kept" if rule is None else rule]
        for pairs in reasons.values():
            ours, theirs = (sum(pair[side] == rule for pair in pairs) for side in (0, 1))
            same = sum((a == rule) == (b == rule) for a, b in pairs)
            row += [ours, theirs, f"{same}/{len(pairs)}"]
        rows.append(row)
    return rows


def main() -> None:
    pages = collections(sys.argv[1] if len(sys.argv) > 1 else None)
    print("rule".ljust(22) + "".join(f"{name} (ours, datatrove, agree)".ljust(44) for name in pages))
    for name, *cells in table(pages):
        groups = [cells[i : i + 3] for i in range(0, len(cells), 3)]
        print(name.ljust(22) + "".join("{:<8}{:<8}{:<28}".format(*group) for group in groups))


if __name__ == "__main__":
    main()
