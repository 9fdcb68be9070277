"""Which language, and from how little."""

import pytest

from daemon.normalise.language import detect_language, primary_subtag


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The harbour bridge was opened again after nine weeks of repairs to its cables."),
        ("de", "Die Brücke am Hafen ist nach neun Wochen wieder offen, und die Busse fahren."),
        ("fr", "Le pont du port est de nouveau ouvert après neuf semaines de travaux."),
        ("es", "El puente del puerto se abrió de nuevo después de nueve semanas de obras."),
        ("pt", "A ponte do porto foi reaberta depois de nove semanas de obras na cidade."),
        ("it", "Il ponte del porto è stato riaperto dopo nove settimane di lavori."),
        ("nl", "De brug bij de haven is na negen weken weer open voor het verkeer."),
        ("ru", "Мост в порту снова открыт после девяти недель ремонта."),
        ("uk", "Міст у порту знову відкрили після дев'яти тижнів ремонту."),
        ("ja", "港の橋が九週間の修理を終えて再び開通した。"),
        ("zh", "港口大桥经过九周维修后重新开放。"),
        ("ko", "항구의 다리가 9주간의 수리를 마치고 다시 열렸다."),
        ("el", "Η γέφυρα του λιμανιού άνοιξε ξανά μετά από εννέα εβδομάδες."),
    ],
)
def test_a_sentence_is_enough(language: str, text: str) -> None:
    assert detect_language("", text) == language


def test_a_short_title_is_what_its_feed_claims() -> None:
    assert detect_language("Sport", "", "nl-NL") == "nl"


def test_a_false_claim_gives_way_to_a_whole_sentence() -> None:
    text = "Die Brücke am Hafen ist nach neun Wochen wieder offen, und die Busse fahren."
    assert detect_language("", text, "en-US") == "de"


@pytest.mark.parametrize(
    "headline",
    [
        "Harbour Bridge Reopens Today",
        "Ferry Crew Saves Stranded Seal",
        "Why Bakers Love Rye Flour",
        "School Garden Wins Top Prize",
        "Bakery Fire Shuts High Street",
    ],
)
def test_a_headline_is_rather_in_a_language_of_many_news(headline: str) -> None:
    assert detect_language(headline, "") == "en"


def test_a_rare_language_is_believed_where_it_is_claimed() -> None:
    headline = "Wetin Dey Happen For Market Today"
    assert detect_language(headline, "", "pcm") == "pcm"


@pytest.mark.parametrize("text", ["", "2025", "*** 100 %", "Hm"])
def test_nothing_to_go_by_is_no_language(text: str) -> None:
    assert detect_language(text, "") == "und"


@pytest.mark.parametrize(
    ("tag", "subtag"),
    [("en-GB", "en"), ("PT_br", "pt"), ("und", None), ("english", None), ("", None), (None, None)],
)
def test_language_tags(tag: str | None, subtag: str | None) -> None:
    assert primary_subtag(tag) == subtag
