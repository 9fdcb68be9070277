"""A feed's rhythm, packed to stay inside the feed's row: 368 bytes."""

from datetime import UTC, datetime
from struct import Struct

from storage.values import Rhythm

# Half precision suffices: counts only ever grow by whole items, so that nothing small adds up.
_PACKED = Struct("<3d2f168e")


def pack_rhythm(rhythm: Rhythm | None) -> bytes | None:
    """The rhythm to half precision; packing again what was unpacked changes nothing."""
    if rhythm is None:
        return None
    times = (at.timestamp() for at in (rhythm.since, rhythm.epoch, rhythm.at))
    return _PACKED.pack(*times, rhythm.burst, rhythm.window, *rhythm.week)


def unpack_rhythm(blob: bytes | None) -> Rhythm | None:
    """What `pack_rhythm` kept."""
    if not blob:
        return None
    since, epoch, at, burst, window, *week = _PACKED.unpack(blob)
    return Rhythm(_at(since), _at(epoch), _at(at), tuple(week), burst, window)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
