"""The rows of the trap roster. Each says in its last cell what the trap is; the rest follows from the table.

outcome and problem words are listed in README.md. T(...) adds one row of the sheet «Имена»."""
import datetime
import unicodedata

from . import grid, trapsheets2
from .grid import Sheet, blank, computed, date, error, number, text, without_result


def D(y, m, d):
    return datetime.date(y, m, d)


# What the school knows before: class, surname, first name, patronymic, birth date, sex.
BASE = [
    ("9А", "Астахов", "Илья", "Романович", D(2011, 5, 2), "м"),
    ("9А", "Семёнов", "Пётр", "Алексеевич", D(2011, 4, 12), "м"),
    ("9А", "Зайцев", "Артём", "Семёнович", D(2011, 7, 30), "м"),
    ("9А", "Королева", "Алена", "Федоровна", D(2011, 6, 3), "ж"),
    ("9А", "Иванова-Петрова", "Анна", "Сергеевна", D(2011, 2, 14), "ж"),
    ("9А", "Римская-Корсакова", "Вера", "Андреевна", D(2011, 10, 1), "ж"),
    ("9А", "Орлова Денисьева", "Мария", "Павловна", D(2011, 8, 22), "ж"),
    ("9А", "Голицына-Беляева", "Зоя", "Марковна", D(2011, 3, 17), "ж"),
    ("9А", "Нгуен", "Ван Ань", "", D(2011, 9, 13), "м"),
    ("9А", "Громов", "Илья", "Маратович", D(2011, 1, 28), "м"),
    ("9А", "Тагиров", "Руслан", "", D(2011, 11, 4), "м"),
    ("9А", "Кузнецов", "Иван", "Дмитриевич", D(2011, 3, 5), "м"),
    ("9А", "Кузнецов", "Иван", "Дмитриевич", D(2011, 11, 19), "м"),
    ("9А", "Смирнова", "Дарья", "Олеговна", D(2011, 1, 10), "ж"),
    ("9А", "Смирнова", "Дарья", "Олеговна", D(2011, 7, 7), "ж"),
    ("9А", "Сорокина", "Вера", "Николаевна", D(2011, 5, 20), "ж"),
    ("9А", "Сова", "Анна", "Ивановна", D(2011, 12, 8), "ж"),
    ("9А", "Морозов", "Егор", "Андреевич", D(2011, 9, 9), "м"),
    ("9А", "Андрейченко", "Сергей", "Алексеевич", D(2011, 12, 1), "м"),
    ("9А", "Гаврилов", "Максим", "Петрович", D(2011, 6, 18), "м"),
    ("9А", "Д'Арк", "Жанна", "Игоревна", D(2011, 5, 30), "ж"),
    ("9А", "Мамедов", "Тимур", "Эльдар оглы", D(2011, 4, 25), "м"),
    ("9А", "Лисицын", "Олег", "Павлович", D(2011, 10, 27), "м"),
    ("9А", "Панова", "Нина", "Юрьевна", D(2011, 2, 3), "ж"),
    ("9А", "Романова", "Наталья", "Юрьевна", D(2011, 8, 8), "ж"),
    ("9А", "Лебедев", "Максим", "Петрович", D(2011, 3, 29), "м"),
    ("9А", "Белова", "Ольга", "Игоревна", D(2011, 9, 21), "ж"),
    ("9А", "Волков", "Роман", "Денисович", D(2011, 4, 10), "м"),
    ("9А", "Ларин", "Дмитрий", "Андреевич", D(2011, 7, 16), "м"),
    ("9А", "Захарова", "Анна Мария", "Львовна", D(2011, 11, 11), "ж"),
    ("9А", "Орлов", "Юрий", "Кириллович", D(2011, 6, 6), "м"),
    ("9А", "Фомин", "Глеб", "Антонович", D(2011, 5, 5), "м"),  # is in no file later: has left
    ("9А", "Қасымов", "Әділ", "Ерланұлы", D(2011, 8, 1), "м"),
    ("9В", "Ветрова", "Мария", "Ильинична", D(2011, 4, 4), "ж"),
    ("9В", "Салтыков Щедрин", "Никита", "Олегович", D(2011, 6, 10), "м"),
    ("9В", "Гусейнов", "Али", "Рашид оглы", D(2011, 2, 20), "м"),
    ("9В", "Ершов", "Илья", "Маратович", D(2011, 10, 15), "м"),
    ("9В", "Рогозина", "Полина", "Антоновна", D(2011, 12, 24), "ж"),
    ("9В", "Рогов", "Антон", "Игоревич", D(2011, 3, 8), "м"),
    ("9В", "Сидоров", "Глеб", "Юрьевич", D(2011, 1, 19), "м"),
    ("9В", "Уваров", "Захар", "Ильич", D(2011, 9, 2), "м"),
    ("9В", "Шмелёва", "Ева", "Андреевна", D(2011, 7, 25), "ж"),
    ("9В", "Кох", "Анна-Мария", "", D(2011, 5, 14), "ж"),
    ("9В", "Нгуен", "Тхи Май", "", D(2011, 11, 30), "ж"),
    ("9Б", "Боровик", "Семён", "Олегович", D(2011, 4, 1), "м"),
    ("8В", "Ясная", "Алла", "Петровна", D(2012, 4, 1), "ж"),
    ("10/1", "Первых", "Олег", "Иванович", D(2010, 4, 1), "м"),
    ("10/2", "Вторых", "Олег", "Иванович", D(2010, 5, 1), "м"),
    ("11А", "Старших", "Инна", "Львовна", D(2009, 4, 1), "ж"),
]

