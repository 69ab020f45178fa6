"""Containers written by hand: EXIF with a thumbnail, XMP, a PDF around a JPEG, MP4, docx, odt."""
import io
import struct
import zipfile

from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

from .common import zip_bytes_add

ESSAY = """Чем дышит наша река

Исследовательская работа по экологии. Мы брали пробы воды в трёх местах Заречинки:
выше моста, у пристани и за очистными сооружениями. Десять лет наблюдений показали,
что прозрачность воды растёт, а нитратов становится меньше.

Выводы: река оживает; весной наблюдать нужно чаще.
"""


def perspective(target, source):
    """Coefficients for PIL: each corner of target shows the corner of source."""
    rows = []
    for (x, y), (u, v) in zip(target, source):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    n = 8
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for r in range(n):
            if r != i:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i])]
    return [row[n] for row in rows]


def exif(image, when):
    """What a telephone writes: orientation, place, device and its number, owner, a thumbnail."""
    stamp = when.strftime("%Y:%m:%d %H:%M:%S")
    data = Image.Exif()
    data[0x010F], data[0x0110], data[0x0112] = "Example Phone", "EP-17", 6
    data[0x0131], data[0x0132], data[0x013B] = "Camera 5.2", stamp, "Maria Ivanova"
    data[0x8769] = {0x9003: stamp, 0x9004: stamp, 0xA431: "SN-0017-2026", 0xA430: "Maria Ivanova",
                    0x829A: IFDRational(1, 60), 0x8827: 200}
    data[0x8825] = {1: "N", 2: (IFDRational(60), IFDRational(7), IFDRational(2424, 100)),
                    3: "E", 4: (IFDRational(60), IFDRational(34), IFDRational(408, 100)),
                    5: b"\x00", 6: IFDRational(87), 29: when.strftime("%Y:%m:%d")}
    block = data.tobytes()
    small = io.BytesIO()
    image.resize((160, 120), Image.BICUBIC).save(small, "JPEG", quality=60)
    return _with_thumbnail(block, small.getvalue())


def _with_thumbnail(block, thumbnail):
    """Hang a second directory with the thumbnail on the block that PIL made."""
    tiff = bytearray(block[6:])
    order = "<" if tiff[:2] == b"II" else ">"
    first = struct.unpack_from(order + "I", tiff, 4)[0]
    link = first + 2 + 12 * struct.unpack_from(order + "H", tiff, first)[0]
    if len(tiff) % 2:
        tiff += b"\0"
    where = len(tiff)
    struct.pack_into(order + "I", tiff, link, where)
    entries = [(0x0103, 3, 1, 6), (0x0201, 4, 1, where + 2 + 3 * 12 + 4), (0x0202, 4, 1, len(thumbnail))]
    tiff += struct.pack(order + "H", len(entries))
    for tag, kind, count, value in entries:
        tiff += struct.pack(order + "HHI", tag, kind, count)
        tiff += struct.pack(order + ("HH" if kind == 3 else "I"), *((value, 0) if kind == 3 else (value,)))
    tiff += struct.pack(order + "I", 0) + thumbnail
    return block[:6] + bytes(tiff)


def add_xmp(jpeg, owner):
    xmp = ("http://ns.adobe.com/xap/1.0/\0<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>"
           "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
           "<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:creator><rdf:Seq><rdf:li>%s</rdf:li>"
           "</rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>" % owner).encode()
    length = struct.unpack(">H", jpeg[4:6])[0]  # of the first segment, after which this one goes
    cut = 4 + length
    return jpeg[:cut] + b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp + jpeg[cut:]


