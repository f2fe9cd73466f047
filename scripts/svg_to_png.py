"""Draw an SVG file as a PNG, in headless Chromium.

python scripts/svg_to_png.py IN.svg OUT.png WIDTH HEIGHT
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Draw the picture."""
    source, target, width, height = sys.argv[1:]
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("svg_to_png: there is no chromium; on Debian: apt-get install chromium")
    with tempfile.TemporaryDirectory() as profile:
        page = Path(profile) / "page.html"
        image = f'<img src="{Path(source).resolve().as_uri()}" width="{width}" height="{height}">'
        page.write_text(f"<style>body {{ margin: 0 }} img {{ display: block }}</style>{image}", encoding="utf-8")
        command = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += [
            "--default-background-color=00000000",
            "--allow-file-access-from-files",
            f"--user-data-dir={profile}",
        ]
        command += [f"--window-size={width},{height}", f"--screenshot={Path(target).resolve()}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return 0


if __name__ == "__main__":
    sys.exit(main())
