"""The traps of matching that the crowd alone does not hold: every form of a name, a class and a date that such files are known to have. Each row says which pupil
it means (or that the file alone cannot tell), by what is known of the pupils when they are invented; the importer is not asked."""
import datetime

D = datetime.date
OURS = "Школа № 7"


def people():
    """(surname, name, patronymic, class, birth, sex): added behind the others, each with a key by which the cases call them."""
    return [
        ("natalia", "Полынова", "Наталия", "Юрьевна", "8Г", D(2012, 3, 14), "ж"), ("sofia", "Полынова", "Софья", "Юрьевна", "8Д", D(2012, 3, 15), "ж"),
        ("danil", "Верещагин", "Данил", "Ильич", "7В", D(2013, 2, 3), "м"), ("gennady", "Верещагин", "Геннадий", "Ильич", "7Г", D(2013, 2, 4), "м"),
        ("egor", "Шиловский", "Егор", "Петрович", "6Б", D(2014, 5, 6), "м"), ("alyona", "Шиловская", "Алёна", "Петровна", "6Б", D(2014, 5, 7), "ж"),
        ("kyzy", "Аббасова", "Лейла", "Тофик кызы", "9Д", D(2011, 8, 8), "ж"), ("uulu", "Жоробеков", "Азамат", "Бакыт уулу", "9Д", D(2011, 8, 9), "м"),
        ("ugli", "Рахимов", "Фаррух", "Олим угли", "9Г", D(2011, 9, 9), "м"), ("hyphen", "Сурина-Ветрова", "Ольга", "Игоревна", "10В", D(2010, 1, 2), "ж"),
        ("latin", "Сова", "Мака", "", "5Г", D(2015, 6, 7), "ж"), ("zero", "Зотов", "Олег", "Захарович", "8В", D(2012, 10, 11), "м"),
        ("slash", "Ляхов", "Демьян", "Остапович", "10/1", D(2010, 11, 5), "м"), ("slash_b", "Ляхов", "Демьян", "Остапович", "10/2", D(2010, 12, 5), "м"),
        ("dated", "Тяглова", "Майя", "Остаповна", "10/1", D(2010, 6, 5), "ж"), ("b", "Рощин", "Лука", "Кимович", "9Б", D(2011, 5, 5), "м"),
        ("v", "Рощин", "Лука", "Кимович", "9В", D(2011, 6, 6), "м"), ("forms", "Дёмин", "Клим", "Робертович", "9А", D(2011, 4, 3), "м"),
        ("roman", "Дёмина", "Нелли", "Робертовна", "9Б", D(2011, 4, 4), "ж"), ("kazakh", "Омаров", "Кайрат", "Нурланович", "7Д", D(2013, 7, 7), "м"),
        ("married", "Ясенева", "Кира", "Глебовна", "11Б", D(2009, 2, 2), "ж"), ("short", "Ольхин", "Ян", "", "5Д", D(2015, 2, 2), "м"),
        ("ж", "Ежова", "Ия", "Карповна", "9Д", D(2011, 12, 12), "ж"), ("ivan", "Рогожин", "Иван", "Ипатович", "8А", D(2012, 2, 20), "м"),
        ("half_twin_a", "Сурков", "Юлий", "Ильич", "6А", D(2014, 8, 1), "м"), ("half_twin_b", "Сурков", "Юлий", "Львович", "6А", D(2014, 8, 2), "м"),
    ]


# who was called otherwise until lately: key of people() → former surname
FORMER = {"married": "Берёзкина"}


