"""Product-label photos of our own making, with known truth: the benchmark's material and the demo's eight pictures.

A label is written (`Copy`), typeset flat (`Sheet`), wrapped on a bottle, box or pouch, put on a desk and photographed
badly on purpose. The truth is what was written; nothing but the label's own text stands in the picture.
Brands and makers are invented, barcodes lie in GS1's in-store range (prefix 2), which no sold product carries.

Shapes: layers are uint8 RGBA (height, width, 4) with colour premultiplied by alpha; scenes float32 RGB (height, width,
3) in 0..255. Lengths are pixels of a 1200 x 1600 photo times `scale`; angles are degrees unless named otherwise.
"""

import csv
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import zxingcpp
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFont

DATA = Path(__file__).resolve().parents[3] / "data" / "hazard_photo"
LANGUAGES = ("en", "ja", "zh", "ko", "en+ko", "en+ja")
KINDS = ("listed", "benign", "trap")
DISTORTIONS = ("clear", "mild", "hard")

Layer = NDArray[np.uint8]
Scene = NDArray[np.float32]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Label:
    """One photo and what is true of it."""

    text_lines: tuple[str, ...]  # as printed, line breaks included, in reading order
    language: str  # one of LANGUAGES
    kind: str  # one of KINDS
    ingredient_ids: tuple[str, ...]  # listed ingredients the product holds (KRnnn); empty for claims of absence
    verdict: frozenset[str]  # acceptable verdicts: narcotic, block, check, clear
    distortion: str  # one of DISTORTIONS
    defects: tuple[str, ...]  # what was done to the photo: bottle, glare, motion ...
    image: Image.Image  # RGB
    barcode: str | None  # EAN-13 digits
    name: str


# ---------------------------------------------------------------------------------------------- words
# Harmless ingredients: en|ja|zh|ko
_HARMLESS_TABLE = """\
Magnesium Stearate|ステアリン酸マグネシウム|硬脂酸镁|스테아린산마그네슘 / Folic Acid|葉酸|叶酸|엽산
Microcrystalline Cellulose|結晶セルロース|微晶纤维素|결정셀룰로스 / Pectin|ペクチン|果胶|펙틴
Blueberry Extract|ブルーベリーエキス|蓝莓提取物|블루베리추출물 / Inulin|イヌリン|菊粉|이눌린
Ferrous Fumarate|フマル酸第一鉄|富马酸亚铁|푸마르산제일철 / Cane Sugar|砂糖|白砂糖|설탕 / Biotin|ビオチン|生物素|비오틴
Lactobacillus Acidophilus|乳酸菌末|嗜酸乳杆菌|유산균분말 / Lutein|ルテイン|叶黄素|루테인
Stevia Extract|ステビア抽出物|甜菊糖苷|스테비올배당체 / Rice Flour|米粉|大米粉|쌀가루 / Niacin|ナイアシン|烟酸|나이아신
Apple Juice Powder|りんご果汁末|苹果汁粉|사과과즙분말 / Citric Acid|クエン酸|柠檬酸|구연산
Hypromellose|ヒプロメロース|羟丙甲纤维素|히프로멜로스 / Vitamin E|ビタミンE|维生素E|비타민E
Maltodextrin|マルトデキストリン|麦芽糊精|말토덱스트린 / L-Lysine|L-リジン|L-赖氨酸|L-라이신
Cranberry Powder|クランベリー末|蔓越莓粉|크랜베리분말 / Fish Oil|精製魚油|精制鱼油|정제어유
Zinc Gluconate|グルコン酸亜鉛|葡萄糖酸锌|글루콘산아연 / Xylitol|キシリトール|木糖醇|자일리톨
Magnesium Oxide|酸化マグネシウム|氧化镁|산화마그네슘 / Natural Flavor|香料|食用香精|천연향료
Turmeric Extract|ウコンエキス|姜黄提取物|강황추출물 / Beet Red|ビートレッド|甜菜红|비트레드
Vitamin C (Ascorbic Acid)|ビタミンC|维生素C|비타민C / Spirulina|スピルリナ|螺旋藻|스피루리나
Green Tea Extract|緑茶エキス|绿茶提取物|녹차추출물 / Vitamin D3|ビタミンD3|维生素D3|비타민D3
Jujube Extract|なつめエキス|大枣提取物|대추추출물 / Vitamin B6|ビタミンB6|维生素B6|비타민B6
Silicon Dioxide|二酸化ケイ素|二氧化硅|이산화규소 / Honey Powder|はちみつ末|蜂蜜粉|벌꿀분말
Oat Fiber|オーツ麦食物繊維|燕麦纤维|귀리식이섬유 / Riboflavin|リボフラビン|核黄素|리보플라빈
Coenzyme Q10|コエンザイムQ10|辅酶Q10|코엔자임Q10 / Vitamin B12|ビタミンB12|维生素B12|비타민B12
Calcium Carbonate|炭酸カルシウム|碳酸钙|탄산칼슘 / Selenium Yeast|セレン酵母|富硒酵母|셀렌효모
Rosehip Powder|ローズヒップ|玫瑰果粉|로즈힙분말 / Ginger Root Powder|しょうが末|姜粉|생강분말
Peppermint Leaf|ペパーミント|薄荷叶|페퍼민트잎 / Chamomile Flower|カモミール|洋甘菊|캐모마일
Soy Lecithin|大豆レシチン|大豆磷脂|대두레시틴 / Sunflower Oil|ひまわり油|葵花籽油|해바라기유"""
_HARMLESS = [entry.split("|") for entry in _HARMLESS_TABLE.replace("\n", " / ").split(" / ")]
_COLUMN = {"en": 0, "ja": 1, "zh": 2, "ko": 3}

# Names as labels carry them; "/" parts synonyms. English and Korean fall back on the list's own names.
_LISTED = {
    "en": "KR198 Icariin/Horny Goat Weed/Epimedium|KR196 Phenolphthalein|KR293 Hydroxyvardenafil|"
    "KR216 Colloidal Silver|"
    "KR220 Activated Charcoal|KR221 Lithium Orotate|KR199 Senna Leaf/Sennosides|KR213 Mucuna Pruriens/L-Dopa|"
    "KR253 CBD/delta-8-THC/Cannabis sativa L|KR264 Papaver somniferum|KR130 Morinda Root|KR100 Goldenseal Root|"
    "KR105 Cinchona Bark|KR294 DMAA/1,3-Dimethylamylamine|KR046 N-Acetyl-L-Cysteine/NAC|KR138 Hoodia|KR058 |"
    "KR249 |KR043 Coltsfoot|KR106 Rhodea japonica|KR254 White Willow Bark|KR240 Cyanotis Vaga|"
    "KR118 Cassia occidentalis",
    "ja": "KR262 メラトニン|KR199 センナ/センナ葉|KR212 5-HTP/グリフォニア|KR046 N-アセチルシステイン|"
    "KR103 まむし/マムシ粉末|KR137 オットセイエキス|KR128 エキナセア|KR219 ブラックコホシュ|"
    "KR197 ヨヒンビン/ヨヒンベ|KR198 イカリイン/淫羊藿|KR209 麻黄|KR124 大黄|KR226 セイヨウトチノキ|"
    "KR227 L-シトルリン|KR220 活性炭|KR129 ムイラプアマ|KR133 カツアバ|KR119 キャッツクロー|KR111 バコパ|"
    "KR116 バタフライピー|KR143 シラジット|KR246 ギムネマ|KR244 フコキサンチン|KR045 カバカバ|KR102 ロベリア|"
    "KR241 アセトアミノフェン|KR290 デヒドロエピアンドロステロン/DHEA|KR308 シルデナフィル|KR310 タダラフィル|"
    "KR312 バルデナフィル|KR068 シブトラミン|KR069 オルリスタット|KR109 アグマチン|KR140 プエラリアミリフィカ|"
    "KR138 フーディア|KR222 肉蓯蓉|KR028 ジフェンヒドラミン|KR218 ビサコジル|KR200 カスカラサグラダ|"
    "KR099 有機ゲルマニウム|KR213 ムクナ|KR210 黄柏|KR048 半夏|KR232 桃仁|KR169 シチコリン|KR251 ビンポセチン|"
    "KR228 厚朴|KR260 連翹|KR304 シネフリン|KR033 テオブロミン|KR253 CBD/大麻|KR023 クラトム|KR022 ミトラギニン|"
    "KR263 エフェドリン|KR015 コデイン|KR214 フェニブト|KR257 ロルカセリン|KR280 フェンフルラミン|"
    "KR014 サイロシン|KR315 アンフェタミン",
    "zh": "KR068 西布曲明|KR262 褪黑素|KR199 番泻叶|KR124 大黄|KR209 麻黄|KR308 西地那非|KR310 他达拉非|KR312 伐地那非|"
    "KR198 淫羊藿|KR222 肉苁蓉|KR048 半夏|KR215 全蝎|KR210 黄柏|KR228 厚朴|KR260 连翘|KR232 桃仁|KR043 款冬花|"
    "KR130 巴戟天|KR225 知母|KR035 石榴皮|KR042 槟榔|KR127 儿茶|KR224 没药|KR110 穿心莲|KR196 酚酞|KR069 奥利司他|"
    "KR241 对乙酰氨基酚|KR182 氢化可的松|KR179 地塞米松|KR188 格列本脲|KR197 育亨宾|KR220 活性炭|"
    "KR046 N-乙酰半胱氨酸|KR212 5-羟基色氨酸|KR227 L-瓜氨酸|KR290 脱氢表雄酮|KR106 万年青|KR108 藜芦|KR118 望江南|"
    "KR096 石松|KR103 蝮蛇|KR125 吲哚美辛|KR147 茶碱|KR004 吴茱萸碱|KR237 达泊西汀|KR189 格列齐特|"
    "KR186 氯代西布曲明|KR167 曲马多|KR253 大麻二酚|KR263 麻黄碱|KR280 芬氟拉明|KR015 可待因|KR017 吗啡|"
    "KR264 罂粟壳|KR315 苯丙胺|KR257 氯卡色林|KR023 卡痛叶|KR214 菲尼布特",
    "ko": "KR199 센나/센나잎|KR253 대마/CBD|KR264 양귀비|KR198 음양곽/이카린|KR197 요힘베/요힘빈|KR213 머쿠나/엘-도파|"
    "KR046 N-아세틸시스테인/엔아세틸시스테인|KR220 숯분말|KR227 L-시트룰린|KR212 5-HTP/그리포니아|KR216 |KR112 |"
    "KR249 |KR058 |KR294 DMAA|KR306 |KR298 메칠시네프린|KR282 |KR290 DHEA/디하이드로에피안드로스테론",
}
# Simplified to traditional, character by character, for every character of the tables here that differs.
_HANT = str.maketrans(
    "维叶烟黄锌镁钙马亚铁赖辅绿姜蓝纤麦羟硅柠胶苹鱼红药泻达苁连翘槟儿没莲奥对酰氢钠宾环脱万芦苏齐罂壳产净质贮称业营养"
    "参项请阴凉干处开启后尽妇广东轻华园饮专为设计随时补优选从严银铝发锂电实压热传统无个杂农气兰坚岭云栖浓冲调类吗赠远"
    "离单体装制枣温号艺独冻内风国于",
    "維葉煙黃鋅鎂鈣馬亞鐵賴輔綠薑藍纖麥羥矽檸膠蘋魚紅藥瀉達蓯連翹檳兒沒蓮奧對醯氫鈉賓環脫萬蘆蘇齊罌殼產淨質貯稱業營養"
    "參項請陰涼乾處開啟後盡婦廣東輕華園飲專為設計隨時補優選從嚴銀鋁發鋰電實壓熱傳統無個雜農氣蘭堅嶺雲棲濃沖調類嗎贈遠"
    "離單體裝製棗溫號藝獨凍內風國於",
)

