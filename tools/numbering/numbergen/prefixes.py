"""Prefixes to be stripped: what a backtracking matcher would take of the beginning, told by a machine without one.

A state is the list of what may go on, in the order in which the matcher would try it, each with where the last group
began and ended. What stands behind a match in that list is never tried. A state's label is the place in `found`
of a pair: what is stripped if more digits follow (of all that are passed on the way, the last one
counts), and what is stripped if none does. Each packs how many digits that takes and where the last group lies.
"""
from . import pool as pools
from . import regex


def pack(strip, start, length):
    assert strip < 32 and start < 32 and length < 32
    return strip | start << 5 | length << 10


class Program:
    """A tree as instructions: ("set", mask), ("split", first, then), ("jump", to), ("open"|"close",), ("end",), ("match",)."""

    def __init__(self, pattern):
        parser = regex.Parser(pattern)
        tree = parser.parse()
        self.last_group = parser.groups
        self.code = []
        self._emit(tree)
        self.code.append(("match",))

    def _emit(self, tree):
        kind = tree[0]
        if kind == "set":
            self.code.append(tree)
        elif kind == "end":
            self.code.append(tree)
        elif kind == "cat":
            for part in tree[1]:
                self._emit(part)
        elif kind == "group":
            marks = tree[1] == self.last_group
            if marks:
                self.code.append(("open",))
            self._emit(tree[2])
            if marks:
                self.code.append(("close",))
        elif kind == "alt":
            self._alternatives(tree[1])
        else:
            self._repeat(*tree[1:])

    def _alternatives(self, branches):
        jumps = []
        for branch in branches[:-1]:
            split = len(self.code)
            self.code.append(None)
            self._emit(branch)
            jumps.append(len(self.code))
            self.code.append(None)
            self.code[split] = ("split", split + 1, len(self.code))
        self._emit(branches[-1])
        for jump in jumps:
            self.code[jump] = ("jump", len(self.code))

    def _repeat(self, tree, low, high):
        for _ in range(low):
            self._emit(tree)
        splits = []
        for _ in range(high - low):
            splits.append(len(self.code))
            self.code.append(None)
            self._emit(tree)
        for split in splits:
            self.code[split] = ("split", split + 1, len(self.code))

    def closure(self, threads, depth, ended):
        """What can go on from these (instruction, start, stop), in order; "end" passes only if ended."""
        out, seen = [], set()

        def follow(at, start, stop):
            if at in seen:
                return
            seen.add(at)
            word = self.code[at]
            if word[0] == "jump":
                follow(word[1], start, stop)
            elif word[0] == "split":
                follow(word[1], start, stop)
                follow(word[2], start, stop)
            elif word[0] == "open":
                follow(at + 1, depth, None)
            elif word[0] == "close":
                follow(at + 1, start, depth)
            elif word[0] == "end":
                if ended:
                    follow(at + 1, start, stop)
            else:
                out.append((at, start, stop))

        for thread in threads:
            follow(*thread)
        return out


def strips(pool, pattern, found):
    program = Program(pattern)
    built = {}

    def match(threads, depth):
        """The label of the first match in the list, and what stands before it."""
        for index, (at, start, stop) in enumerate(threads):
            if program.code[at][0] == "match":
                group = (start, stop - start) if stop is not None else (0, 0)
                return (pack(depth, *group) if depth else 0), threads[:index]
        return 0, threads

    def build(threads, depth):
        key = (tuple(threads), depth)
        if key not in built:
            built[key] = new(threads, depth)
        return built[key]

    def new(threads, depth):
        passing, going = match(program.closure(threads, depth, False), depth)
        ending, _ = match(program.closure(threads, depth, True), depth)
        pair = passing, 0 if ending == passing else ending
        if pair not in found:
            found.append(pair)
        targets = []
        for digit in range(10):
            on = [(at + 1, start, stop) for at, start, stop in going if program.code[at][1] >> digit & 1]
            targets.append(build(on, depth + 1) if on else pools.DEAD)
        return pool.state(found.index(pair), targets)

    return build([(0, 0, None)], 0)
