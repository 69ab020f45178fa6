"""What stands on the diplomas, and two ways to draw a page: as PDF text and as pixels. Measures in mm."""
import math
import os

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.colors import Color
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT_FILES = {"serif": ("paratype/PTF55F.ttf", "dejavu/DejaVuSerif.ttf"),
              "serif-bold": ("paratype/PTF75F.ttf", "dejavu/DejaVuSerif-Bold.ttf"),
              "sans": ("paratype/PTS55F.ttf", "dejavu/DejaVuSans.ttf"),
              "sans-bold": ("paratype/PTS75F.ttf", "dejavu/DejaVuSans-Bold.ttf")}
INK = (38, 34, 44)
STUDENT = {"м": "обучающийся", "ж": "обучающаяся"}


def font_file(name):
    for candidate in FONT_FILES[name]:
        path = os.path.join("/usr/share/fonts/truetype", candidate)
        if os.path.exists(path):
            return path
    raise SystemExit("no font for Cyrillic: install fonts-paratype or fonts-dejavu-core")


class Page:
    """A list of strokes; y grows downwards."""

    def __init__(self, name, landscape=False, paper=(253, 251, 244), accent=(150, 40, 40)):
        self.name, self.paper, self.accent = name, paper, accent
        self.width, self.height = (297, 210) if landscape else (210, 297)
        self.items = []
        self.y = 0

    def frame(self, style=1):
        for inset, thick in ((9, 1.4), (11.5, 0.5), (13, 0.3))[:style + 1]:
            self.items.append(("box", inset, inset, self.width - 2 * inset, self.height - 2 * inset, thick, self.accent))
        if style > 1:
            for x, y in ((13, 13), (self.width - 13, 13), (13, self.height - 13), (self.width - 13, self.height - 13)):
                self.items.append(("disc", x, y, 4, self.accent))
        return self

    def at(self, y):
        self.y = y
        return self

    def text(self, words, size, font="serif", color=INK, x=None, gap=1.45):
        """A line in points; centred unless x is given."""
        self.items.append(("text", x, self.y, words, size, font, color))
        self.y += size * 0.3528 * gap
        return self

    def line(self, x1, x2):
        self.items.append(("box", x1, self.y, x2 - x1, 0, 0.3, INK))
        return self

    def seal(self, x, y, r=15):
        blue = (52, 72, 160)
        for radius, thick in ((r, 0.8), (r - 1.6, 0.3), (r * 0.6, 0.3)):
            self.items.append(("ring", x, y, radius, thick, blue))
        self.items.append(("text", x - r * 0.42, y - 1.2, "М. П.", 9, "sans", blue))
        return self

    def signature(self, x, y, seed):
        points = [(x + t * 0.45, y + 3.2 * math.sin(t * 0.55 + seed) * math.cos(t * 0.21 * (1 + seed % 3)))
                  for t in range(60)]
        self.items.append(("stroke", points, 0.45, (40, 50, 130)))
        return self

    def words(self):
        return [i[3] for i in self.items if i[0] == "text"]


