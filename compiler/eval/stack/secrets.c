/* Secrets: which keys are needed in which namespace, found from use; sources that fetch them; and, for `mlopsc secrets
   --from`, the Secret manifests themselves. Values of secrets exist in this file only, and only while it renders. */
#include "eval/compile.h"
#include "base/suggest.h"
#include "base/text.h"
#include "value/yaml.h"
#include "value/literal.h"
#include <stdlib.h>
#include <string.h>

struct given_value { const struct atom *id; const char *p; size_t n; uint8_t used; struct span at; };
/* doubtful: secrets of which a line speaks that was refused */
struct rendering { VEC(struct given_value) v; struct table index, busy, missing, doubtful; };

static const char *source_word(const struct symbol *y)
{
	const struct ast *s = y->decl->kids[0];
	return !s ? "mlopsc"
		: s->tag == AST_CALL && s->kids[0]->tag == AST_NAME ? s->kids[0]->name->text
		: s->tag == AST_NAME ? s->name->text
		: "?";
}

static const struct ast *key_decl(const struct symbol *y, const struct atom *key);

/* Looks for a key that is derived from itself: evaluates each derivation with the keys that it asks for, empty ones
   where nothing is derived. */
struct derivation { struct symbol *secret; const struct ast *key; struct span at; struct derivation *prev; };
struct derivations { struct table done; struct derivation *now; };

static const char *key_name(struct eval *e, const struct symbol *y, const struct ast *key)
{
	return arena_printf(e->p->arena, "%s.%s", y->name->text, key->name->text);
}

static const struct value *derive(struct eval *e, struct symbol *y, const struct ast *key, struct span at)
{
	struct derivations *all = e->secret_ctx;
	struct derivation here = { y, key, at, all->now };
	const struct atom *id = atom_cstr(e->p->atoms, key_name(e, y, key));
	if (table_get(&all->done, id))
		return value_string(e->arena, "", 0, (struct span){ 0, 0 });
	for (const struct derivation *d = all->now; d; d = d->prev)
		if (d->secret == y && d->key == key) {
			struct diag *x = diag_error(e->diags, key->span, D_CYCLE, id->text);
			for (d = &here; d->prev; d = d->prev) {
				struct location l = source_locate(e->p->sources, d->at.lo);
				diag_note(e->diags, x, "`%s` is asked for by `%s` at %s:%u",
					key_name(e, d->secret, d->key), key_name(e, d->prev->secret, d->prev->key),
					l.source ? l.source->name : "?", l.line);
				if (d->prev->secret == y && d->prev->key == key)
					break;
			}
			diag_help(e->diags, x, "one of these keys needs a value of its own: write it without `= ...`");
			return VALUE_ERROR_V;
		}
	all->now = &here;
	struct env own = { .inst = y->inst };
	const struct instance *user = e->user;
	e->user = y->inst;
	const struct value *v = eval(e, &own, key->kids[0]);
	e->user = user;
	if (v->tag == VALUE_SECRET_KEY) {
		const struct ast *next = key_decl(v->ref.ref, v->ref.key);
		if (next && next->nkids && next->kids[0] && is_error(derive(e, v->ref.ref, next, key->kids[0]->span)))
			v = VALUE_ERROR_V;
	}
	all->now = here.prev;
	table_put(&all->done, id, (void *)(uintptr_t)1);
	return v;
}

static const struct value *placeholder(struct eval *e, struct symbol *secret, const struct atom *key, struct span at)
{
	const struct ast *d = key_decl(secret, key);
	if (d && d->nkids && d->kids[0] && is_error(derive(e, secret, d, at)))
		return VALUE_ERROR_V;
	return value_string(e->arena, "", 0, (struct span){ 0, 0 });
}

/* The secret that a name of a values file speaks of: the stack's, or one that a kind declares. */
static struct symbol *secret_named(struct eval *e, const struct atom *name)
{
	struct symbol *y = table_get(&e->p->values, name);
	if (y && y->tag == SYMBOL_SECRET)
		return y;
	for (uint32_t n = 0; n < e->kind_secrets.n; n++)
		if (e->kind_secrets.v[n]->name == name)
			return e->kind_secrets.v[n];
	return NULL;
}

/* A kind that fetches secrets has settings for what the compiler tells it. */
static int fetches(const struct kind *k)
{
	int n = 0;
	for (uint32_t s = SLOT_COUNT; s < k->members.n; s++)
		n += !strcmp(k->members.v[s].name->text, "secret-name") || !strcmp(k->members.v[s].name->text, "keys");
	return n == 2;
}

