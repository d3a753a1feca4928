"""Words that tell where something is: streets, cities, states and countries.

Written as the lists of `vocabulary` are, and matched by its functions.
"""

from __future__ import annotations

import re
from functools import cache

from extraction.reading import vocabulary

LANGUAGES = ("en", "pt", "es", "fr", "de", "it", "nl", "ja", "zh", "zh_Hant", "ko")
"""Languages in which the countries of the world are known by name."""

_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA",
                           "XB", "XK", "ZZ"})  # fmt: skip
"""Codes in the Unicode list of territories that ISO 3166-1 does not give to a country."""

_SHORT = {"HK": "Hong Kong", "MO": "Macau", "MM": "Myanmar", "PS": "Palestine", "TR": "Turkey",
          "CD": "DR Congo", "CG": "Congo"}  # fmt: skip
"""Names that are usual where the Unicode list has another."""

NAMED_ALIKE = frozenset({"georgia", "jersey", "chad", "jordan", "us"})
"""Countries that are more often a state or a person at the end of a line."""


@cache
def names_by_code() -> dict[str, str]:
    """The English name of each country by its ISO 3166-1 code."""
    from babel import Locale

    known = Locale.parse("en").territories
    return {
        code: _SHORT.get(code, name)
        for code, name in known.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    }


@cache
def codes() -> dict[str, str]:
    """The ISO 3166-1 code of each country by each way to print it, in plain form."""
    from babel import Locale

    names: dict[str, str] = {}
    for language in LANGUAGES:
        territories = Locale.parse(language).territories
        names |= {vocabulary.plain(territories[code]): code for code in names_by_code()}
    names |= {vocabulary.plain(name): code for code, name in names_by_code().items()}
    pairs = (pair.split("=") for pair in COUNTRIES.replace("\n", "").split("|"))
    return names | {vocabulary.plain(name).strip(): code.strip() for name, code in pairs}


@cache
def countries() -> dict[str, str]:
    """The English name of each country by each way to print it, in plain form."""
    return {name: names_by_code()[code] for name, code in codes().items()}


def code(country: str) -> str | None:
    """The ISO 3166-1 code of a country by its name in any of LANGUAGES, or None."""
    plain = vocabulary.plain(country).strip(" .,")
    return codes().get(plain) or codes().get(plain + ".")


def country_at_end(text: str) -> int | None:
    """The place where the name of a country begins that `text`, in plain form, ends with."""
    bare = re.sub(r"[\W_]+$", "", text)
    starts = [found.start() for found in re.finditer(r"(?<!\w)\w", bare)][-6:]
    starts += [at for at in range(max(0, len(bare) - 6), len(bare)) if text[at] >= "\u3000"]
    for start in sorted(starts):
        name = re.sub(r"\s+", " ", bare[start:])
        if (name in codes() or f"{name}." in codes()) and name not in NAMED_ALIKE:
            return start
    return None


ADDRESS_WORDS = """
street|st.|str|str.|road|rd|rd.|avenue|ave|ave.|av|av.|boulevard|blvd|blvd.|drive|dr.|lane|ln|
place|square|sq|highway|hwy|parkway|pkwy|terrace|pike|suite|ste|floor|flr|fl|1st floor|2nd floor|
3rd floor|room|rm|building|bldg|bldg.|block|blk|plot|flat|door no|d.no|h.no|h. no|shop no|tower|
towers|complex|plaza|mansion|apartments|apartment|apt|apts|nagar|colony|marg|layout|cross|
main road|phase|sector|industrial area|industrial estate|opp|opp.|opposite|behind|beside|junction|
jn|village|dist|district|mandal|taluk|tehsil|p.o. box|po box|p.o.|post box|bazar|bazaar|chowk|
gali|bhavan|bhawan|bhawan|arcade|quay|rua|r.|avenida|alameda|al.|travessa|tv.|praca|pca|rodovia|
rod.|estrada|largo|bairro|vila|jardim|jd|jd.|conjunto|cj|cj.|conj|conj.|sala|salas|andar|bloco|
loja|lote|quadra|edificio|ed.|cep|caixa postal|calle|c/|carrera|cra|paseo|colonia|col.|piso|
despacho|apartado|c.p.|barrio|rue|cedex|b.p.|impasse|allee|quai|chemin|batiment|etage|strasse|
straße|platz|weg|gasse|postfach|ufer|viale|piazza|corso|straat|laan|plein|postbus|proximo|esquina|
travessa da|cerca de|post code|pin code|zip code|丁目|番地|ビル|〒|大厦|大廈|邮编|邮政编码|
郵遞區號|우편번호|-ku|-cho|-shi|-machi|-ken|-do|-gu|-dong|-ro|-gil|chome
"""
"""Words that stand in addresses and seldom elsewhere."""

WEAK_ADDRESS_WORDS = """
court|ct|pl|way|circle|route|rt|house|estate|near|next to|above|pin|post|north|south|east|west|
market|ward|city|town|county|state|park|hall|campus|centro|parque|antigo|km|no.|nº|n.|cl|of.|
oficina|frente|entre|em frente|bis|bp|ring|damm|via|bte|ku|shi|cho|village|centre|center|no|hotel|
mall|station|metro|landmark|branch|corner|gate|circle|extension|extn|heights|hills|valley|beach
"""
"""Words that stand in addresses and elsewhere as well."""

