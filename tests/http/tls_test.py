#!/usr/bin/python3
"""TLS without a server in front: certificate and key by settings. tls_test.py BUILD"""
import json
import ssl
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from school import School, check  # noqa: E402

PASSWORD = "весенняя капель"


def versions(s):
    """TLS 1.2 and 1.3, nothing older, and no plain HTTP on the same port."""
    for version, good in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        try:
            with context.wrap_socket(s.connect()) as sock:
                check(sock.version() is not None)
            spoke = True
        except (ssl.SSLError, OSError):
            spoke = False
        check(spoke == good, version, "was" if spoke else "was not", "spoken")
    sock = s.connect()
    sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    data = b""
    try:
        while piece := sock.recv(4096):
            data += piece
    except OSError:
        pass
    check(b"200 OK" not in data and b"status" not in data, data[:60])


def main():
    s = School(sys.argv[1])
    try:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", s.dir + "/key.pem", "-out", s.dir + "/cert.pem"], check=True, capture_output=True)
        with open(s.data + "/letopis.conf", "a") as f:
            f.write("[http]\n\ttlscert = %s/cert.pem\n\ttlskey = %s/key.pem\n" % (s.dir, s.dir))
        s.start()
        check(s.url.startswith("https://"), s.url)
        trust = ["--cacert", s.dir + "/cert.pem"]
        body = json.dumps({"login": "director", "password": PASSWORD}).encode()
        status, head, data = s.curl("POST", "/api/v1/session", ["Content-Type: application/json"], body, more=trust)
        check(status == 200, status, data)
        check(head["set-cookie"].startswith("__Host-letopis=lt_") and "; Secure" in head["set-cookie"], head)
        check(head["strict-transport-security"].startswith("max-age="), head)
        cookie = "Cookie: " + head["set-cookie"].split(";")[0]
        check(s.curl("GET", "/api/v1/session", [cookie], more=trust)[0] == 200)
        check(s.curl("GET", "/api/v1/session", [cookie.replace("__Host-", "")], more=trust)[0] == 401, "the cookie of a plain page")
        page = s.curl("GET", "/", more=trust)
        check(page[0] == 200 and page[2].startswith(b"<!doctype html>"), page[1])
        big = s.curl("GET", "/api/v1/openapi.json", more=trust)
        check(big[0] == 200 and json.loads(big[2])["openapi"] == "3.1.0")
        versions(s)
        check(s.stop() == 0, "the server ended badly")
    finally:
        s.close()


main()
