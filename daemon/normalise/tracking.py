"""Query parameters that say how a reader came to a page, and never which page it is.

Each group stands with its reason. A name that selects content somewhere (`id`, `p`, `page`, `v`,
`story`, `article`, `cid`, `sid`, `share`, `source`, `ref`) goes only with a value, or on a host,
where it is known not to: two pages must never become one.
"""

import re

_ALWAYS = {
    "campaigns, as analytics programs number them": r"""
        utm_\w+ utm mtm_\w+ matomo_\w+ piwik_\w+ hsa_\w+ oly_(?:enc|anon)_id
        pk_(?:campaign|kwd|keyword|source|medium|content|cid) wt[._](?:mc|zmc|nav|tsrc)\w*
        at_(?:medium|campaign|campaign_type|link\w*|custom\d|format|bbc_team|ptr_name|creation)
        ns_(?:campaign|mchannel|source|linkname|fee) itm_\w+ xtor
        sc_(?:campaign|channel|content|medium|outcome|geo|country) cmpid ncid ocid icid s_cid
        elqtrack\w* trk_\w+ wickedid ito spm smid smtyp taid tblci dicbo""",
    "click numbers, which advertisers add to every link": r"""
        (?:fb|g|dc|ms|y|tw|tt|sc|qc|ob|vm|irc)clid (?:g|w)braid gclsrc gad_source gad_campaignid
        srsltid igshid? igsh epik li_fat_id rdt_cid irclickid msclkid awc""",
    "mailings: which letter, and to whom it was sent": r"""
        mkt_tok mc_[ce]id vero_(?:id|conv) _hs\w+ __hs\w+ ck_subscriber_id mailing_id sp_mid sp_rid
        elq elqat elqcst recip_id ml_subscriber\w* omnisendcontactid bbeml emc""",
    "what social networks add when a link is shared": r"""
        soc_(?:src|trk) __twitter_impression __tn__ fb_action_\w+ fb_(?:ref|source) refsrc ref_src
        ref_url referrer guccounter guce_\w+ sr_share share_\w+ sharetype replytocom ss_source
        algo_expid wprov""",
    "sessions": r"""
        jsessionid phpsessid aspsessionid\w* cfid cftoken oscsid zenid""",
    "accelerated mobile pages": r"""
        amp_(?:js_v|gsa|tf|markup|latest_update_time) usqp _amp""",
}
"""Why -> names, as patterns that match a whole name in any case."""

_PLACES = r"""
rss\w* feeds? feedburner atom twitter facebook fb linkedin whatsapp telegram reddit e?-?mail
newsletter social\w* share\w* (?:home|front)page hp sm yahoo google\w* flipboard apple_?news
instagram pinterest tumblr bluesky mastodon threads push
"""
_WITH_VALUE = {
    "where a link stood, when the value is a place and not a thing": (
        """ref source src from feature partner cmp mod via medium campaign rss ftag traffic_source
        share intcmp cmptype origin link_source""",
        _PLACES,
    ),
    "the same page made for another screen or for paper": (
        "amp outputtype output print printable mobile desktop is_?mobile",
        "1 true yes amp print",
    ),
    "sessions, when the value is one": ("s?sid sess session_?id", "[0-9a-z_-]*\\d[0-9a-z_-]{15,}"),
}
"""Why -> (names, values): gone only together, or when there is no value."""

_ON_HOSTS = {
    # the player's and the share button's own marks, beside `v`, which is the page
    r"(?:\w+\.)?youtube\.com|youtu\.be": r"si|pp|feature|ab_channel",
    r"(?:\w+\.)?(?:twitter|x)\.com": r"s|t|ref_\w+|cn|refsrc",
    r"(?:\w+\.)?linkedin\.com": r"trk|trackingid|lipi|licu|midtoken|midsig",
    r"(?:[\w-]+\.)?medium\.com": r"source|sk",
    r"(?:[\w-]+\.)?blogspot\.[a-z.]{2,6}": r"m",
    r"(?:[\w-]+\.)?substack\.com": r"r|s|isfreemail|triedredirect",
    r"(?:\w+\.)?reddit\.com": r"rdt|share_id",
    r"(?:www\.)?theguardian\.com": r"cmp|intcmp",
}
"""Host -> names that mean nothing there."""


def _names(patterns: str) -> str:
    return "|".join(patterns.split())


_NAME = re.compile("|".join(map(_names, _ALWAYS.values())), re.IGNORECASE)
_PAIR = re.compile(
    "|".join(
        f"(?:{_names(names)})(?:=(?:{_names(values)})?)?" for names, values in _WITH_VALUE.values()
    ),
    re.IGNORECASE,
)
_HOSTS = [
    (re.compile(host), re.compile(names, re.IGNORECASE)) for host, names in _ON_HOSTS.items()
]
_KNOWN_HOST = re.compile("|".join(_ON_HOSTS))


def is_tracking(host: str, pair: str) -> bool:
    """Whether `name=value` in the query of an address on `host` says nothing about the page."""
    name = pair.partition("=")[0]
    if _NAME.fullmatch(name) or _PAIR.fullmatch(pair):
        return True
    if not _KNOWN_HOST.fullmatch(host):
        return False
    return any(known.fullmatch(host) and names.fullmatch(name) for known, names in _HOSTS)
