/* Pull parsing through libxml2. A document type is refused: it is the only way to entities, and no spreadsheet program writes one. */
#include "reader.h"

#include <libxml/xmlreader.h>
#include <stdlib.h>
#include <string.h>

struct xml {
    struct reader *r;
    struct member *member;
    xmlTextReaderPtr reader;
    bool pending_end; /* the START just given was of an empty element */
    bool failed;      /* the member's error is already in r->err */
    enum xml_event event;
};

static int on_read(void *ctx, char *to, int len) {
    struct xml *x = ctx;
    long n = member_read(x->member, to, (size_t)len);
    if (n < 0)
        x->failed = true;
    return (int)n;
}

static int on_close(void *ctx) {
    (void)ctx;
    return 0;
}

/* libxml2 prints to stderr by default; a broken file is no news to anybody. */
static void be_silent(void *ctx, const char *message, xmlParserSeverities severity, xmlTextReaderLocatorPtr where) {
    (void)ctx;
    (void)message;
    (void)severity;
    (void)where;
}

int xml_open(struct reader *r, struct package *p, const char *name, struct xml **out) {
    struct xml *x = calloc(1, sizeof *x);
    if (!x)
        return lt_fail_memory(r->err);
    x->r = r;
    int rc = package_member(r, p, name, &x->member);
    if (rc == 0) {
        x->reader = xmlReaderForIO(on_read, on_close, x, NULL, NULL, XML_PARSE_NONET | XML_PARSE_COMPACT | XML_PARSE_NOCDATA);
        if (!x->reader)
            rc = x->failed ? LT_REFUSED : lt_fail_memory(r->err);
    }
    if (rc != 0) {
        xml_close(x);
        return rc;
    }
    xmlTextReaderSetErrorHandler(x->reader, be_silent, NULL);
    *out = x;
    return 0;
}

void xml_close(struct xml *x) {
    if (!x)
        return;
    if (x->reader)
        xmlFreeTextReader(x->reader);
    member_close(x->member);
    free(x);
}

/* Entities that unfold too far are met before the document type itself is. */
static int unread(struct xml *x) {
    const xmlError *e = xmlGetLastError();
    bool entities = e && (e->code == XML_ERR_ENTITY_LOOP || e->code == XML_ERR_UNDECLARED_ENTITY || e->code == XML_WAR_UNDECLARED_ENTITY);
    return entities ? lt_fail(x->r->err, LT_REFUSED, "table.entities", (char *)NULL) : reader_damaged(x->r, "XML");
}

int xml_next(struct xml *x, enum xml_event *out) {
    if (x->pending_end) {
        x->pending_end = false;
        *out = x->event = XML_END;
        return 0;
    }
    for (;;) {
        int rc = xmlTextReaderRead(x->reader);
        if (rc == 0) {
            *out = x->event = XML_END_OF_FILE;
            return 0;
        }
        if (rc < 0)
            return x->failed ? LT_REFUSED : unread(x);
        switch (xmlTextReaderNodeType(x->reader)) {
        case XML_READER_TYPE_ELEMENT:
            x->pending_end = xmlTextReaderIsEmptyElement(x->reader) == 1;
            *out = x->event = XML_START;
            return 0;
        case XML_READER_TYPE_END_ELEMENT:
            *out = x->event = XML_END;
            return 0;
        case XML_READER_TYPE_TEXT:
        case XML_READER_TYPE_CDATA:
        case XML_READER_TYPE_WHITESPACE:
        case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
            *out = x->event = XML_TEXT;
            return 0;
        case XML_READER_TYPE_DOCUMENT_TYPE:
        case XML_READER_TYPE_ENTITY:
        case XML_READER_TYPE_ENTITY_REFERENCE:
            return lt_fail(x->r->err, LT_REFUSED, "table.entities", (char *)NULL);
        default:
            break; /* comments, instructions */
        }
    }
}

const char *xml_name(struct xml *x) {
    const xmlChar *name = xmlTextReaderConstLocalName(x->reader);
    return name ? (const char *)name : "";
}

int xml_depth(struct xml *x) { return xmlTextReaderDepth(x->reader); }

const char *xml_text(struct xml *x) {
    const xmlChar *text = xmlTextReaderConstValue(x->reader);
    return text ? (const char *)text : "";
}

/* Straight from the node, not by moving the reader from attribute to attribute: then names and texts asked for before stay valid. A
 * value is one text, because entities are refused and character references are resolved while parsing. */
static const char *find_attr(struct xml *x, const char *space, const char *name) {
    const xmlNode *node = xmlTextReaderCurrentNode(x->reader);
    const xmlAttr *a = node && node->type == XML_ELEMENT_NODE ? node->properties : NULL;
    for (; a; a = a->next) {
        if (strcmp((const char *)a->name, name) != 0)
            continue;
        if (space && !(a->ns && a->ns->href && strstr((const char *)a->ns->href, space)))
            continue;
        const xmlNode *value = a->children;
        return value && value->type == XML_TEXT_NODE && value->content ? (const char *)value->content : "";
    }
    return "";
}

const char *xml_attr(struct xml *x, const char *name) { return find_attr(x, NULL, name); }
const char *xml_attr_ns(struct xml *x, const char *space, const char *name) { return find_attr(x, space, name); }

int xml_skip(struct xml *x) {
    enum xml_event event;
    int depth = xml_depth(x), rc;
    do {
        rc = xml_next(x, &event);
        if (rc == 0 && event == XML_END_OF_FILE)
            return reader_damaged(x->r, "XML");
    } while (rc == 0 && !(event == XML_END && xml_depth(x) == depth));
    return rc;
}
