"""The house rules that no linter knows."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = [p for top in ("daemon", "storage") for p in sorted((ROOT / top).rglob("*.py"))]
HEAVY = {"sqlalchemy", "aiohttp", "feedparser", "apscheduler", "asyncio", "pydantic"}


@pytest.mark.parametrize("room", ROOMS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(room: Path) -> None:
    assert room.read_text().startswith('"""')


def test_nouns_are_light() -> None:
    """Tools that only want the nouns do not pay for a database or a web client."""
    code = (
        "import sys, storage.values, daemon.values;"
        f"print(*({HEAVY!r} & set(sys.modules)), file=sys.stderr);"
        f"sys.exit(bool({HEAVY!r} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
