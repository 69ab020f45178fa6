#!/usr/bin/python3
"""The order of the house, held by tests. house.py CHECK SOURCE [BUILD COMPILER]; without an offence it says nothing and ends with 0."""
import os
import re
import subprocess
import sys
from pathlib import Path

FILE_LINES = 800
FUNCTION_LINES = 100
FOLDERS = ("core", "cli", "plugins", "tests", "web-static")


def sources(root, suffixes, folders=FOLDERS):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path


def text(path):
    return path.read_text(encoding="utf-8", errors="replace")


def headers(root, build, compiler):
    """Each public header compiles alone, as C99 and as C++."""
    found = list((root / "core/include/letopis").glob("*.h"))
    if not found:
        yield "there are no public headers"
    strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I", str(root / "core/include")]
    for header in found:
        for language, how in (("C99", [compiler, "-std=c99", "-x", "c"]), ("C++", ["clang++", "-std=c++11", "-x", "c++"])):
            # through a file that includes it: a header itself would warn of "#pragma once in main file" and the like
            run = subprocess.run(how + strict + ["-"], input="#include <letopis/%s>\n" % header.name, text=True,
                                 capture_output=True)
            if run.returncode:
                yield "%s does not compile alone as %s:\n%s" % (header.name, language, run.stderr)


def includes(root):
    """libgit2 is seen by core/vault alone, SQLite by core/index alone."""
    owners = {"git2": "core/vault/", "sqlite3.h": "core/index/"}
    pattern = re.compile(r'^\s*#\s*include\s*[<"](git2|sqlite3\.h)')
    for path in sources(root, {".c", ".h"}, ("core", "cli", "plugins")):
        name = str(path.relative_to(root))
        for number, line in enumerate(text(path).splitlines(), 1):
            m = pattern.match(line)
            if m and not name.startswith(owners[m.group(1)]):
                yield "%s:%d includes %s" % (name, number, m.group(1))


def globals_(root, build, compiler):
    """No writable data in core's static libraries: everything hangs on a handle."""
    libraries = sorted((build / "core").glob("liblt_*.a"))
    if len(libraries) < 10:
        yield "the libraries of core are not in %s" % build
    for library in libraries:
        member = "?"
        table = subprocess.run(["objdump", "-t", str(library)], capture_output=True, text=True, check=True).stdout
        for line in table.splitlines():
            if line.endswith("file format elf64-x86-64") or "file format" in line:
                member = line.split(":")[0]
            parts = line.split()
            # value, flags, section, size, name; the sanitizers' own symbols are none of ours
            m = re.match(r"^[0-9a-f]+ .{7} (\.data|\.bss|\.tdata|\.tbss|\*COM\*)(\.[A-Za-z_]\S*)?\s+([0-9a-f]+)\s+(?:\.hidden )?(\S+)$", line)
            if not m or (m.group(2) or "").startswith(".rel.ro") or int(m.group(3), 16) == 0:
                continue
            name = m.group(4)
            if name.startswith((".", "__odr_asan", "__asan", "__gcov", "__tsan", "*.L")) or m.group(1) == name:
                continue
            yield "%s: %s keeps writable data: %s (%d bytes)" % (library.name, member, name, int(m.group(3), 16))


def sizes(root):
    """Files of at most 800 lines, functions of at most 100."""
    for path in sources(root, {".c", ".h", ".js", ".css", ".py"}):
        name = str(path.relative_to(root))
        lines = text(path).splitlines()
        if len(lines) > FILE_LINES:
            yield "%s has %d lines" % (name, len(lines))
        if path.suffix not in (".c", ".h"):
            continue
        for number, length in functions(lines):
            if length > FUNCTION_LINES:
                yield "%s:%d is a function of %d lines" % (name, number, length)


