"""Every cell of the shipped norms on both sides, read here by other means than the plugin's: the csv module and decimals.

    gto_norms.py BATCH DATA     BATCH: plugin_gto_batch; DATA: plugins/gto/data
"""
import csv
import json
import os
import subprocess
import sys
import tempfile
from decimal import Decimal

BATCH, DATA = sys.argv[1:3]
BADGES = ("bronze", "silver", "gold")
STEP = {"s": ("0.1", "0.01"), "time": ("1",), "m": ("1", "0.01"), "cm": ("1",), "count": ("1",), "points": ("1",)}
failures = []


def rows(name):
    with open(os.path.join(DATA, name), encoding="utf-8") as f:
        return [r for r in csv.reader((line for line in f if not line.startswith("#")), delimiter=";")]


TESTS = {r[1]: {"unit": r[2], "lower": r[3] == "lower", "ru": r[4], "en": r[5], "syn": r[6].split("|")} for r in rows("tests.csv")}
LEVELS = {r[1]: r for r in rows("2023.csv") if r[0] == "level"}
NORMS = [r for r in rows("2023.csv") if r[0] == "norm"]


def number(unit, text):
    if unit == "time":
        minutes, seconds = text.split(":")
        return Decimal(minutes) * 60 + Decimal(seconds)
    return Decimal(text)


def written(unit, value, way):
    """As people write it: way 0 as the tables do, way 1 with the comma."""
    if unit == "time":
        minutes, seconds = divmod(int(value), 60)
        return "%d%s%02d" % (minutes, ":,"[way], seconds)
    text = format(value.normalize(), "f")
    return text.replace(".", ",") if way else text


def run(items, lang="ru", counts=None, files=None):
    files = files or [{"path": os.path.join(DATA, n)} for n in sorted(os.listdir(DATA))]
    job = json.dumps({"lang": lang, "counts": counts or {}, "files": files})
    text = "".join(json.dumps(i, ensure_ascii=False) + "\n" for i in items)
    done = subprocess.run([BATCH, job], input=text, capture_output=True, text=True)
    return done, [json.loads(line) for line in done.stdout.split("\n") if line]


def check(what, got, expected):
    if got != expected:
        failures.append("%s: %r, expected %r" % (what, got, expected))


def item(sex, age, results, date="2026-03-05", board=False):
    return {"pupil": "p", "sex": sex, "date": date, "age": age, "board": board,
            "results": [{"id": str(n), "kind": k, "value": v, "date": d or date, "age": a if a is not None else age}
                        for n, (k, v, d, a) in enumerate(results)]}


def one(sex, age, test, value, date="2026-03-05"):
    return item(sex, age, [(test, value, None, None)], date)


def every_cell():
    items, expected = [], []
    cells = 0
    for norm in NORMS:
        _, level, sex, quality, test, *rest = norm
        unit, lower = TESTS[test]["unit"], TESTS[test]["lower"]
        values = [number(unit, v) for v in rest[:3]]
        sources = [int(n) for n in rest[3].split("/")]
        tries = set()
        for v in values:
            cells += 1
            for step in STEP[unit]:
                tries |= {v, v - Decimal(step), v + Decimal(step)}
        for n, v in enumerate(sorted(tries)):
            if unit != "cm" and v < 0:
                continue
            reached = [b for b, norm_value in enumerate(values) if (v <= norm_value if lower else v >= norm_value)]
            badge = BADGES[max(reached)] if reached else "none"
            age = int(LEVELS[level][2 + n % 2])
            name = (test, TESTS[test]["ru"], TESTS[test]["en"])[n % 3]
            items.append(one(sex.lower(), age, name, written(unit, v, n % 2)))
            expected.append({"level": level, "quality": quality, "badge": badge, "edition": "2023", "test": test,
                             "sources": sources[max(reached) if reached else 0],
                             "note": (rest + ["", "", ""])[5] or None, "doubt": (rest + ["", "", ""])[6] or None})
    _, answers = run(items)
    check("answers", len(answers), len(items))
    for i, answer, wanted in zip(items, answers, expected):
        got = answer["results"][0]
        check(json.dumps(i["results"], ensure_ascii=False), {k: got.get(k) for k in wanted}, wanted)
    check("cells", cells, 624)
    check("cells on one source", sum(1 for n in NORMS for s in n[8].split("/") if s == "1"), 94)
    print("%d cells, %d results on both sides" % (cells, len(items)))


