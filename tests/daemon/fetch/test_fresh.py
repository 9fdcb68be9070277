from datetime import timedelta

import pytest

from daemon.fetch.fresh import LONGEST, freshness
from daemon.values import Fresh

MINUTE = timedelta(minutes=1)
DATE = "Sat, 18 Oct 2025 12:00:00 GMT"
SOON = "Sat, 18 Oct 2025 12:05:00 GMT"


@pytest.mark.threat("C5")
@pytest.mark.parametrize(
    ("headers", "fresh"),
    [
        pytest.param({}, None, id="nothing is said"),
        pytest.param({"Cache-Control": "max-age=300"}, Fresh(MINUTE * 5), id="max-age"),
        pytest.param({"Cache-Control": 'Public, Max-Age="300"'}, Fresh(MINUTE * 5), id="quoted"),
        pytest.param({"Cache-Control": "max-age=0"}, None, id="stale at once"),
        pytest.param({"Cache-Control": "no-cache, max-age=300"}, None, id="not without asking"),
        pytest.param({"Cache-Control": "max-age=-5"}, None, id="junk"),
        pytest.param(
            {"Cache-Control": "s-maxage=900, max-age=300"}, Fresh(MINUTE * 5), id="origin"
        ),
        pytest.param(
            {"Cache-Control": "s-maxage=900, max-age=300", "Age": "60"},
            Fresh(MINUTE * 14, is_cached=True),
            id="a shared cache, a minute old",
        ),
        pytest.param({"Cache-Control": "max-age=60", "Age": "90"}, None, id="older than that"),
        pytest.param({"Cache-Control": "max-age=999999999"}, Fresh(LONGEST), id="absurd: capped"),
        pytest.param({"Expires": SOON, "Date": DATE}, Fresh(MINUTE * 5), id="Expires"),
        pytest.param({"Expires": SOON}, None, id="Expires by an unknown clock"),
        pytest.param({"Expires": "0", "Date": DATE}, None, id="Expires: 0"),
        pytest.param({"Expires": DATE, "Date": SOON}, None, id="expired"),
        pytest.param(
            {"Cache-Control": "max-age=60", "Expires": SOON, "Date": DATE},
            Fresh(MINUTE),
            id="max-age goes before Expires",
        ),
    ],
)
def test_freshness(headers: dict[str, str], fresh: Fresh | None) -> None:
    assert freshness(headers) == fresh
