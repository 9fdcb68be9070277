"""What a reader asks of a database that holds something: tail, query, export, explain, stories."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.__main__ import main

COPIES = Path(__file__).parents[2] / "copies"
Newsd = Callable[..., str]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with an article, a rewrite of it, and another article."""
    place = tmp_path_factory.mktemp("reading")
    rows = []
    for name in ("original", "4_respun", "others/5_court"):
        title, _, text = (COPIES / f"{name}.txt").read_text("utf-8").partition("\n")
        url = f"https://{Path(name).stem.replace('_', '-')}.example/a"
        rows.append({"url": url, "title": title, "text": text, "published": "2025-10-18"})
    (place / "articles.jsonl").write_text("\n".join(map(json.dumps, rows)))
    url = f"sqlite:///{place}/kept.db"
    assert main(["ingest", str(place / "articles.jsonl"), "--database", url]) == 0
    return url


@pytest.fixture
def newsd(kept: str, capfd: pytest.CaptureFixture[str]) -> Newsd:
    def run(*args: str, status: int = 0) -> str:
        assert main([*args, "--database", kept]) == status, capfd.readouterr().err
        said = capfd.readouterr()
        return said.out if status == 0 else said.err

    return run


def test_the_log_is_shown_from_any_place(newsd: Newsd) -> None:
    lines = newsd("tail", "--no-follow").splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3"]
    assert lines[1].endswith("4-respun.example  Karlhaven seafarers call off walkout")
    assert newsd("tail", "--no-follow", "--from", "2").splitlines() == lines[2:]
    assert newsd("tail", "--no-follow", "-n", "0") == ""
    assert newsd("tail", "--no-follow", "--from", "1h", "--lang", "de") == ""
    one = json.loads(newsd("tail", "--no-follow", "--from", "1", "--topic", "labour", "--json"))
    assert (one["seq"], one["kind"], one["relation"]) == (2, "created", "respun")
    assert "--from" in newsd("tail", "--from", "yesterday-ish", status=2)


SQL = "SELECT article_id, duplicate_of FROM newsd_article_v1 ORDER BY 1"


def test_a_question_is_answered_as_table_csv_and_json(newsd: Newsd) -> None:
    assert newsd("query", SQL).splitlines()[2].split() == ["2", "1"]
    assert newsd("query", SQL, "--csv").splitlines() == [
        "article_id,duplicate_of",
        "1,",
        "2,1",
        "3,",
    ]
    rows = [json.loads(line) for line in newsd("query", SQL, "--json").splitlines()]
    assert rows[1] == {"article_id": 2, "duplicate_of": 1}
    assert newsd("query", "SELECT x", status=2) == "newsd: no such column: x\n"
    assert "readonly" in newsd("query", "DELETE FROM article", status=2)


@pytest.mark.threat("G7")
def test_no_cell_of_a_csv_for_a_spreadsheet_is_a_formula(newsd: Newsd) -> None:
    asked = "SELECT '=1+1' AS \"=a\", '@x', 'fine', -3, '  +1', char(9) || 'x', '\uff1d1', 'a=b'"
    head, row = newsd("query", asked, "--csv", "--spreadsheet").splitlines()
    assert head.startswith("'=a,")
    assert row == "'=1+1,'@x,fine,-3,'  +1,'\tx,'\uff1d1,a=b"
    assert newsd("query", asked, "--csv").splitlines()[1].startswith("=1+1,@x,fine,-3,")
    assert "one of them" in newsd("query", asked, "--spreadsheet", status=2)
    assert "one of them" in newsd("query", asked, "--csv", "--json", status=2)


def test_an_export_goes_on_where_it_ended(newsd: Newsd, tmp_path: Path) -> None:
    file, cursor = tmp_path / "articles.jsonl", tmp_path / "seq"
    for _ in range(2):
        newsd("export", str(file), "--cursor", str(cursor))
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["article_id"] for row in rows] == [1, 2, 3]
    assert {topic["label"] for topic in rows[0]["topics"]} >= {"politics"}
    assert cursor.read_text() == "3\n"
    assert len(newsd("export").splitlines()) == 3
    cursor.write_text("three")
    assert "is not the number of a change" in newsd("export", "--cursor", str(cursor), status=2)


def test_an_article_says_why_it_is_as_it_is(newsd: Newsd) -> None:
    said = newsd("articles", "explain", "2")
    assert "A copy (respun:" in said
    assert "In story 1, as what it copies." in said
    why = json.loads(newsd("articles", "explain", "2", "--json"))
    assert why["evidence"]["copy"]["compared_with"] == 1
    assert "Tells something of its own" in newsd("articles", "explain", "3")
    assert "there is no article 9" in newsd("articles", "explain", "9", status=2)


def test_an_article_without_edits_has_no_diff(newsd: Newsd) -> None:
    assert newsd("articles", "diff", "1") == ""
    assert json.loads(newsd("articles", "diff", "1", "--json")) == []


def test_copies_stand_with_their_original_and_in_its_story(newsd: Newsd) -> None:
    shown = json.loads(newsd("articles", "show", "1", "--json"))
    assert [(copy["article_id"], copy["relation"]) for copy in shown["copies"]] == [(2, "respun")]
    assert [row["story_id"] for row in json.loads(newsd("stories", "list", "--json"))] == [1]
    assert len(json.loads(newsd("stories", "list", "--fewest", "1", "--json"))) == 2
    story = json.loads(newsd("stories", "show", "1", "--json"))
    assert [member["article_id"] for member in story["members"]] == [1, 2]
    assert "there is no story 2" in newsd("stories", "show", "2", status=2)


def test_articles_are_found_by_their_words(newsd: Newsd) -> None:
    lines = newsd("articles", "search", "karlhaven OR court", "--limit", "9").splitlines()
    assert lines[0].split()[:2] == ["score", "article"]
    assert len(lines) == 4
    found = json.loads(newsd("articles", "search", "karlh*", "--topic", "labour", "--json"))
    assert found
    assert all("**" in one["snippet"] for one in found)
    assert json.loads(newsd("articles", "search", "karlhaven", "--lang", "de", "--json")) == []
    assert "quotation mark" in newsd("articles", "search", 'a "b', status=2)
    assert "no topic is called" in newsd("articles", "search", "a", "--topic", "zzz", status=2)


def test_the_index_is_made_anew(newsd: Newsd, monkeypatch: pytest.MonkeyPatch) -> None:
    said = newsd("db", "index", "--anew")
    assert said.endswith("titles indexed, 3 articles now\n")
    assert newsd("db", "index").endswith("titles indexed, 0 articles now\n")
    monkeypatch.setenv("NEWSD_SEARCH__ENABLED", "off")
    assert "nothing is indexed" in newsd("db", "index")
    assert "search is off" in newsd("articles", "search", "karlhaven", status=2)
    monkeypatch.delenv("NEWSD_SEARCH__ENABLED")
    assert newsd("db", "index").endswith("3 articles now\n")
    assert newsd("articles", "search", "karlhaven").count("\n") > 1
