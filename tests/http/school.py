"""A school in a folder of its own, served by the real program on a free port and asked by real curl."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path


class School:
    def __init__(self, build):
        self.program = str(Path(build) / "letopis")
        self.dir = tempfile.mkdtemp(prefix="letopis-http-")
        self.data = self.dir + "/data"
        self.server = None
        self.cli("school", "init", "--name", "Школа № 7", "--admin", "director", "--admin-surname", "Директорова",
                 "--password-file", self.file("password", "весенняя капель\n"))

    def file(self, name, text):
        path = Path(self.dir) / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(0o600)
        return str(path)

    def cli(self, *words):
        run = subprocess.run([self.program, "-C", self.data, "--json", *words], capture_output=True, text=True)
        assert run.returncode == 0, "%s: %s" % (words, run.stdout + run.stderr)
        return json.loads(run.stdout) if run.stdout.strip() else None

    def start(self):
        env = dict(os.environ, LANG="ru_RU.UTF-8")
        self.server = subprocess.Popen([self.program, "-C", self.data, "--json", "serve", "--listen", "127.0.0.1:0"],
                                       stdout=subprocess.PIPE, env=env, text=True)
        said = json.loads(self.server.stdout.readline())
        self.url = said["address"].rstrip("/")
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self, how=signal.SIGTERM):
        self.server.send_signal(how)
        code = self.server.wait(60)
        self.server.stdout.close()
        self.server = None
        return code

    def close(self):
        if self.server:
            self.stop(signal.SIGKILL)
        shutil.rmtree(self.dir, ignore_errors=True)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), 30)

    def curl(self, method, path, headers=(), body=None, token=None, more=()):
        """(status, headers in lower case, body)"""
        head = self.dir + "/head"
        words = ["curl", "-sS", "--max-time", "60", "-D", head, "-o", self.dir + "/body", "-w", "%{http_code}"]
        words += ["-I"] if method == "HEAD" else ["-X", method]
        for h in headers:
            words += ["-H", h]
        if token:
            words += ["-H", "Authorization: Bearer " + token]
        if body is not None:
            words += ["--data-binary", "@" + self.file("sent", body)]
        Path(self.dir, "body").write_bytes(b"")
        run = subprocess.run(words + list(more) + [path if path.startswith("http") else self.url + path], capture_output=True, text=True)
        found = {}
        for line in Path(head).read_text().splitlines() if Path(head).exists() else []:
            name, colon, value = line.partition(":")
            if colon:
                found[name.lower()] = value.strip()
        return int(run.stdout or 0), found, Path(self.dir, "body").read_bytes()

    def api(self, method, path, values=None, token=None, headers=()):
        """(status, headers, answer) of a call with JSON"""
        body = None if values is None else json.dumps(values).encode()
        headers = list(headers) + (["Content-Type: application/json"] if values is not None else [])
        status, head, data = self.curl(method, "/api/v1" + path, headers, body, token)
        return status, head, json.loads(data) if data[:1] in (b"{", b"[") else data

    def token(self, login, password, code=None):
        """A session as a program gets it: the cookie's token."""
        values = {"login": login, "password": password}
        if code:
            values["code"] = code
        status, head, answer = self.api("POST", "/session", values)
        assert status == 200, (status, answer)
        return head["set-cookie"].split(";")[0].split("=", 1)[1]

    def newcomer(self, surname, login, password, role=None):
        """A member of staff who has changed the password of the slip."""
        person = self.cli("person", "add", "--surname", surname, "--name", "Имя")["id"]
        if role:
            self.cli("role", "grant", person, "--role", role)
        slip = self.cli("account", "create", person, "--login", login)["password"]
        first = self.token(login, slip)
        status, _, answer = self.api("POST", "/accounts/password", {"new_password": password}, first)
        assert status == 200, answer
        return person


def check(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(w) for w in what))
