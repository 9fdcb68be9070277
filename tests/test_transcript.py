"""What the transcript shows is what happens."""

import pytest

from tests.transcript import ROOT, plain, transcript

PAGE = ROOT / "docs" / "transcripts" / "feeds.md"


@pytest.mark.timeout(300)
async def test_the_commands_still_say_what_the_transcript_shows() -> None:
    assert plain(await transcript()) == plain(PAGE.read_text("utf-8"))
