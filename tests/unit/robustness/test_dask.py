"""The same answer from a cluster of dask, also when a worker is lost."""

from __future__ import annotations

import os
import signal

import numpy as np
import pandas as pd
import pytest

from hubtiers import _dask
from hubtiers.errors import DataError, SpecError
from hubtiers.robustness import montecarlo
from hubtiers.robustness.montecarlo import Dask, assess_robustness
from hubtiers.robustness.variation import Dirichlet, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Geometric
from hubtiers.scoring.normalise import MinMax, ZScore
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks

distributed = pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]

SCHEME = Scheme(tier=NaturalBreaks(3))
VARIATION = Variation(weights=Dirichlet(), normalise=(MinMax(), ZScore()))


def table():
    rng = np.random.default_rng(3)
    index = [f"r{i:02}" for i in range(12)]
    return IndicatorTable.from_frame(
        pd.DataFrame(rng.lognormal(size=(12, 4)), columns=list("abcd"), index=index)
    )


def counts(robust):
    return [getattr(robust.counts, name).tobytes() for name in ("tiers", "ranks", "duels", "sums")]


@pytest.fixture(scope="module")
def cluster():
    settings = {
        "distributed.scheduler.allowed-failures": 20,
        "distributed.logging.distributed": "critical",
    }
    import dask

    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=50,
        ) as running,
    ):
        yield running


def test_the_cluster_gives_the_local_answer(cluster):
    local = assess_robustness(SCHEME, table(), VARIATION, draws=5000, rng=8)
    by_address = assess_robustness(
        SCHEME, table(), VARIATION, draws=5000, rng=8, engine=cluster.scheduler_address
    )
    blocks = Dask(cluster.scheduler_address, block_size=512)
    in_blocks = assess_robustness(SCHEME, table(), VARIATION, draws=5000, rng=8, engine=blocks)
    assert counts(by_address) == counts(local)
    assert counts(in_blocks) == counts(local)
    assert in_blocks.draws == 5000


def test_a_client_in_use_is_taken(cluster):
    with distributed.Client(cluster.scheduler_address):
        robust = assess_robustness(SCHEME, table(), VARIATION, draws=600, rng=8, engine="dask")
    assert counts(robust) == counts(assess_robustness(SCHEME, table(), VARIATION, draws=600, rng=8))


def test_errors_come_back_as_sentences(cluster):
    with pytest.raises(DataError, match=r"Geometric\(\) needs positive values"):
        assess_robustness(
            SCHEME,
            table(),
            Variation(weights=Dirichlet(), aggregate=(Geometric(),)),
            draws=600,
            engine=Dask(cluster.scheduler_address),
        )


def test_no_scheduler_is_said():
    with pytest.raises(SpecError, match="no client in use"):
        assess_robustness(SCHEME, table(), VARIATION, draws=10, engine="dask")
    with pytest.raises(SpecError, match="There is no dask scheduler"):
        assess_robustness(SCHEME, table(), VARIATION, draws=10, engine="smoke-signals://here")


def test_a_killed_worker_does_not_change_the_answer(cluster):
    local = assess_robustness(SCHEME, table(), VARIATION, draws=20_480, rng=8)
    killed = []

    def kill_first(client, thing, submit, tasks):
        for number, part in enumerate(_dask.computed(client, thing, submit, tasks)):
            if number == 3:
                victim = next(iter(cluster.workers.values())).pid
                killed.append(victim)
                os.kill(victim, signal.SIGKILL)
            yield part

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(montecarlo, "computed", kill_first)
        robust = assess_robustness(
            SCHEME,
            table(),
            VARIATION,
            draws=20_480,
            rng=8,
            engine=Dask(cluster.scheduler_address, block_size=512),
        )
    assert len(killed) == 1
    assert counts(robust) == counts(local)


def test_draws_go_on_when_all_workers_were_lost_at_once(cluster, monkeypatch):
    """What they share is lost with them, and is sent again to those that come after."""
    local = assess_robustness(SCHEME, table(), VARIATION, draws=20_480, rng=8)
    killed = []

    def kill_all(client, thing, submit, tasks):
        for number, part in enumerate(_dask.computed(client, thing, submit, tasks)):
            if number == 3:
                killed.extend(worker.pid for worker in cluster.workers.values())
                for victim in killed:
                    os.kill(victim, signal.SIGKILL)
            yield part

    monkeypatch.setattr(montecarlo, "computed", kill_all)
    robust = assess_robustness(
        SCHEME,
        table(),
        VARIATION,
        draws=20_480,
        rng=8,
        engine=Dask(cluster.scheduler_address, block_size=512),
    )
    assert len(killed) == 2
    assert counts(robust) == counts(local)
