#!/usr/bin/python3
"""Resumable uploads as the public tus 1.0 clients use them: tus_test.py BUILD"""
import base64
import hashlib
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from school import School, check  # noqa: E402

TUS = "Tus-Resumable: 1.0.0"
BYTES = "Content-Type: application/offset+octet-stream"
UPLOADS = "/api/v1/uploads"


def create(s, token, length, name="Фильм.mp4", body=None, more=()):
    headers = [TUS, "Upload-Length: %d" % length, "Upload-Metadata: filename %s,filetype dmlkZW8vbXA0" % base64.b64encode(name.encode()).decode()]
    if body is not None:
        headers.append(BYTES)
    return s.curl("POST", UPLOADS, headers + list(more), body, token)


def place(s, token, length, **more):
    status, head, body = create(s, token, length, **more)
    check(status == 201, "creation answers", status, body)
    check(head["location"].startswith(UPLOADS + "/"), head)
    check(head["tus-resumable"] == "1.0.0", head)
    check("GMT" in head["upload-expires"], head)
    return head["location"]


def patch(s, token, where, offset, body, more=()):
    return s.curl("PATCH", where, [TUS, BYTES, "Upload-Offset: %d" % offset] + list(more), body, token)


def offset(s, token, where):
    status, head, _ = s.curl("HEAD", where, [TUS], token=token)
    check(status == 200, "HEAD answers", status)
    check(head["cache-control"] == "no-store", head)
    return int(head["upload-offset"])


def files(s):
    return sorted(p for p in os.listdir(s.data + "/spool/uploads") if p != "boot")


def protocol(s, token):
    status, head, _ = s.curl("OPTIONS", UPLOADS)
    check(status == 204 and head["tus-version"] == "1.0.0", status, head)
    for extension in ("creation", "creation-with-upload", "termination", "expiration", "checksum"):
        check(extension in head["tus-extension"].split(","), extension, head)
    check(head["tus-max-size"] == str(20 << 20), head)
    check(s.curl("POST", UPLOADS, ["Upload-Length: 10"], b"", token)[0] == 412, "no version")
    check(s.curl("POST", UPLOADS, [TUS.replace("1.0.0", "0.2.0"), "Upload-Length: 10"], b"", token)[0] == 412, "old version")
    check(s.curl("POST", UPLOADS, [TUS, "Upload-Defer-Length: 1"], b"", token)[0] == 400, "deferred length")
    check(s.curl("POST", UPLOADS, [TUS, "Upload-Length: -1"], b"", token)[0] == 400, "negative length")
    check(s.curl("POST", UPLOADS, [TUS, "Upload-Length: 10", "Upload-Metadata: filename ***"], b"", token)[0] == 400, "metadata")
    check(create(s, token, (20 << 20) + 1)[0] == 413, "over the limit")
    check(s.curl("GET", UPLOADS, [TUS], token=token)[0] == 405, "GET of the list")
    check(s.curl("HEAD", UPLOADS + "/00000000000000000000000000000000", [TUS], token=token)[0] == 404, "absent")
    check(s.curl("HEAD", UPLOADS + "/..%2f..%2fkeys", [TUS], token=token)[0] in (400, 404), "path tricks")
    check(s.curl("POST", UPLOADS, [TUS, "Upload-Length: 10"], b"")[0] == 401, "nobody")
    check(files(s) == [], files(s))


def whole_and_in_parts(s, token):
    data = os.urandom(700_000)
    where = place(s, token, len(data))
    check(offset(s, token, where) == 0)
    status, head, _ = patch(s, token, where, 0, data[:300_000])
    check(status == 204 and head["upload-offset"] == "300000", status, head)
    check(patch(s, token, where, 0, data[:1000])[0] == 409, "wrong offset")
    check(patch(s, token, where, 299_999, data[:1])[0] == 409, "wrong offset")
    check(s.curl("PATCH", where, [TUS, "Content-Type: text/plain", "Upload-Offset: 300000"], b"x", token)[0] == 415, "type")
    check(s.curl("PATCH", where, [TUS, BYTES], b"x", token)[0] == 400, "no offset")
    check(patch(s, token, where, 300_000, data[:400_001])[0] == 413, "beyond the length")
    check(offset(s, token, where) == 300_000)
    check(patch(s, token, where, 300_000, data[300_000:])[0] == 204)
    check(offset(s, token, where) == len(data))
    stored = Path(s.data, "spool/uploads", where.rsplit("/", 1)[1] + ".bin").read_bytes()
    check(stored == data, "the bytes differ")
    check(patch(s, token, where, len(data), b"x")[0] == 413, "more than whole")
    status, _, body = s.curl("DELETE", where, [TUS], token=token)
    check(status == 204 and body == b"", status)
    check(s.curl("HEAD", where, [TUS], token=token)[0] == 404)
    check(files(s) == [], files(s))
    status, head, _ = create(s, token, 5, body=b"hello")
    check(status == 201 and head["upload-offset"] == "5", status, head)
    s.curl("DELETE", head["location"], [TUS], token=token)


