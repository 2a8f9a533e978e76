"""A browser window on the site, and what goes wrong in it."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""


def missing() -> str:
    """Return what is not on this machine, in words; nothing where all is there."""
    if not CHROMIUM:
        return "Chromium (Debian: apt-get install chromium)"
    return "" if AXE.is_file() else "axe-core (make setup fetches it from the npm registry)"


class Visit:
    """A browser window that notes errors of scripts and policy, and requests to other hosts."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.site = site
        self.faults: list[str] = []
        self._context: BrowserContext = browser.new_context(base_url=site)
        self.page: Page = self._context.new_page()
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *exception: object) -> None:
        self._context.close()

    def _note(self, url: str) -> None:
        if not url.startswith((self.site, "data:", "blob:")):
            self.faults.append(f"asks another host: {url}")

    def open(self, path: str, width: int = 1280) -> Page:
        """Open a page of the site in a window of that width."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.goto(path, wait_until="load")
        return self.page

    def axe(self) -> list[str]:
        """Return what axe-core finds against WCAG 2.2 AA: rule, and the first place."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa',"
            "'best-practice']}).then(r => r.violations.map(v => v.id + ': ' + "
            "v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(' | ')))"
        )
        return [str(item) for item in found]