def image_pdf(path, jpeg):
    """A page that is only a picture, as copiers make it."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen import canvas
    c = canvas.Canvas(path, invariant=1, pagesize=(595.28, 841.89))
    c.setCreator("Copier 4020")
    c.drawImage(ImageReader(io.BytesIO(jpeg)), 0, 0, 595.28, 841.89)
    c.showPage()
    c.save()


def frames(_):
    """Ten small frames: a ball rolls under a line of text."""
    made = []
    for n in range(10):
        frame = Image.new("RGB", (320, 240), (30, 60, 90))
        draw = ImageDraw.Draw(frame)
        draw.ellipse((20 + n * 26, 150, 60 + n * 26, 190), (240, 200, 60))
        draw.rectangle((20, 40, 20 + n * 28, 60), (90, 200, 140))
        made.append(frame)
    return made


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind, flags, *parts):
    return box(kind, struct.pack(">I", flags), *parts)


def mp4(jpegs, width, height, rate):
    """An MP4 whose track is Motion JPEG (MPEG-4 visual object type 0x6C): valid without an encoder."""
    scale = 1000
    step = scale // rate
    total = step * len(jpegs)
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    ftyp = box(b"ftyp", b"isom", struct.pack(">I", 0x200), b"isommp42")
    mdat = box(b"mdat", *jpegs)
    first = len(ftyp) + 8
    descriptor = bytes((0x03, 21, 0, 1, 0, 0x04, 13, 0x6C, 0x11)) + b"\0" * 11 + bytes((0x06, 1, 2))
    entry = box(b"mp4v", b"\0" * 6, struct.pack(">H", 1), b"\0" * 16, struct.pack(">HH", width, height),
                struct.pack(">IIIH", 0x480000, 0x480000, 0, 1), b"\0" * 32, struct.pack(">Hh", 24, -1),
                full(b"esds", 0, descriptor))
    stbl = box(b"stbl", full(b"stsd", 0, struct.pack(">I", 1), entry),
               full(b"stts", 0, struct.pack(">III", 1, len(jpegs), step)),
               full(b"stsc", 0, struct.pack(">IIII", 1, 1, len(jpegs), 1)),
               full(b"stsz", 0, struct.pack(">II", 0, len(jpegs)), *(struct.pack(">I", len(j)) for j in jpegs)),
               full(b"stco", 0, struct.pack(">II", 1, first)))
    minf = box(b"minf", full(b"vmhd", 1, b"\0" * 8),
               box(b"dinf", full(b"dref", 0, struct.pack(">I", 1), full(b"url ", 1))), stbl)
    mdia = box(b"mdia", full(b"mdhd", 0, struct.pack(">IIIIHH", 0, 0, scale, total, 0x55C4, 0)),
               full(b"hdlr", 0, b"\0" * 4, b"vide", b"\0" * 12, b"video\0"), minf)
    tkhd = full(b"tkhd", 7, struct.pack(">IIIII", 0, 0, 1, 0, total), b"\0" * 16, matrix,
                struct.pack(">II", width << 16, height << 16))
    mvhd = full(b"mvhd", 0, struct.pack(">IIIIIH", 0, 0, scale, total, 0x10000, 0x100), b"\0" * 10, matrix, b"\0" * 24,
                struct.pack(">I", 2))
    return ftyp + mdat + box(b"moov", mvhd, box(b"trak", tkhd, mdia))


def _zip(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts:
            zip_bytes_add(archive, name, data.encode(), stored=name == "mimetype")
    return out.getvalue()


def docx_parts(paragraphs, author):
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    body = "".join("<w:p><w:r><w:t>%s</w:t></w:r></w:p>" % p for p in paragraphs)
    return [
        ("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="%s/content-types"><Default Extension="rels" ContentType='
         '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
         '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
         'wordprocessingml.document.main+xml"/><Override PartName="/docProps/core.xml" ContentType="application/'
         'vnd.openxmlformats-package.core-properties+xml"/></Types>' % package),
        ("_rels/.rels", '<?xml version="1.0"?><Relationships xmlns="{0}/relationships"><Relationship Id="r1" '
         'Type="{1}/officeDocument" Target="word/document.xml"/><Relationship Id="r2" Type="{0}/relationships/metadata/'
         'core-properties" Target="docProps/core.xml"/></Relationships>'.format(package, office)),
        ("word/document.xml", '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/'
         'wordprocessingml/2006/main"><w:body>%s</w:body></w:document>' % body),
        ("docProps/core.xml", '<?xml version="1.0" encoding="UTF-8"?><cp:coreProperties xmlns:cp="%s/metadata/core-properties" '
         'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/'
         '2001/XMLSchema-instance"><dc:creator>%s</dc:creator><cp:lastModifiedBy>%s</cp:lastModifiedBy><dcterms:created '
         'xsi:type="dcterms:W3CDTF">2026-09-01T08:00:00Z</dcterms:created></cp:coreProperties>' % (package, author, author))]


def docx(essay, pupil):
    return _zip(docx_parts(essay.strip().split("\n"), "%s %s" % (pupil["surname"], pupil["first"])))


def odt(essay, pupil):
    names = ('xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
             'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
             'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" office:version="1.2"')
    mime = "application/vnd.oasis.opendocument.text"
    body = "".join("<text:p>%s</text:p>" % p for p in essay.strip().split("\n"))
    author = "%s %s" % (pupil["surname"], pupil["first"])
    entry = '<manifest:file-entry manifest:full-path="%s" manifest:media-type="%s"/>'
    return _zip([
        ("mimetype", mime),
        ("content.xml", '<?xml version="1.0" encoding="UTF-8"?><office:document-content %s><office:body><office:text>%s'
         '</office:text></office:body></office:document-content>' % (names, body)),
        ("meta.xml", '<?xml version="1.0" encoding="UTF-8"?><office:document-meta %s><office:meta><meta:initial-creator>%s'
         '</meta:initial-creator><dc:creator>%s</dc:creator><dc:date>2026-09-01T08:00:00</dc:date></office:meta>'
         '</office:document-meta>' % (names, author, author)),
        ("META-INF/manifest.xml", '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:'
         'tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">%s</manifest:manifest>' % "".join(
             entry % pair for pair in (("/", mime), ("content.xml", "text/xml"), ("meta.xml", "text/xml"))))])
