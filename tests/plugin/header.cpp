#include "letopis/plugin.h"

typedef int header_stands_alone;
