"""What all generators share: the seed, the fixed clock, deterministic zip and JSON."""
import datetime
import json
import os
import random
import re
import zipfile

SEED = 20260901
NOW = datetime.datetime(2026, 9, 1, 8, 0, 0)
ZIP_DATE = (2026, 9, 1, 8, 0, 0)
SCHOOL = "МБОУ «Средняя общеобразовательная школа № 17 города Заречинска»"
SCHOOL_YEAR = "2026/2027"


class Skipped(Exception):
    """A file cannot be made here; the message says which tool is missing."""


class Out:
    """The output folder, with a list of what was made and what was skipped."""

    def __init__(self, folder):
        self.folder = folder
        self.skipped = []
        os.makedirs(folder, exist_ok=True)

    def path(self, name):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def write(self, name, data):
        if isinstance(data, str):
            data = data.encode("utf-8")
        with open(self.path(name), "wb") as f:
            f.write(data)

    def json(self, name, value):
        text = json.dumps(value, ensure_ascii=False, indent=1)
        # One cell or problem list on one line: the files are read by people too.
        text = re.sub(r"[{\[]\n\s+([^{}\[\]]*?)\n\s+([}\]])", _one_line, text)
        self.write(name, text + "\n")

    def skip(self, names, why):
        for name in names:
            self.skipped.append((name, why))


def _one_line(match):
    text = match.group(0)
    flat = re.sub(r"\n\s+", " ", text)
    return flat if len(flat) < 150 else text


def rng(name):
    """A random source of its own for each part, so that parts can be made alone."""
    return random.Random("%d:%s" % (SEED, name))


def zip_bytes_add(archive, name, data, stored=False):
    info = zipfile.ZipInfo(name, ZIP_DATE)
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, data)


def freeze_zip(path, edit=None):
    """Rewrite a zip (xlsx, ods) so that it carries no time of its making.

    edit(name, bytes) -> bytes may change a member on the way."""
    with zipfile.ZipFile(path) as source:
        members = [(i.filename, i.compress_type, source.read(i)) for i in source.infolist()]
    stamp = NOW.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(path, "w") as target:
        for name, method, data in members:
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            if name == "meta.xml":
                data = re.sub(rb"(<(dc:date|meta:creation-date)>)[^<]*", rb"\g<1>" + stamp[:-1], data)
                data = re.sub(rb"(<meta:editing-duration>)[^<]*", rb"\g<1>PT0S", data)
            if name == "styles.xml":
                data = _sort_page_styles(data)
            if edit:
                data = edit(name, data)
            zip_bytes_add(target, name, data, method == zipfile.ZIP_STORED)


def _sort_page_styles(data):
    """LibreOffice writes the page styles of sheets in the order of their addresses in memory."""
    pattern = rb"<style:master-page .*?</style:master-page>"
    ordered = iter(sorted(re.findall(pattern, data, re.S)))
    return re.sub(pattern, lambda _: next(ordered), data, flags=re.S)


def column_letter(index):
    """0 -> A, 25 -> Z, 26 -> AA"""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters):
    index = 0
    for c in letters:
        index = index * 26 + ord(c) - 64
    return index - 1
