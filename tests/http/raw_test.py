#!/usr/bin/python3
"""Bytes that no client of ours sends, straight into the socket: bad.case, what is too long for a file, and what comes in pieces. raw_test.py BUILD"""
import json
import os
import re
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from school import School, check  # noqa: E402

PROBE = b"GET /healthz HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"


def cases(path):
    name, lines = None, []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("== "):
            name, lines = line[3:], []
        elif line.startswith(("< ", "<|")) and name:
            yield name, lines, line
            name = None
        elif name:
            lines.append(line)


def to_bytes(lines, values):
    text = ""
    for i, line in enumerate(lines):
        joined = line.endswith("\\\\")
        text += line[:-2] if joined else line + "\r\n"
    for key, value in values.items():
        text = text.replace("{%s}" % key, value)
    data = text.encode()
    data = re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m.group(1), 16)]), data)
    return data.replace(b"\\\\", b"\\")


def read_answers(sock):
    """All that comes until the other side closes, as [(status, headers, body)]."""
    data = b""
    try:
        while True:
            piece = sock.recv(65536)
            if not piece:
                break
            data += piece
    except ConnectionResetError:
        pass
    found = []
    while data.startswith(b"HTTP/1.1 "):
        head, blank, rest = data.partition(b"\r\n\r\n")
        if not blank:
            break
        headers = {n.strip().lower(): v.strip() for n, c, v in (l.partition(":") for l in head.decode("latin-1").split("\r\n")[1:])}
        length = int(headers.get("content-length", "0"))
        found.append((int(head.split()[1]), headers, rest[:length]))
        data = rest[length:]
    return found, data


def say(s, data, probe=True):
    sock = s.connect()
    try:
        sock.sendall(data)
        if probe:
            sock.sendall(PROBE)
        sock.shutdown(socket.SHUT_WR)
    except (BrokenPipeError, ConnectionResetError, OSError):
        pass
    answers, rest = read_answers(sock)
    sock.close()
    return answers, rest


def judge(name, want, answers, rest):
    if want == "<|":  # the parser's own words: the right kind of status and nothing behind it
        check(not answers or 400 <= answers[0][0] < 500 or answers[0][0] in (501, 505), name, "was answered", answers and answers[0][0])
        check(not any(b'"ok"' in a[2] for a in answers) and b'"ok"' not in rest, name, "let a second request through")
        return
    check(rest == b"", name, "left bytes that are no answer:", rest[:80])
    check(len(answers) <= 2, name, "was taken for", len(answers), "requests")
    if len(answers) == 2:  # the connection goes on: the probe is answered, as itself
        check(answers[1][0] == 200 and json.loads(answers[1][2]) == {"status": "ok"}, name, "put the connection out of step:", answers[1])
    check(answers, name, "had no answer")
    status, headers, body = answers[0]
    words = want[1:].split()
    if words[0] == "any":
        return
    if words[0] == "4xx":
        check(400 <= status < 500, name, status, body)
        return
    check(status == int(words[0]), name, "was answered", status, body)
    check(headers["content-type"] == "application/problem+json", name, headers)
    problem = json.loads(body)
    check(problem["code"] == words[1], name, "was answered", problem)
    check(problem["status"] == status and problem["instance"] == headers["x-request-id"], name, problem)
    check(headers.get("x-content-type-options") == "nosniff" and "default-src 'none'" in headers["content-security-policy"], name, headers)


def from_file(s, values):
    count = 0
    only = os.environ.get("CASE")
    wrong = []
    for name, lines, want in cases(Path(__file__).parent / "bad.case"):
        if only and only != name:
            continue
        data = to_bytes(lines, values)
        # a body announced in the file with its length: the file's is believed where it says so on purpose
        probe = not (b"Content-Length: 10" in data and len(data) < 1000) and "TLS" not in name and name not in ("not HTTP",)
        answers, rest = say(s, data, probe)
        try:
            judge(name, want, answers, rest)
        except AssertionError as e:
            wrong.append(str(e))
        count += 1
    check(not wrong, "\n".join(wrong))
    check(count > 50, count, "cases")
    print(count, "cases")


