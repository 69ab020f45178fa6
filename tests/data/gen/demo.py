"""The demonstration roster: one school in one workbook, and the same school later."""
import copy
import csv
import datetime
import io
from collections import Counter

import xlsxwriter

from . import year
from .common import NOW, SCHOOL, SCHOOL_YEAR, rng
from .school import CLASSES, full_name, key, make_school

PUPIL_COLUMNS = ["Класс", "Фамилия", "Имя", "Отчество", "Дата рождения", "Пол", "Форма обучения",
                 "Законный представитель 1", "Кем приходится 1", "Телефон 1", "Эл. почта 1",
                 "Законный представитель 2", "Кем приходится 2", "Телефон 2", "Эл. почта 2"]
STAFF_COLUMNS = ["Фамилия", "Имя", "Отчество", "Должность", "Классное руководство", "Телефон", "Эл. почта"]
LOAD_COLUMNS = ["Учитель (ФИО)", "Предмет", "Класс или группа", "Часов в неделю"]
GROUP_COLUMNS = ["Группа", "Программа", "Руководитель", "Ученик ФИО", "Класс", "С даты"]

PHONE_FORMS = ["+7 ({0}) {1}-{2}-{3}", "8({0}){1}-{2}-{3}", "8 {0} {1} {2} {3}", "+7{0}{1}{2}{3}",
               "8{0}{1}{2}{3}", "8-{0}-{1}-{2}-{3}", "7{0}{1}{2}{3}"]


def phone_text(digits, form):
    return PHONE_FORMS[form].format(digits[:3], digits[3:6], digits[6:8], digits[8:])


def pupil_values(pupil):
    """The cells of a pupil's row. How a phone is written differs from child to child, as in life."""
    random = rng("phone:%s:%s" % (full_name(pupil), pupil["birth"]))
    values = [pupil["class"], pupil["surname"], pupil["first"], pupil["patronymic"], pupil["birth"],
              pupil["sex"], pupil["study"]]
    for adult, kind in pupil["guardians"]:
        form = random.randrange(len(PHONE_FORMS) + 3) % len(PHONE_FORMS)
        values += [adult["name"], kind, phone_text(adult["phone"], form), adult["email"]]
    return values + [""] * (len(PUPIL_COLUMNS) - len(values))


class Book:
    """A workbook as a secretary makes it: merged title, header with a filter, a footer."""

    def __init__(self, path):
        self.book = xlsxwriter.Workbook(path)
        self.book.set_properties({"title": "Список школы", "author": "Секретарь", "created": NOW})
        self.title = self.book.add_format({"bold": True, "font_size": 13, "align": "center"})
        self.head = self.book.add_format({"bold": True, "border": 1, "bg_color": "#DDE8F0", "text_wrap": True})
        self.date = self.book.add_format({"num_format": "dd.mm.yyyy", "align": "center"})
        self.bold = self.book.add_format({"bold": True})

    def sheet(self, name, titles, columns, rows, widths):
        sheet = self.book.add_worksheet(name)
        for r, text in enumerate(titles):
            sheet.merge_range(r, 0, r, len(columns) - 1, text, self.title)
        top = len(titles)
        for c, text in enumerate(columns):
            sheet.write_string(top, c, text, self.head)
            sheet.set_column(c, c, widths[c] if c < len(widths) else 18)
        for r, row in enumerate(rows, top + 1):
            for c, value in enumerate(row):
                if isinstance(value, datetime.date):
                    sheet.write_datetime(r, c, datetime.datetime.combine(value, datetime.time()), self.date)
                elif isinstance(value, (int, float)):
                    sheet.write_number(r, c, value)
                elif value:
                    sheet.write_string(r, c, value)
        sheet.freeze_panes(top + 1, 0)
        sheet.autofilter(top, 0, top + len(rows), len(columns) - 1)
        return sheet, top + 1 + len(rows)


def write_roster(path, school, on):
    book = Book(path)
    pupils = school["pupils"]
    sheet, end = book.sheet(
        "Ученики", [SCHOOL, "Список обучающихся на %s (%s учебный год)" % (on.strftime("%d.%m.%Y"), SCHOOL_YEAR)],
        PUPIL_COLUMNS, [pupil_values(p) for p in pupils], [7, 20, 16, 18, 13, 6, 20, 32, 18, 20, 30, 32, 18, 20, 30])
    sheet.write_string(end, 0, "Итого:", book.bold)
    sheet.write_string(end, 1, "%d обучающихся" % len(pupils), book.bold)

    rng_staff = rng("staff phones")
    rows = [[s["surname"], s["first"], s["patronymic"], s["position"], s["class"],
             phone_text(s["phone"], rng_staff.randrange(3)), s["email"]] for s in school["staff"]]
    book.sheet("Сотрудники", [SCHOOL], STAFF_COLUMNS, rows, [20, 14, 18, 48, 12, 20, 30])

    rows = [[x["teacher"], x["subject"], x["class"], x["hours"]] for x in school["load"]]
    sheet, end = book.sheet("Нагрузка", [SCHOOL, "Учебная нагрузка, %s учебный год" % SCHOOL_YEAR],
                            LOAD_COLUMNS, rows, [34, 36, 22, 12])
    sheet.write_string(end, 0, "Итого часов:", book.bold)
    sheet.write_formula(end, 3, "=SUM(D4:D%d)" % end, book.bold, sum(x["hours"] for x in school["load"]))

    rows = [[x["group"], x["programme"], x["leader"], full_name(x["pupil"]), x["pupil"]["class"], x["from"]]
            for x in school["groups"]]
    book.sheet("Кружки", ["Кружки и секции, %s учебный год" % SCHOOL_YEAR], GROUP_COLUMNS, rows,
               [24, 30, 34, 36, 8, 12])
    book.book.close()


