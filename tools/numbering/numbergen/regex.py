"""The regular expressions of numbering metadata: digits, sets, groups, alternatives, bounded repeats, an end mark."""
ANY = (1 << 10) - 1


class Unsupported(Exception):
    pass


class Parser:
    """Reads a pattern into a tree of tuples: ("set", mask of digits), ("cat", [..]), ("alt", [..]),
    ("repeat", tree, low, high), ("group", number, tree), ("end",)."""

    def __init__(self, pattern):
        self.pattern, self.at, self.groups = pattern, 0, 0

    def parse(self):
        tree = self.alternatives()
        if self.at < len(self.pattern):
            self.fail()
        return tree

    def fail(self):
        raise Unsupported(f"{self.pattern!r} at {self.at}")

    def peek(self):
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def take(self, text):
        if self.pattern.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def alternatives(self):
        branches = [self.sequence()]
        while self.take("|"):
            branches.append(self.sequence())
        return branches[0] if len(branches) == 1 else ("alt", branches)

    def sequence(self):
        parts = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.repeated())
        return ("cat", parts)

    def repeated(self):
        tree = self.atom()
        if self.take("?"):
            return ("repeat", tree, 0, 1)
        if self.take("{"):
            low, _, high = self.until("}").partition(",")
            return ("repeat", tree, int(low), int(high or low))
        return tree

    def until(self, closer):
        end = self.pattern.index(closer, self.at)
        text = self.pattern[self.at:end]
        self.at = end + 1
        return text

    def atom(self):
        if self.take("(?:"):
            return self.closed(self.alternatives())
        if self.take("("):
            self.groups += 1
            number = self.groups
            return ("group", number, self.closed(self.alternatives()))
        if self.take("\\d"):
            return ("set", ANY)
        if self.take("$"):
            return ("end",)
        if self.take("["):
            return ("set", self.digits(self.until("]")))
        if self.peek().isdigit():
            self.at += 1
            return ("set", 1 << int(self.pattern[self.at - 1]))
        return self.fail()

    def closed(self, tree):
        if not self.take(")"):
            self.fail()
        return tree

    def digits(self, text):
        mask, at = 0, 0
        while at < len(text):
            first = last = int(text[at])
            if text[at + 1:at + 2] == "-":
                last = int(text[at + 2])
                at += 2
            for digit in range(first, last + 1):
                mask |= 1 << digit
            at += 1
        return mask


def parse(pattern):
    return Parser(pattern).parse()


class Positions:
    """Patterns as one position automaton (Glushkov's): a set of positions is a Python integer, bit by bit."""

    def __init__(self):
        self.follow = []  # by position: the positions that may come next
        self.by_digit = [0] * 10

    def _new(self, mask):
        position = len(self.follow)
        self.follow.append(0)
        for digit in range(10):
            if mask >> digit & 1:
                self.by_digit[digit] |= 1 << position
        return 1 << position

    def _link(self, last, first):
        while last:
            low = last & -last
            self.follow[low.bit_length() - 1] |= first
            last ^= low

    def _build(self, tree):
        """(may be empty, first positions, last positions) of a tree."""
        kind = tree[0]
        if kind == "set":
            bit = self._new(tree[1])
            return False, bit, bit
        if kind == "group":
            return self._build(tree[2])
        if kind == "alt":
            built = [self._build(branch) for branch in tree[1]]
            return any(b[0] for b in built), union(b[1] for b in built), union(b[2] for b in built)
        if kind == "repeat":
            parts = [self._build(tree[1]) for _ in range(tree[3])]
            parts = [(empty or i >= tree[2], first, last) for i, (empty, first, last) in enumerate(parts)]
            return self._sequence(parts)
        if kind == "cat":
            return self._sequence([self._build(part) for part in tree[1]])
        raise Unsupported(kind)

    def _sequence(self, parts):
        empty, first, last = True, 0, 0
        for part_empty, part_first, part_last in parts:
            self._link(last, part_first)
            first |= part_first if empty else 0
            last = part_last | (last if part_empty else 0)
            empty = empty and part_empty
        return empty, first, last

    def whole(self, pattern):
        """Adds a pattern that must match all digits: (empty, first, accepting)."""
        return self._build(parse(pattern))

    def prefix(self, pattern):
        """Adds a pattern that must match the first digits: (empty, first, accepting, the position of the rest)."""
        empty, first, last = self._build(parse(pattern))
        rest = self._new(ANY)
        self._link(last | rest, rest)
        return empty, first | (rest if empty else 0), last | rest, rest

    def next(self, positions):
        """Every position that may come after one of these."""
        result = 0
        while positions:
            low = positions & -positions
            result |= self.follow[low.bit_length() - 1]
            positions ^= low
        return result


def union(masks):
    result = 0
    for mask in masks:
        result |= mask
    return result
