"""Protocols, result lists, orders and lists of numbers of the GTO as schools and test centres write them. The pupils are those of the test's
own school and some of other schools; sums and badges are made up."""
import csv
import datetime
import io
import shutil

import openpyxl
import xlsxwriter

from .common import Skipped, freeze_zip
from .office import Office

D = datetime.date
BOYS = ["Бег на 60 м (с)", "Бег на 2000 м (мин, с)", "Подтягивание из виса на высокой перекладине (количество раз)",
        "Наклон вперед из положения стоя на гимнастической скамье (от уровня скамьи - см)",
        "Прыжок в длину с места толчком двумя ногами (см)"]


def federal(out):
    """The form of one level and one sex: facts in cells above, headings below, columns of tests from E."""
    book = openpyxl.Workbook()
    s = book.active
    s.title = "Протокол"
    s["D4"] = "Московская область"
    s["A6"] = "Протокол выполнения государственных требований физкультурно-спортивного комплекса ГТО"
    s["F7"], s["G7"] = "V", "М"
    s["D8"], s["D9"] = "Центр тестирования г. Заречного", "ул. Спортивная, 1"
    for col, text in zip("ABCD", ["№ п/п", "Ф.И.О.", "Спортивное звание", "УИН участника"]):
        s[col + "11"] = text
    for i, test in enumerate(BOYS):
        s.cell(11, 5 + i, test)
        s.cell(12, 5 + i, D(2026, 10, 5))
    rows = [(1, "Иванов Иван Петрович", "", "23-65-0012345", 9.5, "9,27", 9, "+6", 193),
            (2, "Сторонний Пётр Олегович", "", "77-65-0099999", 8.8, "8:30", 12, "8", 210),
            (3, "Петров Иван Петрович", "", "23650012346", "9.0", "9.11", "н/я", "-2", "2,05 м")]
    for r, row in enumerate(rows):
        for c, v in enumerate(row):
            s.cell(13 + r, 1 + c, v)
    s.cell(18, 2, "Главный судья")
    s.cell(19, 2, "Утверждено к допуску")
    book.save(out.path("federal.xlsx"))
    freeze_zip(out.path("federal.xlsx"))


def wide(out):
    """A table of a class: two lines of headings, result and points of each test."""
    path = out.path("wide.xlsx")
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": datetime.datetime(2026, 9, 1)})
    s = book.add_worksheet("Девочки V ступень")
    s.write("A1", "Сдача норм ГТО 12.10.2026, V ступень, девушки")
    for c, text in enumerate(["№", "Фамилия", "Имя", "Отчество", "Дата рождения", "Класс"]):
        s.merge_range(2, c, 3, c, text)
    for i, test in enumerate(["Бег 60 м", "Прыжок в длину с места", "Подтягивание", "Наклон вперёд"]):
        s.merge_range(2, 6 + 2 * i, 2, 7 + 2 * i, test)
        s.write(3, 6 + 2 * i, "результат")
        s.write(3, 7 + 2 * i, "очки")
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for r, row in enumerate([(1, "Ольгина", "Иван", "Петрович", D(2011, 11, 20), "9А", 9.4, 62, 184, 60, 20, 64, 16, 63),
                             (2, "Чужая", "Вера", "Ильинична", D(2011, 2, 2), "9Б", 10.2, 41, 165, 42, 13, 40, 9, 41)]):
        for c, v in enumerate(row):
            if isinstance(v, D):
                s.write_datetime(4 + r, c, datetime.datetime(v.year, v.month, v.day), day)
            else:
                s.write(4 + r, c, v)
    book.close()


def odd(out):
    """What goes wrong: a girl and a boy of another age among boys of V, a test of another level, no test at all, a hidden row, slips of the pen."""
    book = openpyxl.Workbook()
    s = book.active
    s.title = "Протокол"
    s["A1"] = "Протокол от 05.10.2026, V ступень, юноши"
    for c, text in enumerate(["№ п/п", "Ф.И.О.", "УИН участника", "Бег на 60 м (с)", "Бег на 100 м (с)", "Шахматы", "Бег на 2000 м (мин, с)",
                              "Прыжок в длину с места толчком двумя ногами (см)"]):
        s.cell(3, 1 + c, text)
    for r, row in enumerate([(1, "Иванов Иван Петрович", "23-65-0012345", "9,1", "14,0", "5", "2:15", "осв."),
                             (2, "Ольгина Иван Петрович", "", "10,1", "", "", "11:05", "б/р"),
                             (3, "Петров Иван Петрович", "", "9,5", "", "", "9:5", "2м05"),
                             (4, "Иванов Иван Петрович", "23-65-0012345", "9,0", "", "", "", "")]):
        for c, v in enumerate(row):
            s.cell(4 + r, 1 + c, v)
    s.cell(3, 9, "Челночный бег 3x10 м (с)")
    s.cell(4, 9, "#DIV/0!").data_type = "e"
    s.cell(5, 9, "=7+1")
    s.row_dimensions[7].hidden = True
    book.save(out.path("odd.xlsx"))
    freeze_zip(out.path("odd.xlsx"))