# Pupils of the base whom the trap file does not name, although it names their class.
LEFT = [{"name": "Фомин Глеб Антонович", "class": "9А", "birth": "2011-05-05",
         "note": "if the file counts as a full list of the class; in a CSV (one sheet) others may be left too"}]


def values(klass=None, surname=None, first=None, patronymic=None, birth=None, sex=None):
    named = {"class": klass, "surname": surname, "first_name": first, "patronymic": patronymic,
             "birth_date": birth.isoformat() if birth else None, "sex": sex}
    return {k: v for k, v in named.items() if v}


def base(surname, first, birth=None):
    found = [p for p in BASE if p[1] == surname and p[2] == first and (birth is None or p[4] == birth)]
    if len(found) != 1:
        raise KeyError((surname, first, len(found)))
    return found[0]


def known(*pupils):
    return [values(*p[:5]) for p in pupils]


def names_sheet():
    s = Sheet("Имена")
    s.title("Список обучающихся, 2026/2027 учебный год", 10)
    s.rows.append([])
    s.add("Класс", "Фамилия", "Имя", "Отчество", "Дата рождения", "Пол", "Законный представитель 1",
          "Кем приходится 1", "Телефон 1", "Примечание")

    def T(trap, note, klass, surname, first, patronymic, birth, sex, outcome, problems=(), pupil=None, candidates=None,
          also=(), reads=None, guardian=(None, None, None)):
        roster = {"outcome": outcome}
        if also:
            roster["or"] = list(also)
        if problems:
            roster["problems"] = list(problems)
        if pupil:
            roster["pupil"] = known(pupil)[0]
        if candidates:
            roster["candidates"] = known(*candidates)
        if reads:
            roster["values"] = values(**reads)
        return s.add(klass, surname, first, patronymic, birth, sex, *guardian, note, trap=trap, roster=roster)

    def plain_row(trap, note, pupil, outcome, problems=(), **change):
        """A row for a known pupil with some cells written differently."""
        cells = dict(zip(("klass", "surname", "first", "patronymic", "birth", "sex"), pupil))
        cells["patronymic"] = cells["patronymic"] or None
        options = {k: change.pop(k) for k in ("also", "candidates", "guardian") if k in change}
        cells.update(change)
        who = None if outcome in ("doubtful", "error") else pupil
        return T(trap, note, outcome=outcome, problems=problems, pupil=who, **cells, **options)

    _spelling(plain_row)
    _who_is_it(T, plain_row)
    _cells(s, T, plain_row)
    s.add("Итого:", "%d чел." % (len(s.rows) - 8), trap="footer", roster={"outcome": None, "problems": ["row_footer"]})
    return s


