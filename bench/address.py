"""Judging telephone numbers against Debian's libphonenumber, in the same run.

    python3 bench/address.py [RUNS] [SEED]

One million mixed numbers, made from a seed: right ones as people write them, and wrong ones of each kind. CPU a
number, in one thread, of Parse + IsValidNumber + GetNumberType in the C++ library, and of our engine saying
the same, and saying everything it has to say. Then `number check --batch`, the whole process, beside `wc -l`.
Needs bench/run's packages.
"""
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

from measure import BUILD, report

COUNT = 1_000_000

# Region, country code, what is dialled before a number within the country, and numbers that are assigned there:
# X is any digit, N one of 2 to 9, [..] one of these.
COUNTRIES = [line.split() for line in """
SG 65 - 6NXXXXXX 8[1-7]XXXXXX 9[0-7]XXXXXX
US 1 1 212NXXXXXX 415NXXXXXX 305NXXXXXX 713NXXXXXX 206NXXXXXX 800NXXXXXX
CA 1 1 416NXXXXXX 604NXXXXXX 514NXXXXXX
GB 44 0 20[378]XXXXXXX 7911XXXXXX 75XXXXXXXX 161NXXXXXX 800XXXXXXX
DE 49 0 30XXXXXXX 89XXXXXXX 151XXXXXXXX 170XXXXXXX
FR 33 0 14XXXXXXX 6XXXXXXXX 7[3-8]XXXXXXX
IT 39 - 06XXXXXXXX 02XXXXXXXX 333XXXXXXX
ES 34 - 91XXXXXXX 6XXXXXXXX
NL 31 0 20NXXXXXX 6[1-5]XXXXXXX
BE 32 0 47XXXXXXX 2NXXXXXX
CH 41 0 44XXXXXXX 7[6-9]XXXXXXX
AT 43 0 664XXXXXXX 1NXXXXXX
SE 46 0 70XXXXXXX 8NXXXXXX
NO 47 - 4XXXXXXX 9XXXXXXX
DK 45 - 2XXXXXXX 3XXXXXXX
FI 358 0 40XXXXXXX 50XXXXXXX
PL 48 - 50XXXXXXX 22XXXXXXX
CZ 420 - 60[1-8]XXXXXX 77XXXXXXX
PT 351 - 91XXXXXXX 21XXXXXXX
IE 353 0 8[5-7]XXXXXXX 1NXXXXXX
GR 30 - 694XXXXXXX 21[0-4]XXXXXXX
RO 40 0 72XXXXXXX 21[23]XXXXXX
HU 36 06 20NXXXXXX 1NXXXXXX
UA 380 0 50XXXXXXX 67XXXXXXX
RU 7 8 495XXXXXXX 91XXXXXXXX
TR 90 0 53[0-9]XXXXXXX 212NXXXXXX
IL 972 0 5[0-4]XXXXXXX
AE 971 0 50XXXXXXX 4NXXXXXX
SA 966 0 5[03-6]XXXXXXX
EG 20 0 10XXXXXXXX
ZA 27 0 82XXXXXXX 11NXXXXXX
NG 234 0 803XXXXXXX
KE 254 0 7[0-2]XXXXXXX
IN 91 0 98XXXXXXXX 22NXXXXXXX
PK 92 0 300XXXXXXX
CN 86 0 138XXXXXXXX 10NXXXXXXX
JP 81 0 90NXXXXXXX 3NXXXXXXX
KR 82 0 10NXXXXXXX 2NXXXXXX
TW 886 0 9XXXXXXXX 2NXXXXXXX
HK 852 - 9[1-8]XXXXXX 2XXXXXXX
TH 66 0 8XXXXXXXX 2NXXXXXX
MY 60 0 12NXXXXXX 3NXXXXXXX
ID 62 0 812XXXXXXX 21NXXXXXX
PH 63 0 917XXXXXXX
VN 84 0 90XXXXXXX
AU 61 0 41XXXXXXX 28XXXXXXX
NZ 64 0 21XXXXXX 9NXXXXXX
BR 55 0 119[6-9]XXXXXXX 213XXXXXXX
MX 52 - 55NXXXXXXX
AR 54 0 11NXXXXXXX
CL 56 - 9NXXXXXXX
CO 57 - 31XXXXXXXX
""".strip().splitlines()]

