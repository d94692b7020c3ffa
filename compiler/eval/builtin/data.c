/* Built-in functions that write data as the text or bytes of a file: JSON, YAML, TOML, arrays, lists of variables, a
   hash; and references to data that lies elsewhere. */
#include "eval/builtin/args.h"
#include "base/hash.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include "eval/reference.h"
#include "value/toml.h"
#include "value/yaml.h"

/* Data for a file: components and secrets in it are errors. */
int is_data(struct call_args *c, const struct value *v)
{
	if (!counted(c->e, v->tag == VALUE_LIST || v->tag == VALUE_RECORD ? v->n : 0, c->x->span))
		return 0;
	if (v->tag == VALUE_SECRET_KEY || v->tag == VALUE_SECRET) {
		diag_error(c->e->diags, c->at[0]->span, D_SECRET_LEAK, "a text");
		return 0;
	}
	if (v->tag > VALUE_RECORD) {
		bad_argument(c, 0, "data");
		return 0;
	}
	for (uint32_t i = 0; i < v->n && v->tag == VALUE_LIST; i++)
		if (!is_data(c, v->items[i]))
			return 0;
	for (uint32_t i = 0; i < v->n && v->tag == VALUE_RECORD; i++)
		if (!is_data(c, v->rec.fields[i].value))
			return 0;
	return !is_error(v);
}

static void as_json(struct buf *b, const struct value *v)
{
	json_write(b, v, -1);
}

static void as_pretty_json(struct buf *b, const struct value *v)
{
	json_write(b, v, 0);
	buf_addc(b, '\n');
}

static void as_yaml(struct buf *b, const struct value *v)
{
	yaml_write(b, v, 0);
}

static const struct value *written(struct call_args *c, void (*write)(struct buf *b, const struct value *v))
{
	struct buf b = { 0 };
	if (!is_data(c, c->v[0]))
		return VALUE_ERROR_V;
	write(&b, c->v[0]);
	return owned_text(c, &b);
}

const struct value *f_json(struct call_args *c) { return written(c, as_json); }
const struct value *f_json_pretty(struct call_args *c) { return written(c, as_pretty_json); }
const struct value *f_yaml(struct call_args *c) { return written(c, as_yaml); }

const struct value *f_toml(struct call_args *c)
{
	NEED(0, VALUE_RECORD, "a map");
	if (value_has_null(c->v[0]))
		return is_data(c, c->v[0])
			? bad_argument(c, 0, "a map without null, which TOML does not have,")
			: VALUE_ERROR_V;
	return written(c, toml_write);
}

const struct value *f_hash(struct call_args *c)
{
	struct buf b = { 0 };
	char hex[33];
	if (c->v[0]->tag != VALUE_BYTES && !is_data(c, c->v[0]))
		return VALUE_ERROR_V;
	value_canonical(c->v[0], &b);
	hash_hex(hash_bytes(b.p, b.n), hex);
	buf_free(&b);
	return value_string(c->e->arena, arena_strdup(c->e->arena, hex, 32), 32, c->x->span);
}

const struct value *f_env_list(struct call_args *c)
{
	struct eval *e = c->e;
	struct arena *a = e->arena;
	NEED(0, VALUE_RECORD, "a map of variables");
	VEC(const struct value *) out = { 0 };
	const struct atom *a_name = e->p->a_name, *a_value = atom_cstr(e->p->atoms, "value"),
		*a_from = atom_cstr(e->p->atoms, "valueFrom"),
		*a_ref = atom_cstr(e->p->atoms, "secretKeyRef"), *a_key = atom_cstr(e->p->atoms, "key");
	for (uint32_t i = 0; i < c->v[0]->n; i++) {
		const struct field *f = &c->v[0]->rec.fields[i];
		const struct value *v = f->value;
		if (v->tag == VALUE_NONE)
			continue;
		if (!lit_env_name(f->key->text, f->key->len)) {
			diag_error(e->diags, v->origin.hi ? v->origin : c->at[0]->span, D_OBJECT_FIELD,
				arena_printf(e->p->arena,
					"`%s` cannot be the name of a variable: use letters, digits and `_`",
					f->key->text));
			return VALUE_ERROR_V;
		}
		struct field *pair = ARENA_ARRAY(a, struct field, 2);
		size_t n;
		const char *s;
		pair[0] = (struct field){ a_name, KEYED(e, v, value_string(a, f->key->text, f->key->len, v->origin)) };
		if (v->tag == VALUE_SECRET_KEY) {
			struct symbol *y = v->ref.ref;
			const char *object = secret_object(e, y);
			struct field *ref = ARENA_ARRAY(a, struct field, 2), *from = ARENA_ARRAY(a, struct field, 1);
			secret_used(e, y, v->ref.key, v->origin);
			ref[0] = (struct field){ a_name,
				CARRIED(e, v, value_string(a, object, strlen(object), v->origin)) };
			ref[1] = (struct field){ a_key,
				CARRIED(e, v, value_string(a, v->ref.key->text, v->ref.key->len, v->origin)) };
			from[0] = (struct field){ a_ref, value_record(a, ref, 2, v->origin) };
			pair[1] = (struct field){ a_from, value_record(a, from, 1, v->origin) };
		} else if (v->tag == VALUE_RECORD) {
			pair[1] = (struct field){ a_from, v };
		} else if ((s = text_of(e, v, &n))) {
			pair[1] = (struct field){ a_value, plan_carry(e, v, value_string(a, s, n, v->origin)) };
		} else {
			diag_error(e->diags, v->origin.hi ? v->origin : c->at[0]->span, D_TYPE,
				"text, a number or a key of a secret", value_noun(e, v));
			return VALUE_ERROR_V;
		}
		const struct value *entry = value_record(a, pair, 2, v->origin);
		VEC_PUSH(a, &out, entry);
	}
	return value_list(a, out.v, out.n, c->x->span);
}

const struct value *f_reference(struct call_args *c)
{
	STR(0);
	return c->v[0];
}

const struct value *f_npy(struct call_args *c)
{
	struct span at[MAX_ARGS];
	for (uint32_t i = 0; i < c->n; i++)
		at[i] = c->at[i]->span;
	return npy_value(c->e, c->v, c->n, at, c->x->span);
}
