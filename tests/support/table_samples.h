/* Small tables made here, for tests that must not depend on spreadsheet programs. */
#ifndef LT_TESTS_TABLE_SAMPLES_H
#define LT_TESTS_TABLE_SAMPLES_H

#include "xls_maker.h"
#include "zip_maker.h"

#define SAMPLE(z, name, text) zip_maker_add((z), (name), (text), strlen(text))

#define XLSX_MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define XLSX_REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

/* A workbook with one sheet of the given content (what stands inside <worksheet>). */
static inline void sample_xlsx(struct zip_maker *z, const char *sheet, const char *workbook_pr) {
    char buf[4096];
    static const char head[] = "<worksheet xmlns=\"" XLSX_MAIN "\">";
    char *whole = malloc(strlen(sheet) + sizeof head + 20);
    SAMPLE(z, "[Content_Types].xml", "<Types/>");
    SAMPLE(z, "_rels/.rels", "<Relationships><Relationship Id=\"r\" Type=\"" XLSX_REL
                             "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
    strcpy(buf, "<workbook xmlns=\"" XLSX_MAIN "\" xmlns:r=\"" XLSX_REL "\">");
    strcat(buf, workbook_pr);
    strcat(buf, "<sheets><sheet name=\"Список\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>");
    SAMPLE(z, "xl/workbook.xml", buf);
    SAMPLE(z, "xl/_rels/workbook.xml.rels",
           "<Relationships><Relationship Id=\"rId1\" Type=\"" XLSX_REL "/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
           "<Relationship Id=\"rId2\" Type=\"" XLSX_REL "/styles\" Target=\"styles.xml\"/>"
           "<Relationship Id=\"rId3\" Type=\"" XLSX_REL "/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>");
    SAMPLE(z, "xl/styles.xml", "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"d mmmm yyyy\"/>"
                               "<numFmt numFmtId=\"165\" formatCode=\"00000\"/></numFmts><cellXfs><xf numFmtId=\"0\"/>"
                               "<xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"9\"/>"
                               "<xf numFmtId=\"46\"/></cellXfs></styleSheet>");
    SAMPLE(z, "xl/sharedStrings.xml", "<sst><si><t>Иванов</t></si><si><r><t>Пет</t></r><r><t>ров</t></r>"
                                      "<rPh><t>x</t></rPh></si></sst>");
    strcpy(whole, head);
    strcat(whole, sheet);
    strcat(whole, "</worksheet>");
    SAMPLE(z, "xl/worksheets/sheet1.xml", whole);
    free(whole);
    zip_maker_end(z);
}

#define ODS_HEAD                                                                                                                \
    "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" "                               \
    "xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">" \
    "<office:body><office:spreadsheet><table:table table:name=\"Лист\">"

static inline void sample_ods(struct zip_maker *z, const char *rows) {
    static const char tail[] = "</table:table></office:spreadsheet></office:body></office:document-content>";
    char *whole = malloc(sizeof ODS_HEAD + strlen(rows) + sizeof tail);
    SAMPLE(z, "mimetype", "application/vnd.oasis.opendocument.spreadsheet");
    strcpy(whole, ODS_HEAD);
    strcat(whole, rows);
    strcat(whole, tail);
    SAMPLE(z, "content.xml", whole);
    free(whole);
    zip_maker_end(z);
}

/* Two sheets: text, numbers in three encodings, date, logical value, error, formulas, merged and hidden cells. */
static inline unsigned char *sample_xls(size_t *len) {
    static struct xls_maker x;
    memset(&x, 0, sizeof x);
    xls_bof(&x, 5);
    xls_record(&x, 0xe0, "\0\0\0\0", 4);                             /* XF 0: General */
    xls_record(&x, 0xe0, "\0\0\x0e\0", 4);                           /* XF 1: date */
    xls_boundsheet(&x, "List", 0);
    xls_boundsheet(&x, "Secret", 1);
    /* SST: "Ok" plain, then a Cyrillic one broken over a CONTINUE in its middle. */
    xls_record(&x, 0xfc, "\2\0\0\0\2\0\0\0\2\0\0Ok\4\0\1\x18\x04\x32\x04", 20);
    xls_record(&x, 0x3c, "\1\x30\x04\x3d\x04", 5);
    xls_record(&x, 0x0a, NULL, 0);
    xls_sheet_here(&x, 0);
    xls_bof(&x, 0x10);
    xls_record(&x, 0x7d, "\2\0\2\0\0\0\0\0\1\0\0\0", 12);            /* column C hidden */
    xls_record(&x, 0x208, "\1\0\0\0\3\0\0\0\0\0\0\0\x20\0\0\0", 16); /* row 2 hidden */
    xls_cell(&x, 0xfd, 1, 1, 0, "\0\0\0\0", 4);
    xls_cell(&x, 0xfd, 1, 2, 0, "\1\0\0\0", 4);
    xls_number(&x, 2, 1, 0, 2.5);
    xls_cell(&x, 0x27e, 2, 2, 1, "\x7e\x7a\2\0", 4);                 /* RK, the whole number 40607: 5 March 2011 */
    xls_cell(&x, 0x205, 3, 1, 0, "\1\0", 2);
    xls_cell(&x, 0x205, 3, 2, 0, "\x2a\1", 2);
    xls_cell(&x, 0x06, 3, 3, 0, "\0\0\0\0\0\0\xff\xff\0\0\0\0\0\0\0\0", 16);
    xls_record(&x, 0x207, "\3\0\0abc", 6);
    xls_record(&x, 0xe5, "\1\0\0\0\1\0\3\0\3\0", 10);                /* D1:D2, empty */
    xls_record(&x, 0xe5, "\1\0\2\0\3\0\0\0\0\0", 10);                /* A3:A4 */
    xls_number(&x, 4, 2, 0, 1);
    xls_record(&x, 0x0a, NULL, 0);
    xls_sheet_here(&x, 1);
    xls_bof(&x, 0x10);
    xls_record(&x, 0x0a, NULL, 0);
    return xls_file(&x, len);
}

#endif
