"""Addresses as publishing systems make them: which are one page, and which are two."""

PAGE = "https://paper.example/news/bridge-reopens-after-repairs"
DATED = "https://paper.example/2025/10/17/ferry-sails-again/"
STORY = "https://gazette.example/story.php?id=4711"
NUMBERED = "https://post.example/a/ferry-4711.html"

_SAME = f"""
{PAGE}
    {PAGE}#comments
    {PAGE}#:~:text=the%20bridge
    {PAGE}?
    {PAGE}?&
    {PAGE}?utm_source=rss&utm_medium=feed&utm_campaign=daily
    {PAGE}?UTM_Source=RSS
    {PAGE}?fbclid=IwAR0abc&gclid=x&at_medium=RSS&at_campaign=KARANGA
    {PAGE}?gbraid=1&wbraid=2&gad_source=1
    {PAGE}?msclkid=1&msclid=2&yclid=3&twclid=4
    {PAGE}?mc_cid=0f0f&mc_eid=0e0e
    {PAGE}?mkt_tok=abc&_hsenc=p2&_hsmi=77&__hstc=9
    {PAGE}?igshid=abc&igsh=xyz
    {PAGE}?ref=rss&source=twitter
    {PAGE}?ref=&source=
    {PAGE}?ref_src=twsrc%5Etfw&ref_url=https%3A%2F%2Fx.example
    {PAGE}?cmp=newsletter&ocid=wsnews&ncid=rss&cmpid=9
    {PAGE}?CMP=share_btn_tw
    {PAGE}?from=feedburner&via=facebook&feature=share
    {PAGE}?share=whatsapp
    {PAGE}?replytocom=88
    {PAGE}?smid=tw-share&smtyp=cur&emc=rss&partner=rss
    {PAGE}?xtor=RSS-32&spm=a2c&taid=5&ito=1490&soc_src=aol
    {PAGE}?pk_campaign=feed&pk_kwd=x&mtm_source=y&matomo_campaign=z
    {PAGE}?wt_mc=rss&WT.mc_id=7&wt.zmc=8
    {PAGE}?ns_source=facebook&ns_mchannel=social&ns_campaign=n
    {PAGE}?sc_channel=rss&icid=x&s_cid=y&elqTrackId=5
    {PAGE}?srsltid=AfmB&vero_id=1&li_fat_id=2&epik=3
    {PAGE}?guccounter=1&guce_referrer=aHR0&guce_referrer_sig=AQ
    {PAGE}?wprov=sfti1
    {PAGE}?sid=0123456789abcdef0123
    {PAGE};jsessionid=0A1B2C?PHPSESSID=0f0f
    {PAGE}?CFID=1&CFTOKEN=2
    {PAGE}/amp/
    {PAGE}/amp
    {PAGE}.amp
    {PAGE}?amp
    {PAGE}?amp=1&outputType=amp
    {PAGE}?amp_js_v=0.1&usqp=mq331AQ&amp_gsa=1
    {PAGE}?print=1
    {PAGE}/
    HTTPS://Paper.Example:443/news/bridge-reopens-after-repairs
    http://paper.example/news/bridge-reopens-after-repairs
    http://paper.example:80/news/bridge-reopens-after-repairs
    https://paper.example./news/bridge-reopens-after-repairs
    https://reader:secret@paper.example/news/bridge-reopens-after-repairs
    https://www.paper.example/news/bridge-reopens-after-repairs
    https://m.paper.example/news/bridge-reopens-after-repairs
    https://mobile.paper.example/news/bridge-reopens-after-repairs
    https://amp.paper.example/news/bridge-reopens-after-repairs
    https://paper.example/amp/news/bridge-reopens-after-repairs
    https://paper.example/x/../news/./bridge-reopens-after-repairs
    https://paper.example/x/%2e%2e/news/bridge-reopens-after-repairs
    https://paper.example//news///bridge-reopens-after-repairs
    https://paper.example/news/bridge%2dreopens%2Dafter-repairs
    https://paper.example/%6Eews/bridge-reopens-after-repairs
    https://paper.example/(S(abcdefghij0123456789klmn))/news/bridge-reopens-after-repairs
    https://www.google.com/url?rct=j&sa=t&url={PAGE}
    https://www.google.co.uk/url?q={PAGE}&sa=D
    https://news.google.com/news/url?sa=t&url={PAGE}
    https://www.google.com/amp/s/paper.example/news/bridge-reopens-after-repairs
    https://www.bing.com/amp/s/paper.example/news/bridge-reopens-after-repairs
    https://paper-example.cdn.ampproject.org/c/s/paper.example/news/bridge-reopens-after-repairs
    https://paper-example.cdn.ampproject.org/v/s/paper.example/news/bridge-reopens-after-repairs?amp_js_v=0.1
    https://paper-example.cdn.ampproject.org/c/paper.example/news/bridge-reopens-after-repairs
    https://l.facebook.com/l.php?u=https%3A%2F%2Fpaper.example%2Fnews%2Fbridge-reopens-after-repairs&h=AT0
    https://lm.facebook.com/l.php?u=https%3A%2F%2Fpaper.example%2Fnews%2Fbridge-reopens-after-repairs%3Ffbclid%3D1
    https://l.instagram.com/?u=https%3A%2F%2Fpaper.example%2Fnews%2Fbridge-reopens-after-repairs
    http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&url=https%3a%2f%2fpaper.example%2fnews%2fbridge-reopens-after-repairs&c=1
    https://t.umblr.com/redirect?z=https%3A%2F%2Fpaper.example%2Fnews%2Fbridge-reopens-after-repairs&t=x
    https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fpaper.example%2Fnews%2Fbridge-reopens-after-repairs&data=05
    https://urldefense.com/v3/__https://paper.example/news/bridge-reopens-after-repairs__;!!abc
    https://urldefense.com/v3/__https:/paper.example/news/bridge-reopens-after-repairs__;!!abc
    https://urldefense.proofpoint.com/v2/url?u=https-3A__paper.example_news_bridge-2Dreopens-2Dafter-2Drepairs&d=Dw
    https://r.search.yahoo.com/_ylt=A0/RV=2/RE=1/RO=10/RU=https%3a%2f%2fpaper.example%2fnews%2fbridge-reopens-after-repairs/RK=2/RS=x
    https://www.youtube.com/redirect?event=video&q=https%3A%2F%2Fpaper.example%2Fnews%2Fbridge-reopens-after-repairs
    https://out.reddit.com/t3_abc?url=https%3A%2F%2Fpaper.example%2Fnews%2Fbridge-reopens-after-repairs&token=A
    https://vk.com/away.php?to=https%3A%2F%2Fpaper.example%2Fnews%2Fbridge-reopens-after-repairs
    https://duckduckgo.com/l/?uddg=https%3A%2F%2Fpaper.example%2Fnews%2Fbridge-reopens-after-repairs
    https://slack-redir.net/link?url=https%3A%2F%2Fpaper.example%2Fnews%2Fbridge-reopens-after-repairs
    https://go.redirectingat.com/?id=1X2&url=https%3A%2F%2Fpaper.example%2Fnews%2Fbridge-reopens-after-repairs
    https://href.li/?https://paper.example/news/bridge-reopens-after-repairs
    https://www.linkedin.com/redir/redirect?url=https%3A%2F%2Fpaper.example%2Fnews%2Fbridge-reopens-after-repairs
    https://www.google.com/url?url=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Fpaper.example%252Fnews%252Fbridge-reopens-after-repairs

{DATED}
    {DATED}?utm_source=feedly
    {DATED}index.html
    {DATED}index.php
    {DATED}?amp=1
    {DATED}amp/
    https://paper.example/2025/10/17/ferry-sails-again
    https://paper.example/2025/10/17/ferry-sails-again/#respond

{STORY}
    {STORY}&utm_source=x
    https://gazette.example/story.php?utm_source=x&id=4711
    https://gazette.example/story.php?id=4711&ref=homepage
    https://gazette.example/story.php?id=4711&PHPSESSID=abc
    https://gazette.example/story.php?id=%34711
    https://gazette.example/./story.php?id=4711&&fbclid=9

{NUMBERED}
    https://post.example/a/ferry-4711.amp.html
    {NUMBERED}?source=rss
    {NUMBERED};jsessionid=77AA.node1

https://x.example/search?a=1&b=two+words
    https://x.example/search?b=two+words&a=1
    https://x.example/search?b=two%20words&a=1

https://xn--bcher-kva.example/stra%C3%9Fe
    https://bücher.example/straße
    https://BÜCHER.example/stra%c3%9fe

https://en.wikipedia.example/wiki/Ferry
    https://en.m.wikipedia.example/wiki/Ferry

https://www.youtube.com/watch?v=abc123
    https://www.youtube.com/watch?v=abc123&feature=youtu.be&si=Zz
    https://www.youtube.com/watch?si=Zz&v=abc123&pp=ygU
    https://m.youtube.com/watch?v=abc123

https://harbour.blogspot.com/2025/10/ferry.html
    https://harbour.blogspot.com/2025/10/ferry.html?m=1

https://harbour.medium.com/the-ferry-1a2b3c
    https://harbour.medium.com/the-ferry-1a2b3c?source=rss-77

https://[2001:db8::1]/a/ferry
    https://[2001:DB8::1]:443/a/ferry
"""

