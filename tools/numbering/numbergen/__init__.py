"""Turns numbering metadata into the tables of src/address: see tools/numbering/README.md."""
