"""What is installed: every statement and adapter inside the package, nothing of them at the top level."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    tree = shutil.copytree(
        ROOT, folder / "tree", symlinks=True, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info")
    )
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, tree],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_house_once(wheel: Path) -> None:
    inside = zipfile.ZipFile(wheel).namelist()
    wanted = {f"warehouse_sync/{path.relative_to(ROOT)}" for path in (ROOT / "sql").rglob("*.sql")}
    wanted |= {f"warehouse_sync/{path.relative_to(ROOT)}" for path in (ROOT / "adapters").rglob("*.py")}
    package = ROOT / "warehouse_sync"
    wanted |= {
        f"warehouse_sync/{path.relative_to(package)}"
        for path in package.rglob("*.py")
        if path.relative_to(package).parts[0] not in ("adapters", "sql")
    }
    assert wanted <= set(inside)
    assert len(inside) == len(set(inside))
    assert not [name for name in inside if name.split("/")[0] in ("sql", "adapters", "tests")]


def test_an_installed_wheel_offers_no_top_level_sql_or_adapters(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel],
        check=True,
        capture_output=True,
    )
    program = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "import importlib.util as u\n"
        "assert u.find_spec('adapters') is None and u.find_spec('sql') is None\n"
        "import warehouse_sync.adapters.duckdb, warehouse_sync.statements as s\n"
        f"assert s.__file__.startswith({str(site)!r})\n"
        "assert s.canonical('run/changes')\n"
    )
    subprocess.run([sys.executable, "-I", "-c", program], check=True, cwd=tmp_path)