LETTERS = "".join(map(chr, range(ord("a"), ord("z") + 1)))


class Numbers:
    """Draws lines "REGION\\tNUMBER" from a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.countries = [(region, code, "" if trunk == "-" else trunk, [self.choices(one) for one in assigned])
                          for region, code, trunk, *assigned in COUNTRIES]

    @staticmethod
    def choices(template):
        """What each place of a template may hold."""
        named = {"X": "0123456789", "N": "23456789"}
        places = []
        for one in re.findall(r"\[.*?\]|.", template):
            one = re.sub(r"(\d)-(\d)", lambda m: "".join(map(str, range(int(m[1]), int(m[2]) + 1))), one.strip("[]"))
            places.append(named.get(one, one))
        return places

    def digits(self, least, most):
        n = self.random.randint(least, most)
        return f"{self.random.randrange(10 ** n):0{n}}"

    def country(self):
        """Region, country code, trunk prefix, and a number that is assigned there."""
        region, code, trunk, assigned = self.random.choice(self.countries)
        return region, code, trunk, "".join(map(self.random.choice, self.random.choice(assigned)))

    def spaced(self, number):
        """Groups of two to four, as people write."""
        separator = self.random.choice(("  ", " ", " ", "-", "-", "."))
        first = self.random.randint(2, 3)
        groups = [number[:first]] + re.findall(".{1,4}", number[first:])
        if self.random.random() < 0.3:
            groups[0] = f"({groups[0]})"
        return separator.join(groups)

    # each kind of line: (region or "ZZ", number)

    def plain(self):
        _, code, _, number = self.country()
        return "ZZ", f"+{code}{number}"

    def written(self):
        _, code, _, number = self.country()
        return "ZZ", f"+{code} {self.spaced(number)}"

    def national(self):
        region, _, trunk, number = self.country()
        return region, self.random.choice((self.spaced, str))(trunk + number)

    def drawn(self):
        _, code, _, _ = self.country()
        return "ZZ", f"+{code}{self.digits(6, 11)}"

    def wrong_length(self):
        _, code, _, number = self.country()
        cut = self.random.randint(1, 4)
        return "ZZ", f"+{code}{number[:-cut]}" if self.random.random() < 0.5 else f"+{code}{number}{self.digits(1, 6)}"

    def extension(self):
        _, number = self.random.choice((self.plain, self.written))()
        return "ZZ", number + self.random.choice((";ext=", " ext. ", " x", " extension ")) + self.digits(2, 5)

    def unicode(self):
        _, number = self.random.choice((self.plain, self.written))()
        kind = self.random.randrange(4)
        if kind == 0:
            return "ZZ", number.translate({ord(c): ord(c) - ord("0") + 0xff10 for c in "0123456789"})
        if kind == 1:
            return "ZZ", number.replace(" ", "\u00a0").replace("-", "\u2011")
        if kind == 2:
            return "ZZ", f"\u202a{number}\u202c"
        return "ZZ", f"{number[:3]}\u200b{number[3:]}"

    def no_plus(self):
        region, code, _, number = self.country()
        return self.random.choice(("ZZ", region)), self.random.choice(("", "00", "+0", "++")) + code + number

    def uri(self):
        _, number = self.plain()
        return "ZZ", self.random.choice((f"tel:{number}", f"tel:{number};ext={self.digits(2, 4)}",
                                         f"sip:{number}@example.com;user=phone"))

    def garbage(self):
        _, number = self.written()
        kind = self.random.randrange(6)
        if kind == 0:
            return "ZZ", "".join(self.random.choices(LETTERS + " .@-", k=self.random.randint(1, 30)))
        if kind == 1:
            return "ZZ", number.replace("0", "O").replace("1", "l")
        if kind == 2:
            return "ZZ", f"{number} / {self.written()[1]}"
        if kind == 3:
            return "ZZ", f"call {number} now"
        if kind == 4:
            return "ZZ", f"+{self.random.choice(('999', '210', '0'))}{self.digits(6, 10)}"
        return "ZZ", self.digits(1, 4)

    def lines(self, count):
        kinds = {self.plain: 35, self.written: 13, self.national: 15, self.drawn: 8, self.wrong_length: 5,
                 self.extension: 6, self.unicode: 5, self.no_plus: 4, self.uri: 3, self.garbage: 6}
        for draw in self.random.choices(list(kinds), kinds.values(), k=count):
            yield draw()


def measured(*command):
    ran = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def seconds(command, list_name, answers_name):
    """Of a whole process that reads the list and writes answers."""
    with open(list_name, "rb") as numbers, open(answers_name, "wb") as answers:
        began = time.perf_counter()
        subprocess.run([str(word) for word in command], stdin=numbers, stdout=answers, check=True)
        return time.perf_counter() - began


def tables_bytes():
    """Of the sections that hold the library's tables."""
    shown = subprocess.run(["readelf", "-SW", BUILD / "src/address/libringwright-address.so"], capture_output=True,
                           text=True, check=True).stdout
    sizes = dict(re.findall(r"\] (\.\S+)\s+\S+\s+[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+)", shown))
    return sum(int(sizes.get(name, "0"), 16) for name in (".rodata", ".data.rel.ro", ".data"))


