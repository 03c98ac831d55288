"""The pool of automata: states of all machines, the same one stored once.

All languages here are finite but for what follows a prefix, so that a state that is built after those it leads to and
is looked up by label and targets is minimal at once. src/address/automaton.h describes the words that layout() makes.
"""
LABEL_FOLLOWS, LEAF, SINK, TAIL, LABEL_SHIFT = 1 << 9, 1 << 10, 1 << 11, 1 << 11, 12
LABEL_SMALL = 16  # labels below this stand in the header
DEAD = 0


class Pool:
    """ends: does a label end something that is counted? Then each state but a leaf also says by how many more digits
    (0 to 15, bit by bit) such an end is reached."""

    def __init__(self, ends=None):
        self.ends = ends
        self.states = [(0, None, False)]  # (label, targets or None, sink); the first is the dead one
        self.reach = [0]
        self.tail = [0]  # the label that is reached by a certain number of digits, whatever they are, and no other
        self.known = {self.states[0]: DEAD}

    def state(self, label, targets):
        if all(target == DEAD for target in targets):
            targets = None
        return self._intern((label, targets and tuple(targets), False))

    def sink(self, label):
        """A state that no digit leaves."""
        return self._intern((label, None, True)) if label else DEAD

    def _intern(self, key):
        if key not in self.known:
            self.known[key] = len(self.states)
            self.states.append(key)
            reach = 1 if self.ends and self.ends(key[0]) else 0
            for target in key[1] or ():
                reach |= self.reach[target] << 1 & 0xFFFF
            self.reach.append(reach)
            self.tail.append(self._tail(*key))
        return self.known[key]

    def _tail(self, label, targets, sink):
        if sink or (targets and (label or len(set(targets)) > 1)):
            return 0
        return self.tail[targets[0]] if targets else label

    def layout(self):
        """(words, offset by state). A state's targets lie before it."""
        words, offsets = [], []
        for (label, targets, sink), reach, tail in zip(self.states, self.reach, self.tail):
            offsets.append(len(words))
            runs, header = [], 0
            if targets and self.ends and tail:
                label, header = tail, TAIL
            for digit, target in enumerate(targets or ()):
                if digit == 0 or target != targets[digit - 1]:
                    runs.append(offsets[target])
                    header |= 1 << (digit - 1) if digit else 0
            header |= label << LABEL_SHIFT if label < LABEL_SMALL else LABEL_FOLLOWS
            header |= (0 if targets else LEAF) | (SINK if sink else 0)
            words.append(header)
            if label >= LABEL_SMALL:
                words.append(label)
            if targets and self.ends:
                words.append(reach)
            words += runs
        if max(words) > 0xFFFF or len(words) > 0x10000:
            raise OverflowError(f"{len(words)} words, the largest {max(words)}: a pool is full")
        return words, offsets
