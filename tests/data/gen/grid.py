"""A table described once: written by two different libraries and as CSV, with what a reader must see."""
import csv
import datetime
import io
import re
from xml.sax.saxutils import escape

import openpyxl
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from .common import NOW, column_letter, freeze_zip

DATE_FORMAT = "dd.mm.yyyy"
RU_ERRORS = {"#N/A": "#Н/Д", "#DIV/0!": "#ДЕЛ/0!", "#VALUE!": "#ЗНАЧ!", "#REF!": "#ССЫЛКА!", "#NAME?": "#ИМЯ?",
             "#NUM!": "#ЧИСЛО!"}


class Cell:
    """type: text, number, bool, date, datetime, time, duration, percent, error, empty.

    shown: the text in a CSV that Excel would save; instead: {"xls": {...}} for other formats."""

    def __init__(self, type_, value, fmt=None, formula=None, rich=None, shown=None, instead=None, no_result=False):
        self.type, self.value, self.fmt, self.formula = type_, value, fmt, formula
        self.rich, self.shown, self.instead, self.no_result = rich, shown, instead or {}, no_result

    def expected(self, date1904=False):
        if self.no_result:
            result = {"type": "empty", "formula": True}
        else:
            result = {"type": self.type}
            if self.type != "empty":
                result["value"] = plain(self.value)
            if self.type in ("date", "datetime", "time", "duration"):
                result["serial"] = serial(self.value, date1904)
            if self.formula:
                result["formula"] = True
        result.update(self.instead)
        shown = self.csv()
        if "csv" not in result and (result.get("value") != shown or self.type != "text"):
            result["csv"] = {"type": "text", "value": shown} if shown else {"type": "empty"}
        return result

    def csv(self):
        """The cell as the Russian Excel writes it into a CSV."""
        v = self.value
        if self.shown is not None:
            return self.shown
        if self.type == "empty":
            return ""
        if self.type == "bool":
            return "ИСТИНА" if v else "ЛОЖЬ"
        if self.type == "date":
            return v.strftime("%d.%m.%Y")
        if self.type == "datetime":
            return v.strftime("%d.%m.%Y %H:%M")
        if self.type == "time":
            return v.strftime("%H:%M:%S")
        if self.type == "percent":
            return ("%.10g" % (v * 100)).replace(".", ",") + "%"
        if self.type == "number":
            return (str(v) if isinstance(v, int) else "%.15g" % v).replace(".", ",")
        if self.type == "error":
            return RU_ERRORS[v]
        return str(v)


def plain(value):
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    return value.isoformat() if hasattr(value, "isoformat") else value


def serial(value, date1904=False):
    """The number that Excel stores for a date (days) or a time (part of a day)."""
    if isinstance(value, datetime.timedelta):
        return value.total_seconds() / 86400
    if isinstance(value, datetime.time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    start = datetime.datetime(1904, 1, 1) if date1904 else datetime.datetime(1899, 12, 30)
    delta = value - start
    days = delta.days + delta.seconds / 86400
    return int(days) if days == int(days) else days


def text(s, **more):
    return Cell("text", s, **more)


def rich(*parts, **more):
    """Text of several runs; every other one is bold."""
    return Cell("text", "".join(parts), rich=parts, **more)


def number(v, fmt=None, **more):
    return Cell("number", v, fmt, **more)


def percent(v, fmt="0%", **more):
    return Cell("percent", v, fmt, **more)


def boolean(v, **more):
    # The format that LibreOffice gives to logical values; without it an ODS would hold plain 1 and 0.
    return Cell("bool", v, None, **more)


def date(y, m, d, fmt=DATE_FORMAT, **more):
    return Cell("date", datetime.date(y, m, d), fmt, **more)


def moment(y, m, d, hh, mm, fmt="dd.mm.yyyy hh:mm", **more):
    return Cell("datetime", datetime.datetime(y, m, d, hh, mm), fmt, **more)


def clock(hh, mm, ss=0, fmt="hh:mm:ss", **more):
    return Cell("time", datetime.time(hh, mm, ss), fmt, **more)


def duration(hours, fmt="[h]:mm", **more):
    return Cell("duration", datetime.timedelta(hours=hours), fmt, **more)


def error(code, formula, **more):
    return Cell("error", code, formula=formula, **more)


def blank(fmt=None):
    return Cell("empty", None, fmt)


def computed(formula, result):
    """A formula whose stored result is the given cell."""
    result.formula = formula
    return result


def without_result(formula, result):
    """A formula stored with no result: LibreOffice computes it when it converts, a plain reader cannot."""
    instead = {k: result.expected() for k in ("xls", "ods")}
    for value in instead.values():
        value.pop("csv", None)
        value["formula"] = True
    return Cell(result.type, result.value, result.fmt, formula, shown=result.csv(), instead=instead, no_result=True)


def as_cell(value):
    if value is None or isinstance(value, Cell):
        return value
    if isinstance(value, bool):
        return boolean(value)
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, datetime.date):
        return Cell("date", value, DATE_FORMAT)
    return text(value)


