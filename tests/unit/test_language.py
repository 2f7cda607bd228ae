"""The command line and its sentences in Chinese: all that the code says has its place in the catalogue."""

from __future__ import annotations

import re
from string import Formatter

import messages
import pytest
import typer
from typer.testing import CliRunner

from hubtiers import _catalogue
from hubtiers._catalogue import catalogue, translated
from hubtiers.cli import app

RUNNER = CliRunner()
CHINESE = catalogue("zh")
HAN = re.compile(r"[\u4e00-\u9fff]")


def helps():
    """Return the help texts of all commands and options: each paragraph but for examples."""
    group = typer.main.get_command(app)
    found = []
    for command in (group, *group.commands.values()):
        found += (command.help or "").split("\n\n")
        found += [
            parameter.help for parameter in command.params if getattr(parameter, "help", None)
        ]
    return dict.fromkeys(text for text in found if not text.startswith("Example: "))


def fields(text):
    return [field for _, field, _, _ in Formatter().parse(text) if field is not None]


def test_each_sentence_of_the_code_has_its_chinese():
    assert len(messages.templates()) > 1000
    assert messages.lacking() == []


def test_each_help_has_its_chinese():
    assert [text for text in helps() if text not in CHINESE] == []


def test_the_catalogue_says_nothing_that_nobody_says():
    said = {*messages.templates(), *helps(), *messages.OF_OTHERS}
    assert [text for text in CHINESE if text not in said] == []


def test_what_is_filled_in_is_filled_in_once_and_chinese_is_chinese():
    for english, chinese in CHINESE.items():
        wanted = fields(english)
        given = fields(chinese)
        assert all(field == "" for field in wanted), english
        numbered = [int(field) for field in given] if any(given) else list(range(len(given)))
        assert sorted(numbered) == list(range(len(wanted))), (english, chinese)
        if HAN.search(chinese):
            # Full stops and commas are those of the script.
            assert not re.search(r"[\u4e00-\u9fff][,.;?]( |$)", chinese), chinese
        if re.search(r"[.?]$", english):
            assert re.search(r"[。？）”}]$", chinese), chinese


def test_each_sentence_is_known_by_its_template():
    """No other template takes it away: with anything filled in, its own Chinese comes out."""
    for english, chinese in CHINESE.items():
        values = [f"v{number}" for number in range(len(fields(english)))]
        conversions = [part[3] for part in Formatter().parse(english) if part[1] is not None]
        shown = [
            repr(value) if how else value for value, how in zip(values, conversions, strict=True)
        ]
        assert translated(english.format(*values), "zh") == chinese.format(*shown), english


def test_sentences_within_sentences_are_translated():
    text = "Unknown language 'fr'. Known: 'a', 'b', 'c' and 5 more."
    assert translated(text, "zh") == "未知的语言 'fr'。可用：'a', 'b', 'c' 等，另有 5 项。"
    assert translated("It is said otherwise. There are none.", "zh") == (
        "It is said otherwise.没有可用项。"
    )
    assert translated(text, "en") == text


def test_a_section_that_is_named_before_a_sentence_stays_there():
    said = translated("[data.points.labs]: There is no point file a.csv. Check the path.", "zh")
    assert said == "[data.points.labs]：点文件 a.csv 不存在。请检查路径。"


def test_the_work_grows_with_a_text_and_not_with_a_power_of_it(monkeypatch):
    """Names in a message are as long as a file makes them."""
    ends = []
    stops = _catalogue._Template._stops

    def counted(template, text, place, start):
        for stop in stops(template, text, place, start):
            ends.append(stop)
            yield stop

    monkeypatch.setattr(_catalogue._Template, "_stops", counted)
    tried = []
    for times in (20, 40, 80):
        ends.clear()
        name = "'a b', x: y, (c) is in 'd' and of e, " * times
        _catalogue.translated(f"Unknown {name} nothing of a kind. So it goes on", "zh")
        tried.append(len(ends))
    assert tried[0] > 100
    assert tried[1] < 2.5 * tried[0]
    assert tried[2] < 2.5 * tried[1]


def run(*words, **env):
    clean = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": None, "COLUMNS": "80", "NO_COLOR": "1"}
    return RUNNER.invoke(app, words, env={**clean, **env})


@pytest.mark.parametrize(
    ("words", "env", "chinese"),
    [
        (("build", "--help"), {}, False),
        (("build", "--help"), {"LANG": "zh_CN.UTF-8"}, True),
        (("build", "--help"), {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, False),
        (("--lang", "zh", "build", "--help"), {}, True),
        (("build", "--lang=zh", "--help"), {"LANG": "de_DE.UTF-8"}, True),
        (("build", "--help", "--lang", "en"), {"LANG": "zh_CN.UTF-8"}, False),
    ],
)
def test_help_is_in_the_language_of_the_reader(words, env, chinese):
    shown = run(*words, **env)
    assert shown.exit_code == 0
    assert ("选项" in shown.output) == chinese
    assert ("Run a study and write scores" in shown.output) != chinese
    assert "hubtiers build zhang2022 --out out/zhang2022" in shown.output


@pytest.mark.parametrize("command", sorted(typer.main.get_command(app).commands))
def test_no_help_in_chinese_is_cut(command):
    shown = "".join(run("--lang", "zh", command, "--help").output.split()).replace("│", "")
    group = typer.main.get_command(app)
    told = [*group.commands[command].help.split("\n\n")]
    told += [one.help for one in group.commands[command].params if getattr(one, "help", None)]
    for text in told:
        said = CHINESE.get(text, text.replace("Example: ", "示例："))
        assert "".join(said.replace("\\[", "[").split()) in shown, said


def test_wrong_usage_is_told_in_chinese():
    shown = run("build", "--lang", "zh")
    assert shown.exit_code == 2
    # Older versions of typer call arguments in capitals.
    assert "缺少参数 'study'。" in shown.output.replace("STUDY", "study")
    wrong = run("robustness", "--lang", "zh", "x", "--draws", "many").output
    assert "'--draws' 的值无效：" in wrong
    assert "整数" in wrong
    assert "多余的参数" in run("build", "--lang", "zh", "a", "b").output
    assert "没有选项 --nope" in run("build", "--lang", "zh", "x", "--nope").output


def test_bad_data_are_told_in_chinese(hubtiers, tmp_path):
    failed = hubtiers("build", "zhang2023", "--lang", "zh", cwd=tmp_path)
    assert failed.returncode == 1
    assert failed.stderr == "hubtiers: 未知的研究 'zhang2023'。是否指 'zhang2022'？\n"
    (tmp_path / "t.csv").write_text("地区,a（件）\n北京市,1\n上海市,2\n", encoding="utf-8")
    failed = hubtiers("check", "t.csv", "--keep", "c", "--lang", "zh", cwd=tmp_path)
    assert "--keep" in failed.stderr
    assert "'c'" in failed.stderr
    assert HAN.search(failed.stderr)


def test_an_unknown_language_is_told(hubtiers, tmp_path):
    failed = hubtiers("build", "zhang2022", "--lang", "fr", cwd=tmp_path)
    assert failed.returncode == 1
    assert failed.stderr == "hubtiers: Unknown language 'fr'. Known: en, zh.\n"
    assert "Unknown language ''" in hubtiers("build", "--lang", cwd=tmp_path).stderr
