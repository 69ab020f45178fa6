#!/usr/bin/python3
"""What a browser relies on: the cookie, what other sites may not do, headers of every kind of answer, files, ranges, two at once, repetition.
browser_test.py BUILD"""
import gzip
import json
import os
import re
import sys
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from school import School, check  # noqa: E402

PASSWORD = "весенняя капель"
SCANS = None


class Browser:
    """Cookies and the CSRF word, as the client keeps them."""

    def __init__(self, s, login=None, password=PASSWORD):
        self.s, self.jar, self.csrf = s, s.dir + "/jar-" + uuid.uuid4().hex, ""
        if login:
            status, head, me = self.send("POST", "/session", {"login": login, "password": password})
            check(status == 200, me)
            self.csrf, self.me, self.set_cookie = me["csrf"], me, head["set-cookie"]

    def send(self, method, path, values=None, headers=(), body=None):
        headers = list(headers)
        if values is not None:
            headers.append("Content-Type: application/json")
            body = json.dumps(values).encode()
        if self.csrf and not any(h.startswith("X-Letopis-CSRF") for h in headers):
            headers.append("X-Letopis-CSRF: " + self.csrf)
        status, head, data = self.s.curl(method, "/api/v1" + path, headers, body, more=["-b", self.jar, "-c", self.jar])
        return status, head, json.loads(data) if data[:1] in (b"{", b"[") else data

    def cookie(self):
        found = re.search(r"letopis\t(\S+)$", Path(self.jar).read_text(), re.M)
        return found.group(1) if found else None


def signing_in(s):
    b = Browser(s, "director")
    parts = [p.strip() for p in b.set_cookie.split(";")]
    check(parts[0].startswith("letopis=lt_") and {"Path=/", "HttpOnly", "SameSite=Strict"} <= set(parts), parts)
    check(not any(p.lower().startswith("domain") for p in parts), parts)
    check(40000 < int([p for p in parts if p.startswith("Max-Age=")][0][8:]) <= 43200, "staff: twelve hours", parts)
    check(b.me["places"] == ["office"] and b.me["kind"] == "staff" and b.me["school"]["name"], b.me)
    check(b.send("GET", "/session")[2] == b.me, "GET answers what POST answered")
    check("token" not in b.me, "the token is the cookie's alone")
    # signing in again is a new session, and the one before is over
    old = b.cookie()
    status, _, me = b.send("POST", "/session", {"login": "director", "password": PASSWORD})
    check(status == 200 and b.cookie() != old, "rotation")
    check(me["csrf"] != b.csrf, "another session has another word")
    check(s.curl("GET", "/api/v1/session", ["Cookie: letopis=" + old])[0] == 401, "the session before is over")
    b.csrf = me["csrf"]
    # out: the cookie goes, and what somebody kept of it opens nothing
    kept = b.cookie()
    status, head, _ = b.send("DELETE", "/session")
    check(status == 204 and "Max-Age=0" in head["set-cookie"], status, head)
    check(b.cookie() is None, "the browser keeps no cookie")
    status, head, problem = s.api("GET", "/session", headers=["Cookie: letopis=" + kept])
    check(status == 401 and problem["code"] == "session.unknown", problem)
    check("Max-Age=0" in head["set-cookie"] and head["www-authenticate"].startswith("Bearer"), head)
    status, head, problem = s.api("POST", "/session", {"login": "director", "password": "неверный пароль"})
    check(status == 401 and problem["code"] == "session.wrong_login" and "set-cookie" not in head, problem)
    status, _, problem = s.api("POST", "/session", {"login": "director"})
    check(status == 422 and problem["field"] == "password", problem)