def too_long(s, values):
    auth = b"Host: a\r\nAuthorization: Bearer " + values["token"].encode() + b"\r\n"
    for name, data in (
        ("a long path", b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("a long header", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70000 + b"\r\n\r\n"),
        ("many headers", b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(9000)) + b"\r\n"),
        ("many fields", b"GET /api/v1/entries?" + b"&".join(b"level=school" for _ in range(400)) + b" HTTP/1.1\r\nConnection: close\r\n" + auth + b"\r\n"),
        ("a header that never ends", b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 200000),
        ("a long token", b"GET /api/v1/entries HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + b"a" * 5000 + b"\r\nConnection: close\r\n\r\n"),
    ):
        answers, rest = say(s, data, False)
        check(all(400 <= a[0] < 500 for a in answers), name, "was answered", [a[0] for a in answers])
        check(len(answers) <= 1 and rest == b"", name, "left", rest[:50])
    # chunks that add up to more than is allowed: refused while they come
    sock = s.connect()
    sock.sendall(b"POST /api/v1/classes HTTP/1.1\r\n" + auth + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    try:
        for _ in range(80):
            sock.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    answers, _ = read_answers(sock)
    check(all(a[0] == 413 for a in answers), "endless chunks", answers)


def in_pieces(s, values):
    """Each byte on its own, two requests one behind the other, a body that stops half way."""
    body = b'{"login":"director","password":"\xd0\xb2\xd0\xb5\xd1\x81\xd0\xb5\xd0\xbd\xd0\xbd\xd1\x8f\xd1\x8f \xd0\xba\xd0\xb0\xd0\xbf\xd0\xb5\xd0\xbb\xd1\x8c"}'
    request = b"POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    sock = s.connect()
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for i in range(len(request)):
        sock.sendall(request[i:i + 1])
    sock.sendall(PROBE)
    answers, rest = read_answers(sock)
    check([a[0] for a in answers] == [200, 200] and rest == b"", "byte by byte", [a[0] for a in answers])
    bearer = b"Host: a\r\nAuthorization: Bearer " + values["token"].encode() + b"\r\n"
    get = b"GET /api/v1/session HTTP/1.1\r\n" + bearer + b"\r\n"
    missing = b"GET /api/v1/nothing HTTP/1.1\r\n" + bearer + b"\r\n"
    answers, rest = say(s, (get + missing) * 20)
    check([a[0] for a in answers] == [200, 404] * 20 + [200], "forty behind one another", [a[0] for a in answers])
    check(all(json.loads(a[2])["login"] == "director" for a in answers[0:40:2]), "whose answers they are")
    truncated = b"POST /api/v1/classes HTTP/1.1\r\n" + bearer + b"Content-Type: application/json\r\nContent-Length: 30\r\n\r\n{\"name\":\"1\xd0\x90\"}"
    answers, _ = say(s, truncated, False)
    check(not any(a[0] < 300 for a in answers), "half a body was taken for a whole one")
    check(not any(c["name"] == "1А" for c in s.api("GET", "/classes", token=values["token"])[2]["items"]), "half a body made a class")


def spool(s):
    return {p + "/" + f for p, _, files in os.walk(s.data + "/spool") for f in files}


def main():
    s = School(sys.argv[1])
    try:
        s.start()
        token = s.token("director", "весенняя капель")
        values = {"token": token, "id": "0192f0c1-2345-7abc-8def-0123456789ab"}
        files = spool(s)
        before = s.api("GET", "/classes", token=token)[2]
        from_file(s, values)
        too_long(s, values)
        in_pieces(s, values)
        check(s.api("GET", "/classes", token=token)[2] == before, "something was left behind in the lists")
        check(spool(s) == files, "files were left in the spool:", spool(s) - files)
        check(s.api("GET", "/session", token=token)[2]["login"] == "director", "the server goes on")
        check(s.stop() == 0, "the server ended badly")
    finally:
        s.close()


if __name__ == "__main__":
    main()
