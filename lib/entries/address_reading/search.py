"""One address held against the index: names found in it, the buildings they may mean, and how well each fits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lib.entries.address_reading import pieces, unit
from lib.entries.address_reading.index import Index, Region
from lib.entries.address_reading.pieces import DIGITS, JOINS, LANES, LETTERS, LOOSE, SIGN, STREETS, Number, Word

LONGEST = 7  # words of a road name: Gasan digital 1 ro 25 beon gil
NUMBERS, ROADS = 10, 24  # building numbers and roads tried together
NEAR = 0.86  # likeness asked of words that do not end like a road
_DONG = "tonk"
_PLACE = frozenset({"si", "kon", "ko", _DONG, "op", "myon", "li"})  # 시 군 구 동 읍 면 리
_PLACE_END = ("kon", _DONG, "myon")
_ROAD_END = ("lo", "kil")


@dataclass
class Hit:
    """Words that may name something. ``also``: further words apart from those, as in "12-gil, Teheran-ro"."""

    first: int
    last: int
    names: Sequence[int] = ()
    likeness: float = 1.0
    also: tuple[int, int] | None = None
    region: Region | None = None

    def holds(self, number: Number) -> bool:
        """Whether a number is part of the name."""
        if number.first < self.last and self.first < number.last:
            return True
        return self.also is not None and number.first < self.also[1] and self.also[0] < number.last


@dataclass
class Found:
    """A road and a number weighed. ``building``: ``None`` if the table does not hold it."""

    score: float
    road: int
    area: int
    hit: Hit
    inside: bool  # the name is part of a longer one
    number: Number | None = None
    building: int | None = None
    facts: dict[str, float] = field(default_factory=dict)


class Search:
    """What one address may mean: ``found``, best first, ``lots`` where no road was read, ``unit``, ``declared`` postcode.

    ``written``: the text as it came where its letters still stand at the places of the plain one.
    """

    def __init__(self, index: Index, text: str, zip_code: str | None) -> None:
        self.index, self.text = index, pieces.plain(text)
        self.written = text if len(text) == len(self.text) else self.text
        self.words = pieces.words(self.text)
        told = "".join(sign for sign in zip_code or "" if sign.isdigit())
        self.declared = told if len(told) == 5 else ""
        self.zip_words: set[int] = set()
        self.old_towns: list[int] = []
        self._postcodes()
        self.unit = unit.parse(self._without_zips())
        self.zip_roads = index.zip_roads(self.declared)
        self.numbers = pieces.numbers(self.words, self.zip_words, [(a, b) for a, b, _, _ in self.unit.taken])[:NUMBERS]
        self.roads: list[Hit] = []
        self.region_hits: list[Hit] = []
        self.town_hits: list[Hit] = []
        self.sido: set[str] = set()
        self.area_points: dict[int, float] = {}
        self.town_points: dict[int, float] = {}
        self.lots: list[tuple[int, Number]] = []
        self.found: list[Found] = []
        self._look_up()
        self._branches(self.roads)
        self._glued()
        self._regions()
        if not (self.zip_roads and self._weigh(in_zip=True) and self._settled()):
            self._weigh()
            if not self._settled():
                if self._near_areas():
                    self._regions()
                self._near_roads()
                self._weigh()
        if self.best is None or self.best.building is None:
            self._find_lots()

    @property
    def lot(self) -> tuple[int, Number] | None:
        """Town and lot number where they were written side by side and no road with that number was."""
        if not self.lots or (self.best and self.best.building is not None):
            return None
        town, number = self.lots[0]
        beside = any(town in hit.names and not self._gap(hit, number) for hit in self.town_hits)
        road = self.best and self.best.number is number and self.best.hit.likeness == 1.0
        return self.lots[0] if beside and not road else None

    @property
    def best(self) -> Found | None:
        """What fits best."""
        return self.found[0] if self.found else None

    # what words may name

    def _postcodes(self) -> None:
        ws, index = self.words, self.index
        for i, w in enumerate(ws):
            if w.kind != DIGITS or not (5 <= len(w.text) <= 6 or len(w.text) == 3):
                continue
            before, after = (ws[i - 1].text if i else ""), (ws[i + 1].text if i + 1 < len(ws) else "")
            if len(w.text) == 3:
                second = ws[i + 2].text if after == "-" and i + 2 < len(ws) else ""
                if len(second) == 3 and second.isdigit() and (towns := index.old_towns.get(int(w.text + second))):
                    self.old_towns = towns
                    self.zip_words |= {i, i + 1, i + 2}
            elif before == "-" or after == "-":
                continue
            elif len(w.text) == 6 and (towns := index.old_towns.get(int(w.text))):
                self.old_towns = towns
                self.zip_words.add(i)
            elif len(w.text) == 5 and (index.is_zip(int(w.text)) or i >= len(ws) - 2):
                self.zip_words.add(i)
                self.declared = self.declared or w.text

    def _without_zips(self) -> str:
        """The text with blanks for its postcodes: 135-080 is no 동 and 호."""
        text = self.text
        for i in self.zip_words:
            w = self.words[i]
            text = text[: w.start] + " " * (w.end - w.start) + text[w.end :]
        return text

    def _runs(self) -> Iterator[tuple[int, int, str, bool]]:
        """Runs of words with letters in them and their keys; the last says whether the run ends in a translated street."""
        ws, aside, n = self.words, self.zip_words, len(self.words)
        for i, w in enumerate(ws):
            if w.kind == SIGN or i in aside:
                continue
            key, count, letters = "", 0, False
            for j in range(i, n):
                piece = ws[j]
                if piece.kind == SIGN:
                    if piece.text in JOINS:
                        continue
                    break
                if piece.kind == LETTERS:
                    if letters and piece.text in STREETS:
                        for ending in STREETS[piece.text]:
                            yield i, j + 1, key + ending, True
                    letters = True
                elif j in aside:
                    break
                key += piece.key
                count += 1
                if letters:
                    yield i, j + 1, key, False
                if count == LONGEST:
                    break

    def _look_up(self) -> None:
        known = self.index.known
        for first, last, key, translated in self._runs():
            at = known.get(key)
            if at is not None:
                self._hit(first, last, key, at, 0.99 if translated else 1.0)
        ws = self.words
        for i in range(1, len(ws) - 1):  # Yeoksam 1-dong, an office's district, lies in 역삼동
            if ws[i].kind == DIGITS and len(ws[i].text) < 3:
                first = i - 2 if ws[i - 1].text in JOINS else i - 1
                last = i + 2 if ws[i + 1].text in JOINS else i + 1
                if first >= 0 and ws[first].kind == LETTERS and last < len(ws) and ws[last].key == _DONG:
                    at = known.get(ws[first].key + _DONG)
                    if at is not None:
                        self._hit(first, last + 1, ws[first].key + _DONG, at, 0.98)

    def _hit(self, first: int, last: int, key: str, at: int, likeness: float) -> None:
        region = self.index.regions.get(key)
        if region is not None:
            self.region_hits.append(Hit(first, last, likeness=likeness, region=region))
        roads, towns = self.index.meaning(at)
        if roads:
            self.roads.append(Hit(first, last, roads, likeness))
        if towns:
            self.town_hits.append(Hit(first, last, towns, likeness))

    def _branches(self, roads: Sequence[Hit]) -> None:
        """What leaves a road (테헤란로12길) written apart from it, in another order, or without its 길."""
        ws = self.words
        at = [i for i, w in enumerate(ws) if w.kind == DIGITS and i not in self.zip_words and len(w.text) < 5]
        if not at or not roads:
            return
        lanes = {i: pieces.lane(ws, i) for i in at}
        named = [(hit.first, hit.last) for hit in self.region_hits]
        for hit in [one for one in roads if one.also is None]:
            if any(a <= hit.first and hit.last <= b and b - a > hit.last - hit.first for a, b in named):
                continue  # the Jongno of Jongno-gu
            for i in at:
                if hit.first <= i < hit.last or not hit.first - 5 <= i <= hit.last + 2:
                    continue
                lane = lanes[i]
                if lane is None and (not -2 <= i - hit.last <= 1 or len(self.numbers) < 2):
                    continue
                end, ending = lane or (i + 1, "")
                if found := self.index.leaving(hit.names, ws[i].text, ending):
                    likeness = hit.likeness * (0.96 if not lane else 0.985 if ending in LANES else 0.975)
                    self.roads.append(Hit(i, end, found, likeness, (hit.first, hit.last)))

    def _glued(self) -> None:
        """Words written together: Gangnamguseoul."""
        read: set[int] | None = None
        for i, w in enumerate(self.words):
            if w.kind != LETTERS or len(w.text) < (4 if w.text[0] >= "가" else 8):
                continue
            if read is None:
                read = self._read(self.roads, self.town_hits, self.region_hits)
            if i in read:
                continue
            for cut in range(2, len(w.text) - 1):
                both = [pieces.key_of(part) for part in (w.text[:cut], w.text[cut:])]
                at = [self.index.known.get(key) if len(key) > 2 else None for key in both]
                if at[0] is not None and at[1] is not None:
                    for key, found in zip(both, at, strict=True):
                        self._hit(i, i + 1, key, found or 0, 0.95)

    @staticmethod
    def _read(*hits: Sequence[Hit]) -> set[int]:
        """The words of these hits."""
        return {i for some in hits for hit in some for i in range(hit.first, hit.last)}

    # where it lies

    def _regions(self) -> None:
        index = self.index
        self.sido = set()
        best: dict[tuple[int, bool], float] = {}
        named = [(hit.first, hit.last) for hit in self.roads if hit.also is None and hit.likeness == 1.0]
        for hit in self.region_hits:
            assert hit.region
            of_road = any(a <= hit.first and hit.last <= b and b - a > hit.last - hit.first for a, b in named)
            if not of_road:  # the Yeongdong of Yeongdong-daero is a hint, no more
                self.sido |= hit.region.sidos
            for areas, whole in ((hit.region.last, True), (hit.region.part, False)):
                worth = (2.0 if whole else 1.0) * (1 - 3 * (1 - hit.likeness)) * (0.4 if of_road else 1.0)
                for area in areas:
                    if worth > best.get((area, whole), 0.0):
                        best[area, whole] = worth
        points: dict[int, float] = {}
        for (area, _), worth in best.items():
            points[area] = points.get(area, 0.0) + worth
        towns: dict[int, float] = {}
        near: dict[int, float] = {}
        for hit in self.town_hits:
            for town in hit.names:
                towns[town] = hit.likeness
                near[index.town_area[town]] = 0.8 * hit.likeness
        for town in self.old_towns:
            towns[town] = towns.get(town, 0.0) + 0.6
            near[index.town_area[town]] = near.get(index.town_area[town], 0.0) + 1.2
        for roads in self.zip_roads.values():
            for road in roads:
                area = index.road_area[road]
                near[area] = max(near.get(area, 0.0), 2.0)
        for area, worth in near.items():
            points[area] = points.get(area, 0.0) + worth
        self.area_points, self.town_points = points, towns

    def likely(self, area: int) -> float:
        """How much speaks for a district."""
        worth = self.area_points.get(area)
        if not self.sido:
            return worth or 0.0
        if self.index.sido_of[area] in self.sido:
            return (worth or 0.0) + 1.0
        return -0.5 if worth is None else worth - 1.5

    @property
    def likeliest(self) -> int | None:
        """The district that most speaks for, if any is named."""
        return max(self.area_points, key=lambda area: (self.likely(area), -area), default=None)

    def zip_fits(self, area: int) -> bool:
        """Whether the declared postcode lies in a district."""
        return any(self.index.road_area[road] == area for roads in self.zip_roads.values() for road in roads)

    # weighing

    def _weigh(self, in_zip: bool = False) -> bool:
        """Weigh every road with every number; ``in_zip``: only roads of the declared postcode. Whether any was found."""
        index, likely = self.index, self.likely
        spans = {(hit.first, hit.last) for some in (self.roads, self.town_hits, self.region_hits) for hit in some}
        starts = {hit.first for hit in self.roads if hit.also is None and hit.likeness > 0.95}
        tried: dict[tuple[int, int, int], tuple[float, int, Hit, bool]] = {}
        for hit in self.roads:
            names = [name for name in hit.names if name in self.zip_roads] if in_zip else hit.names
            if not names:
                continue
            size = hit.last - hit.first
            inside = hit.also is None and any(a <= hit.first and hit.last <= b and b - a > size for a, b in spans)
            size += hit.also[1] - hit.also[0] if hit.also else 0
            quality = 0.25 * min(size, 5) - (1.6 if inside else 0.0) - 8 * (1 - hit.likeness)
            written = ""
            if len(hit.names) > 1 and not hit.also:
                written = "".join(w.text for w in self.words[hit.first : hit.last] if w.kind != SIGN)
            for name in names:
                spelt = quality + (index.spelt(written, name) - 1 if written else 0.0)
                own = self.zip_roads.get(name, ())
                for road in own if in_zip else index.roads(name):
                    worth = spelt + likely(index.road_area[road]) + (1.5 if road in own else 0.0)
                    tried[hit.first, hit.last, road] = (worth, road, hit, inside)
        chosen = list(tried.values())
        if len(chosen) > ROADS:
            chosen = sorted(chosen, key=lambda one: -one[0])[:ROADS]
        self.found = [self._with_number(*one, starts) for one in chosen]
        self.found.sort(key=lambda one: -one.score)
        if self.found:
            self._facts(self.found[0])
        return bool(self.found)

    def _with_number(self, worth: float, road: int, hit: Hit, inside: bool, starts: set[int]) -> Found:
        """A road with the number that suits it best."""
        index = self.index
        best = Found(worth - 1.0, road, index.road_area[road], hit, inside)
        for number in self.numbers:
            if (number.lane and number.last not in starts) or hit.holds(number):
                continue
            at, other = index.building(road, number.main, number.sub, number.below), False
            if at is None and index.has_underground:
                at = index.building(road, number.main, number.sub, not number.below)
                other = at is not None
            if at is None and (number.loose or best.building is not None):
                continue
            score = worth - 0.35 * min(self._gap(hit, number), 6) - (1.2 if number.unit else 0.0)
            if at is not None:
                score += (3.2 if number.loose else 3.0) - 0.5 * other
                score += 0.8 * self.town_points.get(index.town_of[at], 0.0) + self._by_zip(at, 2.0, 0.3, -0.6)
            elif number.sub and index.building(road, number.main, 0) is not None:
                score += 1.0
            if score > best.score:
                best = Found(score, road, best.area, hit, inside, number, at)
        return best

    def _by_zip(self, building: int, same: float, near: float, other: float) -> float:
        """How the declared postcode agrees with a building's; 0 if none is declared."""
        if not self.declared:
            return 0.0
        code, declared = self.index.zip_of[building], int(self.declared)
        return same if code == declared else near if code // 100 == declared // 100 else other

    def _gap(self, hit: Hit, number: Number) -> int:
        """Words between a name and a number."""
        best = 9
        for first, last in ((hit.first, hit.last), hit.also) if hit.also else ((hit.first, hit.last),):
            low, high = (last, number.first) if number.first >= last else (number.last, first)
            best = min(best, sum(w.kind != SIGN for w in self.words[low:high]))
        return best

    def _facts(self, best: Found) -> None:
        """What the confidence is judged by."""
        index, number, hit = self.index, best.number, best.hit
        sido, area = index.sido_of[best.area], best.area
        rivals = [one.score for one in self.found if (one.road, one.building) != (best.road, best.building)]
        margin = best.score - max(rivals) if rivals else 4.0
        gap = self._gap(hit, number) if number else 6
        others = [
            one
            for one in self.numbers
            if number and not (one.unit or one.loose or (one.lane and one.last != hit.first) or hit.holds(one))
            and (one.last <= number.first or number.last <= one.first)
        ]  # fmt: skip
        agreed = [one for one in self.region_hits if one.region and self._agrees(one.region, area, sido)]
        agreed += [one for one in self.town_hits if any(index.town_area[town] == area for town in one.names)]
        read = self._read(self.roads, agreed)
        best.facts = {
            "likeness": hit.likeness,
            "inside": float(best.inside),
            "last": float(any(one.region and area in one.region.last for one in self.region_hits)),
            "margin": min(max(margin, 0.0), 4.0),
            "gap": float(min(gap, 6)),
            "passed": float(any(self._gap(hit, one) <= gap for one in others)),
            "beside": float(number is not None and any(self._touch(one, number) for one in others)),
            "strange": float(min(self._strange(read), 3)),
            "unread": float(min(self._unread(read), 3)),
            "unit": float(bool(number and number.unit)),
            "sub": float(bool(number and number.sub)),
            "town": self.town_points.get(index.town_of[best.building], 0.0) if best.building is not None else 0.0,
            "zip": self._by_zip(best.building, 1.0, 0.3, -1.0) if best.building is not None else 0.0,
            "sido": float(sido in self.sido) - float(bool(self.sido) and sido not in self.sido),
        }

    @staticmethod
    def _agrees(region: Region, area: int, sido: str) -> bool:
        return area in region.last or area in region.part or sido in region.sidos

    def _touch(self, left: Number, right: Number) -> bool:
        """Whether two numbers stand side by side with nothing, or a loose sign, between them."""
        first, second = (left, right) if left.first < right.first else (right, left)
        return all(w.text in LOOSE for w in self.words[first.last : second.first])

    def _strange(self, read: set[int]) -> int:
        """Words that look like the name of a place (-gu, -dong) but were not read as one of this district."""
        ws, count = self.words, 0
        for i, w in enumerate(ws):
            if w.kind != LETTERS or i in read or not i:
                continue
            before: Word | None = ws[i - 1]
            if before and before.text == "-":
                before = ws[i - 2] if i > 1 else None
            named = before is not None and before.kind == LETTERS and len(before.text) > 2
            count += (w.key in _PLACE and named) or (len(w.key) > 5 and w.key.endswith(_PLACE_END))
        return count

    def _unread(self, read: set[int]) -> int:
        """Words that end like a road and were read as none."""
        return sum(
            w.kind == LETTERS and len(w.key) > 3 and i not in read and w.key.endswith(_ROAD_END)
            for i, w in enumerate(self.words)
        )

    def _settled(self) -> bool:
        """Whether what was found word for word leaves nothing to look for among misspelt names."""
        best = self.best
        if best is None or best.building is None:
            return False
        sure_place = self.likely(best.area) >= 2.0
        return sure_place and best.facts["gap"] < 2 and not best.inside and best.facts["zip"] >= 0

    # misspelt names

    def _near_areas(self) -> bool:
        """District names with a slip in them."""
        read, on_road = self._read(self.region_hits), self._read(self.roads)
        count = len(self.region_hits)
        for i, w in enumerate(self.words):
            if w.kind != LETTERS or i in on_road:
                continue
            for last in (i + 2, i + 3, i + 1):
                if last > len(self.words) or (i in read and last - 1 in read):
                    continue
                key = "".join(one.key for one in self.words[i:last] if one.kind != SIGN)
                if len(key) >= 5 and not key.endswith(_ROAD_END):
                    for name, likeness in self.index.near_area(key):
                        self._hit(i, last, name, -1, likeness)
        return len(self.region_hits) > count

    def _near_roads(self) -> None:
        """Road names with slips in them, among the roads of the districts that are likely."""
        index = self.index
        among = {*self.area_points, *(area for sido in self.sido for area in index.areas_of.get(sido, ()))}
        ranked = sorted(among, key=lambda area: (-self.likely(area), area))
        top = self.likely(ranked[0]) if ranked else 0.0
        if top < 1.0:
            return
        areas = [area for area in ranked[:6] if self.likely(area) >= max(top - 1.0, 0.5)]
        named = [(hit.first, hit.last) for hit in self.region_hits if hit.likeness == 1.0]
        named += [  # a road read word for word in a likely district is that road, whatever its numbers
            (hit.first, hit.last)
            for hit in self.roads
            if hit.likeness > 0.95
            and any(index.road_area[road] in areas for name in hit.names for road in index.roads(name))
        ]
        named += [  # and Apgujeong-dong is no misspelt Apgujeong-ro
            (hit.first, hit.last)
            for hit in self.town_hits
            if hit.last - hit.first > 1
            and self.words[hit.last - 1].key in _PLACE
            and any(index.town_area[town] in areas for town in hit.names)
        ]
        spans = [
            (first, last, key)
            for first, last, key, _ in self._runs()
            if len(key) >= 5 and not any(a <= first and last <= b for a, b in named)
        ]
        ended = [one for one in spans if one[2].endswith(_ROAD_END)]
        before = len(self.roads)
        for first, last, key in ended or spans:
            for area in areas:
                for name, likeness in index.near_road(area, key):
                    if ended or likeness >= NEAR:
                        self.roads.append(Hit(first, last, [name], likeness))
        self._branches(self.roads[before:])

    # lots

    def _find_lots(self) -> None:
        """Town and lot number, where no building on a road was found."""
        scored = []
        for hit in self.town_hits:
            for town in hit.names:
                worth = self.likely(self.index.town_area[town]) + self.town_points.get(town, 0.0)
                for number in self.numbers:
                    if hit.holds(number):
                        continue
                    near = worth - 0.3 * self._gap(hit, number) - (1.0 if number.unit else 0.0)
                    scored.append((near + (0.4 if number.sub else 0.0), town, number))
        scored.sort(key=lambda one: -one[0])
        self.lots = [(town, number) for worth, town, number in scored[:3] if worth > -1]

    def ranked(self) -> list[Found]:
        """The best of each building or road, at most three, while they are worth telling."""
        told: dict[tuple[int, str], Found] = {}
        for one in self.found:
            if one.score >= self.found[0].score - 2.5 and one.score > 1.0:
                told.setdefault((one.road, one.number.text if one.number else ""), one)
        return list(told.values())[:3]
