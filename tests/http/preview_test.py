#!/usr/bin/python3
"""Previews as a browser asks for them: preview_test.py BUILD"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from school import School, check  # noqa: E402


def main(build):
    s = School(build)
    try:
        klass = s.cli("class", "add", "--name", "9А")["id"]
        pupil = s.cli("pupil", "add", "--surname", "Ученик", "--name", "Пётр", "--birth", "2011-05-05", "--class", klass)["id"]
        scans = Path(build, "testdata/scans")
        words = ["entry", "add", "--pupil", pupil, "--title", "Грамота"]
        for name in ("04-thanks-photo.jpg", "06-course-three-pages.pdf", "11-essay.docx"):
            words += ["--file", str(scans / name)]
        entry = s.cli(*words)
        paths = [f["path"] for f in entry["files"]]
        s.start()
        s.newcomer("Заместителева", "deputy", "ещё другие слова", "deputy_head")
        s.newcomer("Посторонняя", "stranger", "совсем другие слова")
        token, stranger = s.token("deputy", "ещё другие слова"), s.token("stranger", "совсем другие слова")
        at = "/api/v1/entries/%s/files/preview?size=320&path=" % entry["id"]
        status, head, body = s.curl("GET", at + paths[0], token=token)
        check(status == 200 and head["content-type"] == "image/webp" and body[:4] == b"RIFF", status, head)
        check(b"Exif" not in body and b"EXIF" not in body and b"Maria Ivanova" not in body)
        check(head["x-letopis-pages"] == "1" and head["cache-control"] == "private, no-cache", head)
        check("sandbox" in head["content-security-policy"] and head["x-content-type-options"] == "nosniff", head)
        check(s.curl("GET", at + paths[0], ["If-None-Match: " + head["etag"]], token=token)[0] == 304)
        status, head, _ = s.curl("GET", at + paths[1] + "&page=3", token=token)
        check(status == 200 and head["x-letopis-pages"] == "3", status, head)
        check(s.curl("GET", at + paths[1] + "&page=4", token=token)[0] == 404)
        status, _, answer = s.api("GET", "/entries/%s/files/preview?path=%s" % (entry["id"], paths[2]), token=token)
        check(status == 422 and answer["code"] == "preview.none" and answer["field"] == "path", status, answer)
        check(s.curl("GET", at + paths[0] + "&lang=ru", token=stranger)[0] == 404, "kept, and not for everybody")
        check(s.curl("GET", at + paths[0])[0] == 401)
        check(s.curl("GET", at + "..%2f..%2fpupil.json", token=token)[0] == 404)
        check(s.stop() == 0)
    finally:
        s.close()


if __name__ == "__main__":
    main(sys.argv[1])
