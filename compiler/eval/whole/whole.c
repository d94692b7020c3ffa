/* Consumes every component's objects and releases; produces E0830 to E0832 and W0830 to W0832. See eval/whole.h for
   the idea, part.h for the parts. */
#include "eval/whole/part.h"

const struct atom *identity_of(
	struct compile *c, const char *api, const char *kind, const struct value *ns, const struct value *name)
{
	struct buf *b = &c->text;
	buf_clear(b);
	if (*api)
		buf_addf(b, "%s/", api);
	buf_adds(b, kind);
	buf_addc(b, ' ');
	if (ns) {
		buf_add(b, ns->str.p, ns->n);
		buf_addc(b, '/');
	}
	buf_add(b, name->str.p, name->n);
	return atom_intern(c->e->p->atoms, b->p, b->n);
}

struct whole *whole_of(struct compile *c)
{
	static const char *const words[A_WORDS] = { "metadata", "name", "containers", "initContainers",
		"configMapKeyRef", "configMapRef", "configMap", "secretKeyRef", "secretRef", "secret", "imagePullSecrets",
		"persistentVolumeClaim", "serviceAccountName" };
	if (c->whole)
		return c->whole;
	struct arena *a = c->e->unit;
	struct whole *w = c->whole = ARENA_NEW(a, struct whole);
	for (int k = 0; k < A_WORDS; k++)
		w->a[k] = word_atom(c, words[k]);
	struct table *tables[] = { &w->spaces, &w->seen, &w->read, &w->first, &w->secrets, &w->details, &w->told };
	for (size_t k = 0; k < sizeof tables / sizeof *tables; k++)
		table_init(tables[k], a);
	uint32_t len;
	const char *s = library_text(c->e->p, "kubernetes/references.tsv", &len), *end = s ? s + len : NULL;
	while (s && s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s)), *stop = nl ? nl : end,
			*f[8] = { "", "", "", "", "", "", "", "" };
		for (int k = 0; k < 8 && s <= stop && *s != '#'; k++) {
			const char *tab = memchr(s, '\t', (size_t)(stop - s)), *e = tab ? tab : stop;
			f[k] = arena_strdup(a, s, (size_t)(e - s));
			s = e + 1;
		}
		if (*f[0])
			VEC_PUSH(a, &w->customs, ((struct custom){ f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7] }));
		s = stop + 1;
	}
	return w;
}

struct space *space_of(struct compile *c, const struct atom *ns)
{
	struct space *s = table_get(&whole_of(c)->spaces, ns);
	if (!s) {
		s = ARENA_NEW(c->e->unit, struct space);
		table_put(&c->whole->spaces, ns, s);
	}
	return s;
}

void note_maker(struct compile *c, const struct value *ns, const char *name, size_t n, struct top *t)
{
	struct space *s = space_of(c, atom_intern(c->e->p->atoms, ns->str.p, ns->n));
	if (!s->makers.n || s->makers.v[s->makers.n - 1] != t)
		VEC_PUSH(c->e->unit, &s->makers, t);
	if (n)
		VEC_PUSH(c->e->unit, &s->names, arena_strdup(c->e->unit, name, n));
}

const struct value *keep_value(struct compile *c, const struct value *v)
{
	struct arena *a = c->e->unit;
	if (!v)
		return NULL;
	if (v->tag == VALUE_STRING)
		return value_string(a, arena_strdup(a, v->str.p, v->n), v->n, v->origin);
	if (v->tag == VALUE_INT)
		return value_int(a, v->i, v->origin);
	if (v->tag != VALUE_RECORD)
		return VALUE_NONE_V;
	struct field *f = ARENA_ARRAY(a, struct field, v->n);
	for (uint32_t k = 0; k < v->n; k++)
		f[k] = (struct field){ v->rec.fields[k].key, keep_value(c, v->rec.fields[k].value) };
	return value_record(a, f, v->n, v->origin);
}

const char *keep_word(struct compile *c, const char *s)
{
	return *s ? word_atom(c, s)->text : "";
}

void whole_check(struct compile *c)
{
	struct whole *w = whole_of(c);
	struct eval *e = c->e;
	for (uint32_t n = 0; n < c->tops.n; n++)
		c->tops.v[n]->place = n + 1;
	for (uint32_t n = 0; n < c->out.nsecrets; n++) {
		const struct out_secret *s = &c->out.secrets[n];
		struct value ns = { .tag = VALUE_STRING, .n = (uint32_t)strlen(s->ns), .str.p = s->ns },
			name = { .tag = VALUE_STRING, .n = (uint32_t)strlen(s->name), .str.p = s->name };
		table_put(&w->secrets, identity_of(c, "", "Secret", &ns, &name), (void *)(uintptr_t)s);
	}
	for (uint32_t n = 0; n < w->refs.n; n++)
		if (w->refs.v[n]->tag == REF_PROBE)
			check_probe(c, w->refs.v[n]);
		else
			resolve_name(c, w->refs.v[n]);
	resolve_selectors(c);
	for (uint32_t n = 0; n < w->selects.n; n++)
		check_selector(c, w->selects.v[n]);
	for (uint32_t n = 0; n < w->crds.n; n++) {
		struct top *first = table_get(&w->first, w->crds.v[n].kind);
		if (!first || first->place >= w->crds.v[n].top->place || is_allowed(c, first->inst, "late"))
			continue;
		struct ref r = { .top = first };
		struct diag *x = say_at(c, &r, 0, NULL, D_LATE,
			arena_printf(e->p->arena, "%s is made before its kind is known", w->crds.v[n].kind->text));
		diag_note(e->diags, x, "CustomResourceDefinition %s stands in `%s`, which is applied after `%s`",
			w->crds.v[n].name, w->crds.v[n].top->name, first->name);
		say_excuse(c, x, "late", "put both into one file, or, if the cluster has it from before");
	}
	for (uint32_t n = 0; !e->diags->nerrors && n < w->unread.n; n++)        /* a misspelt reader is enough said */
		check_unread(c, &w->unread.v[n]);
}
