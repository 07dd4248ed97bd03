#!/usr/bin/env python3
"""Makes the Autobahn test suite run on Python 3.

    convert.py SUITE_FOLDER OUTPUT_FOLDER

The newest release on PyPI (25.10.1) still is Python 2 source. This copies the fuzzing client and
its cases out of the installed package, lets lib2to3 rewrite the syntax and keeps the suite's model
of bytes: a `str` whose characters are all below 256 stands for bytes, in the sources (read as
Latin-1, as Python 2 did) and in every case. `fuzz.py` converts at the border to the WebSocket
library. The expectations and the verdicts of the cases are not touched.
"""
import os
import pathlib
import re
import shutil
import sys

try:
    from lib2to3 import refactor
    FIXERS = "lib2to3.fixes"
except ImportError:  # Python 3.13 and later
    from fissix import refactor
    FIXERS = "fissix.fixes"

COMPARE = "return pickle.dumps(obj1) == pickle.dumps(obj2)"

# Each replacement must be found; a new release of the suite then fails loudly here.
REPLACEMENTS = {
    "case/case.py": [
        # Equal values may pickle differently in Python 3, which shares equal strings.
        (COMPARE, "return obj1 == obj2"),
    ],
    "case/case6_x_x.py": [
        ("v.validate(vss[:i])", "v.validate(vss[:i].encode('latin-1'))"),
        ("(object, Case, )", "(Case, )"),
    ],
    "case/case7_7_X.py": [("(object, Case, )", "(Case, )")],
    "case/case7_9_X.py": [("(object, Case, )", "(Case, )")],
    "case/case9_7_X.py": [("(object, Case, )", "(Case, )")],
    "case/case10_1_1.py": [
        ("len(self.payload) / self.p.autoFragmentSize",
         "len(self.payload) // self.p.autoFragmentSize"),
    ],
    "case/__init__.py": [
        # Compression is not offered by the server; 9.9.1 is switched off by the suite itself.
        ("from case12_x_x import *", ""),
        ("from case9_9_1 import *", ""),
        ("Cases.extend(Case12_X_X)", ""),
        ("CaseSubCategories.update(Case12_X_X_CaseSubCategories)", ""),
        ("Cases.extend(Case13_X_X)", ""),
        ("CaseSubCategories.update(Case13_X_X_CaseSubCategories)", ""),
    ],
    "fuzzing.py": [
        # TLS would need another library; the server is reached in the clear.
        ("from twisted.internet import reactor, ssl", "from twisted.internet import reactor"),
        ("self.contextFactory = ssl.ClientContextFactory()", "self.contextFactory = None"),
        ("WebSocketClientFactory.__init__(self, debug = debug, debugCodePaths = debug)",
         "WebSocketClientFactory.__init__(self)"),
        ("self.failConnection()", "self._fail_connection()"),
        ("return dd.decode('utf8', errors = 'replace' if replace else 'strict')",
         "return dd.encode('latin-1').decode('utf8', 'replace' if replace else 'strict')"),
        ("import os, json, binascii, time, textwrap, pkg_resources", "import os, json, time, textwrap"),
        ("json.dumps(case, sort_keys = True,",
         "json.dumps(case, default = lambda data: data.decode('latin-1'), sort_keys = True,"),
        ("from twisted.web.server import Site", ""),
        ("from twisted.web.static import File", ""),
    ],
}


def convert(source, target):
    shutil.rmtree(target, ignore_errors=True)
    (target / "case").mkdir(parents=True)
    names = ["caseset.py", "fuzzing.py", "report.py"]
    names += sorted(f"case/{path.name}" for path in (source / "case").glob("*.py"))
    for name in names:
        if name in ("case/case12_x_x.py", "case/case9_9_1.py"):
            continue
        text = (source / name).read_bytes().decode("latin-1").replace("\r\n", "\n")
        text = re.sub(r"^#.*coding[:=].*$", "", text, count=1, flags=re.MULTILINE)
        for old, new in REPLACEMENTS.get(name, []):
            if old not in text:
                sys.exit(f"convert.py: {name} has no {old!r}: is this another release of the suite?")
            text = text.replace(old, new)
        text = re.sub(r"^import binascii\s*$", "from autobahntestsuite import bytetext as binascii",
                      text, flags=re.MULTILINE)
        if name == "fuzzing.py":
            text = text.replace("import autobahntestsuite\n",
                                "import autobahntestsuite\n"
                                "from autobahntestsuite import bytetext as binascii\n", 1)
        if name == "report.py":  # the HTML reports of another protocol, with a template library
            text = text.replace("import jinja2\n", "").split("REPORT_DIR_PERMISSIONS")[0]
        (target / name).write_text(text, encoding="utf-8")
    version = re.search(r'__version__ = "(.*)"', (source / "_version.py").read_text()).group(1)
    (target / "__init__.py").write_text(f'version = "{version}"\n')
    (target / "bytetext.py").write_text(BYTETEXT)
    tool = refactor.RefactoringTool(refactor.get_fixers_from_package(FIXERS))
    for name in names:
        if (target / name).exists():
            tool.refactor_file(str(target / name), write=True)


BYTETEXT = '''"""binascii for text that stands for bytes."""
import binascii


def b2a_hex(data):
    if isinstance(data, str):
        data = data.encode("latin-1")
    return binascii.b2a_hex(data).decode("ascii")
'''

if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    convert(pathlib.Path(sys.argv[1]), pathlib.Path(os.path.join(sys.argv[2], "autobahntestsuite")))
