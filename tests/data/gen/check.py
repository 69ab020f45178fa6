"""Read the generated tables back with other people's readers and compare with *.expect.json.

xlsx by openpyxl, ods by its XML, xls by xlrd when python3-xlrd is installed. This tests the test data:
what the expectations say must be what independent programs see."""
import csv
import datetime
import json
import os
import sys
import xml.etree.ElementTree as xml
import zipfile

import openpyxl
from openpyxl.utils.escape import unescape

from .common import column_letter

NOT_READ = {"cells-odd.xlsx"}  # openpyxl looks for styles and strings under fixed names; LibreOffice reads it
ENCODINGS = {"roster-traps-utf16.csv": "utf-16", "roster-small-1251.csv": "cp1251"}


def run(folder):
    wrong = 0
    for root, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if name.endswith(".expect.json"):
                with open(os.path.join(root, name), encoding="utf-8") as f:
                    expect = json.load(f)
                if isinstance(expect.get("sheets"), list):
                    for file in expect["files"]:
                        wrong += one(os.path.join(root, file), expect)
    print("check: %s" % ("%d differences" % wrong if wrong else "all tables agree"))
    return wrong


def one(path, expect):
    kind = path.rsplit(".", 1)[1]
    if os.path.basename(path) in NOT_READ:
        return 0
    if not os.path.exists(path):
        print("  missing", path)
        return 0
    read = {"xlsx": read_xlsx, "ods": read_ods, "xls": read_xls, "csv": read_csv}[kind]
    found = read(path, expect)
    if found is None:
        return 0
    wrong = 0
    wanted = expect["sheets"]
    if kind == "csv":
        wanted = [s for s in wanted if s["name"] == expect["csv_sheet"]]
    for sheet in wanted:
        cells = found.get(sheet["name"])
        if cells is None:
            print("  %s: no sheet %s" % (path, sheet["name"]))
            wrong += 1
            continue
        expected = {}
        for row in sheet["rows"]:
            for column, cell in row.get("cells", {}).items():
                cell = cell.get(kind, cell)
                if cell["type"] != "empty":
                    expected[column + str(row["row"])] = cell
        for at in sorted(set(expected) | set(cells)):
            want = expected.get(at)
            have = cells.get(at)
            if not same(want, have):
                wrong += 1
                print("  %s %s!%s: expected %s, found %r" % (os.path.basename(path), sheet["name"], at, want, have))
    return wrong


def same(want, have):
    if want is None or have is None:
        return want is None and have is None
    value = want["value"]
    if "note" in want:
        return True
    kind, data = have
    if want["type"] in ("number", "percent"):
        return kind == "number" and abs(data - value) <= 1e-12 * max(1, abs(value))
    if kind == "number" and "serial" in want:
        return abs(data - want["serial"]) < 1e-9
    if want["type"] in ("date", "datetime", "time"):
        return kind == "date" and data == value
    if want["type"] == "duration":
        return kind == "date" and data == value or kind == "date" and isinstance(data, str)
    return kind == want["type"] and data == value


def moment(value):
    """One form for all dates: a date with no time of day is a date."""
    if isinstance(value, datetime.datetime):
        if value.microsecond:
            value = (value + datetime.timedelta(microseconds=500000)).replace(microsecond=0)
        if value.time() == datetime.time():
            value = value.date()
    if isinstance(value, datetime.timedelta):
        return "date", value.total_seconds()
    return "date", value.isoformat()


def read_xlsx(path, expect):
    book = openpyxl.load_workbook(path, data_only=True)
    sheets = {}
    for sheet in book.worksheets:
        cells = sheets[sheet.title] = {}
        for row in sheet.iter_rows():
            for cell in row:
                v = cell.value
                if v is None or v == "" and cell.data_type != "s":
                    continue
                if cell.data_type == "e":
                    cells[cell.coordinate] = ("error", v)
                elif isinstance(v, bool):
                    cells[cell.coordinate] = ("bool", v)
                elif isinstance(v, (int, float)):
                    cells[cell.coordinate] = ("number", v)
                elif isinstance(v, str):
                    if os.path.basename(path) == "cells-inline.xlsx":
                        v = unescape(v)  # openpyxl does so for shared strings only
                    cells[cell.coordinate] = ("text", v)
                else:
                    cells[cell.coordinate] = moment(v)
    return sheets


