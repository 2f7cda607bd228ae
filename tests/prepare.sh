#!/usr/bin/env bash
# What the tests need beside Python packages: Chromium, and a font with Chinese characters. `make test` calls it.
set -u
python=${1:-python3}

have_chromium() {
  command -v chromium chromium-browser google-chrome >/dev/null && return 0
  "$python" - <<'P' 2>/dev/null
import os, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as player:
    sys.exit(not os.path.exists(player.chromium.executable_path))
P
}
have_font() { command -v fc-list >/dev/null && fc-list :lang=zh | grep -q .; }

apt_install() {
  command -v apt-get >/dev/null || return 1
  local sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo -n"
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -qq >/dev/null 2>&1
  $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

have_chromium || apt_install chromium || "$python" -m playwright install chromium >/dev/null 2>&1
have_font || apt_install fontconfig fonts-noto-cjk
have_chromium || echo "make test: no Chromium, the browser tests are skipped. Install one: apt-get install chromium, or playwright install chromium."
have_font || echo "make test: no font with Chinese characters, what draws Chinese is skipped. Install one: apt-get install fonts-noto-cjk."
exit 0