# Look-alikes and denials: language, acceptable verdicts, then phrases by the place they stand in; "KRnnn=" names a
# conditional ingredient (ground 7) the product does hold.
_TRAP_TABLE = """\
en check claim:MELATONIN FREE / detail:Contains no ephedra. / detail:Does not contain DHEA, yohimbine or sibutramine.
en check row:Bitter Orange Peel (Citrus aurantium) / KR122=row:Hulled Hemp Seed / KR123=row:Poppy Seed
en check KR121=tag:Mini Cup Jelly;row:Konjac Flour
en check,clear KR120=row:Bovine Gelatin (Brazil) / claim:Antihistamine-free night formula
en check,clear row:NMN (Nicotinamide Mononucleotide) / row:Ashwagandha Root
en check,clear claim:Supports healthy testosterone levels;row:Tribulus Terrestris
en clear row:Caffeine (from Green Coffee) / row:Cocoa Powder, alkalized / row:Sea Buckthorn Berry
en clear row:Lemon Verbena Leaf / detail:Do not use if the silver-coloured foil seal is broken.
en clear claim:Charcoal-grilled flavor / detail:WARNING: gift light holds a lithium battery. Keep away from children.
en clear row:Pea Protein Isolate / claim:Now in Poppy Red box
ja check claim:メラトニン無添加 / claim:センナ不使用 / detail:本品にエフェドリンは含まれておりません。
ja check KR123=row:けしの実 / KR122=row:麻の実 / KR121=tag:ミニカップゼリー;row:こんにゃく粉 / row:ビターオレンジ果皮
ja check,clear row:NMN(β-ニコチンアミドモノヌクレオチド) / row:アシュワガンダ
ja clear row:サジー果汁 / row:レモンバーベナ / row:えんどう豆たんぱく / row:カフェイン / row:ココアパウダー
ja clear row:イチョウ葉エキス / claim:炭火焼き風味 / detail:銀色の袋は燃えるごみへ。
ja clear detail:付属ライトのリチウム電池に注意。
zh check claim:不含西布曲明 / claim:不添加褪黑素 / detail:本品无麻黄碱。 / KR122=row:火麻仁
zh check KR121=tag:迷你杯果冻;row:魔芋粉 / row:苦橙皮
zh check,clear row:NMN(烟酰胺单核苷酸) / row:南非醉茄
zh clear row:核桃仁 / row:银杏叶提取物 / row:大黄鱼 / row:沙棘果汁 / row:豌豆蛋白 / row:可可粉 / row:咖啡因
zh clear claim:炭烤风味 / detail:内附银色铝箔袋,请勿加热。 / detail:赠品小灯含锂电池,请远离儿童。
ko check claim:멜라토닌 무첨가 / claim:마황 불포함 / detail:본 제품에는 시부트라민이 들어 있지 않습니다.
ko check KR122=row:햄프씨드(삼씨) / KR123=row:파피씨드 / KR121=tag:미니컵젤리;row:곤약분말 / row:비터오렌지껍질
ko check,clear row:NMN(니코틴아미드모노뉴클레오티드) / row:아슈와간다추출물 / row:부추분말
ko clear row:은행잎추출물 / row:완두단백 / row:비타민나무열매 / row:레몬버베나 / row:카카오분말 / row:카페인
ko clear claim:숯불구이맛
ko clear detail:은색 포장재는 분리 배출하십시오. / detail:동봉된 조명의 리튬 전지를 삼키지 마십시오."""
_TRAPS = [
    (language, verdicts, phrase)
    for language, verdicts, phrases in (line.split(" ", 2) for line in _TRAP_TABLE.splitlines())
    for phrase in phrases.split(" / ")
]


class Words(NamedTuple):
    """A language's stock phrases; `{}` takes a number or the product name."""

    brands: str
    products: str
    tags: str
    claims: str
    facts: str  # panel title | serving lines | column heads
    nutrition: str
    listing: str  # heading of the ingredient paragraph
    separator: str
    details: str
    form: str


_WORDS = {
    "en": Words(
        "NORVALE|HELMIRA LABS|Quillan & Rowe|BRIXMERE|Oakenfell|TALLOWAY|VENDRIL NUTRITION|Harrowby",
        "Daily Balance|Deep Calm|Ultra Trim|Prime Vigor|Morning Boost|Joint Ease|Clear Focus|Night Rest|Green Shield",
        "Dietary Supplement|Advanced Formula|Maximum Strength|Food Supplement|Herbal Blend",
        "Gluten Free|Non-GMO|Lab Tested|Made in Small Batches|Vegan Friendly|Easy to Swallow|No Artificial Colors",
        "Supplement Facts|Serving Size: 2 Capsules|Servings Per Container: 30|Amount Per Serving",
        "Calories:15|Total Carbohydrate:3 g|Total Sugars:2 g|Sodium:10 mg",
        "INGREDIENTS:|Other Ingredients:", ", ",
        "DIRECTIONS: Adults take two (2) capsules daily with food and water.|CAUTION: Keep out of reach of children. "
        "Consult a physician if pregnant or nursing.|Store in a cool, dry place.|Distributed by {brand}, "
        "Fernley Hollow, OR 00000|Made in {country}|LOT {lot}   EXP {exp}",
        "{n} Capsules|{n} Tablets|{n} Softgels|Net Wt. {n} g",
    ),
    "ja": Words(
        "月乃葉堂|北霧ナチュラル|あさぎり草房|ミナモ製造所|白雲健研|ホシノネ",
        "すっきり習慣|めぐる元気|おやすみ時間|キレイの素|毎朝の力|黒のめぐみ|潤い日和",
        "健康補助食品|栄養補助食品|ハーブブレンド食品",
        "着色料無添加|国内工場で製造|1日2粒目安|続けやすい小粒タイプ|香り豊かなブレンド",
        "栄養成分表示|2粒(0.6g)当たり|含有量",
        "エネルギー:2.3kcal|たんぱく質:0.02g|脂質:0.01g|炭水化物:0.5g|食塩相当量:0.001g",
        "原材料名:|原材料名:", "、",
        "お召し上がり方:1日2粒を目安に、水などでお召し上がりください。|ご注意:乳幼児の手の届かない所に保管してください。"
        "体質に合わない場合は中止してください。|保存方法:直射日光、高温多湿を避けて保存|"
        "製造者:{brand} 架空県みずほ市1-2-3|"
        "原産国:{country}|賞味期限 {exp}  {lot}",
        "内容量 {n}粒|内容量 {n}g",
    ),
    "zh": Words(
        "青禾岭|云栖谷|澄山堂|沐源坊|晨野生物|兰溪园",
        "轻盈时光|元气植萃|每日营养素|晚安草本|活力源片|清畅饮",
        "膳食营养补充|固体饮料|草本植物饮|压片糖果",
        "优选原料|独立小包装|随时补充|轻松冲调|传统工艺",
        "营养成分表|每100克(g)|项目", "能量:1560kJ|蛋白质:2.1g|脂肪:0.5g|碳水化合物:88.0g|钠:120mg",
        "配料:|配料:", "、",
        "食用方法:每日1-2次,每次1份,温水送服。|注意事项:儿童、孕妇不宜食用。请置于阴凉干燥处,避光保存。|"
        "生产商:{brand}食品有限公司|产地:{country}|生产日期 {exp}  批号 {lot}",
        "净含量:{n}克|净含量:{n}片",
    ),
    "ko": Words(
        "들샘바이오|온결푸드|하늘숲건강|새벽뜰|나린웰니스|도담헬스",
        "데일리밸런스|편안한밤|슬림클리어|활력충전|매일건강|그린케어|아침한포",
        "건강기능식품 아님|일반식품|기타가공품|캔디류",
        "합성착색료 무첨가|하루 2정 간편하게|엄선한 원료|온 가족 영양|휴대 간편",
        "영양정보|1회 섭취량 2정(1,200 mg)|함량", "열량:5 kcal|탄수화물:1 g|단백질:0 g|지방:0 g|나트륨:0 mg",
        "원재료명:|원재료명:", ", ",
        "섭취방법: 1일 1회, 1회 2정을 물과 함께 섭취하십시오.|주의사항: 어린이의 손이 닿지 않는 곳에 보관하십시오. "
        "특이체질인 경우 성분을 확인하십시오.|보관방법: 직사광선을 피하고 서늘한 곳에 보관|"
        "수입판매원: {brand} 가상시 보리로 12|원산지: {country}|소비기한 {exp}  {lot}",
        "내용량 {n} g|{n}정",
    ),
}  # fmt: skip
_COUNTRY = {"en": "USA|Canada|India", "ja": "日本", "zh": "中国广东省|中国福建省", "ko": "미국|일본|대한민국"}