def synonyms():
    """Each synonym finds its test at each of its levels, unless the level has two tests that bear it: then both are named."""
    items, expected = [], []
    for norm in NORMS:
        _, level, sex, _, test, *_ = norm
        here = {n[4] for n in NORMS if n[1] == level and n[2] == sex}
        for word in TESTS[test]["syn"]:
            both = {t for t in here if word in TESTS[t]["syn"]}
            items.append(one(sex.lower(), int(LEVELS[level][2]), word.upper(), norm[5]))
            expected.append(test if both == {test} else sorted(TESTS[t]["ru"] for t in both))
    _, answers = run(items)
    for i, answer, wanted in zip(items, answers, expected):
        got = answer["results"][0]
        p = got.get("problem")
        check(i["results"][0]["kind"], sorted(p["candidates"]) if p else got["test"], wanted)
    print("%d names" % len(items))


def readings():
    table = [  # sex, age, test, value, badge or problem, value kept
        ("m", 15, "run_2000", "9,11", "silver", "9:11"),
        ("m", 15, "run_2000", "9.11", "silver", "9:11"),
        ("m", 15, "run_2000", "9 мин 11 с", "silver", "9:11"),
        ("m", 15, "run_2000", "9'11\"", "silver", "9:11"),
        ("m", 15, "run_2000", "09:11:00", "silver", "9:11"),
        ("m", 15, "run_2000", "00:09:11", "silver", "9:11"),
        ("m", 15, "run_2000", "09:11.50", "silver", "9:11.5"),
        ("m", 15, "run_2000", "551", "silver", "9:11"),
        ("m", 15, "run_2000", "551 с", "silver", "9:11"),
        ("m", 15, "run_2000", "9,1", "value_time_digits", None),
        ("m", 15, "run_2000", "9:75", "value_form", None),
        ("m", 15, "run_2000", "9", "value_unlikely", None),
        ("m", 15, "run_2000", "9:11:30", "value_form", None),
        ("m", 15, "run_2000", "911 м", "value_unit", None),
        ("m", 15, "run_60", "9,11", "bronze", "9.11"),
        ("m", 15, "run_60", "9.1 с", "silver", "9.1"),
        ("m", 15, "run_60", "9,10", "silver", "9.1"),
        ("m", 15, "run_60", "0:09,1", "silver", "9.1"),
        ("m", 15, "run_60", "91", "value_unlikely", None),
        ("m", 15, "run_60", "-9,1", "value_form", None),
        ("m", 15, "run_60", "9,1,1", "value_form", None),
        ("m", 15, "run_60", "девять", "value_form", None),
        ("m", 15, "run_60", "", "value_empty", None),
        ("m", 15, "run_60", "н/я", "value_empty", None),
        ("m", 15, "run_60", "—", "value_empty", None),
        ("m", 15, "run_60", "осв.", "value_empty", None),
        ("m", 15, "run_60", "б/р", "value_empty", None),
        ("m", 15, "run_60", "9,1?", "value_form", None),
        ("m", 15, "run_60", "5,9", "value_unlikely", None),
        ("m", 15, "run_2000", "2:15", "value_unlikely", None),
        ("m", 15, "run_2000", "9:5", "value_time_digits", None),
        ("m", 15, "run_2000", "9:7", "silver", "9:07"),
        ("m", 15, "swim_50", "1м20с", "bronze", "1:20"),
        ("m", 15, "swim_50", "1 мин. 20 сек.", "bronze", "1:20"),
        ("m", 15, "swim_50", "2,15", "none", "2:15"),
        ("m", 8, "swim_25", "0:22", "gold", "0:22"),
        ("m", 15, "long_jump", "2м18", "gold", "218"),
        ("m", 15, "long_jump", "1930", "value_unlikely", None),
        ("m", 15, "self_defence", "26-30 баллов", "gold", "26"),
        ("m", 15, "self_defence", "31", "value_unlikely", None),
        ("m", 8, "смешанное передвижение", "6:00", "test_unclear", None),
        ("m", 15, "pull_ups_low", "0", "none", "0"),
        ("f", 15, "flexibility", "+8", "silver", "8"),
        ("f", 15, "flexibility", "−13", "none", "-13"),
        ("f", 15, "flexibility", "-13 см", "none", "-13"),
        ("f", 15, "flexibility", "15", "gold", "15"),
        ("m", 15, "long_jump", "218", "gold", "218"),
        ("m", 15, "long_jump", "2,18 м", "gold", "218"),
        ("m", 15, "long_jump", "2 м 18 см", "gold", "218"),
        ("m", 15, "long_jump", "2,18", "value_unlikely", None),
        ("m", 15, "ball_150", "35,5 м", "silver", "35.5"),
        ("m", 15, "ball_150", "4100 см", "gold", "41"),
        ("m", 15, "pull_ups", "13 раз", "gold", "13"),
        ("m", 15, "pull_ups", "0", "none", "0"),
        ("m", 15, "pull_ups", "12,5", "value_form", None),
        ("m", 15, "pull_ups", "13 см", "value_unit", None),
        ("m", 15, "pull_ups", "13.0", "gold", "13"),
        ("m", 15, "self_defence", "26-30", "gold", "26"),
        ("m", 15, "self_defence", "21–25", "silver", "21"),
        ("m", 15, "self_defence", "15-20 очков", "bronze", "15"),
        ("m", 15, "self_defence", "20-26", "value_band", None),
        ("m", 15, "hiking", "5 навыков", "silver", "5"),
        ("m", 6, "run_6min", "0,8 км", "gold", "800"),
        ("m", 15, "бег 60м", "9.1", "silver", "9.1"),
        ("m", 15, "Бег на 2 км", "9:11", "silver", "9:11"),
        ("m", 15, "3х10", "7,7", "silver", "7.7"),
        ("m", 15, "челночный бег 3 × 10 м", "7,7", "silver", "7.7"),
        ("m", 15, "Прыжок в длину с места (см)", "218", "gold", "218"),
        ("m", 15, "отжимания", "25", "silver", "25"),
        ("m", 15, "наклон вперёд", "6", "silver", "6"),
        ("m", 15, "Подтягивание", "13", "test_unclear", None),
        ("f", 15, "Подтягивание", "13", "silver", "13"),
        ("m", 15, "бег на 100 м", "13", "test_not_in_level", None),
        ("m", 15, "шахматы", "13", "test_unknown", None),
        ("m", 15, "бег", "13", "test_unclear", None),
        ("m", 15, "", "13", "test_unknown", None),
        ("m", 5, "run_10", "3.1", "no_level", None),
        ("m", 20, "run_100", "13", "no_level", None),
    ]
    done, answers = run([one(s, a, t, v) for s, a, t, v, _, _ in table])
    check("readings", len(answers), len(table))
    for row, answer in zip(table, answers):
        got = answer["results"][0]
        verdict = got["problem"]["code"] if "problem" in got else got["badge"]
        check("%s %s" % row[2:4], (verdict, got.get("value")), row[4:6])
        if row[4].startswith("test_"):
            check("candidates of %s" % row[2], len(got["problem"]["candidates"]) > 1, True)


