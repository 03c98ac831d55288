"""libringwright-address as a stranger gets it: what it needs and shows, its size, and an installed copy used.

    test_library.py SOURCE BUILD SANITIZERS HEADER MAP SOURCES...

The library's own properties are looked at in a copy that is compiled here, plainly, because the build's may
be instrumented: so it is also shown that the sources need nothing but libc and each other.
"""
import functools
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE, BUILD = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
SANITIZE = [] if sys.argv[3] == "none" else [f"-fsanitize={sys.argv[3]}"]
HEADER, MAP, SOURCES = sys.argv[4], sys.argv[5], sys.argv[6:]
SONAME = "libringwright-address.so.0"
TABLES_MAX = 256 * 1024
TEMPORARY = tempfile.TemporaryDirectory(prefix="rw-library-")
ROOT = pathlib.Path(TEMPORARY.name)
STRICT = ["-O2", "-Wall", "-Wextra", "-Werror"]


def run(*words, status=0, **options):
    ran = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    if ran.returncode != status:
        raise AssertionError(f"{' '.join(map(str, words))} ended with {ran.returncode}\n{ran.stdout}{ran.stderr}")
    return ran.stdout


def functions_of_header():
    """What address.h declares, which is what the library is to show and the manual to explain."""
    return set(re.findall(r"^[a-z].*?\b(rw_address_\w+)\(", pathlib.Path(HEADER).read_text(), re.M))


# ------------------------------------------------------------------ a copy compiled plainly

@functools.cache
def plain_library():
    library = ROOT / SONAME
    run("gcc", "-std=gnu17", "-D_GNU_SOURCE", *STRICT, "-fPIC", "-shared", f"-I{SOURCE / 'src'}", "-o", library,
        f"-Wl,-soname,{SONAME}", f"-Wl,--version-script={MAP}", "-Wl,-z,defs", *SOURCES, "-nodefaultlibs", "-lc")
    return library


def test_it_needs_libc_and_shows_the_header_only():
    dynamic = run("readelf", "-dW", plain_library())
    assert re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic) == ["libc.so.6"], dynamic
    assert re.findall(r"\(SONAME\).*\[(.*)\]", dynamic) == [SONAME], dynamic
    shown = {line.split()[-1] for line in run("nm", "-D", "--defined-only", plain_library()).splitlines()}
    assert shown == functions_of_header(), shown ^ functions_of_header()


def test_its_tables_are_small():
    sections = {name: int(size, 16) for name, size in re.findall(
        r"\] (\.\S+)\s+\S+\s+[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+)", run("readelf", "-SW", plain_library()))}
    tables = {name: sections.get(name, 0) for name in (".rodata", ".data.rel.ro", ".data")}
    print(f"      {tables} bytes, at most {TABLES_MAX}")
    assert sections[".rodata"] > 0, sections
    assert sum(tables.values()) <= TABLES_MAX, tables


# ------------------------------------------------------------------ an installed copy

class Installed:
    """`meson install` into a folder, found through pkg-config as any program finds it."""

    def __init__(self):
        self.root = ROOT / "installed"
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--tags", "devel,runtime,man",
            env=os.environ | {"DESTDIR": str(self.root)})
        self.env = os.environ | {
            "PKG_CONFIG_SYSROOT_DIR": str(self.root), "LD_LIBRARY_PATH": str(self.one(SONAME).parent),
            "PKG_CONFIG_LIBDIR": str(self.one("ringwright-address.pc").parent)}

    def one(self, name):
        found = list(self.root.rglob(name))
        assert len(found) == 1, (name, found)
        return found[0]

    def compile(self, compiler, source, name):
        words = run("pkg-config", "--cflags", "--libs", "ringwright-address", env=self.env).split()
        program = ROOT / name
        run(*compiler, *STRICT, *SANITIZE, "-o", program, source, *words)
        return program


installed = functools.cache(Installed)


def test_the_example_runs_against_an_installed_copy():
    there = installed()
    program = there.compile(["gcc", "-std=c99"], SOURCE / "docs/examples/judge.c", "judge")
    shown = run(program, "+65 9123 4567", env=there.env)
    assert shown.startswith("+65 9123 4567: ok\n  +65 9123"), shown
    assert "SG Singapore\n  separators between digits were removed\n" in shown, shown
    shown = run(program, "6591234567", status=1, env=there.env)
    assert shown.startswith("6591234567: malformed\n  at 0: "), shown
    assert "[address.missing_plus]\n" in shown and "  instead: +6591234567 (" in shown, shown
    run(program, env=there.env)


def test_a_c_plus_plus_program_can_use_it():
    there = installed()
    source = ROOT / "use.cc"
    source.write_text("""
extern "C" {
#include <ringwright/address.h>
}
#include <iostream>
#include <string>

int main()
{
    const std::string text = "+6591234567";
    rw_address address;

    rw_address_judge(text.data(), text.size(), nullptr, &address);
    std::cout << address.e164 << ' ' << rw_address_verdict_name(address.verdict) << std::endl;
    return address.verdict == RW_ADDRESS_OK ? 0 : 1;
}
""")
    program = there.compile(["g++", "-std=c++17", "-Wpedantic"], source, "use")
    assert run(program, env=there.env) == "+6591234567 ok\n"


def test_the_manual_explains_every_function():
    there = installed()
    page = there.one("ringwright-address.3")
    assert page.parent.name == "man3", page
    text = page.read_text()
    assert set(re.findall(r"\b(rw_address_\w+)\(", text.split(".SH DESCRIPTION")[0])) == functions_of_header()
    assert set(re.findall(r"\b(rw_address_\w+) \(", text)) == functions_of_header()
    wrong = subprocess.run(["groff", "-ww", "-man", "-Tutf8", "-z", page], capture_output=True, text=True, check=True)
    assert not wrong.stderr, wrong.stderr
    example = ROOT / "page.c"
    example.write_text(re.search(r"^\.EX\n(.*?)^\.EE$", text, re.M | re.S)[1].replace("\\e", "\\"))
    program = there.compile(["gcc", "-std=c99"], example, "page")
    assert run(program, "(+65) 9123-4567", env=there.env) == "+6591234567\n"
    assert run(program, "112", status=1, env=there.env).strip()


def main():
    failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            print(f"ok    {name}", flush=True)
        except Exception as problem:  # a test's failure is reported, the next one still runs
            failed += 1
            print(f"FAIL  {name}: {problem!r}", flush=True)
    sys.exit(1 if failed else 0)


main()