class PdfPage:
    def __init__(self, canvas):
        self.c = canvas
        for name in FONT_FILES:
            if name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(name, font_file(name)))

    def draw(self, page):
        c, mm = self.c, 72 / 25.4
        c.setPageSize((page.width * mm, page.height * mm))
        c.saveState()
        c.scale(mm, mm)
        c.setFillColor(self.color(page.paper))
        c.rect(0, 0, page.width, page.height, stroke=0, fill=1)
        for item in page.items:
            getattr(self, item[0])(page, *item[1:])
        c.restoreState()

    @staticmethod
    def color(rgb):
        return Color(*(round(v / 255, 4) for v in rgb))

    def pen(self, thick, color):
        self.c.setLineWidth(thick)
        self.c.setStrokeColor(self.color(color))

    def box(self, page, x, y, w, h, thick, color):
        self.pen(thick, color)
        if h == 0:
            self.c.line(x, page.height - y, x + w, page.height - y)
        else:
            self.c.rect(x, page.height - y - h, w, h)

    def ring(self, page, x, y, r, thick, color):
        self.pen(thick, color)
        self.c.circle(x, page.height - y, r)

    def disc(self, page, x, y, r, color):
        self.c.setFillColor(self.color(color))
        self.c.circle(x, page.height - y, r, stroke=0, fill=1)

    def stroke(self, page, points, thick, color):
        self.pen(thick, color)
        path = self.c.beginPath()
        path.moveTo(points[0][0], page.height - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, page.height - y)
        self.c.drawPath(path)

    def text(self, page, x, y, words, size, font, color):
        size *= 25.4 / 72
        self.c.setFont(font, size)
        self.c.setFillColor(self.color(color))
        if x is None:
            self.c.drawCentredString(page.width / 2, page.height - y - size, words)
        else:
            self.c.drawString(x, page.height - y - size, words)


class PilPage:
    def __init__(self, page, dpi):
        self.k = dpi / 25.4
        self.image = Image.new("RGB", (round(page.width * self.k), round(page.height * self.k)), page.paper)
        self.d = ImageDraw.Draw(self.image)
        self.page_width = page.width
        for item in page.items:
            getattr(self, item[0])(*item[1:])

    def w(self, thick):
        return max(1, round(thick * self.k))

    def box(self, x, y, w, h, thick, color):
        k = self.k
        if h == 0:
            self.d.line((x * k, y * k, (x + w) * k, y * k), color, self.w(thick))
        else:
            self.d.rectangle((x * k, y * k, (x + w) * k, (y + h) * k), None, color, self.w(thick))

    def ring(self, x, y, r, thick, color):
        k = self.k
        self.d.ellipse(((x - r) * k, (y - r) * k, (x + r) * k, (y + r) * k), None, color, self.w(thick))

    def disc(self, x, y, r, color):
        k = self.k
        self.d.ellipse(((x - r) * k, (y - r) * k, (x + r) * k, (y + r) * k), color)

    def stroke(self, points, thick, color):
        self.d.line([(x * self.k, y * self.k) for x, y in points], color, self.w(thick), "curve")

    def text(self, x, y, words, size, font, color):
        loaded = ImageFont.truetype(font_file(font), round(size * self.k * 25.4 / 72))
        left = (self.page_width * self.k - loaded.getlength(words)) / 2 if x is None else x * self.k
        self.d.text((left, y * self.k), words, color, loaded)


def signatures(page, y, people):
    for n, (position, name) in enumerate(people):
        page.at(y + n * 15).text(position, 11, "sans", x=28)
        page.at(y + n * 15).text(name, 11, "sans", x=page.width - 72)
        page.at(y + n * 15 + 5).line(page.width / 2 - 16, page.width / 2 + 16)
        page.signature(page.width / 2 - 14, y + n * 15 + 1, n + len(name))
    return page


