/* Where in an object, and where in the source: the path to a field as text, and the place at which the user can cure
   it. A value knows where it was written, mostly; else the entry is looked for in the component's block and in its
   kind. */
#include "eval/schema/look.h"
#include <string.h>

const char *look_path(struct look *l, const struct path *p)
{
	const struct path *way[64];
	struct buf b = { 0 };
	int n = 0;
	for (; p && n < 64; p = p->up)
		way[n++] = p;
	while (n--) {
		const struct path *q = way[n];
		int word = q->key && !q->key[strcspn(q->key, "./ ")];
		if (!q->key)
			buf_addf(&b, "[%u]", q->index);
		else if (word)
			buf_addf(&b, "%s%s", b.n ? "." : "", q->key);
		else
			buf_addf(&b, "[\"%s\"]", q->key);
	}
	const char *s = arena_strdup(l->e->p->arena, b.p ? b.p : "", b.n);
	buf_free(&b);
	return s;
}

const struct source *look_source(const struct look *l, struct span at)
{
	return at.hi ? source_of(l->e->p->sources, at.lo) : NULL;
}

/* The key that stands before a value: `replicas: 3`, `"a.b"?: x`, and in YAML the same with line breaks. */
struct span look_key_before(const struct look *l, struct span value, const char *key)
{
	const struct source *src = look_source(l, value);
	size_t n = strlen(key);
	if (!src)
		return (struct span){ 0, 0 };
	uint32_t i = value.lo - src->base;
	while (i && strchr(" \t\r\n", src->text[i - 1]))
		i--;
	if (!i || src->text[i - 1] != ':')
		return (struct span){ 0, 0 };
	i--;
	if (i && src->text[i - 1] == '?')
		i--;
	while (i && src->text[i - 1] == ' ')
		i--;
	uint32_t quote = i && (src->text[i - 1] == '"' || src->text[i - 1] == '\'');
	if (i < n + 2 * quote || memcmp(src->text + i - quote - n, key, n))
		return (struct span){ 0, 0 };
	return (struct span){ src->base + i - (uint32_t)n - 2 * quote, src->base + i };
}

/* Entries of this key (of true or false, if that is what is looked for); the first of them in *found. */
static unsigned entries_called(const struct ast *x, const char *key, int of_bool, const struct ast **found)
{
	unsigned n = 0;
	if (!x)
		return 0;
	if (x->tag == AST_ENTRY && x->name && !strcmp(x->name->text, key)
		&& (!of_bool || x->kids[0]->tag == AST_BOOL)) {
		if (!*found)
			*found = x;
		n++;
	}
	for (uint32_t i = 0; i < x->nkids; i++)
		n += entries_called(x->kids[i], key, of_bool, found);
	return n;
}

const struct ast *look_entry(const struct look *l, const char *key, int of_bool)
{
	const struct ast *found = NULL;
	unsigned n = 0;
	for (const struct instance *i = l->who; i; i = i->parent)
		n += i->decl ? entries_called(i->decl, key, of_bool, &found) : 0;
	for (uint32_t i = 0; !n && l->who && i < l->who->kind->outputs.n; i++)
		n += entries_called(l->who->kind->outputs.v[i], key, of_bool, &found);
	return n == 1 ? found : NULL;
}

struct where look_place(struct look *l, struct span best)
{
	const struct source *src = look_source(l, best);
	if (!src)
		return (struct where){ l->at, { 0, 0 } };
	return src->library ? (struct where){ l->at, best } : (struct where){ best, { 0, 0 } };
}

struct where look_at_value(struct look *l, const struct value *v, const char *key)
{
	const struct ast *x = look_origin(v).hi || !key ? NULL : look_entry(l, key, v->tag == VALUE_BOOL);
	return look_place(l, x ? x->kids[0]->span : look_origin(v));
}

struct where look_at_key(struct look *l, const struct value *v, const char *key)
{
	struct span k = look_key_before(l, look_origin(v), key);
	const struct ast *x = k.hi ? NULL : look_entry(l, key, v->tag == VALUE_BOOL);
	return look_place(l, k.hi ? k : x ? x->name_span : look_origin(v));
}

void look_finish(struct look *l, struct diag *x, struct where w)
{
	l->ok = 0;
	if (w.made.hi && !x->nplaces)
		diag_place(l->e->diags, x, w.made, "made here");
	if (x->nnotes < 4 && l->o)      /* of a kind with many components the first */
		diag_note(l->e->diags, x, "in %s %s", l->o->kind, l->o->name);
}
