"""What the transcripts show is what happens."""

import pytest

from tests.transcript import ROOT, SESSIONS, plain, transcript


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", SESSIONS)
async def test_the_commands_still_say_what_the_transcript_shows(name: str) -> None:
    page = (ROOT / "docs" / "transcripts" / f"{name}.md").read_text("utf-8")
    assert plain(await transcript(name)) == plain(page)