def pages(who):
    """All pages by name; who: list of (full name, class, sex)."""
    made = {}

    def page(name, *args, **kwargs):
        made[name] = Page(name, *args, **kwargs)
        return made[name]

    name, klass, sex = who[0]
    p = page("olympiad").frame(2).at(26)
    p.text("Комитет по образованию города Заречинска", 13, "sans").at(62)
    p.text("ДИПЛОМ", 54, "serif-bold", p.accent).text("ПОБЕДИТЕЛЯ", 26, "serif-bold", p.accent).at(106)
    p.text("муниципального этапа", 17).text("всероссийской олимпиады школьников", 17)
    p.text("по математике", 20, "serif-bold", gap=2.2).text("награждается", 15, gap=2)
    p.text(name, 25, "serif-bold", gap=1.7).text("%s %s класса" % (STUDENT[sex], klass), 15)
    p.text("МБОУ «СОШ № 17 города Заречинска»", 15, gap=2.4).text("Результат: 42 балла из 50", 14)
    signatures(p, 226, [("Председатель оргкомитета", "А. Б. Ветлугин"), ("Председатель жюри", "С. Д. Крутова")])
    p.seal(62, 256).at(270).text("Заречинск, 4 декабря 2026 г.      Приказ № 118-о", 11, "sans")

    name, klass, sex = who[3]
    p = page("sport", paper=(250, 252, 255), accent=(24, 92, 150)).frame(1).at(30)
    p.text("Спортивный клуб «Заречье»", 14, "sans").at(64)
    p.text("ГРАМОТА", 58, "sans-bold", p.accent).at(106).text("награждается", 16)
    p.text(name, 24, "sans-bold", gap=1.7).text("%s класс, СОШ № 17" % klass, 15, "sans", gap=2.4)
    p.text("за I место", 32, "sans-bold", p.accent, gap=1.6).text("в осеннем кроссе на дистанции 1000 м", 16, "sans")
    p.text("в личном зачёте, результат 3 мин 12,4 с", 15, "sans")
    signatures(p, 224, [("Главный судья", "П. О. Стременной")])
    p.seal(150, 244).at(266).text("26 сентября 2026 г.", 12, "sans")

    name, klass, sex = who[6]
    p = page("conference", landscape=True, paper=(255, 255, 252), accent=(30, 110, 80)).frame(2).at(26)
    p.text("Научно-практическая конференция школьников «Шаг от берега»", 15, "sans").at(46)
    p.text("СЕРТИФИКАТ УЧАСТНИКА", 38, "sans-bold", p.accent).at(78).text("подтверждает, что", 15)
    p.text(name, 28, "serif-bold", gap=1.7).text("%s %s класса" % (STUDENT[sex], klass), 15)
    p.text("%s с докладом «Чем дышит наша река: вода Заречинки за десять лет»" % ("выступил" if sex == "м" else "выступила"), 16, gap=1.8)
    p.text("Научный руководитель: Синицына Лариса Фёдоровна", 14)
    signatures(p, 160, [("Директор центра", "Ю. Н. Мостовой")])
    p.seal(70, 178, 14).at(184).text("14 ноября 2026 г.   рег. № БР-2026/0457", 11, "sans")

    name, klass, sex = who[8]
    p = page("thanks", paper=(255, 252, 246), accent=(122, 62, 130)).frame(1).at(34)
    p.text("Благотворительный фонд «Тёплый дом»", 15, "sans").at(58)
    p.text("БЛАГОДАРСТВЕННОЕ", 32, "serif-bold", p.accent).text("ПИСЬМО", 32, "serif-bold", p.accent).at(104)
    p.text("Уважаемый" if sex == "м" else "Уважаемая", 15).text(name + "!", 22, "serif-bold", gap=2.4)
    for words in ("Благодарим Вас за участие в сборе книг", "для сельских библиотек и 24 часа", "волонтёрской помощи фонду.",
                  "Желаем успехов в учёбе и добрых дел!"):
        p.text(words, 17, gap=1.6)
    signatures(p, 218, [("Президент фонда", "М. Ю. Очагова")])
    p.seal(60, 246).at(268).text("1 июня 2026 г.", 12, "sans")

    name, klass, sex = who[11]
    p = page("art", landscape=True, paper=(255, 250, 240), accent=(184, 110, 20)).frame(2).at(28)
    p.text("Региональный конкурс детского рисунка «Краски Севера»", 15, "sans").at(48)
    p.text("ДИПЛОМ ЛАУРЕАТА", 40, "serif-bold", p.accent).text("II степени", 26, "serif-bold", p.accent).at(96)
    p.text(name, 28, "serif-bold", gap=1.6).text("%s класс, СОШ № 17, город Заречинск" % klass, 15)
    p.text("номинация «Графика», работа «Ледоход»", 16).text("Педагог: Фомина Надежда Степановна", 14)
    signatures(p, 156, [("Председатель жюри", "В. И. Холстов")])
    p.seal(220, 176, 14).at(184).text("20 марта 2027 г.", 12, "sans")

    name, klass, sex = who[27]
    p = page("course", accent=(20, 90, 120)).frame(1).at(32).text("Школа программистов «Байт»", 15, "sans").at(60)
    p.text("СВИДЕТЕЛЬСТВО", 38, "sans-bold", p.accent).text("о прохождении курса", 18).at(104)
    p.text(name, 24, "serif-bold", gap=1.8).text("%s обучение по программе" % ("прошёл" if sex == "м" else "прошла"), 15)
    p.text("«Основы программирования на языке C»", 18, "serif-bold", gap=1.7).text("в объёме 36 часов, дистанционно", 15)
    p.text("с 12 января по 30 апреля 2027 г.", 15)
    signatures(p, 220, [("Руководитель школы", "Г. Л. Регистров")]).seal(60, 246)
    p = page("course-2").at(24).text("Программа курса", 22, "sans-bold", gap=2)
    for n, words in enumerate(("Переменные и типы", "Ветвления и циклы", "Функции", "Массивы и строки", "Указатели",
                               "Структуры", "Файлы", "Итоговый проект"), 1):
        p.text("%d.  %s" % (n, words), 15, "sans", x=30, gap=1.9)
    p = page("course-3").at(24).text("Результаты", 22, "sans-bold", gap=2)
    for words in ("Задачи: 58 из 64", "Итоговый проект: «Электронный дневник наблюдений», зачтено", "Итог: 93 балла из 100"):
        p.text(words, 15, "sans", x=30, gap=1.9)

    name, klass, sex = who[30]
    p = page("gto", paper=(252, 252, 250), accent=(190, 150, 30)).frame(2).at(30)
    p.text("Всероссийский физкультурно-спортивный комплекс", 14, "sans").text("«Готов к труду и обороне»", 14, "sans").at(64)
    p.text("УДОСТОВЕРЕНИЕ", 36, "sans-bold", p.accent).text("к золотому знаку отличия", 18, "sans").at(108)
    p.text(name, 24, "serif-bold", gap=1.8).text("V ступень, возраст 14–15 лет", 16).text("УИН 27-00-0000000", 15, "sans", gap=2.2)
    p.text("%s нормативы испытаний комплекса" % ("выполнил" if sex == "м" else "выполнила"), 15)
    signatures(p, 220, [("Руководитель центра", "Т. А. Беговая")])
    p.seal(150, 246).at(266).text("Образец для проверки программы", 11, "sans")

    name, klass, sex = who[35]
    p = page("praise", paper=(255, 255, 255), accent=(0, 0, 0)).frame(1).at(30)
    p.text("МБОУ «СОШ № 17 города Заречинска»", 14, "sans").at(64)
    p.text("ПОХВАЛЬНЫЙ ЛИСТ", 40, "serif-bold", (0, 0, 0)).at(104).text("награждается", 16)
    p.text(name, 24, "serif-bold", (0, 0, 0), gap=1.8).text("%s %s класса" % (STUDENT[sex], klass), 16)
    p.text("«За отличные успехи в учении»", 20, "serif-bold", (0, 0, 0), gap=2)
    signatures(p, 216, [("Директор школы", "И. В. Берёзкина"), ("Классный руководитель", "Е. В. Кузнецова")])
    p.at(266).text("25 мая 2027 г.", 12, "sans")
    p = page("praise-2", paper=(255, 255, 255), accent=(0, 0, 0)).at(40)
    p.text("Решение педагогического совета от 24 мая 2027 г., протокол № 9", 13, "sans", x=25)
    p.text("Регистрационный номер 14", 13, "sans", x=25)
    return made
