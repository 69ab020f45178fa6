"""The other sheets of the trap roster: names in one cell, classes, dates, a class in the sheet's name."""
import datetime

from .grid import Cell, Sheet, boolean, clock, computed, date, moment, number, rich

SURNAMES = """Агатов Бирюзов Вольфрамов Гранитов Диоритов Жадеитов Зольников Илистых Каменев Лазуритов Малахитов
Нефритов Опалов Порфиров Рубинов Сланцев Топазов Уранов Фосфоров Хромитов Цирконов Чугунов Шпатов Щебнев Яшмов
Базальтов Бериллов Гипсов Глинин Доломитов Железнов Золотов Кварцев Кремнев Магнитов Мраморов Оловянов Песков
Платинов Ртутин Свинцов Серебров Слюдин Талькин""".split()


def one_cell_sheet(base, known):
    s = Sheet("ФИО в одной ячейке")
    s.add("№ п/п", "ФИО", "Класс", "Дата рождения", "Примечание")

    def row(trap, note, number_, name, birth, outcome, problems=(), pupil=None, candidates=(), also=(), klass="9В"):
        roster = {"outcome": outcome}
        for key, value in (("or", list(also)), ("problems", list(problems)), ("candidates", known(*candidates))):
            if value:
                roster[key] = value
        if pupil:
            roster["pupil"] = known(pupil)[0]
        s.add(number_, name, klass, birth, note, trap=trap, roster=roster)

    def of(surname, first):
        return base(surname, first)

    p = of("Ветрова", "Мария")
    row("one-cell", "обычная запись", 1, "Ветрова Мария Ильинична", p[4], "unchanged", pupil=p)
    p = of("Салтыков Щедрин", "Никита")
    row("four-words-known", "фамилия из двух слов, известна", 2, "Салтыков Щедрин Никита Олегович", p[4], "unchanged",
        pupil=p, also=["matched"])
    row("four-words-new", "четыре слова, неизвестно, где фамилия", 3, "Мусина Пушкина Ольга Игоревна",
        datetime.date(2011, 7, 1), "doubtful", ["name_parts"], also=["new"])
    p = of("Гусейнов", "Али")
    row("one-cell-ogly", "оглы отдельным словом", 4, "Гусейнов Али Рашид оглы", p[4], "unchanged", pupil=p)
    row("one-word", "одно слово", "5.", "Ким", datetime.date(2011, 7, 2), "doubtful", ["name_one_part"],
        also=["new", "error"])
    p = of("Ершов", "Илья")
    row("first-patronymic-surname", "имя, отчество, фамилия", "6.", "Илья Маратович Ершов", p[4], "doubtful",
        ["name_order"], candidates=[p], also=["matched"])
    p = of("Рогозина", "Полина")
    row("first-surname", "имя и фамилия", "7.", "Полина Рогозина", p[4], "doubtful", ["name_order"], candidates=[p])
    p = of("Рогов", "Антон")
    row("initials", "инициалы", 8, "Рогов А. И.", None, "doubtful", ["name_initials", "birth_date_missing"],
        candidates=[p])
    p = of("Сидоров", "Глеб")
    row("spaces-tab", "лишние пробелы и табуляция", 9, "Сидоров  Глеб\tЮрьевич ", p[4], "unchanged", pupil=p,
        also=["matched"])
    p = of("Уваров", "Захар")
    row("number-star", "номер и звёздочка", 10, "12. Уваров Захар Ильич*", p[4], "matched", ["name_number", "name_note"],
        pupil=p)
    p = of("Шмелёва", "Ева")
    row("note-after", "пометка после имени", 11, "Шмелёва Ева Андреевна (ОВЗ)", p[4], "matched", ["name_note"], pupil=p)
    p = of("Кох", "Анна-Мария")
    row("double-first-name", "двойное имя через дефис", 12, "Кох Анна-Мария", p[4], "unchanged", pupil=p)
    p = of("Нгуен", "Тхи Май")
    row("three-words-no-patronymic", "три слова, отчества среди них нет", 13, "Нгуен Тхи Май", p[4], "matched",
        ["name_parts"], pupil=p, also=["unchanged", "doubtful"])
    row("rich-text", "имя разными шрифтами в одной ячейке", 14, rich("Лучиков ", "Савва", " Ильич"),
        datetime.date(2011, 7, 3), "new")
    row("dots", "многоточие вместо имени", 15, "…", None, "error", ["name_missing"])
    return s