LONG = [["Ф.И.О.", "УИН участника", "Дата рождения", "Пол", "Ступень", "Вид испытания", "Результат", "Дата выполнения"],
        ["Иванов Иван Петрович", "23-65-0012345", "05.03.2011", "М", "V", "Плавание на 50 м", "1,10", "20.10.2026"],
        ["Иванов Иван Петрович", "23-65-0012345", "05.03.2011", "М", "V", "Самозащита без оружия", "26-30", "20.10.2026"],
        ["Иванов Иван Петрович", "23-65-0012345", "05.03.2011", "М", "V", "Бег на 30 м", "4,9", "21.10.2026"],
        ["Ольгина Иван Петрович", "", "20.11.2011", "Ж", "V", "Бег на 2000 м", "11,27", "21.10.2026"],
        ["Ольгина Иван Петрович", "", "20.11.2011", "Ж", "V", "Бег на 2000 м", "11,3", "22.10.2026"],
        ["Ольгина Иван Петрович", "", "20.11.2011", "Ж", "V", "Шахматы", "5", "22.10.2026"]]


def award(out):
    book = openpyxl.Workbook()
    s = book.active
    s.title = "Приложение"
    s["A1"] = "Приложение к приказу Министерства спорта от 01.11.2026 № 45-нг"
    for c, text in enumerate(["№", "Фамилия, имя, отчество", "УИН", "Ступень", "Номер удостоверения"]):
        s.cell(3, 1 + c, text)
    rows = [["Золотой знак отличия"], [1, "Иванов Иван Петрович", "23-65-0012345", "V", "АА 000123"],
            ["Серебряный знак отличия"], [2, "Ольгина Иван Петрович", "", "V ступень", "АА 000124"],
            [3, "Сторонний Пётр Олегович", "77-65-0099999", "V", "АА 000125"], ["Директор"]]
    for r, row in enumerate(rows):
        for c, v in enumerate(row):
            s.cell(4 + r, 1 + c, v)
    book.save(out.path("award.xlsx"))
    freeze_zip(out.path("award.xlsx"))


def uin(out):
    """A list of numbers: a sheet a class, as the centre gives it back."""
    book = openpyxl.Workbook()
    s = book.active
    s.title = "9А"
    s["A1"] = "Список участников"
    for c, text in enumerate(["№", "Ф.И.О.", "Дата рождения", "УИН"]):
        s.cell(2, 1 + c, text)
    for r, row in enumerate([(1, "Иванов Иван Петрович", "05.03.2011", "23 65 0012345"), (2, "Ольгина Иван Петрович", "20.11.2011", 23650012347),
                             (3, "Сторонний Пётр Олегович", "01.01.2011", "77-65-0099999")]):
        for c, v in enumerate(row):
            s.cell(3 + r, 1 + c, v)
    t = book.create_sheet("9Б")
    for c, text in enumerate(["№", "Ф.И.О.", "Дата рождения", "УИН"]):
        t.cell(1, 1 + c, text)
    t.append([1, "Петров Иван Петрович", "05.05.2011", "23-65-12345"])
    book.save(out.path("uin.xlsx"))
    freeze_zip(out.path("uin.xlsx"))


def make(out):
    federal(out)
    wide(out)
    award(out)
    odd(out)
    uin(out)
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(LONG)
    out.write("long.csv", text.getvalue().encode("cp1251"))
    names = ["wide.xls", "federal.ods"]
    try:
        with Office() as office:
            for name in names:
                stem, kind = name.rsplit(".", 1)
                made = office.convert([out.path(stem + ".xlsx")], kind)
                shutil.copyfile(list(made.values())[0], out.path(name))
    except Skipped as e:
        out.skip(names, str(e))
