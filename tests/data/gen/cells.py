"""Tables for the reader of spreadsheets: every type of cell, in every format."""
import zipfile

from . import grid
from .common import zip_bytes_add
from .grid import (Sheet, blank, boolean, clock, computed, date, duration, error, moment, number, percent, rich,
                   text)

LONG = "Республиканская научно-практическая конференция школьников «Шаг в будущее» " * 60


def values_sheet():
    s = Sheet("Значения")
    s.add("Что", "Значение", "После")

    def add(label, cell):
        s.add(label, cell, "конец")

    add("строка", text("Олимпиада по математике"))
    add("пробелы по краям", text("  два пробела  "))
    add("несколько пробелов внутри", text("а   б"))
    add("перевод строки", text("первая\nвторая"))
    add("табуляция", text("до\tпосле"))
    add("неразрывный пробел", text("9\u00a0А"))
    add("знаки XML", text("<b>&amp; \"кавычки\" 'апостроф'"))
    add("запись вида _x000D_", text("a_x0041_b"))
    add("вне основной плоскости", text("🏅 медаль 𝔸"))
    add("другие письменности", text("Җәмилә, Қасым, 中文, العربية"))
    add("длинная строка", text(LONG))
    add("разные шрифты в ячейке", rich("Диплом ", "I степени", " за ", "проект"))
    add("число как текст", text("00123"))
    add("похоже на формулу", text("=1+2"))
    add("похоже на ошибку", text("#N/A"))
    add("целое", number(42))
    add("ноль", number(0))
    add("отрицательное", number(-7))
    add("дробное", number(3.25))
    add("0.1+0.2", number(0.1 + 0.2, shown="0,3"))
    add("большое целое", number(89981234567))
    add("малое", number(1.5e-07, shown="0,00000015"))
    add("деньги", number(1234.5, '# ##0.00\\ "₽"', shown="1 234,50 ₽"))
    add("формат с буквой d в кавычках", number(5, '0" дней (days)"', shown="5 дней (days)"))
    add("формат с цветом Red", number(12.5, "[Red]0.0", shown="12,5"))
    add("формат с кодом языка", number(8, "[$-419]0", shown="8"))
    add("процент", percent(0.85))
    add("дробный процент", percent(0.125, "0.0%", shown="12,5%"))
    add("дата", date(2011, 3, 5))
    add("дата словами", date(2026, 9, 1, "[$-419]d mmmm yyyy;@", shown="1 сентября 2026"))
    add("дата по-английски", date(2026, 5, 9, "yyyy-mm-dd", shown="2026-05-09"))
    add("месяц и год", date(2026, 2, 1, "mm.yyyy", shown="02.2026"))
    add("29 февраля", date(2012, 2, 29))
    add("дата и время", moment(2026, 9, 1, 8, 30))
    add("время", clock(13, 45))
    add("время с секундами", clock(0, 0, 59))
    add("продолжительность больше суток", duration(30, shown="30:00"))
    add("истина", boolean(True))
    add("ложь", boolean(False))
    add("формула, число", computed("=6*7", number(42)))
    add("формула, строка", computed('="Иван"&"ов"', text("Иванов")))
    add("формула, истина", computed("=1<2", boolean(True)))
    add("формула, дата", computed("=DATE(2011,3,5)", date(2011, 3, 5)))
    add("формула, ошибка Н/Д", error("#N/A", "=NA()"))
    add("формула, деление на ноль", error("#DIV/0!", "=1/0"))
    add("пусто", None)
    add("пусто с форматом", blank(grid.DATE_FORMAT))
    s.rows.append([])  # a wholly empty row inside the table
    s.hidden_rows.append(s.add("скрытая строка", text("видна читателю"), "конец"))
    s.add("после скрытой", text("тоже"), "конец")
    return s


