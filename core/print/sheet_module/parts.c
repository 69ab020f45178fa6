#include "parts.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define RELS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"

int parts_text(struct lt_buf *b, const char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c < 0x20 && c != '\t' && c != '\n') continue;
        const char *as = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : NULL;
        if (as ? lt_buf_adds(b, as) : lt_buf_addc(b, (char)c)) return -1;
    }
    return 0;
}

int parts_types(struct lt_buf *b, size_t sheets)
{
    lt_buf_adds(b, XML "<Types xmlns=\"" PACKAGE "content-types\">"
                       "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                       "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                       "<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
                       "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
                       "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>");
    for (size_t i = 1; i <= sheets; i++)
        lt_buf_addf(b, "<Override PartName=\"/xl/worksheets/sheet%zu.xml\" "
                       "ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>", i);
    return lt_buf_adds(b, "</Types>");
}

int parts_root_links(struct lt_buf *b)
{
    return lt_buf_adds(b, XML "<Relationships xmlns=\"" PACKAGE "relationships\">"
                              "<Relationship Id=\"rId1\" Type=\"" RELS "/officeDocument\" Target=\"xl/workbook.xml\"/>"
                              "<Relationship Id=\"rId2\" Type=\"" PACKAGE "relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>"
                              "</Relationships>");
}

int parts_core(struct lt_buf *b, const json_t *book)
{
    const char *made = lt_json_str(book, "made");
    lt_buf_adds(b, XML "<cp:coreProperties xmlns:cp=\"" PACKAGE "metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                       "xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>");
    parts_text(b, lt_json_str_or(book, "title", ""));
    lt_buf_adds(b, "</dc:title>");
    if (made) {
        lt_buf_adds(b, "<dcterms:created xsi:type=\"dcterms:W3CDTF\">");
        parts_text(b, made);
        lt_buf_adds(b, "</dcterms:created>");
    }
    return lt_buf_adds(b, "</cp:coreProperties>");
}

/* The name of a sheet inside a reference: quotes doubled. */
static void quoted(struct lt_buf *b, const char *name)
{
    char one[2] = {0};
    lt_buf_addc(b, '\'');
    for (const char *c = name; *c; c++) {
        if (*c == '\'') lt_buf_adds(b, "''");
        else one[0] = *c, parts_text(b, one);
    }
    lt_buf_addc(b, '\'');
}

int parts_book(struct lt_buf *b, const json_t *book, const struct sheet_names *names)
{
    lt_buf_adds(b, XML "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" RELS "\"><sheets>");
    for (size_t i = 0; i < names->n; i++) {
        lt_buf_adds(b, "<sheet name=\"");
        parts_text(b, names->names[i]);
        lt_buf_addf(b, "\" sheetId=\"%zu\" r:id=\"rId%zu\"/>", i + 1, i + 1);
    }
    lt_buf_adds(b, "</sheets><definedNames>");
    for (size_t i = 0; i < names->n; i++) { /* the head again on each printed page */
        size_t head = json_array_size(lt_json_array(json_array_get(lt_json_array(book, "sheets"), i), "notes")) + 1;
        lt_buf_addf(b, "<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"%zu\">", i);
        quoted(b, names->names[i]);
        lt_buf_addf(b, "!$%zu:$%zu</definedName>", head, head);
    }
    return lt_buf_adds(b, "</definedNames></workbook>");
}

int parts_book_links(struct lt_buf *b, size_t sheets)
{
    lt_buf_adds(b, XML "<Relationships xmlns=\"" PACKAGE "relationships\">");
    for (size_t i = 1; i <= sheets; i++)
        lt_buf_addf(b, "<Relationship Id=\"rId%zu\" Type=\"" RELS "/worksheet\" Target=\"worksheets/sheet%zu.xml\"/>", i, i);
    lt_buf_addf(b, "<Relationship Id=\"rId%zu\" Type=\"" RELS "/styles\" Target=\"styles.xml\"/>", sheets + 1);
    return lt_buf_adds(b, "</Relationships>");
}

#define SIDE(name, colour) "<" name " style=\"thin\"><color rgb=\"" colour "\"/></" name ">"
#define SIDES(colour) "<border>" SIDE("left", colour) SIDE("right", colour) SIDE("top", colour) SIDE("bottom", colour) "<diagonal/></border>"

int parts_styles(struct lt_buf *b, const json_t *book)
{
    bool english = strcmp(lt_json_str_or(book, "lang", "ru"), "en") == 0;
    const char *day = english ? "yyyy\\-mm\\-dd" : "dd\\.mm\\.yyyy";
    lt_buf_addf(b, XML "<styleSheet xmlns=\"" MAIN "\"><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"%s\"/>"
                       "<numFmt numFmtId=\"165\" formatCode=\"%s\\ hh:mm\"/></numFmts>", day, day);
    lt_buf_adds(b, "<fonts count=\"3\"><font><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font>"
                   "<font><b/><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font>"
                   "<font><b/><sz val=\"13\"/><name val=\"Calibri\"/><family val=\"2\"/></font></fonts>"
                   "<fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>"
                   "<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFEFE9DD\"/><bgColor indexed=\"64\"/></patternFill></fill></fills>"
                   "<borders count=\"3\"><border><left/><right/><top/><bottom/><diagonal/></border>"
                   SIDES("FF8A7F6A") SIDES("FFC9C0AF") "</borders>"
                   "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>");
    /* in the order of enum sheet_style; 49 is text: what looks like a number of a document stays as it was typed */
    lt_buf_adds(b, "<cellXfs count=\"11\">"
                   "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\" wrapText=\"1\"/></xf>"
                   "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"2\" borderId=\"1\" xfId=\"0\" applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment vertical=\"center\" wrapText=\"1\"/></xf>"
                   "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyAlignment=\"1\"><alignment horizontal=\"left\" vertical=\"top\"/></xf>"
                   "<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyAlignment=\"1\"><alignment horizontal=\"left\" vertical=\"top\"/></xf>"
                   "<xf numFmtId=\"49\" fontId=\"2\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>"
                   "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyAlignment=\"1\"><alignment vertical=\"top\"/></xf>"
                   "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"2\" xfId=\"0\" applyNumberFormat=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\" wrapText=\"1\"/></xf>"
                   "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"2\" xfId=\"0\" applyNumberFormat=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment horizontal=\"left\" vertical=\"top\"/></xf>"
                   "<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"2\" xfId=\"0\" applyNumberFormat=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment horizontal=\"left\" vertical=\"top\"/></xf>"
                   "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"2\" xfId=\"0\" applyBorder=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\"/></xf>"
                   "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
                   "</cellXfs>");
    return lt_buf_adds(b, "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>");
}
