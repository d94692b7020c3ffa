/* What the files of eval/schema/ share: the look at one object, the path to a field of it, and what is found there.
   What is wrong is reported at once (E08xx) and leaves look.ok 0; the functions that only answer say so by their
   result. */
#ifndef MLOPS_SCHEMA_LOOK_H
#define MLOPS_SCHEMA_LOOK_H
#include "eval/schema.h"

/* the way to a field; look_path() prints it */
struct path { const struct path *up; const char *key; uint32_t index; };       /* key NULL: an item of a list */
struct look {
	struct eval *e;
	const struct out_object *o;
	const struct instance *who;
	struct span at;
	const struct schema_kind *kind;
	int ok, misshapen;              /* misshapen: something is of another type than its field, or has none */
};
enum fault {
	FINE, WRONG_TYPE, NO_CHOICE, OUT_OF_RANGE, TOO_SHORT, TOO_LONG, BAD_FORM, BAD_PATTERN, BAD_QUANTITY, BAD_BASE64,
};

static inline const char *text_at(uint32_t offset) { return schema_text + offset; }

/* SCHEMA_LIST, SCHEMA_MAP or 0: what the field is inside of `depth` lists and maps */
static inline unsigned wrap_of(const struct schema_field *f, int depth)
{
	return depth < SCHEMA_WRAPS ? ((f->wrap & ~SCHEMA_REQUIRED) >> (2 * depth)) & 3u : 0;
}

/* where a value was written; {0, 0}: it does not say */
static inline struct span look_origin(const struct value *v)
{
	return v && v->tag <= VALUE_RECORD ? v->origin : (struct span){ 0, 0 };
}

/* Where an error is said: where the user wrote it; of what the library wrote, at the component, with the library's line
   below. */
struct where { struct span at, made; };

/* table.c, eval/schema.h */

/* scalar.c */
int schema_one_of(const char *choices, const char *s, size_t n);         /* choices: "a|b|c" */
int schema_has_form(struct eval *e, enum schema_form form, const char *s, size_t n);
const char *schema_form_words(unsigned form);                            /* for messages; "" */
enum fault schema_scalar_fault(struct eval *e, const struct value *v, const struct schema_field *f);

/* leaf.c: a symbolic value that the field takes, or a label (1), an annotation (2): f NULL */
void look_later(struct look *l, const struct value *v, const struct schema_field *f, int label);

/* place.c */
const char *look_path(struct look *l, const struct path *p);             /* spec.containers[0].image */
/* NULL: nowhere */
const struct source *look_source(const struct look *l, struct span at);
/* The key that stands before a value: `replicas: 3`, `"a.b"?: x`, and in YAML the same with line breaks. {0, 0}: it is
   not written there. */
struct span look_key_before(const struct look *l, struct span value, const char *key);
/* An entry whose value does not say where it was written: the only one of that key in the component's block, or in its
   kind. */
const struct ast *look_entry(const struct look *l, const char *key, int of_bool);
struct where look_place(struct look *l, struct span best);
struct where look_at_value(struct look *l, const struct value *v, const char *key);      /* key NULL: an item */
struct where look_at_key(struct look *l, const struct value *v, const char *key);
/* what every message about an object ends with */
void look_finish(struct look *l, struct diag *x, struct where w);

/* say.c */
const char *look_article(const char *word);                              /* "a", "an" */
const char *schema_wanted(const struct schema_field *f, int depth);      /* "a list", "an int" */
void say_unknown(struct look *l, const struct path *p, const struct value *v, unsigned type);
void say_wrong_type(
	struct look *l, const struct path *p, const struct value *v, const struct schema_field *f, int depth);
void say_bad_scalar(
	struct look *l, const struct path *p, const struct value *v, const struct schema_field *f, enum fault fault);
void say_missing(struct look *l, const struct path *p, const struct value *v, unsigned type, struct span deflt);
void look_exclusive(struct look *l, const struct path *p, const struct value *v, const struct schema_rule *r);
void say_wrong_count(struct look *l, const struct path *p, const struct value *v, const struct schema_rule *r);
void look_same_keys(struct look *l, const struct path *p, const struct value *list, const char *keys);

/* since.c */
int schema_older(struct eval *e, const char *release);   /* is the stack's oldest cluster older than this Kubernetes? */
/* 1 when it was reported: what stands in the field is then not looked at. */
int look_too_new(struct look *l, const struct path *p, const struct value *v, const struct schema_field *f);
/* a version of a kind that is gone, or a kind in a group that is not its own */
void look_api_version(struct look *l);
#endif