def other_sites(s):
    """What a page elsewhere could make the browser send."""
    b = Browser(s, "director")
    host = "127.0.0.1:%d" % s.port
    values = {"name": "7А"}
    bad = (["X-Letopis-CSRF: "], ["X-Letopis-CSRF: " + "A" * 22], ["X-Letopis-CSRF: " + b.csrf[:-1]], ["Sec-Fetch-Site: cross-site"],
           ["Sec-Fetch-Site: same-site"], ["Origin: https://evil.example"], ["Origin: null"], ["Origin: http://127.0.0.1.evil.example"],
           ["Origin: http://evil.example/" + host], ["Origin: http://127.0.0.1:1"])
    for headers in bad:
        status, _, problem = b.send("POST", "/classes", values, headers)
        check(status == 403 and problem["code"] in ("http.csrf", "http.other_site"), headers, status, problem)
        if "CSRF" not in headers[0]:
            status, _, problem = b.send("POST", "/session", {"login": "director", "password": PASSWORD}, headers)
            check(status == 403, "signing in from", headers)
    check(not s.api("GET", "/classes", token=b.cookie())[2]["items"], "a forged write was done")
    other = Browser(s, "director")
    check(b.send("POST", "/classes", values, ["X-Letopis-CSRF: " + other.csrf])[0] == 403, "the word of another session")
    good = (["Sec-Fetch-Site: same-origin", "Origin: http://" + host], ["Sec-Fetch-Site: none"], [])
    for i, headers in enumerate(good):
        status, _, made = b.send("POST", "/classes", {"name": "%dА" % (7 + i)}, headers)
        check(status == 201, headers, made)
    # a GET never writes, so it needs no word; a token is never sent by itself, so it needs none either
    check(b.send("GET", "/classes", headers=["X-Letopis-CSRF: "])[0] == 200)
    check(s.api("POST", "/classes", {"name": "5Б"}, token=b.cookie())[0] == 201)
    for path in ("/classes/promote", "/session", "/accounts/password"):
        check(b.send("GET", path)[0] in (200, 404, 405, 422), path)
    preflight = s.curl("OPTIONS", "/api/v1/classes", ["Origin: https://evil.example", "Access-Control-Request-Method: POST"])
    check(not [h for h in preflight[1] if h.startswith("access-control")], preflight)


def headers_everywhere(s):
    token = s.token("director", PASSWORD)
    bearer = ["Authorization: Bearer " + token]
    asked = [("GET", "/", (), 200), ("GET", "/some/view", (), 200), ("GET", "/js/main.js", (), 200), ("GET", "/nothing.js", (), 404),
             ("GET", "/api/v1/meta", (), 200), ("GET", "/api/v1/openapi.json", (), 200), ("GET", "/api/v1/session", bearer, 200),
             ("GET", "/api/v1/session", (), 401), ("GET", "/api/v1/entries", bearer, 200), ("GET", "/api/v1/none", bearer, 404),
             ("DELETE", "/api/v1/classes", bearer, 405), ("OPTIONS", "/api/v1/classes", (), 204), ("GET", "/healthz", (), 200), ("GET", "/metrics", (), 200)]
    for method, path, headers, want in asked:
        status, head, body = s.curl(method, path, headers)
        check(status == want, method, path, status, body[:200])
        check(head["x-content-type-options"] == "nosniff" and head["x-frame-options"] == "DENY" and head["referrer-policy"] == "no-referrer", path, head)
        policy = head["content-security-policy"]
        check("unsafe" not in policy and "frame-ancestors 'none'" in policy and policy.startswith("default-src 'none'"), path, policy)
        check("permissions-policy" in head and head["cross-origin-resource-policy"] == "same-origin", path, head)
        check("server" not in head and "strict-transport-security" not in head, path, head)
        check(head["cache-control"] == ("no-cache" if path in ("/", "/some/view", "/js/main.js", "/api/v1/meta", "/api/v1/openapi.json") else "no-store"), path, head["cache-control"])
        if status >= 400:
            problem = json.loads(body)
            check(head["content-type"] == "application/problem+json" and problem["status"] == status and problem["instance"] == head["x-request-id"], problem)
        if method == "GET":
            again, same, _ = s.curl("HEAD", path, headers)
            check(again == status and same.get("content-length") == head.get("content-length"), "HEAD", path, again, same)
    check(s.curl("DELETE", "/api/v1/classes", bearer)[1]["allow"].startswith("POST, GET"))
    russian, english = (json.loads(s.curl("GET", "/api/v1/session", ["Accept-Language: " + l])[2])["detail"] for l in ("ru-RU,en;q=0.5", "en-GB"))
    check(russian == "Чтобы продолжить, войдите." and english == "Sign in to go on.", russian, english)
    check(json.loads(s.curl("GET", "/api/v1/session?lang=en", ["Accept-Language: ru"])[2])["detail"] == english)


