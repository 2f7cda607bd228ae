"""How Sphinx makes the site: nothing is fetched, neither while it is built nor while it is read."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import api_groups  # noqa: E402 - lies beside this file
import bilingual_search  # noqa: E402

from hubtiers import __version__  # noqa: E402

project = "hubtiers"
copyright = "The hubtiers developers, BSD-3-Clause"  # noqa: A001 - Sphinx calls it so
version = release = __version__
language = "en"
extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build"]
root_doc = "index"

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

# In docstrings a single backtick marks code.
default_role = "code"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

# Curly marks would be set as wide as a Chinese character.
smartquotes = False

html_theme = "furo"
html_title = "hubtiers"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
# The text of a result would be fetched, which a browser refuses to pages that are files.
html_show_search_summary = False
html_search_language = bilingual_search.BilingualSearch.lang
html_theme_options = {"navigation_with_keys": True}


def write_api_pages(app: Any) -> None:
    """Write the pages from which autodoc makes the reference, where they have changed."""
    for name, text in api_groups.pages().items():
        path = Path(app.srcdir) / name
        path.parent.mkdir(exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def show_benchmarks(app: Any, docname: str, source: list[str]) -> None:
    """Show what was measured, which lies beside the benchmarks, on the page about speed."""
    page = Path(app.srcdir).parent / "benchmarks" / "README.md"
    if docname == "speed" and page.is_file():
        measured = page.read_text(encoding="utf-8").partition("\n")[2]
        # The page is read from another folder.
        measured = measured.replace("](../docs/", "](")
        source[0] += re.sub(r"\]\((\w+\.svg)\)", r"](../benchmarks/\1)", measured)


def say_language(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Say in a page which language it is in, for voices, fonts and translators."""
    del app, templatename, doctree
    if pagename.startswith("zh/"):
        context["language"] = "zh-CN"


def setup(app: Any) -> None:
    """Join what is ours to Sphinx."""
    app.add_search_language(bilingual_search.BilingualSearch)
    app.connect("builder-inited", write_api_pages)
    app.connect("source-read", show_benchmarks)
    app.connect("html-page-context", say_language)
