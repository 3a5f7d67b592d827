"""A JupyterLab of its own, and notebooks in it as a person has them open."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
_TOKEN = "token-of-tests"
_SETTINGS = (
    "--no-browser",
    "--allow-root",
    "--ip=127.0.0.1",
    f"--IdentityProvider.token={_TOKEN}",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=",
    "--LabApp.extension_manager=readonly",
    "--ContentsManager.allow_hidden=False",
)
_READY = """async () => {
  const shown = window.jupyterapp.shell.currentWidget;
  await shown.context.ready;
  await shown.sessionContext.ready;
  await shown.sessionContext.session?.kernel?.info;
}"""


class Lab:
    """One server, with folders of its own; it is reached over loopback only."""

    def __init__(self, folder):
        self.folder = folder / "notebooks"
        self.folder.mkdir()
        self._log = folder / "lab.log"
        self._port = _free_port()
        home = folder / "home"
        home.mkdir()
        kept = {name: value for name, value in os.environ.items() if not _is_of_others(name)}
        places = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR", "LAB_SETTINGS_DIR", "LAB_WORKSPACES_DIR")
        kept |= {f"JUPYTER_{place}".replace("_LAB", "LAB"): str(home / place) for place in places}
        _set(home / "LAB_SETTINGS_DIR")
        self._environment = kept | {
            "HOME": str(home),
            "IPYTHONDIR": str(home / "ipython"),
            "PYTHONPATH": str(ROOT),
        }

    def __enter__(self):
        with self._log.open("w") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [
                    sys.executable,
                    "-m",
                    "jupyterlab",
                    *_SETTINGS,
                    f"--port={self._port}",
                    f"--notebook-dir={self.folder}",
                ],
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_it_answers()
        return self

    def __exit__(self, *exception):
        self._process.terminate()
        self._process.wait(30)

    def _wait_until_it_answers(self):
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            try:
                urllib.request.urlopen(self._url("api"), timeout=5).close()  # noqa: S310
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
            else:
                return
        raise TimeoutError(self._log.read_text())

    def _url(self, path):
        return f"http://127.0.0.1:{self._port}/{path}?token={_TOKEN}"

    def log(self):
        """What the server has said."""
        return self._log.read_text("utf-8")

    def add_kernel(self, version):
        """Make an older kernel available, beside the rest of this environment; gives its name."""
        name = f"ipykernel-{version}"
        place = self.folder.parent / name
        install = [sys.executable, "-m", "pip", "install", "-q"]
        if not importlib.util.find_spec("pip"):
            install = ["uv", "pip", "install", "-q", "--python", sys.executable]
        packages = [f"ipykernel=={version}", "nest-asyncio"]
        subprocess.run([*install, "--no-deps", "--target", place, *packages], check=True)  # noqa: S603
        spec = {
            "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": name,
            "language": "python",
            "env": {"PYTHONPATH": f"{place}{os.pathsep}{ROOT}"},
        }
        folder = Path(self._environment["JUPYTER_DATA_DIR"]) / "kernels" / name
        folder.mkdir(parents=True)
        (folder / "kernel.json").write_text(json.dumps(spec), "utf-8")
        return name

    def write(self, name, *cells, kernel="python3"):
        """Write a notebook of these cells."""
        spec = {"name": kernel, "display_name": kernel, "language": "python"}
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": spec},
        )
        nbformat.write(notebook, self.folder / name)

    def end_kernels(self):
        """End every kernel that is there."""
        for kernel in json.loads(self._ask("GET", "api/kernels")):
            self._ask("DELETE", f"api/kernels/{kernel['id']}")

    def _ask(self, method, path):
        request = urllib.request.Request(self._url(path), method=method)  # noqa: S310
        request.add_header("Authorization", f"token {_TOKEN}")
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.read()

    def open(self, page, name):
        """Open a notebook in a page of a browser; gives it once its kernel is there."""
        page.goto(self._url(f"doc/tree/{name}"))
        return LabNotebook(page, self.folder / name)


class LabNotebook:
    """A notebook that is open in a browser."""

    def __init__(self, page, path):
        self.page = page
        self.path = path
        self.wait_until_ready()

    def wait_until_ready(self):
        """Wait until the page and its kernel are there."""
        self.page.wait_for_selector(".jp-Notebook", timeout=60_000)
        self.page.wait_for_function(
            "window.jupyterapp && window.jupyterapp.shell.currentWidget?.sessionContext"
        )
        self.page.evaluate(_READY)

    def command(self, name, **arguments):
        """Do what a menu would, and return at once."""
        self.page.evaluate(
            "([name, given]) => { window.jupyterapp.commands.execute(name, given); }",
            [name, arguments],
        )

    def run_all(self):
        """Run every cell; returns at once."""
        self.command("notebook:run-all-cells")

    def save(self):
        """Save, and wait until it is written."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")

    def end_kernel(self):
        """End the kernel, and wait until it is gone."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def wait_for(self, words):
        """Wait until the page says these words, where they can be seen."""
        self.page.get_by_text(words).locator("visible=true").first.wait_for(timeout=60_000)

    def read(self):
        """The notebook as it is saved."""
        return nbformat.read(self.path, as_version=4)


def _set(folder):
    """Have no question about news cover the page."""
    target = folder / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    target.parent.mkdir(parents=True)
    target.write_text('{"fetchNews": "false", "checkForUpdates": false}', "utf-8")


def _is_of_others(name):
    """Whether a variable would let this machine's settings in."""
    return name.startswith(("CASCADE_", "JUPYTER", "JPY_", "IPYTHON", "VSCODE", "PYTEST_"))


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
