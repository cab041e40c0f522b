"""The queue: a folder of empty files whose names are all there is to know."""

import pytest

from core import files, queue

pytestmark = pytest.mark.usefixtures("toy_store")


def test_who_was_asked_for_first_stands_first_and_a_group_keeps_its_order():
    for run, when, place in (("late-1", 12, 0), ("early-2", 9, 1), ("early-10", 9, 10), ("early-1", 9, 0)):
        queue.add(run, when, place)
    assert [ticket.run for ticket in queue.waiting()] == ["early-1", "early-2", "early-10", "late-1"]
    assert sorted(path.name for path in queue.folder().iterdir()) == [t.path.name for t in queue.waiting()]


def test_a_run_stands_in_it_once_until_it_is_withdrawn():
    queue.add("toy-1", 5, 0)
    queue.add("toy-1", 6, 3, yielded=True)
    assert queue.waiting() == [queue.Ticket(5, 0, "toy-1")]
    queue.withdraw("toy-1")
    assert queue.waiting() == []
    queue.add("toy-1", 6, 3, yielded=True)
    assert queue.waiting() == [queue.Ticket(6, 3, "toy-1", yielded=True)]
    queue.drop(queue.waiting()[0])
    queue.drop(None)  # a run that was taken up without one
    assert queue.waiting() == []


@pytest.mark.parametrize("name", [".ticket.part", "x~000~toy-1", "7~0~toy-1", f"{7:020d}~000", f"{7:020d}~000~toy-1~z"])
def test_a_file_that_is_no_ticket_is_none(name):
    queue.add("toy-1", 5, 0)
    files.write_atomic(queue.folder() / name, b"")
    assert [ticket.run for ticket in queue.waiting()] == ["toy-1"]
