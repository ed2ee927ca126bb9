"""A virtual environment for a test whose packages Debian does not have, or not as new."""

import hashlib
import os
import pathlib
import subprocess
import sys

from node import ROOT


def enter(name, requirements):
    """Runs the script again with the interpreter of build/NAME, made if it is missing. Exit code 2: the
    packages cannot be installed, so that nothing was tested."""
    requirements = pathlib.Path(requirements)
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    venv = ROOT / "build" / name / wanted
    python = venv / "bin" / "python"
    if pathlib.Path(sys.prefix).resolve() == venv.resolve():
        return
    if not (venv / "ready").exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
            subprocess.run([str(python), "-m", "pip", "install", "--quiet",
                            "--disable-pip-version-check", "-r", str(requirements)], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name}: its packages cannot be installed: {error}", file=sys.stderr)
            sys.exit(2)
        (venv / "ready").touch()
    os.execv(str(python), [str(python), *sys.argv])