NS = {"office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
      "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
      "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
      "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"}


def q(name):
    prefix, local = name.split(":")
    return "{%s}%s" % (NS[prefix], local)


def ods_text(node):
    out = node.text or ""
    for child in node:
        if child.tag == q("text:s"):
            out += " " * int(child.get(q("text:c"), "1"))
        elif child.tag == q("text:tab"):
            out += "\t"
        elif child.tag == q("text:line-break"):
            out += "\n"
        else:
            out += ods_text(child)
        out += child.tail or ""
    return out


def ods_cell(node):
    kind = node.get(q("office:value-type"))
    words = "\n".join(ods_text(p) for p in node.findall(q("text:p")))
    if node.get(q("calcext:value-type")) == "error":
        return "error", words
    if kind in ("float", "percentage", "currency"):
        return "number", float(node.get(q("office:value")))
    if kind == "boolean":
        return "bool", node.get(q("office:boolean-value")) == "true"
    if kind == "date":
        return moment(datetime.datetime.fromisoformat(node.get(q("office:date-value"))))
    if kind == "time":
        text = node.get(q("office:time-value"))  # PT13H45M00S
        hours, minutes, seconds = (float(x) for x in text[2:-1].replace("H", " ").replace("M", " ").split())
        total = hours * 3600 + minutes * 60 + seconds
        if total >= 86400:
            return "date", total
        return "date", (datetime.datetime(2000, 1, 1) + datetime.timedelta(seconds=total)).time().isoformat()
    return ("text", words) if kind == "string" and words else None


def read_ods(path, expect):
    with zipfile.ZipFile(path) as archive:
        root = xml.fromstring(archive.read("content.xml"))
    sheets = {}
    for table in root.iter(q("table:table")):
        cells = sheets[table.get(q("table:name"))] = {}
        row = 0
        for line in table.iter(q("table:table-row")):
            again = int(line.get(q("table:number-rows-repeated"), "1"))
            column = 0
            for node in line:
                if node.tag not in (q("table:table-cell"), q("table:covered-table-cell")):
                    continue
                repeat = int(node.get(q("table:number-columns-repeated"), "1"))
                cell = ods_cell(node)
                if cell is not None:
                    for r in range(row, row + again):
                        for c in range(column, column + repeat):
                            cells[column_letter(c) + str(r + 1)] = cell
                column += repeat
            row += again
    return sheets


def read_xls(path, expect):
    try:
        import xlrd
    except ImportError:
        print("  %s not read: python3-xlrd is not installed" % path, file=sys.stderr)
        return None
    book = xlrd.open_workbook(path, formatting_info=True)
    sheets = {}
    for sheet in book.sheets():
        cells = sheets[sheet.name] = {}
        for r in range(sheet.nrows):
            for c in range(sheet.ncols):
                cell = sheet.cell(r, c)
                if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                    continue
                kind = {xlrd.XL_CELL_TEXT: "text", xlrd.XL_CELL_NUMBER: "number", xlrd.XL_CELL_DATE: "number",
                        xlrd.XL_CELL_BOOLEAN: "bool", xlrd.XL_CELL_ERROR: "error"}[cell.ctype]
                value = cell.value
                if kind == "error":
                    value = xlrd.error_text_from_code[value]
                if kind == "bool":
                    value = bool(value)
                cells[column_letter(c) + str(r + 1)] = (kind, value)
    return sheets


def read_csv(path, expect):
    name = os.path.basename(path)
    with open(path, encoding=ENCODINGS.get(name, "utf-8-sig"), newline="") as f:
        delimiter = {"comma": ",", "utf16": "\t"}.get(name.split(".")[0].split("-")[-1], ";")
        rows = list(csv.reader(f, delimiter=delimiter))
    cells = {column_letter(c) + str(r): ("text", v) for r, row in enumerate(rows, 1)
             for c, v in enumerate(row) if v}
    return {expect["csv_sheet"]: cells}
