"""From lines on a photo to one searchable stream of text.

Lines become rows, rows become paragraphs (a sentence that wraps stays together, a table column does not mix with its
neighbour), and all paragraphs become one ``Stream``: the raw text, and beside it a squeezed form without case, width,
accents, spaces, hyphens and line breaks, in which "N-Acetyl\u00adcys-\\nteine" and "n acetylcysteine" are the same.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from lib.entries.hazard_photo.ocr import Line

GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ω": "omega", "ß": "beta"}
DROPPED = set("-‐‑‒–—―−\u00ad'’‘`´·・•∙®™©ー\u200b\ufeff〜~_")
HAN_VARIANTS = (  # each group is one character as mainland, traditional and Japanese print spell it
    "黄黃 药藥薬 盐鹽塩 亚亞亜 实實実 泽澤沢 龙龍竜 达達 对對対 酰醯 叶葉 泻瀉 万萬 麦麥 参參蔘 苁蓯 银銀 碱鹼堿 马馬 贝貝 铜銅 "
    "钠鈉 锂鋰 锗鍺 钾鉀 钙鈣 镁鎂 锌鋅 铁鐵鉄 铝鋁 硒 羟羥 医醫 剂劑剤 胶膠 兰蘭 罗羅 芦蘆 萝蘿 萨薩 鱼魚 丽麗 欧歐 莲蓮 苏蘇 树樹 "
    "状狀 壮壯 丝絲 红紅 绿綠緑 肾腎 环環 赛賽 诺諾 尔爾 类類 维維 伦倫 辅輔 双雙 单單単 乌烏 枣棗 极極 归歸帰 续續続 断斷 营營営 热熱 "
    "烧燒焼 独獨 兽獸獣 玛瑪 产產産 毕畢 矿礦鉱 种種 谷穀 节節 细細 缩縮 总總総 联聯 脑腦脳 肤膚 与與 茎莖 蓝藍 虫蟲 卫衛 觉覺覚 调調 "
    "护護 猪豬 费費 边邊辺 酱醬 门門 开開 关關関 阴陰 阳陽 鸡雞鶏 离離 韦韋 头頭 颗顆 飞飛 饮飲 松鬆 鲁魯 鲜鮮 霉黴 点點 齐齊 龟龜亀 "
    "寿壽 蝎蠍 连連 翘翹 术術 阔闊 槟檳 猫貓 须鬚 迈邁 黑黒 广廣広 虾蝦 恶惡悪 栀梔 当當 岛島 车車 东東 乐樂楽 买買 卖賣売 "
    "莨 颠顛 桦樺 桧檜 纳納 脱脫 内內 侧側 减減 诃訶 润潤 涩澀渋 赖賴頼 宾賓浜 锐銳 铵銨 锭錠 镇鎮 压壓圧 拟擬 质質 体體 传傳伝 "
    "选選 择擇択 测測 试試 验驗験 检檢検 无無 发發発 疗療 济濟済 绝絕絶 卢盧 兴興 奋奮 剧劇 毒 猪豬 鹅鵝 鸦鴉 缬纈 汉漢 变變変 应應応 "
    "级級 经經経 结結 络絡 粪糞 蟾 蜈蚣 壳殼殻 鳖鱉 鹿 驴驢 旱 莱萊 荆荊 蒌蔞 苍蒼 萸 蔷薔 薇 蕴蘊 藓蘚 订訂 诱誘 谢謝 贫貧 轮輪 "
    "辽遼 违違 远遠 迟遲遅 邻鄰 郁鬱 钩鉤 铃鈴 银銀 锁鎖 镰鐮 闭閉 阶階 随隨 难難 静靜 项項 顺順 颗顆 风風 骨 鲸鯨 鸟鳥 鹤鶴 "
    "奥奧 橼櫞 榆楡 睾睪 腽膃 青靑 从從 亚亞 仑侖 伪偽僞 价價価 优優 会會 侠俠 偿償 储儲 儿兒児 冻凍 净淨浄 凉涼 几幾 划劃 别別 剥剝 劳勞労 势勢 区區 卤鹵 厂廠 历歷歴"
)
_HAN = {variant: group[0] for group in HAN_VARIANTS.split() for variant in group}
CONFUSABLE_PAIRS = {"rn": "m", "vv": "w", "cl": "d"}
CONFUSABLE = str.maketrans(
    dict(
        zip(
            "01|!i5ンシッャュョァィゥェォニカロタトハエチヘリ",
            "ollllsソツツヤユヨアイウエオ二力口夕卜八工千ヘり",
            strict=True,
        )
    )
    | {"一": ""}
    | str.maketrans("榥䓬燀苁", "棍草煇从")  # rare characters the line model cannot tell from common ones
)
PARAGRAPH = "\x00"  # between paragraphs, matches nothing
HAN_CLASS, KANA_CLASS, HANGUL_CLASS, UPPER, LOWER, DIGIT, OTHER = "hkgUld."


@cache
def fold_char(char: str) -> str:
    """One character in squeezed form: '' when it is dropped, several when it expands (β -> beta)."""
    if char in DROPPED or char.isspace():
        return PARAGRAPH if char == PARAGRAPH else ""
    char = GREEK.get(char, char)
    folded = []
    for part in unicodedata.normalize("NFKC", char):
        if "\uac00" <= part <= "\ud7a3":
            folded.append(part)
            continue
        if "\u3041" <= part <= "\u3096":  # hiragana -> katakana
            folded.append(chr(ord(part) + 0x60))
            continue
        if "\u30a0" <= part <= "\u30ff":
            folded.append(part)
            continue
        plain = "".join(c for c in unicodedata.normalize("NFKD", part) if not unicodedata.combining(c)).casefold()
        folded += [GREEK.get(c, _HAN.get(c, c)) for c in plain if c not in DROPPED and not c.isspace()]
    return "".join(folded)


@cache
def char_class(char: str) -> str:
    """Script class of a character; a word ends where the class changes (except capital to small letter)."""
    if "\uac00" <= char <= "\ud7a3":
        return HANGUL_CLASS
    if char in "・･":
        return OTHER
    if "\u3041" <= char <= "\u30ff" or "\uff66" <= char <= "\uff9f":
        return KANA_CLASS
    if "\u3400" <= char <= "\u9fff":
        return HAN_CLASS
    plain = unicodedata.normalize("NFKC", char)[:1]
    if plain.isdigit():
        return DIGIT
    if plain.isalpha():
        return UPPER if plain.isupper() else LOWER
    return OTHER


def squeeze(text: str) -> str:
    """The squeezed form of a name; see ``Stream.squeezed``."""
    return Stream.of_text(text).squeezed


def confuse(squeezed: str) -> tuple[str, list[int]]:
    """Map characters that cameras confuse (rn/m, l/I/1, 0/O, ン/ソ) to one; also where each came from."""
    folded: list[str] = []
    at: list[int] = []
    i = 0
    while i < len(squeezed):
        pair = CONFUSABLE_PAIRS.get(squeezed[i : i + 2])
        for char in (pair or squeezed[i]).translate(CONFUSABLE):
            folded.append(char)
            at.append(i)
        i += 2 if pair else 1
    return "".join(folded), at


@dataclass
class Stream:
    """All text of one photo.

    ``raw``: paragraphs joined by NUL, rows by newline, neighbouring boxes by a space. ``source[i]``: the (line,
    character) that ``raw[i]`` came from, None for joints. ``squeezed`` with ``at[j]``: the raw index of its j-th char.
    """

    raw: str = ""
    source: list[tuple[int, int] | None] = field(default_factory=list)
    squeezed: str = ""
    at: list[int] = field(default_factory=list)

    @classmethod
    def of_text(cls, text: str) -> "Stream":
        stream = cls(text, [None] * len(text))
        stream._squeeze()
        return stream

    @classmethod
    def of_lines(cls, lines: Sequence[Line]) -> "Stream":
        raw: list[str] = []
        source: list[tuple[int, int] | None] = []
        for p, paragraph in enumerate(paragraphs(lines)):
            if p:
                raw.append(PARAGRAPH)
                source.append(None)
            for r, row in enumerate(paragraph):
                for b, index in enumerate(row):
                    if b or r:
                        raw.append(" " if b else "\n")
                        source.append(None)
                    raw.extend(lines[index].text)
                    source.extend((index, i) for i in range(len(lines[index].text)))
        stream = cls("".join(raw), source)
        stream._squeeze()
        return stream

    def _squeeze(self) -> None:
        squeezed: list[str] = []
        raw = self.raw
        for i, char in enumerate(raw):
            if char == "," and 0 < i < len(raw) - 1 and raw[i - 1].isdigit() and raw[i + 1].isdigit():
                continue  # 1,3-dimethyl... and 17,21-dipropionate
            for part in fold_char(char):
                squeezed.append(part)
                self.at.append(i)
        self.squeezed = "".join(squeezed)

    def starts_word(self, j: int) -> bool:
        """Whether a word begins at squeezed index ``j``."""
        i = self.at[j]
        return i == 0 or self._edge(i - 1, i)

    def ends_word(self, j: int) -> bool:
        """Whether a word ends before squeezed index ``j``."""
        i = self.at[j - 1]
        return i == len(self.raw) - 1 or self._edge(i, i + 1)

    def _edge(self, i: int, k: int) -> bool:
        before, after = char_class(self.raw[i]), char_class(self.raw[k])
        return OTHER in (before, after) or (before != after and (before, after) != (UPPER, LOWER))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Raw (start, end) of squeezed[start:end]."""
        return self.at[start], self.at[end - 1] + 1

    def row(self, start: int, end: int) -> tuple[int, int]:
        """Raw bounds of the row(s) that hold raw[start:end]."""
        left = max(self.raw.rfind("\n", 0, start), self.raw.rfind(PARAGRAPH, 0, start)) + 1
        right = min(
            (i for i in (self.raw.find("\n", end), self.raw.find(PARAGRAPH, end)) if i >= 0), default=len(self.raw)
        )
        return left, right

    def paragraph(self, start: int, end: int) -> tuple[int, int]:
        """Raw bounds of the paragraph that holds raw[start:end]."""
        left = self.raw.rfind(PARAGRAPH, 0, start) + 1
        right = self.raw.find(PARAGRAPH, end)
        return left, right if right >= 0 else len(self.raw)

    def places(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """(line, first char, last char + 1) for each line that raw[start:end] touches."""
        found: dict[int, list[int]] = {}
        for place in self.source[start:end]:
            if place:
                found.setdefault(place[0], []).append(place[1])
        for line, chars in found.items():
            yield line, min(chars), max(chars) + 1


def paragraphs(lines: Sequence[Line]) -> list[list[list[int]]]:
    """Indices of ``lines`` as paragraphs of rows of boxes. Lines without a box are one paragraph, a row each."""
    boxed = [i for i, line in enumerate(lines) if line.box]
    if len(boxed) < len(lines) or not lines:
        return [[[i] for i in range(len(lines))]] if lines else []
    corners = np.array([line.box for line in lines])  # (n, 4, 2)
    along = corners[:, 1] - corners[:, 0]
    angle = float(np.median(np.arctan2(along[:, 1], along[:, 0])))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    level = corners @ turn  # as if the camera had been held straight
    left, right = level[:, :, 0].min(1), level[:, :, 0].max(1)
    top, bottom = level[:, :, 1].min(1), level[:, :, 1].max(1)
    height = np.maximum(np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1), 1.0)

    rows: list[list[int]] = []
    for i in np.lexsort((left, top)):
        for row in reversed(rows[-12:]):
            last = row[-1]
            overlap = min(bottom[i], bottom[last]) - max(top[i], top[last])
            same_size = 0.6 < height[i] / height[last] < 1.67
            if (
                same_size
                and overlap > 0.5 * min(height[i], height[last])
                and -0.5 < (left[i] - right[last]) / height[i] < 1.2
            ):
                row.append(int(i))
                break
        else:
            rows.append([int(i)])

    def follows(above: list[int], below: list[int]) -> bool:
        h = float(np.median(height[above]))
        gap = top[below].min() - bottom[above].max()
        same_size = 0.65 < float(np.median(height[below])) / h < 1.55
        shared = min(right[above].max(), right[below].max()) - max(left[above].min(), left[below].min())
        narrower = min(right[above].max() - left[above].min(), right[below].max() - left[below].min())
        return bool(same_size and -0.6 * h < gap < 0.9 * h and shared > 0.5 * narrower)

    result: list[list[list[int]]] = []
    for row in sorted(rows, key=lambda row: float(top[row].min())):
        for paragraph in reversed(result):
            if follows(paragraph[-1], row):
                paragraph.append(row)
                break
        else:
            result.append([row])
    return result


DOSE = re.compile(
    r"\d\s*(?:mg|mcg|µg|μg|ug|g|iu|ml|ppm|%|毫克|微克|克|ミリグラム|밀리그램|마이크로그램)(?![a-z])", re.IGNORECASE
)
