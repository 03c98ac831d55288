#!/usr/bin/env python3
"""Makes everything that follows from api/openapi.yaml and api/errors/*.yaml.

    gen_api.py OUT_DIR          api_gen.h, api_gen.c, api_handlers.c, reference_gen.c, reference.html,
                                errors.md, api_examples.c (the catalogue's examples that are requests, as
                                cases of a test), and api_gen.d (what all of it was made from)
    gen_api.py --errors-md FILE rewrites the committed list of errors
    gen_api.py --check-errors-md FILE   fails when that list is out of date
    gen_api.py --words FILE     the C tables of the engine of telephone addresses: api/errors/address.yaml only
    gen_api.py --word-cases FILE   the examples of that file as cases of a test, in C
    gen_api.py --check          only looks for faults

A fault is printed as file:line: what is wrong, and the exit status is 1. The output depends on nothing
but the input.
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from apigen import check, errors, load, reference, requests, tables, words  # noqa: E402


def write(path, text):
    path.write_text(text, encoding="utf-8")


def generate(out, description, catalogue):
    page = reference.page(description, catalogue)
    write(out / "api_gen.h", tables.header(description))
    write(out / "api_gen.c", tables.source(description, catalogue))
    write(out / "api_handlers.c", tables.handlers(description))
    write(out / "reference.html", page)
    write(out / "reference_gen.c", tables.embed(page))
    write(out / "errors.md", errors.markdown(catalogue))
    write(out / "api_examples.c", requests.cases(catalogue.entries))
    inputs = [description.path, *catalogue.paths, ROOT / "src/base/err.h", ROOT / "src/base/status.c",
              *sorted((ROOT / "tools/apigen").glob("*.py"))]
    write(out / "api_gen.d", f"{out}/api_gen.h: " + " ".join(str(path) for path in inputs) + "\n")


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    try:
        if arguments[0] == "--words":
            write(pathlib.Path(arguments[1]), words.source(errors.addresses(ROOT)))
            return
        if arguments[0] == "--word-cases":
            write(pathlib.Path(arguments[1]), words.cases(errors.addresses(ROOT)))
            return
        description = load.description(ROOT / "api/openapi.yaml")
        check.description(description)
        catalogue = errors.catalogue(ROOT)
        if arguments[0] == "--errors-md":
            write(pathlib.Path(arguments[1]), errors.markdown(catalogue))
        elif arguments[0] == "--check-errors-md":
            path = pathlib.Path(arguments[1])
            if not path.exists() or path.read_text(encoding="utf-8") != errors.markdown(catalogue):
                raise load.Fault(f"{path}:1: out of date; run: meson compile -C BUILD errors-doc")
        elif arguments[0] != "--check":
            out = pathlib.Path(arguments[0])
            out.mkdir(parents=True, exist_ok=True)
            generate(out, description, catalogue)
    except load.Fault as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main(sys.argv[1:])
