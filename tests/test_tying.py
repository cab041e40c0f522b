from core.experiments import tying


def ways(**values):
    table = next(e for e in tying.run(tying.Config(**values), {}) if e.kind == "table")
    return {
        way: {name: column[i] for name, column in table.columns.items()} for i, way in enumerate(table.columns["way"])
    }


def test_only_the_same_parameter_survives_a_move():
    found = ways()
    assert [(found[w]["before"], found[w]["moved"], found[w]["copied"]) for w in tying.WAYS] == [
        (1, 1, 1),
        (1, 2, 2),
        (2, 2, 2),
    ]
    assert found["course"]["parameters"] == 2 and found["same"]["parameters"] == 1
    assert found["course"]["numbers"] == 2 * found["same"]["numbers"]


def test_the_course_way_decays_twice():
    found = ways(lr=0.1, weight_decay=0.5)
    assert abs(found["same"]["decay"] - 0.95) < 1e-6
    assert abs(found["untied"]["decay"] - 0.95) < 1e-6
    assert abs(found["course"]["decay"] - 0.95**2) < 1e-6