def classes_sheet(base, known, values):
    """New pupils with plain names; only the class is written oddly. School has 8В 9А 9Б 9В 10/1 10/2 11А."""
    s = Sheet("Классы")
    s.add("Класс", "Фамилия", "Имя", "Отчество", "Дата рождения", "Примечание")
    surnames = iter(SURNAMES)

    def row(trap, cell, note, klass, problems=(), outcome="new", also=()):
        surname = next(surnames)
        year = 2026 - 7 - int(klass[:2].strip("/АБВ")) + 1 if klass else 2011
        birth = datetime.date(year, 5, 15)
        roster = {"outcome": outcome}
        if also:
            roster["or"] = list(also)
        if problems:
            roster["problems"] = list(problems)
        if outcome == "new":
            roster["values"] = values(klass, surname, "Иван", "Ильич", birth)
        s.add(cell, surname, "Иван", "Ильич", birth, note, trap=trap, roster=roster)

    for n, form in enumerate(("9А", "9 А", "9-А", "9«А»", '9 "А"', "9'А'", "9а", "9-а", "9\u00a0А", "9А класс",
                              "9 кл. А", "09А", "IX А", "9 \"А\" класс ")):
        row("class-form-%d" % (n + 1), form, "способ записи класса", "9А")
    row("class-latin", "9A", "латинская A", "9А", ["class_latin"])
    row("class-latin-small", "9 a", "латинская a", "9А", ["class_latin"])
    row("class-latin-b", "9B", "латинская B: это Б или В?", None, ["class_unsure"], "doubtful")
    row("class-slash", "10/1", "класс с дробью", "10/1")
    row("class-slash-spaces", "10 / 1", "класс с дробью и пробелами", "10/1")
    row("class-dash", "10-1", "класс через дефис", "10/1")
    row("class-dot", "10.2", "класс через точку, текстом", "10/2")
    row("class-number", number(10.1, shown="10,1"), "класс стал числом", "10/1", ["class_is_number"], also=["doubtful"])
    row("class-date", date(2026, 10, 1, "dd.mmm", shown="01.окт"), "10/1 стал датой 1 октября", None, ["class_is_date"],
        "doubtful", ["error"])
    row("class-date-2", date(2026, 1, 10, "d/m", shown="10/1"), "10/1 стал датой 10 января", None, ["class_is_date"],
        "doubtful", ["error"])
    row("class-note", "11А (физ.-мат.)", "пометка о профиле", "11А", ["class_note"])
    row("class-digit", number(9), "класс без буквы", None, ["class_no_letter"], "doubtful", ["error"])
    row("class-digit-11", number(11), "без буквы, но параллель из одного класса", None, ["class_no_letter"],
        "doubtful", ["new", "error"])
    row("class-boys", "9М", "юноши девятых классов, а не класс", None, ["class_unknown"], "doubtful", ["new", "error"])
    row("class-two", "9А, 9Б", "два класса", None, ["class_several"], "error", ["doubtful"])
    row("class-twelve", "12А", "такой параллели нет", None, ["class_unknown"], "error", ["doubtful"])
    row("class-empty", None, "класса нет: ученик может быть и без него", None, ["class_missing"], "new", ["doubtful"])
    row("class-word", "девятый", "словом", None, ["class_unknown"], "error", ["doubtful"])
    for pupil in (base("Первых", "Олег"), base("Вторых", "Олег"), base("Старших", "Инна")):
        s.add(*pupil[:5], "как в школе", trap="control-" + pupil[0],
              roster={"outcome": "unchanged", "pupil": known(pupil)[0]})
    return s