def merged_sheet():
    s = Sheet("Объединения")
    s.title("Заголовок во всю ширину", 5)
    s.add("Класс", "ФИО", "Скрытый столбец", "Балл")
    s.hidden_columns.append(2)
    first = s.add("9А", "Иванов Иван", "x", 10)
    s.add(None, "Петров Пётр", "y", 20)
    s.add(None, "Сидоров Сидор", "z", 30)
    s.merge(first, 0, first + 2, 0)
    last = s.add("Итого", None, None, computed("=SUM(D3:D5)", number(60)))
    s.merge(last, 0, last, 1)
    s.rows += [[], [], []]
    # far from the rest: the used range is wide and has holes
    s.rows.append([None] * 29 + [text("далеко справа")])
    return s


def hidden_sheet():
    s = Sheet("Скрытый лист", hidden=True)
    s.add("служебное", 1)
    s.add("служебное", 1)  # the same row again: ODS stores it once with a repeat count
    return s


def make(out):
    sheets = [values_sheet(), merged_sheet(), hidden_sheet()]
    path = out.path("cells.xlsx")
    grid.write_xlsxwriter(path, sheets)
    grid.write_xlsxwriter(out.path("cells-inline.xlsx"), sheets, constant_memory=True)
    grid.write_xlsxwriter(out.path("cells-1904.xlsx"), sheets, date1904=True)
    for name, delimiter, encoding in (("cells.csv", ";", "utf-8-sig"), ("cells-comma.csv", ",", "utf-8")):
        out.write(name, grid.csv_text(sheets[0], delimiter).encode(encoding))
    write_odd(out.path("cells-odd.xlsx"))
    expect = {"files": ["cells.xlsx", "cells-inline.xlsx", "cells.xls", "cells.ods", "cells.csv", "cells-comma.csv"],
              "csv_sheet": "Значения", "sheets": [s.expected() for s in sheets]}
    out.json("cells.expect.json", expect)
    out.json("cells-1904.expect.json", {"files": ["cells-1904.xlsx"], "date1904": True,
                                        "sheets": [s.expected(True) for s in sheets]})
    out.json("cells-odd.expect.json", ODD_EXPECT)
    return {"cells.xls": (path, "xls"), "cells.ods": (path, "ods")}


# -- a workbook that is right by the standard but that no common writer produces -----------------

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

ODD_SHEET = """<?xml version="1.0" encoding="UTF-16" standalone="yes"?>
<x:worksheet xmlns:x="%s"><x:dimension ref="A1"/><x:sheetData>
<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row>
<x:row r="3"><x:c r="A3" t="inlineStr"><x:is><x:r><x:t>в </x:t></x:r><x:r><x:t>строке</x:t></x:r></x:is></x:c>\
<x:c t="str"><x:f>A1</x:f><x:v>из формулы</x:v></x:c></x:row>
<x:row><x:c t="d" s="1"><x:v>2011-03-05</x:v></x:c><x:c t="e"><x:v>#REF!</x:v></x:c></x:row>
<x:row r="6"><x:c r="B6" s="1"><x:v>40607</x:v></x:c><x:c s="2"><x:v>40607.5</x:v></x:c></x:row>
<x:row r="7"><x:c r="A7"><x:v>4.2E1</x:v></x:c><x:c r="B7" t="n"><x:v> 7 </x:v></x:c><x:c r="C7" t="b"><x:v>1</x:v></x:c>\
<x:c r="D7" t="s"><x:v>2</x:v></x:c></x:row>
<x:row r="8"><x:c r="A8" s="1"><x:v>59</x:v></x:c><x:c r="B8" s="1"><x:v>60</x:v></x:c>\
<x:c r="C8" s="1"><x:v>61</x:v></x:c><x:c r="D8" s="3"><x:v>9</x:v></x:c></x:row>
</x:sheetData></x:worksheet>"""

ODD_STRINGS = """<?xml version="1.0" encoding="UTF-8"?>
<sst xmlns="%s"><si><t>простая</t></si>
<si><r><t xml:space="preserve">с </t></r><r><rPr><b/></rPr><t>жирным</t></r>\
<rPh sb="0" eb="1"><t>подсказка чтения</t></rPh></si>
<si><t xml:space="preserve">знак_x000A_строки, _x005F_x0041_ и <![CDATA[<cdata>]]></t></si></sst>"""

