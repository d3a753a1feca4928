"""How people are named, addressed and telephoned in each country.

Telephone numbers come from ranges that are kept free for fiction where a country has one
(United States, United Kingdom, Germany, France, Sweden); elsewhere they carry a 555 where no
number can be dialled. In every pattern `#` stands for a digit.
"""

from __future__ import annotations

from dataclasses import dataclass

from backoffice.synthetic import names, trades
from backoffice.synthetic.trades import Work


@dataclass(frozen=True, slots=True)
class Place:
    """A town with the patterns of its postal codes and telephone numbers."""

    city: str
    state: str
    postal_code: str
    phone: str


@dataclass(frozen=True, slots=True)
class Country:
    """Everything needed to invent somebody who works there.

    `streets` hold `{n}` for the house number, `city_line` names parts of a `Place`, `company`
    joins `{brand}` and `{trade}` with a legal form, and `card_mm` is the usual size of a card.
    """

    language: str
    name: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    work: Work
    streets: tuple[str, ...]
    second_lines: tuple[str, ...]
    city_line: str
    places: tuple[Place, ...]
    mobile: str
    company: tuple[str, ...]
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    card_mm: tuple[float, float] = (85, 55)


UNITED_STATES = Country(
    "en", "USA", names.ENGLISH_GIVEN, names.ENGLISH_FAMILY, trades.ENGLISH,
    ("{n} Larkspur Street", "{n} Old Mill Road", "{n} Juniper Avenue", "{n} Harbor Lane"),
    ("Suite 210", "Floor 14", "Suite 5B", "Building C", "Unit 7"),
    "{city}, {state} {postal_code}",
    (
        Place("Portland", "OR", "972##", "+1 (503) 555-01##"),
        Place("Austin", "TX", "787##", "+1 (512) 555-01##"),
        Place("Boston", "MA", "021##", "+1 (617) 555-01##"),
        Place("Denver", "CO", "802##", "+1 (303) 555-01##"),
        Place("Savannah", "GA", "314##", "+1 (912) 555-01##"),
    ),
    "+1 (206) 555-01##",
    ("{brand} {trade}, Inc.", "{brand} {trade} LLC", "{brand} {trade}", "{brand} Corp."),
    ("Dr.", "Prof."), ("MBA", "PhD", "P.E.", "Jr.", "CPA"), (89, 51),
)  # fmt: skip
UNITED_KINGDOM = Country(
    "en", "United Kingdom", names.ENGLISH_GIVEN, names.ENGLISH_FAMILY, trades.ENGLISH,
    ("{n} Heron Quay", "{n} Saddler's Row", "{n} Millrace Lane", "{n} Bellfounder Street"),
    ("2nd Floor", "Unit 4, Kiln Yard", "Foundry House", "Studio 9"),
    "{city} {postal_code}",
    (
        Place("London", "", "EC9X #ZZ", "+44 20 7946 0###"),
        Place("Leeds", "", "LS99 #XX", "+44 113 496 0###"),
        Place("Bristol", "", "BS98 #XX", "+44 117 496 0###"),
        Place("Edinburgh", "", "EH99 #XX", "+44 131 496 0###"),
    ),
    "+44 7700 900###",
    ("{brand} {trade} Ltd", "{brand} {trade} LLP", "{brand} & Partners", "{brand} {trade} plc"),
    ("Dr", "Prof."), ("MSc", "PhD", "FRSA", "BEng", "ACA"),
)  # fmt: skip
INDIA = Country(
    "en", "India", names.INDIAN_GIVEN, names.INDIAN_FAMILY, trades.ENGLISH,
    ("No. {n}, Banyan Road", "{n}, Lotus Tank Road", "Plot {n}, Jasmine Nagar", "{n}, Mill Cross"),
    ("3rd Floor, Silver Arcade", "Tower B, Tech Meadows", "Opp. Old Clock Tower", "Sector 14"),
    "{city} - {postal_code}, {state}",
    (
        Place("Mumbai", "Maharashtra", "400 0##", "+91 22 0555 0###"),
        Place("Bengaluru", "Karnataka", "560 0##", "+91 80 0555 0###"),
        Place("Chennai", "Tamil Nadu", "600 0##", "+91 44 0555 0###"),
        Place("Pune", "Maharashtra", "411 0##", "+91 20 0555 0###"),
    ),
    "+91 55500 0####",
    ("{brand} {trade} Pvt. Ltd.", "{brand} {trade} Private Limited", "{brand} {trade} & Co."),
    ("Dr.", "Er.", "CA"), ("B.Tech", "MBA", "FCA", "M.E."), (90, 54),
)  # fmt: skip
GERMANY = Country(
    "de", "Deutschland", names.GERMAN_GIVEN, names.GERMAN_FAMILY, trades.GERMAN,
    ("Lerchenufer {n}", "Alte Seilerei {n}", "Mühlgrabenstraße {n}", "Am Kranichsee {n}"),
    ("Gebäude 7", "3. Obergeschoss", "Hinterhaus", "Aufgang B"),
    "{postal_code} {city}",
    (
        Place("Berlin", "", "109##", "+49 30 23125 ###"),
        Place("Hamburg", "", "204##", "+49 40 66969 ###"),
        Place("München", "", "803##", "+49 89 99998 ###"),
        Place("Köln", "", "506##", "+49 221 4710 ###"),
    ),
    "+49 171 39200 ##",
    ("{brand} {trade} GmbH", "{brand} {trade} AG", "{brand} {trade} GmbH & Co. KG"),
    ("Dr.", "Dipl.-Ing.", "Prof. Dr."), ("M.Sc.", "MBA", "LL.M."),
)  # fmt: skip
BRAZIL = Country(
    "pt", "Brasil", names.PORTUGUESE_GIVEN, names.PORTUGUESE_FAMILY, trades.PORTUGUESE,
    ("Rua das Garças, {n}", "Av. Pedra Branca, {n}", "Rua do Moinho, {n}", "Alameda dos Ipês, {n}"),
    ("Sala 204", "Conjunto 81", "Bloco B", "12º andar"),
    "{postal_code} {city} - {state}",
    (
        Place("São Paulo", "SP", "01###-0##", "+55 11 0555-0###"),
        Place("Curitiba", "PR", "80###-0##", "+55 41 0555-0###"),
        Place("Belo Horizonte", "MG", "30###-0##", "+55 31 0555-0###"),
        Place("Florianópolis", "SC", "88###-0##", "+55 48 0555-0###"),
    ),
    "+55 11 90555-0###",
    ("{brand} {trade} Ltda.", "{brand} {trade} S.A.", "{brand} {trade} Ltda. ME"),
    ("Eng.", "Prof."), ("MBA", "MSc"), (90, 50),
)  # fmt: skip
FRANCE = Country(
    "fr", "France", names.FRENCH_GIVEN, names.FRENCH_FAMILY, trades.FRENCH,
    ("{n}, rue du Vieux-Lavoir", "{n}, quai des Sarcelles", "{n}, allée des Tilleuls"),
    ("Bâtiment C", "2e étage", "Cour intérieure"),
    "{postal_code} {city}",
    (
        Place("Paris", "", "750##", "+33 1 99 00 ## ##"),
        Place("Nantes", "", "440##", "+33 2 61 91 ## ##"),
        Place("Lyon", "", "690##", "+33 4 65 71 ## ##"),
        Place("Bordeaux", "", "330##", "+33 5 36 49 ## ##"),
    ),
    "+33 6 39 98 ## ##",
    ("{brand} {trade} SARL", "{trade} {brand} SAS", "{trade} {brand}"),
    ("Dr", "Me", "Pr"), ("MBA", "PhD"),
)  # fmt: skip
SPAIN = Country(
    "es", "España", names.SPANISH_GIVEN, names.SPANISH_FAMILY, trades.SPANISH,
    ("Calle del Olivar, {n}", "Paseo de las Cigüeñas, {n}", "Av. del Faro Viejo, {n}"),
    ("3.º B", "Nave 12", "Oficina 5"),
    "{postal_code} {city}",
    (
        Place("Madrid", "", "280##", "+34 555 010 ###"),
        Place("Valencia", "", "460##", "+34 555 060 ###"),
        Place("Sevilla", "", "410##", "+34 555 050 ###"),
    ),
    "+34 555 600 ###",
    ("{brand} {trade} S.L.", "{trade} {brand}, S.A.", "{trade} {brand}"),
    ("Ing.",), ("MBA", "PhD"),
)  # fmt: skip
SWEDEN = Country(
    "sv", "Sverige", names.SWEDISH_GIVEN, names.SWEDISH_FAMILY, trades.SWEDISH,
    ("Lärkstigen {n}", "Gamla Kvarnvägen {n}", "Fyrgränd {n}", "Björkhagsgatan {n}"),
    ("Plan 4", "Hus B", "Box 512"),
    "{postal_code} {city}",
    (
        Place("Stockholm", "", "11# ##", "+46 8 465 004 ##"),
        Place("Göteborg", "", "41# ##", "+46 31 390 06 ##"),
        Place("Malmö", "", "21# ##", "+46 40 628 04 ##"),
    ),
    "+46 70 174 06 ##",
    ("{brand} {trade} AB", "{brand} AB", "{trade}bolaget {brand} AB"),
    ("Dr.", "Prof."), ("MBA", "PhD"), (90, 55),
)  # fmt: skip
ITALY = Country(
    "it", "Italia", names.ITALIAN_GIVEN, names.ITALIAN_FAMILY, trades.ITALIAN,
    ("Via del Tiglio, {n}", "Viale dei Gelsi, {n}", "Piazza Fontanella, {n}"),
    ("Scala B", "Interno 6", "Capannone 3"),
    "{postal_code} {city} ({state})",
    (
        Place("Milano", "MI", "201##", "+39 02 0555 0###"),
        Place("Torino", "TO", "101##", "+39 011 0555 0##"),
        Place("Bologna", "BO", "401##", "+39 051 0555 0##"),
    ),
    "+39 300 0555 0##",
    ("{brand} {trade} S.r.l.", "{trade} {brand} S.p.A.", "{trade} {brand}"),
    ("Ing.", "Avv."), ("MBA", "PhD"),
)  # fmt: skip
JAPAN = Country(
    "ja", "日本", names.JAPANESE_GIVEN, names.JAPANESE_FAMILY, trades.JAPANESE,
    ("若葉町{n}-4-2", "鶴見台{n}-12", "桜橋{n}-7-15", "緑ヶ丘{n}-3-8"),
    ("青葉ビル5F", "第三みなとビル", "ステーションタワー12階", "泉マンション201"),
    "{state}{city}",
    (
        Place("中央区", "東京都", "104-00##", "03-0555-0###"),
        Place("北区", "大阪府", "530-00##", "06-0555-0###"),
        Place("中区", "愛知県名古屋市", "460-00##", "052-055-50##"),
        Place("西区", "神奈川県横浜市", "220-00##", "045-055-50##"),
        Place("博多区", "福岡県福岡市", "812-00##", "092-055-50##"),
    ),
    "090-0555-0###",
    ("株式会社{brand}{trade}", "{brand}{trade}株式会社", "有限会社{brand}{trade}",
     "合同会社{brand}"),
    (), ("MBA", "Ph.D."), (91, 55),
)  # fmt: skip

COUNTRIES = (
    UNITED_STATES, JAPAN, GERMANY, BRAZIL, UNITED_KINGDOM, JAPAN, FRANCE, INDIA,
    SPAIN, UNITED_STATES, SWEDEN, JAPAN, GERMANY, ITALY, INDIA, BRAZIL,
)  # fmt: skip
"""One round of countries."""
