"""An invented school of the year 2026/27: families, pupils, staff, teaching load, study groups.

Everything follows from the seed. Dictionaries are used as records: they go to JSON unchanged."""
import datetime

from . import names
from .common import rng

# Class -> number of pupils; 300 in all.
CLASSES = {"1А": 28, "2А": 27, "3А": 26, "4А": 27, "5А": 27, "6А": 26,
           "7А": 25, "8А": 26, "9А": 25, "9Б": 23, "10А": 21, "11А": 19}

AT_SCHOOL, AT_HOME, FAMILY = "очная", "очная, на дому", "семейное образование"


def grade(klass):
    return int(klass[:-1])


class Builder:
    def __init__(self):
        self.random = rng("school")
        self.used_names = set()
        self.used_phones = set()
        self.seats = [k for k, n in CLASSES.items() for _ in range(n)]
        self.random.shuffle(self.seats)
        self.pupils = []
        self.families = 0

    # -- people -----------------------------------------------------------------------------
    def phone(self):
        """Ten digits. Code 998 is given to no operator, so nobody can be rung up by accident."""
        while True:
            digits = "998%07d" % self.random.randrange(1000000, 9999999)
            if digits not in self.used_phones:
                self.used_phones.add(digits)
                return digits

    def email(self, first, surname, chance):
        if self.random.random() > chance:
            return ""
        r = self.random
        return "%s.%s%s@%s" % (names.translit(first)[:r.choice((1, 20))], names.translit(surname),
                               r.choice(("", "", str(r.randrange(70, 99)))),
                               r.choice(("pochta.example", "mail.example", "yaschik.example")))

    def adult(self, sex, surname, first=None, mail_chance=0.5):
        r = self.random
        first = first or r.choice(names.FATHERS if sex == "м" else names.WOMEN)
        patronymic = names.PATRONYMICS[r.choice(names.FATHERS)][sex == "ж"]
        surname = surname if sex == "м" else names.feminine(surname)
        return {"name": "%s %s %s" % (surname, first, patronymic), "first": first,
                "phone": self.phone(), "email": self.email(first, surname, mail_chance)}

    def guardians(self, surname, father_name):
        """Who represents the children: list of (adult, kind), one or two."""
        r = self.random
        own_name = r.random() < 0.2
        mother = self.adult("ж", r.choice(names.SURNAMES) if own_name else surname, mail_chance=0.8)
        lot = r.random()
        if lot < 0.62:
            pair = [(mother, "мать"), (self.adult("м", surname, father_name, 0.45), "отец")]
            return pair if r.random() < 0.75 else pair[::-1]
        if lot < 0.90:
            return [(mother, "мать")]
        if lot < 0.95:
            return [(self.adult("м", surname, father_name, 0.6), "отец")]
        if lot < 0.98:
            grandmother = r.choice(names.GRANDMOTHERS)
            return [(self.adult("ж", surname, grandmother, 0.2), "опекун (бабушка)")]
        return [(mother, "приёмная мать"), (self.adult("м", surname, None, 0.5), "приёмный отец")]

    # -- pupils -----------------------------------------------------------------------------
    def birth_date(self, klass):
        """A date right for the class and at least 300 days from those of brothers and sisters."""
        first = datetime.date(2020 - grade(klass), 2, 1)
        siblings = [p["birth"] for p in self.pupils if p["family"] == self.families]
        while True:
            day = first + datetime.timedelta(days=self.random.randrange(0, 395))
            if all(abs((day - other).days) >= 300 for other in siblings):
                return day

    def child(self, klass, surname, father_name, guardians, birth=None, sex=None, first=None, patronymic=None):
        r = self.random
        for _ in range(200):
            child_sex = sex or r.choice("мж")
            name = first or r.choice(names.BOYS if child_sex == "м" else names.GIRLS)
            full = (surname if child_sex == "м" else names.feminine(surname), name,
                    names.PATRONYMICS[father_name][child_sex == "ж"] if patronymic is None else patronymic)
            if full not in self.used_names and not any(p["first"] == name for p in self.pupils
                                                       if p["family"] == self.families):
                break
        self.used_names.add(full)
        lot = r.random()
        self.pupils.append({
            "class": klass, "surname": full[0], "first": full[1], "patronymic": full[2],
            "birth": birth or self.birth_date(klass), "sex": child_sex,
            "study": AT_HOME if lot < 0.01 else FAMILY if lot < 0.02 else AT_SCHOOL,
            "guardians": guardians, "family": self.families})
        self.seats.remove(klass)

    def family(self, classes, surname=None, father_name=None, guardians=None, **first_child):
        r = self.random
        self.families += 1
        surname = surname or r.choice(names.SURNAMES)
        father_name = father_name or r.choice(names.FATHERS)
        guardians = guardians or self.guardians(surname, father_name)
        for klass in classes:
            self.child(klass, surname, father_name, guardians, **first_child)

    def fixed_families(self, staff):
        """Families that every school has and that a program must get right."""
        twins = datetime.date(2011, 5, 17)
        self.family(["9А", "9А"], "Журавлёв", "Сергей", birth=twins)
        self.family(["5А"], "Соколов", "Андрей", sex="м", first="Артём")
        full = self.pupils[-1]
        self.family(["8А"], "Соколов", "Андрей", sex="м", first="Платон")
        self.pupils[-1].update(first="Артём")  # a namesake: the same ФИО, another class and family
        self.used_names.add((full["surname"], full["first"], full["patronymic"]))
        self.family(["7А"], "Нгуен", patronymic="", sex="м", first="Ван Ань",
                    guardians=[({"name": "Нгуен Тхи Лан", "first": "Тхи Лан", "phone": self.phone(),
                                 "email": ""}, "мать")])
        self.family(["9Б"], "Мамедов", patronymic="Эльдар оглы", sex="м", first="Тимур",
                    guardians=[({"name": "Мамедов Эльдар Рашид оглы", "first": "Эльдар",
                                 "phone": self.phone(), "email": "e.mamedov@mail.example"}, "отец")])
        self.family(["2А", "6А"], "Иванов-Петровский", "Олег")
        self.family(["4А"], "Гарипов", patronymic="Ринатовна", sex="ж", first="Айгуль")
        head = self.adult("м", "Берестов", "Геннадий", 1)
        self.family(["10А"], guardians=[(head, "руководитель организации (ЦССВ «Берег»)")])
        # Two members of staff are parents here; one of them teaches in her child's class.
        self.family(["9А"], "Кузнецов", "Виктор", sex="м",
                    guardians=[(staff["class_9Б"], "мать"), (self.adult("м", "Кузнецов", "Виктор"), "отец")])
        self.family(["3А"], "Лыков", "Павел", guardians=[(staff["clerk"], "мать")])

    def build(self, staff):
        self.fixed_families(staff)
        while self.seats:
            lot = self.random.random()
            wanted = 1 if lot < 0.72 else 2 if lot < 0.95 else 3
            chosen = []
            for klass in self.seats:
                if len(chosen) < wanted and grade(klass) not in map(grade, chosen):
                    chosen.append(klass)
            self.family(chosen)
        order = list(CLASSES)
        self.pupils.sort(key=lambda p: (order.index(p["class"]), key(p)))
        return self.pupils


def key(pupil):
    text = "%s %s %s" % (pupil["surname"], pupil["first"], pupil["patronymic"])
    return text.lower().replace("ё", "е")


def full_name(pupil):
    return " ".join(x for x in (pupil["surname"], pupil["first"], pupil["patronymic"]) if x)


def make_school():
    from . import staff as staff_module
    builder = Builder()
    staff, known = staff_module.make_staff(builder)
    pupils = builder.build(known)
    return {"pupils": pupils, "staff": staff, "load": staff_module.make_load(staff),
            "groups": staff_module.make_groups(staff, pupils)}
