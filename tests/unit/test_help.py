"""The help of the command line, and what the shell completes."""

from __future__ import annotations

import inspect
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from rich.cells import cell_len
from typer.testing import CliRunner

from hubtiers import _completions
from hubtiers._methods import METHODS, short_name
from hubtiers.cli import _needs_options, app
from hubtiers.datasets import list_datasets

RUNNER = CliRunner()
GROUP = typer.main.get_command(app)
COMMANDS = sorted(GROUP.commands)


def help_of(*words):
    run = RUNNER.invoke(app, [*words, "--help"], env={"COLUMNS": "80", "NO_COLOR": "1"})
    assert run.exit_code == 0
    return run.output


def text_of(command):
    return inspect.getdoc(GROUP.commands[command].callback)


def examples_of(command):
    return re.findall(r"^Example: (hubtiers .*)$", text_of(command), flags=re.MULTILINE)


def test_all_commands_are_tried():
    assert len(COMMANDS) == 15
    assert "Example: hubtiers build zhang2022 --out out/zhang2022" in help_of()


@pytest.mark.parametrize("command", COMMANDS)
def test_each_help_has_examples_in_one_line_and_loses_no_word(command):
    shown = help_of(command)
    found = examples_of(command)
    assert found
    for example in found:
        # A line that a terminal breaks cannot be copied.
        assert cell_len(f" Example: {example}") <= 79, example
        assert re.search(rf"^ Example: {re.escape(example)} *$", shown, flags=re.MULTILINE)
    plain = " ".join(text_of(command).split())
    assert plain in " ".join(shown.split())
    for parameter in GROUP.commands[command].params:
        # What is in brackets would be read as markup.
        assert "[" not in (parameter.help or ""), parameter.name


def test_the_section_of_a_study_file_is_shown_in_its_brackets():
    assert "stands in the section [robustness] of the study" in " ".join(
        help_of("robustness").split()
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_each_example_can_be_parsed(command):
    for example in examples_of(command):
        lines = [shlex.split(line) for line in example.split(" && ")]
        assert command in [name for _, name, *_ in lines]
        for program, name, *rest in lines:
            assert program == "hubtiers"
            # Wrong usage, such as an option that there is not, is raised.
            context = GROUP.commands[name].make_context(name, rest)
            assert context.args == []


def test_an_example_with_an_option_that_is_none_would_be_found():
    with pytest.raises(Exception, match="No such option: --outt"):
        GROUP.commands["build"].make_context("build", ["zhang2022", "--outt", "x"])


def completed(words, shell="bash"):
    said = f"hubtiers {words}"
    env = {"_HUBTIERS_COMPLETE": f"complete_{shell}"}
    env |= {"COMP_WORDS": said, "COMP_CWORD": str(len(said.split(" ")) - 1)}
    env |= {"_TYPER_COMPLETE_ARGS": said, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    return RUNNER.invoke(app, [], env=env, prog_name="hubtiers").output.strip().splitlines()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("comp", ["compare"]),
        ("build zh", ["zhang2022", "zhang2022-official"]),
        ("robustness provinces-", ["provinces-years"]),
        ("propose hubs", ["hubs2023"]),
        ("build zhang2022 --o", ["--out"]),
        ("compare zhang2022 --weights c", ["critic"]),
        ("compare zhang2022 --weights equal,e", ["equal,entropy"]),
        ("compare zhang2022 --weights equal,a", []),
        ("compare zhang2022 --weights a", ["all"]),
        (
            "compare zhang2022 --weights equal --tiers kmeans,h",
            ["kmeans,headtail", "kmeans,hierarchical"],
        ),
        ("count labs.csv --level c", ["city", "county", "consortium", "country"]),
        ("check list.txt --level p", ["province"]),
        ("layouts z", ["zhang2022"]),
        ("propose cities2023 --balance s", ["seven"]),
        ("framework lo", ["location-factors"]),
        ("framework ci", ["cities", "cities-lists", "city-years"]),
        ("attain b", ["beijing_plan"]),
        # No name: the shell goes on with files.
        ("build my-study/st", []),
        ("check year", []),
    ],
)
def test_the_shell_completes_names(words, found):
    assert completed(words) == found


def test_zsh_and_fish_show_the_titles():
    (line,) = completed("build zhang2022-", "zsh")
    assert line == (
        '_arguments \'*: :(("zhang2022-official":'
        '"Zhang (2022)\\\\: Table 1 with official figures in place of suspect cells"))\''
    )
    assert completed("build zhang2022-", "fish") == [
        "zhang2022-official\tZhang (2022): Table 1 with official figures in place of suspect cells"
    ]
    assert completed("build my-study/st", "zsh") == ["_files"]


def test_bash_completes_with_the_script_that_is_shown(tmp_path):
    """The script is what the option prints, and bash calls it as on the key."""
    program = tmp_path / "hubtiers"
    start = f"#!{sys.executable}\nfrom hubtiers.cli import main\nmain()\n"
    program.write_text(start, encoding="utf-8")
    program.chmod(0o755)
    source = Path(_completions.__file__).parents[1]
    env = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(source)}
    line = "COMP_WORDS=(hubtiers build zhang2022-); COMP_CWORD=2; _hubtiers_completion hubtiers"
    code = f'eval "$(hubtiers --show-completion)"; {line}; echo "${{COMPREPLY[@]}}"'
    run = subprocess.run(
        ["bash", "-c", code], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.stdout == "zhang2022-official\n", run.stderr


@pytest.mark.parametrize(
    ("step", "names"),
    [("weight", _completions.WEIGHTINGS), ("tier", _completions.TIER_RULES)],
)
def test_the_methods_to_complete_are_those_that_need_no_options(step, names):
    known = [short_name(method) for method in METHODS[step] if not _needs_options(method)]
    assert list(names) == known


def test_the_names_to_complete_are_those_that_ship():
    sets = list_datasets().groupby("kind")["name"].apply(list)
    assert [name for name, _ in _completions.complete_study("")] == sets["study"]
    assert [name for name, _ in _completions.complete_layout("")] == sets["layout"]
    assert [name for name, _ in _completions.complete_level("")] == sorted(
        sets["regions"], key=["province", "city", "county", "consortium", "country"].index
    )


def test_a_key_loads_nothing_heavy():
    code = (
        "import sys; from hubtiers import _completions as c;"
        "c.complete_study(''); c.complete_level(''); c.complete_framework('');"
        "print([m for m in ('numpy', 'pandas', 'pydantic', 'rich') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