/* A key that by its name is nobody's business, as a text that is made of no other key. */
static void stands_in_source(struct compile *c, const struct symbol *y, const struct ast *key)
{
	static const char *const words[] = { "password", "passwd", "token", "secret", "private", "credential", "api-key",
		"PASSWORD", "PASSWD", "TOKEN", "SECRET", "PRIVATE", "CREDENTIAL", "API_KEY" };
	struct diags *d = c->e->diags;
	int tells = 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		tells |= strstr(key->name->text, words[i]) != NULL;
	if (!tells || key->kids[0]->tag != AST_STRING || is_allowed(c, NULL, "secret-in-source"))
		return;
	struct diag *x = diag_warn(d, key->kids[0]->span, "secret-in-source", W_SECRET_IN_SOURCE, y->name->text,
		key->name->text);
	diag_note(d, x, "whoever reads the source knows it, and the history of the repository keeps it");
	diag_help(d, x, "leave `= ...` out: `mlopsc secrets --from FILE` takes the value, or `from` says where it is");
}

/* Each key once; what a derived one is made of. */
static void check_keys(struct compile *c, struct symbol *y, struct derivations *all)
{
	struct eval *e = c->e;
	const struct ast *d = y->decl;
	for (uint32_t k = 1; k < d->nkids; k++) {
		for (uint32_t q = 1; q < k; q++)
			if (d->kids[q]->name == d->kids[k]->name)
				diag_place(e->diags,
					diag_error(e->diags, d->kids[k]->span, D_DUPLICATE,
						d->kids[k]->name->text),
					d->kids[q]->span, "declared here");
		if (!d->kids[k]->nkids || !d->kids[k]->kids[0])
			continue;
		stands_in_source(c, y, d->kids[k]);
		e->in_secret = 1;
		e->secret_text = placeholder;
		e->secret_ctx = all;
		const struct value *v = derive(e, y, d->kids[k], d->kids[k]->span);
		if (!is_error(v) && v->tag != VALUE_STRING && v->tag != VALUE_SECRET_KEY)
			diag_error(e->diags, d->kids[k]->kids[0]->span, D_TYPE,
				"a string or a key of a secret", value_noun(e, v));
		e->in_secret = 0;
		e->secret_ctx = NULL;
	}
}

static void check_existing(struct eval *e, struct symbol *y)
{
	const struct ast *d = y->decl;
	const char *object = secret_object(e, y);       /* its name, used or not */
	if (d->kids[0]->tag != AST_CALL || d->kids[0]->nkids != 2)
		diag_help(e->diags,
			diag_error(e->diags, d->kids[0]->span, D_ARGUMENTS,
				"`existing` takes the name of a Secret"),
			"write from existing(\"%s\")", y->name->text);
	else if (d->kids[0]->nkids > 1 && !lit_dns1123_subdomain(object, strlen(object)))
		diag_error(e->diags, d->kids[0]->kids[1]->span, D_OBJECT_NAME, object, "a Secret",
			"lower-case letters, digits, `-` and `.`");
}

/* from KIND(...): one that fetches secrets */
static void check_fetching(struct eval *e, struct symbol *y, const char *src)
{
	const struct ast *d = y->decl;
	const struct atom *a = atom_cstr(e->p->atoms, src);
	const struct kind *k = program_kind(e->p, a);
	if (!k && program_lost(e->p, a))
		return;
	if (!k || !fetches(k)) {
		struct span at = d->kids[0]->tag == AST_CALL ? d->kids[0]->kids[0]->span
			: d->kids[0]->span;
		struct diag *x = k
			? diag_error(e->diags, at, D_SECRET_VALUE,
				arena_printf(e->p->arena,
					"kind `%s` fetches no secrets: it has no settings `secret-name` and `keys`",
					src))
			: diag_error(e->diags, at, D_UNKNOWN_KIND, src);
		struct suggest s;
		suggest_init(&s, src, strlen(src));
		suggest_try(&s, "existing");
		for (uint32_t q = 0; q < e->p->declared.n; q++)
			if (library_word(e->p, q, 'k'))
				suggest_try(&s, library_word(e->p, q, 'k')->text);
		if (!k && suggest_best(&s))
			diag_suggest(e->diags, x, at, suggest_best(&s));
		diag_help(e->diags, x,
			"secrets come from existing(\"name\"), or from a kind that fetches them: external(\"store\", \"path\")");
	}
}

