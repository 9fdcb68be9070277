"""Dates as feeds and pages of the world write them. One a line: kind, what it says, and the date.

What it says is an instant in UTC, to the second or the minute (`~`: without a zone), a day, or
`-`: nothing, because it is impossible or could mean two days.
"""

_WRITTEN = """
ISO 8601, Zulu                  | 2025-10-17 22:37:00 | 2025-10-17T22:37:00Z
ISO 8601, lower case            | 2025-10-17 22:37:00 | 2025-10-17t22:37:00z
ISO 8601, milliseconds          | 2025-10-17 22:37:00 | 2025-10-17T22:37:00.123Z
ISO 8601, microseconds          | 2025-10-17 22:37:00 | 2025-10-17T22:37:00.123456+00:00
ISO 8601, nanoseconds           | 2025-10-17 22:37:00 | 2025-10-17T22:37:00.123456789Z
ISO 8601, decimal comma         | 2025-10-17 22:37:00 | 2025-10-17T22:37:00,5Z
ISO 8601, offset                | 2025-10-17 22:37:00 | 2025-10-18T00:37:00+02:00
ISO 8601, offset without colon  | 2025-10-17 22:37:00 | 2025-10-18T00:37:00+0200
ISO 8601, offset of hours       | 2025-10-17 22:37:00 | 2025-10-18T00:37:00+02
ISO 8601, quarter of an hour    | 2025-10-17 22:37:00 | 2025-10-18T04:22:00+05:45
ISO 8601, west                  | 2025-10-17 22:37:00 | 2025-10-17T17:37:00-05:00
ISO 8601, typographic minus     | 2025-10-17 22:37:00 | 2025-10-17T17:37:00−05:00
ISO 8601, a blank for the T     | 2025-10-17 22:37:00 | 2025-10-17 22:37:00Z
ISO 8601, blanks everywhere     | 2025-10-17 22:37:00 | 2025-10-18 00:37:00 +02:00
ISO 8601, a plus lost in a URL  | 2025-10-17 22:37:00 | 2025-10-18T00:37:00 02:00
ISO 8601, basic                 | 2025-10-17 22:37:00 | 20251017T223700Z
ISO 8601, half basic            | 2025-10-17 22:37:00 | 20251017T22:37:00Z
ISO 8601, no seconds            | 2025-10-17 22:37 | 2025-10-17T22:37Z
ISO 8601, no zone               | ~2025-10-17 22:37:00 | 2025-10-17T22:37:00
ISO 8601, no zone, no seconds   | ~2025-10-17 22:37 | 2025-10-17 22:37
ISO 8601, a day                 | 2025-10-17 | 2025-10-17
ISO 8601, a day with a zone     | 2025-10-17 | 2025-10-17Z
ISO 8601, a day with an offset  | 2025-10-17 | 2025-10-17+02:00
ISO 8601, a basic day           | 2025-10-17 | 20251017
ISO 8601, a day of a week       | 2025-10-17 | 2025-W42-5
ISO 8601, a basic day of a week | 2025-10-17 | 2025W425
ISO 8601, a day of a year       | 2025-10-17 | 2025-290
ISO 8601, a basic day of a year | 2025-10-17 | 2025290
ISO 8601, a week, a time        | 2025-10-17 22:37:00 | 2025-W42-5T22:37:00Z
ISO 8601, a day of a year, time | 2025-10-17 22:37:00 | 2025-290T22:37:00Z
ISO 8601, a week                | - | 2025-W42
ISO 8601, week 54               | - | 2025-W54-1
ISO 8601, day 366 of 365        | - | 2025-366
ISO 8601, midnight at the end   | 2025-10-18 00:00:00 | 2025-10-17T24:00:00Z
W3CDTF, a month                 | - | 2025-10
W3CDTF, a year                  | - | 2025
one digit for month and day     | 2025-10-07 | 2025-10-7
year, slashes                   | 2025-10-17 | 2025/10/17
year, slashes, a time           | ~2025-10-17 22:37:00 | 2025/10/17 22:37:00
year, dots                      | 2025-10-17 | 2025.10.17
XML schema, zone region         | 2025-10-17 22:37:00 | 2025-10-18T00:37:00+02:00[Europe/Berlin]
Java, a zone after the offset   | 2025-10-17 22:37:00 | 2025-10-18 00:37:00 +0200 CEST
Go, printed                     | 2025-10-17 22:37:00 | 2025-10-17 22:37:00 +0000 UTC
Go, printed with the clock      | 2025-10-17 22:37:00 | 2025-10-17 22:37:00.5 +0000 UTC m=+0.1
SQL, a zone name                | 2025-10-17 22:37:00 | 2025-10-17 22:37:00 UTC
two zones, the same             | 2025-10-17 22:37:00 | 2025-10-17T22:37:00+00:00Z
RFC 822                         | 2025-10-17 22:37:00 | Fri, 17 Oct 25 22:37:00 GMT
RFC 822, no weekday             | 2025-10-17 22:37:00 | 17 Oct 25 22:37:00 +0000
RFC 822, no seconds             | 2025-10-17 22:37 | Fri, 17 Oct 2025 22:37 GMT
RFC 822, a military zone        | 2025-10-17 22:37:00 | Fri, 17 Oct 2025 22:37:00 Z
RFC 1123                        | 2025-10-17 22:37:00 | Fri, 17 Oct 2025 22:37:00 GMT
RFC 1123, one digit             | 2025-10-07 22:37:00 | Tue, 7 Oct 2025 22:37:00 GMT
RFC 1123, blanks                | 2025-10-17 22:37:00 | Fri,  17  Oct  2025  22:37:00  GMT
RFC 1123, no comma              | 2025-10-17 22:37:00 | Fri 17 Oct 2025 22:37:00 GMT
RFC 1123, lower case            | 2025-10-17 22:37:00 | fri, 17 oct 2025 22:37:00 gmt
RFC 1123, the wrong weekday     | 2025-10-17 22:37:00 | Mon, 17 Oct 2025 22:37:00 GMT
RFC 1123, a whole weekday       | 2025-10-17 22:37:00 | Friday, 17 October 2025 22:37:00 GMT
RFC 1123, hyphens               | 2025-10-17 22:37:00 | Fri, 17-Oct-2025 22:37:00 GMT
RFC 1123, a dot after the month | 2025-10-17 22:37:00 | Fri, 17 Oct. 2025 22:37:00 GMT
RFC 1123, Sept                  | 2025-09-17 22:37:00 | Wed, 17 Sept 2025 22:37:00 GMT
RFC 1123, one digit of the hour | 2025-10-17 07:37:00 | Fri, 17 Oct 2025 7:37:00 GMT
RFC 1123, offset                | 2025-10-17 22:37:00 | Fri, 17 Oct 2025 17:37:00 -0500
RFC 1123, offset with a colon   | 2025-10-17 22:37:00 | Fri, 17 Oct 2025 17:37:00 -05:00
RFC 1123, GMT and an offset     | 2025-10-17 22:37:00 | Sat, 18 Oct 2025 00:37:00 GMT+0200
RFC 1123, a comment             | 2025-10-17 22:37:00 | Fri, 17 Oct 2025 17:37:00 -0500 (CDT)
RFC 1123, only a comment        | 2025-10-17 22:37:00 | Fri, 17 Oct 2025 22:37:00 (UTC)
RFC 1123, no zone               | ~2025-10-17 22:37:00 | Fri, 17 Oct 2025 22:37:00
RFC 1123, unknown zone          | ~2025-10-17 22:37:00 | Fri, 17 Oct 2025 22:37:00 XQZT
RFC 1123, an entity for a blank | 2025-10-17 22:37:00 | Fri,&#32;17&nbsp;Oct 2025 22:37:00 GMT
RFC 1123, an entity for a plus  | 2025-10-17 22:37:00 | Sat, 18 Oct 2025 00:37:00 &#43;0200
RFC 1123, in CDATA's marks      | 2025-10-17 22:37:00 | <![CDATA[Fri, 17 Oct 2025 22:37:00 GMT]]>
RFC 850                         | 2025-10-17 22:37:00 | Friday, 17-Oct-25 22:37:00 GMT
RFC 850, another century        | 1999-10-17 22:37:00 | Sunday, 17-Oct-99 22:37:00 GMT
asctime                         | ~2025-10-17 22:37:00 | Fri Oct 17 22:37:00 2025
asctime, one digit              | ~2025-10-07 22:37:00 | Tue Oct  7 22:37:00 2025
date(1)                         | 2025-10-17 22:37:00 | Fri Oct 17 22:37:00 UTC 2025
date(1), offset                 | 2025-10-17 22:37:00 | Sat Oct 18 00:37:00 +0200 2025
JavaScript                      | 2025-10-17 22:37:00 | Sat Oct 18 2025 00:37:00 GMT+0200 (CEST)
Common Log Format               | 2025-10-17 22:37:00 | 17/Oct/2025:22:37:00 +0000
seconds since 1970              | 2025-10-17 22:37:00 | 1760740620
milliseconds since 1970         | 2025-10-17 22:37:00 | 1760740620000
seconds with a fraction         | 2025-10-17 22:37:00 | 1760740620.25
London in summer                | 2025-07-17 21:37:00 | Thu, 17 Jul 2025 22:37:00 BST
Berlin in summer                | 2025-07-17 20:37:00 | Thu, 17 Jul 2025 22:37:00 CEST
Berlin in summer, in German     | 2025-07-17 20:37:00 | Thu, 17 Jul 2025 22:37:00 MESZ
Athens                          | 2025-01-17 20:37:00 | Fri, 17 Jan 2025 22:37:00 EET
Moscow                          | 2025-10-17 19:37:00 | Fri, 17 Oct 2025 22:37:00 MSK
Nairobi                         | 2025-10-17 19:37:00 | Fri, 17 Oct 2025 22:37:00 EAT
Johannesburg                    | 2025-10-17 20:37:00 | Fri, 17 Oct 2025 22:37:00 SAST
Karachi                         | 2025-10-17 17:37:00 | Fri, 17 Oct 2025 22:37:00 PKT
Delhi                           | 2025-10-17 17:07:00 | Fri, 17 Oct 2025 22:37:00 IST
Kathmandu                       | 2025-10-17 16:52:00 | Fri, 17 Oct 2025 22:37:00 NPT
Jakarta                         | 2025-10-17 15:37:00 | Fri, 17 Oct 2025 22:37:00 WIB
Singapore                       | 2025-10-17 14:37:00 | Fri, 17 Oct 2025 22:37:00 SGT
Hong Kong                       | 2025-10-17 14:37:00 | Fri, 17 Oct 2025 22:37:00 HKT
Tokyo                           | 2025-10-17 13:37:00 | Fri, 17 Oct 2025 22:37:00 JST
Seoul                           | 2025-10-17 13:37:00 | Fri, 17 Oct 2025 22:37:00 KST
Sydney in summer                | 2025-12-17 11:37:00 | Wed, 17 Dec 2025 22:37:00 AEDT
Auckland                        | 2025-07-17 10:37:00 | Thu, 17 Jul 2025 22:37:00 NZST
Sao Paulo                       | 2025-10-18 01:37:00 | Fri, 17 Oct 2025 22:37:00 BRT
St John's                       | 2025-12-18 02:07:00 | Wed, 17 Dec 2025 22:37:00 NST
New York                        | 2025-12-18 03:37:00 | Wed, 17 Dec 2025 22:37:00 EST
New York, without the season    | ~2025-10-17 22:37:00 | Fri, 17 Oct 2025 22:37:00 ET
Chicago                         | 2025-10-18 03:37:00 | Fri, 17 Oct 2025 22:37:00 CDT
Los Angeles                     | 2025-10-18 05:37:00 | Fri, 17 Oct 2025 22:37:00 PDT
Honolulu                        | 2025-10-18 08:37:00 | Fri, 17 Oct 2025 22:37:00 HST
an offset out of the world      | - | Fri, 17 Oct 2025 22:37:00 +9900
US, at night                    | ~2025-10-17 22:37 | October 17, 2025 10:37 PM
US, at night, dots              | ~2025-10-17 22:37 | Oct. 17, 2025, 10:37 p.m.
US, with a zone                 | 2025-10-18 02:37 | October 17, 2025 at 10:37 PM EDT
US, time first                  | 2025-10-18 02:37 | 10:37 PM EDT, October 17, 2025
US, noon                        | ~2025-10-17 12:05 | October 17, 2025 12:05 PM
US, midnight                    | ~2025-10-17 00:05 | October 17, 2025 12:05 AM
US, no space                    | ~2025-10-17 22:37 | October 17, 2025 10:37pm
US, an hour alone               | ~2025-10-17 22:00 | October 17, 2025 10 PM
US, weekday                     | 2025-10-17 | Friday, October 17, 2025
US, ordinal                     | 2025-10-17 | October 17th, 2025
English, ordinal                | 2025-10-17 | 17th October 2025
English, ordinal of             | 2025-10-03 | the 3rd of October, 2025
English, hyphens                | 2025-10-17 | 17-Oct-2025
English, year first             | 2025-10-17 | 2025 Oct 17
English, a year of two digits   | 2025-10-17 | 17 Oct '25
13 o'clock PM                   | ~2025-10-17 13:37 | October 17, 2025 13:37 PM
US, slashes                     | 2025-10-17 | 10/17/2025
US, slashes, a time             | ~2025-10-17 22:37:00 | 10/17/2025 10:37:00 PM
European, slashes               | 2025-10-17 | 17/10/2025
slashes that mean two days      | - | 04/05/2025
slashes that mean one day       | 2025-05-05 | 05/05/2025
slashes, a year of two digits   | - | 04/05/25
European, dots                  | 2025-05-04 | 4.5.2025
European, dots, two digits      | 2025-05-04 | 04.05.25
European, dots, a time          | ~2025-05-04 22:37 | 04.05.2025, 22:37 Uhr
European, dots, a dotted time   | ~2025-05-04 22:37 | 4.5.2025 22.37 Uhr
European, hyphens               | 2025-10-17 | 17-10-2025
hyphens that mean two days      | - | 04-05-2025
German                          | ~2025-10-17 22:37 | Freitag, 17. Oktober 2025, 22:37 Uhr
German, short                   | 2025-03-17 | 17. Mär 2025
French                          | ~2025-10-17 22:37 | vendredi 17 octobre 2025 à 22h37
French, Tuesday, not March    | 2025-10-14 | mar. 14 oct. 2025
French, first of the month      | 2025-08-01 | 1er août 2025
Spanish                         | 2025-10-17 | viernes, 17 de octubre de 2025
Spanish, a time                 | ~2025-10-17 22:37 | 17 de octubre de 2025, 22:37 horas
Spanish, an offset              | 2025-10-18 01:37:00 | vie, 17 oct 2025 22:37:00 -0300
Portuguese                      | 2025-10-17 | sexta-feira, 17 de outubro de 2025
Portuguese, a time              | ~2025-10-17 22:37 | 17 de outubro de 2025 às 22h37
Italian                         | 2025-10-17 | venerdì 17 ottobre 2025
Italian, a time                 | ~2025-10-17 22:37 | 17 ottobre 2025 alle ore 22:37
Dutch                           | 2025-03-17 | maandag 17 maart 2025
Dutch, a time                   | ~2025-10-17 22:37 | vrijdag 17 oktober 2025 om 22:37
Russian                         | ~2025-10-17 22:37 | 17 октября 2025 г. 22:37
Russian, short                  | 2025-10-17 22:37:00 | Пт, 17 окт 2025 22:37:00 +0000
Ukrainian                       | 2025-10-17 | 17 жовтня 2025
Polish                          | 2025-10-17 | 17 października 2025
Polish, a time                  | ~2025-10-17 22:37 | piątek, 17 października 2025 godz. 22:37
Czech                           | 2025-10-17 | 17. října 2025
Turkish                         | ~2025-10-17 22:37 | 17 Ekim 2025 Cuma 22:37
Swedish                         | 2025-10-17 | fredag 17 oktober 2025
Danish                          | ~2025-10-17 22:37 | fredag den 17. oktober 2025 kl. 22:37
Finnish                         | 2025-10-17 | 17. lokakuuta 2025
Indonesian                      | ~2025-10-17 22:37 | Jumat, 17 Oktober 2025 22:37
Greek                           | 2025-10-17 | 17 Οκτωβρίου 2025
Hungarian, year first           | 2025-10-17 | 2025. október 17.
Japanese                        | ~2025-10-17 22:37 | 2025年10月17日 22時37分
Japanese, a weekday             | 2025-10-17 | 2025年10月17日(金)
Japanese, in the afternoon      | ~2025-10-17 22:37 | 2025年10月17日 午後10:37
Chinese                         | ~2025-10-17 22:37 | 2025年10月17日 22:37
Chinese, in the afternoon       | ~2025-10-17 22:37 | 2025年10月17日 下午10:37
Korean                          | ~2025-10-17 22:37 | 2025년 10월 17일 오후 10:37
Arabic                          | 2025-10-17 | 17 أكتوبر 2025
Arabic, its digits              | 2025-10-17 | ١٧ أكتوبر ٢٠٢٥
Hindi                           | 2025-10-17 | 17 अक्टूबर 2025
Hindi, its digits               | 2025-10-17 | १७ अक्टूबर २०२५
full-width digits               | 2025-10-17 | ２０２５-１０-１７
a label before it               | ~2025-10-17 22:37 | Published: October 17, 2025 10:37 PM
a leap day                      | 2024-02-29 | 29 Feb 2024
a leap second                   | 2016-12-31 23:59:59 | 2016-12-31T23:59:60Z
no such leap day                | - | 29 Feb 2025
the 31st of April               | - | Thu, 31 Apr 2025 10:00:00 GMT
the 13th month                  | - | 2025-13-01
day 0                           | - | 2025-10-00
month 0                         | - | 2025-00-10
hour 25                         | - | 2025-10-17T25:00:00Z
minute 60                       | - | 2025-10-17T22:60:00Z
half past midnight at the end   | - | 2025-10-17T24:30:00Z
year 0                          | - | 0000-00-00T00:00:00Z
year 1                          | 0001-01-01 00:00:00 | 0001-01-01T00:00:00Z
before year 1                   | - | 0001-01-01T00:00:00+14:00
year 99999                      | - | 99999-01-01T00:00:00Z
after year 9999                 | - | 9999-12-31T23:59:59-12:00
a span of days                  | - | 17-19 October 2025
two dates                       | - | 17 October 2025 - 19 October 2025
two months                      | - | 17 Oct Nov 2025
a month and a year              | - | October 2025
a day and a month               | - | 17 October
a weekday                       | - | Friday
a time                          | - | 22:37:00
ago                             | - | 5 hours ago
yesterday                       | - | yesterday, 22:37
now                             | - | now
words                           | - | to be announced
a version                       | - | 1.2.2025.1
a price                         | - | 20.25 EUR
a phone number                  | - | +49 30 17102025
an address                      | - | 10.17.20.25
a word between                  | - | 17 boats on 4 October 2025
nothing                         | - | -
a template                      | - | {{ page.date }}
a template of PHP               | - | D, d M Y H:i:s O
null                            | - | null
not a date                      | - | Invalid Date
"""

WRITTEN = [
    tuple(part.strip() for part in line.split("|", 2)) for line in _WRITTEN.strip().split("\n")
]
