"""Words that dates are made of: month names in the common languages, time zones of the world.

All keys are folded by `folded`: lower case, no accents, no dots.
"""

import unicodedata


def folded(word: str) -> str:
    """The word as the tables spell it."""
    if not word.isascii():
        word = unicodedata.normalize("NFKD", word)
        word = "".join(c for c in word if not unicodedata.combining(c))
    return word.replace(".", "").casefold()


# One paragraph a language, twelve words, spellings of one month by "/".
_MONTH_NAMES = """\
jan/january feb/february mar/march apr/april may jun/june jul/july aug/august
sep/sept/september oct/october nov/november dec/december

jän/jänner/januar febr/februar mär/märz/mrz april mai juni juli august september okt/oktober
november dez/dezember

janv/janvier févr/fév/février mars avr/avril mai juin juil/juillet août/aou septembre octobre
novembre déc/décembre

ene/enero febrero marzo abr/abril mayo junio julio ago/agosto set/septiembre/setiembre octubre
noviembre dic/diciembre

janeiro fev/fevereiro março abril maio junho julho agosto set/setembro out/outubro novembro
dez/dezembro

gen/gennaio febbraio marzo aprile mag/maggio giu/giugno lug/luglio agosto set/settembre
ott/ottobre novembre dic/dicembre

januari februari mrt/maart april mei juni juli augustus september okt/oktober november december

januari februari mars april maj juni juli augusti september oktober november december

januar februar marts/mars april maj/mai juni juli august september oktober november
des/desember

sty/stycznia/styczeń lut/lutego/luty mar/marca/marzec kwi/kwietnia/kwiecień maj/maja
cze/czerwca/czerwiec lip/lipca/lipiec sie/sierpnia/sierpień wrz/września/wrzesień
paź/października/październik lis/listopada/listopad gru/grudnia/grudzień

led/ledna/leden úno/února/únor bře/března/březen dub/dubna/duben kvě/května/květen
čvn/června/červen čvc/července/červenec srp/srpna/srpen zář/září říj/října/říjen listopadu
pro/prosince/prosinec

янв/января/январь фев/февр/февраля/февраль мар/марта/март апр/апреля/апрель мая/май
июн/июня/июнь июл/июля/июль авг/августа/август сен/сент/сентября/сентябрь окт/октября/октябрь
ноя/нояб/ноября/ноябрь дек/декабря/декабрь

січ/січня/січень лют/лютого/лютий бер/березня/березень кві/квіт/квітня/квітень
тра/трав/травня/травень чер/черв/червня/червень лип/липня/липень сер/серп/серпня/серпень
вер/верес/вересня/вересень жов/жовт/жовтня/жовтень листопада гру/груд/грудня/грудень

oca/ocak şub/şubat mar/mart nis/nisan mayıs haz/haziran tem/temmuz ağu/ağustos eyl/eylül
eki/ekim kas/kasım ara/aralık

januari februari maret april mei juni juli agt/agu/agustus september okt/oktober november
des/desember

tammikuuta/tammikuu helmikuuta/helmikuu maaliskuuta/maaliskuu huhtikuuta/huhtikuu
toukokuuta/toukokuu kesäkuuta/kesäkuu heinäkuuta/heinäkuu elokuuta/elokuu syyskuuta/syyskuu
lokakuuta/lokakuu marraskuuta/marraskuu joulukuuta/joulukuu

január február márc/március ápr/április máj/május jún/június júl/július augusztus
szept/szeptember október november december

ian/ianuarie februarie martie aprilie mai iun/iunie iul/iulie august septembrie octombrie
noi/noiembrie decembrie

ιαν/ιανουαρίου φεβ/φεβρουαρίου μαρ/μαρτίου απρ/απριλίου μαι/μαΐου ιουν/ιουνίου ιουλ/ιουλίου
αυγ/αυγούστου σεπ/σεπτεμβρίου οκτ/οκτωβρίου νοε/νοεμβρίου δεκ/δεκεμβρίου

يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر

जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर
"""


def _month_table() -> dict[str, int]:
    table: dict[str, int] = {}
    for row in _MONTH_NAMES.split("\n\n"):
        for month, names in enumerate(row.split(), 1):
            for name in names.split("/"):
                table.setdefault(folded(name), month)
    return table


MONTHS = _month_table()
"""Folded month name -> 1..12. The few that mean two months (`lip`) are as in the first row."""