def _spelling(row):
    """One pupil, written otherwise: found again without a question."""
    row("control", "как в школе", base("Астахов", "Илья"), "unchanged")
    row("yo-in-name", "е вместо ё в фамилии и имени", base("Семёнов", "Пётр"), "matched", ["name_yo"],
        surname="Семенов", first="Петр", also=["unchanged"])
    row("yo-in-patronymic", "е вместо ё в отчестве", base("Зайцев", "Артём"), "matched", ["name_yo"],
        patronymic="Семенович", also=["unchanged"])
    row("yo-better", "ё в файле, е в школе: предложить исправить", base("Королева", "Алена"), "matched", ["name_yo"],
        surname="Королёва", first="Алёна", patronymic="Фёдоровна", also=["changed", "unchanged"])
    row("hyphen-spaces", "пробелы вокруг дефиса", base("Иванова-Петрова", "Анна"), "matched", ["name_hyphen"],
        surname="Иванова - Петрова", also=["unchanged"])
    row("hyphen-dash", "тире вместо дефиса", base("Римская-Корсакова", "Вера"), "matched", ["name_hyphen"],
        surname="Римская–Корсакова", also=["unchanged"])
    row("latin-inside", "латинские C, o, p, o и B, e, p, a", base("Сорокина", "Вера"), "matched",
        ["name_latin_letters"], surname="Copoкинa", first="Вepa")
    row("nbsp-zero-width", "неразрывный пробел, нулевой ширины, мягкий перенос", base("Морозов", "Егор"), "matched",
        ["name_invisible"], surname="\u00a0Морозов\u200b", first="Его\u00adр ", patronymic="Андреевич\u202f",
        also=["unchanged"])
    row("bidi", "знак смены направления письма", base("Орлов", "Юрий"), "matched", ["name_invisible"],
        surname="Ор\u202eлов\u202c", also=["doubtful"])
    row("decomposed", "й и ё двумя знаками (файл с Mac)", base("Андрейченко", "Сергей"), "matched", [],
        surname=unicodedata.normalize("NFD", "Андрейченко"), first=unicodedata.normalize("NFD", "Сергей"),
        also=["unchanged"])
    row("upper-case", "прописные буквы", base("Гаврилов", "Максим"), "matched", ["name_case"],
        surname="ГАВРИЛОВ", first="МАКСИМ", patronymic="ПЕТРОВИЧ", also=["unchanged"])
    row("apostrophe", "другой апостроф", base("Д'Арк", "Жанна"), "matched", [], surname="Д’Арк", also=["unchanged"])
    row("ogly", "отчество из двух слов", base("Мамедов", "Тимур"), "matched", ["name_case"],
        patronymic="Эльдар Оглы", also=["unchanged"])
    row("bracketed-note", "пометка в скобках", base("Лисицын", "Олег"), "matched", ["name_note"],
        surname="Лисицын (выбыл)", also=["doubtful"])
    row("number-in-name", "номер перед фамилией", base("Панова", "Нина"), "matched", ["name_number"],
        surname="7. Панова", also=["unchanged"])
    row("line-break", "перевод строки в ячейке", base("Захарова", "Анна Мария"), "matched", ["name_invisible"],
        first="Анна\nМария", also=["unchanged"])
    row("no-patronymic", "отчества нет по закону", base("Нгуен", "Ван Ань"), "unchanged")


