"""Who may ask, who may write, and whose scripts may read the answer."""

from pathlib import Path

import pytest
from sqlalchemy import text

from daemon.api import read_token
from daemon.api.guard import own_names
from daemon.errors import SettingsError
from daemon.settings import HttpSettings
from storage.database import Database
from tests.daemon.api.server import TOKEN, Api, serving
from tests.daemon.test_keep import feed_at
from tests.samples import NOON
from tests.storage.test_articles import numbered, write

BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.mark.threat("G10")
@pytest.mark.parametrize(
    "path", ["/api", "/api/v1/articles", "/api/v1/openapi.json", "/feeds/all.atom"]
)
async def test_with_a_token_nothing_is_told_without_it(database: Database, path: str) -> None:
    async with serving(database, token=TOKEN) as api:
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": f"Basic {TOKEN}"},
        ):
            told = await api.problem(path, headers=headers)
            assert told["status"] == 401
        assert (await api.get(path)).headers["WWW-Authenticate"].startswith("Bearer")
        assert (await api.get(path, headers=BEARER)).status == 200


async def test_only_feeds_take_the_token_in_their_address(database: Database) -> None:
    async with serving(database, token=TOKEN) as api:
        feed = await api.get(f"/feeds/all.atom?token={TOKEN}")
        assert feed.status == 200
        assert TOKEN not in await feed.text()
        assert feed.headers["Cache-Control"].startswith("private")
        assert (await api.get("/feeds/all.atom?token=wrong")).status == 401
        assert (await api.get(f"/api/v1/articles?token={TOKEN}")).status == 401


@pytest.mark.threat("G10")
async def test_without_a_token_nothing_can_be_written(api: Api, database: Database) -> None:
    await write(database, numbered(1))
    feed = await feed_at(database)
    calls = {
        ("POST", "/api/v1/feeds"): 405,
        ("DELETE", f"/api/v1/feeds/{feed.id}"): 405,
        ("POST", "/api/v1/articles/1/retract"): 404,
    }
    for (method, path), status in calls.items():
        told = await api.problem(
            path, method=method, json={"url": "https://a.example/", "why": "x"}
        )
        assert told["status"] == status
    document = await api.json("/api/v1/openapi.json")
    assert {m for path in document["paths"].values() for m in path} == {"get"}


async def test_feeds_are_added_and_removed(database: Database) -> None:
    async with serving(database, token=TOKEN) as api:
        wish = {
            "url": "https://user:secret@a.example/feed",
            "labels": ["uk"],
            "full_text": "never",
        }
        made = await api.ask("POST", "/api/v1/feeds", json=wish, headers=BEARER)
        told = await made.json()
        assert (made.status, told["added"], told["url"]) == (201, True, "https://a.example/feed")
        path = made.headers["Location"]
        feed = await api.json(path, headers=BEARER)
        assert (feed["labels"], feed["full_text"], feed["state"]) == (["uk"], "never", "new")
        again = await api.ask("POST", "/api/v1/feeds", json=wish, headers=BEARER)
        assert (again.status, (await again.json())["added"]) == (200, False)
        assert (await api.ask("DELETE", path, headers=BEARER)).status == 204
        assert (await api.ask("DELETE", path, headers=BEARER)).status == 404
        assert (await api.get(path, headers=BEARER)).status == 404


@pytest.mark.threat("A1")
@pytest.mark.parametrize(
    ("body", "status", "parameter"),
    [
        (b'{"url": "http://127.0.0.1/feed"}', 400, "url"),
        (b'{"url": "file:///etc/passwd"}', 400, "url"),
        (b'{"url": 5}', 400, "url"),
        (b'{"url": "https://a.example/", "labels": ["\\u0000"]}', 400, "labels.0"),
        (b'{"url": "https://a.example/", "colour": 1}', 400, "colour"),
        (b'{"labels": []}', 400, "url"),
        (b"[]", 400, None),
        (b"{", 400, None),
        (b'{"url": "' + b"x" * 70_000 + b'"}', 413, None),
    ],
)
async def test_a_wish_that_cannot_be_is_refused(
    database: Database, body: bytes, status: int, parameter: str | None
) -> None:
    headers = BEARER | {"Content-Type": "application/json"}
    async with serving(database, token=TOKEN) as api:
        told = await api.problem("/api/v1/feeds", method="POST", data=body, headers=headers)
    assert (told["status"], told.get("parameter")) == (status, parameter)


@pytest.mark.threat("G10")
async def test_a_form_of_a_page_elsewhere_is_refused(database: Database) -> None:
    async with serving(database, token=TOKEN) as api:
        told = await api.problem("/api/v1/feeds", method="POST", data="url=x", headers=BEARER)
    assert told["status"] == 415


async def test_an_article_is_taken_back(database: Database) -> None:
    await write(database, numbered(1))
    async with serving(database, token=TOKEN) as api:
        path = "/api/v1/articles/1/retract"
        told = await api.ask("POST", path, json={"why": "asked for"}, headers=BEARER)
        assert (told.status, await told.json()) == (200, {"article_id": 1, "seq": 2})
        again = await api.ask("POST", path, json={"why": "asked for"}, headers=BEARER)
        assert again.status == 410
    async with database.reading() as tx:
        rows = await tx.execute(text("SELECT kind FROM newsd_change_v1 ORDER BY seq"))
        assert rows.scalars().all() == ["created", "retracted"]