def cases(p):
    """(trap, full name, school, class, birth, own number, key of the pupil or None, can a careful person tell from the file alone)."""
    def full(key):
        return p[key].full

    def row(trap, key, text=None, klass=None, birth="", sure=True, school=OURS, number="", truth=True):
        return (trap, text if text is not None else full(key), school, p[key].klass if klass is None else klass, birth, number, key if truth else None, sure)

    # letters
    yield row("wholly Latin look-alike", "latin", "COBA MAKA", sure=False)
    yield row("digits for letters", "zero", "З0тов 0лег 3ахарович", sure=False)
    yield row("mixed case", "hyphen", "сурина-ВЕТРОВА ольга ИГОРЕВНА")
    yield row("letters of other languages, only in the file", "kazakh", "Омаров Қайрат Нұрланович", sure=False)
    # spaces and signs
    for code in (0x00A0, 0x202F, 0x2007, 0x0009, 0x000A):
        yield row("space U+%04X" % code, "forms", full("forms").replace(" ", chr(code)))
    for code in (0x200B, 0x200C, 0x200D, 0xFEFF, 0x00AD):
        yield row("invisible U+%04X" % code, "forms", full("forms").replace("мин", "м%cин" % code).replace(" ", " %c" % code))
    for code in (0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212):
        yield row("hyphen U+%04X" % code, "hyphen", full("hyphen").replace("-", " %c " % code))
    for note in ("%s (выбыл)", "%s*", "%s …", "12) %s", "7. %s", "%s ОВЗ"):
        yield row("note «%s»" % note, "forms", note % full("forms"), sure="ОВЗ" not in note)
    # parts and order
    yield row("кызы", "kyzy", "АББАСОВА ЛЕЙЛА ТОФИК КЫЗЫ")
    yield row("кызы with a hyphen", "kyzy", "Аббасова Лейла Тофик-кызы", sure=False)
    yield row("уулу", "uulu")
    yield row("угли", "ugli", "Рахимов Фаррух Олим Угли")
    yield row("name first, no patronymic", "ivan", "Иван Рогожин", sure=False)
    yield row("initials without dots", "ivan", "Рогожин ИИ", sure=False)
    yield row("initials before", "ivan", "И. И. Рогожин", sure=False)
    yield row("initial of the patronymic", "ivan", "Рогожин Иван И.", sure=False)
    yield row("another spelling of the name", "natalia", "Полынова Наталья Юрьевна", sure=False)
    yield row("another spelling of the name", "sofia", "Полынова София Юрьевна", sure=False)
    yield row("another spelling of the name", "danil", "Верещагин Даниил Ильич", sure=False)
    yield row("another spelling of the name", "gennady", "Верещагин Генадий Ильич", sure=False)
    yield row("a different name that is alike", "egor", "Шиловский Георгий Петрович", sure=False, truth=False)
    yield row("a different name that is alike", "alyona", "Шиловская Елена Петровна", sure=False, truth=False)
    yield row("a surname in the dative", "ivan", "Рогожину Ивану Ипатовичу", sure=False)
    yield row("former surname, class", "married", "Березкина Кира Глебовна")
    yield row("former surname alone", "married", "Берёзкина Кира Глебовна", klass="", sure=False)
    yield row("new surname", "married")
    # same names
    yield row("two who differ by the patronymic, without it", "half_twin_a", "Сурков Юлий", sure=False, truth=False)
    yield row("two who differ by the patronymic", "half_twin_b")
    yield row("another patronymic", "ivan", "Рогожин Иван Игоревич", sure=False, truth=False)
    yield row("own number", "slash", "Ляхов Демьян Остапович", klass="", number=p["slash"].number)
    yield row("own number of another name", "slash", "Рогожин Иван Ипатович", klass="", number=p["slash"].number, sure=False, truth=False)
    yield row("lawfully without a patronymic, class", "short")
    yield row("lawfully without a patronymic, of another school", "short", school="Гимназия № 7", truth=False)
    # classes
    for text in ("9А", "9 А", "9-А", "9«А»", "9 \"А\"", "9'А'", "9а", "9 a", "9А класс", "9 кл. А", "09А", "IX А", "9A", "9А физ. мат."):
        yield row("class «%s»" % text, "forms", klass=text)
    yield row("class as a number with a point", "forms", klass=9.0)
    yield row("class letter Ж", "ж", "Ежова Ия Карповна", klass="9Ж", sure=False)
    for text in ("10/1", "10-1"):
        yield row("class «%s», namesake in the next one" % text, "slash", klass=text)
    yield row("class that became a day", "dated", klass=datetime.datetime(2026, 1, 10))
    yield row("class that became a day, namesakes", "slash", klass=datetime.datetime(2026, 1, 10), sure=False, truth=False)
    yield row("class that became a number", "dated", klass=10.1)
    yield row("class that became a number, namesakes", "slash", klass=10.1, sure=False)
    yield row("Latin B, Б and В have namesakes", "b", klass="9B", sure=False, truth=False)
    yield row("Latin B, nobody else is called so", "roman", klass="9B")
    yield row("boys and girls of a class", "forms", klass="9М", sure=False)
    # dates
    birth = p["slash"].birth
    months = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
    for text in (birth.strftime("%d.%m.%Y"), "5.11.10", birth.isoformat(), birth.strftime("%d-%m-%Y"), "%d %s %d г." % (birth.day, months[birth.month - 1], birth.year),
                 birth.strftime("%d.%m.%Y г."), birth, birth.strftime("%d.%m.%Y 00:00:00"), birth.strftime("%d/%m/%Y")):
        yield row("date «%s»" % text, "slash", klass="", birth=text, sure="/" not in str(text))
    yield row("letters for figures in a date", "slash", klass="", birth="О5.11.2О1О", sure=False)
    yield row("day and month changed places", "slash", klass="", birth="11.05.2010", sure=False, truth=False)
    yield row("a year too early", "slash", klass="", birth="05.11.2009", sure=False, truth=False)


def former(p):
    """[{number, surname, now}]: cards that bear the former surname in the list of the school and are changed before the file comes."""
    return [{"number": p[key].number, "was": was, "now": p[key].surname} for key, was in FORMER.items()]