def boards():
    """Boys of level V: four obligatory qualities and one by choice for silver."""
    silver = [("run_60", "9.1"), ("run_2000", "9:27"), ("pull_ups", "9"), ("flexibility", "6"), ("long_jump", "193")]
    gold = [("run_60", "8.1"), ("run_2000", "8:00"), ("pull_ups", "13"), ("flexibility", "11"), ("long_jump", "218"), ("shuttle", "7.1")]

    def board(results, counts=None, sex="m", age=15, lang="ru"):
        _, answers = run([item(sex, age, [(t, v, None, None) for t, v in results], board=True)], lang, counts)
        return answers[0]["board"]

    def missing(b, badge):
        return next(((m["obligatory"], m["choice"]) for m in b["missing"] if m["badge"] == badge), None)

    check("silver", board(silver)["badge"], "silver")
    check("gold", board(gold)["badge"], "gold")
    check("nothing", (board([])["badge"], missing(board([]), "bronze"), missing(board([]), "gold")), ("none", (4, 1), (4, 2)))
    for n in range(4):  # each obligatory quality is needed
        check("without %s" % silver[n][0], board(silver[:n] + silver[n + 1:])["badge"], "none")
    check("without choice", (board(silver[:4])["badge"], missing(board(silver[:4]), "bronze")), ("none", (0, 1)))
    check("one choice is not gold", (board(gold[:5])["badge"], missing(board(gold[:5]), "gold")), ("silver", (0, 1)))
    # two tests of one quality count once
    check("two of one quality", board(gold[:5] + [("sit_ups", "50")])["badge"], "silver")
    check("one bronze of obligatory", board([("run_60", "9.7")] + gold[1:])["badge"], "bronze")
    check("the best counts", board([("run_60", "9.7"), ("run_60", "9.1"), ("run_60", "10")] + silver[1:])["badge"], "silver")
    b = board([("run_60", "9.5")] + silver[1:])
    check("next", (b["badge"], missing(b, "silver")), ("bronze", (1, 0)))
    text = next(m["text"] for m in b["missing"] if m["badge"] == "silver")
    check("words", text, "Скоростные возможности: Бег на 60 м — быстрее на 0,4 с, нужно 9,1 с.")
    english = board([("run_60", "9.5")] + silver[1:], lang="en")
    check("English", english["missing"][0]["text"], "Speed: 60 m run: faster by 0.4 s, 9.1 s is needed.")
    # level I: results are judged, the badge waits for the school
    first = [("run_10", "3.1"), ("run_6min", "800"), ("long_jump", "115"), ("flexibility", "7"), ("shuttle", "9.9")]
    b = board(first, age=6)
    check("level I", (b["judged"], b["badge"], b["missing"], [q["badge"] for q in b["qualities"]]),
          (False, "none", [], ["gold", "gold", "gold", "gold", "gold", "none"]))
    b = board(first, {"I": {"bronze": 4, "silver": 5, "gold": 6}}, age=6)
    check("level I with the school's number", (b["judged"], b["badge"], missing(b, "gold")), (True, "silver", (0, 1)))