void check_secrets(struct compile *c)
{
	struct eval *e = c->e;
	for (uint32_t n = 0; n < e->kind_secrets.n; n++) {
		struct symbol *twin = table_get(&e->p->values, e->kind_secrets.v[n]->name);
		if (twin && twin->tag == SYMBOL_SECRET) {
			struct instance *i = e->kind_secrets.v[n]->inst;
			struct diag *x = diag_error(e->diags, twin->decl->name_span, D_DUPLICATE, twin->name->text);
			diag_place(e->diags, x, i->at, "%s declares a secret of this name", instance_label(e, i));
		}
	}
	struct derivations all = { 0 };
	table_init(&all.done, e->unit);
	for (uint32_t n = 0; n < e->p->symbols.n + e->kind_secrets.n; n++) {
		struct symbol *y = n < e->p->symbols.n ? e->p->symbols.v[n] : e->kind_secrets.v[n - e->p->symbols.n];
		if (y->tag != SYMBOL_SECRET || y->dropped)
			continue;
		check_keys(c, y, &all);
		const char *src = source_word(y);
		if (!strcmp(src, "existing"))
			check_existing(e, y);
		else if (strcmp(src, "mlopsc"))
			check_fetching(e, y, src);
	}
}

/* A kind that fetches a secret: one instance for each namespace that uses it. */
static struct instance *source_instance(struct compile *c, struct symbol *y, const char *ns, struct kind *k)
{
	struct eval *e = c->e;
	const struct ast *call = y->decl->kids[0];
	struct instance *i = instance_new(e, k, y->name, NULL, NULL, NULL);
	uint32_t pos = SLOT_COUNT;
	i->at = call->span;
	i->fixed = ARENA_ARRAY(e->unit, const struct value *, k->members.n);
	i->fixed[SLOT_NAMESPACE] = value_text(e->unit, TEXT_NAME, ns, strlen(ns), 0, call->span);
	for (uint32_t n = 1; call->tag == AST_CALL && n < call->nkids; n++) {
		const struct ast *a = call->kids[n];
		uint32_t slot;
		if (a->tag == AST_ARG) {
			slot = (uint32_t)(uintptr_t)table_get(&k->index, a->name);
			if (!slot || k->members.v[slot - 1].tag != MEMBER_SETTING) {
				struct diag *x = diag_error(e->diags, a->name_span, D_UNKNOWN_SETTING,
					y->name->text, k->name->text, a->name->text);
				struct suggest s;
				suggest_init(&s, a->name->text, a->name->len);
				for (uint32_t q = SLOT_COUNT; q < k->members.n; q++)
					if (k->members.v[q].tag == MEMBER_SETTING)
						suggest_try(&s, k->members.v[q].name->text);
				diag_suggest(e->diags, x, a->name_span, suggest_best(&s));
				return NULL;
			}
			slot--;
			a = a->kids[0];
		} else {
			while (pos < k->members.n && k->members.v[pos].tag != MEMBER_SETTING)
				pos++;
			slot = pos++;
			if (slot >= k->members.n) {
				diag_error(e->diags, a->span, D_ARGUMENTS,
					arena_printf(e->p->arena, "`%s` takes fewer arguments", k->name->text));
				return NULL;
			}
		}
		instance_set_to(e, i, slot, a);
	}
	for (uint32_t s = SLOT_COUNT; s < k->members.n; s++) {
		if (!strcmp(k->members.v[s].name->text, "secret-name"))
			i->fixed[s] = value_string(e->unit, y->name->text, y->name->len, call->span);
		if (!strcmp(k->members.v[s].name->text, "keys")) {
			const struct value **items = ARENA_ARRAY(e->unit, const struct value *, y->decl->nkids);
			for (uint32_t n = 1; n < y->decl->nkids; n++)
				items[n - 1] = value_string(e->unit, y->decl->kids[n]->name->text,
					y->decl->kids[n]->name->len, y->decl->kids[n]->span);
			i->fixed[s] = value_list(e->unit, items, y->decl->nkids - 1, call->span);
		}
	}
	for (uint32_t s = 0; s < k->members.n; s++)
		if (s != SLOT_POLICY && s != SLOT_CATALOG)
			slot_value(e, i, s);
	return i;
}

