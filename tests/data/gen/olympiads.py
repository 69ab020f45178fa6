"""Files of olympiads as organisers send them, and the school whose pupils stand in them. The headings are those met in real files.

layouts.expect.json: what an importer must say of every row. matching.expect.json: which pupil a row means (a number of the school's own
list, or null), whether a careful person could tell it from the file alone, and which trap it is."""
import csv
import datetime
import io
import os
import shutil

import openpyxl
import xlsxwriter

from . import names, olympiad_odd, olympiad_traps
from .common import Skipped, freeze_zip, rng
from .office import Office

OURS = "Школа № 7"
OTHERS = ["МБОУ СОШ № 17", "Гимназия № 7", "МАОУ «Лицей № 3»", "Основная школа № 12"]
LETTERS = "АБВГД"
STAFF = [("Орлова", "Вера", "Павловна", "учитель физики"), ("Зимина", "Ольга", "Сергеевна", "учитель истории"),
         ("Фролов", "Олег", "Иванович", "учитель")]


class Pupil:
    def __init__(self, number, surname, name, patronymic, klass, birth, sex="м"):
        self.number, self.surname, self.name, self.patronymic = "Л-%04d" % number, surname, name, patronymic
        self.klass, self.birth, self.sex = klass, birth, sex

    @property
    def full(self):
        return " ".join(p for p in (self.surname, self.name, self.patronymic) if p)

    @property
    def grade(self):
        return "".join(c for c in self.klass if c.isdigit())


# --- the school of the layouts: small, everybody with a reason ---

def small_school():
    d = datetime.date
    people = [
        ("Соколова", "Алёна", "Игоревна", "9А", d(2011, 3, 5), "ж"),      # ё
        ("Громов", "Пётр", "Олегович", "9А", d(2011, 7, 21), "м"),
        ("Кузнецов", "Артём", "Ильич", "9А", d(2011, 1, 9), "м"),         # namesakes of one parallel
        ("Кузнецов", "Артём", "Ильич", "9Б", d(2011, 11, 30), "м"),
        ("Лебедева-Шарова", "Анна", "Сергеевна", "9Б", d(2011, 5, 14), "ж"),
        ("Ким", "Ева", "", "10А", d(2010, 2, 2), "ж"),                    # no patronymic, lawfully
        ("Мельник", "Иван", "Петрович", "10А", d(2010, 8, 8), "м"),
        ("Гусейнов", "Тимур", "Ариф оглы", "10А", d(2010, 4, 17), "м"),
        ("Яковлева", "Дарья", "Юрьевна", "8А", d(2012, 9, 1), "ж"),
        ("Жаров", "Глеб", "Романович", "7А", d(2013, 6, 6), "м"),
    ]
    return [Pupil(i + 1, *p) for i, p in enumerate(people)]


def roster(out, name, pupils):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Ученики"
    sheet.append(["Номер личного дела", "Фамилия", "Имя", "Отчество", "Класс", "Дата рождения", "Пол"])
    for p in pupils:
        sheet.append([p.number, p.surname, p.name, p.patronymic or None, p.klass, p.birth, p.sex])
        sheet.cell(sheet.max_row, 6).number_format = "dd.mm.yyyy"
    staff = book.create_sheet("Сотрудники")
    staff.append(["Фамилия", "Имя", "Отчество", "Должность"])
    for row in STAFF:
        staff.append(list(row))
    save(book, out.path(name))


def save(book, path):
    book.properties.created = book.properties.modified = datetime.datetime(2026, 9, 1)
    book.save(path)
    freeze_zip(path)


# --- writers: every one gives the same table to the reader ---

