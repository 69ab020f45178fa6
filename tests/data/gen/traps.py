"""A roster full of traps, what the reader must see in it and what the importer should say."""
import unicodedata

from . import grid, trapsheets
from .grid import Sheet

PUPIL = ["Класс", "Фамилия", "Имя", "Отчество", "Дата рождения", "Пол", "Законный представитель 1",
         "Кем приходится 1", "Телефон 1", "Примечание"]


def base_sheet():
    """The clean roster that is loaded first."""
    s = Sheet("Ученики")
    s.add(*PUPIL[:6])
    for pupil in trapsheets.BASE:
        klass, surname, first, patronymic, birth, sex = pupil
        s.add(klass, surname, first, patronymic or None, birth, sex,
              roster={"outcome": "new", "values": trapsheets.values(*pupil)})
    return s


def forgotten(sheets):
    """Pupils of the base whom no row of the trap file means: they must be exactly those of LEFT."""
    named = []
    for sheet in sheets:
        for info in sheet.info.values():
            roster = info.get("roster", {})
            named += roster.get("candidates", []) + [roster.get("pupil")]
    return [p for p in (trapsheets.values(*b[:5]) for b in trapsheets.BASE) if p not in named]


def cp1251_ok(cells):
    try:
        "".join(cells).encode("cp1251")
    except UnicodeEncodeError:
        return False
    return True


def make(out):
    base = base_sheet()
    grid.write_openpyxl(out.path("roster-traps-base.xlsx"), [base])
    out.json("roster-traps-base.expect.json", {
        "files": ["roster-traps-base.xlsx"], "school_year": "2026/27", "sheets": [base.expected()],
        "counts": {"new": len(trapsheets.BASE)}})

    sheets = trapsheets.all_sheets()
    missing = [" ".join((p["surname"], p["first_name"], p.get("patronymic", ""))) for p in forgotten(sheets)]
    if missing != [p["name"] for p in trapsheets.LEFT]:
        raise RuntimeError("the trap sheets do not name %s" % missing)
    path = out.path("roster-traps.xlsx")
    grid.write_openpyxl(path, sheets)
    grid.write_xlsxwriter(out.path("roster-traps-xw.xlsx"), sheets, constant_memory=True)
    names = sheets[0]
    semicolons = grid.csv_text(names, ";")
    out.write("roster-traps.csv", semicolons.encode("utf-8-sig"))
    out.write("roster-traps-comma.csv", grid.csv_text(names, ",").encode("utf-8"))
    out.write("roster-traps-utf16.csv", grid.csv_text(names, "\t").encode("utf-16-le").join((b"\xff\xfe", b"")))
    out.write("roster-traps-sep.csv", ("sep=;\r\n" + semicolons).encode("utf-8-sig"))
    out.write("roster-traps-1251.csv", grid.csv_text(names, ";", cp1251_ok).encode("cp1251"))
    out.write("roster-traps-mac.csv", unicodedata.normalize("NFD", semicolons).replace("\r\n", "\n").encode("utf-8"))
    out.json("roster-traps.expect.json", {
        "files": ["roster-traps.xlsx", "roster-traps-xw.xlsx", "roster-traps.xls", "roster-traps.ods",
                  "roster-traps.csv", "roster-traps-comma.csv", "roster-traps-utf16.csv"],
        "csv_sheet": names.name,
        "other_csv": {"roster-traps-sep.csv": "first line sep=; so every row is one lower",
                      "roster-traps-1251.csv": "windows-1251; rows with \"not_in_1251\" are empty",
                      "roster-traps-mac.csv": "UTF-8 without BOM, decomposed letters, LF: the same outcomes, "
                                              "texts equal after NFC"},
        "after": "roster-traps-base.xlsx", "school_year": "2026/27",
        "left": trapsheets.LEFT, "sheets": [mark(s).expected() for s in sheets]})

    sheet, expected = sheet_1904()
    mac = out.path("roster-1904.xlsx")
    grid.write_openpyxl(mac, [sheet], date1904=True)
    out.json("roster-1904.expect.json", dict(expected, sheets=[sheet.expected(True)]))

    injected = injection_sheet()
    out.write("formula-names.csv", grid.csv_text(injected, ";").encode("utf-8-sig"))
    out.json("formula-names.expect.json", {"files": ["formula-names.csv"], "csv_sheet": injected.name,
                                           "sheets": [injected.expected()]})
    return {"roster-traps.xls": (path, "xls"), "roster-traps.ods": (path, "ods"),
            "roster-1904.xls": (mac, "xls")}


def mark(sheet):
    """Note on the rows of the CSV sheet which of them windows-1251 cannot hold."""
    for r, cells in enumerate(sheet.rows, 1):
        if r in sheet.info and not cp1251_ok([c.csv() for c in cells if c is not None]):
            sheet.info[r]["not_in_1251"] = True
    return sheet


def sheet_1904():
    """A file of an old Excel for Mac: days are counted from 1904, so a wrong reader is 4 years and a day off."""
    s = Sheet("Ученики")
    s.add(*PUPIL[:5])
    rows = [("9А", "Волгин", "Артур", "Львович", grid.date(2011, 4, 12)),
            ("9А", "Двинская", "Нина", "Олеговна", grid.date(2011, 12, 31)),
            ("9А", "Камский", "Юрий", "Павлович", grid.date(2012, 2, 29))]
    for klass, surname, first, patronymic, birth in rows:
        s.add(klass, surname, first, patronymic, birth, roster={
            "outcome": "new", "values": trapsheets.values(klass, surname, first, patronymic, birth.value)})
    s.add("9А", "Ладожская", "Инга", "Юрьевна", grid.number(39145), roster={
        "outcome": "new", "or": ["doubtful"], "problems": ["date_as_number"],
        "values": trapsheets.values("9А", "Ладожская", "Инга", "Юрьевна", grid.date(2011, 3, 5).value)})
    return s, {"files": ["roster-1904.xlsx", "roster-1904.xls"], "date1904": True}


def injection_sheet():
    """Names that a spreadsheet would run as formulas: text for us on the way in, escaped on the way out."""
    s = Sheet("CSV")
    s.add(*PUPIL[:5])
    for surname in ('=HYPERLINK("http://127.0.0.1:9/","нажми")', "+7(998)1112233", "-1+1", "@SUM(A1)", "\tТабов",
                    "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "'; DROP TABLE pupils; --", "../../etc/passwd",
                    "%s%n", "\\u0000"):
        code = "error" if surname != "\tТабов" else "new"
        s.add("9А", surname, "Имя", "Отчествович", grid.date(2011, 4, 12), roster={
            "outcome": code, "or": ["doubtful", "new"] if code == "error" else ["matched"],
            "problems": ["name_not_letters"] if code == "error" else ["name_invisible"]})
    return s
