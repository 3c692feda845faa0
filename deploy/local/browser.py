"""A browser for tests and pictures: an installed Chrome or Chromium, or else the packaged one.

``python -m deploy.local.browser shot URL OUT.png --width 1440 --height 900 --dark`` takes a picture of a page.
"""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from deploy.local.bundles import default_cache
from deploy.local.chromium import install as packaged
from runtime.errors import UserError

if TYPE_CHECKING:
    from playwright.async_api import Browser

NAMES: Final = ("google-chrome-stable", "google-chrome", "chromium", "chromium-browser", "chrome")


@functools.cache
def chromium() -> Path:
    """The browser's program. Blocks for a download the first time on a machine without a browser.

    ``BALCAO_CHROMIUM`` names one to use. Raises ``UserError`` when that does not start, or none can be had.
    """
    if chosen := os.environ.get("BALCAO_CHROMIUM"):
        path = Path(chosen)
        if not _starts(path, os.environ):
            raise UserError(f"BALCAO_CHROMIUM is {chosen}, which does not start; name a Chrome or Chromium program.")
        return path
    for name in NAMES:
        found = shutil.which(name)
        # Some distributions put a script of this name there that only says what to install.
        if found is not None and _starts(Path(found), os.environ):
            return Path(found)
    return packaged.install(default_cache(os.environ), _say) / "chromium"


def launch_arguments() -> list[str]:
    """Flags for a browser that talks to nobody but the page; running as root needs ``--no-sandbox``."""
    return [
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]


@functools.cache
def _additions() -> dict[str, str]:
    program = chromium()
    folder = packaged.folder(default_cache(os.environ))
    if program.parent != folder:
        return {}
    fonts = {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
    if _starts(program, os.environ):
        return fonts
    libraries = os.pathsep.join(filter(None, [str(folder / "al2023" / "lib"), os.environ.get("LD_LIBRARY_PATH")]))
    spare = {**fonts, "LD_LIBRARY_PATH": libraries}
    if not _starts(program, {**os.environ, **spare}):
        raise UserError(f"The packaged Chromium does not start here; `ldd {program}` shows which library is missing.")
    return spare


def environment() -> dict[str, str]:
    """The whole environment to start ``chromium()`` with: ours, and for the packaged one its fonts and libraries."""
    return {**os.environ, **_additions()}


@asynccontextmanager
async def browser() -> AsyncIterator["Browser"]:
    """A headless browser driven by playwright, while the context lasts."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=chromium(), args=launch_arguments(), env={**environment()}, headless=True
        )
        try:
            yield launched
        finally:
            await launched.close()


def _starts(program: Path, environ: "os._Environ[str] | dict[str, str]") -> bool:
    try:
        done = subprocess.run(
            [str(program), "--version"], env=dict(environ), capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


app = typer.Typer(help="The browser that tests and pictures use.", no_args_is_help=True)


@app.command()
def path() -> None:
    """Print where the browser is; downloads it when there is none."""
    typer.echo(chromium())


@app.command()
def shot(
    url: Annotated[str, typer.Argument(help="The page.")],
    out: Annotated[Path, typer.Argument(help="The PNG file to write.")],
    *,
    width: Annotated[int, typer.Option(help="CSS pixels.")] = 1440,
    height: Annotated[int, typer.Option(help="CSS pixels.")] = 900,
    scale: Annotated[float, typer.Option(help="Device pixels per CSS pixel.")] = 1.0,
    dark: Annotated[bool, typer.Option("--dark", help="Ask the page for its dark colours.")] = False,
    locale: Annotated[str, typer.Option(help="The browser's language.")] = "pt-BR",
    wait_for: Annotated[str | None, typer.Option(help="A CSS selector that must be visible first.")] = None,
    full_page: Annotated[bool, typer.Option("--full-page", help="The whole page, not only the window.")] = False,
) -> None:
    """Take a picture of a page. Fails when the page reports an error on its console."""
    import asyncio

    async def take() -> list[str]:
        async with browser() as driven:
            page = await driven.new_page(
                viewport={"width": width, "height": height},
                device_scale_factor=scale,
                color_scheme="dark" if dark else "light",
                locale=locale,
            )
            problems: list[str] = []
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
            await page.goto(url)
            if wait_for is not None:
                await page.locator(wait_for).first.wait_for()
            await page.evaluate("document.fonts.ready")
            out.parent.mkdir(parents=True, exist_ok=True)
            await page.screenshot(path=out, full_page=full_page, animations="disabled")
            return problems

    problems = asyncio.run(take())
    if problems:
        raise UserError("The picture was taken, but the page reported: " + "; ".join(problems))


def main() -> None:
    """The command line; a ``UserError`` becomes one sentence and exit code 2."""
    try:
        app()
    except UserError as error:
        _say(str(error))
        sys.exit(2)


if __name__ == "__main__":
    main()
