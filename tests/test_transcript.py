"""What the transcripts show is what happens."""

import shutil

import pytest

from tests.brokers import NATS, skip_without
from tests.transcript import ROOT, SESSIONS, plain, transcript


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", SESSIONS)
async def test_the_commands_still_say_what_the_transcript_shows(name: str) -> None:
    if missing := [tool for tool in SESSIONS[name].tools if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    if name == "serve":
        skip_without(NATS, "NATS")
    page = (ROOT / "docs" / "transcripts" / f"{name}.md").read_text("utf-8")
    assert plain(await transcript(name)) == plain(page)