def against_the_control(pairs, runs, load):
    control_program = BUILD / "bench/address_control"
    if not control_program.exists():
        print("MISS libphonenumber is not there: install tools/packages/bench.txt, set the build folder up anew")
        return False
    type_ratios, all_ratios = [], []
    for _ in range(runs):
        control = measured(control_program, pairs)
        just_type = measured(BUILD / "bench/bench_address", pairs, "type")
        everything = measured(BUILD / "bench/bench_address", pairs, "all")
        assert control["count"] == just_type["count"] == COUNT, (control, just_type)
        print(f"     libphonenumber {control['ns']:.0f} ns ({control['valid'] / COUNT:.1%} valid), ours "
              f"{just_type['ns']:.0f} ns ({just_type['valid'] / COUNT:.1%} valid), with all there is to say "
              f"{everything['ns']:.0f} ns", flush=True)
        type_ratios.append(control["ns"] / just_type["ns"])
        all_ratios.append(control["ns"] / everything["ns"])
    held = report("parse, validate, type: times as fast as libphonenumber", load, type_ratios, 60, at_least=True)
    return report("all there is to say: times as fast as libphonenumber's parse, validate, type", load, all_ratios,
                  12, at_least=True) and held


def batch(numbers, folder, runs, load):
    client, answers = BUILD / "ringwright", pathlib.Path(folder) / "answers"
    took = []
    for _ in range(runs):
        count = seconds(["wc", "-l"], numbers, answers)
        took.append(seconds([client, "number", "check", "--batch"], numbers, answers))
        with open(answers, "rb") as lines:
            assert sum(1 for _ in lines) == COUNT
        print(f"     wc -l {count:.3f} s, number check --batch {took[-1]:.2f} s, {answers.stat().st_size >> 20} MiB "
              "of answers", flush=True)
    return report("number check --batch, the whole process", load, took, 5, "s")


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261125
    load = f"{COUNT:,} mixed numbers, seed {seed}, one thread"
    with tempfile.TemporaryDirectory(prefix="rw-address-") as folder:
        pairs, numbers = pathlib.Path(folder) / "pairs", pathlib.Path(folder) / "numbers"
        with open(pairs, "w", encoding="utf-8") as with_region, open(numbers, "w", encoding="utf-8") as alone:
            for region, number in Numbers(seed).lines(COUNT):
                with_region.write(f"{region}\t{number}\n")
                alone.write(f"{number}\n")
        held = [against_the_control(pairs, runs, load),
                report("tables of the library", "-", [tables_bytes() / 1024], 256, "KiB"),
                batch(numbers, folder, runs, load)]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
