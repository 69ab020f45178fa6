/* Shapes that many nouns share. How a shape is written: shape.h. */
#include "usecase/shape.h"

const struct uc_shape uc_shapes_common[] = {
    /* who did a thing and when */
    {"stamp", "at:at by:actor"},
    {"stamped", "created?:stamp changed?:stamp"},
    {"reasoned", "+stamp reason?"},
    {"person_name", "surname? name? patronymic?"},
    {"former_name", "+person_name until?:date"},
    /* what a use case says of a thing that was refused beside others that were not */
    {"refusal", "code message details?:any"},
    /* a repeated write too large to be kept whole */
    {"repeated", "id? repeated:bool"},

    {"file", "path name sha256:sha256 size:int type"},
    {"job_file", "name type size:int"},
    {"job_row", "id:id kind owner:actor state:=queued|running|done|failed|cancelled done:int total:int created:at changed:at cancelling?:bool interrupted?:int"},
    /* `answer` is what the use case `kind` gives; it and `error` and `file` stand there for whoever asked for the job alone */
    {"job", "job:id +job_row answer?:any error?:refusal file?:job_file"},

    {"fault", "commit path fault what"},
    {"whole_fault", "repo +fault"},

    {NULL, NULL}};
