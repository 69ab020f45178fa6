/* Private to the XLSX reader (ECMA-376 part 1, SpreadsheetML; part 2, packages). */
#ifndef LT_TABLE_MODULE_XLSX_H
#define LT_TABLE_MODULE_XLSX_H

#include "reader.h"

#define PART_NAME 512

struct xlsx_strings {
    struct lt_buf pool;
    uint32_t *ends; /* of each string in the pool */
    size_t n, cap;
};

struct xlsx_styles {
    struct lt_buf codes; /* of the file's own formats, NUL-terminated */
    struct own_format {
        unsigned id;
        uint32_t code;
    } *own;
    size_t n_own, cap_own;
    struct format *cells; /* by the style number of a cell */
    size_t n_cells, cap_cells;
};

/* Text of a string item or inline string: after its START, up to its END; runs joined, hints of reading passed over. */
int xlsx_rich_text(struct xml *x, struct reader *r, struct lt_buf *out);
/* _x000D_ and the like, in place. Answers the new length. */
size_t xlsx_unescape(char *s, size_t len);

int xlsx_read_strings(struct reader *r, struct package *p, const char *part, struct xlsx_strings *out);
int xlsx_read_styles(struct reader *r, struct package *p, const char *part, struct xlsx_styles *out);
int xlsx_read_sheet(struct reader *r, struct package *p, const char *part, const struct xlsx_strings *strings,
                    const struct xlsx_styles *styles);

#endif
