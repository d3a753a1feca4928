"""Common given and family names, from which people are invented.

Every list of given names has 23 entries and every list of family names 29. Both counts are prime
and differ, so walking through the two lists at once meets all 667 pairs before one comes back.
"""

from __future__ import annotations


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH_GIVEN = _names(
    "Alice Oliver Hannah George Emily Thomas Charlotte Daniel Grace Samuel Lucy Henry Megan"
    " Edward Zoe Marcus Naomi Patrick Rachel Simon Tessa Victor Wendy"
)
ENGLISH_FAMILY = _names(
    "Ashford Barlow Carver Dalton Ellery Fletcher Garland Hartley Ingram Jarvis Kendall"
    " Lawson Mercer Norwood Osborne Prescott Quinlan Radcliffe Sawyer Thornton Underhill"
    " Vance Walcott Yardley Bramwell Crossley Dunmore Everett Fairchild"
)
INDIAN_GIVEN = _names(
    "Aarav Ananya Deepak Divya Farhan Gayatri Harish Ishita Jayesh Kavya Lakshmi Manish Neha"
    " Pooja Rahul Ritu Sanjay Shreya Tarun Uma Varun Vidya Zubin"
)
INDIAN_FAMILY = _names(
    "Agarwal Banerjee Chatterjee Deshpande Fernandes Ghosh Hegde Iyer Joshi Kulkarni Lal"
    " Menon Nair Oberoi Pillai Qureshi Rao Sharma Thakur Upadhyay Verma Wadhwa Yadav Bhatt"
    " Chopra Dhillon Gokhale Kapoor Malhotra"
)
GERMAN_GIVEN = _names(
    "Anna Björn Clara Dieter Eva Florian Greta Holger Ines Jörg Katrin Lukas Miriam Norbert"
    " Petra Ralf Sabine Tobias Ute Volker Wiebke Jürgen Käthe"
)
GERMAN_FAMILY = _names(
    "Albrecht Bäumer Cordes Dreßler Ehlers Förster Grünwald Hoffmann Imhof Jäger Köhler"
    " Lindner Möller Neubauer Ostermann Pfeiffer Quandt Reinhardt Schröder Thielemann Uhlig"
    " Vogel Weiß Zöllner Brinkmann Eichhorn Lorenz Rademacher Winkler"
)
PORTUGUESE_GIVEN = _names(
    "Amanda Bruno Camila Davi Eduarda Fábio Gabriela Heitor Isabela João Larissa Márcio"
    " Natália Otávio Patrícia Rafael Sônia Thiago Vitória Wagner Letícia Luís Débora"
)
PORTUGUESE_FAMILY = _names(
    "Almeida Barbosa Cardoso Duarte Esteves Figueiredo Gonçalves Henriques Lacerda Magalhães"
    " Nogueira Oliveira Pacheco Queiroz Ribeiro Sampaio Tavares Vasconcelos Xavier Araújo"
    " Brandão Coutinho Guimarães Leitão Moura Peixoto Rezende Siqueira Teixeira"
)
FRENCH_GIVEN = _names(
    "Agnès Bastien Chloé Didier Élodie Fabrice Géraldine Hugo Inès Jérôme Karine Léa Mathieu"
    " Noémie Olivier Pauline Quentin Romain Sylvie Théo Valérie Xavier Yann"
)
FRENCH_FAMILY = _names(
    "Aubert Besnard Carpentier Delmas Étienne Fournier Gaillard Hébert Imbert Jacquet"
    " Lacombe Marchand Noël Ollivier Perrin Renard Sauvage Tessier Vasseur Bélanger"
    " Chevalier Dubreuil Fontaine Guérin Lefèvre Moreau Pasquier Rousselle Vallet"
)
SPANISH_GIVEN = _names(
    "Álvaro Beatriz César Diana Elena Fernando Gloria Héctor Irene Javier Lucía Martín Nuria"
    " Óscar Pilar Raúl Silvia Tomás Úrsula Verónica Inés Andrés Rocío"
)
SPANISH_FAMILY = _names(
    "Acosta Benítez Calderón Domínguez Escobar Fuentes Gallego Herrera Ibáñez Jiménez Lozano"
    " Medina Núñez Ortega Peña Quintana Robles Salazar Trujillo Urrutia Vargas Zamora"
    " Cabrera Delgado Espinosa Marín Olmedo Rincón Serrano"
)
SWEDISH_GIVEN = _names(
    "Åsa Björn Cecilia David Elin Fredrik Gunilla Håkan Ingrid Jonas Karin Lars Malin Niklas"
    " Örjan Pernilla Rasmus Sofia Tove Ulrika Viktor Ylva Märta"
)
SWEDISH_FAMILY = _names(
    "Ahlström Bergqvist Cederlund Dahlgren Ekström Forsberg Grönlund Hedlund Isaksson"
    " Jönsson Källström Lindqvist Mårtensson Nyström Öberg Palmgren Rosén Sjöberg Törnqvist"
    " Ulfsson Vikström Wallin Åkesson Blomqvist Engström Holmgren Norling Sandell Stenmark"
)
ITALIAN_GIVEN = _names(
    "Alessia Bruno Chiara Dario Elisa Federico Giulia Ivano Lorenza Marco Nadia Ottavio"
    " Paola Renato Silvia Tommaso Valeria Niccolò Gioele Ilaria Matteo Sergio Fabiola"
)
ITALIAN_FAMILY = _names(
    "Amato Bellini Carbone Donati Esposito Ferrara Galli Lombardi Marchetti Negri Orlando"
    " Pellegrini Rinaldi Sartori Testa Valentini Zanetti Barone Colombo Fabbri Grasso Leone"
    " Montanari Palumbo Ruggiero Serra Villa Basile Neri"
)

