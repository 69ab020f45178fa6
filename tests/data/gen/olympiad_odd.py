"""Workbooks of results as they should not be and are: tables beside and below each other, headings in two lines, juries under the table, points that look
like headings, hidden parts. odd.expect.json: what an importer must say of every row, every line it leaves out, and every sheet."""
import datetime

import openpyxl

from .common import freeze_zip

OURS = "Школа № 7"
HEAD = ["№", "ФИО", "Школа", "Класс", "Балл", "Статус"]


class Odd:
    """rows: {(sheet, row): (outcome, own number of the pupil or None, values)}; rows not named must not be told of. left: {(sheet, row): code}.
    said: {sheet: codes}. remarks: {(sheet, row): code of a problem that must stand there}."""

    def __init__(self, name, sheets, rows, left=(), said=(), remarks=(), facts=(), format_="olympiad", merges=(), hidden=(), asked=None, column=()):
        self.name, self.sheets, self.rows, self.left, self.said, self.remarks = name, sheets, rows, dict(left), dict(said), dict(remarks)
        self.facts, self.format, self.merges, self.hidden, self.asked, self.column = facts, format_, merges, hidden, asked, column


def row(n, p, score, status):
    return [n, p.full, OURS, p.klass, score, status]


def cases(s):
    sokolova, gromov, melnik, kim = s["Соколова9А"], s["Громов9А"], s["Мельник10А"], s["Ким10А"]
    yakovleva, zharov, kuz_b, guseinov = s["Яковлева8А"], s["Жаров7А"], s["Кузнецов9Б"], s["Гусейнов10А"]
    m, no, nf, doubt = "matched", "not_ours", "not_found", "doubtful"
    stage = ["stage=municipal"]

    yield Odd("points-like-headings-физика-муниципальный-этап", [("Лист1", [
        ["№", "Фамилия, имя, отчество", "Шифр", "ОО", "Класс", "Количество баллов за задание", None, None, "Итог", "Статус"],
        [None, None, None, None, None, 1, 2, 3, None, None],
        [1, gromov.full, "Ф1", OURS, "9А", 1, 2, 3, 6, "участник"],
        [2, sokolova.full, "Ф2", OURS, "9А", 3, 2, 1, 6, "участник"],
        [3, zharov.full, "Ф3", OURS, "7А", 1, 2, 0, 3, "участник"]])],
        {("Лист1", 3): (m, gromov, {"score": 6}), ("Лист1", 4): (m, sokolova, {"score": 6}), ("Лист1", 5): (m, zharov, {"score": 3})})

    yield Odd("jury-физика-муниципальный-этап", [("Лист1", [
        HEAD, row(1, gromov, 6, "участник"), ["Итого", None, None, None, 6, None], ["Председатель жюри:", melnik.full], ["Члены жюри:", kim.full],
        [None, yakovleva.full], [2, "Иванова И. И."]])],
        {("Лист1", 2): (m, gromov, {"score": 6})},
        left={("Лист1", n): "footer" for n in (3, 4, 5, 6, 7)})

    yield Odd("tables-below", [("Лист1", [
        ["Физика 9 класс"], HEAD, row(1, gromov, 10, "призёр"), [], ["Химия 10 класс"], HEAD, row(1, melnik, 11, "победитель"),
        ["Дата проведения:", "12.11.2026"], ["Черчение"], ["№", "Класс", "ФИО", "Школа", "Балл", "Статус"],
        [1, "8А", yakovleva.full, OURS, 5, "участник"]])],
        {("Лист1", 3): (m, gromov, {"subject": "физика", "score": 10}), ("Лист1", 7): (m, melnik, {"subject": "химия", "result": "winner"}),
         ("Лист1", 11): (m, yakovleva, {"subject": "химия", "score": 5})},
        left={("Лист1", 5): "section", ("Лист1", 6): "header", ("Лист1", 8): "footer", ("Лист1", 9): "section", ("Лист1", 10): "header"},
        said={"Лист1": ["tables_below"]}, remarks={("Лист1", 11): "subject_of_above"}, facts=stage)

    yield Odd("next-page-физика", [("Лист1", [
        HEAD, row(1, gromov, 10, "призёр"), HEAD, row(2, melnik, 11, "победитель")])],
        {("Лист1", 2): (m, gromov, {}), ("Лист1", 4): (m, melnik, {"subject": "физика"})}, left={("Лист1", 3): "header"},
        said={"Лист1": ["tables_below"]}, facts=stage)

    yield Odd("tables-beside-физика", [("Лист1", [
        ["ФИО", "Класс", "Балл", "Статус", None, "№", "ФИО", "Класс", "Балл", "Статус"],
        [gromov.full, "9А", 10, "призёр", None, 1, melnik.full, "10А", 11, "победитель"]])],
        {("Лист1", 2): (m, gromov, {"score": 10, "result": "prize_winner"})}, said={"Лист1": ["tables_beside"]}, facts=stage)

    yield Odd("two-lines-of-headings", [("Лист1", [
        ["УПРАВЛЕНИЕ ОБРАЗОВАНИЯ"], ["Итоги школьного этапа всероссийской олимпиады школьников"], ["2026-2027 учебный год"], ["Предмет: ОБЖ"],
        ["Максимальный балл: 120"],
        ["№ п/п", "Фамилия", "Имя", "Отчество", "Класс", None, "ОУ", "Баллы", None, None, "Тип диплома"],
        [None, None, None, None, "обучения", "участия", None, "Теория", "Практика", "Итого", None],
        [1, "Громов", "Пётр", "Олегович", "9А", 10, OURS, 20, 30, 50, "призер"],
        [2, "Яковлева", "Дарья", "Юрьевна", "8А", 9, OURS, 20, "30,5", "50,5", "Победитель"],
        ["Председатель жюри", "Орлова", "Вера", "Павловна"]])],
        {("Лист1", 8): (m, gromov, {"score": 50, "score_max": 120, "participation_class": "10", "subject": "основы безопасности и защиты Родины",
                                    "stage": "school"}),
         ("Лист1", 9): (m, yakovleva, {"score": 50.5, "participation_class": "9"})},
        left={("Лист1", 10): "footer"}, merges=["A6:A7", "B6:B7", "E6:F6", "H6:J6"])

    yield Odd("hidden-право-муниципальный", [
        ("Итоги", [HEAD, row(1, gromov, 10, "призёр"), row(2, melnik, 11, "призёр")]), ("Черновик", [HEAD, row(1, kim, 1, "участник")])],
        {("Итоги", 2): (m, gromov, {}), ("Итоги", 3): (m, melnik, {})}, said={"Итоги": ["hidden_columns"], "Черновик": ["sheet_hidden"]},
        hidden=[("Итоги", "D"), ("Черновик", None)])

    yield Odd("only-a-heading-право-муниципальный", [("Лист1", [HEAD])], {}, said={"Лист1": ["no_rows"]})

    yield Odd("names-unnamed-право-муниципальный", [("Лист1", [
        ["Кто выступал", "Класс", "Балл", "Статус"], [gromov.full, "9А", 10, "призёр"], [melnik.full, "10А", 4, "участник"]])],
        {("Лист1", 2): (m, gromov, {"score": 10}), ("Лист1", 3): (m, melnik, {})}, said={"Лист1": ["names_by_content"]})

    # what a person says of the columns holds: the first row is a row and no second line of headings
    yield Odd("codes-of-a-platform", [("Лист1", [["Участник_код", "Набрано", "Из"], ["sch7-001", 12, 20], ["sch7-002", 3, 20]])],
              {("Лист1", 2): (nf, None, {"score": 12, "score_max": 20}), ("Лист1", 3): (nf, None, {"score": 3})},
              facts=["stage=school", "subject=химия"], asked="olympiad", column=["Лист1!header=1", "Лист1!A=code", "Лист1!B=score", "Лист1!C=max"])

    # «final» and «school» in the name of a file are no stage
    yield Odd("school final", [("Лист1", [HEAD, row(1, gromov, 10, "призёр")])], {("Лист1", 2): (m, gromov, {"stage": "municipal", "level": "municipal"})},
              facts=stage + ["subject=право"])

    yield Odd("statuses-право-муниципальный", [("Лист1", [
        ["ФИО", "Класс", "Статус", "Балл", "Макс. балл"],
        [gromov.full, "9А", "победитель, призёр", "25/100", 100], [melnik.full, "10А", "Побед.", "сорок", 100], [kuz_b.full, "9Б", "призер", "120", 100]])],
        {("Лист1", 2): (m, gromov, {"result": None, "score": 25}), ("Лист1", 3): (m, melnik, {"result": None, "score": None}),
         ("Лист1", 4): ("error", kuz_b, {})},
        remarks={("Лист1", 2): "status_unread", ("Лист1", 3): "score_unread", ("Лист1", 4): "entry.score"})

    yield Odd("formula-право-муниципальный", [("Лист1", [
        ["ФИО", "Класс", "Балл"], [gromov.full, "9А", "=SUM(1,2)"], [melnik.full, "10А", 4]])],
        {("Лист1", 2): (m, gromov, {"score": None}), ("Лист1", 3): (m, melnik, {"score": 4})}, remarks={("Лист1", 2): "formula_empty"})

    yield Odd("stage-unknown", [("Лист1", [
        ["ФИО", "Класс", "Предмет", "Этап", "Статус"], [gromov.full, "9А", "физ-ра", "городской", "призер"], [melnik.full, "10А", "труды", "отборочный", "призер"]])],
        {("Лист1", 2): (m, gromov, {"subject": "физическая культура", "stage": "municipal"}), ("Лист1", 3): ("error", melnik, {})},
        remarks={("Лист1", 3): "stage_unread"})

    yield Odd("list", [("Дипломы", [
        ["№ в перечне", "Олимпиада", "Профиль", "Уровень", "Степень диплома", "ФИО", "Класс", "Код диплома"],
        [12, "«Ломоносов»", "физика", "2 уровень", "Диплом II степени", melnik.full, "10А", "340-065.436 392"],
        [12, "«Ломоносов»", "химия", "IV", "4", gromov.full, "9А", "34006543639О"],
        [12, "«Ломоносов»", "право", "I", "победитель", guseinov.full, "10А", "000065436392"]])],
        {("Дипломы", 2): (m, melnik, {"degree": 2, "document_number": "340065436392",
                                      "description": "Перечень олимпиад школьников, № 12, уровень II."}),
         ("Дипломы", 3): (m, gromov, {"degree": None, "document_number": None, "result": None}), ("Дипломы", 4): (m, guseinov, {"result": "winner"})},
        remarks={("Дипломы", 3): "list_level_unread", ("Дипломы", 4): "diploma_other_base"}, format_="olympiad-list")

    yield Odd("list-short", [("Лист1", [["ФИО", "Класс", "Олимпиада", "Профиль", "Степень"], [melnik.full, "10А", "Ломоносов", "физика", 2]])],
              {("Лист1", 2): (m, melnik, {"degree": 2})}, format_="olympiad-list")

    yield Odd("codes-twice", [("9 класс", [
        ["Код", "ФИО", "Класс"], ["И-9-1", gromov.full, "9А"], ["И 9 2", kuz_b.full, "9Б"], ["и91", yakovleva.full, "8А"], ["И-9-2", kuz_b.full, "9Б"]])],
        {("9 класс", 2): ("contradiction", gromov, {}), ("9 класс", 3): (m, kuz_b, {}), ("9 класс", 4): ("contradiction", yakovleva, {}),
         ("9 класс", 5): ("duplicate", kuz_b, {})},
        remarks={("9 класс", 2): "code_twice", ("9 класс", 4): "code_twice"}, facts=["subject=история"], asked="olympiad-codes", format_="olympiad-codes")


def make(out, school):
    by_key = {p.surname + p.klass: p for p in school}
    expect = []
    for case in cases(by_key):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in case.sheets:
            sheet = book.create_sheet(title)
            for cells in rows:
                sheet.append(list(cells))
            for area in case.merges:
                sheet.merge_cells(area)
        for title, column in case.hidden:
            if column:
                book[title].column_dimensions[column].hidden = True
            else:
                book[title].sheet_state = "hidden"
        path = out.path("odd/%s.xlsx" % case.name)
        book.properties.created = book.properties.modified = datetime.datetime(2026, 9, 1)
        book.save(path)
        freeze_zip(path)
        expect.append({"file": "odd/%s.xlsx" % case.name, "asked": case.asked, "format": case.format, "facts": list(case.facts), "column": list(case.column),
                       "rows": [{"sheet": s, "row": n, "outcome": o, "pupil": p.number if p else None, "values": v, "remark": case.remarks.get((s, n))}
                                for (s, n), (o, p, v) in case.rows.items()],
                       "left": [{"sheet": s, "row": n, "skipped": c} for (s, n), c in case.left.items()],
                       "said": {s: c for s, c in case.said.items()}})
    out.json("odd.expect.json", expect)
