"""Small files that unpack to gigabytes. They are built from repeated compressed blocks, so making them is quick."""
import io
import struct
import zipfile
import zlib

from .common import ZIP_DATE, zip_bytes_add
from .media import docx_parts


def repeated(head, blocks, tail):
    """Raw deflate data, CRC-32 and length of head + block * count for each of blocks + tail.

    After a full flush the compressor remembers nothing, so the packed form of the block may be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    crc, length = zlib.crc32(head), len(head) + len(tail)
    for block, count in blocks:
        packed += (packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)) * count
        length += len(block) * count
        for _ in range(count):
            crc = zlib.crc32(block, crc)
    packed += packer.compress(tail) + packer.flush(zlib.Z_FINISH)
    return packed, zlib.crc32(tail, crc), length


def zip_with(members):
    """members: list of (name, bytes) or (name, (deflated, crc, length))."""
    stamp = struct.pack("<HH", ZIP_DATE[3] << 11, (ZIP_DATE[0] - 1980) << 9 | ZIP_DATE[1] << 5 | ZIP_DATE[2])
    body, directory = b"", b""
    for name, data in members:
        if isinstance(data, bytes):
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            data = (packer.compress(data) + packer.flush(), zlib.crc32(data), len(data))
        packed, crc, length = data
        raw = name.encode()
        common = struct.pack("<HHH4sIIIHH", 20, 0x800, 8, stamp, crc, len(packed), length, len(raw), 0)
        directory += b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + raw
        body += b"PK\3\4" + common + raw + packed
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return body + directory + end


def million(unit):
    """The unit repeated to about 1 MiB."""
    return unit * ((1 << 20) // len(unit))


def make(made, out, workbook_parts, packed):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    marker = "<!--BOMB-->"

    def split(parts, name):
        """Members, with the one that holds the marker blown up."""
        for part, data in parts:
            if part == name:
                head, tail = data.split(marker)
                yield part, head.encode(), tail.encode()
            else:
                yield part, data.encode(), None

    def bomb(parts, name, *blocks):
        return zip_with([(part, data if tail is None else repeated(data, blocks, tail))
                         for part, data, tail in split(parts, name)])

    sheet = '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>'
    rows = bomb(workbook_parts(sheet % (main, marker + "</v></c></row>")), "xl/worksheets/sheet1.xml",
                (million(b"<row><c><v>0</v></c></row>"), 512), (b"<row><c><v>", 1), (million(b"0"), 1536))
    made.add("bomb.xlsx", rows, "refuse", "20 million rows and then a number of 1.5 GB: 2 GB in a file of 3 MB",
             unpacked=2 << 30)
    strings = '<?xml version="1.0" encoding="UTF-8"?><sst xmlns="%s"><si><t>%s</t></si></sst>' % (main, marker)
    parts = workbook_parts(sheet % (main, '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), strings)
    made.add("bomb-string.xlsx", bomb(parts, "xl/sharedStrings.xml", (million(b"0"), 1024)), "refuse",
             "one shared string of 1 GB", unpacked=1 << 30)

    parts = [(n, d.replace("PLACE", marker)) for n, d in docx_parts(["PLACE"], "Автор")]
    made.add("bomb.docx", bomb(parts, "word/document.xml", (million(b"0"), 2048)), "refuse",
             "2 GB of text in a document", unpacked=2 << 30)

    made.add("bomb-repeat.ods", repeat_ods(), "refuse", "one filled cell, repeated 16 384 x 1 048 576 times")
    made.add("lying-size.xlsx", lying(workbook_parts(sheet % (main, marker)), split), "refuse",
             "the zip claims that 64 MB of rows are 1000 bytes")

    # A 1-bit picture that is right in every byte: 450 MB of pixels.
    size = 60000
    line = b"\0" + b"\xaa" * (size // 8)
    block = line * 100
    raw, _, _ = repeated(b"", [(block, size // 100)], b"")
    adler = 1
    for _ in range(size // 100):
        adler = zlib.adler32(block, adler)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 1, 0, 0, 0, 0)) + \
        chunk(b"IDAT", b"\x78\xda" + raw + struct.pack(">I", adler)) + chunk(b"IEND", b"")
    made.add("huge-valid.png", png, "refuse", "60000 x 60000 pixels, every one of them there", width=size, height=size)


def lying(parts, split):
    members = []
    for part, data, tail in split(parts, "xl/worksheets/sheet1.xml"):
        if tail is None:
            members.append((part, data))
        else:
            packed, crc, _ = repeated(data, [(million(b"<row><c><v>0</v></c></row>"), 64)], tail)
            members.append((part, (packed, crc, 1000)))
    return zip_with(members)


def repeat_ods():
    names = ('xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
             'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
             'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"')
    content = ('<?xml version="1.0" encoding="UTF-8"?><office:document-content %s><office:body><office:spreadsheet>'
               '<table:table table:name="Ученики"><table:table-row table:number-rows-repeated="1048576"><table:table-cell '
               'office:value-type="string" table:number-columns-repeated="16384"><text:p>9А</text:p></table:table-cell>'
               '</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>' % names)
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = ('<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
                'manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="%s"/>'
                '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
                % mime)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        zip_bytes_add(archive, "mimetype", mime.encode(), stored=True)
        zip_bytes_add(archive, "content.xml", content.encode())
        zip_bytes_add(archive, "META-INF/manifest.xml", manifest.encode())
    return out.getvalue()
