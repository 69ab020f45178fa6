#!/usr/bin/python3
"""Signing in through the web: slip, lock-out by address, second factor, sessions elsewhere, tokens of programs: signin_test.py BUILD"""
import base64
import hashlib
import hmac
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from school import School, check  # noqa: E402

PASSWORD = "весенняя капель"
OWN = "своими словами сказано"


def code(secret, step):
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[19] & 15
    return "%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7FFFFFFF) % 1000000)


def first_password(s):
    """The slip opens nothing but the change of its password."""
    person = s.cli("person", "add", "--surname", "Учителева", "--name", "Анна")["id"]
    s.cli("role", "grant", person, "--role", "deputy_head")
    slip = s.cli("account", "create", person, "--login", "anna")["password"]
    status, head, me = s.api("POST", "/session", {"login": "anna", "password": slip})
    check(status == 200 and me["must_change"] is True, status, me)
    cookie = head["set-cookie"]
    for word in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="):
        check(word in cookie, cookie)
    token = cookie.split(";")[0].split("=", 1)[1]
    status, _, answer = s.api("GET", "/pupils", token=token)
    check(status == 428 and answer["code"] == "session.must_change", status, answer)
    check(s.curl("POST", "/api/v1/uploads", ["Tus-Resumable: 1.0.0", "Upload-Length: 1"], b"", token)[0] == 428, "uploads are no way round")
    status, _, answer = s.api("POST", "/accounts/password", {"new_password": "коротко"}, token)
    check(status in (400, 422) and answer["code"] == "password.short", status, answer)
    check(s.api("POST", "/accounts/password", {"new_password": OWN}, token)[0] == 200)
    check(s.api("GET", "/pupils", token=token)[0] == 200, "the session goes on")
    check(s.api("POST", "/session", {"login": "anna", "password": slip})[0] == 401, "the slip is void")


def guessing(s):
    for _ in range(5):
        status, _, answer = s.api("POST", "/session", {"login": "nobody.here", "password": "наугад-наугад"})
        check(status == 401 and answer["code"] == "session.wrong_login", status, answer)
    status, head, answer = s.api("POST", "/session", {"login": "nobody.here", "password": "наугад-наугад"})
    check(status == 429 and 0 < int(head["retry-after"]) <= 31, status, head, answer)


def elsewhere(s):
    one, two = s.token("anna", OWN), s.token("anna", OWN)
    status, _, answer = s.api("GET", "/accounts/sessions", token=one)
    check(status == 200 and len(answer["items"]) >= 2, answer)
    check(one not in str(answer) and "sha" not in str(answer), "no secrets in the list")
    check(s.api("DELETE", "/session?everywhere=true", token=one)[0] == 204)
    check(s.api("GET", "/session", token=two)[0] == 401, "all are signed out")


def factor(s):
    token = s.token("anna", OWN)
    status, _, answer = s.api("POST", "/accounts/factor", {"current_password": OWN}, token)
    check(status == 200 and answer["state"] == "pending", status, answer)
    secret = answer["secret"]["base32"]
    check(answer["secret"]["uri"].startswith("otpauth://totp/") and secret in answer["secret"]["uri"], answer)
    step = int(time.time()) // 30
    status, _, answer = s.api("POST", "/accounts/factor/confirm", {"code": code(secret, step - 1)}, token)
    check(status == 200 and len(answer["codes"]) == 10, status, answer)
    spare = answer["codes"][3]
    check(s.api("GET", "/session", token=token)[2]["factor"] == "on")
    status, _, answer = s.api("POST", "/session", {"login": "anna", "password": OWN})
    check(status == 401 and answer["code"] == "factor.wanted" and answer["field"] == "code", status, answer)
    status, _, answer = s.api("POST", "/session", {"login": "anna", "password": OWN, "code": "000000"})
    check(status == 401 and answer["code"] == "factor.wrong", status, answer)
    s.token("anna", OWN, spare)
    status, _, answer = s.api("POST", "/session", {"login": "anna", "password": OWN, "code": spare})
    check(status == 401, status)
    s.cli("school", "set", "--setting", "factor.required=director")
    director = s.token("director", PASSWORD)
    status, _, answer = s.api("GET", "/pupils", token=director)
    check(status == 428 and answer["code"] == "factor.needed", status, answer)
    check(s.api("GET", "/session", token=director)[2]["factor"] == "required")
    s.cli("school", "set", "--setting", "factor.required=none")


def tokens(s):
    director = s.token("director", PASSWORD)
    check(s.api("POST", "/accounts/tokens", {"title": "Сайт"}, director)[0] in (400, 422), "not without the password")
    status, _, made = s.api("POST", "/accounts/tokens", {"title": "Сайт", "scope": "class.list", "days": 1, "current_password": PASSWORD}, director)
    check(status in (200, 201), status, made)
    check(s.api("GET", "/classes", token=made["token"])[0] == 200)
    status, _, answer = s.api("GET", "/pupils", token=made["token"])
    check(status == 403 and answer["code"] == "right.scope", status, answer)
    check(s.curl("POST", "/api/v1/uploads", ["Tus-Resumable: 1.0.0", "Upload-Length: 1"], b"", made["token"])[0] == 403, "no files in its scope")
    status, _, answer = s.api("GET", "/accounts/tokens", token=director)
    check([t["title"] for t in answer["items"]] == ["Сайт"], answer)
    check(s.api("DELETE", "/accounts/tokens/" + made["id"], token=director)[0] == 204)
    check(s.api("GET", "/classes", token=made["token"])[0] == 401)


def main(build):
    s = School(build)
    try:
        s.start()
        first_password(s)
        guessing(s)
        elsewhere(s)
        factor(s)
        tokens(s)
        check(s.stop() == 0)
    finally:
        s.close()


if __name__ == "__main__":
    main(sys.argv[1])
