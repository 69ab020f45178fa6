#!/usr/bin/python3
"""Real answers of every kind against openapi.json, and openapi.json against its own rules. openapi_test.py BUILD"""
import json
import re
import sys
from pathlib import Path

import jsonschema

sys.path.insert(0, str(Path(__file__).parent))
from school import School, check  # noqa: E402

PASSWORD = "весенняя капель"


class Api:
    def __init__(self, s, token):
        self.s, self.token, self.seen, self.judged = s, token, set(), 0
        self.doc = s.api("GET", "/openapi.json?lang=en")[2]

    def validator(self, schema):
        whole = dict(schema, components=self.doc["components"])
        jsonschema.Draft202012Validator.check_schema(whole)
        return jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())

    def resolve(self, node):
        while "$ref" in node:
            ref = node["$ref"].split("/")[1:]
            node = self.doc
            for part in ref:
                node = node[part]
        return node

    def operation(self, method, path):
        """The path of the document that fits, its words before its places."""
        best = None
        for pattern, item in self.doc["paths"].items():
            if method.lower() not in item or not re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", pattern), path):
                continue
            if best is None or pattern.count("{") < best[0].count("{"):
                best = (pattern, item[method.lower()])
        return best

    def call(self, method, path, values=None, token=True, want=None):
        pattern, operation = self.operation(method, path.split("?")[0])
        self.seen.add(operation["operationId"])
        if values is not None and "requestBody" in operation:
            self.validator(operation["requestBody"]["content"]["application/json"]["schema"]).validate(values)
        status, head, answer = self.s.api(method, path, values, self.token if token else None)
        if want:
            check(status == want, method, path, status, answer)
        responses = operation["responses"]
        if status >= 400:
            check(head["content-type"] == "application/problem+json", head)
        response = self.resolve(responses.get(str(status), responses["default"]))
        check(status < 400 or "default" in responses, path)
        check(str(status) in responses or status >= 400, operation["operationId"], "answers", status, "which openapi.json does not name")
        content = response.get("content", {})
        if head.get("content-type") in content:
            try:
                self.validator(content[head["content-type"]]["schema"]).validate(answer)
            except jsonschema.ValidationError as e:
                raise AssertionError("%s %s: %s at %s" % (method, path, e.message, list(e.absolute_path)))
            self.judged += 1
        return answer


def well_formed(api):
    doc = api.doc
    check(doc["openapi"] == "3.1.0" and doc["info"]["version"], doc["info"])
    ids = [o["operationId"] for item in doc["paths"].values() for o in item.values()]
    check(len(ids) == len(set(ids)) > 90, len(ids))
    text = json.dumps(doc)
    for ref in set(re.findall(r'"\$ref": "(#[^"]+)"', text)):
        node = doc
        for part in ref.split("/")[1:]:
            check(part in node, ref, "leads nowhere")
            node = node[part]
    for path, item in doc["paths"].items():
        for method, operation in item.items():
            named = {api.resolve(p)["name"] for p in operation["parameters"] if api.resolve(p)["in"] == "path"}
            check(named == set(re.findall(r"\{([^}]+)\}", path)), method, path, named)
            for p in operation["parameters"]:
                api.validator(api.resolve(p)["schema"])
            for kind in operation.get("requestBody", {}).get("content", {}).values():
                api.validator(kind["schema"])
            check(operation["summary"] and not operation["summary"].startswith("uc."), operation["operationId"])


def story(api, s, build):
    """A school's day, each answer judged."""
    klass = api.call("POST", "/classes", {"name": "6А"}, want=201)["id"]
    pupil = api.call("POST", "/pupils", {"surname": "Краснова", "name": "Вера", "birth": "2014-02-03", "sex": "f", "class": klass}, want=201)["id"]
    parent = api.call("POST", "/people", {"surname": "Краснова", "name": "Ольга"}, want=201)["id"]
    teacher = api.call("POST", "/people", {"surname": "Иванова", "name": "Анна"}, want=201)["id"]
    api.call("POST", "/pupils/%s/guardians/%s" % (pupil, parent), {"kind": "parent"}, want=200)
    api.call("POST", "/people/%s/roles" % teacher, {"role": "class_teacher", "class": klass})
    scan = build + "/testdata/scans/01-olympiad-diploma.pdf"
    s.cli("consent", "give", "--pupil", pupil, "--purpose", "processing", "--by", parent, "--paper", scan)
    entry = s.cli("entry", "add", "--pupil", pupil, "--activity", "olympiad", "--subject", "математика", "--level", "municipal", "--result", "winner",
                  "--date", "2026-10-10", "--title", "Олимпиада", "--file", scan, "--submit")["id"]
    event = api.call("POST", "/events", {"title": "Сбор", "activity": "contest", "level": "school", "from": "2026-11-01"})
    ids = {"pupil": pupil, "id": entry, "person": teacher, "class": klass, "event": event.get("id", entry)}
    shown = {"/pupils/{id}": pupil, "/classes/{id}": klass, "/people/{id}": teacher, "/entries/{id}": entry, "/events/{id}": ids["event"]}
    for pattern, item in api.doc["paths"].items():
        if "get" not in item:
            continue
        path = pattern
        for prefix, value in shown.items():
            if pattern.startswith(prefix):
                path = path.replace(prefix, prefix.replace("{id}", value))
        path = path.replace("{pupil}", pupil).replace("{person}", teacher)
        path = re.sub(r"\{[^}]+\}", entry, path)
        required = [api.resolve(p)["name"] for p in item["get"]["parameters"] if api.resolve(p).get("required") and api.resolve(p)["in"] == "query"]
        known = {"query": "олимпиада", "pupil": pupil, "class": klass, "id": entry}
        path += "?" + "&".join("%s=%s" % (n, known.get(n, "x")) for n in required) if required else ""
        api.call("GET", path.replace("олимпиада", "%D0%BE%D0%BB%D0%B8%D0%BC%D0%BF%D0%B8%D0%B0%D0%B4%D0%B0"))
    api.call("POST", "/entries/%s/verify" % entry, {"act": "seen_original"})
    api.call("PATCH", "/pupils/" + pupil, {"number": "12"}, want=200)
    api.call("POST", "/classes", {"name": "6А"})
    api.call("POST", "/classes", {"name": "шестой"})
    api.call("GET", "/session", token=False, want=401)
    api.call("GET", "/school/about", token=False, want=200)


def main():
    s = School(sys.argv[1])
    try:
        s.start()
        api = Api(s, s.token("director", PASSWORD))
        well_formed(api)
        story(api, s, sys.argv[1])
        check(api.judged > 60, "only", api.judged, "answers were judged")
        print(api.judged, "answers of", len(api.seen), "operations")
        check(s.stop() == 0)
    finally:
        s.close()


main()