static int use_order(const void *a, const void *b)
{
	const struct secret_use *x = a, *y = b;
	int d = atom_compare(x->ns, y->ns);
	if (!d)
		d = atom_compare(x->secret->name, y->secret->name);
	if (!d && x->key && y->key)
		d = atom_compare(x->key, y->key);
	return d ? d : (x->key != NULL) - (y->key != NULL);
}

void collect_secrets(struct compile *c)
{
	struct eval *e = c->e;
	VEC(struct out_secret) out = { 0 };
	VEC(struct top *) sources = { 0 };
	if (e->uses.n > 1)
		qsort(e->uses.v, e->uses.n, sizeof *e->uses.v, use_order);
	for (uint32_t n = 0; n < e->uses.n;) {
		struct secret_use *u = &e->uses.v[n];
		VEC(const char *) keys = { 0 };
		uint32_t m = n;
		int all = 0;
		for (; m < e->uses.n && e->uses.v[m].ns == u->ns && e->uses.v[m].secret == u->secret; m++)
			if (!e->uses.v[m].key)
				all = 1;
		for (uint32_t k = n; k < m && !all; k++)
			VEC_PUSH(e->unit, &keys, e->uses.v[k].key->text);
		for (uint32_t k = 1; all && k < u->secret->decl->nkids; k++)
			VEC_PUSH(e->unit, &keys, u->secret->decl->kids[k]->name->text);
		if (keys.n > 1)
			qsort(keys.v, keys.n, sizeof *keys.v, text_compare);
		const char *src = source_word(u->secret);
		struct out_secret s = { u->ns->text,
			arena_strdup(e->unit, secret_object(e, u->secret), strlen(secret_object(e, u->secret))),
			keys.v, keys.n, src };
		VEC_PUSH(e->unit, &out, s);
		if (strcmp(src, "mlopsc") && strcmp(src, "existing")) {
			struct kind *k = program_kind(e->p, atom_cstr(e->p->atoms, src));
			struct instance *i = k && fetches(k) ? source_instance(c, u->secret, u->ns->text, k) : NULL;
			struct top *t = NULL;
			for (uint32_t q = 0; q < sources.n; q++)
				if (!strcmp(sources.v[q]->kind, src))
					t = sources.v[q];
			if (i && !t) {
				t = ARENA_NEW(e->unit, struct top);
				t->name = arena_printf(e->unit, "%s-secrets", src);
				t->kind = src;
				VEC_PUSH(e->unit, &sources, t);
			}
			if (i)
				VEC_PUSH(e->unit, &t->parts, i);
		}
		n = m;
	}
	c->out.secrets = out.v;
	c->out.nsecrets = out.n;
	/* they come first: what consumes the secrets waits for them */
	for (uint32_t q = 0; q < sources.n; q++) {
		struct out_component o;
		VEC_PUSH(e->unit, &c->tops, sources.v[q]);
		memmove(c->tops.v + 1, c->tops.v, (c->tops.n - 1) * sizeof *c->tops.v);
		c->tops.v[0] = sources.v[q];
		c->nsources++;
		make_component(c, sources.v[q], &o);
	}
}

/* -- mlopsc secrets -- */

void list_secrets(struct compile *c, struct buf *out)
{
	for (uint32_t n = 0; n < c->out.nsecrets; n++) {
		const struct out_secret *s = &c->out.secrets[n];
		buf_addf(out, "%s/%s  ", s->ns, s->name);
		for (uint32_t k = 0; k < s->nkeys; k++)
			buf_addf(out, "%s%s", k ? ", " : "", s->keys[k]);
		if (!strcmp(s->source, "existing"))
			buf_adds(out, "  (must exist already)");
		else if (strcmp(s->source, "mlopsc"))
			buf_addf(out, "  (fetched: %s)", s->source);
		buf_addc(out, '\n');
	}
}

static void base64(struct buf *out, const char *p, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < n; i += 3) {
		unsigned v = (unsigned)(unsigned char)p[i] << 16
			| (i + 1 < n ? (unsigned)(unsigned char)p[i + 1] << 8 : 0)
			| (i + 2 < n ? (unsigned char)p[i + 2] : 0);
		buf_addc(out, digits[v >> 18]);
		buf_addc(out, digits[v >> 12 & 63]);
		buf_addc(out, i + 1 < n ? digits[v >> 6 & 63] : '=');
		buf_addc(out, i + 2 < n ? digits[v & 63] : '=');
	}
}

