#!/usr/bin/python3
"""Behind nginx, with the configuration of docs/ru/sysadmin.md as it stands there. nginx_test.py BUILD"""
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from raw_test import PROBE, cases, read_answers, to_bytes  # noqa: E402
from school import School, check  # noqa: E402

PASSWORD = "весенняя капель"
DOCS = Path(__file__).parents[2] / "docs/ru/sysadmin.md"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Nginx:
    def __init__(self, s):
        self.dir, self.port, plain = s.dir, free_port(), free_port()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=portfolio.example", "-keyout",
                        s.dir + "/key.pem", "-out", s.dir + "/cert.pem"], check=True, capture_output=True)
        site = re.search(r"```nginx\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S).group(1)
        for old, new in (("127.0.0.1:8080", "127.0.0.1:%d" % s.port), ("listen 443 ssl", "listen 127.0.0.1:%d ssl" % self.port),
                         ("listen 80;", "listen 127.0.0.1:%d;" % plain), ("/etc/letopis/", s.dir + "/")):
            check(old in site, "the documented configuration has no", old)
            site = site.replace(old, new)
        temp = "".join("%s_temp_path %s/%s;\n" % (n, s.dir, n) for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;\n" if os.geteuid() == 0 else ""
        conf = s.file("nginx.conf", "%sdaemon off;\npid %s/nginx.pid;\nerror_log %s/nginx.log;\nevents {}\nhttp {\naccess_log off;\n%s%s}\n" % (
            user, s.dir, s.dir, temp, site))
        self.process = subprocess.Popen(["nginx", "-e", s.dir + "/nginx.log", "-p", s.dir, "-c", conf], stderr=subprocess.DEVNULL)
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE
        deadline = time.monotonic() + 20
        while True:
            try:
                self.connect().close()
                return
            except OSError:
                check(time.monotonic() < deadline and self.process.poll() is None, Path(s.dir, "nginx.log").read_text())

    def connect(self):
        return self.context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 30), server_hostname="portfolio.example")

    def stop(self):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)


def browser_behind(s, n):
    """The browser's side is TLS, so the cookie is Secure and the address is the browser's."""
    s.url = "https://127.0.0.1:%d" % n.port
    secure = ["-k", "--http2"]
    body = json.dumps({"login": "director", "password": PASSWORD}).encode()
    status, head, data = s.curl("POST", "/api/v1/session", ["Content-Type: application/json", "Origin: " + s.url], body, more=secure)
    check(status == 200, status, data)
    check(head["set-cookie"].startswith("__Host-letopis=lt_") and head["set-cookie"].endswith("; Secure"), head["set-cookie"])
    check(head["strict-transport-security"].startswith("max-age="), head)
    cookie, word = head["set-cookie"].split(";")[0], json.loads(data)["csrf"]
    mine = ["Cookie: " + cookie, "X-Letopis-CSRF: " + word, "Content-Type: application/json"]
    status, _, made = s.curl("POST", "/api/v1/classes", mine + ["Origin: " + s.url], '{"name":"7А"}', more=secure)
    check(status == 201, made)
    status, _, problem = s.curl("POST", "/api/v1/classes", mine + ["Origin: http://127.0.0.1:%d" % n.port], '{"name":"7Б"}', more=secure)
    check(status == 403, "a page without TLS is another site", problem)
    check(s.curl("GET", "/", more=secure)[0] == 200 and s.curl("GET", "/metrics", more=secure)[0] == 404)
    # whoever writes X-Forwarded-For by hand is not believed: nginx says who it is
    s.curl("GET", "/api/v1/session", ["X-Forwarded-For: 203.0.113.7"], more=secure)
    check("peer=203.0.113.7" not in Path(s.dir, "log").read_text() and "peer=127.0.0.1" in Path(s.dir, "log").read_text())
    # 30 MB go through without a copy in nginx; the door refuses by its own words what is too much for a file
    big = s.dir + "/big.bin"
    with open(big, "wb") as f:
        f.truncate(30 << 20)
    status, _, data = s.curl("POST", "/api/v1/imports/preview", mine[:2], more=secure + ["-F", "values={\"format\":\"roster\"};type=application/json", "-F", "file=@" + big])
    check(400 <= status < 500 and json.loads(data)["code"], status, data)


def the_same_of_both(s, n, direct):
    """Two readers of one request: what nginx lets through is understood as nginx understood it."""
    values = {"token": s.made_token, "id": "0192f0c1-2345-7abc-8def-0123456789ab"}
    count = 0
    for name, lines, want in cases(Path(__file__).parent / "bad.case"):
        if "TLS" in name or name == "not HTTP":
            continue
        sock = n.connect()
        try:
            sock.sendall(to_bytes(lines, values) + PROBE)
            sock.settimeout(3)
        except OSError:
            pass
        try:
            answers, _ = read_answers(sock)
        except (TimeoutError, socket.timeout, ssl.SSLError):
            continue  # nginx waits for the rest of a body: nothing was let through
        sock.close()
        check(len(answers) <= 2, name, len(answers))
        if answers:
            check(400 <= answers[0][0] < 500 or answers[0][0] in (200, 301, 501, 505), name, "behind nginx:", answers[0][0])
            check(answers[0][0] != 200 or want in ("<|", "< any") or "limit" in name or lines[0].startswith("GET"), name, answers[0])
        count += 1
    check(count > 40, count)
    check(s.api("GET", "/session", token=s.made_token)[0] == 200, "the server goes on")


def main():
    s = School(sys.argv[1])
    n = None
    try:
        with open(s.data + "/letopis.conf", "a") as f:
            f.write("[http]\n\tproxy = true\n")
        log = open(s.dir + "/log", "w")
        os.dup2(log.fileno(), 2)
        s.start()
        direct = s.url
        s.made_token = s.token("director", PASSWORD)
        n = Nginx(s)
        browser_behind(s, n)
        s.url = direct
        the_same_of_both(s, n, direct)
        check(s.stop() == 0, "the server ended badly")
    except BaseException as e:
        print(repr(e))
        raise
    finally:
        if n:
            n.stop()
        s.close()


main()