_OTHER = """
https://a.example/?id=1                     https://a.example/?id=2
https://a.example/?p=1                      https://a.example/?p=2
https://a.example/?page_id=7                https://a.example/?page_id=8
https://a.example/read?cid=1                https://a.example/read?cid=2
https://a.example/read?aid=1                https://a.example/read?aid=2
https://a.example/read?sid=1                https://a.example/read?sid=2
https://a.example/read?story=1              https://a.example/read?story=2
https://a.example/read?article=1            https://a.example/read?article=2
https://a.example/read?articleid=1          https://a.example/read?articleid=2
https://a.example/read?news_id=1            https://a.example/read?news_id=2
https://a.example/read?nid=1                https://a.example/read?nid=2
https://a.example/read?tid=1                https://a.example/read?tid=2
https://a.example/read?t=1                  https://a.example/read?t=2
https://a.example/read?s=1                  https://a.example/read?s=2
https://a.example/read?c=1                  https://a.example/read?c=2
https://a.example/read?n=1                  https://a.example/read?n=2
https://a.example/read?m=1                  https://a.example/read?m=2
https://a.example/read?r=1                  https://a.example/read?r=2
https://a.example/read?key=1                https://a.example/read?key=2
https://a.example/read?doc=1                https://a.example/read?doc=2
https://a.example/read?item=1               https://a.example/read?item=2
https://a.example/read?uid=1                https://a.example/read?uid=2
https://a.example/read?token=1              https://a.example/read?token=2
https://a.example/read?date=20251017        https://a.example/read?date=20251018
https://a.example/read?day=17               https://a.example/read?day=18
https://a.example/read?issue=1              https://a.example/read?issue=2
https://a.example/list?page=1               https://a.example/list?page=2
https://a.example/list?from=10              https://a.example/list?from=20
https://a.example/list?from=1               https://a.example/list?from=2
https://a.example/list?start=10             https://a.example/list?start=20
https://a.example/list?offset=10            https://a.example/list?offset=20
https://a.example/list?cat=1                https://a.example/list?cat=2
https://a.example/list?tag=ferry            https://a.example/list?tag=bridge
https://a.example/list?q=ferry              https://a.example/list?q=bridge
https://a.example/list?section=news         https://a.example/list?section=sport
https://a.example/list?author=ann           https://a.example/list?author=bob
https://a.example/list?feed=rss2            https://a.example/list
https://a.example/x?source=minutes          https://a.example/x?source=report
https://a.example/x?source=1                https://a.example/x?source=2
https://a.example/x?ref=A17                 https://a.example/x?ref=A18
https://a.example/x?feature=ferries         https://a.example/x?feature=bridges
https://a.example/x?medium=oil              https://a.example/x?medium=ink
https://a.example/x?campaign=1944           https://a.example/x?campaign=1945
https://a.example/x?partner=north           https://a.example/x?partner=south
https://a.example/x?channel=1               https://a.example/x?channel=2
https://a.example/x?share=12                https://a.example/x?share=13
https://a.example/x?mod=article&no=1        https://a.example/x?mod=article&no=2
https://a.example/x?mod=news                https://a.example/x?mod=video
https://a.example/x?raid=12                 https://a.example/x?raid=13
https://a.example/x?session=3               https://a.example/x?session=4
https://a.example/x?session_id=3            https://a.example/x?session_id=4
https://a.example/x?lang=de                 https://a.example/x?lang=en
https://a.example/x?hl=de                   https://a.example/x?hl=en
https://a.example/x?v=abc                   https://a.example/x?v=abd
https://a.example/x?a=1&a=2                 https://a.example/x?a=2&a=1
https://a.example/x?a=1                     https://a.example/x?a=1&b=1
https://a.example/x?a                       https://a.example/x?b
https://a.example/x?4711                    https://a.example/x?4712
https://a.example/x?id=a%26b                https://a.example/x?id=a&b
https://a.example/x?id=1%2B1                https://a.example/x?id=1+1
https://a.example/x?url=https://b.example/1 https://a.example/x?url=https://b.example/2
https://a.example/out?url=https://b.example/1 https://b.example/1
https://a.example/story,4711.html           https://a.example/story,4712.html
https://a.example/story;v=1                 https://a.example/story;v=2
https://a.example/story-1                   https://a.example/story-11
https://a.example/story/1                   https://a.example/story/2
https://a.example/story/1                   https://a.example/story/1/2
https://a.example/Story                     https://a.example/story
https://a.example/a%2Fb                     https://a.example/a/b
https://a.example/a%20b                     https://a.example/ab
https://a.example/a+b                       https://a.example/a%20b
https://a.example/100%25                    https://a.example/100
https://a.example/stra%C3%9Fe               https://a.example/strasse
https://a.example/caf%C3%A9                 https://a.example/cafe
https://a.example/index.html                https://a.example/index2.html
https://a.example/news/index.html           https://a.example/sport/index.html
https://a.example/news/default.html         https://a.example/news/
https://a.example/main.html                 https://a.example/
https://a.example/topics/amp                https://a.example/topics
https://a.example/amp                       https://a.example/
https://a.example/amp/repairs               https://a.example/repairs
https://a.example/camp/4711                 https://a.example/4711
https://a.example/guide/amp/                https://a.example/guide/
https://a.example/lamp.html                 https://a.example/l.html
https://a.example/print/4711                https://a.example/4711
https://a.example/2025/10/17/               https://a.example/2025/10/18/
https://a.example/2025/10/17/ferry          https://a.example/2024/10/17/ferry
https://a.example/de/ferry                  https://a.example/en/ferry
https://a.example/ferry.html                https://a.example/ferry.pdf
https://a.example/ferry                     https://a.example/ferry.html
https://a.example/#!/story/1                https://a.example/#!/story/2
https://a.example/#/story/1                 https://a.example/#/story/2
https://a.example/app#!id=1                 https://a.example/app#!id=2
https://a.example:8443/a                    https://a.example/a
https://a.example:8443/a                    https://a.example:8444/a
http://a.example:443/a                      https://a.example/a
https://sport.a.example/a                   https://a.example/a
https://en.a.example/a                      https://de.a.example/a
https://amp.dev/a                           https://mobile.dev/a
https://a.example/a                         https://b.example/a
https://a.example/a                         https://a.example.org/a
https://bücher.example/a                    https://bucher.example/a
https://www.youtube.com/watch?v=1           https://www.youtube.com/watch?v=2
https://www.youtube.com/watch?v=1           https://www.youtube.com/watch?v=1&list=2
https://youtu.be/abc                        https://youtu.be/abd
https://twitter.com/ann/status/1            https://twitter.com/ann/status/2
https://news.ycombinator.com/item?id=1      https://news.ycombinator.com/item?id=2
https://www.google.com/search?q=a           https://www.google.com/search?q=b
https://www.google.com/url?q=weather        https://www.google.com/url?q=ferry
https://www.google.com/url?url=https://b.example/1 https://www.google.com/url?url=https://b.example/2
https://news.google.com/articles/CBMi1      https://news.google.com/articles/CBMi2
https://l.facebook.com/l.php?h=1            https://l.facebook.com/l.php?h=2
https://www.facebook.com/story.php?story_fbid=1&id=9 https://www.facebook.com/story.php?story_fbid=2&id=9
https://feedproxy.google.com/~r/Post/~3/aa/ https://feedproxy.google.com/~r/Post/~3/bb/
https://web.archive.org/web/2024/https://b.example/1 https://web.archive.org/web/2025/https://b.example/1
https://a.example/cgi-bin/story?1           https://a.example/cgi-bin/story?2
https://a.example/node/1                    https://a.example/node/2
https://a.example/?q=node/1                 https://a.example/?q=node/2
https://a.example/index.php?option=com_content&id=1 https://a.example/index.php?option=com_content&id=2
https://a.example/viewtopic.php?f=1&t=2     https://a.example/viewtopic.php?f=2&t=1
https://a.example/story.aspx?guid=1         https://a.example/story.aspx?guid=2
https://a.example/s/1.do?no=5               https://a.example/s/1.do?no=6
https://a.example/archives/000017.html      https://a.example/archives/000018.html
https://a.example/blog/?attachment_id=3     https://a.example/blog/?attachment_id=4
https://a.example/ferry?replay=1            https://a.example/ferry
https://a.example/ferry?printer=4           https://a.example/ferry
https://a.example/ferry?utmost=1            https://a.example/ferry?utmost=2
"""


def _pairs_of_one() -> list[tuple[str, str]]:
    pairs = []
    for paragraph in _SAME.strip().split("\n\n"):
        page, *spellings = paragraph.split()
        pairs += [(page, spelling) for spelling in spellings]
    return pairs


ONE_PAGE = _pairs_of_one()
TWO_PAGES = [(a, b) for a, b in (line.split() for line in _OTHER.strip().splitlines())]