static const struct ast *key_decl(const struct symbol *y, const struct atom *key)
{
	for (uint32_t k = 1; k < y->decl->nkids; k++)
		if (y->decl->kids[k]->name == key)
			return y->decl->kids[k];
	return NULL;
}

static const struct value *resolved(struct eval *e, struct symbol *y, const struct atom *key, struct span at)
{
	struct rendering *r = e->secret_ctx;
	const struct atom *id = atom_cstr(e->p->atoms, arena_printf(e->p->arena, "%s.%s", y->name->text, key->text));
	uint32_t n = (uint32_t)(uintptr_t)table_get(&r->index, id);
	const struct ast *d = key_decl(y, key);
	if (d && d->nkids && d->kids[0]) {
		struct env own = { .inst = y->inst };
		if (table_get(&r->busy, id)) {
			diag_error(e->diags, d->span, D_CYCLE, id->text);
			return VALUE_ERROR_V;
		}
		table_put(&r->busy, id, (void *)(uintptr_t)1);
		const struct value *v = eval(e, &own, d->kids[0]);
		if (v->tag == VALUE_SECRET_KEY)
			v = resolved(e, v->ref.ref, v->ref.key, d->kids[0]->span);
		table_put(&r->busy, id, NULL);
		if (n)
			r->v.v[n - 1].used = 1;
		return v;
	}
	if (n) {
		r->v.v[n - 1].used = 1;
		return value_string(e->arena, r->v.v[n - 1].p, r->v.v[n - 1].n, (struct span){ 0, 0 });
	}
	if (!table_get(&r->missing, id) && !table_get(&r->doubtful, y)) {
		struct diag *x = diag_error(e->diags, d ? d->span : at, D_SECRET_VALUE,
			arena_printf(e->p->arena, "no value is given for %s", id->text));
		diag_help(e->diags, x, "add a line %s=VALUE", id->text);
		table_put(&r->missing, id, (void *)(uintptr_t)1);
	}
	return VALUE_ERROR_V;
}

static struct symbol *nearest_secret(struct eval *e, const char *name, size_t n)
{
	struct suggest near;
	suggest_init(&near, name, n);
	for (uint32_t k = 0; k < e->p->symbols.n; k++)
		if (e->p->symbols.v[k]->tag == SYMBOL_SECRET)
			suggest_try(&near, e->p->symbols.v[k]->name->text);
	for (uint32_t k = 0; k < e->kind_secrets.n; k++)
		suggest_try(&near, e->kind_secrets.v[k]->name->text);
	return suggest_best(&near) ? secret_named(e, atom_cstr(e->p->atoms, suggest_best(&near))) : NULL;
}

static void read_values(struct compile *c, struct rendering *r, struct source *src)
{
	struct eval *e = c->e;
	const char *s = src->text, *end = s + src->len;
	table_init(&r->index, e->unit);
	table_init(&r->busy, e->unit);
	table_init(&r->missing, e->unit);
	table_init(&r->doubtful, e->unit);
	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s)), *stop = nl ? nl : end, *eq;
		size_t n = (size_t)(stop - s);
		struct span at = { src->base + (uint32_t)(s - src->text), src->base + (uint32_t)(stop - src->text) };
		if (n && s[n - 1] == '\r')
			n--;
		while (n && (*s == ' ' || *s == '\t')) {
			s++;
			n--;
		}
		if (n && *s != '#') {
			eq = memchr(s, '=', n);
			size_t k = eq ? (size_t)(eq - s) : 0;
			const char *dot = k ? memchr(s, '.', k) : NULL;
			struct symbol *y = dot ? secret_named(e, atom_intern(e->p->atoms, s, (size_t)(dot - s))) : NULL;
			const struct atom *key = dot ? atom_intern(e->p->atoms, dot + 1, (size_t)(s + k - dot - 1))
				: NULL;
			at.hi = at.lo + (uint32_t)(eq ? k : 0);         /* never the value */
			if (!eq || !dot) {
				diag_error(e->diags, at, D_SECRET_VALUE, "this line is not of the form NAME.KEY=value");
				dot = memchr(s, '.', n);
				y = dot ? secret_named(e, atom_intern(e->p->atoms, s, (size_t)(dot - s))) : NULL;
				if (y)
					table_put(&r->doubtful, y, y);
			} else if (!y) {
				struct diag *x = diag_error(e->diags, at, D_SECRET_VALUE,
					arena_printf(e->p->arena, "no secret is called `%.*s`", (int)(dot - s), s));
				y = nearest_secret(e, s, (size_t)(dot - s));
				if (y) {
					diag_label(e->diags, x, "did you mean `%s`?", y->name->text);
					table_put(&r->doubtful, y, y);
				}
			} else if (!key_decl(y, key)) {
				struct diag *x = diag_error(e->diags, at, D_SECRET_KEY, y->name->text, key->text);
				struct suggest near;
				suggest_init(&near, key->text, key->len);
				for (uint32_t q = 1; q < y->decl->nkids; q++)
					suggest_try(&near, y->decl->kids[q]->name->text);
				if (suggest_best(&near))
					diag_label(e->diags, x, "did you mean `%s`?", suggest_best(&near));
				table_put(&r->doubtful, y, y);
			} else {
				const struct atom *id = atom_intern(e->p->atoms, s, k);
				if (key_decl(y, key)->nkids && key_decl(y, key)->kids[0]) {
					struct diag *x = diag_error(e->diags, at, D_SECRET_VALUE,
						arena_printf(
							e->p->arena, "%s is derived from other keys", id->text));
					diag_place(e->diags, x, key_decl(y, key)->span, "derived here");
					diag_help(e->diags, x, "take this line out: one password has one place");
				}
				if (table_get(&r->index, id))
					diag_error(e->diags, at, D_SECRET_VALUE,
						arena_printf(e->p->arena, "%s is given twice", id->text));
				VEC_PUSH(e->unit, &r->v, ((struct given_value){ id, eq + 1, n - k - 1, 0, at }));
				table_put(&r->index, id, (void *)(uintptr_t)r->v.n);
			}
		}
		s = stop + 1;
	}
}