ODD_STYLES = """<?xml version="1.0" encoding="UTF-8"?>
<styleSheet xmlns="%s"><numFmts count="2"><numFmt numFmtId="170" formatCode="dd\\.mm\\.yyyy\\ hh:mm"/>\
<numFmt numFmtId="171" formatCode="0&quot; days of May&quot;"/></numFmts>\
<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="170"/><xf numFmtId="171"/>\
</cellXfs></styleSheet>"""


def write_odd(path):
    """Prefixes, UTF-16, no cell references, absolute and oddly named parts, sheets in another order."""
    parts = [
        ("[Content_Types].xml", """<?xml version="1.0"?><Types xmlns="%s/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Override PartName="/book/main.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.\
main+xml"/><Override PartName="/data/second.xml" ContentType="application/vnd.openxmlformats-officedocument.\
spreadsheetml.worksheet+xml"/><Override PartName="/book/first.xml" ContentType="application/vnd.openxmlformats-\
officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/book/words.xml" ContentType="application/vnd.\
openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/><Override PartName="/book/look.xml" ContentType=\
"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>""" % PACKAGE),
        ("_rels/.rels", """<?xml version="1.0"?><Relationships xmlns="%s/relationships">\
<Relationship Id="a" Type="%s/officeDocument" Target="/book/main.xml"/></Relationships>""" % (PACKAGE, REL)),
        ("book/main.xml", """<?xml version="1.0"?><workbook xmlns="%s" xmlns:q="%s"><sheets>\
<sheet name="Первый по порядку" sheetId="7" q:id="two"/><sheet name="Второй" sheetId="3" q:id="one" \
state="veryHidden"/></sheets></workbook>""" % (MAIN, REL)),
        ("book/_rels/main.xml.rels", """<?xml version="1.0"?><Relationships xmlns="{0}/relationships">\
<Relationship Id="one" Type="{1}/worksheet" Target="first.xml"/>\
<Relationship Id="two" Type="{1}/worksheet" Target="/data/second.xml"/>\
<Relationship Id="s" Type="{1}/sharedStrings" Target="words.xml"/>\
<Relationship Id="t" Type="{1}/styles" Target="../book/look.xml"/></Relationships>""".format(PACKAGE, REL)),
        ("book/words.xml", ODD_STRINGS % MAIN), ("book/look.xml", ODD_STYLES % MAIN),
        ("book/first.xml", """<?xml version="1.0"?><worksheet xmlns="%s"><sheetData><row r="1"><c r="A1" t="inlineStr">\
<is><t>скрыт глубоко</t></is></c></row></sheetData></worksheet>""" % MAIN),
        ("data/second.xml", (ODD_SHEET % MAIN).encode("utf-16"))]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts:
            zip_bytes_add(archive, name, data if isinstance(data, bytes) else data.encode())


def _t(value, **more):
    return dict({"type": "text", "value": value}, **more)


def _d(value, serial, kind="date"):
    return {"type": kind, "value": value, "serial": serial}


ODD_EXPECT = {"files": ["cells-odd.xlsx"], "sheets": [
    {"name": "Первый по порядку", "hidden": False, "rows": [
        {"row": 1, "cells": {"A": _t("простая"), "B": _t("с жирным")}},
        {"row": 3, "cells": {"A": _t("в строке"), "B": _t("из формулы", formula=True)}},
        {"row": 4, "cells": {"A": _d("2011-03-05", 40607), "B": {"type": "error", "value": "#REF!"}}},
        {"row": 6, "cells": {"B": _d("2011-03-05", 40607), "C": _d("2011-03-05T12:00:00", 40607.5, "datetime")}},
        {"row": 7, "cells": {"A": {"type": "number", "value": 42}, "B": {"type": "number", "value": 7},
                             "C": {"type": "bool", "value": True},
                             "D": _t("знак\nстроки, _x0041_ и <cdata>")}},
        {"row": 8, "cells": {"A": _d("1900-02-28", 59),
                             "B": {"type": "date", "value": None, "serial": 60,
                                   "note": "29 February 1900, a day that was not: any date or an error, no crash"},
                             "C": _d("1900-03-01", 61), "D": {"type": "number", "value": 9}}}]},
    {"name": "Второй", "hidden": True, "rows": [{"row": 1, "cells": {"A": _t("скрыт глубоко")}}]}]}
