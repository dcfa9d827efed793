"""Invented goods and the many ways one article is written in declarations.

HS codes are in the manner of the tariff and not checked against it; model codes and brands are random letters.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

Name = tuple[str, str]  # English, Korean


@dataclass(frozen=True)
class Product:
    """``usd`` and ``kg`` of one ``unit``; ``names``: the standard name, then trade names. ``specs``: what follows the model code.

    ``coded``: odds that an article has a model code at all. ``other_hs``: where the same goods might be declared: under
    the same six digits, under the same four, under other four. ``pack``: another unit it is sold by and how many of
    ``unit`` one holds.
    """

    hs: str
    names: tuple[Name, ...]
    unit: str
    usd: float
    kg: float
    specs: tuple[str, ...]
    component: str
    business: str
    other_hs: tuple[str, str, str] = ("", "", "")
    coded: float = 0.75
    pack: tuple[str, float] = ("BOX", 20)


@dataclass(frozen=True)
class Text:
    """How one declaration line words its goods."""

    goods: str
    trade_name: str
    brand: str
    model: str
    component: str


@dataclass(frozen=True)
class Article:
    """One model of a product as its importer or maker writes it."""

    product: Product
    code: str
    spec: str
    usd: float
    kg: float
    text: Text
    name: Name
    trade: Name


FIELDS: dict[str, tuple[str, ...]] = {
    "inch": ("1", "1.5", "2", "3", "4", "6", "8"),
    "lb": ("150", "300", "600"),
    "w": ("1.8", "2.4", "3", "3.6", "4.5", "5.4"),
    "l": ("2.7", "3.6", "5.4", "6", "7.2", "10"),
    "gsm": ("70", "80", "110", "140", "180", "220"),
    "cm": ("12", "18", "22", "26", "32", "38"),
    "mm": ("0.8", "1.2", "1.5", "2", "2.8", "3.6", "5", "8", "12"),
    "big": ("600", "900", "1200", "1500", "1800", "2000"),
    "high": ("100", "150", "200", "250", "300"),
    "watt": ("12", "18", "30", "50", "100", "410", "450", "550"),
    "mp": ("2", "4", "5", "8"),
    "core": ("2", "3", "4", "5"),
    "sq": ("1.5", "2.5", "4", "6", "10", "16"),
    "d": ("6", "8", "10", "12", "16", "20"),
    "len": ("20", "30", "40", "50", "60", "80"),
    "ah": ("5", "10", "20", "50", "100"),
    "volt": ("12", "24", "48", "110", "220"),
    "grade": ("A", "B", "S", "P"),
    "size": ("S", "M", "L", "XL"),
    "karat": ("14K", "18K", "24K"),
    "pct": ("99.5", "99.8", "99.9"),
    "tyre": ("195/65R15", "205/55R16", "225/45R17", "235/60R18"),
}


def _p(
    hs: str, names: str, unit: str, usd: float, kg: float, specs: str, component: str, business: str, other: str = "",
    coded: float = 0.75, pack: tuple[str, float] = ("BOX", 20),
) -> Product:  # fmt: skip
    pairs = tuple((en, ko) for en, ko in (pair.split("/") for pair in names.split("|")))
    others = tuple(other.split()) or ("", "", "")
    assert len(others) == 3
    return Product(hs, pairs, unit, usd, kg, tuple(specs.split("|")), component, business, others, coded, pack)


PRODUCTS: tuple[Product, ...] = (
    _p("7307210000", "FLANGE/플랜지|WELD NECK FLANGE/용접목 플랜지|SLIP ON FLANGE/슬립온 플랜지|BLIND FLANGE/맹플랜지", "EA", 14, 4.8,
       "{inch}INCH {lb}LB RF|{inch}INCH {lb}LB A182 F304", "STAINLESS STEEL", "금속", "7307219000 7307290000 7326909000", 0.45, ("KG", 0.21)),
    _p("7307110000", "PIPE FITTING/관이음쇠|ELBOW/엘보|REDUCER/레듀서", "EA", 6, 1.7, "{inch}INCH SCH40|{inch}INCH X {inch}INCH", "CAST IRON", "금속",
       "7307119000 7307190000 7326909000", 0.5, ("KG", 0.6)),
    _p("6306120000", "TARPAULIN/방수포|PE TARPAULIN/폴리에틸렌 방수포|TRUCK COVER/적재함 덮개", "EA", 6.5, 2.3,
       "{w}M X {l}M {gsm}GSM|{w} X {l} M", "POLYETHYLENE", "섬유", "6306129000 6306190000 3926909000", 0.6, ("KG", 0.435)),
    _p("4819400000", "PAPER BAG/종이백|KRAFT PAPER BAG/크라프트 종이백|SHOPPING BAG/쇼핑백", "EA", 0.19, 0.05,
       "{cm}X{cm}X{cm}CM {gsm}GSM|{cm}X{cm} CM", "KRAFT PAPER", "제지", "4819409000 4819300000 4823909000", 0.6, ("BOX", 200)),
    _p("2933610000", "MELAMINE/멜라민|MELAMINE POWDER/멜라민 분말", "KG", 1.25, 1, "{pct}% 25KG BAG|PURITY {pct}%", "MELAMINE", "화학",
       "2933619000 2933699000 3909200000", 0.3, ("BAG", 25)),
    _p("7113191000", "GOLD JEWELRY/금 장신구|GOLD CHAIN/금 체인|GOLD ARTICLE/금 가공품", "G", 96, 0.001, "{karat} {len}CM|{karat}", "GOLD", "귀금속",
       "7113199000 7113110000 7115900000", 0.5, ("EA", 8)),
    _p("7108131000", "GOLD PLATE/금판|SEMI-MANUFACTURED GOLD/금 반제품|GOLD WIRE/금선", "G", 91, 0.001, "{pct}% {mm}MM|{karat}", "GOLD", "귀금속",
       "7108139000 7108120000 7115900000", 0.4, ("EA", 50)),
    _p("9404210000", "MATTRESS/매트리스|MEMORY FOAM MATTRESS/메모리폼 매트리스|TOPPER/토퍼", "EA", 72, 17,
       "{big}X2000X{high}MM|QUEEN {high}MM|SINGLE {high}MM", "POLYURETHANE", "가구", "9404219000 9404290000 3926909000", 0.8, ("SET", 1)),
    _p("7604291000", "ALUMINUM EXTRUSION/알루미늄 압출재|ALUMINUM PROFILE/알루미늄 프로파일|ALUMINUM FRAME/알루미늄 프레임", "KG", 3.5, 1,
       "6063-T5 {len}X{len} L{big}|6061-T6 {mm}MM", "ALUMINUM", "금속", "7604299000 7604210000 7610909000", 0.65, ("EA", 4.2)),
    _p("8541430000", "SOLAR MODULE/태양광 모듈|PV PANEL/태양광 패널|MONO SOLAR PANEL/단결정 태양광 패널", "EA", 63, 22,
       "{watt}W MONO 144CELL|{watt}W", "SILICON", "전자", "8541439000 8541420000 8501719000", 0.9, ("SET", 10)),
    _p("8525891000", "CCTV CAMERA/CCTV 카메라|IP CAMERA/네트워크 카메라|DOME CAMERA/돔 카메라", "EA", 46, 0.6,
       "{mp}MP {mm}MM IR|{mp}MP", "PLASTIC, PCB", "전자", "8525899000 8525810000 8521900000", 0.95, ("BOX", 20)),
    _p("8544491000", "ELECTRIC WIRE/전선|POWER CABLE/전력케이블|CONTROL CABLE/제어케이블", "M", 2.2, 0.4,
       "0.6/1KV {core}C X {sq}SQ|{core}C {sq}SQMM {big}M", "COPPER, PVC", "전자", "8544499000 8544420000 7413000000", 0.6, ("ROL", 300)),
    _p("7318159000", "BOLT/볼트|HEX BOLT/육각볼트|ANCHOR BOLT/앵커볼트", "KG", 2.2, 1, "M{d}X{len} GR8.8|M{d} X {len}MM", "CARBON STEEL", "금속",
       "7318151000 7318160000 7326909000", 0.4, ("EA", 0.06)),
    _p("7306309000", "STEEL PIPE/강관|WELDED PIPE/용접강관", "KG", 1.05, 1, "{inch}INCH SCH40 6M|{inch}INCH X {mm}MM", "CARBON STEEL", "금속",
       "7306301000 7306500000 7304399000", 0.35, ("EA", 22)),
    _p("7312102000", "WIRE ROPE/와이어로프|STEEL CABLE/강연선", "KG", 1.9, 1, "{d}MM 6X19|{d}MM 6X37 {big}M", "STEEL", "금속",
       "7312109000 7312900000 7326209000", 0.4, ("ROL", 120)),
    _p("7318230000", "RIVET/리벳|BLIND RIVET/블라인드 리벳", "KG", 1.3, 1, "{mm}MM X {len}MM|{len}MM", "STEEL", "금속",
       "7318239000 7318240000 7326909000", 0.5, ("BOX", 20)),
    _p("8482101000", "BALL BEARING/볼베어링|DEEP GROOVE BEARING/깊은홈 볼베어링", "EA", 2.6, 0.22, "ZZ {d}X{len}MM|2RS {d}X{len}", "BEARING STEEL", "기계",
       "8482109000 8482800000 8483300000", 0.95, ("BOX", 50)),
    _p("8481801000", "VALVE/밸브|BALL VALVE/볼밸브|GATE VALVE/게이트밸브", "EA", 34, 3.2, "{inch}INCH {lb}LB|{inch}INCH WCB", "CAST STEEL", "기계",
       "8481809000 8481300000 8413910000", 0.8, ("SET", 2)),
    _p("8501523000", "ELECTRIC MOTOR/전동기|INDUCTION MOTOR/유도전동기", "EA", 120, 16, "{volt}V {d}P|{watt}KW", "STEEL, COPPER", "기계",
       "8501529000 8501510000 8503009000", 0.95, ("SET", 1)),
    _p("8413702000", "PUMP/펌프|WATER PUMP/워터펌프", "EA", 88, 9, "{volt}V {inch}INCH|{watt}W", "CAST IRON", "기계",
       "8413709000 8413810000 8479899000", 0.95, ("SET", 1)),
    _p("9405421000", "LED LAMP/LED 등기구|LED PANEL LIGHT/LED 평판등|FLOOD LIGHT/투광등", "EA", 13, 0.9,
       "{watt}W 5700K|{watt}W {big}X{high}MM", "ALUMINUM, PC", "전자", "9405429000 9405110000 8539520000", 0.85, ("BOX", 10)),
    _p("8507600000", "LITHIUM BATTERY/리튬 배터리|BATTERY PACK/배터리팩", "EA", 66, 2.6, "{volt}V {ah}AH|{ah}AH", "LITHIUM", "전자",
       "8507609000 8507800000 8504409000", 0.9, ("SET", 4)),
    _p("8504311000", "TRANSFORMER/변압기|CURRENT TRANSFORMER/변류기", "EA", 9, 0.7, "{volt}V {watt}VA|{ah}A", "STEEL, COPPER", "전자",
       "8504319000 8504320000 8543709000", 0.9, ("BOX", 12)),
    _p("8505110000", "MAGNET/자석|NEODYMIUM MAGNET/네오디뮴 자석", "EA", 0.8, 0.03, "{d}X{len}X{mm}MM N52|{d}X{mm}MM", "NDFEB", "전자",
       "8505119000 8505190000 8548009000", 0.4, ("KG", 0.03)),
    _p("4011100000", "TIRE/타이어|RADIAL TIRE/래디얼 타이어", "EA", 39, 9, "{tyre} 91V|{tyre}", "RUBBER", "자동차부품",
       "4011109000 4011200000 4012900000", 0.8, ("SET", 4)),
    _p("8708301000", "BRAKE PAD/브레이크 패드|BRAKE DISC/브레이크 디스크", "EA", 11, 1.9, "FRONT {grade}|REAR {d}MM", "STEEL", "자동차부품",
       "8708309000 8708990000 6813810000", 0.95, ("SET", 4)),
    _p("9401790000", "CHAIR/의자|FOLDING CHAIR/접이식 의자", "EA", 27, 6, "{big}X{big}MM|{grade} TYPE", "STEEL", "가구",
       "9401791000 9401710000 9403200000", 0.85, ("SET", 4)),
    _p("9403200000", "STEEL RACK/철제 선반|SHELF/선반", "EA", 31, 12, "{big}X{big}X{high}MM|5 TIER {big}MM", "STEEL", "가구",
       "9403209000 9403990000 7326909000", 0.75, ("SET", 1)),
    _p("4015120000", "NITRILE GLOVES/니트릴 장갑|RUBBER GLOVES/고무장갑", "PR", 0.11, 0.012, "{size} {mm}MM|{size} 100PCS", "NITRILE", "잡화",
       "4015129000 4015190000 3926200000", 0.5, ("BOX", 50)),
    _p("6402990000", "SHOES/신발|SAFETY SHOES/안전화|SANDAL/샌들", "PR", 14, 0.9, "SIZE 250-280|{grade} STYLE", "RUBBER, PU", "잡화",
       "6402991000 6402910000 6404190000", 0.85, ("BOX", 12)),
    _p("7323930000", "STAINLESS TUMBLER/스테인리스 텀블러|KITCHENWARE/주방용품|STAINLESS POT/스테인리스 냄비", "EA", 4.6, 0.4,
       "{big}ML|{cm}CM", "STAINLESS STEEL", "잡화", "7323939000 7323990000 9617000000", 0.8, ("BOX", 24)),
    _p("3304991000", "COSMETICS/화장품|SKIN CREAM/크림|FACIAL MASK/마스크팩", "EA", 3.6, 0.11, "{len}ML|{high}G", "GLYCERIN", "화학",
       "3304999000 3304910000 3307900000", 0.5, ("BOX", 60)),
    _p("3920621000", "PET FILM/PET 필름|POLYESTER FILM/폴리에스터 필름", "KG", 2.4, 1, "{mm}MM X {big}MM|{high}MIC {big}MM", "PET", "화학",
       "3920629000 3920690000 3919909000", 0.6, ("ROL", 90)),
    _p("5407611000", "POLYESTER FABRIC/폴리에스터 직물|WOVEN FABRIC/직물", "M", 1.3, 0.2, "{gsm}GSM {len}INCH|{high}D", "POLYESTER", "섬유",
       "5407619000 5407690000 5903909000", 0.7, ("YD", 0.9144)),
    _p("8421219000", "WATER FILTER/정수 필터|FILTER CARTRIDGE/필터 카트리지", "EA", 7.5, 0.5, "{d}INCH {ah}MIC|{ah} MICRON", "PP, CARBON", "기계",
       "8421211000 8421290000 5911900000", 0.85, ("BOX", 20)),
    _p("9019101000", "MASSAGER/안마기|NECK MASSAGER/목 안마기", "EA", 34, 1.6, "{volt}V {watt}W|{volt}V", "PLASTIC", "전자",
       "9019109000 9019200000 8509809000", 0.95, ("SET", 1)),
)  # fmt: skip

PARTS: dict[str, tuple[Product, ...]] = {  # what makers of a business bring in, under other four digits than they send out
    "금속": (
        _p("7207110000", "STEEL BILLET/빌릿|FORGED BLANK/단조 소재", "KG", 0.65, 1, "{high}X{high}MM|S45C", "CARBON STEEL", "금속", coded=0.2),
        _p("7601200000", "ALUMINUM INGOT/알루미늄 괴|ALUMINUM BILLET/알루미늄 빌릿", "KG", 2.3, 1, "6063 {high}MM|{pct}%", "ALUMINUM", "금속", coded=0.15),
        _p("7213910000", "WIRE ROD/선재", "KG", 0.72, 1, "{mm}MM SWRCH|{d}MM", "STEEL", "금속", coded=0.2),
    ),
    "전자": (
        _p("8542390000", "IC/집적회로|CONTROLLER IC/제어용 집적회로", "EA", 0.9, 0.002, "QFN{len}|{volt}V", "SILICON", "전자", coded=0.98),
        _p("9002110000", "LENS/렌즈|CAMERA LENS/카메라 렌즈", "EA", 3.1, 0.02, "{mm}MM F2.0|M{d}", "GLASS", "전자", coded=0.9),
        _p("8534001000", "PCB/인쇄회로기판|PCB ASS'Y/기판 조립품", "EA", 2.2, 0.06, "{core}L {high}X{high}MM|REV {grade}", "FR-4", "전자", coded=0.85),
        _p("7408110000", "COPPER WIRE/동선", "KG", 9.1, 1, "{mm}MM|{d}MM {pct}%", "COPPER", "전자", coded=0.2),
    ),
    "기계": (
        _p("7325990000", "CASTING/주물|CASTING PARTS/주물 부품", "EA", 5.2, 3, "{inch}INCH|{high}MM", "CAST IRON", "기계", coded=0.6),
        _p("4016930000", "SEAL/씰|O-RING/오링", "EA", 0.12, 0.003, "{d}X{mm}MM|P{len}", "NBR", "기계", coded=0.7),
        _p("8505190000", "ROTOR MAGNET/회전자 자석", "EA", 1.6, 0.05, "{d}X{len}MM", "FERRITE", "기계", coded=0.7),
    ),
    "섬유": (
        _p("5402330000", "POLYESTER YARN/폴리에스터사", "KG", 1.7, 1, "{high}D/{len}F|DTY {high}D", "POLYESTER", "섬유", coded=0.3),
        _p("3901100000", "LDPE/저밀도 폴리에틸렌|PE RESIN/폴리에틸렌 수지", "KG", 1.2, 1, "MI {mm}|25KG BAG", "POLYETHYLENE", "섬유", coded=0.4),
    ),
    "제지": (_p("4804310000", "KRAFT PAPER/크라프트지", "KG", 0.85, 1, "{gsm}GSM {big}MM|{gsm}GSM", "PULP", "제지", coded=0.2),),
    "화학": (
        _p("3907610000", "PET RESIN/PET 수지", "KG", 1.1, 1, "IV 0.{len}|25KG BAG", "PET", "화학", coded=0.4),
        _p("2905450000", "GLYCERIN/글리세린", "KG", 1.4, 1, "{pct}%|USP {pct}%", "GLYCERIN", "화학", coded=0.2),
    ),
    "귀금속": (_p("7108120000", "GOLD BAR/금괴|GOLD GRAIN/금 그레인", "G", 88, 0.001, "{pct}% 1KG|{pct}%", "GOLD", "귀금속", coded=0.2),),
    "가구": (
        _p("3909500000", "POLYOL/폴리올|TDI/티디아이", "KG", 2, 1, "{pct}%|250KG DRUM", "POLYOL", "가구", coded=0.3),
        _p("7210490000", "STEEL SHEET/강판|COATED SHEET/도금강판", "KG", 0.8, 1, "{mm}MM X {big}MM", "STEEL", "가구", coded=0.2),
        _p("8302420000", "HINGE/경첩|HARDWARE PARTS/철물 부품", "EA", 0.35, 0.06, "{len}MM|{cm}CM", "STEEL", "가구", coded=0.6),
    ),
    "자동차부품": (
        _p("4001220000", "NATURAL RUBBER/천연고무", "KG", 1.8, 1, "TSNR {d}|{grade} GRADE", "RUBBER", "자동차부품", coded=0.2),
        _p("7326190000", "FORGED PARTS/단조 부품", "EA", 3.4, 1.6, "{high}MM|{d}KG", "STEEL", "자동차부품", coded=0.6),
    ),
    "잡화": (
        _p("4002590000", "NBR LATEX/라텍스", "KG", 1.5, 1, "{len}% SOLID|DRUM", "LATEX", "잡화", coded=0.3),
        _p("7219340000", "STAINLESS COIL/스테인리스 코일", "KG", 2.5, 1, "304 {mm}MM|430 {mm}MM", "STAINLESS STEEL", "잡화", coded=0.2),
    ),
}  # fmt: skip
GENERIC = ("부품", "PARTS", "SET", "ASS'Y", "GOODS", "MODEL", "TYPE", "ACCESSORY", "MATERIAL", "용품")
NO_BRAND = ("NO BRAND", "NO", "N/B", "NONE", "무상표")
_SOUNDS = "ba be bo ca co da de do fa fi ga go ha ka ke ko la le lo lu ma me mi mo na ne no nu pa po ra re ri ro sa se so ta te to va ve vi xo ya zo zen ron mar tek lin vor dan sol".split()
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def brand(random: Random) -> str:
    """A brand that nobody has."""
    return "".join(random.choice(_SOUNDS) for _ in range(random.choice((2, 3, 3)))).upper()


def code(random: Random) -> str:
    """A model code of random letters and digits."""
    form = random.choice(
        ("AA-0000", "AAA-000", "AAA000", "A00-000", "AA00-00A", "AAA-0000A", "AA-00-000", "A0000", "AAAA-00")
    )
    draw = {"A": _LETTERS, "0": "0123456789"}
    return "".join(random.choice(draw[c]) if c in draw else c for c in form)  # fmt: skip


def article(random: Random, product: Product, own_brand: str = "", *, usd: float = 1, korean: float = 0.3) -> Article:
    """A model of ``product``; ``own_brand``: its maker's, else drawn. ``usd``: price against the product's."""
    name, trade = product.names[0], random.choice(product.names)
    tongue = 1 if random.random() < korean else 0
    spec = re.sub(r"\{(\w+)\}", lambda m: random.choice(FIELDS[m[1]]), random.choice(product.specs))
    made = code(random) if random.random() < product.coded else ""
    if random.random() < 0.08:
        made, spec = made.lower(), spec.lower()
    elif random.random() < 0.1:
        made = made.replace("-", "")
    label = own_brand or (random.choice(NO_BRAND) if random.random() < 0.35 else brand(random))
    model = " ".join(part for part in (made, spec if random.random() < 0.9 or not made else "") if part)
    if random.random() < 0.08:
        model = random.choice((f"MODEL: {model}", f"{model} SET", f"{model} TYPE", f"{model} {random.choice(GENERIC)}"))
    if random.random() < 0.025:
        made, model = "", random.choice((*GENERIC, "S/M", "AS PER INVOICE", trade[0]))
    called = trade[tongue]
    if random.random() < 0.1:
        called = f"{called} {random.choice(GENERIC)}"
    goods = name[tongue] if random.random() < 0.93 else random.choice(GENERIC)
    text = Text(goods, called, label, model, product.component)
    spread = random.lognormvariate(0, 0.15)
    return Article(
        product, made, spec, product.usd * usd * random.lognormvariate(0, 0.3), product.kg * (1.0 if product.unit in ("KG", "G") else spread),
        text, name, trade,
    )  # fmt: skip


def reworded(random: Random, article: Article, level: int, own_brand: str) -> Text:
    """The article as another declaration writes it. 0 same; 1 form only; 2 also typos, translation, units; 3 altered on purpose."""
    text = article.text
    if level == 0:
        return text
    if level == 1:
        return _recast(random, text)
    if level == 2:
        text = _mistyped(random, article, text)
        return _recast(random, text) if random.random() < 0.5 else text
    text = _altered(random, article, text, own_brand)
    if random.random() < 0.35:
        text = replace(text, model=_units(random, text.model))
    return _recast(random, text) if random.random() < 0.4 else text


# level 1: form only


def _recast(random: Random, text: Text) -> Text:
    ways: list[Callable[[str], str]] = random.sample(
        [
            lambda s: s.lower() if random.random() < 0.6 else s.title(),
            lambda s: s.replace("-", random.choice(("", " ", "_"))),
            lambda s: s.replace(" ", ""),
            lambda s: " ".join([*s.split()[1:], *s.split()[:1]] if random.random() < 0.6 else reversed(s.split())),
            _wide,
            lambda s: random.choice(("[{}]", "({})", "MODEL:{}", "{}.", "{} / -", "#{}", '"{}"')).format(s),
            lambda s: re.sub(r"(?<=[A-Z])(?=\d)", random.choice(("-", " ")), s, count=1),
        ],
        random.choice((1, 2, 2)),
    )
    model = text.model
    for way in ways:
        model = way(model)
    return replace(
        text,
        model=model if model.strip() else text.model,
        goods=random.choice((str.title, str.upper, str.lower))(text.goods),
        trade_name=random.choice((str.title, str.lower, str, lambda s: s.replace(" ", ""), lambda s: f"{s}."))(
            text.trade_name
        ),
        brand=random.choice((str, str.title, str.lower))(text.brand),
    )


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


# level 2: slips, translation, units

_LOOKS = {"0": "O", "O": "0", "1": "I", "I": "1", "5": "S", "S": "5", "8": "B", "B": "8", "2": "Z", "Z": "2"}
_NOMINAL = {"1": "25", "1.5": "40", "2": "50", "3": "80", "4": "100", "6": "150", "8": "200"}
_SHORT = {
    "STAINLESS STEEL": "STS", "ALUMINUM": "AL", "CARBON STEEL": "C/S", "WELD NECK": "WN", "SLIP ON": "SO",
    "POLYETHYLENE": "PE", "POLYESTER": "PET", "CAMERA": "CAM", "BATTERY": "BATT", "TRANSFORMER": "TR",
    "POLYURETHANE": "PU", "BEARING": "BRG", "MATTRESS": "MATT", "COPPER": "CU", "STAINLESS": "SUS",
}  # fmt: skip


def _mistyped(random: Random, article: Article, text: Text) -> Text:
    model, code = text.model, article.code
    if code and random.random() < 0.6:
        model = model.replace(code, _slip(random, code))
    if random.random() < 0.6:
        model = _units(random, model)
    goods, called = text.goods, text.trade_name
    if random.random() < 0.55:
        goods, called = (_translated(name, pair) for name, pair in ((goods, article.name), (called, article.trade)))
    elif random.random() < 0.4:
        called = _short(called)
    if called == text.trade_name and random.random() < 0.3 and len(called) > 4:
        called = _slip(random, called)
    label = text.brand if text.brand in NO_BRAND or random.random() < 0.7 else _slip(random, text.brand)
    changed = Text(goods, called, label, model, _short(text.component) if random.random() < 0.5 else text.component)
    return changed if changed != text else replace(text, model=_slip(random, model))  # fmt: skip


def _slip(random: Random, text: str) -> str:
    """One character off."""
    alike = [i for i, c in enumerate(text) if c in _LOOKS]
    if alike and random.random() < 0.5:
        i = random.choice(alike)
        return text[:i] + _LOOKS[text[i]] + text[i + 1 :]
    i = random.randrange(len(text))
    way = random.randrange(3)
    if way == 0 and i + 1 < len(text):
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    if way == 1 and len(text) > 3:
        return text[:i] + text[i + 1 :]
    other = random.choice("0123456789" if text[i].isdigit() else _LETTERS)
    return text[:i] + other + text[i + 1 :]


def _translated(text: str, name: Name) -> str:
    english, korean = name
    return text.replace(english, korean) if english in text else text.replace(korean, english)


def _short(text: str) -> str:
    for long, short in _SHORT.items():
        if long in text:
            return text.replace(long, short)
    return text


def _units(random: Random, text: str) -> str:
    """Measures written otherwise, meaning the same."""

    def inch(m: re.Match[str]) -> str:
        nominal = _NOMINAL.get(m[1], "")
        forms = [f'{m[1]}"', f"{m[1]} INCH", f"{m[1]}IN", *((f"{nominal}A", f"DN{nominal}") if nominal else ())]
        return str(random.choice(forms))

    text = re.sub(r"(\d+(?:\.\d+)?)INCH", inch, text)
    text = re.sub(r"(?<=\d)MM\b", random.choice((" mm", "mm", "MM", " MM")), text)
    text = re.sub(r"(?<=\d)CM\b", random.choice((" cm", "cm", "CM")), text)
    text = re.sub(r"(?<=\d)GSM\b", random.choice(("g/m2", " GSM", "G/M2")), text)
    text = re.sub(r"(?<=\d)SQ(MM)?\b", random.choice(("mm2", "SQ", " SQMM", "sq")), text)
    text = re.sub(r"(?<=\d)LB\b", random.choice(("#", " LB", "LBS")), text)
    text = re.sub(r"(?<=\d)W\b", random.choice((" W", "WATT", "w")), text)
    return re.sub(r"(?<=\d) ?X ?(?=\d)", random.choice(("*", " x ", "x", " X ")), text)


# level 3: altered on purpose


def _altered(random: Random, article: Article, text: Text, own_brand: str) -> Text:
    model = text.model
    if article.code:
        model = model.replace(article.code, _recoded(random, article.code))
    else:
        model = random.choice((f"{code(random)} {model}", f"KR {model}", f"{own_brand} {model}"))
    if article.code and random.random() < 0.2 and " " in model:
        model = model.split()[0]  # the specification is left out
    return Text(
        random.choice(GENERIC) if random.random() < 0.35 else _translated(text.goods, article.name) if random.random() < 0.4 else text.goods,
        random.choice(GENERIC) if random.random() < 0.25 else random.choice(article.product.names)[random.randrange(2)],
        own_brand if random.random() < 0.7 else random.choice((text.brand, *NO_BRAND)),
        model,
        text.component,
    )  # fmt: skip


def _recoded(random: Random, code: str) -> str:
    letter = random.choice(_LETTERS)
    forms = [
        f"{code}{random.choice(('K', '-K', 'KR', '-KR', letter, f'-{letter}', '-1', 'N'))}",
        f"{random.choice(('KR-', 'K', 'KR', f'{letter}-', letter))}{code.replace('-', '')}",
        code.replace("-", "")[:-1] + letter,
        re.sub(r"[A-Z]+", lambda m: letter + m[0][1:], code, count=1),
        re.sub(r"^[A-Z]+", "".join(random.sample(_LETTERS, 2)), code),  # own letters before the maker's digits
        re.sub(r"\d(?=\D*$)", str(random.randrange(10)), code) + letter,
        "-".join(reversed(code.split("-"))) if "-" in code else f"{code}-{random.randrange(10)}",
    ]
    return random.choice([form for form in forms if form != code])
