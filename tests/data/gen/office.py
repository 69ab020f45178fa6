"""Conversions by LibreOffice, for the formats that only an office program writes as schools have them."""
import os
import shutil
import subprocess
import tempfile

from .common import Skipped, freeze_zip

FILTERS = {"xls": "xls:MS Excel 97", "ods": "ods", "xlsx": "xlsx:Calc MS Excel 2007 XML",
           "csv": "csv:Text - txt - csv (StarCalc):59,34,76,1"}

# Without "recalculate always" LibreOffice 7.4 writes formulas that give a text into .xls as the number 0.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">\
<value>0</value></prop></item></oor:items>
"""


def program():
    return shutil.which("soffice") or shutil.which("libreoffice")


class Office:
    """One profile for all conversions of a run; the first start takes seconds, the next ones less."""

    def __init__(self):
        self.program = program()
        self.folder = None

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="letopis-data-")
        user = os.path.join(self.folder, "profile", "user")
        os.makedirs(user)
        with open(os.path.join(user, "registrymodifications.xcu"), "w", encoding="utf-8") as f:
            f.write(SETTINGS)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def convert(self, sources, kind):
        """Convert files; returns {source: path of the result in a temporary folder}."""
        if not self.program:
            raise Skipped("LibreOffice is not installed (package libreoffice-calc-nogui)")
        target = os.path.join(self.folder, kind)
        command = [self.program, "-env:UserInstallation=file://" + os.path.join(self.folder, "profile"),
                   "--headless", "--norestore", "--convert-to", FILTERS[kind], "--outdir", target] + sources
        env = dict(os.environ, HOME=self.folder, TZ="UTC")
        try:
            run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, timeout=120)
        except subprocess.TimeoutExpired:
            raise Skipped("LibreOffice did not finish in 120 s")
        made = {}
        for source in sources:
            name = os.path.splitext(os.path.basename(source))[0] + "." + kind
            path = os.path.join(target, name)
            if not os.path.exists(path):
                raise Skipped("LibreOffice made no %s: %s" % (name, run.stdout.decode(errors="replace").strip()[-300:]))
            if kind in ("ods", "xlsx"):
                freeze_zip(path)
            made[source] = path
        return made