/* Kubernetes' type, by the keys that it demands: what pulls images and what serves TLS look at nothing else. */
static const char *secret_type(const struct out_secret *rendered)
{
	int docker = 0, cert = 0, key = 0;
	for (uint32_t k = 0; rendered && k < rendered->nkeys; k++) {
		const char *s = rendered->keys[k];
		docker |= !strcmp(s, ".dockerconfigjson");
		cert |= !strcmp(s, "tls.crt");
		key |= !strcmp(s, "tls.key");
	}
	return docker ? "kubernetes.io/dockerconfigjson" : cert && key ? "kubernetes.io/tls" : "Opaque";
}

int render_secrets(struct compile *c, const char *text, size_t len, const char *name, struct buf *out)
{
	struct eval *e = c->e;
	struct rendering r = { 0 };
	struct source *src = source_add(e->p->sources, name, text, len, 0);
	if (!src)
		return 0;
	read_values(c, &r, src);
	e->in_secret = 1;
	e->secret_text = resolved;
	e->secret_ctx = &r;
	for (uint32_t n = 0; n < e->uses.n;) {
		struct secret_use *u = &e->uses.v[n];
		uint32_t m = n;
		while (m < e->uses.n && e->uses.v[m].ns == u->ns && e->uses.v[m].secret == u->secret)
			m++;
		n = m;
		if (strcmp(source_word(u->secret), "mlopsc"))
			continue;
		const struct out_secret *need = NULL;
		for (uint32_t k = 0; k < c->out.nsecrets; k++)
			if (!strcmp(c->out.secrets[k].ns, u->ns->text)
				&& !strcmp(c->out.secrets[k].name, secret_object(e, u->secret)))
				need = &c->out.secrets[k];
		buf_addf(out,
			"---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  namespace: %s\n  labels:\n    app.kubernetes.io/managed-by: mlopsc\n    app.kubernetes.io/part-of: %s\ntype: %s\ndata:\n",
			u->secret->name->text, u->ns->text, c->out.name, secret_type(need));
		for (uint32_t k = 1; k < u->secret->decl->nkids; k++) {
			const struct ast *d = u->secret->decl->kids[k];
			int needed = 0;
			for (uint32_t q = 0; need && q < need->nkeys; q++)
				needed |= !strcmp(need->keys[q], d->name->text);
			if (!needed)
				continue;
			const struct value *v = resolved(e, u->secret, d->name, d->span);
			if (v->tag != VALUE_STRING)
				continue;
			buf_adds(out, "  ");
			yaml_write_key(out, d->name->text, d->name->len);
			buf_adds(out, ": \"");
			base64(out, v->str.p, v->n);
			buf_adds(out, "\"\n");
		}
	}
	e->in_secret = 0;
	return e->diags->nerrors == 0;
}
