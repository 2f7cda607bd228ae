"""A bounded part of the fuzzers; `make fuzz` tries all inputs. Each is made again by its seed and number."""

from __future__ import annotations

import contextlib
import signal

import pytest
from fuzz import frameworks, run, tables
from fuzz.trial import FaultError, HangError, Tally, generator, limited, run_one, told

from hubtiers.errors import DataError

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGPROF"), reason="the limit of time needs an alarm of the system"
)
SEED = 20
FEW = {"tables": 90, "studies": 40, "layers": 90, "frameworks": 250, "layouts": 250, "points": 90}


@pytest.mark.parametrize("kind", run.KINDS)
def test_no_input_ends_in_a_fault_a_hang_or_a_wrong_value(kind):
    tally = run.tried(kind, SEED, 0, FEW[kind])
    assert tally.faults == [], tally.to_text()
    assert tally.inputs == FEW[kind]
    # Whatever is refused, what is whole is read, and its values are those that were written.
    assert tally.ends["right"] >= FEW[kind] // 20
    assert tally.ends["refused"] >= FEW[kind] // 10


def test_an_input_is_made_again_by_its_number(tmp_path):
    texts = []
    for number in (3, 3, 4):
        made = tables.made(generator("tables", 1, number))
        texts.append(repr(made.grid))
    assert texts[0] == texts[1] != texts[2]


def test_a_fault_a_hang_and_a_wrong_value_are_seen(monkeypatch):
    def crash(_rng, _folder):
        raise KeyError("code")

    def hang(_rng, _folder):
        while True:
            pass

    tally = Tally("tables", 1)
    run_one(tally, crash, 7)
    monkeypatch.setattr("fuzz.trial.limited", lambda: limited(0.05))
    run_one(tally, hang, 8)
    assert [number for number, _ in tally.faults] == [7, 8]
    assert "KeyError: 'code'" in tally.to_text()
    assert "HangError" in tally.to_text()
    assert "python tests/fuzz/run.py tables --seed 1 --only 8" in tally.to_text()


def test_a_weight_that_is_read_wrongly_is_seen(monkeypatch):
    facts = frameworks.facts
    # The second of two calls is for what was written.
    calls = iter(range(10**6))
    monkeypatch.setattr(frameworks, "facts", lambda frame: {**facts(frame), "odd": (next(calls),)})
    tally = run.tried("frameworks", SEED, 0, 20)
    assert any("is not" in trace for _, trace in tally.faults)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("no", "no sentence"),
        ("This tells of a file but does not end", "no end"),
        ("This tells of <class 'str'> in a file.", "an exception passed on"),
        ("This tells of another file.", "no place"),
    ],
)
def test_a_refusal_must_be_a_sentence_that_names_the_place(text, match):
    def refuse():
        error = DataError("x")
        error.args = (text,)
        raise error

    with pytest.raises(FaultError, match=match):
        told(refuse, "table.csv")


def test_the_limit_passes_over_what_catches_exceptions():
    def stubborn():
        while True:
            with contextlib.suppress(Exception):
                sum(range(1000))

    with pytest.raises(HangError), limited(0.05):
        stubborn()


def test_there_are_at_least_twenty_thousand_inputs():
    assert sum(run.KINDS.values()) >= 20_000