COUNTRIES = """
usa=US|u.s.a=US|us=US|u.s=US|united states of america=US|etats-unis d'amerique=US|
uk=GB|u.k=GB|england=GB|scotland=GB|wales=GB|northern ireland=GB|great britain=GB|holland=NL|
the netherlands=NL|uae=AE|u.a.e=AE|ksa=SA|kingdom of saudi arabia=SA|brasil=BR|espana=ES|
deutschland=DE|czech republic=CZ|suisse=CH|schweiz=CH|svizzera=CH|sverige=SE|norge=NO|danmark=DK|
suomi=FI|polska=PL|osterreich=AT|belgie=BE|belgique=BE|russia=RU|russian federation=RU|korea=KR|
rep. of korea=KR|republic of korea=KR|r.o.k=KR|p.r. china=CN|p.r.china=CN|p. r. china=CN|prc=CN|
p.r.c=CN|peoples republic of china=CN|people's republic of china=CN|hong kong=HK|hongkong=HK|
taiwan r.o.c=TW|taiwan, r.o.c=TW|r.o.c=TW|viet nam=VN|republic of singapore=SG|bharat=IN|
turkiye=TR|turkey=TR|ivory coast=CI|cape verde=CV|macao=MO|burma=MM|日本国=JP|
中華人民共和国=CN|中华人民共和国=CN|中国香港=HK|台湾=TW|台灣=TW|한국=KR
"""
"""Further ways to print a country, and its code."""

STATES = """
mass.|calif.|conn.|penna.|ill.|fla.|ore.|colo.|tenn.|minn.|wis.|mich.|alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|
idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|
minnesota|mississippi|missouri|montana|nebraska|nevada|new hampshire|new jersey|new mexico|
new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island|
south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington|west virginia|
wisconsin|wyoming|d.c.|ontario|quebec|british columbia|alberta|manitoba|saskatchewan|nova scotia|
new south wales|nsw|victoria|queensland|qld|andhra pradesh|a.p.|telangana|t.s.|karnataka|kerala|
tamil nadu|maharashtra|gujarat|rajasthan|punjab|haryana|uttar pradesh|u.p.|uttarakhand|
madhya pradesh|m.p.|bihar|jharkhand|odisha|orissa|west bengal|w.b.|assam|goa|himachal pradesh|
chhattisgarh|sao paulo|rio de janeiro|minas gerais|bahia|parana|santa catarina|rio grande do sul|
pernambuco|ceara|goias|espirito santo|bayern|hessen|nordrhein-westfalen|baden-wurttemberg|
hokkaido|osaka|kyoto|kanagawa|saitama|chiba|aichi|hyogo|shimane|fukuoka
"""

US_STATE_CODES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|"
    "NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)

BRAZIL_STATE_CODES = (
    "AC|AL|AP|AM|BA|CE|DF|ES|GO|MA|MT|MS|MG|PA|PB|PR|PE|PI|RJ|RN|RS|RO|RR|SC|SP|SE|TO"
)

CITIES = """
new york|los angeles|san francisco|san diego|chicago|houston|dallas|austin|boston|seattle|
atlanta|miami|denver|phoenix|philadelphia|portland|las vegas|washington|toronto|montreal|
vancouver|ottawa|london|manchester|birmingham|edinburgh|glasgow|dublin|paris|lyon|marseille|
berlin|munich|munchen|hamburg|frankfurt|koln|stuttgart|dusseldorf|wien|vienna|zurich|zürich|
geneve|geneva|basel|bern|madrid|barcelona|valencia|sevilla|lisboa|lisbon|porto|sao paulo|
rio de janeiro|belo horizonte|brasilia|salvador|recife|fortaleza|curitiba|porto alegre|campinas|
santos|osasco|guarulhos|buenos aires|santiago|bogota|lima|ciudad de mexico|mexico city|monterrey|
guadalajara|roma|rome|milano|milan|torino|amsterdam|rotterdam|utrecht|brussels|bruxelles|
copenhagen|stockholm|oslo|helsinki|warsaw|prague|budapest|athens|istanbul|moscow|dubai|abu dhabi|
doha|riyadh|cairo|lagos|nairobi|johannesburg|cape town|mumbai|bombay|delhi|new delhi|noida|
gurgaon|gurugram|bangalore|bengaluru|hyderabad|secunderabad|chennai|madras|kolkata|calcutta|pune|
ahmedabad|surat|jaipur|lucknow|kanpur|nagpur|indore|bhopal|patna|vadodara|ludhiana|agra|nashik|
kochi|cochin|trivandrum|coimbatore|madurai|mysore|visakhapatnam|vijayawada|guntur|warangal|
tirupati|dehradun|chandigarh|karachi|lahore|islamabad|dhaka|colombo|kathmandu|beijing|shanghai|
shenzhen|guangzhou|hangzhou|hong kong|taipei|tokyo|osaka|kyoto|nagoya|yokohama|sapporo|fukuoka|
kobe|sendai|hiroshima|seoul|busan|singapore|kuala lumpur|bangkok|hanoi|ho chi minh city|jakarta|
manila|sydney|melbourne|brisbane|perth|auckland|wellington
"""
