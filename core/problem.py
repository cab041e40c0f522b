"""What can go wrong, as data: a code and its facts. The app turns codes into sentences in the reader's language."""


class Problem(Exception):
    """A refusal with a reason. `code` names the sentence (app/sentences.py holds it), `facts` fill its blanks.

    Facts are JSON scalars, so that a Problem raised in a worker can travel through the event log.
    """

    def __init__(self, code: str, **facts):
        self.code, self.facts = code, facts
        super().__init__(f"{code}: " + ", ".join(f"{name}={value!r}" for name, value in facts.items()))