def dates_sheet(values):
    s = Sheet("Даты")
    s.add("Класс", "Фамилия", "Имя", "Отчество", "Дата рождения", "Примечание")
    surnames = iter(SURNAMES[::-1])
    day = datetime.date(2011, 3, 5)

    def row(trap, cell, note, result=None, problems=(), outcome=None, also=()):
        surname = next(surnames)
        outcome = outcome or ("new" if result else "error")
        roster = {"outcome": outcome}
        if also:
            roster["or"] = list(also)
        if problems:
            roster["problems"] = list(problems)
        if result:
            roster["values"] = values("9Б", surname, "Олег", "Павлович", result)
        s.add("9Б", surname, "Олег", "Павлович", cell, note, trap=trap, roster=roster)

    row("date", day, "настоящая дата", day)
    row("date-format", date(2011, 3, 5, "[$-419]d mmmm yyyy;@", shown="5 марта 2011"), "дата словами по формату", day)
    row("date-midnight", Cell("date", day, "dd.mm.yyyy hh:mm", shown="05.03.2011 00:00"), "дата и 00:00", day)
    row("date-time", moment(2011, 3, 5, 15, 30), "дата со временем", day, ["date_has_time"])
    row("date-formula", computed("=DATE(2011,3,5)", date(2011, 3, 5)), "дата формулой", day)
    for n, form in enumerate(("05.03.2011", "5.3.2011", "2011-03-05", "05/03/2011", "05-03-2011", "5 марта 2011 г.",
                              "05.03.2011 г.", "05.03.2011г.р.", "2011-03-05T00:00:00", " 05.03.2011\u00a0",
                              "5 МАРТА 2011 года", "05. 03. 2011")):
        row("date-text-%d" % (n + 1), form, "дата текстом", day, ["date_as_text"])
    row("date-commas", "05,03,2011", "запятые вместо точек", day, ["date_as_text"], "new", ["doubtful", "error"])
    row("date-two-digits", "05.03.11", "год двумя цифрами", day, ["date_two_digit_year"], "new", ["doubtful"])
    row("date-number", number(40607), "число дней без формата даты", day, ["date_as_number"], "new", ["doubtful"])
    row("date-number-text", "40607", "число дней текстом", day, ["date_as_number"], "doubtful", ["new", "error"])
    row("date-letters", "О5.О3.2О11", "буква О вместо нуля", day, ["date_letters"], "doubtful", ["new", "error"])
    row("date-compact", "20110305", "без разделителей", day, ["date_as_text"], "doubtful", ["new", "error"])
    row("date-us", "03/25/2011", "по-американски: месяц, день", datetime.date(2011, 3, 25), ["date_order"], "doubtful",
        ["error"])
    row("date-leap", "29.02.2012", "високосный день есть", datetime.date(2012, 2, 29), ["date_as_text"])
    row("date-no-leap", "29.02.2011", "такого дня не было", None, ["date_bad"])
    row("date-no-day", "31.02.2012", "такого дня не бывает", None, ["date_bad"])
    row("date-zeros", "00.00.2011", "нули", None, ["date_bad"])
    row("date-month-year", "03.2011", "без дня", None, ["date_bad"])
    row("date-year-only", number(2011), "только год", None, ["date_bad"])
    row("date-1900", date(1901, 1, 1), "заглушка вместо даты", None, ["date_out_of_range"])
    row("date-adult", datetime.date(1985, 3, 5), "ученику 41 год", None, ["date_out_of_range"], "error", ["doubtful"])
    row("date-future", datetime.date(2031, 3, 5), "дата в будущем", None, ["date_out_of_range"])
    row("date-negative", number(-5), "отрицательное число", None, ["date_bad"])
    row("date-clock", clock(12, 0), "только время", None, ["date_bad"])
    row("date-bool", boolean(True), "логическое значение", None, ["date_bad"])
    row("date-words", "уточнить", "слово вместо даты", None, ["date_bad"])
    row("date-empty", None, "даты нет", None, ["birth_date_missing"], "new", ["doubtful"])
    return s


def class_named_sheet(base, known, values):
    """No column for the class: it is the name of the sheet."""
    s = Sheet("8В")
    s.add("№", "Фамилия", "Имя", "Отчество", "Дата рождения")
    s.add(1, "Ясная", "Алла", "Петровна", datetime.date(2012, 4, 1), trap="class-from-sheet-known",
          roster={"outcome": "unchanged", "pupil": known(base("Ясная", "Алла"))[0]})
    for n, (surname, first, patronymic) in enumerate((("Рассветов", "Гурий", "Львович"),
                                                      ("Закатова", "Ника", "Львовна")), 2):
        birth = datetime.date(2012, 5, n)
        s.add(n, surname, first, patronymic, birth, trap="class-from-sheet-%d" % n, roster={
            "outcome": "new", "problems": ["class_from_sheet"],
            "values": values("8В", surname, first, patronymic, birth)})
    return s


def hidden_sheet():
    s = Sheet("Архив 2020", hidden=True)
    s.add("Класс", "Фамилия", "Имя", "Отчество", "Дата рождения")
    for _ in range(2):  # equal rows: ODS keeps one with a repeat count
        s.add("3А", "Архивный", "Том", "Иванович", datetime.date(2011, 1, 1), trap="hidden-sheet",
              roster={"outcome": None, "problems": ["sheet_hidden"]})
    return s


def sheets(base, known, values):
    return [one_cell_sheet(base, known), classes_sheet(base, known, values), dates_sheet(values),
            class_named_sheet(base, known, values),
            hidden_sheet(), Sheet("Пустой лист")]
