"""Words that tell what a line on a business card is, in the languages of its readers.

English, Portuguese, Spanish, French, German, Italian and Dutch words are matched whole and
without accents or case; Chinese, Japanese and Korean ones wherever they stand.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Han, kana and hangul, for a character class."""

HAS_CJK = re.compile(f"[{CJK}]")


def plain(text: str) -> str:
    """The text in compatibility form, lower case and without accents, for comparing."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in decomposed if not _is_latin_accent(char))
    return unicodedata.normalize("NFC", bare)


def words(text: str) -> list[str]:
    """The words of `plain(text)`: runs of letters and digits."""
    return re.findall(r"\w+", plain(text))


@cache
def pattern(listed: str) -> re.Pattern[str]:
    """A pattern for any of the words or phrases in `listed`, which are separated by `|`."""
    spaced = [re.sub(r"\s+", " ", plain(word)).strip() for word in listed.split("|")]
    whole: list[str] = []
    inside: list[str] = []
    for word in sorted(filter(None, spaced), key=len, reverse=True):
        escaped = re.escape(word).replace(r"\ ", r"\s*")
        (inside if HAS_CJK.search(word) else whole).append(escaped)
    latin = rf"(?<![^\W_])(?:{'|'.join(whole)})(?![^\W_])" if whole else ""
    return re.compile("|".join(filter(None, [latin, *inside])))


def count(listed: str, text: str) -> int:
    """How many words of the list stand in the text."""
    return len(pattern(listed).findall(plain(text)))


@cache
def listed_words(listed: str) -> frozenset[str]:
    """The words or phrases of a list, as they are written in it."""
    return frozenset(word for word in re.split(r"[|\n]", listed) if word)


def _is_latin_accent(char: str) -> bool:
    # Kana keep their voicing marks: U+3099 and U+309A are combining characters too.
    return unicodedata.category(char) == "Mn" and char < "\u3000"


LEGAL_FORMS = """
inc|inc.|incorporated|llc|l.l.c.|llp|l.l.p.|plc|ltd|ltd.|limited|pvt|private limited|corp|corp.|
corporation|co.|company|gmbh|gmbh & co. kg|ag|kg|ohg|ug|e.v.|e.k.|mbh|s.a.|s/a|s.a.s.|sas|sarl|
s.a.r.l.|eurl|sasu|ltda|ltda.|eireli|mei|s.l.|s.l.u.|s.r.l.|srl|s.p.a.|spa|b.v.|bv|n.v.|nv|oy|ab|
a/s|aps|asa|pty|pte|sdn bhd|sdn. bhd.|s.a. de c.v.|sa de cv|s. de r.l.|k.k.|kk|g.k.|株式会社|
有限会社|合同会社|合資会社|一般社団法人|一般財団法人|公益財団法人|公益社団法人|社団法人|財団法人|
独立行政法人|国立大学法人|学校法人|医療法人|社会福祉法人|特定非営利活動法人|弁護士法人|
税理士法人|監査法人|協同組合|有限公司|有限责任公司|股份有限公司|集团|集團|公司|주식회사|유한회사|
㈜|(株)|(주)|(有)
"""

ORGANISATIONS = """
university|college|institute|school|academy|hospital|clinic|bank|hotel|hotels|resort|restaurant|
group|holdings|associates|partners|foundation|society|association|ministry|government|council|
church|museum|library|laboratories|labs|studio|studios|agency|enterprises|industries|industrial|
solutions|technologies|technology|systems|software|services|consulting|consultants|consultancy|
international|global|productions|publishers|publications|media|motors|travel|travels|tours|realty|
properties|builders|constructions|construction|electronics|electricals|engineering|infrastructure|
infotech|pharma|pharmaceuticals|chemicals|traders|trading|stores|store|shop|cafe|salon|insurance|
securities|capital|ventures|logistics|foods|bakery|textiles|jewellers|jewelers|garage|auto|
automotive|dental|medical|healthcare|health|nursery|farms|farm|federation|union|authority|
commission|bureau|corporation|trust|club|network|networks|communications|creations|designs|
photography|printing|printers|press|law firm|law office|law offices|chambers|board|universidade|
faculdade|instituto|escola|colegio|clinica|banco|restaurante|grupo|associacao|fundacao|ministerio|
governo|prefeitura|secretaria|igreja|museu|estudio|agencia|industria|comercio|servicos|solucoes|
tecnologia|tecnologias|sistemas|consultoria|engenharia|construtora|imobiliaria|oficina|mecanica|
auto pecas|autopecas|farmacia|drogaria|padaria|lanchonete|pizzaria|buffet|eventos|moveis|
materiais|transportes|seguros|corretora|advocacia|advogados|otica|optica|caterers|catering|
hardware|opticals|opticians|fashions|fashion|boutique|tailors|interiors|decorators|furniture|
furnishings|tyres|tires|cables|spa|gym|fitness|coaching|tutorials|classes|jewels|steel|steels|
cement|paints|plywood|tiles|granites|timber|agro|dairy|sweets|bakers|coffee|pizza|grill|kitchen|
bistro|pub|inn|lodge|suites|airlines|airways|cargo|couriers|movers|packers|rentals|cabs|taxi|
transport|marine|shipping|exports|imports|overseas|infosystems|infosolutions|softech|tech|biotech|
diagnostics|hospitals|nursing home|physiotherapy|homes|estates|developers|architects|engineers|
surveyors|designers|photographers|films|records|gallery|arts|crafts|toys|books|stationery|
stationers|ads|advertising|graphics|signs|wines|winery|brewery|plumbing|electric|heating|cooling|
cleaning|landscaping|roofing|repairs|repair centre|dealers|distributors|agencies|brothers|bros|
sons|& sons|& co|cooperative|co-operative|chamber|mobiles|computers|communication|photo|photos|
photographics|digital|cinema|theatre|theater|opera|orchestra|florist|florists|flowers|optics|
laundry|cleaners|locksmith|bikes|cycles|cars|yachts|yacht|boats|aviation|airport|railway|railways|
mining|minerals|oil|gas|petroleum|energy|solar|power|water|waters|metals|metal|glass|ceramics|
plastics|rubber|paper|packaging|leather|garments|apparels|apparel|clothing|shoes|footwear|watches|
jewellery|jewelry|cosmetics|beauty|barbershop|tattoo|pets|veterinary|seeds|organics|organic|
fisheries|poultry|meats|butchers|grocery|groceries|supermarket|market|mart|bazaar|emporium|outlet|
warehouse|storage|leasing|mortgage|loans|lenders|credit|investments|investment|equity|funds|
finance|financial|accountancy|auditors|recruiters|recruitment|staffing|manpower|placements|
academics|kindergarten|playschool|montessori|orphanage|charity|embassy|consulate|court|police|
army|navy|parliament|senate|municipality|corporation of|institution|polytechnic|seminary|temple|
mission|ministries|county|city of|town of|informatica|celulares|despachante|borracharia|funilaria|
pintura|autoescola|imoveis|construcoes|confeccoes|joalheria|relojoaria|sorveteria|churrascaria|
hamburgueria|barbearia|salao|esmalteria|academia|lavanderia|chaveiro|vidracaria|serralheria|
marcenaria|madeireira|distribuidora|representacoes|importadora|exportadora|editora|livraria|
cervejaria|adega|pousada|hotelaria|veterinaria|petshop|laboratorio|odontologia|fisioterapia|
contabilidade|despachantes|cartorio|modas|calcados|cabeleireiros|floricultura|papelaria|grafica|
eletronica|tabeliao|universidad|facultad|empresa|compania|asociacion|fundacion|gobierno|
ayuntamiento|servicios|soluciones|consultores|abogados|inmobiliaria|taller|talleres|ferreteria|
peluqueria|libreria|joyeria|tienda|bodega|bodegas|hosteleria|inmobiliarias|construcciones|
asesoria|gestoria|notaria|panaderia|universite|ecole|hopital|banque|societe|groupe|cabinet|
garagiste|librairie|pharmacie|fleuriste|coiffure|opticien|imprimerie|menuiserie|plomberie|
electricite|traiteur|brasserie|auberge|immobilier|assurances|conseil|editions|etablissements|
boulangerie|fondation|mairie|universitat|hochschule|fachhochschule|krankenhaus|klinik|sparkasse|
stiftung|verein|gesellschaft|werke|verlag|kanzlei|buchhandlung|gasthof|gasthaus|gaststatte|
brauerei|weingut|metzgerei|backerei|konditorei|friseur|optik|sanitar|elektro|heizung|tischlerei|
schreinerei|malerbetrieb|dachdecker|druckerei|spedition|immobilien|versicherung|versicherungen|
steuerberatung|beratung|technik|maschinenbau|anlagenbau|werkstatt|reisen|reiseburo|praxis|gruppe|
apotheke|autohaus|大学|大學|学校|学院|高校|病院|医院|銀行|银行|研究所|研究院|事務所|事务所|法人|
協会|协会|財団|組合|市役所|県庁|省|庁|委員会|ホテル|工業|製作所|商事|商会|商店|電機|建設|印刷|
出版|新聞|グループ|集団|酒店|饭店|中心|대학교|대학|병원|은행|연구소|협회|재단|그룹|센터|학교
"""

JOB_TITLES = """
addl|additional|ceo|cto|cfo|coo|cmo|cio|cso|cpo|vp|svp|evp|avp|agm|dgm|gm|md|president|
vice president|chairman|chairperson|chairwoman|chair|director|managing director|manager|mgr|
officer|chief|head|lead|leader|supervisor|superintendent|coordinator|co-ordinator|administrator|
executive|exec|assistant|asst|associate|deputy|joint|secretary|treasurer|accountant|auditor|
controller|analyst|consultant|adviser|advisor|specialist|expert|engineer|developer|programmer|
architect|designer|technician|operator|scientist|researcher|research fellow|professor|prof|
lecturer|teacher|instructor|tutor|dean|principal|registrar|librarian|student|trainee|intern|
representative|rep|agent|broker|realtor|dealer|salesman|saleswoman|salesperson|sales|buyer|
planner|strategist|founder|cofounder|co-founder|owner|proprietor|prop|partner|managing partner|
attorney|attorney at law|lawyer|advocate|barrister|solicitor|notary|paralegal|counsel|judge|
minister|ambassador|consul|commissioner|inspector|captain|colonel|pastor|reverend|priest|
physician|surgeon|doctor|dentist|nurse|therapist|psychologist|psychiatrist|pharmacist|
veterinarian|physiotherapist|cardiologist|dermatologist|photographer|artist|musician|singer|dj|
actor|actress|author|writer|editor|journalist|reporter|publisher|producer|stylist|hairdresser|
hair stylist|barber|chef|cook|waiter|baker|bartender|plumber|electrician|mechanic|carpenter|
painter|contractor|builder|surveyor|gardener|driver|pilot|cashier|clerk|receptionist|host|
foreman|webmaster|blogger|freelancer|entrepreneur|evangelist|investor|recruiter|trainer|coach|
personal trainer|esthetician|makeup artist|translator|interpreter|presidente|vice-presidente|
diretor|diretora|gerente|supervisora|coordenador|coordenadora|encarregado|analista|assistente|
auxiliar|tecnico|tecnica|engenheiro|engenheira|arquiteto|arquiteta|advogado|advogada|medico|
medica|dentista|psicologa|psicologo|fisioterapeuta|nutricionista|veterinario|veterinaria|
professora|vendedor|vendedora|vendas|consultor|consultora|corretor|corretora|representante|
representante comercial|socio|socia|proprietario|proprietaria|fundador|fundadora|fotografo|
fotografa|jornalista|contador|contadora|secretaria|escrevente|eletricista|mecanico|cabeleireiro|
cabeleireira|motorista|promotor|promotora|tabeliao|consultor de vendas|directora|jefe|jefa|
subdirector|coordinador|coordinadora|ingeniero|ingeniera|arquitecto|abogado|abogada|asesor|
asesora|ejecutivo|ejecutiva|responsable|encargado|directeur|directrice|
president-directeur general|pdg|gerant|gerante|chef de projet|ingenieur|architecte|avocat|
avocate|conseiller|conseillere|charge|chargee|commercial|commerciale|delegue|technicien|
technicienne|medecin|geschaftsfuhrer|geschaftsfuhrerin|geschaftsleitung|vorstand|inhaber|
inhaberin|prokurist|leiter|leiterin|abteilungsleiter|vertriebsleiter|projektleiter|mitarbeiter|
berater|beraterin|ingenieurin|rechtsanwalt|rechtsanwaltin|arzt|arztin|steuerberater|referent|
referentin|verkauf|sachbearbeiter|architektin|professorin|direktor|direktorin|direttore|
amministratore|responsabile|ingegnere|titolare|verkoper|adviseur|eigenaar|社長|会長|副社長|専務|
常務|取締役|代表取締役|執行役員|監査役|部長|次長|課長|係長|主任|主事|店長|所長|室長|工場長|
支店長|営業所長|院長|理事長|理事|代表|担当|参事|主査|主幹|顧問|相談役|マネージャー|マネジャー|
リーダー|ディレクター|エンジニア|プロデューサー|デザイナー|コンサルタント|アドバイザー|
プランナー|スタッフ|チーフ|教授|准教授|助教|講師|研究員|弁護士|税理士|会計士|行政書士|司法書士|
社労士|建築士|医師|医学博士|工学博士|技師|記者|編集長|总经理|總經理|副总|经理|經理|总监|總監|
董事长|董事長|董事|总裁|總裁|主管|工程师|工程師|设计师|設計師|助理|顾问|專員|专员|业务员|讲师|
律师|院长|校长|书记|代表理事|사장|대표이사|대표|부사장|회장|전무|상무|이사|부장|차장|과장|대리|
주임|사원|팀장|실장|본부장|소장|원장|교수|연구원|매니저|변호사
"""

DEPARTMENTS = """
department|dept|dept.|division|div.|section|unit|office of|faculty of|school of|college of|
centre for|center for|laboratory of|group|team|branch|departamento|depto|depto.|
setor|divisao|area|gerencia|diretoria|secretaria de|faculdade de|departement|service|direction|
pole|abteilung|abt.|bereich|referat|fakultat|lehrstuhl|institut fur|dipartimento|afdeling|営業部|
事業部|本部|開発部|総務部|人事部|経理部|企画部|技術部|広報部|製造部|管理部|営業所|支店|支社|
研究科|学部|学科|研究室|研究センター|グループ|チーム|営業課|技術課|総務課|企画室|事業所|店|
市场部|销售部|技术部|研发部|部门|事业部|分公司|系|영업부|개발부|사업부|본부|기획팀|연구실|학과
"""

TOPICS = """
sales|marketing|business development|human resources|hr|finance|accounting|accounts|engineering|
research|research & development|r&d|production|operations|customer service|customer support|
support|purchasing|procurement|legal|communications|public relations|admissions|quality|it|
information technology|design|planning|administration|logistics|export|import|training|vendas|
comercial|financeiro|recursos humanos|compras|atendimento|ventas|finanzas|vertrieb|einkauf|
buchhaltung|ventes|achats|finances|comptabilite
"""

NAME_PREFIXES = """
mr|mrs|ms|miss|dr|prof|professor|sir|dame|lord|lady|rev|reverend|fr|hon|capt|col|lt|maj|gen|sgt|
er|ar|adv|ca|lic|dna|mtro|mtra|univ|smt|shri|sri|kum|pandit|sr|sra|srta|dra|eng|engo|enga|arq|don|dona|m|mme|mlle|me|
herr|frau|dipl-ing|dipl.-ing|ing|mag|dott|avv|drs|ir
"""

NAME_SUFFIXES = """
jr|sr|ii|iii|iv|phd|ph.d|mba|m.b.a|md|m.d|dds|d.d.s|dmd|dvm|do|jd|j.d|esq|cpa|cfa|cfp|cpp|pe|p.e|
rn|r.n|aia|faia|leed|leed ap|pmp|mbbs|m.b.b.s|bds|b.d.s|mds|m.d.s|md.|ms|m.s|mch|m.ch|dm|frcs|
mrcp|be|b.e|me|m.e|btech|b.tech|mtech|m.tech|bsc|b.sc|msc|m.sc|ba|b.a|ma|m.a|bcom|b.com|mcom|
m.com|bca|mca|llb|ll.b|llm|ll.m|fca|f.c.a|aca|a.c.a|acs|fcs|icwa|fie|f.i.e|mie|m.i.e|miste|pgdca|
pgdm|pgdba|barch|b.arch|march|m.arch|mph|msw|edd|ed.d|lcsw|lmt|cmt|cissp|mcse|crs|gri|abr|filho|
neto|junior|obe|mbe|cbe|frs|frsc|frsa|mfa|dba|dphil|dsc|d.sc|psyd|pharmd|rph|faap|facs|facp|mai|
sior
"""

PHONE_LABELS = {
    "mobile": """
    mobile|mobiles|моб|mob|mob.|m|cell|cel|cell phone|cellular|cellphone|celular|celulares|movil|
    tel. movil|
    portable|port|mobil|handy|hp|h/p|cellulare|gsm|hand phone|handphone|whatsapp|whats app|wsp|
    zap|c|tim|claro|vivo|oi|nextel|携帯|携帯電話|手机|手機|移动电话|行動電話|휴대폰|핸드폰|모바일
    """,
    "fax": """
    fax|факс|telefax|tele fax|facsimile|fax no|fx|f|telecopie|ファックス|ファクス|传真|傳真|팩스
    """,
    "phone": """
    tel|tel.|tels|tfno|tlfno|tlfn|tfn|телефон|тел|telephone|telefone|telefones|telefono|telefon|
    telef|tele|tlf|tel no|fone|fones|
    phone|phones|ph|ph.|p|t|o|d|off|office|work|direct|direct line|dir|main|toll free|tollfree|
    call|call us|landline|board|hotline|helpline|contact|contact no|home|res|resi|residence|r|h|
    w|b|v|voice|pabx|switchboard|durchwahl|zentrale|bureau|standard|ligne directe|ufficio|fixe|
    電話|電話番号|直通|代表|电话|总机|座机|전화|대표전화|직통
    """,
}
"""Words before a number, by the kind of number; longer ones win."""

EXTENSION_LABELS = "ext|ext.|extn|extn.|extension|x|ramal|anexo|poste|durchwahl|内線|分机|轉|내선"

CONTACT_LABELS = """
email|e-mail|mail|e|email id|mail id|e-mail id|correo|correio|courriel|web|website|web site|site|
w|url|homepage|internet|www|メール|ホームページ|邮箱|電子郵件|网址|網址|이메일|홈페이지|skype|
address|add|addr|endereco|direccion|adresse|住所|所在地|地址|주소
"""

SOCIAL_NETWORKS = (
    "linkedin|facebook|fb|twitter|instagram|insta|youtube|skype|wechat|line id|telegram|github|"
    "pinterest|tiktok|xing|behance|微信|qq"
)

FIRST_NAMES = """
aaron|abdul|abdullah|adam|adriana|adriano|ahmad|ahmed|aiko|akash|akira|alan|albert|alberto|
alejandro|alex|alexander|alexandra|alexandre|alexis|alfred|ali|alice|alicia|aline|allan|allen|
alok|amanda|amar|amelia|amit|amy|ana|anand|andre|andrea|andreas|andrew|angela|anil|anita|anjali|
ankit|ann|anna|anne|annie|anthony|antoine|antonio|anup|aparecida|archana|arjun|arnaud|arthur|
arun|arvind|asha|ashish|ashley|ashok|atsushi|audrey|barbara|beatriz|ben|benjamin|bernard|bernd|
beth|betty|bharat|bill|bob|bobby|brad|bradley|brandon|brenda|brian|bruce|bruna|bruno|bryan|caio|
camila|carla|carlos|carmen|carol|caroline|catherine|cecilia|celia|chandra|charles|charlie|
charlotte|chen|chloe|chris|christian|christina|christine|christoph|christophe|christopher|cindy|
claire|clara|claude|claudia|claudio|craig|cristina|cynthia|daisuke|dale|dan|dana|daniel|daniela|
danielle|danny|dave|david|dean|deborah|debra|deepak|denis|dennis|derek|diana|diane|diego|dilip|
dinesh|dmitri|dominique|don|donald|donna|doris|dorothy|doug|douglas|duncan|dylan|ed|eddie|edgar|
edson|eduardo|edward|elaine|elena|eliane|elizabeth|ella|ellen|emily|emma|eric|erica|erik|ernest|
esther|ethan|eugene|eva|evan|evelyn|fabio|felipe|felix|fernanda|fernando|flavia|flavio|florian|
frances|francesca|francesco|francis|francisco|frank|franz|fred|frederic|gabriel|gabriela|
gabriele|ganesh|gary|gaurav|gautam|geoff|georg|george|gerald|gerard|gianluca|gilberto|giovanni|
girish|giuseppe|glenn|gloria|gopal|grace|graham|greg|gregory|guilherme|guillaume|gustavo|hans|
hari|harish|harold|harry|hassan|heather|heidi|helen|helena|helmut|henri|henry|herbert|hideki|
hiro|hiroshi|hiroyuki|holly|howard|hugo|hussein|ian|ibrahim|ines|ingrid|irene|isaac|isabel|
isabella|ivan|jack|jackie|jacob|jacques|jagdish|jaime|james|jamie|jan|jane|janet|janice|jason|
javier|jay|jean|jeff|jeffrey|jennifer|jenny|jeremy|jerome|jerry|jesse|jessica|jesus|jill|jim|
jimmy|jo|joan|joana|joao|joaquim|joe|joel|johannes|john|johnny|jon|jonathan|jordan|jorge|jose|
josef|joseph|joshua|joyce|juan|judith|judy|julia|julian|juliana|julie|julien|jun|junko|jurgen|
justin|karen|karim|karin|karl|karthik|kate|katherine|kathleen|kathryn|kathy|katie|kavita|kazuo|
kazuya|keiko|keith|kelly|ken|kenji|kenneth|kenta|kevin|khalid|kim|kimberly|kiran|klaus|kohei|
koji|krishna|kumar|kurt|kyle|lakshmi|larry|latha|laura|lauren|laurent|lawrence|leandro|lee|lena|
leo|leon|leonardo|leslie|lewis|li|liam|lin|linda|lisa|liz|louis|louise|lucas|lucia|luciana|
luciano|lucy|luis|luiz|lukas|luke|madhavi|mahesh|makoto|manish|manoj|manuel|marc|marcel|marcelo|
marcia|marcio|marco|marcos|marcus|margaret|maria|mariana|marie|marilyn|mario|marion|mark|markus|
marta|martha|martin|martina|mary|masahiro|masao|masato|mateus|matt|matthew|matthias|maurice|
mauricio|max|megan|mehmet|mei|melanie|melissa|michael|michel|michele|michelle|miguel|mike|milton|
ming|mohamed|mohammad|mohammed|mohan|mohd|molly|monica|monika|muhammad|mukesh|nancy|naoki|
narendra|naresh|natalia|natalie|nathan|neha|neil|nicholas|nick|nicola|nicolas|nicole|nikhil|nina|
nitin|noah|noriko|norman|olga|oliver|olivia|olivier|omar|osamu|oscar|otto|pablo|pam|pamela|paola|
paolo|pascal|patricia|patrick|paul|paula|paulo|pavan|pedro|peggy|penny|peter|petra|phil|philip|
philippe|phillip|pierre|prabhu|pradeep|prakash|pramod|prasad|prasanna|pratik|praveen|prem|priya|
rachel|rafael|raghu|rahul|raj|raja|rajan|rajeev|rajendra|rajesh|rajiv|raju|rakesh|ralph|ram|rama|
ramesh|ramon|randy|raul|ravi|ravindra|ray|raymond|rebecca|reddy|regina|renata|renato|rene|
ricardo|richard|rick|rita|ritu|rob|robert|roberta|roberto|robin|rodrigo|roger|rohit|roland|ron|
ronald|rosa|rose|ross|roy|rupert|russell|ruth|ryan|ryo|sachin|sally|sam|samantha|samir|samuel|
sandeep|sandra|sandro|sanjay|sanjeev|santosh|sara|sarah|satish|satoshi|scott|sean|sebastian|
sergio|shankar|shannon|sharon|shashi|sheila|shinji|shirley|shyam|silva|silvia|simon|simone|sofia|
sonia|sophia|sophie|srikanth|srinivas|srinivasa|stefan|stefano|stella|stephane|stephanie|stephen|
steve|steven|stuart|subhash|sudhir|sue|sunil|sunita|suresh|surya|susan|susanne|sushil|suzanne|
swati|sylvia|takashi|takeshi|tanya|tara|taro|ted|teresa|terry|tetsuya|thiago|thomas|tiago|tim|
timothy|tina|todd|tom|tommy|toni|tony|toshio|tracy|trevor|tyler|uday|ulrich|uma|umesh|ursula|uwe|
vagner|valerie|vanessa|venkat|venkata|venkatesh|vera|veronica|victor|victoria|vijay|vikas|vikram|
vinay|vincent|vinod|virginia|vishal|vivek|viviane|wagner|walter|wanda|wang|warren|wayne|wei|
wendy|werner|wesley|will|william|wilson|wolfgang|xavier|yan|yasmin|yogesh|yoko|yoshi|yuichi|yuki|
yuko|yumi|yves|zachary|zhang|zoe
"""

SURNAMES = """
adams|agarwal|aggarwal|ahmed|alexander|ali|allen|almeida|alvarez|alves|anderson|ansari|aoki|araujo|
arora|bailey|baker|banerjee|barbosa|barnes|basu|bauer|becker|bell|bennett|bernard|bhat|bhatia|
bhatt|bose|brooks|brown|bryant|butler|campbell|cardoso|carter|carvalho|castro|chakraborty|chan|
chandra|chang|chatterjee|chaudhary|chauhan|chen|cheng|cheung|choi|chopra|choudhury|chow|clark|
cohen|collins|cook|cooper|costa|cox|cruz|cunha|das|davies|davis|desai|deshmukh|deshpande|dias|diaz|
dixit|dubois|dubey|dutta|edwards|evans|fernandes|fernandez|ferreira|fischer|fisher|flores|foster|
fujii|fujita|garcia|ghosh|gomes|gomez|goncalves|gonzalez|gray|green|griffin|gupta|gutierrez|hall|
hamilton|harris|harrison|hasegawa|hashimoto|hayashi|hayes|henderson|hernandez|hill|ho|hoffmann|
howard|huang|hughes|hussain|ikeda|inoue|ishida|ishii|ishikawa|ito|iyer|jackson|jain|james|jenkins|
jha|jimenez|johnson|jones|joshi|kang|kapoor|kato|kaur|kelly|khan|khanna|kim|kimura|king|klein|
kobayashi|koch|kondo|kulkarni|kumar|kumari|lam|laurent|le|lee|leroy|leung|lewis|lima|lin|liu|long|
lopes|lopez|machado|maeda|mahajan|malhotra|malik|marques|martin|martinez|martins|matsuda|matsumoto|
mehta|mendes|menon|meyer|miller|mishra|mitchell|mitra|miura|miyazaki|moore|morales|moreau|moreira|
morgan|mori|morris|mukherjee|muller|murakami|murphy|murray|murthy|myers|nair|naidu|nakajima|
nakamura|nakano|narayan|nelson|neumann|nguyen|nishimura|nogueira|nunes|ogawa|okada|oliveira|ortiz|
ota|owens|pandey|pandit|park|parker|patel|patil|pereira|perez|perry|peterson|petit|pham|phillips|
pillai|pinto|powell|prasad|price|raghavan|raju|ramirez|ramos|rao|reddy|reed|reis|reyes|reynolds|
ribeiro|richard|richardson|richter|rivera|roberts|robinson|rocha|rodrigues|rodriguez|rogers|
romero|ross|roux|roy|ruiz|russell|sahu|saito|sakai|sakamoto|sanchez|sanders|santos|sasaki|sato|
saxena|schafer|schmidt|schneider|schroder|schulz|schwarz|scott|sen|seth|shah|shaikh|sharma|shetty|
shimizu|shinde|shukla|simmons|simon|singh|sinha|smith|soares|sousa|souza|srivastava|stewart|
subramanian|sullivan|suzuki|takagi|takahashi|takeuchi|tan|tanaka|tang|taylor|teixeira|thakur|
thomas|thompson|tiwari|torres|tran|tripathi|turner|ueda|vargas|varma|vazquez|venkatesan|verma|
vieira|wagner|walker|wallace|wang|ward|watanabe|watson|weber|west|white|williams|wilson|wolf|wong|
wood|woods|wright|wu|xu|yadav|yamada|yamaguchi|yamamoto|yamashita|yamazaki|yang|yokoyama|yoshida|
young|zhang|zhao|zhou|zhu|zimmermann
"""

CJK_SURNAMES = """
佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|渡邉|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|
林|斎藤|斉藤|齋藤|清水|山崎|森|池田|橋本|阿部|石川|山下|中島|石井|小川|前田|岡田|長谷川|藤田|
後藤|近藤|村上|遠藤|青木|坂本|福田|太田|西村|藤井|金子|岡本|藤原|中野|三浦|原田|中川|松田|竹内|
小野|田村|中山|和田|石田|森田|上田|原|内田|柴田|酒井|宮崎|横山|高木|安藤|宮本|大野|小島|谷口|
今井|工藤|高田|増田|丸山|杉山|村田|大塚|新井|小山|平野|藤本|河野|上野|野口|武田|松井|千葉|岩崎|
菅原|木下|久保|佐野|野村|松尾|市川|菊地|菊池|杉本|古川|大西|島田|水野|桜井|渡部|山内|高野|吉川|
西田|北村|飯田|小松|安田|川口|平田|関|中田|東|川崎|五十嵐|本田|王|李|张|張|刘|劉|陈|陳|杨|楊|黄|
黃|赵|趙|吴|吳|周|徐|孙|孫|马|馬|朱|胡|郭|何|高|罗|羅|郑|鄭|梁|谢|謝|宋|唐|许|許|韩|韓|冯|馮|邓|
鄧|曹|彭|曾|肖|蕭|田|董|袁|潘|蔡|蒋|蔣|余|于|杜|叶|葉|程|苏|蘇|魏|吕|呂|丁|任|沈|姚|卢|盧|姜|崔|
钟|鍾|谭|譚|陆|陸|汪|范|金|石|廖|贾|夏|韦|付|方|白|邹|孟|熊|秦|邱|江|尹|薛|闫|段|雷|侯|김|이|박|
최|정|강|조|윤|장|임|한|오|서|신|권|황|안|송|류|홍|전|고|문|손|양|배|백|허|남|심|노|하|곽|성|차|
주|우
"""

SLOGAN_WORDS = """
your|our|we|you|for|the best|quality|since|leading|solutions for|welcome|visit|follow|all kinds|
specialist in|dealers in|manufacturers|suppliers|importers|exporters|exclusive|authorised|
authorized|distributor|member|iso|open|hours|monday|sunday|aceitamos|cartoes|entrega|
especializada|especializado|conserto|consertos|orcamento|horario|segunda|sabado|desde|seu|sua|
nossa|tudo|qualidade|agende|営業時間|定休日
"""
