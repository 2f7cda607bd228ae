"""The notebooks run one after the other in one kernel, and what they keep of it is light.

`python tests/run_notebooks.py` (`make notebooks`) writes what they print into them.
"""

from __future__ import annotations

import base64
import io
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))

_WIDEST = 840
_COLOURS = 128


def open_kernel():
    """Return a kernel in the interpreter that runs this: hubtiers is loaded once for all notebooks."""
    from jupyter_client import KernelManager

    return KernelManager(kernel_name="python3")


def run(path: Path, folder: Path, kernel) -> Any:
    """Return a notebook with what its cells print, run in an empty folder with no name defined."""
    import nbformat
    from nbclient import NotebookClient

    fresh = _empty(f"import os; os.chdir({str(folder)!r})\n%reset -f")
    notebook = nbformat.read(path, as_version=4)
    for each in (fresh, notebook):
        client = NotebookClient(each, km=kernel, timeout=300, record_timing=False)
        try:
            client.execute()
        finally:
            client.kc.stop_channels()
    return notebook


def _empty(*sources: str):
    from nbformat import v4

    return v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])


def shown(cell) -> str:
    """Return the texts that a cell of code prints or shows; of a picture nothing."""
    texts = []
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        texts.append(output.get("text", ""))
        texts.append("" if "image/png" in data else data.get("text/plain", ""))
    return "".join(texts)


def parts(notebook, kind: str) -> list[Any]:
    """Return the cells of a kind: `code` or `markdown`."""
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def unfounded(notebook) -> list[str]:
    """Return the numbers in the prose that no cell beside it prints or says.

    Beside it are the two cells of code before and the one after; all of them for the last prose.
    """
    code = parts(notebook, "code")
    found = [set(_numbers(f"{cell.source} {shown(cell)}")) for cell in code]
    missing, before = [], 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            before += 1
            continue
        near = found[max(before - 2, 0) : before + 1] if before < len(code) else found
        # Headings, references, code, names and years are no results.
        told = re.sub(r"(?m)^[#>].*|`[^`]*`|\b(?:19|20)\d\d\b", " ", cell.source)
        missing += [number for number in _numbers(told) if number not in set().union(*near)]
    return missing


def _numbers(text: str) -> list[str]:
    """Return the numbers of a text, each in one way of writing."""
    plain = re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)", text)
    return [str(float(number.replace(",", ""))) for number in plain]


def _keep(notebook) -> None:
    """Number the cells from one, and make the pictures small."""
    for number, cell in enumerate(parts(notebook, "code"), 1):
        cell["execution_count"] = number
        cell["outputs"] = _joined(cell["outputs"])
        for output in cell["outputs"]:
            if "execution_count" in output:
                output["execution_count"] = number
            data = output.get("data", {})
            if "image/png" in data:
                data["image/png"] = _small(data["image/png"])


def _joined(outputs: list[Any]) -> list[Any]:
    """Return outputs with what was printed in pieces as one: where it breaks is chance."""
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output.get("name") is not None and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            joined.append(output)
    return joined


def _small(picture: str) -> str:
    """Return a picture that is as wide as a notebook, in few colours."""
    from PIL import Image

    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    if image.width > _WIDEST:
        height = round(image.height * _WIDEST / image.width)
        image = image.resize((_WIDEST, height), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        out, "png", optimize=True
    )
    return base64.b64encode(out.getvalue()).decode("ascii")


def main(names: list[str]) -> None:
    """Run the notebooks, or those that are named, and keep what they print."""
    import nbformat

    kernel = open_kernel()
    try:
        for path in PATHS:
            if names and path.name not in names:
                continue
            with tempfile.TemporaryDirectory() as folder:
                notebook = run(path, Path(folder), kernel)
            _keep(notebook)
            nbformat.write(notebook, path)
    finally:
        kernel.shutdown_kernel(now=True)


if __name__ == "__main__":
    main(sys.argv[1:])