def checksums(s, token):
    data = os.urandom(5000)
    where = place(s, token, 5000)
    for name in ("sha1", "sha256"):
        wrong = base64.b64encode(hashlib.new(name, b"x").digest()).decode()
        status, _, answer = patch(s, token, where, 0, data, ["Upload-Checksum: %s %s" % (name, wrong)])
        check(status == 460, status, answer)
        check(offset(s, token, where) == 0, "a part that arrived changed is not kept")
    check(patch(s, token, where, 0, data, ["Upload-Checksum: md5 AAAA"])[0] == 400)
    right = base64.b64encode(hashlib.sha1(data[:2000]).digest()).decode()
    check(patch(s, token, where, 0, data[:2000], ["Upload-Checksum: sha1 " + right])[0] == 204)
    right = base64.b64encode(hashlib.sha256(data[2000:]).digest()).decode()
    check(patch(s, token, where, 2000, data[2000:], ["Upload-Checksum: sha256 " + right])[0] == 204)
    s.curl("DELETE", where, [TUS], token=token)


def cut_off(s, token, where, begin, announced, data, more=""):
    """A PATCH whose connection breaks in the middle; returns when the server has noticed."""
    c = s.connect()
    c.sendall(("PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s\r\n%s\r\nUpload-Offset: %d\r\n%sContent-Length: %d\r\n\r\n"
               % (where, token, TUS, BYTES, begin, more, announced)).encode() + data)
    c.shutdown(1)
    while c.recv(4096):
        pass
    c.close()


def interrupted_and_resumed(s, token):
    data = os.urandom(3_000_000)
    where = place(s, token, len(data))
    cut_off(s, token, where, 0, len(data), data[:1_200_000])
    came = offset(s, token, where)
    check(came == 1_200_000, "of a broken PATCH", came, "bytes are kept")
    # with a checksum the part counts only whole
    sum_ = base64.b64encode(hashlib.sha1(data[came:]).digest()).decode()
    cut_off(s, token, where, came, len(data) - came, data[came:came + 500_000], "Upload-Checksum: sha1 %s\r\n" % sum_)
    check(offset(s, token, where) == came)
    # the server is told to end while bytes come
    c = s.connect()
    c.sendall(("PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s\r\n%s\r\nUpload-Offset: %d\r\nContent-Length: %d\r\n\r\n"
               % (where, token, TUS, BYTES, came, len(data) - came)).encode() + data[came:2_000_000])
    while Path(s.data, "spool/uploads", where.rsplit("/", 1)[1] + ".bin").stat().st_size < 2_000_000:
        pass
    s.server.send_signal(signal.SIGTERM)
    c.close()
    check(s.stop() == 0)
    s.start()
    check(offset(s, token, where) == 2_000_000)
    # killed
    check(patch(s, token, where, 2_000_000, data[2_000_000:2_500_000])[0] == 204)
    s.stop(signal.SIGKILL)
    s.start()
    came = offset(s, token, where)
    check(came == 2_500_000, came)
    check(patch(s, token, where, came, data[came:])[0] == 204)
    stored = Path(s.data, "spool/uploads", where.rsplit("/", 1)[1] + ".bin").read_bytes()
    check(stored == data, "the bytes differ")
    # after the machine was off only what was flushed counts
    where2 = place(s, token, 1000)
    check(patch(s, token, where2, 0, b"a" * 400)[0] == 204)
    s.stop()
    bin_ = Path(s.data, "spool/uploads", where2.rsplit("/", 1)[1] + ".bin")
    bin_.write_bytes(b"a" * 400 + b"\0" * 600)
    Path(s.data, "spool/uploads/boot").write_text("another")
    Path(s.data, "spool/uploads/ffffffffffffffffffffffffffffffff.bin").write_bytes(b"left behind")
    Path(s.data, "spool/uploads/x.json.tmp-1").write_bytes(b"left behind")
    s.start()
    check(offset(s, token, where2) == 400)
    for w in (where, where2):
        check(s.curl("DELETE", w, [TUS], token=token)[0] == 204)
    check(files(s) == [], files(s))