@pytest.mark.threat("G9")
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8080", 200),
        ("127.0.0.1", 200),
        ("[::1]:8080", 200),
        ("LOCALHOST.", 200),
        ("news.example.org", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example:8080", 421),
        ("10.0.0.1", 421),
    ],
)
async def test_a_page_whose_name_leads_here_reads_nothing(
    database: Database, host: str, status: int
) -> None:
    async with serving(database, public_url="https://news.example.org") as api:
        for path in ("/api/v1/feeds", "/feeds/all.atom"):
            assert (await api.get(path, headers={"Host": host})).status == status


def test_elsewhere_than_on_loopback_any_name_will_do() -> None:
    assert own_names("0.0.0.0:8080", "") is None
    assert own_names("news.example.org:80", "") is None
    assert own_names("[::1]:8080", "") == frozenset({"localhost", "127.0.0.1", "::1"})


async def test_scripts_of_pages_read_only_where_that_is_allowed(database: Database) -> None:
    origin, path = "https://desk.example", "/api/v1/articles"
    ask = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    async with serving(database) as api:
        answer = await api.get(path, headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert (await api.ask("OPTIONS", path, headers=ask)).status == 405
    async with serving(database, cors_origins=[origin], token=TOKEN) as api:
        answer = await api.get(path, headers={"Origin": origin} | BEARER)
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "Origin" in answer.headers["Vary"]
        refused = await api.get(path, headers={"Origin": origin})
        assert (refused.status, refused.headers["Access-Control-Allow-Origin"]) == (401, origin)
        asked = await api.ask("OPTIONS", path, headers=ask)
        assert asked.status == 204
        assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
        other = await api.get(path, headers={"Origin": "https://evil.example"} | BEARER)
        assert "Access-Control-Allow-Origin" not in other.headers


def test_a_token_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    settings = HttpSettings(token_file=path)
    for content, words in (("short", "16 printable"), ("ü" * 20, "16 printable")):
        path.write_text(content)
        with pytest.raises(SettingsError, match=words):
            read_token(settings)
    path.write_text(f"{TOKEN}\n")
    assert read_token(settings) == TOKEN
    path.unlink()
    with pytest.raises(SettingsError, match="No such file"):
        read_token(settings)
    assert read_token(HttpSettings()) is None


@pytest.mark.threat("A11")
async def test_passwords_of_feeds_are_not_told(api: Api, database: Database) -> None:
    await feed_at(database, "https://ann:secret@a.example/feed")
    async with database.writing() as tx:
        said = "https://ann:secret@a.example/feed went away"
        await tx.execute(text("UPDATE poll_state SET last_error = :said"), {"said": said})
    for path in ("/api/v1/feeds", "/api/v1/feeds/1"):
        told = await (await api.get(path)).text()
        assert "https://a.example/feed" in told
        assert "secret" not in told


async def test_feeds_are_listed_in_pages(api: Api, database: Database) -> None:
    for n in range(3):
        await feed_at(database, f"https://a.example/{n}")
    page = await api.json("/api/v1/feeds?limit=2")
    assert ([f["feed_id"] for f in page["items"]], page["next"]) == ([1, 2], 2)
    rest = await api.json("/api/v1/feeds?limit=2&after=2&state=new")
    assert ([f["feed_id"] for f in rest["items"]], rest["next"]) == ([3], None)
    one = await api.json("/api/v1/feeds/1")
    assert (one["url"], one["polls"], one["next_poll_at"]) == (
        "https://a.example/0",
        [],
        NOON.isoformat().replace("+00:00", "Z"),
    )
    assert (await api.problem("/api/v1/feeds/9"))["status"] == 404


@pytest.mark.threat("H7")
async def test_a_database_that_is_away_is_a_clear_problem(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/no/folder.db"
    async with Database.open(url) as database, serving(database) as api:
        response = await api.get("/api/v1/articles")
        assert (response.status, response.headers["Retry-After"]) == (503, "5")
        assert str(tmp_path) not in await response.text()


@pytest.mark.threat("G11")
async def test_more_than_can_be_answered_at_once_wait_and_are_sent_away(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.api.desk.PATIENCE", 0.05)
    for _ in range(4):
        await api.desk.turns.acquire()
    response = await api.get("/api/v1/articles")
    assert (response.status, response.headers["Retry-After"]) == (503, "1")
    api.desk.turns.release()
    assert (await api.get("/api/v1/articles")).status == 200


async def test_what_is_not_there_is_a_problem_too(api: Api) -> None:
    assert (await api.problem("/api/v1/nothing"))["status"] == 404
    told = await api.ask("PUT", "/api/v1/articles")
    assert (told.status, told.headers["Allow"]) == (405, "GET,HEAD")
    page = await api.get("/api")
    assert "/api/v1/openapi.json" in await page.text()