def write_openpyxl(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows, merges in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        for area in merges:
            sheet.merge_cells(area)
    save(book, path)


def write_xlsxwriter(path, sheets):
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": datetime.datetime(2026, 9, 1)})
    for title, rows, merges in sheets:
        sheet = book.add_worksheet(title)
        for i, row in enumerate(rows):
            for k, value in enumerate(row):
                if value is not None:
                    sheet.write(i, k, value)
        for area in merges:
            first = area.split(":")[0]
            value = rows[int(first[1:]) - 1][ord(first[0]) - 65]
            sheet.merge_range(area, value)
    book.close()


def shown(value):
    if value is None:
        return ""
    if isinstance(value, float):
        return ("%.10g" % value).replace(".", ",")
    return str(value)


def write_csv(path, sheets, delimiter=";"):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    for row in sheets[0][1]:
        writer.writerow([shown(v) for v in row])
    with open(path, "wb") as f:
        f.write(b"\xef\xbb\xbf" + text.getvalue().encode("utf-8"))


# --- layouts ---

class Layout:
    """rows: a list of lists; want: {row number of the file: (outcome, pupil or None)}; rows not named must not be told of."""

    def __init__(self, number, what, stem, sheets, want, facts=(), csv_delimiter=";", only=None, format_="olympiad", values=None):
        self.number, self.what, self.stem, self.sheets, self.want = number, what, stem, sheets, want
        self.facts, self.delimiter, self.only, self.format, self.values = facts, csv_delimiter, only, format_, values or {}


def layouts(school):
    s = {p.surname + p.klass: p for p in school}
    sokolova, gromov, melnik, kim = s["Соколова9А"], s["Громов9А"], s["Мельник10А"], s["Ким10А"]
    kuz_a, kuz_b, lebedeva, guseinov = s["Кузнецов9А"], s["Кузнецов9Б"], s["Лебедева-Шарова9Б"], s["Гусейнов10А"]
    yakovleva, zharov = s["Яковлева8А"], s["Жаров7А"]
    m, nf, no, doubt = "matched", "not_found", "not_ours", "doubtful"

    yield Layout(1, "протокол муниципального этапа: заголовок над таблицей, строка «1 2 3» под общей ячейкой, подпись", "01-protocol", [("Лист1", [
        ["Протокол муниципального этапа Всероссийской Олимпиады школьников в 2026 - 2027 по физике"],
        ["Максимальное количество баллов", None, None, 50],
        [],
        ["№", "Фамилия, имя, отчество", "Шифр", "ОО", "Класс", "Количество баллов за задание", None, None, "Итог", "% выполнения", "Рейтинг", "Статус"],
        [None, None, None, None, None, 1, 2, 3, None, None, None, None],
        [1, "Соколова Алена Игоревна", "Ф-9-01", "Школа №7", "9А", 10, 20, 12.5, 42.5, "85 %", 1, "победитель"],
        [2, "Громов  Петр Олегович", "Ф-9-02", "МБОУ «Школа № 7»", "9 «А»", 9, 10, 10, 29, "58 %", 2, "ПРИЗЁР"],
        [3, "Иванов Олег Ильич", "Ф-9-03", OTHERS[0], "9А", 5, 5, 5, 15, "30 %", 3, "участник"],
        [4, "Кузнецов Артём Ильич", "Ф-9-04", "школа 7", "9", 5, 5, 4, 14, "28 %", 4, "участник"],
        [5, "Кузнецов Артём Ильич", "Ф-9-05", "школа 7", "9б", 5, 4, 4, 13, "26 %", 5, "участник"],
        [6, "Мельник И. П.", "Ф-10-1", "Школа № 7", "10А", 1, 1, 1, 3, "6 %", 6, "участник"],
        [7, "Жаров Глеб Романович", "Ф-7-01", "Школа № 7", "7А", None, None, None, None, None, None, "Не явка"],
        [],
        ["Дата проведения:", "12.11.2026"], ["Председатель жюри:", "Петрова А. А."], ["Члены жюри:", "Сидоров П. П."]],
        ["A1:L1", "F4:H4"])],
        {6: (m, sokolova), 7: (m, gromov), 8: (no, None), 9: (doubt, None), 10: (m, kuz_b), 11: (doubt, None)},
        values={6: {"score": 42.5, "score_max": 50, "result": "winner", "subject": "физика", "stage": "municipal", "level": "municipal",
                    "date": "2026-11-12"}, 7: {"result": "prize_winner", "score": 29}})

    yield Layout(2, "выгрузка протокола: два класса, максимум в столбце, статуса нет", "02-export-химия-школьный-этап", [("Протокол", [
        ["№ п/п", "Шифр участника", "ФИО учащегося", "класс обучается", "класс выступает", "ОО, в которой обучается", "Количество набранных баллов",
         "Максимальный балл"],
        ["1.", "х-01", "Громов Пётр Олегович", "9А", "10", OURS, "37,5", 100],
        ["2.", "х-02", "Лебедева - Шарова Анна Сергеевна", "9-Б", "9", OURS, 80, 100],
        ["3.", "х-03", "Титова Юлия Олеговна", "9Б", "9", OTHERS[1], 12, 100],
        ["4.", "х-04", "Ким Ева", "10 А", "11", OURS, "61 из 100", 100],
        ["5.", "х-05", "Жаров Глеб Романович", "9А", "9", OURS, 5, 100]], [])],
        {2: (m, gromov), 3: (m, lebedeva), 4: (no, None), 5: (m, kim), 6: (doubt, None)},
        values={2: {"score": 37.5, "score_max": 100, "description": "Класс участия: 10.", "stage": "school", "subject": "химия", "result": None},
                5: {"score": 61}})

    yield Layout(3, "простая выгрузка: shifr, fio, score, status", "03-plain", [("Sheet1", [
        ["shifr", "fio", "score", "status"],
        ["b-1", "Мельник Иван Петрович", 44, "winner"],
        ["b-2", "СОКОЛОВА АЛЁНА ИГОРЕВНА", 30, "prize_winner"],
        ["b-3", "Кузнецов Артём Ильич", 20, ""],
        ["b-4", "Неизвестнова Ольга Павловна", 11, ""]], [])],
        {2: (m, melnik), 3: (m, sokolova), 4: (doubt, None), 5: (nf, None)}, facts=["stage=school", "subject=Биология"],
        values={2: {"result": "winner", "subject": "биология"}})

    yield Layout(4, "листы по классам; физкультура — «9М» и «9Ж»; класса обучения нет", "04-classes-физкультура-региональный-этап", [
        ("9М", [["ОУ", "Фамилия", "Имя", "Класс, за который выступает", "Пол", "%", "Итоговый балл", "Статус"],
                [OURS, "Громов", "Пётр", "9М", "м", 0.91, 91, "Победитель"],
                [OTHERS[2], "Носов", "Егор", "9М", "м", 0.5, 50, "Участник"]], []),
        ("9Ж", [["ОУ", "Фамилия", "Имя", "Класс, за который выступает", "Пол", "%", "Итоговый балл", "Статус"],
                [OURS, "Лебедева-Шарова", "Анна", "9Ж", "ж", 0.8, 80, "Призер"]], [])],
        {"9М": {2: (doubt, None), 3: (no, None)}, "9Ж": {2: (doubt, None)}}, only=("openpyxl", "xlsxwriter", "lo-xls", "lo-ods", "lo-xlsx"))

    yield Layout(5, "школьный протокол без строки названий: по положению столбцов", "05-position-математика-школьный-этап", [("9", [
        [OURS, "м9-01", "Соколова", "Алёна", "Игоревна", 9, 9, 35, 0.7, "призер"],
        [OURS, "м9-02", "Громов", "Пётр", "Олегович", 10, 9, 20, 0.4, "участник"],
        [OURS, "м9-03", "Кузнецов", "Артём", "Ильич", 9, None, 12, 0.24, "участник"],
        [OURS, "м9-04", "Яковлева", "Дарья", "Юрьевна", 9, 8, 44, 0.88, "победитель"]], [])],
        {1: (m, sokolova), 2: (m, gromov), 3: (doubt, None), 4: (m, yakovleva)}, values={4: {"result": "winner", "score": 44, "subject": "математика"}})

    yield Layout(6, "CSV с «;» и BOM, строки «Олимпиада;Физика» над таблицей", "06-system-школьный-этап", [("x", [
        ["Олимпиада", "Физика"], ["Код олимпиады (не изменять)", "123"], [],
        ["ID", "ФИО", "Школа", "Класс", "Класс участия", "Балл", "Статус", "Призёр"],
        ["11", "Соколова Алёна Игоревна", OURS, "9А", "9", "18,25", "участник", "Призёр"],
        ["12", "Гусейнов Тимур Ариф оглы", OURS, "10А", "10", "н/я", "", ""],
        ["13", "Мельник Иван Петрович", OURS, "10А", "10", "25 б.", "победитель", ""],
        ["14", "Чужов Пётр Ильич", OTHERS[3], "9А", "9", "1", "участник", ""]], [])],
        {5: (m, sokolova), 7: (m, melnik), 8: (no, None)}, only=("csv", "openpyxl", "lo-csv"),
        values={5: {"result": "prize_winner", "score": 18.25, "subject": "физика"}, 7: {"score": 25}})

    yield Layout(7, "шаблон баллов: ID, ФИО, Школа, Класс, Класс участия, Макс. балл, Балл", "07-template", [("Информатика", [
        ["ID", "ФИО", "Школа", "Класс", "Класс участия", "Макс. балл", "Балл"],
        [1, "Мельник Иван Петрович", OURS, "10A", 10, 500, 410],
        [2, "Громов Пётр Олегович", OURS, "9", 9, 500, None],
        [3, "Крылов Пётр Олегович", OTHERS[0], "9", 9, 500, 300]], [])],
        {2: (m, melnik), 3: (m, gromov), 4: (no, None)}, facts=["stage=municipal"], only=("openpyxl", "xlsxwriter", "lo-xls", "lo-ods", "lo-xlsx"),
        values={2: {"score": 410, "score_max": 500, "subject": "информатика"}})

    yield Layout(8, "обезличенный шаблон: только шифр", "08-codes", [("Лист1", [
        ["Шифр", "Класс участия", "Макс. балл", "Балл"],
        ["И-9-001", 9, 60, 55], ["И-9-002", 9, 60, 12]], [])],
        {2: (nf, None), 3: (nf, None)}, facts=["stage=municipal", "subject=История"])

    yield Layout(9, "после апелляции: Первичный балл, Апелляция, Итог, Статус", "09-appeal-право-муниципальный", [("Итоги", [
        ["ФИО", "Школа", "Класс", "Первичный балл", "Апелляция", "Итог", "Статус"],
        ["Соколова Алёна Игоревна", OURS, "9А", 60, 5, 65, "призёр"],
        ["Яковлева Дарья Юрьевна", OURS, "8А", 40, None, 40, "участник"]], [])],
        {2: (m, sokolova), 3: (m, yakovleva)}, values={2: {"score": 65, "result": "prize_winner", "subject": "право"}})

    yield Layout(10, "отчёт базы: предмет, три столбца имени, два класса; ни балла, ни статуса", "10-report", [("Отчёт", [
        ["Предмет", "Фамилия", "Имя", "Отчество", "Класс, за который выступает", "Класс, в котором обучается"],
        ["ОБЖ", "Громов", "Пётр", "Олегович", 10, "9А"],
        ["Труд (технология)", "Жаров", "Глеб", "Романович", 8, "7А"],
        ["Искусство (МХК)", "Лебедева-Шарова", "Анна", "Сергеевна", 9, "9Б"],
        ["Физика", "Кузнецов", "Артём", "Ильич", 9, "9А"]], [])],
        {2: (m, gromov), 3: (m, zharov), 4: (m, lebedeva), 5: (m, kuz_a)}, facts=["stage=school"],
        values={2: {"subject": "основы безопасности и защиты Родины"}, 3: {"subject": "труд (технология)"},
                4: {"subject": "искусство (мировая художественная культура)"}})

    yield Layout(11, "таблица со страницы сайта: предмет, уровень, Ф.И.О., тип диплома, наставник", "11-web", [("Лист1", [
        ["предмет", "уровень", "Ф.И.О.", "тип диплома", "наставник"],
        ["физика", "муниципальный", "Громов Пётр Олегович", "призёр", "Орлова Вера Павловна"],
        ["история", "муниципальный", "Яковлева Дарья Юрьевна", "победитель", "Зимина О. С."],
        ["труды", "муниципальный", "Жаров Глеб Романович", "призёр", ""]], [])],
        {2: (m, gromov), 3: (m, yakovleva), 4: (m, zharov)}, values={2: {"result": "prize_winner", "stage": "municipal"}})

    wide = ["Номер", "Фамилия", "Имя", "Отчество", "Дата рождения", "Пол", "Логин школы", "Название школы", "Округ", "Класс обучения", "Класс участия"] + \
           ["Задание %d" % i for i in range(1, 19)] + ["Результат", "Статус участника", "Примечание", "Телефон"]
    tasks = [1] * 18
    yield Layout(12, "городской файл из 33 столбцов, столбец статуса где придётся", "12-city-экономика-региональный", [("Data", [
        wide,
        [1, "Мельник", "Иван", "Петрович", "08.08.2010", "м", "sch7", OURS, "Южный", "10А", "10"] + tasks + [88.5, "призер", None, None],
        [2, "Кузнецов", "Артём", "Ильич", "30.11.2011", "м", "sch7", OURS, "Южный", "9", "9"] + tasks + [71, "участник", None, None],
        [3, "Кузнецов", "Артём", "Ильич", "01.02.2011", "м", "sch3", OTHERS[2], "Южный", "9", "9"] + tasks + [70, "участник", None, None],
        [4, "Громов", "Пётр", "Олегович", "22.07.2011", "м", "sch7", OURS, "Южный", "9А", "9"] + tasks + [7, "участник", None, None]], [])],
        {2: (m, melnik), 3: (m, kuz_b), 4: (no, None), 5: (doubt, None)}, values={2: {"score": 88.5, "result": "prize_winner", "subject": "экономика"}})

    yield Layout(13, "анкета заключительного этапа", "13-final-форма-астрономия-заключительный-этап", [("Участники", [
        ["ФИО участника", "Дата рождения", "Статус участника олимпиады", "Кол-во набранных баллов на региональном этапе в текущем учебном году",
         "Класс, в котором обучается участник", "Класс, за который выступает участник", "ФИО наставника, подготовившего участника олимпиады",
         "Полное/Сокращенное наименование общеобразовательной организации (по уставу)", "Регион проживания"],
        ["Мельник Иван Петрович", "08.08.2010", "призер", 91, 10, 11, "Фролов Олег Иванович", OURS, "Энская область"],
        ["Кузнецов Артём Ильич", "9 января 2011 г.", "участник", 77, 9, 9, "", OURS, "Энская область"]], [])],
        {2: (m, melnik), 3: (m, kuz_a)}, values={2: {"stage": "final", "level": "national", "result": "prize_winner"}})

    yield Layout(14, "TSV со столбцом «Класс участия»", "14-tsv-экономика-муниципальный-этап", [("x", [
        ["Фамилия Имя Отчество", "Школа", "Класс", "Класс участия", "Балл", "Статус"],
        ["Яковлева Дарья Юрьевна", OURS, "8А", "9", "33,5", "призёр"],
        ["Яковлева Дарья Олеговна", OURS, "8А", "8", "3", "участник"]], [])],
        {2: (m, yakovleva), 3: (doubt, None)}, csv_delimiter="\t", only=("csv",), values={2: {"score": 33.5}})

    yield Layout("РСОШ", "дипломы олимпиад из перечня", "15-list", [("Дипломы", [
        ["№ в перечне", "Олимпиада", "Профиль", "Уровень", "Степень диплома", "ФИО", "Класс", "Дата рождения", "Код диплома"],
        [12, "«Ломоносов»", "физика", "I", "диплом II степени", "Мельник Иван Петрович", "10А", "08.08.2010", "3400 6543 6392"],
        [40, "Турнир городов", "математика", "ІI", "1", "Громов Пётр Олегович", "9А", "21.07.2011", "340065436393"],
        [41, "«Высшая проба»", "история", "III", "lll", "Соколова Алёна Игоревна", "9А", "05.03.2011", "34006543639"]], [])],
        {2: (m, melnik), 3: (m, gromov), 4: (m, sokolova)}, format_="olympiad-list",
        values={2: {"degree": 2, "result": "prize_winner", "document_number": "340065436392"}, 3: {"degree": 1, "result": "winner"},
                4: {"degree": 3, "document_number": None}})

    yield Layout("общий", "другие конкурсы", "16-other", [("Конкурсы", [
        ["Название конкурса", "Уровень", "ФИО", "Класс", "Результат", "Дата проведения", "Организатор"],
        ["Конкурс чтецов «Живая классика»", "районный", "Соколова Алёна Игоревна", "9А", "1 место", "10.10.2026", "Дом творчества"],
        ["Фестиваль науки", "всероссийский", "Ким Ева", "10А", "лауреат", "11.10.2026", ""],
        ["Конкурс «Кит»", "международный", "Гусейнов Тимур Ариф оглы", "10А", "диплом 2 степени", "12.10.2026", ""]], [])],
        {2: (m, sokolova), 3: (m, kim), 4: (m, guseinov)}, format_="olympiad-other",
        values={2: {"result": "winner", "place": 1, "level": "municipal", "activity": "contest", "date": "2026-10-10"}, 4: {"degree": 2}})


WRITERS = {"openpyxl": ("xlsx", write_openpyxl), "xlsxwriter": ("xlsx", write_xlsxwriter)}
ALL = ("openpyxl", "xlsxwriter", "csv", "lo-xls", "lo-ods", "lo-xlsx", "lo-csv")


def make_layouts(out):
    school = small_school()
    roster(out, "school.xlsx", school)
    expect, office_jobs = [], {}
    for layout in layouts(school):
        made = layout.only or ALL
        variants = []
        for writer in made:
            ending = WRITERS[writer][0] if writer in WRITERS else writer.split("-")[-1]
            name = "%s/%s.%s" % (writer, layout.stem, ending)
            variants.append({"writer": writer, "file": name})
            if writer in WRITERS:
                WRITERS[writer][1](out.path(name), layout.sheets)
            elif writer == "csv":
                write_csv(out.path(name), layout.sheets, layout.delimiter)
            else:
                office_jobs.setdefault(writer[3:], []).append((layout, name))
        want = layout.want if isinstance(next(iter(layout.want)), str) else {layout.sheets[0][0]: layout.want}
        rows = [{"sheet": sheet, "row": row, "outcome": outcome, "pupil": pupil.number if pupil else None,
                 "values": (layout.values or {}).get(row, {}) if sheet == layout.sheets[0][0] else {}}
                for sheet, lines in want.items() for row, (outcome, pupil) in lines.items()]
        expect.append({"layout": str(layout.number), "what": layout.what, "format": layout.format, "facts": list(layout.facts), "variants": variants,
                       "rows": rows})
    with Office() as office:
        for kind, jobs in office_jobs.items():
            sources = {}
            for layout, name in jobs:
                source = out.path("openpyxl/%s.xlsx" % layout.stem)
                if not os.path.exists(source):
                    write_openpyxl(source, layout.sheets)
                sources[source] = name
            try:
                done = office.convert(sorted(sources), kind)
            except Skipped as e:
                out.skip([name for _, name in jobs], str(e))
                continue
            for source, name in sources.items():
                shutil.copyfile(done[source], out.path(name))
    out.json("layouts.expect.json", expect)


# --- many pupils: matching and speed ---

def crowd(random, count):
    """Pupils of classes 5–11, with the name-sakes, doubles and rarities of a large school."""
    pupils, seen = [], {}
    while len(pupils) < count:
        girl = random.random() < 0.5
        surname = random.choice(names.SURNAMES)
        father = names.PATRONYMICS[random.choice(names.FATHERS)]
        name = random.choice(names.GIRLS if girl else names.BOYS)
        full = ((names.feminine(surname) if girl else surname), name, father[1 if girl else 0])
        grade = random.randint(5, 11)
        klass = "%d%s" % (grade, random.choice(LETTERS))
        birth = datetime.date(2026 - grade - 7, 1, 1) + datetime.timedelta(days=random.randint(0, 600))
        if full in seen:
            continue
        seen[full] = klass
        pupils.append(Pupil(len(pupils) + 1, *full, klass, birth, "ж" if girl else "м"))
    return pupils


def special(pupils):
    """People whose names are traps, added behind the crowd."""
    d, n = datetime.date, len(pupils)
    rows = [("Сухова-Кобылина", "Мария", "Львовна", "8Б", d(2012, 4, 4), "ж"), ("Нгуен", "Тхи Май", "", "6А", d(2014, 1, 3), "ж"),
            ("Мамедов", "Рустам", "Фарид оглы", "7Б", d(2013, 9, 9), "м"), ("Қасымов", "Айдар", "Маратович", "9В", d(2011, 2, 20), "м"),
            ("Д'Артаньян", "Пьер", "Жанович", "10Б", d(2010, 10, 1), "м"), ("Ли", "Анна", "", "5А", d(2015, 3, 3), "ж"),
            ("Заречная", "Анна-Мария", "Олеговна", "5Б", d(2015, 5, 5), "ж"), ("Smith", "John", "", "11А", d(2009, 7, 7), "м")]
    twins = [("Рыбаков", "Егор", "Андреевич", "8А", d(2012, 2, 2), "м"), ("Рыбаков", "Егор", "Андреевич", "8Б", d(2012, 8, 8), "м"),
             ("Волкова", "Софья", "Игоревна", "6В", d(2014, 4, 4), "ж"), ("Волкова", "Софья", "Игоревна", "10В", d(2010, 4, 4), "ж"),
             ("Тихонов", "Марк", "Олегович", "7А", d(2013, 3, 3), "м"), ("Тихонов", "Марк", "Олегович", "7А", d(2013, 12, 1), "м"),
             ("Лосев", "Даниил", "Ильич", "9Г", d(2011, 6, 1), "м"), ("Лосев", "Данила", "Ильич", "9Г", d(2011, 6, 2), "м"),
             ("Морозова", "Алёна", "Павловна", "5В", d(2015, 1, 1), "ж"), ("Морозова", "Елена", "Павловна", "5В", d(2015, 1, 2), "ж"),
             ("Быков", "Егор", "Фомич", "6Г", d(2014, 2, 1), "м"), ("Быков", "Георгий", "Фомич", "6Г", d(2014, 2, 2), "м")]
    made = [Pupil(n + i + 1, *row) for i, row in enumerate(rows + twins)]
    return made[:len(rows)], made[len(rows):]


LOOKALIKE = str.maketrans("АВЕКМНОРСТХаеорсх", "ABEKMHOPCTXaeopcx")


class Case:
    def __init__(self, trap, cells, pupil, sure):
        self.trap, self.cells, self.pupil, self.sure = trap, cells, pupil, sure


def dative(word, girl):
    if girl:
        return word[:-1] + ("ой" if word.endswith("ва") or word.endswith("на") else "е") if word.endswith("а") else word
    return word + "у" if word[-1] not in "йьая" else word[:-1] + "ю"


def cases(random, pupils, rare, twins):
    """(full name, school, class, birth) of rows of a municipal file."""
    def row(p, full=None, school=OURS, klass=None, birth=""):
        return [full if full is not None else p.full, school, klass if klass is not None else p.klass, birth]

    def day(p):
        return p.birth.strftime("%d.%m.%Y")
    surnames = {p.surname for p in pupils}
    for p in pupils[:900]:
        yield Case("plain", row(p), p, True)
    for p in pupils[900:1000]:
        yield Case("yo", row(p, p.full.replace("ё", "е").replace("Ё", "Е")), p, True)
    for p in pupils[1000:1060]:
        yield Case("upper case", row(p, p.full.upper(), klass=p.klass.lower()), p, True)
    for p in pupils[1060:1120]:
        yield Case("spaces", row(p, "\u00a0" + p.full.replace(" ", "\u2007 ") + "\u200b", klass=p.klass[:-1] + " «%s»" % p.klass[-1]), p, True)
    for p in pupils[1120:1180]:
        yield Case("latin letters", row(p, p.surname[0] + p.surname[1:].translate(LOOKALIKE) + " " + p.name + " " + p.patronymic), p, True)
    for p in pupils[1180:1220]:
        yield Case("decomposed", row(p, p.full.replace("й", "и\u0306").replace("ё", "е\u0308")), p, True)
    for p in pupils[1220:1260]:
        yield Case("number and note", row(p, "%d. %s (ОВЗ)*" % (random.randint(1, 99), p.full)), p, True)
    for p in pupils[1260:1300]:
        yield Case("name first", row(p, "%s %s %s" % (p.name, p.patronymic, p.surname)), p, True)
    for p in pupils[1300:1340]:
        yield Case("class as number", row(p, klass=p.grade), p, True)
    for p in pupils[1340:1380]:
        yield Case("no class", row(p, klass=""), p, True)
    for p in pupils[1380:1410]:
        yield Case("birth date in words", row(p, klass="", birth="%d %s %d г." % (p.birth.day, MONTHS[p.birth.month], p.birth.year)), p, True)
    for p in pupils[1410:1440]:
        yield Case("no patronymic, birth date", row(p, "%s %s" % (p.surname, p.name), klass="", birth=day(p)), p, True)
    two = {}
    for p in pupils + rare + twins:
        two.setdefault((p.surname.replace("ё", "е"), p.name.replace("ё", "е")), []).append(p)
    for p in pupils[:40]:
        alone = len(two[(p.surname.replace("ё", "е"), p.name.replace("ё", "е"))]) == 1
        yield Case("no patronymic, class", row(p, "%s %s" % (p.surname, p.name)), p, alone)
    for p in pupils[40:80]:
        yield Case("no patronymic alone", row(p, "%s %s" % (p.surname, p.name), klass="", school=""), p, False)
    for p in pupils[80:140]:
        yield Case("initials", row(p, "%s %s. %s." % (p.surname, p.name[0], p.patronymic[0])), p, False)
    for p in pupils[140:180]:
        yield Case("dative", row(p, " ".join(dative(w, p.sex == "ж") for w in (p.surname, p.name, p.patronymic))), p, False)
    for p in pupils[180:220]:
        other = "%d%s" % (int(p.grade) % 11 + 1, p.klass[-1])
        yield Case("another class", row(p, klass=other), None, False)
    for p in pupils[220:260]:
        yield Case("another birth date", row(p, birth=(p.birth + datetime.timedelta(days=1)).strftime("%d.%m.%Y")), None, False)
    for p in pupils[260:420]:
        yield Case("namesake of another school", row(p, school=random.choice(OTHERS)), None, True)
    for p in pupils[420:460]:
        yield Case("another town has a school 7", row(p, school="МБОУ СОШ № 7 г. Дальнегорска"), None, False)
    for i in range(160):
        girl = i % 2
        surname = random.choice(["Чужов", "Инаков", "Прочев", "Дальнев", "Сторонин"])
        father = names.PATRONYMICS[random.choice(names.FATHERS)][girl]
        name = random.choice(names.GIRLS if girl else names.BOYS)
        assert surname not in surnames
        yield Case("another school", ["%s %s %s" % (names.feminine(surname) if girl else surname, name, father), random.choice(OTHERS), "9А", ""], None, True)
    for p in twins[:4]:
        yield Case("namesakes, class", row(p), p, True)
        yield Case("namesakes, birth date", row(p, klass="", birth=day(p)), p, True)
        yield Case("namesakes", row(p, klass=""), None, False)
    for p in twins[4:6]:
        yield Case("namesakes of one class", row(p), None, False)
        yield Case("namesakes of one class, birth date", row(p, birth=day(p)), p, True)
    for p in twins[6:]:
        yield Case("names that are alike", row(p), p, True)
    yield Case("short form", row(twins[8], "Морозова Лена Павловна"), None, False)
    sukhova, nguyen, mamedov, kasymov, artagnan, li, zarechnaya, smith = rare
    yield Case("double surname with spaces", row(sukhova, "Сухова – Кобылина Мария Львовна"), sukhova, True)
    yield Case("double surname without hyphen", row(sukhova, "Сухова Кобылина Мария Львовна"), sukhova, False)
    yield Case("half of a double surname", row(sukhova, "Сухова Мария Львовна"), sukhova, False)
    yield Case("words of a foreign name", row(nguyen), nguyen, True)
    yield Case("оглы", row(mamedov, "Мамедов Рустам Фарид Оглы"), mamedov, True)
    yield Case("letters of other languages", row(kasymov, "Касымов Айдар Маратович"), kasymov, False)
    yield Case("apostrophe", row(artagnan, "Д’Артаньян Пьер Жанович"), artagnan, True)
    yield Case("no patronymic, lawfully", row(li), li, True)
    yield Case("double first name", row(zarechnaya, "Заречная Анна – Мария Олеговна"), zarechnaya, True)
    yield Case("wholly Latin", row(smith), smith, True)


MONTHS = [""] + "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
SUBJECTS = ["математика", "русский язык", "английский язык", "информатика", "физика", "химия", "биология", "экология", "география", "астрономия",
            "литература", "история", "обществознание", "экономика", "право", "ОБЗР", "физкультура", "МХК", "труд"]


def make_matching(out):
    random = rng("olympiads")
    pupils = crowd(random, 1480)
    rare, twins = special(pupils)
    behind = len(pupils) + len(rare) + len(twins)
    odd = {key: Pupil(behind + i + 1, *rest) for i, (key, *rest) in enumerate(olympiad_traps.people())}
    before = [Pupil(0, olympiad_traps.FORMER.get(key, p.surname), p.name, p.patronymic, p.klass, p.birth, p.sex) for key, p in odd.items()]
    for was, p in zip(before, odd.values()):
        was.number = p.number
    roster(out, "crowd.xlsx", pupils + rare + twins + before)
    out.json("matching.former.json", olympiad_traps.former(odd))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Итоги")
    sheet.append(["№", "ФИО участника", "ОО", "Класс", "Дата рождения", "Предмет", "Балл", "Статус", "Личный номер"])
    expect, number = [], 1
    every = list(cases(random, pupils, rare, twins))
    every += [Case(trap, [full, school, klass, birth, own], odd[key] if key else None, sure)
              for trap, full, school, klass, birth, own, key, sure in olympiad_traps.cases(odd)]
    for i, case in enumerate(every):
        number += 1
        full, school, klass, birth = case.cells[:4]
        # a subject of its own for every row of one pupil: the same result twice would be another question
        sheet.append([i + 1, full, school, klass, birth, SUBJECTS[i % len(SUBJECTS)] if i < 1500 else SUBJECTS[(i + 7) % len(SUBJECTS)], i % 50, "",
                      case.cells[4] if len(case.cells) > 4 else ""])
        expect.append({"row": number, "trap": case.trap, "pupil": case.pupil.number if case.pupil else None, "sure": case.sure})
    save(book, out.path("matching-школьный-этап.xlsx"))
    out.json("matching.expect.json", expect)
    make_large(out, pupils + rare)


def make_large(out, pupils):
    """10 000 results of 1 488 pupils: every one in six or seven subjects."""
    book = xlsxwriter.Workbook(out.path("large-муниципальный-этап.xlsx"), {"constant_memory": True})
    book.set_properties({"created": datetime.datetime(2026, 9, 1)})
    sheet = book.add_worksheet("Итоги")
    for k, word in enumerate(["№", "Фамилия", "Имя", "Отчество", "ОО", "Класс", "Класс участия", "Предмет", "Макс. балл", "Балл", "Статус", "Дата проведения"]):
        sheet.write(0, k, word)
    for i in range(10000):
        p = pupils[i % len(pupils)]
        row = [i + 1, p.surname, p.name, p.patronymic, OURS, p.klass, p.grade, SUBJECTS[i // len(pupils)], 100, i % 101,
               "победитель" if i % 101 > 95 else "призёр" if i % 101 > 80 else "участник", "10.11.2026"]
        for k, value in enumerate(row):
            sheet.write(i + 1, k, value)
    book.close()


def make(out):
    make_layouts(out)
    olympiad_odd.make(out, small_school())
    make_matching(out)
