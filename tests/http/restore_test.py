#!/usr/bin/python3
"""A backup becomes a school that works: restored while the old server goes on, served, asked over HTTP. restore_test.py BUILD"""
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from school import School, check  # noqa: E402

WORDS = "ещё другие слова"


def look(s, token, pupil, entry, path):
    """What people see of a pupil: the page, the portfolio, the file."""
    status, head, page = s.curl("GET", "/pupils/" + pupil, ["Accept: text/html"])
    check(status == 200 and head["content-type"].startswith("text/html") and b"<script" in page, status, head)
    status, _, shown = s.api("GET", "/pupils/%s/portfolio" % pupil, token=token)
    check(status == 200, status, shown)
    status, _, one = s.api("GET", "/entries/" + entry, token=token)
    check(status == 200, status, one)
    status, head, data = s.curl("GET", "/api/v1/entries/%s/files?path=%s" % (entry, path), token=token)
    check(status == 200 and head["content-type"] == "application/pdf", status, head)
    return shown, one, data


def restore(s, code, to):
    run = subprocess.run([s.program, "-C", s.data, "--json", "backup", "restore", "--from", s.dir + "/disk", "--to", to, "--password-file",
                          s.file("code", code + "\n")], capture_output=True, text=True)
    check(run.returncode == 0, run.stdout, run.stderr)
    return json.loads(run.stdout)


def main(build):
    s = School(build)
    scan = Path(build, "testdata/scans/01-olympiad-diploma.pdf")
    try:
        klass = s.cli("class", "add", "--name", "9А")["id"]
        pupil, gone = (s.cli("pupil", "add", "--surname", x, "--name", "Пётр", "--birth", "2011-05-05", "--class", klass, "--number", n)["id"]
                       for x, n in (("Ученик", "1"), ("Уходящий", "2")))
        e = s.cli("entry", "add", "--pupil", pupil, "--title", "Диплом", "--file", str(scan))
        entry, path = e["id"], e["files"][0]["path"]
        s.start()
        s.newcomer("Заместителева", "deputy", WORDS, "deputy_head")
        old = s.token("deputy", WORDS)
        before = look(s, old, pupil, entry, path)
        check(before[2] == scan.read_bytes(), "the file is the one that was given")

        Path(s.dir, "disk").mkdir()
        s.cli("carrier", "add", "--folder", s.dir + "/disk", "--number", "101", "--place", "Сейф", "--keeper", "Петров")
        s.cli("backup", "run", "--to", "101")
        code = s.cli("backup", "code")["code"]
        s.cli("pupil", "erase", gone, "--ground", "withdrawn", "--reason", "Заявление семьи", "--confirm", "2")
        made = restore(s, code, s.dir + "/restored")
        check(made["repeated"] == 1 and made["erased"] == 1 and made["repeated_left"] == 0, made)
        check(look(s, old, pupil, entry, path) == before, "the school went on meanwhile")
        check(s.stop() == 0)

        s.data = s.dir + "/restored"
        s.start()
        check(s.api("GET", "/pupils/%s/portfolio" % pupil, token=old)[0] == 401, "sessions ended with the copy")
        new = s.token("deputy", WORDS)
        after = look(s, new, pupil, entry, path)
        check(after == before, "the same portfolio", after[:2])
        check(s.api("GET", "/pupils/" + gone, token=new)[0] == 404)
        status, _, answer = s.api("POST", "/entries", {"pupil": pupil, "title": "После возвращения"}, new)
        check(status == 201, status, answer)
        check(s.stop() == 0)
        s.start()
        status, _, answer = s.api("GET", "/entries/" + answer["id"], token=new)
        check(status == 200 and answer["title"] == "После возвращения", status, answer)
        check(s.cli("system", "fsck")["faults"] == 0)
        check(s.stop() == 0)
    finally:
        s.close()


if __name__ == "__main__":
    main(sys.argv[1])