def _who_is_it(T, row):
    """Sure, moved, or a question for a person."""
    row("patronymic-missing", "в файле нет отчества, дата та же", base("Громов", "Илья"), "matched",
        ["patronymic_missing"], patronymic=None, also=["unchanged"])
    row("patronymic-added", "отчество появилось, дата та же", base("Тагиров", "Руслан"), "changed",
        ["patronymic_added"], patronymic="Ильдарович")
    row("namesakes-1", "тёзки с разными датами рождения", base("Кузнецов", "Иван", D(2011, 3, 5)), "unchanged")
    row("namesakes-2", "тёзки с разными датами рождения", base("Кузнецов", "Иван", D(2011, 11, 19)), "unchanged")
    both = [p for p in BASE if p[1] == "Смирнова"]
    row("namesakes-no-date", "двое таких, даты нет", both[0], "doubtful", ["birth_date_missing", "namesakes"],
        birth=None, candidates=both)
    for n in (1, 2):
        T("new-namesakes-no-date-%d" % n, "двое новых с одним именем, дат нет", "9А", "Тихонов", "Лев", "Ильич", None,
          "м", "doubtful", ["birth_date_missing", "namesakes"], also=["duplicate"])
    row("wholly-latin", "всё слово латиницей, а читается по-русски", base("Сова", "Анна"), "doubtful",
        ["name_latin_word"], surname="COBA", first="AHHA", candidates=[base("Сова", "Анна")])
    T("foreign-name", "имя и впрямь латинское", "9А", "Schmidt", "Hannah Marie", None, D(2011, 6, 27), "ж", "new",
      ["name_latin_word"], also=["doubtful"])
    T("one-part", "у ученика одно имя", "9А", None, "Сурия", None, D(2011, 3, 3), "ж", "new", ["name_one_part"],
      also=["doubtful"])
    T("no-name", "имени нет вовсе", "9А", None, None, None, D(2011, 3, 4), "ж", "error", ["name_missing"])
    row("double-surname-space", "двойная фамилия через пробел, в файле через дефис",
        base("Орлова Денисьева", "Мария"), "doubtful", ["surname_double"], surname="Орлова-Денисьева",
        candidates=[base("Орлова Денисьева", "Мария")], also=["matched"])
    row("half-surname", "половина двойной фамилии", base("Голицына-Беляева", "Зоя"), "doubtful", ["surname_double"],
        surname="Голицына", candidates=[base("Голицына-Беляева", "Зоя")])
    row("name-variant", "Наталия и Наталья", base("Романова", "Наталья"), "doubtful", ["name_variant"],
        first="Наталия", candidates=[base("Романова", "Наталья")])
    row("kazakh-letters", "казахские буквы заменены русскими", base("Қасымов", "Әділ"), "doubtful", ["name_variant"],
        surname="Касымов", first="Адил", patronymic="Ерланулы", candidates=[base("Қасымов", "Әділ")])
    row("moved", "другой класс", base("Лебедев", "Максим"), "moved", klass="9Б")
    row("surname-changed", "другая фамилия, остальное то же", base("Белова", "Ольга"), "doubtful",
        ["surname_changed"], surname="Чернова", candidates=[base("Белова", "Ольга")], also=["new"])
    row("birth-date-differs", "день и месяц поменялись местами", base("Волков", "Роман"), "doubtful",
        ["birth_date_differs"], birth=D(2011, 10, 4), candidates=[base("Волков", "Роман")])
    row("name-order", "имя в столбце фамилии", base("Ларин", "Дмитрий"), "doubtful", ["name_order"],
        surname="Дмитрий", first="Ларин", candidates=[base("Ларин", "Дмитрий")], also=["matched"])
    row("duplicate-row", "та же строка второй раз", base("Астахов", "Илья"), "duplicate", ["row_duplicate"])
    for klass in ("9А", "9Б"):
        T("contradiction-" + ("1" if klass == "9А" else "2"), "один ученик в двух классах", klass, "Павлов", "Юрий",
          "Львович", D(2011, 4, 17), "м", "contradiction", ["row_contradiction"])
    T("tatar-letters", "буквы татарского языка", "9А", "Әхмәтов", "Илнур", "Рәмил улы", D(2011, 6, 9), "м", "new",
      also=["doubtful"])
    T("zero-for-o", "ноль вместо буквы О", "9А", "0гнева", "Рита", "Львовна", D(2011, 6, 9), "ж", "doubtful",
      ["name_digit"], also=["error"])
    T("too-long", "имя длиной в тысячу букв", "9А", "Щ" + "а" * 999, "Ян", None, D(2011, 6, 9), "м", "error",
      ["name_too_long"])


