#!/usr/bin/python3
"""Slow clients, many at once, and the end: drip-fed requests are cut off, 256 slow ones do not keep 16 fast ones from their answers, SIGTERM lets what
runs end, a socket handed over by systemd is served. slow_test.py BUILD"""
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from raw_test import read_answers  # noqa: E402
from school import School, check  # noqa: E402

PASSWORD = "весенняя капель"
SLOW, FAST, EACH = 256, 16, 25


def drip(s, first, piece, seconds, outcome):
    """Sends a byte now and then until the other side has enough; how long that took."""
    sock = s.connect()
    begun = time.monotonic()
    try:
        sock.sendall(first)
        while time.monotonic() - begun < seconds:
            sock.sendall(piece)
            sock.settimeout(0.5)
            try:
                if sock.recv(4096) == b"":
                    break
            except socket.timeout:
                pass
    except OSError:
        pass
    outcome.append(time.monotonic() - begun)
    sock.close()


def drip_fed(s, token):
    """Headers must be whole within 10 s, a body must keep 1 KB a second: both are cut off, whatever arrives meanwhile."""
    outcome = []
    auth = b"Host: a\r\nAuthorization: Bearer " + token.encode() + b"\r\n"
    cases = (
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b"X-A: b\r\n"),
        (b"G", b"E"),
        (b"POST /api/v1/classes HTTP/1.1\r\n" + auth + b"Content-Type: application/json\r\nContent-Length: 900000\r\n\r\n{", b" "),
        (b"POST /api/v1/entries HTTP/1.1\r\n" + auth + b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n--b\r\n", b"X"),
    )
    threads = [threading.Thread(target=drip, args=(s, first, piece, 60, outcome)) for first, piece in cases]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    check(len(outcome) == len(cases) and max(outcome) < 45, "not cut off:", outcome)


def active(s):
    """Requests that the server has begun and not ended, this one among them."""
    return int([l for l in s.curl("GET", "/metrics")[2].decode().splitlines() if l.startswith("letopis_http_active ")][0].split()[1])


def all_begun(s):
    """Connected and sent is not yet begun: the server takes them one after another."""
    deadline = time.monotonic() + 60
    while active(s) <= SLOW:
        check(time.monotonic() < deadline, "the slow ones are not taken")


def slow_and_fast(s, token):
    """Uploads that crawl just fast enough hold their places; the fast ones are answered, and rightly."""
    head = ("POST /api/v1/entries HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            "Content-Length: 90000000\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"values\"\r\n\r\n{}\r\n--b\r\n"
            "Content-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n") % token
    slow = [s.connect() for _ in range(SLOW)]
    for sock in slow:
        sock.sendall(head.encode() + b"x" * 2000)
    wrong, stop = [], threading.Event()

    def crawl():
        while not stop.wait(0.5):
            for sock in slow:
                try:
                    sock.sendall(b"x" * 1500)
                except OSError as e:
                    wrong.append("a slow one was cut off: %s" % e)
                    return

    def fast(i):
        sock = s.connect()
        for n in range(EACH):
            path = ("/api/v1/session", "/api/v1/classes", "/healthz")[n % 3]
            sock.sendall(("GET %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n%s\r\n" %
                          (path, token, "Connection: close\r\n" if n == EACH - 1 else "")).encode())
            data = b""
            while b"\r\n\r\n" not in data:
                data += sock.recv(65536)
            head_, _, body = data.partition(b"\r\n\r\n")
            length = int([l for l in head_.split(b"\r\n") if l.lower().startswith(b"content-length")][0].split(b":")[1])
            while len(body) < length:
                body += sock.recv(65536)
            if b" 200 " not in head_.split(b"\r\n")[0] or not json.loads(body):
                wrong.append((i, path, head_[:80]))
        sock.close()

    crawler = threading.Thread(target=crawl)
    crawler.start()
    all_begun(s)
    fasts = [threading.Thread(target=fast, args=(i,)) for i in range(FAST)]
    for t in fasts:
        t.start()
    for t in fasts:
        t.join()
    still = active(s)
    stop.set()
    crawler.join()
    check(not wrong, wrong[:3])
    check(still > SLOW, "the slow ones were not there:", still)
    for sock in slow:
        sock.close()
    deadline = time.monotonic() + 60
    while True:  # what they sent is gone with them: the spool holds no byte of it
        left = [p + "/" + f for p, _, files in os.walk(s.data + "/spool") for f in files if f.endswith(".jpg")]
        used = active(s)
        if not left and used <= 1:
            return
        check(time.monotonic() < deadline, "left behind", left, used)


def stops_cleanly(s, token):
    """Whoever was being served when the end came has an answer; nobody is served half."""
    answers, threads = [], []

    def one():
        sock = s.connect()
        try:
            sock.sendall(("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" %
                          (len(body), body.decode("latin-1"))).encode("latin-1"))
            answers.append([a[0] for a in read_answers(sock)[0]])
        except OSError:
            answers.append([])
        sock.close()

    body = json.dumps({"login": "director", "password": PASSWORD}).encode()
    for _ in range(12):
        threads.append(threading.Thread(target=one))
        threads[-1].start()
    while "letopis_http_working 0" in s.curl("GET", "/metrics")[2].decode() and any(t.is_alive() for t in threads):
        pass
    check(s.stop(signal.SIGTERM) == 0, "the end was not clean")
    for t in threads:
        t.join()
    check(all(a in ([200], [429], [503], []) for a in answers), answers)
    check([200] in answers, "nobody who had been taken was answered", answers)
    check(not os.path.exists(s.data + "/run/letopis.sock"), "the socket's file stayed")


def handed_over(s):
    """As systemd does it: the port is open before the program is, and the program is told by the environment."""
    port = socket.socket()
    port.bind(("127.0.0.1", 0))
    port.listen(50)
    early = socket.create_connection(port.getsockname())
    early.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(s.dir + "/notify")
    told.settimeout(60)
    script = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec 3<&%d; exec "$0" -C "$1" --json serve' % port.fileno()
    env = dict(os.environ, NOTIFY_SOCKET=s.dir + "/notify")
    p = subprocess.Popen(["bash", "-c", script, s.program, s.data], stdout=subprocess.PIPE, pass_fds=[port.fileno()], env=env, text=True)
    check(told.recv(100) == b"READY=1")
    check("systemd:1" in p.stdout.readline())
    answers, _ = read_answers(early)
    check([a[0] for a in answers] == [200], "who came before the start", answers)
    p.send_signal(signal.SIGTERM)
    check(p.wait(60) == 0)
    check(told.recv(100) == b"STOPPING=1")
    port.close()


def main():
    s = School(sys.argv[1])
    try:
        s.start()
        token = s.token("director", PASSWORD)
        slow_and_fast(s, token)
        drip_fed(s, token)
        stops_cleanly(s, token)
        handed_over(s)
    finally:
        s.close()


if __name__ == "__main__":
    main()