def two_editions():
    """A made-up edition of the school beside ours: each result is judged by the norms of its day."""
    lines = ["edition;next;2027-01-01;;Придуманная редакция;Made-up edition", "quality;speed;Скорость;Speed", "quality;strength;Сила;Strength",
             "level;V;13;15;1;1;1;1;speed;S", "test;spin;s;lower;Вертушка (с);Spin (s);вертушка",
             "norm;V;M;speed;run_60;9.0;8.5;8.0;1/1/1;S;", "norm;V;M;strength;spin;5.0;4.0;3.0;1/1/1;S;"]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "next.csv")
        files = [{"path": os.path.join(DATA, n)} for n in sorted(os.listdir(DATA))] + [{"path": path, "origin": "school"}]

        def with_lines(text):
            with open(path, "w", encoding="utf-8-sig", newline="\r\n") as f:
                f.write("\n".join(text) + "\n")

        with_lines(lines)
        _, answers = run([one("m", 15, "run_60", "9.1", "2026-12-31"), one("m", 15, "run_60", "9.1", "2027-01-01"),
                          one("m", 13, "run_60", "9.0", "2027-01-01"), one("m", 15, "вертушка", "4,0", "2027-01-01"),
                          one("m", 15, "вертушка", "4,0", "2026-12-31"), one("m", 15, "run_60", "9.1", "2023-03-31"),
                          item("m", 15, [("run_60", "9.1", "2026-12-31", 15), ("run_60", "9.1", "2027-01-01", 15)], "2027-02-01", True)],
                         files=files)
        got = [(a["results"][0].get("edition"), a["results"][0].get("level"),
                a["results"][0].get("badge") or a["results"][0]["problem"]["code"]) for a in answers]
        check("editions", got[:6], [("2023", "V", "silver"), ("next", "V", "none"), ("next", "V", "bronze"), ("next", "V", "silver"),
                                    ("2023", "V", "test_not_in_level"), (None, None, "no_edition")])
        check("across", ([r["badge"] for r in answers[6]["results"]], answers[6]["board"]["edition"], answers[6]["board"]["badge"]),
              (["silver", "none"], "next", "silver"))
        # the school's own file of the same name stands in the place of ours
        with_lines(["edition;2023;2023-04-01;;Исправленная;Corrected", "quality;speed;Скорость;Speed", "level;V;14;15;1;1;1;1;speed;S",
                    "norm;V;M;speed;run_60;9.0;8.5;8.0;1/1/1;S;"])
        _, answers = run([one("m", 15, "run_60", "9.1")], files=files)
        check("corrected", answers[0]["results"][0]["badge"], "none")
        for number_of, (bad, why) in enumerate([
                ("norm;V;M;speed;run_60;9.0;9.5;8.0;1/1/1;S;", "бронзы к золоту"), ("norm;V;X;speed;run_60;9.0;8.5;8.0;1/1/1;S;", "M или F"),
                ("norm;V;M;speed;juggle;9.0;8.5;8.0;1/1/1;S;", "«test»"), ("norm;V;M;speed;run_60;9,x;8.5;8.0;1/1/1;S;", "норматив"),
                ("level;VI;15;16;1;1;1;1;speed;S", "пересекается"), ("что-то;V", "незнакомого слова"), ("norm;V;M;speed;run_60;9;8;7;1/1;S", "2/2/2")]):
            with_lines(lines[:4] + [bad])
            done, answers = run([one("m", 15, "run_60", "9.1")], files=files)
            check("bad table %d" % number_of, (answers, "next.csv" in done.stderr, "строка 5" in done.stderr, why in done.stderr),
                  ([{"error": "plugin.refused"}], True, True, True))


def same_each_time():
    items = [item(s, a, [(n[4], n[5], None, None) for n in NORMS if n[2].lower() == s], board=True) for s in "mf" for a in range(6, 20)]
    first, _ = run(items)
    second, _ = run(items)
    check("the same bytes each time", first.stdout == second.stdout and len(first.stdout) > 1000, True)


every_cell()
synonyms()
readings()
boards()
two_editions()
same_each_time()
for line in failures[:40]:
    print(line)
print("%d failures" % len(failures) if failures else "all as expected")
sys.exit(1 if failures else 0)