def _cells(s, T, row):
    """What spreadsheets do to rows."""
    s.hidden_rows.append(T("hidden-row", "строка скрыта фильтром", "9А", "Скворцов", "Ян", "Янович", D(2011, 2, 7),
                           "м", "new", ["row_hidden"], also=["doubtful"]))
    T("formula", "имя и дата вычислены формулой", "9А", "Носов", computed('="Ки"&"рилл"', text("Кирилл")), "Ильич",
      computed("=DATE(2011,5,6)", date(2011, 5, 6)), "м", "new",
      reads=dict(klass="9А", surname="Носов", first="Кирилл", patronymic="Ильич", birth=D(2011, 5, 6), sex="м"))
    T("formula-no-result", "формула без сохранённого результата", "9А", "Чижиков", "Пётр", "Ильич",
      without_result("=DATE(2011,5,7)", date(2011, 5, 7)), "м", "new", ["formula_no_result"],
      also=["doubtful", "error"])
    T("text-formula", "текст, похожий на формулу", "9А", "=1+2", "Ян", None, D(2011, 6, 9), "м", "error",
      ["name_not_letters"])
    T("cell-error", "ошибка в ячейке даты", "9А", "Тихая", "Нелли", "Львовна", error("#N/A", "=NA()"), "ж", "error",
      ["cell_error"])
    T("sex-words", "пол словом", "9А", "Пчёлкина", "Софья", "Львовна", D(2011, 8, 28), "жен.", "new",
      reads=dict(klass="9А", surname="Пчёлкина", first="Софья", patronymic="Львовна", birth=D(2011, 8, 28), sex="ж"))
    T("sex-doubtful", "пол не подходит к имени", "9А", "Ульянова", "Софья", "Олеговна", D(2011, 8, 29), "м", "new",
      ["sex_doubtful"], also=["doubtful"])
    T("phone-number", "телефон числом", "9А", "Жуков", "Лука", "Олегович", D(2011, 8, 30), "м", "new",
      guardian=("Жукова Анна Ильинична", "мать", number(89981112233)))
    T("phones-several", "два телефона в ячейке", "9А", "Жукова", "Лия", "Олеговна", D(2010, 8, 30), "ж", "new",
      ["phone_several"], guardian=("Жукова Анна Ильинична", "мать", "8 998 111-22-33, дом. 5-55-66"))
    T("phone-bad", "телефона нет, но ячейка занята", "9А", "Зорькин", "Лука", "Ильич", D(2011, 8, 31), "м", "new",
      ["phone_bad"], guardian=("Зорькина А. И.", "мать", "нет"))
    s.rows.append([])
    s.add(*[text(c.value) for c in s.rows[2]], trap="repeated-header",
          roster={"outcome": None, "problems": ["row_header"]})
    section = s.title("9Б класс", 10)
    s.info[section] = {"trap": "section-row", "roster": {"outcome": None, "problems": ["row_section"]}}
    spaces = [text(" "), text("\u00a0"), None, None, blank(grid.DATE_FORMAT)]
    s.add(*spaces, trap="spaces-only", roster={"outcome": None})
    first = len(s.rows) + 1
    for n, (surname, name, sex) in enumerate((("Дубов", "Лев", "м"), ("Елова", "Ия", "ж"), ("Клёнов", "Ян", "м"))):
        T("merged-class-%d" % (n + 1), "класс объединён на три строки", "9Б" if n == 0 else None, surname, name, None,
          D(2011, 3, 10 + n), sex, "new", ["cell_merged"] if n else [],
          reads=dict(klass="9Б", surname=surname, first=name, birth=D(2011, 3, 10 + n), sex=sex))
        if n:
            s.info[len(s.rows)]["roster"]["csv"] = {"outcome": "new", "or": ["doubtful", "error"],
                                                    "problems": ["class_missing"]}
    s.merge(first, 0, first + 2, 0)
    row("control-9b", "как в школе", base("Боровик", "Семён"), "unchanged")


def all_sheets():
    return [names_sheet()] + trapsheets2.sheets(base, known, values)