_WEEKDAY_NAMES = """
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat
sun
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim
lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb dom
segunda terça quarta quinta sexta feira seg ter qua qui sex
lunedì martedì mercoledì giovedì venerdì sabato domenica gio
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag
pazartesi salı çarşamba perşembe cuma cumartesi pazar
poniedziałek wtorek środa czwartek piątek sobota niedziela
понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс
senin selasa rabu kamis jumat sabtu minggu
"""
WEEKDAYS = frozenset(map(folded, _WEEKDAY_NAMES.split()))
"""Folded names of the days of the week in the languages of most feeds."""

MERIDIEM = {"am": 0, "pm": 12, "오전": 0, "오후": 12, "上午": 0, "下午": 12, "午前": 0, "午後": 12}
MERIDIEM = {folded(word): hours for word, hours in MERIDIEM.items()}

ZONES = {
    # Ambiguous ones, by what news feeds mean most often: BST is Britain's (not Bangladesh's),
    # CST is America's (not China's or Cuba's), IST is India's (not Israel's or Ireland's),
    # AST is the Atlantic's (not Arabia's), ECT, GST and SST are Ecuador's, the Gulf's, Samoa's.
    **dict.fromkeys(("z", "gmt", "utc", "ut", "uct", "wet", "zulu"), 0),
    **dict.fromkeys(("bst", "west", "cet", "met", "mez", "wat"), 60),
    **dict.fromkeys(("cest", "mest", "mesz", "eet", "cat", "sast"), 120),
    **dict.fromkeys(("eest", "msk", "eat", "trt"), 180),
    **dict.fromkeys(("msd", "gst", "samt", "azt", "get"), 240),
    **dict.fromkeys(("pkt", "uzt", "yekt", "mvt"), 300),
    **dict.fromkeys(("almt", "omst", "bdt", "btt"), 360),
    **dict.fromkeys(("wib", "ict", "krat", "novt"), 420),
    **dict.fromkeys(("sgt", "hkt", "awst", "pht", "myt", "wita", "irkt"), 480),
    **dict.fromkeys(("jst", "kst", "wit", "yakt"), 540),
    **dict.fromkeys(("aest", "chst", "vlat"), 600),
    **dict.fromkeys(("aedt", "magt"), 660),
    **dict.fromkeys(("nzst", "fjt", "pett"), 720),
    **dict.fromkeys(("brt", "art", "uyt", "clst", "adt"), -180),
    **dict.fromkeys(("ast", "edt", "clt", "bot", "vet", "amt", "pyt"), -240),
    **dict.fromkeys(("est", "cdt", "cot", "pet", "ect"), -300),
    **dict.fromkeys(("cst", "mdt"), -360),
    **dict.fromkeys(("mst", "pdt"), -420),
    **dict.fromkeys(("pst", "akdt"), -480),
    **dict.fromkeys(("akst", "hdt"), -540),
    "hst": -600,
    "sst": -660,
    "nzdt": 780,
    "ist": 330,
    "slst": 330,
    "npt": 345,
    "mmt": 390,
    "irst": 210,
    "irdt": 270,
    "aft": 270,
    "acst": 570,
    "acdt": 630,
    "nst": -210,
    "ndt": -150,
}
"""Folded abbreviation -> minutes east of Greenwich."""


LOCAL_ZONES = {
    ("ist", "ie"): 60,
    ("ist", "il"): 120,
    ("idt", "il"): 180,
    **dict.fromkeys((("cst", "cn"), ("cst", "tw"), ("cst", "hk"), ("cst", "mo")), 480),
    ("cst", "cu"): -300,
    ("cdt", "cu"): -240,
    ("bst", "bd"): 360,
    **dict.fromkeys(
        (("ast", "sa"), ("ast", "kw"), ("ast", "iq"), ("ast", "bh"), ("ast", "qa")), 180
    ),
    ("pst", "ph"): 480,
    ("pst", "pk"): 300,
    ("mst", "my"): 480,
    ("mst", "mm"): 390,
    ("sst", "sg"): 480,
    ("est", "au"): 600,
    ("edt", "au"): 660,
    ("cst", "au"): 570,
    ("cdt", "au"): 630,
    ("wst", "au"): 480,
    ("amt", "am"): 240,
    ("gst", "gs"): -120,
    ("bst", "pg"): 660,
}
"""(folded abbreviation, country) -> minutes east of Greenwich, where that is not as in `ZONES`."""

_FILLERS = """
a à alle as at clock de del den di el en er ère godz h horas hrs hs il kello kl klo klockan las le
nd o of om ora ore rd saat st th the uhr um г р
"""
FILLERS = frozenset(map(folded, _FILLERS.split()))
"""Words between the parts of a date that mean nothing for it."""
