"""Words that tell where something is: streets, cities, states and countries.

Written as the lists of `vocabulary` are, and matched by its functions.
"""

from __future__ import annotations

from functools import cache

from extraction import vocabulary


@cache
def countries() -> dict[str, str]:
    """The English name of each country by each way to print it."""
    entries = [entry.split("=") for entry in vocabulary.listed_words(COUNTRIES)]
    return {vocabulary.plain(printed): name for printed, name in entries}


ADDRESS_WORDS = """
street|st.|str|str.|road|rd|rd.|avenue|ave|ave.|av|av.|boulevard|blvd|blvd.|drive|dr.|lane|ln|
court|ct|place|pl|square|sq|highway|hwy|parkway|pkwy|way|terrace|circle|route|rt|pike|suite|ste|
floor|flr|fl|1st floor|2nd floor|3rd floor|room|rm|building|bldg|bldg.|block|blk|plot|flat|
door no|d.no|h.no|h. no|shop no|house|tower|towers|complex|plaza|mansion|apartments|apartment|
apt|apts|nagar|colony|marg|layout|cross|main road|phase|sector|estate|industrial area|opp|opp.|
opposite|near|next to|behind|beside|above|junction|village|dist|district|mandal|taluk|p.o. box|
po box|p.o|p.o.|post box|pin|post|north|south|east|west|bazar|bazaar|market|chowk|gali|ward|city|
town|county|state|bhavan|bhawan|arcade|park|quay|hall|campus|rua|r.|avenida|alameda|al.|travessa|
tv.|praca|pca|rodovia|rod.|estrada|largo|bairro|centro|vila|jardim|jd|jd.|parque|conjunto|cj|cj.|
conj|conj.|sala|salas|andar|bloco|loja|lote|quadra|edificio|ed.|cep|caixa postal|km|no|nº|n.|
antigo|calle|c/|carrera|cra|cl|paseo|colonia|col.|piso|oficina|of.|despacho|apartado|cp|c.p.|
barrio|rue|bis|cedex|bp|b.p.|impasse|allee|quai|chemin|batiment|etage|bte|strasse|straße|platz|
weg|ring|gasse|postfach|damm|ufer|via|viale|piazza|corso|straat|laan|plein|postbus|proximo|
esquina|em frente|travessa da|frente|entre|cerca de|都|道|府|県|市|区|郡|町|村|丁目|番地|番|号|
階|ビル|〒|省|路|街|巷|弄|號|楼|室|大厦|大廈|邮编|邮政编码|郵遞區號|시|구|동|로|길|층|호|
우편번호|-ku|-cho|-shi|-machi|-ken|ku|chome|shi|cho
"""

COUNTRIES = """
usa=United States|u.s.a.=United States|united states=United States|
united states of america=United States|uk=United Kingdom|u.k.=United Kingdom|
united kingdom=United Kingdom|england=United Kingdom|scotland=United Kingdom|
wales=United Kingdom|canada=Canada|mexico=Mexico|brazil=Brazil|brasil=Brazil|argentina=Argentina|
chile=Chile|colombia=Colombia|peru=Peru|uruguay=Uruguay|portugal=Portugal|spain=Spain|
espana=Spain|france=France|germany=Germany|deutschland=Germany|austria=Austria|
osterreich=Austria|switzerland=Switzerland|schweiz=Switzerland|suisse=Switzerland|italy=Italy|
italia=Italy|netherlands=Netherlands|the netherlands=Netherlands|nederland=Netherlands|
belgium=Belgium|belgique=Belgium|luxembourg=Luxembourg|ireland=Ireland|denmark=Denmark|
sweden=Sweden|norway=Norway|finland=Finland|poland=Poland|czech republic=Czechia|hungary=Hungary|
romania=Romania|greece=Greece|turkey=Turkey|russia=Russia|ukraine=Ukraine|israel=Israel|
egypt=Egypt|uae=United Arab Emirates|u.a.e.=United Arab Emirates|
united arab emirates=United Arab Emirates|saudi arabia=Saudi Arabia|qatar=Qatar|kuwait=Kuwait|
bahrain=Bahrain|oman=Oman|south africa=South Africa|nigeria=Nigeria|kenya=Kenya|ghana=Ghana|
india=India|pakistan=Pakistan|bangladesh=Bangladesh|sri lanka=Sri Lanka|nepal=Nepal|china=China|
p.r. china=China|p.r.china=China|prc=China|hong kong=Hong Kong|taiwan=Taiwan|japan=Japan|
korea=South Korea|south korea=South Korea|republic of korea=South Korea|singapore=Singapore|
malaysia=Malaysia|thailand=Thailand|vietnam=Vietnam|viet nam=Vietnam|indonesia=Indonesia|
philippines=Philippines|australia=Australia|new zealand=New Zealand|日本=Japan|日本国=Japan|
中国=China|中國=China|台灣=Taiwan|台湾=Taiwan|香港=Hong Kong|대한민국=South Korea
"""

REGIONS = {
    "United States": "US", "Canada": "CA", "United Kingdom": "GB", "Ireland": "IE", "Brazil": "BR",
    "Portugal": "PT", "Spain": "ES", "Mexico": "MX", "Argentina": "AR", "Chile": "CL",
    "Colombia": "CO", "Peru": "PE", "France": "FR", "Germany": "DE", "Austria": "AT",
    "Switzerland": "CH", "Italy": "IT", "Netherlands": "NL", "Belgium": "BE", "Sweden": "SE",
    "Norway": "NO", "Denmark": "DK", "Finland": "FI", "Poland": "PL", "Turkey": "TR",
    "Israel": "IL", "United Arab Emirates": "AE", "South Africa": "ZA", "Nigeria": "NG",
    "Kenya": "KE", "India": "IN", "Pakistan": "PK", "Bangladesh": "BD", "Sri Lanka": "LK",
    "Nepal": "NP", "China": "CN", "Hong Kong": "HK", "Taiwan": "TW", "Japan": "JP",
    "South Korea": "KR", "Singapore": "SG", "Malaysia": "MY", "Thailand": "TH", "Vietnam": "VN",
    "Indonesia": "ID", "Philippines": "PH", "Australia": "AU", "New Zealand": "NZ",
}  # fmt: skip
"""The ISO 3166 code of countries, for telephone numbers."""

STATES = """
alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|
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