class Sheet:
    def __init__(self, name, hidden=False):
        self.name, self.hidden = name, hidden
        self.rows, self.info = [], {}
        self.merged, self.hidden_rows, self.hidden_columns, self.bold_rows = [], [], [], []

    def add(self, *cells, **info):
        """Add a row; the keywords go into the expectations of that row. Returns its number from 1."""
        self.rows.append([as_cell(c) for c in cells])
        if info:
            self.info[len(self.rows)] = info
        return len(self.rows)

    def title(self, value, width):
        row = self.add(value)
        self.merge(row, 0, row, width - 1)
        self.bold_rows.append(row)
        return row

    def merge(self, row1, column1, row2, column2):
        self.merged.append((row1, column1, row2, column2))

    def expected(self, date1904=False):
        rows = []
        for r, cells in enumerate(self.rows, 1):
            found = {column_letter(c): cell.expected(date1904) for c, cell in enumerate(cells)
                     if cell is not None and (cell.type != "empty" or cell.formula)}
            row = {"row": r}
            if r in self.hidden_rows:
                row["hidden"] = True
            if found:
                row["cells"] = found
            row.update(self.info.get(r, {}))
            if len(row) > 1:
                rows.append(row)
        result = {"name": self.name, "hidden": self.hidden}
        if self.merged:
            result["merged"] = ["%s%d:%s%d" % (column_letter(c1), r1, column_letter(c2), r2)
                                for r1, c1, r2, c2 in self.merged]
        if self.hidden_columns:
            result["hidden_columns"] = [column_letter(c) for c in self.hidden_columns]
        result["rows"] = rows
        return result


# -- writers -----------------------------------------------------------------------------------

def write_xlsxwriter(path, sheets, constant_memory=False, date1904=False):
    book = xlsxwriter.Workbook(path, {"constant_memory": constant_memory, "date_1904": date1904,
                                      "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Таблица", "created": NOW})
    formats = {}

    def style(fmt, bold=False):
        if (fmt, bold) not in formats:
            formats[fmt, bold] = book.add_format(dict({"num_format": fmt} if fmt else {}, bold=bold))
        return formats[fmt, bold]

    strong = book.add_format({"bold": True})
    for spec in sheets:
        sheet = book.add_worksheet(spec.name)
        for c in spec.hidden_columns:
            sheet.set_column(c, c, None, None, {"hidden": True})
        for r, cells in enumerate(spec.rows):
            if r + 1 in spec.hidden_rows:
                sheet.set_row(r, None, None, {"hidden": True})
            for c, cell in enumerate(cells):
                if cell is not None:
                    look = style(cell.fmt, r + 1 in spec.bold_rows)
                    _write_one(sheet, r, c, cell, look, strong, date1904)
        for r1, c1, r2, c2 in spec.merged:
            # merge_range would write the cells again; in constant memory they are already out.
            sheet.merge.append([r1 - 1, c1, r2 - 1, c2])
        if spec.hidden:
            sheet.hide()
    book.close()