def pages(s):
    status, head, plain = s.curl("GET", "/js/main.js")
    tag = head["etag"]
    check(head["content-type"].startswith("text/javascript") and head["vary"].lower() == "accept-encoding", head)
    status, head, packed = s.curl("GET", "/js/main.js", ["Accept-Encoding: br, gzip"])
    check(head["content-encoding"] == "gzip" and gzip.decompress(packed) == plain and len(packed) < len(plain), head)
    check(s.curl("GET", "/js/main.js", ["Accept-Encoding: gzip;q=0"])[1].get("content-encoding") is None)
    status, head, body = s.curl("GET", "/js/main.js", ["If-None-Match: " + tag])
    check(status == 304 and body == b"" and head["etag"] == tag, status, head)
    check(s.curl("GET", "/js/main.js", ['If-None-Match: "another"'])[0] == 200)
    meta = s.curl("GET", "/api/v1/meta", ["Accept-Encoding: gzip"])
    check(meta[1]["content-encoding"] == "gzip" and json.loads(gzip.decompress(meta[2]))["school"]["name"] == "Школа № 7", meta[1])
    # words and limits for every page, fields for those with forms; a browser asks whether they still hold
    plain = s.curl("GET", "/api/v1/meta")
    words = json.loads(plain[2])
    check("use_cases" not in words and "publication.run" in words["jobs"], list(words))
    check(words["limits"]["file_bytes"] == 20 << 20 and "pdf" in words["limits"]["file_names"] and "limits" not in words["school"], words["limits"])
    check(len(plain[2]) < 32 << 10, "%d bytes" % len(plain[2]))
    fields = json.loads(s.curl("GET", "/api/v1/meta?noun=entry&noun=review&noun=nothing")[2])
    check({k.split(".")[0] for k in fields["use_cases"]} == {"entry", "review"} and "sets" not in fields, list(fields["use_cases"]))
    title = [f for f in fields["use_cases"]["entry.add"]["fields"] if f["name"] == "title"]
    check(title and title[0]["label"] and title[0]["type"] == "text", title)
    check(plain[1]["cache-control"] == "no-cache" and "Accept-Language" in plain[1]["vary"], plain[1])
    again = ["If-None-Match: " + plain[1]["etag"]]
    check(s.curl("GET", "/api/v1/meta", again)[0] == 304)
    check(s.curl("GET", "/api/v1/meta?noun=entry", again)[0] == 200)
    check(s.curl("GET", "/api/v1/meta", again + ["Accept-Language: en"])[0] == 200)
    s.cli("school", "set", "--setting", "file.max_mb=30")
    changed = s.curl("GET", "/api/v1/meta", again)
    check(changed[0] == 200 and json.loads(changed[2])["limits"]["file_bytes"] == 30 << 20, changed[0])
    s.cli("school", "set", "--setting", "file.max_mb=20")
    me = s.curl("GET", "/api/v1/session", ["Accept-Encoding: gzip"], token=s.token("director", PASSWORD))
    check("content-encoding" not in me[1], "an answer with a secret is not packed")
    for path in ("/js", "/js/", "/index.html/", "/css/none.css", "/api/v1", "/api/v2/meta", "/i18n/../index.html"):
        check(s.curl("GET", path, more=["--path-as-is"])[0] in (200, 400, 404), path)
    check(s.curl("GET", "/api/v2/meta")[0] == 404)


def a_pupil(s, b):
    klass = b.send("POST", "/classes", {"name": "6В"})[2]["id"]
    pupil = b.send("POST", "/pupils", {"surname": "Краснова", "name": "Вера", "birth": "2014-02-03", "sex": "f", "class": klass})[2]["id"]
    parent = b.send("POST", "/people", {"surname": "Краснова", "name": "Ольга"})[2]["id"]
    b.send("POST", "/pupils/%s/guardians/%s" % (pupil, parent), {"kind": "parent"})
    s.cli("consent", "give", "--pupil", pupil, "--purpose", "processing", "--by", parent, "--paper", SCANS + "/01-olympiad-diploma.pdf")
    slip = s.cli("account", "create", parent, "--login", "olga")["password"]
    s.cli("account", "confirm", parent)
    # the slip's password opens nothing but the change of itself, after which the same session goes on
    mother = Browser(s, "olga", slip)
    check(mother.me["must_change"] and mother.me["places"] == ["guardian"] and mother.me["children"][0]["class"] == "6В", mother.me)
    status, _, problem = mother.send("GET", "/entries")
    check(status == 428 and problem["code"] == "session.must_change" and "letopis account" not in problem["detail"], problem)
    check(mother.send("POST", "/accounts/password", {"new_password": "капель весенняя"})[0] == 200)
    check(mother.send("GET", "/entries")[0] == 200, "the session goes on")
    return mother, pupil


