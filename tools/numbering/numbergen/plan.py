"""The world's numbering plans as rows of tables and machines of one pool."""
import re

from . import machines, prefixes
from .pool import DEAD, Pool

# Satellite networks, which the metadata calls mobile.
SATELLITE = {870, 881}

GROUP = re.compile(r"\(\\d(?:\{(\d+)(?:,(\d+))?\})?\)")
GROUPS_MAX = 5


class Texts:
    """Texts one behind the other, each with a NUL, the same one stored once; the first is empty."""

    def __init__(self):
        self.at, self.size = {"": 0}, 1

    def add(self, text):
        assert text.isascii(), text
        if text not in self.at:
            self.at[text] = self.size
            self.size += len(text) + 1
        return self.at[text]

    def all(self):
        return list(self.at)


def groups_of(pattern):
    """[(fewest digits, most digits)] of a format's groups."""
    assert GROUP.sub("", pattern) == "", pattern
    groups = [(int(low or 1), int(high or low or 1)) for low, high in GROUP.findall(pattern)]
    assert len(groups) <= GROUPS_MAX and all(high < 16 for _, high in groups), pattern
    return groups


def national(format):
    """A format with its rule for the first group put in."""
    if not format["rule"]:
        return format["format"]
    return re.sub(r"\$\d", lambda first: format["rule"].replace("$1", first.group()), format["format"], count=1)


def mask(lengths):
    return sum(1 << length for length in lengths)


class Plan:
    def __init__(self, data, names):
        self.numbers, self.pool = Pool(machines.is_assigned), Pool()  # of numbers, and of all else
        self.texts, self.names = Texts(), names
        self.countries, self.territories, self.formats, self.zones = [], [], [], [""]
        self.strips = [(0, 0)]  # what prefixes take off, see prefixes.py
        self.choices = []  # by list of formats, those whose leading digits match
        self.cached = {}
        for code, regions in sorted(data["regions"].items(), key=lambda item: int(item[0])):
            self._country(data, int(code), regions)
        self.zones_root = self._zones(data["zones"])

    def _once(self, build, pattern, *more):
        """The first state of a machine; machines of the same pattern are built once."""
        if not pattern:
            return DEAD
        key = build, pattern
        if key not in self.cached:
            self.cached[key] = build(self.pool, pattern, *more)
        return self.cached[key]

    def _country(self, data, code, regions):
        keys = [str(code)] if regions == ["001"] else regions
        first = data["territories"][keys[0]]
        lists = first["formats"], first["international"] or first["formats"]
        self.countries.append({
            "code": code, "first": len(self.territories), "count": len(regions),
            "numbers": machines.numbers(self.numbers, [data["territories"][key] for key in keys], code in SATELLITE),
            "formats": machines.formats(self.pool, [[f["leading"] for f in formats] for formats in lists], self.choices),
            "national": self._formats(lists[0], national),
            "international": self._formats(lists[1], lambda format: format["format"])})
        for region, key in zip(regions, keys):
            self._territory(region, data["territories"][key], data["shorts"].get(region))

    def _territory(self, region, territory, short):
        transform = territory["transform"]
        found = re.fullmatch(r"(\d*)\$(\d)", transform)
        assert not transform or (found and int(found[2]) == territory["parsing"].replace("(?:", "").count("("))
        self.territories.append({
            "region": region, "country": len(self.countries) - 1,
            "general": self._once(machines.whole, territory["general"]["pattern"]),
            "shorts": machines.shorts(self.pool, short) if short else DEAD,
            "strips": self._once(prefixes.strips, territory["parsing"], self.strips),
            "idd": self._once(prefixes.strips, territory["idd"], self.strips),
            "lengths": mask(territory["general"]["lengths"]), "local": mask(territory["general"]["local"]),
            "transforms": bool(transform), "put": found[1] if found else "",
            "trunk_prefix": territory["trunk_prefix"],
            "name": self.texts.add(self.names.get(region, ""))})

    def _formats(self, formats, template):
        """The place of the first row of some formats."""
        first = len(self.formats)
        for format in formats:
            self.formats.append((groups_of(format["pattern"]), self.texts.add(template(format))))
        return first

    def _zones(self, zones):
        labels = {}
        for digits, names in zones.items():
            names = names.replace("&", ",")
            if names not in self.zones:
                self.zones.append(names)
            labels[digits] = self.zones.index(names)
        return machines.longest_prefix(self.pool, labels)