def _write_one(sheet, r, c, cell, look, strong, date1904):
    if cell.formula:
        value = "" if cell.no_result else stored(cell, date1904)
        sheet.write_formula(r, c, cell.formula, look, value)
    elif cell.type == "empty":
        sheet.write_blank(r, c, None, look)
    elif cell.rich:
        parts = []
        for i, part in enumerate(cell.rich):
            parts += [strong, part] if i % 2 else [part]
        sheet.write_rich_string(r, c, *parts)
    elif cell.type == "text":
        sheet.write_string(r, c, cell.value, look)
    elif cell.type == "bool":
        sheet.write_boolean(r, c, cell.value, look)
    else:
        sheet.write_number(r, c, stored(cell, date1904), look)


def stored(cell, date1904):
    if cell.type in ("date", "datetime", "time", "duration"):
        return serial(cell.value, date1904)
    return cell.value


def write_openpyxl(path, sheets, date1904=False):
    book = openpyxl.Workbook()
    if date1904:
        book.epoch = CALENDAR_MAC_1904
    book.properties.creator = "Секретарь"
    book.properties.created = NOW
    results = {}
    for i, spec in enumerate(sheets):
        sheet = book.active if i == 0 else book.create_sheet()
        sheet.title = spec.name
        for r, cells in enumerate(spec.rows, 1):
            for c, cell in enumerate(cells, 1):
                if cell is not None:
                    target = sheet.cell(r, c)
                    _set_openpyxl(target, cell, date1904)
                    if cell.formula and not cell.no_result:
                        results.setdefault(i + 1, {})[target.coordinate] = cell
            if r in spec.hidden_rows:
                sheet.row_dimensions[r].hidden = True
        for c in spec.hidden_columns:
            sheet.column_dimensions[column_letter(c)].hidden = True
        for r1, c1, r2, c2 in spec.merged:
            sheet.merge_cells(start_row=r1, start_column=c1 + 1, end_row=r2, end_column=c2 + 1)
        if spec.hidden:
            sheet.sheet_state = "hidden"
    book.save(path)

    def edit(name, data):
        match = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
        cells = results.get(int(match.group(1)), {}) if match else {}
        for coordinate, cell in cells.items():
            data = _store_result(data, coordinate, cell, date1904)
        return data

    freeze_zip(path, edit)


def _set_openpyxl(target, cell, date1904):
    if cell.formula:
        target.value = cell.formula
    elif cell.type == "text":
        target.value = cell.value
        target.data_type = "s"  # also when the text begins with =
    elif cell.type != "empty":
        target.value = stored(cell, date1904)
    if cell.fmt:
        target.number_format = cell.fmt


def _store_result(data, coordinate, cell, date1904):
    """openpyxl writes formulas without results; put the result where Excel keeps it."""
    value = stored(cell, date1904)
    kind = {"text": b' t="str"', "error": b' t="e"', "bool": b' t="b"'}.get(cell.type, b"")
    value = str(int(value) if isinstance(value, bool) else value)
    pattern = rb'(<c r="%s"[^>]*?)(?: t="\w+")?(><f>.*?</f>)<v ?/>|(<c r="%s"[^>]*?)(><f>.*?</f>)<v></v>' % (
        coordinate.encode(), coordinate.encode())

    def replace(m):
        head, tail = (m.group(1), m.group(2)) if m.group(1) else (m.group(3), m.group(4))
        return head + kind + tail + b"<v>" + escape(value).encode() + b"</v>"

    new, n = re.subn(pattern, replace, data)
    if n != 1:
        raise RuntimeError("formula cell %s was not found in the sheet" % coordinate)
    return new


def csv_text(sheet, delimiter, keep=lambda cells: True):
    """The sheet as CSV. A row that keep() refuses is written empty, so row numbers stay."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    width = max((len(r) for r in sheet.rows), default=0)
    for cells in sheet.rows:
        values = [c.csv() if c is not None else "" for c in cells]
        values += [""] * (width - len(values))
        writer.writerow(values if keep(values) else [""] * width)
    return out.getvalue()