def entry_with(s, b, pupil, files, values=None):
    values = {"pupil": pupil, "activity": "contest", "title": "Конкурс", "level": "school", "result": "winner", "date": "2026-10-10", **(values or {})}
    more = ["-F", "values=%s;type=application/json" % json.dumps(values)]
    for f in files:
        more += ["-F", "file=@%s" % f]
    headers = ["X-Letopis-CSRF: " + b.csrf]
    status, head, data = s.curl("POST", "/api/v1/entries", headers, more=more + ["-b", b.jar])
    return status, json.loads(data)


def files(s, b, pupil):
    scan = SCANS + "/02-sport-gramota-scan.jpg"
    whole = Path(scan).read_bytes()
    status, entry = entry_with(s, b, pupil, [scan])
    check(status == 201 and entry["files"][0]["size"] == len(whole), entry)
    path, jar = "/api/v1/entries/%s/files" % entry["id"], ["-b", b.jar]
    status, head, body = s.curl("GET", path, more=jar)
    check(status == 200 and body == whole and int(head["content-length"]) == len(whole), status, head)
    check(head["content-disposition"].startswith("attachment; filename=") and "sandbox" in head["content-security-policy"], head)
    check(head["cache-control"] == "private, no-cache" and head["accept-ranges"] == "bytes" and head["x-content-type-options"] == "nosniff", head)
    tag = head["etag"]
    n = len(whole)
    ranges = (("bytes=0-0", 206, whole[:1]), ("bytes=10-19", 206, whole[10:20]), ("bytes=%d-" % (n - 5), 206, whole[-5:]), ("bytes=-7", 206, whole[-7:]),
              ("bytes=0-%d" % (n * 2), 200, whole), ("bytes=70000-140000", 206, whole[70000:140001]), ("bytes=%d-" % n, 416, b""), ("bytes=5-4", 200, whole),
              ("bytes=0-1,4-5", 200, whole), ("lines=1-2", 200, whole), ("bytes=a-b", 200, whole), ("bytes=-0", 416, b""))
    for text, want, bytes_ in ranges:
        status, head, body = s.curl("GET", path, ["Range: " + text], more=jar)
        check(status == want and body == bytes_, "range", text, status, len(body))
        if want == 206:
            check(re.fullmatch(r"bytes \d+-\d+/%d" % n, head["content-range"]), head)
    check(s.curl("GET", path, ["Range: bytes=0-3", "If-Range: " + tag], more=jar)[0] == 206)
    check(s.curl("GET", path, ["Range: bytes=0-3", 'If-Range: "old"'], more=jar)[0] == 200)
    status, head, body = s.curl("GET", path, ["If-None-Match: " + tag], more=jar)
    check(status == 304 and body == b"" and head["etag"] == tag, status, head)
    check(s.curl("GET", path)[0] == 401 and s.curl("GET", path, ["If-None-Match: " + tag])[0] == 401, "a tag opens nothing")
    return entry


def hostile_names(s, b, pupil):
    """A name is words, wherever it goes."""
    names = ['"><img src=x onerror=alert(1)>.jpg', "..%2f..%2fevil<b>.jpg", "a\u202egpj.exe.jpg", "имя с пробелом; x=y.jpg", "%0d%0aSet-Cookie: a=b.jpg", "CON.jpg",
             "'" + "д" * 300 + "'.jpg"]
    for name in names:
        disk = s.dir + "/sent.jpg"
        # every file another one: the last bytes of a JPEG may be anything
        Path(disk).write_bytes(Path(SCANS + "/02-sport-gramota-scan.jpg").read_bytes() + os.urandom(8))
        given = name.replace("\\", "\\\\").replace('"', '\\"')
        more = ["-F", "values=%s;type=application/json" % json.dumps({"pupil": pupil, "title": "Имя файла", "activity": "contest"}),
                "-F", 'file=@%s;filename="%s"' % (disk, given), "-b", b.jar]
        status, _, data = s.curl("POST", "/api/v1/entries", ["X-Letopis-CSRF: " + b.csrf], more=more)
        entry = json.loads(data)
        if status == 422:  # a name that is refused is an answer too
            continue
        check(status == 201, name, status, entry)
        status, head, body = s.curl("GET", "/api/v1/entries/%s/files" % entry["id"], more=["-b", b.jar])
        got = head["content-disposition"]
        check(status == 200 and "set-cookie" not in head, head)
        check(re.fullmatch(r"attachment; filename=\"[ !#-:=-\[\]-~]*\"; filename\*=UTF-8''[A-Za-z0-9%._~!-]*", got), got)
        check("/" not in got.split("filename*=")[0] and "%2F" not in got.upper().split("UTF-8''")[1], got)


