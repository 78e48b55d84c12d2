"""Countries and states as data, and the Latin letters other letters stand for.

Countries: ISO 3166-1 alpha-2, alpha-3, then English names in use, separated by `|` (and Kosovo under its
usual code xk). States: the codes of the United States Postal Service with their names, territories and
military included.
"""

from __future__ import annotations

import unicodedata

SPECIAL = {
    **{"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h"},
    **{"ŋ": "n", "ŧ": "t", "ı": "i", "ĸ": "k", "ə": "e", "ſ": "s", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ɨ": "i"},
}
SPECIAL_LETTERS = str.maketrans(SPECIAL)
CASED_OR_SCRIPT = ("Lo", "Ll", "Lu", "Lt")
NOT_LETTERS = {code: None for code in range(128) if not "a" <= chr(code) <= "z"}


def latin(text: str) -> str | None:
    """The letters a–z of `text` in lower case, accents taken off; None when some letter has no Latin form."""
    if text.isascii():
        return text.lower().translate(NOT_LETTERS)
    plain = unicodedata.normalize("NFKD", text.lower()).lower().translate(SPECIAL_LETTERS)
    if any(unicodedata.category(letter) in ("Lo", "Ll", "Lu", "Lt") and not letter.isascii() for letter in plain):
        return None
    return "".join(letter for letter in plain if "a" <= letter <= "z")


STATE_LINES = """
al Alabama|ak Alaska|az Arizona|ar Arkansas|ca California|co Colorado|ct Connecticut|de Delaware
fl Florida|ga Georgia|hi Hawaii|id Idaho|il Illinois|in Indiana|ia Iowa|ks Kansas|ky Kentucky|la Louisiana
me Maine|md Maryland|ma Massachusetts|mi Michigan|mn Minnesota|ms Mississippi|mo Missouri|mt Montana
ne Nebraska|nv Nevada|nh New Hampshire|nj New Jersey|nm New Mexico|ny New York|nc North Carolina
nd North Dakota|oh Ohio|ok Oklahoma|or Oregon|pa Pennsylvania|ri Rhode Island|sc South Carolina
sd South Dakota|tn Tennessee|tx Texas|ut Utah|vt Vermont|va Virginia|wa Washington|wv West Virginia
wi Wisconsin|wy Wyoming|dc District of Columbia|dc Washington DC|as American Samoa|gu Guam
mp Northern Mariana Islands|pr Puerto Rico|vi Virgin Islands|vi US Virgin Islands
um United States Minor Outlying Islands|aa Armed Forces Americas|ae Armed Forces Europe
ap Armed Forces Pacific
"""

COUNTRY_LINES = """
ad and Andorra
ae are United Arab Emirates|UAE|Emirates
af afg Afghanistan
ag atg Antigua and Barbuda|Antigua & Barbuda|Antigua
ai aia Anguilla
al alb Albania
am arm Armenia
ao ago Angola
aq ata Antarctica
ar arg Argentina
as asm American Samoa
at aut Austria|Osterreich
au aus Australia
aw abw Aruba
ax ala Aland Islands|Aland
az aze Azerbaijan
ba bih Bosnia and Herzegovina|Bosnia & Herzegovina|Bosnia
bb brb Barbados
bd bgd Bangladesh
be bel Belgium
bf bfa Burkina Faso
bg bgr Bulgaria
bh bhr Bahrain
bi bdi Burundi
bj ben Benin
bl blm Saint Barthelemy|St Barthelemy|St Barths
bm bmu Bermuda
bn brn Brunei|Brunei Darussalam
bo bol Bolivia|Plurinational State of Bolivia|Bolivia, Plurinational State of
bq bes Bonaire, Sint Eustatius and Saba|Caribbean Netherlands|Bonaire
br bra Brazil|Brasil
bs bhs Bahamas|The Bahamas
bt btn Bhutan
bv bvt Bouvet Island
bw bwa Botswana
by blr Belarus
bz blz Belize
ca can Canada
cc cck Cocos (Keeling) Islands|Cocos Islands|Keeling Islands
cd cod DR Congo|DRC|Democratic Republic of the Congo|Congo, Democratic Republic of the|Congo-Kinshasa
cf caf Central African Republic
cg cog Congo|Republic of the Congo|Congo-Brazzaville
ch che Switzerland|Swiss Confederation
ci civ Cote d'Ivoire|Ivory Coast
ck cok Cook Islands
cl chl Chile
cm cmr Cameroon
cn chn China|People's Republic of China|PRC|Mainland China
co col Colombia
cr cri Costa Rica
cu cub Cuba
cv cpv Cabo Verde|Cape Verde
cw cuw Curacao
cx cxr Christmas Island
cy cyp Cyprus
cz cze Czechia|Czech Republic
de deu Germany|Federal Republic of Germany|Deutschland
dj dji Djibouti
dk dnk Denmark
dm dma Dominica
do dom Dominican Republic|Dominican Rep
dz dza Algeria
ec ecu Ecuador
ee est Estonia
eg egy Egypt
eh esh Western Sahara
er eri Eritrea
es esp Spain|Espana
et eth Ethiopia
fi fin Finland
fj fji Fiji
fk flk Falkland Islands|Falkland Islands (Malvinas)
fm fsm Micronesia|Federated States of Micronesia|Micronesia, Federated States of
fo fro Faroe Islands|Faroes
fr fra France
ga gab Gabon
gb gbr United Kingdom|UK|Great Britain|Britain|England|Scotland|Wales|Northern Ireland
gd grd Grenada
ge geo Georgia
gf guf French Guiana
gg ggy Guernsey
gh gha Ghana
gi gib Gibraltar
gl grl Greenland
gm gmb Gambia|The Gambia
gn gin Guinea
gp glp Guadeloupe
gq gnq Equatorial Guinea
gr grc Greece|Hellas|EL
gs sgs South Georgia and the South Sandwich Islands|South Georgia
gt gtm Guatemala
gu gum Guam
gw gnb Guinea-Bissau
gy guy Guyana
hk hkg Hong Kong|Hong Kong SAR|Hong Kong SAR China
hm hmd Heard Island and McDonald Islands|Heard & McDonald Islands
hn hnd Honduras
hr hrv Croatia
ht hti Haiti
hu hun Hungary
id idn Indonesia
ie irl Ireland|Republic of Ireland|Eire
il isr Israel
im imn Isle of Man
in ind India
io iot British Indian Ocean Territory
iq irq Iraq
ir irn Iran|Islamic Republic of Iran|Iran, Islamic Republic of
is isl Iceland
it ita Italy|Italia
je jey Jersey
jm jam Jamaica
jo jor Jordan
jp jpn Japan|Nippon
ke ken Kenya
kg kgz Kyrgyzstan
kh khm Cambodia
ki kir Kiribati
km com Comoros
kn kna Saint Kitts and Nevis|St Kitts and Nevis|St Kitts & Nevis
kp prk North Korea|DPRK|Democratic People's Republic of Korea|Korea, Democratic People's Republic of
kr kor South Korea|Korea|Republic of Korea|Korea, Republic of|Korea, South
kw kwt Kuwait
ky cym Cayman Islands
kz kaz Kazakhstan
la lao Laos|Lao People's Democratic Republic|Lao PDR
lb lbn Lebanon
lc lca Saint Lucia|St Lucia
li lie Liechtenstein
lk lka Sri Lanka
lr lbr Liberia
ls lso Lesotho
lt ltu Lithuania
lu lux Luxembourg
lv lva Latvia
ly lby Libya
ma mar Morocco
mc mco Monaco
md mda Moldova|Republic of Moldova|Moldova, Republic of
me mne Montenegro
mf maf Saint Martin|St Martin|Saint Martin (French part)
mg mdg Madagascar
mh mhl Marshall Islands
mk mkd North Macedonia|Macedonia|FYROM
ml mli Mali
mm mmr Myanmar|Burma|Myanmar (Burma)
mn mng Mongolia
mo mac Macao|Macau|Macao SAR|Macao SAR China
mp mnp Northern Mariana Islands
mq mtq Martinique
mr mrt Mauritania
ms msr Montserrat
mt mlt Malta
mu mus Mauritius
mv mdv Maldives
mw mwi Malawi
mx mex Mexico
my mys Malaysia
mz moz Mozambique
na nam Namibia
nc ncl New Caledonia
ne ner Niger
nf nfk Norfolk Island
ng nga Nigeria
ni nic Nicaragua
nl nld Netherlands|The Netherlands|Holland|Kingdom of the Netherlands
no nor Norway
np npl Nepal
nr nru Nauru
nu niu Niue
nz nzl New Zealand|Aotearoa
om omn Oman
pa pan Panama
pe per Peru
pf pyf French Polynesia
pg png Papua New Guinea
ph phl Philippines|The Philippines
pk pak Pakistan
pl pol Poland
pm spm Saint Pierre and Miquelon|St Pierre and Miquelon|St Pierre & Miquelon
pn pcn Pitcairn|Pitcairn Islands
pr pri Puerto Rico
ps pse Palestine|State of Palestine|Palestine, State of|Palestinian Territories
pt prt Portugal
pw plw Palau
py pry Paraguay
qa qat Qatar
re reu Reunion
ro rou Romania
rs srb Serbia
ru rus Russia|Russian Federation
rw rwa Rwanda
sa sau Saudi Arabia|KSA|Kingdom of Saudi Arabia
sb slb Solomon Islands
sc syc Seychelles
sd sdn Sudan
se swe Sweden
sg sgp Singapore
sh shn Saint Helena|St Helena|Saint Helena, Ascension and Tristan da Cunha
si svn Slovenia
sj sjm Svalbard and Jan Mayen|Svalbard & Jan Mayen|Svalbard
sk svk Slovakia
sl sle Sierra Leone
sm smr San Marino
sn sen Senegal
so som Somalia
sr sur Suriname
ss ssd South Sudan
st stp Sao Tome and Principe|Sao Tome & Principe
sv slv El Salvador
sx sxm Sint Maarten|Sint Maarten (Dutch part)
sy syr Syria|Syrian Arab Republic
sz swz Eswatini|Swaziland
tc tca Turks and Caicos Islands|Turks & Caicos Islands|Turks and Caicos
td tcd Chad
tf atf French Southern Territories
tg tgo Togo
th tha Thailand
tj tjk Tajikistan
tk tkl Tokelau
tl tls Timor-Leste|East Timor
tm tkm Turkmenistan
tn tun Tunisia
to ton Tonga
tr tur Turkiye|Turkey|Republic of Turkey
tt tto Trinidad and Tobago|Trinidad & Tobago|Trinidad
tv tuv Tuvalu
tw twn Taiwan|Taiwan, Province of China|Republic of China
tz tza Tanzania|United Republic of Tanzania|Tanzania, United Republic of
ua ukr Ukraine
ug uga Uganda
um umi United States Minor Outlying Islands|US Outlying Islands
us usa United States|United States of America|The United States|The United States of America|America
uy ury Uruguay
uz uzb Uzbekistan
va vat Vatican City|Holy See|Vatican|Holy See (Vatican City State)|Vatican City State
vc vct Saint Vincent and the Grenadines|St Vincent and the Grenadines|St Vincent & Grenadines
ve ven Venezuela|Bolivarian Republic of Venezuela|Venezuela, Bolivarian Republic of
vg vgb British Virgin Islands|BVI|Virgin Islands, British
vi vir US Virgin Islands|Virgin Islands, US|United States Virgin Islands|USVI
vn vnm Vietnam|Viet Nam
vu vut Vanuatu
wf wlf Wallis and Futuna|Wallis & Futuna
ws wsm Samoa
xk xkx Kosovo
ye yem Yemen
yt myt Mayotte
za zaf South Africa|RSA
zm zmb Zambia
zw zwe Zimbabwe
"""


def _countries() -> dict[str, str]:
    known: dict[str, str] = {}
    for line in COUNTRY_LINES.strip().splitlines():
        alpha_2, alpha_3, names = line.split(" ", 2)
        for spelling in (alpha_2, alpha_3, *names.split("|")):
            known[latin(spelling) or ""] = alpha_2
    return known


def _states() -> dict[str, str]:
    known: dict[str, str] = {}
    for entry in STATE_LINES.strip().replace("\n", "|").split("|"):
        code, state = entry.split(" ", 1)
        known |= {code: code, f"us{code}": code, latin(state) or "": code}
    return known


COUNTRIES = _countries()
"""Alpha-2 in lower case by alpha-2, alpha-3 or name, each reduced to its letters a–z."""

US_STATES = _states()
"""Two-letter code in lower case by code, ISO 3166-2 code or name, each reduced to its letters a–z."""

US_ZIP_COUNTRIES = frozenset({"us", "pr", "gu", "vi", "as", "mp", "um"})
"""Countries whose postal codes are ZIP codes of the United States Postal Service."""
