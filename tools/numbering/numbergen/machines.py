"""The kinds of machines: numbers, prefixes, formats, short numbers, time zones. Each function adds one to a pool and
returns its first state."""
import sys

from . import pool as pools
from . import regex

sys.setrecursionlimit(10000)
DEPTH_MAX = 18  # no national number is longer


class Subsets:
    """The deterministic machine of some patterns that run side by side; label(positions, depth) says what is accepted."""

    def __init__(self, pool, positions, label, forever):
        self.pool, self.positions, self.label, self.forever = pool, positions, label, forever
        self.built = {}

    def build(self, coming, reached, depth):
        """coming: the positions that may match next; reached: those that matched the last digit."""
        key = (coming, reached, depth)
        if key not in self.built:
            self.built[key] = self._new(coming, reached, depth)
        return self.built[key]

    def _new(self, coming, reached, depth):
        label = self.label(reached, depth)
        if coming and coming & ~self.forever == 0 and self.label(coming, depth + 1) == label:
            return self.pool.sink(label)
        if depth >= DEPTH_MAX or not coming:
            return self.pool.state(label, (pools.DEAD,) * 10)
        targets = []
        for digits in self.positions.by_digit:
            met = coming & digits
            targets.append(self.build(self.positions.next(met), met, depth + 1) if met else pools.DEAD)
        return self.pool.state(label, targets)


TYPES = ["unknown", "fixed", "mobile", "fixed_or_mobile", "toll_free", "premium", "shared_cost", "voip", "personal",
         "pager", "uan", "voicemail", "satellite"]  # enum rw_address_type
UNASSIGNED = 15  # instead of a type: the leading digits say which region, but there is no such range


def is_assigned(label):
    return label & 15 not in (0, UNASSIGNED)


ORDER = ["premium", "toll_free", "shared_cost", "voip", "personal", "pager", "uan", "voicemail"]


class Territory:
    """A region's patterns within the machine of its country code."""

    def __init__(self, positions, data):
        first = len(positions.follow)
        self.general = positions.whole(data["general"]["pattern"])
        self.general_positions = (1 << len(positions.follow)) - (1 << first)
        self.general_lengths = set(data["general"]["lengths"])
        self.leading = positions.prefix(data["leading"]) if data["leading"] else None
        self.types = {}
        for name, described in data["types"].items():
            if described:
                lengths = set(described["lengths"]) or self.general_lengths
                self.types[name] = positions.whole(described["pattern"]), lengths

    def first(self):
        firsts = [self.general[1]] + [pattern[1] for pattern, _ in self.types.values()]
        return regex.union(firsts + ([self.leading[1]] if self.leading else []))

    def _matches(self, name, reached, depth):
        if name not in self.types:
            return False
        pattern, lengths = self.types[name]
        return depth in lengths and bool(reached & pattern[2])

    def type(self, reached, depth):
        if depth not in self.general_lengths or not reached & self.general[2]:
            return "unknown"
        for name in ORDER:
            if self._matches(name, reached, depth):
                return name
        fixed, mobile = (self._matches(name, reached, depth) for name in ("fixed", "mobile"))
        return "fixed_or_mobile" if fixed and mobile else "fixed" if fixed else "mobile" if mobile else "unknown"


def numbers(pool, datas, satellite):
    """National numbers of a country code; the label holds the region among those that share the code and the type."""
    positions = regex.Positions()
    territories = [Territory(positions, data) for data in datas]

    def label(reached, depth):
        for index, territory in enumerate(territories):
            kind = territory.type(reached, depth)
            if len(territories) > 1 and territory.leading:
                if not reached & territory.leading[2]:
                    continue
            elif kind == "unknown":
                continue
            if satellite and kind == "mobile":
                kind = "satellite"
            return index << 4 | (TYPES.index(kind) or UNASSIGNED)
        return 0

    # Where only these are left, there is no number any more.
    forever = regex.union([t.leading[3] for t in territories if t.leading] + [t.general_positions for t in territories])
    first = regex.union(t.first() for t in territories)
    return Subsets(pool, positions, label, forever).build(first, 0, 0)


def whole(pool, pattern):
    """Digits that match a pattern from end to end, of whatever length."""
    positions = regex.Positions()
    _, first, accepting = positions.whole(pattern)
    return Subsets(pool, positions, lambda reached, depth: int(bool(reached & accepting)), 0).build(first, 0, 0)


SHORT, EMERGENCY = 1, 2


def shorts(pool, data):
    """Short numbers of a region."""
    positions = regex.Positions()
    built = {name: positions.whole(data[name]["pattern"]) for name in ("general", "code", "emergency") if data[name]}

    def possible(name, reached, depth):
        lengths = data[name]["lengths"] if data[name] else []
        return name in built and bool(reached & built[name][2]) and (not lengths or depth in lengths)

    def label(reached, depth):
        if "emergency" in built and reached & built["emergency"][2]:
            return EMERGENCY
        return SHORT if possible("general", reached, depth) and possible("code", reached, depth) else 0

    first = regex.union(pattern[1] for pattern in built.values())
    return Subsets(pool, positions, label, 0).build(first, 0, 0)


def formats(pool, lists, choices):
    """lists: some lists of patterns of leading digits, each in the order in which formats are tried. The label is the
    place in `choices`, counted from 1, of what matches: by list, the places of its patterns."""
    positions = regex.Positions()
    known = {pattern: positions.prefix(pattern) for patterns in lists for pattern in patterns}

    def label(reached, depth):
        matching = {pattern for pattern, (empty, _, accepting, _) in known.items()
                    if reached & accepting or (depth == 0 and empty)}
        choice = tuple(tuple(i for i, pattern in enumerate(patterns) if pattern in matching) for patterns in lists)
        if not matching:
            return 0
        if choice not in choices:
            choices.append(choice)
        return choices.index(choice) + 1

    forever = regex.union(rest for _, _, _, rest in known.values())
    first = regex.union(first for _, first, _, _ in known.values())
    return Subsets(pool, positions, label, forever).build(first, 0, 0)


def longest_prefix(pool, labels):
    """labels: by digits. The label of the longest prefix is the last one that is passed."""
    trie = {}
    for digits, label in labels.items():
        node = trie
        for digit in digits:
            node = node.setdefault(int(digit), {})
        node["label"] = label

    def build(node):
        targets = [build(node[digit]) if digit in node else pools.DEAD for digit in range(10)]
        return pool.state(node.get("label", 0), targets)

    return build(trie)
