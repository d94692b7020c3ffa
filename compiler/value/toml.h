/* Data as TOML 1.0: scalars and lists first, then a [table] for each map. Strings are basic strings. */
#ifndef MLOPS_TOML_H
#define MLOPS_TOML_H
#include "base/buf.h"
#include "value/value.h"
void toml_write(struct buf *out, const struct value *record);
#endif
