"""The pool of automata: states of all machines, the same one stored once.

All languages here are finite but for what follows a prefix, so that a state that is built after those it leads to and
is looked up by label and targets is minimal at once. src/address/automaton.h describes the words that layout() makes.
"""
LABEL_FOLLOWS, LEAF, SINK, LABEL_SHIFT = 1 << 9, 1 << 10, 1 << 11, 12
LABEL_SMALL = 16  # labels below this stand in the header
DEAD = 0


class Pool:
    def __init__(self):
        self.states = [(0, None, False)]  # (label, targets or None, sink); the first is the dead one
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
        return self.known[key]

    def layout(self):
        """(words, offset by state). A state's targets lie before it."""
        words, offsets = [], []
        for label, targets, sink in self.states:
            offsets.append(len(words))
            runs, header = [], 0
            for digit, target in enumerate(targets or ()):
                if digit == 0 or target != targets[digit - 1]:
                    runs.append(offsets[target])
                    header |= 1 << (digit - 1) if digit else 0
            header |= label << LABEL_SHIFT if label < LABEL_SMALL else LABEL_FOLLOWS
            header |= (0 if targets else LEAF) | (SINK if sink else 0)
            words.append(header)
            if label >= LABEL_SMALL:
                words.append(label)
            words += runs
        if max(words) > 0xFFFF or len(words) > 0x10000:
            raise OverflowError(f"{len(words)} words, the largest {max(words)}")
        return words, offsets