# ------------------------------------------------------------------------------------------- the list
class Listed(NamedTuple):
    """What a label may call a listed ingredient."""

    narcotic: bool
    names: dict[str, list[str]]  # language -> names


@lru_cache
def listed(folder: Path = DATA) -> dict[str, Listed]:
    """Ingredients narcotic or blocked outright, by id; the conditional ones (verdict check) are traps, not hits.

    English and Korean names are the official list's own; what colleagues added to the detector's dictionary is left
    alone, so that the benchmark stays independent of it.
    """
    own: dict[str, dict[str, list[str]]] = {}
    for language, table in _LISTED.items():
        for entry in table.split("|"):
            own.setdefault(entry[:5], {})[language] = [name for name in entry[6:].split("/") if name]
    clean = {"en": r"[A-Za-z0-9][A-Za-z0-9 ,'\-]{3,38}", "ko": r"[가-힣][가-힣 ]+"}
    official: dict[str, dict[str, list[str]]] = {}
    with (folder / "names.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            usable = row["kind"] in ("official", "alias") and not row["effect"] and "대사체" not in row["name"]
            if usable and (form := clean.get(row["lang"])) and re.fullmatch(form, row["name"]):
                official.setdefault(row["ingredient_id"], {}).setdefault(row["lang"], []).append(row["name"])
    with (folder / "ingredients.csv").open(encoding="utf-8-sig", newline="") as file:
        return {
            row["id"]: Listed(row["verdict"] == "narcotic", official.get(row["id"], {}) | own.get(row["id"], {}))
            for row in csv.DictReader(file)
            if row["id"].startswith("KR") and row["verdict"] in ("narcotic", "block")
        }


# ------------------------------------------------------------------------------------------- typesetting
_FONT_FOLDERS = ("opentype/noto", "truetype/noto", "truetype/dejavu", "truetype/liberation", "truetype/liberation2",
                 "truetype/nanum")  # fmt: skip
_PACKAGES = {"Noto": "noto-cjk", "DejaVu": "dejavu", "Liberation": "liberation", "Nanum": "nanum"}  # after "fonts-"
_CJK = {"ja": 0, "ko": 1, "zh": 2, "hant": 3}  # faces inside the Noto collections
_FACES: dict[str, tuple[str, ...]] = {
    "en": ("LiberationSans-{}.ttf", "LiberationSansNarrow-{}.ttf", "LiberationSerif-{}.ttf",
           "DejaVuSansCondensed{}.ttf"),
    "ja": ("NotoSansCJK-{}.ttc", "NotoSansCJK-{}.ttc", "NotoSerifCJK-{}.ttc"),
    "zh": ("NotoSansCJK-{}.ttc", "NotoSansCJK-{}.ttc", "NotoSerifCJK-{}.ttc"),
    "ko": ("NotoSansCJK-{}.ttc", "NanumGothic{}.ttf", "NanumBarunGothic{}.ttf", "NanumSquare{}.ttf"),
}  # fmt: skip


@lru_cache
def _font_path(file: str) -> str:
    """Where Debian keeps the font file, or what fontconfig knows of it."""
    for folder in _FONT_FOLDERS:
        if (path := Path("/usr/share/fonts", folder, file)).exists():
            return str(path)
    try:
        known = subprocess.run(["fc-list", ":", "file"], capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        known = ""
    for line in known.splitlines():
        if (name := line.strip().rstrip(": ")).endswith("/" + file):
            return name
    package = "fonts-" + next(p for start, p in _PACKAGES.items() if file.startswith(start))
    raise FileNotFoundError(f"글꼴 {file} 없음: Debian 패키지 {package} 설치 필요 (apt install {package})")


@lru_cache(maxsize=512)
def _font(face: str, script: str, bold: bool, size: int) -> ImageFont.FreeTypeFont:
    """`face` is a file name with a gap for the weight, `script` picks the face inside a Noto collection."""
    weight = {"Nan": ("", "Bold"), "Dej": ("", "-Bold")}.get(face[:3], ("Regular", "Bold"))[bold]
    if face.startswith("NanumSquare"):
        weight = "RB"[bold]
    return ImageFont.truetype(_font_path(face.format(weight)), size, index=_CJK[script] if "CJK" in face else 0)


@dataclass(frozen=True)
class Look:
    """How a label is designed."""

    face: str
    script: str
    paper: Colour
    ink: Colour
    band: Colour
    band_ink: Colour
    panel: Colour | None = None  # fill behind facts; None leaves the paper
    centred: bool = True
    motif: str = ""
    round: bool = False  # for a bottle: the barcode in the middle, where it is not foreshortened
    breaks: str = ""  # "-" hyphenates long words, "|" cuts them bare


@dataclass(frozen=True)
class Copy:
    """What a label says."""

    language: str
    brand: str
    product: str
    tag: str
    claims: Sequence[str]
    facts: Sequence[str]
    rows: Sequence[tuple[str, str]]  # left, right
    heading: str
    names: Sequence[str]
    details: Sequence[str]
    form: str
    barcode: str | None = None


@dataclass
class Sheet:
    """A flat label being typeset: the cursor `y` runs down, every printed line is kept in order."""

    width: int
    unit: float  # pixels per point of the design
    look: Look
    y: float = 0.0
    lines: list[str] = field(default_factory=list)
    marks: list[Callable[[Image.Image, ImageDraw.ImageDraw], None]] = field(default_factory=list)

    def font(self, size: float, bold: bool = False) -> ImageFont.FreeTypeFont:
        return _font(self.look.face, self.look.script, bold, max(3, round(size * self.unit)))

    def wrap(self, text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
        """Greedy lines: Latin and Korean break at spaces, Chinese and Japanese anywhere but before a closing sign."""
        tokens = re.findall(r"[가-힣A-Za-z0-9'’\-–.,:;%()/&+•μ]+|\s+|.", text)
        lines, line = [], ""
        for token in tokens:
            if font.getlength(line + token.rstrip()) <= width or token in "、。,):;・":
                line += token if line else token.lstrip()
                continue
            room, cut = width - font.getlength(line), 0
            if self.look.breaks and len(token) >= 7 and room > 0.12 * width:
                cut = max((i for i in range(3, len(token) - 2) if font.getlength(token[:i] + "-") <= room), default=0)
            if cut:
                hyphen = "-" if self.look.breaks == "-" and re.match(r"[A-Za-z]{2}", token[cut - 1 :]) else ""
                lines.append(line + token[:cut] + hyphen)
                line = token[cut:]
            else:
                lines += [line.rstrip()] if line.strip() else []
                line = token.lstrip()
            while font.getlength(line) > width and len(line) > 1:  # a word longer than the line
                cut = max(i for i in range(1, len(line)) if i == 1 or font.getlength(line[:i]) <= width)
                lines.append(line[:cut])
                line = line[cut:]
        return [*lines, line] if line.strip() else lines

    def put(self, text: str, x: float, font: ImageFont.FreeTypeFont, fill: Colour, anchor: str = "la") -> None:
        at = (x, self.y - (0.14 * font.size if "CJK" in self.look.face else 0))  # Noto's ascent is tall
        self.marks.append(lambda _, draw: draw.text(at, text, fill=fill, font=font, anchor=anchor))

    def block(self, text: str, size: float, fill: Colour, x0: float, x1: float, bold: bool = False,
              centred: bool = False) -> None:  # fmt: skip
        font = self.font(size, bold)
        for line in self.wrap(text, font, x1 - x0):
            self.put(line, (x0 + x1) / 2 if centred else x0, font, fill, "ma" if centred else "la")
            self.lines.append(line)
            self.y += 1.3 * size * self.unit

    def box(self, at: tuple[float, float, float, float], fill: Colour | None, outline: Colour | None = None,
            width: float = 0, radius: float = 0, under: bool = False) -> None:  # fmt: skip
        def mark(_: Image.Image, draw: ImageDraw.ImageDraw) -> None:
            draw.rounded_rectangle(at, radius, fill, outline, max(1, round(width)) if outline else 0)

        self.marks.insert(0, mark) if under else self.marks.append(mark)

    def paste(self, picture: Image.Image, x: float, y: float) -> None:
        at, mask = (round(x), round(y)), picture if picture.mode == "RGBA" else None
        self.marks.append(lambda image, _: image.paste(picture, at, mask))

    def render(self, height: int) -> Image.Image:
        image = Image.new("RGB", (self.width, height), self.look.paper)
        draw = ImageDraw.Draw(image)
        for mark in self.marks:
            mark(image, draw)
        return image


_MOTIFS: dict[str, list[tuple[str, tuple[float, ...], bool]]] = {  # shape, unit box or angles, on (else cut out)
    "moon": [("ellipse", (0.1, 0.1, 0.9, 0.9), True), ("ellipse", (0.32, 0.02, 1.04, 0.74), False),
             ("ellipse", (0.66, 0.2, 0.74, 0.28), True), ("ellipse", (0.82, 0.42, 0.88, 0.48), True),
             ("ellipse", (0.56, 0.42, 0.61, 0.47), True)],
    "cup": [("arc", (0.6, 0.42, 0.98, 0.78), True), ("pieslice", (0.1, 0.0, 0.82, 0.96, 0, 180), True),
            ("ellipse", (0.05, 0.86, 0.87, 0.95), True), ("arc", (0.2, 0.12, 0.4, 0.4, 90, 270), True),
            ("arc", (0.46, 0.12, 0.66, 0.4, 90, 270), True)],
    "citrus": [("ellipse", (0.05, 0.05, 0.95, 0.95), True), ("ellipse", (0.11, 0.11, 0.89, 0.89), False),
               *(("pieslice", (0.15, 0.15, 0.85, 0.85, a + 4, a + 41), True) for a in range(0, 360, 45))],
    "leaf": [("polygon", (0.14, 0.86, 0.06, 0.56, 0.16, 0.32, 0.36, 0.15, 0.62, 0.08, 0.95, 0.05, 0.92, 0.38,
                          0.85, 0.64, 0.68, 0.84, 0.44, 0.94), True), ("line", (0.0, 1.0, 0.2, 0.8), True),
             ("line", (0.2, 0.8, 0.78, 0.22), False), ("line", (0.44, 0.56, 0.44, 0.3), False),
             ("line", (0.44, 0.56, 0.7, 0.56), False)],
    "seeds": [("ellipse", (x, y, x + 0.2, y + 0.27), True) for x, y in
              ((0.1, 0.34), (0.36, 0.1), (0.4, 0.48), (0.68, 0.3), (0.14, 0.68), (0.66, 0.66))],
}  # fmt: skip


def _motif(name: str, side: int, colour: Colour) -> Image.Image:
    """A one-coloured emblem as RGBA (side, side), drawn four times too big and shrunk for smooth edges."""
    big = 4 * side
    mask = Image.new("L", (big, big))
    draw = ImageDraw.Draw(mask)
    for shape, numbers, on in _MOTIFS[name]:
        at, fill = [v * big for v in numbers[:4]], 255 if on else 0
        start, end = (*numbers[4:6], 0, 360)[:2]
        match shape:
            case "ellipse":
                draw.ellipse(at, fill)
            case "line":
                draw.line(at, fill, big // 28)
            case "arc":
                draw.arc(at, start, end, fill, big // 18)
            case "pieslice":
                draw.pieslice(at, start, end, fill)
            case "polygon":
                draw.polygon([v * big for v in numbers], fill)
    emblem = Image.new("RGBA", (side, side), colour)
    emblem.putalpha(mask.resize((side, side), Image.Resampling.LANCZOS))
    return emblem


def _ean13(first: str) -> str:
    """Twelve digits and their check digit."""
    return first + str(-sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(first)) % 10)


def _barcode(digits: str, module: int, font: ImageFont.FreeTypeFont) -> tuple[Image.Image, str]:
    """An EAN-13 on a white card, bars `module` pixels a unit, and the line printed below it."""
    symbol = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.EAN13)
    bars = np.asarray(zxingcpp.write_barcode_to_image(symbol, scale=1))[:1]  # one row, quiet zones included
    printed, tall = f"{digits[0]} {digits[1:7]} {digits[7:]}", 30 * module
    card = Image.new("RGB", (bars.shape[1] * module, round(tall + 1.35 * font.size)), (255, 255, 255))
    card.paste(Image.fromarray(bars).resize((card.width, tall), Image.Resampling.NEAREST), (0, module))
    ImageDraw.Draw(card).text((card.width / 2, card.height - 3), printed, (0, 0, 0), font, "md")
    return card, printed


def _typeset(copy: Copy, width: int, unit: float, look: Look) -> Sheet:
    """Set the whole label at one size; `Sheet.y` ends at the height used."""
    s = Sheet(width, unit, look)
    left, right, u = 0.06 * width, 0.94 * width, unit
    s.y = 30 * u
    if copy.product:
        if look.motif:
            side, top = round(120 * u), s.y
            emblem = _motif(look.motif, side, look.band_ink)
            x = round(width / 2 - side / 2 if look.centred else right - side)
            s.paste(emblem, x, top)
            s.y += side + 6 * u if look.centred else 0
        s.block(copy.brand, 30, look.band_ink, left, right, True, look.centred)
        room = right - left - (130 * u if look.motif and not look.centred else 0)
        size = min(92.0, 92 * room / s.font(92, True).getlength(copy.product) if copy.product else 92)
        if size < 58:
            size = 64
        s.block(copy.product, size, look.band_ink, left, left + room if not look.centred else right, True, look.centred)
        s.block(copy.tag, 32, look.band_ink, left, right, False, look.centred)
        s.y += 6 * u
        for claim in copy.claims:
            s.block(f"• {claim}" if not look.centred else claim, 28, look.band_ink, left, right, True, look.centred)
        s.y += 18 * u
        s.box((0, 0, width, s.y), look.band, under=True)
        s.y += 20 * u
    if copy.rows:
        top, pad = s.y, 14 * u
        s.y += 8 * u
        title, *heads = copy.facts
        s.block(title, 42, look.ink, left + pad, right - pad, True)
        for head in heads[:-1]:
            s.block(head, 22, look.ink, left + pad, right - pad)
        s.box((left + pad, s.y + 2 * u, right - pad, s.y + 7 * u), look.ink)
        s.y += 11 * u
        s.block(heads[-1], 21, look.ink, left + pad, right - pad, True)
        font = s.font(26)
        for name, dose in copy.rows:
            s.box((left + pad, s.y, right - pad, s.y + max(1, 1.2 * u)), look.ink)
            s.y += 3 * u
            s.put(dose, right - pad, font, look.ink, "ra")
            first = len(s.lines)
            s.block(name, 26, look.ink, left + pad, right - pad - font.getlength(dose + "  "))
            s.lines[first] += f"  {dose}"
        s.y += 8 * u
        s.box((left, top, right, s.y), look.panel, look.ink, 2.5 * u, under=True)
        s.y += 16 * u
    if copy.names:
        joint = ", " if copy.language in ("en", "ko") else "、"
        stop = "" if copy.language == "ko" else {"en": "."}.get(copy.language, "。")
        s.block(f"{copy.heading} {joint.join(copy.names)}{stop}", 26, look.ink, left, right)
        s.y += 10 * u
    if copy.form:
        s.block(copy.form, 34, look.ink, left, right, True)
    s.y += 8 * u
    edge, foot = right, s.y
    if copy.barcode:
        card, printed = _barcode(copy.barcode, max(1, round(width / 320)), s.font(24))
        edge = (width + card.width) / 2 if look.round else right - card.width - 16 * u
    for detail in copy.details:
        s.block(detail, 21, look.ink, left, right if look.round else edge)
    if copy.barcode:
        top = s.y + 6 * u if look.round else foot
        s.paste(card, edge - card.width if look.round else edge + 16 * u, top)
        s.y = max(s.y, top + card.height)
        s.lines.append(printed)
    s.y += 24 * u
    return s


def _fit(copy: Copy, size: tuple[int, int], scale: float, look: Look, largest: float = 1.25) -> Sheet:
    """The biggest type at which the copy fits the sheet of `size` (width, height)."""
    k = largest
    while True:
        sheet = _typeset(copy, size[0], k * scale, look)
        if sheet.y <= size[1] or k < 0.3:
            return sheet
        k *= min(0.97, (size[1] / sheet.y) ** 0.6)


# ------------------------------------------------------------------------------------------- packages
_WIDTH, _HEIGHT = 1200, 1600  # a photo at scale 1


def _f32(values: ArrayLike) -> NDArray[np.float32]:
    return np.asarray(values, np.float32)


def _layer(rgb: NDArray[np.float32], alpha: NDArray[np.float32]) -> Layer:
    """Premultiplied RGBA from colour 0..255 (h, w, 3) and coverage 0..1 (h, w)."""
    layer = np.empty((*alpha.shape, 4), np.uint8)
    layer[..., :3] = np.clip(rgb * alpha[..., None], 0, 255)
    layer[..., 3] = alpha * 255
    return layer


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    """RGB (h, w, 3); one copy, where numpy asks Pillow for several."""
    return np.frombuffer(image.convert("RGB").tobytes(), np.uint8).reshape(image.height, image.width, 3)


def _place(layer: Layer, scale: float, x: float, y: float) -> Layer:
    """The layer on an empty frame, its top left corner at (x, y); what sticks out is cropped."""
    frame = np.zeros((round(_HEIGHT * scale), round(_WIDTH * scale), 4), np.uint8)
    x0, y0 = round(x), round(y)
    top, left = max(0, y0), max(0, x0)
    bottom, right = min(frame.shape[0], y0 + layer.shape[0]), min(frame.shape[1], x0 + layer.shape[1])
    frame[top:bottom, left:right] = layer[top - y0 : bottom - y0, left - x0 : right - x0]
    return frame


def _bottle(art: Image.Image, scale: float, body: Colour, cap: Colour, half: float, dip: float, base: float) -> Layer:
    """The label wrapped on a round bottle seen slightly from above.

    `half`: radians the label reaches to either side; `dip`: sag of horizontals, as a share of the radius;
    `base`: the bottle's foot as a share of the frame's height. A tall label pushes the cap out of the frame.
    """
    radius = art.width / (2 * half)
    neck, foot = 0.56 * radius, 0.14 * radius
    cap_h, shoulder = 0.52 * radius, 0.40 * radius
    label = cap_h + shoulder + 0.02 * radius
    total = label + art.height + foot
    pad = dip * radius
    h, w = int(total + 2 * pad + 2), int(2 * radius + 4)
    y = np.arange(h, dtype=np.float32)[:, None] - np.float32(pad)
    x = (np.arange(w, dtype=np.float32) - np.float32(w / 2))[None, :]

    steps = np.arange(int(total) + 2, dtype=np.float32)  # the silhouette: radius at every height
    swell = np.sin(np.clip((steps - cap_h) / shoulder, 0, 1) * np.pi / 2) ** 0.8
    taper = np.clip((steps - total + foot * 0.7) / foot / 0.7, 0, 1) ** 2
    profile = neck + (radius - neck) * swell - 0.10 * radius * taper
    profile = np.where(steps < cap_h, neck * 1.10, profile).astype(np.float32)

    r, v = np.full((h, w), radius, np.float32), np.broadcast_to(y, (h, w))
    for _ in range(3):  # the sag depends on the radius, the radius on the height before the sag
        r = profile[np.clip(v, 0, total).astype(np.int32)]
        v = y - np.float32(dip) * np.sqrt(np.maximum(r * r - x * x, 0))
    inside = np.clip(r - np.abs(x) + 0.5, 0, 1) * np.clip(v + 0.5, 0, 1) * np.clip(total - v + 0.5, 0, 1)
    grid = np.linspace(-1, 1, 2049, dtype=np.float32)  # everything that depends on the place across only
    angle = np.arcsin(grid)
    shades = 0.50 + 0.56 * np.clip(np.cos(angle + 0.45), 0, 1) - 0.40 * np.clip(grid - 0.75, 0, 1)
    shines = 34 * np.exp(-(((grid + 0.62) / 0.07) ** 2)) + 12 * np.exp(-(((grid - 0.86) / 0.04) ** 2))
    place = (np.clip(x / r, -1, 1) * 1024 + 1024).astype(np.int16)
    shade, shine = shades[place], shines[place]
    texture = cv2.remap(_pixels(art), ((angle / half + 1) * art.width / 2).astype(np.float32)[place],
                        v - np.float32(label), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    on_label = np.clip(v - label + 0.5, 0, 1) * np.clip(label + art.height - v + 0.5, 0, 1)
    rgb = np.where(on_label[..., None] > 0.5, texture, _f32(body)).astype(np.float32)
    rgb *= shade[..., None]
    shine *= 1.6 - on_label
    rise = np.arange(-20, int(total) + 20, dtype=np.float32)  # the label's edges
    upper, lower = (np.exp(-np.abs(rise - at) / (3 * scale)) for at in (label, label + art.height))
    edges = 10 * upper + 14 * lower
    rgb += (shine - edges[np.clip(v + 20, 0, len(edges) - 1).astype(np.int32)])[..., None]

    k = int(cap_h + 3 * pad)  # the cap stands in the first k rows
    vk = v[:k]
    seam = 1 - 0.5 * np.exp(-np.abs(vk - cap_h * 0.80) / (2.5 * scale))
    seam -= 0.6 * np.exp(-np.abs(vk - cap_h) / (6 * scale))
    ribs = np.where(vk < cap_h * 0.80, (0.86 + 0.14 * np.cos(angle * 46))[place[:k]], 1.0) * seam * shade[:k]
    on_cap = np.clip(cap_h - vk + 0.5, 0, 1)[..., None]
    rgb[:k] += on_cap * (_f32(cap) * ribs[..., None] + 0.7 * shine[:k, :, None] - rgb[:k])
    lid_r = neck * 1.10
    reach = (x / lid_r) ** 2 + (y[:k] / (dip * lid_r)) ** 2
    lid, rim = (np.clip((size * size - reach) * lid_r * dip * 0.5 + 0.5, 0, 1) for size in (1.0, 0.9))
    top = _f32(cap) * (1.08 - 0.14 * rim[..., None] - 0.10 * np.clip(x / lid_r, -1, 1)[..., None]) + 14
    rgb[:k] += lid[..., None] * (top - rgb[:k])
    inside[:k] = np.maximum(inside[:k], lid)
    layer = _layer(rgb, inside)
    return _place(layer, scale, _WIDTH * scale / 2 - w / 2, base * _HEIGHT * scale - h + pad)


def _box(art: Image.Image, scale: float, side: Colour, base: float) -> Layer:
    """A carton standing a little turned: front, one side and the top."""
    w, h, depth = art.width, art.height, round(0.11 * art.width)
    rise = round(0.35 * depth)
    front = _pixels(art).astype(np.float32)
    light = (1.02 - 0.10 * np.linspace(0, 1, w, dtype=np.float32))[None, :, None]
    light = light * (1.03 - 0.08 * np.linspace(0, 1, h, dtype=np.float32))[:, None, None]
    canvas = np.zeros((h + rise + 2, w + depth + 2, 4), np.uint8)
    canvas[rise : rise + h, :w] = _layer(front * light, np.ones((h, w), np.float32))

    def face(points: list[tuple[float, float]], colour: Colour, share: float) -> None:
        cv2.fillPoly(canvas, [np.array(points, np.int32)], [*(int(c * share) for c in colour), 255], cv2.LINE_AA)

    face([(w, rise), (w + depth, 0), (w + depth, h - rise), (w, h + rise - 1)], side, 0.62)
    face([(0, rise), (depth, 0), (w + depth, 0), (w, rise)], side, 0.95)
    for x0, share in ((w, 0.75), (w + depth // 2, 0.55)):  # the glued edge and the fold
        cv2.line(canvas, (x0, rise - (x0 - w) * rise // depth), (x0, h + rise - (x0 - w) * rise * 2 // depth - 2),
                 [*(int(c * share) for c in side), 255], max(1, round(2 * scale)), cv2.LINE_AA)  # fmt: skip
    left = (_WIDTH * scale - w - depth) / 2
    return _place(canvas, scale, left, base * _HEIGHT * scale - h - rise)


def _pouch(art: Image.Image, scale: float, colour: Colour, rng: np.random.Generator, base: float) -> Layer:
    """A stand-up pouch: heat-sealed head with zip and notches, soft bulges, a rounded gusset."""
    head, foot, side = round(110 * scale), round(60 * scale), round(26 * scale)
    w, h = art.width + 2 * side, art.height + head + foot
    flat = np.empty((h, w, 3), np.float32)
    flat[:] = colour
    flat[head : head + art.height, side : side + art.width] = _pixels(art)
    rows = np.arange(h, dtype=np.float32)[:, None]
    cols = np.arange(w, dtype=np.float32)[None, :]
    crimp = np.where(rows < 56 * scale, 1 + 0.06 * np.sin(rows / scale * 1.1), 1.0)
    zip_line = np.exp(-(((rows - 86 * scale) / (4 * scale)) ** 2)) - np.exp(-(((rows - 94 * scale) / (4 * scale)) ** 2))
    bumps = cv2.resize(rng.normal(0, 1, (7, 5)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    across = (cols / w - 0.5) * 2
    shade = 0.86 + 0.20 * np.cos(across * 1.35 + 0.35) + 0.035 * bumps + 0.10 * zip_line
    shade = shade - 0.22 * np.exp(-(((h - rows) / (46 * scale)) ** 2))
    shade = shade - 0.16 * np.exp(-(((1 - np.abs(across)) / 0.025) ** 2))
    sheen = 22 * np.exp(-(((across + 0.66 + 0.05 * bumps) / 0.09) ** 2)) * (rows > head)
    rgb = flat * (shade * crimp)[..., None] + sheen[..., None]
    bend = (5 * scale * np.sin(rows / h * np.pi * 1.7 + 0.4)).astype(np.float32)  # the silhouette's soft waist
    grow = 1 - 0.03 * np.sin(np.clip(rows / h, 0, 1) * np.pi)
    map_x = np.broadcast_to((cols - w / 2) * grow + w / 2 + bend * across, (h, w)).astype(np.float32)
    map_y = np.broadcast_to(rows - 10 * scale * (1 - across**2) * (rows / h) ** 3, (h, w)).astype(np.float32)
    mask = Image.new("L", (w, h), 0)
    ImageDraw.Draw(mask).rounded_rectangle((side // 2, 1, w - side // 2, h - 12 * scale), 22 * scale, 255)
    for x in (side // 2, w - side // 2):
        ImageDraw.Draw(mask).ellipse((x - 9 * scale, 66 * scale, x + 9 * scale, 84 * scale), 0)
    layer = _layer(_f32(rgb), _f32(np.asarray(mask)) / np.float32(255))
    layer = np.asarray(cv2.remap(layer, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.uint8)
    return _place(layer, scale, (_WIDTH * scale - w) / 2, base * _HEIGHT * scale - h)


# ------------------------------------------------------------------------------------------- desk, light, camera
_DESKS: dict[str, tuple[Colour, Colour]] = {  # desk, wall
    "oak": ((176, 132, 88), (214, 208, 198)), "walnut": ((104, 72, 50), (188, 182, 174)),
    "steel": ((150, 156, 162), (196, 204, 212)), "white": ((222, 220, 216), (232, 232, 230)),
    "slate": ((74, 80, 88), (128, 136, 146)),
}  # fmt: skip


def _noise(rng: np.random.Generator, rows: int, cols: int, h: int, w: int) -> NDArray[np.float32]:
    """Smooth noise (h, w) of about unit spread with `rows` x `cols` independent knots."""
    knots = rng.standard_normal((rows, cols)).astype(np.float32)
    return np.asarray(cv2.resize(knots, (w, h), interpolation=cv2.INTER_CUBIC), np.float32)


def _room(kind: str, rng: np.random.Generator, scale: float, horizon: float) -> Scene:
    """Desk below, blurred wall above `horizon` (a share of the height; 0 shows the desk from straight above)."""
    h, w = round(_HEIGHT * scale), round(_WIDTH * scale)
    desk, wall = (_f32(c) for c in _DESKS[kind])
    n = 640
    if kind in ("oak", "walnut"):
        grain = 0.9 * _noise(rng, 90, 5, n, n) + 0.6 * _noise(rng, 260, 9, n, n) + 0.7 * _noise(rng, 5, 3, n, n)
        texture = desk * (1 + 0.055 * grain[..., None])
        for plank in range(0, n, 160):
            texture[plank : plank + 2] *= 0.62
            texture[plank : plank + 160] *= 1 + 0.05 * rng.standard_normal()
    else:
        rough = {"steel": 0.035, "slate": 0.03, "white": 0.008}[kind]
        texture = desk * (1 + rough * (_noise(rng, 320, 4, n, n) + _noise(rng, 4, 4, n, n))[..., None])
    line = horizon * h
    spread = 0.0 if horizon == 0 else 0.55 * w
    corners = _f32([[0, 0], [n, 0], [n, n], [0, n]])
    target = _f32([[-0.02 * w, line], [1.02 * w, line], [w + spread, h], [-spread, h]])
    scene = np.empty((h, w, 3), np.float32)
    scene[:] = wall * (0.84 + 0.22 * np.linspace(0, 1, h, dtype=np.float32)[:, None, None])
    if horizon:
        for _ in range(5):  # far things, out of focus
            at, r = (int(rng.integers(0, w)), int(line * rng.uniform(0.2, 1.0))), int(rng.uniform(0.06, 0.16) * w)
            cv2.circle(scene, at, r, (wall * rng.uniform(0.72, 1.1)).tolist(), -1)
    cv2.warpPerspective(texture.astype(np.float32), cv2.getPerspectiveTransform(corners, target), (w, h), scene,
                        cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)  # fmt: skip
    if horizon:
        sharp = round((horizon + 0.46) * h)  # rows from here on are in focus
        small = cv2.resize(scene, (w // 4, h // 4), interpolation=cv2.INTER_AREA)
        far = cv2.resize(cv2.GaussianBlur(small, (0, 0), 7 * scale), (w, h), interpolation=cv2.INTER_LINEAR)[:sharp]
        near = np.clip((np.arange(sharp, dtype=np.float32) / h - horizon - 0.06) / 0.4, 0, 1)[:, None, None]
        scene[:sharp] = far + (scene[:sharp] - far) * near
    return scene


def _compose(scene: Scene, layer: Layer, scale: float, base: float, standing: bool) -> Scene:
    """The object and its shadow on the scene."""
    h, w = scene.shape[:2]
    alpha = layer[..., 3]
    small = cv2.resize(alpha, (w // 8, h // 8), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    if standing:  # thrown to the right and back along the desk, darkest where it stands
        foot = base * h / 8
        lean = _f32([[1, -0.42, 0.42 * foot], [0, 0.20, 0.795 * foot]])
        cast = cv2.GaussianBlur(cv2.warpAffine(small, lean, (w // 8, h // 8)), (0, 0), 5 * scale)
        touch = np.zeros_like(small)
        cols = np.flatnonzero(small.max(axis=0) > 0.5)
        mid, reach = int(cols.mean()), int(np.ptp(cols) / 2)
        cv2.ellipse(touch, (mid, int(foot)), (reach, int(4 * scale) + 1), 0, 0, 360, 1.0, -1)
        shadow = 0.50 * cast + 0.55 * cv2.GaussianBlur(touch, (0, 0), 3 * scale)
    else:
        drop = _f32([[1, 0, 3 * scale], [0, 1, 4 * scale]])
        shadow = 0.62 * cv2.GaussianBlur(cv2.warpAffine(small, drop, (w // 8, h // 8)), (0, 0), 4 * scale)
    kept = 1 - np.asarray(cv2.resize(np.clip(shadow, 0, 0.8), (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
    kept *= 1 - alpha.astype(np.float32) / 255
    scene *= kept[..., None]
    scene += layer[..., :3]
    return scene


def _turn(layer: Layer, yaw: float, pitch: float, roll: float) -> Layer:
    """The frame's content turned in space about its centre (degrees) and seen by a pinhole camera again."""
    h, w = layer.shape[:2]
    a, b, c = np.deg2rad([yaw, pitch, roll])
    ry = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    rx = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    rz = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    corners = np.array([[-w / 2, -h / 2, 0], [w / 2, -h / 2, 0], [w / 2, h / 2, 0], [-w / 2, h / 2, 0]])
    turned, focal = corners @ (rz @ ry @ rx).T, 1.4 * h
    seen = turned[:, :2] * (focal / (focal + turned[:, 2:])) + (w / 2, h / 2)
    matrix = cv2.getPerspectiveTransform(_f32(corners[:, :2] + (w / 2, h / 2)), _f32(seen))
    return np.asarray(cv2.warpPerspective(layer, matrix, (w, h), flags=cv2.INTER_LINEAR), np.uint8)


def _photograph(scene: Scene, rng: np.random.Generator, scale: float, blur: float = 0, motion: float = 0,
                glare: bool = False, light: float = 1.0, noise: float = 1.5,
                quality: int = 92) -> Image.Image:  # fmt: skip
    """Light, lens, sensor and JPEG. `blur` and `motion` in pixels at scale 1, `light` a gain, `noise` a spread."""
    h, w = scene.shape[:2]
    gx, gy = rng.uniform(-0.12, 0.12, 2)
    fall = np.linspace(-gx, gx, w, dtype=np.float32)[None, :] + np.linspace(-gy, gy, h, dtype=np.float32)[:, None]
    scene *= (light * (1 + fall))[..., None]
    if light < 0.8:
        scene *= _f32([1.05, 1.0, 0.86])
    if glare:
        at, size = rng.uniform(0.3, 0.7, 2), rng.uniform(0.05, 0.09)
        x, y = np.linspace(-at[0], 1 - at[0], w, dtype=np.float32), np.linspace(-at[1], 1 - at[1], h, dtype=np.float32)
        spot = np.outer(np.exp(-((0.7 * y) ** 2) / (2 * size * size)), np.exp(-(x**2) / (2 * size * size)))
        scene += (235 * spot)[..., None]
    if blur:
        scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), blur * scale), np.float32)
    if motion:
        reach = max(3, round(motion * scale) | 1)
        kernel = np.zeros((reach, reach), np.float32)
        angle = rng.uniform(0, np.pi)
        dx, dy = np.cos(angle) * reach / 2, np.sin(angle) * reach / 2
        mid = reach // 2
        cv2.line(kernel, (round(mid - dx), round(mid - dy)), (round(mid + dx), round(mid + dy)), 1.0, 1)
        scene = np.asarray(cv2.filter2D(scene, -1, kernel / kernel.sum()), np.float32)
    grain = noise * rng.standard_normal((h // 4, w // 4, 3), dtype=np.float32)
    for top in range(0, h, h // 4):
        for left in range(0, w, w // 4):
            block = scene[top : top + h // 4, left : left + w // 4]
            block += grain[: block.shape[0], : block.shape[1]]
    pixels = np.clip(scene, 0, 255, out=scene).astype(np.uint8)
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return Image.fromarray(np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR_RGB)))


# ------------------------------------------------------------------------------------------- the benchmark's labels
_PALETTES: list[tuple[Colour, Colour, Colour, Colour]] = [  # paper, ink, band, ink on the band
    ((252, 252, 250), (20, 20, 24), (26, 72, 122), (255, 255, 255)),
    ((250, 248, 240), (34, 30, 26), (46, 110, 70), (255, 255, 250)),
    ((255, 250, 238), (50, 34, 20), (214, 110, 30), (255, 255, 255)),
    ((244, 238, 250), (44, 26, 66), (96, 58, 140), (255, 255, 255)),
    ((30, 34, 44), (240, 240, 236), (30, 34, 44), (236, 200, 110)),
    ((24, 62, 48), (244, 242, 228), (18, 48, 38), (240, 222, 150)),
    ((120, 22, 32), (255, 246, 232), (96, 14, 24), (255, 226, 150)),
    ((236, 246, 248), (16, 48, 60), (236, 246, 248), (10, 96, 120)),
    ((250, 236, 226), (80, 30, 34), (196, 60, 72), (255, 255, 255)),
    ((226, 206, 170), (52, 36, 20), (226, 206, 170), (84, 44, 16)),
]


def _pick(rng: np.random.Generator, joined: str, k: int = 1) -> list[str]:
    options = joined.split("|")
    return [options[i] for i in rng.permutation(len(options))[:k]]


def _write(language: str, rng: np.random.Generator, harmless: Sequence[int], active: Sequence[str],
           trap: Sequence[tuple[str, str]]) -> Copy:  # fmt: skip
    """A label in one language: harmless rows of `_HARMLESS`, `active` names among them, `trap` phrases in place."""
    words = _WORDS[language]
    names = [_HARMLESS[i][_COLUMN[language]] for i in harmless]
    for name in [*active, *(text for slot, text in trap if slot == "row")]:
        names.insert(int(rng.integers(0, max(1, len(names) * 2 // 3))), name)
    facts, nutrition = words.facts.split("|"), [tuple(n.split(":", 1)) for n in words.nutrition.split("|")]
    if language == "en" and rng.random() < 0.6:  # doses in the panel, the rest below it
        split = len(names) * 2 // 3
        rows = [(n, f"{rng.choice([1, 2, 5, 10, 25, 50, 100, 250, 500])} {'mcg' if rng.random() < 0.2 else 'mg'}")
                for n in names[:split]]  # fmt: skip
        heading, below = words.listing.split("|")[1], names[split:]
    else:
        rows = [(left, right) for left, right in nutrition]
        heading, below = words.listing.split("|")[0], names
    brand = _pick(rng, words.brands)[0]
    stamp = f"{rng.integers(2027, 2030)}.{rng.integers(1, 13):02}.{rng.integers(1, 29):02}"
    filled = words.details.format(brand=brand, country=_pick(rng, _COUNTRY[language])[0], exp=stamp,
                                  lot=f"{rng.choice(list('ABKMR'))}{rng.integers(10000, 99999)}")  # fmt: skip
    said = {slot: [text for s, text in trap if s == slot] for slot in ("claim", "detail", "tag")}
    return Copy(
        language, brand, _pick(rng, words.products)[0], (said["tag"] or _pick(rng, words.tags))[0],
        [*said["claim"], *_pick(rng, words.claims, int(rng.integers(1, 3)))], facts, rows, heading, below,
        [*said["detail"], *filled.split("|")], _pick(rng, words.form)[0].format(n=rng.choice([30, 60, 90, 120])),
        _ean13(f"2{rng.integers(10**11):011}") if rng.random() < 0.85 else None,
    )  # fmt: skip


def _traditional(copy: Copy) -> Copy:
    def turn(text: str) -> str:
        return text.translate(_HANT)

    return replace(copy, product=turn(copy.product), tag=turn(copy.tag), claims=[*map(turn, copy.claims)],
                   brand=turn(copy.brand), facts=[*map(turn, copy.facts)], heading=turn(copy.heading),
                   rows=[(turn(left), right) for left, right in copy.rows], names=[*map(turn, copy.names)],
                   details=[*map(turn, copy.details)], form=turn(copy.form))  # fmt: skip


def _sticker(art: Image.Image, copy: Copy, scale: float, rng: np.random.Generator, top: float) -> list[str]:
    """An import sticker on the lower part of the art, from `top` pixels on; returns its lines."""
    size = round(0.88 * art.width), round(art.height - top - 14 * scale)
    face = _FACES[copy.language][0]
    look = Look(face, copy.language, (250, 250, 246), (16, 16, 16), (250, 250, 246), (16, 16, 16))
    sheet = _fit(replace(copy, product="", rows=(), barcode=None), size, scale, look, 1.05)
    paper = sheet.render(min(size[1], int(sheet.y))).convert("RGBA")
    ImageDraw.Draw(paper).rectangle((0, 0, paper.width - 1, paper.height - 1), outline=(150, 150, 146))
    paper = paper.rotate(rng.uniform(-1.2, 1.2), Image.Resampling.BICUBIC, expand=True)
    art.paste(paper, ((art.width - paper.width) // 2, round(top)), paper)
    return sheet.lines


def labels(n: int, seed: int, scale: float = 1.0) -> Iterator[Label]:
    """`n` photos of 1200 x 1600 times `scale`; the first ones are the same whatever `n` is.

    Every 54 photos hold each language x kind x distortion once; listed ones are narcotic in a third of the cases and
    go round all names a language has before one returns.
    """
    order = np.random.default_rng([seed, 0])
    table = listed()
    pools: dict[tuple[str, bool], Iterator[str]] = {}
    for language in _COLUMN:
        for narcotic in (True, False):
            pool = [i for i, entry in table.items() if entry.narcotic == narcotic and entry.names.get(language)]
            pools[language, narcotic] = cycle([pool[k] for k in order.permutation(len(pool))])
    traps = {language: [t for t in _TRAPS if t[0] == language] for language in _COLUMN}
    turns = {language: cycle([own[k] for k in order.permutation(len(own))]) for language, own in traps.items()}
    cells = [(language, kind, how) for language in LANGUAGES for kind in KINDS for how in DISTORTIONS]
    narcotics = cycle([True, False, False])
    for number in range(n):
        if number % len(cells) == 0:
            shuffled = [cells[k] for k in order.permutation(len(cells))]
        language, kind, distortion = shuffled[number % len(cells)]
        rng = np.random.default_rng([seed, 1, number])
        spoken = language.split("+")
        lead = spoken[number % len(spoken)]
        ids: list[str] = []
        trap: list[tuple[str, str]] = []
        verdict = {"clear"}
        if kind == "listed":
            narcotic = next(narcotics)
            ids = [next(pools[lead, narcotic])]
            if rng.random() < 0.4 and (second := next(pools[lead, False])) not in ids:
                ids.append(second)
            verdict = {"narcotic" if narcotic else "block"}
        elif kind == "trap":
            _, verdicts, phrases = next(turns[lead])
            held, _, phrases = phrases.rpartition("=")
            verdict, ids = set(verdicts.split(",")), [held] if held else []
            trap = [(slot, text) for slot, _, text in (phrase.partition(":") for phrase in phrases.split(";"))]
        harmless = rng.permutation(len(_HARMLESS))[: int(rng.integers(8, 21)) - (6 if len(spoken) > 1 else 0)].tolist()
        copies = []
        for tongue in spoken:
            called = [table[i].names.get(tongue) for i in ids if kind == "listed"]
            names = [str(rng.choice(options)) for options in called if options]
            phrases = trap if tongue == lead else []
            if tongue != spoken[0]:  # a sticker has neither claims nor a tag: there such a phrase is one of the details
                phrases = [("row" if slot == "row" else "detail", text) for slot, text in phrases]
            copies.append(_write(tongue, rng, harmless, names, phrases))
        script = spoken[0]
        if script == "zh" and rng.random() < 0.4:
            script, copies[0] = "hant", _traditional(copies[0])
        picture, lines, defects = _shoot(copies, script, distortion, rng, scale)
        yield Label(tuple(lines), language, kind, tuple(ids), frozenset(verdict), distortion, tuple(defects), picture,
                    copies[0].barcode, f"label_{seed}_{number:04}")  # fmt: skip


def _shoot(copies: Sequence[Copy], script: str, distortion: str, rng: np.random.Generator,
           scale: float) -> tuple[Image.Image, list[str], list[str]]:  # fmt: skip
    """Design, package and photograph one label; returns the photo, its printed lines and what was done to it."""
    copy, hard = copies[0], distortion == "hard"
    defects = [str(d) for d in rng.permutation(["glare", "motion", "dark", "small", "steep"])[:2]] if hard else []
    package = str(rng.choice(["bottle", "box", "pouch"], p=[0.55, 0.25, 0.20] if hard else [0.25, 0.5, 0.25]))
    paper, ink, band, band_ink = _PALETTES[rng.integers(len(_PALETTES))]
    look = Look(str(rng.choice(_FACES[copy.language])), script, paper, ink, band, band_ink,
                centred=bool(rng.random() < 0.5), motif=str(rng.choice(["", *_MOTIFS])),
                breaks=str(rng.choice(["", "", "-", "|"])), round=package == "bottle")  # fmt: skip
    half, dip = (1.25, 0.17) if hard else (1.02, 0.09)
    across = 2 * half * (430 if hard else 480)
    width, height = {"bottle": (across, 1090), "box": (930, 1330), "pouch": (900, 1230)}[package]
    size = round(width * scale), round(height * scale)
    part = 1.0
    if len(copies) > 1:  # the sticker stands where the foreign directions stood, all but what the case hangs on
        copy, part = replace(copy, claims=copy.claims[:1], details=copy.details[: max(1, len(copy.details) - 4)]), 0.62
    sheet = _fit(copy, (size[0], int(size[1] * part)), scale, look, 0.62 if "small" in defects else 1.25)
    art, lines = sheet.render(size[1]), sheet.lines
    for extra in copies[1:]:
        lines = lines + _sticker(art, extra, scale, rng, sheet.y + 6 * scale)
    if package == "bottle":
        body = ((244, 244, 240), (120, 66, 22), (36, 38, 42), (40, 84, 60))[rng.integers(4)]
        layer = _bottle(art, scale, body, ((246, 246, 244), (28, 28, 30), band)[rng.integers(3)], half, dip, 0.97)
    elif package == "box":
        layer = _box(art, scale, band, 0.965)
    else:
        layer = _pouch(art, scale, band if rng.random() < 0.7 else paper, rng, 0.965)
    tilt = {"clear": 0.6, "mild": rng.uniform(3, 5)}.get(distortion, 12.0 if "steep" in defects else 6.0)
    signs = rng.choice([-1.0, 1.0], 3)
    layer = _turn(layer, tilt * signs[0], 0.7 * tilt * signs[1], 0.5 * tilt * signs[2])
    standing = bool(rng.random() < 0.5) and tilt < 6
    room = _room(str(rng.choice(list(_DESKS))), rng, scale, rng.uniform(0.2, 0.4) if standing else 0.0)
    scene = _compose(room, layer, scale, 0.965, standing)
    shots: dict[str, Callable[[], Image.Image]] = {
        "clear": lambda: _photograph(scene, rng, scale),
        "mild": lambda: _photograph(scene, rng, scale, blur=0.8, noise=4, quality=70),
        "hard": lambda: _photograph(
            scene, rng, scale, 0.9, 5 if "motion" in defects else 0, "glare" in defects,
            0.42 if "dark" in defects else 1.0, 6, 35),
    }  # fmt: skip
    picture = shots[distortion]()
    if hard and rng.random() < 0.15:
        turn = int(rng.integers(1, 4))
        picture = picture.rotate(90 * turn, expand=True)
        defects.append(f"rotated {90 * turn}")
    return picture, lines, [package, *defects]


# ------------------------------------------------------------------------------------------- the demo's eight photos
class Stage(NamedTuple):
    """One demo photo: what is written, how it looks, where it stands."""

    file: str
    title_ko: str
    verdict: str
    copy: Copy
    look: Look
    package: str
    desk: str
    shell: tuple[Colour, Colour]  # bottle body and cap, or side of the box / film of the pouch
    blur: float = 0.0


def _rows(text: str) -> list[tuple[str, str]]:
    return [(left, right) for left, _, right in (row.partition(":") for row in text.split("|"))]


_SANS, _NARROW, _SERIF, _ = _FACES["en"]
_NOTO, _, _NOTO_SERIF = _FACES["ja"]
_WHITE: Colour = (255, 255, 255)
_STAGES = [
    Stage("01_melatonin_gummies.jpg", "미국산 멜라토닌 젤리", "block", Copy(
        "en", "NORVALE", "Night Gummies", "Melatonin 5 mg · Natural Berry", ["Gluten Free  ·  Non-GMO"],
        ["Supplement Facts", "Serving Size: 2 Gummies   Servings: 30", "Amount Per Serving"],
        _rows("Calories:15|Total Sugars:3 g|Vitamin B6:2 mg|Melatonin:5 mg|Chamomile Flower:25 mg"),
        "Other Ingredients:", ["Cane Sugar", "Glucose Syrup", "Water", "Pectin", "Citric Acid", "Natural Flavor",
        "Blueberry Extract", "Beet Red"],
        ["Take two gummies before bedtime.", "Keep out of reach of children.", "Made in USA by Norvale", "EXP 2028.04"],
        "60 Gummies", _ean13("207154002613")),
        Look(_SANS, "en", (250, 248, 252), (36, 24, 66), (84, 56, 142), _WHITE, None, False, "moon", True),
        "bottle", "oak", ((246, 245, 242), (238, 236, 240))),
    Stage("02_senna_diet_tea.jpg", "일본산 센나 다이어트차", "block", Copy(
        "ja", "月乃葉堂", "すっきり美茶", "ハーブブレンドティー", ["香り豊か  ノンカフェイン"],
        ["栄養成分表示", "1包(2.5g)当たり", "含有量"],
        _rows("エネルギー:2kcal|たんぱく質:0.1g|脂質:0g|炭水化物:0.4g|食塩相当量:0g"),
        "原材料名:", ["センナ茎", "ハブ茶",
        "ルイボス", "緑茶", "ローズヒップ", "ペパーミント", "ステビア抽出物", "香料"],
        ["お召し上がり方:1日1包を熱湯200mlで3分。", "直射日光、高温多湿を避けて保存",
         "製造者:月乃葉堂 架空県みずほ市1-2-3",
         "原産国:日本", "賞味期限 2028.03.15"], "内容量 50g(2.5g×20包)", _ean13("249012880551")),
        Look(_NOTO_SERIF, "ja", (250, 248, 236), (34, 46, 30), (62, 112, 62), (255, 253, 240), motif="leaf"),
        "box", "walnut", ((62, 112, 62), (62, 112, 62))),
    Stage("03_slimming_coffee.jpg", "중국산 슬리밍 커피", "block", Copy(
        "zh", "云栖谷", "轻盈咖啡", "固体饮料 · 速溶型", ["独立小包装"],
        ["营养成分表", "每100克(g)", "项目"], _rows("能量:1620kJ|蛋白质:6.2g|脂肪:8.4g|碳水化合物:70.1g|钠:95mg"),
        "配料:", ["速溶咖啡粉", "植脂末", "白砂糖", "西布曲明", "菊粉", "绿茶提取物", "维生素C", "食用香精"],
        ["食用方法:每日1次,每次1袋,热水冲饮。", "请置于阴凉干燥处。", "生产商:云栖谷食品有限公司", "产地:中国广东省",
         "保质期:18个月  批号 K72051"], "净含量:150克(10克×15袋)", _ean13("269041227703")),
        Look(_NOTO, "zh", (252, 246, 236), (52, 30, 18), (112, 34, 30), (255, 226, 160), motif="cup"),
        "box", "slate", ((112, 34, 30), (112, 34, 30))),
    Stage("04_kratom_powder.jpg", "크라톰 분말", "narcotic", Copy(
        "en", "TALLOWAY BOTANICALS", "Green Vein Kratom", "Mitragyna speciosa Leaf Powder", ["Finely Milled"],
        ["Product Facts", "Serving Size: 1 tsp (2.4 g)", "Amount Per Serving"],
        _rows("Kratom Leaf Powder:2,400 mg|Mitragynine:36 mg"), "INGREDIENTS:",
        ["100% Kratom (Mitragyna speciosa) leaf"],
        ["Not for use by persons under 21.", "Store in a cool, dry place.", "Product of Indonesia",
         "LOT B40718  EXP 2028.09"],
        "Net Wt. 250 g (8.8 oz)", _ean13("230071845112")),
        Look(_NARROW, "en", (226, 204, 166), (40, 34, 22), (30, 74, 48), (246, 238, 210), motif="leaf"),
        "pouch", "oak", ((202, 172, 126), (202, 172, 126))),
    Stage("05_hemp_seed_snack.jpg", "햄프씨드 스낵", "check", Copy(
        "ko", "들샘푸드", "고소한 햄프씨드바", "견과 스낵 · 캐나다산 삼씨", ["한 봉지 30 g씩 8개"],
        ["영양정보", "1봉지 30 g당 148 kcal", "함량"], _rows("탄수화물:15 g|당류:6 g|단백질:6 g|지방:7 g|나트륨:45 mg"),
        "원재료명:", ["햄프씨드(삼씨, 껍질 제거) 42%", "귀리", "벌꿀", "아몬드", "쌀조청", "해바라기유", "천일염"],
        ["식품유형: 견과류가공품", "보관방법: 직사광선을 피해 서늘한 곳", "수입판매원: 들샘푸드 가상시 보리로 12",
         "원산지: 캐나다", "소비기한 2027.11.20"], "내용량 240 g", _ean13("288021593044")),
        Look("NanumSquare{}.ttf", "ko", (253, 249, 236), (44, 40, 24), (196, 150, 42), (48, 34, 6), motif="seeds"),
        "pouch", "white", ((196, 150, 42), (196, 150, 42))),
    Stage("06_vitamin_c.jpg", "비타민 C 캡슐", "clear", Copy(
        "en", "HELMIRA LABS", "Vitamin C", "1,000 mg with Rosehip", ["Vegan  ·  No Artificial Colors"],
        ["Supplement Facts", "Serving Size: 1 Tablet   Servings: 120", "Amount Per Serving"],
        _rows("Vitamin C (Ascorbic Acid):1,000 mg|Rosehip Powder:50 mg|Zinc Gluconate:5 mg|Citrus Fiber:20 mg"),
        "Other Ingredients:", ["Microcrystalline Cellulose", "Hypromellose", "Silicon Dioxide", "Magnesium Stearate"],
        ["Take one tablet daily with a meal.", "Store in a cool, dry place.", "Made in Canada by Helmira Labs",
         "EXP 2028.12"],
        "120 Tablets", _ean13("206339117084")),
        Look(_SANS, "en", (255, 252, 244), (60, 34, 10), (232, 128, 24), _WHITE, None, False, "citrus", True),
        "bottle", "white", ((132, 72, 24), (250, 250, 248))),
    Stage("07_melatonin_free_sleep.jpg", "멜라토닌 무첨가 표시 수면차", "check", Copy(
        "en", "Quillan & Rowe", "Calm Evening", "Herbal Sleep Tea", ["MELATONIN FREE"],
        ["Nutrition Facts", "Serving Size: 1 Tea Bag (1.8 g)", "Amount Per Serving"],
        _rows("Calories:0|Total Carbohydrate:0 g|Caffeine:0 mg"), "INGREDIENTS:",
        ["Chamomile Flower", "Peppermint Leaf", "Lemon Balm", "Rosehip", "Apple Pieces", "Natural Flavor"],
        ["Steep one bag in hot water for five minutes.", "Contains no melatonin.", "Packed in the United Kingdom",
         "BEST BEFORE 2028.06"], "20 Tea Bags · Net Wt. 36 g", _ean13("250061734882")),
        Look(_SERIF, "en", (244, 246, 250), (24, 34, 62), (28, 44, 88), (240, 222, 170), motif="moon"),
        "box", "oak", ((28, 44, 88), (28, 44, 88))),
    Stage("08_blurred_bottle.jpg", "초점이 나간 병 사진", "unreadable", Copy(
        "en", "BRIXMERE", "Prime Vigor", "Food Supplement", ["Maximum Strength"],
        ["Supplement Facts", "Serving Size: 2 Capsules", "Amount Per Serving"],
        _rows("Vitamin B12:25 mcg|Zinc Gluconate:10 mg|Ginger Root Powder:100 mg"), "Other Ingredients:",
        ["Rice Flour", "Hypromellose", "Silicon Dioxide"], ["Made in USA by Brixmere", "EXP 2028.02"], "90 Capsules"),
        Look(_SANS, "en", (244, 244, 242), (20, 40, 34), (20, 92, 74), _WHITE),
        "bottle", "slate", ((34, 36, 40), (24, 24, 26)), 17.0),
]  # fmt: skip


def samples() -> list[tuple[Path, str]]:
    """The demo photos kept in git and their Korean titles."""
    with (DATA / "demo" / "truth.csv").open(encoding="utf-8", newline="") as file:
        return [(DATA / "demo" / row["file"], row["title_ko"]) for row in csv.DictReader(file)]


def write_demo(folder: Path, seed: int = 7) -> None:
    """Eight photos (JPEG, 1200 x 1600) and `truth.csv` (file, title_ko, expected_verdict) into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    scale = 2.0  # rendered twice as large and shrunk: clean edges, crisp type
    base = 0.955
    for number, stage in enumerate(_STAGES):
        rng = np.random.default_rng([seed, number])
        width, height = {"bottle": (918, 980), "box": (860, 1300), "pouch": (850, 1180)}[stage.package]
        size = round(width * scale), round(height * scale)
        art = _fit(stage.copy, size, scale, stage.look).render(size[1])
        first, second = stage.shell
        if stage.package == "bottle":
            layer = _bottle(art, scale, first, second, 1.02, 0.07, base)
        elif stage.package == "box":
            layer = _box(art, scale, first, base)
        else:
            layer = _pouch(art, scale, first, rng, base)
        scene = _compose(_room(stage.desk, rng, scale, 0.5), layer, scale, base, standing=True)
        photo = _photograph(scene, rng, scale, blur=stage.blur, noise=1.0, quality=97)
        photo.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS).save(folder / stage.file, quality=85, optimize=True)
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "title_ko", "expected_verdict"])
        writer.writerows([stage.file, stage.title_ko, stage.verdict] for stage in _STAGES)