def csv_text(rows, delimiter):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for row in rows:
        writer.writerow([v.strftime("%d.%m.%Y") if isinstance(v, datetime.date) else v for v in row])
    return out.getvalue()


def brief(pupil):
    return {"class": pupil["class"], "name": full_name(pupil), "birth": pupil["birth"].isoformat()}


def expect(school):
    pupils, staff = school["pupils"], school["staff"]
    guardians = {g["phone"]: g for p in pupils for g, _ in p["guardians"]}
    children = Counter(g["phone"] for p in pupils for g, _ in p["guardians"])
    staff_phones = {s["phone"] for s in staff}
    shared = [phone for phone, n in children.items() if n > 1]
    same = [n for n, count in Counter(map(full_name, pupils)).items() if count > 1]
    return {
        "sheets": {"Ученики": {"header_row": 3, "first_row": 4, "rows": len(pupils)},
                   "Сотрудники": {"header_row": 2, "first_row": 3, "rows": len(staff)},
                   "Нагрузка": {"header_row": 3, "first_row": 4, "rows": len(school["load"])},
                   "Кружки": {"header_row": 2, "first_row": 3, "rows": len(school["groups"])}},
        "classes": {k: sum(p["class"] == k for p in pupils) for k in CLASSES},
        "pupils": len(pupils), "staff": len(staff),
        "guardians": len(guardians), "guardian_links": sum(children.values()),
        "persons": len(set(guardians) | staff_phones),
        "guardians_of_several_children": len(shared),
        "staff_who_are_guardians": sorted(guardians[p]["name"] for p in staff_phones & set(guardians)),
        "same_name_different_pupils": same,
        "without_patronymic": [full_name(p) for p in pupils if not p["patronymic"]],
        "groups": dict(Counter(x["group"] for x in school["groups"])),
        "hours": sum(x["hours"] for x in school["load"]),
        "example_of_shared_guardian": {
            "guardian": guardians[max(shared, key=lambda p: (children[p], p))]["name"],
            "children": [brief(p) for p in pupils if max(shared, key=lambda q: (children[q], q))
                         in [g["phone"] for g, _ in p["guardians"]]]}}


def later(school):
    """The same school in January: exactly one pupil of each outcome."""
    result = copy.deepcopy(school)
    pupils = result["pupils"]

    def of(klass, number):
        return [p for p in pupils if p["class"] == klass][number]

    moved, left, changed = of("9А", 4), of("11А", 7), of("6А", 10)
    outcomes = {"moved": dict(brief(moved), **{"class": "9Б", "from_class": "9А"}), "left": brief(left)}
    old = full_name(changed)
    moved["class"] = "9Б"
    pupils.remove(left)
    result["groups"] = [g for g in result["groups"] if g["pupil"] is not left]
    changed["patronymic"] = "Святославович" if changed["sex"] == "м" else "Святославовна"
    outcomes["changed"] = dict(brief(changed), old_name=old)
    new = {"class": "3А", "surname": "Рябинина", "first": "Стефания", "patronymic": "Глебовна", "sex": "ж",
           "birth": datetime.date(2017, 10, 9), "study": "очная", "family": 0,
           "guardians": [({"name": "Рябинина Жанна Львовна", "phone": "9981002030",
                           "email": "zhanna.ryabinina@mail.example"}, "мать")]}
    pupils.append(new)
    outcomes["new"] = brief(new)
    order = list(CLASSES)
    pupils.sort(key=lambda p: (order.index(p["class"]), key(p)))
    counts = {"new": 1, "moved": 1, "left": 1, "changed": 1, "unchanged": len(pupils) - 3}
    return result, {"counts": counts, "pupils": outcomes}


def removing_many(school):
    """A roster of which half a class fell away: an import must ask before it lets 22 pupils leave."""
    result = copy.deepcopy(school)
    pupils = result["pupils"]
    gone = [p for p in pupils if p["class"] == "7А"][13:] + \
           [[p for p in pupils if p["class"] == k][3] for k in CLASSES if k not in ("7А", "9А")]
    result["pupils"] = [p for p in pupils if p not in gone]
    result["groups"] = [g for g in result["groups"] if full_name(g["pupil"]) not in map(full_name, gone)]
    share = len(gone) / len(pupils)
    return result, {"counts": {"left": len(gone), "unchanged": len(pupils) - len(gone)},
                    "share_left": round(share, 4), "left": [brief(p) for p in gone]}


def make(out):
    school = make_school()
    write_roster(out.path("roster.xlsx"), school, datetime.date(2026, 9, 1))
    out.json("roster.expect.json", expect(school))

    small = [PUPIL_COLUMNS] + [pupil_values(p) for p in school["pupils"] if p["class"] == "9А"]
    out.write("roster-small.csv", b"\xef\xbb\xbf" + csv_text(small, ",").encode("utf-8"))
    out.write("roster-small-1251.csv", csv_text(small, ";").encode("cp1251"))

    second, expected = later(school)
    write_roster(out.path("roster-2.xlsx"), second, datetime.date(2027, 1, 12))
    out.json("roster-2.expect.json", expected)

    fewer, expected = removing_many(school)
    write_roster(out.path("roster-removes-many.xlsx"), fewer, datetime.date(2026, 9, 15))
    out.json("roster-removes-many.expect.json", expected)

    year.make(out, school)
