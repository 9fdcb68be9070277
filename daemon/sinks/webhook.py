"""Webhooks: batches of CloudEvents, posted and signed as Standard Webhooks ask for.

https://www.standardwebhooks.com: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from hmac import digest
from http import HTTPStatus

from daemon.clock import Clock
from daemon.errors import SettingsError
from daemon.events import Event, batch
from daemon.fetch.post import Answered, Poster
from daemon.fetch.session import open_session
from daemon.settings import FetchSettings, WebhookSettings
from daemon.sinks.outcomes import Delivered, Later, Outcome, Refused, Stopped
from daemon.values import Failed

_PREFIX = "whsec_"
_OF_THE_RECEIVER = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
"""4xx that say something of the receiver or of us, and nothing of the events."""


def secret_of(settings: WebhookSettings) -> bytes:
    """What is signed with. Raises `SettingsError` naming the file or the setting."""
    text, where = settings.secret, f"consumers.{settings.name}.secret"
    if settings.secret_file is not None:
        where = str(settings.secret_file)
        try:
            text = settings.secret_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{where}: the secret cannot be read: {error}") from error
    if not text:
        raise SettingsError(f"{where}: the secret is empty")
    if not text.startswith(_PREFIX):
        return text.encode()
    try:
        return b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise SettingsError(f"{where}: what follows {_PREFIX} is no Base64") from error


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: version and HMAC-SHA256 over `id.timestamp.body`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{b64encode(digest(secret, signed, sha256)).decode()}"


class Webhook:
    """Posts each batch once, and says what came of it."""

    def __init__(self, poster: Poster, settings: WebhookSettings, clock: Clock) -> None:
        self._poster = poster
        self._settings = settings
        self._clock = clock
        self._secret = secret_of(settings)

    async def deliver(self, events: Sequence[Event]) -> Outcome:
        """Post events as one batch; its id is the same as often as the batch is tried."""
        body, now = batch(list(events)), int(self._clock().timestamp())
        name = f"{self._settings.name}:{events[0].seq}-{events[-1].seq}"
        headers = {
            "Content-Type": "application/cloudevents-batch+json; charset=utf-8",
            "webhook-id": name,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(self._secret, name, now, body),
        }
        return _judged(await self._poster.post(self._settings.url, body, headers))


def _judged(answer: Answered | Failed) -> Outcome:
    if isinstance(answer, Failed):
        return Later(f"{answer.outcome}: {answer.detail}")
    status = answer.status
    if 200 <= status < 300:
        return Delivered()
    if status == HTTPStatus.GONE:
        return Stopped(answer.said)
    if 400 <= status < 500 and status not in _OF_THE_RECEIVER:
        return Refused(answer.said)
    return Later(answer.said, after=answer.retry_after)


@asynccontextmanager
async def open_webhook(
    settings: WebhookSettings, fetch: FetchSettings, clock: Clock
) -> AsyncIterator[Webhook]:
    """The sink, over a guarded session of its own, so that it takes no place from polls."""
    async with open_session(fetch) as session:
        yield Webhook(Poster(session, fetch, settings.timeout), settings, clock)
