"""The page of 336 cities: bytes, sliders, draws, and the build; `pytest -s benchmarks/test_page.py`.

Everything is measured in headless Chromium. Beside them stand the draws of Python on the same core.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Dirichlet, Variation
from hubtiers.show.web.webmap import tier_map
from hubtiers.study import load_study
from hubtiers.tiers.breaks import NaturalBreaks

MOST_BYTES = 1_500_000
SLOWEST_SLIDER = 50.0
SLOWEST_DRAWS = 1500.0

STARTED = "Object.values(window).find(v => v && v.hubtiers && v.hubtiers.layers)"
# From the event of a slider to the end of the frame that shows the new colours.
SLIDE = """async ([first, second]) => {
  hubtiers.setFill(drawn, 'tier');
  const times = [];
  for (let turn = 0; turn < 20; turn++) {
    const before = performance.now();
    hubtiers.explore(drawn, { weights: turn % 2 ? first : second, preset: 'own' });
    times.push(performance.now() - before);
    await new Promise(requestAnimationFrame);
  }
  return times.sort((a, b) => a - b);
}"""
DRAW = """async weights => {
  hubtiers.explore(drawn, { weights: weights, preset: 'own' });
  while (drawn.live.status === 'waits') await new Promise(done => setTimeout(done, 1));
  const before = performance.now();
  while (drawn.live.status !== 'done') await new Promise(done => setTimeout(done, 1));
  return performance.now() - before;
}"""


@pytest.fixture(scope="module")
def cities():
    """The cities by natural breaks, so that the weights move the tiers, with their draws."""
    study = load_study("cities2023").run()
    result = study.result.fitted.scheme.replace(tier=NaturalBreaks(4)).run(study.result.table)
    return result, Variation(weights=Dirichlet(30))


@pytest.fixture(scope="module")
def page(cities, tmp_path_factory):
    """The map of the cities, open in the browser."""
    api = pytest.importorskip("playwright.sync_api")
    result, variation = cities
    robust = assess_robustness(result.fitted.scheme, result.table, variation, draws=1000, rng=42)
    path = tmp_path_factory.mktemp("page") / "map.html"
    tier_map(result, robustness=robust, explorer=True, language="en").save(str(path))
    with api.sync_playwright() as play:
        program = shutil.which("chromium") or play.chromium.executable_path
        # Of itself Chromium asks its maker's hosts; no test may ask any.
        quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        browser = play.chromium.launch(executable_path=program, args=[*quiet, "--no-proxy-server"])
        shown = browser.new_page(viewport={"width": 1400, "height": 900})
        shown.goto(path.as_uri())
        shown.wait_for_function(f"Boolean({STARTED})")
        shown.evaluate(f"window.drawn = {STARTED}.hubtiers; void 0")
        shown.bytes_on_disk = path.stat().st_size
        yield shown
        browser.close()


def two_weightings(result):
    rng = np.random.default_rng(6)
    return rng.dirichlet(np.ones(len(result.weights)), 2).tolist()


def test_bytes(page) -> None:
    print(f"\nmap of 336 cities: {page.bytes_on_disk / 1e6:.2f} MB")
    assert page.bytes_on_disk <= MOST_BYTES


def test_slider_to_colours(page, cities) -> None:
    times = page.evaluate(SLIDE, two_weightings(cities[0]))
    print(f"\nslider to colours: median {times[10]:.1f} ms, slowest of 20 {times[-1]:.1f} ms")
    assert times[10] <= SLOWEST_SLIDER


def test_draws_of_the_page_beside_those_of_python(page, cities) -> None:
    result, variation = cities
    weights = two_weightings(result)[0]
    times = sorted(page.evaluate(DRAW, weights) for _ in range(3))
    scheme = result.fitted.scheme
    before = time.perf_counter()
    assess_robustness(scheme, result.table, variation, draws=1000, rng=42, workers=1)
    python = 1000.0 * (time.perf_counter() - before)
    size = f"1,000 × {len(result.table.values)} × {len(result.weights)}"
    print(f"\ndraws {size}: {times[1]:.0f} ms in the page, {python:.0f} ms in Python")
    print(f"page / Python: {times[1] / python:.1f}")
    assert times[1] <= SLOWEST_DRAWS


def test_build(tmp_path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [sys.executable, "-m", "hubtiers.cli", "build", "cities2023", "--out", "out"]
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"\nhubtiers build cities2023: {spent:.1f} CPU seconds")
