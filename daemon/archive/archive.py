"""Write what polls are made of to an archive, without ever holding up or failing a poll."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import structlog

from daemon.archive.traces import Place, Retracted, again_json, poll_json, retracted_json
from daemon.archive.volume import Volume, forget_old, recover
from daemon.archive.warc import about, metadata, response
from daemon.settings import ArchiveSettings
from daemon.values import Gathered

PATIENCE = 2.0
"""Seconds that a group waits for a disk; what that has in hand then is written all the same."""
SOFTWARE = "newsd (documents as decoded from their transfer and content codings)"
log = structlog.get_logger()


class Archive:
    """The files of one run of newsd, written by a thread of its own."""

    def __init__(self, settings: ArchiveSettings, folder: Path, database: str) -> None:
        """`database` is its address without a password: feeds are known by their ids in it."""
        self._settings = settings
        self._folder = folder
        self._database = database
        self._session = uuid4().hex[:12]
        self._groups = 0
        self._thread = ThreadPoolExecutor(1, "archive")
        self._volume: Volume | None = None
        self._volumes = 0
        self._busy: asyncio.Future[None] | None = None
        self._is_failing = False
        self.lost = 0
        """Polls that are not in the archive although they should be."""

    async def write(
        self, group: Sequence[Gathered], now: datetime, *, is_again: bool = False
    ) -> None:
        """Write what a group of polls is made of, before it is committed at `now`.

        A group that is tried again (`is_again`) gets its new time. What cannot be written is
        counted, and told of once.
        """
        polls = [gathered for gathered in group if gathered.trace is not None]
        if polls:
            self._groups += not is_again
            place = Place(self._session, self._groups, now)
            work = partial(self._put_again if is_again else self._put, place, polls)
            await self._do(work, len(polls))

    async def retract(self, public_ids: Sequence[str], why: str, now: datetime) -> None:
        """Write that these articles are taken back, before they are."""
        self._groups += 1
        place = Place(self._session, self._groups, now)
        said = retracted_json(Retracted(place, tuple(public_ids), why))
        await self._do(partial(self._put_retracted, now, said), 1)

    async def _do(self, work: Callable[[], None], polls: int) -> None:
        if self._busy is not None and not self._busy.done():
            self._lose(polls, "the disk is still busy with what came before")
            return
        self._busy = asyncio.get_running_loop().run_in_executor(self._thread, work)
        await self._within(self._busy, polls)

    async def _within(self, busy: "asyncio.Future[None]", polls: int) -> None:
        done, _ = await asyncio.wait({busy}, timeout=PATIENCE)
        if not done:
            busy.add_done_callback(_look_at)
            log.warning("archive_slow", folder=str(self._folder), polls=polls)
            return
        error = busy.exception()
        if isinstance(error, OSError):
            self._lose(polls, error.strerror or str(error))
        elif error is not None:
            log.error("archive_failed", exc_info=error)
            self.lost += polls
        else:
            self._is_failing = False

    def _lose(self, polls: int, why: str) -> None:
        self.lost += polls
        if not self._is_failing:
            log.warning("archive_not_written", folder=str(self._folder), error=why)
        self._is_failing = True

    async def close(self) -> None:
        """Give the file that is written its name; the next group begins another."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._end)
        except OSError as error:
            log.warning("archive_not_closed", folder=str(self._folder), error=str(error))

    def end(self) -> None:
        """Let the thread go."""
        self._thread.shutdown(wait=False)

    # ------------------------------------------------------------ in the thread

    def _put(self, place: Place, polls: Sequence[Gathered]) -> None:
        volume = self._open(place.at)
        for number, gathered in enumerate(polls, 1):
            here = replace(place, number=number, of=len(polls))
            volume.put(self._records(here, gathered))

    def _put_again(self, place: Place, _: Sequence[Gathered]) -> None:
        # in the file of the first try, where it is looked for
        volume = self._volume or self._open(place.at)
        volume.put(metadata("urn:newsd:again", again_json(place), place.at))

    def _put_retracted(self, now: datetime, said: bytes) -> None:
        self._open(now).put(metadata("urn:newsd:retracted", said, now))

    def _records(self, place: Place, gathered: Gathered) -> bytes:
        """The documents of a poll, and what says how they belong together."""
        pieces = gathered.trace.pieces if gathered.trace else ()
        written = [response(piece.page, gathered.started_at) for piece in pieces]
        ids = [record_id for record_id, _ in written]
        said = poll_json(place, self._database, gathered, ids)
        url = pieces[0].page.url or f"urn:newsd:{place.session}"
        last = metadata(url, said, gathered.started_at, ids[0])
        return b"".join(record for _, record in written) + last

    def _open(self, now: datetime) -> Volume:
        volume, settings = self._volume, self._settings
        if volume is not None:
            if volume.size < settings.max_file and now - volume.begun < settings.max_age:
                return volume
            self._end()
        if settings.keep is not None:
            forget_old(self._folder, settings.keep, now)
        stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        self._volumes += 1
        name = f"newsd-{stamp}-{self._session}-{self._volumes:05}"
        self._volume = Volume.begin(self._folder, name, now)
        fields = {"software": SOFTWARE, "format": "WARC File Format 1.1"}
        self._volume.put(about(fields, f"{name}.warc.gz", now))
        return self._volume

    def _end(self) -> None:
        volume, self._volume = self._volume, None
        if volume is not None:
            volume.end()


def _look_at(done: "asyncio.Future[None]") -> None:
    """A write that nobody waited for any more has ended."""
    if not done.cancelled() and (error := done.exception()) is not None:
        log.warning("archive_not_written", error=str(error))


@asynccontextmanager
async def open_archive(settings: ArchiveSettings, database: str) -> AsyncIterator[Archive | None]:
    """The archive for the length of the block; None: none is wanted. Raises `OSError`."""
    if settings.dir is None:
        yield None
        return
    folder = settings.dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for found in await asyncio.to_thread(lambda: list(recover(folder))):
        log.warning("archive_recovered", file=str(found.path), cut_bytes=found.cut)
    archive = Archive(settings, folder, database)
    try:
        yield archive
    finally:
        await archive.close()
        archive.end()
