"""The report in a real browser, where there is one."""

import html
import os
import re
import shutil
import subprocess
from pathlib import Path

import cv2
import pytest

from tests.unit.twinseek.records import a_hit, a_record, hostile_record, noise_frames
from twinseek.report import render_report, write_report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --enable-logging=stderr"
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


def browse(page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Open a page in a fresh profile; the console's messages are on stderr."""
    profile = page.with_suffix(".profile")
    shutil.rmtree(profile, ignore_errors=True)
    # Chromium refuses its sandbox to root, which is who runs tests in containers.
    unsafe = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = [str(CHROMIUM), *FLAGS.split(), *unsafe, f"--user-data-dir={profile}", *flags, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def console_of(browsed: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in browsed.stderr.splitlines() if ":CONSOLE" in line]


def records():
    return [a_record(), a_record(results=(a_hit(status="dropped"),)), hostile_record()]


def test_the_console_is_read_at_all(tmp_path):
    page = tmp_path / "broken.html"
    page.write_text(render_report(records(), None).replace("</body>", "<script>1</script></body>"))
    assert "Content Security Policy" in "".join(console_of(browse(page, "--screenshot=" + str(tmp_path / "s.png"))))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_not_blank_and_the_console_is_silent(tmp_path, scheme):
    page = write_report(tmp_path / "report.html", records(), noise_frames())
    picture = tmp_path / "shot.png"
    dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    browsed = browse(page, "--window-size=1000,1600", f"--screenshot={picture}", *dark)
    assert console_of(browsed) == []
    shot = cv2.imread(str(picture))
    assert shot.shape[1] == 1000
    assert shot.std() > 10
    assert (shot[5, 5].mean() < 60) == (scheme == "dark")


@pytest.mark.parametrize("width", [320, 390, 720, 800, 945, 1400])
def test_nothing_sticks_out_at_any_width(tmp_path, width):
    # The page runs no script, so a page around it measures.
    inner = html.escape(render_report(records(), noise_frames()))
    outer = tmp_path / "outer.html"
    outer.write_text(
        f'<iframe style="width:{width}px;height:900px;border:0" srcdoc="{inner}" '
        "onload=\"document.title = 'wide:' + this.contentDocument.documentElement.scrollWidth + ' pictures:' + "
        '[...this.contentDocument.images].filter(image => image.naturalWidth > 0).length"></iframe>'
    )
    title = re.search(r"<title>wide:(\d+) pictures:(\d+)</title>", browse(outer, "--dump-dom").stdout)
    assert int(title[1]) <= width
    assert int(title[2]) == 9
