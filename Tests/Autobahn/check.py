#!/usr/bin/env python3
"""Judges a report of the Autobahn test suite.

    check.py REPORT_FOLDER CASES_MIN

Ends with 0 when at least CASES_MIN cases ran and each, its closing included, is OK, NON-STRICT or
INFORMATIONAL; prints a summary by section and every other case with its expectation.
"""
import collections
import json
import pathlib
import sys

GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}


def main(folder, cases_min):
    folder = pathlib.Path(folder)
    try:
        report = json.loads((folder / "index.json").read_text())
    except (OSError, ValueError) as error:
        sys.exit(f"no report: {error}")
    sections = collections.defaultdict(collections.Counter)
    bad, count = [], 0
    for agent, cases in report.items():
        for name, case in cases.items():
            count += 1
            verdict, closing = case["behavior"], case["behaviorClose"]
            good = verdict in GOOD and closing in GOOD
            sections[name.split(".")[0]][verdict if good else "BAD"] += 1
            if not good:
                bad.append((name, verdict, closing, case["reportfile"]))
    for section in sorted(sections, key=int):
        tally = ", ".join(f"{number} {verdict}" for verdict, number in sections[section].most_common())
        print(f"section {section:>2}: {tally}")
    for name, verdict, closing, file in sorted(bad):
        detail = json.loads((folder / file).read_text())
        print(f"case {name}: {verdict}, closing {closing}\n  {detail['description']}\n"
              f"  expected: {detail['expectation']}\n  {detail['result']} {detail['resultClose']}")
    print(f"{count} cases, {len(bad)} bad")
    if count < cases_min:
        sys.exit(f"only {count} cases ran, {cases_min} were expected")
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
