#!/usr/bin/env python3
"""Writes Sources/Knowledge/Data/pinyin.txt and simplified.txt from the Unihan database.

usage: make-tables.py FOLDER

FOLDER holds Unihan_Readings.txt.bz2 and Unihan_Variants.txt.bz2, as the Debian package unicode-data
brings them in /usr/share/unicode.
"""
import bz2
import collections
import pathlib
import sys
import unicodedata

HEADER = """\
# {what}
#
# Derived from the Unihan database, Unicode 15.0.0 ({field}; Debian package unicode-data
# 15.0.0-1) by Tests/Knowledge/make-tables.py. Kept are {kept}.
# Copyright (c) 1991-2022 Unicode, Inc. Distributed under the Unicode licence for data files and
# software, https://www.unicode.org/license.txt (an MIT-style permission).
"""


def field(path, name):
    with bz2.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            parts = line.rstrip("\n").split("\t")
            if len(parts) == 3 and parts[1] == name:
                yield chr(int(parts[0][2:], 16)), parts[2]


def encodes(character, encoding):
    try:
        return len(character.encode(encoding)) == 2
    except UnicodeEncodeError:
        return False


def plain(reading):
    letters = unicodedata.normalize("NFD", reading.replace("ü", "v"))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha())


def main():
    source = pathlib.Path(sys.argv[1])
    data = pathlib.Path(__file__).resolve().parents[2] / "Sources" / "Knowledge" / "Data"
    syllables = collections.defaultdict(str)
    for character, readings in field(source / "Unihan_Readings.txt.bz2", "kMandarin"):
        if encodes(character, "gb2312"):
            syllables[plain(readings.split()[0])] += character
    with open(data / "pinyin.txt", "w", encoding="utf-8") as out:
        out.write(HEADER.format(
            what="How characters are read: a syllable without its tone, then its characters.",
            field="kMandarin, first reading", kept="the characters of GB 2312"))
        for syllable in sorted(syllables):
            out.write(f"{syllable} {syllables[syllable]}\n")
    pairs = []
    for character, variants in field(source / "Unihan_Variants.txt.bz2", "kSimplifiedVariant"):
        simple = [chr(int(variant[2:], 16)) for variant in variants.split()]
        if character in simple or not encodes(character, "big5"):
            continue
        simple = [other for other in simple if encodes(other, "gb2312")]
        if simple and not encodes(character, "gb2312"):
            pairs.append(character + simple[0])
    with open(data / "simplified.txt", "w", encoding="utf-8") as out:
        out.write(HEADER.format(
            what="Traditional characters, each followed by its simplified form.",
            field="kSimplifiedVariant", kept="the characters of Big5 that GB 2312 lacks"))
        for start in range(0, len(pairs), 24):
            out.write(" ".join(pairs[start:start + 24]) + "\n")


main()
