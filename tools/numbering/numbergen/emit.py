"""Writes a plan as src/address/tables.c. The shapes of the rows stand in src/address/tables.h."""

HEAD = """/* Made by tools/numbering/generate of {sources}; don't edit.
 * The data is Apache-2.0 licensed work of the libphonenumber authors: see NOTICE. */
#include "address/tables.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

/* clang-format off */
"""


def _numbers(numbers, width=118):
    lines, line = [], "   "
    for number in numbers:
        word = f" {number},"
        if len(line) + len(word) > width:
            lines.append(line)
            line = "   "
        line += word
    return "\n".join(lines + [line])


def _text(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _texts(name, texts):
    """Texts that an offset points into."""
    lines = "\n".join(f"    {_text(text)}{' ' if text else ''}\"\\0\"" for text in texts)
    return f"const char {name}[] =\n{lines};\n"


def _offsets(texts):
    offsets, at = [], 0
    for text in texts:
        offsets.append(at)
        at += len(text) + 1
    return offsets


def _country_index(countries):
    """By the first three digits, which country code they begin with: its row + 1."""
    index = [0] * 1000
    for row, country in enumerate(countries):
        digits = str(country["code"])
        for rest in range(10 ** (3 - len(digits))):
            index[int(digits + str(rest).zfill(3 - len(digits))) if len(digits) < 3 else int(digits)] = row + 1
    return index


def _region_index(territories):
    """By the two letters of a region, its row + 1."""
    index = [0] * 26 * 26
    for row, territory in enumerate(territories):
        first, second = (ord(letter) - ord("A") for letter in territory["region"][:2])
        if first >= 0:
            index[first * 26 + second] = row + 1
    return index


def write(plan, sources):
    numbers, number_offsets = plan.numbers.layout()
    words, offsets = plan.pool.layout()
    assert len(plan.countries) < 256 and len(plan.territories) < 65536
    out = [HEAD.format(sources=", ".join(f"{s['name']} {s['version']}" for s in sources))]
    out.append(f'const char rw_tables_version[] = "{sources[0]["name"]} {sources[0]["version"]}";')
    out.append(f'const char rw_tables_month[] = "{sources[0]["published"][:7]}";\n')
    out.append(f"const uint16_t rw_tables_numbers[] = {{\n{_numbers(numbers)}\n}};\n")
    out.append(f"const uint16_t rw_tables_pool[] = {{\n{_numbers(words)}\n}};\n")
    out.append(f"const uint8_t rw_tables_country_of[1000] = {{\n{_numbers(_country_index(plan.countries))}\n}};\n")
    out.append("const struct rw_country rw_tables_countries[] = {")
    for c in plan.countries:
        out.append(f"    {{{c['code']}, {c['first']}, {c['count']}, {number_offsets[c['numbers']]}, {offsets[c['formats']]}, "
                   f"{c['national']}, {c['international']}}},")
    out.append("};\n")
    out.append(f"const uint16_t rw_tables_territory_of[26 * 26] = {{\n{_numbers(_region_index(plan.territories))}\n}};\n")
    out.append("const struct rw_territory rw_tables_territories[] = {")
    for t in plan.territories:
        out.append(f"    {{\"{t['region']}\", \"{t['trunk_prefix']}\", \"{t['put']}\", {str(t['transforms']).lower()}, "
                   f"{t['country']}, {offsets[t['general']]}, {offsets[t['shorts']]}, {offsets[t['strips']]}, "
                   f"{offsets[t['idd']]}, {t['name']}, {t['lengths']:#x}, {t['local']:#x}}},")
    out.append("};\n")
    out.append("const struct rw_number_format rw_tables_formats[] = {")
    for groups, template in plan.formats:
        sizes = ", ".join(f"{low << 4 | high:#04x}" for low, high in groups)
        out.append(f"    {{{len(groups)}, {{{sizes}}}, {template}}},")
    out.append("};\n")
    ends, choices = [0], []
    for choice in plan.choices:
        for formats in choice:
            choices += formats
            ends.append(len(choices))
    out.append(f"const uint16_t rw_tables_choice_ends[] = {{\n{_numbers(ends)}\n}};\n")
    out.append(f"const uint8_t rw_tables_choices[] = {{\n{_numbers(choices)}\n}};\n")
    out.append("const struct rw_strip rw_tables_strips[] = {")
    out += [f"    {{{passing}, {ending}}}," for passing, ending in plan.strips]
    out.append("};\n")
    out.append(_texts("rw_tables_texts", plan.texts.all()))
    out.append(f"const uint16_t rw_tables_zones_root = {offsets[plan.zones_root]};")
    out.append(f"const uint16_t rw_tables_zones[] = {{\n{_numbers(_offsets(plan.zones))}\n}};\n")
    out.append(_texts("rw_tables_zone_texts", plan.zones))
    return "\n".join(out)
