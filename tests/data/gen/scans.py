"""Diplomas as families bring them: born-digital PDF, scans, photos from a telephone, office files."""
import io
import shutil
import subprocess
import tempfile

from PIL import Image, ImageFilter
from reportlab.pdfgen import canvas

from . import diplomas, media
from .common import NOW, rng
from .school import full_name, make_school


def pupils():
    everyone = make_school()["pupils"]
    return [p for p in everyone if p["class"] in ("9А", "9Б")]


def pdf(path, pages, title, author):
    c = canvas.Canvas(path, invariant=1, pageCompression=1)
    c.setTitle(title)
    c.setAuthor(author)
    c.setCreator("Редактор дипломов 3.1")
    for page in pages:
        diplomas.PdfPage(c).draw(page)
        c.showPage()
    c.save()


def scan(page, dpi, name, angle=0.0, noise=10):
    """The page as a flatbed scanner sees it: a little turned, a little soft, with paper grain."""
    image = diplomas.PilPage(page, dpi).image
    if angle:
        image = image.rotate(angle, resample=Image.BICUBIC, fillcolor=(236, 236, 232))
    return grain(image.filter(ImageFilter.GaussianBlur(0.5)), name, noise)


def grain(image, name, strength):
    w, h = image.size
    data = rng("grain " + name).randbytes((w // 2 + 1) * (h // 2 + 1))
    layer = Image.frombytes("L", (w // 2 + 1, h // 2 + 1), data).resize((w, h), Image.BILINEAR)
    return Image.blend(image, Image.merge("RGB", (layer,) * 3), strength / 255)


def photo(page, name):
    """The page on a desk, taken from a slant by a hand-held telephone."""
    w, h = 1536, 2048
    desk = Image.new("RGB", (w, h), (112, 84, 58))
    sheet = diplomas.PilPage(page, 130).image
    corners = [(190, 210), (1365, 160), (1440, 1830), (120, 1890)]
    sw, sh = sheet.size
    coefficients = media.perspective(corners, [(0, 0), (sw, 0), (sw, sh), (0, sh)])
    warped = sheet.transform((w, h), Image.PERSPECTIVE, coefficients, Image.BICUBIC)
    mask = Image.new("L", (sw, sh), 255).transform((w, h), Image.PERSPECTIVE, coefficients, Image.BICUBIC)
    shadow = mask.filter(ImageFilter.GaussianBlur(18)).point(lambda v: v // 2)
    desk.paste((30, 22, 16), (14, 20), shadow)
    desk.paste(warped, (0, 0), mask)
    return grain(desk.filter(ImageFilter.GaussianBlur(0.6)), name, 9)


def jpeg(image, quality=82, **more):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, **more)
    return out.getvalue()


def make(out):
    who = pupils()
    pages = diplomas.pages([(full_name(p), p["class"], p["sex"]) for p in who])
    made = {}

    def note(name, mime, **facts):
        made[name] = dict({"mime": mime}, **facts)

    pdf(out.path("01-olympiad-diploma.pdf"), [pages["olympiad"]], "Диплом победителя", "Оргкомитет олимпиады")
    note("01-olympiad-diploma.pdf", "application/pdf", pages=1, text=pages["olympiad"].words(),
         metadata="author, creator")

    picture = scan(pages["sport"], 150, "sport", 0.8)
    data = jpeg(picture, dpi=(150, 150))
    out.write("02-sport-gramota-scan.jpg", data)
    out.write("Грамота за 1 место (кросс), 9А — копия.jpg", data)
    note("02-sport-gramota-scan.jpg", "image/jpeg", width=picture.width, height=picture.height)
    note("Грамота за 1 место (кросс), 9А — копия.jpg", "image/jpeg", same_bytes_as="02-sport-gramota-scan.jpg")

    pdf(out.path("03-conference-certificate.pdf"), [pages["conference"]], "Сертификат", "Центр «Берег»")
    note("03-conference-certificate.pdf", "application/pdf", pages=1, landscape=True, text=pages["conference"].words())

    _telephone(out, pages["thanks"], note)

    art = diplomas.PilPage(pages["art"], 120).image
    art.quantize(64, dither=Image.NONE).save(out.path("05-art-laureate.png"), "PNG", optimize=True)
    note("05-art-laureate.png", "image/png", width=art.width, height=art.height, landscape=True)

    pdf(out.path("06-course-three-pages.pdf"), [pages["course"], pages["course-2"], pages["course-3"]],
        "Удостоверение о прохождении курса", "Школа программистов")
    note("06-course-three-pages.pdf", "application/pdf", pages=3, text=pages["course"].words())

    gto = scan(pages["gto"], 120, "gto", -0.5)
    gto.save(out.path("07-gto.webp"), "WEBP", quality=78)
    note("07-gto.webp", "image/webp", width=gto.width, height=gto.height)

    sheets = [diplomas.PilPage(pages[k], 200).image.convert("1", dither=Image.NONE) for k in ("praise", "praise-2")]
    sheets[0].save(out.path("08-praise-two-pages.tiff"), "TIFF", compression="group4", dpi=(200, 200),
                   save_all=True, append_images=sheets[1:])
    note("08-praise-two-pages.tiff", "image/tiff", pages=2, width=sheets[0].width, height=sheets[0].height)

    media.image_pdf(out.path("09-scan-without-text.pdf"), jpeg(scan(pages["olympiad"], 110, "again", -1.1), 70))
    note("09-scan-without-text.pdf", "application/pdf", pages=1, text=[])

    frames = [jpeg(f, 70) for f in media.frames(pages["sport"].name)]
    out.write("10-video.mp4", media.mp4(frames, 320, 240, 5))
    note("10-video.mp4", "video/mp4", width=320, height=240, seconds=len(frames) / 5, codec="Motion JPEG")

    essay = media.ESSAY
    out.write("11-essay.docx", media.docx(essay, who[0]))
    out.write("12-essay.odt", media.odt(essay, who[0]))
    out.write("13-essay.txt", essay.replace("\n", "\r\n").encode("utf-8-sig"))
    out.write("14-essay-1251.txt", essay.replace("\n", "\r\n").encode("cp1251"))
    mime = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    note("11-essay.docx", mime, metadata="author, last modified by, time")
    note("12-essay.odt", "application/vnd.oasis.opendocument.text", metadata="author, time")
    note("13-essay.txt", "text/plain", charset="utf-8")
    note("14-essay-1251.txt", "text/plain", charset="windows-1251")
    out.json("scans.expect.json", made)


def _telephone(out, page, note):
    """The same photo as the sensor stores it (JPEG turned by EXIF, GPS inside) and as HEIC."""
    picture = photo(page, "thanks")
    w, h = picture.size
    stored = picture.transpose(Image.ROTATE_90)
    exif = media.exif(stored, NOW)
    data = media.add_xmp(jpeg(stored, 80, exif=exif), "Иванова Мария, 9А")
    out.write("04-thanks-photo.jpg", data)
    facts = {"stored_width": h, "stored_height": w, "orientation": 6, "width": w, "height": h,
             "metadata": "GPS 60.1234N 60.5678E, camera and its number, time, owner, thumbnail, XMP"}
    note("04-thanks-photo.jpg", "image/jpeg", **facts)
    vips = shutil.which("vips")
    if not vips:
        out.skip(["15-thanks-photo.heic"], "vips is not installed (package libvips-tools)")
        return
    with tempfile.NamedTemporaryFile(suffix=".png") as source:
        picture.resize((w // 2, h // 2), Image.BICUBIC).save(source.name, "PNG")
        run = subprocess.run([vips, "heifsave", source.name, out.path("15-thanks-photo.heic"), "--Q", "45"],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if run.returncode:
        out.skip(["15-thanks-photo.heic"], "vips cannot write HEIC here")
        return
    note("15-thanks-photo.heic", "image/heic", width=w // 2, height=h // 2)
