"""Where the shop's invented customers come from: names, towns and telephone numbers of a dozen countries.

Telephone numbers are from ranges kept free for fiction where a country has one (the regulators' names stand beside
them); elsewhere they begin with `000`, which no exchange answers. E-mail addresses end in example.com and its like.
"""

from __future__ import annotations

from typing import NamedTuple


class Country(NamedTuple):
    """One country's customers. Names and towns are (as written there, in Latin letters).

    `spellings` are ways a form was filled in with the country's name. `lines` are the fictional telephone ranges:
    the digits after the calling code, and how many free digits follow. `trunk` is dialled before them at home.
    `postcode` is a pattern: `9` stands for a digit, `A` for a letter.
    """

    spellings: tuple[str, ...]
    calling_code: str
    trunk: str
    lines: tuple[tuple[str, int], ...]
    given: tuple[tuple[str, str], ...]
    family: tuple[tuple[str, str], ...]
    towns: tuple[tuple[str, str], ...]
    postcode: str


def _same(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, name) for name in names)


_AREAS = ("202", "206", "212", "303", "312", "415", "512", "617", "702", "808")

COUNTRIES = (
    Country(
        ("US", "us", "USA", "United States"),
        *("1", "", tuple((f"{area}5550", 3) for area in _AREAS)),  # NANPA: 555-0100 to 555-0199
        given=_same("Grace", "Miles", "Ruth", "Walter", "Ivy", "Hank"),
        family=(*_same("Whitfield", "Alderton", "Castellano", "Nakagawa"), ("O'Brien", "obrien")),
        towns=_same("New York", "Portland", "St. Louis", "Santa Fé"),
        postcode="99999-9999",
    ),
    Country(
        ("GB", "gb", "United Kingdom"),
        *("44", "0", (("7700900", 3), ("2079460", 3), ("1614960", 3))),  # Ofcom, numbers for drama
        given=_same("Imogen", "Alfie", "Priya", "Rhys", "Nell", "Callum"),
        family=_same("Thistlewood", "Okonjo", "Pemberton-Hale", "Macrae", "Bhatt"),
        towns=_same("London", "Stoke-on-Trent", "Glasgow", "St Ives"),
        postcode="AA9 9AA",
    ),
    Country(
        ("DE", "Germany", "de "),
        *("49", "0", (("3023125", 3), ("6990009", 3), ("4066969", 3))),  # Bundesnetzagentur, Drama-Rufnummern
        given=(("Jürgen", "juergen"), ("Anneliese", "anneliese"), ("Zoë", "zoe"), ("Käthe", "kaethe")),
        family=(("Weiß", "weiss"), ("Müller-Lüdenscheid", "mueller"), ("Großmann", "grossmann"), ("Vogt", "vogt")),
        towns=(("München", "Munchen"), ("Köln", "Koln"), ("Görlitz", "Gorlitz"), ("HAMBURG", "Hamburg")),
        postcode="99999",
    ),
    Country(
        ("FR", "fra", "France"),
        *("33", "0", (("63998", 4), ("19900", 4))),  # ARCEP, numbers for fiction
        given=(("Élodie", "elodie"), ("François", "francois"), ("Maëlle", "maelle"), ("Noël", "noel")),
        family=(("Lefèvre", "lefevre"), ("d'Aubigné", "daubigne"), ("Châtelain", "chatelain"), ("Roux", "roux")),
        towns=(("Besançon", "Besancon"), ("Saint-Étienne", "Saint-Etienne"), ("PARIS", "Paris")),
        postcode="99999",
    ),
    Country(
        ("SE", "Sweden", "SWE"),
        *("46", "0", (("8465004", 2), ("3139006", 2), ("4062804", 2), ("98031920", 1))),  # PTS, numbers for fiction
        given=(("Åsa", "asa"), ("Björn", "bjorn"), ("Maj-Britt", "majbritt"), ("Göran", "goran")),
        family=(("Sjöström", "sjostrom"), ("Ångström", "angstrom"), ("Lindh", "lindh")),
        towns=(("Malmö", "Malmo"), ("Göteborg", "Goteborg"), ("Åre", "Are")),
        postcode="999 99",
    ),
    Country(
        ("AU", "Australia"),
        *("61", "0", (("25550", 4), ("37010", 4))),  # ACMA, numbers for use in fiction
        given=_same("Banjo", "Matilda", "Darcy", "Kirra"),
        family=_same("Wombourne", "Nguyen", "Fairweather", "Papadakis"),
        towns=_same("Wagga Wagga", "Perth", "Alice Springs"),
        postcode="9999",
    ),
    Country(
        ("IE", "Ireland"),
        *("353", "0", (("2091", 5),)),  # ComReg, drama numbers
        given=(("Aoife", "aoife"), ("Seán", "sean"), ("Caoimhe", "caoimhe"), ("Pádraig", "padraig")),
        family=(("Ó Dálaigh", "odalaigh"), ("Ní Bhriain", "nibhriain"), ("Kavanagh", "kavanagh")),
        towns=(("Dún Laoghaire", "Dun Laoghaire"), ("Galway", "Galway")),
        postcode="A99 AA99",
    ),
    Country(
        ("ES", "Spain", "esp"),
        *("34", "", (("000", 6),)),
        given=(("Íñigo", "inigo"), ("Begoña", "begona"), ("José María", "josemaria"), ("Lucía", "lucia")),
        family=(("Núñez", "nunez"), ("García", "garcia"), ("Echeverría", "echeverria")),
        towns=(("A Coruña", "A Coruna"), ("Cádiz", "Cadiz"), ("León", "Leon")),
        postcode="99999",
    ),
    Country(
        ("PL", "Poland"),
        *("48", "", (("000", 6),)),
        given=(("Łukasz", "lukasz"), ("Małgorzata", "malgorzata"), ("Żaneta", "zaneta"), ("Świętopełk", "swietopelk")),
        family=(("Wiśniewski", "wisniewski"), ("Dąbrowska", "dabrowska"), ("Źrebiec", "zrebiec")),
        towns=(("Łódź", "Lodz"), ("Kraków", "Krakow"), ("Gdańsk", "Gdansk")),
        postcode="99-999",
    ),
    Country(
        ("GR", "Greece"),
        *("30", "", (("000", 7),)),
        given=(("Ελένη", "eleni"), ("Γιώργος", "giorgos"), ("Θάλεια", "thaleia")),
        family=(("Παππάς", "pappas"), ("Οικονόμου", "oikonomou"), ("Ξανθάκης", "xanthakis")),
        towns=(("Αθήνα", "Athina"), ("Χανιά", "Chania")),
        postcode="999 99",
    ),
    Country(
        ("JP", "Japan", "JPN"),
        *("81", "0", (("00000", 5),)),
        given=(("さくら", "sakura"), ("健太", "kenta"), ("ミナ", "mina"), ("翔", "sho")),
        family=(("佐藤", "sato"), ("高橋", "takahashi"), ("小野寺", "onodera")),
        towns=(("京都", "Kyoto"), ("札幌", "Sapporo"), ("大阪", "Osaka")),
        postcode="999-9999",
    ),
    Country(
        ("BR", "Brazil", "bra"),
        *("55", "", (("000", 7),)),
        given=(("João", "joao"), ("Inês", "ines"), ("Conceição", "conceicao"), ("Caetano", "caetano")),
        family=(("Gonçalves", "goncalves"), ("de Assunção", "deassuncao"), ("Araújo", "araujo")),
        towns=(("São Paulo", "Sao Paulo"), ("Goiânia", "Goiania"), ("Belém", "Belem")),
        postcode="99999-999",
    ),
    Country(
        ("IN", "India", "IND"),
        *("91", "", (("00000", 5),)),
        given=(("आरव", "aarav"), ("प्रिया", "priya"), ("Kavya", "kavya"), ("Arjun", "arjun")),
        family=(("शर्मा", "sharma"), ("Iyer", "iyer"), ("Chatterjee", "chatterjee")),
        towns=(("मुंबई", "Mumbai"), ("Jaipur", "Jaipur"), ("Kochi", "Kochi")),
        postcode="999 999",
    ),
    Country(
        ("UA", "Ukraine"),
        *("380", "", (("000", 6),)),
        given=(("Оксана", "oksana"), ("Тарас", "taras"), ("Їжакевич", "yizhak"), ("Богдан", "bohdan")),
        family=(("Шевчук", "shevchuk"), ("Ґудзь", "gudz"), ("Коваленко", "kovalenko")),
        towns=(("Київ", "Kyiv"), ("Львів", "Lviv")),
        postcode="99999",
    ),
)
