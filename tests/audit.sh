#!/usr/bin/env bash
# Looks up known weaknesses of the installed packages, and fails for one; where their list cannot be reached it says so in
# a line and goes on. `make audit` calls it.
set -u
python=${1:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

skip() {
  echo "make audit: $1, so that known weaknesses of the packages were not looked up."
  exit 0
}

# A mirror may answer without the list: this old version has weaknesses that are known.
timeout 20 "$python" - >/dev/null 2>&1 <<'P' || skip "PyPI does not answer"
import json, urllib.request
with urllib.request.urlopen("https://pypi.org/pypi/pip/9.0.1/json", timeout=10) as answer:
    assert json.load(answer)["vulnerabilities"]
P
timeout 120 "$python" -m pip install --quiet --group audit >/dev/null 2>&1 || skip "pip-audit cannot be installed"
timeout 180 "$python" -m pip_audit --local --skip-editable --progress-spinner off --timeout 10 \
  --format markdown --output "$folder/report.md" >"$folder/said" 2>&1
code=$?
# What is found stands in the report; a server that does not answer ends with the same status and without one.
[ "$code" = 0 ] || [ -s "$folder/report.md" ] || skip "PyPI does not answer"
cat "$folder/said"
[ "$code" = 0 ] || cat "$folder/report.md"
exit "$code"
