"""What invented companies do and what people are called there, in each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business: its word in a company name, its sort, a slogan, and what it sells."""

    word: str
    business_type: str
    contact_type: str
    slogan: str
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """The vocabulary of work in one language."""

    trades: tuple[Trade, ...]
    job_titles: tuple[str, ...]
    departments: tuple[str, ...]
    labels: dict[str, str]


def _trade(word: str, kind: str, slogan: str, products: str) -> Trade:
    business_type, contact_type = kind.split("/")
    return Trade(word, business_type, contact_type, slogan, tuple(products.split(", ")))


def _labels(phone: str, mobile: str, fax: str, email: str, website: str) -> dict[str, str]:
    return {"phone": phone, "mobile": mobile, "fax": fax, "email": email, "website": website}


ENGLISH = Work(
    (
        _trade("Architects", "Architecture/B2B", "Rooms that breathe", "Homes, Offices, Interiors"),
        _trade("Robotics", "Robotics/B2B", "Small arms, big lifts", "Grippers, Cells, Training"),
        _trade("Coffee", "Coffee roaster/D2C", "Roasted on Tuesdays", "Beans, Brewing kits, Tea"),
        _trade("Analytics", "Data analysis/B2B", "Figures that speak", "Forecasts, Dashboards"),
        _trade("Gardens", "Landscaping/D2C", "Green all year", "Design, Planting, Care"),
        _trade("Marine", "Boat building/B2B", "Made for weather", "Hulls, Rigging, Refits"),
    ),
    (
        "Sales Director", "Project Manager", "Senior Engineer", "Head of Marketing",
        "Product Designer", "Account Executive", "Operations Manager", "Founder & CEO",
        "Data Scientist",
    ),
    (
        "Business Development", "Customer Success", "Research & Development", "Public Sector",
        "Field Operations", "Northern Region",
    ),
    _labels("Phone", "Mobile", "Fax", "Email", "Web"),
)  # fmt: skip
GERMAN = Work(
    (
        _trade("Messtechnik", "Measurement/B2B", "Genau genommen", "Sensoren, Waagen, Prüfung"),
        _trade("Holzbau", "Timber building/B2B", "Aus gutem Holz", "Dächer, Treppen, Fassaden"),
        _trade("Optik", "Optician/D2C", "Klar gesehen", "Brillen, Linsen, Sehtest"),
        _trade("Logistik", "Logistics/B2B", "Heute noch da", "Lager, Transport, Zoll"),
        _trade("Feinkost", "Delicatessen/D2C", "Täglich frisch", "Käse, Wein, Präsente"),
    ),
    (
        "Geschäftsführung", "Vertriebsleitung", "Projektleitung", "Leitung Einkauf",
        "Key Account Management", "Technische Beratung", "Leitung Qualitätswesen",
    ),
    ("Anlagenbau", "Vertrieb Süd", "Forschung und Entwicklung", "Kundendienst", "Einkauf"),
    _labels("Telefon", "Mobil", "Telefax", "E-Mail", "Web"),
)  # fmt: skip
PORTUGUESE = Work(
    (
        _trade("Engenharia", "Engineering/B2B", "Obras bem feitas", "Projetos, Obras, Laudos"),
        _trade("Móveis", "Furniture/D2C", "Feito à mão", "Mesas, Cadeiras, Estantes"),
        _trade("Sistemas", "Software/B2B", "Simples assim", "Nuvem, Suporte, Integração"),
        _trade("Alimentos", "Food/B2B", "Sabor de verdade", "Massas, Molhos, Conservas"),
        _trade("Turismo", "Travel agency/D2C", "Boa viagem", "Pacotes, Passeios, Hotéis"),
    ),
    (
        "Gerente Comercial", "Gerente de Projetos", "Analista de Sistemas", "Especialista em Dados",
        "Representante de Vendas", "Gerente de Compras", "Chefe de Operações",
    ),
    ("Departamento Comercial", "Pesquisa e Inovação", "Atendimento", "Suprimentos", "Logística"),
    _labels("Telefone", "Celular", "Fax", "E-mail", "Site"),
)  # fmt: skip
FRENCH = Work(
    (
        _trade("Conseil", "Consulting/B2B", "Voir plus loin", "Stratégie, Audit, Formation"),
        _trade("Éditions", "Publishing/D2C", "Lire autrement", "Romans, Albums, Poésie"),
        _trade("Énergies", "Energy/B2B", "Le vent pour allié", "Éolien, Solaire, Stockage"),
        _trade("Pâtisserie", "Bakery/D2C", "Maison depuis toujours", "Tartes, Macarons, Pains"),
    ),
    (
        "Responsable des ventes", "Chef de projet", "Architecte logiciel", "Juriste",
        "Responsable achats", "Gérance", "Responsable marketing",
    ),
    ("Grands comptes", "Recherche et développement", "Service clientèle", "Export", "Qualité"),
    _labels("Tél.", "Port.", "Fax", "Courriel", "Site"),
)  # fmt: skip
SPANISH = Work(
    (
        _trade("Cerámica", "Ceramics/D2C", "Tierra y fuego", "Azulejos, Vajillas, Macetas"),
        _trade("Ingeniería", "Engineering/B2B", "Pensado para durar", "Puentes, Redes, Estudios"),
        _trade("Viñedos", "Winery/D2C", "Cosecha propia", "Tintos, Blancos, Visitas"),
        _trade("Soluciones", "Software/B2B", "Sin complicaciones", "Nube, Soporte, Formación"),
    ),
    (
        "Gerente de ventas", "Responsable de compras", "Analista de datos", "Agente comercial",
        "Gerencia", "Responsable de proyectos",
    ),
    ("Departamento comercial", "Investigación", "Atención al cliente", "Exportación"),
    _labels("Teléfono", "Móvil", "Fax", "Correo", "Web"),
)  # fmt: skip
SWEDISH = Work(
    (
        _trade("Teknik", "Engineering/B2B", "Enkelt och rätt", "Styrning, Service, Utbildning"),
        _trade("Möbler", "Furniture/D2C", "Sitt en stund", "Stolar, Bord, Lampor"),
        _trade("Bygg", "Construction/B2B", "Hus som håller", "Nybyggen, Tak, Renovering"),
        _trade("Form", "Design/B2B", "Mindre är nog", "Förpackning, Profil, Skyltar"),
    ),
    ("Försäljningschef", "Projektledare", "Konstruktör", "Inköpsansvarig", "Formgivare", "VD"),
    ("Forskning och utveckling", "Affärsutveckling", "Kundtjänst", "Marknad", "Inköp"),
    _labels("Telefon", "Mobil", "Fax", "E-post", "Webb"),
)  # fmt: skip
ITALIAN = Work(
    (
        _trade("Tessuti", "Textiles/B2B", "Il filo giusto", "Lino, Seta, Cotone"),
        _trade("Arredi", "Furniture/D2C", "La casa bella", "Cucine, Divani, Luci"),
        _trade("Meccanica", "Machinery/B2B", "Precisione vera", "Torni, Stampi, Ricambi"),
        _trade("Gelati", "Ice cream/D2C", "Crema e fantasia", "Gelati, Sorbetti, Torte"),
    ),
    (
        "Responsabile vendite", "Direzione tecnica", "Consulente", "Responsabile acquisti",
        "Project Manager", "Direzione commerciale",
    ),
    ("Ufficio commerciale", "Ricerca e sviluppo", "Assistenza clienti", "Ufficio acquisti"),
    _labels("Telefono", "Cell.", "Fax", "E-mail", "Web"),
)  # fmt: skip
JAPANESE = Work(
    (
        _trade("精機", "Machinery/B2B", "確かな技術を、未来へ。", "加工機, 計測器, 保守"),
        _trade("システム", "Software/B2B", "つながる、ひろがる。", "開発, クラウド, 運用支援"),
        _trade("製菓", "Confectionery/D2C", "ひとくちの幸せ。", "和菓子, 焼菓子, ギフト"),
        _trade("建設", "Construction/B2B", "まちを、つくる。", "設計, 施工, 改修"),
        _trade("商事", "Trading/B2B", "世界と、となり合う。", "輸入, 卸売, 物流"),
        _trade("デザイン", "Design/B2B", "伝わるかたち。", "広告, 包装, ウェブ"),
    ),
    (
        "代表取締役", "営業部長", "課長", "主任", "エンジニア", "デザイナー",
        "プロジェクトマネージャー", "取締役 技術本部長",
    ),
    ("営業本部", "技術開発部", "第二営業部", "海外事業部", "企画室", "品質管理課"),
    _labels("電話", "携帯", "FAX", "メール", "ウェブ"),
)  # fmt: skip
