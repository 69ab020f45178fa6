"""What comes to the demonstration school in a school year: protocols of an olympiad's stage and of the GTO, about pupils of its roster and of
other schools. Results are made up."""
import datetime

import openpyxl
import xlsxwriter

from .common import NOW, freeze_zip, rng
from .school import full_name, grade

OTHERS = ["МАОУ «Лицей № 2»", "Гимназия № 4", "МБОУ СОШ № 11"]
STRANGERS = ["Аксёнова Варвара Глебовна", "Бортников Матвей Сергеевич", "Вересова Ульяна Кирилловна", "Гусельников Тимур Олегович",
             "Дорофеева Марта Ильинична", "Егорычев Савелий Петрович"]
TRIED = datetime.date(2026, 10, 15)


def result_words(place, score, most):
    if score < most // 2:
        return "участник"
    return "победитель" if place == 1 else "призёр" if place < 6 else "участник"


def protocol(out, name, subject, most, date, pupils):
    """A protocol of the municipal stage as its organisers send it: title and maximum above, pupils of all schools by score, signatures below."""
    random = rng("year:" + name)
    rows = [[full_name(p), "Школа № 7", p["class"]] for p in random.sample(pupils, min(24, len(pupils)))]
    rows += [[who, random.choice(OTHERS), str(random.randrange(7, 12))] for who in STRANGERS]
    rows = sorted([row + [random.randrange(most // 5, most)] for row in rows], key=lambda row: (-row[3], row[0]))
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Протокол"
    sheet.append(["Протокол муниципального этапа всероссийской олимпиады школьников в 2026/27 учебном году по предмету «%s»" % subject])
    sheet.append(["Максимальное количество баллов", None, None, None, most])
    sheet.append([])
    sheet.append(["№", "Фамилия, имя, отчество", "ОО", "Класс", "Итог", "% выполнения", "Рейтинг", "Статус"])
    for place, (who, school, klass, score) in enumerate(rows, 1):
        sheet.append([place, who, school, klass, score, "%d %%" % round(100 * score / most), place, result_words(place, score, most)])
    for line in ([], ["Дата проведения:", date.strftime("%d.%m.%Y")], ["Председатель жюри:", "Петрова А. А."]):
        sheet.append(line)
    sheet.merge_cells("A1:H1")
    book.properties.created = book.properties.modified = NOW
    book.save(out.path(name))
    freeze_zip(out.path(name))


# test; the worst and the best that pupils of these years show; number of decimals
GIRLS = [("Бег на 60 м (с)", 9.4, 11.6, 1), ("Прыжок в длину с места толчком двумя ногами (см)", 140, 195, 0),
         ("Сгибание и разгибание рук в упоре лежа на полу (количество раз)", 5, 20, 0),
         ("Наклон вперед из положения стоя на гимнастической скамье (от уровня скамьи - см)", 2, 17, 0)]
BOYS = [("Бег на 60 м (с)", 8.0, 10.2, 1), ("Прыжок в длину с места толчком двумя ногами (см)", 165, 225, 0),
        ("Подтягивание из виса на высокой перекладине (количество раз)", 2, 15, 0),
        ("Наклон вперед из положения стоя на гимнастической скамье (от уровня скамьи - см)", 1, 13, 0)]


def years(birth, day):
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def gto(out, name, pupils):
    """Tables of the fifth level, a sheet for girls and one for boys, as a teacher of physical education keeps them."""
    random = rng("year:" + name)
    book = xlsxwriter.Workbook(out.path(name))
    book.set_properties({"created": NOW})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for title, sex, words, tests in (("Девушки V ступень", "ж", "девушки", GIRLS), ("Юноши V ступень", "м", "юноши", BOYS)):
        sheet = book.add_worksheet(title)
        sheet.write("A1", "Сдача норм ГТО %s, V ступень, %s" % (TRIED.strftime("%d.%m.%Y"), words))
        for c, text in enumerate(["№", "Фамилия", "Имя", "Отчество", "Дата рождения", "Класс"] + [t[0] for t in tests]):
            sheet.write(2, c, text)
        those = [p for p in pupils if p["sex"] == sex and years(p["birth"], TRIED) in (14, 15)]
        for r, p in enumerate(those, 3):
            for c, value in enumerate([r - 2, p["surname"], p["first"], p["patronymic"]]):
                sheet.write(r, c, value)
            sheet.write_datetime(r, 4, datetime.datetime.combine(p["birth"], datetime.time()), day)
            sheet.write(r, 5, p["class"])
            for c, (_, low, high, digits) in enumerate(tests, 6):
                value = round(random.uniform(low, high), digits)
                sheet.write(r, c, value if digits else int(value))
    book.close()


def make(out, school):
    pupils = [p for p in school["pupils"] if grade(p["class"]) >= 7]
    protocol(out, "olympiad-mathematics.xlsx", "Математика", 40, datetime.date(2026, 11, 10), pupils)
    protocol(out, "olympiad-russian.xlsx", "Русский язык", 80, datetime.date(2026, 11, 13), pupils)
    protocol(out, "olympiad-biology.xlsx", "Биология", 120, datetime.date(2026, 11, 17), pupils)
    gto(out, "gto.xlsx", [p for p in pupils if p["class"] in ("9А", "9Б")])