def active_files(s, b, pupil):
    """What a browser would run is kept as bytes, or not taken."""
    svg = s.file("a.svg", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    html = s.file("a.html", "<!doctype html><script>alert(1)</script>")
    text = s.file("a.txt", "<html><script>alert(1)</script>")
    for f in (svg, html, text):
        status, entry = entry_with(s, b, pupil, [f], {"title": "Файл " + f[-4:]})
        if status == 422:
            continue
        check(status == 201, f, status, entry)
        _, head, _ = s.curl("GET", "/api/v1/entries/%s/files" % entry["id"], more=["-b", b.jar])
        check(head["content-type"] in ("application/octet-stream", "text/plain"), f, head["content-type"])
        check(head["content-disposition"].startswith("attachment") and "sandbox" in head["content-security-policy"], head)


def two_at_once(s, b, entry):
    path = "/entries/" + entry["id"]
    status, head, shown = b.send("GET", path)
    check(head["etag"] == '"%d"' % shown["revision"], head)
    status, head, moved = b.send("PATCH", path, {"title": "Конкурс чтецов"}, ["If-Match: " + head["etag"]])
    check(status == 200 and head["etag"] == '"%d"' % (shown["revision"] + 1), status, moved)
    status, _, lost = b.send("PATCH", path, {"title": "Другое"}, ['If-Match: "%d"' % shown["revision"]])
    check(status == 412 and lost["code"] == "entry.revision_moved", lost)
    check(lost["params"] == {"seen": str(shown["revision"]), "now": str(shown["revision"] + 1)} and lost["details"], lost)
    check(b.send("GET", path)[2]["title"] == "Конкурс чтецов")
    status, _, twice = b.send("PATCH", path, {"title": "Другое", "revision": 1}, ['If-Match: "2"'])
    check(status == 422 and twice["code"] == "http.twice", twice)


def repetition(s, b, pupil):
    """A phone that lost its connection sends the same again."""
    key = "Idempotency-Key: " + str(uuid.uuid4())
    values = {"pupil": pupil, "activity": "contest", "title": "Один раз"}
    first = b.send("POST", "/entries", values, [key])
    again = b.send("POST", "/entries", values, [key])
    check(first[0] == 201 and again[0] == 201 and first[2]["id"] == again[2]["id"], first[2], again[2])
    titles = [e["title"] for e in b.send("GET", "/entries?limit=500")[2]["items"]]
    check(titles.count("Один раз") == 1, titles)
    check(b.send("POST", "/entries", values, ["Idempotency-Key: " + str(uuid.uuid4())])[2]["id"] != first[2]["id"])


def lists(s, b):
    seen, cursor = [], ""
    while True:
        status, _, page = b.send("GET", "/entries?limit=2" + cursor)
        check(status == 200 and len(page["items"]) <= 2 and set(page) == {"items", "next"}, page)
        seen += [e["id"] for e in page["items"]]
        if not page["next"]:
            break
        cursor = "&cursor=" + page["next"]
    check(len(seen) == len(set(seen)) > 4, "pages overlap", seen)
    check(len(b.send("GET", "/entries?level=school&level=class")[2].get("items", [])) >= 0)
    check(b.send("GET", "/entries?limit=0")[0] == 422 and b.send("GET", "/entries?limit=501")[0] == 422)


def main():
    global SCANS
    SCANS = sys.argv[1] + "/testdata/scans"
    s = School(sys.argv[1])
    try:
        s.start()
        signing_in(s)
        other_sites(s)
        headers_everywhere(s)
        pages(s)
        b = Browser(s, "director")
        b, pupil = a_pupil(s, b)
        entry = files(s, b, pupil)
        hostile_names(s, b, pupil)
        active_files(s, b, pupil)
        two_at_once(s, b, entry)
        repetition(s, b, pupil)
        lists(s, b)
        check(s.stop() == 0, "the server ended badly")
    finally:
        s.close()


main()
