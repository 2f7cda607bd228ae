"""What a notebook shows of objects, the language of everything, and the folder of a study."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import hubtiers as ht
from hubtiers._folders import results_folder
from hubtiers._notebook import folded_html, plain_number
from hubtiers._progress import hearing_stages, stage
from hubtiers.errors import DataError, UnknownOptionError
from hubtiers.show.language import language_of


@pytest.fixture(scope="module")
def outcome():
    return ht.load_study("zhang2022").run()


def test_long_tables_are_folded():
    frame = pd.DataFrame({"name": [f"r{k}" for k in range(60)], "value": 561400.0})
    html = folded_html(frame)
    assert html.count("<tr>") == 1 + 20 + 1 + 3
    assert "… 37 rows left out" in html
    assert "<td>r19</td>" in html
    assert "<td>r20</td>" not in html
    assert "<td>r59</td><td>561,400</td>" in html
    assert folded_html(frame.head(24)).count("<tr>") == 25
    assert [plain_number(x) for x in (0.5, -1234.5, float("nan"))] == ["0.500", "-1,234", "–"]
    assert "&lt;b&gt;" in folded_html(pd.DataFrame({"a": ["<b>"]}))


def test_objects_show_themselves_with_names(outcome):
    framework = outcome.result.table.framework._repr_html_()
    assert framework.count("<tr>") > 5
    assert framework.startswith(f"<p>Framework: {len(outcome.result.table.framework.indicators)} ")
    scheme = outcome.result.fitted.scheme._repr_html_()
    assert "<th>tier</th>" in scheme
    assert "NaturalBreaks" in scheme
    study = ht.load_study("zhang2022")._repr_html_()
    assert "does Table 1 give the layout of Table 2?" in study
    assert "<th>weight</th>" in study
    assert outcome._repr_html_().startswith("<h4>Zhang (2022)")
    robust = outcome.robustness._repr_html_()
    assert "Yangtze River Delta" in robust
    assert "Beijing–Tianjin–Hebei" in repr(outcome.robustness)


def test_one_language_for_everything(outcome):
    assert language_of(outcome.result, None) == "zh"
    try:
        ht.set_language("en")
        assert language_of(outcome.result, None) == "en"
        assert language_of(outcome.result, "zh") == "zh"
        page = ht.tier_map(outcome.result).get_root().render()
        assert "<title>Innovation hubs by tier</title>" in page
        table = ht.IndicatorTable.from_frame(pd.DataFrame({"rd": [1.0, 2, 3]}, index=list("abc")))
        english = ht.Scheme(tier=ht.NaturalBreaks(2)).run(table)
        ht.set_language("zh")
        # What has no Chinese names stays in its own language.
        assert language_of(english, None) == "en"
    finally:
        ht.set_language(None)
    with pytest.raises(UnknownOptionError, match="Unknown language 'de'"):
        ht.set_language("de")


def study_in(folder):
    folder.mkdir()
    path = folder / "study.toml"
    path.write_text('title_en = "S"\n[data]\nindicators = "cities"\n', encoding="utf-8")
    return ht.load_study(path)


def test_no_study_takes_the_folder_of_another(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, second = study_in(tmp_path / "yrd"), study_in(tmp_path / "a2")
    assert results_folder(first, None) == Path("out/yrd")
    assert results_folder(second, None) == Path("out/a2")
    assert (first.origin, second.origin) == ("yrd/study", "a2/study")
    shared = tmp_path / "shared"
    shared.mkdir()
    assert results_folder(first, shared) == shared
    record = {"study": "study", "origin": first.origin}
    (shared / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert results_folder(first, shared) == shared
    with pytest.raises(DataError, match=r"shared holds the results of another study, yrd/study"):
        results_folder(second, shared)
    # A record of an earlier version has the name alone, and a file that is none says nothing.
    (shared / "run.json").write_text('{"study": "zhang2022"}', encoding="utf-8")
    with pytest.raises(DataError, match="another study, zhang2022"):
        results_folder(second, shared)
    (shared / "run.json").write_text("[]", encoding="utf-8")
    assert results_folder(second, shared) == shared
    assert results_folder(ht.load_study("zhang2022"), None) == Path("out/zhang2022")


def test_stages_are_told_to_who_listens(outcome, tmp_path):
    heard = []
    stage("unheard")
    with hearing_stages(heard.append):
        outcome.save(tmp_path / "o")
    assert heard == ["map", "figures", "tables", "report"]
    assert json.loads((tmp_path / "o" / "run.json").read_text())["origin"] == "zhang2022"
