/* The callbacks that libmicrohttpd gets. */
#ifndef LT_HTTP_EXCHANGE_H
#define LT_HTTP_EXCHANGE_H

#include "http/inside.h"

enum MHD_Result http_on_request(void *listener, struct MHD_Connection *mhd, const char *url,
                                const char *method, const char *version, const char *data, size_t *len,
                                void **exchange);
void http_on_completed(void *listener, struct MHD_Connection *mhd, void **exchange,
                       enum MHD_RequestTerminationCode how);
void *http_on_uri(void *listener, const char *uri, struct MHD_Connection *mhd);
void http_on_connection(void *listener, struct MHD_Connection *mhd, void **conn,
                        enum MHD_ConnectionNotificationCode what);
/* Paths are matched as they were sent. */
size_t http_no_unescape(void *listener, struct MHD_Connection *mhd, char *s);

#endif