JAPANESE_GIVEN = _names(
    "健一/Kenichi 直美/Naomi 大輔/Daisuke 由美子/Yumiko 翔太/Shota 恵子/Keiko 浩二/Koji"
    " 美咲/Misaki 隆/Takashi 明美/Akemi 拓也/Takuya 千尋/Chihiro 誠/Makoto 真理子/Mariko"
    " 和也/Kazuya 彩/Aya 修/Osamu 桃子/Momoko 哲也/Tetsuya 久美/Kumi 亮/Ryo 裕子/Yuko"
    " 雄介/Yusuke"
)
JAPANESE_FAMILY = _names(
    "佐藤/Sato 高橋/Takahashi 渡辺/Watanabe 山本/Yamamoto 小林/Kobayashi 吉田/Yoshida"
    " 山口/Yamaguchi 松本/Matsumoto 井上/Inoue 木村/Kimura 清水/Shimizu 山崎/Yamazaki"
    " 池田/Ikeda 橋本/Hashimoto 石川/Ishikawa 前田/Maeda 藤田/Fujita 岡田/Okada"
    " 長谷川/Hasegawa 村上/Murakami 近藤/Kondo 坂本/Sakamoto 遠藤/Endo 青木/Aoki"
    " 西村/Nishimura 福田/Fukuda 太田/Ota 三浦/Miura 中川/Nakagawa"
)
"""Japanese names as printed and in Latin letters, around a slash."""

BRAND_STARTS = _names(
    "Lar/ラル Vel/ヴェル Nor/ノル Tal/タル Mira/ミラ Sol/ソル Brin/ブリン Calo/カロ"
    " Esta/エスタ Fjo/フィヨ Ora/オラ Quin/クイン Ruva/ルヴァ Luma/ルマ Tern/テルン"
    " Wen/ウェン Zan/ザン Alde/アルデ Bora/ボラ"
)
BRAND_ENDS = _names(
    "vik/ヴィク mont/モン dara/ダラ nova/ノヴァ lund/ルンド via/ヴィア ren/レン tor/トール"
    " mark/マーク sia/シア wyn/ウィン holt/ホルト ria/リア tessa/テッサ kari/カリ noa/ノア"
    " bel/ベル"
)
"""The two halves of made-up company words, in Latin letters and in katakana."""
