/* The fields of the Kubernetes kinds as constant tables: made at build time by compiler/fields.c from
   stdlib/kubernetes/schema.tsv and field-rules.tsv, read by eval/schema/. Nothing is set up at start: types, fields and
   kinds are sorted, names are offsets into one text. */
#ifndef MLOPS_SCHEMA_TABLE_H
#define MLOPS_SCHEMA_TABLE_H
#include <stdint.h>

enum schema_scalar {
	SCHEMA_OBJECT, /* field.type says which */
	SCHEMA_ANY,
	SCHEMA_STRING,
	SCHEMA_INT32,
	SCHEMA_INT64,
	SCHEMA_BOOL,
	SCHEMA_NUMBER,
	SCHEMA_QUANTITY,
	SCHEMA_INT_OR_STRING,
	SCHEMA_TIME,
	SCHEMA_BYTES,
};
enum { SCHEMA_LIST = 1, SCHEMA_MAP = 2, SCHEMA_WRAPS = 2 };     /* two bits each, the outermost lowest */
enum { SCHEMA_REQUIRED = 0x80 };        /* in field.wrap */
enum { SCHEMA_OPEN = 1, SCHEMA_OPAQUE = 2 };    /* of a type: more fields are allowed; nothing is known of it */

/* What text (or the keys of a map) must look like: name in field-rules.tsv, words for messages. */
#define SCHEMA_FORMS(X) \
	X(NONE, "", "") \
	X(LABEL, "label", "at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends") \
	X(SUBDOMAIN, "subdomain", "at most 253 lower-case letters, digits, `-` and `.`, with a letter or digit at both ends") \
	X(PORT_NAME, "port-name", "at most 15 lower-case letters, digits and single `-`, with at least one letter") \
	X(PORT, "port", "a port is a number of 1 to 65535, or a name with a letter in it") \
	X(ENV_NAME, "env-name", "letters, digits, `_`, `-` and `.`, and no digit first") \
	X(CONFIG_KEY, "config-key", "at most 253 letters, digits, `-`, `_` and `.`, and neither `.` nor `..`") \
	X(LABEL_KEY, "label-key", "at most 63 letters, digits, `-`, `_` and `.`; before them perhaps a DNS name and one `/`") \
	X(LABELS, "labels", "") \
	X(ANNOTATIONS, "annotations", "") \
	X(IMAGE, "image", "[registry/]path[:tag][@sha256:...], the path in lower case") \
	X(RESOURCE, "resource", "cpu, memory, storage, ephemeral-storage, hugepages-<size>, or a name with its domain: example.com/gpu") \
	X(CRON, "cron", "five fields, minute hour day month weekday: 0 3 * * 1-5, or @daily") \
	X(PERCENT, "percent", "a number, or a percentage such as 25%") \
	X(HOST, "host", "a lower-case DNS name, perhaps with `*.` in front; no address and no port") \
	X(HTTP_PATH, "http-path", "a path starts with `/`") \
	X(RELATIVE_PATH, "relative-path", "a path that does not begin with `/` and has no `..` in it") \
	X(HEADER, "header", "letters, digits and `-`") \
	X(CIDR, "cidr", "an address and the length of its prefix: 10.0.0.0/8") \
	X(IDENTIFIER, "identifier", "letters, digits and `_`, and no digit first") \
	X(DURATION, "duration", "a duration such as 30s, 5m or 1h30m, largest unit first") \
	X(DURATION_GO, "duration-go", "a duration such as 30s, 1h30m or 1.5h; there is no unit of a day")
#define X(id, name, words) FORM_##id,
enum schema_form { SCHEMA_FORMS(X) FORM_COUNT };
#undef X

enum { RULE_MIN = 1, RULE_MAX = 2, RULE_UNIQUE = 4, RULE_ONE = 8 };    /* RULE_ONE: of `oneof` there must be one */
struct schema_rule {
	int64_t min, max;               /* of numbers, if `has` says so */
	uint32_t minlen, maxlen;        /* of text, in bytes; maxlen 0: any */
	uint32_t minitems, maxitems;    /* of lists and maps; maxitems 0: any */
	uint32_t choices;               /* text: "a|b|c", 0 none */
	uint32_t pattern;               /* text: a regular expression (RE2), 0 none */
	uint32_t words;                 /* text: what the pattern means, 0 none */
	uint32_t oneof;                 /* text: "a|b": of a type: at most one of these fields, 0 none */
	/* text: "a,b": of a list of records: no two with the same values of these, 0 any */
	uint32_t keys;
	uint8_t has, form, keyform;
};
struct schema_field {
	uint32_t name;                  /* text, with a NUL */
	uint16_t type;                  /* of SCHEMA_OBJECT */
	uint16_t rule;                  /* 0 none */
	uint8_t len;                    /* of the name */
	uint8_t scalar, wrap, since;    /* since: 0 always there, else schema_since[] */
};
/* required: how many of its fields are */
struct schema_type { uint16_t first, n, rule; uint8_t required, flags; };
struct schema_kind { uint32_t api_version, kind; uint16_t type; };              /* sorted by kind, then apiVersion */
/* level 0: Kubernetes itself, else schema_levels[level - 1] */
struct schema_since { uint32_t version; uint8_t level; };
/* the version of an API group's definitions: that of a catalog row, or of the tag of one of its images */
struct schema_level { uint32_t group, row, field; };
struct schema_gone { uint32_t api_version, kind, since, now; };

extern const char schema_text[];
extern const struct schema_rule schema_rules[];
extern const struct schema_field schema_fields[];
extern const struct schema_type schema_types[];
extern const struct schema_kind schema_kinds[];
extern const struct schema_since schema_sinces[];
extern const struct schema_level schema_levels[];
extern const struct schema_gone schema_gones[];
/* schema_metadata: type of every object's metadata */
extern const unsigned schema_nkinds, schema_ntypes, schema_nfields, schema_nlevels, schema_ngones, schema_metadata;
#endif