def functions(lines):
    """(line, length) of each function: its braces stand alone at the margin. Of the branches of an #if the longest counts."""
    start = length = 0
    branches = []  # of the conditions that are open: [longest so far, this one]
    for number, line in enumerate(lines, 1):
        if line == "{":
            start, length, branches = number, 0, []
        directive = re.match(r"\s*#\s*(if|el|endif)", line)
        if directive and start:
            if directive.group(1) == "if":
                branches.append([0, 0])
            elif branches:
                branches[-1] = [max(branches[-1]), 0]
                if directive.group(1) == "endif":
                    longest = branches.pop()[0]
                    if branches:
                        branches[-1][1] += longest
                    else:
                        length += longest
        elif branches:
            branches[-1][1] += 1
        else:
            length += 1
        if line == "}" and start:
            yield start, length
            start = 0


def catalogue(root, lang):
    ids = {}
    for po in sorted(root.glob("c*/**/po/*.%s.po" % lang)) + sorted(root.glob("plugins/*/po/*.%s.po" % lang)):
        body = text(po)
        for m in re.finditer(r'^msgid "([^"]+)"\nmsgstr "(.*)"$', body, re.M):
            if m.group(1) in ids:
                yield_twice.append("%s is in %s and in %s" % (m.group(1), ids[m.group(1)][0], po.relative_to(root)))
            ids[m.group(1)] = (str(po.relative_to(root)), m.group(2), body[m.end():m.end() + 2])
    return ids


yield_twice = []


def messages(root):
    """Every message used in the code has its words in Russian and in English, with the same parameters."""
    ru, en = catalogue(root, "ru"), catalogue(root, "en")
    yield from yield_twice
    if len(ru) < 300:
        yield "the catalogues were not found"
    for one, other, lang in ((ru, en, "en"), (en, ru, "ru")):
        for id_ in sorted(set(one) - set(other)):
            yield "%s has no words in %s" % (id_, lang)
    for id_ in sorted(set(ru) & set(en)):
        left, right = (set(re.findall(r"\{([a-z_0-9]+)", c[id_][1])) for c in (ru, en))
        if left != right:
            yield "%s: Russian takes %s, English %s" % (id_, sorted(left), sorted(right))
    word = r'"([a-z_0-9]+(?:\.[a-z_0-9]+)+)"'
    used = [
        ("error.", re.compile(r"\blt_fail\(\s*[^,;]+,\s*[^,;]+,\s*" + word)),
        ("error.", re.compile(r"\blt_fail_field\(\s*[^,;]+,\s*[^,;]+,\s*[^,;]+,\s*" + word)),
        ("", re.compile(r"\blt_msg(?:_[a-z]+)?\(\s*(?:&?[\w.>-]+,\s*){1,2}" + word)),
    ]
    seen = 0
    for path in sources(root, {".c"}, ("core", "cli")):
        code = text(path)
        for prefix, pattern in used:
            for m in pattern.finditer(code):
                seen += 1
                if prefix + m.group(1) not in ru:
                    yield "%s:%d: no words for %s%s" % (path.relative_to(root), code.count("\n", 0, m.start()) + 1, prefix, m.group(1))
    if seen < 200:
        yield "the messages used in the code were not found"


def words(root):
    """Nothing is left for later in the text of the project."""
    later = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    for path in sources(root, {".c", ".h", ".py", ".js", ".css", ".html", ".sh", ".md", ".txt", ".cmake"}, FOLDERS + ("docs",)):
        for number, line in enumerate(text(path).splitlines(), 1):
            if later.search(line):
                yield "%s:%d: %s" % (path.relative_to(root), number, line.strip())


CHECKS = {"headers": headers, "includes": includes, "globals": globals_, "sizes": sizes, "messages": messages, "words": words}


def main():
    check, root = sys.argv[1], Path(sys.argv[2]).resolve()
    more = (Path(sys.argv[3]), sys.argv[4]) if len(sys.argv) > 4 else ()
    offences = list(CHECKS[check](root, *more))
    for line in offences:
        print(line)
    return 1 if offences else 0


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C"
    sys.exit(main())