def others_see_nothing(s, token, stranger):
    where = place(s, token, 100, body=b"a" * 40)
    for method, more in (("HEAD", []), ("PATCH", [BYTES, "Upload-Offset: 40"]), ("DELETE", [])):
        status, _, _ = s.curl(method, where, [TUS] + more, b"x" if method == "PATCH" else None, stranger)
        check(status == 404, method, status)
    status, _, answer = s.api("POST", "/entries", {"pupil": s.pupil, "title": "Чужое", "file": [{"upload": where.rsplit("/", 1)[1]}]}, stranger)
    check(status == 404 and answer["code"] == "upload.absent", status, answer)
    check(offset(s, token, where) == 40)
    # a browser that another site made to write
    status, _, answer = s.curl("PATCH", where, [TUS, BYTES, "Upload-Offset: 40", "Cookie: letopis=" + token], b"x")
    check(status == 403, status, answer)
    s.curl("DELETE", where, [TUS], token=token)


def as_a_file_of_an_entry(s, token, build):
    film = Path(build, "testdata/scans/10-video.mp4").read_bytes()
    where = place(s, token, len(film), name="Выступление.mp4", body=film[:1000])
    up = {"upload": where.rsplit("/", 1)[1]}
    values = {"pupil": s.pupil, "title": "Выступление", "file": [up]}
    status, _, answer = s.api("POST", "/entries", values, token)
    check(status == 422 and answer["code"] == "upload.incomplete" and answer["field"] == "file", status, answer)
    check(patch(s, token, where, 1000, film[1000:])[0] == 204)
    key = ["Idempotency-Key: 8b6f0f4e-9ea0-4f5b-9d33-0d5a62f1a001"]
    status, _, entry = s.api("POST", "/entries", values, token, key)
    check(status == 201, status, entry)
    check(entry["files"][0]["name"] == "Выступление.mp4" and entry["files"][0]["type"] == "video/mp4", entry)
    check(entry["files"][0]["sha256"] == hashlib.sha256(film).hexdigest())
    # a phone that lost the answer asks again
    status, _, again = s.api("POST", "/entries", values, token, key)
    check(status in (200, 201) and again["id"] == entry["id"], status, again)
    status, _, data = s.curl("GET", "/api/v1/entries/%s/files?path=files/01.mp4" % entry["id"], token=token)
    check(status == 200 and data == film)
    s.curl("DELETE", where, [TUS], token=token)


def quota(s, token):
    made = [place(s, token, 10) for _ in range(40)]
    status, _, answer = create(s, token, 10)
    check(status == 422 and b"upload.quota" in answer, status, answer)
    for w in made:
        s.curl("DELETE", w, [TUS], token=token)
    check(create(s, token, 10, more=[])[0] == 201)


def expiry(s, token):
    """What is past its term is gone at the next start."""
    where = place(s, token, 10)
    s.stop()
    info = Path(s.data, "spool/uploads", where.rsplit("/", 1)[1] + ".json")
    text = info.read_text()
    expires = text.split('"expires":')[1].split(",")[0]
    info.write_text(text.replace(expires, "1000"))
    s.start()
    check(s.curl("HEAD", where, [TUS], token=token)[0] == 404)
    check(not info.exists() and not info.with_suffix(".bin").exists())


def main(build):
    s = School(build)
    try:
        klass = s.cli("class", "add", "--name", "9А")["id"]
        s.pupil = s.cli("pupil", "add", "--surname", "Ученик", "--name", "Пётр", "--birth", "2011-05-05", "--class", klass)["id"]
        s.start()
        s.newcomer("Учителева", "teacher", "другие слова тут")
        s.newcomer("Заместителева", "deputy", "ещё другие слова", "deputy_head")
        token = s.token("deputy", "ещё другие слова")
        stranger = s.token("teacher", "другие слова тут")
        protocol(s, token)
        whole_and_in_parts(s, token)
        checksums(s, token)
        interrupted_and_resumed(s, token)
        others_see_nothing(s, token, stranger)
        as_a_file_of_an_entry(s, token, build)
        quota(s, stranger)
        expiry(s, token)
        check(s.stop() == 0)
    finally:
        s.close()


if __name__ == "__main__":
    main(sys.argv[1])
